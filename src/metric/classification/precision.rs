//! Precision. A class that is never predicted counts 0 in the macro average, as in scikit-learn.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::spread::{OfClass, macro_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Precision.
pub struct Precision;

const INFO: Info = Info {
    name: "precision",
    title: "Precision",
    explain: "Of the rows predicted positive, the share that is.",
    formula: "tp / (tp + fp); macro: mean over classes",
    interval: "Wilson score, none of fewer than 10 rows; macro: delta method on the logit scale with a row spread over all cells, none with fewer than 10 rows of a class or predicted so",
    source: "Wilson 1927, JASA 22, 209; Takahashi et al. 2022, Applied Intelligence 52, 4961",
    sklearn: "sklearn.metrics.precision_score(y_true, y_pred) (multiclass: average=\"macro\")",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "nothing is predicted positive; several classes: no outcome stands beside a predicted label, and a class that is never predicted counts 0",
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
                (_, n) => share(c.tp, n),
            };
        }
        macro_average(of.confused(), OfClass::PRECISION, false).unwrap_or_else(|| of.nothing())
    }
}
