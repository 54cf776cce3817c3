//! Which series would count things twice, or are of no resource.

use super::super::{Key, Measure};
use super::rules::other_way;

/// File systems that are no disk.
const NO_DISK: [&str; 6] = [
    "tmpfs", "overlay", "squashfs", "ramfs", "devtmpfs", "autofs",
];

/// Labels that tell which way what is counted went.
const WAYS: [&str; 7] = [
    "direction",
    "network.io.direction",
    "network_io_direction",
    "disk.io.direction",
    "disk_io_direction",
    "gen_ai.token.type",
    "gen_ai_token_type",
];

/// What a label says, under its old name or under the longer ones of OpenTelemetry's newer conventions:
/// `system.memory.state`, `cpu.mode`.
pub fn marked<'a>(key: &'a Key, label: &str) -> Option<&'a str> {
    mark(key, label).map(|(_, value)| value)
}

/// The same with the name that the label has.
pub fn mark<'a>(key: &'a Key, label: &str) -> Option<(&'a str, &'a str)> {
    let newer = |name: &str| {
        let end = name.rsplit(['.', '_']).next();
        end == Some(label) || label == "state" && matches!(name, "cpu.mode" | "cpu_mode")
    };
    let mut all = key.labels.iter();
    let itself = key.labels.iter().find(|(name, _)| *name == label);
    itself.or_else(|| all.find(|(name, _)| newer(name)))
}

/// Whether a series is one of those that would count things twice, or that are no resource.
pub fn left_out(key: &Key, measure: Measure) -> bool {
    let label = |name: &str| key.labels.get(name);
    if key.name.starts_with("container_") {
        let named = key.labels.first(&["container", "name", "pod"]);
        return named.is_none_or(|n| n == "POD") || label("container") == Some("POD");
    }
    // What is counted both ways is told by a label.
    let way = key
        .labels
        .first(&WAYS)
        .filter(|_| other_way(&key.name).is_some());
    if way.is_some_and(|way| match measure {
        Measure::NetworkIn => way != "receive",
        Measure::NetworkOut => way != "transmit",
        Measure::DiskRead => way != "read",
        Measure::DiskWritten => way != "write",
        Measure::TokensIn => way != "input",
        Measure::TokensOut => way != "output" && way != "completion",
        _ => false,
    }) {
        return true;
    }
    match measure {
        Measure::DiskSpace => label("fstype").is_some_and(|t| NO_DISK.contains(&t)),
        Measure::NetworkIn | Measure::NetworkOut | Measure::NetworkErrors => {
            label("device").is_some_and(|d| d == "lo" || d.starts_with("veth"))
        }
        Measure::DiskRead | Measure::DiskWritten | Measure::DiskBusy => {
            label("device").is_some_and(|d| d.starts_with("loop") || d.starts_with("ram"))
        }
        _ => false,
    }
}
