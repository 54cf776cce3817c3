//! Sources of rows: predictions and outcomes as a serving stack hands them out while it runs.
//!
//! | kind | what is asked | what is lost with a connection |
//! | --- | --- | --- |
//! | [`tail`] | a file that grows, from its last whole line on | nothing |
//! | [`poll`] | a document, over and over | what more than one answer holds; nothing with a cursor |
//! | [`events`] | server-sent events | nothing, where the server numbers them |
//! | [`socket`] | a WebSocket | what comes in between; nothing with a cursor |
//!
//! All give whole lines that are a file together ([`super::Rows`]). Whether a line can be read is the reader's
//! business, who counts what cannot.

pub mod events;
pub mod poll;
pub mod socket;
pub mod tail;

use super::prometheus::SignIn;
use super::{Ask, Instant, RowForm, SECOND};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What stands in an address for how far rows are known already.
pub const CURSOR: &str = "{next}";

/// What a reader says of a source of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Its address; in it `{next}` stands for a cursor ([`CURSOR`]).
    pub url: String,
    /// What the table is called; otherwise what the address says.
    #[serde(default)]
    pub name: String,
    /// Who asks.
    #[serde(default)]
    pub sign_in: SignIn,
    /// How often to ask, where the source is polled.
    #[serde(default)]
    pub every: Instant,
    /// Where in an answer the rows are: `data.items`.
    #[serde(default)]
    pub path: String,
    /// Where in an answer the next cursor is; `next` unless said.
    #[serde(default)]
    pub next: String,
    /// What a WebSocket is sent once it is open.
    #[serde(default)]
    pub hello: String,
}

/// Words of an address that say how rows come, not what they are.
const WAYS: [&str; 8] = [
    "events", "ws", "sse", "stream", "live", "tail", "rows", "socket",
];

impl Settings {
    /// A source at an address.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    /// The address with a scheme.
    fn address(&self, scheme: &str) -> String {
        let url = self.url.trim();
        match url.contains("://") {
            true => url.to_owned(),
            false => format!("{scheme}://{url}"),
        }
    }

    /// Host and path of the address, for the reader: without a password or what is asked for.
    fn place(&self) -> String {
        let url = self.url.trim();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let host_end = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at(host_end);
        let host = host.rsplit('@').next().unwrap_or_default();
        format!("{host}{path}")
    }

    /// What the table is called, as a file would be.
    fn table(&self, form: RowForm) -> String {
        let end = match form {
            RowForm::Csv => "csv",
            RowForm::NdJson => "ndjson",
        };
        let place = self.place();
        let parts = place.split('/').skip(1).filter(|part| !part.is_empty());
        let mut parts: Vec<&str> = parts.collect();
        while parts.len() > 1 && parts.last().is_some_and(|last| WAYS.contains(last)) {
            parts.pop();
        }
        let said = self.name.trim();
        let name = match (said, parts.last()) {
            ("", Some(last)) => last,
            ("", None) => "live",
            (said, _) => said,
        };
        let known = [".csv", ".tsv", ".ndjson", ".jsonl", ".json"];
        let stem = known.iter().find_map(|end| name.strip_suffix(end));
        format!("{}.{end}", stem.filter(|s| !s.is_empty()).unwrap_or(name))
    }

    /// How often to ask.
    fn pause(&self) -> Instant {
        match self.every {
            0 => 5 * SECOND,
            every => every.max(SECOND / 5),
        }
    }

    /// The address with the cursor in its place.
    fn at_cursor(&self, scheme: &str, cursor: &str) -> String {
        self.address(scheme).replace(CURSOR, &escaped(cursor))
    }

    /// Whether the address has a place for a cursor.
    fn has_cursor(&self) -> bool {
        self.url.contains(CURSOR)
    }

    /// A request signed by who asks.
    fn signed(&self, ask: Ask) -> Ask {
        match self.sign_in.header() {
            Some(value) => ask.with("Authorization", value),
            None => ask,
        }
    }
}

/// A text as it stands in an address.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                    out.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
    out
}

/// Adds the rows in a text, one a line: lines of JSON as they are, a document over several lines in one, of a list
/// each of its members. Returns how many.
fn add_lines(text: &str, out: &mut Vec<u8>) -> u64 {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let whole = |line: &str| line.starts_with('{') && line.ends_with('}');
    let mut add = |line: &str| {
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    };
    if lines().all(whole) {
        lines().for_each(&mut add);
        return lines().count() as u64;
    }
    if let Ok(rows) = serde_json::from_str::<Vec<&RawValue>>(text) {
        rows.iter().for_each(|row| add(&in_one_line(row)));
        return rows.len() as u64;
    }
    if let Ok(row) = serde_json::from_str::<&RawValue>(text) {
        add(&in_one_line(row));
        return 1;
    }
    // The reader of rows counts what it cannot read.
    lines().for_each(&mut add);
    lines().count() as u64
}

/// A value as it is written, in one line: no text of JSON holds a line break.
fn in_one_line(value: &RawValue) -> String {
    value.get().replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_called_what_its_address_says() {
        for (url, place, table) in [
            (
                "localhost:8790/log.ndjson",
                "localhost:8790/log.ndjson",
                "log.ndjson",
            ),
            (
                "http://me:pw@a/x/log/events?after=3",
                "a/x/log/events",
                "log.ndjson",
            ),
            ("ws://a:1/log/ws", "a:1/log/ws", "log.ndjson"),
            ("https://a", "a", "live.ndjson"),
            ("https://a/events", "a/events", "events.ndjson"),
        ] {
            let settings = Settings::at(url);
            assert_eq!(settings.place(), place);
            assert_eq!(settings.table(RowForm::NdJson), table, "{url}");
        }
        let named = Settings {
            name: "truth.csv".into(),
            ..Settings::at("http://a/log.csv")
        };
        assert_eq!(named.table(RowForm::Csv), "truth.csv");
        let cursor = Settings::at("a/log.json?after={next}");
        assert_eq!(
            cursor.at_cursor("http", "a b"),
            "http://a/log.json?after=a%20b"
        );
    }

    #[test]
    fn rows_of_a_text_are_one_a_line() {
        let rows = |text: &str| {
            let mut out = Vec::new();
            let count = add_lines(text, &mut out);
            (count, String::from_utf8_lossy(&out).into_owned())
        };
        assert_eq!(
            rows("{\"a\":1}\r\n\n {\"a\":2}"),
            (2, "{\"a\":1}\n{\"a\":2}\n".into())
        );
        assert_eq!(rows("{\n\"a\": 1\n}"), (1, "{ \"a\": 1 }\n".into()));
        assert_eq!(
            rows("[{\"a\":1},\n{\"a\":2}]"),
            (2, "{\"a\":1}\n{\"a\":2}\n".into())
        );
        assert_eq!(rows("hello"), (1, "hello\n".into()));
        assert_eq!(rows(""), (0, String::new()));
    }
}
