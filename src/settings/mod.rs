//! Files that a person writes in TOML: values that know their place, and faults that name it.
//!
//! May use: nothing of ours.
//!
//! A person mistypes, so what counts is what is said then: the line and the column, what stands there, and
//! the word that was probably meant. Serde's derive knows the place of a fault only by half; so the text is
//! parsed by the `toml` crate into a tree with places, and a room that has such a file takes the keys it
//! knows out of a [`Table`], and has it refuse what is left.

mod near;
mod write;

pub use near::{among, nearest};
pub use write::{key, number, quoted};

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where in a file something stands, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

/// What is wrong with a file, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("line {}, column {}: {found}. {mend}", at.line, at.column)]
pub struct Fault {
    /// Where.
    pub at: Place,
    /// What was found.
    pub found: String,
    /// What to write instead.
    pub mend: String,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Its place.
    pub at: Place,
    /// What it is.
    pub data: Data,
}

/// What a value can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Text in quotes.
    Text(String),
    /// A number without a point.
    Whole(i64),
    /// A number with one.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A date or a time, as it is written.
    Moment(String),
    /// Several values.
    List(Vec<Value>),
    /// Keys and values.
    Table(Table),
}

/// Keys and values, in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its place.
    pub at: Place,
    entries: Vec<(String, Place, Value)>,
}

/// Reads a file.
///
/// # Errors
/// Where it is not TOML.
pub fn parse(text: &str) -> Result<Table, Fault> {
    // Editors of Windows put a mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root = DeTable::parse(text).map_err(|why| Fault {
        at: place(text, why.span().map_or(0, |span| span.start)),
        found: format!("this is not TOML: {}", one_line(why.message())),
        mend: "Write key = value, text in quotes, and a list in brackets".into(),
    })?;
    table(text, root.get_ref(), root.span().start)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn place(text: &str, byte: usize) -> Place {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    let line = before.iter().filter(|b| **b == b'\n').count() as u64 + 1;
    let start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |i| i + 1);
    // Every character but the continuations of its bytes.
    let column = before[start..]
        .iter()
        .filter(|b| **b & 0xc0 != 0x80)
        .count() as u64
        + 1;
    Place { line, column }
}

fn table(text: &str, of: &DeTable<'_>, byte: usize) -> Result<Table, Fault> {
    let mut entries = Vec::new();
    for (key, inner) in of {
        let at = place(text, key.span().start);
        entries.push((key.get_ref().to_string(), at, value(text, inner)?));
    }
    entries.sort_by_key(|(_, at, _)| (at.line, at.column));
    Ok(Table {
        at: place(text, byte),
        entries,
    })
}

fn value(text: &str, of: &Spanned<DeValue<'_>>) -> Result<Value, Fault> {
    let (at, start) = (place(text, of.span().start), of.span().start);
    let wrong = || Fault {
        at,
        found: "the number is too large".into(),
        mend: "Write a smaller one".into(),
    };
    let data = match of.get_ref() {
        DeValue::String(words) => Data::Text(words.to_string()),
        DeValue::Integer(n) => {
            let whole = i64::from_str_radix(n.as_str(), n.radix());
            Data::Whole(whole.map_err(|_| wrong())?)
        }
        DeValue::Float(n) => {
            let number: Option<f64> = n.as_str().parse().ok();
            Data::Number(number.filter(|n| n.is_finite()).ok_or_else(wrong)?)
        }
        DeValue::Boolean(flag) => Data::Flag(*flag),
        DeValue::Datetime(moment) => Data::Moment(moment.to_string()),
        DeValue::Array(all) => {
            let all = all.iter().map(|one| value(text, one));
            Data::List(all.collect::<Result<_, _>>()?)
        }
        DeValue::Table(inner) => Data::Table(table(text, inner, start)?),
    };
    Ok(Value { at, data })
}

impl Value {
    /// A fault at its place.
    #[must_use]
    pub fn fault(&self, found: impl Into<String>, mend: impl Into<String>) -> Fault {
        Fault {
            at: self.at,
            found: found.into(),
            mend: mend.into(),
        }
    }

    fn wrong(&self, key: &str, wanted: &str) -> Fault {
        let found = match &self.data {
            Data::Text(_) => "text",
            Data::Whole(_) | Data::Number(_) => "a number",
            Data::Flag(_) => "true or false",
            Data::Moment(_) => "a date or time",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        };
        self.fault(format!("'{key}' is {found}"), format!("Write {wanted}"))
    }

    /// Its text; a date or time may do without quotes.
    ///
    /// # Errors
    /// Where it is something else; `key` is whose value it is.
    pub fn text(&self, key: &str) -> Result<String, Fault> {
        match &self.data {
            Data::Text(text) | Data::Moment(text) => Ok(text.clone()),
            _ => Err(self.wrong(key, "text in quotes")),
        }
    }

    /// Its number.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn number(&self, key: &str) -> Result<f64, Fault> {
        match self.data {
            Data::Whole(n) => Ok(n as f64),
            Data::Number(n) => Ok(n),
            _ => Err(self.wrong(key, "a number")),
        }
    }

    /// Its whole number from 1 on.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn count(&self, key: &str) -> Result<u32, Fault> {
        match self.data {
            Data::Whole(n) if n > 0 => {
                u32::try_from(n).map_err(|_| self.wrong(key, "a smaller number"))
            }
            _ => Err(self.wrong(key, "a whole number from 1 on")),
        }
    }

    /// Its values; a single one is a list, too.
    #[must_use]
    pub fn list(self) -> Vec<Self> {
        match self.data {
            Data::List(all) => all,
            _ => vec![self],
        }
    }

    /// Its keys and values.
    ///
    /// # Errors
    /// Where it is something else; `like`: how such a table is written.
    pub fn table(self, key: &str, like: &str) -> Result<Table, Fault> {
        match self.data {
            Data::Table(table) => Ok(Table {
                at: self.at,
                ..table
            }),
            _ => Err(self.wrong(key, like)),
        }
    }
}

impl Table {
    /// Takes the value of a key out.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.entries.iter().position(|(name, ..)| name == key)?;
        Some(self.entries.remove(at).2)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| name == key)
    }

    /// Refuses a key that is none of `known`, before any is taken: what a misspelt key leaves out is then not told
    /// in its place. `whose` are the keys.
    ///
    /// # Errors
    /// For the first key that is not known.
    pub fn only(&self, whose: &str, known: &[&str]) -> Result<(), Fault> {
        let mut entries = self.entries.iter();
        match entries.find(|(key, ..)| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, at, _)) => Err(Fault {
                at: *at,
                found: format!("'{key}' is no key of {whose}"),
                mend: among(key, known),
            }),
        }
    }

    /// Everything that is left in it.
    pub fn rest(self) -> impl Iterator<Item = (String, Place, Value)> {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_line_and_column() {
        let fault = parse("a = 1\nb = = 2\n").unwrap_err();
        assert_eq!((fault.at.line, fault.at.column), (2, 5), "{fault}");
        let fault = parse("a = 1\r\nü = 'é' x\r\n").unwrap_err();
        assert_eq!(fault.at.line, 2, "{fault}");
        let fault = parse("a = 99999999999999999999").unwrap_err();
        assert_eq!((fault.at.line, fault.at.column), (1, 5));
        assert!(fault.to_string().contains("too large"), "{fault}");
        assert!(parse("a = nan").unwrap_err().found.contains("too large"));
        assert!(parse("a = 1\na = 2").is_err());
    }

    #[test]
    fn a_key_that_nobody_knows_is_told_with_the_one_that_was_meant() {
        let mut table = parse("\u{feff}min = 1\n\nmaxx = 2\n").unwrap();
        let fault = table.only("a rule", &["min", "max"]).unwrap_err();
        assert_eq!(table.take("min").unwrap().number("min"), Ok(1.0));
        assert_eq!(
            fault.to_string(),
            "line 3, column 1: 'maxx' is no key of a rule. Did you mean 'max'?"
        );
    }

    #[test]
    fn values_are_what_they_are_taken_for_or_a_fault() {
        let mut table = parse("t = 'x'\nn = 0x10\nd = 2025-01-02\nl = [1, 2]\nf = true").unwrap();
        let mut take = |key| table.take(key).unwrap();
        let (t, n, d, l, f) = (take("t"), take("n"), take("d"), take("l"), take("f"));
        assert_eq!(t.text("t").as_deref(), Ok("x"));
        assert_eq!(n.number("n"), Ok(16.0));
        assert_eq!(n.count("n"), Ok(16));
        assert_eq!(d.text("d").as_deref(), Ok("2025-01-02"));
        assert_eq!(l.list().len(), 2);
        assert_eq!(t.clone().list().len(), 1);
        let why = f.number("f").unwrap_err().to_string();
        assert_eq!(
            why,
            "line 5, column 5: 'f' is true or false. Write a number"
        );
        assert!(t.table("t", "{ a = 1 }").is_err());
    }
}
