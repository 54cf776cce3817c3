//! Files line by line, and what is wrong with lines.

use super::{About, Lines};
use crate::read::{Bytes, ReadError, Trouble};
use crate::series::SeriesSet;
use std::borrow::Cow;

/// Bytes read at a time.
const CHUNK: u64 = 4 << 20;
/// Bytes of a line at most; a longer one is a bad line.
const MOST: usize = 64 << 20;
/// Kinds of trouble that are listed.
const KINDS: usize = 50;

/// What is wrong with lines, one entry a kind and column.
#[derive(Debug, Default)]
pub struct Faults {
    /// The line at hand, counted from 0.
    pub line: u64,
    /// What helps where nothing at all can be read, as far as it is known.
    pub mend: Option<&'static str>,
    found: Vec<(&'static str, Trouble)>,
}

impl Faults {
    /// Counts a line that is lost, by the kind of its fault.
    pub fn lost(&mut self, kind: &'static str, reason: impl FnOnce() -> String) {
        self.add(kind, None, true, reason);
    }

    /// Counts a line that is lost for what one of its columns has.
    pub fn lost_in(&mut self, kind: &'static str, column: &str, reason: impl FnOnce() -> String) {
        self.add(kind, Some(column), true, reason);
    }

    /// Counts a value that is lost while others of its line are not.
    pub fn cell(&mut self, kind: &'static str, column: &str, reason: impl FnOnce() -> String) {
        self.add(kind, Some(column), false, reason);
    }

    fn add(
        &mut self,
        kind: &'static str,
        column: Option<&str>,
        row_lost: bool,
        reason: impl FnOnce() -> String,
    ) {
        let same = |(known, t): &&mut (&'static str, Trouble)| {
            *known == kind && t.column.as_deref() == column
        };
        if let Some((_, trouble)) = self.found.iter_mut().find(same) {
            trouble.count += 1;
        } else if self.found.len() < KINDS {
            let trouble = Trouble {
                line: self.line,
                column: column.map(str::to_owned),
                reason: reason(),
                count: 1,
                row_lost,
            };
            self.found.push((kind, trouble));
        } else if let Some((_, last)) = self.found.last_mut() {
            last.count += 1;
        }
    }

    /// All of them.
    pub fn finish(self) -> Vec<Trouble> {
        self.found.into_iter().map(|(_, t)| t).collect()
    }
}

/// A text as a sentence quotes it: its start.
pub fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return format!("'{text}'");
    }
    let start: String = text.chars().take(MOST).collect();
    format!("'{start}…'")
}

/// Bytes as text: UTF-8, or UTF-16 with a mark; what is neither is replaced.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|pair| from([pair[0], pair[1]]))
            .collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// Gives every line of a file to a reader.
pub fn run(
    about: &About,
    file: &dyn Bytes,
    mut reader: Box<dyn Lines>,
    faults: &mut Faults,
) -> Result<SeriesSet, ReadError> {
    let size = file.size();
    let start = file.read(0, size.min(2))?;
    if matches!(start.as_slice(), [0xff, 0xfe] | [0xfe, 0xff]) {
        let all = whole(about, file)?;
        for line in text(&all).lines() {
            reader.line(line, faults);
            faults.line += 1;
        }
        return Ok(reader.finish(faults));
    }
    let (mut at, mut rest): (u64, Vec<u8>) = (0, Vec::new());
    while at < size {
        let to = (at + CHUNK).min(size);
        rest.extend(file.read(at, to)?);
        at = to;
        let mut from = 0;
        for end in memchr::memchr_iter(b'\n', &rest) {
            give(&rest[from..end], &mut *reader, faults);
            from = end + 1;
        }
        rest.drain(..from);
        if rest.len() > MOST {
            faults.lost("long", || {
                "the line is longer than 64 MB; write one record a line".into()
            });
            rest.clear();
        }
    }
    if !rest.is_empty() {
        give(&rest, &mut *reader, faults);
    }
    Ok(reader.finish(faults))
}

fn give(line: &[u8], reader: &mut dyn Lines, faults: &mut Faults) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = String::from_utf8_lossy(line);
    let text = text.trim_start_matches('\u{feff}');
    reader.line(text, faults);
    faults.line += 1;
}

/// Bytes of a file that has to be read as a whole at most.
const WHOLE: u64 = 256 << 20;

/// All bytes of a file.
pub fn whole(about: &About, file: &dyn Bytes) -> Result<Vec<u8>, ReadError> {
    if file.size() > WHOLE {
        return Err(ReadError {
            file: about.name.clone(),
            line: None,
            found: "it is one JSON document of more than 256 MB, which has to be read as a whole"
                .into(),
            mend: "Export it in parts".into(),
        });
    }
    file.read(0, file.size())
}
