//! Cuts files into shards, and checks that what readers found meets without gap or overlap.

use super::message::{PartInfo, Shard};

/// Bytes of a shard: large enough that a worker's message costs nothing, small enough that
/// progress moves and a cancelled job ends.
pub const SHARD_BYTES: u64 = 8 << 20;

/// The shards of one file, and which of them stand.
///
/// A shard *stands* when its first record is known to start where the one before it ended. Shards
/// may be read in any order; [`Shards::done`] says which to read again.
#[derive(Clone, Debug)]
pub struct Shards {
    shards: Vec<Shard>,
    found: Vec<Option<PartInfo>>,
    standing: usize,
}

impl Shards {
    /// Shards of a file of so many bytes; one alone where the file cannot be cut (`whole`).
    #[must_use]
    pub fn new(file: usize, bytes: u64, whole: bool) -> Self {
        Self::with_size(file, bytes, if whole { bytes } else { SHARD_BYTES })
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
            shards,
            standing: 0,
        }
    }

    /// All shards, in order.
    #[must_use]
    pub fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// Takes what was found in a shard. Gives the shard that has to be read again, if one has.
    pub fn done(&mut self, index: usize, info: PartInfo) -> Option<Shard> {
        self.found[index] = Some(info);
        while let Some(Some(info)) = self.found.get(self.standing) {
            let from = match self.standing {
                0 => info.first,
                i => self.found[i - 1].as_ref().map_or(0, |before| before.next),
            };
            let shard = &mut self.shards[self.standing];
            // A record may reach over whole shards; then nothing starts in them.
            let expected = from.max(shard.start);
            let empty = from >= shard.end;
            let stands = if empty {
                info.rows == 0
            } else {
                info.first == from
            };
            if !stands {
                *shard = Shard {
                    start: expected.min(shard.end),
                    aligned: true,
                    ..*shard
                };
                let again = *shard;
                self.found[self.standing] = None;
                return Some(again);
            }
            if empty && let Some(Some(info)) = self.found.get_mut(self.standing) {
                (info.first, info.next, info.lines) = (from, from, 0);
                info.troubles.clear();
            }
            self.standing += 1;
        }
        None
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
