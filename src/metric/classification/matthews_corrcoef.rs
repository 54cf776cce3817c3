//! Matthews correlation coefficient: products of counts are integers, so that no digit cancels.

use super::agreement::Agreement;
use crate::log::Task;
use crate::metric::measures::{LEAST_OF_SEVERAL, too_few_rows};
use crate::metric::spread::Spread;
use crate::metric::{
    Better, Confused, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit,
};
use crate::stats::interval::fisher_z;
use crate::summary::Summary;

/// MCC.
pub struct MatthewsCorrcoef;

const INFO: Info = Info {
    name: "matthews_corrcoef",
    title: "MCC",
    explain: "Correlation of true and predicted labels: 1 is perfect, 0 is chance, −1 always wrong; it does not flatter on rare classes.",
    formula: "(n Σ n_kk − Σ a_k b_k) / √((n² − Σ a_k²) (n² − Σ b_k²)), a true and b predicted rows of class k",
    interval: "delta method on the Fisher z scale; of two classes with half a row more in each cell, and none with fewer than 20 rows of a class or predicted so; of several with a row spread over all cells, and none of fewer than 100 rows",
    source: "Matthews 1975, BBA 405, 442; several classes: Gorodkin 2004, Comput. Biol. Chem. 28, 367; interval: Itaya et al. 2025, Statistics in Medicine 44, e10303",
    sklearn: "sklearn.metrics.matthews_corrcoef(y_true, y_pred); where it returns 0 for want of a second class, there is no value here",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(-1.0), Some(1.0)),
    undefined: "all outcomes, or all predicted labels, are of one class",
    material: Material::Never,
};

impl Metric for MatthewsCorrcoef {
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
        let (x, y) = agreement.spreads();
        if x == 0 || y == 0 {
            return Estimate::undefined(
                if y == 0 {
                    "one class only"
                } else {
                    "one class only is predicted"
                },
                labels.n,
            );
        }
        let value = coefficient(&agreement);
        if of.summary.task == Task::Multiclass {
            return several(labels, value);
        }
        let too_few = labels.too_few();
        let (padded, scale) = labels.with_halves();
        let (middle, se) = with_error(&padded);
        let interval = fisher_z(middle, se * scale).filter(|_| too_few.is_none());
        Estimate::of(value, interval, labels.n).or_why(|| {
            too_few.unwrap_or_else(|| "no interval: every row is right, or every one wrong".into())
        })
    }
}

/// The root of the product of both spreads. That of a square is exact, so that 1 is 1.
fn root(agreement: &Agreement) -> f64 {
    match agreement.spreads() {
        (x, y) if x == y => x as f64,
        (x, y) => (x as f64).sqrt() * (y as f64).sqrt(),
    }
}

fn coefficient(agreement: &Agreement) -> f64 {
    (agreement.beyond_chance() as f64 / root(agreement)).clamp(-1.0, 1.0)
}

/// The value of several classes with its interval.
fn several(labels: &Confused, value: f64) -> Estimate {
    let spread = Spread::of(labels, &labels.present());
    let agreement = spread.agreement();
    let (x, y) = agreement.spreads;
    let root = (x * y).sqrt();
    let middle = agreement.beyond_chance / root;
    let interval = spread.correlation(middle, |i, j| {
        let (a, b) = (spread.truth[i], spread.predicted[j]);
        agreement.beyond_chance_by(&spread, i, j) / root
            - middle * ((spread.n - b) / x + (spread.n - a) / y)
    });
    let interval = interval.filter(|_| labels.n >= LEAST_OF_SEVERAL);
    Estimate::of(value, interval, labels.n).or_why(|| too_few_rows(labels.n, LEAST_OF_SEVERAL))
}

/// The coefficient with its standard error; both spreads are above 0.
fn with_error(labels: &Confused) -> (f64, f64) {
    let agreement = Agreement::of(labels);
    let ((x, y), root) = (agreement.spreads(), root(&agreement));
    let (value, n) = (coefficient(&agreement), labels.n as f64);
    let se = labels.se(|i, j| {
        let (a, b) = (labels.truth[i] as f64, labels.predicted[j] as f64);
        agreement.beyond_chance_by(labels, i, j) / root
            - value * ((n - b) / x as f64 + (n - a) / y as f64)
    });
    (value, se)
}
