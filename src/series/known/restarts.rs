//! When something began anew: a counter fell.

use super::super::machine::Restart;
use super::super::{Kind, Measure, Series, SeriesSet, Step};
use super::left_out::left_out;
use super::rules::{Take, counts_for_mean, means, other_way};
use super::who::who;

/// The falls of the counters that tell of restarts, each at its own time.
#[must_use]
pub fn restarts_in(set: &SeriesSet) -> Vec<Restart> {
    let mut out = Vec::new();
    for (key, series) in set.series() {
        let known = means(&key.name).into_iter();
        let all = known.chain(counts_for_mean(&key.name));
        for means in all.chain(other_way(&key.name)) {
            // What a container sent and wrote is counted from its start on.
            let of_container =
                key.name.starts_with("plumbline_") && key.labels.get("container").is_some();
            let tells = match means.measure {
                Measure::Requests | Measure::CpuCores => true,
                Measure::NetworkIn
                | Measure::NetworkOut
                | Measure::DiskRead
                | Measure::DiskWritten => of_container,
                _ => false,
            };
            if tells && matches!(means.take, Take::Rise(_)) && !left_out(key, means.measure) {
                let of = who(key, means.measure);
                out.extend(restarts(series).into_iter().map(|time| Restart {
                    time,
                    of: of.clone(),
                }));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Of the falls of several counters those that are told: of one thing no two within a step.
#[must_use]
pub fn told_restarts(mut all: Vec<Restart>, step: Step) -> Vec<Restart> {
    all.sort_by(|a, b| (&a.of, a.time).cmp(&(&b.of, b.time)));
    all.dedup_by(|b, a| a.of == b.of && b.time - a.time < step.micros());
    all.sort();
    all
}

/// When a counter began anew, among the samples that are kept.
fn restarts(series: &Series) -> Vec<i64> {
    if series.kind == Kind::Delta {
        return Vec::new();
    }
    let before = series.before.last();
    let mut before = before.and_then(|(time, value)| Some((time, value?)));
    let mut out = Vec::new();
    for (time, value) in series.times.iter().zip(series.numbers()) {
        let fell = before.filter(|before| *value < before.1);
        if let Some((last, _)) = fell
            && series.breaks.binary_search(time).is_err()
        {
            // What began anew at the very instant of the last sample stands right behind it.
            out.push(if *time == last + 1 { last } else { *time });
        }
        before = Some((*time, *value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Values;

    #[test]
    fn what_begins_anew_at_the_instant_of_the_last_sample_is_told_at_it() {
        let series = Series {
            times: vec![10, 20, 21, 30],
            ..Series::empty(Kind::Counter, "", Values::Numbers(vec![1.0, 5.0, 0.0, 2.0]))
        };
        assert_eq!(restarts(&series), [20]);
        let series = Series {
            times: vec![10, 20, 30],
            ..Series::empty(Kind::Counter, "", Values::Numbers(vec![1.0, 5.0, 2.0]))
        };
        assert_eq!(restarts(&series), [30]);
    }
}
