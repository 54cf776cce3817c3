//! The energy distance of two samples.

use super::{How, Outcome, Test, Undefined, quadratic, valued_steps};
use crate::stats::distance::Sample;

/// Points of the bridge at most.
const POINTS: u64 = 200;

/// √(2 ∫ (F − G)² dx), in the root of the unit of the numbers: 0 for equal samples. Equal to √(2 E|X − Y| −
/// E|X − X′| − E|Y − Y′|).
///
/// p-value: n m / (n + m) ∫ (F − G)² dx is for many rows that of a Brownian bridge at the pooled shares, a weighed
/// sum of squares with the gaps between values as weights (at most 200 of them, neighbours joined).
///
/// Source: G. J. Székely and M. L. Rizzo (2013), *Energy statistics: a class of statistics based on distances*.
///
/// # Errors
/// Where a sample is empty, or a number is infinite.
pub fn energy(a: &Sample, b: &Sample) -> Outcome {
    let (rows, others) = (a.values().len() as u64, b.values().len() as u64);
    if rows == 0 || others == 0 {
        return Err(Undefined::Empty);
    }
    let steps = valued_steps(a, b);
    // In a unit that lets no sum overflow, a power of four because of the root.
    let ends = [steps.first(), steps.last()];
    let most = ends.iter().flatten().fold(0.0_f64, |m, s| m.max(s.0.abs()));
    if most.is_infinite() {
        return Err(Undefined::TooLarge);
    }
    let half = if most > 0.0 { libm::ilogb(most) / 2 } else { 0 };
    let scaled = |x: f64| libm::scalbn(x, -2 * half);
    let (n, m, all) = (rows as f64, others as f64, rows + others);
    let (mut i, mut j) = (0u64, 0u64);
    let mut area = 0.0;
    // Shares and how much of ∫ dx they stand for: neighbours are joined at the mean of what they tell.
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut part = None;
    for pair in steps.windows(2) {
        let (x, (own, other)) = pair[0];
        i += own;
        j += other;
        let gap = scaled(pair[1].0) - scaled(x);
        let apart = (i as f64 * m - j as f64 * n).abs() / n / m;
        area += apart * (apart * gap);
        let t = (i + j) as f64 / all as f64;
        let own_part = (u128::from(i + j) * u128::from(POINTS) / u128::from(all)) as u64;
        match points.last_mut() {
            // The weight of t (1 − t) gap is kept, and so is the mean of the sum.
            Some((at, weight)) if part == Some(own_part) => {
                *weight += gap * (t * (1.0 - t)) / (*at * (1.0 - *at));
            }
            _ => points.push((t, gap)),
        }
        part = Some(own_part);
    }
    let statistic = libm::scalbn((2.0 * area).sqrt(), half);
    let p = match area > 0.0 {
        true => quadratic::tail(&points, n / all as f64 * m * area).unwrap_or(1.0),
        false => 1.0,
    };
    Ok(Test {
        statistic,
        p,
        how: How::Asymptotic,
    })
}
