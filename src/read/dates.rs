//! Whether the day or the month comes first, where the first rows leave it open: later rows may tell.
//!
//! A log is mostly in order of time, so its end is looked at first. A file of moderate size is looked through as a
//! whole, of a larger one some pieces.

use super::batch::Batch;
use super::instant::{Instants, slashed_date};
use super::reader::{Stop, reader};
use super::trouble::Troubles;
use super::{Bytes, Cut, ReadError, Sniff, TimeFormat};

/// Bytes looked at in a turn.
const PIECE: u64 = 1 << 20;
/// Turns at most.
const PIECES: u64 = 32;

/// The note on a column of dates that could be read either way.
pub(super) fn note(name: &str, format: TimeFormat) -> String {
    let first = match format {
        TimeFormat::DayFirst => "day",
        _ => "month",
    };
    format!("dates of {name} could be read either way: {first} first")
}

impl Sniff {
    /// Whether a column holds dates of which it is open what comes first.
    pub(crate) fn is_open(&self, column: usize) -> bool {
        self.noted(column)
            .is_some_and(|note| self.description.contains(&note))
    }

    /// Takes a column's dates to be written so, which is no longer open.
    pub(crate) fn settle(&mut self, column: usize, format: TimeFormat) {
        let Some(note) = self.noted(column) else {
            return;
        };
        self.description = self.description.replacen(&note, "", 1);
        if let Some(column) = self.columns.get_mut(column) {
            column.time = Some(format);
        }
        if let Some(spec) = self.schema.columns.get_mut(column) {
            spec.time = Some(format);
        }
    }

    fn noted(&self, column: usize) -> Option<String> {
        let column = self.columns.get(column)?;
        let format = column.time.filter(|f| is_slashed(*f))?;
        Some(format!(", {}", note(&column.name, format)))
    }
}

/// Whether dates are written so that it matters what comes first.
pub(crate) fn is_slashed(format: TimeFormat) -> bool {
    matches!(format, TimeFormat::DayFirst | TimeFormat::MonthFirst)
}

/// Settles what is open by the rows of the whole file, or of pieces of it.
///
/// # Errors
/// Where the file's bytes cannot be had.
pub(super) fn settle(sniff: &mut Sniff, file: &dyn Bytes) -> Result<(), ReadError> {
    let mut open: Vec<usize> = (0..sniff.columns.len())
        .filter(|&at| sniff.is_open(at))
        .collect();
    if sniff.cut != Cut::Bytes {
        return Ok(());
    }
    for (from, to) in pieces(file.size()) {
        if open.is_empty() {
            break;
        }
        let bytes = file.read(from, to)?;
        let lines = whole_lines(&bytes, from == 0, to == file.size());
        for (column, format) in told(sniff, lines, &open) {
            sniff.settle(column, format);
            open.retain(|at| *at != column);
        }
    }
    Ok(())
}

/// What is looked at, from the end.
fn pieces(size: u64) -> impl Iterator<Item = (u64, u64)> {
    let count = size.div_ceil(PIECE).min(PIECES);
    (1..=count).rev().map(move |at| {
        // Of the largest file the product is small: there are few pieces.
        let to = (u128::from(size) * u128::from(at) / u128::from(count)) as u64;
        let from = match count < PIECES {
            true => (u128::from(size) * u128::from(at - 1) / u128::from(count)) as u64,
            false => to.saturating_sub(PIECE),
        };
        (from, to)
    })
}

fn whole_lines(bytes: &[u8], first: bool, last: bool) -> &[u8] {
    let from = match memchr::memchr(b'\n', bytes) {
        _ if first => 0,
        Some(at) => at + 1,
        None => bytes.len(),
    };
    let to = match memchr::memrchr(b'\n', bytes) {
        _ if last => bytes.len(),
        Some(at) => at + 1,
        None => 0,
    };
    bytes.get(from..to).unwrap_or_default()
}

/// Of the columns that are open, those that the rows of a text settle.
fn told(sniff: &Sniff, text: &[u8], open: &[usize]) -> Vec<(usize, TimeFormat)> {
    let schema = &sniff.schema;
    let mut rows = reader(schema.format).rows(schema);
    let (mut batch, mut troubles) = (Batch::new(schema.columns.len()), Troubles::default());
    let mut told: Vec<(usize, TimeFormat)> = Vec::new();
    let mut at = 0;
    loop {
        batch.clear(at);
        let fill = rows.fill(text, at, text.len(), true, &mut batch, &mut troubles);
        for &column in open {
            let known = told.iter().any(|t| t.0 == column);
            let found = || batch.column(text, column).find_map(order);
            if let (false, Some(format)) = (known, found()) {
                told.push((column, format));
            }
        }
        if fill.stop != Stop::Full || fill.next <= at || told.len() == open.len() {
            return told;
        }
        at = fill.next;
    }
}

/// How a date is written, where it can be read in one way only.
fn order(cell: &[u8]) -> Option<TimeFormat> {
    let (first, second, ..) = slashed_date(cell.trim_ascii())?;
    let format = match (first > 12, second > 12) {
        (true, false) => TimeFormat::DayFirst,
        (false, true) => TimeFormat::MonthFirst,
        _ => return None,
    };
    Instants::new(format).read(cell).map(|_| format)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::read::inspect;

    /// A log whose days go from the first to the last given, `rows` of each.
    fn log(days: std::ops::Range<u32>, rows: u32, date: impl Fn(u32) -> String) -> String {
        let mut out = String::from("id,at,score,label\n");
        for day in days {
            for row in 0..rows {
                out += &format!(
                    "r{day}-{row},{},0.{},{}\n",
                    date(day),
                    row % 90 + 10,
                    row % 2
                );
            }
        }
        out
    }

    #[test]
    fn later_rows_settle_what_the_first_leave_open() {
        let look = |text: &str| {
            let found = inspect("log.csv", &text.as_bytes()).unwrap();
            let at = &found.schema.columns[1];
            assert_eq!(found.columns[1].time, at.time);
            (at.time.unwrap(), found.description)
        };
        let day = |day: u32| format!("{day:02}/03/2026");
        let month = |day: u32| format!("03/{day:02}/2026");
        let dot = |day: u32| format!("{day}.3.2026 10:00");
        let plain = "CSV, comma, UTF-8";
        for (last, rows) in [(14, 300), (28, 900), (14, 90_000)] {
            let (format, told) = look(&log(1..last, rows, day));
            assert_eq!((format, told.as_str()), (TimeFormat::DayFirst, plain));
            let (format, told) = look(&log(1..last, rows, month));
            assert_eq!((format, told.as_str()), (TimeFormat::MonthFirst, plain));
            let (format, told) = look(&log(1..last, rows, dot));
            assert_eq!((format, told.as_str()), (TimeFormat::DayFirst, plain));
        }
        // Nothing tells.
        let (format, told) = look(&log(1..13, 900, day));
        assert_eq!(format, TimeFormat::MonthFirst);
        assert!(told.ends_with("dates of at could be read either way: month first"));
    }

    #[test]
    fn pieces_lie_in_the_file_and_hold_all_of_a_moderate_one() {
        for size in [
            0,
            1,
            PIECE,
            5 * PIECE + 3,
            31 * PIECE,
            900 * PIECE + 7,
            1 << 60,
        ] {
            let all: Vec<(u64, u64)> = pieces(size).collect();
            assert!(all.len() as u64 <= PIECES);
            assert!(
                all.iter()
                    .all(|(a, b)| a < b && *b <= size && b - a <= PIECE)
            );
            assert!(size == 0 || all[0].1 == size);
            if size <= 31 * PIECE {
                assert_eq!(all.iter().map(|(a, b)| b - a).sum::<u64>(), size);
            }
        }
    }
}
