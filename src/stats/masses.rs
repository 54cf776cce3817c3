//! The calibration error over bins of equal numbers of rows, where probabilities are known to a thousandth.
//!
//! The bins meet at the deciles of the probability. With C the sum of p − y over the rows below a decile, the
//! error is the total variation of 0, C₁ … C₉, C₁₀ over n. Only the thousandth that a decile falls into leaves C
//! open: how many of its rows lie below, for those tied with the decile all do, and how many of these are
//! positive. So each C lies between two numbers, and the error between the least variation of all such
//! sequences, found by moving no more than the intervals force to, and the largest one, which is at their
//! ends. That each probability is only known to its bin moves the error by half of its width at most.

use super::exact_quantile::rank;
use super::rank::equal_mass_error;

/// Thousandths of a probability; the last one is p = 1.
pub const BINS: usize = 1001;
/// Bins of equal numbers of rows.
const MASSES: usize = 10;

/// A value and how far it can be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The value.
    pub value: f64,
    /// The exact one is within this of it.
    pub bound: f64,
}

/// The error of rows by thousandths of their probability; `rounded`: whether each is that of the lower edge of its
/// bin. `None` without rows.
#[must_use]
pub fn near_equal_mass_error(positive: &[u64], negative: &[u64], rounded: bool) -> Option<Near> {
    let edge = |i: usize| i as f64 / (BINS - 1) as f64;
    let last = BINS - 1;
    let probability = |i: usize| match i >= last {
        true => edge(i.min(last)),
        false => (edge(i) + edge(i + 1)) / 2.0,
    };
    let rows = |i: usize| {
        let at = |side: &[u64]| side.get(i).copied().unwrap_or(0);
        (at(positive), at(negative))
    };
    let bins = positive.len().max(negative.len()).min(BINS);
    let n: u64 = (0..bins).map(|i| rows(i).0 + rows(i).1).sum();
    if rounded {
        // Nothing is left open, and the sums are those of the rows to the bit.
        let blocks = (0..bins).map(|i| (edge(i), rows(i).0, rows(i).0 + rows(i).1));
        let value = equal_mass_error(blocks)?;
        return Some(Near { value, bound: 0.0 });
    }
    let mut cuts = (1..MASSES).map_while(|j| rank(n, j as f64 / MASSES as f64));
    let mut next = cuts.next();
    // Rows and C below the bin, and the C of each decile: the least, the likeliest and the largest.
    let (mut before, mut sum) = (0_u64, 0.0);
    let mut sums: Vec<[f64; 3]> = Vec::with_capacity(MASSES);
    for i in 0..bins {
        let ((p, q), x) = (rows(i), probability(i));
        let all = p + q;
        while let Some((low, _)) = next.filter(|c| c.0 < before + all) {
            let tied = i >= last;
            let least = if tied { all } else { low + 1 - before };
            let below = |rows: u64, positives: f64| sum + rows as f64 * x - positives;
            // C falls with each positive row below and rises with each negative one.
            let (few, many) = (p.clamp(least, all), q.clamp(least, all));
            sums.push([
                below(few, p.min(few) as f64),
                below(least, p as f64 * least as f64 / all as f64),
                below(many, many.saturating_sub(q) as f64),
            ]);
            next = cuts.next();
        }
        sum += all as f64 * x - p as f64;
        before += all;
    }
    if n == 0 {
        return None;
    }
    sums.push([sum; 3]);
    let (least, most) = (least_variation(&sums), most_variation(&sums));
    let likely = sums.windows(2).map(|w| (w[1][1] - w[0][1]).abs());
    let likely = sums[0][1].abs() + likely.sum::<f64>();
    let all = n as f64;
    let value = likely.clamp(least, most.max(least));
    let coarse = n - rows(last).0 - rows(last).1;
    let width = coarse as f64 / all * (0.5 / (BINS - 1) as f64);
    Some(Near {
        value: (value / all).min(1.0),
        bound: (most - value).max(value - least).max(0.0) / all + width,
    })
}

/// The least variation of a sequence that begins at 0 and passes through all of these intervals.
fn least_variation(sums: &[[f64; 3]]) -> f64 {
    let (mut low, mut high, mut moved) = (0.0, 0.0, 0.0);
    for [least, _, most] in sums {
        if *least > high {
            moved += least - high;
            (low, high) = (*least, *least);
        } else if *most < low {
            moved += low - most;
            (low, high) = (*most, *most);
        } else {
            (low, high) = (f64::max(low, *least), f64::min(high, *most));
        }
    }
    moved
}

/// The largest one: it is convex, so that it goes from end to end.
fn most_variation(sums: &[[f64; 3]]) -> f64 {
    let mut best = [(0.0, 0.0); 2];
    for [least, _, most] in sums {
        best = [*least, *most].map(|to: f64| {
            let by = |(from, moved): (f64, f64)| moved + (to - from).abs();
            (to, by(best[0]).max(by(best[1])))
        });
    }
    best[0].1.max(best[1].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact_quantile::quantile_sorted;
    use proptest::prelude::*;

    /// `b = searchsorted(quantile(p, arange(1, 10) / 10), p); abs(bincount(b, p - y)).sum() / len(p)`
    fn exact(rows: &[(f64, bool)]) -> f64 {
        let mut p: Vec<f64> = rows.iter().map(|r| r.0).collect();
        p.sort_by(f64::total_cmp);
        let edges: Vec<f64> = (1..MASSES)
            .map(|j| quantile_sorted(&p, j as f64 / MASSES as f64).unwrap())
            .collect();
        let mut gaps = [0.0; MASSES];
        for (p, y) in rows {
            gaps[edges.partition_point(|e| e < p)] += p - f64::from(u8::from(*y));
        }
        gaps.iter().map(|g| g.abs()).sum::<f64>() / rows.len() as f64
    }

    fn told(rows: &[(f64, bool)]) -> Near {
        let mut sides = [vec![0; BINS], vec![0; BINS]];
        let mut rounded = true;
        for (p, y) in rows {
            let bin = (0..BINS).rfind(|i| *i as f64 / 1000.0 <= *p).unwrap();
            rounded &= bin as f64 / 1000.0 == *p;
            sides[usize::from(!y)][bin] += 1;
        }
        near_equal_mass_error(&sides[0], &sides[1], rounded).unwrap()
    }

    #[test]
    fn probabilities_of_three_digits_are_exact() {
        let rows: Vec<(f64, bool)> = (0..5_000_u32)
            .map(|i| (f64::from(i * 7919 % 1001) / 1000.0, i % 3 == 0))
            .collect();
        let near = told(&rows);
        assert!(
            (near.value - exact(&rows)).abs() < 1e-12 && near.bound < 1e-12,
            "{near:?}"
        );
        let one = told(&[(1.0, true)]);
        assert_eq!((one.value, one.bound), (0.0, 0.0));
        assert_eq!(near_equal_mass_error(&[], &[], true), None);
    }

    proptest! {
        #[test]
        fn the_error_is_within_its_bound(
            rows in prop::collection::vec(
                (prop_oneof![0.0..=1.0_f64, 0.0..0.004_f64, (0..20_u32).prop_map(|i| f64::from(i) / 20.0)], any::<bool>()),
                1..400,
            ),
        ) {
            let near = told(&rows);
            let exact = exact(&rows);
            prop_assert!((near.value - exact).abs() <= near.bound + 1e-12, "{near:?} {exact}");
        }
    }
}
