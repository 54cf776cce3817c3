//! Access logs as JSON lines. Their keys are a site's own choice, so a list of usual names is looked through; a log
//! is one of requests where it tells a status and something that only a server knows.

use super::json::{first, number};
use super::lines::{Faults, quoted};
use super::unsure::{Guess, Unsure};
use super::{About, Lines, access, times, units};
use crate::series::SeriesSet;
use crate::series::requests::Request;
use serde_json::Value;

const TIME: [&str; 12] = [
    "msec",
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "time_iso8601",
    "time_local",
    "datetime",
    "asctime",
    "date",
    "start_time",
    "StartUTC",
];
const STATUS: [&str; 8] = [
    "status",
    "status_code",
    "response_code",
    "http_status",
    "code",
    "response",
    "statusCode",
    "DownstreamStatus",
];
/// Names of durations, and seconds in their unit; 0 where the name does not tell it.
const TOOK: [(&str, f64); 17] = [
    ("request_time", 1.0),
    ("duration_ms", 1e-3),
    ("latency_ms", 1e-3),
    ("response_time_ms", 1e-3),
    ("elapsed_ms", 1e-3),
    ("request_duration_ms", 1e-3),
    ("duration_s", 1.0),
    ("duration_seconds", 1.0),
    ("latency_seconds", 1.0),
    ("latency_s", 1.0),
    ("response_time", 0.0),
    ("upstream_response_time", 1.0),
    ("elapsed", 0.0),
    ("took", 0.0),
    ("latency", 0.0),
    ("duration", 0.0),
    ("Duration", 1e-9),
];
const SENT: [&str; 7] = [
    "body_bytes_sent",
    "bytes_sent",
    "bytes",
    "size",
    "response_size",
    "bytes_out",
    "length",
];
const SERVER: [&str; 16] = [
    "request_uri",
    "request_method",
    "http_user_agent",
    "remote_addr",
    "user_agent",
    "upstream_response_time",
    "body_bytes_sent",
    "uri",
    "RequestMethod",
    "remote_ip",
    "client_ip",
    "http_referrer",
    "http_host",
    "request_time",
    "RequestPath",
    "host",
];

/// Whether a row is of a server's log.
pub fn is(row: &Value) -> bool {
    let Some(object) = row.as_object() else {
        return false;
    };
    let ray = object.contains_key("levelname") && object.contains_key("component_name");
    let status = first(row, &STATUS).is_some();
    // Caddy tells of the request in an object of its own.
    let request = object.get("request").and_then(Value::as_object);
    let has = |k: &&&str| object.contains_key(**k) || request.is_some_and(|r| r.contains_key(**k));
    let server = SERVER.iter().filter(has).count();
    let model = object.keys().any(|k| {
        let k = k.to_lowercase();
        k.contains("predict") || k.contains("score") || k.contains("proba")
    });
    ray || status && server >= 2 && !model
}

/// The reader.
pub struct AccessJson {
    file: String,
    set: SeriesSet,
    unsure: Unsure,
}

impl AccessJson {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            set: SeriesSet::default(),
            unsure: Unsure::new(
                Guess::Median,
                format!("The duration of requests of {}", about.stem()),
            ),
        }
    }
}

/// A time as a number or text.
pub fn time(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => times::any(text).or_else(|| times::clf(text)),
        // A number of 19 digits is exact as an integer only.
        Value::Number(n) => match n.as_i64() {
            Some(whole) => times::epoch(&whole.to_string()),
            None => n
                .as_f64()
                .filter(|s| (1e8..1e11).contains(s))
                .map(|s| (s * 1e6).round() as i64),
        },
        _ => None,
    }
}

impl Lines for AccessJson {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        if text.trim().is_empty() {
            return;
        }
        let row: Value = match serde_json::from_str(text) {
            Ok(row) => row,
            Err(why) => {
                return faults.lost("json", || {
                    format!(
                        "{} is no JSON: {why}, expected an object a line",
                        quoted(text)
                    )
                });
            }
        };
        // Ray Serve tells of a request in a message among others, which are no bad rows.
        if row.get("levelname").is_some() {
            let told = row
                .get("message")
                .and_then(Value::as_str)
                .and_then(access::message);
            let when = first(&row, &["timestamp_ns", "asctime"]).and_then(time);
            if let (Some(mut request), Some(when)) = (told, when) {
                request.time = when;
                self.set.requests_of(&self.file).add(&request);
            }
            return;
        }
        let Some(when) = TIME.iter().find_map(|k| time(row.get(*k)?)) else {
            return faults.lost("time", || {
                format!(
                    "{} has no time, expected one under {}",
                    quoted(text),
                    TIME.join(", ")
                )
            });
        };
        let status = first(&row, &STATUS).and_then(number);
        let took = TOOK.iter().find_map(|(name, unit)| {
            let value = match row.get(*name)? {
                // Where nginx asked several servers, the last one answered; others write the unit.
                Value::String(text) => {
                    let last = text.rsplit([',', ':']).next()?;
                    let (value, told) = units::split(last)?;
                    if let (factor, "s") = units::known(told)? {
                        return Some((value * factor, 1.0));
                    }
                    value
                }
                other => number(other)?,
            };
            Some((value, *unit))
        });
        let request = Request {
            time: when,
            status: status
                .filter(|s| (100.0..600.0).contains(s))
                .map(|s| s as u16),
            duration_s: took.filter(|t| t.1 > 0.0).map(|(value, unit)| value * unit),
            bytes_out: first(&row, &SENT).and_then(number),
            bytes_in: first(&row, &["request_length", "bytes_received", "bytes_in"])
                .and_then(number),
            ..Request::default()
        };
        match took {
            Some((value, 0.0)) => self.unsure.take(&mut self.set, &self.file, request, value),
            _ => self.set.requests_of(&self.file).add(&request),
        }
    }

    fn finish(mut self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.unsure.settle(&mut self.set, &self.file);
        self.set
    }
}
