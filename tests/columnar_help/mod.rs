//! Reads columnar files as the engine does.

#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

use plumbline::read::{Bytes, Cut, Part, ReadError, Sniff, inspect, read_groups, read_groups_at};
use plumbline::table::Table;
use std::cell::Cell;
use std::ops::Range;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats")
}

/// The names of the files of `tests/formats` that end so.
pub fn files(ending: &str) -> impl Iterator<Item = String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(&format!(".{ending}")))
        .collect();
    names.sort();
    names.into_iter()
}

pub fn bytes_of(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).unwrap()
}

#[track_caller]
pub fn inspected(name: &str, bytes: &[u8]) -> Sniff {
    inspect(name, &bytes).unwrap_or_else(|e| panic!("{e}"))
}

pub fn groups(sniff: &Sniff) -> u64 {
    let Cut::Groups(groups) = &sniff.cut else {
        return 1;
    };
    groups.len() as u64
}

/// All groups at once.
#[track_caller]
pub fn read_all(sniff: &Sniff, bytes: &[u8]) -> Part {
    read_groups(&sniff.schema, &bytes, 0..groups(sniff)).unwrap()
}

/// Group by group, each found by its place and without.
pub fn read_in_turns(sniff: &Sniff, bytes: &[u8]) -> (Table, u64) {
    let mut table = Table::default();
    let mut lines = 0;
    for group in 0..groups(sniff) {
        let part = read_groups(&sniff.schema, &bytes, group..group + 1).unwrap();
        let (placed, _) = read_placed(sniff, bytes, group..group + 1);
        assert!(
            placed.table.to_bytes() == part.table.to_bytes(),
            "group {group}"
        );
        assert_eq!(
            (placed.lines, &placed.troubles),
            (part.lines, &part.troubles)
        );
        assert_eq!((part.first, part.next), (group, group + 1));
        table.append(part.table);
        lines += part.lines;
    }
    (table, lines)
}

/// A file that counts.
struct Counted<'a>(&'a [u8], Cell<u64>);

impl Bytes for Counted<'_> {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        self.1.set(self.1.get() + to - from);
        self.0.read(from, to)
    }
}

/// Some groups by their places, and how many bytes of the file are read for them.
pub fn read_placed(sniff: &Sniff, bytes: &[u8], groups: Range<u64>) -> (Part, u64) {
    let file = Counted(bytes, Cell::new(0));
    let part = read_groups_at(&sniff.schema, &file, groups, &sniff.places).unwrap();
    (part, file.1.get())
}

/// How many bytes of the file are read for the wanted columns.
pub fn bytes_read(sniff: &Sniff, bytes: &[u8]) -> u64 {
    let file = Counted(bytes, Cell::new(0));
    read_groups(&sniff.schema, &file, 0..groups(sniff)).unwrap();
    file.1.get()
}
