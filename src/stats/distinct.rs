//! How many different values there are: exactly up to [`EXACT`], and beyond within a known error.
//!
//! Up to so many values are kept themselves; from then on only, for each of 2 048 registers, the longest run of
//! zeros that a value's hash begins with. Memory is 18 KB whatever comes, and neither order nor grouping matters.
//!
//! Source: P. Flajolet, É. Fusy, O. Gandouet and F. Meunier (2007), *HyperLogLog: the analysis of a near-optimal
//! cardinality estimation algorithm*.

/// Different values up to which the count is exact.
pub const EXACT: usize = 1_024;

/// Places of a table that is at most half full.
const SLOTS: usize = 2 * EXACT;
/// Bits of a hash that choose a register.
const BITS: u32 = 11;
const REGISTERS: usize = 1 << BITS;
/// Three standard errors, 3 · 1.04 / √2048, rounded up.
const ERROR: f64 = 0.069;

/// A count of different values.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// Hashes, 0 where there is none.
    slots: Vec<u64>,
    known: usize,
    registers: Vec<u8>,
    /// Whether there are more than are kept.
    many: bool,
}

/// How many different values there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DistinctCount {
    /// The number.
    pub count: u64,
    /// The true one is within this of it, in all but 3 of 1 000 cases; 0 where it is exact.
    pub bound: u64,
}

impl Default for Distinct {
    fn default() -> Self {
        Self {
            slots: vec![0; SLOTS],
            known: 0,
            registers: vec![0; REGISTERS],
            many: false,
        }
    }
}

impl Distinct {
    /// Forgets all values.
    pub fn clear(&mut self) {
        if self.known > 0 {
            self.slots.fill(0);
            self.known = 0;
        }
        if self.many {
            self.registers.fill(0);
            self.many = false;
        }
    }

    /// Takes the bits of a value.
    #[inline]
    pub fn add(&mut self, bits: u64) {
        let hash = mix(bits);
        if self.many {
            self.register(hash);
        } else {
            self.keep(hash);
        }
    }

    fn keep(&mut self, hash: u64) {
        // The one value whose hash is 0 is counted as that of hash 1.
        let hash = hash.max(1);
        let mut at = hash as usize % SLOTS;
        while let Some(slot) = self.slots.get_mut(at) {
            if *slot == hash {
                return;
            }
            if *slot == 0 {
                *slot = hash;
                self.known += 1;
                break;
            }
            at = (at + 1) % SLOTS;
        }
        if self.known > EXACT {
            self.many = true;
            for hash in self.slots.clone().into_iter().filter(|hash| *hash > 0) {
                self.register(hash);
            }
        }
    }

    #[inline]
    fn register(&mut self, hash: u64) {
        let zeros = (hash << BITS | 1 << (BITS - 1)).leading_zeros() as u8 + 1;
        let place = (hash >> (u64::BITS - BITS)) as usize;
        if let Some(longest) = self.registers.get_mut(place)
            && *longest < zeros
        {
            *longest = zeros;
        }
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> DistinctCount {
        if !self.many {
            return DistinctCount {
                count: self.known as u64,
                bound: 0,
            };
        }
        let all = REGISTERS as f64;
        let sum: f64 = self
            .registers
            .iter()
            .map(|zeros| 1.0 / (1_u64 << zeros) as f64)
            .sum();
        let raw = 0.7213 / (1.0 + 1.079 / all) * all * all / sum;
        let empty = self.registers.iter().filter(|zeros| **zeros == 0).count();
        let estimate = if raw <= 2.5 * all && empty > 0 {
            all * libm::log(all / empty as f64)
        } else {
            raw
        };
        DistinctCount {
            count: estimate.round() as u64,
            bound: (estimate * ERROR).ceil() as u64,
        }
    }
}

/// Bits that depend on all bits of a value.
///
/// Source: the last step of *SplitMix64*, G. L. Steele, D. Lea and C. H. Flood (2014), *Fast splittable
/// pseudorandom number generators*.
#[inline]
#[must_use]
pub fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl Iterator<Item = u64>) -> DistinctCount {
        let mut distinct = Distinct::default();
        values.for_each(|x| distinct.add(x));
        distinct.count()
    }

    #[test]
    fn few_are_counted_exactly_and_many_within_the_bound() {
        let exact = |count| DistinctCount { count, bound: 0 };
        assert_eq!(of(std::iter::empty()), exact(0));
        assert_eq!(of((0..100_000).map(|i| i % 7)), exact(7));
        assert_eq!(of(0..EXACT as u64), exact(EXACT as u64));
        for n in [1_025_u64, 2_000, 5_000, 20_000, 300_000] {
            let found = of((0..n).chain(0..n));
            assert!(found.count.abs_diff(n) <= found.bound, "{n}: {found:?}");
            assert!(found.bound as f64 <= n as f64 * 0.08);
        }
    }

    #[test]
    fn the_order_does_not_matter_and_nothing_is_left_after_clearing() {
        let up = of(0..50_000);
        assert_eq!(up, of((0..50_000).rev()));
        let mut distinct = Distinct::default();
        (0..50_000).for_each(|x| distinct.add(x));
        distinct.clear();
        assert_eq!(distinct.count().count, 0);
        (0..50_000).for_each(|x| distinct.add(x));
        assert_eq!(distinct.count(), up);
    }
}
