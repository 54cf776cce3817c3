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
    let mut kept = &times[..];
    for _ in 0..GROUPS {
        let gaps = kept.windows(2).map(|p| p[1] - p[0]).enumerate();
        let Some((at, gap)) = gaps.max_by_key(|(_, gap)| *gap) else {
            break;
        };
        let (a, b) = kept.split_at(at + 1);
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let length = many.last()? - many.first()?;
        if few.len() * ONE_OF > many.len()
            || many.len() < FEWEST
            || gap <= DAY.max(length.saturating_mul(TIMES))
        {
            break;
        }
        kept = many;
    }
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
