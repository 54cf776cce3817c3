//! The fields of a record of delimited text: where each one's text is.

use super::csv::Signs;

/// Where a field's text is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// Its bytes are its text.
    Plain { start: usize, end: usize },
    /// Within quotes from `start` to `close`, with doubled quotes in it or text behind it.
    Quoted {
        start: usize,
        close: usize,
        end: usize,
        signs: Signs,
    },
}

impl Field {
    pub fn is_empty(self) -> bool {
        matches!(self, Self::Plain { start, end } if start == end)
    }

    /// Its text.
    pub fn text(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain { start, end } => text[start..end].to_vec(),
            Self::Quoted {
                start,
                close,
                end,
                signs,
            } => {
                let mut out = Vec::new();
                field_text(text, (start, close, end), signs, &mut out);
                out
            }
        }
    }
}

/// Writes the text of a field that needs more than its bytes.
#[cold]
pub(super) fn field_text(
    text: &[u8],
    (start, close, end): (usize, usize, usize),
    signs: Signs,
    out: &mut Vec<u8>,
) {
    let mut rest = &text[start..close];
    let special = |rest: &[u8]| match signs.escapes {
        true => memchr::memchr2(signs.quote, b'\\', rest),
        false => memchr::memchr(signs.quote, rest),
    };
    while let Some(at) = special(rest) {
        // A backslash goes, what it escapes stays; of two quotes one stays.
        let kept = if rest[at] == signs.quote {
            at..at + 1
        } else {
            at + 1..at + 2
        };
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(rest.get(kept).unwrap_or_default());
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(text.get(close + 1..end).unwrap_or_default());
}
