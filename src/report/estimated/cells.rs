//! What is expected of each cell of the confusion matrix, and what it costs, where outcomes are not in yet.
//!
//! Cells are sums of probabilities, costs are linear in them. The interval of a cell is of the sampling of its share:
//! of the rows that wait, and of the baseline, from which it was learned: s² = p_b (1 − p_b) (1 / n + 1 / n_b), with
//! the share p_b of the cell in the baseline. That the estimator may be off is told beside metrics, which become known.

use super::Estimated;
use crate::log::Task;
use crate::metric::{Confused, Cut, Estimate, Measures};
use crate::report::Window;
use crate::report::make::Making;
use crate::stats::expected::mean_cost;
use crate::stats::interval::{Interval, Z};
use crate::summary::{Cell, Expected};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is expected of the rows of windows whose outcomes are not in yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExpectedCells {
    /// Rows with a predicted label and a score.
    pub rows: f64,
    /// The classes, in the order of rows and columns.
    pub labels: Vec<String>,
    /// `counts[true][predicted]`.
    pub counts: Vec<Vec<Estimate>>,
    /// What they are worth together: their costs with the other sign, where the reader told costs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub business_value: Option<Estimate>,
}

/// Rows by true and predicted class; `None` where labels are not estimated.
fn of(expected: &Expected, making: &Making<'_>) -> Option<Vec<(usize, usize, f64)>> {
    if making.summary.task == Task::Multiclass {
        let cells = expected.confusion.iter();
        let cells: Vec<_> = cells
            .map(|(t, p, n)| (*t as usize, *p as usize, *n))
            .collect();
        return (!cells.is_empty()).then_some(cells);
    }
    let cells = match making.cut {
        Cut::Bin(bin) => expected.above(bin)?,
        Cut::Served => *expected.served.first()?,
    };
    Some(vec![
        (0, 0, cells.tn),
        (0, 1, cells.fp),
        (1, 0, cells.r#fn),
        (1, 1, cells.tp),
    ])
}

/// Cost a row, where the reader told costs.
pub(super) fn cost(
    expected: &Expected,
    making: &Making<'_>,
) -> Option<(&'static str, Option<f64>)> {
    let costs = making.costs.as_ref()?;
    let cost = |t, p| costs.get(&(t, p)).copied().unwrap_or(0.0);
    Some(("mean_cost", mean_cost(&of(expected, making)?, cost)))
}

/// The cells of all windows in view whose outcomes are not in yet together.
pub(super) fn pending<'a>(
    making: &Making<'_>,
    baseline: &Cell,
    (told, windows): (&Estimated, &[Window]),
    expected: impl Fn(usize) -> Option<&'a Expected>,
) -> Option<ExpectedCells> {
    let labels = &making.summary.labels;
    let waiting = (windows.iter().enumerate()).filter(|(_, window)| !window.mature);
    let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (at, _) in waiting {
        let Some(cells) = expected(making.shown.0 + at).and_then(|e| of(e, making)) else {
            continue;
        };
        for (truth, predicted, rows) in cells {
            *sums.entry((truth, predicted)).or_default() += rows;
        }
    }
    let rows: f64 = sums.values().sum();
    if rows <= 0.0 || labels.len() < 2 {
        return None;
    }
    let measures = Measures::new(making.summary, baseline, None, making.cut);
    let known = measures.confused();
    let one = |at: (usize, usize)| {
        count(
            sums.get(&at).copied().unwrap_or(0.0),
            rows,
            share(known, at),
        )
    };
    let each = |truth: usize| (0..labels.len()).map(|p| one((truth, p))).collect();
    let value = told.pending.get("mean_cost").and_then(|cost| {
        let ends = cost.low.zip(cost.high);
        let ends = ends.map(|(low, high)| Interval {
            low: -high * rows,
            high: -low * rows,
        });
        // Not −0.
        Some(Estimate::of(0.0 - cost.value? * rows, ends, cost.n))
    });
    Some(ExpectedCells {
        rows,
        labels: labels.clone(),
        counts: (0..labels.len()).map(each).collect(),
        business_value: value,
    })
}

/// The share of a cell in the baseline, and its rows.
fn share(known: &Confused, (truth, predicted): (usize, usize)) -> (f64, f64) {
    let cell = known
        .cells
        .iter()
        .find(|c| (c.0, c.1) == (truth, predicted));
    let n = known.n as f64;
    (cell.map_or(0.0, |c| c.2 as f64) / n.max(1.0), n)
}

/// An expected count of so many rows, with the interval that the baseline's share of so many rows gives.
fn count(expected: f64, rows: f64, (share, learned): (f64, f64)) -> Estimate {
    // Where the baseline has none, what is expected is all there is.
    let share = if share > 0.0 { share } else { expected / rows };
    let se = (share * (1.0 - share) * (1.0 / rows + 1.0 / learned)).sqrt();
    let half = Z * se * rows;
    let interval = Interval {
        low: (expected - half).max(0.0),
        high: (expected + half).min(rows),
    };
    Estimate::of(
        expected,
        Some(interval).filter(|_| learned > 0.0),
        rows as u64,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_the_interval_of_its_share() {
        let of = count(30.0, 100.0, (0.25, 400.0));
        let half = 1.959_963_984_540_054 * (0.25 * 0.75 * (0.01 + 0.0025_f64)).sqrt() * 100.0;
        assert_eq!(of.value, Some(30.0));
        assert!((of.high.unwrap() - 30.0 - half).abs() < 1e-9);
        assert!((30.0 - half - of.low.unwrap()).abs() < 1e-9);
        assert_eq!(count(0.5, 100.0, (0.25, 400.0)).low, Some(0.0));
        assert_eq!(count(3.0, 10.0, (0.0, 0.0)).low, None);
    }
}
