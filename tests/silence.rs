//! A live source that falls silent: time goes on by the others, and what comes late is counted.
#![allow(clippy::unwrap_used)]

mod pipeline;

use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::view::{View, WindowSize};
use plumbline::series::{Cells, Level, Machine, Measure, Signal, Step};
use plumbline::summary::Summary;
use plumbline::table::time::{SECOND, Time};
use std::fmt::Write as _;
use std::sync::Arc;

const MINUTE: i64 = 60 * SECOND;

fn start() -> i64 {
    Time::parse("2026-03-02").unwrap().0
}

/// A row every ten seconds over some minutes, with its outcome and its latency; all fail in the last five.
fn rows(minutes: i64) -> String {
    let mut text = String::from("timestamp,prediction,label,latency_ms,status\n");
    for i in 0..minutes * 6 {
        let (time, status) = (Time(start() + i * 10 * SECOND), i >= (minutes - 5) * 6);
        let status = if status { 500 } else { 200 };
        writeln!(text, "{time},{},{},30,{status}", i % 2, i / 3 % 2).unwrap();
    }
    text
}

fn view(live: bool) -> View {
    View {
        window: Some(WindowSize::TenMinutes),
        live,
        ..View::default()
    }
}

fn summary(text: &str, view: &View) -> Summary {
    let roles = [(Role::Outcome, "label")];
    pipeline::summary(&[("log.csv", text.as_bytes())], &roles, view).unwrap()
}

/// A machine that was seen from one minute to another.
fn machine(from: i64, to: i64) -> Machine {
    let step = Step::at_least(MINUTE);
    let first = step.of(start());
    let mut machine = Machine::new(step);
    machine.span = Some((start() + from * MINUTE, start() + to * MINUTE));
    machine.signals = vec![Signal {
        measure: Measure::Load,
        of: "node".into(),
        what: String::new(),
        source: "node_load1".into(),
        unit: None,
        counted: None,
        when: None,
        cells: Cells::Level((from..to).map(|m| (first + m, Level::seen(1.0))).collect()),
    }];
    machine
}

/// Whether each window is judged.
fn judged(report: &Report) -> Vec<bool> {
    report.windows.iter().map(|w| w.mature).collect()
}

#[test]
fn windows_close_by_the_clock_of_the_others() {
    let text = rows(125);
    let live = view(true);
    let mut rows = summary(&text, &live);
    let alone = Report::from(&rows, &live);
    // Rows of the thirteenth window may still come.
    assert_eq!(judged(&alone), [[true; 12].as_slice(), &[false]].concat());
    rows.machine = Some(Arc::new(machine(60, 128)));
    assert_eq!(judged(&Report::from(&rows, &live)), judged(&alone));
    // Others go on, and the window is over.
    rows.machine = Some(Arc::new(machine(60, 190)));
    let closed = Report::from(&rows, &live);
    assert_eq!(judged(&closed), [true; 13]);
    assert_eq!(
        closed.span.as_ref().unwrap().as_of,
        Time(start() + 190 * MINUTE)
    );
    // Nothing else knows of that clock: what is not live ends with its rows, and another time has another clock.
    let still = Report::from(&rows, &view(false));
    assert!(still.span.unwrap().as_of.0 < start() + 125 * MINUTE);
    rows.machine = Some(Arc::new(machine(60_000, 60_500)));
    assert_eq!(judged(&Report::from(&rows, &live)), judged(&alone));
}

#[test]
fn an_alert_of_a_silent_source_ends_as_time_passes() {
    let live = view(true);
    let mut rows = summary(&rows(125), &live);
    let burns = |rows: &Summary| {
        let resources = Report::from(rows, &live).resources;
        let slos = resources.objectives.unwrap().slos;
        slos[0].burns.iter().map(|b| b.until).collect::<Vec<_>>()
    };
    assert!(burns(&rows).iter().all(Option::is_none) && !burns(&rows).is_empty());
    rows.machine = Some(Arc::new(machine(60, 190)));
    let ended = burns(&rows);
    assert!(ended.iter().flatten().count() > 0, "{ended:?}");
}

#[test]
fn rows_that_come_after_their_window_closed_are_counted_in_it() {
    let live = view(true);
    let text = rows(125);
    let lines: Vec<&str> = text.lines().collect();
    // Those of the last four minutes come when others are an hour further.
    let early = format!("{}\n", lines[..lines.len() - 24].join("\n"));
    let report = |text: &str| {
        let mut rows = summary(text, &live);
        rows.machine = Some(Arc::new(machine(60, 190)));
        Report::from(&rows, &live)
    };
    let (before, after) = (report(&early), report(&text));
    let last = |r: &Report| (r.windows.len(), r.windows[12].rows, r.windows[12].mature);
    assert_eq!(
        (last(&before), last(&after)),
        ((13, 6, true), (13, 30, true))
    );
    assert_eq!(after.windows[..12], before.windows[..12]);
}
