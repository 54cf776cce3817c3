//! From the samples of one series to its cells by step of time.

use super::super::{Durations, Kind, Level, Series, Step, Values};
use crate::stats::counter::{Counted, CountedNative};

/// How what rose between two samples is told of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// As Prometheus does: of the samples in a step, extrapolated to its ends.
    Extrapolated,
    /// Of so few samples that none can be spared between steps: all that rose from one to the next is of the step of
    /// the later one.
    Whole,
}

/// Samples, and the range of time that what rose between them is told of.
type Piece = (std::ops::Range<usize>, i64, i64);

/// The samples of a step in pieces between which nothing is known, where a clock went back: each ends where it was seen
/// last, but for the ends of the step. `None` where the step is one piece of its own samples.
fn pieces(series: &Series, number: i64, (step, between): (Step, Between)) -> Option<Vec<Piece>> {
    let whole = between == Between::Whole;
    let broken = |at: &i64| step.of_sample(*at) == number;
    if !whole && !series.breaks.iter().any(broken) {
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

/// How much a counter rose in each step, and in how many seconds.
pub fn rises(series: &Series, (step, between): (Step, Between)) -> Vec<(i64, f64, f64)> {
    let values = series.numbers();
    let of_piece = |(piece, from, to): Piece| {
        let samples = series
            .times
            .get(piece.clone())?
            .iter()
            .zip(values.get(piece)?);
        let counted = samples.fold(
            None,
            |counted: Option<Counted>, (time, value)| match counted {
                None => Some(Counted::new(*time, *value)),
                Some(mut counted) => {
                    counted.push(*time, *value);
                    Some(counted)
                }
            },
        );
        let rise = counted?.rise(from, to)?;
        Some((rise.increase, rise.seconds))
    };
    let mut out = Vec::new();
    for (number, run) in series.runs(step) {
        let start = step.start(number);
        let found = if series.kind == Kind::Delta {
            Some((run.level.sum, run.seconds.min(step.seconds())))
        } else if let Some(pieces) = pieces(series, number, (step, between)) {
            let found = pieces.into_iter().filter_map(of_piece);
            found.reduce(|a, b| (a.0 + b.0, a.1 + b.1))
        } else {
            let rise = run.counted.rise(start, start.saturating_add(step.micros()));
            rise.map(|r| (r.increase, r.seconds))
        };
        if let Some((increase, seconds)) = found.filter(|f| f.1 > 0.0) {
            out.push((number, increase, seconds));
        }
    }
    out
}

/// What was seen of a gauge in each step.
pub fn levels(series: &Series, step: Step, factor: f64) -> Vec<(i64, Level)> {
    let runs = series.runs(step).into_iter();
    runs.map(|(number, run)| (number, run.level.times(factor)))
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
        let counted =
            samples.fold(
                None,
                |counted: Option<CountedNative<'_>>, (time, value)| match counted {
                    None => Some(CountedNative::new(*time, value)),
                    Some(mut counted) => {
                        counted.push(*time, value);
                        Some(counted)
                    }
                },
            );
        counted?.rise(from, to)
    };
    let mut out = Vec::new();
    for (number, run) in series.native_runs(step) {
        let start = step.start(number);
        let found = if let Some(sum) = run.sum {
            Some(sum)
        } else if let Some(pieces) = pieces(series, number, (step, between)) {
            let found = pieces.into_iter().filter_map(of_piece);
            found.reduce(|a, b| a.plus(&b))
        } else {
            run.counted.rise(start, start.saturating_add(step.micros()))
        };
        out.extend(found.map(|native| (number, Durations::Native(native))));
    }
    out
}

/// When a counter began anew, among the samples that are kept.
pub fn restarts(series: &Series) -> Vec<i64> {
    if series.kind == Kind::Delta {
        return Vec::new();
    }
    let mut before = series.before.last().and_then(|last| last.1);
    let mut out = Vec::new();
    for (time, value) in series.times.iter().zip(series.numbers()) {
        let fell = before.is_some_and(|before| *value < before);
        if fell && series.breaks.binary_search(time).is_err() {
            out.push(*time);
        }
        before = Some(*value);
    }
    out
}
