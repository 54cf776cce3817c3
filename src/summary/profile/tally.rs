//! What is counted of a column in a window.

use serde::{Deserialize, Serialize};

/// The cells of a column in a window, or in the baseline.
///
/// Of words, what is said of numbers is said of their lengths in characters: `below`, `above`, `outliers`, `range`,
/// `sum` and `squares`. It is written as three lists, for there are many of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct Tally {
    /// Cells, one a row.
    pub cells: u64,
    /// Cells that hold a value.
    pub values: u64,
    /// Of those that do not, the ones that hold a text where numbers stand.
    pub texts: u64,
    /// Of those that do not, the ones that hold a number that is not finite.
    pub infinite: u64,
    /// Values by bin or word ([`super::ColumnProfile::bins`]).
    pub counts: Vec<u64>,
    /// Values that are words which the baseline has not.
    pub unseen: u64,
    /// Values below the smallest one of the baseline.
    pub below: u64,
    /// Values above the largest one of the baseline.
    pub above: u64,
    /// The values below the smallest one of the baseline, rising: all, or [`OUTSIDE`] of them, evenly spread by rank, the
    /// first and the last among them. Empty where rows passed, and of several windows together.
    pub lowest: Vec<f64>,
    /// Those above the largest one, likewise.
    pub highest: Vec<f64>,
    /// Values beyond the fences ([`super::ColumnProfile::fences`]).
    pub outliers: u64,
    /// Values that equal the one before, in the order of the files.
    pub repeats: u64,
    /// The longest run of equal values, in the order of the files.
    pub run: u64,
    /// Different values ([`crate::stats::distinct`]).
    pub distinct: u64,
    /// The true number of different values is within this of it; 0 where it is exact.
    pub distinct_bound: u64,
    /// Different values that so many of the baseline's have, and the standard deviation of that; `None` where
    /// the baseline has too few to tell.
    pub distinct_expected: Option<(f64, f64)>,
    /// Sum of the values, each less [`super::ColumnProfile::centre`].
    pub sum: f64,
    /// Sum of the squares of these; `None` where rows passed, or beyond every number.
    pub squares: Option<f64>,
    /// Smallest and largest value.
    pub range: Option<(f64, f64)>,
    /// Population stability index against the baseline: over its deciles, or over words.
    pub psi: Option<f64>,
    /// Jensen–Shannon distance over the same bins, to base 2.
    pub jensen_shannon: Option<f64>,
    /// Kolmogorov–Smirnov statistic at the edges of the bins, which the exact one reaches at least; numbers only.
    pub kolmogorov_smirnov: Option<f64>,
}

/// Values outside the baseline's range that are kept of a window, at most.
pub const OUTSIDE: usize = 40;

/// Of values that rise, so many at most, evenly spread by rank.
pub(super) fn spread(sorted: &[f64]) -> Vec<f64> {
    let last = sorted.len().saturating_sub(1);
    match sorted.len() <= OUTSIDE {
        true => sorted.to_vec(),
        false => (0..OUTSIDE)
            .map(|at| sorted[at * last / (OUTSIDE - 1)])
            .collect(),
    }
}

/// Of `all` values that are told by `told`, evenly spread by rank and rising, those that surely are below a limit.
fn surely_below(told: &[f64], all: u64, limit: f64) -> u64 {
    let below = told.partition_point(|x| *x < limit);
    let last = all.saturating_sub(1);
    match below {
        0 => 0,
        _ if told.len() as u64 >= all => below as u64,
        // Up to the last one that is below, whose rank is known.
        _ => (below as u64 - 1) * last / (told.len() as u64 - 1).max(1) + 1,
    }
}

impl Tally {
    /// Of the values below the smallest one of the baseline those that surely are below a limit: to one in
    /// [`OUTSIDE`].
    #[must_use]
    pub fn surely_beneath(&self, limit: f64) -> u64 {
        surely_below(&self.lowest, self.below, limit)
    }

    /// Of the values above the largest one of the baseline those that surely are above a limit.
    #[must_use]
    pub fn surely_beyond(&self, limit: f64) -> u64 {
        // Of rows that passed none are kept.
        if self.highest.is_empty() {
            return 0;
        }
        let turned: Vec<f64> = self.highest.iter().rev().map(|x| -x).collect();
        // From the far end, the ranks are those of the rounded places turned about.
        match turned.len() as u64 >= self.above {
            true => surely_below(&turned, self.above, -limit),
            false => {
                let above = turned.partition_point(|x| *x < -limit);
                let (last, steps) = (self.above - 1, turned.len() as u64 - 1);
                match above {
                    0 => 0,
                    _ => self.above - (steps + 1 - above as u64) * last / steps.max(1),
                }
            }
        }
    }

    /// Cells that hold no value.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.cells.saturating_sub(self.values)
    }

    /// Adds another window. Of what does not add up the larger stays, and distances go.
    pub fn merge(&mut self, other: &Self) {
        let empty = self.cells == 0;
        self.cells += other.cells;
        self.values += other.values;
        self.texts += other.texts;
        self.infinite += other.infinite;
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        let counts = self.counts.iter_mut().zip(&other.counts);
        counts.for_each(|(a, b)| *a += b);
        self.unseen += other.unseen;
        self.below += other.below;
        self.above += other.above;
        self.outliers += other.outliers;
        self.repeats += other.repeats;
        self.run = self.run.max(other.run);
        if other.distinct > self.distinct {
            (self.distinct, self.distinct_bound) = (other.distinct, other.distinct_bound);
        }
        (self.lowest, self.highest) = match empty {
            true => (other.lowest.clone(), other.highest.clone()),
            false => (Vec::new(), Vec::new()),
        };
        self.distinct_expected = None;
        self.sum += other.sum;
        self.squares = match (self.squares, other.squares) {
            (Some(a), Some(b)) => Some(a + b),
            (None, squares) if empty => squares,
            _ => None,
        };
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        (self.psi, self.jensen_shannon, self.kolmogorov_smirnov) = (None, None, None);
    }
}

/// Whole numbers, counts, numbers, and what is outside; zeros at the end of the first are left out, and nothing at the
/// end of the third.
#[derive(Serialize, Deserialize)]
struct Packed(
    Vec<u64>,
    Vec<u64>,
    Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)] Vec<Vec<f64>>,
);

impl From<Tally> for Packed {
    fn from(tally: Tally) -> Self {
        let whole = vec![
            tally.cells,
            tally.values,
            tally.texts,
            tally.infinite,
            tally.unseen,
            tally.below,
            tally.above,
            tally.outliers,
            tally.repeats,
            tally.run,
            tally.distinct,
            tally.distinct_bound,
        ];
        let expected = tally.distinct_expected;
        let numbers = vec![
            tally.psi,
            tally.jensen_shannon,
            tally.kolmogorov_smirnov,
            Some(tally.sum).filter(|x| *x != 0.0),
            tally.squares,
            tally.range.map(|r| r.0),
            tally.range.map(|r| r.1),
            expected.map(|e| e.0),
            expected.map(|e| e.1),
        ];
        let kept = numbers.iter().rposition(Option::is_some);
        let numbers = numbers.into_iter().take(kept.map_or(0, |last| last + 1));
        let outside = match tally.lowest.is_empty() && tally.highest.is_empty() {
            true => Vec::new(),
            false => vec![tally.lowest, tally.highest],
        };
        Self(trimmed(whole), tally.counts, numbers.collect(), outside)
    }
}

fn trimmed(mut list: Vec<u64>) -> Vec<u64> {
    let kept = list.iter().rposition(|n| *n > 0);
    list.truncate(kept.map_or(0, |last| last + 1));
    list
}

impl From<Packed> for Tally {
    fn from(packed: Packed) -> Self {
        let whole = |at: usize| packed.0.get(at).copied().unwrap_or(0);
        let mut outside = packed.3.into_iter();
        let number = |at: usize| packed.2.get(at).copied().flatten();
        Self {
            cells: whole(0),
            values: whole(1),
            texts: whole(2),
            infinite: whole(3),
            unseen: whole(4),
            below: whole(5),
            above: whole(6),
            outliers: whole(7),
            repeats: whole(8),
            run: whole(9),
            distinct: whole(10),
            distinct_bound: whole(11),
            psi: number(0),
            jensen_shannon: number(1),
            kolmogorov_smirnov: number(2),
            sum: number(3).unwrap_or(0.0),
            squares: number(4),
            range: number(5).zip(number(6)),
            distinct_expected: number(7).zip(number(8)),
            counts: packed.1,
            lowest: outside.next().unwrap_or_default(),
            highest: outside.next().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is surely beyond a limit is never more than what is, and less by one part in forty at most.
    #[test]
    fn values_outside_a_baseline_are_counted_by_any_limit() {
        for all in [0_u64, 1, 2, 39, 40, 41, 87, 1_000] {
            let values: Vec<f64> = (0..all).map(|i| (i * i) as f64).collect();
            let below: Vec<f64> = values.iter().rev().map(|x| -x).collect();
            let tally = Tally {
                above: all,
                below: all,
                highest: spread(&values),
                lowest: spread(&below),
                ..Tally::default()
            };
            for limit in [-1.0, 0.0, 3.0, 900.0, 7_000.0, 500_000.0, 1e9] {
                let want = values.iter().filter(|x| **x > limit).count() as u64;
                let room = if all <= OUTSIDE as u64 {
                    0
                } else {
                    all / 39 + 1
                };
                for got in [tally.surely_beyond(limit), tally.surely_beneath(-limit)] {
                    assert!(
                        got <= want && got + room >= want,
                        "{all} {limit}: {got} {want}"
                    );
                }
            }
            let whole: Tally = Packed::from(tally.clone()).into();
            assert_eq!(whole, tally);
        }
    }
}
