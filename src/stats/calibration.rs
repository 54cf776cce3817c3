//! From scores to probabilities, learned from rows whose outcome is known, where this makes them truer.
//!
//! Scores that are probabilities already are best left alone: a fitted function only adds noise. So ten
//! times a tenth of the rows is held out, a function is fitted to the others, and the expected calibration
//! error of all rows, each seen by a function that does not know it, is compared with that of the scores as
//! they are. This is how NannyML 0.13.1 decides (`calibration.py`), with two changes: the tenths are a
//! partition, drawn by a fixed rule and not by numpy's generator, and rows of one score are one heap of
//! which every bin takes its share. There the order of tied rows decides which of them falls into which bin,
//! and that order is the sorting routine's: on its own three-class data the answer depends on the processor.

use super::isotonic::{Isotonic, Tied};
use super::rank::{AucCell, sort_by_score};

/// Parts of the rows that are held out in turn.
const PARTS: usize = 10;
/// Bins of a calibration error, of as many rows each.
const BINS: u64 = 10;
/// ROC AUC from which scores are taken as they are: the two classes are apart, and hardly a row lies where
/// a function could be fitted.
const APART: f64 = 0.999;

/// How a score becomes a probability.
#[derive(Clone, Debug, PartialEq)]
pub enum Calibrator {
    /// It is one.
    AsItIs,
    /// By a fitted function.
    Fitted(Isotonic),
}

impl Calibrator {
    /// Learned from rows, each with its score and whether it is positive. A score that is NaN is left out.
    /// `probabilities`: whether scores could be taken as they are.
    ///
    /// `None` where there is no positive or no negative row.
    #[must_use]
    pub fn learn(scores: &[f64], positive: &[bool], probabilities: bool) -> Option<Self> {
        let sample = Scored::of(scores, positive);
        let cell = sample.auc();
        if cell.positives == 0 || cell.negatives == 0 {
            return None;
        }
        if probabilities && !sample.gains(cell.auc()) {
            return Some(Self::AsItIs);
        }
        Self::fitted(scores, positive)
    }

    /// The function fitted to all rows, needed or not. `None` without a row.
    #[must_use]
    pub fn fitted(scores: &[f64], positive: &[bool]) -> Option<Self> {
        let sample = Scored::of(scores, positive);
        sample.fit(|counts| counts.all()).map(Self::Fitted)
    }

    /// The probability at a score; NaN at NaN.
    #[must_use]
    pub fn at(&self, score: f64) -> f64 {
        match self {
            Self::AsItIs => score,
            Self::Fitted(function) => function.at(score),
        }
    }

    /// Whether scores are not taken as they are.
    #[must_use]
    pub const fn is_fitted(&self) -> bool {
        matches!(self, Self::Fitted(_))
    }
}

/// Rows of one score: how many, and how many of them are positive, by the part that they are held out in.
#[derive(Clone, Copy, Default)]
struct Counts([(u64, u64); PARTS]);

impl Counts {
    fn all(&self) -> (u64, u64) {
        self.0
            .iter()
            .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    }

    fn without(&self, part: usize) -> (u64, u64) {
        let (all, out) = (self.all(), self.0.get(part).copied().unwrap_or_default());
        (all.0 - out.0, all.1 - out.1)
    }
}

/// Rows by ascending score.
struct Scored(Vec<(f64, Counts)>);

impl Scored {
    fn of(scores: &[f64], positive: &[bool]) -> Self {
        let part = parts(positive);
        let mut out: Vec<(f64, Counts)> = Vec::new();
        for row in sort_by_score(scores) {
            let row = row as usize;
            let (Some(score), Some(positive), Some(part)) =
                (scores.get(row), positive.get(row), part.get(row))
            else {
                continue;
            };
            if out.last().is_none_or(|last| last.0 != *score) {
                out.push((*score, Counts::default()));
            }
            if let Some(counts) = out
                .last_mut()
                .and_then(|l| l.1.0.get_mut(usize::from(*part)))
            {
                counts.0 += 1;
                counts.1 += u64::from(*positive);
            }
        }
        Self(out)
    }

    fn auc(&self) -> AucCell {
        let counts = self.0.iter().map(|s| s.1.all());
        let positive: Vec<u64> = counts.clone().map(|c| c.1).collect();
        let negative: Vec<u64> = counts.map(|c| c.0 - c.1).collect();
        AucCell::from_bins(&positive, &negative)
    }

    fn fit(&self, which: impl Fn(&Counts) -> (u64, u64)) -> Option<Isotonic> {
        Isotonic::of_sorted(self.0.iter().filter_map(|(x, counts)| {
            let (rows, positive) = which(counts);
            (rows > 0).then_some(Tied {
                x: *x,
                weight: rows as f64,
                sum: positive as f64,
            })
        }))
    }

    /// Whether a fitted function makes the scores truer.
    fn gains(&self, auc: Option<f64>) -> bool {
        if auc.is_none_or(|auc| auc > APART) {
            return false;
        }
        let before: Vec<Heap> = self.0.iter().map(|s| Heap::new(s.0, s.1.all())).collect();
        let mut after: Vec<Heap> = Vec::new();
        for part in 0..PARTS {
            let Some(function) = self.fit(|counts| counts.without(part)) else {
                return false;
            };
            let held_out = self.0.iter().filter_map(|(score, counts)| {
                let counts = counts.0.get(part).filter(|c| c.0 > 0)?;
                Some(Heap::new(function.at(*score), *counts))
            });
            after.extend(held_out);
        }
        after.sort_by(|a, b| a.probability.total_cmp(&b.probability));
        match (calibration_error(&before), calibration_error(&after)) {
            (Some(before), Some(after)) => before > after,
            _ => false,
        }
    }
}

/// The part that each row is held out in: of either class a tenth each, in an order that is drawn from
/// the rows' numbers alone.
fn parts(positive: &[bool]) -> Vec<u8> {
    let mut part = vec![0; positive.len()];
    for class in [false, true] {
        let rows = positive.iter().enumerate().filter(|r| *r.1 == class);
        let mut drawn: Vec<(u64, usize)> = rows.map(|r| (mix(r.0 as u64), r.0)).collect();
        drawn.sort_unstable();
        for (place, (_, row)) in drawn.into_iter().enumerate() {
            if let Some(part) = part.get_mut(row) {
                *part = (place % PARTS) as u8;
            }
        }
    }
    part
}

/// A number that looks drawn at random (SplitMix64: Steele, Lea and Flood 2014, *Fast splittable
/// pseudorandom number generators*).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Rows of one probability.
pub(super) struct Heap {
    probability: f64,
    rows: u64,
    positive: u64,
}

impl Heap {
    pub(super) const fn new(probability: f64, (rows, positive): (u64, u64)) -> Self {
        Self {
            probability,
            rows,
            positive,
        }
    }
}

/// The mean distance of probability and share of positive rows over bins of as many rows each, by
/// ascending probability; the last bin takes what is left over. `None` below four rows.
pub(super) fn calibration_error(heaps: &[Heap]) -> Option<f64> {
    let rows: u64 = heaps.iter().map(|h| h.rows).sum();
    let bins = if rows > 2 * BINS { BINS } else { rows / 2 };
    if bins < 2 {
        return None;
    }
    let width = rows / bins;
    let (mut error, mut bin) = (0.0, 1);
    let (mut left, mut of_bin) = (width, (0.0, 0.0));
    for heap in heaps {
        let share = heap.positive as f64 / heap.rows.max(1) as f64;
        let mut rest = heap.rows;
        while rest > 0 {
            let taken = rest.min(left);
            of_bin.0 += taken as f64 * heap.probability;
            of_bin.1 += taken as f64 * share;
            rest -= taken;
            left -= taken;
            if left == 0 {
                error += (of_bin.0 - of_bin.1).abs();
                of_bin = (0.0, 0.0);
                bin += 1;
                left = if bin == bins {
                    rows - width * (bins - 1)
                } else {
                    width
                };
            }
        }
    }
    Some(error / rows as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores on a grid, and outcomes whose share at each is `truth` of it.
    fn rows(truth: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<bool>) {
        let (mut scores, mut positive) = (Vec::new(), Vec::new());
        for i in 0..6_000_u64 {
            let score = (mix(i) % 97) as f64 / 96.0;
            let drawn = (mix(i + 1_000_000) >> 11) as f64 / (1_u64 << 53) as f64;
            scores.push(score);
            positive.push(drawn < truth(score));
        }
        (scores, positive)
    }

    #[test]
    fn what_is_true_is_left_alone_and_what_is_not_is_mended() {
        let (scores, positive) = rows(|s| s);
        let left = Calibrator::learn(&scores, &positive, true).unwrap();
        assert_eq!(left, Calibrator::AsItIs);
        assert_eq!(left.at(0.3), 0.3);
        // But a score that is no probability has to become one.
        assert!(
            Calibrator::learn(&scores, &positive, false)
                .unwrap()
                .is_fitted()
        );
        let (scores, positive) = rows(|s| s * s * 0.8);
        let mended = Calibrator::learn(&scores, &positive, true).unwrap();
        assert!(mended.is_fitted());
        assert!((mended.at(0.5) - 0.2).abs() < 0.06, "{}", mended.at(0.5));
        assert!(mended.at(f64::NAN).is_nan());
    }

    #[test]
    fn classes_that_are_apart_or_alone() {
        let scores = [0.1, 0.2, 0.8, 0.9];
        let apart = Calibrator::learn(&scores, &[false, false, true, true], true);
        assert_eq!(apart, Some(Calibrator::AsItIs));
        assert_eq!(Calibrator::learn(&scores, &[true; 4], true), None);
        assert_eq!(Calibrator::learn(&[f64::NAN], &[true], true), None);
        assert_eq!(Calibrator::fitted(&[], &[]), None);
    }

    #[test]
    fn parts_are_tenths_of_each_class() {
        let positive: Vec<bool> = (0..1_000).map(|i| i % 4 == 0).collect();
        let part = parts(&positive);
        for of in 0..10 {
            let held = |class: bool| {
                let rows = positive.iter().zip(&part);
                rows.filter(|(p, part)| **p == class && **part == of)
                    .count()
            };
            assert_eq!((held(true), held(false)), (25, 75));
        }
    }

    #[test]
    fn errors_of_calibration_by_hand() {
        // Five rows make two bins of two and three; the heap of 0.5 is cut, and gives each its share.
        let heaps = [
            Heap::new(0.2, (1, 0)),
            Heap::new(0.5, (2, 1)),
            Heap::new(0.9, (2, 2)),
        ];
        let want = ((0.2 + 0.5 - 0.5_f64).abs() + (0.5 + 1.8 - 2.5_f64).abs()) / 5.0;
        assert!((calibration_error(&heaps).unwrap() - want).abs() < 1e-15);
        assert_eq!(calibration_error(&[Heap::new(0.5, (3, 1))]), None);
    }
}
