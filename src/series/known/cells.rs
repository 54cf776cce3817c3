//! From the samples of one series to its cells by step of time.

use super::super::{Durations, Kind, Level, Series, Step};

/// How much a counter rose in each step, and in how many seconds.
pub fn rises(series: &Series, step: Step) -> Vec<(i64, f64, f64)> {
    let mut out = Vec::new();
    for (number, run) in series.runs(step) {
        let start = step.start(number);
        let found = if series.kind == Kind::Delta {
            Some((run.level.sum, run.seconds.min(step.seconds())))
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
pub fn natives(series: &Series, step: Step) -> Vec<(i64, Durations)> {
    let mut out = Vec::new();
    for (number, run) in series.native_runs(step) {
        let start = step.start(number);
        let found = match run.sum {
            Some(sum) => Some(sum),
            None => run.counted.rise(start, start.saturating_add(step.micros())),
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
        if before.is_some_and(|before| *value < before) {
            out.push(*time);
        }
        before = Some(*value);
    }
    out
}
