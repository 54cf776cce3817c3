//! Lists of items offered for one query: the rows that have the same query, a score and an outcome.
//!
//! A list is one thing: it counts once, in the bucket of its first row in time, and within a slice it is
//! made of the slice's rows. So its numbers add up over buckets like any other. Rows of a query have to be
//! brought together first: here of rows that are kept, in [`super::open_lists`] of those that pass.

use super::Summary;
use super::build::{Buckets, Builder};
use super::cell::{Cell, Moments};
use super::series::Series;
use super::work::Running;
use crate::log::{Log, Task, Truth};
use crate::stats::gains::{MEASURES, of_head, of_list};
use crate::table::NO_KEY;
use serde::{Deserialize, Serialize};

/// How lists are ordered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lists {
    /// Lists.
    pub lists: u64,
    /// Those without a relevant item (or with a negative relevance), which are in none of the values.
    pub without: u64,
    /// What [`of_list`] tells of each.
    pub values: [Moments; MEASURES],
    /// What heads of the length that the reader chose last tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub head: Option<Head>,
}

/// What heads of lists tell, of a length that the reader chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Items of the head.
    pub items: u32,
    /// What [`of_head`] tells of each list.
    pub values: [Moments; 4],
}

/// The rows of each list one after the other, the highest score first.
#[derive(Default)]
pub(super) struct ListRows {
    /// Row, score and relevance.
    rows: Vec<(u32, f64, f64)>,
    /// Where each list begins; one more than there are lists.
    starts: Vec<usize>,
}

impl ListRows {
    pub fn of(log: &Log) -> Self {
        let Some(items) = Rows::of(log) else {
            return Self::default();
        };
        let row = |row: usize| {
            let (score, relevance) = items.item(row)?;
            let known = *log.query.get(row)? != NO_KEY;
            known.then_some((row as u32, score, relevance))
        };
        let mut rows: Vec<(u32, f64, f64)> = (0..log.rows).filter_map(row).collect();
        let list = |row: u32| (row as usize >= log.live, log.query[row as usize]);
        rows.sort_unstable_by(|a, b| {
            let by_list = list(a.0).cmp(&list(b.0));
            by_list.then(b.1.total_cmp(&a.1)).then(a.0.cmp(&b.0))
        });
        let mut starts = vec![0];
        for same in rows.chunk_by(|a, b| list(a.0) == list(b.0)) {
            starts.push(starts.last().copied().unwrap_or(0) + same.len());
        }
        Self { rows, starts }
    }

    fn list(&self, at: usize) -> &[(u32, f64, f64)] {
        let ends = self.starts.get(at).zip(self.starts.get(at + 1));
        let rows = ends.and_then(|(from, to)| self.rows.get(*from..*to));
        rows.unwrap_or_default()
    }

    fn each(&self) -> impl Iterator<Item = &[(u32, f64, f64)]> {
        let borders = self.starts.windows(2);
        borders.map(|w| self.rows.get(w[0]..w[1]).unwrap_or_default())
    }
}

/// Scores and relevances of rows that have a query.
pub(super) struct Rows<'a> {
    score: &'a [f64],
    truth: &'a Truth,
    grades: Vec<Option<f64>>,
}

impl<'a> Rows<'a> {
    /// `None` where there are no queries or no scores.
    pub fn of(log: &'a Log) -> Option<Self> {
        let score = match (&log.score[..], &log.predicted) {
            ([], Truth::Numbers(predicted)) => &predicted[..],
            (score, _) => score,
        };
        let grades = || match log.task {
            Some(Task::Binary) => vec![Some(0.0), Some(1.0)],
            _ => log.labels.iter().map(|l| l.parse().ok()).collect(),
        };
        (!log.query.is_empty() && !score.is_empty()).then(|| Self {
            score,
            truth: &log.truth,
            grades: grades(),
        })
    }

    /// The score of a row and its relevance: an outcome that is a number, 1 of the positive class, or a class
    /// that is a number.
    pub fn item(&self, row: usize) -> Option<(f64, f64)> {
        let score = self.score.get(row).copied().filter(|s| !s.is_nan())?;
        let relevance = match self.truth {
            Truth::Numbers(v) => v.get(row).copied().filter(|x| !x.is_nan()),
            truth => *self.grades.get(truth.label(row)? as usize)?,
        };
        Some((score, relevance?))
    }
}

impl Builder {
    /// Counts the lists of a family of slices, whose buckets are those of the series.
    pub(super) fn count_lists(&self, series: &mut [Series], buckets: &Buckets, group: &[u32]) {
        let found = self.each_list(buckets, group, of_list);
        let mut running: [Running; MEASURES] = std::array::from_fn(|_| Running::default());
        for lists in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let Some((slice, bucket, _)) = lists.first() else {
                continue;
            };
            let lists = Lists::of(lists.iter().map(|l| &l.2), &mut running);
            let series = series.get_mut(*slice as usize);
            let cell = series.and_then(|s| cell_of(s, buckets, *bucket));
            if let Some(cell) = cell {
                cell.lists = Some(lists);
            }
        }
    }

    /// What something tells of each list of a family of slices, by slice and bucket (`u32::MAX`: the reference).
    fn each_list<T>(
        &self,
        buckets: &Buckets,
        group: &[u32],
        tells: impl Fn(&[(f64, f64)]) -> Option<T>,
    ) -> Vec<(u32, u32, Option<T>)> {
        let mut found: Vec<(u32, u32, Option<T>)> = Vec::new();
        let mut members: Vec<(u32, u32, (f64, f64))> = Vec::new();
        for list in self.lists.each() {
            members.clear();
            members.extend(list.iter().filter_map(|(row, score, relevance)| {
                let slice = match group {
                    [] => 0,
                    group => *group.get(*row as usize)?,
                };
                let bucket = buckets.of.get(*row as usize).copied();
                // Live rows without a bucket are not counted.
                let bucket = match bucket {
                    Some(u32::MAX) => return None,
                    bucket => bucket.unwrap_or(u32::MAX),
                };
                (slice != u32::MAX).then_some((slice, bucket, (*score, *relevance)))
            }));
            // Within a slice the order by score stays.
            members.sort_by_key(|m| m.0);
            for of_slice in members.chunk_by(|a, b| a.0 == b.0) {
                let items: Vec<(f64, f64)> = of_slice.iter().map(|m| m.2).collect();
                let first = of_slice.iter().map(|m| m.1).min();
                if let (Some(first), Some(one)) = (first, of_slice.first()) {
                    found.push((one.0, first, tells(&items)));
                }
            }
        }
        found.sort_by_key(|f| (f.0, f.1));
        found
    }

    /// Adds what heads of so many items tell to the buckets of a series.
    pub fn add_head(&self, summary: &mut Summary, at: usize, items: u32) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let (buckets, group) = (self.buckets(series.size), self.members(&series.slice));
        let found = self.each_list(&buckets, &group, |list| of_head(list, items as usize));
        let mut running: [Running; 4] = std::array::from_fn(|_| Running::default());
        for lists in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let head = Head::of(items, lists.iter().map(|list| &list.2), &mut running);
            let bucket = lists.first().map_or(u32::MAX, |list| list.1);
            let cell = cell_of(series, &buckets, bucket);
            if let Some(lists) = cell.and_then(|cell| cell.lists.as_mut()) {
                lists.head = Some(head);
            }
        }
    }
}

/// The cell of a bucket (`u32::MAX`: of the reference).
fn cell_of<'a>(series: &'a mut Series, buckets: &Buckets, bucket: u32) -> Option<&'a mut Cell> {
    let Some((start, _)) = buckets.borders.get(bucket as usize) else {
        return series.reference.as_mut();
    };
    let place = series
        .buckets
        .binary_search_by_key(start, |b| b.start)
        .ok()?;
    series.buckets.get_mut(place).map(|b| &mut b.cell)
}

/// Lists by the place of their first row, to be looked at as they were.
pub(super) struct Placed<'a> {
    rows: &'a ListRows,
    /// Place and number of each list, in order.
    of: Vec<(u32, usize)>,
}

impl Builder {
    /// The lists of rows at these places, of which `buckets` are windows; others are in no list.
    pub(super) fn placed_lists(&self, places: &[u32], buckets: usize) -> Placed<'_> {
        let place = |row: u32| {
            places
                .get(row as usize)
                .filter(|p| (**p as usize) < buckets)
        };
        let first = |list: &[(u32, f64, f64)]| list.iter().filter_map(|item| place(item.0)).min();
        let lists = self.lists.each().enumerate();
        let mut of: Vec<(u32, usize)> = lists
            .filter_map(|(at, list)| Some((*first(list)?, at)))
            .collect();
        of.sort_unstable();
        Placed {
            rows: &self.lists,
            of,
        }
    }
}

impl Placed<'_> {
    /// What the lists of some windows tell by the rows that were known; `None` where no list has one.
    pub(super) fn known(
        &self,
        range: (usize, usize),
        known: impl Fn(u32) -> bool,
    ) -> Option<Lists> {
        let from = self.of.partition_point(|l| (l.0 as usize) < range.0);
        let lists = self.of.iter().skip(from);
        let lists = lists.take_while(|l| (l.0 as usize) < range.1);
        let told = |(_, at): &(u32, usize)| {
            let list = self.rows.list(*at);
            let items = list.iter().filter(|item| known(item.0));
            let items: Vec<(f64, f64)> = items.map(|item| (item.1, item.2)).collect();
            (!items.is_empty()).then(|| of_list(&items))
        };
        let told: Vec<Option<[f64; MEASURES]>> = lists.filter_map(told).collect();
        let mut running: [Running; MEASURES] = std::array::from_fn(|_| Running::default());
        (!told.is_empty()).then(|| Lists::of(told.iter(), &mut running))
    }
}

impl Head {
    /// What is told of heads of so many items, through empty sums.
    pub(super) fn of<'a>(
        items: u32,
        told: impl Iterator<Item = &'a Option<[f64; 4]>>,
        running: &mut [Running; 4],
    ) -> Self {
        for values in told.flatten() {
            running.iter_mut().zip(values).for_each(|(r, x)| r.add(*x));
        }
        Self {
            items,
            values: std::array::from_fn(|i| running[i].take()),
        }
    }
}

impl Lists {
    /// What is told of each, through empty sums.
    pub(super) fn of<'a>(
        told: impl Iterator<Item = &'a Option<[f64; MEASURES]>>,
        running: &mut [Running; MEASURES],
    ) -> Self {
        let (mut lists, mut without) = (0, 0);
        for values in told {
            lists += 1;
            match values {
                None => without += 1,
                Some(values) => running.iter_mut().zip(values).for_each(|(r, x)| r.add(*x)),
            }
        }
        Self {
            lists,
            without,
            values: std::array::from_fn(|i| running[i].take()),
            head: None,
        }
    }
}

/// Says of the first series how many of its lists tell nothing.
pub(super) fn tell_lists(summary: &mut Summary) {
    let Some(series) = summary.series.first() else {
        return;
    };
    let counts = series.buckets.iter().map(|b| b.cell.lists_without());
    let (without, all) = counts.fold((0, 0), |(w, a), (x, y)| (w + x, a + y));
    if without > 0 {
        summary.notes.push(format!(
            "{without} of {all} lists have no relevant item (or a negative relevance) and count in no metric of lists."
        ));
    }
}

/// The sum of lists.
pub(super) fn total(all: &[&Lists], moments: impl Fn(Vec<&Moments>) -> Moments) -> Lists {
    Lists {
        lists: all.iter().map(|l| l.lists).sum(),
        without: all.iter().map(|l| l.without).sum(),
        values: std::array::from_fn(|i| moments(all.iter().map(|l| &l.values[i]).collect())),
        head: head(all, &moments),
    }
}

/// `None` unless all have heads of the same length.
fn head(all: &[&Lists], moments: &impl Fn(Vec<&Moments>) -> Moments) -> Option<Head> {
    let heads: Vec<&Head> = all.iter().map(|l| l.head.as_ref()).collect::<Option<_>>()?;
    let items = heads.first()?.items;
    let same = heads.iter().all(|head| head.items == items);
    same.then(|| Head {
        items,
        values: std::array::from_fn(|i| moments(heads.iter().map(|h| &h.values[i]).collect())),
    })
}

impl Cell {
    /// Lists without a relevant item, and all.
    #[must_use]
    pub fn lists_without(&self) -> (u64, u64) {
        self.lists.as_ref().map_or((0, 0), |l| (l.without, l.lists))
    }
}
