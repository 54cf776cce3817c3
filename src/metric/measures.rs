//! What a metric is computed from: a cell, what only rows can tell of it, and the threshold.

use super::Estimate;
use crate::stats::interval::{Interval, logit, mean_t};
use crate::summary::{Cell, Classes, Counted, Exact, Moments, Numbers, Service, Summary};

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
}

impl<'a> Measures<'a> {
    pub(super) fn classes(&self) -> Option<&'a Classes> {
        self.cell.classes.as_ref()
    }

    pub(super) fn numbers(&self) -> Option<&'a Numbers> {
        self.cell.numbers.as_ref()
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

    /// Confusion matrix of any classification: `[true][predicted]`.
    #[must_use]
    pub fn matrix(&self) -> Vec<Vec<u64>> {
        let k = self.summary.labels.len();
        let mut out = vec![vec![0; k]; k];
        match (self.classes(), self.cut) {
            (Some(_), Cut::Bin(_)) if k == 2 => {
                let c = self.counted();
                out = vec![vec![c.tn, c.fp], vec![c.r#fn, c.tp]];
            }
            (Some(classes), _) => {
                for (t, p, n) in &classes.confusion {
                    if let Some(place) = out
                        .get_mut(*t as usize)
                        .and_then(|r| r.get_mut(*p as usize))
                    {
                        *place += n;
                    }
                }
            }
            _ => {}
        }
        out
    }
}

/// Row sums, column sums and labels that occur of a confusion matrix.
pub(super) struct Margins {
    pub truth: Vec<f64>,
    pub predicted: Vec<f64>,
    pub n: u64,
}

impl Margins {
    pub(super) fn of(matrix: &[Vec<u64>]) -> Self {
        let k = matrix.len();
        Self {
            truth: matrix
                .iter()
                .map(|r| r.iter().sum::<u64>() as f64)
                .collect(),
            predicted: (0..k)
                .map(|j| matrix.iter().map(|r| r[j]).sum::<u64>() as f64)
                .collect(),
            n: matrix.iter().flatten().sum(),
        }
    }

    /// Labels that occur as outcome or prediction; scikit-learn averages over these.
    pub(super) fn present(&self) -> Vec<usize> {
        (0..self.truth.len())
            .filter(|&k| self.truth[k] + self.predicted[k] > 0.0)
            .collect()
    }
}

/// A macro average with the interval of the delta method: the matrix is multinomial, so a function
/// of degree 0 with derivatives g by its counts has variance Σ n g² (Takahashi et al. 2022,
/// *Applied Intelligence* 52, 4961). On the logit scale, so that it stays within [0, 1].
pub(super) fn macro_average(
    matrix: &[Vec<u64>],
    value: f64,
    n: u64,
    gradient: impl Fn(usize, usize) -> f64,
) -> Estimate {
    let mut variance = 0.0;
    for (i, row) in matrix.iter().enumerate() {
        for (j, count) in row.iter().enumerate().filter(|c| *c.1 > 0) {
            let g = gradient(i, j);
            variance += *count as f64 * g * g;
        }
    }
    let interval = if value > 0.0 && value < 1.0 {
        Some(logit(value, variance.sqrt()))
    } else {
        // All right or all wrong: as for a proportion of as many rows.
        crate::stats::interval::wilson(if value >= 1.0 { n } else { 0 }, n)
    };
    Estimate::of(value, interval, n)
}

pub(super) const NO_LABELS: &str = "no outcomes yet";
pub(super) const NO_SCORE: &str = "no score";
pub(super) const NO_PROBABILITY: &str = "no score that is a probability";

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
