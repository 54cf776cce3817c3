//! Files of services with clocks that were wrong, counters that tell when they began, and values that differ by rounding.

#![allow(clippy::unwrap_used, clippy::panic)]

use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Report, Service};
use plumbline::series::read::{About, Form, read};
use plumbline::series::{Machine, Measure, SeriesSet};
use plumbline::summary::Summary;
use std::sync::Arc;

/// 2026-03-01T00:00:00Z in seconds.
const START: i64 = 1_772_323_200;

fn set(name: &str, text: &str, form: Form) -> SeriesSet {
    let about = About {
        name: name.into(),
        modified: None,
    };
    let read = read(&about, &text.as_bytes(), form).unwrap();
    assert_eq!(read.troubles, []);
    read.set
}

fn machine(name: &str, text: &str, form: Form) -> Machine {
    plumbline::series::known::machine(&set(name, text, form))
}

fn service(machine: Machine) -> Service {
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine));
    Report::from(&summary, &View::default())
        .resources
        .service
        .unwrap()
}

/// A request a minute for two days, of which one in five hundred fails, and some at other seconds since 1970.
fn log(others: &[i64]) -> String {
    let row = |(time, status): (i64, u16)| {
        format!(
            "{{\"time\":{time},\"status\":{status},\"request_uri\":\"/\",\"request_method\":\"GET\",\"request_time\":0.1}}\n"
        )
    };
    let own = (0..2_880).map(|m| (START + 60 * m, if m % 500 == 7 { 500 } else { 200 }));
    own.chain(others.iter().map(|t| (*t, 200)))
        .map(row)
        .collect()
}

#[test]
fn a_request_of_another_year_makes_no_budget_longer() {
    let alone = service(machine("a.json", &log(&[]), Form::AccessJson));
    for others in [
        &[100_000_020][..],
        &[100_000_020, 5_000_000_040],
        &[100_000_020, 130_000_020, 4_070_908_800],
    ] {
        let machine = machine("a.json", &log(others), Form::AccessJson);
        let n = others.len();
        assert!(
            machine
                .notes
                .iter()
                .any(|note| note.starts_with(&format!("{n} "))
                    && note.contains("dated far from all others")),
            "{:?}",
            machine.notes
        );
        let told = service(machine);
        assert_eq!(told.requests_per_second, alone.requests_per_second);
        assert_eq!(told.step_s, alone.step_s);
        assert_eq!(told.objectives.slos, alone.objectives.slos);
        assert_eq!(told.objectives.apdex, alone.objectives.apdex);
    }
}

/// A counter of OpenTelemetry that is looked at each minute: when it began and its values from a minute on.
fn counter(code: &str, start: i64, from: i64, values: &[u32]) -> Vec<(i64, String)> {
    let point = |(minute, value): (i64, &u32)| {
        let nanos = |minute: i64| (START + 60 * minute) * 1_000_000_000;
        let text = format!(
            "{{\"resourceMetrics\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"svc\"}}}}]}},\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"http_requests_total\",\"sum\":{{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[{{\"attributes\":[{{\"key\":\"code\",\"value\":{{\"stringValue\":\"{code}\"}}}}],\"startTimeUnixNano\":\"{}\",\"timeUnixNano\":\"{}\",\"asInt\":\"{value}\"}}]}}}}]}}]}}]}}\n",
            nanos(start),
            nanos(minute)
        );
        (minute, text)
    };
    (from..).zip(values).map(point).collect()
}

/// All requests of counters.
fn counted(counters: &[Vec<(i64, String)>]) -> f64 {
    let mut points: Vec<&(i64, String)> = counters.iter().flatten().collect();
    points.sort_by_key(|p| p.0);
    let text: String = points.iter().map(|p| p.1.as_str()).collect();
    let machine = machine("otlp.jsonl", &text, Form::Otlp);
    let all = machine.of(Measure::Requests).map(|s| {
        let cells = s.counted.as_ref().unwrap_or(&s.cells);
        let plumbline::series::Cells::Rate(cells) = cells else {
            panic!("no rate");
        };
        cells.iter().map(|c| c.1.increase).sum::<f64>()
    });
    all.sum::<f64>().round()
}

#[test]
fn the_first_export_counts_from_when_its_process_began() {
    let steady: Vec<u32> = (1..=60).map(|m| 200 * m).collect();
    // From the start of a process, and of one that ran for a day before.
    assert_eq!(counted(&[counter("200", 0, 1, &steady)]), 12_000.0);
    assert_eq!(counted(&[counter("200", -1_440, 1, &steady)]), 11_800.0);
    // Failures that first appear later were none before.
    let late: Vec<u32> = (3..=40).collect();
    let failed = |start| {
        counted(&[
            counter("200", start, 1, &steady),
            counter("500", start, 20, &late),
        ])
    };
    assert_eq!(failed(0), 12_040.0);
    assert_eq!(failed(-1_440), 11_837.0);
}

#[test]
fn means_of_one_value_that_differ_by_rounding_are_no_anomaly() {
    let mut detector = plumbline::stats::anomaly::Detector::default();
    for i in 0..1_000 {
        let value = if i < 990 {
            0.799_999_999_999_999_9
        } else {
            0.800_000_000_000_000_2
        };
        assert_eq!(detector.push(Some(i * 60_000_000), value), 0.0, "{i}");
    }
    assert!(detector.push(None, 0.8001) > 0.5);
}

#[test]
fn what_helps_fits_what_was_wrong() {
    let answer = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"],[2,"#;
    for (text, found, mend) in [
        (answer, "EOF", "cut off"),
        (
            r#"{"status":"error","errorType":"bad_data","error":"invalid parameter"}"#,
            "invalid parameter",
            "Ask it anew",
        ),
        (
            r#"{"status":"success","data":{"alerts":[]}}"#,
            "its alerts",
            "Save what it answers",
        ),
        (
            r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
            "without a sample",
            "over a time in which the service ran",
        ),
    ] {
        let refused = read(&About::default(), &text.as_bytes(), Form::PrometheusJson).unwrap_err();
        assert!(refused.found.contains(found), "{}", refused.found);
        assert!(refused.mend.contains(mend), "{}", refused.mend);
    }
}
