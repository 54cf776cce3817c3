//! Precision, recall and F1 of each class, as scikit-learn's `classification_report` has them.

use super::measures::{LEAST_ROWS, share, too_few_rows};
use super::{Confused, Estimate};
use crate::stats::interval::f1;
use crate::summary::LabelSets;
use serde::{Deserialize, Serialize};

/// How right a class is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRow {
    /// Name of the class.
    pub label: String,
    /// Rows whose outcome it is, of those that have a prediction too.
    pub rows: u64,
    /// Rows that are predicted so.
    pub predicted: u64,
    /// Of the rows predicted so, the share that is.
    pub precision: Estimate,
    /// Of its rows, the share predicted so.
    pub recall: Estimate,
    /// Harmonic mean of both.
    pub f1: Estimate,
}

/// F1 with the interval of the share it is a function of; some row is positive or predicted so.
pub(super) fn of_f1(tp: u64, fp: u64, r#fn: u64) -> Estimate {
    let n = tp + fp + r#fn;
    let interval = f1(tp, fp, r#fn).filter(|_| n >= LEAST_ROWS);
    Estimate::of(2.0 * tp as f64 / (n + tp) as f64, interval, n)
        .or_why(|| too_few_rows(n, LEAST_ROWS))
}

/// Each class, in the order of the labels; none where nothing can be compared.
#[must_use]
pub fn by_class(labels: &[String], confused: &Confused) -> Vec<ClassRow> {
    if confused.n == 0 {
        return Vec::new();
    }
    let counts = confused.truth.iter().zip(&confused.predicted);
    let counts = counts.zip(&confused.right).map(|((t, p), r)| (*t, *p, *r));
    rows(labels, counts)
}

/// Each label of rows that have several, likewise.
#[must_use]
pub fn by_label(labels: &[String], sets: &LabelSets) -> Vec<ClassRow> {
    let counts = sets.by_label.iter();
    rows(labels, counts.map(|[t, p, m]| (t + m, t + p, *t)))
}

/// Of each label the rows that are, that are predicted, and that are both.
fn rows(labels: &[String], counts: impl Iterator<Item = (u64, u64, u64)>) -> Vec<ClassRow> {
    let part = |right: u64, of: u64, why: &str| match of {
        0 => Estimate::undefined(why, 0),
        _ => share(right, of),
    };
    let row = |(label, (rows, predicted, right)): (&String, (u64, u64, u64))| ClassRow {
        label: label.clone(),
        rows,
        predicted,
        precision: part(right, predicted, "never predicted"),
        recall: part(right, rows, "does not occur"),
        f1: match rows + predicted {
            0 => Estimate::undefined("neither occurs nor is predicted", 0),
            _ => of_f1(right, predicted - right, rows - right),
        },
    };
    labels.iter().zip(counts).map(row).collect()
}
