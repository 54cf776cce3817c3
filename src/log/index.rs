//! Rows by their key, in some six bytes a row.
//!
//! Keys are hashes already, so their place among all slots follows from them, and a slot holds no more than
//! the number of its row: the key itself is compared in the column. So ten million ids need 53 MB and no
//! second copy of them.

use crate::table::NO_KEY;

/// Finds rows of a column of keys, which stays with whoever asks.
pub(super) struct Index {
    /// The row + 1; 0 is free. At most 3/4 of them are taken.
    slots: Vec<u32>,
    /// Different keys entered.
    pub len: usize,
}

impl Index {
    /// An index of so many rows, that none was entered into yet.
    pub fn new(rows: usize) -> Self {
        let slots = rows + rows / 3 + 1;
        Self {
            slots: vec![0; slots],
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
            self.slots[at] = row + 1;
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
            let slot = self.slots[at];
            if slot == 0 {
                return (at, None);
            }
            let row = slot - 1;
            if keys[row as usize] == key {
                return (at, Some(row));
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn every_key_is_found_at_its_row(
            // Keys that meet in their place, and keys that do not.
            keys in prop::collection::vec((0..3_u128, 1..4_u128, 0..4_u128).prop_map(|(a, b, c)| a << 96 | b | c << 40), 0..200),
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
