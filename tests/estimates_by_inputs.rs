//! Estimates that are learned from the inputs of a model: the errors of a regression, and what scores are
//! worth where inputs shift.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::{File, summary};
use plumbline::engine::{Depth, Refined};
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{Method, Report};
use random::Random;
use std::fmt::Write as _;

fn report(files: &[File<'_>], rows: u32) -> Report {
    let view = View {
        window: Some(WindowSize::Rows(rows)),
        ..View::default()
    };
    Report::from(&summary(files, &[], &view).unwrap(), &view)
}

/// A regression whose errors are as large as its inputs say; `far`: the share of rows with large ones.
/// Without outcomes the last column is empty.
fn prices(seed: u64, rows: usize, far: f64, outcomes: usize, inputs: bool) -> String {
    let mut random = Random(seed);
    let mut out = match inputs {
        true => String::from("id,age,fuel,prediction,actual\n"),
        false => String::from("id,prediction,actual\n"),
    };
    for row in 0..rows {
        let (age, gas) = (random.unit() * 10.0, random.unit() < far);
        let predicted = 20_000.0 - 1_000.0 * age;
        // Uniform errors: of mean size half the width.
        let width = if gas { 400.0 + 100.0 * age } else { 200.0 };
        let actual = predicted + width * (2.0 * random.unit() - 1.0);
        let fuel = if gas { "gas" } else { "diesel" };
        let inputs = if inputs {
            format!("{age:.3},{fuel},")
        } else {
            String::new()
        };
        let actual = if row < outcomes {
            format!("{actual:.2}")
        } else {
            String::new()
        };
        writeln!(out, "{seed}-{row},{inputs}{predicted:.2},{actual}").unwrap();
    }
    out
}

fn priced(outcomes: usize, inputs: bool) -> Report {
    let before = prices(1, 6_000, 0.3, 6_000, inputs);
    let after = prices(2, 8_000, 0.8, outcomes, inputs);
    let files = [
        ("reference.csv", before.as_bytes()),
        ("live.csv", after.as_bytes()),
    ];
    report(&files, 1_000)
}

#[test]
fn errors_of_a_regression_are_estimated_from_its_inputs() {
    let report = priced(4_000, true);
    let estimated = report.estimated.as_ref().unwrap();
    assert_eq!(estimated.method, Method::Dle, "{estimated:?}");
    assert_eq!(estimated.undefined, None);
    assert_eq!(estimated.rows, 6_000);
    assert_eq!(report.windows.len(), 8);
    // 0.8 (400 + 100 · 5) / 2 + 0.2 · 100, against 0.3 and 0.7 before.
    let base = report.baseline.as_ref().unwrap().block.metrics["mean_absolute_error"]
        .value
        .unwrap();
    assert!((base - 205.0).abs() < 12.0, "{base}");
    for window in &report.windows {
        let told = &window.estimated["mean_absolute_error"];
        let value = told.value.unwrap();
        assert!((value - 380.0).abs() < 25.0, "{told:?}");
        assert!(told.low.unwrap() < value && value < told.high.unwrap());
        // Uniform: a third of the squared width; ∫(400 + 100 a)² / 10 = 893 333.
        let root = window.estimated["root_mean_squared_error"].value.unwrap();
        let right = ((0.8 * 893_333.0 + 0.2 * 40_000.0) / 3.0_f64).sqrt();
        assert!((root / right - 1.0).abs() < 0.06, "{root}, not {right}");
    }
    let past = &estimated.past["mean_absolute_error"];
    assert_eq!(past.windows, 4);
    assert!(past.root_mean_square < 20.0, "{past:?}");
    assert!(
        estimated
            .alerts
            .iter()
            .any(|a| a.metric == "mean_absolute_error"),
        "{:?}",
        estimated.alerts
    );
}

/// As shares of the outcome, and between logarithms; of outcomes for which these are not there, nothing is
/// expected.
#[test]
fn relative_errors_are_estimated_where_every_row_has_one() {
    const RELATIVE: [&str; 2] = [
        "mean_absolute_percentage_error",
        "root_mean_squared_log_error",
    ];
    let report = priced(4_000, true);
    for window in &report.windows {
        for name in RELATIVE {
            let (told, known) = (&window.estimated[name], window.metrics.get(name));
            let (low, high) = (told.low.unwrap(), told.high.unwrap());
            if let Some(value) = known.and_then(|m| m.value) {
                assert!(low < value && value < high, "{name}: {told:?}, {value}");
            }
        }
    }
    let before = prices(1, 6_000, 0.3, 6_000, true);
    let (head, rows) = before.split_once('\n').unwrap();
    let outcome = head.split(',').position(|c| c == "actual").unwrap();
    let (first, others) = rows.split_once('\n').unwrap();
    for (bad, left) in [("0", &RELATIVE[1..]), ("-2", &RELATIVE[..1])] {
        let mut cells: Vec<&str> = first.split(',').collect();
        cells[outcome] = bad;
        let changed = format!("{head}\n{}\n{others}", cells.join(","));
        let after = prices(2, 8_000, 0.8, 4_000, true);
        let files = [
            ("reference.csv", changed.as_bytes()),
            ("live.csv", after.as_bytes()),
        ];
        let estimated = self::report(&files, 1_000).windows.remove(0).estimated;
        for name in RELATIVE {
            assert_eq!(
                estimated.contains_key(name),
                left.contains(&name),
                "{bad} {name}"
            );
        }
    }
}

#[test]
fn without_inputs_there_is_a_reason() {
    let report = priced(4_000, false);
    let why = report.estimated.unwrap().undefined.unwrap();
    assert!(why.contains("no column is an input"), "{why}");
    assert!(report.windows.iter().all(|w| w.estimated.is_empty()));
}

#[test]
fn the_same_rows_give_the_same_bits() {
    let bits = |report: &Report| -> Vec<u64> {
        let values = report.windows.iter().flat_map(|w| w.estimated.values());
        values.filter_map(|e| e.value).map(f64::to_bits).collect()
    };
    let once = bits(&priced(4_000, true));
    assert!(once.len() == 32);
    assert_eq!(once, bits(&priced(4_000, true)));
}

/// A model that does not see the region: in the south fewer are positive at the same score.
fn scored(seed: u64, rows: usize, south: f64, outcomes: usize) -> String {
    let mut random = Random(seed);
    let mut out = String::from("id,income,region,score,prediction,label\n");
    for row in 0..rows {
        let (income, is_south) = (random.unit(), random.unit() < south);
        let chance = 0.05 + 0.9 * income * if is_south { 0.5 } else { 1.0 };
        let label = u8::from(random.unit() < chance);
        let label = if row < outcomes {
            label.to_string()
        } else {
            String::new()
        };
        let region = if is_south { "south" } else { "north" };
        let predicted = u8::from(income >= 0.5);
        writeln!(
            out,
            "{seed}-{row},{income:.4},{region},{income:.4},{predicted},{label}"
        )
        .unwrap();
    }
    out
}

fn scores(outcomes: usize, south: f64) -> Report {
    let before = scored(3, 12_000, 0.2, 12_000);
    let after = scored(4, 12_000, south, outcomes);
    let files = [
        ("reference.csv", before.as_bytes()),
        ("live.csv", after.as_bytes()),
    ];
    report(&files, 2_000)
}

#[test]
fn where_inputs_shift_the_baseline_is_weighed() {
    let report = scores(0, 0.9);
    let estimated = report.estimated.as_ref().unwrap();
    assert_eq!(estimated.method, Method::Mcbpe, "{}", estimated.why);
    assert!(
        estimated.why.contains("fewer than three windows"),
        "{}",
        estimated.why
    );
    // Of the rows above half an income of ¾ on average, below of ¼.
    let right = |south: f64| {
        let worth = 0.9 * (1.0 - south / 2.0);
        (0.05 + worth * 0.75 + 0.95 - worth * 0.25) / 2.0
    };
    for window in &report.windows {
        let told = window.estimated["accuracy"].value.unwrap();
        assert!(
            (told - right(0.9)).abs() < 0.02,
            "{told}, not {}",
            right(0.9)
        );
        assert!((told - right(0.2)).abs() > 0.06, "{told}");
    }
}

#[test]
fn of_two_estimators_the_nearer_one_is_taken() {
    let report = scores(8_000, 0.9);
    let estimated = report.estimated.as_ref().unwrap();
    assert_eq!(estimated.method, Method::Mcbpe, "{}", estimated.why);
    assert!(estimated.why.contains("In 4 windows"), "{}", estimated.why);
    assert!(
        estimated.past["accuracy"].root_mean_square < 0.025,
        "{:?}",
        estimated.past
    );
}

/// What is made in steps is what is made at once; it tells how far it is, and ends where it is given up.
#[test]
fn estimates_are_made_in_steps() {
    let before = prices(1, 3_000, 0.3, 3_000, true);
    let after = prices(2, 4_000, 0.8, 1_000, true);
    let files = [
        ("reference.csv", before.as_bytes()),
        ("live.csv", after.as_bytes()),
    ];
    let view = View {
        window: Some(WindowSize::Rows(1_000)),
        ..View::default()
    };
    let inputs = pipeline::inputs(&files, &[]).unwrap();
    let begun = || {
        let mut keeper = pipeline::keeper(&files, &inputs).unwrap();
        keeper.finish(&view, &mut |_, _| ()).unwrap();
        keeper
    };
    let at_once = begun().answering(&view).unwrap().clone();
    let mut keeper = begun();
    keeper.begin_refining(&view, Depth::Expected);
    let mut shares = Vec::new();
    let in_steps = loop {
        match keeper.go_on().unwrap() {
            Refined::Share(share) => shares.push(share),
            Refined::Done(summary) => break summary,
        }
    };
    assert!(*in_steps == at_once, "in steps it is another Summary");
    assert!(shares.len() > 100, "{} steps", shares.len());
    assert!(shares.is_sorted() && shares.iter().all(|s| (0.0..=1.0).contains(s)));
    assert!(*shares.last().unwrap() > 0.9, "{shares:?}");
    let mut keeper = begun();
    keeper.begin_refining(&view, Depth::Expected);
    for _ in 0..9 {
        assert!(matches!(keeper.go_on().unwrap(), Refined::Share(_)));
    }
    keeper.give_up();
    let Refined::Done(left) = keeper.go_on().unwrap() else {
        panic!("it goes on after it was given up");
    };
    assert!(left.series.iter().all(|s| s.estimates.is_empty()));
    assert!(keeper.refine(&view).unwrap() == at_once);
}
