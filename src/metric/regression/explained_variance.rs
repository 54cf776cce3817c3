//! Explained variance: R² of what is left once the mean error is taken off.

use super::r2::{fourth_of_outcome, spread};
use super::{explained, too_heavy_errors, unexplained};
use crate::log::Task;
use crate::metric::measures::NOT_COUNTED;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::exact_sum::{Sum, centred_square_sum};
use crate::summary::Summary;

/// Explained variance.
pub struct ExplainedVariance;

const INFO: Info = Info {
    name: "explained_variance",
    title: "Explained variance",
    explain: "Share of the outcomes' variance that the predictions explain once their mean error is forgiven.",
    formula: "1 − Σ (error − mean error)² / Σ (y − ȳ)²",
    interval: "delta method (influence of each row) on the scale of ln(1 − value), with the quantile of Student t for 3/7 of the rows that the squared errors rest on (Satterthwaite); none of fewer than 100 rows, nor where tails of errors are seen to be so heavy that none is true (mean |error| below 0.69 of the RMSE and a kurtosis above 10, from 3 000 rows on)",
    source: "Cohen et al. 2003, Applied Multiple Regression, 3.5",
    sklearn: "sklearn.metrics.explained_variance_score(y_true, y_pred)",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (None, Some(1.0)),
    undefined: "there are fewer than two rows, or all outcomes are the same, or of such a size that squares are no numbers",
    material: Material::Never,
};

impl Metric for ExplainedVariance {
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
        let Some(relative) = &numbers.relative else {
            return Estimate::undefined(NOT_COUNTED, 0);
        };
        let (n, rows) = (numbers.error.n, numbers.error.n as f64);
        let total = match spread(numbers) {
            Ok(total) => total,
            Err(undefined) => return undefined,
        };
        let error = centred_square_sum(&numbers.error.sum, &numbers.error.square, n) / rows;
        let value = 1.0 - error / total;
        // As for R², of ε = e − ē instead of e.
        let mean = |sum: &Sum| sum.value() / rows;
        let (e, e2) = (mean(&numbers.error.sum), mean(&numbers.error.square));
        let [e3, ed, ed2] = [0, 1, 2].map(|i| mean(&relative.mixed[i]));
        let [e2d, e2d2] = [0, 1].map(|i| mean(&numbers.mixed[i]));
        let d = mean(&numbers.centred[0]);
        let fourth = mean(&numbers.fourth) - 4.0 * e * e3 + 6.0 * e * e * e2 - 3.0 * e * e * e * e;
        let squares = e2d2 - 2.0 * d * e2d + d * d * e2;
        let products = ed2 - 2.0 * d * ed + d * d * e;
        let mixed = squares - 2.0 * e * products + e * e * total;
        let ratio = error / total;
        let delta4 = fourth_of_outcome(numbers);
        let variance =
            (fourth - 2.0 * ratio * mixed + ratio * ratio * delta4) / (total * total * rows);
        let effective = rows * error * error / (fourth);
        let se = variance.sqrt() / ratio;
        let heavy = too_heavy_errors(numbers);
        let known = of.summary.centre.is_some() && heavy.is_none();
        let interval = explained(ratio, se, n, effective).filter(|_| known);
        Estimate::of(value, interval, n).or_why(|| heavy.unwrap_or_else(|| unexplained(ratio, n)))
    }
}
