//! Ten thousand polls of a file that grows and of a polled document, by a clock that runs as fast as they are
//! answered: none is lost, what came is what there is, and no more memory is held at the end than after the first
//! thousand. One test in a program of its own, so that nothing else is counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use peak_alloc::PeakAlloc;
use plumbline::feed::rows::Settings;
use plumbline::feed::rows::poll::Poll;
use plumbline::feed::rows::tail::Tail;
use plumbline::feed::{
    Answer, Ask, BackOff, Came, Feed, Instant, Piece, SECOND, Source, Todo, Unreached,
};
use std::fmt::Write;

#[global_allocator]
static HELD: PeakAlloc = PeakAlloc;

const POLLS: u64 = 10_000;
/// Rows that come between two polls.
const ROWS: usize = 7;
/// Rows that a polled document holds.
const LAST: usize = 20;

/// A row by its number.
fn row(i: usize, line: &mut String) {
    line.clear();
    let score = i * 7_919 % 1_000;
    writeln!(line, "{{\"id\":\"r{i}\",\"score\":{score}}}").unwrap();
}

/// What a server answers when so many rows are there.
type Server = fn(&Ask, usize, &[u8]) -> Answer;

/// A file that grows: only its new end is asked for, so it is made of that.
fn file(ask: &Ask, _: usize, file: &[u8]) -> Answer {
    // `file` holds the end of the file, and in its first eight bytes where that begins.
    let (head, _) = file.split_first_chunk::<8>().unwrap();
    let base = u64::from_le_bytes(*head) as usize;
    let range = &ask.headers.iter().find(|(n, _)| n == "Range").unwrap().1;
    let from = range
        .strip_prefix("bytes=")
        .unwrap()
        .split('-')
        .next()
        .unwrap();
    let from: usize = from.parse().unwrap();
    assert!(from >= base, "it asks for no more than it needs");
    let end = file.len() - 8;
    let headers = [(
        "Content-Range".to_owned(),
        format!("bytes {from}-{}/{}", base + end - 1, base + end),
    )];
    let body = file[8 + from - base..].to_vec();
    Answer {
        status: 206,
        headers: headers.to_vec(),
        body,
    }
}

/// A document with the last rows.
fn document(_: &Ask, rows: usize, _: &[u8]) -> Answer {
    let (mut body, mut line) = (String::from("{\"rows\":["), String::new());
    for i in rows.saturating_sub(LAST)..rows {
        row(i, &mut line);
        body.push_str(line.trim_end());
        if i + 1 < rows {
            body.push(',');
        }
    }
    body.push_str("]}");
    Answer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}

/// Follows a source for [`POLLS`] answers, one in ten of which fails, and tells how much is held in the end of what
/// was held after a tenth of them.
fn soak(name: &str, source: impl Source + 'static, server: Server, growth: bool) -> f64 {
    let mut feed = Feed::new(Box::new(source), BackOff::default());
    let mut now: Instant = 1_000 * SECOND;
    let (mut there, mut came, mut line) = (0, 0, String::new());
    let mut file = 0_u64.to_le_bytes().to_vec();
    let mut warm = 0.0;
    let (mut answered, mut failed) = (0, 0);
    while answered < POLLS {
        let (id, ask) = match feed.next(now, 0.5) {
            Todo::Ask(id, ask) => (id, ask),
            Todo::Wait(Some(at)) => {
                now = at;
                continue;
            }
            Todo::Wait(None) => panic!("{name} has stopped: {:?}", feed.status()),
        };
        if (answered + failed) % 10 == 3 {
            failed += 1;
            assert!(
                feed.came(now, 0.5, id, Came::Failed(Unreached::TooSlow))
                    .is_empty()
            );
            continue;
        }
        for _ in 0..ROWS {
            row(there, &mut line);
            if growth {
                file.extend_from_slice(line.as_bytes());
            }
            there += 1;
        }
        let answer = server(&ask, there, &file);
        answered += 1;
        for piece in feed.came(now, 0.5, id, Came::Answer(answer)) {
            let Piece::Rows(rows) = piece else {
                panic!("{name}: {piece:?}")
            };
            // Each row comes once, in order, as it is.
            for got in rows.bytes.split_inclusive(|b| *b == b'\n') {
                row(came, &mut line);
                assert_eq!(got, line.as_bytes(), "{name}: row {came}");
                came += 1;
            }
        }
        // Of the file a kilobyte is kept, as it is asked for no farther back.
        let spare = file.len().saturating_sub(8 + 1_024);
        let base = u64::from_le_bytes(*file.first_chunk().unwrap()) + spare as u64;
        file.drain(8..8 + spare);
        file[..8].copy_from_slice(&base.to_le_bytes());
        if answered == POLLS / 10 {
            warm = HELD.current_usage() as f64;
        }
    }
    let held = HELD.current_usage() as f64;
    assert_eq!(came, there, "{name}: none is lost");
    let status = feed.status();
    assert_eq!((status.answered, status.failed), (POLLS, failed));
    assert_eq!(status.asked, POLLS + failed);
    assert_eq!(status.gaps, 0);
    println!(
        "{name}: {came} rows in {POLLS} polls, {failed} failed; {warm} bytes held, then {held}"
    );
    held / warm
}

#[test]
fn ten_thousand_polls_lose_no_row_and_hold_no_more() {
    let settings = |url: &str, path: &str| Settings {
        path: path.into(),
        ..Settings::at(url)
    };
    let tail = soak("file", Tail::new(settings("a/log.ndjson", "")), file, true);
    assert!(tail < 1.05, "{tail}");
    let poll = soak(
        "document",
        Poll::new(settings("a/last.json", "rows")),
        document,
        false,
    );
    assert!(poll < 1.05, "{poll}");
}
