//! The table in a sheet, as CSV: where it begins, and which columns it has.
//!
//! A sheet may hold a title above its table and notes beside it. The first rows tell where the header is:
//! it has about as many cells as the widest of them. A row of the sheet is the same line of the CSV, as
//! long as no cell holds line breaks, so that what is told of a line is found in the sheet.

use super::rows::{Row, letters};
use super::told::{Fault, Told};

/// Rows, and bytes of them, that are looked at before the first is written.
const LOOK: usize = 50;
const LOOK_BYTES: usize = 8 << 20;

/// The table that is being written.
#[derive(Default)]
pub(super) struct Grid {
    first: Vec<Row>,
    bytes: usize,
    /// First and last column, once they are known.
    columns: Option<(u32, u32)>,
    /// Lines written.
    lines: u32,
}

impl Grid {
    /// Takes a row and writes what can be written.
    pub fn take(&mut self, row: &mut Row, told: &mut Told, out: &mut Vec<u8>) {
        if row.filled() == 0 {
            return;
        }
        if let Some(columns) = self.columns {
            return self.write(row, columns, told, out);
        }
        self.bytes += row.text.len();
        self.first.push(std::mem::take(row));
        if self.first.len() >= LOOK || self.bytes > LOOK_BYTES {
            self.finish(told, out);
        }
    }

    /// Writes what was only looked at.
    pub fn finish(&mut self, told: &mut Told, out: &mut Vec<u8>) {
        let rows = std::mem::take(&mut self.first);
        let header = header(&rows);
        let (above, rows) = rows.split_at(header.min(rows.len()));
        let Some((_, last)) = rows.first().and_then(Row::ends) else {
            return;
        };
        let first = rows.iter().filter_map(|row| Some(row.ends()?.0)).min();
        let columns = (first.unwrap_or(0), last);
        if let Some(row) = above.first() {
            told.tell(Fault::Above, row.number, above.len() as u64, || {
                let text: String = row
                    .cells()
                    .map(|(_, text)| text)
                    .collect::<Vec<_>>()
                    .join(" ");
                format!(
                    "'{}' stands above the table; it is left out",
                    text.chars().take(80).collect::<String>()
                )
            });
        }
        self.columns = Some(columns);
        for row in rows {
            self.write(row, columns, told, out);
        }
    }

    fn write(&mut self, row: &Row, (first, last): (u32, u32), told: &mut Told, out: &mut Vec<u8>) {
        while self.lines + 1 < row.number {
            out.push(b'\n');
            self.lines += 1;
        }
        let mut next = first;
        for (column, text) in row.cells() {
            if !(first..=last).contains(&column) {
                told.tell(Fault::Outside, row.number, 1, || {
                    format!(
                        "cell {}{} stands beside the table, which has the columns {} to {}; it is left out. Give the column a name in the table's first row if it is of it",
                        letters(column),
                        row.number,
                        letters(first),
                        letters(last)
                    )
                });
                continue;
            }
            out.extend(std::iter::repeat_n(b',', (column - next) as usize));
            next = column;
            self.lines += push_cell(text, out);
        }
        out.extend(std::iter::repeat_n(b',', (last - next) as usize));
        out.push(b'\n');
        self.lines += 1;
    }
}

/// Which of the first rows is the header: the first that has more than half as many cells as the widest,
/// or all but one of them (the name of an index is often left out, and never that of a column).
fn header(rows: &[Row]) -> usize {
    let widest = rows.iter().map(Row::filled).max().unwrap_or(0);
    let left = rows.iter().filter_map(|row| Some(row.ends()?.0)).min();
    let is_header = |row: &Row| {
        let filled = row.filled();
        let index = filled + 1 == widest && row.ends().map(|(first, _)| first) != left;
        2 * filled > widest || index
    };
    rows.iter().position(is_header).unwrap_or(0)
}

/// Writes a cell (RFC 4180) and gives the number of line breaks in it.
fn push_cell(text: &str, out: &mut Vec<u8>) -> u32 {
    let bytes = text.as_bytes();
    let plain = |b: &u8| !matches!(b, b',' | b';' | b'|' | b'\t' | b'"' | b'\r' | b'\n');
    if bytes.iter().all(plain) && bytes.trim_ascii().len() == bytes.len() {
        out.extend_from_slice(bytes);
        return 0;
    }
    out.push(b'"');
    for part in bytes.split_inclusive(|b| *b == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
    memchr::memchr_iter(b'\n', bytes).count() as u32
}
