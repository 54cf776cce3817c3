//! Defects of other tools that this one must not have, each as a check that fails where it has it.

use super::pipeline::{report, summary};
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{Report, Window};
use plumbline::stats::distance::{jensen_shannon, psi};
use std::fmt::Write as _;

/// Every check by what it holds.
pub const CHECKS: &[(&str, fn())] = &[
    ("a change is found in either direction", either_direction),
    ("MAPE takes sizes of outcomes, and tells of zeros", mape),
    ("a last window of three rows changes no other", tail),
    ("samples of different size are compared", unequal_sizes),
    ("the same files give the same bytes", same_bytes),
    ("a window without outcomes has no old verdict", empty_window),
    ("a window of one class has its other numbers", one_class),
];

/// Rows of 100 a window; `right` tells whether a row of a window is predicted right.
fn labels(windows: usize, right: impl Fn(usize, usize) -> bool) -> String {
    let mut csv = String::from("prediction,outcome\n");
    for window in 0..windows {
        for row in 0..100 {
            let outcome = row % 2 == 0;
            let prediction = outcome == right(window, row);
            writeln!(csv, "{},{}", u8::from(prediction), u8::from(outcome)).unwrap();
        }
    }
    csv
}

fn by_rows(csv: &str) -> Report {
    let view = View {
        window: Some(WindowSize::Rows(100)),
        ..View::default()
    };
    report(&[("log.csv", csv.as_bytes())], &view)
}

fn verdicts(window: &Window) -> Vec<(String, Option<bool>)> {
    let departures = window.departures.iter();
    departures.map(|(n, d)| (n.clone(), d.worse)).collect()
}

/// A one-sided test calls a change in one of the directions none.
fn either_direction() {
    let changed = |to: usize| {
        by_rows(&labels(20, |w, row| {
            row % 50 < if w < 10 { 35 } else { to }
        }))
    };
    for (to, worse) in [(15, true), (49, false)] {
        let report = changed(to);
        let found = report.windows[15].departures["accuracy"];
        assert_eq!(found.worse, Some(worse));
        assert!(
            found.false_alarm_rate.is_some_and(|p| p < 1e-3),
            "{found:?}"
        );
    }
}

/// Divided by the outcome itself or by no less than a tiny number, the error of one row is all there is.
fn mape() {
    let of = |rows: &str| {
        let csv = format!("prediction,outcome\n{rows}");
        let view = View {
            baseline: BaselineChoice::None,
            ..View::default()
        };
        let report = report(&[("log.csv", csv.as_bytes())], &view);
        report.overall.metrics["mean_absolute_percentage_error"].clone()
    };
    let negative = of("-9.5,-10.25\n21.5,20.25\n-33.25,-30.5\n");
    let want = (0.75 / 10.25 + 1.25 / 20.25 + 2.75 / 30.5) / 3.0;
    assert!((negative.value.unwrap() - want).abs() < 1e-12);
    let zero = of("0.5,0\n21.5,20.25\n-33.25,-30.5\n");
    assert_eq!(zero.value, None);
    assert!(zero.undefined.unwrap().contains("1 row"));
}

/// A window of few rows far off widens a threshold that is made of the spread of windows.
fn tail() {
    let csv = labels(20, |w, row| row % 10 < if w < 12 { 9 } else { 6 });
    let longer = format!("{csv}0,1\n1,0\n0,1\n");
    let (even, with_tail) = (by_rows(&csv), by_rows(&longer));
    assert_eq!(with_tail.windows.len(), even.windows.len() + 1);
    let departs = |report: &Report| {
        report.windows[..20]
            .iter()
            .map(verdicts)
            .collect::<Vec<_>>()
    };
    assert!(even.windows[12].departures.contains_key("accuracy"));
    assert_eq!(departs(&even), departs(&with_tail));
}

/// Counts of different totals are compared as shares.
fn unequal_sizes() {
    let (few, many) = ([10, 20, 30], [1_000, 2_000, 3_000]);
    for distance in [jensen_shannon(&few, &many), psi(&few, &many)] {
        assert!(distance.unwrap().abs() < 1e-12);
    }
    for distance in [jensen_shannon(&few, &[9, 1, 0]), psi(&few, &[9, 1, 0])] {
        assert!(distance.unwrap() > 0.1);
    }
}

/// An unseeded sample or forest gives other numbers each time.
fn same_bytes() {
    let csv = labels(20, |w, row| (row * 7 + w * 13) % 10 < 8);
    let bytes = || serde_json::to_vec(&by_rows(&csv)).unwrap();
    assert_eq!(bytes(), bytes());
}

/// A p-value that is kept from the window before.
fn empty_window() {
    let mut csv = String::from("time,prediction,outcome\n");
    for day in 1..=20 {
        for row in 0..60 {
            let outcome = row % 2;
            let wrong = day >= 12 && row % 3 > 0;
            let prediction = if wrong { 1 - outcome } else { outcome };
            let outcome = if day == 15 {
                String::new()
            } else {
                outcome.to_string()
            };
            writeln!(
                csv,
                "2026-03-{day:02}T{:02}:{:02}:00Z,{prediction},{outcome}",
                row / 10,
                row % 10
            )
            .unwrap();
        }
    }
    let view = View {
        window: Some(WindowSize::Day),
        ..View::default()
    };
    let summary = summary(&[("log.csv", csv.as_bytes())], &[], &view).unwrap();
    let report = Report::from(&summary, &view);
    assert!(report.windows[13].departures.contains_key("accuracy"));
    assert!(report.windows[14].departures.is_empty());
    assert!(report.windows[15].departures.contains_key("accuracy"));
}

/// A window in which one class does not occur ends some reports.
fn one_class() {
    let mut csv = String::from("score,outcome\n");
    for window in 0..10 {
        for row in 0..100 {
            let outcome = window != 4 && row % 2 == 0;
            let score = if outcome { 0.9 } else { 0.2 } - f64::from(row % 7) / 50.0;
            writeln!(csv, "{score:.3},{}", u8::from(outcome)).unwrap();
        }
    }
    let report = by_rows(&csv);
    let of = |window: usize, name: &str| report.windows[window].metrics[name].clone();
    assert_eq!(
        of(4, "roc_auc").undefined.as_deref(),
        Some("one class only")
    );
    assert!(of(4, "accuracy").value.is_some() && of(4, "brier_score").value.is_some());
    assert!(of(3, "roc_auc").value.is_some() && of(5, "roc_auc").value.is_some());
}
