//! From bytes to a [`Table`]: one file a format.
//!
//! May use: `table`. A reader knows nothing of models. It gets a [`Schema`] that says how to read
//! each column, and a part of a file; it gives the rows that *start* in that part, and what was
//! wrong with the others.
//!
//! **Shards.** A file is cut into byte ranges that workers read apart from each other. A shard that
//! does not start at the file's first byte skips to the first record border it can see, and tells
//! where its first record began and where its last one ended. The engine checks that the shards
//! meet; where a border was guessed wrongly (a line break inside quotes) it reads that shard again
//! from the right byte. So there is no pass over the file just to find borders.
//!
//! **Memory.** A shard is held with what finishes its last record, at most [`MAX_RECORD`] bytes more. A
//! longer record is a bad row like others; what it is longer is passed over without being held.
//!
//! **To add a reader**, name it in [`Format`], write one file with a unit struct that implements
//! `Reader`, and add one line to the list in `reader.rs`. A reader only tells which columns a file
//! has and where the cells of its records are; encodings, shards, kinds, times, troubles are shared
//! by all.

mod batch;
mod builder;
mod bytes;
pub mod cell;
mod columnar;
mod csv;
mod cut;
pub(crate) mod dates;
mod dialect;
mod dictionary;
mod encoding;
mod field;
mod fix;
mod foreign;
pub mod instant;
mod items;
mod json;
pub mod key;
mod lists;
mod look_across;
mod look_far;
mod profile;
mod reader;
mod scan;
mod shard;
mod sniff;
mod trouble;

pub use bytes::{Bytes, Counted, Spliced};
pub use columnar::{Mended, ends_early, mend};
pub use fix::{
    DateOrder, Decimal, Fix, Quote, SEPARATORS, not_delimited, separator, separator_word,
};
pub use reader::MAX_RECORD;
pub(crate) use shard::{Range, border, read_within};
pub use shard::{ShardRead, read_shard};
pub use sniff::{HEAD_BYTES, NO_ROWS, inspect, inspect_as, is_delimited, sniff};

use crate::table::{Kind, Table};
use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Delimited text.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects or arrays, alone or in an object.
    JsonArray,
    /// One JSON document that has to be read as a whole: a table by columns, or by rows with names.
    JsonDocument,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow, as a file (also called Feather) or a stream.
    Arrow,
}

/// How text is written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// Windows-1252, where the bytes are not UTF-8.
    Windows1252,
}

/// How a delimited file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// `,`, `;`, tab or `|`; or any other ASCII byte that was said to be it.
    pub delimiter: u8,
    /// What fields are within that hold delimiters or line breaks; `None`: nothing.
    pub quote: Option<u8>,
    /// Whether a backslash within quotes takes the next character as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escape: bool,
    /// Whether blanks around a field are none of it; where a blank is the delimiter, a run of them is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blanks: bool,
    /// `.` or `,`.
    pub decimal: u8,
    /// Whether something comes before the first row: a record that names the columns, or an object that
    /// the rows are in.
    pub header: bool,
    /// Records before that, blank lines not counted, that are none of the table.
    #[serde(default)]
    pub above: u16,
    /// Lines above these, where it was said how many are none of it.
    pub skip: Option<u32>,
}

impl Dialect {
    /// What was said of its quotes, or found.
    #[must_use]
    pub fn quotes(&self) -> fix::Quote {
        match (self.quote, self.escape) {
            (None, _) => fix::Quote::None,
            (Some(b'\''), _) => fix::Quote::Single,
            (Some(_), true) => fix::Quote::Escaped,
            (Some(_), false) => fix::Quote::Double,
        }
    }
}

impl Default for Dialect {
    /// As most files are written: `,`, `"`, `.` and a header.
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: false,
            blanks: false,
            decimal: b'.',
            header: true,
            above: 0,
            skip: None,
        }
    }
}

/// How a column's instants are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// RFC 3339 and its relatives (`2025-01-01 00:00:00.5+01:00`, a date alone); no zone is UTC.
    Iso,
    /// `31/12/2025 23:59`.
    DayFirst,
    /// `12/31/2025 23:59`.
    MonthFirst,
    /// `20251231`.
    Compact,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Microseconds since 1970.
    EpochMicros,
    /// Nanoseconds since 1970.
    EpochNanos,
}

/// How to read one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSpec {
    /// Name, unique in its file.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// How its instants are written, for [`Kind::Time`].
    pub time: Option<TimeFormat>,
    /// Whether the reader gives it; the others are skipped at no cost.
    pub wanted: bool,
    /// Whether its words are labels, of which one may be `None` or `NA`. In formats that tell texts from missing
    /// cells such a text is a word then; in delimited text it is a missing cell, as everywhere, and is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub labels: bool,
}

/// How to read a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// What the file is.
    pub format: Format,
    /// How its text is written as bytes.
    pub encoding: Encoding,
    /// How it is delimited ([`Format::Csv`]).
    pub dialect: Dialect,
    /// All its columns in order.
    pub columns: Vec<ColumnSpec>,
    /// Fields of delimited text that hold lists, each of which stands for several columns; in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListField>,
}

/// A field of delimited text that holds a list of numbers, `[0.6, 0.4]`: its items are columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListField {
    /// Its place among the fields of a record.
    pub field: usize,
    /// How many columns it is, two or more.
    pub items: usize,
}

/// What the start of a file tells of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSniff {
    /// Name, unique in its file.
    pub name: String,
    /// What it seems to hold (never [`Kind::Key`] or [`Kind::Presence`]: those are for roles to ask).
    pub kind: Kind,
    /// How its instants are written, where it could hold some.
    pub time: Option<TimeFormat>,
    /// Up to five different values, as the file has them.
    pub samples: Vec<String>,
    /// Cells looked at that were not missing.
    pub filled: usize,
    /// Missing cells looked at.
    pub missing: usize,
    /// Different values among them (exact for the sample).
    pub distinct: usize,
    /// Whether every number is whole.
    pub whole: bool,
    /// Smallest and largest number.
    pub range: Option<(f64, f64)>,
    /// The first values as numbers (NaN: missing), at most 2 000, row by row beside those of the
    /// other columns; empty where the column is not numeric. They serve to guess roles, and are not
    /// handed on: JSON has no NaN.
    #[serde(skip)]
    pub numbers: Vec<f64>,
    /// Which of the first rows have the same value: a number for each value, 0 where it is missing, at
    /// most [`CODES`] of them beside those of the other columns. They tell which columns together name a
    /// row; where that is not asked they are left out.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub codes: Vec<u16>,
}

/// Rows at most of which [`ColumnSniff::codes`] tells.
pub const CODES: usize = 500;

/// What the shards of a file are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Ranges of bytes; a reader finds the first record in one by itself.
    Bytes,
    /// Ranges of bytes, each to be read when the one before it has told where its last record ends.
    InOrder,
    /// The whole file.
    Whole,
    /// Groups of rows, so many bytes each; a shard's ends are numbers of groups.
    Groups(Vec<u64>),
}

/// What the start of a file tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sniff {
    /// How to read it; every column wanted, each as its sniffed kind.
    pub schema: Schema,
    /// Its columns, beside the schema's.
    pub columns: Vec<ColumnSniff>,
    /// Rows looked at.
    pub rows: usize,
    /// `CSV, comma, UTF-8`.
    pub description: String,
    /// What its shards are.
    pub cut: Cut,
    /// Where in the file its reader found what it needs again for each of [`Cut::Groups`], so that it
    /// need not look for it each time; only the reader knows what they mean. It does without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<u64>,
}

/// A kind of trouble with rows or cells of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Line of the first example, counted from 0 at the shard's first record.
    pub line: u64,
    /// Its column, where one cell is at fault.
    pub column: Option<String>,
    /// What was found, what was expected, how to mend it.
    pub reason: String,
    /// Rows or cells like it.
    pub count: u64,
    /// Whether rows were lost, or only cells.
    pub row_lost: bool,
}

/// Cells of a column of numbers that are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The column.
    pub column: String,
    /// How many.
    pub count: u64,
    /// Line of the first, counted as [`Trouble::line`].
    pub line: u64,
}

/// Reads some groups of rows of a columnar file ([`Cut::Groups`]) of which no more is known.
///
/// # Errors
/// Where the file cannot be read further; the error does not know its name.
pub fn read_groups(
    schema: &Schema,
    file: &dyn Bytes,
    groups: std::ops::Range<u64>,
) -> Result<Part, ReadError> {
    read_groups_at(schema, file, groups, &[])
}

/// As [`read_groups`], where [`Sniff::places`] are known.
///
/// # Errors
/// As there.
pub fn read_groups_at(
    schema: &Schema,
    file: &dyn Bytes,
    groups: std::ops::Range<u64>,
    places: &[u64],
) -> Result<Part, ReadError> {
    match columnar::reader(schema.format) {
        Some(reader) => reader.read(schema, file, groups, places),
        None => Err(ReadError {
            file: String::new(),
            line: None,
            found: "this build has no reader of the format".into(),
            mend: "Export it as CSV or JSON lines".into(),
        }),
    }
}

/// The rows that start in a shard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The wanted columns.
    pub table: Table,
    /// Byte of the file at which the first record starts; the shard's end where none does. The header
    /// and blank lines are records too, so this is 0 in a file's first shard.
    pub first: u64,
    /// Byte of the file after the last record that starts in the shard; [`u64::MAX`] where no record
    /// starts behind it in the whole file.
    pub next: u64,
    /// Lines from `first` to `next`; a line of the file is one more than the lines of the shards before
    /// it and [`Trouble::line`] together.
    pub lines: u64,
    /// What was wrong, one entry a kind and column.
    pub troubles: Vec<Trouble>,
    /// Of the columns of numbers, those with cells that are none.
    pub unfit: Vec<Unfit>,
}

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{file}{}: {found}. {mend}", line.map(|l| format!(", line {l}")).unwrap_or_default())]
pub struct ReadError {
    /// File name.
    pub file: String,
    /// Line, counted from 1, where one is at fault.
    pub line: Option<u64>,
    /// What was found and what was expected.
    pub found: String,
    /// How to mend it.
    pub mend: String,
}
