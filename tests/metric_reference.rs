//! Every metric against scikit-learn's value for the same rows (`tests/reference/make.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, summary};
use plumbline::log::Role;
use plumbline::metric::Estimate;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{ClassRow, Metrics, Report};
use plumbline::summary::Summary;
use serde_json::Value;

const DATA: [(&str, &[u8]); 3] = [
    ("binary", include_bytes!("reference/binary.csv")),
    ("multiclass", include_bytes!("reference/multiclass.csv")),
    ("regression", include_bytes!("reference/regression.csv")),
];

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/metrics.json")).unwrap()
}

/// What stands beside the metrics in the reference values.
const BESIDE: [&str; 7] = [
    "classes",
    "n",
    "confusion",
    "intervals",
    "delong_variance",
    "calibration",
    "csv",
];

fn of(task: &str, threshold: Option<f64>) -> Report {
    let data = DATA.iter().find(|d| d.0 == task).unwrap().1;
    let view = View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        threshold,
        ..View::default()
    };
    report(&[(&format!("{task}.csv"), data)], &view)
}

#[track_caller]
fn same(what: &str, ours: &Metrics, theirs: &Value) -> usize {
    let mut compared = 0;
    for (name, value) in theirs.as_object().unwrap() {
        if BESIDE.contains(&name.as_str()) {
            continue;
        }
        let estimate = ours
            .get(name)
            .unwrap_or_else(|| panic!("{what}: {name} is no metric"));
        compared += 1;
        match value.as_f64() {
            Some(expected) => close(&format!("{what}: {name}"), estimate.value, expected),
            None => assert_eq!(estimate.value, None, "{what}: {name} should be undefined"),
        }
    }
    for (name, ends) in theirs["intervals"].as_object().into_iter().flatten() {
        let estimate: &Estimate = &ours[name];
        compared += 1;
        if ends.is_null() || ends[0].is_null() {
            assert_eq!(estimate.low, None, "{what}: {name} should have no interval");
            continue;
        }
        // An interval does not leave the range of its metric.
        let (least, most) = plumbline::metric::info(name).unwrap().range;
        let end = |i: usize| {
            ends[i]
                .as_f64()
                .unwrap()
                .max(least.unwrap_or(f64::MIN))
                .min(most.unwrap_or(f64::MAX))
        };
        close(&format!("{what}: {name} low"), estimate.low, end(0));
        close(&format!("{what}: {name} high"), estimate.high, end(1));
    }
    compared
}

#[track_caller]
fn close(what: &str, ours: Option<f64>, theirs: f64) {
    let ours = ours.unwrap_or_else(|| panic!("{what}: undefined, expected {theirs}"));
    let error = (ours - theirs).abs() / theirs.abs().max(1e-6);
    assert!(
        error < 1e-9,
        "{what}: {ours}, expected {theirs} ({error:e} off)"
    );
}

/// Each class, where the reference has them.
#[track_caller]
fn same_classes(what: &str, ours: &[ClassRow], theirs: &Value) -> usize {
    let Some(theirs) = theirs["classes"].as_array() else {
        assert!(ours.is_empty(), "{what}: there are no classes");
        return 0;
    };
    assert_eq!(ours.len(), theirs.len(), "{what}: classes");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(Some(ours.rows), theirs["rows"].as_u64());
        for (name, estimate) in [
            ("precision", &ours.precision),
            ("recall", &ours.recall),
            ("f1", &ours.f1),
            ("specificity", &ours.specificity),
            ("negative_predictive_value", &ours.negative_predictive_value),
            ("roc_auc", &ours.roc_auc),
            ("average_precision", &ours.average_precision),
        ] {
            let what = format!("{what}: {name} of {}", ours.label);
            // What there is not is told why.
            let told = [&estimate.undefined, &estimate.no_interval];
            let told = told.iter().filter(|t| t.is_some()).count();
            assert_eq!(told, usize::from(estimate.low.is_none()), "{what}");
            let got = [estimate.value, estimate.low, estimate.high];
            for (i, got) in got.into_iter().enumerate() {
                match theirs[name].get(i).and_then(Value::as_f64) {
                    Some(want) => close(&what, got, want),
                    None => assert_eq!(got, None, "{what}"),
                }
            }
        }
    }
    theirs.len()
}

#[test]
fn each_class_equals_scikit_learn() {
    let reference = reference();
    for (task, classes) in [("binary", 2), ("multiclass", 4), ("regression", 0)] {
        let found = same_classes(task, &of(task, None).classes, &reference[task]["all"]);
        assert_eq!(found, classes);
    }
}

fn days(report: &Report, reference: &Value) -> usize {
    let days = reference["days"].as_object().unwrap();
    let mut compared = 0;
    for window in &report.windows {
        let day = &window.start.to_string()[..10];
        if let Some(theirs) = days.get(day) {
            compared += same(day, &window.metrics, theirs);
        }
    }
    compared
}

#[test]
fn all_rows_and_each_day_equal_scikit_learn() {
    let reference = reference();
    for (task, metrics) in [("binary", 9), ("multiclass", 8), ("regression", 4)] {
        let report = of(task, None);
        let theirs = &reference[task];
        for name in report.overall.metrics.keys() {
            let known = theirs["all"].get(name).is_some();
            assert!(known, "{task}: {name} is compared with nothing");
        }
        assert!(
            same(task, &report.overall.metrics, &theirs["all"]) >= metrics,
            "{task}: metrics are missing"
        );
        assert_eq!(
            report.windows.len(),
            theirs["days"].as_object().unwrap().len(),
            "{task}: days"
        );
        assert!(
            days(&report, theirs) >= metrics * 10,
            "{task}: too few days were compared"
        );
    }
}

/// One class, ties, nothing above the threshold: what is undefined there is so here, with a reason.
#[test]
fn hostile_logs_equal_scikit_learn() {
    let hostile: Value = serde_json::from_str(include_str!("reference/hostile.json")).unwrap();
    for (task, cases) in hostile.as_object().unwrap() {
        for (name, theirs) in cases.as_object().unwrap() {
            let csv = theirs["csv"].as_str().unwrap();
            let view = View {
                baseline: BaselineChoice::None,
                ..View::default()
            };
            let roles = [
                (Role::Id, "id"),
                (Role::Score, "score"),
                (Role::Prediction, "prediction"),
                (Role::Outcome, "label"),
            ];
            let summary = summary(&[("log.csv", csv.as_bytes())], &roles, &view).unwrap();
            let report = Report::from(&summary, &view);
            let what = format!("{task}, {name}");
            assert_eq!(
                serde_json::to_value(report.task).unwrap(),
                task.as_str(),
                "{what}"
            );
            same_classes(&what, &report.classes, theirs);
            let known = theirs.as_object().unwrap().len() - 5;
            assert!(same(&what, &report.overall.metrics, theirs) >= known);
            for (metric, estimate) in &report.overall.metrics {
                let info = plumbline::metric::info(metric).unwrap();
                let range = plumbline::metric::range(info, report.task);
                let low = range.0.unwrap_or(f64::MIN) - 1e-12;
                let high = range.1.unwrap_or(f64::MAX) + 1e-12;
                if let Some(value) = estimate.value {
                    assert!(low <= value && value <= high, "{what}: {metric} {value}");
                    let ends = (
                        estimate.low.unwrap_or(value),
                        estimate.high.unwrap_or(value),
                    );
                    assert!(
                        low <= ends.0 && ends.0 <= value + 1e-12 && value <= ends.1 + 1e-12,
                        "{what}: {metric} {estimate:?}"
                    );
                    assert!(ends.1 <= high, "{what}: {metric} {estimate:?}");
                }
                let reason = estimate.undefined.is_some();
                assert_ne!(estimate.value.is_some(), reason, "{what}: {metric}");
            }
        }
    }
}

#[test]
fn every_threshold_equals_scikit_learn() {
    let reference = reference();
    for (threshold, theirs) in reference["binary"]["thresholds"].as_object().unwrap() {
        let report = of("binary", Some(threshold.parse().unwrap()));
        assert!(same(threshold, &report.overall.metrics, &theirs["all"]) >= 5);
        days(&report, theirs);
    }
}

#[test]
fn calibration_bins_are_numpys() {
    let reference = reference();
    let report = of("binary", None);
    let theirs = reference["binary"]["all"]["calibration"]
        .as_array()
        .unwrap();
    assert_eq!(report.calibration.len(), theirs.len());
    for (ours, theirs) in report.calibration.iter().zip(theirs) {
        assert_eq!(ours.positive.n, theirs[0].as_u64().unwrap());
        for (got, want) in [
            (ours.mean_score, &theirs[1]),
            (ours.positive.value, &theirs[2]),
        ] {
            match want.as_f64() {
                Some(want) => close("calibration", got, want),
                None => assert_eq!(got, None),
            }
        }
    }
}

#[test]
fn delongs_variance_is_that_of_its_definition() {
    let reference = reference();
    let data = DATA.iter().find(|d| d.0 == "binary").unwrap().1;
    let summary = summary(&[("binary.csv", data)], &[], &View::default()).unwrap();
    let series = &summary.series[0];
    let exact = series.exact(Some((0, series.buckets.len()))).unwrap();
    let variance = exact.auc.unwrap().delong_variance();
    let theirs = reference["binary"]["all"]["delong_variance"].as_f64();
    close("variance", variance, theirs.unwrap());
}

const FRESH: [&str; 14] = [
    "relative",
    "ranks",
    "curve",
    "pairs_auc",
    "weighted_auc",
    "macro_precision",
    "class_areas",
    "absolute_error",
    "from_median",
    "naive",
    "in_order",
    "masses",
    "by_class",
    "seasonal",
];

/// Removes fields that an older Summary did not have.
fn forget(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for name in FRESH {
                map.remove(name);
            }
            map.values_mut().for_each(forget);
        }
        Value::Array(list) => list.iter_mut().for_each(forget),
        _ => {}
    }
}

/// It gives the same values, some of them within a bound, or says why there are none.
#[test]
fn a_summary_of_before_these_metrics_is_still_read() {
    let view = View {
        baseline: BaselineChoice::None,
        ..View::default()
    };
    for (task, data) in DATA {
        let now = summary(&[("log.csv", data)], &[], &view).unwrap();
        let mut json = serde_json::to_value(&now).unwrap();
        forget(&mut json);
        let before: Summary = serde_json::from_value(json).unwrap();
        assert_ne!(before, now, "{task}");
        let (now, before) = (Report::from(&now, &view), Report::from(&before, &view));
        for (name, want) in &now.overall.metrics {
            let got = &before.overall.metrics[name];
            match (got.value, got.bound) {
                (Some(value), Some(bound)) => {
                    let off = (value - want.value.unwrap()).abs();
                    assert!(
                        off <= bound + 1e-12,
                        "{task}: {name} is {off} off, {bound} at most"
                    );
                }
                (Some(_), None) => assert_eq!(got, want, "{task}: {name}"),
                (None, _) => assert!(got.undefined.is_some(), "{task}: {name}"),
            }
        }
        for (now, before) in now.classes.iter().zip(&before.classes) {
            let areas = [
                (&now.roc_auc, &before.roc_auc),
                (&now.average_precision, &before.average_precision),
            ];
            for (now, before) in areas {
                match (now.value, before.value, before.bound) {
                    (Some(now), Some(value), Some(bound)) => {
                        assert!((now - value).abs() <= bound + 1e-12, "{task}: {bound}");
                    }
                    _ => assert!(before.undefined.is_some(), "{task}"),
                }
            }
            let labels = |row: &ClassRow| ClassRow {
                roc_auc: Estimate::default(),
                average_precision: Estimate::default(),
                ..row.clone()
            };
            assert_eq!(labels(now), labels(before), "{task}");
        }
    }
}
