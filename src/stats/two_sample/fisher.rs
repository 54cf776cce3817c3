//! Fisher's exact test of two counts over the same categories.

use super::categories::table;
use super::{How, Outcome, Test};
use crate::stats::special::ln_hypergeometric;

/// Tables that are drawn where they are too many to count.
pub const DRAWS: u32 = 10_000;
/// Chances that differ by less are one: rounding is far below, and different tables are farther apart.
const EQUAL: f64 = 1e-9;

/// How likely a table as unlikely as this one, or more so, is among those with the same sums. The statistic is the one
/// that `scipy.stats.fisher_exact` tells: of two categories the odds ratio of the sample, a d / (b c), the odds of the
/// first category before over those after, infinite where b or c is 0; of more the probability of the table.
///
/// Of two categories all tables are counted; of more, [`DRAWS`] are drawn ([`fisher_simulated`]).
///
/// Source: R. A. Fisher (1934), *Statistical Methods for Research Workers*, 5th ed., 21.02.
///
/// # Errors
/// Where a side has no row, or the sides have not the same categories.
pub fn fisher(before: &[u64], after: &[u64]) -> Outcome {
    let ((n, m), kept) = table(before, after)?;
    match kept[..] {
        [_] => Ok(Test {
            statistic: 1.0,
            p: 1.0,
            how: How::Exact,
        }),
        [(a, b), (c, d)] => Ok(Test {
            statistic: a as f64 / c as f64 * (d as f64 / b as f64),
            p: of_two(a, a + b, n, n + m),
            how: How::Exact,
        }),
        _ => fisher_simulated(before, after, DRAWS, 0),
    }
}

/// The p-value of `seen` rows of the first side in a category of `both` rows; `n` of `all` rows are of the first side.
fn of_two(seen: u64, both: u64, n: u64, all: u64) -> f64 {
    let chance = |k: u64| ln_hypergeometric(k, n, both, all);
    let own = chance(seen);
    let (least, most) = ((n + both).saturating_sub(all), n.min(both));
    let odds = |k: u64| {
        // P(k + 1) / P(k)
        ((both - k) as f64 / (k + 1) as f64) * ((n - k) as f64 / (all + k + 1 - both - n) as f64)
    };
    // The chance of k and all that lie farther up.
    let up = |from: u64| {
        let (mut sum, mut term) = (1.0, 1.0);
        for k in from..most {
            term *= odds(k);
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        libm::exp(chance(from)) * sum
    };
    let down = |from: u64| {
        let (mut sum, mut term) = (1.0, 1.0);
        for k in (least..from).rev() {
            term /= odds(k);
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        libm::exp(chance(from)) * sum
    };
    // Chances rise up to the mode and fall behind it.
    let mode = (((n as u128 + 1) * (u128::from(both) + 1)) / (u128::from(all) + 2)) as u64;
    let mode = mode.clamp(least, most);
    let within = |k: u64| chance(k) <= own + EQUAL;
    let p = if within(mode) {
        1.0
    } else if seen < mode {
        // The first one above the mode that is as unlikely.
        let (mut low, mut high) = (mode, most + 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if within(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        down(seen) + if high <= most { up(high) } else { 0.0 }
    } else {
        let (mut low, mut high) = (least, mode);
        while low < high {
            let middle = low + (high - low) / 2;
            if within(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        up(seen) + if low > least { down(low - 1) } else { 0.0 }
    };
    p.min(1.0)
}

/// The same by drawing so many tables with these sums: (1 + those as unlikely) / (1 + draws), which is a p-value
/// whatever the number of draws. One seed draws the same tables everywhere. The statistic is the probability of the
/// table.
///
/// Sources: G. H. Freeman and J. H. Halton (1951), *Note on an exact treatment of contingency, goodness of fit and
/// other problems of significance*; B. Phipson and G. K. Smyth (2010), *Permutation p-values should never be
/// zero*.
///
/// # Errors
/// As [`fisher`].
pub fn fisher_simulated(before: &[u64], after: &[u64], draws: u32, seed: u64) -> Outcome {
    let ((n, m), mut kept) = table(before, after)?;
    // The order of categories must not matter, and of the sides neither.
    kept.sort_unstable_by_key(|s| s.0 + s.1);
    let few = n.min(m);
    let of = |s: &(u64, u64)| if n <= m { s.0 } else { s.1 };
    let sums: Vec<u64> = kept.iter().map(|s| s.0 + s.1).collect();
    let chance = |row: &[u64]| {
        let (mut left, mut all, mut sum) = (few, n + m, 0.0);
        for (k, both) in row.iter().zip(&sums) {
            sum += ln_hypergeometric(*k, left, *both, all);
            left -= k;
            all -= both;
        }
        sum
    };
    let own = chance(&kept.iter().map(of).collect::<Vec<_>>());
    let mut random = Random(seed);
    let mut far = 0u32;
    let mut row = vec![0; sums.len()];
    for _ in 0..draws {
        let (mut left, mut all, mut sum) = (few, n + m, 0.0);
        for (into, both) in row.iter_mut().zip(&sums) {
            let (k, ln) = drawn(random.next(), left, *both, all);
            *into = k;
            sum += ln;
            left -= k;
            all -= both;
        }
        far += u32::from(sum <= own + EQUAL * own.abs().max(1.0));
    }
    Ok(Test {
        statistic: libm::exp(own),
        p: f64::from(far + 1) / f64::from(draws + 1),
        how: How::Simulated(draws),
    })
}

/// A hypergeometric number out of an even one in 0 … 1, from the mode outwards; and ln of its chance.
fn drawn(mut even: f64, n: u64, both: u64, all: u64) -> (u64, f64) {
    let (least, most) = ((n + both).saturating_sub(all), n.min(both));
    let mode = (((u128::from(n) + 1) * (u128::from(both) + 1)) / (u128::from(all) + 2)) as u64;
    let mode = mode.clamp(least, most);
    let top = ln_hypergeometric(mode, n, both, all);
    let odds = |k: u64| {
        ((both - k) as f64 / (k + 1) as f64) * ((n - k) as f64 / (all + k + 1 - both - n) as f64)
    };
    let (mut low, mut high) = (mode, mode);
    let scale = libm::exp(top);
    let (mut below, mut above) = (1.0, 1.0);
    even -= scale;
    while even >= 0.0 && (low > least || high < most) {
        if high < most {
            above *= odds(high);
            high += 1;
            even -= above * scale;
            if even < 0.0 {
                return (high, top + libm::log(above));
            }
        }
        if low > least {
            low -= 1;
            below /= odds(low);
            even -= below * scale;
            if even < 0.0 {
                return (low, top + libm::log(below));
            }
        }
    }
    (mode, top)
}

/// SplitMix64 (Steele, Lea and Flood 2014, *Fast splittable pseudorandom number generators*).
pub(crate) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
