//! Cohen's kappa: products of counts are integers, so that no digit cancels.

use super::agreement::Agreement;
use crate::log::Task;
use crate::metric::measures::{LEAST_OF_SEVERAL, too_few_rows};
use crate::metric::spread::Spread;
use crate::metric::{
    Better, Confused, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit,
};
use crate::stats::interval::fisher_z;
use crate::summary::Summary;

/// Cohen's kappa.
pub struct CohenKappa;

const INFO: Info = Info {
    name: "cohen_kappa",
    title: "Cohen's kappa",
    explain: "How much better the labels agree than by chance: 1 is perfect, 0 is chance.",
    formula: "(p_o − p_e) / (1 − p_e), p_o the share of right rows, p_e = Σ a_k b_k / n²",
    interval: "delta method on the Fisher z scale; of two classes with half a row more in each cell, and none with fewer than 20 rows of a class or predicted so; of several with a row spread over all cells, and none of fewer than 100 rows",
    source: "Cohen 1960, Educ. Psychol. Meas. 20, 37; standard error: Fleiss, Cohen & Everitt 1969, Psychol. Bull. 72, 323",
    sklearn: "sklearn.metrics.cohen_kappa_score(y_true, y_pred)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(-1.0), Some(1.0)),
    undefined: "the true and the predicted label of every row are one and the same class",
    material: Material::Never,
};

impl Metric for CohenKappa {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        if labels.n == 0 {
            return of.nothing();
        }
        let agreement = Agreement::of(labels);
        let most = agreement.most();
        if most == 0 {
            return Estimate::undefined("one class only", labels.n);
        }
        let value = agreement.beyond_chance() as f64 / most as f64;
        if of.summary.task == Task::Multiclass {
            return several(labels, value);
        }
        let too_few = labels.too_few();
        let (padded, scale) = labels.with_halves();
        let (middle, se) = with_error(&padded);
        let interval = fisher_z(middle, se * scale).filter(|_| too_few.is_none());
        Estimate::of(value, interval, labels.n)
            .or_why(|| too_few.unwrap_or_else(|| "no interval: every row is right".into()))
    }
}

/// The value of several classes with its interval.
fn several(labels: &Confused, value: f64) -> Estimate {
    let spread = Spread::of(labels, &labels.present());
    let agreement = spread.agreement();
    let middle = agreement.beyond_chance / agreement.most;
    let interval = spread.correlation(middle, |i, j| {
        let by_chance = spread.predicted[i] + spread.truth[j];
        (agreement.beyond_chance_by(&spread, i, j) - middle * (2.0 * spread.n - by_chance))
            / agreement.most
    });
    let interval = interval.filter(|_| labels.n >= LEAST_OF_SEVERAL);
    Estimate::of(value, interval, labels.n).or_why(|| too_few_rows(labels.n, LEAST_OF_SEVERAL))
}

/// Kappa with its standard error; not one class alone.
fn with_error(labels: &Confused) -> (f64, f64) {
    let agreement = Agreement::of(labels);
    let (most, n) = (agreement.most() as f64, labels.n as f64);
    let value = agreement.beyond_chance() as f64 / most;
    let se = labels.se(|i, j| {
        let by_chance = (labels.predicted[i] + labels.truth[j]) as f64;
        (agreement.beyond_chance_by(labels, i, j) - value * (2.0 * n - by_chance)) / most
    });
    (value, se)
}
