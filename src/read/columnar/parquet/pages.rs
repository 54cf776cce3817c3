//! Walks over the pages of one leaf in one group, and reads no byte of the file that it does not
//! need.

use super::super::blocks::Codec;
use super::super::cells::Cells;
use super::bits::runs;
use super::leaves::Leaf;
use super::meta::{Chunk, PageHeader, page_header};
use super::values::{Values, plain, values};
use crate::read::{Bytes, ReadError};

/// Bytes read at once where pages are read one after the other, and where most are passed.
const AHEAD: u64 = 256 << 10;
const PROBE: u64 = 4 << 10;
/// Bytes that a page's header may have: the smallest and largest value are in it.
const HEADER: u64 = 1 << 20;

/// What a page holds.
#[derive(Debug)]
pub(super) enum Page {
    Dictionary(Cells),
    Data(Data),
    /// A page that was not wanted, of so many values.
    Passed(usize),
    /// So many values that cannot be read.
    Lost(usize, String),
}

/// A page of values.
#[derive(Debug)]
pub(super) struct Data {
    /// Values, missing ones included.
    pub count: usize,
    /// Where lists begin (0) and go on; empty where there are none.
    pub repetition: Vec<u32>,
    /// What is there; empty where everything is.
    pub definition: Vec<u32>,
    pub values: Values,
}

/// The pages of a chunk.
pub(super) struct Pages<'a> {
    file: &'a dyn Bytes,
    leaf: &'a Leaf,
    codec: Option<Codec>,
    /// Of the window, in the file.
    from: u64,
    window: Vec<u8>,
    at: u64,
    end: u64,
    left: usize,
    words: Option<usize>,
    /// Bytes to read at least where a header is not there yet.
    ahead: u64,
}

/// How a chunk is packed.
pub(super) fn codec(number: i64) -> Option<Codec> {
    Some(match number {
        0 => Codec::Plain,
        1 => Codec::Snappy,
        2 => Codec::Gzip,
        4 => Codec::Brotli,
        5 => Codec::Lz4Hadoop,
        6 => Codec::Zstd,
        7 => Codec::Lz4,
        _ => return None,
    })
}

impl<'a> Pages<'a> {
    /// Those of a chunk of at most `most` values.
    pub fn new(file: &'a dyn Bytes, leaf: &'a Leaf, chunk: &Chunk, most: u64) -> Self {
        let end = chunk.start.saturating_add(chunk.bytes).min(file.size());
        Self {
            file,
            leaf,
            codec: codec(chunk.codec),
            from: 0,
            window: Vec::new(),
            at: chunk.start,
            end: if chunk.here { end } else { 0 },
            left: usize::try_from(chunk.values.min(most)).unwrap_or(usize::MAX),
            words: None,
            ahead: AHEAD,
        }
    }

    /// The next page; `passes` tells whether one of so many values is not wanted.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn next(&mut self, passes: impl Fn(usize) -> bool) -> Result<Option<Page>, ReadError> {
        while self.left > 0 {
            let Some((header, len)) = self.header()? else {
                return Ok(Some(
                    self.lost_rest("a page has no header that can be read"),
                ));
            };
            let body = self.at + len as u64;
            let next = body.saturating_add(header.packed as u64);
            if next > self.end {
                return Ok(Some(
                    self.lost_rest("a page does not end where its column does"),
                ));
            }
            self.at = next;
            let data = match header.kind {
                0 | 3 => true,
                2 => false,
                _ => continue,
            };
            if data {
                if header.values > self.left {
                    return Ok(Some(
                        self.lost_rest("a page claims more values than its column"),
                    ));
                }
                self.left -= header.values;
                let passed = passes(header.values);
                self.ahead = if passed { PROBE } else { AHEAD };
                if passed {
                    return Ok(Some(Page::Passed(header.values)));
                }
            }
            let packed = self.bytes(body, next)?;
            if data {
                let page = self.data(&header, packed);
                return Ok(Some(page.unwrap_or_else(|| self.lost(header.values))));
            }
            // Where it is damaged, the pages that need it are lost, and no others.
            let unpacked = unpack(self.codec, &header, packed);
            let words = unpacked.and_then(|page| plain(self.leaf, page, 0, header.values));
            self.words = words.as_ref().map(Cells::len);
            if let Some(words) = words {
                return Ok(Some(Page::Dictionary(words)));
            }
        }
        Ok(None)
    }

    fn lost(&self, count: usize) -> Page {
        let why = match self.codec {
            None => "it is packed in a way that is not known here (LZO?)".into(),
            Some(codec) => format!("a page is damaged ({})", codec.label()),
        };
        Page::Lost(count, why)
    }

    fn lost_rest(&mut self, why: &str) -> Page {
        self.at = self.end;
        Page::Lost(std::mem::take(&mut self.left), why.into())
    }

    /// The header of the page that is next, and its length.
    fn header(&mut self) -> Result<Option<(PageHeader, usize)>, ReadError> {
        let mut probe = PROBE;
        loop {
            let to = self.at.saturating_add(probe).min(self.end);
            if to <= self.at {
                return Ok(None);
            }
            let found = page_header(self.load(self.at, to, self.ahead)?);
            if found.is_some() || to == self.end || probe >= HEADER {
                return Ok(found);
            }
            probe *= 8;
        }
    }

    /// Bytes of the file.
    fn bytes(&mut self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        Ok(self.load(from, to, AHEAD)?.to_vec())
    }

    fn load(&mut self, from: u64, to: u64, ahead: u64) -> Result<&[u8], ReadError> {
        if from < self.from || to > self.from + self.window.len() as u64 {
            let until = to.max(from.saturating_add(ahead)).min(self.end);
            let known = self.from + self.window.len() as u64;
            if from < self.from || from >= known {
                self.window = self.file.read(from, until)?;
            } else {
                self.window.drain(..(from - self.from) as usize);
                self.window.extend(self.file.read(known, until)?);
            }
            self.from = from;
        }
        let (from, to) = (from - self.from, to - self.from);
        let all = self.window.len();
        Ok(&self.window[all.min(from as usize)..all.min(to as usize)])
    }

    fn data(&self, header: &PageHeader, packed: Vec<u8>) -> Option<Page> {
        let leaf = self.leaf;
        let Levels {
            repetition,
            mut definition,
            there,
            page,
            from,
        } = levels(leaf, self.codec, header, packed)?;
        let count = header.values;
        if there == count && leaf.lists == 0 {
            definition.clear();
        }
        Some(Page::Data(Data {
            count,
            repetition,
            definition,
            values: values(leaf, header.encoding, page, from, there, self.words)?,
        }))
    }
}

/// A page of values, unpacked.
pub(super) struct Levels {
    /// Where lists begin (0) and go on; empty where there are none.
    pub repetition: Vec<u32>,
    /// What is there; empty where nothing can be missing.
    pub definition: Vec<u32>,
    /// Values that are there.
    pub there: usize,
    /// The bytes, and where the values begin in them.
    pub page: Vec<u8>,
    pub from: usize,
}

/// Unpacks a page of a dictionary, or one of values of version 1.
pub(super) fn unpack(
    codec: Option<Codec>,
    header: &PageHeader,
    packed: Vec<u8>,
) -> Option<Vec<u8>> {
    if header.crc.is_some_and(|crc| crc != checksum(&packed)) {
        return None;
    }
    match codec? {
        Codec::Plain => (packed.len() == header.unpacked).then_some(packed),
        codec => codec.unpack(&packed, header.unpacked),
    }
}

/// Unpacks a page of values and reads their levels; `None` where it is damaged.
pub(super) fn levels(
    leaf: &Leaf,
    codec: Option<Codec>,
    header: &PageHeader,
    packed: Vec<u8>,
) -> Option<Levels> {
    let count = header.values;
    let (mut repetition, mut definition) = (Vec::new(), Vec::new());
    let (page, from) = if header.kind == 0 {
        let page = unpack(codec, header, packed)?;
        let mut from = 0;
        let levels = [
            (leaf.lists, header.level_encodings[1], &mut repetition),
            (leaf.present, header.level_encodings[0], &mut definition),
        ];
        for (most, encoding, out) in levels.into_iter().filter(|(most, ..)| *most > 0) {
            // The old way to pack levels was given up in 2013.
            let (len, rest) = page.get(from..)?.split_first_chunk::<4>()?;
            let len = u32::from_le_bytes(*len) as usize;
            let packed = rest.get(..len).filter(|_| encoding == 3)?;
            runs(packed, bits(most), count, out)?;
            from += 4 + len;
        }
        (page, from)
    } else {
        let [defined, repeated] = header.levels;
        if header.crc.is_some_and(|crc| crc != checksum(&packed)) {
            return None;
        }
        let (levels, packed) = packed.split_at_checked(repeated.checked_add(defined)?)?;
        let (repeats, defines) = levels.split_at(repeated);
        if leaf.lists > 0 {
            runs(repeats, bits(leaf.lists), count, &mut repetition)?;
        }
        if leaf.present > 0 {
            runs(defines, bits(leaf.present), count, &mut definition)?;
        }
        let size = header.unpacked.checked_sub(levels.len())?;
        let page = match codec? {
            codec if header.compressed && size > 0 => codec.unpack(packed, size)?,
            _ => packed.to_vec(),
        };
        (page, 0)
    };
    let there = definition.iter().filter(|&&d| d == leaf.present).count();
    let there = if leaf.present == 0 { count } else { there };
    Some(Levels {
        repetition,
        definition,
        there,
        page,
        from,
    })
}

/// Bits of a level of at most this.
pub(super) fn bits(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
