//! Precision, recall and F1 of each class, as scikit-learn's `classification_report` has them.

use super::{Confused, Estimate};
use crate::stats::interval::{f1, wilson};
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
    let share = |right: u64, of: u64, why: &str| match of {
        0 => Estimate::undefined(why, 0),
        _ => Estimate::of(right as f64 / of as f64, wilson(right, of), of),
    };
    let row = |(label, (rows, predicted, right)): (&String, (u64, u64, u64))| ClassRow {
        label: label.clone(),
        rows,
        predicted,
        precision: share(right, predicted, "never predicted"),
        recall: share(right, rows, "does not occur"),
        f1: match rows + predicted {
            0 => Estimate::undefined("neither occurs nor is predicted", 0),
            sum => Estimate::of(
                2.0 * right as f64 / sum as f64,
                f1(right, predicted - right, rows - right),
                sum - right,
            ),
        },
    };
    labels.iter().zip(counts).map(row).collect()
}
