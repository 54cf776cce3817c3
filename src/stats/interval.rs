//! 95 % intervals.

mod skewed;

use super::special::{binomial_cdf, chi_square_quantile, normal_quantile, student_t_quantile};
use serde::{Deserialize, Serialize};
pub use skewed::{Skewed, third_absolute_moment};

/// The level of every interval.
pub const LEVEL: f64 = 0.95;
/// What lies beyond each end.
const TAIL: f64 = 0.025;
/// The 97.5 % quantile of the standard normal distribution.
pub const Z: f64 = 1.959_963_984_540_054;

/// The two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Wilson's score interval of a proportion of `k` in `n`; `None` for n = 0 or k > n.
///
/// (k + z²/2 ± z √(k (n − k)/n + z²/4)) / (n + z²), within 0 … 1.
///
/// Source: E. B. Wilson (1927), *Probable inference, the law of succession, and statistical inference*.
#[must_use]
pub fn wilson(k: u64, n: u64) -> Option<Interval> {
    if n == 0 || k > n {
        return None;
    }
    Some(wilson_of(k as f64, (n - k) as f64, n as f64))
}

/// [`wilson`] where rows may count in part: `hits` of `n`, both at least 0.
#[must_use]
pub fn wilson_of_part(hits: f64, n: u64) -> Option<Interval> {
    let all = n as f64;
    (n > 0 && hits >= 0.0 && hits <= all).then(|| wilson_of(hits, all - hits, all))
}

/// [`wilson`] of a share in 0 … 1 of so many rows, which need be no whole number.
#[must_use]
pub fn wilson_of_share(share: f64, rows: f64) -> Interval {
    wilson_of(share * rows, (1.0 - share) * rows, rows)
}

fn wilson_of(hits: f64, misses: f64, all: f64) -> Interval {
    let z2 = Z * Z;
    let half = Z * (hits * (misses / all) + z2 / 4.0).sqrt();
    let end = |count: f64| (count + z2 / 2.0 - half).max(0.0) / (all + z2);
    Interval {
        low: if hits == 0.0 { 0.0 } else { end(hits) },
        high: if misses == 0.0 {
            1.0
        } else {
            1.0 - end(misses)
        },
    }
}

/// Student's interval of a mean of `n` values; `None` for n < 2.
///
/// mean ± t₀.₉₇₅,ₙ₋₁ √(s²/n), where `sample_variance` s² is made with n − 1.
///
/// Source: Student (1908), *The probable error of a mean*.
#[must_use]
pub fn mean_t(mean: f64, sample_variance: f64, n: u64) -> Option<Interval> {
    if n < 2 {
        return None;
    }
    let n = n as f64;
    let half = student_t_quantile(1.0 - TAIL, n - 1.0) * (sample_variance.max(0.0) / n).sqrt();
    Some(Interval {
        low: mean - half,
        high: mean + half,
    })
}

/// Garwood's exact interval of the mean of a Poisson variable that was seen as `count`.
///
/// ½ χ²₀.₀₂₅ with 2·count and ½ χ²₀.₉₇₅ with 2·count + 2 degrees of freedom; the lower end is 0 for 0.
///
/// Source: F. Garwood (1936), *Fiducial limits for the Poisson distribution*.
#[must_use]
pub fn poisson(count: u64) -> Interval {
    let df = 2.0 * count as f64;
    Interval {
        low: 0.5 * chi_square_quantile(TAIL, df),
        high: 0.5 * chi_square_quantile(1.0 - TAIL, df + 2.0),
    }
}

/// The interval of an estimate in (0, 1) with a standard error, made on the logit scale so that it stays
/// inside: expit(logit v ± z·se/(v (1 − v))).
///
/// For a value that has no logit, or a standard error that is none, it is 0 … 1.
#[must_use]
pub fn logit(value: f64, se: f64) -> Interval {
    let half = Z * se / (value * (1.0 - value));
    if !(value > 0.0 && value < 1.0 && half >= 0.0) {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    // expit(logit v − h) = v / (v + (1 − v) eʰ)
    let down = libm::exp(-half);
    Interval {
        low: value * down / (value * down + (1.0 - value)),
        high: value / (value + (1.0 - value) * down),
    }
}

/// The interval of a correlation in (−1, 1) with a standard error, made on Fisher's z scale so that it
/// stays inside: tanh(artanh v ± z·se/(1 − v²)).
///
/// `None` for a value of ±1, whose standard error is zero and says nothing, and for a standard error that
/// is none.
///
/// Source: R. A. Fisher (1921), *On the probable error of a coefficient of correlation*.
#[must_use]
pub fn fisher_z(value: f64, se: f64) -> Option<Interval> {
    let half = Z * se / ((1.0 - value) * (1.0 + value));
    if !(value > -1.0 && value < 1.0 && half >= 0.0) {
        return None;
    }
    let middle = libm::atanh(value);
    Some(Interval {
        low: libm::tanh(middle - half),
        high: libm::tanh(middle + half),
    })
}

/// The interval of the mean of independent estimates, each with its own interval (MOVER).
///
/// With mean m of k estimates vᵢ in lᵢ … uᵢ: m − √Σ(vᵢ − lᵢ)²/k … m + √Σ(uᵢ − vᵢ)²/k. Balanced accuracy
/// is such a mean, of recalls. Of no estimates it is the whole range of f64.
///
/// Source: G. Y. Zou and A. Donner (2008), *Construction of confidence limits about effect measures: a
/// general approach*; R. G. Newcombe (1998) for two proportions.
#[must_use]
pub fn mover_mean(estimates: &[(f64, Interval)]) -> Interval {
    if estimates.is_empty() {
        return Interval {
            low: -f64::MAX,
            high: f64::MAX,
        };
    }
    let k = estimates.len() as f64;
    let mean = estimates.iter().map(|e| e.0).sum::<f64>() / k;
    let root = |square: fn(&(f64, Interval)) -> f64| {
        let sum: f64 = estimates.iter().map(|e| square(e) * square(e)).sum();
        sum.sqrt() / k
    };
    Interval {
        low: mean - root(|(value, interval)| value - interval.low),
        high: mean + root(|(value, interval)| interval.high - value),
    }
}

/// The ranks (from 0) of the two sorted values that hold the `p`-quantile between them with a chance of
/// at least 95 %, whatever the distribution; `None` where `n` values are too few for both ends.
///
/// The largest l with P(B ≤ l) ≤ 2.5 % and the smallest u with P(B ≤ u) ≥ 97.5 %, where B, the number
/// of values below the quantile, is binomial (n, p).
///
/// Source: H. A. David and H. N. Nagaraja (2003), *Order Statistics*, 7.1.
#[must_use]
pub fn quantile_ranks(n: u64, p: f64) -> Option<(u64, u64)> {
    if n == 0 || !(p > 0.0 && p < 1.0) {
        return None;
    }
    let last = n - 1;
    if binomial_cdf(0, n, p) > TAIL || binomial_cdf(last, n, p) < 1.0 - TAIL {
        return None;
    }
    let above_tail = first_rank(n, p, TAIL, |chance| chance > TAIL);
    let upper = first_rank(n, p, 1.0 - TAIL, |chance| chance >= 1.0 - TAIL);
    Some((above_tail.saturating_sub(1), upper))
}

/// An end of an interval of a quantile: the sorted value of this rank (from 0), and how far the end lies
/// towards the next one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// The rank.
    pub rank: u64,
    /// In 0 … 1.
    pub towards: f64,
}

/// The ends of the interval of the `p`-quantile that lie between the sorted values of [`quantile_ranks`] and
/// those next to them inwards, where the chance is 2.5 % at each end; `None` where it is.
///
/// With c the chance that the quantile lies between two values and d the part of it that is wanted, the end
/// divides them as π(n − r)p : (1 − π)r(1 − p), where π = d/c and r values lie below: the gaps on either
/// side of the quantile are exponential.
///
/// Source: J. Nyblom (1992), *Note on interpolated order statistics*; for the median T. P. Hettmansperger
/// and S. J. Sheather (1986), *Confidence intervals based on interpolated order statistics*.
#[must_use]
pub fn quantile_ends(n: u64, p: f64) -> Option<(End, End)> {
    let (low, high) = quantile_ranks(n, p)?;
    let end = |rank: u64, wanted: f64| {
        let (below, above) = (binomial_cdf(rank, n, p), binomial_cdf(rank + 1, n, p));
        let part = ((wanted - below) / (above - below)).clamp(0.0, 1.0);
        let r = (rank + 1) as f64;
        let (up, down) = (part * (n as f64 - r) * p, (1.0 - part) * r * (1.0 - p));
        let towards = if up + down > 0.0 {
            up / (up + down)
        } else {
            0.0
        };
        End { rank, towards }
    };
    // The upper one may be the first value: then there is none below it to go to.
    let upper = match high.checked_sub(1) {
        Some(rank) => end(rank, 1.0 - TAIL),
        None => End {
            rank: high,
            towards: 0.0,
        },
    };
    Some((end(low, TAIL), upper))
}

/// The first k for which P(B ≤ k) passes; 0 fails or is the answer, n − 1 passes.
fn first_rank(n: u64, p: f64, tail: f64, passes: impl Fn(f64) -> bool) -> u64 {
    let holds = |k: u64| passes(binomial_cdf(k, n, p));
    let last = n - 1;
    // The normal distribution knows about where.
    let deviation = (n as f64 * p * (1.0 - p)).sqrt();
    let guess = (n as f64 * p + normal_quantile(tail) * deviation).max(0.0) as u64;
    let width = 4 + (0.2 * deviation) as u64;
    let (mut low, mut high) = (guess.saturating_sub(width), guess.saturating_add(width));
    if low >= last || holds(low) {
        low = 0;
    }
    if high >= last || !holds(high) {
        high = last;
    }
    if holds(low) {
        return low;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The interval of F1 from counts; `None` where all three are zero.
///
/// F1 = 2J/(1 + J) grows with Jaccard's J = tp/(tp + fp + fn), which is a proportion of the rows that are
/// positive or called so; the ends are those of Wilson's interval of J, transformed.
///
/// Source: [`wilson`]; a growing function takes the ends of an interval to those of its image.
#[must_use]
pub fn f1(tp: u64, fp: u64, fn_: u64) -> Option<Interval> {
    let jaccard = wilson(tp, tp.checked_add(fp)?.checked_add(fn_)?)?;
    let transform = |j: f64| 2.0 * j / (1.0 + j);
    Some(Interval {
        low: transform(jaccard.low),
        high: transform(jaccard.high),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn interval(low: f64, high: f64) -> Interval {
        Interval { low, high }
    }

    #[test]
    fn the_constants_agree() {
        assert!((Z - normal_quantile(1.0 - TAIL)).abs() < 1e-15);
        assert!((LEVEL + 2.0 * TAIL - 1.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_undefined_is_none() {
        assert_eq!((wilson(0, 0), wilson(3, 2)), (None, None));
        assert_eq!((mean_t(1.0, 1.0, 1), f1(0, 0, 0)), (None, None));
        assert_eq!(f1(u64::MAX, u64::MAX, 1), None);
        assert_eq!(quantile_ranks(0, 0.5), None);
        assert_eq!(
            (quantile_ranks(100, 0.0), quantile_ranks(100, 1.5)),
            (None, None)
        );
    }

    #[test]
    fn certainty_stays_within_the_range() {
        assert_eq!(wilson(0, 9).map(|i| i.low), Some(0.0));
        assert_eq!(wilson(9, 9).map(|i| i.high), Some(1.0));
        assert_eq!(poisson(0).low, 0.0);
        for vacuous in [logit(1.0, 0.1), logit(0.5, f64::NAN), logit(-3.0, 0.1)] {
            assert_eq!(vacuous, interval(0.0, 1.0));
        }
        assert_eq!(logit(0.5, f64::MAX), interval(0.0, 1.0));
    }

    #[test]
    fn the_largest_counts_are_no_trouble() {
        let most = poisson(u64::MAX);
        assert!(most.low < most.high && most.high.is_finite());
        let (low, high) = quantile_ranks(4_000_000_000, 0.99).unwrap();
        assert!(low < 3_960_000_000 && 3_960_000_000 < high);
    }

    /// The median of ten: P(B ≤ 1) = 11/1024 and P(B ≤ 2) = 56/1024, so that the end is a share π =
    /// (25.6 − 11)/45 of the chance inwards, and (n − r)π/(r + (n − 2r)π) of the way with r = 2.
    #[test]
    fn the_median_of_ten_by_hand() {
        let (low, high) = quantile_ends(10, 0.5).unwrap();
        let share = 14.6 / 45.0;
        let towards = 8.0 * share / (2.0 + 6.0 * share);
        assert_eq!((low.rank, high.rank), (1, 7));
        assert!((low.towards - towards).abs() < 1e-12);
        assert!((high.towards - (1.0 - towards)).abs() < 1e-12);
        assert_eq!(quantile_ends(5, 0.5), None);
    }

    /// Two recalls, 0.9 in 0.8 … 0.95 and 0.7 in 0.6 … 0.78.
    #[test]
    fn mover_by_hand() {
        let both = [(0.9, interval(0.8, 0.95)), (0.7, interval(0.6, 0.78))];
        let got = mover_mean(&both);
        assert!((got.low - (0.8 - 0.02_f64.sqrt() / 2.0)).abs() < 1e-15);
        assert!((got.high - (0.8 + (0.0025_f64 + 0.0064).sqrt() / 2.0)).abs() < 1e-15);
        assert_eq!(mover_mean(&both[..1]), interval(0.8, 0.95));
        assert_eq!(mover_mean(&[]), interval(-f64::MAX, f64::MAX));
    }

    proptest! {
        #[test]
        fn ends_enclose_the_estimate(k in 0..500_u64, more in 1..500_u64, se in 0.0..1.0_f64) {
            let n = k + more;
            let value = k as f64 / n as f64;
            let wilson = wilson(k, n).unwrap();
            prop_assert!(0.0 <= wilson.low && wilson.low <= value && value < wilson.high && wilson.high <= 1.0);
            let logit = logit(value, se);
            prop_assert!(logit.low <= value + 1e-15 && value <= logit.high + 1e-15 && logit.high <= 1.0);
            let poisson = poisson(k);
            prop_assert!(poisson.low <= k as f64 && (k as f64) < poisson.high);
        }

        #[test]
        fn ranks_cover_what_they_promise(n in 1..400_u64, p in 0.01..0.99_f64) {
            if let Some((low, high)) = quantile_ranks(n, p) {
                prop_assert!(low < high && high < n);
                let below = binomial_cdf(low, n, p);
                prop_assert!(binomial_cdf(high, n, p) - below >= LEVEL - 1e-12);
                // The ends lie inwards of them, and the wanted chance between those of both neighbours.
                let (lower, upper) = quantile_ends(n, p).unwrap();
                prop_assert!(lower.rank == low && upper.rank + 1 == high);
                for end in [lower, upper] {
                    prop_assert!((0.0..=1.0).contains(&end.towards));
                }
                // The next ones inwards would not do.
                prop_assert!(binomial_cdf(low + 1, n, p) > TAIL);
                prop_assert!(binomial_cdf(high - 1, n, p) < 1.0 - TAIL);
            }
        }
    }
}
