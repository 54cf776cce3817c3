//! From samples that come in to a [`Machine`] that grows: the same cells as of one set with all samples, in bounded
//! memory.
//!
//! Samples are kept until their step is over and late ones are not to be expected any more; then the step is *closed*:
//! its cells stay, its samples go. Cells of a step depend on the samples in it alone ([`crate::series`]), so closing
//! changes no number; of each series the last sample stays, because whether a counter began anew is told by two.
//!
//! **Bound.** Samples of [`LATE`] and two steps (at most [`MOST_SAMPLES`](crate::series::set::MOST_SAMPLES)), and
//! [`MOST_STEPS`] cells of each measure of each thing. Where there would be more, steps become longer by one rung and
//! the older cells are added up, which a note says. Error budgets are judged in steps that stay short for longer
//! ([`crate::series::fine`]): requests, errors and durations alone are kept in them, up to a bound of their own.

use super::source::{Gap, Instant, SECOND};
use crate::series::anomalies::Anomalies;
use crate::series::fine::too_many;
use crate::series::known::{fine_in, machine_in, of_rows, span};
use crate::series::{Machine, SeriesSet, Step};

/// How late a sample may come.
pub const LATE: Instant = 300 * SECOND;
/// Steps at most.
pub const MOST_STEPS: i64 = 2_880;
/// Gaps that are told at most.
const GAPS: usize = 100;

/// What was told of a machine that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its steps, and those of error budgets.
    steps: (Step, Step),
    /// The first step that was open.
    border: i64,
}

/// A machine that grows.
#[derive(Clone, Debug)]
pub struct Growth {
    step: Step,
    /// The step that error budgets are judged in; never longer than the other.
    fine: Step,
    /// Samples of steps that are not closed.
    open: SeriesSet,
    /// Requests of logs, which are counted as they pass.
    logs: SeriesSet,
    /// Steps before [`Growth::border`].
    closed: Machine,
    /// The first step that is not closed; `None` before there is one.
    border: Option<i64>,
    newest: Option<Instant>,
    first: Option<Instant>,
    late: u64,
    anomalies: Anomalies,
    gaps: Vec<Gap>,
    longer: bool,
}

impl Growth {
    /// Nothing yet, in steps of this length.
    #[must_use]
    pub fn new(step: Step) -> Self {
        Self {
            step,
            fine: step,
            open: SeriesSet::default(),
            logs: SeriesSet::default(),
            closed: Machine::new(step),
            border: None,
            newest: None,
            first: None,
            late: 0,
            anomalies: Anomalies::default(),
            gaps: Vec::new(),
            longer: false,
        }
    }

    /// Adds samples.
    pub fn take(&mut self, mut set: SeriesSet) {
        self.logs.merge(set.take_requests());
        if let Some((from, to)) = span(&set) {
            self.first = Some(self.first.map_or(from, |t| t.min(from)));
            self.newest = self.newest.max(Some(to));
        }
        if let Some(border) = self.border {
            // What is closed stays as it is.
            let late = set.take_until(self.step.start(border));
            self.late += late.samples() as u64;
        }
        self.open.merge(set);
        self.open.settle();
        self.close();
    }

    /// Marks a gap; the oldest is forgotten where there are too many.
    pub fn gap(&mut self, gap: Gap) {
        if self.gaps.len() == GAPS {
            self.gaps.remove(0);
        }
        self.gaps.push(gap);
    }

    /// The gaps, as they came.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Closes steps that are over.
    fn close(&mut self) {
        let Some(newest) = self.newest else { return };
        let late = LATE.max(2 * self.step.micros());
        let border = self.step.of_sample(newest - late);
        if self.border.is_some_and(|known| border <= known) {
            return;
        }
        let over = self.open.take_until(self.step.start(border));
        if !over.is_empty() {
            let mut cells = self.cells(&over);
            cells.keep_from(self.border.unwrap_or(i64::MIN));
            cells.notes.clear();
            cells.anomalies = self.anomalies.take(&cells, border);
            self.closed.merge(&cells);
        }
        self.border = Some(border);
        let whole = |step: Step, longer: Step| {
            // Only where a longer step begins: it would be torn otherwise.
            border.saturating_mul(self.step.micros() / step.micros())
                % (longer.micros() / step.micros())
                == 0
        };
        if self.fine < self.step
            && too_many(&self.closed.fine)
            && let Some(longer) = self.fine.longer()
            && whole(self.fine, longer)
        {
            self.closed.fine.iter_mut().for_each(|f| f.coarsen(longer));
            self.fine = longer;
        }
        let steps = self
            .first
            .map_or(0, |first| border - self.step.of_sample(first));
        if steps > MOST_STEPS
            && let Some(longer) = self.step.longer()
            && whole(self.step, longer)
        {
            self.closed.coarsen(longer);
            // What is unlike in longer steps is another question: they are looked at from their beginning.
            self.anomalies = Anomalies::default();
            self.anomalies
                .take(&self.closed, longer.holds(self.step, border));
            self.border = Some(longer.holds(self.step, border));
            self.step = longer;
            self.longer = true;
        }
    }

    /// What samples tell, in the steps that are kept.
    fn cells(&self, set: &SeriesSet) -> Machine {
        let mut cells = machine_in(set, self.step);
        cells.fine = fine_in(set, self.fine);
        cells
    }

    /// All that is known now.
    #[must_use]
    pub fn machine(&self) -> Machine {
        self.since(i64::MIN)
    }

    /// The same without the cells before a step.
    fn since(&self, number: i64) -> Machine {
        let mut open = self.cells(&self.open);
        open.keep_from(self.border.unwrap_or(i64::MIN));
        let mut machine = self.closed.since(number);
        machine.merge(&open);
        if !self.logs.is_empty() {
            let mut logs = machine_in(&self.logs, self.step);
            logs.fine = of_rows(&self.logs);
            machine.merge(&logs);
        }
        if self.fine == self.step {
            // The others are no finer.
            machine.fine.retain(|f| f.step < self.step);
        }
        machine.gaps = self.gaps.iter().map(|g| (g.from, g.to)).collect();
        if self.late > 0 {
            machine.notes.push(format!(
                "{} samples came more than {} minutes late and were left out.",
                self.late,
                LATE / (60 * SECOND)
            ));
        }
        if self.longer {
            machine.notes.push(format!(
                "So long a time is told in steps of {} s: what came before was added up.",
                self.step.seconds()
            ));
        }
        machine
    }

    /// What is known now of the steps that were open when it was told last, and the first of them; all, where steps
    /// became longer since or older ones may have changed. `told` remembers for the next time.
    pub fn fresh(&self, told: &mut Option<Told>) -> (Machine, Option<i64>) {
        let steps = (self.step, self.fine);
        let from = told.filter(|told| told.steps == steps && self.logs.is_empty());
        let from = from.map(|told| told.border);
        let machine = self.since(from.unwrap_or(i64::MIN));
        *told = self.border.map(|border| Told { steps, border });
        (machine, from)
    }

    /// Samples held.
    #[must_use]
    pub const fn samples(&self) -> usize {
        self.open.samples()
    }

    /// Whether nothing has come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.newest.is_none() && self.logs.is_empty()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Key, Kind, Labels};
    use proptest::prelude::*;

    /// A sample of each of three series at each time, with a counter that begins anew now and then.
    fn sets(times: &[i64]) -> Vec<SeriesSet> {
        let of = |(i, time): (usize, &i64)| {
            let mut set = SeriesSet::default();
            let mut add = |name: &str, labels: &[(&str, &str)], kind, value| {
                let labels = labels.iter().map(|(n, v)| ((*n).into(), (*v).into()));
                let key = Key {
                    name: name.into(),
                    labels: Labels::new(labels.collect()),
                    file: String::new(),
                };
                set.add(key, kind, "", *time, value);
            };
            let n = (i % 97) as f64;
            add(
                "http_requests_total",
                &[("job", "a"), ("code", "200")],
                Kind::Counter,
                n * 7.0,
            );
            add(
                "http_requests_total",
                &[("job", "a"), ("code", "500")],
                Kind::Counter,
                n,
            );
            add(
                "http_request_duration_seconds_bucket",
                &[("job", "a"), ("le", "0.1")],
                Kind::Counter,
                n * 5.0,
            );
            add(
                "http_request_duration_seconds_bucket",
                &[("job", "a"), ("le", "+Inf")],
                Kind::Counter,
                n * 7.0,
            );
            add(
                "node_load1",
                &[("instance", "b")],
                Kind::Gauge,
                (i % 13) as f64,
            );
            set
        };
        times.iter().enumerate().map(of).collect()
    }

    fn from_scratch(sets: &[SeriesSet], step: Step) -> Machine {
        let mut all = SeriesSet::default();
        sets.iter().for_each(|s| all.merge(s.clone()));
        all.settle();
        machine_in(&all, step)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_grew_is_what_one_set_gives(gaps in prop::collection::vec(1_i64..90, 200..500), start in 0_i64..1_000) {
            let mut time = (1_700_000_000 + start) * SECOND;
            let times: Vec<i64> = gaps.iter().map(|gap| {
                // Mostly every 15 s, some late, some missing.
                time += if *gap < 60 { 15 * SECOND } else { gap * SECOND };
                time
            }).collect();
            let sets = sets(&times);
            let step = Step::at_least(60 * SECOND);
            let mut growth = Growth::new(step);
            let (mut told, mut shown) = (None, Machine::new(step));
            for (i, set) in sets.iter().enumerate() {
                growth.take(set.clone());
                if i % 7 == 0 || i + 1 == sets.len() {
                    match growth.fresh(&mut told) {
                        (machine, None) => shown = machine,
                        (machine, Some(from)) => shown.renew(from, machine),
                    }
                }
            }
            prop_assert_eq!(&shown, &growth.machine());
            let (grown, whole) = (growth.machine(), from_scratch(&sets, step));
            prop_assert_eq!(&grown.signals, &whole.signals);
            prop_assert_eq!(grown.span, whole.span);
            prop_assert!(growth.samples() < 5 * 40, "{}", growth.samples());
        }
    }

    #[test]
    fn memory_stays_where_it_is_over_many_polls() {
        let times: Vec<i64> = (0..14_000)
            .map(|i| (1_700_000_000 + i * 15) * SECOND)
            .collect();
        let mut growth = Growth::new(Step::at_least(60 * SECOND));
        let mut most = 0;
        for set in sets(&times) {
            growth.take(set);
            most = most.max(growth.samples());
        }
        assert!(most < 400, "{most} samples held");
        let machine = growth.machine();
        // 14 000 polls are 3 500 minutes: more than there is room for, so steps are of five minutes.
        assert_eq!(machine.step.seconds(), 300.0);
        let (from, to) = machine.signals[0].cells.ends().unwrap();
        assert!((690..=701).contains(&(to - from)), "{from} {to}");
        assert!(machine.notes.iter().any(|n| n.contains("steps of 300 s")));
    }

    #[test]
    fn error_budgets_are_judged_in_the_steps_that_samples_came_in() {
        let times: Vec<i64> = (0..14_000)
            .map(|i| (1_700_000_040 + i * 15) * SECOND)
            .collect();
        let (sets, minute) = (sets(&times), Step::at_least(60 * SECOND));
        let mut growth = Growth::new(minute);
        let (mut told, mut shown) = (None, Machine::new(minute));
        let mut all = SeriesSet::default();
        for (i, set) in sets.iter().enumerate() {
            growth.take(set.clone());
            all.merge(set.clone());
            if i % 500 == 0 || i + 1 == sets.len() {
                match growth.fresh(&mut told) {
                    (machine, None) => shown = machine,
                    (machine, Some(from)) => shown.renew(from, machine),
                }
            }
        }
        all.settle();
        assert_eq!(shown.step.seconds(), 300.0);
        assert_eq!(shown.fine, fine_in(&all, minute));
        let measures: Vec<&str> = shown.fine.iter().map(|f| f.signal.measure.id()).collect();
        assert_eq!(measures, ["requests", "server_errors", "duration"]);
        let (spent, step) = shown.spent("a", Some(0.05));
        assert_eq!((step, spent.len()), (minute, 3_500));
    }
}
