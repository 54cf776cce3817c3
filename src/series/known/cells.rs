//! From the samples of one series to its cells by step of time.

use super::super::run::{NativeRun, Run};
use super::super::{Durations, Kind, Level, Series, Step, Values};
use crate::stats::buckets::Native;
use crate::stats::counter::{Counted, CountedNative, Rise};

/// How what rose between two samples is told of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// As Prometheus does: of the samples in a step, extrapolated to its ends.
    Extrapolated,
    /// All that rose from one to the next is of the step of the later one: each rise once, so that steps add up.
    Whole,
}

/// For how long a counter was looked at in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Seconds that its rise is of.
    pub seconds: f64,
    /// The first instant of a rise that is told whole (microseconds), which may lie before the step; that of the last
    /// sample where a step is told alone.
    pub from: i64,
    /// The last sample.
    pub until: i64,
    /// The sample before the step from which on the rise is known.
    pub before: Option<i64>,
    /// Whether the step has one sample, so that no rate is told of it alone.
    pub single: bool,
}

/// Samples, and the range of time that what rose between them is told of.
type Piece = (std::ops::Range<usize>, i64, i64);

/// The samples of a step in pieces between which nothing is known, where a clock went back: each ends where it was seen
/// last, but for the ends of the step. `None` where the step is one piece of its own samples.
fn pieces(series: &Series, number: i64, (step, between): (Step, Between)) -> Option<Vec<Piece>> {
    let whole = between == Between::Whole;
    let broken = |at: &i64| step.of_sample(*at) == number;
    if !series.breaks.iter().any(broken) {
        return None;
    }
    let times = &series.times;
    let first = times.partition_point(|t| step.of_sample(*t) < number);
    let behind = times.partition_point(|t| step.of_sample(*t) <= number);
    let first = if whole {
        first.saturating_sub(1)
    } else {
        first
    };
    if first >= behind {
        return None;
    }
    let again = |i: &usize| series.breaks.binary_search(&times[*i]).is_ok();
    let mut borders = vec![first];
    borders.extend((first + 1..behind).filter(again));
    borders.push(behind);
    let piece = |pair: &[usize]| {
        let start = match pair[0] == first && !whole {
            true => step.start(number),
            false => times[pair[0]],
        };
        let end = match pair[1] == behind && !whole {
            true => step.start(number).saturating_add(step.micros()),
            false => times[pair[1] - 1],
        };
        (pair[0]..pair[1], start, end)
    };
    Some(borders.windows(2).map(piece).collect())
}

/// Samples one behind the other, as a counter of their kind takes them.
fn counted<'a, V, C>(
    mut samples: impl Iterator<Item = (&'a i64, V)>,
    new: impl Fn(i64, V) -> C,
    push: impl Fn(&mut C, i64, V),
) -> Option<C> {
    let (time, value) = samples.next()?;
    let mut counted = new(*time, value);
    samples.for_each(|(time, value)| push(&mut counted, *time, value));
    Some(counted)
}

/// What rose in each step: of one in pieces what rose in each of them together, else what its run tells of the time from
/// its start to its end.
fn by_step<R, T>(
    series: &Series,
    runs: Vec<(i64, R)>,
    (step, between): (Step, Between),
    of_run: impl Fn(R, i64, i64) -> Option<T>,
    of_piece: impl Fn(Piece) -> Option<T>,
    plus: impl Fn(T, T) -> T,
) -> Vec<(i64, T)> {
    let found = |(number, run): (i64, R)| {
        let pieces = match series.kind {
            Kind::Delta => None,
            _ => pieces(series, number, (step, between)),
        };
        let start = step.start(number);
        let found = match pieces {
            Some(all) => all.into_iter().filter_map(&of_piece).reduce(&plus),
            None => of_run(run, start, start.saturating_add(step.micros())),
        };
        Some((number, found?))
    };
    runs.into_iter().filter_map(found).collect()
}

/// How much a counter rose in each step, and for how long it was looked at.
pub fn rises(series: &Series, (step, between): (Step, Between)) -> Vec<(i64, f64, Look)> {
    let values = series.numbers();
    let told = |rise: Rise, counted: &Counted, before: Option<i64>| {
        let look = Look {
            seconds: rise.seconds,
            from: match between {
                Between::Whole => counted.since(),
                Between::Extrapolated => counted.last().0,
            },
            until: counted.last().0,
            before,
            single: counted.is_single(),
        };
        (rise.increase, look)
    };
    let of_piece = |(piece, from, to): Piece| {
        let times = series.times.get(piece.clone())?.iter();
        let samples = times.zip(values.get(piece)?.iter().copied());
        let counted = counted(samples, Counted::new, Counted::push)?;
        let first = counted.since();
        let before = (step.of_sample(first) < step.of_sample(counted.last().0)).then_some(first);
        Some(told(counted.rise(from, to)?, &counted, before))
    };
    let of_run = |run: Run, from, to| {
        let counted = &run.counted;
        let rise = match (series.kind, between) {
            (Kind::Delta, _) => {
                let seconds = run.seconds.min(step.seconds());
                let until = counted.last().0;
                let look = Look {
                    seconds,
                    from: until.saturating_sub((seconds * 1e6) as i64),
                    until,
                    before: counted.before(),
                    single: false,
                };
                return Some((run.level.sum, look));
            }
            (_, Between::Whole) => counted.rose(),
            (_, Between::Extrapolated) => counted.rise(from, to),
        };
        Some(told(rise?, counted, counted.before()))
    };
    let runs = series.runs(step);
    let plus = |a: (f64, Look), b: (f64, Look)| {
        let look = Look {
            seconds: a.1.seconds + b.1.seconds,
            from: a.1.from.min(b.1.from),
            until: a.1.until.max(b.1.until),
            before: a.1.before.or(b.1.before),
            single: a.1.single && b.1.single,
        };
        (a.0 + b.0, look)
    };
    let found = by_step(series, runs, (step, between), of_run, of_piece, plus).into_iter();
    found
        .filter(|(_, (_, look))| look.seconds > 0.0)
        .map(|(number, (increase, look))| (number, increase, look))
        .collect()
}

/// What was seen of a gauge in each step.
pub fn levels(series: &Series, step: Step, factor: f64) -> Vec<(i64, Level)> {
    let runs = series.runs(step).into_iter();
    runs.map(|(number, run)| (number, run.level.times(factor)))
        .collect()
}

/// The same of the samples from the start of each step to its end (exclusive), as a period is marked.
pub fn levels_from(series: &Series, step: Step, factor: f64) -> Vec<(i64, Level)> {
    let mut out: Vec<(i64, Level)> = Vec::new();
    for (time, value) in series.times.iter().zip(series.numbers()) {
        let (number, level) = (step.of(*time), Level::seen(*value).times(factor));
        match out.last_mut() {
            Some((last, all)) if *last == number => all.merge(&level),
            _ => out.push((number, level)),
        }
    }
    out
}

/// The instant in the middle of the samples of each step, in seconds since 1970.
pub fn middles(series: &Series, step: Step) -> Vec<(i64, f64)> {
    let runs = series.runs(step).into_iter();
    runs.map(|(number, run)| (number, run.counted.middle() as f64 / 1e6))
        .collect()
}

/// What came into a native histogram in each step, its values times a power of two at most.
pub fn natives(series: &Series, (step, between): (Step, Between)) -> Vec<(i64, Durations)> {
    let Values::Natives(values) = &series.values else {
        return Vec::new();
    };
    let of_piece = |(piece, from, to): Piece| {
        let samples = series
            .times
            .get(piece.clone())?
            .iter()
            .zip(values.get(piece)?);
        counted(samples, CountedNative::new, CountedNative::push)?.rise(from, to)
    };
    let of_run = |run: NativeRun<'_>, from, to| match (run.sum, between) {
        (Some(sum), _) => Some(sum),
        (None, Between::Whole) => run.counted.rose(),
        (None, Between::Extrapolated) => run.counted.rise(from, to),
    };
    let runs = series.native_runs(step);
    let plus = |a: Native, b: Native| a.plus(&b);
    let found = by_step(series, runs, (step, between), of_run, of_piece, plus).into_iter();
    found
        .map(|(number, native)| (number, Durations::Native(native)))
        .collect()
}
