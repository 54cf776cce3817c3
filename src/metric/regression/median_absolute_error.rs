//! Median absolute error: exact where the rows were sorted, else from a sketch to 1 %.

use crate::log::Task;
use crate::metric::binned::quantile;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::Interval;
use crate::summary::Summary;

/// Median absolute error.
pub struct MedianAbsoluteError;

const INFO: Info = Info {
    name: "median_absolute_error",
    title: "Median AE",
    explain: "Half of the predictions are off by less, in the unit of the outcome; a few large errors do not move it.",
    formula: "median of |error|, the mean of the two middle ones",
    interval: "distribution-free: between order statistics at binomial ranks, where the chance is 2.5 % at either end; of rows that were not kept, one that holds it, 1 % wider at either end",
    source: "David & Nagaraja 2003, Order Statistics, 7.1; between them: Nyblom 1992, Statistics & Probability Letters 14, 129",
    sklearn: "sklearn.metrics.median_absolute_error(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction",
    material: Material::Never,
};

impl Metric for MedianAbsoluteError {
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
        let too_few =
            |n: u64| format!("no interval: {n} rows are too few for a true one of a median");
        let Some(median) = of.exact.and_then(|e| e.absolute_error) else {
            let errors = numbers.in_order.as_ref().map(|o| &o.errors);
            return match errors.and_then(|errors| quantile(errors, 0.5)) {
                Some(found) => found.or_why(|| too_few(numbers.error.n)),
                None => of.needs_rows(),
            };
        };
        let interval = median
            .low
            .zip(median.high)
            .map(|(low, high)| Interval { low, high });
        let n = median.n;
        Estimate::of(median.value, interval, n).or_why(|| too_few(n))
    }
}
