//! Metrics of rows that are not kept, and of Summaries that are merged: the same bits however the rows are cut, and
//! within the bound that is told of what all rows tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, streamed_in, summary};
use plumbline::engine::Shards;
use plumbline::engine::message::Input;
use plumbline::metric::Estimate;
use plumbline::report::view::{BaselineChoice, Season, View, WindowSize};
use plumbline::report::{Metrics, Report};
use plumbline::summary::Summary;
use plumbline::table::time::Time;
use proptest::prelude::*;
use std::fmt::Write as _;

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        ..View::default()
    }
}

fn cut(file: usize, input: &Input) -> Shards {
    Shards::with_size(file, input.bytes, 1_777, false)
}

fn passed(text: &str, block: usize) -> Summary {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    streamed_in(Some(block), &files, &[], &view(), cut).unwrap_or_else(|e| panic!("{e}"))
}

fn kept(text: &str) -> Summary {
    summary(&[("log.csv", text.as_bytes())], &[], &view()).unwrap_or_else(|e| panic!("{e}"))
}

/// Rows under a header, some an hour and none on every third day.
fn log(head: &str, rows: &[String]) -> String {
    let mut text = format!("timestamp,{head}\n");
    for (i, row) in rows.iter().enumerate() {
        let hour = i * 24 * 20 / rows.len().max(1);
        let day = 1 + hour / 24 + hour / 48;
        writeln!(
            text,
            "2026-03-{day:02}T{:02}:{:02}:00Z,{row}",
            hour % 24,
            i % 60
        )
        .unwrap();
    }
    text
}

/// A number that looks like chance, in 0 … 1.
fn chance(i: usize, salt: u64) -> f64 {
    let x = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ salt.wrapping_mul(0xd6e8_feb8_6659_fd93);
    let x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 29)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Each has the same value, or one within its bound; those that are named have a value.
#[track_caller]
fn near(told: &Metrics, exact: &Metrics, names: &[&str], place: &str) {
    for (name, exact) in exact {
        let told = &told[name];
        let (Some(value), Some(wanted)) = (told.value, exact.value) else {
            let known = names.contains(&name.as_str()) && told.value.is_none();
            assert!(
                !known || exact.value.is_none(),
                "{place}: {name} has no value: {told:?}, {exact:?}"
            );
            continue;
        };
        let bound = told.bound.unwrap_or(0.0);
        // What is far below every normal number may be told as 0.
        let room = bound + 1e-12 * wanted.abs().max(value.abs()) + f64::MIN_POSITIVE;
        assert!(
            (value - wanted).abs() <= room,
            "{place}: {name} is {value} within {bound}, not {wanted}"
        );
        if name == "median_absolute_error" {
            // What holds the exact interval covers as often as it does.
            let ends = |e: &Estimate| e.low.zip(e.high);
            let held = match (ends(told), ends(exact)) {
                (Some(told), Some(exact)) => {
                    let room = 1e-9 * exact.1;
                    told.0 <= exact.0 + room && told.1 >= exact.1 - room
                }
                (told, exact) => told == exact,
            };
            assert!(held, "{place}: {told:?} {exact:?}");
        }
    }
}

/// Everything that all doors tell of the rows under a header.
#[track_caller]
fn check(head: &str, rows: &[String], names: &[&str]) {
    let text = log(head, rows);
    let whole = kept(&text);
    let exact = Report::from(&whole, &view());
    // Blocks of all rows, a half and an eighth.
    let blocks = [1, 2, 8].map(|parts| passed(&text, rows.len().div_ceil(parts).max(1)));
    let written = blocks.each_ref().map(|s| serde_json::to_string(s).unwrap());
    assert!(written[0] == written[1] && written[0] == written[2]);
    let told = Report::from(&blocks[0], &view());
    near(&told.overall.metrics, &exact.overall.metrics, names, "all");
    assert_eq!(told.windows.len(), exact.windows.len());
    for (told, exact) in told.windows.iter().zip(&exact.windows) {
        near(&told.metrics, &exact.metrics, &[], "window");
    }
    let shared = Report::from(&blocks[0].shared(), &view());
    near(
        &shared.overall.metrics,
        &exact.overall.metrics,
        &[],
        "shared",
    );
    let read: Summary = serde_json::from_str(&written[0]).unwrap();
    assert_eq!(
        Report::from(&read, &view()).overall.metrics,
        told.overall.metrics
    );
}

/// The same of Summaries of parts that are merged.
#[track_caller]
fn check_merged(head: &str, rows: &[String], names: &[&str]) {
    let text = log(head, rows);
    let exact = Report::from(&kept(&text), &view());
    let (first, lines) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for parts in [2, 8] {
        let size = lines.len().div_ceil(parts).max(1);
        let of = |part: &[&str]| kept(&format!("{first}\n{}\n", part.join("\n")));
        let mut parts: Vec<Summary> = lines.chunks(size).map(of).collect();
        let merged = |parts: &[Summary]| {
            let mut all = parts[0].clone();
            parts[1..].iter().for_each(|p| all.merge(p).unwrap());
            all
        };
        let all = merged(&parts);
        parts.reverse();
        let turned = merged(&parts);
        parts.rotate_left(1);
        let mixed = merged(&parts);
        let written = [&all, &turned, &mixed].map(|s| serde_json::to_string(s).unwrap());
        assert!(written[0] == written[1] && written[0] == written[2]);
        let told = Report::from(&all, &view());
        near(
            &told.overall.metrics,
            &exact.overall.metrics,
            names,
            "merged",
        );
    }
}

/// The command line, whose rows pass, tells what it tells of rows that are kept, within its bounds.
#[test]
fn the_command_line_tells_them_of_a_stream() {
    let (head, rows) = multiclass(3_000, 4, 5);
    let numbers = regression(3_000, |i| {
        (50.0 + 9.0 * chance(i, 1), 50.0 + 9.0 * chance(i, 2))
    });
    let lists: Vec<String> = (0..3_000)
        .map(|i| {
            format!(
                "q{},{},{}",
                i / 9,
                chance(i, 1),
                u8::from(chance(i, 2) < 0.3)
            )
        })
        .collect();
    let logs = [
        (head.as_str(), rows, &MULTICLASS[..]),
        ("prediction,actual", numbers, &REGRESSION),
        (
            "query_id,score,clicked",
            lists,
            &["ndcg_at_10", "mean_reciprocal_rank", BINARY[0]],
        ),
    ];
    for (head, rows, names) in logs {
        let path =
            std::env::temp_dir().join(format!("plumbline-{}-merged.csv", std::process::id()));
        std::fs::write(&path, log(head, &rows)).unwrap();
        let told = |more: &[&str]| -> Report {
            let out = std::process::Command::new(env!("CARGO_BIN_EXE_plumbline"))
                .args([
                    "report",
                    path.to_str().unwrap(),
                    "--window",
                    "day",
                    "--baseline",
                    "none",
                ])
                .args(more)
                .output()
                .unwrap();
            assert_eq!(out.status.code(), Some(0), "{out:?}");
            serde_json::from_slice(&out.stdout).unwrap()
        };
        let (kept, passed) = (told(&[]), told(&["--stream"]));
        assert!(passed.streamed && !kept.streamed);
        near(&passed.overall.metrics, &kept.overall.metrics, names, head);
        let lacking = kept
            .overall
            .metrics
            .keys()
            .filter(|name| !passed.overall.metrics.contains_key(*name));
        assert_eq!(lacking.count(), 0);
        std::fs::remove_file(&path).unwrap();
    }
}

const REGRESSION: [&str; 4] = [
    "median_absolute_error",
    "d2_absolute_error_score",
    "d2_pinball_score",
    "dummy_mean_absolute_error",
];
const MULTICLASS: [&str; 2] = ["roc_auc", "roc_auc_ovo"];
const BINARY: [&str; 1] = ["expected_calibration_error_equal_mass"];

fn regression(n: usize, number: impl Fn(usize) -> (f64, f64)) -> Vec<String> {
    let row = |i: usize| {
        let (y, p) = number(i);
        format!("{p:?},{y:?}")
    };
    (0..n).map(row).collect()
}

fn multiclass(n: usize, classes: usize, digits: usize) -> (String, Vec<String>) {
    let names: Vec<String> = (0..classes).map(|k| format!("k{k}")).collect();
    let head: Vec<String> = names.iter().map(|n| format!("prob_{n}")).collect();
    let row = |i: usize| {
        let weights: Vec<f64> = (0..classes)
            .map(|k| chance(i * classes + k, 3).powi(6) + 1e-3)
            .collect();
        let all: f64 = weights.iter().sum();
        let mut left = chance(i, 999_983) * all;
        let truth = weights.iter().position(|w| {
            left -= w;
            left < 0.0
        });
        let cells = weights.iter().map(|w| format!("{:.digits$}", w / all));
        let cells: Vec<String> = cells.collect();
        format!("{},{}", cells.join(","), names[truth.unwrap_or(0)])
    };
    (
        format!("{},label", head.join(",")),
        (0..n).map(row).collect(),
    )
}

fn binary(n: usize, score: impl Fn(usize) -> f64) -> Vec<String> {
    let row = |i: usize| {
        let p = score(i);
        format!("{p},{}", u8::from(chance(i, 7) < p * 0.9))
    };
    (0..n).map(row).collect()
}

#[test]
fn errors_of_numbers() {
    let head = "prediction,actual";
    for (centre, scale) in [(0.0, 1.0), (1000.0, 10.0), (-3e7, 40.0)] {
        let rows = regression(3_000, |i| {
            let y = centre + scale * (0..6).map(|k| chance(i, k) - 0.5).sum::<f64>();
            (y, y + scale * (chance(i, 8) - 0.4))
        });
        check(head, &rows, &REGRESSION);
        check_merged(head, &rows, &REGRESSION);
    }
    // A few values many times; one value; errors of 0.
    let ties = regression(900, |i| {
        (f64::from((i % 5) as u8), f64::from((i % 3) as u8))
    });
    check(head, &ties, &REGRESSION);
    check_merged(head, &ties, &REGRESSION);
    check(
        head,
        &regression(300, |i| (7.25, 7.0 + chance(i, 1))),
        &REGRESSION[..1],
    );
    check(
        head,
        &regression(300, |i| (chance(i, 1), chance(i, 1))),
        &REGRESSION,
    );
    // Beyond every sum, and heavy tails.
    let huge = regression(200, |i| {
        (if i % 2 == 0 { 1e308 } else { -1e308 }, chance(i, 1))
    });
    check(head, &huge, &[]);
    let tails = regression(2_000, |i| {
        let y = 1.0 / (chance(i, 1) + 1e-9);
        (y, y * (0.5 + chance(i, 2)))
    });
    check(head, &tails, &REGRESSION);
    check_merged(head, &tails, &REGRESSION);
}

#[test]
fn areas_of_several_classes() {
    for (classes, digits) in [(3, 6), (4, 1), (8, 4)] {
        let (head, rows) = multiclass(2_000, classes, digits);
        check(&head, &rows, &MULTICLASS);
        check_merged(&head, &rows, &MULTICLASS);
    }
    // More classes than pairs are counted of.
    let (head, rows) = multiclass(2_000, 9, 4);
    check(&head, &rows, &MULTICLASS[..1]);
    let told = Report::from(&passed(&log(&head, &rows), 500), &view());
    let pairs = &told.overall.metrics["roc_auc_ovo"];
    assert!(
        pairs
            .undefined
            .as_ref()
            .unwrap()
            .contains("more than 8 classes"),
        "{pairs:?}"
    );
    let area = &told.overall.metrics["roc_auc"];
    assert!(area.bound.unwrap() < 0.02 && area.low.is_none(), "{area:?}");
    assert!(area.no_interval.as_ref().unwrap().contains("vary together"));
}

/// Each of hundreds of classes against the rest, in bounded memory; of all pairs, it is said why not.
#[test]
fn areas_of_many_classes() {
    for (classes, rows, bound) in [(65, 2_000, 0.01), (100, 2_000, 0.01), (500, 6_000, 0.03)] {
        let (head, rows) = multiclass(rows, classes, 7);
        let text = log(&head, &rows);
        let exact = Report::from(&kept(&text), &view());
        assert!(exact.overall.metrics["roc_auc"].value.is_some());
        let blocks = [1, 2, 8].map(|parts| passed(&text, rows.len().div_ceil(parts)));
        let written = blocks.each_ref().map(|s| serde_json::to_string(s).unwrap());
        assert!(written[0] == written[1] && written[0] == written[2]);
        let told = Report::from(&blocks[0], &view());
        near(
            &told.overall.metrics,
            &exact.overall.metrics,
            &MULTICLASS[..1],
            "all",
        );
        let area = &told.overall.metrics["roc_auc"];
        assert!(
            area.bound.unwrap() < bound,
            "{classes}: {area:?} {:?}",
            exact.overall.metrics["roc_auc"]
        );
        let pairs = told.overall.metrics["roc_auc_ovo"].undefined.as_ref();
        assert!(
            pairs.unwrap().contains("square of the classes"),
            "{pairs:?}"
        );
        if classes <= 100 {
            check_merged(&head, &rows, &MULTICLASS[..1]);
        }
        for bucket in &blocks[0].series[0].buckets {
            let counted = bucket
                .cell
                .classes
                .as_ref()
                .and_then(|c| c.by_class.as_ref());
            assert!(counted.is_none_or(|c| c.counts() <= 1 << 16));
        }
    }
}

#[test]
fn calibration_over_equal_masses() {
    let head = "score,label";
    for score in [
        |i: usize| chance(i, 1),
        |i: usize| chance(i, 1).powi(8),
        |i: usize| 1.0 - chance(i, 1).powi(5),
        |i: usize| (chance(i, 1) * 20.0).floor() / 20.0,
        |i: usize| f64::from((i % 3) as u8) / 2.0,
    ] {
        let rows = binary(3_000, score);
        check(head, &rows, &BINARY);
        check_merged(head, &rows, &BINARY);
    }
    let rounded = passed(
        &log(head, &binary(3_000, |i| (chance(i, 1) * 1e3).floor() / 1e3)),
        700,
    );
    let told = Report::from(&rounded, &view());
    assert_eq!(told.overall.metrics[BINARY[0]].bound, Some(0.0));
}

const MASE: &str = "mean_absolute_scaled_error";

/// Rows of two shops in order of time, as CSV without a header: an hour apart, some missing, some with no outcome.
fn hours(n: usize, salt: u64) -> Vec<String> {
    let row = |i: usize| {
        let (hour, shop) = (i / 2, i % 2);
        let y = ((hour % 24) as f64 - 11.5).powi(2) + 3.0 * shop as f64 + 9.0 * chance(i, salt);
        let known = chance(i, salt + 1) < 0.9;
        let outcome = if known { y.to_string() } else { String::new() };
        (chance(i, salt + 2) < 0.9).then(|| {
            let (day, hour) = (hour / 24, hour % 24);
            format!(
                "2026-{:02}-{:02}T{hour:02}:00:00Z,{:?},{outcome}",
                1 + day / 28,
                1 + day % 28,
                y + chance(i, salt + 3)
            )
        })
    };
    (0..n).filter_map(row).collect()
}

/// Merges parts two by two, whichever come first.
fn merged_by(mut parts: Vec<Summary>, salt: u64) -> Summary {
    while parts.len() > 1 {
        let pick = |n: usize, k: usize| (chance(k, salt) * n as f64) as usize;
        let mut one = parts.swap_remove(pick(parts.len(), 2 * parts.len()));
        let other = parts.swap_remove(pick(parts.len(), 2 * parts.len() + 1));
        one.merge(&other).unwrap();
        parts.push(one);
    }
    parts.pop().unwrap()
}

fn text_of(rows: &[String]) -> String {
    format!("timestamp,prediction,actual\n{}\n", rows.join("\n"))
}

fn part(rows: &[String], pass: bool, view: &View) -> Summary {
    let text = text_of(rows);
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    match pass {
        true => streamed_in(Some(97), &files, &[], view, cut).unwrap(),
        false => summary(&files, &[], view).unwrap(),
    }
}

/// The scaled error of all rows and of each window, of parts that are cut at some rows, kept or passing.
#[track_caller]
fn check_seasons(rows: &[String], cuts: &[usize], view: &View, salt: u64) {
    let exact = Report::from(&part(rows, false, view), view);
    let borders: Vec<usize> = std::iter::once(0)
        .chain(cuts.iter().copied())
        .chain([rows.len()])
        .collect();
    let of = |(i, w): (usize, &[usize])| {
        part(&rows[w[0]..w[1]], (i as u64 + salt).is_multiple_of(3), view)
    };
    let parts: Vec<Summary> = borders.windows(2).enumerate().map(of).collect();
    let one = merged_by(parts.clone(), salt);
    let other = merged_by(parts, salt + 77);
    assert_eq!(one.seasonal, other.seasonal);
    let read: Summary = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
    for merged in [one, other, read] {
        let told = Report::from(&merged, view);
        let at = format!("{:?} {:?} {cuts:?}", view.season, view.baseline);
        let (a, b) = (&told.overall.metrics[MASE], &exact.overall.metrics[MASE]);
        assert_eq!((a.value, &a.undefined), (b.value, &b.undefined), "{at}");
        assert_eq!(told.windows.len(), exact.windows.len(), "{at}");
        for (a, b) in told.windows.iter().zip(&exact.windows) {
            assert_eq!(a.metrics[MASE].value, b.metrics[MASE].value, "{at}");
        }
    }
}

/// Parts that follow one another in time, whatever they are merged with first, scale errors as one pass does, to the
/// bit.
#[test]
fn errors_are_scaled_after_a_merge() {
    let rows = hours(1_600, 5);
    let time = |row: usize| Time::parse(&rows[row][..20]).unwrap();
    let seasons = [
        Season::Rows(1),
        Season::Rows(7),
        Season::Rows(400),
        Season::Seconds(3_600),
        Season::Seconds(86_400),
        Season::Seconds(7 * 86_400),
    ];
    for (salt, season) in (1..).zip(seasons) {
        for baseline in [
            BaselineChoice::None,
            BaselineChoice::Period(time(90), time(700)),
        ] {
            let view = View {
                season: Some(season),
                baseline,
                ..view()
            };
            check_seasons(&rows, &[], &view, salt);
            check_seasons(&rows, &[rows.len() / 2], &view, salt);
            let eighths: Vec<usize> = (1..8).map(|i| i * rows.len() / 8).collect();
            check_seasons(&rows, &eighths, &view, salt);
            // Far shorter than a season.
            check_seasons(&rows, &[100, 103, 120, 121, 160, 900, 903], &view, salt);
        }
    }
    // Something was scaled.
    let view = View {
        season: Some(Season::Seconds(86_400)),
        ..view()
    };
    let told = Report::from(&part(&rows, true, &view), &view);
    assert!(told.overall.metrics[MASE].value.unwrap() > 0.0);
}

#[test]
fn what_does_not_follow_in_time_is_not_scaled() {
    let rows = hours(600, 9);
    let reason = |summary: &Summary| {
        let told = Report::from(summary, &view());
        told.overall.metrics[MASE].undefined.clone().unwrap()
    };
    let of = |rows: &[String]| part(rows, false, &view());
    let every = |k: usize| -> Vec<String> { rows.iter().skip(k).step_by(2).cloned().collect() };
    let mut woven = of(&every(0));
    woven.merge(&of(&every(1))).unwrap();
    assert!(
        reason(&woven).contains("overlap in time"),
        "{}",
        reason(&woven)
    );
    // The same rows twice.
    let mut twice = of(&rows);
    twice.merge(&of(&rows)).unwrap();
    assert!(reason(&twice).contains("overlap in time"));
    // A part that did not pass in order of time.
    let mut turned = rows[300..].to_vec();
    turned.swap(3, 90);
    let mut both = of(&rows[..300]);
    both.merge(&part(&turned, true, &view())).unwrap();
    assert!(reason(&both).contains("order of time"));
    // Parts that were looked at by different seasons.
    let other = View {
        season: Some(Season::Rows(2)),
        ..view()
    };
    let mut both = part(&rows[..300], true, &view());
    both.merge(&part(&rows[300..], true, &other)).unwrap();
    assert!(reason(&both).contains("another season"));
    // A saved report tells no single outcome.
    let saved = of(&rows);
    assert!(saved.seasonal.is_some() && saved.shared().seasonal.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_parts_are_scaled(
        salt in 1..1_000_u64,
        cuts in prop::collection::btree_set(60..340_usize, 0..7),
        season in prop_oneof![
            (1..90_u32).prop_map(Season::Rows),
            (1..60_u32).prop_map(|h| Season::Seconds(h * 3_600)),
        ],
    ) {
        let rows = hours(500, salt);
        let cuts: Vec<usize> = cuts.into_iter().collect();
        let near = cuts.windows(2).any(|w| w[1] - w[0] < 3);
        let view = View { season: Some(season), ..view() };
        check_seasons(&rows, if near { &cuts[..1] } else { &cuts }, &view, salt);
    }

    #[test]
    fn any_numbers(
        rows in prop::collection::vec((
            prop_oneof![
                3 => -1e3..1e3_f64,
                2 => 1e6..1.000_01e6_f64,
                1 => (-30.0..30.0_f64).prop_map(f64::exp),
                1 => Just(0.0),
                1 => any::<f64>().prop_filter("finite", |x| x.is_finite()),
            ],
            -1e2..1e2_f64,
        ), 60..400),
    ) {
        let rows = regression(rows.len(), |i| (rows[i].0, rows[i].0 + rows[i].1));
        check("prediction,actual", &rows, &[]);
    }

    #[test]
    fn any_probabilities(
        rows in prop::collection::vec((
            prop_oneof![0.0..=1.0_f64, 0.0..0.01_f64, (0..8_u32).prop_map(|i| f64::from(i) / 8.0)],
            any::<bool>(),
        ), 60..400),
    ) {
        let rows: Vec<String> = rows.iter().map(|(p, y)| format!("{p},{}", u8::from(*y))).collect();
        check("score,label", &rows, &[]);
    }
}
