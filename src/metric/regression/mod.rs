//! Errors of numbers: `error = prediction − outcome`.

pub mod d2_absolute;
pub mod deviance;
mod dummy;
mod explained_variance;
mod max_error;
pub(super) mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_absolute_scaled_error;
mod mean_error;
mod mean_pinball_loss;
mod median_absolute_error;
mod r2;
pub(super) mod root_mean_squared_error;
mod root_mean_squared_log_error;
mod symmetric_mean_absolute_percentage_error;
mod weighted_absolute_percentage_error;

pub use dummy::{DummyAbsoluteError, DummySquaredError};
pub use explained_variance::ExplainedVariance;
pub use max_error::MaxError;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_absolute_percentage_error::MeanAbsolutePercentageError;
pub use mean_absolute_scaled_error::MeanAbsoluteScaledError;
pub use mean_error::MeanError;
pub use mean_pinball_loss::MeanPinballLoss;
pub use median_absolute_error::MedianAbsoluteError;
pub use r2::R2;
pub use root_mean_squared_error::RootMeanSquaredError;
pub use root_mean_squared_log_error::RootMeanSquaredLogError;
pub use symmetric_mean_absolute_percentage_error::SymmetricMeanAbsolutePercentageError;
pub use weighted_absolute_percentage_error::WeightedAbsolutePercentageError;

use super::Estimate;
use super::measures::too_few_rows;
use crate::stats::exact_sum::Sum;
use crate::stats::interval::Interval;
use crate::stats::special::student_t_quantile;
use crate::summary::{Moments, Numbers};

/// Rows from which on a mean of squared errors has an interval: in fewer, errors whose tails are heavy cannot
/// be told from others.
const LEAST_ERRORS: u64 = 100;

/// Rows from which on heavy tails are told by what follows.
const ENOUGH_FOR_TAILS: u64 = 3_000;
/// The mean of |error| over the root of the mean of error² is 0.80 of normal errors, 0.74 of Student's t with five
/// degrees of freedom, 0.71 of Laplace's and 0.64 of Student's t with three, whose fourth moment is infinite.
const HEAVY: f64 = 0.69;
/// The kurtosis of errors is more besides; a mixture of small and large ones has a low ratio too, but bounded tails.
const PEAKED: f64 = 10.0;

/// Why squared errors have no interval though they are many: large ones are so large that their mean square is
/// that of a few rows, and no method covers what it says (82 to 92 % where the fourth moment is infinite). From
/// fewer rows it cannot be told.
///
/// Source: R. C. Geary (1935), *The ratio of the mean deviation to the standard deviation as a test of
/// normality*, Biometrika 27, 310.
fn too_heavy(squares: &Moments, absolute: &Sum) -> Option<String> {
    let n = squares.n;
    let rows = n as f64;
    let square = squares.sum.value();
    let ratio = absolute.value() / rows / (square / rows).sqrt();
    let kurtosis = squares.square.value() * rows / (square * square);
    (n >= ENOUGH_FOR_TAILS && ratio < HEAVY && kurtosis > PEAKED).then(|| {
        "no interval: errors have such heavy tails that their mean square rests on few rows".into()
    })
}

/// Likewise of the errors of rows.
fn too_heavy_errors(numbers: &Numbers) -> Option<String> {
    let squares = Moments {
        n: numbers.error.n,
        sum: numbers.error.square.clone(),
        square: numbers.fourth.clone(),
    };
    too_heavy(&squares, &numbers.absolute)
}

/// The interval of 1 − error/total of so many rows, given the standard error of the ratio's logarithm: on
/// that scale, with the quantile of Student t. `effective` rows make up the squared errors, which is n/3 where
/// errors are normal; the variance of their squares then has n/7 degrees of freedom.
fn explained(ratio: f64, se: f64, n: u64, effective: f64) -> Option<Interval> {
    let half = student_t_quantile(0.975, (effective * 3.0 / 7.0).max(1.0)) * se;
    (n >= LEAST_ERRORS && ratio > 0.0 && half.is_finite()).then(|| Interval {
        low: 1.0 - ratio * libm::exp(half),
        high: 1.0 - ratio * libm::exp(-half),
    })
}

/// Why such a value has no interval.
fn unexplained(ratio: f64, n: u64) -> String {
    match (n < LEAST_ERRORS, ratio > 0.0) {
        (true, _) => too_few_rows(n, LEAST_ERRORS),
        (_, false) => "no interval: every prediction is right".into(),
        _ => "no interval: how errors and outcomes vary together is not known".into(),
    }
}

/// No value, since some rows have none.
fn lacks(rows: u64, what: &str, n: u64) -> Estimate {
    let have = if rows == 1 { "row has" } else { "rows have" };
    Estimate::undefined(&format!("{rows} {have} {what}"), n)
}
