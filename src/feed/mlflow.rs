//! MLflow's REST API: the metrics that training and evaluation log, as series.
//!
//! 1. Without experiments named, `POST …/experiments/search`, page by page: all that are active.
//! 2. `POST …/runs/search`, page by page, newest first: which runs there are, and the last value of each of their
//!    metrics with its time and step.
//! 3. For each metric of a run whose last value is another one than before, `GET …/metrics/get-history`, page by page:
//!    all its values, of which the new ones are given. What MLflow calls the last value is that of the highest step: of
//!    a run that goes on from an earlier step, values come once it is past where it was.
//!
//! Then it rests, and it begins anew. Two values of one metric at one millisecond are one sample, the later step's.
//! Values may be logged with any time; where some are older than what was given, the history is given once more. What is
//! no finite number is a gap: MLflow writes `"NaN"`, and the greatest number for an infinite one. Held are the last
//! values of [`MOST_METRICS`] metrics of runs; of further ones it is said that they are left out.
//!
//! Source: answers of MLflow 3.17, some of which `tests/feed_help/mlflow.jsonl` holds.

use super::prometheus::SignIn;
use super::{Answer, Ask, Came, Fault, Instant, Method, Next, Piece, SECOND, Source, Unreached};
use crate::series::{Key, Kind, Labels, SeriesSet};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Metrics of runs that are followed at most.
pub const MOST_METRICS: usize = 10_000;
/// Runs of a page, and values.
const PAGE: u32 = 1_000;
/// Samples that are given together; fewer only at the end of a round, so that not each history makes a view anew.
const TOGETHER: usize = 20_000;
/// What is said of values that are none.
/// How long it takes until the history of a metric of a run that goes on is read again though its last value is the same.
const AGAIN: Instant = 60 * SECOND;
/// Values of a history that is read so at most.
const MOST_AGAIN: u64 = 20_000;
const GAPS: &str = "Values that are NaN or infinite are left out as gaps";
/// What the database writes for an infinite number.
const INFINITE: f64 = 1.797_693_134_862_315_7e308;

/// What a reader says of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Its address: `localhost:5000`.
    pub url: String,
    /// Ids of experiments; all, where none is named.
    #[serde(default)]
    pub experiments: Vec<String>,
    /// Who asks.
    #[serde(default)]
    pub sign_in: SignIn,
    /// How often to ask.
    #[serde(default)]
    pub every: Instant,
    /// Where this page is from, for words on what a server has to allow.
    #[serde(default)]
    pub origin: String,
}

/// A metric of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Metric {
    run: String,
    /// What the run is called.
    name: String,
    key: String,
}

/// What was given of a metric.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Time (milliseconds) and step of what the server called its last value.
    last: (i64, i64),
    /// The same of the last value that was given; `None` where all are to be given again.
    given: Option<(i64, i64)>,
    /// How many values its history had.
    count: u64,
    /// When it was read last.
    read: Instant,
}

/// A history that is being read.
#[derive(Clone, Debug)]
struct Reading {
    metric: Metric,
    /// Its last value, as the server tells it.
    last: (i64, i64),
    /// What comes next.
    page: String,
    /// The last value so far by time and step, how many there are, and how many that are no later than what was given.
    newest: Option<(i64, i64)>,
    count: u64,
    older: u64,
}

impl Reading {
    const fn new(metric: Metric, last: (i64, i64)) -> Self {
        Self {
            metric,
            last,
            page: String::new(),
            newest: None,
            count: 0,
            older: 0,
        }
    }
}

/// What is to be asked.
#[derive(Clone, Debug)]
enum Asked {
    Experiments { page: String },
    Runs { page: String },
    History(Reading),
}

/// A server of MLflow.
pub struct Mlflow {
    settings: Settings,
    base: String,
    experiments: Vec<String>,
    known: BTreeMap<Metric, Known>,
    asked: Asked,
    /// Metrics whose histories are to be read, with their last values.
    waiting: VecDeque<(Metric, (i64, i64))>,
    /// What was read and not given.
    gathered: SeriesSet,
    not_before: Instant,
    crowded: bool,
}

impl Mlflow {
    /// A server, not asked yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut base = settings.url.trim().trim_end_matches('/').to_owned();
        if let Some((before, _)) = base.split_once("/#") {
            base = before.trim_end_matches('/').to_owned();
        }
        if !base.contains("://") {
            base = format!("http://{base}");
        }
        Self {
            asked: Self::round(&settings),
            experiments: settings.experiments.clone(),
            settings,
            base,
            known: BTreeMap::new(),
            waiting: VecDeque::new(),
            gathered: SeriesSet::default(),
            not_before: Instant::MIN,
            crowded: false,
        }
    }

    /// What a round begins with.
    const fn round(settings: &Settings) -> Asked {
        let page = String::new();
        match settings.experiments.is_empty() {
            true => Asked::Experiments { page },
            false => Asked::Runs { page },
        }
    }

    fn place(&self) -> &str {
        let rest = self.base.split_once("://").map_or(&*self.base, |b| b.1);
        rest.rsplit('@').next().unwrap_or_default()
    }

    fn post(&self, path: &str, body: &Value) -> Ask {
        Ask {
            method: Method::Post,
            body: body.to_string().into_bytes(),
            ..self.get(path)
        }
        .with("Content-Type", "application/json")
    }

    fn get(&self, path: &str) -> Ask {
        let ask = Ask::get(format!("{}/api/2.0/mlflow/{path}", self.base));
        match self.settings.sign_in.header() {
            Some(value) => ask.with("Authorization", value),
            None => ask,
        }
    }

    fn take_experiments(&mut self, first: bool, answer: &Value) {
        if first {
            self.experiments.clear();
        }
        let found = list(answer, "experiments");
        let ids = found.filter_map(|e| e["experiment_id"].as_str());
        self.experiments.extend(ids.map(str::to_owned));
        self.asked = match next_page(answer) {
            "" => Asked::Runs {
                page: String::new(),
            },
            page => Asked::Experiments { page: page.into() },
        };
    }

    fn take_runs(&mut self, now: Instant, answer: &Value) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for run in list(answer, "runs") {
            let info = &run["info"];
            let Some(id) = info["run_id"].as_str() else {
                continue;
            };
            for value in list(&run["data"], "metrics") {
                let metric = Metric {
                    run: id.into(),
                    name: info["run_name"].as_str().unwrap_or(id).into(),
                    key: value["key"].as_str().unwrap_or_default().into(),
                };
                let last = place(value);
                // The last value is that of the highest step: a run that began again at step 0 hides behind it.
                let goes_on = info["status"].as_str() == Some("RUNNING");
                let known = self.known.get(&metric).filter(|k| k.last == last);
                let rests = |k: &Known| now.saturating_sub(k.read) < AGAIN || k.count > MOST_AGAIN;
                if known.is_some_and(|k| !goes_on || rests(k)) {
                    continue;
                }
                if self.known.len() + self.waiting.len() >= MOST_METRICS
                    && !self.known.contains_key(&metric)
                {
                    if !self.crowded {
                        self.crowded = true;
                        pieces.push(Piece::Note(format!(
                            "{} has more than {MOST_METRICS} metrics of runs: the first are followed. Name an experiment to follow others.",
                            self.place()
                        )));
                    }
                    continue;
                }
                self.waiting.push_back((metric, last));
            }
        }
        match next_page(answer) {
            "" => pieces.extend(self.go_on(now)),
            page => self.asked = Asked::Runs { page: page.into() },
        }
        pieces
    }

    /// The next history, or a rest; what was gathered, where it is enough or the round is over.
    fn go_on(&mut self, now: Instant) -> Option<Piece> {
        let next = self.waiting.pop_front();
        let over = next.is_none();
        self.asked = match next {
            Some((metric, last)) => Asked::History(Reading::new(metric, last)),
            None => {
                let every = match self.settings.every {
                    0 => 15 * SECOND,
                    every => every.max(SECOND),
                };
                self.not_before = now.saturating_add(every);
                Self::round(&self.settings)
            }
        };
        let enough = over || self.gathered.samples() >= TOGETHER;
        let some = enough && !self.gathered.is_empty();
        some.then(|| Piece::Samples(std::mem::take(&mut self.gathered)))
    }

    fn take_history(&mut self, now: Instant, mut of: Reading, answer: &Value) -> Vec<Piece> {
        let known = self.known.get(&of.metric).copied().unwrap_or_default();
        let mut pieces = Vec::new();
        let mut values: Vec<(i64, i64, f64)> = Vec::new();
        for value in list(answer, "metrics") {
            let at = place(value);
            of.newest = of.newest.max(Some(at));
            of.count += 1;
            if Some(at) <= known.given {
                of.older += 1;
                continue;
            }
            match value["value"].as_f64().filter(|x| x.abs() < INFINITE) {
                Some(number) => values.push((at.0, at.1, number)),
                None => pieces.push(Piece::Note(format!(
                    "{GAPS}, such as of {} of {}.",
                    of.metric.key, of.metric.name
                ))),
            }
        }
        pieces.truncate(1);
        // Of two at one time the one that is added later counts.
        values.sort_by_key(|(time, step, _)| (*time, *step));
        let key = Key {
            name: of.metric.key.clone(),
            labels: Labels::new(vec![
                ("job".into(), of.metric.name.clone()),
                ("run_id".into(), of.metric.run.clone()),
            ]),
            file: String::new(),
        };
        for (time, _, number) in values {
            let time = time.saturating_mul(1_000);
            self.gathered
                .add(key.clone(), Kind::Gauge, "", time, number);
        }
        match next_page(answer) {
            "" => {
                // Some that are older came later: they are found by giving all again.
                let all_again = of.older > known.count;
                let known = Known {
                    last: of.last,
                    given: of.newest.filter(|_| !all_again),
                    count: if all_again { 0 } else { of.count },
                    read: now,
                };
                self.known.insert(of.metric.clone(), known);
                if all_again {
                    self.asked = Asked::History(Reading::new(of.metric, of.last));
                } else {
                    pieces.extend(self.go_on(now));
                }
            }
            page => {
                of.page = page.into();
                self.asked = Asked::History(of);
            }
        }
        pieces
    }
}

/// What names the next page of an answer; empty behind the last one.
fn next_page(answer: &Value) -> &str {
    answer["next_page_token"].as_str().unwrap_or_default()
}

/// Whether MLflow takes requests to a host unless it is told otherwise: this machine's names, and private addresses.
fn is_usual(host: &str) -> bool {
    let names = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
    let named = names.iter().any(|name| {
        let port = host.strip_prefix(name);
        port.is_some_and(|port| port.is_empty() || port.starts_with(':'))
    });
    let second = host
        .strip_prefix("172.")
        .and_then(|rest| rest.split_once('.'));
    let second = second.and_then(|(second, _)| second.parse::<u8>().ok());
    named
        || host.starts_with("192.168.")
        || host.starts_with("10.")
        || second.is_some_and(|second| (16..32).contains(&second))
}

/// The members of a list; an empty answer has none.
fn list<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer[name].as_array().into_iter().flatten()
}

/// Time and step of a value; MLflow writes 64-bit numbers as numbers, some proxies as text.
fn place(value: &Value) -> (i64, i64) {
    let number = |name: &str| {
        let value = &value[name];
        let text = || value.as_str().and_then(|text| text.parse().ok());
        value.as_i64().or_else(text).unwrap_or_default()
    };
    (number("timestamp"), number("step"))
}

impl Source for Mlflow {
    fn name(&self) -> String {
        format!("MLflow at {}", self.place())
    }

    fn next(&mut self, now: Instant) -> Next {
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        Next::Ask(match &self.asked {
            Asked::Experiments { page } => {
                let mut body = json!({"max_results": PAGE});
                if !page.is_empty() {
                    body["page_token"] = page.clone().into();
                }
                self.post("experiments/search", &body)
            }
            Asked::Runs { page } => {
                let mut body = json!({
                    "experiment_ids": self.experiments,
                    "max_results": PAGE,
                    "order_by": ["attributes.start_time DESC"],
                });
                if !page.is_empty() {
                    body["page_token"] = page.clone().into();
                }
                self.post("runs/search", &body)
            }
            Asked::History(Reading { metric, page, .. }) => {
                let mut path = format!(
                    "metrics/get-history?run_id={}&metric_key={}&max_results={PAGE}",
                    super::rows::escaped(&metric.run),
                    super::rows::escaped(&metric.key)
                );
                if !page.is_empty() {
                    path.push_str("&page_token=");
                    path.push_str(&super::rows::escaped(page));
                }
                self.get(&path)
            }
        })
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        let Came::Answer(answer) = came else {
            return Ok(Vec::new());
        };
        let answer = document(&answer, now)?;
        Ok(match self.asked.clone() {
            Asked::Experiments { page } => {
                self.take_experiments(page.is_empty(), &answer);
                Vec::new()
            }
            Asked::Runs { .. } => self.take_runs(now, &answer),
            Asked::History(of) => self.take_history(now, of, &answer),
        })
    }

    fn lost(&mut self, _now: Instant) {}

    fn unreached(&self, why: Unreached) -> Fault {
        let origin = match self.settings.origin.as_str() {
            "" => "null",
            origin => origin,
        };
        let host = self.place().split('/').next().unwrap_or_default();
        let hosts = match is_usual(host) {
            true => String::new(),
            false => format!(" --allowed-hosts {host}"),
        };
        match why {
            Unreached::Cors => Fault::never(
                format!(
                    "{} answers, but does not allow this page to read it (CORS).",
                    self.name()
                ),
                format!(
                    "Start it with mlflow server --cors-allowed-origins {origin}{hosts}; MLflow before 3.5 needs a proxy that adds Access-Control-Allow-Origin."
                ),
            ),
            why => super::backoff::unreached(&self.name(), why),
        }
    }
}

/// The document in an answer, or what is wrong with it. What was deleted in between is no fault.
fn document(answer: &Answer, now: Instant) -> Result<Value, Fault> {
    if answer.is_ok() {
        return serde_json::from_slice(&answer.body).map_err(|_| {
            Fault::never(
                "The server answers, but not as MLflow does.",
                "Give the address that its own page has: http://localhost:5000.",
            )
        });
    }
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match told["error_code"].as_str() {
        Some("RESOURCE_DOES_NOT_EXIST") => Ok(json!({})),
        Some(_) if answer.status < 500 => Err(Fault::never(
            format!(
                "MLflow answers: {}",
                told["message"].as_str().unwrap_or("an error")
            ),
            "Check the experiment that is named.",
        )),
        _ => Err(answer.fault(now)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
