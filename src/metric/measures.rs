//! What a metric is computed from: a cell, what only rows can tell of it, and the threshold.

use super::{Confused, Estimate};
use crate::stats::interval::{Interval, mean_t};
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
            confused: OnceCell::new(),
        }
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
pub(super) const NO_PROBABILITY: &str = "no score that is a probability";

/// The mean of rows' values with Student's interval, whatever they are.
#[must_use]
pub fn mean_of(moments: &Moments) -> Estimate {
    mean(moments, (f64::NEG_INFINITY, f64::INFINITY), "no values")
}

/// The mean of rows' values with Student's interval, kept within the possible range.
pub(super) fn mean(moments: &Moments, range: (f64, f64), missing: &str) -> Estimate {
    let Some(value) = moments.mean() else {
        return Estimate::undefined(missing, 0);
    };
    let interval = moments
        .variance()
        .and_then(|variance| mean_t(value, variance, moments.n))
        .map(|i| Interval {
            low: i.low.max(range.0),
            high: i.high.min(range.1),
        });
    Estimate::of(value, interval, moments.n)
}
