//! Text from bytes: which encoding a file has, and the way from each to UTF-8.

use super::Encoding;
use std::borrow::Cow;

/// The byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Guesses the encoding from the start of a file; `None` where it does not look like text.
pub(super) fn detect(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be),
        _ => {}
    }
    let start = &head[..head.len().min(4096) & !1];
    let nuls = |odd: usize| {
        start
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|&&b| b == 0)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    let many = start.len() / 2 * 6 / 10;
    if start.len() >= 4 && odd > many && even * 10 < odd {
        return Some(Encoding::Utf16Le);
    }
    if start.len() >= 4 && even > many && odd * 10 < even {
        return Some(Encoding::Utf16Be);
    }
    // A few zero bytes among text are damage of their cells; what is no text has many, or begins so.
    let zeros = memchr::memchr_iter(0, head).count();
    if zeros * 1_000 > head.len() || head.iter().take(64).any(|b| *b == 0) {
        return unlikely_text(head);
    }
    // A few bad bytes among good ones are damage; mostly bad ones are another encoding. A character
    // that the head cuts is neither.
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in head.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    Some(match bad {
        0..=3 if str::from_utf8(head).is_err_and(|e| e.error_len().is_none()) => Encoding::Utf8,
        _ if bad > good => Encoding::Windows1252,
        _ => Encoding::Utf8,
    })
}

/// The encoding of text that has many zero bytes: UTF-16 in a script whose characters have none, or a log
/// that zeros were left in (by a rotation that cuts it under its writer). Every other byte has to be of text,
/// in rows; `None` where one is not.
fn unlikely_text(head: &[u8]) -> Option<Encoding> {
    let is_text = |c: char| !c.is_control() || c.is_ascii_whitespace();
    let (pairs, _) = head.as_chunks::<2>();
    let is = |unit: fn([u8; 2]) -> u16| {
        let (mut rows, mut cells) = (false, false);
        // The last character may be cut.
        let units = pairs.iter().map(|pair| unit(*pair));
        let units = units.take(pairs.len().saturating_sub(1));
        let all = char::decode_utf16(units).all(|c| {
            let Ok(c) = c else { return false };
            rows |= c == '\n';
            cells |= matches!(c, ',' | ';' | '\t' | '|');
            is_text(c) && !matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffe}'..='\u{ffff}')
        });
        all && rows && cells
    };
    if is(u16::from_le_bytes) {
        return Some(Encoding::Utf16Le);
    }
    if is(u16::from_be_bytes) {
        return Some(Encoding::Utf16Be);
    }
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(cut) if cut.error_len().is_none() => str::from_utf8(&head[..cut.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let clean = text.contains('\n') && text.chars().all(|c| c == '\0' || is_text(c));
    clean.then_some(Encoding::Utf8)
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    /// Its name as it is typed: `windows-1252`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// Whether a file can be cut into shards: line breaks and delimiters are single bytes that
    /// nothing else contains. Files in other encodings are read as one shard.
    #[must_use]
    pub fn can_be_cut(self) -> bool {
        matches!(self, Self::Utf8 | Self::Windows1252)
    }

    /// Its name as people write it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (little endian)",
            Self::Utf16Be => "UTF-16 (big endian)",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// The text of a file in UTF-16, as UTF-8 without a byte order mark; `None` for other encodings.
pub(super) fn from_utf16(bytes: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    let unit = match encoding {
        Encoding::Utf16Le => u16::from_le_bytes,
        Encoding::Utf16Be => u16::from_be_bytes,
        Encoding::Utf8 | Encoding::Windows1252 => return None,
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2 + 16);
    text.extend(
        char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Some(text.into_bytes())
}

/// The text of a cell. The second value tells whether bytes had to be replaced.
pub(super) fn decode(text: &[u8], encoding: Encoding) -> (Cow<'_, str>, bool) {
    match str::from_utf8(text) {
        Ok(text) if encoding != Encoding::Windows1252 || text.is_ascii() => {
            (Cow::Borrowed(text), false)
        }
        _ if encoding == Encoding::Windows1252 => (
            text.iter()
                .map(|&b| windows1252(b))
                .collect::<String>()
                .into(),
            false,
        ),
        _ => (String::from_utf8_lossy(text), true),
    }
}

/// The character of a byte, as the WHATWG Encoding Standard maps it.
fn windows1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_many_zero_bytes_is_text() {
        let text = "時刻;予測;結果\n一月;一;二\n二月;三;三\n三月;二;一\n".repeat(4);
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
        assert_eq!(detect(&little), Some(Encoding::Utf16Le));
        assert_eq!(detect(&big), Some(Encoding::Utf16Be));
        let rotated = [&[0; 300][..], b"1,2,0.5\n2,3,0.25\n"].concat();
        assert_eq!(detect(&rotated), Some(Encoding::Utf8));
        assert_eq!(detect(&[0; 4096]), None);
        let floats: Vec<u8> = (0..500).flat_map(|i| f64::from(i).to_le_bytes()).collect();
        assert_eq!(detect(&floats), None);
        let whole: Vec<u8> = (0..2000_u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(detect(&whole), None);
        let pickled = b"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00\x8c\x05a,b\n\x94.";
        assert_eq!(detect(pickled), None);
    }

    #[test]
    fn encodings_are_told_apart() {
        let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(to).collect()
        };
        for (bytes, expected) in [
            (b"a,b\n1,2\n".to_vec(), Some(Encoding::Utf8)),
            ("é,ü\n".into(), Some(Encoding::Utf8)),
            (
                "née, \u{20ac}".as_bytes()[..7].to_vec(),
                Some(Encoding::Utf8),
            ),
            (b"caf\xe9,1\n".to_vec(), Some(Encoding::Windows1252)),
            (
                "é é é é \u{fffd}".bytes().chain([0xff]).collect(),
                Some(Encoding::Utf8),
            ),
            (
                utf16("\u{feff}a,b\n", u16::to_le_bytes),
                Some(Encoding::Utf16Le),
            ),
            (
                utf16("\u{feff}a,b\n", u16::to_be_bytes),
                Some(Encoding::Utf16Be),
            ),
            (
                utf16("a,b\n1,2\n", u16::to_le_bytes),
                Some(Encoding::Utf16Le),
            ),
            (
                utf16("a,b\n1,2\n", u16::to_be_bytes),
                Some(Encoding::Utf16Be),
            ),
            (b"a\0b\0\0\0\0\0\0".to_vec(), None),
        ] {
            assert_eq!(detect(&bytes), expected, "{bytes:?}");
        }
        let text = "é😀,\u{20ac}\n";
        for (to, encoding) in [
            (u16::to_le_bytes as fn(u16) -> [u8; 2], Encoding::Utf16Le),
            (u16::to_be_bytes, Encoding::Utf16Be),
        ] {
            let bytes = utf16(&format!("\u{feff}{text}"), to);
            assert_eq!(
                from_utf16(&bytes, encoding).as_deref(),
                Some(text.as_bytes())
            );
        }
        assert_eq!(decode(b"\x80 caf\xe9", Encoding::Windows1252).0, "€ café");
        assert_eq!(
            decode(b"caf\xe9", Encoding::Utf8),
            ("caf\u{fffd}".into(), true)
        );
    }
}
