//! When a resource is full: at which instant a line is, and how often the interval holds it.
#![allow(clippy::unwrap_used)]

mod random;

use plumbline::log::Task;
use plumbline::report::view::View;
use plumbline::report::{Full, Report};
use plumbline::series::known::machine;
use plumbline::series::{Key, Kind, Labels, SeriesSet};
use plumbline::stats::trend::{line, reaches};
use plumbline::summary::Summary;
use random::Random;
use std::sync::Arc;

const SECOND: i64 = 1_000_000;
const START: i64 = 1_772_323_200 * SECOND;

fn full(samples: impl Iterator<Item = (i64, f64)>) -> Vec<Full> {
    let labels = [
        ("instance", "a:1"),
        ("mountpoint", "/"),
        ("device", "/dev/sda1"),
    ];
    let labels = labels.map(|(n, v)| (n.into(), v.into()));
    let key = |name: &str| Key {
        name: name.into(),
        labels: Labels::new(labels.to_vec()),
        file: String::new(),
    };
    let mut set = SeriesSet::default();
    for (time, level) in samples {
        let size = 1e11;
        set.add(
            key("node_filesystem_size_bytes"),
            Kind::Gauge,
            "",
            time,
            size,
        );
        let free = size * (1.0 - level);
        set.add(
            key("node_filesystem_avail_bytes"),
            Kind::Gauge,
            "",
            time,
            free,
        );
    }
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine(&set)));
    Report::from(&summary, &View::default())
        .resources
        .service
        .unwrap()
        .full
}

#[test]
fn what_rises_evenly_is_full_when_it_is() {
    // Apart in seconds, how many, and how far the first one is behind a whole step.
    for (apart, n, off) in [
        (60, 60, 0),
        (60, 60, 7),
        (15, 400, 3),
        (3_600, 1_440, 0),
        (40, 300, 11),
    ] {
        let begin = START + off * SECOND;
        // Full at ten times the time that is seen.
        let end = begin + 10 * n * apart * SECOND;
        let level = |time: i64| (time - begin) as f64 / (end - begin) as f64;
        let times = (0..n).map(|i| begin + i * apart * SECOND);
        let found = full(times.map(|t| (t, level(t))));
        let [full] = &found[..] else {
            panic!("{apart}: {found:?}")
        };
        // A ten-thousandth of the time until then.
        let near = (n * apart * SECOND) as f64 * 1e-3;
        assert!(
            (full.at.0 - end).abs() as f64 <= near,
            "{apart} {off}: {} {end}",
            full.at.0
        );
        assert!(full.soonest <= full.at && full.at <= full.latest);
    }
}

/// White noise and autoregressions of the first order around lines that are full at three times the time that is seen.
#[test]
fn the_interval_holds_the_instant_in_95_of_100() {
    let mut random = Random(11);
    for (n, weight, rise) in [
        (30, 0.0, 8.0),
        (30, 0.5, 12.0),
        (120, 0.0, 8.0),
        (120, 0.5, 8.0),
        (120, 0.8, 16.0),
    ] {
        let (mut held, mut told, mut early, mut late) = (0, 0, 0, 0);
        for _ in 0..400 {
            let mut value = 0.0;
            let scale = f64::sqrt(1.0 - weight * weight);
            let mut noise = || {
                value = weight * value + scale * random.normal();
                value
            };
            for _ in 0..50 {
                noise();
            }
            let each = rise / f64::from(n);
            let point = |i: i32| (f64::from(i), each * f64::from(i) + noise());
            let points: Vec<(f64, f64)> = (0..n).map(point).collect();
            let truth = 3.0 * f64::from(n);
            let line = line(&points).unwrap();
            let Some((soonest, _, latest)) = reaches(&line, each * truth, f64::from(n)) else {
                continue;
            };
            told += 1;
            early += u32::from(latest < truth);
            late += u32::from(soonest > truth);
            held += u32::from((soonest..=latest).contains(&truth));
        }
        let share = f64::from(held) / f64::from(told);
        println!("{n} points, AR(1) {weight}: {share:.3} of {told}, {early} early, {late} late");
        assert!(
            told >= 200 && share >= 0.94,
            "{n} {weight}: {share} of {told}"
        );
        // Neither side is missed by much more than the other.
        assert!(
            early <= told / 20 && late <= told / 20,
            "{n} {weight}: {early} {late}"
        );
    }
}
