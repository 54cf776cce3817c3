//! A panel's data as Grafana saves it: a time and a column a series, or a row a series and time; several frames behind
//! each other, an empty line between them. Formatted values have units (`13.70%`, `1.2 ms`, `230 W`) and local times
//! without a zone, read as UTC. What a unit that is not known means is not guessed: the numbers stay as they are, and
//! the unit is told as it is written.

use super::lines::{Faults, quoted};
use super::locale::{First, Local};
use super::{About, Lines, csv, locale, times, units};
use crate::series::set::LEGEND;
use crate::series::{Key, Kind, Labels, SeriesSet};
use std::collections::BTreeMap;

/// Whether lines are of this format: a quoted header that begins with a time, a time below it, amounts in every other
/// cell, and no column that a model's log would have. Where the cells below the header are quoted, too, some amount has
/// a unit, or the time is a browser's. Or the three columns of rows: series, time and value.
pub fn is(lines: &[&str]) -> bool {
    let mut rest = lines.iter().copied().filter(|l| !l.trim().is_empty());
    let mut header = rest.next();
    let excel = header.is_some_and(|h| h.starts_with("sep="));
    if excel {
        header = rest.next();
    }
    let Some((header, row)) = header.zip(rest.next()) else {
        return false;
    };
    let (header, row) = (header.trim_end_matches('\r'), row.trim_end_matches('\r'));
    let separator = separator(header);
    let names = csv::cells(header, separator);
    let cells = csv::cells(row, separator);
    let is_time = |c: &String| when(c).is_some();
    let is_value = |c: &String| c.is_empty() || value(&locale::amount(c, true)).is_some();
    if is_rows(&names) {
        return cells.len() == names.len() && is_time(&cells[1]) && is_value(&cells[2]);
    }
    if !is_header(header) {
        return false;
    }
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
    let with_unit = |c: &String| {
        let text = locale::amount(c, true);
        units::split(&text).is_some_and(|(_, unit)| !unit.is_empty())
    };
    let told = excel
        || !row.starts_with('"')
        || cells[1..].iter().any(with_unit)
        || cells
            .first()
            .is_some_and(|c| matches!(when(c), Some(When::Local(_))));
    cells.len() == names.len()
        && cells.len() > 1
        && !names.iter().any(of_model)
        && cells.first().is_some_and(is_time)
        && cells[1..].iter().all(is_value)
        && told
}

fn is_header(line: &str) -> bool {
    ["\"Time\"", "\"time\"", "\"Timestamp\""]
        .iter()
        .any(|t| line.starts_with(t))
}

/// Whether a header is that of rows, one a series and time.
fn is_rows(names: &[String]) -> bool {
    names
        .iter()
        .map(String::as_str)
        .eq(["Series", "Time", "Value"])
}

fn separator(header: &str) -> char {
    let quoted = header.starts_with('"');
    let behind = header.trim_start_matches('"');
    let at = match quoted {
        true => behind.find('"').map_or(0, |at| at + 1),
        false => behind.find([',', ';', '\t']).unwrap_or(0),
    };
    behind[at..]
        .chars()
        .next()
        .filter(|c| [',', ';', '\t'].contains(c))
        .unwrap_or(',')
}

/// A time as an export has it.
#[derive(Clone, Copy)]
enum When {
    /// Since 1970.
    Epoch(i64),
    /// With a zone, or in the order of ISO 8601.
    Iso(i64),
    /// As a browser writes it.
    Local(Local),
}

fn when(text: &str) -> Option<When> {
    let epoch = times::epoch(text.trim()).map(When::Epoch);
    let iso = || times::any(text).map(When::Iso);
    epoch
        .or_else(iso)
        .or_else(|| locale::time(text).map(When::Local))
}

/// What an amount is, and its unit: one of ours, or words.
fn value(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    match text {
        "NaN" | "null" | "undefined" | "N/A" | "-" | "No data" => {
            return Some((f64::NAN, String::new()));
        }
        "+Inf" | "Inf" | "∞" | "-Inf" => return Some((f64::NAN, String::new())),
        "True" | "true" | "Yes" | "On" => return Some((1.0, String::new())),
        "False" | "false" | "No" | "Off" => return Some((0.0, String::new())),
        _ => {}
    }
    let (value, unit) = units::split(text)?;
    if let Some((factor, of)) = units::known(unit) {
        return Some((value * factor, of.to_owned()));
    }
    let (factor, unit) = units::thousands(unit);
    // A unit is short, and has no number in it: `12 Main Street 4` is none.
    let short = unit.chars().count() <= 16 && !unit.chars().any(|c| c.is_ascii_digit());
    short.then(|| (value * factor, unit.to_owned()))
}

const NOTE: &str = "Grafana's formatted export has local times without a zone and rounded values: times are read as UTC. Switch 'Formatted data' off to have both as they were.";

/// Rows that wait for the order of their dates to be told at most.
const MOST_HELD: usize = 100_000;

/// The reader.
pub struct Grafana {
    file: String,
    set: SeriesSet,
    separator: char,
    /// Whether commas are points.
    comma: bool,
    /// Whether a row is of one series, named in its first cell.
    rows: bool,
    columns: Vec<Key>,
    units: Vec<String>,
    /// Where the series of rows are among the columns.
    titles: BTreeMap<String, usize>,
    /// Which part of a date is first, once that is known.
    first: Option<First>,
    /// Rows until then: line, time and cells.
    held: Vec<(u64, Local, Vec<String>)>,
}

impl Grafana {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            set: SeriesSet::default(),
            separator: ',',
            comma: false,
            rows: false,
            columns: Vec::new(),
            units: Vec::new(),
            titles: BTreeMap::new(),
            first: None,
            held: Vec::new(),
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

    /// Takes a row whose time is known.
    fn take(&mut self, time: i64, cells: &[String], faults: &mut Faults) {
        if self.rows {
            let at = match self.titles.get(&cells[0]) {
                Some(at) => *at,
                None => {
                    let at = self.columns.len();
                    self.columns.push(self.key(&cells[0]));
                    self.units.push(String::new());
                    self.titles.insert(cells[0].clone(), at);
                    at
                }
            };
            return self.put(at, time, &cells[2], faults);
        }
        for (at, cell) in cells[1..].iter().enumerate() {
            self.put(at, time, cell, faults);
        }
    }

    /// Takes an amount of a series.
    fn put(&mut self, at: usize, time: i64, cell: &str, faults: &mut Faults) {
        let (Some(key), Some(unit)) = (self.columns.get(at), self.units.get_mut(at)) else {
            return;
        };
        if cell.trim().is_empty() {
            return;
        }
        let Some((value, own)) = value(&locale::amount(cell, self.comma)) else {
            return faults.cell("amount", &key.name, || {
                format!("'{cell}' is no number, with or without a unit")
            });
        };
        if unit.is_empty() {
            *unit = own;
        } else if value != 0.0 && value.is_finite() && !own.is_empty() && own != *unit {
            return faults.cell("unit", &key.name, || {
                format!("'{cell}' is in another unit than the values before, which are in {unit}")
            });
        }
        self.set.add(key.clone(), Kind::Gauge, unit, time, value);
    }

    /// Takes the rows that waited, their dates in this order.
    fn settle(&mut self, first: First, faults: &mut Faults) {
        self.first = Some(first);
        let line = faults.line;
        for (at, local, cells) in std::mem::take(&mut self.held) {
            faults.line = at;
            match local.at(first) {
                Some(time) => self.take(time, &cells, faults),
                None => lost(&cells[usize::from(self.rows)], faults),
            }
        }
        faults.line = line;
    }
}

fn lost(cell: &str, faults: &mut Faults) {
    faults.lost("time", || {
        format!(
            "column Time: '{cell}' is no time, expected milliseconds since 1970, 2026-11-23 08:28:57 or a time as a browser writes it"
        )
    });
}

impl Lines for Grafana {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        if text.is_empty() || text.starts_with("sep=") {
            return;
        }
        let rows = ["Series", "\"Series\""];
        if is_header(text) || self.columns.is_empty() && rows.iter().any(|s| text.starts_with(s)) {
            self.separator = separator(text);
            let titles = csv::cells(text, self.separator);
            self.rows = is_rows(&titles);
            self.comma = self.separator == ';';
            self.titles.clear();
            self.columns = match self.rows {
                true => Vec::new(),
                false => titles[1..].iter().map(|t| self.key(t)).collect(),
            };
            self.units = vec![String::new(); self.columns.len()];
            return;
        }
        let cells = csv::cells(text, self.separator);
        let expected = if self.rows { 3 } else { self.columns.len() + 1 };
        if cells.len() != expected {
            let found = cells.len();
            return faults.lost("cells", || {
                format!("{} has {found} cells, expected {expected}", quoted(text))
            });
        }
        let cell = &cells[usize::from(self.rows)];
        let time = match when(cell) {
            None => return lost(cell, faults),
            Some(When::Epoch(time)) => time,
            Some(When::Iso(time)) => {
                if !cell.ends_with('Z') && !cell.contains('+') {
                    self.set.note(NOTE);
                }
                time
            }
            Some(When::Local(local)) => {
                self.set.note(NOTE);
                // Where points separate the parts of a date, commas are those of numbers.
                self.comma |= cell
                    .split(' ')
                    .next()
                    .is_some_and(|date| date.contains('.'));
                if self.first.is_none() {
                    if let Some(first) = local.proven {
                        self.settle(first, faults);
                    } else {
                        self.held.push((faults.line, local, cells));
                        if self.held.len() >= MOST_HELD {
                            self.assume(faults);
                        }
                        return;
                    }
                }
                let first = local.proven.or(self.first).unwrap_or(local.usual);
                match local.at(first) {
                    Some(time) => time,
                    None => return lost(cell, faults),
                }
            }
        };
        self.take(time, &cells, faults);
    }

    fn finish(mut self: Box<Self>, faults: &mut Faults) -> SeriesSet {
        self.assume(faults);
        self.set
    }
}

impl Grafana {
    /// Takes the rows that wait, their dates in the order that is usual for how they are written; a note says it.
    fn assume(&mut self, faults: &mut Faults) {
        let Some((_, local, cells)) = self.held.first() else {
            return;
        };
        let first = local.usual;
        let words = match first {
            First::Month => "the month first",
            First::Year | First::Day => "the day first",
        };
        let cell = cells[usize::from(self.rows)].clone();
        self.set.note(&format!(
            "No date of {} tells its month from its day: '{cell}' was read {words}. Switch 'Formatted data' off to have times as they were.",
            self.file
        ));
        self.settle(first, faults);
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

    /// What a series is called, its unit, times and values.
    type Told = (String, String, Vec<(i64, f64)>);

    /// The series of a panel.
    fn read(lines: &[&str]) -> (Vec<Told>, SeriesSet) {
        let mut reader = Box::new(Grafana::new(&About {
            name: "panel.csv".into(),
            modified: None,
        }));
        let mut faults = Faults::default();
        assert!(is(lines), "{lines:?}");
        for line in lines {
            reader.line(line, &mut faults);
        }
        let set = reader.finish(&mut faults);
        assert_eq!(faults.finish(), []);
        let all = set.series().iter().map(|(key, series)| {
            let name = key.labels.get(LEGEND).unwrap_or(&key.name).to_owned();
            let times = series.times.iter().map(|t| t / 1_000_000);
            let values = times.zip(series.numbers().iter().copied()).collect();
            (name, series.unit.clone(), values)
        });
        (all.collect(), set.clone())
    }

    #[test]
    fn amounts_in_any_unit_are_read_and_the_unit_is_kept() {
        for (cell, unit, value) in [
            ("230 W", "W", 230.0),
            ("1.2 kW", "W", 1_200.0),
            ("60 °C", "°C", 60.0),
            ("$0.45", "$", 0.45),
            ("12 tok/s", "tok/s", 12.0),
            ("1.5K tok/s", "tok/s", 1_500.0),
            ("0.5 cores", "cores", 0.5),
            ("60 req/m", "1/s", 1.0),
            ("True", "", 1.0),
            ("\"1,234.5 req/s\"", "1/s", 1_234.5),
        ] {
            let row = format!("2026-03-01 00:00:00,{cell}");
            let (all, _) = read(&["\"Time\",\"x\"", &row]);
            let (_, found, values) = &all[0];
            assert_eq!((found.as_str(), values[0].1), (unit, value), "{cell}");
        }
        let (all, _) = read(&[
            "\"Time\",\"x\"",
            "2026-03-01 00:00:00,-",
            "2026-03-01 00:00:10,1",
        ]);
        assert_eq!(all[0].2.len(), 1);
    }

    #[test]
    fn times_of_a_browser_are_in_the_order_that_one_of_them_proves() {
        let header = "\"Time\",\"x\"";
        let rows = [
            "\"3/1/2026, 1:00:00 PM\",10 ms",
            "\"3/13/2026, 1:00:00 PM\",11 ms",
        ];
        let (all, set) = read(&[header, rows[0], rows[1]]);
        assert_eq!(all[0].2, [(1_772_370_000, 0.01), (1_773_406_800, 0.011)]);
        assert_eq!(set.notes().len(), 1);
        let (all, set) = read(&[header, "\"02/03/2026, 13:00:00\",10 ms"]);
        assert_eq!(all[0].2, [(1_772_456_400, 0.01)]);
        assert_eq!(set.notes().len(), 2, "{:?}", set.notes());
    }

    #[test]
    fn quoted_cells_and_rows_of_series_are_read() {
        let (all, _) = read(&[
            "sep=,",
            "\"Time\",\"cpu\"",
            "\"01.03.2026 00:00:00\",\"12,5 %\"",
        ]);
        assert_eq!(all[0].2, [(1_772_323_200, 0.125)]);
        let (all, _) = read(&[
            "\"Time\";\"mem\"",
            "\"2026-03-01T00:00:00.000Z\";\"1,5 GiB\"",
        ]);
        assert_eq!(all[0].2, [(1_772_323_200, 1.5 * 1_073_741_824.0)]);
        let (all, _) = read(&[
            "\"Series\",\"Time\",\"Value\"",
            "\"a\",\"2026-03-01T00:00:00+00:00\",\"1\"",
            "\"b\",\"2026-03-01T00:00:00+00:00\",\"2\"",
            "\"a\",\"2026-03-01T00:01:00+00:00\",\"3\"",
        ]);
        assert_eq!(all[0].2, [(1_772_323_200, 1.0), (1_772_323_260, 3.0)]);
        assert_eq!(all[1].0, "b");
        let quoted = ["\"Time\",\"V1\"", "\"2026-03-01 00:00:00\",\"1.5\""];
        assert!(!is(&quoted));
    }
}
