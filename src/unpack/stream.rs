//! Bytes that come one after the other: a file from its start to its end, and what a decoder makes of
//! it, counted and stopped at the limits.

use super::Limits;
use crate::read::{Bytes, ReadError};
use flate2::Crc;
use std::cell::Cell;
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// How a decoder fails at the end of what came out whole, but is perhaps not what went in.
pub(super) const CHECKSUM: &str = "its checksum does not match";

/// Bytes read from a file at a time.
const PIECE: u64 = 256 << 10;

/// A range of a file, read in pieces.
pub(super) struct Slices<'a> {
    file: &'a dyn Bytes,
    next: u64,
    end: u64,
    piece: Vec<u8>,
    at: usize,
}

impl<'a> Slices<'a> {
    pub fn new(file: &'a dyn Bytes) -> Self {
        Self::range(file, 0, file.size())
    }

    pub fn range(file: &'a dyn Bytes, from: u64, to: u64) -> Self {
        Self {
            file,
            next: from,
            end: to,
            piece: Vec::new(),
            at: 0,
        }
    }
}

impl BufRead for Slices<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.at >= self.piece.len() && self.next < self.end {
            let to = self.next.saturating_add(PIECE).min(self.end);
            self.piece = self.file.read(self.next, to).map_err(Error::other)?;
            (self.next, self.at) = (to, 0);
        }
        Ok(self.piece.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.at.saturating_add(amount);
    }
}

impl Read for Slices<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        read_buffered(self, out)
    }
}

/// `Read` for what is a `BufRead` by itself.
pub(super) fn read_buffered(from: &mut impl BufRead, out: &mut [u8]) -> Result<usize> {
    let n = Read::read(&mut from.fill_buf()?, out)?;
    from.consume(n);
    Ok(n)
}

/// Up to so many bytes; fewer where the stream ends or fails before.
pub(super) fn peek(from: &mut dyn BufRead, bytes: u64) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    match from.take(bytes).read_to_end(&mut head) {
        Err(why) if refusal(&why).is_some() => Err(why),
        // What fails here fails again where it is read for good.
        _ => Ok(head),
    }
}

/// Counts what comes out of the decoders of one given file.
pub(super) struct Meter<'a> {
    /// The given file.
    pub name: &'a str,
    pub limits: Limits,
    /// Its size.
    pub bytes: u64,
    out: Cell<u64>,
    put: Cell<u64>,
    members: Cell<usize>,
}

impl<'a> Meter<'a> {
    pub fn new(name: &'a str, limits: Limits, bytes: u64) -> Self {
        Self {
            name,
            limits,
            bytes,
            out: Cell::new(0),
            put: Cell::new(0),
            members: Cell::new(0),
        }
    }

    /// Counts a member of an archive.
    pub fn member(&self) -> std::result::Result<(), ReadError> {
        self.members.set(self.members.get() + 1);
        if self.members.get() <= self.limits.members {
            return Ok(());
        }
        Err(self.stop(&format!("it has more than {} members", self.limits.members)))
    }

    /// Counts bytes that are put onto the shelf.
    pub fn put(&self, bytes: usize) -> std::result::Result<(), ReadError> {
        self.put.set(self.put.get().saturating_add(bytes as u64));
        self.most(self.put.get()).map_err(|found| self.stop(&found))
    }

    fn too_much(&self) -> String {
        format!("more than {} MB come out of it", self.limits.bytes >> 20)
    }

    fn stop(&self, found: &str) -> ReadError {
        ReadError {
            file: self.name.into(),
            line: None,
            found: format!("{found}, where unpacking stops"),
            mend: "If that is right, unpack it first and give the files in it".into(),
        }
    }

    fn count(&self, bytes: usize) -> Result<()> {
        let out = self.out.get().saturating_add(bytes as u64);
        self.out.set(out);
        self.most(out)
            .map_err(|found| Error::other(self.stop(&found)))
    }

    /// Why so many bytes are too many.
    fn most(&self, out: u64) -> std::result::Result<(), String> {
        let Limits {
            bytes, ratio, free, ..
        } = self.limits;
        if out > bytes {
            return Err(self.too_much());
        }
        if out > free && out / ratio.max(1) > self.bytes {
            return Err(format!("more than {ratio} times its size comes out of it"));
        }
        Ok(())
    }
}

/// What a decoder gives, counted. A decoder that failed fails from then on.
pub(super) struct Metered<'a, R> {
    inner: R,
    meter: &'a Meter<'a>,
    failed: Option<(ErrorKind, String)>,
}

impl<'a, R: Read> Metered<'a, R> {
    pub fn new(inner: R, meter: &'a Meter<'a>) -> Self {
        Self {
            inner,
            meter,
            failed: None,
        }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        if let Some((kind, why)) = &self.failed {
            return Err(Error::new(*kind, why.clone()));
        }
        match self.inner.read(out) {
            Ok(n) => self.meter.count(n).map(|()| n),
            Err(why) => {
                if why.kind() != ErrorKind::Interrupted && refusal(&why).is_none() {
                    self.failed = Some((why.kind(), why.to_string()));
                }
                Err(why)
            }
        }
    }
}

/// What a decoder gives; fails at its end where the checksum is another.
pub(super) struct Checked<R> {
    inner: R,
    crc: Crc,
    expected: u32,
}

impl<R> Checked<R> {
    pub fn new(inner: R, expected: u32) -> Self {
        Self {
            inner,
            crc: Crc::new(),
            expected,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let n = self.inner.read(out)?;
        self.crc.update(out.get(..n).unwrap_or_default());
        if n == 0 && !out.is_empty() && self.crc.sum() != self.expected {
            return Err(Error::new(ErrorKind::InvalidData, CHECKSUM));
        }
        Ok(n)
    }
}

/// What ends the unpacking, as opposed to damage of a stream.
pub(super) fn refusal(why: &Error) -> Option<&ReadError> {
    why.get_ref()?.downcast_ref()
}

/// Damage in words.
pub(super) fn words(why: &Error) -> String {
    match why.kind() {
        ErrorKind::UnexpectedEof => "it ends early".into(),
        _ => format!("it is damaged ({why})"),
    }
}
