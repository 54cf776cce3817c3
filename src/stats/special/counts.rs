//! The chance of a count: binomial and hypergeometric, also where it is below every number.

use super::parts::{deviance, stirling_error};
use std::f64::consts::TAU;

/// ln P(X = k) of a binomial variable: `k` successes in `n` trials of chance `p` = 1 − `q`. −∞ where it
/// cannot be.
///
/// Both chances are given, because of a small one 1 − p would lose the digits.
///
/// Source: C. Loader (2000), *Fast and accurate computation of binomial probabilities*.
#[must_use]
pub fn ln_binomial(k: f64, n: f64, p: f64, q: f64) -> f64 {
    let misses = n - k;
    if k < 0.0 || misses < 0.0 || p <= 0.0 && k > 0.0 || q <= 0.0 && misses > 0.0 {
        return f64::NEG_INFINITY;
    }
    if k == 0.0 {
        return n * ln_one_less(p, q);
    }
    if misses == 0.0 {
        return n * ln_one_less(q, p);
    }
    // k − n p, without the rounding of whichever of p and q is near 1.
    let excess = k * q - misses * p;
    let exponent = stirling_error(n)
        - stirling_error(k)
        - stirling_error(misses)
        - deviance(k, n * p, -excess)
        - deviance(misses, n * q, excess);
    exponent - 0.5 * libm::log(TAU * k * (misses / n))
}

/// ln (1 − part), where `rest` is 1 − part.
fn ln_one_less(part: f64, rest: f64) -> f64 {
    if part < 0.5 {
        libm::log1p(-part)
    } else {
        libm::log(rest)
    }
}

/// ln P(X = k) of a hypergeometric variable: `k` hits among `drawn` of `all` things, of which `hits` are
/// hits. −∞ where it cannot be.
///
/// As a product of three binomial chances, of which none is small where theirs is not: as R's `dhyper`.
#[must_use]
pub fn ln_hypergeometric(k: u64, drawn: u64, hits: u64, all: u64) -> f64 {
    if drawn > all || hits > all || k > drawn || k > hits || drawn - k > all - hits {
        return f64::NEG_INFINITY;
    }
    if drawn == 0 || drawn == all {
        return 0.0;
    }
    let (k, n, r, total) = (k as f64, drawn as f64, hits as f64, all as f64);
    let (p, q) = (n / total, (total - n) / total);
    let sum =
        ln_binomial(k, r, p, q) + ln_binomial(n - k, total - r, p, q) - ln_binomial(n, total, p, q);
    sum.min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_add_up_to_one() {
        let sum: f64 = (0..=40)
            .map(|k| libm::exp(ln_binomial(f64::from(k), 40.0, 0.3, 0.7)))
            .sum();
        assert!((sum - 1.0).abs() < 1e-13, "{sum}");
        let sum: f64 = (0..=30)
            .map(|k| libm::exp(ln_hypergeometric(k, 30, 17, 90)))
            .sum();
        assert!((sum - 1.0).abs() < 1e-13, "{sum}");
    }

    #[test]
    fn what_cannot_be_has_no_chance() {
        assert_eq!(ln_hypergeometric(3, 2, 5, 9), f64::NEG_INFINITY);
        assert_eq!(ln_hypergeometric(0, 5, 5, 9), f64::NEG_INFINITY);
        assert_eq!(ln_hypergeometric(0, 0, 5, 9), 0.0);
        assert_eq!(ln_binomial(1.0, 2.0, 0.0, 1.0), f64::NEG_INFINITY);
        assert_eq!(ln_binomial(0.0, 2.0, 0.0, 1.0), 0.0);
    }
}
