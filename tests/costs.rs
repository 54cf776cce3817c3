//! Cost and business value against the rows themselves, and the cheapest threshold against every other one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, value};
use plumbline::metric::{Costs, Estimate};
use plumbline::report::Report;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use serde_json::Value;
use std::process::Command;

const BINARY: &[u8] = include_bytes!("reference/binary.csv");
const SEVERAL: &[u8] = include_bytes!("reference/multiclass.csv");

fn view(costs: &str, threshold: Option<f64>) -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        threshold,
        costs: costs.parse().ok(),
        ..View::default()
    }
}

/// The columns of a log by name; rows without an outcome are left out.
fn rows<'a>(data: &'a [u8], names: [&str; 2]) -> Vec<[&'a str; 2]> {
    let text = std::str::from_utf8(data).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = names.map(|n| header.iter().position(|h| *h == n).unwrap());
    let cells = lines.map(|l| l.split(',').collect::<Vec<_>>());
    cells
        .map(|c| at.map(|i| c[i]))
        .filter(|r| !r[1].is_empty())
        .collect()
}

fn binary(threshold: f64, cost: impl Fn(bool, bool) -> f64) -> f64 {
    let rows = rows(BINARY, ["score", "outcome"]);
    let one = |r: &[&str; 2]| cost(r[1] == "1", r[0].parse::<f64>().unwrap() >= threshold);
    rows.iter().map(one).sum::<f64>() / rows.len() as f64
}

/// fp 5, fn 100, tp −20.
fn each(truth: bool, predicted: bool) -> f64 {
    match (truth, predicted) {
        (false, true) => 5.0,
        (true, false) => 100.0,
        (true, true) => -20.0,
        (false, false) => 0.0,
    }
}

const EACH: &str = "fp=5,fn=100,tp=-20";

#[track_caller]
fn close(got: f64, want: f64) {
    assert!(
        (got - want).abs() <= 1e-12 * want.abs().max(1.0),
        "{got}, expected {want}"
    );
}

/// Of a second implementation (`tests/reference/make.py`).
fn reference() -> Value {
    let all: Value = serde_json::from_str(include_str!("reference/metrics.json")).unwrap();
    all["costs"].clone()
}

#[track_caller]
fn same(cost: &Estimate, theirs: &Value) {
    let ends = [cost.low, cost.value, cost.high].map(Option::unwrap);
    let want = [
        &theirs["interval"][0],
        &theirs["value"],
        &theirs["interval"][1],
    ];
    for (got, want) in ends.into_iter().zip(want) {
        close(got, want.as_f64().unwrap());
    }
}

#[test]
fn cost_and_value_are_those_of_the_rows() {
    for threshold in [0.2, 0.5, 0.537] {
        let found = report(&[("log.csv", BINARY)], &view(EACH, Some(threshold)));
        let n = rows(BINARY, ["score", "outcome"]).len();
        let want = binary(threshold, each);
        close(value(&found, "mean_cost"), want);
        close(value(&found, "business_value"), -want * n as f64);
        let (cost, all) = (
            &found.overall.metrics["mean_cost"],
            &found.overall.metrics["business_value"],
        );
        assert_eq!(cost.n, n as u64);
        same(cost, &reference()["binary"][threshold.to_string()]);
        close(all.low.unwrap(), -cost.high.unwrap() * n as f64);
        // Windows add up to the whole.
        let windows = found
            .windows
            .iter()
            .filter_map(|w| w.metrics["business_value"].value);
        close(windows.sum(), -want * n as f64);
        assert_eq!(found.view.costs, EACH.parse().ok());
    }
}

#[test]
fn several_classes_cost_by_name() {
    let found = report(
        &[("log.csv", SEVERAL)],
        &view("cat->dog=3,bird->bird=-1", None),
    );
    let rows = rows(SEVERAL, ["prediction", "outcome"]);
    let one = |r: &[&str; 2]| match (r[1], r[0]) {
        ("cat", "dog") => 3.0,
        ("bird", "bird") => -1.0,
        _ => 0.0,
    };
    close(
        value(&found, "mean_cost"),
        rows.iter().map(one).sum::<f64>() / rows.len() as f64,
    );
    same(
        &found.overall.metrics["mean_cost"],
        &reference()["multiclass"],
    );
    let bill = found.costs.unwrap();
    assert!(bill.cheapest.is_none());
    let cell = bill
        .cells
        .iter()
        .find(|c| c.truth == "cat" && c.predicted == "dog")
        .unwrap();
    assert_eq!((cell.cost, cell.rows > 0), (3.0, true));
}

#[test]
fn no_other_threshold_is_cheaper_on_these_rows() {
    let found = report(&[("log.csv", BINARY)], &view(EACH, None));
    let best = found.costs.as_ref().unwrap().cheapest.clone().unwrap();
    let threshold = best.threshold.unwrap();
    close(best.mean_cost, binary(threshold, each));
    for t in &found.curves.as_ref().unwrap().thresholds {
        assert!(
            binary(*t, each) >= best.mean_cost - 1e-12,
            "{t} is cheaper than {threshold}"
        );
    }
    assert!(best.sentence.contains("in-sample"), "{}", best.sentence);
    // Chosen, it costs what was foretold of it.
    let chosen = report(&[("log.csv", BINARY)], &view(EACH, Some(threshold)));
    close(value(&chosen, "mean_cost"), best.mean_cost);
    // Where every alarm is dear, none is cheapest.
    let dear = report(&[("log.csv", BINARY)], &view("fp=1,tp=1", None));
    let best = dear.costs.unwrap().cheapest.unwrap();
    assert_eq!((best.threshold, best.mean_cost), (None, 0.0));
    assert!(best.sentence.contains("none"), "{}", best.sentence);
}

#[test]
fn without_costs_nothing_is_told_of_them() {
    let found = report(&[("log.csv", BINARY)], &view("", None));
    assert!(found.costs.is_none() && !found.overall.metrics.contains_key("mean_cost"));
    let json = found.to_json().unwrap();
    assert!(!json.contains("cost"));
    let numbers = include_bytes!("reference/regression.csv");
    let found = report(&[("log.csv", numbers)], &view(EACH, None));
    assert!(!found.overall.metrics.contains_key("mean_cost"));
}

#[test]
fn a_rise_in_cost_is_an_alert() {
    // Ten days of 200 rows; from the sixth on half of the positive rows are missed.
    let mut text = "id,time,prediction,outcome\n".to_string();
    for i in 0..2_000 {
        let truth = u8::from(i % 4 == 0);
        let found = truth == 1 && !(i >= 1_000 && i % 8 == 0);
        text += &format!(
            "{i},2026-01-{:02}T00:00:00Z,{},{truth}\n",
            1 + i / 200,
            u8::from(found)
        );
    }
    let costs = View {
        costs: "fn=10".parse().ok(),
        ..View::default()
    };
    let found = report(&[("log.csv", text.as_bytes())], &costs);
    assert!(
        found.alerts.iter().any(|a| a.touches("mean_cost")),
        "{:?}",
        found.alerts
    );
}

fn run(arguments: &[&str]) -> (Option<i32>, Vec<u8>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline"));
    let out = command.arg("report").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code(), out.stdout, said)
}

#[test]
fn the_command_line_takes_them() {
    let root = env!("CARGO_MANIFEST_DIR");
    let [two, four] = ["binary", "multiclass"].map(|n| format!("{root}/tests/reference/{n}.csv"));
    let (code, out, said) = run(&[&two, "--cost", "fp=5,fn=100", "--cost", "tp=-20"]);
    assert_eq!(code, Some(0), "{said}");
    let found: Report = serde_json::from_slice(&out).unwrap();
    assert_eq!(found.view.costs, EACH.parse::<Costs>().ok());
    assert!(found.costs.unwrap().cheapest.is_some());
    let (code, _, _) = run(&[&four, "--cost", "cat->dog=3"]);
    assert_eq!(code, Some(0));
    for (file, cost, code, told) in [
        (&two, "fp=a", 2, "not a number"),
        (&two, "xx=1", 2, "TRUE->PREDICTED"),
        (&two, "cat->dog=1", 1, "the classes are 0, 1"),
        (&four, "fp=1", 1, "there are 4 classes"),
        (&four, "cat->dgo=1", 1, "bird, cat, dog, fish"),
    ] {
        let (found, out, said) = run(&[file, "--cost", cost]);
        assert_eq!((found, out.len()), (Some(code), 0), "{cost}: {said}");
        assert!(said.contains(told), "{cost}: {said}");
    }
    let (code, _, said) = run(&[&two, "--cost", "fp=1", "--cost", "fp=2"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("two costs"), "{said}");
}
