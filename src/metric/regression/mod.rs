//! Errors of numbers: `error = prediction − outcome`.

mod mean_absolute_error;
mod mean_error;
mod r2;
mod root_mean_squared_error;

pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_error::MeanError;
pub use r2::R2;
pub use root_mean_squared_error::RootMeanSquaredError;
