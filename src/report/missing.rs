//! What a Summary lacked for a report, so that whoever has the rows can add it.

use crate::stats::rank::Ends;
use crate::summary::{
    AsOf, Asked, CompatAsked, Lag, Limits, Periods, Slice, Spans, TestChoice, WindowSize,
};

/// What a report lacked: cells of a slice by a size, or what only rows can tell of a range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Missing {
    /// A slice and size that the Summary has no cells of.
    pub series: Option<(Slice, WindowSize)>,
    /// Place of a series and a range of its buckets.
    pub exact: Vec<(usize, (usize, usize))>,
    /// A slice and size of which delays and means were not counted.
    pub details: Option<(Slice, WindowSize)>,
    /// A size by which versions and segment values were not counted.
    pub families: Option<WindowSize>,
    /// A threshold at which the score histogram has no edge.
    pub threshold: Option<f64>,
    /// Place of a series and two periods whose columns were not compared.
    pub drift: Option<(usize, Periods)>,
    /// Place of a series, and a baseline and windows by which its columns were not counted.
    pub profile: Option<(usize, Spans)>,
    /// Place of a series, a baseline and windows, and limits of columns outside of which values were not counted.
    pub outside: Option<(usize, Spans, Vec<Limits>)>,
    /// Place of a series, and windows of which it is not told what is expected of them.
    pub estimates: Option<(usize, Asked)>,
    /// Place of a series and windows of which is wanted what was known of them at earlier instants.
    pub arrivals: Option<(usize, Vec<AsOf>)>,
    /// A slice and a size of which the values of segments were not counted within it.
    pub groups: Option<(Slice, WindowSize)>,
    /// Place of a series and a range of its buckets whose errors were not looked at row by row.
    pub residuals: Option<(usize, (usize, usize))>,
    /// Places of series and ranges of their buckets (`None`: the reference) whose classes were not counted one by one.
    pub class_curves: Vec<(usize, Option<(usize, usize)>)>,
    /// Place of a series and a range of its buckets of whose classes the areas under curves were not made.
    pub class_areas: Option<(usize, (usize, usize))>,
    /// Place of a series, and ends of curves that the reader chose and that its windows lack.
    pub chosen: Option<(usize, Ends)>,
    /// Place of a series, and how many items the heads of lists have that the reader chose.
    pub head: Option<(usize, u32)>,
    /// A slice whose requests were not counted by short steps of time.
    pub ledger: Option<Slice>,
    /// Place of a series and what a naive forecast was not tried on there.
    pub naive: Option<(usize, Lag)>,
    /// Place of a series and what is asked of another tool.
    pub compat: Option<(usize, CompatAsked)>,
    /// Place of a series, two periods, and tests that their columns were not put to.
    pub examined: Option<(usize, Periods, TestChoice)>,
}

impl Missing {
    /// Whether nothing is lacking but how the columns differ, and go, and what a naive forecast was off by: what rows
    /// that passed left behind may tell.
    #[must_use]
    pub fn is_drift_only(&self) -> bool {
        let others = Self {
            drift: None,
            profile: None,
            naive: None,
            ..self.clone()
        };
        let asked = self.drift.is_some() || self.profile.is_some() || self.naive.is_some();
        asked && others.is_empty()
    }

    /// Whether the report is as exact as rows could make it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
