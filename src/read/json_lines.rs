//! JSON lines: one object a line.
//!
//! Objects within objects are flattened into dotted names. Arrays are not read: their cell is `[…]`,
//! which tells that there is one. Keys may come in any order and may be absent; keys that the schema
//! does not have are passed over. A line that is not one whole object, or is longer than
//! [`MAX_RECORD`], is lost and counted. The bare `NaN` and `Infinity` that Python writes are let
//! through.
//!
//! The scanner goes over each byte once and makes no tree of values. Rows mostly repeat the order of
//! their keys, so each key is first compared with the one that followed last time.

use super::batch::Batch;
use super::json_keys::{Keys, NodeId, Place};
use super::json_text::{self, skip_blanks};
use super::reader::{Fill, Head, MAX_RECORD, Reader, Rows, Shape, Stop};
use super::trouble::{Fault, Troubles};
use super::{Dialect, Format, ReadError, Schema};

/// Objects and arrays within each other.
const DEPTH: usize = 64;
/// Lines looked at for keys.
const LOOK: usize = 2_000;
/// The cell of an array.
const ARRAY: &str = "[…]";

const MEND: &str =
    "Write one JSON object a line, for example with `jq -c '.[]' file.json > file.jsonl`.";

/// The reader of JSON lines.
pub(super) struct JsonLines;

impl Reader for JsonLines {
    fn format(&self) -> Format {
        Format::JsonLines
    }

    fn recognises(&self, text: &[u8]) -> bool {
        let second = text.get(1..).map(<[u8]>::trim_ascii_start);
        let second = second.and_then(<[u8]>::first);
        match text.first() {
            Some(b'{') => matches!(second, Some(b'"' | b'}')),
            Some(b'[') => matches!(second, Some(b'{' | b'[' | b']' | b'"' | b'0'..=b'9')),
            _ => false,
        }
    }

    fn shape(&self, head: &Head) -> Result<Shape, ReadError> {
        if head.text.trim_ascii_start().starts_with(b"[") {
            return Err(head.error(
                Some(1),
                "this is one JSON array; one object a line was expected",
                MEND,
            ));
        }
        let mut keys = Keys::growing();
        let (mut good, mut bad, mut first_bad) = (0, 0, None);
        let mut at = 0;
        for number in 1..=LOOK as u64 {
            let Some((end, next)) = line(head.text, at, head.complete) else {
                break;
            };
            if !head.text[at..end].trim_ascii().is_empty() {
                let mut batch = Batch::new(0);
                batch.clear(at);
                match Walk::new(&head.text[..end], &mut keys, &mut batch).line(at) {
                    Ok(()) => good += 1,
                    Err(wrong) => {
                        bad += 1;
                        first_bad.get_or_insert((number, wrong.what));
                    }
                }
            }
            at = next;
        }
        if let Some((line, what)) = first_bad
            && good <= bad
        {
            let found = format!(
                "this is JSON over several lines; one whole object a line was expected ({what})"
            );
            return Err(head.error(Some(line), &found, MEND));
        }
        if good == 0 {
            let found = "the first line does not end within a megabyte";
            return Err(head.error(Some(1), found, MEND));
        }
        let names = keys.into_names();
        if names.is_empty() {
            return Err(head.error(Some(1), "the objects have no keys", "Choose another file."));
        }
        Ok(Shape {
            dialect: Dialect {
                delimiter: b',',
                decimal: b'.',
                header: false,
            },
            names,
        })
    }

    fn rows(&self, schema: &Schema) -> Box<dyn Rows> {
        Box::new(JsonRows {
            keys: Keys::of(schema),
        })
    }

    fn label(&self, _schema: &Schema) -> String {
        "JSON lines".into()
    }
}

struct JsonRows {
    keys: Keys,
}

impl Rows for JsonRows {
    fn skip_header(&mut self, _text: &[u8], _eof: bool) -> Option<(usize, u64)> {
        Some((0, 0))
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
        let stop = loop {
            if at >= end || at >= text.len() {
                break Stop::End;
            }
            if batch.is_full(at) {
                break Stop::Full;
            }
            let Some((line_end, next)) = line(text, at, eof) else {
                if text.len() - at <= batch.longest {
                    break Stop::Unfinished;
                }
                too_long(batch, troubles);
                at = text.len();
                break Stop::TooLong;
            };
            if next - at > batch.longest {
                too_long(batch, troubles);
                at = next;
                continue;
            }
            let number = batch.line;
            batch.line += 1;
            if !json_text::is_blank(&text[at..line_end]) {
                batch.open_row();
                match Walk::new(&text[..line_end], &mut self.keys, batch).line(at) {
                    Ok(()) => batch.keep_row(number),
                    Err(wrong) => {
                        batch.drop_row();
                        troubles.row(Fault::NotJson, number, || {
                            format!(
                                "the line is not one whole JSON object ({} at byte {}); the row is \
                                 left out",
                                wrong.what,
                                wrong.at - at + 1
                            )
                        });
                    }
                }
            }
            at = next;
        };
        Fill { next: at, stop }
    }
}

/// Counts a line that is too long.
#[cold]
fn too_long(batch: &mut Batch, troubles: &mut Troubles) {
    troubles.row(Fault::TooLong, batch.line, || {
        format!(
            "the line is longer than {} MB; the row is left out; write one object a line",
            MAX_RECORD >> 20
        )
    });
    batch.line += 1;
}

/// Where a line ends and the next one starts; `None` where the text may go on.
fn line(text: &[u8], at: usize, complete: bool) -> Option<(usize, usize)> {
    match memchr::memchr(b'\n', &text[at..]) {
        Some(n) => Some((at + n, at + n + 1)),
        None if complete && at < text.len() => Some((text.len(), text.len())),
        None => None,
    }
}

/// What is wrong with a line, and where.
#[derive(Debug)]
pub(super) struct Wrong {
    what: &'static str,
    at: usize,
}

fn wrong<T>(what: &'static str, at: usize) -> Result<T, Wrong> {
    Err(Wrong { what, at })
}

/// A walk over one line.
struct Walk<'a> {
    /// The text up to the line's end.
    text: &'a [u8],
    keys: &'a mut Keys,
    batch: &'a mut Batch,
}

impl<'a> Walk<'a> {
    fn new(text: &'a [u8], keys: &'a mut Keys, batch: &'a mut Batch) -> Self {
        Self { text, keys, batch }
    }

    fn line(mut self, at: usize) -> Result<(), Wrong> {
        let at = skip_blanks(self.text, at);
        if self.text.get(at) != Some(&b'{') {
            return wrong("an object was expected", at);
        }
        let at = self.object(at + 1, Some(Keys::ROOT), DEPTH)?;
        let at = skip_blanks(self.text, at);
        if at < self.text.len() {
            return wrong("something follows the object", at);
        }
        Ok(())
    }

    /// The members of an object; `at` is behind its brace. Without a node they are passed over.
    fn object(&mut self, at: usize, node: Option<NodeId>, depth: usize) -> Result<usize, Wrong> {
        let mut at = skip_blanks(self.text, at);
        if self.text.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        let mut before = None;
        loop {
            if self.text.get(at) != Some(&b'"') {
                return wrong("a key in quotes was expected", at);
            }
            let text = &self.text[at + 1..];
            let ahead = node.and_then(|node| self.keys.find_ahead(node, text, &mut before));
            let (place, end) = match ahead {
                Some((place, len)) => (Some(place), at + 1 + len),
                None => self.key(at + 1, node, &mut before)?,
            };
            at = skip_blanks(self.text, end + 1);
            if self.text.get(at) != Some(&b':') {
                return wrong("a colon was expected", at);
            }
            at = skip_blanks(self.text, at + 1);
            at = skip_blanks(self.text, self.value(at, place, depth)?);
            match self.text.get(at) {
                Some(b',') => at = skip_blanks(self.text, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return wrong("a comma or a closing brace was expected", at),
            }
        }
    }

    /// The place of a key that starts at a place, and where it ends.
    fn key(
        &mut self,
        at: usize,
        node: Option<NodeId>,
        before: &mut Option<usize>,
    ) -> Result<(Option<Place>, usize), Wrong> {
        let (end, escaped) = self.string(at)?;
        let mut key = std::borrow::Cow::Borrowed(&self.text[at..end]);
        if escaped {
            let mut plain = Vec::new();
            if !json_text::unescape(&key, &mut plain) {
                return wrong("an escape that JSON does not have", at);
            }
            key = plain.into();
        }
        let place = node.and_then(|node| self.keys.find(node, &key, before));
        Ok((place, end))
    }

    fn value(&mut self, at: usize, place: Option<Place>, depth: usize) -> Result<usize, Wrong> {
        let Some(deeper) = depth.checked_sub(1) else {
            return wrong("more than 64 objects within each other", at);
        };
        match self.text.get(at) {
            Some(b'"') => {
                let (end, escaped) = self.string(at + 1)?;
                if let Some(column) = place.and_then(|p| self.keys.column(p)) {
                    if !escaped {
                        self.batch.set(column, at + 1, end);
                    } else {
                        let start = self.batch.aside().len();
                        if !json_text::unescape(&self.text[at + 1..end], self.batch.aside()) {
                            return wrong("an escape that JSON does not have", at);
                        }
                        self.batch.set_aside(column, start);
                    }
                }
                Ok(end + 1)
            }
            Some(b'{') => {
                let node = place.and_then(|p| self.keys.node(p));
                self.object(at + 1, node, deeper)
            }
            Some(b'[') => {
                let (end, empty) = self.array(at + 1, deeper)?;
                if !empty && let Some(column) = place.and_then(|p| self.keys.column(p)) {
                    let start = self.batch.aside().len();
                    self.batch.aside().extend_from_slice(ARRAY.as_bytes());
                    self.batch.set_aside(column, start);
                }
                Ok(end)
            }
            _ => {
                let Some(end) = json_text::scalar(self.text, at) else {
                    return wrong("a value was expected", at);
                };
                if let Some(column) = place.and_then(|p| self.keys.column(p)) {
                    self.batch.set(column, at, end);
                }
                Ok(end)
            }
        }
    }

    /// Passes over the values of an array; tells whether there is none.
    fn array(&mut self, at: usize, depth: usize) -> Result<(usize, bool), Wrong> {
        let mut at = skip_blanks(self.text, at);
        if self.text.get(at) == Some(&b']') {
            return Ok((at + 1, true));
        }
        loop {
            at = skip_blanks(self.text, self.value(at, None, depth)?);
            match self.text.get(at) {
                Some(b',') => at = skip_blanks(self.text, at + 1),
                Some(b']') => return Ok((at + 1, false)),
                _ => return wrong("a comma or a closing bracket was expected", at),
            }
        }
    }

    /// Where the string that starts at a place ends, and whether there are escapes in it.
    fn string(&self, at: usize) -> Result<(usize, bool), Wrong> {
        json_text::string_end(self.text, at).ok_or(Wrong {
            what: "a string is not closed",
            at,
        })
    }
}
