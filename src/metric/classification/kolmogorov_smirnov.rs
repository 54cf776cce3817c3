//! Kolmogorov–Smirnov distance between the scores of the two classes.

use super::curve::Curve;
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// KS.
pub struct KolmogorovSmirnov;

const INFO: Info = Info {
    name: "kolmogorov_smirnov",
    title: "KS",
    explain: "The largest gap between true-positive and false-positive rate over all thresholds.",
    formula: "max over thresholds of |tpr − fpr|",
    interval: "none: the largest of many gaps is biased upwards, so an interval around it may leave out the true one",
    source: "Kolmogorov 1933; Smirnov 1939; Hand 2009, Machine Learning 77, 103",
    sklearn: "scipy.stats.ks_2samp(y_score[y_true == 1], y_score[y_true == 0]).statistic",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "all outcomes are of one class",
    material: Material::Never,
};

impl Metric for KolmogorovSmirnov {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let curve = match Curve::of(of, true) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        curve.estimate(curve.cell.separation, None, |off| off.separation)
    }
}
