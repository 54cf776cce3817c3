//! Mean absolute scaled error: beside a naive forecast that repeats the outcome of one season earlier.
//!
//! The scale is what that forecast is off by in the baseline, which stands for the part that a model was
//! trained on: so every window is measured with one yardstick. Without a baseline it is of the rows in view.

use super::MeanAbsoluteError;
use crate::log::Task;
use crate::metric::{
    Better, Estimate, Family, Info, Material, Measures, Metric, NOT_KEPT, Rank, Unit,
};
use crate::summary::{Summary, Untold};

/// MASE.
pub struct MeanAbsoluteScaledError;

const INFO: Info = Info {
    name: "mean_absolute_scaled_error",
    title: "MASE",
    explain: "The mean absolute error beside that of repeating the outcome of one season earlier, in the baseline; below 1 is better than that.",
    formula: "mean |error| / mean |y(t) − y(t − season)|, the latter over the baseline in order of time, or over all rows in view where there is none; of several models, horizons or places side by side each has its own y(t − season)",
    interval: "that of the mean absolute error; the scale is taken as known",
    source: "Hyndman & Koehler 2006, International Journal of Forecasting 22, 679",
    sklearn: "sktime: mean_absolute_scaled_error(y_true, y_pred, y_train=baseline, sp=season)",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Ratio,
    range: (Some(0.0), None),
    undefined: "no outcome lies one season after another, outcomes are what they were one season earlier, or rows that were not kept did not pass in order of time or are of several series, or parts of them that were merged overlap in time",
    material: Material::Never,
};

impl Metric for MeanAbsoluteScaledError {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let absolute = MeanAbsoluteError.estimate(of);
        let Some(value) = absolute.value else {
            return absolute;
        };
        let Some(naive) = of.naive else {
            return of.needs_rows();
        };
        let untold = naive.untold.map(|why| match why {
            Untold::Order => "the rows were not kept, and did not pass in order of time",
            Untold::Far => {
                "the rows were not kept, and more of them make a season than are remembered"
            }
            Untold::Season => {
                "the rows were not kept, and were counted by another season as they passed"
            }
            Untold::Slice => NOT_KEPT,
            Untold::Several => {
                "the rows were not kept, and those of several models, horizons or places lie side by side"
            }
            Untold::Overlap => {
                "the rows were not kept, and parts of them that were counted apart overlap in time"
            }
            Untold::Windows => {
                "the rows were not kept, and were counted by windows longer than these"
            }
        });
        if let Some(why) = untold {
            return Estimate::undefined(why, absolute.n);
        }
        let scale = match naive.error {
            None if naive.pairs > 0 => {
                return Estimate::undefined("too large for a number", absolute.n);
            }
            None => {
                return Estimate::undefined(
                    "no outcome of the baseline lies one season after another",
                    absolute.n,
                );
            }
            Some(0.0) => {
                return Estimate::undefined(
                    "outcomes of the baseline are what they were one season earlier",
                    absolute.n,
                );
            }
            Some(scale) => scale,
        };
        if !(value / scale).is_finite() {
            return Estimate::undefined("too large for a number", absolute.n);
        }
        let scaled = |x: f64| Some(x / scale).filter(|x| x.is_finite());
        let ends = absolute
            .low
            .and_then(scaled)
            .zip(absolute.high.and_then(scaled));
        Estimate {
            value: scaled(value),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            ..absolute
        }
    }
}
