//! Cuts files into shards, and checks that what readers found meets without gap or overlap.

use super::message::{Input, PartInfo, Shard};
use std::collections::VecDeque;

/// Bytes of a shard: large enough that a worker's message costs nothing, small enough that
/// progress moves and a cancelled job ends.
pub const SHARD_BYTES: u64 = 8 << 20;

/// The shards of one file, and which of them stand.
///
/// A shard *stands* when its first record is known to start where the one before it ended. Shards
/// that [`Shards::take`] gave may be read in any order; [`Shards::done`] tells of each, and may bring
/// one up again.
#[derive(Clone, Debug)]
pub struct Shards {
    shards: Vec<Shard>,
    found: Vec<Option<PartInfo>>,
    standing: usize,
    waiting: VecDeque<usize>,
}

impl Shards {
    /// Shards of a file that was looked into; one alone where its encoding cannot be cut.
    #[must_use]
    pub fn new(file: usize, input: &Input) -> Self {
        let whole = !input.sniff.schema.encoding.can_be_cut();
        Self::with_size(
            file,
            input.bytes,
            if whole { input.bytes } else { SHARD_BYTES },
        )
    }

    /// Shards of another size than [`SHARD_BYTES`].
    #[must_use]
    pub fn with_size(file: usize, bytes: u64, size: u64) -> Self {
        let size = size.max(1);
        let shards: Vec<Shard> = (0..bytes.div_ceil(size).max(1))
            .map(|i| Shard {
                file,
                index: i as usize,
                start: i * size,
                end: ((i + 1) * size).min(bytes),
                aligned: i == 0,
            })
            .collect();
        Self {
            found: vec![None; shards.len()],
            standing: 0,
            waiting: (0..shards.len()).collect(),
            shards,
        }
    }

    /// A shard that is to be read; `None` if there is none now.
    pub fn take(&mut self) -> Option<Shard> {
        self.waiting.pop_front().map(|index| self.shards[index])
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
    true
}
