//! Files whose first rows deceive about how they are written: corrected in the panel, they give what the
//! command line gives with the same options.

use crate::app::{App, assert_becomes, assert_same, command_line, has, part, ready, saved_json};
use crate::data;
use serde_json::json;
use std::fs;
use std::ops::Range;

/// Commas between columns whose names and cells have as many semicolons as each other.
fn log(rows: Range<usize>) -> String {
    let mut text = String::from("id,time,score,label,from;to,low;high\n");
    for i in rows {
        let score = (i * 37 % 101) as f64 / 101.0;
        let label = usize::from(i * 61 % 89 < (score * 89.0) as usize);
        let (day, hour) = (1 + i / 24 % 28, i % 24);
        text += &format!("r{i},2026-01-{day:02}T{hour:02}:00:00Z,{score:.4},{label},a;b,0;1\n");
    }
    text
}

/// Waits until a file is said to be written so.
#[track_caller]
fn written(app: &mut App, how: &str) {
    app.page.wait_for(&format!(
        "document.querySelector({})?.innerText === {} && !({})",
        json!(part("dialect-0")),
        json!(how),
        has("progress")
    ));
}

fn value(app: &mut App, name: &str) -> String {
    let value = app.page.eval(&format!(
        "document.querySelector({}).value",
        json!(part(name))
    ));
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_deceiving_file_is_corrected_and_gives_what_the_command_line_gives() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("deceiving");
    let deceiving = data::file(&folder, "log.csv", log(0..900));
    app.page.drop_files("body", &[&deceiving]);
    app.page.wait_for(&has("columns-panel"));
    written(&mut app, "CSV, semicolon, UTF-8");
    app.page.wait_for(&has("missing"));
    // With the keyboard: it is a summary and menus, as browsers make them.
    app.page.click(&part("correct-0"));
    let first = "document.querySelector('[data-testid=\"separator-0\"] option').innerText";
    assert_eq!(app.page.eval(first), json!("As found: semicolon ;"));
    app.page.choose(&part("separator-0"), "comma");
    written(&mut app, "CSV, comma, UTF-8");
    ready(&mut app.page);
    let expected = command_line(&[&deceiving], &["--separator", "comma", "--out", "-"]);
    let (text, _) = saved_json(&mut app.page);
    assert_same(&text, &expected);
    assert_eq!(value(&mut app, "separator-0"), "comma");
    assert_eq!(app.page.eval(first), json!("As found"));
    for (name, role) in [("score", "score"), ("label", "outcome"), ("time", "time")] {
        assert_eq!(value(&mut app, &format!("role-0-{name}")), role);
    }
    assert!(app.page.eval(&has("role-0-low;high")).as_u64() > Some(0));
    let old = app.page.eval(&has("role-0-high"));
    assert!(old.as_u64().is_none(), "{old}");
    // The menus are still there to go on with; nothing is wider than a narrow screen.
    app.page.look(390, 844, 2.0, "dark");
    assert!(app.page.eval(&has("encoding-0")).as_u64() > Some(0));
    assert_eq!(
        app.page.eval("document.documentElement.scrollWidth"),
        json!(390)
    );
    app.page.look(1280, 900, 1.0, "light");
    // What cannot be is told, and everything stays as it was.
    app.page.choose(&part("separator-0"), "bar");
    app.page.wait_for(&has("error"));
    let told = app.page.text(&part("errors"));
    assert!(told.contains("There is no bar in it"), "{told}");
    app.page.wait_for(&format!(
        "document.querySelector({}).value === 'comma'",
        json!(part("separator-0"))
    ));
    written(&mut app, "CSV, comma, UTF-8");
    assert_same(&saved_json(&mut app.page).0, &expected);
    // The header as a row like others costs its cells, and is told alike.
    app.page.choose(&part("header-0"), "values");
    written(&mut app, "CSV, comma, no header, UTF-8");
    app.page.choose(&part("header-0"), "found");
    written(&mut app, "CSV, comma, UTF-8");
    ready(&mut app.page);
    assert_becomes(&mut app.page, &expected);
    // All files of a folder share what is said of it.
    app.page.click(&part("start-over"));
    app.page.wait_for(&has("drop-zone"));
    let parts = folder.join("parts");
    let _ = fs::remove_dir_all(&parts);
    fs::create_dir_all(&parts).unwrap();
    for (name, rows) in [("1.csv", 0..500), ("2.csv", 500..900)] {
        data::file(&parts, name, log(rows));
    }
    app.page.drop_files("body", &[&parts]);
    app.page.wait_for(&has("columns-panel"));
    written(&mut app, "2 files: CSV, semicolon, UTF-8");
    app.page.click(&part("correct-0"));
    app.page.choose(&part("separator-0"), "comma");
    written(&mut app, "2 files: CSV, comma, UTF-8");
    ready(&mut app.page);
    let expected = command_line(&[&parts], &["--separator", "parts=,", "--out", "-"]);
    assert_becomes(&mut app.page, &expected);
    app.assert_quiet();
}
