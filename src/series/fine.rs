//! Signals in shorter steps than a chart's: an error budget is judged over windows of its own, the shortest of five
//! minutes, whatever the steps of the charts are.

use super::{Cells, Machine, Measure, Rate, Signal, Step};
use crate::stats::burn::Spent;
use serde::{Deserialize, Serialize};

/// What error budgets are judged by.
pub const JUDGED: [Measure; 3] = [Measure::Requests, Measure::ServerErrors, Measure::Duration];

/// What the cells of all fine signals weigh at most, a bound of a histogram as much as a count: some 10 MB.
const MOST_WEIGHT: usize = 400_000;
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
fn weight(signal: &Signal) -> usize {
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
        spent(find, slow_s)
    }

    /// Bad and all requests of a thing by the shortest steps in which they are known, and that step: bad are those that
    /// failed by the server's fault or, where a limit is set, took longer. Which of the failed were slow, too, is not
    /// told: no less is bad than the larger of both.
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
        (spent(find, slow_s), step)
    }
}

fn spent<'a>(find: impl Fn(Measure) -> Option<&'a Signal>, slow_s: Option<f64>) -> Vec<Spent> {
    let Some(Cells::Rate(cells)) = find(Measure::Requests).map(|s| &s.cells) else {
        return Vec::new();
    };
    let failed = find(Measure::ServerErrors);
    let slow = slow_s.zip(find(Measure::Duration));
    let spent = |(at, rate): &(i64, Rate)| {
        let all = rate.increase;
        let failed = failed.map_or(0.0, |s| s.cells.increase(*at));
        let slow = slow.map_or(0.0, |(limit, s)| {
            // A histogram and a counter of one service may differ by what was in flight.
            let told = s.cells.durations_at(*at);
            told.map_or(0.0, |d| {
                (1.0 - d.count_up_to(limit) / d.count().max(1e-9)).max(0.0) * all
            })
        });
        Spent {
            at: *at,
            bad: failed.max(slow).min(all),
            all,
        }
    };
    cells.iter().map(spent).collect()
}
