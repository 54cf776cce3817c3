//! Weighted absolute percentage error: all errors over all outcomes.

use crate::log::Task;
use crate::metric::means::{LEAST_OF_RATIO, ratio};
use crate::metric::measures::{NOT_COUNTED, too_few_rows};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::Interval;
use crate::summary::Summary;

/// WAPE.
pub struct WeightedAbsolutePercentageError;

const INFO: Info = Info {
    name: "weighted_absolute_percentage_error",
    title: "WAPE",
    explain: "All errors together as a share of all outcomes together; outcomes of 0 are no trouble.",
    formula: "Σ |error| / Σ |y|",
    interval: "delta method of a ratio with Hall's transformation, as skewed as twice the coefficient of variation of what rows move it by; none of fewer than 100 rows",
    source: "Kolassa & Schütz 2007, Foresight 6, 40; interval: Cochran 1977, Sampling Techniques, 6.3; Hall 1992, JRSS B 54, 221",
    sklearn: "numpy: abs(y_pred - y_true).sum() / abs(y_true).sum()",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Percent,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction, or all outcomes are 0",
    material: Material::Never,
};

impl Metric for WeightedAbsolutePercentageError {
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
        let (n, rows) = (numbers.error.n, numbers.error.n as f64);
        let [size, product] = [0, 1].map(|i| relative.sizes[i].unbounded() / rows);
        if size == 0.0 {
            return Estimate::undefined("all outcomes are 0", n);
        }
        let value = numbers.absolute.unbounded() / rows / size;
        let [error, outcome] =
            [&numbers.error.square, &numbers.outcome.square].map(|s| s.unbounded() / rows);
        // Of |e| − value |y|, whose mean is 0.
        let about = error - 2.0 * value * product + value * value * outcome;
        let variance = about * rows / (rows - 1.0) / (size * size);
        let interval = ratio(value, variance, n).map(|i| Interval {
            low: i.low.max(0.0),
            ..i
        });
        Estimate::of(value, interval, n).or_why(|| match n < LEAST_OF_RATIO {
            true => too_few_rows(n, LEAST_OF_RATIO),
            false => "no interval: every row is off by the same share".into(),
        })
    }
}
