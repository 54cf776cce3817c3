//! `nvidia-smi --query-gpu=… --format=csv`: a line a GPU and look. Its times have no zone and are read as UTC. Without
//! times it is not known how far looks are apart: they are told together, at the file's own date, as their median, with
//! the least and the most of them in a note.

use super::lines::{Faults, quoted};
use super::{About, Lines, csv, times, units};
use crate::series::{Key, Kind, Labels, SeriesSet};
use std::collections::BTreeMap;

/// Whether lines are of this format.
pub fn is(lines: &[&str]) -> bool {
    lines.first().is_some_and(|line| is_header(line))
}

fn is_header(line: &str) -> bool {
    let known = [
        "utilization.gpu",
        "memory.used",
        "power.draw",
        "temperature.gpu",
    ];
    line.contains(',') && known.iter().any(|k| line.contains(k))
}

/// Looks of a column of a GPU that are held at most.
const MOST_LOOKS: usize = 200_000;
/// GPUs of which the spread of looks is told.
const MOST_TOLD: usize = 8;

const NOTE: &str = "nvidia-smi writes local times without a zone: they are read as UTC.";

/// The reader.
pub struct Nvidia {
    file: String,
    own: Option<i64>,
    set: SeriesSet,
    /// Name and unit of each column.
    columns: Vec<(String, String)>,
    /// Looks without a time, by GPU and series.
    looks: BTreeMap<(String, &'static str), Vec<f64>>,
}

impl Nvidia {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            own: times::in_name(&about.name).or(about.modified),
            set: SeriesSet::default(),
            columns: Vec::new(),
            looks: BTreeMap::new(),
        }
    }

    fn put(&mut self, gpu: &str, series: &str, time: i64, value: f64) {
        let key = Key {
            name: series.into(),
            labels: Labels::new(vec![("gpu".into(), gpu.into())]),
            file: self.file.clone(),
        };
        self.set.add(key, Kind::Gauge, "", time, value);
    }

    /// Tells looks without a time together.
    fn together(&mut self) {
        let Some(own) = self.own else { return };
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((gpu, series), mut looks) in std::mem::take(&mut self.looks) {
            looks.sort_unstable_by(f64::total_cmp);
            let n = looks.len();
            let (Some(least), Some(most)) = (looks.first(), looks.last()) else {
                continue;
            };
            let median = f64::midpoint(looks[(n - 1) / 2], looks[n / 2]);
            if n > 1 {
                let texts = [*least, median, *most].map(|x| amount(series, x));
                let spread = format!(
                    "{} {} / {} / {}",
                    word(series),
                    texts[0],
                    texts[1],
                    texts[2]
                );
                told.entry(gpu.clone()).or_default().push(spread);
            }
            self.put(&gpu, series, own, median);
        }
        for (gpu, spreads) in told.into_iter().take(MOST_TOLD) {
            self.set.note(&format!(
                "nvidia-smi tells no times in {}: all looks at {gpu} are shown as one, their median, at the file's date. Least / median / most: {}. Add timestamp to --query-gpu to see them over time.",
                self.file,
                spreads.join("; ")
            ));
        }
    }
}

/// What a series is of.
fn word(series: &str) -> &'static str {
    match series {
        "plumbline_gpu_share" => "use",
        "plumbline_gpu_memory_used_bytes" => "memory used",
        "plumbline_gpu_memory_total_bytes" => "memory",
        "plumbline_gpu_power_watts" => "power",
        _ => "temperature",
    }
}

/// A value in words.
fn amount(series: &str, value: f64) -> String {
    let plain = |x: f64| format!("{}", (x * 10.0).round() / 10.0);
    match series {
        "plumbline_gpu_share" => format!("{} %", plain(value * 100.0)),
        "plumbline_gpu_power_watts" => format!("{} W", plain(value)),
        "plumbline_gpu_celsius" => format!("{} °C", plain(value)),
        _ => format!("{} MiB", plain(value / 1_048_576.0)),
    }
}

/// The unit of a number of which neither the cell nor the head of the column tells one: shares are in percent, and memory
/// in MiB unless that would be more than any GPU has: then it is in bytes.
fn usual_unit(series: &str, value: f64) -> Option<&'static str> {
    const MOST_MIB: f64 = 4_194_304.0;
    match series {
        "plumbline_gpu_share" => Some("%"),
        "plumbline_gpu_memory_used_bytes" | "plumbline_gpu_memory_total_bytes" => {
            (value > 0.0 && value < MOST_MIB).then_some("MiB")
        }
        _ => None,
    }
}

/// The series of a column.
fn series(column: &str) -> Option<&'static str> {
    Some(match column {
        "utilization.gpu" => "plumbline_gpu_share",
        "memory.used" => "plumbline_gpu_memory_used_bytes",
        "memory.total" => "plumbline_gpu_memory_total_bytes",
        "power.draw" | "power.draw.instant" => "plumbline_gpu_power_watts",
        "temperature.gpu" => "plumbline_gpu_celsius",
        _ => return None,
    })
}

impl Lines for Nvidia {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        if text.trim().is_empty() {
            return;
        }
        let cells = csv::cells(text, ',');
        // The header stands again where the logger was started again.
        if is_header(text) {
            let column = |cell: &String| {
                let (name, unit) = cell.trim().split_once(" [").unwrap_or((cell.trim(), ""));
                (name.to_owned(), unit.trim_end_matches(']').to_owned())
            };
            self.columns = cells.iter().map(column).collect();
            return;
        }
        if cells.len() != self.columns.len() {
            let (found, expected) = (cells.len(), self.columns.len());
            return faults.lost("cells", || {
                format!("{} has {found} cells, expected {expected}", quoted(text))
            });
        }
        let cell = |name: &str| {
            let at = self.columns.iter().position(|c| c.0 == name)?;
            cells.get(at).map(|c| c.trim())
        };
        let time = match cell("timestamp") {
            Some(text) => {
                let time = times::any(text);
                if time.is_none() {
                    return faults.lost("time", || {
                        format!("column timestamp: '{text}' is no time, expected one such as 2020/11/12 13:48:11.412")
                    });
                }
                self.set.note(NOTE);
                time
            }
            None => None,
        };
        if time.is_none() && self.own.is_none() {
            return self.set.say_undated();
        }
        let gpu = ["index", "gpu_bus_id", "pci.bus_id", "uuid", "name"];
        let gpu = gpu.iter().find_map(|n| cell(n)).unwrap_or("0");
        let gpu = match gpu.starts_with("GPU") {
            true => gpu.to_owned(),
            false => format!("GPU {gpu}"),
        };
        let mut found: Vec<(&'static str, f64)> = Vec::new();
        for ((column, unit), cell) in self.columns.iter().zip(&cells) {
            let Some(series) = series(column) else {
                continue;
            };
            let text = cell.trim();
            if text.starts_with('[') || text == "N/A" {
                continue;
            }
            let mut untold = None;
            let value = units::split(text).and_then(|(value, own)| {
                let mut unit = if own.is_empty() { unit.as_str() } else { own };
                if unit.is_empty() {
                    untold = usual_unit(series, value);
                    unit = untold.unwrap_or_default();
                }
                match unit {
                    "%" => Some(value / 100.0),
                    "W" | "C" | "" => Some(value),
                    unit => Some(value * units::byte_factor(unit)?),
                }
            });
            if let Some(unit) = untold {
                self.set.note(&format!(
                    "Column {column} of {} tells no unit: it was read in {unit}, as nvidia-smi writes it.",
                    self.file
                ));
            }
            match value {
                Some(value) => found.push((series, value)),
                None => faults.cell("amount", column, || {
                    format!("'{text}' is no amount, expected one such as 99 % or 30994 MiB")
                }),
            }
        }
        for (series, value) in found {
            match time {
                Some(time) => self.put(&gpu, series, time, value),
                None => {
                    let looks = self.looks.entry((gpu.clone(), series)).or_default();
                    if looks.len() < MOST_LOOKS {
                        looks.push(value);
                    }
                }
            }
        }
    }

    fn finish(mut self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.together();
        self.set
    }
}
