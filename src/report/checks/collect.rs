//! From counts to checks window by window.

use super::super::baseline::Basis;
use super::super::make::Making;
use super::super::steps::pause;
use super::super::{volume, whole_rows};
use super::{CheckKind, Seen, Tracked};
use crate::log::Role;
use crate::metric::Estimate;
use crate::stats::interval::{Interval, wilson};
use crate::stats::proportions::{self, Share};
use crate::stats::sequential::counts;
use crate::stats::sketch::LogHistogram;
use crate::summary::{ColumnProfile, Lines, Profile, STUCK, Tally};

/// Chance over all windows of a check that one of a baseline without lumps breaks it.
const ALPHA: f64 = 0.01;
/// Different words above which a column is looked at as text.
const TEXT: u64 = 50;
/// Times as long as in the baseline without a row.
const SILENT: f64 = 2.0;
/// By how much different values must be more or fewer than expected, and by how many standard deviations.
const CARDINALITY: (f64, f64) = (0.2, 4.0);

/// Columns between two pauses, and windows whose delays are looked at between them.
const COLUMNS: usize = 4;
const WINDOWS: usize = 256;

/// Every check of every column, window by window. Window `i` is `making.all[i]`.
pub(in super::super) async fn tracked(
    making: &Making<'_>,
    basis: &Basis<'_>,
    profile: Option<&Profile>,
) -> Vec<Tracked> {
    let of = Collecting {
        making,
        basis,
        alpha: ALPHA / making.all.len().max(1) as f64,
    };
    let mut out = of.missing(profile).await;
    out.extend(of.late_outcomes().await);
    out.extend(of.volume());
    pause().await;
    if let Some(profile) = profile {
        for column in &profile.columns {
            of.column(column, profile.exact, &mut out);
            pause().await;
        }
        if profile.exact {
            of.lines(profile, &mut out);
        }
    }
    out
}

struct Collecting<'a> {
    making: &'a Making<'a>,
    basis: &'a Basis<'a>,
    /// Of a single window.
    alpha: f64,
}

impl Collecting<'_> {
    /// A check whose values are shares; `expected` is what the baseline has, or what of it is expected.
    fn shares(
        &self,
        kind: CheckKind,
        column: Option<&str>,
        expected: Share,
        windows: impl Iterator<Item = Option<Share>>,
    ) -> Tracked {
        let seen = |share: Share| {
            let ends = match share.hits {
                // Nothing is never too much.
                0 => (0.0, 0.0),
                _ => {
                    let whole = Interval {
                        low: 0.0,
                        high: 1.0,
                    };
                    let ends = proportions::wilson(share, self.alpha).unwrap_or(whole);
                    (ends.low, ends.high)
                }
            };
            Some(Seen {
                count: share.hits,
                total: share.n,
                value: share.value()?,
                ends,
            })
        };
        let windows: Vec<Option<Seen>> = windows.map(|w| w.and_then(seen)).collect();
        let interval = wilson(expected.hits.min(expected.n), expected.n);
        let most = self.of_baseline(&windows).fold(0.0, f64::max);
        Tracked {
            kind,
            column: column.map(Into::into),
            limits: (0.0, interval.map_or(1.0, |i| i.high).max(most)),
            expected: match expected.value() {
                Some(value) => Estimate::of(value, interval, expected.n),
                None => Estimate::undefined("no rows in the baseline", 0),
            },
            windows,
            words: Vec::new(),
        }
    }

    /// A check whose values are amounts, each beside a count and a total.
    fn amounts(
        kind: CheckKind,
        column: Option<&str>,
        (expected, limits): (f64, (f64, f64)),
        windows: impl Iterator<Item = Option<(f64, u64, u64)>>,
    ) -> Tracked {
        let seen = |(value, count, total): (f64, u64, u64)| Seen {
            count,
            total,
            value,
            ends: (value, value),
        };
        Tracked {
            kind,
            column: column.map(Into::into),
            expected: Estimate::of(expected, None, 0),
            limits,
            windows: windows.map(|w| w.map(seen)).collect(),
            words: Vec::new(),
        }
    }

    /// What was found in the windows of the baseline.
    fn of_baseline<'b>(&self, windows: &'b [Option<Seen>]) -> impl Iterator<Item = f64> + 'b {
        let (from, to) = self.basis.windows.unwrap_or((0, 0));
        let own = windows.get(from..to).unwrap_or_default();
        own.iter().flatten().map(|seen| seen.value)
    }

    /// Missing cells of every column; what else stands in their place is told apart where that is known.
    async fn missing(&self, profile: Option<&Profile>) -> Vec<Tracked> {
        let summary = self.making.summary;
        let columns = summary.columns.iter().enumerate();
        // An outcome that is not there has not come yet.
        let kept = columns.filter(|c| !matches!(c.1.role, Role::Outcome | Role::OutcomeTime));
        let one = |(at, column): (usize, &crate::summary::ColumnInfo)| {
            let known = profile.and_then(|p| p.column(&column.name));
            let other = |tally: Option<&Tally>| tally.map_or(0, |t| t.texts + t.infinite);
            let share = |missing: &[u64], rows: u64, other: u64| Share {
                hits: missing.get(at).copied().unwrap_or(0).saturating_sub(other),
                n: rows,
            };
            let base = &self.basis.cell;
            let expected = share(&base.missing, base.rows, other(known.map(|k| &k.baseline)));
            let windows = self.making.all.iter().enumerate().map(|(i, frame)| {
                let other = other(known.and_then(|k| k.windows.get(i)));
                Some(share(&frame.cell.missing, frame.cell.rows, other))
            });
            self.shares(CheckKind::Missing, Some(&column.name), expected, windows)
        };
        let mut out = Vec::new();
        for column in kept {
            out.push(one(column));
            if out.len().is_multiple_of(COLUMNS) {
                pause().await;
            }
        }
        out
    }

    /// Outcomes of mature windows that took long.
    async fn late_outcomes(&self) -> Option<Tracked> {
        let delays = self.basis.cell.delay_s.as_ref()?;
        let long = whole_rows::in_time(self.basis)?;
        let share = |delays: &LogHistogram| Share {
            hits: delays.count_above(long),
            n: delays.count(),
        };
        let mut windows = Vec::with_capacity(self.making.all.len());
        for frame in &self.making.all {
            let delays = frame.cell.delay_s.as_ref().filter(|_| frame.mature);
            windows.push(delays.map(share));
            if windows.len().is_multiple_of(WINDOWS) {
                pause().await;
            }
        }
        Some(self.shares(
            CheckKind::LateOutcome,
            None,
            share(delays),
            windows.into_iter(),
        ))
    }

    /// Rows of windows that hold all of theirs; twice the most of the baseline, or half of the fewest, breaks it.
    fn volume(&self) -> Option<Tracked> {
        let usual = volume::usual(self.making, self.basis);
        let counts = || usual.iter().map(|w| w.0 as f64);
        let mean = counts().sum::<f64>() / usual.len() as f64;
        let (fewest, most) = counts().fold((mean, mean), |l, n| (l.0.min(n), l.1.max(n)));
        let whole = volume::whole(self.making);
        let windows = self.making.all.iter().zip(whole);
        let windows = windows.map(|(frame, whole)| {
            let rows = frame.cell.rows;
            whole.then_some((rows as f64, rows, rows))
        });
        let limits = (fewest / counts::LEAST, most * counts::LEAST);
        (!usual.is_empty()).then(|| Self::amounts(CheckKind::Volume, None, (mean, limits), windows))
    }

    fn column(&self, column: &ColumnProfile, exact: bool, out: &mut Vec<Tracked>) {
        let name = Some(column.column.as_str());
        let base = &column.baseline;
        let mut add = |kind, expected: Share, of: &dyn Fn(&Tally) -> Share| {
            let windows = column.windows.iter().map(|w| Some(of(w)));
            out.push(self.shares(kind, name, expected, windows));
        };
        let outside = |t: &Tally| Share {
            hits: t.below + t.above,
            n: t.values,
        };
        // Of n values and one more, each is as likely the smallest or the largest.
        let next_outside = Share {
            hits: 2,
            n: base.values + 1,
        };
        if column.of_words() {
            let unseen = |t: &Tally| Share {
                hits: t.unseen,
                n: t.values,
            };
            let once = Share {
                hits: column.once,
                n: base.values,
            };
            if base.values > 0 {
                add(CheckKind::UnseenWord, once, &unseen);
                if base.distinct > TEXT && exact {
                    add(CheckKind::TextLength, next_outside, &outside);
                }
            }
        } else {
            let odd = |of: fn(&Tally) -> u64| {
                move |t: &Tally| Share {
                    hits: of(t),
                    n: t.cells,
                }
            };
            if exact {
                let (texts, infinite) = (odd(|t| t.texts), odd(|t| t.infinite));
                add(CheckKind::WrongType, texts(base), &texts);
                add(CheckKind::NotFinite, infinite(base), &infinite);
            }
            if base.values > 0 {
                add(CheckKind::OutOfRange, next_outside, &outside);
            }
            if column.fences.is_some() {
                let outliers = |t: &Tally| Share {
                    hits: t.outliers,
                    n: t.values,
                };
                add(CheckKind::Outlier, outliers(base), &outliers);
            }
        }
        if let Some(check) = out
            .iter_mut()
            .rev()
            .find(|c| c.kind == CheckKind::UnseenWord && c.column.as_deref() == name)
        {
            check.words.clone_from(&column.unseen);
        }
        if exact && base.values > 0 {
            out.extend(constant(column));
            out.push(stuck(column));
            out.extend(self.cardinality(column));
        }
    }

    /// Different values against as many as so many rows of the baseline have.
    fn cardinality(&self, column: &ColumnProfile) -> Option<Tracked> {
        let base = &column.baseline;
        // Where nearly every row has a value of its own, their number tells nothing else than that of rows.
        if base.distinct < 2 || base.distinct * 2 > base.values {
            return None;
        }
        let (least, deviations) = CARDINALITY;
        let ratio = |t: &Tally| {
            let (mean, deviation) = t.distinct_expected.filter(|e| e.0 >= 1.0)?;
            let room = deviations * deviation + t.distinct_bound as f64;
            // What chance may add or take is given back first.
            let apart = t.distinct as f64 - mean;
            let apart = apart.signum() * (apart.abs() - room).max(0.0);
            Some((1.0 + apart / mean, t.distinct, mean.round() as u64))
        };
        let windows = || column.windows.iter().map(ratio);
        let (from, to) = self.basis.windows.unwrap_or((0, 0));
        let own = windows().skip(from).take(to - from).flatten().map(|w| w.0);
        let (low, high) = own.fold((1.0 - least, 1.0 + least), |l, x| (l.0.min(x), l.1.max(x)));
        let name = Some(column.column.as_str());
        let expected = (1.0, (low, high));
        Some(Self::amounts(
            CheckKind::Cardinality,
            name,
            expected,
            windows(),
        ))
    }

    fn lines(&self, profile: &Profile, out: &mut Vec<Tracked>) {
        let base = &profile.baseline;
        let mut add = |kind: CheckKind, of: fn(&Lines) -> (u64, u64)| {
            let share = |l: &Lines| {
                let (hits, n) = of(l);
                Share { hits, n }
            };
            let windows = profile.windows.iter().map(|w| Some(share(w)));
            // A long baseline holds the same row twice more easily than a window does.
            let within = self.basis.windows.map(|(from, to)| {
                let own = profile.windows.get(from..to).unwrap_or_default();
                own.iter().fold((0, 0), |sum, l| {
                    let (hits, n) = of(l);
                    (sum.0 + hits, sum.1 + n)
                })
            });
            let own = (!profile.own.is_empty()).then(|| {
                profile.own.iter().fold((0, 0), |sum, l| {
                    let (hits, n) = of(l);
                    (sum.0 + hits, sum.1 + n)
                })
            });
            let (hits, n) = within.or(own).unwrap_or_else(|| of(base));
            let hits = if kind.is_impossible() { 0 } else { hits };
            let expected = Share { hits, n };
            let mut check = self.shares(kind, None, expected, windows);
            if kind.is_impossible() {
                check.limits = (0.0, 0.0);
            }
            out.push(check);
        };
        add(CheckKind::DuplicateRow, |l| (l.duplicates, l.rows));
        add(CheckKind::DuplicateId, |l| (l.same_id, l.rows));
        add(CheckKind::RepeatedRow, |l| (l.repeats, l.rows));
        add(CheckKind::StaleRow, whole_rows::stale);
        if !self.making.summary.timed {
            return;
        }
        add(CheckKind::Before1971, |l| (l.before_1971, l.rows));
        add(CheckKind::FarTime, |l| (l.far, l.rows));
        add(CheckKind::EarlyOutcome, |l| {
            (l.early_outcomes, l.timed_outcomes)
        });
        let seconds = |gap: u64| gap as f64 / 1e6;
        let own = self.basis.windows.map(|(from, to)| {
            let own = profile.windows.get(from..to).unwrap_or_default();
            own.iter().map(|l| l.gap).max().unwrap_or(0)
        });
        let longest = seconds(own.unwrap_or(base.gap).max(base.gap));
        let windows = profile
            .windows
            .iter()
            .map(|l| Some((seconds(l.gap), 0, l.rows)));
        let limits = (0.0, SILENT * longest);
        if longest > 0.0 {
            out.push(Self::amounts(
                CheckKind::NoRows,
                None,
                (longest, limits),
                windows,
            ));
        }
    }
}

/// Windows in which all values are one.
fn constant(column: &ColumnProfile) -> Option<Tracked> {
    if column.baseline.distinct < 2 {
        return None;
    }
    let windows = column.windows.iter().map(|t| {
        let one = column.is_one_value(t);
        (t.values > 0).then_some((
            f64::from(u8::from(one)),
            if one { t.values } else { 0 },
            t.values,
        ))
    });
    let name = Some(column.column.as_str());
    Some(Collecting::amounts(
        CheckKind::Constant,
        name,
        (0.0, (0.0, 0.5)),
        windows,
    ))
}

/// The longest run of one value.
fn stuck(column: &ColumnProfile) -> Tracked {
    let longest = column.baseline.run;
    let limit = (longest * STUCK.1).max(STUCK.0) as f64;
    let windows = column
        .windows
        .iter()
        .map(|t| Some((t.run as f64, t.run, t.values)));
    let name = Some(column.column.as_str());
    let expected = (longest as f64, (0.0, limit));
    Collecting::amounts(CheckKind::Stuck, name, expected, windows)
}
