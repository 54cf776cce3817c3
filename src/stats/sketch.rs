//! Quantiles within 1 % from counts that can be merged.
//!
//! A value x falls into bucket ⌈ln |x| / ln γ⌉ with γ = (1 + α)/(1 − α), and is read back as the point of
//! its bucket that is within α of all of it. Buckets hold integers, and the smallest and largest values
//! are kept as they are, so merging is exact and no order of it matters.
//!
//! Source: C. Masson, J. E. Rim, H. K. Lee (2019), *DDSketch: a fast and fully-mergeable quantile sketch
//! with relative-error guarantees*, arXiv:1908.10693. Kept in pages instead of with a limit on buckets:
//! no bucket is ever collapsed, and a page costs only where there are values.

mod pages;

use super::exact_quantile::{between, rank};
use pages::Pages;
use serde::{Deserialize, Serialize};

/// The relative accuracy α.
pub const ACCURACY: f64 = 0.01;
/// γ: the ratio of the ends of a bucket.
const GAMMA: f64 = (1.0 + ACCURACY) / (1.0 - ACCURACY);
/// ln γ.
const LOG_GAMMA: f64 = 0.020_000_666_706_669_435;

/// A histogram of logarithmic buckets from which every quantile can be told within 1 %.
///
/// Zero has a bucket of its own and negative values a mirrored store. Values that are not finite are
/// ignored. A few hundred bytes for data within one order of magnitude. Written as
/// `{"zero":1,"positive":[gap,count,…],"negative":[…],"least":…,"most":…}` (see [`super::sparse`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogHistogram {
    #[serde(default, skip_serializing_if = "is_zero")]
    zero: u64,
    #[serde(default, skip_serializing_if = "Pages::is_empty")]
    positive: Pages,
    #[serde(default, skip_serializing_if = "Pages::is_empty")]
    negative: Pages,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    least: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most: Option<f64>,
}

impl LogHistogram {
    /// Counts a value; one that is not finite is ignored.
    pub fn add(&mut self, value: f64) {
        self.add_in(value, bucket(value));
    }

    /// Counts a value whose [`bucket`] is known already: to count it in many histograms, its
    /// logarithm is taken once.
    pub fn add_in(&mut self, value: f64, bucket: i32) {
        if !value.is_finite() {
            return;
        }
        if value > 0.0 {
            self.positive.add(bucket, 1);
        } else if value < 0.0 {
            self.negative.add(bucket, 1);
        } else {
            self.zero = self.zero.saturating_add(1);
        }
        // Adding zero makes −0 the same as 0, whichever came first.
        self.widen(Some(value + 0.0), Some(value + 0.0));
    }

    /// Adds all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        self.zero = self.zero.saturating_add(other.zero);
        self.positive.merge(&other.positive);
        self.negative.merge(&other.negative);
        self.widen(other.least, other.most);
    }

    fn widen(&mut self, least: Option<f64>, most: Option<f64>) {
        self.least = match (self.least, least) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.most = match (self.most, most) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
    }

    /// How many values were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        let signed = self.positive.total().saturating_add(self.negative.total());
        signed.saturating_add(self.zero)
    }

    /// The smallest value, exact; `None` without values.
    #[must_use]
    pub const fn least(&self) -> Option<f64> {
        self.least
    }

    /// The largest value, exact; `None` without values.
    #[must_use]
    pub const fn most(&self) -> Option<f64> {
        self.most
    }

    /// The value at a rank (from 0) in ascending order, within 1 % of it, and the first and the last
    /// exact; `None` from the count on.
    #[must_use]
    pub fn value_at_rank(&self, rank: u64) -> Option<f64> {
        if rank == 0 {
            return self.least;
        }
        if rank.checked_add(1) == Some(self.count()) {
            return self.most;
        }
        let mut left = rank;
        let value = if let Some(bucket) = self.negative.at_rank_from_top(&mut left) {
            -middle(bucket)
        } else if left < self.zero {
            0.0
        } else {
            left -= self.zero;
            middle(self.positive.at_rank(&mut left)?)
        };
        // No value lies beyond the ends.
        let value = self.least.map_or(value, |least| value.max(least));
        Some(self.most.map_or(value, |most| value.min(most)))
    }

    /// The `p`-quantile as [`super::exact_quantile::quantile_sorted`] defines it, made of two values of
    /// which each is within 1 %; so it is within 1 % itself unless zero lies between the two.
    ///
    /// `None` without values or for `p` outside 0 … 1.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let (rank, fraction) = rank(self.count(), p)?;
        let low = self.value_at_rank(rank)?;
        if fraction == 0.0 {
            return Some(low);
        }
        let high = self.value_at_rank(rank + 1).unwrap_or(low);
        Some(between(low, high, fraction))
    }

    /// How many values are above one, as they are read back: those within 1 % of it may be on either side.
    #[must_use]
    pub fn count_above(&self, value: f64) -> u64 {
        let (Some(least), Some(most)) = (self.least, self.most) else {
            return 0;
        };
        if least > value {
            return self.count();
        }
        if most <= value {
            return 0;
        }
        // The smallest is not above and the largest is; the others are where their buckets' middles are.
        let over = |x: f64| x.clamp(least, most) > value;
        let negative = self.negative.total_of(|bucket| over(-middle(bucket)));
        let zero = if over(0.0) { self.zero } else { 0 };
        let positive = self.positive.total_of(|bucket| over(middle(bucket)));
        let count = self.count();
        let above = negative.saturating_add(zero).saturating_add(positive);
        above.clamp(1, count.saturating_sub(1).max(1))
    }

    /// How many values are above one at least and at most: those of its own bucket may be on either side.
    #[must_use]
    pub fn count_above_between(&self, value: f64) -> (u64, u64) {
        let about = self.count_above(value);
        let ends = self.least.zip(self.most);
        if !ends.is_some_and(|(least, most)| (least..most).contains(&value)) {
            // All of them are on one side.
            return (about, about);
        }
        let own = bucket(value.abs());
        let positive = self.positive.total();
        let (sure, unsure) = match value {
            x if x > 0.0 => (
                self.positive.total_of(|b| b > own),
                self.positive.total_of(|b| b == own),
            ),
            x if x < 0.0 => {
                let above = self.negative.total_of(|b| b < own);
                let above = above.saturating_add(self.zero).saturating_add(positive);
                (above, self.negative.total_of(|b| b == own))
            }
            _ => (positive, 0),
        };
        // The largest is above, and the smallest is not.
        let up_to = sure
            .saturating_add(unsure)
            .min(self.count().saturating_sub(1));
        let (sure, up_to) = (sure.max(1), up_to.max(1));
        (sure.min(about), up_to.max(about))
    }
}

/// A [`LogHistogram`] while it is being counted: one place a bucket, without a search for it.
#[derive(Clone, Debug, Default)]
pub struct LogCounter {
    /// The bucket of the first place.
    first: i32,
    counts: Vec<u64>,
    least: f64,
    most: f64,
    positive: u64,
    /// Whatever is not positive, or far from the others.
    rest: LogHistogram,
}

/// Places at most: a range of some 10³⁵.
const PLACES: usize = 4_096;

impl LogCounter {
    /// Counts a value whose [`bucket`] is known; one that is not finite is ignored.
    #[inline]
    pub fn add_in(&mut self, value: f64, bucket: i32) {
        if value > 0.0
            && value.is_finite()
            && let Some(count) = self.place(bucket)
        {
            *count += 1;
            if self.positive == 0 {
                (self.least, self.most) = (value, value);
            }
            self.positive += 1;
            self.least = self.least.min(value);
            self.most = self.most.max(value);
        } else {
            self.rest.add_in(value, bucket);
        }
    }

    #[inline]
    fn place(&mut self, bucket: i32) -> Option<&mut u64> {
        let at = bucket.wrapping_sub(self.first) as usize;
        if at >= self.counts.len() {
            self.widen(bucket)?;
        }
        self.counts
            .get_mut(bucket.wrapping_sub(self.first) as usize)
    }

    /// Makes room for a bucket, and some around it.
    #[cold]
    fn widen(&mut self, bucket: i32) -> Option<()> {
        const ROOM: i32 = 64;
        let end = self.first + self.counts.len() as i32;
        let (low, high) = (bucket.checked_sub(ROOM)?, bucket.checked_add(ROOM)?);
        let (first, end) = if self.counts.is_empty() {
            (low, high)
        } else {
            (self.first.min(low), end.max(high))
        };
        let size = usize::try_from(end.checked_sub(first)?).ok()?;
        if size > PLACES {
            return None;
        }
        let mut counts = vec![0; size];
        let from = self.first.checked_sub(first)?.max(0) as usize;
        if !self.counts.is_empty() {
            counts[from..from + self.counts.len()].copy_from_slice(&self.counts);
        }
        (self.first, self.counts) = (first, counts);
        Some(())
    }

    /// What was counted; afterwards nothing is.
    pub fn take(&mut self) -> LogHistogram {
        let mut out = std::mem::take(&mut self.rest);
        if self.positive > 0 {
            for (bucket, count) in (self.first..).zip(&mut self.counts) {
                if *count > 0 {
                    out.positive.add(bucket, std::mem::take(count));
                }
            }
            out.widen(Some(self.least), Some(self.most));
            self.positive = 0;
        }
        out
    }
}

/// The bucket of a positive value: γ^(i−1) < value ≤ γ^i.
#[must_use]
pub fn bucket(value: f64) -> i32 {
    index(value.abs())
}

fn index(value: f64) -> i32 {
    libm::ceil(libm::log(value) / LOG_GAMMA) as i32
}

/// The point that is within α of all of a bucket: 2γ^i/(γ + 1).
fn middle(bucket: i32) -> f64 {
    let value = libm::exp(f64::from(bucket) * LOG_GAMMA) * (2.0 / (GAMMA + 1.0));
    value.min(f64::MAX)
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact_quantile::quantile_sorted;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> LogHistogram {
        let mut sketch = LogHistogram::default();
        values.iter().for_each(|&v| sketch.add(v));
        sketch
    }

    #[test]
    fn the_constant_is_the_logarithm() {
        assert_eq!(LOG_GAMMA, libm::log(GAMMA));
    }

    #[test]
    fn empty_is_undefined() {
        let sketch = of(&[f64::NAN, f64::INFINITY]);
        assert_eq!(
            (sketch.count(), sketch.quantile(0.5), sketch.least()),
            (0, None, None)
        );
        assert_eq!(serde_json::to_string(&sketch).unwrap(), "{}");
    }

    #[test]
    fn signs_and_zero_are_in_order() {
        let sketch = of(&[3.0, -2.0, 0.0, -0.0, -50.0]);
        let at = |rank| sketch.value_at_rank(rank).unwrap();
        assert_eq!((at(0), at(2), at(3), at(4)), (-50.0, 0.0, 0.0, 3.0));
        assert!((at(1) + 2.0).abs() <= 0.02);
        assert_eq!(sketch.value_at_rank(5), None);
    }

    #[test]
    fn the_ends_of_the_range_are_kept() {
        let sketch = of(&[5e-324, f64::MAX, 1e-310, -f64::MAX]);
        assert_eq!(sketch.quantile(0.0), Some(-f64::MAX));
        assert_eq!(sketch.quantile(1.0), Some(f64::MAX));
        let tiny = sketch.value_at_rank(2).unwrap();
        assert!((tiny / 1e-310 - 1.0).abs() < 0.011);
    }

    #[test]
    fn a_hostile_file_does_no_harm() {
        let text = r#"{"zero":18446744073709551615,"positive":[-2147483648,9223372036854775807,4294967295,9]}"#;
        let sketch: LogHistogram = serde_json::from_str(text).unwrap();
        assert_eq!(sketch.count(), u64::MAX);
        assert_eq!(sketch.quantile(0.0), None);
        let beyond = r#"{"positive":[2147483648,1]}"#;
        assert!(serde_json::from_str::<LogHistogram>(beyond).is_err());
        assert!(sketch.quantile(0.9).unwrap().is_finite());
        let mut twice = sketch.clone();
        twice.merge(&sketch);
        assert!(twice.quantile(0.5).unwrap().is_finite());
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let value = prop_oneof![
            4 => (-20.0..20.0_f64).prop_map(libm::exp),
            1 => (-20.0..20.0_f64).prop_map(|v| -libm::exp(v)),
            1 => Just(0.0),
            1 => any::<f64>().prop_filter("finite", |v| v.is_finite()),
        ];
        prop::collection::vec(value, 1..200)
    }

    proptest! {
        #[test]
        fn every_rank_is_within_one_percent(values in values()) {
            let sketch = of(&values);
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(sketch.count(), sorted.len() as u64);
            for (rank, &exact) in sorted.iter().enumerate() {
                let got = sketch.value_at_rank(rank as u64).unwrap();
                // Below 1e-320 an f64 itself is coarser than 1 %.
                let room = exact.abs() * (ACCURACY * (1.0 + 1e-9)) + 5e-324;
                prop_assert!((got - exact).abs() <= room, "{} {}", got, exact);
            }
        }

        #[test]
        fn quantiles_of_one_sign_are_within_one_percent(
            values in prop::collection::vec((-20.0..20.0_f64).prop_map(libm::exp), 1..200),
            p in 0.0..=1.0_f64,
        ) {
            let got = of(&values).quantile(p).unwrap();
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let exact = quantile_sorted(&sorted, p).unwrap();
            prop_assert!((got / exact - 1.0).abs() <= ACCURACY * (1.0 + 1e-9), "{} {}", got, exact);
        }

        #[test]
        fn values_above_another_are_counted_but_for_those_near(
            values in prop::collection::vec((-20.0..20.0_f64).prop_map(libm::exp), 1..200),
            at in (-20.0..20.0_f64).prop_map(libm::exp),
        ) {
            let got = of(&values).count_above(at);
            let above = |at: f64| values.iter().filter(|x| **x > at).count() as u64;
            prop_assert!(above(at * 1.021) <= got && got <= above(at * 0.979), "{}", got);
        }

        #[test]
        fn merging_is_counting_together(a in values(), b in values()) {
            let whole = of(&[a.as_slice(), b.as_slice()].concat());
            let (mut left, mut right) = (of(&a), of(&b));
            right.merge(&left);
            left.merge(&of(&b));
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(&right, &whole);
        }

        #[test]
        fn a_counter_counts_the_same(values in values(), more in values()) {
            let mut counter = LogCounter::default();
            for values in [values, more] {
                values.iter().for_each(|&v| counter.add_in(v, bucket(v)));
                prop_assert_eq!(counter.take(), of(&values));
                prop_assert_eq!(counter.take(), LogHistogram::default());
            }
        }

        #[test]
        fn survives_json(values in values()) {
            let sketch = of(&values);
            let text = serde_json::to_string(&sketch).unwrap();
            prop_assert_eq!(serde_json::from_str::<LogHistogram>(&text).unwrap(), sketch);
        }
    }
}
