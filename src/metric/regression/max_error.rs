//! Largest error.

use crate::log::Task;
use crate::metric::measures::NOT_COUNTED;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Max error.
pub struct MaxError;

const INFO: Info = Info {
    name: "max_error",
    title: "Max error",
    explain: "The worst prediction, in the unit of the outcome; it can only grow with more rows.",
    formula: "max of |error|",
    interval: "none: the largest error of all rows to come has no bound that these rows could tell",
    source: "Boyd & Vandenberghe 2004, Convex Optimization, 6.1.1 (the Chebyshev norm of residuals)",
    sklearn: "sklearn.metrics.max_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction",
    material: Material::Never,
};

impl Metric for MaxError {
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
        Estimate::of(relative.largest, None, numbers.error.n)
    }
}
