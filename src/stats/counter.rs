//! Counters that only rise, and start from 0 again when their process does: how much they rose in a range of time.
//!
//! Source: Prometheus 3, `promql/functions.go`, `extrapolatedRate`, which is what `increase()` and `rate()` are. A
//! fall is a reset: the counter started at 0, so all of its new value is an increase. The increase between the first
//! and the last sample is extrapolated to the ends of the range: all the way where the sample next to an end is nearer
//! than 1.1 times the mean distance of samples, else by half of that distance; to the past never further than to
//! where the counter would have been 0.

use super::buckets::Native;

/// How much a counter rose in a range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rise {
    /// The increase, extrapolated to the ends of the range.
    pub increase: f64,
    /// Seconds that it is of: those between the samples and those it was extrapolated over. Divided by these it is
    /// the rate while the counter was seen; divided by the length of the range it is Prometheus's `rate()`.
    pub seconds: f64,
    /// How often the counter started anew.
    pub resets: u32,
}

/// How much a counter rose in `from < t <= to` (microseconds). `times` rise and are beside `values`; only samples
/// within the range are given. `None` with fewer than two samples, as with Prometheus.
#[must_use]
pub fn rise(times: &[i64], values: &[f64], from: i64, to: i64) -> Option<Rise> {
    let stretch = Stretch::of(times, values.first().copied()?, from, to)?;
    let (mut sum, mut resets) = (values.last()? - values[0], 0);
    for pair in values.windows(2) {
        if pair[1] < pair[0] {
            sum += pair[0];
            resets += 1;
        }
    }
    let seconds = stretch.seconds(sum);
    let increase = sum * (seconds / stretch.sampled);
    increase.is_finite().then_some(Rise {
        increase,
        seconds,
        resets,
    })
}

/// How much a native histogram rose in a range, as [`rise`]: at the coarsest of its schemas, with all observations
/// in the place of the counter.
#[must_use]
pub fn native_rise(times: &[i64], values: &[Native], from: i64, to: i64) -> Option<Native> {
    let first = values.first()?;
    let stretch = Stretch::of(times, first.count, from, to)?;
    let mut sum = values.last()?.minus(first);
    for pair in values.windows(2) {
        if pair[1].is_reset_of(&pair[0]) {
            sum = sum.plus(&pair[0]);
        }
    }
    let factor = stretch.seconds(sum.count) / stretch.sampled;
    Some(sum.times(factor))
}

/// Where the samples of a range lie in it (seconds).
struct Stretch {
    first: f64,
    before: f64,
    after: f64,
    sampled: f64,
    apart: f64,
}

impl Stretch {
    fn of(times: &[i64], first: f64, from: i64, to: i64) -> Option<Self> {
        let (start, end) = (*times.first()?, *times.last()?);
        if times.len() < 2 || end <= start {
            return None;
        }
        let seconds = |from: i64, to: i64| to.saturating_sub(from) as f64 / 1e6;
        let sampled = seconds(start, end);
        Some(Self {
            first,
            before: seconds(from, start),
            after: seconds(end, to),
            sampled,
            apart: sampled / (times.len() - 1) as f64,
        })
    }

    /// The seconds that an increase between the samples is extrapolated to.
    fn seconds(&self, increase: f64) -> f64 {
        let far = self.apart * 1.1;
        let mut before = self.before;
        if before >= far {
            before = self.apart / 2.0;
        }
        if increase > 0.0 && self.first >= 0.0 {
            before = before.min(self.sampled * (self.first / increase));
        }
        let after = if self.after >= far {
            self.apart / 2.0
        } else {
            self.after
        };
        self.sampled + before + after
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    #[test]
    fn a_steady_counter_rises_by_its_rate_times_the_range() {
        let times: Vec<i64> = (1..=4).map(|i| i * 15 * S).collect();
        let found = rise(&times, &[100.0, 115.0, 130.0, 145.0], 5 * S, 65 * S).unwrap();
        assert!((found.increase - 60.0).abs() < 1e-12, "{found:?}");
        assert!((found.seconds - 60.0).abs() < 1e-12);
        assert_eq!(found.resets, 0);
    }

    #[test]
    fn a_reset_counts_what_came_after_it() {
        let found = rise(&[S, 2 * S, 3 * S], &[10.0, 12.0, 3.0], 0, 3 * S).unwrap();
        // 2 before the restart and 3 after it, in two seconds, extrapolated by the second before them.
        assert!((found.increase - 7.5).abs() < 1e-12, "{found:?}");
        assert_eq!(found.resets, 1);
    }

    #[test]
    fn one_sample_tells_nothing() {
        assert_eq!(rise(&[S], &[1.0], 0, 2 * S), None);
        assert_eq!(rise(&[], &[], 0, 2 * S), None);
        assert_eq!(rise(&[S, S], &[1.0, 2.0], 0, 2 * S), None);
    }

    #[test]
    fn no_counter_was_below_zero() {
        // It was 1 at the first sample and rose by 10 a second: 0.1 s before it stood at 0.
        let found = rise(&[10 * S, 11 * S], &[1.0, 11.0], 9 * S, 11 * S).unwrap();
        assert!((found.seconds - 1.1).abs() < 1e-12, "{found:?}");
    }
}
