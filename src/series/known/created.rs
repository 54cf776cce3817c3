//! Counters that first appear while their process runs: with the first failure the series of failures.
//!
//! What a series shows at first was counted since it began, and Prometheus's `increase()` does not know when that was: it
//! counts from the first sample on, and so do rates here. Where the source tells (OpenMetrics: a series `…_created`, the
//! seconds since 1970 at which the counter began), it stood at 0 then, and the first value counts. So it does where the
//! counter began anew.

use super::super::{Key, Kind, Series, SeriesSet};
use super::missed::{Source, source};
use std::collections::BTreeMap;

/// Ends of the names that a counter's or a histogram's series have.
const ENDS: [&str; 4] = ["_total", "_count", "_sum", "_bucket"];

/// The instants at which a series began, as told by samples of when: at each between two samples of its own, or, before
/// the first one, after the first look at its source.
fn zeros(created: &Series, of: &Series, first_look: i64) -> Vec<i64> {
    let mut out: Vec<i64> = Vec::new();
    for (time, seconds) in created.times.iter().zip(created.numbers()) {
        let began = (seconds * 1e6) as i64;
        let at = of.times.partition_point(|t| *t < began);
        let before = at.checked_sub(1).and_then(|at| of.times.get(at));
        let before = before.copied().unwrap_or(first_look);
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

/// A set with a 0 of each counter at the instant at which it began, as far as that is told; `None` where none is.
pub fn since_created(set: &SeriesSet) -> Option<SeriesSet> {
    let mut looks: BTreeMap<Source, i64> = BTreeMap::new();
    let mut told: Vec<(&str, &Key, &Series)> = Vec::new();
    for (key, series) in set.series() {
        if let Some(base) = key.name.strip_suffix("_created") {
            told.push((base, key, series));
        }
        if let Some((source, first)) = source(key).zip(series.times.first()) {
            let look = looks.entry(source).or_insert(*first);
            *look = (*look).min(*first);
        }
    }
    let mut out: Option<SeriesSet> = None;
    for (base, key, created) in told {
        let first_look = source(key).and_then(|s| looks.get(&s)).copied();
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
            for (other, series) in named.filter(|(other, s)| s.kind != Kind::Delta && same(other)) {
                for time in zeros(created, series, first_look.unwrap_or(i64::MIN)) {
                    let with = out.get_or_insert_with(|| set.clone());
                    with.add(other.clone(), series.kind, &series.unit, time, 0.0);
                }
            }
        }
    }
    if let Some(with) = &mut out {
        with.settle();
    }
    out
}
