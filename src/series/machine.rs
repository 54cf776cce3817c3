//! Measures of services by step of time: cells that add up, and no sample.

use super::anomalies::Anomaly;
use super::fine::{self, Fine};
use super::{Cells, Family, Measure, Signal, Step};
use serde::{Deserialize, Serialize};

/// Restarts told at most: the newest.
const RESTARTS: usize = 200;
/// Gaps in scrapes told at most: the newest.
const MISSED: usize = 200;
/// Unlike values told at most: the newest.
const ANOMALIES: usize = 500;

/// Measures of services by step of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The step of all cells.
    pub step: Step,
    /// First and last instant at which anything was seen.
    pub span: Option<(i64, i64)>,
    /// The measures, in the order of the page, then by thing.
    pub signals: Vec<Signal>,
    /// Those that error budgets are judged by in shorter steps, as far as these are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fine: Vec<Fine>,
    /// Restarts that were seen: by thing, how often a counter began anew, and when first.
    #[serde(default)]
    pub restarts: Vec<Restart>,
    /// Values that are unlike those before them; the newest.
    #[serde(default)]
    pub anomalies: Vec<Anomaly>,
    /// Times in which a live source gave nothing: from, to (exclusive).
    #[serde(default)]
    pub gaps: Vec<(i64, i64)>,
    /// Times in which scrapes of a source are missing; the newest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// How many sources are scraped.
    #[serde(default)]
    pub sources: usize,
    /// Sentences on what was assumed or left out.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A time in which scrapes of a source are missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missed {
    /// The last scrape before it (microseconds).
    pub from: i64,
    /// The first one after it.
    pub until: i64,
    /// Of what: an instance, a job or a file.
    pub of: String,
}

/// A counter that began anew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Restart {
    /// First sample after it (microseconds).
    pub time: i64,
    /// What restarted.
    pub of: String,
}

impl Machine {
    /// Nothing, at a step.
    #[must_use]
    pub const fn new(step: Step) -> Self {
        Self {
            step,
            span: None,
            signals: Vec::new(),
            fine: Vec::new(),
            restarts: Vec::new(),
            anomalies: Vec::new(),
            gaps: Vec::new(),
            missed: Vec::new(),
            sources: 0,
            notes: Vec::new(),
        }
    }

    /// Brings all cells to a longer step, but for those that have a step of their own.
    pub fn coarsen(&mut self, step: Step) {
        if step > self.step {
            let finer = self.step;
            for signal in &mut self.signals {
                signal.renumber(|number| step.holds(finer, number));
            }
            self.step = step;
        }
    }

    /// Adds what another machine saw: in other steps, or of other things. What both saw of one thing in one step is
    /// taken as parts of it.
    pub fn merge(&mut self, other: &Self) {
        let step = self.step.max(other.step);
        self.coarsen(step);
        let mut other = other.clone();
        other.coarsen(step);
        for theirs in other.signals {
            match self.signals.iter_mut().find(|s| s.is(&theirs)) {
                Some(mine) => mine.merge(theirs),
                None => self.signals.push(theirs),
            }
        }
        fine::merge(&mut self.fine, other.fine);
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.restarts.extend(other.restarts);
        self.anomalies.extend(other.anomalies);
        self.gaps.extend(other.gaps);
        self.missed.extend(other.missed);
        self.sources = self.sources.max(other.sources);
        self.notes.extend(other.notes);
        self.settle();
    }

    /// Puts what is known anew of the steps from one on in the place of what was known of them. Both have one step.
    pub fn renew(&mut self, from: i64, newer: Self) {
        for signal in &mut self.signals {
            signal.each(|cells| cells.keep_until(from));
        }
        for theirs in newer.signals {
            match self.signals.iter_mut().find(|s| s.is(&theirs)) {
                Some(mine) => {
                    mine.source.clone_from(&theirs.source);
                    mine.add(theirs, Cells::extend);
                }
                None => self.signals.push(theirs),
            }
        }
        self.signals.retain(|s| s.ends().is_some());
        let start = self.step.start(from);
        for fine in &mut self.fine {
            let until = fine.step.of(start);
            fine.signal.each(|cells| cells.keep_until(until));
        }
        fine::merge(&mut self.fine, newer.fine);
        self.span = newer.span;
        self.restarts = newer.restarts;
        self.anomalies = newer.anomalies;
        self.gaps = newer.gaps;
        self.missed = newer.missed;
        self.sources = newer.sources;
        self.notes = newer.notes;
        self.settle();
    }

    /// What is known of the steps from one on, as [`Machine::keep_from`] leaves it.
    #[must_use]
    pub fn since(&self, number: i64) -> Self {
        fn of(signal: &Signal, number: i64) -> Option<Signal> {
            signal
                .ends()
                .is_some_and(|e| e.1 >= number)
                .then(|| Signal {
                    measure: signal.measure,
                    of: signal.of.clone(),
                    what: signal.what.clone(),
                    source: signal.source.clone(),
                    unit: signal.unit,
                    cells: signal.cells.since(number),
                    counted: signal.counted.as_ref().map(|c| c.since(number)),
                    when: signal.when.as_ref().map(|c| c.since(number)),
                })
        }
        let start = self.step.start(number);
        let fine = |f: &Fine| {
            let signal = of(&f.signal, f.step.of(start))?;
            Some(Fine {
                step: f.step,
                signal,
            })
        };
        Self {
            step: self.step,
            span: self.span,
            signals: self.signals.iter().filter_map(|s| of(s, number)).collect(),
            fine: self.fine.iter().filter_map(fine).collect(),
            restarts: self.restarts.clone(),
            anomalies: self.anomalies.clone(),
            gaps: self.gaps.clone(),
            missed: self.missed.clone(),
            sources: self.sources,
            notes: self.notes.clone(),
        }
    }

    /// Lets go of cells before a step.
    pub fn keep_from(&mut self, number: i64) {
        self.signals.retain_mut(|signal| {
            signal.each(|cells| cells.keep_from(number));
            signal.ends().is_some()
        });
        let start = self.step.start(number);
        self.fine.retain_mut(|fine| {
            let from = fine.step.of(start);
            fine.signal.each(|cells| cells.keep_from(from));
            fine.signal.ends().is_some()
        });
    }

    /// Lets go of cells from a step on.
    pub fn keep_until(&mut self, number: i64) {
        self.signals.retain_mut(|signal| {
            signal.each(|cells| cells.keep_until(number));
            signal.ends().is_some()
        });
    }

    /// Puts everything into its order.
    pub fn settle(&mut self) {
        for signal in &mut self.signals {
            // Most of what does not rise adds up as it is.
            signal.counted.take_if(|counted| *counted == signal.cells);
        }
        self.signals
            .sort_by(|a, b| (a.measure, &a.of, &a.what).cmp(&(b.measure, &b.of, &b.what)));
        self.fine.sort_by(|a, b| {
            let place = |f: &Fine| (f.signal.measure, f.signal.of.clone(), f.signal.what.clone());
            place(a).cmp(&place(b))
        });
        self.restarts.sort();
        self.restarts.dedup();
        let more = self.restarts.len().saturating_sub(RESTARTS);
        self.restarts.drain(..more);
        self.anomalies.sort_by(|a, b| {
            (a.time, a.measure, &a.of, &a.what).cmp(&(b.time, b.measure, &b.of, &b.what))
        });
        self.anomalies.dedup();
        let more = self.anomalies.len().saturating_sub(ANOMALIES);
        self.anomalies.drain(..more);
        self.gaps.sort_unstable();
        self.gaps.dedup();
        self.missed.sort();
        self.missed.dedup();
        let more = self.missed.len().saturating_sub(MISSED);
        self.missed.drain(..more);
        self.notes.sort();
        self.notes.dedup();
    }

    /// The signals of a measure.
    pub fn of(&self, measure: Measure) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(move |s| s.measure == measure)
    }

    /// Whether anything is known of a family.
    #[must_use]
    pub fn tells(&self, family: Family) -> bool {
        self.signals.iter().any(|s| s.measure.family() == family)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Rate;
    use super::*;

    fn machine(step: Step, numbers: std::ops::Range<i64>) -> Machine {
        let cell = |number| {
            let rate = Rate {
                increase: 10.0,
                seconds: step.seconds(),
                ..Rate::default()
            };
            (number, rate)
        };
        Machine {
            signals: vec![Signal {
                measure: Measure::Requests,
                of: "a".into(),
                what: String::new(),
                source: "x".into(),
                unit: None,
                cells: Cells::Rate(numbers.map(cell).collect()),
                counted: None,
                when: None,
            }],
            ..Machine::new(step)
        }
    }

    #[test]
    fn machines_add_up_in_any_order_at_the_longer_step() {
        let minute = Step::at_least(60_000_000);
        let (a, b) = (machine(minute, 0..10), machine(Step::FINEST, 600..900));
        let mut one = a.clone();
        one.merge(&b);
        let mut other = b.clone();
        other.merge(&a);
        assert_eq!(one, other);
        assert_eq!(one.step, minute);
        let total = one.signals[0].cells.total(0, 100).unwrap();
        assert!((total - 3_100.0 / 900.0).abs() < 1e-12, "{total}");
        assert_eq!(one.signals[0].cells.total(15, 100), None);
    }
}
