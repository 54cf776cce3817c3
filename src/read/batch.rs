//! Where the cells of a few thousand records are: what a format finds, and columns are made from.
//!
//! Reading goes in two steps. A format walks over the text and notes the place of each cell, row by
//! row; then each column reads its cells from top to bottom. So a format knows nothing of numbers or
//! times, a lost row leaves no half of itself in any column, columns that nobody wants cost nothing,
//! and each loop does one thing.

use super::reader::MAX_RECORD;
use super::trouble::{Fault, Troubles};

/// Cells of a batch, at least one row.
const CELLS: usize = 8_192;
/// Set in [`Cell::len`] where the text is in the side buffer.
const ASIDE: u32 = 1 << 31;
/// A batch ends before its places outgrow 31 bits.
const SPAN: usize = 1 << 30;

/// The place of a cell's text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    start: u32,
    len: u32,
}

/// A text with what follows it, so that eight bytes can be loaded at once though it is shorter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Opening<'a> {
    /// The first `len` bytes of a text.
    pub fn new(rest: &'a [u8], len: usize) -> Self {
        Self { rest, len }
    }

    /// The text alone.
    #[inline(always)]
    pub fn text(self) -> &'a [u8] {
        self.rest.get(..self.len).unwrap_or_default()
    }

    /// Its length in bytes.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.len
    }

    /// Eight bytes from `skip` on, the first one lowest; what is behind the text may be anything.
    #[inline(always)]
    pub fn word(self, skip: usize) -> Option<u64> {
        let word = self.rest.get(skip..)?.first_chunk::<8>()?;
        Some(u64::from_le_bytes(*word))
    }
}

/// Places of the cells of some records.
#[derive(Debug)]
pub(super) struct Batch {
    /// Cells of a record.
    pub width: usize,
    /// Line breaks passed since the shard's first record.
    pub line: u64,
    /// Bytes of the longest record that is read.
    pub longest: usize,
    most: usize,
    base: usize,
    cells: Vec<Cell>,
    lines: Vec<u64>,
    aside: Vec<u8>,
    /// Columns of the row that is being built whose cell was set more than once.
    doubled: Vec<usize>,
    /// Names in that row that no column has.
    unknown: Vec<String>,
}

impl Batch {
    /// An empty batch for records of so many cells.
    pub fn new(width: usize) -> Self {
        Self::with_rows(width, (CELLS / width.max(1)).max(8))
    }

    /// An empty batch of at most so many rows.
    pub fn with_rows(width: usize, most: usize) -> Self {
        Self {
            width,
            line: 0,
            longest: MAX_RECORD,
            most,
            base: 0,
            cells: Vec::new(),
            lines: Vec::new(),
            aside: vec![0],
            doubled: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Forgets the records; places from now on are at or behind `base`.
    pub fn clear(&mut self, base: usize) {
        self.base = base;
        self.cells.clear();
        self.lines.clear();
        self.aside.clear();
        self.aside.push(0);
    }

    /// Rows held.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Whether a record that starts at this place has to wait for the next batch.
    #[inline]
    pub fn is_full(&self, at: usize) -> bool {
        self.rows() >= self.most || at - self.base > SPAN || self.aside.len() > SPAN
    }

    /// Appends a cell to the row that is being built.
    #[inline(always)]
    pub fn push(&mut self, start: usize, end: usize) {
        self.cells.push(self.place(start, end));
    }

    #[inline(always)]
    fn place(&self, start: usize, end: usize) -> Cell {
        Cell {
            start: (start - self.base) as u32,
            len: (end - start) as u32,
        }
    }

    /// Starts a row whose cells are all missing, to be filled by [`Batch::set`].
    pub fn open_row(&mut self) {
        let cells = self.lines.len() * self.width + self.width;
        self.cells.resize(cells, Cell::default());
    }

    /// Sets a cell of the row that was opened.
    #[inline]
    pub fn set(&mut self, column: usize, start: usize, end: usize) {
        let cell = self.place(start, end);
        self.put(column, cell);
    }

    #[inline(always)]
    fn put(&mut self, column: usize, cell: Cell) {
        let row = self.lines.len() * self.width;
        if let Some(place) = self.cells.get_mut(row + column) {
            let was = std::mem::replace(place, cell);
            // No cell that was set is at 0: it has a key or a bracket before it, or the byte that the
            // side buffer begins with.
            if was.start != 0 {
                self.doubled(column);
            }
        }
    }

    #[cold]
    fn doubled(&mut self, column: usize) {
        if !self.doubled.contains(&column) {
            self.doubled.push(column);
        }
    }

    /// Names in the open row that no column has.
    pub fn unknown(&mut self) -> &mut Vec<String> {
        &mut self.unknown
    }

    /// Keeps the row that was built by [`Batch::set`], and counts the columns that were set more than
    /// once and the names that no column has.
    #[inline]
    pub fn keep_set_row(&mut self, line: u64, troubles: &mut Troubles) {
        self.keep_row(line);
        if !self.doubled.is_empty() {
            self.tell_doubled(line, troubles);
        }
        if !self.unknown.is_empty() {
            self.tell_unknown(line, troubles);
        }
    }

    #[cold]
    fn tell_unknown(&mut self, line: u64, troubles: &mut Troubles) {
        self.unknown.sort_unstable();
        self.unknown.dedup();
        for name in self.unknown.drain(..) {
            troubles.unknown(&name, line);
        }
    }

    #[cold]
    fn tell_doubled(&mut self, line: u64, troubles: &mut Troubles) {
        for column in self.doubled.drain(..) {
            troubles.cell(Fault::Doubled, column, line, || {
                "found more than one value for the key in one object, expected one; the last value counts, \
                 as in other readers of JSON; write each key once"
                    .into()
            });
        }
    }

    /// The side buffer, for a text that differs from the file's bytes; it ends the cell that began
    /// at its length before.
    pub fn aside(&mut self) -> &mut Vec<u8> {
        &mut self.aside
    }

    /// Appends a cell whose text was put aside from `start`.
    pub fn push_aside(&mut self, start: usize) {
        let cell = self.aside_place(start);
        self.cells.push(cell);
    }

    /// Sets a cell of the open row to the text that was put aside from `start`.
    pub fn set_aside(&mut self, column: usize, start: usize) {
        let cell = self.aside_place(start);
        self.put(column, cell);
    }

    fn aside_place(&self, start: usize) -> Cell {
        Cell {
            start: start as u32,
            len: (self.aside.len() - start) as u32 | ASIDE,
        }
    }

    /// Keeps the row that was built; it started at the line given.
    #[inline]
    pub fn keep_row(&mut self, line: u64) {
        self.lines.push(line);
    }

    /// Drops the row that was built.
    pub fn drop_row(&mut self) {
        self.cells.truncate(self.lines.len() * self.width);
        self.doubled.clear();
        self.unknown.clear();
    }

    /// The texts of a column from top to bottom.
    #[inline(always)]
    pub fn column<'a>(&'a self, text: &'a [u8], column: usize) -> impl Iterator<Item = &'a [u8]> {
        self.openings(text, column).map(Opening::text)
    }

    /// As [`Batch::column`], each text with what follows it.
    #[inline(always)]
    pub fn openings<'a>(
        &'a self,
        text: &'a [u8],
        column: usize,
    ) -> impl Iterator<Item = Opening<'a>> {
        let text = text.get(self.base..).unwrap_or_default();
        let cells = self.cells.get(column..).unwrap_or_default();
        cells.iter().step_by(self.width.max(1)).map(move |cell| {
            let (from, len) = if cell.len & ASIDE == 0 {
                (text, cell.len)
            } else {
                (self.aside.as_slice(), cell.len ^ ASIDE)
            };
            Opening {
                rest: from.get(cell.start as usize..).unwrap_or_default(),
                len: len as usize,
            }
        })
    }

    /// The line at which a row starts.
    pub fn line_of(&self, row: usize) -> u64 {
        self.lines[row]
    }
}
