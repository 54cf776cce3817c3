//! Answers of Prometheus's HTTP API: ranges (matrix), instants (vector), with native histograms.
//!
//! Source: *Prometheus HTTP API*, expression queries. A histogram is told by its buckets' ends, of which the schema
//! follows: `upper / lower = 2^(2^−schema)`.

use super::About;
use super::json::{items, number};
use super::lines::Faults;
use crate::series::known::is_told;
use crate::series::{Key, Kind, Labels, SeriesSet};
use crate::stats::buckets::Native;
use serde_json::Value;

/// What an answer without samples tells.
fn answered_with(data: &Value) -> &'static str {
    let has = |key: &str| data.get(key).is_some();
    match data {
        Value::Array(all) => match all.first() {
            Some(Value::String(_)) => "names of labels, or their values",
            Some(item) if item.get("seriesLabels").is_some() => "exemplars",
            Some(_) => "the labels of series",
            None => "an empty list",
        },
        _ if has("activeTargets") || has("droppedTargets") => "its targets",
        _ if has("groups") => "its rules",
        _ if has("alerts") => "its alerts",
        _ if has("activeAlertmanagers") => "its alert managers",
        _ if has("goVersion") => "what it is itself",
        _ if has("headStats") => "what it stores",
        _ if has("yaml") || has("storageRetention") => "how it is set up",
        _ => "what it knows of metrics",
    }
}

/// Takes an answer.
pub fn take(
    about: &About,
    answer: &Value,
    set: &mut SeriesSet,
    faults: &mut Faults,
) -> Result<(), String> {
    if answer.get("status").and_then(Value::as_str) == Some("error") {
        let why = answer
            .get("error")
            .and_then(Value::as_str)
            .unwrap_or("no reason");
        faults.mend = Some("Ask it anew, and give the answer that has data");
        return Err(format!(
            "Prometheus answered with an error, expected data: {why}"
        ));
    }
    let data = answer.get("data").ok_or("there is no 'data'")?;
    let kind = data
        .get("resultType")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !matches!(kind, "matrix" | "vector") {
        faults.mend = Some("Save what it answers, and give that file");
    }
    if kind.is_empty() {
        return Err(format!(
            "Prometheus answered with {}, and no samples: ask /api/v1/query_range for series over a range of time",
            answered_with(data)
        ));
    }
    if !matches!(kind, "matrix" | "vector") {
        return Err(format!(
            "the result is a {kind}, expected a matrix or vector: ask for series over a range of time"
        ));
    }
    for series in items(data, &["result"]) {
        let key = key(about, series.get("metric"));
        let samples = items(series, &["values"]).iter().chain(series.get("value"));
        for sample in samples {
            match (
                sample.get(0).and_then(number),
                sample.get(1).and_then(number),
            ) {
                (Some(time), Some(value)) => {
                    set.add(key.clone(), Kind::Unknown, "", micros(time), value);
                }
                _ => faults.cell("sample", &key.name, || {
                    "a sample is not [time, value], expected seconds and a number as text".into()
                }),
            }
        }
        let histograms = items(series, &["histograms"])
            .iter()
            .chain(series.get("histogram"));
        // A native histogram has the name of its metric: as buckets, so that rules know it, and as a count of requests.
        let named = |end: &str| {
            let metric = key.name.trim_end_matches("_bucket");
            Key {
                name: format!("{metric}{end}"),
                ..key.clone()
            }
        };
        for sample in histograms {
            let found = sample.get(0).and_then(number);
            match (found, sample.get(1).and_then(native)) {
                (Some(time), Some(native)) => {
                    let (time, count) = (micros(time), native.count);
                    set.add(named("_count"), Kind::Counter, "", time, count);
                    set.add_native(named("_bucket"), Kind::Counter, "", time, native);
                }
                _ => faults.cell("histogram", &key.name, || {
                    "a histogram has no exponential buckets that can be read".into()
                }),
            }
        }
    }
    Ok(())
}

fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

/// What names a series.
pub fn key(about: &About, metric: Option<&Value>) -> Key {
    let mut name = String::new();
    let mut pairs = Vec::new();
    for (label, value) in metric.and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().unwrap_or_default().to_owned();
        if label == "__name__" {
            name = value;
        } else {
            pairs.push((label.clone(), value));
        }
    }
    if name.is_empty() {
        // An expression has no name; the file may say what it is.
        name = about.stem();
    }
    // Exports of one series overlap: it is the same one, where labels tell whose it is.
    let labels = Labels::new(pairs);
    let told = is_told(&labels);
    Key {
        name,
        labels,
        file: if told { String::new() } else { about.stem() },
    }
}

/// A native histogram as the API tells it.
fn native(value: &Value) -> Option<Native> {
    let (count, sum) = (
        value.get("count").and_then(number)?,
        value.get("sum").and_then(number)?,
    );
    let mut out = Native {
        count,
        sum,
        schema: i32::MIN,
        ..Native::default()
    };
    for bucket in items(value, &["buckets"]) {
        let at = |i: usize| bucket.get(i).and_then(number);
        let (low, high, count) = (at(1)?, at(2)?, at(3)?);
        if low <= 0.0 && high >= 0.0 {
            out.zero_threshold = high;
            out.zero = count;
            continue;
        }
        let (near, far) = if low > 0.0 {
            (low, high)
        } else {
            (-high, -low)
        };
        if out.schema == i32::MIN {
            out.schema = -(libm::log2(libm::log2(far / near)).round() as i32);
        }
        let index = libm::log2(far) * libm::exp2(f64::from(out.schema));
        let bucket = (index.round() as i32, count);
        if low > 0.0 {
            out.positive.push(bucket);
        } else {
            out.negative.push(bucket);
        }
    }
    if out.schema == i32::MIN {
        out.schema = 0;
    }
    out.positive.sort_by_key(|b| b.0);
    out.negative.sort_by_key(|b| b.0);
    (-4..=20).contains(&out.schema).then_some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_histogram_is_known_by_its_buckets_ends() {
        let low = libm::exp2(0.25);
        let h = native(&json!({"count": "7", "sum": "9",
            "buckets": [[3, "-0.001", "0.001", "2"], [0, low.to_string(), libm::exp2(0.5).to_string(), "5"]]}))
        .unwrap();
        assert_eq!((h.schema, h.positive), (2, vec![(2, 5.0)]));
        assert_eq!((h.zero, h.zero_threshold), (2.0, 0.001));
    }

    #[test]
    fn an_error_is_told_as_it_was() {
        let answer = json!({"status":"error","errorType":"bad_data","error":"parse error"});
        let why = take(
            &About::default(),
            &answer,
            &mut SeriesSet::default(),
            &mut Faults::default(),
        );
        assert!(why.unwrap_err().contains("parse error"));
    }
}
