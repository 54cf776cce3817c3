//! The cells of one leaf for some rows of a group: page by page into a column, or gathered.

use super::super::cells::Cells;
use super::super::sink::{NOWHERE, Picks, Prepared, prepare};
use super::super::target::{Gathered, Target, plausible};
use super::leaves::Leaf;
use super::meta::Chunk;
use super::pages::{Data, Page, Pages};
use super::values::{Values, plain};
use crate::read::trouble::Troubles;
use crate::read::{Bytes, ReadError};
use std::ops::Range;

/// A leaf in one group.
pub(super) struct Column<'a> {
    pub file: &'a dyn Bytes,
    pub leaf: &'a Leaf,
    pub chunk: &'a Chunk,
    /// Rows of the group that are wanted.
    pub rows: Range<usize>,
}

impl Column<'_> {
    /// Most values that the leaf can have here.
    fn most(&self) -> u64 {
        plausible(self.file.size())
    }

    /// Appends the cells of a leaf that is in no list, decoding each page once; `line` is the row of
    /// the first.
    pub fn read(
        &self,
        target: &mut Target,
        line: u64,
        troubles: &mut Troubles,
    ) -> Result<(), ReadError> {
        let rows = &self.rows;
        let mut pages = Pages::new(self.file, self.leaf, self.chunk, self.most());
        let mut words: Option<Prepared> = None;
        let mut places = Vec::new();
        let mut row = 0;
        let mut why = "the column ends before its rows do".to_owned();
        while row < rows.end {
            let Some(page) = pages.next(|count| row + count <= rows.start)? else {
                break;
            };
            let first = row;
            let within = |count: usize| {
                let end = rows.end.min(first + count);
                rows.start.max(first).min(end) - first..end - first
            };
            match page {
                Page::Passed(count) => row += count,
                Page::Dictionary(cells) => {
                    words = Some(prepare(target.spec, cells, self.leaf.meaning));
                }
                Page::Lost(count, reason) => {
                    let at = line + target_rows(first, rows);
                    target.lose(within(count).len(), at, &reason, troubles);
                    row += count;
                    why = reason;
                }
                Page::Data(data) => {
                    let wanted = within(data.count);
                    let at = line + target_rows(first, rows);
                    row += data.count;
                    let sink = &mut target.sink;
                    if data.definition.is_empty() {
                        match (data.values, &mut words) {
                            (Values::Cells(cells), _) => {
                                let mut page = prepare(target.spec, cells, self.leaf.meaning);
                                sink.take(&mut page, Picks::Range(wanted), at, troubles);
                            }
                            (Values::Codes(codes), Some(words)) => {
                                let codes = codes.get(wanted).unwrap_or_default();
                                sink.take(words, Picks::Places(codes), at, troubles);
                            }
                            (Values::Codes(_), None) => {}
                        }
                        continue;
                    }
                    self.places(&data, &wanted, &mut places);
                    match (data.values, &mut words) {
                        (Values::Cells(cells), _) => {
                            let mut page = prepare(target.spec, cells, self.leaf.meaning);
                            sink.take(&mut page, Picks::Places(&places), at, troubles);
                        }
                        (Values::Codes(codes), Some(words)) => {
                            for place in places.iter_mut().filter(|p| **p != NOWHERE) {
                                *place = codes.get(*place as usize).copied().unwrap_or(NOWHERE);
                            }
                            sink.take(words, Picks::Places(&places), at, troubles);
                        }
                        (Values::Codes(_), None) => {}
                    }
                }
            }
        }
        let got = row.min(rows.end).saturating_sub(rows.start);
        target.lose(rows.len() - got, line + got as u64, &why, troubles);
        Ok(())
    }

    /// Where the values of some rows of a page are.
    fn places(&self, data: &Data, wanted: &Range<usize>, places: &mut Vec<u32>) {
        places.clear();
        let mut next = 0;
        for (row, &level) in data.definition.iter().enumerate().take(wanted.end) {
            let there = level == self.leaf.present;
            if row >= wanted.start {
                places.push(if there { next } else { NOWHERE });
            }
            next += u32::from(there);
        }
    }

    /// The cells of some rows, lists with all their items.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn gather(&self) -> Result<Gathered, ReadError> {
        let mut pages = Pages::new(self.file, self.leaf, self.chunk, self.most());
        let none = plain(self.leaf, Vec::new(), 0, 0);
        let mut out = Gathered {
            cells: none.unwrap_or_else(|| Cells::Int(Vec::new())),
            places: Vec::new(),
            starts: Vec::new(),
            absent: Vec::new(),
            lost: None,
        };
        let mut words = None;
        let mut row = 0;
        let flat = self.leaf.lists == 0;
        'pages: while let Some(page) = pages.next(|count| flat && row + count <= self.rows.start)? {
            let data = match page {
                Page::Passed(count) => {
                    row += count;
                    continue;
                }
                Page::Dictionary(cells) => {
                    words = Some(cells);
                    continue;
                }
                Page::Lost(_, reason) => {
                    // How many lists it held is not known, so neither are the rows behind it.
                    out.lost = Some(reason);
                    break;
                }
                Page::Data(data) => data,
            };
            let mut next = 0;
            let mut picked = Vec::new();
            let mut full = false;
            for i in 0..data.count {
                let level = data.definition.get(i).copied().unwrap_or(self.leaf.present);
                if flat || data.repetition.get(i) == Some(&0) {
                    full = row >= self.rows.end;
                    if full {
                        break;
                    }
                    row += 1;
                    if row > self.rows.start {
                        out.starts.push(out.places.len() as u32);
                        if !flat {
                            // An empty list is a level below its items, one that is missing further below.
                            out.absent.push(level + 1 < self.leaf.item);
                        }
                    }
                }
                let there = level == self.leaf.present;
                if !out.starts.is_empty() && (flat || level >= self.leaf.item) {
                    let place = (out.cells.len() + picked.len()) as u32;
                    out.places.push(if there { place } else { NOWHERE });
                    if there {
                        picked.push(next);
                    }
                }
                next += usize::from(there);
            }
            let kept = match (&data.values, &words) {
                (Values::Cells(cells), _) => out.cells.append(cells, picked.into_iter()),
                (Values::Codes(codes), Some(words)) => {
                    let picked = picked.into_iter().filter_map(|i| codes.get(i));
                    out.cells.append(words, picked.map(|&c| c as usize))
                }
                (Values::Codes(_), None) => false,
            };
            if !kept {
                out.lost = Some("its texts are too long together".into());
                break;
            }
            if full {
                break 'pages;
            }
        }
        Ok(out)
    }
}

/// How many wanted rows are before a row of the group.
fn target_rows(row: usize, rows: &Range<usize>) -> u64 {
    row.saturating_sub(rows.start) as u64
}
