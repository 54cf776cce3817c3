//! What the cells of a series depend on in a step of time, where its samples are let go: the first and the last one, the one
//! before, what is added up, and what fell.
//!
//! Samples are put behind each other one by one. A run that goes on is, to the bit, the run of all its samples, so cells
//! are the same whether samples were kept or not, in steps of any length ([`Series::condense`]).

use super::{Kind, Level, Series, Step, Values};
use crate::stats::buckets::Native;
use crate::stats::counter::{Counted, CountedNative};

/// Samples of one series in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// As a counter.
    pub counted: Counted,
    /// As what goes up and down; its sum is that of what was added, too.
    pub level: Level,
    /// Seconds, from the sample before each: of the first one of all as long as to the next.
    pub seconds: f64,
}

/// The same of native histograms.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeRun<'a> {
    /// As a counter.
    pub counted: CountedNative<'a>,
    /// The sum of those that tell what was added.
    pub sum: Option<Native>,
}

/// What is known of samples that were let go: the last run in each step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Before {
    runs: Vec<(Step, Run)>,
    natives: Vec<(Step, NativeRun<'static>)>,
}

impl Before {
    /// The last sample: time and, of numbers, value.
    #[must_use]
    pub fn last(&self) -> Option<(i64, Option<f64>)> {
        let of_numbers = self.runs.first().map(|(_, run)| {
            let (time, value) = run.counted.last();
            (time, Some(value))
        });
        let of_natives = self.natives.first();
        of_numbers.or_else(|| of_natives.map(|(_, run)| (run.counted.last(), None)))
    }
}

/// The runs of the numbers of a series by step, up to the sample of an index; the first one goes on from what was let
/// go.
fn runs_until(series: &Series, step: Step, end: usize) -> Vec<(i64, Run)> {
    let (times, values) = (&series.times, series.numbers());
    let before = series.before.runs.iter().find(|(of, _)| *of == step);
    let before = before.map(|(_, run)| (step.of_sample(run.counted.last().0), *run));
    let mut out: Vec<(i64, Run)> = before.into_iter().collect();
    for (time, value) in times.iter().zip(values).take(end) {
        let seconds = match (out.last(), times.get(1)) {
            (Some((_, run)), _) => (time - run.counted.last().0) as f64 / 1e6,
            (None, Some(next)) => (next - time) as f64 / 1e6,
            (None, None) => 1.0,
        };
        let number = step.of_sample(*time);
        match out.last_mut() {
            Some((last, run)) if *last == number => {
                run.counted.push(*time, *value);
                run.level.merge(&Level::seen(*value));
                run.seconds += seconds;
            }
            last => {
                let before = last.map(|(_, run)| run.counted.last());
                let before = before.filter(|_| series.breaks.binary_search(time).is_err());
                let run = Run {
                    counted: Counted::new(*time, *value).after(before),
                    level: Level::seen(*value),
                    seconds,
                };
                out.push((number, run));
            }
        }
    }
    out
}

/// The runs of the native histograms of a series, as [`runs_until`].
fn natives_until(series: &Series, step: Step, end: usize) -> Vec<(i64, NativeRun<'_>)> {
    let Values::Natives(values) = &series.values else {
        return Vec::new();
    };
    let adds = series.kind == Kind::Delta;
    let before = series.before.natives.iter().find(|(of, _)| *of == step);
    let before = before.map(|(_, run)| (step.of_sample(run.counted.last()), run.clone()));
    let mut out: Vec<(i64, NativeRun<'_>)> = before.into_iter().collect();
    for (time, value) in series.times.iter().zip(values).take(end) {
        let number = step.of_sample(*time);
        match out.last_mut() {
            Some((last, run)) if *last == number => {
                run.counted.push(*time, value);
                run.sum = run.sum.take().map(|sum| sum.plus(value));
            }
            last => {
                let before = last.map(|(_, run)| &run.counted);
                let before = before.filter(|_| series.breaks.binary_search(time).is_err());
                let run = NativeRun {
                    counted: CountedNative::new(*time, value).after(before),
                    sum: adds.then(|| value.clone()),
                };
                out.push((number, run));
            }
        }
    }
    out
}

impl Series {
    /// Its numbers by step of time: the number of the step, and what is in it.
    #[must_use]
    pub fn runs(&self, step: Step) -> Vec<(i64, Run)> {
        runs_until(self, step, self.times.len())
    }

    /// Its native histograms by step of time.
    #[must_use]
    pub fn native_runs(&self, step: Step) -> Vec<(i64, NativeRun<'_>)> {
        natives_until(self, step, self.times.len())
    }

    /// Lets go of the samples up to an instant (all in order) but for what cells in these steps depend on; tells how
    /// many.
    pub fn condense(&mut self, until: i64, steps: &[Step]) -> usize {
        let end = self.times.partition_point(|t| *t <= until);
        if end == 0 {
            return 0;
        }
        let mut before = Before::default();
        for step in steps {
            let run = runs_until(self, *step, end).pop();
            before.runs.extend(run.map(|(_, run)| (*step, run)));
            let natives = natives_until(self, *step, end).pop();
            before.natives.extend(natives.map(|(_, run)| {
                let run = NativeRun {
                    counted: run.counted.into_owned(),
                    sum: run.sum,
                };
                (*step, run)
            }));
        }
        self.before = before;
        self.breaks.retain(|at| *at > until);
        self.times.drain(..end);
        match &mut self.values {
            Values::Numbers(all) => drop(all.drain(..end)),
            Values::Natives(all) => drop(all.drain(..end)),
        }
        end
    }

    /// When its last sample was, kept or not.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        let kept = self.times.last().copied();
        kept.or_else(|| self.before.last().map(|last| last.0))
    }
}
