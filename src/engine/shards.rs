//! Cuts files into shards, and checks that what readers found meets without gap or overlap.

use super::message::{Input, PartInfo, Shard};
use crate::read::Cut;
use std::collections::VecDeque;

/// Bytes of a shard: large enough that a worker's message costs nothing, small enough that
/// progress moves and a cancelled job ends.
pub const SHARD_BYTES: u64 = 8 << 20;

/// The shards of one file, and which of them stand.
///
/// A shard *stands* when its first record is known to start where the one before it ended. Shards
/// that [`Shards::take`] gave may be read in any order; [`Shards::done`] tells of each, and may bring
/// up others.
#[derive(Clone, Debug)]
pub struct Shards {
    shards: Vec<Shard>,
    found: Vec<Option<PartInfo>>,
    standing: usize,
    waiting: VecDeque<usize>,
    /// Shards that were given, in order, some of them twice.
    begun: usize,
    in_order: bool,
}

impl Shards {
    /// Shards of a file that was looked into.
    #[must_use]
    pub fn new(file: usize, input: &Input) -> Self {
        Self::of_bytes(file, input, SHARD_BYTES)
    }

    /// The same of about so many bytes each, where the file can be cut anywhere.
    #[must_use]
    pub fn of_bytes(file: usize, input: &Input, size: u64) -> Self {
        match &input.sniff.cut {
            Cut::Bytes => Self::with_size(file, input.bytes, size, false),
            Cut::InOrder => Self::with_size(file, input.bytes, size, true),
            Cut::Whole => Self::with_size(file, input.bytes, input.bytes, false),
            Cut::Groups(bytes) => Self::of_groups(file, bytes),
        }
    }

    /// Shards of so many bytes; `in_order`: none is given before the one in front of it stands.
    #[must_use]
    pub fn with_size(file: usize, bytes: u64, size: u64, in_order: bool) -> Self {
        let size = size.max(1);
        let shards = (0..bytes.div_ceil(size).max(1)).map(|i| {
            let (start, end) = (i * size, ((i + 1) * size).min(bytes));
            Shard {
                file,
                index: i as usize,
                start,
                end,
                aligned: i == 0,
                bytes: end - start,
            }
        });
        Self::of(shards.collect(), in_order)
    }

    /// Shards of a columnar file: neighbouring groups of rows, some [`SHARD_BYTES`] together.
    fn of_groups(file: usize, groups: &[u64]) -> Self {
        let mut shards: Vec<Shard> = Vec::new();
        for (group, bytes) in (0..).zip(groups) {
            let bytes = &least_one(bytes);
            match shards.last_mut() {
                Some(shard) if shard.bytes.saturating_add(*bytes) <= SHARD_BYTES => {
                    shard.end = group + 1;
                    shard.bytes += *bytes;
                }
                _ => shards.push(Shard {
                    file,
                    index: shards.len(),
                    start: group,
                    end: group + 1,
                    aligned: true,
                    bytes: *bytes,
                }),
            }
        }
        Self::of(shards, false)
    }

    fn of(shards: Vec<Shard>, in_order: bool) -> Self {
        Self {
            found: vec![None; shards.len()],
            standing: 0,
            waiting: (0..shards.len()).collect(),
            begun: 0,
            in_order,
            shards,
        }
    }

    /// A shard that can be read now. `None`: there is none left, or the next one waits for what is
    /// being read.
    pub fn take(&mut self) -> Option<Shard> {
        let index = self.peek()?.index;
        self.waiting.pop_front();
        self.begun = self.begun.max(index + 1);
        let shard = &mut self.shards[index];
        if self.in_order
            && let Some(Some(before)) = index.checked_sub(1).and_then(|i| self.found.get(i))
        {
            (shard.start, shard.aligned) = (before.next.clamp(shard.start, shard.end), true);
        }
        Some(*shard)
    }

    /// The shard that [`Shards::take`] gives, but for where it starts.
    pub(super) fn peek(&self) -> Option<&Shard> {
        let index = *self.waiting.front()?;
        let can = !self.in_order || index <= self.standing;
        self.shards.get(index).filter(|_| can)
    }

    /// Whether all shards before one stand.
    pub(super) fn is_oldest(&self, index: usize) -> bool {
        index <= self.standing
    }

    /// Shards that were given, and their bytes; those that stand are left out where they are behind.
    pub(super) fn begun(&self, behind: bool) -> (usize, u64) {
        let from = if behind { self.standing } else { 0 };
        let shards = self.shards.get(from..self.begun).unwrap_or_default();
        let bytes = shards.iter().fold(0, |n: u64, s| n.saturating_add(s.bytes));
        (shards.len(), bytes)
    }

    /// Takes what was found in a shard. It may have to be read again: then [`Shards::take`] gives it.
    pub fn done(&mut self, index: usize, info: PartInfo) {
        self.found[index] = Some(info);
        while self.standing < self.shards.len() {
            let (before, after) = self.found.split_at_mut(self.standing);
            let Some(Some(info)) = after.first_mut() else {
                return;
            };
            let from = before.last().and_then(Option::as_ref).map(|b| b.next);
            let shard = &mut self.shards[self.standing];
            if !meets(info, from, shard.end) {
                *shard = Shard {
                    start: from.unwrap_or(0).max(shard.start).min(shard.end),
                    aligned: true,
                    ..*shard
                };
                self.found[self.standing] = None;
                self.waiting.push_front(self.standing);
                return;
            }
            self.standing += 1;
        }
    }

    /// Whether every shard stands.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.standing == self.shards.len()
    }

    /// What stands, in order.
    pub fn parts(&self) -> impl Iterator<Item = &PartInfo> {
        self.found[..self.standing].iter().flatten()
    }
}

/// Bytes that the shards of a file have together.
pub(super) fn bytes_of(input: &Input) -> u64 {
    match &input.sniff.cut {
        Cut::Groups(groups) => groups.iter().map(least_one).fold(0, u64::saturating_add),
        _ => input.bytes,
    }
}

/// A group of rows counts for something, whatever its file says.
fn least_one(bytes: &u64) -> u64 {
    (*bytes).max(1)
}

/// Whether what was found in a shard that ends at `end` begins where the part before it ended
/// (`from`; `None`: there is none). A record may reach over whole shards: then nothing starts in them,
/// and what a reader took for a border there is forgotten.
pub(super) fn meets(info: &mut PartInfo, from: Option<u64>, end: u64) -> bool {
    let from = from.unwrap_or(info.first);
    if from < end {
        return info.first == from;
    }
    if info.rows > 0 {
        return false;
    }
    (info.first, info.next, info.lines) = (from, from, 0);
    info.troubles.clear();
    info.numbers.clear();
    true
}
