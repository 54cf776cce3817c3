//! Lists of labels: of words, or of whole numbers of which rows have now more, now fewer. Each list is a cell,
//! `["news","sport"]`, as that of JSON is.

use super::blocks;
use super::cells::{Cells, Meaning, Texts};
use super::sample::Sample;
use super::sink::NOWHERE;
use super::target::Gathered;
use crate::read::items::{Arrays, CELL, Items, MOST, write_item};
use crate::table::Kind;

/// The first lists of a leaf.
#[derive(Default)]
pub(super) struct Lists {
    kinds: Arrays,
    cells: Vec<Vec<u8>>,
}

impl Lists {
    /// Takes the lists of so many rows.
    pub fn take(&mut self, found: &Gathered, meaning: Meaning, rows: usize) {
        let words = matches!(found.cells, Cells::Text(_)) && meaning != Meaning::Uuid;
        let whole = matches!(found.cells, Cells::Int(_))
            && matches!(meaning, Meaning::Plain | Meaning::Unsigned);
        for row in 0..rows {
            let items = found.row(row);
            let mut cell = Vec::new();
            if let Some(true) = found.has_list(row) {
                self.kinds.saw(match items.len() {
                    0 => Items::Empty,
                    _ if words => Items::Words,
                    n if whole && !items.contains(&NOWHERE) => Items::Whole(n),
                    n => Items::Numbers(n),
                });
                write(found, meaning, row, &mut cell);
            }
            self.cells.push(cell);
        }
    }

    /// Puts the lists in the place of the columns of their items, where they are sets.
    pub fn settle(
        self,
        samples: &mut Vec<Sample>,
        start: usize,
        name: &str,
        notes: &mut Vec<String>,
    ) {
        if self.kinds.are_sets() {
            samples.truncate(start);
            samples.push(Sample {
                name: name.into(),
                cells: self.cells,
                kind: Some(Kind::Category),
            });
            let told = format!(" items of {name}");
            notes.retain(|note| !note.ends_with(&told));
        }
    }
}

/// The lists of the first `rows` rows, one text each, and where each row's is. There are fewer places than rows
/// where the texts together are too long.
pub(super) fn cells(found: &Gathered, meaning: Meaning, rows: usize) -> (Cells, Vec<u32>) {
    let mut texts = Texts::default();
    let mut places = Vec::with_capacity(rows);
    for row in 0..rows {
        if found.has_list(row) != Some(true) {
            places.push(NOWHERE);
            continue;
        }
        let start = texts.bytes.len();
        write(found, meaning, row, &mut texts.bytes);
        if texts.bytes.len() > blocks::MOST {
            break;
        }
        places.push(texts.spans.len() as u32);
        let len = texts.bytes.len() - start;
        texts.spans.push((start as u32, len as u32));
    }
    (Cells::Text(texts), places)
}

/// Appends the list of a row; of items that are missing nothing is written.
fn write(found: &Gathered, meaning: Meaning, row: usize, out: &mut Vec<u8>) {
    let start = out.len();
    let items = found.row(row);
    let mut item = Vec::new();
    out.push(b'[');
    for place in items.iter().filter(|p| **p != NOWHERE) {
        if out.len() > start + 1 {
            out.push(b',');
        }
        item.clear();
        found.cells.write(*place as usize, meaning, &mut item);
        match found.cells {
            Cells::Text(_) => write_item(&item, out),
            _ => out.extend_from_slice(&item),
        }
        if out.len() - start > CELL {
            break;
        }
    }
    out.push(b']');
    if items.len() > MOST || out.len() - start > CELL {
        // As in JSON: it is there, and not read.
        out.truncate(start);
        out.extend_from_slice("[…]".as_bytes());
    }
}
