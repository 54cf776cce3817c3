//! Pieces of such a file, as they are written.

use std::fmt::Write as _;

/// Text in quotes, on one line.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key, in quotes where it has to be.
#[must_use]
pub fn key(text: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    match !text.is_empty() && text.bytes().all(bare) {
        true => text.into(),
        false => quoted(text),
    }
}

/// A number that is read back as the same.
#[must_use]
pub fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-5..1e15).contains(&value.abs());
    match plain {
        true => format!("{value}"),
        false => format!("{value:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::parse;

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "",
            "a b",
            "\"\\\n\t\r\u{1}\u{7f}\u{85}é€🦀",
            "[x]",
            "a.b",
            "#",
        ] {
            let line = format!("{} = {}", key(text), quoted(text));
            let table = parse(&line).unwrap_or_else(|why| panic!("{line}: {why}"));
            let (name, _, value) = table.rest().next().unwrap();
            assert_eq!((name.as_str(), value.text("")), (text, Ok(text.into())));
        }
        for x in [
            0.0,
            -0.0,
            0.1,
            1.0,
            -2.5e-9,
            1e300,
            123_456_789.25,
            1e15,
            f64::MIN_POSITIVE,
        ] {
            let line = format!("x = {}", number(x));
            let mut table = parse(&line).unwrap_or_else(|why| panic!("{line}: {why}"));
            assert_eq!(table.take("x").unwrap().number("x"), Ok(x), "{line}");
        }
    }
}
