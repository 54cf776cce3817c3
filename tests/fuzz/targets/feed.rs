//! What a live source is answered, whatever kind of source it is and whatever the server says.
//!
//! The first byte chooses the source; the rest are its answers, apart by a byte that no text has, each after a byte
//! that says how it comes. When all were given, they begin anew, so that what is remembered is tried as well.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use plumbline::feed::live::{Connection, Live};
use plumbline::feed::rows;
use plumbline::feed::{
    Answer, Came, Carrier, Instant, MOST_HELD, SECOND, Todo, Unreached, mlflow, prometheus,
};
use plumbline_fuzz::within;

/// What no UTF-8 has.
const APART: u8 = 0xff;
/// Requests that are answered at most.
const ROUNDS: usize = 64;
const STATUSES: [u16; 8] = [200, 206, 304, 400, 401, 416, 429, 503];

fn connection(kind: u8) -> Connection {
    let rows = || rows::Settings {
        every: SECOND,
        path: if kind & 16 == 0 { "" } else { "data.items" }.into(),
        ..rows::Settings::at("http://localhost:9/rows?from={next}")
    };
    let tail = |url| Connection::Tail(rows::Settings::at(url));
    match kind % 7 {
        0 => Connection::Prometheus(prometheus::Settings {
            url: "localhost:9090".into(),
            back: 3_600 * SECOND,
            every: SECOND,
            ..Default::default()
        }),
        1 => tail("http://localhost:9/rows.ndjson"),
        2 => tail("http://localhost:9/rows.csv"),
        3 => Connection::Poll(rows()),
        4 => Connection::Events(rows()),
        5 => Connection::Socket(rows()),
        _ => Connection::Mlflow(mlflow::Settings {
            url: "localhost:5000".into(),
            every: SECOND,
            ..Default::default()
        }),
    }
}

/// What comes of an answer, by how it is carried and a byte that says how.
fn came(carrier: Carrier, how: u8, body: &[u8], opened: bool) -> Came {
    let answer = |body: &[u8]| {
        let range = format!(
            "bytes {}-{}/{}",
            how,
            usize::from(how) + body.len(),
            body.len() * 2
        );
        let headers = [
            ("ETag", format!("\"{}\"", how >> 4)),
            ("Content-Range", range),
            ("Retry-After", how.to_string()),
            ("Date", "Thu, 26 Nov 2026 17:00:00 GMT".into()),
        ];
        // Some answers have none of them.
        let headers = headers.into_iter().take(if how & 8 == 0 { 4 } else { 0 });
        Came::Answer(Answer {
            status: STATUSES[usize::from(how) % STATUSES.len()],
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: body.to_vec(),
        })
    };
    match (carrier, how) {
        (_, 0xf0..) => Came::Failed(Unreached::Nobody),
        (Carrier::Whole, _) => answer(body),
        (_, _) if !opened => match answer(&[]) {
            Came::Answer(answer) => Came::Opened(answer),
            other => other,
        },
        (_, 0xe0..) => Came::Closed,
        _ => Came::Part(body.to_vec()),
    }
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((kind, answers)) = input.split_first() else {
        return Corpus::Reject;
    };
    let answers: Vec<&[u8]> = answers.split(|byte| *byte == APART).collect();
    let mut all = answers.iter().cycle();
    let held = 2 * (MOST_HELD >> 20);
    within(held, "a live source", || {
        let mut live = Live::new(connection(*kind));
        let mut now: Instant = 1_795_000_000 * SECOND;
        let mut opened = None;
        let mut asked = None;
        for _ in 0..ROUNDS {
            match live.next(now, 0.5) {
                Todo::Ask(id, ask) => asked = Some((id, ask.carrier)),
                Todo::Wait(until) if live.open().is_none() => {
                    // A rest that ends, or one that only a reader ends.
                    let Some(until) = until else { break };
                    assert!(until > now, "a rest that is over already");
                    now = until;
                    continue;
                }
                Todo::Wait(_) => {}
            }
            let Some((id, carrier)) = asked.filter(|asked| live.open() == Some(asked.0)) else {
                break;
            };
            let Some((how, body)) = all.next().and_then(|answer| answer.split_first()) else {
                continue;
            };
            now += SECOND;
            live.came(now, 0.5, id, came(carrier, *how, body, opened == Some(id)));
            opened = live.open();
            for rows in live.rows() {
                assert!(rows.bytes.ends_with(b"\n"), "a row without its end");
            }
            let _ = live.machine();
            let _ = live.news(now);
        }
    });
    Corpus::Keep
});
