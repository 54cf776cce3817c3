//! Expected calibration error over bins of equal numbers of rows: scores that crowd together are told apart. Exact
//! from the rows, else from thousandths of the probability with a sure bound.

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_PROBABILITY};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::masses::near_equal_mass_error;
use crate::summary::Summary;

/// ECE over equal masses.
pub struct EqualMassError;

const INFO: Info = Info {
    name: "expected_calibration_error_equal_mass",
    title: "ECE, equal mass",
    explain: "How far the probabilities are from the share of positive rows, on average over ten bins of as many rows each.",
    formula: "Σ over bins b of |Σ p − Σ y| in b, over n; the bins meet at the deciles of p, and a row at one lies below it",
    interval: "none: the value is biased upwards, so an interval around it may leave out the true one",
    source: "Nguyen & O'Connor 2015, EMNLP, 1587; the bias: Roelofs et al. 2022, AISTATS 151, 4036",
    sklearn: "numpy: b = searchsorted(quantile(p, arange(1, 10) / 10), p); abs(bincount(b, p - y)).sum() / len(p)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "no probability stands beside an outcome",
    material: Material::Never,
};

impl Metric for EqualMassError {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.cell.labelled == 0 {
            return Estimate::undefined(NO_LABELS, 0);
        }
        let n = of.classes().map_or(0, |c| c.log_loss.n);
        if n == 0 {
            return Estimate::undefined(NO_PROBABILITY, 0);
        }
        let curve = of.exact.and_then(|e| e.curve);
        match curve.and_then(|c| c.equal_mass_error) {
            Some(error) => Estimate::of(error, None, n),
            None => from_bins(of, n),
        }
    }
}

fn from_bins(of: &Measures<'_>, n: u64) -> Estimate {
    let masses = of.classes().and_then(|c| c.masses.as_ref());
    let near = masses.and_then(|m| {
        let [positive, negative] = m.rows();
        near_equal_mass_error(&positive, &negative, m.rounded)
    });
    match near {
        Some(near) => Estimate {
            bound: Some(near.bound),
            ..Estimate::of(near.value, None, n)
        },
        None => of.needs_rows(),
    }
}
