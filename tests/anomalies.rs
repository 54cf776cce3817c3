//! `plumbline anomalies`: what is planted in a series is found, and what the command says of other files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::table::time::{SECOND, Time};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A file of a test, gone afterwards.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("plumbline-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn run(file: &File, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("anomalies")
        .arg(&file.0)
        .args(options)
        .output()
        .unwrap()
}

#[track_caller]
fn points(file: &File, options: &[&str]) -> Vec<Value> {
    let out = run(file, options);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

#[track_caller]
fn fails(code: i32, file: &File, options: &[&str]) -> String {
    let out = run(file, options);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(code), "{said}");
    assert!(out.stdout.is_empty());
    said
}

/// 20 days, a point in ten minutes: a daily rhythm, a spike in the afternoon of the eleventh day, and a
/// sixteenth day that stays as low as the night.
const SPIKE: usize = 10 * 144 + 90;
const LOW: std::ops::Range<usize> = 15 * 144 + 48..15 * 144 + 120;

fn values() -> Vec<f64> {
    let mut state = 7_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    };
    let value = |i: usize| {
        let day = (48..120).contains(&(i % 144)) && !LOW.contains(&i);
        let base = if day { 80.0 } else { 20.0 };
        base + 4.0 * noise() + if i == SPIKE { 150.0 } else { 0.0 }
    };
    (0..20 * 144).map(value).collect()
}

fn time(i: usize) -> Time {
    Time((1_767_225_600 + 600 * i as i64) * SECOND)
}

fn csv() -> String {
    let mut text = "timestamp,value\n".to_string();
    for (i, value) in values().iter().enumerate() {
        writeln!(text, "{},{value}", time(i)).unwrap();
    }
    text
}

#[test]
fn what_is_planted_is_found_point_by_point() {
    let file = File::new("planted.csv", &csv());
    let found = points(&file, &[]);
    assert_eq!(found.len(), 20 * 144);
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 3);
    for (i, (point, value)) in found.iter().zip(values()).enumerate() {
        assert_eq!(point["time"], time(i).to_string());
        assert_eq!(point["value"], value);
    }
    let score = |i: usize| found[i]["score"].as_f64().unwrap();
    assert!((0..found.len()).all(|i| (0.0..=1.0).contains(&score(i))));
    assert!(score(SPIKE) > 0.6, "{}", score(SPIKE));
    let low = LOW.into_iter().find(|i| score(*i) >= 0.5);
    assert!(low.is_some_and(|i| i < LOW.start + 24), "{low:?}");
    let others =
        (5 * 144..found.len()).filter(|i| score(*i) >= 0.5 && *i != SPIKE && !LOW.contains(i));
    assert!(others.count() <= 4);

    // No look ahead: a file that ends earlier has the same scores.
    let text: Vec<String> = csv()
        .lines()
        .take(1 + SPIKE + 1)
        .map(String::from)
        .collect();
    let shorter = points(&File::new("shorter.csv", &text.join("\n")), &[]);
    assert_eq!(shorter[..], found[..=SPIKE]);
}

#[test]
fn other_formats_columns_and_gaps() {
    let mut lines = String::new();
    for (i, value) in values().iter().enumerate() {
        let cpu = if i % 50 == 7 {
            "null".into()
        } else {
            value.to_string()
        };
        writeln!(
            lines,
            r#"{{"time":"{}","cpu":{cpu},"memory":{i}}}"#,
            time(i)
        )
        .unwrap();
    }
    let file = File::new("host.jsonl", &lines);
    let said = fails(2, &file, &[]);
    assert!(
        said.contains("cpu, memory") && said.contains("--column"),
        "{said}"
    );
    let found = points(&file, &["--column", "cpu"]);
    assert_eq!(found.len(), 20 * 144);
    assert_eq!(found[7]["value"], Value::Null);
    assert_eq!(found[7]["score"], 0.0);
    assert!(found[SPIKE]["score"].as_f64().unwrap() > 0.6);
}

#[test]
fn what_cannot_be_done_is_told() {
    let file = File::new("words.csv", "time,city\n2026-01-01,Rome\n2026-01-02,Oslo\n");
    assert!(fails(1, &file, &[]).contains("no column of numbers"));
    assert!(fails(1, &file, &["--column", "city"]).contains("'city'"));
    let said = fails(2, &file, &["--column", "load"]);
    assert!(
        said.contains("'load'") && said.contains("time, city"),
        "{said}"
    );
    assert!(fails(2, &file, &["--time", "city"]).contains("holds no times"));
    let gone = File(PathBuf::from("/nowhere/gone.csv"));
    assert!(fails(2, &gone, &[]).contains("gone.csv"));
    // Without times: as they stand, and that is said.
    let file = File::new("plain.csv", "value\n1.5\n2.5\n1.25\n");
    let out = run(&file, &[]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("no column of times"));
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!(
        text.lines().next(),
        Some(r#"{"time":null,"value":1.5,"score":0.0}"#)
    );
}

/// An answer of Prometheus's API of series by their labels.
fn answer(series: &[(&str, &[f64])]) -> String {
    let result: Vec<Value> = series
        .iter()
        .map(|(metric, values)| {
            let metric: Value = serde_json::from_str(metric).unwrap();
            let sample =
                |(i, v): (usize, &f64)| serde_json::json!([time(i).0 as f64 / 1e6, v.to_string()]);
            let values: Vec<Value> = values.iter().enumerate().map(sample).collect();
            serde_json::json!({"metric": metric, "values": values})
        })
        .collect();
    serde_json::json!({"status": "success", "data": {"resultType": "matrix", "result": result}})
        .to_string()
}

#[test]
fn an_answer_of_prometheus_with_one_series_is_scored_as_a_table_of_it() {
    let table = points(&File::new("same.csv", &csv()), &[]);
    for metric in ["{}", r#"{"__name__":"load","job":"shop"}"#] {
        let file = File::new("range.json", &answer(&[(metric, &values())]));
        assert_eq!(points(&file, &[]), table, "{metric}");
    }
}

#[test]
fn of_several_series_each_line_tells_its_own_or_one_is_asked_for() {
    let (calm, all) = (vec![3.0; 20 * 144], values());
    let text = answer(&[
        (r#"{"__name__":"load","instance":"a:1"}"#, &calm),
        (r#"{"__name__":"load","instance":"b:1"}"#, &all),
        (
            r#"{"__name__":"requests_total","instance":"b:1"}"#,
            &[1.0, 2.0],
        ),
    ]);
    let file = File::new("several.json", &text);
    let found = points(&file, &[]);
    assert_eq!(found.len(), 2 * 20 * 144 + 2);
    let of = |name: &str| -> Vec<&Value> { found.iter().filter(|p| p["series"] == name).collect() };
    assert_eq!(of(r#"load{instance="a:1"}"#).len(), 20 * 144);
    let table = points(&File::new("table.csv", &csv()), &[]);
    let second = of(r#"load{instance="b:1"}"#);
    assert!(
        second
            .iter()
            .zip(&table)
            .all(|(a, b)| a["score"] == b["score"])
    );
    // One alone is as if it were alone, and a metric stands for its series.
    let one = points(&file, &["--column", r#"load{ instance="b:1" }"#]);
    assert_eq!(one, table);
    assert_eq!(points(&file, &["--column", "load"]).len(), 2 * 20 * 144);
    let said = fails(2, &file, &["--column", "loud"]);
    assert!(
        said.contains(r#"'loud'. Its series are: load{instance="a:1"}"#),
        "{said}"
    );
    assert!(fails(2, &file, &["--time", "t"]).contains("their own times"));
    let said = String::from_utf8(run(&file, &[]).stderr).unwrap();
    assert!(said.contains("rate(requests_total[5m])"), "{said}");
}

#[test]
fn a_panel_of_grafana_is_scored_in_the_unit_of_its_series() {
    let mut text = String::from("\"Time\",\"p95\",\"CPU\"\n");
    for (i, value) in values().iter().enumerate() {
        let at = time(i).0 / 1_000;
        writeln!(text, "{at},{value} ms,{value}%").unwrap();
    }
    let file = File::new("panel.csv", &text);
    let found = points(&file, &["--column", "p95"]);
    assert_eq!(found.len(), 20 * 144);
    let first = found[0]["value"].as_f64().unwrap();
    assert!((first - values()[0] / 1e3).abs() < 1e-12);
    assert!(found[SPIKE]["score"].as_f64().unwrap() > 0.6);
    assert_eq!(
        points(&file, &[])
            .iter()
            .filter(|p| p["series"] == "CPU")
            .count(),
        20 * 144
    );
}

#[test]
fn rows_out_of_order_are_scored_in_the_order_of_time_and_it_is_said() {
    let ordered = points(&File::new("ordered.csv", &csv()), &[]);
    let mut lines: Vec<String> = csv().lines().map(String::from).collect();
    lines[1..].reverse();
    let file = File::new("reversed.csv", &lines.join("\n"));
    assert_eq!(points(&file, &[]), ordered);
    let said = String::from_utf8(run(&file, &[]).stderr).unwrap();
    assert!(
        said.contains("2879 points stand behind a later one"),
        "{said}"
    );
    // The same of a panel.
    let mut panel = vec!["\"Time\",\"p95\"".to_owned()];
    panel.extend(
        values()
            .iter()
            .enumerate()
            .map(|(i, v)| format!("{},{v}", time(i).0 / 1_000)),
    );
    panel[1..].reverse();
    let file = File::new("reversed-panel.csv", &panel.join("\n"));
    assert_eq!(points(&file, &[]), ordered);
    let said = String::from_utf8(run(&file, &[]).stderr).unwrap();
    assert!(
        said.contains("2879 points stand behind a later one"),
        "{said}"
    );
}
