//! Whether the windows in view meet what is expected.
//!
//! A share is broken where the lower end of its interval lies above what is allowed, so that a few rows do not break it
//! by chance: of a window alone, or of its last ones together, at 5 % over all windows and everything that is expected
//! (Bonferroni). Where none is allowed, one is enough. Of counts by bin, only what surely lies outside a limit
//! is counted as outside. What the counts do not tell is no expectation that is met: it is told as not judged.

mod column;

use super::super::checks::Checks;
use super::super::make::{Frame, Making};
use super::super::words;
use super::{Expectations, OfColumn, Unjudged, Violation};
use crate::metric::Unit;
use crate::stats::proportions::{Share, wilson};
use crate::stats::sequential::SCALES;
use crate::summary::{Lines, Profile};

/// Why rows that passed do not tell.
const PASSED: &str = "it needs rows that are kept, and these were counted as they passed";

/// The checks, and in them what the windows in view do not meet of what is expected, and what they do not tell of it,
/// both in the order of the file.
pub(in super::super) fn hold(
    making: &Making<'_>,
    checks: Checks,
    expected: Option<&Expectations>,
    profile: Option<&Profile>,
) -> Checks {
    let (Some(expected), Some(profile)) = (expected, profile) else {
        return checks;
    };
    let mut judging = Judging {
        making,
        expected,
        broken: Vec::new(),
        unjudged: Vec::new(),
        looks: (making.shown.1 - making.shown.0) * keys(expected),
    };
    judging.rows(&profile.windows, profile.exact);
    for column in &expected.columns {
        let known = making.summary.columns.iter().any(|c| c.name == column.name);
        match profile.column(&column.name) {
            Some(found) => judging.column(column, found, profile.exact),
            None if known => judging.uncounted(column, profile),
            None => judging.absent(column),
        }
    }
    Checks {
        violations: judging.broken,
        unjudged: judging.unjudged,
        expectations: Some(expected.file.clone()),
        ..checks
    }
}

struct Judging<'a> {
    making: &'a Making<'a>,
    expected: &'a Expectations,
    broken: Vec<Violation>,
    unjudged: Vec<Unjudged>,
    /// Windows times expectations.
    looks: usize,
}

/// Expectations that are of columns, and those that may be of rows.
fn keys(expected: &Expectations) -> usize {
    const OF_ROWS: usize = 6;
    let of_columns = expected.columns.iter().map(|c| c.keys().count());
    of_columns.sum::<usize>() + OF_ROWS
}

/// The chance that something is told to be broken where all is as expected.
const LEVEL: f64 = 0.05;

/// Windows, each by hits and rows, whose share surely is above what is allowed, in a window alone or in the last ones
/// together; `level`: by what chance of a window that is not.
fn above(windows: &[(u64, u64)], allowed: f64, level: f64) -> Vec<bool> {
    let surely = |to: usize| {
        SCALES.iter().any(|(length, part)| {
            let last = &windows[(to + 1).saturating_sub(*length)..=to];
            let (hits, n) = last
                .iter()
                .fold((0, 0), |s, w| (s.0 + w.0.min(w.1), s.1 + w.1));
            // Both ends of an interval, of which one counts.
            let ends = wilson(Share { hits, n }, 2.0 * level * part);
            ends.is_some_and(|ends| ends.low > allowed)
        })
    };
    let of = |(at, (hits, rows)): (usize, &(u64, u64))| {
        *hits > 0 && *hits as f64 > allowed * *rows as f64 && (allowed <= 0.0 || surely(at))
    };
    windows.iter().enumerate().map(of).collect()
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
        let broken = above(&windows, allowed, LEVEL / self.looks.max(1) as f64);
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
        let (line, place) = self.place(said);
        self.broken.push(Violation {
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

    /// Where the file says it.
    fn place(&self, said: &Said<'_>) -> (Option<u64>, String) {
        let line = said.lines.iter().find(|l| l.0 == said.key).map(|l| l.1);
        let file = &self.expected.file;
        let place = line.map_or_else(String::new, |line| format!(" ({file}, line {line})"));
        (line, place)
    }

    /// Tells that it cannot be judged.
    fn pass_over(&mut self, said: &Said<'_>, why: &str) {
        let (line, place) = self.place(said);
        let of = said.column.map_or_else(
            || "of whole rows".to_owned(),
            |column| format!("of '{column}'"),
        );
        self.unjudged.push(Unjudged {
            column: said.column.map(Into::into),
            key: said.key.into(),
            line,
            why: why.into(),
            sentence: format!("{} {of} is not judged: {why}{place}.", said.key),
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
        let timed = self.making.summary.timed;
        let possible = rows.impossible_times == Some(false);
        if !exact {
            let asked = [
                ("unique_ids", rows.unique_ids),
                ("duplicate_share_max", rows.duplicate_share_max.is_some()),
                ("silence_max_hours", rows.silence_max_hours.is_some()),
                ("impossible_times", possible),
            ];
            for (key, _) in asked.into_iter().filter(|asked| asked.1) {
                self.pass_over(&said(key), PASSED);
            }
            self.late();
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
        if rows.silence_max_hours.is_some() && !timed {
            self.pass_over(&said("silence_max_hours"), "the rows have no times");
        }
        if let Some(allowed) = rows.silence_max_hours.filter(|_| timed) {
            let each = windows.iter().map(|w| w.gap as f64 / 3.6e9);
            let what = |hours: f64| format!("No row came for {}", words::duration(hours * 3_600.0));
            let most = format!("{} may pass", words::duration(allowed * 3_600.0));
            self.amount(&said("silence_max_hours"), allowed, each, what, &most);
        }
        if possible && !timed {
            self.pass_over(&said("impossible_times"), "the rows have no times");
        }
        if possible && timed {
            // A row may be both.
            let each = windows.iter().map(|w| (w.before_1971.max(w.far), w.rows));
            self.share(&said("impossible_times"), 0.0, each, |share| {
                format!("At least {share} of the rows are dated before 1971 or far from all others")
            });
            let each = windows.iter().map(|w| (w.early_outcomes, w.timed_outcomes));
            self.share(&said("impossible_times"), 0.0, each, |share| {
                format!("{share} of the outcomes are dated before their prediction")
            });
        }
        self.late();
    }

    /// Outcomes that took long, of windows whose outcomes are in.
    fn late(&mut self) {
        let (making, rows) = (self.making, &self.expected.rows);
        let Some(hours) = rows.late_after_hours else {
            return;
        };
        let key = match rows.late_share_max {
            Some(_) => "late_share_max",
            None => "late_after_hours",
        };
        let said = Said {
            column: None,
            key,
            lines: &rows.lines,
        };
        let (from, to) = making.shown;
        let told = |frame: &Frame<'_>| frame.mature && frame.cell.delay_s.is_some();
        let frames = making.all.get(from..to).unwrap_or_default();
        if !frames.iter().any(told) {
            let why = "no window whose outcomes are in tells how long they took";
            return self.pass_over(&said, why);
        }
        let each = making.all.iter().map(|frame| {
            let delays = frame.cell.delay_s.as_ref().filter(|_| frame.mature);
            delays.map_or((0, 0), |d| (d.count_above(hours * 3_600.0), d.count()))
        });
        let took = words::duration(hours * 3_600.0);
        self.share(&said, rows.late_share_max.unwrap_or(0.0), each, |share| {
            format!("{share} of the outcomes took longer than {took}")
        });
    }

    /// A column that is there, and that is not counted window by window.
    fn uncounted(&mut self, column: &OfColumn, profile: &Profile) {
        let why = match profile.left_out {
            0 => {
                "the column is not counted window by window, for its role is none whose values are, or it holds too many different words"
            }
            _ => {
                "the column is not counted window by window, for its role is none whose values are, or there are too many columns and windows"
            }
        };
        for key in column.keys() {
            let said = Said {
                column: Some(&column.name),
                key,
                lines: &column.lines,
            };
            self.pass_over(&said, why);
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
}

#[cfg(test)]
mod tests {
    use super::above;

    /// At 4 % where 4 % may be, windows are above that as often as below it.
    #[test]
    fn a_share_breaks_by_more_than_chance() {
        let level = 0.05 / (40.0 * 30.0);
        let usual: Vec<(u64, u64)> = (0..40).map(|i| (4 + i * 7 % 9, 200)).collect();
        assert!(!above(&usual, 0.04, level).contains(&true));
        let mut one = usual;
        one[20] = (40, 200);
        assert_eq!(above(&one, 0.04, level).iter().position(|b| *b), Some(20));
        // What is a little more for long adds up.
        let lasting: Vec<(u64, u64)> = (0..40)
            .map(|i| (if i < 10 { 8 } else { 16 }, 200))
            .collect();
        let broken = above(&lasting, 0.04, level);
        let first = broken.iter().position(|b| *b);
        assert!(
            first.is_some_and(|first| (11..20).contains(&first)),
            "{first:?}"
        );
        assert_eq!(above(&[(0, 9), (1, 9)], 0.0, level), [false, true]);
        assert_eq!(above(&[(0, 0)], 0.0, level), [false]);
    }
}
