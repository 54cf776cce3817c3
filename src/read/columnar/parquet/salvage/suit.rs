//! Whether pages can be those of a column: by their headers alone, and by what is in them.

use super::super::super::blocks::Codec;
use super::super::bits as packed;
use super::super::leaves::{Leaf, Physical};
use super::super::meta::PageHeader;
use super::super::pages::{bits, codec, levels, unpack};
use super::super::values::values;
use super::walk::{Item, Page, Told};
use crate::read::{Bytes, ReadError};

/// A column that the file is thought to have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Like {
    pub leaf: Leaf,
    pub physical: i64,
    /// Its names, with a 0 behind each.
    pub path: Vec<u8>,
    pub codec: i64,
}

/// Zeros that fastparquet writes behind the values of a page.
const SPARE: usize = 8;

/// Bytes of a value, where all have as many.
fn width(leaf: &Leaf) -> Option<usize> {
    match leaf.physical {
        Physical::Flag | Physical::Bytes => None,
        Physical::Half => Some(2),
        Physical::Int32 | Physical::Float => Some(4),
        Physical::Int64 | Physical::Double => Some(8),
        Physical::Int96 => Some(12),
        Physical::Fixed(len) => Some(len),
    }
}

/// The most bytes that the levels of a page of version 1 take: runs of eight take two bytes each, and
/// their length four.
fn most_levels(leaf: &Leaf, count: usize) -> usize {
    let each = |most: u32| match most {
        0 => 0,
        _ => 16usize.saturating_add(count.saturating_mul(bits(most) as usize) / 4),
    };
    each(leaf.lists).saturating_add(each(leaf.present))
}

impl Like {
    /// Whether a page can be one of it by its header; `dictionary`: one stands before it.
    pub fn suits(&self, header: &PageHeader, dictionary: bool) -> bool {
        let (leaf, count) = (&self.leaf, header.values);
        let Some(codec) = codec(self.codec) else {
            return false;
        };
        if codec == Codec::Plain && header.packed != header.unpacked {
            return false;
        }
        if header.kind == 2 {
            let all = width(leaf).and_then(|w| w.checked_mul(count));
            return match (leaf.physical, all) {
                (Physical::Flag, _) => false,
                (Physical::Bytes, _) => count.checked_mul(4).is_some_and(|n| n <= header.unpacked),
                (_, all) => all == Some(header.unpacked),
            } && matches!(header.encoding, 0 | 2);
        }
        let there = match (header.kind, header.missing) {
            (3, Some(missing)) if leaf.present == 0 || leaf.lists == 0 => {
                match count.checked_sub(missing) {
                    Some(there) => Some(there).filter(|_| missing == 0 || leaf.present > 0),
                    None => return false,
                }
            }
            _ if leaf.present == 0 => Some(count),
            _ => None,
        };
        let levels = if header.kind == 3 {
            let [defined, repeated] = header.levels;
            let flat = leaf.lists > 0 || repeated == 0 && header.rows == Some(count);
            if !flat || leaf.present == 0 && defined > 0 {
                return false;
            }
            defined.saturating_add(repeated)
        } else {
            0
        };
        let Some(body) = header.unpacked.checked_sub(levels) else {
            return false;
        };
        let exact = header.kind == 3 || leaf.present == 0;
        let least = if exact { 0 } else { 6.min(4 + count) };
        let Some(body) = body.checked_sub(least) else {
            return false;
        };
        let slack = if exact { 0 } else { most_levels(leaf, count) };
        // So many values take so many bytes, if none is missing.
        let takes = |each: usize| {
            let full = there.unwrap_or(count).checked_mul(each);
            full.is_some_and(|full| match there {
                Some(_) if exact => (full..=full.saturating_add(SPARE)).contains(&body),
                _ => body <= full.saturating_add(slack),
            })
        };
        match (header.encoding, leaf.physical) {
            (0, Physical::Flag) => {
                let full = there.unwrap_or(count).div_ceil(8);
                if exact && there.is_some() {
                    (full..=full + SPARE).contains(&body)
                } else {
                    body <= full + slack
                }
            }
            (0, Physical::Bytes) => {
                !exact || there.is_none_or(|n| n.checked_mul(4).is_some_and(|n| n <= body))
            }
            (0, _) => width(leaf).is_some_and(takes),
            (9, Physical::Flag | Physical::Bytes | Physical::Int96) => false,
            (9, _) => width(leaf).is_some_and(takes),
            (2 | 8, Physical::Flag) => false,
            (2 | 8, _) => dictionary,
            (3, physical) => physical == Physical::Flag,
            (5, physical) => matches!(physical, Physical::Int32 | Physical::Int64),
            (6, physical) => physical == Physical::Bytes,
            (7, physical) => matches!(physical, Physical::Bytes | Physical::Fixed(_)),
            _ => false,
        }
    }

    /// Whether it is what is told behind pages that hold so many values in so many bytes.
    pub fn is(&self, told: &Told, values: u64, bytes: u64) -> bool {
        let same = (told.physical, told.codec) == (self.physical, self.codec);
        same && told.path == self.path && (told.values, told.bytes) == (values, bytes)
    }

    /// Rows that begin in a page of it, which is unpacked only where its header does not tell.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn rows(&self, file: &dyn Bytes, page: &Page) -> Result<Option<u64>, ReadError> {
        let header = &page.header;
        if header.kind == 3 {
            return Ok(header.rows.map(|rows| rows as u64));
        }
        if self.leaf.lists == 0 {
            return Ok(Some(header.values as u64));
        }
        let packed = file.read(page.body, page.end)?;
        let found = levels(&self.leaf, codec(self.codec), header, packed);
        Ok(found.map(|l| l.repetition.iter().filter(|&&r| r == 0).count() as u64))
    }

    /// Whether what is in these pages is values of it to the last byte.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn holds(&self, file: &dyn Bytes, items: &[Item]) -> Result<bool, ReadError> {
        let mut words = None;
        for item in items {
            let Item::Page(page) = item else { continue };
            let body = file.read(page.body, page.end)?;
            let held = if page.header.kind == 2 {
                words = self.dictionary(&page.header, body);
                words.is_some()
            } else {
                self.data(&page.header, body, words).is_some()
            };
            if !held {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn dictionary(&self, header: &PageHeader, body: Vec<u8>) -> Option<usize> {
        let page = unpack(codec(self.codec), header, body)?;
        let used = self.plain(&page, header.values)?;
        (used == page.len()).then_some(header.values)
    }

    fn data(&self, header: &PageHeader, body: Vec<u8>, words: Option<usize>) -> Option<()> {
        let levels = levels(&self.leaf, codec(self.codec), header, body)?;
        let (count, from) = (levels.there, levels.from);
        let bytes = levels.page.get(from..)?;
        if count == 0 {
            // Some writers begin what is not there.
            return (bytes.len() <= SPARE).then_some(());
        }
        match header.encoding {
            0 => {
                let used = self.plain(bytes, count)?;
                ends(&bytes[used..]).then_some(())
            }
            2 | 8 => {
                let (&wide, rest) = bytes.split_first()?;
                let mut codes = Vec::new();
                let used = packed::runs(rest, wide.into(), count, &mut codes)?;
                let most = codes.iter().copied().max().unwrap_or_default();
                (ends(&rest[used..]) && (most as usize) < words?).then_some(())
            }
            9 => {
                let all = width(&self.leaf)?.checked_mul(count)?;
                ends(bytes.get(all..)?).then_some(())
            }
            other => values(&self.leaf, other, levels.page, from, count, words).map(|_| ()),
        }
    }

    /// Bytes that so many values take; `None`: they are not there, or seem to be of another type of as many
    /// bytes.
    fn plain(&self, bytes: &[u8], count: usize) -> Option<usize> {
        let used = match self.leaf.physical {
            Physical::Flag => count.div_ceil(8),
            Physical::Bytes => {
                let mut rest = bytes;
                for _ in 0..count {
                    let (len, after) = rest.split_first_chunk::<4>()?;
                    rest = after.get(u32::from_le_bytes(*len) as usize..)?;
                }
                bytes.len() - rest.len()
            }
            _ => width(&self.leaf)?.checked_mul(count)?,
        };
        let bytes = bytes.get(..used)?;
        let doubtful = match self.leaf.physical {
            Physical::Int64 => all(bytes, |b| sane(f64::from_bits(u64::from_le_bytes(b)))),
            Physical::Int32 => all(bytes, |b| {
                sane(f32::from_bits(u32::from_le_bytes(b)).into())
            }),
            Physical::Double => all(bytes, |b| i64::from_le_bytes(b).unsigned_abs() < 1 << 52),
            Physical::Float => all(bytes, |b| i32::from_le_bytes(b).unsigned_abs() < 1 << 23),
            _ => false,
        };
        (!doubtful).then_some(used)
    }
}

/// Whether no value stands in what is left of a page.
fn ends(rest: &[u8]) -> bool {
    rest.len() <= SPARE && rest.iter().all(|b| *b == 0)
}

/// Whether a number is as large as those that people write as fractions.
fn sane(x: f64) -> bool {
    (1e-18..1e18).contains(&x.abs())
}

/// Whether all of some values are so; those that are 0 tell nothing.
fn all<const N: usize>(bytes: &[u8], is: impl Fn([u8; N]) -> bool) -> bool {
    let (chunks, _) = bytes.as_chunks::<N>();
    let mut some = chunks.iter().filter(|c| **c != [0; N]).peekable();
    some.peek().is_some() && some.all(|c| is(*c))
}
