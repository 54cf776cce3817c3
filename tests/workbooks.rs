//! Excel workbooks, written by openpyxl and XlsxWriter (`tests/formats/make_xlsx.py`): each sheet gives the
//! table that the CSV beside it holds, on the way to the report too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use plumbline::read::{Bytes, ReadError, Trouble};
use plumbline::report::view::View;
use plumbline::unpack::{Chunks, Contents, Limits, Memory, Unpacked, unpack};
use serde_json::Value;

fn bytes_of(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/xlsx");
    std::fs::read(format!("{folder}/{name}")).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn open(name: &str, bytes: &[u8]) -> Result<Contents<Chunks>, ReadError> {
    unpack(name, &bytes, &mut Memory::default(), Limits::NATIVE)
}

fn csv_of(file: &Unpacked<Chunks>) -> Vec<u8> {
    file.file.read(0, file.file.size()).unwrap()
}

/// Name, CSV and troubles of the only sheet with a table.
#[track_caller]
fn only(name: &str) -> (String, Vec<u8>, Vec<Trouble>) {
    let found = open(name, &bytes_of(name)).unwrap();
    assert_eq!(found.skipped, []);
    let [file] = &found.files[..] else {
        panic!("{} files", found.files.len())
    };
    (file.name.clone(), csv_of(file), file.troubles.clone())
}

/// The cells of a CSV file; numbers as their value, whatever their text.
fn cells(csv: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv);
    let cell = |cell: &str| match cell.parse::<f64>() {
        Ok(number) if !cell.starts_with("00") => format!("{number:?}"),
        _ => cell.to_owned(),
    };
    reader
        .records()
        .map(|row| row.unwrap().iter().map(cell).collect())
        .collect()
}

/// A report without what tells of the files.
fn report(files: &[(&str, &[u8])]) -> Value {
    let report = pipeline::report(files, &View::default());
    let mut value = serde_json::to_value(&report).unwrap();
    assert!(value.as_object_mut().unwrap().remove("sources").is_some());
    value
}

#[test]
fn a_sheet_gives_the_cells_of_the_csv() {
    let plain = bytes_of("log.csv");
    let expected = cells(&plain);
    assert_eq!(expected.len(), 121);
    for name in [
        "openpyxl.xlsx",
        "since-1904.xlsx",
        "xlsxwriter.xlsx",
        "constant-memory.xlsx",
    ] {
        let (named, csv, troubles) = only(name);
        assert_eq!(named, name);
        assert_eq!(troubles, [], "{name}");
        let found = cells(&csv);
        for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found, expected, "{name}, row {row}");
        }
        assert_eq!(found.len(), expected.len());
        assert_eq!(
            report(&[("log.csv", &csv)]),
            report(&[("log.csv", &plain)]),
            "{name}"
        );
    }
}

#[test]
fn a_table_is_found_among_titles_and_notes() {
    let (_, csv, troubles) = only("beside.xlsx");
    let found = cells(&csv);
    let mut expected = cells(&bytes_of("log.csv"));
    for (row, cells) in expected.iter_mut().enumerate() {
        let index = row.checked_sub(1).map(|i| format!("{i}.0"));
        cells.insert(0, index.unwrap_or_default());
    }
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(found[row], *expected, "row {row}");
    }
    // The line of a row is its number in the sheet.
    assert!(csv.starts_with(b"\n\n\n\n,id,time,"));
    let told: Vec<(u64, u64, bool)> = troubles
        .iter()
        .map(|t| (t.line, t.count, t.row_lost))
        .collect();
    assert_eq!(told, [(0, 2, false), (89, 2, false)], "{troubles:?}");
    assert!(
        troubles[0]
            .reason
            .contains("Predictions of the credit model")
    );
    assert!(troubles[1].reason.contains("XFD90"), "{troubles:?}");
}

#[test]
fn every_sheet_with_a_table_is_a_file() {
    let found = open("book.xlsx", &bytes_of("sheets.xlsx")).unwrap();
    assert_eq!(found.skipped, []);
    let names: Vec<&str> = found.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["book.xlsx/Predictions 2025", "book.xlsx/Outcomes"]);
    let (predictions, outcomes) = (csv_of(&found.files[0]), csv_of(&found.files[1]));
    let files: [(&str, &[u8]); 2] = [(names[0], &predictions), (names[1], &outcomes)];
    let joined = pipeline::report(&files, &View::default());
    let plain = pipeline::report(&[("log.csv", &bytes_of("log.csv"))], &View::default());
    assert_eq!(joined.rows.joined, 103);
    for metric in ["roc_auc", "log_loss", "accuracy"] {
        let of = |report| pipeline::value(report, metric);
        assert_eq!(of(&joined), of(&plain), "{metric}");
    }
}

#[test]
fn every_kind_of_cell_is_what_is_seen() {
    let (_, csv, troubles) = only("cells.xlsx");
    assert_eq!(cells(&csv), cells(&bytes_of("cells.csv")));
    let [error] = &troubles[..] else {
        panic!("{troubles:?}")
    };
    assert_eq!((error.line, error.count, error.row_lost), (5, 2, false));
    assert!(
        error.reason.contains("B6") && error.reason.contains("#DIV/0!"),
        "{error:?}"
    );
    let (_, csv, troubles) = only("formulas.xlsx");
    assert_eq!(csv, b"id,twice\n0,\n1,\n2,\n3,\n4,\n");
    assert_eq!((troubles[0].line, troubles[0].count), (1, 5));
    assert!(troubles[0].reason.contains("B2") && troubles[0].reason.contains("never computed"));
}

#[test]
fn a_workbook_is_called_one_with_its_sheet() {
    for (name, told) in [
        ("openpyxl.xlsx", &["Excel workbook, sheet '"][..]),
        (
            "sheets.xlsx",
            &[
                "Excel workbook, sheet 'Predictions 2025'",
                "Excel workbook, sheet 'Outcomes'",
            ],
        ),
    ] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/xlsx");
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_plumbline"))
            .args(["report", &format!("{folder}/{name}")])
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        let sources = report["sources"].as_array().unwrap();
        let formats: Vec<&str> = sources
            .iter()
            .filter_map(|s| s["format"].as_str())
            .collect();
        assert_eq!(formats.len(), told.len());
        for (format, told) in formats.iter().zip(told) {
            assert!(
                format.starts_with(told) && !format.contains("CSV"),
                "{format}"
            );
            assert!(!format.contains("UTF-8"), "{format}");
        }
    }
}
