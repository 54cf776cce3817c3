//! The rows of one file, put into order as they come.
//!
//! A part whose turn it is goes straight to its place behind the others, so that no row is held twice;
//! one that came early waits as it came.

use super::message::{PartInfo, Shard};
use super::shards::meets;
use crate::table::Table;
use std::collections::BTreeMap;

/// Cells at most that room is made for before they come, some gigabyte: the first rows may be shorter
/// than the others.
const MOST_CELLS: usize = 1 << 27;

/// The rows of one file.
#[derive(Default)]
pub struct Rows {
    table: Table,
    /// Of the parts that stand in the table.
    infos: Vec<PartInfo>,
    waiting: BTreeMap<usize, (Shard, PartInfo, Load)>,
    /// Bytes of the parts that stand, and of the file.
    read: u64,
    bytes: u64,
}

/// Rows as they come.
pub enum Load {
    /// From the same memory.
    Table(Table),
    /// From another worker ([`Table::to_bytes`]).
    Bytes(Vec<u8>),
}

impl Rows {
    /// No rows yet, of a file of so many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// Keeps the rows of a shard, in place of those that were kept for it before. False if they were
    /// damaged on their way.
    #[must_use]
    pub fn keep(&mut self, shard: Shard, info: PartInfo, load: Load) -> bool {
        self.enter(shard, info, load);
        while let Some(sound) = self.settle() {
            if !sound {
                return false;
            }
        }
        true
    }

    /// Has the rows of a shard wait for their turn.
    pub fn enter(&mut self, shard: Shard, info: PartInfo, load: Load) {
        self.waiting.insert(shard.index, (shard, info, load));
    }

    /// Puts the next part to its place; tells whether it was sound. `None`: it is not there yet.
    pub fn settle(&mut self) -> Option<bool> {
        let mut first = self.waiting.first_entry()?;
        if *first.key() != self.infos.len() {
            return None;
        }
        let (shard, info, _) = first.get_mut();
        let from = self.infos.last().map(|before| before.next);
        if !meets(info, from, shard.end) {
            // It is read and sent again.
            return None;
        }
        let (shard, info, load) = first.remove();
        let sound = self.append(load, shard.bytes);
        self.infos.push(info);
        Some(sound)
    }

    /// Rows at their place that were not taken.
    #[must_use]
    pub fn held(&self) -> usize {
        self.table.rows
    }

    /// Bytes of the parts at their place.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Takes the rows that are at their place.
    #[must_use]
    pub fn take(&mut self) -> Table {
        std::mem::take(&mut self.table)
    }

    fn append(&mut self, load: Load, bytes: u64) -> bool {
        let done = match load {
            Load::Table(table) => {
                self.table.append(table);
                true
            }
            Load::Bytes(bytes) => self.table.append_bytes(&bytes).is_some(),
        };
        let first = self.read == 0;
        self.read = self.read.saturating_add(bytes);
        if first && self.read > 0 {
            let share = self.bytes as f64 / self.read as f64;
            let all = (self.table.rows as f64 * share * 1.02) as usize;
            let most = MOST_CELLS / self.table.columns.len().max(1);
            self.table
                .reserve(all.min(most).saturating_sub(self.table.rows));
        }
        done
    }

    /// The rows in the order of the file, and what is known of its parts.
    #[must_use]
    pub fn finish(self) -> (Table, Vec<PartInfo>) {
        (self.table, self.infos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn part(
        index: usize,
        start: u64,
        first: u64,
        next: u64,
        cells: &[f64],
    ) -> (Shard, PartInfo, Load) {
        let shard = Shard {
            file: 0,
            index,
            start,
            end: start + 10,
            aligned: index == 0,
            bytes: 10,
        };
        let info = PartInfo {
            rows: cells.len() as u64,
            first,
            next,
            lines: cells.len() as u64,
            troubles: Vec::new(),
            numbers: Vec::new(),
        };
        let table = Table {
            names: vec!["x".into()],
            columns: vec![Column::Number(cells.to_vec())],
            rows: cells.len(),
        };
        (shard, info, Load::Bytes(table.to_bytes()))
    }

    #[test]
    fn parts_come_in_any_order_and_a_wrong_guess_is_replaced() {
        // A file so long that room for all of it cannot be had.
        let mut rows = Rows::new(u64::MAX);
        for (shard, info, load) in [
            part(2, 20, 25, 30, &[4.0]),
            // It begins where no record does, so it waits for its better.
            part(1, 10, 13, 25, &[99.0]),
            part(0, 0, 0, 12, &[1.0, 2.0]),
            part(1, 12, 12, 25, &[3.0]),
            // The record before it reached over this one.
            part(3, 10, 18, 20, &[]),
        ] {
            assert!(rows.keep(shard, info, load));
        }
        let (table, infos) = rows.finish();
        assert_eq!(table.columns, [Column::Number(vec![1.0, 2.0, 3.0, 4.0])]);
        assert_eq!(
            infos.iter().map(|i| i.next).collect::<Vec<_>>(),
            [12, 25, 30, 30]
        );
    }

    #[test]
    fn damaged_rows_are_told() {
        let (shard, info, _) = part(0, 0, 0, 10, &[1.0]);
        assert!(!Rows::new(10).keep(shard, info, Load::Bytes(vec![1, 2, 3])));
    }
}
