//! Columns that hold something else from some row on, and columns of more words than are kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{inputs, keeper, keeper_of};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::report::CheckKind;
use plumbline::report::Report;
use plumbline::report::view::View;
use plumbline::summary::{Bins, ColumnDrift};
use std::fmt::Write;

/// A log of so many rows, with a column of inputs and labels as these say.
fn log(rows: usize, x: impl Fn(usize) -> String, label: impl Fn(usize, u8) -> String) -> String {
    let mut text = String::from("id,time,x,score,label\n");
    for i in 0..rows {
        let (day, hour) = (1 + i * 28 / rows, i % 24);
        let score = (i * 37 % 101) as f64 / 101.0;
        let truth = u8::from(i * 61 % 89 < (score * 89.0) as usize);
        let (x, label) = (x(i), label(i, truth));
        writeln!(
            text,
            "r{i},2026-01-{day:02}T{hour:02}:00:00Z,{x},{score:.4},{label}"
        )
        .unwrap();
    }
    text
}

fn plain(_: usize, truth: u8) -> String {
    truth.to_string()
}

/// The report of some files, the same however they are cut; each with what it was given for a role.
fn report(files: &[(&str, &str)], roles: &[(Role, &str)]) -> Report {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    let inputs = inputs(&files, roles).unwrap();
    let of = |mut keeper: plumbline::engine::Keeper| {
        let view = View::default();
        keeper.finish(&view, &mut |_, _| {}).unwrap();
        Report::from(&keeper.refine(&view).unwrap(), &view)
    };
    let whole = of(keeper(&files, &inputs).unwrap());
    let bytes = files[0].1.len() as u64;
    for size in [(bytes / 40).max(1_000), (bytes / 6).max(77_777)] {
        let cut = |file, input: &plumbline::engine::message::Input| {
            Shards::with_size(file, input.bytes, size, false)
        };
        let parts = of(keeper_of(&files, &inputs, cut).unwrap());
        assert_eq!(
            parts.to_json().unwrap(),
            whole.to_json().unwrap(),
            "in parts of {size}"
        );
    }
    whole
}

fn drift<'a>(report: &'a Report, name: &str) -> &'a ColumnDrift {
    let drift = report.drift.as_ref().expect("there is a baseline");
    let found = drift.columns.iter().find(|c| c.column == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn note(report: &Report, name: &str) -> Option<String> {
    let named = |n: &&String| n.starts_with(&format!("'{name}' "));
    report.health.notes.iter().find(named).cloned()
}

#[test]
fn numbers_that_become_words_are_words_and_it_is_told() {
    let x = |i: usize| {
        if i < 4_000 {
            (i % 7).to_string()
        } else {
            "high".into()
        }
    };
    let report = report(&[("log.csv", &log(6_000, x, plain))], &[]);
    assert_eq!(
        note(&report, "x").as_deref(),
        Some(
            "'x' begins mostly with numbers, but 2000 of its 6000 filled cells are words, the first in line 4002: it is read as words."
        )
    );
    let Bins::Words(words) = &drift(&report, "x").bins else {
        panic!("numbers")
    };
    assert!(words.contains(&"high".to_owned()) && words.contains(&"6".to_owned()));
    assert_eq!(report.rejected.len(), 0);
}

/// A fault that comes later does not take the numbers from the baseline.
#[test]
fn numbers_beside_which_words_come_later_stay_numbers() {
    let x = |i: usize| match i {
        0..4_000 => (i * 37 % 101).to_string(),
        i if i % 2 == 0 => "unknown".into(),
        i => (i * 37 % 101).to_string(),
    };
    let report = report(&[("log.csv", &log(6_000, x, plain))], &[]);
    assert_eq!(note(&report, "x"), None);
    let told: Vec<u64> = report.rejected.iter().map(|r| r.count).collect();
    assert_eq!(told, [1_000]);
    let found = &report.checks.as_ref().unwrap().found;
    let of_x = |kind| {
        let mut all = found.iter().filter(|c| c.column.as_deref() == Some("x"));
        all.find(|c| c.kind == kind)
    };
    let text = of_x(CheckKind::WrongType).unwrap();
    assert!(text.goes_on && text.rows == 1_000, "{text:?}");
    assert!(of_x(CheckKind::UnseenWord).is_none());
    assert!(matches!(drift(&report, "x").bins, Bins::Edges(_)));
}

#[test]
fn a_few_words_among_numbers_are_cells_at_fault() {
    let x = |i: usize| {
        if i >= 5_700 {
            "high".into()
        } else {
            (i % 7).to_string()
        }
    };
    let report = report(&[("log.csv", &log(6_000, x, plain))], &[]);
    assert_eq!(note(&report, "x"), None);
    assert!(matches!(drift(&report, "x").bins, Bins::Edges(_)));
    assert_eq!(report.rejected[0].count, 300);
}

/// A burst of text at the very beginning is no matter of the other rows; codes of letters and digits, ids and many texts
/// are words all the same.
#[test]
fn a_burst_of_text_among_the_first_numbers_leaves_them_numbers() {
    let amount = |i: usize| format!("{}.{}", i * 37 % 101, i % 10);
    let burst = |text: fn(usize) -> String, rows: usize, every: usize| {
        log(
            6_000,
            move |i| match i % every == 1 && i < rows {
                true => text(i),
                false => amount(i),
            },
            plain,
        )
    };
    let whole = report(&[("log.csv", &burst(|_| "n/k?".into(), 2_000, 10))], &[]);
    assert!(matches!(drift(&whole, "x").bins, Bins::Edges(_)));
    let told: Vec<u64> = whole.rejected.iter().map(|r| r.count).collect();
    assert_eq!(told, [200]);
    let found = &whole.checks.as_ref().unwrap().checked;
    assert!(found[&CheckKind::WrongType].contains(&"x".to_owned()));
    // One in ten of all rows is more than a fault.
    let words = report(&[("log.csv", &burst(|_| "n/k?".into(), 6_000, 10))], &[]);
    assert!(matches!(drift(&words, "x").bins, Bins::Words(_)));
    assert!(note(&words, "x").unwrap().ends_with("it is read as words."));
    let codes = report(
        &[("log.csv", &burst(|i| format!("{}a", i % 50), 2_000, 10))],
        &[],
    );
    assert!(matches!(drift(&codes, "x").bins, Bins::Words(_)));
}

#[test]
fn a_stretch_of_errors_in_scores_or_labels_leaves_the_report() {
    let mut text = String::new();
    for (i, line) in log(6_000, |_| "1".into(), plain).lines().enumerate() {
        let mut cells: Vec<&str> = line.split(',').collect();
        if (3_000..5_000).contains(&i) {
            cells[3] = "error";
        }
        if (5_000..5_800).contains(&i) {
            cells[4] = "error";
        }
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    let report = report(&[("log.csv", &text)], &[]);
    assert!(report.overall.metrics["roc_auc"].value.is_some());
    let counts: Vec<u64> = report.rejected.iter().map(|r| r.count).collect();
    assert_eq!(counts, [2_000, 800]);
}

#[test]
fn labels_that_are_written_as_words_later_are_the_same_labels() {
    let label = |i: usize, truth: u8| match (i < 3_000, truth) {
        (true, truth) => truth.to_string(),
        (_, 1) => "true".into(),
        _ => "false".into(),
    };
    let changed = report(&[("log.csv", &log(6_000, |_| "1".into(), label))], &[]);
    let same = report(&[("log.csv", &log(6_000, |_| "1".into(), plain))], &[]);
    assert!(
        note(&changed, "label")
            .unwrap()
            .contains("3000 of its 6000")
    );
    assert_eq!(changed.overall.labelled, 6_000);
    assert_eq!(
        changed.overall.metrics["roc_auc"].value,
        same.overall.metrics["roc_auc"].value
    );
}

#[test]
fn a_short_file_that_changes_is_told_too() {
    let x = |i: usize| {
        if i < 300 {
            "high".into()
        } else {
            (i % 7).to_string()
        }
    };
    let report = report(&[("log.csv", &log(600, x, plain))], &[(Role::Segment, "x")]);
    assert_eq!(
        note(&report, "x").as_deref(),
        Some("'x' holds words in its first 300 rows and numbers from there: it is read as words.")
    );
}

#[test]
fn a_reference_of_numbers_and_a_log_of_words_meet_as_words_and_it_is_told() {
    let words = |i: usize| format!("w{}", i % 7);
    let numbers = |i: usize| (i % 7).to_string();
    let files = [
        ("log.csv", log(3_000, words, plain)),
        ("reference.csv", log(3_000, numbers, plain)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let report = report(&files, &[(Role::Feature, "x")]);
    assert_eq!(
        note(&report, "x").as_deref(),
        Some("'x' holds numbers in some files and words in others: it is read as words.")
    );
}

#[test]
fn too_many_words_are_only_counted() {
    let rows = 106_000;
    let x = |i: usize| match i {
        0..3_000 => format!("w{}", i % 5),
        _ if i.is_multiple_of(100) => String::new(),
        _ => format!("w{i}"),
    };
    for role in [Role::Segment, Role::Feature, Role::ModelVersion] {
        let report = report(&[("log.csv", &log(rows, x, plain))], &[(role, "x")]);
        assert_eq!(
            note(&report, "x").as_deref(),
            Some(
                "'x' holds more than 100 000 different words, too many to be categories: it is neither sliced by nor compared, only its missing cells are counted."
            )
        );
        assert!(report.slices.iter().all(|s| s.column != "x"), "{role}");
        let drift = report.drift.as_ref().unwrap();
        assert!(drift.columns.iter().all(|c| c.column != "x"), "{role}");
        let quality = report.quality.iter().find(|c| c.column == "x").unwrap();
        let missing = (rows - 3_000) as f64 / 100.0;
        assert!(
            (quality.missing.value.unwrap() * rows as f64 - missing).abs() < 1e-6,
            "{role}"
        );
    }
}

#[test]
fn words_that_mostly_differ_from_the_first_row_on_are_told_unless_their_role_was_given() {
    let text = log(3_000, |i| format!("order {i} was late"), plain);
    let told = |roles: &[(Role, &str)]| note(&report(&[("log.csv", &text)], roles), "x");
    assert_eq!(
        told(&[]).as_deref(),
        Some(
            "'x' holds mostly different words: it is not used as a feature. Give it the role of a feature or a segment if it is one."
        )
    );
    assert_eq!(told(&[(Role::Ignore, "x")]), None);
    assert_eq!(told(&[(Role::Feature, "x")]), None);
    // A column with as many words in all, but each often, is a feature of words.
    let text = log(3_000, |i| format!("shop {}", i % 1_000), plain);
    assert_eq!(note(&report(&[("log.csv", &text)], &[]), "x"), None);
}

#[test]
fn too_many_words_are_no_classes() {
    let label = |i: usize, truth: u8| {
        if i < 3_000 {
            format!("w{truth}")
        } else {
            format!("w{i}")
        }
    };
    let text = log(106_000, |_| "1".into(), label);
    let files = [("log.csv", text.as_bytes())];
    let inputs = inputs(&files, &[(Role::Outcome, "label")]).unwrap();
    let error = keeper(&files, &inputs)
        .unwrap()
        .finish(&View::default(), &mut |_, _| {});
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("'label' holds more than 100 000 different words"),
        "{error}"
    );
}

#[test]
fn times_that_are_written_otherwise_from_some_row_on_are_times() {
    let usual = log(6_000, |i| (i % 7).to_string(), plain);
    let otherwise = |digits: i64| {
        let line = |(at, line): (usize, &str)| {
            let mut cells: Vec<String> = line.split(',').map(String::from).collect();
            if at > 3_000 {
                let micros = plumbline::table::time::Time::parse(&cells[1]).unwrap().0;
                cells[1] = (micros / digits).to_string();
            }
            cells.join(",") + "\n"
        };
        usual.lines().enumerate().map(line).collect::<String>()
    };
    let base = report(&[("log.csv", &usual)], &[]);
    for (digits, said) in [
        (1_000_000, "seconds since 1970"),
        (1_000, "milliseconds since 1970"),
        (1, "microseconds since 1970"),
    ] {
        let changed = report(&[("log.csv", &otherwise(digits))], &[]);
        assert_eq!(changed.overall, base.overall);
        assert_eq!(changed.windows, base.windows);
        let [told] = &changed.rejected[..] else {
            panic!("{:?}", changed.rejected)
        };
        assert_eq!(
            (told.count, told.line, told.row_lost),
            (3_000, 3_002, false)
        );
        assert!(
            told.reason.ends_with(&format!("it was read as {said}")),
            "{}",
            told.reason
        );
    }
}
