//! Rows by their key, in some seven bytes a row.
//!
//! Keys are hashes already, so a slot needs no more of one than what tells most others apart: 8 bits
//! of it beside the number of its row. The key itself is compared in the column, which only happens
//! where those bits agree. So ten million ids need 67 MB and no second copy of them.

use crate::table::NO_KEY;

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
    pub fn enter(
        &mut self,
        keys: &[u128],
        row: u32,
        replaces: impl FnOnce(u32) -> bool,
    ) -> Option<u32> {
        let key = keys[row as usize];
        let (at, kept) = self.slot(keys, key);
        if kept.is_none_or(replaces) {
            let [a, b, c, d] = (row + 1).to_le_bytes();
            self.slots[at] = [a, b, c, d, tag(key)];
        }
        self.len += usize::from(kept.is_none());
        kept
    }

    /// The row of a key.
    pub fn find(&self, keys: &[u128], key: u128) -> Option<u32> {
        (key != NO_KEY).then(|| self.slot(keys, key).1).flatten()
    }

    /// Where a key is, or would be; and its row, if it is there.
    #[inline]
    fn slot(&self, keys: &[u128], key: u128) -> (usize, Option<u32>) {
        // The share of the key among all keys is that of its place among all places.
        let mut at = ((u128::from(key as u64) * self.slots.len() as u128) >> 64) as usize;
        loop {
            let [a, b, c, d, bits] = self.slots[at];
            let Some(row) = u32::from_le_bytes([a, b, c, d]).checked_sub(1) else {
                return (at, None);
            };
            if bits == tag(key) && keys[row as usize] == key {
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
    (key >> 120) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn every_key_is_found_at_its_row(
            // Keys that meet in place and tag, and keys that do not.
            keys in prop::collection::vec((0..3_u128, 1..4_u128, 0..4_u128).prop_map(|(a, b, c)| a << 120 | b | c << 40), 0..200),
            last in any::<bool>(),
        ) {
            let mut index = Index::new(keys.len());
            let mut known: HashMap<u128, u32> = HashMap::new();
            for (row, key) in (0..).zip(&keys) {
                let before = index.enter(&keys, row, |_| last);
                prop_assert_eq!(before, known.get(key).copied());
                if last || before.is_none() {
                    known.insert(*key, row);
                }
            }
            prop_assert_eq!(index.len, known.len());
            for key in keys.iter().copied().chain([NO_KEY, 7, u128::MAX]) {
                prop_assert_eq!(index.find(&keys, key), known.get(&key).copied());
            }
        }
    }
}
