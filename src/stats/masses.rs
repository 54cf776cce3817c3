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

/// The part of the way to the next row from which on a decile may be rounded to it.
const NEXT: f64 = 1.0 - 1e-9;

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
    let mut borders = Borders::default();
    for i in 0..bins {
        borders.add(rows(i), probability(i), i >= last, n);
    }
    let (mut sums, sum) = (borders.sums, borders.sum);
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
    let off = (most - value).max(value - least).max(0.0) / all + width;
    let value = (value / all).min(1.0);
    Some(Near {
        value,
        bound: off.min(value.max(1.0 - value)),
    })
}

/// What C may be at each decile: the least, the likeliest and the largest.
#[derive(Default)]
struct Borders {
    sums: Vec<[f64; 3]>,
    /// Deciles that may have the row behind them below them too.
    met: Vec<(usize, u64)>,
    /// Rows and C so far.
    before: u64,
    sum: f64,
}

impl Borders {
    /// Adds a bin of positive and other rows of a probability, which are tied or not; `n`: all rows.
    fn add(&mut self, (p, q): (u64, u64), x: f64, tied: bool, n: u64) {
        let (all, before, sum) = (p + q, self.before, self.sum);
        let end = before + all;
        let below = |rows: u64, positives: f64| sum + rows as f64 * x - positives;
        // C of a decile at a row of this bin: it falls with each positive row below and rises with each other one.
        let at = |row: u64| {
            let least = if tied { all } else { row + 1 - before };
            let (few, many) = (p.clamp(least, all), q.clamp(least, all));
            [
                below(few, p.min(few) as f64),
                below(least, p as f64 * least as f64 / all as f64),
                below(many, many.saturating_sub(q) as f64),
            ]
        };
        for (decile, row) in std::mem::take(&mut self.met) {
            if row >= end {
                self.met.push((decile, row));
                continue;
            }
            let [low, _, high] = at(row);
            let of = &mut self.sums[decile];
            (of[0], of[2]) = (of[0].min(low), of[2].max(high));
        }
        while self.sums.len() + 1 < MASSES {
            let decile = (self.sums.len() + 1) as f64 / MASSES as f64;
            let Some((row, fraction)) = rank(n, decile).filter(|r| r.0 < end) else {
                break;
            };
            // So near to the row behind it that it may be rounded to that.
            if fraction > NEXT && row + 1 == end {
                self.met.push((self.sums.len(), row + 1));
            }
            self.sums.push(at(row));
        }
        self.sum += all as f64 * x - p as f64;
        self.before = end;
    }
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

    /// (n − 1) j/10 may be rounded to just below a whole number, and the decile then to the row behind it.
    #[test]
    fn any_number_of_rows_is_within_its_bound() {
        for n in 1..600_u32 {
            let p = |i: u32| match i % 3 {
                0 => f64::from(i * 7919 % 20) / 20.0,
                _ => f64::from(i * 7919 % 1009) / 1009.0,
            };
            let rows: Vec<(f64, bool)> = (0..n).map(|i| (p(i), i * 31 % 7 < 3)).collect();
            let (near, exact) = (told(&rows), exact(&rows));
            assert!(
                (near.value - exact).abs() <= near.bound + 1e-12,
                "{n}: {near:?} {exact}"
            );
        }
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
