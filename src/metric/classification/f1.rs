//! F1.

use crate::log::Task;
use crate::metric::by_class::of_f1;
use crate::metric::spread::{OfClass, macro_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// F1.
pub struct F1;

const INFO: Info = Info {
    name: "f1",
    title: "F1",
    explain: "Harmonic mean of precision and recall.",
    formula: "2 tp / (2 tp + fp + fn); macro: mean over classes",
    interval: "Wilson score of tp / (tp + fp + fn), of which F1 is a monotone function, none of fewer than 10 rows; macro: delta method on the logit scale with a row spread over all cells, none with fewer than 10 rows of a class or predicted so",
    source: "van Rijsbergen 1979; Wilson 1927, JASA 22, 209; Takahashi et al. 2022, Applied Intelligence 52, 4961",
    sklearn: "sklearn.metrics.f1_score(y_true, y_pred) (multiclass: average=\"macro\")",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row is positive or predicted so; several classes: no outcome stands beside a predicted label",
    material: Material::Absolute(0.02),
};

impl Metric for F1 {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Binary {
            let c = of.counted();
            let n = c.tp + c.fp + c.r#fn;
            return match (c.n(), n) {
                (0, _) => of.nothing(),
                (_, 0) => Estimate::undefined("no row is positive or predicted so", 0),
                _ => of_f1(c.tp, c.fp, c.r#fn),
            };
        }
        macro_average(of.confused(), OfClass::f(1.0), false).unwrap_or_else(|| of.nothing())
    }
}
