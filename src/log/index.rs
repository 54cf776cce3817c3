//! Rows by their key, in some seven bytes a row.
//!
//! Keys are hashes already, so a slot needs no more of one than what tells most others apart: 8 bits
//! of it beside the number of its row. The key itself is compared in the column, which only happens
//! where those bits agree. So ten million ids need 67 MB and no second copy of them.
//!
//! Where only this is asked of keys, 80 of their bits are kept ([`Cropped`]): among twenty-five million
//! outcomes and as many predictions the chance that any two meet which are not the same is 5 · 10⁻¹⁰.

use crate::table::NO_KEY;

/// The keys of rows.
pub(super) trait Ids {
    /// How many rows there are.
    fn rows(&self) -> usize;
    /// The key of a row, its last 48 bits aside, or all of it.
    fn key(&self, row: u32) -> u128;
    /// Whether a row has this key.
    fn has(&self, row: u32, key: u128) -> bool;
}

impl Ids for [u128] {
    fn rows(&self) -> usize {
        self.len()
    }

    #[inline]
    fn key(&self, row: u32) -> u128 {
        self[row as usize]
    }

    #[inline]
    fn has(&self, row: u32, key: u128) -> bool {
        self[row as usize] == key
    }
}

/// Keys without their last 48 bits, in ten bytes each.
#[derive(Default)]
pub(super) struct Cropped {
    high: Vec<u64>,
    low: Vec<u16>,
}

impl Cropped {
    /// Puts keys behind the others.
    pub fn append(&mut self, keys: &[u128]) {
        self.high.extend(keys.iter().map(|key| (key >> 64) as u64));
        self.low.extend(keys.iter().map(|key| (key >> 48) as u16));
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, rows: usize) {
        // Where it is not to be had, the keys tell.
        let _ = self.high.try_reserve_exact(rows);
        let _ = self.low.try_reserve_exact(rows);
    }
}

impl Ids for Cropped {
    fn rows(&self) -> usize {
        self.high.len()
    }

    #[inline]
    fn key(&self, row: u32) -> u128 {
        u128::from(self.high[row as usize]) << 64 | u128::from(self.low[row as usize]) << 48
    }

    #[inline]
    fn has(&self, row: u32, key: u128) -> bool {
        self.high[row as usize] == (key >> 64) as u64
            && self.low[row as usize] == (key >> 48) as u16
    }
}

/// Finds rows of a column of keys, which stays with whoever asks.
pub(super) struct Index {
    /// The row + 1, lowest byte first, where 0 is free; and bits of the key. At most 3/4 of them are taken.
    slots: Vec<[u8; 5]>,
    /// Different keys entered.
    pub len: usize,
}

impl Index {
    /// An index of so many rows, that none was entered into yet.
    pub fn new(rows: usize) -> Self {
        let slots = rows + rows / 3 + 1;
        Self {
            slots: vec![[0; 5]; slots],
            len: 0,
        }
    }

    /// Enters a row that has a key, unless an earlier one of the same key is there: gives that one, and
    /// puts the new one in its place where `replaces` says so.
    pub fn enter<K: Ids + ?Sized>(
        &mut self,
        keys: &K,
        row: u32,
        replaces: impl FnOnce(u32) -> bool,
    ) -> Option<u32> {
        let key = keys.key(row);
        let (at, kept) = self.slot(keys, key);
        if kept.is_none_or(replaces) {
            let [a, b, c, d] = (row + 1).to_le_bytes();
            self.slots[at] = [a, b, c, d, tag(key)];
        }
        self.len += usize::from(kept.is_none());
        kept
    }

    /// The row of a key.
    pub fn find<K: Ids + ?Sized>(&self, keys: &K, key: u128) -> Option<u32> {
        (key != NO_KEY).then(|| self.slot(keys, key).1).flatten()
    }

    /// Where a key is, or would be; and its row, if it is there.
    #[inline]
    fn slot<K: Ids + ?Sized>(&self, keys: &K, key: u128) -> (usize, Option<u32>) {
        // The share of the key among all keys is that of its place among all places.
        let place = (key >> 64) as u64;
        let mut at = ((u128::from(place) * self.slots.len() as u128) >> 64) as usize;
        loop {
            let [a, b, c, d, bits] = self.slots[at];
            let Some(row) = u32::from_le_bytes([a, b, c, d]).checked_sub(1) else {
                return (at, None);
            };
            if bits == tag(key) && keys.has(row, key) {
                return (at, Some(row));
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }
}

/// Bits of a key that say nothing of its place.
fn tag(key: u128) -> u8 {
    (key >> 56) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn check<K: Ids + ?Sized>(held: &K, keys: &[u128], last: bool) -> Result<(), TestCaseError> {
        let mut index = Index::new(keys.len());
        let mut known: HashMap<u128, u32> = HashMap::new();
        for (row, key) in (0..).zip(keys) {
            let before = index.enter(held, row, |_| last);
            prop_assert_eq!(before, known.get(key).copied());
            if last || before.is_none() {
                known.insert(*key, row);
            }
        }
        prop_assert_eq!(index.len, known.len());
        for key in keys.iter().copied().chain([NO_KEY, 7 << 40, u128::MAX]) {
            prop_assert_eq!(index.find(held, key), known.get(&key).copied());
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn every_key_is_found_at_its_row(
            // Keys that meet in place and tag, and keys that do not.
            keys in prop::collection::vec((0..3_u128, 0..4_u128, 1..4_u128).prop_map(|(a, b, c)| a << 120 | b << 56 | c << 48), 0..200),
            last in any::<bool>(),
        ) {
            let mut cropped = Cropped::default();
            keys.chunks(7).for_each(|part| cropped.append(part));
            check(keys.as_slice(), &keys, last)?;
            check(&cropped, &keys, last)?;
        }
    }
}
