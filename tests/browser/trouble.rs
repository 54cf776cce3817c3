//! Files that are no data, rows that are broken, a reader who has seen enough.

use crate::app::{App, has, metrics, part, ready, saved_json};
use crate::data;
use std::fmt::Write;
use std::fs;

#[test]
fn a_file_that_is_no_table_is_named_and_the_page_stays_usable() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("no-table");
    let files = [
        data::file(&folder, "empty.csv", ""),
        data::file(
            &folder,
            "picture.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
        ),
        data::file(
            &folder,
            "noise.csv",
            (0..5_000u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 23) as u8)
                .collect::<Vec<_>>(),
        ),
        data::file(&folder, "prose.txt", "This is a letter, not a table.\n"),
    ];
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        app.page.drop_files("body", &[file]);
        // A file that is no table is an error; a table in which nothing is known is asked about.
        let told = format!(
            "[...document.querySelectorAll('{}, {}')].map(e => e.innerText).join(' ')",
            part("errors"),
            part("columns-panel")
        );
        app.page.wait_for(&format!("({told}).includes('{name}')"));
        let text = app.page.eval(&told);
        assert!(
            text.as_str().unwrap().trim().len() > name.len() + 20,
            "says no more than {text}"
        );
        app.page.wait_for(&format!("!({})", has("progress")));
        if app.page.eval(&format!("!!({})", has("start-over"))) == true {
            app.page.click(&part("start-over"));
        }
        app.page.wait_for(&has("drop-zone"));
    }
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    assert!(metrics(&mut app.page).contains_key("roc_auc"));
    app.assert_quiet();
}

#[test]
fn broken_rows_are_counted_and_cost_no_others() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("broken-rows");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    let text = fs::read_to_string(&predictions).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[100] = "r0000099,2025-01-01T23:59:00Z".to_owned();
    lines[200] = lines[200].replace("2025-", "no time ");
    fs::write(&predictions, lines.join("\n")).unwrap();
    app.read(&[&predictions, &outcomes]);
    let (_, report) = saved_json(&mut app.page);
    let rejected = report["rejected"].as_array().unwrap();
    let at = |line: u64| {
        rejected
            .iter()
            .any(|r| r["line"] == line && r["source"] == "predictions.csv")
    };
    assert!(at(101) && at(201), "{rejected:#?}");
    assert!(
        report["rows"]["predictions"].as_u64().unwrap() >= 2_998,
        "{}",
        report["rows"]
    );
    app.assert_quiet();
}

#[test]
fn reading_can_be_cancelled_at_once() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("cancelled");
    let mut big = "id,time,score,outcome\n".to_owned();
    for i in 0..2_000_000u32 {
        writeln!(
            big,
            "r{i},2025-01-{:02}T00:00:00Z,0.{:04},{}",
            i / 100_000 + 1,
            i.wrapping_mul(7_919) % 10_000,
            i % 2
        )
        .unwrap();
    }
    let big = data::file(&folder, "big.csv", big);
    app.page.eval(&format!(
        "window.cancelled = new Promise(done => new MutationObserver((_, observer) => {{
           const button = document.querySelector('{}');
           if (!button) return;
           observer.disconnect();
           const start = performance.now();
           button.click();
           const look = () => document.querySelector('{}') ? setTimeout(look) : done(performance.now() - start);
           look();
         }}).observe(document, {{ childList: true, subtree: true }})); true",
        part("cancel"),
        part("progress")
    ));
    app.page.drop_files(&part("drop-zone"), &[&big]);
    let took = app.page.eval("cancelled").as_f64().unwrap();
    println!("cancelled in {took:.0} ms");
    // 100 ms is the aim; on a machine that does other work too only an end that comes with the
    // file's own end is a fault.
    assert!(took < 1_000.0, "{took} ms");
    assert!(
        app.page.eval(&format!("!({})", has("health"))) == true,
        "a cancelled reading gives no report"
    );
    fs::remove_file(&big).unwrap();

    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    assert!(metrics(&mut app.page).contains_key("roc_auc"));
    ready(&mut app.page);
    app.assert_quiet();
}
