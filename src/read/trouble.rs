//! Counts what is wrong with rows and cells, one entry a kind and column, with the first example.

use super::{Trouble, Unfit};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// Entries kept; what does not fit is counted in one more.
const MOST: usize = 50;
/// Of keys that no column has.
const MOST_UNKNOWN: usize = 10;

/// What can be wrong with a row or a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooFew,
    TooMany,
    OpenQuote,
    TooLong,
    Doubled,
    CutOff,
    NotJson,
    Followed,
    NotNumber,
    NotFinite,
    NotTime,
    NotList,
    OtherTime,
    Percent,
    NotUtf8,
    /// A label that stands for a missing cell.
    Blank(&'static str),
    Damaged,
    /// A key that no column has, by the hash of its name.
    Unknown(u64),
    Other,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    column: Option<usize>,
    line: u64,
    reason: String,
    count: u64,
    row_lost: bool,
}

/// The troubles of a shard.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    entries: Vec<Entry>,
    /// By column, cells that are no numbers, and the line of the first: all of them, for by their number
    /// it is decided how the column is read.
    unfit: BTreeMap<usize, (u64, u64)>,
}

impl Troubles {
    /// Counts a row that was lost.
    pub fn row(&mut self, fault: Fault, line: u64, reason: impl FnOnce() -> String) {
        self.add(fault, None, line, 1, true, reason);
    }

    /// Counts a cell at fault; `column` is its place in the schema.
    pub fn cell(
        &mut self,
        fault: Fault,
        column: usize,
        line: u64,
        reason: impl FnOnce() -> String,
    ) {
        self.add(fault, Some(column), line, 1, false, reason);
    }

    /// The first reason.
    pub fn reason(&self) -> Option<&str> {
        self.entries.first().map(|e| e.reason.as_str())
    }

    /// Takes what was counted elsewhere.
    pub fn append(&mut self, other: Self) {
        for (column, (count, line)) in other.unfit {
            self.count_unfit(column, count, line);
        }
        for e in other.entries {
            self.enter(e.fault, e.column, e.line, e.count, e.row_lost, || e.reason);
        }
    }

    /// Counts rows that were lost.
    pub fn rows(&mut self, fault: Fault, line: u64, count: u64, reason: impl FnOnce() -> String) {
        self.add(fault, None, line, count, true, reason);
    }

    /// Counts cells of a column at fault, the first of them in the line given.
    pub fn cells(
        &mut self,
        fault: Fault,
        column: usize,
        line: u64,
        count: u64,
        reason: impl FnOnce() -> String,
    ) {
        self.add(fault, Some(column), line, count, false, reason);
    }

    /// Counts a row with a key that no column has.
    pub fn unknown(&mut self, name: &str, line: u64) {
        let fault = Fault::Unknown(xxh3_64(name.as_bytes()));
        let unknown = |e: &&Entry| matches!(e.fault, Fault::Unknown(_));
        let known = self.entries.iter().any(|e| e.fault == fault);
        if !known && self.entries.iter().filter(unknown).count() >= MOST_UNKNOWN {
            return self.add(Fault::Unknown(0), None, line, 1, false, || {
                "more keys are in none of the rows that were looked at for columns, so their values are not read"
                    .into()
            });
        }
        self.add(fault, None, line, 1, false, || {
            format!(
                "the key \u{201c}{name}\u{201d} is in none of the rows that were looked at for columns, so its \
                 values are not read; write it in the first row too (null where there is none)"
            )
        });
    }

    fn add(
        &mut self,
        fault: Fault,
        column: Option<usize>,
        line: u64,
        count: u64,
        row_lost: bool,
        reason: impl FnOnce() -> String,
    ) {
        if let (Fault::NotNumber, Some(column)) = (fault, column) {
            self.count_unfit(column, count, line);
        }
        self.enter(fault, column, line, count, row_lost, reason);
    }

    fn count_unfit(&mut self, column: usize, count: u64, line: u64) {
        let (known, first) = self.unfit.entry(column).or_insert((0, line));
        *known += count;
        *first = line.min(*first);
    }

    fn enter(
        &mut self,
        fault: Fault,
        column: Option<usize>,
        line: u64,
        count: u64,
        row_lost: bool,
        reason: impl FnOnce() -> String,
    ) {
        let same = |entry: &&mut Entry| entry.fault == fault && entry.column == column;
        if let Some(entry) = self.entries.iter_mut().find(same) {
            entry.count += count;
            return;
        }
        let (fault, column, reason) = if self.entries.len() < MOST {
            (fault, column, reason())
        } else {
            let other = |e: &&mut Entry| e.fault == Fault::Other && e.row_lost == row_lost;
            if let Some(entry) = self.entries.iter_mut().find(other) {
                entry.count += count;
                return;
            }
            (
                Fault::Other,
                None,
                "more kinds of trouble than are listed here".into(),
            )
        };
        self.entries.push(Entry {
            fault,
            column,
            line,
            reason,
            count,
            row_lost,
        });
    }

    /// How many cells of which column are no numbers, though it is read as numbers.
    pub fn unfit(&self, names: impl Fn(usize) -> String) -> Vec<Unfit> {
        let one = |(column, (count, line)): (&usize, &(u64, u64))| Unfit {
            column: names(*column),
            count: *count,
            line: *line,
        };
        self.unfit.iter().map(one).collect()
    }

    /// The entries, with the names of their columns.
    pub fn finish(self, names: impl Fn(usize) -> String) -> Vec<Trouble> {
        self.entries
            .into_iter()
            .map(|e| Trouble {
                line: e.line,
                column: e.column.map(&names),
                reason: e.reason,
                count: e.count,
                row_lost: e.row_lost,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn troubles_are_counted_by_kind_and_column_and_their_list_ends() {
        let mut troubles = Troubles::default();
        for line in 0..100 {
            for column in 0..60 {
                troubles.cell(Fault::NotNumber, column, line, || format!("line {line}"));
            }
            troubles.row(Fault::TooFew, line, || "short".into());
        }
        let unfit = troubles.unfit(|c| format!("c{c}"));
        assert_eq!((unfit.len(), unfit[59].count, unfit[59].line), (60, 100, 0));
        let list = troubles.finish(|c| format!("c{c}"));
        assert_eq!(list.len(), MOST + 2);
        assert_eq!(list.iter().map(|t| t.count).sum::<u64>(), 6_100);
        assert_eq!(
            (list[3].column.as_deref(), list[3].count),
            (Some("c3"), 100)
        );
        assert_eq!((list[3].line, list[3].reason.as_str()), (0, "line 0"));
    }
}
