//! `--compat evidently` and `--compat nannyml`: files in, and in the report's part `compat` the numbers and verdicts that
//! those tools give for the same files (`tests/reference/make_evidently.py`, `make_nannyml_drift.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper};
use plumbline::engine::parcel;
use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::beside::beside;
use plumbline::report::compat::{Compat, EvidentlySays, EvidentlyValue, NannymlLine, Says};
use plumbline::report::view::{BaselineChoice, Tool, View, WindowSize};
use serde_json::Value;

fn text(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/reference/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn golden(name: &str) -> Value {
    serde_json::from_slice(&text(name)).unwrap()
}

fn compat(folder: &str, names: [&str; 2], roles: &[(Role, &str)], view: &View) -> Compat {
    let bytes = names.map(|name| text(&format!("{folder}{name}")));
    let files: Vec<File<'_>> = names
        .into_iter()
        .zip(bytes.iter().map(Vec::as_slice))
        .collect();
    let inputs = inputs(&files, roles).unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(view, &mut |_, _| {}).unwrap();
    let summary = keeper.refine(view).unwrap();
    let report = Report::from(&summary, view);
    let json = report.to_json().unwrap();
    let again: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(again.compat, report.compat, "as it is written");
    // So it goes to the page.
    let parcel = parcel::pack(summary, &mut Vec::new()).unwrap();
    let arrived = parcel::open(&parcel, &[]).unwrap();
    let shown = Report::from(&arrived, view);
    assert_eq!(shown.compat, report.compat, "in the page");
    let rows = beside(&shown);
    let whole = rows.iter().find(|row| match view.compat.unwrap() {
        Tool::Evidently => row.column == "dataset",
        Tool::Nannyml => row.column == "reconstruction_error",
    });
    let verdict = match &shown.compat.as_ref().unwrap().says {
        Says::Evidently(says) => says.share.map(|_| says.drifted),
        Says::Nannyml(says) => says.reconstruction_error.as_ref().map(|line| {
            let tested = line.alerts.iter().zip(&says.chunks);
            tested.filter(|t| !t.1.reference).any(|t| *t.0)
        }),
    };
    assert_eq!(whole.map(|row| row.theirs), verdict, "of all columns");
    assert!(!rows.is_empty() && rows.iter().all(|row| row.because.ends_with('.')));
    report.compat.expect("it was asked for")
}

#[track_caller]
fn near(what: &str, got: Option<f64>, want: &Value, room: f64) {
    match (got, want.as_f64()) {
        (Some(got), Some(want)) => assert!(
            (got - want).abs() <= room * want.abs() + 1e-12,
            "{what}: {got:e} is not {want:e}"
        ),
        (got, want) => assert_eq!(got, want, "{what}"),
    }
}

const TABLE: [(Role, &str); 8] = [
    (Role::Feature, "amount"),
    (Role::Feature, "age"),
    (Role::Segment, "visits"),
    (Role::Feature, "load"),
    (Role::Segment, "region"),
    (Role::Segment, "member"),
    (Role::Score, "score"),
    (Role::Outcome, "outcome"),
];

#[test]
fn what_evidently_says() {
    let golden = &golden("evidently.json")["report"];
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Evidently),
        all_tests: true,
        ..View::default()
    };
    let asked = |view: &View| {
        let files = ["evidently_current.csv", "evidently_reference.csv"];
        compat("", files, &TABLE, view)
    };
    let found = asked(&view);
    assert_eq!((found.reference_rows, found.rows), (420, 360));
    let Says::Evidently(says) = &found.says else {
        panic!("Evidently was asked")
    };
    let columns = golden["columns"].as_object().unwrap();
    assert_eq!(says.columns.len(), columns.len());
    for column in &says.columns {
        let name = &column.column;
        let want = &columns[name];
        assert_eq!(golden["kinds"][name], *column.kind, "{name}");
        assert_eq!(want["default"], *column.test.as_ref().unwrap(), "{name}");
        let mut told = 0;
        for (test, want) in want["scores"].as_object().unwrap() {
            let got = column.scores.get(test);
            let what = format!("{name}, {test}");
            near(&what, got.map(|s| s.score), &want[0], 1e-9);
            assert_eq!(got.map(|s| s.drifted), want[1].as_bool(), "{what}");
            told += u32::from(got.is_some());
        }
        assert!(told > 5, "{name}: {told} tests");
        assert_eq!(
            column.score,
            column.scores.get(column.test.as_ref().unwrap()).copied()
        );
    }
    assert_eq!(
        Some(says.drifted_columns as f64),
        golden["drifted"]["count"].as_f64()
    );
    near("share", says.share, &golden["drifted"]["share"], 1e-12);
    assert_eq!(says.drifted, says.share.unwrap() >= 0.5);

    // Its verdict needs one test a column; the others are made where they are asked for.
    let verdict = asked(&View {
        all_tests: false,
        ..view
    });
    let mut short = says.clone();
    short.columns.iter_mut().for_each(|c| c.scores.clear());
    assert_eq!(verdict.says, Says::Evidently(short));
}

/// Values and verdicts of its presets for data summary, classification and regression, by metric, column and part.
#[track_caller]
fn same_values(says: &EvidentlySays, want: &Value) {
    let want = want.as_array().unwrap();
    for line in want {
        let text = |at: usize| line[at].as_str().map(str::to_owned);
        let (metric, column, part) = (text(0).unwrap(), text(1), text(2).unwrap());
        let what = format!("{metric} {column:?} {part}");
        let own = |v: &&EvidentlyValue| v.metric == metric && v.column == column && v.part == part;
        let found = says.values.iter().find(own);
        let found = found.unwrap_or_else(|| panic!("{what} is not told"));
        near(&what, found.value, &line[3], 1e-9);
        near(
            &format!("{what}, reference"),
            found.reference,
            &line[4],
            1e-9,
        );
        assert_eq!(found.passed, line[5].as_bool(), "{what}");
    }
    assert!(want.iter().any(|line| line[5] == false), "no test fails");
}

#[test]
fn what_evidently_says_of_quality() {
    let golden = golden("evidently_quality.json");
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Evidently),
        ..View::default()
    };
    let asked = |folder: &str, files: [&str; 2], roles: &[(Role, &str)]| match compat(
        folder, files, roles, &view,
    )
    .says
    {
        Says::Evidently(says) => says,
        Says::Nannyml(_) => panic!("Evidently was asked"),
    };
    let files = ["evidently_current.csv", "evidently_reference.csv"];
    let says = asked("", files, &TABLE);
    same_values(&says, &golden["binary"]);
    assert_eq!(
        says.values.len(),
        golden["binary"].as_array().unwrap().len()
    );
    let files = ["cards_analysis.csv", "cards_reference.csv"];
    let cards = [
        (Role::Time, "timestamp"),
        (Role::ClassScore, "y_pred_proba_highstreet_card"),
        (Role::ClassScore, "y_pred_proba_prepaid_card"),
        (Role::ClassScore, "y_pred_proba_upmarket_card"),
        (Role::Prediction, "y_pred"),
        (Role::Outcome, "y_true"),
    ];
    same_values(&asked("nannyml/", files, &cards), &golden["several"]);
    let files = ["prices_analysis.csv", "prices_reference.csv"];
    let prices = [
        (Role::Time, "timestamp"),
        (Role::Prediction, "y_pred"),
        (Role::Outcome, "y_true"),
    ];
    same_values(&asked("nannyml/", files, &prices), &golden["numbers"]);
}

const LOAN: [(Role, &str); 11] = [
    (Role::Time, "timestamp"),
    (Role::Feature, "car_value"),
    (Role::Feature, "debt_to_income_ratio"),
    (Role::Feature, "loan_length"),
    (Role::Feature, "driver_tenure"),
    (Role::Segment, "salary_range"),
    (Role::Segment, "repaid_loan_on_prev_car"),
    (Role::Segment, "size_of_downpayment"),
    (Role::Score, "y_pred_proba"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "repaid"),
];

fn loan(window: Option<WindowSize>) -> Compat {
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Nannyml),
        window,
        ..View::default()
    };
    compat(
        "nannyml/",
        ["drift_analysis.csv", "drift_reference.csv"],
        &LOAN,
        &view,
    )
}

#[track_caller]
fn same(what: &str, line: &NannymlLine, want: &Value, room: f64) {
    let values = want["values"].as_array().unwrap();
    assert_eq!(line.values.len(), values.len(), "{what}: chunks");
    for (i, (got, want)) in line.values.iter().zip(values).enumerate() {
        near(&format!("{what}, chunk {i}"), *got, want, room);
    }
    near(&format!("{what}, lower"), line.lower, &want["lower"], room);
    near(&format!("{what}, upper"), line.upper, &want["upper"], room);
    let alerts = want["alerts"].as_array().unwrap().iter();
    assert_eq!(
        line.alerts,
        alerts.map(|a| a.as_bool().unwrap()).collect::<Vec<_>>(),
        "{what}"
    );
    if let Some(errors) = want["errors"]
        .as_array()
        .filter(|_| !line.errors.is_empty())
    {
        for (got, want) in line.errors.iter().zip(errors) {
            near(&format!("{what}, error"), *got, want, room);
        }
    }
}

#[test]
fn what_nannyml_says() {
    let golden = golden("nannyml/drift.json");
    let found = loan(Some(WindowSize::Rows(200)));
    let Says::Nannyml(says) = &found.says else {
        panic!("NannyML was asked")
    };
    assert_eq!((found.reference_rows, found.rows), (2_000, 2_000));
    assert_eq!(says.chunks.len(), 20);
    assert!(
        says.chunks
            .iter()
            .all(|c| c.rows == 200 && c.span.is_some())
    );
    let column = |name: &str| says.columns.iter().find(|c| c.column == name).unwrap();
    for (name, methods) in golden["size"].as_object().unwrap() {
        for (method, want) in methods.as_object().unwrap() {
            same(
                &format!("{name}, {method}"),
                &column(name).drift[method],
                want,
                1e-9,
            );
        }
    }
    for (name, want) in golden["missing"].as_object().unwrap() {
        same(
            &format!("{name}, missing"),
            &column(name).missing,
            want,
            1e-9,
        );
    }
    for (name, want) in golden["unseen"].as_object().unwrap() {
        same(
            &format!("{name}, unseen"),
            column(name).unseen.as_ref().unwrap(),
            want,
            1e-9,
        );
    }
    for (kind, columns) in golden["statistics"].as_object().unwrap() {
        for (name, want) in columns.as_object().unwrap() {
            same(
                &format!("{name}, {kind}"),
                &column(name).statistics[kind],
                want,
                1e-9,
            );
        }
    }
    let error = says.reconstruction_error.as_ref().unwrap();
    same("reconstruction error", error, &golden["pca"], 1e-9);
}

#[test]
fn chunks_as_nannyml_makes_them() {
    let golden = golden("nannyml/drift.json");
    let sizes = [
        ("default", None),
        ("week", Some(WindowSize::Week)),
        ("month", Some(WindowSize::Month)),
    ];
    for (name, size) in sizes {
        let found = loan(size);
        let Says::Nannyml(says) = &found.says else {
            panic!("NannyML was asked")
        };
        let line = &says
            .columns
            .iter()
            .find(|c| c.column == "car_value")
            .unwrap()
            .drift;
        same(name, &line["jensen_shannon"], &golden["chunks"][name], 1e-9);
    }
}

#[test]
fn it_is_told_only_where_it_is_asked_for() {
    let view = View::default();
    let bytes = text("evidently_current.csv");
    let files: [File<'_>; 1] = [("log.csv", &bytes)];
    let inputs = inputs(
        &files,
        &[(Role::Score, "score"), (Role::Outcome, "outcome")],
    )
    .unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    let summary = keeper.refine(&view).unwrap();
    assert_eq!(Report::from(&summary, &view).compat, None);
    assert!(summary.series.iter().all(|s| s.compat.is_empty()));
    let asked = View {
        compat: Some(Tool::Evidently),
        ..view
    };
    assert_eq!(View::from_query(&asked.to_query()), asked);
}

/// Texts, which Evidently tells apart by a model of their words: 300 of the reference, 250 of the log.
#[test]
fn what_evidently_says_of_texts() {
    const WORDS: [&str; 30] = [
        "Cheap", "late", "broken", "great", "refund", "arrived", "parcel", "colour", "size",
        "returned", "happy", "never", "again", "quality", "price", "shoes", "shirt", "battery",
        "phone", "charger", "screen", "fast", "slow", "service", "helpful", "größe", "not_ok",
        "x2", "I", "don't",
    ];
    let made = |mut state: u64, rows: usize, squared: bool| {
        let mut even = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
        };
        let mut text = String::from("outcome,score,note\n");
        for row in 0..rows {
            let words = 4 + (even() * 6.0) as usize;
            let note: Vec<&str> = (0..words)
                .map(|_| {
                    let x = even();
                    WORDS[(30.0 * if squared { x * x } else { x }) as usize]
                })
                .collect();
            text += &format!("{},0.{:03},{}\n", row % 2, row * 37 % 1000, note.join(" "));
        }
        text
    };
    let (before, after) = (made(3, 300, false), made(4, 250, true));
    let files: [File<'_>; 2] = [
        ("log.csv", after.as_bytes()),
        ("reference.csv", before.as_bytes()),
    ];
    let roles = [
        (Role::Outcome, "outcome"),
        (Role::Score, "score"),
        (Role::Feature, "note"),
    ];
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Evidently),
        ..View::default()
    };
    let inputs = inputs(&files, &roles).unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    let report = Report::from(&keeper.refine(&view).unwrap(), &view);
    let Says::Evidently(says) = &report.compat.as_ref().unwrap().says else {
        panic!("Evidently was asked")
    };
    let note = says.columns.iter().find(|c| c.column == "note").unwrap();
    let golden = golden("evidently_texts.json");
    let golden = &golden[1];
    assert_eq!(
        (note.kind.as_str(), note.test.as_deref()),
        ("text", golden["test"].as_str())
    );
    let score = note.score.unwrap();
    near("note", Some(score.score), &golden["score"], 1e-9);
    near("limit", note.limit, &golden["limit"], 1e-9);
    assert_eq!(
        (Some(score.drifted), score.threshold),
        (golden["drifted"].as_bool(), 0.95)
    );
    let rows = beside(&report);
    let row = rows.iter().find(|row| row.column == "note").unwrap();
    assert!(row.theirs && row.known);
    assert_eq!(
        row.says,
        "a model of words tells the sides apart with ROC AUC 0.798, above 0.559 (95 % of random scores)"
    );
}
