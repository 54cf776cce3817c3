//! From a file that holds others (gzip, Zstandard, zip, tar, a workbook) to the files as readers see them.
//!
//! May use: `read`, for [`Bytes`] and its errors, and the calendar of `table`. It knows no disk.
//!
//! What is compressed cannot be cut, so it is unpacked in one go, before anything else looks at it;
//! what comes of it is then a file like any other, read in shards by every worker. Where its bytes
//! go is not this room's business: a [`Shelf`] takes them piece by piece (memory, or a `File` of the
//! browser), so that no more than a piece is held here.
//!
//! Files are told apart by their content, never by their name. What is stopped, and where, is in
//! [`Limits`]. What a person did not put there (hidden files, marks of programs) is passed over. Of a
//! file that was cut off, the lines that came through whole are kept, and the loss
//! is told.

mod chunks;
mod gzip;
mod name;
mod stream;
mod tar;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_archive;
mod walk;
mod workbook;
mod zip;
mod zstd;

pub use chunks::{Chunks, Memory};
pub use name::is_hidden;

use crate::read::{Bytes, ReadError, Trouble};

/// First bytes of a file that tell whether it holds others.
pub const HEAD_BYTES: u64 = 512;

/// Where unpacking ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that may come out of one given file, those of every layer counted.
    pub bytes: u64,
    /// How many times its own size may come out of a file, above [`Limits::free`].
    pub ratio: u64,
    /// Bytes that may come out whatever the ratio.
    pub free: u64,
    /// Layers, one in the other: `.tar.gz` has two.
    pub layers: usize,
    /// Members of all archives in it.
    pub members: usize,
}

impl Limits {
    /// On a machine of one's own: 4 GB.
    pub const NATIVE: Self = Self {
        bytes: 4 << 30,
        ratio: 200,
        free: 64 << 20,
        layers: 3,
        members: 20_000,
    };
    /// In a browser: 1 GB.
    pub const BROWSER: Self = Self {
        bytes: 1 << 30,
        ..Self::NATIVE
    };
}

/// Takes unpacked bytes and makes files of them, one after the other.
pub trait Shelf {
    /// What a file becomes.
    type File: Bytes;

    /// Takes the next bytes of the file that is being unpacked.
    ///
    /// # Errors
    /// Where there is no room for them.
    fn put(&mut self, bytes: &[u8]) -> Result<(), ReadError>;

    /// Makes a file of the first `length` bytes that were put since the last one.
    ///
    /// # Errors
    /// Where it cannot be made.
    fn finish(&mut self, name: &str, length: u64) -> Result<Self::File, ReadError>;
}

/// A file that was unpacked.
#[derive(Clone, Debug, PartialEq)]
pub struct Unpacked<F> {
    /// Its name: `x.csv` out of `x.csv.gz`, `a.zip/x.csv` out of `a.zip`.
    pub name: String,
    /// Where its bytes are.
    pub file: F,
    /// What was lost on the way.
    pub troubles: Vec<Trouble>,
    /// The sheet of a workbook that it was made of.
    pub sheet: Option<String>,
}

/// What a file held.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents<F> {
    /// The files in it.
    pub files: Vec<Unpacked<F>>,
    /// What in it could not be unpacked, and why.
    pub skipped: Vec<ReadError>,
}

/// Whether a file that begins like this (at least [`HEAD_BYTES`], or all of it) holds others.
#[must_use]
pub fn holds_others(head: &[u8]) -> bool {
    walk::packing(head).is_some()
}

/// Unpacks a file onto a shelf.
///
/// # Errors
/// Where it reaches a limit, nothing in it could be unpacked, or the shelf is full.
pub fn unpack<S: Shelf>(
    name: &str,
    file: &dyn Bytes,
    shelf: &mut S,
    limits: Limits,
) -> Result<Contents<S::File>, ReadError> {
    walk::walk(name, file, shelf, limits)
}
