//! Prometheus text and OpenMetrics: one scrape, or many behind each other.
//!
//! Sources: *Prometheus exposition formats* (text format 0.0.4), *OpenMetrics 1.0*. Timestamps are milliseconds in
//! the one and seconds in the other; their size tells which, for any time from 1973 to 5138.

use super::lines::{Faults, quoted};
use super::{About, Lines, times};
use crate::series::step::is_plausible;
use crate::series::{Key, Kind, Labels, SeriesSet};
use std::collections::BTreeMap;

/// Whether lines are of this format: the first that says something is a sample or a `# TYPE`, and so are most.
pub fn is(lines: &[&str]) -> bool {
    let mut samples = 0;
    let mut others = 0;
    for line in lines
        .iter()
        .map(|l| l.trim())
        .filter(|l| !l.is_empty())
        .take(400)
    {
        if line.starts_with("# TYPE ") || line.starts_with("# HELP ") || line == "# EOF" {
            samples += 3;
        } else if line.starts_with('#') || times::any(line).is_some() {
        } else if sample(line).is_ok() {
            samples += 1;
        } else {
            others += 1;
        }
    }
    // A list of words with a number each is no metric by itself: some sign of one has to be there.
    let sure = lines
        .iter()
        .take(400)
        .any(|l| l.starts_with("# TYPE ") || l.contains("{") && l.contains("=\""));
    sure && samples > others * 4
}

/// Said where nothing else tells when a scrape was made.
const BY_DATE: &str = "A scrape tells no time, so the date of its file is taken: if it was copied since, what is told of the time since its process began is too low. Put the time into the file's name to have it right, such as metrics-20260302T100000Z.txt.";

/// A sample of a scrape whose time is not known yet.
struct Sample {
    name: String,
    labels: Labels,
    value: f64,
    stamp: Option<f64>,
}

/// The reader.
pub struct Exposition {
    set: SeriesSet,
    file: String,
    /// The file's own time: in its name, or when it was written.
    own: Option<i64>,
    /// Whether that is only when it was written.
    by_date: bool,
    kinds: BTreeMap<String, Kind>,
    units: BTreeMap<String, String>,
    scrape: Vec<Sample>,
    /// The first series of the scrape: where it comes again, the next scrape begins.
    first: Option<String>,
    /// The time that stands before the scrape.
    time: Option<i64>,
    scrapes: usize,
    /// The first scrape, where it has no time.
    held: Vec<Sample>,
}

impl Exposition {
    pub fn new(about: &About) -> Self {
        Self {
            set: SeriesSet::default(),
            file: about.stem(),
            own: times::in_name(&about.name).or(about.modified),
            by_date: times::in_name(&about.name).is_none(),
            kinds: BTreeMap::new(),
            units: BTreeMap::new(),
            scrape: Vec::new(),
            first: None,
            time: None,
            scrapes: 0,
            held: Vec::new(),
        }
    }

    fn comment(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        match (words.next(), words.next()) {
            (Some("TYPE"), Some(name)) => {
                let kind = match words.next().unwrap_or_default() {
                    "counter" | "histogram" => Kind::Counter,
                    "gauge" | "summary" | "gaugehistogram" => Kind::Gauge,
                    _ => Kind::Unknown,
                };
                self.kinds.insert(name.trim_matches('"').to_owned(), kind);
            }
            (Some("UNIT"), Some(name)) => {
                let unit = words.next().unwrap_or_default().to_owned();
                self.units.insert(name.to_owned(), unit);
            }
            (Some("EOF"), None) => self.end(),
            (Some("HELP"), _) => {}
            _ => {
                let last = text.split_whitespace().last();
                let time = last.and_then(times::any).or_else(|| times::any(text));
                if time.is_some() {
                    self.end();
                    self.time = time;
                }
            }
        }
    }

    /// The scrape at hand is complete.
    fn end(&mut self) {
        self.first = None;
        let mut scrape = std::mem::take(&mut self.scrape);
        if scrape.is_empty() {
            return;
        }
        self.scrapes += 1;
        let clock = scrape.iter().find(|s| s.name == "node_time_seconds");
        let clock = clock.map(|s| (s.value * 1e6) as i64);
        let stamp = |sample: &Sample| {
            let stamp = sample.stamp?;
            let factor = if stamp.abs() < 1e11 { 1e6 } else { 1e3 };
            Some((stamp * factor).round() as i64)
        };
        // Beside samples that tell their time a scrape may have others: its latest one is that of the scrape.
        let latest = || scrape.iter().filter_map(stamp).filter(|t| is_plausible(*t));
        let of_scrape = self.time.take().or(clock).or_else(|| latest().max());
        let mut undated = Vec::new();
        for sample in scrape.drain(..) {
            match stamp(&sample).or(of_scrape) {
                Some(time) => self.put(sample, time),
                None => undated.push(sample),
            }
        }
        if undated.is_empty() {
            return;
        }
        if self.scrapes == 1 {
            self.held = undated;
        } else {
            self.set.say_undated();
        }
    }

    fn put(&mut self, sample: Sample, time: i64) {
        let base = ["_bucket", "_total", "_sum", "_count"]
            .iter()
            .find_map(|end| sample.name.strip_suffix(end));
        let of = |map: &BTreeMap<String, Kind>| {
            let named = map.get(&sample.name);
            named.or_else(|| map.get(base?)).copied()
        };
        let kind = of(&self.kinds).unwrap_or_default();
        // The parts of a summary that count are counters, its quantiles are not.
        let counts = sample.name.ends_with("_count") || sample.name.ends_with("_sum");
        let kind = match (kind, base) {
            (Kind::Gauge, Some(_)) if counts && !self.kinds.contains_key(&sample.name) => {
                Kind::Counter
            }
            (kind, _) => kind,
        };
        let unit = base
            .and_then(|b| self.units.get(b))
            .or_else(|| self.units.get(&sample.name));
        let key = Key {
            name: sample.name,
            labels: sample.labels,
            file: self.file.clone(),
        };
        let unit = unit.map_or("", String::as_str);
        self.set.add(key, kind, unit, time, sample.value);
    }
}

impl Lines for Exposition {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        let text = text.trim();
        if let Some(comment) = text.strip_prefix('#') {
            return self.comment(comment);
        }
        if text.is_empty() {
            return;
        }
        if let Some(time) = times::any(text) {
            self.end();
            self.time = Some(time);
            return;
        }
        match sample(text) {
            Ok((sample, series)) => {
                match &self.first {
                    None => self.first = Some(series.to_owned()),
                    Some(first) if first == series && sample.stamp.is_none() => {
                        self.end();
                        self.first = Some(series.to_owned());
                    }
                    Some(_) => {}
                }
                self.scrape.push(sample);
            }
            Err((column, found, expected)) => faults.lost(found, || {
                format!(
                    "{} at column {column}: {found}, expected {expected}",
                    quoted(text)
                )
            }),
        }
        // Dated lines need no end of their scrape to be told apart.
        if self.scrape.len() > 200_000 {
            self.end();
        }
    }

    fn finish(mut self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.end();
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            match self.own.filter(|_| self.scrapes == 1) {
                Some(time) => {
                    if self.by_date {
                        self.set.note(BY_DATE);
                    }
                    held.into_iter().for_each(|s| self.put(s, time));
                }
                None => self.set.say_undated(),
            }
        }
        self.set
    }
}

/// What is wrong with a line: the column from 1, what was found, what was expected.
type Wrong = (usize, &'static str, &'static str);

/// A line with a sample, and the part of it that names the series.
fn sample(text: &str) -> Result<(Sample, &str), Wrong> {
    let bytes = text.as_bytes();
    let mut at = bytes
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.'))
        .count();
    let mut name = text.get(..at).unwrap_or_default().to_owned();
    let named = bytes
        .first()
        .is_some_and(|b| !b.is_ascii_digit() && *b != b'.');
    if !named || at == 0 && bytes.first() != Some(&b'{') {
        return Err((
            1,
            "no name of a metric",
            "a name such as http_requests_total",
        ));
    }
    let mut pairs = Vec::new();
    let spaces = |at: usize| bytes[at..].iter().take_while(|b| **b == b' ').count();
    at += spaces(at);
    if bytes.get(at) == Some(&b'{') {
        at += 1;
        loop {
            at += bytes[at..]
                .iter()
                .take_while(|b| matches!(b, b' ' | b','))
                .count();
            match bytes.get(at) {
                None => return Err((at, "labels without an end", "} after the last label")),
                Some(b'}') => break,
                Some(b'"') => {
                    // A name that needs quotes: of the metric, or of a label.
                    let (word, end) = quoted_text(text, at)?;
                    at = end;
                    if bytes.get(at) == Some(&b'=') {
                        let (value, end) = quoted_text(text, at + 1)?;
                        at = end;
                        pairs.push((word, value));
                    } else {
                        name = word;
                    }
                }
                Some(_) => {
                    let start = at;
                    at += bytes[at..]
                        .iter()
                        .take_while(|b| !matches!(b, b'=' | b'}' | b',' | b'"'))
                        .count();
                    if at == bytes.len() {
                        return Err((start, "labels without an end", "} after the last label"));
                    }
                    if bytes.get(at) != Some(&b'=') {
                        return Err((at + 1, "a label without a value", "label=\"value\""));
                    }
                    let label = text.get(start..at).unwrap_or_default().trim().to_owned();
                    let open = at + 1 + spaces(at + 1);
                    let (value, end) = quoted_text(text, open)?;
                    at = end;
                    pairs.push((label, value));
                }
            }
        }
        at += 1;
    }
    let series = text.get(..at).unwrap_or_default();
    // An exemplar stands behind the value.
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.split(" # ").next().unwrap_or_default();
    let mut words = rest.split_whitespace();
    let Some(value) = words.next().and_then(number) else {
        return Err((at + 1, "no number", "the value, such as 12 or 0.5 or +Inf"));
    };
    let stamp = match words.next().map(str::parse::<f64>) {
        None => None,
        Some(Ok(stamp)) if stamp.is_finite() => Some(stamp),
        Some(_) => return Err((at + 1, "no time behind the value", "a number, or nothing")),
    };
    if words.next().is_some() {
        return Err((
            at + 1,
            "more than a value and a time",
            "a line for each sample",
        ));
    }
    let sample = Sample {
        name,
        labels: Labels::new(pairs),
        value,
        stamp,
    };
    Ok((sample, series))
}

/// The text between quotes that open at a place, and where it ends.
fn quoted_text(text: &str, at: usize) -> Result<(String, usize), Wrong> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return Err((at + 1, "a value without quotes", "label=\"value\""));
    }
    let mut out = Vec::new();
    let mut i = at + 1;
    while let Some(b) = bytes.get(i) {
        match (b, bytes.get(i + 1)) {
            (b'"', _) => return Ok((String::from_utf8_lossy(&out).into_owned(), i + 1)),
            (b'\\', Some(next)) => {
                out.push(if *next == b'n' { b'\n' } else { *next });
                i += 2;
            }
            (b, _) => {
                out.push(*b);
                i += 1;
            }
        }
    }
    Err((at + 1, "a quote that is never closed", "\" after the value"))
}

/// A number as Go and Python write it.
pub fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" | "Inf" | "inf" => Some(f64::INFINITY),
        "-Inf" | "-inf" => Some(f64::NEG_INFINITY),
        "NaN" | "nan" => Some(f64::NAN),
        text => text.parse().ok(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_read_with_labels_of_any_text() {
        let (s, series) = sample(r#"a_total{b="x \"y\" \\ \n",c="}",} 1e3 1795424262258"#).unwrap();
        assert_eq!(s.name, "a_total");
        assert_eq!(s.labels.get("b"), Some("x \"y\" \\ \n"));
        assert_eq!(s.labels.get("c"), Some("}"));
        assert_eq!((s.value, s.stamp), (1_000.0, Some(1_795_424_262_258.0)));
        assert!(series.ends_with('}'));
        let (s, _) = sample(r#"{"http.requests", "a.b"="c"} 5 # {trace_id="1"} 1.0"#).unwrap();
        assert_eq!(
            (s.name.as_str(), s.labels.get("a.b")),
            ("http.requests", Some("c"))
        );
        assert!(
            sample(":tensorflow:serving:request_count{} +Inf")
                .unwrap()
                .0
                .value
                .is_infinite()
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_column() {
        assert_eq!(sample("a{b=c} 1").err().unwrap().0, 5);
        assert_eq!(
            sample("a{b=\"c} 1").err().unwrap().1,
            "a quote that is never closed"
        );
        assert_eq!(sample("a{b=\"c\"}").err().unwrap().1, "no number");
        assert_eq!(
            sample("a 1 2 3").err().unwrap().1,
            "more than a value and a time"
        );
        assert_eq!(sample("7 1").err().unwrap().1, "no name of a metric");
    }
}
