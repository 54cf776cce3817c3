//! Requests that rows tell of, by short steps of time: what error budgets and Apdex are judged by.
//!
//! A ledger keeps of each step how many requests there were, how many failed by the server's fault, and how long all
//! and those took, in the bounds of [`Took`]. It adds up in any order, to the bit. Rows are counted as they pass.
//!
//! **Bound.** Steps begin at a minute. They become longer by one rung ([`Step`]) while more than [`MOST_CELLS`] steps
//! have a request, or the steps together have more than [`MOST_PLACES`] counts of durations: some 5 MB. So a log that
//! never rests has steps of a minute up to two weeks, of five minutes up to ten, of a quarter of an hour up to thirty.
//! Only steps with requests take room, so one row that is dated ten years ago changes nothing.

use super::fine::Fine;
use super::step::is_plausible;
use super::took::{Took, place};
use super::{Cells, Durations, Measure, Rate, Signal, Step, UpTo};
use crate::stats::burn::Spent;
use crate::table::time::SECOND;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Steps with a request at most.
pub const MOST_CELLS: usize = 20_000;
/// Counts of durations at most, over all steps.
pub const MOST_PLACES: usize = 200_000;

/// The requests of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    all: u64,
    failed: u64,
    took: Took,
    failed_took: Took,
}

/// A request; what is not known of it is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entry {
    /// When it was, in microseconds of UTC.
    pub time: i64,
    /// Whether it failed by the server's fault.
    pub failed: Option<bool>,
    /// Seconds that it took.
    pub took_s: Option<f64>,
}

/// Requests by short steps of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Ledger {
    step: Step,
    cells: BTreeMap<i64, Tally>,
    /// Whether it is known of any whether it failed.
    states: bool,
    /// Whether it is known of any how long it took.
    times: bool,
    /// Counts of durations over all cells.
    places: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            step: Step::at_least(60 * SECOND),
            cells: BTreeMap::new(),
            states: false,
            times: false,
            places: 0,
        }
    }
}

impl Tally {
    fn merge(&mut self, other: &Self) {
        self.all = self.all.saturating_add(other.all);
        self.failed = self.failed.saturating_add(other.failed);
        self.took.merge(&other.took);
        self.failed_took.merge(&other.failed_took);
    }

    fn places(&self) -> usize {
        self.took.places() + self.failed_took.places()
    }

    /// Those that were not good: that failed or, where a limit is set, took longer.
    fn bad(&self, slow_s: Option<f64>) -> UpTo {
        let slow = slow_s.map_or(UpTo::default(), |limit| {
            // One that failed and was slow is bad once.
            let over = |took: &Took| took.up_to(limit).rest_of(took.count() as f64);
            over(&self.took).without(over(&self.failed_took))
        });
        let failed = UpTo::exactly(self.failed as f64);
        failed.plus(slow).at_most(self.all as f64)
    }
}

/// Requests whose duration is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timed {
    all: Took,
    failed: Took,
}

impl Timed {
    /// How many.
    #[must_use]
    pub fn all(&self) -> f64 {
        self.all.count() as f64
    }

    /// How many of them failed.
    #[must_use]
    pub fn failed(&self) -> f64 {
        self.failed.count() as f64
    }

    /// How many took at most so many seconds, and did not fail.
    #[must_use]
    pub fn good_within(&self, seconds: f64) -> UpTo {
        self.all.up_to(seconds).without(self.failed.up_to(seconds))
    }
}

impl Ledger {
    /// Counts a request; see [`Ledger::extend`].
    pub fn add(&mut self, entry: &Entry) {
        self.extend([*entry]);
    }

    /// Counts requests; those that are dated before 1900 or after 2300 are left out. Quickest where neighbours are of
    /// one step.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let mut entries = entries
            .into_iter()
            .filter(|e| is_plausible(e.time))
            .peekable();
        while let Some(first) = entries.peek() {
            let number = self.step.of(first.time);
            let within = self.step.start(number)..self.step.start(number + 1);
            let cell = self.cells.entry(number).or_default();
            while let Some(entry) = entries.next_if(|e| within.contains(&e.time)) {
                cell.all += 1;
                let failed = entry.failed == Some(true);
                cell.failed += u64::from(failed);
                self.states |= entry.failed.is_some();
                if let Some(seconds) = entry.took_s.filter(|s| s.is_finite() && *s >= 0.0) {
                    self.times = true;
                    let place = place(seconds);
                    self.places += usize::from(cell.took.add(place));
                    if failed {
                        self.places += usize::from(cell.failed_took.add(place));
                    }
                }
            }
            self.bound();
        }
    }

    /// Adds the requests of another.
    pub fn merge(&mut self, other: &Self) {
        let step = self.step.max(other.step);
        self.coarsen(step);
        for (number, cell) in &other.cells {
            let mine = self
                .cells
                .entry(step.holds(other.step, *number))
                .or_default();
            self.places -= mine.places();
            mine.merge(cell);
            self.places += mine.places();
        }
        self.states |= other.states;
        self.times |= other.times;
        self.bound();
    }

    fn bound(&mut self) {
        while (self.cells.len() > MOST_CELLS || self.places > MOST_PLACES)
            && let Some(longer) = self.step.longer()
        {
            self.coarsen(longer);
        }
    }

    fn coarsen(&mut self, step: Step) {
        if step <= self.step {
            return;
        }
        let mut cells: BTreeMap<i64, Tally> = BTreeMap::new();
        for (number, cell) in std::mem::take(&mut self.cells) {
            cells
                .entry(step.holds(self.step, number))
                .or_default()
                .merge(&cell);
        }
        self.places = cells.values().map(Tally::places).sum();
        (self.cells, self.step) = (cells, step);
    }

    /// Keeps the steps that hold an instant from one to another, both inclusive.
    pub fn keep(&mut self, from: i64, to: i64) {
        let kept = self.step.of(from)..=self.step.of(to);
        self.cells.retain(|number, _| kept.contains(number));
        self.places = self.cells.values().map(Tally::places).sum();
    }

    /// The step of its counts.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// Whether it is known of any whether it failed.
    #[must_use]
    pub const fn knows_failed(&self) -> bool {
        self.states
    }

    /// Whether it is known of any how long it took.
    #[must_use]
    pub const fn knows_durations(&self) -> bool {
        self.times
    }

    /// Numbers of the steps, from the first to behind the last; `None` without a request.
    #[must_use]
    pub fn numbers(&self) -> Option<Range<i64>> {
        let first = self.cells.first_key_value()?.0;
        let last = self.cells.last_key_value()?.0;
        Some(*first..last + 1)
    }

    /// Bad and all requests of each step that has any; a good one is answered within `slow_s`, where that is set.
    #[must_use]
    pub fn spent(&self, slow_s: Option<f64>) -> Vec<Spent> {
        let of = |(at, cell): (&i64, &Tally)| Spent {
            at: *at,
            bad: cell.bad(slow_s).about,
            all: cell.all as f64,
        };
        self.cells.iter().map(of).collect()
    }

    /// Bad requests of a range of steps: what [`Ledger::spent`] tells, at least and at most.
    #[must_use]
    pub fn bad_between(&self, slow_s: Option<f64>, steps: Range<i64>) -> UpTo {
        let cells = self.cells.range(steps);
        cells.fold(UpTo::default(), |sum, (_, cell)| sum.plus(cell.bad(slow_s)))
    }

    /// How long the requests of a range of steps took.
    #[must_use]
    pub fn took(&self, steps: Range<i64>) -> Timed {
        let mut out = Timed::default();
        for (_, cell) in self.cells.range(steps) {
            out.all.merge(&cell.took);
            out.failed.merge(&cell.failed_took);
        }
        out
    }

    /// The same as signals of a thing.
    #[must_use]
    pub fn fine(&self, of: &str, source: &str) -> Vec<Fine> {
        let seconds = self.step.seconds();
        let rate = |count: fn(&Tally) -> u64| {
            let cell = |(number, cell): (&i64, &Tally)| {
                let increase = count(cell) as f64;
                let rate = Rate {
                    increase,
                    seconds,
                    ..Rate::default()
                };
                (*number, rate)
            };
            Cells::Rate(self.cells.iter().map(cell).collect())
        };
        let took = |took: fn(&Tally) -> &Took| {
            let timed = self.cells.iter().filter(|c| took(c.1).places() > 0);
            let cells = timed.map(|(n, c)| (*n, Durations::Counted(took(c).clone())));
            Cells::Durations(cells.collect())
        };
        let all = [
            Some((Measure::Requests, rate(|c| c.all))),
            self.states
                .then(|| (Measure::ServerErrors, rate(|c| c.failed))),
            self.times.then(|| (Measure::Duration, took(|c| &c.took))),
            (self.times && self.states)
                .then(|| (Measure::FailedDuration, took(|c| &c.failed_took))),
        ];
        let all = all.into_iter().flatten();
        let all = all.filter(|(_, cells)| cells.ends().is_some());
        let fine = |(measure, cells)| Fine {
            step: self.step,
            signal: Signal {
                measure,
                of: of.to_owned(),
                what: String::new(),
                source: source.to_owned(),
                unit: None,
                cells,
                counted: None,
                when: None,
            },
        };
        all.map(fine).collect()
    }
}

/// A ledger as it is written: of each step the gap to the one before, all requests, failed ones, how many places of
/// durations follow, and these, then those of failed ones ([`crate::stats::sparse`]).
#[derive(Serialize, Deserialize)]
struct Written {
    step: Step,
    states: bool,
    times: bool,
    cells: Vec<Vec<i64>>,
}

impl From<Ledger> for Written {
    fn from(ledger: Ledger) -> Self {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut before = 0;
        let cell = |(number, tally): (i64, Tally)| {
            let gap = number - before;
            before = number;
            let (all, failed) = (Vec::from(tally.took), Vec::from(tally.failed_took));
            let head = [gap, whole(tally.all), whole(tally.failed), all.len() as i64];
            head.into_iter().chain(all).chain(failed).collect()
        };
        Self {
            step: ledger.step,
            states: ledger.states,
            times: ledger.times,
            cells: ledger.cells.into_iter().map(cell).collect(),
        }
    }
}

impl TryFrom<Written> for Ledger {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        if Step::at_least(written.step.micros()) != written.step {
            return Err("there is no such step of time".into());
        }
        let mut ledger = Self {
            step: written.step,
            states: written.states,
            times: written.times,
            ..Self::default()
        };
        let count = |n: i64| u64::try_from(n).map_err(|_| "a count is not negative".to_owned());
        let mut before = None;
        for cell in written.cells {
            let [gap, all, failed, length, rest @ ..] = &cell[..] else {
                return Err("a step has four numbers at least".into());
            };
            let number = before.unwrap_or(0_i64).checked_add(*gap);
            let number = number.filter(|n| is_plausible(written.step.start(*n)));
            let number = number.ok_or("a step is too far")?;
            if before.is_some_and(|b| number <= b) {
                return Err("steps ascend, so gaps are above 0".into());
            }
            before = Some(number);
            let length = usize::try_from(*length).ok().filter(|n| *n <= rest.len());
            let (all_took, failed_took) = rest.split_at(length.ok_or("a step is cut off")?);
            let tally = Tally {
                all: count(*all)?,
                failed: count(*failed)?,
                took: Took::try_from(all_took.to_vec())?,
                failed_took: Took::try_from(failed_took.to_vec())?,
            };
            ledger.places += tally.places();
            ledger.cells.insert(number, tally);
        }
        Ok(ledger)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60 * SECOND;

    fn ledger(entries: &[(i64, u8, f64)]) -> Ledger {
        let mut out = Ledger::default();
        out.extend(entries.iter().map(|(minute, failed, took)| {
            Entry {
                time: 1_700_000_040 * SECOND + minute * MINUTE,
                failed: [Some(false), Some(true), None]
                    .get(usize::from(*failed))
                    .copied()
                    .flatten(),
                took_s: Some(*took),
            }
        }));
        out
    }

    #[test]
    fn a_request_that_failed_and_was_slow_is_bad_once() {
        let all = [
            (0, 0, 0.1),
            (0, 0, 0.3),
            (0, 0, 0.300_1),
            (0, 1, 0.1),
            (0, 1, 9.0),
            (1, 2, f64::NAN),
        ];
        let ledger = ledger(&all);
        let bad = |slow| -> Vec<(f64, f64)> {
            ledger.spent(slow).iter().map(|s| (s.bad, s.all)).collect()
        };
        assert_eq!(bad(None), [(2.0, 5.0), (0.0, 1.0)]);
        assert_eq!(bad(Some(0.3)), [(3.0, 5.0), (0.0, 1.0)]);
        let took = ledger.took(ledger.numbers().unwrap());
        assert_eq!(
            (took.all(), took.failed(), took.good_within(0.3).about),
            (5.0, 2.0, 2.0)
        );
    }

    #[test]
    fn a_long_log_takes_the_room_of_a_short_one() {
        let hours: Vec<(i64, u8, f64)> =
            (0..30_000).map(|h| (h * 60, 0, 0.01 * h as f64)).collect();
        let long = ledger(&hours);
        assert!(long.cells.len() <= MOST_CELLS && long.places <= MOST_PLACES);
        assert_eq!(long.step().seconds(), 10_800.0);
        assert_eq!(
            long.spent(None).iter().map(|s| s.all).sum::<f64>(),
            30_000.0
        );
        // One row of another year does not make the others coarse.
        let mut odd = ledger(&[(0, 0, 1.0), (1, 0, 1.0)]);
        odd.extend([Entry {
            time: 0,
            ..Entry::default()
        }]);
        assert_eq!(odd.step().seconds(), 60.0);
    }

    #[test]
    fn what_is_broken_is_refused() {
        let with = |cells: &str| {
            let text = format!(r#"{{"step":60000000,"states":true,"times":true,"cells":{cells}}}"#);
            serde_json::from_str::<Ledger>(&text)
        };
        assert!(with("[[5,2,1,2,3,2]]").is_ok());
        for cells in [
            "[[5,2,1]]",
            "[[5,2,1,4,3,2]]",
            "[[5,2,1,2,200,2]]",
            "[[5,-2,1,0]]",
            "[[5,2,1,0],[0,1,1,0]]",
            "[[9223372036854775807,2,1,0]]",
        ] {
            assert!(with(cells).is_err(), "{cells}");
        }
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole_in_any_order(
            rows in prop::collection::vec((0_i64..40_000, 0_u8..3, 1e-7_f64..1e7), 1..300),
            cut in 0_usize..300,
        ) {
            let whole = ledger(&rows);
            let cut = cut.min(rows.len());
            let (mut a, mut b) = (ledger(&rows[..cut]), ledger(&rows[cut..]));
            let first = a.clone();
            a.merge(&b);
            b.merge(&first);
            prop_assert_eq!(&a, &whole);
            prop_assert_eq!(&b, &whole);
            let text = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<Ledger>(&text).unwrap(), whole);
        }
    }
}
