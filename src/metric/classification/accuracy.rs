//! Accuracy.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Accuracy.
pub struct Accuracy;

const INFO: Info = Info {
    name: "accuracy",
    title: "Accuracy",
    explain: "Share of rows whose predicted label is the true one.",
    formula: "(tp + tn) / n",
    interval: "Wilson score; none of fewer than 10 rows",
    source: "Wilson 1927, JASA 22, 209",
    sklearn: "sklearn.metrics.accuracy_score(y_true, y_pred)",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no outcome stands beside a predicted label",
    material: Material::Absolute(0.01),
};

impl Metric for Accuracy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        let (right, n) = (labels.hits(), labels.n);
        if n == 0 {
            return of.nothing();
        }
        share(right, n)
    }
}
