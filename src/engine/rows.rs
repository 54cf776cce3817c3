//! The rows of one file, put into order as they come.
//!
//! A part whose turn it is goes straight to its place behind the others, so that no row is held twice;
//! one that came early waits as it came.

use super::message::{PartInfo, Shard};
use crate::table::Table;
use std::collections::BTreeMap;

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
        self.waiting.insert(shard.index, (shard, info, load));
        while let Some(first) = self.waiting.first_entry()
            && *first.key() == self.infos.len()
        {
            let (shard, info, _) = first.get();
            let from = self.infos.last().map_or(info.first, |before| before.next);
            // As in `Shards`: what does not meet the part before it is read and sent again.
            let reached_over = from >= shard.end;
            let stands = if reached_over {
                info.rows == 0
            } else {
                info.first == from
            };
            if !stands {
                return true;
            }
            let (shard, mut info, load) = first.remove();
            if reached_over {
                (info.next, info.lines) = (from, 0);
                info.troubles.clear();
            }
            if !self.append(load, shard.bytes) {
                return false;
            }
            self.infos.push(info);
        }
        true
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
        self.read += bytes;
        if first && self.read > 0 {
            // Room for all rows, if they are like these.
            let share = self.bytes as f64 / self.read as f64;
            let all = self.table.rows as f64 * share * 1.02;
            self.table
                .reserve((all as usize).saturating_sub(self.table.rows));
        }
        done
    }

    /// The rows in the order of the file, and what is known of its parts.
    #[must_use]
    pub fn finish(self) -> (Table, Vec<PartInfo>) {
        (self.table, self.infos)
    }
}
