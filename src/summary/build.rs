//! Log to Summary: one pass over the rows a family of slices, bucket by bucket.
//!
//! The [`Builder`] keeps the rows, so that what a reader asks later (another window, a slice of two
//! segments, the exact ROC AUC of a brushed range) is added to the same Summary.

use super::cell::Histogram;
use super::compared::SetWords;
use super::exact::Orders;
use super::facts::{Facts, edges, facts};
use super::grid::{self, WindowSize, floor, next};
use super::ledger::ledger;
use super::lists::{ListRows, tell_lists};
use super::models;
use super::names::{Names, VALUES};
use super::profile::Alike;
use super::series::{Bucket, Series};
use super::{ColumnInfo, SCHEMA, Slice, SliceChoice, Summary, Values};
use crate::log::{Category, Log, LogColumn, Task, Truth};
use crate::table::NO_TIME;
use crate::table::time::{SECOND, Time};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::work::Family;

/// Values of a segment that are listed.
pub(super) const MOST_VALUES: usize = 1_000;

/// The rows, and what is known of each, ready to be counted.
pub struct Builder {
    pub(super) log: Log,
    pub(super) facts: Facts,
    pub(super) edges: Vec<f64>,
    pub(super) centre: f64,
    pub(super) orders: Orders,
    pub(super) lists: ListRows,
    /// Rows that equal one another, once they were asked for.
    pub(super) alike: OnceLock<Alike>,
    /// Sets of labels as words, once they were asked for.
    pub(super) sets: OnceLock<SetWords>,
    /// The series of each row, once it was asked for.
    pub(super) panel: OnceLock<Option<Vec<u128>>>,
    /// Of a log without times that comes in blocks: the rows before these.
    before: Option<u64>,
}

/// Rows in order of their bucket.
pub(super) struct Buckets {
    /// The bucket of each row outside the reference; `u32::MAX` without one.
    pub of: Vec<u32>,
    /// Row numbers, bucket by bucket.
    pub order: Vec<u32>,
    /// Where each bucket starts in `order`; one more than there are buckets.
    pub starts: Vec<usize>,
    /// First instant and end of each bucket.
    pub borders: Vec<(Time, Time)>,
}

/// Where rows are in a series.
pub(super) struct Places {
    /// The bucket of each row; [`Places::buckets`] for one of the reference, one more for one that is
    /// not counted.
    pub of: Vec<u32>,
    /// The number of buckets.
    pub buckets: usize,
}

impl Builder {
    /// Takes the rows. A threshold that is asked for becomes an edge of the score histogram, so
    /// that its counts are exact.
    #[must_use]
    pub fn new(log: Log, threshold: Option<f64>) -> Self {
        let edges = edges(&log, threshold);
        let facts = facts(&log, &edges);
        let centre = centre(&log).unwrap_or(0.0);
        let orders = Orders::of(&log);
        let lists = ListRows::of(&log);
        Self {
            log,
            facts,
            edges,
            centre,
            orders,
            lists,
            alike: OnceLock::new(),
            sets: OnceLock::new(),
            panel: OnceLock::new(),
            before: None,
        }
    }

    /// Takes a block of rows, to be counted only: with the edges and the centre of the first one, and
    /// the number of rows before it.
    pub(super) fn of_block(log: Log, edges: Vec<f64>, centre: f64, before: u64) -> Self {
        Self {
            facts: facts(&log, &edges),
            edges,
            centre,
            orders: Orders::default(),
            lists: ListRows::default(),
            alike: OnceLock::new(),
            sets: OnceLock::new(),
            panel: OnceLock::new(),
            before: log.time.is_empty().then_some(before),
            log,
        }
    }

    /// The Summary of all rows, by the size asked for or the one that suits.
    #[must_use]
    pub fn summary(&self, size: Option<WindowSize>) -> Summary {
        let log = &self.log;
        let times = &log.time[..log.live.min(log.time.len())];
        let size = match size {
            Some(size) if !times.is_empty() || matches!(size, WindowSize::Rows(_)) => size,
            _ if times.is_empty() => {
                WindowSize::Rows(log.live.div_ceil(20).max(50).min(u32::MAX as usize) as u32)
            }
            _ => grid::suit(times, NO_TIME),
        };
        let mut summary = self.outline();
        summary.notes = log.notes.sentences();
        for values in summary.versions.iter_mut().chain(&mut summary.segments) {
            values.values.truncate(MOST_VALUES);
        }
        let buckets = self.buckets(size);
        let whole = self.count(size, &buckets, (vec![Slice::default()], &[]), true);
        summary.series.extend(whole);
        let names = Names::of(&summary, VALUES);
        summary.series.extend(self.families(&names, size, &buckets));
        self.exact_windows(&mut summary, 0, &buckets);
        tell_lists(&mut summary);
        summary
    }

    /// A Summary of all rows that has no series yet.
    pub(super) fn outline(&self) -> Summary {
        let log = &self.log;
        let times = &log.time[..log.live.min(log.time.len())];
        let known = |t: &&i64| **t != NO_TIME;
        let low = times.iter().filter(known).min();
        let high = times.iter().filter(known).max();
        let last_outcome = log.outcome_time.iter().take(log.live).filter(known).max();
        Summary {
            schema: SCHEMA.into(),
            task: log.task.unwrap_or(Task::Service),
            labels: log.labels.clone(),
            edges: self.edges.clone(),
            probabilistic: log.probabilistic,
            served: !matches!(log.predicted, Truth::None),
            centre: Some(self.centre),
            timed: !log.time.is_empty(),
            span: low.zip(high).map(|(a, b)| (Time(*a), Time(*b))),
            as_of: high.max(last_outcome).map(|t| Time(*t)),
            delays: last_outcome.is_some() && !log.time.is_empty(),
            counts: log.counts,
            sources: Vec::new(),
            rejected: Vec::new(),
            notes: Vec::new(),
            streamed: false,
            shapes: None,
            seasonal: None,
            versions: log.version.as_ref().map(|c| self.values(c)),
            segments: log.segments.iter().map(|c| self.values(c)).collect(),
            levels: log.quantiles.levels.clone(),
            columns: self.columns(),
            models: models::models(log),
            reference: None,
            machine: None,
            ledger: ledger(log).map(Arc::new),
            ledgers: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Adds the cells of each version and segment value by a size, unless the Summary has them.
    pub fn add_families(&self, summary: &mut Summary, size: WindowSize) {
        let mut fresh = self.families(&Names::of(summary, VALUES), size, &self.buckets(size));
        fresh.retain(|f| {
            let there = |s: &Series| s.slice == f.slice && s.size == size;
            !summary.series.iter().any(there)
        });
        summary.series.append(&mut fresh);
    }

    /// Cells of versions and of values of segments.
    pub(super) fn families(
        &self,
        names: &Names,
        size: WindowSize,
        buckets: &Buckets,
    ) -> Vec<Series> {
        let mut out = Vec::new();
        if let Some(versions) = &self.log.version {
            let (slices, group) = family(versions, names.versions(), |v| Slice {
                version: Some(v),
                values: Vec::new(),
            });
            out.extend(self.count(size, buckets, (slices, &group), false));
        }
        for (column, values) in names.segments() {
            let Some(segment) = self.log.segments.iter().find(|s| s.name == *column) else {
                continue;
            };
            let (slices, group) = family(segment, values, |value| Slice {
                version: None,
                values: vec![SliceChoice {
                    column: segment.name.clone(),
                    value,
                }],
            });
            out.extend(self.count(size, buckets, (slices, &group), false));
        }
        out
    }

    /// Adds the cells of a slice by a size, unless the Summary has them in full.
    pub fn add_series(&self, summary: &mut Summary, slice: &Slice, size: WindowSize) {
        let there = |s: &Series| s.slice == *slice && s.size == size;
        let known = summary.series.iter().position(there);
        if known.is_some_and(|at| summary.series[at].full) {
            return;
        }
        let buckets = self.buckets(size);
        let counted = self.count(
            size,
            &buckets,
            (vec![slice.clone()], &self.members(slice)),
            true,
        );
        let at = known.unwrap_or(summary.series.len());
        summary
            .series
            .splice(at..summary.series.len().min(at + 1), counted);
        self.exact_windows(summary, at, &buckets);
    }

    /// Rows of a slice: 0 for its members, `u32::MAX` for the others; empty where all are.
    pub(super) fn members(&self, slice: &Slice) -> Vec<u32> {
        if *slice == Slice::default() {
            return Vec::new();
        }
        let mut group = vec![0; self.log.rows];
        let mut narrow = |category: Option<&Category>, value: &str| {
            let code = category.and_then(|c| c.levels.iter().position(|l| l == value));
            for (row, g) in group.iter_mut().enumerate() {
                let is = code.is_some_and(|code| {
                    category.is_some_and(|c| c.codes.get(row) == Some(&(code as u32)))
                });
                if !is {
                    *g = u32::MAX;
                }
            }
        };
        if let Some(version) = &slice.version {
            narrow(self.log.version.as_ref(), version);
        }
        for choice in &slice.values {
            narrow(
                self.log.segments.iter().find(|c| c.name == choice.column),
                &choice.value,
            );
        }
        group
    }

    /// Values of a column outside the reference, most rows first.
    fn values(&self, category: &Category) -> Values {
        let mut rows = vec![0u64; category.levels.len()];
        for code in &category.codes[..self.log.live] {
            if let Some(n) = rows.get_mut(*code as usize) {
                *n += 1;
            }
        }
        let mut values: Vec<(String, u64)> = category
            .levels
            .iter()
            .cloned()
            .zip(rows)
            .filter(|v| v.1 > 0)
            .collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Values {
            column: category.name.clone(),
            values,
        }
    }

    fn columns(&self) -> Vec<ColumnInfo> {
        let info = |column: &LogColumn| {
            let spread = column.spread.clone().unwrap_or_default();
            ColumnInfo {
                name: column.name.clone(),
                role: column.role,
                numbers: spread.numbers,
                sum: spread.sum,
                min: spread.range.map(|r| r.0),
                max: spread.range.map(|r| r.1),
            }
        };
        self.log.columns.iter().map(info).collect()
    }

    /// Rows outside the reference by bucket of a size.
    pub(super) fn buckets(&self, size: WindowSize) -> Buckets {
        let log = &self.log;
        match size {
            WindowSize::Rows(n) => match self.before {
                Some(before) => self.buckets_across(before, u64::from(n.max(1))),
                None => self.buckets_of_rows(n as usize),
            },
            _ => {
                let mut last: (i64, i64, u32) = (1, 0, 0);
                let mut known: BTreeMap<i64, u32> = BTreeMap::new();
                let of: Vec<u32> = log.time[..log.live.min(log.time.len())]
                    .iter()
                    .map(|t| {
                        if *t == NO_TIME {
                            return u32::MAX;
                        }
                        if *t < last.0 || *t >= last.1 {
                            let start = floor(size, Time(*t));
                            let fresh = known.len() as u32;
                            last = (
                                start.0,
                                next(size, start).0,
                                *known.entry(start.0).or_insert(fresh),
                            );
                        }
                        last.2
                    })
                    .collect();
                // Numbered by first appearance until here; from here on in order of time.
                let mut place = vec![0u32; known.len()];
                for (i, code) in (0u32..).zip(known.values()) {
                    place[*code as usize] = i;
                }
                let of: Vec<u32> = of
                    .into_iter()
                    .map(|c| place.get(c as usize).copied().unwrap_or(u32::MAX))
                    .collect();
                let borders = known
                    .keys()
                    .map(|s| (Time(*s), next(size, Time(*s))))
                    .collect();
                let (order, starts) = sort_by_group(&of, known.len(), None);
                Buckets {
                    of,
                    order,
                    starts,
                    borders,
                }
            }
        }
    }

    /// Windows of so many rows of a log without times, where this is one of its blocks: they may begin in
    /// the block before, and end in the one behind.
    fn buckets_across(&self, before: u64, n: u64) -> Buckets {
        let rows = 0..self.log.live as u64;
        let first = before / n;
        let of: Vec<u32> = rows
            .map(|row| ((before + row) / n - first) as u32)
            .collect();
        let windows = of.last().map_or(0, |last| *last as usize + 1);
        let (order, starts) = sort_by_group(&of, windows, None);
        let at = |window: u64| Time((first + window).saturating_mul(n) as i64 * SECOND);
        let borders = (0..windows as u64).map(|w| (at(w), at(w + 1)));
        Buckets {
            borders: borders.collect(),
            of,
            order,
            starts,
        }
    }

    fn buckets_of_rows(&self, n: usize) -> Buckets {
        let log = &self.log;
        let mut order: Vec<u32> = (0..log.live as u32)
            .filter(|r| log.time.get(*r as usize) != Some(&NO_TIME))
            .collect();
        if !log.time.is_empty() {
            order.sort_by_key(|r| log.time[*r as usize]);
        } else if let Some(instances) = &log.instances {
            // Models whose rows follow each other would read as one that changed.
            let firsts = instances.firsts(log.live);
            order.sort_by_key(|r| firsts.get(*r as usize).copied());
        }
        // Without times an instant is a row number, in seconds.
        let at = |i: usize| match (log.time.is_empty(), order.get(i)) {
            (false, Some(row)) => Time(log.time[*row as usize]),
            (false, None) => Time(order.last().map_or(0, |row| log.time[*row as usize] + 1)),
            (true, _) => Time(i as i64 * SECOND),
        };
        let mut starts: Vec<usize> = (0..order.len()).step_by(n.max(1)).collect();
        starts.push(order.len());
        // Rows of one instant may fall into several windows: each starts a microsecond after the
        // one before, so that windows stay apart and a period means the same windows everywhere.
        let mut borders: Vec<(Time, Time)> = Vec::with_capacity(starts.len());
        for w in starts.windows(2) {
            let first = borders.last().map_or(i64::MIN, |b| b.0.0 + 1);
            let start = at(w[0]).0.max(first);
            if let Some(before) = borders.last_mut() {
                before.1 = before.1.min(Time(start));
            }
            let end = at(w[1]).0.max(at(w[1] - 1).0 + 1).max(start + 1);
            borders.push((Time(start), Time(end)));
        }
        let mut of = vec![u32::MAX; log.live];
        for (bucket, w) in (0u32..).zip(starts.windows(2)) {
            for row in &order[w[0]..w[1]] {
                of[*row as usize] = bucket;
            }
        }
        Buckets {
            of,
            order,
            starts,
            borders,
        }
    }

    /// Counts the rows of a family of slices.
    pub(super) fn count(
        &self,
        size: WindowSize,
        buckets: &Buckets,
        (slices, group): (Vec<Slice>, &[u32]),
        full: bool,
    ) -> Vec<Series> {
        let mut family = Family::new(self, slices.len(), group, full);
        if let (true, [slice]) = (full, &slices[..]) {
            family.compare(slice);
        }
        let mut series: Vec<Series> = slices
            .into_iter()
            .map(|slice| Series {
                full,
                ..Series::new(slice, size)
            })
            .collect();
        for (bucket, (start, end)) in buckets.borders.iter().enumerate() {
            family.add(&buckets.order[buckets.starts[bucket]..buckets.starts[bucket + 1]]);
            for (cell, series) in family.take().zip(&mut series) {
                series.buckets.extend(cell.map(|cell| Bucket {
                    start: *start,
                    end: *end,
                    cell,
                }));
            }
        }
        let delays: Vec<_> = family.take_delays().collect();
        let reference: Vec<u32> = (self.log.live as u32..self.log.rows as u32).collect();
        family.add(&reference);
        for (cell, series) in family.take().zip(&mut series) {
            series.reference = cell;
        }
        self.count_reference(&mut family, &mut series, size);
        for (delays, series) in delays.into_iter().zip(&mut series) {
            series.delay_s = delays;
        }
        self.count_lists(&mut series, buckets, group);
        series
    }

    /// Where rows are in a series of these buckets: those without a row of its slice are left out.
    pub(super) fn places(&self, series: &Series, buckets: &Buckets) -> Places {
        let members = self.members(&series.slice);
        let is_in = |row: usize| members.get(row).is_none_or(|m| *m == 0);
        let mut filled = vec![false; buckets.borders.len()];
        for (row, bucket) in buckets.of.iter().enumerate() {
            if let Some(filled) = filled.get_mut(*bucket as usize) {
                *filled |= is_in(row);
            }
        }
        let mut count = 0;
        let place: Vec<u32> = filled
            .iter()
            .map(|filled| {
                count += u32::from(*filled);
                count.saturating_sub(1)
            })
            .collect();
        let (reference, nowhere) = (count, count + 1);
        let of_row = |row: usize| match buckets.of.get(row) {
            _ if !is_in(row) => nowhere,
            None => reference,
            Some(bucket) => place.get(*bucket as usize).copied().unwrap_or(nowhere),
        };
        Places {
            of: (0..self.log.rows).map(of_row).collect(),
            buckets: count as usize,
        }
    }
}

impl Builder {
    /// Rows of a range of buckets of a series (`None`: of the reference), in the order of the log.
    pub(super) fn rows_of(&self, series: &Series, range: Option<(usize, usize)>) -> Vec<u32> {
        let places = self.places(series, &self.buckets(series.size));
        let (from, to) = range.unwrap_or((places.buckets, places.buckets + 1));
        let within = |p: &u32| (from..to).contains(&(*p as usize));
        let rows = (0u32..).zip(&places.of).filter(|(_, p)| within(p));
        rows.map(|r| r.0).collect()
    }
}

/// The slices of some values of a column, and the slice of each row.
pub(super) fn family(
    category: &Category,
    values: &[String],
    slice: impl Fn(String) -> Slice,
) -> (Vec<Slice>, Vec<u32>) {
    let place = |level: &String| {
        let at = values.iter().position(|v| v == level);
        at.map_or(u32::MAX, |at| at as u32)
    };
    let places: Vec<u32> = category.levels.iter().map(place).collect();
    let of = |code: &u32| places.get(*code as usize).copied().unwrap_or(u32::MAX);
    let group = category.codes.iter().map(of).collect();
    (values.iter().cloned().map(slice).collect(), group)
}

/// What outcomes are centred on: the first one.
pub(super) fn centre(log: &Log) -> Option<f64> {
    match &log.truth {
        Truth::Numbers(v) => v.iter().copied().find(|x| !x.is_nan()),
        _ => None,
    }
}

/// Rows sorted by group, in the given order within each; rows of no group (`u32::MAX`) are left out.
pub(super) fn sort_by_group(
    group: &[u32],
    groups: usize,
    order: Option<&[u32]>,
) -> (Vec<u32>, Vec<usize>) {
    match order {
        Some(order) => scatter(group, groups, order.iter().copied()),
        None => scatter(group, groups, 0..group.len() as u32),
    }
}

fn scatter(
    group: &[u32],
    groups: usize,
    rows: impl Iterator<Item = u32> + Clone,
) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0usize; groups + 1];
    for row in rows.clone() {
        if let Some(n) = starts.get_mut((group[row as usize] as usize).saturating_add(1)) {
            *n += 1;
        }
    }
    for g in 0..groups {
        starts[g + 1] += starts[g];
    }
    let mut at = starts.clone();
    let mut out = vec![0u32; starts[groups]];
    for row in rows {
        let g = group[row as usize] as usize;
        if g < groups {
            out[at[g]] = row;
            at[g] += 1;
        }
    }
    (out, starts)
}

/// A histogram out of one count a bin.
pub(super) fn sparse(counts: &[u64]) -> Histogram {
    let filled = counts.iter().filter(|n| **n > 0).count();
    let mut bins = Vec::with_capacity(filled);
    bins.extend((0..).zip(counts.iter().copied()).filter(|c| c.1 > 0));
    Histogram(bins)
}
