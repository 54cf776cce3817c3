//! Root mean squared error.

use super::r2::{SMALLEST, TOO_SMALL};
use super::{LEAST_ERRORS, too_heavy};
use crate::log::Task;
use crate::metric::means::why_none;
use crate::metric::measures::too_few_rows;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::exact_sum::Sum;
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
        let squares = Moments {
            n: numbers.error.n,
            sum: numbers.error.square.clone(),
            square: numbers.fourth.clone(),
        };
        of_squares(&squares, &numbers.absolute)
    }
}

/// The root of the mean of squared errors, given the sum of absolute ones; there are some.
pub(in crate::metric) fn of_squares(squares: &Moments, absolute: &Sum) -> Estimate {
    let (n, square) = (squares.n, squares.mean().unwrap_or(f64::INFINITY));
    if square < SMALLEST && absolute.value() > 0.0 {
        return Estimate::undefined(TOO_SMALL, n);
    }
    let heavy = too_heavy(squares, absolute);
    let interval = squares
        .variance()
        .filter(|v| n >= LEAST_ERRORS && *v > 0.0 && square > 0.0 && heavy.is_none())
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
        _ if square == 0.0 => "no interval: every prediction is right".into(),
        _ => why_none(squares, LEAST_ERRORS),
    })
}

/// The skewness of squared errors over their coefficient of variation: 2 where errors are normal (of a gamma
/// distribution, as squares of normal errors are), more where their tails are heavier. The sixth power of
/// errors would tell it, badly.
const SKEWNESS: f64 = 2.5;
