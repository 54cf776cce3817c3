//! What is wrong with data raises an incident by default, under the same budget as everything else: text among numbers,
//! missing cells, words that the baseline has not, rows and ids that are there twice, times that cannot be. Rows that
//! look alike by chance raise none, however many rows a day has.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::{File, inputs, keeper};
use plumbline::log::Role;
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{Alert, AlertKind, Report};
use plumbline::table::time::{DAY, HOUR, Time};
use random::Random;
use std::fmt::Write;

/// What goes wrong from a day on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Nothing,
    Texts,
    Missing,
    Unseen,
    Twice,
    SameId,
    TwiceSameId,
    Early,
}

const DAYS: i64 = 40;
const FROM: i64 = 28;

/// Forty days of 300 rows, from day 28 on with two rows of a hundred that are wrong.
fn csv(wrong: Wrong) -> String {
    let mut random = Random(11);
    let start = Time::parse("2026-02-02T00:00:00Z").unwrap().0;
    let mut text = String::from("id,time,amount,kind,score,outcome,known\n");
    for row in 0..DAYS * 300 {
        let (day, second) = (row / 300, row % 300 * 280);
        let at = start + day * DAY + second * 1_000_000;
        let bad = wrong != Wrong::Nothing && day >= FROM && random.unit() < 0.02;
        let is = |kind: Wrong| bad && wrong == kind;
        let amount = format!("{:.3}", 100.0 * random.unit());
        let amount = match () {
            () if is(Wrong::Texts) => "n/k?".to_owned(),
            () if is(Wrong::Missing) => String::new(),
            () => amount,
        };
        let kind = if is(Wrong::Unseen) {
            "new"
        } else {
            ["a", "b", "c"][(random.unit() * 3.0) as usize]
        };
        let score = random.unit();
        let outcome = u8::from(random.unit() < score);
        let known = if is(Wrong::Early) {
            at - HOUR
        } else {
            at + HOUR
        };
        let line = |id: i64| {
            format!(
                "r{id},{},{amount},{kind},{score:.4},{outcome},{}\n",
                Time(at),
                Time(known)
            )
        };
        text += &line(if is(Wrong::SameId) { row - 1 } else { row });
        if is(Wrong::Twice) {
            text += &line(DAYS * 300 + row);
        }
        if is(Wrong::TwiceSameId) {
            text += &line(row);
        }
    }
    text
}

fn report(text: &str, roles: &[(Role, &str)]) -> Report {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let view = View {
        window: Some(WindowSize::Day),
        ..View::default()
    };
    let inputs = inputs(&files, roles).unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    Report::from(&keeper.refine(&view).unwrap(), &view)
}

const ROLES: [(Role, &str); 7] = [
    (Role::Id, "id"),
    (Role::Time, "time"),
    (Role::Feature, "amount"),
    (Role::Segment, "kind"),
    (Role::Score, "score"),
    (Role::Outcome, "outcome"),
    (Role::OutcomeTime, "known"),
];

/// Incidents that begin about when something goes wrong.
fn begun(report: &Report) -> Vec<&Alert> {
    let at = |a: &Alert| report.windows.iter().position(|w| w.start == a.since);
    let about = |a: &&Alert| at(a).is_some_and(|at| at.abs_diff(FROM as usize) <= 1);
    report.alerts.iter().filter(about).collect()
}

#[test]
fn what_is_wrong_is_an_incident() {
    assert!(begun(&report(&csv(Wrong::Nothing), &ROLES)).is_empty());
    let cases = [
        (
            Wrong::Texts,
            "wrong_type",
            Some("amount"),
            "The share of cells of amount that hold no number rose from 0 %",
        ),
        (
            Wrong::Missing,
            "missing",
            Some("amount"),
            "The share of missing cells of amount rose from 0 %",
        ),
        (
            Wrong::Unseen,
            "unknown",
            Some("kind"),
            "The share of values of kind that the baseline has not, such as “new”, rose from 0 %",
        ),
        (
            Wrong::Twice,
            "duplicate_row",
            None,
            "The share of rows that are there twice rose from 0 %",
        ),
        (
            Wrong::SameId,
            "duplicate_id",
            None,
            "The share of rows whose id an earlier row has rose from 0 %",
        ),
        (
            Wrong::Early,
            "early_outcome",
            None,
            "The share of outcomes dated before their prediction rose from 0 %",
        ),
    ];
    for (wrong, metric, column, sentence) in cases {
        let report = report(&csv(wrong), &ROLES);
        let found = begun(&report);
        assert_eq!(found.len(), 1, "{wrong:?}: {:#?}", report.alerts);
        let alert = found[0];
        let what = (alert.kind, alert.metric.as_str(), alert.column.as_deref());
        assert_eq!(what, (AlertKind::Column, metric, column), "{wrong:?}");
        assert!(
            alert.sentence.starts_with(sentence),
            "{wrong:?}: {}",
            alert.sentence
        );
        let at = |time| report.windows.iter().position(|w| w.start == time).unwrap() as i64;
        assert!(
            (at(alert.since) - FROM).abs() <= 1,
            "{wrong:?}: {}",
            at(alert.since)
        );
        assert!(
            at(alert.raised.unwrap()) <= FROM + 3,
            "{wrong:?}: {:?}",
            alert.raised
        );
        let told = report.particulars(alert);
        let what = &told.iter().find(|p| p.label == "What").unwrap().texts[0];
        let plain = sentence.replace(" (most of them new, such as “new”)", "");
        assert!(plain.starts_with(what.as_str()), "{what}");
    }
}

/// Few values, no ids, times to the hour: many rows equal another by chance, and more on days that have more rows.
#[test]
fn rows_that_are_alike_by_chance_are_no_incident() {
    let (mut alarms, mut judged) = (0, 0);
    for seed in 0..40 {
        let mut random = Random(100 + seed);
        let start = Time::parse("2026-02-02T00:00:00Z").unwrap().0;
        let mut text = String::from("time,kind,size,outcome,prediction\n");
        for day in 0..DAYS {
            let growing = 1.0 + 3.0 * day as f64 / DAYS as f64;
            let rows = (200.0 * growing * (0.6 + 0.8 * random.unit())) as i64;
            for row in 0..rows {
                let at = start + day * DAY + row * 24 / rows * HOUR;
                let draw = |random: &mut Random, n: f64| (random.unit() * n) as u32;
                let (kind, size) = (draw(&mut random, 4.0), draw(&mut random, 5.0));
                let outcome = u8::from(random.unit() < 0.3);
                let right = random.unit() < 0.9;
                let prediction = if right { outcome } else { 1 - outcome };
                writeln!(text, "{},k{kind},s{size},{outcome},{prediction}", Time(at)).unwrap();
            }
        }
        let roles = [
            (Role::Time, "time"),
            (Role::Segment, "kind"),
            (Role::Segment, "size"),
            (Role::Outcome, "outcome"),
            (Role::Prediction, "prediction"),
        ];
        let report = report(&text, &roles);
        let checks = report.checks.as_ref().unwrap();
        let twice = |c: &&plumbline::report::Check| c.kind.name() == "duplicate_row";
        assert!(checks.found.iter().any(|c| twice(&c)), "some are alike");
        judged += report.windows.iter().filter(|w| !w.in_baseline).count();
        alarms += report
            .alerts
            .iter()
            .filter(|a| a.metric == "duplicate_row")
            .count();
    }
    // A fiftieth of the budget, and chance.
    let allowed = judged as f64 / 30.0 * 0.05;
    assert!(
        f64::from(alarms as u32) <= 1.2 * allowed + 3.0,
        "{alarms} of {allowed}"
    );
}

#[test]
fn rows_that_are_there_twice_with_their_ids_are_one_incident_that_tells_both() {
    let report = report(&csv(Wrong::TwiceSameId), &ROLES);
    let begun = begun(&report);
    assert_eq!(begun.len(), 1, "{begun:#?}");
    let mut told: Vec<&str> = begun[0].affected.iter().map(|a| &a.metric[..]).collect();
    told.push(&begun[0].metric);
    told.sort_unstable();
    assert_eq!(told, ["duplicate_id", "duplicate_row"]);
}
