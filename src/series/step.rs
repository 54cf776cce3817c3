//! Steps of time: a ladder whose rungs divide each other, so that cells of one step are those of the next together.

use crate::table::time::SECOND;
use serde::{Deserialize, Serialize};

/// A step of time, in microseconds: one of [`LADDER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step(i64);

/// The rungs in seconds; each divides the next.
pub const LADDER: [i64; 14] = [
    1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800,
];

/// Whether a service can have run then: from 1900 to 2300. Steps of time are bounded so.
#[must_use]
pub fn is_plausible(time: i64) -> bool {
    const YEAR: i64 = 31_557_600 * SECOND;
    (-70 * YEAR..330 * YEAR).contains(&time)
}

impl Step {
    /// The shortest.
    pub const FINEST: Self = Self(SECOND);

    /// The shortest step of at least so many microseconds.
    #[must_use]
    pub fn at_least(micros: i64) -> Self {
        let fits = LADDER.iter().find(|s| **s * SECOND >= micros);
        Self(fits.unwrap_or(&LADDER[LADDER.len() - 1]) * SECOND)
    }

    /// The next longer one; the longest has none.
    #[must_use]
    pub fn longer(self) -> Option<Self> {
        let next = LADDER.iter().find(|s| **s * SECOND > self.0)?;
        Some(Self(next * SECOND))
    }

    /// Its length in microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    /// The number of the step that holds an instant (from its start on).
    #[must_use]
    pub fn of(self, time: i64) -> i64 {
        time.div_euclid(self.0)
    }

    /// The number of the step that a sample belongs to: as with Prometheus's ranges, one at a border is the last of
    /// the step before it.
    #[must_use]
    pub fn of_sample(self, time: i64) -> i64 {
        time.saturating_sub(1).div_euclid(self.0)
    }

    /// First instant of a step.
    #[must_use]
    pub fn start(self, number: i64) -> i64 {
        number.saturating_mul(self.0)
    }

    /// The step of this length that a finer step lies in.
    #[must_use]
    pub fn holds(self, finer: Self, number: i64) -> i64 {
        number.div_euclid((self.0 / finer.0).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rung_divides_the_next() {
        for pair in LADDER.windows(2) {
            assert_eq!(pair[1] % pair[0], 0, "{pair:?}");
        }
        assert_eq!(Step::at_least(16 * SECOND).seconds(), 30.0);
        assert_eq!(Step::at_least(i64::MAX).longer(), None);
        assert_eq!(Step::at_least(60 * SECOND).of_sample(60 * SECOND), 0);
    }
}
