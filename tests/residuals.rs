//! Errors of a regression against numpy, scipy and statsmodels (`tests/reference/residuals.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{keeper, report, streamed, summary};
use plumbline::chart::{Chart, QuantilePlot, ResidualPlot};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::report::view::{BaselineChoice, SliceChoice, View, WindowSize};
use plumbline::report::{Report, Residuals};
use plumbline::table::time::Time;
use serde_json::Value;

const LOG: &[u8] = include_bytes!("reference/residuals.csv");
const ROLES: [(Role, &str); 4] = [
    (Role::Prediction, "prediction"),
    (Role::Feature, "size"),
    (Role::Feature, "age"),
    (Role::Segment, "region"),
];

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        ..View::default()
    }
}

fn found(view: &View) -> Residuals {
    let summary = summary(&[("log.csv", LOG)], &ROLES, view).unwrap();
    Report::from(&summary, view).residuals.unwrap()
}

#[track_caller]
fn close(what: &str, got: f64, want: &Value) {
    let want = want.as_f64().unwrap();
    let off = (got - want).abs() / want.abs().max(1e-3);
    assert!(off < 1e-9, "{what}: {got}, expected {want}");
}

#[track_caller]
fn equal(ours: &Residuals, theirs: &Value) {
    assert_eq!(Some(ours.rows), theirs["n"].as_u64());
    close("mean", ours.mean.unwrap(), &theirs["mean"]);
    close("deviation", ours.deviation.unwrap(), &theirs["deviation"]);
    let quantiles = theirs["quantiles"].as_array().unwrap();
    assert_eq!(ours.quantiles.len(), quantiles.len());
    for (q, want) in ours.quantiles.iter().zip(quantiles) {
        for (i, got) in [q.normal, q.found, q.low, q.high].into_iter().enumerate() {
            close(&format!("quantile {i}"), got, &want[i]);
        }
    }
    let bins = theirs["bins"].as_array().unwrap();
    assert_eq!(ours.bins.len(), bins.len());
    for (b, want) in ours.bins.iter().zip(bins) {
        let ends = b.interval.unwrap();
        let got = [
            b.from,
            b.to,
            b.rows as f64,
            b.prediction,
            b.mean,
            ends.low,
            ends.high,
            b.low,
            b.high,
        ];
        for (i, got) in got.into_iter().enumerate() {
            close(&format!("bin {i}"), got, &want[i]);
        }
    }
    let tails = &theirs["tails"];
    let ends = ours.ends.unwrap();
    close("lower end", ends.0, &tails["ends"][0]);
    close("upper end", ends.1, &tails["ends"][1]);
    let parts = tails["parts"].as_array().unwrap();
    assert_eq!(ours.comparisons, parts.len() as u64);
    let sure = parts.iter().filter(|p| p[8].as_f64().unwrap() < 0.05);
    let sure: Vec<&Value> = sure.collect();
    assert_eq!(ours.tails.len(), sure.len(), "{:?}", ours.tails);
    for want in sure {
        let is = |p: &&plumbline::report::TailPart| {
            Some(p.over) == want[0].as_bool()
                && Some(p.column.as_str()) == want[1].as_str()
                && p.value.as_deref() == want[2].as_str()
        };
        let part = ours.tails.iter().find(is).unwrap();
        assert_eq!(Some(part.rows), want[3].as_u64());
        let got = [
            part.in_tail,
            part.between,
            part.interval.low,
            part.interval.high,
            part.p_value,
        ];
        for (i, got) in got.into_iter().enumerate() {
            close(&format!("{} {i}", part.column), got, &want[4 + i]);
        }
    }
}

#[test]
fn they_are_numpys_and_scipys() {
    let reference: Value = serde_json::from_str(include_str!("reference/residuals.json")).unwrap();
    equal(&found(&view()), &reference["all"]);
    let at = |day: &str| Time::parse(day).unwrap();
    let brushed = View {
        range: Some((at("2026-03-06"), at("2026-03-11"))),
        ..view()
    };
    equal(&found(&brushed), &reference["days 5 to 9"]);
}

#[test]
fn they_follow_a_slice() {
    let slice = SliceChoice {
        column: "region".into(),
        value: "south".into(),
    };
    let south = View {
        slices: vec![slice],
        ..view()
    };
    let (all, part) = (found(&view()), found(&south));
    assert!(part.rows < all.rows && part.rows > 300);
    assert!(part.tails.iter().all(|t| t.column != "region"));
    assert!(part.mean.unwrap() < all.mean.unwrap());
}

#[test]
fn a_stream_has_none_and_says_so() {
    let passed = streamed(&[("log.csv", LOG)], &ROLES, &view(), Shards::new).unwrap();
    let report = Report::from(&passed, &view());
    assert!(report.residuals.is_none() && report.streamed);
    for sentence in [
        QuantilePlot::of(&report).sentence(),
        ResidualPlot::of(&report).sentence(),
    ] {
        assert!(sentence.contains("counted as they passed"), "{sentence}");
    }
}

/// The first report does not wait for them.
#[test]
fn they_come_when_rows_are_gone_back_to() {
    let inputs = pipeline::inputs(&[("log.csv", LOG)], &ROLES).unwrap();
    let mut keeper = keeper(&[("log.csv", LOG)], &inputs).unwrap();
    let first = keeper.finish(&view(), &mut |_, _| {}).unwrap();
    let (report, missing) = Report::with_missing(&first, &view());
    assert!(report.residuals.is_none() && missing.residuals.is_some());
    let (report, missing) = Report::with_missing(&keeper.refine(&view()).unwrap(), &view());
    assert!(report.residuals.is_some() && missing.residuals.is_none());
}

#[test]
fn what_cannot_be_told_is_absent_with_a_reason() {
    let untimed = View {
        window: None,
        ..view()
    };
    let told = |rows: &str| {
        let text = format!("id,prediction,outcome\n{rows}");
        let found = report(&[("log.csv", text.as_bytes())], &untimed)
            .residuals
            .unwrap();
        assert!(found.quantiles.is_empty() && found.bins.is_empty() && found.ends.is_none());
        found.undefined.unwrap()
    };
    let rows = |n: usize, of: &dyn Fn(usize) -> (f64, f64)| -> String {
        (0..n)
            .map(|i| format!("{i},{},{}\n", of(i).0, of(i).1))
            .collect()
    };
    let wave = |i: usize| i as f64 * 1.25 + (i % 7) as f64 * 0.5;
    assert!(told(&rows(40, &|i| (wave(i), i as f64 * 1.5))).contains("fewer than 50"));
    assert!(told(&rows(90, &|i| (wave(i), wave(i)))).contains("the same"));
    let far = |i: usize| ((i % 2) as f64 * 2.0 - 1.0) * (i + 10) as f64 * 1e306;
    assert!(told(&rows(90, &|i| (far(i), far(i) / 3.0))).contains("too large"));
}
