//! Mean absolute error.

use crate::log::Task;
use crate::metric::means::why_none;
use crate::metric::measures::{skewed, skewness};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::exact_sum::Sum;
use crate::stats::interval::{Interval, third_absolute_moment};
use crate::summary::{Moments, Summary};

/// MAE.
pub struct MeanAbsoluteError;

const INFO: Info = Info {
    name: "mean_absolute_error",
    title: "MAE",
    explain: "How far predictions are off on average, in the unit of the outcome.",
    formula: "mean of |error|",
    interval: "Hall's transformation of Student's statistic, with the skewness of the rows' absolute errors; none of fewer than 5 rows",
    source: "Willmott & Matsuura 2005, Climate Research 30, 79; Hall 1992, JRSS B 54, 221",
    sklearn: "sklearn.metrics.mean_absolute_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction",
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
        let moments = Moments {
            n: numbers.error.n,
            sum: numbers.absolute.clone(),
            square: numbers.error.square.clone(),
        };
        of_errors(&moments, &numbers.fourth)
    }
}

/// Rows from which on it has an interval.
const LEAST: u64 = 5;

/// The mean of absolute errors, given the sum of their fourth powers; there are some.
pub(in crate::metric) fn of_errors(moments: &Moments, fourth: &Sum) -> Estimate {
    let (n, value) = (moments.n, moments.mean().unwrap_or(f64::INFINITY));
    let rows = n as f64;
    let [first, second, fourth] =
        [&moments.sum, &moments.square, fourth].map(|sum| sum.value() / rows);
    let interval = third_absolute_moment(first, second, fourth)
        .filter(|_| n >= LEAST)
        .and_then(|third| skewed(moments, skewness([first, second, third]))?.hall())
        .map(|i| Interval {
            low: i.low.max(0.0),
            ..i
        });
    Estimate::of(value, interval, n).or_why(|| why_none(moments, LEAST))
}
