//! The numbers of a sample in ascending order.

use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::exact_sum::ExactSum;
use crate::stats::rank::sort_numbers;

/// The numbers of a sample in ascending order, as they are: its distances are exact.
///
/// Eight bytes a number, so it is made where the rows are and not kept. NaN is left out, and −0 is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Of these numbers, in any order.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        Self(sort_numbers(values))
    }

    /// The numbers, ascending.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// Adds the numbers of another.
    pub fn merge(&mut self, other: &Self) {
        let mut all = Vec::with_capacity(self.0.len() + other.0.len());
        let mut theirs = other.0.iter().copied().peekable();
        for mine in self.0.drain(..) {
            all.extend(std::iter::from_fn(|| theirs.next_if(|x| *x <= mine)));
            all.push(mine);
        }
        all.extend(theirs);
        self.0 = all;
    }

    /// Edges that cut the numbers into at most ten bins: the deciles, of which equal ones are one. A value
    /// that two deciles share has a bin of its own, by an edge right above it: else a column of zeros
    /// would have one bin for all that is not below 0, and whatever came to it later would not show.
    ///
    /// Bin `i` is `edges[i − 1] <= x < edges[i]`, the first and the last without an end.
    #[must_use]
    pub fn edges(&self) -> Vec<f64> {
        self.fine_edges(10)
    }

    /// The same with so many bins at most instead of ten.
    #[must_use]
    pub fn fine_edges(&self, bins: u32) -> Vec<f64> {
        let mut edges: Vec<f64> = Vec::with_capacity(bins as usize);
        for part in 1..bins {
            let Some(quantile) = quantile_sorted(&self.0, f64::from(part) / f64::from(bins)) else {
                return Vec::new();
            };
            edges.push(match edges.last() {
                Some(before) if quantile <= *before => before.max(quantile.next_up()),
                _ => quantile,
            });
        }
        edges.retain(|e| e.is_finite());
        edges.dedup();
        edges
    }

    /// How many numbers each bin holds; one bin more than there are edges, which must ascend.
    #[must_use]
    pub fn counts(&self, edges: &[f64]) -> Vec<u64> {
        let below = |edge: &f64| self.0.partition_point(|x| x < edge);
        let ends = edges.iter().map(below).chain([self.0.len()]);
        let mut before = 0;
        ends.map(|end| {
            let count = end.saturating_sub(before) as u64;
            before = before.max(end);
            count
        })
        .collect()
    }

    /// The two-sample Kolmogorov–Smirnov statistic: the largest distance of the two empirical
    /// distribution functions.
    ///
    /// In 0 … 1. `None` where one sample is empty.
    ///
    /// Source: N. V. Smirnov (1939), *On the estimation of the discrepancy between empirical curves of
    /// distribution for two independent samples*.
    #[must_use]
    pub fn kolmogorov_smirnov(&self, other: &Self) -> Option<f64> {
        Some(self.apart(other)?.0)
    }

    /// The Wasserstein-1 (earth mover's) distance: the area between the two empirical distribution
    /// functions.
    ///
    /// At least 0, in the unit of the numbers: how far they moved in the mean. `None` where one sample is
    /// empty, or the distance beyond every number.
    ///
    /// Source: S. S. Vallender (1974), *Calculation of the Wasserstein distance between probability
    /// distributions on the line*.
    #[must_use]
    pub fn wasserstein(&self, other: &Self) -> Option<f64> {
        self.apart(other)?.1
    }

    /// [`Sample::wasserstein`] in standard deviations of this sample (of its numbers, not of what they may be
    /// drawn from). `None` where this sample has no spread, too.
    #[must_use]
    pub fn wasserstein_normalised(&self, other: &Self) -> Option<f64> {
        let (spread, exponent) = self.spread()?;
        let moved = self.wasserstein(other)?;
        let ratio = libm::scalbn(moved, -exponent) / spread;
        ratio.is_finite().then_some(ratio)
    }

    /// The standard deviation, as a number and a power of two that lets no square overflow. `None` without any.
    fn spread(&self) -> Option<(f64, i32)> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let most = first.abs().max(last.abs());
        if first == last || most.is_infinite() {
            return None;
        }
        let exponent = libm::ilogb(most);
        let scaled = || self.0.iter().map(|x| libm::scalbn(*x, -exponent));
        let n = self.0.len() as f64;
        let mut sum = ExactSum::new();
        scaled().for_each(|x| sum.add(x));
        let mean = sum.value() / n;
        let mut squares = ExactSum::new();
        scaled().for_each(|x| squares.add_product(x - mean, x - mean));
        let spread = (squares.value() / n).sqrt();
        (spread > 0.0).then_some((spread, exponent))
    }

    /// Both of them ([`Sample::kolmogorov_smirnov`], [`Sample::wasserstein`]) in one walk up through the
    /// numbers.
    #[must_use]
    pub fn apart(&self, other: &Self) -> Option<(f64, Option<f64>)> {
        let (a, b) = (&self.0[..], &other.0[..]);
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let (n, m) = (a.len() as f64, b.len() as f64);
        let pairs = n * m;
        let (mut i, mut j) = (0, 0);
        let (mut widest, mut area) = (0.0_f64, 0.0);
        // Whole numbers until divided: the distance is 0 where the shares are equal.
        let distance = |i: usize, j: usize| (i as f64 * m - j as f64 * n).abs() / pairs;
        let mut before: Option<f64> = None;
        loop {
            let x = match (a.get(i), b.get(j)) {
                (Some(x), Some(y)) => x.min(*y),
                (Some(x), None) | (None, Some(x)) => *x,
                (None, None) => break,
            };
            if let Some(before) = before {
                let apart = distance(i, j);
                widest = widest.max(apart);
                area += step(apart, before, x);
            }
            while a.get(i) == Some(&x) {
                i += 1;
            }
            while b.get(j) == Some(&x) {
                j += 1;
            }
            before = Some(x);
        }
        Some((widest, Some(area).filter(|area| area.is_finite())))
    }
}

/// `share · (to − from)`, also where the way is longer than the largest number.
fn step(share: f64, from: f64, to: f64) -> f64 {
    if share == 0.0 {
        return 0.0;
    }
    let way = to - from;
    if way.is_finite() {
        share * way
    } else {
        share * to - share * from
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Sample {
        Sample::of(values)
    }

    #[test]
    fn known_values() {
        let (a, b) = (of(&[3.0, 1.0, 2.0]), of(&[4.0, 6.0, 5.0]));
        assert_eq!(a.apart(&b), Some((1.0, Some(3.0))));
        let (a, b) = (of(&[0.0, 0.0, 1.0]), of(&[0.0, 1.0, 1.0]));
        assert_eq!(a.apart(&b), Some((1.0 / 3.0, Some(1.0 / 3.0))));
        assert_eq!(a.apart(&of(&[f64::NAN])), None);
        assert_eq!(of(&[-0.0]), of(&[0.0]));
    }

    #[test]
    fn the_ends_of_the_range_do_not_overflow() {
        let (low, high) = (of(&[-f64::MAX]), of(&[f64::MAX]));
        assert_eq!(low.apart(&high), Some((1.0, None)));
        let (low, high) = (
            of(&[-f64::MAX, 0.0, 0.0, 0.0]),
            of(&[f64::MAX, 0.0, 0.0, 0.0]),
        );
        let moved = low.wasserstein(&high).expect("a quarter of it is a number");
        assert!((moved / (f64::MAX / 2.0) - 1.0).abs() < 1e-15);
        assert!(of(&[f64::MAX; 20]).edges().iter().all(|e| e.is_finite()));
    }

    #[test]
    fn deciles_cut_into_ten_and_ties_into_fewer() {
        let hundred = Sample::of(&(0..100).map(f64::from).collect::<Vec<_>>());
        let edges = hundred.edges();
        assert_eq!(edges.len(), 9);
        assert_eq!(hundred.counts(&edges), vec![10; 10]);

        let mut flags = vec![0.0; 99];
        flags.push(1.0);
        let flags = Sample::of(&flags);
        let edges = flags.edges();
        assert_eq!(edges, [0.0, 0.0_f64.next_up()]);
        assert_eq!(flags.counts(&edges), [0, 99, 1]);
        assert_eq!(of(&[1.0, 1.0, 0.0]).counts(&edges), [0, 1, 2]);

        assert_eq!(of(&[]).edges(), [0.0; 0]);
        assert_eq!(of(&[]).counts(&[]), [0]);
        assert_eq!(of(&[7.0]).counts(&of(&[7.0]).edges()), [0, 1, 0]);
    }

    fn values() -> impl Strategy<Value = Sample> {
        let few = (-8i32..8).prop_map(|x| f64::from(x) / 2.0);
        let any = prop_oneof![few, -1e9..1e9];
        prop::collection::vec(any, 1..60).prop_map(|values| Sample::of(&values))
    }

    /// Both distances by their definition at every number.
    fn brute(a: &Sample, b: &Sample) -> (f64, f64) {
        let mut all = [a.values(), b.values()].concat();
        all.sort_unstable_by(f64::total_cmp);
        let share = |s: &Sample, x: f64| {
            s.values().iter().filter(|v| **v <= x).count() as f64 / s.values().len() as f64
        };
        let apart = |x: f64| (share(a, x) - share(b, x)).abs();
        let widest = all.iter().map(|x| apart(*x)).fold(0.0, f64::max);
        let area = all.windows(2).map(|w| apart(w[0]) * (w[1] - w[0])).sum();
        (widest, area)
    }

    proptest! {
        #[test]
        fn equals_its_definition_is_symmetric_and_zero_for_equals(a in values(), b in values()) {
            let (ks, w) = a.apart(&b).expect("none is empty");
            let w = w.expect("the numbers are small");
            let (widest, area) = brute(&a, &b);
            prop_assert!((ks - widest).abs() < 1e-12);
            prop_assert!((w - area).abs() <= 1e-12 * area.max(1.0));
            prop_assert_eq!(b.apart(&a), Some((ks, Some(w))));
            prop_assert!((0.0..=1.0).contains(&ks));
            prop_assert_eq!(a.apart(&a), Some((0.0, Some(0.0))));
            let mut twice = a.clone();
            twice.merge(&a);
            prop_assert_eq!(twice.apart(&a), Some((0.0, Some(0.0))));
        }

        #[test]
        fn merging_is_associative_and_that_of_all(a in values(), b in values(), c in values()) {
            let merged = |a: &Sample, b: &Sample| {
                let mut out = a.clone();
                out.merge(b);
                out
            };
            let left = merged(&merged(&a, &b), &c);
            prop_assert_eq!(&left, &merged(&a, &merged(&b, &c)));
            prop_assert_eq!(&left, &merged(&c, &merged(&b, &a)));
            prop_assert_eq!(&left, &Sample::of(&[a.values(), b.values(), c.values()].concat()));
            let edges = a.edges();
            let sum: Vec<u64> = [&a, &b, &c].map(|s| s.counts(&edges)).iter().fold(
                vec![0; edges.len() + 1],
                |sum, counts| sum.iter().zip(counts).map(|(x, y)| x + y).collect(),
            );
            prop_assert_eq!(left.counts(&edges), sum);
        }

        #[test]
        fn bins_hold_what_lies_between_their_edges(a in values(), b in values()) {
            let edges = a.edges();
            prop_assert!(edges.len() <= 9 && edges.is_sorted_by(|x, y| x < y));
            let counts = b.counts(&edges);
            let bin = |x: f64| edges.iter().filter(|e| **e <= x).count();
            for (i, count) in counts.iter().enumerate() {
                let inside = b.values().iter().filter(|x| bin(**x) == i).count();
                prop_assert_eq!(*count, inside as u64);
            }
        }
    }
}
