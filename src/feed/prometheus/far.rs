//! Samples that are dated far from what was asked for: a server answers with none, so a clock is wrong, of the server or
//! of what stands before it. Taken as they are, what comes after them at its true time would be known already.

use crate::feed::source::{Instant, SECOND};
use crate::series::{Series, SeriesSet};
use crate::table::time::DAY;

/// How far ahead of what was asked for a sample may be.
const AHEAD: Instant = 3_600 * SECOND;
/// How many times as long as the time asked for the way back from it to a sample may be; at least a day.
const TIMES: i64 = 10;

/// Takes out of an answer what is dated far from the time that was asked for; `None` where nothing is.
pub fn set_aside(set: &mut SeriesSet, (from, to): (Instant, Instant)) -> Option<SeriesSet> {
    let length = to.saturating_sub(from);
    let first = from.saturating_sub(DAY.max(length.saturating_mul(TIMES)));
    let last = to.saturating_add(AHEAD);
    let near = |series: &Series| {
        let ends = series.times.first().zip(series.times.last());
        ends.is_none_or(|(a, b)| *a >= first && *b <= last)
    };
    if set.series().values().all(near) {
        return None;
    }
    let (near, _) = set.within(first, last);
    let (mut far, _) = set.within(i64::MIN, first.saturating_sub(1));
    far.merge(set.within(last.saturating_add(1), i64::MAX).0);
    far.settle();
    *set = near;
    Some(far)
}
