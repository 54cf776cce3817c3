//! Two samples of which only counts by bin are known: how far they are apart, and how far from the truth
//! that can be.

/// Counts of numbers by bin: bin `i` holds `edges[i − 1] <= x < edges[i]`, the first and the last have no end
/// but the smallest and the largest number.
#[derive(Clone, Copy, Debug)]
pub struct Binned<'a> {
    /// The edges, ascending.
    pub edges: &'a [f64],
    /// Smallest and largest number of both samples.
    pub range: (f64, f64),
    /// Counts of the earlier sample, one more than there are edges.
    pub before: &'a [u64],
    /// Counts of the later one.
    pub after: &'a [u64],
    /// Sums of the numbers in each bin, of the earlier sample and of the later one.
    pub sums: (&'a [f64], &'a [f64]),
}

/// A distance, and how far at most the exact one is from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The distance.
    pub value: f64,
    /// |exact − value| is at most this.
    pub bound: f64,
}

/// What is known of the difference of the distribution functions within a bin.
struct Span {
    width: f64,
    /// The difference at its start, and at its end.
    from: f64,
    to: f64,
    /// Largest absolute difference that its numbers allow.
    most: f64,
    /// Its integral over the bin, which the sums tell: ∫ F = \[x F\] − ∫ x dF.
    area: f64,
    /// Whether it may change its sign.
    turns: bool,
}

impl Binned<'_> {
    /// The Kolmogorov–Smirnov statistic ([`super::Sample::kolmogorov_smirnov`]): the largest difference at an edge,
    /// which the exact one reaches at least. `None` where one sample is empty.
    #[must_use]
    pub fn kolmogorov_smirnov(&self) -> Option<Near> {
        let (mut value, mut most) = (0.0_f64, 0.0_f64);
        for span in self.spans()? {
            value = value.max(span.from.abs()).max(span.to.abs());
            most = most.max(span.most);
        }
        Some(Near {
            value,
            bound: (most - value).max(0.0),
        })
    }

    /// The Wasserstein-1 distance ([`super::Sample::wasserstein`]). A bin within which the distribution functions do
    /// not cross adds its exact part; in another one the numbers are taken as spread evenly. `None` where one sample is empty, or the distance beyond every number.
    #[must_use]
    pub fn wasserstein(&self) -> Option<Near> {
        let (mut value, mut bound) = (0.0, 0.0);
        for span in self.spans()?.filter(|span| span.width > 0.0) {
            let least = span.area.abs();
            if !span.turns {
                value += least;
                continue;
            }
            let (a, b) = (span.from.abs(), span.to.abs());
            let mean = if span.from * span.to >= 0.0 {
                (a + b) / 2.0
            } else {
                (a * a + b * b) / (2.0 * (a + b))
            };
            let most = (span.most * span.width).max(least);
            let near = (mean * span.width).max(least).min(most);
            value += near;
            bound += (most - near).max(near - least);
        }
        let near = Near { value, bound };
        (near.value.is_finite() && near.bound.is_finite()).then_some(near)
    }

    /// Edges of at most ten bins of about as many numbers of the earlier sample, chosen among those there are;
    /// and the counts of both by them.
    #[must_use]
    pub fn deciles(&self) -> (Vec<f64>, Vec<u64>, Vec<u64>) {
        let total: u64 = self.before.iter().sum();
        let (mut edges, mut before, mut after) = (Vec::new(), vec![0], vec![0]);
        let (mut seen, mut tenth) = (0, 1);
        for (i, (old, new)) in self.before.iter().zip(self.after).enumerate() {
            if let (Some(last), Some(n)) = (before.last_mut(), after.last_mut()) {
                *last += old;
                *n += new;
            }
            seen += old;
            // The edge behind this bin is as near to the decile as any, or nearer.
            let ahead = self.before.get(i + 1).copied().unwrap_or(0) / 2;
            if let Some(edge) = self.edges.get(i)
                && tenth < 10
                && (seen + ahead) * 10 >= total * tenth
            {
                edges.push(*edge);
                before.push(0);
                after.push(0);
                while tenth < 10 && (seen + ahead) * 10 >= total * tenth {
                    tenth += 1;
                }
            }
        }
        (edges, before, after)
    }

    fn spans(&self) -> Option<impl Iterator<Item = Span>> {
        let total = |counts: &[u64]| counts.iter().sum::<u64>();
        let (n, m) = (total(self.before), total(self.after));
        if n == 0 || m == 0 {
            return None;
        }
        let (low, high) = self.range;
        let inside = move |x: f64| x.clamp(low, high.max(low));
        let ends = self.edges.iter().copied().chain([f64::INFINITY]);
        let counts = self.before.iter().zip(self.after);
        let sums = self.sums.0.iter().zip(self.sums.1);
        let (mut start, mut from) = (low, 0.0_f64);
        let (mut below, mut beneath) = (0, 0);
        Some(
            ends.zip(counts)
                .zip(sums)
                .map(move |((end, (old, new)), (sum, added))| {
                    let end = inside(end);
                    let (p, q) = (*old as f64 / n as f64, *new as f64 / m as f64);
                    below += old;
                    beneath += new;
                    let to = below as f64 / n as f64 - beneath as f64 / m as f64;
                    // All numbers of a bin that holds a single one come at once.
                    let single = end <= start.next_up();
                    let (up, down) = if single {
                        (from.max(to), (-from).max(-to))
                    } else {
                        ((from + p).min(to + q), (q - from).min(p - to))
                    };
                    let span = Span {
                        width: end - start,
                        from,
                        to,
                        most: up.max(down).max(0.0),
                        area: end * to - start * from - (sum / n as f64 - added / m as f64),
                        turns: up > 0.0 && down > 0.0,
                    };
                    (start, from) = (end, to);
                    span
                }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sample;
    use super::*;
    use proptest::prelude::*;

    fn numbers() -> impl Strategy<Value = Vec<f64>> {
        let few = (-8i32..8).prop_map(|x| f64::from(x) / 2.0);
        prop::collection::vec(prop_oneof![few, -50.0..50.0], 1..80)
    }

    fn sums(sample: &Sample, edges: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; edges.len() + 1];
        for x in sample.values() {
            sums[edges.partition_point(|e| e <= x)] += x;
        }
        sums
    }

    proptest! {
        #[test]
        fn the_exact_distances_are_within_the_bounds(
            a in numbers(),
            b in numbers(),
            first in numbers(),
            bins in 2u32..40,
        ) {
            let edges = Sample::of(&first).fine_edges(bins);
            let (a, b) = (Sample::of(&a), Sample::of(&b));
            let all = [a.values(), b.values()].concat();
            let binned = Binned {
                edges: &edges,
                range: (
                    all.iter().copied().fold(f64::INFINITY, f64::min),
                    all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                ),
                before: &a.counts(&edges),
                after: &b.counts(&edges),
                sums: (&sums(&a, &edges), &sums(&b, &edges)),
            };
            let (ks, w) = a.apart(&b).expect("none is empty");
            let near = binned.kolmogorov_smirnov().expect("none is empty");
            prop_assert!((ks - near.value).abs() <= near.bound + 1e-12, "{} {:?}", ks, near);
            prop_assert!(near.value <= ks + 1e-12);
            let near = binned.wasserstein().expect("none is empty");
            let w = w.expect("the numbers are small");
            prop_assert!((w - near.value).abs() <= near.bound + 1e-9, "{} {:?}", w, near);
            let (chosen, before, after) = binned.deciles();
            prop_assert!(chosen.len() < 10 && chosen.iter().all(|e| edges.contains(e)));
            prop_assert_eq!(a.counts(&chosen), before);
            prop_assert_eq!(b.counts(&chosen), after);
        }
    }

    #[test]
    fn the_ends_of_the_range_give_none_instead_of_a_wrong_one() {
        let binned = Binned {
            edges: &[0.0],
            range: (-f64::MAX, f64::MAX),
            before: &[2, 1],
            after: &[1, 2],
            sums: (&[f64::NEG_INFINITY, f64::MAX], &[-f64::MAX, f64::INFINITY]),
        };
        assert_eq!(binned.wasserstein(), None);
        assert!(binned.kolmogorov_smirnov().is_some());
    }

    #[test]
    fn many_bins_are_near_and_deciles_are_found() {
        let numbers = |shift: f64| -> Vec<f64> {
            (0..10_000)
                .map(|i| f64::from(i * 7_919 % 10_000) / 100.0 + shift)
                .collect()
        };
        let (a, b) = (Sample::of(&numbers(0.0)), Sample::of(&numbers(3.0)));
        let edges = a.fine_edges(200);
        let binned = Binned {
            edges: &edges,
            range: (0.0, 103.0),
            before: &a.counts(&edges),
            after: &b.counts(&edges),
            sums: (&sums(&a, &edges), &sums(&b, &edges)),
        };
        let w = binned.wasserstein().expect("none is empty");
        assert!((w.value - 3.0).abs() < 1e-9 && w.bound < 0.1, "{w:?}");
        let ks = binned.kolmogorov_smirnov().expect("none is empty");
        assert!((ks.value - 0.03).abs() < 1e-3 && ks.bound < 0.006, "{ks:?}");
        let (edges, before, _) = binned.deciles();
        assert_eq!(edges.len(), 9);
        assert!(
            before.iter().all(|n| (950..=1_050).contains(n)),
            "{before:?}"
        );
    }
}
