//! The incomplete beta function, and the distributions that are one: beta, Student's t, binomial.

use super::gamma::nonzero;
use super::normal::normal_quantile;
use super::parts::{MOST_TERMS, deviance, root, stirling_error};
use std::f64::consts::TAU;

/// I_x(a, b): P(X ≤ x) of a beta variable, for a, b > 0.
///
/// Source: NIST Digital Library of Mathematical Functions, 8.17.22 (fraction) and 8.17.4 (symmetry).
#[must_use]
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    both(x, 1.0 - x, a, b).0
}

/// The x with I_x(a, b) = p.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    quantile_pair(p, 1.0 - p, a, b).0
}

/// P(X ≤ k) of a binomial variable: `k` or fewer successes in `n` trials of chance `p`.
#[must_use]
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    both(1.0 - p, p, (n - k) as f64, k as f64 + 1.0).0
}

/// P(T ≤ t) of Student's t with `df` degrees of freedom.
#[must_use]
pub fn student_t_cdf(t: f64, df: f64) -> f64 {
    let ratio = t * t / df;
    let tail = if ratio.is_finite() {
        let x = 1.0 / (1.0 + ratio);
        0.5 * both(x, ratio * x, 0.5 * df, 0.5).0
    } else {
        0.0
    };
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The t with P(T ≤ t) = p; −∞ and ∞ at 0 and 1.
///
/// By the beta quantile, or from 1000 degrees of freedom on and within four standard deviations (from 200
/// on within two and a half) by the expansion of M. Abramowitz and I. Stegun (1964), *Handbook of Mathematical Functions*, 26.7.5, which
/// is as exact there (1.5·10⁻¹³).
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    let z = normal_quantile(p);
    if z.is_infinite() || z == 0.0 {
        return z;
    }
    if df >= 1e3 && z.abs() <= 4.0 || df >= 200.0 && z.abs() <= 2.5 {
        return expansion(z, df);
    }
    // Both tails together, and what is between them.
    let tails = 2.0 * p.min(1.0 - p);
    let (inside, outside) = quantile_pair(1.0 - tails, tails, 0.5, 0.5 * df);
    (df * (inside / outside)).sqrt().min(f64::MAX).copysign(z)
}

fn expansion(z: f64, df: f64) -> f64 {
    let z2 = z * z;
    let first = (z2 + 1.0) / 4.0;
    let second = (z2 * (5.0 * z2 + 16.0) + 3.0) / 96.0;
    let third = (z2 * (z2 * (3.0 * z2 + 19.0) + 17.0) - 15.0) / 384.0;
    let fourth = (z2 * (z2 * (z2 * (79.0 * z2 + 776.0) + 1482.0) - 1920.0) - 945.0) / 92_160.0;
    let fifth = (z2 * (z2 * (z2 * (z2 * (27.0 * z2 + 339.0) + 930.0) - 1782.0) - 765.0) + 17_955.0)
        / 368_640.0;
    z + z * (first + (second + (third + (fourth + fifth / df) / df) / df) / df) / df
}

/// I and 1 − I at x = 1 − y; the smaller one is computed directly.
fn both(x: f64, y: f64, a: f64, b: f64) -> (f64, f64) {
    if x <= 0.0 || b <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 || a <= 0.0 {
        return (1.0, 0.0);
    }
    if x <= (a + 1.0) / (a + b + 2.0) {
        let lower = (leading(x, y, a, b) * fraction(x, y, a, b)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (leading(x, y, a, b) * fraction(y, x, b, a)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// xᵃ yᵇ / B(a, b).
fn leading(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
    let scale = (a / n * b / TAU).sqrt();
    // n x − a, without the rounding of whichever of x and y is near 1.
    let excess = b * x - a * y;
    scale * libm::exp(stirling - deviance(a, n * x, excess) - deviance(b, n * y, -excess))
}

/// The continued fraction of I_x(a, b) over [`leading`] by Lentz's method, for x ≤ (a + 1)/(a + b + 2).
///
/// The fraction of DLMF 8.17.22 taken two steps at a time, with a − (a + b)x formed without cancellation.
///
/// Source: A. R. DiDonato and A. H. Morris (1992), *Algorithm 708: significant digit computation of the
/// incomplete beta function ratios*, BFRAC.
fn fraction(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let lambda = a * y - b * x;
    let denominator = |n: f64| {
        let last = (a + n) / (a + 2.0 * n + 1.0) * (lambda + 1.0 + n * (1.0 + y));
        let middle = if n > 0.0 {
            n * (b - n) * x / (a + 2.0 * n - 1.0)
        } else {
            0.0
        };
        n + middle + last
    };
    let mut c = f64::MAX;
    let mut d = 1.0 / nonzero(denominator(0.0));
    let mut h = d;
    for n in 1..MOST_TERMS {
        let n = f64::from(n);
        let scale = x / (a + 2.0 * n - 1.0);
        let numerator = ((a + n - 1.0) * scale) * ((a + b + n - 1.0) * scale) * (n * (b - n));
        let below = denominator(n);
        d = 1.0 / nonzero(below + numerator * d);
        c = nonzero(below + numerator / c);
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    h
}

/// The quantile x for p = 1 − q, and 1 − x, both to full relative precision.
fn quantile_pair(p: f64, q: f64, a: f64, b: f64) -> (f64, f64) {
    if p <= 0.0 || a <= 0.0 {
        return (0.0, 1.0);
    }
    if q <= 0.0 || b <= 0.0 {
        return (1.0, 0.0);
    }
    let (below_half, above_half) = both(0.5, 0.5, a, b);
    let in_lower_half = if p < q {
        p <= below_half
    } else {
        q >= above_half
    };
    if in_lower_half {
        let x = lower_quantile(p, q, a, b);
        (x, 1.0 - x)
    } else {
        let y = lower_quantile(q, p, b, a);
        (1.0 - y, y)
    }
}

/// The quantile where it is at most one half.
fn lower_quantile(p: f64, q: f64, a: f64, b: f64) -> f64 {
    let upper_tail = q < p;
    let target = libm::log(if upper_tail { q } else { p });
    let start = (a / (a + b)).min(0.5);
    root(start, 0.5 + f64::EPSILON, |x| {
        let (lower, upper) = both(x, 1.0 - x, a, b);
        // The density of ln X.
        let density = leading(x, 1.0 - x, a, b) / (1.0 - x);
        if upper_tail {
            (target - libm::log(upper), density / upper)
        } else {
            (libm::log(lower) - target, density / lower)
        }
    })
}
