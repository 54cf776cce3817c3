//! How many rows come, rows that stand still, and outcomes that come later raise an incident each, told in the health
//! sentence's notes; what is usual, and windows that are cut or being filled, raise none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::{File, inputs, keeper};
use plumbline::log::Role;
use plumbline::report::expect;
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{Alert, CheckKind, Report};
use plumbline::summary::Summary;
use plumbline::table::time::{DAY, Time};
use random::Random;
use std::fmt::Write;

/// A row of a day: its inputs, and how many hours its outcome takes.
type Cells<'a> = &'a dyn Fn(i64, usize, &mut Random) -> (String, f64);

/// Days from Monday on, each with so many rows that come within so much of it.
fn csv(days: &[(usize, f64, f64)], cells: Cells<'_>) -> String {
    let mut random = Random(7);
    let start = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
    let mut text = String::from("id,time,a,b,score,outcome,known\n");
    let mut id = 0;
    let end = start + days.len() as i64 * DAY;
    for (day, (rows, from, to)) in (0..).zip(days) {
        for row in 0..*rows {
            let part = from + (to - from) * (row as f64 + random.unit()) / *rows as f64;
            let at = start + day * DAY + (part * DAY as f64) as i64;
            let (inputs, hours) = cells(day, row, &mut random);
            let known = at + (hours * 3.6e9) as i64;
            let (outcome, known) = match known < end {
                true => (
                    format!("{}", u8::from(random.unit() < 0.4)),
                    Time(known).to_string(),
                ),
                false => (String::new(), String::new()),
            };
            writeln!(text, "{id},{},{inputs},{outcome},{known}", Time(at)).unwrap();
            id += 1;
        }
    }
    text
}

/// Inputs that nearly every row has for itself.
fn fresh(random: &mut Random) -> String {
    let mut one = || random.unit();
    format!("{:.4},{:.4},{:.3}", one(), one(), one())
}

const PLAIN: Cells<'_> = &|_, _, random| (fresh(random), 2.0 * random.unit());

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        ..View::default()
    }
}

fn summary(text: &str, view: &View) -> Summary {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let roles = [
        (Role::Id, "id"),
        (Role::Time, "time"),
        (Role::Feature, "a"),
        (Role::Feature, "b"),
        (Role::Score, "score"),
        (Role::Outcome, "outcome"),
        (Role::OutcomeTime, "known"),
    ];
    let mut keeper = keeper(&files, &inputs(&files, &roles).unwrap()).unwrap();
    keeper.finish(view, &mut |_, _| {}).unwrap();
    keeper.refine(view).unwrap()
}

fn report(text: &str) -> Report {
    Report::from(&summary(text, &view()), &view())
}

/// So many rows of each of so many days, about.
fn days(count: usize, rows: impl Fn(usize) -> usize) -> Vec<(usize, f64, f64)> {
    let about = |day: usize| rows(day) * (96 + day * 37 % 9) / 100;
    (0..count).map(|day| (about(day), 0.0, 1.0)).collect()
}

#[track_caller]
fn only<'a>(report: &'a Report, metric: &str) -> &'a Alert {
    let told: Vec<&str> = report.alerts.iter().map(|a| &a.sentence[..]).collect();
    let [alert] = &report.alerts[..] else {
        panic!("{told:?}");
    };
    assert_eq!(alert.metric, metric, "{told:?}");
    let note = format!("{}.", alert.sentence);
    assert!(report.health.notes.contains(&note), "{:?}", report.health);
    alert
}

fn of_kind(report: &Report, metric: &str) -> Vec<String> {
    let of = report.alerts.iter().filter(|a| a.metric == metric);
    of.map(|a| a.sentence.clone()).collect()
}

fn date(text: &str) -> Option<Time> {
    Time::parse(&format!("{text}T00:00:00Z"))
}

#[test]
fn rows_that_fall_to_a_tenth_are_one_incident() {
    let all = days(40, |day| if day < 30 { 300 } else { 30 });
    let report = report(&csv(&all, PLAIN));
    let alert = only(&report, "volume");
    assert_eq!(
        (Some(alert.since), alert.until),
        (date("2026-04-01"), None),
        "{}",
        alert.sentence
    );
    assert_eq!(
        alert.sentence,
        "Rows a day fell from 300 (2 – 11 Mar 2026) to 30 since 1 Apr 2026"
    );
    let (low, value, high) = {
        let change = alert.change.as_ref().unwrap();
        (
            change.low.unwrap(),
            change.value.unwrap(),
            change.high.unwrap(),
        )
    };
    assert!(
        low <= value && value <= high && high < -200.0,
        "{low} {value} {high}"
    );
    let checks = report.checks.as_ref().unwrap();
    let check = checks.found.iter().find(|c| c.kind == CheckKind::Volume);
    let check = check.unwrap();
    assert_eq!(check.since, date("2026-04-01"), "{}", check.sentence);
    // The first and the last day may be cut.
    assert_eq!((check.windows[0], check.windows[39]), (None, None));
}

#[test]
fn rows_that_rise_and_come_back_are_told_from_when_until_when() {
    let all = days(40, |day| if (25..30).contains(&day) { 900 } else { 200 });
    let report = report(&csv(&all, PLAIN));
    let alert = only(&report, "volume");
    assert_eq!(Some(alert.since), date("2026-03-27"), "{}", alert.sentence);
    assert_eq!(alert.until, date("2026-04-01"), "{}", alert.sentence);
    assert!(
        alert.sentence.starts_with("Rows a day rose from "),
        "{}",
        alert.sentence
    );
}

/// Neither a log that begins and ends within a day, nor one whose weekends are quiet.
#[test]
fn days_that_are_cut_and_weekends_are_no_fall() {
    let mut all = days(40, |_| 300);
    all[0] = (40, 0.9, 1.0);
    all[39] = (9, 0.0, 0.02);
    assert_eq!(of_kind(&report(&csv(&all, PLAIN)), "volume"), [""; 0]);
    let weekly = |day: usize| if day % 7 < 5 { 300 } else { 25 };
    let text = csv(&days(60, weekly), PLAIN);
    assert_eq!(of_kind(&report(&text), "volume"), [""; 0]);
    // Where the baseline shows weekends, a working day like one is a fall.
    let fallen = |day: usize| {
        if (50..53).contains(&day) {
            25
        } else {
            weekly(day)
        }
    };
    let text = csv(&days(60, fallen), PLAIN);
    let from = |day: &str| date(day).unwrap();
    let view = View {
        baseline: plumbline::report::view::BaselineChoice::Period(
            from("2026-03-02"),
            from("2026-04-06"),
        ),
        ..view()
    };
    let report = Report::from(&summary(&text, &view), &view);
    let [alert] = &report.alerts[..] else {
        panic!("{:?}", report.alerts);
    };
    assert_eq!(Some(alert.since), date("2026-04-21"), "{}", alert.sentence);
    assert!(alert.method.contains("weekday"), "{}", alert.method);
}

/// A baseline of less than a week does not tell what is usual of a day.
#[test]
fn a_short_baseline_tells_nothing_of_how_many_rows_come() {
    let all = days(20, |day| if day < 10 { 300 } else { 30 });
    let report = report(&csv(&all, PLAIN));
    assert_eq!(of_kind(&report, "volume"), [""; 0]);
    assert!(!report.checks.unwrap().is_made(CheckKind::Volume, None));
}

/// From day 28 on every day has the inputs of one and the same day.
fn still(day: i64, row: usize, random: &mut Random) -> (String, f64) {
    let inputs = match day {
        ..28 => fresh(random),
        _ => fresh(&mut Random(row as u64)),
    };
    (inputs, 2.0 * random.unit())
}

#[test]
fn rows_that_stand_still_are_one_incident() {
    let report = report(&csv(&days(40, |_| 200), &still));
    let alert = report.alerts.iter().find(|a| a.metric == "stale_row");
    let alert = alert.unwrap_or_else(|| panic!("{:?}", report.alerts));
    assert_eq!(report.alerts.len(), 1, "{:?}", report.alerts);
    // The first of these days is new.
    assert_eq!(Some(alert.since), date("2026-03-31"), "{}", alert.sentence);
    assert!(
        alert.sentence.starts_with(
            "The share of rows that repeat the values of an earlier window rose from 0 %"
        ),
        "{}",
        alert.sentence
    );
}

/// Few different values are alike by chance, and no more so later; where they are nearly all alike, nothing is told.
#[test]
fn rows_of_few_values_do_not_stand_still() {
    for (a, b) in [(3.0, 2.0), (40.0, 30.0), (200.0, 100.0)] {
        let few = move |_: i64, _: usize, random: &mut Random| {
            let mut one = |n: f64| libm::floor(random.unit() * n);
            let inputs = format!("{},{},0.{}", one(a), one(b), 1 + one(5.0) as u64);
            (inputs, 2.0 * random.unit())
        };
        let report = report(&csv(&days(40, |_| 200), &few));
        assert_eq!(of_kind(&report, "stale_row"), [""; 0], "{a} {b}");
    }
}

fn slow(day: i64, _: usize, random: &mut Random) -> (String, f64) {
    let times = if day < 22 { 1.0 } else { 2.5 };
    (fresh(random), -6.0 * times * libm::log(1.0 - random.unit()))
}

#[test]
fn outcomes_that_come_later_are_one_incident() {
    let report = report(&csv(&days(40, |_| 200), &slow));
    let alert = only(&report, "late_outcome");
    assert_eq!(Some(alert.since), date("2026-03-24"), "{}", alert.sentence);
    assert_eq!(alert.until, None);
    let told = &alert.sentence;
    assert!(
        told.starts_with("Outcomes come later: ") && told.contains(" h (in the baseline, "),
        "{told}"
    );
    let usual = |day: i64, row: usize, random: &mut Random| slow(day.min(0), row, random);
    let steady = csv(&days(40, |_| 200), &usual);
    assert_eq!(of_kind(&self::report(&steady), "late_outcome"), [""; 0]);
}

#[test]
fn what_is_expected_of_rows_is_inferred_and_judged() {
    let usual = csv(&days(40, |_| 200), PLAIN);
    let clean = summary(&usual, &view());
    let text = expect::write(&expect::infer(&clean, &view()).unwrap());
    let expected = expect::read(&text, "e.toml").unwrap();
    let rows = &expected.rows;
    let (least, most) = (rows.rows_min.unwrap(), rows.rows_max.unwrap());
    assert!(
        (60..=99).contains(&least) && (416..700).contains(&most),
        "{least} {most}"
    );
    assert!(rows.stale_share_max.is_some_and(|share| share < 0.12));
    let keys = |text: &str| {
        let summary = summary(text, &view());
        let report = Report::expecting(&summary, &view(), Some(&expected));
        let found = report.checks.unwrap().violations;
        let keys = found.into_iter().map(|v| v.key);
        let of_these = |key: &String| key.starts_with("rows_") || key.starts_with("stale");
        keys.filter(of_these).collect::<Vec<_>>()
    };
    let late = |n: usize| move |day: usize| if day < 30 { 200 } else { n };
    assert_eq!(keys(&usual), [""; 0]);
    assert_eq!(keys(&csv(&days(40, late(20)), PLAIN)), ["rows_min"]);
    assert_eq!(keys(&csv(&days(40, late(900)), PLAIN)), ["rows_max"]);
    assert_eq!(keys(&csv(&days(40, |_| 200), &still)), ["stale_share_max"]);
    let fault = expect::read(
        "schema = \"plumbline.expectations/1\"\n[rows]\nrows_min = 9\nrows_max = 3\n",
        "e.toml",
    );
    assert!(fault.unwrap_err().to_string().ends_with("Swap them"));
}
