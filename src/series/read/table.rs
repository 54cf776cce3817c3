//! Tables of a service: rows of requests (time with latency, status, bytes or tokens), or of what a machine used
//! (time with CPU, memory, GPU). By the names of their columns.

use crate::series::requests::Request;
use crate::series::{Key, Kind, Labels, Series, SeriesSet, Values};
use crate::stats::time_unit::{self, TimeUnit};
use crate::table::{Column, NO_LEVEL, NO_TIME, Table};
use std::collections::BTreeMap;

/// What a column of a service's table holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holds {
    /// Seconds that a request took, times a factor.
    Duration(f64),
    /// How long a request took, in a unit that the name does not tell.
    Took,
    /// Seconds to the first token, times a factor; `None`: in a unit that the name does not tell.
    FirstToken(Option<f64>),
    /// Seconds for each further token, as well.
    PerToken(Option<f64>),
    /// Its status.
    Status,
    /// Bytes received.
    BytesIn,
    /// Bytes sent.
    BytesOut,
    /// Tokens of its prompt.
    TokensIn,
    /// Tokens that were generated.
    TokensOut,
    /// A level: the series that it is, and a factor.
    Level(&'static str, f64),
    /// Of what the row is.
    Of,
}

/// What a column holds, by its name.
#[must_use]
pub fn holds(name: &str) -> Option<Holds> {
    let mut plain = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            plain.push('_');
        }
        before = c;
        plain.push(if c.is_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        });
    }
    let plain = plain.trim_matches('_');
    let parts: Vec<&str> = plain.split('_').filter(|p| !p.is_empty()).collect();
    let has = |word: &str| parts.contains(&word);
    let unit = if has("us") || has("micros") || has("microseconds") {
        1e-6
    } else if has("s") || has("sec") || has("secs") || has("seconds") {
        1.0
    } else if has("ns") || has("nanos") || has("nanoseconds") {
        1e-9
    } else {
        1e-3
    };
    let seconds = |fallback: f64| match plain {
        _ if unit != 1e-3 || has("ms") || has("millis") || has("milliseconds") => unit,
        _ => fallback,
    };
    let told = unit != 1e-3 || has("ms") || has("millis") || has("milliseconds");
    let share = if has("percent") || has("pct") || has("perc") || name.contains('%') {
        0.01
    } else {
        1.0
    };
    let size = if has("mb") || has("mib") {
        1_048_576.0
    } else if has("gb") || has("gib") {
        1_073_741_824.0
    } else if has("kb") || has("kib") {
        1_024.0
    } else {
        1.0
    };
    let whole = has("total") || has("limit") || has("capacity");
    Some(match plain {
        "status" | "status_code" | "http_status" | "response_code" | "http_code" => Holds::Status,
        "bytes" | "bytes_out" | "bytes_sent" | "response_bytes" | "response_size"
        | "body_bytes_sent" => Holds::BytesOut,
        "bytes_in" | "bytes_received" | "request_bytes" | "request_size" | "request_length" => {
            Holds::BytesIn
        }
        "context_tokens" | "prompt_tokens" | "input_tokens" | "tokens_in" | "input_length"
        | "num_input_tokens" => Holds::TokensIn,
        "generated_tokens" | "completion_tokens" | "output_tokens" | "tokens_out"
        | "output_length" | "num_output_tokens" => Holds::TokensOut,
        "host" | "instance" | "node" | "pod" | "container" | "gpu" | "server" | "machine" => {
            Holds::Of
        }
        _ if has("ttft") || plain.contains("first_token") => {
            Holds::FirstToken(told.then_some(unit))
        }
        _ if has("tpot")
            || has("itl")
            || plain.contains("per_token")
            || plain.contains("per_output_token") =>
        {
            Holds::PerToken(told.then_some(unit))
        }
        "request_time" => Holds::Duration(seconds(1.0)),
        _ if has("latency")
            || has("duration")
            || plain.contains("response_time")
            || plain == "total_time"
            || plain.starts_with("elapsed") =>
        {
            if told {
                Holds::Duration(unit)
            } else {
                Holds::Took
            }
        }
        _ if has("gpu") && (has("memory") || has("mem")) && whole => {
            Holds::Level("plumbline_gpu_memory_total_bytes", size)
        }
        _ if has("gpu") && (has("memory") || has("mem")) => {
            match share == 1.0 && size == 1.0 && !has("bytes") {
                true => Holds::Level("plumbline_gpu_memory_share", 1.0),
                false if share != 1.0 => Holds::Level("plumbline_gpu_memory_share", share),
                false => Holds::Level("plumbline_gpu_memory_used_bytes", size),
            }
        }
        _ if has("gpu") && (has("power") || has("watts")) => {
            Holds::Level("plumbline_gpu_power_watts", 1.0)
        }
        _ if has("gpu") => Holds::Level("plumbline_gpu_share", share),
        _ if has("cpu") && has("cores") => Holds::Level("plumbline_cpu_cores", 1.0),
        _ if has("cpu") => Holds::Level("plumbline_cpu_share", share),
        _ if (has("memory") || has("mem") || has("rss")) && share != 1.0 => {
            Holds::Level("plumbline_memory_share", share)
        }
        _ if (has("memory") || has("mem")) && whole => Holds::Level(MEMORY_TOTAL, size),
        _ if (has("memory") || has("mem")) && (has("free") || has("available")) => {
            Holds::Level("plumbline_memory_free_bytes", size)
        }
        _ if has("memory") || has("mem") || has("rss") => Holds::Level(MEMORY, size),
        _ if has("disk") && (share != 1.0 || has("used")) => {
            Holds::Level("plumbline_disk_space", share)
        }
        _ if (has("network") || has("net")) && (has("in") || has("rx") || has("received")) => {
            Holds::Level("plumbline_network_in", size)
        }
        _ if (has("network") || has("net")) && (has("out") || has("tx") || has("sent")) => {
            Holds::Level("plumbline_network_out", size)
        }
        _ => return None,
    })
}

/// Whether the names of a table's columns are those of a service's: at least one tells of it, and all that are told
/// are few against those.
#[must_use]
pub fn is<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let known: Vec<Option<Holds>> = names.map(holds).collect();
    let told = known.iter().flatten().filter(|h| **h != Holds::Of).count();
    told > 0 && told * 3 >= known.len().saturating_sub(1)
}

/// Units of times of which the name of no column tells it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Units {
    took: TimeUnit,
    first_token: TimeUnit,
    per_token: TimeUnit,
}

/// The units of times of which the name of no column tells it, by all parts of a table; notes say them.
pub fn units<'a>(parts: &(impl Iterator<Item = &'a Table> + Clone), set: &mut SeriesSet) -> Units {
    let mut unit = |of: Holds| {
        let (mut name, mut values) = (None, Vec::new());
        for part in parts.clone() {
            for (title, column) in part.names.iter().zip(&part.columns) {
                if let (true, Column::Number(numbers)) = (holds(title) == Some(of), column) {
                    name.get_or_insert(title.clone());
                    values.extend(numbers.iter().take(ENOUGH));
                }
            }
        }
        let Some((name, median)) = name.zip(time_unit::median(&values)) else {
            return TimeUnit::default();
        };
        let unit = time_unit::by_median(median);
        set.note(&time_unit::said(&format!("Column '{name}'"), median, unit));
        unit
    };
    Units {
        took: unit(Holds::Took),
        first_token: unit(Holds::FirstToken(None)),
        per_token: unit(Holds::PerToken(None)),
    }
}

/// Durations of a part of a table from which the unit is guessed.
const ENOUGH: usize = 10_000;

/// Adds the rows of a part of a table; `units` are those of times that do not tell it.
pub fn take(table: &Table, file: &str, units: Units, set: &mut SeriesSet) {
    let time = table.columns.iter().find_map(|c| match c {
        Column::Time(times) => Some(times),
        _ => None,
    });
    let Some(times) = time else { return };
    let columns: Vec<(Holds, &Column)> = table
        .names
        .iter()
        .zip(&table.columns)
        .filter_map(|(name, column)| Some((holds(name)?, column)))
        .collect();
    let of_requests = columns
        .iter()
        .any(|(h, _)| !matches!(h, Holds::Level(..) | Holds::Of));
    let total = |h: &Holds| matches!(h, Holds::Level(name, _) if *name == MEMORY_TOTAL);
    let of_total = columns.iter().any(|(h, _)| total(h));
    let number = |column: &Column, row: usize| match column {
        Column::Number(numbers) => numbers.get(row).copied().filter(|x| x.is_finite()),
        Column::Category { codes, levels } => {
            let code = codes.get(row).copied().filter(|c| *c != NO_LEVEL)?;
            levels
                .get(code as usize)?
                .trim_end_matches('%')
                .trim()
                .parse()
                .ok()
        }
        _ => None,
    };
    let word = |column: &Column, row: usize| match column {
        Column::Category { codes, levels } => {
            let code = codes.get(row).copied().filter(|c| *c != NO_LEVEL)?;
            levels.get(code as usize).map(ToString::to_string)
        }
        Column::Number(numbers) => numbers.get(row).map(ToString::to_string),
        _ => None,
    };
    for row in 0..table.rows {
        let Some(time) = times.get(row).copied().filter(|t| *t != NO_TIME) else {
            continue;
        };
        let mut request = Request {
            time,
            ..Request::default()
        };
        let of = columns.iter().find(|(h, _)| *h == Holds::Of);
        let of = of.and_then(|(_, column)| word(column, row));
        for (holds, column) in &columns {
            let Some(value) = number(column, row) else {
                if *holds == Holds::Status {
                    request.status = word(column, row).and_then(|w| status(&w));
                }
                continue;
            };
            match holds {
                Holds::Duration(f) => request.duration_s = Some(value * f),
                Holds::Took => request.duration_s = Some(value * units.took.seconds()),
                Holds::FirstToken(f) => {
                    let seconds = f.unwrap_or(units.first_token.seconds());
                    request.first_token_s = Some(value * seconds);
                }
                Holds::PerToken(f) => {
                    let seconds = f.unwrap_or(units.per_token.seconds());
                    request.per_token_s = Some(value * seconds);
                }
                Holds::Status => {
                    request.status = (100.0..600.0).contains(&value).then_some(value as u16);
                }
                Holds::BytesIn => request.bytes_in = Some(value),
                Holds::BytesOut => request.bytes_out = Some(value),
                Holds::TokensIn => request.tokens_in = Some(value),
                Holds::TokensOut => request.tokens_out = Some(value),
                Holds::Level(name, factor) => {
                    let labels = of.iter().map(|of| ("instance".to_owned(), of.clone()));
                    let labels = Labels::new(labels.collect());
                    let mut add = |name: &str| {
                        let key = Key {
                            name: name.into(),
                            labels: labels.clone(),
                            file: file.into(),
                        };
                        let unit = match *factor == 1.0 && is_share(name) {
                            true => UNSURE,
                            false => "",
                        };
                        set.add(key, Kind::Gauge, unit, time, value * factor);
                    };
                    add(name);
                    if *name == MEMORY && of_total {
                        // It is a part of that, too.
                        add("plumbline_memory_used_bytes");
                    }
                }
                Holds::Of => {}
            }
        }
        request.per_token_s = request.per_token_s.or_else(|| per_token(&request));
        if of_requests {
            set.requests_of(file).add(&request);
        }
    }
}

/// Seconds for each token after the first, of a request that tells how long it took, when the first came and how many
/// there were.
fn per_token(request: &Request) -> Option<f64> {
    let after = request.duration_s? - request.first_token_s?;
    let tokens = request.tokens_out? - 1.0;
    (after >= 0.0 && tokens >= 1.0).then(|| after / tokens)
}

const MEMORY: &str = "plumbline_memory_bytes";
const MEMORY_TOTAL: &str = "plumbline_memory_total_bytes";

/// The unit of what is a share or percent, before all of it is known.
const UNSURE: &str = "share or percent";

fn is_share(name: &str) -> bool {
    name.ends_with("_share") || name == "plumbline_disk_space"
}

/// Settles, once all parts of a table are there, whether what is a share or percent by its name is percent: where
/// anything is above 1.5.
pub fn settle_shares(set: &mut SeriesSet) {
    let mut most: BTreeMap<String, f64> = BTreeMap::new();
    let unsure = |series: &Series| series.unit == UNSURE;
    for (key, series) in set.series().iter().filter(|(_, s)| unsure(s)) {
        let of = most.entry(key.name.clone()).or_default();
        *of = series.numbers().iter().copied().fold(*of, f64::max);
    }
    for (name, most) in most {
        let percent = most > 1.5;
        set.change(|key, series| {
            if key.name != name || !unsure(series) {
                return;
            }
            series.unit.clear();
            if let Values::Numbers(numbers) = &mut series.values
                && percent
            {
                numbers.iter_mut().for_each(|x| *x /= 100.0);
            }
        });
        if percent {
            let what = name.trim_start_matches("plumbline_");
            let what = what.trim_end_matches("_share").replace('_', " ");
            set.note(&format!(
                "Shares of {what} reach {most:.0} in a column that tells no unit, so they were taken as percent."
            ));
        }
    }
}

/// A status that is a word.
fn status(word: &str) -> Option<u16> {
    use crate::series::known::{Class, word as class};
    Some(match class(word)? {
        Class::Done => 200,
        Class::Client => 400,
        Class::Server => 500,
    })
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
            ("ttft", Holds::FirstToken(None)),
            ("mem_total_mb", Holds::Level(MEMORY_TOTAL, 1_048_576.0)),
            ("cpu_percent", Holds::Level("plumbline_cpu_share", 0.01)),
            (
                "memory_mb",
                Holds::Level("plumbline_memory_bytes", 1_048_576.0),
            ),
            ("status", Holds::Status),
        ] {
            assert_eq!(holds(name), Some(expected), "{name}");
        }
        assert_eq!(holds("age"), None);
        assert!(is(
            ["TIMESTAMP", "ContextTokens", "GeneratedTokens"].into_iter()
        ));
        assert!(!is(
            ["time", "age", "income", "status", "city", "sex"].into_iter()
        ));
    }

    fn table(columns: &[(&str, &[f64])]) -> Table {
        let rows = columns.first().map_or(0, |c| c.1.len());
        let minute = |i: usize| 1_772_323_200_000_000 + i as i64 * 60_000_000;
        let mut table = Table {
            names: vec!["time".into()],
            columns: vec![Column::Time((0..rows).map(minute).collect())],
            rows,
        };
        for (name, numbers) in columns {
            table.names.push((*name).into());
            table.columns.push(Column::Number(numbers.to_vec()));
        }
        table
    }

    fn read(table: &Table) -> SeriesSet {
        let mut set = SeriesSet::default();
        let units = units(&std::iter::once(table), &mut set);
        take(table, "t", units, &mut set);
        set
    }

    #[test]
    fn what_is_used_of_a_memory_and_all_of_it_are_two_series() {
        let set = read(&table(&[
            ("mem_used_mb", &[1_000.0, 1_500.0]),
            ("mem_total_mb", &[4_000.0, 4_000.0]),
        ]));
        let numbers = |name: &str| {
            let found = set.series().iter().find(|(key, _)| key.name == name);
            found.map(|(_, series)| series.numbers().to_vec())
        };
        const MB: f64 = 1_048_576.0;
        let (used, total) = (vec![1_000.0 * MB, 1_500.0 * MB], vec![4_000.0 * MB; 2]);
        assert_eq!(numbers(MEMORY), Some(used.clone()));
        assert_eq!(numbers("plumbline_memory_used_bytes"), Some(used));
        assert_eq!(numbers(MEMORY_TOTAL), Some(total));
    }

    #[test]
    fn time_for_each_token_is_made_of_what_rows_tell_and_units_are_guessed() {
        // The unit of a time to the first token is guessed by its size, and said.
        for (first, unit) in [(0.2, "seconds"), (200.0, "milliseconds")] {
            let set = read(&table(&[
                ("latency_ms", &[1_200.0; 3]),
                ("ttft", &[first; 3]),
                ("completion_tokens", &[101.0; 3]),
            ]));
            let requests = &set.requests()["t"];
            let cell = requests.cells.values().next();
            let near = |found: Option<f64>, wanted: f64| {
                found.is_some_and(|x| (x / wanted - 1.0).abs() < 0.01)
            };
            assert!(near(cell.and_then(|c| c.first_token_s.quantile(0.5)), 0.2));
            assert!(near(cell.and_then(|c| c.per_token_s.quantile(0.5)), 0.01));
            assert!(
                set.notes()
                    .iter()
                    .any(|n| n.contains("ttft") && n.contains(unit))
            );
        }
    }
}
