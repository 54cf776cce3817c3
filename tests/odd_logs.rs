//! Logs at the edge of what a log is: the numbers stay right, and what cannot be told is said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, keeper, report, summary, value};
use plumbline::log::{Role, Task};
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{Level, Report, UNTIMED};
use plumbline::table::time::Time;
use serde_json::Value;
use std::fmt::Write as _;

fn of(text: &str) -> Report {
    report(&[("log.csv", text.as_bytes())], &View::default())
}

fn given(text: &str, roles: &[(Role, &str)]) -> Report {
    let view = View::default();
    let summary = summary(&[("log.csv", text.as_bytes())], roles, &view).unwrap();
    Report::from(&summary, &view)
}

/// Whether some note holds the words.
fn noted(report: &Report, words: &str) -> bool {
    report.health.notes.iter().any(|n| n.contains(words))
}

/// `n` rows made by a function, under a header.
fn rows(header: &str, n: usize, row: impl Fn(usize) -> String) -> String {
    let mut text = format!("{header}\n");
    (0..n).for_each(|i| writeln!(text, "{}", row(i)).unwrap());
    text
}

/// Every estimate has either a value or a reason, and no number was lost on the way to JSON.
fn sound(report: &Report) {
    let json: Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    walk(&json, "report");
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), *report);
}

/// Fields that may be null: absent, not broken.
const MAY_LACK: [&str; 30] = [
    "span",
    "baseline",
    "truth",
    "confusion",
    "scores",
    "window",
    "threshold",
    "version",
    "range",
    "metric",
    "start",
    "end",
    "departure",
    "slice",
    "delay_p50_s",
    "delay_p95_s",
    "baseline_missing",
    "mean",
    "min",
    "max",
    "worse",
    "column",
    "line",
    "missing_by_window",
    "windows",
    "psi",
    "jensen_shannon",
    "kolmogorov_smirnov",
    "cpu",
    "drift",
];

fn walk(value: &Value, at: &str) {
    match value {
        Value::Null => {
            let field = at
                .rsplit('.')
                .find(|p| p.parse::<usize>().is_err())
                .unwrap();
            assert!(MAY_LACK.contains(&field), "{at} is null");
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, v)| walk(v, &format!("{at}.{i}"))),
        Value::Object(map) => {
            if map.contains_key("n") {
                assert!(
                    map.contains_key("value") != map.contains_key("undefined"),
                    "{at}: {value}"
                );
                if let (Some(low), Some(v), Some(high)) = (
                    map.get("low").and_then(Value::as_f64),
                    map.get("value").and_then(Value::as_f64),
                    map.get("high").and_then(Value::as_f64),
                ) {
                    assert!(low <= v && v <= high, "{at}: {low} {v} {high}");
                }
            }
            map.iter().for_each(|(k, v)| walk(v, &format!("{at}.{k}")));
        }
        _ => {}
    }
}

#[test]
fn class_scores_alone_predict_the_class_of_the_highest() {
    let text = rows("id,p_a,p_b,p_c,label", 90, |i| {
        let (truth, top) = (i % 3, if i % 10 == 0 { (i + 1) % 3 } else { i % 3 });
        let p = |k| if k == top { 0.6 } else { 0.2 };
        format!("{i},{},{},{},{}", p(0), p(1), p(2), ["a", "b", "c"][truth])
    });
    let report = of(&text);
    assert_eq!(report.task, Task::Multiclass);
    assert_eq!(value(&report, "accuracy"), 0.9);
    assert!(noted(&report, "highest score"));
    sound(&report);
}

#[test]
fn class_scores_in_another_spelling_are_told_and_do_not_cost_the_outcomes() {
    let text = rows("id,prob_0,prob_1,prediction,label", 40, |i| {
        let p = (i % 10) as f64 / 10.0;
        format!("{i},{p:.1},{:.1},c{},c{}", 1.0 - p, i % 2, i % 2)
    });
    let report = of(&text);
    assert!(noted(&report, "class scores"), "{:?}", report.health.notes);
    assert_eq!(report.overall.labelled, 40);
    assert_eq!(value(&report, "accuracy"), 1.0);
    sound(&report);
}

#[test]
fn the_score_of_two_classes_is_that_of_the_positive_one() {
    // 1 is no yes beside 2, which is the last in order, as scikit-learn takes it.
    let text = rows("id,p_1,p_2,label", 60, |i| {
        let p = (i % 20) as f64 / 20.0;
        format!(
            "{i},{p:.2},{:.2},{}",
            1.0 - p,
            if i % 20 > 9 { 1 } else { 2 }
        )
    });
    let report = of(&text);
    assert_eq!(report.scores.as_ref().unwrap().positive_label, "2");
    assert_eq!(value(&report, "roc_auc"), 1.0);
    // Half is taken as positive.
    assert_eq!(value(&report, "accuracy"), 0.95);
}

#[test]
fn words_of_outcome_and_prediction_are_united_where_they_say_yes_and_no() {
    for (yes, no) in [
        ("yes", "no"),
        ("True", "False"),
        ("positive", "negative"),
        ("1.0", "0.0"),
    ] {
        let text = rows("id,prediction,label", 50, |i| {
            format!(
                "{i},{},{}",
                i % 2,
                if (i % 2 == 1) ^ (i % 10 == 0) {
                    yes
                } else {
                    no
                }
            )
        });
        let report = of(&text);
        assert_eq!(value(&report, "accuracy"), 0.9, "{yes}");
    }
    // Even where each side uses one word only.
    let report = of(&rows("id,prediction,label", 50, |i| format!("{i},1,yes")));
    assert_eq!(value(&report, "accuracy"), 1.0);
    sound(&report);
}

#[test]
fn words_that_cannot_be_united_are_told_and_scores_still_judged() {
    let row = |i: usize| {
        let p = (i % 20) as f64 / 20.0;
        format!(
            "{i},{p},{},{}",
            i % 2,
            if i % 20 > 9 { "bad" } else { "good" }
        )
    };
    let report = of(&rows("id,score,prediction,label", 60, row));
    assert_eq!(report.overall.labelled, 60);
    assert!(
        noted(&report, "60 predicted labels are none of"),
        "{:?}",
        report.health.notes
    );
    assert_eq!(value(&report, "roc_auc"), 1.0);
    let without = of(&rows("id,prediction,label", 60, |i| {
        format!("{i},{},{}", i % 2, ["good", "bad"][i % 2])
    }));
    assert!(noted(&without, "write predictions and outcomes alike"));
    assert!(
        without
            .health
            .sentence
            .contains("60 of 60 rows have an outcome"),
        "{}",
        without.health.sentence
    );
    assert_eq!(without.health.level, Level::Unknown);
    sound(&without);
}

#[test]
fn few_outcomes_of_many_classes_are_not_two_classes() {
    let report = of(&rows("id,prediction,label", 60, |i| {
        format!(
            "{i},{},{}",
            ["a", "b", "c", "d"][i % 4],
            if i < 8 { ["a", "b"][i % 2] } else { "" }
        )
    }));
    assert_eq!(report.task, Task::Multiclass);
    assert_eq!(report.overall.labelled, 8);
    assert_eq!(value(&report, "accuracy"), 0.5);
}

#[test]
fn ties_among_two_outcomes_are_counted_and_told() {
    let text = rows("id,prob,result", 100, |i| {
        format!(
            "{i},{},{}",
            (i % 9) as f64 / 9.0,
            if i % 20 == 0 { 0.5 } else { (i % 2) as f64 }
        )
    });
    let report = given(&text, &[(Role::Score, "prob"), (Role::Outcome, "result")]);
    assert_eq!(report.task, Task::Binary);
    assert_eq!((report.overall.rows, report.overall.labelled), (100, 95));
    assert!(
        noted(&report, "5 outcomes are none of 0, 1 (such as 0.5)"),
        "{:?}",
        report.health.notes
    );
    sound(&report);
}

#[test]
fn numbers_and_words_are_put_in_order_without_a_circle() {
    let words = [
        "2", "10", "1a", "9b", "b", "03", "-1", "x", "7", "11", "1e3", "1 a", "zz", "0", "5", "4",
        "6", "8", "12", "13", "14", "2x",
    ];
    let report = of(&rows("id,prediction,label", 220, |i| {
        format!("{i},{},{}", words[i % 22], words[i % 22])
    }));
    assert_eq!(value(&report, "accuracy"), 1.0);
    let two = of(&rows("id,prediction,label", 60, |i| {
        format!("{i},{},{}", 9 + i % 2, 9 + i % 2)
    }));
    assert_eq!(two.confusion.unwrap().labels, ["9", "10"]);
}

#[test]
fn one_class_only() {
    for (label, labels) in [
        ("0", ["0", "1"]),
        ("yes", ["no", "yes"]),
        ("no", ["no", "yes"]),
        ("false", ["false", "true"]),
    ] {
        let report = of(&rows("id,score,label", 40, |i| {
            format!("{i},{},{label}", (i % 8) as f64 / 10.0)
        }));
        assert_eq!(report.task, Task::Binary);
        assert_eq!(report.confusion.as_ref().unwrap().labels, labels, "{label}");
        assert_eq!(
            report.overall.metrics["roc_auc"].undefined.as_deref(),
            Some("one class only")
        );
        assert!(value(&report, "log_loss") > 0.0);
        sound(&report);
    }
    // A probability beside outcomes that are all 0 is no number to be foretold.
    let report = of(&rows("id,prediction,label", 40, |i| {
        format!("{i},{},0", (i % 37) as f64 / 40.0)
    }));
    assert_eq!(report.task, Task::Binary);
}

#[test]
fn rows_without_times_have_no_days_and_say_so() {
    let text = rows("score,label", 400, |i| {
        format!("{},{}", (i * 37 % 100) as f64 / 100.0, u8::from(i % 3 == 0))
    });
    let view = View {
        window: Some(WindowSize::Day),
        ..View::default()
    };
    let report = report(&[("log.csv", text.as_bytes())], &view);
    assert_eq!(report.windows.len(), 8);
    assert!(noted(&report, UNTIMED));
    sound(&report);
}

#[test]
fn requests_alone_are_not_judged() {
    let text = rows("ts,tokens", 400, |i| {
        format!("2026-01-{:02}T00:00:00Z,{}", 1 + i / 20, i * 7 % 50)
    });
    let report = of(&text);
    assert_eq!(report.task, Task::Service);
    assert_eq!(report.health.level, Level::Unknown);
    assert_eq!(
        report.health.sentence,
        "400 rows, and no column in which a prediction, a latency or a status was found: there is nothing to judge yet. Mark the column that holds the predictions."
    );
    sound(&report);
}

#[test]
fn free_text_is_no_class() {
    let text = rows("id,prediction,label", 600, |i| {
        format!("{i},word{i},other{i}")
    });
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let roles = [(Role::Prediction, "prediction"), (Role::Outcome, "label")];
    let error = summary(&files, &roles, &View::default()).unwrap_err();
    assert!(
        error.to_string().contains("too many to be classes"),
        "{error}"
    );
}

#[test]
fn one_row_and_constants() {
    for text in [
        "id,ts,score,label,latency_ms\n1,2026-01-01T00:00:00Z,0.5,1,20\n".to_string(),
        "prediction,actual\n1.5,2.5\n".to_string(),
        rows("id,ts,score,label,latency_ms", 300, |i| {
            format!("{i},2026-01-{:02}T00:00:00Z,0.5,{},20", 1 + i / 10, i % 2)
        }),
        rows("id,ts,prediction,actual,latency_ms", 300, |i| {
            format!("{i},2026-01-{:02}T00:00:00Z,7,7,-3.5", 1 + i / 10)
        }),
        rows("id,ts,score,label,region,note", 300, |i| {
            format!("{i},2026-01-{:02}T00:00:00Z,,,,", 1 + i / 10)
        }),
    ] {
        let header = text.lines().next().unwrap();
        let all = [
            (Role::Score, "score"),
            (Role::Outcome, "label"),
            (Role::Prediction, "prediction"),
            (Role::Outcome, "actual"),
            (Role::Latency, "latency_ms"),
        ];
        let held = |r: &&(Role, &str)| header.split(',').any(|c| c == r.1);
        let roles: Vec<_> = all.iter().filter(held).copied().collect();
        sound(&given(&text, &roles));
    }
    let text = rows("id,ts,score,label,latency_ms", 300, |i| {
        format!("{i},2026-01-{:02}T00:00:00Z,0.5,{},20", 1 + i / 10, i % 2)
    });
    let report = given(&text, &[(Role::Score, "score")]);
    assert_eq!(value(&report, "roc_auc"), 0.5);
    assert_eq!(value(&report, "latency_p95_ms"), 20.0);
    assert_eq!(value(&report, "brier_score"), 0.25);
}

#[test]
fn huge_numbers_are_undefined_rather_than_wrong() {
    for (p, y) in [
        ("1e308", "-1e308"),
        ("1e308", "1e300"),
        ("1e200", "-1e200"),
        ("1.7976931348623157e308", "0"),
        ("5e-324", "0"),
    ] {
        let report = given(
            &rows("id,ts,prediction,actual,latency_ms,cpu,f", 300, |i| {
                let minus = if i % 2 == 0 { "" } else { "-" };
                let y = if i % 3 == 0 {
                    format!("{i}.5")
                } else {
                    y.to_string()
                };
                format!(
                    "{i},2026-01-{:02}T00:00:00Z,{minus}{p},{y},{p},{p},{p}",
                    1 + i / 10
                )
            }),
            &[(Role::Prediction, "prediction"), (Role::Outcome, "actual")],
        );
        assert_eq!(report.task, Task::Regression);
        sound(&report);
    }
    let report = of(&rows("id,prediction,actual", 100, |i| {
        format!("{i},1e308,{i}")
    }));
    for metric in [
        "mean_absolute_error",
        "root_mean_squared_error",
        "mean_error",
        "r2",
        "explained_variance",
    ] {
        assert_eq!(
            report.overall.metrics[metric].undefined.as_deref(),
            Some("too large for a number"),
            "{metric}"
        );
    }
    assert_eq!(value(&report, "max_error"), 1e308);
    assert_eq!(value(&report, "median_absolute_error"), 1e308);
    assert_eq!(
        value(&report, "symmetric_mean_absolute_percentage_error"),
        2.0
    );
    // Scores from end to end of the numbers have edges, too.
    sound(&given(
        &rows("id,score,label", 400, |i| {
            format!("{i},{}e308,{}", (i as f64 - 200.0) / 120.0, i % 2)
        }),
        &[(Role::Score, "score")],
    ));
}

#[test]
fn rows_of_one_instant_make_windows_that_stay_apart() {
    let text = rows("id,ts,prediction,label,region", 400, |i| {
        let day = if i < 300 { 1 } else { 2 };
        format!(
            "{i},2026-01-0{day},{},{},{}",
            i % 2,
            u8::from(i % 2 == 1 && i < 350),
            ["a", "b"][i / 2 % 2]
        )
    });
    let view = View {
        window: Some(WindowSize::Rows(50)),
        ..View::default()
    };
    let report = report(&[("log.csv", text.as_bytes())], &view);
    assert_eq!(report.windows.len(), 8);
    assert!(
        report
            .windows
            .iter()
            .all(|w| w.rows == 50 && w.start < w.end)
    );
    for pair in report.windows.windows(2) {
        assert!(pair[0].start < pair[1].start && pair[0].end <= pair[1].start);
    }
    // The slices are compared over the same rows as the windows.
    let baseline = report.baseline.as_ref().unwrap();
    let rows: u64 = report.slices.iter().map(|s| s.baseline.n).sum();
    assert_eq!(rows, baseline.block.rows);
    assert_eq!(report.slices.len(), 2);
    sound(&report);
}

#[test]
fn times_before_1970_and_to_the_end_of_the_calendar() {
    for (year, other) in [(1900, 1969), (1, 9999), (9998, 9999)] {
        let report = of(&rows("id,ts,prediction,label", 200, |i| {
            let y = if i % 2 == 0 { year } else { other };
            format!("{i},{y:04}-12-31T23:59:{:02}Z,1,{}", i % 60, i % 2)
        }));
        assert_eq!(report.windows.iter().map(|w| w.rows).sum::<u64>(), 200);
        assert_eq!(value(&report, "accuracy"), 0.5);
        sound(&report);
    }
}

#[test]
fn outcomes_that_come_twice_or_too_early() {
    let predictions = rows("id,ts,prediction", 20, |i| {
        format!("{i},2026-01-10T00:00:00Z,{}", i % 2)
    });
    // The later one is right, and stands first.
    let outcomes = rows("id,label,observed_at", 40, |i| {
        let (row, right) = (i / 2, i % 2 == 0);
        let day = if right { 9 } else { 8 };
        format!(
            "{row},{},2026-01-{day:02}T00:00:00Z",
            if right { row % 2 } else { 1 - row % 2 }
        )
    });
    let report = report(
        &[
            ("p.csv", predictions.as_bytes()),
            ("o.csv", outcomes.as_bytes()),
        ],
        &View::default(),
    );
    assert_eq!(
        (report.rows.duplicate_outcomes, report.rows.joined),
        (20, 20)
    );
    assert_eq!(value(&report, "accuracy"), 1.0);
    assert!(noted(
        &report,
        "20 outcomes are dated before their prediction"
    ));
    assert_eq!(report.truth.as_ref().unwrap().delay_p95_s, Some(0.0));
    sound(&report);
}

#[test]
fn files_of_different_columns_make_one_log() {
    let first = rows("id,ts,prediction,region,latency_ms", 50, |i| {
        format!("a{i},2026-01-0{}T00:00:00Z,{},north,20", 1 + i % 5, i % 2)
    });
    let second = rows("request_id,ts,prediction,latency_seconds,label", 50, |i| {
        format!(
            "b{i},2026-01-0{}T00:00:00Z,{},0.02,{}",
            5 + i % 5,
            i % 2,
            i % 2
        )
    });
    let report = report(
        &[
            ("first.csv", first.as_bytes()),
            ("second.csv", second.as_bytes()),
        ],
        &View::default(),
    );
    assert_eq!((report.overall.rows, report.overall.labelled), (100, 50));
    assert_eq!(value(&report, "accuracy"), 1.0);
    assert_eq!(value(&report, "latency_p95_ms"), 20.0);
    let missing = |name: &str| {
        let column = report.quality.iter().find(|q| q.column == name).unwrap();
        column.missing.value.unwrap()
    };
    assert_eq!((missing("region"), missing("label")), (0.5, 0.5));
    sound(&report);
}

#[test]
fn a_reference_stays_out_of_the_log_and_its_slices_are_compared() {
    let log = |n: usize, wrong: usize| {
        rows("id,ts,prediction,label,region", n, |i| {
            let p = i % 2;
            let bad = i / 4 % 10 < wrong && i % 4 < 2;
            format!(
                "r{i},2026-02-{:02}T00:00:00Z,{p},{},{}",
                1 + i % 20,
                p ^ usize::from(bad),
                ["a", "a", "b", "b"][i % 4]
            )
        })
    };
    let (now, then) = (log(4_000, 5), log(2_000, 0));
    let report = report(
        &[
            ("log.csv", now.as_bytes()),
            ("reference.csv", then.as_bytes()),
        ],
        &View::default(),
    );
    assert_eq!(report.overall.rows, 4_000);
    let baseline = report.baseline.as_ref().unwrap();
    assert_eq!(
        (baseline.label.as_str(), baseline.block.rows),
        ("reference.csv", 2_000)
    );
    assert_eq!(report.health.level, Level::Bad);
    let worst = &report.slices[0];
    assert_eq!(
        (worst.value.as_str(), &worst.metric),
        ("a", &report.alerts[0].metric)
    );
    assert_eq!(
        (worst.baseline.value, worst.current.value),
        (Some(1.0), Some(0.5))
    );
    sound(&report);
}

#[test]
fn a_threshold_beyond_every_score_predicts_nothing_positive() {
    let text = rows("id,score,label", 100, |i| {
        format!("{i},{},{}", (i % 11) as f64 / 10.0, i % 2)
    });
    let cut = |threshold| {
        let view = View {
            threshold: Some(threshold),
            ..View::default()
        };
        let report = report(&[("log.csv", text.as_bytes())], &view);
        assert_eq!(report.view.threshold, Some(threshold));
        sound(&report);
        let m = report.confusion.unwrap().counts;
        m[0][1] + m[1][1]
    };
    assert_eq!(cut(2.0), 0);
    assert_eq!(cut(1.0), 9);
    assert_eq!(cut(-1.0), 100);
    assert_eq!(cut(0.35), 63);
}

#[test]
fn a_number_foretold_by_a_column_called_score() {
    let report = given(
        &rows("id,score,actual", 100, |i| format!("{i},{}.5,{i}.25", i)),
        &[(Role::Score, "score"), (Role::Outcome, "actual")],
    );
    assert_eq!(report.task, Task::Regression);
    assert_eq!(value(&report, "mean_absolute_error"), 0.25);
    assert!(noted(&report, "the score is taken as the prediction"));
}

#[test]
fn departures_that_pass_are_not_denied() {
    let text = rows("id,ts,prediction,label", 6_000, |i| {
        let day = 1 + i / 200;
        let wrong = if day == 15 { i % 2 == 0 } else { i % 10 == 0 };
        format!("{i},2026-03-{day:02}T00:00:00Z,1,{}", u8::from(!wrong))
    });
    let report = report(&[("log.csv", text.as_bytes())], &View::default());
    assert_eq!(report.health.level, Level::Ok);
    assert!(
        report.health.sentence.contains("no lasting departure"),
        "{}",
        report.health.sentence
    );
    assert!(
        noted(
            &report,
            "Accuracy fell from 90.0 % (1 – 7 Mar 2026) to 50.0 %"
        ),
        "{:?}",
        report.health.notes
    );
}

#[test]
fn a_chosen_baseline_in_the_middle_is_not_among_the_rows_compared() {
    let text = rows("id,ts,prediction,label,region", 3_000, |i| {
        let day = 1 + i / 100;
        let wrong = (11..=20).contains(&day) && i % 2 == 0;
        format!(
            "{i},2026-03-{day:02}T00:00:00Z,1,{},{}",
            u8::from(!wrong),
            ["a", "b"][i / 2 % 2]
        )
    });
    let at = |t: &str| Time::parse(t).unwrap();
    let view = View {
        baseline: BaselineChoice::Period(at("2026-03-11"), at("2026-03-21")),
        ..View::default()
    };
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let report = report(&files, &view);
    for row in &report.slices {
        assert_eq!(
            (row.rows, row.current.value, row.baseline.value),
            (1_000, Some(1.0), Some(0.5))
        );
    }
    assert!(keeper(&files, &pipeline::inputs(&files, &[]).unwrap()).is_ok());
}

/// A log of 60 hours whose outcomes and predictions are these, by row.
fn errors_of(row: impl Fn(usize) -> (f64, f64)) -> String {
    (0..60).fold("time,prediction,actual\n".to_owned(), |text, i| {
        let (p, y) = row(i);
        let time = format!("2026-01-{:02}T{:02}:00:00Z", i / 24 + 1, i % 24);
        text + &format!("{time},{p:e},{y:e}\n")
    })
}

#[test]
fn an_error_beyond_every_number_leaves_its_row_out_of_all_metrics() {
    let far = |i: usize| match i {
        30 => (-1e308, 1e308),
        i => (i as f64 + 0.5, ((i * 7) % 60) as f64),
    };
    let text = errors_of(far);
    let view = View {
        baseline: BaselineChoice::None,
        ..View::default()
    };
    let found = report(&[("log.csv", text.as_bytes())], &view);
    assert_eq!((found.rows.predictions, found.rows.joined), (60, 59));
    let told = found
        .health
        .notes
        .iter()
        .filter(|n| n.contains("farther apart than any number"));
    assert_eq!(told.count(), 1, "{:?}", found.health.notes);
    for (name, metric) in &found.overall.metrics {
        assert!(metric.value.is_none() || metric.n == 59, "{name}");
    }
    // The row of the naive forecast, too.
    let scaled = found.overall.metrics["mean_absolute_scaled_error"]
        .value
        .unwrap();
    assert!((0.1..10.0).contains(&scaled), "{scaled}");
}

#[test]
fn squares_too_small_for_a_number_are_told() {
    let ordinary = |i: usize| (i as f64 + 0.5, ((i * 7) % 60) as f64);
    let view = View {
        baseline: BaselineChoice::None,
        ..View::default()
    };
    for (size, vanish) in [
        (1e-200, true),
        (1e-165, true),
        (1e-160, true),
        (1e-140, false),
    ] {
        let text = errors_of(|i| {
            let (p, y) = ordinary(i);
            (p * size, y * size)
        });
        let found = report(&[("log.csv", text.as_bytes())], &view);
        let plain = errors_of(ordinary);
        let plain = report(&[("log.csv", plain.as_bytes())], &view);
        for (name, of) in [
            ("r2", 1.0),
            ("explained_variance", 1.0),
            ("root_mean_squared_error", size),
        ] {
            let (metric, plain) = (&found.overall.metrics[name], &plain.overall.metrics[name]);
            if vanish {
                let why = metric.undefined.as_deref().unwrap_or_default();
                assert!(why.contains("too small"), "{name} {size}: {metric:?}");
            } else {
                let (value, plain) = (metric.value.unwrap(), plain.value.unwrap());
                assert!((value / of / plain - 1.0).abs() < 1e-9, "{name} {size}");
            }
        }
        let all = found
            .overall
            .metrics
            .values()
            .filter_map(|m| m.undefined.as_deref());
        assert!(
            all.into_iter()
                .all(|why| why != "all outcomes are the same"),
            "{size}"
        );
    }
}
