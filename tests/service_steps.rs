//! What steps shorter than those of charts tell: of a marked period, of scrapes that are missing, and of counters that
//! began anew. Values are compared with those of the samples themselves.
#![allow(clippy::unwrap_used)]

use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Changes, Report};
use plumbline::series::known::machine;
use plumbline::series::read::{About, recognise};
use plumbline::series::{Key, Kind, Labels, SeriesSet};
use plumbline::summary::Summary;
use plumbline::table::time::Time;
use std::sync::Arc;

const MINUTE: i64 = 60_000_000;
const START: i64 = 29_700_000 * MINUTE;

fn key(name: &str, labels: &[(&str, &str)]) -> Key {
    let labels = labels.iter().map(|(n, v)| ((*n).into(), (*v).into()));
    Key {
        name: name.into(),
        labels: Labels::new(labels.collect()),
        file: String::new(),
    }
}

/// 2026-11-23T09:00:00Z.
const START_OF_STATS: i64 = 1_795_424_400_000_000;

fn read(name: &str, text: &str) -> SeriesSet {
    let about = About {
        name: name.into(),
        modified: Some(START_OF_STATS),
    };
    let form = recognise(text.as_bytes()).unwrap();
    plumbline::series::read::read(&about, &text.as_bytes(), form)
        .unwrap()
        .set
}

fn report(set: &SeriesSet) -> (Summary, Report) {
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine(set)));
    let report = Report::from(&summary, &View::default());
    (summary, report)
}

fn marked(set: &SeriesSet, from: i64, to: i64) -> Changes {
    let (summary, report) = report(set);
    let changes = report.changes(summary.machine.as_deref(), Time(from), Time(to));
    changes.unwrap()
}

/// Times and values.
type Samples = Vec<(i64, f64)>;

/// Six weeks of a gauge and of a counter, a sample every five minutes.
fn weeks() -> (SeriesSet, Samples, Samples) {
    let (mut set, mut levels, mut counts, mut count) = (SeriesSet::default(), vec![], vec![], 0.0);
    for i in 0..6 * 7 * 288_i64 {
        let time = START + i * 5 * MINUTE;
        let noise = ((i * 7_919) % 101) as f64 / 400.0;
        // An hour and forty minutes that are unlike the others, at no border of a step.
        let high = (9_007..9_027).contains(&i);
        let level = if high { 0.65 } else { 0.25 } + noise;
        count += if high { 900.0 } else { 300.0 } + noise * 400.0;
        set.add(
            key("node_load1", &[("instance", "a")]),
            Kind::Gauge,
            "",
            time,
            level,
        );
        let requests = key("http_requests_total", &[("job", "api"), ("code", "200")]);
        set.add(requests, Kind::Counter, "", time, count);
        let sent = key(
            "node_network_transmit_bytes_total",
            &[("instance", "a"), ("device", "eth0")],
        );
        set.add(sent, Kind::Counter, "", time, count * 1_000.0);
        levels.push((time, level));
        counts.push((time, count));
    }
    (set, levels, counts)
}

#[test]
fn a_period_that_chart_steps_do_not_divide_is_compared_by_its_samples() {
    let (set, levels, counts) = weeks();
    let (from, to) = (START + 9_007 * 5 * MINUTE, START + 9_027 * 5 * MINUTE);
    let changes = marked(&set, from, to);
    let row = |name: &str| {
        changes
            .rows
            .iter()
            .find(|c| c.name.starts_with(name))
            .unwrap()
    };
    let mean = |from: i64, to: i64| {
        let all = levels.iter().filter(|(t, _)| *t >= from && *t < to);
        let all: Vec<f64> = all.map(|(_, level)| *level).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    let load = row("load");
    let before = from - 4 * (to - from);
    assert!((load.now - mean(from, to)).abs() < 1e-9, "{load:?}");
    assert!((load.before - mean(before, from)).abs() < 1e-9, "{load:?}");
    assert!(load.sure && load.now > 0.7, "{load:?}");
    let weeks = load.weeks.as_ref().unwrap();
    let week = 7 * 1_440 * MINUTE;
    let all: Vec<f64> = (1..=4)
        .map(|k| mean(from - k * week, to - k * week))
        .collect();
    assert!(
        (weeks.mean - all.iter().sum::<f64>() / 4.0).abs() < 1e-9,
        "{weeks:?}"
    );
    // What rises is told in steps of four samples: as near to the truth as one of them.
    let at = |time: i64| counts.iter().find(|(t, _)| *t == time).unwrap().1;
    let rate = (at(to) - at(from)) / ((to - from) as f64 / 1e6);
    for (name, rate) in [("requests", rate), ("network_out", rate * 1e3)] {
        let found = row(name);
        assert!(
            (found.now / rate - 1.0).abs() < 0.15,
            "{name} {} {rate}",
            found.now
        );
        assert!(found.sure, "{found:?}");
    }
    let note = |word: &str| changes.notes.iter().any(|n| n.contains(word));
    assert!(
        note("in steps of 5 min, shorter than those of the charts"),
        "{:?}",
        changes.notes
    );
}

#[test]
fn a_period_shorter_than_the_shortest_steps_tells_which_time_is_compared() {
    let (set, levels, _) = weeks();
    // Two minutes and a half around the middle of a step of five.
    let (from, to) = (
        START + 9_010 * 5 * MINUTE + MINUTE,
        START + 9_010 * 5 * MINUTE + 4 * MINUTE,
    );
    let changes = marked(&set, from, to);
    let load = changes
        .rows
        .iter()
        .find(|c| c.name.starts_with("load"))
        .unwrap();
    assert!((load.now - levels[9_010].1).abs() < 1e-9, "{load:?}");
    let (start, end) = (START + 9_010 * 5 * MINUTE, START + 9_011 * 5 * MINUTE);
    let told = format!(
        "of them the time from {} to {} is compared",
        Time(start),
        Time(end)
    );
    assert!(
        changes.notes.iter().any(|n| n.contains(&told)),
        "{:?}",
        changes.notes
    );
}

#[test]
fn what_is_kept_in_shorter_steps_is_bounded() {
    let mut set = SeriesSet::default();
    for of in 0..400 {
        let instance = format!("h{of}");
        for i in 0..3_000 {
            let key = key("node_load1", &[("instance", &instance)]);
            set.add(key, Kind::Gauge, "", START + i * MINUTE, (i % 7) as f64);
        }
    }
    let machine = machine(&set);
    let cells: usize = machine
        .fine
        .iter()
        .map(|f| plumbline::series::fine::weight(&f.signal))
        .sum();
    assert!(cells <= plumbline::series::fine::MOST_CELLS, "{cells}");
}

/// Counters of two instances every minute for two weeks, without the minutes of some.
fn scraped(lost: &[(&str, std::ops::Range<i64>)]) -> SeriesSet {
    let mut set = SeriesSet::default();
    for instance in ["a", "b"] {
        let gone = |i: &i64| {
            lost.iter()
                .any(|(of, range)| *of == instance && range.contains(i))
        };
        for i in (0..14 * 1_440).filter(|i| !gone(i)) {
            let key = key(
                "http_requests_total",
                &[("job", "api"), ("instance", instance)],
            );
            set.add(key, Kind::Counter, "", START + i * MINUTE, (i * 600) as f64);
        }
    }
    set
}

#[test]
fn scrapes_that_are_missing_within_a_step_are_told_as_gaps() {
    let (_, whole) = report(&scraped(&[]));
    let service = whole.resources.service.unwrap();
    assert!(service.step_s >= 1_800.0 && service.gaps.is_empty());
    let lost = [
        ("a", 5_000..5_010),
        ("b", 5_000..5_010),
        ("b", 9_000..9_002),
    ];
    let (_, gone) = report(&scraped(&lost));
    let service = gone.resources.service.unwrap();
    let at = |i: i64| Time(START + i * MINUTE);
    let found: Vec<(Time, Time, &str)> = service
        .gaps
        .iter()
        .map(|g| (g.start, g.end, g.of.as_str()))
        .collect();
    assert_eq!(
        found,
        [(at(4_999), at(5_010), ""), (at(8_999), at(9_002), "b")]
    );
    // The rates of the steps around it are not lower for it.
    for panel in service.panels.iter().filter(|p| p.id == "requests") {
        for line in &panel.lines {
            let all: Vec<f64> = line.values.iter().flatten().copied().collect();
            assert!(all.iter().all(|x| (x - 20.0).abs() < 1e-6), "{all:?}");
        }
    }
    let marks = report(&scraped(&lost)).1.resources.service.unwrap().marks();
    assert!(
        marks[0].starts_with("Grey: the source gave nothing once"),
        "{marks:?}"
    );
    assert!(
        marks[1]
            .starts_with("Grey at the foot: one of several sources gave nothing once, last b from"),
        "{marks:?}"
    );
}

#[test]
fn failures_counted_apart_are_told_of_the_same_time_as_requests() {
    let mut set = SeriesSet::default();
    // As Triton counts: what succeeded, what failed by reason, one of which never does. All begin at 0.
    for i in 0..9_i64 {
        let time = START + 10_000_000 + i * 15_000_000;
        let mut add = |name: &str, reason: &str, value: i64| {
            let key = key(name, &[("model", "iris"), ("reason", reason)]);
            set.add(key, Kind::Counter, "", time, value as f64);
        };
        add("nv_inference_request_success", "", 900 * i);
        add("nv_inference_request_failure", "OTHER", 100 * i);
        add("nv_inference_request_failure", "BACKEND", 0);
    }
    let (_, report) = report(&set);
    let service = report.resources.service.unwrap();
    let slo = &service.objectives.slos[0];
    // All that rose from the first scrape to the last.
    assert!((slo.requests - 8_000.0).abs() < 1e-6, "{}", slo.requests);
    assert!((slo.bad - 800.0).abs() < 1e-6, "{}", slo.bad);
    // Prometheus: increase(success[1m]) at the ends of both minutes is 3 000 and 3 600, increase(failure[1m]) 333.3 and
    // 400.
    let failed = service.panel("error_share").unwrap();
    assert!(
        failed.lines[0]
            .values
            .iter()
            .flatten()
            .all(|v| (v - 0.1).abs() < 1e-9)
    );
}

#[test]
fn a_counter_that_first_appears_later_counts_from_its_first_sample_or_from_when_it_was_created() {
    let failures = |created: bool| {
        let mut set = SeriesSet::default();
        for i in 0..240_i64 {
            let time = START + i * MINUTE / 4;
            let mut add = |name: &str, code: &str, kind, value: f64| {
                let key = key(name, &[("job", "api"), ("code", code)]);
                set.add(key, kind, "", time, value);
            };
            add(
                "http_requests_total",
                "200",
                Kind::Counter,
                (100 * i) as f64,
            );
            // It fails for the first time 7 s before the look of the 121st time: 40 requests, and 5 with each later look.
            if i >= 121 {
                add(
                    "http_requests_total",
                    "500",
                    Kind::Counter,
                    (40 + 5 * (i - 121)) as f64,
                );
                let began = (START + 121 * MINUTE / 4 - 7_000_000) as f64 / 1e6;
                if created {
                    add("http_requests_created", "500", Kind::Gauge, began);
                }
            }
        }
        let machine = machine(&set);
        let errors = machine
            .of(plumbline::series::Measure::ServerErrors)
            .next()
            .unwrap();
        let (first, last) = errors.cells.ends().unwrap();
        (first..=last)
            .map(|n| errors.cells.increase(n))
            .sum::<f64>()
    };
    // 118 looks after the first: 590 failures, and those of the first one.
    let (unknown, known) = (failures(false), failures(true));
    assert!((unknown - 590.0).abs() < 12.0, "{unknown}");
    assert!((known - 630.0).abs() < 15.0, "{known}");
}

#[test]
fn a_container_that_was_started_again_is_told() {
    let text: String = (0..40)
        .map(|i| {
            // Started again before its 21st look.
            let sent = if i < 20 { 100 + i * 10 } else { (i - 20) * 10 + 3 };
            let minute = i % 60;
            format!(
                "2026-11-23T09:{minute:02}:00Z {{\"Name\":\"web\",\"CPUPerc\":\"5%\",\"MemUsage\":\"1MiB / 2MiB\",\"MemPerc\":\"50%\",\"NetIO\":\"{sent}kB / 1kB\",\"BlockIO\":\"0B / 0B\"}}\n"
            )
        })
        .collect();
    let set = read("stats.jsonl", &text);
    let (_, report) = report(&set);
    let service = report.resources.service.unwrap();
    let told: Vec<(Time, &str)> = service
        .restarts
        .iter()
        .map(|r| (r.time, r.of.as_str()))
        .collect();
    let again = Time(START_OF_STATS + 20 * MINUTE);
    assert_eq!(told, [(again, "web")]);
    for panel in service.panels.iter().filter(|p| p.id == "network_in") {
        let all: Vec<f64> = panel.lines[0].values.iter().flatten().copied().collect();
        assert!(
            all.len() >= 8 && all.iter().all(|x| *x >= 0.0 && *x < 200.0),
            "{all:?}"
        );
    }
}

#[test]
fn looks_without_a_time_are_told_together() {
    let text = "index, utilization.gpu [%]\n0, 10 %\n1, 50 %\n0, 90 %\n1, 50 %\n0, 20 %\n";
    let set = read("smi.csv", text);
    let machine = machine(&set);
    let levels: Vec<(String, Option<f64>)> = machine
        .of(plumbline::series::Measure::Gpu)
        .map(|s| (s.of.clone(), s.cells.total(i64::MIN, i64::MAX)))
        .collect();
    assert_eq!(
        levels,
        [("GPU 0".into(), Some(0.2)), ("GPU 1".into(), Some(0.5))]
    );
    let note = |word: &str| machine.notes.iter().any(|n| n.contains(word));
    assert!(note("use 10 % / 20 % / 90 %"), "{:?}", machine.notes);
}

#[test]
fn podman_is_read_as_docker_is() {
    let rows = |name: &str| {
        format!(
            " {{\n  \"id\": \"a1\",\n  \"name\": \"{name}\",\n  \"cpu_percent\": \"25.50%\",\n  \"mem_usage\": \"512MB / 1GB\",\n  \"mem_percent\": \"51.2%\",\n  \"net_io\": \"1kB / 2kB\",\n  \"block_io\": \"-- / --\"\n }}"
        )
    };
    let pretty = format!("[\n{},\n{}\n]\n", rows("web"), rows("db"));
    let set = read("podman.json", &pretty);
    let cpu = |name: &str| {
        let found = set.series().iter().find(|(key, _)| {
            key.name == "plumbline_cpu_cores" && key.labels.get("container") == Some(name)
        });
        found.unwrap().1.numbers().to_vec()
    };
    assert_eq!((cpu("web"), cpu("db")), (vec![0.255], vec![0.255]));
    // As its template writes it, with the time in it.
    let line = format!(
        "{{\"ContainerID\":\"a1\",\"Name\":\"web\",\"CPU\":25.5,\"SystemNano\":{START_OF_STATS}000,\"MemUsage\":512,\"MemPerc\":51.2,\"NetInput\":10,\"NetOutput\":20}}\n"
    );
    let set = read("podman.jsonl", &line);
    let all = set.series().values();
    assert!(set.series().len() == 5 && all.clone().all(|s| s.times == [START_OF_STATS]));
}

/// Two gauges that nothing is known of, of one job: one falls within the period, the other stays.
#[test]
fn series_that_are_not_known_are_not_taken_for_each_other_in_finer_steps() {
    let mut set = SeriesSet::default();
    for i in 0..3 * 288_i64 {
        let at = START + i * 5 * MINUTE;
        let sway = ((i * 7919) % 13) as f64 / 100.0;
        let fell = i >= 2 * 288 + 75;
        let job = [("job", "x")];
        let falling = if fell { 5.0 } else { 10.0 };
        set.add(key("aaa_level", &job), Kind::Gauge, "", at, falling + sway);
        set.add(key("bbb_level", &job), Kind::Gauge, "", at, 1_000.0 + sway);
    }
    let from = START + (2 * 288 + 75) * 5 * MINUTE;
    let changes = marked(&set, from, from + 66 * 5 * MINUTE);
    let found = |title: &str| {
        let mut rows = changes.rows.iter();
        rows.find(|row| row.title.starts_with(title))
            .unwrap()
            .clone()
    };
    let (falling, still) = (found("aaa_level"), found("bbb_level"));
    assert!((falling.now - 5.0).abs() < 0.2, "{falling:?}");
    assert!((still.now - 1_000.0).abs() < 0.2, "{still:?}");
    assert_ne!(falling.name, still.name);
}
