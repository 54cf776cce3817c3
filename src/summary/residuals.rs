//! How the errors of a regression are distributed: against the normal distribution, along the predictions,
//! and for whom they are largest.
//!
//! Quantiles need every row, so it is made of rows, for the range of buckets that was asked for. What is
//! kept is bounded whatever the rows, and tells of no less than [`LEAST`] of them. Like [`super::Exact`] it
//! stands beside the cells and does not survive a merge.

use super::Summary;
use super::build::Builder;
use super::from_median::numbers;
use super::tails::{TailPart, tails};
use crate::stats::exact_quantile::{between, quantile_sorted};
use crate::stats::exact_sum::ExactSum;
use crate::stats::interval::{Interval, mean_t};
use crate::stats::special::{beta_quantile, normal_cdf, normal_quantile};
use serde::{Deserialize, Serialize};

/// Rows below which nothing is told.
pub const LEAST: usize = 50;
/// Quantiles at most.
const QUANTILES: usize = 61;
/// Bins of the predictions at most, and rows of each at least.
const BINS: (usize, usize) = (20, 30);
/// Answers that a series keeps.
const KEPT: usize = 8;
/// Errors up to the first of these quantiles are underestimates, from the second on overestimates.
pub const TAILS: (f64, f64) = (0.05, 0.95);

/// The errors (prediction − outcome) of the rows of a range of buckets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// First bucket and end (exclusive).
    pub range: (usize, usize),
    /// Rows with an outcome and a prediction.
    pub rows: u64,
    /// Mean error.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean: Option<f64>,
    /// Standard deviation of the errors (n − 1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deviation: Option<f64>,
    /// Why nothing more is told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
    /// Quantiles of the standardised errors beside those of the normal distribution, ascending.
    pub quantiles: Vec<QuantilePair>,
    /// Errors along the predictions, in bins of about as many rows each, ascending.
    pub bins: Vec<ResidualBin>,
    /// The 5 % and the 95 % quantile of the errors.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends: Option<(f64, f64)>,
    /// What sets rows beyond either end apart from those between, the surest first.
    pub tails: Vec<TailPart>,
    /// Comparisons that the p-values of `tails` are corrected for (Holm).
    pub comparisons: u64,
}

/// A quantile of the standardised errors, (error − mean) / deviation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuantilePair {
    /// Quantile of the standard normal distribution.
    pub normal: f64,
    /// Quantile of the errors at the same chance (Hazen).
    pub found: f64,
    /// Where it lies in 95 % of samples of as many normal errors: lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Rows of neighbouring predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResidualBin {
    /// Smallest prediction.
    pub from: f64,
    /// Largest prediction.
    pub to: f64,
    /// Rows.
    pub rows: u64,
    /// Mean prediction.
    pub prediction: f64,
    /// Mean error.
    pub mean: f64,
    /// Student's interval of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interval: Option<Interval>,
    /// 5 % quantile of the errors.
    pub low: f64,
    /// 95 % quantile of the errors.
    pub high: f64,
}

impl Builder {
    /// Adds the errors of a range of buckets of a series.
    pub fn add_residuals(&self, summary: &mut Summary, at: usize, range: (usize, usize)) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let rows = self.rows_of(series, Some(range));
        let found = self.residuals(range, rows);
        series.residuals.retain(|r| r.range != range);
        if series.residuals.len() >= KEPT {
            series.residuals.remove(0);
        }
        series.residuals.push(found);
    }

    fn residuals(&self, range: (usize, usize), rows: Vec<u32>) -> Residuals {
        let (y, p) = numbers(&self.log).unwrap_or_default();
        let error = |row: &u32| {
            let row = *row as usize;
            Some((p.get(row)? - y.get(row)?, *p.get(row)?))
        };
        let mut known: Vec<(u32, f64, f64)> = rows
            .into_iter()
            .filter_map(|row| error(&row).map(|(e, p)| (row, e, p)))
            .filter(|r| r.1.is_finite())
            .collect();
        let mut errors: Vec<f64> = known.iter().map(|r| r.1).collect();
        errors.sort_by(f64::total_cmp);
        let (mean, deviation) = moments(&errors);
        let out = Residuals {
            range,
            rows: errors.len() as u64,
            mean,
            deviation,
            ..Residuals::default()
        };
        let undefined = |why: &str| Residuals {
            undefined: Some(why.into()),
            ..out.clone()
        };
        if errors.len() < LEAST {
            return undefined(&format!("fewer than {LEAST} rows have an outcome"));
        }
        let (Some(mean), Some(deviation)) = (mean, deviation) else {
            return undefined("too large for a number");
        };
        if deviation <= 0.0 {
            return undefined("all errors are the same");
        }
        let end = |p: f64| quantile_sorted(&errors, p);
        let Some(ends) = end(TAILS.0).zip(end(TAILS.1)) else {
            return undefined("no rows");
        };
        let (tails, comparisons) = tails(&self.log, &known, ends);
        // Those of one prediction stay in the order of the log.
        known.sort_by(|a, b| a.2.total_cmp(&b.2));
        let along: Vec<(f64, f64)> = known.iter().map(|r| (r.2, r.1)).collect();
        Residuals {
            quantiles: quantiles(&errors, mean, deviation),
            bins: bins(&along),
            ends: Some(ends),
            tails,
            comparisons,
            ..out
        }
    }
}

/// Mean and standard deviation; `None` without values, or beyond every number.
pub(super) fn moments(values: &[f64]) -> (Option<f64>, Option<f64>) {
    let mut sum = ExactSum::new();
    values.iter().for_each(|v| sum.add(*v));
    let n = values.len() as f64;
    let mean = Some(sum.value() / n).filter(|m| m.is_finite() && sum.value().abs() < f64::MAX);
    let deviation = mean.filter(|_| values.len() > 1).and_then(|mean| {
        let mut squares = ExactSum::new();
        for v in values {
            squares.add(((v - mean) * (v - mean)).min(f64::MAX));
        }
        let squares = squares.value();
        (squares < f64::MAX).then(|| (squares / (n - 1.0)).sqrt())
    });
    (mean, deviation)
}

/// Pairs of quantiles at chances that are evenly spaced as normal quantiles.
fn quantiles(errors: &[f64], mean: f64, deviation: f64) -> Vec<QuantilePair> {
    let (n, points) = (errors.len(), (errors.len() / 5).clamp(2, QUANTILES));
    let all = n as f64;
    let far = normal_quantile(1.0 - 0.5 / all);
    let pair = |i: usize| {
        let normal = far * (2.0 * i as f64 / (points - 1) as f64 - 1.0);
        let chance = normal_cdf(normal);
        // Hazen: the k-th of n values is the quantile at (k − ½) / n.
        let place = (all * chance - 0.5).clamp(0.0, all - 1.0);
        let low = libm::floor(place) as usize;
        let (a, b) = (errors.get(low)?, errors.get(low + 1).or(errors.get(low))?);
        let error = between(*a, *b, place - low as f64);
        let end = |p: f64| normal_quantile(beta_quantile(p, place + 1.0, all - place));
        let found = (error - mean) / deviation;
        let pair = QuantilePair {
            normal,
            found,
            low: end(0.025),
            high: end(0.975),
        };
        let finite = [pair.found, pair.low, pair.high]
            .iter()
            .all(|v| v.is_finite());
        finite.then_some(pair)
    };
    (0..points).filter_map(pair).collect()
}

/// Rows in ascending order of their prediction; those of one prediction stay together.
fn bins(rows: &[(f64, f64)]) -> Vec<ResidualBin> {
    let wanted = (rows.len() / BINS.1).clamp(1, BINS.0);
    let mut out = Vec::new();
    let mut from = 0;
    for i in 1..=wanted {
        let mut to = (i * rows.len() / wanted).max(from);
        while let (Some(last), Some(next)) =
            (to.checked_sub(1).and_then(|t| rows.get(t)), rows.get(to))
        {
            if last.0 < next.0 {
                break;
            }
            to += 1;
        }
        let part = rows.get(from..to).unwrap_or_default();
        from = to;
        out.extend(bin(part));
    }
    out
}

fn bin(rows: &[(f64, f64)]) -> Option<ResidualBin> {
    let (first, last) = (rows.first()?, rows.last()?);
    let mut errors: Vec<f64> = rows.iter().map(|r| r.1).collect();
    errors.sort_by(f64::total_cmp);
    let predictions: Vec<f64> = rows.iter().map(|r| r.0).collect();
    let (mean, deviation) = moments(&errors);
    let n = rows.len() as u64;
    let ends = mean.zip(deviation).and_then(|(m, d)| mean_t(m, d * d, n));
    Some(ResidualBin {
        from: first.0,
        to: last.0,
        rows: n,
        prediction: moments(&predictions).0?,
        mean: mean?,
        interval: ends.filter(|i| i.low.is_finite() && i.high.is_finite()),
        low: quantile_sorted(&errors, TAILS.0)?,
        high: quantile_sorted(&errors, TAILS.1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_every_row_once_and_part_no_prediction() {
        let rows: Vec<(f64, f64)> = (0..1_000)
            .map(|i| (f64::from(i / 7 * (i % 3 + 1) / 40), f64::from(i % 11)))
            .collect();
        let mut sorted = rows;
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let found = bins(&sorted);
        assert!(found.len() > 5 && found.len() <= BINS.0);
        assert_eq!(found.iter().map(|b| b.rows).sum::<u64>(), 1_000);
        assert!(found.windows(2).all(|w| w[0].to < w[1].from));
        assert_eq!(bins(&[]), []);
        let one = bins(&vec![(1.0, 2.0); 400]);
        assert_eq!((one.len(), one[0].rows, one[0].mean), (1, 400, 2.0));
    }

    #[test]
    fn normal_errors_lie_within_the_band() {
        let errors: Vec<f64> = (0..500)
            .map(|i| normal_quantile((f64::from(i) + 0.5) / 500.0))
            .collect();
        let (mean, deviation) = moments(&errors);
        let found = quantiles(&errors, mean.unwrap(), deviation.unwrap());
        assert_eq!(found.len(), QUANTILES);
        for pair in found {
            assert!(pair.low < pair.found && pair.found < pair.high, "{pair:?}");
            assert!((pair.found - pair.normal).abs() < 0.05, "{pair:?}");
        }
    }

    #[test]
    fn what_overflows_is_none() {
        assert_eq!(moments(&[]), (None, None));
        assert_eq!(moments(&[1.0]), (Some(1.0), None));
        assert_eq!(moments(&[f64::MAX, f64::MAX]), (None, None));
        assert_eq!(moments(&[1e300, -1e300]), (Some(0.0), None));
    }
}
