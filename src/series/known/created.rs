//! Counters that first appear while their process runs: with the first failure the series of failures.
//!
//! What a series shows at first was counted since it began, and Prometheus's `increase()` does not know when that was: it
//! counts from the first sample on, and so do rates here. Where the source tells (OpenMetrics: a series `…_created`, the
//! seconds since 1970 at which the counter began), it stood at 0 then, and the first value counts. So it does where the
//! counter began anew.

use super::super::{Key, Kind, Series, SeriesSet, Values};
use super::missed::{MOST_SOURCES, Source, source};
use std::collections::BTreeMap;

/// Ends of the names that a counter's or a histogram's series have.
const ENDS: [&str; 4] = ["_total", "_count", "_sum", "_bucket"];

/// The instants at which a series began, as told by samples of when: at each between two samples of its own, or, before
/// the first one, after the first look at its source.
fn zeros(created: &Series, of: &Series, first_look: i64) -> Vec<i64> {
    let mut out: Vec<i64> = Vec::new();
    let earlier = of.before.last().map_or(first_look, |last| last.0);
    for (time, seconds) in created.times.iter().zip(created.numbers()) {
        let began = (seconds * 1e6) as i64;
        let at = of.times.partition_point(|t| *t < began);
        let before = at.checked_sub(1).and_then(|at| of.times.get(at));
        let before = before.copied().unwrap_or(earlier);
        let followed = of
            .times
            .get(at)
            .is_some_and(|next| next <= time && began < *next);
        if followed && before < began && out.last() != Some(&began) {
            out.push(began);
        }
    }
    out
}

/// When each source was looked at first, as long as it is among those that are remembered.
#[derive(Clone, Debug, Default)]
pub struct Looks(BTreeMap<Source, i64>);

impl Looks {
    /// Learns of the sources of samples.
    pub fn take(&mut self, set: &SeriesSet) {
        for (key, series) in set.series() {
            let Some((source, first)) = source(key).zip(series.times.first()) else {
                continue;
            };
            if let Some(look) = self.0.get_mut(&source) {
                *look = (*look).min(*first);
            } else if self.0.len() < MOST_SOURCES {
                self.0.insert(source, *first);
            }
        }
    }

    /// Puts a 0 of each counter at the instant at which it began, as far as that is told, or right after the instant up
    /// to which samples were let go; whether there was any.
    pub fn begin(&self, set: &mut SeriesSet, border: Option<i64>) -> bool {
        let mut found: BTreeMap<Key, Vec<i64>> = BTreeMap::new();
        for (key, created) in set.series() {
            let Some(base) = key.name.strip_suffix("_created") else {
                continue;
            };
            let first_look = source(key).and_then(|s| self.0.get(&s)).copied();
            for end in ENDS {
                let start = Key {
                    name: format!("{base}{end}"),
                    ..Key::default()
                };
                let named = set.series().range(start.clone()..);
                let named = named.take_while(|(other, _)| other.name == start.name);
                let same = |other: &Key| {
                    let labels = match end {
                        "_bucket" => &other.labels.without("le"),
                        _ => &other.labels,
                    };
                    other.file == key.file && *labels == key.labels
                };
                let counts = named.filter(|(other, s)| s.kind != Kind::Delta && same(other));
                for (other, series) in counts {
                    let times = zeros(created, series, first_look.unwrap_or(i64::MIN));
                    if !times.is_empty() {
                        found.entry(other.clone()).or_default().extend(times);
                    }
                }
            }
        }
        if found.is_empty() {
            return false;
        }
        set.change(|key, series| {
            let Values::Numbers(numbers) = &mut series.values else {
                return;
            };
            for time in found.get(key).into_iter().flatten() {
                let time = border.map_or(*time, |border| (border + 1).max(*time));
                if let Err(at) = series.times.binary_search(&time) {
                    series.times.insert(at, time);
                    numbers.insert(at, 0.0);
                }
            }
        });
        true
    }
}

/// A set with a 0 of each counter at the instant at which it began, as far as that is told; `None` where none is.
pub fn since_created(set: &SeriesSet) -> Option<SeriesSet> {
    if !set
        .series()
        .keys()
        .any(|key| key.name.ends_with("_created"))
    {
        return None;
    }
    let mut looks = Looks::default();
    looks.take(set);
    let mut with = set.clone();
    looks.begin(&mut with, None).then_some(with)
}

/// Whether a metric tells when one of others began: of which of these.
#[must_use]
pub fn tells_when<'a>(name: &str, mut others: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let base = name.strip_suffix("_created")?;
    others.find(|other| {
        let end = other.strip_prefix(base);
        end.is_some_and(|end| ENDS.contains(&end))
    })
}
