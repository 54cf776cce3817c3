//! Curves of a binary task over every threshold: ROC, precision and recall, gain, net benefit, and each
//! share by threshold.
//!
//! All of them follow from how many rows of each class lie at or above a threshold. The histogram of scores
//! tells that exactly at each of its edges, however many cells were added up, so each point here is what
//! scikit-learn has at that threshold. What lies between two edges is not known, and no point stands for it.
//! What would divide by zero is `None`.

use super::CalibrationBin;
use super::baseline::Basis;
use super::make::Making;
use crate::log::Task;
pub use crate::summary::Counted;
use crate::summary::class_curves::{BINS, most_frequent};
use crate::summary::{Cell, ClassCurve, ClassScores, Histogram, Summary, class_scores};
use serde::{Deserialize, Serialize};

/// Rows at or above each threshold by outcome: `tp` and `fp` of every curve. With `positives` and
/// `negatives` (rows with a score and an outcome) they give `fn = positives − tp` and
/// `tn = negatives − fp`. Above the last threshold nothing is predicted positive: (0, 0) ends the curve and
/// is not written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Scores at which a threshold can stand, rising: a row is predicted positive where its score is not
    /// below. The first one takes every row.
    pub thresholds: Vec<f64>,
    /// Whether they are probabilities: only then has net benefit a meaning.
    pub probability: bool,
    /// All rows of the view.
    pub current: Tally,
    /// The baseline at the same thresholds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub baseline: Option<Tally>,
}

/// Rows predicted positive at each threshold, by outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows of the positive class at or above each threshold; never rising.
    pub tp: Vec<u64>,
    /// Rows of the negative class at or above each threshold; never rising.
    pub fp: Vec<u64>,
    /// Rows of the positive class with a score.
    pub positives: u64,
    /// Rows of the negative class with a score.
    pub negatives: u64,
}

impl Tally {
    fn of(cell: &Cell, bins: usize) -> Self {
        let empty = Histogram::default();
        let classes = cell.classes.as_ref();
        let positive = classes.map_or(&empty, |c| &c.positive);
        let negative = classes.map_or(&empty, |c| &c.negative);
        Self {
            tp: from_each(positive, bins),
            fp: from_each(negative, bins),
            positives: positive.total(),
            negatives: negative.total(),
        }
    }

    fn of_bins(positive: &[u64], negative: &[u64]) -> Self {
        let above = |bins: &[u64]| {
            let mut sum = 0;
            let down = bins.iter().rev().map(|n| {
                sum += n;
                sum
            });
            let mut up: Vec<u64> = down.collect();
            up.reverse();
            up
        };
        Self {
            tp: above(positive),
            fp: above(negative),
            positives: positive.iter().sum(),
            negatives: negative.iter().sum(),
        }
    }

    /// Confusion counts at a threshold; past the last one, where no row is predicted positive. A saved
    /// report may tell anything, so more rows than there are count as all.
    #[must_use]
    pub fn at(&self, threshold: usize) -> Counted {
        let of = |counts: &[u64], all: u64| counts.get(threshold).copied().unwrap_or(0).min(all);
        let (tp, fp) = (of(&self.tp, self.positives), of(&self.fp, self.negatives));
        Counted {
            tp,
            fp,
            r#fn: self.positives - tp,
            tn: self.negatives - fp,
        }
    }

    /// Rows with a score and an outcome.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.positives.saturating_add(self.negatives)
    }

    /// The share of rows that are positive.
    #[must_use]
    pub fn base_rate(&self) -> Option<f64> {
        share(self.positives, self.rows())
    }
}

/// A class of several against the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassCurves {
    /// The class.
    pub label: String,
    /// At hundredths of its probability.
    pub curves: Curves,
    /// Its probability against what happened, by tenths; empty where rows were not kept.
    pub calibration: Vec<CalibrationBin>,
}

/// The classes of a multiclass task with probabilities, over all rows of the view.
pub(super) fn class_curves(
    making: &Making<'_>,
    total: &Cell,
    scope: (usize, usize),
    basis: Option<&Basis<'_>>,
) -> Vec<ClassCurves> {
    let summary = making.summary;
    let scored = total.classes.as_ref().is_some_and(|c| c.log_loss.n > 0);
    if summary.task != Task::Multiclass || !scored {
        return Vec::new();
    }
    if summary.streamed {
        return from_bins(summary, total, basis.map(|b| &*b.cell));
    }
    let find = |range: Option<(usize, usize)>| {
        let found = making.series.class_curves.iter().find(|c| c.range == range);
        if found.is_none() {
            making.missing().class_curves.push((making.at, range));
        }
        found
    };
    let before = basis.filter(|b| b.cell.labelled > 0).map(|b| find(b.range));
    let Some(now) = find(Some(scope)) else {
        return Vec::new();
    };
    let edges: Vec<f64> = (0..BINS).map(|i| i as f64 / BINS as f64).collect();
    let of = |one: &ClassCurve| {
        let before = before.flatten().map(|b| b.classes.iter());
        let before = before.and_then(|mut b| b.find(|c| c.class == one.class));
        ClassCurves {
            label: summary
                .labels
                .get(one.class as usize)
                .cloned()
                .unwrap_or_default(),
            curves: Curves {
                thresholds: edges.clone(),
                probability: true,
                current: Tally::of_bins(&one.positive, &one.negative),
                baseline: before.map(|c| Tally::of_bins(&c.positive, &c.negative)),
            },
            calibration: tenths(one),
        }
    };
    now.classes.iter().map(of).collect()
}

/// The same of rows that are not at hand, at the edges of the bins that their probabilities were counted in; without
/// calibration, of which bins do not tell the mean probability.
fn from_bins(summary: &Summary, total: &Cell, before: Option<&Cell>) -> Vec<ClassCurves> {
    let bins = |cell: &'_ Cell| cell.classes.as_ref().and_then(|c| c.by_class.clone());
    let Some(now) = bins(total).filter(|_| summary.probabilistic) else {
        return Vec::new();
    };
    let before = before.filter(|b| b.labelled > 0).and_then(bins);
    let counted = now.classes();
    let edges = class_scores::edges(counted.len());
    let thresholds: Vec<f64> = std::iter::once(0.0).chain(edges).collect();
    let tally = |scores: &ClassScores, class: u32| {
        let [positive, negative] = scores.against(class, None).map(|mut rows| {
            rows.truncate(thresholds.len());
            rows
        });
        Tally::of_bins(&positive, &negative)
    };
    let one = |class: u32| ClassCurves {
        label: (summary.labels.get(class as usize).cloned()).unwrap_or_default(),
        curves: Curves {
            probability: true,
            current: tally(&now, class),
            baseline: before.as_ref().map(|b| tally(b, class)),
            thresholds: thresholds.clone(),
        },
        calibration: Vec::new(),
    };
    most_frequent(counted).into_iter().map(one).collect()
}

/// The calibration of a class.
fn tenths(one: &ClassCurve) -> Vec<CalibrationBin> {
    let each = BINS / one.sums.len().max(1);
    let sum = |of: &[u64], i: usize| of.iter().skip(i * each).take(each).sum::<u64>();
    let bin = |(i, p): (usize, &f64)| {
        let (hits, misses) = (sum(&one.positive, i), sum(&one.negative, i));
        super::parts::calibration_bin((i, one.sums.len()), *p, (hits, hits + misses))
    };
    one.sums.iter().enumerate().map(bin).collect()
}

/// Rows in each bin and above.
fn from_each(histogram: &Histogram, bins: usize) -> Vec<u64> {
    let mut counts = histogram.dense(bins);
    let mut above = 0;
    for count in counts.iter_mut().rev() {
        above += *count;
        *count = above;
    }
    counts
}

/// The curves of a binary task with scores.
pub(super) fn curves(making: &Making<'_>, total: &Cell, before: Option<&Cell>) -> Option<Curves> {
    let bins = making.summary.edges.len().checked_sub(1)?;
    if making.summary.task != Task::Binary || bins == 0 || total.classes.is_none() {
        return None;
    }
    let baseline = before.map(|cell| Tally::of(cell, bins));
    Some(Curves {
        thresholds: making.summary.edges.iter().take(bins).copied().collect(),
        probability: making.summary.probabilistic,
        current: Tally::of(total, bins),
        baseline: baseline.filter(|b| b.rows() > 0),
    })
}

/// The counts of a confusion of two classes: `counts[true][predicted]`.
#[must_use]
pub fn of_confusion(counts: &[Vec<u64>]) -> Option<Counted> {
    let at = |row: usize, column: usize| counts.get(row)?.get(column).copied();
    Some(Counted {
        tn: at(0, 0)?,
        fp: at(0, 1)?,
        r#fn: at(1, 0)?,
        tp: at(1, 1)?,
    })
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Positive rows that are predicted positive: the true positive rate.
#[must_use]
pub fn recall(c: Counted) -> Option<f64> {
    share(c.tp, c.tp.saturating_add(c.r#fn))
}

/// Negative rows that are predicted positive.
#[must_use]
pub fn false_positive_rate(c: Counted) -> Option<f64> {
    share(c.fp, c.fp.saturating_add(c.tn))
}

/// Negative rows that are predicted negative.
#[must_use]
pub fn specificity(c: Counted) -> Option<f64> {
    share(c.tn, c.fp.saturating_add(c.tn))
}

/// Rows predicted positive that are positive; `None` where none is predicted so.
#[must_use]
pub fn precision(c: Counted) -> Option<f64> {
    share(c.tp, flagged(c))
}

/// The harmonic mean of precision and recall.
#[must_use]
pub fn f1(c: Counted) -> Option<f64> {
    let right = c.tp.saturating_mul(2);
    share(right, right.saturating_add(c.fp).saturating_add(c.r#fn))
}

/// Precision and recall in one number, of which recall weighs β times as much: `square` is β².
fn f_beta(c: Counted, square: f64) -> Option<f64> {
    let right = (1.0 + square) * c.tp as f64;
    let all = right + square * c.r#fn as f64 + c.fp as f64;
    (all > 0.0).then(|| right / all)
}

/// F0.5: precision weighs twice as much.
#[must_use]
pub fn f0_5(c: Counted) -> Option<f64> {
    f_beta(c, 0.25)
}

/// F2: recall weighs twice as much.
#[must_use]
pub fn f2(c: Counted) -> Option<f64> {
    f_beta(c, 4.0)
}

/// Of the rows that are positive or predicted so, those that are both.
#[must_use]
pub fn jaccard(c: Counted) -> Option<f64> {
    share(c.tp, flagged(c).saturating_add(c.r#fn))
}

/// Of the rows predicted negative, those that are.
#[must_use]
pub fn negative_predictive_value(c: Counted) -> Option<f64> {
    share(c.tn, c.tn.saturating_add(c.r#fn))
}

/// The mean of recall and specificity.
#[must_use]
pub fn balanced_accuracy(c: Counted) -> Option<f64> {
    Some((recall(c)? + specificity(c)?) / 2.0)
}

/// Matthews correlation coefficient; `None` where one class alone occurs, or is predicted.
#[must_use]
pub fn matthews_corrcoef(c: Counted) -> Option<f64> {
    let [tp, fp, r#fn, tn] = [c.tp, c.fp, c.r#fn, c.tn].map(|n| n as f64);
    let spread = [tp + fp, tp + r#fn, tn + fp, tn + r#fn].map(f64::sqrt);
    let spread: f64 = spread.iter().product();
    (spread > 0.0).then(|| ((tp * tn - fp * r#fn) / spread).clamp(-1.0, 1.0))
}

/// Cohen's kappa; `None` where one class alone occurs and is predicted.
#[must_use]
pub fn cohen_kappa(c: Counted) -> Option<f64> {
    let [tp, fp, r#fn, tn] = [c.tp, c.fp, c.r#fn, c.tn].map(|n| n as f64);
    let apart = (tp + fp) * (fp + tn) + (tp + r#fn) * (r#fn + tn);
    (apart > 0.0).then(|| (2.0 * (tp * tn - r#fn * fp) / apart).clamp(-1.0, 1.0))
}

/// Rows predicted right.
#[must_use]
pub fn accuracy(c: Counted) -> Option<f64> {
    share(c.tp.saturating_add(c.tn), rows(c))
}

/// Rows predicted positive: how much of everything is acted upon.
#[must_use]
pub fn flagged_share(c: Counted) -> Option<f64> {
    share(flagged(c), rows(c))
}

/// How many times more of the predicted positive rows are positive than of all rows.
#[must_use]
pub fn lift(c: Counted) -> Option<f64> {
    let base = share(c.tp.saturating_add(c.r#fn), rows(c)).filter(|b| *b > 0.0)?;
    Some(precision(c)? / base)
}

/// What acting on rows from this probability on gains a row, in true positives: `tp / n − fp / n · t / (1 − t)`
/// (Vickers & Elkin 2006). `None` where the threshold leaves no odds.
#[must_use]
pub fn net_benefit(c: Counted, threshold: f64) -> Option<f64> {
    let odds = (0.0..1.0)
        .contains(&threshold)
        .then(|| threshold / (1.0 - threshold))?;
    let n = rows(c);
    (n > 0).then(|| (c.tp as f64 - c.fp as f64 * odds) / n as f64)
}

/// The net benefit of acting on every row.
#[must_use]
pub fn net_benefit_of_all(c: Counted, threshold: f64) -> Option<f64> {
    let all = Counted {
        tp: c.tp.saturating_add(c.r#fn),
        fp: c.fp.saturating_add(c.tn),
        r#fn: 0,
        tn: 0,
    };
    net_benefit(all, threshold)
}

const fn flagged(c: Counted) -> u64 {
    c.tp.saturating_add(c.fp)
}

const fn rows(c: Counted) -> u64 {
    flagged(c).saturating_add(c.r#fn).saturating_add(c.tn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_divide_by_zero_is_none() {
        let none = Counted::default();
        for share in [
            recall,
            false_positive_rate,
            specificity,
            precision,
            f1,
            accuracy,
            flagged_share,
            lift,
            f0_5,
            f2,
            jaccard,
            negative_predictive_value,
            balanced_accuracy,
            matthews_corrcoef,
            cohen_kappa,
        ] {
            assert_eq!(share(none), None);
        }
        assert_eq!(net_benefit(none, 0.5), None);
        let some = Counted {
            tp: 3,
            fp: 1,
            r#fn: 1,
            tn: 3,
        };
        assert_eq!(net_benefit(some, 0.5), Some(0.25));
        assert_eq!(net_benefit_of_all(some, 0.5), Some(0.0));
        assert_eq!(lift(some), Some(1.5));
        for threshold in [1.0, -0.1, f64::NAN, 7.0] {
            assert_eq!(net_benefit(some, threshold), None);
        }
    }

    #[test]
    fn a_report_that_tells_nonsense_does_no_harm() {
        let tally = Tally {
            tp: vec![9, u64::MAX],
            fp: vec![],
            positives: 2,
            negatives: u64::MAX,
        };
        for threshold in [0, 1, 2, usize::MAX] {
            let c = tally.at(threshold);
            assert!(c.tp <= 2 && accuracy(c).unwrap_or(2.0) <= 1.0);
        }
        assert!(tally.base_rate().is_some_and(|r| r < 1e-9));
    }
}
