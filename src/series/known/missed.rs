//! Scrapes that are missing: times in which a source that is looked at at even distances gave nothing, be they shorter
//! than a step of the charts.
//!
//! A source is what is scraped at once: an instance of a job, or a file where labels name none. What is usual is the
//! median of the last [`LAST`] distances of its scrapes, and nothing after a gap is looked at, so what was told stays as
//! time goes on. From [`TIMES`] times as long on there is a gap: of even scrapes at least two in a row are missing.
//! Of a source that is looked at now and then (fewer than three quarters of the distances are about the usual one)
//! nothing is told.

use super::super::machine::Missed;
use super::super::{Key, Series, SeriesSet};
use std::collections::{BTreeMap, BTreeSet};

/// Distances that tell what is usual.
const LAST: usize = 20;
/// Distances that it takes.
const FEWEST: usize = 4;
/// How many times the usual distance a gap is long.
const TIMES: f64 = 2.5;

/// Sources that are remembered at most: those that were seen last.
pub const MOST_SOURCES: usize = 10_000;

/// What is scraped at once: file, job and instance.
pub type Source = (String, String, String);

/// The source of a series; of what a server tells of its own scrapes `None`.
pub fn source(key: &Key) -> Option<Source> {
    // What a server tells of its own scrapes goes on where a target is silent.
    let own = key.name == "up" || key.name.starts_with("scrape_") || key.name.starts_with("ALERTS");
    let label = |names: &[&str]| key.labels.first(names).unwrap_or_default().to_owned();
    (!own).then(|| {
        (
            key.file.clone(),
            label(&["job", "service.name", "service_name"]),
            label(&["instance", "service.instance.id"]),
        )
    })
}

/// What a source is called.
fn name((file, job, instance): &Source) -> String {
    let all = [instance, job, file];
    let first = all.into_iter().find(|n| !n.is_empty());
    first.cloned().unwrap_or_default()
}

/// What is known of the scrapes of a source.
#[derive(Clone, Debug, Default)]
struct Seen {
    last: Option<i64>,
    /// The last distances, in a ring.
    apart: Vec<i64>,
    next: usize,
}

impl Seen {
    /// The usual distance, where there is one.
    fn usual(&self) -> Option<i64> {
        let mut all = self.apart.clone();
        all.sort_unstable();
        let usual = *all.get(all.len() / 2).filter(|_| all.len() >= FEWEST)?;
        let near = all
            .iter()
            .filter(|d| (usual / 2..=usual / 2 * 3 + 1).contains(*d));
        (near.count() * 4 >= all.len() * 3).then_some(usual)
    }

    /// Takes the time of a scrape; the last one before it, where others are missing between them.
    fn push(&mut self, time: i64) -> Option<i64> {
        let Some(before) = self.last else {
            self.last = Some(time);
            return None;
        };
        if time <= before {
            return None;
        }
        self.last = Some(time);
        let apart = time - before;
        let least = self.apart.iter().min().copied().unwrap_or(i64::MAX);
        let long = |usual: i64| apart as f64 > TIMES * usual as f64;
        if long(least) && self.usual().is_some_and(long) {
            return Some(before);
        }
        match self.apart.get_mut(self.next) {
            Some(oldest) => *oldest = apart,
            None => self.apart.push(apart),
        }
        self.next = (self.next + 1) % LAST;
        None
    }
}

/// Watches the scrapes of all sources.
#[derive(Clone, Debug, Default)]
pub struct Scrapes {
    all: BTreeMap<Source, Seen>,
}

/// The times of the samples of each source, rising, up to an instant.
fn times(set: &SeriesSet, until: i64) -> BTreeMap<Source, Vec<i64>> {
    let mut by: BTreeMap<Source, Vec<&Series>> = BTreeMap::new();
    for (key, series) in set.series() {
        if let Some(source) = source(key) {
            let all = by.entry(source).or_default();
            // Series of one scrape have the same times.
            if all.last().is_none_or(|last| last.times != series.times) {
                all.push(series);
            }
        }
    }
    let of = |all: Vec<&Series>| {
        let mut times: Vec<i64> = all.iter().flat_map(|s| s.times.iter().copied()).collect();
        times.retain(|time| *time <= until);
        times.sort();
        times.dedup();
        times
    };
    by.into_iter().map(|(name, all)| (name, of(all))).collect()
}

/// The gaps in the scrapes of a source.
fn gaps(of: &Source, seen: &mut Seen, times: &[i64]) -> Vec<Missed> {
    let mut out = Vec::new();
    for time in times {
        if let Some(from) = seen.push(*time) {
            out.push(Missed {
                from,
                until: *time,
                of: name(of),
            });
        }
    }
    out
}

impl Scrapes {
    /// The gaps up to an instant; samples up to it are not looked at again.
    pub fn take(&mut self, set: &SeriesSet, until: i64) -> Vec<Missed> {
        let mut out = Vec::new();
        for (source, times) in times(set, until) {
            let seen = self.all.entry(source.clone()).or_default();
            out.extend(gaps(&source, seen, &times));
        }
        self.fit();
        out
    }

    /// Forgets the sources that are silent for longest, where there are too many.
    fn fit(&mut self) {
        let more = self.all.len().saturating_sub(MOST_SOURCES);
        if more > 0 {
            let mut lasts: Vec<Option<i64>> = self.all.values().map(|s| s.last).collect();
            let newest = *lasts.select_nth_unstable(more).1;
            self.all.retain(|_, seen| seen.last >= newest);
        }
    }

    /// Sources that were seen before, and in what comes after it.
    #[must_use]
    pub fn sources(&self, set: &SeriesSet) -> usize {
        let new: BTreeSet<Source> = set.series().keys().filter_map(source).collect();
        let new = new.iter().filter(|s| !self.all.contains_key(s));
        self.all.len() + new.count()
    }

    /// How far apart the scrapes of most sources are at least (microseconds), with what comes after it; `None` where they are not
    /// even, or too few to tell.
    #[must_use]
    pub fn pace(&self, set: &SeriesSet) -> Option<i64> {
        let after = |(source, times): (Source, Vec<i64>)| {
            let mut seen = self.all.get(&source).cloned().unwrap_or_default();
            gaps(&source, &mut seen, &times);
            let even = seen.apart.len() > FEWEST && seen.usual().is_some();
            seen.apart.iter().min().copied().filter(|_| even)
        };
        let all = times(set, i64::MAX).into_iter();
        let mut all: Vec<i64> = all.filter_map(after).collect();
        all.sort_unstable();
        all.get(all.len().saturating_sub(1) * 3 / 4).copied()
    }

    /// The gaps of what comes after it.
    #[must_use]
    pub fn ahead(&self, set: &SeriesSet) -> Vec<Missed> {
        let all = times(set, i64::MAX).into_iter();
        all.flat_map(|(source, times)| {
            let mut seen = self.all.get(&source).cloned().unwrap_or_default();
            gaps(&source, &mut seen, &times)
        })
        .collect()
    }
}

/// The gaps in the scrapes of a set.
#[must_use]
pub fn missed(set: &SeriesSet) -> Vec<Missed> {
    Scrapes::default().ahead(set)
}

/// How many sources a set is of.
#[must_use]
pub fn sources(set: &SeriesSet) -> usize {
    Scrapes::default().sources(set)
}

#[cfg(test)]
mod tests {
    use super::super::super::Kind;
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000_000;

    fn set(times: &[i64]) -> SeriesSet {
        let mut set = SeriesSet::default();
        for name in ["a", "b"] {
            for time in times {
                let key = Key {
                    name: name.into(),
                    file: "f".into(),
                    ..Key::default()
                };
                set.add(key, Kind::Gauge, "", time * S, 1.0);
            }
        }
        set
    }

    fn found(times: &[i64]) -> Vec<(i64, i64)> {
        let all = missed(&set(times)).into_iter();
        all.map(|m| (m.from / S, m.until / S)).collect()
    }

    #[test]
    fn two_lost_scrapes_in_a_row_are_a_gap_and_one_is_none() {
        let times: Vec<i64> = (0..60).map(|i| i * 15).collect();
        let without = |from: usize, to: usize| {
            let kept = (0..60).filter(|i| !(from..to).contains(i));
            found(&kept.map(|i| times[i]).collect::<Vec<i64>>())
        };
        assert_eq!(without(30, 31), []);
        assert_eq!(without(30, 32), [(29 * 15, 32 * 15)]);
        assert_eq!(without(20, 60), []);
        // Whenever someone looked.
        assert_eq!(found(&[0, 7, 100, 130, 500, 505, 506, 900, 1_800]), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_told_piece_by_piece_is_what_is_told_at_once(
            gaps in prop::collection::vec(1_i64..9, 1..200),
            cut in 1_usize..40,
        ) {
            let mut at = 0;
            let times: Vec<i64> = gaps.iter().map(|g| {
                at += if *g < 7 { 1 } else { *g };
                at
            }).collect();
            let mut scrapes = Scrapes::default();
            let mut told = Vec::new();
            for piece in times.chunks(cut) {
                told.extend(scrapes.take(&set(piece), i64::MAX));
            }
            prop_assert_eq!(told, missed(&set(&times)));
        }
    }
}
