//! A second look into files whose first record is longer than the part that is looked at first.
//!
//! First somewhat more of the file is looked at, then those of its lines that are not so long. If that
//! does not do, the longest record and what follows it tell, as for a quote that is not closed.

use super::reader::MAX_RECORD;
use super::sniff::{HEAD_BYTES, sniff_as};
use super::{Bytes, Fix, ReadError, Sniff};

/// Bytes looked through for lines that are not too long.
const FAR: u64 = 1 << 30;
/// Bytes looked at next, and looked through at a time.
const PIECE: u64 = 8 << 20;

/// Looks further into a file; `None` where that does not help either.
///
/// # Errors
/// Where the file's bytes cannot be had.
pub(super) fn look_far(
    name: &str,
    file: &dyn Bytes,
    fix: &Fix,
) -> Result<Option<Sniff>, ReadError> {
    let start = |bytes: u64| -> Result<Option<Sniff>, ReadError> {
        let head = file.read(0, bytes.min(file.size()))?;
        Ok(sniff_as(name, &head, file.size(), fix).ok())
    };
    if let Some(found) = start(PIECE)? {
        return Ok(Some(found));
    }
    // Lines that are to be passed over have to be there.
    if fix.skip.is_none()
        && let Ok(found) = sniff_as(name, &short_lines(file)?, file.size(), fix)
    {
        return Ok(Some(found));
    }
    start(MAX_RECORD as u64 + HEAD_BYTES)
}

/// The first lines of a file that are not longer than a first look, up to as much as one needs.
fn short_lines(file: &dyn Bytes) -> Result<Vec<u8>, ReadError> {
    let mut out = Vec::new();
    // Where the line in `out` starts that is not yet ended, and whether it is left out already.
    let (mut line, mut left_out) = (0, false);
    let mut from = 0;
    let end = file.size().min(FAR);
    while from < end && out.len() as u64 <= HEAD_BYTES {
        let to = from.saturating_add(PIECE).min(end);
        let piece = file.read(from, to)?;
        let mut rest = piece.as_slice();
        while !rest.is_empty() {
            let found = memchr::memchr(b'\n', rest);
            let (part, behind) = rest.split_at(found.map_or(rest.len(), |at| at + 1));
            rest = behind;
            if !left_out {
                out.extend_from_slice(part);
                left_out = (out.len() - line) as u64 > HEAD_BYTES;
            }
            if left_out {
                out.truncate(line);
            }
            if found.is_some() {
                (line, left_out) = (out.len(), false);
            }
            if line as u64 > HEAD_BYTES {
                break;
            }
        }
        from = to;
    }
    out.truncate(line);
    Ok(out)
}
