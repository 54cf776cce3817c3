//! Counters that only rise, and start from 0 again when their process does: how much they rose in a range of time.
//!
//! Source: Prometheus 3, `promql/functions.go`, `extrapolatedRate`, which is what `increase()` and `rate()` are. A
//! fall is a reset: the counter started at 0, so all of its new value is an increase. The increase between the first
//! and the last sample is extrapolated to the ends of the range: all the way where the sample next to an end is nearer
//! than 1.1 times the mean distance of samples, else by half of that distance; to the past never further than to
//! where the counter would have been 0.
//!
//! What rises between the last sample of one range and the first of the next is in neither, and such ranges do not add
//! up. What a range *rose* by does: from the sample before it to its last one, not extrapolated, so that each rise from
//! scrape to scrape is counted once, in the range of the later one. Source: VictoriaMetrics' `increase()`, and Prometheus
//! 3's `anchored`; unlike these a range without a sample before it begins at its first one, however far that one is.

use super::buckets::Native;
use std::borrow::Cow;

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

/// Samples of a counter one behind the other, of which is kept what its increase depends on: a sum that goes on is, to
/// the bit, that of all its samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// The sample before the first one, where what rose from it on is known.
    before: Option<(i64, f64)>,
    first: (i64, f64),
    last: (i64, f64),
    n: u32,
    /// Sum of the values that a fall came after.
    fallen: f64,
    resets: u32,
}

impl Counted {
    /// One sample: time (microseconds) and value.
    #[must_use]
    pub const fn new(time: i64, value: f64) -> Self {
        Self {
            before: None,
            first: (time, value),
            last: (time, value),
            n: 1,
            fallen: 0.0,
            resets: 0,
        }
    }

    /// The same behind a sample of another range.
    #[must_use]
    pub const fn after(self, before: Option<(i64, f64)>) -> Self {
        Self { before, ..self }
    }

    /// Adds a later one.
    pub fn push(&mut self, time: i64, value: f64) {
        if value < self.last.1 {
            self.fallen += self.last.1;
            self.resets += 1;
        }
        self.last = (time, value);
        self.n = self.n.saturating_add(1);
    }

    /// The instant in the middle of its samples.
    #[must_use]
    pub const fn middle(&self) -> i64 {
        i64::midpoint(self.first.0, self.last.0)
    }

    /// The last sample: time and value.
    #[must_use]
    pub const fn last(&self) -> (i64, f64) {
        self.last
    }

    /// When the sample before the first one was, where what rose from it on is known.
    #[must_use]
    pub fn before(&self) -> Option<i64> {
        self.before.map(|before| before.0)
    }

    /// Whether it is one sample, of which alone no rate is known.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.n == 1
    }

    /// When the first sample of [`Counted::rose`] was.
    #[must_use]
    pub fn since(&self) -> i64 {
        self.before().unwrap_or(self.first.0)
    }

    /// How much it rose from the sample before its first one, or from that, to the last one. `None` of one sample alone.
    #[must_use]
    pub fn rose(&self) -> Option<Rise> {
        let own = self.last.1 - self.first.1 + self.fallen;
        let (since, increase, reset) = match self.before {
            Some((time, value)) if self.first.1 < value => (time, self.first.1 + own, true),
            Some((time, value)) => (time, self.first.1 - value + own, false),
            None => (self.first.0, own, false),
        };
        let seconds = self.last.0.saturating_sub(since) as f64 / 1e6;
        (seconds > 0.0 && increase.is_finite()).then_some(Rise {
            increase,
            seconds,
            resets: self.resets + u32::from(reset),
        })
    }

    /// How much it rose in `from < t <= to` (microseconds), where all samples lie. `None` with fewer than two samples, as
    /// with Prometheus.
    #[must_use]
    pub fn rise(&self, from: i64, to: i64) -> Option<Rise> {
        let times = (self.first.0, self.last.0);
        let stretch = Stretch::of(times, self.n, self.first.1, from, to)?;
        let sum = self.last.1 - self.first.1 + self.fallen;
        let seconds = stretch.seconds(sum);
        let increase = sum * (seconds / stretch.sampled);
        increase.is_finite().then_some(Rise {
            increase,
            seconds,
            resets: self.resets,
        })
    }
}

/// Native histograms one behind the other, as [`Counted`], with all observations in the place of the counter and at the
/// coarsest of their schemas.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedNative<'a> {
    before: Option<(i64, Cow<'a, Native>)>,
    first: (i64, Cow<'a, Native>),
    last: (i64, Cow<'a, Native>),
    n: u32,
    fallen: Option<Native>,
}

impl<'a> CountedNative<'a> {
    /// One sample.
    #[must_use]
    pub const fn new(time: i64, value: &'a Native) -> Self {
        Self {
            before: None,
            first: (time, Cow::Borrowed(value)),
            last: (time, Cow::Borrowed(value)),
            n: 1,
            fallen: None,
        }
    }

    /// The same behind the last sample of another range.
    #[must_use]
    pub fn after(self, range: Option<&Self>) -> Self {
        let before = range.map(|range| range.last.clone());
        Self { before, ..self }
    }

    /// How much it rose from the sample before its first one on; see [`Counted::rose`].
    #[must_use]
    pub fn rose(&self) -> Option<Native> {
        let since = self.before.as_ref().map_or(self.first.0, |b| b.0);
        if self.last.0 <= since {
            return None;
        }
        let first = &self.first.1;
        let mut sum = self.last.1.minus(first);
        match &self.before {
            Some((_, before)) if first.is_reset_of(before) => sum = sum.plus(first),
            Some((_, before)) => sum = sum.plus(&first.minus(before)),
            None => {}
        }
        Some(match &self.fallen {
            Some(fallen) => sum.plus(fallen),
            None => sum,
        })
    }

    /// Adds a later one.
    pub fn push(&mut self, time: i64, value: &'a Native) {
        if value.is_reset_of(&self.last.1) {
            let fallen = self.fallen.take();
            self.fallen = Some(match fallen {
                Some(sum) => sum.plus(&self.last.1),
                None => self.last.1.clone().into_owned(),
            });
        }
        self.last = (time, Cow::Borrowed(value));
        self.n = self.n.saturating_add(1);
    }

    /// When the last one was.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.last.0
    }

    /// The same, borrowed from nothing.
    #[must_use]
    pub fn into_owned(self) -> CountedNative<'static> {
        let before = self.before;
        CountedNative {
            before: before.map(|(time, value)| (time, Cow::Owned(value.into_owned()))),
            first: (self.first.0, Cow::Owned(self.first.1.into_owned())),
            last: (self.last.0, Cow::Owned(self.last.1.into_owned())),
            n: self.n,
            fallen: self.fallen,
        }
    }

    /// How much it rose in a range; see [`Counted::rise`].
    #[must_use]
    pub fn rise(&self, from: i64, to: i64) -> Option<Native> {
        let times = (self.first.0, self.last.0);
        let stretch = Stretch::of(times, self.n, self.first.1.count, from, to)?;
        let mut sum = self.last.1.minus(&self.first.1);
        if let Some(fallen) = &self.fallen {
            sum = sum.plus(fallen);
        }
        let factor = stretch.seconds(sum.count) / stretch.sampled;
        Some(sum.times(factor))
    }
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
    fn of((start, end): (i64, i64), n: u32, first: f64, from: i64, to: i64) -> Option<Self> {
        if n < 2 || end <= start {
            return None;
        }
        let seconds = |from: i64, to: i64| to.saturating_sub(from) as f64 / 1e6;
        let sampled = seconds(start, end);
        Some(Self {
            first,
            before: seconds(from, start),
            after: seconds(end, to),
            sampled,
            apart: sampled / f64::from(n - 1),
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

    fn rise(times: &[i64], values: &[f64], from: i64, to: i64) -> Option<Rise> {
        let mut samples = times.iter().zip(values);
        let (time, value) = samples.next()?;
        let mut counted = Counted::new(*time, *value);
        samples.for_each(|(time, value)| counted.push(*time, *value));
        counted.rise(from, to)
    }

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
    fn what_ranges_rose_by_adds_up_whatever_lies_between_them() {
        // A burst between two ranges, a restart between two others, and a range of one sample.
        let samples = [
            (10, 5.0),
            (20, 6.0),
            (30, 1_006.0),
            (40, 1_007.0),
            (50, 2.0),
            (60, 4.0),
            (70, 4.5),
        ];
        for ranges in [
            &samples[..].chunks(2),
            &samples.chunks(3),
            &samples.chunks(7),
        ] {
            let (mut sum, mut seconds, mut before) = (0.0, 0.0, None);
            for range in ranges.clone() {
                let mut all = range.iter().map(|(t, v)| (t * S, *v));
                let (time, value) = all.next().unwrap();
                let mut counted = Counted::new(time, value).after(before);
                all.for_each(|(time, value)| counted.push(time, value));
                before = Some(counted.last());
                let rose = counted.rose().unwrap_or_default();
                (sum, seconds) = (sum + rose.increase, seconds + rose.seconds);
            }
            assert!((sum - (1_002.0 + 4.5)).abs() < 1e-9, "{sum}");
            assert!((seconds - 60.0).abs() < 1e-9);
        }
        assert_eq!(Counted::new(S, 5.0).rose(), None);
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
