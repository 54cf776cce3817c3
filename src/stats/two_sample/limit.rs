//! The distributions that the statistics of Cramér and von Mises and of Anderson and Darling have for many rows.
//!
//! Both are Σ λⱼ χ² of one degree of freedom each, for which N. V. Smirnov (1937), *On the distribution of the
//! ω² criterion*, gives the upper tail as ∫ e^(−xy/2) / (π y √|Π (1 − λⱼ y)|) dy over every second interval
//! between the 1/λⱼ, with alternating signs. The product is a sine or a cosine. Its roots at both ends of an
//! interval are those of Chebyshev's weight, so some tens of nodes give every digit; and because the first
//! interval outweighs the others, the tail is right down to the smallest number.

use std::f64::consts::PI;

/// Nodes within an interval.
const NODES: u32 = 64;
/// Intervals at most.
const MOST: u32 = 400;

/// P(W² > x), λⱼ = 1 / (j π)².
///
/// Source: T. W. Anderson and D. A. Darling (1952), *Asymptotic theory of certain "goodness of fit" criteria
/// based on stochastic processes*.
pub(super) fn cramer_von_mises_sf(x: f64) -> f64 {
    if x < 1e-3 {
        return 1.0;
    }
    // With y = u²: 2/π ∫ e^(−x u²/2) / √(−u sin u) du over (2k − 1) π … 2 k π.
    alternating(|k, at| {
        let u = PI * (f64::from(2 * k - 1) + at);
        2.0 / PI * libm::exp(-0.5 * x * u * u) / u.sqrt() * PI / libm::sin(PI * at).abs().sqrt()
    })
}

/// P(A² > x), λⱼ = 1 / (j (j + 1)); the source is the same.
pub(super) fn anderson_darling_sf(x: f64) -> f64 {
    if x < 1e-2 {
        return 1.0;
    }
    // With y = w² − 1/4: 2/√π ∫ e^(−xy/2) w / √(y |cos π w|) dw over 2 k − 1/2 … 2 k + 1/2.
    alternating(|k, at| {
        let w = f64::from(2 * k) - 0.5 + at;
        let y = w * w - 0.25;
        2.0 / PI.sqrt() * libm::exp(-0.5 * x * y) * w / (y * libm::sin(PI * at).abs()).sqrt()
    })
}

/// Σ (−1)^(k+1) of the integrals over 0 … 1 of what is like 1/√(t (1 − t)) at the ends.
fn alternating(f: impl Fn(u32, f64) -> f64) -> f64 {
    let (mut sum, mut sign) = (0.0, 1.0);
    for k in 1..MOST {
        let mut part = 0.0;
        for i in 0..NODES {
            let angle = PI * (f64::from(i) + 0.5) / f64::from(NODES);
            // t = (1 − cos angle) / 2, and its weight √(t (1 − t)) = sin(angle) / 2.
            let half = libm::sin(0.5 * angle);
            part += f(k, half * half) * 0.5 * libm::sin(angle);
        }
        part *= PI / f64::from(NODES);
        sum += sign * part;
        if part <= 1e-17 * sum {
            break;
        }
        sign = -sign;
    }
    sum.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of Anderson and Darling (1952, 1954), and the ends.
    #[test]
    fn published_points() {
        for (x, p) in [(0.34730, 0.1), (0.46136, 0.05), (0.74346, 0.01)] {
            assert!((cramer_von_mises_sf(x) / p - 1.0).abs() < 1e-3, "{x}");
        }
        for (x, p) in [(1.933, 0.1), (2.492, 0.05), (3.8781, 0.01)] {
            assert!((anderson_darling_sf(x) / p - 1.0).abs() < 2e-3, "{x}");
        }
        assert!((cramer_von_mises_sf(0.01) - 1.0).abs() < 1e-4);
        assert!((anderson_darling_sf(0.05) - 1.0).abs() < 1e-6);
        let far = cramer_von_mises_sf(130.0);
        assert!(far > 0.0 && far < 1e-270, "{far}");
    }
}
