//! What a report expects of windows whose outcomes are not in: NannyML's numbers where it has the same
//! (`tests/reference/make_nannyml.py`), the intervals against what came true, and what it tells of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper_of, summary};
use plumbline::engine::Shards;
use plumbline::engine::message::Input;
use plumbline::log::Role;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{Alert, AlertKind, Level, Report};
use plumbline::summary::Summary;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The variable that names the folder of the whole sets, as NannyML's wheel holds them in `nannyml/datasets/data`.
const WHOLE: &str = "NANNYML_DATA";
/// Roles of columns.
type Roles = &'static [(Role, &'static str)];

const NAMES: [&str; 7] = [
    "accuracy",
    "precision",
    "recall",
    "f1",
    "specificity",
    "roc_auc",
    "average_precision",
];

fn small(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/nannyml");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn reference(set: &str) -> Value {
    let all: Value = serde_json::from_str(&small("estimates.json")).unwrap();
    all[set].clone()
}

/// The rows without the cell of their last column from this row on.
fn without_outcomes(text: &str, from: usize) -> String {
    let cut = |(i, line): (usize, &str)| match line.rsplit_once(',') {
        Some((rest, _)) if i > from => format!("{rest},\n"),
        _ => format!("{line}\n"),
    };
    text.lines().enumerate().map(cut).collect()
}

fn view(values: &Value) -> View {
    View {
        window: Some(WindowSize::Rows(values["size"].as_u64().unwrap() as u32)),
        ..View::default()
    }
}

/// The small car loans: a reference file, and production with outcomes of its first rows only.
fn loans(outcomes: usize) -> (Report, Summary) {
    loans_of(outcomes, &view(&reference("car_loan_small")))
}

fn loans_of(outcomes: usize, view: &View) -> (Report, Summary) {
    let (before, after) = (
        small("car_loan_reference.csv"),
        small("car_loan_analysis.csv"),
    );
    let after = without_outcomes(&after, outcomes);
    let files: [File<'_>; 2] = [
        ("car_loan_reference.csv", before.as_bytes()),
        ("car_loan_analysis.csv", after.as_bytes()),
    ];
    let summary = summary(&files, &[], view).unwrap();
    (Report::from(&summary, view), summary)
}

/// Every estimate of every window against NannyML's.
fn check(values: &Value, report: &Report) {
    let chunks = &values["chunks"];
    let count = chunks["roc_auc"].as_array().unwrap().len();
    assert_eq!(report.windows.len(), count);
    let several = !report.windows[0]
        .estimated
        .contains_key("average_precision");
    for (i, window) in report.windows.iter().enumerate() {
        for name in NAMES {
            // Neither is a metric of several classes here.
            if several && ["average_precision", "specificity"].contains(&name) {
                continue;
            }
            // Rows of one score are taken together.
            let (key, room) = match name {
                "average_precision" => ("average_precision_ties", 1e-9),
                "roc_auc" if several => ("roc_auc_ties", 1e-6),
                _ => (name, 1e-9),
            };
            let want = chunks[key][i].as_f64().unwrap();
            let Some(got) = window.estimated.get(name) else {
                // NannyML's precision of no row that is predicted positive is 0.
                assert_eq!((name, want), ("precision", 0.0), "window {i}");
                continue;
            };
            let value = got.value.unwrap();
            assert!(
                (value - want).abs() <= room * want,
                "{name} {i}: {value} is not {want}"
            );
            assert!(
                got.low.unwrap() <= value && value <= got.high.unwrap(),
                "{name} {i}"
            );
        }
    }
}

#[test]
fn loans_without_outcomes_are_as_nannyml_expects_them() {
    let (report, _) = loans(0);
    check(&reference("car_loan_small"), &report);
    let estimated = report.estimated.as_ref().unwrap();
    assert!(estimated.calibrated && estimated.undefined.is_none());
    assert_eq!((estimated.rows, estimated.past.len()), (2_000, 0));
    assert!(
        estimated.assumes.contains("of sampling only"),
        "{}",
        estimated.assumes
    );
    // What inputs hold does change in these loans; of predictions nothing is known.
    let of_column = |a: &plumbline::report::Alert| a.kind == plumbline::report::AlertKind::Column;
    assert!(report.alerts.iter().all(of_column), "{:?}", report.alerts);
}

/// Cells of the confusion matrix and what they are worth, as NannyML expects them.
#[test]
fn cells_and_their_value_are_as_nannyml_expects_them() {
    let values = reference("car_loan_small");
    let costs = "tn=-1,fp=5,fn=20,tp=-10".parse().ok();
    let view = View {
        costs,
        ..view(&values)
    };
    let (report, _) = loans_of(0, &view);
    let size = values["size"].as_f64().unwrap();
    let of = |name: &str| -> Vec<f64> {
        let list = values["chunks"][name].as_array().unwrap();
        list.iter().map(|v| v.as_f64().unwrap()).collect()
    };
    let near =
        |got: f64, want: f64| assert!((got - want).abs() <= 1e-9 * want.abs(), "{got} {want}");
    for (window, value) in report.windows.iter().zip(of("business_value")) {
        near(window.estimated["mean_cost"].value.unwrap(), -value / size);
    }
    let cells = report.estimated.unwrap().cells.unwrap();
    let sum = |name: &str| of(name).iter().sum::<f64>();
    let wanted = [
        ["true_negative", "false_positive"],
        ["false_negative", "true_positive"],
    ];
    for (counts, names) in cells.counts.iter().zip(wanted) {
        for (count, name) in counts.iter().zip(names) {
            near(count.value.unwrap(), sum(name));
            assert!(count.low < count.value && count.value < count.high);
        }
    }
    let value = cells.business_value.unwrap();
    near(value.value.unwrap(), sum("business_value"));
    assert!(value.low < value.value && value.value < value.high);
    // Without costs the cells alone are told.
    let cells = loans(0).0.estimated.unwrap().cells.unwrap();
    assert!(cells.business_value.is_none() && (cells.rows - 2_000.0).abs() < 1e-9);
}

#[test]
fn nothing_of_it_knows_an_outcome() {
    let (without, _) = loans(0);
    let (with, _) = loans(2_000);
    for (a, b) in without.windows.iter().zip(&with.windows) {
        assert!(b.metrics["accuracy"].value.is_some());
        let values = |w: &plumbline::report::Window| -> Vec<Option<f64>> {
            w.estimated.values().map(|e| e.value).collect()
        };
        assert_eq!(values(a), values(b));
    }
    let past = &with.estimated.as_ref().unwrap().past["accuracy"];
    assert_eq!(past.windows, 10);
    assert!(past.mean.abs() <= past.root_mean_square && past.root_mean_square < 0.1);
}

#[test]
fn losses_are_what_they_are_on_average_over_outcomes_drawn_by_their_chance() {
    // Of scores that are true probabilities the expected Brier score is the mean of p (1 − p).
    let (report, _) = loans(0);
    for window in &report.windows {
        let brier = window.estimated["brier_score"].value.unwrap();
        let log_loss = window.estimated["log_loss"].value.unwrap();
        assert!(brier > 0.0 && brier < 0.25 && log_loss > brier && log_loss < 1.0);
        let realised = window.metrics["brier_score"].value;
        assert_eq!(realised, None);
    }
    let (known, _) = loans(2_000);
    let total = |f: &dyn Fn(&plumbline::report::Window) -> f64| {
        known.windows.iter().map(f).sum::<f64>() / 10.0
    };
    let expected = total(&|w| w.estimated["brier_score"].value.unwrap());
    let found = total(&|w| w.metrics["brier_score"].value.unwrap());
    assert!((expected - found).abs() < 0.02, "{expected} {found}");
    let expected = total(&|w| w.estimated["log_loss"].value.unwrap());
    let found = total(&|w| w.metrics["log_loss"].value.unwrap());
    assert!((expected - found).abs() < 0.08, "{expected} {found}");
}

#[test]
fn cards_without_outcomes_are_as_nannyml_expects_them() {
    // Whether the third class is calibrated is decided otherwise there (`tests/estimates_reference.rs`
    // compares the numbers): here, that there are estimates of several classes, near to what came true.
    let (before, after) = (small("cards_reference.csv"), small("cards_analysis.csv"));
    let view = view(&reference("cards_small"));
    let made = |after: &str| {
        let files: [File<'_>; 2] = [
            ("cards_reference.csv", before.as_bytes()),
            ("cards_analysis.csv", after.as_bytes()),
        ];
        Report::from(&summary(&files, &[], &view).unwrap(), &view)
    };
    let known = made(&after);
    let report = made(&without_outcomes(&after, 0));
    let accuracy = |w: &plumbline::report::Window| w.estimated["accuracy"].value.unwrap();
    for (a, b) in report.windows.iter().zip(&known.windows) {
        assert_eq!(accuracy(a), accuracy(b));
        let found = b.metrics["accuracy"].value.unwrap();
        assert!((accuracy(a) - found).abs() < 0.1, "{} {found}", accuracy(a));
        assert!(a.estimated["roc_auc"].value.is_some() && a.estimated["log_loss"].value.is_some());
    }
    let cells = report.estimated.as_ref().unwrap().cells.as_ref().unwrap();
    let counts = cells.counts.iter().flatten().map(|c| c.value.unwrap());
    assert!(cells.counts.len() == 3 && (counts.sum::<f64>() - cells.rows).abs() < 1e-6);
    assert_eq!(
        report.health.level,
        Level::Watch,
        "{}",
        report.health.sentence
    );
    assert!(
        report
            .health
            .sentence
            .starts_with("Estimated accuracy fell from "),
        "{}",
        report.health.sentence
    );
    // One cause is one incident, which tells as much as those of what is known do.
    let alerts = &report.estimated.as_ref().unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let alert = &alerts[0];
    assert!(alert.since_earliest.unwrap() <= alert.since);
    assert!(alert.since_latest.unwrap() >= alert.since);
    assert!(alert.raised.unwrap() >= alert.since);
    let change = alert.change.as_ref().unwrap();
    let (low, high) = (change.low.unwrap(), change.high.unwrap());
    assert!(low < high && high < 0.0, "{change:?}");
    let by = alert.value.value.unwrap() - alert.baseline.value.unwrap();
    assert!((change.value.unwrap() - by).abs() < 1e-12);
    assert!(
        alert
            .method
            .contains("of each window by itself; one false alarm in 30 windows")
    );
    assert!(alert.false_alarm_rate <= 1.0 / 30.0);
    let also: Vec<&str> = alert.affected.iter().map(|a| a.metric.as_str()).collect();
    assert!(also.contains(&"log_loss"), "{also:?}");
    assert!(!also.contains(&"accuracy"), "{also:?}");
    for of in &alert.affected {
        assert!(
            of.change.low.is_some() && (0.0..=0.05).contains(&of.p_value),
            "{of:?}"
        );
    }
    let labels: Vec<String> = report
        .particulars(alert)
        .into_iter()
        .map(|p| p.label)
        .collect();
    assert_eq!(
        labels,
        [
            "What",
            "Since",
            "Value",
            "Baseline",
            "Change",
            "Rows",
            "Method",
            "Level",
            "Also changed"
        ]
    );
}

#[test]
fn windows_that_are_known_tell_how_far_estimates_are_off() {
    let (report, _) = loans(1_000);
    let mature = report.windows.iter().filter(|w| w.mature).count();
    assert_eq!(mature, 5);
    let estimated = report.estimated.as_ref().unwrap();
    let past = estimated.past["accuracy"];
    assert_eq!(past.windows, 5);
    assert!(
        estimated.assumes.contains("the estimates of 5 windows"),
        "{}",
        estimated.assumes
    );
    // The interval of a window is never narrower than Student's of as many windows makes that of sampling.
    let (none, _) = loans(0);
    for (a, b) in report.windows.iter().zip(&none.windows) {
        // The upper end may be that of what accuracy can be.
        let below = |w: &plumbline::report::Window| {
            let of = &w.estimated["accuracy"];
            of.value.unwrap() - of.low.unwrap()
        };
        assert!(below(a) >= 1.3 * below(b), "{} {}", below(a), below(b));
    }
}

#[test]
fn thresholds_are_answered_and_served_labels_are_those_of_one() {
    let values = reference("car_loan_small");
    let (_, mut summary) = loans(0);
    let at = |threshold| View {
        threshold: Some(threshold),
        ..view(&values)
    };
    // What the first view did not ask for is lacking, and said to be.
    let (report, missing) = Report::with_missing(&summary, &at(0.7));
    assert!(report.estimated.is_none() && missing.estimates.is_some());
    let (report, again) = loans_of(0, &at(0.7));
    assert!(report.windows[0].estimated["recall"].value.unwrap() < 1.0);
    // Moving it needs no rows any more.
    summary = again;
    let recall = |summary: &Summary, t: f64| {
        let (report, missing) = Report::with_missing(summary, &at(t));
        assert!(missing.estimates.is_none());
        report.windows[0].estimated["recall"].value.unwrap()
    };
    assert!(recall(&summary, 0.2) > recall(&summary, 0.9));
    // The labels of this set were served by a threshold of 0.65.
    let (served, _) = loans(0);
    let (cut, _) = loans_of(0, &at(0.65));
    for (a, b) in served.windows.iter().zip(&cut.windows) {
        let (a, b) = (
            a.estimated["f1"].value.unwrap(),
            b.estimated["f1"].value.unwrap(),
        );
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

#[test]
fn a_period_of_the_log_is_a_baseline_too_and_its_windows_are_not_estimated() {
    let after = small("car_loan_analysis.csv");
    let values = view(&reference("car_loan_small"));
    let text = without_outcomes(&after, 1_000);
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let made = Report::from(&summary(&files, &[], &values).unwrap(), &values);
    let estimated = made.estimated.as_ref().unwrap();
    let inside = made.windows.iter().filter(|w| w.in_baseline).count();
    assert_eq!(estimated.rows, 200 * inside as u64);
    for window in &made.windows {
        assert_eq!(window.estimated.is_empty(), window.in_baseline);
    }
    // Nobody chose a baseline: then there is nothing to learn from.
    let none = View {
        baseline: BaselineChoice::None,
        ..values
    };
    let made = Report::from(&summary(&files, &[], &none).unwrap(), &none);
    assert!(made.estimated.is_none() && made.windows.iter().all(|w| w.estimated.is_empty()));
}

#[test]
fn a_baseline_of_few_rows_or_one_class_says_why_there_is_nothing() {
    let before = small("car_loan_reference.csv");
    let after = without_outcomes(&small("car_loan_analysis.csv"), 0);
    let few: String = before.lines().take(60).map(|l| format!("{l}\n")).collect();
    // A log without times, of which the first rows are all of one class.
    let known = small("car_loan_analysis.csv");
    let (head, rows) = known.split_once('\n').unwrap();
    let (one, both): (Vec<&str>, Vec<&str>) = rows.lines().partition(|l| l.ends_with('1'));
    let mixed = one
        .iter()
        .take(450)
        .chain(&both)
        .chain(one.iter().skip(450));
    let untimed = |line: &&str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{},{},{}\n", cells[0], cells[2], cells[3], cells[4])
    };
    let one: String = std::iter::once(&head).chain(mixed).map(untimed).collect();
    let two: [File<'_>; 2] = [
        ("a_reference.csv", few.as_bytes()),
        ("b.csv", after.as_bytes()),
    ];
    let alone: [File<'_>; 1] = [("log.csv", one.as_bytes())];
    for (files, why) in [
        (&two[..], "59 rows of the baseline have"),
        (&alone[..], "every outcome of the baseline is"),
    ] {
        let view = view(&reference("car_loan_small"));
        let summary = summary(files, &[], &view).unwrap();
        let (report, missing) = Report::with_missing(&summary, &view);
        assert!(missing.estimates.is_none());
        let estimated = report.estimated.as_ref().unwrap();
        let told = estimated.undefined.as_deref().unwrap();
        assert!(told.starts_with(why), "{told}");
        assert!(report.windows.iter().all(|w| w.estimated.is_empty()));
        // It matters where outcomes are to come.
        let noted = report.health.notes.iter().any(|n| n.contains(told));
        assert_eq!(
            noted,
            report.overall.labelled == 0,
            "{:?}",
            report.health.notes
        );
    }
}

#[test]
fn shards_in_any_cut_and_order_give_the_same_bits() {
    let (before, after) = (
        small("car_loan_reference.csv"),
        small("car_loan_analysis.csv"),
    );
    let after = without_outcomes(&after, 700);
    let files: [File<'_>; 2] = [
        ("car_loan_reference.csv", before.as_bytes()),
        ("car_loan_analysis.csv", after.as_bytes()),
    ];
    let view = view(&reference("car_loan_small"));
    let (whole, _) = loans(700);
    let inputs = inputs(&files, &[]).unwrap();
    let cut = |at: usize, input: &Input| Shards::with_size(at, input.bytes, 3_000, false);
    let mut keeper = keeper_of(&files, &inputs, cut).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    let cut = Report::from(&keeper.refine(&view).unwrap(), &view);
    assert_eq!(whole.to_json().unwrap(), cut.to_json().unwrap());
}

#[test]
fn whole_sets() {
    let Some(whole) = std::env::var_os(WHOLE).map(PathBuf::from) else {
        eprintln!("skipped: {WHOLE} names no folder");
        return;
    };
    let sets: [(&str, [&str; 2], Roles); 4] = [
        (
            "car_loan",
            [
                "synthetic_car_loan_reference.csv",
                "synthetic_car_loan_analysis.csv",
            ],
            &[],
        ),
        (
            "california_housing",
            [
                "california_housing_reference.csv",
                "california_housing_analysis.csv",
            ],
            &[],
        ),
        ("cards", ["mc_reference.csv", "mc_analysis.csv"], &[]),
        (
            "employment",
            ["employment_MA_reference.pq", "employment_MA_analysis.pq"],
            // Rows of one year have no order in time: they are taken as they come.
            &[
                (Role::Ignore, "year"),
                (Role::Outcome, "employed"),
                (Role::Prediction, "prediction"),
            ],
        ),
    ];
    for (set, [before, after], roles) in sets {
        let values = reference(set);
        let view = view(&values);
        let bytes = [before, after].map(|name| std::fs::read(whole.join(name)).unwrap());
        let files: [File<'_>; 2] = [(before, &bytes[0]), (after, &bytes[1])];
        let mut summary = summary(&files, roles, &view).unwrap();
        // Their inputs are there, so that the baseline would be weighed; NannyML does not.
        let all = summary.series.iter_mut().flat_map(|s| &mut s.estimates);
        all.for_each(|e| e.shifted.clear());
        let report = Report::from(&summary, &view);
        assert!(report.estimated.is_some(), "{set}: {:?}", report.health);
        eprintln!("{set}: {}", report.health.sentence);
        check(&values, &report);
    }
}

/// A log of windows whose scores are half true: the outcome of a score s is positive with the chance s², and
/// its mean moves from window to window.
fn drawn(seed: u64, rows: usize, size: usize) -> String {
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut out = String::from("id,score,prediction,outcome\n");
    let mut lift = 0.0;
    for row in 0..rows {
        if row % size == 0 {
            lift = 0.3 * draw();
        }
        let score = (draw() * (1.0 - lift) + lift).min(1.0);
        let positive = u8::from(draw() < score * score);
        let predicted = u8::from(score >= 0.7);
        out += &format!("{row},{score},{predicted},{positive}\n");
    }
    out
}

#[test]
fn what_comes_true_lies_within_the_intervals_as_often_as_they_say() {
    const SIZE: usize = 300;
    let view = View {
        window: Some(WindowSize::Rows(SIZE as u32)),
        ..View::default()
    };
    for known in [0, 20] {
        let (mut inside, mut all) = (0.0, 0.0);
        let (mut alarms, mut windows) = (0, 0);
        for seed in 0..6 {
            let before = drawn(seed * 1_000 + 7, 4_000, SIZE);
            let after = drawn(seed * 1_000 + 500_000, 40 * SIZE, SIZE);
            let hidden = without_outcomes(&after, known * SIZE);
            let made = |after: &str| {
                let files: [File<'_>; 2] = [
                    ("reference.csv", before.as_bytes()),
                    ("log.csv", after.as_bytes()),
                ];
                Report::from(&summary(&files, &[], &view).unwrap(), &view)
            };
            let (truth, report) = (made(&after), made(&hidden));
            let past = &report.estimated.as_ref().unwrap().past;
            assert_eq!(past.get("accuracy").map_or(0, |p| p.windows), known as u64);
            for (a, b) in truth.windows.iter().zip(&report.windows).skip(20) {
                for name in ["accuracy", "recall", "roc_auc", "brier_score", "log_loss"] {
                    let (is, told) = (a.metrics[name].value.unwrap(), &b.estimated[name]);
                    let within = told.low.unwrap() <= is && is <= told.high.unwrap();
                    inside += f64::from(u8::from(within));
                    all += 1.0;
                }
            }
            let of_metrics = |a: &&Alert| a.kind != AlertKind::Column;
            alarms += report.alerts.iter().filter(of_metrics).count();
            windows += report.windows.len();
        }
        // Nothing changed: what is feared all the same is within the budget.
        assert!(
            alarms as f64 <= 1.2 * windows as f64 / 30.0,
            "{alarms} of {windows}"
        );
        let share: f64 = inside / all;
        eprintln!("{known} windows known: {share:.3} of {all}");
        assert!((0.92..0.99).contains(&share), "{known}: {share}");
    }
}
