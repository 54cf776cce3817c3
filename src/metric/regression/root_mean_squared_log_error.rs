//! Root mean squared logarithmic error.

use super::lacks;
use super::r2::{SMALLEST, TOO_SMALL};
use crate::log::Task;
use crate::metric::means::root_of;
use crate::metric::measures::{NO_LABELS, NOT_COUNTED};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// RMSLE.
pub struct RootMeanSquaredLogError;

const INFO: Info = Info {
    name: "root_mean_squared_log_error",
    title: "RMSLE",
    explain: "Typical size of an error as a ratio, in logarithms; too low weighs more than too high by as much.",
    formula: "√ mean of (ln(1 + prediction) − ln(1 + y))²; of outcomes and predictions above −1",
    interval: "Hall's transformation of Student's statistic of the rows' squares, as skewed as 3 times their coefficient of variation, then the root; none of fewer than 200 rows",
    source: "interval: Hall 1992, JRSS B 54, 221",
    sklearn: "sklearn.metrics.root_mean_squared_log_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Ratio,
    range: (Some(0.0), None),
    undefined: "an outcome or a prediction is −1 or less (how many are is said)",
    material: Material::Never,
};

impl Metric for RootMeanSquaredLogError {
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
        let lacking = numbers.error.n - relative.log_square.n.min(numbers.error.n);
        if lacking > 0 {
            return lacks(
                lacking,
                "an outcome or a prediction of −1 or less",
                numbers.error.n,
            );
        }
        let small = numbers.error.square.unbounded() < SMALLEST * numbers.error.n as f64;
        if small && numbers.absolute.value() > 0.0 {
            return Estimate::undefined(TOO_SMALL, numbers.error.n);
        }
        root_of(&relative.log_square, NO_LABELS)
    }
}
