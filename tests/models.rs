//! Several models on the same rows: against numpy, scipy and statsmodels (`tests/reference/models.py`), and
//! the laws that hold of any rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::summary;
use plumbline::log::Role;
use plumbline::metric::Estimate;
use plumbline::report::view::{BaselineChoice, SliceChoice, View, WindowSize};
use plumbline::report::{Model, Models, Report};
use plumbline::summary::{Loss, Summary};
use proptest::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;

const REGRESSION: &[u8] = include_bytes!("reference/models_regression.csv");
const BINARY: &[u8] = include_bytes!("reference/models_binary.csv");
const OTHERS: [(Role, &str); 3] = [
    (Role::Challenger, "forecast_b"),
    (Role::Challenger, "forecast_c"),
    (Role::Challenger, "forecast_d"),
];

fn view(window: WindowSize) -> View {
    View {
        window: Some(window),
        baseline: BaselineChoice::None,
        ..View::default()
    }
}

fn of(csv: &[u8], roles: &[(Role, &str)], view: &View) -> (Summary, Models) {
    let summary = summary(&[("log.csv", csv)], roles, view).unwrap();
    let models = Report::from(&summary, view).models.expect("several models");
    (summary, models)
}

fn reference(task: &[&str]) -> Value {
    let all: Value = serde_json::from_str(include_str!("reference/models.json")).unwrap();
    task.iter().fold(all, |at, key| at[*key].clone())
}

#[track_caller]
fn close(what: &str, ours: Option<f64>, theirs: &Value) {
    let (ours, theirs) = (ours.expect(what), theirs.as_f64().expect(what));
    let error = (ours - theirs).abs();
    assert!(
        error <= 1e-11 * theirs.abs().max(1e-3),
        "{what}: {ours} {theirs}"
    );
}

#[track_caller]
fn same(what: &str, ours: &Estimate, theirs: &Value) {
    close(what, ours.value, &theirs["value"]);
    if theirs.get("low").is_none() {
        assert_eq!((ours.low, ours.high), (None, None), "{what}");
        assert!(ours.no_interval.is_some(), "{what}");
    } else {
        close(&format!("{what}, low"), ours.low, &theirs["low"]);
        close(&format!("{what}, high"), ours.high, &theirs["high"]);
    }
    assert_eq!(theirs["n"].as_u64(), Some(ours.n), "{what}");
}

fn model<'a>(models: &'a Models, name: &str) -> &'a Model {
    models.models.iter().find(|m| m.name == name).unwrap()
}

/// Every number of a comparison; `way`: how differences were judged.
#[track_caller]
fn check(models: &Models, reference: &Value, way: &str) {
    assert_eq!(reference["common"].as_u64(), Some(models.rows));
    let all = reference["models"].as_object().unwrap();
    assert_eq!(all.len(), models.models.len());
    for (name, theirs) in all {
        let ours = model(models, name);
        assert_eq!(theirs["rows"].as_u64(), Some(ours.rows), "{name}");
        assert_eq!(theirs["compared"].as_u64(), Some(ours.compared), "{name}");
        for (metric, estimate) in &ours.metrics {
            match theirs["metrics"].get(metric) {
                Some(value) => same(&format!("{name} {metric}"), estimate, value),
                None => assert!(estimate.undefined.is_some(), "{name} {metric}"),
            }
        }
        let Some(against) = &ours.against else {
            assert_eq!(*name, models.main);
            continue;
        };
        close(name, against.difference.value, &theirs["difference"]);
        let theirs = &theirs[way];
        close(
            &format!("{name} low"),
            against.difference.low,
            &theirs["low"],
        );
        close(
            &format!("{name} high"),
            against.difference.high,
            &theirs["high"],
        );
        let p = theirs["holm"].as_f64().unwrap();
        let ours = against.p_value.unwrap();
        assert!((ours - p).abs() <= 1e-9 * p, "{name}: p {ours} {p}");
        let up = models.metric == "accuracy";
        let better = (against.difference.value.unwrap() > 0.0) == up;
        assert_eq!(against.better, (p < 0.05).then_some(better), "{name}");
    }
}

#[test]
fn numbers_by_day_are_those_of_statsmodels() {
    let (summary, models) = of(REGRESSION, &OTHERS, &view(WindowSize::Day));
    let theirs = reference(&["regression"]);
    check(&models, &theirs, "by_days");
    assert!(
        models.method.contains("Diebold and Mariano"),
        "{}",
        models.method
    );
    // Beyond the common rows: those that a model and the main one foretold.
    let series = &summary.series[0];
    let total = series.total((0, series.buckets.len()));
    for (at, (_, name)) in OTHERS.iter().enumerate() {
        let pairs = total.models[at + 1].with_main(0);
        let theirs = &theirs["models"][name]["pairs"];
        assert_eq!(theirs["n"].as_u64(), Some(pairs.difference.n), "{name}");
        close(name, pairs.difference.mean(), &theirs["difference"]);
    }
}

#[test]
fn without_times_rows_are_taken_as_independent() {
    let roles: Vec<_> = OTHERS.into_iter().chain([(Role::Ignore, "time")]).collect();
    let (_, models) = of(REGRESSION, &roles, &view(WindowSize::Rows(20)));
    check(&models, &reference(&["regression"]), "by_rows");
    assert!(models.method.contains("independent"), "{}", models.method);
}

#[test]
fn probabilities_and_labels_are_compared_by_what_all_models_have() {
    let others = [(Role::Challenger, "prob_b"), (Role::Challenger, "label_c")];
    let (_, models) = of(BINARY, &others, &view(WindowSize::Day));
    assert_eq!(models.metric, "accuracy");
    check(&models, &reference(&["binary", "accuracy"]), "by_days");
    let one = [(Role::Challenger, "prob_b"), (Role::Ignore, "label_c")];
    let (_, models) = of(BINARY, &one, &view(WindowSize::Day));
    assert_eq!(models.metric, "brier_score");
    check(&models, &reference(&["binary", "brier_score"]), "by_days");
}

/// The same log with a row for each model that foretold something, in the order of `turn`; `id`: whether one
/// column tells what was foretold.
fn long(id: bool, turn: usize) -> String {
    let text = std::str::from_utf8(REGRESSION).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').skip(2).collect();
    let mut rows = Vec::new();
    for (i, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        for (name, forecast) in names.iter().zip(&cells[2..]).filter(|c| !c.1.is_empty()) {
            let key = if id {
                format!("i{i}")
            } else {
                format!("s{}", i % 3)
            };
            let ahead = i % 2 + 1;
            rows.push(format!(
                "{key},{},{name},{ahead},{forecast},{}",
                cells[0], cells[1]
            ));
        }
    }
    let middle = turn % rows.len();
    rows.rotate_left(middle);
    let key = if id { "id" } else { "site" };
    format!(
        "{key},time,model,horizon,forecast,outcome\n{}\n",
        rows.join("\n")
    )
}

#[test]
fn models_in_rows_are_those_in_columns() {
    let theirs = reference(&["regression"]);
    let about = View {
        version: Some("prediction".into()),
        ..view(WindowSize::Day)
    };
    for id in [true, false] {
        // An id that comes four times could be anything by its values.
        let roles: &[(Role, &str)] = if id { &[(Role::Id, "id")] } else { &[] };
        let text = long(id, 0);
        let (_, models) = of(text.as_bytes(), roles, &about);
        check(&models, &theirs, "by_days");
        assert!(models.versions);
        let key = if id {
            "the same id foretell"
        } else {
            "the same time, site and horizon foretell"
        };
        assert!(models.method.contains(key), "{}", models.method);
        // The order of rows makes no difference.
        let turned = long(id, 333);
        assert_eq!(of(turned.as_bytes(), roles, &about).1, models);
        // Without a choice, the report is about the model of most rows.
        let (_, models) = of(text.as_bytes(), roles, &view(WindowSize::Day));
        let most = models.models.iter().max_by_key(|m| m.rows).unwrap();
        let against = model(&models, "prediction").against.as_ref().unwrap();
        let other = theirs["models"][&models.main]["difference"]
            .as_f64()
            .unwrap();
        assert!((against.difference.value.unwrap() + other).abs() < 1e-12);
        assert!(model(&models, &models.main).rows + 30 > most.rows);
    }
}

#[test]
fn what_belongs_together_is_not_guessed() {
    let told = |text: &str, word: &str| {
        let view = view(WindowSize::Day);
        let summary = summary(&[("log.csv", text.as_bytes())], &[], &view).unwrap();
        assert_eq!(summary.models, None);
        assert!(
            summary.notes.iter().any(|n| n.contains(word)),
            "{:?}",
            summary.notes
        );
    };
    let rows = |row: &dyn Fn(usize) -> String| {
        (0..120).fold("time,model,forecast,outcome\n".to_string(), |t, i| {
            t + &row(i) + "\n"
        })
    };
    let time = |i: usize| format!("2026-01-{:02}T{:02}:00:00Z", i / 24 % 28 + 1, i % 24);
    // Several rows of one model have one time.
    told(
        &rows(&|i| format!("{},{},{i}.5,{i}.25", time(i / 12), ["a", "b"][i % 2])),
        "does not tell the rows of one model apart",
    );
    // The same time, but something else happened.
    told(
        &rows(&|i| format!("{},{},{i}.5,{i}.25", time(i / 2), ["a", "b"][i % 2])),
        "60 of 60 rows have another outcome",
    );
    // Two versions that take turns may meet by chance, which is nothing to tell.
    let turns = rows(&|i| format!("{},{},{i}.5,{i}.25", time(i / 12), ["a", "b"][i % 2]));
    let turns = turns.replacen("model", "model_version", 1);
    let summary_of = |text: &str| {
        let view = view(WindowSize::Day);
        summary(&[("log.csv", text.as_bytes())], &[], &view).unwrap()
    };
    let found = summary_of(&turns);
    assert_eq!(
        (found.models, found.notes.len()),
        (None, 0),
        "{:?}",
        found.notes
    );
    // Requests that one of two versions answered: there is nothing to compare, and nothing to say.
    let served = rows(&|i| format!("{},{},{i}.5,{i}.25", time(i), ["a", "b"][i % 2]));
    let view = view(WindowSize::Day);
    let summary = summary(&[("log.csv", served.as_bytes())], &[], &view).unwrap();
    assert_eq!(
        (summary.models, summary.notes.len()),
        (None, 0),
        "{:?}",
        summary.notes
    );
}

#[test]
fn models_of_few_rows_and_too_many_models_are_told_and_left_out() {
    let mut text = String::from("time,model,site,forecast,outcome\n");
    for i in 0..300 {
        let time = format!("2026-01-{:02}T{:02}:{:02}:00Z", i % 28 + 1, i % 24, i % 60);
        for model in 0..22 {
            // The last one foretold twice only.
            if model < 21 || i < 2 {
                writeln!(text, "{time},m{model:02},s{i},{}.5,{i}.25", i + model).unwrap();
            }
        }
    }
    let view = view(WindowSize::Day);
    let summary = summary(&[("log.csv", text.as_bytes())], &[], &view).unwrap();
    let models = summary.models.unwrap();
    assert_eq!(models.names.len(), 20);
    assert_eq!(
        (models.names[0].as_str(), models.names[19].as_str()),
        ("m00", "m19")
    );
    assert!(
        summary
            .notes
            .iter()
            .any(|n| n.starts_with("2 models are not compared")),
        "{:?}",
        summary.notes
    );
}

#[test]
fn rows_that_pass_are_compared_in_columns_and_told_where_models_are_in_rows() {
    let view = view(WindowSize::Day);
    let cut = |i: usize, input: &plumbline::engine::message::Input| {
        plumbline::engine::Shards::new(i, input)
    };
    let stream = |bytes: &[u8], roles: &[(Role, &str)]| {
        pipeline::streamed_in(Some(50), &[("log.csv", bytes)], roles, &view, cut).unwrap()
    };
    let passed = stream(REGRESSION, &OTHERS);
    let (_, kept) = of(REGRESSION, &OTHERS, &view);
    assert_eq!(Report::from(&passed, &view).models, Some(kept));
    let rows = stream(long(true, 0).as_bytes(), &[]);
    assert_eq!(rows.models, None);
    assert!(
        rows.notes
            .iter()
            .any(|n| n.contains("counted as they passed")),
        "{:?}",
        rows.notes
    );
}

/// Ten forecasts of a price, as people publish them: nothing but the file is given. `PLUMBLINE_PRICES` names it
/// (`Forecasts_DE_DNN_LEAR_ensembles.csv` of epftoolbox); without, there is nothing to test.
#[test]
fn forecasts_of_prices_are_compared_as_pandas_does() {
    let Some(path) = std::env::var_os("PLUMBLINE_PRICES") else {
        return;
    };
    let csv = std::fs::read(path).unwrap();
    let text = include_str!("reference/models_prices.json");
    let theirs: Value = serde_json::from_str(text).unwrap();
    let (_, models) = of(&csv, &[], &view(WindowSize::Week));
    assert_eq!(
        (models.main.as_str(), models.models.len()),
        ("DNN Ensemble", 10)
    );
    check(&models, &theirs, "by_days");
}

/// The report on standard output of the command line.
#[track_caller]
fn written(arguments: &[&str], csv: &[u8]) -> Report {
    let name = format!("plumbline-{}-{}.csv", std::process::id(), arguments.len());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, csv).unwrap();
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .args([
            "report",
            path.to_str().unwrap(),
            "--window",
            "day",
            "--baseline",
            "none",
        ])
        .args(arguments)
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn the_command_line_compares_what_it_is_told() {
    let roles: Vec<String> = OTHERS.iter().map(|o| format!("{}={}", o.0, o.1)).collect();
    let roles: Vec<&str> = roles.iter().flat_map(|r| ["--role", r]).collect();
    let (_, models) = of(REGRESSION, &OTHERS, &view(WindowSize::Day));
    assert_eq!(written(&roles, REGRESSION).models, Some(models.clone()));
    assert_eq!(
        written(&[&roles[..], &["--stream"]].concat(), REGRESSION).models,
        Some(models)
    );
    let rows = long(false, 0);
    let about = ["--model-version", "prediction"];
    check(
        &written(&about, rows.as_bytes()).models.unwrap(),
        &reference(&["regression"]),
        "by_days",
    );
    // Of one model there is nothing to compare.
    let none = OTHERS.map(|o| format!("ignore={}", o.1));
    let none: Vec<&str> = none.iter().flat_map(|r| ["--role", r]).collect();
    assert_eq!(written(&none, REGRESSION).models, None);
}

/// A row: hour, outcome, prediction, and what two others foretell, perhaps; in tenths.
type Row = (u16, Option<i16>, Option<i16>, [Option<i16>; 2]);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let cell = || prop::option::weighted(0.9, -300i16..300);
    prop::collection::vec((0u16..480, cell(), cell(), [cell(), cell()]), 30..120)
}

fn csv(rows: &[Row]) -> String {
    let mut out = String::from("time,outcome,prediction,model_b,model_c,twin\n");
    for (hour, y, p, [b, c]) in rows {
        let cell =
            |x: &Option<i16>| x.map_or(String::new(), |x| format!("{}", f64::from(x) / 10.0));
        let (day, hour) = (hour / 24 + 1, hour % 24);
        let [y, p, b, c] = [y, p, b, c].map(cell);
        writeln!(out, "2026-03-{day:02}T{hour:02}:00:00Z,{y},{p},{b},{c},{p}").unwrap();
    }
    out
}

/// First rows that have every value, with fractions, whatever comes behind.
fn with_all(rows: Vec<Row>) -> Vec<Row> {
    let first = (0, Some(5), Some(11), [Some(7), Some(3)]);
    [first].into_iter().chain(rows).collect()
}

const ROLES: [(Role, &str); 5] = [
    (Role::Outcome, "outcome"),
    (Role::Prediction, "prediction"),
    (Role::Challenger, "model_b"),
    (Role::Challenger, "model_c"),
    (Role::Challenger, "twin"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_twin_differs_by_nothing_and_the_order_of_rows_makes_no_difference(
        (rows, shuffled) in rows().prop_map(with_all).prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
    ) {
        let view = view(WindowSize::Day);
        let (_, models) = of(csv(&rows).as_bytes(), &ROLES, &view);
        let twin = model(&models, "twin").against.clone().unwrap();
        prop_assert_eq!(twin.difference.value, Some(0.0));
        prop_assert_eq!(twin.p_value.unwrap_or(1.0), 1.0);
        prop_assert_eq!(twin.better, None);
        let (_, again) = of(csv(&shuffled).as_bytes(), &ROLES, &view);
        prop_assert_eq!(models, again);
    }

    #[test]
    fn parts_add_up_and_every_row_of_a_model_counts_once(rows in rows().prop_map(with_all)) {
        let view = view(WindowSize::Day);
        let (whole, _) = of(csv(&rows).as_bytes(), &ROLES, &view);
        let half = rows.len() / 2;
        let part = |rows: &[Row]| {
            let rows = with_all(rows.to_vec());
            summary(&[("log.csv", csv(&rows).as_bytes())], &ROLES, &view).unwrap()
        };
        let (a, b) = (part(&rows[1..half]), part(&rows[half..]));
        let mut merged = a.clone();
        merged.merge(&b).unwrap();
        let mut other = b;
        other.merge(&a).unwrap();
        let total = |s: &Summary| s.series[0].total((0, s.series[0].buckets.len())).into_owned();
        prop_assert_eq!(&total(&merged).models, &total(&other).models);
        let total = total(&whole).models;
        let known = |p: &Option<i16>, y: &Option<i16>| p.is_some() && y.is_some();
        let expected = [
            rows.iter().filter(|r| known(&r.2, &r.1)).count(),
            rows.iter().filter(|r| known(&r.3[0], &r.1)).count(),
            rows.iter().filter(|r| known(&r.3[1], &r.1)).count(),
        ];
        let parts = |at: usize| [&total[at].common, &total[at].pairs, &total[at].alone];
        let n = |losses: &Vec<Loss>| losses.first().map_or(0, |l| l.value.n);
        for (at, expected) in expected.into_iter().enumerate() {
            prop_assert_eq!(parts(at).map(n).iter().sum::<u64>(), expected as u64);
            prop_assert_eq!(total[at].rows(), expected as u64);
        }
        let all = |r: &&Row| known(&r.2, &r.1) && r.3.iter().all(Option::is_some);
        prop_assert_eq!(n(parts(1)[0]), rows.iter().filter(all).count() as u64);
        prop_assert_eq!(n(parts(0)[1]), 0);
    }
}

/// A row for each of two models: of 240 instances, at hours.
fn by_two(header: &str, row: impl Fn(usize, bool) -> String) -> String {
    let mut text = format!("id,time,model,{header}\n");
    for i in 0..240 {
        let time = format!("2026-01-{:02}T{:02}:00:00Z", i / 24 + 1, i % 24);
        for (wide, name) in [(false, "narrow"), (true, "wide")] {
            writeln!(text, "i{i},{time},{name},{}", row(i, wide)).unwrap();
        }
    }
    text
}

/// The rows of one model, and then those of a worse one on the same ids: it is no model that became worse.
#[test]
fn models_without_a_time_one_after_the_other_are_no_change() {
    let mut text = "id,model,prediction,outcome\n".to_owned();
    for (model, wrong) in [("good", 7), ("poor", 3)] {
        for i in 0..400u32 {
            let truth = i.wrapping_mul(2_654_435_761) >> 31;
            let told = if i % wrong == 0 { 1 - truth } else { truth };
            writeln!(text, "i{i},{model},{told},{truth}").unwrap();
        }
    }
    let view = View::default();
    let (summary, models) = of(text.as_bytes(), &[(Role::Id, "id")], &view);
    assert_eq!((models.rows, models.versions), (400, true));
    let report = Report::from(&summary, &view);
    assert!(report.alerts.is_empty(), "{:?}", report.alerts);
    assert_eq!(report.rows.duplicate_predictions, 0);
    for window in &report.windows {
        assert_eq!(window.rows, 50);
        // Half of the rows of each window are of either model.
        let accuracy = window.metrics["accuracy"].value.unwrap();
        assert!((0.68..0.84).contains(&accuracy), "{accuracy}");
    }
    let found = report.checks.unwrap().found;
    assert!(found.iter().all(|c| c.broken == 0), "{found:?}");
}

/// Both have the same median, so that its absolute error tells them apart by nothing.
#[test]
fn forecasts_of_quantiles_are_compared_by_the_weighted_interval_score() {
    let cells = |i: usize, wide: bool| {
        let half = if wide {
            8.0
        } else {
            1.5 + (i % 5) as f64 / 4.0
        };
        let middle = (i % 17) as f64 + 0.25;
        let outcome = middle + ((i * 7) % 13) as f64 / 2.0 - 3.0;
        (middle - half, middle, middle + half, outcome)
    };
    let text = by_two("q0.1,q0.5,q0.9,outcome", |i, wide| {
        let (low, middle, high, outcome) = cells(i, wide);
        format!("{low},{middle},{high},{outcome}")
    });
    let (_, models) = of(text.as_bytes(), &[(Role::Id, "id")], &view(WindowSize::Day));
    assert_eq!(models.metric, "weighted_interval_score");
    assert_eq!((models.rows, models.versions), (240, true));
    let score = |i: usize, wide: bool| {
        let (low, middle, high, y) = cells(i, wide);
        let outside = (low - y).max(0.0) + (y - high).max(0.0);
        // An interval of 80 % weighs 0.1 of its score, the median one half.
        ((y - middle).abs() / 2.0 + 0.1 * (high - low) + outside) / 1.5
    };
    let mean = |wide: bool| (0..240).map(|i| score(i, wide)).sum::<f64>() / 240.0;
    for (name, wide) in [("narrow", false), ("wide", true)] {
        let found = &model(&models, name).metrics;
        let told = &found["weighted_interval_score"];
        assert!((told.value.unwrap() - mean(wide)).abs() < 1e-12, "{name}");
        assert!(told.low.unwrap() < mean(wide) && mean(wide) < told.high.unwrap());
        assert!(found["mean_absolute_error"].value.is_some());
    }
    let other = models.models.iter().find(|m| m.name != models.main);
    let against = other.unwrap().against.as_ref().unwrap();
    let apart = (mean(true) - mean(false)).abs();
    assert!((against.difference.value.unwrap().abs() - apart).abs() < 1e-12);
    assert!(against.better.is_some(), "{against:?}");
}

#[test]
fn models_of_several_classes_tell_their_log_loss_beside_the_accuracy() {
    let classes = ["ant", "bee", "cat"];
    let truth = |i: usize| (i * 5) % 7 % 3;
    let sure = |wide: bool| if wide { 0.5 } else { 0.8 };
    let text = by_two(
        "prediction,proba_ant,proba_bee,proba_cat,outcome",
        |i, wide| {
            let told = if i % 6 == 0 {
                (truth(i) + 1) % 3
            } else {
                truth(i)
            };
            let p = |k: usize| {
                if k == told {
                    sure(wide)
                } else {
                    (1.0 - sure(wide)) / 2.0
                }
            };
            format!(
                "{},{},{},{},{}",
                classes[told],
                p(0),
                p(1),
                p(2),
                classes[truth(i)]
            )
        },
    );
    let (_, models) = of(text.as_bytes(), &[(Role::Id, "id")], &view(WindowSize::Day));
    assert_eq!(models.metric, "accuracy");
    for (name, wide) in [("narrow", false), ("wide", true)] {
        let told = &model(&models, name).metrics;
        assert!((told["accuracy"].value.unwrap() - 200.0 / 240.0).abs() < 1e-12);
        let p: f64 = sure(wide);
        let want = -(200.0 * p.ln() + 40.0 * ((1.0 - p) / 2.0).ln()) / 240.0;
        assert!(
            (told["log_loss"].value.unwrap() - want).abs() < 1e-12,
            "{name}"
        );
    }
}

/// 60 days of what three horizons foretold of each, as `write` puts them down.
fn horizons(write: impl Fn(usize, usize, f64, f64) -> String) -> String {
    let mut out = String::new();
    for horizon in 1..4 {
        for day in 0..60_usize {
            let y = ((day * 37) % 23) as f64 + 0.25;
            let error = 0.5 * horizon as f64 + ((day * 7 + horizon * 3) % 5) as f64 / 10.0;
            out += &write(day, horizon, y + error, y);
        }
    }
    out
}

fn date(day: usize) -> String {
    format!("2026-{:02}-{:02}", day / 28 + 1, day % 28 + 1)
}

#[test]
fn horizons_in_rows_are_compared_as_those_in_columns() {
    let rows = horizons(|day, h, p, y| format!("{},{h},{p},{y}\n", date(day)));
    let long = format!("date,horizon,prediction,actual\n{rows}");
    let view = view(WindowSize::Day);
    let (summary, models) = of(long.as_bytes(), &[], &view);
    assert_eq!(
        (models.rows, models.pairwise, models.versions),
        (60, false, true)
    );
    assert_eq!(
        (models.by.as_deref(), models.about_main),
        (Some("horizon"), false)
    );
    assert_eq!(models.main, "horizon 1");
    assert!(
        models.method.contains("same date foretell the same"),
        "{}",
        models.method
    );
    let mut wide = String::from("date,actual,forecast_h1,forecast_h2,forecast_h3\n");
    let cells = |h: usize| {
        let of = horizons(|_, k, p, _| {
            if k == h {
                format!("{p}\n")
            } else {
                String::new()
            }
        });
        of.lines().map(str::to_owned).collect::<Vec<String>>()
    };
    let truth = horizons(|_, k, _, y| {
        if k == 1 {
            format!("{y}\n")
        } else {
            String::new()
        }
    });
    let (h1, h2, h3) = (cells(1), cells(2), cells(3));
    for (day, y) in truth.lines().enumerate() {
        let [a, b, c] = [&h1, &h2, &h3].map(|of| of[day].as_str());
        writeln!(wide, "{},{y},{a},{b},{c}", date(day)).unwrap();
    }
    let (_, columns) = of(wide.as_bytes(), &[], &view);
    for (h, column) in [(1, "forecast_h1"), (2, "forecast_h2"), (3, "forecast_h3")] {
        let (a, b) = (
            model(&models, &format!("horizon {h}")),
            model(&columns, column),
        );
        assert_eq!(
            a.metrics["mean_absolute_error"].value,
            b.metrics["mean_absolute_error"].value
        );
        let of = |m: &Model| {
            m.against
                .as_ref()
                .map(|a| (a.difference.clone(), a.p_value))
        };
        assert_eq!(of(a), of(b), "{h}");
    }
    let report = Report::from(&summary, &view);
    let together = |report: &Report| {
        report
            .health
            .notes
            .iter()
            .any(|n| n.contains("of the rows of 3 horizons together"))
    };
    assert!(together(&report), "{:?}", report.health.notes);
    // Of one horizon the report is about that one, and the others are beside it.
    let chosen = View {
        slices: vec![SliceChoice {
            column: "horizon".into(),
            value: "2".into(),
        }],
        ..view
    };
    let (summary, models) = of(long.as_bytes(), &[], &chosen);
    assert_eq!(
        (models.main.as_str(), models.about_main, models.rows),
        ("horizon 2", true, 60)
    );
    assert!(!together(&Report::from(&summary, &chosen)));
    // What each horizon foretells of another day at one time is told apart, and not compared.
    let origins = horizons(|day, h, p, y| format!("{},{h},{p},{}\n", date(day), y + h as f64));
    let origins = format!("date,horizon,prediction,actual\n{origins}");
    let found = pipeline::summary(&[("log.csv", origins.as_bytes())], &[], &chosen).unwrap();
    assert_eq!(
        (found.models, found.notes.len()),
        (None, 0),
        "{:?}",
        found.notes
    );
    assert_eq!(found.segments.len(), 1);
}

#[test]
fn what_is_compared_and_what_a_report_is_about_is_told() {
    // Of 100 days the first model has all, the second 40 and the third 30; 20 are common.
    let text = |common: usize| {
        let mut out = String::from("date,model,prediction,actual\n");
        for day in 0..100_usize {
            let y = ((day * 37) % 23) as f64 + 0.25;
            let mut row = |model: &str, off: f64| {
                let date = format!("2026-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
                writeln!(out, "{date},{model},{},{y}", y + off + (day % 3) as f64).unwrap();
            };
            row("all", 2.0);
            if day < 40 {
                row("easy", if day < 40 - common { 3.0 } else { 1.0 });
            }
            if day >= 40 - common && day < 70 - common {
                row("hard", 1.5);
            }
        }
        out
    };
    let view = view(WindowSize::Week);
    let (summary, models) = of(text(20).as_bytes(), &[], &view);
    assert_eq!(
        (models.rows, models.pairwise, models.about_main),
        (20, false, false)
    );
    assert_eq!(models.heading(), "3 models on the same rows");
    assert!(models.models.iter().all(|m| m.compared == 20));
    let told = |summary: &Summary, view: &View| {
        Report::from(summary, view)
            .health
            .notes
            .join("\n")
            .contains("of the rows of 3 models together")
    };
    assert!(told(&summary, &view));
    let about = View {
        version: Some("easy".into()),
        ..view.clone()
    };
    let (summary, models) = of(text(20).as_bytes(), &[], &about);
    assert_eq!((models.main.as_str(), models.about_main), ("easy", true));
    assert!(!told(&summary, &about));
    // Of very few common rows each is beside the main one, and their order is that of the differences.
    let (_, models) = of(text(2).as_bytes(), &[], &view);
    assert!(models.pairwise);
    assert_eq!(
        models.heading(),
        "3 models, each beside all on the rows of both"
    );
    let order: Vec<&str> = models.models.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(order, ["hard", "all", "easy"]);
}
