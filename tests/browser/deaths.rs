//! Workers that die. The reader is told, another worker goes on, and nothing that was there is lost.
//!
//! A worker dies as it does of a bug or of a lack of memory: of an error that nobody catches.

use crate::app::{App, assert_same, command_line, has, metrics, part, ready, saved_json};
use crate::data;

/// The first reading kills the worker that is asked for it.
const DIE_READING: &str = r#"(() => {
  const listen = onmessage;
  onmessage = (event) => {
    if (event.data[1].includes('"do":"read"')) throw new Error("killed while reading");
    listen.call(self, event);
  };
  return true;
})()"#;

/// The first reading runs into what Rust's allocator ends in where it gets no memory: a trap without a word.
const TRAP_READING: &str = r#"(() => {
  const listen = onmessage;
  const trap = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0,
    7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11]));
  onmessage = (event) => {
    if (event.data[1].includes('"do":"read"')) new WebAssembly.Instance(trap).exports.f();
    listen.call(self, event);
  };
  return true;
})()"#;

const DIE: &str = r#"setTimeout(() => { throw new Error("killed at rest") }), true"#;

/// What the page tells of errors.
fn told(app: &mut App) -> String {
    app.page.text(&part("errors"))
}

#[test]
fn a_worker_that_dies_while_it_reads_is_told_and_replaced() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("dies-reading");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    let before = metrics(&mut app.page);

    let readers = app.page.workers();
    for worker in &readers {
        assert_eq!(app.page.in_worker(worker, DIE_READING), true);
    }
    let (more, _) = data::predictions_and_outcomes(&data::folder("dies-reading-more"), 150);
    // A file of the same name and columns takes the place of the first one.
    app.page.drop_files("body", &[&more]);
    app.page.wait_for(&format!(
        "document.querySelector('{}').innerText.includes('killed while reading')",
        part("errors")
    ));
    assert!(
        told(&mut app).contains("predictions.csv"),
        "{}",
        told(&mut app)
    );
    ready(&mut app.page);
    app.page
        .wait_for("document.querySelector('[data-testid=\"metric-accuracy\"]')");
    let (text, _) = saved_json(&mut app.page);
    assert_same(&text, &command_line(&[&more, &outcomes], &["--out", "-"]));
    assert_ne!(metrics(&mut app.page), before);
    assert!(
        app.page.workers().iter().any(|w| !readers.contains(w)),
        "no worker was started anew"
    );
}

#[test]
fn a_worker_that_dies_with_the_rows_leaves_the_report_and_can_be_replaced() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("dies-keeping");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    let before = metrics(&mut app.page);
    let (json, _) = saved_json(&mut app.page);

    for worker in app.page.workers() {
        app.page.in_worker(&worker, DIE);
    }
    app.page.wait_for(&format!(
        "document.querySelector('{}').innerText.includes('killed at rest')",
        part("errors")
    ));
    assert_eq!(metrics(&mut app.page), before, "the report stays");
    let (again, _) = saved_json(&mut app.page);
    assert_same(&again, &json);

    // What needs rows reads them again.
    app.page.choose(&part("window"), "hour");
    app.page.wait_for(&format!(
        "document.querySelector('{}')?.value === 'hour' && !({})",
        part("window"),
        has("lack")
    ));
    ready(&mut app.page);
    crate::app::assert_becomes(
        &mut app.page,
        &command_line(
            &[&predictions, &outcomes],
            &["--window", "hour", "--out", "-"],
        ),
    );
}

#[test]
fn a_worker_without_memory_says_so_and_is_replaced() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("dies-of-memory");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    for worker in &app.page.workers() {
        assert_eq!(app.page.in_worker(worker, TRAP_READING), true);
    }
    let (more, _) = data::predictions_and_outcomes(&data::folder("dies-of-memory-more"), 150);
    app.page.drop_files("body", &[&more]);
    app.page.wait_for(&format!(
        "document.querySelector('{}').innerText.includes('it ran out of memory')",
        part("errors")
    ));
    ready(&mut app.page);
    assert!(
        told(&mut app).contains("A new worker read them instead"),
        "{}",
        told(&mut app)
    );
}
