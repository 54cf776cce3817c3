//! How far the distribution function of n rows gets from the true one: the distribution of Kolmogorov's D.
//!
//! Which way suits where is scipy's choice, and so are the values. Source of it: R. Simard and P. L'Ecuyer
//! (2011), *Computing the two-sided Kolmogorov–Smirnov distribution*.

use crate::stats::special::ln_binomial;
use std::f64::consts::PI;

/// P(D ≥ d) for `n` rows, a whole number of at least 1.
pub(super) fn kolmogorov_sf(n: f64, d: f64) -> f64 {
    let t = n * d;
    if d >= 1.0 {
        return 0.0;
    }
    if t <= 0.5 {
        return 1.0;
    }
    if t >= n - 1.0 && d >= 0.5 {
        return 2.0 * libm::pow(1.0 - d, n);
    }
    let square = t * d;
    if d >= 0.5 || square >= if n <= 140.0 { 4.0 } else { 2.2 } {
        return (2.0 * one_sided(n, d)).min(1.0);
    }
    let inside = if n <= 140.0 {
        durbin(n as usize, d)
    } else {
        pelz_good(n, d)
    };
    (1.0 - inside).clamp(0.0, 1.0)
}

/// P(D⁺ ≥ d): Σ over j of C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j) · d.
///
/// Source: Z. W. Birnbaum and F. H. Tingey (1951), *One-sided confidence contours for probability distribution
/// functions*.
fn one_sided(n: f64, d: f64) -> f64 {
    let last = libm::floor(n * (1.0 - d));
    let mut sum = 0.0;
    let mut j = 0.0;
    while j <= last {
        let (p, q) = (d + j / n, (n - j) / n - d);
        if q >= 0.0 {
            sum += libm::exp(ln_binomial(j, n, p, q)) * (d / p);
        }
        j += 1.0;
    }
    sum
}

/// P(D < d) by the power of a matrix, for n d of some tens.
///
/// Source: G. Marsaglia, W. W. Tsang and J. Wang (2003), *Evaluating Kolmogorov's distribution*.
fn durbin(n: usize, d: f64) -> f64 {
    let k = libm::floor(n as f64 * d) as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - n as f64 * d;
    let power = |x: f64, times: usize| (0..times).fold(1.0, |all, _| all * x);
    let mut a = vec![vec![0.0; m]; m];
    for (i, row) in a.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            *cell = if i + 1 >= j { 1.0 } else { 0.0 };
        }
    }
    for (i, row) in a.iter_mut().enumerate() {
        row[0] -= power(h, i + 1);
    }
    for (i, cell) in a[m - 1].iter_mut().enumerate() {
        *cell -= power(h, m - i);
    }
    if h > 0.5 {
        a[m - 1][0] += power(2.0 * h - 1.0, m);
    }
    for (i, row) in a.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            for g in 1..=(i + 1).saturating_sub(j) {
                *cell /= g as f64;
            }
        }
    }
    // aⁿ as a matrix and an exponent of two, so that nothing overflows.
    let times = |a: &[Vec<f64>], b: &[Vec<f64>]| -> (Vec<Vec<f64>>, i32) {
        let mut out = vec![vec![0.0; m]; m];
        for (row, into) in a.iter().zip(&mut out) {
            for (x, other) in row.iter().zip(b) {
                for (cell, y) in into.iter_mut().zip(other) {
                    *cell += x * y;
                }
            }
        }
        let most = out.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
        let shift = if most > 0.0 { libm::ilogb(most) } else { 0 };
        let scaled = out
            .iter()
            .map(|row| row.iter().map(|x| libm::scalbn(*x, -shift)).collect());
        (scaled.collect(), shift)
    };
    let mut result: Option<(Vec<Vec<f64>>, i32)> = None;
    let (mut base, mut scale) = (a, 0);
    let mut left = n;
    while left > 0 {
        if left & 1 == 1 {
            result = Some(match result {
                None => (base.clone(), scale),
                Some((r, e)) => {
                    let (product, shift) = times(&r, &base);
                    (product, e + scale + shift)
                }
            });
        }
        let (square, shift) = times(&base, &base);
        (base, scale) = (square, 2 * scale + shift);
        left >>= 1;
    }
    let Some((result, exponent)) = result else {
        return 0.0;
    };
    // n! / nⁿ times the middle of the matrix.
    let mut p = result[k - 1][k - 1];
    let mut exponent = exponent;
    for i in 1..=n {
        p *= i as f64 / n as f64;
        if p < 1e-140 {
            p = libm::scalbn(p, 400);
            exponent -= 400;
        }
    }
    libm::scalbn(p, exponent)
}

/// P(D < d) for many rows: Kolmogorov's limit and three corrections.
///
/// Source: W. Pelz and I. J. Good (1976), *Approximating the lower tail-areas of the Kolmogorov–Smirnov
/// one-sample statistic*.
fn pelz_good(n: f64, d: f64) -> f64 {
    let root = n.sqrt();
    let z = root * d;
    let z2 = z * z;
    let (z3, z4, z6) = (z2 * z, z2 * z2, z2 * z2 * z2);
    let pi2 = PI * PI;
    let (pi4, pi6) = (pi2 * pi2, pi2 * pi2 * pi2);
    let mut sums = [0.0_f64; 4];
    let (mut second, mut third) = (0.0, 0.0);
    for k in 1..=libm::ceil(16.0 * z / PI) as u32 + 1 {
        let odd = f64::from(2 * k - 1);
        let (m2, m4, m6) = (odd * odd, libm::pow(odd, 4.0), libm::pow(odd, 6.0));
        let weight = libm::exp(-pi2 * m2 / (8.0 * z2));
        let terms = [
            1.0,
            -z2 + pi2 / 4.0 * m2,
            6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * m2
                + pi4 * (1.0 - 2.0 * z2) / 16.0 * m4,
            -30.0 * z6 - 90.0 * z4 * z4
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * m2
                + pi4 * (212.0 * z4 - 60.0 * z2) / 16.0 * m4
                + pi6 * (5.0 - 30.0 * z2) / 64.0 * m6,
        ];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += weight * term;
        }
        let k2 = f64::from(k) * f64::from(k);
        let weight = libm::exp(-pi2 * k2 / (2.0 * z2)) * k2;
        second += weight;
        third += weight * (3.0 * z2 - pi2 * k2);
    }
    let scale = (2.0 * PI).sqrt();
    let first = scale * (sums[0] / z + sums[1] / (6.0 * z4) / root);
    let later = sums[2] / (72.0 * z6 * z) - pi2 / (36.0 * z3) * second;
    let last = sums[3] / (6480.0 * z4 * z6) + pi2 / (216.0 * z6) * third;
    first + scale * (later / n + last / (n * root))
}
