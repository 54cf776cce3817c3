//! Mean absolute percentage error: of |y|, and with no number where an outcome is 0.

use super::lacks;
use crate::log::Task;
use crate::metric::means::{LEAST_OF_MEANS, POSITIVE, positive_of};
use crate::metric::measures::{NO_LABELS, NOT_COUNTED};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// MAPE.
pub struct MeanAbsolutePercentageError;

const INFO: Info = Info {
    name: "mean_absolute_percentage_error",
    title: "MAPE",
    explain: "How far predictions are off on average, as a share of the outcome; small outcomes weigh most.",
    formula: "mean of |error| / |y|",
    interval: POSITIVE,
    source: "Hyndman & Koehler 2006, Int. J. Forecasting 22, 679; interval: Hall 1992, JRSS B 54, 221",
    sklearn: "sklearn.metrics.mean_absolute_percentage_error(y_true, y_pred); where an outcome is 0 it divides by 2.2e-16, and there is no value here",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Percent,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction, or an outcome is 0 (how many are is said)",
    material: Material::Never,
};

impl Metric for MeanAbsolutePercentageError {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(numbers) = of.numbers().filter(|n| n.error.n > 0) else {
            return of.nothing();
        };
        let Some(relative) = &numbers.relative else {
            return Estimate::undefined(NOT_COUNTED, 0);
        };
        let zeros = numbers.error.n - relative.percentage.n.min(numbers.error.n);
        match zeros {
            0 => positive_of(&relative.percentage, LEAST_OF_MEANS, NO_LABELS),
            _ => lacks(zeros, "an outcome of 0", numbers.error.n),
        }
    }
}
