//! Hours and weekdays that the baseline shows to differ are compared with like ones, and told so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::report;
use plumbline::report::view::{View, baseline};
use plumbline::report::{AlertKind, Report};
use plumbline::summary::WindowSize;
use plumbline::table::time::{DAY, Time};
use random::Random;
use std::fmt::Write as _;

/// Days from 4 May 2026, a Monday, with the rows of an hour and whether an hour's labels are wrong.
fn log(days: u32, rows: impl Fn(u32) -> u32, wrong: impl Fn(u32, u32) -> f64) -> String {
    let mut random = Random(3);
    let mut text = String::from("timestamp,prediction,label\n");
    for day in 0..days {
        let (month, of_month) = match day {
            0..28 => (5, day + 4),
            _ => (6, day - 27),
        };
        for hour in 0..24 {
            for row in 0..rows(hour) {
                let label = random.unit() < 0.4;
                let predicted = u8::from(label ^ (random.unit() < wrong(day, hour)));
                let minute = row * 60 / rows(hour);
                writeln!(
                    text,
                    "2026-{month:02}-{of_month:02}T{hour:02}:{minute:02}:00Z,{predicted},{}",
                    u8::from(label)
                )
                .unwrap();
            }
        }
    }
    text
}

fn of(text: &str, view: &View) -> Report {
    report(&[("log.csv", text.as_bytes())], view)
}

/// Right in 70 % of weekends and 90 % of weekdays; from the third weekend after the baseline on in 45 % of weekends.
#[test]
fn what_weekends_were_stands_beside_what_they_are() {
    let wrong = |day: u32, _: u32| match (day % 7 >= 5, day >= 42) {
        (true, true) => 0.55,
        (true, false) => 0.3,
        (false, _) => 0.1,
    };
    let text = log(56, |_| 17, wrong);
    let view = View {
        baseline: baseline("2026-05-04..2026-06-01").unwrap(),
        ..View::default()
    };
    let report = of(&text, &view);
    let alert = &report.alerts[0];
    assert!(
        alert
            .sentence
            .contains("(the same weekdays of 4 – 31 May 2026)"),
        "{}",
        alert.sentence
    );
    let (now, then) = (alert.value.value.unwrap(), alert.baseline.value.unwrap());
    let change = alert.change.as_ref().and_then(|c| c.value).unwrap();
    assert!((now - then - change).abs() < 1e-9, "{now} {then} {change}");
    assert!(
        (then - 0.7).abs() < 0.05 && (now - 0.45).abs() < 0.1,
        "{then} {now}"
    );
}

/// Nothing changes: nights are rare and hard, and balanced accuracy is told by few of their windows.
#[test]
fn hours_that_differ_are_no_change_of_what_is_no_mean_of_rows() {
    let rows = |hour: u32| if (8..20).contains(&hour) { 40 } else { 8 };
    let wrong = |_: u32, hour: u32| if (8..20).contains(&hour) { 0.3 } else { 0.05 };
    let text = log(28, rows, wrong);
    let view = View {
        window: Some(WindowSize::Hour),
        ..View::default()
    };
    let report = of(&text, &view);
    let means = ["accuracy", "log_loss", "brier_score"];
    let of_metric = |a: &&plumbline::report::Alert| a.kind == AlertKind::Metric;
    for alert in report.alerts.iter().filter(of_metric) {
        assert!(!alert.goes_on(), "{alert:?}");
        assert!(means.contains(&alert.metric.as_str()), "{alert:?}");
    }
    // One false alarm in 30 windows is what the reader allows.
    assert!(report.alerts.len() <= 14 * 24 / 30, "{:?}", report.alerts);
    // Two weeks are the baseline, so that hours of the week can be told apart.
    assert_eq!(report.baseline.unwrap().label, "4 – 17 May 2026");
}

/// Amounts are 1 at weekends and 0 else; at the third weekend after the baseline they are less.
#[test]
fn what_amounts_of_weekends_were_stands_beside_what_they_are() {
    let mut random = Random(3);
    let mut text = String::from("timestamp,prediction,amount\n");
    for day in 0..42_i64 {
        let date = Time(Time::parse("2026-05-04").unwrap().0 + day * DAY).to_string();
        let usual = match (day % 7 >= 5, day >= 33) {
            (true, true) => 0.4,
            (true, false) => 1.0,
            (false, _) => 0.0,
        };
        for row in 0..300 {
            let amount = usual + 0.3 * random.normal();
            let (hour, minute) = (row / 13, row % 60);
            let prediction = u8::from(random.unit() < 0.4);
            let at = date.replace("T00:00:00", &format!("T{hour:02}:{minute:02}:00"));
            writeln!(text, "{at},{prediction},{amount:.4}").unwrap();
        }
    }
    let view = View {
        baseline: baseline("2026-05-04..2026-06-01").unwrap(),
        ..View::default()
    };
    let report = of(&text, &view);
    let alert = report
        .alerts
        .iter()
        .find(|a| a.column.as_deref() == Some("amount"));
    let alert = alert.unwrap();
    assert!(
        alert.sentence.contains("same weekdays"),
        "{}",
        alert.sentence
    );
    let (now, then) = (alert.value.value.unwrap(), alert.baseline.value.unwrap());
    assert!((then - 1.0).abs() < 0.05, "{then}: {}", alert.sentence);
    assert!((now - 0.4).abs() < 0.05, "{now}: {}", alert.sentence);
}
