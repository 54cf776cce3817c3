//! Rows that are counted as they pass instead of being kept.

use crate::app::{App, assert_becomes, command_line, part};
use crate::data;

#[test]
fn rows_that_pass_give_what_the_command_line_gives() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("stream");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 6_000);
    // The order in which they are given does not matter: outcomes are read first.
    app.read(&[&predictions, &outcomes]);
    app.page.click(&part("columns"));
    app.page.choose(&part("rows-mode"), "streamed");
    app.page
        .wait_for("document.body.innerText.includes('counted as they passed and not kept')");
    let files = [predictions.as_path(), outcomes.as_path()];
    let expected = command_line(&files, &["--stream", "--out", "-"]);
    let report = assert_becomes(&mut app.page, &expected);
    assert_eq!(report["streamed"], true);
    // What is not exact says within what bound.
    app.page
        .wait_for("/≈[^]*exact within/.test(document.body.innerText)");
    let drift = report["drift"]["columns"].as_array();
    assert!(drift.is_some_and(|columns| !columns.is_empty()));

    // Segments were not counted by the hour: the files are read again for it.
    app.page.choose(&part("window"), "hour");
    let view = ["--stream", "--window", "hour", "--out", "-"];
    assert_becomes(&mut app.page, &command_line(&files, &view));
    app.assert_quiet();
}
