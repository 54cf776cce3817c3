//! The rows of a log as requests: each is one, at its time, with its latency and whether it failed.

use crate::log::Log;
use crate::series::Ledger;
use crate::series::ledger::Entry;
use crate::table::NO_TIME;

/// The rows outside the reference by short steps of time; `None` where they tell no time, or neither a latency nor a
/// status.
pub(super) fn ledger(log: &Log) -> Option<Ledger> {
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
    let mut out = Ledger::default();
    out.extend(times.filter(|t| *t.1 != NO_TIME).map(entry));
    out.numbers().is_some().then_some(out)
}
