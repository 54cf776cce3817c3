//! Files of every format, as other programs wrote them: dropped, the page shows the same numbers as for the
//! plain file of the same rows.

use crate::app::{App, command_line, has, metrics, part, saved_json};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// A report without what it says of the files.
#[track_caller]
fn numbers(mut report: Value) -> Value {
    let sources = report.as_object_mut().and_then(|r| r.remove("sources"));
    assert!(sources.is_some(), "a report names its files");
    report
}

/// Drops each file onto an empty page, and compares what is shown and saved with the plain file's report.
#[track_caller]
fn check(plain: &str, files: &[&str]) {
    let Some(mut app) = App::open() else { return };
    let expected = command_line(&[&file(plain)], &["--out", "-"]);
    let expected = numbers(serde_json::from_str(&expected).unwrap());
    let values = |report: &Value| -> BTreeMap<String, f64> {
        let of = |block: &str| report[block]["metrics"].as_object().unwrap().clone();
        let metrics = of("overall").into_iter().chain(of("resources"));
        let value = |(name, m): (String, Value)| Some((name, m["value"].as_f64()?));
        metrics.filter_map(value).collect()
    };
    let values = values(&expected);
    assert!(values.len() > 5, "{plain}: {values:?}");
    for name in files {
        app.page.open(&app.server.url.clone());
        app.page.wait_for(&has("drop-zone"));
        app.read(&[&file(name)]);
        let shown = metrics(&mut app.page);
        assert!(shown.len() > 5, "{name}: {shown:?}");
        for (metric, value) in &shown {
            assert_eq!(values.get(metric), Some(value), "{name}: {metric}");
        }
        let (_, saved) = saved_json(&mut app.page);
        let saved = numbers(saved);
        for key in expected.as_object().unwrap().keys() {
            assert!(saved[key] == expected[key], "{name}: {key} differs");
        }
        assert_eq!(
            saved.as_object().unwrap().len(),
            expected.as_object().unwrap().len()
        );
        app.assert_quiet();
    }
}

#[test]
fn formats_of_columns_give_the_numbers_of_the_csv() {
    check(
        "formats/log.csv",
        &[
            "formats/log-zstd-dictionary-v2.parquet",
            "formats/log-snappy-plain-v1.parquet",
            "formats/log.arrow",
            "formats/log-lz4.arrow",
            "formats/log-stream.arrows",
        ],
    );
}

#[test]
fn formats_of_json_give_the_numbers_of_the_lines() {
    check(
        "formats/json/lines.jsonl",
        &[
            "formats/json/records-pretty.json",
            "formats/json/split.json",
        ],
    );
}

#[test]
fn formats_of_excel_give_the_numbers_of_the_csv() {
    check(
        "formats/xlsx/log.csv",
        &[
            "formats/xlsx/openpyxl.xlsx",
            "formats/xlsx/xlsxwriter.xlsx",
            "formats/xlsx/since-1904.xlsx",
        ],
    );
}

#[test]
fn formats_of_compression_give_the_numbers_of_the_csv() {
    check(
        "files/log.csv",
        &["files/log.csv.gz", "files/log.csv.zst", "files/log.zip"],
    );
}

#[test]
fn formats_of_excel_give_each_sheet_and_tell_what_is_beside_a_table() {
    let Some(mut app) = App::open() else { return };
    let book = file("formats/xlsx/sheets.xlsx");
    app.read(&[&book]);
    let (_, saved) = saved_json(&mut app.page);
    let expected = command_line(&[&book], &["--out", "-"]);
    assert_eq!(saved, serde_json::from_str::<Value>(&expected).unwrap());
    assert!(expected.contains("sheets.xlsx/Outcomes"));
    app.page.click(&part("columns"));
    app.page.wait_for(&has("file-0"));
    assert_eq!(
        app.page
            .eval("document.querySelectorAll('.file.card').length"),
        2,
        "the sheets with tables"
    );
    app.page.open(&app.server.url.clone());
    app.page.wait_for(&has("drop-zone"));
    app.read(&[&file("formats/xlsx/beside.xlsx")]);
    app.page.wait_for(&format!(
        "document.querySelector('{}')?.innerText.includes('XFD90')",
        part("rejected")
    ));
    app.assert_quiet();
}

#[test]
fn a_column_that_turns_to_words_is_read_again() {
    let Some(mut app) = App::open() else { return };
    // So many rows that the first look sees numbers only.
    let mut text = String::from("id,time,score,outcome,level\n");
    for i in 0..90_000 {
        let level = match i {
            0..60_000 => (i % 7).to_string(),
            _ => format!("grade {}", i % 3),
        };
        let (day, outcome) = (1 + i / 3_600, i % 2);
        text += &format!("r{i},2025-03-{day:02},0.{:03},{outcome},{level}\n", i % 997);
    }
    let log = crate::data::file(&crate::data::folder("turns"), "log.csv", text);
    app.read(&[&log]);
    let (_, saved) = saved_json(&mut app.page);
    let expected = command_line(&[&log], &["--out", "-"]);
    assert!(
        expected.contains("30000 of its 90000 filled cells are words, the first in line 60002")
    );
    assert_eq!(saved, serde_json::from_str::<Value>(&expected).unwrap());
    app.assert_quiet();
}
