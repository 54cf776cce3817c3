//! `nvidia-smi --query-gpu=… --format=csv`: a line a GPU and look. Its times have no zone and are read as UTC.

use super::lines::{Faults, quoted};
use super::{About, Lines, csv, times, units};
use crate::series::{Key, Kind, Labels, SeriesSet};

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

const NOTE: &str = "nvidia-smi writes local times without a zone: they are read as UTC.";

/// The reader.
pub struct Nvidia {
    file: String,
    own: Option<i64>,
    set: SeriesSet,
    /// Name and unit of each column.
    columns: Vec<(String, String)>,
}

impl Nvidia {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            own: times::in_name(&about.name).or(about.modified),
            set: SeriesSet::default(),
            columns: Vec::new(),
        }
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
            None => self.own,
        };
        let Some(time) = time else {
            return self.set.say_undated();
        };
        let gpu = ["index", "gpu_bus_id", "pci.bus_id", "uuid", "name"];
        let gpu = gpu.iter().find_map(|n| cell(n)).unwrap_or("0");
        let gpu = format!("GPU {gpu}");
        for ((column, unit), cell) in self.columns.iter().zip(&cells) {
            let Some(series) = series(column) else {
                continue;
            };
            let text = cell.trim();
            if text.starts_with('[') || text == "N/A" {
                continue;
            }
            let value = units::split(text).and_then(|(value, own)| {
                let unit = if own.is_empty() { unit.as_str() } else { own };
                match unit {
                    "%" => Some(value / 100.0),
                    "W" | "C" | "" => Some(value),
                    unit => Some(value * units::byte_factor(unit)?),
                }
            });
            match value {
                Some(value) => {
                    let key = Key {
                        name: series.into(),
                        labels: Labels::new(vec![("gpu".into(), gpu.clone())]),
                        file: self.file.clone(),
                    };
                    self.set.add(key, Kind::Gauge, "", time, value);
                }
                None => faults.cell("amount", column, || {
                    format!("'{text}' is no amount, expected one such as 99 % or 30994 MiB")
                }),
            }
        }
    }

    fn finish(self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.set
    }
}
