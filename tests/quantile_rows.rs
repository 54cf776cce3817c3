//! Files with a row for each quantile give what the same forecasts with a column for each give, and what a
//! report shows of quantiles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, streamed_in, summary, value};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{Quantiles, Report};
use plumbline::summary::{QuantileCounts, Summary};
use serde_json::Value;
use std::fmt::Write as _;

const WIDE: &[u8] = include_bytes!("reference/quantiles_wide.csv");
const LONG: &[u8] = include_bytes!("reference/quantiles_long.csv");

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        ..View::default()
    }
}

fn whole(files: &[File<'_>]) -> Summary {
    summary(files, &[], &view()).unwrap_or_else(|e| panic!("{e}"))
}

fn passed(block: usize, files: &[File<'_>]) -> Summary {
    let cut = |file, input: &plumbline::engine::message::Input| {
        Shards::with_size(file, input.bytes, 700, false)
    };
    streamed_in(Some(block), files, &[], &view(), cut).unwrap_or_else(|e| panic!("{e}"))
}

fn counts(summary: &Summary) -> Vec<(u64, u64, Option<QuantileCounts>)> {
    let buckets = summary.series[0].buckets.iter().map(|b| &b.cell);
    buckets
        .map(|c| (c.rows, c.labelled, c.quantiles.clone()))
        .collect()
}

fn notes(summary: &Summary) -> String {
    Report::from(summary, &view()).health.notes.join("\n")
}

#[test]
fn a_row_for_each_quantile_is_the_same_as_a_column_to_the_bit() {
    let (wide, long) = (whole(&[("wide.csv", WIDE)]), whole(&[("long.csv", LONG)]));
    assert_eq!(counts(&wide), counts(&long));
    assert_eq!(wide.levels, long.levels);
    let (a, b) = (Report::from(&wide, &view()), Report::from(&long, &view()));
    assert_eq!(a.overall.metrics, b.overall.metrics);
    assert_eq!(a.quantiles, b.quantiles);
    assert_eq!(
        (a.rows.predictions, a.rows.joined),
        (b.rows.predictions, b.rows.joined)
    );
    let told = notes(&long);
    assert!(
        told.contains("put together into forecasts by request_id, timestamp and region"),
        "{told}"
    );
}

#[test]
fn rows_of_a_forecast_are_put_together_while_they_pass_however_blocks_are_cut() {
    let kept = whole(&[("long.csv", LONG)]);
    for block in [1, 7, 50, 10_000] {
        let passed = passed(block, &[("long.csv", LONG)]);
        assert_eq!(counts(&kept), counts(&passed), "blocks of {block}");
        assert_eq!(kept.counts.predictions, passed.counts.predictions);
        assert!(!notes(&passed).contains("too far apart"));
    }
}

#[test]
fn what_stands_too_far_apart_to_be_put_together_is_told() {
    let text = String::from_utf8(LONG.to_vec()).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let mut rows: Vec<&str> = lines.collect();
    // By level, as a table that was made longer has it.
    rows.sort_by_key(|r| r.split(',').nth(4).unwrap().to_string());
    let sorted = format!("{header}\n{}\n", rows.join("\n"));
    let files = [("long.csv", sorted.as_bytes())];
    assert_eq!(
        counts(&whole(&[("long.csv", LONG)])),
        counts(&whole(&files))
    );
    let passed = passed(100, &files);
    let told = notes(&passed);
    assert!(
        told.contains("too far apart to be put together while they pass"),
        "{told}"
    );
}

/// A hub's file: means, classes and quantiles of a place and a horizon, and what came true in another file.
fn hub() -> (String, String) {
    let mut forecasts = String::from(
        "location,reference_date,horizon,target_end_date,target,output_type,output_type_id,value\n",
    );
    let mut truth = String::from("target_end_date,target,location,observation\n");
    for week in 0..6 {
        for location in ["01", "US"] {
            for horizon in 0..2 {
                let day = |plus: i32| format!("2026-01-{:02}", 3 + 4 * (week + plus));
                let key = format!("{location},{},{horizon},{},wk inc,", day(0), day(horizon));
                // The quantile of one half counts, not the median beside it.
                writeln!(forecasts, "{key}median,NA,{}", 1_000 + week).unwrap();
                writeln!(forecasts, "{key}mean,NA,{}", 100 + week).unwrap();
                for (level, off) in [
                    ("0.1", -10),
                    ("0.25", -5),
                    ("0.5", 0),
                    ("0.75", 5),
                    ("0.9", 10),
                ] {
                    writeln!(forecasts, "{key}quantile,{level},{}", 100 + week + off).unwrap();
                }
                for (class, p) in [("low", 0.25), ("high", 0.75)] {
                    writeln!(forecasts, "{key}pmf,{class},{p}").unwrap();
                }
            }
            writeln!(
                truth,
                "2026-01-{:02},wk inc,{location},{}",
                3 + 4 * week,
                96 + 2 * week
            )
            .unwrap();
        }
    }
    (forecasts, truth)
}

#[test]
fn rows_that_hold_no_quantiles_are_left_out_and_told_and_outcomes_join_by_what_both_have() {
    let (forecasts, truth) = hub();
    let files = [
        ("forecasts.csv", forecasts.as_bytes()),
        ("truth.csv", truth.as_bytes()),
    ];
    let kept = whole(&files);
    let report = Report::from(&kept, &view());
    assert_eq!((report.rows.predictions, report.rows.joined), (24, 22));
    let told = notes(&kept);
    assert!(told.contains("72 rows hold no quantiles (but"), "{told}");
    assert!(!told.contains("come again"), "{told}");
    assert_eq!(kept.levels.len(), 5);
    // Week w at horizon h foretells 100 + w of what is 96 + 2 (w + h).
    let mut errors = Vec::new();
    for w in 0..6 {
        for h in 0..2 {
            if w + h < 6 {
                errors.extend([f64::from(100 + w - 96 - 2 * (w + h)).abs(); 2]);
            }
        }
    }
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!((value(&report, "mean_absolute_error") - mean).abs() < 1e-12);
    for block in [3, 40] {
        assert_eq!(
            counts(&kept),
            counts(&passed(block, &files)),
            "blocks of {block}"
        );
    }
}

#[test]
fn rows_that_no_column_puts_together_are_told() {
    let mut csv = String::from("timestamp,sensor,outcome,quantile_level,predicted,row\n");
    for i in 0..60 {
        let level = ["0.1", "0.5", "0.9"][i % 3];
        let day = 1 + i / 3;
        writeln!(
            csv,
            "2026-03-{day:02},a,{},{level},{},{}.5",
            day % 5,
            i % 3 + 1,
            i * 7 % 60
        )
        .unwrap();
    }
    let told = notes(&whole(&[("long.csv", csv.as_bytes())]));
    assert!(
        told.contains("No two rows of long.csv are of one forecast, though they have 3 levels"),
        "{told}"
    );
    let given = [(Role::Ignore, "row")];
    let mended = summary(&[("long.csv", csv.as_bytes())], &given, &view()).unwrap();
    assert_eq!(mended.counts.predictions, 20);
}

#[test]
fn a_quantile_that_comes_again_replaces_the_one_before_and_levels_that_are_none_are_told() {
    let csv = "timestamp,y_true,quantile,value\n\
        2026-03-01,5,0.1,1\n2026-03-01,5,0.5,4\n2026-03-01,5,0.9,9\n2026-03-01,5,0.9,8\n\
        2026-03-02,5,0.1,1\n2026-03-02,5,0.5,6\n2026-03-02,5,0.9,9\n2026-03-02,5,,7\n";
    let summary = whole(&[("long.csv", csv.as_bytes())]);
    let report = Report::from(&summary, &view());
    let told = report.health.notes.join("\n");
    assert!(told.contains("1 quantile comes again"), "{told}");
    assert!(
        told.contains("1 row has no level between 0 and 1 in 'quantile'"),
        "{told}"
    );
    assert_eq!(report.rows.predictions, 2);
    assert_eq!(value(&report, "mean_interval_width_80"), (7.0 + 8.0) / 2.0);
}

#[track_caller]
fn near(what: &str, ours: Option<f64>, theirs: &Value) {
    let (ours, theirs) = (ours.unwrap(), theirs.as_f64().unwrap());
    assert!(
        (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3),
        "{what}: {ours} is not {theirs}"
    );
}

#[test]
fn the_report_tells_each_level_and_interval_as_numpy_does() {
    let reference: Value = serde_json::from_str(include_str!("reference/quantiles.json")).unwrap();
    let theirs = &reference["all"];
    let report = Report::from(&whole(&[("long.csv", LONG)]), &view());
    let Quantiles {
        levels, intervals, ..
    } = report.quantiles.unwrap();
    let expected = theirs["levels"].as_array().unwrap();
    assert_eq!(levels.len(), expected.len());
    for (ours, theirs) in levels.iter().zip(expected) {
        let what = format!("level {}", ours.level);
        near(&what, Some(ours.level), &theirs["level"]);
        near(&what, ours.observed.value, &theirs["observed"]["value"]);
        near(&what, ours.observed.low, &theirs["observed"]["low"]);
        near(&what, ours.observed.high, &theirs["observed"]["high"]);
        near(&what, ours.pinball_loss, &theirs["pinball"]);
    }
    let expected = theirs["intervals"].as_array().unwrap();
    assert_eq!(intervals.len(), expected.len());
    for (ours, theirs) in intervals.iter().rev().zip(expected) {
        let what = format!("interval from {}", ours.lower);
        near(&what, Some(ours.lower), &theirs["lower"]);
        near(
            &what,
            Some(ours.upper - ours.lower),
            &Value::from(ours.nominal),
        );
        near(&what, ours.coverage.value, &theirs["coverage"]["value"]);
        near(&what, ours.coverage.low, &theirs["coverage"]["low"]);
        near(&what, ours.width.value, &theirs["width"]["value"]);
        // So few rows have no interval of it.
        assert_eq!((ours.width.high, theirs["width"].get("high")), (None, None));
        near(&what, ours.interval_score.value, &theirs["score"]["value"]);
        for (i, (window, covered)) in report
            .windows
            .iter()
            .zip(&ours.coverage_by_window)
            .enumerate()
        {
            let day = window.start.to_string()[..10].to_string();
            let of_day = reference["days"][&day]["intervals"].as_array().unwrap();
            let of_day = of_day
                .iter()
                .find(|d| d["lower"] == theirs["lower"])
                .unwrap();
            near(
                &format!("{what}, window {i}"),
                *covered,
                &of_day["coverage"]["value"],
            );
        }
    }
}

/// The same rows, each level written in another way.
fn with_levels(write: impl Fn(&str) -> String) -> String {
    let text = std::str::from_utf8(LONG).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let at = header
        .split(',')
        .position(|c| c == "quantile_level")
        .unwrap();
    let mut out = format!("{header}\n");
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_string).collect();
        cells[at] = write(&cells[at]);
        writeln!(out, "{}", cells.join(",")).unwrap();
    }
    out
}

#[test]
fn levels_are_read_as_shares_as_percents_and_by_their_names() {
    let plain = whole(&[("long.csv", LONG)]);
    let percent = |level: &str| {
        let x: f64 = level.parse().unwrap();
        ((x * 1e5).round() / 1e3).to_string()
    };
    type Way<'a> = (&'a str, &'a dyn Fn(&str) -> String);
    let ways: [Way<'_>; 7] = [
        ("5%", &|l| format!("{}%", percent(l))),
        ("5", &|l| percent(l)),
        ("q0.05", &|l| format!("q{l}")),
        ("Q5", &|l| format!("Q{}", percent(l))),
        ("p5", &|l| format!("p{}", percent(l))),
        ("quantile_0.05", &|l| format!("quantile_{l}")),
        ("quantile_0.05 or median", &|l| match l {
            "0.5" => "median".into(),
            l => format!("quantile_{l}"),
        }),
    ];
    for (name, write) in ways {
        let text = with_levels(write);
        let files = [("long.csv", text.as_bytes())];
        for found in [whole(&files), passed(50, &files)] {
            assert_eq!(found.levels, plain.levels, "{name}");
            assert_eq!(counts(&found), counts(&plain), "{name}");
        }
        let said = notes(&whole(&files)).contains("levels in percent");
        assert_eq!(said, name == "5", "{name}");
    }
    // Groups of a tenth or a quarter each are no levels.
    for group in [
        |i: usize| (i % 10 + 1).to_string(),
        |i: usize| format!("Q{}", i % 4 + 1),
    ] {
        let mut text = String::from("time,quantile,prediction,actual\n");
        for i in 0..400 {
            let time = format!("2026-01-{:02}T{:02}:{:02}:00Z", i % 28 + 1, i % 24, i % 60);
            writeln!(text, "{time},{},{}.5,{i}.25", group(i), i % 37).unwrap();
        }
        assert!(whole(&[("log.csv", text.as_bytes())]).levels.is_empty());
    }
}

#[test]
fn a_sole_quantile_that_is_named_so_is_one() {
    let rows = (0..60).map(|i| {
        let y = f64::from((i * 7) % 23) + 0.25;
        (
            format!("2026-01-{:02}T{:02}:00:00Z", i / 24 + 1, i % 24),
            y,
            y + f64::from(i % 10) - 2.5,
        )
    });
    let rows: Vec<(String, f64, f64)> = rows.collect();
    let of = |name: &str| {
        let lines = rows.iter().map(|(time, y, q)| format!("{time},{y},{q}\n"));
        let text = format!("time,actual,{name}\n{}", lines.collect::<String>());
        Report::from(&whole(&[("log.csv", text.as_bytes())]), &view())
    };
    let loss = |(_, y, q): &(String, f64, f64)| if y >= q { 0.9 * (y - q) } else { 0.1 * (q - y) };
    let mean = rows.iter().map(loss).sum::<f64>() / 60.0;
    for name in ["q0.9", "quantile_0.9"] {
        let found = of(name);
        let pinball = value(&found, "mean_pinball_loss_over_levels");
        assert!((pinball / mean - 1.0).abs() < 1e-12, "{name}");
        assert_eq!(
            found.overall.metrics["mean_absolute_error"].value, None,
            "{name}"
        );
    }
    assert!(
        of("predicted").overall.metrics["mean_absolute_error"]
            .value
            .is_some()
    );
}

#[test]
fn quantiles_that_often_cross_are_quantiles_where_their_names_say_so() {
    let of = |low: &str, high: &str| {
        let mut text = format!("time,actual,{low},{high}\n");
        for i in 0..60 {
            // Three in ten cross.
            let width = if i % 10 < 3 { -1.0 } else { 4.0 };
            let y = f64::from((i * 7) % 23) + 0.25;
            let time = format!("2026-01-{:02}T{:02}:00:00Z", i / 24 + 1, i % 24);
            text += &format!("{time},{y},{},{}\n", y - width, y + width);
        }
        whole(&[("log.csv", text.as_bytes())])
    };
    let named = of("q0.1", "q0.9");
    assert_eq!(named.levels.len(), 2);
    let notes = notes(&named);
    assert!(
        notes.contains("18 forecasts have quantiles that cross"),
        "{notes}"
    );
    // Names that can be something else are not believed.
    assert!(of("p10", "p90").levels.is_empty());
}
