//! The small pieces of JSON's grammar (RFC 8259): blanks, strings, numbers and words.

/// The first place from `at` on that is no blank.
#[inline(always)]
pub(super) fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = text.get(at) {
        at += 1;
    }
    at
}

/// Whether a line holds nothing but blanks.
#[inline]
pub(super) fn is_blank(line: &[u8]) -> bool {
    skip_blanks(line, 0) == line.len()
}

/// The place of the quote that closes a string, and whether there are escapes before it.
#[inline]
pub(super) fn string_end(text: &[u8], at: usize) -> Option<(usize, bool)> {
    // Most strings are short: eight bytes at once (see `scan.rs` for the zero-byte test) beat the
    // start of a longer search.
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    const QUOTES: u64 = ONES * b'"' as u64;
    const SLASHES: u64 = ONES * b'\\' as u64;
    let mut from = at;
    while let Some(word) = text.get(from..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
        let hits = zero(word ^ QUOTES) | zero(word ^ SLASHES);
        if hits != 0 {
            // The lowest hit is exact.
            let found = from + hits.trailing_zeros() as usize / 8;
            return if text[found] == b'"' {
                Some((found, false))
            } else {
                escaped_end(text, found)
            };
        }
        from += 8;
    }
    escaped_end(text, from)
}

fn escaped_end(text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some((at, escaped));
        }
        escaped = true;
        at += 2;
    }
}

/// Where the cell of a number or a word ends: of `null` and `NaN`, which are none, where it starts.
#[inline]
pub(super) fn cell_end(text: &[u8], at: usize, end: usize) -> usize {
    match text.get(at) {
        Some(b'n' | b'N') => at,
        _ => end,
    }
}

/// Where a number or a word that starts at a place ends; `None` where there is none.
#[inline]
pub(super) fn scalar(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let len = match rest.first()? {
        b'0'..=b'9' | b'-' if !rest.starts_with(b"-I") => number_len(rest)?,
        _ => {
            let words: [&[u8]; 6] = [
                b"true",
                b"false",
                b"null",
                b"NaN",
                b"Infinity",
                b"-Infinity",
            ];
            words.iter().find(|w| rest.starts_with(w))?.len()
        }
    };
    // What follows has to be punctuation.
    match rest.get(len) {
        None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') => Some(at + len),
        Some(_) => None,
    }
}

#[inline]
fn number_len(text: &[u8]) -> Option<usize> {
    let digits = |mut at: usize| {
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let first = usize::from(text.first() == Some(&b'-'));
    let mut at = digits(first);
    if at == first || (text[first] == b'0' && at > first + 1) {
        return None;
    }
    if text.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return None;
        }
        at = end;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let from = at + 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let end = digits(from);
        if end == from {
            return None;
        }
        at = end;
    }
    Some(at)
}

/// Appends the text that a string with escapes stands for; `false` if an escape is wrong. Half a
/// surrogate pair becomes U+FFFD.
pub(super) fn unescape(raw: &[u8], out: &mut Vec<u8>) -> bool {
    let mut rest = raw;
    loop {
        let Some(n) = memchr::memchr(b'\\', rest) else {
            out.extend_from_slice(rest);
            return true;
        };
        out.extend_from_slice(&rest[..n]);
        let Some(&escape) = rest.get(n + 1) else {
            return false;
        };
        rest = &rest[n + 2..];
        out.push(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let Some((c, after)) = unicode(rest) else {
                    return false;
                };
                rest = after;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return false,
        });
    }
}

/// The character of `XXXX` or `XXXX\uXXXX`, and what follows.
fn unicode(text: &[u8]) -> Option<(char, &[u8])> {
    let hex = |text: &[u8]| -> Option<u32> {
        let digits = text.first_chunk::<4>()?;
        digits
            .iter()
            .try_fold(0, |n, &b| Some(n << 4 | char::from(b).to_digit(16)?))
    };
    let high = hex(text)?;
    let rest = &text[4..];
    if (0xd800..0xdc00).contains(&high)
        && let Some(pair) = rest.strip_prefix(b"\\u")
        && let Some(low @ 0xdc00..0xe000) = hex(pair)
    {
        let c = char::from_u32(0x1_0000 + ((high - 0xd800) << 10 | (low - 0xdc00)))?;
        return Some((c, &pair[4..]));
    }
    Some((
        char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_end_where_the_grammar_says() {
        for (text, expected) in [
            ("1", Some(1)),
            ("-0.5e+10,", Some(8)),
            ("0}", Some(1)),
            ("true ", Some(4)),
            ("null", Some(4)),
            ("NaN]", Some(3)),
            ("-Infinity,", Some(9)),
            ("01", None),
            ("1.", None),
            (".5", None),
            ("1e", None),
            ("-", None),
            ("+1", None),
            ("truee", None),
            ("nul", None),
            ("1x", None),
            ("", None),
            ("'a'", None),
        ] {
            assert_eq!(scalar(text.as_bytes(), 0), expected, "{text}");
        }
    }

    #[test]
    fn escapes_stand_for_text() {
        let text = |raw: &str| {
            let mut out = Vec::new();
            unescape(raw.as_bytes(), &mut out).then(|| String::from_utf8_lossy(&out).into_owned())
        };
        assert_eq!(
            text(r#"a\"b\\c\/\n\t\u00e9"#).as_deref(),
            Some("a\"b\\c/\n\té")
        );
        assert_eq!(text(r"\uD83D\uDE00!").as_deref(), Some("😀!"));
        assert_eq!(text(r"\ud83dx").as_deref(), Some("\u{fffd}x"));
        assert_eq!(text(r"\ud83d\u0041").as_deref(), Some("\u{fffd}A"));
        for bad in [r"\x", r"\", r"\u12", r"\u12g4"] {
            assert_eq!(text(bad), None, "{bad}");
        }
    }

    #[test]
    fn strings_end_at_the_first_quote_that_is_not_escaped() {
        for len in 0..40 {
            let plain = "é".repeat(len);
            let text = format!("{plain}\" tail \"");
            assert_eq!(string_end(text.as_bytes(), 0), Some((plain.len(), false)));
            let text = format!("{plain}\\\"\\\\\" tail");
            assert_eq!(
                string_end(text.as_bytes(), 0),
                Some((plain.len() + 4, true))
            );
            assert_eq!(string_end(plain.as_bytes(), 0), None);
        }
    }
}
