//! Reads a shard of a file for the roles in force.

use super::message::{Filled, Input, PartInfo, Shard};
use super::shards::SHARD_BYTES;
use crate::read::{
    Bytes, Cut, MAX_RECORD, Part, Range, ReadError, ShardRead, Unfit, border, read_groups_at,
    read_within,
};
use crate::table::Column;
use std::collections::BTreeMap;

/// Bytes past a shard's end that mostly hold the end of its last record.
const OVERLAP_BYTES: u64 = 64 << 10;

/// Bytes of the longest border.
const BORDER_BYTES: u64 = 1 << 10;

/// Reads the records that start in a shard, of at most `longest` bytes each. `bytes` is the file from
/// byte `base` on, at most one byte before the shard where it is not aligned; `eof`: the file ends with
/// `bytes`. An error names the file, and counts its line from the shard's first record.
fn read_records(
    input: &Input,
    shard: Shard,
    bytes: &[u8],
    base: u64,
    eof: bool,
    longest: usize,
) -> Result<ShardRead, ReadError> {
    let range = Range::of(base, shard.start, shard.end, shard.aligned, eof);
    read_within(&input.schema(), bytes, base, range, longest).map_err(|e| ReadError {
        file: input.name.clone(),
        ..e
    })
}

/// Reads a shard of a file. At most the shard and [`MAX_RECORD`] bytes more are held at a time; what a
/// record is longer is passed over in pieces.
///
/// # Errors
/// Where the file cannot be read further, with its name and line; and what the file itself fails with.
pub fn read_through(input: &Input, shard: Shard, file: &dyn Bytes) -> Result<Part, ReadError> {
    read_limited(input, shard, file, MAX_RECORD)
}

fn read_limited(
    input: &Input,
    shard: Shard,
    file: &dyn Bytes,
    longest: usize,
) -> Result<Part, ReadError> {
    if let Cut::Groups(_) = input.sniff.cut {
        let (schema, groups) = (input.schema(), shard.start..shard.end);
        let read = read_groups_at(&schema, file, groups, &input.sniff.places);
        return read.map_err(|e| ReadError {
            file: input.name.clone(),
            ..e
        });
    }
    // One byte before an unaligned shard tells whether a record starts right at it.
    let base = shard.start.saturating_sub(u64::from(!shard.aligned));
    let enough = longest as u64 + 1;
    let mut overlap = OVERLAP_BYTES.min(enough);
    loop {
        let to = shard.end.saturating_add(overlap).min(input.bytes);
        let bytes = file.read(base, to)?;
        let read = read_records(input, shard, &bytes, base, to == input.bytes, longest);
        drop(bytes);
        match read {
            Ok(ShardRead::Part(mut part)) => {
                part.next = part.next.min(input.bytes);
                return Ok(part);
            }
            Ok(ShardRead::Long(mut part)) => {
                let (next, lines) = next_border(part.next, input, file)?;
                (part.next, part.lines) = (next, part.lines + lines);
                return Ok(part);
            }
            // Eight times as much, so that what is read again is small beside what is read; but no
            // more than the longest record needs.
            Ok(ShardRead::More) if overlap < enough => {
                overlap = overlap.saturating_mul(8).min(enough);
            }
            Ok(ShardRead::More) => overlap = overlap.saturating_mul(8),
            Err(error) => {
                let before = lines(shard.start, file)?;
                return Err(ReadError {
                    line: error.line.map(|line| line + before),
                    ..error
                });
            }
        }
    }
}

/// The first border from a byte on, or the file's end, and the lines up to it.
fn next_border(mut from: u64, input: &Input, file: &dyn Bytes) -> Result<(u64, u64), ReadError> {
    let (schema, size) = (input.schema(), input.bytes);
    let breaks = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() as u64;
    let mut lines = 0;
    while from < size {
        let to = from.saturating_add(SHARD_BYTES).min(size);
        let piece = file.read(from, to)?;
        if let Some(at) = border(&schema, &piece) {
            lines += breaks(piece.get(..at).unwrap_or_default());
            return Ok((from + at as u64, lines));
        }
        // A border is a few bytes, which may lie on both sides of a cut.
        from = if to < size { to - BORDER_BYTES } else { to };
        let counted = piece.len() - (to - from) as usize;
        lines += breaks(piece.get(..counted).unwrap_or_default());
    }
    // The last line of lines needs no break.
    Ok((size, lines + u64::from(input.sniff.cut == Cut::Bytes)))
}

/// Lines that end before a byte of the file. Asked for in an error only, so it may take its time.
fn lines(end: u64, file: &dyn Bytes) -> Result<u64, ReadError> {
    let (mut from, mut lines) = (0, 0);
    while from < end {
        let to = from.saturating_add(SHARD_BYTES).min(end);
        lines += memchr::memchr_iter(b'\n', &file.read(from, to)?).count() as u64;
        from = to;
    }
    Ok(lines)
}

/// The numbers of a part.
#[must_use]
pub fn info(part: &Part) -> PartInfo {
    PartInfo {
        rows: part.table.rows as u64,
        first: part.first,
        next: part.next,
        lines: part.lines,
        troubles: part.troubles.clone(),
        numbers: filled(part),
    }
}

fn filled(part: &Part) -> Vec<Filled> {
    let unfit: BTreeMap<&str, &Unfit> = part.unfit.iter().map(|u| (u.column.as_str(), u)).collect();
    let columns = part.table.names.iter().zip(&part.table.columns);
    let one = |(name, column): (&String, &Column)| {
        let Column::Number(cells) = column else {
            return None;
        };
        let numbers = cells.iter().filter(|x| !x.is_nan()).count() as u64;
        let unfit = unfit.get(name.as_str());
        let filled = Filled {
            column: name.clone(),
            numbers,
            unfit: unfit.map_or(0, |u| u.count),
            line: unfit.map_or(0, |u| u.line),
        };
        (filled.numbers + filled.unfit > 0).then_some(filled)
    };
    columns.filter_map(one).collect()
}

#[cfg(test)]
mod tests;
