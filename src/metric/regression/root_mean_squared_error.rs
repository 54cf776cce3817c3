//! Root mean squared error.

use super::{LEAST_ERRORS, too_heavy};
use crate::log::Task;
use crate::metric::measures::too_few_rows;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, Skewed};
use crate::summary::{Moments, Summary};

/// RMSE.
pub struct RootMeanSquaredError;

const INFO: Info = Info {
    name: "root_mean_squared_error",
    title: "RMSE",
    explain: "Typical size of an error, with large ones weighing more, in the unit of the outcome.",
    formula: "√ mean of error²",
    interval: "Hall's transformation of Student's statistic of the rows' squared errors, as skewed as those of errors with tails a little heavier than normal; then the root; none of fewer than 100 rows, nor where tails are seen to be so heavy that none is true (mean |error| below 0.69 of the RMSE and a kurtosis above 10, from 3 000 rows on)",
    source: "Hall 1992, JRSS B 54, 221",
    sklearn: "sklearn.metrics.root_mean_squared_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction",
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
        let Some(square) = squares.mean() else {
            return of.nothing();
        };
        let heavy = too_heavy(numbers);
        let interval = squares
            .variance()
            .filter(|_| n >= LEAST_ERRORS && square > 0.0 && heavy.is_none())
            .and_then(|variance| {
                let of = Skewed {
                    mean: square,
                    variance,
                    skewness: SKEWNESS * variance.sqrt() / square,
                    n,
                };
                of.hall()
            })
            .map(|i| Interval {
                low: i.low.max(0.0).sqrt(),
                high: i.high.sqrt(),
            });
        Estimate::of(square.sqrt(), interval, n).or_why(|| match (n < LEAST_ERRORS, heavy) {
            (true, _) => too_few_rows(n, LEAST_ERRORS),
            (_, Some(heavy)) => heavy,
            _ => "no interval: every prediction is right".into(),
        })
    }
}

/// The skewness of squared errors over their coefficient of variation: 2 where errors are normal (of a gamma
/// distribution, as squares of normal errors are), more where their tails are heavier. The sixth power of
/// errors would tell it, badly.
const SKEWNESS: f64 = 2.5;
