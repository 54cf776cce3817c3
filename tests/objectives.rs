//! Objectives of a service and of the rows of a log: the same requests give the same alerts, however they come.
#![allow(clippy::unwrap_used, clippy::panic)]

mod pipeline;

use plumbline::chart::{Chart, Stacked, stack};
use plumbline::engine::alarms::going_on;
use plumbline::engine::service::is_served;
use plumbline::log::Role;
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{BurnAlert, Fulfilment, Objectives, Report, Slo};
use plumbline::series::known;
use plumbline::series::read::{About, read};
use plumbline::summary::{Slice, SliceChoice, Summary};
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
        let (ours, theirs) = (row_slo(&rows), &service.objectives.slos[0]);
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
            &service.objectives.apdex[0],
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
    // No row is of it.
    assert_eq!(report.resources.objectives, Some(Fulfilment::default()));
}

/// The same with a version and a country: odd requests are of version 2, every third is of `de`.
fn versioned(requests: &[Request], keep: impl Fn(usize) -> bool) -> String {
    let mut text =
        String::from("timestamp,prediction,label,latency_ms,status,model_version,country\n");
    for (i, (time, took, failed)) in requests.iter().enumerate().filter(|r| keep(r.0)) {
        let (label, status) = (i % 2, if *failed { 503 } else { 200 });
        let predicted = usize::from(i % 7 == 0) ^ label;
        let (version, country) = (1 + i % 2, if i % 3 == 0 { "de" } else { "fr" });
        let time = Time(*time);
        writeln!(
            text,
            "{time},{predicted},{label},{took},{status},{version},{country}"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_version_or_a_segment_is_judged_by_its_own_rows() {
    let requests = requests(6);
    let base = view(Some(0.5));
    let version = View {
        version: Some("2".into()),
        ..base.clone()
    };
    let choice = SliceChoice {
        column: "country".into(),
        value: "de".into(),
    };
    let country = View {
        slices: vec![choice.clone()],
        ..base.clone()
    };
    let both = View {
        slices: vec![choice],
        ..version.clone()
    };
    let text = versioned(&requests, |_| true);
    let (whole, all) = of_rows(&text, &base);
    type Kept = fn(usize) -> bool;
    let cases: [(View, Kept, &str); 3] = [
        (version, |i| i % 2 == 1, "the model (version 2)"),
        (country, |i| i % 3 == 0, "the model (country = de)"),
        (
            both.clone(),
            |i| i % 6 == 3,
            "the model (version 2, country = de)",
        ),
    ];
    for (view, keep, name) in cases {
        let (summary, report) = of_rows(&text, &view);
        let (_, alone) = of_rows(&versioned(&requests, keep), &base);
        let (slo, own) = (row_slo(&report), row_slo(&alone));
        assert_eq!(slo.of, name);
        assert_eq!((slo.requests, slo.bad), (own.requests, own.bad));
        assert_eq!(slo.budget_left, own.budget_left);
        assert_eq!(when(&slo.burns), when(&own.burns), "{name}");
        assert!(slo.burns.is_empty() || slo.burns[0].sentence.contains(name));
        let objectives = report.resources.objectives.as_ref().unwrap();
        assert!(objectives.notes.is_empty(), "{:?}", objectives.notes);
        assert_eq!(
            objectives.apdex[0].value,
            alone.resources.objectives.unwrap().apdex[0].value
        );
        // It comes back from what is saved, and is asked for no more.
        let text = serde_json::to_string(&summary).unwrap();
        let back: Summary = serde_json::from_str(&text).unwrap();
        assert_eq!(Report::from(&back, &view).resources, report.resources);
        assert_eq!(Report::missing(&back, &view, None).ledger, None);
    }
    // Even ones never fail in the outage, so versions differ.
    let odd = of_rows(&versioned(&requests, |i| i % 2 == 1), &base).1;
    assert!(when(&row_slo(&odd).burns) != when(&row_slo(&all).burns));
    // Without the rows, those of all are told, and that they are.
    let report = Report::from(&whole, &both);
    let objectives = report.resources.objectives.unwrap();
    assert_eq!(objectives.slos[0].of, "the model");
    assert!(
        objectives.notes[0].contains("of all rows"),
        "{:?}",
        objectives.notes
    );
    assert!(Report::missing(&whole, &both, None).ledger.is_some());
    let passed = Summary {
        streamed: true,
        ..whole
    };
    let report = Report::from(&passed, &both);
    assert!(report.resources.objectives.unwrap().notes[0].contains("as they pass"));
    assert_eq!(Report::missing(&passed, &both, None).ledger, None);
}

#[test]
fn no_more_than_a_few_slices_are_kept() {
    let requests = requests(1);
    let text = versioned(&requests, |_| true);
    let base = view(None);
    let views: Vec<View> = [
        ("1", None),
        ("2", None),
        ("1", Some("de")),
        ("1", Some("fr")),
        ("2", Some("de")),
        ("2", Some("fr")),
    ]
    .map(|(version, country)| View {
        version: Some(version.into()),
        slices: country
            .map(|c: &str| SliceChoice {
                column: "country".into(),
                value: c.into(),
            })
            .into_iter()
            .collect(),
        ..base.clone()
    })
    .into();
    let files: [pipeline::File<'_>; 1] = [("log.csv", text.as_bytes())];
    let inputs = pipeline::inputs(&files, &[(Role::Outcome, "label")]).unwrap();
    let mut keeper = pipeline::keeper(&files, &inputs).unwrap();
    keeper.finish(&base, &mut |_, _| ()).unwrap();
    let mut known = Vec::new();
    for view in &views {
        let summary = keeper.refine(view).unwrap();
        assert_eq!(Report::missing(&summary, view, None).ledger, None);
        known = summary.ledgers.iter().map(|l| l.0.clone()).collect();
    }
    let last: Vec<Slice> = views[2..].iter().map(View::slice).collect();
    assert_eq!(known, last);
}

#[test]
fn an_objective_that_nobody_chose_calls_nobody() {
    // The outage goes on at the end.
    let mut requests = requests(3);
    requests.retain(|r| r.0 < start() + 2 * DAY + 4 * HOUR);
    let chosen = view(None);
    let unchosen = View::default();
    let text = predictions(&requests);
    let log = access_log(&requests);
    for (view, calls) in [(&chosen, true), (&unchosen, false)] {
        for report in [of_rows(&text, view).1, of_log(&log, view)] {
            let slo = report.resources.slos().next().unwrap();
            // It is told in any case.
            assert_eq!(slo.chosen, calls);
            assert!(slo.budget_left.unwrap() < 0.0);
            assert!(
                slo.burns.iter().any(|b| b.until.is_none()),
                "{:?}",
                slo.burns
            );
            let alarms = going_on(&report);
            let burns = alarms.iter().filter(|a| a.kind == "burn_rate").count();
            assert_eq!(burns > 0, calls, "{alarms:?}");
        }
    }
    let sentence = |view| {
        let report = of_rows(&text, view).1;
        (
            report.health.sentence.clone(),
            report.health.level,
            report.alerts.len(),
        )
    };
    assert_eq!(sentence(&chosen), sentence(&unchosen));
}

/// Instants of a chart, after so much time from the start, at which it tells of an error budget.
fn told_of_budget(charts: &[Stacked], title: &str, step: i64, at: i64) -> bool {
    let chart = charts.iter().find(|c| c.title == title);
    let chart = chart.unwrap_or_else(|| panic!("{title} is not among the charts"));
    let facts = chart.plot.describe((at / step) as usize);
    facts
        .iter()
        .any(|f| f.label == "Error budget" && f.text == "spent too fast")
}

#[test]
fn times_of_a_budget_spent_too_fast_are_drawn_where_it_is_seen() {
    let requests = requests(6);
    let (text, log) = (predictions(&requests), access_log(&requests));
    let outage = 2 * DAY + 4 * HOUR;
    let slow = 4 * DAY + 6 * HOUR + 45 * MINUTE;
    for slow_s in [None, Some(0.5)] {
        let by_hour = View {
            window: Some(WindowSize::Hour),
            ..view(slow_s)
        };
        let rows = stack(&of_rows(&text, &by_hour).1, false, None, false);
        let report = of_log(&log, &by_hour);
        let service = report.resources.service.as_ref().unwrap();
        let step = service.step_s as i64 * SECOND;
        let machine = stack(&report, false, None, false);
        let error_rate = plumbline::metric::info("error_rate").unwrap().title;
        let charts = [
            (&rows, error_rate, "Latency", HOUR),
            (&machine, "Failed requests", "Request duration", step),
        ];
        for (charts, failed, took, step) in charts {
            let told = |title, at| told_of_budget(charts, title, step, at);
            assert!(told(failed, outage), "{failed}");
            assert!(!told(failed, DAY));
            assert_eq!(told(took, outage), slow_s.is_some(), "{took}");
            assert_eq!(told(took, slow), slow_s.is_some(), "{took}");
        }
    }
}
