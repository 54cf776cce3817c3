//! When what a range tells was scraped.
//!
//! A point of a range carries the time that it was asked for, and the sample behind it may be a scrape older: a rise
//! between the last point of a look back and the first sample that is had as it was scraped would be spread over a time
//! that is too short. `timestamp(up)` over the same points tells when each target was scraped, and what it served is
//! dated by that. Series of no target that is told (pushed ones) keep the time that was asked for.

use crate::feed::source::Instant;
use crate::series::{Labels, SeriesSet, Values};
use std::collections::BTreeMap;

/// What asks for it.
pub const QUERY: &str = "timestamp(up)";

/// The points of a range, and when the sample of each was scraped, by job and instance.
pub struct Scrapes {
    range: (Instant, Instant, Instant),
    of: BTreeMap<(String, String), BTreeMap<Instant, Instant>>,
}

impl Scrapes {
    /// Of the answer to a range's start, end and step; `None`: none is known.
    pub fn of(range: (Instant, Instant, Instant), told: Option<&SeriesSet>) -> Self {
        let mut of: BTreeMap<_, BTreeMap<Instant, Instant>> = BTreeMap::new();
        for (key, series) in told.into_iter().flat_map(SeriesSet::series) {
            let (Some(target), Values::Numbers(seconds)) = (target(&key.labels), &series.values)
            else {
                continue;
            };
            let times = series.times.iter().zip(seconds);
            let before = times.filter_map(|(asked, seconds)| {
                let scraped = (seconds * 1e6).round() as Instant;
                let within = scraped <= *asked && *asked - scraped < range.2;
                within.then_some((*asked, scraped))
            });
            of.entry(target).or_default().extend(before);
        }
        Self { range, of }
    }

    /// Whether they are of a range.
    pub fn are_of(&self, range: (Instant, Instant, Instant)) -> bool {
        self.range == range
    }

    /// Dates the points of an answer by when they were scraped.
    pub fn date(&self, set: &mut SeriesSet) {
        set.change(|key, series| {
            let Some(times) = target(&key.labels).and_then(|target| self.of.get(&target)) else {
                return;
            };
            for time in &mut series.times {
                *time = times.get(time).copied().unwrap_or(*time);
            }
        });
    }
}

fn target(labels: &Labels) -> Option<(String, String)> {
    let label = |name| labels.get(name).map(str::to_owned);
    Some((label("job")?, label("instance")?))
}
