//! Sources of rows against servers that grow, fail, cut and forget: what comes is the file, or there is a gap.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::feed::mlflow::{self, Mlflow};
use plumbline::feed::rows::Settings;
use plumbline::feed::rows::events::Events;
use plumbline::feed::rows::poll::Poll;
use plumbline::feed::rows::socket::Socket;
use plumbline::feed::rows::tail::{CHUNK, Tail};
use plumbline::feed::{
    Answer, Ask, BackOff, Came, Carrier, Feed, Instant, MOST_HELD, Piece, SECOND, Source, State,
    Todo, Unreached,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What came of a feed.
#[derive(Default)]
struct Got {
    rows: Vec<u8>,
    names: Vec<String>,
    gaps: Vec<(Instant, Instant)>,
    samples: BTreeMap<(String, i64), f64>,
    twice: usize,
}

impl Got {
    fn take(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Rows(rows) => {
                    assert!(rows.bytes.ends_with(b"\n"), "whole lines only");
                    self.rows.extend(rows.bytes);
                    self.names.push(rows.name);
                }
                Piece::Gap(gap) => self.gaps.push((gap.from, gap.to)),
                Piece::Samples(set) => {
                    for (key, series) in set.series() {
                        for (time, value) in series.times.iter().zip(series.numbers()) {
                            let place = (
                                format!("{} {:?}", key.name, key.labels.get("run_id")),
                                *time,
                            );
                            self.twice += usize::from(self.samples.insert(place, *value).is_some());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.rows).unwrap()
    }
}

struct Run {
    feed: Feed,
    now: Instant,
    got: Got,
}

impl Run {
    fn of(source: impl Source + 'static) -> Self {
        Self {
            feed: Feed::new(Box::new(source), BackOff::default()),
            now: 1_000 * SECOND,
            got: Got::default(),
        }
    }

    /// The next request, after whatever rest.
    fn ask(&mut self) -> Option<(u64, Ask)> {
        for _ in 0..1_000 {
            match self.feed.next(self.now, 1.0) {
                Todo::Ask(id, ask) => return Some((id, ask)),
                Todo::Wait(Some(at)) => self.now = at,
                Todo::Wait(None) => return None,
            }
        }
        panic!("it waits for ever");
    }

    fn came(&mut self, id: u64, came: Came) {
        let pieces = self.feed.came(self.now, 1.0, id, came);
        self.got.take(pieces);
    }
}

fn answer(status: u16, headers: &[(&str, String)], body: &[u8]) -> Came {
    Came::Answer(Answer {
        status,
        headers: headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect(),
        body: body.to_vec(),
    })
}

/// How a server of files is.
#[derive(Clone, Copy, Debug)]
enum Server {
    /// It knows ranges, and shows where they are.
    Ranges,
    /// It knows them, and does not let a page read that header.
    Silent,
    /// It gives the whole file each time.
    Whole,
}

fn serve(server: Server, file: &[u8], ask: &Ask) -> Came {
    let range = ask.headers.iter().find(|(n, _)| n == "Range").unwrap();
    let (from, to) = range
        .1
        .strip_prefix("bytes=")
        .unwrap()
        .split_once('-')
        .unwrap();
    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
    if matches!(server, Server::Whole) {
        return answer(200, &[], file);
    }
    if from >= file.len() {
        return answer(416, &[], b"");
    }
    let end = (to + 1).min(file.len());
    let told = format!("bytes {from}-{}/{}", end - 1, file.len());
    let told = [("content-range", told)];
    let headers = if matches!(server, Server::Ranges) {
        &told[..]
    } else {
        &[]
    };
    answer(206, headers, &file[from..end])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_file_that_grows_is_followed_to_its_last_whole_line_whatever_fails(
        pieces in proptest::collection::vec("[a-z0-9,ü]{0,30}(\n|\r\n|)", 1..40),
        faults in proptest::collection::vec(0u8..6, 1..20),
        server in prop_oneof![Just(Server::Ranges), Just(Server::Silent), Just(Server::Whole)],
    ) {
        let mut run = Run::of(Tail::new(Settings::at("http://a/log.csv")));
        let (mut file, mut faults) = (Vec::new(), faults.into_iter().cycle());
        let mut pieces = pieces.into_iter();
        let mut rest = 3;
        while rest > 0 {
            match pieces.next() {
                Some(piece) => file.extend(piece.bytes()),
                None => rest -= 1,
            }
            let (id, ask) = run.ask().unwrap();
            let came = match faults.next().filter(|_| rest == 3) {
                Some(0) => Came::Failed(Unreached::Nobody),
                Some(1) => answer(503, &[], b"no"),
                _ => serve(server, &file, &ask),
            };
            run.came(id, came);
        }
        let end = file.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        prop_assert_eq!(&run.got.rows, &file[..end]);
        prop_assert!(run.got.gaps.is_empty());
    }
}

#[test]
fn a_file_in_the_place_of_another_is_read_from_its_start_after_a_gap() {
    for server in [Server::Ranges, Server::Silent, Server::Whole] {
        let mut run = Run::of(Tail::new(Settings::at("a/x/log.csv")));
        let mut step = |file: &str| {
            // One request finds it out, the next reads it.
            for _ in 0..2 {
                let (id, ask) = run.ask().unwrap();
                run.came(id, serve(server, file.as_bytes(), &ask));
            }
            (run.got.text().to_owned(), run.got.gaps.len())
        };
        assert_eq!(step("id,y\n1,2\n"), ("id,y\n1,2\n".into(), 0));
        // A longer one that begins otherwise, then a shorter one; the header comes once.
        assert_eq!(
            step("id,y\n3,4\n5,6\n7,8\n"),
            ("id,y\n1,2\n3,4\n5,6\n7,8\n".into(), 1)
        );
        assert_eq!(
            step("id,y\n9,0\n"),
            ("id,y\n1,2\n3,4\n5,6\n7,8\n9,0\n".into(), 2)
        );
        assert_eq!(step("other,y\n9,0\n").1, 2);
        assert_eq!(run.got.names[0], "log.csv");
        assert_eq!(run.feed.status().state, State::Stuck);
        let (from, to) = run.got.gaps[0];
        assert!(from < to);
    }
}

#[test]
fn an_error_that_a_page_may_not_read_leads_to_a_look_at_the_start_of_the_file() {
    let mut run = Run::of(Tail::new(Settings::at("a/log.csv")));
    let mut step = |file: &str| {
        let (id, ask) = run.ask().unwrap();
        let came = match serve(Server::Silent, file.as_bytes(), &ask) {
            // What nginx does of itself.
            Came::Answer(answer) if answer.status == 416 => Came::Failed(Unreached::Cors),
            came => came,
        };
        run.came(id, came);
        (
            run.got.text().len(),
            run.got.gaps.len(),
            run.feed.status().state,
        )
    };
    let long = format!("id,y\n{}", "1,2\n".repeat(200));
    assert_eq!(step(&long), (long.len(), 0, State::Following));
    let short = "id,y\n3,4\n";
    assert!(matches!(step(short), (_, 0, State::Retrying(_))));
    assert_eq!(step(short), (long.len(), 0, State::Following));
    assert_eq!(step(short), (long.len() + 4, 1, State::Following));
    // Where it is not that, the reader has to mend it.
    let mut refuse = || {
        let (id, _) = run.ask().unwrap();
        run.came(id, Came::Failed(Unreached::Cors));
        run.feed.status().state
    };
    assert!(matches!(refuse(), State::Retrying(_)));
    assert_eq!(refuse(), State::Stuck);
}

#[test]
fn lines_of_json_without_an_end_are_taken_when_they_are_whole() {
    let mut run = Run::of(Tail::new(Settings::at("a/log.ndjson")));
    let mut file = "{\"a\":1}\n{\"a\":".to_owned();
    for more in ["2}", "\n{\"a\":3}\n"] {
        let (id, ask) = run.ask().unwrap();
        run.came(id, serve(Server::Ranges, file.as_bytes(), &ask));
        file.push_str(more);
    }
    assert_eq!(run.got.text(), "{\"a\":1}\n{\"a\":2}\n");
    let (id, ask) = run.ask().unwrap();
    run.came(id, serve(Server::Ranges, file.as_bytes(), &ask));
    assert_eq!(run.got.text(), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
}

#[test]
fn a_long_file_is_read_in_pieces_and_a_line_without_end_is_told() {
    let line = "x".repeat(1_000_000) + "\n";
    let file = line.repeat(11);
    let mut run = Run::of(Tail::new(Settings::at("a/log.csv")));
    let mut asked = 0;
    while run.got.rows.len() < file.len() {
        let before = run.now;
        let (id, ask) = run.ask().unwrap();
        asked += 1;
        assert_eq!(run.now, before, "the rest is asked for at once");
        run.came(id, serve(Server::Ranges, file.as_bytes(), &ask));
    }
    assert_eq!(run.got.rows, file.as_bytes());
    assert_eq!(asked, file.len().div_ceil(4_000_000));

    let endless = vec![b'x'; MOST_HELD + CHUNK as usize + 10];
    let mut run = Run::of(Tail::new(Settings::at("a/log.csv")));
    for _ in 0..4 {
        if let Some((id, ask)) = run.ask() {
            run.came(id, serve(Server::Ranges, &endless, &ask));
        }
    }
    assert!(
        run.feed
            .status()
            .fault
            .as_ref()
            .unwrap()
            .why
            .contains("longer than 16 MB")
    );
}

#[test]
fn of_a_document_that_is_polled_each_row_comes_once() {
    let settings = Settings {
        path: "data.items".into(),
        ..Settings::at("http://a/last.json")
    };
    let mut run = Run::of(Poll::new(settings.clone()));
    let mut poll = |items: Value| {
        let (id, ask) = run.ask().unwrap();
        assert_eq!(ask.url, "http://a/last.json");
        let body = json!({"data": {"items": items}}).to_string();
        run.came(id, answer(200, &[], body.as_bytes()));
        let text = std::mem::take(&mut run.got.rows);
        (String::from_utf8(text).unwrap(), run.got.gaps.len())
    };
    assert_eq!(
        poll(json!([{"a": 1}, {"a": 2}])),
        ("{\"a\":1}\n{\"a\":2}\n".into(), 0)
    );
    assert_eq!(
        poll(json!([{"a": 2}, {"a": 3}, {"a": 3}])),
        ("{\"a\":3}\n{\"a\":3}\n".into(), 0)
    );
    assert_eq!(poll(json!([{"a": 3}, {"a": 3}])), (String::new(), 0));
    assert_eq!(
        poll(json!([{"a": 8}, {"a": 9}])),
        ("{\"a\":8}\n{\"a\":9}\n".into(), 1)
    );
    assert_eq!(poll(json!({"a": 10})).0, "{\"a\":10}\n");
    drop(run);

    let mut run = Run::of(Poll::new(Settings {
        path: "rows".into(),
        ..settings.clone()
    }));
    let (id, _) = run.ask().unwrap();
    run.came(id, answer(200, &[], b"{\"items\":[],\"total\":0}"));
    let fault = run.feed.status().fault.clone().unwrap();
    assert!(
        fault.why.contains("'rows'") && fault.mend.contains("items, total"),
        "{fault:?}"
    );

    let mut run = Run::of(Poll::new(Settings {
        path: "a[".into(),
        ..settings
    }));
    let (id, _) = run.ask().unwrap();
    run.came(id, answer(200, &[], b"{}"));
    assert_eq!(run.feed.status().state, State::Stuck);
}

#[test]
fn a_cursor_is_carried_on_and_a_full_page_is_followed_at_once() {
    let settings = Settings {
        path: "rows".into(),
        ..Settings::at("http://a/log.json?after={next}")
    };
    let mut run = Run::of(Poll::new(settings));
    let all: Vec<Value> = (0..350).map(|i| json!({"i": i / 2})).collect();
    let (mut there, began) = (250, run.now);
    for _ in 0..5 {
        let (id, ask) = run.ask().unwrap();
        let after: usize = ask.url.rsplit('=').next().unwrap().parse().unwrap();
        let to = (after + 100).min(there);
        let body = json!({"rows": all[after..to], "next": to}).to_string();
        run.came(id, answer(200, &[], body.as_bytes()));
        if to == 250 && there == 250 {
            assert_eq!(run.now, began);
            there = 350;
        }
    }
    let expected: Vec<String> = all.iter().map(|row| format!("{row}\n")).collect();
    assert_eq!(run.got.text(), expected.concat());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn numbered_events_come_once_each_however_often_the_connection_breaks(
        rows in 1usize..60,
        cuts in proptest::collection::vec(1usize..80, 1..60),
    ) {
        let mut run = Run::of(Events::new(Settings::at("a/log/events")));
        let mut cuts = cuts.into_iter().cycle();
        let count = |run: &Run| run.got.text().lines().count();
        let mut turns = 0;
        while count(&run) < rows {
            turns += 1;
            prop_assert!(turns < 500);
            let (id, ask) = run.ask().unwrap();
            prop_assert_eq!(ask.carrier, Carrier::Stream);
            let last = ask.headers.iter().find(|(n, _)| n == "Last-Event-ID");
            let from: usize = last.map_or(0, |(_, v)| v.parse().unwrap());
            let stream: String = (from..rows).map(|i| format!("id: {}\ndata: {{\"i\":{i}}}\n\n", i + 1)).collect();
            let stream = format!("retry: 10\n\n{stream}");
            let opened = Answer { status: 200, headers: vec![("content-type".into(), "text/event-stream".into())], body: Vec::new() };
            run.came(id, Came::Opened(opened));
            // At least one event comes through each time.
            let upto = (cuts.next().unwrap() + 40).min(stream.len());
            for part in stream.as_bytes()[..upto].chunks(cuts.next().unwrap()) {
                run.came(id, Came::Part(part.to_vec()));
            }
            run.came(id, Came::Closed);
        }
        let expected: String = (0..rows).map(|i| format!("{{\"i\":{i}}}\n")).collect();
        prop_assert_eq!(run.got.text(), expected);
        prop_assert!(run.got.gaps.is_empty());
        prop_assert_eq!(&run.got.names[0], "log.ndjson");
    }
}

fn opened(kind: &str, status: u16) -> Came {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    Came::Opened(Answer {
        status,
        headers,
        body: Vec::new(),
    })
}

#[test]
fn what_cannot_be_asked_for_again_is_a_gap() {
    let mut run = Run::of(Events::new(Settings::at("a/log/events")));
    for i in 0..2 {
        let (id, _) = run.ask().unwrap();
        run.came(id, opened("text/event-stream; charset=utf-8", 200));
        run.came(
            id,
            Came::Part(format!("data: {{\"i\":{i}}}\n\ndata: half").into_bytes()),
        );
        run.now += 30 * SECOND;
        run.came(id, Came::Closed);
    }
    assert_eq!(
        (run.got.text(), run.got.gaps.len()),
        ("{\"i\":0}\n{\"i\":1}\n", 1)
    );
    let (id, _) = run.ask().unwrap();
    run.came(id, opened("text/html", 200));
    assert!(
        run.feed
            .status()
            .fault
            .as_ref()
            .unwrap()
            .why
            .contains("text/html")
    );
    let mut run = Run::of(Events::new(Settings::at("a/log/events")));
    let (id, _) = run.ask().unwrap();
    run.came(id, opened("", 204));
    assert!(run.ask().is_none());

    for (url, gaps) in [("a/log/ws", 1), ("http://a/log/ws?after={next}", 0)] {
        let mut run = Run::of(Socket::new(Settings::at(url)));
        let mut after = Vec::new();
        for _ in 0..2 {
            let (id, ask) = run.ask().unwrap();
            assert_eq!(ask.carrier, Carrier::Socket);
            after.push(ask.url);
            run.came(id, opened("", 101));
            run.came(id, Came::Part(b"{\"i\":1}\n{\"i\":2}\n".to_vec()));
            run.now += 30 * SECOND;
            run.came(id, Came::Closed);
        }
        assert_eq!(
            (run.got.text().lines().count(), run.got.gaps.len()),
            (4, gaps)
        );
        if gaps == 0 {
            assert_eq!(after, ["ws://a/log/ws?after=0", "ws://a/log/ws?after=2"]);
        }
    }
}

/// Time, step and value of each.
type Values = Vec<(i64, i64, f64)>;

/// A server of MLflow: values of metrics of runs by time and step.
struct Tracking {
    runs: BTreeMap<String, BTreeMap<String, Values>>,
}

impl Tracking {
    fn answer(&self, ask: &Ask) -> Value {
        let body: Value = serde_json::from_slice(&ask.body).unwrap_or_default();
        let value = |key: &str, v: &(i64, i64, f64)| {
            let number = if v.2.is_nan() {
                json!("NaN")
            } else {
                json!(v.2)
            };
            json!({"key": key, "value": number, "timestamp": v.0, "step": v.1})
        };
        if ask.url.ends_with("experiments/search") {
            return json!({"experiments": [{"experiment_id": "7"}]});
        }
        if ask.url.ends_with("runs/search") {
            assert_eq!(body["experiment_ids"], json!(["7"]));
            // Pages of two runs.
            let from: usize = body["page_token"]
                .as_str()
                .map_or(0, |t| t.parse().unwrap());
            let runs = self.runs.iter().skip(from).take(2).map(|(id, metrics)| {
                let last = metrics
                    .iter()
                    .map(|(key, values)| value(key, values.last().unwrap()));
                json!({"info": {"run_id": id, "run_name": format!("name of {id}")},
                    "data": {"metrics": last.collect::<Vec<_>>()}})
            });
            let runs: Vec<Value> = runs.collect();
            if runs.is_empty() {
                return json!({});
            }
            let next = if from + 2 < self.runs.len() {
                (from + 2).to_string()
            } else {
                String::new()
            };
            return json!({"runs": runs, "next_page_token": next});
        }
        let asked = |name: &str| {
            let (_, rest) = ask.url.split_once(&format!("{name}="))?;
            Some(rest.split('&').next().unwrap().replace("%2F", "/"))
        };
        let key = asked("metric_key").unwrap();
        let all = &self.runs[&asked("run_id").unwrap()][&key];
        let from: usize = asked("page_token").map_or(0, |t| t.parse().unwrap());
        let page: Vec<Value> = all
            .iter()
            .skip(from)
            .take(3)
            .map(|v| value(&key, v))
            .collect();
        match from + 3 < all.len() {
            true => json!({"metrics": page, "next_page_token": (from + 3).to_string()}),
            false => json!({"metrics": page}),
        }
    }
}

#[test]
fn metrics_of_runs_come_once_each_as_they_are_logged() {
    let mut server = Tracking {
        runs: BTreeMap::new(),
    };
    let mut run = Run::of(Mlflow::new(mlflow::Settings {
        url: "localhost:5000/#/experiments/7".into(),
        ..mlflow::Settings::default()
    }));
    let mut asked = 0;
    for turn in 0..40_i64 {
        for r in 0..=(turn / 8) {
            let metrics = server.runs.entry(format!("r{r}")).or_default();
            for key in ["loss", "val/auc"] {
                let value = if turn == 3 {
                    f64::NAN
                } else {
                    (turn * 10 + r) as f64
                };
                metrics.entry(key.into()).or_default().push((
                    1_700_000_000_000 + turn * 1_000,
                    turn,
                    value,
                ));
            }
        }
        // One round: runs, and all histories that are new.
        let mut rounds = 0;
        loop {
            let (id, ask) = run.ask().unwrap();
            let begins = ask.url.ends_with("runs/search")
                && !ask.body.windows(10).any(|w| w == b"page_token");
            // A failure of the server makes a round begin again.
            rounds += usize::from(begins);
            if rounds > if turn < 39 { 1 } else { 4 } {
                run.came(id, Came::Failed(Unreached::Nobody));
                break;
            }
            assert!(
                ask.url.starts_with("http://localhost:5000/api/2.0/mlflow/"),
                "{}",
                ask.url
            );
            asked += 1;
            let came = match asked % 7 {
                0 => answer(500, &[], b""),
                _ => answer(200, &[], server.answer(&ask).to_string().as_bytes()),
            };
            run.came(id, came);
        }
    }
    let expected = server.runs.values().flat_map(|m| m.values()).flatten();
    assert_eq!(
        run.got.samples.len(),
        expected.filter(|v| !v.2.is_nan()).count()
    );
    assert_eq!(run.got.twice, 0);
    let value = run
        .got
        .samples
        .iter()
        .find(|(place, _)| place.0.contains("val/auc") && place.0.contains("r1"));
    let ((_, time), value) = value.unwrap();
    assert_eq!(
        *value,
        (time / 1_000 - 1_700_000_000_000) as f64 / 100.0 + 1.0
    );
}
