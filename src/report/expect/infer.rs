//! What the baseline of a view lets expect.

use super::super::view::View;
use super::Expectations;
use crate::summary::{Profile, Series, Summary, WindowSize};
use crate::table::time::DAY;
use std::borrow::Cow;

/// What the baseline by which the columns of a view were counted last lets expect; `None` where they were not.
#[must_use]
pub fn infer(summary: &Summary, view: &View) -> Option<Expectations> {
    let slice = view.slice();
    let mut of_slice = summary.series.iter().filter(|s| s.slice == slice);
    let (series, profile) = of_slice.find_map(|s| Some((s, s.profiles.last()?)))?;
    let baseline = match profile.spans.before {
        Some(range) => Some(series.total(range)),
        None => series.reference.as_ref().map(Cow::Borrowed),
    };
    let delays = baseline.as_ref().and_then(|cell| cell.delay_s.as_ref());
    let (from, to) = profile.spans.before.unwrap_or((0, 0));
    let own = profile.spans.windows.iter();
    let own = own.filter(|w| w.0 >= from && w.1 <= to);
    let own: Vec<_> = own.map(|window| series.total(*window)).collect();
    let each: Vec<_> = own.iter().filter_map(|c| c.delay_s.as_ref()).collect();
    let rows = usual_rows(series, profile);
    Some(Expectations::infer(
        profile,
        summary.timed,
        (delays, &each),
        &rows,
    ))
}

/// Rows of the windows of a baseline of a week and more, but for the first one of all, which may be cut; none of a
/// shorter baseline, and where windows are of so many rows.
fn usual_rows(series: &Series, profile: &Profile) -> Vec<u64> {
    let bucket = |at: usize| series.buckets.get(at);
    let last = |end: usize| end.checked_sub(1).and_then(bucket);
    let before = profile.spans.before.and_then(|(from, to)| {
        let span = last(to)?.end.0 - bucket(from)?.start.0;
        (span >= 7 * DAY && !matches!(series.size, WindowSize::Rows(_))).then_some((from, to))
    });
    let Some((from, to)) = before else {
        return Vec::new();
    };
    let all = profile.spans.windows.iter().zip(&profile.windows);
    let inner = all.skip(1).filter(|(w, _)| w.0 >= from && w.1 <= to);
    inner.map(|(_, lines)| lines.rows).collect()
}
