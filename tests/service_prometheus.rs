//! Rates and quantiles of scrapes are what a real Prometheus answers (`tests/reference/make_prometheus.py`), to 1e-9.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::series::known::machine;
use plumbline::series::read::{About, Form, read, recognise};
use plumbline::series::{Cells, Machine, Measure, Signal};
use plumbline::stats::buckets::Native;
use serde_json::Value;
use std::collections::BTreeMap;

fn file(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/tests/reference/prometheus/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).unwrap()
}

fn answers() -> Value {
    serde_json::from_slice(&file("answers.json")).unwrap()
}

fn scraped() -> Machine {
    let bytes = file("scrapes.txt");
    assert_eq!(recognise(&bytes[..4_096]), Some(Form::Exposition));
    let about = About {
        name: "scrapes.txt".into(),
        modified: None,
    };
    let read = read(&about, &bytes.as_slice(), Form::Exposition).unwrap();
    assert_eq!(read.troubles, []);
    machine(&read.set)
}

/// By the number of the step that ends at its time: what Prometheus answered.
fn answered(answers: &Value, query: &str) -> BTreeMap<i64, f64> {
    let all = answers["answers"][query].as_array().unwrap().iter();
    let one = |pair: &Value| {
        let value: f64 = pair[1].as_str().unwrap().parse().unwrap();
        (pair[0].as_i64().unwrap() / 60 - 1, value)
    };
    all.map(one).filter(|(_, v)| v.is_finite()).collect()
}

fn signal(machine: &Machine, measure: Measure) -> &Signal {
    let mut all = machine.of(measure);
    let signal = all.next().unwrap_or_else(|| panic!("no {measure:?}"));
    assert!(all.next().is_none());
    signal
}

#[track_caller]
fn same(ours: &BTreeMap<i64, f64>, theirs: &BTreeMap<i64, f64>, what: &str) {
    assert!(theirs.len() > 60, "{what}: {} answers", theirs.len());
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>(),
        "{what}: other gaps"
    );
    for (number, value) in ours {
        let other = theirs[number];
        let off = (value - other).abs() / other.abs().max(1e-12);
        assert!(
            off < 1e-9 || (value - other).abs() < 1e-12,
            "{what} at {number}: {value}, Prometheus has {other}"
        );
    }
}

#[test]
fn increases_and_rates_are_those_of_prometheus() {
    let (machine, answers) = (scraped(), answers());
    assert_eq!(machine.step.seconds(), 60.0);
    let increases = |measure| {
        let Cells::Rate(cells) = &signal(&machine, measure).cells else {
            panic!("no rate");
        };
        cells
            .iter()
            .map(|(n, rate)| (*n, rate.increase))
            .collect::<BTreeMap<i64, f64>>()
    };
    same(
        &increases(Measure::Requests),
        &answered(&answers, "requests"),
        "increase",
    );
    same(
        &increases(Measure::ServerErrors),
        &answered(&answers, "errors"),
        "errors",
    );
    // Where a step is seen as a whole its rate is Prometheus's, too; at an outage ours is that of the time seen.
    let Cells::Rate(cells) = &signal(&machine, Measure::Requests).cells else {
        panic!("no rate");
    };
    let theirs = answered(&answers, "rate");
    let whole = cells
        .iter()
        .filter(|(_, rate)| (rate.seconds - 60.0).abs() < 1e-9);
    let mut seen = 0;
    for (number, rate) in whole {
        let other = theirs[number];
        assert!(
            (rate.value().unwrap() - other).abs() / other < 1e-9,
            "{number}"
        );
        seen += 1;
    }
    assert!(seen > 55, "{seen} whole steps");
    assert_eq!(machine.restarts.len(), 1, "{:?}", machine.restarts);
}

#[test]
fn histogram_quantiles_are_those_of_prometheus() {
    let (machine, answers) = (scraped(), answers());
    let Cells::Durations(cells) = &signal(&machine, Measure::Duration).cells else {
        panic!("no durations");
    };
    for (name, q) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
        let ours = cells
            .iter()
            .filter_map(|(n, d)| Some((*n, d.quantile(q)?)))
            .collect();
        same(&ours, &answered(&answers, name), name);
    }
}

#[test]
fn use_of_cpu_and_memory_is_what_prometheus_computes() {
    let (machine, answers) = (scraped(), answers());
    let Cells::Share(cells) = &signal(&machine, Measure::Cpu).cells else {
        panic!("no share");
    };
    let ours = cells
        .iter()
        .filter_map(|(n, s)| Some((*n, s.value()?)))
        .collect();
    same(&ours, &answered(&answers, "cpu"), "cpu");
    let Cells::Level(cells) = &signal(&machine, Measure::Memory).cells else {
        panic!("no level");
    };
    let ours: BTreeMap<i64, f64> = cells
        .iter()
        .filter_map(|(n, s)| Some((*n, s.value()?)))
        .collect();
    // One look is a mean to us; both have it.
    same(&ours, &answered(&answers, "memory"), "memory");
}

#[test]
fn native_quantiles_are_those_of_the_documented_algorithm() {
    let answers = answers();
    let natives = answers["natives"].as_array().unwrap();
    assert_eq!(natives.len(), 16);
    for native in natives {
        let histogram: Native = serde_json::from_value(native["histogram"].clone()).unwrap();
        for pair in native["quantiles"].as_array().unwrap() {
            let (q, expected) = (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap());
            let found = histogram.quantile(q).unwrap();
            let off = (found - expected).abs() / expected.abs().max(1e-12);
            assert!(
                off < 1e-9,
                "{q} of {histogram:?}: {found}, expected {expected}"
            );
        }
    }
}
