//! Averages over the labels of rows with several: how sure they are, which only rows can tell.
//!
//! The labels of a row depend on each other, and so do precision, recall and F1 of the labels. The influence of a
//! row is the sum, over its labels, of what one more row in which the label is right, in vain or missed changes in
//! the average; the variance of the average is the mean square of it over n. Of counts that are 0 it would know
//! nothing: three tenths of a row more of each label are spread over those of the three that the average is made of.
//!
//! Simulated in `tests/evidence/intervals`. Source: K. Takahashi et al. (2022), *Confidence interval for micro- and
//! macro-averaged F1 scores*, for the delta method, there of one label a row.

use super::macros::Macro;
use crate::log::{Log, NO_SET, Task, Truth};
use serde::{Deserialize, Serialize};

/// Macro averages over labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetAverages {
    /// Of right / (right + in vain).
    pub precision: Macro,
    /// Of right / (right + missed).
    pub recall: Macro,
    /// Of 2 right / (2 right + in vain + missed).
    pub f1: Macro,
}

/// Rows that stand for what was not seen of a label, spread over what an average is made of.
const MORE: f64 = 0.3;
/// a · right / (a · right + b · in vain + c · missed), for each of the averages.
const WEIGHTS: [[f64; 3]; 3] = [[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [2.0, 1.0, 1.0]];

/// Counts of a group, label by label: right, in vain, missed.
type Counts = Vec<[f64; 3]>;

/// The averages of each group of rows; none of a log whose rows have no sets.
pub(super) fn set_averages(log: &Log, group: &[u32], groups: usize) -> Vec<SetAverages> {
    let (Some(Task::Multilabel), Truth::Sets(truth), Truth::Sets(predicted)) =
        (log.task, &log.truth, &log.predicted)
    else {
        return Vec::new();
    };
    let rows = || {
        let pairs = truth.iter().zip(predicted).zip(group);
        let known = pairs.filter(|((t, p), _)| **t != NO_SET && **p != NO_SET);
        known.map(|((t, p), g)| (*g as usize, [t & p, p & !t, t & !p]))
    };
    let labels = log.labels.len();
    let mut counts: Vec<Counts> = vec![vec![[0.0; 3]; labels]; groups];
    let mut rows_of = vec![0u64; groups];
    for (g, sets) in rows() {
        let (Some(counts), Some(n)) = (counts.get_mut(g), rows_of.get_mut(g)) else {
            continue;
        };
        *n += 1;
        each(sets, |label, state| {
            if let Some(of) = counts.get_mut(label) {
                of[state] += 1.0;
            }
        });
    }
    // What a row changes, by group, average and label.
    let slopes: Vec<[Counts; 3]> = counts
        .iter()
        .map(|of| WEIGHTS.map(|w| of.iter().map(|counts| slopes(*counts, w)).collect()))
        .collect();
    let mut powers = vec![[(0.0, 0.0); 3]; groups];
    for (g, sets) in rows() {
        let (Some(slopes), Some(powers)) = (slopes.get(g), powers.get_mut(g)) else {
            continue;
        };
        let mut sums = [0.0; 3];
        each(sets, |label, state| {
            for (sum, by_label) in sums.iter_mut().zip(slopes) {
                *sum += by_label.get(label).map_or(0.0, |of| of[state]);
            }
        });
        for (sum, powers) in sums.iter().zip(powers) {
            add(powers, 1.0, sum / labels as f64);
        }
    }
    let average = |g: usize, which: usize| {
        let mut sums = powers[g][which];
        let (mut value, mut fewest) = (0.0, u64::MAX);
        for (counts, slopes) in counts[g].iter().zip(&slopes[g][which]) {
            value += share(with_more(*counts, WEIGHTS[which]), WEIGHTS[which]);
            slopes
                .iter()
                .for_each(|s| add(&mut sums, more(WEIGHTS[which]), s / labels as f64));
            let [right, vain, missed] = counts.map(|n| n as u64);
            let (called, true_rows) = (right + vain, right + missed);
            fewest = fewest.min(match which {
                0 => called,
                1 => true_rows,
                _ => called.min(true_rows),
            });
        }
        let n = rows_of[g];
        let kurtosis = sums.1 * n as f64 / (sums.0 * sums.0);
        Macro {
            n,
            value: (n > 0 && labels > 0).then_some(value / labels as f64),
            se: (n > 0).then(|| sums.0.sqrt()),
            kurtosis: if kurtosis.is_finite() { kurtosis } else { 0.0 },
            fewest: if labels > 0 { fewest } else { 0 },
            excess: 0.0,
        }
    };
    (0..groups)
        .map(|g| SetAverages {
            precision: average(g, 0),
            recall: average(g, 1),
            f1: average(g, 2),
        })
        .collect()
}

/// Calls back with each label of the sets, and which of the sets it is in.
fn each(sets: [u128; 3], mut of: impl FnMut(usize, usize)) {
    for (state, mut set) in sets.into_iter().enumerate() {
        while set != 0 {
            of(set.trailing_zeros() as usize, state);
            set &= set - 1;
        }
    }
}

fn add(powers: &mut (f64, f64), rows: f64, influence: f64) {
    let square = influence * influence;
    powers.0 += rows * square;
    powers.1 += rows * square * square;
}

/// What is added to each of the three that has a weight.
fn more(weights: [f64; 3]) -> f64 {
    MORE / weights.iter().filter(|w| **w > 0.0).count().max(1) as f64
}

fn with_more(counts: [f64; 3], weights: [f64; 3]) -> [f64; 3] {
    let more = more(weights);
    counts.map(|n| n + more)
}

fn whole(counts: [f64; 3], weights: [f64; 3]) -> f64 {
    counts.iter().zip(weights).map(|(n, w)| n * w).sum()
}

fn share(counts: [f64; 3], weights: [f64; 3]) -> f64 {
    weights[0] * counts[0] / whole(counts, weights)
}

/// What one row more in each of the three changes in the share of a label.
fn slopes(counts: [f64; 3], weights: [f64; 3]) -> [f64; 3] {
    let counts = with_more(counts, weights);
    let (of, share) = (whole(counts, weights), share(counts, weights));
    let by = |state: usize| {
        let right = if state == 0 { weights[0] } else { 0.0 };
        (right - share * weights[state]) / of
    };
    [by(0), by(1), by(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_changes_is_a_derivative() {
        let counts = [7.0, 3.0, 2.0];
        for weights in WEIGHTS {
            for (state, told) in slopes(counts, weights).into_iter().enumerate() {
                let mut moved = with_more(counts, weights);
                let before = share(moved, weights);
                moved[state] += 1e-6;
                let change = (share(moved, weights) - before) / 1e-6;
                assert!((told - change).abs() < 1e-6, "{weights:?} {state}");
            }
        }
    }

    #[test]
    fn groups_are_counted_apart_and_rows_without_a_set_are_not() {
        let log = Log {
            task: Some(Task::Multilabel),
            rows: 4,
            labels: vec!["a".into(), "b".into()],
            truth: Truth::Sets(vec![0b11, 0b01, 0b10, NO_SET]),
            predicted: Truth::Sets(vec![0b01, 0b01, 0b11, 0b01]),
            ..Log::default()
        };
        let found = set_averages(&log, &[0, 0, 1, 1], 2);
        assert_eq!((found[0].f1.n, found[1].f1.n), (2, 1));
        // Label a is right twice in the first group, and never true in the second.
        assert_eq!((found[0].recall.fewest, found[1].recall.fewest), (1, 0));
        assert!(set_averages(&Log::default(), &[], 0).is_empty());
    }
}
