//! Metrics whose parameters a reader chooses, against scikit-learn's values (`tests/reference/make_parameters.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed_in, summary};
use plumbline::engine::{Keeper, Shards};
use plumbline::metric::{Estimate, Parameter, Parameters, info};
use plumbline::report::Report;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::summary::{RANKS, Summary};
use serde_json::Value;

const LOGS: [(&str, &[u8]); 3] = [
    ("binary", include_bytes!("reference/binary.csv")),
    ("multiclass", include_bytes!("reference/multiclass.csv")),
    ("ranking", include_bytes!("reference/ranking.csv")),
];

fn view(metrics: &str) -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        metrics: match metrics {
            "" => Parameters::default(),
            text => text.parse().unwrap_or_else(|e| panic!("{e}")),
        },
        ..View::default()
    }
}

fn of(log: &str, metrics: &str) -> Report {
    let bytes = LOGS.iter().find(|l| l.0 == log).unwrap().1;
    report(&[("log.csv", bytes)], &view(metrics))
}

#[track_caller]
fn same(what: &str, ours: &Estimate, theirs: &Value) {
    let ends = [ours.value, ours.low, ours.high];
    for (ours, theirs) in ends.into_iter().zip(theirs.as_array().unwrap()) {
        match (ours, theirs.as_f64()) {
            (Some(ours), Some(theirs)) => {
                let off = (ours - theirs).abs() / theirs.abs().max(1e-6);
                assert!(off < 1e-9, "{what}: {ours}, expected {theirs}");
            }
            (ours, theirs) => assert_eq!(ours, theirs, "{what}"),
        }
    }
    assert_eq!(ours.bound, None, "{what}");
}

#[test]
fn every_choice_equals_scikit_learn() {
    let reference: Value = serde_json::from_str(include_str!("reference/parameters.json")).unwrap();
    let mut compared = 0;
    for (log, parameters) in reference.as_object().unwrap() {
        for (parameter, values) in parameters.as_object().unwrap() {
            for (value, theirs) in values.as_object().unwrap() {
                let chosen = format!("{parameter}={value}");
                let report = of(log, &chosen);
                let what = format!("{log}, {chosen}");
                for (name, theirs) in theirs["all"].as_object().unwrap() {
                    let ours = &report.overall.metrics[name];
                    match log.as_str() {
                        // The intervals of means over lists are compared in tests/ranking.rs.
                        "ranking" => {
                            let off = ours.value.unwrap() - theirs[0].as_f64().unwrap();
                            assert!(off.abs() < 1e-9, "{what}: {name}");
                        }
                        _ => same(&format!("{what}: {name}"), ours, theirs),
                    }
                    compared += 1;
                }
                for window in &report.windows {
                    let day = &window.start.to_string()[..10];
                    for (name, theirs) in theirs["days"][day].as_object().into_iter().flatten() {
                        same(
                            &format!("{what}, {day}: {name}"),
                            &window.metrics[name],
                            theirs,
                        );
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

/// What is chosen adds metrics, and changes no bit of the others.
#[test]
fn the_usual_metrics_stay_as_they_are() {
    let all = "beta=3,max_fpr=0.2,at_share=0.05,top_k=4,at_k=20";
    for (log, _) in LOGS {
        let (usual, chosen) = (of(log, ""), of(log, all));
        let added = |name: &str| Parameter::of_metric(name).is_some();
        assert!(usual.overall.metrics.keys().all(|name| !added(name)));
        let mut rest = chosen.overall.metrics.clone();
        rest.retain(|name, _| !added(name));
        assert_eq!(rest, usual.overall.metrics, "{log}");
        assert!(rest.len() < chosen.overall.metrics.len(), "{log}");
        assert_eq!(
            chosen.view.metrics.to_string(),
            all.parse::<Parameters>().unwrap().to_string()
        );
        for name in chosen.overall.metrics.keys().filter(|name| added(name)) {
            let info = info(name).unwrap();
            assert_ne!(chosen.view.metrics.title(info), info.title);
        }
    }
}

/// A second choice takes the place of the first, in the same Summary.
#[test]
fn a_choice_can_be_changed() {
    let bytes = LOGS[0].1;
    let inputs = pipeline::inputs(&[("log.csv", bytes)], &[]).unwrap();
    let mut keeper: Keeper = pipeline::keeper(&[("log.csv", bytes)], &inputs).unwrap();
    keeper.finish(&view("max_fpr=0.2"), &mut |_, _| ()).unwrap();
    for chosen in [
        "max_fpr=0.2",
        "max_fpr=0.5,at_share=0.3",
        "",
        "at_share=0.3",
    ] {
        let view = view(chosen);
        let summary = keeper.refine(&view).unwrap();
        let fresh = of("binary", chosen);
        assert_eq!(
            Report::from(&summary, &view).overall.metrics,
            fresh.overall.metrics,
            "{chosen}"
        );
    }
}

/// Where rows are not at hand, histograms tell the same within a bound; heads of lists are counted as rows pass.
#[test]
fn rows_that_passed_tell_what_is_chosen_within_a_bound() {
    let chosen = "beta=3,max_fpr=0.2,at_share=0.05,top_k=3,at_k=3";
    for (log, bytes) in LOGS {
        let view = view(chosen);
        let cut = |file: usize, input: &_| Shards::new(file, input);
        let passed = streamed_in(Some(50), &[("log.csv", bytes)], &[], &view, cut).unwrap();
        let (passed, kept) = (Report::from(&passed, &view), of(log, chosen));
        for (name, kept) in &kept.overall.metrics {
            if Parameter::of_metric(name).is_none() {
                continue;
            }
            let told = &passed.overall.metrics[name];
            match (told.value, told.bound) {
                (Some(value), Some(bound)) => {
                    let off = (value - kept.value.unwrap()).abs();
                    assert!(off <= bound + 1e-12, "{log}: {name} is {off} off, {bound}");
                }
                (Some(_), None) => assert_eq!(told, kept, "{log}: {name}"),
                (None, _) => assert!(told.undefined.as_ref().unwrap().contains("rows"), "{name}"),
            }
        }
    }
}

/// Parts of which one counts fewer ranks are told by what both count.
#[test]
fn ranks_of_earlier_versions_add_up() {
    let bytes = LOGS[1].1;
    let now = summary(&[("log.csv", bytes)], &[], &view("")).unwrap();
    let mut json = serde_json::to_value(&now).unwrap();
    fold(&mut json);
    let before: Summary = serde_json::from_value(json).unwrap();
    let mut both = now.clone();
    both.merge(&before).unwrap();
    let value = |of: &Summary, chosen: &str, name: &str| {
        let report = Report::from(of, &view(chosen));
        report.overall.metrics[name].clone()
    };
    let (one, two) = (
        value(&now, "", "top_3_accuracy"),
        value(&both, "", "top_3_accuracy"),
    );
    assert_eq!((one.value, 2 * one.n), (two.value, two.n));
    assert!(value(&now, "top_k=20", "top_k_accuracy").value == Some(1.0));
    let none = value(&both, "top_k=20", "top_k_accuracy");
    assert!(none.undefined.unwrap().contains("earlier version"));
}

/// Five ranks and the rest, as before.
fn fold(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(ranks)) = map.get_mut("ranks") {
                assert_eq!(ranks.len(), RANKS + 1);
                let rest: u64 = ranks.split_off(5).iter().filter_map(Value::as_u64).sum();
                ranks.push(rest.into());
            }
            map.values_mut().for_each(fold);
        }
        Value::Array(list) => list.iter_mut().for_each(fold),
        _ => {}
    }
}

/// Rules carry a choice, and a wrong one is told with its place and its mend.
#[test]
fn rules_carry_a_choice() {
    let rule = "\n[[rule]]\nmetric = \"f_beta\"\nmin = 0.1\n";
    let rules =
        plumbline::check::read(&format!("[metrics]\nbeta = 3\nat_share = 0.05\n{rule}")).unwrap();
    assert_eq!(rules.view.metrics.to_string(), "beta=3,at_share=0.05");
    let written = plumbline::check::write(&rules);
    assert_eq!(plumbline::check::read(&written).unwrap().view, rules.view);
    for (text, place, told) in [
        ("[metrics]\nbeta = 0\n", (2, 8), "above 0"),
        ("[metrics]\nat_share = 1.5\n", (2, 12), "at most 1"),
        ("[metrics]\ntop_k = 2.5\n", (2, 9), "a whole number"),
        ("[metrics]\nbetta = 3\n", (2, 1), "Did you mean 'beta'?"),
        ("metrics = 3\n", (1, 11), "[metrics]"),
    ] {
        let fault = plumbline::check::read(&format!("{text}{rule}")).unwrap_err();
        assert_eq!(
            (fault.at.line as usize, fault.at.column as usize),
            place,
            "{text}: {fault}"
        );
        assert!(fault.to_string().contains(told), "{text}: {fault}");
    }
}

/// On the command line, too; what suits none ends with 2.
#[test]
fn the_command_line_takes_a_choice() {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/binary.csv");
    let run = |metrics: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plumbline"));
        command.args(["report", log, "--no-estimates", "--baseline", "none"]);
        command.args(["--window", "day"]);
        for chosen in metrics {
            command.args(["--metrics", chosen]);
        }
        command.output().unwrap()
    };
    let done = run(&["beta=3", "at_share=0.05"]);
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    let ours = of("binary", "beta=3,at_share=0.05");
    for name in ["f_beta", "gain_at_share", "lift_at_share"] {
        let value = told["overall"]["metrics"][name]["value"].as_f64();
        assert_eq!(value, ours.overall.metrics[name].value, "{name}");
    }
    for (chosen, why) in [
        (&["beta=0"][..], "above 0"),
        (&["beta=3", "beta=4"], "given twice"),
    ] {
        let done = run(chosen);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            done.status.code() == Some(2) && told.contains(why),
            "{told}"
        );
    }
}
