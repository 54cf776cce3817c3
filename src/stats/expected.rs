//! What metrics of two classes are expected to be, where each row is positive with a known probability and
//! its outcome is not known.
//!
//! Counts are sums of probabilities, and ratios are ratios of expected counts: what NannyML calls
//! confidence-based performance estimation. Undefined is `None`; there it is 0.
//!
//! Source: NannyML 0.13.1, `performance_estimation/confidence_based/metrics.py`; J. Białek, W. Kuberski,
//! N. Perrakis, A. Bifet (2024), *Estimating model performance under covariate shift without labels*,
//! arXiv 2401.08348.

use serde::{Deserialize, Serialize};

/// Expected rows by outcome and prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cells {
    /// Positive, and predicted so.
    pub tp: f64,
    /// Negative, but predicted positive.
    pub fp: f64,
    /// Positive, but predicted negative.
    pub r#fn: f64,
    /// Negative, and predicted so.
    pub tn: f64,
}

impl Cells {
    /// Counts a row that is positive with a probability in 0 … 1.
    pub fn add(&mut self, predicted: bool, probability: f64) {
        self.add_rows(predicted, 1.0, probability);
    }

    /// Counts so many rows, of which so many are expected to be positive.
    pub fn add_rows(&mut self, predicted: bool, rows: f64, positive: f64) {
        let (hit, miss) = match predicted {
            true => (&mut self.tp, &mut self.fp),
            false => (&mut self.r#fn, &mut self.tn),
        };
        *hit += positive;
        *miss += rows - positive;
    }

    /// All rows.
    #[must_use]
    pub fn n(&self) -> f64 {
        self.tp + self.fp + self.r#fn + self.tn
    }

    /// (tp + tn) / n.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.tp + self.tn, self.n())
    }

    /// tp / (tp + fp).
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.tp, self.tp + self.fp)
    }

    /// tp / (tp + fn).
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.tp, self.tp + self.r#fn)
    }

    /// tn / (tn + fp).
    #[must_use]
    pub fn specificity(&self) -> Option<f64> {
        ratio(self.tn, self.tn + self.fp)
    }

    /// The mean of recall and specificity.
    #[must_use]
    pub fn balanced_accuracy(&self) -> Option<f64> {
        Some((self.recall()? + self.specificity()?) / 2.0)
    }

    /// tp / (tp + (fp + fn) / 2).
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        ratio(self.tp, self.tp + 0.5 * (self.fp + self.r#fn))
    }
}

/// Adds up costs by true and predicted class over expected rows (true class, predicted class, rows), a row.
///
/// Costs that are not given are 0. `None` without a row. With the other sign, times the rows, it is the value of all
/// rows, which NannyML calls business value.
#[must_use]
pub fn mean_cost(cells: &[(usize, usize, f64)], cost: impl Fn(usize, usize) -> f64) -> Option<f64> {
    let rows: f64 = cells.iter().map(|c| c.2).sum();
    let sum: f64 = cells.iter().map(|c| c.2 * cost(c.0, c.1)).sum();
    (rows > 0.0).then(|| sum / rows)
}

fn ratio(part: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| (part / of).clamp(0.0, 1.0))
}

/// Expected rows of either class from which the counts along a curve are rounded.
const MANY: f64 = 10.0;

/// The ROC AUC that is expected of rows by descending score, each with its score and its probability.
///
/// The area under the curve of expected true against expected false positives. Rows of one score share
/// their probabilities evenly. Where at least ten rows of each class are expected, the counts are rounded to
/// five decimals on their way: NannyML does so, it moves the area by less than 2e-6, and the number is the
/// same. Of fewer rows it would not be harmless, and is left undone.
///
/// In 0 … 1. `None` where no row is expected to be positive, or none negative.
#[must_use]
pub fn roc_auc(rows: &[(f64, f64)]) -> Option<f64> {
    let all = rows.len() as f64;
    let positive: f64 = rows.iter().map(|r| r.1).sum();
    let round = positive >= MANY && all - positive >= MANY;
    let told = |count: f64| match round {
        true => (count * 1e5).round_ties_even() / 1e5,
        false => count,
    };
    let (mut area, mut seen, mut sum) = (0.0, 0.0, 0.0);
    let (mut hits, mut misses) = (0.0, 0.0);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let each = match tied {
            [one] => one.1,
            _ => even(tied),
        };
        for _ in tied {
            seen += 1.0;
            sum += each;
            let now = (told(sum), told(seen - sum));
            area += (now.1 - misses) * (now.0 + hits) / 2.0;
            (hits, misses) = now;
        }
    }
    (hits > 0.0 && misses > 0.0).then(|| (area / hits / misses).clamp(0.0, 1.0))
}

/// The same of rows by bins of their scores, the highest first, each bin with its rows and how many of them are
/// expected to be positive: rows of a bin are tied.
#[must_use]
pub fn roc_auc_of_bins(down: &[(f64, f64)]) -> Option<f64> {
    let (mut area, mut hits, mut misses) = (0.0, 0.0, 0.0);
    for (rows, positive) in down {
        area += (rows - positive) * (hits + positive / 2.0);
        hits += positive;
        misses += rows - positive;
    }
    (hits > 0.0 && misses > 0.0).then(|| (area / hits / misses).clamp(0.0, 1.0))
}

/// The average precision of such bins, each of which is a step.
#[must_use]
pub fn average_precision_of_bins(down: &[(f64, f64)]) -> Option<f64> {
    let (mut area, mut seen, mut hits) = (0.0, 0.0, 0.0);
    for (rows, positive) in down.iter().filter(|bin| bin.0 > 0.0) {
        seen += rows;
        hits += positive;
        area += positive * hits / seen;
    }
    (hits > 0.0).then(|| (area / hits).clamp(0.0, 1.0))
}

/// The mean probability of tied rows.
fn even(tied: &[(f64, f64)]) -> f64 {
    let first = tied.first().map_or(0.0, |row| row.1);
    if tied.iter().all(|row| row.1 == first) {
        return first;
    }
    tied.iter().map(|row| row.1).sum::<f64>() / tied.len() as f64
}

/// What rows of one score are on a precision-recall curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// One step, as in `sklearn.metrics.average_precision_score`, which the outcomes will be measured by.
    Together,
    /// A step each, as NannyML takes them: to compare with its numbers. It expects too much of scores that
    /// are rounded, for the rows of a step are not found one after the other.
    Apart,
}

/// The average precision that is expected of rows by descending score, each with its score and its
/// probability: Σ over steps of (recall_k − recall_k−1) precision_k.
///
/// In 0 … 1. `None` where no row is expected to be positive.
#[must_use]
pub fn average_precision(rows: &[(f64, f64)], ties: Ties) -> Option<f64> {
    let (mut area, mut seen, mut sum) = (0.0, 0.0, 0.0);
    for tied in rows.chunk_by(|a, b| ties == Ties::Together && a.0 == b.0) {
        let found: f64 = tied.iter().map(|row| row.1).sum();
        seen += tied.len() as f64;
        sum += found;
        area += found * sum / seen;
    }
    (sum > 0.0).then(|| (area / sum).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rank::auc_cells;
    use proptest::prelude::*;

    #[test]
    fn counts_by_hand() {
        let mut cells = Cells::default();
        cells.add(true, 0.8);
        cells.add(true, 0.6);
        cells.add(false, 0.3);
        let close = |got: Option<f64>, want: f64| assert!((got.unwrap() - want).abs() < 1e-15);
        close(cells.precision(), 0.7);
        close(cells.recall(), 1.4 / 1.7);
        close(cells.specificity(), 0.7 / 1.3);
        close(cells.accuracy(), 0.7);
        close(cells.f1(), 1.4 / 1.85);
        close(cells.balanced_accuracy(), (1.4 / 1.7 + 0.7 / 1.3) / 2.0);
        let none = Cells::default();
        assert_eq!(
            (none.accuracy(), none.f1(), none.balanced_accuracy()),
            (None, None, None)
        );
    }

    #[test]
    fn costs_by_hand() {
        let cells = [(0, 0, 6.0), (0, 1, 1.5), (1, 0, 0.5), (1, 1, 2.0)];
        let cost = |t, p| match (t, p) {
            (0, 1) => 5.0,
            (1, 0) => 100.0,
            (1, 1) => -20.0,
            _ => 0.0,
        };
        assert_eq!(mean_cost(&cells, cost), Some((7.5 + 50.0 - 40.0) / 10.0));
        assert_eq!(mean_cost(&[], cost), None);
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(roc_auc(&[]), None);
        assert_eq!(roc_auc(&[(0.9, 1.0), (0.1, 1.0)]), None);
        assert_eq!(roc_auc(&[(0.9, 0.0)]), None);
        assert_eq!(average_precision(&[(0.9, 0.0)], Ties::Together), None);
    }

    #[test]
    fn rare_positives_are_not_rounded_away() {
        let rows = [(0.9, 3e-6), (0.5, 1e-6), (0.1, 1e-6)];
        let auc = roc_auc(&rows).unwrap();
        assert!((auc - (3.0 * 2.5 + 1.5 + 0.5) / 15.0).abs() < 1e-5, "{auc}");
    }

    #[test]
    fn rows_of_one_score_are_one_step() {
        let rows: Vec<(f64, f64)> = (0..10).map(|i| (0.5, f64::from(u8::from(i < 5)))).collect();
        assert_eq!(roc_auc(&rows), Some(0.5));
        assert_eq!(average_precision(&rows, Ties::Together), Some(0.5));
        assert_eq!(average_precision(&rows, Ties::Apart), Some(1.0));
    }

    proptest! {
        /// Probabilities of 0 and 1 are outcomes, and what is expected is what is.
        #[test]
        fn equals_what_is_counted_where_outcomes_are_sure(
            drawn in prop::collection::vec((0..9_u8, any::<bool>()), 2..120),
        ) {
            let mut rows: Vec<(f64, bool)> = drawn.iter().map(|r| (f64::from(r.0), r.1)).collect();
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            let cell = auc_cells(rows.iter().map(|r| (r.0, r.1, 0)), 1)[0];
            let down: Vec<(f64, f64)> = rows.iter().rev().map(|r| (r.0, f64::from(u8::from(r.1)))).collect();
            match (roc_auc(&down), cell.auc()) {
                (Some(got), Some(want)) => prop_assert!((got - want).abs() < 1e-12),
                (got, want) => prop_assert_eq!(got, want),
            }
        }

        /// Bins tell the same as rows of which all in a bin have one score.
        #[test]
        fn bins_are_tied_rows(drawn in prop::collection::vec((0..9_u8, 0.0..1.0_f64), 2..60)) {
            let mut rows: Vec<(f64, f64)> = drawn.iter().map(|r| (f64::from(r.0), r.1)).collect();
            rows.sort_by(|a, b| b.0.total_cmp(&a.0));
            let bins: Vec<(f64, f64)> = rows
                .chunk_by(|a, b| a.0 == b.0)
                .map(|bin| (bin.len() as f64, bin.iter().map(|r| r.1).sum()))
                .collect();
            let (a, b) = (roc_auc_of_bins(&bins).unwrap(), roc_auc(&rows).unwrap());
            prop_assert!((a - b).abs() < 4e-6, "{} {}", a, b);
            let (a, b) = (average_precision_of_bins(&bins).unwrap(), average_precision(&rows, Ties::Together).unwrap());
            prop_assert!((a - b).abs() < 1e-12, "{} {}", a, b);
        }

        /// Seen from the other class, in the other order, the area is the same but for what is rounded.
        #[test]
        fn is_the_same_seen_from_the_other_class(
            drawn in prop::collection::vec((0..9_u8, 0.0..1.0_f64), 2..60),
        ) {
            let mut rows: Vec<(f64, f64)> = drawn.iter().map(|r| (f64::from(r.0), r.1)).collect();
            rows.sort_by(|a, b| b.0.total_cmp(&a.0));
            let other: Vec<(f64, f64)> = rows.iter().rev().map(|r| (-r.0, 1.0 - r.1)).collect();
            let (a, b) = (roc_auc(&rows).unwrap(), roc_auc(&other).unwrap());
            prop_assert!((a - b).abs() < 4e-6, "{} {}", a, b);
        }
    }
}
