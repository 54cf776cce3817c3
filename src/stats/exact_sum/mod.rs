//! Sums without rounding, so that the result depends on neither order nor grouping.
//!
//! Shards finish in any order, and windows are made of buckets in any grouping. A floating-point sum
//! would differ in its last bits from run to run; an exact one cannot. [`ExactSum`] is what a loop adds
//! into; [`Sum`] is the same value made small, to be kept, merged and written.
//!
//! Source: R. M. Neal (2015), *Fast exact summation using small and large superaccumulators*,
//! arXiv:1505.05571 (the small one).

mod centred;
mod sum;

pub use centred::{centred_product_sum, centred_square_sum};
pub use sum::Sum;

/// Chunks of 32 bits; the lowest bit of the first has the weight 2⁻¹⁰⁷⁵.
const CHUNKS: usize = 67;
/// Additions between two carries. One adds less than 2⁵² to a chunk, so 512 of them, on top of what
/// a carry leaves, stay below 2⁶² and two accumulators can be added without overflow.
const ROOM: u32 = 512;
/// The low 32 bits of a chunk.
const LOW: i64 = 0xffff_ffff;
/// Bits of the fraction of an f64.
const FRACTION_BITS: u32 = 52;
/// The fraction of an f64.
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
/// The exponent of infinities and NaN.
const NOT_FINITE: u64 = 0x7ff;

/// A running sum of f64 values that never rounds.
///
/// A fixed-point number wide enough for every f64 and for 2⁶⁴ additions of the largest. Values that
/// are not finite are ignored. 544 bytes; about 2 ns an addition.
#[derive(Clone, Debug)]
pub struct ExactSum {
    /// The sum is Σ chunks\[i\] · 2^(32 i − 1075). Chunks may be negative and hold more than 32 bits.
    chunks: [i64; CHUNKS],
    /// Additions left before carries must be propagated.
    room: u32,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self::new()
    }
}

impl ExactSum {
    /// Zero.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            chunks: [0; CHUNKS],
            room: ROOM,
        }
    }

    /// Back to zero.
    pub const fn clear(&mut self) {
        *self = Self::new();
    }

    /// Adds a value exactly. A value that is not finite is ignored.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> FRACTION_BITS) & NOT_FINITE;
        if exponent == NOT_FINITE {
            return;
        }
        // A subnormal has the exponent of the smallest normal and no hidden bit.
        let hidden = u64::from(exponent != 0);
        let mantissa = (bits & FRACTION) | (hidden << FRACTION_BITS);
        let place = exponent + 1 - hidden;
        let (chunk, shift) = ((place >> 5) as usize, place & 31);
        let low = ((mantissa << shift) & LOW as u64).cast_signed();
        let high = (mantissa >> (32 - shift)).cast_signed();
        // All ones for a negative value: x ^ sign − sign is ±x without a branch.
        let sign = bits.cast_signed() >> 63;
        self.chunks[chunk] += (low ^ sign) - sign;
        self.chunks[chunk + 1] += (high ^ sign) - sign;
        self.room -= 1;
        if self.room == 0 {
            self.carry();
        }
    }

    /// Adds `a · b` exactly.
    ///
    /// A product below 2⁻⁹⁶⁰ in magnitude may lose bits below 2⁻¹⁰⁷⁴, and one beyond the largest f64
    /// counts as ±`f64::MAX`; both depend on `a` and `b` alone, so order still does not matter.
    /// Factors that are not finite are ignored.
    ///
    /// Source: T. J. Dekker (1971), *A floating-point technique for extending the available
    /// precision* (TwoProduct), which is exact and needs no fused multiply-add, of which wasm has none.
    #[inline]
    pub fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        let size = product.abs();
        if size > TINY_PRODUCT && size < HUGE && a.abs() < HUGE && b.abs() < HUGE {
            let (a_high, a_low) = split(a);
            let (b_high, b_low) = split(b);
            let error =
                ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
            self.add(product);
            self.add(error);
        } else {
            self.add_extreme_product(a, b);
        }
    }

    /// The products that Dekker's splitting cannot take.
    #[cold]
    fn add_extreme_product(&mut self, a: f64, b: f64) {
        if !a.is_finite() || !b.is_finite() {
            return;
        }
        let product = a * b;
        if product.is_infinite() {
            self.add(f64::MAX.copysign(product));
        } else {
            self.add(product);
            self.add(libm::fma(a, b, -product));
        }
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            *mine += theirs;
        }
        self.carry();
    }

    /// Adds a [`Sum`].
    pub fn add_sum(&mut self, sum: &Sum) {
        for &component in sum.components() {
            self.add(component);
        }
    }

    /// The sum, rounded once, to nearest, ties to even. A sum beyond the f64 range is ±`f64::MAX`.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.rounded().0
    }

    /// The same sum as a canonical expansion. A sum beyond the f64 range becomes ±`f64::MAX`.
    #[must_use]
    pub fn to_sum(&self) -> Sum {
        let mut components = Vec::new();
        let mut rest = self.clone();
        loop {
            let (value, beyond) = rest.rounded();
            if value == 0.0 {
                break;
            }
            components.push(value);
            if beyond {
                break;
            }
            rest.add(-value);
        }
        Sum::from_canonical(components)
    }

    /// Makes room for more additions.
    fn carry(&mut self) {
        carry(&mut self.chunks);
        self.room = ROOM;
    }

    /// The rounded value, and whether it lies beyond the f64 range.
    fn rounded(&self) -> (f64, bool) {
        // Real data touches a few neighbouring chunks; the one above them takes the last carry.
        let Some(first) = self.chunks.iter().position(|&chunk| chunk != 0) else {
            return (0.0, false);
        };
        let last = self.chunks.iter().rposition(|&chunk| chunk != 0);
        let last = last.map_or(first, |last| (last + 1).min(CHUNKS - 1));
        let mut chunks = self.chunks;
        let touched = &mut chunks[first..=last];
        carry(touched);
        let negative = touched.last().is_some_and(|&chunk| chunk < 0);
        if negative {
            touched.iter_mut().for_each(|chunk| *chunk = -*chunk);
            carry(touched);
        }
        let Some(top) = chunks.iter().rposition(|&chunk| chunk != 0) else {
            return (0.0, false);
        };
        let sign = if negative { -1.0 } else { 1.0 };
        // The last chunk weighs 2¹⁰³⁷ and is beyond every f64.
        if top == CHUNKS - 1 {
            return (sign * f64::MAX, true);
        }
        // The 96 bits from the highest chunk down, and whether anything is below them.
        let digit = |i: usize| u128::from(chunks[i].cast_unsigned());
        let base = top.saturating_sub(2);
        let window = (base..=top).rev().fold(0, |w, i| (w << 32) | digit(i));
        let sticky = chunks[..base].iter().any(|&chunk| chunk != 0);
        let highest = 32 * base as u32 + 127 - window.leading_zeros();
        // The place of the last bit that an f64 of this size keeps; a subnormal keeps down to bit 1.
        let last = highest.saturating_sub(FRACTION_BITS).max(1);
        let cut = last - 32 * base as u32;
        let mut mantissa = (window >> cut) as u64;
        let half = 1_u128 << (cut - 1);
        let below = window & ((half << 1) - 1);
        if below > half || (below == half && (sticky || mantissa & 1 == 1)) {
            mantissa += 1;
        }
        // Adding instead of joining lets a mantissa that was rounded up to 2⁵³ raise the exponent, and
        // lets the hidden bit of a normal supply the last one of its exponent.
        let bits = (u64::from(last - 1) << FRACTION_BITS) + mantissa;
        if bits >= NOT_FINITE << FRACTION_BITS {
            return (sign * f64::MAX, true);
        }
        (sign * f64::from_bits(bits), false)
    }
}

/// Brings every chunk but the last into 0 … 2³² − 1. The last carries the sign.
fn carry(chunks: &mut [i64]) {
    let Some((last, below)) = chunks.split_last_mut() else {
        return;
    };
    let mut carried = 0;
    for chunk in below {
        let total = *chunk + carried;
        carried = total >> 32;
        *chunk = total & LOW;
    }
    *last += carried;
}

/// Below this a product may have bits too small for an f64.
const TINY_PRODUCT: f64 = f64::from_bits((1023 - 960) << FRACTION_BITS);
/// Above this Dekker's splitting could overflow.
const HUGE: f64 = f64::from_bits((1023 + 990) << FRACTION_BITS);

/// Veltkamp's splitting into two halves of 26 bits, exact for |a| < 2⁹⁹⁶.
#[inline]
fn split(a: f64) -> (f64, f64) {
    let c = 134_217_729.0 * a;
    let high = c - (c - a);
    (high, a - high)
}

#[cfg(test)]
mod tests;
