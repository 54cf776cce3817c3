//! Tables of what a machine used: columns under the names and in the units that tools and people give them.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use std::fs;
use std::process::Command;

/// What the report tells of a table with these columns and the same cells in each of 200 minutes.
#[track_caller]
fn service(name: &str, columns: &str, cells: &str) -> Value {
    let folder = format!("{}/service_columns", env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    let path = format!("{folder}/{name}.csv");
    let row = |m: u32| format!("2026-03-01T{:02}:{:02}:00Z,{cells}\n", m / 60, m % 60);
    let rows: String = (0..200).map(row).collect();
    fs::write(&path, format!("time,{columns}\n{rows}")).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .args(["report", &path])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name}: {said}");
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    report["resources"]["service"].clone()
}

/// The mean of the first line of a panel.
fn mean(service: &Value, id: &str) -> Option<f64> {
    let panels = service["panels"].as_array()?;
    panels.iter().find(|p| p["id"] == id)?["lines"][0]["total"].as_f64()
}

#[track_caller]
fn check(name: &str, columns: &str, cells: &str, expected: &[(&str, f64)]) -> Value {
    let service = service(name, columns, cells);
    for (id, expected) in expected {
        let found = mean(&service, id).unwrap_or_else(|| panic!("{columns}: no {id} in {service}"));
        let near = (found - expected).abs() <= 1e-9 * expected.abs();
        assert!(near, "{columns}: {id} is {found}, not {expected}");
    }
    service
}

#[test]
fn a_memory_up_to_a_hundred_without_a_unit_is_percent() {
    for name in [
        "MemoryUtilization",
        "mem",
        "memory_usage",
        "memory_used",
        "mem_util",
        "ram",
    ] {
        let columns = format!("CPUUtilization,{name}");
        let told = check(
            name,
            &columns,
            "30,57",
            &[("cpu", 0.3), ("memory_share", 0.57)],
        );
        assert_eq!(mean(&told, "memory"), None, "{name}");
        assert!(
            told["notes"]
                .to_string()
                .contains("Shares of memory reach 57"),
            "{name}"
        );
    }
    check(
        "share",
        "cpu,memory_usage",
        "0.3,0.6",
        &[("memory_share", 0.6)],
    );
    check("unit", "cpu,mem_mb", "30,57", &[("memory", 57e6)]);
    check("bytes", "cpu,mem", "30,4000000000", &[("memory", 4e9)]);
    check(
        "gpu",
        "gpu_util,gpu_memory_used",
        "30,57",
        &[("gpu_memory_share", 0.57)],
    );
    check(
        "whole",
        "cpu,mem_used,mem_total",
        "30,4,16",
        &[("memory_share", 0.25)],
    );
    // What is no percent and no byte is shown as it stands.
    let told = service("plain", "cpu,mem_used", "30,2048");
    assert_eq!(
        (mean(&told, "memory"), mean(&told, "memory_share")),
        (None, None)
    );
    assert_eq!(mean(&told, "other_level"), Some(2_048.0));
    assert!(
        told["notes"]
            .to_string()
            .contains("'mem_used' tells no unit")
    );
}

#[test]
fn networks_are_told_in_the_unit_of_their_column() {
    let both = [("network_in", 10e6), ("network_out", 10e6)];
    for (name, columns) in [
        ("snake", "net_in_MBps,net_out_mbit_s"),
        ("bracket", "Network in [MB/s],Network out [Mbit/s]"),
        ("capitals", "network_in_MBps,network_out_Mbps"),
        ("bare", "receive MB/s,tx_Mbps"),
    ] {
        check(name, columns, "10,80", &both);
    }
    check(
        "mib",
        "Network in [MiB/s],cpu",
        "10,1",
        &[("network_in", 10_485_760.0)],
    );
    check("kilo", "net_rx_kbps,cpu", "80,1", &[("network_in", 10e3)]);
    let told = check("small", "rx_mbps,cpu", "80,1", &[("network_in", 10e6)]);
    assert!(
        told["notes"]
            .to_string()
            .contains("'rx_mbps' was taken as bits")
    );
    check(
        "rx_bytes",
        "rx_bytes_per_sec,cpu",
        "80,1",
        &[("network_in", 80.0)],
    );
}

#[test]
fn disks_are_told_and_what_is_left_out_is_said() {
    check("used", "cpu,disk_usage", "30,72", &[("disk_space", 0.72)]);
    check(
        "moved",
        "cpu,disk_read_bytes_per_second,disk write [MB/s]",
        "30,4096,2",
        &[("disk_read", 4_096.0), ("disk_written", 2e6)],
    );
    check(
        "disk_whole",
        "cpu,disk_used,disk_total",
        "30,300,400",
        &[("disk_space", 0.75)],
    );
    let told = check(
        "alone",
        "cpu,disk_used_gb,fan_rpm",
        "30,300,900",
        &[("other_level", 3e11)],
    );
    let notes = told["notes"].to_string();
    assert!(notes.contains("left out: 'fan_rpm'."), "{notes}");
}

#[test]
fn rules_of_a_service_alone_say_what_they_lack() {
    service("rules", "cpu,memory", "30,57");
    let done = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("rules")
        .arg(format!(
            "{}/service_columns/rules.csv",
            env!("CARGO_TARGET_TMPDIR")
        ))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success());
    assert!(
        said.contains("rules are made of predictions and their columns")
            && said.contains("of a service alone"),
        "{said}"
    );
}
