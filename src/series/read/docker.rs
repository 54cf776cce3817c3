//! `docker stats` in JSON lines, `podman stats` as JSON, and the statistics of Docker's API.
//!
//! The command tells no time. A time before each line (`2026-11-23T08:46:30Z {…}`) is taken, or one that was put into it
//! (`{"timestamp":"2026-11-23T08:46:30Z",…}`); without one, the rounds
//! of containers are drawn two seconds apart up to the file's own date, which is about how long `--no-stream` takes,
//! and a note says so. Terminal escapes that a redirected stream holds are passed over.

use super::json::number;
use super::lines::{Faults, quoted};
use super::{About, Lines, times, units};
use crate::series::{Key, Kind, Labels, SeriesSet};
use crate::table::time::SECOND;
use serde_json::Value;
use std::collections::BTreeSet;

/// Between rounds without a time.
const APART: i64 = 2 * SECOND;

/// Said where times are made up.
const NOTE: &str = "docker stats tells no times: its rounds are drawn two seconds apart, the last one at the file's own date. Put a time before each line, or a field 'timestamp' into it, to have the true ones.";

/// Bytes of an object over several lines at most.
const MOST_BYTES: usize = 1 << 20;

/// Whether lines are of this format.
pub fn is(lines: &[&str]) -> bool {
    let in_a_line = lines.iter().take(20).any(|line| {
        line.contains("\"CPUPerc\"") && line.contains("\"MemUsage\"")
            || line.contains("\"precpu_stats\"") && line.contains("\"cpu_stats\"")
    });
    // Podman writes a list of objects over many lines.
    let any = |word: &str| lines.iter().take(20).any(|line| line.contains(word));
    let of_podman = |words: &[&str]| words.iter().all(|word| any(word));
    in_a_line
        || of_podman(&["\"cpu_percent\"", "\"mem_usage\"", "\"net_io\""])
        || of_podman(&["\"ContainerID\"", "\"MemUsage\"", "\"SystemNano\""])
}

/// The columns of a row: as the command of Docker names them, or that of Podman.
const COLUMNS: [[&str; 2]; 5] = [
    ["CPUPerc", "cpu_percent"],
    ["MemUsage", "mem_usage"],
    ["MemPerc", "mem_percent"],
    ["NetIO", "net_io"],
    ["BlockIO", "block_io"],
];

/// When a row was made, where whoever collected it put the time into it.
fn told(row: &Value) -> Option<i64> {
    const NAMES: [&str; 9] = [
        "timestamp",
        "@timestamp",
        "time",
        "ts",
        "datetime",
        "date",
        "read",
        "collected_at",
        "sampled_at",
    ];
    let fields = row.as_object()?;
    let named = |name: &&str| {
        let mut all = fields.iter();
        all.find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    NAMES
        .iter()
        .filter_map(named)
        .find_map(|value| match value {
            Value::String(text) => times::any(text),
            Value::Number(number) => times::any(&number.to_string()),
            _ => None,
        })
}

/// A value that waits for its time.
struct Waiting {
    round: i64,
    key: Key,
    kind: Kind,
    value: f64,
}

/// The reader.
pub struct Docker {
    file: String,
    modified: Option<i64>,
    set: SeriesSet,
    names: BTreeSet<String>,
    round: i64,
    waiting: Vec<Waiting>,
    /// The beginning of an object whose end has not come.
    begun: String,
}

impl Docker {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            modified: times::in_name(&about.name).or(about.modified),
            set: SeriesSet::default(),
            names: BTreeSet::new(),
            round: 0,
            waiting: Vec::new(),
            begun: String::new(),
        }
    }

    fn put(&mut self, container: &str, name: &str, kind: Kind, time: Option<i64>, value: f64) {
        let key = Key {
            name: name.into(),
            labels: Labels::new(vec![("container".into(), container.into())]),
            file: self.file.clone(),
        };
        match time {
            Some(time) => self.set.add(key, kind, "", time, value),
            None => self.waiting.push(Waiting {
                round: self.round,
                key,
                kind,
                value,
            }),
        }
    }

    /// A line of the command.
    fn stats(&mut self, row: &Value, time: Option<i64>, faults: &mut Faults) {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let names = ["Name", "name", "Container", "id"];
        let name = names.iter().find_map(|n| text(n));
        let name = name.unwrap_or_default().to_owned();
        if !self.names.insert(name.clone()) {
            self.names.clear();
            self.names.insert(name.clone());
            self.round += 1;
        }
        let mut take = |at: usize, read: &dyn Fn(&str) -> Option<f64>| {
            let column = COLUMNS[at];
            let column = column[usize::from(row.get(column[0]).is_none())];
            let text = text(column).filter(|t| *t != "--" && !t.starts_with("-- "))?;
            let value = read(text);
            if value.is_none() {
                faults.cell("amount", column, || {
                    format!("'{text}' is no amount, expected one such as 3.84% or 312KiB")
                });
            }
            value
        };
        let cpu = take(0, &|t| units::percent(t));
        let memory = take(1, &|t| units::bytes(t.split(" / ").next()?));
        let share = take(2, &|t| units::percent(t));
        let side = |at: usize| move |t: &str| units::bytes(t.split(" / ").nth(at)?);
        let net = [take(3, &side(0)), take(3, &side(1))];
        let block = [take(4, &side(0)), take(4, &side(1))];
        for (value, series, kind) in [
            (cpu, "plumbline_cpu_cores", Kind::Gauge),
            (memory, "plumbline_memory_bytes", Kind::Gauge),
            (share, "plumbline_memory_share", Kind::Gauge),
            (net[0], "plumbline_network_in_bytes_total", Kind::Counter),
            (net[1], "plumbline_network_out_bytes_total", Kind::Counter),
            (block[0], "plumbline_disk_read_bytes_total", Kind::Counter),
            (
                block[1],
                "plumbline_disk_written_bytes_total",
                Kind::Counter,
            ),
        ] {
            if let Some(value) = value {
                self.put(&name, series, kind, time, value);
            }
        }
    }

    /// What `podman stats --format '{{json .}}'` tells: numbers, and the time.
    fn podman(&mut self, row: &Value, time: Option<i64>) {
        let at = |key: &str| row.get(key).and_then(number);
        let name = row.get("Name").and_then(Value::as_str).unwrap_or_default();
        let time = time.or_else(|| at("SystemNano").map(|nanos| (nanos / 1e3) as i64));
        let networks = row.get("Network").and_then(Value::as_object);
        let sum = |key: &str| {
            let all = networks?.values();
            Some(all.filter_map(|n| number(n.get(key)?)).sum())
        };
        for (value, series, kind) in [
            (
                at("CPU").map(|x| x / 100.0),
                "plumbline_cpu_cores",
                Kind::Gauge,
            ),
            (at("MemUsage"), "plumbline_memory_bytes", Kind::Gauge),
            (
                at("MemPerc").map(|x| x / 100.0),
                "plumbline_memory_share",
                Kind::Gauge,
            ),
            (
                at("NetInput").or_else(|| sum("RxBytes")),
                "plumbline_network_in_bytes_total",
                Kind::Counter,
            ),
            (
                at("NetOutput").or_else(|| sum("TxBytes")),
                "plumbline_network_out_bytes_total",
                Kind::Counter,
            ),
            (
                at("BlockInput"),
                "plumbline_disk_read_bytes_total",
                Kind::Counter,
            ),
            (
                at("BlockOutput"),
                "plumbline_disk_written_bytes_total",
                Kind::Counter,
            ),
        ] {
            if let Some(value) = value {
                self.put(name, series, kind, time, value);
            }
        }
    }

    /// An answer of the API: numbers, and two looks at the processor.
    fn api(&mut self, row: &Value) {
        let at = |path: &[&str]| {
            let mut value = row;
            for key in path {
                value = value.get(key)?;
            }
            number(value)
        };
        let name = row
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("container");
        let name = name.trim_start_matches('/').to_owned();
        let time = row.get("read").and_then(Value::as_str).and_then(times::iso);
        let cpu = |which: &str| {
            Some((
                at(&[which, "cpu_usage", "total_usage"])?,
                at(&[which, "system_cpu_usage"])?,
            ))
        };
        if let (Some(now), Some(before)) = (cpu("cpu_stats"), cpu("precpu_stats"))
            && now.1 > before.1
        {
            let cores = at(&["cpu_stats", "online_cpus"]).unwrap_or(1.0);
            let share = (now.0 - before.0) / (now.1 - before.1) * cores;
            self.put(&name, "plumbline_cpu_cores", Kind::Gauge, time, share);
        }
        let memory = at(&["memory_stats", "usage"]);
        if let Some(memory) = memory {
            self.put(&name, "plumbline_memory_bytes", Kind::Gauge, time, memory);
            let limit = at(&["memory_stats", "limit"]).filter(|l| *l > 0.0);
            if let Some(limit) = limit {
                self.put(
                    &name,
                    "plumbline_memory_share",
                    Kind::Gauge,
                    time,
                    memory / limit,
                );
            }
        }
        let networks = row.get("networks").and_then(Value::as_object);
        for (key, series) in [
            ("rx_bytes", "plumbline_network_in_bytes_total"),
            ("tx_bytes", "plumbline_network_out_bytes_total"),
        ] {
            let all = networks.into_iter().flat_map(|n| n.values());
            let sum: f64 = all.filter_map(|n| number(n.get(key)?)).sum();
            if networks.is_some() {
                self.put(&name, series, Kind::Counter, time, sum);
            }
        }
    }
}

/// A line without terminal escapes.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            if chars.next() == Some('[') {
                let _ = chars.by_ref().find(|c| c.is_ascii_alphabetic());
            }
        } else {
            out.push(c);
        }
    }
    out
}

impl Lines for Docker {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        let text = plain(text);
        let mut text = text.trim();
        let joined;
        // An object of which the first line is its bracket goes on; a line that was cut off does not.
        let goes_on = !self.begun.is_empty() || text.ends_with('{');
        if !self.begun.is_empty() {
            self.begun.push(' ');
            self.begun.push_str(text);
            joined = std::mem::take(&mut self.begun);
            text = &joined;
        }
        let Some(open) = text.find('{') else {
            return;
        };
        let time = times::any(&text[..open]);
        // Objects of a list stand behind each other, with what a list has between them.
        let mut rest = &text[open..];
        while !rest.is_empty() {
            let mut rows = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            match rows.next() {
                Some(Ok(row)) if row.get("cpu_stats").is_some() => self.api(&row),
                Some(Ok(row)) if row.get("SystemNano").is_some() => self.podman(&row, time),
                Some(Ok(row)) => self.stats(&row, time.or_else(|| told(&row)), faults),
                Some(Err(why)) if why.is_eof() && goes_on && rest.len() < MOST_BYTES => {
                    rest.clone_into(&mut self.begun);
                    return;
                }
                Some(Err(why)) => {
                    return faults.lost("json", || {
                        format!(
                            "{} is no JSON: {why}, expected an object a line",
                            quoted(text)
                        )
                    });
                }
                None => return,
            }
            let end = rows.byte_offset();
            rest = rest[end..].trim_start_matches([',', ']', ' ']);
        }
    }

    fn finish(mut self: Box<Self>, faults: &mut Faults) -> SeriesSet {
        if !self.begun.is_empty() {
            faults.lost("json", || format!("{} has no end", quoted(&self.begun)));
        }
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return self.set;
        }
        let Some(last) = self.modified else {
            self.set.say_undated();
            return self.set;
        };
        self.set.note(NOTE);
        for w in waiting {
            let time = last - (self.round - w.round) * APART;
            self.set.add(w.key, w.kind, "", time, w.value);
        }
        self.set
    }
}
