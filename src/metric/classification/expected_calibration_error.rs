//! Expected calibration error over tenths of the probability: of the positive class, or of several classes of the one
//! that is most probable.

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_PROBABILITY, NOT_COUNTED};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::{Summary, Tenth};

/// Expected calibration error.
pub struct ExpectedCalibrationError;

const INFO: Info = Info {
    name: "expected_calibration_error",
    title: "ECE",
    explain: "How far the probabilities are from the share of positive rows, on average over tenths; a true model has some too, the more the fewer rows. Of several classes: the highest probability of each row, and the share of rows of that class.",
    formula: "Σ over tenths b of the probability of |Σ p − Σ y| in b, over n; several classes: p the highest probability of a row, the first of equals, y whether its class is the true one",
    interval: "none: the value is biased upwards, so an interval around it may leave out the true one",
    source: "Naeini, Cooper & Hauskrecht 2015, AAAI 29, 2901; several classes: Guo, Pleiss, Sun & Weinberger 2017, ICML 34, 1321; the bias: Roelofs et al. 2022, AISTATS 151, 4036",
    sklearn: "numpy: b = minimum(p * 10, 9).astype(int); abs(bincount(b, p - y)).sum() / len(p) (several classes: p = y_prob.max(axis=1); y = y_prob.argmax(axis=1) == y_true)",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "no probability stands beside an outcome",
    // Without an interval no change can be told from chance.
    material: Material::Never,
};

/// Why there is no value of a part of the rows.
const NOT_OF_ALL: &str = "not all of the rows were counted by tenths of the probability";

impl Metric for ExpectedCalibrationError {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match tenths(of) {
            Err(undefined) => undefined,
            Ok((tenths, n)) => {
                let gap = |t: &Tenth| (t.sum.value() - t.positive as f64).abs();
                let gaps: f64 = tenths.iter().map(gap).sum();
                Estimate::of((gaps / n as f64).min(1.0), None, n)
            }
        }
    }
}

/// The tenths of the probability and their rows, or why there are none.
pub(super) fn tenths<'a>(of: &Measures<'a>) -> Result<(&'a [Tenth], u64), Estimate> {
    if of.cell.labelled == 0 {
        return Err(Estimate::undefined(NO_LABELS, 0));
    }
    let Some(classes) = of.classes().filter(|c| c.log_loss.n > 0) else {
        return Err(Estimate::undefined(NO_PROBABILITY, 0));
    };
    let tenths = &classes.calibration;
    match tenths.iter().map(|t| t.rows).sum() {
        0 => Err(Estimate::undefined(NOT_COUNTED, 0)),
        // Parts that were counted before several classes had tenths have none.
        n if n != classes.log_loss.n => Err(Estimate::undefined(NOT_OF_ALL, n)),
        n => Ok((tenths, n)),
    }
}
