//! What a person says of how a delimited file is written, where its start deceives.
//!
//! May use: nothing but the types of the room. What is not said is found out under what is said
//! ([`super::dialect`]); what cannot be is an error before anything is read.

use super::{Encoding, Format, ReadError, TimeFormat};
use serde::{Deserialize, Serialize};

/// Lines above the header at most.
const MOST_SKIPPED: u32 = 10_000;

/// Separators with their names.
pub const SEPARATORS: [(u8, &str); 5] = [
    (b',', "comma"),
    (b';', "semicolon"),
    (b'\t', "tab"),
    (b'|', "bar"),
    (b' ', "space"),
];

/// What fields are within that hold separators or line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quote {
    /// `"`.
    Double,
    /// `"`, and `\"` for one within: a backslash takes the next character as it is.
    Escaped,
    /// `'`.
    Single,
    /// Nothing: a quote is a character like others.
    None,
}

impl Quote {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Double, Self::Escaped, Self::Single, Self::None];

    /// The byte.
    #[must_use]
    pub fn byte(self) -> Option<u8> {
        match self {
            Self::Double | Self::Escaped => Some(b'"'),
            Self::Single => Some(b'\''),
            Self::None => None,
        }
    }

    /// `double`, `escaped`, `single`, `none`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Double => "double",
            Self::Escaped => "escaped",
            Self::Single => "single",
            Self::None => "none",
        }
    }
}

/// The sign before a number's fraction; the other one may part its thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimal {
    /// `.`.
    Point,
    /// `,`.
    Comma,
}

impl Decimal {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Point, Self::Comma];

    /// The byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }

    /// `point`, `comma`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

/// Which part of `02/03/2026` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The first.
    Day,
    /// The second.
    Month,
}

impl DateOrder {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Day, Self::Month];

    /// How instants are then written.
    #[must_use]
    pub fn format(self) -> TimeFormat {
        match self {
            Self::Day => TimeFormat::DayFirst,
            Self::Month => TimeFormat::MonthFirst,
        }
    }

    /// `day`, `month`: what comes first.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// What a person says of a delimited file; `None`: as its start tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Fix {
    /// What is between fields.
    pub separator: Option<u8>,
    /// What fields with separators in them are within.
    pub quote: Option<Quote>,
    /// Whether blanks around a field are none of it, and a run of them is one where a blank is the separator.
    pub blanks: Option<bool>,
    /// The sign before a number's fraction.
    pub decimal: Option<Decimal>,
    /// Whether the first record names the columns.
    pub header: Option<bool>,
    /// Lines passed over before the first record, at most 10 000; then all above it are told.
    pub skip: Option<u32>,
    /// How text is written as bytes.
    pub encoding: Option<Encoding>,
    /// How dates with signs between their parts are written, in all columns that have some.
    pub dates: Option<DateOrder>,
}

impl Fix {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// This one, and where it says nothing another one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            separator: self.separator.or(other.separator),
            quote: self.quote.or(other.quote),
            blanks: self.blanks.or(other.blanks),
            decimal: self.decimal.or(other.decimal),
            header: self.header.or(other.header),
            skip: self.skip.or(other.skip),
            encoding: self.encoding.or(other.encoding),
            dates: self.dates.or(other.dates),
        }
    }

    /// The quote that was said, or the usual one.
    pub(super) fn quote_byte(&self) -> Option<u8> {
        self.quote.unwrap_or(Quote::Double).byte()
    }

    /// What is said cannot be, of whatever file.
    pub(super) fn check(&self, file: &str) -> Result<(), ReadError> {
        let fail = |found: String, mend: &str| {
            Err(ReadError {
                file: file.into(),
                line: None,
                found,
                mend: mend.into(),
            })
        };
        if let Some(byte) = self.separator {
            if !is_sensible(byte) {
                return fail(
                    format!("{} cannot separate fields", separator_word(byte)),
                    "Choose a sign that numbers and words are not made of, as , or ;",
                );
            }
            if self.quote_byte() == Some(byte) {
                return fail(
                    format!("{} is both separator and quote", separator_word(byte)),
                    "Choose another separator or another quote",
                );
            }
        }
        match self.skip {
            Some(lines) if lines > MOST_SKIPPED => fail(
                format!("{lines} lines above the header are too many; the most are {MOST_SKIPPED}"),
                "Take them off the file",
            ),
            _ => Ok(()),
        }
    }
}

/// The error of a [`Fix`] for a file of another format; of delimited text for a sheet of a workbook.
#[must_use]
pub fn not_delimited(file: &str, format: Format) -> ReadError {
    let what = match format {
        Format::Csv => "a sheet of a workbook",
        Format::JsonLines | Format::JsonArray | Format::JsonDocument => "JSON",
        Format::Parquet => "Parquet",
        Format::Arrow => "Arrow",
    };
    ReadError {
        file: file.into(),
        line: None,
        found: format!(
            "this is {what}, in which no separator, quote, decimal mark, header or encoding can be corrected"
        ),
        mend: "Correct only files of delimited text (CSV and its relatives)".into(),
    }
}

/// Whether a byte can separate fields: it is none of those that numbers and words are made of.
fn is_sensible(byte: u8) -> bool {
    byte.is_ascii()
        && !byte.is_ascii_alphanumeric()
        && !matches!(byte, b'\0' | b'\n' | b'\r' | b'.' | b'+' | b'-')
}

/// A separator as people write it: its name, or the sign itself; `\t` is a tab.
///
/// # Errors
/// A sentence, where it is not one ASCII character.
pub fn separator(text: &str) -> Result<u8, String> {
    if let Some((byte, _)) = SEPARATORS.iter().find(|(_, name)| *name == text) {
        return Ok(*byte);
    }
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] => Ok(*byte),
        _ => Err(format!(
            "'{text}' is not a separator: write one character, or comma, semicolon, tab, bar or space"
        )),
    }
}

/// The name of a separator, or the sign in quotation marks.
#[must_use]
pub fn separator_word(byte: u8) -> String {
    let known = SEPARATORS.iter().find(|(sign, _)| *sign == byte);
    known.map_or_else(
        || format!("'{}'", char::from(byte).escape_default()),
        |(_, name)| (*name).into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fix: Fix) -> String {
        fix.check("f")
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_is_told() {
        for byte in *b"a0.-+\n\r\0\xe9" {
            let separator = Some(byte);
            let why = told(Fix {
                separator,
                ..Fix::default()
            });
            assert!(why.contains("cannot separate fields"), "{byte}: {why}");
        }
        for (separator, quote) in [
            (b'"', None),
            (b'"', Some(Quote::Double)),
            (b'\'', Some(Quote::Single)),
        ] {
            let separator = Some(separator);
            let why = told(Fix {
                separator,
                quote,
                ..Fix::default()
            });
            assert!(why.contains("both separator and quote"), "{why}");
        }
        for (byte, _) in SEPARATORS
            .into_iter()
            .chain([(1, ""), (b'^', ""), (b'\'', "")])
        {
            let separator = Some(byte);
            assert_eq!(
                told(Fix {
                    separator,
                    ..Fix::default()
                }),
                ""
            );
        }
        let skip = Some(MOST_SKIPPED + 1);
        assert!(
            told(Fix {
                skip,
                ..Fix::default()
            })
            .contains("too many")
        );
    }

    #[test]
    fn separators_have_names() {
        for (text, byte) in [
            (";", b';'),
            ("semicolon", b';'),
            ("\\t", b'\t'),
            ("\t", b'\t'),
            ("tab", b'\t'),
            ("=", b'='),
            ("\u{1}", 1),
        ] {
            assert_eq!(separator(text), Ok(byte));
        }
        for text in ["", ";;", "é", "dot"] {
            assert!(separator(text).is_err(), "{text}");
        }
        assert_eq!(
            (separator_word(b'\t'), separator_word(1)),
            ("tab".into(), "'\\u{1}'".into())
        );
    }
}
