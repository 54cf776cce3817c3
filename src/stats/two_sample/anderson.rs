//! Anderson and Darling's test of two samples.

use super::limit::anderson_darling_sf;
use super::{How, Outcome, Step, Test, Undefined, sizes};
use std::f64::consts::PI;

/// (A² − 1) / σ, where A² is the squared distance of the distribution functions weighed by 1 / (F (1 − F)),
/// equal values at the middle of their ranks, and σ its spread for samples of these sizes.
///
/// p-value: A² of two samples has in the limit the distribution of A² of one sample, with mean 1 and variance
/// 2 (π² − 9) / 3, so p is its tail at 1 + statistic · √(2 (π² − 9) / 3). `scipy.stats.anderson_ksamp` reads it
/// from seven points between 0.001 and 0.25 instead, and tells these two beyond: [`table_p`].
///
/// Source: F. W. Scholz and M. A. Stephens (1987), *K-sample Anderson–Darling tests*, the statistic of equation 7.
///
/// # Errors
/// Where a sample is empty, both have fewer than four rows together, or all are equal.
pub fn anderson_darling(steps: &[Step]) -> Outcome {
    let (n, m) = sizes(steps)?;
    if n + m < 4 {
        return Err(Undefined::TooFew(2));
    }
    if steps.iter().filter(|s| s.0 + s.1 > 0).count() < 2 {
        return Err(Undefined::NoSpread);
    }
    let (rows, all) = (n as f64, (n + m) as f64);
    let (mut before, mut first, mut sum) = (0.0, 0.0, 0.0);
    for (a, b) in steps.iter().filter(|s| s.0 + s.1 > 0) {
        let (a, both) = (*a as f64, (a + b) as f64);
        let (middle, half) = (before + both / 2.0, first + a / 2.0);
        // N M₁ − B n₁, and the same of the other sample with the other sign.
        let off = all * half - middle * rows;
        sum += both / all * off * off / (middle * (all - middle) - all * both / 4.0);
        before += both;
        first += a;
    }
    let square = (all - 1.0) / all * sum * (1.0 / rows + 1.0 / m as f64);
    let statistic = (square - 1.0) / spread(n, m);
    let at = 1.0 + statistic * (2.0 * (PI * PI - 9.0) / 3.0).sqrt();
    Ok(Test {
        statistic,
        p: anderson_darling_sf(at),
        how: How::Asymptotic,
    })
}

/// The standard deviation of A² of two samples of these sizes.
fn spread(n: u64, m: u64) -> f64 {
    let rows = n + m;
    let all = rows as f64;
    let inverse = 1.0 / n as f64 + 1.0 / m as f64;
    // h = Σ 1/i, and g = Σ over i < j of 1 / ((N − i) j).
    let (mut harmonic, mut g) = (0.0, 0.0);
    for i in 2..rows {
        harmonic += 1.0 / (rows + 1 - i) as f64;
        g += harmonic / i as f64;
    }
    let h = harmonic + 1.0;
    let (k, k2) = (2.0, 4.0);
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * inverse;
    let b = (2.0 * g - 4.0) * k2 + 8.0 * h * k + (2.0 * g - 14.0 * h - 4.0) * inverse - 8.0 * h
        + 4.0 * g
        - 6.0;
    let c = (6.0 * h + 2.0 * g - 2.0) * k2
        + (4.0 * h - 4.0 * g + 6.0) * k
        + (2.0 * h - 6.0) * inverse
        + 4.0 * h;
    let d = (2.0 * h + 6.0) * k2 - 4.0 * h * k;
    let over = (((a * all + b) * all + c) * all + d) / (all - 1.0);
    (over / ((all - 2.0) * (all - 3.0))).sqrt()
}

/// The p-value that `scipy.stats.anderson_ksamp` tells of a statistic of two samples: by a parabola through the
/// logarithms of seven levels, and none beyond 0.001 … 0.25.
#[must_use]
pub fn table_p(statistic: f64) -> f64 {
    let (first, last) = (LEVELS[0], LEVELS[LEVELS.len() - 1]);
    if statistic < critical(0) {
        return first;
    }
    if statistic > critical(LEVELS.len() - 1) {
        return last;
    }
    // Least squares of a parabola, on points moved to their mean.
    let points = |i: usize| (critical(i), libm::log(LEVELS[i]));
    let n = LEVELS.len() as f64;
    let mean = (0..LEVELS.len()).map(|i| points(i).0).sum::<f64>() / n;
    let (mut s, mut t) = ([0.0; 5], [0.0; 3]);
    for i in 0..LEVELS.len() {
        let (x, y) = points(i);
        let x = x - mean;
        let mut power = 1.0;
        for (k, sum) in s.iter_mut().enumerate() {
            *sum += power;
            if let Some(t) = t.get_mut(k) {
                *t += power * y;
            }
            power *= x;
        }
    }
    // Cramer's rule; s[1] is 0 but for rounding.
    let det = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    };
    let (x, y, z) = ([s[0], s[1], s[2]], [s[1], s[2], s[3]], [s[2], s[3], s[4]]);
    let all = det(x, y, z);
    let at = statistic - mean;
    let value = (det(t, y, z) + at * det(x, t, z) + at * at * det(x, y, t)) / all;
    libm::exp(value)
}

/// Levels of the table of Scholz and Stephens.
const LEVELS: [f64; 7] = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];

/// The statistic of two samples at a level: b₀ + b₁ + b₂ of their table.
fn critical(i: usize) -> f64 {
    const PARTS: [[f64; 3]; 7] = [
        [0.675, -0.245, -0.105],
        [1.281, 0.25, -0.305],
        [1.645, 0.678, -0.362],
        [1.96, 1.149, -0.391],
        [2.326, 1.822, -0.396],
        [2.573, 2.364, -0.345],
        [3.085, 3.615, -0.154],
    ];
    PARTS[i].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table is of the limit that the p-value is computed from.
    #[test]
    fn the_table_is_met() {
        for (i, level) in LEVELS.iter().enumerate() {
            let at = 1.0 + critical(i) * (2.0 * (PI * PI - 9.0) / 3.0).sqrt();
            let p = anderson_darling_sf(at);
            assert!((p / level - 1.0).abs() < 0.03, "{level}: {p}");
        }
        assert_eq!((table_p(-9.0), table_p(99.0)), (0.25, 0.001));
    }
}
