//! The Tweedie deviance of power 1.5: counts of events, each of some size, many rows with none.

use super::cell::Moments;
use super::relative::within;
use super::work::Running;
use crate::stats::exact_sum::{ExactSum, Sum};
use serde::{Deserialize, Serialize};

/// Power of the variance: between a count (1) and a size (2).
pub const POWER: f64 = 1.5;

/// Deviances of the rows where they are defined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tweedie {
    /// Of each row from its prediction.
    pub deviance: Moments,
    /// Their sum from [`super::relative::about`] instead of the prediction.
    pub spread: Sum,
    /// Σ √y.
    pub roots: Sum,
}

/// 4 (√p − √y)² / √p, which is 2 (y²⁻ᵏ / ((1−k)(2−k)) − y p¹⁻ᵏ / (1−k) + p²⁻ᵏ / (2−k)) for k = 1.5, given
/// `e` = p − y; `None` for a negative outcome or a prediction that is not positive.
///
/// Source: B. Jørgensen (1987), *Exponential dispersion models*. Written without cancellation.
#[must_use]
pub fn tweedie(y: f64, p: f64, e: f64) -> Option<f64> {
    let defined = y >= 0.0 && p > 0.0;
    defined.then(|| {
        let root = p.sqrt();
        let difference = e / (root + y.sqrt());
        4.0 * difference * (difference / root)
    })
}

/// The running counts.
#[derive(Default)]
pub(super) struct TweedieWork {
    deviance: Running,
    spread: ExactSum,
    roots: ExactSum,
}

impl TweedieWork {
    /// Counts a row whose error is finite.
    pub fn add(&mut self, y: f64, p: f64, about: f64) {
        if let (Some(deviance), Some(spread)) = (tweedie(y, p, p - y), tweedie(y, about, about - y))
        {
            self.deviance.add(within(deviance));
            self.spread.add(within(spread));
            self.roots.add(y.sqrt());
        }
    }

    /// The counts; afterwards they are empty again.
    pub fn take(&mut self) -> Tweedie {
        let taken = Tweedie {
            deviance: self.deviance.take(),
            spread: self.spread.to_sum(),
            roots: self.roots.to_sum(),
        };
        *self = Self::default();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula as it is written in the literature, where nothing cancels.
    #[test]
    fn it_is_the_deviance_of_power_one_and_a_half() {
        for (y, p) in [(0.0, 0.25), (3.0, 7.0), (100.0, 1.0)] {
            let (k, pow) = (POWER, libm::pow);
            let want = 2.0
                * (pow(y, 2.0 - k) / ((1.0 - k) * (2.0 - k)) - y * pow(p, 1.0 - k) / (1.0 - k)
                    + pow(p, 2.0 - k) / (2.0 - k));
            let got = tweedie(y, p, p - y).unwrap();
            assert!((got - want).abs() < 1e-13 * want, "{y} {p}: {got} {want}");
        }
        assert_eq!(tweedie(5.0, 5.0, 0.0), Some(0.0));
        assert_eq!(
            (tweedie(-1.0, 1.0, 2.0), tweedie(1.0, 0.0, -1.0)),
            (None, None)
        );
    }

    /// Near the outcome it is e² / p^1.5 but for terms of e³.
    #[test]
    fn it_keeps_its_digits_near_zero() {
        let got = tweedie(1e6, 1_000_000.001, 0.001).unwrap();
        assert!((got / 1e-15 - 1.0).abs() < 1e-8, "{got}");
    }
}
