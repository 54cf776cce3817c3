//! How far apart scrapes are, the step that suits them, and what one scrape alone tells.

use super::super::{Key, Kind, Series, SeriesSet, Step};

/// Scrapes in a step.
const SCRAPES: i64 = 4;

/// Steps in a span at most: more than a chart has room for.
const STEPS: i64 = 480;

/// Said of one scrape.
pub const ONE_SCRAPE: &str = "There is one scrape only: what it counts is shown as the mean since its process, or machine, began, and counted since then. Give two or more scrapes to see how things go.";

/// Said of one scrape whose counters tell no rate.
pub const NO_RATE: &str = "Counters of one scrape tell no rate: give a second scrape, or one that tells when counting began (process_start_time_seconds, or …_created of OpenMetrics).";

/// Whether a set is of one scrape.
pub fn is_one_scrape(set: &SeriesSet) -> bool {
    let one = |s: &Series| s.times.len() == 1;
    !set.series().is_empty() && set.series().values().all(one)
}

/// When a counter of one scrape began, as its own series `…_created` tells (seconds since 1970).
fn created(set: &SeriesSet, key: &Key) -> Option<f64> {
    let ends = ["_total", "_count", "_sum", "_bucket"];
    let base = ends.iter().find_map(|end| key.name.strip_suffix(end));
    let own = Key {
        name: format!("{}_created", base.unwrap_or(&key.name)),
        labels: key.labels.without("le"),
        file: key.file.clone(),
    };
    set.series().get(&own)?.numbers().first().copied()
}

/// The step of one scrape.
pub const MINUTE: i64 = 60_000_000;

/// A set of one scrape, each counter with a 0 when its process began, as far as the scrape tells when that was; `None`
/// where there are more scrapes.
pub fn since_start(set: &SeriesSet) -> Option<SeriesSet> {
    if !is_one_scrape(set) {
        return None;
    }
    let mut with = set.clone();
    let mut any = false;
    let starts = ["node_boot_time_seconds", "process_start_time_seconds"];
    let starts: Vec<(&Key, f64)> = set
        .series()
        .iter()
        .filter(|(key, _)| starts.contains(&key.name.as_str()))
        .filter_map(|(key, s)| Some((key, *s.numbers().first()?)))
        .collect();
    for (key, series) in set.series().iter().filter(|(_, s)| s.kind == Kind::Counter) {
        let name = starts[..]
            .iter()
            .map(|(start, _)| start.name.as_str())
            .find(|name| key.name.starts_with("node_") == name.starts_with("node_"));
        let same = |other: &Key| {
            let own = |label: &str| other.labels.get(label) == key.labels.get(label);
            Some(other.name.as_str()) == name
                && other.file == key.file
                && own("job")
                && own("instance")
        };
        let start = starts.iter().find(|(other, _)| same(other));
        let start = created(set, key).or(start.map(|(_, start)| *start));
        if let (Some(start), Some(time)) = (start, series.times.first()) {
            let began = (start * 1e6) as i64;
            if began < *time {
                with.add(key.clone(), series.kind, &series.unit, began, 0.0);
                any = true;
            }
        }
    }
    with.settle();
    any.then_some(with)
}

/// First and last instant of all.
pub fn span(set: &SeriesSet) -> Option<(i64, i64)> {
    let of_series = set
        .series()
        .values()
        .filter_map(|s| Some((*s.times.first()?, *s.times.last()?)));
    let of_rows = set.requests().values().filter_map(|r| r.span);
    of_series
        .chain(of_rows)
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// How long a step is that holds four scrapes of most series (microseconds; 0 without any), and whether there are so
/// few scrapes that none can be spared between two steps.
pub fn apart(set: &SeriesSet) -> (i64, bool) {
    let mut apart: Vec<i64> = Vec::new();
    let mut few = true;
    for series in set.series().values() {
        few &= series.times.len() < 8;
        let mut gaps: Vec<i64> = series.times.windows(2).map(|p| p[1] - p[0]).collect();
        if !gaps.is_empty() {
            let middle = gaps.len() / 2;
            apart.push(*gaps.select_nth_unstable(middle).1);
        }
    }
    apart.sort_unstable();
    // Most series of a set are scraped alike; a few slow ones shall not make all of it coarse.
    let apart = apart.get(apart.len() * 3 / 4).copied().unwrap_or(0);
    (apart.saturating_mul(SCRAPES), few)
}

/// How far apart the samples of most series are (microseconds; 0 without any).
pub fn every(set: &SeriesSet) -> i64 {
    apart(set).0 / SCRAPES
}

/// The step that suits a set.
pub fn step(set: &SeriesSet) -> Step {
    let (apart, few) = apart(set);
    let (from, to) = span(set).unwrap_or_default();
    let rows = set.requests().values().map(|r| {
        // Rows of whole hours have nothing to tell in shorter steps, but what is scraped beside them may.
        let unit = r.resolution();
        let alone = set.series().is_empty();
        let least = if alone { unit } else { unit / STEPS };
        r.step.micros().max(least)
    });
    let rows = rows.max();
    let least = rows.unwrap_or(0).max((to - from) / STEPS);
    // Of a few scrapes each has a step of its own, and what rose between two is of the later one.
    let apart = if few { apart / SCRAPES } else { apart };
    Step::at_least(apart.max(least))
}
