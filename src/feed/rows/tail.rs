//! A file on a server that grows at its end: lines of JSON or of values, asked for from the last whole line on.
//!
//! Each request reaches some bytes back over what is known. As long as these are the same, it is the same file and what
//! follows is new; where they are not, or the file has become shorter, another file took its place, which is read from
//! its start after a gap. A tag (`ETag`) cannot tell that: servers of files make it of size and time, so that it changes
//! with every line. A server that does not know ranges gives the whole file each time, which does as well.
//!
//! Held are [`OVERLAP`] bytes and, of values, the header; a request asks for [`CHUNK`] bytes, or more where a line is
//! longer, up to [`MOST_HELD`]. A last line of values without an end waits for it: nothing tells whether it is whole.

use super::Settings;
use crate::feed::{
    Answer, Ask, Came, Fault, Gap, Instant, MOST_HELD, Next, Piece, RowForm, Rows, Source,
    Unreached,
};
use std::cell::Cell;

/// Bytes of what is known by which a file is known again.
const OVERLAP: usize = 256;
/// Bytes that are asked for at a time.
pub const CHUNK: u64 = 4 << 20;

/// A file that grows.
pub struct Tail {
    settings: Settings,
    form: RowForm,
    /// Bytes of whole lines that were taken.
    at: u64,
    /// The last of them.
    overlap: Vec<u8>,
    /// The line that names the columns, without its end.
    header: Option<Vec<u8>>,
    chunk: u64,
    not_before: Instant,
    /// When something was last known of the file.
    seen: Option<Instant>,
    /// A gap that ends with the next rows.
    gap: Option<Instant>,
    /// Whether the last answer could not be read, though one before it could ([`Tail::unreached`]).
    doubt: Cell<bool>,
    /// Whether the start of the file is asked for to find out why.
    doubting: bool,
}

impl Tail {
    /// A file, not asked for yet. One whose name ends as tables of values do is one of these.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let place = settings.place().to_ascii_lowercase();
        let of_values = [".csv", ".tsv", ".txt", ".tab"];
        let form = match of_values.iter().any(|end| place.ends_with(end)) {
            true => RowForm::Csv,
            false => RowForm::NdJson,
        };
        Self {
            settings,
            form,
            at: 0,
            overlap: Vec::new(),
            header: None,
            chunk: CHUNK,
            not_before: Instant::MIN,
            seen: None,
            gap: None,
            doubt: Cell::new(false),
            doubting: false,
        }
    }

    fn from(&self) -> u64 {
        self.at.saturating_sub(self.overlap.len() as u64)
    }

    /// Another file took the place of the one that was known: it is read from its start.
    fn anew(&mut self, now: Instant) -> Vec<Piece> {
        let known = self.seen.unwrap_or(now);
        self.gap = Some(self.gap.unwrap_or(known));
        (self.at, self.chunk) = (0, CHUNK);
        self.overlap.clear();
        self.not_before = Instant::MIN;
        Vec::new()
    }

    /// Takes bytes that follow what is known; `asked`: more may follow at once.
    fn grow(&mut self, now: Instant, bytes: &[u8], more: bool) -> Result<Vec<Piece>, Fault> {
        let end = bytes.iter().rposition(|b| *b == b'\n').map(|at| at + 1);
        let end = end.unwrap_or_default();
        let end = end + self.last_object(bytes.get(end..).unwrap_or_default(), more);
        self.not_before = match more {
            true => Instant::MIN,
            false => now.saturating_add(self.settings.pause()),
        };
        let whole = bytes.get(..end).unwrap_or_default();
        if whole.is_empty() {
            if more {
                self.chunk = self.chunk.saturating_mul(4);
                if self.chunk > MOST_HELD as u64 {
                    return Err(Fault::never(
                        format!(
                            "A line of {} is longer than {} MB.",
                            self.name(),
                            MOST_HELD >> 20
                        ),
                        "Check that it is lines of JSON or of values.",
                    ));
                }
            }
            self.seen = Some(now);
            return Ok(Vec::new());
        }
        let first = self.at == 0;
        let mut rows = whole;
        if first && self.form == RowForm::Csv {
            let line = whole
                .iter()
                .position(|b| *b == b'\n')
                .unwrap_or(whole.len());
            let header = whole.get(..line).unwrap_or_default();
            let header = header.strip_suffix(b"\r").unwrap_or(header);
            match &self.header {
                None => self.header = Some(header.to_vec()),
                Some(known) if known == header => {
                    rows = whole.get(line + 1..).unwrap_or_default();
                }
                Some(_) => {
                    return Err(Fault::never(
                        format!("{} has other columns now.", self.name()),
                        "Connect it once more.",
                    ));
                }
            }
        }
        if self.form == RowForm::NdJson {
            // The end of a line that was taken without it.
            rows = rows.trim_ascii_start();
        }
        self.at += whole.len() as u64;
        self.chunk = CHUNK;
        self.overlap.extend_from_slice(
            whole
                .get(whole.len().saturating_sub(OVERLAP)..)
                .unwrap_or_default(),
        );
        let long = self.overlap.len().saturating_sub(OVERLAP);
        self.overlap.drain(..long);
        self.seen = Some(now);
        let mut pieces = Vec::new();
        if let Some(from) = self.gap.take() {
            pieces.push(Piece::Gap(Gap {
                from,
                to: now,
                why: "another file took the place of the one that was read".into(),
            }));
        }
        if !rows.is_empty() {
            pieces.push(Piece::Rows(Rows {
                name: self.settings.table(self.form),
                form: self.form,
                bytes: ended(rows),
            }));
        }
        Ok(pieces)
    }

    /// The length of a last line without an end that is whole all the same: no half of an object is one.
    fn last_object(&self, bytes: &[u8], more: bool) -> usize {
        let whole = !more
            && self.form == RowForm::NdJson
            && bytes.trim_ascii().ends_with(b"}")
            && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        if whole { bytes.len() } else { 0 }
    }

    /// Takes the start of the file, by which it is known whether it has become shorter.
    fn start(&mut self, now: Instant, answer: &Answer) -> Result<Vec<Piece>, Fault> {
        let told = answer.header("Content-Range").and_then(range);
        let size = match (answer.status, told.and_then(|(_, size)| size)) {
            (200, _) => Some(answer.body.len() as u64),
            (206, Some(size)) => Some(size),
            (206, None) if (answer.body.len() as u64) < CHUNK => Some(answer.body.len() as u64),
            (206, None) => None,
            _ => return Err(answer.fault(now)),
        };
        match size {
            Some(size) if size < self.at => Ok(self.anew(now)),
            _ => Ok(Vec::new()),
        }
    }

    fn taken(&mut self, now: Instant, answer: &Answer) -> Result<Vec<Piece>, Fault> {
        let (from, asked) = (self.from(), self.chunk + self.overlap.len() as u64);
        match answer.status {
            206 => {
                let told = answer.header("Content-Range").and_then(range);
                if told.is_some_and(|(start, _)| start != from) {
                    return Err(Fault::later(
                        "The server gave other bytes than it was asked for.",
                    ));
                }
                match answer.body.strip_prefix(self.overlap.as_slice()) {
                    Some(new) => {
                        let size = told.and_then(|(_, size)| size);
                        let end = from + answer.body.len() as u64;
                        let more = match size {
                            Some(size) => end < size,
                            None => answer.body.len() as u64 >= asked,
                        };
                        self.grow(now, new, more)
                    }
                    None => Ok(self.anew(now)),
                }
            }
            200 => {
                let at = usize::try_from(self.at).unwrap_or(usize::MAX);
                let known = answer.body.get(..at);
                match known.filter(|known| known.ends_with(&self.overlap)) {
                    Some(_) => self.grow(now, answer.body.get(at..).unwrap_or_default(), false),
                    None => Ok(self.anew(now)),
                }
            }
            // The range begins behind the end: an empty file, or one that has become shorter.
            416 if self.at == 0 => {
                self.not_before = now.saturating_add(self.settings.pause());
                Ok(Vec::new())
            }
            416 => Ok(self.anew(now)),
            // While a file is put in the place of another, there may be none.
            404 | 410 if self.seen.is_some() => Err(Fault::later(format!(
                "{} is gone for the moment.",
                self.name()
            ))),
            _ => Err(answer.fault(now)),
        }
    }
}

impl Source for Tail {
    fn name(&self) -> String {
        self.settings.place()
    }

    fn next(&mut self, now: Instant) -> Next {
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        self.doubting |= self.doubt.take();
        let (from, to) = match self.doubting {
            true => (0, CHUNK - 1),
            false => (self.from(), self.at + self.chunk - 1),
        };
        let ask = Ask::get(self.settings.address("http")).range(from, Some(to));
        Next::Ask(self.settings.signed(ask))
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        match came {
            Came::Answer(answer) if self.doubting => {
                self.doubting = false;
                self.start(now, &answer)
            }
            Came::Answer(answer) => self.taken(now, &answer),
            _ => Ok(Vec::new()),
        }
    }

    fn lost(&mut self, _now: Instant) {}

    /// Servers such as nginx leave out of errors what lets a page read their answers, and so of the error that the
    /// range lies behind the end of a file that has become shorter. So the start of the file is asked for, once.
    fn unreached(&self, why: Unreached) -> Fault {
        let fault = crate::feed::backoff::unreached(&self.name(), why);
        if why == Unreached::Cors && self.seen.is_some() && !self.doubting {
            self.doubt.set(true);
            return Fault::later(fault.why);
        }
        fault
    }
}

/// The first byte and the size that `bytes 5-9/100` tells.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (part, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let start = part.split_once('-')?.0.parse().ok()?;
    Some((start, size.parse().ok()))
}

/// Lines with an end.
fn ended(rows: &[u8]) -> Vec<u8> {
    let mut rows = rows.to_vec();
    if rows.last() != Some(&b'\n') {
        rows.push(b'\n');
    }
    rows
}
