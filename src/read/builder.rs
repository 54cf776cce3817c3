//! Makes one column of a table from the texts of its cells.

use super::batch::Batch;
use super::cell::{self, Number, shown};
use super::dictionary::Dictionary;
use super::encoding::decode;
use super::instant::{Instants, example};
use super::key::key;
use super::trouble::{Fault, Troubles};
use super::{ColumnSpec, Encoding, TimeFormat};
use crate::table::{Column, Kind, NO_LEVEL, NO_TIME, Odd};

/// What all columns of a file share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    /// `.` or `,`.
    pub decimal: u8,
    /// How text is written as bytes.
    pub encoding: Encoding,
}

/// A column that is being made.
pub(super) struct Builder {
    column: usize,
    /// Whether words that stand for missing cells are told.
    told: bool,
    cells: Cells,
}

enum Cells {
    Number(Vec<f64>),
    Time(TimeFormat, Instants, Vec<i64>),
    Category(Dictionary),
    Key(Vec<u128>),
    Presence(Vec<u8>),
}

impl Builder {
    /// An empty column as the specification says; `column` is its place in the schema, `literal`: whether the
    /// format tells texts from missing cells.
    pub fn new(column: usize, spec: &ColumnSpec, literal: bool) -> Self {
        let format = spec.time.unwrap_or(TimeFormat::Iso);
        let cells = match spec.kind {
            Kind::Number => Cells::Number(Vec::new()),
            Kind::Time => Cells::Time(format, Instants::new(format), Vec::new()),
            Kind::Category => Cells::Category(Dictionary::new(literal && spec.labels)),
            Kind::Key => Cells::Key(Vec::new()),
            Kind::Presence => Cells::Presence(Vec::new()),
        };
        let told = spec.labels && !literal;
        Self {
            column,
            told,
            cells,
        }
    }

    /// Appends the cells of a batch.
    pub fn take(&mut self, batch: &Batch, text: &[u8], writing: Writing, troubles: &mut Troubles) {
        let column = self.column;
        let texts = batch.column(text, column);
        match &mut self.cells {
            Cells::Number(cells) => {
                let decimal = writing.decimal;
                for (row, cell) in batch.openings(text, column).enumerate() {
                    if let Some(x) = cell::short_number(cell, decimal) {
                        cells.push(x);
                        continue;
                    }
                    cells.push(match cell::number(cell.text(), decimal) {
                        Number::Finite(x) if cell.text().trim_ascii_end().ends_with(b"%") => {
                            percent(x, cell.text(), column, batch.line_of(row), troubles)
                        }
                        Number::Finite(x) => x,
                        odd => {
                            let line = batch.line_of(row);
                            bad_number(odd, cell.text(), column, line, troubles)
                        }
                    });
                }
            }
            Cells::Time(format, instants, cells) => {
                for (row, text) in texts.enumerate() {
                    cells.push(instants.read(text).unwrap_or_else(|| {
                        let otherwise = instants.read_otherwise(text);
                        odd_time(
                            (*format, otherwise.map(|o| o.1)),
                            text,
                            column,
                            batch.line_of(row),
                            troubles,
                        );
                        otherwise.map_or(NO_TIME, |o| o.0)
                    }));
                }
            }
            Cells::Category(dictionary) => {
                for (row, cell) in batch.openings(text, column).enumerate() {
                    if let Some(code) = dictionary.short_code(cell) {
                        dictionary.codes.push(code);
                        if self.told && code == NO_LEVEL {
                            blank(cell.text(), column, batch.line_of(row), troubles);
                        }
                        continue;
                    }
                    let (code, replaced) = dictionary.code(cell, writing.encoding);
                    dictionary.codes.push(code);
                    if replaced {
                        bad_text(cell.text(), column, batch.line_of(row), troubles);
                    } else if self.told && code == NO_LEVEL {
                        blank(cell.text(), column, batch.line_of(row), troubles);
                    }
                }
            }
            Cells::Key(cells) => cells.extend(texts.map(|text| {
                if writing.encoding != Encoding::Windows1252 || text.is_ascii() {
                    return key(text);
                }
                // The same identifier in another file may be written in UTF-8.
                key(decode(text, writing.encoding).0.as_bytes())
            })),
            Cells::Presence(cells) => {
                cells.extend(texts.map(|text| u8::from(!cell::is_missing(text))));
            }
        }
    }

    /// Makes room for so many cells more.
    pub fn reserve(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Number(cells) => cells.reserve(rows),
            Cells::Time(_, _, cells) => cells.reserve(rows),
            Cells::Category(dictionary) => dictionary.codes.reserve(rows),
            Cells::Key(cells) => cells.reserve(rows),
            Cells::Presence(cells) => cells.reserve(rows),
        }
    }

    /// The column.
    pub fn finish(self) -> Column {
        match self.cells {
            Cells::Number(cells) => Column::Number(cells),
            Cells::Time(_, _, cells) => Column::Time(cells),
            Cells::Category(dictionary) => dictionary.finish(),
            Cells::Key(cells) => Column::Key(cells),
            Cells::Presence(cells) => Column::Presence(cells),
        }
    }
}

#[cold]
fn percent(x: f64, text: &[u8], column: usize, line: u64, troubles: &mut Troubles) -> f64 {
    troubles.cell(Fault::Percent, column, line, || {
        format!("found '{}'; it was read as {x}", shown(text))
    });
    x
}

#[cold]
fn bad_number(odd: Number, text: &[u8], column: usize, line: u64, troubles: &mut Troubles) -> f64 {
    if cell::is_missing(text) {
        return f64::NAN;
    }
    if odd == Number::Infinite {
        troubles.cell(Fault::NotFinite, column, line, || {
            let text = shown(text);
            format!("found '{text}', expected a finite number; the cell is left empty")
        });
        Odd::Infinite.missing()
    } else {
        troubles.cell(Fault::NotNumber, column, line, || {
            let text = shown(text);
            format!("found '{text}', expected a number; the cell is left empty")
        });
        Odd::Text.missing()
    }
}

/// Tells of a label that was taken as a missing cell.
#[cold]
fn blank(text: &[u8], column: usize, line: u64, troubles: &mut Troubles) {
    let text = text.trim_ascii();
    let Some(word) = cell::MISSING.iter().find(|w| w.as_bytes() == text) else {
        return;
    };
    troubles.cell(Fault::Blank(word), column, line, || {
        format!(
            "found '{word}', expected a label: {word} is taken as a missing cell; if it is a class, give it another name"
        )
    });
}

#[cold]
fn odd_time(
    (format, otherwise): (TimeFormat, Option<TimeFormat>),
    text: &[u8],
    column: usize,
    line: u64,
    troubles: &mut Troubles,
) {
    if let Some(found) = otherwise {
        troubles.cell(Fault::OtherTime, column, line, || {
            let (text, expected, found) = (shown(text), example(format), example(found));
            format!("found '{text}', expected {expected}; it was read as {found}")
        });
    } else if !cell::is_missing(text) {
        troubles.cell(Fault::NotTime, column, line, || {
            let (text, expected) = (shown(text), example(format));
            format!("found '{text}', expected {expected}; the cell is left empty")
        });
    }
}

#[cold]
fn bad_text(text: &[u8], column: usize, line: u64, troubles: &mut Troubles) {
    troubles.cell(Fault::NotUtf8, column, line, || {
        let text = shown(text);
        format!(
            "found '{text}' with bytes that are no text, expected UTF-8; they are shown as \u{fffd}"
        )
    });
}
