//! Classes as logs write them: words that elsewhere are missing cells, scores with holes or on a scale of their own,
//! labels of several models, a column for each label.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, value};
use plumbline::engine::Shards;
use plumbline::log::{Role, Task};
use plumbline::report::Report;
use plumbline::report::view::View;

fn of(name: &str, text: &str) -> Report {
    report(&[(name, text.as_bytes())], &View::default())
}

/// A number that looks drawn, from 0 to 99.
fn drawn(i: usize, salt: usize) -> usize {
    (i * 7919 + salt * 104_729 + i * i * 31) / 7 % 100
}

/// Which of `of` classes a row has, and which is foretold.
fn pair(i: usize, of: usize) -> (usize, usize) {
    let truth = drawn(i, 1) % of;
    let right = drawn(i, 2) < 70;
    (if right { truth } else { drawn(i, 3) % of }, truth)
}

#[test]
fn texts_of_json_are_classes_whatever_they_say() {
    let names = ["A", "None", "NA", "-"];
    let rows = || (0..400).map(|i| pair(i, 4));
    let line = |(i, (p, t)): (usize, (usize, usize))| {
        let (p, t) = (names[p], names[t]);
        serde_json::json!({"id": i, "prediction": p, "outcome": t}).to_string() + "\n"
    };
    let text: String = rows().enumerate().map(line).collect();
    let text = text + "{\"id\":400,\"prediction\":\"A\",\"outcome\":null}\n";
    let found = of("log.jsonl", &text);
    assert_eq!(found.task, Task::Multiclass);
    let right = rows().filter(|(p, t)| p == t).count() as f64 / 400.0;
    assert!((value(&found, "accuracy") - right).abs() < 1e-12);
    assert_eq!(found.overall.metrics["accuracy"].n, 400);
}

#[test]
fn labels_of_delimited_text_that_are_missing_cells_are_told() {
    let names = ["A", "B", "None"];
    let line = |i: usize| {
        let (p, t) = pair(i, 3);
        format!("{i},{},{}\n", names[p], names[t])
    };
    let text: String = (0..400).map(line).collect();
    let files = [("log.csv", format!("id,prediction,outcome\n{text}"))];
    let files = files.each_ref().map(|f| (f.0, f.1.as_bytes()));
    let found = pipeline::summary(&files, &[], &View::default()).unwrap();
    let none = (0..400).filter(|i| pair(*i, 3).1 == 2).count() as u64;
    let told: Vec<_> = found
        .rejected
        .iter()
        .filter(|r| r.column.as_deref() == Some("outcome"))
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].count, none);
    assert!(told[0].reason.contains("None is taken as a missing cell"));
}

/// Of three models in long form each has its own rows, so that each has its intervals.
#[test]
fn models_in_long_form_have_intervals() {
    let line = |m: usize, i: usize| {
        let p = (drawn(i, 4) as f64 + drawn(i, 5 + m) as f64) / 200.0;
        let came = u8::from(drawn(i, 4) > 50);
        format!("{i},{},{p},{came}\n", ["a", "b", "c"][m])
    };
    let text: String = (0..3)
        .flat_map(|m| (0..400).map(move |i| (m, i)))
        .map(|(m, i)| line(m, i))
        .collect();
    let found = of("long.csv", &format!("id,model,score,outcome\n{text}"));
    let models = found.models.unwrap().models;
    assert_eq!(models.len(), 3);
    for model in models {
        for name in ["brier_score", "log_loss"] {
            let of = &model.metrics[name];
            assert!(of.low < of.value && of.value < of.high, "{name}: {of:?}");
        }
    }
}

/// Reliability and resolution never have an interval, and the reason is not how few rows there are.
#[test]
fn parts_of_the_brier_score_say_why_they_have_no_interval() {
    let line = |i: usize| format!("{i},0.{:02},{}\n", drawn(i, 4), u8::from(drawn(i, 5) > 50));
    let text: String = (0..240).map(line).collect();
    let found = of("log.csv", &format!("id,score,outcome\n{text}"));
    let why = |name: &str| found.overall.metrics[name].no_interval.clone().unwrap();
    for name in ["brier_reliability", "brier_resolution"] {
        assert!(why(name).contains("biased upwards"), "{}", why(name));
    }
    assert!(why("brier_uncertainty").contains("it takes 1000"));
}

const KINDS: [&str; 3] = ["cat", "dog", "eel"];

/// Probabilities of three classes, whose row has a hole now and then, and the true class.
fn scores(i: usize) -> ([f64; 3], usize) {
    let raw = [0, 1, 2].map(|k| 1.0 + drawn(i, 6 + k) as f64);
    let sum: f64 = raw.iter().sum();
    let truth = if drawn(i, 9) < 60 {
        (0..3).fold(0, |best, k| if raw[k] > raw[best] { k } else { best })
    } else {
        drawn(i, 10) % 3
    };
    (raw.map(|x| x / sum), truth)
}

fn class_rows(hole: impl Fn(usize, usize) -> bool, write: impl Fn(f64) -> f64) -> String {
    let line = |i: usize| {
        let (p, truth) = scores(i);
        let cell = |k: usize| match hole(i, k) {
            true => String::new(),
            false => write(p[k]).to_string(),
        };
        format!("{i},{},{},{},{}\n", cell(0), cell(1), cell(2), KINDS[truth])
    };
    let text: String = (0..600).map(line).collect();
    format!("id,prob_cat,prob_dog,prob_eel,outcome\n{text}")
}

/// A row without a predicted label has its probabilities still.
#[test]
fn a_missing_label_leaves_the_skill_of_probabilities() {
    let text = class_rows(|_, _| false, |p| p);
    let served = |(i, line): (usize, &str)| match i {
        0 => format!("{line},prediction\n"),
        5 => format!("{line},\n"),
        _ => format!("{line},{}\n", KINDS[scores(i - 1).1]),
    };
    let text: String = text.lines().enumerate().map(served).collect();
    let found = of("log.csv", &text);
    for name in ["d2_log_loss", "d2_brier_score"] {
        let of = &found.overall.metrics[name];
        assert_eq!((of.n, of.value.is_some()), (600, true), "{name}: {of:?}");
    }
}

/// Labels of two models side by side are compared, as words and as numbers.
#[test]
fn labels_of_a_second_model_are_a_challenger() {
    let names = |numbers: bool, of: usize| -> Vec<String> {
        let words = ["cat", "dog", "eel"];
        let name = |k: usize| {
            if numbers {
                k.to_string()
            } else {
                words[k].into()
            }
        };
        (0..of).map(name).collect()
    };
    for (numbers, of_classes) in [(false, 3), (false, 2), (true, 3), (true, 2)] {
        let names = names(numbers, of_classes);
        let line = |i: usize| {
            let (a, truth) = pair(i, of_classes);
            let b = if drawn(i, 20) < 80 {
                truth
            } else {
                drawn(i, 21) % of_classes
            };
            // A column of the same values that predicts nothing.
            let other = &names[drawn(i, 22) % of_classes];
            format!("{i},{},{},{},{other}\n", names[truth], names[a], names[b])
        };
        let text: String = (0..400).map(line).collect();
        let found = of(
            "log.csv",
            &format!("id,outcome,pred_a,pred_b,last_seen\n{text}"),
        );
        let models = found.models.expect("two models");
        let named: Vec<&str> = models.models.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(named, ["pred_b", "pred_a"], "{numbers} {of_classes}");
        assert_eq!(models.main, "pred_a");
    }
}
