//! How long things took in a step of time, as a source tells it.

use super::took::Took;
use crate::stats::buckets::{self, Native};
use crate::stats::sketch::LogHistogram;
use serde::{Deserialize, Serialize};

/// How long things took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durations {
    /// Of each one.
    Rows(LogHistogram),
    /// How many at or below each upper bound (seconds; the last is infinite, told as `null`).
    Classic(Vec<(Option<f64>, f64)>),
    /// By exponential buckets.
    Native(Native),
    /// Of rows, by fixed bounds.
    Counted(Took),
}

/// How many took at most so long: what is told, and between what it lies for certain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UpTo {
    /// At least.
    pub least: f64,
    /// About.
    pub about: f64,
    /// At most.
    pub most: f64,
}

impl UpTo {
    /// For certain so many.
    #[must_use]
    pub const fn exactly(count: f64) -> Self {
        Self {
            least: count,
            about: count,
            most: count,
        }
    }

    /// The others of so many.
    #[must_use]
    pub fn rest_of(self, count: f64) -> Self {
        Self {
            least: (count - self.most).max(0.0),
            about: (count - self.about).max(0.0),
            most: (count - self.least).max(0.0),
        }
    }

    /// Without some of them.
    #[must_use]
    pub fn without(self, some: Self) -> Self {
        Self {
            least: (self.least - some.most).max(0.0),
            about: (self.about - some.about).max(0.0),
            most: (self.most - some.least).max(0.0),
        }
    }

    /// With others.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            about: self.about + other.about,
            most: self.most + other.most,
        }
    }

    /// Times a factor of at least 0.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            least: self.least * factor,
            about: self.about * factor,
            most: self.most * factor,
        }
    }

    /// No more than so many.
    #[must_use]
    pub fn at_most(self, count: f64) -> Self {
        Self {
            least: self.least.min(count),
            about: self.about.min(count),
            most: self.most.min(count),
        }
    }

    /// The same where something else is known of it, too.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (least, most) = (self.least.max(other.least), self.most.min(other.most));
        if least > most {
            return self;
        }
        Self {
            least,
            about: other.about.clamp(least, most),
            most,
        }
    }

    /// Both ends where these differ by more than rounding.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        (self.most - self.least > 1e-6 * self.most.max(1.0)).then_some((self.least, self.most))
    }
}

impl Durations {
    /// How many.
    #[must_use]
    pub fn count(&self) -> f64 {
        match self {
            Self::Rows(sketch) => sketch.count() as f64,
            Self::Classic(buckets) => buckets.last().map_or(0.0, |b| b.1),
            Self::Native(native) => native.count,
            Self::Counted(took) => took.count() as f64,
        }
    }

    /// About how much room it takes, in counts.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Rows(_) => 100,
            Self::Classic(buckets) => buckets.len(),
            Self::Native(native) => native.positive.len() + native.negative.len() + 4,
            Self::Counted(took) => took.places(),
        }
    }

    /// A quantile: exactly Prometheus's of the counts of a histogram; of rows within 1 %.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        match self {
            Self::Rows(sketch) => sketch.quantile(q),
            Self::Classic(classic) => buckets::classic_quantile(q, &bounds(classic)),
            Self::Native(native) => native.quantile(q),
            Self::Counted(took) => took.quantile(q),
        }
    }

    /// Whether a quantile is longer than what [`Durations::quantile`] tells: it lies above the last bound of a histogram,
    /// which Prometheus tells then.
    #[must_use]
    pub fn is_above(&self, q: f64) -> bool {
        let Self::Classic(classic) = self else {
            return false;
        };
        match buckets::monotonic(&bounds(classic))[..] {
            [.., (_, below), (last, all)] => last.is_infinite() && q * all > below,
            _ => false,
        }
    }

    /// The longest, exact. `None` of what is counted by bounds: the end of the highest bucket that has any is no duration.
    #[must_use]
    pub const fn most(&self) -> Option<f64> {
        match self {
            Self::Rows(sketch) => sketch.most(),
            _ => None,
        }
    }

    /// About how many took at most so long.
    #[must_use]
    pub fn count_up_to(&self, x: f64) -> f64 {
        match self {
            Self::Rows(sketch) => (sketch.count() - sketch.count_above(x)) as f64,
            Self::Classic(classic) => buckets::count_up_to(x, &bounds(classic)),
            Self::Native(native) => native.count_up_to(x),
            Self::Counted(took) => took.count_up_to(x),
        }
    }

    /// The same, and between what it lies.
    #[must_use]
    pub fn up_to(&self, x: f64) -> UpTo {
        let about = self.count_up_to(x);
        let (least, most) = match self {
            Self::Rows(sketch) => {
                let (least, most) = sketch.count_above_between(x);
                let count = sketch.count() as f64;
                (count - most as f64, count - least as f64)
            }
            Self::Classic(classic) => {
                let all = buckets::monotonic(&bounds(classic));
                let at = all.partition_point(|b| b.0 < x);
                let below = at.checked_sub(1).map_or(0.0, |at| all[at].1);
                match all.get(at) {
                    Some((bound, count)) if *bound == x => (*count, *count),
                    Some((_, count)) => (below, *count),
                    None => (about, about),
                }
            }
            Self::Native(native) => native.counts_up_to(x),
            Self::Counted(took) => return took.up_to(x),
        };
        UpTo { least, about, most }
    }

    /// Adds others; of another kind, those of which there are more stay.
    pub fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Rows(a), Self::Rows(b)) => a.merge(b),
            (Self::Counted(a), Self::Counted(b)) => a.merge(b),
            (Self::Native(a), Self::Native(b)) => *a = a.plus(b),
            (Self::Classic(a), Self::Classic(b)) => {
                let above = |x: Option<f64>| x.unwrap_or(f64::INFINITY);
                for (bound, count) in b {
                    match a.binary_search_by(|x| above(x.0).total_cmp(&above(*bound))) {
                        Ok(at) => a[at].1 += count,
                        Err(at) => a.insert(at, (*bound, *count)),
                    }
                }
            }
            (mine, theirs) => {
                if theirs.count() > mine.count() {
                    *self = theirs.clone();
                }
            }
        }
    }
}

/// Infinity is `null` in JSON.
fn bounds(classic: &[(Option<f64>, f64)]) -> Vec<(f64, f64)> {
    let of = |(bound, count): &(Option<f64>, f64)| (bound.unwrap_or(f64::INFINITY), *count);
    classic.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_above_the_last_bound_is_told_as_such() {
        let took = Durations::Classic(vec![(Some(0.1), 5.0), (Some(0.5), 8.0), (None, 10.0)]);
        assert_eq!(took.quantile(0.99), Some(0.5));
        assert_eq!(
            [0.5, 0.8, 0.9, 0.99].map(|q| took.is_above(q)),
            [false, false, true, true]
        );
    }

    #[test]
    fn classic_durations_add_up_by_their_bounds() {
        let mut a = Durations::Classic(vec![(Some(0.1), 5.0), (None, 10.0)]);
        a.merge(&Durations::Classic(vec![(Some(0.1), 5.0), (None, 10.0)]));
        assert_eq!(a.count(), 20.0);
        assert_eq!(a.quantile(0.25), Some(0.05));
        assert_eq!(a.most(), None);
        assert_eq!(a.count_up_to(0.1), 10.0);
    }
}
