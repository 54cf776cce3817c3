//! What has grown is what one set with all samples gives: to the bit, in steps of any length.

use super::*;
use crate::series::known::{fine_in, missed, since_created};
use crate::series::{Key, Kind, Labels, Measure};
use crate::stats::buckets::Native;
use proptest::prelude::*;

/// A sample of each of three series at each time, with a counter that begins anew now and then.
fn sets(times: &[i64]) -> Vec<SeriesSet> {
    let of = |(i, time): (usize, &i64)| {
        let mut set = SeriesSet::default();
        let mut add = |name: &str, labels: &[(&str, &str)], kind, value| {
            let labels = labels.iter().map(|(n, v)| ((*n).into(), (*v).into()));
            let key = Key {
                name: name.into(),
                labels: Labels::new(labels.collect()),
                file: String::new(),
            };
            set.add(key, kind, "", *time, value);
        };
        let n = (i % 97) as f64;
        add(
            "http_requests_total",
            &[("job", "a"), ("code", "200")],
            Kind::Counter,
            n * 7.0,
        );
        add(
            "http_requests_total",
            &[("job", "a"), ("code", "500")],
            Kind::Counter,
            n,
        );
        add(
            "http_request_duration_seconds_bucket",
            &[("job", "a"), ("le", "0.1")],
            Kind::Counter,
            n * 5.0,
        );
        add(
            "http_request_duration_seconds_bucket",
            &[("job", "a"), ("le", "+Inf")],
            Kind::Counter,
            n * 7.0,
        );
        add(
            "node_load1",
            &[("instance", "b")],
            Kind::Gauge,
            (i % 13) as f64,
        );
        set
    };
    times.iter().enumerate().map(of).collect()
}

/// Machines of a service, scraped at each time: counters of two processes that begin anew now and then (one between two
/// steps, one with its first failures), histograms with bounds and native ones, parts of a whole, levels, a metric that no
/// rule knows, and one process that is silent for a while.
fn service(times: &[i64]) -> Vec<SeriesSet> {
    let (mut total, mut since) = ([0.0; 2], [0_usize; 2]);
    let mut of = |(i, time): (usize, &i64)| {
        let mut set = SeriesSet::default();
        for process in 0..2 {
            // Prime to the scrapes of a step, so that it falls everywhere in it.
            since[process] += 1;
            total[process] += 1.0 + ((i * 7 + process) % 5) as f64 / 3.0;
            if i % (37 + 16 * process) == 11 {
                (total[process], since[process]) = (0.1, 0);
            }
            if process == 1 && i % 400 > 330 {
                continue;
            }
            let (n, age) = (total[process], since[process] as f64);
            let instance = format!("h{process}:80");
            let mut add = |name: &str, labels: &[(&str, &str)], kind, value: f64| {
                let own = [("job", "a"), ("instance", &instance)];
                let labels = own.iter().chain(labels);
                let labels = labels.map(|(n, v)| ((*n).into(), (*v).into()));
                let key = Key {
                    name: name.into(),
                    labels: Labels::new(labels.collect()),
                    file: String::new(),
                };
                set.add(key, kind, "", *time, value);
            };
            let (counter, gauge) = (Kind::Counter, Kind::Gauge);
            add("http_requests_total", &[("code", "200")], counter, n * 7.3);
            if age > 5.0 {
                add(
                    "http_requests_total",
                    &[("code", "500")],
                    counter,
                    libm::floor(age / 9.0),
                );
            }
            let name = "http_request_duration_seconds_bucket";
            for (bound, share) in [("0.1", 0.3), ("0.5", 0.8), ("+Inf", 1.0)] {
                add(name, &[("le", bound)], counter, n * 7.3 * share);
            }
            let cpu = "node_cpu_seconds_total";
            add(cpu, &[("cpu", "0"), ("mode", "idle")], counter, age * 9.0);
            add(
                cpu,
                &[("cpu", "0"), ("mode", "user")],
                counter,
                age * 4.0 + n,
            );
            add("node_load1", &[], gauge, (i % 13) as f64 / 7.0);
            add("node_memory_MemTotal_bytes", &[], gauge, 8e9);
            add("node_memory_MemAvailable_bytes", &[], gauge, 4e9 + n * 1e5);
            add("own_thing", &[], gauge, (i % 17) as f64 / 3.0);
            add("own_things_total", &[], counter, n);
            let labels = [("job", "b"), ("instance", &*instance)];
            let labels = labels.iter().map(|(n, v)| ((*n).into(), (*v).into()));
            let key = Key {
                name: "http_request_duration_seconds".into(),
                labels: Labels::new(labels.collect()),
                file: String::new(),
            };
            let native = Native {
                schema: 3,
                zero_threshold: 0.0,
                zero: 0.0,
                count: libm::floor(n * 3.0) + libm::floor(n),
                sum: n,
                positive: vec![(1, libm::floor(n * 3.0)), (4, libm::floor(n))],
                negative: Vec::new(),
            };
            set.add_native(key, counter, "", *time, native);
        }
        set
    };
    times.iter().enumerate().map(&mut of).collect()
}

/// Requests of a process that begins anew now and then and has more of them at its next look than at the one before, which
/// only the time tells that it began; of failures nothing is told until there is one.
fn begun(times: &[i64]) -> Vec<SeriesSet> {
    let (mut began, mut total, mut failed, mut first_failed) = (times[0] - 1, 10.0, 0.0, 0);
    let of = |(i, time): (usize, &i64)| {
        let mut set = SeriesSet::default();
        if i % 90 == 61 {
            (began, total, failed) = (time - 7 * SECOND, total + 11.0, 0.0);
        }
        total += 3.0;
        if i % 90 == 75 {
            first_failed = time - 2 * SECOND;
        }
        if i % 90 >= 75 {
            failed += 4.0;
        }
        let mut add = |name: &str, code: &str, kind, value| {
            let labels = [("job", "a"), ("code", code)];
            let labels = labels.iter().map(|(n, v)| ((*n).into(), (*v).into()));
            let key = Key {
                name: name.into(),
                labels: Labels::new(labels.collect()),
                file: String::new(),
            };
            set.add(key, kind, "", *time, value);
        };
        let seconds = |time: i64| time as f64 / 1e6;
        add("http_requests_total", "200", Kind::Counter, total);
        add("http_requests_created", "200", Kind::Gauge, seconds(began));
        if failed > 0.0 {
            add("http_requests_total", "500", Kind::Counter, failed);
            let began = seconds(first_failed);
            add("http_requests_created", "500", Kind::Gauge, began);
        }
        set
    };
    times.iter().enumerate().map(of).collect()
}

#[test]
fn a_counter_that_tells_when_it_began_counts_from_0_then() {
    let times: Vec<i64> = (0..600)
        .map(|i| (1_700_000_051 + i * 15) * SECOND)
        .collect();
    let sets = begun(&times);
    for most in [MOST_STEPS, 40, 5] {
        check(&sets, Step::at_least(60 * SECOND), most, 7);
    }
    let mut growth = Growth::new(Step::at_least(60 * SECOND));
    sets.iter().for_each(|s| growth.take(s.clone()));
    let machine = growth.machine();
    let restarts: Vec<i64> = machine.restarts.iter().map(|r| r.time).collect();
    let began: Vec<i64> = (0..6).map(|i| times[61 + 90 * i] - 7 * SECOND).collect();
    // Those of which the first failure of a process is told, too, lie in other steps.
    assert!(began.iter().all(|b| restarts.contains(b)), "{restarts:?}");
    let requests = machine.of(Measure::Requests).next().unwrap();
    let (first, last) = requests.ends().unwrap();
    let all: f64 = requests.totals().came(first, last + 1);
    // 15 more than the last value of a process at the first look at the next one, and 3 at each; and failures.
    let told: f64 = (1..600)
        .map(|i| match i % 90 {
            61 => 10.0 + 3.0 * (i + 1) as f64 + 11.0 * (i / 90 + 1) as f64,
            _ => 3.0,
        })
        .sum();
    let failures: f64 = (1..600).filter(|i| i % 90 >= 75).map(|_| 4.0).sum();
    assert!(
        (all / (told + failures) - 1.0).abs() < 1e-9,
        "{all} {told} {failures}"
    );
}

/// Signals in the order of a machine.
fn by_place(all: &[Fine]) -> Vec<Fine> {
    let mut machine = Machine::new(Step::FINEST);
    machine.fine = all.to_vec();
    machine.settle();
    machine.fine
}

/// Lets samples come one set after the other, tells what is new as a live view does, and holds all that is known then
/// against what one set with all samples gives. How long the steps of both kinds are then, in seconds.
fn check(sets: &[SeriesSet], step: Step, most: i64, told_every: usize) -> (f64, f64) {
    let mut growth = Growth::holding(step, most);
    let (mut told, mut shown) = (None, Machine::new(step));
    for (i, set) in sets.iter().enumerate() {
        growth.take(set.clone());
        if i % told_every == 0 || i + 1 == sets.len() {
            match growth.fresh(&mut told) {
                (machine, None) => shown = machine,
                (machine, Some(from)) => shown.renew(from, machine),
            }
        }
    }
    let grown = growth.machine();
    assert_eq!(shown, grown);
    let mut all = SeriesSet::default();
    sets.iter().for_each(|s| all.merge(s.clone()));
    all.settle();
    let all = since_created(&all).unwrap_or(all);
    let mut whole = machine_in(&all, grown.step);
    let names = |m: &Machine| -> Vec<(Measure, String)> {
        m.signals
            .iter()
            .map(|s| (s.measure, s.of.clone()))
            .collect()
    };
    assert_eq!(names(&grown), names(&whole));
    for (grown, whole) in grown.signals.iter().zip(&whole.signals) {
        assert_eq!(grown, whole);
    }
    assert_eq!(grown.restarts, whole.restarts);
    whole.missed = missed(&all);
    whole.settle();
    assert_eq!(grown.missed, whole.missed);
    assert_eq!(grown.span, whole.span);
    let fine = growth.rungs[0].step;
    if fine < grown.step {
        let finer = growth.finer().map(|rung| others_in(&all, rung.step));
        assert_eq!(
            by_place(&grown.fine),
            by_place(&[fine_in(&all, fine), finer.unwrap_or_default()].concat())
        );
    } else {
        assert!(grown.fine.is_empty());
    }
    // What is unlike is told of steps that are closed.
    let border = grown.step.start(growth.rungs[growth.shown].border);
    whole.anomalies = anomalies(&whole);
    whole.anomalies.retain(|a| a.time < border);
    whole.settle();
    assert_eq!(grown.anomalies, whole.anomalies);
    let spared = sets.iter().map(SeriesSet::samples).max().unwrap();
    assert!(growth.samples() < spared * 60, "{} held", growth.samples());
    (grown.step.seconds(), fine.seconds())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_grew_is_what_one_set_gives(
        gaps in prop::collection::vec(1_i64..90, 200..500),
        start in 0_i64..1_000,
        most in 4_i64..60,
    ) {
        let mut time = (1_700_000_000 + start) * SECOND;
        let times: Vec<i64> = gaps.iter().enumerate().map(|(i, gap)| {
            // Mostly every 15 s, some late, some missing.
            time += if i < 8 || *gap < 60 { 15 * SECOND } else { gap * SECOND };
            time
        }).collect();
        let minute = Step::at_least(60 * SECOND);
        check(&service(&times), minute, MOST_STEPS, 7);
        let (step, fine) = check(&service(&times), minute, most, 7);
        prop_assert!(step > 60.0 || most > 40, "{step}");
        prop_assert_eq!(fine, 60.0);
    }
}

#[test]
fn steps_that_became_longer_once_and_several_times_tell_what_all_samples_tell() {
    let times =
        |n: i64| -> Vec<i64> { (0..n).map(|i| (1_700_000_051 + i * 15) * SECOND).collect() };
    let minute = Step::at_least(60 * SECOND);
    for (most, seconds) in [
        (700, 60.0),
        (400, 300.0),
        (100, 900.0),
        (40, 1_800.0),
        (25, 1_800.0),
        (3, 10_800.0),
    ] {
        let (step, fine) = check(&service(&times(2_600)), minute, most, 97);
        assert_eq!((step, fine), (seconds, 60.0), "{most}");
    }
}

#[test]
fn scrapes_that_are_as_far_apart_as_steps_are_told_in_longer_ones() {
    for (every, seconds) in [(60, 300.0), (30, 300.0), (20, 300.0), (300, 1_800.0)] {
        let times: Vec<i64> = (0..600)
            .map(|i| (1_700_000_051 + i * every) * SECOND)
            .collect();
        let sets = service(&times);
        let minute = Step::at_least(60 * SECOND);
        let (step, fine) = check(&sets, minute, MOST_STEPS, 7);
        assert_eq!((step, fine), (seconds, seconds), "{every}");
        // Soon after it began, too, and of a look back at once.
        let mut growth = Growth::new(minute);
        let mut piece = SeriesSet::default();
        for set in &sets[..12] {
            growth.take(set.clone());
            piece.merge(set.clone());
        }
        let mut back = Growth::new(minute);
        piece.settle();
        back.take(piece);
        for growth in [growth, back] {
            let machine = growth.machine();
            let requests = machine.of(Measure::Requests).next().unwrap();
            let (a, b) = requests.cells.ends().unwrap();
            assert!(requests.cells.total(a, b + 1).is_some(), "{every}");
        }
    }
}

#[test]
fn a_gap_of_hours_and_one_longer_than_a_step_lose_nothing() {
    let mut time = 1_700_000_051 * SECOND;
    let times: Vec<i64> = (0..900)
        .map(|i| {
            time += match i {
                200 => 2 * 3_600 * SECOND,
                500 => 3 * 86_400 * SECOND,
                _ => 15 * SECOND,
            };
            time
        })
        .collect();
    for most in [MOST_STEPS, 500, 20, 2] {
        check(&service(&times), Step::at_least(60 * SECOND), most, 31);
    }
}

#[test]
fn a_look_back_in_pieces_and_all_at_once_tell_the_same() {
    let times: Vec<i64> = (0..1_500)
        .map(|i| (1_700_000_051 + i * 15) * SECOND)
        .collect();
    let sets = service(&times);
    for piece in [1_500, 240, 100] {
        let together = |sets: &[SeriesSet]| {
            let mut all = SeriesSet::default();
            sets.iter().for_each(|s| all.merge(s.clone()));
            all
        };
        let pieces: Vec<SeriesSet> = sets.chunks(piece).map(together).collect();
        check(&pieces, Step::at_least(60 * SECOND), 30, 1);
    }
}

#[test]
fn steps_of_error_budgets_become_longer_too() {
    let times: Vec<i64> = (0..52_000).map(|i| (1_700_000_051 + i) * SECOND).collect();
    let all = sets(&times);
    let together = |sets: &[SeriesSet]| {
        let mut all = SeriesSet::default();
        sets.iter().for_each(|s| all.merge(s.clone()));
        all
    };
    let pieces: Vec<SeriesSet> = all.chunks(50).map(together).collect();
    let (step, fine) = check(&pieces, Step::at_least(5 * SECOND), MOST_STEPS, 40);
    assert_eq!((step, fine), (30.0, 15.0));
}

#[test]
fn memory_stays_where_it_is_over_many_polls() {
    let times: Vec<i64> = (0..14_000)
        .map(|i| (1_700_000_000 + i * 15) * SECOND)
        .collect();
    let mut growth = Growth::new(Step::at_least(60 * SECOND));
    let mut most = 0;
    for set in sets(&times) {
        growth.take(set);
        most = most.max(growth.samples());
    }
    assert!(most < 400, "{most} samples held");
    let machine = growth.machine();
    // 14 000 polls are 3 500 minutes: more than there is room for, so steps are of five minutes.
    assert_eq!(machine.step.seconds(), 300.0);
    let (from, to) = machine.signals[0].cells.ends().unwrap();
    assert!((690..=701).contains(&(to - from)), "{from} {to}");
    assert!(machine.notes.iter().any(|n| n.contains("steps of 300 s")));
}

#[test]
fn error_budgets_are_judged_in_the_steps_that_samples_came_in() {
    let times: Vec<i64> = (0..14_000)
        .map(|i| (1_700_000_040 + i * 15) * SECOND)
        .collect();
    let (sets, minute) = (sets(&times), Step::at_least(60 * SECOND));
    let mut growth = Growth::new(minute);
    let (mut told, mut shown) = (None, Machine::new(minute));
    let mut all = SeriesSet::default();
    for (i, set) in sets.iter().enumerate() {
        growth.take(set.clone());
        all.merge(set.clone());
        if i % 500 == 0 || i + 1 == sets.len() {
            match growth.fresh(&mut told) {
                (machine, None) => shown = machine,
                (machine, Some(from)) => shown.renew(from, machine),
            }
        }
    }
    all.settle();
    assert_eq!(shown.step.seconds(), 300.0);
    let finer = others_in(&all, minute);
    assert_eq!(
        shown.fine,
        by_place(&[fine_in(&all, minute), finer].concat())
    );
    let measures: Vec<&str> = shown.fine.iter().map(|f| f.signal.measure.id()).collect();
    assert_eq!(
        measures,
        [
            "requests",
            "client_errors",
            "server_errors",
            "duration",
            "load"
        ]
    );
    let (spent, step) = shown.spent("a", Some(0.05));
    assert_eq!((step, spent.len()), (minute, 3_500));
}

#[test]
fn a_sample_of_another_century_moves_no_border() {
    let times: Vec<i64> = (0..600)
        .map(|i| (1_700_000_051 + i * 15) * SECOND)
        .collect();
    let sets = sets(&times);
    let far = |at: i64| super::tests::sets(&[at * SECOND]).remove(0);
    let minute = Step::at_least(60 * SECOND);
    let mut clean = Growth::new(minute);
    sets.iter().for_each(|s| clean.take(s.clone()));
    let clean = clean.machine();
    // First of all, in the middle, alone and beside true ones.
    for places in [vec![0], vec![1], vec![300, 301, 302, 450]] {
        for beside in [false, true] {
            let mut growth = Growth::new(minute);
            for (i, set) in sets.iter().enumerate() {
                let mut set = set.clone();
                if places.contains(&i) {
                    let far = far(3_786_912_000 + i as i64);
                    match beside {
                        true => set.merge(far),
                        false => growth.take(far),
                    }
                }
                growth.take(set);
            }
            let grown = growth.machine();
            let which = format!("{places:?} {beside}");
            let told = |n: &&String| n.contains("dated far from all others, such as 2090-");
            assert!(
                beside && places == [0] || grown.notes.iter().any(|n| told(&n)),
                "{which}"
            );
            if !(beside && places == [0]) {
                assert_eq!(grown.signals, clean.signals, "{which}");
                assert_eq!(grown.span, clean.span, "{which}");
            }
        }
    }
}
