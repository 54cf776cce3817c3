//! Mean absolute error.

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, mean};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::{Moments, Summary};

/// MAE.
pub struct MeanAbsoluteError;

const INFO: Info = Info {
    name: "mean_absolute_error",
    title: "MAE",
    explain: "How far predictions are off on average, in the unit of the outcome.",
    formula: "mean of |error|",
    interval: "Student t of the rows' absolute errors",
    source: "Willmott & Matsuura 2005, Climate Research 30, 79",
    sklearn: "sklearn.metrics.mean_absolute_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    material: Material::Relative(0.05),
};

impl Metric for MeanAbsoluteError {
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
        let n = numbers.error.n;
        let moments = Moments {
            n,
            sum: numbers.absolute.clone(),
            square: numbers.error.square.clone(),
        };
        mean(&moments, (0.0, f64::INFINITY), NO_LABELS)
    }
}
