//! What is expected of windows whose rows were counted as they passed, beside the same of rows that are kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, streamed, summary};
use plumbline::engine::Shards;
use plumbline::report::Report;
use plumbline::report::view::{View, WindowSize};

/// Forty days of 400 rows, of which the last ten have no outcome and scores that are higher; `served`: with labels of
/// their own.
fn log(served: bool) -> String {
    let mut text = String::from(if served {
        "time,score,y_pred,outcome\n"
    } else {
        "time,score,outcome\n"
    });
    let mut state = 7_u64;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for day in 0..40 {
        for row in 0..400 {
            let base = draw();
            let score = if day < 30 { base } else { base.sqrt() };
            // Scores say too much: 0.9 comes true in 74 of 100.
            let came = draw() < 0.2 + 0.6 * score;
            let outcome = if day < 30 {
                u8::from(came).to_string()
            } else {
                String::new()
            };
            let time =
                plumbline::table::time::Time(i64::from(day) * 86_400_000_000 + row * 200_000_000);
            let label = if served {
                format!("{},", u8::from(score > 0.4))
            } else {
                String::new()
            };
            text += &format!("{time},{score:.6},{label}{outcome}\n");
        }
    }
    text
}

fn reports(text: &str) -> [Report; 2] {
    let view = View {
        window: Some(WindowSize::Day),
        ..View::default()
    };
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let kept = summary(&files, &[], &view).unwrap();
    let passed = streamed(&files, &[], &view, Shards::new).unwrap();
    [kept, passed].map(|summary| Report::from(&summary, &view))
}

#[test]
fn bins_tell_nearly_what_rows_tell() {
    let [kept, passed] = reports(&log(false));
    assert!(passed.streamed && !kept.streamed);
    let of = passed.estimated.as_ref().unwrap();
    assert!(of.why.starts_with('≈') && of.calibrated && of.undefined.is_none());
    assert_eq!(of.rows, kept.estimated.as_ref().unwrap().rows);
    let mut compared = 0;
    for (one, other) in kept.windows.iter().zip(&passed.windows) {
        for name in [
            "accuracy",
            "precision",
            "recall",
            "f1",
            "roc_auc",
            "average_precision",
        ] {
            let (Some(a), Some(b)) = (one.estimated.get(name), other.estimated.get(name)) else {
                assert!(
                    one.estimated.is_empty() && other.estimated.is_empty(),
                    "{name}"
                );
                continue;
            };
            let off = a.value.unwrap() - b.value.unwrap();
            // Rows of a bin are tied, which an average precision of few rows feels.
            let room = if name == "average_precision" {
                0.03
            } else {
                0.006
            };
            assert!(off.abs() < room, "{name}: {a:?} {b:?}");
            assert!(b.low.unwrap() < a.value.unwrap() && a.value.unwrap() < b.high.unwrap());
            compared += 1;
        }
        assert!(!other.estimated.contains_key("log_loss"));
    }
    assert!(compared > 100, "{compared}");
    // What became known says how far they were off, and those that wait are told together.
    assert!(of.past["accuracy"].windows >= 15 && of.past["accuracy"].mean.abs() < 0.02);
    assert!(
        (of.pending["accuracy"].value.unwrap()
            - kept.estimated.unwrap().pending["accuracy"].value.unwrap())
        .abs()
            < 0.006
    );
    assert!(
        passed.windows.last().unwrap().estimated["accuracy"]
            .value
            .is_some()
    );
}

#[test]
fn served_labels_are_not_guessed() {
    let [kept, passed] = reports(&log(true));
    let last = passed.windows.last().unwrap();
    assert!(last.estimated.contains_key("roc_auc") && !last.estimated.contains_key("accuracy"));
    assert!(
        kept.windows
            .last()
            .unwrap()
            .estimated
            .contains_key("accuracy")
    );
}

#[test]
fn what_cannot_be_learned_is_told() {
    let header = "time,score,outcome\n".to_owned();
    let day = |i: usize| format!("2026-01-{:02}T00:{:02}:00Z", 1 + i / 160, i % 40);
    let rows = (0..3_200).fold(header, |text, i| {
        let outcome = if i < 1_600 { "0" } else { "" };
        text + &format!("{},0.{:02},{outcome}\n", day(i), i % 90 + 5)
    });
    let [_, passed] = reports(&rows);
    let of = passed.estimated.map(|e| e.undefined);
    assert_eq!(
        of,
        Some(Some("all outcomes of the baseline are of one class".into()))
    );
}
