//! What the predictions cost in the view, and the threshold at which they would have cost least.

use super::curves::{Curves, Tally};
use super::view::View;
use super::words;
use crate::log::Task;
use crate::metric::{Confused, Costs, Four, Unit};
use crate::summary::{Counted, Summary};
use serde::{Deserialize, Serialize};

/// Costs, as far as the data has the cells that they are of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// Each cell that has rows or a cost, by true and predicted class.
    pub cells: Vec<BillCell>,
    /// The threshold of least cost; `None` unless there are two classes and scores.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cheapest: Option<Cheapest>,
}

/// A cell of the confusion matrix and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillCell {
    /// True class.
    pub truth: String,
    /// Predicted class.
    pub predicted: String,
    /// Cost of a row.
    pub cost: f64,
    /// Rows.
    pub rows: u64,
}

/// The threshold of least cost on the rows in view. It was chosen by these rows, so that others are
/// likely to cost more at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cheapest {
    /// A row is predicted positive where its score is not below; `None`: where no row is.
    pub threshold: Option<f64>,
    /// Cost a row at it, in sample.
    pub mean_cost: f64,
    /// One sentence for a person.
    pub sentence: String,
}

impl Bill {
    /// The costs of two classes, where there are such.
    #[must_use]
    pub fn four(view: &View, labels: &[String]) -> Option<Four> {
        let costs = view.costs.as_ref()?;
        let placed = costs.by_place(Task::Binary, labels);
        Some(Four::of(&placed))
    }
}

/// The bill of a view.
pub(super) fn bill(
    summary: &Summary,
    costs: &Costs,
    confused: &Confused,
    curves: Option<&Curves>,
) -> Bill {
    let labels = &summary.labels;
    let placed = costs.by_place(summary.task, labels);
    let mut rows = confused.cells.clone();
    for (truth, predicted) in placed.keys() {
        if !rows.iter().any(|c| (c.0, c.1) == (*truth, *predicted)) {
            rows.push((*truth, *predicted, 0));
        }
    }
    rows.sort_unstable();
    let name = |k: usize| labels.get(k).cloned().unwrap_or_default();
    let cell = |(truth, predicted, rows): (usize, usize, u64)| BillCell {
        truth: name(truth),
        predicted: name(predicted),
        cost: placed.get(&(truth, predicted)).copied().unwrap_or(0.0),
        rows,
    };
    Bill {
        cells: rows.into_iter().map(cell).collect(),
        cheapest: curves.and_then(|c| cheapest(&c.thresholds, &c.current, Four::of(&placed))),
    }
}

/// The threshold of least cost; of several the lowest.
fn cheapest(thresholds: &[f64], tally: &Tally, costs: Four) -> Option<Cheapest> {
    let cost = |at: usize| costs.mean(tally.at(at));
    // One past the last threshold no row is predicted positive.
    let least = (0..=thresholds.len())
        .filter_map(|at| Some((at, cost(at)?)))
        .reduce(|best, next| if next.1 < best.1 { next } else { best })?;
    let threshold = thresholds.get(least.0).copied();
    let each = words::value(Unit::Outcome, least.1);
    let sentence = match threshold {
        Some(t) => format!(
            "Cheapest threshold on these rows: {}, at {each} a row. It was chosen by these rows (in-sample), so others are likely to cost more at it.",
            words::value(Unit::Outcome, t)
        ),
        None => format!(
            "On these rows it is cheapest to predict none as positive, at {each} a row (in-sample)."
        ),
    };
    Some(Cheapest {
        threshold,
        mean_cost: least.1,
        sentence,
    })
}

/// Cost a row at every threshold.
#[must_use]
pub fn over_thresholds(thresholds: usize, tally: &Tally, costs: &Four) -> Vec<Option<f64>> {
    let of = |c: Counted| costs.mean(c);
    (0..thresholds).map(|at| of(tally.at(at))).collect()
}
