//! How the values of columns are distributed in two periods, and how far these are apart.
//!
//! Where rows are kept distances are exact, so they are made of rows: the numbers of both periods are sorted, words are
//! counted, and what is kept is bounded whatever the rows: a few bins and four distances a column. Like
//! [`super::Exact`] it stands beside the cells and does not survive a merge. Of rows that pass, [`super::Shapes`]
//! tells it as well as it can be told.

use super::build::{Builder, Places};
use super::compared::Cells;
use super::{Series, Summary};
use crate::stats::distance::{Sample, jensen_shannon, psi};
use serde::{Deserialize, Serialize};

/// Words at most that are told by name.
const WORDS: usize = 12;
/// Rows at least in which a word must stand to be told: what stands in fewer may be a secret of one of
/// them.
pub(super) const FEW: u64 = 5;
/// Characters at most of a word.
const LONG: usize = 60;
/// Pairs of periods at most that a series keeps.
const KEPT: usize = 8;

/// Two periods that are compared, as ranges of a series' buckets (end exclusive).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// The earlier one; `None`: the reference.
    pub before: Option<(usize, usize)>,
    /// The later one, which may have gaps.
    pub after: Vec<(usize, usize)>,
}

/// The columns in two periods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Which.
    pub periods: Periods,
    /// Rows of each period.
    pub rows: (u64, u64),
    /// Inputs, segments, predictions and outcomes, in the order of the files.
    pub columns: Vec<ColumnDrift>,
}

/// A column in two periods. Missing cells are in no distance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnDrift {
    /// The column.
    pub column: String,
    /// Its role ([`Role::name`]).
    pub role: String,
    /// Population stability index over the bins ([`psi`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub psi: Option<f64>,
    /// Jensen–Shannon distance over the bins, to base 2 ([`jensen_shannon`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jensen_shannon: Option<f64>,
    /// Kolmogorov–Smirnov statistic; numbers only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kolmogorov_smirnov: Option<f64>,
    /// The exact one is within this of it; absent where it is exact.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kolmogorov_smirnov_bound: Option<f64>,
    /// Wasserstein-1 distance in the column's unit; numbers only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wasserstein: Option<f64>,
    /// The exact one is within this of it; absent where it is exact.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wasserstein_bound: Option<f64>,
    /// Why there is no distance.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
    /// What `before` and `after` count.
    pub bins: Bins,
    /// The earlier period.
    pub before: Distribution,
    /// The later period.
    pub after: Distribution,
    /// Both as they are drawn: numbers of rows that are kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub drawn: Option<Drawn>,
}

/// Two periods of numbers by bins of one width.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Bin `i` is `edges[i − 1] <= x < edges[i]`, the first and the last without an end: of one width, from where the
    /// lower one of the two periods has 0.5 % of its values below to where the higher one has as many above.
    pub edges: Vec<f64>,
    /// Values of the earlier period by bin.
    pub before: Vec<u64>,
    /// Values of the later period by bin.
    pub after: Vec<u64>,
}

/// Bins of what is drawn, and the share of a period's values that may lie beyond them.
const BARS: usize = 20;
const BEYOND: f64 = 0.005;

impl Drawn {
    /// Of two samples; `None` where one is empty or all is one value.
    fn of(before: &Sample, after: &Sample) -> Option<Self> {
        let end = |of: &Sample, share: f64| {
            let last = of.values().len().checked_sub(1)?;
            of.values()
                .get((share * last as f64).round() as usize)
                .copied()
        };
        let both = |share: f64| end(before, share).zip(end(after, share));
        let (a, b) = both(BEYOND)?;
        let (c, d) = both(1.0 - BEYOND)?;
        let (from, to) = (a.min(b), c.max(d));
        let wide = (to - from) / BARS as f64;
        if !(wide > 0.0 && wide.is_finite()) {
            return None;
        }
        let edges: Vec<f64> = (1..BARS).map(|i| from + i as f64 * wide).collect();
        Some(Self {
            before: before.counts(&edges),
            after: after.counts(&edges),
            edges,
        })
    }
}

/// What the counts of a [`Distribution`] are of: one more than there are edges or words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bins {
    /// Bin `i` is `edges[i − 1] <= x < edges[i]`, the first and the last without an end: deciles of the
    /// earlier period ([`Sample::edges`]).
    Edges(Vec<f64>),
    /// The most frequent words, most rows first; the last count is of all others. Distances are over
    /// every word.
    Words(Vec<String>),
}

impl Default for Bins {
    fn default() -> Self {
        Self::Edges(Vec::new())
    }
}

/// The cells of a column in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// Cells that hold a value.
    pub values: u64,
    /// Cells that are missing.
    pub missing: u64,
    /// Values by bin.
    pub counts: Vec<u64>,
}

impl ColumnDrift {
    /// How far the column is apart, to compare columns by: the larger one of the distances that lie in
    /// 0 … 1. `None` without any.
    #[must_use]
    pub fn strength(&self) -> Option<f64> {
        [self.jensen_shannon, self.kolmogorov_smirnov]
            .into_iter()
            .flatten()
            .reduce(f64::max)
    }
}

impl Distribution {
    /// Share of missing cells; `None` without a row.
    #[must_use]
    pub fn missing_share(&self) -> Option<f64> {
        let rows = self.values + self.missing;
        (rows > 0).then(|| self.missing as f64 / rows as f64)
    }
}

impl Series {
    /// The columns in two periods, where they were compared.
    #[must_use]
    pub fn drift(&self, periods: &Periods) -> Option<&Drift> {
        self.drift.iter().find(|d| d.periods == *periods)
    }

    /// Keeps a comparison, perhaps in place of the oldest one.
    pub(super) fn keep_drift(&mut self, drift: Drift) {
        if self.drift.len() >= KEPT {
            self.drift.remove(0);
        }
        self.drift.push(drift);
    }
}

/// The period of a row.
pub(super) const BEFORE: u8 = 0;
pub(super) const AFTER: u8 = 1;
const NEITHER: u8 = 2;

impl Builder {
    /// Adds to a series how its columns differ between two periods, unless it has that.
    pub fn add_drift(&self, summary: &mut Summary, at: usize, periods: &Periods) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        if series.drift(periods).is_some() {
            return;
        }
        let places = self.places(series, &self.buckets(series.size));
        let period = period_of_rows(&places, periods);
        let rows = |of: u8| period.iter().filter(|p| **p == of).count() as u64;
        let rows = (rows(BEFORE), rows(AFTER));
        let columns = self.compared();
        let columns = columns.into_iter().map(|(name, role, cells)| {
            let found = match cells {
                Cells::Numbers(values) => of_numbers(values, &period, rows),
                Cells::Words(codes, words) => of_words(codes, words, &period, rows),
            };
            ColumnDrift {
                column: name.to_owned(),
                role: role.name().into(),
                ..found
            }
        });
        let drift = Drift {
            periods: periods.clone(),
            rows,
            columns: columns.collect(),
        };
        series.keep_drift(drift);
    }
}

pub(super) fn period_of_rows(places: &Places, periods: &Periods) -> Vec<u8> {
    // One place more is the reference, and one more no place at all.
    let mut period = vec![NEITHER; places.buckets + 2];
    let mut mark = |(from, to): (usize, usize), as_of: u8| {
        if let Some(range) = period.get_mut(from..to) {
            range.fill(as_of);
        }
    };
    for range in &periods.after {
        mark((range.0, range.1.min(places.buckets)), AFTER);
    }
    let reference = (places.buckets, places.buckets + 1);
    mark(periods.before.unwrap_or(reference), BEFORE);
    let of = |place: &u32| period.get(*place as usize).copied().unwrap_or(NEITHER);
    places.of.iter().map(of).collect()
}

fn of_numbers(values: &[f64], period: &[u8], rows: (u64, u64)) -> ColumnDrift {
    let mut both = [
        Vec::with_capacity(rows.0 as usize),
        Vec::with_capacity(rows.1 as usize),
    ];
    for (value, period) in values.iter().zip(period) {
        if let Some(values) = both.get_mut(usize::from(*period)) {
            values.push(*value);
        }
    }
    let [before, after] = both.map(|values| Sample::of(&values));
    let edges = before.edges();
    let distribution = |sample: &Sample, rows: u64| {
        let values = sample.values().len() as u64;
        Distribution {
            values,
            missing: rows.saturating_sub(values),
            counts: sample.counts(&edges),
        }
    };
    let (old, new) = (distribution(&before, rows.0), distribution(&after, rows.1));
    let apart = before.apart(&after);
    ColumnDrift {
        drawn: Drawn::of(&before, &after),
        psi: psi(&old.counts, &new.counts),
        jensen_shannon: jensen_shannon(&old.counts, &new.counts),
        kolmogorov_smirnov: apart.map(|a| a.0),
        wasserstein: apart.and_then(|a| a.1),
        undefined: undefined(&old, &new),
        bins: Bins::Edges(edges),
        before: old,
        after: new,
        ..ColumnDrift::default()
    }
}

fn of_words(codes: &[u32], words: &[String], period: &[u8], rows: (u64, u64)) -> ColumnDrift {
    let mut counts = [vec![0u64; words.len()], vec![0u64; words.len()]];
    for (code, period) in codes.iter().zip(period) {
        let place = counts.get_mut(usize::from(*period));
        if let Some(n) = place.and_then(|counts| counts.get_mut(*code as usize)) {
            *n += 1;
        }
    }
    let [old, new] = &counts;
    words_apart(words, old, new, rows)
}

/// Words that stand so often in each period.
pub(super) fn words_apart(
    words: &[String],
    old: &[u64],
    new: &[u64],
    rows: (u64, u64),
) -> ColumnDrift {
    let rows_of = |word: usize| old[word] + new[word];
    let mut shown: Vec<usize> = (0..words.len()).filter(|w| rows_of(*w) >= FEW).collect();
    shown.sort_by(|a, b| {
        let by_rows = rows_of(*b).cmp(&rows_of(*a));
        by_rows.then_with(|| words[*a].cmp(&words[*b]))
    });
    shown.truncate(WORDS);
    let distribution = |counts: &[u64], rows: u64| {
        let values: u64 = counts.iter().sum();
        let mut of_shown: Vec<u64> = shown.iter().map(|word| counts[*word]).collect();
        of_shown.push(values - of_shown.iter().sum::<u64>());
        Distribution {
            values,
            missing: rows.saturating_sub(values),
            counts: of_shown,
        }
    };
    let (before, after) = (distribution(old, rows.0), distribution(new, rows.1));
    ColumnDrift {
        psi: psi(old, new),
        jensen_shannon: jensen_shannon(old, new),
        undefined: undefined(&before, &after),
        bins: Bins::Words(shown.iter().map(|word| cut(&words[*word])).collect()),
        before,
        after,
        ..ColumnDrift::default()
    }
}

pub(super) fn undefined(before: &Distribution, after: &Distribution) -> Option<String> {
    match (before.values, after.values) {
        (0, 0) => Some("no values".into()),
        (0, _) => Some("no values in the baseline".into()),
        (_, 0) => Some("no values outside the baseline".into()),
        _ => None,
    }
}

/// The start of a word that is too long to show.
pub(super) fn cut(word: &str) -> String {
    match word.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}
