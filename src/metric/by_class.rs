//! How right each class is told: precision, recall and F1, as scikit-learn's `classification_report` has them, and each
//! class against the rest: specificity, negative predictive value, ROC AUC and average precision.

use super::classification::areas;
use super::measures::{
    LEAST_OF_MOST, LEAST_ROWS, NO_SCORE, share, share_of_at_least, too_few_rows,
};
use super::{Estimate, Measures};
use crate::stats::interval::f1;
use crate::summary::{ClassArea, LabelSets};
use serde::{Deserialize, Serialize};

/// How right a class is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRow {
    /// Name of the class.
    pub label: String,
    /// Rows whose outcome it is (support), of those that have a prediction too.
    pub rows: u64,
    /// Rows that are predicted so.
    pub predicted: u64,
    /// Of the rows predicted so, the share that is.
    pub precision: Estimate,
    /// Of its rows, the share predicted so.
    pub recall: Estimate,
    /// Harmonic mean of both.
    pub f1: Estimate,
    /// Of the rows of other classes, the share not predicted so.
    #[serde(default)]
    pub specificity: Estimate,
    /// Of the rows not predicted so, the share that is not.
    #[serde(default)]
    pub negative_predictive_value: Estimate,
    /// Chance that one of its rows has a higher score of it than one of another class, ties half.
    #[serde(default)]
    pub roc_auc: Estimate,
    /// Mean precision over the thresholds of its score at which each of its rows is found.
    #[serde(default)]
    pub average_precision: Estimate,
}

/// F1 with the interval of the share it is a function of; some row is positive or predicted so.
pub(super) fn of_f1(tp: u64, fp: u64, r#fn: u64) -> Estimate {
    let n = tp + fp + r#fn;
    let interval = f1(tp, fp, r#fn).filter(|_| n >= LEAST_ROWS);
    Estimate::of(2.0 * tp as f64 / (n + tp) as f64, interval, n)
        .or_why(|| too_few_rows(n, LEAST_ROWS))
}

/// Each class, in the order of the labels; none where nothing can be compared. `exact`: the areas under the curves of
/// each class from its rows, where these were at hand.
#[must_use]
pub fn by_class(of: &Measures<'_>, exact: Option<&[ClassArea]>) -> Vec<ClassRow> {
    let (labels, confused) = (&of.summary.labels, of.confused());
    if confused.n == 0 {
        return Vec::new();
    }
    let counts = confused.truth.iter().zip(&confused.predicted);
    let counts = counts.zip(&confused.right).map(|((t, p), r)| (*t, *p, *r));
    let mut rows = rows(labels, confused.n, counts);
    for (row, areas) in rows.iter_mut().zip(areas(of, exact)) {
        row.roc_auc = areas.roc_auc;
        row.average_precision = areas.average_precision;
    }
    rows
}

/// Each label of rows that have several, likewise; labels have no scores.
#[must_use]
pub fn by_label(labels: &[String], sets: &LabelSets) -> Vec<ClassRow> {
    let counts = sets.by_label.iter();
    let counts = counts.map(|[t, p, m]| (t + m, t + p, *t));
    rows(labels, sets.rows, counts)
}

/// Of each label the rows that are, that are predicted, and that are both, of `n` in all; without areas.
fn rows(labels: &[String], n: u64, counts: impl Iterator<Item = (u64, u64, u64)>) -> Vec<ClassRow> {
    let part = |right: u64, of: u64, why: &str| match of {
        0 => Estimate::undefined(why, 0),
        _ => share(right, of),
    };
    let rest = |right: u64, of: u64, why: &str| match of {
        0 => Estimate::undefined(why, 0),
        _ => share_of_at_least(right, of, LEAST_OF_MOST),
    };
    let row = |(label, (rows, predicted, right)): (&String, (u64, u64, u64))| {
        let (others, elsewhere) = (n.saturating_sub(rows), n.saturating_sub(predicted));
        // Neither of it nor predicted so.
        let neither = others.saturating_sub(predicted - right);
        ClassRow {
            label: label.clone(),
            rows,
            predicted,
            precision: part(right, predicted, "never predicted"),
            recall: part(right, rows, "does not occur"),
            f1: match rows + predicted {
                0 => Estimate::undefined("neither occurs nor is predicted", 0),
                _ => of_f1(right, predicted - right, rows - right),
            },
            specificity: rest(neither, others, "no other class occurs"),
            negative_predictive_value: rest(neither, elsewhere, "nothing else is predicted"),
            roc_auc: Estimate::undefined(NO_SCORE, 0),
            average_precision: Estimate::undefined(NO_SCORE, 0),
        }
    };
    labels.iter().zip(counts).map(row).collect()
}
