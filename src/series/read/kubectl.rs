//! Tables of columns apart by blanks: `kubectl top pods`, `kubectl top nodes`, `docker stats`. They tell no time: a
//! line with one before a table is taken, else the file's own date.

use super::lines::{Faults, quoted};
use super::{About, Lines, times, units};
use crate::series::{Key, Kind, Labels, SeriesSet};

/// Whether lines are of this format.
pub fn is(lines: &[&str]) -> bool {
    lines.iter().take(10).any(|line| columns(line).is_some())
}

/// Where a column begins, and what it is.
type Column = (usize, &'static str);

const TITLES: [&str; 14] = [
    "NAMESPACE",
    "NAME",
    "CPU(cores)",
    "CPU%",
    "CPU(%)",
    "CPU %",
    "MEMORY(bytes)",
    "MEMORY%",
    "MEMORY(%)",
    "MEM USAGE / LIMIT",
    "MEM %",
    "POD",
    "SWAP(bytes)",
    "SWAP(%)",
];

fn columns(line: &str) -> Option<Vec<Column>> {
    let known = (line.contains("CPU(cores)") && line.contains("MEMORY(bytes)"))
        || (line.contains("CPU %") && line.contains("MEM USAGE / LIMIT"));
    if !known {
        return None;
    }
    let mut found: Vec<Column> = Vec::new();
    for title in TITLES {
        // A title, not the start or the end of a longer one.
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let whole = |at: &usize| {
            blank(line[..*at].chars().last()) && blank(line[at + title.len()..].chars().next())
        };
        found.extend(
            line.match_indices(title)
                .map(|m| m.0)
                .find(whole)
                .map(|at| (at, title)),
        );
    }
    found.sort_unstable();
    Some(found)
}

/// Said of a line of `date` whose zone has a name that is no offset.
const UNZONED: &str =
    "Times before tables have a zone that is not UTC and no offset: they were read as UTC.";

/// The reader.
pub struct Top {
    file: String,
    own: Option<i64>,
    set: SeriesSet,
    columns: Vec<Column>,
    time: Option<i64>,
    tables: usize,
    held: Vec<(Key, f64)>,
}

impl Top {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            own: times::in_name(&about.name).or(about.modified),
            set: SeriesSet::default(),
            columns: Vec::new(),
            time: None,
            tables: 0,
            held: Vec::new(),
        }
    }

    fn put(&mut self, key: Key, value: f64) {
        match self.time {
            Some(time) => self.set.add(key, Kind::Gauge, "", time, value),
            None => self.held.push((key, value)),
        }
    }
}

impl Lines for Top {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        if text.trim().is_empty() {
            return;
        }
        let word = text.trim().trim_start_matches('#').trim();
        if let Some(time) = times::any(word) {
            self.time = Some(time);
            return;
        }
        if let Some((time, zoned)) = times::date(word) {
            self.time = Some(time);
            if !zoned {
                self.set.note(UNZONED);
            }
            return;
        }
        if let Some(columns) = columns(text) {
            if self.time.is_none() && !self.held.is_empty() {
                // Two tables without a time: only the last one is at the file's own date.
                self.held.clear();
                self.set.say_undated();
            }
            self.columns = columns;
            self.tables += 1;
            return;
        }
        // Cells are told by their order: they may be wider than their titles.
        let wide = self.columns.iter().any(|c| c.1 == "MEM USAGE / LIMIT");
        let words: Vec<&str> = if wide {
            text.split("  ")
                .map(str::trim)
                .filter(|w| !w.is_empty())
                .collect()
        } else {
            text.split_whitespace().collect()
        };
        let skip = usize::from(wide); // the container's id has no title that is known
        let cell = |title: &str| {
            let at = self.columns.iter().position(|c| c.1 == title)?;
            words.get(at + skip).copied()
        };
        // `--sum` ends a table with a rule and a row without a name.
        let sum = words
            .iter()
            .all(|w| !w.is_empty() && w.bytes().all(|b| b == b'_'));
        let named = self.columns.iter().filter(|c| c.1.contains('(')).count();
        if sum || !wide && text.starts_with(char::is_whitespace) && words.len() <= named {
            return;
        }
        let Some(name) = cell("POD").or_else(|| cell("NAME")) else {
            return faults.lost("row", || {
                format!(
                    "{} has no name, expected the columns of the table above",
                    quoted(text)
                )
            });
        };
        let has = |title: &str| self.columns.iter().any(|c| c.1 == title);
        let of_node = has("CPU%") || has("CPU(%)");
        let label = match (wide, of_node && !has("NAMESPACE") && !has("POD")) {
            (true, _) => "container",
            (_, true) => "node",
            _ => "pod",
        };
        let container = cell("NAME").filter(|_| has("POD"));
        let mut values: Vec<(&str, Option<f64>)> = Vec::new();
        let quantity = |t: &str| units::quantity(t);
        for (title, series, read) in [
            (
                "CPU(cores)",
                "plumbline_cpu_cores",
                &quantity as &dyn Fn(&str) -> Option<f64>,
            ),
            ("CPU%", "plumbline_cpu_share", &|t| units::percent(t)),
            ("CPU(%)", "plumbline_cpu_share", &|t| units::percent(t)),
            ("CPU %", "plumbline_cpu_cores", &|t| units::percent(t)),
            ("MEMORY(bytes)", "plumbline_memory_bytes", &quantity),
            ("MEMORY%", "plumbline_memory_share", &|t| units::percent(t)),
            ("MEMORY(%)", "plumbline_memory_share", &|t| {
                units::percent(t)
            }),
            ("MEM %", "plumbline_memory_share", &|t| units::percent(t)),
            ("MEM USAGE / LIMIT", "plumbline_memory_bytes", &|t| {
                units::bytes(t.split(" / ").next()?)
            }),
        ] {
            if let Some(text) = cell(title).filter(|t| !matches!(*t, "<unknown>" | "--")) {
                if read(text).is_none() {
                    faults.cell("amount", title, || {
                        format!("'{text}' is no amount, expected one such as 425m or 1970Mi")
                    });
                }
                values.push((series, read(text)));
            }
        }
        let space = cell("NAMESPACE").map(|s| ("namespace".to_owned(), s.to_owned()));
        let container = container.map(|c| ("container".to_owned(), c.to_owned()));
        let labels = space
            .into_iter()
            .chain([(label.to_owned(), name.to_owned())])
            .chain(container);
        let labels = Labels::new(labels.collect());
        for (series, value) in values {
            let key = Key {
                name: series.into(),
                labels: labels.clone(),
                file: self.file.clone(),
            };
            if let Some(value) = value {
                self.put(key, value);
            }
        }
    }

    fn finish(mut self: Box<Self>, _: &mut Faults) -> SeriesSet {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            match self.own {
                Some(time) => {
                    for (key, value) in held {
                        self.set.add(key, Kind::Gauge, "", time, value);
                    }
                }
                None => self.set.say_undated(),
            }
        }
        self.set
    }
}
