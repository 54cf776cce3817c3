//! Whole numbers packed in bits: runs of equal ones, and differences.

use super::thrift::{Thrift, zigzag};

/// Reads `count` numbers of `width` bits in runs (`RLE` with bit-packing); gives how many bytes they take.
/// `None` where the bytes end too early.
pub(super) fn runs(bytes: &[u8], width: u32, count: usize, out: &mut Vec<u32>) -> Option<usize> {
    let all = out.len() + count;
    if width == 0 {
        out.resize(all, 0);
        return Some(0);
    }
    if width > 32 {
        return None;
    }
    let mut rest = bytes;
    while out.len() < all {
        let mut t = Thrift::new(rest);
        let head = t.unsigned()?;
        rest = &rest[rest.len() - t.left()..];
        let left = all - out.len();
        if head & 1 == 0 {
            let (value, after) = rest.split_at_checked(width.div_ceil(8) as usize)?;
            let value = value.iter().rev().fold(0, |v, &b| v << 8 | u32::from(b));
            let run = usize::try_from(head >> 1).unwrap_or(left).min(left);
            out.resize(out.len() + run, value);
            rest = after;
        } else {
            let size = usize::try_from(head >> 1)
                .ok()?
                .checked_mul(width as usize)?;
            // The last group may be cut where its numbers end.
            let (packed, after) = rest.split_at(size.min(rest.len()));
            let run = left.min(packed.len() * 8 / width as usize);
            if run == 0 {
                return None;
            }
            let start = out.len();
            out.resize(start + run, 0);
            let mut to = out[start..].iter_mut();
            unpack(packed, width, run, |v| {
                if let Some(to) = to.next() {
                    *to = v as u32;
                }
            });
            rest = after;
        }
    }
    Some(bytes.len() - rest.len())
}

/// Gives `count` numbers of `width` bits (at most 64), lowest bits first; missing bytes are 0.
#[inline]
fn unpack(bytes: &[u8], width: u32, count: usize, mut give: impl FnMut(u64)) {
    let mask = u64::MAX >> (64 - width.clamp(1, 64));
    let mut bit = 0usize;
    // Eight bytes hold a number of up to 57 bits from any bit on.
    let whole = if width <= 57 {
        (bytes.len().saturating_sub(8) * 8 / width as usize).min(count)
    } else {
        0
    };
    for _ in 0..whole {
        let word = bytes[bit / 8..].first_chunk::<8>().copied();
        give(u64::from_le_bytes(word.unwrap_or_default()) >> (bit % 8) & mask);
        bit += width as usize;
    }
    for _ in whole..count {
        let mut word = 0u128;
        for (i, &b) in bytes.iter().skip(bit / 8).take(9).enumerate() {
            word |= u128::from(b) << (8 * i);
        }
        give((word >> (bit % 8)) as u64 & mask);
        bit += width as usize;
    }
}

/// Reads numbers kept as differences (`DELTA_BINARY_PACKED`), at most `most`; gives how many bytes
/// they take.
pub(super) fn deltas(bytes: &[u8], most: usize, out: &mut Vec<i64>) -> Option<usize> {
    let mut t = Thrift::new(bytes);
    let block = usize::try_from(t.unsigned()?).ok()?;
    let minis = usize::try_from(t.unsigned()?).ok()?;
    let count = usize::try_from(t.unsigned()?).ok()?;
    let mut value = zigzag(t.unsigned()?);
    let per_mini = block.checked_div(minis)?;
    if count > most || per_mini == 0 || per_mini % 8 != 0 || minis > bytes.len() {
        return None;
    }
    let mut rest = &bytes[bytes.len() - t.left()..];
    let mut left = count;
    if left > 0 {
        out.push(value);
        left -= 1;
    }
    while left > 0 {
        let mut t = Thrift::new(rest);
        let least = zigzag(t.unsigned()?);
        rest = &rest[rest.len() - t.left()..];
        let (widths, after) = rest.split_at_checked(minis)?;
        rest = after;
        for &width in widths {
            if left == 0 {
                break;
            }
            if width > 64 {
                return None;
            }
            let run = left.min(per_mini);
            if width == 0 {
                for _ in 0..run {
                    value = value.wrapping_add(least);
                    out.push(value);
                }
            } else {
                let size = (per_mini / 8).checked_mul(usize::from(width))?;
                let (packed, after) = rest.split_at(size.min(rest.len()));
                if packed.len() * 8 < run * usize::from(width) {
                    return None;
                }
                unpack(packed, u32::from(width), run, |v| {
                    value = value.wrapping_add(least).wrapping_add(v as i64);
                    out.push(value);
                });
                rest = after;
            }
            left -= run;
        }
    }
    Some(bytes.len() - rest.len())
}
