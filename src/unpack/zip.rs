//! zip: the list of its members, from the directory at its end (APPNOTE 6.3).
//!
//! Stored, deflated and Zstandard members are unpacked; what is encrypted or compressed in another way
//! is told.

use crate::read::Bytes;
use std::io::{Error, ErrorKind, Result};

/// Bytes of the last record without its comment, and the longest comment.
const END: u64 = 22;
const MOST_COMMENT: u64 = 65_535;

/// Largest directory that is read, in bytes.
const MOST_DIRECTORY: u64 = 64 << 20;

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub name: String,
    /// Where its header starts.
    header: u64,
    /// Its size as it is stored.
    packed: u64,
    pub crc: u32,
    pub method: u16,
    flags: u16,
    /// Kind of file and rights on Unix.
    mode: u32,
}

impl Member {
    pub fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\'])
    }

    /// Why it cannot be unpacked.
    pub fn obstacle(&self) -> Option<&'static str> {
        if self.flags & 1 != 0 {
            return Some("it is encrypted");
        }
        if self.mode & 0o170_000 == 0o120_000 {
            return Some("it is a link to another file");
        }
        match self.method {
            0 | 8 | 93 => None,
            9 => Some("it is compressed with Deflate64"),
            12 => Some("it is compressed with bzip2"),
            14 => Some("it is compressed with LZMA"),
            95 => Some("it is compressed with xz"),
            _ => Some("it is compressed in a way that is not known here"),
        }
    }

    /// Where its bytes are.
    pub fn range(&self, file: &dyn Bytes) -> Result<(u64, u64)> {
        let header = part(file, self.header, 30)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(damaged("a member is not where the directory says"));
        }
        let names = u64::from(u16_at(&header, 26)?) + u64::from(u16_at(&header, 28)?);
        let start = self.header.saturating_add(30).saturating_add(names);
        let end = start.saturating_add(self.packed);
        if end > file.size() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok((start, end))
    }
}

/// The members of an archive, at most so many.
pub(super) fn members(file: &dyn Bytes, most: usize) -> Result<Vec<Member>> {
    let Directory {
        start,
        bytes,
        members,
        before,
    } = directory(file)?;
    if members > most as u64 || bytes > MOST_DIRECTORY {
        return Err(damaged(&format!(
            "it has {members} members; at most {most} are read"
        )));
    }
    let directory = part(file, start, bytes)?;
    let mut rest = directory.as_slice();
    let mut found = Vec::new();
    while (found.len() as u64) < members {
        let (member, after) = member(rest, before)?;
        found.push(member);
        rest = after;
    }
    Ok(found)
}

struct Directory {
    start: u64,
    bytes: u64,
    members: u64,
    /// Bytes before the archive (a program that unpacks it), which its offsets do not count.
    before: u64,
}

fn directory(file: &dyn Bytes) -> Result<Directory> {
    let size = file.size();
    let from = size.saturating_sub(END + MOST_COMMENT);
    let tail = file.read(from, size).map_err(Error::other)?;
    let missing = || damaged("the directory at its end is missing: it was cut off on its way");
    let at = memchr::memmem::rfind_iter(&tail, b"PK\x05\x06")
        .find(|at| tail.len() - at >= END as usize)
        .ok_or_else(missing)?;
    let end = &tail[at..];
    let mut found = Directory {
        members: u16_at(end, 10)?.into(),
        bytes: u32_at(end, 12)?.into(),
        start: u32_at(end, 16)?.into(),
        before: 0,
    };
    let mut behind = from + at as u64;
    // The locator of the large record stands before the small one.
    if let Some(locator) = behind.checked_sub(20)
        && let Ok(locator) = part(file, locator, 20)
        && locator.starts_with(b"PK\x06\x07")
    {
        behind = u64_at(&locator, 8)?;
        let large = part(file, behind, 56)?;
        if !large.starts_with(b"PK\x06\x06") {
            return Err(damaged("its large directory is not where it should be"));
        }
        found.members = u64_at(&large, 32)?;
        found.bytes = u64_at(&large, 40)?;
        found.start = u64_at(&large, 48)?;
    }
    let start = behind.checked_sub(found.bytes).ok_or_else(missing)?;
    found.before = start.checked_sub(found.start).ok_or_else(missing)?;
    found.start = start;
    Ok(found)
}

/// The first member of a part of the directory, and what follows.
fn member(entry: &[u8], before: u64) -> Result<(Member, &[u8])> {
    if !entry.starts_with(b"PK\x01\x02") {
        return Err(damaged("its directory lists fewer members than it says"));
    }
    let name_end = 46 + usize::from(u16_at(entry, 28)?);
    let extra_end = name_end + usize::from(u16_at(entry, 30)?);
    let end = extra_end + usize::from(u16_at(entry, 32)?);
    let short = || Error::from(ErrorKind::UnexpectedEof);
    let name = entry.get(46..name_end).ok_or_else(short)?;
    let extra = entry.get(name_end..extra_end).ok_or_else(short)?;
    let after = entry.get(end..).ok_or_else(short)?;
    let (packed, unpacked) = (u32_at(entry, 20)?, u32_at(entry, 24)?);
    let header = u32_at(entry, 42)?;
    // What does not fit stands in the extra field, in this order.
    let mut large = large(extra).chunks_exact(8).map(|n| u64_at(n, 0));
    let mut wide = |n: u32| match n {
        u32::MAX => large.next().unwrap_or_else(|| Err(short())),
        n => Ok(n.into()),
    };
    wide(unpacked)?;
    let packed = wide(packed)?;
    let header = wide(header)?;
    let made_on_unix = entry.get(5) == Some(&3);
    let member = Member {
        name: String::from_utf8_lossy(name).into_owned(),
        header: header.saturating_add(before),
        packed,
        crc: u32_at(entry, 16)?,
        method: u16_at(entry, 10)?,
        flags: u16_at(entry, 8)?,
        mode: if made_on_unix {
            u32_at(entry, 38)? >> 16
        } else {
            0
        },
    };
    Ok((member, after))
}

/// The numbers of the field for large archives.
fn large(mut extra: &[u8]) -> &[u8] {
    while let (Ok(id), Ok(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(length);
        let Some(field) = extra.get(4..end) else {
            break;
        };
        if id == 1 {
            return field;
        }
        extra = &extra[end..];
    }
    &[]
}

fn part(file: &dyn Bytes, from: u64, bytes: u64) -> Result<Vec<u8>> {
    let to = from.saturating_add(bytes);
    if to > file.size() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    file.read(from, to).map_err(Error::other)
}

fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let found = bytes.get(at..).and_then(|b| b.first_chunk::<N>());
    found
        .copied()
        .ok_or_else(|| ErrorKind::UnexpectedEof.into())
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}
