//! OpenTelemetry metrics as JSON (OTLP): sums, gauges, histograms, exponential histograms, summaries.
//!
//! Source: *opentelemetry-proto*, `metrics.proto`, and the JSON mapping of protocol buffers: 64-bit integers may be
//! text. A histogram becomes the series that Prometheus has of it (`_bucket{le}`, `_sum`, `_count`), an exponential
//! one a native histogram (scale is schema, bucket `offset + i` is index `offset + i + 1`).

use super::About;
use super::json::{first, items, number};
use super::lines::Faults;
use crate::series::{Key, Kind, Labels, SeriesSet, Values};
use crate::stats::buckets::Native;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Attributes of a resource.
type Resource = [(String, String)];

/// When what is counted began, of each series as it was first seen.
#[derive(Default)]
pub struct Starts {
    /// The instants of the points of each resource.
    looks: BTreeMap<Vec<(String, String)>, BTreeSet<i64>>,
    /// By series: of which resource it is, and when its counting began.
    first: BTreeMap<Key, (Vec<(String, String)>, i64)>,
}

impl Starts {
    fn looked(&mut self, of: &Resource, time: i64) {
        match self.looks.get_mut(of) {
            Some(looks) => {
                looks.insert(time);
            }
            None => {
                self.looks.insert(of.to_vec(), BTreeSet::from([time]));
            }
        }
    }

    /// Learns of a point of a series before it is added.
    fn seen(&mut self, set: &SeriesSet, key: &Key, of: &Resource, start: Option<i64>) {
        if let Some(start) = start.filter(|_| !set.series().contains_key(key)) {
            self.first.insert(key.clone(), (of.to_vec(), start));
        }
    }

    /// Puts a 0 before the first point of each series whose counting began while its resource was looked at, or so
    /// shortly before that the first look is the first export: at most two of the series' own intervals. It stood at 0
    /// when it began, and at the looks that did not show it. What a process that ran for longer had counted before is
    /// not known to be of this time.
    pub fn begin(self, set: &mut SeriesSet) {
        let Self { looks, first } = self;
        set.change(|key, series| {
            let known = first.get(key);
            let looks = known.and_then(|(of, _)| looks.get(of));
            let (Some((_, start)), Some(looks), Some(time)) = (known, looks, series.times.first())
            else {
                return;
            };
            let apart = series.times.get(1).map_or(0, |next| (next - time).max(0));
            let earlier = looks.range(..=*time - (apart / 2).max(1)).next_back();
            let Some(first_look) = looks.first() else {
                return;
            };
            let zero = earlier.map_or(*start, |look| *start.max(look));
            if *start < first_look - 2 * apart || zero >= *time {
                return;
            }
            match &mut series.values {
                Values::Numbers(numbers) => numbers.insert(0, 0.0),
                Values::Natives(natives) => {
                    let none = natives.first().map(|first| Native {
                        schema: first.schema,
                        zero_threshold: first.zero_threshold,
                        ..Native::default()
                    });
                    natives.insert(0, none.unwrap_or_default());
                }
            }
            series.times.insert(0, zero);
        });
    }
}

/// Takes an export.
pub fn take(
    about: &About,
    export: &Value,
    set: &mut SeriesSet,
    starts: &mut Starts,
    faults: &mut Faults,
) -> Result<(), String> {
    let resources = first(export, &["resourceMetrics", "resource_metrics"])
        .and_then(Value::as_array)
        .ok_or("there is no 'resourceMetrics'")?;
    for resource in resources {
        let mut own = Vec::new();
        if let Some(of) = resource.get("resource") {
            attributes(of, &mut own);
        }
        let wanted = [
            "service.name",
            "service.instance.id",
            "host.name",
            "k8s.pod.name",
        ];
        own.retain(|pair: &(String, String)| wanted.contains(&pair.0.as_str()));
        for scope in items(resource, &["scopeMetrics", "scope_metrics"]) {
            for metric in items(scope, &["metrics"]) {
                one(about, metric, &own, set, starts, faults);
            }
        }
    }
    Ok(())
}

fn one(
    about: &About,
    metric: &Value,
    own: &[(String, String)],
    set: &mut SeriesSet,
    starts: &mut Starts,
    faults: &mut Faults,
) {
    let text = |key: &str| metric.get(key).and_then(Value::as_str).unwrap_or_default();
    let (name, unit) = (text("name"), text("unit"));
    let kinds = [
        "sum",
        "gauge",
        "histogram",
        "exponentialHistogram",
        "exponential_histogram",
        "summary",
    ];
    let Some((what, data)) = kinds.iter().find_map(|k| Some((*k, metric.get(k)?))) else {
        return faults.cell("kind", name, || {
            "the metric is of no kind that is known: sum, gauge, histogram, exponentialHistogram or summary".into()
        });
    };
    let delta = match first(data, &["aggregationTemporality", "aggregation_temporality"]) {
        Some(Value::Number(n)) => n.as_u64() == Some(1),
        Some(Value::String(text)) => text.ends_with("DELTA"),
        _ => false,
    };
    let rises = if delta { Kind::Delta } else { Kind::Counter };
    let monotonic = first(data, &["isMonotonic", "is_monotonic"]).and_then(Value::as_bool);
    for point in items(data, &["dataPoints", "data_points"]) {
        let time = first(point, &["timeUnixNano", "time_unix_nano"]).and_then(nanos);
        let Some(time) = time else {
            faults.cell("time", name, || {
                "a point has no timeUnixNano, expected nanoseconds since 1970".into()
            });
            continue;
        };
        // Bit 0 of the flags: nothing was recorded then, which is a gap.
        let flags = first(point, &["flags"]).and_then(number).unwrap_or(0.0);
        if flags as u64 & 1 == 1 {
            continue;
        }
        // What is counted anew began with 0 where its counting did, even if it is above what was before.
        let start = first(point, &["startTimeUnixNano", "start_time_unix_nano"]).and_then(nanos);
        let anew = |set: &SeriesSet, key: &Key| {
            let last = *set.series().get(key)?.times.last()?;
            // The old count's last sample may be at that instant; what begins then is behind it.
            let start = start.filter(|start| *start >= last && !delta)?;
            Some(start.max(last + 1)).filter(|start| *start < time)
        };
        let mut pairs = own.to_vec();
        attributes(point, &mut pairs);
        let key = |end: &str, more: Option<(&str, String)>| {
            let mut pairs = pairs.clone();
            pairs.extend(more.map(|(label, value)| (label.to_owned(), value)));
            Key {
                name: format!("{name}{end}"),
                labels: Labels::new(pairs),
                file: about.stem(),
            }
        };
        let value = |keys: &[&str]| first(point, keys).and_then(number);
        starts.looked(own, time);
        let put = |set: &mut SeriesSet, starts: &mut Starts, key: Key, value: f64| {
            starts.seen(set, &key, own, start.filter(|_| !delta));
            if let Some(start) = anew(set, &key) {
                set.add(key.clone(), rises, unit, start, 0.0);
            }
            set.add(key, rises, unit, time, value);
        };
        match what {
            "sum" | "gauge" => {
                let kind = match (what, monotonic) {
                    ("sum", Some(true)) => rises,
                    _ => Kind::Gauge,
                };
                match value(&["asDouble", "as_double", "asInt", "as_int"]) {
                    Some(value) if kind == Kind::Counter => put(set, starts, key("", None), value),
                    Some(value) => set.add(key("", None), kind, unit, time, value),
                    None => faults.cell("value", name, || "a point has no value".into()),
                }
            }
            "histogram" => {
                let bounds = items(point, &["explicitBounds", "explicit_bounds"]);
                let counts = items(point, &["bucketCounts", "bucket_counts"]);
                let mut below = 0.0;
                for (i, count) in counts.iter().enumerate() {
                    below += number(count).unwrap_or(0.0);
                    let bound = bounds.get(i).and_then(number);
                    let le = bound.map_or_else(|| "+Inf".to_owned(), |b| b.to_string());
                    put(set, starts, key("_bucket", Some(("le", le))), below);
                }
                for (end, keys) in [("_count", ["count"]), ("_sum", ["sum"])] {
                    if let Some(value) = value(&keys) {
                        put(set, starts, key(end, None), value);
                    }
                }
            }
            "summary" => {
                for (end, keys) in [("_count", ["count"]), ("_sum", ["sum"])] {
                    if let Some(value) = value(&keys) {
                        put(set, starts, key(end, None), value);
                    }
                }
                for quantile in items(point, &["quantileValues", "quantile_values"]) {
                    let at = |k: &str| quantile.get(k).and_then(number);
                    if let (Some(q), Some(value)) = (at("quantile"), at("value")) {
                        let key = key("", Some(("quantile", q.to_string())));
                        set.add(key, Kind::Gauge, unit, time, value);
                    }
                }
            }
            _ => {
                // As a native histogram has the name of its metric, so that rules for buckets know it.
                let (native, key_of) = (exponential(point), key("_bucket", None));
                starts.seen(set, &key_of, own, start.filter(|_| !delta));
                if let Some(start) = anew(set, &key_of) {
                    let none = Native {
                        schema: native.schema,
                        zero_threshold: native.zero_threshold,
                        ..Native::default()
                    };
                    set.add_native(key_of.clone(), rises, unit, start, none);
                }
                set.add_native(key_of, rises, unit, time, native);
                if let Some(value) = value(&["count"]) {
                    put(set, starts, key("_count", None), value);
                }
            }
        }
    }
}

fn exponential(point: &Value) -> Native {
    let value = |keys: &[&str]| first(point, keys).and_then(number).unwrap_or(0.0);
    let side = |key: &str| {
        let Some(side) = point.get(key) else {
            return Vec::new();
        };
        let offset = side.get("offset").and_then(number).unwrap_or(0.0) as i32;
        let counts = items(side, &["bucketCounts", "bucket_counts"]).iter();
        let counts = counts.zip(1..).filter_map(|(count, i)| {
            let count = number(count).filter(|c| *c > 0.0)?;
            Some((offset.saturating_add(i), count))
        });
        counts.collect()
    };
    Native {
        schema: value(&["scale"]) as i32,
        zero_threshold: value(&["zeroThreshold", "zero_threshold"]),
        zero: value(&["zeroCount", "zero_count"]),
        count: value(&["count"]),
        sum: value(&["sum"]),
        positive: side("positive"),
        negative: side("negative"),
    }
}

fn nanos(value: &Value) -> Option<i64> {
    let nanos = match value {
        Value::String(text) => text.parse::<i64>().ok()?,
        Value::Number(n) => n.as_i64()?,
        _ => return None,
    };
    (nanos > 0).then_some(nanos / 1_000)
}

/// Adds the attributes of something.
fn attributes(of: &Value, into: &mut Vec<(String, String)>) {
    for pair in items(of, &["attributes"]) {
        let Some(key) = pair.get("key").and_then(Value::as_str) else {
            continue;
        };
        let value = pair.get("value").and_then(Value::as_object);
        let text = match value.and_then(|v| v.values().next()) {
            Some(Value::String(text)) => text.clone(),
            Some(other @ (Value::Number(_) | Value::Bool(_))) => other.to_string(),
            _ => continue,
        };
        into.push((key.to_owned(), text));
    }
}
