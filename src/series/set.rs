//! Series by name and labels, as they were scraped.

use super::order::{Order, order};
use super::run::Before;
use super::step::is_plausible;
use super::{Requests, Step};
use crate::stats::buckets::Native;
use crate::table::time::{SECOND, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Samples that a set holds at most: some 64 MB. What comes after is counted and left out.
pub const MOST_SAMPLES: usize = 4_000_000;
/// Series that a set holds at most.
pub const MOST_SERIES: usize = 100_000;

/// The label that holds what a panel calls a series, where nothing else names it.
pub const LEGEND: &str = "legend";

/// What stands before the instance that a series is of, where more than its service tells it from others.
pub const INSTANCE: &str = "instance=";

/// Names and values, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    /// Labels in any order; of one name the last counts. Empty values are none, as with Prometheus.
    #[must_use]
    pub fn new(mut pairs: Vec<(String, String)>) -> Self {
        pairs.retain(|p| !p.1.is_empty());
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.reverse();
        pairs.dedup_by(|a, b| a.0 == b.0);
        pairs.reverse();
        Self(pairs)
    }

    /// The value of a label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|p| p.0.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|p| p.1.as_str())
    }

    /// The value of the first of some labels that is there.
    #[must_use]
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|n| self.get(n))
    }

    /// The same without one of them.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|p| p.0 != name).cloned().collect())
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|p| (p.0.as_str(), p.1.as_str()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What names a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The metric.
    pub name: String,
    /// What tells it from others of that name.
    pub labels: Labels,
    /// The file that it is of, where the labels do not say whose it is.
    pub file: String,
}

/// What the values of a series are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The source does not say.
    #[default]
    Unknown,
    /// What is now.
    Gauge,
    /// All since the process started.
    Counter,
    /// What was added since the sample before.
    Delta,
}

/// The values of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Numbers; all finite.
    Numbers(Vec<f64>),
    /// Native histograms.
    Natives(Vec<Native>),
}

/// A series: samples in order of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What its values are.
    pub kind: Kind,
    /// Their unit, where the source says it: `s`, `By`, `seconds`.
    pub unit: String,
    /// Microseconds of UTC, rising.
    pub times: Vec<i64>,
    /// One a time.
    pub values: Values,
    /// Times of samples before which a clock went back, rising: what rose until then is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<i64>,
    /// What is known of earlier samples that are not kept.
    #[serde(skip)]
    pub before: Before,
}

impl Series {
    /// One without samples.
    #[must_use]
    pub fn empty(kind: Kind, unit: &str, values: Values) -> Self {
        Self {
            kind,
            unit: unit.into(),
            times: Vec::new(),
            values,
            breaks: Vec::new(),
            before: Before::default(),
        }
    }

    /// Its numbers; empty where it is of histograms.
    #[must_use]
    pub fn numbers(&self) -> &[f64] {
        match &self.values {
            Values::Numbers(numbers) => numbers,
            Values::Natives(_) => &[],
        }
    }

    /// Adds samples behind its own, in any order; whether they are of its kind.
    fn extend(&mut self, other: Self) -> bool {
        match (&mut self.values, other.values) {
            (Values::Numbers(a), Values::Numbers(b)) => a.extend(b),
            (Values::Natives(a), Values::Natives(b)) => a.extend(b),
            _ => return false,
        }
        self.times.extend(other.times);
        self.breaks.extend(other.breaks);
        self.breaks.sort_unstable();
        self.breaks.dedup();
        true
    }

    /// Adds samples of the same thing, in the order of time; of another kind they are none of it.
    pub fn merge(&mut self, other: Self) {
        if self.extend(other) {
            self.settle();
        }
    }

    /// Puts the samples into order ([`order`]).
    fn settle(&mut self) -> Order {
        if self.times.windows(2).all(|pair| pair[0] < pair[1]) {
            return Order::default();
        }
        let level: Vec<f64> = match &self.values {
            Values::Numbers(numbers) => numbers.clone(),
            Values::Natives(all) => all.iter().map(|h| h.count).collect(),
        };
        let order = order(&self.times, &level, self.kind);
        match &mut self.values {
            Values::Numbers(numbers) => {
                *numbers = order.kept.iter().map(|i| numbers[*i]).collect();
            }
            Values::Natives(all) => *all = order.kept.iter().map(|i| all[*i].clone()).collect(),
        }
        self.times = order.kept.iter().map(|i| self.times[*i]).collect();
        self.breaks.extend(order.back.map(|back| back.0));
        self.breaks.sort_unstable();
        self.breaks.dedup();
        order
    }
}

/// Series by name and labels, and the requests of logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesSet {
    #[serde(with = "pairs")]
    series: BTreeMap<Key, Series>,
    /// By whose they are.
    requests: BTreeMap<String, Requests>,
    /// Samples held.
    samples: usize,
    /// Samples that found no room.
    left_out: u64,
    /// Scrapes of which no time was told.
    undated: u64,
    /// Samples that were told twice, with another value.
    #[serde(default)]
    differ: u64,
    /// Sentences on what was assumed.
    #[serde(default)]
    notes: BTreeSet<String>,
}

/// What is said of samples from before 1900 or after 2300.
const FAR: &str = "Samples dated before 1900 or after 2300 were left out: give their times in seconds, milliseconds, microseconds or nanoseconds since 1970.";

/// What is said of series that were forgotten in the middle of a step.
const MANY: &str = "≈ So many series came and went that those silent for longest are missing in the step in which they were forgotten.";

/// What is said of samples that were told twice, with another value.
const TWICE: &str = " another value at the same time, too: the one that was read last counts.";

impl SeriesSet {
    /// Adds a sample; a number that is not finite is a gap.
    pub fn add(&mut self, key: Key, kind: Kind, unit: &str, time: i64, value: f64) {
        if !value.is_finite() || self.is_far(time) {
            return;
        }
        if let Some(series) = self.room(key, kind, unit, || Values::Numbers(Vec::new()))
            && let Values::Numbers(numbers) = &mut series.values
        {
            series.times.push(time);
            numbers.push(value);
            self.samples += 1;
        }
    }

    /// Adds a native histogram.
    pub fn add_native(&mut self, key: Key, kind: Kind, unit: &str, time: i64, value: Native) {
        if self.is_far(time) {
            return;
        }
        if let Some(series) = self.room(key, kind, unit, || Values::Natives(Vec::new()))
            && let Values::Natives(natives) = &mut series.values
        {
            series.times.push(time);
            natives.push(value);
            self.samples += 1;
        }
    }

    /// Whether an instant is none of a service, which is said then.
    fn is_far(&mut self, time: i64) -> bool {
        let far = !is_plausible(time);
        if far {
            self.note(FAR);
        }
        far
    }

    fn room(
        &mut self,
        key: Key,
        kind: Kind,
        unit: &str,
        empty: impl FnOnce() -> Values,
    ) -> Option<&mut Series> {
        let full = self.samples >= MOST_SAMPLES
            || self.series.len() >= MOST_SERIES && !self.series.contains_key(&key);
        if full {
            self.left_out += 1;
            return None;
        }
        let series = self.series.entry(key);
        Some(series.or_insert_with(|| Series::empty(kind, unit, empty())))
    }

    /// The requests of a service, to count more.
    pub fn requests_of(&mut self, of: &str) -> &mut Requests {
        if !self.requests.contains_key(of) {
            self.requests.insert(of.into(), Requests::default());
        }
        self.requests.entry(of.into()).or_default()
    }

    /// Counts a scrape without a time.
    pub fn say_undated(&mut self) {
        self.undated += 1;
    }

    /// Changes series, whose samples stay in order.
    pub fn change(&mut self, mut change: impl FnMut(&Key, &mut Series)) {
        for (key, series) in &mut self.series {
            change(key, series);
        }
        self.samples = self.series.values().map(|s| s.times.len()).sum();
    }

    /// Tells what was assumed.
    pub fn note(&mut self, sentence: &str) {
        if !self.notes.contains(sentence) {
            self.notes.insert(sentence.into());
        }
    }

    /// What was assumed.
    #[must_use]
    pub const fn notes(&self) -> &BTreeSet<String> {
        &self.notes
    }

    /// Adds all that another set has, and puts into order what it added to.
    pub fn merge_in_order(&mut self, other: Self) {
        let keys: Vec<Key> = other.series.keys().cloned().collect();
        self.merge(other);
        for key in keys {
            if let Some(series) = self.series.get_mut(&key) {
                let held = series.times.len();
                series.settle();
                self.samples -= held - series.times.len();
            }
        }
    }

    /// Adds all that another set has.
    pub fn merge(&mut self, other: Self) {
        for (key, theirs) in other.series {
            let n = theirs.times.len();
            if self.samples + n > MOST_SAMPLES {
                self.left_out += n as u64;
                continue;
            }
            match self.series.get_mut(&key) {
                None => {
                    self.series.insert(key, theirs);
                }
                Some(mine) => {
                    if !mine.extend(theirs) {
                        self.left_out += n as u64;
                        continue;
                    }
                }
            }
            self.samples += n;
        }
        for (of, theirs) in other.requests {
            self.requests_of(&of).merge(&theirs);
        }
        self.left_out += other.left_out;
        self.undated += other.undated;
        self.differ += other.differ;
        self.notes.extend(other.notes);
    }

    /// Drops the samples up to an instant, and tells how many there were.
    pub fn drop_until(&mut self, time: i64) -> usize {
        let held = self.samples;
        let mut dropped = 0;
        self.series.retain(|_, series| {
            let keep: Vec<bool> = series.times.iter().map(|t| *t > time).collect();
            let late = keep.iter().filter(|keep| !**keep).count();
            if late > 0 {
                dropped += late;
                let mut of = keep.iter();
                series.times.retain(|_| of.next() == Some(&true));
                let mut of = keep.iter();
                match &mut series.values {
                    Values::Numbers(all) => all.retain(|_| of.next() == Some(&true)),
                    Values::Natives(all) => all.retain(|_| of.next() == Some(&true)),
                }
            }
            !series.times.is_empty()
        });
        self.samples = held.saturating_sub(dropped);
        dropped
    }

    /// Lets go of the samples up to an instant (all in order) but for what cells in these steps depend on. A series
    /// that was silent for a day and has none in a step that goes on is forgotten; so are, where there are more than
    /// [`MOST_SERIES`], those that are silent for longest, which is said.
    pub fn condense(&mut self, until: i64, steps: &[Step]) {
        const DAY: i64 = 86_400_000_000;
        let samples = &mut self.samples;
        self.series.retain(|_, series| {
            *samples -= series.condense(until, steps);
            let goes_on = |last: i64| {
                last > until.saturating_sub(DAY)
                    || steps.iter().any(|s| s.of_sample(last) >= s.of(until))
            };
            series.last().is_some_and(goes_on)
        });
        let more = self.series.len().saturating_sub(MOST_SERIES);
        if more > 0 {
            let silent = self.series.iter().filter(|(_, s)| s.times.is_empty());
            let mut silent: Vec<(Option<i64>, Key)> =
                silent.map(|(key, s)| (s.last(), key.clone())).collect();
            silent.sort();
            for (_, key) in silent.iter().take(more) {
                self.series.remove(key);
            }
            self.note(MANY);
        }
    }

    /// What is dated from an instant to another, both inclusive, and how many samples and requests are not.
    #[must_use]
    pub fn within(&self, from: i64, to: i64) -> (Self, u64) {
        let mut out = self.clone();
        for series in out.series.values_mut() {
            let last = series.times.partition_point(|t| *t <= to);
            let first = series.times.partition_point(|t| *t < from).min(last);
            series.times = series.times[first..last].to_vec();
            match &mut series.values {
                Values::Numbers(all) => *all = all[first..last].to_vec(),
                Values::Natives(all) => *all = all[first..last].to_vec(),
            }
        }
        out.series.retain(|_, series| !series.times.is_empty());
        for requests in out.requests.values_mut() {
            requests.keep(from, to);
        }
        out.samples = out.series.values().map(|s| s.times.len()).sum();
        let left = self.rows() - out.rows();
        (out, left)
    }

    /// Takes out the requests of logs.
    pub fn take_requests(&mut self) -> Self {
        Self {
            requests: std::mem::take(&mut self.requests),
            ..Self::default()
        }
    }

    /// Samples held.
    #[must_use]
    pub const fn samples(&self) -> usize {
        self.samples
    }

    /// Puts the samples of every series into order. Times that were told twice with other values, and clocks that went
    /// back, are said.
    pub fn settle(&mut self) {
        let mut back: Option<(usize, i64, i64)> = None;
        for series in self.series.values_mut() {
            let order = series.settle();
            self.differ += order.differ as u64;
            if let Some((time, by)) = order.back {
                let (n, first, most) = back.unwrap_or((0, time, by));
                back = Some((n + 1, first.min(time), most.max(by)));
            }
        }
        if self.differ > 0 {
            self.notes.retain(|n| !n.ends_with(TWICE));
            let samples = match self.differ {
                1 => "1 sample has".to_owned(),
                n => format!("{n} samples have"),
            };
            self.note(&format!("{samples}{TWICE}"));
        }
        if let Some((n, time, by)) = back {
            self.note(&format!(
                "The times of {n} series go back by up to {} s: a clock was set back, or two sources have the same labels. What was told twice was left out, up to {}, and there is a gap.",
                by / SECOND,
                Time(time)
            ));
        }
        self.samples = self.series.values().map(|s| s.times.len()).sum();
    }

    /// The series by name and labels.
    #[must_use]
    pub const fn series(&self) -> &BTreeMap<Key, Series> {
        &self.series
    }

    /// The requests of logs, by whose they are.
    #[must_use]
    pub const fn requests(&self) -> &BTreeMap<String, Requests> {
        &self.requests
    }

    /// Samples, and rows of logs.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let rows: u64 = self.requests.values().map(Requests::count).sum();
        self.samples as u64 + rows
    }

    /// Samples that found no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Scrapes of which no time was told.
    #[must_use]
    pub const fn undated(&self) -> u64 {
        self.undated
    }

    /// Requests of logs that are dated before 1900 or after 2300, and were left out.
    #[must_use]
    pub fn far_requests(&self) -> u64 {
        self.requests.values().map(|r| r.far).sum()
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.is_empty() && self.requests.values().all(|r| r.cells.is_empty())
    }
}

/// A map as a list of pairs, for keys that are no text.
mod pairs {
    use super::{Key, Series};
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<S: Serializer>(map: &BTreeMap<Key, Series>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<Key, Series>, D::Error> {
        Ok(Vec::<(Key, Series)>::deserialize(from)?
            .into_iter()
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key {
            name: name.into(),
            ..Key::default()
        }
    }

    #[test]
    fn a_time_that_no_service_has_is_left_out_and_said() {
        let mut set = SeriesSet::default();
        let key = || Key {
            name: "up".into(),
            labels: Labels::new(Vec::new()),
            file: String::new(),
        };
        set.add(key(), Kind::Gauge, "", i64::MAX, 1.0);
        assert!(set.series().is_empty());
        assert!(set.notes().contains(FAR));
        set.add(key(), Kind::Gauge, "", 1_795_424_261_722_000, 1.0);
        assert_eq!(set.series().len(), 1);
    }

    #[test]
    fn sets_add_up_in_any_order() {
        let set = |times: &[i64]| {
            let mut set = SeriesSet::default();
            for t in times {
                set.add(key("a"), Kind::Gauge, "", *t, *t as f64);
            }
            set
        };
        let mut one = set(&[3, 4]);
        one.merge(set(&[1, 2]));
        one.settle();
        let mut other = set(&[1, 2]);
        other.merge(set(&[3, 4]));
        other.settle();
        assert_eq!(one, other);
        assert_eq!(one.series()[&key("a")].times, [1, 2, 3, 4]);
    }

    #[test]
    fn of_two_samples_at_one_time_the_later_one_counts_and_what_is_not_finite_is_a_gap() {
        let mut set = SeriesSet::default();
        for (time, value) in [(2, 1.0), (1, 5.0), (2, 7.0), (3, f64::NAN)] {
            set.add(key("a"), Kind::Gauge, "", time, value);
        }
        set.settle();
        assert_eq!(set.series()[&key("a")].numbers(), [5.0, 7.0]);
    }

    #[test]
    fn labels_are_sorted_and_empty_ones_are_none() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let labels = Labels::new(vec![pair("b", "2"), pair("a", "1"), pair("c", "")]);
        assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert_eq!(labels.get("c"), None);
    }
}
