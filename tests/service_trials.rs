//! What files of a service come to, in inputs small enough to be worked out by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

use plumbline::engine::service::{Served, put};
use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Report, Service};
use plumbline::series::known::machine;
use plumbline::series::read::{About, Form, SeriesRead, read};
use plumbline::series::{Cells, Machine, Measure};
use plumbline::summary::Summary;

fn opened(name: &str, text: &str, form: Form) -> SeriesRead {
    let about = About {
        name: name.into(),
        modified: None,
    };
    read(&about, &text.as_bytes(), form).unwrap()
}

fn measured(name: &str, text: &str, form: Form) -> Machine {
    machine(&opened(name, text, form).set)
}

/// What a report shows of one file.
fn shown(name: &str, text: &str, form: Form, view: &View) -> Service {
    let mut summary = Summary::of_task(Task::Service);
    let served = Served {
        name: name.into(),
        bytes: 0,
        read: opened(name, text, form),
    };
    put(&mut summary, vec![served]);
    Report::from(&summary, view).resources.service.unwrap()
}

/// The values of a line of a panel.
#[track_caller]
fn line(service: &Service, id: &str, name: &str) -> Vec<Option<f64>> {
    let panel = service.panel(id).unwrap();
    let line = panel.lines.iter().find(|l| l.name == name).unwrap();
    line.values.clone()
}

#[track_caller]
fn near(a: f64, b: f64) {
    assert!(
        (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        "{a}, expected {b}"
    );
}

/// Rows of an access log on 23 November 2026 from 09:00:00 on, by second of that day: status and seconds.
fn log(rows: impl Iterator<Item = (u32, u16, f64)>) -> String {
    let row = |(second, status, took): (u32, u16, f64)| {
        let (h, m, s) = (9 + second / 3_600, second / 60 % 60, second % 60);
        format!(
            "10.0.0.1 - - [23/Nov/2026:{h:02}:{m:02}:{s:02} +0000] \"GET /p HTTP/1.1\" {status} 512 \"-\" \"curl/8\" rt={took}\n"
        )
    };
    rows.map(row).collect()
}

/// Two requests in each second.
fn steady(seconds: u32) -> String {
    log((0..2 * seconds).map(|i| (i / 2, 200, 0.01)))
}

#[test]
fn a_steady_log_is_steady_to_its_last_step() {
    // 61 s in steps of 1 s, and 4 h 1 s in steps of 30 s, of which the last holds one second.
    for seconds in [61, 14_401] {
        let service = shown(
            "steady.log",
            &steady(seconds),
            Form::AccessLog,
            &View::default(),
        );
        near(service.requests_per_second.unwrap(), 2.0);
        let values = line(&service, "requests", "steady");
        assert!(values.len() > 60);
        values.iter().for_each(|v| near(v.unwrap(), 2.0));
        assert!(
            service
                .panels
                .iter()
                .all(|p| p.lines.iter().all(|l| l.anomalies.is_empty()))
        );
    }
}

#[test]
fn rows_of_whole_hours_stand_for_hours() {
    let text = log((0..600).map(|i| (i / 100 * 3_600, 200, 0.1)));
    let service = shown("hours.log", &text, Form::AccessLog, &View::default());
    // 600 requests in the six hours from 9 to 15.
    assert_eq!(service.step_s, 3_600.0);
    near(service.requests_per_second.unwrap(), 600.0 / 21_600.0);
    let values = line(&service, "requests", "hours");
    assert_eq!(values.len(), 6);
    values
        .iter()
        .for_each(|v| near(v.unwrap(), 100.0 / 3_600.0));
}

#[test]
fn rows_of_one_instant_are_no_millions_a_second() {
    let text = log((0..5).map(|_| (7, 200, 0.1)));
    let service = shown("one.log", &text, Form::AccessLog, &View::default());
    near(service.requests_per_second.unwrap(), 5.0);
}

#[test]
fn a_short_step_at_an_end_is_told_with_its_neighbour() {
    // Thousandths of a second: 100 in each of 600 s, and one at the very start of a step behind them.
    let rows: String = (0..=60_000)
        .map(|i| {
            let time = 1_795_424_400_000_i64 + i * 10;
            format!("{{\"time\":{time},\"status\":200,\"request_uri\":\"/\",\"request_method\":\"GET\",\"request_time\":0.1}}\n")
        })
        .collect();
    let machine = measured("ms.json", &rows, Form::AccessJson);
    let requests = machine.of(Measure::Requests).next().unwrap();
    let Cells::Rate(cells) = &requests.cells else {
        panic!("no rate");
    };
    near(cells.iter().map(|c| c.1.increase).sum(), 60_001.0);
    for (_, rate) in cells {
        assert!((rate.value().unwrap() - 100.0).abs() < 0.2, "{rate:?}");
    }
}

/// What is wanted: nine of ten good, and within half a second.
fn wanted() -> View {
    let mut view = View::default();
    view.service.slo = Some(0.9);
    view.service.slow_s = Some(0.5);
    view
}

#[test]
fn of_rows_one_that_failed_and_was_slow_is_bad_once() {
    // Of ten in a minute three fail quickly and three others are slow; of every second minute one that failed is slow.
    let rows = (0..600).flat_map(|minute| {
        (0..10).map(move |k| {
            let slow = (3..6).contains(&k) || k == 0 && minute % 2 == 0;
            let took = if slow { 0.8 } else { 0.1 };
            (minute * 60 + k * 6, if k < 3 { 500 } else { 200 }, took)
        })
    });
    let text = log(rows);
    let service = shown("both.log", &text, Form::AccessLog, &wanted());
    let slo = &service.objectives.slos[0];
    assert_eq!((slo.requests, slo.bad), (6_000.0, 3_600.0));
    // 60 % bad is six times the tenth that is allowed; the rule of six hours alerts from a rate of six.
    assert!(
        slo.burns.iter().any(|b| (b.most - 6.0).abs() < 1e-9),
        "{:?}",
        slo.burns
    );
    assert_eq!(service.objectives.notes, Vec::<String>::new());
}

/// Counters and a histogram by minute: of ten requests three fail and three others are slow. `classed` tells the code
/// of the histogram's requests, too.
fn histogram(classed: bool) -> String {
    let mut text = String::from(
        "# TYPE http_requests_total counter\n# TYPE http_request_duration_seconds histogram\n",
    );
    let code = |code: &str| {
        if classed {
            format!(",code=\"{code}\"")
        } else {
            String::new()
        }
    };
    for minute in 0..=600_i64 {
        let time = 1_795_424_400_000 + minute * 60_000;
        let mut put = |series: &str, value: i64| {
            text.push_str(&format!("{series} {value} {time}\n"));
        };
        put("http_requests_total{job=\"api\",code=\"200\"}", 7 * minute);
        put("http_requests_total{job=\"api\",code=\"500\"}", 3 * minute);
        // Good ones within 0.5 s and all of them; failed ones are quick.
        let all = match classed {
            true => vec![(code("200"), 4, 7), (code("500"), 3, 3)],
            false => vec![(code(""), 7, 10)],
        };
        for (code, quick, every) in all {
            for (le, n) in [("0.5", quick), ("1", every), ("+Inf", every)] {
                put(
                    &format!(
                        "http_request_duration_seconds_bucket{{job=\"api\"{code},le=\"{le}\"}}"
                    ),
                    n * minute,
                );
            }
        }
    }
    text
}

#[test]
fn of_a_histogram_by_code_failed_and_slow_requests_add_up() {
    let service = shown("api.prom", &histogram(true), Form::Exposition, &wanted());
    let slo = &service.objectives.slos[0];
    near(slo.bad / slo.requests, 0.6);
    assert!(
        slo.burns.iter().any(|b| (b.most - 6.0).abs() < 1e-6),
        "{:?}",
        slo.burns
    );
    assert_eq!(service.objectives.notes, Vec::<String>::new());
}

#[test]
fn where_it_is_not_told_which_failed_ones_were_slow_both_bounds_are_said() {
    let service = shown("api.prom", &histogram(false), Form::Exposition, &wanted());
    let slo = &service.objectives.slos[0];
    near(slo.bad / slo.requests, 0.3);
    let said = &service.objectives.notes;
    assert!(
        said.iter().any(|n| n.contains(
            "of 6\u{202f}000 requests at least 1\u{202f}800 and at most 3\u{202f}600 were bad"
        )),
        "{said:?}"
    );
}

/// Cores and mebibytes of each pod at the last instant.
fn top(text: &str) -> Vec<(String, f64, f64)> {
    let machine = measured("top.txt", text, Form::Top);
    let last = |measure, of: &str| {
        let found = machine.of(measure).find(|s| s.of == of).unwrap();
        let (_, last) = found.cells.ends().unwrap();
        found.cells.total(last, last + 1).unwrap()
    };
    let all = machine.of(Measure::CpuCores).map(|s| s.of.clone());
    all.map(|of| {
        let (cores, bytes) = (last(Measure::CpuCores, &of), last(Measure::Memory, &of));
        (of, cores, bytes / 1_048_576.0)
    })
    .collect()
}

#[test]
fn kubectl_top_is_read_with_its_namespaces_containers_sums_and_dates() {
    let of = |rows: &[(&str, f64, f64)]| -> Vec<(String, f64, f64)> {
        rows.iter().map(|r| (r.0.to_owned(), r.1, r.2)).collect()
    };
    let all = "Mon Nov 23 09:00:00 UTC 2026
NAMESPACE     NAME                       CPU(cores)   MEMORY(bytes)
default       web-1                      425m         1970Mi
kube-system   coredns-0                  3m           20Mi
Mon Nov 23 09:01:00 UTC 2026
NAMESPACE     NAME                       CPU(cores)   MEMORY(bytes)
default       web-1                      500m         1980Mi
kube-system   coredns-0                  4m           21Mi
                                         ________     ________
                                         504m         2001Mi
";
    assert_eq!(
        top(all),
        of(&[
            ("default/web-1", 0.5, 1_980.0),
            ("kube-system/coredns-0", 0.004, 21.0)
        ])
    );
    let containers = "2026-11-23T09:00:00Z
POD      NAME      CPU(cores)   MEMORY(bytes)
web-1    app       400m         1000Mi
web-1    sidecar   25m          100Mi
";
    assert_eq!(
        top(containers),
        of(&[("web-1/app", 0.4, 1_000.0), ("web-1/sidecar", 0.025, 100.0)])
    );
    let both = "2026-11-23T09:00:00Z
NAMESPACE   POD      NAME      CPU(cores)   MEMORY(bytes)
default     web-1    app       400m         1000Mi
shop        web-1    app       25m          100Mi
                               ________     ________
                               425m         1100Mi
";
    assert_eq!(
        top(both),
        of(&[
            ("default/web-1/app", 0.4, 1_000.0),
            ("shop/web-1/app", 0.025, 100.0)
        ])
    );
}

/// An answer of Prometheus: a counter that rises by ten a second, by minute from one to another.
fn answer(labels: &str, minutes: std::ops::Range<i64>) -> String {
    let sample = |m: i64| format!("[{},\"{}\"]", 1_793_491_200 + 60 * m, 600 * m);
    let samples: Vec<String> = minutes.map(sample).collect();
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{{\"metric\":{{\"__name__\":\"http_requests_total\",{labels}}},\"values\":[{}]}}]}}}}",
        samples.join(",")
    )
}

/// The rates of the requests of all files together by step, each of one thing.
fn rates(files: &[(&str, &str, Form)]) -> (Vec<f64>, Machine) {
    let mut all = plumbline::series::SeriesSet::default();
    for (name, text, form) in files {
        all.merge(opened(name, text, *form).set);
    }
    all.settle();
    let machine = machine(&all);
    let mut signals = machine.of(Measure::Requests);
    let Some(Cells::Rate(cells)) = signals.next().map(|s| &s.cells) else {
        panic!("no rate");
    };
    assert!(signals.next().is_none());
    let rates = cells.iter().map(|c| c.1.value().unwrap()).collect();
    drop(signals);
    (rates, machine)
}

#[test]
fn overlapping_exports_of_one_series_are_one() {
    let labels = "\"job\":\"api\",\"instance\":\"a:1\",\"code\":\"200\"";
    let (x, y) = (answer(labels, 0..120), answer(labels, 60..180));
    let form = Form::PrometheusJson;
    let (all, machine) = rates(&[("y.json", &y, form), ("x.json", &x, form)]);
    assert!(all.len() > 30);
    all.iter().for_each(|rate| near(*rate, 10.0));
    assert_eq!(machine.notes, Vec::<String>::new());
    // Another value at one time is said.
    let z = y.replace("\"36000\"", "\"36001\"");
    let (_, machine) = rates(&[("x.json", &x, form), ("z.json", &z, form)]);
    assert!(machine.notes[0].starts_with("1 sample has another value"));
}

/// A counter by quarter of a minute, with the time of each sample.
fn clocked(time: impl Fn(i64) -> i64) -> String {
    let mut text = String::from("# TYPE http_requests_total counter\n");
    for i in 0..80 {
        let at = (1_793_491_200 + time(i)) * 1_000;
        text.push_str(&format!(
            "http_requests_total{{job=\"a\",code=\"200\"}} {} {at}\n",
            150 * i
        ));
    }
    text
}

#[test]
fn a_clock_that_goes_back_makes_no_spike() {
    // Five minutes back after ten, by whole samples and by others.
    for by in [300, 293] {
        let text = clocked(|i| 15 * i - if i >= 40 { by } else { 0 });
        let (all, machine) = rates(&[("back.prom", &text, Form::Exposition)]);
        assert!(all.len() >= 14, "{all:?}");
        all.iter().for_each(|rate| near(*rate, 10.0));
        assert!(
            machine
                .notes
                .iter()
                .any(|n| n.contains("a clock was set back")),
            "{:?}",
            machine.notes
        );
    }
}

#[test]
fn one_sample_of_next_year_is_left_out_and_said() {
    let text = clocked(|i| 15 * i + if i == 30 { 31_536_000 } else { 0 });
    let (all, machine) = rates(&[("ahead.prom", &text, Form::Exposition)]);
    assert_eq!((machine.step.seconds(), all.len()), (60.0, 20));
    all.iter().for_each(|rate| near(*rate, 10.0));
    assert!(
        machine
            .notes
            .iter()
            .any(|n| n.contains("2027-11-01T00:07:30Z")),
        "{:?}",
        machine.notes
    );
}

#[test]
fn native_histograms_of_the_api_have_the_name_of_their_metric() {
    // A hundred a quarter of a minute: 50 up to 0.125 s, 40 up to 0.25 s, 10 up to 1 s.
    let sample = |i: i64| {
        format!(
            "[{},{{\"count\":\"{}\",\"sum\":\"{}\",\"buckets\":[[0,\"0.0625\",\"0.125\",\"{}\"],[0,\"0.125\",\"0.25\",\"{}\"],[0,\"0.5\",\"1\",\"{}\"]]}}]",
            1_793_491_200 + 15 * i,
            100 * i,
            20 * i,
            50 * i,
            40 * i,
            10 * i
        )
    };
    let samples: Vec<String> = (0..40).map(sample).collect();
    let text = format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{{\"metric\":{{\"__name__\":\"http_request_duration_seconds\",\"job\":\"nat\"}},\"histograms\":[{}]}}]}}}}",
        samples.join(",")
    );
    let (all, machine) = rates(&[("native.json", &text, Form::PrometheusJson)]);
    all.iter().for_each(|rate| near(*rate, 100.0 / 15.0));
    let took = machine.of(Measure::Duration).next().unwrap();
    let took = took.cells.durations(i64::MIN, i64::MAX).unwrap();
    near(took.quantile(0.5).unwrap(), 0.125);
    // Three quarters into the bucket from 0.125 to 0.25, by its exponent.
    near(took.quantile(0.8).unwrap(), 0.125 * 2_f64.powf(0.75));
}

#[test]
fn few_scrapes_keep_their_shape() {
    let mut files = Vec::new();
    // Seven scrapes a minute apart at 40 s of each: 10 requests a second, then 15; memory rises by 100 MB.
    let requests = [1_000, 1_600, 2_200, 2_800, 3_700, 4_600, 5_500];
    for (i, requests) in requests.iter().enumerate() {
        files.push((
            format!("m-{}.txt", 1_795_424_200 + 60 * i),
            format!(
                "# TYPE http_requests_total counter\nhttp_requests_total{{job=\"a\",code=\"200\"}} {requests}\n# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes{{job=\"a\"}} {}\n",
                (i + 1) * 100_000_000
            ),
        ));
    }
    let all: Vec<(&str, &str, Form)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str(), Form::Exposition))
        .collect();
    let (rates, machine) = rates(&all);
    assert_eq!(rates, [10.0, 10.0, 10.0, 15.0, 15.0, 15.0]);
    let memory = machine.of(Measure::Memory).next().unwrap();
    let (first, last) = memory.cells.ends().unwrap();
    let levels: Vec<f64> = (first..=last)
        .map(|n| memory.cells.total(n, n + 1).unwrap() / 1e8)
        .collect();
    assert_eq!(levels, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
}

/// The median of durations in seconds, and what is said of their unit.
fn took(name: &str, text: &str, form: Form) -> (f64, Vec<String>) {
    let machine = measured(name, text, form);
    let signal = machine.of(Measure::Duration).next().unwrap();
    let all = signal.cells.durations(i64::MIN, i64::MAX).unwrap();
    let notes = machine.notes.iter().filter(|n| n.contains("no unit"));
    (all.quantile(0.5).unwrap(), notes.cloned().collect())
}

#[test]
fn durations_without_a_unit_are_taken_by_their_size_and_it_is_said() {
    let line = |s: i64, rest: &str| {
        format!(
            "{{\"time\":{},\"remote_ip\":\"1\",\"uri\":\"/\",\"status\":200,{rest}}}\n",
            1_793_491_200 + s
        )
    };
    // Echo writes nanoseconds, Caddy seconds; both a tenth of a second.
    let echo: String = (0..50).map(|s| line(s, "\"latency\":100000000")).collect();
    let (seconds, said) = took("echo.json", &echo, Form::AccessJson);
    assert!((seconds - 0.1).abs() < 0.001, "{seconds}");
    assert_eq!(said.len(), 1);
    assert!(
        said[0].ends_with("it was taken as nanoseconds."),
        "{said:?}"
    );
    let caddy: String = (0..50)
        .map(|s| {
            format!(
                "{{\"ts\":{}.5,\"request\":{{\"remote_ip\":\"1.1.1.1\",\"host\":\"x\",\"uri\":\"/\"}},\"duration\":0.1,\"size\":10,\"status\":200}}\n",
                1_793_491_200 + s
            )
        })
        .collect();
    assert_eq!(
        plumbline::series::read::recognise(caddy.as_bytes()),
        Some(Form::AccessJson)
    );
    let (seconds, said) = took("caddy.json", &caddy, Form::AccessJson);
    assert!((seconds - 0.1).abs() < 0.001, "{seconds}");
    assert!(said[0].ends_with("it was taken as seconds."), "{said:?}");
    let words: String = (0..50).map(|s| line(s, "\"latency\":\"100ms\"")).collect();
    let (seconds, said) = took("words.json", &words, Form::AccessJson);
    assert!(
        (seconds - 0.1).abs() < 0.001 && said.is_empty(),
        "{seconds}"
    );
    // Apache's %D and %T.
    let apache = |took: &dyn Fn(u32) -> u32| -> String {
        (0..50)
            .map(|s| {
                format!("1.1.1.1 - - [01/Nov/2026:00:00:{s:02} +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" {}\n", took(s))
            })
            .collect()
    };
    let (seconds, said) = took("d.log", &apache(&|_| 2_000), Form::AccessLog);
    assert!((seconds - 0.002).abs() < 0.000_02, "{seconds}");
    assert!(
        said[0].ends_with("it was taken as microseconds."),
        "{said:?}"
    );
    let (seconds, said) = took("t.log", &apache(&|s| s % 3), Form::AccessLog);
    assert!((seconds - 1.0).abs() < 0.01, "{seconds}");
    assert!(said[0].ends_with("it was taken as seconds."), "{said:?}");
}

#[test]
fn columns_of_a_panel_have_their_own_units() {
    let text = "\"Time\";\"p95\";\"rate\"\n2026-11-23 09:00:00;12,5 ms;950 req/s\n2026-11-23 09:01:00;1.012,5 ms;1,05 K req/s\n";
    let service = shown("panel.csv", text, Form::Grafana, &View::default());
    let units: Vec<String> = service
        .panels
        .iter()
        .map(|p| format!("{:?}", p.unit))
        .collect();
    assert_eq!(units, ["PerSecond", "Seconds"]);
    let values = |at: usize| -> Vec<f64> {
        let line = &service.panels[at].lines[0];
        line.values.iter().map(|v| v.unwrap()).collect()
    };
    assert_eq!(values(0), [950.0, 1_050.0]);
    near(values(1)[0], 0.012_5);
    near(values(1)[1], 1.012_5);
}

/// A point of a counter of OpenTelemetry in minutes: when it began, when it is, and its value or that there is none.
fn point(start: i64, minute: i64, value: Option<i64>) -> String {
    let at = |m: i64| format!("\"{}\"", (1_795_424_400 + 60 * m) * 1_000_000_000);
    let value = value.map_or("\"flags\":1".to_owned(), |v| format!("\"asInt\":\"{v}\""));
    format!(
        "{{\"resourceMetrics\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"svc\"}}}}]}},\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"http_requests_total\",\"sum\":{{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[{{\"startTimeUnixNano\":{},\"timeUnixNano\":{},{value}}}]}}}}]}}]}}]}}\n",
        at(start),
        at(minute)
    )
}

#[test]
fn a_counter_of_opentelemetry_begins_anew_where_it_says_so() {
    // 60 a minute; the second process began at minute 10 and counts 60, 120, … again, more than the first had by then.
    let mut text: String = (1..=10).map(|m| point(0, m, Some(6 * m))).collect();
    text.extend((11..=20).map(|m| point(10, m, (m != 15).then_some(600 * (m - 10)))));
    // It begins with the last sample of the first one, or half a minute later.
    for late in [0, 30_000_000] {
        let begins = format!(
            "\"startTimeUnixNano\":\"{}000\"",
            1_795_425_000_000_000_i64 + late
        );
        let text = text.replace("\"startTimeUnixNano\":\"1795425000000000000\"", &begins);
        let read = opened("otlp.jsonl", &text, Form::Otlp);
        assert_eq!(read.troubles, []);
        let series = read.set.series().values().next().unwrap();
        // Twenty points but for the one that recorded nothing, and the 0 with which each process began.
        assert_eq!(series.times.len(), 21);
        assert_eq!(series.numbers()[..2], [0.0, 6.0]);
        assert_eq!(series.numbers()[10..13], [60.0, 0.0, 600.0]);
        assert_eq!(series.times[11], 1_795_425_000_000_000 + late.max(1));
    }
}

#[test]
fn a_list_of_docker_stats_is_read_row_by_row() {
    let row = |name: &str, cpu: &str| {
        format!(
            "{{\"CPUPerc\":\"{cpu}\",\"MemUsage\":\"512MiB / 1GiB\",\"MemPerc\":\"50.00%\",\"Name\":\"{name}\",\"NetIO\":\"1kB / 1MB\",\"BlockIO\":\"0B / 0B\"}}"
        )
    };
    let rows = [
        row("web", "150.00%"),
        row("db", "25.00%"),
        row("web", "50.00%"),
        row("db", "--"),
    ];
    for between in [",\n", ", "] {
        let text = format!("[{}]\n", rows.join(between));
        let read = opened("stats-1795424400.json", &text, Form::Docker);
        assert_eq!(read.troubles, []);
        let cores: Vec<&[f64]> = read
            .set
            .series()
            .iter()
            .filter(|(key, _)| key.name == "plumbline_cpu_cores")
            .map(|(_, series)| series.numbers())
            .collect();
        assert_eq!(cores, [&[0.25][..], &[1.5, 0.5]]);
    }
}
