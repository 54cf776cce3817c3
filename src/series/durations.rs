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

    /// Whether a quantile lies above the last bound of a histogram, which then stands for it.
    #[must_use]
    pub fn is_above(&self, q: f64) -> bool {
        let Self::Classic(_) = self else { return false };
        let bound = self.quantile(q);
        bound.is_some_and(|x| self.count_up_to(x) < q * self.count() * (1.0 - 1e-6))
    }

    /// The longest: of rows exact, of a histogram the upper end of the highest bucket that has any, so no more than
    /// a bound; `None` where that bucket has no end.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        match self {
            Self::Rows(sketch) => sketch.most(),
            Self::Classic(classic) => {
                let all = buckets::monotonic(&bounds(classic));
                let total = all.last()?.1;
                let at = all.partition_point(|b| b.1 < total);
                all.get(at).map(|b| b.0).filter(|b| b.is_finite())
            }
            Self::Native(native) => native.highest(),
            Self::Counted(took) => took.most(),
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
    fn classic_durations_add_up_by_their_bounds() {
        let mut a = Durations::Classic(vec![(Some(0.1), 5.0), (None, 10.0)]);
        a.merge(&Durations::Classic(vec![(Some(0.1), 5.0), (None, 10.0)]));
        assert_eq!(a.count(), 20.0);
        assert_eq!(a.quantile(0.25), Some(0.05));
        assert_eq!(a.most(), None);
        assert_eq!(a.count_up_to(0.1), 10.0);
    }
}
