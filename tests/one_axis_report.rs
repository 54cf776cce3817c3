//! What a report says of a marked period, and of what moves before what, where the truth is known.
#![allow(clippy::unwrap_used, clippy::panic)]

mod pipeline;
mod random;

use plumbline::log::{Role, Task};
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{About, Changes, Report};
use plumbline::series::{Cells, Level, Machine, Signal};
use plumbline::series::{Measure, Step};
use plumbline::summary::Summary;
use plumbline::table::time::{DAY, HOUR, Time};
use random::Random;
use std::fmt::Write as _;
use std::sync::Arc;

/// An autoregression of the first order with variance 1.
fn alike(random: &mut Random, weight: f64, n: usize) -> Vec<f64> {
    let size = (1.0 - weight * weight).sqrt();
    let mut value = random.normal();
    let step = |_| {
        value = weight * value + size * random.normal();
        value
    };
    (0..n).map(step).collect()
}

/// 2 March 2026, a Monday.
fn start() -> i64 {
    Time::parse("2026-03-02").unwrap().0
}

/// Hours of levels of things that no rule knows, one metric each.
fn machine(series: &[(String, Vec<f64>)], step: i64) -> Machine {
    let step = Step::at_least(step);
    let first = step.of(start());
    let signal = |(name, values): &(String, Vec<f64>)| Signal {
        measure: Measure::OtherLevel,
        of: name.clone(),
        what: String::new(),
        source: name.clone(),
        unit: None,
        counted: None,
        when: None,
        cells: Cells::Level(
            values
                .iter()
                .enumerate()
                .map(|(at, v)| (first + at as i64, Level::seen(*v)))
                .collect(),
        ),
    };
    let mut machine = Machine::new(step);
    machine.signals = series.iter().map(signal).collect();
    machine.settle();
    machine
}

fn of_machine(series: &[(String, Vec<f64>)]) -> Report {
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine(series, HOUR)));
    Report::from(&summary, &View::default())
}

fn hours(from: usize, to: usize) -> (Time, Time) {
    let at = |h: usize| Time(start() + h as i64 * HOUR);
    (at(from), at(to))
}

fn marked(report: &Report, from: usize, to: usize) -> Changes {
    let (from, to) = hours(from, to);
    report.changes(None, from, to).unwrap()
}

/// A brush is never exact: a period that begins a little before the change tells of it, and from when on.
#[test]
fn a_period_that_begins_before_the_change_tells_from_when_it_changed() {
    let mut random = Random(23);
    for begin in [100, 101, 103, 106] {
        let series: Vec<(String, Vec<f64>)> = (0..20)
            .map(|i| {
                let mut values = alike(&mut random, 0.3, 140);
                if i < 4 {
                    values[112..].iter_mut().for_each(|v| *v += 40.0);
                }
                (format!("s{i:02}"), values)
            })
            .collect();
        let changes = marked(&of_machine(&series), begin, 136);
        let sure: Vec<_> = changes.rows.iter().filter(|c| c.sure).collect();
        assert!(sure.len() >= 4, "{begin}: {}", changes.sentence);
        for row in &sure[..4] {
            let inside = row.inside.unwrap();
            let off = (inside.at.0 - hours(112, 112).0.0).abs();
            assert!(off <= HOUR, "{begin}: {:?}", inside.at);
            assert!(
                (inside.now - inside.before - 40.0).abs() < 3.0,
                "{inside:?}"
            );
        }
        assert!(
            changes.sentence.contains("inside the period"),
            "{}",
            changes.sentence
        );
    }
    // Marked where it changed it is a change of the period.
    let mut values = alike(&mut random, 0.3, 140);
    values[112..].iter_mut().for_each(|v| *v += 40.0);
    let changes = marked(&of_machine(&[("one".to_owned(), values)]), 112, 136);
    assert!(changes.rows[0].sure && changes.rows[0].inside.is_none());
}

/// Of what is called sure, no more than the nominal share did not change; and what did change most stands first.
#[test]
fn few_findings_are_false_and_what_was_planted_comes_first() {
    let mut random = Random(1);
    for weight in [0.0, 0.5, 0.8] {
        let (mut false_shares, mut first, mut found, rounds) = (0.0, 0, 0, 100);
        for _ in 0..rounds {
            let series: Vec<(String, Vec<f64>)> = (0..20)
                .map(|i| {
                    let mut values = alike(&mut random, weight, 120);
                    if i < 4 {
                        let size = if i == 0 { 12.0 } else { 7.0 };
                        values[100..].iter_mut().for_each(|v| *v += size);
                    }
                    (format!("s{i:02}"), values)
                })
                .collect();
            let changes = marked(&of_machine(&series), 100, 120);
            assert_eq!(changes.rows.len(), 20);
            let sure: Vec<&str> = changes
                .rows
                .iter()
                .filter(|c| c.sure)
                .map(|c| c.name.as_str())
                .collect();
            let planted = |name: &&&str| {
                ["s00", "s01", "s02", "s03"]
                    .iter()
                    .any(|p| name.contains(p))
            };
            let right = sure.iter().filter(planted).count();
            false_shares += (sure.len() - right) as f64 / sure.len().max(1) as f64;
            found += right;
            first += usize::from(changes.rows[0].name.contains("s00"));
        }
        let rate = false_shares / f64::from(rounds);
        let power = found as f64 / f64::from(4 * rounds);
        println!(
            "{weight}: false discoveries {rate:.3}, found {power:.3}, first {first} of {rounds}"
        );
        assert!(rate <= 0.05, "{weight}: {rate}");
        assert!(power >= 0.75, "{weight}: {power}");
        assert!(first >= rounds as usize * 9 / 10, "{weight}: {first}");
    }
}

/// A week of which one sample is known, in a step that goes on until the series begins, is no earlier week.
#[test]
fn a_week_with_one_sample_is_no_earlier_week() {
    let name = "load".to_owned();
    let weeks = 3 * 7 * 8;
    let mut machine = machine(
        &[(name, (0..weeks + 24).map(f64::from).collect())],
        3 * HOUR,
    );
    let Cells::Level(cells) = &mut machine.signals[0].cells else {
        panic!()
    };
    // 12 samples a step, but for the one before the first midnight.
    for cell in cells.iter_mut() {
        cell.1.sum *= 12.0;
        cell.1.n = 12.0;
    }
    let first = cells[0].0 - 1;
    cells.insert(0, (first, Level::seen(1_000.0)));
    let mut summary = Summary::of_task(Task::Service);
    summary.machine = Some(Arc::new(machine));
    let report = Report::from(&summary, &View::default());
    let found = |from: i64, to: i64| {
        let at = |h: i64| Time(start() + h * HOUR);
        let changes = report.changes(None, at(from), at(to)).unwrap();
        changes.rows[0].weeks.clone().unwrap()
    };
    // From nine in the evening on, three weeks after the last evening before the series begins.
    let evening = found(3 * 168 - 3, 3 * 168);
    assert_eq!(evening.weeks, 2);
    let longer = found(3 * 168 - 6, 3 * 168);
    assert_eq!((longer.weeks, longer.most < 1_000.0), (2, true));
    // The hours that are known count.
    assert_eq!(found(3 * 168, 3 * 168 + 3).weeks, 3);
}

/// A daily course looks like a change against the hours before, and is not one against the same hours of earlier weeks.
#[test]
fn what_happens_every_week_at_these_hours_is_told_as_usual() {
    let mut random = Random(2);
    let n = 5 * 7 * 24;
    let daily = |h: usize| {
        if (9..17).contains(&(h % 24)) {
            10.0
        } else {
            0.0
        }
    };
    let mut usual: Vec<f64> = alike(&mut random, 0.3, n);
    usual
        .iter_mut()
        .enumerate()
        .for_each(|(h, v)| *v = 0.3 * *v + daily(h));
    let mut odd = usual.clone();
    let from = 4 * 7 * 24 + 2 * 24 + 9;
    odd[from..from + 8].iter_mut().for_each(|v| *v += 20.0);
    let report = of_machine(&[("odd".into(), odd), ("usual".into(), usual)]);
    let changes = marked(&report, from, from + 8);
    let names: Vec<&str> = changes.rows.iter().map(|c| c.title.as_str()).collect();
    assert!(names[0].contains("odd"), "{names:?}");
    let [odd, usual] = &changes.rows[..] else {
        panic!()
    };
    for change in [odd, usual] {
        assert_eq!(change.weeks.as_ref().unwrap().weeks, 4);
        assert_eq!(change.values_before, 32);
        let shift = change.shift.unwrap();
        assert!(shift.low <= shift.value && shift.value <= shift.high);
        let holds = (shift.low..=shift.high).contains(&0.0);
        assert_eq!(holds, change.p_single.unwrap() > 0.05);
        assert!(change.weeks.as_ref().unwrap().shift.is_some());
    }
    assert!(
        odd.weeks.as_ref().unwrap().p_value.unwrap() < 0.001,
        "{odd:?}"
    );
    assert!(
        usual.weeks.as_ref().unwrap().p_value.unwrap() > 0.05,
        "{usual:?}"
    );
    assert!(!odd.usual() && odd.change > 20.0);
}

/// What came every week at these hours and does not come now is found, though it is like the hours before.
#[test]
fn what_fails_to_come_as_every_week_is_found() {
    let mut random = Random(4);
    let n = 6 * 7 * 24;
    let from = 5 * 7 * 24 + 2 * 24 + 9;
    let mut peaks: Vec<f64> = alike(&mut random, 0.3, n).iter().map(|v| 0.3 * v).collect();
    (0..5).for_each(|week| {
        let at = from - (week + 1) * 7 * 24;
        peaks[at..at + 8].iter_mut().for_each(|v| *v += 10.0);
    });
    let report = of_machine(&[("orders".into(), peaks)]);
    let changes = marked(&report, from, from + 8);
    let orders = &changes.rows[0];
    assert!(orders.p_value.unwrap() > 0.05, "{orders:?}");
    assert!(orders.stands_out(), "{orders:?}");
    assert!(
        changes.sentence.contains("same hours of earlier weeks"),
        "{}",
        changes.sentence
    );
}

/// Predictions and outcomes by the hour, the same files each time: wrong with a chance, served by a version.
fn log(
    hours: usize,
    rows: usize,
    wrong: impl Fn(usize) -> f64,
    version: impl Fn(usize) -> &'static str,
) -> String {
    log_by(HOUR, hours, rows, wrong, version)
}

/// The same by windows of another length.
fn log_by(
    step: i64,
    windows: usize,
    rows: usize,
    wrong: impl Fn(usize) -> f64,
    version: impl Fn(usize) -> &'static str,
) -> String {
    let mut random = Random(3);
    let mut text = String::from("timestamp,prediction,label,amount,model_version\n");
    for window in 0..windows {
        for i in 0..rows {
            let truth = random.unit() < 0.5;
            let predicted = truth ^ (random.unit() < wrong(window));
            let time = Time(start() + window as i64 * step + i as i64 * (step / rows as i64));
            writeln!(
                text,
                "{time},{},{},{:.3},{}",
                u8::from(predicted),
                u8::from(truth),
                random.normal(),
                version(window)
            )
            .unwrap();
        }
    }
    text
}

fn with_machine(text: &str, series: &[(String, Vec<f64>)], view: &View) -> Report {
    let roles = [
        (Role::Outcome, "label"),
        (Role::ModelVersion, "model_version"),
    ];
    let mut summary = pipeline::summary(&[("log.csv", text.as_bytes())], &roles, view).unwrap();
    let step = match view.window {
        Some(WindowSize::TenMinutes) => HOUR / 12,
        _ => HOUR,
    };
    summary.machine = Some(Arc::new(machine(series, step)));
    Report::from(&summary, view)
}

fn hourly() -> View {
    View {
        window: Some(WindowSize::Hour),
        baseline: BaselineChoice::Period(Time(start()), Time(start() + 2 * DAY)),
        ..View::default()
    }
}

#[test]
fn both_families_are_ranked_and_nothing_after_the_period_is_looked_at() {
    let bad = |h: usize| if (120..132).contains(&h) { 0.4 } else { 0.08 };
    let mut random = Random(4);
    let mut cpu = alike(&mut random, 0.5, 160);
    cpu[120..132].iter_mut().for_each(|v| *v += 9.0);
    let idle = alike(&mut random, 0.5, 160);
    let series = [("cpu".to_owned(), cpu), ("idle".to_owned(), idle)];
    let until = |hours: usize| {
        let text = log(hours, 60, bad, |h| if h < 120 { "v1" } else { "v2" });
        let series: Vec<(String, Vec<f64>)> = series
            .iter()
            .map(|(name, values)| (name.clone(), values[..hours].to_vec()))
            .collect();
        with_machine(&text, &series, &hourly())
    };
    let (long, short) = (until(160), until(132));
    let (a, b) = (marked(&long, 120, 132), marked(&short, 120, 132));
    assert_eq!(a, b);
    assert_eq!(a, marked(&long, 120, 132));
    let about = |about| a.rows.iter().filter(move |c| c.about == about);
    for family in [About::Truth, About::Drift, About::Service] {
        assert!(
            about(family).next().is_some(),
            "{family:?} is not among {:#?}",
            a.rows
        );
    }
    let accuracy = a.rows.iter().find(|c| c.name == "accuracy").unwrap();
    assert!(
        accuracy.stands_out() && accuracy.worse == Some(true),
        "{accuracy:?}"
    );
    assert!((accuracy.before - 0.92).abs() < 0.02 && (accuracy.now - 0.6).abs() < 0.05);
    let place = |name: &str| a.rows.iter().position(|c| c.name.contains(name)).unwrap();
    assert!(place("cpu") < place("idle") && place("accuracy") < place("idle"));
    assert!(!a.rows[place("idle")].sure);
    // The version that took over, at its hour.
    assert_eq!(long.versions.len(), 1);
    assert_eq!(
        (
            long.versions[0].version.as_str(),
            long.versions[0].before.as_str()
        ),
        ("v2", "v1")
    );
    assert_eq!(long.versions[0].time, hours(120, 121).0);
    // The view carries the period.
    let (from, to) = hours(120, 132);
    let view = View {
        marked: Some((from, to)),
        ..hourly()
    };
    let text = log(132, 60, bad, |_| "v1");
    assert!(with_machine(&text, &[], &view).changes.is_some());
    assert_eq!(long.changes, None);
    assert_eq!(long.changes(None, to, from), None);
}

#[test]
fn what_moves_before_accuracy_is_found_at_its_lag_and_what_does_not_is_not() {
    let mut random = Random(5);
    let n = 400;
    let queue = alike(&mut random, 0.8, n);
    let wrong = |h: usize| match h.checked_sub(3) {
        Some(before) => (0.2 + 0.12 * queue[before]).clamp(0.01, 0.6),
        None => 0.2,
    };
    let mut series = vec![("queue".to_owned(), queue.clone())];
    for i in 0..6 {
        series.push((format!("noise{i}"), alike(&mut random, 0.95, n)));
    }
    let text = log(n, 100, wrong, |_| "v1");
    let leads = with_machine(&text, &series, &hourly()).leads.unwrap();
    assert_eq!(leads.lags, 12);
    assert!(leads.tested > 100 && leads.pairs > 6);
    let first = &leads.found[0];
    assert_eq!((first.windows, first.ahead_s), (3, 10_800.0), "{leads:#?}");
    assert!(
        first.service.contains("queue") && first.correlation.abs() > 0.3,
        "{first:?}"
    );
    assert!(first.sentence.contains("3 h before"), "{}", first.sentence);
    assert!(
        leads.found.iter().all(|f| f.service.contains("queue")),
        "{leads:#?}"
    );

    // Without what leads, nothing is found.
    let alone = with_machine(&text, &series[1..], &hourly()).leads.unwrap();
    assert_eq!(alone.found, []);
}

#[test]
fn what_moves_ten_minutes_before_recall_is_told_in_minutes() {
    let mut random = Random(6);
    let n = 300;
    let p99 = alike(&mut random, 0.8, n);
    let wrong = |at: usize| match at.checked_sub(1) {
        Some(before) => (0.2 + 0.12 * p99[before]).clamp(0.01, 0.6),
        None => 0.2,
    };
    let text = log_by(HOUR / 6, n, 100, wrong, |_| "v1");
    let view = View {
        window: Some(WindowSize::TenMinutes),
        baseline: BaselineChoice::Period(Time(start()), Time(start() + DAY)),
        ..View::default()
    };
    // Scraped every five minutes.
    let scraped = p99.iter().flat_map(|v| [*v, *v]).collect();
    let series = [("p99".to_owned(), scraped)];
    let report = with_machine(&text, &series, &view);
    assert_eq!(report.windows.len(), n);
    let found = report.leads.unwrap().found;
    let of_recall = found.iter().find(|f| f.truth == "recall").unwrap();
    assert_eq!((of_recall.windows, of_recall.ahead_s), (1, 600.0));
    let told = "p99 (p99) rises 10 min before recall falls";
    assert!(
        of_recall.sentence.starts_with(told),
        "{}",
        of_recall.sentence
    );
}

/// While rows still come, the window in which the newest lies is shown and not judged: an alarm's rate is promised for
/// one look at a window.
#[test]
fn an_open_window_is_not_judged() {
    let hours = 6 * 24;
    // The last hour is all wrong.
    let text = log(
        hours,
        60,
        |h| if h == hours - 1 { 1.0 } else { 0.1 },
        |_| "v1",
    );
    let report = |live| {
        let view = View { live, ..hourly() };
        with_machine(&text, &[], &view)
    };
    let (closed, open) = (report(false), report(true));
    let last = |r: &Report| r.windows.last().unwrap().clone();
    assert!(last(&closed).mature && !last(&closed).open);
    assert!(!last(&open).mature && last(&open).open);
    assert!(
        open.windows
            .iter()
            .rev()
            .skip(1)
            .all(|w| !w.open && w.mature)
    );
    assert_eq!(last(&open).metrics, last(&closed).metrics);
    let goes_on = |r: &Report| r.alerts.iter().any(plumbline::report::Alert::goes_on);
    assert!(goes_on(&closed), "{:?}", closed.alerts);
    assert!(!goes_on(&open), "{:?}", open.alerts);
}

/// A period of two hours in steps of three: what is compared is said, and two values are no measure of how far they vary.
#[test]
fn of_a_period_shorter_than_its_steps_it_is_said_what_is_compared() {
    let mut random = Random(7);
    let values: Vec<f64> = (0..56).map(|_| 30.0 + 0.01 * random.normal()).collect();
    let mut summary = Summary::of_task(Task::Service);
    let mut series = vec![("cpu".to_owned(), values)];
    series[0].1[27] = 70.0;
    summary.machine = Some(Arc::new(machine(&series, 3 * HOUR)));
    let report = Report::from(&summary, &View::default());
    // The 27th step is that from 81 h to 84 h after the start, 9 to 12 o'clock of 5 March; the eight hours before the
    // period have two steps of their own.
    let changes = marked(&report, 82, 84);
    assert_eq!(changes.rows.len(), 1);
    assert_eq!((changes.rows[0].now, changes.rows[0].values), (70.0, 1));
    assert_eq!(changes.rows[0].standardised, None);
    assert!(!changes.rows[0].sure);
    let said = "of them the time from 2026-03-05T09:00:00Z to 2026-03-05T12:00:00Z is compared.";
    assert!(
        changes.notes.iter().any(|n| n.ends_with(said)),
        "{:?}",
        changes.notes
    );
    // A day has whole steps.
    let changes = marked(&report, 72, 96);
    assert!(
        changes.notes.iter().all(|n| !n.contains("is compared")),
        "{:?}",
        changes.notes
    );
}
