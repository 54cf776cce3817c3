//! Files of a service as people have them: what is in each comes to what it says, and no more.

#![allow(clippy::unwrap_used, clippy::panic)]

use plumbline::engine::service::{Served, put};
use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Report, Service};
use plumbline::series::read::{About, Form, read, recognise};
use plumbline::summary::Summary;
use plumbline::table::time::{SECOND, Time};
use serde_json::Value;
use std::process::Command;

/// 20 March 2026, 09:00 UTC.
const NINE: i64 = 1_773_997_200;

/// What a report shows of one file that was written long after it was made.
fn shown(name: &str, text: &str) -> Service {
    let about = About {
        name: name.into(),
        modified: Some((NINE + 300 * 86_400) * SECOND),
    };
    let form = recognise(text.as_bytes()).unwrap();
    let mut summary = Summary::of_task(Task::Service);
    let served = Served {
        name: name.into(),
        bytes: 0,
        read: read(&about, &text.as_bytes(), form).unwrap(),
    };
    put(&mut summary, vec![served]);
    let report = Report::from(&summary, &View::default());
    report.resources.service.unwrap()
}

#[track_caller]
fn near(a: f64, b: f64) {
    assert!(
        (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        "{a}, expected {b}"
    );
}

#[track_caller]
fn values(service: &Service, id: &str) -> Vec<Option<f64>> {
    service.panel(id).unwrap().lines[0].values.clone()
}

/// What the command line makes of a table of that name, or what it says.
fn table(name: &str, text: &str) -> Result<Value, String> {
    let folder = std::env::temp_dir().join(format!("plumbline-inputs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("report")
        .arg(&path)
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    match done.status.success() {
        true => Ok(serde_json::from_slice(&done.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

#[test]
fn one_scrape_counts_what_came_since_its_counters_began() {
    // 10 000 requests in 1 000 s, 500 of which failed.
    let (began, now) = (NINE, NINE + 1_000);
    let text = format!(
        "# TYPE http_requests counter\n\
         http_requests_total{{code=\"200\"}} 9500 {now}\n\
         http_requests_created{{code=\"200\"}} {began}\n\
         http_requests_total{{code=\"500\"}} 500 {now}\n\
         http_requests_created{{code=\"500\"}} {began}\n\
         # EOF\n"
    );
    let service = shown("one_created.txt", &text);
    assert_eq!(service.start, Time((NINE + 960) * SECOND));
    assert_eq!(service.end, Time((NINE + 1_020) * SECOND));
    near(service.requests_per_second.unwrap(), 10.0);
    let slo = &service.objectives.slos[0];
    near(slo.requests, 10_000.0);
    near(slo.bad, 500.0);
    // 5 % of them, where one of a thousand may be bad.
    near(slo.budget_left.unwrap(), -49.0);
    // Nothing tells when they came, so none was too many at once.
    assert_eq!(slo.burns, []);
    let notes = service.objectives.notes.join(" ");
    assert!(!notes.contains("date of its file"), "{notes}");
}

#[test]
fn one_scrape_counts_what_came_since_its_process_began() {
    let text = format!(
        "# TYPE http_requests_total counter\n\
         http_requests_total{{code=\"200\"}} 9500\n\
         http_requests_total{{code=\"500\"}} 500\n\
         # TYPE process_start_time_seconds gauge\n\
         process_start_time_seconds {NINE}\n"
    );
    let service = shown("metrics-20260320T100000Z.prom", &text);
    near(service.requests_per_second.unwrap(), 10_000.0 / 3_600.0);
    let slo = &service.objectives.slos[0];
    near(slo.requests, 10_000.0);
    near(slo.bad, 500.0);
    assert_eq!(slo.burns, []);
}

#[test]
fn a_time_in_a_line_of_docker_is_when_it_was() {
    for (field, time) in [
        ("timestamp", "\"2026-03-20T09:00:{}Z\""),
        ("@timestamp", "\"2026-03-20T09:00:{}.000Z\""),
        ("Time", "17739972{}"),
    ] {
        let row = |i: i64| {
            let at = time.replace("{}", &format!("{:02}", 10 * i));
            format!(
                "{{\"{field}\":{at},\"Name\":\"web\",\"CPUPerc\":\"2{i}.50%\",\"MemUsage\":\"30{i}MiB / 2GiB\",\"MemPerc\":\"14.65%\",\"NetIO\":\"{}kB / 30kB\",\"BlockIO\":\"0B / 4.1kB\",\"PIDs\":\"5\"}}\n",
                1_500 + 100 * i
            )
        };
        let service = shown("dock.jsonl", &(0..6).map(row).collect::<String>());
        let notes = service.objectives.notes.join(" ");
        assert!(!notes.contains("tells no times"), "{field}: {notes}");
        assert!(service.start <= Time(NINE * SECOND), "{field}");
        assert!(service.end <= Time((NINE + 60) * SECOND), "{field}");
        // 100 kB in 10 s.
        near(
            service.panel("network_in").unwrap().lines[0].total.unwrap(),
            10_000.0,
        );
    }
}

#[test]
fn shares_of_nvidia_without_a_unit_are_percent() {
    let row = |i: i64| {
        format!(
            "2026/03/20 10:00:{:02}.123, GPU-aa, {}, 40, 20480, 40960\n",
            5 * i,
            60 + i
        )
    };
    let rows: String = (0..3).map(row).collect();
    let text = format!(
        "timestamp, uuid, utilization.gpu, utilization.memory, memory.used, memory.total\n{rows}"
    );
    let service = shown("nv_b.csv", &text);
    let gpu = service.panel("gpu").unwrap();
    assert_eq!(gpu.lines[0].name, "GPU-aa");
    near(gpu.lines[0].total.unwrap(), 0.61);
    near(
        service.panel("gpu_memory_share").unwrap().lines[0]
            .total
            .unwrap(),
        0.5,
    );
    let notes = service.objectives.notes.join(" ");
    assert!(
        notes.contains("Column utilization.gpu of nv_b tells no unit"),
        "{notes}"
    );
}

#[test]
fn versions_in_a_clients_name_are_no_durations() {
    let row = |(i, tail): (usize, &&str)| {
        format!("1.1.1.1 - - [20/Mar/2026:09:00:{i:02} +0000] \"GET / HTTP/1.1\" 200 5 {tail}\n")
    };
    let rows = |tails: &[&str]| tails.iter().enumerate().map(row).collect::<String>();
    let agents = [
        "\"-\" \"LumiBot 2.0\"",
        "\"-\" \"Opera 8.50\"",
        "\"-\" \"1.0\"",
        "\"http://x/?rt=9.5 time:7\" \"Digg Feed Fetcher 1.0 (Mozilla 5.0)\"",
        "\"-\" \"bot 1.5, 2.5\"",
    ];
    let service = shown("access.log", &rows(&agents));
    assert_eq!(values(&service, "requests").len(), 5);
    assert!(service.panel("duration").is_none());
    assert_eq!(service.objectives.apdex, []);
    // What a site adds in quotes is one.
    let timed = [
        "\"-\" \"LumiBot 2.0\" \"0.250\"",
        "\"-\" \"Opera 8.50\" \"0.250 0.100\"",
        "\"0.250\" \"0.100\"",
        "\"-\" \"x\" 0.250",
        "\"-\" \"x 1.5\" \"-\" \"0.250, 0.100\"",
    ];
    let service = shown("access.log", &rows(&timed));
    let duration = service.panel("duration").unwrap();
    assert_eq!(service.objectives.apdex[0].requests, 5.0);
    let max = duration.lines.iter().find(|l| l.name == "max").unwrap();
    near(max.total.unwrap(), 0.25);
}

#[test]
fn an_answer_of_prometheus_without_samples_says_what_it_is() {
    for (text, what) in [
        (
            r#"{"status":"success","data":["GOARCH","status"]}"#,
            "names of labels",
        ),
        (r#"{"status":"success","data":[]}"#, "an empty list"),
        (
            r#"{"status":"success","data":{"version":"2.42.0","revision":"x","goVersion":"go1.19"}}"#,
            "what it is itself",
        ),
        (
            r#"{"status":"success","data":{"activeTargets":[{"health":"up"}]}}"#,
            "its targets",
        ),
        (
            r#"{"status":"success","data":[{"__name__":"up","job":"x"}]}"#,
            "the labels of series",
        ),
        (r#"{"status":"success","data":{"groups":[]}}"#, "its rules"),
        (r#"{"status":"success","data":{"alerts":[]}}"#, "its alerts"),
    ] {
        let form = recognise(text.as_bytes());
        assert_eq!(form, Some(Form::PrometheusJson), "{text}");
        let refused = read(&About::default(), &text.as_bytes(), Form::PrometheusJson);
        let found = refused.unwrap_err().found;
        assert!(
            found.contains(what) && found.contains("ask /api/v1/query_range"),
            "{text}: {found}"
        );
    }
    // Rows of a log are none.
    let rows = "{\"status\":\"success\",\"data\":[\"a\"]}\n{\"status\":\"error\",\"data\":[]}\n";
    assert_eq!(recognise(rows.as_bytes()), None);
}

#[test]
fn whether_a_request_failed_is_read_as_its_column_says_it() {
    for (column, [bad, good]) in [
        ("error", ["true", "false"]),
        ("is_error", ["true", "false"]),
        ("failed", ["1", "0"]),
        ("err", ["True", "False"]),
        ("request_failed", ["yes", "no"]),
        ("success", ["false", "true"]),
        ("ok", ["0", "1"]),
    ] {
        // One of forty fails.
        let row = |i: usize| {
            let (minute, second) = (i / 60, i % 60);
            let ended = if i.is_multiple_of(40) { bad } else { good };
            format!(
                "2026-03-20T10:{minute:02}:{second:02}Z,{ended},0.0{}\n",
                20 + i % 30
            )
        };
        let rows: String = (0..1_200).map(row).collect();
        let text = format!("time,{column},latency_s\n{rows}");
        let report = table("requests.csv", &text).unwrap();
        let rate = &report["resources"]["metrics"]["error_rate"]["value"];
        near(rate.as_f64().unwrap_or(f64::NAN), 0.025);
        let slo = &report["resources"]["service"]["slos"][0];
        assert_eq!(slo["bad"].as_f64(), Some(30.0), "{column}: {slo}");
    }
}

#[test]
fn an_error_that_is_no_yes_or_no_is_none_of_a_request() {
    let row = |i: usize| {
        format!(
            "2026-03-20T10:{:02}:{:02}Z,0.{},0.02\n",
            i / 60,
            i % 60,
            i % 9 + 1
        )
    };
    let rows: String = (0..600).map(row).collect();
    let report = table("errors.csv", &format!("time,error,latency_s\n{rows}")).unwrap();
    assert_eq!(
        report["resources"]["metrics"]["error_rate"],
        Value::Null,
        "{}",
        report["resources"]["metrics"]
    );
}

#[test]
fn rows_that_are_summed_up_by_time_are_no_requests() {
    let row = |i: usize| {
        format!(
            "2026-03-20T{:02}:{:02}:00Z,{},{},3000,{}\n",
            10 + i / 12,
            5 * (i % 12),
            100 + i % 5,
            400 + i % 7,
            if i.is_multiple_of(2) { 30 } else { 3 }
        )
    };
    let rows: String = (0..120).map(row).collect();
    let text = format!("date,p50_ms,p99_ms,requests,errors\n{rows}");
    let report = table("summed.csv", &text).unwrap();
    assert_eq!(
        report["resources"]["metrics"]["latency_p95_ms"],
        Value::Null
    );
    let service = &report["resources"]["service"];
    assert_eq!(service["slos"], Value::Null);
    let panels = service["panels"].as_array().unwrap();
    let line = |title: &str| {
        let panel = panels.iter().find(|p| p["title"] == title).unwrap();
        let line = &panel["lines"][0];
        (
            panel["unit"].as_str().unwrap(),
            line["most"].as_f64().unwrap(),
        )
    };
    let (unit, most) = line("p99_ms");
    assert_eq!(unit, "seconds");
    assert!((0.4..0.406).contains(&most), "{most}");
    assert_eq!(line("requests").1, 3_000.0);
    assert!(line("errors").1 <= 30.0);
    let notes = service["notes"].to_string();
    assert!(notes.contains("nothing is counted of them"), "{notes}");
}

#[test]
fn requests_that_tell_when_they_began_and_ended_have_durations() {
    // 2 in 100 fail, by gRPC's word or by HTTP's number; each takes 250 ms and answers with 2 KiB.
    for code in [["OK", "UNAVAILABLE"], ["200", "503"], ["0", "14"]] {
        let row = |i: usize| {
            let (minute, second) = (i / 60, i % 60);
            let at = |ms: usize| format!("2026-03-20T10:{minute:02}:{second:02}.{ms:03}Z");
            let code = code[usize::from(i % 50 == 7)];
            format!("{},{},{code},2,x{}\n", at(100), at(350), i % 3)
        };
        let rows: String = (0..1_200).map(row).collect();
        let text = format!("Start Time,End Time,Code,Response Size (KB),model\n{rows}");
        let report = table("spans.csv", &text).unwrap();
        let panels = report["resources"]["service"]["panels"].as_array();
        let of = |id: &str| {
            let panel = panels.unwrap().iter().find(|p| p["id"] == id).unwrap();
            panel["lines"][0]["total"].as_f64().unwrap()
        };
        near(of("error_share"), 0.02);
        assert!((of("duration") - 0.25).abs() < 0.0025);
        near(of("network_out"), 2_000.0);
    }
}

#[test]
fn a_time_and_a_number_are_a_series_with_its_anomalies() {
    // Three days of five minutes with a daily wave, and an hour that is far off.
    let row = |i: usize| {
        let (day, minute) = (20 + i / 288, i % 288 * 5);
        let (hour, minute) = (minute / 60, minute % 60);
        let wave = (i as f64 / 288.0 * std::f64::consts::TAU).sin();
        let off = if (1_500..1_512).contains(&i) {
            9.0
        } else {
            0.0
        };
        let jitter = (i * 37 % 19) as f64 / 40.0;
        format!(
            "2026-03-{day} {hour:02}:{minute:02}:00,{}\n",
            20.0 + wave + jitter + off
        )
    };
    let rows: String = (0..2_016).map(row).collect();
    let report = table("level.csv", &format!("timestamp,value\n{rows}")).unwrap();
    let service = &report["resources"]["service"];
    let panel = &service["panels"][0];
    assert_eq!(panel["title"], "value", "{panel}");
    let found = panel.to_string();
    assert!(
        found.contains("2026-03-25T05:0"),
        "{}",
        &found[..found.len().min(3_000)]
    );
}
