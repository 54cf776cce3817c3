//! The cells of one slice over time.

use super::total::counts;
use super::{
    Arrived, Cell, ClassAreas, ClassCurves, Compat, Drift, Estimates, Exact, Examined, Lag, Naive,
    Profile, Residuals, Slice, WindowSize, floor, next,
};
use crate::stats::sketch::LogHistogram;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::mem;

/// A bucket of time and its cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// First instant.
    pub start: Time,
    /// End (exclusive).
    pub end: Time,
    /// Its counts.
    pub cell: Cell,
}

/// The cells of one slice over time; buckets without rows are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What rows are counted.
    pub slice: Slice,
    /// Size of the buckets.
    pub size: WindowSize,
    /// The buckets, in order.
    pub buckets: Vec<Bucket>,
    /// Whether delays, means and missing cells were counted too.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub full: bool,
    /// The same slice of the reference.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference: Option<Cell>,
    /// The same of the reference's own time, in order: what its windows vary by, and its weekdays. Empty where rows of it
    /// have no time, and where there would be too many.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reference_buckets: Vec<Bucket>,
    /// What only rows can tell, for ranges of buckets.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub exact: Vec<Exact>,
    /// How columns differ between two periods, for those that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub drift: Vec<Drift>,
    /// What is expected of windows whose outcomes may not be known, by what it was learned from.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub estimates: Vec<Estimates>,
    /// What was known of windows at earlier instants, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub arrivals: Vec<Arrived>,
    /// Seconds from prediction to outcome over all buckets; where they were counted in full, each bucket
    /// has its own instead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_s: Option<LogHistogram>,
    /// What a naive forecast was off by, for the ranges and seasons that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub naive: Vec<Naive>,
    /// How errors are distributed, for the ranges that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub residuals: Vec<Residuals>,
    /// Each of several classes against the rest, for the ranges that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub class_curves: Vec<ClassCurves>,
    /// The areas under the curves of each class, for the ranges that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub class_areas: Vec<ClassAreas>,
    /// The columns window by window, for the windows and baselines that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub profiles: Vec<Profile>,
    /// What other tools say of the columns, for what was asked last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub compat: Vec<Compat>,
    /// Every test on the columns in two periods, for those that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub examined: Vec<Examined>,
}

/// Ranges of buckets of one size that make the windows of another.
fn windows_of(buckets: &[Bucket], (own, size): (WindowSize, WindowSize)) -> Vec<(usize, usize)> {
    if size == own {
        return (0..buckets.len()).map(|i| (i, i + 1)).collect();
    }
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut before = None;
    for (i, bucket) in buckets.iter().enumerate() {
        let start = floor(size, bucket.start);
        match out.last_mut() {
            Some(window) if before == Some(start) => window.1 = i + 1,
            _ => out.push((i, i + 1)),
        }
        before = Some(start);
    }
    out
}

/// The cells of some buckets as one.
fn added_up(buckets: &[Bucket]) -> Cow<'_, Cell> {
    match buckets {
        [] => Cow::Owned(Cell::default()),
        [one] => Cow::Borrowed(&one.cell),
        many => {
            let cells: Vec<&Cell> = many.iter().map(|b| &b.cell).collect();
            Cow::Owned(Cell::total(&cells))
        }
    }
}

impl Series {
    /// A slice of which nothing is counted yet.
    #[must_use]
    pub fn new(slice: Slice, size: WindowSize) -> Self {
        Self {
            slice,
            size,
            buckets: Vec::new(),
            full: false,
            reference: None,
            reference_buckets: Vec::new(),
            exact: Vec::new(),
            drift: Vec::new(),
            estimates: Vec::new(),
            arrivals: Vec::new(),
            delay_s: None,
            naive: Vec::new(),
            residuals: Vec::new(),
            class_curves: Vec::new(),
            class_areas: Vec::new(),
            profiles: Vec::new(),
            compat: Vec::new(),
            examined: Vec::new(),
        }
    }

    /// Leaves behind what only rows can tell: it does not add up.
    pub(super) fn forget_rows(&mut self) {
        *self = Self {
            buckets: mem::take(&mut self.buckets),
            full: self.full,
            reference: self.reference.take(),
            reference_buckets: mem::take(&mut self.reference_buckets),
            delay_s: self.delay_s.take(),
            ..Self::new(mem::take(&mut self.slice), self.size)
        };
    }

    /// The same rows by a size that is made of whole buckets; what only rows can tell is left behind.
    #[must_use]
    pub fn coarser(&self, size: WindowSize) -> Self {
        let bucket = |range| {
            let (start, end) = self.border(size, range);
            let cell = self.total(range).into_owned();
            Bucket { start, end, cell }
        };
        let of_reference = |range: (usize, usize)| {
            let own = self.reference_buckets.get(range.0..range.1)?;
            let start = floor(size, own.first()?.start);
            Some(Bucket {
                start,
                end: next(size, start),
                cell: added_up(own).into_owned(),
            })
        };
        Self {
            buckets: self.windows(size).into_iter().map(bucket).collect(),
            full: self.full,
            reference: self.reference.clone(),
            reference_buckets: match size == self.size {
                true => self.reference_buckets.clone(),
                false => {
                    let windows = self.reference_windows(size);
                    windows.into_iter().filter_map(of_reference).collect()
                }
            },
            delay_s: self.delay_s.clone(),
            ..Self::new(self.slice.clone(), size)
        }
    }

    /// Ranges of buckets that make the windows of a size: (first, end). The size must be made of
    /// whole buckets ([`WindowSize::is_made_of`]).
    #[must_use]
    pub fn windows(&self, size: WindowSize) -> Vec<(usize, usize)> {
        windows_of(&self.buckets, (self.size, size))
    }

    /// The same of the reference's own time.
    #[must_use]
    pub fn reference_windows(&self, size: WindowSize) -> Vec<(usize, usize)> {
        windows_of(&self.reference_buckets, (self.size, size))
    }

    /// Windows of a size of the reference's own time: where each begins, and its cells as one.
    #[must_use]
    pub fn reference_by(&self, size: WindowSize) -> Vec<(Time, Cow<'_, Cell>)> {
        let windows = self.reference_windows(size).into_iter();
        let of = |(from, to)| {
            let own = self.reference_buckets.get(from..to)?;
            Some((own.first()?.start, added_up(own)))
        };
        windows.filter_map(of).collect()
    }

    /// First instant and end of a window of a size that is made of these buckets.
    #[must_use]
    pub fn border(&self, size: WindowSize, range: (usize, usize)) -> (Time, Time) {
        let (Some(first), Some(last)) = (
            self.buckets.get(range.0),
            range.1.checked_sub(1).and_then(|i| self.buckets.get(i)),
        ) else {
            return (Time(0), Time(0));
        };
        if size == self.size {
            return (first.start, last.end);
        }
        let start = floor(size, first.start);
        (start, next(size, start))
    }

    /// A range of buckets; none where there is no such range, as in a Summary from elsewhere whose
    /// buckets are not in order.
    fn buckets(&self, range: (usize, usize)) -> &[Bucket] {
        self.buckets.get(range.0..range.1).unwrap_or_default()
    }

    /// The cells of a range of buckets as one.
    #[must_use]
    pub fn total(&self, range: (usize, usize)) -> Cow<'_, Cell> {
        added_up(self.buckets(range))
    }

    /// The same of buckets that start within a period (its end is exclusive), as far as metrics of right and
    /// wrong need it: requests, delays and missing cells may be left out, at a fraction of the cost. `None` where
    /// there is no such bucket.
    #[must_use]
    pub fn outcomes_within(&self, from: Time, to: Time) -> Option<Cow<'_, Cell>> {
        match self.buckets(self.within(from, to)) {
            [] => None,
            [one] => Some(Cow::Borrowed(&one.cell)),
            many => {
                let cells: Vec<&Cell> = many.iter().map(|b| &b.cell).collect();
                Some(Cow::Owned(Cell::total_of_outcomes(&cells)))
            }
        }
    }

    /// Rows of a range of buckets, and how many of them lack a cell, by column.
    #[must_use]
    pub fn missing(&self, range: (usize, usize)) -> (u64, Vec<u64>) {
        let cells = || self.buckets(range).iter().map(|b| &b.cell);
        let rows = cells().map(|c| c.rows).sum();
        (rows, counts(cells().map(|c| &c.missing[..])))
    }

    /// Buckets that start within a period (its end is exclusive).
    #[must_use]
    pub fn within(&self, from: Time, to: Time) -> (usize, usize) {
        let before = |time| self.buckets.partition_point(|b| b.start < time);
        (before(from), before(to))
    }

    /// What a naive forecast was off by, where it was tried.
    #[must_use]
    pub fn naive(&self, lag: Lag) -> Option<&Naive> {
        self.naive.iter().find(|n| n.lag == lag)
    }

    /// What only rows can tell of a range of buckets (`None`: of the reference).
    #[must_use]
    pub fn exact(&self, range: Option<(usize, usize)>) -> Option<&Exact> {
        self.exact
            .binary_search_by(|e| e.range.cmp(&range))
            .ok()
            .map(|i| &self.exact[i])
    }
}
