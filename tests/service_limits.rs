//! Limits that a reader sets are judged by what is known exactly, and what is a bound is told as one.
#![allow(clippy::unwrap_used)]

use plumbline::engine::service::is_served;
use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Objectives, Report, Service};
use plumbline::series::SeriesSet;
use plumbline::series::known::machine;
use plumbline::series::read::{About, read};
use plumbline::summary::Summary;
use plumbline::table::time::{SECOND, Time};
use std::fmt::Write as _;
use std::sync::Arc;

fn set(name: &str, text: &str) -> SeriesSet {
    let about = About {
        name: name.into(),
        modified: Some(Time::parse("2026-03-01").unwrap().0),
    };
    let form = is_served(&text.as_bytes()).unwrap().unwrap();
    read(&about, &text.as_bytes(), form).unwrap().set
}

fn report(set: &SeriesSet, view: &View) -> Report {
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine(set)));
    Report::from(&summary, view)
}

/// A request a second, with the milliseconds that each took.
fn log(took: impl Iterator<Item = u32>) -> String {
    let start = Time::parse("2026-03-02").unwrap().0;
    let mut text = String::new();
    for (i, ms) in took.enumerate() {
        writeln!(
            text,
            r#"{{"time":"{}","status":200,"request_time":{},"method":"POST","uri":"/predict"}}"#,
            Time(start + i as i64 * SECOND),
            f64::from(ms) / 1e3
        )
        .unwrap();
    }
    text
}

fn judged(took: &[u32], limit: f64) -> Service {
    let view = View {
        service: Objectives {
            slo: Some(0.99),
            slow_s: Some(limit),
            apdex_s: Some(limit),
            ..Objectives::default()
        },
        ..View::default()
    };
    let set = set("access.json", &log(took.iter().copied()));
    report(&set, &view).resources.service.unwrap()
}

#[test]
fn rows_a_little_above_a_limit_are_bad() {
    for (limit, over) in [(0.3, 301), (2.0, 2_001), (0.25, 251), (0.1, 101)] {
        let took: Vec<u32> = (0..7_200)
            .map(|i| if i % 2 == 0 { 50 } else { over })
            .collect();
        let service = judged(&took, limit);
        let slo = &service.objectives.slos[0];
        assert_eq!((slo.bad, slo.bad_between), (3_600.0, None), "{limit}");
        assert!((slo.budget_left.unwrap() + 49.0).abs() < 1e-9);
        assert!(
            slo.burns
                .iter()
                .any(|b| b.page && (b.most - 50.0).abs() < 1e-9)
        );
        let apdex = &service.objectives.apdex[0];
        assert_eq!((apdex.value, apdex.value_between), (0.75, None), "{limit}");
    }
}

#[test]
fn between_two_bounds_the_number_is_told_with_its_ends() {
    let took: Vec<u32> = (0..7_200).map(|i| 200 + (i * 7_919) % 400).collect();
    for limit in [0.35, 0.4321, 0.57] {
        let service = judged(&took, limit);
        let slo = &service.objectives.slos[0];
        let ms = limit * 1e3;
        let bad = took.iter().filter(|t| f64::from(**t) > ms).count() as f64;
        let (least, most) = slo.bad_between.unwrap();
        assert!(least <= bad && bad <= most, "{limit}: {least} {bad} {most}");
        assert!((least..=most).contains(&slo.bad));
        // A sketch of 1 % tells more than the bounds alone.
        assert!(most - least < 0.03 * 7_200.0, "{limit}: {least} {most}");
        let apdex = &service.objectives.apdex[0];
        let within = |ms: f64| took.iter().filter(|t| f64::from(**t) <= ms).count() as f64;
        let exact = f64::midpoint(within(ms), within(4.0 * ms)) / 7_200.0;
        let (least, most) = apdex.value_between.unwrap();
        assert!(
            least <= exact && exact <= most,
            "{limit}: {least} {exact} {most}"
        );
    }
}
/// Scrapes a minute apart of a histogram that ends at half a second.
fn scraped(slow: f64) -> SeriesSet {
    let mut all = SeriesSet::default();
    for minute in 0..30_i64 {
        let time = 1_772_323_200_000 + minute * 60_000;
        let n = minute as f64;
        let mut text = String::from("# TYPE http_request_duration_seconds histogram\n");
        for (le, each) in [("0.1", 200.0), ("0.5", 300.0), ("+Inf", 300.0 + slow)] {
            writeln!(
                text,
                "http_request_duration_seconds_bucket{{job=\"a\",le=\"{le}\"}} {} {time}",
                n * each
            )
            .unwrap();
        }
        all.merge(set("metrics.prom", &text));
    }
    all.settle();
    all
}

#[test]
fn the_end_of_a_bucket_is_no_longest_request() {
    let service = report(&scraped(0.0), &View::default())
        .resources
        .service
        .unwrap();
    let panel = service.panel("duration").unwrap();
    let names: Vec<&str> = panel.lines.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["p50", "p90", "p95", "p99"]);
    let rows = judged(&[50, 60, 70], 0.3);
    let panel = rows.panel("duration").unwrap();
    let most = panel.lines.iter().find(|l| l.name == "max").unwrap();
    assert_eq!(most.total, Some(0.07));
}

#[test]
fn a_percentile_above_the_last_bound_is_told_as_more_than_that() {
    let service = |slow| {
        report(&scraped(slow), &View::default())
            .resources
            .service
            .unwrap()
    };
    let open = service(306.0);
    let panel = open.panel("duration").unwrap();
    let of = |name: &str| panel.lines.iter().find(|l| l.name == name).unwrap();
    assert_eq!((of("p99").total, of("p99").above), (Some(0.5), true));
    let told = open.sentence();
    assert!(
        told.contains("more than 1 of 100 took longer than 500 ms"),
        "{told}"
    );
    let closed = service(0.0);
    assert!(
        closed.sentence().contains("99 of 100 took at most about"),
        "{}",
        closed.sentence()
    );
}

/// What is told within 1 % is about so long: half of these took 301 ms.
#[test]
fn a_percentile_within_one_percent_is_no_limit() {
    let all = set(
        "access.jsonl",
        &log((0..7_200).map(|i| if i % 2 == 0 { 50 } else { 301 })),
    );
    let told = report(&all, &View::default());
    let sentence = told.resources.service.unwrap().sentence();
    assert!(
        sentence.contains("99 of 100 took at most about"),
        "{sentence}"
    );
}

#[test]
fn one_scrape_tells_what_it_lacks_and_counts_since_it_began_where_that_is_told() {
    let plain = "# TYPE http_requests_total counter\nhttp_requests_total{job=\"a\"} 33\n";
    let one = set("one.prom", plain);
    let told = machine(&one);
    assert!(
        told.notes
            .iter()
            .any(|n| n.contains("give a second scrape")),
        "{:?}",
        told.notes
    );
    // The report says so itself.
    let told = report(&one, &View::default());
    let sentence = &told.health.sentence;
    assert!(
        sentence.starts_with("Nothing can be told of the service.")
            && sentence.contains("give a second scrape"),
        "{sentence}"
    );
    assert!(told.resources.service.is_none() && !told.resources.lacks.is_empty());
    let created = "# TYPE http_requests counter\nhttp_requests_total{job=\"a\"} 200 1772323200.0\n\
                   http_requests_created{job=\"a\"} 1772323100.0\n# EOF\n";
    let set = set("one.txt", created);
    let service = report(&set, &View::default()).resources.service.unwrap();
    assert!((service.requests_per_second.unwrap() - 2.0).abs() < 1e-9);
}
