//! ROC AUC, and how uncertain it is, from integers alone.
//!
//! The *placement* of a positive is the number of negatives that score below it, ties counting half;
//! the placement of a negative is the same among positives. AUC is the mean placement of the positives
//! over the number of negatives, and DeLong's variance is made of the spread of both placements. Twice
//! a placement is an integer, so their sums are exact, and one pass over rows sorted once fills the
//! cells of every bucket and slice.
//!
//! Sources: H. B. Mann and D. R. Whitney (1947), *On a test of whether one of two random variables is
//! stochastically larger than the other*; E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (1988),
//! *Comparing the areas under two or more correlated receiver operating characteristic curves*;
//! X. Sun and W. Xu (2014), *Fast implementation of DeLong's algorithm*.

mod curve;
mod sort;

use super::interval::{Interval, logit};
pub use curve::{CurveBounds, CurveCell, PARTIAL, TOP, curve_cells};
use serde::{Deserialize, Serialize};
pub use sort::{sort_by_score, sort_numbers};

/// Rows of either class from which on the area under a curve has an interval.
pub const LEAST: u64 = 30;
/// Rows that exponential scores weigh in the variance of an AUC, and how many times what was seen their
/// spread is at most.
const PRIOR: f64 = 3.0;
const MOST: f64 = 6.0;

/// Not counted in any group.
pub const NO_GROUP: u32 = u32::MAX;

/// All that ROC AUC and its variance need to know of a group of rows.
///
/// Cells of different rows cannot be added: AUC compares every positive with every negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AucCell {
    /// Rows whose outcome is positive.
    pub positives: u64,
    /// Rows whose outcome is negative.
    pub negatives: u64,
    /// Σ over positives of twice the placement: 2 · (negatives below) + (negatives tied). This is 2 U.
    #[serde(with = "decimal")]
    pub positive_sum: u128,
    /// Σ over positives of the square of twice the placement.
    #[serde(with = "decimal")]
    pub positive_squares: u128,
    /// Σ over negatives of 2 · (positives below) + (positives tied).
    #[serde(with = "decimal")]
    pub negative_sum: u128,
    /// Σ over negatives of the square of the same.
    #[serde(with = "decimal")]
    pub negative_squares: u128,
}

impl AucCell {
    /// The statistics where scores are known to their bin only: rows of one bin are tied.
    #[must_use]
    pub fn from_bins(positive: &[u64], negative: &[u64]) -> Self {
        let mut cell = Self::default();
        for (p, n) in positive.iter().zip(negative) {
            let below = (
                u128::from(2 * cell.negatives + n),
                u128::from(2 * cell.positives + p),
            );
            cell.positive_sum += u128::from(*p) * below.0;
            cell.positive_squares += u128::from(*p) * below.0 * below.0;
            cell.negative_sum += u128::from(*n) * below.1;
            cell.negative_squares += u128::from(*n) * below.1 * below.1;
            cell.positives += p;
            cell.negatives += n;
        }
        cell
    }

    /// U / (P N): the chance that a random positive scores above a random negative, ties half.
    ///
    /// In 0 … 1. `None` without a positive or without a negative. Equals
    /// `sklearn.metrics.roc_auc_score`.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let pairs = u128::from(self.positives) * u128::from(self.negatives);
        (pairs > 0).then(|| (self.positive_sum as f64 / (2.0 * pairs as f64)).min(1.0))
    }

    /// DeLong's variance of the AUC: S₁₀/P + S₀₁/N, where S₁₀ and S₀₁ are the sample variances (ddof 1)
    /// of the placements of positives over N and of negatives over P.
    ///
    /// At least 0. `None` with fewer than two positives or two negatives.
    #[must_use]
    pub fn delong_variance(&self) -> Option<f64> {
        let (p, n) = (self.positives, self.negatives);
        let of_positives = spread(p, self.positive_sum, self.positive_squares)?;
        let of_negatives = spread(n, self.negative_sum, self.negative_squares)?;
        let (p, n) = (p as f64, n as f64);
        // A spread is count² times the population variance of twice the placements.
        let scale = 4.0 * (p * n) * (p * n);
        Some(of_positives / scale / (p - 1.0) + of_negatives / scale / (n - 1.0))
    }

    /// The variance that the interval is made of: DeLong's, with the spread of either side's placements
    /// drawn towards that of exponential scores, which weighs as much as three rows.
    ///
    /// Few rows rarely show the placements that are far off, and DeLong's variance is too small without
    /// them. With AUC A, exponential scores have placements of positives that vary by 2A²/(1 + A) − A² and
    /// of negatives by A/(2 − A) − A²; no more than six times what was seen is taken of them. `None` with
    /// fewer than two positives or two negatives.
    ///
    /// Source: J. A. Hanley and B. J. McNeil (1982), *The meaning and use of the area under a receiver
    /// operating characteristic (ROC) curve*, for exponential scores.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let auc = self.auc()?;
        let (p, n) = (self.positives, self.negatives);
        let of_positives = spread(p, self.positive_sum, self.positive_squares)?;
        let of_negatives = spread(n, self.negative_sum, self.negative_squares)?;
        let (p, n) = (p as f64, n as f64);
        let square = auc * auc;
        let side = |seen: f64, rows: f64, others: f64, exponential: f64| {
            let about_mean = seen / rows / (4.0 * others * others);
            let drawn = exponential.max(0.0).min(MOST * about_mean / (rows - 1.0));
            (about_mean + PRIOR * drawn) / (rows - 1.0 + PRIOR) / rows
        };
        let positives = side(of_positives, p, n, 2.0 * square / (1.0 + auc) - square);
        Some(positives + side(of_negatives, n, p, auc / (2.0 - auc) - square))
    }

    /// The 95 % interval of the AUC.
    ///
    /// On the logit scale from [`Self::variance`]. For an AUC of exactly 1 or 0 that variance is zero and
    /// says nothing; then the interval is one-sided, \[0.025^(1/min(P, N)), 1\] or its mirror image: an AUC
    /// as extreme in m = min(P, N) independent pairs has a chance of 2.5 % at its end. `None` where the
    /// AUC is undefined, and with fewer than [`LEAST`] positives or negatives: where scores separate the
    /// classes well, it is then none that can be trusted.
    ///
    /// Source: M. Pepe (2003), *The Statistical Evaluation of Medical Tests*, for the logit scale.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let auc = self.auc()?;
        let fewer = self.positives.min(self.negatives);
        if fewer < LEAST {
            return None;
        }
        let extreme = libm::pow(0.025, 1.0 / fewer as f64);
        if auc >= 1.0 {
            Some(Interval {
                low: extreme,
                high: 1.0,
            })
        } else if auc <= 0.0 {
            Some(Interval {
                low: 0.0,
                high: 1.0 - extreme,
            })
        } else {
            Some(logit(auc, self.variance()?.sqrt()))
        }
    }
}

/// count · Σx² − (Σx)², exact; `None` below two values, or beyond u128, which no real cell reaches.
fn spread(count: u64, sum: u128, squares: u128) -> Option<f64> {
    if count < 2 {
        return None;
    }
    let all = u128::from(count).checked_mul(squares)?;
    all.checked_sub(sum.checked_mul(sum)?).map(|v| v as f64)
}

/// What a group has seen on the way up through the scores; negatives first, positives second, so that a
/// row's class is an index and not a branch, which would be guessed wrongly every other time.
#[derive(Clone, Copy, Default)]
struct Climb {
    counts: [u64; 2],
    sums: [u128; 2],
    squares: [u128; 2],
    tied_score: f64,
    tied: [u64; 2],
}

impl Climb {
    /// Closes the block of tied rows.
    #[inline]
    fn settle(&mut self) {
        let [negatives, positives] = self.tied;
        if negatives + positives == 1 {
            let class = positives as usize;
            let (place, square) = powers(2 * self.counts[1 - class]);
            self.sums[class] += place;
            self.squares[class] += square;
        } else {
            for (class, count, others) in [(0, negatives, positives), (1, positives, negatives)] {
                let (place, square) = powers(2 * self.counts[1 - class] + others);
                self.sums[class] += u128::from(count) * place;
                self.squares[class] += u128::from(count) * square;
            }
        }
        self.counts[0] += negatives;
        self.counts[1] += positives;
        self.tied = [0, 0];
    }

    fn cell(mut self) -> AucCell {
        self.settle();
        AucCell {
            positives: self.counts[1],
            negatives: self.counts[0],
            positive_sum: self.sums[1],
            positive_squares: self.squares[1],
            negative_sum: self.sums[0],
            negative_squares: self.squares[0],
        }
    }
}

/// A number and its square; most fit 64 bits, where Wasm multiplies in one step.
#[inline]
fn powers(place: u64) -> (u128, u128) {
    let square = if place <= u64::from(u32::MAX) {
        u128::from(place * place)
    } else {
        u128::from(place) * u128::from(place)
    };
    (u128::from(place), square)
}

/// Fills one cell for every group in one pass.
///
/// `rows` come by ascending score ([`sort_by_score`]), each with its score, whether its outcome is
/// positive, and its group. Rows of group [`NO_GROUP`] (or any other not below `groups`) are not
/// counted. Rows tied within a group are settled together. O(rows + groups).
#[must_use]
pub fn auc_cells(rows: impl IntoIterator<Item = (f64, bool, u32)>, groups: usize) -> Vec<AucCell> {
    let mut climbs = vec![Climb::default(); groups];
    for (score, positive, group) in rows {
        let Some(climb) = climbs.get_mut(group as usize) else {
            continue;
        };
        if score != climb.tied_score {
            climb.settle();
            climb.tied_score = score;
        }
        climb.tied[usize::from(positive)] += 1;
    }
    climbs.into_iter().map(Climb::cell).collect()
}

/// u128 as a decimal string: JSON numbers lose digits in other readers, and serde's buffered formats
/// know no u128.
mod decimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
