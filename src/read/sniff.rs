//! What the start of a file tells: format, encoding, columns and their kinds.

use super::batch::Batch;
use super::encoding::{BOM, detect, from_utf16};
use super::fix::not_delimited;
use super::foreign::foreign;
use super::look_across::look_across;
use super::look_far::look_far;
use super::profile::profile;
use super::reader::{Head, UNFINISHED, recognise};
use super::trouble::Troubles;
use super::{
    Bytes, ColumnSniff, ColumnSpec, Cut, Encoding, Fix, Format, ReadError, Schema, Sniff, columnar,
    dates, json::document, lists,
};
use crate::table::Kind;
use std::borrow::Cow;

/// Rows looked at.
pub(super) const ROWS: usize = 2_000;
/// Cells looked at, so that very wide files do not take long.
const CELLS: usize = 4_000_000;

/// First bytes of files that are no text, what they are, and how to mend it.
const MAGIC: [(&[u8], &str, &str); 21] = [
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (
        b"PK\x03\x04",
        "a zip archive or an Excel workbook",
        "Unpack it first, or save the sheet as CSV.",
    ),
    (b"PK\x05\x06", "an empty zip archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 archive", UNPACK),
    (
        b"FEA1",
        "a Feather file of version 1, which came before Arrow",
        "Save it again as Feather 2: read it with pandas or pyarrow, and write it with to_feather (write_feather).",
    ),
    (b"ORC", "an ORC file", EXPORT),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
    (b"\x93NUMPY", "a NumPy array", EXPORT),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls), or one that is protected with a password",
        "Save it as .xlsx without a password, or save the sheet as CSV.",
    ),
    (b"\x89PNG", "a PNG picture", OTHER),
    (b"\xff\xd8\xff", "a JPEG picture", OTHER),
    (b"GIF8", "a GIF picture", OTHER),
    (b"%PDF", "a PDF document", OTHER),
    (b"\0asm", "a WebAssembly module", OTHER),
    (b"\x7fELF", "a program", OTHER),
];
const UNPACK: &str = "Unpack it first.";
const EXPORT: &str = "Export it as CSV or JSON lines.";
const OTHER: &str = "Choose a CSV or JSON lines file.";

/// Bytes from the start of a file that a first look needs.
pub const HEAD_BYTES: u64 = 1 << 20;

/// Looks into a file.
///
/// # Errors
/// If it is no table or holds no row; the error says what it is and how to mend it.
pub fn inspect(name: &str, file: &dyn Bytes) -> Result<Sniff, ReadError> {
    inspect_as(name, file, &Fix::default())
}

/// As [`inspect`], where something is said of how the file is written; the rest is found under that.
///
/// # Errors
/// Besides, if what is said cannot be, or is said of a file that is no delimited text.
pub fn inspect_as(name: &str, file: &dyn Bytes, fix: &Fix) -> Result<Sniff, ReadError> {
    fix.check(name)?;
    let head = file.read(0, file.size().min(HEAD_BYTES))?;
    match columnar::recognise(&head) {
        Some(reader) if !fix.is_none() => Err(not_delimited(name, reader.format())),
        Some(reader) => reader.sniff(name, file),
        None if fix.is_none() && (head.len() as u64) < file.size() && needs_all(&head) => {
            if file.size() > document::MOST {
                return Err(document::too_large(name));
            }
            sniff_as(name, &file.read(0, file.size())?, file.size(), fix)
        }
        None => match sniff_as(name, &head, file.size(), fix) {
            Ok(found) => look_across(name, file, found),
            Err(error)
                if !error.found.ends_with(UNFINISHED) || head.len() as u64 >= file.size() =>
            {
                Err(error)
            }
            Err(error) => look_far(name, file, fix)?.ok_or(error),
        },
    }
    .and_then(|mut sniff| {
        dates::settle(&mut sniff, file)?;
        Ok(sniff)
    })
}

/// Whether a file that begins like this tells what it is only as a whole.
fn needs_all(head: &[u8]) -> bool {
    detect(head).is_some_and(|encoding| document::is_whole(&text(head, encoding)))
}

/// Looks into the start of a text file: `head` is its first bytes (at most about a megabyte is needed),
/// `bytes` its size.
///
/// # Errors
///
/// If it is no text, no table, or holds no row; the error says what it is and how to mend it.
pub fn sniff(name: &str, head: &[u8], bytes: u64) -> Result<Sniff, ReadError> {
    sniff_as(name, head, bytes, &Fix::default())
}

/// Whether a file is delimited text, or at least nothing else that is known, so that a [`Fix`] can be
/// said of it; its encoding may be one of the things that are.
///
/// # Errors
/// Where the file's bytes cannot be had.
pub fn is_delimited(file: &dyn Bytes, fix: &Fix) -> Result<bool, ReadError> {
    let head = file.read(0, file.size().min(HEAD_BYTES))?;
    if columnar::recognise(&head).is_some()
        || MAGIC.iter().any(|(magic, ..)| head.starts_with(magic))
    {
        return Ok(false);
    }
    // What is JSON as it was found stays so, whatever is said of files beside it.
    let encodings = [detect(&head), fix.encoding];
    let mut formats = encodings.into_iter().flatten().map(|encoding| {
        let text = text(&head, encoding);
        recognise(text.trim_ascii_start()).format()
    });
    let first = formats.next();
    Ok(first == Some(Format::Csv) && formats.all(|format| format == Format::Csv))
}

/// The start of a file as [`Head::text`].
fn text(head: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    match from_utf16(head, encoding) {
        Some(text) => text.into(),
        None => head.strip_prefix(BOM).unwrap_or(head).into(),
    }
}

pub(super) fn sniff_as(name: &str, head: &[u8], bytes: u64, fix: &Fix) -> Result<Sniff, ReadError> {
    let fail = |found: &str, mend: &str| ReadError {
        file: name.into(),
        line: None,
        found: found.into(),
        mend: mend.into(),
    };
    if let Some((_, what, mend)) = MAGIC.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(fail(&format!("this is {what}, not text"), mend));
    }
    let Some(encoding) = fix.encoding.or_else(|| detect(head)) else {
        return Err(fail("this is a binary file, not text", OTHER));
    };
    let text = text(head, encoding);
    if let Some(said) = fix.encoding.filter(|said| !could_be(*said, head, &text)) {
        return Err(fail(
            &format!("its bytes are no text in {}", said.label()),
            "Choose another encoding, or leave it as it was found.",
        ));
    }
    let complete = head.len() as u64 >= bytes;
    let start = text.trim_ascii_start();
    if start.is_empty() {
        return Err(fail("the file is empty", "Choose a file that holds rows."));
    }
    let tag = start[..start.len().min(14)].to_ascii_lowercase();
    if [b"<!doctype html".as_slice(), b"<html", b"<?xml"]
        .iter()
        .any(|t| tag.starts_with(t))
    {
        return Err(fail(
            "this is a page of HTML or XML, not a table (a login page that was saved instead?)",
            "Download the file again, as CSV or JSON lines.",
        ));
    }
    if let Some((what, mend)) = foreign(start) {
        return Err(fail(&format!("this holds {what}, not a table"), mend));
    }
    let head = Head {
        name,
        text: &text,
        encoding,
        complete,
        fix: *fix,
    };
    let reader = recognise(start);
    if !fix.is_none() && reader.format() != Format::Csv {
        return Err(not_delimited(name, reader.format()));
    }
    let shape = reader.shape(&head)?;
    let mut schema = Schema {
        format: reader.format(),
        encoding,
        dialect: shape.dialect,
        columns: shape
            .names
            .into_iter()
            .map(|name| ColumnSpec {
                name,
                kind: Kind::Category,
                time: None,
                wanted: true,
                labels: false,
            })
            .collect(),
        lists: Vec::new(),
    };
    let (mut batch, mut troubles) = first_rows(&schema, &head);
    if schema.format == Format::Csv {
        let found = lists::find(&batch, &text, &schema);
        if !found.is_empty() {
            lists::unfold(&mut schema, found);
            (batch, troubles) = first_rows(&schema, &head);
        }
    }
    if batch.rows() == 0 {
        return Err(no_row(&head, &schema, troubles));
    }
    let mut notes = shape.notes;
    let columns: Vec<ColumnSniff> = (0..schema.columns.len())
        .map(|i| profile(&batch, &text, i, &schema, fix.dates, &mut notes))
        .collect();
    for (spec, column) in schema.columns.iter_mut().zip(&columns) {
        spec.kind = column.kind;
        spec.time = column.time;
    }
    let mut description = format!("{}, {}", reader.label(&schema), encoding.label());
    for note in notes {
        description.push_str(", ");
        description.push_str(&note);
    }
    Ok(Sniff {
        rows: batch.rows(),
        schema,
        columns,
        description,
        cut: if encoding.can_be_cut() {
            reader.cut()
        } else {
            Cut::Whole
        },
        places: Vec::new(),
    })
}

/// Whether the start of a file, of which `text` was made, can be in an encoding that was said.
fn could_be(said: Encoding, head: &[u8], text: &[u8]) -> bool {
    if said.can_be_cut() {
        // Every other byte of most text in UTF-16 is zero.
        memchr::memchr_iter(0, head).count() * 1_000 <= head.len()
    } else {
        // Bytes of other encodings, taken in pairs, are letters from all over the world.
        memchr::memchr(b'\n', text).is_some()
    }
}

fn first_rows(schema: &Schema, head: &Head) -> (Batch, Troubles) {
    let width = schema.columns.len();
    let mut batch = Batch::with_rows(width, (CELLS / width.max(1)).clamp(50, ROWS));
    let mut troubles = Troubles::default();
    let mut rows = super::reader::reader(schema.format).rows(schema);
    if let Some((at, lines)) = rows.skip_header(head.text, head.complete) {
        batch.clear(at);
        batch.line = lines;
        let end = head.text.len();
        rows.fill(head.text, at, end, head.complete, &mut batch, &mut troubles);
    }
    (batch, troubles)
}

/// What is found in a file of names without rows.
pub const NO_ROWS: &str = "the file has a header and 0 rows";

fn no_row(head: &Head, schema: &Schema, troubles: Troubles) -> ReadError {
    let mut lost = troubles.finish(|c| schema.columns[c].name.clone());
    if let Some(worst) = lost.pop() {
        return head.error(
            Some(worst.line + 1),
            &format!("no row could be read; in the first one, {}", worst.reason),
            "Check that all rows are written alike.",
        );
    }
    if head.complete {
        return head.error(None, NO_ROWS, "Choose a file that holds rows.");
    }
    head.error(
        None,
        &format!("the first row {UNFINISHED}"),
        "Look for a quote in it that is opened and never closed.",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_magic_is_named() {
        for (magic, what, mend) in MAGIC {
            let error = sniff("f", magic, magic.len() as u64).unwrap_err();
            assert!(error.found.contains(what), "{error}");
            assert_eq!(error.mend, mend);
        }
    }
}
