//! Quantiles of values that are all at hand.

/// The `p`-quantile of ascending values, interpolated between the two neighbouring ones.
///
/// The value at rank (n − 1)·p, as `numpy.quantile` gives it. `None` without values or for `p` outside
/// 0 … 1.
///
/// Source: R. J. Hyndman and Y. Fan (1996), *Sample quantiles in statistical packages*, definition 7.
#[must_use]
pub fn quantile_sorted(values: &[f64], p: f64) -> Option<f64> {
    let (rank, fraction) = rank(values.len() as u64, p)?;
    let low = *values.get(rank as usize)?;
    let high = values.get(rank as usize + 1).copied().unwrap_or(low);
    Some(between(low, high, fraction))
}

/// The rank just below the `p`-quantile of `n` values, and how far the quantile lies towards the next.
#[must_use]
pub fn rank(n: u64, p: f64) -> Option<(u64, f64)> {
    let last = n.checked_sub(1)?;
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let place = last as f64 * p;
    let rank = (libm::floor(place) as u64).min(last);
    Some((rank, place - rank as f64))
}

/// Linear interpolation as numpy does it: from the nearer end, so that both ends are met exactly.
#[must_use]
pub fn between(low: f64, high: f64, fraction: f64) -> f64 {
    let step = high - low;
    let value = if fraction >= 0.5 {
        high - step * (1.0 - fraction)
    } else {
        low + step * fraction
    };
    // `step` overflows only for neighbours of opposite sign near the ends of the range.
    if value.is_finite() {
        value
    } else {
        low * (1.0 - fraction) + high * fraction
    }
}

#[cfg(test)]
mod tests {
    use super::quantile_sorted;

    #[test]
    fn meets_the_ends_and_interpolates() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile_sorted(&values, 0.0), Some(1.0));
        assert_eq!(quantile_sorted(&values, 1.0), Some(8.0));
        assert_eq!(quantile_sorted(&values, 0.5), Some(3.0));
        assert_eq!(quantile_sorted(&values, 0.25), Some(1.75));
        assert_eq!(quantile_sorted(&[7.0], 0.3), Some(7.0));
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(quantile_sorted(&[], 0.5), None);
        assert_eq!(quantile_sorted(&[1.0], 1.5), None);
        assert_eq!(quantile_sorted(&[1.0], f64::NAN), None);
    }

    #[test]
    fn the_ends_of_the_range_do_not_overflow() {
        assert_eq!(quantile_sorted(&[-f64::MAX, f64::MAX], 0.5), Some(0.0));
    }
}
