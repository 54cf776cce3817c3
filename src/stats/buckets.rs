//! Quantiles of histograms as monitoring systems count them: classic ones with upper bounds, native ones with
//! exponential buckets.
//!
//! Source: Prometheus 3, `promql/quantile.go` (`BucketQuantile`, `HistogramQuantile`), documented under
//! `histogram_quantile()`. Within a classic bucket observations are taken as spread evenly; within a native one as
//! spread evenly over its logarithm, but for the bucket round zero. `tests/reference/buckets.py` computes the same
//! apart from this code.

use serde::{Deserialize, Serialize};

/// Relative differences of counts that are rounding, not data.
const ROUNDING: f64 = 1e-12;

/// The `q`-quantile of a classic histogram: upper bounds with how many observations lie at or below each.
///
/// `None` where there is no bucket up to infinity, fewer than two buckets or no observation, or `q` is not within
/// 0 … 1. A quantile in the last bucket is the largest finite bound, as with Prometheus.
#[must_use]
pub fn classic_quantile(q: f64, buckets: &[(f64, f64)]) -> Option<f64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let buckets = monotonic(buckets);
    let last = buckets.len().checked_sub(1).filter(|last| *last > 0)?;
    let (bound, all) = buckets[last];
    if bound != f64::INFINITY || !(all > 0.0 && all.is_finite()) {
        return None;
    }
    let rank = q * all;
    let at = buckets[..last].partition_point(|b| b.1 < rank);
    if at == last {
        return Some(buckets[last - 1].0);
    }
    let (end, count) = buckets[at];
    if at == 0 {
        if end <= 0.0 {
            return Some(end);
        }
        return finite(end * (rank / count));
    }
    let (start, below) = buckets[at - 1];
    finite(start + (end - start) * ((rank - below) / (count - below)))
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// The buckets in order of their bounds, equal bounds as one, counts that never fall.
#[must_use]
pub fn monotonic(buckets: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = buckets.to_vec();
    sorted.retain(|b| !b.0.is_nan() && !b.1.is_nan());
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(sorted.len());
    for (bound, count) in sorted {
        match out.last_mut() {
            Some(last) if last.0 == bound => last.1 += count,
            _ => out.push((bound, count)),
        }
    }
    let mut before = out.first().map_or(0.0, |b| b.1);
    for bucket in out.iter_mut().skip(1) {
        if almost_equal(bucket.1, before) || bucket.1 < before {
            bucket.1 = before;
        } else {
            before = bucket.1;
        }
    }
    out
}

fn almost_equal(a: f64, b: f64) -> bool {
    if a == b {
        return true;
    }
    let (least, sum) = (f64::MIN_POSITIVE, a.abs() + b.abs());
    let apart = (a - b).abs();
    if a == 0.0 || b == 0.0 || sum < least {
        return apart < ROUNDING * least;
    }
    apart / sum.min(f64::MAX) < ROUNDING
}

/// A native histogram: bucket `i` of schema `s` holds `base^(i−1) < |x| <= base^i` with `base = 2^(2^−s)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Native {
    /// How fine it is: −4 to 20, each step halves the buckets (OTLP calls it scale).
    pub schema: i32,
    /// Values up to this far from zero are in the bucket round zero.
    pub zero_threshold: f64,
    /// Observations in it.
    pub zero: f64,
    /// All observations; NaN among them are in no bucket.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// Index and count of the buckets of positive values, rising.
    pub positive: Vec<(i32, f64)>,
    /// The same of negative values, away from zero.
    pub negative: Vec<(i32, f64)>,
}

impl Native {
    /// The observations in it added to another, at the coarser of both schemas.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.with(other, 1.0)
    }

    /// What is left without those of another.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.with(other, -1.0)
    }

    fn with(&self, other: &Self, sign: f64) -> Self {
        // One without buckets is as fine as any.
        let bare = |h: &Self| h.positive.is_empty() && h.negative.is_empty();
        let schema = match (bare(self), bare(other)) {
            (true, false) => other.schema,
            (false, true) => self.schema,
            _ => self.schema.min(other.schema),
        };
        let (a, b) = (self.coarsened(schema), other.coarsened(schema));
        let add = |mine: &[(i32, f64)], theirs: &[(i32, f64)]| {
            let mut all: Vec<(i32, f64)> = mine.to_vec();
            for (index, count) in theirs {
                match all.binary_search_by_key(index, |b| b.0) {
                    Ok(at) => all[at].1 += sign * count,
                    Err(at) => all.insert(at, (*index, sign * count)),
                }
            }
            all.retain(|b| b.1 != 0.0);
            all
        };
        Self {
            schema,
            zero_threshold: a.zero_threshold.max(b.zero_threshold),
            zero: a.zero + sign * b.zero,
            count: a.count + sign * b.count,
            sum: a.sum + sign * b.sum,
            positive: add(&a.positive, &b.positive),
            negative: add(&a.negative, &b.negative),
        }
    }

    /// All counts times a factor.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.zero *= factor;
        self.count *= factor;
        self.sum *= factor;
        for bucket in self.positive.iter_mut().chain(&mut self.negative) {
            bucket.1 *= factor;
        }
        self
    }

    /// The same with coarser buckets.
    #[must_use]
    pub fn coarsened(&self, schema: i32) -> Self {
        let steps = self.schema.saturating_sub(schema).clamp(0, 31) as u32;
        let merge = |buckets: &[(i32, f64)]| {
            let mut out: Vec<(i32, f64)> = Vec::new();
            for (index, count) in buckets {
                // Bucket i of one schema lies in bucket ⌈i / 2⌉ of the next coarser one.
                let index = ((index - 1) >> steps) + 1;
                match out.last_mut() {
                    Some(last) if last.0 == index => last.1 += count,
                    _ => out.push((index, *count)),
                }
            }
            out
        };
        Self {
            schema: self.schema.min(schema),
            positive: merge(&self.positive),
            negative: merge(&self.negative),
            ..self.clone()
        }
    }

    /// Whether it has fewer of something than another, so that its process must have started anew.
    #[must_use]
    pub fn is_reset_of(&self, before: &Self) -> bool {
        if self.count < before.count || self.zero < before.zero {
            return true;
        }
        let schema = self.schema.min(before.schema);
        let (now, then) = (self.coarsened(schema), before.coarsened(schema));
        let fewer = |now: &[(i32, f64)], then: &[(i32, f64)]| {
            then.iter().any(|(index, count)| {
                let at = now.binary_search_by_key(index, |b| b.0);
                at.map_or(0.0, |at| now[at].1) < *count
            })
        };
        fewer(&now.positive, &then.positive) || fewer(&now.negative, &then.negative)
    }

    /// The upper end of a bucket of positive values.
    #[must_use]
    pub fn upper(&self, index: i32) -> f64 {
        // index · 2^−schema is exact.
        libm::exp2(f64::from(index) * libm::exp2(-f64::from(self.schema)))
    }

    /// Lower end, upper end and count of each bucket, rising.
    fn buckets(&self) -> Vec<(f64, f64, f64)> {
        let of = |(index, count): &(i32, f64)| (self.upper(index - 1), self.upper(*index), *count);
        let mut out: Vec<(f64, f64, f64)> = self
            .negative
            .iter()
            .rev()
            .map(of)
            .map(|(low, high, count)| (-high, -low, count))
            .collect();
        if self.zero > 0.0 {
            out.push((-self.zero_threshold, self.zero_threshold, self.zero));
        }
        out.extend(self.positive.iter().map(of));
        out.retain(|b| b.2 > 0.0);
        out
    }

    /// The `q`-quantile; `None` without observations or for `q` outside 0 … 1.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let counted = self.count > 0.0 && self.count.is_finite();
        if !(0.0..=1.0).contains(&q) || !counted {
            return None;
        }
        let buckets = self.buckets();
        let forwards = q < 0.5 || self.sum.is_nan();
        let (mut count, mut found) = (0.0, None);
        let rank = if forwards {
            q * self.count
        } else {
            (1.0 - q) * self.count
        };
        let mut walk = |bucket: &(f64, f64, f64)| {
            count += bucket.2;
            found = Some(*bucket);
            count >= rank
        };
        let _ = if forwards {
            buckets.iter().any(&mut walk)
        } else {
            buckets.iter().rev().any(&mut walk)
        };
        let (mut low, mut high, within) = found?;
        if low < 0.0 && high > 0.0 {
            if self.negative.is_empty() && !self.positive.is_empty() {
                low = 0.0;
            } else if self.positive.is_empty() && !self.negative.is_empty() {
                high = 0.0;
            }
        }
        let rank = rank.min(count);
        let rank = if forwards {
            rank - (count - within)
        } else {
            count - rank
        };
        let share = rank / within;
        if low <= 0.0 && high >= 0.0 {
            return finite(low + (high - low) * share);
        }
        let (from, to) = (libm::log2(low.abs()), libm::log2(high.abs()));
        finite(if low > 0.0 {
            libm::exp2(from + (to - from) * share)
        } else {
            -libm::exp2(to + (from - to) * (1.0 - share))
        })
    }

    /// How many observations are at most `x`, at least and at most: those of its bucket may be on either side.
    #[must_use]
    pub fn counts_up_to(&self, x: f64) -> (f64, f64) {
        self.buckets()
            .into_iter()
            .fold((0.0, 0.0), |(least, most), (low, high, count)| {
                (
                    least + if high <= x { count } else { 0.0 },
                    most + if low < x || high <= x { count } else { 0.0 },
                )
            })
    }

    /// About how many observations are at most `x`, those within a bucket spread as for quantiles.
    #[must_use]
    pub fn count_up_to(&self, x: f64) -> f64 {
        let share = |(low, high, count): (f64, f64, f64)| {
            if high <= x {
                count
            } else if low >= x {
                0.0
            } else if low > 0.0 && x > 0.0 {
                let (from, to) = (libm::log2(low), libm::log2(high));
                count * (libm::log2(x) - from) / (to - from)
            } else {
                count * (x - low) / (high - low)
            }
        };
        self.buckets().into_iter().map(share).sum()
    }
}

/// About how many observations of a classic histogram are at most `x`: exact where `x` is a bound, else those within
/// a bucket are taken as spread evenly.
#[must_use]
pub fn count_up_to(x: f64, buckets: &[(f64, f64)]) -> f64 {
    let buckets = monotonic(buckets);
    let at = buckets.partition_point(|b| b.0 < x);
    let Some((high, count)) = buckets.get(at).copied() else {
        return buckets.last().map_or(0.0, |b| b.1);
    };
    if high == x {
        return count;
    }
    let (low, below) = match at {
        0 => (0.0_f64.min(high), 0.0),
        at => buckets[at - 1],
    };
    if !high.is_finite() {
        return below;
    }
    below + (count - below) * ((x - low) / (high - low)).clamp(0.0, 1.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_classic_quantile_is_interpolated() {
        let buckets = [(0.1, 10.0), (0.2, 30.0), (f64::INFINITY, 40.0)];
        let q = |q| classic_quantile(q, &buckets).unwrap();
        assert!((q(0.5) - 0.15).abs() < 1e-12);
        assert!((q(0.1) - 0.04).abs() < 1e-12);
        assert_eq!(q(0.99), 0.2);
        assert_eq!(classic_quantile(0.5, &buckets[..2]), None);
        assert_eq!(classic_quantile(0.5, &[]), None);
        assert_eq!(
            classic_quantile(0.5, &[(1.0, 0.0), (f64::INFINITY, 0.0)]),
            None
        );
    }

    #[test]
    fn counts_that_fall_are_mended() {
        let buckets = [(1.0, 10.0), (2.0, 9.0), (f64::INFINITY, 10.0)];
        assert_eq!(classic_quantile(1.0, &buckets), Some(1.0));
    }

    #[test]
    fn an_empty_histogram_makes_others_no_coarser() {
        let fine = Native {
            schema: 3,
            count: 4.0,
            positive: vec![(1, 1.0), (2, 3.0)],
            ..Native::default()
        };
        let empty = Native::default();
        for same in [fine.plus(&empty), empty.plus(&fine), fine.minus(&empty)] {
            assert_eq!((same.schema, &same.positive), (3, &fine.positive));
        }
    }

    #[test]
    fn a_native_quantile_lies_within_its_bucket() {
        let h = Native {
            schema: 0,
            count: 4.0,
            sum: 10.0,
            positive: vec![(1, 2.0), (3, 2.0)],
            ..Native::default()
        };
        // Two in (1, 2], two in (4, 8].
        assert!((h.quantile(0.25).unwrap() - libm::exp2(0.5)).abs() < 1e-12);
        assert!((h.quantile(0.75).unwrap() - libm::exp2(2.5)).abs() < 1e-12);
        assert_eq!(h.quantile(1.0), Some(8.0));
        let coarse = h.coarsened(-1);
        assert_eq!(coarse.positive, [(1, 2.0), (2, 2.0)]);
        assert_eq!(h.plus(&h).count, 8.0);
        assert_eq!(h.minus(&h).positive, []);
        assert!(h.minus(&h).is_reset_of(&h));
    }

    #[test]
    fn a_count_up_to_a_value_is_exact_at_a_bound() {
        let buckets = [(0.1, 10.0), (0.2, 30.0), (f64::INFINITY, 40.0)];
        assert_eq!(count_up_to(0.2, &buckets), 30.0);
        assert!((count_up_to(0.15, &buckets) - 20.0).abs() < 1e-9);
        assert_eq!(count_up_to(0.5, &buckets), 30.0);
        assert_eq!(count_up_to(f64::INFINITY, &buckets), 40.0);
    }
}
