//! Intervals of means of values that are skewed, as losses and errors are.
//!
//! Student's statistic of a skewed mean is skewed the other way, since a sample that misses the large values
//! has too small a mean and too small a variance. Both intervals here take off what the skewness does to
//! first order.

use super::{Interval, TAIL};
use crate::stats::special::student_t_quantile;

/// Mean, variance and skewness of `n` values that are at least 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skewed {
    /// Their mean, above 0.
    pub mean: f64,
    /// Their sample variance.
    pub variance: f64,
    /// Their third central moment over the cube of the deviation.
    pub skewness: f64,
    /// How many they are.
    pub n: u64,
}

impl Skewed {
    /// How many values the mean rests on: (Σx)²/Σx², which is n where all are equal and 1 where one is
    /// not 0.
    ///
    /// Source: L. Kish (1965), *Survey Sampling*, 8.2, for weights.
    #[must_use]
    pub fn effective(&self) -> f64 {
        let n = self.n as f64;
        let square = self.mean * self.mean;
        n * square / (square + self.variance * (n - 1.0) / n)
    }

    /// Hall's interval: Student's statistic through a growing cubic that takes its skewness off. The
    /// quantile is Student's with as many degrees of freedom as [`Self::effective`] less one.
    ///
    /// `None` for fewer than two values, and for a variance or skewness that is none.
    ///
    /// Source: P. Hall (1992), *On the removal of skewness by transformation*, JRSS B 54, 221.
    #[must_use]
    pub fn hall(&self) -> Option<Interval> {
        if self.n < 2 || !self.is_finite() {
            return None;
        }
        let root = (self.n as f64).sqrt();
        let scale = self.variance.sqrt() / root;
        let skew = self.skewness / root;
        let quantile = student_t_quantile(1.0 - TAIL, (self.effective() - 1.0).max(1.0));
        let inverse = |x: f64| match skew.abs() < 1e-6 {
            true => x,
            false => 3.0 / skew * (libm::cbrt(1.0 + skew * (x - skew / 6.0)) - 1.0),
        };
        Some(Interval {
            low: self.mean - scale * inverse(quantile),
            high: self.mean - scale * inverse(-quantile),
        })
    }

    /// The interval on the logarithmic scale, Student's quantile q being corrected for the skewness by
    /// Cornish and Fisher's expansion of the logarithm's statistic: q − γ(2q² + 1)/6√n + c q²/2√n, with
    /// skewness γ and coefficient of variation c.
    ///
    /// `None` for fewer than two values, a mean of 0, and a variance or skewness that is none.
    ///
    /// Source: P. Hall (1992), *The Bootstrap and Edgeworth Expansion*, 2.4, for the expansion.
    #[must_use]
    pub fn on_logarithms(&self) -> Option<Interval> {
        if self.n < 2 || self.mean <= 0.0 || !self.is_finite() {
            return None;
        }
        let n = self.n as f64;
        let root = n.sqrt();
        let relative = self.variance.sqrt() / root / self.mean;
        let quantile = student_t_quantile(1.0 - TAIL, n - 1.0);
        let square = quantile * quantile;
        let shift = self.skewness / root * (2.0 * square + 1.0) / 6.0 - relative * square / 2.0;
        Some(Interval {
            low: self.mean * libm::exp(-relative * (quantile - shift)),
            high: self.mean * libm::exp(relative * (quantile + shift)),
        })
    }

    fn is_finite(&self) -> bool {
        self.mean.is_finite() && self.variance >= 0.0 && self.skewness.is_finite()
    }
}

/// The third moment of |x|, from its first, second and fourth: the logarithm of a moment is a convex
/// function of its order, here the cubic through 0 (of order 0), 1, 2 and 4.
///
/// `None` for a first that is 0, and for what is beyond every number.
///
/// Source: A. Lyapunov (1901), for the convexity.
#[must_use]
pub fn third_absolute_moment(first: f64, second: f64, fourth: f64) -> Option<f64> {
    let (second, fourth) = (
        second / first / first,
        fourth / first / first / first / first,
    );
    if !(first > 0.0 && second >= 1.0 && fourth >= 1.0 && fourth.is_finite()) {
        return None;
    }
    // Of |x| over its mean, the logarithm is r (r − 1)(a + b r).
    let (two, four) = (libm::log(second) / 2.0, libm::log(fourth) / 12.0);
    let slope = (four - two) / 2.0;
    let three = 6.0 * (two + slope);
    Some(libm::exp(three) * first * first * first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A mean of exponential values: 1, 1 and 2.
    #[test]
    fn by_hand() {
        let found = Skewed {
            mean: 1.0,
            variance: 1.0,
            skewness: 2.0,
            n: 100,
        };
        assert!((found.effective() - 100.0 / 1.99).abs() < 1e-12);
        // Without a skewness it is Student's interval with fewer degrees of freedom.
        let even = Skewed {
            skewness: 0.0,
            ..found
        };
        let half = even.hall().unwrap().high - 1.0;
        let quantile = student_t_quantile(0.975, 100.0 / 1.99 - 1.0);
        assert!((half - 0.1 * quantile).abs() < 1e-15);
        // q = 1.98422, γ/√n = 0.2 and c/√n = 0.1 shift it by 0.2 · 8.87424/6 − 0.1 · 3.93712/2.
        let log = found.on_logarithms().unwrap();
        let shift = 0.295_808 - 0.196_856;
        assert!((libm::log(log.high) - 0.1 * (1.984_22 + shift)).abs() < 1e-6);
        assert!((libm::log(log.low) + 0.1 * (1.984_22 - shift)).abs() < 1e-6);
        // Half-normal values have the moments √(2/π), 1, 2√(2/π) and 3; exponential ones r!.
        let root = 0.797_884_560_802_865_4;
        let third = third_absolute_moment(root, 1.0, 3.0).unwrap();
        assert!((third / (2.0 * root) - 1.0).abs() < 0.05, "{third}");
        let third = third_absolute_moment(1.0, 2.0, 24.0).unwrap();
        assert!((third / 6.0 - 1.0).abs() < 0.05, "{third}");
    }

    #[test]
    fn what_is_undefined_is_none() {
        let none = Skewed {
            mean: 0.0,
            variance: 0.0,
            skewness: 0.0,
            n: 5,
        };
        assert_eq!(none.on_logarithms(), None);
        assert_eq!(Skewed { n: 1, ..none }.hall(), None);
        let odd = Skewed {
            skewness: f64::NAN,
            mean: 1.0,
            ..none
        };
        assert_eq!((odd.hall(), odd.on_logarithms()), (None, None));
        assert_eq!(third_absolute_moment(0.0, 1.0, 1.0), None);
        assert_eq!(third_absolute_moment(1.0, 1.0, f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn ends_are_in_order(mean in 1e-6..1e6_f64, spread in 0.0..5.0_f64, skewness in -3.0..30.0_f64, n in 2..5000_u64) {
            let variance = spread * spread * mean * mean;
            let of = Skewed { mean, variance, skewness, n };
            for ends in [of.hall().unwrap(), of.on_logarithms().unwrap()] {
                prop_assert!(ends.low <= ends.high, "{:?}", ends);
            }
        }
    }
}
