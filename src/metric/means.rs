//! Means of rows' values with their intervals, and why there is none: one rule for each kind of value.
//!
//! How many rows a true interval takes was found by simulation (`cargo bench --bench evidence -- intervals`), as
//! were the multiples of a skewness that the first two moments cannot tell.

use super::measures::{skewed, too_few_rows};
use super::{Estimate, Info};
use crate::stats::interval::{Interval, Skewed, mean_t};
use crate::summary::Moments;

/// Rows from which on the mean of skewed values has an interval.
pub(super) const LEAST_OF_MEANS: u64 = 200;
/// Rows from which on a ratio of two sums has one.
pub(super) const LEAST_OF_RATIO: u64 = 100;
/// The deviation over the mean up to which values are one, but for rounding.
const ALIKE: f64 = 1e-9;
/// Rows from which on that of values on both sides of 0 has one.
pub(super) const LEAST_SIGNED: u64 = 200;
/// Rows that the mean of values between two bounds rests on, seen from the nearer bound, from which on it has one:
/// of fewer, the few values away from the bound make steps that no interval hits.
const LEAST_EFFECTIVE: f64 = 8.0;

/// The skewness of values of at least 0, over their coefficient of variation: 2 of a gamma distribution, 3 and
/// more of a log-normal one.
const OF_POSITIVE: f64 = 3.0;
/// The same of a ratio of two sums, whose parts vary together.
const OF_RATIO: f64 = 2.0;
/// The skewness of values between two bounds, over that of a beta distribution.
const OF_BOUNDED: f64 = 2.0;

/// What the values are of which a metric is the mean, row by row or list by list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// Right or wrong.
    Share,
    /// Between two bounds.
    Bounded(f64, f64),
    /// At least 0.
    Positive,
}

impl Measured {
    /// How skewed a row is taken to be, as the interval of such a mean takes it.
    #[must_use]
    pub fn skewness(self, mean: f64, variance: f64) -> f64 {
        let of = match self {
            Self::Share => (1.0 - 2.0 * mean) / variance.sqrt(),
            Self::Bounded(least, most) => {
                let wide = most - least;
                let (share, variance) = ((mean - least) / wide, variance / wide / wide);
                let near = share.min(1.0 - share);
                let beta = of_beta(near, variance);
                if share <= 0.5 { beta } else { -beta }
            }
            Self::Positive => OF_POSITIVE * variance.sqrt() / mean,
        };
        if of.is_finite() { of } else { 0.0 }
    }
}

impl Info {
    /// What it is the mean of, where it is one; of those that are judged.
    #[must_use]
    pub fn measured(&self) -> Option<Measured> {
        match self.name {
            "accuracy" | "subset_accuracy" | "error_rate" => Some(Measured::Share),
            "ndcg_at_10" | "mean_average_precision" | "mean_reciprocal_rank" => {
                Some(Measured::Bounded(self.range.0?, self.range.1?))
            }
            "log_loss" | "brier_score" | "mean_absolute_error" => Some(Measured::Positive),
            _ => None,
        }
    }
}

/// The skewness of values between two bounds, seen from the nearer one, as that of a beta distribution tells it.
fn of_beta(near: f64, variance: f64) -> f64 {
    OF_BOUNDED * 2.0 * (1.0 - 2.0 * near) * variance.sqrt() / (near * (1.0 - near) + variance)
}

/// How the interval of [`positive`] is told.
pub(super) const POSITIVE: &str = "Hall's transformation of Student's statistic, the values as skewed as those of a log-normal distribution (3 times their coefficient of variation); none of fewer than 200 rows";
/// How that of [`signed`] is.
pub(super) const SIGNED: &str = "Student t; none of fewer than 200 rows";
/// Where [`POSITIVE`] and [`BOUNDED`] come from.
pub(super) const HALL: &str = "Hall 1992, JRSS B 54, 221";

/// The mean of rows' values of at least 0: Hall's interval with a skewness of 3 times the coefficient of
/// variation.
#[must_use]
pub fn positive(moments: &Moments) -> Estimate {
    positive_of(moments, LEAST_OF_MEANS, "no values")
}

/// The same with an interval from so many rows on, and what to say where there is no value.
pub(super) fn positive_of(moments: &Moments, least: u64, missing: &str) -> Estimate {
    let Some(value) = moments.mean() else {
        return Estimate::undefined(missing, 0);
    };
    let spread = (moments.variance()).filter(|v| value > 0.0 && v.sqrt() > ALIKE * value);
    let interval = spread
        .filter(|_| moments.n >= least)
        .and_then(|v| skewed(moments, OF_POSITIVE * v.sqrt() / value)?.hall())
        .map(|i| Interval {
            low: i.low.max(0.0),
            ..i
        });
    Estimate::of(value, interval, moments.n).or_why(|| why_none(moments, least))
}

/// The root of a mean of squares, likewise.
pub(super) fn root_of(squares: &Moments, missing: &str) -> Estimate {
    let mean = positive_of(squares, LEAST_OF_MEANS, missing);
    let root = |x: Option<f64>| x.map(f64::sqrt);
    Estimate {
        value: root(mean.value),
        low: root(mean.low),
        high: root(mean.high),
        ..mean
    }
}

/// The mean of rows' values that may have either sign: Student's interval.
pub(super) fn signed(moments: &Moments, missing: &str) -> Estimate {
    let Some(value) = moments.mean() else {
        return Estimate::undefined(missing, 0);
    };
    let spread = moments.variance().filter(|v| *v > 0.0);
    let interval = spread
        .filter(|_| moments.n >= LEAST_SIGNED)
        .and_then(|variance| mean_t(value, variance, moments.n));
    Estimate::of(value, interval, moments.n).or_why(|| why_none(moments, LEAST_SIGNED))
}

/// The mean of values between two bounds: Hall's interval, seen from the nearer bound, with twice the skewness of
/// a beta distribution of this mean and variance.
pub(super) fn bounded(moments: &Moments, (least, most): (f64, f64), missing: &str) -> Estimate {
    let Some(value) = moments.mean() else {
        return Estimate::undefined(missing, 0);
    };
    let wide = most - least;
    let share = (value - least) / wide;
    let near = share.min(1.0 - share);
    let spread = moments.variance().map(|v| v / wide / wide);
    let of = spread.filter(|v| *v > 0.0 && near > 0.0).map(|variance| {
        let skewness = of_beta(near, variance).min((moments.n as f64).sqrt());
        Skewed {
            mean: near,
            variance,
            skewness,
            n: moments.n,
        }
    });
    let effective = of.as_ref().map_or(0.0, Skewed::effective);
    let interval = of
        .filter(|_| moments.n >= LEAST_OF_MEANS && effective >= LEAST_EFFECTIVE)
        .and_then(|of| of.hall())
        .map(|i| match share <= 0.5 {
            true => (i.low, i.high),
            false => (1.0 - i.high, 1.0 - i.low),
        })
        .map(|(low, high)| Interval {
            low: (least + wide * low).max(least),
            high: (least + wide * high).min(most),
        });
    Estimate::of(value, interval, moments.n).or_why(|| match of {
        Some(_) if moments.n >= LEAST_OF_MEANS => {
            "no interval: nearly all values are at the bound, the mean rests on too few".into()
        }
        _ => why_none(moments, LEAST_OF_MEANS),
    })
}

/// The interval of a ratio of two sums over so many rows, both of values of at least 0, given the variance of what
/// a row moves it by (times n); `None` of fewer rows than a true one takes.
pub(super) fn ratio(value: f64, variance: f64, n: u64) -> Option<Interval> {
    if n < LEAST_OF_RATIO || !(value > 0.0 && variance > 0.0) {
        return None;
    }
    let of = Skewed {
        mean: value,
        variance,
        skewness: (OF_RATIO * variance.sqrt() / value).min((n as f64).sqrt()),
        n,
    };
    of.hall()
}

/// Why a mean of so many rows has no interval.
pub(super) fn why_none(moments: &Moments, least: u64) -> String {
    match moments.variance() {
        _ if moments.n < least => too_few_rows(moments.n, least),
        Some(_) if moments.mean().is_some_and(|m| m < 0.0) => {
            "no interval: the mean is below 0".into()
        }
        Some(_) => "no interval: every row has the same value".into(),
        None => "no interval: values are too large for one".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact_sum::ExactSum;

    fn moments(values: impl IntoIterator<Item = f64>) -> Moments {
        let (mut n, mut sum, mut square) = (0, ExactSum::new(), ExactSum::new());
        for x in values {
            n += 1;
            sum.add(x);
            square.add_product(x, x);
        }
        Moments {
            n,
            sum: sum.to_sum(),
            square: square.to_sum(),
        }
    }

    #[test]
    fn no_interval_is_shown_without_a_reason() {
        let few = moments((0..199).map(f64::from));
        let same = moments([2.0; 200]);
        let nothing = moments([0.0; 200]);
        for (told, why) in [
            (positive(&few), "199 rows are too few"),
            (signed(&moments([1.0, 2.0]), ""), "2 rows are too few"),
            (bounded(&few, (0.0, 200.0), ""), "199 rows are too few"),
            (positive(&same), "every row has the same value"),
            (positive(&nothing), "every row has the same value"),
            (signed(&same, ""), "every row has the same value"),
            (
                bounded(&same, (0.0, 3.0), ""),
                "every row has the same value",
            ),
            (
                bounded(
                    &moments((0..200).map(|i| f64::from(i / 199))),
                    (0.0, 1.0),
                    "",
                ),
                "rests on too few",
            ),
        ] {
            assert!(told.value.is_some() && told.low.is_none(), "{told:?}");
            assert!(told.no_interval.as_ref().unwrap().contains(why), "{told:?}");
        }
        assert!(positive(&Moments::default()).undefined.is_some());
    }

    /// The longer side is that of the tail, and both ends stay within the bounds.
    #[test]
    fn intervals_lean_towards_the_tail() {
        let squares = moments((0..400).map(|i| f64::from(i * i)));
        let told = positive(&squares);
        let (value, low, high) = (told.value.unwrap(), told.low.unwrap(), told.high.unwrap());
        assert!(high - value > value - low && low > 0.0, "{told:?}");
        let near_one = moments((0..400).map(|i| if i % 10 == 0 { 0.2 } else { 1.0 }));
        let told = bounded(&near_one, (0.0, 1.0), "");
        let (value, low, high) = (told.value.unwrap(), told.low.unwrap(), told.high.unwrap());
        assert!(value - low > high - value && high < 1.0, "{told:?}");
        // The same seen from the other side.
        let near_zero = moments((0..400).map(|i| if i % 10 == 0 { 0.8 } else { 0.0 }));
        let other = bounded(&near_zero, (0.0, 1.0), "");
        assert!((other.low.unwrap() - (1.0 - high)).abs() < 1e-12);
        let student = signed(&squares, "");
        assert!(student.low.is_some());
        assert_eq!(ratio(0.5, 1.0, 99), None);
        assert!(ratio(0.5, 1.0, 100).is_some_and(|i| i.low < 0.5 && i.high > 0.5));
    }
}
