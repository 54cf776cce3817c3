//! The error of a mean of values that come in order of time and hang together.
//!
//! Values are given as the sums of successive periods. What a period lacks or has too much of is alike in the
//! next ones as long as what caused it lasts, so the sum of all varies by more than independent rows would.

use super::special::{student_t_cdf, student_t_quantile};

/// A mean's standard error, and the degrees of freedom of its t distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Standard error.
    pub se: f64,
    /// Degrees of freedom, at least 1.
    pub df: f64,
}

impl Spread {
    /// What lies within the 95 % interval on each side.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        student_t_quantile(0.975, self.df) * self.se
    }

    /// Two-sided p-value that the mean is zero: 1 for zero, and 0 for another mean without error.
    #[must_use]
    pub fn p_value(&self, mean: f64) -> f64 {
        if mean == 0.0 {
            1.0
        } else if self.se > 0.0 {
            2.0 * student_t_cdf(-(mean / self.se).abs(), self.df)
        } else {
            0.0
        }
    }
}

/// The error of the mean of all values, given the sum and number of values of each period in order of time,
/// where periods up to `lags` apart may hang together. `None` for fewer than two periods with values, or
/// for too few beside the lags.
///
/// With u = sum − number · mean of each of T periods, and γ_j = Σ u_t u_{t−j} / T, the long-run variance is
/// γ_0 + 2 Σ (1 − j / (L + 1)) γ_j (Bartlett's weights, which keep it from being negative); the standard
/// error is √(T · variance) / N, divided by √((T + 1 − 2h + h (h − 1) / T) / T) for small samples, where
/// h = L + 1; the degrees of freedom are T − 1. With one value a period this is the test of Diebold and Mariano.
///
/// Source: F. X. Diebold and R. S. Mariano (1995), *Comparing predictive accuracy*; W. K. Newey and
/// K. D. West (1987), *A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
/// covariance matrix*; D. Harvey, S. Leybourne and P. Newbold (1997), *Testing the equality of prediction
/// mean squared errors*.
#[must_use]
pub fn spread(periods: &[(f64, u64)], mean: f64, lags: usize) -> Option<Spread> {
    let filled = periods.iter().filter(|p| p.1 > 0);
    let off: Vec<f64> = filled.map(|(sum, n)| sum - *n as f64 * mean).collect();
    let (n, t) = (periods.iter().map(|p| p.1).sum::<u64>(), off.len() as f64);
    if off.len() < 2 || lags >= off.len() {
        return None;
    }
    let h = lags as f64 + 1.0;
    let small = (t + 1.0 - 2.0 * h + h * (h - 1.0) / t) / t;
    let product = |j: usize| -> f64 { off.iter().zip(&off[j..]).map(|(a, b)| a * b).sum() };
    let weight = |j: usize| 1.0 - j as f64 / h;
    let later: f64 = (1..=lags).map(|j| weight(j) * product(j)).sum();
    let total = (product(0) + 2.0 * later).max(0.0);
    let se = (total / small).sqrt() / n as f64;
    (small > 0.0 && se.is_finite()).then_some(Spread { se, df: t - 1.0 })
}

/// How many periods apart errors are taken to hang together by default: ⌊4 (T / 100)^(2/9)⌋.
///
/// Source: W. K. Newey and K. D. West (1994), *Automatic lag selection in covariance matrix estimation*.
#[must_use]
pub fn usual_lags(periods: usize) -> usize {
    (4.0 * libm::pow(periods as f64 / 100.0, 2.0 / 9.0)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_lags_and_with_one_value_each_it_is_students() {
        let values = [1.0, 4.0, -2.0, 3.5, 0.25];
        let mean = values.iter().sum::<f64>() / 5.0;
        let periods: Vec<_> = values.iter().map(|v| (*v, 1)).collect();
        let got = spread(&periods, mean, 0).unwrap();
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        assert!((got.se - (squares / 4.0 / 5.0).sqrt()).abs() < 1e-15);
        assert_eq!(got.df, 4.0);
    }

    #[test]
    fn odd_input_is_undefined_or_certain() {
        assert_eq!(spread(&[], 0.0, 0), None);
        assert_eq!(spread(&[(1.0, 1), (0.0, 0)], 1.0, 0), None);
        assert_eq!(spread(&[(1.0, 1), (2.0, 1)], 1.5, 2), None);
        assert_eq!(spread(&[(f64::MAX, 1), (-f64::MAX, 1)], 0.0, 0), None);
        let still = spread(&[(2.0, 2), (3.0, 3), (1.0, 1)], 1.0, 1).unwrap();
        assert_eq!(
            (still.se, still.p_value(1.0), still.p_value(0.0)),
            (0.0, 0.0, 1.0)
        );
        assert_eq!(usual_lags(0), 0);
        assert_eq!((usual_lags(100), usual_lags(731)), (4, 6));
    }
}
