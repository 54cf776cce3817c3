//! Steady causes, told with their start, their cause and what they do to predictions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::report;
use plumbline::report::view::View;
use plumbline::report::{AlertKind, Level, Report};
use random::Random;
use std::fmt::Write as _;

const DAYS: u32 = 30;
/// The first day of the change.
const FROM: u32 = 17;

fn at(day: u32, row: u32, of: u32) -> String {
    let minute = row * 1_440 / of;
    format!("2026-04-{day:02}T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

fn of(text: &str) -> Report {
    report(&[("log.csv", text.as_bytes())], &View::default())
}

#[test]
fn rare_large_errors_are_dated_by_their_first_window() {
    for seed in 0..4 {
        let mut random = Random(seed);
        let mut text = String::from("timestamp,prediction,actual\n");
        for day in 1..=DAYS {
            for row in 0..400 {
                let truth = 20.0 + 5.0 * random.near_normal();
                let mut predicted = truth + 3.0 * random.near_normal();
                if day >= FROM && random.unit() < 0.01 {
                    predicted -= 120.0;
                }
                writeln!(text, "{},{predicted:.2},{truth:.2}", at(day, row, 400)).unwrap();
            }
        }
        let report = of(&text);
        let errors = |a: &&plumbline::report::Alert| a.kind == AlertKind::Metric;
        let all: Vec<_> = report.alerts.iter().filter(errors).collect();
        let [one] = all[..] else {
            panic!("{seed}: {:?}", report.alerts);
        };
        assert!(one.goes_on(), "{seed}: {one:?}");
        let since = one.since.to_string();
        assert!(
            ["2026-04-16", "2026-04-17", "2026-04-18"]
                .iter()
                .any(|d| since.starts_with(d)),
            "{seed}: {since}"
        );
        assert!(one.judged >= 12, "{seed}: {one:?}");
    }
}

/// Scores that are made overconfident: as many labels are right, and log loss is worse.
#[test]
fn a_change_that_harms_another_metric_than_the_first_is_told() {
    let mut random = Random(5);
    let mut text = String::from("timestamp,score,label\n");
    for day in 1..=DAYS {
        for row in 0..800 {
            let logit = 1.4 * random.near_normal();
            let label = random.unit() < 1.0 / (1.0 + (-logit).exp());
            let told = if day >= FROM { 2.5 * logit } else { logit };
            let score = 1.0 / (1.0 + (-told).exp());
            writeln!(text, "{},{score:.5},{}", at(day, row, 800), u8::from(label)).unwrap();
        }
    }
    let report = of(&text);
    assert!(report.health.level > Level::Ok, "{:?}", report.health);
    let told = report.health.sentence.to_lowercase();
    assert!(
        told.contains("log loss") || told.contains("brier"),
        "{told}"
    );
    assert!(!told.contains("nothing departs"), "{told}");
}

/// Half of the rows are of a version that the baseline has not, and that guesses.
#[test]
fn a_new_version_that_fails_is_named() {
    let mut random = Random(6);
    let mut text = String::from("timestamp,prediction,label,model_version\n");
    for day in 1..=DAYS {
        for row in 0..400 {
            let new = day >= FROM && random.unit() < 0.5;
            let label = random.unit() < 0.4;
            let wrong = if new { 0.45 } else { 0.2 };
            let predicted = label ^ (random.unit() < wrong);
            let (predicted, label) = (u8::from(predicted), u8::from(label));
            let version = if new { "v2" } else { "v1" };
            writeln!(text, "{},{predicted},{label},{version}", at(day, row, 400)).unwrap();
        }
    }
    let report = of(&text);
    assert_eq!(report.health.level, Level::Bad);
    let told = &report.health.sentence;
    assert!(told.contains("model_version is v2"), "{told}");
    assert!(told.contains("which the baseline has not"), "{told}");
}

/// A feed that gives another unit, and a model that scores by it: no outcome of these days is in.
#[test]
fn estimates_do_not_call_values_harmless_that_the_baseline_has_not() {
    let mut random = Random(7);
    let mut text = String::from("timestamp,score,label,amount\n");
    for day in 1..=DAYS {
        for row in 0..400 {
            let amount = (3.0 + random.near_normal()).exp();
            let logit = 2.0 * (amount.ln() - 3.0);
            let label = random.unit() < 1.0 / (1.0 + (-logit).exp());
            let told = if day >= FROM { amount * 100.0 } else { amount };
            let score = 1.0 / (1.0 + (-2.0 * (told.ln() - 3.0)).exp());
            let label = match day {
                0..FROM => u8::from(label).to_string(),
                _ => String::new(),
            };
            writeln!(text, "{},{score:.6},{label},{told:.2}", at(day, row, 400)).unwrap();
        }
    }
    let report = of(&text);
    assert!(report.health.level > Level::Ok, "{:?}", report.health);
    let about = |a: &&plumbline::report::Alert| a.kind == AlertKind::Column;
    assert!(
        report.alerts.iter().any(|a| about(&a)),
        "{:?}",
        report.health
    );
    for alert in report.alerts.iter().filter(about) {
        assert_eq!(alert.harmless, Some(false), "{}", alert.sentence);
    }
}

/// Lists of fifty queries a day, whose order gets worse.
#[test]
fn a_ranking_of_few_lists_is_watched_by_its_order() {
    for grades in [4.0, 1.0] {
        let mut random = Random(8);
        let mut text = String::from("query_id,item_id,timestamp,score,relevance\n");
        for day in 1..=DAYS {
            for query in 0..50 {
                for item in 0..8 {
                    let fit = random.near_normal();
                    let noise = if day >= FROM { 1.6 } else { 0.5 };
                    let score = fit + noise * random.near_normal();
                    let grade = (grades * (0.3 + 0.4 * fit)).round().clamp(0.0, grades);
                    let when = at(day, query, 50);
                    writeln!(text, "d{day}q{query},i{item},{when},{score:.4},{grade}").unwrap();
                }
            }
        }
        let report = of(&text);
        let told = &report.health.sentence;
        assert!(told.starts_with("NDCG@10 fell"), "{grades}: {told}");
        assert!(told.contains("since 17 Apr 2026"), "{grades}: {told}");
    }
}

/// Labels are wrong on days 5 to 7, before the baseline, and on days 20 to 23, before days without any outcome.
#[test]
fn an_incident_ends_with_the_last_window_that_is_known_of_it() {
    let mut random = Random(8);
    let mut text = String::from("timestamp,prediction,label,observed\n");
    for day in 1..=DAYS {
        for row in 0..400 {
            let wrong = if [5, 6, 7, 20, 21, 22, 23].contains(&day) {
                0.4
            } else {
                0.1
            };
            let truth = random.unit() < 0.4;
            let prediction = truth ^ (random.unit() < wrong);
            let known = !(24..28).contains(&day);
            let label = if known {
                u8::from(truth).to_string()
            } else {
                String::new()
            };
            let at = at(day, row, 400);
            writeln!(
                text,
                "{at},{},{label},{}",
                u8::from(prediction),
                if known { &at } else { "" }
            )
            .unwrap();
        }
    }
    let view = View {
        baseline: plumbline::report::view::baseline("2026-04-08..2026-04-19").unwrap(),
        ..View::default()
    };
    let report = report(&[("log.csv", text.as_bytes())], &view);
    let ends: Vec<(String, String)> = (report.alerts.iter())
        .filter(|a| a.metric == "accuracy")
        .map(|a| (a.since.to_string(), a.until.unwrap().to_string()))
        .collect();
    let day = |from: &str, to: &str| {
        let at = |day: &str| format!("2026-04-{day}T00:00:00Z");
        (at(from), at(to))
    };
    assert_eq!(
        ends,
        [day("20", "24"), day("05", "08")],
        "{:?}",
        report.alerts
    );
}

/// Latency rises a day before labels become wrong, and far more surely.
#[test]
fn a_fall_is_not_dated_by_what_rose_before_it() {
    for seed in 0..3 {
        let mut random = Random(seed);
        let mut text = String::from("timestamp,prediction,label,latency_ms\n");
        for day in 1..=DAYS {
            for row in 0..1_000 {
                let truth = random.unit() < 0.4;
                let wrong = if day >= FROM { 0.4 } else { 0.27 };
                let prediction = truth ^ (random.unit() < wrong);
                let slow = if day + 1 >= FROM { 1.8 } else { 1.0 };
                let latency = slow * (40.0 + 4.0 * random.near_normal());
                let (prediction, label) = (u8::from(prediction), u8::from(truth));
                let at = at(day, row, 1_000);
                writeln!(text, "{at},{prediction},{label},{latency:.1}").unwrap();
            }
        }
        let report = of(&text);
        let alert = report
            .alerts
            .iter()
            .find(|a| a.metric == "accuracy")
            .unwrap();
        let since = alert.since.to_string();
        let told = &alert.sentence;
        assert!(since.starts_with("2026-04-17"), "{seed}: {told}");
        let before = "; before that latency p50 rose";
        assert!(told.contains(before), "{seed}: {told}");
    }
}
