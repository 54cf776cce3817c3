//! What a format has to do, and the list of those there are.
//!
//! **To add a reader:** name it in [`Format`], write one file with a unit struct that implements
//! [`Reader`], and add it to [`READERS`].

use super::batch::Batch;
use super::csv::Csv;
use super::json::{JsonArray, JsonDocument, JsonLines};
use super::trouble::Troubles;
use super::{Cut, Dialect, Encoding, Fix, Format, ReadError, Schema};

/// The longest record, in bytes; a longer one is a bad row. Most likely it is a quote that was not
/// closed, or a file without line breaks.
pub const MAX_RECORD: usize = 64 << 20;

/// How the error ends where a file's first record is longer than the part of it that was looked at: then
/// more of the file may tell.
pub(super) const UNFINISHED: &str = "does not end within a megabyte";

/// Every reader; the first that recognises a text reads it, so the least choosy comes last.
const READERS: [&dyn Reader; 4] = [&JsonArray, &JsonDocument, &JsonLines, &Csv];

/// A text format.
pub(super) trait Reader: Sync {
    /// Which format it reads.
    fn format(&self) -> Format;

    /// Whether a text, which is not blank, could be of the format.
    fn recognises(&self, text: &[u8]) -> bool;

    /// How a file is written and which columns it has.
    fn shape(&self, head: &Head) -> Result<Shape, ReadError>;

    /// A walk over the records of files like this.
    fn rows(&self, schema: &Schema) -> Box<dyn Rows>;

    /// What its shards are, where its encoding can be cut.
    fn cut(&self) -> Cut {
        Cut::Bytes
    }

    /// Where a record may start behind one that cannot be read, in a text within that one.
    fn border(&self, text: &[u8]) -> Option<usize> {
        memchr::memchr(b'\n', text).map(|at| at + 1)
    }

    /// The format in a few words: `CSV, comma`.
    fn label(&self, schema: &Schema) -> String;
}

/// The start of a file as text that ASCII bytes can be looked for in.
pub(super) struct Head<'a> {
    /// File name.
    pub name: &'a str,
    /// UTF-8 or Windows-1252, without a byte order mark.
    pub text: &'a [u8],
    /// How cells are to be decoded.
    pub encoding: Encoding,
    /// Whether it is the whole file.
    pub complete: bool,
    /// What was said of it.
    pub fix: Fix,
}

impl Head<'_> {
    /// Why the file cannot be read.
    pub fn error(&self, line: Option<u64>, found: &str, mend: &str) -> ReadError {
        ReadError {
            file: self.name.into(),
            line,
            found: found.into(),
            mend: mend.into(),
        }
    }
}

/// How a file is written.
pub(super) struct Shape {
    /// How it is delimited.
    pub dialect: Dialect,
    /// Its columns, each name once.
    pub names: Vec<String>,
    /// What a reader should know of it, in a few words each.
    pub notes: Vec<String>,
}

/// Why a walk over records stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The batch is full.
    Full,
    /// The next record starts at or behind the end.
    End,
    /// The text ends within a record, and more of the file follows.
    Unfinished,
    /// The records are over, whatever follows in the file.
    Done,
    /// A record too long was passed over, which goes on past the text: the next one starts behind the
    /// first [`Reader::border`] from [`Fill::next`] on.
    TooLong,
}

/// Where a walk over records stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    /// Where the next record starts.
    pub next: usize,
    pub stop: Stop,
}

/// A walk over the records of one file.
pub(super) trait Rows {
    /// Where the first row of a file starts, and after how many lines; `None` if `text` ends before.
    fn skip_header(&mut self, text: &[u8], eof: bool) -> Option<(usize, u64)>;

    /// Fills a batch with the records that start from `at` to `end`. `eof`: the file ends with `text`.
    /// A record longer than [`Batch::longest`] is a bad row; where the next one starts depends on the
    /// file alone, not on where `text` ends, so that all cuts of a file give the same rows.
    fn fill(
        &mut self,
        text: &[u8],
        at: usize,
        end: usize,
        eof: bool,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Fill;
}

/// The reader of a format.
pub(super) fn reader(format: Format) -> &'static dyn Reader {
    let found = READERS.iter().find(|r| r.format() == format);
    *found.unwrap_or(&READERS[READERS.len() - 1])
}

/// The reader of a text that is not blank.
pub(super) fn recognise(text: &[u8]) -> &'static dyn Reader {
    let found = READERS.iter().find(|r| r.recognises(text));
    *found.unwrap_or(&READERS[READERS.len() - 1])
}
