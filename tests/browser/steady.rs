//! What comes late (estimates, drift, how errors are distributed) moves nothing that the reader looks at.

use crate::app::{App, has, part, ready};
use crate::data;
use serde_json::json;
use std::fs;
use std::path::Path;

/// Keeps back what the page asks of the rows after its first report, until `letGo()`.
const HOLD: &str = r#"(() => {
    const post = Worker.prototype.postMessage, held = [];
    Worker.prototype.postMessage = function (...args) {
        const text = Array.isArray(args[0]) ? String(args[0][1]) : '';
        if (/refine/i.test(text.slice(0, 40))) held.push(() => post.apply(this, args));
        else post.apply(this, args);
    };
    window.held = held;
    window.letGo = () => { Worker.prototype.postMessage = post; held.splice(0).forEach(send => send()); };
})()"#;

/// The top of each heading on the page, by its section and kind. Its text may change: a fold tells what it holds.
const PLACES: &str = "Object.fromEntries([...document.querySelectorAll('main :is(h1, h2, h3, figcaption, summary)')]
    .filter(e => e.getClientRects().length)
    .map((e, i) => [`${i} ${e.closest('section[id]')?.id} ${e.tagName}`, e.getBoundingClientRect().y + scrollY]))";

/// As far as a line of text may round.
const FEW_PX: f64 = 3.0;

#[track_caller]
fn nothing_moves(app: &mut App, files: &[&Path], come: &[&str]) {
    app.page.eval(HOLD);
    app.page.drop_files("body", files);
    ready(&mut app.page);
    app.page.wait_for("held.length > 0");
    for late in come {
        let there = format!("!!document.querySelector({})", json!(late));
        assert!(app.page.eval(&there) == false, "{late} is there at once");
    }
    for width in [1280, 390] {
        app.page.look(width, 900, 1.0, "light");
    }
    let mut before = Vec::new();
    for width in [1280, 390] {
        before.push(places(app, width));
    }
    app.page.eval("letGo()");
    for late in come {
        app.page
            .wait_for(&format!("document.querySelector({})", json!(late)));
    }
    ready(&mut app.page);
    for (width, before) in [1280, 390].into_iter().zip(before) {
        let after = places(app, width);
        let moved: Vec<String> = before
            .iter()
            .filter_map(|(name, was)| {
                let now = after.get(name).copied();
                let stays = now.is_some_and(|now| (now - was).abs() <= FEW_PX);
                (!stays).then(|| format!("{name}: {was} → {now:?}"))
            })
            .collect();
        assert!(
            moved.is_empty() && before.len() == after.len(),
            "{width} px: {moved:#?}"
        );
    }
    app.page.look(1280, 900, 1.0, "light");
    app.assert_quiet();
}

fn places(app: &mut App, width: u32) -> std::collections::BTreeMap<String, f64> {
    app.page.look(width, 900, 1.0, "light");
    // Charts take their new width first.
    app.page
        .eval("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    let found = app.page.eval(PLACES);
    let found = found.as_object().unwrap();
    assert!(found.len() > 8, "{found:?}");
    let place = |(name, y): (&String, &serde_json::Value)| (name.clone(), y.as_f64().unwrap());
    found.iter().map(place).collect()
}

/// Estimates of the drawn metric are told.
const ESTIMATES: &str = "[data-testid=estimates] .told p";
/// Columns are compared.
const DRIFT: &str = "[data-testid=drift][aria-busy=false]";

#[test]
fn late_results_move_no_heading() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("steady");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    nothing_moves(&mut app, &[&predictions, &outcomes], &[ESTIMATES, DRIFT]);
}

#[test]
fn nor_where_no_outcome_is_in() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("steady-none");
    let (reference, analysis) = data::reference_and_analysis(&folder, 100);
    nothing_moves(&mut app, &[&reference, &analysis], &[ESTIMATES, DRIFT]);
    assert!(app.page.eval(&has("estimates")) != false);
}

#[test]
fn nor_where_errors_are_numbers() {
    let Some(mut app) = App::open() else { return };
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/residuals.csv");
    let tails = format!("{} tbody tr", part("tails"));
    nothing_moves(&mut app, &[&log], &[&tails, DRIFT]);
    let rows = fs::read_to_string(&log).unwrap().lines().count() - 1;
    let shown = app.page.text(&format!("{} .fact dd", "#health"));
    assert_eq!(shown.replace('\u{202f}', ""), rows.to_string());
}
