//! What a model without any input would reach.

use crate::log::Task;
use crate::metric::measures::{LEAST_OF_LARGER, share_of_at_least};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Dummy accuracy.
pub struct DummyAccuracy;

const INFO: Info = Info {
    name: "dummy_accuracy",
    title: "Dummy accuracy",
    explain: "What always naming the most frequent class would reach; a model has to beat it.",
    formula: "max over classes of n_k / n",
    interval: "Wilson score of the most frequent class; none of fewer than 1 000 rows",
    source: "Wilson 1927, JASA 22, 209",
    sklearn: "sklearn.dummy.DummyClassifier(strategy=\"most_frequent\").fit(X, y_true).score(X, y_true)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Neither,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no outcome stands beside a predicted label",
    material: Material::Never,
};

impl Metric for DummyAccuracy {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        match (labels.truth.iter().max(), labels.n) {
            (Some(most), n) if n > 0 => share_of_at_least(*most, n, LEAST_OF_LARGER),
            _ => of.nothing(),
        }
    }
}
