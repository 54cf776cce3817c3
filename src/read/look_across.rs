//! A look into rows of JSON that are far behind the start of a file: a key that comes there for the first
//! time becomes a column too.
//!
//! What is looked at is as much as a first look needs, in pieces all over the file. A key that none of them
//! holds is told when the rows are read.

use super::sniff::{HEAD_BYTES, ROWS, sniff_as};
use super::{Bytes, CODES, ColumnSniff, Cut, Encoding, Fix, Format, ReadError, Sniff};
use std::collections::BTreeSet;

/// Pieces that are looked at.
const PIECES: u64 = 16;
/// Bytes of a piece: rows of more than 24 bytes are fewer in it than are looked at.
const PIECE: u64 = 48 << 10;
/// Rows in a piece at least, if they are as long as the first ones.
const WHOLE: u64 = 4;

/// Adds the columns that rows behind the first ones have besides.
///
/// # Errors
/// Where the file's bytes cannot be had.
pub(super) fn look_across(
    name: &str,
    file: &dyn Bytes,
    mut found: Sniff,
) -> Result<Sniff, ReadError> {
    let is_rows = matches!(found.schema.format, Format::JsonLines | Format::JsonArray);
    let all_seen = found.rows < ROWS && file.size() <= HEAD_BYTES;
    if !is_rows || all_seen || found.schema.encoding != Encoding::Utf8 {
        return Ok(found);
    }
    let known: BTreeSet<String> = found
        .schema
        .columns
        .iter()
        .map(|c| c.name.clone())
        .collect();
    let mut added = BTreeSet::new();
    let row = HEAD_BYTES.min(file.size()) / found.rows.max(1) as u64;
    let piece = (WHOLE * row).clamp(PIECE, HEAD_BYTES);
    for i in 1..=PIECES {
        let end = file.size() / PIECES * i + if i == PIECES { file.size() % PIECES } else { 0 };
        let bytes = file.read(end.saturating_sub(piece), end)?;
        let Some(piece) = rows(&bytes, &found.cut) else {
            continue;
        };
        let whole = if i == PIECES { 0 } else { u64::MAX };
        let Ok(sniff) = sniff_as(name, &piece, whole, &Fix::default()) else {
            continue;
        };
        let names = || sniff.schema.columns.iter().map(|c| c.name.as_str());
        // Objects within rows are no rows.
        let alike = names().filter(|name| known.contains(*name)).count();
        if sniff.schema.format != found.schema.format
            || alike * 2 < known.len().min(names().count())
        {
            continue;
        }
        let specs = sniff.schema.columns.into_iter();
        for (spec, column) in specs.zip(sniff.columns) {
            if !known.contains(&spec.name) && added.insert(spec.name.clone()) {
                found.schema.columns.push(spec);
                found.columns.push(ColumnSniff {
                    // Beside the first values of the others, there are none.
                    codes: vec![0; found.rows.min(CODES)],
                    numbers: vec![f64::NAN; column.numbers.len().min(1) * found.rows],
                    ..column
                });
            }
        }
    }
    Ok(found)
}

/// The rows that begin in a piece of a file, as a file of their own; `None` where none does.
fn rows(piece: &[u8], cut: &Cut) -> Option<Vec<u8>> {
    let start = memchr::memchr(b'\n', piece).map(|at| at + 1);
    if *cut == Cut::Bytes {
        return Some(piece.get(start?..)?.to_vec());
    }
    let between = |at: &usize| {
        let comma = piece.get(at + 1..)?.trim_ascii_start().strip_prefix(b",")?;
        let next = comma.trim_ascii_start();
        next.starts_with(b"{").then_some(next)
    };
    let next = memchr::memchr_iter(b'}', piece).find_map(|at| between(&at))?;
    Some([b"[", next].concat())
}
