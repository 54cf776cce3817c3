//! What a Parquet file says of itself: its footer and the headers of its pages, as
//! `parquet-format` (Apache, version 2.11) defines them. Only what reading needs is kept.

use super::thrift::{Thrift, kind};
use std::ops::Range;

/// The footer.
#[derive(Debug, Default)]
pub(super) struct Footer {
    /// The schema, depth first; the first is its root.
    pub schema: Vec<Element>,
    /// Groups of rows in order.
    pub groups: Vec<Group>,
    /// Where the lists of the schema stand in it; one in an honest file.
    pub schema_at: Vec<Range<usize>>,
}

/// A node of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub name: String,
    /// Physical type, where it is a leaf.
    pub physical: Option<i64>,
    /// Bytes of a value of fixed length.
    pub length: usize,
    /// 0 required, 1 optional, 2 repeated.
    pub repetition: i64,
    pub children: usize,
    /// The older way to say what values mean.
    pub converted: Option<i64>,
    pub scale: u32,
    /// The newer one.
    pub logical: Option<Logical>,
}

/// What values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logical {
    Text,
    Decimal(u32),
    Date,
    /// Units in a second.
    Clock(i64),
    /// Units in a second.
    Instant(i64),
    Integer {
        signed: bool,
    },
    Uuid,
    Half,
    /// A list or a map, whose items are a level below.
    Items,
    Nothing,
    /// One whose values are their own meaning.
    Other,
}

/// A group of rows.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub chunks: Vec<Chunk>,
    pub rows: u64,
    /// Where it stands in the footer.
    pub at: Range<usize>,
}

/// The values of one leaf in one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub codec: i64,
    pub values: u64,
    /// Where it starts, and how many bytes it has.
    pub start: u64,
    pub bytes: u64,
    /// Whether it can be read: it is in this file and not encrypted.
    pub here: bool,
}

/// What stands before a page.
#[derive(Debug, Default)]
pub(super) struct PageHeader {
    /// 0 data, 2 dictionary, 3 data of version 2.
    pub kind: i64,
    /// Bytes unpacked and packed.
    pub unpacked: usize,
    pub packed: usize,
    pub crc: Option<u32>,
    pub values: usize,
    pub encoding: i64,
    /// Of the levels of a page of version 1.
    pub level_encodings: [i64; 2],
    /// Bytes of the levels of a page of version 2: definition, repetition.
    pub levels: [usize; 2],
    /// Whether the values of a page of version 2 are packed.
    pub compressed: bool,
    /// Rows and missing values of a page of version 2.
    pub rows: Option<usize>,
    pub missing: Option<usize>,
    /// A bit for each field that is there; the first where one is not as it should be.
    pub fields: u16,
}

/// The footer's structure; `None` where the bytes make none.
pub(super) fn footer(bytes: &[u8]) -> Option<Footer> {
    let mut out = Footer::default();
    fill(bytes, &mut out)?;
    Some(out)
}

/// As much of a footer as stands in these bytes.
pub(super) fn begun_footer(bytes: &[u8]) -> Footer {
    let mut out = Footer::default();
    // What came before its end is what is asked for.
    let _ = fill(bytes, &mut out);
    out
}

fn fill(bytes: &[u8], out: &mut Footer) -> Option<()> {
    let at = |t: &Thrift| bytes.len() - t.left();
    Thrift::new(bytes).fields(|t, field, kind| match (field, kind) {
        (2, kind::LIST) => {
            let from = at(t);
            elements(t, &mut out.schema)?;
            out.schema_at.push(from..at(t));
            Some(())
        }
        (4, kind::LIST) => t.items(|t, _| {
            let from = at(t);
            let found = group(t)?;
            out.groups.push(Group {
                at: from..at(t),
                ..found
            });
            Some(())
        }),
        _ => t.skip(kind),
    })
}

/// A list of the schema that stands in these bytes alone.
pub(super) fn schema_in(bytes: &[u8]) -> Option<Vec<Element>> {
    let mut out = Vec::new();
    elements(&mut Thrift::new(bytes), &mut out)?;
    Some(out)
}

/// A group of rows that stands in these bytes alone.
pub(super) fn group_in(bytes: &[u8]) -> Option<Group> {
    group(&mut Thrift::new(bytes))
}

fn elements(t: &mut Thrift, out: &mut Vec<Element>) -> Option<()> {
    t.items(|t, _| {
        out.push(element(t)?);
        Some(())
    })
}

fn size(t: &mut Thrift) -> Option<usize> {
    usize::try_from(t.number()?).ok()
}

fn element(t: &mut Thrift) -> Option<Element> {
    let mut out = Element::default();
    t.fields(|t, field, kind| {
        match (field, kind) {
            (1, 4..=6) => out.physical = Some(t.number()?),
            (2, 4..=6) => out.length = size(t)?,
            (3, 4..=6) => out.repetition = t.number()?,
            (4, kind::BINARY) => out.name = String::from_utf8_lossy(t.binary()?).into_owned(),
            (5, 4..=6) => out.children = size(t)?,
            (6, 4..=6) => out.converted = Some(t.number()?),
            (7, 4..=6) => out.scale = u32::try_from(t.number()?).ok()?,
            (10, kind::STRUCT) => out.logical = logical(t)?,
            _ => t.skip(kind)?,
        }
        Some(())
    })?;
    Some(out)
}

fn logical(t: &mut Thrift) -> Option<Option<Logical>> {
    let mut out = None;
    t.fields(|t, field, kind| {
        if kind != kind::STRUCT {
            return t.skip(kind);
        }
        out = Some(match field {
            5 => {
                let mut scale = 0;
                t.fields(|t, field, kind| match (field, kind) {
                    (1, 4..=6) => {
                        scale = u32::try_from(t.number()?).ok()?;
                        Some(())
                    }
                    _ => t.skip(kind),
                })?;
                Logical::Decimal(scale)
            }
            7 => Logical::Clock(unit(t)?),
            8 => Logical::Instant(unit(t)?),
            10 => {
                let mut signed = true;
                t.fields(|t, field, kind| {
                    if field == 2 {
                        signed = kind == kind::TRUE;
                    }
                    t.skip(kind)
                })?;
                Logical::Integer { signed }
            }
            other => {
                t.skip(kind)?;
                match other {
                    1 | 4 | 12 => Logical::Text,
                    2 | 3 => Logical::Items,
                    6 => Logical::Date,
                    11 => Logical::Nothing,
                    14 => Logical::Uuid,
                    15 => Logical::Half,
                    _ => Logical::Other,
                }
            }
        });
        Some(())
    })?;
    Some(out)
}

/// The unit of an instant or a clock, in a second.
fn unit(t: &mut Thrift) -> Option<i64> {
    let mut out = 1_000_000;
    t.fields(|t, field, kind| {
        if (field, kind) != (2, kind::STRUCT) {
            return t.skip(kind);
        }
        t.fields(|t, field, kind| {
            out = match field {
                1 => 1_000,
                3 => 1_000_000_000,
                _ => 1_000_000,
            };
            t.skip(kind)
        })
    })?;
    Some(out)
}

fn group(t: &mut Thrift) -> Option<Group> {
    let mut out = Group::default();
    t.fields(|t, field, kind| {
        match (field, kind) {
            (1, kind::LIST) => t.items(|t, _| {
                out.chunks.push(chunk(t)?);
                Some(())
            })?,
            (3, 4..=6) => out.rows = u64::try_from(t.number()?).ok()?,
            _ => t.skip(kind)?,
        }
        Some(())
    })?;
    Some(out)
}

fn chunk(t: &mut Thrift) -> Option<Chunk> {
    let mut out = Chunk::default();
    let mut elsewhere = false;
    t.fields(|t, field, kind| {
        match (field, kind) {
            (1, kind::BINARY) => elsewhere = !t.binary()?.is_empty(),
            (3, kind::STRUCT) => {
                column(t, &mut out)?;
                out.here = true;
            }
            (8 | 9, _) => {
                elsewhere = true;
                t.skip(kind)?;
            }
            _ => t.skip(kind)?,
        }
        Some(())
    })?;
    out.here &= !elsewhere;
    Some(out)
}

fn column(t: &mut Thrift, out: &mut Chunk) -> Option<()> {
    let (mut data, mut dictionary) = (0, None);
    t.fields(|t, field, kind| {
        match (field, kind) {
            (4, 4..=6) => out.codec = t.number()?,
            (5, 4..=6) => out.values = u64::try_from(t.number()?).ok()?,
            (7, 4..=6) => out.bytes = u64::try_from(t.number()?).ok()?,
            (9, 4..=6) => data = u64::try_from(t.number()?).ok()?,
            (11, 4..=6) => dictionary = u64::try_from(t.number()?).ok(),
            _ => t.skip(kind)?,
        }
        Some(())
    })?;
    // Some writers name a dictionary at 0 where there is none.
    out.start = dictionary
        .filter(|&at| at > 0)
        .map_or(data, |at| at.min(data));
    Some(())
}

/// The header at the start of the bytes, and its length.
pub(super) fn page_header(bytes: &[u8]) -> Option<(PageHeader, usize)> {
    let mut out = PageHeader {
        compressed: true,
        level_encodings: [3, 3],
        ..PageHeader::default()
    };
    let mut t = Thrift::new(bytes);
    t.fields(|t, field, kind| {
        out.fields |= match (field, kind) {
            (1..=4, 4..=6) | (5..=8, kind::STRUCT) => 1 << field,
            _ => 1,
        };
        match (field, kind) {
            (1, 4..=6) => out.kind = t.number()?,
            (2, 4..=6) => out.unpacked = size(t)?,
            (3, 4..=6) => out.packed = size(t)?,
            (4, 4..=6) => out.crc = Some(t.number()? as u32),
            (5 | 7 | 8, kind::STRUCT) => {
                t.fields(|t, inner, kind| {
                    match (field, inner, kind) {
                        (_, 1, 4..=6) => out.values = size(t)?,
                        (5 | 7, 2, 4..=6) | (8, 4, 4..=6) => out.encoding = t.number()?,
                        (8, 2, 4..=6) => out.missing = Some(size(t)?),
                        (8, 3, 4..=6) => out.rows = Some(size(t)?),
                        (5, 3, 4..=6) => out.level_encodings[0] = t.number()?,
                        (5, 4, 4..=6) => out.level_encodings[1] = t.number()?,
                        (8, 5, 4..=6) => out.levels[0] = size(t)?,
                        (8, 6, 4..=6) => out.levels[1] = size(t)?,
                        (8, 7, kind::FALSE) => out.compressed = false,
                        _ => t.skip(kind)?,
                    }
                    Some(())
                })?;
            }
            _ => t.skip(kind)?,
        }
        Some(())
    })?;
    Some((out, bytes.len() - t.left()))
}
