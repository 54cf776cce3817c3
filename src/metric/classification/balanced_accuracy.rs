//! Balanced accuracy.

use crate::log::Task;
use crate::metric::measures::LEAST_ROWS;
use crate::metric::spread::{OfClass, macro_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, mover_mean, wilson};
use crate::summary::Summary;

/// Balanced accuracy.
pub struct BalancedAccuracy;

const INFO: Info = Info {
    name: "balanced_accuracy",
    title: "Balanced accuracy",
    explain: "Mean of the recalls of the classes that occur: as if all were equally frequent.",
    formula: "mean over classes of right_k / n_k",
    interval: "two classes: MOVER over the classes' Wilson scores; several: delta method on the logit scale with a row spread over all cells; none with fewer than 10 rows of a class",
    source: "Zou & Donner 2008, Statistics in Medicine 27, 1693",
    sklearn: "sklearn.metrics.balanced_accuracy_score(y_true, y_pred)",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no outcome stands beside a predicted label; a class that does not occur is left out",
    material: Material::Absolute(0.01),
};

impl Metric for BalancedAccuracy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        if of.summary.task == Task::Multiclass {
            return macro_average(labels, OfClass::RECALL, true).unwrap_or_else(|| of.nothing());
        }
        let recalls: Vec<(f64, Interval)> = (labels.right.iter().zip(&labels.truth))
            .filter_map(|(right, all)| Some((*right as f64 / *all as f64, wilson(*right, *all)?)))
            .collect();
        if recalls.is_empty() {
            return of.nothing();
        }
        let value = recalls.iter().map(|r| r.0).sum::<f64>() / recalls.len() as f64;
        let fewest = (labels.truth.iter().copied().min()).unwrap_or_default();
        let interval = Some(mover_mean(&recalls)).filter(|_| fewest >= LEAST_ROWS);
        Estimate::of(value, interval, labels.n).or_why(|| {
            let rows = if fewest == 1 { "row is" } else { "rows are" };
            format!("no interval: {fewest} {rows} too few of a class, it takes {LEAST_ROWS}")
        })
    }
}
