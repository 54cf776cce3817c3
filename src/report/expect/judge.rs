//! Whether the windows in view meet what is expected.
//!
//! A share is broken where the lower end of its 95 % interval lies above what is allowed, so that a few rows do not
//! break it by chance; where none is allowed, one is enough. Of counts by bin, only what surely lies outside a limit
//! is counted as outside.

use super::super::make::Making;
use super::super::words;
use super::{Expectations, Holds, OfColumn, Violation};
use crate::metric::Unit;
use crate::stats::interval::wilson;
use crate::summary::{Bins, ColumnProfile, Lines, Profile, Tally};
use std::collections::BTreeSet;

/// The expectations that the windows in view do not meet, in the order of the file.
pub(in super::super) fn violations(
    making: &Making<'_>,
    profile: &Profile,
    expected: &Expectations,
) -> Vec<Violation> {
    let mut judging = Judging {
        making,
        expected,
        out: Vec::new(),
    };
    judging.rows(&profile.windows, profile.exact);
    for column in &expected.columns {
        let known = making.summary.columns.iter().any(|c| c.name == column.name);
        match profile.column(&column.name) {
            Some(found) => judging.column(column, found, profile.exact),
            None if known => {}
            None => judging.absent(column),
        }
    }
    judging.out
}

struct Judging<'a> {
    making: &'a Making<'a>,
    expected: &'a Expectations,
    out: Vec<Violation>,
}

/// An expectation: whose, by which key, and where the file says it.
struct Said<'a> {
    column: Option<&'a str>,
    key: &'a str,
    lines: &'a [(String, u64)],
}

impl Judging<'_> {
    /// Looks at a share in each window; `what` tells of the windows that break it, given the share in these.
    fn share(
        &mut self,
        said: &Said<'_>,
        allowed: f64,
        windows: impl Iterator<Item = (u64, u64)>,
        what: impl FnOnce(&str) -> String,
    ) {
        let windows: Vec<(u64, u64)> = self.shown(windows);
        let surely = |&(k, n): &(u64, u64)| wilson(k.min(n), n).map_or(0.0, |i| i.low);
        let broken: Vec<bool> = windows
            .iter()
            .map(|w| w.0 > 0 && surely(w) > allowed)
            .collect();
        let sum = windows
            .iter()
            .zip(&broken)
            .filter(|w| *w.1)
            .fold((0, 0), |sum, (w, _)| (sum.0 + w.0, sum.1 + w.1));
        let found = words::value(Unit::Percent, sum.0 as f64 / sum.1.max(1) as f64);
        let allowed = match allowed {
            0.0 => "none may be".into(),
            share => format!("{} may be", words::value(Unit::Percent, share)),
        };
        self.tell(said, &broken, &what(&found), &allowed);
    }

    /// Looks at an amount in each window, which is not to be above what is allowed.
    fn amount(
        &mut self,
        said: &Said<'_>,
        allowed: f64,
        windows: impl Iterator<Item = f64>,
        what: impl FnOnce(f64) -> String,
        most: &str,
    ) {
        let windows: Vec<f64> = self.shown(windows);
        let broken: Vec<bool> = windows.iter().map(|x| *x > allowed).collect();
        let worst = windows.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.tell(said, &broken, &what(worst), most);
    }

    fn shown<T>(&self, windows: impl Iterator<Item = T>) -> Vec<T> {
        let (from, to) = self.making.shown;
        windows.skip(from).take(to - from).collect()
    }

    fn tell(&mut self, said: &Said<'_>, broken: &[bool], what: &str, allowed: &str) {
        let Some(first) = broken.iter().position(|b| *b) else {
            return;
        };
        let making = self.making;
        let since = making.all.get(making.shown.0 + first).map(|w| w.start);
        let goes_on = broken.last() == Some(&true);
        let when = since.map_or_else(String::new, |since| {
            let at = words::instant(since, making.size, making.summary.timed);
            let n = broken.iter().filter(|b| **b).count();
            match n {
                1 => format!(" in the window of {at}"),
                n => format!(" in {n} windows, the first of {at}"),
            }
        });
        let line = said.lines.iter().find(|l| l.0 == said.key).map(|l| l.1);
        let file = &self.expected.file;
        let place = line.map_or_else(String::new, |line| format!(" ({file}, line {line})"));
        self.out.push(Violation {
            column: said.column.map(Into::into),
            key: said.key.into(),
            line,
            windows: broken.to_vec(),
            broken: broken.iter().filter(|b| **b).count() as u64,
            judged: broken.len() as u64,
            since,
            goes_on,
            sentence: format!("{what}{when}; {allowed}{place}."),
        });
    }

    fn rows(&mut self, windows: &[Lines], exact: bool) {
        let expected = self.expected;
        let rows = &expected.rows;
        let said = |key| Said {
            column: None,
            key,
            lines: &rows.lines,
        };
        if !exact {
            return;
        }
        if rows.unique_ids {
            let each = windows.iter().map(|w| (w.same_id, w.rows));
            self.share(&said("unique_ids"), 0.0, each, |share| {
                format!("{share} of the rows have an id that an earlier row has")
            });
        }
        if let Some(allowed) = rows.duplicate_share_max {
            let each = windows.iter().map(|w| (w.duplicates, w.rows));
            self.share(&said("duplicate_share_max"), allowed, each, |share| {
                format!("{share} of the rows are there twice")
            });
        }
        if let Some(allowed) = rows.silence_max_hours.filter(|_| self.making.summary.timed) {
            let each = windows.iter().map(|w| w.gap as f64 / 3.6e9);
            let what = |hours: f64| format!("No row came for {}", words::duration(hours * 3_600.0));
            let most = format!("{} may pass", words::duration(allowed * 3_600.0));
            self.amount(&said("silence_max_hours"), allowed, each, what, &most);
        }
    }

    /// A column that no file has.
    fn absent(&mut self, column: &OfColumn) {
        let said = Said {
            column: Some(&column.name),
            key: "type",
            lines: &column.lines,
        };
        let (from, to) = self.making.shown;
        let what = format!("There is no column '{}'", column.name);
        self.tell(&said, &vec![true; to - from], &what, "it is expected");
    }

    fn column(&mut self, column: &OfColumn, found: &ColumnProfile, exact: bool) {
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
        if let Some(allowed) = column.missing_share_max {
            let missing = |t: &Tally| t.missing() - t.texts - t.infinite;
            let each = tallies().map(|t| (missing(t), t.cells));
            self.share(&said("missing_share_max"), allowed, each, |share| {
                format!("{share} of the cells of '{name}' are missing")
            });
        }
        if let Some(allowed) = column.text_share_max.filter(|_| exact) {
            let each = tallies().map(|t| (t.texts, t.cells));
            self.share(&said("text_share_max"), allowed, each, |share| {
                format!("{share} of the cells of '{name}' hold text where numbers stand")
            });
        }
        let allowed = column.outside_share_max.unwrap_or(0.0);
        if let Some(min) = column.min {
            let each = tallies().map(|t| (beneath(found, t, min), t.values));
            self.share(&said("min"), allowed, each, |share| {
                format!("At least {share} of the numbers of '{name}' are below {min}")
            });
        }
        if let Some(max) = column.max {
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
        if let Some(most) = column.distinct_max.filter(|_| exact) {
            // Where it is not counted one by one, what is surely there.
            let each = tallies().map(|t| t.distinct.saturating_sub(t.distinct_bound) as f64);
            let what = |n: f64| format!("'{name}' has {} different values", words::grouped(n));
            let allowed = format!("{} may be", words::grouped(most as f64));
            self.amount(&said("distinct_max"), most as f64, each, what, &allowed);
        }
        if let Some(most) = column.length_max.filter(|_| found.of_words()) {
            let each = tallies().map(|t| t.range.map_or(0.0, |r| r.1));
            let what = |n: f64| format!("A word of '{name}' has {} characters", words::grouped(n));
            let allowed = format!("{} may be", words::grouped(most));
            self.amount(&said("length_max"), most, each, what, &allowed);
        }
    }
}

/// Numbers that surely are below a limit.
fn beneath(column: &ColumnProfile, tally: &Tally, min: f64) -> u64 {
    let one = u64::from(tally.range.is_some_and(|r| r.0 < min));
    if column.baseline.range.is_some_and(|r| r.0 == min) {
        return tally.below;
    }
    let Bins::Edges(edges) = &column.bins else {
        return 0;
    };
    let bins = edges.partition_point(|e| *e <= min);
    tally.counts.iter().take(bins).sum::<u64>().max(one)
}

/// Numbers that surely are above a limit.
fn beyond(column: &ColumnProfile, tally: &Tally, max: f64) -> u64 {
    let one = u64::from(tally.range.is_some_and(|r| r.1 > max));
    if column.baseline.range.is_some_and(|r| r.1 == max) {
        return tally.above;
    }
    let Bins::Edges(edges) = &column.bins else {
        return 0;
    };
    let bins = edges.partition_point(|e| *e <= max) + 1;
    tally.counts.iter().skip(bins).sum::<u64>().max(one)
}
