//! Compressed files, archives, and tables of many files: dropped, they give what the command line gives.

use crate::app::{App, assert_same, command_line, has, part, ready, saved_json};
use crate::data;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn compressed_files_give_the_bytes_of_the_plain_ones() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("compressed");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 2_000);
    let packed = |name: &str, path| data::file(&folder, name, gzip(&fs::read(path).unwrap()));
    let packed = [
        packed("predictions.csv.gz", &predictions),
        packed("outcomes.csv.gz", &outcomes),
    ];
    app.read(&[&packed[0], &packed[1]]);
    let (text, _) = saved_json(&mut app.page);
    let plain = command_line(&[&predictions, &outcomes], &["--out", "-"]);
    assert_same(&text, &plain);
    app.assert_quiet();
}

#[test]
fn an_archive_gives_the_tables_in_it_and_names_what_is_none() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("archive");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 200);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("log/predictions.csv", fs::read(&predictions).unwrap()),
        ("plot.png", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("outcomes.csv.gz", gzip(&fs::read(&outcomes).unwrap())),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let zip = data::file(&folder, "all.zip", zip.finish().unwrap().into_inner());
    app.read(&[&zip]);
    let (text, _) = saved_json(&mut app.page);
    let expected = command_line(&[&zip], &["--out", "-"]);
    assert!(expected.contains("all.zip/log/predictions.csv"));
    assert_same(&text, &expected);
    assert_eq!(
        app.page.text(&part("left-out")).trim(),
        "1 file in all.zip was left out: plot.png"
    );
    assert_eq!(app.page.text(&part("errors")), "");
    app.page.eval(&format!(
        "document.querySelector('{} details').open = true",
        part("left-out")
    ));
    let told = app.page.text(&part("left-out"));
    assert!(
        told.contains("all.zip/plot.png") && told.contains("PNG"),
        "{told}"
    );
    app.assert_quiet();
}

#[test]
fn unpacking_shows_how_far_it_is_and_can_be_cancelled() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("unpacking");
    let mut big = "id,time,score,outcome\n".to_owned();
    for i in 0..2_000_000_u32 {
        let score = i.wrapping_mul(2_654_435_761) >> 12;
        writeln!(big, "r{i},2025-01-01T00:00:00Z,0.{score:07},{}", i % 2).unwrap();
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(big.as_bytes()).unwrap();
    let big = data::file(&folder, "big.csv.gz", gzip.finish().unwrap());
    app.page.eval(&format!(
        "window.told = new Promise(done => {{
           const told = new Set();
           new MutationObserver((_, observer) => {{
             const progress = document.querySelector('{0}');
             if (!progress || !/Unpacking/.test(progress.innerText)) return;
             told.add(progress.innerText.replace(/\\s+/g, ' '));
             if (told.size < 3) return;
             observer.disconnect();
             document.querySelector('{1}').click();
             const look = () => document.querySelector('{0}') ? setTimeout(look) : done([...told].join('; '));
             look();
           }}).observe(document, {{ childList: true, subtree: true, characterData: true }});
         }}); true",
        part("progress"),
        part("cancel")
    ));
    app.page.drop_files(&part("drop-zone"), &[&big]);
    let told = app.page.eval("told");
    let told = told.as_str().unwrap();
    println!("{told}");
    assert!(
        told.matches("Unpacking big.csv.gz").count() == 3 && told.contains(" MB of "),
        "{told}"
    );
    // Nothing was found, and nothing went wrong.
    assert_eq!(app.page.text(&part("errors")), "");
    app.page.wait_for(&has("drop-zone"));
    fs::remove_file(&big).unwrap();
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 100);
    app.read(&[&predictions, &outcomes]);
    app.assert_quiet();
}

#[test]
fn a_file_that_was_cut_off_is_read_as_far_as_it_goes_and_the_loss_is_shown() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("cut-off");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 500);
    let packed = gzip(&fs::read(&predictions).unwrap());
    let cut = data::file(&folder, "cut.csv.gz", &packed[..packed.len() / 2]);
    app.read(&[&cut, &outcomes]);
    app.page.wait_for(&format!(
        "document.querySelector('{}')?.innerText.includes('ends early')",
        part("rejected")
    ));
    let (text, _) = saved_json(&mut app.page);
    assert_same(&text, &command_line(&[&cut, &outcomes], &["--out", "-"]));
    app.assert_quiet();
}

#[test]
fn a_parquet_part_without_its_end_is_read_beside_a_whole_one() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("cut-parquet");
    let of = |n: u8| {
        let path = format!("tests/formats/cut/polars-{n}.parquet");
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    };
    let (whole, other) = (of(0), of(1));
    let cut = data::file(&folder, "part-1.parquet", &other[..other.len() / 2]);
    // Alone it is refused, and nothing is shown.
    app.page.drop_files(&part("drop-zone"), &[&cut]);
    app.page.wait_for(&format!(
        "document.querySelector('{}')?.innerText.includes('together with a whole file of the same table')",
        part("errors")
    ));
    // Given later, a whole one tells its columns.
    let whole = data::file(&folder, "part-0.parquet", &whole);
    app.read(&[&whole]);
    assert_eq!(app.page.text(&part("errors")), "");
    app.page.wait_for(&format!(
        "document.querySelector('{}')?.innerText.includes('100 rows in 2 whole groups are used')",
        part("rejected")
    ));
    let (text, _) = saved_json(&mut app.page);
    assert_same(&text, &command_line(&[&whole, &cut], &["--out", "-"]));
    app.assert_quiet();
}

#[test]
fn a_folder_of_parts_is_one_table() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("folder-of-parts");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let (predictions, _) = data::predictions_and_outcomes(&folder, 100);
    let text = fs::read_to_string(&predictions).unwrap();
    fs::remove_file(&predictions).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    // More than a keeper is told of in one message.
    for (day, rows) in rows.chunks(20).enumerate() {
        let day = folder.join(format!("team=a%2Fb/day={:03}", day + 1));
        fs::create_dir_all(&day).unwrap();
        data::file(
            &day,
            "part-0.csv",
            format!("{header}\n{}\n", rows.join("\n")),
        );
        data::file(&day, "_SUCCESS", "");
    }
    app.page.drop_files("body", &[&folder]);
    ready(&mut app.page);
    let (text, _) = saved_json(&mut app.page);
    assert_same(&text, &command_line(&[&folder], &["--out", "-"]));
    assert!(text.contains("150 files: CSV"), "{text}");
    app.page.click(&part("columns"));
    app.page.wait_for(&has("file-0"));
    assert_eq!(
        app.page
            .eval("document.querySelectorAll('.file.card').length"),
        2,
        "the parts, and the outcomes"
    );
    app.assert_quiet();
}
