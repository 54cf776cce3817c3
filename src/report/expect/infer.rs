//! What the baseline of a view lets expect.

use super::super::view::View;
use super::Expectations;
use crate::summary::Summary;

/// What the baseline by which the columns of a view were counted last lets expect; `None` where they were not.
#[must_use]
pub fn infer(summary: &Summary, view: &View) -> Option<Expectations> {
    let slice = view.slice();
    let mut of_slice = summary.series.iter().filter(|s| s.slice == slice);
    let profile = of_slice.find_map(|series| series.profiles.last())?;
    Some(Expectations::infer(profile, summary.timed))
}
