//! Reads the records that start in a byte range of a file.

use super::batch::Batch;
use super::builder::{Builder, Writing};
use super::encoding::{BOM, from_utf16};
use super::reader::{MAX_RECORD, Stop, reader};
use super::trouble::Troubles;
use super::{Format, Part, ReadError, Schema};
use crate::table::{Column, Table};

/// How far past a shard's end a guessed first record may lead before the guess is given up.
const GUESS_REACH: usize = 4 << 20;

/// The most cells to make room for before they are there.
const RESERVE: usize = 1 << 25;

/// What reading a shard gives.
#[derive(Clone, Debug, PartialEq)]
pub enum ShardRead {
    /// The rows that start in it.
    Part(Part),
    /// As [`ShardRead::Part`], but the last record is longer than [`MAX_RECORD`], and goes on past the
    /// bytes given. [`Part::next`] has to be moved to the first border of the file from there on (a line
    /// break's end in text of lines), or to the file's end, and [`Part::lines`] to count up to it.
    Long(Part),
    /// The last record does not end in the bytes given: call again with more of them past the shard's
    /// end; [`MAX_RECORD`] and one are enough.
    More,
}

/// Reads the records that start in bytes `start..end` of a file.
///
/// `bytes` begins at byte `base` of the file and reaches past `end`, so that the last record can be
/// finished; `eof` tells that the file ends with it. Where the shard is `aligned`, a record starts at
/// `start` and `base` may be `start`; otherwise `base` has to be at most `start − 1`, and the shard's
/// first record is the one behind the first line break from `start − 1` on. Records are all of the
/// file, the header and blank lines too, though these give no row. So the shards of a file meet:
/// `next` of one is `first` of the one after it, unless a guessed border was a line break in quotes.
///
/// A file in an encoding that cannot be cut ([`super::Encoding::can_be_cut`]) is one shard, `bytes`
/// all of it.
///
/// # Errors
///
/// If the header is longer than [`MAX_RECORD`]; any other record so long is a bad row. The error does
/// not know the file's name, and counts its line from the shard's first record.
pub fn read_shard(
    schema: &Schema,
    bytes: &[u8],
    base: u64,
    start: u64,
    end: u64,
    aligned: bool,
    eof: bool,
) -> Result<ShardRead, ReadError> {
    let range = Range::of(base, start, end, aligned, eof);
    read_within(schema, bytes, base, range, MAX_RECORD)
}

/// As [`read_shard`], with records of at most `longest` bytes.
pub(crate) fn read_within(
    schema: &Schema,
    bytes: &[u8],
    base: u64,
    range: Range,
    longest: usize,
) -> Result<ShardRead, ReadError> {
    if schema.encoding.can_be_cut() {
        return read(schema, bytes, base, range, longest);
    }
    if !range.eof {
        return Ok(ShardRead::More);
    }
    let (start, end) = (base + range.start as u64, base + range.end as u64);
    let text = from_utf16(bytes, schema.encoding).unwrap_or_default();
    let whole = Range {
        start: 0,
        end: text.len(),
        ..range
    };
    let mut read = read(schema, &text, 0, whole, longest)?;
    if let ShardRead::Part(part) = &mut read {
        (part.first, part.next) = (start, end.max(start));
    }
    Ok(read)
}

/// Where a record may start in a text that is within one that cannot be read.
pub(crate) fn border(schema: &Schema, text: &[u8]) -> Option<usize> {
    reader(schema.format).border(text)
}

/// A shard within the bytes given; see [`read_shard`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    start: usize,
    end: usize,
    first_of_file: bool,
    aligned: bool,
    eof: bool,
}

impl Range {
    /// The shard from byte `start` to `end` of the file, in bytes that begin at byte `base`.
    pub fn of(base: u64, start: u64, end: u64, aligned: bool, eof: bool) -> Self {
        Self {
            start: start.saturating_sub(base) as usize,
            end: end.saturating_sub(base) as usize,
            first_of_file: start == 0,
            aligned: aligned || start == 0,
            eof,
        }
    }
}

fn read(
    schema: &Schema,
    text: &[u8],
    base: u64,
    range: Range,
    longest: usize,
) -> Result<ShardRead, ReadError> {
    let mut builders: Vec<Builder> = (0..)
        .zip(&schema.columns)
        .filter(|(_, spec)| spec.wanted)
        .map(|(i, spec)| Builder::new(i, spec, schema.format != Format::Csv))
        .collect();
    let writing = Writing {
        decimal: schema.dialect.decimal,
        encoding: schema.encoding,
    };
    let mut troubles = Troubles::default();
    let mut batch = Batch::new(schema.columns.len());
    batch.longest = longest;
    let mut rows = reader(schema.format).rows(schema);
    let mut count = 0;

    let at_end = base + range.end as u64;
    let first = match first_record(text, range) {
        Some(first) if first < range.end => first,
        None if text.len() < range.end && !range.eof => return Ok(ShardRead::More),
        _ => {
            return Ok(ShardRead::Part(none(schema, at_end)));
        }
    };
    let mut at = first;
    if range.first_of_file {
        let body = at
            + if text[at..].starts_with(BOM) {
                BOM.len()
            } else {
                0
            };
        match rows.skip_header(&text[body..], range.eof) {
            Some((bytes, lines)) => (at, batch.line) = (body + bytes, lines),
            None if text.len() - at > longest => return Err(too_long(base + at as u64, 0)),
            None => return Ok(ShardRead::More),
        }
    }
    let stop = loop {
        batch.clear(at);
        let fill = rows.fill(text, at, range.end, range.eof, &mut batch, &mut troubles);
        if count == 0 && fill.next > at {
            // Room for all rows, if they are like these.
            let bytes = range.end.min(text.len()).saturating_sub(at);
            let rows = batch.rows() * (bytes / (fill.next - at) + 1);
            let all = (rows + rows / 16).min(RESERVE / builders.len().max(1));
            builders.iter_mut().for_each(|b| b.reserve(all));
        }
        for builder in &mut builders {
            builder.take(&batch, text, writing, &mut troubles);
        }
        count += batch.rows();
        at = fill.next;
        match fill.stop {
            Stop::Full => {}
            Stop::End if at < range.end && !range.eof => return Ok(ShardRead::More),
            Stop::End | Stop::Done => break fill.stop,
            Stop::Unfinished | Stop::TooLong
                if !range.aligned
                    && (fill.stop == Stop::TooLong || text.len() >= range.end + GUESS_REACH) =>
            {
                // Most likely the guess fell into quotes. An empty part makes the engine read the
                // shard again from where the one before it ends.
                return Ok(ShardRead::Part(none(schema, at_end)));
            }
            Stop::TooLong => break fill.stop,
            Stop::Unfinished => return Ok(ShardRead::More),
        }
    };
    let names = |column: usize| schema.columns[column].name.clone();
    let part = Part {
        table: Table {
            columns: builders.into_iter().map(Builder::finish).collect(),
            rows: count,
            ..none(schema, at_end).table
        },
        first: base + first as u64,
        next: if stop == Stop::Done {
            u64::MAX
        } else {
            base + at as u64
        },
        lines: batch.line,
        unfit: troubles.unfit(names),
        troubles: troubles.finish(names),
    };
    Ok(if stop == Stop::TooLong {
        ShardRead::Long(part)
    } else {
        ShardRead::Part(part)
    })
}

/// Where the first record at or behind the shard's start begins.
fn first_record(text: &[u8], range: Range) -> Option<usize> {
    if range.aligned {
        return Some(range.start);
    }
    let from = range.start.saturating_sub(1);
    memchr::memchr(b'\n', text.get(from..)?).map(|at| from + at + 1)
}

/// A shard in which no record starts.
fn none(schema: &Schema, at: u64) -> Part {
    let wanted = || schema.columns.iter().filter(|c| c.wanted);
    Part {
        table: Table {
            names: wanted().map(|c| c.name.clone()).collect(),
            columns: wanted().map(|c| Column::new(c.kind)).collect(),
            rows: 0,
        },
        first: at,
        next: at,
        lines: 0,
        troubles: Vec::new(),
        unfit: Vec::new(),
    }
}

fn too_long(byte: u64, lines_before: u64) -> ReadError {
    ReadError {
        file: String::new(),
        line: Some(lines_before + 1),
        found: format!(
            "the header at byte {byte} is longer than {} MB",
            MAX_RECORD >> 20
        ),
        mend: "Look for a quote in it that is opened and never closed.".into(),
    }
}
