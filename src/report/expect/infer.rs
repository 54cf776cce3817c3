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
    let mut found = Expectations::infer(profile, summary.timed, delays);
    if let (Some(hours), Some(share)) =
        (found.rows.late_after_hours, &mut found.rows.late_share_max)
    {
        // Delays of real services are lumpier than chance: what a window of the baseline had may be.
        let (from, to) = profile.spans.before.unwrap_or((0, 0));
        let own = profile.spans.windows.iter();
        for window in own.filter(|w| w.0 >= from && w.1 <= to) {
            let cell = series.total(*window);
            if let Some(delays) = cell.delay_s.as_ref().filter(|d| d.count() > 0) {
                let late = delays.count_above(hours * 3_600.0) as f64 / delays.count() as f64;
                *share = share.max((late * 1e4).ceil() / 1e4);
            }
        }
    }
    Some(found)
}
