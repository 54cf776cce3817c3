//! What only rows can tell of a range of buckets: exact areas under curves and exact percentiles.

use super::build::{Buckets, Builder, Places};
use super::from_median::{FromMedian, by_outcome, from_median};
use super::macros::{Macro, Macros};
use super::series::Series;
use super::set_averages::{SetAverages, set_averages};
use super::{Summary, WindowSize};
use crate::log::{Log, Task, Truth};
use crate::stats::exact_quantile::{between, rank};
use crate::stats::interval::{End, quantile_ends};
use crate::stats::rank::{AucCell, CurveCell, Ends, auc_cells, curve_cells, sort_by_score};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What only rows can tell of a range of buckets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exact {
    /// First bucket and end (exclusive); `None`: the reference.
    pub range: Option<(usize, usize)>,
    /// ROC AUC of a binary task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auc: Option<AucCell>,
    /// What curves over all thresholds tell of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub curve: Option<CurveCell>,
    /// The same up to ends that the reader chose last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chosen: Option<Chosen>,
    /// Macro average of the one-against-rest ROC AUCs of a multiclass task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub macro_auc: Option<Macro>,
    /// Mean ROC AUC of every pair of classes of a multiclass task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pairs_auc: Option<Macro>,
    /// The one-against-rest ROC AUCs, each weighing as much as its class has rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weighted_auc: Option<Macro>,
    /// Macro average of the average precisions of the classes, one against the rest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub macro_precision: Option<Macro>,
    /// Averages over labels, where rows have several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub set_averages: Option<SetAverages>,
    /// Median of the absolute errors of a regression.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub absolute_error: Option<Ranked>,
    /// Outcomes of a regression beside their median.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from_median: Option<FromMedian>,
    /// Percentiles 50, 95 and 99 of the latency in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latency_ms: Option<[Ranked; 3]>,
    /// The 90th percentile of the latency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p90_ms: Option<Ranked>,
}

/// What curves tell up to ends that the reader chose.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// The ends.
    pub ends: Ends,
    /// What the curves tell.
    pub cell: CurveCell,
}

/// A percentile with its distribution-free interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Values.
    pub n: u64,
    /// The percentile, by linear interpolation between order statistics.
    pub value: f64,
    /// Lower end of the interval, between two order statistics; `None` where there are too few values.
    pub low: Option<f64>,
    /// Upper end of the interval, likewise.
    pub high: Option<f64>,
}

/// The percentiles of a latency that are kept.
pub const P50: f64 = 0.5;
/// As [`P50`].
pub const P90: f64 = 0.9;
/// As [`P50`].
pub const P95: f64 = 0.95;
/// As [`P50`].
pub const P99: f64 = 0.99;

/// Rows sorted once by what is ranked.
#[derive(Default)]
pub(super) struct Orders {
    score: Ordered,
    pub(super) classes: Vec<Vec<u32>>,
    latency: Ordered,
    absolute_error: Ordered,
    /// Rows of a regression by their outcome.
    outcome: Vec<u32>,
}

/// Rows in ascending order of a value, and what is asked of each beside it: a pass over them touches
/// memory from one end to the other.
#[derive(Default)]
struct Ordered {
    rows: Vec<u32>,
    values: Vec<f64>,
    /// Whether the outcome is positive.
    positive: Vec<bool>,
}

impl Ordered {
    fn of(values: &[f64], rows: Vec<u32>) -> Self {
        Self {
            values: rows.iter().map(|r| values[*r as usize]).collect(),
            rows,
            positive: Vec::new(),
        }
    }

    /// Where each row is, in this order.
    fn places(&self, places: &Places) -> Vec<u32> {
        self.rows.iter().map(|r| places.of[*r as usize]).collect()
    }
}

/// Where the rows of both orders are.
struct Placed {
    score: Vec<u32>,
    latency: Vec<u32>,
    absolute_error: Vec<u32>,
}

impl Orders {
    pub(super) fn of(log: &Log) -> Self {
        let labelled = |mut order: Vec<u32>| {
            order.retain(|r| log.truth.has(*r as usize));
            order
        };
        let multiclass = log.task == Some(Task::Multiclass);
        Self {
            score: if log.task == Some(Task::Binary) {
                let rows = labelled(sort_by_score(&log.score));
                let is = |row: &u32| log.truth.label(*row as usize) == Some(1);
                let positive = rows.iter().map(is).collect();
                Ordered {
                    positive,
                    ..Ordered::of(&log.score, rows)
                }
            } else {
                Ordered::default()
            },
            classes: if multiclass {
                log.class_scores
                    .iter()
                    .map(|c| labelled(sort_by_score(c)))
                    .collect()
            } else {
                Vec::new()
            },
            latency: Ordered::of(&log.latency_ms, sort_by_score(&log.latency_ms)),
            absolute_error: absolute_errors(log),
            outcome: by_outcome(log),
        }
    }
}

impl Orders {
    /// Rows of two classes in ascending order of their score: row, score, whether it is positive.
    pub(super) fn scored(&self) -> impl DoubleEndedIterator<Item = (u32, f64, bool)> + Clone {
        let order = &self.score;
        let rows = order.rows.iter().zip(&order.values).zip(&order.positive);
        rows.map(|((row, score), positive)| (*row, *score, *positive))
    }

    /// Rows with an outcome in ascending order of the score of a class.
    pub(super) fn of_class(&self, class: u32) -> &[u32] {
        self.classes.get(class as usize).map_or(&[], Vec::as_slice)
    }
}

impl Builder {
    /// Adds what only rows can tell for every window that the series can make, for all its
    /// buckets together and for the reference.
    pub(super) fn exact_windows(&self, summary: &mut Summary, at: usize, buckets: &Buckets) {
        let Some(series) = summary.series.get(at) else {
            return;
        };
        let places = self.places(series, buckets);
        let buckets = places.buckets;
        debug_assert_eq!(buckets, series.buckets.len());
        let mut partitions: Vec<Vec<Option<(usize, usize)>>> = vec![vec![Some((0, buckets))]];
        // A view is answered by the series of the largest size that its windows are made of.
        let answered = |size: WindowSize| {
            let mut others = summary.series.iter().filter(|s| s.slice == series.slice);
            others.any(|s| s.size > series.size && size.is_made_of(s.size))
        };
        for size in std::iter::once(series.size).chain(WindowSize::CALENDAR) {
            if size.is_made_of(series.size) && !answered(size) {
                partitions.push(series.windows(size).into_iter().map(Some).collect());
            }
        }
        if self.log.live < self.log.rows {
            partitions.push(vec![None]);
        }
        let placed = self.placed(&places);
        let mut found: Vec<Exact> = Vec::new();
        let mut known = BTreeSet::new();
        for ranges in partitions {
            let fresh: Vec<_> = ranges.into_iter().filter(|r| known.insert(*r)).collect();
            found.extend(self.exact(&places, &placed, &fresh));
        }
        insert(&mut summary.series[at], found);
    }

    /// Adds what only rows can tell for ranges of buckets of a series.
    pub fn add_exact(&self, summary: &mut Summary, at: usize, ranges: &[(usize, usize)]) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let places = self.places(series, &self.buckets(series.size));
        let placed = self.placed(&places);
        for range in ranges {
            if series.exact(Some(*range)).is_none() {
                let found = self.exact(&places, &placed, &[Some(*range)]);
                insert(series, found);
            }
        }
    }

    pub(super) fn placed_scores(&self, places: &Places) -> Vec<u32> {
        self.orders.score.places(places)
    }

    fn placed(&self, places: &Places) -> Placed {
        Placed {
            score: self.placed_scores(places),
            latency: self.orders.latency.places(places),
            absolute_error: self.orders.absolute_error.places(places),
        }
    }

    /// Ranges must not overlap.
    fn exact(
        &self,
        places: &Places,
        placed: &Placed,
        ranges: &[Option<(usize, usize)>],
    ) -> Vec<Exact> {
        let mut group_of = vec![u32::MAX; places.buckets + 2];
        for (i, range) in (0u32..).zip(ranges) {
            let (from, to) = range.unwrap_or((places.buckets, places.buckets + 1));
            group_of[from..to].iter_mut().for_each(|b| *b = i);
        }
        let (auc, curve) = match self.log.task {
            Some(Task::Binary) if !self.log.score.is_empty() => {
                let order = &self.orders.score;
                let rows = order.values.iter().zip(&order.positive).zip(&placed.score);
                let rows = rows.map(|((score, positive), place)| {
                    (*score, *positive, group_of[*place as usize])
                });
                let auc = auc_cells(rows.clone(), ranges.len());
                let curve = curve_cells(rows, &auc, self.log.probabilistic, Ends::USUAL);
                (auc, curve)
            }
            _ => Default::default(),
        };
        let group = || -> Vec<u32> { places.of.iter().map(|p| group_of[*p as usize]).collect() };
        let macros = match self.orders.classes.is_empty() {
            true => Macros::default(),
            false => self.macros(&group(), ranges.len()),
        };
        let sets = match self.log.task {
            Some(Task::Multilabel) => set_averages(&self.log, &group(), ranges.len()),
            _ => Vec::new(),
        };
        let outcomes = &self.orders.outcome;
        let medians = match outcomes.is_empty() {
            true => Vec::new(),
            false => from_median(&self.log, outcomes, &group(), ranges.len()),
        };
        let latency = match self.orders.latency.rows.is_empty() {
            true => Vec::new(),
            false => {
                let groups = placed.latency.iter().map(|p| group_of[*p as usize]);
                percentiles(
                    &self.orders.latency.values,
                    groups,
                    ranges.len(),
                    [P50, P95, P99, P90],
                )
            }
        };
        let error = match self.orders.absolute_error.rows.is_empty() {
            true => Vec::new(),
            false => {
                let groups = placed.absolute_error.iter().map(|p| group_of[*p as usize]);
                percentiles(
                    &self.orders.absolute_error.values,
                    groups,
                    ranges.len(),
                    [0.5],
                )
            }
        };
        let latency_of = |at: usize| latency.get(at).copied().flatten();
        ranges
            .iter()
            .enumerate()
            .map(|(i, range)| Exact {
                range: *range,
                auc: auc.get(i).cloned(),
                curve: curve.get(i).copied(),
                chosen: None,
                macro_auc: macros.auc.get(i).cloned(),
                pairs_auc: macros.pairs.get(i).cloned(),
                weighted_auc: macros.weighted.get(i).cloned(),
                macro_precision: macros.precision.get(i).cloned(),
                set_averages: sets.get(i).cloned(),
                absolute_error: error.get(i).copied().flatten().map(|[median]| median),
                from_median: medians.get(i).copied().flatten(),
                latency_ms: latency_of(i).map(|[p50, p95, p99, _]| [p50, p95, p99]),
                latency_p90_ms: latency_of(i).map(|[.., p90]| p90),
            })
            .collect()
    }
}

/// Absolute errors of a regression in ascending order.
fn absolute_errors(log: &Log) -> Ordered {
    let (Some(Task::Regression), Truth::Numbers(truth), Truth::Numbers(predicted)) =
        (log.task, &log.truth, &log.predicted)
    else {
        return Ordered::default();
    };
    let error = |(y, p): (&f64, &f64)| Some((p - y).abs()).filter(|e| e.is_finite());
    let errors = truth.iter().zip(predicted).map(error);
    let errors: Vec<f64> = errors.map(|e| e.unwrap_or(f64::NAN)).collect();
    let rows = sort_by_score(&errors);
    Ordered::of(&errors, rows)
}

/// Percentiles of every group in two passes over all values in ascending order: one counts the groups,
/// which tells the ranks that are wanted of each; the other picks them up. Nothing is moved.
fn percentiles<const K: usize>(
    values: &[f64],
    group: impl Iterator<Item = u32> + Clone,
    groups: usize,
    wanted_of_each: [f64; K],
) -> Vec<Option<[Ranked; K]>> {
    let mut count = vec![0u64; groups];
    for g in group.clone() {
        if let Some(n) = count.get_mut(g as usize) {
            *n += 1;
        }
    }
    // The wanted ranks of all groups, group by group, ascending, and where each group's begin.
    let mut wanted: Vec<u64> = Vec::new();
    let mut starts = vec![0];
    for n in &count {
        let mut ranks: Vec<u64> = Vec::new();
        for p in wanted_of_each {
            let Some((low, _)) = rank(*n, p) else {
                continue;
            };
            ranks.extend([low, low + 1]);
            let ends = quantile_ends(*n, p).into_iter().flat_map(|e| [e.0, e.1]);
            ranks.extend(ends.flat_map(|end| [end.rank, end.rank + 1]));
        }
        ranks.sort_unstable();
        ranks.dedup();
        ranks.retain(|rank| rank < n);
        wanted.append(&mut ranks);
        starts.push(wanted.len());
    }
    let mut found = vec![f64::NAN; wanted.len()];
    let mut at = starts.clone();
    let mut seen = vec![0u64; groups];
    for (value, g) in values.iter().zip(group) {
        let Some(rank) = seen.get_mut(g as usize) else {
            continue;
        };
        let place = &mut at[g as usize];
        if *place < starts[g as usize + 1] && wanted[*place] == *rank {
            found[*place] = *value;
            *place += 1;
        }
        *rank += 1;
    }
    let of_group = |g: usize| {
        let (from, to) = (starts[g], starts[g + 1]);
        let value = |rank: u64| {
            let at = wanted[from..to].binary_search(&rank).ok()?;
            found.get(from + at).copied()
        };
        let ranked = |p: f64| {
            let (low, fraction) = rank(count[g], p)?;
            let first = value(low)?;
            let ends = quantile_ends(count[g], p);
            let at = |end: End| {
                let here = value(end.rank)?;
                let next = value(end.rank + 1).unwrap_or(here);
                Some(between(here, next, end.towards))
            };
            Some(Ranked {
                n: count[g],
                value: match fraction {
                    0.0 => first,
                    _ => between(first, value(low + 1).unwrap_or(first), fraction),
                },
                low: ends.and_then(|e| at(e.0)),
                high: ends.and_then(|e| at(e.1)),
            })
        };
        let mut found = [Ranked::default(); K];
        for (place, p) in found.iter_mut().zip(wanted_of_each) {
            *place = ranked(p)?;
        }
        Some(found)
    };
    (0..groups).map(of_group).collect()
}

fn insert(series: &mut Series, found: Vec<Exact>) {
    series.exact.extend(found);
    series.exact.sort_by_key(|a| a.range);
    series.exact.dedup_by(|a, b| a.range == b.range);
}
