//! From the first byte of a file on: its pages, and what some writers say behind the pages of a column.
//!
//! Pages stand one behind the other, and each tells its length, so that only their headers are read.
//! Older Arrow and polars write what the footer says of a column behind its pages, too; bloom filters
//! may stand between groups. The walk ends where a page goes on behind the end of the file, or where
//! something else begins: the index or the footer.

use super::super::meta::{PageHeader, page_header};
use super::super::thrift::{Thrift, kind};
use crate::read::{Bytes, ReadError};

/// Pages at most that are walked over.
const MOST: usize = 200_000;
/// Bytes that are read for a header, at first and at most: the smallest and largest value are in it.
const PROBE: u64 = 4 << 10;
const HEADER: u64 = 1 << 20;
/// Bytes that are read at once where pages are short.
const AHEAD: u64 = 256 << 10;
/// Bytes of a column's path that are believed.
const PATH: usize = 4 << 10;
/// Bytes of a bloom filter that are believed.
const FILTER: i64 = 128 << 20;

/// What stands in a file.
#[derive(Debug)]
pub(super) enum Item {
    Page(Page),
    Told(Told),
}

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    /// Where its header starts, its body starts, and it ends.
    pub at: u64,
    pub body: u64,
    pub end: u64,
    pub header: PageHeader,
}

/// What is told of a column behind its pages.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub physical: i64,
    /// Its names, with a 0 behind each.
    pub path: Vec<u8>,
    pub codec: i64,
    pub values: u64,
    pub bytes: u64,
}

/// What was met.
pub(super) struct Walk {
    pub items: Vec<Item>,
    /// Where it ended.
    pub end: u64,
    /// Whether all groups are known to be whole: what comes behind the last one begins there.
    pub whole: bool,
}

/// Walks over the pages of a file.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn walk(file: &dyn Bytes) -> Result<Walk, ReadError> {
    let size = file.size();
    let mut items = Vec::new();
    let mut at = 4;
    let (mut window, mut from, mut ahead) = (Vec::new(), 0, AHEAD);
    let mut whole = false;
    while items.len() < MOST && at < size {
        let mut probe = PROBE;
        let met = loop {
            let to = at.saturating_add(probe).min(size);
            if at < from || to > from + window.len() as u64 {
                window = file.read(at, to.max(at.saturating_add(ahead)).min(size))?;
                from = at;
            }
            let bytes = window.get((at - from) as usize..).unwrap_or_default();
            let met = meet(bytes);
            if met.is_some() || to == size || probe >= HEADER {
                break met;
            }
            if begins_end(bytes) {
                break Some((Met::End, 0));
            }
            probe *= 8;
        };
        let bytes = window.get((at - from) as usize..).unwrap_or_default();
        let Some((met, len)) = met else {
            whole = begins_end(bytes);
            break;
        };
        let next = at.saturating_add(len as u64);
        match met {
            Met::Page(header) => {
                let end = next.saturating_add(header.packed as u64);
                if end > size {
                    break;
                }
                ahead = if end - next < AHEAD / 4 { AHEAD } else { PROBE };
                items.push(Item::Page(Page {
                    at,
                    body: next,
                    end,
                    header,
                }));
                at = end;
            }
            Met::Told(told) => {
                items.push(Item::Told(told));
                at = next;
            }
            Met::Filter(bytes) => at = next.saturating_add(bytes),
            Met::End => {
                whole = true;
                break;
            }
        }
    }
    Ok(Walk {
        items,
        end: at,
        whole,
    })
}

enum Met {
    Page(PageHeader),
    Told(Told),
    /// A bloom filter of so many bytes.
    Filter(u64),
    /// The index or the footer.
    End,
}

/// What the bytes begin with, and its length.
fn meet(bytes: &[u8]) -> Option<(Met, usize)> {
    if let Some((header, len)) = page_header(bytes)
        && is_page(&header)
    {
        return Some((Met::Page(header), len));
    }
    if let Some((told, len)) = told(bytes) {
        return Some((Met::Told(told), len));
    }
    if let Some((filter, len)) = filter(bytes) {
        return Some((Met::Filter(filter), len));
    }
    None
}

/// Whether a header has all that one of its kind must have, and nothing of another one.
fn is_page(header: &PageHeader) -> bool {
    let own = match header.kind {
        0 => 5,
        2 => 7,
        3 => 8,
        _ => return false,
    };
    let must = 0b1110 | 1 << own;
    header.fields & !(1 << 4) == must && (header.kind != 3 || header.rows.is_some())
}

/// What the bytes begin with, behind the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    /// A version, then a list of structures: what columns say of themselves begins with a type, then a
    /// list of numbers.
    Footer,
    /// The index of a column's pages: a list of flags, then one of values.
    Pages,
    /// Or a list alone.
    Places,
}

/// Whether the bytes begin like a footer.
pub(super) fn begins_footer(bytes: &[u8]) -> bool {
    behind(bytes) == Some(Behind::Footer)
}

/// Whether the bytes begin like what comes behind all pages.
fn begins_end(bytes: &[u8]) -> bool {
    behind(bytes).is_some_and(|found| {
        let whole = || Thrift::new(bytes).fields(|t, _, kind| t.skip(kind));
        found != Behind::Places || whole().is_some()
    })
}

fn behind(bytes: &[u8]) -> Option<Behind> {
    let (mut version, mut found) = (false, None);
    // It is known what it is before the bytes end.
    let _ = Thrift::new(bytes).fields(|t, field, kind| match (field, kind) {
        (1, 5) => {
            version = (1..=2).contains(&t.number()?);
            Some(())
        }
        (1, kind::LIST) => {
            t.skip(kind)?;
            found = Some(Behind::Places);
            Some(())
        }
        (2, kind::LIST) if version => t.items(|_, kind| {
            found = (kind == kind::STRUCT).then_some(Behind::Footer);
            None
        }),
        (2, kind::LIST) if found.is_some() => {
            found = Some(Behind::Pages);
            None
        }
        _ => {
            found = None;
            None
        }
    });
    found
}

/// A column's own words of itself, alone or within what a footer says of it; and their length.
fn told(bytes: &[u8]) -> Option<(Told, usize)> {
    let mut t = Thrift::new(bytes);
    let alone = column(&mut t);
    if alone.is_some() {
        return Some((alone?, bytes.len() - t.left()));
    }
    let mut t = Thrift::new(bytes);
    let mut found = None;
    t.fields(|t, field, kind| match (field, kind) {
        (3, kind::STRUCT) => {
            found = Some(column(t)?);
            Some(())
        }
        (1, kind::BINARY) | (2 | 4..=7, 4..=6) => t.skip(kind),
        _ => None,
    })?;
    Some((found?, bytes.len() - t.left()))
}

fn column(t: &mut Thrift) -> Option<Told> {
    let mut out = Told::default();
    let mut fields = 0u16;
    t.fields(|t, field, kind| {
        let number = |t: &mut Thrift| u64::try_from(t.number()?).ok();
        fields |= 1u16.checked_shl(u32::try_from(field).ok()?).unwrap_or(0);
        match (field, kind) {
            (1, 5) => out.physical = t.number()?,
            (3, kind::LIST) => t.items(|t, kind| {
                let name = (kind == kind::BINARY).then(|| t.binary())??;
                out.path.extend_from_slice(name);
                out.path.push(0);
                (out.path.len() <= PATH).then_some(())
            })?,
            (4, 5) => out.codec = t.number()?,
            (5, 6) => out.values = number(t)?,
            (7, 6) => out.bytes = number(t)?,
            (2, kind::LIST) | (6 | 9..=11, 6) => t.skip(kind)?,
            (1..=7 | 9..=11, _) => return None,
            _ => t.skip(kind)?,
        }
        Some(())
    })?;
    // Type, encodings, path, packing, values, bytes unpacked and packed, place.
    let must = 0b10_1111_1110;
    (fields & must == must).then_some(out)
}

/// The bytes of a bloom filter, and the length of its header.
fn filter(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut t = Thrift::new(bytes);
    let mut size = None;
    let mut fields = Vec::new();
    t.fields(|t, field, kind| {
        fields.push((field, kind));
        match (field, kind) {
            (1, 5) => {
                size = Some(t.number()?);
                Some(())
            }
            (2..=4, kind::STRUCT) => t.skip(kind),
            _ => None,
        }
    })?;
    let sound = fields.len() == 4;
    let size = size.filter(|s| sound && (32..=FILTER).contains(s))?;
    Some((u64::try_from(size).ok()?, bytes.len() - t.left()))
}
