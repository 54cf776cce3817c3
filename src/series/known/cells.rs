//! From the samples of one series to its cells by step of time.

use super::super::{Durations, Kind, Level, Series, Step, Values};
use crate::stats::buckets::Native;
use crate::stats::counter::{native_rise, rise};

/// The samples of each step: its number and the range of them.
pub fn by_step(times: &[i64], step: Step) -> Vec<(i64, std::ops::Range<usize>)> {
    let mut out: Vec<(i64, std::ops::Range<usize>)> = Vec::new();
    for (i, time) in times.iter().enumerate() {
        let number = step.of_sample(*time);
        match out.last_mut() {
            Some((last, range)) if *last == number => range.end = i + 1,
            _ => out.push((number, i..i + 1)),
        }
    }
    out
}

/// How what rose between two samples is told of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// As Prometheus does: of the samples in a step, extrapolated to its ends.
    Extrapolated,
    /// Of so few samples that none can be spared between steps: all that rose from one to the next is of the step of
    /// the later one.
    Whole,
}

/// The samples of a step in pieces between which nothing is known, where a clock went back, each with the range of time
/// that it is told of: it ends where it was seen last, but for the ends of the step.
fn pieces(
    series: &Series,
    range: std::ops::Range<usize>,
    (number, step, between): (i64, Step, Between),
) -> Vec<(std::ops::Range<usize>, i64, i64)> {
    let whole = between == Between::Whole;
    let from = if whole {
        range.start.saturating_sub(1)
    } else {
        range.start
    };
    let again = |i: &usize| series.breaks.binary_search(&series.times[*i]).is_ok();
    let mut borders = vec![from];
    borders.extend((from + 1..range.end).filter(again));
    borders.push(range.end);
    let piece = |pair: &[usize]| {
        let (first, last) = (series.times[pair[0]], series.times[pair[1] - 1]);
        let start = match pair[0] == from && !whole {
            true => step.start(number),
            false => first,
        };
        let end = match pair[1] == range.end && !whole {
            true => step.start(number).saturating_add(step.micros()),
            false => last,
        };
        (pair[0]..pair[1], start, end)
    };
    borders.windows(2).map(piece).collect()
}

/// How much a counter rose in each step, and in how many seconds.
pub fn rises(series: &Series, (step, between): (Step, Between)) -> Vec<(i64, f64, f64)> {
    let (times, values) = (&series.times, series.numbers());
    if values.len() != times.len() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (number, range) in by_step(times, step) {
        let found = if series.kind == Kind::Delta {
            let seconds = range.clone().map(|i| since(times, i)).sum::<f64>();
            let increase = values[range].iter().sum();
            Some((increase, seconds.min(step.seconds())))
        } else {
            let pieces = pieces(series, range, (number, step, between)).into_iter();
            let found = pieces.filter_map(|(piece, from, to)| {
                let rise = rise(&times[piece.clone()], &values[piece], from, to)?;
                Some((rise.increase, rise.seconds))
            });
            found.reduce(|a, b| (a.0 + b.0, a.1 + b.1))
        };
        if let Some((increase, seconds)) = found.filter(|f| f.1 > 0.0) {
            out.push((number, increase, seconds));
        }
    }
    out
}

/// Seconds from the sample before; of the first one as long as to the next.
fn since(times: &[i64], i: usize) -> f64 {
    let (a, b) = match i {
        0 => (times.first(), times.get(1)),
        i => (times.get(i - 1), times.get(i)),
    };
    match (a, b) {
        (Some(a), Some(b)) => (b - a) as f64 / 1e6,
        _ => 1.0,
    }
}

/// What was seen of a gauge in each step.
pub fn levels(series: &Series, step: Step, factor: f64) -> Vec<(i64, Level)> {
    let values = series.numbers();
    let mut out = Vec::new();
    for (number, range) in by_step(&series.times, step) {
        let mut seen = values.get(range).unwrap_or_default().iter();
        let Some(first) = seen.next() else { continue };
        let mut level = Level::seen(first * factor);
        seen.for_each(|v| level.merge(&Level::seen(v * factor)));
        out.push((number, level));
    }
    out
}

/// What came into a native histogram in each step, its values times a power of two at most.
pub fn natives(series: &Series, (step, between): (Step, Between)) -> Vec<(i64, Durations)> {
    let Values::Natives(all) = &series.values else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (number, range) in by_step(&series.times, step) {
        let found: Option<Native> = if series.kind == Kind::Delta {
            all[range].iter().fold(None, |sum: Option<Native>, h| {
                Some(sum.map_or_else(|| h.clone(), |sum| sum.plus(h)))
            })
        } else {
            let pieces = pieces(series, range, (number, step, between)).into_iter();
            let found = pieces.filter_map(|(piece, from, to)| {
                native_rise(&series.times[piece.clone()], &all[piece], from, to)
            });
            found.reduce(|a, b| a.plus(&b))
        };
        out.extend(found.map(|native| (number, Durations::Native(native))));
    }
    out
}

/// When a counter began anew.
pub fn restarts(series: &Series) -> Vec<i64> {
    if series.kind == Kind::Delta {
        return Vec::new();
    }
    let pairs = series.numbers().windows(2).zip(series.times.iter().skip(1));
    pairs
        .filter(|(pair, time)| pair[1] < pair[0] && series.breaks.binary_search(time).is_err())
        .map(|(_, time)| *time)
        .collect()
}
