//! Instants that lie far from all others: of a clock that was wrong for a moment, or a file of another time. They would
//! make the rest one step.

use super::super::SeriesSet;
use super::scrapes::span;
use crate::table::time::{DAY, Time};

/// Instants that are left at least.
const FEWEST: usize = 20;
/// Of so many instants one may be far from the others.
const ONE_OF: usize = 20;
/// How many times as long as all the others the time up to them is.
const TIMES: i64 = 10;
/// Groups of far instants that are left out at most.
const GROUPS: usize = 8;

/// The instants that lie together: those between the cuts at the widest gaps, as many of these as leave out few instants
/// each and are far wider than what is kept. Far instants before and behind it do not hide each other: by one cut alone
/// what is kept would be as long as up to the other end.
fn near(times: &[i64]) -> &[i64] {
    let pairs = times.iter().zip(times.iter().skip(1)).zip(1..);
    let gaps = pairs.map(|((a, b), at)| (b.saturating_sub(*a), at));
    let mut gaps: Vec<(i64, usize)> = gaps.collect();
    gaps.sort_unstable_by(|a, b| b.cmp(a));
    gaps.truncate(GROUPS);
    let mut kept = times;
    let mut cuts: Vec<usize> = Vec::new();
    for (gap, at) in gaps {
        cuts.push(at);
        cuts.sort_unstable();
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([times.len()]);
        let groups: Vec<&[i64]> = starts.zip(ends).map(|(a, b)| &times[a..b]).collect();
        let Some(most) = groups.iter().max_by_key(|group| group.len()) else {
            break;
        };
        let length = most
            .last()
            .zip(most.first())
            .map_or(0, |(b, a)| b.saturating_sub(*a));
        let few = |group: &&[i64]| *group == *most || group.len() * ONE_OF <= most.len();
        if most.len() >= FEWEST
            && gap > DAY.max(length.saturating_mul(TIMES))
            && groups.iter().all(few)
        {
            kept = most;
        }
    }
    kept
}

/// A set without the few instants that lie further than a day, and ten times the length of all the others, from these;
/// a note in it says so. `None` where there is none.
#[must_use]
pub fn without_far(set: &SeriesSet) -> Option<SeriesSet> {
    let (from, to) = span(set)?;
    if to.saturating_sub(from) <= DAY {
        return None;
    }
    let samples = set.series().values().flat_map(|s| s.times.iter().copied());
    let rows = set.requests().values();
    let rows = rows.flat_map(|r| r.cells.keys().map(|number| r.step.start(*number)));
    let mut times: Vec<i64> = samples.chain(rows).collect();
    times.sort_unstable();
    times.dedup();
    let kept = near(&times);
    if kept.len() == times.len() {
        return None;
    }
    let (first, last) = (*kept.first()?, *kept.last()?);
    let (mut near, left) = set.within(first, last);
    let one = times.iter().find(|t| !(first..=last).contains(*t))?;
    let (what, verb) = match left {
        1 => ("sample or request", "was"),
        _ => ("samples or requests", "were"),
    };
    near.note(&format!(
        "{left} {what} dated far from all others, such as {}, {verb} left out: a clock was wrong, or a file is of another time.",
        Time(*one)
    ));
    Some(near)
}
