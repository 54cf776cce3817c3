//! Log loss.

use super::loss::{self, LEAST_LOG_LOSS};
use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_PROBABILITY};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Log loss.
pub struct LogLoss;

const INFO: Info = Info {
    name: "log_loss",
    title: "Log loss",
    explain: "How surprised the probabilities are by the outcomes; sure and wrong costs most.",
    formula: "mean of −ln p(true class), p clipped to [2.2e-16, 1 − 2.2e-16]",
    interval: "on the logarithmic scale, Student's quantile being corrected for the skewness of the rows' losses (Cornish–Fisher); none of fewer than 200 rows, or 10 of one of two classes",
    source: "Good 1952, JRSS B 14, 107; Hall 1992, The Bootstrap and Edgeworth Expansion, 2.4",
    sklearn: "sklearn.metrics.log_loss(y_true, y_prob)",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Ratio,
    range: (Some(0.0), None),
    undefined: "no probability stands beside an outcome",
    material: Material::Relative(0.05),
};

impl Metric for LogLoss {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match of.classes() {
            _ if of.cell.labelled == 0 => Estimate::undefined(NO_LABELS, 0),
            Some(c) => loss::mean(
                of,
                &c.log_loss,
                |p| -libm::log(p),
                f64::INFINITY,
                LEAST_LOG_LOSS,
            ),
            None => Estimate::undefined(NO_PROBABILITY, 0),
        }
    }
}
