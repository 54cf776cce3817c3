//! Precision. A class that is never predicted counts 0 in the macro average, as in scikit-learn.

use crate::log::Task;
use crate::metric::measures::{Margins, macro_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Unit};
use crate::stats::interval::wilson;
use crate::summary::Summary;

/// Precision.
pub struct Precision;

const INFO: Info = Info {
    name: "precision",
    title: "Precision",
    explain: "Of the rows predicted positive, the share that is.",
    formula: "tp / (tp + fp); macro: mean over classes",
    interval: "Wilson score; macro: delta method on the logit scale",
    source: "Wilson 1927, JASA 22, 209; Takahashi et al. 2022, Applied Intelligence 52, 4961",
    sklearn: "sklearn.metrics.precision_score(y_true, y_pred) (multiclass: average=\"macro\")",
    family: Family::Classification,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    material: Material::Absolute(0.02),
};

impl Metric for Precision {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Binary {
            let c = of.counted();
            return match (c.n(), c.tp + c.fp) {
                (0, _) => of.nothing(),
                (_, 0) => Estimate::undefined("nothing predicted positive", 0),
                (_, n) => Estimate::of(c.tp as f64 / n as f64, wilson(c.tp, n), n),
            };
        }
        let matrix = of.matrix();
        let margins = Margins::of(&matrix);
        let present = margins.present();
        if present.is_empty() {
            return of.nothing();
        }
        let k = present.len() as f64;
        let one = |j: usize| {
            if margins.predicted[j] > 0.0 {
                matrix[j][j] as f64 / margins.predicted[j]
            } else {
                0.0
            }
        };
        let value = present.iter().map(|j| one(*j)).sum::<f64>() / k;
        macro_average(&matrix, value, margins.n, |i, j| {
            (f64::from(u8::from(i == j)) - one(j)) / margins.predicted[j] / k
        })
    }
}
