//! Rules in the page: the verdicts are those of the command line, byte by byte, and what is saved is
//! enforced there.

use crate::app::{
    App, assert_becomes, command_line as command_line_report, has, part, ready, save, saved_json,
};
use crate::data;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;

const RULES: &str = r#"
baseline = "2025-01-01..2025-01-15"

[[rule]]
metric = "roc_auc"
min = 0.7
interval = "whole"
for = 2

[[rule]]
metric = "log_loss"
slice = { region = "north" }
band = 3
side = "worse"

[[rule]]
metric = "accuracy"
slice = { region = "south" }
within = "5 %"
severity = "warn"

[[rule]]
column = "score"
distance = "psi"
max = 0.1

[[rule]]
column = "region"
distance = "kolmogorov_smirnov"
max = 0.1
"#;

/// `plumbline check RULES FILES… --json -`: what it prints.
#[track_caller]
fn command_line(rules: &Path, files: &[&Path]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("check")
        .arg(rules)
        .args(files)
        .args(["--json", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Waits until every rule is judged on all that it needs, and saves the verdicts.
#[track_caller]
fn verdicts(app: &mut App) -> String {
    ready(&mut app.page);
    app.page.wait_for(&format!(
        "document.querySelector({})?.dataset.complete === 'true'",
        json!(part("verdicts"))
    ));
    fs::read_to_string(save(&mut app.page, "save-verdicts")).unwrap()
}

#[test]
fn rules_dropped_with_the_files_give_the_verdicts_of_the_command_line() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("rules");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 300);
    let rules = data::file(&folder, "rules.toml", RULES);
    let files: [&Path; 2] = [&predictions, &outcomes];
    app.page
        .drop_files("body", &[&predictions, &outcomes, &rules]);
    let told = verdicts(&mut app);
    crate::app::assert_same(&told, &command_line(&rules, &files));
    let value: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(value["verdicts"].as_array().unwrap().len(), 5);
    assert_eq!(value["not_evaluated"], 1, "{told}");
    assert!(value["failed"].as_u64() > Some(0), "{told}");

    // What is saved is the same rules under the View of now, and the command line says the same of it.
    let kept = data::file(
        &folder,
        "kept.toml",
        fs::read(save(&mut app.page, "save-rules")).unwrap(),
    );
    let again: serde_json::Value = serde_json::from_str(&command_line(&kept, &files)).unwrap();
    assert_eq!(again, value);

    // What is typed is in force, and a slip is told with its place.
    app.page.eval(&format!(
        "document.querySelector({}).closest('details').open = true",
        json!(part("rules-text"))
    ));
    let typed = |app: &mut App, text: &str| {
        app.page.eval(&format!(
            "(() => {{ const e = document.querySelector({}); e.value = {}; e.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()",
            json!(part("rules-text")),
            json!(text)
        ));
    };
    typed(&mut app, &RULES.replace("severity", "severty"));
    app.page.wait_for(&format!(
        "document.querySelector({}).innerText.includes(\"'severty' is no key of a rule. Did you mean 'severity'?\")",
        json!(part("rules-fault"))
    ));
    let other = RULES.replace("min = 0.7", "min = 0.1");
    typed(&mut app, &other);
    let other = data::file(&folder, "other.toml", other);
    // Until these are judged, the verdicts are those of the former ones.
    app.page.wait_for(&format!(
        "document.querySelector({})?.textContent.includes('min 0.1')",
        json!(part("verdicts"))
    ));
    let told = verdicts(&mut app);
    crate::app::assert_same(&told, &command_line(&other, &files));
    app.assert_quiet();
}

#[test]
fn rules_are_suggested_and_a_file_that_is_none_is_told() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("suggested");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    let files: [&Path; 2] = [&predictions, &outcomes];
    app.read(&files);
    app.page.wait_for(&has("suggest-rules"));
    app.page.click(&part("suggest-rules"));
    let told = verdicts(&mut app);
    let kept = data::file(
        &folder,
        "kept.toml",
        fs::read(save(&mut app.page, "save-rules")).unwrap(),
    );
    crate::app::assert_same(&told, &command_line(&kept, &files));
    let wrong = data::file(
        &folder,
        "wrong.toml",
        "[[rule]]\nmetric = 'roc_acu'\nmin = 1\n",
    );
    app.page.set_files(&part("open-rules"), &[&wrong]);
    app.page
        .wait_for("document.body.innerText.includes(\"there is no metric 'roc_acu'\")");
    app.assert_quiet();
}

#[test]
fn expectations_are_dropped_changed_and_carried_by_a_saved_report_with_rules_and_budget() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("expected");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 300);
    let expectations = data::file(
        &folder,
        "ours.toml",
        "schema = \"plumbline.expectations/1\"\n\n[columns.score]\nmax = 0.5\n",
    );
    let rules = data::file(
        &folder,
        "rules.toml",
        "budget = 12\n\n[[rule]]\nmetric = \"roc_auc\"\nmin = 0.1\n",
    );
    app.page
        .drop_files("body", &[&predictions, &outcomes, &expectations, &rules]);
    verdicts(&mut app);
    assert!(
        app.page
            .eval("location.hash")
            .to_string()
            .contains("budget=12")
    );
    let shown = app.page.eval(&format!(
        "document.querySelector({}).value",
        json!(part("budget"))
    ));
    assert_eq!(shown, json!("12"));
    app.page.choose(&part("budget"), "60");
    app.page.wait_for("location.hash.includes('budget=60')");
    ready(&mut app.page);

    // What breaks them is what the command line tells.
    let args = ["--expect", expectations.to_str().unwrap(), "--budget", "60"];
    let files: [&Path; 2] = [&predictions, &outcomes];
    let report = assert_becomes(&mut app.page, &command_line_report(&files, &args));
    let violation = &report["checks"]["violations"][0];
    assert!(
        violation["sentence"]
            .as_str()
            .unwrap()
            .contains("ours.toml, line 4")
    );
    app.page.wait_for(&has("violations"));

    // They are shown, and a slip is told with its place.
    app.page.eval(&format!(
        "document.querySelector({}).open = true",
        json!(part("expectations"))
    ));
    app.page.wait_for(&format!(
        "document.querySelector({}).value.includes('max = 0.5')",
        json!(part("expectations-text"))
    ));
    let typed = |app: &mut App, text: &str| {
        app.page.eval(&format!(
            "(() => {{ const e = document.querySelector({}); e.value = {}; e.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()",
            json!(part("expectations-text")),
            json!(text)
        ));
    };
    typed(
        &mut app,
        "schema = \"plumbline.expectations/1\"\n[columns.score]\nmaxx = 1\n",
    );
    app.page.wait_for(&format!(
        "document.querySelector({}).innerText.includes(\"Did you mean 'max'?\")",
        json!(part("expectations-fault"))
    ));
    typed(
        &mut app,
        "schema = \"plumbline.expectations/1\"\n[columns.score]\nmax = 0.4\n",
    );
    app.page.wait_for(&format!(
        "document.querySelector({}).innerText.includes('0.4')",
        json!(part("violations"))
    ));

    // A saved report has all of it.
    let (json_now, _) = saved_json(&mut app.page);
    let saved = save(&mut app.page, "save-report");
    app.page.offline(true);
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    let (again, _) = saved_json(&mut app.page);
    crate::app::assert_same(&again, &json_now);
    app.page.wait_for(&has("verdicts"));
    app.page.wait_for(&has("violations"));
    let held = app.page.text(&part("expectations"));
    assert!(held.contains("Expectations in force: ours.toml"), "{held}");
    app.assert_quiet();
}
