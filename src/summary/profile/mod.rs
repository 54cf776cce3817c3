//! The columns of a series window by window, counted by what a baseline holds: since when a column drifts, and
//! what its cells lack, are made of these.
//!
//! Numbers are counted in at most [`BINS`] bins of about as many of the baseline's numbers each; a number that many
//! cells share has a bin of its own. Words are counted one by one, as many as there are bins, most rows first; the
//! others share a bin, and those that the baseline has not have another. Everything is bounded whatever the rows:
//! some 300 bytes a column and window. Like [`super::Drift`] it stands beside the cells and does not survive a
//! merge. Where rows are kept it is made of them; of rows that pass, [`super::Shapes`] tells what it can
//! ([`Profile::exact`]).
//!
//! A period of several windows is their sum ([`ColumnProfile::within`]).

mod alike;
mod cells;
mod count;
mod jointly;
mod lines;
mod outside;
mod passed;
mod stale;
mod sums;
mod tally;

pub(super) use alike::Alike;
pub use jointly::{Found, Jointly, MOST_TOGETHER, Pair};
pub use lines::Lines;
pub use outside::{Limits, Outside};
pub use tally::Tally;

use super::{Bins, Holds, Series};
use crate::log::Role;
use serde::{Deserialize, Serialize};

/// Bins of numbers at most. A multiple of ten, so that deciles are among the edges.
pub const BINS: u32 = 30;
/// Rows at least that are in a row of one value, for a column to be stuck, and times as many as in the baseline.
pub const STUCK: (u64, u64) = (20, 2);
/// A chance that counts as none.
const NO_CHANCE: f64 = 1e-6;
/// Profiles at most that a series keeps.
const KEPT: usize = 2;
/// Columns times windows at most; further columns are left out.
const MOST: usize = 1 << 16;

/// The places of the columns that are kept of so many windows, by the columns' roles: what tells of predictions comes
/// before what goes into them; all in the order of the files.
fn kept(roles: impl Iterator<Item = Role>, windows: usize) -> Vec<usize> {
    let roles: Vec<Role> = roles.collect();
    let mut places: Vec<usize> = (0..roles.len()).collect();
    places.sort_by_key(|at| matches!(roles[*at], Role::Feature | Role::Segment));
    places.truncate(MOST / windows.max(1));
    places.sort_unstable();
    places
}

/// A baseline and windows, as ranges of a series' buckets (end exclusive).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans {
    /// The baseline; `None`: the reference.
    pub before: Option<(usize, usize)>,
    /// The windows in order of time, which do not overlap. The baseline's own may be among them.
    pub windows: Vec<(usize, usize)>,
    /// Windows of the reference's own time, as ranges of [`Series::reference_buckets`]; none where the baseline is of the
    /// series itself.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub own: Vec<(usize, usize)>,
}

/// The columns of a series, window by window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Which windows, against which baseline.
    pub spans: Spans,
    /// Whether rows were looked at: where they passed, only counts by bin, means, ranges and unseen words are
    /// known, and everything else is 0.
    pub exact: bool,
    /// Rows of the baseline.
    pub baseline: Lines,
    /// Rows of each window.
    pub windows: Vec<Lines>,
    /// Rows of each window of a reference's own time.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub own: Vec<Lines>,
    /// Inputs, segments, scores, predictions and outcomes, in the order of the files.
    pub columns: Vec<ColumnProfile>,
    /// How the numbers among the inputs hang together.
    #[serde(skip_serializing_if = "Jointly::is_empty", default)]
    pub jointly: Jointly,
    /// Values outside the limits that a person set last and that are not the baseline's own.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub outside: Vec<Outside>,
    /// Columns that are not among them, for they would be too many.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub left_out: usize,
}

/// A column, window by window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// The column.
    pub column: String,
    /// Its role ([`crate::log::Role::name`]).
    pub role: String,
    /// What [`Tally::counts`] are of. Of words there are two counts more: of the others that the baseline has, and
    /// of those that it has not.
    pub bins: Bins,
    /// What numbers are centred on before they are squared: the baseline's median; 0 for words.
    pub centre: f64,
    /// Numbers beyond these are outliers: three times the distance of the baseline's quartiles away from the
    /// nearer one. `None` where the quartiles are one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fences: Option<(f64, f64)>,
    /// Words that stand in one row of the baseline: the share of rows whose word is new is expected to be
    /// this over its rows (I. J. Good, 1953).
    pub once: u64,
    /// Of words which chance chose to be told: the half of the baseline that had no part in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub half: Option<Half>,
    /// The most frequent words that the baseline has not, and their rows in all windows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unseen: Vec<(String, u64)>,
    /// The baseline.
    pub baseline: Tally,
    /// The windows.
    pub windows: Vec<Tally>,
    /// The windows of the reference's own time ([`Spans::own`]); none where rows passed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub own: Vec<Tally>,
}

/// The half of a baseline by which the words that are told were not chosen ([`crate::stats::sequential::chosen`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Half {
    /// Rows of the most frequent word that is not told.
    pub next: u64,
    /// Counts as in [`Tally::counts`].
    pub baseline: Vec<u64>,
    /// The same by window; of those that are not of the baseline there is nothing in it.
    pub windows: Vec<Vec<u64>>,
    /// The same by window of the reference's own time.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub own: Vec<Vec<u64>>,
}

impl Series {
    /// The columns window by window, where they were counted so.
    #[must_use]
    pub fn profile(&self, spans: &Spans) -> Option<&Profile> {
        self.profiles.iter().find(|p| p.spans == *spans)
    }

    /// Keeps a profile, perhaps in place of the oldest one.
    fn keep_profile(&mut self, profile: Profile) {
        if self.profiles.len() >= KEPT {
            self.profiles.remove(0);
        }
        self.profiles.push(profile);
    }
}

impl Profile {
    /// A column by its name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|c| c.column == name)
    }
}

impl ColumnProfile {
    /// What it holds.
    #[must_use]
    pub fn holds(&self) -> Holds {
        match self.bins {
            Bins::Words(_) => Holds::Category,
            Bins::Edges(_) => Holds::Number,
        }
    }

    /// Whether it holds words.
    #[must_use]
    pub fn of_words(&self) -> bool {
        matches!(self.bins, Bins::Words(_))
    }

    /// Whether all values of a window are one, so many of them that those of the baseline would not be by chance
    /// (less than one in a million, as if drawn one by one). Where the baseline itself holds one value, the chance of
    /// the same again is taken for a half.
    #[must_use]
    pub fn is_one_value(&self, window: &Tally) -> bool {
        let base = &self.baseline;
        let most = base.counts.iter().copied().max().unwrap_or(0) as f64;
        let again = match base.distinct {
            0 | 1 => 0.5,
            _ => most / base.values as f64,
        };
        window.distinct == 1 && libm::pow(again, window.values as f64) < NO_CHANCE
    }

    /// The counts of a period: of the windows from the first to the end (exclusive). What does not add up, as
    /// the number of different values, is that of the window that has most; distances are left out.
    #[must_use]
    pub fn within(&self, windows: std::ops::Range<usize>) -> Tally {
        let mut all = Tally::default();
        let windows = self.windows.get(windows).unwrap_or_default();
        windows.iter().for_each(|window| all.merge(window));
        all
    }

    /// Mean of the numbers of a tally of it, or of the lengths of its words; `None` without one, and where it is
    /// beyond every number.
    #[must_use]
    pub fn mean(&self, tally: &Tally) -> Option<f64> {
        let mean = self.centre + tally.sum / tally.values as f64;
        // What is left of the centre by rounding alone is nothing.
        let mean = match mean.abs() <= 4.0 * f64::EPSILON * self.centre.abs() {
            true => 0.0,
            false => mean,
        };
        (tally.values > 0 && mean.is_finite()).then_some(mean)
    }

    /// Standard deviation (n − 1) of the numbers of a tally of it, or of the lengths of its words; `None` for
    /// fewer than two, and where rows passed.
    #[must_use]
    pub fn deviation(&self, tally: &Tally) -> Option<f64> {
        let n = tally.values as f64;
        let about_mean = tally.squares? - tally.sum * (tally.sum / n);
        let deviation = (about_mean.max(0.0) / (n - 1.0)).sqrt();
        (tally.values > 1 && deviation.is_finite()).then_some(deviation)
    }
}

// serde asks for a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_predictions_is_kept_before_features() {
        let roles = [
            Role::Feature,
            Role::Segment,
            Role::Feature,
            Role::Score,
            Role::Prediction,
            Role::Outcome,
        ];
        let kept = |windows| kept(roles.into_iter(), windows);
        assert_eq!(kept(MOST / 6), [0, 1, 2, 3, 4, 5]);
        assert_eq!(kept(MOST / 4), [0, 3, 4, 5]);
        assert_eq!(kept(MOST / 2), [3, 4]);
        assert_eq!(kept(0).len(), 6);
    }
}
