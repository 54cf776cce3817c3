//! The curves of a binary task: each can be chosen and read, and all follow the threshold.

use crate::app::{App, part, ready, save, saved_json};
use crate::data;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What the numbers beside the curve are, by name.
fn beside(app: &mut App) -> Value {
    app.page.eval(
        "Object.fromEntries([...document.querySelectorAll('[data-testid^=\"at-\"][data-value]')]
         .map(e => [e.dataset.testid.slice(3), e.dataset.value]))",
    )
}

/// What a chart says of itself.
fn said(app: &mut App, name: &str) -> String {
    let chart = json!(part(&format!("chart-{name}")));
    app.page
        .wait_for(&format!("document.querySelector({chart})?.ariaLabel"));
    let text = app
        .page
        .eval(&format!("document.querySelector({chart}).ariaLabel"));
    text.as_str().unwrap().to_owned()
}

#[track_caller]
fn number(of: &Value) -> f64 {
    let text = of.as_str().unwrap_or_else(|| panic!("{of} is no text"));
    text.parse().unwrap()
}

#[test]
fn every_curve_can_be_chosen_and_follows_the_threshold() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("curves");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    app.page.choose(&part("threshold"), "0.3");
    ready(&mut app.page);
    app.page.wait_for(&format!(
        "document.querySelector({})?.innerText.startsWith('At threshold 0.3')",
        json!(format!("{} th", part("at-threshold")))
    ));
    let (_, report) = saved_json(&mut app.page);
    let curves = &report["curves"];
    let thresholds = curves["thresholds"].as_array().unwrap();
    let at = thresholds.iter().position(|t| t == 0.3).unwrap();
    let count = |name: &str| curves["current"][name].as_f64().unwrap();
    let above = |name: &str| curves["current"][name][at].as_f64().unwrap();
    let (tp, fp) = (above("tp"), above("fp"));
    let shown = beside(&mut app);
    for (name, value) in [
        ("recall", tp / count("positives")),
        ("fpr", fp / count("negatives")),
        ("precision", tp / (tp + fp)),
        (
            "lift",
            tp / (tp + fp) * (count("positives") + count("negatives")) / count("positives"),
        ),
    ] {
        let got = number(&shown[name]);
        assert!((got - value).abs() < 1e-12, "{name}: {got} is not {value}");
    }
    // The chart says the point that is marked.
    let rates = format!(
        "At threshold 0.3: False positive rate {:.3}, True positive rate {:.3}.",
        fp / count("negatives"),
        tp / count("positives")
    );
    let roc = said(&mut app, "curve");
    assert!(
        roc.contains(&rates.replace("0.3:", "0.3000:")) || roc.contains(&rates),
        "{roc}"
    );
    for (tab, chart, words) in [
        ("precision-recall", "curve", "Precision against recall of"),
        ("gain", "curve", "Cumulative gain of"),
        ("net-benefit", "cutoff", "Net benefit by threshold. At"),
        ("threshold", "cutoff", "Metrics by threshold. At"),
        ("calibration", "reliability", "Calibration by tenths."),
    ] {
        let name = json!(part(&format!("curve-{tab}")));
        app.page.click(&part(&format!("curve-{tab}")));
        app.page.wait_for(&format!(
            "document.querySelector({name}).getAttribute('aria-pressed') === 'true'"
        ));
        let text = said(&mut app, chart);
        assert!(text.starts_with(words), "{tab}: {text}");
        if tab == "threshold" {
            // A drag over it moves the threshold of the whole page.
            app.page.drag(&part("chart-cutoff"), 0.4, 0.7);
            app.page.wait_for(&format!(
                "document.querySelector({}).value !== '0.3'",
                json!(part("threshold-number"))
            ));
            app.page.choose(&part("threshold"), "0.6");
        }
    }
    let rows = app.page.eval(&format!(
        "document.querySelectorAll('{} tbody tr').length",
        part("tenths")
    ));
    assert_eq!(rows, 10);
    // The saved report has them too, at the threshold it was saved with.
    let saved = save(&mut app.page, "save-report");
    app.assert_quiet();
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    app.page.wait_for(&format!(
        "document.querySelector({})",
        json!(part("chart-curve"))
    ));
    let there = beside(&mut app);
    assert!(number(&there["recall"]) < number(&shown["recall"]));
}

#[test]
fn one_class_says_why_there_is_no_curve() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("curves-one-class");
    let mut log = "time,score,outcome\n".to_owned();
    for i in 0..200 {
        let (day, label) = (1 + i / 10, u8::from(i % 40 == 39));
        writeln!(log, "2026-01-{day:02}T00:00:00Z,0.{:03},{label}", i * 4).unwrap();
    }
    let log = data::file(&folder, "log.csv", log);
    app.read(&[&log]);
    assert!(said(&mut app, "curve").starts_with("ROC curve of 200 rows"));
    // Of the first three days no row is positive.
    app.page
        .eval("location.hash = 'range=2026-01-01T00:00:00Z..2026-01-04T00:00:00Z'");
    app.page.wait_for(&format!(
        "document.querySelector({})?.ariaLabel.includes('one class only')",
        json!(part("chart-curve"))
    ));
    ready(&mut app.page);
    app.assert_quiet();
}
