//! Gradient-boosted decision trees over histograms, for squared and logistic loss.
//!
//! What estimates of performance without outcomes are learnt with: the loss of a row from its features
//! ([`Loss::Squared`]), and how alike a row is to those of a window ([`Loss::Logistic`]). The settings
//! are the defaults of LightGBM, see [`Params`].
//!
//! | module | holds |
//! | --- | --- |
//! | [`bins`] | values of a feature told apart by at most 255 bins |
//! | `cell` | sums of gradients as integers, and their histograms |
//! | `split` | the best cut of a leaf |
//! | `tree` | a grown tree: what a row is told |
//! | `grow` | one tree, leaf by leaf |
//! | `fit` | tree after tree |
//!
//! **Same bits everywhere.** Gradients are rounded to integers once a tree, so their sums depend on no
//! order, and the histogram of one child is that of its parent less that of the other without loss.
//! There is no randomness: all rows, all features, ties to the first.
//!
//! Sources: J. H. Friedman (2001), *Greedy function approximation: a gradient boosting machine*; G. Ke et
//! al. (2017), *LightGBM: a highly efficient gradient boosting decision tree*; W. D. Fisher (1958), *On
//! grouping for maximum homogeneity* (the order of words by their mean gradient).

#[cfg(test)]
mod against_lightgbm;
pub mod bins;
mod cell;
mod fit;
mod grow;
mod split;
#[cfg(test)]
mod tests;
mod tree;

pub use bins::{Bins, Feature, Rows};
pub use fit::{Fitting, Model, fit};

/// What a model is to make small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// (y − f)² / 2; the prediction is a mean.
    Squared,
    /// −ln of the probability of y ∈ {0, 1}; the prediction is a probability.
    Logistic,
}

/// How trees are grown. The default is LightGBM's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// Trees: 100.
    pub trees: usize,
    /// Leaves of a tree at most: 31.
    pub leaves: usize,
    /// The share of a leaf's value that is added: 0.1.
    pub rate: f64,
    /// Rows of a leaf at least: 20.
    pub min_rows: u32,
    /// Sum of the second derivatives in a leaf at least: 0.001.
    pub min_hessian: f64,
    /// Added to the second derivatives, which draws the value of a leaf to 0: none.
    pub l2: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            trees: 100,
            leaves: 31,
            rate: 0.1,
            min_rows: 20,
            min_hessian: 1e-3,
            l2: 0.0,
        }
    }
}

/// Up to `most` of the numbers below `rows`, evenly spread, rising: the rows of a sample that is the
/// same every time.
///
/// ```
/// # use plumbline::stats::boost::spread;
/// assert_eq!(spread(10, 3).collect::<Vec<_>>(), [0, 3, 6]);
/// assert_eq!(spread(2, 3).collect::<Vec<_>>(), [0, 1]);
/// ```
pub fn spread(rows: usize, most: usize) -> impl Iterator<Item = usize> {
    let taken = rows.min(most);
    (0..taken).map(move |i| (i as u128 * rows as u128 / taken as u128) as usize)
}
