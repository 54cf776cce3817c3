//! Expectations from a baseline: as tight as its rows allow, and so wide that rows of its own kind hold them.
//!
//! A share may be as large as the upper end of the exact interval of the baseline's (C. J. Clopper and E. S. Pearson,
//! 1934), at a level that is shared out over all limits ([`RATE`]); as large as in any window of the baseline; and
//! where these differ by more than chance, as large as the next such window may have it.

use super::{Expectations, Holds, OfColumn, OfRows, RATE};
use crate::stats::sketch::LogHistogram;
use crate::stats::special::{beta_quantile, chi_square_quantile, student_t_quantile};
use crate::summary::{Bins, ColumnProfile, Lines, Profile, STUCK, Tally};

/// Shares of a column, and of rows, that are limited at most.
const OF_COLUMN: usize = 6;
const OF_ROWS: usize = 4;
/// The share of rows that may repeat those of an earlier window in addition to what is inferred: cells that are missing
/// make some rows alike.
const STALE: f64 = 0.1;
/// Windows at least that tell whether they differ by more than chance, and the level of that.
const LUMPY: (usize, f64) = (5, 0.999);
/// Standard deviations that different values may be fewer, before that is halved.
const FEWER: f64 = 4.0;

impl Expectations {
    /// Those that the baseline of a profile lets expect, with how long its outcomes took, in seconds, in all of it and
    /// in each of its windows, and how many rows its windows have, where they tell what is usual.
    #[must_use]
    pub fn infer(
        profile: &Profile,
        timed: bool,
        (delays, delays_of_windows): (Option<&LogHistogram>, &[&LogHistogram]),
        usual_rows: &[u64],
    ) -> Self {
        let leeway = Leeway::of(profile);
        let base = &profile.baseline;
        let own: Vec<&Lines> = within(profile, &profile.windows).collect();
        // A long baseline holds the same row twice more easily than a window does.
        let duplicates = || {
            let all = match own.is_empty() {
                true => (base.duplicates, base.rows),
                false => own
                    .iter()
                    .fold((0, 0), |sum, l| (sum.0 + l.duplicates, sum.1 + l.rows)),
            };
            leeway.share(all, own.iter().map(|l| (l.duplicates, l.rows)))
        };
        // Rounded up to what a person would write, and then counted by that.
        let late = delays.filter(|_| timed).and_then(|delays| {
            let hours = delays.quantile(0.95).filter(|long| *long > 0.0)? / 3_600.0;
            let hours = rounded_up(hours);
            let late = |d: &LogHistogram| (d.count_above(hours * 3_600.0), d.count());
            let own = delays_of_windows.iter().map(|d| late(d));
            Some((hours, leeway.share(late(delays), own)))
        });
        let rows = leeway.rows(usual_rows).filter(|_| timed);
        let stale = || {
            let of = |l: &Lines| (l.stale, if l.among > 0 { l.rows } else { 0 });
            let add = |sum: (u64, u64), w: (u64, u64)| (sum.0 + w.0, sum.1 + w.1);
            let all = own.iter().map(|l| of(l)).fold((0, 0), add);
            let told = all.1 > 0 && all.0 * 2 <= all.1;
            told.then(|| rounded_up(STALE + leeway.share(all, own.iter().map(|l| of(l)))).min(1.0))
        };
        let impossible = base.before_1971 + base.far + base.early_outcomes;
        Self {
            file: String::new(),
            rows: OfRows {
                unique_ids: profile.exact && base.same_id == 0,
                duplicate_share_max: profile.exact.then(duplicates),
                stale_share_max: stale().filter(|_| profile.exact),
                rows_min: rows.map(|r| r.0).filter(|n| *n > 0),
                rows_max: rows.map(|r| r.1),
                silence_max_hours: leeway
                    .silence(profile)
                    .filter(|_| profile.exact && timed && base.gap > 0)
                    .map(|times| rounded_up(times * base.gap as f64 / 3.6e9)),
                impossible_times: (profile.exact && timed && impossible == 0).then_some(false),
                late_after_hours: late.map(|late| late.0),
                late_share_max: late.map(|late| late.1),
                lines: Vec::new(),
            },
            columns: (profile.columns.iter())
                .map(|column| of(column, profile, &leeway))
                .collect(),
        }
    }
}

/// Of each window what belongs to the baseline; nothing for a reference.
fn within<'a, T>(profile: &'a Profile, windows: &'a [T]) -> impl Iterator<Item = &'a T> + Clone {
    let before = profile.spans.before.unwrap_or((0, 0));
    let all = profile.spans.windows.iter().zip(windows);
    all.filter(move |(w, _)| w.0 >= before.0 && w.1 <= before.1)
        .map(|(_, found)| found)
}

/// How much more than in the baseline may be found.
struct Leeway {
    /// Chance that one limit is too tight.
    level: f64,
    /// Windows that are to hold it.
    windows: usize,
}

impl Leeway {
    fn of(profile: &Profile) -> Self {
        let limits = OF_COLUMN * profile.columns.len() + OF_ROWS;
        Self {
            level: RATE / 2.0 / limits as f64,
            windows: profile.spans.windows.len().max(1),
        }
    }

    /// The largest share that rows of the kind of the baseline have, by hits and rows of all of it and of its windows.
    fn share(&self, all: (u64, u64), own: impl Iterator<Item = (u64, u64)>) -> f64 {
        let own: Vec<(f64, f64)> = own
            .filter(|w| w.1 > 0)
            .map(|w| (w.0.min(w.1) as f64, w.1 as f64))
            .collect();
        let most = own.iter().map(|w| w.0 / w.1).fold(0.0, f64::max);
        let next = self.next(&own).unwrap_or(0.0);
        rounded_up(self.upper(all).max(most).max(next)).min(1.0)
    }

    /// The upper end of the exact interval of a share; 1 without rows.
    fn upper(&self, (k, n): (u64, u64)) -> f64 {
        match n.saturating_sub(k) {
            0 => 1.0,
            rest => 1.0 - beta_quantile(self.level, rest as f64, k as f64 + 1.0),
        }
    }

    /// What the next window may have where windows differ by more than chance; `None` where they do not.
    fn next(&self, own: &[(f64, f64)]) -> Option<f64> {
        let (few, certain) = LUMPY;
        let (hits, rows) = own.iter().fold((0.0, 0.0), |s, w| (s.0 + w.0, s.1 + w.1));
        if own.len() < few || hits <= 0.0 || hits >= rows {
            return None;
        }
        let (share, free) = (hits / rows, own.len() as f64 - 1.0);
        let apart = |w: &(f64, f64)| {
            let by = w.0 - w.1 * share;
            by * by / (w.1 * share * (1.0 - share))
        };
        if own.iter().map(apart).sum::<f64>() <= chi_square_quantile(certain, free) {
            return None;
        }
        let count = own.len() as f64;
        let mean = own.iter().map(|w| w.0 / w.1).sum::<f64>() / count;
        let square = |w: &(f64, f64)| (w.0 / w.1 - mean) * (w.0 / w.1 - mean);
        let variance = own.iter().map(square).sum::<f64>() / free;
        let t = student_t_quantile(1.0 - self.level / self.windows as f64, free);
        Some(mean + t * (variance * (1.0 + 1.0 / count)).sqrt())
    }

    /// The fewest and the most rows of a window: half of the fewest of the baseline and twice its most, or what the
    /// next windows may have by the logarithms of these. `None` for too few windows to tell.
    fn rows(&self, own: &[u64]) -> Option<(u64, u64)> {
        if own.len() < LUMPY.0 {
            return None;
        }
        let logs: Vec<f64> = own.iter().map(|n| libm::log(*n as f64 + 0.5)).collect();
        let (count, free) = (logs.len() as f64, logs.len() as f64 - 1.0);
        let mean = logs.iter().sum::<f64>() / count;
        let variance = logs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / free;
        let t = student_t_quantile(1.0 - self.level / 2.0 / self.windows as f64, free);
        let off = t * (variance * (1.0 + 1.0 / count)).sqrt();
        let (fewest, most) = (own.iter().min()?, own.iter().max()?);
        let least = libm::exp(mean - off).min(*fewest as f64 / 2.0);
        let last = libm::exp(mean + off).max(2.0 * *most as f64);
        // A float above every integer is the largest one.
        Some((least.floor() as u64, last.ceil() as u64))
    }

    /// How many times the longest gap between rows of the baseline another may be: twice, or what rows that come
    /// independently of each other leave open, the longest of whose n gaps is about log n times as long as their
    /// mean. `None` for too few rows to tell.
    ///
    /// Source: E. J. Gumbel (1958), *Statistics of Extremes*, of the largest of exponential variables.
    fn silence(&self, profile: &Profile) -> Option<f64> {
        let rows = profile.baseline.rows as f64;
        let all: u64 = profile.windows.iter().map(|w| w.rows).sum();
        let least = libm::log(rows) - libm::log(-libm::log(self.level));
        let most = libm::log(rows.max(all as f64) / self.level);
        (least >= 1.0).then(|| (most / least).max(2.0))
    }

    /// The chance, at most, that a value equals the one before, in a row of equal ones.
    fn again(&self, base: &Tally) -> f64 {
        let again = self.upper((base.repeats, base.values.saturating_sub(1)));
        // A value among as many others as in the baseline is there as often as it and its like, and if rows are in no
        // order, its square is not above the share of rows that repeat the one before.
        let most = base.counts.iter().copied().max().unwrap_or(base.values);
        let share = self.upper((most.min(base.values), base.values));
        again.max(share.min(again.sqrt()))
    }
}

fn of(column: &ColumnProfile, profile: &Profile, leeway: &Leeway) -> OfColumn {
    let (base, exact) = (&column.baseline, profile.exact);
    let known = base.values > 0;
    let outcome = column.role == "outcome";
    let own = || within(profile, &column.windows);
    let share = |of: fn(&Tally) -> (u64, u64)| leeway.share(of(base), own().map(of));
    // Of n values and one more, each is as likely the smallest or the largest.
    let next_outside = leeway.share(
        (2.min(base.values + 1), base.values + 1),
        std::iter::empty(),
    );
    let mut out = OfColumn {
        name: column.column.clone(),
        // An outcome that is not there has not come yet.
        missing_share_max: (!outcome)
            .then(|| share(|t| (t.missing() - t.texts - t.infinite, t.cells))),
        ..OfColumn::default()
    };
    if exact && base.distinct > 1 {
        varies(&mut out, column, profile, leeway);
    }
    match &column.bins {
        Bins::Edges(_) => {
            out.holds = Some(Holds::Number);
            out.text_share_max = exact.then(|| share(|t| (t.texts, t.cells)));
            out.infinite_share_max = exact.then(|| share(|t| (t.infinite, t.cells)));
            (out.min, out.max) = (base.range.map(|r| r.0), base.range.map(|r| r.1));
            out.outside_share_max = known.then_some(next_outside);
            let fences = column.fences.is_some() && known;
            out.outlier_share_max = fences.then(|| share(|t| (t.outliers, t.values)));
            out.distinct_max = most_distinct(column, profile).filter(|_| exact);
        }
        Bins::Words(told) => {
            out.holds = Some(Holds::Category);
            let all = base.distinct == told.len() as u64 && known;
            out.categories = all.then(|| told.clone());
            out.other_share_max =
                known.then(|| leeway.share((column.once, base.values), std::iter::empty()));
            if !all {
                (out.length_min, out.length_max) =
                    (base.range.map(|r| r.0), base.range.map(|r| r.1));
                out.outside_share_max = known.then_some(next_outside);
                out.distinct_max = most_distinct(column, profile);
            }
        }
    }
    out
}

/// How few different values there may be, and how long one may stay.
fn varies(out: &mut OfColumn, column: &ColumnProfile, profile: &Profile, leeway: &Leeway) {
    let base = &column.baseline;
    let own: Vec<&Tally> = match within(profile, &column.windows).next() {
        Some(_) => within(profile, &column.windows).collect(),
        None => vec![base],
    };
    let mut values: Vec<u64> = own.iter().map(|t| t.values).collect();
    values.sort_unstable();
    // Windows that were cut short tell nothing of those that were not.
    let half = values.get(values.len() / 2).map_or(0, |n| n.div_ceil(2));
    let whole = || own.iter().filter(|t| t.values >= half.max(1));
    let again = leeway.again(base);
    let log = libm::log(again);
    let rows = (base.values * 2).max(1) as f64;
    let longest = match log < 0.0 {
        true => 1.0 + libm::log(leeway.level / rows) / log,
        false => rows,
    };
    // A float above every integer is the largest one.
    let longest = longest.ceil() as u64;
    out.constant = (!own.iter().any(|t| column.is_one_value(t))).then_some(false);
    out.run_max = Some((base.run * STUCK.1).max(STUCK.0).max(longest));
    let Some(fewest) = whole().map(|t| t.values).min() else {
        return;
    };
    let found = whole().map(|t| {
        let expected = t
            .distinct_expected
            .map_or(f64::INFINITY, |e| e.0 - FEWER * e.1);
        expected.min(t.distinct.saturating_sub(t.distinct_bound) as f64)
    });
    let least = (found.fold(f64::INFINITY, f64::min) / 2.0).floor();
    // One value is what `constant` tells of.
    let told = least.is_finite() && least >= 2.0 && is_drawn(base);
    out.distinct_min = told.then_some(least.max(0.0) as u64);
    out.values_min = told.then_some(fewest);
}

/// Whether the number of different values tells of more than that of rows: where nearly every row has one of its own,
/// it does not.
fn is_drawn(base: &Tally) -> bool {
    base.distinct >= 2 && base.distinct * 2 <= base.values
}

/// Twice the most different values of a window of the baseline; of a reference, of all of it.
fn most_distinct(column: &ColumnProfile, profile: &Profile) -> Option<u64> {
    let base = &column.baseline;
    let most = |t: &Tally| t.distinct + t.distinct_bound;
    let own = within(profile, &column.windows).map(most).max();
    is_drawn(base).then(|| 2 * own.filter(|n| *n > 0).unwrap_or_else(|| most(base)))
}

/// Up to two digits, or the fourth decimal.
fn rounded_up(x: f64) -> f64 {
    let digits = if x < 0.1 { 1e4 } else { 1e2 };
    (x * digits).ceil() / digits
}
