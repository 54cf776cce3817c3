//! How cells add up: field by field over any number of them, each sum rounded once.

use super::cell::{Cell, Classes, Histogram, Moments, Numbers, Service, Tenth};
use super::class_scores::ClassScores;
use super::in_order::InOrder;
use super::label_sets::LabelSets;
use super::lists;
use super::masses::Masses;
use super::models;
use super::quantiles::QuantileCounts;
use super::relative::Relative;
use super::tweedie::Tweedie;
use crate::stats::exact_sum::{ExactSum, Sum};
use crate::stats::sketch::LogHistogram;
use std::collections::BTreeMap;

/// Bins up to which counts are added in a list with a place for each.
const DENSE: u32 = 1 << 16;

impl Cell {
    /// Adds the other's counts.
    pub fn merge(&mut self, other: &Self) {
        *self = Self::total(&[self, other]);
    }

    /// The counts of all of them.
    #[must_use]
    pub fn total(cells: &[&Self]) -> Self {
        Self {
            service: some(cells, |c| c.service.as_ref(), service),
            models: models::total(&cells.iter().map(|c| &c.models).collect::<Vec<_>>()),
            delay_s: some(cells, |c| c.delay_s.as_ref(), log_histogram),
            missing: counts(cells.iter().map(|c| &c.missing[..])),
            ..Self::total_of_outcomes(cells)
        }
    }

    /// The rows, outcomes and errors of all of them, without requests, delays and missing cells: all that
    /// metrics of right and wrong need.
    #[must_use]
    pub fn total_of_outcomes(cells: &[&Self]) -> Self {
        Self {
            rows: cells.iter().map(|c| c.rows).sum(),
            labelled: cells.iter().map(|c| c.labelled).sum(),
            classes: some(cells, |c| c.classes.as_ref(), classes),
            numbers: some(cells, |c| c.numbers.as_ref(), numbers),
            quantiles: some(cells, |c| c.quantiles.as_ref(), QuantileCounts::total),
            sets: some(
                cells,
                |c| c.sets.as_ref(),
                |all| LabelSets::total(all, |of| moments(of.into_iter())),
            ),
            lists: some(
                cells,
                |c| c.lists.as_ref(),
                |all| lists::total(all, |of| moments(of.into_iter())),
            ),
            ..Self::default()
        }
    }
}

/// Adds counts by their place; one that is not there counts 0.
pub(super) fn counts<'a>(lists: impl Iterator<Item = &'a [u64]>) -> Vec<u64> {
    let mut out: Vec<u64> = Vec::new();
    for list in lists {
        if out.len() < list.len() {
            out.resize(list.len(), 0);
        }
        out.iter_mut().zip(list).for_each(|(a, b)| *a += b);
    }
    out
}

/// The total of a part that not every cell has; `None` where none has it.
fn some<'a, T: 'a>(
    cells: &[&'a Cell],
    part: impl Fn(&'a Cell) -> Option<&'a T>,
    total: impl Fn(&[&T]) -> T,
) -> Option<T> {
    let parts: Vec<&T> = cells.iter().filter_map(|c| part(c)).collect();
    (!parts.is_empty()).then(|| total(&parts))
}

fn classes(all: &[&Classes]) -> Classes {
    // Slices are watched window by window, and most windows are one bucket.
    if let [one] = all {
        return (*one).clone();
    }
    let mut confusion: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for (of, predicted, rows) in all.iter().flat_map(|c| &c.confusion) {
        *confusion.entry((*of, *predicted)).or_default() += rows;
    }
    let tenths = all.iter().map(|c| c.calibration.len()).max().unwrap_or(0);
    Classes {
        confusion: confusion.into_iter().map(|(k, n)| (k.0, k.1, n)).collect(),
        positive: histogram(all.iter().map(|c| &c.positive)),
        negative: histogram(all.iter().map(|c| &c.negative)),
        unlabelled: histogram(all.iter().map(|c| &c.unlabelled)),
        log_loss: moments(all.iter().map(|c| &c.log_loss)),
        squared_error: moments(all.iter().map(|c| &c.squared_error)),
        ranks: ranks(all),
        masses: scored(all, |c| c.masses.as_ref()).map(|all| Masses::total(&all)),
        by_class: scored(all, |c| c.by_class.as_ref())
            .map(|all| ClassScores::total(&all, |of| histogram(of.into_iter()))),
        calibration: (0..tenths)
            .map(|i| tenth(all.iter().filter_map(|c| c.calibration.get(i))))
            .collect(),
    }
}

/// Rows by rank, as many ranks as all that count them tell apart; the last count is of the rest.
fn ranks(all: &[&Classes]) -> Vec<u64> {
    let counted = all.iter().map(|c| &c.ranks[..]).filter(|r| !r.is_empty());
    let places = counted.clone().map(<[u64]>::len).min().unwrap_or(0);
    let mut out = vec![0; places];
    for ranks in counted {
        for (rank, rows) in ranks.iter().enumerate() {
            out[rank.min(places - 1)] += rows;
        }
    }
    out
}

/// A part of those that have probabilities beside outcomes; `None` unless every one has it: its sum would not be of
/// all rows.
fn scored<'a, T>(
    all: &[&'a Classes],
    part: impl Fn(&'a Classes) -> Option<&'a T>,
) -> Option<Vec<&'a T>> {
    let scored = all.iter().filter(|c| c.scored() > 0);
    let parts: Vec<&T> = scored.map(|c| part(c)).collect::<Option<_>>()?;
    (!parts.is_empty()).then_some(parts)
}

fn tenth<'a>(all: impl Iterator<Item = &'a Tenth> + Clone) -> Tenth {
    Tenth {
        rows: all.clone().map(|t| t.rows).sum(),
        positive: all.clone().map(|t| t.positive).sum(),
        sum: sum(all.map(|t| &t.sum)),
    }
}

fn numbers(all: &[&Numbers]) -> Numbers {
    Numbers {
        error: moments(all.iter().map(|n| &n.error)),
        absolute: sum(all.iter().map(|n| &n.absolute)),
        fourth: sum(all.iter().map(|n| &n.fourth)),
        outcome: moments(all.iter().map(|n| &n.outcome)),
        centred: std::array::from_fn(|i| sum(all.iter().map(|n| &n.centred[i]))),
        mixed: std::array::from_fn(|i| sum(all.iter().map(|n| &n.mixed[i]))),
        relative: relative(all),
        in_order: in_order(all),
    }
}

/// `None` unless every one has it: it would not be of all rows.
fn in_order(all: &[&Numbers]) -> Option<InOrder> {
    let counted = all.iter().filter(|n| n.error.n > 0);
    let all: Vec<&InOrder> = counted
        .map(|n| n.in_order.as_ref())
        .collect::<Option<_>>()?;
    (!all.is_empty()).then(|| InOrder::total(&all))
}

/// `None` unless every one has it: it would not be of all rows.
fn relative(all: &[&Numbers]) -> Option<Relative> {
    let counted = all.iter().filter(|n| n.error.n > 0);
    let all: Vec<&Relative> = counted
        .map(|n| n.relative.as_ref())
        .collect::<Option<_>>()?;
    (!all.is_empty()).then(|| Relative {
        largest: all.iter().map(|r| r.largest).fold(0.0, f64::max),
        sizes: std::array::from_fn(|i| sum(all.iter().map(|r| &r.sizes[i]))),
        mixed: std::array::from_fn(|i| sum(all.iter().map(|r| &r.mixed[i]))),
        log_square: moments(all.iter().map(|r| &r.log_square)),
        percentage: moments(all.iter().map(|r| &r.percentage)),
        symmetric: moments(all.iter().map(|r| &r.symmetric)),
        deviance: std::array::from_fn(|i| moments(all.iter().map(|r| &r.deviance[i]))),
        spread: std::array::from_fn(|i| sum(all.iter().map(|r| &r.spread[i]))),
        logs: sum(all.iter().map(|r| &r.logs)),
        tweedie: tweedie(&all),
    })
}

/// `None` unless every one has it.
fn tweedie(all: &[&Relative]) -> Option<Tweedie> {
    let all: Vec<&Tweedie> = all
        .iter()
        .map(|r| r.tweedie.as_ref())
        .collect::<Option<_>>()?;
    Some(Tweedie {
        deviance: moments(all.iter().map(|t| &t.deviance)),
        spread: sum(all.iter().map(|t| &t.spread)),
        roots: sum(all.iter().map(|t| &t.roots)),
    })
}

fn service(all: &[&Service]) -> Service {
    let latencies: Vec<&LogHistogram> = all.iter().map(|s| &s.latency_ms).collect();
    Service {
        statuses: all.iter().map(|s| s.statuses).sum(),
        failed: all.iter().map(|s| s.failed).sum(),
        latency_ms: log_histogram(&latencies),
        means: std::array::from_fn(|i| moments(all.iter().map(|s| &s.means[i]))),
    }
}

fn log_histogram(all: &[&LogHistogram]) -> LogHistogram {
    let mut out = LogHistogram::default();
    all.iter().for_each(|h| out.merge(h));
    out
}

pub(super) fn moments<'a>(all: impl Iterator<Item = &'a Moments> + Clone) -> Moments {
    Moments {
        n: all.clone().map(|m| m.n).sum(),
        sum: sum(all.clone().map(|m| &m.sum)),
        square: sum(all.map(|m| &m.square)),
    }
}

pub(super) fn sum<'a>(mut all: impl Iterator<Item = &'a Sum>) -> Sum {
    match (all.next(), all.next(), all.next()) {
        (None, ..) => Sum::default(),
        (Some(one), None, _) => one.clone(),
        (Some(a), Some(b), None) => a.merge(b),
        (Some(a), Some(b), Some(c)) => {
            let mut total = ExactSum::new();
            [a, b, c]
                .into_iter()
                .chain(all)
                .for_each(|s| total.add_sum(s));
            total.to_sum()
        }
    }
}

fn histogram<'a>(all: impl Iterator<Item = &'a Histogram> + Clone) -> Histogram {
    // Bins ascend in each of them.
    let most = all.clone().filter_map(|h| h.0.last()).map(|b| b.0).max();
    let bins = all.flat_map(|h| &h.0);
    match most {
        None => Histogram::default(),
        Some(most) if most < DENSE => {
            let mut dense = vec![0; most as usize + 1];
            for (bin, rows) in bins {
                // A damaged list may not ascend; what lies beyond its end is left out.
                if let Some(place) = dense.get_mut(*bin as usize) {
                    *place += rows;
                }
            }
            let filled = (0..).zip(dense).filter(|b| b.1 > 0);
            Histogram(filled.collect())
        }
        Some(_) => {
            let mut sparse: BTreeMap<u32, u64> = BTreeMap::new();
            bins.for_each(|(bin, rows)| *sparse.entry(*bin).or_default() += rows);
            Histogram(sparse.into_iter().collect())
        }
    }
}
