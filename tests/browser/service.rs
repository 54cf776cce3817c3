//! What a service says: its files dropped alone or beside predictions, drawn on one axis, and kept in a saved report.

use crate::app::{App, assert_same, command_line, has, part, ready, save, saved_json};
use crate::data;
use serde_json::json;
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    PathBuf::from(format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR")))
}

fn charts() -> String {
    format!(
        "document.querySelectorAll({}).length",
        json!(part("chart-panel"))
    )
}

#[test]
fn files_of_a_service_alone_are_shown_and_saved() {
    let Some(mut app) = App::open() else { return };
    let files = [file("service/combined.log"), file("service/docker.jsonl")];
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    app.read(&files);
    app.page.wait_for(&has("machine-stack"));
    let (text, report) = saved_json(&mut app.page);
    assert_same(&text, &command_line(&files, &["--out", "-"]));
    let panels = report["resources"]["service"]["panels"]
        .as_array()
        .unwrap()
        .len();
    app.page.wait_for(&format!("{} === {panels}", charts()));
    assert!(app.page.text(&part("health")).contains("requests"));
    let saved = save(&mut app.page, "save-report");
    app.assert_quiet();
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    app.page.wait_for(&format!("{} === {panels}", charts()));
}

#[test]
fn beside_predictions_all_charts_share_an_axis_and_a_cursor() {
    let Some(mut app) = App::open() else { return };
    let files = [file("log.csv"), file("service/combined.log")];
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    app.read(&files);
    app.page.wait_for(&has("machine-stack"));
    let (text, _) = saved_json(&mut app.page);
    assert_same(&text, &command_line(&files, &["--out", "-"]));
    // An arrow key moves the cursor of one chart, and with it that of all.
    let all = json!(part("chart-panel"));
    app.page.eval(&format!(
        "document.querySelectorAll({all})[0].dispatchEvent(new KeyboardEvent('keydown', {{key: 'Home', bubbles: true}}))"
    ));
    app.page.wait_for(&format!(
        "[...document.querySelectorAll({all})].every(c => c.querySelector('.chart-line'))"
    ));
    app.assert_quiet();
}

/// Without files of a service, too, everything lies on one axis; a period that is marked by keyboard ranks the series,
/// and is saved and shared.
#[test]
fn a_marked_period_ranks_every_series() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("marked");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 60);
    app.read(&[&predictions, &outcomes]);
    app.page.wait_for(&has("machine-stack"));
    let key = |name: &str, shift: bool| {
        format!(
            "document.querySelectorAll({})[0].dispatchEvent(new KeyboardEvent('keydown', {{key: '{name}', shiftKey: {shift}, bubbles: true}}))",
            json!(part("chart-panel"))
        )
    };
    app.page.eval(&key("End", false));
    for _ in 0..3 {
        app.page.eval(&key("ArrowLeft", true));
    }
    let rows = format!(
        "document.querySelectorAll({}).length",
        json!(part("change"))
    );
    app.page.wait_for(&format!("{rows} > 5"));
    app.page.wait_for(&has("change-interval"));
    app.page.wait_for("location.hash.includes('marked=')");
    let (text, report) = saved_json(&mut app.page);
    let marked = report["view"]["marked"].as_array().unwrap();
    let period = format!(
        "{}..{}",
        marked[0].as_str().unwrap(),
        marked[1].as_str().unwrap()
    );
    let files = [predictions.as_path(), outcomes.as_path()];
    assert_same(
        &text,
        &command_line(&files, &["--marked", &period, "--out", "-"]),
    );
    let ranked = report["changes"]["rows"].as_array().unwrap();
    assert!(ranked.len() > 5, "{ranked:?}");
    let saved = save(&mut app.page, "save-report");
    app.assert_quiet();
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    app.page.wait_for(&format!("{rows} > 5"));
}

/// A log of predictions with a latency has objectives of its own, which a reader sets; saved as the command line has it.
#[test]
fn predictions_with_a_latency_have_objectives() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("objectives");
    let log = folder.join("served.csv");
    let mut text = String::from("timestamp,prediction,label,latency_ms\n");
    for i in 0..6_000 {
        let (hour, minute, second) = (i / 600, i % 600 / 10, i % 10 * 6);
        let slow = i / 600 == 7 && i % 3 == 0;
        let took = if slow { 900 } else { 50 };
        let label = i % 2;
        let said = u32::from(i % 9 == 0) ^ label;
        text += &format!("2026-03-02T{hour:02}:{minute:02}:{second:02}Z,{said},{label},{took}\n");
    }
    std::fs::write(&log, text).unwrap();
    app.read(&[&log]);
    app.page.wait_for(&has("wanted"));
    app.page.click(&format!("{} > summary", part("wanted")));
    app.page.choose(&part("wish-slow"), "500");
    app.page.choose(&part("wish-slo"), "99");
    app.page.wait_for(&has("burns"));
    assert!(
        app.page
            .text(&part("burns"))
            .contains("The error budget of the model")
    );
    let (text, report) = saved_json(&mut app.page);
    assert_same(
        &text,
        &command_line(&[&log], &["--slow", "0.5", "--slo", "0.99", "--out", "-"]),
    );
    let slo = &report["resources"]["objectives"]["slos"][0];
    assert_eq!(
        (&slo["requests"], &slo["bad"]),
        (&json!(6_000.0), &json!(200.0))
    );
    let saved = save(&mut app.page, "save-report");
    app.assert_quiet();
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    app.page.wait_for(&has("burns"));
}
