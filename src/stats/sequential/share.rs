//! Whether two samples have one share, exactly: the tails of the hypergeometric distribution.

use super::super::special::normal_quantile;

/// How sure `hits` of `rows` are more (above 0) or less than `base` of `of`: the z that has the one-sided
/// p-value of Fisher's exact test.
///
/// Source: R. A. Fisher (1935), *The logic of inductive inference*.
pub(super) fn fisher_z((hits, rows): (f64, f64), (base, of): (f64, f64)) -> f64 {
    let all = hits + base;
    let more = hits * of > base * rows;
    let p = upper(if more {
        (hits, rows, all, rows + of)
    } else {
        // Few hits are many misses.
        (rows - hits, rows, rows + of - all, rows + of)
    });
    let z = -normal_quantile(p.clamp(1e-300, 0.5));
    if more { z } else { -z }
}

/// P(K ≥ k) of the hits among `n` rows that are drawn from `total`, `marked` of which are hits.
fn upper((k, n, marked, total): (f64, f64, f64, f64)) -> f64 {
    let least = (n + marked - total).max(0.0);
    if k <= least {
        return 1.0;
    }
    let most = n.min(marked);
    let choose =
        |n: f64, k: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    let log = choose(marked, k) + choose(total - marked, n - k) - choose(total, n);
    let (mut term, mut sum, mut k) = (1.0, 1.0, k);
    while k < most && term > 1e-16 * sum {
        term *= (marked - k) * (n - k) / ((k + 1.0) * (total - marked - n + k + 1.0));
        sum += term;
        k += 1.0;
    }
    (libm::exp(log) * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::special::normal_sf;

    /// In fractions of whole numbers.
    #[test]
    fn tails_are_scipys() {
        for (asked, p) in [
            ((15.0, 100.0, 25.0, 200.0), 0.196_414_807_880_085_92),
            ((9.0, 50.0, 14.0, 300.0), 5.286_850_131_026_43e-5),
            ((0.0, 50.0, 14.0, 300.0), 1.0),
        ] {
            let got = upper(asked);
            assert!((got / p - 1.0).abs() < 1e-9, "{asked:?} {got}");
        }
        let z = fisher_z((9.0, 50.0), (5.0, 250.0));
        assert!(
            (normal_sf(z) / 5.286_850_131_026_43e-5 - 1.0).abs() < 1e-3,
            "{z}"
        );
        assert!(fisher_z((0.0, 50.0), (60.0, 250.0)) < -3.0);
        assert_eq!(fisher_z((0.0, 50.0), (0.0, 250.0)).abs(), 0.0);
    }
}
