//! Probabilities of a binary task by the outcome, in thousandths that add up: what the calibration over bins of
//! equal numbers of rows is made of where no rows are at hand. 16 kB a bucket at most.

use super::build::sparse;
use super::cell::Histogram;
use crate::stats::masses::BINS;
use serde::{Deserialize, Serialize};

/// Rows with an outcome and a probability by thousandths of it: bin `i` is i/1000 ≤ p < (i + 1)/1000, and the last
/// one is p = 1. Only where all rows are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masses {
    /// Rows whose outcome is the positive class.
    pub positive: Histogram,
    /// The other ones.
    pub negative: Histogram,
    /// Whether every probability is a whole number of thousandths, so that rows of a bin are tied.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub rounded: bool,
}

impl Masses {
    /// The sum of some.
    pub(super) fn total(all: &[&Self], histogram: impl Fn(Vec<&Histogram>) -> Histogram) -> Self {
        Self {
            positive: histogram(all.iter().map(|m| &m.positive).collect()),
            negative: histogram(all.iter().map(|m| &m.negative).collect()),
            rounded: all.iter().all(|m| m.rounded),
        }
    }
}

/// [`Masses`] while rows are counted.
pub(super) struct MassesWork {
    sides: [Vec<u64>; 2],
    any: bool,
    rounded: bool,
}

impl MassesWork {
    pub fn new() -> Self {
        Self {
            sides: [vec![0; BINS], vec![0; BINS]],
            any: false,
            rounded: true,
        }
    }

    /// Counts a probability beside an outcome.
    #[inline]
    pub fn add(&mut self, probability: f64, positive: bool) {
        let place = probability * (BINS - 1) as f64;
        let mut bin = (place as usize).min(BINS - 1);
        self.any = true;
        // Next to an edge the product may be rounded beyond it.
        let beyond = place - bin as f64;
        if (1e-9..1.0 - 1e-9).contains(&beyond) {
            self.rounded = false;
        } else {
            let edge = |i: usize| i as f64 / (BINS - 1) as f64;
            if edge(bin) > probability {
                bin = bin.saturating_sub(1);
            } else if bin + 1 < BINS && edge(bin + 1) <= probability {
                bin += 1;
            }
            self.rounded &= edge(bin) == probability;
        }
        if let Some(n) = self.sides[usize::from(!positive)].get_mut(bin) {
            *n += 1;
        }
    }

    /// What was counted, if a row was; afterwards nothing is.
    pub fn take(&mut self) -> Option<Masses> {
        if !std::mem::take(&mut self.any) {
            return None;
        }
        let [positive, negative] = &mut self.sides;
        let found = Masses {
            positive: sparse(positive),
            negative: sparse(negative),
            rounded: std::mem::replace(&mut self.rounded, true),
        };
        positive.fill(0);
        negative.fill(0);
        Some(found)
    }
}
