//! What is asked over HTTP and what is answered, without a socket: paths, ranges, tags, headers.

use super::api::{self, Parameters, refusal};
use super::exposition::exposition;
use super::replay::Replay;
use super::rows::Track;
use plumbline::table::time::Time;
use serde_json::{Value, json};

/// Rows in an answer of `/NAME.json`, where it is not said how many.
const ROWS: usize = 1_000;
/// The same at most.
const MOST_ROWS: usize = 10_000;

/// A request.
#[derive(Debug, Default)]
pub struct Asked {
    /// `GET`, `HEAD`, `POST` or `OPTIONS`.
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// What the query and a form say.
    pub parameters: Parameters,
    /// Headers, their names in small letters.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// A header by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.trim())
    }

    /// A parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Debug)]
pub enum Answer {
    /// One that is known whole.
    Whole(Whole),
    /// The rows of a table from one on, as events, for as long as the reader listens.
    Events {
        /// Which table.
        track: usize,
        /// The first row.
        from: usize,
    },
    /// The same over a WebSocket.
    Socket {
        /// Which table.
        track: usize,
        /// The first row.
        from: usize,
    },
}

/// An answer that is known whole.
#[derive(Debug, Default)]
pub struct Whole {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The length that is told, where the body is left out (`HEAD`).
    pub length: Option<usize>,
}

fn whole(status: u16, kind: &str, body: Vec<u8>) -> Answer {
    Answer::Whole(Whole {
        status,
        headers: vec![("Content-Type", kind.into())],
        body,
        length: None,
    })
}

fn document(status: u16, value: &Value) -> Answer {
    whole(status, "application/json", value.to_string().into_bytes())
}

/// Answers a request.
pub fn answer(replay: &Replay, asked: &Asked) -> Answer {
    let path = asked.path.as_str();
    let now = replay.now();
    let in_api = path.starts_with("/api/v1/");
    let known =
        ["GET", "HEAD"].contains(&asked.method.as_str()) || in_api && asked.method == "POST";
    if asked.method == "OPTIONS" {
        return Answer::Whole(Whole {
            status: 204,
            ..Whole::default()
        });
    }
    if !known {
        return fault(
            405,
            &format!("{} is not answered: ask with GET", asked.method),
        );
    }
    if let Some(rest) = path.strip_prefix("/api/v1/") {
        return match api::answer(&replay.metrics, rest, &asked.parameters, now) {
            Some((status, value)) => document(status, &value),
            None => document(404, &refusal("not_found", "a replay has no such path")),
        };
    }
    match path {
        "/" => return document(200, &replay.list(now)),
        "/metrics" => {
            let text = exposition(&replay.metrics, now);
            return whole(200, "text/plain; version=0.0.4; charset=utf-8", text.into());
        }
        "/-/healthy" | "/-/ready" => return whole(200, "text/plain", b"ready\n".to_vec()),
        _ => {}
    }
    let table = |end: &str| {
        let name = path.strip_prefix('/')?.strip_suffix(end)?;
        replay.tracks.iter().position(|track| track.name == name)
    };
    if let Some(at) = table(".ndjson") {
        return file(&replay.tracks[at], replay.run, asked, now);
    }
    if let Some(at) = table(".json") {
        return poll(&replay.tracks[at], asked, now);
    }
    let first = |said: Option<&str>| -> Result<usize, Answer> {
        match said {
            None | Some("") => Ok(0),
            Some(text) => text.parse().map_err(|_| {
                fault(
                    400,
                    &format!(
                        "'{text}' is no number of a row; leave it out to begin with the first"
                    ),
                )
            }),
        }
    };
    let after = asked.parameter("after");
    if let Some(track) = table("/events") {
        return match first(asked.header("last-event-id").or(after)) {
            Ok(from) => Answer::Events { track, from },
            Err(answer) => answer,
        };
    }
    if let Some(track) = table("/ws") {
        let wants = asked.header("upgrade").unwrap_or_default();
        if !wants.eq_ignore_ascii_case("websocket") {
            return fault(426, "this is a WebSocket: open it with ws://");
        }
        return match first(after) {
            Ok(from) => Answer::Socket { track, from },
            Err(answer) => answer,
        };
    }
    fault(404, "there is no such path: / lists all")
}

/// Why a request outside of Prometheus's API is refused.
fn fault(status: u16, why: &str) -> Answer {
    document(status, &json!({"error": why}))
}

/// The lines that have come, as a file that grows. Its tag changes with every row, as its content does; so who wants
/// what is new asks for a range without `If-Range`, and knows by the bytes before it that it is the same file.
fn file(track: &Track, run: i64, asked: &Asked, now: i64) -> Answer {
    let rows = track.come(now);
    let bytes = track.lines(0, rows);
    let tag = format!("\"{run:x}-{rows:x}\"");
    let mut headers = vec![
        ("Content-Type", "application/x-ndjson".to_owned()),
        ("Accept-Ranges", "bytes".to_owned()),
        ("ETag", tag.clone()),
        ("Cache-Control", "no-cache".to_owned()),
    ];
    let same = |list: &str| {
        list.split(',')
            .any(|t| t.trim() == "*" || t.trim().trim_start_matches("W/") == tag)
    };
    if asked.header("if-none-match").is_some_and(same) {
        return Answer::Whole(Whole {
            status: 304,
            headers,
            ..Whole::default()
        });
    }
    let wanted = asked.header("if-range").is_none_or(|known| known == tag);
    let range = asked.header("range").filter(|_| wanted);
    let (status, from, to) = match range.map(|range| part(range, bytes.len())) {
        None | Some(Part::Whole) => (200, 0, bytes.len()),
        Some(Part::Of(from, to)) => {
            headers.push((
                "Content-Range",
                format!("bytes {from}-{}/{}", to - 1, bytes.len()),
            ));
            (206, from, to)
        }
        Some(Part::None) => {
            headers.push(("Content-Range", format!("bytes */{}", bytes.len())));
            (416, 0, 0)
        }
    };
    let bytes = bytes.get(from..to).unwrap_or_default();
    let head = asked.method == "HEAD";
    Answer::Whole(Whole {
        status,
        headers,
        body: if head { Vec::new() } else { bytes.to_vec() },
        length: head.then_some(bytes.len()),
    })
}

/// What a range asks of so many bytes.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// It is none that is understood: all of it.
    Whole,
    /// From one byte up to another (exclusive).
    Of(usize, usize),
    /// What is not there.
    None,
}

/// Reads `bytes=5-9`, `bytes=5-`, `bytes=-5` (RFC 9110, 14.1.2). Several ranges are answered with the whole.
fn part(range: &str, length: usize) -> Part {
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| -> Option<usize> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(usize::MAX))
    };
    match (number(from), number(to), from, to) {
        (Some(from), Some(to), _, _) if from > to => Part::Whole,
        (Some(from), _, _, _) if from >= length => Part::None,
        (Some(from), Some(to), _, _) => Part::Of(from, to.saturating_add(1).min(length)),
        (Some(from), None, _, "") => Part::Of(from, length),
        (None, Some(0), "", _) => Part::None,
        (None, Some(_), "", _) if length == 0 => Part::None,
        (None, Some(last), "", _) => Part::Of(length.saturating_sub(last), length),
        _ => Part::Whole,
    }
}

/// Rows as one JSON document: those after a number of them, else the last ones.
fn poll(track: &Track, asked: &Asked, now: i64) -> Answer {
    let come = track.come(now);
    let number = |name: &str, usual: usize| match asked.parameter(name) {
        None => Ok(usual),
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| fault(400, &format!("{name}={text}: expected a number of rows"))),
    };
    let limit = match number("limit", ROWS) {
        Ok(limit) => limit.min(MOST_ROWS),
        Err(answer) => return answer,
    };
    let from = match number("after", come.saturating_sub(limit)) {
        Ok(from) => from.min(come),
        Err(answer) => return answer,
    };
    let to = from.saturating_add(limit).min(come);
    let mut body = format!("{{\"now\":\"{}\",\"next\":{to},\"rows\":[", Time(now)).into_bytes();
    let lines = track.lines(from, to);
    let lines = lines.strip_suffix(b"\n").unwrap_or(lines);
    body.extend(lines.iter().map(|b| if *b == b'\n' { b',' } else { *b }));
    body.extend_from_slice(b"]}\n");
    whole(200, "application/json", body)
}

/// Names and values of a query or a form.
pub fn parameters(text: &str) -> Parameters {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| (decoded(name, true), decoded(value, true)))
        .collect()
}

/// A part of an address without its escapes.
pub fn decoded(text: &str, form: bool) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 2;
            }
            None if byte == b'+' && form => out.push(b' '),
            None => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard() {
        for (range, expected) in [
            ("bytes=0-4", Part::Of(0, 5)),
            ("bytes=5-", Part::Of(5, 10)),
            ("bytes=-3", Part::Of(7, 10)),
            ("bytes=-30", Part::Of(0, 10)),
            ("bytes=8-99", Part::Of(8, 10)),
            ("bytes=10-", Part::None),
            ("bytes=99999999999999999999-", Part::None),
            ("bytes=-0", Part::None),
            ("bytes=5-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("rows=0-1", Part::Whole),
            ("bytes=a-4", Part::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=-1", 0), Part::None);
    }

    #[test]
    fn addresses_lose_their_escapes() {
        let found = parameters("query=up%7Ba%3D%22b+c%22%7D&match[]=x&flag&bad=%zz%");
        let expected = [
            ("query", "up{a=\"b c\"}"),
            ("match[]", "x"),
            ("flag", ""),
            ("bad", "%zz%"),
        ];
        let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, expected);
    }
}
