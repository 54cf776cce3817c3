//! Outcomes that come late, and not at random: what a report says of windows that lack some.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::report;
use plumbline::report::view::{BaselineChoice, View};
use plumbline::report::{Report, Window};
use plumbline::table::time::Time;
use random::Random;
use std::fmt::Write as _;

const DAYS: u32 = 28;
const ROWS: u32 = 150;

/// Four weeks of predictions of which right ones are known after a day and wrong ones after three, in the
/// mean; the outcomes that are known by the end, and all of them.
fn log(seed: u64) -> [String; 3] {
    let mut random = Random(seed);
    let mut predictions = String::from("id,timestamp,prediction,region\n");
    let head = "id,label,observed_at\n";
    let (mut known, mut all) = (String::from(head), String::from(head));
    for day in 1..=DAYS {
        for i in 0..ROWS {
            let truth = random.unit() < 0.4;
            let wrong = random.unit() < 0.2;
            let predicted = u8::from(truth ^ wrong);
            let (h, m) = (i * 9 / 60, i * 9 % 60);
            let region = ["north", "south"][i as usize % 2];
            writeln!(
                predictions,
                "d{day}n{i},2026-02-{day:02}T{h:02}:{m:02}:00Z,{predicted},{region}"
            )
            .unwrap();
            let mean = if wrong { 3.0 } else { 1.0 };
            let days = f64::from(day) + f64::from(i * 9) / 1440.0 - mean * random.unit().ln();
            let minutes = (days * 1440.0) as u64;
            let (month, date) = match minutes / 1440 {
                d if d <= u64::from(DAYS) => (2, d),
                d => (3, (d - u64::from(DAYS)).min(31)),
            };
            let (h, m) = (minutes % 1440 / 60, minutes % 60);
            let line = format!(
                "d{day}n{i},{},2026-{month:02}-{date:02}T{h:02}:{m:02}:00Z\n",
                u8::from(truth)
            );
            if month == 2 {
                known += &line;
            }
            all += &line;
        }
    }
    [predictions, known, all]
}

fn by_day(predictions: &str, outcomes: &str) -> Report {
    report(
        &[
            ("predictions.csv", predictions.as_bytes()),
            ("outcomes.csv", outcomes.as_bytes()),
        ],
        &View {
            window: Some("day".parse().unwrap()),
            baseline: BaselineChoice::None,
            ..View::default()
        },
    )
}

fn immature(report: &Report) -> impl Iterator<Item = &Window> {
    report.windows.iter().filter(|w| !w.completed.is_empty())
}

/// 95 % of the intervals hold the number that the window shows once every outcome is in; the early number
/// is far too good, the completed one is not.
#[test]
fn completed_metrics_hold_what_the_windows_turn_out_to_be() {
    let (mut held, mut all) = (0.0, 0.0);
    let (mut early, mut completed) = (0.0, 0.0);
    for seed in 0..60 {
        let [predictions, known, later] = log(seed);
        let (now, last) = (by_day(&predictions, &known), by_day(&predictions, &later));
        for window in immature(&now) {
            assert!(!window.mature);
            let then = last.windows.iter().find(|w| w.start == window.start);
            let accuracy = |m: &plumbline::report::Metrics| m["accuracy"].value.unwrap();
            let truth = accuracy(&then.unwrap().metrics);
            let found = &window.completed["accuracy"];
            let inside = found.low.unwrap() <= truth && truth <= found.high.unwrap();
            held += f64::from(u8::from(inside));
            all += 1.0;
            early += accuracy(&window.metrics) - truth;
            completed += found.value.unwrap() - truth;
        }
    }
    assert!(all > 200.0, "{all} windows");
    let share = held / all;
    assert!((0.93..=0.98).contains(&share), "{held} of {all}");
    assert!(early / all > 0.03, "early {}", early / all);
    assert!(
        (completed / all).abs() < 0.006,
        "completed {}",
        completed / all
    );
}

/// The number of the whole view is marked, and the one that is completed holds what it turns out to be.
#[test]
fn the_whole_view_is_not_final_while_outcomes_arrive() {
    let (mut held, mut early, mut completed) = (0, 0.0, 0.0);
    const LOGS: u64 = 40;
    for seed in 0..LOGS {
        let [predictions, known, later] = log(100 + seed);
        let days = |outcomes: &str| {
            report(
                &[
                    ("predictions.csv", predictions.as_bytes()),
                    ("outcomes.csv", outcomes.as_bytes()),
                ],
                &View {
                    window: Some("day".parse().unwrap()),
                    baseline: BaselineChoice::None,
                    // Of the last day hardly any outcome is in.
                    range: Some((
                        Time::parse("2026-02-01").unwrap(),
                        Time::parse("2026-02-27").unwrap(),
                    )),
                    ..View::default()
                },
            )
        };
        let (now, last) = (days(&known), days(&later));
        let arriving = now.arriving.as_ref().unwrap();
        let waits = now.windows.iter().filter(|w| !w.mature);
        assert_eq!(arriving.windows, waits.count() as u64);
        assert!(arriving.sentence.starts_with("Not final: "), "{arriving:?}");
        assert!(
            now.health.sentence.contains(" so far"),
            "{}",
            now.health.sentence
        );
        assert!(!arriving.completed.contains_key("precision"));
        let truth = last.overall.metrics["accuracy"].value.unwrap();
        let found = &arriving.completed["accuracy"];
        held += u64::from(found.low.unwrap() <= truth && truth <= found.high.unwrap());
        early += now.overall.metrics["accuracy"].value.unwrap() - truth;
        completed += found.value.unwrap() - truth;
    }
    assert!(held >= LOGS * 93 / 100, "{held} of {LOGS}");
    assert!(
        completed.abs() < 0.3 * early.abs(),
        "{completed}, {early} early"
    );
}

#[test]
fn completed_windows_are_told_and_not_judged() {
    let [predictions, known, _] = log(7);
    let report = by_day(&predictions, &known);
    let truth = report.truth.as_ref().unwrap();
    let sentence = truth.completed.as_ref().unwrap();
    assert!(sentence.contains("is not judged"), "{sentence}");
    assert!(immature(&report).all(|w| w.departures.is_empty()));
    let complete = report.windows.iter().filter(|w| w.mature);
    assert!(complete.clone().count() > 15 && complete.clone().all(|w| w.completed.is_empty()));
    // Delays by window: those of the last days are short, for the long ones are not in yet.
    let median = |w: &Window| w.delay_p50_s.unwrap();
    let (first, last) = (&report.windows[0], &report.windows[DAYS as usize - 1]);
    assert!(median(last) < 0.6 * median(first));
}

#[test]
fn coverage_and_delay_by_slice_add_up() {
    let [predictions, known, _] = log(8);
    let report = by_day(&predictions, &known);
    let truth = report.truth.unwrap();
    let names: Vec<&str> = truth.slices.iter().map(|s| s.value.as_str()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let rows: u64 = truth.slices.iter().map(|s| s.rows).sum();
    assert_eq!(rows, u64::from(DAYS * ROWS));
    let share = |s: &plumbline::report::SliceTruth| s.coverage.value.unwrap() * s.rows as f64;
    let labelled: f64 = truth.slices.iter().map(share).sum();
    let overall = truth.coverage.value.unwrap() * rows as f64;
    assert!((labelled - overall).abs() < 1e-6, "{labelled} {overall}");
    let whole = truth.delay_p50_s.unwrap();
    for slice in &truth.slices {
        let own = slice.delay_p50_s.unwrap();
        assert!((own / whole - 1.0).abs() < 0.15, "{own} {whole}");
    }
}

#[test]
fn without_times_of_outcomes_nothing_is_completed() {
    let [predictions, known, _] = log(9);
    let untimed: String = known
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0.to_string() + "\n")
        .collect();
    let report = by_day(&predictions, &untimed);
    assert_eq!(immature(&report).count(), 0);
    assert_eq!(report.truth.unwrap().completed, None);
}

/// Lists whose relevant items are known later than others: what is in says too little of them, and is completed.
#[test]
fn lists_are_completed_too() {
    let (mut held, mut all, mut early, mut off) = (0.0, 0.0, 0.0, 0.0);
    for seed in 0..30 {
        let mut random = Random(seed + 900);
        let mut predictions = String::from("id,time,query,score\n");
        let head = "id,relevance,observed_at\n";
        let (mut known, mut last) = (String::from(head), String::from(head));
        for day in 1..=DAYS {
            for query in 0..25 {
                for item in 0..8 {
                    let score = random.unit();
                    let relevant = random.unit() < 0.15 + 0.6 * score;
                    let id = format!("d{day}q{query}i{item}");
                    writeln!(
                        predictions,
                        "{id},2026-02-{day:02}T{:02}:00:00Z,d{day}q{query},{score:.4}",
                        query % 24
                    )
                    .unwrap();
                    let mean = if relevant { 2.5 } else { 0.6 };
                    let days =
                        f64::from(day) + f64::from(query % 24) / 24.0 - mean * random.unit().ln();
                    let minutes = (days * 1440.0) as u64;
                    let (month, date) = match minutes / 1440 {
                        d if d <= u64::from(DAYS) => (2, d),
                        d => (3, (d - u64::from(DAYS)).min(31)),
                    };
                    let line = format!(
                        "{id},{},2026-{month:02}-{date:02}T{:02}:{:02}:00Z\n",
                        u8::from(relevant),
                        minutes % 1440 / 60,
                        minutes % 60
                    );
                    if month == 2 {
                        known += &line;
                    }
                    last += &line;
                }
            }
        }
        let (now, last) = (by_day(&predictions, &known), by_day(&predictions, &last));
        for window in immature(&now) {
            let then = last
                .windows
                .iter()
                .find(|w| w.start == window.start)
                .unwrap();
            for name in [
                "ndcg_at_10",
                "mean_average_precision",
                "mean_reciprocal_rank",
            ] {
                let truth = then.metrics[name].value.unwrap();
                let found = &window.completed[name];
                let inside = found.low.unwrap() <= truth && truth <= found.high.unwrap();
                held += f64::from(u8::from(inside));
                all += 1.0;
                early += window.metrics[name].value.unwrap() - truth;
                off += found.value.unwrap() - truth;
            }
        }
    }
    assert!(all > 150.0, "{all}");
    assert!(held / all > 0.9, "{held} of {all}");
    assert!(off.abs() < 0.3 * early.abs(), "{off} {early}");
}
