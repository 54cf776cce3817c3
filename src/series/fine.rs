//! Signals in shorter steps than a chart's: an error budget is judged over windows of its own, the shortest of five
//! minutes, whatever the steps of the charts are; and a period that a reader marks is compared by the steps that lie in
//! it, where those of the charts do not divide it. Budgets are judged by cells that add up ([`Signal::totals`]).

use super::{Cells, Machine, Measure, Rate, Signal, Step, UpTo};
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
            self.signal.renumber(|number| step.holds(finer, number));
            self.step = step;
        }
    }
}

/// About how much room a signal takes, in counts.
#[must_use]
pub fn weight(signal: &Signal) -> usize {
    match signal.totals() {
        Cells::Durations(cells) => cells.iter().map(|c| c.1.weight()).sum(),
        Cells::Rate(cells) => cells.len(),
        Cells::Share(cells) => cells.len(),
        Cells::Level(cells) => cells.len(),
    }
}

/// What of a signal shorter steps than those of the charts are for: budgets are judged by what adds up, and periods are
/// compared by what each step tells.
#[must_use]
pub fn needed(mut signal: Signal) -> Signal {
    if JUDGED.contains(&signal.measure) {
        return signal.only_totals();
    }
    signal.counted = None;
    signal
}

fn steps(signal: &Signal) -> i64 {
    let ends = signal.ends();
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
                mine.signal.merge(theirs.signal);
            }
            None => mine.push(theirs),
        }
    }
}

/// What of the requests of a step was spent, and between what their bad ones lie.
type Between = (Spent, UpTo);

impl Machine {
    /// Bad and all requests of a thing in the steps of the charts; see [`Machine::spent`].
    #[must_use]
    pub fn spent_by_charts(&self, of: &str, slow_s: Option<f64>) -> Vec<Spent> {
        let find = |measure| self.of(measure).find(|s| s.of == of);
        spent(find, slow_s).into_iter().map(|(s, _)| s).collect()
    }

    /// How many requests of a thing were bad in a range of the steps of the charts: what
    /// [`Machine::spent_by_charts`] tells, at least and at most. These are apart where the limit lies between two bounds
    /// by which durations were counted, or where it is not known which of the failed ones were slow, too.
    #[must_use]
    pub fn bad_between(&self, of: &str, slow_s: Option<f64>, steps: std::ops::Range<i64>) -> UpTo {
        let find = |measure| self.of(measure).find(|s| s.of == of);
        let all = spent(find, slow_s).into_iter();
        let within = all.filter(|(s, _)| steps.contains(&s.at));
        within.fold(UpTo::default(), |sum, (_, bad)| sum.plus(bad))
    }

    /// Whether it is known which of the failed requests of a thing were slow, too.
    #[must_use]
    pub fn tells_slow_failures(&self, of: &str) -> bool {
        let find = |measure| self.of(measure).find(|s: &&Signal| s.of == of);
        find(Measure::FailedDuration).is_some()
            || find(Measure::Duration).is_some_and(Signal::is_of_rows)
    }

    /// Bad and all requests of a thing by the shortest steps in which they are known, and that step: bad are those that
    /// failed by the server's fault or, where a limit is set, took longer; one that failed and was slow is bad once.
    /// Where it is not told which of the failed were slow, it is the larger of both: no less is bad, and no more than
    /// their sum.
    #[must_use]
    pub fn spent(&self, of: &str, slow_s: Option<f64>) -> (Vec<Spent>, Step) {
        let is = |f: &&Fine, measure| f.signal.measure == measure && f.signal.of == of;
        let requests = self.fine.iter().find(|f| is(f, Measure::Requests));
        let Some(step) = requests.map(|f| f.step).filter(|step| *step < self.step) else {
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

/// Of each step what was spent, and between what that lies.
fn spent<'a>(find: impl Fn(Measure) -> Option<&'a Signal>, slow_s: Option<f64>) -> Vec<Between> {
    let Some(Cells::Rate(cells)) = find(Measure::Requests).map(Signal::totals) else {
        return Vec::new();
    };
    let failed = find(Measure::ServerErrors);
    let slow = slow_s.zip(find(Measure::Duration));
    let slow_failed = find(Measure::FailedDuration);
    let spent = |(at, rate): &(i64, Rate)| {
        let all = rate.increase;
        let step = (*at, at.saturating_add(1));
        let failed = UpTo::exactly(failed.map_or(0.0, |s| s.totals().increase(*at)));
        let mut bad = failed;
        let told = slow.and_then(|(limit, s)| Some((limit, s.is_of_rows(), s.up_to(step, limit)?)));
        if let Some((limit, rows, (count, within))) = told {
            // A histogram and a counter of one service may differ by what was in flight; rows are the same ones.
            let scale = if rows { 1.0 } else { all / count.max(1e-9) };
            let slow = within.rest_of(count).times(scale);
            bad = if rows || slow_failed.is_some() {
                let both = slow_failed.and_then(|s| s.up_to(step, limit));
                let both = both.map_or(UpTo::default(), |(count, within)| {
                    within.rest_of(count).times(scale)
                });
                failed.plus(slow.without(both))
            } else {
                UpTo {
                    least: failed.least.max(slow.least),
                    about: failed.about.max(slow.about),
                    most: failed.most + slow.most,
                }
            };
        }
        let bad = bad.at_most(all);
        let spent = Spent {
            at: *at,
            bad: bad.about,
            all,
        };
        (spent, bad)
    };
    cells.iter().map(spent).collect()
}
