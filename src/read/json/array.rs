//! One JSON array whose items are the rows: `[{…}, {…}]`, or the same within an object, as in
//! `{"data": [{…}, {…}]}` and in what pandas writes as `orient="table"`.
//!
//! An item is an object or an array (`orient="values"`: its columns are called `0`, `1`…). The array in
//! an object is the first of its members that is an array of objects or arrays; what follows it is not
//! read. The text is read in order, so a shard begins where the one before it ended: behind a comma.
//!
//! An item that cannot be read is lost and counted; the next one begins where its brackets close, and
//! where they do not, at the next `},{`. So a missing bracket costs the item it is missing in, and a
//! missing quote mostly does. A document that ends early gives the items that are whole.

use super::keys::Keys;
use super::lines::is_lines;
use super::template::Templates;
use super::tokens::{self, skip_blanks};
use super::walk::{OPEN_STRING, Passing, Walk, Wrong, wrong};
use crate::read::batch::Batch;
use crate::read::reader::{Fill, Head, MAX_RECORD, Reader, Rows, Shape, Stop, UNFINISHED};
use crate::read::trouble::{Fault, Troubles};
use crate::read::{Cut, Dialect, Format, ReadError, Schema};

/// Items looked at for keys.
const LOOK: usize = 2_000;
/// Bytes behind a fault in which the item's brackets are looked for.
const REACH: usize = 8 << 10;
/// Bytes of the longest border, blanks included.
const BORDER: usize = 1 << 10;
/// Bytes that the longest number, word or escape may take. A fault nearer to the end of a text may
/// only be the text's end.
const SCALAR: usize = 1 << 10;

const CUT_OFF: &str = "the document ends before its array does, so what was to follow is missing; \
                       export it again";
const FOLLOWED: &str = "found text behind the end of the array, expected the end of the file; it is not read; give \
                        it as a file of its own";

/// The reader of JSON arrays.
pub(in crate::read) struct JsonArray;

impl Reader for JsonArray {
    fn format(&self) -> Format {
        Format::JsonArray
    }

    fn recognises(&self, text: &[u8]) -> bool {
        match start(text) {
            Start::At(at) if text.starts_with(b"{") => !(is_lines(text) || has_more(text, at)),
            Start::At(_) => true,
            _ => false,
        }
    }

    fn shape(&self, head: &Head) -> Result<Shape, ReadError> {
        let Start::At(mut at) = start(head.text) else {
            return Err(head.error(None, "there is no array of rows", "Choose another file."));
        };
        let mut keys = Keys::growing();
        let mut batch = Batch::new(0);
        let mut troubles = Troubles::default();
        let mut templates = None;
        for _ in 0..LOOK {
            batch.clear(at);
            let mut items = Items {
                text: head.text,
                eof: head.complete,
                inside: true,
                keys: &mut keys,
                templates: &mut templates,
            };
            match items.next(at, &mut batch, &mut troubles) {
                Next::Row(next) | Next::Bad(next) => at = next,
                Next::Unfinished | Next::TooLong(_) | Next::Done => break,
            }
        }
        let names = keys.into_names();
        if names.is_empty() && head.complete {
            let mut lost = troubles.finish(|_| String::new());
            let found = lost
                .pop()
                .map_or("the array holds no row".into(), |t| t.reason);
            return Err(head.error(Some(1), &found, "Choose a file that holds rows."));
        }
        if names.is_empty() {
            return Err(head.error(
                Some(1),
                &format!("the first item of the array {UNFINISHED}"),
                "Write one JSON object a line, for example with `jq -c '.[]'`.",
            ));
        }
        Ok(Shape {
            dialect: Dialect {
                header: !head.text.trim_ascii_start().starts_with(b"["),
                ..Dialect::default()
            },
            names,
            notes: Vec::new(),
        })
    }

    fn rows(&self, schema: &Schema) -> Box<dyn Rows> {
        Box::new(ArrayRows {
            keys: Keys::of(schema),
            templates: Some(Templates::new()),
            inside: schema.dialect.header,
        })
    }

    fn cut(&self) -> Cut {
        Cut::InOrder
    }

    fn border(&self, text: &[u8]) -> Option<usize> {
        border(text, b'{')
    }

    fn label(&self, _schema: &Schema) -> String {
        "JSON array".into()
    }
}

/// Where the items of the array start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    At(usize),
    /// The text ends before it could be told.
    Unfinished,
    /// There is no such array.
    Nowhere,
}

/// Objects that answers may be in, from within each other.
const WITHIN: usize = 3;
/// Their names.
const HOLDERS: [&[u8]; 9] = [
    b"data",
    b"result",
    b"results",
    b"response",
    b"body",
    b"payload",
    b"output",
    b"outputs",
    b"content",
];

/// Finds the array in a document.
fn start(text: &[u8]) -> Start {
    let rows = |at: usize| {
        let first = skip_blanks(text, at);
        match text.get(first) {
            Some(b'{' | b'[') => Start::At(at),
            Some(_) => Start::Nowhere,
            None => Start::Unfinished,
        }
    };
    let at = skip_blanks(text, 0);
    match text.get(at) {
        Some(b'[') => rows(at + 1),
        Some(b'{') => within(text, at + 1, &rows, WITHIN),
        _ => Start::Nowhere,
    }
}

/// Finds the array in an object, whose brace `at` is behind, or in one of those that hold answers in it.
fn within(text: &[u8], mut at: usize, rows: &impl Fn(usize) -> Start, deeper: usize) -> Start {
    let (mut named, mut lists) = (false, false);
    loop {
        at = skip_blanks(text, at);
        if at >= text.len() {
            return Start::Unfinished;
        }
        if text[at] != b'"' {
            return Start::Nowhere;
        }
        let Some((end, _)) = tokens::string_end(text, at + 1) else {
            return Start::Unfinished;
        };
        let key = &text[at + 1..end];
        // The names of the columns, apart from the rows, are another form (`orient="split"`).
        named |= key == b"columns";
        at = skip_blanks(text, end + 1);
        if at >= text.len() {
            return Start::Unfinished;
        }
        if text[at] != b':' {
            return Start::Nowhere;
        }
        at = skip_blanks(text, at + 1);
        if text.get(at) == Some(&b'[') && !named {
            match rows(at + 1) {
                // Behind other lists, arrays are the cells of one more column.
                Start::At(items) if lists && text.get(skip_blanks(text, items)) == Some(&b'[') => {}
                Start::Nowhere => lists = true,
                found => return found,
            }
        }
        if text.get(at) == Some(&b'{') && deeper > 0 && HOLDERS.contains(&key) {
            match within(text, at + 1, rows, deeper - 1) {
                Start::Nowhere => {}
                found => return found,
            }
        }
        at = match Passing::new().pass(text, at) {
            Ok(end) => skip_blanks(text, end),
            Err(wrong) if unfinished(text, &wrong) => return Start::Unfinished,
            Err(_) => return Start::Nowhere,
        };
        match text.get(at) {
            Some(b',') => at += 1,
            Some(_) => return Start::Nowhere,
            None => return Start::Unfinished,
        }
    }
}

/// Whether another array follows the one whose items start at a place, in the same object: then both
/// are columns, or names of columns and rows.
fn has_more(text: &[u8], at: usize) -> bool {
    let mut passing = Passing::new();
    let mut at = at.saturating_sub(1);
    loop {
        let Ok(end) = passing.pass(text, at) else {
            return false;
        };
        at = skip_blanks(text, end);
        if text.get(at) != Some(&b',') {
            return false;
        }
        at = skip_blanks(text, at + 1);
        let Some((end, _)) = tokens::string_end(text, at + 1) else {
            return false;
        };
        at = skip_blanks(text, skip_blanks(text, end + 1) + 1);
        if text.get(at) == Some(&b'[') {
            return true;
        }
    }
}

/// What comes next in the array.
enum Next {
    /// A row, which is in the batch; the next item starts here.
    Row(usize),
    /// An item that cannot be read.
    Bad(usize),
    /// More of the file is needed.
    Unfinished,
    /// An item that is too long, and goes on past the text; its border is behind this place.
    TooLong(usize),
    /// The array is over.
    Done,
}

/// What a closing bracket is where an item was expected.
enum End {
    /// The array's end.
    Over,
    /// The array's end, and another one's items start here.
    Another(usize),
    /// The array's end, and something else starts here.
    Followed(usize),
    /// One too many.
    Stray,
    /// The text ends too soon.
    Unknown,
}

struct Items<'a> {
    text: &'a [u8],
    eof: bool,
    /// Whether the array is in an object.
    inside: bool,
    keys: &'a mut Keys,
    /// None where the keys are still looked for.
    templates: &'a mut Option<Templates>,
}

impl Items<'_> {
    /// Reads the item that starts at a place, or behind the blanks there.
    fn next(&mut self, at: usize, batch: &mut Batch, troubles: &mut Troubles) -> Next {
        let text = self.text;
        let from = skip_blanks(text, at);
        let line = batch.line + breaks(text, at, from);
        match text.get(from) {
            None if !self.eof => {
                return if from - at > batch.longest {
                    self.too_long(at, line, batch, troubles)
                } else {
                    Next::Unfinished
                };
            }
            None => {
                troubles.row(Fault::CutOff, line, || CUT_OFF.into());
                batch.line = line;
                return Next::Done;
            }
            Some(b']') => match self.end(from + 1) {
                End::Unknown => return Next::Unfinished,
                End::Over => {
                    batch.line = line;
                    return Next::Done;
                }
                End::Followed(after) => {
                    let line = line + breaks(text, from, after);
                    troubles.row(Fault::Followed, line, || FOLLOWED.into());
                    batch.line = line;
                    return Next::Done;
                }
                End::Another(next) => {
                    batch.line = line + breaks(text, from, next);
                    return Next::Bad(next);
                }
                End::Stray => {}
            },
            Some(_) => {}
        }
        let found = self.row(from, batch).and_then(|end| {
            let after = skip_blanks(text, end);
            match text.get(after) {
                Some(b',') => Ok(after + 1),
                Some(b']') => Ok(after),
                None if self.eof => Ok(after),
                _ => wrong("a comma or a closing bracket was expected", after),
            }
        });
        match found {
            Ok(next) if next - at <= batch.longest => {
                batch.keep_set_row(line, troubles);
                batch.line += breaks(text, at, next);
                Next::Row(next)
            }
            Ok(_) => self.too_long(at, line, batch, troubles),
            Err(fault) => self.bad((at, from), line, &fault, batch, troubles),
        }
    }

    /// Reads the row that starts at a place and leaves it open; gives where it ends.
    #[inline]
    fn row(&mut self, at: usize, batch: &mut Batch) -> Result<usize, Wrong> {
        let Self { text, keys, .. } = self;
        let Some(templates) = self.templates else {
            batch.open_row();
            return Walk::new(text, keys, batch).row(at);
        };
        if let Some(end) = templates.follow_item(text, at, keys, batch) {
            return Ok(end);
        }
        batch.open_row();
        let trace = templates.trace();
        let traced = trace.is_some();
        let end = Walk::new(text, keys, batch).traced(trace).row(at)?;
        if traced && batch.unknown().is_empty() {
            templates.learn(text, at, end, keys);
        }
        Ok(end)
    }

    /// What a closing bracket is, which `at` is behind.
    fn end(&self, at: usize) -> End {
        let after = skip_blanks(self.text, at);
        match self.text.get(after) {
            Some(b'}' | b',') if self.inside => End::Over,
            Some(b'[') if !self.inside => End::Another(after + 1),
            Some(b'}' | b']' | b',') => End::Stray,
            Some(_) => End::Followed(after),
            None if self.eof || after - at > REACH => End::Over,
            None => End::Unknown,
        }
    }

    /// Counts an item that is too long. Where the next one starts is told from the file alone.
    #[cold]
    fn too_long(&self, at: usize, line: u64, batch: &mut Batch, troubles: &mut Troubles) -> Next {
        batch.drop_row();
        troubles.row(Fault::TooLong, line, || {
            format!(
                "the item is longer than {} MB; it is left out; write one JSON object a line",
                MAX_RECORD >> 20
            )
        });
        // The item may be too long only by the blanks and the comma behind it.
        let from = (at + batch.longest.saturating_sub(BORDER)).min(self.text.len());
        let next = border(&self.text[from..], b'{').map(|n| from + n);
        let (found, to) = match next {
            Some(next) => (Next::Bad(next), next),
            None if self.eof => (Next::Done, self.text.len()),
            None => {
                // A border may begin in this text and end behind it.
                let to = self.text.len().saturating_sub(BORDER).max(from);
                (Next::TooLong(to), to)
            }
        };
        batch.line += breaks(self.text, at, to);
        found
    }

    /// Counts an item that is no row, and finds the one behind it.
    #[cold]
    fn bad(
        &self,
        (at, from): (usize, usize),
        line: u64,
        fault: &Wrong,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Next {
        let text = self.text;
        let cut = unfinished(text, fault);
        let most = at.saturating_add(batch.longest);
        let next = if !self.eof && (cut || fault.at + REACH > text.len()) {
            None
        } else {
            let seen = &text[..(fault.at + REACH).min(text.len())];
            let closed = closes(seen, from).and_then(|end| {
                let after = skip_blanks(seen, end);
                match seen.get(after) {
                    Some(b',') => Some(after + 1),
                    Some(b']') => Some(after),
                    _ => None,
                }
            });
            let open = text.get(from).copied().unwrap_or(b'{');
            let near = text.get(fault.at..text.len().min(most)).unwrap_or_default();
            let begun = closed.or_else(|| begun(text, from, fault.at, open));
            begun.or_else(|| border(near, open).map(|n| fault.at + n))
        };
        if next.is_none() && text.len() > most {
            return self.too_long(at, line, batch, troubles);
        }
        batch.drop_row();
        if next.is_none() && !self.eof {
            return Next::Unfinished;
        }
        batch.line += breaks(text, at, next.unwrap_or(text.len()));
        if next.is_none() && cut {
            troubles.row(Fault::CutOff, line, || CUT_OFF.into());
            return Next::Done;
        }
        troubles.row(Fault::NotJson, line, || {
            format!(
                "found a broken item of the array ({} at byte {}), expected one whole JSON object; \
                 the row is left out",
                fault.what,
                (fault.at + 1).saturating_sub(from)
            )
        });
        next.map_or(Next::Done, Next::Bad)
    }
}

/// Whether what is wrong with a value may only be that the text ends.
fn unfinished(text: &[u8], fault: &Wrong) -> bool {
    fault.at + SCALAR > text.len() || fault.what == OPEN_STRING
}

/// Line breaks between two places.
fn breaks(text: &[u8], from: usize, to: usize) -> u64 {
    memchr::memchr_iter(b'\n', text.get(from..to).unwrap_or_default()).count() as u64
}

/// Where the brackets close that open at a place, if they do in this text.
fn closes(text: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = from;
    loop {
        match text.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => at = tokens::string_end(text, at + 1)?.0,
            _ if depth == 0 => return scalar_end(text, at),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Where something that is neither object, array nor string ends.
fn scalar_end(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let len = rest
        .iter()
        .position(|b| matches!(b, b',' | b']' | b'{' | b'['))?;
    Some(from + len)
}

/// Where the next item starts, if a fault is at its start: an item that is not closed ends in `,{`, and
/// one with a string that is not closed in `},{"` (the string's end).
fn begun(text: &[u8], from: usize, fault: usize, open: u8) -> Option<usize> {
    let before = text.get(from..fault)?.trim_ascii_end();
    if text.get(fault) == Some(&open) && before.ends_with(b",") {
        return Some(fault);
    }
    let inner = text.get(from..fault)?.strip_suffix(b"\"")?.trim_ascii_end();
    let outer = inner.strip_suffix(&[open])?.trim_ascii_end();
    let before = outer.strip_suffix(b",")?.trim_ascii_end();
    before.ends_with(&[open + 2]).then_some(from + outer.len())
}

/// Behind the comma of the first `},{` (or `],[`), with or without blanks in it.
fn border(text: &[u8], open: u8) -> Option<usize> {
    let open = if open == b'[' { b'[' } else { b'{' };
    let close = open + 2;
    memchr::memchr_iter(close, text).find_map(|at| {
        let comma = skip_blanks(text, at + 1);
        let next = skip_blanks(text, comma + 1);
        (text.get(comma) == Some(&b',') && text.get(next) == Some(&open)).then_some(comma + 1)
    })
}

struct ArrayRows {
    keys: Keys,
    templates: Option<Templates>,
    inside: bool,
}

impl Rows for ArrayRows {
    fn skip_header(&mut self, text: &[u8], eof: bool) -> Option<(usize, u64)> {
        match start(text) {
            Start::At(at) => Some((at, breaks(text, 0, at))),
            _ if !eof => None,
            _ => Some((text.len(), breaks(text, 0, text.len()))),
        }
    }

    fn fill(
        &mut self,
        text: &[u8],
        mut at: usize,
        end: usize,
        eof: bool,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Fill {
        let mut items = Items {
            text,
            eof,
            inside: self.inside,
            keys: &mut self.keys,
            templates: &mut self.templates,
        };
        let stop = loop {
            // At the end of the file, it is told that the array does not end.
            if at >= end && !(eof && at >= text.len()) {
                break Stop::End;
            }
            if batch.is_full(at) {
                break Stop::Full;
            }
            match items.next(at, batch, troubles) {
                Next::Row(next) | Next::Bad(next) => at = next,
                Next::Unfinished if at >= text.len() => break Stop::End,
                Next::Unfinished => break Stop::Unfinished,
                Next::TooLong(from) => {
                    at = from;
                    break Stop::TooLong;
                }
                Next::Done => {
                    at = text.len();
                    break Stop::Done;
                }
            }
        };
        Fill { next: at, stop }
    }
}
