//! Recall. A class that never occurs but is predicted counts 0 in the macro average, as in scikit-learn.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::spread::{OfClass, macro_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Recall.
pub struct Recall;

const INFO: Info = Info {
    name: "recall",
    title: "Recall",
    explain: "Of the rows that are positive, the share predicted so.",
    formula: "tp / (tp + fn); macro: mean over classes",
    interval: "Wilson score, none of fewer than 10 rows; macro: delta method on the logit scale with a row spread over all cells, none with fewer than 10 rows of a class",
    source: "Wilson 1927, JASA 22, 209; Takahashi et al. 2022, Applied Intelligence 52, 4961",
    sklearn: "sklearn.metrics.recall_score(y_true, y_pred) (multiclass: average=\"macro\")",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row is positive; several classes: no outcome stands beside a predicted label, and a class that never occurs but is predicted counts 0",
    material: Material::Absolute(0.02),
};

impl Metric for Recall {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Binary {
            let c = of.counted();
            return match (c.n(), c.tp + c.r#fn) {
                (0, _) => of.nothing(),
                (_, 0) => Estimate::undefined("no row is positive", 0),
                (_, n) => share(c.tp, n),
            };
        }
        macro_average(of.confused(), OfClass::RECALL, false).unwrap_or_else(|| of.nothing())
    }
}
