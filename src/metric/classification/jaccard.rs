//! Jaccard index, also called threat score or critical success index.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::spread::{OfClass, macro_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Jaccard.
pub struct Jaccard;

const INFO: Info = Info {
    name: "jaccard",
    title: "Jaccard",
    explain: "Of the rows that are positive or predicted so, the share that is both.",
    formula: "tp / (tp + fp + fn); macro: mean over classes",
    interval: "Wilson score, none of fewer than 10 rows; macro: delta method on the logit scale with a row spread over all cells, none with fewer than 10 rows of a class or predicted so",
    source: "Jaccard 1912, New Phytologist 11, 37; Wilson 1927, JASA 22, 209; Takahashi et al. 2022, Applied Intelligence 52, 4961",
    sklearn: "sklearn.metrics.jaccard_score(y_true, y_pred) (multiclass: average=\"macro\")",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row is positive or predicted so; several classes: no outcome stands beside a predicted label",
    material: Material::Never,
};

impl Metric for Jaccard {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Binary {
            let c = of.counted();
            return match (c.n(), c.tp + c.fp + c.r#fn) {
                (0, _) => of.nothing(),
                (_, 0) => Estimate::undefined("no row is positive or predicted so", 0),
                (_, n) => share(c.tp, n),
            };
        }
        macro_average(of.confused(), OfClass::JACCARD, false).unwrap_or_else(|| of.nothing())
    }
}
