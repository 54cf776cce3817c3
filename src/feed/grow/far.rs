//! Samples that are dated far ahead of all others while a view grows: of a clock that is wrong for a moment. Taken as
//! they are they would close every step, and all that comes after them would be late.
//!
//! They are held back until it is known what they are. Where [`ENOUGH`] instants come one after the other and none near
//! what was known before, time went on: a source was silent for days. Otherwise they are left out, and it is said.

use crate::feed::source::Instant;
use crate::series::SeriesSet;
use crate::series::known::span;
use crate::table::time::{DAY, Time};
use std::collections::BTreeSet;

/// How many times as long as all that is known the time up to a far sample is; at least a day.
const TIMES: Instant = 10;
/// Instants in a row from which on it is time that went on.
pub const ENOUGH: usize = 3;
/// Samples that are held back at most; more are only counted.
const MOST_HELD: usize = 10_000;

/// How far something may lie from all that is known of a time.
pub fn reach((first, newest): (Instant, Instant)) -> Instant {
    let length = newest.saturating_sub(first);
    DAY.max(length.saturating_mul(TIMES))
}

/// Samples that are held back.
#[derive(Clone, Debug, Default)]
pub struct Far {
    held: SeriesSet,
    /// Those that found no room.
    more: u64,
    /// Instants since something near was seen.
    alone: BTreeSet<Instant>,
}

impl Far {
    /// What of a set is to be taken where a time is known.
    pub fn take(&mut self, set: SeriesSet, known: (Instant, Instant)) -> SeriesSet {
        let limit = known.1.saturating_add(reach(known));
        let Some((first, last)) = span(&set) else {
            return set;
        };
        if last <= limit {
            self.alone.clear();
            return set;
        }
        let (far, _) = set.within(limit.saturating_add(1), last);
        let near = match first <= limit {
            true => set.within(first, limit).0,
            false => SeriesSet::default(),
        };
        match near.is_empty() {
            true => {
                let all = far.series().values();
                self.alone.extend(all.flat_map(|s| s.times.iter().copied()));
            }
            false => self.alone.clear(),
        }
        self.hold(far);
        if self.alone.len() < ENOUGH {
            return near;
        }
        self.alone.clear();
        self.more = 0;
        std::mem::take(&mut self.held)
    }

    /// Holds samples back.
    pub fn hold(&mut self, far: SeriesSet) {
        match self.held.samples() + far.samples() > MOST_HELD {
            true => self.more += far.samples() as u64,
            false => self.held.merge_in_order(far),
        }
    }

    /// What is said of those that are held back.
    pub fn said(&self) -> Option<String> {
        let n = self.held.samples() as u64 + self.more;
        let (_, one) = span(&self.held)?;
        let (what, verb) = match n {
            1 => ("sample", "was"),
            _ => ("samples", "were"),
        };
        Some(format!(
            "{n} {what} dated far from all others, such as {}, {verb} left out: a clock was wrong.",
            Time(one)
        ))
    }
}
