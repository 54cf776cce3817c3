//! Rows with several labels against scikit-learn, and what a report says of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed_in};
use plumbline::engine::Shards;
use plumbline::engine::message::Input;
use plumbline::log::Task;
use plumbline::metric::Estimate;
use plumbline::report::view::View;
use plumbline::report::{Metrics, Report};
use plumbline::stats::interval::logit;
use serde_json::Value;

const LOG: &str = include_str!("reference/multilabel.csv");

fn wanted() -> Value {
    serde_json::from_str(include_str!("reference/multilabel.json")).unwrap()
}

fn view() -> View {
    View {
        window: Some("day".parse().unwrap()),
        ..View::default()
    }
}

fn small(file: usize, input: &Input) -> Shards {
    Shards::with_size(file, input.bytes, 2_000, false)
}

fn of(text: &str) -> Report {
    report(&[("labels.csv", text.as_bytes())], &view())
}

fn near(found: &Estimate, wanted: &Value, name: &str) {
    let (found, wanted) = (found.value.unwrap(), wanted.as_f64().unwrap());
    assert!(
        (found - wanted).abs() <= 1e-9 * wanted,
        "{name}: {found}, not {wanted}"
    );
}

fn check(found: &Metrics, wanted: &Value) {
    let wanted = wanted.as_object().unwrap();
    assert_eq!(wanted.len(), 10);
    for (name, value) in wanted {
        near(&found[name], value, name);
    }
}

#[test]
fn all_rows_days_and_labels_are_as_in_scikit_learn() {
    let (report, wanted) = (of(LOG), wanted());
    assert_eq!(report.task, Task::Multilabel);
    check(&report.overall.metrics, &wanted["all"]);
    assert_eq!(report.windows.len(), 3);
    for window in &report.windows {
        check(
            &window.metrics,
            &wanted["days"][&window.start.to_string()[..10]],
        );
    }
    assert_eq!(report.classes.len(), 6);
    for row in &report.classes {
        let wanted = &wanted["labels"][&row.label];
        near(&row.precision, &wanted["precision"], &row.label);
        near(&row.recall, &wanted["recall"], &row.label);
        near(&row.f1, &wanted["f1"], &row.label);
        assert_eq!(wanted["rows"], row.rows);
    }
}

/// The labels of a row depend on each other, and so do the numbers of it.
#[test]
fn intervals_of_micro_averages_are_of_rows() {
    let (report, wanted) = (of(LOG), wanted());
    for (name, told) in wanted["micro"].as_object().unwrap() {
        let (value, se) = (
            told["value"].as_f64().unwrap(),
            told["se"].as_f64().unwrap(),
        );
        let (found, interval) = (&report.overall.metrics[name], logit(value, se));
        assert!((found.low.unwrap() - interval.low).abs() < 1e-9, "{name}");
        assert!((found.high.unwrap() - interval.high).abs() < 1e-9, "{name}");
    }
}

/// Of all labels there are none where one is rare; without it they are those of a second implementation.
#[test]
fn intervals_of_macro_averages_are_of_rows() {
    let told = of(LOG).overall.metrics;
    let rare = told["label_f1_macro"].no_interval.clone();
    assert!(rare.is_none_or(|why| why.contains("rows are too few of a label, it takes 10")));
    let without = |line: &str| {
        let cell = |cell: &str| {
            let left: Vec<&str> = cell.split('|').filter(|part| *part != "rare").collect();
            let none = left.is_empty();
            if none { "[]".into() } else { left.join("|") }
        };
        line.split(',').map(cell).collect::<Vec<_>>().join(",")
    };
    let usual: Vec<String> = LOG.lines().map(without).collect();
    let report = of(&(usual.join("\n") + "\n"));
    assert_eq!(report.classes.len(), 5);
    for (name, told) in wanted()["macro"].as_object().unwrap() {
        let found = &report.overall.metrics[name];
        for (end, wanted) in [(found.low, &told["low"]), (found.high, &told["high"])] {
            let (end, wanted) = (end.unwrap(), wanted.as_f64().unwrap());
            assert!((end - wanted).abs() < 1e-9, "{name}: {end}, not {wanted}");
        }
    }
}

#[test]
fn the_mark_and_the_order_of_labels_make_no_difference() {
    let first = of(LOG).overall;
    let cells = |line: &str, mark: &str| {
        let cells = line.split(',').map(|cell| {
            let mut parts: Vec<&str> = cell.split('|').collect();
            parts.reverse();
            match mark {
                // Within brackets the mark is a comma, so the cell is quoted.
                "," if cell.contains(':') => cell.to_string(),
                "," if cell == "[]" => "[]".into(),
                "," => format!("\"['{}']\"", parts.join("', '")),
                mark => parts.join(mark),
            }
        });
        cells.collect::<Vec<_>>().join(",")
    };
    let (head, rows) = LOG.split_once('\n').unwrap();
    for mark in [";", ","] {
        let lines: Vec<String> = rows.lines().map(|line| cells(line, mark)).collect();
        let other = of(&format!("{head}\n{}\n", lines.join("\n"))).overall;
        assert_eq!(other, first, "{mark}");
    }
}

#[test]
fn rows_that_pass_are_counted_alike() {
    let files = [("labels.csv", LOG.as_bytes())];
    let summary = streamed_in(Some(100), &files, &[], &view(), small).unwrap();
    let streamed = Report::from(&summary, &view());
    let mut kept = of(LOG).overall;
    for name in [
        "label_f1_macro",
        "label_precision_macro",
        "label_recall_macro",
    ] {
        let passed = &streamed.overall.metrics[name];
        assert!(
            passed
                .no_interval
                .as_deref()
                .is_some_and(|why| why.contains("needs the rows"))
        );
        assert_eq!(passed.value, kept.metrics[name].value);
        kept.metrics.insert(name.into(), passed.clone());
    }
    assert_eq!(streamed.overall, kept);
    // A label that the first rows lack.
    let late = LOG.to_string() + "2026-06-03T23:00:00Z,art|new,art\n";
    let files = [("labels.csv", late.as_bytes())];
    let summary = streamed_in(Some(100), &files, &[], &view(), small).unwrap();
    let streamed = Report::from(&summary, &view());
    assert_eq!(streamed.overall.metrics, kept.metrics);
    let notes = streamed.health.notes.join("\n");
    assert!(notes.contains("none of the 6 of the first rows"), "{notes}");
}
