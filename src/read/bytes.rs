//! Files as readers see them: bytes that can be had in any order.

use super::ReadError;
use std::cell::Cell;

/// A file whose bytes can be read in any order.
pub trait Bytes {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// Bytes `from..to`, `to` at most the size.
    ///
    /// # Errors
    /// Where they cannot be had; the error names the file.
    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError>;
}

/// A file in memory. What is behind its end is left out.
impl Bytes for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        let to = usize::try_from(to).unwrap_or(usize::MAX).min(self.len());
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(to);
        Ok(self[from..to].to_vec())
    }
}

/// A file that tells after each reading how many of its bytes were read so far.
pub struct Counted<'a> {
    file: &'a dyn Bytes,
    read: Cell<u64>,
    tell: &'a dyn Fn(u64),
}

impl<'a> Counted<'a> {
    /// Tells of the readings of a file. What is read twice counts twice, but never more is told than
    /// the file has.
    pub fn new(file: &'a dyn Bytes, tell: &'a dyn Fn(u64)) -> Self {
        Self {
            file,
            read: Cell::new(0),
            tell,
        }
    }
}

impl Bytes for Counted<'_> {
    fn size(&self) -> u64 {
        self.file.size()
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.file.read(from, to)?;
        let read = self.read.get().saturating_add(bytes.len() as u64);
        self.read.set(read.min(self.size()));
        (self.tell)(self.read.get());
        Ok(bytes)
    }
}

/// The first bytes of a file, and others behind them.
pub struct Spliced<'a, B> {
    file: B,
    whole: u64,
    tail: &'a [u8],
}

impl<'a, B: Bytes> Spliced<'a, B> {
    /// The first `whole` bytes of a file, which has as many, and then the tail.
    pub fn new(file: B, whole: u64, tail: &'a [u8]) -> Self {
        Self { file, whole, tail }
    }
}

impl<B: Bytes> Bytes for Spliced<'_, B> {
    fn size(&self) -> u64 {
        self.whole.saturating_add(self.tail.len() as u64)
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = match from < self.whole {
            true => self.file.read(from, to.min(self.whole))?,
            false => Vec::new(),
        };
        if to > self.whole {
            let behind = from.saturating_sub(self.whole)..to - self.whole;
            bytes.extend(Bytes::read(&self.tail, behind.start, behind.end)?);
        }
        Ok(bytes)
    }
}
