//! The exact sum as it is kept, merged and written.

use super::ExactSum;
use serde::{Deserialize, Serialize};

/// An exact real number as a short expansion of f64 components.
///
/// The first component is the number rounded to nearest, each next one is what remains, rounded again.
/// That makes the form canonical: equal numbers have equal bits. Sums of real data need one to
/// three components. Written as an array of numbers; the empty one is zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<f64>", into = "Vec<f64>")]
pub struct Sum(Vec<f64>);

impl Sum {
    /// Components that are known to be canonical.
    pub(super) const fn from_canonical(components: Vec<f64>) -> Self {
        Self(components)
    }

    /// The components, largest first; none for zero.
    #[must_use]
    pub fn components(&self) -> &[f64] {
        &self.0
    }

    /// The number rounded to nearest.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.0.first().copied().unwrap_or(0.0)
    }

    /// The sum, infinite where it is beyond every number ([`Sum::value`] stops at the largest one).
    #[must_use]
    pub fn unbounded(&self) -> f64 {
        match self.value() {
            value if value.abs() < f64::MAX => value,
            value => f64::INFINITY.copysign(value),
        }
    }

    /// The exact sum of both. Beyond the f64 range it is ±`f64::MAX`.
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        match (self.0.as_slice(), other.0.as_slice()) {
            ([], _) => other.clone(),
            (_, []) => self.clone(),
            (&[a], &[b]) if (a + b).is_finite() => {
                let (sum, error) = two_sum(a, b);
                Self([sum, error].into_iter().filter(|&c| c != 0.0).collect())
            }
            _ => {
                let mut total = ExactSum::new();
                total.add_sum(self);
                total.add_sum(other);
                total.to_sum()
            }
        }
    }
}

/// a + b rounded, and the exact error of it (D. E. Knuth, *The Art of Computer Programming* 2, 4.2.2).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    let a_part = sum - b_part;
    (sum, (a - a_part) + (b - b_part))
}

impl FromIterator<f64> for Sum {
    /// The exact sum of the values; those that are not finite are ignored.
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut total = ExactSum::new();
        values.into_iter().for_each(|value| total.add(value));
        total.to_sum()
    }
}

impl From<Vec<f64>> for Sum {
    /// Whatever a file says becomes canonical.
    fn from(components: Vec<f64>) -> Self {
        match components.as_slice() {
            [one] if one.is_finite() && *one != 0.0 => Self(components),
            _ => components.into_iter().collect(),
        }
    }
}

impl From<Sum> for Vec<f64> {
    fn from(sum: Sum) -> Self {
        sum.0
    }
}
