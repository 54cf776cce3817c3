//! From files to numbers, and the same numbers by every other way: command line, saved file.

use crate::app::{
    App, assert_becomes, assert_same, command_line, has, metrics, part, ready, save, saved_json,
};
use crate::data;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use std::fs;
use std::io::Read as _;
use std::path::Path;

#[test]
fn an_empty_page_is_quiet_and_asks_for_files() {
    let Some(mut app) = App::open() else { return };
    assert!(
        app.page.eval(&format!(
            "!!document.querySelector('{}')",
            part("file-input")
        )) == true
    );
    assert!(app.page.eval(&format!("!({})", has("health"))) == true);
    app.assert_quiet();
}

#[test]
fn dropped_files_give_the_numbers_of_the_command_line() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("dropped");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 300);
    app.read(&[&predictions, &outcomes]);

    let shown = metrics(&mut app.page);
    assert!(
        shown["roc_auc"] > 0.6 && shown["roc_auc"] < 0.95,
        "{shown:?}"
    );
    let (text, report) = saved_json(&mut app.page);
    assert_eq!(report["schema"], "plumbline.report/1");
    assert_eq!(report["rows"]["predictions"], 9_000);
    assert_eq!(report["rows"]["unmatched_predictions"], 180);
    for (name, value) in &shown {
        let blocks = [
            &report["overall"]["metrics"],
            &report["resources"]["metrics"],
        ];
        assert!(
            blocks
                .iter()
                .any(|b| b[name]["value"].as_f64() == Some(*value)),
            "{name} = {value} is not in the saved report"
        );
    }
    assert_same(
        &text,
        &command_line(&[&predictions, &outcomes], &["--out", "-"]),
    );
    app.assert_quiet();
}

#[test]
fn the_choice_of_files_does_what_a_drop_does() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("chosen");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.page
        .set_files(&part("file-input"), &[&predictions, &outcomes]);
    ready(&mut app.page);
    let (text, _) = saved_json(&mut app.page);
    assert_same(
        &text,
        &command_line(&[&predictions, &outcomes], &["--out", "-"]),
    );
    app.assert_quiet();
}

/// A saved report with its data as JSON: compressors differ in the bytes they choose.
fn unpacked(path: &Path) -> String {
    let html = fs::read_to_string(path).unwrap();
    let mark = "<script id=\"report\" type=\"application/octet-stream\">";
    let (before, rest) = html.split_once(mark).unwrap();
    let (packed, after) = rest.split_once('<').unwrap();
    let bytes = STANDARD.decode(packed).unwrap();
    let mut json = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut json)
        .unwrap();
    assert!(json.starts_with("{\"summary\":"), "{}", &json[..80]);
    [before, &json, after].concat()
}

#[test]
fn a_saved_report_opens_from_disk_without_a_network() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("saved");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 300);
    app.read(&[&predictions, &outcomes]);
    let shown = metrics(&mut app.page);
    let (json, _) = saved_json(&mut app.page);
    let charts = app
        .page
        .eval("document.querySelectorAll('[data-testid^=\"chart-\"]').length");
    assert!(charts.as_u64() > Some(0), "no charts");
    let saved = save(&mut app.page, "save-report");

    let written = folder.join("report.html");
    command_line(
        &[&predictions, &outcomes],
        &["--out", written.to_str().unwrap()],
    );
    assert_same(&unpacked(&saved), &unpacked(&written));

    app.page.offline(true);
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    assert_eq!(metrics(&mut app.page), shown);
    assert_eq!(
        app.page
            .eval("document.querySelectorAll('[data-testid^=\"chart-\"]').length"),
        charts
    );
    let (again, _) = saved_json(&mut app.page);
    assert_same(&again, &json);
    // It is no picture: what depends on the threshold follows it.
    let before = metrics(&mut app.page);
    app.page.choose(&part("threshold"), "0.8");
    app.page.wait_for(&format!(
        "document.querySelector('{}')?.dataset.value != '{}'",
        part("metric-recall"),
        before["recall"]
    ));
    app.assert_quiet();
}

#[test]
fn what_is_chosen_changes_the_numbers_as_on_the_command_line() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("chosen-view");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 300);
    app.read(&[&predictions, &outcomes]);
    let before = metrics(&mut app.page);
    app.page.choose(&part("threshold"), "0.8");
    app.page.wait_for(&format!(
        "document.querySelector('{}').dataset.value != '{}'",
        part("metric-recall"),
        before["recall"]
    ));
    let after = metrics(&mut app.page);
    assert!(after["recall"] < before["recall"], "{before:?} {after:?}");
    assert_eq!(
        after["roc_auc"], before["roc_auc"],
        "a threshold does not change the ranking"
    );

    app.page.choose(&part("window"), "week");
    ready(&mut app.page);
    let (_, report) = saved_json(&mut app.page);
    assert_eq!(report["view"]["window"], "week");
    let threshold = report["view"]["threshold"].to_string();
    let same_view = ["--window", "week", "--threshold", &threshold, "--out", "-"];
    assert_becomes(
        &mut app.page,
        &command_line(&[&predictions, &outcomes], &same_view),
    );

    app.page.choose(&part("version"), "v2");
    app.page.wait_for(&format!(
        "document.querySelector('{}').dataset.value != '{}'",
        part("metric-recall"),
        after["recall"]
    ));
    ready(&mut app.page);
    let (_, narrowed) = saved_json(&mut app.page);
    assert_eq!(narrowed["view"]["version"], "v2");
    assert_eq!(narrowed["overall"]["rows"], 4_500);
    app.assert_quiet();
}

#[test]
fn a_role_can_be_corrected() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("roles");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    let role = "[data-testid^=\"role-\"][data-testid$=\"-region\"]";
    if app.page.eval(&format!("!document.querySelector('{role}')")) == true {
        app.page.click(&part("columns"));
    }
    app.page
        .wait_for(&format!("document.querySelector('{role}')"));
    let (_, report) = saved_json(&mut app.page);
    assert!(
        report["slices"]
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["column"] == "region"),
        "{}",
        report["slices"]
    );
    app.page.choose(role, "ignore");
    app.page.wait_for(&format!(
        "document.querySelector('{role}')?.value === 'ignore' && !({}) && {}",
        has("progress"),
        has("health")
    ));
    let end = std::time::Instant::now() + crate::cdp::PATIENCE;
    // The rows are read again; the old report stays in sight meanwhile.
    while saved_json(&mut app.page).1["slices"]
        .as_array()
        .unwrap()
        .iter()
        .any(|s| s["column"] == "region")
    {
        assert!(std::time::Instant::now() < end, "region is still a segment");
    }
    app.assert_quiet();
}

#[test]
fn a_corrected_role_is_remembered_for_files_of_the_same_shape() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("remembered");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    let role = "[data-testid^=\"role-\"][data-testid$=\"-region\"]";
    app.page.click(&part("columns"));
    app.page
        .wait_for(&format!("document.querySelector('{role}')"));
    assert_eq!(
        app.page
            .eval(&format!("document.querySelector('{role}').value")),
        "segment"
    );
    app.page.choose(role, "ignore");
    ready(&mut app.page);

    // Another day: the page is opened anew and gets other files of the same columns.
    app.page.open(&app.server.url.clone());
    app.page.wait_for(&has("drop-zone"));
    let later = data::folder("remembered-later");
    let (predictions, outcomes) = data::predictions_and_outcomes(&later, 150);
    let predictions = {
        let renamed = later.join("predictions-february.csv");
        fs::rename(predictions, &renamed).unwrap();
        renamed
    };
    app.read(&[&predictions, &outcomes]);
    let (_, report) = saved_json(&mut app.page);
    let slices = report["slices"].as_array().unwrap();
    assert!(!slices.is_empty(), "versions are compared still");
    assert!(slices.iter().all(|s| s["column"] != "region"), "{slices:?}");
    app.page.click(&part("columns"));
    app.page.wait_for(&format!(
        "document.querySelector('{role}')?.value === 'ignore'"
    ));
    app.assert_quiet();
}

#[test]
fn pasted_rows_are_read() {
    let Some(mut app) = App::open() else { return };
    let mut rows = "time\tscore\toutcome\n".to_owned();
    for i in 0..500 {
        rows += &format!(
            "2025-01-{:02}T{:02}:00:00Z\t0.{:02}\t{}\n",
            i / 24 + 1,
            i % 24,
            i * 37 % 100,
            u8::from(i * 37 % 100 > 40)
        );
    }
    app.page.click(&part("paste"));
    app.page.wait_for(&has("paste-area"));
    app.page.choose(&part("paste-area"), &rows);
    app.page.click(&part("paste-read"));
    ready(&mut app.page);
    assert_eq!(metrics(&mut app.page)["roc_auc"], 1.0);
    app.assert_quiet();
}

#[test]
fn the_example_needs_no_files() {
    let Some(mut app) = App::open() else { return };
    app.page.click(&part("try-demo"));
    ready(&mut app.page);
    assert!(metrics(&mut app.page).len() > 3);
    app.assert_quiet();
}
