//! What error budgets are judged by, in the shortest steps in which a set has it.

use super::super::fine::{Fine, JUDGED, MOST_FINE, too_many};
use super::super::{SeriesSet, Step};
use super::collect::signals_of;
use super::scrapes::{apart, span};

/// What error budgets are judged by, where the set has it in shorter steps than one: four scrapes, or as long as it takes
/// to bound them ([`too_many`]). Of rows that were counted as they passed, their ledgers.
#[must_use]
pub fn fine(set: &SeriesSet, than: Step) -> Vec<Fine> {
    let (from, to) = span(set).unwrap_or_default();
    let (gap, few) = apart(set);
    let mut step = Step::at_least(gap.max((to - from) / MOST_FINE));
    let mut out = Vec::new();
    while !few && step < than {
        out = fine_in(set, step);
        match step.longer() {
            Some(longer) if too_many(out.iter().map(|f| &f.signal)) => step = longer,
            _ => break,
        }
        out.clear();
    }
    out.extend(of_rows(set));
    out
}

/// The same in a given step, of series alone.
#[must_use]
pub fn fine_in(set: &SeriesSet, step: Step) -> Vec<Fine> {
    let signals = signals_of(set, step, &JUDGED).into_iter();
    signals.map(|signal| Fine { step, signal }).collect()
}

/// The same of rows that were counted as they passed.
#[must_use]
pub fn of_rows(set: &SeriesSet) -> Vec<Fine> {
    let all = set.requests().iter();
    all.flat_map(|(of, requests)| requests.ledger.fine(of, "requests"))
        .collect()
}
