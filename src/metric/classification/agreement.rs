//! What Cohen's kappa and Matthews' coefficient share: agreement beyond chance, in whole numbers.

use crate::metric::Confused;

/// Sums of squares and products of a confusion matrix; counts below 2⁶³ rows do not overflow.
pub(super) struct Agreement {
    n: i128,
    right: i128,
    /// Σ a_k b_k: true rows times predicted rows of each class.
    chance: i128,
    /// Σ a_k².
    truth: i128,
    /// Σ b_k².
    predicted: i128,
}

impl Agreement {
    pub(super) fn of(labels: &Confused) -> Self {
        let product = |a: &[u64], b: &[u64]| -> i128 {
            let pairs = a.iter().zip(b);
            pairs.map(|(a, b)| i128::from(*a) * i128::from(*b)).sum()
        };
        Self {
            n: i128::from(labels.n),
            right: i128::from(labels.hits()),
            chance: product(&labels.truth, &labels.predicted),
            truth: product(&labels.truth, &labels.truth),
            predicted: product(&labels.predicted, &labels.predicted),
        }
    }

    /// n Σ n_kk − Σ a_k b_k: 0 where labels agree as often as by chance.
    pub(super) const fn beyond_chance(&self) -> i128 {
        self.n * self.right - self.chance
    }

    /// n² − Σ a_k b_k: what it could be at most.
    pub(super) const fn most(&self) -> i128 {
        self.n * self.n - self.chance
    }

    /// n² − Σ b_k² and n² − Σ a_k²: 0 where one class alone is predicted, or occurs.
    pub(super) const fn spreads(&self) -> (i128, i128) {
        (
            self.n * self.n - self.predicted,
            self.n * self.n - self.truth,
        )
    }

    /// The derivative of [`Self::beyond_chance`] by the count of (true i, predicted j).
    pub(super) fn beyond_chance_by(&self, labels: &Confused, i: usize, j: usize) -> f64 {
        let right = if i == j { self.n as f64 } else { 0.0 };
        self.right as f64 + right - (labels.predicted[i] + labels.truth[j]) as f64
    }
}
