//! ROC AUC and average precision of one class against the rest: exact from the rows, else from bins of its score with
//! a sure bound.

use super::curve::Curve;
use super::roc_auc::{from_bins, of_cell};
use crate::log::Task;
use crate::metric::measures::NO_SCORE;
use crate::metric::{Estimate, Measures};
use crate::stats::rank::{AucCell, CurveCell, Ends};
use crate::summary::ClassArea;
use crate::summary::class_scores::MOST;

/// What the scores of a class tell of it.
pub struct Areas {
    /// ROC AUC, one against the rest.
    pub roc_auc: Estimate,
    /// Average precision, likewise.
    pub average_precision: Estimate,
}

/// The statistics of both, and how far ROC AUC can be off; `None` where it is exact.
type Found = (AucCell, Option<f64>, Curve);

/// Of each label, `exact` being what its rows tell.
pub fn areas(of: &Measures<'_>, exact: Option<&[ClassArea]>) -> Vec<Areas> {
    let one = |class: usize| {
        let known = exact.and_then(|exact| exact.get(class));
        let exactly = |area: &ClassArea| {
            let (cell, off, ends) = (area.curve(), None, Ends::USUAL);
            Ok((area.auc, None, Curve { cell, off, ends }))
        };
        match known.map_or_else(|| of_bins(of, class), exactly) {
            Ok(found) => told(found),
            Err(none) => Areas {
                roc_auc: none.clone(),
                average_precision: none,
            },
        }
    };
    (0..of.summary.labels.len()).map(one).collect()
}

fn told((auc, off, curve): Found) -> Areas {
    let none = |why| Areas {
        roc_auc: Estimate::undefined(why, curve.n()),
        average_precision: Estimate::undefined(why, curve.n()),
    };
    match (auc.positives, auc.negatives) {
        (0, 0) => return none(NO_SCORE),
        (0, _) => return none("does not occur"),
        _ => {}
    }
    let value = curve.cell.average_precision;
    let interval = curve.of_precision(value);
    let average_precision = curve.estimate(value, interval, |off| off.average_precision);
    Areas {
        roc_auc: match auc.negatives {
            0 => Estimate::undefined("no other class occurs", curve.n()),
            _ => Estimate {
                bound: off,
                ..of_cell(&auc)
            },
        },
        average_precision: average_precision.or_why(|| curve.too_few()),
    }
}

/// From bins of the score of a class, or why there are none.
fn of_bins(of: &Measures<'_>, class: usize) -> Result<Found, Estimate> {
    let none = |why| Err(Estimate::undefined(why, 0));
    let Some(classes) = of.classes() else {
        return none(NO_SCORE);
    };
    let (own, rest) = if of.summary.task == Task::Binary {
        let bins = of.summary.edges.len();
        let (mut yes, mut no) = (classes.positive.dense(bins), classes.negative.dense(bins));
        if class == 0 {
            // Its score is that of the positive class, turned round.
            yes.reverse();
            no.reverse();
            (no, yes)
        } else {
            (yes, no)
        }
    } else {
        if classes.scored() == 0 {
            return none(NO_SCORE);
        }
        if of.summary.labels.len() > MOST {
            return none("needs the rows of more than 1 024 classes, and they are not at hand");
        }
        let Some(by_class) = &classes.by_class else {
            return Err(of.needs_rows());
        };
        let [own, rest] = by_class.against(class as u32, None);
        (own, rest)
    };
    let (auc, unresolved) = from_bins(&own, &rest);
    let ends = Ends::USUAL;
    let (cell, off) = CurveCell::from_bins(&own, &rest, ends);
    let off = Some(off);
    Ok((auc, Some(unresolved), Curve { cell, off, ends }))
}
