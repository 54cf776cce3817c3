//! What only rows can tell: the exact ROC AUC and exact percentiles of a range of buckets.

use super::build::{Builder, sort_by_group};
use super::series::Series;
use super::{Summary, WindowSize};
use crate::log::{Log, Task};
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::interval::quantile_ranks;
use crate::stats::rank::{AucCell, auc_cells, sort_by_score};
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
    /// Macro average of the one-against-rest ROC AUCs of a multiclass task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub macro_auc: Option<Macro>,
    /// Percentiles 50, 95 and 99 of the latency in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latency_ms: Option<[Ranked; 3]>,
}

/// A macro average with its standard error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Macro {
    /// Rows with an outcome and probabilities.
    pub n: u64,
    /// The average; `None` where a class does not occur or is alone.
    pub value: Option<f64>,
    /// Its standard error, from the influence of each row.
    pub se: Option<f64>,
}

/// A percentile with its distribution-free interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Values.
    pub n: u64,
    /// The percentile, by linear interpolation between order statistics.
    pub value: f64,
    /// Order statistic at the lower end of the interval; `None` where there are too few values.
    pub low: Option<f64>,
    /// Order statistic at the upper end of the interval.
    pub high: Option<f64>,
}

/// The percentiles of a latency that are kept.
pub const PERCENTILES: [f64; 3] = [0.5, 0.95, 0.99];

/// Rows sorted once by what is ranked.
pub(super) struct Orders {
    score: Vec<u32>,
    classes: Vec<Vec<u32>>,
    latency: Vec<u32>,
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
                labelled(sort_by_score(&log.score))
            } else {
                Vec::new()
            },
            classes: if multiclass {
                log.class_scores
                    .iter()
                    .map(|c| labelled(sort_by_score(c)))
                    .collect()
            } else {
                Vec::new()
            },
            latency: sort_by_score(&log.latency_ms),
        }
    }
}

impl Builder {
    /// Adds what only rows can tell for every window that the series can make, for all its
    /// buckets together and for the reference.
    pub(super) fn exact_windows(&self, summary: &mut Summary, at: usize) {
        let Some(series) = summary.series.get(at) else {
            return;
        };
        let (place, buckets) = self.places(series);
        debug_assert_eq!(buckets, series.buckets.len());
        let mut partitions: Vec<Vec<Option<(usize, usize)>>> = vec![vec![Some((0, buckets))]];
        for size in std::iter::once(series.size).chain(WindowSize::CALENDAR) {
            if size.is_made_of(series.size) {
                partitions.push(series.windows(size).into_iter().map(Some).collect());
            }
        }
        if self.log.live < self.log.rows {
            partitions.push(vec![None]);
        }
        let mut found: Vec<Exact> = Vec::new();
        let mut known = BTreeSet::new();
        for ranges in partitions {
            let fresh: Vec<_> = ranges.into_iter().filter(|r| known.insert(*r)).collect();
            found.extend(self.exact(&place, &fresh));
        }
        insert(&mut summary.series[at], found);
    }

    /// Adds what only rows can tell for ranges of buckets of a series.
    pub fn add_exact(&self, summary: &mut Summary, at: usize, ranges: &[(usize, usize)]) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let (place, _) = self.places(series);
        for range in ranges {
            if series.exact(Some(*range)).is_none() {
                let found = self.exact(&place, &[Some(*range)]);
                insert(series, found);
            }
        }
    }

    /// Ranges must not overlap.
    fn exact(&self, place: &[u32], ranges: &[Option<(usize, usize)>]) -> Vec<Exact> {
        let buckets = ranges.iter().flatten().map(|r| r.1).max().unwrap_or(0);
        let mut of_bucket = vec![u32::MAX; buckets];
        let mut of_reference = u32::MAX;
        for (i, range) in (0u32..).zip(ranges) {
            match range {
                Some((from, to)) => of_bucket[*from..*to].iter_mut().for_each(|b| *b = i),
                None => of_reference = i,
            }
        }
        let group: Vec<u32> = place
            .iter()
            .map(|p| {
                if *p == u32::MAX - 1 {
                    of_reference
                } else {
                    of_bucket.get(*p as usize).copied().unwrap_or(u32::MAX)
                }
            })
            .collect();
        let auc = match self.log.task {
            Some(Task::Binary) if !self.log.score.is_empty() => auc_cells(
                &self.orders.score,
                &self.log.score,
                &self.facts.positive,
                &group,
                ranges.len(),
            ),
            _ => Vec::new(),
        };
        let macros = if self.orders.classes.is_empty() {
            Vec::new()
        } else {
            self.macros(&group, ranges.len())
        };
        let latency = if self.orders.latency.is_empty() {
            Vec::new()
        } else {
            self.percentiles(&group, ranges.len())
        };
        ranges
            .iter()
            .enumerate()
            .map(|(i, range)| Exact {
                range: *range,
                auc: auc.get(i).cloned(),
                macro_auc: macros.get(i).cloned(),
                latency_ms: latency.get(i).copied().flatten(),
            })
            .collect()
    }

    fn percentiles(&self, group: &[u32], groups: usize) -> Vec<Option<[Ranked; 3]>> {
        let (rows, starts) = sort_by_group(group, groups, Some(&self.orders.latency));
        let sorted: Vec<f64> = rows
            .iter()
            .map(|r| self.log.latency_ms[*r as usize])
            .collect();
        starts
            .windows(2)
            .map(|w| {
                let values = &sorted[w[0]..w[1]];
                let ranked = |p: f64| {
                    let ranks = quantile_ranks(values.len() as u64, p);
                    Some(Ranked {
                        n: values.len() as u64,
                        value: quantile_sorted(values, p)?,
                        low: ranks.and_then(|r| values.get(r.0 as usize).copied()),
                        high: ranks.and_then(|r| values.get(r.1 as usize).copied()),
                    })
                };
                Some([
                    ranked(PERCENTILES[0])?,
                    ranked(PERCENTILES[1])?,
                    ranked(PERCENTILES[2])?,
                ])
            })
            .collect()
    }

    /// Mean of the one-against-rest AUCs. Its standard error comes from the influence of each row:
    /// ψ = Σₖ ((V₁₀ − AUCₖ) / πₖ for a row of class k, (V₀₁ − AUCₖ) / (1 − πₖ) for another) / K,
    /// where V are DeLong's placements and πₖ is the share of class k; var = Σ ψ² / n².
    fn macros(&self, group: &[u32], groups: usize) -> Vec<Macro> {
        let classes = self.orders.classes.len();
        let mut influence = vec![0.0; self.log.rows];
        let mut sums = vec![Some(0.0); groups];
        let mut rows_of = vec![0u64; groups];
        for (class, order) in (0u32..).zip(&self.orders.classes) {
            let (rows, starts) = sort_by_group(group, groups, Some(order));
            let score = &self.log.class_scores[class as usize];
            for (g, w) in starts.windows(2).enumerate() {
                let rows = &rows[w[0]..w[1]];
                rows_of[g] = rows.len() as u64;
                let is = |row: u32| self.log.truth.label(row as usize) == Some(class);
                let positives = rows.iter().filter(|r| is(**r)).count() as f64;
                let negatives = rows.len() as f64 - positives;
                if positives == 0.0 || negatives == 0.0 {
                    sums[g] = None;
                    continue;
                }
                let mut placement = vec![0.0; rows.len()];
                let (mut below, mut pos_below, mut i) = (0.0, 0.0, 0);
                while i < rows.len() {
                    let tie = rows[i..]
                        .iter()
                        .take_while(|r| score[**r as usize] == score[rows[i] as usize])
                        .count();
                    let block = &rows[i..i + tie];
                    let pos = block.iter().filter(|r| is(**r)).count() as f64;
                    let neg = tie as f64 - pos;
                    for (row, v) in block.iter().zip(&mut placement[i..]) {
                        *v = if is(*row) {
                            (below + neg / 2.0) / negatives
                        } else {
                            1.0 - (pos_below + pos / 2.0) / positives
                        };
                    }
                    below += neg;
                    pos_below += pos;
                    i += tie;
                }
                let auc = rows
                    .iter()
                    .zip(&placement)
                    .filter(|r| is(*r.0))
                    .map(|r| r.1)
                    .sum::<f64>()
                    / positives;
                sums[g] = sums[g].map(|s| s + auc);
                let n = rows.len() as f64;
                for (row, v) in rows.iter().zip(&placement) {
                    let share = if is(*row) {
                        positives / n
                    } else {
                        negatives / n
                    };
                    influence[*row as usize] += (v - auc) / share / classes as f64;
                }
            }
        }
        let mut square = vec![0.0; groups];
        for row in &self.orders.classes[0] {
            if let Some(s) = square.get_mut(group[*row as usize] as usize) {
                *s += influence[*row as usize] * influence[*row as usize];
            }
        }
        (0..groups)
            .map(|g| Macro {
                n: rows_of[g],
                value: sums[g]
                    .map(|s| s / classes as f64)
                    .filter(|_| rows_of[g] > 0),
                se: sums[g]
                    .map(|_| square[g].sqrt() / rows_of[g] as f64)
                    .filter(|_| rows_of[g] > 1),
            })
            .collect()
    }
}

fn insert(series: &mut Series, found: Vec<Exact>) {
    series.exact.extend(found);
    series.exact.sort_by_key(|a| a.range);
    series.exact.dedup_by(|a, b| a.range == b.range);
}
