//! Each check of data quality finds what is planted, with its window, and nothing where nothing is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper, streamed};
use plumbline::engine::{Keeper, Shards};
use plumbline::log::Role;
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{Check, CheckKind, Checks, Report};
use plumbline::table::time::Time;
use std::fmt::Write as _;

const ROLES: [(Role, &str); 7] = [
    (Role::Id, "id"),
    (Role::Time, "timestamp"),
    (Role::OutcomeTime, "known"),
    (Role::Feature, "amount"),
    (Role::Feature, "level"),
    (Role::Feature, "kind"),
    (Role::Feature, "note"),
];
const DAYS: usize = 12;
const A_DAY: usize = 480;
/// The first day that something is planted on.
const FIRST: usize = 9;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

/// A row, cell by cell.
#[derive(Clone)]
struct Row {
    id: String,
    time: String,
    known: String,
    score: String,
    label: String,
    amount: String,
    level: String,
    kind: String,
    note: String,
}

impl Row {
    fn write(&self, out: &mut String) {
        let cells = [
            &self.id,
            &self.time,
            &self.score,
            &self.label,
            &self.known,
            &self.amount,
            &self.level,
            &self.kind,
            &self.note,
        ];
        let cells: Vec<&str> = cells.iter().map(|c| c.as_str()).collect();
        writeln!(out, "{}", cells.join(",")).unwrap();
    }
}

fn instant(day: usize, second: usize) -> String {
    let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
    format!("2026-03-{day:02}T{h:02}:{m:02}:{s:02}Z")
}

/// Twelve days of rows; `plant` changes those from the ninth day on: of a share of one in ten, the row, the one
/// before and what is drawn.
fn file(seed: u64, plant: &dyn Fn(usize, &mut Row, &Row, &mut Random)) -> String {
    let mut random = Random(seed);
    let mut text = String::from("id,timestamp,score,label,known,amount,level,kind,note\n");
    let mut before: Option<Row> = None;
    for day in 1..=DAYS {
        for i in 0..A_DAY {
            let bell: u64 = (0..6).map(|_| random.below(1_000)).sum();
            let second = i * 180 + random.below(170) as usize;
            let took = 600 + random.below(3_000) as usize;
            let word = random.below(300);
            let mut row = Row {
                id: format!("{}", day * 10_000 + i),
                time: instant(day, second),
                known: instant(day, (second + took).min(86_399)),
                score: format!("0.{}", 100 + random.below(900)),
                label: random.below(2).to_string(),
                amount: format!("{}.{:02}", bell / 10, bell % 100),
                level: random.below(10).to_string(),
                kind: ["a", "b", "c"][random.below(3) as usize].into(),
                note: "n".repeat(3 + (word % 20) as usize) + &word.to_string(),
            };
            if day >= FIRST
                && let Some(before) = &before
            {
                plant(i, &mut row, before, &mut random);
            }
            if !row.id.is_empty() {
                row.write(&mut text);
            }
            before = Some(row);
        }
    }
    text
}

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        ..View::default()
    }
}

fn report(text: &str) -> Report {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let inputs = inputs(&files, &ROLES).unwrap();
    let mut keeper = keeper(&files, &inputs).unwrap();
    keeper.finish(&view(), &mut |_, _| {}).unwrap();
    Report::from(&keeper.refine(&view()).unwrap(), &view())
}

fn of(checks: &Checks, kind: CheckKind, column: Option<&str>) -> Option<Check> {
    let is = |c: &&Check| c.kind == kind && c.column.as_deref() == column;
    checks.found.iter().find(is).cloned()
}

fn broken(checks: &Checks) -> Vec<(CheckKind, Option<String>)> {
    let broken = checks.found.iter().filter(|c| c.is_broken());
    broken.map(|c| (c.kind, c.column.clone())).collect()
}

#[track_caller]
fn check(
    kind: CheckKind,
    column: Option<&str>,
    plant: impl Fn(usize, &mut Row, &Row, &mut Random),
) -> Check {
    let report = report(&file(1, &plant));
    let checks = report.checks.unwrap();
    let found = of(&checks, kind, column)
        .unwrap_or_else(|| panic!("{kind:?} not found, but {:?}", broken(&checks)));
    assert!(found.is_broken() && found.goes_on, "{found:?}");
    let since = Time::parse(&format!("2026-03-{FIRST:02}T00:00:00Z")).unwrap();
    assert_eq!(found.since, Some(since), "{}", found.sentence);
    assert_eq!(
        found.broken,
        (DAYS - FIRST + 1) as u64,
        "{}",
        found.sentence
    );
    assert_eq!(found.windows.len(), DAYS);
    found
}

#[test]
fn nothing_is_broken_where_nothing_changes() {
    for seed in 1..=10 {
        let report = report(&file(seed, &|_, _, _, _| {}));
        let checks = report.checks.unwrap();
        assert!(checks.made > 25, "{}", checks.made);
        assert_eq!(broken(&checks), [], "seed {seed}");
    }
}

#[test]
fn missing_cells() {
    let found = check(CheckKind::Missing, Some("amount"), |i, row, _, _| {
        if i % 10 == 0 {
            row.amount.clear();
        }
    });
    assert!((found.found.value.unwrap() - 0.1).abs() < 1e-9);
    assert_eq!(found.rows, (4 * A_DAY / 10) as u64);
    assert_eq!(found.expected.value, Some(0.0));
    assert_eq!(
        found.sentence,
        "10.0 % of the cells of 'amount' are missing since 9 Mar 2026; none in the baseline."
    );
}

#[test]
fn texts_and_infinite_numbers_are_told_from_missing_cells() {
    let plant = |i: usize, row: &mut Row, _: &Row, _: &mut Random| match i % 30 {
        0 => row.amount = "many".into(),
        10 => row.amount = "inf".into(),
        _ => {}
    };
    check(CheckKind::WrongType, Some("amount"), plant);
    check(CheckKind::NotFinite, Some("amount"), plant);
    let report = report(&file(1, &plant));
    assert!(of(&report.checks.unwrap(), CheckKind::Missing, Some("amount")).is_none());
}

#[test]
fn words_and_numbers_beyond_the_baseline() {
    let found = check(CheckKind::UnseenWord, Some("kind"), |i, row, _, _| {
        if i % 20 == 0 {
            row.kind = "new".into();
        }
    });
    assert_eq!(found.words, [("new".to_owned(), (4 * A_DAY / 20) as u64)]);
    assert!(found.sentence.contains("('new')"), "{}", found.sentence);
    let far = |i: usize, row: &mut Row, _: &Row, _: &mut Random| {
        if i.is_multiple_of(20) {
            row.amount = format!("{}0", row.amount);
            row.amount = row.amount.replace('.', "");
        }
    };
    check(CheckKind::OutOfRange, Some("amount"), far);
    check(CheckKind::Outlier, Some("amount"), far);
    check(CheckKind::TextLength, Some("note"), |i, row, _, _| {
        if i % 20 == 0 {
            row.note = "x".repeat(80);
        }
    });
}

#[test]
fn columns_that_stand_still_or_hold_more_values() {
    check(CheckKind::Constant, Some("level"), |_, row, _, _| {
        row.level = "5".into();
    });
    let found = check(CheckKind::Stuck, Some("amount"), |i, row, before, _| {
        if (100..160).contains(&i) {
            row.amount.clone_from(&before.amount);
        }
    });
    assert!(found.found.value.unwrap() >= 60.0);
    check(
        CheckKind::Cardinality,
        Some("level"),
        |_, row, _, random| {
            row.level = random.below(40).to_string();
        },
    );
}

#[test]
fn rows_that_come_twice() {
    let found = check(CheckKind::DuplicateRow, None, |i, row, before, _| {
        if i % 20 == 0 {
            *row = before.clone();
        }
    });
    assert!(
        (found.found.value.unwrap() - 0.05).abs() < 0.005,
        "{found:?}"
    );
    check(CheckKind::DuplicateId, None, |i, row, before, _| {
        if i % 20 == 0 {
            row.id.clone_from(&before.id);
        }
    });
    check(CheckKind::RepeatedRow, None, |i, row, before, _| {
        if i % 20 == 0 {
            *row = Row {
                id: row.id.clone(),
                time: row.time.clone(),
                known: row.known.clone(),
                ..before.clone()
            };
        }
    });
}

#[test]
fn times_that_cannot_be_or_come_late() {
    check(CheckKind::EarlyOutcome, None, |i, row, _, _| {
        if i % 20 == 0 {
            row.known = "2026-02-01T00:00:00Z".into();
        }
    });
    check(CheckKind::LateOutcome, None, |i, row, _, _| {
        if i % 4 == 0 {
            let day: usize = row.time[8..10].parse().unwrap();
            row.known = format!("2026-03-{:02}T12:00:00Z", day + 1);
        }
    });
    check(CheckKind::NoRows, None, |i, row, _, _| {
        if (100..250).contains(&i) {
            row.id.clear();
        }
    });
    // Clocks that were never set, and that run ahead: each makes a window of its own.
    for (kind, time) in [
        (CheckKind::Before1971, "1970-01-01T00:00:05Z"),
        (CheckKind::FarTime, "2099-01-01T00:00:00Z"),
    ] {
        let report = report(&file(1, &|i, row, _, _| {
            if i % 100 == 7 {
                row.time = time.into();
            }
        }));
        let checks = report.checks.unwrap();
        let found = of(&checks, kind, None).unwrap_or_else(|| panic!("{kind:?}"));
        assert_eq!(
            found.windows.iter().flatten().filter(|x| **x > 0.0).count(),
            1
        );
    }
}

#[test]
fn rows_that_passed_tell_what_they_can() {
    let text = file(1, &|i, row, _, _| {
        if i % 10 == 0 {
            row.amount.clear();
            row.kind = "new".into();
        }
        if i % 20 == 1 {
            row.amount = "4000".into();
        }
    });
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let summary = streamed(&files, &ROLES, &view(), Shards::new).unwrap();
    let mut keeper = Keeper::holding(summary);
    let report = Report::from(keeper.answering(&view()).unwrap(), &view());
    let checks = report.checks.unwrap();
    for (kind, column) in [
        (CheckKind::Missing, "amount"),
        (CheckKind::UnseenWord, "kind"),
        (CheckKind::OutOfRange, "amount"),
    ] {
        let found = of(&checks, kind, Some(column)).unwrap_or_else(|| panic!("{kind:?}"));
        assert_eq!(found.broken, 4, "{kind:?}");
    }
}

/// Rows of a clock that was never set come before all others, and are no baseline; neither are they where they are so
/// many that they are no longer one in two hundred.
#[test]
fn times_that_cannot_be_are_no_baseline() {
    for every in [100, 20] {
        for time in ["1970-01-01T00:00:05Z", "1950-06-01T00:00:00Z"] {
            let plant = |i: usize, row: &mut Row, _: &Row, _: &mut Random| {
                if i.is_multiple_of(every) {
                    row.time = time.into();
                }
            };
            let report = report(&file(1, &plant));
            let baseline = report.baseline.as_ref().unwrap();
            assert_eq!(baseline.label, "1 – 3 Mar 2026", "{every} {time}");
            let alert = report.alerts.iter().find(|a| a.metric == "before1971");
            let alert = alert.unwrap_or_else(|| panic!("{every} {time}: {:?}", report.alerts));
            assert_eq!(alert.value.value, Some(1.0), "{}", alert.sentence);
            assert_eq!(alert.baseline.value, Some(0.0));
        }
    }
}
