//! Arrays of plain values: whether their items are columns, or the array is one cell, a set of labels.
//!
//! | rows | columns |
//! | --- | --- |
//! | `"p": [0.2, 0.8]` | `p.0` and `p.1` |
//! | `"labels": ["news", "sport"]`, `"labels": []` | `labels`: `["news","sport"]` and `[]` |
//! | `"labels": [0, 2]`, `"labels": [1]` | `labels`: `[0,2]` and `[1]` |

use super::tokens::{self, skip_blanks};
use crate::read::items::{CELL, Items, MOST, write_item};

/// What the array holds whose bracket `at` is behind.
pub(super) fn of(text: &[u8], at: usize) -> Items {
    let mut at = skip_blanks(text, at);
    if text.get(at) == Some(&b']') {
        return Items::Empty;
    }
    let (mut words, mut numbers, mut whole) = (true, true, true);
    for count in 1..=MOST {
        let end = match text.get(at) {
            Some(b'"') => {
                numbers = false;
                tokens::string_end(text, at + 1).map(|(end, _)| end + 1)
            }
            Some(b'0'..=b'9' | b'-' | b'n' | b'N' | b'I') => {
                words = false;
                tokens::scalar(text, at)
            }
            _ => None,
        };
        let Some(end) = end.filter(|_| words || numbers) else {
            return Items::Other;
        };
        whole &= numbers && is_whole(text.get(at..end).unwrap_or_default());
        at = skip_blanks(text, end);
        match text.get(at) {
            Some(b',') => at = skip_blanks(text, at + 1),
            Some(b']') if words => return Items::Words,
            Some(b']') if whole => return Items::Whole(count),
            Some(b']') => return Items::Numbers(count),
            _ => return Items::Other,
        }
    }
    Items::Other
}

fn is_whole(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    digits.iter().all(u8::is_ascii_digit)
}

/// Appends the cell of the array whose bracket `at` is behind, where it is a set. False: it is none, and what
/// was appended is of no use.
pub(super) fn write(text: &[u8], at: usize, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    if !matches!(of(text, at), Items::Empty | Items::Words | Items::Whole(_)) {
        return false;
    }
    out.push(b'[');
    let mut at = skip_blanks(text, at);
    while let Some(first) = text.get(at).filter(|b| **b != b']') {
        if out.len() > start + 1 {
            out.push(b',');
        }
        let end = if *first == b'"' {
            let Some((end, escaped)) = tokens::string_end(text, at + 1) else {
                return false;
            };
            if !word(text.get(at + 1..end).unwrap_or_default(), escaped, out) {
                return false;
            }
            end + 1
        } else {
            let Some(end) = tokens::scalar(text, at) else {
                return false;
            };
            out.extend_from_slice(text.get(at..end).unwrap_or_default());
            end
        };
        if out.len() - start > CELL {
            return false;
        }
        at = skip_blanks(text, end);
        if text.get(at) == Some(&b',') {
            at = skip_blanks(text, at + 1);
        }
    }
    out.push(b']');
    true
}

/// A text in quotes, with no escape but those of quotes and backslashes.
fn word(raw: &[u8], escaped: bool, out: &mut Vec<u8>) -> bool {
    let mut plain = Vec::new();
    let text = if escaped {
        if !tokens::unescape(raw, &mut plain) {
            return false;
        }
        &plain
    } else {
        raw
    };
    write_item(text, out);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(array: &str) -> Option<String> {
        let mut out = Vec::new();
        write(array.as_bytes(), 1, &mut out).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn sets_are_cells_and_scores_are_columns() {
        for (array, items, written) in [
            ("[]", Items::Empty, Some("[]")),
            ("[ ]", Items::Empty, Some("[]")),
            (
                r#"[ "news" , "sport" ]"#,
                Items::Words,
                Some(r#"["news","sport"]"#),
            ),
            (
                r#"["caf\u00e9","a\"b\\"]"#,
                Items::Words,
                Some(r#"["café","a\"b\\"]"#),
            ),
            ("[0, 2]", Items::Whole(2), Some("[0,2]")),
            ("[0.5, 2]", Items::Numbers(2), None),
            ("[null, 2]", Items::Numbers(2), None),
            (r#"["a", 1]"#, Items::Other, None),
            (r#"[["a"]]"#, Items::Other, None),
            ("[true]", Items::Other, None),
        ] {
            assert_eq!(of(array.as_bytes(), 1), items, "{array}");
            assert_eq!(cell(array).as_deref(), written, "{array}");
        }
    }
}
