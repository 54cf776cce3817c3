//! Answers of a server of MLflow 3.17.2 with SQLite, recorded with four values a page and one run or experiment a page.
//! Between its two rounds one run went on from an earlier step, and a value was logged with an earlier time.

use super::super::live::{Connection, Live};
use super::super::{Method, Todo};
use super::*;
use crate::series::{Cells, Machine};

const RECORDED: &str = include_str!("../../../tests/feed_help/mlflow.jsonl");

/// A part of an address as it was before it was escaped.
fn asked(ask: &Ask, name: &str) -> String {
    let found = ask
        .url
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix(&format!("{name}=")));
    let mut out = Vec::new();
    let mut bytes = found.unwrap_or_default().bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(out).unwrap()
}

/// What the server answered.
fn recorded(ask: &Ask, round: u64) -> Answer {
    let (_, path) = ask.url.split_once("/api/2.0/mlflow/").unwrap();
    let path = path.split('?').next().unwrap();
    let body: Value = serde_json::from_slice(&ask.body).unwrap_or_default();
    let page = match ask.method {
        Method::Post => body["page_token"].as_str().unwrap_or_default().to_owned(),
        Method::Get => asked(ask, "page_token"),
    };
    let answer = RECORDED.lines().find_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let of_history = path != "metrics/get-history"
            || line["run"] == asked(ask, "run_id") && line["key"] == asked(ask, "metric_key");
        let fits = line["asked"] == path
            && line["page"] == page
            && (line["round"] == round || path == "experiments/search")
            && of_history;
        fits.then(|| line["answer"].clone())
    });
    if path == "runs/search" {
        assert_eq!(body["experiment_ids"], json!(["4", "2"]));
    }
    let answer = answer.unwrap_or_else(|| panic!("never asked: {} {body}", ask.url));
    Answer {
        status: 200,
        headers: Vec::new(),
        body: answer.to_string().into_bytes(),
    }
}

/// How many values of a metric of a run are shown, and their sum.
fn shown(machine: &Machine, run: &str, key: &str) -> (f64, f64) {
    let fits = machine
        .signals
        .iter()
        .filter(|s| s.of == run && s.source == key);
    fits.fold((0.0, 0.0), |all, signal| {
        let Cells::Level(cells) = &signal.cells else {
            panic!("{signal:?}")
        };
        cells
            .iter()
            .fold(all, |(n, sum), (_, level)| (n + level.n, sum + level.sum))
    })
}

#[test]
fn all_values_of_all_runs_are_shown_of_whatever_time_they_are() {
    let mut live = Live::new(Connection::Mlflow(Settings {
        url: "127.0.0.1:5077".into(),
        ..Settings::default()
    }));
    let (mut now, mut round, mut machines) = (1_795_100_000 * SECOND, 0, Vec::new());
    while round <= 2 {
        match live.next(now, 0.5) {
            Todo::Wait(at) => now = at.unwrap(),
            Todo::Ask(id, ask) => {
                let body: Value = serde_json::from_slice(&ask.body).unwrap_or_default();
                if ask.url.ends_with("experiments/search") && body["page_token"].is_null() {
                    machines.extend(live.machine());
                    round += 1;
                    if round > 2 {
                        break;
                    }
                }
                live.came(now, 0.5, id, Came::Answer(recorded(&ask, round)));
            }
        }
    }
    let [first, second] = &machines[..] else {
        panic!("{}", machines.len())
    };
    let near = |(n, sum): (f64, f64), count: f64, total: f64| {
        assert_eq!(n, count);
        assert!((sum - total).abs() < 1e-12, "{sum} {total}");
    };
    // The run that began an hour before the other one; its fourth to sixth values are NaN and infinite.
    let older: f64 = [0, 1, 2, 6, 7, 8, 9]
        .iter()
        .map(|i| 1.0 / f64::from(1 + i))
        .sum();
    let newer: f64 = (0..5).map(|i| 2.0 / f64::from(1 + i)).sum();
    for machine in [first, second] {
        near(shown(machine, "older", "val/loss"), 7.0, older);
        near(shown(machine, "older", "best: auc_1.0"), 1.0, 0.91);
        near(shown(machine, "newer", "only nan"), 0.0, 0.0);
        assert!(
            machine.notes.iter().any(|n| n.starts_with(GAPS)),
            "{:?}",
            machine.notes
        );
        assert!(
            !machine.notes.iter().any(|n| n.contains("late")),
            "{:?}",
            machine.notes
        );
    }
    near(shown(first, "newer", "val/loss"), 5.0, newer);
    near(
        shown(second, "newer", "val/loss"),
        8.0,
        newer + 0.3 + 0.29 + 0.28,
    );
    // Of two at one time the later step's; then one of an earlier time.
    near(shown(first, "newer", "lr"), 1.0, 0.05);
    near(shown(second, "newer", "lr"), 2.0, 0.45);
}

#[test]
fn the_words_on_a_server_that_does_not_allow_the_page_name_what_mlflow_takes() {
    let mend = |url: &str, origin: &str| {
        let source = Mlflow::new(Settings {
            url: url.into(),
            origin: origin.into(),
            ..Settings::default()
        });
        source.unreached(Unreached::Cors).mend
    };
    let flags = |mend: String| mend.split(';').next().unwrap().to_owned();
    for url in [
        "localhost:5000",
        "http://10.1.2.3:5000/ml",
        "http://172.20.0.2",
        "[::1]:5000",
    ] {
        assert_eq!(
            flags(mend(url, "null")),
            "Start it with mlflow server --cors-allowed-origins null",
            "{url}"
        );
    }
    for url in ["http://ml.example.com:5000/team", "ml.example.com:5000"] {
        assert_eq!(
            flags(mend(url, "https://me.example")),
            "Start it with mlflow server --cors-allowed-origins https://me.example --allowed-hosts ml.example.com:5000"
        );
    }
}

#[test]
fn a_run_that_began_again_at_step_0_is_shown_before_it_is_past_its_highest_step() {
    let mut live = Live::new(Connection::Mlflow(Settings {
        url: "127.0.0.1:5077".into(),
        experiments: vec!["1".into()],
        ..Settings::default()
    }));
    let start = 1_795_100_000;
    let value = |time: i64, step: i64, value: f64| json!({"key": "loss", "value": value, "timestamp": time * 1_000, "step": step});
    // A hundred steps; then it is started again and logs five of them anew, which the server tells nowhere but in the
    // history: its last value is that of step 99.
    let first: Vec<Value> = (0..100).map(|i| value(start + i, i, 1.0)).collect();
    let again = (0..5).map(|i| value(start + 600 + i, i, 3.0));
    let (mut now, mut histories) = (start * SECOND, 0);
    let mut answer = |ask: &Ask, now: Instant| {
        let history = ask.url.contains("get-history");
        histories += u32::from(history);
        let all: Vec<Value> = match now < (start + 610) * SECOND {
            true => first.clone(),
            false => first.iter().cloned().chain(again.clone()).collect(),
        };
        let body = match history {
            true => json!({ "metrics": all }),
            false => json!({"runs": [{
                "info": {"run_id": "a", "run_name": "a", "status": "RUNNING"},
                "data": {"metrics": [value(start + 99, 99, 1.0)]},
            }]}),
        };
        Answer {
            status: 200,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    };
    while now < (start + 720) * SECOND {
        match live.next(now, 0.5) {
            Todo::Wait(at) => now = at.unwrap(),
            Todo::Ask(id, ask) => {
                let answer = answer(&ask, now);
                live.came(now, 0.5, id, Came::Answer(answer));
            }
        }
    }
    let (n, sum) = shown(&live.machine().unwrap(), "a", "loss");
    assert_eq!((n, sum), (105.0, 115.0));
    // It is not read with each look at the runs.
    assert!(histories <= 13, "{histories}");
}
