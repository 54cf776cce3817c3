//! The same of rows that are not at hand: a score is worth what its bin was worth in the baseline.
//!
//! Cells count rows by the bin of their score, those without an outcome among them. In each bin the baseline's share of
//! positive outcomes, made rising over the bins (isotonic regression, weighted by rows), is the probability of every
//! row in it, and rows of one bin count as tied. Which label was served is known only of rows with an outcome: labels
//! are estimated where they follow from a threshold. Losses of single scores, several classes and the errors of
//! numbers need rows.

use super::{Estimates, Expected, LEAST, Method};
use crate::stats::expected::{average_precision_of_bins, roc_auc_of_bins};
use crate::stats::isotonic::{Isotonic, Tied};
use crate::summary::{Cell, Classes};

impl Estimates {
    /// What is expected of the windows of a binary task, each its range and its counts, learned from the counts of
    /// the baseline; scores fall into so many bins.
    #[must_use]
    pub fn of_counts<'a>(
        bins: usize,
        baseline: Option<&Classes>,
        windows: impl Iterator<Item = ((usize, usize), &'a Cell)>,
    ) -> Self {
        let nothing = Classes::default();
        let known = baseline.unwrap_or(&nothing);
        let (positive, negative) = (known.positive.dense(bins), known.negative.dense(bins));
        let [hits, misses] = [&positive, &negative].map(|of| of.iter().sum::<u64>());
        let refused = |why: String| Self {
            undefined: Some(why),
            ..Self::default()
        };
        if hits + misses < LEAST as u64 {
            return refused(format!(
                "{} rows of the baseline have an outcome and a score; {LEAST} are the fewest to learn from",
                hits + misses
            ));
        }
        if hits == 0 || misses == 0 {
            return refused("all outcomes of the baseline are of one class".into());
        }
        let tied = positive.iter().zip(&negative).enumerate();
        let tied = tied.filter(|(_, (p, n))| *p + *n > 0);
        let tied = tied.map(|(bin, (p, n))| Tied {
            x: bin as f64,
            weight: (p + n) as f64,
            sum: *p as f64,
        });
        let Some(worth) = Isotonic::of_sorted(tied) else {
            return Self::default();
        };
        Self {
            method: Method::Cbpe,
            rows: hits + misses,
            calibrated: true,
            windows: windows
                .map(|(range, cell)| window(bins, range, cell, &worth))
                .collect(),
            ..Self::default()
        }
    }
}

fn window(bins: usize, range: (usize, usize), cell: &Cell, worth: &Isotonic) -> Expected {
    let mut rows = vec![0; bins];
    for of in cell
        .classes
        .iter()
        .flat_map(|c| [&c.positive, &c.negative, &c.unlabelled])
    {
        for (all, own) in rows.iter_mut().zip(of.dense(bins)) {
            *all += own;
        }
    }
    let of_bin = |(bin, rows): (usize, &u64)| {
        (*rows > 0).then(|| (bin as u32, *rows, *rows as f64 * worth.at(bin as f64)))
    };
    let counted: Vec<(u32, u64, f64)> = rows.iter().enumerate().filter_map(of_bin).collect();
    let down: Vec<(f64, f64)> = (counted.iter().rev())
        .map(|(_, rows, positive)| (*rows as f64, *positive))
        .collect();
    Expected {
        range,
        rows: counted.iter().map(|bin| bin.1).sum(),
        roc_auc: roc_auc_of_bins(&down),
        average_precision: average_precision_of_bins(&down),
        bins: counted,
        ..Expected::default()
    }
}
