//! Tests of ordered categories, or of numbers by bins: ties are what they are, and the p-values count them in.
//!
//! Given how many rows of both samples together stand at each step, the difference of both distribution functions
//! at the ends of steps is for many rows a Brownian bridge at those points: √(n m / (n + m)) (F − G) at pooled
//! share t. So these tests are right for bins, few values and any number of rows, where those for different
//! numbers find too little. Few rows are counted out ([`kolmogorov_smirnov`]).
//!
//! Steps are counts of either sample ([`super::steps`], [`super::steps_of_counts`]); for the p-value of a sum of
//! squares more than 200 are joined with their neighbours, not for the statistic.

use super::kolmogorov::{self, widest};
use super::orders::Band;
use super::{How, Outcome, Step, Test, Undefined, bridge, quadratic, sizes};

/// Points at most of a bridge whose squares are added.
const POINTS: u64 = 200;
/// Additions up to which orders are counted: of 10 000 rows a side always.
const EXACT: f64 = 1e8;
/// The z beyond which a p-value is smaller than the smallest number.
const SURELY: f64 = 20.0;

/// The largest distance of both distribution functions, in 0 … 1.
///
/// p-value: up to 10 000 rows a side, and more where they are near to each other, by counting all orders of these tied
/// values; beyond, the chance that a bridge leaves −z … z at the end of a step, by integration from one to the next,
/// or, where no two values are equal, as [`super::kolmogorov_smirnov`] has it.
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
    let band = Band::of(n, m, far);
    if band.work(steps) <= EXACT {
        return Ok(told(band.counted(steps), How::Exact));
    }
    let z = statistic * ((n as f64 / (n + m) as f64) * m as f64).sqrt();
    if z > SURELY {
        return Ok(told(0.0, How::Asymptotic));
    }
    if steps.iter().all(|(a, b)| a + b <= 1) {
        return kolmogorov::kolmogorov_smirnov(steps);
    }
    let p = bridge::leaving_at_ends(steps, (n, m), band, z);
    Ok(told(p, How::Asymptotic))
}

/// [`super::cramer_von_mises`], which is scipy's, where no two values are equal. Else Σ w B² over the ends of steps, w
/// the rows of the steps around: n m / (n + m) ∫ (F − G)² dH; scipy's statistic grows with equal values alone.
///
/// # Errors
/// Where a sample is empty.
pub fn cramer_von_mises(steps: &[Step]) -> Outcome {
    match steps.iter().all(|(a, b)| a + b <= 1) {
        true => super::cramer_von_mises(steps),
        false => squares(steps, |_| 1.0),
    }
}

/// The statistic of [`super::anderson_darling`], which is scipy's; the p-value is that of the same sum weighed by
/// 1 / (t (1 − t)), t the pooled share: what happens in the tails counts as much.
///
/// # Errors
/// Where a sample is empty.
pub fn anderson_darling(steps: &[Step]) -> Outcome {
    let tied = squares(steps, |t| 1.0 / (t * (1.0 - t)))?;
    let scipys = super::anderson_darling(steps);
    Ok(Test {
        statistic: scipys.map_or(0.0, |t| t.statistic),
        ..tied
    })
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
        .fold(0.0, |sum, x| sum + x);
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
    use crate::stats::special::{ln_hypergeometric, normal_two_sided};

    #[test]
    fn two_categories_are_a_comparison_of_proportions() {
        let steps = [(40_000, 32_400), (60_000, 67_600)];
        let t = 72_400.0 / 200_000.0_f64;
        let z = (0.4 - 0.324) * 50_000.0_f64.sqrt() / (t * (1.0 - t)).sqrt();
        let want = normal_two_sided(z);
        assert!(want < 1e-250 && want > 0.0);
        for test in [cramer_von_mises, anderson_darling] {
            let got = test(&steps).expect("both have rows");
            assert!((got.p / want - 1.0).abs() < 1e-6, "{got:?} {want}");
        }
    }

    /// The distance of two categories is far where the count of one is: both tails of the hypergeometric distribution.
    #[test]
    fn the_distance_of_two_categories_is_counted_out() {
        let all = (20_000, 10_000);
        for (a, b) in [(4_000, 1_900), (4_000, 2_100), (4_000, 2_600)] {
            let steps = [(a, b), (all.0 - a, all.1 - b)];
            let far = widest(&steps, all.0, all.1);
            let tail = |k: u64| {
                let others = u128::from(a + b - k) * u128::from(all.1);
                let is_far = (u128::from(k) * u128::from(all.0)).abs_diff(others) >= far;
                let chance = ln_hypergeometric(k, all.1, a + b, all.0 + all.1);
                if is_far { libm::exp(chance) } else { 0.0 }
            };
            let want: f64 = (0..=(a + b).min(all.1)).map(tail).sum();
            let got = kolmogorov_smirnov(&steps).expect("both have rows");
            assert!(
                got.how == How::Exact && (got.p / want - 1.0).abs() < 1e-8,
                "{got:?} {want}"
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
