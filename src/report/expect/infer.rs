//! What the baseline of a view lets expect.

use super::super::view::View;
use super::Expectations;
use crate::summary::Summary;
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
    Some(Expectations::infer(profile, summary.timed, delays, &each))
}
