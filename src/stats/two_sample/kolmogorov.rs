//! Kolmogorov and Smirnov's test of two samples.

use super::one_sample::kolmogorov_sf;
use super::{How, Outcome, Step, Test, sizes};

/// Rows of the larger sample up to which orders are counted, as scipy does.
const EXACT: u64 = 10_000;
/// Beyond this many points of the grid scipy does not count orders either.
const MOST_POINTS: u64 = i32::MAX as u64;

/// The largest distance of the two empirical distribution functions, in 0 … 1.
///
/// p-value: up to 10 000 rows of the larger sample the orders of n + m different numbers are counted; beyond,
/// by the distribution of one sample of n m / (n + m) rows, rounded, against a known distribution. Both take
/// numbers as never equal, so that ties make the p-value too large and never too small; [`super::ordered`]
/// counts them in.
///
/// Sources: N. V. Smirnov (1939), *On the estimation of the discrepancy between empirical curves of
/// distribution for two independent samples*; J. L. Hodges (1958), *The significance probability of the Smirnov
/// two-sample test*.
///
/// # Errors
/// Where a sample is empty.
pub fn kolmogorov_smirnov(steps: &[Step]) -> Outcome {
    let (n, m) = sizes(steps)?;
    let widest = widest(steps, n, m);
    let statistic = (widest as f64 / n as f64) / m as f64;
    let common = gcd(n, m);
    let points = u128::from(n / common) * u128::from(m);
    let (p, how) = if n.max(m) <= EXACT && points <= u128::from(MOST_POINTS) {
        let far = (widest / u128::from(common)) as u64;
        (counted(n, m, common, far), How::Exact)
    } else {
        let (few, many) = (n.min(m) as f64, n.max(m) as f64);
        let rows = libm::rint(many * few / (many + few)).max(1.0);
        (kolmogorov_sf(rows, statistic), How::Asymptotic)
    };
    Ok(Test {
        statistic,
        p: p.clamp(0.0, 1.0),
        how,
    })
}

/// n m times the statistic, which is whole.
pub(super) fn widest(steps: &[Step], n: u64, m: u64) -> u128 {
    let (mut i, mut j) = (0u64, 0u64);
    let mut widest = 0;
    for (a, b) in steps {
        i += a;
        j += b;
        let (x, y) = (u128::from(i) * u128::from(m), u128::from(j) * u128::from(n));
        widest = widest.max(x.abs_diff(y));
    }
    widest
}

pub(super) const fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The share of orders with a statistic of at least `far` / lcm(n, m).
fn counted(n: u64, m: u64, common: u64, far: u64) -> f64 {
    match far {
        0 => 1.0,
        _ if n == m => counted_of_equals(n, far),
        _ => counted_of_unequals(n.max(m), n.min(m), common, far),
    }
}

/// Of samples of one size by reflection: Σ (−1)ᵏ C(2n, n − k far), innermost first.
fn counted_of_equals(n: u64, far: u64) -> f64 {
    let mut sum = 0.0;
    for k in (0..=n / far).rev() {
        let from = k * far;
        let mut ratio = 1.0;
        for j in 0..far.min(n - from) {
            ratio *= (n - from - j) as f64 / (n + from + j + 1) as f64;
        }
        if n - from < far {
            ratio = 0.0;
        }
        sum = ratio * (1.0 - sum);
    }
    2.0 * sum
}

/// Paths from (0, 0) to (n, m) on the grid that leave the band |i/n − j/m| < far / lcm: the chance to have left
/// it before (i, j), by the last step to it. A sum of positive terms, so right also where it is small.
fn counted_of_unequals(n: u64, m: u64, common: u64, far: u64) -> f64 {
    let (wide, high) = ((n / common) as i64, (m / common) as i64);
    let (n, m, far) = (n as i64, m as i64, far as i64);
    // Rows of the second sample that keep within the band after `i` of the first one: from … to.
    let band = |i: i64| {
        let from = (high * i - far).div_euclid(wide) + 1;
        let to = (high * i + far + wide - 1).div_euclid(wide);
        (from.clamp(0, m), to.min(m + 1))
    };
    let (mut from, mut to) = band(0);
    let mut left = vec![0.0_f64; (to - from).max(0) as usize];
    for i in 1..=n {
        let (next, end) = band(i);
        if end <= next {
            return 1.0;
        }
        // Below the band every path has left it, and above as well.
        let mut below = if next == 0 { 0.0 } else { 1.0 };
        let column: Vec<f64> = (next..end)
            .map(|j| {
                let beside = if j < to {
                    left.get((j - from) as usize).copied().unwrap_or(1.0)
                } else {
                    1.0
                };
                let (x, y) = (i as f64, j as f64);
                below = (beside * x + below * y) / (x + y);
                below
            })
            .collect();
        (left, from, to) = (column, next, end);
    }
    left.get((m - from) as usize).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every order of n and m rows, one by one.
    fn brute(n: u32, m: u32, far: u128) -> f64 {
        let (mut all, mut out) = (0u32, 0u32);
        for order in 0u32..1 << (n + m) {
            if order.count_ones() != n {
                continue;
            }
            let steps: Vec<Step> = (0..n + m)
                .map(|i| if order >> i & 1 == 1 { (1, 0) } else { (0, 1) })
                .collect();
            all += 1;
            out += u32::from(widest(&steps, n.into(), m.into()) >= far);
        }
        f64::from(out) / f64::from(all)
    }

    #[test]
    fn orders_are_counted_right() {
        for (n, m) in [(1, 1), (1, 5), (4, 4), (3, 7), (6, 4), (5, 7)] {
            let common = gcd(n, m);
            for far in 1..=n * m / common {
                let want = brute(n as u32, m as u32, u128::from(far * common));
                let got = counted(n, m, common, far);
                assert!((got - want).abs() < 1e-13, "{n} {m} {far}: {got} {want}");
            }
        }
    }
}
