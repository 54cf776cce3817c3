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
mod masses;
mod sort;

use super::interval::{Interval, logit};
use super::special::student_t_quantile;
pub use curve::{CurveBounds, CurveCell, Ends, curve_cells};
pub use masses::equal_mass_error;
use serde::{Deserialize, Serialize};
pub use sort::{sort_by_score, sort_numbers};

/// Rows of either class from which on the area under a curve has an interval.
pub const LEAST: u64 = 30;
/// The kurtosis of losses of a class is at least this; in theory it is 1, where all lie at two points.
const LEAST_KURTOSIS: f64 = 1.1;

/// Not counted in any group.
pub const NO_GROUP: u32 = u32::MAX;

/// All that ROC AUC and its variance need to know of a group of rows.
///
/// Cells of different rows cannot be added: AUC compares every positive with every negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// Σ over positives of the third and the fourth power of 1 − placement / N; in ascending order of scores.
    #[serde(default)]
    pub positive_powers: [f64; 2],
    /// Σ over negatives of the same, N being the positives.
    #[serde(default)]
    pub negative_powers: [f64; 2],
}

impl AucCell {
    /// The statistics where scores are known to their bin only: rows of one bin are tied.
    #[must_use]
    pub fn from_bins(positive: &[u64], negative: &[u64]) -> Self {
        let mut climb = Climb {
            totals: [negative.iter().sum(), positive.iter().sum()],
            ..Climb::default()
        };
        for (p, n) in positive.iter().zip(negative) {
            climb.tied = [*n, *p];
            climb.settle();
        }
        climb.cell()
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

    /// The 95 % interval of the AUC.
    ///
    /// On the logit scale, with DeLong's variance. Losses of rows, one less their placement, are skewed where the
    /// AUC is near 1: the quantile is shifted by Cornish and Fisher's expansion of the logit's statistic, the
    /// losses being as skewed as those of a beta distribution with their mean and variance, and it is Student's
    /// with the degrees of freedom that their kurtosis leaves the variance (Satterthwaite's, at least two). For an
    /// AUC of exactly 1 or 0 that variance is zero and says nothing; then the interval is one-sided,
    /// \[0.025^(1/min(P, N)), 1\] or its mirror image: an AUC as extreme in m = min(P, N) independent pairs has a
    /// chance of 2.5 % at its end. `None` where the AUC is undefined, and with fewer than [`LEAST`] positives or
    /// negatives: where scores separate the classes well, it is then none that can be trusted.
    ///
    /// Sources: M. Pepe (2003), *The Statistical Evaluation of Medical Tests*, for the logit scale; P. Hall
    /// (1992), *The Bootstrap and Edgeworth Expansion*, 2.4; F. E. Satterthwaite (1946), *An approximate
    /// distribution of estimates of variance components*.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let auc = self.auc()?;
        let fewer = self.positives.min(self.negatives);
        if fewer < LEAST {
            return None;
        }
        let extreme = libm::pow(0.025, 1.0 / fewer as f64);
        if auc >= 1.0 {
            return Some(Interval {
                low: extreme,
                high: 1.0,
            });
        }
        if auc <= 0.0 {
            return Some(Interval {
                low: 0.0,
                high: 1.0 - extreme,
            });
        }
        let [a, b] = [self.positive_side()?, self.negative_side()?];
        let variance = a.of_mean + b.of_mean;
        if variance <= 0.0 {
            return Some(logit(auc, 0.0));
        }
        let (loss, both) = (1.0 - auc, auc * (1.0 - auc));
        let third = a.third_cumulant(loss, both) + b.third_cumulant(loss, both);
        let skewness = (third / (variance * variance.sqrt())).clamp(-1.0, 1.0);
        let freedom = 2.0 * variance * variance / (a.of_variance() + b.of_variance());
        let quantile = student_t_quantile(0.975, freedom.max(2.0));
        let square = quantile * quantile;
        let se = variance.sqrt() / both;
        let shift = skewness * (2.0 * square + 1.0) / 6.0 - (1.0 - 2.0 * loss) * se * square / 2.0;
        // expit(logit A − h) = A / (A + (1 − A) eʰ)
        let end = |h: f64| auc / (auc + loss * libm::exp(h));
        Some(Interval {
            low: end(se * (quantile + shift)),
            high: end(-se * (quantile - shift)),
        })
    }

    /// The losses of positives: the share of negatives that score above each.
    fn positive_side(&self) -> Option<Side> {
        let seen = spread(self.positives, self.positive_sum, self.positive_squares)?;
        Side::of(
            self.positives,
            self.negatives,
            seen,
            1.0 - self.auc()?,
            self.positive_powers,
        )
    }

    /// Those of negatives: the share of positives that score below each.
    fn negative_side(&self) -> Option<Side> {
        let seen = spread(self.negatives, self.negative_sum, self.negative_squares)?;
        Side::of(
            self.negatives,
            self.positives,
            seen,
            1.0 - self.auc()?,
            self.negative_powers,
        )
    }
}

/// How the losses of the rows of one class vary.
struct Side {
    rows: f64,
    /// Their variance, of all that there are.
    variance: f64,
    /// What it comes to in the variance of their mean.
    of_mean: f64,
    /// The fourth moment about their mean over the square of the variance.
    kurtosis: f64,
}

impl Side {
    /// `seen` is of twice the placements among `others`; `powers` are sums of the third and fourth powers.
    fn of(rows: u64, others: u64, seen: f64, mean: f64, powers: [f64; 2]) -> Option<Self> {
        let (rows, others) = (rows as f64, others as f64);
        let variance = seen / (rows * rows) / (4.0 * others * others);
        let second = variance + mean * mean;
        let [third, fourth] = powers.map(|sum| sum / rows);
        let about = fourth - 4.0 * mean * third + 6.0 * mean * mean * second
            - 3.0 * mean * mean * mean * mean;
        // Reports saved by earlier versions know no powers: then as of normal losses.
        let kurtosis = match variance > 0.0 && fourth > 0.0 {
            true => (about / (variance * variance)).clamp(LEAST_KURTOSIS, rows),
            false => 3.0,
        };
        (rows > 1.0).then_some(Self {
            rows,
            variance,
            of_mean: variance / (rows - 1.0),
            kurtosis,
        })
    }

    /// The variance of [`Self::of_mean`].
    fn of_variance(&self) -> f64 {
        self.of_mean * self.of_mean * (self.kurtosis - 1.0) / (self.rows - 1.0)
    }

    /// The third cumulant of the mean: of a beta distribution of mean m and variance v the skewness is
    /// 2 (1 − 2m) √v / (m (1 − m) + v).
    fn third_cumulant(&self, mean: f64, both: f64) -> f64 {
        let skewness = 2.0 * (1.0 - 2.0 * mean) * self.variance.sqrt() / (both + self.variance);
        let one = self.of_mean * self.rows;
        skewness * one * one.sqrt() / (self.rows * self.rows)
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
    /// Rows in all.
    totals: [u64; 2],
    counts: [u64; 2],
    sums: [u128; 2],
    squares: [u128; 2],
    powers: [[f64; 2]; 2],
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
            self.lose(class, 1.0, 2 * self.counts[1 - class]);
        } else {
            for (class, count, others) in [(0, negatives, positives), (1, positives, negatives)] {
                let (place, square) = powers(2 * self.counts[1 - class] + others);
                self.sums[class] += u128::from(count) * place;
                self.squares[class] += u128::from(count) * square;
                self.lose(class, count as f64, 2 * self.counts[1 - class] + others);
            }
        }
        self.counts[0] += negatives;
        self.counts[1] += positives;
        self.tied = [0, 0];
    }

    /// Adds the powers of the loss of rows of a class, given twice their placement.
    #[inline]
    fn lose(&mut self, class: usize, rows: f64, place: u64) {
        let share = place as f64 / (2.0 * self.totals[1 - class] as f64);
        let loss = if class == 1 { 1.0 - share } else { share };
        let square = loss * loss;
        let [third, fourth] = &mut self.powers[class];
        *third += rows * square * loss;
        *fourth += rows * square * square;
    }

    fn cell(mut self) -> AucCell {
        self.settle();
        let known = |powers: [f64; 2]| powers.map(|sum| if sum.is_finite() { sum } else { 0.0 });
        AucCell {
            positives: self.counts[1],
            negatives: self.counts[0],
            positive_sum: self.sums[1],
            positive_squares: self.squares[1],
            negative_sum: self.sums[0],
            negative_squares: self.squares[0],
            positive_powers: known(self.powers[1]),
            negative_powers: known(self.powers[0]),
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

/// Fills one cell for every group, in one pass after another that counts.
///
/// `rows` come by ascending score ([`sort_by_score`]), each with its score, whether its outcome is
/// positive, and its group. Rows of group [`NO_GROUP`] (or any other not below `groups`) are not
/// counted. Rows tied within a group are settled together. O(rows + groups).
#[must_use]
pub fn auc_cells(
    rows: impl IntoIterator<Item = (f64, bool, u32)> + Clone,
    groups: usize,
) -> Vec<AucCell> {
    let mut climbs = vec![Climb::default(); groups];
    for (_, positive, group) in rows.clone() {
        if let Some(climb) = climbs.get_mut(group as usize) {
            climb.totals[usize::from(positive)] += 1;
        }
    }
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
