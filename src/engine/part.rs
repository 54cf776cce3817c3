//! Reads a shard of a file for the roles in force.

use super::message::{Input, PartInfo, Shard};
use crate::read::{Part, ReadError, ShardRead, read_shard};

/// Bytes past a shard's end that mostly hold the end of its last record.
pub const OVERLAP_BYTES: u64 = 64 << 10;

/// Reads the records that start in a shard. `bytes` is the file from byte `base` on, at most one
/// byte before the shard where it is not aligned; `eof`: the file ends with `bytes`.
///
/// # Errors
/// Where the file cannot be read further, with its name.
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

/// Reads a shard through a function that gives bytes `from..to` of its file.
///
/// # Errors
/// As [`read_part`], and what the function fails with.
pub fn read_through(
    input: &Input,
    shard: Shard,
    bytes_of: &dyn Fn(u64, u64) -> Result<Vec<u8>, ReadError>,
) -> Result<Part, ReadError> {
    // One byte before an unaligned shard tells whether a record starts right at it.
    let base = shard.start.saturating_sub(u64::from(!shard.aligned));
    let mut overlap = OVERLAP_BYTES;
    loop {
        let to = shard.end.saturating_add(overlap).min(input.bytes);
        match read_part(input, shard, &bytes_of(base, to)?, base, to == input.bytes)? {
            ShardRead::Part(part) => return Ok(part),
            ShardRead::More => overlap = overlap.saturating_mul(8),
        }
    }
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
