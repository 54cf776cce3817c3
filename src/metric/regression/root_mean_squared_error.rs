//! Root mean squared error.

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, mean};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::{Moments, Summary};

/// RMSE.
pub struct RootMeanSquaredError;

const INFO: Info = Info {
    name: "root_mean_squared_error",
    title: "RMSE",
    explain: "Typical size of an error, with large ones weighing more, in the unit of the outcome.",
    formula: "√ mean of error²",
    interval: "Student t of the rows' squared errors, then the root",
    source: "–",
    sklearn: "sklearn.metrics.root_mean_squared_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    material: Material::Relative(0.05),
};

impl Metric for RootMeanSquaredError {
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
        let squares = Moments {
            n,
            sum: numbers.error.square.clone(),
            square: numbers.fourth.clone(),
        };
        let of_squares = mean(&squares, (0.0, f64::INFINITY), NO_LABELS);
        let root = |x: Option<f64>| x.map(f64::sqrt);
        Estimate {
            value: root(of_squares.value),
            low: root(of_squares.low),
            high: root(of_squares.high),
            ..of_squares
        }
    }
}
