//! The cells of one leaf in one batch, or of a dictionary.

use super::super::blocks::{Codec, MOST};
use super::super::cells::{Cells, Meaning, Texts, half, long_decimal};
use super::super::sink::NOWHERE;
use super::super::target::plausible;
use super::leaves::{Around, Layout, Leaf};
use super::messages::Batch;
use crate::read::{Bytes, ReadError};

/// The buffers of a batch, as they are asked for.
pub(super) struct Body<'a> {
    pub file: &'a dyn Bytes,
    pub batch: &'a Batch,
}

/// The values of a leaf, or where they are in a dictionary.
pub(super) struct Found {
    pub cells: Cells,
    /// The place of each item; `None`: each row has the cell of its number.
    pub places: Option<Vec<u32>>,
    /// Where the items of each row start, where the leaf is in a list.
    pub starts: Option<Vec<u32>>,
    /// Whether a row has no list at all, where the leaf is in one.
    pub absent: Vec<bool>,
}

/// Lists at most that an item may be in, on average.
const SHARED: usize = 16;

/// What is read of a batch: `Ok(None)` where it is damaged.
type Read<T> = Result<Option<T>, ReadError>;

/// Takes what is there, or ends with what is damaged.
macro_rules! whole {
    ($found:expr) => {
        match $found {
            Some(found) => found,
            None => return Ok(None),
        }
    };
}

impl Body<'_> {
    fn buffer(&self, index: usize) -> Read<Vec<u8>> {
        let place = || {
            let from = u64::try_from(*self.batch.buffers.get(2 * index)?).ok()?;
            let len = u64::try_from(*self.batch.buffers.get(2 * index + 1)?).ok()?;
            let to = from.checked_add(len)?;
            (to <= self.batch.size).then_some((from, to))
        };
        let (from, to) = whole!(place());
        if from == to {
            return Ok(Some(Vec::new()));
        }
        let (from, to) = (self.batch.body + from, self.batch.body + to);
        let mut bytes = self.file.read(from, to)?;
        let Some(codec) = self.batch.codec else {
            return Ok(Some(bytes));
        };
        let (len, packed) = whole!(bytes.split_first_chunk::<8>());
        let len = i64::from_le_bytes(*len);
        if len == -1 {
            bytes.drain(..8);
            return Ok(Some(bytes));
        }
        let codec = if codec == 0 {
            Codec::Lz4Frame
        } else {
            Codec::Zstd
        };
        let size = usize::try_from(len).ok();
        Ok(size.and_then(|size| codec.unpack(packed, size)))
    }

    /// Values of a node, at most as many as the file could hold.
    fn length(&self, node: usize) -> Option<usize> {
        let len = u64::try_from(*self.batch.nodes.get(2 * node)?).ok()?;
        usize::try_from(len)
            .ok()
            .filter(|_| len <= plausible(self.file.size()))
    }

    /// Takes out the places at which a node's values are missing.
    fn missing(&self, node: usize, buffer: usize, places: &mut Option<Vec<u32>>) -> Read<()> {
        let count = self.batch.nodes.get(2 * node + 1).copied();
        if count == Some(0) {
            return Ok(Some(()));
        }
        let bits = whole!(self.buffer(buffer)?);
        if bits.is_empty() {
            return Ok(Some(()));
        }
        let len = whole!(self.length(node));
        if bits.len() < len.div_ceil(8) {
            return Ok(None);
        }
        let all = places.get_or_insert_with(|| (0..len as u32).collect());
        for place in all.iter_mut().filter(|p| **p != NOWHERE) {
            let bit = bits
                .get(*place as usize / 8)
                .map_or(0, |b| b >> (*place % 8) & 1);
            if bit == 0 {
                *place = NOWHERE;
            }
        }
        Ok(Some(()))
    }

    /// The cells of a leaf.
    pub fn leaf(&self, leaf: &Leaf, rows: usize) -> Read<Found> {
        let mut places: Option<Vec<u32>> = None;
        let mut starts = None;
        let mut absent = Vec::new();
        for outer in &leaf.around {
            let (around, node) = (outer.around, outer.node);
            let buffer = self.at(outer.buffer, outer.views);
            whole!(self.missing(node, buffer, &mut places)?);
            if around == Around::Struct {
                continue;
            }
            let outer = places.take().unwrap_or_else(|| (0..rows as u32).collect());
            let most = whole!(self.length(node + 1));
            let (items, from) = whole!(match around {
                Around::View { large } => {
                    let starts = whole!(self.offsets(buffer + 1, large)?);
                    let sizes = whole!(self.offsets(buffer + 2, large)?);
                    gather(&outer, &starts, &sizes, most)
                }
                Around::List { large } => {
                    let ends = whole!(self.offsets(buffer + 1, large)?);
                    spread(&outer, around, Some(&ends), most)
                }
                _ => spread(&outer, around, None, most),
            });
            absent = outer.iter().map(|place| *place == NOWHERE).collect();
            (places, starts) = (Some(items), Some(from));
        }
        let len = whole!(self.length(leaf.node));
        if leaf.layout == Layout::Null {
            let count = places.map_or(rows, |p| p.len());
            return Ok(Some(Found {
                cells: Cells::Int(Vec::new()),
                places: Some(vec![NOWHERE; count]),
                starts,
                absent,
            }));
        }
        whole!(self.missing(leaf.node, self.at(leaf.buffer, leaf.views), &mut places)?);
        let cells = whole!(self.cells(leaf, leaf.layout, len)?);
        // What points behind the values is damage, and no missing cell.
        let most = match &places {
            Some(places) => places
                .iter()
                .filter(|&&p| p != NOWHERE)
                .max()
                .map_or(0, |p| p + 1),
            None => rows as u32,
        };
        if (most as usize) > cells.len() {
            return Ok(None);
        }
        Ok(Some(Found {
            cells,
            places,
            starts,
            absent,
        }))
    }

    /// The values of a dictionary.
    pub fn words(&self, leaf: &Leaf, layout: Layout) -> Read<Cells> {
        let values = Leaf {
            node: 0,
            buffer: 0,
            views: 0,
            around: Vec::new(),
            ..leaf.clone()
        };
        let len = whole!(self.length(0));
        self.cells(&values, layout, len)
    }

    /// A buffer's number, where so many leaves before it have a variable number of buffers.
    fn at(&self, buffer: usize, views: usize) -> usize {
        let more = self.batch.views.iter().take(views);
        more.fold(buffer, |at, &n| {
            at.saturating_add(usize::try_from(n).unwrap_or(0))
        })
    }

    fn offsets(&self, buffer: usize, large: bool) -> Read<Vec<usize>> {
        let bytes = whole!(self.buffer(buffer)?);
        let one = |i: i64| usize::try_from(i).ok();
        Ok(if large {
            let (all, _) = bytes.as_chunks::<8>();
            all.iter().map(|b| one(i64::from_le_bytes(*b))).collect()
        } else {
            let (all, _) = bytes.as_chunks::<4>();
            all.iter()
                .map(|b| one(i32::from_le_bytes(*b).into()))
                .collect()
        })
    }

    fn cells(&self, leaf: &Leaf, layout: Layout, len: usize) -> Read<Cells> {
        let first = self.at(leaf.buffer, leaf.views) + 1;
        let cells = match layout {
            Layout::Text { large } => {
                let ends = whole!(self.offsets(first, large)?);
                let bytes = whole!(self.buffer(first + 1)?);
                texts(&ends, bytes, len).map(Cells::Text)
            }
            Layout::View => {
                let views = whole!(self.buffer(first)?);
                let count = self.batch.views.get(leaf.views).copied().unwrap_or(0);
                let mut long = Vec::new();
                for i in 0..usize::try_from(count).unwrap_or(0) {
                    long.push(whole!(self.buffer(first + 1 + i)?));
                }
                viewed(&views, &long, len).map(Cells::Text)
            }
            Layout::Null => Some(Cells::Int(Vec::new())),
            Layout::Unknown => None,
            plain => {
                let bytes = whole!(self.buffer(first)?);
                fixed(plain, leaf.meaning, bytes, len)
            }
        };
        Ok(cells)
    }
}

/// The items of lists: their places one after the other, and where those of each row start.
fn spread(
    outer: &[u32],
    around: Around,
    ends: Option<&[usize]>,
    most: usize,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let mut items = Vec::new();
    let mut starts = Vec::with_capacity(outer.len());
    let mut last = 0;
    for &place in outer {
        starts.push(items.len() as u32);
        if place == NOWHERE {
            continue;
        }
        let place = place as usize;
        let (from, to) = match (around, ends) {
            (Around::FixedList(size), _) => {
                let from = place.checked_mul(size)?;
                (from, from.checked_add(size)?)
            }
            (_, Some(ends)) => (*ends.get(place)?, *ends.get(place + 1)?),
            _ => return None,
        };
        // In order and apart, so that no item is spread twice.
        if from < last || to < from || to > most {
            return None;
        }
        last = to;
        items.extend(from as u32..to as u32);
    }
    Some((items, starts))
}

/// As [`spread`], of lists whose items lie anywhere. They may share items, but not so that a small file
/// fills the memory.
fn gather(
    outer: &[u32],
    starts: &[usize],
    sizes: &[usize],
    most: usize,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let mut items = Vec::new();
    let mut from = Vec::with_capacity(outer.len());
    for &place in outer {
        from.push(items.len() as u32);
        if place == NOWHERE {
            continue;
        }
        let (start, size) = (*starts.get(place as usize)?, *sizes.get(place as usize)?);
        let end = start.checked_add(size)?;
        if size > 0 && end > most || items.len() + size > most.saturating_mul(SHARED) {
            return None;
        }
        items.extend(start as u32..end as u32);
    }
    Some((items, from))
}

fn texts(ends: &[usize], bytes: Vec<u8>, len: usize) -> Option<Texts> {
    let mut spans = Vec::with_capacity(len.min(ends.len()));
    if len > 0 && ends.len() <= len {
        return None;
    }
    for pair in ends.windows(2).take(len) {
        let (from, to) = (pair[0], pair[1]);
        if to < from || to > bytes.len() {
            return None;
        }
        spans.push((u32::try_from(from).ok()?, u32::try_from(to - from).ok()?));
    }
    Some(Texts { bytes, spans })
}

/// Texts of which the short ones are where the places of the long ones are.
fn viewed(views: &[u8], long: &[Vec<u8>], len: usize) -> Option<Texts> {
    let (views, _) = views.as_chunks::<16>();
    let mut out = Texts::default();
    for view in views.get(..len)? {
        let word = |at: usize| {
            let word = view.get(at..)?.first_chunk()?;
            Some(u32::from_le_bytes(*word) as usize)
        };
        let size = word(0)?;
        let text = if size <= 12 {
            view.get(4..4 + size)?
        } else {
            let (buffer, from) = (word(8)?, word(12)?);
            long.get(buffer)?.get(from..from.checked_add(size)?)?
        };
        if out.bytes.len() + size > MOST {
            return None;
        }
        out.spans.push((out.bytes.len() as u32, size as u32));
        out.bytes.extend_from_slice(text);
    }
    Some(out)
}

fn all<const N: usize, T>(bytes: &[u8], len: usize, one: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (chunks, _) = bytes.as_chunks::<N>();
    Some(chunks.get(..len)?.iter().map(|c| one(*c)).collect())
}

fn fixed(layout: Layout, meaning: Meaning, bytes: Vec<u8>, len: usize) -> Option<Cells> {
    let ints = match layout {
        Layout::Bool => {
            let bytes = bytes.get(..len.div_ceil(8))?;
            let one = |i: usize| i64::from(bytes[i / 8] >> (i % 8) & 1);
            (0..len).map(one).collect()
        }
        Layout::Int {
            bytes: 1,
            signed: true,
        } => all(&bytes, len, |b| i8::from_le_bytes(b).into())?,
        Layout::Int {
            bytes: 2,
            signed: true,
        } => all(&bytes, len, |b| i16::from_le_bytes(b).into())?,
        Layout::Int {
            bytes: 4,
            signed: true,
        } => all(&bytes, len, |b| i32::from_le_bytes(b).into())?,
        Layout::Int { bytes: 1, .. } => all(&bytes, len, |[b]| b.into())?,
        Layout::Int { bytes: 2, .. } => all(&bytes, len, |b| u16::from_le_bytes(b).into())?,
        Layout::Int { bytes: 4, .. } => all(&bytes, len, |b| u32::from_le_bytes(b).into())?,
        Layout::Int { bytes: 8, .. } => all(&bytes, len, i64::from_le_bytes)?,
        Layout::Int { bytes: 16, .. } => {
            return all(&bytes, len, i128::from_le_bytes).map(Cells::Wide);
        }
        Layout::Int { bytes: 32, .. } => {
            let one = |mut b: [u8; 32]| {
                b.reverse();
                long_decimal(&b, meaning)
            };
            return all(&bytes, len, one).map(Cells::Float);
        }
        Layout::Float { bytes: 2 } => {
            return all(&bytes, len, |b| half(u16::from_le_bytes(b))).map(Cells::Float);
        }
        Layout::Float { bytes: 4 } => {
            return all(&bytes, len, |b| f32::from_le_bytes(b).into()).map(Cells::Float);
        }
        Layout::Float { .. } => {
            return all(&bytes, len, f64::from_le_bytes).map(Cells::Float);
        }
        Layout::Fixed(size) => {
            if len.checked_mul(size)? > bytes.len() {
                return None;
            }
            let span = |i: usize| Some((u32::try_from(i * size).ok()?, u32::try_from(size).ok()?));
            let spans = (0..len).map(span).collect::<Option<_>>()?;
            return Some(Cells::Text(Texts { bytes, spans }));
        }
        _ => return None,
    };
    Some(Cells::Int(ints))
}
