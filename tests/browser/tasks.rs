//! Each kind of model and question, from files to the page: it shows what the command line writes.

use crate::app::{App, assert_becomes, command_line, part, ready};
use crate::data;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn reference(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    folder.join(name)
}

/// Drops files, and gives the report that the page saves once it is the command line's.
#[track_caller]
fn report(app: &mut App, files: &[&Path]) -> Value {
    app.read(files);
    assert_becomes(&mut app.page, &command_line(files, &["--out", "-"]))
}

/// The number that a part carries.
#[track_caller]
fn shown(app: &mut App, name: &str) -> f64 {
    number(app, name, "value")
}

#[track_caller]
fn number(app: &mut App, name: &str, of: &str) -> f64 {
    let found = format!(
        "document.querySelector({})?.dataset.{of}",
        json!(part(name))
    );
    app.page.wait_for(&found);
    let text = app.page.eval(&found);
    let number = text.as_str().and_then(|t| t.parse().ok());
    number.unwrap_or_else(|| panic!("{name}: {text} is no number"))
}

#[test]
fn groups_have_the_rates_of_the_report() {
    let Some(mut app) = App::open() else { return };
    let report = report(&mut app, &[&reference("groups.csv")]);
    let columns = report["groups"]["columns"].as_array().unwrap();
    assert!(columns.len() > 1, "{columns:?}");
    for column in columns {
        let name = column["column"].as_str().unwrap();
        app.page.choose(&part("groups-column"), name);
        let groups = column["groups"].as_array().unwrap();
        for group in groups {
            for (rate, estimate) in group["rates"].as_object().unwrap() {
                let Some(value) = estimate["value"].as_f64() else {
                    continue;
                };
                let place = format!("rate-{rate}-{}", group["value"].as_str().unwrap());
                assert_eq!(shown(&mut app, &place), value, "{name} {place}");
            }
        }
        for between in column["between"].as_array().unwrap() {
            let place = format!("between-{}", between["name"].as_str().unwrap());
            let value = between["difference"]["value"].as_f64();
            assert_eq!(Some(shown(&mut app, &place)), value, "{name} {place}");
        }
    }
    app.assert_quiet();
}

#[test]
fn costs_are_counted_and_the_cheapest_threshold_used() {
    let Some(mut app) = App::open() else { return };
    let log = reference("groups.csv");
    report(&mut app, &[&log]);
    app.page.click(&part("costs"));
    app.page.choose(&part("cost-fp"), "5");
    app.page.choose(&part("cost-fn"), "100");
    let costs = ["--cost", "fp=5,fn=100", "--out", "-"];
    let report = assert_becomes(&mut app.page, &command_line(&[&log], &costs));
    let cost = report["overall"]["metrics"]["mean_cost"]["value"].as_f64();
    assert_eq!(Some(shown(&mut app, "metric-mean_cost")), cost);
    // The sheet lies over the page.
    app.page.click(&part("costs"));
    app.page.click(&part("curve-cost"));
    let cheapest = report["costs"]["cheapest"].clone();
    let sentence = cheapest["sentence"].as_str().unwrap();
    assert!(app.page.text(&part("cheapest")).contains(sentence));
    app.page.click(&format!("{} .link", part("cheapest")));
    ready(&mut app.page);
    let threshold = cheapest["threshold"].to_string();
    let at = [
        "--cost",
        "fp=5,fn=100",
        "--threshold",
        &threshold,
        "--out",
        "-",
    ];
    let report = assert_becomes(&mut app.page, &command_line(&[&log], &at));
    let cost = &report["overall"]["metrics"]["mean_cost"]["value"];
    assert_eq!(cost, &cheapest["mean_cost"]);
    app.assert_quiet();
}

#[test]
fn quantiles_cover_what_the_report_says() {
    let Some(mut app) = App::open() else { return };
    for name in ["quantiles_wide.csv", "quantiles_long.csv"] {
        let report = report(&mut app, &[&reference(name)]);
        let intervals = report["quantiles"]["intervals"].as_array().unwrap();
        assert!(intervals.len() >= 3, "{intervals:?}");
        for interval in intervals {
            let percent = (interval["nominal"].as_f64().unwrap() * 1e4).round() / 100.0;
            let place = format!("coverage-{percent} %");
            let value = interval["coverage"]["value"].as_f64();
            assert_eq!(Some(shown(&mut app, &place)), value, "{name} {place}");
        }
        let score = report["overall"]["metrics"]["weighted_interval_score"]["value"].as_f64();
        assert_eq!(
            Some(shown(&mut app, "metric-weighted_interval_score")),
            score
        );
        app.page.click(&part("columns"));
        app.page.click(&part("start-over"));
    }
    app.assert_quiet();
}

#[test]
fn any_of_several_models_can_be_reported_on() {
    let Some(mut app) = App::open() else { return };
    let log = reference("models_regression.csv");
    let first = report(&mut app, &[&log]);
    assert_eq!(models_as_shown(&mut app, &first), "prediction");
    let other = format!("{} .link", part("model-forecast_b"));
    app.page.click(&other);
    app.page.wait_for(&format!(
        "document.querySelector({})?.dataset.main === 'true'",
        json!(part("model-forecast_b"))
    ));
    let roles = [
        "--role",
        "prediction=forecast_b",
        "--role",
        "challenger=prediction",
        "--out",
        "-",
    ];
    let second = assert_becomes(&mut app.page, &command_line(&[&log], &roles));
    assert_eq!(models_as_shown(&mut app, &second), "forecast_b");
    let error =
        |report: &Value| report["overall"]["metrics"]["mean_absolute_error"]["value"].clone();
    assert_ne!(error(&first), error(&second));
    app.assert_quiet();
}

/// Compares the table of models with the report, and names the one that it is about.
#[track_caller]
fn models_as_shown(app: &mut App, report: &Value) -> String {
    let models = report["models"]["models"].as_array().unwrap();
    assert!(models.len() > 2, "{models:?}");
    for model in models {
        let name = model["name"].as_str().unwrap();
        for (metric, estimate) in model["metrics"].as_object().unwrap() {
            let place = format!("model-{name}-{metric}");
            assert_eq!(
                Some(shown(app, &place)),
                estimate["value"].as_f64(),
                "{place}"
            );
        }
    }
    let sentence = report["models"]["sentence"].as_str().unwrap().to_owned();
    let told = app
        .page
        .text(&part("models-sentence"))
        .replace('\u{a0}', " ");
    assert_eq!(told, sentence.replace('\u{a0}', " "));
    report["models"]["main"].as_str().unwrap().to_owned()
}

#[test]
fn without_outcomes_estimates_stand_in_their_place() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("estimates");
    let (reference, analysis) = data::reference_and_analysis(&folder, 100);
    let report = report(&mut app, &[&reference, &analysis]);
    assert_eq!(report["overall"]["labelled"], 0);
    let pending = report["estimated"]["pending"].as_object().unwrap();
    for name in ["accuracy", "roc_auc", "brier_score"] {
        let place = format!("metric-{name}");
        let value = pending[name]["value"].as_f64();
        assert_eq!(Some(number(&mut app, &place, "estimated")), value, "{name}");
        assert!(app.page.text(&part(&place)).contains("estimated"), "{name}");
        // What is only expected is not given out for known.
        let known = format!(
            "document.querySelector({}).dataset.value ?? ''",
            json!(part(&place))
        );
        assert_eq!(app.page.eval(&known), "", "{name}");
    }
    // From the 20th day on the model is worse, which scores alone tell in part.
    let sentence = report["health"]["sentence"].as_str().unwrap();
    let told = app
        .page
        .text(&part("health"))
        .replace(['\u{a0}', '\u{202f}'], " ");
    assert_eq!(told, sentence.replace(['\u{a0}', '\u{202f}'], " "));
    app.page.click(&format!("{} summary", part("estimates")));
    let assumes = report["estimated"]["assumes"].as_str().unwrap();
    let told = app.page.text(&part("estimates"));
    assert!(told.contains(&assumes[..40]), "{told}");
    app.assert_quiet();
}

#[test]
fn lists_are_ranked() {
    let Some(mut app) = App::open() else { return };
    let report = report(&mut app, &[&reference("ranking.csv")]);
    let metrics = report["overall"]["metrics"].as_object().unwrap();
    for name in [
        "ndcg_at_10",
        "mean_average_precision",
        "mean_reciprocal_rank",
    ] {
        let value = metrics[name]["value"].as_f64();
        assert_eq!(
            Some(shown(&mut app, &format!("metric-{name}"))),
            value,
            "{name}"
        );
    }
    app.assert_quiet();
}

#[test]
fn what_outcomes_are_can_be_said() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("meant");
    let named = (0..400).fold(String::from("id,risk,outcome\n"), |text, i| {
        let came = i * 61 % 100 < i * 37 % 100;
        let word = if came { "fraud" } else { "legit" };
        text + &format!("r{i},0.{:02},{word}\n", i * 37 % 100)
    });
    let named = data::file(&folder, "named.csv", named);
    let found = report(&mut app, &[&named]);
    assert_eq!(found["confusion"]["labels"], json!(["legit", "fraud"]));
    app.page.click(&part("columns"));
    // Found out, and the two classes in the order of the file.
    let options = "[...document.querySelectorAll('[data-testid=meaning-0] option')].map(o => o.innerText.trim())";
    let classes = app.page.eval(options);
    let at = classes.as_array().unwrap().iter();
    let at = at.clone().position(|o| o == "Positive: legit").unwrap();
    app.page.choose(&part("meaning-0"), &(at - 1).to_string());
    let said = command_line(&[&named], &["--positive", "legit", "--out", "-"]);
    let turned = assert_becomes(&mut app.page, &said);
    assert_eq!(turned["confusion"]["labels"], json!(["fraud", "legit"]));

    let stars = (0..400).fold(String::from("id,prediction,outcome\n"), |text, i| {
        text + &format!("r{i},{},{}\n", i % 5 + 1, i * 3 % 7 % 5 + 1)
    });
    let stars = data::file(&folder, "stars.csv", stars);
    app.page.click(&part("start-over"));
    assert_eq!(report(&mut app, &[&stars])["task"], "multiclass");
    app.page.click(&part("columns"));
    app.page.choose(&part("meaning-0"), "0");
    let said = command_line(&[&stars], &["--task", "regression", "--out", "-"]);
    assert_eq!(assert_becomes(&mut app.page, &said)["task"], "regression");
    app.assert_quiet();
}
