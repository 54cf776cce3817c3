//! How long requests took, counted by bounds: coarser than a sketch, and a tenth of its size.

use super::durations::UpTo;
use crate::stats::buckets::classic_quantile;
use crate::stats::sparse::{flat, pairs};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Upper bounds of durations in a decade, in tenths of its beginning: at most a third apart, and those that a reader is
/// likely to name as a limit, for which counts are exact. What lies between two is told as Prometheus does of its
/// buckets, evenly.
pub const BOUNDS: [f64; 10] = [10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 80.0];
/// Whole powers of ten.
const TENS: [f64; 8] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
/// Decades below a second: whatever is quicker than a microsecond counts as one.
const BELOW: usize = 6;
/// Decades: whatever takes longer than nine days is above the last bound.
const DECADES: usize = 12;
/// The place above all bounds.
const ABOVE: u8 = (DECADES * BOUNDS.len()) as u8;

/// How many took how long. Written as a list of gap and count ([`crate::stats::sparse`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<i64>", into = "Vec<i64>")]
pub struct Took(
    /// By place among the bounds; only those that have any, rising.
    Vec<(u8, u64)>,
);

/// The bound that a place stands for, in seconds; infinite above all. One division of whole numbers, so that it is the
/// same number as a reader's 0.3, which 3 · 0.1 is not.
fn bound(place: u8) -> f64 {
    if place >= ABOVE {
        return f64::INFINITY;
    }
    let place = usize::from(place);
    let (decade, first) = (place / BOUNDS.len(), BOUNDS[place % BOUNDS.len()]);
    match decade.checked_sub(BELOW) {
        Some(decade) => first * TENS[decade] / 10.0,
        None => first / TENS[BELOW - decade + 1],
    }
}

/// The bounds in seconds, rising.
static ALL: LazyLock<Vec<f64>> = LazyLock::new(|| (0..ABOVE).map(bound).collect());

/// The place of a duration: the first bound that it does not exceed.
#[must_use]
pub fn place(seconds: f64) -> u8 {
    ALL.partition_point(|b| *b < seconds)
        .min(usize::from(ABOVE)) as u8
}

impl Took {
    /// Counts one at a place; whether it is the first one there.
    pub fn add(&mut self, place: u8) -> bool {
        self.count_at(place, 1)
    }

    fn count_at(&mut self, place: u8, count: u64) -> bool {
        match self.0.binary_search_by_key(&place, |c| c.0) {
            Ok(at) => {
                self.0[at].1 = self.0[at].1.saturating_add(count);
                false
            }
            Err(at) => {
                self.0.insert(at, (place, count));
                true
            }
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        for (place, count) in &other.0 {
            self.count_at(*place, *count);
        }
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().fold(0, |sum, c| sum.saturating_add(c.1))
    }

    /// How many places have any.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.0.len()
    }

    /// As the buckets of a histogram: how many up to each bound, of those that are needed.
    fn classic(&self) -> Vec<(f64, f64)> {
        let mut out: Vec<(f64, f64)> = Vec::with_capacity(2 * self.0.len() + 1);
        let (mut sum, mut before) = (0_u64, None);
        for (place, count) in &self.0 {
            // A bucket begins at the bound below it, which need not have any itself.
            let below = place.checked_sub(1).filter(|below| before != Some(*below));
            out.extend(below.map(|below| (bound(below), sum as f64)));
            sum = sum.saturating_add(*count);
            out.push((bound(*place), sum as f64));
            before = Some(*place);
        }
        if before != Some(ABOVE) {
            out.push((f64::INFINITY, sum as f64));
        }
        out
    }

    /// About how many took at most so many seconds: exact at a bound.
    #[must_use]
    pub fn count_up_to(&self, seconds: f64) -> f64 {
        let at = place(seconds);
        let below = self.0.iter().take_while(|c| c.0 < at);
        let below = below.fold(0.0, |sum, c| sum + c.1 as f64);
        let within = self
            .0
            .iter()
            .find(|c| c.0 == at)
            .map_or(0.0, |c| c.1 as f64);
        let high = bound(at);
        if high.is_infinite() {
            return below;
        }
        let low = at.checked_sub(1).map_or(0.0, bound);
        below + within * ((seconds - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// How many took at most so many seconds, at least and at most; all are one number at a bound.
    #[must_use]
    pub fn up_to(&self, seconds: f64) -> UpTo {
        let at = place(seconds);
        let count = |places: &dyn Fn(u8) -> bool| {
            let those = self.0.iter().filter(|c| places(c.0));
            those.fold(0.0, |sum, c| sum + c.1 as f64)
        };
        let below = count(&|place| place < at);
        match bound(at) {
            x if x == seconds => UpTo::exactly(below + count(&|place| place == at)),
            _ => UpTo {
                least: below,
                about: self.count_up_to(seconds),
                most: below + count(&|place| place == at),
            },
        }
    }

    /// A quantile in seconds, as Prometheus tells it of these bounds.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        classic_quantile(q, &self.classic())
    }
}

impl From<Took> for Vec<i64> {
    fn from(took: Took) -> Self {
        flat(took.0.iter().map(|c| (i64::from(c.0), c.1)))
    }
}

impl TryFrom<Vec<i64>> for Took {
    type Error = String;

    fn try_from(list: Vec<i64>) -> Result<Self, String> {
        let place = |(place, count): (i64, u64)| match u8::try_from(place) {
            Ok(place) if place <= ABOVE => Ok((place, count)),
            _ => Err("there is no such bound of durations".to_owned()),
        };
        let places = pairs(&list)?.into_iter().map(place);
        Ok(Self(places.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_the_numbers_that_a_reader_writes() {
        let all = &*ALL;
        assert_eq!(all.len(), usize::from(ABOVE));
        assert!(all.windows(2).all(|w| w[0] < w[1] && w[1] / w[0] < 1.34));
        for limit in [
            1e-6, 0.001, 0.05, 0.1, 0.12, 0.25, 0.3, 0.5, 0.6, 0.8, 1.0, 1.2, 2.0, 2.5, 30.0, 60.0,
        ] {
            assert!(all.contains(&limit), "{limit}");
        }
        assert_eq!(all.last(), Some(&800_000.0));
    }

    #[test]
    fn a_count_is_exact_at_a_bound_and_even_between_two() {
        let mut took = Took::default();
        for seconds in [0.1, 0.25, 0.26, 0.28, 0.3, 0.31, 2e7] {
            took.add(place(seconds));
        }
        for (limit, count) in [
            (0.05, 0.0),
            (0.1, 1.0),
            (0.25, 2.0),
            (0.3, 5.0),
            (0.4, 6.0),
            (1.0, 6.0),
        ] {
            assert_eq!(took.count_up_to(limit), count, "{limit}");
        }
        assert!((took.count_up_to(0.275) - 3.5).abs() < 1e-9);
        assert!((took.quantile(0.5).unwrap() - 0.275).abs() < 1e-9);
        assert_eq!(Took::default().quantile(0.5), None);
    }
}
