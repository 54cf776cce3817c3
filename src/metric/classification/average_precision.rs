//! Average precision: the area under the precision-recall curve in steps.

use super::curve::Curve;
use super::several::{Mean, several};
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Average precision.
pub struct AveragePrecision;

const INFO: Info = Info {
    name: "average_precision",
    title: "Average precision",
    explain: "Mean precision over the thresholds at which each positive row is found; chance reaches the share of positive rows.",
    formula: "Σ over thresholds of (recall_k − recall_k−1) precision_k; multiclass: mean of one class against the rest",
    interval: "on the logit scale with the quantile of Student t for a quarter of the positive rows, from the influence of each row (infinitesimal jackknife), about the value less its bias: a row counts itself among those that score as high; a perfect order: Wilson score of the positive rows; none with fewer than 30 rows of a class; multiclass: likewise, with half the degrees of freedom that the kurtosis of the influences leaves, and none of a perfect order or of rows that were not kept",
    source: "Davis & Goadrich 2006, ICML 23, 233; the logit scale: Boyd, Eng & Page 2013, ECML PKDD, 451; Efron & Stein 1981, Ann. Statist. 9, 586",
    sklearn: "sklearn.metrics.average_precision_score(y_true, y_score) (multiclass: of sklearn.preprocessing.label_binarize(y_true, classes=classes) and y_prob)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row is positive; several classes: a class does not occur, or the rows were not kept and classes are more than 1024",
    material: Material::Never,
};

impl Metric for AveragePrecision {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Multiclass {
            return several(of, |exact| exact.macro_precision.as_ref(), Mean::Precision);
        }
        let curve = match Curve::of(of, false) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        let value = curve.cell.average_precision;
        curve
            .estimate(value, curve.of_precision(value), |off| {
                off.average_precision
            })
            .or_why(|| curve.too_few())
    }
}
