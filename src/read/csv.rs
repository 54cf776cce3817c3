//! Delimited text (RFC 4180 and what programs really write).
//!
//! Records end at a line feed, with or without a carriage return before it; the last one need not.
//! A field that begins with a quote runs to the closing one, over delimiters and line breaks; two
//! quotes stand for one; what follows the closing quote is kept as it is. A quote within an unquoted
//! field is a quote. A line without any byte is skipped. A record with more fields than the header is
//! fine as long as the ones too many are empty.
//!
//! Where a dialect escapes, a backslash within quotes takes the next character as it is. Where it passes
//! blanks over, those around a field are none of it, and a quote behind them opens it; where a blank is the
//! delimiter, a run of them is one, and none before the first field and behind the last.
//!
//! A quote that is not closed by the end of the file, or not within [`MAX_RECORD`], costs the line on
//! which it is opened (and those of its record before it): reading goes on behind that line's break. A
//! record too long without an open quote is passed over up to its line break.

use super::batch::Batch;
use super::cut::behind;
use super::dialect;
use super::field::{Field, field_text};
use super::lists::{self, Unfolded};
use super::reader::{Fill, Head, MAX_RECORD, Reader, Rows, Shape, Stop};
use super::scan::Marks;
use super::trouble::{Fault, Troubles};
use super::{Dialect, Format, ReadError, Schema};

/// The reader of delimited text.
pub(super) struct Csv;

impl Reader for Csv {
    fn format(&self) -> Format {
        Format::Csv
    }

    fn recognises(&self, _text: &[u8]) -> bool {
        true
    }

    fn shape(&self, head: &Head) -> Result<Shape, ReadError> {
        dialect::shape(head)
    }

    fn rows(&self, schema: &Schema) -> Box<dyn Rows> {
        Box::new(CsvRows {
            signs: Signs::of(schema.dialect),
            skip: schema.dialect.skip.unwrap_or(0),
            above: usize::from(schema.dialect.above) + usize::from(schema.dialect.header),
            decimal: schema.dialect.decimal,
            lists: lists::unfolded(schema),
        })
    }

    fn label(&self, schema: &Schema) -> String {
        dialect::label(schema)
    }
}

/// The bytes that give a file its shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    delimiter: u8,
    /// What opens a field; the delimiter, which never does, where nothing is to.
    pub quote: u8,
    /// Whether a backslash within quotes takes the next byte as it is.
    pub escapes: bool,
    /// Whether blanks around fields are none of them.
    blanks: bool,
}

impl Signs {
    pub fn of(dialect: Dialect) -> Self {
        Self {
            delimiter: dialect.delimiter,
            quote: dialect.quote.unwrap_or(dialect.delimiter),
            escapes: dialect.escape && dialect.quote.is_some(),
            blanks: dialect.blanks,
        }
    }

    /// Whether a run of blanks is one delimiter.
    fn runs(self) -> bool {
        self.blanks && self.delimiter == b' '
    }

    /// Whether a record is a line without a field.
    fn is_blank(self, record: &[u8]) -> bool {
        let blanks = if self.runs() {
            record.iter().take_while(|b| **b == b' ').count()
        } else {
            0
        };
        matches!(
            record.get(blanks..),
            Some(b"\n" | b"\r\n" | b"\r" | b"") | None
        )
    }

    fn marks(self, text: &[u8], at: usize) -> Marks<'_> {
        Marks::new(text, at, [self.delimiter, b'\n', self.quote])
    }
}

struct CsvRows {
    signs: Signs,
    /// Lines above the first record.
    skip: u32,
    /// Records above the first row, the header among them.
    above: usize,
    decimal: u8,
    /// Fields that are several columns.
    lists: Vec<Unfolded>,
}

impl Rows for CsvRows {
    fn skip_header(&mut self, text: &[u8], eof: bool) -> Option<(usize, u64)> {
        let (mut at, mut lines) = match behind(text, self.skip) {
            Some(at) => (at, u64::from(self.skip)),
            None if eof => (text.len(), u64::from(self.skip)),
            None => return None,
        };
        let mut above = 0;
        let mut marks = self.signs.marks(text, at);
        while above < self.above && (at < text.len() || !eof) {
            let record = record(text, &mut marks, at, self.signs, |_| {});
            if record.end != End::Break && !eof {
                return None;
            }
            above += usize::from(!self.signs.is_blank(&text[at..record.next]));
            at = record.next;
            lines += record.breaks;
        }
        Some((at, lines))
    }

    fn fill(
        &mut self,
        text: &[u8],
        at: usize,
        end: usize,
        eof: bool,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Fill {
        if self.lists.is_empty() {
            self.fill_rows::<false>(text, (at, end), eof, batch, troubles)
        } else {
            self.fill_rows::<true>(text, (at, end), eof, batch, troubles)
        }
    }
}

impl CsvRows {
    fn fill_rows<const LISTS: bool>(
        &self,
        text: &[u8],
        (mut at, end): (usize, usize),
        eof: bool,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Fill {
        let mut marks = self.signs.marks(text, at);
        let more = self.lists.iter().map(|l| l.list.items.saturating_sub(1));
        let width = batch.width.saturating_sub(more.sum());
        let mut places = Vec::new();
        // Fields of the record that are no lists and should be.
        let mut odd: Vec<(Unfolded, Field)> = Vec::new();
        loop {
            if at >= end || at >= text.len() {
                return Fill {
                    next: at,
                    stop: Stop::End,
                };
            }
            if batch.is_full(at) {
                return Fill {
                    next: at,
                    stop: Stop::Full,
                };
            }
            let mut fields = 0;
            let mut too_many = false;
            if LISTS {
                odd.clear();
            }
            let record = record(text, &mut marks, at, self.signs, |field| {
                if fields < width {
                    let list = || self.lists.iter().find(|l| l.list.field == fields);
                    match LISTS.then(list).flatten() {
                        None => push(batch, text, field),
                        Some(&of) => {
                            let decimal = self.decimal;
                            if !lists::push(batch, text, field, of.list, decimal, &mut places) {
                                odd.push((of, field));
                            }
                        }
                    }
                } else {
                    too_many |= !field.is_empty();
                }
                fields += 1;
            });
            let too_long = record.next - at > batch.longest;
            if too_long || record.end == End::OpenQuote && eof {
                batch.drop_row();
                let passed = pass_over(text, at, eof, self.signs, batch.longest);
                troubles.row(passed.fault, batch.line, || passed.reason());
                batch.line += passed.lines;
                at = passed.next;
                if !passed.ended && !eof {
                    let stop = Stop::TooLong;
                    return Fill { next: at, stop };
                }
                marks = self.signs.marks(text, at);
                continue;
            }
            if record.end != End::Break && !eof {
                batch.drop_row();
                let stop = Stop::Unfinished;
                return Fill { next: at, stop };
            }
            let line = batch.line;
            batch.line += record.breaks;
            if fields <= 1 && self.signs.is_blank(&text[at..record.next]) {
                batch.drop_row();
            } else if fields >= width && !too_many {
                batch.keep_row(line);
                for (of, field) in odd.drain(..) {
                    troubles.cell(Fault::NotList, of.column, line, || {
                        lists::reason(text, field, of.list)
                    });
                }
            } else {
                batch.drop_row();
                let fault = if fields < width {
                    Fault::TooFew
                } else {
                    Fault::TooMany
                };
                troubles.row(fault, line, || {
                    let s = if fields == 1 { "" } else { "s" };
                    format!("found {fields} field{s}, expected {width}; the row is left out")
                });
            }
            at = record.next;
        }
    }
}

/// A record that cannot be read.
struct Passed {
    /// Where the next one starts, or the end of the text.
    next: usize,
    /// Lines it takes, as far as they end in the text or with the file.
    lines: u64,
    fault: Fault,
    /// Whether it ends in the text.
    ended: bool,
}

impl Passed {
    fn reason(&self) -> String {
        let most = MAX_RECORD >> 20;
        if self.fault == Fault::OpenQuote {
            format!(
                "a quote in this row is not closed by the end of the file, or not within {most} MB; \
                 the row is left out up to the end of the quote's line; close the quote or double it"
            )
        } else {
            format!(
                "the row is longer than {most} MB; it is left out up to the next line break; write \
                 one row a line"
            )
        }
    }
}

/// Passes over the record that starts at a place, and is too long or has a quote that is not closed.
/// Where that leads depends on the file alone. Within `longest` bytes behind an open quote there is no
/// other quote that opens a field and does not close it, so a text is not walked over again and again.
#[cold]
fn pass_over(text: &[u8], at: usize, eof: bool, signs: Signs, longest: usize) -> Passed {
    let seen = &text[..at.saturating_add(longest).min(text.len())];
    let mut marks = signs.marks(seen, at);
    let mut last = at;
    let end = record(seen, &mut marks, at, signs, |field| {
        if let Field::Quoted { start, .. } = field {
            last = start;
        }
    });
    let (from, fault) = match end.end {
        End::OpenQuote => (last, Fault::OpenQuote),
        _ => (seen.len(), Fault::TooLong),
    };
    let found = memchr::memchr(b'\n', &text[from..]);
    let next = found.map_or(text.len(), |n| from + n + 1);
    let breaks = memchr::memchr_iter(b'\n', &text[at..next]).count() as u64;
    Passed {
        next,
        lines: breaks + u64::from(found.is_none() && eof),
        fault,
        ended: found.is_some(),
    }
}

#[inline(always)]
fn push(batch: &mut Batch, text: &[u8], field: Field) {
    match field {
        Field::Plain { start, end } => batch.push(start, end),
        Field::Quoted {
            start,
            close,
            end,
            signs,
        } => {
            let from = batch.aside().len();
            field_text(text, (start, close, end), signs, batch.aside());
            batch.push_aside(from);
        }
    }
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At a line break.
    Break,
    /// With the text, outside quotes.
    Text,
    /// With the text, inside quotes.
    OpenQuote,
}

/// A record that was walked over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Where the next one starts.
    pub next: usize,
    /// Lines it takes.
    pub breaks: u64,
    pub end: End,
}

/// Walks over the record that starts at a place, which is where the marks stand too.
#[inline(always)]
pub(super) fn record(
    text: &[u8],
    marks: &mut Marks,
    at: usize,
    signs: Signs,
    field: impl FnMut(Field),
) -> Record {
    if signs.blanks {
        walk::<true>(text, marks, at, signs, field)
    } else {
        walk::<false>(text, marks, at, signs, field)
    }
}

#[inline(always)]
fn walk<const BLANKS: bool>(
    text: &[u8],
    marks: &mut Marks,
    at: usize,
    signs: Signs,
    mut field: impl FnMut(Field),
) -> Record {
    let delimiter = signs.delimiter;
    let runs = BLANKS && signs.runs();
    let begin = |at| if BLANKS { behind_blanks(text, at) } else { at };
    let plain = |start, end| Field::Plain {
        start,
        end: if BLANKS {
            before_blanks(text, start, end)
        } else {
            end
        },
    };
    let mut start = begin(at);
    let mut breaks = 1;
    loop {
        let Some(mark) = marks.next() else {
            let end = without_return(text, start, text.len());
            if !runs || start < end {
                field(plain(start, end));
            }
            return Record {
                next: text.len(),
                breaks,
                end: End::Text,
            };
        };
        if runs && mark < start {
            // A blank of the run.
            continue;
        }
        let byte = text[mark];
        if byte == delimiter {
            field(plain(start, mark));
            start = begin(mark + 1);
        } else if byte == b'\n' {
            let end = without_return(text, start, mark);
            if !runs || start < end {
                field(plain(start, end));
            }
            return Record {
                next: mark + 1,
                breaks,
                end: End::Break,
            };
        } else if mark == start {
            let (end, found) = quoted(text, marks, start + 1, signs, &mut breaks);
            field(found);
            match end {
                Ok(next) => start = begin(next),
                Err((next, end)) => return Record { next, breaks, end },
            }
        }
    }
}

/// Where blanks end that begin at a place.
#[inline]
fn behind_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| **b == b' ').count()
}

/// The end of what is before the blanks at the end of a field.
#[inline]
fn before_blanks(text: &[u8], start: usize, end: usize) -> usize {
    let field = text.get(start..end).unwrap_or_default();
    end - field.iter().rev().take_while(|b| **b == b' ').count()
}

/// The end of a record's last field, which a carriage return does not belong to.
#[inline(always)]
fn without_return(text: &[u8], start: usize, end: usize) -> usize {
    if end > start && text[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

/// A field whose text starts at `start`, behind the quote. Gives where the next field starts, or
/// where the next record does and how this one ended.
#[inline]
fn quoted(
    text: &[u8],
    marks: &mut Marks,
    start: usize,
    signs: Signs,
    breaks: &mut u64,
) -> (Result<usize, (usize, End)>, Field) {
    let Signs {
        delimiter,
        quote,
        escapes,
        blanks,
    } = signs;
    let mut doubled = false;
    let close = loop {
        let Some(mark) = marks.next() else {
            let field = Field::Quoted {
                start,
                close: text.len(),
                end: text.len(),
                signs,
            };
            // A line break at the very end ends a line that was counted already.
            if text.last() == Some(&b'\n') {
                *breaks -= 1;
            }
            return (Err((text.len(), End::OpenQuote)), field);
        };
        match text[mark] {
            b'\n' => *breaks += 1,
            byte if escapes && byte == quote && is_escaped(&text[start..mark]) => doubled = true,
            byte if byte == quote && text.get(mark + 1) == Some(&quote) => {
                doubled = true;
                marks.next();
            }
            byte if byte == quote => break mark,
            _ => {}
        }
    };
    let (mark, next) = loop {
        match marks.next() {
            None => break (text.len(), Err((text.len(), End::Text))),
            Some(mark) if text[mark] == delimiter => break (mark, Ok(mark + 1)),
            Some(mark) if text[mark] == b'\n' => break (mark, Err((mark + 1, End::Break))),
            // A quote in the text behind the closing one.
            Some(_) => {}
        }
    };
    let end = if next.is_ok() {
        mark
    } else {
        without_return(text, close + 1, mark)
    };
    let end = if blanks {
        before_blanks(text, (close + 1).min(end), end)
    } else {
        end
    };
    let escaped = escapes && memchr::memchr(b'\\', &text[start..close]).is_some();
    let field = if doubled || escaped || end > close + 1 {
        Field::Quoted {
            start,
            close,
            end,
            signs,
        }
    } else {
        Field::Plain { start, end: close }
    };
    (next, field)
}

/// Whether what follows a text is escaped: it ends in an odd number of backslashes.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// Cells of the first records, for a look at how a file is written.
pub(super) fn records(text: &[u8], signs: Signs, complete: bool, most: usize) -> Vec<Vec<Vec<u8>>> {
    let mut marks = signs.marks(text, 0);
    let (mut at, mut out) = (0, Vec::new());
    while at < text.len() && out.len() < most {
        let mut cells = Vec::new();
        let record = record(text, &mut marks, at, signs, |f| {
            cells.push(f.text(text));
        });
        if record.end != End::Break && !complete {
            break;
        }
        if !signs.is_blank(&text[at..record.next]) {
            out.push(cells);
        }
        at = record.next;
    }
    out
}
