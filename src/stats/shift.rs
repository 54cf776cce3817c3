//! How much more a row of a reference is like those of a window than like its own kind.
//!
//! A classifier learns to tell the rows of the window from those of the reference. With g, the probability
//! that it gives to the window, a reference row gets the weight
//!
//! w = n_reference / n_window · g / max(0.05, 1 − g), at least 0.001,
//!
//! the ratio of both densities there (M-CBPE's). What is learned from the reference with these weights is
//! as if learned from rows like the window's, as long as outcomes depend on the features as before.
//!
//! The classifier is 30 boosted trees of 7 leaves, on 5 000 rows of either side at most. On reference rows
//! with made shifts, more or larger trees, more rows and classifiers that never saw the row they judge all
//! weighted no better: few small trees do not learn rows by heart.
//!
//! Sources: S. Bickel, M. Brückner, T. Scheffer (2009), *Discriminative learning under covariate shift*; J.
//! Białek, W. Kuberski, N. Perrakis, A. Bifet (2024), *Estimating model performance under covariate shift
//! without labels*, arXiv 2401.08348.

use super::boost::{Loss, Params, Rows, fit, spread};

/// Rows of either side that the classifier learns from at most.
pub const MOST_ROWS: usize = 5_000;
/// The least chance of the reference that is divided by.
const LEAST_CHANCE: f64 = 0.05;
/// The least weight.
const LEAST_WEIGHT: f64 = 0.001;

/// Weights of reference rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// One a row, above 0.
    pub weights: Vec<f64>,
    /// (Σw)² / Σw²: as many rows of one weight tell as much.
    pub effective: f64,
}

/// Weights that make the reference like the window; both in the same bins. `None` where either is empty.
#[must_use]
pub fn weights(reference: &Rows, window: &Rows, most_rows: usize) -> Option<Weights> {
    if reference.is_empty() || window.is_empty() {
        return None;
    }
    let most = most_rows.clamp(1, MOST_ROWS);
    let old = reference.pick(spread(reference.len(), most));
    let new = window.pick(spread(window.len(), most));
    let target = std::iter::repeat_n(0.0, old.len()).chain(std::iter::repeat_n(1.0, new.len()));
    let target = target.collect();
    let odds = old.len() as f64 / new.len() as f64;
    let params = Params {
        trees: 30,
        leaves: 7,
        ..Params::default()
    };
    let model = fit(old.and(&new), target, None, Loss::Logistic, params);
    let weight = |g: f64| (odds * g / (1.0 - g).max(LEAST_CHANCE)).max(LEAST_WEIGHT);
    let weights: Vec<f64> = model.predict(reference).into_iter().map(weight).collect();
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    Some(Weights {
        effective: sum * sum / squares,
        weights,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::boost::{Bins, Feature};

    /// Numbers 0 … 99, each as often as told.
    fn repeated(times: impl Fn(usize) -> usize) -> Vec<f64> {
        (0..100).flat_map(|i| vec![i as f64; times(i)]).collect()
    }

    fn both(reference: &[f64], window: &[f64]) -> Weights {
        let bins = Bins::of(&[Feature::Numbers(reference)]);
        let rows = |v| bins.rows(&[Feature::Numbers(v)]);
        weights(&rows(reference), &rows(window), MOST_ROWS).unwrap()
    }

    #[test]
    fn weights_are_the_ratio_of_densities() {
        let reference = repeated(|_| 20);
        // The upper half is three times as frequent as the lower one.
        let told = both(&reference, &repeated(|i| if i < 50 { 10 } else { 30 }));
        for (x, w) in reference.iter().zip(&told.weights) {
            let right = if *x < 50.0 { 0.5 } else { 1.5 };
            assert!((w - right).abs() < 0.12, "{x} weighs {w}, not {right}");
        }
        // (0.5 + 1.5)² / (2 (0.25 + 2.25)) of the rows.
        assert!(
            (told.effective / 2_000.0 - 0.8).abs() < 0.03,
            "{}",
            told.effective
        );
    }

    #[test]
    fn rows_alike_weigh_alike() {
        let told = both(&repeated(|_| 20), &repeated(|_| 10));
        assert!(told.weights.iter().all(|w| (w - 1.0).abs() < 1e-9));
        assert!((told.effective - 2_000.0).abs() < 1e-6);
    }

    #[test]
    fn what_no_row_of_the_window_is_like_weighs_little_and_no_weight_is_without_bound() {
        let told = both(&repeated(|_| 20), &repeated(|i| usize::from(i > 90) * 200));
        let (low, high) = (told.weights[0], told.weights[1_999]);
        assert!((0.001..0.1).contains(&low), "{low}");
        assert!((5.0..=23.0).contains(&high), "{high}");
    }

    #[test]
    fn without_rows_there_is_no_weight() {
        let bins = Bins::of(&[Feature::Numbers(&[1.0, 2.0])]);
        let some = bins.rows(&[Feature::Numbers(&[1.0])]);
        let none = bins.rows(&[Feature::Numbers(&[])]);
        assert_eq!(weights(&none, &some, 10), None);
        assert_eq!(weights(&some, &none, 10), None);
    }
}
