//! What was not looked at does not pass: a rule or an expectation on it says why it is not judged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper, streamed};
use plumbline::check::{self, Outcome, Verdict};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::report::expect::{self, Unjudged};
use plumbline::report::view::{View, WindowSize};
use plumbline::report::{CheckKind, Report};
use plumbline::summary::Summary;
use std::fmt::Write as _;

const ROLES: [(Role, &str); 3] = [
    (Role::Feature, "amount"),
    (Role::Feature, "colour"),
    (Role::OutcomeTime, "known_at"),
];

/// Eight days of 300 rows that do not change.
fn file() -> String {
    let mut text = String::from("id,timestamp,score,label,known_at,amount,colour\n");
    for i in 0..2_400 {
        let day = 1 + i / 300;
        writeln!(
            text,
            "{i},2026-03-{day:02}T{:02}:{:02}:00Z,0.{},{},2026-03-{day:02}T23:{:02}:00Z,{}.5,{}",
            i % 300 / 15,
            i % 15 * 4,
            100 + i * 61 % 900,
            i * 13 % 7 % 2,
            i % 60,
            10 + i * 37 % 91,
            ["red", "green", "blue"][i * 7 % 3]
        )
        .unwrap();
    }
    text
}

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        ..View::default()
    }
}

fn summary(passed: bool) -> Summary {
    let text = file();
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    if passed {
        return streamed(&files, &ROLES, &view(), Shards::new).unwrap();
    }
    let mut keeper = keeper(&files, &inputs(&files, &ROLES).unwrap()).unwrap();
    keeper.finish(&view(), &mut |_, _| {}).unwrap();
    keeper.refine(&view()).unwrap()
}

fn verdict(rule: &str, report: &Report) -> Verdict {
    let rules = check::read(&format!("[[rule]]\n{rule}")).unwrap_or_else(|why| panic!("{why}"));
    let mut verdicts = check::judge(&rules, |_| Some(report));
    verdicts.verdicts.remove(0)
}

#[track_caller]
fn unjudged(rule: &str, report: &Report, why: &str) {
    let found = verdict(rule, report);
    let reason = found.reason.unwrap_or_default();
    assert_eq!(found.outcome, Outcome::NotEvaluated, "{rule}");
    assert!(reason.contains(why), "{rule}: {reason}");
}

#[track_caller]
fn passes(rule: &str, report: &Report) -> String {
    let found = verdict(rule, report);
    assert_eq!(found.outcome, Outcome::Pass, "{rule}: {}", found.sentence);
    found.sentence
}

#[test]
fn rules_on_what_rows_that_passed_do_not_tell_are_not_judged() {
    let (kept, passed) = (summary(false), summary(true));
    let (kept, passed) = (Report::from(&kept, &view()), Report::from(&passed, &view()));
    for rule in [
        "column = 'amount'\nshare = 'wrong_type'\nmax = 0.1",
        "column = 'amount'\nshare = 'outlier'\nmax = 0.1",
        "check = 'duplicate_row'",
        "check = 'duplicate_id'",
        "check = 'constant'",
        "check = 'constant'\ncolumn = 'amount'",
        "check = 'stuck'",
        "check = 'cardinality'",
        "check = 'early_outcome'",
        "check = 'no_rows'",
    ] {
        passes(rule, &kept);
        unjudged(rule, &passed, "needs rows that are kept");
    }
    for rule in [
        "column = 'amount'\nshare = 'missing'\nmax = 0.1",
        "column = 'amount'\nshare = 'out_of_range'\nmax = 0.1",
        "column = 'colour'\nshare = 'unseen_word'\nmax = 0.1",
        "check = 'missing'",
        "check = 'unseen_word'\ncolumn = 'colour'",
    ] {
        passes(rule, &kept);
        passes(rule, &passed);
    }
    // Of all kinds it is told which were there to be broken.
    let whole = passes("check = 'any'", &passed);
    let told = "counted as they passed, so these are checked: missing, unseen words, out of range";
    assert!(whole.contains(told), "{whole}");
    assert!(!passes("check = 'any'", &kept).contains("passed"));
}

#[test]
fn rules_on_a_column_of_another_kind_are_not_judged() {
    for passed in [false, true] {
        let report = Report::from(&summary(passed), &view());
        for (rule, why) in [
            (
                "column = 'amount'\nshare = 'unseen_word'\nmax = 0.1",
                "'amount' holds numbers, and “Unseen words” is checked of words",
            ),
            (
                "column = 'colour'\nshare = 'out_of_range'\nmax = 0.1",
                "'colour' holds words, and “Out of range” is checked of numbers",
            ),
            (
                "check = 'outlier'\ncolumn = 'colour'",
                "'colour' holds words",
            ),
            (
                "column = 'timestamp'\nshare = 'outlier'\nmax = 0.1",
                "'timestamp' is not counted window by window",
            ),
            (
                "check = 'no_rows'\ncolumn = 'amount'",
                "of whole rows and not of a column",
            ),
        ] {
            unjudged(rule, &report, why);
        }
    }
    // Words that are few are not looked at as text.
    let report = Report::from(&summary(false), &view());
    let rule = "check = 'text_length'\ncolumn = 'colour'";
    unjudged(rule, &report, "give nothing to compare");
}

#[test]
fn what_was_checked_is_listed() {
    let report = Report::from(&summary(true), &view());
    let checks = report.checks.unwrap();
    assert!(checks.is_made(CheckKind::Missing, Some("amount")));
    assert!(checks.is_made(CheckKind::OutOfRange, Some("amount")));
    assert!(!checks.is_made(CheckKind::OutOfRange, Some("colour")));
    assert!(!checks.is_made(CheckKind::Outlier, None));
    let kept = Report::from(&summary(false), &view()).checks.unwrap();
    let all: usize = kept.checked.values().map(|of| of.len().max(1)).sum();
    assert!(all as u64 <= kept.made, "{:#?}", kept.checked);
    assert!(kept.is_made(CheckKind::DuplicateRow, None));
}

#[test]
fn late_outcomes_of_a_window_that_waits_for_its_outcomes_are_not_few() {
    // From the fifth day on outcomes take long; of the last two days few are in.
    let mut text = String::from("id,timestamp,score,label,known_at\n");
    for i in 0..4_000 {
        let day = 1 + i / 400;
        let hours = if day >= 5 { 30 } else { 2 + i % 5 };
        let known = day * 24 + i % 400 / 20 + hours;
        let (label, at) = match known < 11 * 24 {
            true => (
                (i * 13 % 7 % 2).to_string(),
                format!("2026-03-{:02}T{:02}:00:00Z", known / 24, known % 24),
            ),
            false => (String::new(), String::new()),
        };
        writeln!(
            text,
            "{i},2026-03-{day:02}T{:02}:00:00Z,0.{},{label},{at}",
            i % 400 / 20,
            100 + i * 61 % 900
        )
        .unwrap();
    }
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let roles = [(Role::OutcomeTime, "known_at")];
    let mut keeper = keeper(&files, &inputs(&files, &roles).unwrap()).unwrap();
    keeper.finish(&view(), &mut |_, _| {}).unwrap();
    let report = Report::from(&keeper.refine(&view()).unwrap(), &view());
    assert!(report.windows.iter().any(|w| !w.mature), "{report:#?}");
    let found = verdict("check = 'late_outcome'", &report);
    assert_eq!(found.outcome, Outcome::Fail, "{}", found.sentence);
    assert!(found.passed_over > 0);
}

/// What is not judged of expectations.
fn of_expectations(text: &str, passed: bool) -> (Vec<Unjudged>, Verdict) {
    let whole = format!("schema = \"plumbline.expectations/1\"\n{text}");
    let expected = expect::read(&whole, "e.toml").unwrap_or_else(|why| panic!("{why}"));
    let report = Report::expecting(&summary(passed), &view(), Some(&expected));
    let verdict = verdict("expectations = 'e.toml'", &report);
    let checks = report.checks.unwrap();
    assert_eq!(checks.expectations.as_deref(), Some("e.toml"));
    (checks.unjudged, verdict)
}

#[test]
fn expectations_that_the_data_do_not_tell_are_not_met() {
    let rows = "[rows]\nunique_ids = true\nduplicate_share_max = 0.1\nsilence_max_hours = 5\n";
    let columns = "[columns.amount]\ntext_share_max = 0.1\ndistinct_max = 5000\nmax = 500\n";
    let text = format!("{rows}{columns}");
    let (nothing, verdict) = of_expectations(&text, false);
    assert_eq!((nothing, verdict.outcome), (Vec::new(), Outcome::Pass));
    let (found, verdict) = of_expectations(&text, true);
    let told: Vec<(&str, Option<u64>)> = found.iter().map(|u| (u.key.as_str(), u.line)).collect();
    assert_eq!(
        told,
        [
            ("unique_ids", Some(3)),
            ("duplicate_share_max", Some(4)),
            ("silence_max_hours", Some(5)),
            ("text_share_max", Some(7)),
            ("distinct_max", Some(8)),
        ]
    );
    assert_eq!(
        found[3].sentence,
        "text_share_max of 'amount' is not judged: it needs rows that are kept, and these were counted as they passed (e.toml, line 7)."
    );
    assert_eq!(verdict.outcome, Outcome::NotEvaluated);
    let reason = verdict.reason.as_deref().unwrap();
    assert!(reason.contains("unique_ids of whole rows"), "{reason}");
    assert!(reason.contains("nor can 4 other expectations"), "{reason}");
    let rules = check::read("[[rule]]\nexpectations = 'e.toml'").unwrap();
    let verdicts = check::judge(&rules, |_| None);
    assert!(check::markdown(&verdicts).contains("not judged"));
    // Words are counted one by one in both.
    let words = "[columns.colour]\ndistinct_max = 3\n";
    for passed in [false, true] {
        assert_eq!(of_expectations(words, passed).1.outcome, Outcome::Pass);
    }
    let few = of_expectations("[columns.colour]\ndistinct_max = 2\n", true).1;
    assert_eq!(few.outcome, Outcome::Fail);
}

#[test]
fn expectations_of_another_kind_or_of_no_column_that_is_counted_are_not_met() {
    let (found, verdict) = of_expectations("[columns.amount]\ncategories = ['a']\n", false);
    assert_eq!(found[0].why, "the column holds numbers");
    assert_eq!(verdict.outcome, Outcome::NotEvaluated);
    let (found, _) = of_expectations("[columns.colour]\nmin = 1\nmax = 2\n", false);
    assert_eq!(found.len(), 2);
    let (found, verdict) = of_expectations("[columns.timestamp]\nmissing_share_max = 0.1\n", false);
    assert!(found[0].why.contains("not counted window by window"));
    assert_eq!(verdict.outcome, Outcome::NotEvaluated);
    // What is broken is told all the same, and beside it what is not judged.
    let both = "[columns.amount]\nmax = 50\n[columns.timestamp]\nmissing_share_max = 0.1\n";
    let (found, verdict) = of_expectations(both, false);
    assert_eq!((found.len(), verdict.outcome), (1, Outcome::Fail));
    assert!(verdict.sentence.contains("(1 could not be judged)"));
}

#[test]
fn what_is_not_watched_of_rows_that_passed_is_told() {
    let told = |passed: bool| {
        let report = Report::from(&summary(passed), &view());
        let all = report.health.notes.join(" ");
        let named = [
            "rows and ids that are there twice",
            "text among numbers",
            "times that cannot be",
            "words that the baseline has not",
            "rank correlations",
        ];
        named.map(|of| all.contains(of))
    };
    assert_eq!((told(true), told(false)), ([true; 5], [false; 5]));
}
