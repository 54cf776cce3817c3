//! Specificity: the recall of the negative class; of several classes the mean of each against the rest.

use crate::log::Task;
use crate::metric::measures::{LEAST_OF_MOST, share_of_at_least};
use crate::metric::spread::macro_specificity;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Specificity.
pub struct Specificity;

const INFO: Info = Info {
    name: "specificity",
    title: "Specificity",
    explain: "Of the rows that are negative, the share predicted so.",
    formula: "tn / (tn + fp); macro: mean over classes, each against the rest",
    interval: "Wilson score, none of fewer than 150 rows; macro: delta method on the logit scale with a row spread over all cells, none with fewer than 10 rows of a class",
    source: "Yerushalmy 1947, Public Health Reports 62, 1432; Wilson 1927, JASA 22, 209",
    sklearn: "sklearn.metrics.recall_score(y_true, y_pred, pos_label=0); multiclass: mean over k of recall_score(y_true != k, y_pred != k)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row is negative; several classes: no outcome stands beside a predicted label",
    material: Material::Never,
};

impl Metric for Specificity {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Multiclass {
            return macro_specificity(of.confused()).unwrap_or_else(|| of.nothing());
        }
        let c = of.counted();
        match (c.n(), c.tn + c.fp) {
            (0, _) => of.nothing(),
            (_, 0) => Estimate::undefined("no row is negative", 0),
            (_, n) => share_of_at_least(c.tn, n, LEAST_OF_MOST),
        }
    }
}
