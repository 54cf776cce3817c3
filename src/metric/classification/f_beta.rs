//! F-beta: precision and recall, one of them weighing more.

use crate::log::Task;
use crate::metric::measures::{LEAST_ROWS, too_few_rows};
use crate::metric::spread::{OfClass, macro_average};
use crate::metric::{
    Better, Estimate, Family, Info, Material, Measures, Metric, Parameter, Rank, Unit,
};
use crate::stats::interval::{Interval, wilson};
use crate::summary::Summary;

/// F-beta.
pub struct FBeta {
    info: &'static Info,
    /// β; `None`: as the reader chooses.
    beta: Option<f64>,
}

/// Precision weighs more.
pub const F0_5: FBeta = FBeta {
    info: &info(
        "f0_5",
        "F0.5",
        "Precision and recall in one number, in which precision weighs twice as much.",
        "sklearn.metrics.fbeta_score(y_true, y_pred, beta=0.5) (multiclass: average=\"macro\")",
    ),
    beta: Some(0.5),
};
/// Recall weighs more.
pub const F2: FBeta = FBeta {
    info: &info(
        "f2",
        "F2",
        "Precision and recall in one number, in which recall weighs twice as much.",
        "sklearn.metrics.fbeta_score(y_true, y_pred, beta=2) (multiclass: average=\"macro\")",
    ),
    beta: Some(2.0),
};

/// As the reader chooses.
pub const F_BETA: FBeta = FBeta {
    info: &info(
        "f_beta",
        "F-beta",
        "Precision and recall in one number, in which recall weighs as many times as much as you chose.",
        "sklearn.metrics.fbeta_score(y_true, y_pred, beta=beta) (multiclass: average=\"macro\")",
    ),
    beta: None,
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
        interval: "Wilson scores of tp / (tp + fp + fn) and fn / (fp + fn) put together on the logit scale (MOVER), none of fewer than 10 rows; macro: delta method on the logit scale with a row spread over all cells, none with fewer than 10 rows of a class or predicted so",
        source: "van Rijsbergen 1979, Information Retrieval; Zou & Donner 2008, Statistics in Medicine 27, 1693; Takahashi et al. 2022, Applied Intelligence 52, 4961",
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined: "no row is positive or predicted so; several classes: no outcome stands beside a predicted label",
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

    fn asked(&self, of: &Measures<'_>) -> bool {
        self.weight(of).is_some()
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(beta) = self.weight(of) else {
            return Estimate::undefined("beta was not chosen", 0);
        };
        let square = beta * beta;
        if of.summary.task == Task::Binary {
            return Weighed { square }.binary(of);
        }
        macro_average(of.confused(), OfClass::f(square), false).unwrap_or_else(|| of.nothing())
    }
}

impl FBeta {
    fn weight(&self, of: &Measures<'_>) -> Option<f64> {
        self.beta.or_else(|| of.parameter(Parameter::Beta))
    }
}

/// F-beta of a β that is known.
struct Weighed {
    /// β².
    square: f64,
}

impl Weighed {
    fn binary(&self, of: &Measures<'_>) -> Estimate {
        let c = of.counted();
        let n = c.tp + c.fp + c.r#fn;
        match (c.n(), n) {
            (0, _) => return of.nothing(),
            (_, 0) => return Estimate::undefined("no row is positive or predicted so", 0),
            _ => {}
        }
        let value = self.of(
            c.tp as f64 / n as f64,
            share_of(c.r#fn as f64, (c.fp + c.r#fn) as f64),
        );
        let interval = self
            .interval(c.tp, c.r#fn, c.fp)
            .filter(|_| n >= LEAST_ROWS);
        Estimate::of(value, interval, n).or_why(|| too_few_rows(n, LEAST_ROWS))
    }

    /// F-beta of a Jaccard index and the share of missed rows among the wrong ones.
    fn of(&self, jaccard: f64, missed: f64) -> f64 {
        let right = (1.0 + self.square) * jaccard;
        let wrong = (self.square * missed + 1.0 - missed) * (1.0 - jaccard);
        right / (right + wrong)
    }

    /// Both shares vary apart from each other, each as its Wilson score says; on the logit scale what they do
    /// is put together as the sides of a right angle (MOVER), about the value with half a row more of either
    /// kind. For β = 1 the second one does nothing.
    fn interval(&self, tp: u64, r#fn: u64, fp: u64) -> Option<Interval> {
        let (n, wrong) = (tp + r#fn + fp, r#fn + fp);
        let half = |part: u64, of: u64| (part as f64 + 0.5) / (of as f64 + 1.0);
        let (jaccard, missed) = (half(tp, n), half(r#fn, wrong));
        let of_jaccard = wilson(tp, n)?;
        let of_missed = wilson(r#fn, wrong).unwrap_or(Interval {
            low: 0.0,
            high: 1.0,
        });
        let scaled = |jaccard: f64, missed: f64| {
            let value = self.of(jaccard, missed).clamp(NEAREST, 1.0 - NEAREST);
            libm::log(value / (1.0 - value))
        };
        let middle = scaled(jaccard, missed);
        let first = [of_jaccard.low.min(jaccard), of_jaccard.high.max(jaccard)];
        let [low, high] = first.map(|j| scaled(j, missed) - middle);
        let second = [of_missed.low, of_missed.high].map(|m| scaled(jaccard, m) - middle);
        let (least, most) = (second[0].min(second[1]), second[0].max(second[1]));
        let end = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        Some(Interval {
            low: end(middle - (low * low + least * least).sqrt()),
            high: end(middle + (high * high + most * most).sqrt()),
        })
    }
}

/// What logits are of is at least so far from 0 and from 1.
const NEAREST: f64 = 1e-12;

fn share_of(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 0.5 }
}
