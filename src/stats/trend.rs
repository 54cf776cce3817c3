//! A straight line through a series that a few odd points cannot bend, and when it reaches a value.
//!
//! Source: P. K. Sen (1968), *Estimates of the regression coefficient based on Kendall's tau*, JASA 63, 1379–1389:
//! the median of the slopes between all pairs of points; its interval is between two of these slopes, at the ranks
//! that Kendall's S has under no trend (`scipy.stats.theilslopes` does the same). Neighbouring points of a machine
//! hang together, so the variance of S is widened by (1 + r)/(1 − r), r the correlation of neighbouring residuals
//! (K. H. Hamed, A. R. Rao, 1998, *A modified Mann-Kendall trend test for autocorrelated data*, J. Hydrology 204,
//! 182–196, with the first lag only).

use super::special::normal_quantile;

/// Points at most; more are to be averaged before.
pub const MOST: usize = 500;

/// A line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Rise for each unit of x.
    pub slope: f64,
    /// End of the interval of 95 % of the slope.
    pub low: f64,
    /// The other end.
    pub high: f64,
    /// The value at x = 0: the median of what is left of each point without its rise.
    pub intercept: f64,
}

/// The line through points, x rising. `None` with fewer than eight of them, or more than [`MOST`].
#[must_use]
pub fn line(points: &[(f64, f64)]) -> Option<Line> {
    let n = points.len();
    if !(8..=MOST).contains(&n) {
        return None;
    }
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            if b.0 > a.0 {
                slopes.push((b.1 - a.1) / (b.0 - a.0));
            }
        }
    }
    slopes.retain(|s| s.is_finite());
    slopes.sort_by(f64::total_cmp);
    let slope = median(&slopes)?;
    let mut rest: Vec<f64> = points.iter().map(|p| p.1 - slope * p.0).collect();
    let r = neighbours(&rest);
    rest.sort_by(f64::total_cmp);
    let intercept = median(&rest)?;
    // The variance of Kendall's S, ties among the values counted.
    let size = n as f64;
    let mut values: Vec<f64> = points.iter().map(|p| p.1).collect();
    values.sort_by(f64::total_cmp);
    let ties: f64 = values
        .chunk_by(|a, b| a == b)
        .map(|tie| tie.len() as f64)
        .filter(|t| *t > 1.0)
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum();
    let variance = (size * (size - 1.0) * (2.0 * size + 5.0) - ties) / 18.0;
    let wide = (1.0 + r) / (1.0 - r);
    let sigma = (variance * wide).max(0.0).sqrt();
    let z = normal_quantile(0.975);
    let count = slopes.len() as f64;
    let last = slopes.len() - 1;
    // Ranks from 1, as the paper has them.
    let low = ((count - z * sigma) / 2.0).round_ties_even() - 1.0;
    let high = ((count + z * sigma) / 2.0).round_ties_even();
    let at = |rank: f64| slopes[(rank.max(0.0) as usize).min(last)];
    Some(Line {
        slope,
        low: at(low),
        high: at(high),
        intercept,
    })
}

fn median(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    let upper = *sorted.get(n / 2)?;
    Some(if n % 2 == 1 {
        upper
    } else {
        f64::midpoint(sorted[n / 2 - 1], upper)
    })
}

/// The correlation of neighbouring residuals, between 0 and 0.98.
fn neighbours(rest: &[f64]) -> f64 {
    let mean = rest.iter().sum::<f64>() / rest.len() as f64;
    let square: f64 = rest.iter().map(|x| (x - mean) * (x - mean)).sum();
    let beside: f64 = rest.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    if square > 0.0 {
        (beside / square).clamp(0.0, 0.98)
    } else {
        0.0
    }
}

/// When a line that stands at `level` reaches another: from the slope and both ends of its interval, soonest first.
/// `None` where it does not rise for sure: the interval holds 0.
#[must_use]
pub fn reaches(line: &Line, level: f64, goal: f64) -> Option<(f64, f64, f64)> {
    let left = goal - level;
    if left <= 0.0 || line.low <= 0.0 || line.slope <= 0.0 {
        return None;
    }
    Some((left / line.high, left / line.slope, left / line.low))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn odd_points_do_not_bend_the_line() {
        let mut points: Vec<(f64, f64)> = (0..50)
            .map(|i| {
                (
                    f64::from(i),
                    0.5 + 0.01 * f64::from(i) + 0.001 * f64::from(i * 7 % 5),
                )
            })
            .collect();
        points[10].1 = 5.0;
        points[40].1 = -5.0;
        let line = line(&points).unwrap();
        assert!((line.slope - 0.01).abs() < 2e-4, "{line:?}");
        assert!(line.low <= line.slope && line.slope <= line.high);
        let (soonest, at, latest) = reaches(&line, 0.99, 1.0).unwrap();
        assert!((at - 1.0).abs() < 0.05 && soonest <= at && at <= latest);
    }

    #[test]
    fn what_does_not_rise_is_never_full() {
        let flat: Vec<(f64, f64)> = (0..30)
            .map(|i| (f64::from(i), f64::from(i * 13 % 7)))
            .collect();
        assert_eq!(reaches(&line(&flat).unwrap(), 0.5, 10.0), None);
        assert_eq!(line(&flat[..5]), None);
    }
}
