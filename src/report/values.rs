//! What windows come to beside the baseline, as estimates that incidents are told with.

use super::watch::What;
use crate::metric::{Estimate, Info, Measured};
use crate::stats::interval::{Interval, wilson_of_share};
use crate::stats::sequential::Tested;
use crate::stats::sequential::columns::Aspect;

/// A difference with its interval; of a correlation in its own unit.
pub(super) fn change(of: &Tested, what: &What) -> Estimate {
    let by = |change: f64| match what {
        What::Pair(_) => libm::tanh(of.from + change) - libm::tanh(of.from),
        _ => change,
    };
    let interval = Interval {
        low: by(of.low),
        high: by(of.high),
    };
    Estimate::of(by(of.change), Some(interval), of.rows as u64)
}

/// What windows come to; the interval ends where the number does.
pub(super) fn now(of: &Tested, what: &What) -> Estimate {
    bounded(of.from + of.change, of.value, of.rows, what)
}

/// What the baseline is for them.
pub(super) fn then(of: &Tested, what: &What) -> Estimate {
    bounded(of.from, of.of_baseline, of.baseline_rows, what)
}

fn bounded(value: f64, interval: Interval, rows: f64, what: &What) -> Estimate {
    let interval = match what.info().and_then(Info::measured) {
        Some(Measured::Share) => wilson_of_share(value.clamp(0.0, 1.0), rows),
        _ => interval,
    };
    let (least, most) = match what {
        What::Metric(info) | What::Slice(info, ..) => info.range,
        What::Column(_, Aspect::Shape(_)) | What::Pair(_) => (None, None),
        What::Column(..) | What::Rows(_) => (Some(0.0), Some(1.0)),
    };
    let within = |x: f64| {
        if matches!(what, What::Pair(_)) {
            return libm::tanh(x);
        }
        let x = least.map_or(x, |least| x.max(least));
        most.map_or(x, |most| x.min(most))
    };
    let interval = Interval {
        low: within(interval.low),
        high: within(interval.high),
    };
    let value = match what {
        What::Pair(_) => within(value),
        _ => value,
    };
    Estimate::of(value, Some(interval), libm::rint(rows) as u64)
}
