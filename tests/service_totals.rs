//! What is counted over a time: each rise from scrape to scrape once, wherever the borders of steps lie.
#![allow(clippy::unwrap_used)]

use plumbline::log::Task;
use plumbline::report::Report;
use plumbline::report::view::View;
use plumbline::series::known::machine;
use plumbline::series::{Key, Kind, Labels, Measure, SeriesSet};
use plumbline::stats::buckets::classic_quantile;
use plumbline::summary::Summary;
use proptest::prelude::*;
use std::sync::Arc;

const MINUTE: i64 = 60_000_000;
const START: i64 = 29_700_000 * MINUTE;

fn key(name: &str, labels: &[(&str, &str)]) -> Key {
    let labels = labels.iter().map(|(n, v)| ((*n).into(), (*v).into()));
    Key {
        name: name.into(),
        labels: Labels::new(labels.collect()),
        file: String::new(),
    }
}

fn counters(set: &mut SeriesSet, code: &str, values: impl Iterator<Item = (i64, f64)>) {
    for (time, value) in values {
        let of = key("http_requests_total", &[("job", "api"), ("code", code)]);
        set.add(of, Kind::Counter, "", time, value);
    }
}

fn report(set: &SeriesSet, view: &View) -> Report {
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine(set)));
    Report::from(&summary, view)
}

#[test]
fn a_burst_of_failures_counts_whole_wherever_it_lies() {
    // Two hours of scrapes a minute apart; 10 requests a second, and a thousand that fail within a minute.
    for burst in 55..=66_i64 {
        let mut set = SeriesSet::default();
        let all = |each: fn(i64, i64) -> f64| {
            (0..=120_i64).map(move |i| (START + i * MINUTE, each(i, burst)))
        };
        counters(&mut set, "200", all(|i, _| 600.0 * i as f64));
        counters(
            &mut set,
            "503",
            all(|i, at| if i >= at { 1_000.0 } else { 0.0 }),
        );
        let report = report(&set, &View::default());
        let service = report.resources.service.as_ref().unwrap();
        let slo = &service.objectives.slos[0];
        assert!((slo.bad - 1_000.0).abs() < 1e-6, "{burst}: {}", slo.bad);
        assert!(
            (slo.requests - 73_000.0).abs() < 1e-6,
            "{burst}: {}",
            slo.requests
        );
        let left = 1.0 - 1_000.0 / 73.0;
        assert!((slo.budget_left.unwrap() - left).abs() < 1e-6, "{burst}");
        // What is judged over an hour is not told before.
        assert!(burst < 61 || !slo.burns.is_empty(), "{burst}");
        let failed = service.panel("error_share").unwrap();
        assert!((failed.lines[0].total.unwrap() - 1.0 / 73.0).abs() < 1e-9);
        let rate = service.requests_per_second.unwrap();
        assert!((rate - 73_000.0 / 7_200.0).abs() < 1e-9, "{rate}");
    }
}

#[test]
fn percentiles_of_a_time_are_those_of_all_that_came_in_it() {
    // Each fifth minute is slow, so that what steps lack is not as the rest is.
    let bounds = [0.1, 0.5, 1.0, 5.0, f64::INFINITY];
    let (quick, slow) = (
        [80.0, 95.0, 99.0, 100.0, 100.0],
        [5.0, 10.0, 20.0, 90.0, 100.0],
    );
    for shift in 0..5_i64 {
        let (mut set, mut sums) = (SeriesSet::default(), [0.0; 5]);
        for i in 0..=240_i64 {
            for (at, bound) in bounds.iter().enumerate() {
                let each = if i % 5 == shift { slow[at] } else { quick[at] };
                sums[at] += if i > 0 { each } else { 0.0 };
                let le = match bound.is_finite() {
                    true => bound.to_string(),
                    false => "+Inf".to_owned(),
                };
                let of = key(
                    "http_request_duration_seconds_bucket",
                    &[("job", "api"), ("le", &le)],
                );
                set.add(of, Kind::Counter, "", START + i * MINUTE, sums[at]);
            }
        }
        let report = report(&set, &View::default());
        let service = report.resources.service.as_ref().unwrap();
        let panel = service.panel("duration").unwrap();
        let buckets: Vec<(f64, f64)> = bounds.into_iter().zip(sums).collect();
        for (name, q) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95)] {
            let line = panel.lines.iter().find(|l| l.name == name).unwrap();
            let expected = classic_quantile(q, &buckets).unwrap();
            assert!((line.total.unwrap() - expected).abs() < 1e-9, "{name}");
        }
    }
}

proptest! {
    /// Restarts, lost scrapes and bursts: what all steps rose by together is what the counter rose by.
    #[test]
    fn steps_add_up_to_the_counter(
        rises in proptest::collection::vec((0_u32..50, 0_u8..20, 1_i64..5), 20..200),
        apart in 5_i64..90,
    ) {
        let (mut set, mut at, mut value, mut sum) = (SeriesSet::default(), START + 7_000_000, 3.0, 0.0);
        let mut all = vec![(at, value)];
        for (rise, what, pause) in rises {
            at += apart * 1_000_000 * if what == 1 { pause } else { 1 };
            let rise = f64::from(rise) * if what == 2 { 100.0 } else { 1.0 };
            // A process that began anew counts from 0.
            let from = if what == 3 { 0.0 } else { value };
            let (before, now) = (value, from + rise);
            sum += if now < before { now } else { now - before };
            value = now;
            all.push((at, value));
        }
        counters(&mut set, "200", all.into_iter());
        let machine = machine(&set);
        let signal = machine.of(Measure::Requests).next().unwrap();
        let came = signal.totals().came(i64::MIN, i64::MAX);
        prop_assert!((came - sum).abs() < 1e-6 * sum.max(1.0), "{came} {sum}");
        let (spent, _) = machine.spent("api", None);
        let spent: f64 = spent.iter().map(|s| s.all).sum();
        prop_assert!((spent - sum).abs() < 1e-6 * sum.max(1.0), "{spent} {sum}");
    }
}
