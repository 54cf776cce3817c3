//! What was known of a window at an earlier instant: the cell of its rows whose outcome was there by then.
//!
//! The history of delays is in these: a mature window as it was when it was as old as an immature one is
//! now, beside what became of it. Only rows can tell it; like [`super::Exact`] it stands beside the cells
//! and does not survive a merge.

use super::build::{Builder, sort_by_group};
use super::work::Family;
use super::{Cell, Series, Summary};
use crate::table::NO_TIME;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// A window and an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AsOf {
    /// First bucket and end (exclusive).
    pub range: (usize, usize),
    /// Outcomes until then are known.
    pub instant: Time,
}

/// What was known of a window at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrived {
    /// Which window, and when.
    #[serde(flatten)]
    pub at: AsOf,
    /// Its rows with an outcome by then, and no others.
    pub cell: Cell,
}

impl Series {
    /// What was known of a window at an instant, where that was counted.
    #[must_use]
    pub fn arrived(&self, at: &AsOf) -> Option<&Cell> {
        let place = self.arrivals.binary_search_by(|a| a.at.cmp(at)).ok()?;
        self.arrivals.get(place).map(|a| &a.cell)
    }
}

impl Builder {
    /// Adds to a series what was known of windows at earlier instants, unless it has that. An outcome
    /// without a time of its own counts as known from the start.
    pub fn add_arrivals(&self, summary: &mut Summary, at: usize, wanted: &[AsOf]) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let log = &self.log;
        let places = self.places(series, &self.buckets(series.size));
        let (rows, starts) = sort_by_group(&places.of, places.buckets, None);
        let arrived = |row: &u32, by: Time| {
            let row = *row as usize;
            let time = log.outcome_time.get(row).copied().unwrap_or(NO_TIME);
            log.truth.has(row) && (time == NO_TIME || time <= by.0)
        };
        let is_in = |row: u32| {
            (places.of.get(row as usize)).is_some_and(|p| (*p as usize) < places.buckets)
        };
        let lists = self.placed_lists(&places.of, places.buckets);
        let mut family = Family::new(self, 1, &[], true);
        for at in wanted {
            if series.arrived(at).is_some() || at.range.0 >= at.range.1 {
                continue;
            }
            let borders = (starts.get(at.range.0), starts.get(at.range.1));
            let (Some(from), Some(to)) = borders else {
                continue;
            };
            let known = rows.get(*from..*to).unwrap_or_default().iter();
            let known: Vec<u32> = known.filter(|r| arrived(r, at.instant)).copied().collect();
            family.add(&known);
            let cell = family.take().next().flatten().unwrap_or_default();
            let lists = lists.known(at.range, |row| is_in(row) && arrived(&row, at.instant));
            let cell = Cell {
                lists,
                service: None,
                delay_s: None,
                missing: Vec::new(),
                ..cell
            };
            series.arrivals.push(Arrived { at: *at, cell });
            series.arrivals.sort_by_key(|a| a.at);
        }
    }
}
