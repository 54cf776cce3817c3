//! Metrics of one of several models, from its losses ([`crate::summary::Loss`]).
//!
//! Each has the interval that the metric has elsewhere, as far as sums of losses tell it. Of the Brier score and
//! the log loss they do not tell how skewed the losses are: it is taken to be twice their coefficient of variation,
//! as it is of several classes. A report shows its own interval of a metric where that is of the same rows.

use super::classification::loss::{LEAST_BRIER, LEAST_LOG_LOSS, of_moments};
use super::means::{LEAST_OF_MEANS, positive_of};
use super::measures::share;
use super::regression::{mean_absolute_error, root_mean_squared_error};
use super::{Better, Estimate, Info, info};
use crate::log::Task;
use crate::summary::{Cell, Classes, Moments};

/// The metric that each loss of a task gives, in the order of the losses.
#[must_use]
pub const fn of_task(task: Task) -> &'static [&'static str] {
    match task {
        Task::Regression => &[
            "mean_absolute_error",
            "root_mean_squared_error",
            "weighted_interval_score",
        ],
        Task::Binary => &["brier_score", "log_loss", "accuracy"],
        Task::Multiclass => &["accuracy", "log_loss"],
        Task::Multilabel | Task::Service => &[],
    }
}

/// The places of the losses of a task; models are compared by the first of them that all have. Forecasts of
/// quantiles are told apart by their whole distribution rather than by its middle.
#[must_use]
pub const fn best_first(task: Task) -> &'static [usize] {
    match task {
        Task::Regression => &[2, 0, 1],
        _ => &[0, 1, 2],
    }
}

/// The metric that a loss gives, over the rows of all losses of a model; `of` is the cell that they are of.
#[must_use]
pub fn estimate(metric: &str, task: Task, losses: &[Moments], of: &Cell) -> Estimate {
    const NONE: &str = "not foretold by this model";
    let at = |name: &str| losses.get(of_task(task).iter().position(|m| *m == name)?);
    let Some(own) = at(metric).filter(|own| own.n > 0) else {
        return Estimate::undefined(NONE, 0);
    };
    match (
        metric,
        at("mean_absolute_error"),
        at("root_mean_squared_error"),
    ) {
        ("mean_absolute_error", _, Some(squares)) => {
            mean_absolute_error::of_errors(own, &squares.square)
        }
        ("root_mean_squared_error", Some(absolute), _) => {
            root_mean_squared_error::of_squares(own, &absolute.sum)
        }
        ("accuracy", _, _) => {
            // A loss is 0 or 1, and their sum exact.
            share(own.n - (own.sum.value() as u64).min(own.n), own.n)
        }
        ("brier_score", _, _) => of_moments(own, 1.0, LEAST_BRIER, rows(task, own, of)),
        ("log_loss", _, _) => of_moments(own, f64::INFINITY, LEAST_LOG_LOSS, rows(task, own, of)),
        _ => positive_of(own, LEAST_OF_MEANS, NONE),
    }
}

/// Rows of each of two classes that there are at least among those of the losses, whichever of the cell's rows
/// these leave out; `None` where there are not two.
fn rows(task: Task, losses: &Moments, of: &Cell) -> Option<(u64, u64)> {
    if task != Task::Binary {
        return None;
    }
    let of_class = |classes: &Classes| (classes.positive.total(), classes.negative.total());
    let (positive, negative) = of.classes.as_ref().map_or((0, 0), of_class);
    let all = positive + negative;
    let left_out = all.saturating_sub(losses.n);
    let copies = copies(of, all);
    let common = of.models.iter().filter(|m| m.rows() > 0);
    let common = common.map(|m| m.common.first().map_or(0, |l| l.value.n));
    let beyond = all.saturating_sub(copies * common.min().unwrap_or(0));
    // What every model foretold has one outcome, which stands in a row of each.
    let least = |class: u64| {
        let shared = class.saturating_sub(beyond) / copies;
        class.saturating_sub(left_out).max(shared)
    };
    Some((least(positive), least(negative)))
}

/// In how many rows of a cell of so many what all models foretold stands: one, unless each row is of one model.
fn copies(of: &Cell, rows: u64) -> u64 {
    let with_rows = of.models.iter().filter(|m| m.rows() > 0);
    let foretold: u64 = with_rows.clone().map(|m| m.every(0).value.n).sum();
    // Models in columns foretell the same rows, so that together they foretell more than there are.
    match foretold <= rows {
        true => (with_rows.count() as u64).max(1),
        false => 1,
    }
}

/// The value of a metric alone; `None` without a row, or beyond every number.
#[must_use]
pub fn value(metric: &str, loss: &Moments) -> Option<f64> {
    let mean = loss.mean()?;
    let value = match metric {
        "accuracy" => 1.0 - mean,
        "root_mean_squared_error" => mean.sqrt(),
        _ => mean,
    };
    value.is_finite().then_some(value)
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
