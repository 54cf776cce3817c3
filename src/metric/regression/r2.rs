//! R²: the sums of squares are exact, so a large offset of the outcome costs no digits.

use super::{explained, too_heavy_errors, unexplained};
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::exact_sum::centred_square_sum;
use crate::summary::{Moments, Numbers, Summary};

/// R².
pub struct R2;

const INFO: Info = Info {
    name: "r2",
    title: "R²",
    explain: "Share of the outcomes' variance that the predictions explain; below 0 is worse than their mean.",
    formula: "1 − Σ error² / Σ (y − ȳ)²",
    interval: "delta method (influence of each row) on the scale of ln(1 − value), with the quantile of Student t for 3/7 of the rows that the squared errors rest on (Satterthwaite); none of fewer than 100 rows, nor where tails of errors are seen to be so heavy that none is true (mean |error| below 0.69 of the RMSE and a kurtosis above 10, from 3 000 rows on)",
    source: "Cohen et al. 2003, Applied Multiple Regression, 3.5",
    sklearn: "sklearn.metrics.r2_score(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (None, Some(1.0)),
    undefined: "there are fewer than two rows, or all outcomes are the same, or of such a size that squares are no numbers",
    material: Material::Absolute(0.02),
};

impl Metric for R2 {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(numbers) = of.numbers().filter(|n| n.error.n > 0) else {
            return of.nothing();
        };
        let (n, rows) = (numbers.error.n, numbers.error.n as f64);
        let total = match spread(numbers) {
            Ok(total) => total,
            Err(undefined) => return undefined,
        };
        let error = numbers.error.square.value() / rows;
        let value = 1.0 - error / total;
        // ψ = −(e² − (A/B) δ²) / B with A = mean e², B = mean δ², δ = y − ȳ; var = mean ψ² / n.
        let d = numbers.centred[0].value() / rows;
        let [e2d, e2d2] = [0, 1].map(|i| numbers.mixed[i].value() / rows);
        let delta4 = fourth_of_outcome(numbers);
        let mixed = e2d2 - 2.0 * d * e2d + d * d * error;
        let ratio = error / total;
        let variance = (numbers.fourth.value() / rows - 2.0 * ratio * mixed
            + ratio * ratio * delta4)
            / (total * total * rows);
        let effective = rows * error * error / (numbers.fourth.value() / rows);
        let se = variance.sqrt() / ratio;
        let heavy = too_heavy_errors(numbers);
        let known = of.summary.centre.is_some() && heavy.is_none();
        let interval = explained(ratio, se, n, effective).filter(|_| known);
        Estimate::of(value, interval, n).or_why(|| heavy.unwrap_or_else(|| unexplained(ratio, n)))
    }
}

/// The variance of the outcomes, or why no share of it can be told.
pub(super) fn spread(numbers: &Numbers) -> Result<f64, Estimate> {
    let n = numbers.error.n;
    if n < 2 {
        return Err(Estimate::undefined("fewer than two rows", n));
    }
    let squares = [&numbers.error.square, &numbers.outcome.square];
    if squares.iter().any(|s| s.unbounded().is_infinite()) {
        return Err(Estimate::undefined("too large for a number", n));
    }
    let total = centred_square_sum(&numbers.outcome.sum, &numbers.outcome.square, n) / n as f64;
    if total < SMALLEST && is_small(&numbers.outcome) {
        return Err(Estimate::undefined(TOO_SMALL, n));
    }
    if total <= 0.0 {
        return Err(Estimate::undefined("all outcomes are the same", n));
    }
    Ok(total)
}

/// Mean squares below this lose digits, or vanish.
pub(super) const SMALLEST: f64 = 1e-290;
/// Why there is no value where they do.
pub(in crate::metric) const TOO_SMALL: &str = "too small for a number: the squares vanish";

/// Whether values are there that are not 0, but so small that their squares lose digits.
pub(in crate::metric) fn is_small(values: &Moments) -> bool {
    let square = values.square.unbounded() / values.n as f64;
    square < SMALLEST && (square > 0.0 || values.sum.value() != 0.0)
}

/// The mean of (y − ȳ)⁴.
pub(super) fn fourth_of_outcome(numbers: &Numbers) -> f64 {
    let rows = numbers.error.n as f64;
    let [d, d2, d3, d4] = [0, 1, 2, 3].map(|i| numbers.centred[i].value() / rows);
    d4 - 4.0 * d * d3 + 6.0 * d * d * d2 - 3.0 * d * d * d * d
}
