//! Finds the bytes that give a delimited file its shape, sixty-four at a time.
//!
//! Fields are short (seven bytes or so), so a search for each of them spends most of its time on
//! starting. Here one pass makes a bit mask of each block of 64 bytes, and the fields are read off
//! the mask. With `simd128` the mask comes from vector compares; elsewhere from eight-byte words
//! (the exact zero-byte test of H. S. Warren, *Hacker's Delight*, 6–1). Both are safe code.

const BLOCK: usize = 64;

/// Walks over the places in a text where one of three bytes stands; two may be the same.
pub(super) struct Marks<'a> {
    text: &'a [u8],
    needles: [u8; 3],
    block: usize,
    mask: u64,
}

impl<'a> Marks<'a> {
    /// Starts at a byte of a text; none of the needles is NUL.
    pub fn new(text: &'a [u8], at: usize, needles: [u8; 3]) -> Self {
        let block = at / BLOCK * BLOCK;
        let mut marks = Self {
            text,
            needles,
            block,
            mask: 0,
        };
        marks.mask = marks.scan() & (u64::MAX << (at - block));
        marks
    }

    /// The next place, which is behind those given before.
    #[inline(always)]
    pub fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.block += BLOCK;
            if self.block >= self.text.len() {
                self.block = self.text.len();
                return None;
            }
            self.mask = self.scan();
        }
        let at = self.block + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    #[inline(always)]
    fn scan(&self) -> u64 {
        let Some(rest) = self.text.get(self.block..) else {
            return 0;
        };
        match rest.first_chunk::<BLOCK>() {
            Some(block) => mask(block, self.needles),
            None => {
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                mask(&block, self.needles)
            }
        }
    }
}

/// Bit `i` tells whether byte `i` is one of the needles.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(clippy::redundant_closure)] // functions of a target feature are no closures
#[inline(always)]
fn mask(block: &[u8; BLOCK], needles: [u8; 3]) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};
    let [a, b, c] = needles.map(|byte| u8x16_splat(byte));
    let (lanes, _) = block.as_chunks::<16>();
    lanes.iter().rev().fold(0, |mask, lane| {
        let (halves, _) = lane.as_chunks::<8>();
        let v = u64x2(u64::from_le_bytes(halves[0]), u64::from_le_bytes(halves[1]));
        let hits = v128_or(v128_or(u8x16_eq(v, a), u8x16_eq(v, b)), u8x16_eq(v, c));
        mask << 16 | u64::from(u8x16_bitmask(hits))
    })
}

/// Bit `i` tells whether byte `i` is one of the needles.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn mask(block: &[u8; BLOCK], needles: [u8; 3]) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const LOW: u64 = ONES * 0x7f;
    let [a, b, c] = needles.map(|n| ONES * u64::from(n));
    let (words, _) = block.as_chunks::<8>();
    let mut mask = 0;
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The high bit of each byte that is not zero.
        let filled = |x: u64| ((x & LOW) + LOW) | x;
        let hits = !(filled(word ^ a) & filled(word ^ b) & filled(word ^ c)) & !LOW;
        mask |= ((hits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_mark_is_found_once_and_in_order(
            text in proptest::collection::vec(prop_oneof![
                Just(b','), Just(b'\n'), Just(b'"'), Just(b'-'), Just(0x2c | 0x80), any::<u8>()
            ], 0..300),
            at in 0usize..300,
        ) {
            let at = at.min(text.len());
            let mut marks = Marks::new(&text, at, *b",\n\"");
            let found: Vec<usize> = std::iter::from_fn(|| marks.next()).collect();
            let expected: Vec<usize> = (at..text.len())
                .filter(|&i| b",\n\"".contains(&text[i]))
                .collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(marks.next(), None);
        }
    }
}
