//! Predicted quantiles beside what came true: by level, by central interval, and over time.

use super::make::{Frame, Making};
use crate::metric::{Estimate, mean_of, share_of};
use crate::summary::{Cell, QuantileCounts};
use serde::{Deserialize, Serialize};

/// Predicted quantiles beside outcomes, over all rows of the view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// Forecasts with an outcome and a quantile.
    pub rows: u64,
    /// The levels, rising.
    pub levels: Vec<QuantileLevel>,
    /// The central intervals, the narrowest first.
    pub intervals: Vec<CentralInterval>,
}

/// A level: the share of outcomes that are to lie at or below its quantile, and that do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantileLevel {
    /// Above 0 and below 1.
    pub level: f64,
    /// The share of outcomes at or below the quantile.
    pub observed: Estimate,
    /// The same over the baseline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<f64>,
    /// The mean pinball loss of the level.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pinball_loss: Option<f64>,
}

/// A central interval, from a level to its mirror.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CentralInterval {
    /// The share of outcomes that it is to hold.
    pub nominal: f64,
    /// The level of its lower end.
    pub lower: f64,
    /// The level of its upper end.
    pub upper: f64,
    /// The share of outcomes that it holds, its ends included.
    pub coverage: Estimate,
    /// The same over the baseline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<f64>,
    /// Its mean width.
    pub width: Estimate,
    /// Its mean interval score (Gneiting & Raftery 2007), not weighted.
    pub interval_score: Estimate,
    /// The coverage by window, in the windows' order; `None` where a window has no such row.
    pub coverage_by_window: Vec<Option<f64>>,
}

/// Of the rows of a view; `None` where no forecast with an outcome has a quantile.
pub(super) fn quantiles(
    making: &Making<'_>,
    total: &Cell,
    before: Option<&Cell>,
) -> Option<Quantiles> {
    let counts = total.quantiles.as_ref()?;
    let before = before.and_then(|cell| cell.quantiles.as_ref());
    let shown = making
        .all
        .get(making.shown.0..making.shown.1)
        .unwrap_or_default();
    Some(Quantiles {
        rows: counts.pinball.n,
        levels: levels(counts, before),
        intervals: intervals(counts, before, shown),
    })
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn estimate(part: u64, of: u64) -> Estimate {
    match of {
        0 => Estimate::undefined("no rows", 0),
        _ => share_of(part, of),
    }
}

fn levels(counts: &QuantileCounts, before: Option<&QuantileCounts>) -> Vec<QuantileLevel> {
    let all = counts.levels.iter().map(|level| {
        let then = before.and_then(|b| b.levels.iter().find(|l| l.level == level.level));
        let loss = level.pinball.unbounded() / level.rows as f64;
        QuantileLevel {
            level: level.level.value(),
            observed: estimate(level.below, level.rows),
            baseline: then.and_then(|l| share(l.below, l.rows)),
            pinball_loss: Some(loss).filter(|l| l.is_finite()),
        }
    });
    all.collect()
}

fn intervals(
    counts: &QuantileCounts,
    before: Option<&QuantileCounts>,
    windows: &[Frame<'_>],
) -> Vec<CentralInterval> {
    let all = counts.intervals.iter().rev().filter_map(|interval| {
        let of = |counts: &QuantileCounts| {
            let mut all = counts.intervals.iter();
            let own = all.find(|i| i.lower == interval.lower)?;
            share(own.covered, own.rows)
        };
        let sizes = |moments: Option<_>| match moments {
            Some(moments) => mean_of(moments),
            None => Estimate::undefined("not counted in this slice", 0),
        };
        Some(CentralInterval {
            nominal: interval.lower.coverage()?,
            lower: interval.lower.value(),
            upper: interval.lower.mirror().value(),
            coverage: estimate(interval.covered, interval.rows),
            baseline: before.and_then(of),
            width: sizes(interval.width.as_ref()),
            interval_score: sizes(interval.score.as_ref()),
            coverage_by_window: windows
                .iter()
                .map(|w| w.cell.quantiles.as_ref().and_then(of))
                .collect(),
        })
    });
    all.collect()
}
