//! tar: POSIX (ustar, pax) and GNU, read from its start to its end.
//!
//! A header is a block of 512 bytes; the member's bytes follow, filled up to whole blocks. Names longer
//! than a header holds stand in a member of their own before it.

use super::stream::read_buffered;
use std::io::{BufRead, Error, ErrorKind, Read, Result};

const BLOCK: usize = 512;

/// Longest name or list of attributes that is read, in bytes.
const MOST_NAME: u64 = 64 << 10;

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    File,
    Folder,
    /// A link, a device, a sparse file.
    Other,
}

/// The members of an archive.
pub(super) struct Tar<'a> {
    from: &'a mut dyn BufRead,
    /// Bytes of the current member that were not read yet, and those that fill its last block.
    left: u64,
    padding: u64,
}

/// Whether this is a member's header: it carries the sum of its bytes.
pub(super) fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else {
        return false;
    };
    let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
    let own: u64 = block[148..156].iter().map(|b| u64::from(*b)).sum();
    number(&block[148..156]) == Some(sum - own + 8 * 32)
}

impl<'a> Tar<'a> {
    pub fn new(from: &'a mut dyn BufRead) -> Self {
        Self {
            from,
            left: 0,
            padding: 0,
        }
    }

    /// The next member, whose bytes are then read from this. `None` after the last one.
    pub fn next(&mut self) -> Result<Option<(String, Member)>> {
        let (mut name, mut size) = (None, None);
        loop {
            self.skip()?;
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let field = number(&header[124..136]).ok_or_else(|| damaged("a size is no number"))?;
            self.left = field;
            self.padding = field.wrapping_neg() % BLOCK as u64;
            match header[156] {
                b'L' => name = Some(until_zero(&self.short()?)),
                b'x' => {
                    let attributes = self.short()?;
                    name = attribute(&attributes, "path").or(name);
                    size = attribute(&attributes, "size").or(size);
                }
                // Attributes of all members, a long name of a link.
                b'g' | b'K' => {}
                kind => {
                    if let Some(size) = size.as_ref().and_then(|s| s.parse().ok()) {
                        self.left = size;
                        self.padding = size.wrapping_neg() % BLOCK as u64;
                    }
                    let name = name.unwrap_or_else(|| short_name(&header));
                    let kind = match kind {
                        b'0' | 0 | b'7' if name.ends_with('/') => Member::Folder,
                        b'0' | 0 | b'7' => Member::File,
                        b'5' => Member::Folder,
                        _ => Member::Other,
                    };
                    return Ok(Some((name, kind)));
                }
            }
        }
    }

    /// A block that is not zeros. `None`: the archive ends here.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        loop {
            let mut filled = 0;
            while filled < BLOCK {
                match self.from.read(&mut block[filled..])? {
                    0 if filled == 0 => return Ok(None),
                    0 => return Err(ErrorKind::UnexpectedEof.into()),
                    n => filled += n,
                }
            }
            if is_header(&block) {
                return Ok(Some(block));
            }
            // Two such blocks end it, and whatever fills the last tape follows; where archives were
            // put together, so do further members.
            if block.iter().any(|b| *b != 0) {
                return Err(damaged("a header is none"));
            }
        }
    }

    /// Goes to the end of the current member.
    fn skip(&mut self) -> Result<()> {
        let all = self.left.saturating_add(self.padding);
        (self.left, self.padding) = (0, 0);
        let skipped = std::io::copy(&mut (&mut self.from).take(all), &mut std::io::sink())?;
        if skipped < all {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// All bytes of a member that holds a name or attributes.
    fn short(&mut self) -> Result<Vec<u8>> {
        if self.left > MOST_NAME {
            return Err(damaged("a name is too long"));
        }
        let mut bytes = Vec::new();
        Read::read_to_end(self, &mut bytes)?;
        Ok(bytes)
    }
}

/// The bytes of the current member.
impl BufRead for Tar<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let waiting = self.from.fill_buf()?;
        if waiting.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        Ok(&waiting[..waiting.len().min(most)])
    }

    fn consume(&mut self, amount: usize) {
        self.from.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
    }
}

impl Read for Tar<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        read_buffered(self, out)
    }
}

fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

fn until_zero(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn short_name(header: &[u8; BLOCK]) -> String {
    let name = until_zero(&header[..100]);
    let prefix = until_zero(&header[345..500]);
    // GNU keeps times where POSIX keeps the first part of a long name.
    if &header[257..263] == b"ustar\0" && !prefix.is_empty() {
        format!("{prefix}/{name}")
    } else {
        name
    }
}

/// Octal digits, or a big-endian number with its first bit set.
fn number(field: &[u8]) -> Option<u64> {
    if let [first, rest @ ..] = field
        && first & 0x80 != 0
    {
        let start = u64::from(first & 0x7f);
        return rest
            .iter()
            .try_fold(start, |n, b| n.checked_mul(256)?.checked_add(u64::from(*b)));
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(['\0', ' ']);
    if digits.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(digits, 8).ok()
}

/// The last attribute of this name: each is `length name=value\n`.
fn attribute(mut bytes: &[u8], name: &str) -> Option<String> {
    let mut found = None;
    while let Some(space) = memchr::memchr(b' ', bytes) {
        let length: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
        let record = bytes.get(space + 1..length.checked_sub(1)?)?;
        if let Some(value) = record.strip_prefix(name.as_bytes())
            && let Some(value) = value.strip_prefix(b"=")
        {
            found = Some(String::from_utf8_lossy(value).into_owned());
        }
        bytes = bytes.get(length..)?;
    }
    found
}
