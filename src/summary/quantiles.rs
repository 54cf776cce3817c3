//! The part of a cell that tells of predicted quantiles. Everything in it adds up.
//!
//! Of an outcome y, quantiles q at levels τ, and central intervals from l at τ < ½ to u at 1 − τ:
//!
//! - pinball loss of a level: τ (y − q) where y ≥ q, else (1 − τ) (q − y);
//! - interval score (Gneiting & Raftery 2007, *JASA* 102, 359): (u − l) + (l − y)₊ / τ + (y − u)₊ / τ;
//! - weighted interval score (Bracher et al. 2021, *PLoS Comput. Biol.* 17, e1008618):
//!   (½ |y − median| + Σ τ · interval score) / (K + ½) over K intervals; without a median divided by K. It is
//!   the sum of dispersion, overprediction and underprediction, as in the R package scoringutils.
//!
//! Each row is scored by the quantiles that it has, as they are: also where they cross.

use super::cell::Moments;
use super::total::{moments, sum};
use crate::log::Level;
use crate::stats::exact_sum::Sum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Quantiles beside outcomes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuantileCounts {
    /// The mean pinball loss over the levels of each row.
    pub pinball: Moments,
    /// The weighted interval score of each row that has an interval or a median.
    pub wis: Moments,
    /// Its part for the width of the intervals.
    pub dispersion: Moments,
    /// Its part for quantiles above the outcome.
    pub overprediction: Moments,
    /// Its part for quantiles below the outcome.
    pub underprediction: Moments,
    /// Of each row with an interval, the mean over its intervals of 1 where it holds the outcome, else 0,
    /// less the share that it is to hold.
    pub deviation: Moments,
    /// The central intervals, the widest first.
    pub intervals: Vec<IntervalCounts>,
    /// The levels, rising; only where all rows are counted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub levels: Vec<LevelCounts>,
}

/// A level in rows with an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelCounts {
    /// The level.
    pub level: Level,
    /// Rows that have the quantile.
    pub rows: u64,
    /// Rows whose outcome is not above it.
    pub below: u64,
    /// The sum of the pinball losses.
    pub pinball: Sum,
}

/// A central interval in rows with an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntervalCounts {
    /// The level of its lower end; that of the upper end is its mirror.
    pub lower: Level,
    /// Rows that have both ends.
    pub rows: u64,
    /// Rows whose outcome lies in it, its ends included.
    pub covered: u64,
    /// Upper less lower end; only where all rows are counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub width: Option<Moments>,
    /// The interval score, likewise.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score: Option<Moments>,
}

impl QuantileCounts {
    /// The central interval that is to hold this share of outcomes.
    #[must_use]
    pub fn interval(&self, coverage: f64) -> Option<&IntervalCounts> {
        let lower = Level::lower_of(coverage)?;
        self.intervals.iter().find(|i| i.lower == lower)
    }

    /// The counts of all of them.
    pub(super) fn total(all: &[&Self]) -> Self {
        let of = |part: fn(&Self) -> &Moments| moments(all.iter().map(|q| part(q)));
        Self {
            pinball: of(|q| &q.pinball),
            wis: of(|q| &q.wis),
            dispersion: of(|q| &q.dispersion),
            overprediction: of(|q| &q.overprediction),
            underprediction: of(|q| &q.underprediction),
            deviation: of(|q| &q.deviation),
            intervals: intervals(all),
            levels: levels(all),
        }
    }
}

fn levels(all: &[&QuantileCounts]) -> Vec<LevelCounts> {
    let mut by_level: BTreeMap<Level, Vec<&LevelCounts>> = BTreeMap::new();
    for one in all.iter().flat_map(|q| &q.levels) {
        by_level.entry(one.level).or_default().push(one);
    }
    let total = |(level, parts): (Level, Vec<&LevelCounts>)| LevelCounts {
        level,
        rows: parts.iter().map(|p| p.rows).sum(),
        below: parts.iter().map(|p| p.below).sum(),
        pinball: sum(parts.iter().map(|p| &p.pinball)),
    };
    by_level.into_iter().map(total).collect()
}

fn intervals(all: &[&QuantileCounts]) -> Vec<IntervalCounts> {
    let mut by_level: BTreeMap<Level, Vec<&IntervalCounts>> = BTreeMap::new();
    for one in all.iter().flat_map(|q| &q.intervals) {
        by_level.entry(one.lower).or_default().push(one);
    }
    let total = |(lower, parts): (Level, Vec<&IntervalCounts>)| IntervalCounts {
        lower,
        rows: parts.iter().map(|p| p.rows).sum(),
        covered: parts.iter().map(|p| p.covered).sum(),
        width: every(&parts, |p| p.width.as_ref()),
        score: every(&parts, |p| p.score.as_ref()),
    };
    by_level.into_iter().map(total).collect()
}

/// The total of what every one has; `None` else: it would not be of all rows.
fn every(
    parts: &[&IntervalCounts],
    of: impl Fn(&IntervalCounts) -> Option<&Moments>,
) -> Option<Moments> {
    let all = parts.iter().map(|p| of(p)).collect::<Option<Vec<_>>>()?;
    Some(moments(all.into_iter()))
}
