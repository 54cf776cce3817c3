//! What is averaged over several classes: areas under the curves of each class's score.

use super::roc_auc::from_bins;
use crate::metric::measures::{NO_LABELS, NO_SCORE};
use crate::metric::{Estimate, Measures};
use crate::stats::rank::{CurveCell, Ends, LEAST};
use crate::summary::class_scores::{MOST, PAIRED};
use crate::summary::{Classes, Exact, Macro};

/// What is averaged over several classes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mean {
    /// ROC AUC of each class against all others.
    OneAgainstRest,
    /// The same, each class weighing as much as it has rows.
    Weighted,
    /// ROC AUC of each class against each other one.
    OneAgainstOne,
    /// Average precision of each class against all others.
    Precision,
}

/// A mean of several areas: exact from the rows, else from bins of each class's probability.
pub(super) fn several(
    of: &Measures<'_>,
    part: impl FnOnce(&Exact) -> Option<&Macro>,
    mean: Mean,
) -> Estimate {
    if of.cell.labelled == 0 {
        return Estimate::undefined(NO_LABELS, 0);
    }
    if of.classes().is_none_or(|c| c.scored() == 0) {
        return Estimate::undefined(NO_SCORE, 0);
    }
    match of.exact.and_then(part) {
        None => from_class_bins(of, mean),
        Some(found) => match found.value {
            None => Estimate::undefined("a class does not occur", found.n),
            Some(auc) => {
                let interval = match mean {
                    Mean::Precision => found.interval_of_precision(),
                    _ => found.interval(),
                };
                let interval = interval.filter(|_| found.fewest >= LEAST);
                Estimate::of(auc, interval, found.n).or_why(|| match found.fewest >= LEAST {
                    true => "no interval: every row is told apart".into(),
                    false => {
                        let are = if found.fewest == 1 {
                            "row is"
                        } else {
                            "rows are"
                        };
                        format!(
                            "no interval: {} {are} too few of a class, it takes {LEAST}",
                            found.fewest
                        )
                    }
                })
            }
        },
    }
}

/// The mean from bins of each class's probability, and the mean of what each can be off.
fn from_class_bins(of: &Measures<'_>, mean: Mean) -> Estimate {
    let classes = of.summary.labels.len();
    if classes > MOST {
        return Estimate::undefined(
            "needs the rows of more than 1 024 classes, and they are not at hand",
            0,
        );
    }
    let Some(by_class) = of.classes().and_then(|c| c.by_class.as_ref()) else {
        return of.needs_rows();
    };
    let ones = mean == Mean::OneAgainstOne;
    if ones && (classes > PAIRED || !by_class.is_paired()) {
        return Estimate::undefined(
            "needs the rows of more than 8 classes, which are not at hand: what is counted of pairs would grow with the square of the classes",
            0,
        );
    }
    let (mut sum, mut off, mut weights, mut n) = (0.0, 0.0, 0.0, 0);
    let mut add = |class: u32, other: Option<u32>| {
        let [positive, negative] = by_class.against(class, other);
        let (cell, unresolved) = from_bins(&positive, &negative);
        n = n.max(cell.positives + cell.negatives);
        let mut value = (cell.auc()?, unresolved);
        let weight = match mean {
            Mean::Weighted => cell.positives as f64,
            _ => 1.0,
        };
        if mean == Mean::Precision {
            let (curve, off) = CurveCell::from_bins(&positive, &negative, Ends::USUAL);
            value = (curve.average_precision, off.average_precision);
        }
        (sum, off) = (sum + weight * value.0, off + weight * value.1);
        weights += weight;
        Some(())
    };
    let all = || 0..classes as u32;
    let found = match ones {
        false => all().try_for_each(|class| add(class, None)),
        true => {
            let pairs = all().flat_map(|i| all().filter(move |j| *j != i).map(move |j| (i, j)));
            pairs
                .map(|(i, j)| (i, Some(j)))
                .try_for_each(|(i, j)| add(i, j))
        }
    };
    let n = match ones {
        false => n,
        true => of.classes().map_or(0, Classes::scored),
    };
    match found {
        None => Estimate::undefined("a class does not occur", n),
        Some(()) => Estimate {
            bound: Some(off / weights),
            ..Estimate::of(sum / weights, None, n)
        }
        .or_why(|| {
            "no interval: bins tell each class by itself, and it takes how the scores of a row vary together".into()
        }),
    }
}
