//! Brier score.

use super::loss::{self, LEAST_BRIER};
use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_PROBABILITY};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Brier score.
pub struct BrierScore;

const INFO: Info = Info {
    name: "brier_score",
    title: "Brier score",
    explain: "Mean squared distance of the probabilities from what happened.",
    formula: "mean of (p − y)²; multiclass: summed over classes",
    interval: "on the logarithmic scale, Student's quantile being corrected for the skewness of the rows' squared errors (Cornish–Fisher); none of fewer than 50 rows, or 10 of one of two classes",
    source: "Brier 1950, Monthly Weather Review 78, 1; Hall 1992, The Bootstrap and Edgeworth Expansion, 2.4",
    sklearn: "sklearn.metrics.brier_score_loss(y_true, y_prob)",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(2.0)),
    undefined: "no probability stands beside an outcome",
    material: Material::Relative(0.05),
};

impl Metric for BrierScore {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn range(&self, task: Task) -> (Option<f64>, Option<f64>) {
        (
            Some(0.0),
            Some(if task == Task::Binary { 1.0 } else { 2.0 }),
        )
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match of.classes() {
            _ if of.cell.labelled == 0 => Estimate::undefined(NO_LABELS, 0),
            Some(c) => {
                let most = self.range(of.summary.task).1.unwrap_or(2.0);
                loss::mean(
                    of,
                    &c.squared_error,
                    |p| (1.0 - p) * (1.0 - p),
                    most,
                    LEAST_BRIER,
                )
            }
            None => Estimate::undefined(NO_PROBABILITY, 0),
        }
    }
}
