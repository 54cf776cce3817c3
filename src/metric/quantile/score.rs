//! Proper scores of quantiles: pinball loss, weighted interval score with its parts, CRPS.

use super::{counts, is_scored};
use crate::metric::means::{LEAST_OF_MEANS, POSITIVE, positive_of};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::{Moments, QuantileCounts, Summary};

/// A mean score.
pub struct Score {
    info: &'static Info,
    of: fn(&QuantileCounts) -> &Moments,
    /// What the rows' values are multiplied with.
    times: f64,
    /// Whether it needs an interval or a median.
    paired: bool,
}

const BRACHER: &str =
    "Bracher et al. 2021, PLoS Comput. Biol. 17, e1008618; R package scoringutils";
/// No score is better than 0; the width of quantiles that cross is below it.
const FROM_0: (Option<f64>, Option<f64>) = (Some(0.0), None);
const ANY: (Option<f64>, Option<f64>) = (None, None);
const NO_INTERVAL: &str = "no interval and no median beside the outcomes";

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    source: &'static str,
    sklearn: &'static str,
    rank: Rank,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval: POSITIVE,
        source,
        sklearn,
        family: Family::Regression,
        rank,
        better: Better::Lower,
        unit: Unit::Outcome,
        range: FROM_0,
        undefined: "no row has such quantiles and an outcome",
        material: match rank {
            Rank::Headline => Material::Relative(0.05),
            Rank::Detail => Material::Never,
        },
    }
}

const fn of_any(info: Info) -> Info {
    Info { range: ANY, ..info }
}

/// Weighted interval score.
pub const WIS: Score = Score {
    info: &info(
        "weighted_interval_score",
        "WIS",
        "How far a whole set of intervals is off, in the unit of the outcome: for a median alone it is the absolute error.",
        "mean of (½ |y − median| + Σ τ IS) / (K + ½) over K central intervals from τ to 1 − τ (without a median: / K), IS = (u − l) + (l − y)₊ / τ + (y − u)₊ / τ; rows by the quantiles that they have",
        BRACHER,
        "2 * numpy.mean(pinball losses of all levels), where every level has its counterpart; scoringutils::wis",
        Rank::Headline,
    ),
    of: |q| &q.wis,
    times: 1.0,
    paired: true,
};
/// Its part for width.
pub const DISPERSION: Score = Score {
    info: &of_any(info(
        "dispersion",
        "Dispersion",
        "The part of the WIS that the width of the intervals costs, wherever the outcome falls; below 0 where quantiles cross.",
        "mean of Σ τ (u − l) / (K + ½)",
        BRACHER,
        "scoringutils::dispersion_quantile",
        Rank::Detail,
    )),
    of: |q| &q.dispersion,
    times: 1.0,
    paired: true,
};
/// Its part for quantiles that are too high.
pub const OVERPREDICTION: Score = Score {
    info: &info(
        "overprediction",
        "Overprediction",
        "The part of the WIS that outcomes below the intervals cost: forecasts that are too high.",
        "mean of (½ (median − y)₊ + Σ (l − y)₊) / (K + ½)",
        BRACHER,
        "scoringutils::overprediction_quantile",
        Rank::Detail,
    ),
    of: |q| &q.overprediction,
    times: 1.0,
    paired: true,
};
/// Its part for quantiles that are too low.
pub const UNDERPREDICTION: Score = Score {
    info: &info(
        "underprediction",
        "Underprediction",
        "The part of the WIS that outcomes above the intervals cost: forecasts that are too low.",
        "mean of (½ (y − median)₊ + Σ (y − u)₊) / (K + ½)",
        BRACHER,
        "scoringutils::underprediction_quantile",
        Rank::Detail,
    ),
    of: |q| &q.underprediction,
    times: 1.0,
    paired: true,
};
/// Pinball loss over all levels.
pub const PINBALL: Score = Score {
    info: &info(
        "mean_pinball_loss_over_levels",
        "Pinball loss of quantiles",
        "How far quantiles are off, each side weighed by its level; the mean over the levels of a row, then over rows.",
        "mean over rows of the mean over the levels that they have of τ (y − q) where y ≥ q, else (1 − τ) (q − y)",
        "Koenker & Bassett 1978, Econometrica 46, 33",
        "sklearn.metrics.mean_pinball_loss(y_true, q, alpha=τ), the mean over levels where every row has all; else pandas: the mean over rows of their losses' mean(axis=1)",
        Rank::Detail,
    ),
    of: |q| &q.pinball,
    times: 1.0,
    paired: false,
};
/// Continuous ranked probability score, as far as quantiles tell.
pub const CRPS: Score = Score {
    info: &info(
        "crps_from_quantiles",
        "CRPS from quantiles",
        "How far the predicted distribution is off, as far as its quantiles tell; the more evenly the levels lie, the closer to the CRPS.",
        "2 · mean over rows of the mean pinball loss over the levels that they have; where each level has its counterpart, the WIS",
        "Gneiting & Raftery 2007, JASA 102, 359; Bracher et al. 2021",
        "2 * sklearn.metrics.mean_pinball_loss(y_true, q, alpha=τ), the mean over levels where every row has all; else pandas: the mean over rows of their losses' mean(axis=1)",
        Rank::Detail,
    ),
    of: |q| &q.pinball,
    times: 2.0,
    paired: false,
};

impl Metric for Score {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        !summary.levels.is_empty() && (!self.paired || is_scored(summary))
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match counts(of) {
            Err(none) => none,
            Ok(counts) => {
                let one = positive_of((self.of)(counts), LEAST_OF_MEANS, NO_INTERVAL);
                let times = |x: Option<f64>| x.map(|x| self.times * x);
                match times(one.value) {
                    Some(value) if !value.is_finite() => {
                        Estimate::undefined("too large for a number", one.n)
                    }
                    value => Estimate {
                        value,
                        low: times(one.low),
                        high: times(one.high).filter(|h| h.is_finite()),
                        ..one
                    },
                }
            }
        }
    }
}
