//! A folder that is dropped, on a page of a host and on one opened from a file.

use crate::app::{App, assert_same, command_line, has, part, ready, saved_json};
use crate::{data, dist};
use std::fs;

#[test]
fn a_dropped_folder_gives_its_files() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("dropped-folder");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("later")).unwrap();
    let (_, outcomes) = data::predictions_and_outcomes(&folder, 100);
    let moved = folder.join("later/outcomes.csv");
    fs::rename(&outcomes, &moved).unwrap();
    data::file(&folder, ".hidden", "not,for,anyone\n");
    app.page.drop_files("body", &[&folder]);
    ready(&mut app.page);
    let (text, _) = saved_json(&mut app.page);
    // In order of their paths.
    let expected = command_line(&[&folder], &["--out", "-"]);
    assert!(expected.contains("dropped-folder/later/outcomes.csv"));
    assert_same(&text, &expected);
    app.assert_quiet();
}

#[test]
fn an_empty_folder_is_told() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("empty-folder");
    app.page.drop_files("body", &[&folder]);
    app.page.wait_for(&format!(
        "document.querySelector('{}').innerText.includes('holds no file')",
        part("errors")
    ));
    assert!(app.page.text(&part("errors")).contains("empty-folder"));
    app.assert_quiet();
}

#[test]
fn a_page_from_a_file_says_that_it_cannot_look_into_folders() {
    let Some(mut app) = App::open() else { return };
    let Some(dist) = dist() else { return };
    let folder = data::folder("folder-from-file");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.page
        .open(&format!("file://{}", dist.join("report.html").display()));
    app.page.wait_for(&has("drop-zone"));
    app.page.drop_files("body", &[&folder]);
    app.page.wait_for(&has("error"));
    let told = app.page.text(&part("errors"));
    assert!(
        told.contains("folder-from-file")
            && told.contains("cannot look into the folder")
            && told.contains("drop the files in it"),
        "{told}"
    );
    // The files themselves it reads.
    app.page.drop_files("body", &[&predictions, &outcomes]);
    ready(&mut app.page);
    app.assert_quiet();
}
