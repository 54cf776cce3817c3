//! Metrics of one of several models, from its losses ([`crate::summary::Loss`]).

use super::measures::mean;
use super::{Better, Estimate, Info, info};
use crate::log::Task;
use crate::stats::interval::wilson;
use crate::summary::Moments;

/// The metric that each loss of a task gives, in the order of the losses; the first one that all models
/// have is the one they are compared by.
#[must_use]
pub const fn of_task(task: Task) -> &'static [&'static str] {
    match task {
        Task::Regression => &["mean_absolute_error", "root_mean_squared_error"],
        Task::Binary => &["brier_score", "log_loss", "accuracy"],
        Task::Multiclass => &["accuracy"],
        Task::Multilabel | Task::Service => &[],
    }
}

/// The metric that a loss gives, over the rows of the moments.
#[must_use]
pub fn estimate(metric: &str, of: &Moments) -> Estimate {
    const NONE: &str = "not foretold by this model";
    match metric {
        "accuracy" if of.n > 0 => {
            // A loss is 0 or 1, and their sum exact.
            let right = of.n - (of.sum.value() as u64).min(of.n);
            Estimate::of(right as f64 / of.n as f64, wilson(right, of.n), of.n)
        }
        "brier_score" => mean(of, (0.0, 1.0), NONE),
        "root_mean_squared_error" => {
            let squares = mean(of, (0.0, f64::INFINITY), NONE);
            let root = |x: Option<f64>| x.map(f64::sqrt);
            Estimate {
                value: root(squares.value),
                low: root(squares.low),
                high: root(squares.high),
                ..squares
            }
        }
        _ => mean(of, (0.0, f64::INFINITY), NONE),
    }
}

/// What a difference of the mean loss is in the metric's own direction; `None` for a metric that is no mean
/// of losses.
#[must_use]
pub fn difference(metric: &str, of_loss: f64) -> Option<f64> {
    match (metric, info(metric).map(|i: &Info| i.better)) {
        ("root_mean_squared_error", _) => None,
        (_, Some(Better::Higher)) => Some(-of_loss),
        _ => Some(of_loss),
    }
}
