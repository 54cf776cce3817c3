//! Metrics: each one unit with its docs, formula and source, in one registry.
//!
//! May use: `summary`, `log`, `table`, `stats`. A metric knows no windows and no files: it is given a cell of counts.

mod binned;
mod by_class;
mod classification;
mod confused;
mod costs;
pub mod losses;
mod means;
mod measures;
mod multilabel;
mod parameters;
mod quantile;
mod ranking;
mod regression;
mod resource;
mod spread;
pub mod told;

pub use by_class::{ClassRow, by_class, by_label};
pub use confused::Confused;
pub use costs::{Cell as CostCell, Costs, Four};
pub use means::{Measured, positive as mean_of};
pub use measures::{Cut, Measures, NOT_KEPT, share as share_of};
pub use parameters::{Parameter, Parameters};

use crate::log::{Role, Task};
use crate::stats::interval::{Interval, Z};
use crate::summary::Summary;
use classification::{
    averages, brier_decomposition, cost, dummy_scores, partial_roc_auc, skill, top, top_k_accuracy,
};
use regression::{d2_absolute, deviance};
use serde::{Deserialize, Serialize};

/// A metric: what there is to know of it, and how it is computed from counts.
pub trait Metric: Sync {
    /// Name, formula, range, source.
    fn info(&self) -> &'static Info;

    /// Whether a report on this Summary shows it.
    fn applies(&self, summary: &Summary) -> bool;

    /// Whether the reader asked for it; most metrics are always told.
    fn asked(&self, _of: &Measures<'_>) -> bool {
        true
    }

    /// Smallest and largest possible value of a task, where there are such.
    fn range(&self, _task: Task) -> (Option<f64>, Option<f64>) {
        self.info().range
    }

    /// The value with its interval, or the reason why there is none.
    fn estimate(&self, of: &Measures<'_>) -> Estimate;
}

/// Every metric, in the order in which a report shows them. A new one is a file and a line here.
pub const METRICS: &[&dyn Metric] = &[
    &classification::Accuracy,
    &classification::BalancedAccuracy,
    &classification::Precision,
    &classification::Recall,
    &classification::F1,
    &classification::RocAuc,
    &classification::LogLoss,
    &classification::BrierScore,
    &classification::ExpectedCalibrationError,
    &cost::MEAN_COST,
    &cost::BUSINESS_VALUE,
    &classification::RocAucOvo,
    &classification::RocAucWeighted,
    &top_k_accuracy::TOP_2,
    &top_k_accuracy::TOP_3,
    &top_k_accuracy::TOP_5,
    &top_k_accuracy::TOP_K,
    &classification::AveragePrecision,
    &classification::PrAuc,
    &partial_roc_auc::USUAL,
    &partial_roc_auc::CHOSEN,
    &classification::KolmogorovSmirnov,
    &top::GAIN,
    &top::LIFT,
    &top::GAIN_AT_SHARE,
    &top::LIFT_AT_SHARE,
    &classification::Specificity,
    &classification::NegativePredictiveValue,
    &classification::F0_5,
    &classification::F2,
    &classification::F_BETA,
    &classification::MatthewsCorrcoef,
    &classification::CohenKappa,
    &classification::Jaccard,
    &averages::PRECISION_MICRO,
    &averages::RECALL_MICRO,
    &averages::F1_MICRO,
    &averages::PRECISION_WEIGHTED,
    &averages::RECALL_WEIGHTED,
    &averages::F1_WEIGHTED,
    &classification::DummyAccuracy,
    &dummy_scores::LOG_LOSS,
    &dummy_scores::BRIER,
    &dummy_scores::F1,
    &classification::NetBenefit,
    &skill::BRIER,
    &skill::LOG_LOSS,
    &classification::EqualMassError,
    &brier_decomposition::RELIABILITY,
    &brier_decomposition::RESOLUTION,
    &brier_decomposition::UNCERTAINTY,
    &quantile::WIS,
    &quantile::COVERAGE_80,
    &quantile::COVERAGE_90,
    &quantile::COVERAGE_95,
    &quantile::COVERAGE_50,
    &quantile::DEVIATION,
    &quantile::DISPERSION,
    &quantile::OVERPREDICTION,
    &quantile::UNDERPREDICTION,
    &quantile::PINBALL,
    &quantile::CRPS,
    &quantile::WIDTH_50,
    &quantile::WIDTH_80,
    &quantile::WIDTH_90,
    &quantile::WIDTH_95,
    &regression::MeanAbsoluteError,
    &regression::RootMeanSquaredError,
    &regression::R2,
    &regression::MeanError,
    &regression::MedianAbsoluteError,
    &regression::MaxError,
    &regression::ExplainedVariance,
    &regression::RootMeanSquaredLogError,
    &regression::MeanAbsolutePercentageError,
    &regression::SymmetricMeanAbsolutePercentageError,
    &regression::WeightedAbsolutePercentageError,
    &deviance::MEAN_POISSON,
    &deviance::D2_POISSON,
    &deviance::MEAN_GAMMA,
    &deviance::D2_GAMMA,
    &multilabel::SUBSET_ACCURACY,
    &multilabel::F1_MICRO,
    &multilabel::HAMMING_LOSS,
    &multilabel::F1_MACRO,
    &multilabel::F1_SAMPLES,
    &multilabel::JACCARD_SAMPLES,
    &multilabel::PRECISION_MICRO,
    &multilabel::RECALL_MICRO,
    &multilabel::PRECISION_MACRO,
    &multilabel::RECALL_MACRO,
    &ranking::NDCG_10,
    &ranking::MEAN_AVERAGE_PRECISION,
    &ranking::MEAN_RECIPROCAL_RANK,
    &ranking::NDCG_5,
    &ranking::NDCG_ALL,
    &ranking::PRECISION_5,
    &ranking::PRECISION_10,
    &ranking::RECALL_5,
    &ranking::RECALL_10,
    &ranking::HIT_RATE_5,
    &ranking::HIT_RATE_10,
    &ranking::NDCG_K,
    &ranking::PRECISION_K,
    &ranking::RECALL_K,
    &ranking::HIT_RATE_K,
    &deviance::MEAN_TWEEDIE,
    &deviance::D2_TWEEDIE,
    &d2_absolute::ERROR,
    &d2_absolute::PINBALL,
    &regression::MeanPinballLoss,
    &regression::MeanAbsoluteScaledError,
    &regression::DummyAbsoluteError,
    &regression::DummySquaredError,
    &resource::Requests,
    &resource::ErrorRate,
    &resource::LATENCY_P50,
    &resource::LATENCY_P90,
    &resource::LATENCY_P95,
    &resource::LATENCY_P99,
    &resource::LatencyMax,
    &resource::BYTES,
    &resource::CPU,
    &resource::MEMORY,
];

/// Whether scores only order the rows of a query, so that they have no error and no threshold makes labels of them.
#[must_use]
pub fn orders(summary: &Summary) -> bool {
    summary.has(Role::Query) && !summary.served
}

/// The metrics that a report on this Summary shows, in their order.
pub fn of(summary: &Summary) -> impl Iterator<Item = &'static dyn Metric> {
    let orders = orders(summary);
    METRICS
        .iter()
        .copied()
        .filter(move |m| m.applies(summary) && !(orders && m.info().family == Family::Regression))
}

/// What there is to know of a metric, by its name.
#[must_use]
pub fn info(name: &str) -> Option<&'static Info> {
    METRICS.iter().map(|m| m.info()).find(|i| i.name == name)
}

/// A metric of these counts, with the reason why it has no interval where it has none.
#[must_use]
pub fn estimate(metric: &dyn Metric, of: &Measures<'_>) -> Estimate {
    let told = metric.estimate(of);
    if told.no_interval.is_some() {
        return told;
    }
    let n = told.n;
    told.or_why(|| match metric.info().interval.strip_prefix("none: ") {
        Some(why) => format!("no interval: {why}"),
        None if n < 2 => "no interval: one row tells no spread".into(),
        None => "no interval: these rows tell none".into(),
    })
}

/// Smallest and largest possible value of a metric in a task, where there are such.
#[must_use]
pub fn range(info: &Info, task: Task) -> (Option<f64>, Option<f64>) {
    let of = METRICS.iter().find(|m| m.info().name == info.name);
    of.map_or(info.range, |m| m.range(task))
}

/// A number with its 95 % interval, or the reason why there is none. Never NaN.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<f64>,
    /// Lower end of the 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high: Option<f64>,
    /// Rows it is made of.
    pub n: u64,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
    /// Why there is a value without an interval, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub no_interval: Option<String>,
    /// The value is within this of the exact one (made from a histogram, shown as ≈).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bound: Option<f64>,
}

impl Estimate {
    /// A value with its interval, which holds the value; a value that is not finite is undefined.
    #[must_use]
    pub fn of(value: f64, interval: Option<Interval>, n: u64) -> Self {
        if !value.is_finite() {
            return Self::undefined("too large for a number", n);
        }
        let interval = interval.filter(|i| i.low.is_finite() && i.high.is_finite());
        Self {
            value: Some(value),
            low: interval.map(|i| i.low.min(value)),
            high: interval.map(|i| i.high.max(value)),
            n,
            undefined: None,
            no_interval: None,
            bound: None,
        }
    }

    /// The same, with the reason why it has no interval if it has none.
    #[must_use]
    pub fn or_why(self, reason: impl FnOnce() -> String) -> Self {
        let lacks = self.value.is_some() && self.low.is_none();
        Self {
            no_interval: lacks.then(reason),
            ..self
        }
    }

    /// No value, and why.
    #[must_use]
    pub fn undefined(reason: &str, n: u64) -> Self {
        Self {
            n,
            undefined: Some(reason.into()),
            ..Self::default()
        }
    }

    /// Standard error, as the interval tells it (its width over 2 × 1.96).
    #[must_use]
    pub fn se(&self) -> Option<f64> {
        Some((self.high? - self.low?) / (2.0 * Z))
    }

    /// Standard error towards another value: the part of the interval on that side over 1.96, since
    /// intervals of skewed estimates are longer on one of them.
    ///
    /// Source: G. Y. Zou and A. Donner (2008), *Construction of confidence limits about effect measures*.
    #[must_use]
    pub fn se_towards(&self, other: f64) -> Option<f64> {
        let (value, low, high) = (self.value?, self.low?, self.high?);
        let part = if other < value {
            value - low
        } else {
            high - value
        };
        Some(part / Z)
    }
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Nearer to zero is better.
    Zero,
    /// Nearer to this percentage is better.
    Near(u8),
    /// Neither.
    Neither,
}

/// The group a metric is shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Right and wrong labels, and scores.
    Classification,
    /// Errors of numbers.
    Regression,
    /// Order of lists.
    Ranking,
    /// Requests, errors, latency.
    Resource,
}

/// How prominent a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// It has a card of its own.
    Headline,
    /// It stands in the table of all metrics, and is not judged.
    Detail,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0.9312
    Ratio,
    /// 93.12 %
    Percent,
    /// 12 345
    Count,
    /// 12.3 ms
    Milliseconds,
    /// In the unit of the outcome.
    Outcome,
}

/// Smallest change that matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Material {
    /// In the metric's own unit.
    Absolute(f64),
    /// As a share of the baseline's value.
    Relative(f64),
    /// The metric is not judged.
    Never,
}

/// What there is to know of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Info {
    /// scikit-learn's name, or the field's.
    pub name: &'static str,
    /// For a person: `ROC AUC`.
    pub title: &'static str,
    /// One line: what it tells.
    pub explain: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// How the interval is made.
    pub interval: &'static str,
    /// Where formula and interval come from.
    pub source: &'static str,
    /// The same number from scikit-learn or numpy.
    pub sklearn: &'static str,
    /// The group it is shown in.
    pub family: Family,
    /// How prominent it is.
    pub rank: Rank,
    /// Which way is good.
    pub better: Better,
    /// How it is written.
    pub unit: Unit,
    /// Smallest and largest possible value, where there are such.
    pub range: (Option<f64>, Option<f64>),
    /// Where it has no value, as the end of a sentence; what stands there instead is the reason.
    pub undefined: &'static str,
    /// Smallest change from the baseline that matters; a smaller one raises no alert, however sure.
    pub material: Material,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_says_what_it_is_and_only_those_with_a_card_are_judged() {
        let mut names = std::collections::BTreeSet::new();
        for info in METRICS.iter().map(|m| m.info()) {
            assert!(names.insert(info.name), "{} is there twice", info.name);
            assert_eq!(super::info(info.name), Some(info));
            let told = [info.title, info.explain, info.formula, info.interval];
            let more = [info.source, info.sklearn, info.undefined];
            assert!(
                told.iter().chain(&more).all(|t| !t.is_empty()),
                "{}",
                info.name
            );
            // Where a number comes from can be looked up: it has a year.
            assert!(
                info.source.contains(|c: char| c.is_ascii_digit()),
                "{}",
                info.name
            );
            if let (Some(low), Some(high)) = info.range {
                assert!(low < high, "{}", info.name);
            }
            if info.rank == Rank::Detail {
                assert_eq!(info.material, Material::Never, "{}", info.name);
            }
        }
    }
}
