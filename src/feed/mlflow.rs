//! MLflow's REST API: the metrics that training and evaluation log, as series.
//!
//! 1. Without experiments named, `POST …/experiments/search`: all that are active.
//! 2. `POST …/runs/search`, page by page, newest first: which runs there are, and the last value of each of their
//!    metrics with its time and step.
//! 3. For each metric of a run whose last value is not known yet, `GET …/metrics/get-history`, page by page: all its
//!    values, of which the new ones are given.
//!
//! Then it rests, and 2 follows. Two values of one metric at one millisecond are one sample, the later step's. Held are
//! the last values of [`MOST_METRICS`] metrics of runs; of further ones it is said that they are left out.

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

/// What is to be asked.
#[derive(Clone, Debug)]
enum Asked {
    Experiments,
    Runs { page: String },
    History { metric: Metric, page: String },
}

/// A server of MLflow.
pub struct Mlflow {
    settings: Settings,
    base: String,
    experiments: Vec<String>,
    /// Time (milliseconds) and step of the last value that was given.
    known: BTreeMap<Metric, (i64, i64)>,
    asked: Asked,
    waiting: VecDeque<Metric>,
    /// The last value of the history that is being read.
    newest: Option<(i64, i64)>,
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
        let experiments = settings.experiments.clone();
        Self {
            settings,
            base,
            asked: match experiments.is_empty() {
                true => Asked::Experiments,
                false => Asked::Runs {
                    page: String::new(),
                },
            },
            experiments,
            known: BTreeMap::new(),
            waiting: VecDeque::new(),
            newest: None,
            not_before: Instant::MIN,
            crowded: false,
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

    fn take_experiments(&mut self, answer: &Value) {
        let found = list(answer, "experiments");
        let ids = found.filter_map(|e| e["experiment_id"].as_str());
        self.experiments = ids.map(str::to_owned).collect();
        self.asked = Asked::Runs {
            page: String::new(),
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
                if self.known.get(&metric).copied() >= Some(place(value)) {
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
                self.waiting.push_back(metric);
            }
        }
        match answer["next_page_token"].as_str().unwrap_or_default() {
            "" => self.go_on(now),
            page => self.asked = Asked::Runs { page: page.into() },
        }
        pieces
    }

    /// The next history, or a rest.
    fn go_on(&mut self, now: Instant) {
        self.newest = None;
        self.asked = match self.waiting.pop_front() {
            Some(metric) => Asked::History {
                metric,
                page: String::new(),
            },
            None => {
                let every = match self.settings.every {
                    0 => 15 * SECOND,
                    every => every.max(SECOND),
                };
                self.not_before = now.saturating_add(every);
                Asked::Runs {
                    page: String::new(),
                }
            }
        };
    }

    fn take_history(&mut self, now: Instant, metric: Metric, answer: &Value) -> Vec<Piece> {
        let known = self.known.get(&metric).copied();
        let mut values: Vec<(i64, i64, f64)> = Vec::new();
        for value in list(answer, "metrics") {
            let (time, step) = place(value);
            self.newest = self.newest.max(Some((time, step)));
            let number = value["value"].as_f64().filter(|x| x.abs() < INFINITE);
            if let Some(number) = number.filter(|_| Some((time, step)) > known) {
                values.push((time, step, number));
            }
        }
        // Of two at one time the one that is added later counts.
        values.sort_by_key(|(time, step, _)| (*time, *step));
        let mut set = SeriesSet::default();
        let key = Key {
            name: metric.key.clone(),
            labels: Labels::new(vec![
                ("job".into(), metric.name.clone()),
                ("run_id".into(), metric.run.clone()),
            ]),
            file: String::new(),
        };
        for (time, _, number) in values {
            set.add(
                key.clone(),
                Kind::Gauge,
                "",
                time.saturating_mul(1_000),
                number,
            );
        }
        set.settle();
        match answer["next_page_token"].as_str().unwrap_or_default() {
            "" => {
                if let Some(newest) = self.newest {
                    self.known.insert(metric, newest);
                }
                self.go_on(now);
            }
            page => {
                let page = page.into();
                self.asked = Asked::History { metric, page };
            }
        }
        match set.is_empty() {
            true => Vec::new(),
            false => vec![Piece::Samples(set)],
        }
    }
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
            Asked::Experiments => self.post("experiments/search", &json!({"max_results": PAGE})),
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
            Asked::History { metric, page } => {
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
            Asked::Experiments => {
                self.take_experiments(&answer);
                Vec::new()
            }
            Asked::Runs { .. } => self.take_runs(now, &answer),
            Asked::History { metric, .. } => self.take_history(now, metric, &answer),
        })
    }

    fn lost(&mut self, _now: Instant) {}

    fn unreached(&self, why: Unreached) -> Fault {
        let origin = match self.settings.origin.as_str() {
            "" | "null" => "'*'",
            origin => origin,
        };
        match why {
            Unreached::Cors => Fault::never(
                format!(
                    "{} answers, but does not allow this page to read it (CORS).",
                    self.name()
                ),
                format!(
                    "Start it with mlflow server --cors-allowed-origins {origin}; MLflow before 3.5 needs a proxy that adds Access-Control-Allow-Origin."
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
