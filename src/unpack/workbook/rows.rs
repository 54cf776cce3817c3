//! The rows of a sheet as the text of their cells. A row holds what stands in it, however far apart: what
//! a sheet says of its size is not asked.

use super::date;
use super::strings::{RichText, Strings};
use super::styles::Styles;
use super::told::{Fault, Told};
use super::xml::{Xml, attribute, damaged, push_text, unescape};
use quick_xml::events::{BytesStart, Event};
use std::io::{BufRead, Error, ErrorKind, Result};

/// Rows and columns that a sheet can have.
const MOST_ROWS: u32 = 1_048_576;
pub(super) const MOST_COLUMNS: u32 = 16_384;

/// Longest text of a row, in bytes.
const LONGEST: usize = 64 << 20;

/// What all sheets of a workbook share.
#[derive(Default)]
pub(super) struct Shared {
    pub strings: Strings,
    pub styles: Styles,
    pub since_1904: bool,
}

/// A row: its number, counted from 1, and its cells that are not empty, from left to right.
#[derive(Default)]
pub(super) struct Row {
    pub number: u32,
    pub text: String,
    /// Columns, counted from 0, and where their text ends.
    cells: Vec<(u32, usize)>,
}

impl Row {
    pub fn cells(&self) -> impl Iterator<Item = (u32, &str)> {
        let mut start = 0;
        self.cells.iter().map(move |&(column, end)| {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end;
            (column, text)
        })
    }

    /// Cells that are not empty.
    pub fn filled(&self) -> usize {
        self.cells.len()
    }

    /// The columns of the first and the last cell.
    pub fn ends(&self) -> Option<(u32, u32)> {
        Some((self.cells.first()?.0, self.cells.last()?.0))
    }

    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    column: u32,
    kind: String,
    style: usize,
    value: String,
    formula: bool,
}

/// The rows of a sheet.
pub(super) struct Rows<'a, R> {
    xml: Xml<R>,
    shared: &'a Shared,
    cell: Cell,
    row: u32,
    /// The column behind the last cell.
    next: u32,
    within: bool,
    ended: bool,
}

impl<'a, R: BufRead> Rows<'a, R> {
    pub fn new(from: R, shared: &'a Shared) -> Self {
        Self {
            xml: Xml::new(from),
            shared,
            cell: Cell::default(),
            row: 0,
            next: 0,
            within: false,
            ended: false,
        }
    }

    /// The number of the last row that was begun.
    pub fn row(&self) -> u32 {
        self.row
    }

    /// Reads the next row; `false` at the end of the sheet.
    pub fn next(&mut self, row: &mut Row, told: &mut Told) -> Result<bool> {
        row.clear();
        let (mut value, mut inline, mut text) = (false, false, RichText::default());
        let mut too_long = false;
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::Start(tag) if !self.within => {
                    self.within = !self.ended && tag.local_name().as_ref() == "sheetData";
                }
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "row" => {
                        self.row = row_number(tag, self.row)?;
                        self.next = 0;
                        row.clear();
                    }
                    "c" => {
                        self.cell.column = open_cell(tag, self.next, &mut self.cell)?;
                        self.next = self.cell.column + 1;
                    }
                    "v" => value = true,
                    "is" => inline = true,
                    "f" => self.cell.formula = true,
                    _ if inline => text.take(&event, &mut self.cell.value)?,
                    _ => {}
                },
                Event::End(tag) if self.within => match tag.local_name().as_ref() {
                    "sheetData" => (self.within, self.ended) = (false, true),
                    "row" => {
                        row.number = self.row;
                        return Ok(true);
                    }
                    "c" if !too_long => {
                        self.close_cell(row, told);
                        if row.text.len() > LONGEST {
                            too_long = true;
                            row.clear();
                            told.tell(Fault::TooLong, self.row, 1, || {
                                "the row is longer than 64 MB; it is left out".into()
                            });
                        }
                    }
                    "v" => value = false,
                    "is" => inline = false,
                    _ if inline => text.take(&event, &mut self.cell.value)?,
                    _ => {}
                },
                Event::Eof if self.ended => return Ok(false),
                Event::Eof => return Err(Error::from(ErrorKind::UnexpectedEof)),
                _ if value => push_text(&event, &mut self.cell.value)?,
                _ if inline => text.take(&event, &mut self.cell.value)?,
                _ => {}
            }
            if self.cell.value.len() > LONGEST {
                return Err(damaged("a cell is longer than 64 MB"));
            }
        }
    }

    /// Puts what a cell says into its row.
    fn close_cell(&self, row: &mut Row, told: &mut Told) {
        let cell = &self.cell;
        let start = row.text.len();
        let place = || format!("{}{}", letters(cell.column), self.row);
        let value = cell.value.as_str();
        match cell.kind.as_str() {
            "s" => match value.trim().parse().map(|at| self.shared.strings.get(at)) {
                Ok(Some(text)) => row.text.push_str(text),
                _ if value.is_empty() => {}
                _ => told.tell(Fault::NoText, self.row, 1, || {
                    format!(
                        "cell {} names a text that is not in the workbook; it is taken as missing. Open the workbook in Excel and save it again",
                        place()
                    )
                }),
            },
            "b" => row.text.push_str(match value.trim() {
                "" => "",
                "0" | "false" => "false",
                _ => "true",
            }),
            "e" => {
                if !matches!(value.trim(), "" | "#N/A") {
                    told.tell(Fault::Error, self.row, 1, || {
                        format!(
                            "cell {} holds the error {}; it is taken as missing",
                            place(),
                            value.chars().take(40).collect::<String>()
                        )
                    });
                }
            }
            "str" | "inlineStr" => {
                row.text.push_str(value);
                unescape(&mut row.text, start);
            }
            "d" => row.text.push_str(value.trim()),
            _ if value.is_empty() && cell.formula => told.tell(Fault::Uncomputed, self.row, 1, || {
                format!(
                    "cell {} holds a formula that was never computed; it is taken as missing. Open the workbook in Excel and save it",
                    place()
                )
            }),
            _ => {
                let value = value.trim();
                let shown = self.shared.styles.shown(cell.style);
                let time = shown.and_then(|shown| {
                    let days = value.parse().ok()?;
                    date::text(days, shown, self.shared.since_1904, &mut row.text)
                });
                if time.is_none() {
                    row.text.push_str(value);
                }
            }
        }
        if row.text.len() > start {
            row.cells.push((cell.column, row.text.len()));
        }
    }
}

/// The number of a row; one that does not say it follows the last one.
fn row_number(tag: &BytesStart, last: u32) -> Result<u32> {
    let number = match attribute(tag, "r")? {
        Some(number) => number.trim().parse().unwrap_or(0),
        None => last.saturating_add(1),
    };
    if number <= last || number > MOST_ROWS {
        return Err(damaged("its rows are not in order"));
    }
    Ok(number)
}

/// Begins a cell and gives its column; one that does not say it stands at `next`.
fn open_cell(tag: &BytesStart, next: u32, cell: &mut Cell) -> Result<u32> {
    let mut column = next;
    cell.kind.clear();
    cell.value.clear();
    (cell.style, cell.formula) = (0, false);
    for found in tag.attributes().with_checks(false) {
        let found = found.map_err(|why| damaged(&why.to_string()))?;
        match found.key.0 {
            "r" => column = column_of(&found.value).unwrap_or(MOST_COLUMNS),
            "s" => cell.style = found.value.parse().unwrap_or(0),
            "t" => cell.kind.push_str(&found.value),
            _ => {}
        }
    }
    if column < next || column >= MOST_COLUMNS {
        return Err(damaged("the cells of a row are not in order"));
    }
    Ok(column)
}

/// The column of a reference, counted from 0: 27 of `AB12`.
fn column_of(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.take(4).fold(0, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    column.checked_sub(1)
}

/// The letters of a column.
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (letters_are, column) in [("A", 0), ("Z", 25), ("AA", 26), ("AB", 27), ("XFD", 16_383)]
        {
            assert_eq!(column_of(&format!("{letters_are}12")), Some(column));
            assert_eq!(letters(column), letters_are);
        }
        assert_eq!(column_of("12"), None);
        assert!(column_of("ZZZZZZZZZZZZZZZZZZZZ1").unwrap() >= MOST_COLUMNS);
    }
}
