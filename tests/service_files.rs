//! Each format in which a service tells of itself: told apart by its start, read, bad lines counted while the good ones
//! survive, and what is measured of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::engine::service::{Served, is_served, put};
use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Objectives, Panel, Report, Service};
use plumbline::series::read::{About, Form, SeriesRead, read};
use plumbline::series::{Key, Labels, Series, Unit, Values};
use plumbline::summary::Summary;

const SECOND: i64 = 1_000_000;
/// 2026-03-02T10:00:00Z.
const TEN: i64 = 1_772_445_600 * SECOND;

fn bytes(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/files/service/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

#[track_caller]
fn opened(name: &str, form: Form) -> SeriesRead {
    let bytes = bytes(name);
    assert_eq!(is_served(&bytes.as_slice()).unwrap(), Some(form), "{name}");
    let about = About {
        name: name.into(),
        modified: None,
    };
    read(&about, &bytes.as_slice(), form).unwrap()
}

fn summary(name: &str, read: SeriesRead) -> Summary {
    let mut summary = Summary::of_task(Task::Service);
    let served = Served {
        name: name.into(),
        bytes: 0,
        read,
    };
    put(&mut summary, vec![served]);
    summary
}

fn service(name: &str, form: Form) -> (SeriesRead, Service) {
    let read = opened(name, form);
    let report = Report::from(&summary(name, read.clone()), &View::default());
    (read, report.resources.service.expect("a service"))
}

#[track_caller]
fn panel<'a>(service: &'a Service, id: &str) -> &'a Panel {
    let found = service.panel(id);
    found.unwrap_or_else(|| {
        panic!(
            "no {id} among {:?}",
            service.panels.iter().map(|p| &p.id).collect::<Vec<_>>()
        )
    })
}

#[track_caller]
fn total(service: &Service, id: &str, line: &str) -> f64 {
    let panel = panel(service, id);
    let found = panel.lines.iter().find(|l| l.name == line);
    let found = found.unwrap_or_else(|| panic!("no {line} in {panel:?}"));
    found.total.unwrap()
}

#[track_caller]
fn series<'a>(read: &'a SeriesRead, name: &str, labels: &[(&str, &str)]) -> &'a Series {
    let pair = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    let labels = Labels::new(labels.iter().map(pair).collect());
    let is = |key: &&Key| key.name == name && key.labels == labels;
    let key = read.set.series().keys().find(is);
    let key = key.unwrap_or_else(|| panic!("no {name} in {:?}", read.set.series().keys()));
    &read.set.series()[key]
}

#[track_caller]
fn near(a: f64, b: f64) {
    assert!(
        (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        "{a}, expected {b}"
    );
}

#[test]
fn one_scrape_has_the_time_of_its_name_and_tells_of_all_since_its_process_began() {
    let (read, service) = service("metrics-20260302T100000Z.txt", Form::Exposition);
    let ok = series(
        &read,
        "http_requests_total",
        &[("code", "200"), ("job", "api")],
    );
    assert_eq!(
        (ok.times.as_slice(), ok.numbers()),
        (&[TEN][..], &[1_000.0][..])
    );
    let [words, open] = read.troubles.as_slice() else {
        panic!("{:?}", read.troubles);
    };
    assert_eq!((words.line, words.row_lost), (6, true));
    assert!(words.reason.contains("at column 6"), "{}", words.reason);
    assert_eq!(open.line, 7);
    assert!(
        open.reason.contains("} after the last label"),
        "{}",
        open.reason
    );
    // The process began at 9:00: 1010 requests in 3600 s.
    near(total(&service, "requests", "api"), 1_010.0 / 3_600.0);
    near(total(&service, "error_share", "5xx"), 10.0 / 1_010.0);
    assert!(
        service.objectives.notes[0].contains("one scrape"),
        "{:?}",
        service.objectives.notes
    );
}

#[test]
fn tensorflow_servings_names_begin_with_a_colon() {
    let (_, service) = service("tfserving.txt", Form::Exposition);
    near(total(&service, "error_share", "5xx"), 8.0 / 128.0);
    near(total(&service, "requests", "demo"), 128.0 / 30.0);
}

#[test]
fn opentelemetry_is_read_line_by_line() {
    let (read, service) = service("otlp.jsonl", Form::Otlp);
    assert_eq!((read.troubles.len(), read.troubles[0].line), (1, 2));
    let name = "http.server.request.duration_bucket";
    let histogram = series(&read, name, &[("service.name", "scorer")]);
    let Values::Natives(natives) = &histogram.values else {
        panic!("{histogram:?}");
    };
    // It counts from when it began. Bucket offset + i holds (base^(offset + i), base^(offset + i + 1)]; index is that of
    // its upper end.
    assert_eq!(natives[0].count, 0.0);
    assert_eq!(
        (natives[1].schema, &natives[1].positive),
        (1, &vec![(6, 4.0), (7, 6.0)])
    );
    let queue = panel(&service, "other_level");
    assert_eq!(queue.title, "queue");
    near(queue.lines[0].total.unwrap(), 4.0);
}

#[test]
fn prometheus_ranges_keep_their_gaps() {
    let (read, service) = service("range.json", Form::PrometheusJson);
    let up = series(&read, "up", &[("instance", "a:9100"), ("job", "node")]);
    assert_eq!(up.times, [TEN, TEN + 15 * SECOND, TEN + 45 * SECOND]);
    near(total(&service, "up", "a:9100"), 2.0 / 3.0);
}

#[test]
fn services_that_did_not_run_at_the_same_time_do_not_add_up() {
    let half = |job: &str, first: i64| {
        let values: Vec<String> = (0..=120)
            .map(|i| format!("[{},\"{}\"]", TEN / SECOND + first + i * 15, i * 30))
            .collect();
        let values = values.join(",");
        format!(
            r#"{{"metric":{{"__name__":"http_requests_total","job":"{job}"}},"values":[{values}]}}"#
        )
    };
    // Two a second each: one in the first half of an hour, one in the other.
    let (first, second) = (half("a", 0), half("b", 1_800));
    let text = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{first},{second}]}}}}"#
    );
    let about = About {
        name: "range.json".into(),
        modified: None,
    };
    let read = read(&about, &text.as_bytes(), Form::PrometheusJson).unwrap();
    let report = Report::from(&summary("range.json", read), &View::default());
    let service = report.resources.service.unwrap();
    assert_eq!(panel(&service, "requests").lines.len(), 2);
    let rate = service.requests_per_second.unwrap();
    assert!((rate - 2.0).abs() < 0.05, "{rate} requests a second");
    assert!(
        service.sentence().starts_with("2.0"),
        "{}",
        service.sentence()
    );
}

#[test]
fn access_logs_are_counted() {
    for (name, form, requests, failed, p99) in [
        ("combined.log", Form::AccessLog, 4, 0.25, None),
        ("access.jsonl", Form::AccessJson, 2, 0.5, Some(0.3)),
    ] {
        let (read, service) = service(name, form);
        assert_eq!(read.set.rows(), requests, "{name}");
        assert_eq!(read.troubles.len(), 1, "{name}: {:?}", read.troubles);
        near(total(&service, "error_share", "5xx"), failed);
        let most = total(&service, "duration", "max");
        near(most, p99.unwrap_or(1.5));
    }
}

#[test]
fn docker_tells_of_containers() {
    let (read, service) = service("docker.jsonl", Form::Docker);
    near(total(&service, "cpu_cores", "scorer"), 1.0);
    near(total(&service, "memory_share", "scorer"), 0.375);
    near(total(&service, "network_in", "scorer"), 2_000.0);
    let [trouble] = read.troubles.as_slice() else {
        panic!("{:?}", read.troubles);
    };
    assert_eq!(
        (trouble.line, trouble.column.as_deref(), trouble.row_lost),
        (2, Some("NetIO"), false)
    );
}

#[test]
fn kubernetes_tells_of_pods_and_nodes() {
    let (read, pods) = service("pods.json", Form::Kubernetes);
    near(total(&pods, "cpu_cores", "ml/scorer-0/scorer"), 0.25);
    near(
        total(&pods, "memory", "ml/scorer-0/scorer"),
        512.0 * 1_048_576.0,
    );
    assert_eq!(read.troubles[0].column.as_deref(), Some("memory"));
    let (read, nodes) = service("top.txt", Form::Top);
    near(total(&nodes, "cpu", "node-a"), 0.21);
    near(total(&nodes, "memory", "node-a"), 1_970.0 * 1_048_576.0);
    // What is unknown is no trouble.
    assert_eq!(read.troubles, []);
}

#[test]
fn nvidia_smi_tells_of_each_gpu() {
    let (read, service) = service("gpu.csv", Form::Nvidia);
    near(total(&service, "gpu", "GPU 0"), 0.8);
    near(total(&service, "gpu_memory_share", "GPU 1"), 0.5);
    near(total(&service, "gpu_power", "GPU 0"), 225.25);
    let [trouble] = read.troubles.as_slice() else {
        panic!("{:?}", read.troubles);
    };
    assert!(
        trouble.reason.contains("column timestamp: 'yesterday'"),
        "{}",
        trouble.reason
    );
    assert_eq!(trouble.line, 5);
}

#[test]
fn a_grafana_panel_is_one_panel_for_each_of_its_units() {
    let (read, service) = service("panel.csv", Form::Grafana);
    let [idle, p99] = service.panels.as_slice() else {
        panic!("{:?}", service.panels);
    };
    for (panel, unit, expected) in [(idle, Unit::Share, 0.6), (p99, Unit::Seconds, 0.756)] {
        assert_eq!((panel.title.as_str(), panel.unit), ("panel", unit));
        near(panel.lines[0].total.unwrap(), expected);
    }
    assert_eq!(read.troubles.len(), 1, "{:?}", read.troubles);
    assert!(service.objectives.notes.iter().any(|n| n.contains("UTC")));
}

#[test]
fn victoria_metrics_exports_a_series_a_line() {
    let (read, service) = service("victoria.jsonl", Form::Victoria);
    near(total(&service, "load", "a"), 2.0);
    assert_eq!((read.troubles.len(), read.troubles[0].line), (1, 1));
}

#[test]
fn a_table_of_predictions_is_no_file_of_a_service() {
    for text in [
        "id,time,score,label\n1,2026-03-02T10:00:00Z,0.5,1\n",
        "\"Time\",\"V1\",\"Class\"\n0,-1.3,\"0\"\n1,0.2,\"1\"\n",
        "{\"id\":1,\"time\":\"2026-03-02T10:00:00Z\",\"prediction\":1,\"status\":200,\"latency_ms\":12}\n",
        "{\"status\":\"success\",\"predictions\":[1,2]}\n",
        "date value\n2026-03-02 1\n",
        "a 1\nb 2\nc 3\n",
        "",
    ] {
        assert_eq!(is_served(&text.as_bytes()).unwrap(), None, "{text}");
    }
}

#[test]
fn a_file_without_a_sample_says_what_was_found() {
    let about = About {
        name: "answer.json".into(),
        modified: None,
    };
    let text = br#"{"status":"error","errorType":"bad_data","error":"1:5: unclosed"}"#;
    let form = is_served(&text.as_slice()).unwrap().unwrap();
    let error = read(&about, &text.as_slice(), form)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("answer.json, line 1: "), "{error}");
    assert!(error.contains("1:5: unclosed"), "{error}");
}

#[test]
fn objectives_are_judged_by_what_the_reader_wants() {
    let summary = summary("combined.log", opened("combined.log", Form::AccessLog));
    let view = View {
        service: Objectives {
            slo: Some(0.9),
            slow_s: Some(0.03),
            apdex_s: Some(0.021),
            ..Objectives::default()
        },
        ..View::default()
    };
    let service = Report::from(&summary, &view).resources.service.unwrap();
    let slo = &service.objectives.slos[0];
    // One of four failed; two took longer than 30 ms, the failed one among them.
    near(slo.bad, 2.0);
    // Of four, less than one may be bad at 90 %: there is no budget to speak of.
    assert_eq!((slo.budget_left, slo.budget_from), (None, 10.0));
    assert_eq!(slo.unjudged.len(), 3);
    let wanted = Objectives {
        slo: Some(0.7),
        ..view.service
    };
    let view_of_less = View {
        service: wanted,
        ..view
    };
    let less = Report::from(&summary, &view_of_less)
        .resources
        .service
        .unwrap();
    near(
        less.objectives.slos[0].budget_left.unwrap_or(f64::NAN),
        1.0 - 0.5 / 0.3,
    );
    // 1 ms and 20 ms satisfy, 40 ms is tolerable, 1.5 s is not.
    near(service.objectives.apdex[0].value, (2.0 + 0.5) / 4.0);
}
