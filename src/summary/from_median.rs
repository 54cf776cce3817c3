//! How far outcomes are from their median, beside how far they are from the predictions: from rows, since
//! no sum tells a median.

use super::build::sort_by_group;
use crate::log::{Log, Task, Truth};
use crate::stats::exact_sum::ExactSum;
use crate::stats::rank::sort_by_score;
use serde::{Deserialize, Serialize};

/// Sums over the rows whose error is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FromMedian {
    /// Rows.
    pub n: u64,
    /// Σ |y − median of y|; `f64::MAX` where it is beyond every number.
    pub spread: f64,
    /// Σ |prediction − y|, likewise.
    pub error: f64,
    /// Standard error of 1 − error / spread, from the influence of each row.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub se: Option<f64>,
}

/// Outcome and prediction of every row of a regression.
pub(super) fn numbers(log: &Log) -> Option<(&[f64], &[f64])> {
    match (log.task, &log.truth, &log.predicted) {
        (Some(Task::Regression), Truth::Numbers(y), Truth::Numbers(p)) => Some((y, p)),
        _ => None,
    }
}

/// Rows whose error is finite in ascending order of their outcome; none unless it is a regression.
pub(super) fn by_outcome(log: &Log) -> Vec<u32> {
    let Some((y, p)) = numbers(log) else {
        return Vec::new();
    };
    let mut rows = sort_by_score(y);
    rows.retain(|r| (p[*r as usize] - y[*r as usize]).is_finite());
    rows
}

/// The sums of each group of rows; `order`: what [`by_outcome`] found, `group`: of each row of the log.
pub(super) fn from_median(
    log: &Log,
    order: &[u32],
    group: &[u32],
    groups: usize,
) -> Vec<Option<FromMedian>> {
    let Some((y, p)) = numbers(log) else {
        return Vec::new();
    };
    let (rows, starts) = sort_by_group(group, groups, Some(order));
    let of = |w: &[usize]| {
        let rows = rows.get(w[0]..w[1]).filter(|r| !r.is_empty())?;
        let pairs = rows.iter().map(|r| (y[*r as usize], p[*r as usize]));
        Some(of_sorted(&pairs.collect::<Vec<_>>()))
    };
    starts.windows(2).map(of).collect()
}

/// Outcomes, ascending, and their predictions.
fn of_sorted(rows: &[(f64, f64)]) -> FromMedian {
    let (n, half) = (rows.len(), rows.len() / 2);
    // What the upper half is above the lower one: whatever lies between, the middle is no part of it.
    let mut spread = ExactSum::new();
    rows[..half].iter().for_each(|r| spread.add(-r.0));
    rows[n - half..].iter().for_each(|r| spread.add(r.0));
    let mut error = ExactSum::new();
    rows.iter().for_each(|(y, p)| error.add((p - y).abs()));
    let (spread, error) = (spread.value(), error.value());
    let mut out = FromMedian {
        n: n as u64,
        spread,
        error,
        se: None,
    };
    let median = match (rows.get((n - 1) / 2), rows.get(half)) {
        (Some(a), Some(b)) => a.0 / 2.0 + b.0 / 2.0,
        _ => return out,
    };
    // ψ = (|e| − r |y − m|) / mean |y − m|, r the ratio of the sums; where m lies costs nothing, for it is
    // where the spread is least. var = mean ψ² / n.
    let (ratio, mean) = (error / spread, spread / n as f64);
    let mut squares = ExactSum::new();
    for (y, p) in rows {
        let influence = ((p - y).abs() - ratio * (y - median).abs()) / mean;
        squares.add((influence * influence).min(f64::MAX));
    }
    let se = squares.value().sqrt() / n as f64;
    out.se = Some(se).filter(|se| n > 1 && spread > 0.0 && se.is_finite());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_about_the_median() {
        let rows = [(1.0, 1.5), (2.0, 2.0), (4.0, 5.0), (9.0, 9.0)];
        let found = of_sorted(&rows);
        assert_eq!((found.n, found.spread, found.error), (4, 10.0, 1.5));
        let found = of_sorted(&rows[..3]);
        assert_eq!((found.spread, found.error), (3.0, 1.5));
        let same = of_sorted(&[(3.0, 1.0), (3.0, 2.0)]);
        assert_eq!((same.spread, same.se), (0.0, None));
        let wide = of_sorted(&[(-1e308, 0.0), (1e308, 1e308)]);
        assert_eq!(wide.spread, f64::MAX);
        assert!(wide.se.is_none_or(f64::is_finite));
    }
}
