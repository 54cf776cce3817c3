//! Probabilities of scores as they are where rows are like those of a window.
//!
//! CBPE takes a score to mean the same everywhere. Where the model does not see all that outcomes depend
//! on, it does not: among the rows of a window a score may be worth more than among those of the baseline.
//! So the baseline's rows are weighted by how much they are like the window's ([`shift`]), and the function
//! from scores to probabilities is fitted to them so (multi-calibrated CBPE).
//!
//! It is bounded work: an even sample of the baseline's rows is weighted.

use super::build::Builder;
use super::features::{Features, thinned};
use crate::stats::boost::Rows;
use crate::stats::isotonic::{Isotonic, Tied};
use crate::stats::rank::sort_by_score;
use crate::stats::shift;

/// Rows of the baseline that are weighted at most: for all windows together, and for each.
const ALL: usize = 2_400_000;
const MANY: usize = 100_000;
const FEW: usize = 20_000;
/// Cells of either side that rows are told apart by at most, and rows that are enough whatever the columns.
const CELLS: usize = 40_000;
const FEWEST: usize = 1_000;
/// Rows of one weight that weighted rows must tell as much as.
const EFFECTIVE: f64 = 100.0;

/// The rows of a baseline, ready to be weighted.
pub(super) struct Shifted<'a> {
    features: Features<'a>,
    /// The rows, binned.
    binned: Rows,
    /// Rows by ascending score, with that score and their place among the binned; class by class.
    sorted: Vec<Vec<(f64, usize, usize)>>,
    most: usize,
}

impl<'a> Shifted<'a> {
    /// Of the rows of a baseline that have an outcome and scores, for so many windows. `None` where no
    /// column is an input.
    pub fn new(
        builder: &'a Builder,
        rows: &[usize],
        windows: usize,
        scores: &[&[f64]],
    ) -> Option<Self> {
        let rows = thinned(rows, (ALL / windows.max(1)).clamp(FEW, MANY));
        let features = Features::of(builder, &[], &rows)?;
        let sort = |scores: &&[f64]| {
            let own = |row: &usize| scores.get(*row).copied().unwrap_or(f64::NAN);
            let own: Vec<f64> = rows.iter().map(own).collect();
            let order = sort_by_score(&own).into_iter().map(|at| at as usize);
            let known = order.filter_map(|at| Some((*own.get(at)?, *rows.get(at)?, at)));
            known.collect()
        };
        Some(Self {
            binned: features.rows(&rows),
            most: (CELLS / features.width().max(1)).max(FEWEST),
            sorted: scores.iter().map(sort).collect(),
            features,
        })
    }

    /// For the rows of a window, the functions of each class from scores to probabilities; `None` where too
    /// few rows of the baseline are like them. `positive`: whether the outcome of a row is the class.
    pub fn learn(
        &self,
        window: &[usize],
        positive: impl Fn(usize, usize) -> bool,
    ) -> Option<Vec<Isotonic>> {
        let own = self.features.rows(&thinned(window, self.most));
        let found = shift::weights(&self.binned, &own, self.most)?;
        if found.effective < EFFECTIVE {
            return None;
        }
        let fit = |(class, sorted): (usize, &Vec<(f64, usize, usize)>)| {
            let mut tied: Vec<Tied> = Vec::new();
            for (x, row, at) in sorted {
                let weight = found.weights.get(*at).copied().unwrap_or(0.0);
                let sum = if positive(*row, class) { weight } else { 0.0 };
                match tied.last_mut() {
                    Some(last) if last.x == *x => {
                        last.weight += weight;
                        last.sum += sum;
                    }
                    _ => tied.push(Tied { x: *x, weight, sum }),
                }
            }
            Isotonic::of_sorted(tied)
        };
        self.sorted.iter().enumerate().map(fit).collect()
    }
}
