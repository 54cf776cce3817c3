//! What a column of a service's table holds, by its name.

use super::sizes::{Size, size};
use crate::table::names::{
    duration, is_failure, is_first_token, is_of_grpc, is_quantile, is_status, is_success,
    is_summed_up, unit_s, words,
};

/// What a column of a service's table holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holds {
    /// Seconds that a request took, times a factor.
    Duration(f64),
    /// How long a request took, in a unit that the name does not tell.
    Took,
    /// A part of how long a request took: seconds, times a factor.
    TookOf(f64),
    /// Seconds to the first token, times a factor where the name tells the unit.
    FirstToken(Option<f64>),
    /// Seconds for each further token, times a factor where the name tells the unit.
    PerToken(Option<f64>),
    /// Its status.
    Status,
    /// Its status, in gRPC's numbers or words.
    GrpcStatus,
    /// Whether it ended well.
    Success,
    /// Whether it failed.
    Failure,
    /// Bytes received, times a factor.
    BytesIn(f64),
    /// Bytes sent, times a factor.
    BytesOut(f64),
    /// Tokens of its prompt.
    TokensIn,
    /// Tokens that were generated.
    TokensOut,
    /// A level: the series that it is, and a factor.
    Level(&'static str, f64),
    /// A level that is shown under its own name, and a factor: a state of the processors, say.
    Named(f64),
    /// A quantile of how long many requests took, in so many seconds where the name tells the unit: the row is of a time,
    /// and no request.
    Quantile(Option<f64>),
    /// How many requests, or failures, a row of a time is of.
    Count,
    /// Bytes of some room, in so many bytes.
    Room(Room, Part, f64),
    /// Of what the row is.
    Of,
}

/// What has room for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// A machine's memory, or that of what runs on it.
    Memory,
    /// A GPU's memory.
    GpuMemory,
    /// A disk.
    Disk,
}

impl Room {
    /// The series of the share of it that is taken.
    pub const fn share(self) -> &'static str {
        match self {
            Self::Memory => "plumbline_memory_share",
            Self::GpuMemory => "plumbline_gpu_memory_share",
            Self::Disk => "plumbline_disk_space",
        }
    }
}

/// Which part of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What is taken.
    Used,
    /// What is left.
    Free,
    /// All of it.
    Total,
}

/// A name in small letters, its words apart: `CPUUtilization`, `cpuUtilization` and `CPU Utilization` are the same.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    let mut before = ' ';
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        // A word begins behind a small letter, and with the last of several capitals.
        let mut ahead = rest.clone();
        let begins = |c: Option<char>| c.is_some_and(char::is_lowercase);
        let last = before.is_uppercase() && begins(ahead.next()) && begins(ahead.next());
        if c.is_uppercase() && (before.is_lowercase() || last) {
            plain.push('_');
        }
        before = c;
        plain.push(match c.is_alphanumeric() {
            true => c.to_ascii_lowercase(),
            false => '_',
        });
    }
    plain
}

/// What a column holds, by its name.
#[must_use]
pub fn holds(name: &str) -> Option<Holds> {
    let plain = plain(name);
    let plain = plain.trim_matches('_');
    let parts: Vec<&str> = plain.split('_').filter(|p| !p.is_empty()).collect();
    let has = |word: &str| parts.contains(&word);
    let words = words(name);
    let unit = unit_s(&words);
    let share = if has("percent") || has("pct") || has("perc") || name.contains('%') {
        0.01
    } else {
        1.0
    };
    let size = size(name);
    let bytes = size.map_or(1.0, Size::bytes);
    let per_second = size.is_some_and(|size| size.per_second);
    let states = [
        "idle", "user", "system", "sys", "nice", "iowait", "irq", "softirq", "steal", "guest",
    ];
    let memory = has("memory") || has("mem") || has("rss") || has("ram");
    // Parts of a memory that are neither used nor left for others, and another memory.
    let aside = [
        "swap", "cached", "cache", "buffers", "buffer", "buffered", "shared", "slab",
    ];
    let memory = memory && !aside.iter().any(|word| has(word));
    let part = if ["free", "available", "avail"].iter().any(|word| has(word)) {
        Part::Free
    } else if ["total", "limit", "capacity", "size"]
        .iter()
        .any(|word| has(word))
    {
        Part::Total
    } else {
        Part::Used
    };
    let parted = part != Part::Used || has("used") || has("usage");
    let any = |of: &[&str]| of.iter().any(|word| has(word));
    let (read, written) = (
        any(&["read", "reads"]),
        any(&["write", "writes", "written"]),
    );
    let moved = read || written || has("io");
    // Amounts of other things, and what fails, are no bytes.
    let counted = any(&["packets", "errors", "errs", "dropped", "drops"]);
    let net = any(&["network", "net", "nic"]) && !counted;
    let inwards = any(&["in", "rx", "received", "receive", "recv", "ingress"]);
    let outwards = any(&[
        "out",
        "tx",
        "sent",
        "send",
        "transmit",
        "transmitted",
        "egress",
    ]);
    let flow = size.map_or(1.0, Size::of_network);
    // JMeter's, who is the client: what it sent came in. The time until there was a connection is in milliseconds.
    match name {
        "sentBytes" => return Some(Holds::BytesIn(1.0)),
        "Connect" => return Some(Holds::TookOf(1e-3)),
        _ => {}
    }
    Some(match plain {
        _ if is_status(&words) && is_of_grpc(&words) => Holds::GrpcStatus,
        _ if is_status(&words) => Holds::Status,
        _ if is_success(&words) && words.len() <= 2 => Holds::Success,
        _ if is_failure(&words) && words.len() <= 2 => Holds::Failure,
        _ if let Some(of_request) = of_request(&parts, bytes) => of_request,
        "context_tokens" | "prompt_tokens" | "input_tokens" | "tokens_in" | "input_length"
        | "num_input_tokens" => Holds::TokensIn,
        "generated_tokens" | "completion_tokens" | "output_tokens" | "tokens_out"
        | "output_length" | "num_output_tokens" => Holds::TokensOut,
        "host" | "instance" | "node" | "pod" | "container" | "gpu" | "server" | "machine" => {
            Holds::Of
        }
        _ if is_first_token(&words) => Holds::FirstToken(unit),
        _ if has("tpot")
            || has("itl")
            || plain.contains("per_token")
            || plain.contains("per_output_token") =>
        {
            Holds::PerToken(unit)
        }
        _ if is_quantile(&words) => Holds::Quantile(unit),
        "requests" | "request_count" | "num_requests" | "count" | "calls" | "invocations"
        | "errors" | "error_count" | "num_errors" | "failures" | "throttles" => Holds::Count,
        // Means of a row that sums up many requests.
        "throughput" | "qps" | "rps" => Holds::Named(1.0),
        _ if is_summed_up(&words) && unit.is_some() => Holds::Named(1.0),
        // As nginx has it.
        "request_time" => Holds::Duration(1.0),
        _ if duration(&words).is_some() => unit.map_or(Holds::Took, Holds::Duration),
        _ if has("gpu") && (memory || has("vram")) => {
            match share == 1.0 && size.is_none() && !parted {
                true => Holds::Level("plumbline_gpu_memory_share", 1.0),
                false if share != 1.0 => Holds::Level("plumbline_gpu_memory_share", share),
                false => Holds::Room(Room::GpuMemory, part, bytes),
            }
        }
        _ if has("gpu") && (has("power") || has("watts")) => {
            Holds::Level("plumbline_gpu_power_watts", 1.0)
        }
        _ if has("gpu") => Holds::Level("plumbline_gpu_share", share),
        _ if has("cpu") && has("cores") => Holds::Level("plumbline_cpu_cores", 1.0),
        _ if has("cpu") && states.iter().any(|word| has(word)) => Holds::Named(share),
        _ if has("cpu") => Holds::Level("plumbline_cpu_share", share),
        _ if memory && share != 1.0 && part == Part::Used => {
            Holds::Level("plumbline_memory_share", share)
        }
        _ if memory && share == 1.0 => Holds::Room(Room::Memory, part, bytes),
        _ if has("disk") && share != 1.0 && part == Part::Used => {
            Holds::Level("plumbline_disk_space", share)
        }
        _ if has("disk") && per_second && read && !written => {
            Holds::Level("plumbline_disk_read", bytes)
        }
        _ if has("disk") && per_second && written && !read => {
            Holds::Level("plumbline_disk_written", bytes)
        }
        _ if has("disk") && share == 1.0 && (size.is_some() || parted) && !moved => {
            Holds::Room(Room::Disk, part, bytes)
        }
        // What has no name of a network is of one where it is so much a second.
        _ if (net || per_second && !has("disk")) && inwards => {
            Holds::Level("plumbline_network_in", flow)
        }
        _ if (net || per_second && !has("disk")) && outwards => {
            Holds::Level("plumbline_network_out", flow)
        }
        _ => return None,
    })
}

/// The bytes of a request or its answer, by a name in its parts; these may tell the unit.
fn of_request(parts: &[&str], size: f64) -> Option<Holds> {
    let units = ["kb", "kib", "mb", "mib", "gb", "gib"];
    let bare: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|p| !units.contains(p))
        .collect();
    Some(match bare.join("_").as_str() {
        "sent" if size != 1.0 => Holds::BytesOut(size),
        "received" if size != 1.0 => Holds::BytesIn(size),
        "bytes"
        | "bytes_out"
        | "bytes_sent"
        | "sent_bytes"
        | "response_bytes"
        | "resp_bytes"
        | "response_size"
        | "response_size_bytes"
        | "resp_size"
        | "body_bytes_sent"
        | "downstream_content_size"
        | "http_response_body_bytes" => Holds::BytesOut(size),
        "bytes_in" | "bytes_received" | "received_bytes" | "request_bytes" | "request_size"
        | "request_size_bytes" | "req_size" | "request_length" => Holds::BytesIn(size),
        _ => return None,
    })
}

/// Whether a name is of a status where a request's time stands beside it, and of anything else where none does.
#[must_use]
pub fn is_code(name: &str) -> bool {
    name.eq_ignore_ascii_case("code")
}

/// The places of the names of when a request began and when it ended, where both are there.
#[must_use]
pub fn began_and_ended(names: &[&str]) -> Option<(usize, usize)> {
    let place = |wanted: &[&str]| {
        let is = |name: &str| {
            let of = [
                "time",
                "at",
                "ts",
                "timestamp",
                "request",
                "response",
                "date",
            ];
            let words = words(name);
            let marks = words.iter().filter(|w| wanted.contains(&w.as_str()));
            let others = words.iter().filter(|w| !wanted.contains(&w.as_str()));
            marks.count() == 1 && { others }.all(|w| of.contains(&w.as_str()))
        };
        names.iter().position(|name| is(name))
    };
    let begins = place(&["start", "started", "begin", "began", "begun"])?;
    let ends = place(&[
        "end",
        "ended",
        "finish",
        "finished",
        "stop",
        "stopped",
        "completed",
    ])?;
    Some((begins, ends))
}

/// Whether the names of a table's columns are those of a service's: at least one tells of it, and all that are told
/// are not few against those; or one tells how long a request took, and another how it ended.
#[must_use]
pub fn is<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let names: Vec<&str> = names.collect();
    let known: Vec<Option<Holds>> = names.iter().map(|name| holds(name)).collect();
    // An error may be that of a model, and counts of anything.
    let mut all = known.iter().flatten();
    let many = all.any(|h| matches!(h, Holds::Quantile(_)));
    let told = || {
        let all = known.iter().flatten();
        all.filter(|h| match h {
            Holds::Of | Holds::Failure => false,
            Holds::Count => many,
            _ => true,
        })
    };
    let timed = told().any(|h| matches!(h, Holds::Duration(_) | Holds::Took))
        || began_and_ended(&names).is_some();
    let ended = told().any(|h| matches!(h, Holds::Status | Holds::GrpcStatus))
        || names.iter().any(|name| is_code(name));
    let enough = told().count() * 3 >= known.len().saturating_sub(1);
    told().count() > 0 && enough || timed && ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names() {
        for (name, expected) in [
            ("ContextTokens", Holds::TokensIn),
            ("GeneratedTokens", Holds::TokensOut),
            ("latency_ms", Holds::Duration(1e-3)),
            ("latency_s", Holds::Duration(1.0)),
            ("latency", Holds::Took),
            ("predict_latency", Holds::Took),
            ("ttft_ms", Holds::FirstToken(Some(1e-3))),
            ("cpu_percent", Holds::Level("plumbline_cpu_share", 0.01)),
            ("memory_mb", Holds::Room(Room::Memory, Part::Used, 1e6)),
            ("status", Holds::Status),
            ("sentBytes", Holds::BytesIn(1.0)),
            ("sent_bytes", Holds::BytesOut(1.0)),
            ("Response Size (KB)", Holds::BytesOut(1e3)),
            ("CPUUtilization", Holds::Level("plumbline_cpu_share", 1.0)),
            ("GPUUtilization", Holds::Level("plumbline_gpu_share", 1.0)),
            (
                "MemoryUtilization",
                Holds::Room(Room::Memory, Part::Used, 1.0),
            ),
            ("disk_usage", Holds::Room(Room::Disk, Part::Used, 1.0)),
            ("net_in_MBps", Holds::Level("plumbline_network_in", 1e6)),
            (
                "Network in [MiB/s]",
                Holds::Level("plumbline_network_in", 1_048_576.0),
            ),
            (
                "net_out_mbit_s",
                Holds::Level("plumbline_network_out", 125_000.0),
            ),
            ("receive MB/s", Holds::Level("plumbline_network_in", 1e6)),
            (
                "rx_bytes_per_sec",
                Holds::Level("plumbline_network_in", 1.0),
            ),
            (
                "disk_read_bytes_per_second",
                Holds::Level("plumbline_disk_read", 1.0),
            ),
            ("bytes_in", Holds::BytesIn(1.0)),
            ("Connect", Holds::TookOf(1e-3)),
            ("total_time", Holds::Took),
            ("ttft", Holds::FirstToken(None)),
            ("grpc_status", Holds::GrpcStatus),
            ("is_error", Holds::Failure),
            ("p99_ms", Holds::Quantile(Some(1e-3))),
            ("errors", Holds::Count),
            ("requestFailed", Holds::Failure),
            ("cpu_idle_pct", Holds::Named(0.01)),
            ("mem_total_mb", Holds::Room(Room::Memory, Part::Total, 1e6)),
            (
                "gpu_memory_free_bytes",
                Holds::Room(Room::GpuMemory, Part::Free, 1.0),
            ),
            (
                "disk_used_percent",
                Holds::Level("plumbline_disk_space", 0.01),
            ),
        ] {
            assert_eq!(holds(name), Some(expected), "{name}");
        }
        assert_eq!(holds("age"), None);
        assert_eq!(holds("net_rx_packets"), None);
        assert!(is(
            ["TIMESTAMP", "ContextTokens", "GeneratedTokens"].into_iter()
        ));
        assert!(is(["date", "p50_ms", "requests", "errors"].into_iter()));
        assert!(!is(["date", "count", "errors"].into_iter()));
        assert!(is([
            "ts", "took_ms", "code", "model", "city", "zone", "user"
        ]
        .into_iter()));
        assert!(!is(["ts", "code", "model"].into_iter()));
        assert!(is(["start_time", "end_time", "status", "model"].into_iter()));
        assert!(!is(["start_date", "end_date", "contract"].into_iter()));
        assert!(!is(
            ["time", "age", "income", "status", "city", "sex"].into_iter()
        ));
    }
}
