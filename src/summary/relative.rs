//! Errors of numbers beside the size of the outcome: shares, logarithms, deviances.

use super::cell::Moments;
use super::tweedie::{Tweedie, TweedieWork};
use super::work::Running;
use crate::stats::exact_sum::{ExactSum, Sum};
use serde::{Deserialize, Serialize};

/// Errors beside the size of the outcome; only where all rows are counted. `e = prediction − outcome`,
/// `y` the outcome, `d = y − centre`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Relative {
    /// The largest |e|.
    pub largest: f64,
    /// Σ |y|, Σ |y e|.
    pub sizes: [Sum; 2],
    /// Σ e³, Σ e d, Σ e d².
    pub mixed: [Sum; 3],
    /// Squares of ln((1 + prediction) / (1 + y)), of rows where both are above −1.
    pub log_square: Moments,
    /// |e / y|, of rows whose outcome is not 0.
    pub percentage: Moments,
    /// 2 |e| / (|y| + |prediction|), 0 where both are 0.
    pub symmetric: Moments,
    /// Poisson and gamma deviance, of rows where they are defined.
    pub deviance: [Moments; 2],
    /// Sums of the same rows' deviances from [`about`] instead of the prediction.
    pub spread: [Sum; 2],
    /// Σ ln(y / [`about`]) of the rows of the gamma deviance.
    pub logs: Sum,
    /// The Tweedie deviance between the two; absent in a Summary of before it was counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tweedie: Option<Tweedie>,
}

/// What outcomes' deviances are summed about: the centre, where it is positive.
#[must_use]
pub fn about(centre: f64) -> f64 {
    if centre > 0.0 { centre } else { 1.0 }
}

/// 2 (y ln(y / p) − y + p), given `e` = p − y; `None` for a negative outcome or a prediction that is not
/// positive.
///
/// Source: Nelder & Wedderburn 1972, *Generalized linear models*. Written without cancellation.
#[must_use]
pub fn poisson(y: f64, p: f64, e: f64) -> Option<f64> {
    let defined = y >= 0.0 && p > 0.0;
    defined.then(|| match y {
        0.0 => 2.0 * p,
        y if e.abs() < NEAR * y => 2.0 * (y * above_log(e / y)),
        y => 2.0 * (e - y * log_ratio(p, y)),
    })
}

/// 2 (ln(p / y) + y / p − 1), given `e` = p − y; `None` where either is not positive.
#[must_use]
pub fn gamma(y: f64, p: f64, e: f64) -> Option<f64> {
    let defined = y > 0.0 && p > 0.0;
    defined.then(|| match e.abs() < NEAR * p {
        true => 2.0 * above_log(-e / p),
        false => 2.0 * (log_ratio(p, y) - e / p),
    })
}

/// The relative distance within which a logarithm is a series.
const NEAR: f64 = 0.2;

/// x − ln(1 + x) for |x| up to [`NEAR`], as exact near 0 as elsewhere.
fn above_log(x: f64) -> f64 {
    // ln(1 + x) = 2 artanh t with t = x / (2 + x), and x − 2 t = x t.
    let t = x / (2.0 + x);
    let square = t * t;
    let series = (1..=9)
        .rev()
        .fold(0.0, |sum, k| (sum + 1.0 / f64::from(2 * k + 1)) * square);
    x * t - 2.0 * t * series
}

/// ln(a / b) of positive numbers, of any size.
fn log_ratio(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    match ratio.is_normal() {
        true => libm::log(ratio),
        false => libm::log(a) - libm::log(b),
    }
}

/// The running counts.
#[derive(Default)]
pub(super) struct RelativeWork {
    largest: f64,
    sizes: [ExactSum; 2],
    mixed: [ExactSum; 3],
    log_square: Running,
    percentage: Running,
    symmetric: Running,
    deviance: [Running; 2],
    spread: [ExactSum; 2],
    logs: ExactSum,
    tweedie: TweedieWork,
}

/// A number beyond all others makes a sum so, instead of being left out of it.
pub(super) fn within(x: f64) -> f64 {
    x.clamp(-f64::MAX, f64::MAX)
}

impl RelativeWork {
    /// Counts a row whose error is finite.
    pub fn add(&mut self, y: f64, p: f64, centre: f64) {
        let (e, d) = (p - y, y - centre);
        self.largest = self.largest.max(e.abs());
        self.sizes[0].add(y.abs());
        self.sizes[1].add(within((y * e).abs()));
        for (sum, x) in self.mixed.iter_mut().zip([e * e * e, e * d, e * d * d]) {
            sum.add(within(x));
        }
        if y > -1.0 && p > -1.0 {
            let ratio = e / (1.0 + y);
            let log = match ratio.abs() < 0.5 {
                true => libm::log1p(ratio),
                false => libm::log1p(p) - libm::log1p(y),
            };
            self.log_square.add(within(log * log));
        }
        if y != 0.0 {
            self.percentage.add(within((e / y).abs()));
        }
        let both = y.abs() + p.abs();
        self.symmetric.add(match both {
            0.0 => 0.0,
            both if both.is_finite() => 2.0 * (e.abs() / both),
            _ => e.abs() / (y.abs() / 2.0 + p.abs() / 2.0),
        });
        let about = about(centre);
        self.tweedie.add(y, p, about);
        let defined = [
            (poisson(y, p, e), poisson(y, about, about - y)),
            (gamma(y, p, e), gamma(y, about, about - y)),
        ];
        for (i, pair) in defined.into_iter().enumerate() {
            if let (Some(deviance), Some(spread)) = pair {
                self.deviance[i].add(within(deviance));
                self.spread[i].add(within(spread));
                if i == 1 {
                    self.logs.add(log_ratio(y, about));
                }
            }
        }
    }

    /// The counts; afterwards they are empty again.
    pub fn take(&mut self) -> Relative {
        let taken = Relative {
            largest: self.largest,
            sizes: std::array::from_fn(|i| self.sizes[i].to_sum()),
            mixed: std::array::from_fn(|i| self.mixed[i].to_sum()),
            log_square: self.log_square.take(),
            percentage: self.percentage.take(),
            symmetric: self.symmetric.take(),
            deviance: std::array::from_fn(|i| self.deviance[i].take()),
            spread: std::array::from_fn(|i| self.spread[i].to_sum()),
            logs: self.logs.to_sum(),
            tweedie: Some(self.tweedie.take()),
        };
        *self = Self::default();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of mpmath with 50 digits.
    #[test]
    fn deviances_near_zero_keep_their_digits() {
        for (y, p, want) in [
            (1e6, 1_000_040.0, 1.599_957_334_613_292_4e-3),
            (2.0, 3.0, 2.0 * (1.0 - 2.0 * 1.5_f64.ln())),
            (0.0, 0.25, 0.5),
            (5.0, 5.0, 0.0),
        ] {
            let got = poisson(y, p, p - y).unwrap();
            assert!(
                (got - want).abs() <= 1e-14 * want.abs() + 1e-300,
                "{y} {p}: {got} {want}"
            );
        }
        let got = gamma(1e6, 1_000_040.0, 40.0).unwrap();
        let want = 1.599_914_670_506_502_8e-9;
        assert!((got - want).abs() < 1e-14 * want, "{got} {want}");
        assert_eq!(
            (poisson(-1.0, 1.0, 2.0), poisson(1.0, 0.0, -1.0)),
            (None, None)
        );
        assert_eq!((gamma(0.0, 1.0, 1.0), gamma(1.0, -1.0, -2.0)), (None, None));
    }

    #[test]
    fn extremes_are_no_trouble() {
        let mut work = RelativeWork::default();
        for (y, p) in [
            (1e308, -1e-308),
            (5e-324, 1e308),
            (0.0, 0.0),
            (-1e308, 1e300),
        ] {
            work.add(y, p, 0.0);
        }
        let found = work.take();
        assert_eq!((found.symmetric.n, found.percentage.n), (4, 3));
        assert_eq!(found.largest, 1e300 + 1e308);
        let empty = RelativeWork::default().take();
        let nothing = Relative {
            tweedie: Some(Tweedie::default()),
            ..Relative::default()
        };
        assert_eq!((work.take(), empty.largest), (nothing, 0.0));
    }
}
