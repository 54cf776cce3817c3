//! The messages of an Arrow stream, and where the batches of a file are.
//!
//! A file is a stream with an index behind it. Where the index is missing, because a copy or a writer
//! was broken off, the messages are walked instead, and what is whole is read.

use super::flat::Flat;
use super::leaves::{Leaf, leaves};
use crate::read::{Bytes, ReadError};
use std::ops::Range;

/// Bytes that a message without its body may have.
const MESSAGE: u64 = 64 << 20;
/// Bytes read at once where a message starts.
const PROBE: u64 = 4 << 10;

/// A batch or a dictionary: where its buffers are.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// Where its message starts.
    pub at: u64,
    /// Of the body, in the file.
    pub body: u64,
    pub size: u64,
    pub rows: u64,
    /// Length and number of missing values of each node.
    pub nodes: Vec<i64>,
    /// Offset and length of each buffer.
    pub buffers: Vec<i64>,
    /// 0 LZ4, 1 Zstandard.
    pub codec: Option<u8>,
    pub views: Vec<i64>,
    /// Of a dictionary.
    pub id: i64,
    pub delta: bool,
}

/// What an Arrow file or stream holds.
pub(super) struct Arrow {
    pub leaves: Vec<Leaf>,
    /// Dictionaries, each with the number of batches before it.
    pub dictionaries: Vec<(usize, Batch)>,
    pub batches: Vec<Batch>,
    /// Batches before these, of which nothing is known.
    pub before: usize,
    /// Whether it is a file, with an index.
    pub file: bool,
    /// Whether the message at its start names the same leaves. That of a file may be damaged where its
    /// index is not.
    pub agreed: bool,
    /// Whether it ends too early, and the rows of the batch that was cut, where they are known.
    pub cut: Option<u64>,
    /// Whether a stream has no mark where it ends, which it may lack, but mostly has.
    pub open: bool,
}

impl Arrow {
    /// A batch by its turn in the file.
    pub fn batch(&self, at: usize) -> Option<&Batch> {
        self.batches.get(at.checked_sub(self.before)?)
    }

    /// Where the messages are, for [`some`]: how many dictionaries there are, of each the number of
    /// batches before it and its place, then the places of the batches. None where a batch alone does not
    /// tell what the index does.
    pub fn places(&self) -> Vec<u64> {
        if !self.agreed {
            return Vec::new();
        }
        let dictionaries = self.dictionaries.iter();
        let dictionaries = dictionaries.flat_map(|(before, d)| [*before as u64, d.at]);
        let count = self.dictionaries.len() as u64;
        let batches = self.batches.iter().map(|b| b.at);
        std::iter::once(count)
            .chain(dictionaries)
            .chain(batches)
            .collect()
    }
}

/// Looks for some batches at the places that are known, and for the dictionaries before them. `None` where
/// these are not known or do not hold, and for the last batch, behind which the file may be cut off: then
/// all have to be looked for.
pub(super) fn some(
    file: &dyn Bytes,
    places: &[u64],
    groups: &Range<u64>,
) -> Result<Option<Arrow>, ReadError> {
    let known = || {
        let (count, places) = places.split_first()?;
        let all = usize::try_from(*count).ok()?.checked_mul(2)?;
        let (dictionaries, batches) = places.split_at_checked(all)?;
        let (from, to) = (
            usize::try_from(groups.start).ok()?,
            usize::try_from(groups.end).ok()?,
        );
        let wanted = batches.get(from..to).filter(|_| to < batches.len())?;
        Some((dictionaries.as_chunks::<2>().0, wanted, from, to))
    };
    let Some((dictionaries, batches, before, to)) = known() else {
        return Ok(None);
    };
    let is_file = file.read(0, file.size().min(8))?.starts_with(b"ARROW1");
    let Some(leaves) = named_first(file, is_file)? else {
        return Ok(None);
    };
    let mut out = Arrow {
        leaves,
        dictionaries: Vec::new(),
        batches: Vec::with_capacity(batches.len()),
        before,
        file: is_file,
        agreed: true,
        cut: None,
        open: false,
    };
    let size = file.size();
    let dictionaries = dictionaries.iter().map(|[before, at]| (Some(*before), *at));
    for (of, at) in dictionaries.chain(batches.iter().map(|at| (None, *at))) {
        let of = of.map(|before| usize::try_from(before).unwrap_or(usize::MAX));
        if !is_file && of.is_some_and(|before| before > to) {
            continue;
        }
        let Some((Ok((found, body)), next)) = next(file, at.min(size))? else {
            return Ok(None);
        };
        let placed = |batch: Batch| Batch {
            at,
            body,
            size: next.min(size).saturating_sub(body),
            ..batch
        };
        match (found, of) {
            (Message::Dictionary(batch), Some(before)) => {
                out.dictionaries.push((before, placed(batch)));
            }
            (Message::Batch(batch), None) if next <= size => out.batches.push(placed(batch)),
            _ => return Ok(None),
        }
    }
    Ok(Some(out))
}

/// Why a file cannot be read.
pub(super) enum Fault {
    Read(ReadError),
    BigEndian,
    NoSchema,
    Damaged,
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

/// The length of a message's description and its start, at the start of the bytes; 0: the stream
/// ends here.
fn length(bytes: &[u8]) -> Option<(u64, u64)> {
    let first = u32::from_le_bytes(*bytes.first_chunk()?);
    if first != u32::MAX {
        // As written before 2019.
        return Some((first.into(), 4));
    }
    let second = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?);
    Some((second.into(), 8))
}

/// Whether these bytes begin a stream.
pub(super) fn begins_stream(head: &[u8]) -> bool {
    let message = || {
        // Text would be a length of a hundred megabytes and more.
        let (len, start) = length(head).filter(|(len, _)| *len <= MESSAGE)?;
        let message = head.get(start as usize..)?;
        let message = message.get(..len as usize).unwrap_or(message);
        let flat = Flat::root(message)?;
        Some(flat.byte(1) == 1 && !flat.table(2)?.tables(1)?.is_empty())
    };
    message().unwrap_or(false)
}

enum Message {
    Schema(Vec<Leaf>),
    Dictionary(Batch),
    Batch(Batch),
    Other,
}

/// A message's description.
fn message(bytes: &[u8]) -> Result<(Message, u64), Fault> {
    let flat = Flat::root(bytes).ok_or(Fault::Damaged)?;
    let size = u64::try_from(flat.long(3)).map_err(|_| Fault::Damaged)?;
    let (kind, header) = (flat.byte(1), flat.table(2));
    let header = header.ok_or(Fault::Damaged)?;
    let found = match kind {
        1 if header.short(0, 0) != 0 => return Err(Fault::BigEndian),
        1 => Message::Schema(leaves(header).ok_or(Fault::Damaged)?),
        2 => {
            let data = header.table(1).and_then(batch).ok_or(Fault::Damaged)?;
            Message::Dictionary(Batch {
                id: header.long(0),
                delta: header.byte(2) != 0,
                ..data
            })
        }
        3 => Message::Batch(batch(header).ok_or(Fault::Damaged)?),
        _ => Message::Other,
    };
    Ok((found, size))
}

fn batch(flat: Flat) -> Option<Batch> {
    Some(Batch {
        at: 0,
        body: 0,
        size: 0,
        rows: u64::try_from(flat.long(0)).ok()?,
        nodes: flat.longs(1, 2)?,
        buffers: flat.longs(2, 2)?,
        codec: flat.table(3).map(|c| c.byte(0)),
        views: flat.longs(4, 1)?,
        id: 0,
        delta: false,
    })
}

/// Looks for all batches.
pub(super) fn open(file: &dyn Bytes) -> Result<Arrow, Fault> {
    let head = file.read(0, file.size().min(8))?;
    let is_file = head.starts_with(b"ARROW1");
    if is_file && let Some(indexed) = indexed(file)? {
        return Ok(indexed);
    }
    let mut out = Arrow {
        leaves: Vec::new(),
        dictionaries: Vec::new(),
        batches: Vec::new(),
        before: 0,
        file: is_file,
        agreed: true,
        // A file without its index has lost its end.
        cut: is_file.then_some(0),
        open: false,
    };
    let mut schema = false;
    let mut at = if is_file { 8 } else { 0 };
    let size = file.size();
    let mut ended = false;
    while at < size {
        let Some((found, next)) = next(file, at)? else {
            // Behind the last batch of a file that is whole but for its index.
            ended = true;
            break;
        };
        let (found, body, next) = match found {
            Ok(found) => (found.0, found.1, next),
            Err(Fault::Damaged) => {
                out.cut.get_or_insert(0);
                break;
            }
            Err(other) => return Err(other),
        };
        let whole = next <= size;
        let placed = |batch: Batch| Batch {
            at,
            body,
            size: next - body,
            ..batch
        };
        match found {
            Message::Schema(leaves) if !schema => (out.leaves, schema) = (leaves, true),
            Message::Batch(batch) if !whole => out.cut = Some(batch.rows),
            Message::Batch(batch) => out.batches.push(placed(batch)),
            Message::Dictionary(batch) if whole => {
                let before = out.batches.len();
                out.dictionaries.push((before, placed(batch)));
            }
            _ => {}
        }
        if !whole {
            out.cut.get_or_insert(0);
            break;
        }
        at = next;
    }
    if ended {
        out.cut = None;
    }
    out.open = !is_file && !ended;
    if schema {
        Ok(out)
    } else {
        Err(Fault::NoSchema)
    }
}

/// The leaves that the first message names.
fn named_first(file: &dyn Bytes, is_file: bool) -> Result<Option<Vec<Leaf>>, ReadError> {
    Ok(match next(file, if is_file { 8 } else { 0 })? {
        Some((Ok((Message::Schema(leaves), _)), _)) => Some(leaves),
        _ => None,
    })
}

type Found = Result<(Message, u64), Fault>;

/// The message at a byte of the file, where its body starts, and where the next one does. `None`:
/// the stream ends here.
fn next(file: &dyn Bytes, at: u64) -> Result<Option<(Found, u64)>, ReadError> {
    let size = file.size();
    let damaged = Ok(Some((Err(Fault::Damaged), size)));
    let probe = file.read(at, size.min(at + PROBE))?;
    let Some((len, start)) = length(&probe) else {
        return damaged;
    };
    if len == 0 {
        return Ok(None);
    }
    let (from, to) = (at + start, (at + start).saturating_add(len));
    if len > MESSAGE || to > size {
        return damaged;
    }
    let known = probe.get(start as usize..(start + len) as usize);
    let found = match known {
        Some(known) => message(known),
        None => message(&file.read(from, to)?),
    };
    Ok(Some(match found {
        Ok((found, body)) => (Ok((found, to)), to.saturating_add(body)),
        Err(fault) => (Err(fault), size),
    }))
}

/// What the index of a file says; `None` where it has none that can be read.
fn indexed(file: &dyn Bytes) -> Result<Option<Arrow>, Fault> {
    let size = file.size();
    let tail = file.read(size.saturating_sub(10), size)?;
    let Some((len, b"ARROW1")) = tail.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let len = u64::from(u32::from_le_bytes(*len));
    let Some(start) = size.checked_sub(10 + len).filter(|&s| s >= 8) else {
        return Ok(None);
    };
    let bytes = file.read(start, size - 10)?;
    let Some(footer) = Flat::root(&bytes) else {
        return Ok(None);
    };
    let Some(schema) = footer.table(1) else {
        return Ok(None);
    };
    if schema.short(0, 0) != 0 {
        return Err(Fault::BigEndian);
    }
    let blocks = |index| {
        // Offset, length of the description in the lower half, length of the body.
        let longs = footer.longs(index, 3)?;
        let (blocks, _) = longs.as_chunks::<3>();
        let block = |b: &[i64; 3]| {
            let from = u64::try_from(b[0]).ok()?;
            (from < start).then_some(from)
        };
        blocks.iter().map(block).collect::<Option<Vec<u64>>>()
    };
    let (Some(leaves), Some(dictionaries), Some(batches)) = (leaves(schema), blocks(2), blocks(3))
    else {
        return Ok(None);
    };
    let agreed = named_first(file, true)?.is_some_and(|first| first == leaves);
    let mut out = Arrow {
        leaves,
        dictionaries: Vec::new(),
        batches: Vec::new(),
        before: 0,
        file: true,
        agreed,
        cut: None,
        open: false,
    };
    for (at, dictionary) in dictionaries
        .into_iter()
        .map(|at| (at, true))
        .chain(batches.into_iter().map(|at| (at, false)))
    {
        let Some((Ok((found, body)), next)) = next(file, at)? else {
            return Ok(None);
        };
        let placed = |batch: Batch| Batch {
            at,
            body,
            size: next.min(size) - body,
            ..batch
        };
        match (found, dictionary) {
            (Message::Dictionary(batch), true) => out.dictionaries.push((0, placed(batch))),
            (Message::Batch(batch), false) => out.batches.push(placed(batch)),
            _ => return Ok(None),
        }
    }
    Ok(Some(out))
}
