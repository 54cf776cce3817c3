//! The dictionary of a category column: from a cell's bytes to a code, without an allocation a cell.
//!
//! Most cells are short words that were met before. Those are found by comparing eight bytes at
//! once in a small table; the others in an open-addressing table of hashes.

use super::batch::Opening;
use super::encoding::decode;
use super::{Encoding, cell};
use crate::table::{Column, MOST_WORDS, NO_LEVEL};

/// The words of a category column, and the codes of its cells.
#[derive(Default)]
pub(super) struct Dictionary {
    /// One code a cell.
    pub codes: Vec<u32>,
    /// The words in order of appearance.
    pub levels: Vec<String>,
    hashes: Vec<u32>,
    /// `(hash, code + 1)`; a power of two of them, at most half of them taken.
    slots: Vec<(u32, u32)>,
    /// The long word that was found last.
    last: u32,
    /// Words of at most eight bytes that were met, each in the one place where it may be.
    short: Vec<Short>,
    /// Whether only a cell without a text is missing, and `None` is a word.
    literal: bool,
}

/// A short word: its bytes, its length (0: none), its code.
#[derive(Clone, Copy, Default)]
struct Short {
    word: u64,
    len: u32,
    code: u32,
}

const SHORTS: usize = 128;
const K: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dictionary {
    /// An empty one; `literal`: only a cell without a text is missing.
    pub fn new(literal: bool) -> Self {
        Self {
            literal,
            ..Self::default()
        }
    }

    /// The code of a short text that was met lately.
    #[inline(always)]
    pub fn short_code(&self, cell: Opening) -> Option<u32> {
        let (word, len) = short(cell)?;
        let known = self.short.get(short_place(word, len))?;
        (known.word == word && known.len == len).then_some(known.code)
    }

    /// The code of a cell's text, and whether bytes had to be replaced for it.
    pub fn code(&mut self, cell: Opening, encoding: Encoding) -> (u32, bool) {
        let text = cell.text();
        if text.is_empty() {
            return (NO_LEVEL, false);
        }
        let (code, replaced) = self.long_code(text, encoding);
        if !replaced && let Some((word, len)) = short(cell) {
            self.short.resize(SHORTS, Short::default());
            self.short[short_place(word, len)] = Short { word, len, code };
        }
        (code, replaced)
    }

    /// The column; of one with too many words, which cells are there.
    pub fn finish(self) -> Column {
        let column = Column::Category {
            codes: self.codes,
            levels: self.levels,
        };
        column.bounded()
    }

    fn long_code(&mut self, text: &[u8], encoding: Encoding) -> (u32, bool) {
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
        let literal = self.literal && !text.trim_ascii().is_empty();
        if cell::is_missing(text) && !cell::is_word(text) && !literal {
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
        if self.levels.len() > MOST_WORDS {
            // The column will be one of presence: a new word needs no code of its own.
            return (code - 1, replaced);
        }
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

/// The bytes and the length of a text of one to eight bytes.
#[inline(always)]
fn short(cell: Opening) -> Option<(u64, u32)> {
    let len = cell.len();
    if len.wrapping_sub(1) >= 8 {
        return None;
    }
    Some((cell.word(0)? & u64::MAX >> (64 - 8 * len), len as u32))
}

#[inline(always)]
fn short_place(word: u64, len: u32) -> usize {
    ((word ^ u64::from(len)).wrapping_mul(K) >> 57) as usize % SHORTS
}

/// A multiplicative hash of eight bytes at a time; only the order of probes depends on it.
#[inline]
fn hash(text: &[u8]) -> u32 {
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
        let code = |dictionary: &mut Dictionary, word: &str| {
            let line = format!("{word},........");
            let cell = Opening::new(line.as_bytes(), word.len());
            match dictionary.short_code(cell) {
                Some(code) => (code, false),
                None => dictionary.code(cell, Encoding::Utf8),
            }
        };
        for round in 0..3 {
            for i in 0..5_000u32 {
                let word = format!("{i:>width$}", width = i as usize % 40);
                let (code, replaced) = code(&mut dictionary, &word);
                assert_eq!((code, replaced), (i, false), "round {round}");
            }
        }
        assert_eq!(code(&mut dictionary, " NA "), (NO_LEVEL, false));
        for _ in 0..2 {
            assert_eq!(code(&mut dictionary, "NA"), (NO_LEVEL, false));
            assert_eq!(code(&mut dictionary, ""), (NO_LEVEL, false));
            for bad in [b"x\xff,.......", b"x\xfe,......."] {
                let cell = Opening::new(bad, 2);
                assert_eq!(dictionary.short_code(cell), None);
                assert_eq!(dictionary.code(cell, Encoding::Utf8), (5_000, true));
            }
        }
        assert_eq!(dictionary.levels[5_000], "x\u{fffd}");
    }
}
