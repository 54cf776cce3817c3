//! Jaccard index, also called threat score or critical success index.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Jaccard.
pub struct Jaccard;

const INFO: Info = Info {
    name: "jaccard",
    title: "Jaccard",
    explain: "Of the rows that are positive or predicted so, the share that is both.",
    formula: "tp / (tp + fp + fn); macro: mean over classes",
    interval: "Wilson score, none of fewer than 10 rows; macro: delta method on the logit scale",
    source: "Jaccard 1912, New Phytologist 11, 37; Wilson 1927, JASA 22, 209; Takahashi et al. 2022, Applied Intelligence 52, 4961",
    sklearn: "sklearn.metrics.jaccard_score(y_true, y_pred) (multiclass: average=\"macro\")",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    material: Material::Never,
};

impl Metric for Jaccard {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Binary {
            let c = of.counted();
            return match (c.n(), c.tp + c.fp + c.r#fn) {
                (0, _) => of.nothing(),
                (_, 0) => Estimate::undefined("no row is positive or predicted so", 0),
                (_, n) => share(c.tp, n),
            };
        }
        let labels = of.confused();
        let present = labels.present();
        if present.is_empty() {
            return of.nothing();
        }
        let k = present.len() as f64;
        let any = |i: usize| (labels.truth[i] + labels.predicted[i] - labels.right[i]) as f64;
        let one = |i: usize| labels.right[i] as f64 / any(i);
        let value = present.iter().map(|i| one(*i)).sum::<f64>() / k;
        labels.within_one(value, labels.n, |i, j| {
            if i == j {
                (1.0 - one(i)) / any(i) / k
            } else {
                (-one(i) / any(i) - one(j) / any(j)) / k
            }
        })
    }
}
