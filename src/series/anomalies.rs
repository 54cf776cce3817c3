//! Values of signals that are unlike those before them: [`crate::stats::anomaly`] over each signal, as its steps close.
//!
//! Of durations it is the 95th percentile that is looked at, of everything else what is drawn. Nothing after a step is
//! looked at, so what was told stays as time goes on. A detector takes some 100 KB and some thousand multiplications a
//! step: the first [`MOST_SIGNALS`] signals in the order of the page are watched, requests first.

use super::{Cells, Machine, Measure, Signal};
use crate::stats::anomaly::Detector;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Signals that are watched.
const MOST_SIGNALS: usize = 64;
/// Scores from which a value is told: an alarm would be worth it.
const LEAST: f64 = 0.5;
/// The quantile of durations that is watched.
pub const QUANTILE: (&str, f64) = ("p95", 0.95);

/// A value that is unlike those before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// What is measured.
    pub measure: Measure,
    /// Of what.
    pub of: String,
    /// What tells the signal from others of that thing.
    pub what: String,
    /// First instant of the step (microseconds).
    pub time: i64,
    /// From 0.5 to 1.
    pub score: f64,
}

impl Anomaly {
    /// Whether it is of a signal.
    #[must_use]
    pub fn is_of(&self, signal: &Signal) -> bool {
        self.measure == signal.measure && self.of == signal.of && self.what == signal.what
    }
}

/// Names a signal.
type Name = (Measure, String, String);

/// Watches signals step by step.
#[derive(Clone, Debug, Default)]
pub struct Anomalies {
    /// A detector each, and the first step that it has not seen.
    all: BTreeMap<Name, (Detector, i64)>,
}

impl Anomalies {
    /// Looks at the steps of a machine before one; those that were seen before are passed over.
    pub fn take(&mut self, machine: &Machine, until: i64) -> Vec<Anomaly> {
        let mut found = Vec::new();
        for signal in machine.signals.iter().filter(|s| s.measure != Measure::Up) {
            let name = (signal.measure, signal.of.clone(), signal.what.clone());
            if self.all.len() >= MOST_SIGNALS && !self.all.contains_key(&name) {
                continue;
            }
            let (detector, next) = self
                .all
                .entry(name)
                .or_insert_with(|| (Detector::default(), i64::MIN));
            let Some((first, last)) = signal.cells.ends() else {
                continue;
            };
            for number in first.max(*next)..(last + 1).min(until) {
                let Some(value) = value(&signal.cells, number) else {
                    continue;
                };
                let time = machine.step.start(number);
                let score = detector.push(Some(time), value);
                if score >= LEAST {
                    found.push(Anomaly {
                        measure: signal.measure,
                        of: signal.of.clone(),
                        what: signal.what.clone(),
                        time,
                        score,
                    });
                }
            }
            *next = (*next).max(until.min(last + 1));
        }
        found
    }
}

/// All that is unlike what was before it in a machine that is complete.
#[must_use]
pub fn anomalies(machine: &Machine) -> Vec<Anomaly> {
    Anomalies::default().take(machine, i64::MAX)
}

fn value(cells: &Cells, number: i64) -> Option<f64> {
    match cells {
        Cells::Durations(_) => cells.durations_at(number)?.quantile(QUANTILE.1),
        cells => cells.total(number, number + 1),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Level, Step};
    use super::*;

    fn machine(values: &[f64]) -> Machine {
        let mut machine = Machine::new(Step::FINEST);
        let cell = |(number, value): (usize, &f64)| (number as i64, Level::seen(*value));
        machine.signals.push(Signal {
            measure: Measure::Cpu,
            of: "a".into(),
            what: String::new(),
            source: "cpu".into(),
            unit: None,
            counted: None,
            when: None,
            cells: Cells::Level(values.iter().enumerate().map(cell).collect()),
        });
        machine
    }

    /// A daily wave with a burst.
    fn values() -> Vec<f64> {
        let wave = |i: usize| 0.3 + 0.05 * libm::sin(i as f64 / 20.0) + 0.01 * ((i * 7) % 5) as f64;
        let mut values: Vec<f64> = (0..480).map(wave).collect();
        values[400..404].iter_mut().for_each(|v| *v += 0.6);
        values
    }

    #[test]
    fn a_burst_is_found_and_nothing_else() {
        let machine = machine(&values());
        let found = anomalies(&machine);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].time, machine.step.start(400));
        assert!(found[0].is_of(&machine.signals[0]));
    }

    #[test]
    fn what_is_told_step_by_step_is_what_is_told_at_once() {
        let whole = machine(&values());
        let mut watched = Anomalies::default();
        let mut found = Vec::new();
        for until in (0..=480).step_by(7) {
            let mut part = whole.clone();
            part.keep_from(until - 20);
            found.extend(watched.take(&part, until));
        }
        found.extend(watched.take(&whole, i64::MAX));
        assert_eq!(found, anomalies(&whole));
    }
}
