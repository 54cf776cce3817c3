//! Mean Poisson, gamma and Tweedie deviance, and the share of deviance explained (D²).

use super::lacks;
use super::r2::{TOO_SMALL, is_small};
use crate::log::Task;
use crate::metric::means::{LEAST_OF_MEANS, POSITIVE, positive_of};
use crate::metric::measures::{NO_LABELS, NOT_COUNTED};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::exact_sum::Sum;
use crate::summary::relative::{Relative, about, gamma, poisson};
use crate::summary::tweedie::tweedie;
use crate::summary::{Moments, Summary};

/// Which deviance.
#[derive(Clone, Copy)]
struct Kind {
    which: Which,
    of: fn(f64, f64, f64) -> Option<f64>,
    /// What a row is for which it is undefined.
    lacking: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Poisson,
    Gamma,
    Tweedie,
}

impl Which {
    /// Deviances from the predictions, and their sum from one number; `None` where they were not counted.
    fn counted(self, relative: &Relative) -> Option<(&Moments, &Sum)> {
        match self {
            Self::Poisson => Some((&relative.deviance[0], &relative.spread[0])),
            Self::Gamma => Some((&relative.deviance[1], &relative.spread[1])),
            Self::Tweedie => {
                let counted = relative.tweedie.as_ref();
                counted.map(|t| (&t.deviance, &t.spread))
            }
        }
    }
}

const POISSON: Kind = Kind {
    which: Which::Poisson,
    of: poisson,
    lacking: "a negative outcome or a prediction that is not positive",
};
const GAMMA: Kind = Kind {
    which: Which::Gamma,
    of: gamma,
    lacking: "an outcome or a prediction that is not positive",
};

const TWEEDIE: Kind = Kind {
    which: Which::Tweedie,
    of: tweedie,
    lacking: POISSON.lacking,
};

/// A mean deviance.
pub struct Deviance {
    info: &'static Info,
    kind: Kind,
}

/// The share of a deviance that is explained.
pub struct Explained {
    info: &'static Info,
    kind: Kind,
}

const NOT_COUNTS: &str =
    "an outcome is negative, or a prediction not positive (how many are is said)";
const SOURCE: &str =
    "Nelder & Wedderburn 1972, JRSS A 135, 370; interval: Hall 1992, JRSS B 54, 221";
const SHARE_SOURCE: &str =
    "Cameron & Windmeijer 1997, J. Econometrics 77, 329; Hastie, Tibshirani & Wainwright 2015, 3.1";

const fn deviance(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    sklearn: &'static str,
    unit: Unit,
    undefined: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval: POSITIVE,
        source: SOURCE,
        sklearn,
        family: Family::Regression,
        rank: Rank::Detail,
        better: Better::Lower,
        unit,
        range: (Some(0.0), None),
        undefined,
        material: Material::Never,
    }
}

const fn explained(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula: "1 − Σ deviance(y, prediction) / Σ deviance(y, ȳ)",
        interval: "none: how the deviances vary together is not counted",
        source: SHARE_SOURCE,
        sklearn,
        family: Family::Regression,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Ratio,
        range: (None, Some(1.0)),
        undefined: "a row has no such deviance (an outcome or a prediction that is not positive; Poisson and Tweedie take outcomes of 0), there are fewer than two rows, or all outcomes are the same",
        material: Material::Never,
    }
}

/// Mean Poisson deviance.
pub const MEAN_POISSON: Deviance = Deviance {
    info: &deviance(
        "mean_poisson_deviance",
        "Poisson deviance",
        "How far predictions of counts are off, beside what chance makes of a count.",
        "mean of 2 (y ln(y / p) − y + p), for y ≥ 0 and p > 0",
        "sklearn.metrics.mean_poisson_deviance(y_true, y_pred)",
        Unit::Outcome,
        NOT_COUNTS,
    ),
    kind: POISSON,
};
/// Mean gamma deviance.
pub const MEAN_GAMMA: Deviance = Deviance {
    info: &deviance(
        "mean_gamma_deviance",
        "Gamma deviance",
        "How far predictions are off as ratios, whatever the size of the outcome.",
        "mean of 2 (ln(p / y) + y / p − 1), for y > 0 and p > 0",
        "sklearn.metrics.mean_gamma_deviance(y_true, y_pred)",
        Unit::Ratio,
        "an outcome or a prediction is not positive (how many are is said)",
    ),
    kind: GAMMA,
};
/// D² of the Poisson deviance.
pub const D2_POISSON: Explained = Explained {
    info: &explained(
        "d2_poisson",
        "D² Poisson",
        "How far the Poisson deviance is below that of always predicting the mean; 0 is no better, 1 is perfect.",
        "sklearn.metrics.d2_tweedie_score(y_true, y_pred, power=1)",
    ),
    kind: POISSON,
};
/// D² of the gamma deviance.
pub const D2_GAMMA: Explained = Explained {
    info: &explained(
        "d2_gamma",
        "D² gamma",
        "How far the gamma deviance is below that of always predicting the mean; 0 is no better, 1 is perfect.",
        "sklearn.metrics.d2_tweedie_score(y_true, y_pred, power=2)",
    ),
    kind: GAMMA,
};

/// Mean Tweedie deviance of power 1.5.
pub const MEAN_TWEEDIE: Deviance = Deviance {
    info: &deviance(
        "mean_tweedie_deviance",
        "Tweedie deviance",
        "How far predictions of sums of events are off, many rows of which are 0: between the Poisson and the gamma deviance (power 1.5).",
        "mean of 4 (√p − √y)² / √p, for y ≥ 0 and p > 0",
        "sklearn.metrics.mean_tweedie_deviance(y_true, y_pred, power=1.5)",
        Unit::Outcome,
        NOT_COUNTS,
    ),
    kind: TWEEDIE,
};
/// D² of the Tweedie deviance of power 1.5.
pub const D2_TWEEDIE: Explained = Explained {
    info: &explained(
        "d2_tweedie_score",
        "D² Tweedie",
        "How far the Tweedie deviance is below that of always predicting the mean; 0 is no better, 1 is perfect.",
        "sklearn.metrics.d2_tweedie_score(y_true, y_pred, power=1.5)",
    ),
    kind: TWEEDIE,
};

impl Kind {
    /// The mean deviance, or why there is none.
    fn mean(self, of: &Measures<'_>) -> Estimate {
        let Some(numbers) = of.numbers().filter(|n| n.error.n > 0) else {
            return of.nothing();
        };
        let Some(relative) = &numbers.relative else {
            return Estimate::undefined(NOT_COUNTED, 0);
        };
        let Some((deviances, _)) = self.which.counted(relative) else {
            return Estimate::undefined(NOT_COUNTED, 0);
        };
        match numbers.error.n - deviances.n.min(numbers.error.n) {
            0 => positive_of(deviances, LEAST_OF_MEANS, NO_LABELS),
            lacking => lacks(lacking, self.lacking, numbers.error.n),
        }
    }

    /// The share explained: deviances from any c add up to those from the mean and its own from c, n times.
    fn explained(self, of: &Measures<'_>) -> Estimate {
        let mean = self.mean(of);
        let (Some(numbers), Some(deviance)) = (of.numbers(), mean.value) else {
            return mean;
        };
        let Some(centre) = of.summary.centre else {
            return Estimate::undefined("files of different centres were merged", mean.n);
        };
        let rows = numbers.error.n as f64;
        let Some(relative) = &numbers.relative else {
            return Estimate::undefined(NOT_COUNTED, 0);
        };
        let Some((_, spread)) = self.which.counted(relative) else {
            return Estimate::undefined(NOT_COUNTED, 0);
        };
        let from_centre = spread.unbounded() / rows;
        let (y, about) = (numbers.outcome.sum.unbounded() / rows, about(centre));
        // How far the mean is from a centre among the outcomes is known better than the mean.
        let from_mean = match about == centre {
            true => -numbers.centred[0].unbounded() / rows,
            false => about - y,
        };
        let roots = relative
            .tweedie
            .as_ref()
            .filter(|_| self.which == Which::Tweedie);
        // How far the mean of the roots is below the root of the mean, which is 0 for one outcome.
        let below = roots.map(|t| y.sqrt() - t.roots.unbounded() / rows);
        let total = if let Some(below) = below.filter(|b| *b > 1e-5 * y.sqrt()) {
            // Outcomes far apart: this costs at most five digits of sixteen.
            8.0 * below
        } else if self.which == Which::Gamma && from_centre > 1.0 {
            // Outcomes of many sizes: the logarithms alone are exact enough, and nothing cancels.
            2.0 * (libm::log(y) - libm::log(about) - relative.logs.value() / rows)
        } else {
            // Where all outcomes are 0, nothing is left to explain.
            from_centre - (self.of)(y, about, from_mean).unwrap_or(from_centre)
        };
        match numbers.outcome.variance() {
            Some(variance) if variance > 0.0 && total > 0.0 => {
                Estimate::of(1.0 - deviance / total, None, mean.n)
            }
            None if mean.n > 1 => Estimate::undefined("too large for a number", mean.n),
            None => Estimate::undefined("fewer than two rows", mean.n),
            _ if is_small(&numbers.outcome) => Estimate::undefined(TOO_SMALL, mean.n),
            Some(variance) if variance > 0.0 => {
                Estimate::undefined("outcomes differ by too little for a number", mean.n)
            }
            _ => Estimate::undefined("all outcomes are the same", mean.n),
        }
    }
}

impl Metric for Deviance {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        self.kind.mean(of)
    }
}

impl Metric for Explained {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        self.kind.explained(of)
    }
}
