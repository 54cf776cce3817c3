//! Reads a shard of a file for the roles in force.

use super::message::{Input, PartInfo, Shard};
use super::shards::SHARD_BYTES;
use crate::read::{Bytes, Cut, Part, ReadError, ShardRead, read_groups, read_shard};

/// Bytes past a shard's end that mostly hold the end of its last record.
pub const OVERLAP_BYTES: u64 = 64 << 10;

/// Reads the records that start in a shard. `bytes` is the file from byte `base` on, at most one
/// byte before the shard where it is not aligned; `eof`: the file ends with `bytes`.
///
/// # Errors
/// Where the file cannot be read further, with its name; a line is counted from the shard's first
/// record.
pub fn read_part(
    input: &Input,
    shard: Shard,
    bytes: &[u8],
    base: u64,
    eof: bool,
) -> Result<ShardRead, ReadError> {
    read_shard(
        &input.schema(),
        bytes,
        base,
        shard.start,
        shard.end,
        shard.aligned,
        eof,
    )
    .map_err(|e| ReadError {
        file: input.name.clone(),
        ..e
    })
}

/// Reads a shard of a file.
///
/// # Errors
/// As [`read_part`], but with the line of the file, and what the file itself fails with.
pub fn read_through(input: &Input, shard: Shard, file: &dyn Bytes) -> Result<Part, ReadError> {
    if let Cut::Groups(_) = input.sniff.cut {
        return read_groups(&input.schema(), file, shard.start..shard.end).map_err(|e| ReadError {
            file: input.name.clone(),
            ..e
        });
    }
    // One byte before an unaligned shard tells whether a record starts right at it.
    let base = shard.start.saturating_sub(u64::from(!shard.aligned));
    let mut overlap = OVERLAP_BYTES;
    loop {
        let to = shard.end.saturating_add(overlap).min(input.bytes);
        let read = read_part(input, shard, &file.read(base, to)?, base, to == input.bytes);
        match read {
            Ok(ShardRead::Part(part)) => return Ok(part),
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
    }
}
