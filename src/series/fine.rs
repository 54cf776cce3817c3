//! Signals in shorter steps than a chart's: an error budget is judged over windows of its own, the shortest of five
//! minutes, whatever the steps of the charts are; and a period that a reader marks is compared by the steps that lie in
//! it, where those of the charts do not divide it.

use super::took::is_bound;
use super::{Cells, Durations, Machine, Measure, Rate, Signal, Step};
use crate::stats::burn::Spent;
use serde::{Deserialize, Serialize};

/// What error budgets are judged by.
pub const JUDGED: [Measure; 4] = [
    Measure::Requests,
    Measure::ServerErrors,
    Measure::Duration,
    Measure::FailedDuration,
];

/// What the cells of all signals that budgets are judged by weigh at most, a bound of a histogram as much as a count: some
/// 10 MB.
const MOST_WEIGHT: usize = 400_000;
/// The same of all other signals, about: some 4 MB, and in a saved report up to 3 MB.
pub const MOST_CELLS: usize = 100_000;
/// Steps at most.
pub const MOST_FINE: i64 = 10_000;

/// A signal in steps of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fine {
    /// The step of its cells.
    pub step: Step,
    /// The signal.
    pub signal: Signal,
}

impl Fine {
    /// Brings its cells to a longer step.
    pub fn coarsen(&mut self, step: Step) {
        if step > self.step {
            let finer = self.step;
            self.signal
                .cells
                .renumber(|number| step.holds(finer, number));
            self.step = step;
        }
    }
}

/// About how much room a signal takes, in counts.
#[must_use]
pub fn weight(signal: &Signal) -> usize {
    match &signal.cells {
        Cells::Durations(cells) => cells.iter().map(|c| c.1.weight()).sum(),
        Cells::Rate(cells) => cells.len(),
        Cells::Share(cells) => cells.len(),
        Cells::Level(cells) => cells.len(),
    }
}

fn steps(signal: &Signal) -> i64 {
    let ends = signal.cells.ends();
    ends.map_or(0, |(first, last)| last - first + 1)
}

/// Whether there are more than are kept.
#[must_use]
pub fn too_many<'a>(mut all: impl Iterator<Item = &'a Signal> + Clone) -> bool {
    all.clone().map(weight).sum::<usize>() > MOST_WEIGHT || all.any(|s| steps(s) > MOST_FINE)
}

/// Adds other signals in steps of their own: of one thing, those of the longer step.
pub fn merge(mine: &mut Vec<Fine>, theirs: Vec<Fine>) {
    for mut theirs in theirs {
        match mine.iter_mut().find(|m| m.signal.is(&theirs.signal)) {
            Some(mine) => {
                let step = mine.step.max(theirs.step);
                mine.coarsen(step);
                theirs.coarsen(step);
                mine.signal.cells.merge(theirs.signal.cells);
            }
            None => mine.push(theirs),
        }
    }
}

impl Machine {
    /// Bad and all requests of a thing in the steps of the charts; see [`Machine::spent`].
    #[must_use]
    pub fn spent_by_charts(&self, of: &str, slow_s: Option<f64>) -> Vec<Spent> {
        let find = |measure| self.of(measure).find(|s| s.of == of);
        spent(find, slow_s).into_iter().map(|(s, _)| s).collect()
    }

    /// How many requests of a thing were bad at most, of a range of the steps of the charts: more than
    /// [`Machine::spent_by_charts`] tells where it is not known which of the failed ones were slow, too.
    #[must_use]
    pub fn bad_at_most(&self, of: &str, slow_s: Option<f64>, steps: std::ops::Range<i64>) -> f64 {
        let find = |measure| self.of(measure).find(|s| s.of == of);
        let all = spent(find, slow_s).into_iter();
        let within = all.filter(|(s, _)| steps.contains(&s.at));
        within.fold(0.0, |sum, (_, most)| sum + most)
    }

    /// Bad and all requests of a thing by the shortest steps in which they are known, and that step: bad are those that
    /// failed by the server's fault or, where a limit is set, took longer; one that failed and was slow is bad once.
    /// Where it is not told which of the failed were slow, it is the larger of both: no less is bad, and no more than
    /// their sum.
    #[must_use]
    pub fn spent(&self, of: &str, slow_s: Option<f64>) -> (Vec<Spent>, Step) {
        let is = |f: &&Fine, measure| f.signal.measure == measure && f.signal.of == of;
        let requests = self.fine.iter().find(|f| is(f, Measure::Requests));
        let exact = slow_s.is_some_and(is_bound) && self.counts_rows(of);
        let suits = |step: &Step| *step < self.step || exact;
        let Some(step) = requests.map(|f| f.step).filter(suits) else {
            return (self.spent_by_charts(of, slow_s), self.step);
        };
        let find = |measure| {
            let all = self.fine.iter();
            let found = all.filter(|f| f.step == step).find(|f| is(f, measure));
            found.map(|f| &f.signal)
        };
        let all = spent(find, slow_s).into_iter();
        (all.map(|(s, _)| s).collect(), step)
    }
}

impl Machine {
    /// Whether requests of a thing are rows, of which it is counted how many took how long up to some bounds.
    fn counts_rows(&self, of: &str) -> bool {
        let mut fine = self.fine.iter().map(|f| &f.signal).filter(|s| s.of == of);
        fine.any(|s| match &s.cells {
            Cells::Durations(cells) => cells.iter().any(|c| matches!(c.1, Durations::Counted(_))),
            _ => false,
        })
    }

    /// Where requests of a thing are rows, the shorter steps that are a range of those of the charts, and of which all
    /// requests are counted: exactly up to each of these limits (seconds). `None` where there are none.
    #[must_use]
    pub fn rows_within(
        &self,
        of: &str,
        limits: &[f64],
        (from, to): (i64, i64),
    ) -> Option<(Step, (i64, i64))> {
        if !limits.iter().all(|limit| is_bound(*limit)) || !self.counts_rows(of) {
            return None;
        }
        let of_requests = |s: &Signal| s.measure == Measure::Requests && s.of == of;
        let fine = self.fine.iter().find(|f| of_requests(&f.signal))?;
        let charts = self.signals.iter().find(|s| of_requests(s))?;
        let (first, last) = charts.cells.ends()?;
        let ends = (self.step.start(from), self.step.start(to));
        let fits = |at: i64| at % fine.step.micros() == 0;
        if from <= first && last < to {
            let (first, last) = fine.signal.cells.ends()?;
            Some((fine.step, (first, last + 1)))
        } else if fits(ends.0) && fits(ends.1) {
            Some((fine.step, (fine.step.of(ends.0), fine.step.of(ends.1))))
        } else {
            None
        }
    }

    /// The durations in some of the shorter steps.
    #[must_use]
    pub fn durations_within(
        &self,
        (measure, of): (Measure, &str),
        (step, (from, to)): (Step, (i64, i64)),
    ) -> Option<Durations> {
        let is = |f: &&Fine| f.signal.measure == measure && f.signal.of == of && f.step == step;
        self.fine.iter().find(is)?.signal.cells.durations(from, to)
    }
}

/// Of each step what was spent, and how many were bad at most.
fn spent<'a>(
    find: impl Fn(Measure) -> Option<&'a Signal>,
    slow_s: Option<f64>,
) -> Vec<(Spent, f64)> {
    let Some(Cells::Rate(cells)) = find(Measure::Requests).map(|s| &s.cells) else {
        return Vec::new();
    };
    let failed = find(Measure::ServerErrors);
    let slow = slow_s.zip(find(Measure::Duration));
    let slow_failed = find(Measure::FailedDuration);
    let spent = |(at, rate): &(i64, Rate)| {
        let all = rate.count();
        let failed = failed.map_or(0.0, |s| s.cells.count(*at, *at + 1));
        let (mut least, mut most) = (failed, failed);
        let told = slow.and_then(|(limit, s)| Some((limit, s.cells.durations_at(*at)?)));
        if let Some((limit, took)) = told {
            let over = |d: &Durations| (d.count() - d.count_up_to(limit)).max(0.0);
            let rows = matches!(took, Durations::Rows(_) | Durations::Counted(_));
            // A histogram and a counter of one service may differ by what was in flight; rows are the same ones.
            let scale = if rows {
                1.0
            } else {
                all / took.count().max(1e-9)
            };
            let slow = over(took) * scale;
            if rows || slow_failed.is_some() {
                let both = slow_failed.and_then(|s| s.cells.durations_at(*at));
                let both = both.map_or(0.0, |d| over(d) * scale);
                least = failed + (slow - both).max(0.0);
                most = least;
            } else {
                least = failed.max(slow);
                most = failed + slow;
            }
        }
        let spent = Spent {
            at: *at,
            bad: least.min(all),
            all,
        };
        (spent, most.min(all))
    };
    cells.iter().map(spent).collect()
}
