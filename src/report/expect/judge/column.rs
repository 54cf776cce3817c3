//! Whether a column meets what is expected of it.

use super::super::super::words;
use super::super::{Holds, OfColumn};
use super::{Judging, PASSED, Said};
use crate::summary::{Bins, ColumnProfile, Tally};
use std::collections::BTreeSet;

/// Keys that tell of numbers only, and of words only.
const OF_NUMBERS: [&str; 5] = [
    "text_share_max",
    "min",
    "max",
    "outside_share_max",
    "outlier_share_max",
];
const OF_WORDS: [&str; 4] = ["categories", "other_share_max", "length_min", "length_max"];

/// Keys that of numbers only rows that are kept tell.
const NEED_ROWS: [&str; 4] = [
    "text_share_max",
    "distinct_max",
    "constant",
    "outlier_share_max",
];

impl Judging<'_> {
    pub(super) fn column(&mut self, column: &OfColumn, found: &ColumnProfile, exact: bool) {
        let name = &column.name;
        let said = |key| Said {
            column: Some(name),
            key,
            lines: &column.lines,
        };
        let tallies = || found.windows.iter();
        let holds = match found.of_words() {
            true => Holds::Category,
            false => Holds::Number,
        };
        if let Some(expected) = column.holds.filter(|expected| *expected != holds) {
            let plural = |holds| match holds {
                Holds::Number => "numbers",
                Holds::Category => "words",
            };
            let what = format!("'{name}' holds {}", plural(holds));
            let allowed = format!("{} are expected", plural(expected));
            let all = vec![true; self.making.shown.1 - self.making.shown.0];
            self.tell(&said("type"), &all, &what, &allowed);
            // What else is said of the column is of the other kind.
            return;
        }
        self.other_kind(column, holds);
        // Words are counted one by one also where rows pass.
        let told = exact || found.of_words();
        for key in column.keys().filter(|key| NEED_ROWS.contains(key) && !told) {
            self.pass_over(&said(key), PASSED);
        }
        if let Some(allowed) = column.missing_share_max {
            let missing = |t: &Tally| t.missing() - t.texts - t.infinite;
            let each = tallies().map(|t| (missing(t), t.cells));
            self.share(&said("missing_share_max"), allowed, each, |share| {
                format!("{share} of the cells of '{name}' are missing")
            });
        }
        if let Some(allowed) = column
            .text_share_max
            .filter(|_| told && holds == Holds::Number)
        {
            let each = tallies().map(|t| (t.texts, t.cells));
            self.share(&said("text_share_max"), allowed, each, |share| {
                format!("{share} of the cells of '{name}' hold text where numbers stand")
            });
        }
        let allowed = column.outside_share_max.unwrap_or(0.0);
        if let Some(min) = column.min.filter(|_| holds == Holds::Number) {
            let each = tallies().map(|t| (beneath(found, t, min), t.values));
            self.share(&said("min"), allowed, each, |share| {
                format!("At least {share} of the numbers of '{name}' are below {min}")
            });
        }
        if let Some(max) = column.max.filter(|_| holds == Holds::Number) {
            let each = tallies().map(|t| (beyond(found, t, max), t.values));
            self.share(&said("max"), allowed, each, |share| {
                format!("At least {share} of the numbers of '{name}' are above {max}")
            });
        }
        if let (Some(categories), Bins::Words(told)) = (&column.categories, &found.bins) {
            let known: BTreeSet<&String> = categories.iter().collect();
            let others = |t: &Tally| {
                let named = told.iter().zip(&t.counts).filter(|w| !known.contains(w.0));
                let named: u64 = named.map(|w| *w.1).sum();
                named + t.unseen
            };
            // Words that the baseline has not, but the file: in which windows they stand is not known.
            let fresh: u64 = found
                .unseen
                .iter()
                .filter(|w| known.contains(&w.0))
                .map(|w| w.1)
                .sum();
            let unseen: u64 = tallies().map(|t| t.unseen).sum();
            let forgiven = if unseen > 0 {
                fresh as f64 / unseen as f64
            } else {
                0.0
            };
            let rest = |t: &Tally| {
                let given = (t.unseen as f64 * forgiven).round() as u64;
                others(t).saturating_sub(given)
            };
            let allowed = column.other_share_max.unwrap_or(0.0);
            let each = tallies().map(|t| (rest(t), t.values));
            let first = found.unseen.iter().find(|w| !known.contains(&w.0));
            let first = first.map_or_else(String::new, |w| format!(", '{}' for one", w.0));
            self.share(&said("categories"), allowed, each, |share| {
                format!("{share} of the cells of '{name}' hold another word{first}")
            });
        } else if let (Some(allowed), None, true) =
            (column.other_share_max, &column.categories, found.of_words())
        {
            let each = tallies().map(|t| (t.unseen, t.values));
            self.share(&said("other_share_max"), allowed, each, |share| {
                format!("{share} of the cells of '{name}' hold words that the baseline has not")
            });
        }
        if let Some(most) = column.distinct_max.filter(|_| told) {
            // Where it is not counted one by one, what is surely there.
            let each = tallies().map(|t| t.distinct.saturating_sub(t.distinct_bound) as f64);
            let what = |n: f64| format!("'{name}' has {} different values", words::grouped(n));
            let allowed = format!("{} may be", words::grouped(most as f64));
            self.amount(&said("distinct_max"), most as f64, each, what, &allowed);
        }
        if told && column.constant == Some(false) {
            let windows = tallies().map(|t| f64::from(u8::from(found.is_one_value(t))));
            let what = |_| format!("All values of '{name}' are one");
            self.amount(
                &said("constant"),
                0.5,
                windows,
                what,
                "several are expected",
            );
        }
        self.run(column, found, exact);
        if let Some(allowed) = column.outlier_share_max.filter(|_| holds == Holds::Number) {
            match found.fences {
                Some(_) => {
                    let each = tallies().map(|t| (t.outliers, t.values));
                    self.share(&said("outlier_share_max"), allowed, each, |share| {
                        format!("{share} of the numbers of '{name}' are outliers")
                    });
                }
                None if told => {
                    let why = "the quartiles of the baseline are one, and nothing is far from them";
                    self.pass_over(&said("outlier_share_max"), why);
                }
                None => {}
            }
        }
        if let Some(least) = column.length_min.filter(|_| found.of_words()) {
            // As an amount that is not to be above what is allowed.
            let each = tallies().map(|t| t.range.map_or(f64::NEG_INFINITY, |r| -r.0));
            let what = |n: f64| format!("A word of '{name}' has {} characters", words::grouped(-n));
            let allowed = format!("{} are the fewest", words::grouped(least));
            self.amount(&said("length_min"), -least, each, what, &allowed);
        }
        if let Some(most) = column.length_max.filter(|_| found.of_words()) {
            let each = tallies().map(|t| t.range.map_or(0.0, |r| r.1));
            let what = |n: f64| format!("A word of '{name}' has {} characters", words::grouped(n));
            let allowed = format!("{} may be", words::grouped(most));
            self.amount(&said("length_max"), most, each, what, &allowed);
        }
    }

    /// Rows in a row that share a value, which rows that passed do not tell of words either.
    fn run(&mut self, column: &OfColumn, found: &ColumnProfile, exact: bool) {
        let Some(most) = column.run_max else {
            return;
        };
        let said = Said {
            column: Some(&column.name),
            key: "run_max",
            lines: &column.lines,
        };
        if !exact {
            return self.pass_over(&said, PASSED);
        }
        let each = found.windows.iter().map(|t| t.run as f64);
        let name = &column.name;
        let what = |n: f64| {
            let rows = words::grouped(n);
            format!("'{name}' holds one value for {rows} rows in a row")
        };
        let allowed = format!("{} may be", words::grouped(most as f64));
        self.amount(&said, most as f64, each, what, &allowed);
    }

    /// Tells of keys that are for columns that hold something else.
    fn other_kind(&mut self, column: &OfColumn, holds: Holds) {
        let (others, why) = match holds {
            Holds::Number => (&OF_WORDS[..], "the column holds numbers"),
            Holds::Category => (&OF_NUMBERS[..], "the column holds words"),
        };
        for key in column.keys().filter(|key| others.contains(key)) {
            let said = Said {
                column: Some(&column.name),
                key,
                lines: &column.lines,
            };
            self.pass_over(&said, why);
        }
    }
}

/// Numbers that surely are below a limit: of those within the baseline's range by bin, of those outside it by what is
/// kept of them.
fn beneath(column: &ColumnProfile, tally: &Tally, min: f64) -> u64 {
    let one = u64::from(tally.range.is_some_and(|r| r.0 < min));
    let all = tally
        .range
        .filter(|r| r.1 < min)
        .map_or(0, |_| tally.values);
    let within = match (&column.bins, column.baseline.range) {
        (_, Some(known)) if known.0 == min => tally.below,
        (Bins::Edges(edges), Some(known)) if known.0 < min => {
            let bins = edges.partition_point(|e| *e <= min);
            tally.counts.iter().take(bins).sum::<u64>().max(tally.below)
        }
        _ => tally.surely_beneath(min),
    };
    within.max(one).max(all)
}

/// Numbers that surely are above a limit.
fn beyond(column: &ColumnProfile, tally: &Tally, max: f64) -> u64 {
    let one = u64::from(tally.range.is_some_and(|r| r.1 > max));
    let all = tally
        .range
        .filter(|r| r.0 > max)
        .map_or(0, |_| tally.values);
    let within = match (&column.bins, column.baseline.range) {
        (_, Some(known)) if known.1 == max => tally.above,
        (Bins::Edges(edges), Some(known)) if known.1 > max => {
            let bins = edges.partition_point(|e| *e <= max) + 1;
            tally.counts.iter().skip(bins).sum::<u64>().max(tally.above)
        }
        _ => tally.surely_beyond(max),
    };
    within.max(one).max(all)
}
