//! What other tools say of performance and quality, number by number: as `tests/compat.rs` and
//! `tests/compat_performance.rs` hold the code to it.

use crate::pipeline::{File, inputs, keeper};
use crate::two::Count;
use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::compat::{EvidentlySays, NannymlLine, Says};
use plumbline::report::view::{BaselineChoice, Tool, View, WindowSize};
use serde_json::Value;
use std::collections::BTreeMap;

const LOAN: &[(Role, &str)] = &[
    (Role::Time, "timestamp"),
    (Role::Score, "y_pred_proba"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "repaid"),
];
const CARDS: &[(Role, &str)] = &[
    (Role::Time, "timestamp"),
    (Role::ClassScore, "y_pred_proba_highstreet_card"),
    (Role::ClassScore, "y_pred_proba_prepaid_card"),
    (Role::ClassScore, "y_pred_proba_upmarket_card"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "y_true"),
];
const PRICES: &[(Role, &str)] = &[
    (Role::Time, "timestamp"),
    (Role::Prediction, "y_pred"),
    (Role::Outcome, "y_true"),
];
const TABLE: &[(Role, &str)] = &[
    (Role::Feature, "amount"),
    (Role::Feature, "age"),
    (Role::Segment, "visits"),
    (Role::Feature, "load"),
    (Role::Segment, "region"),
    (Role::Segment, "member"),
    (Role::Score, "score"),
    (Role::Outcome, "outcome"),
];

fn read(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

/// What a tool says of two files; the name of the second holds "reference".
fn says(files: [&str; 2], roles: &[(Role, &str)], tool: Tool, rows: Option<u32>) -> Says {
    let bytes = files.map(read);
    let files: [File<'_>; 2] = [(files[0], &bytes[0]), (files[1], &bytes[1])];
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(tool),
        window: rows.map(WindowSize::Rows),
        ..View::default()
    };
    let inputs = inputs(&files, roles).unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    let report = Report::from(&keeper.refine(&view).unwrap(), &view);
    report.compat.unwrap().says
}

/// Counts all of it.
pub fn count(numbers: &mut Count, verdicts: &mut Count) {
    let golden: Value = serde_json::from_slice(&read("nannyml/performance.json")).unwrap();
    for (set, roles, rows) in [
        ("car_loan", LOAN, 200),
        ("cards", CARDS, 240),
        ("prices", PRICES, 100),
    ] {
        let files = ["analysis", "reference"].map(|part| format!("nannyml/{set}_{part}.csv"));
        let files = [files[0].as_str(), files[1].as_str()];
        let Says::Nannyml(found) = says(files, roles, Tool::Nannyml, Some(rows)) else {
            verdicts.same(set, false);
            continue;
        };
        lines(
            &found.performance,
            &golden[set]["realized"],
            (numbers, verdicts),
        );
        // Its estimates of the errors of numbers come from LightGBM, and are left out.
        match set {
            "prices" => verdicts.as_many(set, found.estimated.len(), 0),
            _ => lines(
                &found.estimated,
                &golden[set]["estimated"],
                (numbers, verdicts),
            ),
        }
    }
    let golden: Value = serde_json::from_slice(&read("evidently_quality.json")).unwrap();
    for (set, files, roles) in [
        (
            "binary",
            ["evidently_current.csv", "evidently_reference.csv"],
            TABLE,
        ),
        (
            "several",
            ["nannyml/cards_analysis.csv", "nannyml/cards_reference.csv"],
            CARDS,
        ),
        (
            "numbers",
            [
                "nannyml/prices_analysis.csv",
                "nannyml/prices_reference.csv",
            ],
            PRICES,
        ),
    ] {
        match says(files, roles, Tool::Evidently, None) {
            Says::Evidently(found) => values(&found, &golden[set], (numbers, verdicts)),
            Says::Nannyml(_) => verdicts.same(set, false),
        }
    }
}

fn lines(
    own: &BTreeMap<String, NannymlLine>,
    golden: &Value,
    (numbers, verdicts): (&mut Count, &mut Count),
) {
    let golden = golden.as_object().unwrap();
    assert!(!golden.is_empty());
    for (metric, want) in golden {
        let Some(line) = own.get(metric) else {
            verdicts.same(metric, false);
            continue;
        };
        let parts = [
            ("values", &line.values),
            ("errors", &line.errors),
            ("lows", &line.lows),
            ("highs", &line.highs),
        ];
        for (part, ours) in parts {
            // What is drawn without a seed is in no reference.
            let Some(theirs) = want[part].as_array() else {
                continue;
            };
            numbers.as_many(metric, ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                numbers.add(metric, *ours, theirs.as_f64(), 1e-9);
            }
        }
        numbers.add(metric, line.lower, want["lower"].as_f64(), 1e-9);
        numbers.add(metric, line.upper, want["upper"].as_f64(), 1e-9);
        let theirs = want["alerts"].as_array().unwrap();
        verdicts.as_many(metric, line.alerts.len(), theirs.len());
        for (ours, theirs) in line.alerts.iter().zip(theirs) {
            verdicts.same(metric, Some(*ours) == theirs.as_bool());
        }
    }
}

fn values(says: &EvidentlySays, golden: &Value, (numbers, verdicts): (&mut Count, &mut Count)) {
    for want in golden.as_array().unwrap() {
        let text = |at: usize| want[at].as_str();
        let own = says.values.iter().find(|v| {
            let of = (
                Some(v.metric.as_str()),
                v.column.as_deref(),
                Some(v.part.as_str()),
            );
            of == (text(0), text(1), text(2))
        });
        let what = text(0).unwrap();
        let Some(own) = own else {
            verdicts.same(what, false);
            continue;
        };
        numbers.add(what, own.value, want[3].as_f64(), 1e-9);
        numbers.add(what, own.reference, want[4].as_f64(), 1e-9);
        if let Some(passed) = want[5].as_bool() {
            verdicts.same(what, own.passed == Some(passed));
        }
    }
}
