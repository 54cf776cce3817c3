//! Which shard of which file is read next.
//!
//! Shards are begun in order, file after file. Where rows are not kept, a shard may be begun only a bounded
//! way ahead of the oldest one of all files that does not stand yet ([`Shards`]): what is found ahead of
//! that one waits in memory. The oldest one itself may always be begun, so that work never ends before all
//! is read.

use super::message::{Input, PartInfo, Shard};
use super::shards::{SHARD_BYTES, Shards};
use super::widen::widen;

/// Shards of [`SHARD_BYTES`] each that may be begun from the oldest one on, for each reader.
const AHEAD: u64 = 4;

/// The shards of all files, and which of them stand.
#[derive(Clone, Debug)]
pub struct Plan {
    chains: Vec<Shards>,
    /// The first file of which not every shard stands.
    first: usize,
    /// Shards that are being read.
    reading: usize,
    /// Shards that were begun from the oldest one on that does not stand, and their bytes; not counted where
    /// there is no bound.
    ahead: (usize, u64),
    /// How many readers there are, where what waits for a slow one of them is bounded.
    readers: Option<usize>,
    /// Bytes of a shard, where a file can be cut anywhere.
    size: u64,
}

/// What a reader does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It reads this shard, and tells what it found ([`Plan::done`]).
    Read(Shard),
    /// It asks again after something was found by another one.
    Wait,
    /// Nothing is left to read.
    End,
}

impl Plan {
    /// All shards of these files, to be read by so many readers.
    #[must_use]
    pub fn new(inputs: &[Input], readers: usize) -> Self {
        let chains = inputs.iter().enumerate();
        Self::of(
            chains.map(|(at, input)| Shards::new(at, input)).collect(),
            readers,
        )
    }

    /// The same in shards of so many bytes, where a file can be cut anywhere; without a bound.
    #[must_use]
    pub fn of_bytes(inputs: &[Input], size: u64) -> Self {
        let chains = inputs.iter().enumerate();
        let chains = chains.map(|(at, input)| Shards::of_bytes(at, input, size));
        Self {
            size,
            ..Self::of(chains.collect(), 1).unbounded()
        }
    }

    fn of(chains: Vec<Shards>, readers: usize) -> Self {
        Self {
            size: SHARD_BYTES,
            chains,
            first: 0,
            reading: 0,
            ahead: (0, 0),
            readers: Some(readers.max(1)),
        }
    }

    /// The same without a bound: all rows are kept in any case.
    #[must_use]
    pub fn unbounded(self) -> Self {
        Self {
            readers: None,
            ..self
        }
    }

    /// What comes next. Of a shard that was given here it has to be told what was found in it.
    pub fn take(&mut self) -> Next {
        while self.chains.get(self.first).is_some_and(Shards::complete) {
            let next = self.first + 1;
            // What stands of the next file is behind the oldest shard, too.
            self.change(next, |first, _| *first = next);
            self.first = next;
        }
        for file in self.first..self.chains.len() {
            let Some(shard) = self.chains.get(file).and_then(Shards::peek) else {
                continue;
            };
            // A shard that was begun before is read again, so it is the oldest of its file.
            let oldest = file == self.first && self.chains[file].is_oldest(shard.index);
            if !(oldest || self.has_room(shard.bytes)) {
                break;
            }
            let taken = self.change(file, |_, chain| chain.take());
            if let Some(Some(shard)) = taken {
                self.reading += 1;
                return Next::Read(shard);
            }
        }
        if self.reading > 0 {
            Next::Wait
        } else {
            Next::End
        }
    }

    /// Takes what was found in a shard that [`Plan::take`] gave.
    pub fn done(&mut self, shard: &Shard, info: PartInfo) {
        self.reading = self.reading.saturating_sub(1);
        self.change(shard.file, |_, chain| chain.done(shard.index, info));
    }

    /// Plans the second reading of files where words turned up instead of numbers, and names them. It has no
    /// bound: where rows are not kept, all is planned anew.
    pub fn again(&mut self, inputs: &mut [Input]) -> Vec<usize> {
        if !self.complete() {
            return Vec::new();
        }
        let again = widen(inputs, &self.chains);
        for &file in &again {
            if let (Some(chain), Some(input)) = (self.chains.get_mut(file), inputs.get(file)) {
                *chain = Shards::of_bytes(file, input, self.size);
            }
        }
        (self.first, self.readers) = (0, None);
        again
    }

    /// Whether every shard stands.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.chains.iter().all(Shards::complete)
    }

    /// Every reader may have a shard of any size; and some may be far ahead of the slowest.
    fn has_room(&self, bytes: u64) -> bool {
        let (count, ahead) = self.ahead;
        self.readers.is_none_or(|readers| {
            let most = (readers as u64 * AHEAD).saturating_mul(SHARD_BYTES);
            count < readers || ahead.saturating_add(bytes) <= most
        })
    }

    /// Changes what is known of a file, or which the first one is.
    fn change<T>(
        &mut self,
        file: usize,
        change: impl FnOnce(&mut usize, &mut Shards) -> T,
    ) -> Option<T> {
        let chain = self.chains.get_mut(file)?;
        if self.readers.is_none() {
            return Some(change(&mut self.first, chain));
        }
        let before = chain.begun(file == self.first);
        let out = change(&mut self.first, chain);
        let after = chain.begun(file == self.first);
        let (count, bytes) = self.ahead;
        self.ahead = (
            (count + after.0).saturating_sub(before.0),
            bytes.saturating_add(after.1).saturating_sub(before.1),
        );
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Files of so many shards of a size.
    fn plan(files: &[u64], size: u64, readers: usize, in_order: bool) -> Plan {
        let chains = files.iter().enumerate();
        let chains = chains.map(|(at, n)| Shards::with_size(at, n * size, size, in_order));
        Plan::of(chains.collect(), readers)
    }

    /// What is found in a shard; `late`: its first record is said to start a byte too late.
    fn found(shard: &Shard, late: bool) -> PartInfo {
        PartInfo {
            rows: 1,
            first: shard.start + u64::from(late),
            next: shard.end,
            lines: 1,
            troubles: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// Begins as many shards as may be.
    fn begin(plan: &mut Plan) -> (Vec<Shard>, Next) {
        let mut out = Vec::new();
        loop {
            match plan.take() {
                Next::Read(shard) => out.push(shard),
                other => return (out, other),
            }
        }
    }

    #[test]
    fn readers_wait_for_a_slow_one_where_rows_are_not_kept() {
        // Two readers may have eight shards begun, of which the first one does not end.
        let mut bounded = plan(&[6, 100], SHARD_BYTES, 2, false);
        let (begun, then) = begin(&mut bounded);
        assert_eq!((begun.len(), then), (8, Next::Wait));
        assert_eq!((begun[7].file, begun[7].index), (1, 1));
        for shard in &begun[1..] {
            bounded.done(shard, found(shard, false));
            assert_eq!(bounded.take(), Next::Wait);
        }
        // It ends, and all of them stand.
        bounded.done(&begun[0], found(&begun[0], false));
        let (begun, then) = begin(&mut bounded);
        assert_eq!((begun.len(), begun[0].index, then), (8, 2, Next::Wait));

        let (begun, then) = begin(&mut plan(&[6, 100], SHARD_BYTES, 2, false).unbounded());
        assert_eq!((begun.len(), then), (106, Next::Wait));
    }

    #[test]
    fn every_reader_may_have_a_shard_however_large() {
        let mut plan = plan(&[10], 100 * SHARD_BYTES, 3, false);
        let (begun, then) = begin(&mut plan);
        assert_eq!((begun.len(), then), (3, Next::Wait));
        plan.done(&begun[1], found(&begun[1], false));
        assert_eq!(plan.take(), Next::Wait);
        plan.done(&begun[0], found(&begun[0], false));
        assert_eq!(begin(&mut plan).0.len(), 2);
    }

    #[test]
    fn without_files_nothing_is_read() {
        assert_eq!(Plan::new(&[], 2).take(), Next::End);
    }

    proptest! {
        #[test]
        fn all_is_read_within_the_bound_whatever_comes_first(
            files in proptest::collection::vec(1u64..40, 0..5),
            size in prop_oneof![Just(1_000), Just(SHARD_BYTES), Just(3 * SHARD_BYTES)],
            readers in 1usize..5,
            in_order: bool,
            turns in proptest::collection::vec((any::<usize>(), any::<bool>()), 1..50),
        ) {
            let mut plan = plan(&files, size, readers, in_order);
            let most = (readers as u64 * AHEAD * SHARD_BYTES).max(readers as u64 * size);
            // What was begun and does not stand, counted apart from the plan.
            let mut begun = vec![0; files.len()];
            let mut reading: Vec<Shard> = Vec::new();
            let mut turns = turns.into_iter().cycle();
            let mut reads = 0;
            loop {
                let (pick, late) = turns.next().unwrap_or_default();
                let next = if reading.len() < readers { plan.take() } else { Next::Wait };
                match next {
                    Next::Read(shard) => {
                        begun[shard.file] = begun[shard.file].max(shard.index + 1);
                        reading.push(shard);
                        reads += 1;
                    }
                    Next::Wait => {
                        prop_assert!(!reading.is_empty(), "all wait for nothing");
                        let shard = reading.swap_remove(pick % reading.len());
                        // Only what was guessed can be wrong.
                        plan.done(&shard, found(&shard, late && !shard.aligned));
                    }
                    Next::End => break,
                }
                // All begun from the first shard on that does not stand.
                let stand = files.iter().zip(&plan.chains).map(|(n, chain)| (*n, chain.parts().count() as u64));
                let whole = stand.clone().take_while(|(n, stand)| n == stand).map(|(n, _)| n);
                let part = stand.clone().find(|(n, stand)| n != stand).map_or(0, |(_, stand)| stand);
                let oldest = whole.sum::<u64>() + part;
                let waiting = begun.iter().sum::<usize>() as u64 - oldest;
                prop_assert!(waiting <= readers as u64 || waiting * size <= most);
            }
            prop_assert!(plan.complete() && reading.is_empty());
            prop_assert!(reads <= 2 * files.iter().sum::<u64>());
        }
    }
}
