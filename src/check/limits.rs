//! From what a rule says to the numbers that a value has to be between.

use super::points::Course;
use super::rule::{End, Limit, Side, Spread, Tolerance};
use crate::metric::{Better, Estimate};
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::special::{normal_sf, student_t_quantile};

/// Windows of the baseline that a quantile takes at least.
pub(super) const QUANTILE_WINDOWS: usize = 5;
/// Windows of the baseline that a band takes at least.
pub(super) const BAND_WINDOWS: usize = 3;

/// The least and the most that is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Limits {
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Limits {
    /// The limit that a value is beyond; `None` within them. An end of the interval that it does not have
    /// is no reason to be beyond.
    pub(super) fn beyond(self, value: &Estimate, end: End) -> Option<f64> {
        let (for_low, for_high) = match end {
            End::Value => (value.value, value.value),
            End::Low => (value.low, value.low),
            End::High => (value.high, value.high),
            End::Whole => (value.high, value.low),
        };
        let under = self.low.filter(|low| for_low.is_some_and(|x| x < *low));
        under.or_else(|| self.high.filter(|high| for_high.is_some_and(|x| x > *high)))
    }

    fn of(low: f64, high: f64, side: Side, better: Better) -> Self {
        let (under, over) = match (side, better) {
            (Side::Below, _) | (Side::Worse, Better::Higher) => (true, false),
            (Side::Above, _) | (Side::Worse, Better::Lower) => (false, true),
            (Side::Both | Side::Worse, _) => (true, true),
        };
        Self {
            low: under.then_some(low),
            high: over.then_some(high),
        }
    }
}

/// The limits in numbers, or why there are none.
pub(super) fn limits(limit: Limit, side: Side, course: &Course) -> Result<Limits, String> {
    let of = |low, high| Limits::of(low, high, side, course.better);
    match limit {
        Limit::Between { min, max } => Ok(Limits {
            low: min,
            high: max,
        }),
        Limit::Within(tolerance) => {
            let base = course.baseline.as_ref().ok_or("there is no baseline")?;
            let Some(value) = base.value else {
                let why = base.undefined.as_deref().unwrap_or("no value");
                return Err(format!("it is not known of the baseline: {why}"));
            };
            let half = match tolerance {
                Tolerance::Absolute(by) => by,
                Tolerance::Relative(share) => share * value.abs(),
            };
            Ok(of(value - half, value + half))
        }
        Limit::Quantile(low, high) => {
            let mut values = learned(course, QUANTILE_WINDOWS, "a quantile")?;
            values.sort_by(f64::total_cmp);
            let at = |p| quantile_sorted(&values, p).ok_or("there is no such quantile");
            Ok(of(at(low)?, at(high)?))
        }
        Limit::Band { sd, spread } => {
            let values = learned(course, BAND_WINDOWS, "a band")?;
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
            let one = (squares / (n - 1.0)).sqrt();
            let half = one * factor(sd, spread, values.len());
            let (low, high) = (mean - half, mean + half);
            if !(low.is_finite() && high.is_finite()) {
                return Err("the band is too wide for a number".into());
            }
            Ok(of(low, high))
        }
    }
}

/// How many standard deviations of `n` windows a band of `k` is wide on each side.
pub(super) fn factor(k: f64, spread: Spread, n: usize) -> f64 {
    match spread {
        Spread::Plain => k,
        Spread::Prediction => {
            let n = n as f64;
            -student_t_quantile(normal_sf(k), n - 1.0) * (1.0 + 1.0 / n).sqrt()
        }
    }
}

/// The values of the baseline's windows, where there are enough.
fn learned(course: &Course, least: usize, what: &str) -> Result<Vec<f64>, String> {
    let own = course.points.iter().filter(|p| p.in_baseline);
    let values: Vec<f64> = own
        .filter(|p| !p.immature)
        .filter_map(|p| p.value.value)
        .collect();
    match values.len() {
        0 => Err(format!(
            "no window of a baseline is in view, and {what} is learned from {least} at least; a reference file has none"
        )),
        n if n < least => Err(format!(
            "too few windows: the baseline has {n} with a value, and {what} is learned from {least} at least"
        )),
        _ => Ok(values),
    }
}
