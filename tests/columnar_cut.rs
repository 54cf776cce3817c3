//! Parquet files that have lost their end: what is whole in them is found again, and never anything else.

#![allow(clippy::unwrap_used, clippy::panic)]

mod columnar_help;

use columnar_help::{bytes_of, files, groups, inspected};
use plumbline::read::{
    Bytes, Mended, ReadError, Sniff, Spliced, ends_early, inspect, mend, read_groups,
};
use proptest::prelude::*;

/// A cut file beside a whole one.
fn mended(cut: &[u8], other: &[u8]) -> Result<Mended, ReadError> {
    assert!(ends_early(&cut).unwrap());
    mend(&cut, &[&other])
}

/// Asserts that a file that was made whole holds the first rows of the file that it was.
#[track_caller]
fn assert_first_rows(cut: &[u8], mended: &Mended, bytes: &[u8], whole: &Sniff) {
    let file = Spliced::new(cut, mended.whole, &mended.tail);
    assert!(!ends_early(&file).unwrap());
    let sniff = inspect("cut", &file).unwrap();
    let turns = 0..groups(&sniff);
    let found = read_groups(&whole.schema, &file, turns.clone()).unwrap();
    let first = read_groups(&whole.schema, &bytes, turns).unwrap();
    assert_eq!(found.lines, mended.rows);
    assert!(found.table.to_bytes() == first.table.to_bytes());
    assert_eq!(found.troubles, first.troubles);
    // In one piece or in two, it is the same file.
    let joined = file.read(0, file.size()).unwrap();
    assert_eq!(joined.len() as u64, file.size());
    let again = inspected("cut", &joined);
    assert_eq!((again.schema, again.cut), (sniff.schema, sniff.cut));
}

/// Cuts a file at many places, and gives how many rows were found at last.
#[track_caller]
fn cut_everywhere(name: &str, bytes: &[u8], step: usize) -> u64 {
    let sniff = inspected("cut", bytes);
    let mut before = 0;
    for end in (12..bytes.len()).step_by(step) {
        let cut = &bytes[..end];
        match mended(cut, bytes) {
            Err(why) => {
                assert!(why.found.contains("ends early"), "{why}");
                assert_eq!(before, 0, "{name} cut at {end}: {why}");
            }
            Ok(mended) => {
                assert!(mended.rows >= before, "{name} cut at {end}");
                if mended.rows > before {
                    assert_first_rows(cut, &mended, bytes, &sniff);
                }
                before = mended.rows;
            }
        }
    }
    before
}

fn rows(bytes: &[u8]) -> u64 {
    let sniff = inspected("cut", bytes);
    let all = read_groups(&sniff.schema, &bytes, 0..groups(&sniff));
    all.unwrap().lines
}

#[test]
fn what_is_found_is_the_first_rows() {
    for name in files("parquet") {
        let bytes = bytes_of(&name);
        // All groups but the footer: everything.
        assert_eq!(cut_everywhere(&name, &bytes, 5), rows(&bytes), "{name}");
    }
}

#[test]
fn what_other_writers_put_between_pages_is_passed() {
    for name in ["arrow14", "duckdb", "fastparquet", "polars-0", "polars-1"] {
        let bytes = bytes_of(&format!("cut/{name}.parquet"));
        assert_eq!(cut_everywhere(name, &bytes, 7), rows(&bytes), "{name}");
    }
}

#[test]
fn one_part_tells_the_columns_of_another() {
    let [whole, bytes] = ["0", "1"].map(|n| bytes_of(&format!("cut/polars-{n}.parquet")));
    let cut = &bytes[..bytes.len() / 2];
    let other: &[u8] = &bytes_of("log-none-plain-v1.parquet");
    let mended = mend(&cut, &[&other, &whole.as_slice()]).unwrap();
    assert_eq!(mended.like, Some(1));
    assert_first_rows(cut, &mended, &bytes, &inspected("cut", &bytes));
}

#[test]
fn pages_that_can_be_cut_in_two_ways_are_not_guessed() {
    // Numbers alone, ten rows a page: three columns of one page are one of three.
    let bytes = bytes_of("cut/plain.parquet");
    for end in [2_000, 3_000, 4_000] {
        let why = mended(&bytes[..end], &bytes).unwrap_err();
        assert!(why.found.contains("cannot be told"), "{end}: {why}");
    }
}

/// A whole file whose columns of doubles are said to be ones of whole numbers.
fn as_whole_numbers(bytes: &[u8]) -> Vec<u8> {
    let len = *bytes[..bytes.len() - 4].last_chunk().unwrap();
    let footer = bytes.len() - 8 - u32::from_le_bytes(len) as usize;
    let mut out = bytes.to_vec();
    // Type double, then repetition: required or optional.
    for at in footer..out.len() - 3 {
        if matches!(out[at..at + 4], [0x15, 0x0a, 0x25, 0 | 2]) {
            out[at + 1] = 4;
        }
    }
    assert_ne!(out, bytes);
    out
}

#[test]
fn columns_of_other_types_are_not_taken() {
    let bytes = bytes_of("log-none-plain-v1.parquet");
    let other = as_whole_numbers(&bytes);
    let cut = &bytes[..bytes.len() * 2 / 3];
    let why = mended(cut, &other).unwrap_err();
    assert!(why.found.contains("not those of the columns"), "{why}");
    // Beside one that has its own columns, it is none.
    let mended = mend(&cut, &[&other.as_slice(), &bytes.as_slice()]).unwrap();
    assert_eq!(mended.like, Some(1));
    for name in files("parquet").filter(|n| n.starts_with("kinds")) {
        let why = mend(&cut, &[&bytes_of(&name).as_slice()]).unwrap_err();
        assert!(
            why.found.contains("not those of the columns"),
            "{name}: {why}"
        );
    }
}

/// Reads whatever was made of a file.
fn read_whatever(cut: &[u8], mended: &Mended) {
    let file = Spliced::new(cut, mended.whole, &mended.tail);
    if let Ok(sniff) = inspect("cut", &file) {
        let part = read_groups(&sniff.schema, &file, 0..groups(&sniff)).unwrap();
        assert!(part.table.rows as u64 <= mended.rows);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_is_never_more_than_a_refusal(
        file in 0usize..8,
        end in 0.2f64..1.0,
        spots in prop::collection::vec((0.0f64..1.0, any::<u8>()), 1..6),
    ) {
        let names = [
            "cut/arrow14", "cut/duckdb", "cut/fastparquet", "cut/polars-0", "cut/plain",
            "kinds-v1", "log-zstd-dictionary-v2", "log-delta-v1",
        ];
        let whole = bytes_of(&format!("{}.parquet", names[file]));
        let mut cut = whole[..(whole.len() as f64 * end) as usize].to_vec();
        for (at, byte) in spots {
            let at = 4 + ((cut.len() - 4) as f64 * at) as usize;
            if let Some(spot) = cut.get_mut(at) {
                *spot = byte;
            }
        }
        if let Ok(mended) = mend(&cut.as_slice(), &[&whole.as_slice()]) {
            read_whatever(&cut, &mended);
        }
    }
}

#[test]
fn without_another_file_nothing_is_made_up() {
    for name in files("parquet") {
        let bytes = bytes_of(&name);
        let len = *bytes[..bytes.len() - 4].last_chunk().unwrap();
        let footer = bytes.len() - 8 - u32::from_le_bytes(len) as usize;
        let why = mend(&&bytes[..footer], &[]).unwrap_err();
        assert!(
            why.found.contains("names and types of its columns"),
            "{why}"
        );
        assert!(why.mend.contains("a whole file of the same table"), "{why}");
        // Where the footer was cut behind what it says of columns, it tells them itself.
        let cut = &bytes[..bytes.len() - 9];
        let mended = mend(&cut, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(mended.like, None);
        assert_first_rows(cut, &mended, &bytes, &inspected("cut", &bytes));
    }
}
