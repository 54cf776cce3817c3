//! The values of a page, by encoding.

use super::super::blocks::MOST;
use super::super::cells::{Cells, Meaning, Texts, half, long_decimal};
use super::bits::{deltas, runs};
use super::leaves::{Leaf, Physical};
use crate::table::time::DAY;

/// Values of a page.
#[derive(Debug)]
pub(super) enum Values {
    Cells(Cells),
    /// Places in the dictionary, each known to be there.
    Codes(Vec<u32>),
}

/// Reads `count` values from byte `from` of a page on; `dictionary` is the number of its words.
/// `None` where they are damaged.
pub(super) fn values(
    leaf: &Leaf,
    encoding: i64,
    page: Vec<u8>,
    from: usize,
    count: usize,
    dictionary: Option<usize>,
) -> Option<Values> {
    if count == 0 {
        return plain(leaf, Vec::new(), 0, 0).map(Values::Cells);
    }
    let bytes = page.get(from..)?;
    let cells = match encoding {
        0 => plain(leaf, page, from, count)?,
        2 | 8 => {
            let (&width, packed) = bytes.split_first()?;
            let mut codes = Vec::new();
            runs(packed, width.into(), count, &mut codes)?;
            let words = dictionary?;
            let most = codes.iter().copied().max().unwrap_or_default();
            return ((most as usize) < words).then_some(Values::Codes(codes));
        }
        3 if leaf.physical == Physical::Flag => {
            let (len, rest) = bytes.split_first_chunk::<4>()?;
            let packed = rest.get(..u32::from_le_bytes(*len) as usize)?;
            let mut flags = Vec::new();
            runs(packed, 1, count, &mut flags)?;
            Cells::Int(flags.into_iter().map(i64::from).collect())
        }
        5 => {
            let mut out = Vec::new();
            deltas(bytes, count, &mut out)?;
            if leaf.physical == Physical::Int32 {
                // Differences of 32 bits wrap in 32 bits.
                out.iter_mut().for_each(|x| *x = int32(*x as i32, leaf));
            }
            Cells::Int(out)
        }
        6 | 7 => {
            let texts = if encoding == 6 {
                lengths(page, from, count)?
            } else {
                prefixes(bytes, count)?
            };
            from_texts(leaf, texts)?
        }
        9 => {
            let joined = unsplit(leaf, bytes, count)?;
            plain(leaf, joined, 0, count)?
        }
        _ => return None,
    };
    (cells.len() == count).then_some(Values::Cells(cells))
}

fn int32(x: i32, leaf: &Leaf) -> i64 {
    if leaf.meaning == Meaning::Unsigned {
        i64::from(x as u32)
    } else {
        i64::from(x)
    }
}

/// Values of a fixed number of bytes.
fn fixed<const N: usize, T>(
    bytes: &[u8],
    count: usize,
    read: impl Fn([u8; N]) -> T,
) -> Option<Vec<T>> {
    let bytes = bytes.get(..count.checked_mul(N)?)?;
    let (chunks, _) = bytes.as_chunks::<N>();
    Some(chunks.iter().map(|c| read(*c)).collect())
}

/// Values one after the other (`PLAIN`).
pub(super) fn plain(leaf: &Leaf, page: Vec<u8>, from: usize, count: usize) -> Option<Cells> {
    let bytes = page.get(from..)?;
    Some(match leaf.physical {
        Physical::Flag => {
            let bytes = bytes.get(..count.div_ceil(8))?;
            let flag = |i: usize| i64::from(bytes[i / 8] >> (i % 8) & 1);
            Cells::Int((0..count).map(flag).collect())
        }
        Physical::Int32 => Cells::Int(fixed(bytes, count, |b| int32(i32::from_le_bytes(b), leaf))?),
        Physical::Int64 => Cells::Int(fixed(bytes, count, i64::from_le_bytes)?),
        Physical::Int96 => Cells::Int(fixed(bytes, count, int96)?),
        Physical::Float => Cells::Float(fixed(bytes, count, |b| f32::from_le_bytes(b).into())?),
        Physical::Double => Cells::Float(fixed(bytes, count, f64::from_le_bytes)?),
        Physical::Half => Cells::Float(fixed(bytes, count, |b| half(u16::from_le_bytes(b)))?),
        Physical::Bytes => {
            let mut spans = Vec::with_capacity(count.min(bytes.len() / 4));
            let mut at = from;
            for _ in 0..count {
                let len = page.get(at..)?.first_chunk::<4>()?;
                let len = u32::from_le_bytes(*len);
                at += 4;
                let end = at.checked_add(len as usize)?;
                if end > page.len() {
                    return None;
                }
                spans.push((at as u32, len));
                at = end;
            }
            from_texts(leaf, Texts { bytes: page, spans })?
        }
        Physical::Fixed(len) => {
            if len == 0 || count.checked_mul(len)? > bytes.len() {
                return (count == 0).then(|| from_texts(leaf, Texts::default()))?;
            }
            let spans = (0..count).map(|i| ((from + i * len) as u32, len as u32));
            let spans = spans.collect();
            from_texts(leaf, Texts { bytes: page, spans })?
        }
    })
}

/// Microseconds of an instant as Impala wrote it: nanoseconds of the day, then the Julian day.
fn int96(bytes: [u8; 12]) -> i64 {
    let [nanos @ .., a, b, c, d] = bytes;
    let day = i64::from(i32::from_le_bytes([a, b, c, d])) - 2_440_588;
    let nanos = i64::from_le_bytes(nanos);
    day.wrapping_mul(DAY).wrapping_add(nanos.div_euclid(1_000))
}

/// Bytes as what they mean: decimals are numbers of many bytes, the highest first.
fn from_texts(leaf: &Leaf, texts: Texts) -> Option<Cells> {
    if !matches!(leaf.meaning, Meaning::Decimal(_)) {
        return Some(Cells::Text(texts));
    }
    if matches!(leaf.physical, Physical::Fixed(17..)) {
        let numbers = (0..texts.spans.len()).map(|i| long_decimal(texts.get(i), leaf.meaning));
        return Some(Cells::Float(numbers.collect()));
    }
    let wide = |i: usize| {
        let bytes = texts.get(i);
        let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
        let start = if negative { -1i128 } else { 0 };
        (bytes.len() <= 16).then(|| bytes.iter().fold(start, |v, &b| v << 8 | i128::from(b)))
    };
    (0..texts.spans.len())
        .map(wide)
        .collect::<Option<Vec<i128>>>()
        .map(Cells::Wide)
}

/// Texts after their lengths (`DELTA_LENGTH_BYTE_ARRAY`).
fn lengths(page: Vec<u8>, from: usize, count: usize) -> Option<Texts> {
    let mut lengths = Vec::new();
    let mut at = from + deltas(page.get(from..)?, count, &mut lengths)?;
    let mut spans = Vec::with_capacity(lengths.len());
    for len in lengths {
        let len = u32::try_from(len).ok()?;
        let end = at.checked_add(len as usize)?;
        if end > page.len() {
            return None;
        }
        spans.push((at as u32, len));
        at = end;
    }
    Some(Texts { bytes: page, spans })
}

/// Texts that share their start with the one before (`DELTA_BYTE_ARRAY`).
fn prefixes(bytes: &[u8], count: usize) -> Option<Texts> {
    let mut prefixes = Vec::new();
    let used = deltas(bytes, count, &mut prefixes)?;
    let suffixes = lengths(bytes.to_vec(), used, count)?;
    if prefixes.len() != suffixes.spans.len() {
        return None;
    }
    let mut out = Texts::default();
    let mut before = 0;
    for (i, prefix) in prefixes.into_iter().enumerate() {
        let prefix = usize::try_from(prefix).ok()?;
        let start = out.bytes.len();
        let suffix = suffixes.get(i);
        if prefix > start - before || start + prefix + suffix.len() > MOST {
            return None;
        }
        out.bytes.extend_from_within(before..before + prefix);
        out.bytes.extend_from_slice(suffix);
        out.spans
            .push((start as u32, (prefix + suffix.len()) as u32));
        before = start;
    }
    Some(out)
}

/// Values whose first bytes come first, then all second ones (`BYTE_STREAM_SPLIT`).
fn unsplit(leaf: &Leaf, bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    let size = match leaf.physical {
        Physical::Int32 | Physical::Float => 4,
        Physical::Int64 | Physical::Double => 8,
        Physical::Half => 2,
        Physical::Fixed(len) => len,
        _ => return None,
    };
    let bytes = bytes.get(..count.checked_mul(size)?)?;
    let mut out = vec![0; bytes.len()];
    for (i, stream) in bytes.chunks_exact(count.max(1)).enumerate() {
        for (value, &b) in out.chunks_exact_mut(size).zip(stream) {
            value[i] = b;
        }
    }
    Some(out)
}
