//! Server-sent events: each event's data is a row.
//!
//! Source: *HTML Living Standard*, 9.2 Server-sent events: the stream is UTF-8 with or without a mark before it; lines
//! end with CR LF, LF or CR; an event ends with a blank line; what has no blank line behind it is none. `id` is kept
//! and sent back as `Last-Event-ID`, `retry` tells how long to rest before the next connection. Where the server
//! numbers its events, it goes on where it was; where it does not, what came in between is a gap.

use super::{Settings, add_lines};
use crate::feed::{
    Ask, Came, Carrier, Fault, Gap, Instant, MOST_HELD, Next, Piece, RowForm, Rows, SECOND, Source,
};

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What kind of event it is: `message` where the server does not say.
    pub kind: String,
    /// Its data, without the last line's end.
    pub data: String,
}

/// Reads a stream of events, however it is cut.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    /// The start of a line whose end is yet to come.
    line: Vec<u8>,
    /// Whether a mark may still come before the first line.
    begun: bool,
    /// Whether the last line ended with CR, after which LF ends no other.
    after_cr: bool,
    kind: String,
    data: String,
    /// The id of the event in the making.
    id: String,
    /// The id of the last event that was dispatched.
    last_id: String,
    /// Milliseconds to rest, where the server said it.
    retry: Option<u64>,
}

impl Parser {
    /// Takes what came and gives the events that end in it.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in bytes {
            let ends = match byte {
                b'\n' if self.after_cr => {
                    self.after_cr = false;
                    continue;
                }
                b'\n' | b'\r' => true,
                _ => false,
            };
            self.after_cr = byte == b'\r';
            if !ends {
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let mut line = line.as_slice();
            if !self.begun {
                self.begun = true;
                line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            }
            events.extend(self.end(&String::from_utf8_lossy(line)));
        }
        events
    }

    /// Takes a line.
    fn end(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = match line.split_once(':') {
            Some(("", _)) => return None,
            Some((field, value)) => (field, value.strip_prefix(' ').unwrap_or(value)),
            None => (line, ""),
        };
        match field {
            "event" => self.kind = value.into(),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = value.into(),
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        self.last_id.clone_from(&self.id);
        let kind = std::mem::take(&mut self.kind);
        let mut data = std::mem::take(&mut self.data);
        if data.is_empty() {
            return None;
        }
        data.pop();
        Some(Event {
            kind: if kind.is_empty() {
                "message".into()
            } else {
                kind
            },
            data,
        })
    }

    /// The id of the last event; empty where the server gives none.
    #[must_use]
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// How long to rest before the next connection, where the server said it.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Bytes held.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.line.len() + self.data.len()
    }

    /// A new stream begins: the half of an event is none.
    pub fn again(&mut self) {
        *self = Self {
            id: self.last_id.clone(),
            last_id: std::mem::take(&mut self.last_id),
            retry: self.retry,
            ..Self::default()
        };
    }
}

/// Longest rest that a server can ask for.
const MOST_REST: Instant = 600 * SECOND;

/// Rows that come as events.
pub struct Events {
    settings: Settings,
    parser: Parser,
    not_before: Instant,
    /// When something came last.
    seen: Option<Instant>,
    /// Since when nothing could be seen, where that cannot be asked for.
    lost: Option<Instant>,
    ended: bool,
}

impl Events {
    /// A stream, not opened yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            parser: Parser::default(),
            not_before: Instant::MIN,
            seen: None,
            lost: None,
            ended: false,
        }
    }

    fn opened(&mut self, now: Instant, status: u16, kind: &str) -> Result<Vec<Piece>, Fault> {
        if status == 204 {
            // The server wants nobody to come back.
            self.ended = true;
            return Ok(Vec::new());
        }
        // A header that the server does not show to this page says nothing.
        if !kind.is_empty() && !kind.to_ascii_lowercase().starts_with("text/event-stream") {
            return Err(Fault::never(
                format!(
                    "{} answers with {kind}, which is no stream of events.",
                    self.name()
                ),
                "Give the address of the events, or connect it as another kind of source.",
            ));
        }
        let gap = self.lost.take().map(|from| {
            Piece::Gap(Gap {
                from,
                to: now,
                why: "the connection was lost, and the server does not number its events".into(),
            })
        });
        Ok(gap.into_iter().collect())
    }

    fn came(&mut self, now: Instant, bytes: &[u8]) -> Result<Vec<Piece>, Fault> {
        let mut rows = Vec::new();
        for event in self.parser.take(bytes) {
            add_lines(&event.data, &mut rows);
        }
        if self.parser.held() > MOST_HELD {
            let most = MOST_HELD >> 20;
            return Err(Fault::never(
                format!("An event of {} is longer than {most} MB.", self.name()),
                "Check that it sends an event for each row.",
            ));
        }
        self.seen = Some(now);
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![Piece::Rows(Rows {
            name: self.settings.table(RowForm::NdJson),
            form: RowForm::NdJson,
            bytes: rows,
        })])
    }
}

impl Source for Events {
    fn name(&self) -> String {
        self.settings.place()
    }

    fn next(&mut self, now: Instant) -> Next {
        if self.ended {
            return Next::End;
        }
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        let mut ask = Ask::get(self.settings.address("http")).with("Accept", "text/event-stream");
        ask.carrier = Carrier::Stream;
        if !self.parser.last_id().is_empty() {
            ask = ask.with("Last-Event-ID", self.parser.last_id());
        }
        Next::Ask(self.settings.signed(ask))
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        match came {
            Came::Opened(answer) if answer.is_ok() => {
                let kind = answer.header("Content-Type").unwrap_or_default();
                self.opened(now, answer.status, kind)
            }
            Came::Opened(answer) => Err(answer.fault(now)),
            Came::Part(bytes) => self.came(now, &bytes),
            _ => Ok(Vec::new()),
        }
    }

    fn lost(&mut self, now: Instant) {
        self.parser.again();
        if self.parser.last_id().is_empty() {
            // Before anything came nothing is known to be missing.
            self.lost = self.lost.or(self.seen);
        }
        let retry = self.parser.retry().unwrap_or_default();
        let rest = i64::try_from(retry)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000);
        self.not_before = now.saturating_add(rest.min(MOST_REST));
    }

    fn patience(&self) -> Instant {
        // A log may be silent for long, and the browser tells when the connection breaks.
        600 * SECOND
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(text: &str) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        let events = parser.take(text.as_bytes()).into_iter();
        events.map(|e| (e.kind, e.data)).collect()
    }

    fn messages(text: &str) -> Vec<String> {
        events(text).into_iter().map(|e| e.1).collect()
    }

    /// The examples of the standard, 9.2.6.
    #[test]
    fn the_standards_examples_are_read_as_it_says() {
        assert_eq!(
            messages("data: YHOO\ndata: +2\ndata: 10\n\n"),
            ["YHOO\n+2\n10"]
        );
        let mut parser = Parser::default();
        let stream = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
        let data: Vec<String> = parser
            .take(stream.as_bytes())
            .into_iter()
            .map(|e| e.data)
            .collect();
        assert_eq!(data, ["first event", "second event", " third event"]);
        assert_eq!(parser.last_id(), "");
        assert_eq!(messages("data\n\ndata\ndata\n\ndata:"), ["", "\n"]);
        assert_eq!(messages("data:test\n\ndata: test\n\n"), ["test", "test"]);
        assert_eq!(
            events("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n"),
            [
                ("add".into(), "73857293".into()),
                ("remove".into(), "2153".into())
            ]
        );
    }

    #[test]
    fn ends_of_lines_marks_and_odd_fields() {
        assert_eq!(
            messages("\u{feff}data: a\r\ndata: b\rdata: c\n\r\n"),
            ["a\nb\nc"]
        );
        assert_eq!(messages("data: a\n\n\u{feff}data: b\n\n"), ["a"]);
        assert_eq!(messages("Data: a\nfield: b\ndata:c:d\n\n"), ["c:d"]);
        let mut parser = Parser::default();
        assert!(
            parser
                .take(b"id: 7\nid: a\0b\nretry: 12\nretry: x\nretry:\nevent: z\n\n")
                .is_empty()
        );
        assert_eq!((parser.last_id(), parser.retry()), ("7", Some(12)));
        // The kind of an event without data is not that of the next.
        let next = parser.take(b"data: a\n\n");
        assert_eq!(next[0].kind, "message");
        assert_eq!(parser.last_id(), "7");
        parser.take(b"id: 8\ndata: half");
        parser.again();
        assert_eq!((parser.last_id(), parser.held()), ("7", 0));
        assert_eq!(parser.take(b"\n\n"), []);
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_how_the_stream_is_cut(
            parts in proptest::collection::vec(prop_oneof![
                Just("data: ü\n"), Just("\r"), Just("\n"), Just("\r\n"), Just("id: 4\n"), Just("data"),
                Just(":x\n"), Just("event: e\n"), Just("\u{feff}"), Just("{\"a\":1}")], 0..30),
            cuts in proptest::collection::vec(1usize..9, 1..40),
        ) {
            let text = parts.concat();
            let mut whole = Parser::default();
            let expected = whole.take(text.as_bytes());
            let (mut parser, mut got, mut rest) = (Parser::default(), Vec::new(), text.as_bytes());
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                got.extend(parser.take(now));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(got, expected);
            prop_assert_eq!(parser.last_id(), whole.last_id());
        }
    }
}
