//! How long the page's own thread is held up, from the first visit to a saved report that is opened.
//!
//! No time is asserted: what a busy machine takes says little. It is told in the test's output
//! (`--nocapture`), as the processor's time of the longest task of each step, which other work on the
//! machine changes least, and as the clock's. `PLUMBLINE_BLOCKS=PREDICTIONS,OUTCOMES` measures with
//! files of one's own, `PLUMBLINE_FOLDER=FOLDER` with one of many files.

use crate::app::{App, has, part, ready, save};
use crate::data;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// Long enough for all that follows a wish of the reader to have begun.
const REST: Duration = Duration::from_millis(600);

/// Does something, and tells the longest tasks of the page's thread meanwhile.
fn step(app: &mut App, name: &str, action: impl FnOnce(&mut App)) {
    app.page.trace();
    action(app);
    std::thread::sleep(REST);
    let tasks = app.page.traced();
    let told: Vec<String> = tasks
        .iter()
        .take(4)
        .map(|(cpu, wall)| format!("{cpu:.0} ({wall:.0})"))
        .collect();
    println!("{name:<28} {} ms", told.join(", "));
    assert!(!tasks.is_empty(), "{name}: the page's thread was not seen");
}

/// Moves the threshold by a step a frame.
fn slide(app: &mut App) {
    app.page.eval(&format!(
        "(async () => {{
           const slider = document.querySelector({});
           for (let i = 0; i < 30; i++) {{
             slider.value = 0.3 + i / 100;
             slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
             await new Promise(done => requestAnimationFrame(done));
           }}
         }})()",
        json!(part("threshold"))
    ));
    ready(&mut app.page);
}

#[test]
fn the_longest_tasks_are_told() {
    let Some(mut app) = App::open() else { return };
    let given = std::env::var("PLUMBLINE_BLOCKS").ok();
    let (predictions, outcomes) = match given.as_deref().and_then(|g| g.split_once(',')) {
        Some((a, b)) => (PathBuf::from(a), PathBuf::from(b)),
        None => data::predictions_and_outcomes(&data::folder("blocks"), 300),
    };
    println!("longest tasks of the page's thread: processor's time (clock's time)");
    let url = app.server.url.clone();
    step(&mut app, "load", |app| {
        app.page.open(&url);
        app.page.wait_for(&has("drop-zone"));
    });
    step(&mut app, "example", |app| {
        app.page.click(&part("try-demo"));
        ready(&mut app.page);
    });
    app.page.open(&url);
    app.page.wait_for(&has("drop-zone"));
    step(&mut app, "drop, first report", |app| {
        app.read(&[&predictions, &outcomes]);
    });
    if let Ok(folder) = std::env::var("PLUMBLINE_FOLDER") {
        app.page.open(&url);
        app.page.wait_for(&has("drop-zone"));
        step(&mut app, "drop a folder", |app| {
            app.read(&[&PathBuf::from(folder)]);
        });
        return;
    }
    step(&mut app, "threshold", slide);
    step(&mut app, "windows of an hour", |app| {
        app.page.choose(&part("window"), "hour");
        ready(&mut app.page);
        app.page.wait_for(&format!("!({})", has("lack")));
    });
    step(&mut app, "threshold, by the hour", slide);
    step(&mut app, "brush", |app| {
        app.page.drag(&part("chart-volume"), 0.4, 0.6);
        app.page.click(&part("brush-look"));
        ready(&mut app.page);
    });
    step(&mut app, "all of it again", |app| {
        app.page.click(&part("range-reset"));
        ready(&mut app.page);
    });
    step(&mut app, "save as JSON", |app| {
        save(&mut app.page, "save-json");
    });
    let mut saved = PathBuf::new();
    step(&mut app, "save report", |app| {
        saved = save(&mut app.page, "save-report");
    });
    step(&mut app, "open saved report", |app| {
        app.page.open(&format!("file://{}", saved.display()));
        ready(&mut app.page);
    });
    step(&mut app, "threshold, saved report", slide);
    step(&mut app, "save saved report", |app| {
        save(&mut app.page, "save-report");
    });
    app.assert_quiet();
}
