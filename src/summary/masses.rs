//! Probabilities of a binary task by the outcome, in thousandths that add up: what the calibration over bins of
//! equal numbers of rows is made of where no rows are at hand. 16 kB a bucket at most.

use super::build::sparse;
use super::cell::Histogram;
use crate::stats::masses::BINS;
use serde::{Deserialize, Serialize};

/// Rows with an outcome and a probability by thousandths of it: bin `i` is i/1000 ≤ p < (i + 1)/1000, and the last
/// one is p = 1. Only where all rows are counted. Packed, since there is one in each bucket: of each bin that holds
/// rows the gap to the one before, its positive rows and its other ones, seven bits a byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Masses {
    packed: Vec<u8>,
    /// Whether every probability is a whole number of thousandths, so that rows of a bin are tied.
    pub rounded: bool,
}

/// How it is written.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    /// Rows whose outcome is the positive class.
    positive: Histogram,
    /// The other ones.
    negative: Histogram,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    rounded: bool,
}

impl From<Masses> for Written {
    fn from(masses: Masses) -> Self {
        let [positive, negative] = masses.rows();
        Self {
            positive: sparse(&positive),
            negative: sparse(&negative),
            rounded: masses.rounded,
        }
    }
}

impl TryFrom<Written> for Masses {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let both = [&written.positive, &written.negative];
        if both
            .iter()
            .any(|h| h.0.iter().any(|b| b.0 as usize >= BINS))
        {
            return Err("a bin is beyond the last one".into());
        }
        Ok(Self {
            packed: pack(&both.map(|h| h.dense(BINS))),
            rounded: written.rounded,
        })
    }
}

impl Masses {
    /// Positive rows and other ones by bin.
    #[must_use]
    pub fn rows(&self) -> [Vec<u64>; 2] {
        let mut out = [vec![0; BINS], vec![0; BINS]];
        self.add_to(&mut out);
        out
    }

    fn add_to(&self, [positive, negative]: &mut [Vec<u64>; 2]) {
        let (mut bytes, mut bin) = (self.packed.iter(), 0);
        while let (Some(gap), Some(p), Some(n)) =
            (number(&mut bytes), number(&mut bytes), number(&mut bytes))
        {
            bin += gap as usize;
            if let (Some(a), Some(b)) = (positive.get_mut(bin), negative.get_mut(bin)) {
                (*a, *b) = (a.saturating_add(p), b.saturating_add(n));
            }
        }
    }

    /// The sum of some.
    pub(super) fn total(all: &[&Self]) -> Self {
        let mut out = [vec![0; BINS], vec![0; BINS]];
        all.iter().for_each(|m| m.add_to(&mut out));
        Self {
            packed: pack(&out),
            rounded: all.iter().all(|m| m.rounded),
        }
    }
}

fn pack([positive, negative]: &[Vec<u64>; 2]) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 0);
    for (bin, (p, n)) in positive.iter().zip(negative).enumerate() {
        if *p == 0 && *n == 0 {
            continue;
        }
        for mut x in [(bin - before) as u64, *p, *n] {
            while x >= 0x80 {
                out.push(x as u8 | 0x80);
                x >>= 7;
            }
            out.push(x as u8);
        }
        before = bin;
    }
    out.shrink_to_fit();
    out
}

/// The next number of the bytes.
fn number<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let byte = bytes.next()?;
        number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if *byte < 0x80 {
            return Some(number);
        }
        shift += 7;
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
        let found = Masses {
            packed: pack(&self.sides),
            rounded: std::mem::replace(&mut self.rounded, true),
        };
        self.sides.iter_mut().for_each(|side| side.fill(0));
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let mut work = MassesWork::new();
        for (p, times) in [(0.0, 1), (0.25, 300), (0.2501, 1), (1.0, 70_000)] {
            (0..times).for_each(|i| work.add(p, i % 3 == 0));
        }
        let masses = work.take().unwrap();
        assert_eq!(work.take(), None);
        assert!(!masses.rounded);
        let [positive, negative] = masses.rows();
        assert_eq!((positive[250], negative[250]), (101, 200));
        assert_eq!((positive[1_000], negative[1_000]), (23_334, 46_666));
        let text = serde_json::to_string(&masses).unwrap();
        assert_eq!(serde_json::from_str::<Masses>(&text).unwrap(), masses);
        let twice = Masses::total(&[&masses, &masses]);
        assert_eq!(twice.rows()[1][1_000], 93_332);
        assert!(serde_json::from_str::<Masses>(r#"{"positive":[1001,1],"negative":[]}"#).is_err());
    }
}
