//! Two or more proportions beside each other: differences, ratios, and the range over groups.
//!
//! Every function takes the chance `alpha` that its interval may miss, so that several can hold at once.

use super::interval::Interval;
use super::special::{normal_quantile, normal_two_sided};

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Rows that are so; at most `n`.
    pub hits: u64,
    /// Rows.
    pub n: u64,
}

impl Share {
    /// hits / n; `None` without a row.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }

    /// What is left of a whole without it.
    #[must_use]
    pub const fn rest(self, whole: Self) -> Self {
        Self {
            hits: whole.hits.saturating_sub(self.hits),
            n: whole.n.saturating_sub(self.n),
        }
    }
}

fn z(alpha: f64) -> f64 {
    normal_quantile(1.0 - alpha / 2.0)
}

/// Wilson's score interval at a level of choice ([`super::interval::wilson`] is that of 95 %).
#[must_use]
pub fn wilson(share: Share, alpha: f64) -> Option<Interval> {
    if share.n == 0 || share.hits > share.n {
        return None;
    }
    let z2 = z(alpha) * z(alpha);
    let (hits, all) = (share.hits as f64, share.n as f64);
    let misses = all - hits;
    let half = (z2 * (hits * (misses / all) + z2 / 4.0)).sqrt();
    let end = |count: f64| (count + z2 / 2.0 - half).max(0.0) / (all + z2);
    Some(Interval {
        low: if share.hits == 0 { 0.0 } else { end(hits) },
        high: if misses == 0.0 {
            1.0
        } else {
            1.0 - end(misses)
        },
    })
}

/// The interval of a − b, of independent samples.
///
/// Source: R. G. Newcombe (1998), *Interval estimation for the difference between independent
/// proportions*, method 10: from Wilson's intervals of both.
#[must_use]
pub fn difference(a: Share, b: Share, alpha: f64) -> Option<Interval> {
    let (p, q) = (a.value()?, b.value()?);
    let (i, j) = (wilson(a, alpha)?, wilson(b, alpha)?);
    Some(Interval {
        low: p - q - libm::hypot(p - i.low, j.high - q),
        high: p - q + libm::hypot(i.high - p, q - j.low),
    })
}

/// The interval of a / b, of independent samples; `None` where b is 0.
///
/// exp(ln r ± z √(1/x₁ − 1/n₁ + 1/x₂ − 1/n₂)), every count half a row more, so that none is 0; widened to
/// hold the ratio itself where that half moves it out.
///
/// Source: D. Katz et al. (1978), *Obtaining confidence intervals for the risk ratio in cohort studies*; the
/// half: S. D. Walter (1975), *The distribution of Levin's measure of attributable risk*.
#[must_use]
pub fn ratio(a: Share, b: Share, alpha: f64) -> Option<Interval> {
    let (p, q) = (a.value()?, b.value()?);
    if q <= 0.0 || a.hits > a.n || b.hits > b.n {
        return None;
    }
    let [x, n, y, m] = [a.hits, a.n, b.hits, b.n].map(|count| count as f64 + 0.5);
    let middle = libm::log(x / n) - libm::log(y / m);
    let half = z(alpha) * (1.0 / x - 1.0 / n + 1.0 / y - 1.0 / m).max(0.0).sqrt();
    let value = p / q;
    Some(Interval {
        low: if a.hits == 0 {
            0.0
        } else {
            libm::exp(middle - half).min(value)
        },
        high: libm::exp(middle + half).max(value),
    })
}

/// Two-sided p-value that two independent samples have one proportion: the score test, pooled. `None`
/// without a row on either side; 1 where all rows are alike.
///
/// Source: K. Pearson (1900), for a table of two by two.
#[must_use]
pub fn p_equal(a: Share, b: Share) -> Option<f64> {
    let (p, q) = (a.value()?, b.value()?);
    let (n, m) = (a.n as f64, b.n as f64);
    let pooled = (a.hits as f64 + b.hits as f64) / (n + m);
    let variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m);
    Some(match variance > 0.0 {
        true => normal_two_sided((p - q).abs() / variance.sqrt()),
        false => 1.0,
    })
}

/// The range of the proportions of several groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Place of the group of the smallest proportion.
    pub lowest: usize,
    /// Place of the group of the largest one.
    pub highest: usize,
    /// Largest minus smallest.
    pub difference: f64,
    /// The interval of it.
    pub of_difference: Interval,
    /// Smallest over largest; `None` where the largest is 0.
    pub ratio: Option<f64>,
    /// The interval of it.
    pub of_ratio: Interval,
}

/// Largest against smallest proportion; `None` for fewer than two groups, or one without a row.
///
/// Of two groups the intervals are those of [`difference`] and [`ratio`], folded at no difference. Which of
/// more groups stand at the ends was chosen by the sample, which makes their distance larger than the true
/// one: there every group has [`wilson`]'s interval at alpha / groups (Bonferroni), so that all hold at
/// once, and the true ends lie within the largest and smallest ends of these.
#[must_use]
pub fn range(groups: &[Share], alpha: f64) -> Option<Range> {
    let values: Vec<f64> = groups.iter().map(|g| g.value()).collect::<Option<_>>()?;
    if values.len() < 2 {
        return None;
    }
    let place = |best: fn(f64, f64) -> bool| {
        (1..values.len()).fold(0, |at, i| if best(values[i], values[at]) { i } else { at })
    };
    let (lowest, highest) = (place(|a, b| a < b), place(|a, b| a > b));
    let (small, large) = (values[lowest], values[highest]);
    let ratio_of = (large > 0.0).then(|| small / large);
    let whole = Interval {
        low: 0.0,
        high: 1.0,
    };
    let (of_difference, of_ratio) = if let [a, b] = groups {
        let (top, bottom) = if highest == 0 { (*a, *b) } else { (*b, *a) };
        let d = difference(top, bottom, alpha)?;
        let folded = Interval {
            low: d.low.max(0.0),
            high: d.high.max(-d.low),
        };
        let r = ratio(bottom, top, alpha).map(|r| Interval {
            low: if r.high > 1.0 {
                r.low.min(1.0 / r.high)
            } else {
                r.low
            },
            high: r.high.min(1.0),
        });
        (folded, r.unwrap_or(whole))
    } else {
        let each = alpha / groups.len() as f64;
        let ends: Vec<Interval> = groups
            .iter()
            .map(|g| wilson(*g, each))
            .collect::<Option<_>>()?;
        let most = |of: fn(&Interval) -> f64| ends.iter().map(of).fold(0.0, f64::max);
        let least = |of: fn(&Interval) -> f64| ends.iter().map(of).fold(1.0, f64::min);
        let (top, bottom) = (
            (most(|i| i.low), most(|i| i.high)),
            (least(|i| i.low), least(|i| i.high)),
        );
        let over = |a: f64, b: f64| if b > 0.0 { (a / b).min(1.0) } else { 1.0 };
        (
            Interval {
                low: (top.0 - bottom.1).max(0.0),
                high: top.1 - bottom.0,
            },
            Interval {
                low: over(bottom.0, top.1),
                high: over(bottom.1, top.0),
            },
        )
    };
    Some(Range {
        lowest,
        highest,
        difference: large - small,
        of_difference,
        ratio: ratio_of,
        of_ratio,
    })
}

#[cfg(test)]
mod tests {
    use super::super::interval;
    use super::*;
    use proptest::prelude::*;

    const fn share(hits: u64, n: u64) -> Share {
        Share { hits, n }
    }

    #[track_caller]
    fn close(got: Option<Interval>, want: (f64, f64)) {
        let got = got.unwrap();
        let off = (got.low - want.0).abs().max((got.high - want.1).abs());
        assert!(off < 1e-10, "{got:?}, expected {want:?}");
    }

    /// Newcombe's example: 56/70 − 48/80, method 10: 0.0524 … 0.3339; ratio and p-value by statsmodels.
    #[test]
    fn published_and_reference_values() {
        let (a, b) = (share(56, 70), share(48, 80));
        let newcombe = difference(a, b, 0.05).unwrap();
        assert!((newcombe.low - 0.0524).abs() < 5e-5 && (newcombe.high - 0.3339).abs() < 5e-5);
        close(ratio(a, b, 0.05), STATSMODELS);
        assert!((p_equal(a, b).unwrap() - P_VALUE).abs() < 1e-12);
    }

    /// `confint_proportions_2indep(56, 70, 48, 80, compare="ratio", method="log-adjusted")`.
    const STATSMODELS: (f64, f64) = (1.0759671541199218, 1.6444774830364233);
    /// `proportions_ztest([56, 48], [70, 80])`.
    const P_VALUE: f64 = 0.00804508136819656;

    #[test]
    fn what_cannot_be_told_is_none() {
        let none = share(0, 0);
        assert_eq!(difference(none, share(1, 2), 0.05), None);
        assert_eq!(ratio(share(1, 2), share(0, 9), 0.05), None);
        assert_eq!(
            (p_equal(none, none), range(&[share(1, 2)], 0.05)),
            (None, None)
        );
        assert_eq!(range(&[share(1, 2), none], 0.05), None);
        assert_eq!(p_equal(share(0, 5), share(0, 9)), Some(1.0));
        assert_eq!(
            ratio(share(0, 30), share(3, 30), 0.05).map(|i| i.low),
            Some(0.0)
        );
        let all = range(&[share(0, 9), share(0, 8), share(0, 7)], 0.05).unwrap();
        assert_eq!((all.difference, all.ratio), (0.0, None));
    }

    proptest! {
        #[test]
        fn the_range_holds_what_it_tells(counts in prop::collection::vec((0..80_u64, 1..80_u64), 2..7)) {
            let groups: Vec<Share> = counts.iter().map(|(k, more)| share(*k, k + more)).collect();
            let found = range(&groups, 0.05).unwrap();
            let (d, i) = (found.difference, found.of_difference);
            prop_assert!(0.0 <= i.low && i.low <= d && d <= i.high && i.high <= 1.0);
            if let Some(r) = found.ratio {
                let i = found.of_ratio;
                prop_assert!(0.0 <= i.low && i.low <= r + 1e-15 && r <= i.high + 1e-15 && i.high <= 1.0);
            }
            let ends = |g: Share| (wilson(g, 0.05), interval::wilson(g.hits, g.n));
            for (ours, theirs) in groups.iter().map(|g| ends(*g)) {
                let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
                prop_assert!((ours.low - theirs.low).abs() < 1e-12 && (ours.high - theirs.high).abs() < 1e-12);
            }
        }
    }
}
