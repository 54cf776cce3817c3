//! Groups against fairlearn and statsmodels (`tests/reference/groups.py`), and what follows the view.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed, summary};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::metric::Estimate;
use plumbline::report::Report;
use plumbline::report::groups::{Groups, MINIMUM};
use plumbline::report::view::{BaselineChoice, SliceChoice, View, WindowSize};
use plumbline::table::time::Time;
use serde_json::Value;

const LOG: &[u8] = include_bytes!("reference/groups.csv");

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/groups.json")).unwrap()
}

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        threshold: Some(0.5),
        ..View::default()
    }
}

#[track_caller]
fn same(what: &str, ours: &Estimate, theirs: &Value) {
    let got = [ours.value, ours.low, ours.high];
    for (i, got) in got.into_iter().enumerate() {
        match theirs.get(i).and_then(Value::as_f64) {
            Some(want) => {
                let got = got.unwrap_or_else(|| panic!("{what}: {ours:?}, expected {theirs}"));
                assert!((got - want).abs() <= 1e-9, "{what}: {got}, expected {want}");
            }
            None => assert_eq!(got, None, "{what}"),
        }
    }
}

/// Every number of the reference; how many there were.
#[track_caller]
fn equal(ours: &Groups, theirs: &Value) -> usize {
    let mut compared = 0;
    assert_eq!(ours.minimum, MINIMUM);
    assert_eq!(Some(ours.contrasts), theirs["contrasts"].as_u64());
    let columns = theirs["columns"].as_object().unwrap();
    for (name, theirs) in columns {
        let ours = ours.columns.iter().find(|c| c.column == *name).unwrap();
        let groups = theirs["groups"].as_object().unwrap();
        assert_eq!(ours.groups.len(), groups.len(), "{name}");
        for (value, theirs) in groups {
            let ours = ours.groups.iter().find(|g| g.value == *value).unwrap();
            assert_eq!(Some(ours.rows), theirs["rows"].as_u64(), "{name} = {value}");
            for (rate, want) in theirs["rates"].as_object().unwrap() {
                same(&format!("{rate} of {value}"), &ours.rates[rate], want);
                compared += 1;
            }
            let rest = theirs["against_rest"].as_object().unwrap();
            assert_eq!(ours.against_rest.len(), rest.len(), "{value}");
            for (rate, want) in rest {
                let (got, what) = (
                    &ours.against_rest[rate],
                    format!("{rate} of {value} against the rest"),
                );
                same(&what, &got.difference, &want["difference"]);
                same(&what, &got.ratio, &want["ratio"]);
                let p_value = want["p_value"].as_f64().unwrap();
                assert!(
                    (got.p_value - p_value).abs() < 1e-9,
                    "{what}: {} {p_value}",
                    got.p_value
                );
                assert_eq!(got.differs, p_value < 0.05, "{what}");
                compared += 1;
            }
        }
        for (criterion, want) in theirs["between"].as_object().unwrap() {
            let got = ours.between.iter().find(|b| b.name == *criterion).unwrap();
            same(criterion, &got.difference, &want["difference"]);
            same(criterion, &got.ratio, &want["ratio"]);
            assert_eq!(Some(got.groups), want["groups"].as_u64(), "{criterion}");
            assert_eq!(got.groups as usize + got.too_few.len(), groups.len());
            compared += 1;
        }
    }
    compared
}

fn groups(view: &View) -> Groups {
    report(&[("log.csv", LOG)], view).groups.unwrap()
}

#[test]
fn rates_and_criteria_are_fairlearns() {
    let reference = reference();
    assert!(equal(&groups(&view()), &reference["all"]) > 50);
    let lower = View {
        threshold: Some(0.3),
        ..view()
    };
    assert!(equal(&groups(&lower), &reference["threshold 0.3"]) > 50);
}

#[test]
fn they_follow_the_period_and_the_version() {
    let reference = reference();
    let at = |day: &str| Time::parse(day).unwrap();
    let brushed = View {
        range: Some((at("2026-03-06"), at("2026-03-11"))),
        ..view()
    };
    assert!(equal(&groups(&brushed), &reference["days 5 to 9"]) > 40);
    let version = View {
        version: Some("v2".into()),
        ..view()
    };
    assert!(equal(&groups(&version), &reference["v2"]) > 40);
    // Within a segment's value the other segments are compared.
    let narrowed = View {
        slices: vec![SliceChoice {
            column: "sex".into(),
            value: "f".into(),
        }],
        ..view()
    };
    let found = groups(&narrowed);
    let names: Vec<&str> = found.columns.iter().map(|c| c.column.as_str()).collect();
    assert_eq!(names, ["region"]);
    let rows: u64 = found.columns[0].groups.iter().map(|g| g.rows).sum();
    let all = report(&[("log.csv", LOG)], &narrowed).overall.labelled;
    assert_eq!(rows, all);
}

#[test]
fn few_rows_are_told_and_not_compared() {
    let found = groups(&view());
    let region = found.columns.iter().find(|c| c.column == "region").unwrap();
    let isle = region.groups.iter().find(|g| g.value == "isle").unwrap();
    assert!(isle.rows < MINIMUM && isle.rates["selection_rate"].value.is_some());
    assert!(isle.against_rest.is_empty() && isle.too_few.len() == 4);
    assert!(region.between.iter().all(|b| b.too_few == ["isle"]));
    // With one group alone nothing stands against it.
    let one: String = "id,score,outcome,region\n".to_string()
        + &(0..200)
            .map(|i| {
                format!(
                    "{i},0.{},{},{}\n",
                    i % 10,
                    i % 3 % 2,
                    if i < 190 { "a" } else { "b" }
                )
            })
            .collect::<String>();
    let roles = [
        (Role::Score, "score"),
        (Role::Outcome, "outcome"),
        (Role::Segment, "region"),
    ];
    let untimed = View {
        window: None,
        ..view()
    };
    let of = summary(&[("log.csv", one.as_bytes())], &roles, &untimed).unwrap();
    let between = &Report::from(&of, &untimed).groups.unwrap().columns[0].between[0];
    assert!(
        between
            .difference
            .undefined
            .as_ref()
            .unwrap()
            .contains("two groups")
    );
}

#[test]
fn a_stream_and_a_saved_report_tell_the_same_of_all_rows() {
    let kept = summary(&[("log.csv", LOG)], &[], &view()).unwrap();
    let passed = streamed(&[("log.csv", LOG)], &[], &view(), Shards::new).unwrap();
    let of = |summary, view: &View| Report::from(summary, view).groups;
    assert_eq!(of(&passed, &view()), of(&kept, &view()));
    // Of a version alone there are no counts by group; nothing is told rather than something else.
    let version = View {
        version: Some("v2".into()),
        ..view()
    };
    assert_eq!(of(&passed, &version), None);
    assert_eq!(of(&kept, &version), None);
}

#[test]
fn other_tasks_have_none() {
    let numbers = include_bytes!("reference/regression.csv");
    assert!(report(&[("log.csv", numbers)], &view()).groups.is_none());
    let several = include_bytes!("reference/multiclass.csv");
    assert!(report(&[("log.csv", several)], &view()).groups.is_none());
}

/// Where ProPublica's file is at hand: `PLUMBLINE_COMPAS=…/compas-scores-two-years.csv`.
#[test]
fn compas_is_fairlearns_too() {
    let Some(path) = std::env::var_os("PLUMBLINE_COMPAS") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let files = [("compas.csv", bytes.as_slice())];
    let wanted = [
        (Role::Score, "decile_score"),
        (Role::Outcome, "two_year_recid"),
        (Role::Segment, "sex"),
        (Role::Segment, "race"),
        (Role::Segment, "age_cat"),
    ];
    // Every other column would be corrected for.
    let header = std::str::from_utf8(&bytes).unwrap().lines().next().unwrap();
    let others = header
        .split(',')
        .filter(|h| !wanted.iter().any(|w| w.1 == *h));
    let mut roles: Vec<(Role, &str)> = others.map(|h| (Role::Ignore, h)).collect();
    roles.extend(wanted);
    let view = View {
        threshold: Some(5.0),
        baseline: BaselineChoice::None,
        ..View::default()
    };
    let found = Report::from(&summary(&files, &roles, &view).unwrap(), &view);
    assert!(equal(&found.groups.unwrap(), &reference()["compas"]) > 60);
}
