//! JSON documents through the whole pipeline.

#![allow(clippy::unwrap_used, clippy::panic)]

mod pipeline;

use pipeline::{report, value};
use plumbline::report::view::View;
use serde_json::{Value, json};

/// Ninety rows of three classes, sixty of them right.
fn rows(labels: [&str; 3]) -> Vec<Value> {
    let row = |i: usize| {
        let (class, said) = (i % 3, if i % 9 < 6 { i % 3 } else { (i + 1) % 3 });
        let probs: Vec<f64> = (0..3).map(|c| if c == said { 0.8 } else { 0.1 }).collect();
        json!({
            "id": format!("r{i}"),
            "at": format!("2026-01-{:02}T10:00:00Z", 1 + i / 9),
            "probs": probs,
            "label": labels[class],
        })
    };
    (0..90).map(row).collect()
}

#[test]
fn numbers_in_an_array_are_the_scores_of_the_classes() {
    let rows = rows(["0", "1", "2"]);
    let lines: String = rows.iter().map(|r| format!("{r}\n")).collect();
    let array = serde_json::to_string_pretty(&rows).unwrap();
    let wrapped = json!({"model": "m", "predictions": rows}).to_string();
    for text in [lines, array, wrapped] {
        let report = report(&[("log.json", text.as_bytes())], &View::default());
        assert_eq!(report.rows.joined, 90);
        assert_eq!(report.task, plumbline::log::Task::Multiclass);
        assert!((value(&report, "accuracy") - 2.0 / 3.0).abs() < 1e-12);
        // -(60 ln 0.8 + 30 ln 0.1) / 90
        let expected = -(2.0 * 0.8f64.ln() + 0.1f64.ln()) / 3.0;
        assert!((value(&report, "log_loss") - expected).abs() < 1e-12);
    }
}
