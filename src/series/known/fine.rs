//! Signals in shorter steps than those of the charts: what error budgets are judged by in the shortest steps in which a
//! set has it, and everything else for periods that the steps of the charts do not divide.

use super::super::fine::{Fine, JUDGED, MOST_CELLS, MOST_FINE, too_many, weight};
use super::super::{Machine, SeriesSet, Signal, Step};
use super::collect::{signals_in, signals_of};
use super::rows::rows;
use super::scrapes::{apart, every, span};

/// The signals of a machine in shorter steps than its own, where the set that it is of has them so.
#[must_use]
pub fn fine(set: &SeriesSet, machine: &Machine) -> Vec<Fine> {
    let mut out = judged(set, machine.step);
    out.extend(of_rows(set));
    out.extend(others(set, machine));
    out
}

/// What error budgets are judged by, where the set has it in shorter steps than one: four scrapes, or as long as it takes
/// to bound them ([`too_many`]).
fn judged(set: &SeriesSet, than: Step) -> Vec<Fine> {
    let (from, to) = span(set).unwrap_or_default();
    let (gap, few) = apart(set);
    let mut step = Step::at_least(gap.max((to - from) / MOST_FINE));
    while !few && step < than {
        let out = fine_in(set, step);
        match step.longer() {
            Some(longer) if too_many(out.iter().map(|f| &f.signal)) => step = longer,
            _ => return out,
        }
    }
    Vec::new()
}

/// All other signals in the shortest steps that are of use, or as long as it takes to keep [`MOST_CELLS`] of them: a
/// scrape for what goes up and down, four scrapes for what rises; of rows those in which they were counted.
fn others(set: &SeriesSet, machine: &Machine) -> Vec<Fine> {
    let than = machine.step;
    let (from, to) = span(set).unwrap_or_default();
    let other = |s: &&Signal| !JUDGED.contains(&s.measure);
    // What a step of all of them takes, about.
    let steps = (to - from).div_euclid(than.micros()).max(0) as usize + 1;
    let all = machine.signals.iter().filter(other).map(weight);
    let each = all.sum::<usize>().div_ceil(steps).max(1);
    let most = (MOST_CELLS / each).max(1) as i64;
    let bound = Step::at_least((to - from) / most);
    let known = |signal: &Signal| {
        let mut all = machine.signals.iter().filter(other);
        all.any(|s| s.is(signal) && s.source == signal.source)
    };
    let mut out: Vec<Fine> = Vec::new();
    let (gap, few) = apart(set);
    for (step, only_levels) in [(every(set), true), (gap, false)] {
        let step = Step::at_least(step).max(bound);
        if few || step >= than {
            continue;
        }
        for signal in signals_in(set, step, only_levels) {
            if known(&signal) && !out.iter().any(|f| f.signal.is(&signal)) {
                out.push(Fine { step, signal });
            }
        }
    }
    for (of, requests) in set.requests() {
        let step = requests.step.max(bound);
        if step < than {
            let mut signals = Vec::new();
            rows(of, requests, step, &mut signals);
            let signals = signals.into_iter().filter(|s| other(&s));
            out.extend(signals.map(|signal| Fine { step, signal }));
        }
    }
    out
}

/// The same in a given step, of series alone, and only as it adds up.
#[must_use]
pub fn fine_in(set: &SeriesSet, step: Step) -> Vec<Fine> {
    let signals = judged_in(set, step).into_iter();
    let signals = signals.map(Signal::only_totals);
    signals.map(|signal| Fine { step, signal }).collect()
}

/// The signals that error budgets are judged by in a given step, of series alone.
#[must_use]
pub fn judged_in(set: &SeriesSet, step: Step) -> Vec<Signal> {
    signals_of(set, step, &JUDGED)
}

/// The same of rows that were counted as they passed.
#[must_use]
pub fn of_rows(set: &SeriesSet) -> Vec<Fine> {
    let all = set.requests().iter();
    all.flat_map(|(of, requests)| requests.ledger.fine(of, "requests"))
        .collect()
}

/// All other signals of series in a given step.
#[must_use]
pub fn others_in(set: &SeriesSet, step: Step) -> Vec<Fine> {
    let signals = signals_in(set, step, false).into_iter();
    let signals = signals.filter(|s| !JUDGED.contains(&s.measure));
    signals.map(|signal| Fine { step, signal }).collect()
}
