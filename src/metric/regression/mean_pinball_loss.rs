//! Mean pinball loss at the median: half of the mean absolute error.

use super::MeanAbsoluteError;
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Mean pinball loss at α = 0.5.
pub struct MeanPinballLoss;

const INFO: Info = Info {
    name: "mean_pinball_loss",
    title: "Pinball loss",
    explain: "What predictions of the median cost, where being off costs the same on both sides: half of the mean absolute error.",
    formula: "mean of α max(y − p, 0) + (1 − α) max(p − y, 0), α = 0.5",
    interval: "half of that of the mean absolute error",
    source: "Koenker & Bassett 1978, Econometrica 46, 33",
    sklearn: "sklearn.metrics.mean_pinball_loss(y_true, y_pred, alpha=0.5)",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Outcome,
    range: (Some(0.0), None),
    undefined: "no outcome stands beside a prediction",
    material: Material::Never,
};

impl Metric for MeanPinballLoss {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let half = |x: Option<f64>| x.map(|x| x / 2.0);
        let absolute = MeanAbsoluteError.estimate(of);
        Estimate {
            value: half(absolute.value),
            low: half(absolute.low),
            high: half(absolute.high),
            ..absolute
        }
    }
}
