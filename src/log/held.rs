//! Of a stream: the rows of a forecast that a block ends in, which wait for the next one.
//!
//! A forecast's rows mostly stand together, but a block ends anywhere. Those of the forecast that its last row
//! belongs to are held back until further rows show that there are no more of them. What stands farther apart
//! cannot be put together, since rows are let go once they are counted: such forecasts are scored in parts, and
//! told, as far as their keys can be kept.

use super::long::{is_long, keys, part};
use super::notes::Notes;
use super::rows::Source;
use std::collections::{BTreeMap, HashSet};

/// Forecasts, about so many at most, that are remembered, to notice one that comes again.
const MOST_KNOWN: usize = 1 << 20;

/// Rows of one forecast at most that wait.
const MOST_HELD: usize = 1 << 17;

const AGAIN: [&str; 2] = [
    "{n} forecast has rows that stand too far apart to be put together while they pass: each part is scored by itself. Sort the rows by forecast, or have all rows kept.",
    "{n} forecasts have rows that stand too far apart to be put together while they pass: each part is scored by itself. Sort the rows by forecast, or have all rows kept.",
];

/// The rows that wait, by the place of their source, and the forecasts that were let go.
#[derive(Default)]
pub(super) struct Held {
    rows: BTreeMap<usize, Source>,
    /// The sources of the last block, without rows.
    empty: Vec<Source>,
    gone: HashSet<u128>,
}

impl Held {
    /// The rows of a block with those that waited, without those that are to wait now.
    pub fn pass(&mut self, sources: Vec<Source>, notes: &mut Notes) -> Vec<Source> {
        if !sources.iter().any(is_long) {
            return sources;
        }
        self.empty = sources.iter().map(|s| part(s, &[])).collect();
        let mut again = 0;
        let mut out = Vec::with_capacity(sources.len());
        for (at, source) in sources.into_iter().enumerate() {
            if !is_long(&source) {
                out.push(source);
                continue;
            }
            let fresh = source.table.rows > 0;
            let source = self.with_held(at, source);
            let keys = keys(&source);
            let last = keys.last().copied();
            let is = |row: &u32| keys.get(*row as usize).copied() == last;
            let (held, passed): (Vec<u32>, Vec<u32>) = (0..keys.len() as u32).partition(is);
            let waits = fresh && (!passed.is_empty() || held.len() < MOST_HELD);
            if waits {
                self.rows.insert(at, part(&source, &held));
                again += self.let_go(&keys, &passed);
                out.push(part(&source, &passed));
            } else {
                again += self.let_go(&keys, &(0..keys.len() as u32).collect::<Vec<_>>());
                out.push(source);
            }
        }
        tell(again, notes);
        out
    }

    /// What still waits, at the end, as the sources of a last block; none where nothing does.
    pub fn rest(&mut self, notes: &mut Notes) -> Vec<Source> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let mut again = 0;
        let mut rest = std::mem::take(&mut self.empty);
        for (at, held) in std::mem::take(&mut self.rows) {
            let rows: Vec<u32> = (0..held.table.rows as u32).collect();
            again += self.let_go(&keys(&held), &rows);
            if let Some(place) = rest.get_mut(at) {
                *place = held;
            }
        }
        tell(again, notes);
        rest
    }

    /// The rows of a source, behind those that waited.
    fn with_held(&mut self, at: usize, source: Source) -> Source {
        match self.rows.remove(&at) {
            Some(mut held) => {
                held.table.append(source.table);
                held
            }
            None => source,
        }
    }

    /// How many of the forecasts of these rows were let go before.
    fn let_go(&mut self, keys: &[u128], rows: &[u32]) -> u64 {
        let keys = rows.iter().filter_map(|row| keys.get(*row as usize));
        let own: HashSet<u128> = keys.copied().collect();
        let again = own.iter().filter(|key| self.gone.contains(*key)).count();
        if self.gone.len() < MOST_KNOWN {
            self.gone.extend(own);
        }
        again as u64
    }
}

fn tell(again: u64, notes: &mut Notes) {
    if again > 0 {
        notes.count(again, AGAIN, "");
    }
}
