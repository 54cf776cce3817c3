//! Excel workbooks (`.xlsx`, `.xlsm`): each sheet that holds a table becomes a CSV file, as if the reader
//! had saved it so, and is from then on a file like any other (ECMA-376).
//!
//! Times are told by the number formats of their cells and become RFC 3339; formulas give the results that
//! were saved with them. Hidden sheets are passed over. A sheet that is not whole gives the rows before the
//! damage. Nothing is kept but the texts that sheets share and one row.

mod date;
mod grid;
mod parts;
mod rows;
mod strings;
mod styles;
#[cfg(test)]
mod tests;
mod told;
mod xml;

use super::stream::{Meter, refusal, words};
use super::walk::{ended, within};
use super::zip::Member;
use super::{Contents, Shelf, Unpacked};
use crate::read::{Bytes, ReadError};
use grid::Grid;
use parts::{Parts, Sheet};
use rows::{Row, Rows, Shared};
use std::io::Result;
use strings::Strings;
use styles::Styles;
use told::{Fault, Told};

/// Bytes that are written at a time.
const PIECE: usize = 128 << 10;

const AGAIN: &str =
    "Open it in Excel or LibreOffice and save it again as .xlsx, or save the sheet as CSV";

/// What a zip archive is, where it is the file of a program for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Workbook,
    Binary,
    OpenDocument,
}

/// Whether the members of an archive are those of a workbook.
pub(super) fn kind(members: &[Member]) -> Option<Kind> {
    let has = |name: &str| members.iter().any(|m| parts::same(&m.name, name));
    if has("xl/workbook.xml") {
        Some(Kind::Workbook)
    } else if has("xl/workbook.bin") {
        Some(Kind::Binary)
    } else if has("mimetype") && has("content.xml") && has("META-INF/manifest.xml") {
        Some(Kind::OpenDocument)
    } else {
        None
    }
}

/// The sheets of a workbook as files.
pub(super) fn sheets<S: Shelf>(
    path: &str,
    file: &dyn Bytes,
    members: &[Member],
    meter: &Meter,
    shelf: &mut S,
    kind: Kind,
) -> std::result::Result<Contents<S::File>, ReadError> {
    let mut found = Contents {
        files: Vec::new(),
        skipped: Vec::new(),
    };
    let parts = Parts::new(file, members, meter);
    let why = match kind {
        Kind::Workbook => match open(&parts) {
            Ok((sheets, shared)) => {
                for sheet in &sheets {
                    table(path, &parts, sheet, &shared, meter, shelf, &mut found)?;
                }
                if let ([only], []) = (&mut found.files[..], &found.skipped[..]) {
                    path.clone_into(&mut only.name);
                }
                if !(found.files.is_empty() && found.skipped.is_empty()) {
                    return Ok(found);
                }
                (
                    "the workbook holds no table: every sheet that is not hidden is empty".into(),
                    "Give a workbook with a table in it, or unhide the sheet",
                )
            }
            Err(why) if refusal(&why).is_some() => return Err(ended(&why)),
            Err(why) => (
                format!("the workbook cannot be read: {}", words(&why)),
                AGAIN,
            ),
        },
        Kind::Binary => ("this is a binary Excel workbook (.xlsb)".to_owned(), AGAIN),
        Kind::OpenDocument => ("this is an OpenDocument file (.ods)".into(), AGAIN),
    };
    found.skipped.push(ReadError {
        file: path.into(),
        line: None,
        found: why.0,
        mend: why.1.into(),
    });
    Ok(found)
}

/// What is read of a workbook before its sheets.
fn open<'a>(parts: &Parts<'a>) -> Result<(Vec<Sheet>, Shared)> {
    let book = parts.book()?;
    let shared = Shared {
        strings: match &book.strings {
            Some(part) => Strings::read(parts.open(part)?)?,
            None => Strings::default(),
        },
        styles: match &book.styles {
            Some(part) => Styles::read(parts.open(part)?)?,
            None => Styles::default(),
        },
        since_1904: book.since_1904,
    };
    Ok((book.sheets, shared))
}

/// Makes a file of a sheet; of one that ends in damage the rows before it, of an empty one none.
fn table<S: Shelf>(
    path: &str,
    parts: &Parts,
    sheet: &Sheet,
    shared: &Shared,
    meter: &Meter,
    shelf: &mut S,
    found: &mut Contents<S::File>,
) -> std::result::Result<(), ReadError> {
    let name = within(path, &sheet.name);
    let mut told = Told::default();
    let mut bytes = 0;
    let mut put = |out: &mut Vec<u8>, least: usize| {
        if out.len() < least {
            return Ok(());
        }
        bytes += out.len() as u64;
        meter.put(out.len())?;
        shelf.put(out)?;
        out.clear();
        Ok(())
    };
    let (mut grid, mut row, mut out) = (Grid::default(), Row::default(), Vec::new());
    let damage = match parts.open(&sheet.part) {
        Err(why) => Some(why),
        Ok(part) => {
            let mut rows = Rows::new(part, shared);
            loop {
                match rows.next(&mut row, &mut told) {
                    Ok(true) => grid.take(&mut row, &mut told, &mut out),
                    Ok(false) => break None,
                    Err(why) => {
                        told_of_damage(&mut told, rows.row(), &why);
                        break Some(why);
                    }
                }
                put(&mut out, PIECE)?;
            }
        }
    };
    grid.finish(&mut told, &mut out);
    put(&mut out, 0)?;
    match damage {
        Some(why) if refusal(&why).is_some() => return Err(ended(&why)),
        Some(why) if bytes == 0 => found.skipped.push(ReadError {
            file: name,
            line: None,
            found: format!("the sheet cannot be read: {}", words(&why)),
            mend: AGAIN.into(),
        }),
        _ if bytes == 0 => {}
        _ => found.files.push(Unpacked {
            file: shelf.finish(&name, bytes)?,
            name,
            troubles: told.finish(),
            sheet: Some(sheet.name.clone()),
        }),
    }
    Ok(())
}

fn told_of_damage(told: &mut Told, row: u32, why: &std::io::Error) {
    told.tell(Fault::Damaged, row, 1, || {
        format!(
            "the sheet is not whole: {} at row {row}; rows from here on are lost. {AGAIN}",
            words(why)
        )
    });
}
