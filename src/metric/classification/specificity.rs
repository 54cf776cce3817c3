//! Specificity: the recall of the negative class.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Specificity.
pub struct Specificity;

const INFO: Info = Info {
    name: "specificity",
    title: "Specificity",
    explain: "Of the rows that are negative, the share predicted so.",
    formula: "tn / (tn + fp)",
    interval: "Wilson score, none of fewer than 10 rows",
    source: "Yerushalmy 1947, Public Health Reports 62, 1432; Wilson 1927, JASA 22, 209",
    sklearn: "sklearn.metrics.recall_score(y_true, y_pred, pos_label=0)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    material: Material::Never,
};

impl Metric for Specificity {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let c = of.counted();
        match (c.n(), c.tn + c.fp) {
            (0, _) => of.nothing(),
            (_, 0) => Estimate::undefined("no row is negative", 0),
            (_, n) => share(c.tn, n),
        }
    }
}
