//! How far values are from their median, from at most [`MOST`] bins that can be merged.
//!
//! Every finite value has a key, an integer that ascends with it: its sign, its exponent and the first 32 bits
//! of its mantissa. A bin holds the keys that agree but for their last `shift` bits. While there are few
//! different keys the shift is 0; where bins become too many, each two that differ in their last bit only
//! become one. The shift is so the smallest that leaves no more than [`MOST`] bins, which no order of values
//! and no way to merge them changes; and bins are narrow where values are close together, however far they are
//! from 0.
//!
//! A bin counts its values and adds up how far their keys are above its first one, both integers. Within one
//! power of two keys are proportional to values, so that the sum of a bin is known to 2⁻³² of its size, whatever
//! its width; only the bin that the median falls into leaves open how much of it is on either side. That gives a
//! sure bound of what is told. Numbers below 2⁻¹⁰²² are known to 2⁻¹⁰⁵⁴, and no bound tells so little.
//!
//! What is given away is [`DyadicBins::blurred`]: with few values a bin is a value.
//!
//! Memory: 24 bytes a bin, 3 kB in all.

mod tests;

use serde::{Deserialize, Serialize};

/// Bins at most.
pub const MOST: usize = 128;

/// Bits of the mantissa that a key leaves out, and that it has.
const LEFT_OUT: u32 = 20;
const MANTISSA: u32 = 52 - LEFT_OUT;

/// The largest shift: all keys of one sign are one bin.
const WIDEST: u32 = 46;

/// A sum that was left out; it stays so, whatever is added.
const UNKNOWN: u64 = u64::MAX;

/// Values of a bin, and of bins on average, from which on they are shared.
const SHARED: u64 = 5;

/// What rounding may do to a sum of bins, as a share of their sizes.
const ROUNDING: f64 = 1e-13;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bin {
    /// The key without its last bits.
    place: i64,
    rows: u64,
    /// Σ (key − first key of the bin); [`UNKNOWN`] once it was left out.
    above: u64,
}

impl Bin {
    /// Adds the rows of another bin of the same place.
    fn take(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.above = self.above.saturating_add(other.above);
    }
}

/// The bins. Written as a list: the shift, and of each bin its gap to the one before, its rows and its sum (−1: left
/// out).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<i64>", into = "Vec<i64>")]
pub struct DyadicBins {
    shift: u32,
    bins: Vec<Bin>,
}

/// A number that lies between two others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// It is not below this.
    pub low: f64,
    /// It is not above this.
    pub high: f64,
}

impl DyadicBins {
    /// Counts a value; one that is not finite is ignored.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let key = key(value);
        let place = key >> self.shift;
        let above = (key - (place << self.shift)) as u64;
        self.put(Bin {
            place,
            rows: 1,
            above,
        });
    }

    /// Adds all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        while self.shift < other.shift {
            self.coarsen();
        }
        let mut other = other.clone();
        while other.shift < self.shift {
            other.coarsen();
        }
        self.bins.append(&mut other.bins);
        self.bins.sort_by_key(|bin| bin.place);
        self.bins.dedup_by(|bin, first| {
            let same = bin.place == first.place;
            if same {
                first.take(bin);
            }
            same
        });
        self.bound();
    }

    fn bound(&mut self) {
        while self.bins.len() > MOST && self.shift < WIDEST {
            self.coarsen();
        }
    }

    fn put(&mut self, bin: Bin) {
        match self.bins.binary_search_by_key(&bin.place, |b| b.place) {
            Ok(at) => {
                self.bins[at].take(&bin);
            }
            Err(at) => {
                self.bins.insert(at, bin);
                self.bound();
            }
        }
    }

    /// Makes one bin of each two.
    fn coarsen(&mut self) {
        let half = 1_u64 << self.shift;
        self.shift += 1;
        for bin in &mut self.bins {
            if bin.place & 1 == 1 {
                bin.above = bin.above.saturating_add(half.saturating_mul(bin.rows));
            }
            bin.place >>= 1;
        }
        self.bins.dedup_by(|bin, first| {
            let same = bin.place == first.place;
            if same {
                first.take(bin);
            }
            same
        });
    }

    /// The same for others to see, less exact: bins of five values each on average, and no sum of fewer.
    #[must_use]
    pub fn blurred(&self) -> Self {
        let mut out = self.clone();
        let most = (out.count() / SHARED).max(1) as usize;
        while out.bins.len() > most && out.shift < WIDEST {
            out.coarsen();
        }
        let few = out.bins.iter_mut().filter(|bin| bin.rows < SHARED);
        few.for_each(|bin| bin.above = UNKNOWN);
        out
    }

    /// How many values were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        let rows = self.bins.iter().map(|b| b.rows);
        rows.fold(0, u64::saturating_add)
    }

    /// Σ |value − median|: what the upper half of the values is above the lower one. `None` without values;
    /// infinite where it is beyond every number.
    #[must_use]
    pub fn spread(&self) -> Option<Between> {
        let n = self.count();
        let half = n / 2;
        // Ranks of the lower half are below `half`, those of the upper one from `n - half` on.
        let (mut before, mut found) = (0_u64, None);
        for bin in &self.bins {
            let end = before.saturating_add(bin.rows);
            if half < end {
                found = Some(self.ends(bin));
                break;
            }
            before = end;
        }
        let pivot = found?.low;
        let (mut low, mut high, mut size, mut before) = (0.0, 0.0, 0.0, 0_u64);
        for bin in &self.bins {
            let end = before.saturating_add(bin.rows);
            let sum = self.sum_above(bin, pivot);
            let lower = half.clamp(before, end) - before;
            let upper = end - (n - half).clamp(before, end);
            let Between { low: l, high: h } = match (lower, upper) {
                (0, 0) => Between {
                    low: 0.0,
                    high: 0.0,
                },
                (0, all) if all == bin.rows => sum,
                (all, 0) if all == bin.rows => Between {
                    low: -sum.high,
                    high: -sum.low,
                },
                (lower, upper) => {
                    let ends = self.ends(bin);
                    apart(
                        (lower as f64, upper as f64, bin.rows as f64),
                        (ends.low - pivot, ends.high - pivot),
                        sum,
                    )
                }
            };
            (low, high) = (low + l, high + h);
            size += l.abs().max(h.abs());
            before = end;
        }
        let room = size * ROUNDING;
        let told = Between {
            low: (low - room).max(0.0),
            high: (high + room).max(0.0),
        };
        Some(match told.low.is_finite() && told.high.is_finite() {
            true => told,
            false => Between {
                low: f64::INFINITY,
                high: f64::INFINITY,
            },
        })
    }

    /// The smallest and the largest value that a bin can hold.
    fn ends(&self, bin: &Bin) -> Between {
        let first = bin.place << self.shift;
        let last = first + ((1_i64 << self.shift) - 1);
        Between {
            low: least(first),
            high: -least(-last),
        }
    }

    /// Σ (value − pivot) of a bin.
    fn sum_above(&self, bin: &Bin, pivot: f64) -> Between {
        let rows = bin.rows as f64;
        let ends = self.ends(bin);
        // The bin of the largest negative numbers begins where no number is.
        let beyond = -(bin.place << self.shift) > key(f64::MAX);
        if self.shift > MANTISSA || bin.above == UNKNOWN || beyond {
            return Between {
                low: rows * (ends.low - pivot),
                high: rows * (ends.high - pivot),
            };
        }
        // All keys of the bin are in one power of two, where a step of a key is a step of the value: a value lies
        // so far from that of the first key, and less than `wide` farther from 0.
        let first = bin.place << self.shift;
        let size = |key: i64| if key == 0 { 0.0 } else { least(key) };
        let (start, step, wide) = match first {
            0.. => {
                let step = size(first + 1) - size(first);
                (size(first), step, step)
            }
            _ => {
                let here = size(-first);
                (-here, here - size(-first - 1), size(1 - first) - here)
            }
        };
        let sum = rows * (start - pivot) + bin.above as f64 * step;
        // The key 0 stands for both signs.
        let (below, over) = match first {
            0 => (rows * wide, rows * wide),
            1.. => (0.0, rows * wide),
            _ => (rows * wide, 0.0),
        };
        Between {
            low: (sum - below).max(rows * (ends.low - pivot)),
            high: (sum + over).min(rows * (ends.high - pivot)),
        }
    }
}

/// What the upper rows of a bin are above its lower ones, given how many they are and all in it, its ends and its
/// sum: the least where all are the same, the most where they are at its ends.
fn apart((lower, upper, rows): (f64, f64, f64), ends: (f64, f64), sum: Between) -> Between {
    let (l, h) = ends;
    let middle = rows - lower - upper;
    let same = upper - lower;
    let low = (same * (sum.low / rows)).min(same * (sum.high / rows));
    let from_below = sum.high - middle * l - 2.0 * lower * l;
    let from_above = 2.0 * upper * h - sum.low + middle * h;
    Between {
        low,
        high: from_below.min(from_above).max(low),
    }
}

/// The key of a finite value.
fn key(value: f64) -> i64 {
    let size = (value.abs().to_bits() >> LEFT_OUT) as i64;
    if value < 0.0 { -size } else { size }
}

/// The smallest value of a key: of 0, the negative ones next to it.
fn least(key: i64) -> f64 {
    let size = |key: i64| f64::from_bits((key as u64) << LEFT_OUT).min(f64::MAX);
    let last = (f64::MAX.to_bits() >> LEFT_OUT) as i64 + 1;
    match key {
        1.. => size(key.min(last)),
        _ => -size((1 - key).min(last)),
    }
}

impl TryFrom<Vec<i64>> for DyadicBins {
    type Error = String;

    fn try_from(list: Vec<i64>) -> Result<Self, String> {
        let Some((shift, list)) = list.split_first() else {
            return Ok(Self::default());
        };
        let shift = u32::try_from(*shift).ok().filter(|s| *s <= WIDEST);
        let shift = shift.ok_or("bins have no such width")?;
        let (cells, rest) = list.as_chunks::<3>();
        if !rest.is_empty() || cells.len() > MOST {
            return Err("bins are a list of three numbers each, and few".into());
        }
        let most = (f64::MAX.to_bits() >> LEFT_OUT) as i64;
        let mut bins: Vec<Bin> = Vec::with_capacity(cells.len());
        for [gap, rows, above] in cells {
            let before = bins.last().map(|b| b.place);
            let place = before.unwrap_or(0).checked_add(*gap);
            let place = place.filter(|p| (-most >> shift..=most >> shift).contains(p));
            let place = place.ok_or("a bin is beyond every number")?;
            if before.is_some_and(|b| place <= b) {
                return Err("bins ascend, so gaps are above 0".into());
            }
            let count = |n: i64| u64::try_from(n).map_err(|_| "a count is not negative");
            let rows = count(*rows)?;
            let above = match above {
                -1 => UNKNOWN,
                above => count(*above)?,
            };
            if rows == 0 || above != UNKNOWN && above / rows >= 1 << shift {
                return Err("a bin has rows, and none of them lies beyond it".into());
            }
            bins.push(Bin { place, rows, above });
        }
        Ok(Self { shift, bins })
    }
}

impl From<DyadicBins> for Vec<i64> {
    fn from(bins: DyadicBins) -> Self {
        if bins.bins.is_empty() {
            return Self::new();
        }
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut before = 0;
        let cells = bins.bins.iter().flat_map(|bin| {
            let gap = bin.place - before;
            before = bin.place;
            let above = match bin.above {
                UNKNOWN => -1,
                above => number(above),
            };
            [gap, number(bin.rows), above]
        });
        std::iter::once(i64::from(bins.shift))
            .chain(cells)
            .collect()
    }
}
