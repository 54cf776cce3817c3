//! Incidents as a person reads them: what is told of each, what they are compared with, and what is not watched.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::{report, streamed};
use plumbline::engine::Shards;
use plumbline::engine::alarms::{Shape, going_on};
use plumbline::report::beside::beside;
use plumbline::report::compat::{Chunk, EvidentlyColumn, EvidentlyScore, EvidentlyValue, Says};
use plumbline::report::view::{View, baseline};
use plumbline::report::{AlertKind, Report};
use plumbline::table::time::{DAY, HOUR, Time};
use random::Random;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Thirty days of 400 predictions. On day 17 numbers rise, words change, and errors become as many as told.
fn changed(seed: u64, errors: f64) -> String {
    let mut random = Random(seed);
    let mut text = String::from("id,timestamp,prediction,label,amount,kind\n");
    for day in 1..=30u32 {
        for row in 0..400 {
            let after = day >= 17;
            let truth = random.unit() < 0.4;
            let wrong = if after { errors } else { 0.1 };
            let predicted = truth ^ (random.unit() < wrong);
            let usual: f64 = (0..4).map(|_| random.unit()).sum();
            let amount = usual + if after { 0.4 } else { 0.0 };
            let kind = match random.unit() {
                x if x < if after { 0.4 } else { 0.2 } => "new",
                _ => "used",
            };
            writeln!(
                text,
                "d{day}n{row},2026-04-{day:02}T{:02}:{:02}:00Z,{},{},{amount:.4},{kind}",
                row / 60,
                row % 60,
                u8::from(predicted),
                u8::from(truth)
            )
            .unwrap();
        }
    }
    text
}

fn of(text: &str, view: &View) -> Report {
    report(&[("log.csv", text.as_bytes())], view)
}

#[test]
fn every_incident_tells_all_there_is_to_know() {
    for errors in [0.1, 0.25] {
        let text = changed(1, errors);
        let report = of(&text, &View::default());
        assert_eq!(report.alerts.len(), 1, "{:#?}", report.alerts);
        let alert = &report.alerts[0];
        let of_column = errors == 0.1;
        assert_eq!(alert.kind == AlertKind::Column, of_column);
        // How much, with an interval, and over how many rows.
        let told = &alert.sentence;
        assert!(
            told.contains(" over 5\u{202f}600 rows since 17 Apr 2026"),
            "{told}"
        );
        assert!(told.contains('[') && told.contains(']'), "{told}");
        let particulars = report.particulars(alert);
        let labels: Vec<&str> = particulars.iter().map(|p| p.label.as_str()).collect();
        let mut expected = vec![
            "What",
            "Since",
            "Value",
            "Baseline",
            "Change",
            "Rows",
            "Method",
            "Level",
            "Also changed",
        ];
        if of_column {
            expected.insert(8, "Effect");
        }
        assert_eq!(labels, expected);
        let text_of = |label: &str| {
            let of = particulars.iter().find(|p| p.label == label).unwrap();
            of.texts.join("\n")
        };
        assert!(
            text_of("Since").starts_with("17 Apr 2026 (95 %"),
            "{}",
            text_of("Since")
        );
        assert!(text_of("Change").contains('['));
        assert!(text_of("Rows").starts_with("5\u{202f}600 rows in 14 windows"));
        assert!(text_of("Level").contains("the budget of the whole report is 1 in 30 windows"));
        assert!(text_of("Method").contains("one false alarm in 30 windows"));
        let also = text_of("Also changed");
        assert!(also.contains("amount") || told.contains("amount"), "{also}");
        assert!(also.contains("kind") || told.contains("kind"), "{also}");
        assert!(!format!("{particulars:?}").contains("NaN"));

        // Whoever is called for it is told the same.
        let alarms = going_on(&report);
        assert_eq!(alarms.len(), 1);
        let plain: serde_json::Value =
            serde_json::from_str(&alarms[0].message(Shape::Plain)).unwrap();
        let incident = &plain["alarm"]["incident"];
        for field in [
            "method",
            "level",
            "since_earliest",
            "since_latest",
            "raised",
            "change",
            "affected",
            "false_alarm_rate",
        ] {
            assert!(!incident[field].is_null(), "{field}: {incident}");
        }
        assert_eq!(plain["alarm"]["particulars"][0]["label"], "What");
        let slack: serde_json::Value =
            serde_json::from_str(&alarms[0].message(Shape::Slack)).unwrap();
        for label in labels {
            assert!(
                slack["text"]
                    .as_str()
                    .unwrap()
                    .contains(&format!("*{label}*"))
            );
            assert!(alarms[0].text().contains(&format!("\n{label}: ")));
        }
    }
}

/// Six weeks of hours with twenty rows each; weekends and nights are different, and nothing changes.
fn weeks(seed: u64) -> String {
    let mut random = Random(seed);
    let start = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
    let mut text = String::from("id,timestamp,prediction,label,amount\n");
    for hour in 0..6 * 7 * 24 {
        for row in 0..20 {
            let truth = random.unit() < 0.4;
            let predicted = truth ^ (random.unit() < 0.1);
            let usual: f64 = (0..4).map(|_| random.unit()).sum();
            // The night is higher from Monday to Friday, lower at the weekend.
            let (day, night) = (hour / 24 % 7, hour % 24 < 8);
            let amount = usual
                + match (day, night) {
                    (5.., true) => -0.8,
                    (5.., false) => 0.3,
                    (_, true) => 0.8,
                    (_, false) => 0.0,
                };
            let time = Time(start + hour * HOUR + i64::from(row) * 60_000_000);
            let (a, b) = (u8::from(predicted), u8::from(truth));
            writeln!(text, "h{hour}n{row},{time},{a},{b},{amount:.4}").unwrap();
        }
    }
    text
}

#[test]
fn a_weekly_pattern_is_no_change_in_windows_of_hours_and_of_days() {
    let text = weeks(5);
    let judged = |query: &str, period: &str| {
        let view = View {
            baseline: baseline(period).unwrap(),
            ..View::from_query(query)
        };
        of(&text, &view)
    };
    let of_columns = |report: &Report| {
        let alerts = report.alerts.iter();
        alerts.filter(|a| a.kind == AlertKind::Column).count()
    };
    // Every hour of the week is there three times, and each day.
    let whole = "2026-03-02..2026-03-23";
    let (hours, days) = (judged("window=hour", whole), judged("window=day", whole));
    assert_eq!(of_columns(&days), 0, "{:#?}", days.alerts);
    // The budget allows 16 of 504 windows.
    let some = of_columns(&hours);
    assert!(some <= 4, "{some}: {:#?}", hours.alerts);
    let of_place = |report: &Report| {
        let mut alerts = report.alerts.iter();
        alerts.any(|a| a.metric == "location" && a.column.as_deref() == Some("amount"))
    };
    assert!(!of_place(&hours), "{:#?}", hours.alerts);
    // Of ten days only the hour of the day is there twice, so that the weekend is a change, window by window.
    let report = judged("window=hour", "2026-03-02..2026-03-12");
    assert!(of_place(&report) && of_columns(&report) > some);
    let place = report.alerts.iter().find(|a| a.metric == "location");
    let method = &place.unwrap().method;
    assert!(method.contains("the same hour of the day"), "{method}");
}

/// A reference whose rows have times shows its weekdays, and they are removed; one without times says why not.
#[test]
fn a_weekly_pattern_of_a_reference_with_times_is_no_change() {
    let text = weeks(6);
    let (head, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let (before, after) = rows.split_at(rows.len() / 2);
    let file = |rows: &[&str]| format!("{head}\n{}\n", rows.join("\n"));
    let untimed = |rows: &[&str]| {
        let without = |row: &&str| {
            let cells: Vec<&str> = row.split(',').collect();
            format!("{},,{}\n", cells[0], cells[2..].join(","))
        };
        format!("{head}\n{}", rows.iter().map(without).collect::<String>())
    };
    // In the last week a quarter more.
    let more = |row: &&str| {
        let (rest, amount) = row.rsplit_once(',').unwrap();
        format!("{rest},{:.4}", amount.parse::<f64>().unwrap() + 0.25)
    };
    let judged = |reference: &str, changes: bool| {
        let (early, late) = after.split_at(after.len() * 2 / 3);
        let late: Vec<String> = late.iter().map(more).collect();
        let changed: Vec<&str> = early
            .iter()
            .copied()
            .chain(late.iter().map(String::as_str))
            .collect();
        let log = file(if changes { &changed } else { after });
        let files = [
            ("log.csv", log.as_bytes()),
            ("reference.csv", reference.as_bytes()),
        ];
        report(&files, &View::from_query("window=day"))
    };
    let of_columns = |report: &Report| {
        let alerts = report.alerts.iter();
        alerts.filter(|a| a.kind == AlertKind::Column).count()
    };
    let why = |report: &Report| {
        let notes = report.health.notes.iter();
        let mut of = notes.filter(|n| n.contains("weekdays differ by is not removed"));
        of.next().cloned()
    };
    let timed = judged(&file(before), false);
    assert_eq!(timed.baseline.as_ref().unwrap().label, "reference.csv");
    assert_eq!(of_columns(&timed), 0, "{:#?}", timed.alerts);
    assert_eq!(why(&timed), None);
    let place = |report: &Report| {
        let mut alerts = report.alerts.iter();
        let of = alerts.find(|a| a.metric == "location" && a.column.as_deref() == Some("amount"));
        of.cloned()
    };
    let last = Time::parse("2026-04-06T00:00:00Z").unwrap();
    let found = place(&judged(&file(before), true)).unwrap();
    assert_eq!((found.since, found.until), (last, None));
    let method = &found.method;
    assert!(
        method.contains("compared with the same weekday"),
        "{method}"
    );
    let without = judged(&untimed(before), true);
    assert!(place(&without).is_none_or(|a| !a.method.contains("weekday")));
    assert!(why(&without).unwrap().contains("rows of it have no time"));
    // Of ten days no weekday but three is there twice.
    let short = judged(&file(&before[..before.len() * 10 / 21]), false);
    assert!(why(&short).unwrap().contains("twice"));
}

/// How columns hang together and how many rows are there twice may differ by weekday, too: a reference with times shows it.
#[test]
fn a_weekly_pattern_of_pairs_and_rows_is_no_change_from_a_reference_with_times() {
    let mut random = Random(21);
    let start = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
    let mut rows = |from: i64, changed: i64| {
        let mut text = String::from("timestamp,first,second,score,label\n");
        for day in from..from + 28 {
            let weekend = day % 7 >= 5 || day >= changed;
            for row in 0..200 {
                let time = Time(start + day * DAY + row * DAY / 200);
                let (a, b, score) = (random.unit(), random.unit(), random.unit());
                let second = if weekend { b } else { 0.7 * a + 0.3 * b };
                let label = u8::from(random.unit() < score);
                let times = if random.unit() < if weekend { 0.1 } else { 0.005 } {
                    2
                } else {
                    1
                };
                for _ in 0..times {
                    writeln!(text, "{time},{a:.5},{second:.5},{score:.4},{label}").unwrap();
                }
            }
        }
        text
    };
    let before = rows(0, i64::MAX);
    let mut judged = |changed: i64| {
        let after = rows(28, changed);
        let files = [
            ("log.csv", after.as_bytes()),
            ("reference.csv", before.as_bytes()),
        ];
        let report = report(&files, &View::from_query("window=day"));
        let of = |metric: &str| {
            let mut alerts = report.alerts.iter();
            alerts.any(|a| a.metric == metric || a.affected.iter().any(|a| a.metric == metric))
        };
        (of("correlation"), of("duplicate_row"))
    };
    assert_eq!(judged(i64::MAX), (false, false));
    // From the last ten days on weekdays are as weekends are.
    assert_eq!(judged(46), (true, true));
}

/// A column that the reference has not is new: that its cells are there is no alarm, and one that vanished is.
#[test]
fn a_column_that_the_baseline_has_not_raises_no_alarm() {
    let mut random = Random(12);
    let mut rows = |from: i64, days: i64, old: bool| {
        let start = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
        let (gone, new) = if old {
            ("gone", "kept")
        } else {
            ("kept", "new")
        };
        let mut text = format!("timestamp,{gone},{new},score,label\n");
        for row in 0..days * 100 {
            let time = Time(start + from * DAY + row * DAY / 100);
            let (a, b, score) = (random.unit(), random.unit(), random.unit());
            let label = u8::from(random.unit() < score);
            writeln!(text, "{time},{a:.4},{b:.4},{score:.3},{label}").unwrap();
        }
        text
    };
    let (before, after) = (rows(0, 14, true), rows(14, 10, false));
    let files = [
        ("log.csv", after.as_bytes()),
        ("reference.csv", before.as_bytes()),
    ];
    let report = report(&files, &View::from_query("window=day"));
    let of = |column: &str| {
        let mut alerts = report.alerts.iter();
        alerts.any(|a| {
            let also = a
                .affected
                .iter()
                .any(|a| a.column.as_deref() == Some(column));
            a.column.as_deref() == Some(column) || also
        })
    };
    assert!(!of("new"), "{:#?}", report.alerts);
    assert!(of("gone"), "{:#?}", report.alerts);
}

/// Ninety days of one row an hour, of more columns than are counted by so many windows.
fn wide() -> String {
    let mut random = Random(9);
    let start = Time::parse("2026-01-01T00:00:00Z").unwrap().0;
    let mut text = String::from("id,timestamp");
    (0..34).for_each(|i| write!(text, ",x{i}").unwrap());
    text.push_str(",region,score,label\n");
    for hour in 0..90 * 24 {
        write!(text, "{hour},{}", Time(start + hour * HOUR)).unwrap();
        (0..34).for_each(|_| write!(text, ",{:.3}", random.unit()).unwrap());
        let score = random.unit();
        let label = u8::from(random.unit() < score);
        let region = ["north", "south"][usize::from(random.unit() < 0.5)];
        writeln!(text, ",{region},{score:.3},{label}").unwrap();
    }
    text
}

#[test]
fn what_is_too_much_to_be_watched_is_told() {
    let text = wide();
    let report = of(&text, &View::from_query("window=hour"));
    let notes = report.health.notes.join("\n");
    assert!(
        notes.contains("Of 2\u{202f}160 windows, 30 of 37 columns are watched"),
        "{notes}"
    );
    // Two slices of so many windows are not.
    assert!(!notes.contains("slices are watched"), "{notes}");
    let by_window = &report.drift.as_ref().unwrap().windows;
    for column in ["score", "label", "x0"] {
        assert!(by_window.iter().any(|w| w.column == column), "{column}");
    }
    let report = of(&text, &View::from_query("window=day"));
    let notes = report.health.notes.join("\n");
    assert!(!notes.contains("columns are watched"), "{notes}");
    assert!(
        notes.contains("Correlations are watched of the first 20 columns of numbers, and not of 14 further ones"),
        "{notes}"
    );
}

#[test]
fn what_needs_rows_is_told_where_they_passed() {
    let text = changed(2, 0.1);
    let files = [("log.csv", text.as_bytes())];
    for query in ["compat=nannyml", "tests=all", ""] {
        let mut view = View::from_query(query);
        view.all_tests |= query == "tests=all";
        let summary = streamed(&files, &[], &view, Shards::new).unwrap();
        let report = Report::from(&summary, &view);
        assert!(report.compat.is_none() && report.examined.is_none());
        let told = report
            .health
            .notes
            .iter()
            .filter(|n| n.contains("need rows that are kept"));
        assert_eq!(told.count(), usize::from(!query.is_empty()));
    }
}

/// What another tool says of two columns, and why this report says the same or not, in every case.
#[test]
fn what_other_tools_say_is_explained_in_every_case() {
    let text = changed(1, 0.1);
    let mut report = of(&text, &View::from_query("compat=evidently"));
    // `amount` and `kind` are in the incident, `latency` is not.
    let score = |score: f64, threshold: f64, drifted: bool| EvidentlyScore {
        score,
        threshold,
        drifted,
    };
    let column = |name: &str, test: Option<&str>, score: Option<EvidentlyScore>| EvidentlyColumn {
        column: name.into(),
        kind: "numerical".into(),
        test: test.map(Into::into),
        score,
        limit: None,
        undefined: None,
        scores: BTreeMap::new(),
    };
    let ks = Some("ks");
    let cases = [
        (
            column("amount", ks, Some(score(0.001, 0.05, true))),
            "Both see a change.",
        ),
        (
            column("other", ks, Some(score(0.4, 0.05, false))),
            "Neither sees a change.",
        ),
        (
            column("amount", ks, Some(score(0.4, 0.05, false))),
            "It compares all rows in view at once, where a change of some windows is thinned out; the incident tells since when.",
        ),
        (
            column("amount", Some("wasserstein"), Some(score(0.05, 0.1, false))),
            "It compares all rows in view at once, where a change of some windows is thinned out, by a limit that is the same whatever the rows; the incident tells since when.",
        ),
        (
            column("other", Some("chisquare"), Some(score(0.03, 0.05, true))),
            "It takes the shares of the 7 rows of its reference as certain, and tests every column at 0.05; counted as two samples, and over everything that is tested, it is not sure, or too small to matter.",
        ),
        (
            column("other", ks, Some(score(0.03, 0.05, true))),
            "It tests every column at 0.05 as if it were the only one, and any difference counts, however small; under the budget of false alarms it is not sure, or too small to matter.",
        ),
        (
            column("other", Some("psi"), Some(score(0.3, 0.1, true))),
            "A limit of 0.1 is the same for 50 rows and for a million: over 9 rows so much comes by chance, or from windows that differ as the baseline's own do.",
        ),
        (
            column("amount", None, None),
            "Windows depart from the baseline; it tells nothing of such a column.",
        ),
        (column("other", None, None), "Nothing departs."),
    ];
    for (column, because) in cases {
        let compat = report.compat.as_mut().unwrap();
        (compat.reference_rows, compat.rows) = (7, 9);
        let (name, score) = (column.column.clone(), column.score);
        let Says::Evidently(says) = &mut compat.says else {
            panic!("Evidently was asked");
        };
        (says.columns, says.share) = (vec![column], None);
        says.values.clear();
        let rows = beside(&report);
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!(row.because, because, "{row:?}");
        assert_eq!(
            (row.column.as_str(), row.ours),
            (name.as_str(), name == "amount")
        );
        assert_eq!(row.theirs, score.is_some_and(|s| s.drifted));
        match score {
            Some(s) => assert!(row.says.contains(if s.score < s.threshold {
                "below"
            } else {
                "not below"
            })),
            None => assert_eq!(row.says, "nothing: it tells nothing"),
        }
    }

    // Its tests of metrics, and of columns those that fail, together.
    let value = |metric: &str, column: Option<&str>, value: f64, passed: bool| EvidentlyValue {
        metric: metric.into(),
        column: column.map(Into::into),
        part: String::new(),
        value: Some(value),
        reference: Some(2.0),
        passed: Some(passed),
    };
    let Says::Evidently(says) = &mut report.compat.as_mut().unwrap().says else {
        panic!("Evidently was asked");
    };
    says.columns = vec![column("amount", ks, Some(score(0.001, 0.05, true)))];
    says.values = vec![
        value("MinValue", Some("amount"), 3.0, false),
        value("MaxValue", Some("amount"), 2.0, true),
        value("MeanValue", Some("amount"), 4.0, false),
        value("LogLoss", None, 2.1, true),
        value("TNR", None, 1.0, false),
    ];
    let rows = beside(&report);
    let told: Vec<(&str, &str, bool)> = rows
        .iter()
        .map(|r| (r.column.as_str(), r.says.as_str(), r.theirs))
        .collect();
    assert_eq!(
        told,
        [
            ("amount", "ks 0.001, below 0.05", true),
            ("TNR", "TNR 1, not within 2 ± 20 %", true),
            (
                "amount",
                "MinValue 3, not within 2 ± 10 %; 1 more of 3 tests fail",
                true
            ),
            ("LogLoss", "LogLoss 2.1, within 2 ± 20 %", false),
        ]
    );
    assert_eq!(rows[3].because, "Neither sees a change.");
    let Says::Evidently(says) = &mut report.compat.as_mut().unwrap().says else {
        panic!("Evidently was asked");
    };
    (says.share, says.drifted_columns, says.drifted) = (Some(1.0), 1, true);
    let whole = &beside(&report)[0];
    assert_eq!(
        (whole.column.as_str(), whole.theirs, whole.ours),
        ("dataset", true, true)
    );
    assert_eq!(
        whole.says,
        "1 of 1 columns drifted, 1 of them: at least half"
    );
    // A metric that raises no alarm is not said to be unchanged.
    assert_eq!(
        rows[1].because,
        "This report shows it with its interval; what it judges are other metrics of the same outcomes."
    );

    let mut report = of(&text, &View::from_query("compat=nannyml"));
    let chunk = |reference: bool| Chunk {
        reference,
        rows: 10,
        span: None,
    };
    for (name, alarms, missing, because) in [
        ("amount", 2, false, "Both see a change."),
        ("amount", 0, true, "Both see a change."),
        ("other", 0, false, "Neither sees a change."),
        (
            "other",
            1,
            false,
            "Its limits are three standard deviations of 2 chunks of the reference, each number's and chunk's own; what exceeds them is not sure under the budget of false alarms over the whole report, or too small to matter.",
        ),
        (
            "amount",
            0,
            false,
            "Its limits come from 2 chunks of the reference, and each chunk stands alone; small changes that last are added up here.",
        ),
    ] {
        let Says::Nannyml(says) = &mut report.compat.as_mut().unwrap().says else {
            panic!("NannyML was asked");
        };
        says.chunks = [true, true, false, false, false].map(chunk).into();
        let mut column = says.columns[0].clone();
        column.column = name.into();
        let line = column.drift.entry("jensen_shannon".into()).or_default();
        // What alerts in the reference does not count.
        line.alerts = (0..5)
            .map(|i| i == 0 || (2..2 + alarms).contains(&i))
            .collect();
        line.upper = Some(0.25);
        column.missing.alerts = vec![missing; 5];
        (column.missing.lower, column.missing.upper) = (None, Some(0.0));
        column.unseen = None;
        column.statistics.clear();
        says.columns = vec![column];
        says.not_reproduced = [("domain_classifier".into(), "why".into())].into();
        says.performance.clear();
        says.reconstruction_error = None;
        let rows = beside(&report);
        assert_eq!(rows[0].because, because);
        assert_eq!(
            (rows[0].theirs, rows[0].ours),
            (alarms > 0 || missing, name == "amount")
        );
        let quality = match missing {
            true => "; missing cells above 0 in 3 of 3",
            false => "",
        };
        assert_eq!(
            rows[0].says,
            format!("Jensen–Shannon above 0.25 in {alarms} of 3 chunks{quality}")
        );
        // What cannot be told is no verdict.
        let left = rows.iter().find(|r| r.column == "domain_classifier");
        let left = left.map(|r| (r.known, r.says.as_str()));
        assert_eq!(left, Some((false, "not reproduced, because why")));
    }
}
