//! Negative predictive value: the precision of the negative class.

use crate::log::Task;
use crate::metric::measures::{LEAST_OF_MOST, share_of_at_least};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// NPV.
pub struct NegativePredictiveValue;

const INFO: Info = Info {
    name: "negative_predictive_value",
    title: "NPV",
    explain: "Of the rows predicted negative, the share that is.",
    formula: "tn / (tn + fn)",
    interval: "Wilson score, none of fewer than 150 rows",
    source: "Altman & Bland 1994, BMJ 309, 102; Wilson 1927, JASA 22, 209",
    sklearn: "sklearn.metrics.precision_score(y_true, y_pred, pos_label=0)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "nothing is predicted negative",
    material: Material::Never,
};

impl Metric for NegativePredictiveValue {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let c = of.counted();
        match (c.n(), c.tn + c.r#fn) {
            (0, _) => of.nothing(),
            (_, 0) => Estimate::undefined("nothing predicted negative", 0),
            (_, n) => share_of_at_least(c.tn, n, LEAST_OF_MOST),
        }
    }
}
