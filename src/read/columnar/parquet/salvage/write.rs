//! The end of a file, written anew: a footer of groups whose places were found.

use super::cut::Group;
use super::suit::Like;
use super::walk::{Item, Page, Walk};
use std::collections::BTreeSet;

/// A structure of Thrift's compact protocol that is being written.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    last: u8,
}

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

impl Out {
    fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn number(&mut self, value: i64) {
        self.unsigned((value << 1 ^ value >> 63) as u64);
    }

    /// Begins a field; they come in order, and no two are 15 apart.
    fn field(&mut self, number: u8, kind: u8) {
        self.bytes.push((number - self.last) << 4 | kind);
        self.last = number;
    }

    fn whole(&mut self, number: u8, kind: u8, value: i64) {
        self.field(number, kind);
        self.number(value);
    }

    fn size(&mut self, number: u8, value: u64) {
        self.whole(number, I64, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn list(&mut self, number: u8, kind: u8, count: usize) {
        self.field(number, LIST);
        if count < 15 {
            self.bytes.push((count as u8) << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            self.unsigned(count as u64);
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

/// Footer, its length and the mark of the end. `schema` is the list of the schema as a footer has it.
pub(super) fn tail(schema: &[u8], likes: &[Like], walk: &Walk, groups: &[Group]) -> Vec<u8> {
    let mut out = Out::default();
    out.whole(1, I32, 2);
    out.field(2, LIST);
    out.bytes.extend_from_slice(schema);
    let rows = groups.iter().map(|g| g.rows);
    out.size(3, rows.fold(0, u64::saturating_add));
    out.list(4, STRUCT, groups.len());
    for group in groups {
        out.bytes.extend(self::group(likes, walk, group));
    }
    let mut bytes = out.end();
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    bytes.extend(len.to_le_bytes());
    bytes.extend(b"PAR1");
    bytes
}

fn group(likes: &[Like], walk: &Walk, group: &Group) -> Vec<u8> {
    let mut out = Out::default();
    out.list(1, STRUCT, group.columns.len());
    let mut size = 0u64;
    for (like, items) in likes.iter().zip(&group.columns) {
        let items = walk.items.get(items.clone()).unwrap_or_default();
        let pages = items.iter().filter_map(|item| match item {
            Item::Page(page) => Some(page),
            Item::Told(_) => None,
        });
        let pages: Vec<&Page> = pages.collect();
        size = size.saturating_add(unpacked(&pages));
        out.bytes.extend(column(like, &pages));
    }
    out.size(2, size);
    out.size(3, group.rows);
    out.end()
}

/// Bytes of pages with their headers, unpacked.
fn unpacked(pages: &[&Page]) -> u64 {
    let each = pages.iter();
    each.map(|p| (p.body - p.at).saturating_add(p.header.unpacked as u64))
        .fold(0, u64::saturating_add)
}

fn column(like: &Like, pages: &[&Page]) -> Vec<u8> {
    let data = || pages.iter().filter(|p| p.header.kind != 2);
    let start = pages.first().map_or(0, |p| p.at);
    let end = pages.last().map_or(start, |p| p.end);
    // That of levels is always among them.
    let mut encodings: BTreeSet<i64> = pages.iter().map(|p| p.header.encoding).collect();
    encodings.insert(3);
    let mut out = Out::default();
    out.whole(1, I32, like.physical);
    out.list(2, I32, encodings.len());
    for encoding in encodings {
        out.number(encoding);
    }
    let names: Vec<&[u8]> = like.path.split(|b| *b == 0).collect();
    let names = names.split_last().map_or(&[][..], |(_, names)| names);
    out.list(3, BINARY, names.len());
    for name in names {
        out.unsigned(name.len() as u64);
        out.bytes.extend_from_slice(name);
    }
    out.whole(4, I32, like.codec);
    let values = data().map(|p| p.header.values as u64);
    out.size(5, values.fold(0, u64::saturating_add));
    out.size(6, unpacked(pages));
    out.size(7, end - start);
    out.size(9, data().next().map_or(start, |p| p.at));
    if pages.first().is_some_and(|p| p.header.kind == 2) {
        out.size(11, start);
    }
    let mut chunk = Out::default();
    chunk.size(2, start);
    chunk.field(3, STRUCT);
    chunk.bytes.extend(out.end());
    chunk.end()
}
