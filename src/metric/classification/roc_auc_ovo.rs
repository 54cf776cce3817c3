//! ROC AUC of every pair of classes: unlike one against the rest, it does not depend on how frequent they are.

use super::several::{Mean, several};
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// ROC AUC, one against one.
pub struct RocAucOvo;

const INFO: Info = Info {
    name: "roc_auc_ovo",
    title: "ROC AUC, pairs",
    explain: "How often the classes are told apart, pair by pair, whatever their shares; 0.5 is chance.",
    formula: "mean over ordered pairs of P(s_i of a row of class i > s_i of a row of class j) + ties / 2",
    interval: "influence of each row, on the logit scale, with Student's quantile for its kurtosis; none with fewer than 30 rows of a class, or of rows that were not kept",
    source: "Hand & Till 2001, Machine Learning 45, 171; DeLong et al. 1988, Biometrics 44, 837",
    sklearn: "sklearn.metrics.roc_auc_score(y_true, y_prob, multi_class=\"ovo\")",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "a class does not occur, or the rows were not kept and classes are more than 8, for counts of all pairs grow with the square of the classes",
    material: Material::Never,
};

impl Metric for RocAucOvo {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Multiclass
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        several(of, |exact| exact.pairs_auc.as_ref(), Mean::OneAgainstOne)
    }
}
