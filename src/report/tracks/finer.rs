//! The series of a machine in the steps that suit a period, where these are shorter than those of the charts.

use super::changes::WEEKS;
use super::{Track, of_panels};
use crate::report::Report;
use crate::report::service::whole_panels;
use crate::series::{Machine, Step};
use crate::table::time::DAY;
use std::collections::BTreeMap;

/// Steps that a period has at least, where there are shorter ones.
const FEWEST: i64 = 5;
/// The part of a period by which steps may miss its ends.
const OFF: i64 = 50;

/// The longest step up to one that divides a period well enough, not shorter than another; that one, where none does.
fn suits((from, to): (i64, i64), finest: Step, longest: Step) -> Step {
    let off = |step: Step, at: i64| {
        let before = at.rem_euclid(step.micros());
        before.min(step.micros() - before)
    };
    let fits = |step: &Step| {
        let missed = off(*step, from) + off(*step, to);
        missed <= (to - from) / OFF && (to - from) / step.micros() >= FEWEST
    };
    let ladder = std::iter::successors(Some(finest), |step| step.longer());
    let ladder = ladder.take_while(|step| *step <= longest);
    ladder.filter(fits).last().unwrap_or(finest)
}

/// Puts series in shorter steps in the place of those of the charts, as far as a machine has them and a period needs
/// them. Of each length of steps (microseconds) how many there are.
pub(super) fn finer(
    report: &Report,
    machine: &Machine,
    all: &mut [Track],
    (from, to): (i64, i64),
) -> BTreeMap<i64, usize> {
    let mut told = BTreeMap::new();
    let Some(service) = &report.resources.service else {
        return told;
    };
    let mut parts: BTreeMap<Step, Machine> = BTreeMap::new();
    for fine in machine.fine.iter().filter(|f| f.step < machine.step) {
        let step = suits((from, to), fine.step, machine.step);
        if step < machine.step {
            let mut fine = fine.clone();
            fine.coarsen(step);
            let part = parts.entry(step).or_insert_with(|| Machine::new(step));
            part.signals.push(fine.signal);
        }
    }
    let first = service
        .start
        .0
        .max(from.saturating_sub((WEEKS + 1) * 7 * DAY));
    let last = service.end.0.min(to);
    for (step, mut part) in parts {
        part.settle();
        let (a, b) = (step.of(first), step.of(last.saturating_sub(1)) + 1);
        if a >= b {
            continue;
        }
        let panels = whole_panels(&part, a, b);
        for track in of_panels(&panels, (step.start(a), step.micros())) {
            if let Some(coarse) = all.iter_mut().find(|t| t.name == track.name) {
                coarse.places = track.places;
                coarse.partly = track.partly;
                *told.entry(step.micros()).or_default() += 1;
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_step_that_divides_a_period_is_taken() {
        const MINUTE: i64 = 60_000_000;
        let step = |minutes: i64| Step::at_least(minutes * MINUTE);
        let found = |from: i64, to: i64| suits((from * MINUTE, to * MINUTE), step(1), step(180));
        assert_eq!(found(0, 1_800), step(180));
        assert_eq!(found(60, 1_860), step(60));
        assert_eq!(found(301, 701), step(15));
        assert_eq!(found(61, 101), step(1));
        assert_eq!(found(7, 13), step(1));
        assert_eq!(found(0, 2), step(1));
    }
}
