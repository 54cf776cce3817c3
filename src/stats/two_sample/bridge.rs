//! The chance that a Brownian bridge leaves a band at some points: what the distance of two distribution functions
//! comes to for many rows of tied values.
//!
//! At the end of a step only some distances are possible, (n + m) / (n m) apart; the band ends half way between the
//! last one within and the first one outside. Ends too close to each other for the integration are joined, and as a
//! bridge that is looked at less often leaves less often, the band is made narrower there by what the joined ends would
//! have found: looked at every δ, a bridge leaves ±z as one that is looked at always leaves ±(z + 0.5826 √δ).
//!
//! Sources: G. E. Noether (1963), *Note on the Kolmogorov statistic in the discrete case*; H. Chernoff (1965),
//! *Sequential tests for the mean of a normal distribution IV (discrete case)*; D. Siegmund (1985), *Sequential
//! analysis*, chapter X.

use super::Step;
use super::orders::Band;
use crate::stats::special::normal_sf;

/// −ζ(½) / √(2π).
const OVERSHOOT: f64 = 0.582_597_157_939_010_6;
/// Additions at most of one integration.
const WORK: f64 = 2e7;
/// Nodes in one space, at least.
const NODES: f64 = 32.0;

/// A point of the bridge and the band there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub t: f64,
    pub low: f64,
    pub high: f64,
}

/// The chance that orders of these values leave the band at the end of a step.
pub(super) fn leaving_at_ends(steps: &[Step], (n, m): (u64, u64), band: Band, z: f64) -> f64 {
    let ends = ends(steps, (n, m), band);
    let mut gap = 1e-7;
    loop {
        let points = joined(&ends, gap);
        let nodes = nodes(z, gap);
        if points.len() as f64 * nodes * nodes <= WORK || gap > 0.1 {
            return leaving(&points, nodes as usize);
        }
        gap *= 2.0;
    }
}

/// Nodes that lie close enough for a step of this length.
fn nodes(z: f64, gap: f64) -> f64 {
    libm::ceil(3.0 * z / gap.sqrt()).max(NODES)
}

/// The ends of all steps but the last one.
fn ends(steps: &[Step], (n, m): (u64, u64), band: Band) -> Vec<Point> {
    let (few, all) = (n.min(m) as f64, (n + m) as f64);
    let unit = 1.0 / (n as f64 / all * m as f64).sqrt();
    let mut seen = 0;
    let mut points = Vec::with_capacity(steps.len());
    for (a, b) in steps {
        seen += a + b;
        if seen == n + m || a + b == 0 {
            continue;
        }
        let (from, to) = band.within(seen);
        let middle = seen as f64 / all * few;
        let place = |k: i128| (k as f64 - 0.5 - middle) * unit;
        points.push(Point {
            t: seen as f64 / all,
            low: place(from),
            high: place(to),
        });
    }
    points
}

/// Ends of which none is nearer to the one before than `gap`, the band narrower by what those between would find.
fn joined(ends: &[Point], gap: f64) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    let (mut taken, mut before) = (0.0, 0.0);
    // Σ δ √δ since the last one that was taken: the mean of √δ by what lies between.
    let mut roots = 0.0;
    for end in ends {
        let space = end.t - before;
        before = end.t;
        roots += space * space.sqrt();
        let since = end.t - taken;
        if since < gap {
            continue;
        }
        let narrower = OVERSHOOT * (since.sqrt() - roots / since).max(0.0);
        out.push(Point {
            t: end.t,
            low: end.low + narrower,
            high: end.high - narrower,
        });
        (taken, roots) = (end.t, 0.0);
    }
    out
}

/// The chance to be outside at one of the points: Σ over them of the chance to be outside there first. All terms are
/// positive, so small chances are right as well.
fn leaving(points: &[Point], nodes: usize) -> f64 {
    // Chebyshev's points, closer at the ends, with weights of Fejér's rule.
    let rule = fejer(nodes);
    let mut outside = 0.0;
    // Density at the nodes; at first all is at 0.
    let mut inside: Vec<(f64, f64)> = vec![(0.0, 1.0)];
    let mut before = 0.0;
    for point in points {
        let half = 0.5 * (point.high - point.low);
        if half <= 0.0 {
            return 1.0;
        }
        let middle = 0.5 * (point.high + point.low);
        // Given B(before) = b, B(t) is normal with mean b (1 − t)/(1 − before).
        let shrink = (1.0 - point.t) / (1.0 - before);
        let spread = ((point.t - before) * shrink).sqrt();
        if spread <= 0.0 {
            continue;
        }
        for (b, mass) in &inside {
            let mean = b * shrink;
            let above = normal_sf((point.high - mean) / spread);
            outside += mass * (above + normal_sf((mean - point.low) / spread));
        }
        let density = |x: f64, mean: f64| {
            let off = (x - mean) / spread;
            libm::exp(-0.5 * off * off)
        };
        let scale = half / (spread * (2.0 * std::f64::consts::PI).sqrt());
        inside = rule
            .iter()
            .map(|(x, weight)| {
                let x = middle + x * half;
                let sum: f64 = inside
                    .iter()
                    .map(|(b, mass)| mass * density(x, b * shrink))
                    .sum();
                (x, sum * weight * scale)
            })
            .collect();
        before = point.t;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_points_are_kolmogorovs_limit_nearly() {
        for z in [0.8, 1.36, 2.5, 6.0] {
            let point = |i: i32| Point {
                t: f64::from(i) / 150.0,
                low: -z,
                high: z,
            };
            let points: Vec<Point> = (1..150).map(point).collect();
            let got = leaving(&points, nodes(z, 1.0 / 150.0) as usize);
            let further = z + OVERSHOOT / 150.0_f64.sqrt();
            let limit = 2.0 * libm::exp(-2.0 * further * further)
                - 2.0 * libm::exp(-8.0 * further * further);
            assert!((got / limit - 1.0).abs() < 0.03, "{z}: {got} {limit}");
        }
    }

    /// Orders of 6 000 rows, counted, beside the bridge, for values that are tied in several ways.
    #[test]
    fn a_bridge_is_near_what_is_counted() {
        let even: Vec<Step> = vec![(10, 10); 300];
        let few: Vec<Step> = vec![(500, 500); 6];
        let pairs: Vec<Step> = vec![(1, 1); 3_000];
        let mixed: Vec<Step> = (0..1_000)
            .flat_map(|i| {
                [
                    (1, 0),
                    (0, 1),
                    if i % 100 == 7 { (200, 100) } else { (1, 1) },
                ]
            })
            .collect();
        for (name, steps) in [
            ("even", even),
            ("few", few),
            ("pairs", pairs),
            ("mixed", mixed),
        ] {
            let (n, m) = super::super::sizes(&steps).expect("both have rows");
            let scale = ((n as f64 / (n + m) as f64) * m as f64).sqrt();
            for z in [0.7_f64, 1.1, 1.4, 2.0, 4.0] {
                let far = libm::floor(z / scale * n as f64 * m as f64) as u128;
                let band = Band::of(n, m, far);
                let (want, got) = (
                    band.counted(&steps),
                    leaving_at_ends(&steps, (n, m), band, z),
                );
                assert!(
                    (got / want - 1.0).abs() < if z < 3.0 { 0.025 } else { 0.1 },
                    "{name} {z}: {got:e} {want:e}"
                );
            }
        }
    }
}
