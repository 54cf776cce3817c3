//! What a metric is computed from: a cell, what only rows can tell of it, and the threshold.

use super::{Confused, Estimate, Parameter, Parameters};
use crate::stats::interval::{Skewed, wilson};
use crate::stats::rank::Ends;
use crate::summary::{
    Cell, Classes, Counted, Exact, Moments, Naive, Numbers, QuantileCounts, Service, Summary,
};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// How a predicted label is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// As it was served.
    Served,
    /// Positive where the score falls into this bin of the histogram or above.
    Bin(u32),
}

/// What a metric is computed from.
pub struct Measures<'a> {
    /// Task, labels, edges.
    pub summary: &'a Summary,
    /// The counts.
    pub cell: &'a Cell,
    /// What only rows can tell.
    pub exact: Option<&'a Exact>,
    /// How a predicted label is found.
    pub cut: Cut,
    /// What a naive forecast was off by, where it was asked for.
    pub naive: Option<&'a Naive>,
    /// Cost of a row by true and predicted class, where the reader told some.
    pub costs: Option<&'a BTreeMap<(usize, usize), f64>>,
    /// What the reader chose of metrics, where they chose some.
    pub parameters: Option<&'a Parameters>,
    confused: OnceCell<Confused>,
}

impl<'a> Measures<'a> {
    /// Of a cell, and of what only rows can tell of it.
    #[must_use]
    pub const fn new(
        summary: &'a Summary,
        cell: &'a Cell,
        exact: Option<&'a Exact>,
        cut: Cut,
    ) -> Self {
        Self {
            summary,
            cell,
            exact,
            cut,
            naive: None,
            costs: None,
            parameters: None,
            confused: OnceCell::new(),
        }
    }

    /// A parameter of metrics that the reader chose.
    pub(super) fn parameter(&self, of: Parameter) -> Option<f64> {
        self.parameters?.get(of)
    }

    /// Up to where partial areas and the top of the rows go, as the reader chose it.
    pub(super) fn ends(&self) -> Ends {
        self.parameters.map_or(Ends::USUAL, Parameters::ends)
    }

    pub(super) fn classes(&self) -> Option<&'a Classes> {
        self.cell.classes.as_ref()
    }

    pub(super) fn numbers(&self) -> Option<&'a Numbers> {
        self.cell.numbers.as_ref()
    }

    pub(super) fn quantiles(&self) -> Option<&'a QuantileCounts> {
        self.cell.quantiles.as_ref()
    }

    pub(super) fn service(&self) -> Option<&'a Service> {
        self.cell.service.as_ref()
    }

    /// Why there is nothing to compare: no outcomes, or nothing beside them.
    pub(super) fn nothing(&self) -> Estimate {
        Estimate::undefined(
            if self.cell.labelled == 0 {
                NO_LABELS
            } else {
                "no prediction beside the outcomes"
            },
            0,
        )
    }

    /// Confusion counts of a binary task.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.classes()
            .map_or_else(Counted::default, |c| match self.cut {
                Cut::Served => c.served(),
                Cut::Bin(bin) => c.above(bin),
            })
    }

    /// True against predicted labels of any classification.
    #[must_use]
    pub fn confused(&self) -> &Confused {
        self.confused.get_or_init(|| {
            let k = self.summary.labels.len();
            match (self.classes(), self.cut) {
                (Some(_), Cut::Bin(_)) if k == 2 => {
                    let c = self.counted();
                    Confused::of(
                        k,
                        [(0, 0, c.tn), (0, 1, c.fp), (1, 0, c.r#fn), (1, 1, c.tp)],
                    )
                }
                (classes, _) => {
                    let cells = classes.iter().flat_map(|c| &c.confusion);
                    Confused::of(k, cells.map(|(t, p, n)| (*t as usize, *p as usize, *n)))
                }
            }
        })
    }

    /// Why there is no value of what no count tells, only all rows together.
    pub(super) fn needs_rows(&self) -> Estimate {
        let why = match self.summary.streamed {
            true => NOT_KEPT,
            false => NEEDS_ROWS,
        };
        Estimate::undefined(why, 0)
    }

    /// The score from which a row is predicted positive; `None` where labels are taken as served.
    pub(super) fn threshold(&self) -> Option<f64> {
        match self.cut {
            Cut::Served => None,
            Cut::Bin(bin) => self.summary.edges.get(bin as usize).copied(),
        }
    }
}

pub(super) const NO_LABELS: &str = "no outcomes yet";
pub(super) const NOT_COUNTED: &str = "not counted in this slice";
pub(super) const NO_SCORE: &str = "no score";
pub(super) const NEEDS_ROWS: &str = "needs the rows, which are not at hand for this choice";
/// Why there is no value where rows were counted as they passed.
pub const NOT_KEPT: &str = "needs the rows, which were counted as they passed and not kept";
pub(super) const NO_PROBABILITY: &str = "no score that is a probability";

/// Rows from which on a share of them has an interval: of fewer, none covers what it says for shares near
/// 0 and 1.
pub(super) const LEAST_ROWS: u64 = 10;

/// Rows of each of two labels, and predicted so, from which on a correlation of them has an interval: of fewer,
/// the few wrong ones make steps of it that no interval hits.
pub(super) const LEAST_OF_TWO: u64 = 20;

/// Rows from which on a correlation of the labels of several classes has an interval.
pub(super) const LEAST_OF_SEVERAL: u64 = 100;

/// The same of shares that are mostly next to 1, as those of the larger class are.
pub(super) const LEAST_OF_MOST: u64 = 150;

/// The same of the larger of two shares, which is never below one half: where they are next to each other, no
/// interval of fewer rows covers what it says.
pub(super) const LEAST_OF_LARGER: u64 = 1_000;

/// A share of rows with Wilson's interval, from 10 rows on; there are some.
#[must_use]
pub fn share(hits: u64, n: u64) -> Estimate {
    share_of_at_least(hits, n, LEAST_ROWS)
}

/// The same, with an interval from so many rows on.
pub(super) fn share_of_at_least(hits: u64, n: u64, least: u64) -> Estimate {
    let interval = wilson(hits, n).filter(|_| n >= least);
    Estimate::of(hits as f64 / n as f64, interval, n).or_why(|| too_few_rows(n, least))
}

/// Why there is no interval: fewer rows than a true one takes.
pub(super) fn too_few_rows(n: u64, least: u64) -> String {
    let rows = if n == 1 { "row is" } else { "rows are" };
    format!("no interval: {n} {rows} too few for a true one, it takes {least}")
}

/// Why there is no interval: fewer rows of one class than a true one takes.
pub(super) fn too_few_of_a_class(positives: u64, negatives: u64, least: u64) -> String {
    let (n, class) = match positives <= negatives {
        true => (positives, "positive"),
        false => (negatives, "negative"),
    };
    too_few_of(n, class, least)
}

/// Why there is no interval: so many rows of a class.
pub(super) fn too_few_of(n: u64, class: &str, least: u64) -> String {
    let rows = if n == 1 { "row is" } else { "rows are" };
    format!("no interval: {n} {class} {rows} too few for a true one, it takes {least}")
}

/// Mean and variance of values that are at least 0, with their skewness, which in n values is at most √n;
/// `None` where they do not vary, or a sum is beyond every number.
pub(super) fn skewed(moments: &Moments, skewness: f64) -> Option<Skewed> {
    let (mean, variance) = (moments.mean()?, moments.variance()?);
    let most = (moments.n as f64).sqrt();
    let skewness = skewness.clamp(-most, most);
    (mean > 0.0 && variance > 0.0 && skewness.is_finite()).then_some(Skewed {
        mean,
        variance,
        skewness,
        n: moments.n,
    })
}

/// The skewness of values, given the means of their first three powers; 0 where they vary by less than a
/// ten-thousandth of their mean, which the powers do not tell.
pub(super) fn skewness([first, second, third]: [f64; 3]) -> f64 {
    let variance = second - first * first;
    match variance > 1e-8 * first * first {
        true => {
            (third - 3.0 * first * variance - first * first * first) / (variance * variance.sqrt())
        }
        false => 0.0,
    }
}
