//! What is counted of whole rows in a window: those that are there twice, that stand still, and whose times cannot
//! be.

use super::super::build::Builder;
use super::Spans;
use super::alike::Alike;
use super::count::Rows;
use super::stale::stale;
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::far;
use crate::table::NO_TIME;
use crate::table::time::DAY;
use serde::{Deserialize, Serialize};

/// Times that are looked at to tell which lie far from all others.
const TIMES: usize = 1 << 16;
/// Rows at least by which it is told.
const FEW_TIMES: usize = 200;

/// The rows of a window, or of the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lines {
    /// Rows.
    pub rows: u64,
    /// Rows that equal an earlier one of the same window in every column that is compared, in version and time.
    #[serde(skip_serializing_if = "none")]
    pub duplicates: u64,
    /// Rows whose id, or key, an earlier row has too.
    #[serde(skip_serializing_if = "none")]
    pub same_id: u64,
    /// Rows whose values, of every column that is compared, stand in an earlier window too: of as many before it as the
    /// baseline has others; of a window of the baseline in one of these others.
    #[serde(skip_serializing_if = "none")]
    pub stale: u64,
    /// Rows of the windows among which they were looked for.
    #[serde(skip_serializing_if = "none")]
    pub among: u64,
    /// Rows that equal the one before in every column that is compared, in the order of the files.
    #[serde(skip_serializing_if = "none")]
    pub repeats: u64,
    /// Rows dated before 1971, where clocks that were never set stand.
    #[serde(skip_serializing_if = "none")]
    pub before_1971: u64,
    /// Rows dated farther from all others than these are from each other.
    #[serde(skip_serializing_if = "none")]
    pub far: u64,
    /// Rows whose outcome carries a time.
    #[serde(skip_serializing_if = "none")]
    pub timed_outcomes: u64,
    /// Of these, the ones dated before their prediction.
    #[serde(skip_serializing_if = "none")]
    pub early_outcomes: u64,
    /// The longest time without a row that ends in the window, in microseconds; rows far from others aside.
    #[serde(skip_serializing_if = "none")]
    pub gap: u64,
}

// serde asks for a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn none(n: &u64) -> bool {
    *n == 0
}

/// Counts the rows of each period, those of the reference's own time last.
pub(super) fn lines(builder: &Builder, rows: &Rows, spans: &Spans) -> Vec<Lines> {
    let log = &builder.log;
    let alike = builder.alike();
    let same = duplicates(alike, rows);
    let old = stale(alike, rows, spans);
    let time = |row: u32| log.time.get(row as usize).copied().unwrap_or(NO_TIME);
    let usual = usual(&log.time[..log.live.min(log.time.len())]);
    let mut again = vec![0u64; rows.all()];
    for row in &log.repeated {
        let count = |at: usize| again.get_mut(at).into_iter().for_each(|n| *n += 1);
        rows.periods_of(*row).for_each(count);
    }
    let mut before: Option<i64> = None;
    let mut times: Vec<i64> = Vec::new();
    let one = |at: usize| {
        let own = rows.of(at);
        let mut lines = Lines {
            rows: own.len() as u64,
            same_id: again.get(at).copied().unwrap_or(0),
            duplicates: same.get(at).copied().unwrap_or(0),
            stale: old.get(at).map_or(0, |old| old.0),
            among: old.get(at).map_or(0, |old| old.1),
            ..Lines::default()
        };
        let hash = |row: &u32| alike.hashes.get(*row as usize);
        let repeats = |pair: &&[u32]| hash(&pair[0]).is_some() && hash(&pair[0]) == hash(&pair[1]);
        lines.repeats = own.windows(2).filter(repeats).count() as u64;
        times.clear();
        for row in own {
            let made = time(*row);
            if made == NO_TIME {
                continue;
            }
            let known = log.outcome_time.get(*row as usize).copied();
            if let Some(known) = known.filter(|t| *t != NO_TIME && log.truth.has(*row as usize)) {
                lines.timed_outcomes += 1;
                lines.early_outcomes += u64::from(known < made);
            }
            lines.before_1971 += u64::from(made < 365 * DAY);
            match usual {
                Some((low, high)) if made < low || made > high => lines.far += 1,
                _ => times.push(made),
            }
        }
        times.sort_unstable();
        // The baseline comes first and says nothing of what was before the first window; nor do the windows before
        // those of the reference's own time.
        let since = before.filter(|_| at > 1 && at != rows.periods());
        let ways = times.windows(2).map(|pair| pair[1].abs_diff(pair[0]));
        let first = since.zip(times.first()).map(|(a, b)| b.saturating_sub(a));
        let first = first.map(|way| way.max(0).cast_unsigned());
        lines.gap = ways.chain(first).max().unwrap_or(0);
        before = times.last().copied().or(before);
        lines
    };
    (0..rows.all()).map(one).collect()
}

/// Rows of each period that equal an earlier one of it.
fn duplicates(alike: &Alike, rows: &Rows) -> Vec<u64> {
    let mut found = vec![0u64; rows.all()];
    // The lot that was last seen in a period.
    let mut seen = vec![u32::MAX; rows.all()];
    for (lot, equal) in (0u32..).zip(alike.same()) {
        for period in equal.iter().flat_map(|row| rows.periods_of(*row)) {
            if std::mem::replace(&mut seen[period], lot) == lot {
                found[period] += 1;
            }
        }
    }
    found
}

/// Instants between which a row is not far from all others: the middle 99 % of the rows, and as much again on
/// both sides, without what lies behind a long way without rows ([`far::usual`]). `None` for too few rows.
fn usual(times: &[i64]) -> Option<(i64, i64)> {
    let step = times.len().div_ceil(TIMES).max(1);
    let known = times.iter().step_by(step).filter(|t| **t != NO_TIME);
    let mut sample: Vec<f64> = known.map(|t| *t as f64).collect();
    if sample.len() < FEW_TIMES {
        return None;
    }
    sample.sort_unstable_by(f64::total_cmp);
    let (low, high) = (
        quantile_sorted(&sample, 0.005)?,
        quantile_sorted(&sample, 0.995)?,
    );
    let span = (high - low).max(DAY as f64);
    let rows: Vec<(f64, u64)> = sample.iter().map(|t| (*t, 1)).collect();
    let behind = far::usual(&rows, DAY as f64)?;
    Some((
        (low - span).max(behind.0) as i64,
        (high + span).min(behind.1) as i64,
    ))
}
