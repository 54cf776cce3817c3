//! Probabilities of several classes by the true class, in bins that add up: what areas under ROC curves are made
//! of where no rows are at hand.
//!
//! Bins are of equal width in the arc sine of the root of the probability, so that they are narrow near 0 and 1,
//! where probabilities crowd. Of up to [`PAIRED`] classes each is counted by each true class; of up to [`MOST`]
//! by whether it is the true one; of more, nothing is: 64 kB and 128 kB a bucket at most, whatever the number of
//! rows.

use super::cell::Histogram;
use crate::log::Log;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bins of a probability.
pub const BINS: usize = 128;
/// Classes up to which each pair of them is counted.
pub const PAIRED: usize = 8;
/// Classes up to which each is counted against the rest.
pub const MOST: usize = 64;

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

/// The bin of each class's probability, class by class; none of a log of too many classes, or without
/// probabilities.
pub(super) fn bins(log: &Log) -> Vec<Vec<u8>> {
    if log.class_scores.len() > MOST {
        return Vec::new();
    }
    let edges: Vec<f64> = (1..BINS)
        .map(|i| {
            let root = libm::sin(std::f64::consts::FRAC_PI_2 * i as f64 / BINS as f64);
            root * root
        })
        .collect();
    // The bin in which each part of the range begins; few bins begin within one.
    let parts = |i: usize| edges.partition_point(|e| *e <= i as f64 / PARTS as f64) as u8;
    let begins: Vec<u8> = (0..=PARTS).map(parts).collect();
    let bin = |p: &f64| {
        if p.is_nan() {
            return MISSING;
        }
        let part = ((p * PARTS as f64) as usize).min(PARTS);
        let mut bin = begins.get(part).copied().unwrap_or(0);
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
            counts: vec![0; classes * sides * BINS],
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
        let sides = self.sides();
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
                    .get_mut((class * sides + side) * BINS + bin as usize)
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
        for (at, counts) in self.counts.chunks_exact_mut(BINS).enumerate() {
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
