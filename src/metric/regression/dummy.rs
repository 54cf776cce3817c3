//! What always predicting one number would be off by, over the same rows: their median for the absolute error, their
//! mean for the squared one. It is taken from the rows themselves, so that a dummy is as good as it can be.

use super::r2::spread;
use crate::log::Task;
use crate::metric::binned::{middle, spread as spread_of_outcomes};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::dyadic::Between;
use crate::summary::Summary;

/// Mean absolute error of predicting the median.
pub struct DummyAbsoluteError;

/// Root mean squared error of predicting the mean.
pub struct DummySquaredError;

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    undefined: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval: "none: it is a yardstick beside the error of the same rows, not an estimate",
        source: "Hastie, Tibshirani & Wainwright 2015, 3.1",
        sklearn,
        family: Family::Regression,
        rank: Rank::Detail,
        better: Better::Neither,
        unit: Unit::Outcome,
        range: (Some(0.0), None),
        undefined,
        material: Material::Never,
    }
}

const ABSOLUTE: Info = info(
    "dummy_mean_absolute_error",
    "Dummy MAE",
    "The mean absolute error of always predicting the median of these outcomes; a model has to be below it.",
    "mean of |y − median of y|",
    "no outcome stands beside a prediction",
    "sklearn.metrics.mean_absolute_error(y_true, sklearn.dummy.DummyRegressor(strategy=\"median\").fit(X, y_true).predict(X))",
);

const SQUARED: Info = info(
    "dummy_root_mean_squared_error",
    "Dummy RMSE",
    "The root mean squared error of always predicting the mean of these outcomes; a model has to be below it.",
    "√ mean of (y − ȳ)²",
    "there are fewer than two rows",
    "sklearn.metrics.root_mean_squared_error(y_true, sklearn.dummy.DummyRegressor(strategy=\"mean\").fit(X, y_true).predict(X))",
);

impl Metric for DummyAbsoluteError {
    fn info(&self) -> &'static Info {
        &ABSOLUTE
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.numbers().is_none_or(|n| n.error.n == 0) {
            return of.nothing();
        }
        let Some(found) = of.exact.and_then(|e| e.from_median) else {
            let Some((spread, n)) = spread_of_outcomes(of) else {
                return of.needs_rows();
            };
            if spread.low >= f64::MAX {
                return Estimate::undefined("too large for a number", n);
            }
            let rows = n as f64;
            return middle(
                Between {
                    low: spread.low / rows,
                    high: spread.high / rows,
                },
                n,
            );
        };
        if found.spread >= f64::MAX {
            return Estimate::undefined("too large for a number", found.n);
        }
        Estimate::of(found.spread / found.n.max(1) as f64, None, found.n)
    }
}

impl Metric for DummySquaredError {
    fn info(&self) -> &'static Info {
        &SQUARED
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(numbers) = of.numbers().filter(|n| n.error.n > 0) else {
            return of.nothing();
        };
        match spread(numbers) {
            Ok(variance) => Estimate::of(variance.sqrt(), None, numbers.error.n),
            Err(undefined) if undefined.undefined.as_deref() == Some(SAME) => {
                Estimate::of(0.0, None, numbers.error.n)
            }
            Err(undefined) => undefined,
        }
    }
}

/// What R² is undefined for, and this is not.
const SAME: &str = "all outcomes are the same";
