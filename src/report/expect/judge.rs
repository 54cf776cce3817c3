//! Whether the windows in view meet what is expected.
//!
//! A share is broken in a window that surely has more than is allowed, by itself or with the windows before it
//! ([`SCALES`]): by the exact binomial test, at a level that gives all windows and limits together half of [`RATE`];
//! the other half is in the limits that are inferred. So are windows with more than is allowed from where on all
//! windows together surely have more: a little too much that lasts is found where it began. Where none is allowed, one
//! is enough. What the counts do not tell is no expectation that is met: it is told as not judged.

mod column;
mod outside;

use super::super::checks::Checks;
use super::super::make::{Frame, Making};
use super::super::{volume, whole_rows, words};
use super::{Expectations, OfColumn, Unjudged, Violation};
use crate::metric::Unit;
use crate::stats::sequential::SCALES;
use crate::stats::special::beta_cdf;
use crate::summary::{Limits, Lines, Profile, RATE};

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
    let (from, to) = making.shown;
    // Each window with those before it, and with all that follow.
    let tests = expected.shares().max(1) * 2 * (to - from).max(1);
    let mut judging = Judging {
        making,
        expected,
        level: RATE / 2.0 / tests as f64,
        broken: Vec::new(),
        unjudged: Vec::new(),
    };
    if profile.exact {
        judging.ask(profile);
    }
    judging.rows(&profile.windows, profile.exact);
    for column in &expected.columns {
        let known = making.summary.columns.iter().any(|c| c.name == column.name);
        match profile.column(&column.name) {
            Some(found) => judging.column(column, found, profile),
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
    /// Chance at most that one window breaks one share by chance.
    level: f64,
    broken: Vec<Violation>,
    unjudged: Vec<Unjudged>,
}

/// Cells of a window that break an expectation, at least and at most, and all.
#[derive(Clone, Copy)]
struct Bounds {
    least: u64,
    most: u64,
    of: u64,
}

/// An expectation: whose, by which key, and where the file says it.
struct Said<'a> {
    column: Option<&'a str>,
    key: &'a str,
    lines: &'a [(String, u64)],
}

impl Judging<'_> {
    /// Asks for what lies outside of limits that are not the baseline's own, where that is not counted.
    fn ask(&mut self, profile: &Profile) {
        let columns = self.expected.columns.iter();
        let limits = columns.filter_map(|c| Limits::of(c, profile.column(&c.name)?));
        let limits: Vec<Limits> = limits.collect();
        let counted = |limits: &Limits| profile.outside.iter().any(|o| o.limits == *limits);
        if !limits.iter().all(counted) {
            let asked = (self.making.at, profile.spans.clone(), limits);
            self.making.missing().outside = Some(asked);
        }
    }

    /// Looks at a share in each window; `what` tells of the windows that break it, given the share in these.
    fn share(
        &mut self,
        said: &Said<'_>,
        allowed: f64,
        windows: impl Iterator<Item = (u64, u64)>,
        what: impl FnOnce(&str) -> String,
    ) {
        let sure = |(n, of): (u64, u64)| Bounds {
            least: n,
            most: n,
            of,
        };
        let windows: Vec<Bounds> = windows.map(sure).collect();
        self.bounded(said, (allowed, PASSED), &windows, what);
    }

    /// The same where it is known within bounds; `why` says why it is not known better.
    fn bounded(
        &mut self,
        said: &Said<'_>,
        (allowed, why): (f64, &str),
        windows: &[Bounds],
        what: impl FnOnce(&str) -> String,
    ) {
        let windows: Vec<Bounds> = self.shown(windows.iter().copied());
        let broken = self.broken_by(allowed, windows.iter().map(|w| (w.least, w.of)));
        if !broken.contains(&true) {
            let perhaps = self.broken_by(allowed, windows.iter().map(|w| (w.most, w.of)));
            if perhaps.contains(&true) {
                self.pass_over(said, why);
            }
            return;
        }
        let those = || windows.iter().zip(&broken).filter(|w| *w.1).map(|w| w.0);
        let (n, of) = those().fold((0, 0), |sum, w| (sum.0 + w.least, sum.1 + w.of));
        let share = words::value(Unit::Percent, n as f64 / of.max(1) as f64);
        let found = match those().all(|w| w.least == w.most) {
            true => share,
            false => format!("At least {share}"),
        };
        let allowed = match allowed {
            0.0 => "none may be".into(),
            share => format!("{} may be", words::value(Unit::Percent, share)),
        };
        self.tell(said, &broken, &what(&found), &allowed);
    }

    /// Which windows break a share, by hits and cells of each.
    fn broken_by(&self, allowed: f64, windows: impl Iterator<Item = (u64, u64)>) -> Vec<bool> {
        let windows: Vec<(u64, u64)> = windows.map(|(k, n)| (k.min(n), n)).collect();
        let more = |(k, n): (u64, u64)| k as f64 > allowed * n as f64;
        // The chance of so many hits or more.
        let chance = |(k, n): (u64, u64)| beta_cdf(allowed, k as f64, (n - k) as f64 + 1.0);
        let add = |sum: (u64, u64), w: &(u64, u64)| (sum.0 + w.0, sum.1 + w.1);
        let alone = SCALES[0].1 * self.level;
        let alone: Vec<bool> = windows
            .iter()
            .map(|w| more(*w) && chance(*w) < alone)
            .collect();
        // What one window tells by itself says nothing of its neighbours.
        let rest: Vec<(u64, u64)> = windows
            .iter()
            .zip(&alone)
            .map(|(w, alone)| if *alone { (0, 0) } else { *w })
            .collect();
        let surely = |at: usize| {
            SCALES.iter().any(|(length, part)| {
                let last = rest.get((at + 1).saturating_sub(*length)..=at);
                let last = last.unwrap_or_default().iter().fold((0, 0), add);
                more(last) && chance(last) < self.level * part
            })
        };
        let (mut since, mut least, mut sum) = (windows.len(), self.level, (0, 0));
        for (at, w) in rest.iter().enumerate().rev() {
            sum = add(sum, w);
            // What begins here, begins with more than is allowed.
            if more(*w) && more(sum) && chance(sum) < least {
                (since, least) = (at, chance(sum));
            }
        }
        let all = windows.iter().enumerate();
        all.map(|(at, w)| alone[at] || more(*w) && (at >= since || surely(at)))
            .collect()
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
        self.volume(windows);
        if !exact {
            let asked = [
                ("unique_ids", rows.unique_ids),
                ("duplicate_share_max", rows.duplicate_share_max.is_some()),
                ("stale_share_max", rows.stale_share_max.is_some()),
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
        if let Some(allowed) = rows.stale_share_max {
            let each = windows.iter().map(whole_rows::stale);
            self.share(&said("stale_share_max"), allowed, each, |share| {
                format!("{share} of the rows repeat the values of an earlier window")
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
            let each = windows.iter().map(|w| Bounds {
                least: w.before_1971.max(w.far),
                most: (w.before_1971 + w.far).min(w.rows),
                of: w.rows,
            });
            let each: Vec<Bounds> = each.collect();
            self.bounded(&said("impossible_times"), (0.0, PASSED), &each, |share| {
                format!("{share} of the rows are dated before 1971 or far from all others")
            });
            let each = windows.iter().map(|w| (w.early_outcomes, w.timed_outcomes));
            self.share(&said("impossible_times"), 0.0, each, |share| {
                format!("{share} of the outcomes are dated before their prediction")
            });
        }
        self.late();
    }

    /// Rows of windows that hold all of theirs.
    fn volume(&mut self, windows: &[Lines]) {
        let (making, rows) = (self.making, &self.expected.rows);
        let said = |key| Said {
            column: None,
            key,
            lines: &rows.lines,
        };
        let limits = [("rows_min", rows.rows_min), ("rows_max", rows.rows_max)];
        for (key, limit) in limits {
            let Some(limit) = limit else { continue };
            if !volume::is_told(making) {
                self.pass_over(&said(key), "windows are of so many rows each");
                continue;
            }
            let sign = if key == "rows_min" { -1.0 } else { 1.0 };
            let counts = windows.iter().zip(volume::whole(making));
            let counts = counts.map(|(lines, whole)| match whole {
                true => sign * lines.rows as f64,
                false => f64::NEG_INFINITY,
            });
            let counts: Vec<f64> = counts.collect();
            let what = |n: f64| match sign * n {
                1.0 => "1 row came in a window".to_owned(),
                n => format!("{} rows came in a window", words::grouped(n)),
            };
            let end = if sign < 0.0 { "fewest" } else { "most" };
            let allowed = format!("{} are the {end}", words::grouped(limit as f64));
            let limit = sign * limit as f64;
            self.amount(&said(key), limit, counts.into_iter(), what, &allowed);
        }
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
