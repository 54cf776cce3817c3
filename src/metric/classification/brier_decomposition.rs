//! What the Brier score is made of, over tenths of the probability (Murphy's decomposition).
//!
//! Reliability − resolution + uncertainty is the Brier score of the tenths' mean probabilities; the
//! score of the probabilities themselves differs from it by how they spread within a tenth.

use super::expected_calibration_error::tenths;
use crate::log::Task;
use crate::metric::measures::{LEAST_OF_LARGER, too_few_rows};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, wilson};
use crate::summary::{Summary, Tenth};

/// A part of the Brier score.
pub struct BrierPart {
    info: &'static Info,
    part: fn(&[Tenth], u64) -> (f64, Option<Interval>),
    /// Rows from which on it has an interval; 0 where it never has one.
    least: u64,
}

const NONE: &str =
    "none: the value is biased upwards, so an interval around it may leave out the true one";
const MURPHY: &str =
    "Murphy 1973, J. Applied Meteorology 12, 595; the bias: Ferro & Fricker 2012, QJRMS 138, 1954";

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    interval: &'static str,
    sklearn: &'static str,
    better: Better,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval,
        source: MURPHY,
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better,
        unit: Unit::Ratio,
        range: (Some(0.0), Some(1.0)),
        undefined: "no probability stands beside an outcome",
        material: Material::Never,
    }
}

/// The variance of a share is at most a quarter.
const fn to_a_quarter(info: Info) -> Info {
    Info {
        range: (Some(0.0), Some(0.25)),
        ..info
    }
}

/// Reliability.
pub const RELIABILITY: BrierPart = BrierPart {
    info: &info(
        "brier_reliability",
        "Brier reliability",
        "The part of the Brier score that comes from probabilities that are too high or too low; calibration could remove it.",
        "Σ over tenths b of the probability of n_b (mean p − mean y)² / n",
        NONE,
        "numpy: b = minimum(p * 10, 9).astype(int); n, s, h = bincount(b), bincount(b, p), bincount(b, y); nansum((s - h)**2 / n) / len(p)",
        Better::Lower,
    ),
    part: reliability,
    least: 0,
};
/// Resolution.
pub const RESOLUTION: BrierPart = BrierPart {
    info: &to_a_quarter(info(
        "brier_resolution",
        "Brier resolution",
        "How far the probabilities tell rows apart: by so much the Brier score is below that of the base rate.",
        "Σ over tenths b of the probability of n_b (mean y in b − mean y)² / n",
        NONE,
        "numpy: b = minimum(p * 10, 9).astype(int); n, h = bincount(b), bincount(b, y); nansum(n * (h / n - y.mean())**2) / len(p)",
        Better::Higher,
    )),
    part: resolution,
    least: 0,
};
/// Uncertainty.
pub const UNCERTAINTY: BrierPart = BrierPart {
    info: &to_a_quarter(info(
        "brier_uncertainty",
        "Brier uncertainty",
        "The Brier score of always foretelling the share of positive rows; it depends on the data alone.",
        "mean y (1 − mean y)",
        "what Wilson's interval of the share of positive rows becomes; none of fewer than 1 000 rows",
        "numpy.var(y_true)",
        Better::Neither,
    )),
    part: uncertainty,
    least: LEAST_OF_LARGER,
};

impl Metric for BrierPart {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match tenths(of) {
            Err(undefined) => undefined,
            Ok((tenths, n)) => {
                let (value, interval) = (self.part)(tenths, n);
                let told = Estimate::of(value.min(1.0), interval, n);
                match n < self.least {
                    true => told.or_why(|| too_few_rows(n, self.least)),
                    false => told,
                }
            }
        }
    }
}

fn filled(tenths: &[Tenth]) -> impl Iterator<Item = &Tenth> {
    tenths.iter().filter(|t| t.rows > 0)
}

fn base_rate(tenths: &[Tenth], n: u64) -> f64 {
    tenths.iter().map(|t| t.positive).sum::<u64>() as f64 / n as f64
}

fn reliability(tenths: &[Tenth], n: u64) -> (f64, Option<Interval>) {
    let one = |t: &Tenth| {
        let gap = t.sum.value() - t.positive as f64;
        gap * gap / t.rows as f64
    };
    (filled(tenths).map(one).sum::<f64>() / n as f64, None)
}

fn resolution(tenths: &[Tenth], n: u64) -> (f64, Option<Interval>) {
    let rate = base_rate(tenths, n);
    let one = |t: &Tenth| {
        let gap = t.positive as f64 / t.rows as f64 - rate;
        t.rows as f64 * gap * gap
    };
    (filled(tenths).map(one).sum::<f64>() / n as f64, None)
}

fn uncertainty(tenths: &[Tenth], n: u64) -> (f64, Option<Interval>) {
    let rate = base_rate(tenths, n);
    let positive = tenths.iter().map(|t| t.positive).sum();
    let of = |share: f64| share * (1.0 - share);
    // It is largest at one half and falls to both sides.
    let interval = wilson(positive, n)
        .filter(|_| n >= LEAST_OF_LARGER)
        .map(|i| Interval {
            low: of(i.low).min(of(i.high)),
            high: if i.low < 0.5 && i.high > 0.5 {
                0.25
            } else {
                of(i.low).max(of(i.high))
            },
        });
    (of(rate), interval)
}
