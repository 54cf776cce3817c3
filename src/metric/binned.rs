//! Values of what is known to its bin only, with how far they can be off.

use super::{Estimate, Measures};
use crate::stats::dyadic::Between;
use crate::stats::exact_quantile::between;
use crate::stats::interval::{End, Interval, quantile_ends};
use crate::stats::sketch::{ACCURACY, LogHistogram};

/// A quantile of values of at least 0, within 1 %, with an interval that holds the distribution-free one where there
/// are enough values; `None` without any.
pub(super) fn quantile(sketch: &LogHistogram, p: f64) -> Option<Estimate> {
    let n = sketch.count();
    let at = |end: End| {
        let value = sketch.value_at_rank(end.rank)?;
        let next = sketch.value_at_rank(end.rank + 1).unwrap_or(value);
        Some(between(value, next, end.towards))
    };
    let (least, most) = (sketch.least()?, sketch.most()?);
    let one = least == most;
    // As wide as the exact one can reach: its ends are within 1 % of these.
    let room = if one { 0.0 } else { ACCURACY };
    let interval = quantile_ends(n, p).and_then(|(low, high)| {
        Some(Interval {
            low: (at(low)? / (1.0 + room)).max(least),
            high: (at(high)? / (1.0 - room)).min(most),
        })
    });
    let value = sketch.quantile(p)?;
    Some(Estimate {
        bound: Some(if one {
            0.0
        } else {
            value * ACCURACY / (1.0 - ACCURACY)
        }),
        ..Estimate::of(value, interval, n)
    })
}

/// Σ |outcome − median| of the rows of a cell, from its bins, and their number.
pub(super) fn spread(of: &Measures<'_>) -> Option<(Between, u64)> {
    let numbers = of.numbers().filter(|n| n.error.n > 0)?;
    let n = numbers.error.n;
    let same = numbers.outcome.variance() == Some(0.0);
    let spread = numbers.in_order.as_ref()?.outcomes.spread()?;
    let none = Between {
        low: 0.0,
        high: 0.0,
    };
    Some((if same || n == 1 { none } else { spread }, n))
}

/// A value between two, with half of what lies between as its bound.
pub(super) fn middle(ends: Between, n: u64) -> Estimate {
    let bound = ends.high / 2.0 - ends.low / 2.0;
    Estimate {
        bound: Some(bound).filter(|b| b.is_finite()),
        ..Estimate::of(ends.low + bound, None, n)
    }
}
