//! Metrics of a service as Prometheus has them: series with labels, in the order of time.
//!
//! What was added since the sample before is added up to a counter, as Prometheus knows no other. Requests of logs
//! are counters at the ends of their steps. What has another sign in its name than Prometheus allows gets `_` there.

use plumbline::engine::service::Served;
use plumbline::series::known::{is_told, without_far};
use plumbline::series::requests::RequestCell;
use plumbline::series::{Key, Kind, Labels, Requests, Series, SeriesSet, Values};
use plumbline::stats::sketch::LogHistogram;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a value of Prometheus holds at most of the past, in microseconds.
const LOOK_BACK: i64 = 300_000_000;

/// The label that holds a metric's name.
pub const NAME: &str = "__name__";

/// A series of Prometheus.
#[derive(Debug)]
pub struct Metric {
    /// Its labels, [`NAME`] among them.
    pub labels: BTreeMap<String, String>,
    /// What its values are.
    pub series: Series,
    /// How long a value counts.
    pub look_back: i64,
}

impl Metric {
    /// Its name.
    pub fn name(&self) -> &str {
        self.label(NAME)
    }

    /// The value of a label; empty where it has none.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// The samples of a time, its start exclusive, as a range of their places.
    pub fn within(&self, after: i64, to: i64) -> std::ops::Range<usize> {
        let times = &self.series.times;
        let end = times.partition_point(|t| *t <= to);
        times.partition_point(|t| *t <= after).min(end)..end
    }

    /// The place of the sample that counts at a time.
    pub fn at(&self, time: i64) -> Option<usize> {
        self.within(time.saturating_sub(self.look_back), time)
            .last()
    }
}

/// All series, and what metadata tells of their metrics.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By their labels.
    pub all: Vec<Metric>,
}

/// The samples in files of a service, without those that are dated far from all others, by which no clock is set; a
/// sentence on these.
pub fn near(served: Vec<Served>) -> (SeriesSet, Option<String>) {
    let mut set = SeriesSet::default();
    for one in served {
        set.merge(one.read.set);
    }
    set.settle();
    let Some(near) = without_far(&set) else {
        return (set, None);
    };
    let said = near.notes().difference(set.notes()).next().cloned();
    (near, said)
}

impl Metrics {
    /// The metrics of samples, in order.
    pub fn new(set: &SeriesSet) -> Self {
        let mut all: BTreeMap<BTreeMap<String, String>, Series> = BTreeMap::new();
        let mut put = |labels: BTreeMap<String, String>, series: Series| match all.entry(labels) {
            Entry::Vacant(place) => {
                place.insert(series);
            }
            // Files of several days tell of one series.
            Entry::Occupied(mut known) => known.get_mut().merge(series),
        };
        for (key, series) in set.series() {
            let mut series = series.clone();
            if series.kind == Kind::Delta {
                series.kind = Kind::Counter;
                if let Values::Numbers(numbers) = &mut series.values {
                    let mut sum = 0.0;
                    for x in numbers {
                        sum += *x;
                        *x = sum;
                    }
                }
            }
            let mut labels = labels(key);
            // A native histogram has the name of its metric, which is none of a bucket.
            if matches!(series.values, Values::Natives(_))
                && let Some(name) = labels.get_mut(NAME)
                && let Some(base) = name.strip_suffix("_bucket")
            {
                *name = base.to_owned();
            }
            put(labels, series);
        }
        for (of, requests) in set.requests() {
            for (key, series) in counted(of, requests) {
                put(labels(&key), series);
            }
        }
        let all = all.into_iter().map(|(labels, series)| {
            let look_back = look_back(&series.times);
            Metric {
                labels,
                series,
                look_back,
            }
        });
        Self { all: all.collect() }
    }

    /// Moves all samples by so much.
    pub fn shift(&mut self, by: i64) {
        let times = self.all.iter_mut().flat_map(|m| &mut m.series.times);
        times.for_each(|t| *t = t.saturating_add(by));
    }

    /// The first and the last sample.
    pub fn span(&self) -> Option<(i64, i64)> {
        let times = |m: &Metric| Some((*m.series.times.first()?, *m.series.times.last()?));
        let spans = self.all.iter().filter_map(times);
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

/// How long a value counts: five minutes, as in Prometheus; of what was sampled more rarely one and a half intervals.
fn look_back(times: &[i64]) -> i64 {
    let mut between: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let middle = between.len() / 2;
    if between.is_empty() {
        return LOOK_BACK;
    }
    let (_, usual, _) = between.select_nth_unstable(middle);
    LOOK_BACK.max(usual.saturating_add(*usual / 2))
}

/// The labels of a series; the file that it is of is its job, where no label tells whose it is.
fn labels(key: &Key) -> BTreeMap<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let clean = |name: &str, more: char| {
        let signs = name.chars();
        let mut name: String = signs
            .map(|c| if allowed(c) || c == more { c } else { '_' })
            .collect();
        if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
            name.insert(0, '_');
        }
        name
    };
    let pairs = key.labels.iter();
    let mut labels: BTreeMap<String, String> = pairs
        .map(|(name, value)| (clean(name, '_'), value.to_owned()))
        .collect();
    if !is_told(&key.labels) && !key.file.is_empty() {
        labels.insert("job".into(), key.file.clone());
    }
    labels.insert(NAME.into(), clean(&key.name, ':'));
    labels
}

/// Ends of the buckets of durations, in seconds.
const SECONDS: [f64; 18] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 25.0,
    60.0, 120.0,
];

/// What requests are as counters, sampled at the start and the end of every step that has some.
fn counted(of: &str, requests: &Requests) -> Vec<(Key, Series)> {
    let mut out: BTreeMap<Key, Series> = BTreeMap::new();
    let mut add =
        |name: &str, label: Option<(&str, String)>, of_cell: &dyn Fn(&RequestCell) -> f64| {
            let mut pairs = vec![("job".to_owned(), of.to_owned())];
            pairs.extend(label.map(|(name, value)| (name.to_owned(), value)));
            let key = Key {
                name: name.into(),
                labels: Labels::new(pairs),
                file: String::new(),
            };
            let (mut times, mut numbers, mut sum) = (Vec::new(), Vec::new(), 0.0);
            for (number, cell) in &requests.cells {
                let start = number.saturating_mul(requests.step.micros());
                if times.last().is_none_or(|last| *last < start) {
                    times.push(start);
                    numbers.push(sum);
                }
                sum += of_cell(cell);
                times.push(start.saturating_add(requests.step.micros()));
                numbers.push(sum);
            }
            // A bucket that stays empty is needed: it bounds the next one.
            if sum > 0.0 || name.ends_with("_bucket") {
                let series = Series {
                    times,
                    ..Series::empty(Kind::Counter, "", Values::Numbers(numbers))
                };
                out.insert(key, series);
            }
        };
    let told = requests.told;
    if told.status {
        for class in 0..6 {
            let code = match class {
                0 => "other".to_owned(),
                class => format!("{class}xx"),
            };
            let count = move |cell: &RequestCell| cell.classes[class] as f64;
            add("http_requests_total", Some(("code", code)), &count);
        }
        let without =
            |cell: &RequestCell| cell.count.saturating_sub(cell.classes.iter().sum::<u64>()) as f64;
        add("http_requests_total", None, &without);
    } else {
        add("http_requests_total", None, &|cell| cell.count as f64);
    }
    add("plumbline_network_in_bytes_total", None, &|c| c.bytes_in);
    add("plumbline_network_out_bytes_total", None, &|c| c.bytes_out);
    add("plumbline_tokens_in_total", None, &|c| c.tokens_in);
    add("plumbline_tokens_out_total", None, &|c| c.tokens_out);
    type Sketch = fn(&RequestCell) -> &LogHistogram;
    let sketches: [(&str, Sketch); 3] = [
        ("http_request_duration_seconds", |c| &c.duration_s),
        ("plumbline_first_token_seconds", |c| &c.first_token_s),
        ("plumbline_per_token_seconds", |c| &c.per_token_s),
    ];
    for (name, sketch) in sketches {
        if requests
            .cells
            .values()
            .all(|cell| sketch(cell).count() == 0)
        {
            continue;
        }
        let bucket = format!("{name}_bucket");
        for end in SECONDS {
            let up_to = move |cell: &RequestCell| {
                let all = sketch(cell);
                all.count().saturating_sub(all.count_above(end)) as f64
            };
            add(&bucket, Some(("le", end.to_string())), &up_to);
        }
        let all = move |cell: &RequestCell| sketch(cell).count() as f64;
        add(&bucket, Some(("le", "+Inf".into())), &all);
        add(&format!("{name}_count"), None, &all);
    }
    out.into_iter().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use plumbline::series::Requests;
    use plumbline::series::requests::Request;

    fn numbers<'a>(all: &'a [(Key, Series)], name: &str, label: (&str, &str)) -> &'a [f64] {
        let found = all
            .iter()
            .find(|(key, _)| key.name == name && key.labels.get(label.0) == Some(label.1));
        found.unwrap().1.numbers()
    }

    #[test]
    fn files_of_several_days_are_one_series() {
        let day = |name: &str, from: i64, file: &str| {
            let mut set = SeriesSet::default();
            let labels = [("job", "api"), ("code", "200")];
            let labels = labels.map(|(a, b)| (a.to_owned(), b.to_owned()));
            let key = Key {
                name: "http_requests_total".into(),
                labels: Labels::new(labels.to_vec()),
                file: file.into(),
            };
            for i in from..from + 3 {
                let time = (1_793_491_200 + 60 * i) * 1_000_000;
                set.add(key.clone(), Kind::Counter, "", time, i as f64);
            }
            Served {
                name: name.into(),
                bytes: 0,
                read: plumbline::series::read::SeriesRead {
                    set,
                    ..Default::default()
                },
            }
        };
        // The second begins before the first ends, and their files are told or not.
        for files in [["", ""], ["day1", "day2"]] {
            let served = vec![day("day2", 2, files[1]), day("day1", 0, files[0])];
            let metrics = Metrics::new(&near(served).0);
            assert_eq!(metrics.all.len(), 1);
            assert_eq!(metrics.all[0].series.numbers(), [0.0, 1.0, 2.0, 3.0, 4.0]);
        }
    }

    #[test]
    fn a_native_histogram_has_the_name_of_its_metric() {
        let answer = serde_json::json!({"status": "success", "data": {"resultType": "matrix", "result": [{
            "metric": {"__name__": "http_request_duration_seconds", "job": "x"},
            "histograms": [[1_793_491_200, {"count": "3", "sum": "2", "buckets": [[0, "0.5", "1", "3"]]}]],
        }]}});
        let mut set = SeriesSet::default();
        plumbline::series::read::answered("x", &answer, &mut set).unwrap();
        let metrics = Metrics::new(&set);
        let natives = metrics.all.iter();
        let natives = natives.filter(|m| matches!(m.series.values, Values::Natives(_)));
        let names: Vec<&str> = natives.map(Metric::name).collect();
        assert_eq!(names, ["http_request_duration_seconds"]);
        let families = crate::feed::exposition::Families::of(&metrics);
        assert!(
            metrics
                .all
                .iter()
                .all(|m| families.family(m) == (names[0], "histogram"))
        );
    }

    #[test]
    fn requests_are_counters_that_never_fall() {
        let mut requests = Requests::default();
        for (second, status, seconds) in [(0, 200, 0.02), (0, 500, 3.0), (7, 200, 0.2)] {
            requests.add(&Request {
                time: second * 1_000_000,
                status: Some(status),
                duration_s: Some(seconds),
                ..Request::default()
            });
        }
        let all = counted("web", &requests);
        let requests = "http_requests_total";
        assert_eq!(
            numbers(&all, requests, ("code", "2xx")),
            [0.0, 1.0, 1.0, 2.0]
        );
        assert_eq!(
            numbers(&all, requests, ("code", "5xx")),
            [0.0, 1.0, 1.0, 1.0]
        );
        let buckets = "http_request_duration_seconds_bucket";
        assert_eq!(
            numbers(&all, buckets, ("le", "0.025")),
            [0.0, 1.0, 1.0, 1.0]
        );
        assert_eq!(numbers(&all, buckets, ("le", "+Inf")), [0.0, 2.0, 2.0, 3.0]);
    }

    #[test]
    fn what_is_sampled_rarely_counts_until_its_next_sample_is_due() {
        assert_eq!(look_back(&[0, 15_000_000, 30_000_000]), LOOK_BACK);
        assert_eq!(look_back(&[0, 3_600_000_000, 7_200_000_000]), 5_400_000_000);
        assert_eq!(look_back(&[0]), LOOK_BACK);
    }

    #[test]
    fn labels_are_those_that_prometheus_takes() {
        let key = Key {
            name: "http.server.request.duration".into(),
            labels: Labels::new(vec![("http.route".into(), "/a.b".into())]),
            file: "otel".into(),
        };
        let labels = labels(&key);
        assert_eq!(labels[NAME], "http_server_request_duration");
        assert_eq!(labels["http_route"], "/a.b");
        assert_eq!(labels["job"], "otel");
    }
}
