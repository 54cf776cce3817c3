//! ROC AUC of each class against the rest, each class weighing as much as it has rows.

use super::several::{Mean, several};
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// ROC AUC, weighted.
pub struct RocAucWeighted;

const INFO: Info = Info {
    name: "roc_auc_weighted",
    title: "ROC AUC, weighted",
    explain: "How often a row of a class scores above one of another by the score of that class, each class weighing as much as it has rows; 0.5 is chance.",
    formula: "Σ a_k / n (P(s_k of a row of class k > s_k of another row) + ties / 2), a true rows of class k",
    interval: "influence of each row, the shares of the classes varying too, on the logit scale, with Student's quantile for its kurtosis; none with fewer than 30 rows of a class, or of rows that were not kept",
    source: "Provost & Domingos 2000, NYU Stern CeDER working paper IS-00-04 (the AUCs of the classes by their shares); DeLong et al. 1988, Biometrics 44, 837",
    sklearn: "sklearn.metrics.roc_auc_score(y_true, y_prob, multi_class=\"ovr\", average=\"weighted\")",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "a class does not occur, or the rows were not kept and classes are more than 1024",
    material: Material::Never,
};

impl Metric for RocAucWeighted {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Multiclass
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        several(of, |exact| exact.weighted_auc.as_ref(), Mean::Weighted)
    }
}
