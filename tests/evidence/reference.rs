//! How many reference values the numbers agree with, and how far the worst one is off.

use crate::Asked;
use crate::pipeline::{self, summary};
use crate::table::Claim;
use plumbline::log::Role;
use plumbline::metric::Estimate;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{Metrics, Report};
use serde_json::Value;
use std::collections::BTreeSet;

const LOGS: [(&str, &[u8]); 3] = [
    ("binary", include_bytes!("../reference/binary.csv")),
    ("multiclass", include_bytes!("../reference/multiclass.csv")),
    ("regression", include_bytes!("../reference/regression.csv")),
];
/// Logs whose reference values stand by themselves, in a file of their own.
const OTHERS: [(&str, &[u8], &str); 3] = [
    (
        "labels",
        include_bytes!("../reference/multilabel.csv"),
        include_str!("../reference/multilabel.json"),
    ),
    (
        "lists",
        include_bytes!("../reference/ranking.csv"),
        include_str!("../reference/ranking.json"),
    ),
    (
        "quantiles",
        include_bytes!("../reference/quantiles_wide.csv"),
        include_str!("../reference/quantiles.json"),
    ),
];
const METRICS: &str = include_str!("../reference/metrics.json");
const HOSTILE: &str = include_str!("../reference/hostile.json");

/// What was compared.
#[derive(Default)]
struct Count {
    compared: u64,
    off: u64,
    worst: f64,
    metrics: BTreeSet<String>,
}

/// Numbers that are this near are one.
const NEAR: f64 = 1e-9;

/// The claims of this part.
pub fn claims(_: &Asked) -> Vec<Claim> {
    let (mut values, mut ends) = (Count::default(), Count::default());
    let reference: Value = serde_json::from_str(METRICS).unwrap();
    for (task, data) in LOGS {
        let theirs = &reference[task];
        whole(task, data, None, theirs, &mut values, &mut ends);
        for (threshold, theirs) in theirs["thresholds"].as_object().into_iter().flatten() {
            let threshold = Some(threshold.parse().unwrap());
            whole(task, data, threshold, theirs, &mut values, &mut ends);
        }
    }
    for (name, data, theirs) in OTHERS {
        let theirs: Value = serde_json::from_str(theirs).unwrap();
        whole(name, data, None, &theirs, &mut values, &mut ends);
    }
    let hostile: Value = serde_json::from_str(HOSTILE).unwrap();
    let cases = hostile.as_object().unwrap().values();
    let cases: Vec<&Value> = cases
        .flat_map(|c| c.as_object().unwrap().values())
        .collect();
    for theirs in &cases {
        let csv = theirs["csv"].as_str().unwrap();
        let roles = [
            (Role::Id, "id"),
            (Role::Score, "score"),
            (Role::Prediction, "prediction"),
            (Role::Outcome, "label"),
        ];
        let view = View {
            baseline: BaselineChoice::None,
            ..View::default()
        };
        let summary = summary(&[("log.csv", csv.as_bytes())], &roles, &view).unwrap();
        let report = Report::from(&summary, &view);
        compare(&report.overall.metrics, theirs, &mut values, &mut ends);
    }
    let told = |count: &Count| {
        format!(
            "{} values of {} metrics, {} off, the worst by {:.0e}",
            count.compared,
            count.metrics.len(),
            count.off,
            count.worst
        )
    };
    let goal = "all within 1e-9";
    vec![
        Claim::new(
            "Values are scikit-learn's, scipy's, statsmodels' or numpy's",
            goal,
            told(&values),
            values.off == 0 && values.compared > 3_000,
        ),
        Claim::new(
            "Intervals are those of a second implementation",
            goal,
            told(&ends),
            ends.off == 0 && ends.compared > 1_000,
        ),
        Claim::limit("Sets that these values are of", "named", sets(cases.len())),
    ]
}

/// Real sets that are too large, or not ours, to be kept here: what they are, which test compares them, and the
/// variable that names their file.
const REAL: [(&str, &str, &str); 2] = [
    ("COMPAS of ProPublica", "groups", "PLUMBLINE_COMPAS"),
    (
        "price forecasts of epftoolbox",
        "models",
        "PLUMBLINE_PRICES",
    ),
];

/// What was compared, and what was not.
fn sets(hostile: usize) -> String {
    let made = LOGS.iter().map(|l| l.0).chain(OTHERS.iter().map(|o| o.0));
    let made: Vec<&str> = made.collect();
    let real = REAL.map(|(what, test, variable)| {
        let at_hand = std::env::var_os(variable).is_some();
        let told = if at_hand { "at hand" } else { "not at hand" };
        format!("{what}: {told} ({variable}), compared by cargo test --test {test}")
    });
    format!(
        "made by tests/reference: {} and {hostile} hostile logs; real ones are none of them. {}",
        made.join(", "),
        real.join("; ")
    )
}

/// All rows and each day of a log.
fn whole(
    task: &str,
    data: &[u8],
    threshold: Option<f64>,
    theirs: &Value,
    values: &mut Count,
    ends: &mut Count,
) {
    let view = View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        threshold,
        ..View::default()
    };
    let report = pipeline::report(&[(&format!("{task}.csv"), data)], &view);
    compare(&report.overall.metrics, &theirs["all"], values, ends);
    for window in &report.windows {
        let day = &window.start.to_string()[..10];
        compare(&window.metrics, &theirs["days"][day], values, ends);
    }
}

fn compare(ours: &Metrics, theirs: &Value, values: &mut Count, ends: &mut Count) {
    let intervals = &theirs["intervals"];
    let theirs = theirs.get("metrics").unwrap_or(theirs);
    for (name, estimate) in ours {
        let range = plumbline::metric::info(name).unwrap().range;
        let within = |x: f64| {
            x.max(range.0.unwrap_or(f64::MIN))
                .min(range.1.unwrap_or(f64::MAX))
        };
        let end = |of: Option<&Value>| of.and_then(Value::as_f64).map(within);
        let Estimate { low, high, .. } = estimate;
        match theirs.get(name) {
            Some(Value::Object(told)) => {
                let value = told.get("value").and_then(Value::as_f64);
                values.add(name, estimate.value, value);
                ends.add(name, *low, end(told.get("low")));
                ends.add(name, *high, end(told.get("high")));
            }
            Some(value) => values.add(name, estimate.value, value.as_f64()),
            None => {}
        }
        if let Some(interval) = intervals.get(name) {
            ends.add(name, *low, end(interval.get(0)));
            ends.add(name, *high, end(interval.get(1)));
        }
    }
}

impl Count {
    fn add(&mut self, name: &str, ours: Option<f64>, theirs: Option<f64>) {
        self.compared += 1;
        self.metrics.insert(name.to_owned());
        let off = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours - theirs).abs() / theirs.abs().max(1e-6),
            (None, None) => 0.0,
            _ => f64::INFINITY,
        };
        self.worst = self.worst.max(off);
        if off >= NEAR {
            self.off += 1;
            eprintln!("{name}: {ours:?}, reference {theirs:?}");
        }
    }
}
