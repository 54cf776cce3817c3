//! The XML of a workbook's parts, event by event: none longer, and none nested deeper, than a workbook
//! has reason for.

use super::super::stream::refusal;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// Longest tag or text, in bytes. A cell holds at most 32 767 characters.
const MOST: usize = 4 << 20;

/// Deepest nesting.
const DEEPEST: usize = 200;

/// The events of a part.
pub(super) struct Xml<R> {
    reader: Reader<Rationed<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: BufRead> Xml<R> {
    pub fn new(from: R) -> Self {
        let mut reader = Reader::from_reader(Rationed { from, left: MOST });
        // An empty element is one that starts and ends.
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
        }
    }

    /// The next event; [`Event::Eof`] at the end.
    pub fn next(&mut self) -> Result<Event<'_>> {
        self.buffer.clear();
        self.reader.get_mut().left = MOST;
        let event = self
            .reader
            .read_event_into(&mut self.buffer)
            .map_err(fault)?;
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(ErrorKind::UnexpectedEof.into()),
            _ => {}
        }
        if self.depth > DEEPEST {
            return Err(damaged("its elements are nested too deeply"));
        }
        Ok(event)
    }
}

fn fault(why: quick_xml::Error) -> Error {
    match why {
        quick_xml::Error::Io(why) => match refusal(&why) {
            Some(refused) => Error::other(refused.clone()),
            None => Error::new(why.kind(), why.to_string()),
        },
        other => damaged(&other.to_string()),
    }
}

/// What is wrong with a part.
pub(super) fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

/// An attribute, whatever its prefix.
pub(super) fn attribute<'a>(tag: &'a BytesStart, name: &str) -> Result<Option<Cow<'a, str>>> {
    for found in tag.attributes().with_checks(false) {
        let found = found.map_err(|why| damaged(&why.to_string()))?;
        if found.key.local_name().into_inner() == name {
            let value = found.normalized_value(XmlVersion::Implicit1_0);
            return value.map(Some).map_err(fault);
        }
    }
    Ok(None)
}

/// Appends the text that an event is of.
pub(super) fn push_text(event: &Event, out: &mut String) -> Result<()> {
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(name) => {
            let sign = match name.as_ref() {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                _ => name
                    .resolve_char_ref()
                    .map_err(fault)?
                    .ok_or_else(|| damaged("it names an entity that is not known"))?,
            };
            out.push(sign);
        }
        _ => {}
    }
    Ok(())
}

/// Undoes `_x000D_` and its like, which stand for signs that XML cannot hold, from `start` on.
pub(super) fn unescape(text: &mut String, start: usize) {
    let Some(tail) = text.get(start..).filter(|tail| tail.contains("_x")) else {
        return;
    };
    let mut out = String::with_capacity(tail.len());
    let mut rest = tail;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let sign = from.get(2..6).filter(|_| from.get(6..7) == Some("_"));
        let sign = sign.filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        let sign = sign.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        let used = match sign {
            Some(sign) => {
                out.push(sign);
                7
            }
            None => {
                out.push_str("_x");
                2
            }
        };
        rest = from.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    text.truncate(start);
    text.push_str(&out);
}

/// What is read, up to a ration that each event gets anew.
struct Rationed<R> {
    from: R,
    left: usize,
}

impl<R: BufRead> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.left == 0 {
            return Err(damaged("a tag or a text in it is too long"));
        }
        self.from.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.from.consume(amount);
    }
}

impl<R: BufRead> Read for Rationed<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        super::super::stream::read_buffered(self, out)
    }
}
