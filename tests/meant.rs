//! Which class is positive, which class a score is of, from which score on a row is positive, and what outcomes are
//! taken for: found out, or said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use plumbline::engine::message::Input;
use plumbline::engine::{Keeper, Shards, give_meaning};
use plumbline::log::{Meant, Task};
use plumbline::report::Report;
use plumbline::report::view::View;

/// Six hundred rows: of each its score, and whether the event came true, which is likelier the higher the score.
fn rows() -> impl Iterator<Item = (usize, f64, bool)> {
    (0..600).map(|i| {
        let score = (i * 37 % 100) as f64 / 100.0;
        (i, score, ((i * 61 % 100) as f64 / 100.0) < score)
    })
}

fn log(header: &str, row: impl Fn(usize, f64, bool) -> String) -> String {
    rows().fold(format!("{header}\n"), |text, (i, score, came)| {
        text + &row(i, score, came) + "\n"
    })
}

fn of(
    keeper: impl FnOnce(&[pipeline::File<'_>], &[Input]) -> Keeper,
    text: &str,
    meant: Option<&Meant>,
) -> Report {
    let files = [("log.csv", text.as_bytes())];
    let mut inputs = pipeline::inputs(&files, &[]).unwrap();
    give_meaning(&mut inputs, meant);
    let view = View::default();
    let mut keeper = keeper(&files, &inputs);
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    Report::from(&keeper.refine(&view).unwrap(), &view)
}

fn kept(text: &str, meant: Option<&Meant>) -> Report {
    of(
        |files, inputs| pipeline::keeper(files, inputs).unwrap(),
        text,
        meant,
    )
}

/// The same of rows that are let go in blocks of a hundred.
fn passed(text: &str, meant: Option<&Meant>) -> Report {
    let keeper = |files: &[pipeline::File<'_>], inputs: &[Input]| {
        let mut keeper = Keeper::streaming(inputs.to_vec(), View::default()).in_blocks_of(100);
        let mut chains: Vec<Shards> = (inputs.iter().enumerate())
            .map(|(i, n)| Shards::new(i, n))
            .collect();
        pipeline::read_all(files, inputs, &mut chains, &mut keeper).unwrap();
        keeper
    };
    of(keeper, text, meant)
}

fn labels(report: &Report) -> Vec<&str> {
    let confusion = report.confusion.as_ref().unwrap();
    confusion.labels.iter().map(String::as_str).collect()
}

fn told(report: &Report, words: &str) -> bool {
    report.health.notes.iter().any(|note| note.contains(words))
}

fn auc(report: &Report) -> f64 {
    (pipeline::value(report, "roc_auc") * 1e3).round() / 1e3
}

#[test]
fn a_model_that_turns_round_is_wrong_from_then_on() {
    let named = |came: bool| if came { "fraud" } else { "legit" };
    // Right for a third of the rows, then inverted.
    let text = log("id,risk,outcome", |i, score, came| {
        format!("r{i},{score},{}", named(came == (i < 200)))
    });
    for report in [kept(&text, None), passed(&text, None)] {
        assert_eq!(labels(&report), ["legit", "fraud"]);
        assert!(auc(&report) < 0.5, "{}", auc(&report));
        assert!(told(&report, "'fraud' is taken as the positive class"));
    }
    let other = Meant::Positive("legit".into());
    for report in [kept(&text, Some(&other)), passed(&text, Some(&other))] {
        assert_eq!(labels(&report), ["fraud", "legit"]);
        assert!(auc(&report) > 0.5);
        assert!(!told(&report, "is taken as the positive class"));
    }
}

#[test]
fn served_labels_and_the_name_of_the_score_tell_which_class_it_is_of() {
    let named = |yes: bool| if yes { "a" } else { "b" };
    // Wrong from the start, which what was served tells.
    let text = log("id,risk,prediction,outcome", |i, score, came| {
        format!("r{i},{score},{},{}", named(score >= 0.5), named(!came))
    });
    let report = kept(&text, None);
    assert_eq!(labels(&report), ["b", "a"]);
    assert!(auc(&report) < 0.5 && pipeline::value(&report, "accuracy") < 0.5);
    let text = log("id,a_score,outcome", |i, score, came| {
        format!("r{i},{score},{}", named(!came))
    });
    let report = kept(&text, None);
    assert_eq!(labels(&report), ["b", "a"]);
    assert!(auc(&report) < 0.5);
    assert!(!told(&report, "positive class"));
}

#[test]
fn the_score_of_the_other_class_is_turned() {
    let words = |came: bool| if came { "yes" } else { "no" };
    let right = log("id,score,outcome", |i, score, came| {
        format!("r{i},{score},{}", words(came))
    });
    let turned = log("id,prob_no,outcome", |i, score, came| {
        format!("r{i},{:.2},{}", 1.0 - score, words(came))
    });
    let numbers = log("id,proba_0,outcome", |i, score, came| {
        format!("r{i},{:.2},{}", 1.0 - score, u8::from(came))
    });
    // The first column of a list may be called so, too.
    let counted = log("id,score_0,outcome", |i, score, came| {
        format!("r{i},{score},{}", u8::from(came))
    });
    let both = log("id,prob_no,prob_yes,outcome", |i, score, came| {
        format!("r{i},{:.2},{:.3},{}", 1.0 - score, score * 0.9, words(came))
    });
    let wanted = auc(&kept(&right, None));
    assert!(wanted > 0.7);
    for (text, says) in [
        (&turned, true),
        (&numbers, true),
        (&counted, false),
        (&both, false),
    ] {
        for report in [kept(text, None), passed(text, None)] {
            let off = (auc(&report) - wanted).abs();
            assert!(off < if report.streamed { 0.01 } else { 1e-9 }, "{off}");
            assert_eq!(told(&report, "is the score of"), says);
        }
    }
}

#[test]
fn of_two_numbers_one_alone_is_no_yes() {
    let text = log("id,score,outcome", |i, score, came| {
        format!("r{i},{score},{}", if came { 2 } else { 1 })
    });
    let report = kept(&text, None);
    assert_eq!(labels(&report), ["1", "2"]);
    assert!(auc(&report) > 0.7);
    assert!(told(
        &kept(&text, Some(&Meant::Positive("7".into()))),
        "No class is called '7'"
    ));
}

#[test]
fn scores_that_are_no_probabilities_have_a_threshold_of_their_kind() {
    let threshold = |of: fn(f64) -> f64| {
        let text = log("id,score,outcome", |i, score, came| {
            format!("r{i},{},{}", of(score), u8::from(came))
        });
        let report = kept(&text, None);
        let at = report.scores.as_ref().and_then(|s| s.threshold);
        assert_eq!(
            told(&report, "The scores are no probabilities: from"),
            at != Some(0.5) || of(0.99) > 1.0
        );
        at
    };
    assert_eq!(threshold(|s| s), Some(0.5));
    assert_eq!(threshold(|s| s * 1.2), Some(0.5));
    assert_eq!(threshold(|s| s * 9.0 - 2.0), Some(0.0));
    assert_eq!(threshold(|s| s * 100.0), Some(50.0));
    let middle = threshold(|s| 300.0 + s * 550.0).unwrap();
    assert!((middle - 572.0).abs() < 10.0, "{middle}");
}

#[test]
fn outcomes_are_what_the_reader_says() {
    let stars = log("id,prediction,outcome", |i, score, _| {
        format!("r{i},{},{}", i % 5 + 1, (score * 4.0).round() + 1.0)
    });
    let species = log("id,prediction,outcome", |i, _, came| {
        format!("r{i},{},{}", i % 40, if came { i % 40 } else { i * 7 % 40 })
    });
    for of in [kept, passed] {
        assert_eq!(of(&stars, None).task, Task::Multiclass);
        assert_eq!(of(&stars, Some(&Meant::Numbers)).task, Task::Regression);
        assert_eq!(of(&species, None).task, Task::Regression);
        let report = of(&species, Some(&Meant::Classes));
        assert_eq!((report.task, labels(&report).len()), (Task::Multiclass, 40));
    }
    let words = log("id,prediction,outcome", |i, _, came| {
        format!(
            "r{i},{},{}",
            ["x", "y"][i % 2],
            if came { "x" } else { "y" }
        )
    });
    let report = kept(&words, Some(&Meant::Numbers));
    assert_eq!(report.task, Task::Binary);
    assert!(told(&report, "are words, so they are taken as classes"));
}

#[test]
fn a_score_of_one_value_is_a_score() {
    let text = log("id,score,outcome", |i, _, came| {
        format!("r{i},0.3,{}", u8::from(came))
    });
    let report = kept(&text, None);
    assert_eq!(auc(&report), 0.5);
}
