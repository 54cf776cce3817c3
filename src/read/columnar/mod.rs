//! Files that hold columns, in groups of rows: what such a format has to do, the list of those there
//! are, and what they share: values as a file has them (`cells`), on their way into a column (`sink`,
//! `target`), packed (`blocks`), and the first of them (`sample`).
//!
//! **To add one:** name it in [`Format`], write one file with a unit struct that implements
//! [`Columnar`], and add it to [`COLUMNAR`].

mod arrow;
mod blocks;
mod cells;
mod parquet;
mod sample;
mod sets;
mod sink;
mod target;

use super::{Bytes, Format, Part, ReadError, Schema, Sniff};
use arrow::Arrow;
use parquet::Parquet;
use std::ops::Range;

pub use parquet::{Mended, ends_early, mend};

/// Every columnar reader.
const COLUMNAR: [&dyn Columnar; 2] = [&Parquet, &Arrow];

/// A format whose files hold columns, in groups of rows that can be read apart from each other.
pub(super) trait Columnar: Sync {
    /// Which format it reads.
    fn format(&self) -> Format;

    /// Whether a file that begins like this is of the format.
    fn recognises(&self, head: &[u8]) -> bool;

    /// What the file says of itself, and what its first rows hold. [`Sniff::cut`] is
    /// [`super::Cut::Groups`].
    fn sniff(&self, name: &str, file: &dyn Bytes) -> Result<Sniff, ReadError>;

    /// The wanted columns of some groups. `places` are [`Sniff::places`], or none. [`Part::first`] and [`Part::next`] are the ends of the
    /// range, [`Part::lines`] the rows in it, so that the line of a trouble is its row.
    fn read(
        &self,
        schema: &Schema,
        file: &dyn Bytes,
        groups: Range<u64>,
        places: &[u64],
    ) -> Result<Part, ReadError>;
}

/// The reader of a file that begins like this, if it is a columnar one.
pub(super) fn recognise(head: &[u8]) -> Option<&'static dyn Columnar> {
    COLUMNAR.iter().find(|r| r.recognises(head)).copied()
}

/// The reader of a columnar format.
pub(super) fn reader(format: Format) -> Option<&'static dyn Columnar> {
    COLUMNAR.iter().find(|r| r.format() == format).copied()
}
