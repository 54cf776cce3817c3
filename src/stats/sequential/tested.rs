//! Windows together beside the baseline: how sure a difference is, and how large.
//!
//! How sure it is, is told by what varies where nothing changes; the intervals are of what was found. Those of a share
//! are Wilson's score intervals, and that of their difference is Newcombe's of them; those of other numbers are ± 1.96
//! standard errors. What windows vary by beyond sampling makes that of the difference wider, and not that of the value
//! itself, which is what these rows come to.
//!
//! Sources: E. B. Wilson (1927), *Probable inference, the law of succession, and statistical inference*;
//! R. G. Newcombe (1998), *Interval estimation for the difference between independent proportions*, method 10.

use super::fit::{Difference, Fit};
use super::watch::p_value;
use super::{Kind, Stream};
use crate::stats::interval::{Interval, Z, wilson_of_share};

/// Windows together beside the baseline. Intervals are of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// What the baseline is for them.
    pub from: f64,
    /// Its interval.
    pub of_baseline: Interval,
    /// Rows of the baseline that they are compared with.
    pub baseline_rows: f64,
    /// Their difference from it.
    pub change: f64,
    /// Lower end of the interval of the difference.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The interval of what they come to, `from` + `change`.
    pub value: Interval,
    /// How sure it is, in standard errors; above 0 upwards.
    pub t: f64,
    /// The p-value on the side that the stream is watched on, of these windows alone.
    pub p_value: f64,
    /// Rows.
    pub rows: f64,
}

pub(super) fn tested(fit: &Fit, stream: &Stream, of: &Difference) -> Tested {
    let (from, change) = (of.from, of.change);
    let around = |middle: f64, variance: f64| Interval {
        low: middle - Z * variance.max(0.0).sqrt(),
        high: middle + Z * variance.max(0.0).sqrt(),
    };
    let (value, of_baseline, difference) = match stream.kind {
        Kind::Share | Kind::Uneven => {
            let share = |p: f64| p.clamp(0.0, 1.0);
            // Rows hang together by what windows vary by, beside the sampling of what was found.
            let found = of.own.max(of.windows) + of.sampling - of.windows;
            let alike = 1.0 + ((of.variance - of.sampling) / found).max(0.0);
            let ends = |p: f64, rows: f64| wilson_of_share(share(p), rows);
            let (now, then) = (
                ends(from + change, of.rows / alike),
                ends(from, of.base_rows / alike),
            );
            let apart = |a: f64, b: f64| libm::hypot(a, b);
            let difference = Interval {
                low: change - apart(from + change - now.low, then.high - from),
                high: change + apart(now.high - from - change, from - then.low),
            };
            (
                ends(from + change, of.rows),
                ends(from, of.base_rows),
                difference,
            )
        }
        Kind::Mean { .. } | Kind::Count => {
            let unequal = of.variance - of.windows + of.own;
            let base = of.sampling - of.windows;
            // Towards no change by the error that it is tested by, so that both say the same; skewed numbers have
            // another one on the far side.
            let (tested, found) = (around(change, of.variance), around(change, unequal));
            let difference = match change > 0.0 {
                true => Interval {
                    low: tested.low,
                    high: found.high,
                },
                false => Interval {
                    low: found.low,
                    high: tested.high,
                },
            };
            (
                around(from + change, of.own),
                around(from, base),
                difference,
            )
        }
    };
    Tested {
        from,
        of_baseline,
        baseline_rows: of.base_rows,
        change,
        low: difference.low,
        high: difference.high,
        value,
        t: change / of.variance.sqrt(),
        p_value: p_value(fit, stream, stream.side, of),
        rows: of.rows,
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::{Counts, share};
    use super::super::watch;

    /// 328 of 2 000 rows after none of 2 000: the share found has its own error, whatever the baseline's was.
    #[test]
    fn the_interval_of_a_share_is_of_what_was_found() {
        let of = |hits: u64| Counts {
            cells: vec![200 - hits],
            missing: hits,
            ..Counts::default()
        };
        let windows: Vec<Option<Counts>> = (0..10)
            .map(|i| Some(of(if i % 5 == 4 { 36 } else { 32 })))
            .collect();
        let stream = share(&vec![of(0); 10], &windows, 1.0, |c| (c.missing, 200));
        let verdict = watch(std::slice::from_ref(&stream), 30.0).remove(0);
        let over = verdict.alarms[0].over;
        let near = |got: f64, want: f64| assert!((got - want).abs() < 2e-5, "{got} {want}");
        // By statsmodels: `proportion_confint`, Wilson; `confint_proportions_2indep`, Newcombe.
        near(over.value.low, 0.148_419);
        near(over.value.high, 0.180_869);
        // What windows vary by makes it a little wider.
        assert!(over.low < 0.148_302 && over.low > 0.147_8, "{over:?}");
        assert!(over.high > 0.180_869 && over.high < 0.181_4, "{over:?}");
        near(over.baseline_rows, 2_000.0);
        near(over.rows, 2_000.0);
        assert_eq!(over.of_baseline.low, 0.0);
        near(over.of_baseline.high, 0.001_917);
    }
}
