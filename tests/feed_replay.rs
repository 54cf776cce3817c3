//! `plumbline feed` answers real requests on the loopback as the servers do that it stands for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures_util::StreamExt;
use plumbline::feed::live::{Connection, Live};
use plumbline::feed::prometheus::Settings;
use plumbline::feed::{Answer as FeedAnswer, Ask, Came, Method, State, Todo};
use plumbline::read::Bytes;
use plumbline::series::read::{About, read, recognise};
use proptest::prelude::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// So fast that all has come at once.
const AT_ONCE: &str = "1e12";

struct Replay {
    child: Child,
    port: u16,
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Replay {
    fn of(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plumbline"))
            .args(["feed", "--port", "0", "--replay"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("http://127.0.0.1:");
        let port = port
            .unwrap_or_else(|| panic!("no address: {line:?}"))
            .parse()
            .unwrap();
        Self { child, port }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = self.open(method, path, headers, body);
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(n, v)| (n.to_lowercase(), v.to_owned()));
        Answer {
            status,
            headers: headers.collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        stream
            .write_all(format!("{head}\r\n{body}").as_bytes())
            .unwrap();
        stream
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder =
        std::env::temp_dir().join(format!("plumbline-replay-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A log of so many minutes, and outcomes that come six hours later in another order.
fn log(name: &str, rows: usize) -> (String, String) {
    let folder = folder(name);
    let mut predictions = "id,timestamp,score,region\n".to_owned();
    let mut outcomes = "id,labelled_at,label\n".to_owned();
    let time = |minute: usize| {
        let (day, hour) = (1 + minute / 1_440, minute / 60 % 24);
        format!("2026-03-{day:02}T{hour:02}:{:02}:00Z", minute % 60)
    };
    for i in 0..rows {
        let score = (i * 7_919 % 1_000) as f64 / 1_000.0;
        let region = ["eu", "us", "\"a \"\"b\"\", ü\""][i % 3];
        predictions.push_str(&format!("r{i:05},{},{score},{region}\n", time(i)));
        let late = rows - 1 - i;
        outcomes.push_str(&format!("r{late:05},{},{}\n", time(late + 360), late % 2));
    }
    let paths = ["predictions.csv", "outcomes.csv"].map(|name| folder.join(name));
    std::fs::write(&paths[0], predictions).unwrap();
    std::fs::write(&paths[1], outcomes).unwrap();
    let [a, b] = paths.map(|path| path.to_str().unwrap().to_owned());
    (a, b)
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_is_served_through_ranges_equals_the_file() {
    let (predictions, outcomes) = log("ranges", 500);
    let replay = Replay::of(&[&predictions, &outcomes, "--speed", AT_ONCE]);
    std::thread::sleep(Duration::from_millis(50));
    let whole = replay.get("/predictions.ndjson");
    let (status, all) = (whole.status, whole.body.clone());
    assert_eq!(status, 200);
    let rows = lines(&all);
    assert_eq!(rows.len(), 500);
    assert_eq!(rows[2]["region"], "a \"b\", ü");
    assert_eq!(rows[1]["score"], 0.919);
    let head = replay.ask("HEAD", "/predictions.ndjson", &[], "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), all.len().to_string());
    assert_eq!(head.header("accept-ranges"), "bytes");
    let tag = head.header("etag").to_owned();
    assert_eq!(tag, whole.header("etag"));
    let ask = |headers: &[(&str, &str)]| replay.ask("GET", "/predictions.ndjson", headers, "");
    assert_eq!(ask(&[("If-None-Match", &tag)]).status, 304);
    let (range, old) = (("Range", "bytes=7-"), "\"old\"");
    assert_eq!(ask(&[range, ("If-Range", &tag)]).status, 206);
    assert_eq!(ask(&[range, ("If-Range", old)]).body, all);
    let beyond = ask(&[("Range", &format!("bytes={}-", all.len()))]);
    assert_eq!(beyond.status, 416);
    assert_eq!(
        beyond.header("content-range"),
        format!("bytes */{}", all.len())
    );
    proptest!(ProptestConfig::with_cases(64), |(from in 0..all.len(), to in 0..2 * all.len())| {
        let range = format!("bytes={from}-{to}");
        let answer = ask(&[("Range", &range)]);
        if to < from {
            prop_assert_eq!(answer.status, 200);
        } else {
            let end = (to + 1).min(all.len());
            prop_assert_eq!(answer.status, 206);
            let told = format!("bytes {from}-{}/{}", end - 1, all.len());
            prop_assert_eq!(answer.header("content-range"), told);
            prop_assert_eq!(&answer.body, &all[from..end]);
        }
    });
}

#[test]
fn a_file_that_is_followed_by_its_end_is_the_file_at_last_and_outcomes_come_late() {
    let (predictions, outcomes) = log("growing", 4_000);
    // Some three days in about two seconds.
    let replay = Replay::of(&[&predictions, &outcomes, "--speed", "150000"]);
    let mut file = Vec::new();
    let (mut steps, began) = (0, Instant::now());
    loop {
        let listed = replay.get("/").json();
        let range = format!("bytes={}-", file.len());
        let answer = replay.ask("GET", "/outcomes.ndjson", &[("Range", &range)], "");
        match answer.status {
            206 => {
                file.extend(answer.body);
                steps += 1;
            }
            status => assert_eq!(status, 416),
        }
        // Outcomes are six hours behind.
        let (now, rows) = (listed["now"].as_str().unwrap(), lines(&file));
        let after = replay.get("/").json()["now"].as_str().unwrap().to_owned();
        if let Some(last) = rows.last() {
            assert!(last["labelled_at"].as_str().unwrap() <= after.as_str());
        }
        if listed["ended"] == true {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it is {now}");
    }
    assert!(steps > 2, "{steps}");
    assert_eq!(file, replay.get("/outcomes.ndjson").body);
    let rows = lines(&file);
    assert_eq!(rows.len(), 4_000);
    let times: Vec<&str> = rows
        .iter()
        .map(|r| r["labelled_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted());
    assert_eq!(rows[0]["id"], "r00000");
}

#[test]
fn events_sockets_and_polls_give_the_rows_of_the_file_and_go_on_where_they_were() {
    let (predictions, _) = log("streams", 2_500);
    let replay = Replay::of(&[&predictions, "--speed", AT_ONCE]);
    std::thread::sleep(Duration::from_millis(50));
    let all = replay.get("/predictions.ndjson").text();
    let expected: Vec<&str> = all.lines().collect();

    let events = |headers: &[(&str, &str)], rows: usize| -> (Vec<String>, String) {
        let stream = replay.open("GET", "/predictions/events", headers, "");
        let (mut data, mut id) = (Vec::new(), String::new());
        for line in BufReader::new(stream).lines() {
            let line = line.unwrap();
            match line.split_once(": ") {
                Some(("data", text)) => data.push(text.to_owned()),
                Some(("id", text)) => id = text.to_owned(),
                _ => {}
            }
            if data.len() == rows {
                break;
            }
        }
        (data, id)
    };
    let (mut got, id) = events(&[], 1_234);
    assert_eq!(id, "1234");
    got.extend(events(&[("Last-Event-ID", &id)], 2_500 - 1_234).0);
    assert_eq!(got, expected);

    let mut polled: Vec<Value> = Vec::new();
    while polled.len() < 2_500 {
        let path = format!("/predictions.json?after={}&limit=900", polled.len());
        let answer = replay.get(&path).json();
        let rows = answer["rows"].as_array().unwrap();
        assert!(!rows.is_empty());
        polled.extend(rows.iter().cloned());
        assert_eq!(answer["next"], polled.len());
    }
    assert_eq!(polled, lines(all.as_bytes()));
    let last = replay.get("/predictions.json?limit=2").json();
    assert_eq!(last["rows"].as_array().unwrap()[..], polled[2_498..]);

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let text = runtime.unwrap().block_on(async {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", replay.port))
            .await
            .unwrap();
        let url = format!("ws://127.0.0.1:{}/predictions/ws?after=500", replay.port);
        let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let mut text = String::new();
        while text.lines().count() < 2_000 {
            text.push_str(socket.next().await.unwrap().unwrap().to_text().unwrap());
        }
        text
    });
    assert_eq!(text.lines().collect::<Vec<_>>(), expected[500..]);
}

#[test]
fn metrics_come_through_the_api_of_prometheus_as_they_were_read() {
    let file = format!(
        "{}/tests/files/service/range.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let replay = Replay::of(&[&file, "--speed", AT_ONCE]);
    std::thread::sleep(Duration::from_millis(50));
    let names = replay.get("/api/v1/label/__name__/values").json();
    assert_eq!(names["status"], "success");
    let names: Vec<&str> = names["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_str().unwrap())
        .collect();
    assert!(!names.is_empty());

    // All samples at once, read as the file was: the same series.
    let span = replay.get("/").json()["span"][1]
        .as_str()
        .unwrap()
        .to_owned();
    let query = "%7B__name__%3D~%22.%2B%22%7D%5B3650d%5D";
    let answer = replay.get(&format!("/api/v1/query?query={query}&time={span}"));
    let set = |bytes: &[u8]| {
        let about = About {
            name: "range.json".into(),
            modified: None,
        };
        let form = recognise(bytes).unwrap();
        read(&about, &bytes as &dyn Bytes, form).unwrap().set
    };
    let (served, recorded) = (set(&answer.body), set(&std::fs::read(&file).unwrap()));
    assert_eq!(served.series().len(), recorded.series().len());
    for (key, series) in recorded.series() {
        let mut found = served.series().iter().filter(|(k, _)| k.name == key.name);
        assert!(
            found.any(|(_, s)| s.times == series.times && s.values == series.values),
            "{key:?}"
        );
    }

    // A range of steps holds the last value before each.
    let first = recorded.series().iter().next().unwrap();
    let at = first.1.times[0] / 1_000_000 + 1;
    let path = format!(
        "/api/v1/query_range?query={}&start={at}&end={at}&step=15",
        first.0.name
    );
    let found = replay.get(&path).json();
    let value = found["data"]["result"][0]["values"][0][1].as_str().unwrap();
    assert_eq!(value.parse::<f64>().unwrap(), first.1.numbers()[0]);

    let series = replay.ask(
        "POST",
        "/api/v1/series",
        &[("Content-Type", "application/x-www-form-urlencoded")],
        &format!("match%5B%5D={}", first.0.name),
    );
    assert!(!series.json()["data"].as_array().unwrap().is_empty());
    assert_eq!(replay.get("/api/v1/status/buildinfo").status, 200);
    assert!(
        replay.get("/api/v1/metadata").json()["data"]
            .as_object()
            .unwrap()
            .values()
            .all(|told| told[0]["type"].is_string())
    );

    for (path, why) in [
        ("query?query=rate(up%5B5m%5D)", "A replay answers selectors"),
        ("query_range?query=up&start=0&end=1", "\"step\""),
        (
            "query_range?query=up&start=0&end=1000000&step=1",
            "11,000 points",
        ),
        ("query?query=up&time=now", "timestamp"),
        ("series", "match[]"),
    ] {
        let answer = replay.get(&format!("/api/v1/{path}"));
        let json = answer.json();
        assert_eq!(
            (answer.status, &json["status"], &json["errorType"]),
            (400, &"error".into(), &"bad_data".into())
        );
        assert!(json["error"].as_str().unwrap().contains(why), "{json}");
    }
    assert_eq!(replay.get("/api/v1/rules").status, 404);
    assert_eq!(replay.get("/nothing.ndjson").status, 404);
}

#[test]
fn requests_of_a_log_are_counters_that_an_exporter_shows() {
    let file = format!(
        "{}/tests/files/service/combined.log",
        env!("CARGO_MANIFEST_DIR")
    );
    let replay = Replay::of(&[&file, "--speed", AT_ONCE]);
    std::thread::sleep(Duration::from_millis(50));
    let text = replay.get("/metrics").text();
    let about = About {
        name: "combined.log".into(),
        modified: None,
    };
    let bytes = std::fs::read(&file).unwrap();
    let log = read(
        &about,
        &bytes.as_slice() as &dyn Bytes,
        recognise(&bytes).unwrap(),
    )
    .unwrap()
    .set;
    let (of, requests) = log.requests().iter().next().unwrap();
    for class in 2..6 {
        let count: u64 = requests
            .cells
            .values()
            .map(|cell| cell.classes[class])
            .sum();
        let line = format!("http_requests_total{{code=\"{class}xx\",job=\"{of}\"}} {count}");
        assert_eq!(
            text.lines().any(|l| l == line),
            count > 0,
            "{line} in {text}"
        );
    }
    assert!(text.contains("# TYPE http_requests_total counter"));
}

#[test]
fn any_page_may_read_it_unless_one_is_named() {
    let (predictions, _) = log("origins", 20);
    let replay = Replay::of(&[&predictions]);
    let asked = replay.ask("OPTIONS", "/predictions.ndjson", &[("Origin", "null")], "");
    assert_eq!(
        (asked.status, asked.header("access-control-allow-origin")),
        (204, "*")
    );
    assert!(
        asked
            .header("access-control-allow-headers")
            .contains("Range")
    );
    assert!(
        replay
            .get("/")
            .header("access-control-expose-headers")
            .contains("ETag")
    );
    assert_eq!(replay.ask("DELETE", "/", &[], "").status, 405);
    let replay = Replay::of(&[&predictions, "--origin", "https://example.org"]);
    assert_eq!(
        replay.get("/").header("access-control-allow-origin"),
        "https://example.org"
    );
}

#[test]
fn times_are_shifted_and_the_past_is_there_at_once() {
    let (predictions, outcomes) = log("shifted", 600);
    let files = [predictions.as_str(), outcomes.as_str()];
    let replay = Replay::of(&[&files[..], &["--from", "2026-03-01T05:00:00Z"]].concat());
    let rows = lines(&replay.get("/predictions.ndjson").body);
    assert_eq!(rows.len(), 301);
    assert_eq!(rows[0]["timestamp"], "2026-03-01T00:00:00Z");
    assert!(replay.get("/outcomes.ndjson").body.is_empty());

    let replay = Replay::of(&[&files[..], &["--from", "2026-03-01T05:00:00Z", "--shift"]].concat());
    let rows = lines(&replay.get("/predictions.ndjson").body);
    let listed = replay.get("/").json();
    let (last, now) = (
        rows[300]["timestamp"].as_str().unwrap(),
        listed["now"].as_str().unwrap(),
    );
    let unix = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let told = plumbline::table::time::Time::parse(now).unwrap().0 as f64 / 1e6;
    assert!((unix.as_secs_f64() - told).abs() < 5.0, "{now}");
    assert!(last <= now && last[..10] == now[..10] || last[..13] != now[..13]);
}

#[test]
fn what_cannot_be_replayed_is_told() {
    let (predictions, _) = log("faults", 20);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let empty = folder("faults").join("empty.csv");
    std::fs::write(&empty, "id,timestamp,score\n").unwrap();
    for (arguments, why) in [
        (
            vec![&*predictions, "--speed", "0"],
            "--speed takes a number above 0",
        ),
        (vec![&*predictions, "--from", "noon"], "--from noon"),
        (
            vec![&*predictions, "--port", &port],
            "Give --port another one",
        ),
        (vec!["nowhere.csv"], "nowhere.csv"),
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_plumbline"))
            .args(["feed", "--replay"])
            .args(&arguments)
            .output()
            .unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(why), "{told}");
    }
}

/// A request of a feed, and the answer of a replay.
fn carried(replay: &Replay, ask: &Ask) -> FeedAnswer {
    let host = format!("http://127.0.0.1:{}", replay.port);
    let path = ask.url.strip_prefix(&host).unwrap();
    let method = match ask.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let headers: Vec<(&str, &str)> = ask
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = replay.ask(
        method,
        path,
        &headers,
        std::str::from_utf8(&ask.body).unwrap(),
    );
    FeedAnswer {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
    }
}

#[test]
fn a_live_view_goes_by_the_clock_of_a_replay_an_hour_a_second() {
    // Eight hours of what a machine says, in eight seconds, long ago.
    let file = folder("clock").join("machine.jsonl");
    let times: Vec<i64> = (0..1_920).map(|i| 1_772_000_000_000 + i * 15_000).collect();
    let mut text = String::new();
    for (name, labels, of) in [
        (
            "http_requests_total",
            "\"job\":\"api\",\"code\":\"200\"",
            7_usize,
        ),
        ("http_requests_total", "\"job\":\"api\",\"code\":\"500\"", 1),
        ("node_load1", "\"instance\":\"a\"", 0),
    ] {
        let value = |i: usize| if of == 0 { i * 37 % 11 } else { i * of };
        let values: Vec<String> = (0..times.len()).map(|i| value(i).to_string()).collect();
        let stamps: Vec<String> = times.iter().map(i64::to_string).collect();
        text.push_str(&format!(
            "{{\"metric\":{{\"__name__\":\"{name}\",{labels}}},\"values\":[{}],\"timestamps\":[{}]}}\n",
            values.join(","),
            stamps.join(",")
        ));
    }
    std::fs::write(&file, &text).unwrap();
    let from = plumbline::table::time::Time((times[0] + 3_600_000) * 1_000).to_string();
    let file = file.to_str().unwrap();
    let replay = Replay::of(&[file, "--speed", "3600", "--from", &from]);
    let mut live = Live::new(Connection::Prometheus(Settings {
        url: format!("127.0.0.1:{}", replay.port),
        back: 7_200_000_000,
        every: 15_000_000,
        ..Settings::default()
    }));
    let (began, mut asked) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(12) {
        let now = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.unwrap().as_micros() as i64
        };
        match live.next(now(), 0.5) {
            Todo::Ask(id, ask) => {
                asked += 1;
                let answer = carried(&replay, &ask);
                live.came(now(), 0.5, id, Came::Answer(answer));
            }
            Todo::Wait(at) => {
                let rest = at.map_or(100_000, |at| (at - now()).clamp(1_000, 100_000));
                std::thread::sleep(Duration::from_micros(rest as u64));
            }
        }
    }
    let news = live.news(0).unwrap();
    assert_eq!(
        (news.status.state, news.status.failed),
        (State::Following, 0),
        "{news:?}"
    );
    assert_eq!(news.samples, 3 * 1_920);
    assert_eq!(news.gaps, []);
    assert!(asked < 60, "{asked} requests in 12 seconds");
    let grown = live.machine().unwrap();
    let about = About {
        name: "machine.jsonl".into(),
        modified: None,
    };
    let bytes = text.as_bytes();
    let set = read(&about, &bytes as &dyn Bytes, recognise(bytes).unwrap())
        .unwrap()
        .set;
    let whole = plumbline::series::known::machine_in(&set, grown.step);
    let rates = |machine: &plumbline::series::Machine| {
        let signals = machine.signals.iter();
        signals
            .map(|s| (s.measure, s.of.clone(), s.cells.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(rates(&grown), rates(&whole));
}
