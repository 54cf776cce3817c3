//! Tests of ordered categories, or of numbers by bins: ties are what they are, and the p-values count them in.
//!
//! Given how many rows of both samples together stand at each step, the difference of both distribution functions
//! at the ends of steps is for many rows a Brownian bridge at those points: √(n m / (n + m)) (F − G) at pooled
//! share t. So these tests are right for bins, few values and any number of rows, where those for different
//! numbers find too little. Few rows are counted out ([`kolmogorov_smirnov`]).
//!
//! Steps are counts of either sample ([`super::steps`], [`super::steps_of_counts`]); more than 200 are joined with
//! their neighbours for the p-value, not for the statistic.

use super::kolmogorov::widest;
use super::{How, Outcome, Step, Test, Undefined, quadratic, sizes};
use crate::stats::special::normal_sf;

/// Points of the bridge at most.
const POINTS: u64 = 200;
/// Additions up to which orders are counted.
const EXACT: u64 = 500_000;
/// Rows of both samples together up to which they are.
const FEW: u64 = 4_000;
/// Nodes in one space of the bridge, at least and at most.
const NODES: (usize, usize) = (32, 256);

/// The largest distance of both distribution functions, in 0 … 1.
///
/// p-value: of few rows by counting all orders of these tied values; else the chance that a bridge leaves
/// −z … z at one of the points, by integration from point to point. A statistic of tied values takes steps, of
/// which the second way does not know.
///
/// Sources: G. Schröer and D. Trenkler (1995), *Exact and randomization distributions of Kolmogorov–Smirnov
/// tests for two or three samples* (ties); G. E. Noether (1963), *Note on the Kolmogorov statistic in the
/// discrete case*.
///
/// # Errors
/// Where a sample is empty.
pub fn kolmogorov_smirnov(steps: &[Step]) -> Outcome {
    let (n, m) = sizes(steps)?;
    let far = widest(steps, n, m);
    let statistic = (far as f64 / n as f64) / m as f64;
    let told = |p: f64, how| Test {
        statistic,
        p: p.clamp(0.0, 1.0),
        how,
    };
    if far == 0 {
        return Ok(told(1.0, How::Exact));
    }
    let all = n + m;
    if all <= FEW && all * n.min(m) <= EXACT {
        return Ok(told(counted(steps, n, m, far), How::Exact));
    }
    let z = statistic * ((n as f64 / all as f64) * m as f64).sqrt();
    Ok(told(leaving(&ends(steps, all), z), How::Asymptotic))
}

/// Σ w B² over the ends of steps, w the rows of the steps around: n m / (n + m) ∫ (F − G)² dH.
///
/// # Errors
/// Where a sample is empty.
pub fn cramer_von_mises(steps: &[Step]) -> Outcome {
    squares(steps, |_| 1.0)
}

/// The same weighed by 1 / (t (1 − t)), t the pooled share: what happens in the tails counts as much.
///
/// # Errors
/// Where a sample is empty.
pub fn anderson_darling(steps: &[Step]) -> Outcome {
    squares(steps, |t| 1.0 / (t * (1.0 - t)))
}

fn squares(steps: &[Step], weight: impl Fn(f64) -> f64) -> Outcome {
    let (n, m) = sizes(steps)?;
    let all = n + m;
    let scale = (n as f64 / all as f64) * m as f64;
    let weighed = |points: &[Point]| -> Vec<(f64, f64)> {
        let share = |at: usize| {
            let before = if at == 0 { 0.0 } else { points[at - 1].t };
            let after = points.get(at + 1).map_or(1.0, |p| p.t);
            (after - before) / 2.0
        };
        let of = |(at, point): (usize, &Point)| (point.t, share(at) * weight(point.t));
        points.iter().enumerate().map(of).collect()
    };
    let full = ends_of(steps, n, m, u64::MAX);
    let statistic = full
        .iter()
        .zip(weighed(&full))
        .map(|(point, (_, w))| scale * point.apart * point.apart * w)
        .sum();
    let joined = if full.len() as u64 > POINTS {
        ends_of(steps, n, m, POINTS)
    } else {
        full
    };
    let p = quadratic::tail(&weighed(&joined), statistic).unwrap_or(1.0);
    Ok(Test {
        statistic,
        p,
        how: How::Asymptotic,
    })
}

/// The end of a step.
pub(super) struct Point {
    /// Pooled share up to it.
    pub t: f64,
    /// F − G there.
    pub apart: f64,
}

/// The ends of steps but the last one, of at most so many steps of about as many rows.
pub(super) fn ends_of(steps: &[Step], n: u64, m: u64, most: u64) -> Vec<Point> {
    let all = n + m;
    let (mut i, mut j, mut told) = (0u64, 0u64, 0u64);
    let mut points = Vec::new();
    for (a, b) in steps {
        i += a;
        j += b;
        let seen = i + j;
        // The end of a step that reaches into the next part of all rows.
        let part = (u128::from(seen) * u128::from(most) / u128::from(all)) as u64;
        if seen == all || a + b == 0 || part == told {
            continue;
        }
        told = part;
        let apart = i as f64 / n as f64 - j as f64 / m as f64;
        points.push(Point {
            t: seen as f64 / all as f64,
            apart,
        });
    }
    points
}

fn ends(steps: &[Step], all: u64) -> Vec<f64> {
    let n: u64 = steps.iter().map(|s| s.0).sum();
    ends_of(steps, n, all - n, POINTS)
        .iter()
        .map(|p| p.t)
        .collect()
}

/// The share of all orders of these values that get as far apart at the end of a step.
fn counted(steps: &[Step], n: u64, m: u64, far: u128) -> f64 {
    let (few, many) = (n.min(m), n.max(m));
    // After `seen` values, of which `k` are of the smaller sample: the chance to have been as far out.
    let mut left = vec![0.0_f64; few as usize + 1];
    let mut seen = 0_u64;
    for (a, b) in steps {
        for _ in 0..a + b {
            seen += 1;
            let least = seen.saturating_sub(many);
            for k in (least..=few.min(seen)).rev() {
                let own = if k > 0 {
                    left[k as usize - 1] * k as f64
                } else {
                    0.0
                };
                let other = if seen > k && seen - k <= many {
                    left[k as usize] * (seen - k) as f64
                } else {
                    0.0
                };
                left[k as usize] = (own + other) / seen as f64;
            }
        }
        for k in seen.saturating_sub(many)..=few.min(seen) {
            let x = u128::from(k) * u128::from(many);
            if x.abs_diff(u128::from(seen - k) * u128::from(few)) >= far {
                left[k as usize] = 1.0;
            }
        }
    }
    left[few as usize]
}

/// The chance that a Brownian bridge is outside −z … z at one of the points: Σ over them of the chance to be
/// outside there first. All terms are positive, so small chances are right as well.
fn leaving(points: &[f64], z: f64) -> f64 {
    let narrowest = points
        .iter()
        .zip([0.0].iter().chain(points))
        .map(|(t, before)| t - before)
        .fold(1.0, f64::min);
    // Nodes at least as close as a typical step is long.
    let nodes = (libm::ceil(3.0 * z / narrowest.max(1e-6).sqrt()) as usize).clamp(NODES.0, NODES.1);
    // Chebyshev's points, closer at the ends, with weights of Fejér's rule.
    let rule = fejer(nodes);
    let mut outside = 0.0;
    // Density at the nodes; at first all is at 0.
    let mut inside: Vec<(f64, f64)> = vec![(0.0, 1.0)];
    let mut before = 0.0;
    for t in points {
        // Given B(before) = b, B(t) is normal with mean b (1 − t)/(1 − before).
        let shrink = (1.0 - t) / (1.0 - before);
        let spread = ((t - before) * shrink).sqrt();
        if spread <= 0.0 {
            continue;
        }
        for (b, mass) in &inside {
            let mean = b * shrink;
            outside += mass * (normal_sf((z - mean) / spread) + normal_sf((z + mean) / spread));
        }
        let density = |x: f64, mean: f64| {
            let off = (x - mean) / spread;
            libm::exp(-0.5 * off * off)
        };
        let scale = z / (spread * (2.0 * std::f64::consts::PI).sqrt());
        inside = rule
            .iter()
            .map(|(x, weight)| {
                let x = x * z;
                let sum: f64 = inside
                    .iter()
                    .map(|(b, mass)| mass * density(x, b * shrink))
                    .sum();
                (x, sum * weight * scale)
            })
            .collect();
        before = *t;
    }
    outside
}

/// Nodes and weights of an integral over −1 … 1.
///
/// Source: L. Fejér (1933), *Mechanische Quadraturen mit positiven Cotesschen Zahlen*, the first rule.
fn fejer(n: usize) -> Vec<(f64, f64)> {
    let pi = std::f64::consts::PI;
    (0..n)
        .map(|i| {
            let angle = (2 * i + 1) as f64 * pi / (2 * n) as f64;
            let sum: f64 = (1..=n / 2)
                .map(|j| {
                    let j = j as f64;
                    libm::cos(2.0 * j * angle) / (4.0 * j * j - 1.0)
                })
                .sum();
            (libm::cos(angle), 2.0 / n as f64 * (1.0 - 2.0 * sum))
        })
        .collect()
}

/// An upper bound of the p-value of [`kolmogorov_smirnov`] for many rows, at once: the chance that a bridge leaves
/// −z … z anywhere.
///
/// # Errors
/// Where a sample is empty.
pub fn kolmogorov_bound(steps: &[Step]) -> Result<f64, Undefined> {
    let (n, m) = sizes(steps)?;
    let statistic = (widest(steps, n, m) as f64 / n as f64) / m as f64;
    let square = statistic * statistic * (n as f64 / (n + m) as f64) * m as f64;
    let mut sum = 0.0;
    for k in 1..=100 {
        let k = f64::from(k);
        let term = libm::exp(-2.0 * k * k * square);
        sum += if k % 2.0 == 1.0 { term } else { -term };
        if term <= 1e-17 * sum {
            break;
        }
    }
    Ok(if square < 0.04 {
        1.0
    } else {
        (2.0 * sum).clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::special::normal_two_sided;

    #[test]
    fn two_categories_are_a_comparison_of_proportions() {
        let steps = [(40_000, 32_400), (60_000, 67_600)];
        let t = 72_400.0 / 200_000.0_f64;
        let z = (0.4 - 0.324) * 50_000.0_f64.sqrt() / (t * (1.0 - t)).sqrt();
        let want = normal_two_sided(z);
        assert!(want < 1e-250 && want > 0.0);
        for test in [kolmogorov_smirnov, cramer_von_mises, anderson_darling] {
            let got = test(&steps).expect("both have rows");
            assert!((got.p / want - 1.0).abs() < 1e-6, "{got:?} {want}");
        }
    }

    #[test]
    fn many_points_are_kolmogorovs_limit_nearly() {
        let points: Vec<f64> = (1..150).map(|i| f64::from(i) / 150.0).collect();
        for z in [0.8, 1.36, 2.5] {
            let got = leaving(&points, z);
            let limit = 2.0 * libm::exp(-2.0 * z * z);
            assert!(
                got < limit * 1.001 && got > 0.6 * limit,
                "{z}: {got} {limit}"
            );
        }
    }

    #[test]
    fn orders_of_ties_are_counted_right() {
        let steps = [(1, 2), (3, 0), (0, 2), (1, 1)];
        let got = kolmogorov_smirnov(&steps).expect("both have rows");
        assert_eq!(got.how, How::Exact);
        let mut far = 0;
        let mut all = 0;
        for order in 0u32..1 << 10 {
            if order.count_ones() != 5 {
                continue;
            }
            let (mut at, mut made) = (0, Vec::new());
            for (a, b) in steps {
                let rows = a + b;
                let own = u64::from((order >> at & ((1 << rows) - 1)).count_ones());
                made.push((own, rows - own));
                at += rows;
            }
            all += 1;
            far += u32::from(widest(&made, 5, 5) >= widest(&steps, 5, 5));
        }
        let counted = f64::from(far) / f64::from(all);
        assert!((got.p - counted).abs() < 1e-12, "{} {counted}", got.p);
    }
}
