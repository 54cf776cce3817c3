//! A panel's data as Grafana saves it: a time and a column a series; several frames behind each other, an empty line
//! between them. Formatted values have units (`13.70%`, `1.2 ms`) and local times without a zone, read as UTC.

use super::lines::{Faults, quoted};
use super::{About, Lines, csv, times, units};
use crate::series::set::LEGEND;
use crate::series::{Key, Kind, Labels, SeriesSet};

/// Whether lines are of this format: a quoted header that begins with a time, an unquoted time below it, numbers in
/// every other cell, and no column that a model's log would have.
pub fn is(lines: &[&str]) -> bool {
    let mut rest = lines.iter().copied().filter(|l| !l.trim().is_empty());
    let mut header = rest.next();
    if header.is_some_and(|h| h.starts_with("sep=")) {
        header = rest.next();
    }
    let Some((header, row)) = header.zip(rest.next()) else {
        return false;
    };
    let (header, row) = (header.trim_end_matches('\r'), row.trim_end_matches('\r'));
    let separator = separator(header);
    if !is_header(header) || row.starts_with('"') {
        return false;
    }
    let names = csv::cells(header, separator);
    let model = [
        "score",
        "prediction",
        "predicted",
        "label",
        "target",
        "actual",
        "y_true",
        "y_pred",
        "outcome",
        "class",
    ];
    let of_model = |name: &String| {
        let name = name.to_lowercase();
        model.iter().any(|m| name == *m || name.contains("predict"))
    };
    let cells = csv::cells(row, separator);
    cells.len() == names.len()
        && cells.len() > 1
        && !names.iter().any(of_model)
        && cells.first().is_some_and(|c| time(c).is_some())
        && cells[1..]
            .iter()
            .all(|c| c.is_empty() || value(&pointed(c, separator)).is_some())
}

fn is_header(line: &str) -> bool {
    ["\"Time\"", "\"time\"", "\"Timestamp\""]
        .iter()
        .any(|t| line.starts_with(t))
}

fn separator(header: &str) -> char {
    let behind = header.trim_start_matches('"');
    let at = behind.find('"').map_or(0, |at| at + 1);
    behind[at..]
        .chars()
        .next()
        .filter(|c| [',', ';', '\t'].contains(c))
        .unwrap_or(',')
}

/// A number with a comma for its point, as spreadsheets of some countries have it, written with a point.
fn pointed(text: &str, separator: char) -> std::borrow::Cow<'_, str> {
    match separator == ';' && text.contains(',') {
        true => text.replace('.', "").replace(',', ".").into(),
        false => text.into(),
    }
}

/// A time as an export has it, or as spreadsheets of some countries write it: `23.11.2026 09:00:00`.
fn time(text: &str) -> Option<i64> {
    times::any(text).or_else(|| times::dotted(text))
}

fn value(text: &str) -> Option<f64> {
    let text = text.trim();
    match text {
        "NaN" | "null" | "undefined" | "N/A" => return Some(f64::NAN),
        _ => {}
    }
    let (value, unit) = units::split(text)?;
    Some(value * units::known(unit)?.0)
}

const NOTE: &str = "Grafana's formatted export has local times without a zone and rounded values: times are read as UTC. Switch 'Formatted data' off to have both as they were.";

/// The reader.
pub struct Grafana {
    file: String,
    set: SeriesSet,
    separator: char,
    columns: Vec<Key>,
    units: Vec<String>,
}

impl Grafana {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            set: SeriesSet::default(),
            separator: ',',
            columns: Vec::new(),
            units: Vec::new(),
        }
    }

    /// What a column's title names: `name{label="x"}`, or words.
    fn key(&self, title: &str) -> Key {
        let (name, labels) = match title.split_once('{') {
            Some((name, rest)) => {
                let pairs = rest.trim_end_matches('}').split(", ").filter_map(|pair| {
                    let (label, value) = pair.split_once('=')?;
                    Some((label.trim().to_owned(), value.trim_matches('"').to_owned()))
                });
                (name.to_owned(), pairs.collect())
            }
            None if title == "Value" || title.is_empty() => (self.file.clone(), Vec::new()),
            None => {
                let legend = (LEGEND.to_owned(), title.to_owned());
                (self.file.clone(), vec![legend])
            }
        };
        let name = match name.as_str() {
            "" | "Value" => self.file.clone(),
            _ => name,
        };
        Key {
            name,
            labels: Labels::new(labels),
            file: self.file.clone(),
        }
    }
}

impl Lines for Grafana {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        if text.is_empty() || text.starts_with("sep=") {
            return;
        }
        if is_header(text) {
            self.separator = separator(text);
            let titles = csv::cells(text, self.separator);
            self.columns = titles[1..].iter().map(|t| self.key(t)).collect();
            self.units = vec![String::new(); self.columns.len()];
            return;
        }
        let cells = csv::cells(text, self.separator);
        if cells.len() != self.columns.len() + 1 {
            let (found, expected) = (cells.len(), self.columns.len() + 1);
            return faults.lost("cells", || {
                format!("{} has {found} cells, expected {expected}", quoted(text))
            });
        }
        let Some(time) = time(&cells[0]) else {
            return faults.lost("time", || {
                format!(
                    "column Time: '{}' is no time, expected milliseconds since 1970 or 2026-11-23 08:28:57",
                    cells[0]
                )
            });
        };
        if times::epoch(&cells[0]).is_none() {
            self.set.note(NOTE);
        }
        for ((key, cell), unit) in self.columns.iter().zip(&cells[1..]).zip(&mut self.units) {
            if cell.trim().is_empty() {
                continue;
            }
            let cell = &*pointed(cell, self.separator);
            match value(cell) {
                Some(value) => {
                    if let Some((_, own)) = units::split(cell)
                        && let Some((_, of)) = units::known(own)
                        && unit.is_empty()
                    {
                        of.clone_into(unit);
                    }
                    self.set.add(key.clone(), Kind::Gauge, unit, time, value);
                }
                None => faults.cell("amount", &key.name, || {
                    format!("'{cell}' is no number, with or without a unit that is known")
                }),
            }
        }
    }

    fn finish(self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_are_points_where_semicolons_separate() {
        let mut reader = Box::new(Grafana::new(&About {
            name: "panel.csv".into(),
            modified: None,
        }));
        let mut faults = Faults::default();
        for line in [
            "\"Time\";\"p95 latency\"",
            "23.11.2026 09:00:00;1.012,5 ms",
            "2026-11-23 09:01:00;12,5 ms",
        ] {
            reader.line(line, &mut faults);
        }
        let set = reader.finish(&mut faults);
        let all: Vec<_> = set.series().values().collect();
        let found: Vec<(i64, f64)> = all[0]
            .times
            .iter()
            .copied()
            .zip(all[0].numbers().iter().copied())
            .collect();
        assert_eq!(
            found,
            [
                (1_795_424_400_000_000, 1.012_5),
                (1_795_424_460_000_000, 0.012_5)
            ]
        );
        assert!(faults.finish().is_empty());
    }

    #[test]
    fn a_table_of_transactions_is_no_panel() {
        let credit = [
            "\"Time\",\"V1\",\"Amount\",\"Class\"",
            "0,-1.35,149.62,\"0\"",
        ];
        assert!(!is(&credit));
        let scores = ["\"Time\",\"score\"", "2026-11-23 08:28:57,0.5"];
        assert!(!is(&scores));
        let panel = [
            "\"Time\",\"idle\",\"user\"\r",
            "2026-11-23 08:28:57,0.04%,13.70%\r",
        ];
        assert!(is(&panel));
        let german = [
            "\"Time\";\"p95 latency\";\"{job=\"\"api\"\"}\"",
            "23.11.2026 09:00:00;1.012,5 ms;13,7 %",
        ];
        assert!(is(&german));
    }
}
