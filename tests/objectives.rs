//! Objectives of a service and of the rows of a log: the same requests give the same alerts, however they come.
#![allow(clippy::unwrap_used, clippy::panic)]

mod pipeline;

use plumbline::engine::service::is_served;
use plumbline::log::Role;
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{BurnAlert, Objectives, Report, Slo};
use plumbline::series::known;
use plumbline::series::read::{About, read};
use plumbline::summary::Summary;
use plumbline::table::time::{DAY, HOUR, SECOND, Time};
use std::fmt::Write as _;
use std::sync::Arc;

const MINUTE: i64 = 60 * SECOND;

fn start() -> i64 {
    Time::parse("2026-03-02").unwrap().0
}

/// A request: its instant, milliseconds, and whether it failed.
type Request = (i64, u32, bool);

/// Requests every two seconds; in two hours of the third day every second one fails, in an hour of the fifth all are
/// slow, and every thousandth fails anyway.
fn requests(days: i64) -> Vec<Request> {
    let of = |i: i64| {
        let time = start() + i * 2 * SECOND;
        let at = time - start();
        let outage = (2 * DAY + 3 * HOUR..2 * DAY + 5 * HOUR).contains(&at);
        let slow = (4 * DAY + 6 * HOUR..4 * DAY + 7 * HOUR).contains(&at);
        let took = if slow { 900 } else { 40 + (i % 50) as u32 };
        (time, took, i % 1_000 == 7 || outage && i % 2 == 0)
    };
    (0..days * 43_200).map(of).collect()
}

fn predictions(requests: &[Request]) -> String {
    let mut text = String::from("timestamp,prediction,label,latency_ms,status\n");
    for (i, (time, took, failed)) in requests.iter().enumerate() {
        let (label, status) = (i % 2, if *failed { 503 } else { 200 });
        let predicted = usize::from(i % 7 == 0) ^ label;
        writeln!(text, "{},{predicted},{label},{took},{status}", Time(*time)).unwrap();
    }
    text
}

fn access_log(requests: &[Request]) -> String {
    let mut text = String::new();
    for (time, took, failed) in requests {
        let status = if *failed { 503 } else { 200 };
        writeln!(
            text,
            r#"{{"time":"{}","status":{status},"request_time":{},"method":"POST","uri":"/predict"}}"#,
            Time(*time),
            f64::from(*took) / 1e3
        )
        .unwrap();
    }
    text
}

fn view(slow_s: Option<f64>) -> View {
    View {
        service: Objectives {
            slow_s,
            slo: Some(0.995),
            ..Objectives::default()
        },
        ..View::default()
    }
}

fn of_rows(text: &str, view: &View) -> (Summary, Report) {
    let roles = [(Role::Outcome, "label")];
    let summary = pipeline::summary(&[("log.csv", text.as_bytes())], &roles, view).unwrap();
    let report = Report::from(&summary, view);
    (summary, report)
}

fn of_log(text: &str, view: &View) -> Report {
    let about = About {
        name: "access.json".into(),
        modified: None,
    };
    let form = is_served(&text.as_bytes()).unwrap().unwrap();
    let set = read(&about, &text.as_bytes(), form).unwrap().set;
    let mut summary = Summary::of_task(plumbline::log::Task::Service);
    summary.machine = Some(Arc::new(known::machine(&set)));
    Report::from(&summary, view)
}

fn row_slo(report: &Report) -> &Slo {
    &report.resources.objectives.as_ref().unwrap().slos[0]
}

/// When, by which window, and how fast.
fn when(burns: &[BurnAlert]) -> Vec<(Time, Option<Time>, f64, f64)> {
    let of = |b: &BurnAlert| (b.since, b.until, b.long_s, (b.most * 1e9).round() / 1e9);
    burns.iter().map(of).collect()
}

#[test]
fn rows_and_an_access_log_of_the_same_requests_have_the_same_objectives() {
    let requests = requests(6);
    for slow_s in [None, Some(0.5)] {
        let view = view(slow_s);
        let (_, rows) = of_rows(&predictions(&requests), &view);
        let log = of_log(&access_log(&requests), &view);
        let service = log.resources.service.as_ref().unwrap();
        let (ours, theirs) = (row_slo(&rows), &service.slos[0]);
        assert_eq!((ours.requests, ours.bad), (theirs.requests, theirs.bad));
        assert_eq!(ours.budget_left, theirs.budget_left);
        assert_eq!(ours.step_s, 60.0);
        assert_eq!(when(&ours.burns), when(&theirs.burns));
        let failed = requests.iter().filter(|r| r.2).count();
        let bad = requests
            .iter()
            .filter(|r| r.2 || slow_s.is_some() && r.1 > 500);
        assert_eq!(ours.bad, bad.count() as f64, "{failed} failed");
        // The outage pages by both short rules; slowness counts only where it is limited.
        let pages = |from: i64| {
            let day = start() + from..start() + from + DAY;
            let page = |b: &&BurnAlert| b.page && day.contains(&b.since.0);
            ours.burns.iter().filter(page).count()
        };
        assert_eq!(pages(2 * DAY), 2, "{:?}", ours.burns);
        assert_eq!(pages(4 * DAY), if slow_s.is_some() { 2 } else { 0 });
        let (a, b) = (
            &rows.resources.objectives.as_ref().unwrap().apdex[0],
            &service.apdex[0],
        );
        assert!((a.value - b.value).abs() < 1e-9, "{a:?} {b:?}");
    }
}

#[test]
fn alerts_are_the_same_whatever_is_shown_and_however_rows_come() {
    let requests = requests(6);
    let text = predictions(&requests);
    let base = view(Some(0.5));
    let (whole, report) = of_rows(&text, &base);
    let burns = when(&row_slo(&report).burns);
    assert!(burns.len() >= 4, "{burns:?}");
    // The first page: 7.2 % of an hour with half of them failing are 8.64 minutes after it began.
    let outage = Time(start() + 2 * DAY + 3 * HOUR + 9 * MINUTE);
    assert_eq!(burns[0].0, outage);
    for window in [
        WindowSize::TenMinutes,
        WindowSize::Hour,
        WindowSize::Day,
        WindowSize::Week,
    ] {
        let view = View {
            window: Some(window),
            ..base.clone()
        };
        let (_, report) = of_rows(&text, &view);
        assert_eq!(when(&row_slo(&report).burns), burns, "{window}");
    }
    // A part of time shows the alerts in it, with their own ends, and its own budget.
    let day = (Time(start() + 2 * DAY), Time(start() + 3 * DAY));
    let part = View {
        range: Some(day),
        ..base.clone()
    };
    let report = Report::from(&whole, &part);
    let slo = row_slo(&report);
    let within: Vec<_> = burns
        .iter()
        .filter(|b| b.0 <= day.1 && b.1.is_none_or(|u| u > day.0))
        .copied()
        .collect();
    assert_eq!(when(&slo.burns), within);
    assert_eq!(slo.requests, 43_200.0);
    // Halves of the log add up to it.
    let lines: Vec<&str> = text.lines().collect();
    let half = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n"));
    let (mut a, _) = of_rows(&half(&lines[1..100_000]), &base);
    let (b, _) = of_rows(&half(&lines[100_000..]), &base);
    a.merge(&b).unwrap();
    assert_eq!(a.ledger, whole.ledger);
    // And rows in any order are the same.
    let mut turned = lines[1..].to_vec();
    turned.reverse();
    turned.sort_by_key(|line| line.len());
    assert_eq!(of_rows(&half(&turned), &base).0.ledger, whole.ledger);
    let written = serde_json::to_string(&whole.ledger).unwrap();
    assert!(written.len() < 600_000, "{} bytes", written.len());
}

#[test]
fn a_log_of_months_is_judged_in_steps_of_minutes() {
    // A request a minute for half a year: 260 000 minutes with one each are more than are kept.
    let every = |i: i64| (start() + i * MINUTE, 100, (100_000..100_030).contains(&i));
    let requests: Vec<Request> = (0..180 * 1_440).map(every).collect();
    let mut view = view(None);
    view.service.slo = Some(0.99);
    let (_, report) = of_rows(&predictions(&requests), &view);
    // As JSON it comes back.
    let text = serde_json::to_string(&report).unwrap();
    let back: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(back.resources, report.resources);
    let slo = row_slo(&report);
    assert_eq!(slo.step_s, 900.0);
    assert!(slo.unjudged.is_empty(), "{:?}", slo.unjudged);
    assert_eq!(
        slo.burns.iter().filter(|b| b.page).count(),
        2,
        "{:?}",
        slo.burns
    );
}

#[test]
fn what_tells_neither_time_nor_how_it_went_has_no_objectives() {
    let rows = "prediction,label,latency_ms\n1,1,20\n0,0,30\n".repeat(30);
    let (summary, report) = of_rows(&rows, &View::default());
    assert_eq!((summary.ledger, report.resources.objectives), (None, None));
    // A latency alone is judged where it is limited, and has an Apdex anyway.
    let mut text = String::from("timestamp,prediction,label,latency_ms\n");
    for i in 0..100 {
        writeln!(text, "{},1,1,{}", Time(start() + i * MINUTE), 400 + 2 * i).unwrap();
    }
    let (_, report) = of_rows(&text, &View::default());
    let rows = report.resources.objectives.as_ref().unwrap();
    assert!(rows.slos.is_empty());
    let apdex = &rows.apdex[0];
    // 51 within half a second; all others within two.
    assert!(
        (apdex.value - (51.0 + 49.0 / 2.0) / 100.0).abs() < 1e-12,
        "{apdex:?}"
    );
    let (_, report) = of_rows(&text, &view(Some(0.5)));
    let slo = row_slo(&report);
    assert_eq!((slo.requests, slo.bad), (100.0, 49.0));
    let narrowed = View {
        version: Some("none".into()),
        ..View::default()
    };
    let (_, report) = of_rows(&text, &narrowed);
    assert!(report.resources.objectives.unwrap().notes.len() <= 1);
}
