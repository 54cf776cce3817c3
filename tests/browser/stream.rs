//! Rows that are counted as they pass instead of being kept.

use crate::app::{App, assert_becomes, command_line, has, part};
use crate::data;
use std::fmt::Write as _;
use std::fs;

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

#[test]
fn while_a_large_file_is_read_the_page_tells_rows_a_second() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("rows-a-second");
    let mut big = "id,time,score,outcome\n".to_owned();
    for i in 0..3_000_000_u32 {
        let score = i.wrapping_mul(2_654_435_761) >> 12;
        writeln!(
            big,
            "r{i},2025-01-{:02}T00:00:00Z,0.{score:07},{}",
            i / 100_000 + 1,
            i % 2
        )
        .unwrap();
    }
    let big = data::file(&folder, "big.csv", big);
    app.page.eval(&format!(
        "window.told = new Promise(done => {{
           new MutationObserver((_, observer) => {{
             const progress = document.querySelector('{0}');
             const text = progress ? progress.innerText.replace(/\\s+/g, ' ') : '';
             if (!text.includes('rows/s')) return;
             observer.disconnect();
             done(text);
           }}).observe(document, {{ childList: true, subtree: true, characterData: true }});
         }}); true",
        part("progress")
    ));
    app.page.drop_files(&part("drop-zone"), &[&big]);
    let told = app.page.eval("told");
    let told = told.as_str().unwrap();
    println!("{told}");
    // `12.4 MB of 80 MB 1 200 000 rows 900 k rows/s`: of what is read, and none of nothing.
    let rate = told.split(" rows/s").next().unwrap();
    assert!(rate.contains(" rows") && rate.contains(" MB of "), "{told}");
    assert!(rate.chars().any(|c| ('1'..='9').contains(&c)), "{told}");
    app.page.wait_for(&format!("!({})", has("progress")));
    fs::remove_file(&big).unwrap();
    app.assert_quiet();
}
