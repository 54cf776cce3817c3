//! The area under the precision-recall curve by trapezoids.

use super::curve::Curve;
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// PR AUC.
pub struct PrAuc;

const INFO: Info = Info {
    name: "pr_auc",
    title: "PR AUC",
    explain: "Area under the precision-recall curve with straight lines between its points; it flatters a little, average precision does not.",
    formula: "Σ over thresholds of (recall_k − recall_k−1) (precision_k + precision_k−1) / 2, from precision 1 at recall 0",
    interval: "none: that of average precision about this value covers 84 to 95 %",
    source: "Davis & Goadrich 2006, ICML 23, 233; Boyd, Eng & Page 2013, ECML PKDD, 451",
    sklearn: "precision, recall, _ = sklearn.metrics.precision_recall_curve(y_true, y_score); sklearn.metrics.auc(recall, precision)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row is positive",
    material: Material::Never,
};

impl Metric for PrAuc {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let curve = match Curve::of(of, false) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        let value = curve.cell.pr_area;
        curve
            .estimate(value, None, |off| off.pr_area)
            .or_why(|| "no interval: none is known that covers; average precision has one".into())
    }
}
