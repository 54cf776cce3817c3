//! Mean error (bias).

use crate::log::Task;
use crate::metric::means::{SIGNED, signed};
use crate::metric::measures::NO_LABELS;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Mean error.
pub struct MeanError;

const INFO: Info = Info {
    name: "mean_error",
    title: "Mean error",
    explain: "Whether predictions are too high (above 0) or too low (below 0) on average.",
    formula: "mean of (prediction − outcome)",
    interval: SIGNED,
    source: "Walther & Moore 2005, Ecography 28, 815; interval: Student 1908, Biometrika 6, 1",
    sklearn: "numpy.mean(y_pred - y_true)",
    family: Family::Regression,
    rank: Rank::Headline,
    better: Better::Zero,
    unit: Unit::Outcome,
    range: (None, None),
    undefined: "no outcome stands beside a prediction",
    material: Material::Never,
};

impl Metric for MeanError {
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
        signed(&numbers.error, NO_LABELS)
    }
}
