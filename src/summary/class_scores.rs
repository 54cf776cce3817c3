//! Probabilities of several classes by the true class, in bins that add up: what areas under ROC curves are made
//! of where no rows are at hand.
//!
//! Of up to [`PAIRED`] classes each is counted by each true class; of up to [`MOST`] by whether it is the true one;
//! of more, nothing is. Pairs of classes beyond [`PAIRED`] have no such state: it would grow with the square of the
//! classes. Of up to [`FEW`] classes there are [`BINS`] bins, of equal width in the arc sine of the root of the
//! probability, so that they are narrow near 0 and 1, where probabilities crowd. Of more classes most probabilities
//! are small: three of four bins are of equal width in its logarithm, from a millionth to a half, the others likewise
//! from the other end, and there are fewer bins as there are more classes ([`bins_of`]). A bucket has 8 192 and
//! 16 384 counts at most, and 65 536 beyond [`FEW`] classes, whatever the number of rows.

use super::cell::Histogram;
use crate::log::Log;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bins of a probability at most.
pub const BINS: usize = 128;
/// Classes up to which each pair of them is counted.
pub const PAIRED: usize = 8;
/// Classes up to which bins are even in the arc sine.
pub const FEW: usize = 64;
/// Classes up to which each is counted against the rest.
pub const MOST: usize = 1_024;

/// Counts of a bucket at most.
const COUNTS: usize = 1 << 16;
/// How far the bins of many classes reach below one half, and above it: powers of e.
const REACH: [f64; 2] = [13.125, 8.5];

/// Parts of the range from 0 to 1 by which a bin is found; a power of two.
const PARTS: usize = 1 << 12;

/// Stands for all classes but the scored one.
const REST: u32 = u32::MAX;
/// Stands for a probability that is not there.
const MISSING: u8 = u8::MAX;

/// Rows with an outcome by the probability of each class; only where all rows are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassScores(
    /// The class whose probability it is, the true class (`u32::MAX`: another one, whichever), and rows by bin;
    /// sorted, without empty ones.
    Vec<(u32, u32, Histogram)>,
);

impl ClassScores {
    /// Rows of a class and of another one by the probability of the former, `None`: of all others.
    #[must_use]
    pub fn against(&self, class: u32, other: Option<u32>) -> [Vec<u64>; 2] {
        let mut out: [Vec<u64>; 2] = [vec![0; BINS], vec![0; BINS]];
        for (_, truth, rows) in self.0.iter().filter(|c| c.0 == class) {
            let side = match other {
                _ if *truth == class => 0,
                Some(other) if *truth != other => continue,
                _ => 1,
            };
            for (bin, n) in &rows.0 {
                if let Some(place) = out[side].get_mut(*bin as usize) {
                    *place = place.saturating_add(*n);
                }
            }
        }
        out
    }

    /// The classes whose probabilities were counted, with their rows, in order.
    #[must_use]
    pub fn classes(&self) -> Vec<(u32, u64)> {
        let mut out: Vec<(u32, u64)> = Vec::new();
        for (class, truth, rows) in &self.0 {
            if out.last().is_none_or(|last| last.0 != *class) {
                out.push((*class, 0));
            }
            if let (true, Some(last)) = (truth == class, out.last_mut()) {
                last.1 = last.1.saturating_add(rows.total());
            }
        }
        out
    }

    /// How many counts it holds.
    #[must_use]
    pub fn counts(&self) -> usize {
        self.0.iter().map(|c| c.2.0.len()).sum()
    }

    /// Whether each true class is told apart.
    #[must_use]
    pub fn is_paired(&self) -> bool {
        self.0.iter().all(|c| c.1 != REST)
    }

    /// The sum of some. Where one does not tell the true classes apart, none does.
    pub(super) fn total(all: &[&Self], histogram: impl Fn(Vec<&Histogram>) -> Histogram) -> Self {
        let paired = all.iter().all(|one| one.is_paired());
        let mut parts: BTreeMap<(u32, u32), Vec<&Histogram>> = BTreeMap::new();
        for (class, truth, rows) in all.iter().flat_map(|one| &one.0) {
            let truth = match paired || truth == class {
                true => *truth,
                false => REST,
            };
            parts.entry((*class, truth)).or_default().push(rows);
        }
        let one = |((class, truth), rows)| (class, truth, histogram(rows));
        Self(parts.into_iter().map(one).collect())
    }

    /// Gives the classes other numbers.
    pub(super) fn relabel(&mut self, code: impl Fn(u32) -> u32) {
        for (class, truth, _) in &mut self.0 {
            *class = code(*class);
            *truth = if *truth == REST { REST } else { code(*truth) };
        }
        self.0.sort_by_key(|c| (c.0, c.1));
    }
}

/// Bins of a probability where there are so many classes.
#[must_use]
pub fn bins_of(classes: usize) -> usize {
    (COUNTS / 2 / classes.max(1).next_power_of_two()).min(BINS)
}

/// Where bins begin where there are so many classes, but for the first one; rising.
#[must_use]
pub fn edges(classes: usize) -> Vec<f64> {
    let bins = bins_of(classes);
    if classes <= FEW {
        let edge = |i: usize| {
            let root = libm::sin(std::f64::consts::FRAC_PI_2 * i as f64 / bins as f64);
            root * root
        };
        return (1..bins).map(edge).collect();
    }
    let below = bins * 3 / 4;
    let above = bins - 1 - below;
    let [deep, high] = REACH;
    let lower = (0..below).map(|i| {
        let left = (below - 1 - i) as f64 / (below - 1) as f64;
        0.5 * libm::exp(-deep * left)
    });
    let upper = (1..=above).map(|i| 1.0 - 0.5 * libm::exp(-high * i as f64 / above as f64));
    lower.chain(upper).collect()
}

/// Where a score that is no probability lies among them: by the logistic function, in the order of the scores.
fn within(score: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-score))
}

/// The bin of each class's probability, class by class; none of a log of too many classes, or without
/// probabilities.
pub(super) fn bins(log: &Log) -> Vec<Vec<u8>> {
    if log.class_scores.len() > MOST {
        return Vec::new();
    }
    let edges = edges(log.class_scores.len());
    // The bin in which each part of the range begins; few bins begin within one.
    let parts = |i: usize| edges.partition_point(|e| *e <= i as f64 / PARTS as f64) as u8;
    let begins: Vec<u8> = (0..=PARTS).map(parts).collect();
    let bin = |p: &f64| {
        if p.is_nan() {
            return MISSING;
        }
        let p = &if log.probabilistic { *p } else { within(*p) };
        let part = ((p * PARTS as f64) as usize).min(PARTS);
        let mut bin = begins.get(part).copied().unwrap_or(0);
        if part == 0 {
            // Where there are many classes, many bins lie in the first part.
            return edges.partition_point(|e| e <= p) as u8;
        }
        while edges.get(bin as usize).is_some_and(|e| e <= p) {
            bin += 1;
        }
        bin
    };
    let of_class = |scores: &Vec<f64>| scores.iter().map(bin).collect();
    log.class_scores.iter().map(of_class).collect()
}

/// [`ClassScores`] while rows are counted.
pub(super) struct ClassScoresWork {
    classes: usize,
    /// Whether there was a row.
    any: bool,
    counts: Vec<u64>,
}

impl ClassScoresWork {
    /// Of so many classes, at most [`MOST`].
    pub fn new(classes: usize) -> Self {
        let sides = if classes <= PAIRED { classes } else { 2 };
        Self {
            classes,
            any: false,
            counts: vec![0; classes * sides * bins_of(classes)],
        }
    }

    const fn sides(&self) -> usize {
        if self.classes <= PAIRED {
            self.classes
        } else {
            2
        }
    }

    /// Counts a row of a true class; `bins`: what [`bins`] gives.
    pub fn add(&mut self, bins: &[Vec<u8>], row: usize, truth: u32) {
        let (sides, width) = (self.sides(), bins_of(self.classes));
        for (class, bins) in bins.iter().enumerate() {
            let side = match self.classes <= PAIRED {
                true => truth as usize,
                false => usize::from(class != truth as usize),
            };
            let bin = bins.get(row).copied().unwrap_or(MISSING);
            if bin != MISSING
                && side < sides
                && let Some(n) = self
                    .counts
                    .get_mut((class * sides + side) * width + bin as usize)
            {
                *n += 1;
                self.any = true;
            }
        }
    }

    /// What was counted, if a row was; afterwards nothing is.
    pub fn take(&mut self) -> Option<ClassScores> {
        if !std::mem::take(&mut self.any) {
            return None;
        }
        let (sides, paired) = (self.sides(), self.classes <= PAIRED);
        let mut out = Vec::new();
        let width = bins_of(self.classes);
        for (at, counts) in self.counts.chunks_exact_mut(width).enumerate() {
            let (class, side) = ((at / sides) as u32, (at % sides) as u32);
            let rows = super::build::sparse(counts);
            if rows.0.is_empty() {
                continue;
            }
            counts.fill(0);
            let truth = match (paired, side) {
                (true, truth) => truth,
                (false, 0) => class,
                (false, _) => REST,
            };
            out.push((class, truth, rows));
        }
        Some(ClassScores(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_rise_and_their_counts_are_bounded() {
        for classes in [1, 3, 8, 9, 64, 65, 100, 256, 257, 500, 512, 513, MOST] {
            let edges = edges(classes);
            assert_eq!(edges.len() + 1, bins_of(classes), "{classes}");
            assert!(edges.windows(2).all(|w| w[0] < w[1]), "{classes}");
            assert!(edges.iter().all(|e| *e > 0.0 && *e < 1.0), "{classes}");
            let sides = if classes <= PAIRED { classes } else { 2 };
            assert!(classes * sides * bins_of(classes) <= COUNTS, "{classes}");
        }
        assert_eq!([65, 256, 500, MOST].map(bins_of), [128, 128, 64, 32]);
    }

    #[test]
    fn a_probability_lies_between_the_edges_of_its_bin() {
        for classes in [3, 64, 65, 300, 700] {
            let edges = edges(classes);
            let mut probed: Vec<f64> = edges.clone();
            probed.extend(edges.iter().flat_map(|e| [e.next_up(), e.next_down()]));
            probed.extend([0.0, 1e-300, 1e-7, 0.3, 0.999_999, 1.0, -1.0, 2.0]);
            let log = Log {
                class_scores: vec![probed.clone(); classes],
                probabilistic: true,
                ..Log::default()
            };
            for (p, bin) in probed.iter().zip(&bins(&log)[classes - 1]) {
                let at = edges.partition_point(|e| e <= p);
                assert_eq!(usize::from(*bin), at, "{p} of {classes}");
            }
        }
    }
}
