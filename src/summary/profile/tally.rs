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

impl Tally {
    /// Cells that hold no value.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.cells.saturating_sub(self.values)
    }

    /// Adds another window. Of what does not add up the larger stays, and distances go.
    pub(super) fn merge(&mut self, other: &Self) {
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

/// Whole numbers, counts, and numbers; zeros at the end of the first are left out, and nothing at the end of the
/// last.
#[derive(Serialize, Deserialize)]
struct Packed(Vec<u64>, Vec<u64>, Vec<Option<f64>>);

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
        Self(trimmed(whole), tally.counts, numbers.collect())
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
        }
    }
}
