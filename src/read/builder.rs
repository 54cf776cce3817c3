//! Makes one column of a table from the texts of its cells.

use super::batch::Batch;
use super::cell::{self, Number, shown};
use super::encoding::decode;
use super::instant::{Instants, example};
use super::key::key;
use super::trouble::{Fault, Troubles};
use super::{ColumnSpec, Encoding, TimeFormat};
use crate::table::{Column, Kind, NO_KEY, NO_LEVEL, NO_TIME};

/// What all columns of a file share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    /// `.` or `,`.
    pub decimal: u8,
    /// How text is written as bytes.
    pub encoding: Encoding,
}

/// A column that is being made.
pub(super) struct Builder {
    column: usize,
    cells: Cells,
}

enum Cells {
    Number(Vec<f64>),
    Time(TimeFormat, Instants, Vec<i64>),
    Category(Dictionary),
    Key(Vec<u128>),
    Presence(Vec<u8>),
}

impl Builder {
    /// An empty column as the specification says; `column` is its place in the schema.
    pub fn new(column: usize, spec: &ColumnSpec) -> Self {
        let format = spec.time.unwrap_or(TimeFormat::Iso);
        let cells = match spec.kind {
            Kind::Number => Cells::Number(Vec::new()),
            Kind::Time => Cells::Time(format, Instants::new(format), Vec::new()),
            Kind::Category => Cells::Category(Dictionary::default()),
            Kind::Key => Cells::Key(Vec::new()),
            Kind::Presence => Cells::Presence(Vec::new()),
        };
        Self { column, cells }
    }

    /// Appends the cells of a batch.
    pub fn take(&mut self, batch: &Batch, text: &[u8], writing: Writing, troubles: &mut Troubles) {
        let column = self.column;
        let texts = batch.column(text, column);
        match &mut self.cells {
            Cells::Number(cells) => {
                let decimal = writing.decimal;
                cells.reserve(batch.rows());
                for (row, text) in texts.enumerate() {
                    cells.push(match cell::number(text, decimal) {
                        Number::Finite(x) => x,
                        odd => {
                            bad_number(odd, text, column, batch.line_of(row), troubles);
                            f64::NAN
                        }
                    });
                }
            }
            Cells::Time(format, instants, cells) => {
                cells.reserve(batch.rows());
                for (row, text) in texts.enumerate() {
                    cells.push(instants.read(text).unwrap_or_else(|| {
                        bad_time(*format, text, column, batch.line_of(row), troubles);
                        NO_TIME
                    }));
                }
            }
            Cells::Category(dictionary) => {
                dictionary.codes.reserve(batch.rows());
                for (row, text) in texts.enumerate() {
                    let (code, replaced) = dictionary.code(text, writing.encoding);
                    dictionary.codes.push(code);
                    if replaced {
                        bad_text(text, column, batch.line_of(row), troubles);
                    }
                }
            }
            Cells::Key(cells) => cells.extend(texts.map(|text| {
                if writing.encoding != Encoding::Windows1252 || text.is_ascii() {
                    return key(text);
                }
                // The same identifier in another file may be written in UTF-8.
                key(decode(text, writing.encoding).0.as_bytes())
            })),
            Cells::Presence(cells) => {
                cells.extend(texts.map(|text| u8::from(!cell::is_missing(text))));
            }
        }
    }

    /// The column.
    pub fn finish(self) -> Column {
        match self.cells {
            Cells::Number(cells) => Column::Number(cells),
            Cells::Time(_, _, cells) => Column::Time(cells),
            Cells::Category(dictionary) => Column::Category {
                codes: dictionary.codes,
                levels: dictionary.levels,
            },
            Cells::Key(cells) => {
                debug_assert_eq!(NO_KEY, 0);
                Column::Key(cells)
            }
            Cells::Presence(cells) => Column::Presence(cells),
        }
    }
}

#[cold]
fn bad_number(odd: Number, text: &[u8], column: usize, line: u64, troubles: &mut Troubles) {
    if cell::is_missing(text) {
        return;
    }
    if odd == Number::Infinite {
        troubles.cell(Fault::NotFinite, column, line, || {
            let text = shown(text);
            format!("found '{text}', expected a finite number; the cell is left empty")
        });
    } else {
        troubles.cell(Fault::NotNumber, column, line, || {
            let text = shown(text);
            format!("found '{text}', expected a number; the cell is left empty")
        });
    }
}

#[cold]
fn bad_time(format: TimeFormat, text: &[u8], column: usize, line: u64, troubles: &mut Troubles) {
    if !cell::is_missing(text) {
        troubles.cell(Fault::NotTime, column, line, || {
            let (text, expected) = (shown(text), example(format));
            format!("found '{text}', expected {expected}; the cell is left empty")
        });
    }
}

#[cold]
fn bad_text(text: &[u8], column: usize, line: u64, troubles: &mut Troubles) {
    troubles.cell(Fault::NotUtf8, column, line, || {
        let text = shown(text);
        format!("found '{text}' with bytes that are not UTF-8; they are shown as \u{fffd}")
    });
}

/// The words of a category column and where to find them: an open-addressing table of hashes, since
/// the standard map would cost an allocation or two hash passes for each cell.
#[derive(Default)]
struct Dictionary {
    codes: Vec<u32>,
    levels: Vec<String>,
    hashes: Vec<u32>,
    /// `(hash, code + 1)`; a power of two of them, at most half of them taken.
    slots: Vec<(u32, u32)>,
    last: u32,
}

impl Dictionary {
    /// The code of a cell's text, and whether bytes had to be replaced for it.
    #[inline]
    fn code(&mut self, text: &[u8], encoding: Encoding) -> (u32, bool) {
        if text.is_empty() {
            return (NO_LEVEL, false);
        }
        if let Some(level) = self.levels.get(self.last as usize)
            && level.as_bytes() == text
            && encoding != Encoding::Windows1252
        {
            return (self.last, false);
        }
        let hash = hash(text);
        // Bytes of another encoding could by chance be those of a word in UTF-8.
        let comparable = encoding != Encoding::Windows1252 || text.is_ascii();
        if comparable && let Some(code) = self.find(text, hash) {
            self.last = code;
            return (code, false);
        }
        self.new_code(text, hash, encoding)
    }

    #[inline]
    fn find(&self, text: &[u8], hash: u32) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(&(h, code)) = self.slots.get(at) {
            if code == 0 {
                break;
            }
            if h == hash && self.levels[code as usize - 1].as_bytes() == text {
                return Some(code - 1);
            }
            at = (at + 1) & mask;
        }
        None
    }

    #[cold]
    fn new_code(&mut self, text: &[u8], text_hash: u32, encoding: Encoding) -> (u32, bool) {
        if cell::is_missing(text) {
            return (NO_LEVEL, false);
        }
        let (level, replaced) = decode(text, encoding);
        let hash = if level.as_bytes() == text {
            text_hash
        } else {
            // Another text may stand for the same word.
            let hash = hash(level.as_bytes());
            if let Some(code) = self.find(level.as_bytes(), hash) {
                return (code, replaced);
            }
            hash
        };
        let code = self.levels.len() as u32;
        self.levels.push(level.into_owned());
        self.hashes.push(hash);
        if self.levels.len() * 2 > self.slots.len() {
            let size = (self.slots.len() * 2).max(64);
            self.slots = vec![(0, 0); size];
            for code in 0..=code {
                self.enter(code);
            }
        } else {
            self.enter(code);
        }
        (code, replaced)
    }

    fn enter(&mut self, code: u32) {
        let hash = self.hashes[code as usize];
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].1 != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = (hash, code + 1);
    }
}

/// A multiplicative hash of eight bytes at a time; only the order of probes depends on it.
#[inline]
fn hash(text: &[u8]) -> u32 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |h: u64, word: u64| (h.rotate_left(23) ^ word).wrapping_mul(K);
    let mut h = text.len() as u64;
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        if text.len() > 16 {
            for word in text[8..text.len() - 8].chunks(8) {
                h = mix(h, word.iter().fold(0, |w, &b| w << 8 | u64::from(b)));
            }
        }
        h = mix(h, u64::from_le_bytes(*first));
        h = mix(h, u64::from_le_bytes(*last));
    } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        h = mix(h, u64::from(first) << 32 | u64::from(last));
    } else {
        h = mix(h, text.iter().fold(0, |w, &b| w << 8 | u64::from(b)));
    }
    (h >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_gives_each_word_one_code_in_order_of_appearance() {
        let mut dictionary = Dictionary::default();
        for round in 0..3 {
            for i in 0..5_000u32 {
                let word = format!("{i:>width$}", width = i as usize % 40);
                let (code, replaced) = dictionary.code(word.as_bytes(), Encoding::Utf8);
                assert_eq!((code, replaced), (i, false), "round {round}");
            }
        }
        assert_eq!(dictionary.code(b" NA ", Encoding::Utf8), (NO_LEVEL, false));
        assert_eq!(dictionary.code(b"x\xff", Encoding::Utf8), (5_000, true));
        assert_eq!(dictionary.code(b"x\xfe", Encoding::Utf8), (5_000, true));
        assert_eq!(dictionary.levels[5_000], "x\u{fffd}");
    }
}
