//! Metrics: each one unit with its docs, formula and source, in one registry.
//!
//! May use: `summary`, `stats`. A metric knows no windows and no files: it is given a cell of counts.

use serde::{Deserialize, Serialize};

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
    /// The value is within this of the exact one (made from a histogram, shown as ≈).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bound: Option<f64>,
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
    /// Requests, errors, latency.
    Resource,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What there is to know of a metric.
#[derive(Clone, Copy, Debug)]
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
    /// Which way is good.
    pub better: Better,
    /// How it is written.
    pub unit: Unit,
    /// Smallest and largest possible value, where there are such.
    pub range: (Option<f64>, Option<f64>),
}
