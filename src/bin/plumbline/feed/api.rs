//! Prometheus's HTTP API over the metrics that have come by now.
//!
//! Source: *Prometheus: HTTP API*. Answers and errors have its shape. Of series only samples that have come count;
//! a value counts for five minutes, or one and a half times as long as the series is usually apart. Times are
//! whole milliseconds, as Prometheus keeps them.

use super::exposition::{Families, help};
use super::metrics::{Metric, Metrics, NAME};
use super::query::{Query, Selector, duration};
use plumbline::series::Values;
use plumbline::stats::buckets::Native;
use plumbline::table::time::Time;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Points that a series of an answer has at most, as in Prometheus.
const MOST_POINTS: i64 = 11_000;

/// Names and values of a request.
pub type Parameters = Vec<(String, String)>;

/// An answer: status and body.
pub type Answered = (u16, Value);

/// Why a request is refused: kind and reason.
struct Refused(&'static str, String);

impl Refused {
    fn bad(why: impl Into<String>) -> Self {
        Self("bad_data", why.into())
    }
}

/// Answers a request under `/api/v1/`; `None` where there is no such path.
pub fn answer(metrics: &Metrics, path: &str, asked: &Parameters, now: i64) -> Option<Answered> {
    let asked = Asked { all: asked, now };
    let label = path.strip_prefix("label/");
    let label = label.and_then(|rest| rest.strip_suffix("/values"));
    let data = match (path, label) {
        ("query", _) => query(metrics, &asked),
        ("query_range", _) => range(metrics, &asked),
        ("series", _) => series(metrics, &asked),
        ("labels", _) => labels(metrics, &asked),
        ("metadata", _) => Ok(metadata(metrics, &asked)),
        ("status/buildinfo", _) => Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "application": "plumbline feed",
            "revision": "", "branch": "", "buildUser": "", "buildDate": "", "goVersion": "",
        })),
        (_, Some(label)) => values(metrics, &asked, label),
        _ => return None,
    };
    Some(match data {
        Ok(data) => (200, json!({"status": "success", "data": data})),
        Err(Refused(kind, why)) => (400, refusal(kind, &why)),
    })
}

/// An error as Prometheus writes it.
pub fn refusal(kind: &str, why: &str) -> Value {
    json!({"status": "error", "errorType": kind, "error": why})
}

/// What is asked for, and when.
struct Asked<'a> {
    all: &'a Parameters,
    now: i64,
}

impl Asked<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.all.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    fn time(&self, name: &str) -> Result<Option<i64>, Refused> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let time = instant(text).ok_or_else(|| {
            Refused::bad(format!(
                "invalid parameter \"{name}\": cannot parse \"{text}\" to a valid timestamp: give seconds since 1970 or RFC 3339"
            ))
        })?;
        Ok(Some(time))
    }

    fn query(&self) -> Result<Query, Refused> {
        let text = self.get("query").unwrap_or_default();
        Query::read(text).map_err(|why| Refused::bad(format!("invalid parameter \"query\": {why}")))
    }

    /// The series that are meant by `match[]` (all, where there is none) and have a sample in the time that is asked
    /// for.
    fn series<'m>(&self, metrics: &'m Metrics) -> Result<Vec<&'m Metric>, Refused> {
        let texts = self.all.iter().filter(|(name, _)| name == "match[]");
        let selectors = texts.map(|(_, text)| Selector::read(text));
        let selectors: Result<Vec<Selector>, String> = selectors.collect();
        let selectors = selectors
            .map_err(|why| Refused::bad(format!("invalid parameter \"match[]\": {why}")))?;
        let from = self.time("start")?.unwrap_or(i64::MIN);
        let to = self.time("end")?.unwrap_or(self.now).min(self.now);
        let meant = |m: &&Metric| {
            (selectors.is_empty() || selectors.iter().any(|s| s.fits(m)))
                && !m.within(from.saturating_sub(1), to).is_empty()
        };
        Ok(metrics.all.iter().filter(meant).collect())
    }
}

/// Seconds since 1970, or RFC 3339.
fn instant(text: &str) -> Option<i64> {
    match text.parse::<f64>() {
        Ok(seconds) => (seconds.abs() < 1e12).then_some((seconds * 1e6).round() as i64),
        Err(_) => Time::parse(text).map(|time| time.0),
    }
}

/// Seconds with milliseconds.
fn seconds(time: i64) -> Value {
    let millis = time.div_euclid(1_000);
    match millis % 1_000 {
        0 => json!(millis / 1_000),
        _ => json!(millis as f64 / 1e3),
    }
}

fn query(metrics: &Metrics, asked: &Asked<'_>) -> Result<Value, Refused> {
    let at = asked.time("time")?.unwrap_or(asked.now);
    let scalar = |x: f64| json!({"resultType": "scalar", "result": [seconds(at), x.to_string()]});
    let (selector, look_back, tell) = match asked.query()? {
        Query::Time => return Ok(scalar(at.div_euclid(1_000) as f64 / 1e3)),
        Query::Number(x) => return Ok(scalar(x)),
        Query::Samples(selector, span) => {
            let result = metrics.all.iter().filter(|m| selector.fits(m));
            let result = result.filter_map(|m| {
                let to = at.min(asked.now);
                let within = m.within(at.saturating_sub(span), to);
                matrix(m, Tell::Value, within.map(|i| (m.series.times[i], i)))
            });
            let result: Vec<Value> = result.collect();
            return Ok(json!({"resultType": "matrix", "result": result}));
        }
        Query::Value(selector) => (selector, None, Tell::Value),
        Query::When(selector) => (selector, None, Tell::When),
        Query::Last(selector, span) => (selector, Some(span), Tell::Value),
    };
    let result = metrics.all.iter().filter(|m| selector.fits(m));
    let result = result.filter_map(|m| {
        let place = counts(m, at, look_back, asked.now)?;
        let (field, value) = sample(m, tell, at, place)?;
        Some(json!({"metric": tell.labels(m), field: value}))
    });
    let result: Vec<Value> = result.collect();
    Ok(json!({"resultType": "vector", "result": result}))
}

fn range(metrics: &Metrics, asked: &Asked<'_>) -> Result<Value, Refused> {
    let lacks = |name: &str| Refused::bad(format!("invalid parameter \"{name}\": it is missing"));
    let start = asked.time("start")?.ok_or_else(|| lacks("start"))?;
    let end = asked.time("end")?.ok_or_else(|| lacks("end"))?;
    let step = asked.get("step").ok_or_else(|| lacks("step"))?;
    let step = duration(step).filter(|s| *s >= 1_000).ok_or_else(|| {
        Refused::bad(format!(
            "invalid parameter \"step\": '{step}' is no time such as 15s"
        ))
    })?;
    if end < start {
        return Err(Refused::bad(
            "invalid parameter \"end\": end timestamp must not be before start time",
        ));
    }
    if (end - start) / step >= MOST_POINTS {
        return Err(Refused::bad(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        ));
    }
    let steps = (0..=(end - start) / step).map(|n| start + n * step);
    let (selector, look_back, tell) = match asked.query()? {
        Query::Value(selector) => (selector, None, Tell::Value),
        Query::When(selector) => (selector, None, Tell::When),
        Query::Last(selector, span) => (selector, Some(span), Tell::Value),
        Query::Samples(..) => {
            return Err(Refused::bad(
                "invalid expression type \"range vector\" for range query, must be Scalar or instant Vector",
            ));
        }
        scalar => {
            let value = |at: i64| match scalar {
                Query::Number(x) => x,
                _ => at.div_euclid(1_000) as f64 / 1e3,
            };
            let values: Vec<Value> = steps
                .map(|at| json!([seconds(at), value(at).to_string()]))
                .collect();
            return Ok(
                json!({"resultType": "matrix", "result": [{"metric": {}, "values": values}]}),
            );
        }
    };
    let result = metrics.all.iter().filter(|m| selector.fits(m));
    let result = result.filter_map(|m| {
        let places = steps.clone();
        let places = places.filter_map(|at| Some((at, counts(m, at, look_back, asked.now)?)));
        matrix(m, tell, places)
    });
    let result: Vec<Value> = result.collect();
    Ok(json!({"resultType": "matrix", "result": result}))
}

/// The place of the sample that counts at a time; nothing counts before it has come.
fn counts(metric: &Metric, at: i64, look_back: Option<i64>, now: i64) -> Option<usize> {
    if at > now {
        return None;
    }
    match look_back {
        None => metric.at(at),
        Some(span) => metric.within(at.saturating_sub(span), at).last(),
    }
}

/// What is told of a sample.
#[derive(Clone, Copy, PartialEq)]
enum Tell {
    Value,
    When,
}

impl Tell {
    /// The labels of the series that tells it: a function's value has no name.
    fn labels(self, metric: &Metric) -> BTreeMap<&String, &String> {
        let named = |(label, _): &(&String, &String)| self == Self::Value || *label != NAME;
        metric.labels.iter().filter(named).collect()
    }
}

/// Samples of a series, each at a time; `None` where there is none.
fn matrix(
    metric: &Metric,
    tell: Tell,
    places: impl Iterator<Item = (i64, usize)>,
) -> Option<Value> {
    let (mut values, mut histograms) = (Vec::new(), Vec::new());
    for (at, place) in places {
        match sample(metric, tell, at, place)? {
            ("value", sample) => values.push(sample),
            (_, sample) => histograms.push(sample),
        }
    }
    match (values.is_empty(), histograms.is_empty()) {
        (true, true) => None,
        (false, _) => Some(json!({"metric": tell.labels(metric), "values": values})),
        (true, false) => Some(json!({"metric": metric.labels, "histograms": histograms})),
    }
}

/// The sample at a place, and what its field is called.
fn sample(metric: &Metric, tell: Tell, at: i64, place: usize) -> Option<(&'static str, Value)> {
    if tell == Tell::When {
        let scraped = metric.series.times.get(place)?.div_euclid(1_000) as f64 / 1e3;
        return Some(("value", json!([seconds(at), scraped.to_string()])));
    }
    Some(match &metric.series.values {
        Values::Numbers(numbers) => {
            let number = numbers.get(place)?.to_string();
            ("value", json!([seconds(at), number]))
        }
        Values::Natives(natives) => {
            let native = natives.get(place)?;
            ("histogram", json!([seconds(at), histogram(native)]))
        }
    })
}

/// A native histogram as the API tells it: rule of its ends, lower end, upper end, count.
fn histogram(native: &Native) -> Value {
    let bucket = |rule: u8, low: f64, high: f64, count: f64| {
        json!([rule, low.to_string(), high.to_string(), count.to_string()])
    };
    let (lower, upper) = (|i: i32| native.upper(i - 1), |i: i32| native.upper(i));
    let mut buckets = Vec::new();
    for (index, count) in native.negative.iter().rev().filter(|b| b.1 > 0.0) {
        buckets.push(bucket(1, -upper(*index), -lower(*index), *count));
    }
    if native.zero > 0.0 {
        let end = native.zero_threshold;
        buckets.push(bucket(3, -end, end, native.zero));
    }
    for (index, count) in native.positive.iter().filter(|b| b.1 > 0.0) {
        buckets.push(bucket(0, lower(*index), upper(*index), *count));
    }
    json!({"count": native.count.to_string(), "sum": native.sum.to_string(), "buckets": buckets})
}

fn series(metrics: &Metrics, asked: &Asked<'_>) -> Result<Value, Refused> {
    if asked.get("match[]").is_none() {
        return Err(Refused::bad("no match[] parameter provided"));
    }
    let found = asked.series(metrics)?;
    Ok(found.iter().map(|m| json!(m.labels)).collect())
}

fn labels(metrics: &Metrics, asked: &Asked<'_>) -> Result<Value, Refused> {
    let found = asked.series(metrics)?;
    let names: BTreeSet<&String> = found.iter().flat_map(|m| m.labels.keys()).collect();
    Ok(json!(names))
}

fn values(metrics: &Metrics, asked: &Asked<'_>, label: &str) -> Result<Value, Refused> {
    let found = asked.series(metrics)?;
    let values = found.iter().filter_map(|m| m.labels.get(label));
    Ok(json!(values.collect::<BTreeSet<&String>>()))
}

fn metadata(metrics: &Metrics, asked: &Asked<'_>) -> Value {
    let limit = asked.get("limit").and_then(|text| text.parse().ok());
    let families = Families::of(metrics);
    let mut told: BTreeMap<&str, Value> = BTreeMap::new();
    for metric in &metrics.all {
        let (name, kind) = families.family(metric);
        if asked.get("metric").is_none_or(|wanted| wanted == name) {
            let help = help(name);
            let entry = json!([{"type": kind, "help": help, "unit": metric.series.unit}]);
            told.entry(name).or_insert(entry);
        }
    }
    let told = told.into_iter().take(limit.unwrap_or(usize::MAX));
    told.map(|(name, value)| (name.to_owned(), value)).collect()
}
