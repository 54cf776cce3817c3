//! How far two samples are apart: distances, not tests. None of them tells chance from change: with few
//! values all of them are above 0 for samples of one distribution.
//!
//! | distance | of | range | equal to |
//! | --- | --- | --- | --- |
//! | [`psi`] | counts | 0 …, at most some 18 | numpy by its formula |
//! | [`jensen_shannon`] | counts | 0 … 1 | `scipy.spatial.distance.jensenshannon(p, q, base=2)` |
//! | [`hellinger`] | counts | 0 … 1 | numpy by its formula |
//! | [`kullback_leibler`] | counts | 0 … | `scipy.stats.entropy(p, q)` |
//! | [`total_variation`], [`l_infinity`] | counts | 0 … 1 | numpy by their formulas |
//! | [`Sample::kolmogorov_smirnov`] | numbers | 0 … 1 | `scipy.stats.ks_2samp(a, b).statistic` |
//! | [`Sample::wasserstein`] | numbers | 0 …, in their unit | `scipy.stats.wasserstein_distance(a, b)` |
//! | [`Sample::wasserstein_normalised`] | numbers | 0 …, in standard deviations | the same over `numpy.std(a)` |
//!
//! The energy distance and Cramér's V stand with their tests in [`super::two_sample`].
//!
//! All but [`kullback_leibler`] and the last one are symmetric but for the bins: those of [`Sample::edges`] are the first sample's. What they are
//! made of adds up: counts by place, a [`Sample`] by [`Sample::merge`].

mod binned;
mod sample;

pub use binned::Binned;
pub use sample::Sample;

use super::exact_sum::ExactSum;

/// A share below this counts as this in [`psi`]: an empty bin would make it infinite.
pub const FLOOR: f64 = 1e-4;

/// The population stability index Σ (q − p) · ln(q / p) over shares p and q of the same bins or words,
/// each at least [`FLOOR`].
///
/// At least 0, 0 for equal shares. `None` where one side has no row, or the sides have not the same bins.
/// The order of bins does not matter, to the bit. It grows with the number of bins that one side leaves
/// empty, so for words of which most are rare it says little.
///
/// Source: N. Siddiqi (2006), *Credit Risk Scorecards*; the divergence J of H. Jeffreys (1946), *An
/// invariant form for the prior probability in estimation problems*.
#[must_use]
pub fn psi(before: &[u64], after: &[u64]) -> Option<f64> {
    let mut sum = ExactSum::new();
    each_share(before, after, |p, q| {
        let (p, q) = (p.max(FLOOR), q.max(FLOOR));
        // The larger over the smaller, so that both ways give the same bits.
        let (more, less) = (p.max(q), p.min(q));
        sum.add((more - less) * libm::log(more / less));
    })?;
    Some(sum.value())
}

/// The Jensen–Shannon distance √(½ Σ p log₂(p / m) + ½ Σ q log₂(q / m)) with m = (p + q) / 2, over shares p
/// and q of the same bins or words.
///
/// In 0 … 1: 0 for equal shares, 1 where no bin holds rows of both. `None` where one side has no row, or
/// the sides have not the same bins. The order of bins does not matter, to the bit.
///
/// Source: J. Lin (1991), *Divergence measures based on the Shannon entropy*; that its root is a metric:
/// D. M. Endres and J. E. Schindelin (2003), *A new metric for probability distributions*.
#[must_use]
pub fn jensen_shannon(before: &[u64], after: &[u64]) -> Option<f64> {
    let mut sum = ExactSum::new();
    each_share(before, after, |p, q| {
        if p + q > 0.0 {
            sum.add((p + q) / 4.0 * entropy_lost((p - q) / (p + q)));
        }
    })?;
    let distance = (sum.value() / std::f64::consts::LN_2).sqrt();
    Some(distance.min(1.0))
}

/// The Hellinger distance √(½ Σ (√p − √q)²), over shares p and q of the same bins or words.
///
/// In 0 … 1: 0 for equal shares, 1 where no bin holds rows of both. `None` as for [`jensen_shannon`].
///
/// Source: E. Hellinger (1909), *Neue Begründung der Theorie quadratischer Formen von unendlichvielen
/// Veränderlichen*.
#[must_use]
pub fn hellinger(before: &[u64], after: &[u64]) -> Option<f64> {
    let mut sum = ExactSum::new();
    each_share(before, after, |p, q| {
        let (p, q) = (p.sqrt(), q.sqrt());
        sum.add_product(p - q, p - q);
    })?;
    Some((sum.value() / 2.0).sqrt().min(1.0))
}

/// The Kullback–Leibler divergence Σ p ln(p / q) of the earlier shares p from the later ones q.
///
/// At least 0; not symmetric. `None` where a bin has earlier rows and no later one, which makes it infinite,
/// and as for [`jensen_shannon`].
///
/// Source: S. Kullback and R. A. Leibler (1951), *On information and sufficiency*.
#[must_use]
pub fn kullback_leibler(before: &[u64], after: &[u64]) -> Option<f64> {
    let (mut sum, mut finite) = (ExactSum::new(), true);
    each_share(before, after, |p, q| {
        if p > 0.0 && q > 0.0 {
            // Each term is at least 0 with what adds up to 0 over all: no two cancel out.
            sum.add(p * libm::log(p / q) + q - p);
        } else {
            finite &= p <= 0.0;
            sum.add(q);
        }
    })?;
    finite.then(|| sum.value().max(0.0))
}

/// Half of Σ |p − q|: the share of rows that would have to change their bin. In 0 … 1; `None` as for
/// [`jensen_shannon`].
#[must_use]
pub fn total_variation(before: &[u64], after: &[u64]) -> Option<f64> {
    let mut sum = ExactSum::new();
    each_share(before, after, |p, q| sum.add((p - q).abs()))?;
    Some((sum.value() / 2.0).min(1.0))
}

/// The largest |p − q| of any bin. In 0 … 1; `None` as for [`jensen_shannon`].
#[must_use]
pub fn l_infinity(before: &[u64], after: &[u64]) -> Option<f64> {
    let mut most = 0.0_f64;
    each_share(before, after, |p, q| most = most.max((p - q).abs()))?;
    Some(most)
}

/// (1 + d) ln(1 + d) + (1 − d) ln(1 − d) for d in −1 … 1, at least 0. Near 0 the two terms cancel out, so
/// there it is summed as Σ d²ᵏ / (k (2k − 1)).
fn entropy_lost(d: f64) -> f64 {
    let square = d * d;
    if square > 0.01 {
        let term = |x: f64| {
            if x > 0.0 { x * libm::log(x) } else { 0.0 }
        };
        return term(1.0 + d) + term(1.0 - d);
    }
    let (mut sum, mut power) = (0.0, 1.0);
    for k in 1..=8 {
        let k = f64::from(k);
        power *= square;
        sum += power / (k * (2.0 * k - 1.0));
    }
    sum
}

/// Gives the shares of each bin; `None` where there are none.
fn each_share(before: &[u64], after: &[u64], mut give: impl FnMut(f64, f64)) -> Option<()> {
    let total = |counts: &[u64]| counts.iter().fold(0, |n: u64, c| n.saturating_add(*c));
    let (n, m) = (total(before), total(after));
    if n == 0 || m == 0 || before.len() != after.len() {
        return None;
    }
    for (a, b) in before.iter().zip(after) {
        give(*a as f64 / n as f64, *b as f64 / m as f64);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(psi(&[5, 5], &[50, 50]), Some(0.0));
        let moved = psi(&[50, 50], &[75, 25]);
        let by_hand = 0.25 * libm::log(1.5) + 0.25 * libm::log(2.0);
        assert!((moved.expect("both have rows") - by_hand).abs() < 1e-15);
        assert_eq!(jensen_shannon(&[1, 0], &[0, 1]), Some(1.0));
        assert_eq!(jensen_shannon(&[3, 1], &[3, 1]), Some(0.0));
    }

    #[test]
    fn an_empty_bin_is_not_infinite() {
        let all = psi(&[1, 0], &[0, 1]).expect("both have rows");
        assert!(all > 18.0 && all < 18.5, "{all}");
    }

    #[test]
    fn without_rows_or_with_other_bins_there_is_none() {
        for (before, after) in [
            (&[][..], &[][..]),
            (&[0], &[1]),
            (&[1], &[0]),
            (&[1], &[1, 1]),
        ] {
            assert_eq!(psi(before, after), None);
            assert_eq!(jensen_shannon(before, after), None);
        }
    }

    #[test]
    fn the_sum_meets_the_formula_where_they_change_over() {
        for d in [0.099_999_999, 0.1, 0.100_000_001, -0.1, 0.05] {
            let formula = (1.0 + d) * libm::log1p(d) + (1.0 - d) * libm::log1p(-d);
            assert!((entropy_lost(d) - formula).abs() < 1e-16, "{d}");
        }
        assert_eq!(entropy_lost(1.0), 2.0 * std::f64::consts::LN_2);
        assert_eq!(entropy_lost(-1.0), entropy_lost(1.0));
    }

    fn counts() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0u64..1000, 0u64..1000), 1..30)
    }

    proptest! {
        #[test]
        fn symmetric_at_least_zero_and_zero_for_equals(pairs in counts(), turn in 0usize..30) {
            let (a, b): (Vec<u64>, Vec<u64>) = pairs.iter().copied().unzip();
            let (mut other_a, mut other_b) = (a.clone(), b.clone());
            other_a.rotate_left(turn % a.len());
            other_b.rotate_left(turn % b.len());
            for distance in [psi, jensen_shannon] {
                let d = distance(&a, &b);
                prop_assert_eq!(d, distance(&b, &a));
                prop_assert_eq!(d, distance(&other_a, &other_b), "another order");
                prop_assert!(d.is_none_or(|d| d >= 0.0));
                prop_assert!(distance(&a, &a).is_none_or(|d| d == 0.0));
            }
            prop_assert!(jensen_shannon(&a, &b).is_none_or(|d| d <= 1.0));
            let twice: Vec<u64> = a.iter().map(|n| 2 * n).collect();
            prop_assert_eq!(jensen_shannon(&a, &b), jensen_shannon(&twice, &b), "only shares matter");
        }
    }
}
