//! What a report says of logs whose story is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::{report, summary, value};
use plumbline::log::{FileKind, Role};
use plumbline::report::view::{BaselineChoice, View};
use plumbline::report::{AlertKind, Level, Report};
use random::Random;
use std::fmt::Write as _;

/// Thirty days of 300 predictions; `wrong(day, region)` is the chance of a wrong label, and
/// outcomes come `delay` days later, as far as they are known by the end.
fn log(seed: u64, wrong: impl Fn(u32, &str) -> f64, delay: u32) -> (String, String) {
    let mut random = Random(seed);
    let mut predictions = String::from("id,timestamp,prediction,region,latency_ms\n");
    let mut outcomes = String::from("id,label,observed_at\n");
    for day in 1..=30u32 {
        for i in 0..300 {
            let region = ["north", "south", "west"][i % 3];
            let truth = random.unit() < 0.4;
            let predicted = truth ^ (random.unit() < wrong(day, region));
            let latency = 20.0 + 60.0 * random.unit();
            writeln!(
                predictions,
                "d{day}n{i},2026-04-{day:02}T{:02}:{:02}:00Z,{},{region},{latency:.1}",
                i / 60,
                i % 60,
                u8::from(predicted)
            )
            .unwrap();
            if day + delay <= 30 {
                writeln!(
                    outcomes,
                    "d{day}n{i},{},2026-04-{:02}T12:00:00Z",
                    u8::from(truth),
                    day + delay
                )
                .unwrap();
            }
        }
    }
    (predictions, outcomes)
}

fn judged(seed: u64, wrong: impl Fn(u32, &str) -> f64, delay: u32) -> Report {
    let (predictions, outcomes) = log(seed, wrong, delay);
    report(
        &[
            ("outcomes.csv", outcomes.as_bytes()),
            ("predictions.csv", predictions.as_bytes()),
        ],
        &View::default(),
    )
}

#[test]
fn a_fall_in_one_region_is_found_dated_and_placed() {
    let report = judged(
        1,
        |day, region| {
            if day >= 17 && region == "west" {
                0.45
            } else {
                0.1
            }
        },
        0,
    );
    assert_eq!(report.health.level, Level::Bad, "{:?}", report.health);
    assert!(
        report.health.sentence.starts_with("Accuracy fell"),
        "{}",
        report.health.sentence
    );
    assert!(
        report.health.sentence.contains("region is west"),
        "{}",
        report.health.sentence
    );
    let alert = &report.alerts[0];
    assert_eq!(alert.since.to_string(), "2026-04-17T00:00:00Z");
    let worst = &report.slices[0];
    assert_eq!(
        (worst.column.as_str(), worst.value.as_str()),
        ("region", "west")
    );
    assert!(worst.departure.unwrap().change < -0.25);
    assert!(
        report
            .slices
            .iter()
            .filter(|s| s.value != "west")
            .all(|s| s.departure.is_none())
    );
}

#[test]
fn a_log_that_stays_true_raises_no_alert() {
    let mut alarms = 0;
    for seed in 10..40 {
        let report = judged(seed, |_, _| 0.1, 0);
        alarms += usize::from(report.health.level != Level::Ok);
    }
    // Of 23 judged windows each, a false alarm in 30 allows 23 in all; they are fewer, for an alarm has to be
    // large enough to matter, too.
    assert!(alarms < 12, "{alarms} of 30 quiet logs raised an alert");
}

#[test]
fn what_came_back_is_an_incident_that_is_over() {
    let bad = |day, _: &str| if (14..=17).contains(&day) { 0.35 } else { 0.1 };
    let report = judged(2, bad, 0);
    let alert = &report.alerts[0];
    assert_eq!(alert.kind, AlertKind::Metric);
    assert_eq!(alert.since.to_string(), "2026-04-14T00:00:00Z");
    assert_eq!(
        alert.until.map(|t| t.to_string()),
        Some("2026-04-18T00:00:00Z".into())
    );
    assert_eq!((alert.windows, alert.judged), (4, 4));
    assert!(
        alert.sentence.contains("during 14 – 17 Apr 2026"),
        "{}",
        alert.sentence
    );
    assert_eq!(report.health.level, Level::Ok, "{:?}", report.health);
    assert!(
        report.health.sentence.contains("no lasting departure"),
        "{}",
        report.health.sentence
    );
}

#[test]
fn the_budget_is_what_the_reader_states() {
    let (p, o) = log(4, |day, _| if day >= 17 { 0.17 } else { 0.1 }, 0);
    let files = [("p.csv", p.as_bytes()), ("o.csv", o.as_bytes())];
    let mut raised = Vec::new();
    for budget in ["1", "30", "1e12"] {
        let report = report(&files, &View::from_query(&format!("budget={budget}")));
        let allowed = 1.0 / report.view.budget.unwrap();
        assert!(report.alerts.iter().all(|a| a.false_alarm_rate <= allowed));
        raised.push(report.alerts.len());
    }
    assert!(
        raised[0] >= raised[1] && raised[1] > raised[2],
        "{raised:?}"
    );
    let text = report(&files, &View::default()).alerts[0].method.clone();
    assert!(text.contains("one false alarm in 30 windows"), "{text}");
}

/// Thirty days of 1 000 predictions with twelve numbers, nine of which move by a part of their deviation on
/// day 17, while predictions stay as right as they were.
fn drifting(seed: u64) -> String {
    let mut random = Random(seed);
    let mut text = String::from("id,timestamp,prediction,label");
    (0..12).for_each(|i| write!(text, ",x{i}").unwrap());
    text.push('\n');
    for day in 1..=30u32 {
        for row in 0..1_000 {
            let truth = random.unit() < 0.4;
            let predicted = truth ^ (random.unit() < 0.02);
            let (hour, minute) = (row / 60, row % 60);
            let (a, b) = (u8::from(predicted), u8::from(truth));
            write!(
                text,
                "d{day}n{row},2026-04-{day:02}T{hour:02}:{minute:02}:00Z,{a},{b}"
            )
            .unwrap();
            for i in 0..12 {
                let usual: f64 = (0..4).map(|_| random.unit()).sum();
                let moved = if day >= 17 && i < 9 { 0.2 } else { 0.0 };
                write!(text, ",{:.4}", usual + moved).unwrap();
            }
            text.push('\n');
        }
    }
    text
}

#[test]
fn one_cause_in_nine_columns_is_one_incident_and_harmless() {
    let text = drifting(1);
    let report = report(&[("log.csv", text.as_bytes())], &View::default());
    let told: Vec<&str> = report.alerts.iter().map(|a| a.sentence.as_str()).collect();
    assert_eq!(report.alerts.len(), 1, "{told:#?}");
    let alert = &report.alerts[0];
    assert_eq!((alert.kind, alert.level), (AlertKind::Column, Level::Ok));
    assert_eq!(alert.since.to_string(), "2026-04-17T00:00:00Z");
    assert!(alert.since_earliest <= Some(alert.since) && alert.since_latest >= Some(alert.since));
    assert_eq!((alert.until, alert.harmless), (None, Some(true)));
    let mut columns: Vec<&str> = alert
        .affected
        .iter()
        .filter_map(|a| a.column.as_deref())
        .collect();
    columns.extend(alert.column.as_deref());
    columns.sort_unstable();
    assert_eq!(
        columns,
        ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8"]
    );
    assert_eq!(report.health.level, Level::Ok, "{:?}", report.health);
    assert!(
        report
            .health
            .notes
            .iter()
            .any(|n| n.contains("are higher than in the baseline"))
    );
}

#[test]
fn windows_whose_labels_are_on_their_way_are_not_judged() {
    // The labels of the last three days have not come; those that have are all right.
    let (predictions, outcomes) = log(3, |_, _| 0.1, 3);
    let report = report(
        &[
            ("p.csv", predictions.as_bytes()),
            ("o.csv", outcomes.as_bytes()),
        ],
        &View::default(),
    );
    let immature: Vec<u32> = report
        .windows
        .iter()
        .filter(|w| !w.mature)
        .map(|w| w.start.date().2)
        .collect();
    assert_eq!(immature, [28, 29, 30]);
    assert!(
        report
            .windows
            .iter()
            .filter(|w| !w.mature)
            .all(|w| w.departures.is_empty())
    );
    assert_eq!(report.health.level, Level::Ok, "{:?}", report.health);
    let truth = report.truth.unwrap();
    assert!((truth.coverage.value.unwrap() - 0.9).abs() < 1e-12);
    assert!((truth.delay_p50_s.unwrap() / 86_400.0 - 3.4).abs() < 0.2);
}

#[test]
fn the_baseline_is_what_the_reader_picks() {
    let (p, o) = log(5, |day, _| if day <= 10 { 0.3 } else { 0.1 }, 0);
    let files = [("p.csv", p.as_bytes()), ("o.csv", o.as_bytes())];
    let better = report(&files, &View::default());
    assert_eq!(
        better.health.level,
        Level::Ok,
        "an improvement is no alert: {:?}",
        better.health
    );
    let late = plumbline::report::view::baseline("2026-04-11..2026-04-21").unwrap();
    let view = View {
        baseline: late,
        ..View::default()
    };
    let made = report(&files, &view);
    let baseline = made.baseline.unwrap();
    assert_eq!(baseline.label, "11 – 20 Apr 2026");
    assert_eq!(baseline.block.rows, 3_000);
    assert_eq!(
        report(
            &files,
            &View {
                baseline: BaselineChoice::None,
                ..View::default()
            }
        )
        .health
        .level,
        Level::Unknown
    );
}

#[test]
fn a_reference_file_is_the_baseline() {
    let (p, o) = log(6, |_, _| 0.3, 0);
    let (reference, truth) = log(7, |_, _| 0.1, 0);
    // The reference carries its outcomes in its own rows.
    let labels: Vec<&str> = truth
        .lines()
        .skip(1)
        .map(|l| l.split(',').nth(1).unwrap())
        .collect();
    let mut joined = String::from("id,timestamp,prediction,region,latency_ms,label\n");
    for (row, label) in reference.lines().skip(1).zip(labels) {
        writeln!(joined, "ref{row},{label}").unwrap();
    }
    let files = [
        ("p.csv", p.as_bytes()),
        ("o.csv", o.as_bytes()),
        ("reference.csv", joined.as_bytes()),
    ];
    let inputs = pipeline::inputs(&files, &[]).unwrap();
    assert_eq!(inputs[2].kind, FileKind::Reference);
    let report = report(&files, &View::default());
    assert_eq!(report.baseline.as_ref().unwrap().label, "reference.csv");
    assert_eq!(report.rows.predictions, 9_000);
    assert_eq!(report.health.level, Level::Bad);
    assert!((value(&report, "accuracy") - 0.7).abs() < 0.03);
}

#[test]
fn slices_and_ranges_narrow_every_number() {
    let (p, o) = log(8, |_, region| if region == "west" { 0.4 } else { 0.1 }, 0);
    let files = [("p.csv", p.as_bytes()), ("o.csv", o.as_bytes())];
    let view = View::from_query("slice.region=west&range=2026-04-03..2026-04-05");
    let report = report(&files, &view);
    assert_eq!(report.overall.rows, 200);
    assert_eq!(report.windows.len(), 2);
    assert!((value(&report, "accuracy") - 0.6).abs() < 0.1);
    // A slice of two segments needs the rows, and the keeper has them.
    let two = View::from_query("slice.region=west&slice.nothing=here");
    assert_eq!(
        Report::from(&summary(&files, &[], &two).unwrap(), &two)
            .overall
            .rows,
        0
    );
}

#[test]
fn the_thresholds_of_a_saved_summary_give_what_the_rows_give() {
    let data = include_bytes!("reference/binary.csv");
    let files: [(&str, &[u8]); 1] = [("binary.csv", data)];
    let saved = summary(&files, &[], &View::default()).unwrap();
    for cut in 0..=99u32 {
        let view = View {
            threshold: Some(f64::from(cut) / 100.0),
            ..View::default()
        };
        let fresh = report(&files, &view);
        let from_saved = Report::from(&saved, &view);
        assert_eq!(
            fresh.overall.metrics, from_saved.overall.metrics,
            "threshold {cut} %"
        );
        assert_eq!(fresh.confusion, from_saved.confusion);
    }
}

#[test]
fn ids_that_do_not_meet_are_an_error_that_says_so() {
    let (p, o) = log(9, |_, _| 0.1, 0);
    let o = o.replace("\nd", "\nother");
    let error = summary(
        &[("p.csv", p.as_bytes()), ("o.csv", o.as_bytes())],
        &[],
        &View::default(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("id"), "{error}");
    assert!(error.found.contains("None of the 9000 ids"), "{error}");
    let none = summary(
        &[("o.csv", o.as_bytes())],
        &[(Role::Outcome, "label")],
        &View::default(),
    )
    .unwrap_err();
    assert!(none.to_string().contains("predictions"), "{none}");
}

/// Thirty days of 500 scores, outcomes of the first twelve only; on day 17 a number moves, and scores become as
/// little sure as `sure` says.
fn unlabelled(seed: u64, sure: f64) -> String {
    let mut random = Random(seed);
    let mut text = String::from("id,timestamp,score,label,amount\n");
    for day in 1..=30u32 {
        for row in 0..500 {
            let far = if day >= 17 { sure } else { 0.45 };
            let side = if random.unit() < 0.4 { 1.0 } else { -1.0 };
            let score = 0.5 + side * (far + 0.04 * random.unit());
            let truth = random.unit() < score;
            let label = match day <= 12 {
                true => u8::from(truth).to_string(),
                false => String::new(),
            };
            let usual: f64 = (0..4).map(|_| random.unit()).sum();
            let amount = usual + if day >= 17 { 0.3 } else { 0.0 };
            let (hour, minute) = (row / 60, row % 60);
            writeln!(
                text,
                "d{day}n{row},2026-04-{day:02}T{hour:02}:{minute:02}:00Z,{score:.4},{label},{amount:.4}"
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn without_outcomes_estimates_tell_whether_a_changed_column_harms() {
    let of = |sure| {
        let text = unlabelled(3, sure);
        let report = report(&[("log.csv", text.as_bytes())], &View::default());
        let alert = report.alerts[0].clone();
        assert_eq!(alert.kind, AlertKind::Column, "{}", alert.sentence);
        assert!(alert.effect.as_ref().unwrap().estimated);
        alert
    };
    let still = of(0.45);
    assert_eq!((still.harmless, still.level), (Some(true), Level::Ok));
    assert!(
        still.sentence.contains("harmless so far: estimated "),
        "{}",
        still.sentence
    );
    let unsure = of(0.2);
    assert_eq!((unsure.harmless, unsure.level), (Some(false), Level::Watch));
    assert!(
        unsure.sentence.contains(", and estimated "),
        "{}",
        unsure.sentence
    );
}
