//! What an exporter shows: metrics as text, by family, as Prometheus scrapes it.

use super::metrics::{Metric, Metrics, NAME};
use plumbline::series::{Kind, Values};
use std::collections::{BTreeMap, BTreeSet};

/// The metrics that are told under one name: the buckets of a histogram, or the quantiles of a summary, with their sums
/// and counts.
pub struct Families<'a> {
    histograms: BTreeSet<&'a str>,
    summaries: BTreeSet<&'a str>,
}

impl<'a> Families<'a> {
    /// Those of all metrics.
    pub fn of(metrics: &'a Metrics) -> Self {
        let all = || metrics.all.iter();
        let buckets = all().filter(|m| m.labels.contains_key("le") || kind(m) == "histogram");
        let quantiles = all().filter(|m| m.labels.contains_key("quantile"));
        Self {
            histograms: buckets
                .map(|m| m.name().strip_suffix("_bucket").unwrap_or(m.name()))
                .collect(),
            summaries: quantiles.map(Metric::name).collect(),
        }
    }

    /// The name and the type that a metric is told under.
    pub fn family(&self, metric: &'a Metric) -> (&'a str, &'static str) {
        let name = metric.name();
        let base = |ends: &[&str]| ends.iter().find_map(|end| name.strip_suffix(end));
        let histogram =
            base(&["_bucket", "_count", "_sum", ""]).filter(|b| self.histograms.contains(b));
        let summary = base(&["_count", "_sum"]).or(Some(name));
        match (histogram, summary.filter(|b| self.summaries.contains(b))) {
            (Some(base), _) => (base, "histogram"),
            (None, Some(base)) => (base, "summary"),
            (None, None) => (name, kind(metric)),
        }
    }
}

/// What Prometheus calls a series of such values.
fn kind(metric: &Metric) -> &'static str {
    match (&metric.series.values, metric.series.kind) {
        (Values::Natives(_), _) => "histogram",
        (_, Kind::Counter | Kind::Delta) => "counter",
        (_, Kind::Gauge) => "gauge",
        (_, Kind::Unknown) => "unknown",
    }
}

/// What a family tells, where that is known: of requests of logs. Empty for others.
pub fn help(family: &str) -> &'static str {
    match family {
        "http_requests_total" => "Requests, by class of status where the log tells it.",
        "http_request_duration_seconds" => "How long requests took.",
        "plumbline_network_in_bytes_total" => "Bytes of requests.",
        "plumbline_network_out_bytes_total" => "Bytes of answers.",
        "plumbline_tokens_in_total" => "Tokens of prompts.",
        "plumbline_tokens_out_total" => "Tokens of answers.",
        "plumbline_first_token_seconds" => "Time to the first token.",
        "plumbline_per_token_seconds" => "Time per token after the first.",
        _ => "",
    }
}

/// Where a line stands in its family: those of the same other labels are together, buckets and quantiles by their
/// bounds, then what was added up and how often.
type Place<'a> = (Vec<(&'a str, &'a str)>, u8, f64);

/// A metric with its place and its value.
type Shown<'a> = (Place<'a>, &'a Metric, f64);

fn place(metric: &Metric) -> Place<'_> {
    let bound = |name: &str| metric.labels.get(name).and_then(|b| b.parse::<f64>().ok());
    let own = [NAME, "le", "quantile"];
    let labels = metric.labels.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    let part = match metric.name() {
        name if name.ends_with("_sum") => 1,
        name if name.ends_with("_count") => 2,
        _ => 0,
    };
    let bound = bound("le").or_else(|| bound("quantile")).unwrap_or(0.0);
    (
        labels.filter(|(n, _)| !own.contains(n)).collect(),
        part,
        bound,
    )
}

/// The last value of every series that has come, without times. A counter keeps its value; of others one counts as long
/// as in queries. Native histograms have no place in this text.
pub fn exposition(metrics: &Metrics, now: i64) -> String {
    let families = Families::of(metrics);
    let mut by_family: BTreeMap<(&str, &str), Vec<Shown<'_>>> = BTreeMap::new();
    for metric in &metrics.all {
        let (family, kind) = families.family(metric);
        let at = match (metric.series.kind, kind) {
            (Kind::Counter | Kind::Delta, _) | (_, "histogram") => {
                metric.within(i64::MIN, now).last()
            }
            _ => metric.at(now),
        };
        if let Some(value) = at.and_then(|at| metric.series.numbers().get(at)) {
            let line = (place(metric), metric, *value);
            by_family.entry((family, kind)).or_default().push(line);
        }
    }
    let mut text = String::new();
    let mut before = "";
    for ((family, kind), mut all) in by_family {
        // Of one name with several types the first one is told.
        if family != before {
            if !help(family).is_empty() {
                text.push_str(&format!("# HELP {family} {}\n", help(family)));
            }
            let kind = if kind == "unknown" { "untyped" } else { kind };
            text.push_str(&format!("# TYPE {family} {kind}\n"));
        }
        before = family;
        all.sort_by(|a, b| {
            let bounds = a.0.2.total_cmp(&b.0.2);
            (&a.0.0, a.0.1).cmp(&(&b.0.0, b.0.1)).then(bounds)
        });
        for (_, metric, value) in all {
            let name = metric.name();
            let escaped = |value: &str| {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                value.replace('\n', "\\n")
            };
            let labels = metric.labels.iter().filter(|(label, _)| *label != NAME);
            let labels = labels.map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
            let labels: Vec<String> = labels.collect();
            match labels.is_empty() {
                true => text.push_str(&format!("{name} {value}\n")),
                false => text.push_str(&format!("{name}{{{}}} {value}\n", labels.join(","))),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_histogram_is_one_family_in_the_order_of_its_buckets() {
        let metric = |name: &str, labels: &[(&str, &str)], value: f64| {
            let all = [(NAME, name)];
            let all = all.iter().chain(labels);
            Metric {
                labels: all
                    .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                    .collect::<BTreeMap<_, _>>(),
                series: plumbline::series::Series {
                    times: vec![0],
                    ..plumbline::series::Series::empty(
                        Kind::Counter,
                        "",
                        Values::Numbers(vec![value]),
                    )
                },
                look_back: 1,
            }
        };
        let took = "http_request_duration_seconds";
        let (bucket, count, sum) = (
            format!("{took}_bucket"),
            format!("{took}_count"),
            format!("{took}_sum"),
        );
        let mut all = Vec::new();
        for code in ["200", "500"] {
            all.push(metric(&count, &[("code", code)], 3.0));
            all.push(metric(&sum, &[("code", code)], 0.5));
            for (le, n) in [("+Inf", 3.0), ("0.5", 1.0), ("10", 3.0), ("2.5", 2.0)] {
                all.push(metric(&bucket, &[("code", code), ("le", le)], n));
            }
        }
        all.push(metric("jobs_total", &[], 7.0));
        let text = exposition(&Metrics { all }, 5);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..8],
            [
                "# HELP http_request_duration_seconds How long requests took.",
                "# TYPE http_request_duration_seconds histogram",
                "http_request_duration_seconds_bucket{code=\"200\",le=\"0.5\"} 1",
                "http_request_duration_seconds_bucket{code=\"200\",le=\"2.5\"} 2",
                "http_request_duration_seconds_bucket{code=\"200\",le=\"10\"} 3",
                "http_request_duration_seconds_bucket{code=\"200\",le=\"+Inf\"} 3",
                "http_request_duration_seconds_sum{code=\"200\"} 0.5",
                "http_request_duration_seconds_count{code=\"200\"} 3",
            ]
        );
        assert_eq!(lines[14..], ["# TYPE jobs_total counter", "jobs_total 7"]);
        assert_eq!(text.matches("# TYPE").count(), 2);
    }
}
