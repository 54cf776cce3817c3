//! From checks window by window to what a reader sees of them.

use super::super::make::Making;
use super::super::steps::pause;
use super::sentence::sentence;
use super::{Check, CheckKind, Checks, Seen, Tracked};
use crate::metric::Estimate;
use crate::stats::interval::wilson;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The checks that found something in the windows in view; `in_baseline` tells of windows of `making.all`.
pub(in super::super) async fn checks(
    making: &Making<'_>,
    in_baseline: impl Fn(usize) -> bool,
    tracked: &[Tracked],
) -> Checks {
    let (from, to) = making.shown;
    let judged: Vec<usize> = (from..to).filter(|at| !in_baseline(*at)).collect();
    let mut found: Vec<Check> = Vec::new();
    for check in tracked.iter().filter(|check| check.found_any()) {
        found.push(match check.kind.is_impossible() {
            true => row(making, &(from..to).collect::<Vec<_>>(), check),
            false => row(making, &judged, check),
        });
        pause().await;
    }
    found.retain(|check| check.broken > 0 || check.rows > 0);
    let share = |check: &Check| match check.kind.is_share() {
        true => check.found.value.unwrap_or(0.0),
        // A ratio or a time beside shares: as bad as can be, where it breaks.
        false => 1.0,
    };
    found.sort_by(|a, b| {
        let order = |c: &Check| (Reverse(c.is_broken()), Reverse(c.goes_on));
        let first = order(a).cmp(&order(b));
        let most = first.then_with(|| share(b).total_cmp(&share(a)));
        most.then_with(|| (a.kind, &a.column).cmp(&(b.kind, &b.column)))
    });
    let mut checked: BTreeMap<CheckKind, Vec<String>> = BTreeMap::new();
    let tells = |check: &&Tracked| {
        let windows = check.windows.get(from..to).unwrap_or_default();
        windows.iter().any(Option::is_some)
    };
    for check in tracked.iter().filter(tells) {
        let columns = checked.entry(check.kind).or_default();
        columns.extend(check.column.clone());
    }
    Checks {
        made: tracked.len() as u64,
        checked,
        found,
        violations: Vec::new(),
        unjudged: Vec::new(),
        expectations: None,
    }
}

fn row(making: &Making<'_>, judged: &[usize], check: &Tracked) -> Check {
    let (from, to) = making.shown;
    let seen = |at: usize| check.windows.get(at).copied().flatten();
    let known: Vec<usize> = judged
        .iter()
        .copied()
        .filter(|at| seen(*at).is_some())
        .collect();
    let broken: Vec<usize> = known
        .iter()
        .copied()
        .filter(|at| check.breaks(*at))
        .collect();
    let goes_on = known.last().is_some_and(|last| broken.last() == Some(last));
    let run = known.iter().rev().take_while(|at| check.breaks(**at));
    let since = match goes_on {
        true => run.last().copied(),
        false => broken.first().copied(),
    };
    // Of a break that goes on, what was found since then; of one that is over, its windows.
    let of: Vec<Seen> = match (broken.is_empty(), goes_on) {
        (true, _) => known.iter().filter_map(|at| seen(*at)).collect(),
        (false, true) => {
            let since = since.unwrap_or(0);
            let later = known.iter().filter(|at| **at >= since);
            later.filter_map(|at| seen(*at)).collect()
        }
        (false, false) => broken.iter().filter_map(|at| seen(*at)).collect(),
    };
    let expected = check.expected.value.unwrap_or(0.0);
    let apart = |at: usize| seen(at).map_or(0.0, |s| (s.value - expected).abs());
    let candidates = if broken.is_empty() { &known } else { &broken };
    let worst = candidates
        .iter()
        .copied()
        .reduce(|a, b| if apart(b) > apart(a) { b } else { a })
        .filter(|at| seen(*at).is_some_and(|s| s.count > 0 || check.breaks(*at)));
    let start = |at: usize| making.all.get(at).map(|window| window.start);
    let mut out = Check {
        kind: check.kind,
        column: check.column.clone(),
        expected: check.expected.clone(),
        found: found(check, &of, worst.and_then(seen)),
        rows: match check.kind {
            CheckKind::Cardinality | CheckKind::Volume => 0,
            _ => of.iter().map(|s| s.count).sum(),
        },
        windows: (from..to).map(|at| seen(at).map(|s| s.value)).collect(),
        breaks: match broken.is_empty() {
            true => Vec::new(),
            false => (from..to).map(|at| broken.contains(&at)).collect(),
        },
        broken: broken.len() as u64,
        judged: known.len() as u64,
        since: since.and_then(start),
        goes_on,
        worst: worst.and_then(start),
        words: check.words.clone(),
        sentence: String::new(),
    };
    out.sentence = sentence(making, &out, worst.and_then(seen));
    out
}

/// What was found in some windows together: a share of all their rows, or the value of the worst one.
fn found(check: &Tracked, of: &[Seen], worst: Option<Seen>) -> Estimate {
    let sum = |of: &[Seen]| {
        of.iter()
            .fold((0, 0), |sum, s| (sum.0 + s.count, sum.1 + s.total))
    };
    if !check.kind.is_share() {
        return worst.map_or_else(
            || Estimate::undefined("no window tells", 0),
            |worst| Estimate::of(worst.value, None, worst.total),
        );
    }
    match sum(of) {
        (_, 0) => Estimate::undefined("no rows", 0),
        (k, n) => Estimate::of(k as f64 / n as f64, wilson(k.min(n), n), n),
    }
}
