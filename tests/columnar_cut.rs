//! Parquet files that have lost their end: what is whole in them is found again, and never anything else.

#![allow(clippy::unwrap_used, clippy::panic)]

mod columnar_help;

use columnar_help::{bytes_of, files, groups, inspected};
use plumbline::read::{
    Bytes, Mended, ReadError, Sniff, Spliced, ends_early, inspect, mend, read_groups,
};

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

#[test]
fn what_is_found_is_the_first_rows() {
    for name in files("parquet") {
        let bytes = bytes_of(&name);
        let sniff = inspected("cut", &bytes);
        let (mut before, mut found) = (0, 0);
        for end in (12..bytes.len()).step_by(5) {
            let cut = &bytes[..end];
            match mended(cut, &bytes) {
                Err(why) => {
                    assert!(why.found.contains("ends early"), "{why}");
                    assert!(why.found.contains("none of its groups"), "{why}");
                    assert_eq!(before, 0, "{name} cut at {end}: {why}");
                }
                Ok(mended) => {
                    assert!(mended.rows >= before, "{name} cut at {end}");
                    if mended.rows > before {
                        assert_first_rows(cut, &mended, &bytes, &sniff);
                        found += 1;
                    }
                    before = mended.rows;
                }
            }
        }
        // All groups but the footer: everything.
        let all = read_groups(&sniff.schema, &bytes.as_slice(), 0..groups(&sniff)).unwrap();
        assert_eq!(before, all.lines, "{name}");
        assert!(found >= 1, "{name}");
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
