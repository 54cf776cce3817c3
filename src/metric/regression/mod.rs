//! Errors of numbers: `error = prediction − outcome`.

pub mod d2_absolute;
pub mod deviance;
mod explained_variance;
mod max_error;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_absolute_scaled_error;
mod mean_error;
mod mean_pinball_loss;
mod median_absolute_error;
mod r2;
mod root_mean_squared_error;
mod root_mean_squared_log_error;
mod symmetric_mean_absolute_percentage_error;
mod weighted_absolute_percentage_error;

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

/// No value, since some rows have none.
fn lacks(rows: u64, what: &str, n: u64) -> Estimate {
    let have = if rows == 1 { "row has" } else { "rows have" };
    Estimate::undefined(&format!("{rows} {have} {what}"), n)
}
