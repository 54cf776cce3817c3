//! The rows of a log as requests: each is one, at its time, with its latency and whether it failed.

use super::build::Builder;
use super::{Slice, Summary};
use crate::log::Log;
use crate::series::Ledger;
use crate::series::ledger::Entry;
use crate::table::NO_TIME;
use std::sync::Arc;

/// Slices whose requests are kept at most: those that were asked for last.
const SLICES: usize = 4;

/// The rows outside the reference by short steps of time; `None` where they tell no time, or neither a latency nor a
/// status.
pub(super) fn ledger(log: &Log) -> Option<Ledger> {
    let out = of_members(log, &[])?;
    out.numbers().is_some().then_some(out)
}

/// The same of some rows ([`Builder::members`]); there may be none of them.
fn of_members(log: &Log, members: &[u32]) -> Option<Ledger> {
    if log.latency_ms.is_empty() && log.failed.is_empty() {
        return None;
    }
    let times = log.time.iter().take(log.live).enumerate();
    let entry = |(row, time): (usize, &i64)| Entry {
        time: *time,
        failed: match log.failed.get(row) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        took_s: log.latency_ms.get(row).map(|ms| ms / 1_000.0),
    };
    let is_member = |row: usize| members.get(row).is_none_or(|group| *group == 0);
    let mut out = Ledger::default();
    out.extend(
        times
            .filter(|t| *t.1 != NO_TIME && is_member(t.0))
            .map(entry),
    );
    Some(out)
}

impl Builder {
    /// Adds the rows of a slice as requests by short steps of time, unless the Summary has them; it forgets those of
    /// the slice that was asked for longest ago where there are more than a few.
    pub fn add_ledger(&self, summary: &mut Summary, slice: &Slice) {
        if summary.ledger_of(slice).is_some() {
            return;
        }
        let Some(ledger) = of_members(&self.log, &self.members(slice)) else {
            return;
        };
        summary.ledgers.push((slice.clone(), Arc::new(ledger)));
        let more = summary.ledgers.len().saturating_sub(SLICES);
        summary.ledgers.drain(..more);
    }
}

impl Summary {
    /// The rows of a slice as requests by short steps of time, as far as they were counted.
    #[must_use]
    pub fn ledger_of(&self, slice: &Slice) -> Option<&Ledger> {
        if *slice == Slice::default() {
            return self.ledger.as_deref();
        }
        let found = self.ledgers.iter().find(|l| l.0 == *slice)?;
        Some(&found.1)
    }

    /// Adds the requests of slices that both know; what one of them knows alone would be a part.
    pub(super) fn merge_ledgers(&mut self, other: &Self) {
        self.ledgers.retain_mut(|(slice, mine)| {
            let theirs = other.ledgers.iter().find(|l| l.0 == *slice);
            if let Some((_, theirs)) = theirs {
                Arc::make_mut(mine).merge(theirs);
            }
            theirs.is_some()
        });
        self.ledgers.sort_by(|a, b| a.0.cmp(&b.0));
    }
}
