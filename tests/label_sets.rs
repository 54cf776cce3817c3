//! Lists of labels in JSON, Parquet and Arrow are the sets that delimited text has in a cell, and what an empty cell
//! beside them is taken for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed_in, value};
use plumbline::engine::Shards;
use plumbline::log::Task;
use plumbline::report::Report;
use plumbline::report::view::View;

const NAMES: [&str; 4] = ["news", "sport", "tech", "a \"b\", c"];
const ROWS: usize = 60;

fn of(name: &str, bytes: &[u8]) -> Report {
    report(&[(name, bytes)], &View::default())
}

/// The labels of a row: predicted, and true where they are known.
fn row(i: usize) -> (usize, Option<usize>) {
    (i * 11 % 16, (i % 13 != 12).then_some(i * 7 % 16))
}

fn labels(bits: usize) -> impl Iterator<Item = &'static str> {
    (0..4).filter(move |j| bits >> j & 1 == 1).map(|j| NAMES[j])
}

/// The rows as JSON lines, each label as JSON or as its number.
fn lines(numbers: bool) -> String {
    let list = |bits: usize| -> serde_json::Value {
        match numbers {
            true => (0..4_usize).filter(|j| bits >> j & 1 == 1).collect(),
            false => labels(bits).collect(),
        }
    };
    let line = |i: usize| {
        let (predicted, truth) = row(i);
        let (p, t) = (list(predicted), truth.map(list));
        serde_json::json!({"id": i, "predicted_labels": p, "labels": t}).to_string() + "\n"
    };
    (0..ROWS).map(line).collect()
}

/// Share of rows whose sets agree, and Hamming loss, of the rows with an outcome.
fn wanted() -> (f64, f64) {
    let known = (0..ROWS).filter_map(|i| row(i).1.map(|truth| (row(i).0, truth)));
    let (mut n, mut right, mut wrong) = (0.0, 0.0, 0.0);
    for (predicted, truth) in known {
        n += 1.0;
        right += f64::from(u8::from(predicted == truth));
        wrong += f64::from((predicted ^ truth).count_ones());
    }
    (right / n, wrong / n / 4.0)
}

#[track_caller]
fn check(report: &Report) {
    assert_eq!(report.task, Task::Multilabel);
    let (right, wrong) = wanted();
    assert!((value(report, "subset_accuracy") - right).abs() < 1e-12);
    assert!((value(report, "hamming_loss") - wrong).abs() < 1e-12);
    assert_eq!(report.overall.metrics["hamming_loss"].n, 56);
}

#[test]
fn arrays_of_json_are_sets() {
    check(&of("log.jsonl", lines(false).as_bytes()));
    check(&of("log.jsonl", lines(true).as_bytes()));
    let rows: Vec<String> = lines(false).lines().map(str::to_owned).collect();
    check(&of(
        "log.json",
        format!("[{}]", rows.join(",\n")).as_bytes(),
    ));
}

#[test]
fn lists_of_parquet_and_arrow_are_sets() {
    check(&of(
        "log.parquet",
        include_bytes!("formats/sets-v1.parquet"),
    ));
    check(&of(
        "log.parquet",
        include_bytes!("formats/sets-v2.parquet"),
    ));
    check(&of("log.arrow", include_bytes!("formats/sets.arrow")));
}

/// Without brackets an empty predicted cell is the empty set, and an empty outcome is not known.
#[test]
fn an_empty_cell_is_no_label_or_no_outcome_and_that_is_told() {
    let cell = |bits: usize| labels(bits & 7).collect::<Vec<_>>().join(";");
    let text = |truth: &dyn Fn(usize) -> String| {
        (0..ROWS).fold("id,predicted_labels,labels\n".to_owned(), |text, i| {
            text + &format!("{i},{},{}\n", cell(row(i).0), truth(i))
        })
    };
    let open = of("log.csv", text(&|i| cell(i * 7 % 16)).as_bytes());
    let sides = |i: usize| (row(i).0 & 7, (i * 7 % 16) & 7);
    let known: Vec<(usize, usize)> = (0..ROWS).map(sides).filter(|s| s.1 > 0).collect();
    let right = known.iter().filter(|s| s.0 == s.1).count() as f64 / known.len() as f64;
    assert!((value(&open, "subset_accuracy") - right).abs() < 1e-12);
    let said = |report: &Report, part: &str| report.health.notes.iter().any(|n| n.contains(part));
    let empty = (0..ROWS).filter(|i| sides(*i).0 == 0).count();
    assert!(said(
        &open,
        &format!("{empty} predicted cells are empty: they are taken as sets of no label.")
    ));
    let unknown = ROWS - known.len();
    assert!(
        said(
            &open,
            &format!("{unknown} outcomes beside a prediction are empty")
        ),
        "{:?}",
        open.health.notes
    );

    let whole = |i: usize| match (i * 7 % 16) & 7 {
        0 => "[]".into(),
        bits => cell(bits),
    };
    let closed = of("log.csv", text(&whole).as_bytes());
    assert!(!said(&closed, "not known yet"), "{:?}", closed.health.notes);
    assert_eq!(closed.overall.metrics["subset_accuracy"].n, ROWS as u64);
}

/// A time at which it became known makes an empty outcome the set of no label; block by block as well.
#[test]
fn an_empty_outcome_with_its_time_is_known() {
    let cell = |bits: usize| labels(bits & 7).collect::<Vec<_>>().join(";");
    let line = |i: usize| {
        let (day, at) = (i / 24 + 1, i % 24);
        let known = if !i.is_multiple_of(5) {
            "2025-04-01T00:00:00Z"
        } else {
            ""
        };
        let (p, t) = (cell(row(i).0), cell(i * 7 % 16));
        format!("2025-03-0{day}T{at:02}:00:00Z,{p},{t},{known}\n")
    };
    let text: String = (0..ROWS).map(line).collect();
    let text = format!("timestamp,predicted_labels,labels,outcome_time\n{text}");
    let files = [("log.csv", text.as_bytes())];
    let unknown = (0..ROWS).filter(|i| i.is_multiple_of(5) && (i * 7 % 16) & 7 == 0);
    let n = (ROWS - unknown.count()) as u64;
    let view = View::default();
    let kept = report(&files, &view);
    assert_eq!(
        kept.overall.metrics["subset_accuracy"].n, n,
        "{:?}",
        kept.health.notes
    );
    let cut = |file: usize, input: &_| Shards::new(file, input);
    let passed = streamed_in(Some(20), &files, &[], &view, cut).unwrap();
    let passed = Report::from(&passed, &view);
    assert_eq!(
        value(&kept, "subset_accuracy"),
        value(&passed, "subset_accuracy")
    );
}
