//! Several instances, services and replicas: what they come to together, also where one of them is silent for a while.

#![allow(clippy::unwrap_used, clippy::panic)]

use plumbline::engine::service::{Served, put};
use plumbline::feed::grow::Growth;
use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Report, Service};
use plumbline::series::known::machine_in;
use plumbline::series::read::{About, Form, read};
use plumbline::series::{Key, Kind, Labels, SeriesSet, Step};
use plumbline::summary::Summary;
use plumbline::table::time::{SECOND, Time};
use std::fmt::Write;
use std::ops::Range;

/// 20 March 2026, 09:00 UTC.
const START: i64 = 1_773_997_200;

/// A series as Prometheus answers a range query: labels, and samples by second.
type Told<'a> = (Vec<(&'a str, &'a str)>, Vec<(i64, f64)>);

fn answer(series: &[Told<'_>]) -> String {
    let of = |(labels, samples): &Told<'_>| {
        let labels: Vec<String> = labels.iter().map(|(n, v)| format!("{n:?}:{v:?}")).collect();
        let samples: Vec<String> = samples
            .iter()
            .map(|(at, value)| format!("[{},\"{value}\"]", START + at))
            .collect();
        format!(
            "{{\"metric\":{{{}}},\"values\":[{}]}}",
            labels.join(","),
            samples.join(",")
        )
    };
    let all: Vec<String> = series.iter().map(of).collect();
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{}]}}}}",
        all.join(",")
    )
}

fn shown(series: &[Told<'_>], view: &View) -> (Report, Service) {
    let about = About {
        name: "gap.json".into(),
        modified: None,
    };
    let mut summary = Summary::of_task(Task::Service);
    let served = Served {
        name: "gap.json".into(),
        bytes: 0,
        read: read(&about, &answer(series).as_bytes(), Form::PrometheusJson).unwrap(),
    };
    put(&mut summary, vec![served]);
    let report = Report::from(&summary, view);
    let service = report.resources.service.clone().unwrap();
    (report, service)
}

/// Requests of an instance of a job: so many between scrapes 30 s apart, but for those in the gap.
fn requests<'a>(
    (job, instance): (&'a str, &'a str),
    each: f64,
    scrapes: i64,
    gap: Range<i64>,
    skew: i64,
) -> Told<'a> {
    let labels = vec![
        ("__name__", "http_requests_total"),
        ("job", job),
        ("instance", instance),
        ("code", "200"),
    ];
    let kept = (0..scrapes).filter(|k| !gap.contains(k));
    let samples = kept.map(|k| (30 * k + skew, each * k as f64));
    (labels, samples.collect())
}

#[track_caller]
fn near(a: f64, b: f64) {
    assert!(
        (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        "{a}, expected {b}"
    );
}

fn priced() -> View {
    let mut view = View::default();
    view.service.price_hour = Some(10.0);
    view
}

#[test]
fn the_seconds_of_a_gap_of_one_instance_count_once() {
    // Counters that rise by 80 in each half minute of 14 370 s, whoever was looked at meanwhile.
    let all = 80.0 * 479.0;
    let seconds = 30.0 * 479.0;
    for [of_a, of_b] in [
        [0..0, 0..0],
        [0..0, 100..160],
        [0..0, 100..400],
        [100..160, 100..160],
        [100..200, 150..400],
    ] {
        let told = [
            requests(("api", "a:1"), 60.0, 480, of_a, 0),
            requests(("api", "b:1"), 20.0, 480, of_b, 0),
        ];
        let (_, service) = shown(&told, &priced());
        near(service.requests_per_second.unwrap(), all / seconds);
        near(service.panels[0].lines[0].total.unwrap(), all / seconds);
        let seen = (Time(START * SECOND), Time((START + 14_370) * SECOND));
        assert_eq!(service.seen, Some(seen));
        let cost = &service.objectives.costs[0];
        near(cost.all, 10.0 * seconds / 3_600.0);
        near(cost.per_thousand, cost.all / all * 1_000.0);
    }
    // Of scrapes 7 s apart the first and the last are of one instance alone.
    for gap in [0..0, 100..400] {
        let told = [
            requests(("api", "a:1"), 60.0, 480, 0..0, 0),
            requests(("api", "b:1"), 20.0, 480, gap, 7),
        ];
        let (_, service) = shown(&told, &View::default());
        near(service.requests_per_second.unwrap(), all / (seconds + 7.0));
    }
}

#[test]
fn a_part_of_time_has_its_part_of_what_came_while_an_instance_was_silent() {
    let told = [
        requests(("api", "a:1"), 60.0, 480, 0..0, 0),
        requests(("api", "b:1"), 20.0, 480, 100..400, 0),
    ];
    // The gap is from 2 970 s to 12 000 s; steps are of 300 s.
    for begin in [11_700, 9_000, 6_000] {
        let from = Time((START + begin) * SECOND);
        let to = Time((START + 14_700) * SECOND);
        let view = View {
            range: Some((from, to)),
            ..View::default()
        };
        let (_, service) = shown(&told, &view);
        near(service.requests_per_second.unwrap(), 80.0 / 30.0);
        near(service.panels[0].lines[0].total.unwrap(), 80.0 / 30.0);
    }
}

#[test]
fn the_seconds_of_a_gap_of_one_service_count_once() {
    let told = [
        requests(("api", "a:1"), 60.0, 480, 0..0, 0),
        requests(("web", "b:1"), 20.0, 480, 100..400, 0),
    ];
    let (_, service) = shown(&told, &View::default());
    near(service.requests_per_second.unwrap(), 80.0 / 30.0);
    let totals: Vec<f64> = service.panels[0]
        .lines
        .iter()
        .map(|l| l.total.unwrap())
        .collect();
    near(totals[0], 2.0);
    near(totals[1], 20.0 / 30.0);
}

#[test]
fn a_line_does_not_fall_while_one_instance_is_silent() {
    let told = [
        requests(("api", "a:1"), 60.0, 480, 0..0, 0),
        requests(("api", "b:1"), 20.0, 480, 100..400, 0),
    ];
    let (_, service) = shown(&told, &View::default());
    let line = &service.panels[0].lines[0];
    for (at, value) in line.values.iter().enumerate() {
        let value = value.unwrap();
        assert!((value - 80.0 / 30.0).abs() < 1e-9, "{at}: {value}");
    }
    assert_eq!(line.anomalies, []);
    assert_eq!(service.gaps.len(), 1);
    assert_eq!(service.gaps[0].of, "b:1");
    // One that goes for good takes what it had with it.
    let told = [
        requests(("api", "a:1"), 60.0, 480, 0..0, 0),
        requests(("api", "b:1"), 20.0, 240, 0..0, 0),
    ];
    let (_, service) = shown(&told, &View::default());
    let values = &service.panels[0].lines[0].values;
    assert!((values[5].unwrap() - 80.0 / 30.0).abs() < 1e-9);
    assert!((values[40].unwrap() - 2.0).abs() < 1e-9);
}

#[test]
fn of_few_scrapes_a_step_tells_the_rate_of_each_instance() {
    let told = [
        requests(("api", "a:1"), 60.0, 5, 0..0, 0),
        requests(("api", "b:1"), 30.0, 5, 1..4, 0),
    ];
    let (_, service) = shown(&told, &View::default());
    let line = &service.panels[0].lines[0];
    near(line.values.last().unwrap().unwrap(), 3.0);
    near(line.total.unwrap(), 3.0);
    near(service.requests_per_second.unwrap(), 3.0);
}

#[test]
fn the_sentence_names_the_service_that_fails_and_the_slowest_one() {
    let mut told: Vec<Told<'_>> = Vec::new();
    for (job, code, each) in [
        ("api", "200", 150.0),
        ("web", "200", 120.0),
        ("web", "503", 30.0),
    ] {
        let mut one = requests((job, "x:1"), each, 60, 0..0, 0);
        one.0[3].1 = code;
        told.push(one);
    }
    for (job, bounds) in [
        (
            "api",
            [
                ("0.05", 150.0),
                ("2.5", 150.0),
                ("5", 150.0),
                ("+Inf", 150.0),
            ],
        ),
        (
            "web",
            [("0.05", 0.0), ("2.5", 0.0), ("5", 150.0), ("+Inf", 150.0)],
        ),
    ] {
        for (bound, each) in bounds {
            let mut one = requests((job, "x:1"), each, 60, 0..0, 0);
            one.0[0].1 = "http_request_duration_seconds_bucket";
            one.0[3] = ("le", bound);
            told.push(one);
        }
    }
    let (report, service) = shown(&told, &View::default());
    let sentence = service.sentence();
    // A fifth of web's; of requests that are even between 2.5 and 5 s the last hundredth is above 4.975 s.
    let told = sentence.replace("4.98 s", "4.97 s");
    assert_eq!(
        told.split(". There").next().unwrap(),
        "10.0 requests a second; 20.0 % of those of web failed by the server's fault, the largest share of all services; 99 of 100 of those of web, the slowest service, took at most about 4.97 s"
    );
    assert_eq!(report.health.sentence, sentence);
}

#[test]
fn quantiles_that_handlers_tell_are_shown_each_and_not_as_their_mean() {
    let mut told: Vec<Told<'_>> = Vec::new();
    for (handler, p50, p99) in [("/a", 0.1, 0.8), ("/b", 0.2, 1.6)] {
        for (quantile, value) in [("0.5", p50), ("0.99", p99)] {
            let labels = vec![
                ("__name__", "http_request_duration_seconds"),
                ("job", "r"),
                ("handler", handler),
                ("quantile", quantile),
            ];
            told.push((labels, (0..60).map(|k| (60 * k, value)).collect()));
        }
    }
    let (_, service) = shown(&told, &View::default());
    let mut lines = String::new();
    for line in &service.panel("told_duration").unwrap().lines {
        let total = (line.total.unwrap() * 1e6).round() / 1e6;
        writeln!(lines, "{} {total}", line.name).unwrap();
    }
    assert_eq!(
        lines,
        "p50 handler=/a 0.1\np50 handler=/b 0.2\np99 handler=/a 0.8\np99 handler=/b 1.6\n"
    );
}

#[test]
fn what_two_replicas_of_a_prometheus_tell_counts_once() {
    let mut told = Vec::new();
    for (replica, skew) in [("0", 0), ("1", 7)] {
        let mut one = requests(("api", "a:1"), 20.0, 480, 0..0, skew);
        one.0.push(("prometheus_replica", replica));
        told.push(one);
    }
    let (_, service) = shown(&told, &View::default());
    near(service.requests_per_second.unwrap(), 20.0 / 30.0);
    let notes = service.objectives.notes.join(" ");
    assert!(
        notes.contains("1 series is told by several replicas"),
        "{notes}"
    );
}

#[test]
fn the_memory_of_a_container_is_a_share_of_its_limit() {
    let mut told = Vec::new();
    for (name, value) in [
        ("container_memory_working_set_bytes", 3e8),
        ("container_spec_memory_limit_bytes", 4e8),
    ] {
        for pod in ["a-1", "b-1"] {
            let unlimited = pod == "b-1" && name.contains("limit");
            let labels = vec![
                ("__name__", name),
                ("namespace", "ml"),
                ("pod", pod),
                ("container", "main"),
            ];
            let value = if unlimited { 0.0 } else { value };
            told.push((labels, (0..60).map(|k| (60 * k, value)).collect()));
        }
    }
    let (_, service) = shown(&told, &View::default());
    let share = service.panel("memory_share").unwrap();
    let names: Vec<&str> = share.lines.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["ml/a-1/main"]);
    near(share.lines[0].total.unwrap(), 0.75);
    assert_eq!(service.panel("memory").unwrap().lines.len(), 2);

    // What kube-state-metrics tells of a limit counts where cAdvisor has none.
    for (pod, resource, value) in [
        ("a-1", "memory", 9e8),
        ("b-1", "memory", 6e8),
        ("b-1", "cpu", 2.0),
    ] {
        let labels = vec![
            ("__name__", "kube_pod_container_resource_limits"),
            ("job", "kube-state-metrics"),
            ("namespace", "ml"),
            ("pod", pod),
            ("container", "main"),
            ("resource", resource),
        ];
        told.push((labels, (0..60).map(|k| (60 * k, value)).collect()));
    }
    let (_, service) = shown(&told, &View::default());
    let share = service.panel("memory_share").unwrap();
    let lines: Vec<(&str, f64)> = share
        .lines
        .iter()
        .map(|l| (l.name.as_str(), l.total.unwrap()))
        .collect();
    assert_eq!(lines, [("ml/a-1/main", 0.75), ("ml/b-1/main", 0.5)]);
}

#[test]
fn what_comes_live_while_instances_are_silent_is_what_one_set_gives() {
    let mut growth = Growth::new(Step::at_least(60 * SECOND));
    let mut all = SeriesSet::default();
    for k in 0..1_500_i64 {
        let mut scrape = SeriesSet::default();
        for (instance, skew, each, every, silent) in [
            ("a:1", 0, 60.0, 0, 0),
            ("b:1", 7, 20.0, 400, 290),
            ("c:1", 11, 5.0, 333, 40),
            ("d:1", 3, 7.0, 1_000, 930),
        ] {
            // Silent for so many scrapes of so many; one starts anew beside.
            if every > 0 && (k + 50) % every < silent {
                continue;
            }
            for (code, share) in [("200", 0.9), ("500", 0.1)] {
                let labels = [("job", "api"), ("instance", instance), ("code", code)];
                let labels = labels.map(|(n, v)| (n.to_owned(), v.to_owned()));
                let key = Key {
                    name: "http_requests_total".into(),
                    labels: Labels::new(labels.to_vec()),
                    file: String::new(),
                };
                let count = if each == 5.0 { k % 450 } else { k };
                let time = (START + 30 * k + skew) * SECOND;
                scrape.add(key, Kind::Counter, "", time, each * share * count as f64);
            }
        }
        all.merge(scrape.clone());
        growth.take(scrape);
    }
    all.settle();
    let grown = growth.machine();
    let whole = machine_in(&all, grown.step);
    assert_eq!(grown.signals.len(), 3);
    assert_eq!(grown.signals, whole.signals);
}
