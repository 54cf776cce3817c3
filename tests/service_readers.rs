//! Files of services as their tools write them: what the report tells of each, worked out by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use std::fs;
use std::process::Command;

/// The report of a file with this name and text.
#[track_caller]
fn report_with(name: &str, text: &str, arguments: &[&str]) -> Value {
    let folder = format!("{}/service_readers", env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    let path = format!("{folder}/{name}");
    fs::write(&path, text).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("report")
        .arg(&path)
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name}: {said}");
    serde_json::from_slice(&done.stdout).unwrap()
}

#[track_caller]
fn report(name: &str, text: &str) -> Value {
    report_with(name, text, &[])
}

/// `2026-03-01T00:00:00Z` and so many seconds.
fn at(seconds: u32) -> String {
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("2026-03-01T{hour:02}:{minute:02}:{second:02}Z")
}

/// A table: its header, and a line each ten seconds.
fn table(header: &str, rows: u32, cells: impl Fn(u32) -> String) -> String {
    let mut text = format!("{header}\n");
    for row in 0..rows {
        text.push_str(&format!("{},{}\n", at(row * 10), cells(row)));
    }
    text
}

fn panel<'a>(report: &'a Value, id: &str) -> Option<&'a Value> {
    let panels = report["resources"]["service"]["panels"].as_array()?;
    panels.iter().find(|p| p["id"] == id)
}

/// The total of a line of a panel over the whole time; of the first line where none is named.
#[track_caller]
fn total(report: &Value, id: &str, line: Option<&str>) -> f64 {
    let panels = &report["resources"]["service"]["panels"];
    let panel = panel(report, id).unwrap_or_else(|| panic!("no {id} in {panels}"));
    let lines = panel["lines"].as_array().unwrap();
    let found = lines
        .iter()
        .find(|l| line.is_none_or(|name| l["name"] == name));
    let found = found.unwrap_or_else(|| panic!("no {line:?} in {lines:?}"));
    found["total"].as_f64().unwrap_or_else(|| panic!("{found}"))
}

#[track_caller]
fn near(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within * b.abs(), "{a}, not {b}");
}

#[test]
fn used_and_total_memory_are_a_level_and_its_share() {
    let text = table("time,cpu,mem_used_mb,mem_total_mb,mem_free_mb", 400, |i| {
        format!("{},{},4000,{}", 40 + i % 10, 1_000 + i % 2, 3_000 - i % 2)
    });
    let told = report("memory.csv", &text);
    near(total(&told, "memory", None), 1_000.5e6, 1e-6);
    near(total(&told, "memory_share", None), 1_000.5 / 4_000.0, 1e-6);
    // What is free says how much is used where the whole is known.
    let text = table("time,gpu_memory_total_gib,gpu_memory_free_gib", 400, |_| {
        "80,20".into()
    });
    let told = report("gpu_memory.csv", &text);
    near(total(&told, "gpu_memory_share", None), 0.75, 1e-9);
    let text = table("time,cpu_percent,cpu_idle_percent", 400, |_| "40,60".into());
    near(total(&report("cpu.csv", &text), "cpu", None), 0.4, 1e-9);
}

#[test]
fn words_of_grpc_fail_in_rows_as_in_metrics() {
    for (name, column, word) in [
        ("grpc.csv", "grpc_status", "UNAVAILABLE"),
        ("status.csv", "status", "INTERNAL"),
        ("number.csv", "grpc_code", "14"),
    ] {
        let done = if word == "14" { "0" } else { "OK" };
        let text = table(&format!("time,{column},latency_us"), 500, |i| {
            format!("{},{}", if i % 50 == 0 { word } else { done }, 50_000 + i)
        });
        let told = report(name, &text);
        let rate = &told["resources"]["metrics"]["error_rate"]["value"];
        near(rate.as_f64().unwrap(), 0.02, 1e-9);
        near(total(&told, "error_share", Some("5xx")), 0.02, 1e-6);
    }
}

#[test]
fn times_of_tokens_have_the_unit_that_fits() {
    let text = table(
        "created_at,input_tokens,output_tokens,ttft,total_time",
        400,
        |i| format!("500,101,0.{},2.{:02}", 200 + i % 10, i % 10),
    );
    let told = report("tokens.csv", &text);
    near(
        total(&told, "time_to_first_token", Some("p50")),
        0.205,
        0.02,
    );
    near(total(&told, "duration", Some("p50")), 2.05, 0.02);
    near(
        total(&told, "time_per_token", Some("p50")),
        1.845 / 100.0,
        0.02,
    );
    let latency = &told["resources"]["metrics"]["latency_p50_ms"]["value"];
    near(latency.as_f64().unwrap(), 2_050.0, 0.02);
    let notes = told["resources"]["service"]["notes"].to_string();
    assert!(
        notes.contains("'ttft'") && notes.contains("'total_time'"),
        "{notes}"
    );
}

#[test]
fn tokens_that_are_not_told_cost_nothing_that_is_known() {
    let text = table("ts,http_status,elapsed_ms", 400, |i| {
        format!("200,{}", 50 + i % 10)
    });
    let told = report_with("cost.csv", &text, &["--price-in", "3"]);
    let costs = &told["resources"]["service"]["costs"];
    assert!(costs.as_array().is_none_or(Vec::is_empty), "{costs}");
    let told = report_with("cost.csv", &text, &["--price-hour", "3"]);
    assert!(told["resources"]["service"]["costs"][0]["per_thousand"].as_f64() > Some(0.0));
}

#[test]
fn time_per_token_is_what_is_left_after_the_first_one() {
    let text = table(
        "timestamp,status,latency_ms,prompt_tokens,completion_tokens,ttft_ms",
        400,
        |_| "200,1100,100,51,100".into(),
    );
    near(
        total(&report("tpot.csv", &text), "time_per_token", Some("p50")),
        0.02,
        0.011,
    );
    // Of one token there is none after it.
    let text = table(
        "timestamp,status,latency_ms,prompt_tokens,completion_tokens,ttft_ms",
        400,
        |_| "200,1100,100,1,1100".into(),
    );
    assert!(panel(&report("tpot_one.csv", &text), "time_per_token").is_none());
}

#[test]
fn results_of_jmeter_are_requests() {
    let mut text = String::from(
        "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,sentBytes,Latency,Connect\n",
    );
    for i in 0..400_u64 {
        let (code, success) = match i % 20 {
            0 => ("500", "false"),
            1 => (
                "Non HTTP response code: java.net.SocketTimeoutException",
                "false",
            ),
            _ => ("200", "true"),
        };
        let time = 1_772_323_200_000 + i * 1_000;
        let page = ["home", "cart"][usize::from(i % 2 == 0)];
        text.push_str(&format!(
            "{time},{},{page},{code},,tg 1-1,{success},1000,100,40,5\n",
            50 + i % 10
        ));
    }
    let told = report("jmeter.csv", &text);
    near(total(&told, "requests", None), 1.0, 0.01);
    near(total(&told, "error_share", Some("5xx")), 0.1, 1e-6);
    near(total(&told, "duration", Some("p50")), 0.0545, 0.02);
    let rate = &told["resources"]["metrics"]["error_rate"]["value"];
    near(rate.as_f64().unwrap(), 0.1, 1e-9);
}

/// Answers of Prometheus's API: each series with its labels and a value a minute.
fn range(series: &[(&str, &dyn Fn(u32) -> f64)], minutes: u32) -> String {
    let all = series.iter().map(|(labels, value)| {
        let values = (0..minutes).map(|i| format!("[{},\"{}\"]", 1_772_323_200 + i * 60, value(i)));
        let values: Vec<String> = values.collect();
        format!(
            "{{\"metric\":{{{labels}}},\"values\":[{}]}}",
            values.join(",")
        )
    });
    let all: Vec<String> = all.collect();
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{}]}}}}",
        all.join(",")
    )
}

fn names(panel: &Value) -> Vec<&str> {
    let lines = panel["lines"].as_array().unwrap();
    lines.iter().map(|l| l["name"].as_str().unwrap()).collect()
}

#[test]
fn series_of_two_instances_are_two_lines() {
    let of =
        |instance: &str| format!(r#""__name__":"temperature","job":"x","instance":"{instance}""#);
    let text = range(&[(&of("a:1"), &|_| 10.0), (&of("b:1"), &|_| 1_000.0)], 60);
    let told = report("two.json", &text);
    assert_eq!(names(panel(&told, "other_level").unwrap()), ["a:1", "b:1"]);
    near(total(&told, "other_level", Some("a:1")), 10.0, 1e-9);
    near(total(&told, "other_level", Some("b:1")), 1_000.0, 1e-9);
    let grafana = "\"Time\",\"{instance=\"\"a:1\"\", job=\"\"x\"\"}\",\"{instance=\"\"b:1\"\", job=\"\"x\"\"}\"\n1772323200000,10,1000\n1772323260000,10,1000\n1772323320000,10,\n";
    let told = report("two.csv", grafana);
    assert_eq!(names(panel(&told, "other_level").unwrap()), ["a:1", "b:1"]);
    // One of them is called as it was.
    let told = report("one.json", &range(&[(&of("a:1"), &|_| 10.0)], 60));
    assert_eq!(names(panel(&told, "other_level").unwrap()), ["x"]);
}

#[test]
fn quantiles_of_a_summary_are_of_the_duration() {
    let of = |q: &str, instance: &str| {
        format!(
            r#""__name__":"http_request_duration_seconds","job":"x","quantile":"{q}","instance":"{instance}""#
        )
    };
    let text = range(
        &[(&of("0.99", "a"), &|_| 1.5), (&of("0.5", "a"), &|_| 0.5)],
        60,
    );
    let told = report("summary.json", &text);
    assert_eq!(panel(&told, "told_duration").unwrap()["unit"], "seconds");
    near(total(&told, "told_duration", Some("p99")), 1.5, 1e-9);
    near(total(&told, "told_duration", Some("p50")), 0.5, 1e-9);
    let text = range(
        &[(&of("0.99", "a"), &|_| 1.5), (&of("0.99", "b"), &|_| 0.5)],
        60,
    );
    let told = report("summaries.json", &text);
    assert_eq!(
        names(panel(&told, "told_duration").unwrap()),
        ["p99 a", "p99 b"]
    );
}

#[test]
fn utilisations_of_opentelemetry_are_cpu_memory_and_gpu() {
    let mut text = String::new();
    for minute in 1..60_u64 {
        let time = format!("{}", (1_772_323_200 + minute * 60) * 1_000_000_000);
        let point = |value: f64, attributes: &[(&str, &str)]| {
            let attributes = attributes.iter().map(|(key, value)| {
                format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#)
            });
            let attributes: Vec<String> = attributes.collect();
            format!(
                r#"{{"timeUnixNano":"{time}","asDouble":{value},"attributes":[{}]}}"#,
                attributes.join(",")
            )
        };
        let gauge = |name: &str, points: &[String]| {
            format!(
                r#"{{"name":"{name}","unit":"1","gauge":{{"dataPoints":[{}]}}}}"#,
                points.join(",")
            )
        };
        let cpu = |cpu: &str, idle: f64| {
            [
                point(1.0 - idle, &[("cpu", cpu), ("state", "user")]),
                point(idle, &[("cpu", cpu), ("state", "idle")]),
            ]
        };
        let metrics = [
            gauge(
                "system.cpu.utilization",
                &[cpu("0", 0.7), cpu("1", 0.5)].concat(),
            ),
            gauge(
                "system.memory.utilization",
                &[
                    point(0.4, &[("state", "used")]),
                    point(0.6, &[("state", "free")]),
                ],
            ),
            gauge("hw.gpu.utilization", &[point(0.9, &[("hw.id", "0")])]),
        ];
        text.push_str(&format!(
            r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"host.name","value":{{"stringValue":"h1"}}}}]}},"scopeMetrics":[{{"metrics":[{}]}}]}}]}}"#,
            metrics.join(",")
        ));
        text.push('\n');
    }
    let told = report("otlp.jsonl", &text);
    near(total(&told, "cpu", Some("h1")), 0.4, 1e-9);
    near(total(&told, "memory_share", Some("h1")), 0.4, 1e-9);
    near(total(&told, "gpu", Some("h1 0")), 0.9, 1e-9);
    assert!(panel(&told, "other_level").is_none());
    let sentence = told["health"]["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("The machine tells of CPU, memory used and GPU."),
        "{sentence}"
    );
}

/// What IIS, AWS's balancers and Envoy write: rate, status, bytes and how long requests took; of a line that is wrong
/// the column, and the others are read.
#[test]
fn logs_of_iis_balancers_and_envoy_tell_of_requests() {
    let clock = |i: u64| format!("12:{:02}:{:02}", i / 30, i * 2 % 60);
    let status = |i: u64| if i.is_multiple_of(20) { 503 } else { 200 };
    type Row<'a> = &'a dyn Fn(u64) -> String;
    let logs: [(&str, &str, Row<'_>, &str, &str); 4] = [
        (
            "iis.log",
            "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time cs-method cs-uri-stem sc-status sc-bytes cs-bytes time-taken\n",
            &|i| format!("2026-03-01 {} GET /a {} 1000 100 50", clock(i), status(i)),
            "2026-03-01 12:00:00 GET /a 200 1000 100",
            "time-taken",
        ),
        (
            "w3c.log",
            "#Version: 1.0\n#Fields: date time cs-method sc-status sc-bytes cs-bytes time-taken\n",
            &|i| format!("2026-03-01 {} GET {} 1000 100 50", clock(i), status(i)),
            "2026-03-01 noon GET 200 1000 100 50",
            "time",
        ),
        (
            "alb.log",
            "",
            &|i| {
                format!(
                    r#"https 2026-03-01T{}.123456Z app/lb/50dc 10.0.0.1:2817 10.0.0.2:80 0.000 0.050 0.000 {} 200 100 1000 "GET https://x:443/ HTTP/1.1" "curl" - - arn "Root=1""#,
                    clock(i),
                    status(i)
                )
            },
            r#"https 2026-03-01T12:00:00.123456Z app/lb/50dc 10.0.0.1:2817 10.0.0.2:80 0.000 fast 0.000 200 200 100 1000 "GET / HTTP/1.1""#,
            "target_processing_time",
        ),
        (
            "envoy.log",
            "",
            &|i| {
                format!(
                    r#"[2026-03-01T{}.123Z] "GET /a HTTP/1.1" {} - 100 1000 50 49 "-" "curl" "id" "host" "10.0.0.1:80""#,
                    clock(i),
                    status(i)
                )
            },
            r#"[2026-03-01T12:00:00.123Z] "GET /a HTTP/1.1" 2OO - 100 1000 50 49 "-""#,
            "RESPONSE_CODE",
        ),
    ];
    for (name, header, row, bad, column) in logs {
        let mut lines: Vec<String> = (0..600).map(row).collect();
        lines.insert(300, bad.to_owned());
        let told = report(name, &format!("{header}{}\n", lines.join("\n")));
        near(total(&told, "requests", None), 0.5, 0.01);
        near(total(&told, "error_share", Some("5xx")), 0.05, 1e-12);
        near(total(&told, "duration", Some("p99")), 0.05, 0.000_5);
        let ratio = total(&told, "network_out", None) / total(&told, "network_in", None);
        near(ratio, 10.0, 1e-9);
        let rejected = &told["rejected"][0];
        assert_eq!(rejected["count"], 1, "{name}: {rejected}");
        assert_eq!(rejected["column"], column, "{name}: {rejected}");
        let line = 301 + header.lines().count() as u64;
        assert_eq!(rejected["line"], line, "{name}: {rejected}");
        assert!(
            rejected["reason"].as_str().unwrap().contains("expected"),
            "{rejected}"
        );
    }
}

/// Exporters leave states out, and newer ones call them modes; a process has no idle state at all.
#[test]
fn states_without_idle_add_up_to_what_is_busy() {
    let mut text = String::new();
    for minute in 1..60_u64 {
        let time = format!("{}", (1_772_323_200 + minute * 60) * 1_000_000_000);
        let point = |value: f64, cpu: &str, mode: &str| {
            format!(
                r#"{{"timeUnixNano":"{time}","asDouble":{value},"attributes":[{{"key":"cpu","value":{{"stringValue":"{cpu}"}}}},{{"key":"cpu.mode","value":{{"stringValue":"{mode}"}}}}]}}"#
            )
        };
        let of = |host: &str, name: &str, points: &[String]| {
            format!(
                r#"{{"resource":{{"attributes":[{{"key":"host.name","value":{{"stringValue":"{host}"}}}}]}},"scopeMetrics":[{{"metrics":[{{"name":"{name}","unit":"1","gauge":{{"dataPoints":[{}]}}}}]}}]}}"#,
                points.join(",")
            )
        };
        let system = [
            point(0.2, "0", "user"),
            point(0.1, "0", "system"),
            point(0.4, "1", "user"),
            point(0.1, "1", "system"),
        ];
        let process = [point(0.25, "", "user"), point(0.05, "", "system")];
        let plain = [point(0.15, "", "")];
        let resources = [
            of("h1", "system.cpu.utilization", &system),
            of("h2", "process.cpu.utilization", &process),
            of("h3", "process.cpu.utilization", &plain),
        ];
        text.push_str(&format!(
            r#"{{"resourceMetrics":[{}]}}"#,
            resources.join(",")
        ));
        text.push('\n');
    }
    let told = report("modes.jsonl", &text);
    near(total(&told, "cpu", Some("h1")), 0.4, 1e-9);
    near(total(&told, "cpu", Some("h2")), 0.3, 1e-9);
    near(total(&told, "cpu", Some("h3")), 0.15, 1e-9);
}

#[test]
fn results_of_jmeter_tell_what_was_sent_and_how_long_a_connection_took() {
    let mut text =
        "timeStamp,elapsed,label,responseCode,success,bytes,sentBytes,Latency,Connect\n".to_owned();
    for i in 0..600_u64 {
        let time = (1_772_323_200 + i * 10) * 1_000;
        text.push_str(&format!("{time},80,home,200,true,1000,100,40,5\n"));
    }
    let told = report("jmeter_bytes.csv", &text);
    near(total(&told, "duration", Some("p50")), 0.08, 0.000_8);
    let ratio = total(&told, "network_out", None) / total(&told, "network_in", None);
    near(ratio, 10.0, 1e-9);
    let panels = told["resources"]["service"]["panels"].as_array().unwrap();
    for (title, seconds) in [("Latency", 0.04), ("Connect", 0.005)] {
        let panel = panels.iter().find(|p| p["title"] == title).unwrap();
        assert_eq!(panel["unit"], "seconds");
        near(panel["lines"][0]["total"].as_f64().unwrap(), seconds, 1e-9);
    }
}

/// A price by tokens of rows without any is no cost of 0: what is missing is said.
#[test]
fn prices_without_tokens_say_what_a_cost_takes() {
    let rows = table("time,latency_ms,status", 60, |_| "20,200".into());
    let notes = |arguments: &[&str]| {
        let told = report_with("untold.csv", &rows, arguments);
        let service = &told["resources"]["service"];
        assert!(service["costs"].is_null());
        service["notes"].to_string()
    };
    let said = notes(&["--price-in", "3", "--price-out", "9"]);
    assert!(said.contains("needs counts of tokens in and out"), "{said}");
    let said = notes(&["--price-out", "9"]);
    assert!(said.contains("needs counts of tokens out"), "{said}");
    assert!(!notes(&[]).contains("tokens"));
}

#[test]
fn logs_of_proxies_in_json_tell_of_rate_status_and_duration() {
    let stamp = |i: u64| format!("2026-03-01T12:{:02}:{:02}.123Z", i / 30, i * 2 % 60);
    let epoch = |i: u64| 1_772_366_400 + i * 2;
    let status = |i: u64| if i.is_multiple_of(20) { 503 } else { 200 };
    type Row<'a> = &'a dyn Fn(u64) -> String;
    let rows: [(&str, Row<'_>); 5] = [
        ("caddy.json", &|i| {
            format!(
                r#"{{"level":"info","ts":{}.5,"logger":"http.log.access","msg":"handled request","request":{{"method":"GET","uri":"/a"}},"bytes_read":0,"duration":0.05,"size":1000,"status":{}}}"#,
                epoch(i),
                status(i)
            )
        }),
        ("pino.json", &|i| {
            format!(
                r#"{{"level":30,"time":{}000,"pid":1,"hostname":"a","req":{{"id":{i},"method":"GET","url":"/a"}},"res":{{"statusCode":{}}},"responseTime":50,"msg":"request completed"}}"#,
                epoch(i),
                status(i)
            )
        }),
        ("traefik.json", &|i| {
            format!(
                r#"{{"DownstreamStatus":{},"Duration":50000000,"DownstreamContentSize":1000,"RequestMethod":"GET","StartUTC":"{}","time":"{}"}}"#,
                status(i),
                stamp(i),
                stamp(i)
            )
        }),
        ("ecs.json", &|i| {
            format!(
                r#"{{"@timestamp":"{}","http":{{"response":{{"status_code":{},"body":{{"bytes":1000}}}},"request":{{"method":"GET"}}}},"event":{{"duration":50000000}}}}"#,
                stamp(i),
                status(i)
            )
        }),
        ("plain.json", &|i| {
            format!(
                r#"{{"time":{}000,"res":{{"statusCode":{}}},"responseTime":50}}"#,
                epoch(i),
                status(i)
            )
        }),
    ];
    for (name, row) in rows {
        let mut text = String::new();
        for i in 0..600 {
            text.push_str(&row(i));
            text.push('\n');
        }
        let told = report(name, &text);
        near(total(&told, "requests", None), 0.5, 0.01);
        near(total(&told, "duration", Some("p50")), 0.05, 0.011);
        near(total(&told, "error_share", Some("5xx")), 0.05, 1e-6);
    }
}
