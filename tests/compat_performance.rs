//! What NannyML 0.13.1 says of performance, measured and estimated: values, sampling errors, limits and alerts of every
//! chunk (`tests/reference/make_nannyml_performance.py` asked it).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper};
use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::beside::beside;
use plumbline::report::compat::{NannymlLine, NannymlSays, Says};
use plumbline::report::view::{BaselineChoice, Tool, View, WindowSize};
use plumbline::stats::compat::performance::{MISSING, Rows};
use serde_json::Value;
use std::collections::BTreeMap;

fn read(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/nannyml");
    std::fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

fn golden() -> Value {
    serde_json::from_str(&read("performance.json")).unwrap()
}

type Table = BTreeMap<String, Vec<String>>;

/// Columns of a file without quotes.
fn table(text: &str) -> Table {
    let mut lines = text.lines().map(|line| line.split(','));
    let names: Vec<&str> = lines.next().unwrap().collect();
    let mut out = Table::new();
    for line in lines {
        for (name, cell) in names.iter().zip(line) {
            out.entry((*name).into()).or_default().push(cell.into());
        }
    }
    out
}

/// Scores of which no two are equal, as the script makes them.
fn untied(table: &mut Table, columns: &[&str]) {
    let mut made: Vec<Vec<f64>> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let cells = table[*column].iter().enumerate().map(|(row, cell)| {
            let step = (row * (7919 + 2 * at)) % 40_009;
            cell.parse::<f64>().unwrap() * 0.98 + step as f64 / 40_009.0 * 0.02
        });
        made.push(cells.collect());
    }
    if made.len() == 3 {
        for row in 0..made[0].len() {
            let all = made[0][row] + made[1][row] + made[2][row];
            made.iter_mut().for_each(|own| own[row] /= all);
        }
    }
    for (column, own) in columns.iter().zip(made) {
        // The shortest text that is the same number again.
        table.insert((*column).into(), own.iter().map(f64::to_string).collect());
    }
}

/// Outcomes and predictions missing, and a chunk of one class, as the script makes them.
fn gaps(table: &mut Table, reference: bool) {
    let outcomes = table.get_mut("repaid").unwrap().iter_mut().enumerate();
    for (row, cell) in outcomes {
        if !reference && (600..800).contains(&row) {
            *cell = "1.0".into();
        }
        if row % 7 == 3 {
            cell.clear();
        }
    }
    for (row, cell) in table.get_mut("y_pred").unwrap().iter_mut().enumerate() {
        if row % 11 == 5 {
            cell.clear();
        }
    }
}

fn csv(table: &Table) -> Vec<u8> {
    let names: Vec<&str> = table.keys().map(String::as_str).collect();
    let rows = table.values().next().unwrap().len();
    let mut text = names.join(",");
    for row in 0..rows {
        let cells: Vec<&str> = table.values().map(|c| c[row].as_str()).collect();
        text = text + "\n" + &cells.join(",");
    }
    text.into_bytes()
}

const LOAN: [(Role, &str); 4] = [
    (Role::Time, "timestamp"),
    (Role::Score, "y_pred_proba"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "repaid"),
];
const CARDS: [(Role, &str); 6] = [
    (Role::Time, "timestamp"),
    (Role::ClassScore, "y_pred_proba_highstreet_card"),
    (Role::ClassScore, "y_pred_proba_prepaid_card"),
    (Role::ClassScore, "y_pred_proba_upmarket_card"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "y_true"),
];
const PRICES: [(Role, &str); 3] = [
    (Role::Time, "timestamp"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "y_true"),
];

fn report(tables: [Table; 2], roles: &[(Role, &str)], window: Option<WindowSize>) -> Report {
    let bytes = tables.map(|table| csv(&table));
    let files: [File<'_>; 2] = [("analysis.csv", &bytes[1]), ("x_reference.csv", &bytes[0])];
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Nannyml),
        window,
        ..View::default()
    };
    let inputs = inputs(&files, roles).unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    Report::from(&keeper.refine(&view).unwrap(), &view)
}

fn says(report: Report) -> NannymlSays {
    match report.compat.expect("it was asked for").says {
        Says::Nannyml(says) => says,
        Says::Evidently(_) => panic!("NannyML was asked"),
    }
}

fn pair(set: &str) -> [Table; 2] {
    ["reference", "analysis"].map(|part| table(&read(&format!("{set}_{part}.csv"))))
}

/// How near numbers have to be.
const ROOM: f64 = 1e-9;

#[track_caller]
fn near(what: &str, got: &[Option<f64>], want: &Value) {
    let want = want.as_array().unwrap();
    assert_eq!(got.len(), want.len(), "{what}: chunks");
    for (chunk, (got, want)) in got.iter().zip(want).enumerate() {
        match (got, want.as_f64()) {
            (Some(got), Some(want)) => assert!(
                (got - want).abs() <= ROOM * want.abs() + 1e-12,
                "{what}, chunk {chunk}: {got:e} is not {want:e}"
            ),
            (got, want) => assert_eq!(*got, want, "{what}, chunk {chunk}"),
        }
    }
}

/// Every line; how many chunks alert.
fn same(what: &str, lines: &BTreeMap<String, NannymlLine>, want: &Value) -> usize {
    let want = want.as_object().unwrap();
    assert_eq!(
        lines.keys().collect::<Vec<_>>(),
        want.keys().collect::<Vec<_>>(),
        "{what}"
    );
    let mut alarms = 0;
    for (name, line) in lines {
        let (what, want) = (format!("{what}, {name}"), &want[name]);
        near(&what, &line.values, &want["values"]);
        for (got, key) in [(line.lower, "lower"), (line.upper, "upper")] {
            near(
                &format!("{what}, {key}"),
                &[got],
                &serde_json::json!([want[key]]),
            );
        }
        let alerts = want["alerts"].as_array().unwrap().iter();
        let alerts: Vec<bool> = alerts.map(|a| a.as_bool().unwrap()).collect();
        assert_eq!(line.alerts, alerts, "{what}");
        alarms += alerts.iter().filter(|a| **a).count();
        let others = [
            ("errors", &line.errors),
            ("lows", &line.lows),
            ("highs", &line.highs),
        ];
        for (key, own) in others {
            match want.get(key) {
                Some(want) => near(&format!("{what}, {key}"), own, want),
                None => assert!(own.iter().all(Option::is_none), "{what}, {key}"),
            }
        }
    }
    alarms
}

/// Both, of a report.
fn both(found: &NannymlSays, want: &Value) {
    let measured = same("measured", &found.performance, &want["realized"]);
    let estimated = same("estimated", &found.estimated, &want["estimated"]);
    assert!(measured + estimated > 0, "nothing alerts");
    assert_eq!(found.estimated_undefined, None);
}

#[test]
fn two_classes() {
    let golden = golden();
    let found = says(report(pair("car_loan"), &LOAN, Some(WindowSize::Rows(200))));
    both(&found, &golden["car_loan"]);
    let found = says(report(pair("car_loan"), &LOAN, None));
    both(&found, &golden["car_loan_default"]);
}

#[test]
fn several_classes() {
    let golden = golden();
    let found = says(report(pair("cards"), &CARDS, Some(WindowSize::Rows(240))));
    both(&found, &golden["cards"]);
}

#[test]
fn scores_of_which_no_two_are_equal() {
    let golden = golden();
    let mut tables = pair("car_loan");
    tables.iter_mut().for_each(|t| untied(t, &["y_pred_proba"]));
    let found = says(report(tables, &LOAN, Some(WindowSize::Rows(200))));
    both(&found, &golden["untied"]);

    let mut tables = pair("cards");
    let scores = CARDS.map(|c| c.1);
    tables.iter_mut().for_each(|t| untied(t, &scores[1..4]));
    let found = says(report(tables, &CARDS, Some(WindowSize::Rows(240))));
    both(&found, &golden["cards_untied"]);
}

#[test]
fn outcomes_and_predictions_that_are_missing() {
    let golden = golden();
    let mut tables = pair("car_loan");
    for (at, table) in tables.iter_mut().enumerate() {
        untied(table, &["y_pred_proba"]);
        gaps(table, at == 0);
    }
    let found = says(report(tables, &LOAN, Some(WindowSize::Rows(200))));
    assert!(same("measured", &found.performance, &golden["gaps"]["realized"]) > 0);
    assert!(found.estimated.is_empty());
    let why = found.estimated_undefined.unwrap();
    assert!(why.contains("no outcome"), "{why}");
}

#[test]
fn numbers() {
    let golden = golden();
    let report = report(pair("prices"), &PRICES, Some(WindowSize::Rows(100)));
    let rows = beside(&report);
    let mape = rows.iter().find(|row| row.column == "mape").unwrap();
    assert!(
        mape.theirs && mape.says.starts_with("measured, outside 0.181 … 0.275 in "),
        "{mape:?}"
    );
    // What cannot be reproduced is told with the reason, and is no verdict.
    let estimates = rows
        .iter()
        .find(|row| row.column == "estimated errors (DLE)")
        .unwrap();
    assert!(!estimates.known && !estimates.theirs);
    let why = "not reproduced, because the trees of LightGBM make its estimates";
    assert!(estimates.says.starts_with(why), "{estimates:?}");
    let found = says(report);
    assert!(found.not_reproduced.contains_key("domain_classifier"));
    assert!(
        same(
            "measured",
            &found.performance,
            &golden["prices"]["realized"]
        ) > 0
    );
    assert!(found.estimated.is_empty() && found.estimated_undefined.is_some());
}

/// Whether it calibrates: by the very splits that scikit-learn draws.
#[test]
fn a_class_alone_or_too_rare_is_not_calibrated() {
    let rows = |truth: Vec<u32>| {
        let scores = (0..truth.len()).map(|i| i as f64 / 100.0).collect();
        Rows {
            classes: 2,
            predicted: truth.clone(),
            truth,
            scores: vec![scores],
        }
    };
    let mut truth = vec![0; 100];
    let fitted = |rows: &Rows| rows.calibrators().map(|c| c[0].is_fitted());
    assert_eq!(fitted(&rows(truth.clone())), Some(false));
    // Of a class with one row it refuses to draw.
    truth[30] = 1;
    assert_eq!(fitted(&rows(truth.clone())), None);
    truth[31] = 1;
    assert_eq!(fitted(&rows(truth.clone())), Some(true));
    truth[50] = MISSING;
    assert_eq!(fitted(&rows(truth)), None);
}
