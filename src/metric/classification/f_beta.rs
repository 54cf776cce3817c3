//! F-beta: precision and recall, one of them weighing more.

use crate::log::Task;
use crate::metric::measures::{LEAST_ROWS, too_few_rows};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::logit;
use crate::summary::Summary;

/// F-beta.
pub struct FBeta {
    info: &'static Info,
    /// β².
    square: f64,
}

/// Precision weighs more.
pub const F0_5: FBeta = FBeta {
    info: &info(
        "f0_5",
        "F0.5",
        "Precision and recall in one number, in which precision weighs twice as much.",
        "sklearn.metrics.fbeta_score(y_true, y_pred, beta=0.5) (multiclass: average=\"macro\")",
    ),
    square: 0.25,
};
/// Recall weighs more.
pub const F2: FBeta = FBeta {
    info: &info(
        "f2",
        "F2",
        "Precision and recall in one number, in which recall weighs twice as much.",
        "sklearn.metrics.fbeta_score(y_true, y_pred, beta=2) (multiclass: average=\"macro\")",
    ),
    square: 4.0,
};

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula: "(1 + β²) tp / ((1 + β²) tp + β² fn + fp); macro: mean over classes",
        interval: "delta method on the logit scale; of two classes with half a row more of each kind, and none of fewer than 10 rows",
        source: "van Rijsbergen 1979, Information Retrieval; Takahashi et al. 2022, Applied Intelligence 52, 4961",
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        material: Material::Never,
    }
}

impl Metric for FBeta {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.summary.task == Task::Binary {
            return self.binary(of);
        }
        let labels = of.confused();
        let present = labels.present();
        if present.is_empty() {
            return of.nothing();
        }
        let (k, b2) = (present.len() as f64, self.square);
        let all = |i: usize| b2 * labels.truth[i] as f64 + labels.predicted[i] as f64;
        let one = |i: usize| (1.0 + b2) * labels.right[i] as f64 / all(i);
        let value = present.iter().map(|i| one(*i)).sum::<f64>() / k;
        labels.within_one(value, labels.n, |i, j| {
            let right = if i == j { (1.0 + b2) / all(i) } else { 0.0 };
            (right - one(i) * b2 / all(i) - one(j) / all(j)) / k
        })
    }
}

impl FBeta {
    fn binary(&self, of: &Measures<'_>) -> Estimate {
        let c = of.counted();
        let n = c.tp + c.fp + c.r#fn;
        match (c.n(), n) {
            (0, _) => return of.nothing(),
            (_, 0) => return Estimate::undefined("no row is positive or predicted so", 0),
            _ => {}
        }
        let of = |half: f64| {
            let counts = (c.tp as f64 + half, c.fp as f64 + half, c.r#fn as f64 + half);
            self.with_error(counts)
        };
        let ((value, _), (middle, se)) = (of(0.0), of(0.5));
        let interval = Some(logit(middle, se)).filter(|_| n >= LEAST_ROWS);
        Estimate::of(value, interval, n).or_why(|| too_few_rows(n, LEAST_ROWS))
    }

    /// The value of counts that are not all zero, with its standard error by the delta method.
    fn with_error(&self, (tp, fp, r#fn): (f64, f64, f64)) -> (f64, f64) {
        let (right, wrong) = ((1.0 + self.square) * tp, self.square * r#fn + fp);
        let all = right + wrong;
        let by_tp = (1.0 + self.square) * wrong;
        let variance = tp * by_tp * by_tp + (r#fn * self.square * self.square + fp) * right * right;
        (right / all, variance.sqrt() / (all * all))
    }
}
