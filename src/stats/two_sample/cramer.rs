//! Cramér and von Mises's test of two samples.

use super::kolmogorov::gcd;
use super::limit::cramer_von_mises_sf;
use super::{How, Outcome, Step, Test, sizes};
use std::collections::BTreeMap;

/// Rows of the larger sample up to which orders are counted, as scipy does.
const EXACT: u64 = 20;

/// T = U / (n m (n + m)) − (4 n m − 1) / (6 (n + m)), where U is n Σ (rank − i)² of the first sample and m times
/// the same of the second one: the squared distance of the two distribution functions. Equal values have
/// the mean of their ranks.
///
/// p-value: up to 20 rows of the larger sample by counting the orders of different numbers; beyond, the
/// limit at the statistic moved to have its mean and spread. Both are of different numbers, as scipy's: of few
/// values that many rows have the p-value is wrong either way, and [`super::ordered`] is right.
///
/// Source: T. W. Anderson (1962), *On the distribution of the two-sample Cramér–von Mises criterion*.
///
/// # Errors
/// Where a sample is empty.
pub fn cramer_von_mises(steps: &[Step]) -> Outcome {
    let (n, m) = sizes(steps)?;
    let (rows, others) = (n as f64, m as f64);
    let all = rows + others;
    let pairs = rows * others;
    let u = rows * from_ranks(steps.iter().map(|s| (s.0, s.0 + s.1)))
        + others * from_ranks(steps.iter().map(|s| (s.1, s.0 + s.1)));
    let statistic = u / pairs / all - (4.0 * pairs - 1.0) / (6.0 * all);
    let (p, how) = if n.max(m) <= EXACT {
        (counted(u, n, m), How::Exact)
    } else {
        let moved = standardised(statistic, rows, others);
        let p = if moved < 0.003 {
            1.0
        } else {
            cramer_von_mises_sf(moved)
        };
        (p, How::Asymptotic)
    };
    Ok(Test { statistic, p, how })
}

/// The statistic moved to have the mean and the spread of its limit.
pub(crate) fn standardised(statistic: f64, n: f64, m: f64) -> f64 {
    let all = n + m;
    let mean = (1.0 + 1.0 / all) / 6.0;
    let spread = (all + 1.0) * (4.0 * all - 3.0 * (n / m + m / n) - 2.0) / (45.0 * all * all * 4.0);
    1.0 / 6.0 + (statistic - mean) / (45.0 * spread).sqrt()
}

/// Σ (rank − i)² over the rows of a sample, from its rows and all rows at each step.
fn from_ranks(steps: impl Iterator<Item = (u64, u64)>) -> f64 {
    let (mut sum, mut own, mut all) = (0.0, 0.0, 0.0);
    for (rows, both) in steps {
        let (rows, both) = (rows as f64, both as f64);
        // Ranks are all + (both + 1) / 2, places own + 1 … own + rows.
        let off = all + (both + 1.0) / 2.0 - own - (rows + 1.0) / 2.0;
        sum += rows * (off * off + (rows * rows - 1.0) / 12.0);
        own += rows;
        all += both;
    }
    sum
}

/// The share of the orders of n and m rows whose U is at least this one.
///
/// Source: Y. Xiao, A. Gordon and A. Yakovlev (2006), *A C++ program for the Cramér–von Mises two-sample test*.
fn counted(u: f64, n: u64, m: u64) -> f64 {
    let common = gcd(n, m);
    let (a, b) = (m / common, n / common); // lcm / n and lcm / m
    let lcm = (n * m / common) as f64;
    let pairs = (n * m) as f64;
    let all = (n + m) as f64;
    // U as a sum of squares along the path, in units of 1 / lcm².
    let least = lcm * lcm * all * (6.0 * u - pairs * (4.0 * pairs - 1.0)) / (6.0 * pairs * pairs);
    let least = libm::floor(least + 1e-9);
    // Of each number of rows of the first sample taken so far, how many paths have which sum.
    let mut paths: Vec<BTreeMap<u64, u64>> = vec![BTreeMap::new(); n as usize + 1];
    for j in 0..=m {
        let mut below: BTreeMap<u64, u64> = BTreeMap::new();
        for i in 0..=n {
            let mut here = std::mem::take(&mut paths[i as usize]);
            for (sum, count) in &below {
                *here.entry(*sum).or_insert(0) += count;
            }
            if i == 0 && j == 0 {
                here.insert(0, 1);
            }
            let off = (a * i).abs_diff(b * j);
            below = here.iter().map(|(s, c)| (s + off * off, *c)).collect();
            paths[i as usize].clone_from(&below);
        }
    }
    let ends = &paths[n as usize];
    let (mut far, mut every) = (0.0, 0.0);
    for (sum, count) in ends {
        every += *count as f64;
        if *sum as f64 >= least {
            far += *count as f64;
        }
    }
    far / every
}
