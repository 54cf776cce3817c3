//! The tables that hold what has no card.

use crate::app::{App, part, ready, saved_json};
use crate::data;
use serde_json::json;
use std::path::Path;

/// Opens the table of all metrics.
fn unfold(app: &mut App) {
    let fold = json!(part("all-metrics"));
    app.page
        .eval(&format!("document.querySelector({fold}).open = true"));
    app.page.wait_for(&format!(
        "document.querySelector({fold}).querySelector('tbody tr')"
    ));
}

#[test]
fn the_table_holds_every_metric_of_the_report() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("every-metric");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    unfold(&mut app);
    let shown = app.page.eval(
        "Object.fromEntries([...document.querySelectorAll('[data-testid^=\"all-\"][data-value]')]
         .map(e => [e.dataset.testid.slice(4), e.dataset.value]).filter(([, value]) => value !== ''))",
    );
    let (_, report) = saved_json(&mut app.page);
    let metrics = report["overall"]["metrics"].as_object().unwrap();
    let defined = metrics.iter().filter(|m| m.1["value"].is_number());
    let mut compared = 0;
    for (name, estimate) in defined {
        let text = shown[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} is not there"));
        assert_eq!(
            text.parse::<f64>().ok(),
            estimate["value"].as_f64(),
            "{name}"
        );
        compared += 1;
    }
    assert!(
        compared > 25 && shown.as_object().unwrap().len() == compared,
        "{compared}"
    );
    // A name opens what the metric tells, and draws it.
    let row = "[...document.querySelectorAll('[data-testid=\"all-metrics\"] .link')].find(b => b.innerText === 'MCC')";
    app.page.eval(&format!("{row}.click()"));
    let told = "document.querySelector('[data-testid=\"all-metrics\"] .told')";
    app.page.wait_for(&format!(
        "{told}?.innerText.includes('matthews_corrcoef(y_true, y_pred)')"
    ));
    app.page.eval(&format!(
        "{told}.parentElement.querySelector('.button').click()"
    ));
    app.page.wait_for(
        "document.querySelector('#performance figcaption').innerText === 'MCC over time'",
    );
    app.assert_quiet();
}

#[test]
fn several_classes_have_a_table_of_their_own() {
    let Some(mut app) = App::open() else { return };
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/multiclass.csv");
    app.read(&[&log]);
    ready(&mut app.page);
    app.page
        .wait_for("document.querySelectorAll('[data-testid=\"classes\"] tbody tr').length === 4");
    let (_, report) = saved_json(&mut app.page);
    let worst = report["classes"].as_array().unwrap().iter();
    let worst = worst.min_by(|a, b| {
        let f1 = |c: &serde_json::Value| c["f1"]["value"].as_f64().unwrap();
        f1(a).total_cmp(&f1(b))
    });
    let first = app.page.text("[data-testid=\"classes\"] tbody tr td");
    assert_eq!(Some(first.as_str()), worst.unwrap()["label"].as_str());
    app.assert_quiet();
}

/// A click on a number, or Enter, shows what it is beside it; Escape closes that and gives the focus back.
#[test]
fn a_number_says_what_it_is() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("numbers-tell");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    unfold(&mut app);
    let open = |title: &str, text: &str| {
        format!(
            "(() => {{ const e = document.querySelector('#telling:popover-open');
               return e?.querySelector('h3').innerText === {} && e.innerText.includes({}); }})()",
            json!(title),
            json!(text)
        )
    };
    app.page
        .click("[data-testid=\"metric-brier_score\"] .tells");
    app.page.wait_for(&open("Brier score", "0 to 1"));
    // Of another number at once, without closing the first.
    app.page
        .click("[data-testid=\"all-matthews_corrcoef\"] .tells");
    app.page.wait_for(&open("MCC", "−1 to 1"));
    app.page.wait_for(&open(
        "MCC",
        "all outcomes, or all predicted labels, are of one class",
    ));
    let focus = "document.activeElement.closest('td')?.dataset.testid";
    app.page.press("Escape");
    app.page
        .wait_for("!document.querySelector('#telling:popover-open')");
    assert_eq!(app.page.eval(focus), "all-matthews_corrcoef");
    app.page.press("Enter");
    app.page
        .wait_for(&open("MCC", "matthews_corrcoef(y_true, y_pred)"));
    app.assert_quiet();
}
