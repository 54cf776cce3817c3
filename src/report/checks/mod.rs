//! Data quality against the baseline: what each check expects, what it found window by window, and since when.
//!
//! What is expected comes from the baseline, with an interval where it is a share of rows. A window breaks a check
//! where the interval of what was found, at 1 % over all windows together, lies beyond the interval of what is
//! expected and beyond what any window of the baseline had: data of real services is lumpier than chance. This
//! orders a table. What raises an alarm is decided under the budget of false alarms, in `watch.rs`: missing cells, cells
//! of another type, unseen words, rows and ids that are there twice, rows that stand still, how many come, times that
//! cannot be, outcomes that come later, and what columns hold.
//!
//! [`tracked`] gives counts and totals of each check window by window, to be judged elsewhere; [`Checks`] is what
//! a reader sees of it.

mod collect;
mod sentence;
mod table;

pub(super) use collect::tracked;
pub(super) use table::checks;

use super::expect::{Unjudged, Violation};
use crate::metric::Estimate;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Cells that are missing.
    Missing,
    /// Texts where numbers stand.
    WrongType,
    /// Numbers that are not finite.
    NotFinite,
    /// Words that the baseline has not. As many are expected as it has words that stand in one row only (I. J.
    /// Good, 1953).
    UnseenWord,
    /// Numbers below the smallest or above the largest one of the baseline. Of n numbers, the next one is expected
    /// to be so with a chance of 2 / (n + 1).
    OutOfRange,
    /// Numbers farther from the baseline's quartiles than three times their distance.
    Outlier,
    /// Texts shorter or longer than any of the baseline, in columns of more than fifty words.
    TextLength,
    /// Windows in which all values of a column are one, though the baseline's are not.
    Constant,
    /// The most rows in a row that share a value.
    Stuck,
    /// Different values, as a ratio to as many as are expected of so many rows.
    Cardinality,
    /// Rows that are in the same window twice.
    DuplicateRow,
    /// Rows whose id, or key, an earlier row has too.
    DuplicateId,
    /// Rows that equal the one before in every column that is compared.
    RepeatedRow,
    /// Rows dated before 1971.
    Before1971,
    /// Rows dated farther from all others than these are from each other.
    FarTime,
    /// Outcomes dated before their prediction.
    EarlyOutcome,
    /// Outcomes that took longer than 95 % of the baseline's.
    LateOutcome,
    /// The longest time without a row, in seconds.
    NoRows,
    /// Rows whose values an earlier window has too.
    StaleRow,
    /// Rows of a window, of windows of time that hold all of theirs.
    Volume,
}

impl CheckKind {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Missing,
        Self::WrongType,
        Self::NotFinite,
        Self::UnseenWord,
        Self::OutOfRange,
        Self::Outlier,
        Self::TextLength,
        Self::Constant,
        Self::Stuck,
        Self::Cardinality,
        Self::DuplicateRow,
        Self::DuplicateId,
        Self::RepeatedRow,
        Self::Before1971,
        Self::FarTime,
        Self::EarlyOutcome,
        Self::LateOutcome,
        Self::NoRows,
        Self::StaleRow,
        Self::Volume,
    ];

    /// Its name in a report's JSON and in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::NotFinite => "not_finite",
            Self::UnseenWord => "unseen_word",
            Self::OutOfRange => "out_of_range",
            Self::Outlier => "outlier",
            Self::TextLength => "text_length",
            Self::Constant => "constant",
            Self::Stuck => "stuck",
            Self::Cardinality => "cardinality",
            Self::DuplicateRow => "duplicate_row",
            Self::DuplicateId => "duplicate_id",
            Self::RepeatedRow => "repeated_row",
            Self::Before1971 => "before1971",
            Self::FarTime => "far_time",
            Self::EarlyOutcome => "early_outcome",
            Self::LateOutcome => "late_outcome",
            Self::NoRows => "no_rows",
            Self::StaleRow => "stale_row",
            Self::Volume => "volume",
        }
    }

    /// Its name for a person.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::WrongType => "Text among numbers",
            Self::NotFinite => "Not finite",
            Self::UnseenWord => "Unseen words",
            Self::OutOfRange => "Out of range",
            Self::Outlier => "Outliers",
            Self::TextLength => "Text length",
            Self::Constant => "Constant",
            Self::Stuck => "Stuck",
            Self::Cardinality => "Different values",
            Self::DuplicateRow => "Duplicate rows",
            Self::DuplicateId => "Duplicate ids",
            Self::RepeatedRow => "Repeated rows",
            Self::Before1971 => "Dated before 1971",
            Self::FarTime => "Dated far off",
            Self::EarlyOutcome => "Outcome before prediction",
            Self::LateOutcome => "Late outcomes",
            Self::NoRows => "No rows",
            Self::StaleRow => "Stale rows",
            Self::Volume => "Number of rows",
        }
    }

    /// Whether it is wrong wherever it is found, also in the baseline.
    #[must_use]
    pub fn is_impossible(self) -> bool {
        matches!(self, Self::Before1971 | Self::FarTime)
    }

    /// Whether it looks at the cells of a column, and not at whole rows.
    #[must_use]
    pub fn is_of_column(self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::WrongType
                | Self::NotFinite
                | Self::UnseenWord
                | Self::OutOfRange
                | Self::Outlier
                | Self::TextLength
                | Self::Constant
                | Self::Stuck
                | Self::Cardinality
        )
    }

    /// Whether only rows that are kept tell it; of those that pass it is not made.
    #[must_use]
    pub fn needs_rows(self) -> bool {
        !matches!(
            self,
            Self::Missing | Self::UnseenWord | Self::OutOfRange | Self::LateOutcome | Self::Volume
        )
    }

    /// Whether it is made of numbers only (`true`) or of words only (`false`); `None`: of both, or of whole rows.
    #[must_use]
    pub fn of_numbers(self) -> Option<bool> {
        match self {
            Self::WrongType | Self::NotFinite | Self::OutOfRange | Self::Outlier => Some(true),
            Self::UnseenWord | Self::TextLength => Some(false),
            _ => None,
        }
    }

    /// Whether its values are shares of rows or cells.
    #[must_use]
    pub fn is_share(self) -> bool {
        !matches!(
            self,
            Self::Constant | Self::Stuck | Self::Cardinality | Self::NoRows | Self::Volume
        )
    }
}

/// What the checks found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    /// Checks that were made: kinds of them times columns.
    pub made: u64,
    /// The kinds of checks of which a window in view tells anything, each with its columns in the order of the files;
    /// of whole rows there are none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub checked: BTreeMap<CheckKind, Vec<String>>,
    /// Those that found anything: broken ones first, of these the ones that still are, and what affects most rows.
    pub found: Vec<Check>,
    /// Expectations that are not met, where a person says what they expect.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub violations: Vec<Violation>,
    /// Expectations of which these data do not tell whether they are met.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unjudged: Vec<Unjudged>,
    /// The file of expectations that the columns were held to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expectations: Option<String>,
}

impl Checks {
    /// Whether a check was made: of this column, or where none is named of any column or of whole rows.
    #[must_use]
    pub fn is_made(&self, kind: CheckKind, column: Option<&str>) -> bool {
        let columns = self.checked.get(&kind);
        match column {
            None => columns.is_some(),
            Some(name) => columns.is_some_and(|all| all.iter().any(|of| of == name)),
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub kind: CheckKind,
    /// The column; `None` for whole rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// What the baseline lets expect.
    pub expected: Estimate,
    /// What was found in the windows that break it; where none does, in all of the view outside the baseline.
    pub found: Estimate,
    /// Rows or cells that are so in these windows; left out where it is of none, as of how many different values.
    #[serde(skip_serializing_if = "is_none", default)]
    pub rows: u64,
    /// What was found by window, in the order of the report's windows; `None` where it cannot be told.
    pub windows: Vec<Option<f64>>,
    /// Whether a window breaks it, in the same order; empty where none does.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub breaks: Vec<bool>,
    /// Windows outside the baseline that break it.
    pub broken: u64,
    /// Windows outside the baseline of which it can be told.
    pub judged: u64,
    /// Start of the first window that breaks it; of the last run of them, where that goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Time>,
    /// Whether the last window that can be told breaks it.
    pub goes_on: bool,
    /// Start of the window in which most was found.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub worst: Option<Time>,
    /// The most frequent words that the baseline has not, and their rows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub words: Vec<(String, u64)>,
    /// One sentence for a person.
    pub sentence: String,
}

// serde asks for a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none(rows: &u64) -> bool {
    *rows == 0
}

impl Check {
    /// Whether a window breaks it.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken > 0
    }
}

/// A check window by window.
pub(super) struct Tracked {
    /// What is checked.
    pub kind: CheckKind,
    /// The column; `None` for whole rows.
    pub column: Option<String>,
    /// What the baseline lets expect.
    pub expected: Estimate,
    /// A window breaks it that surely is below the first or above the second.
    pub limits: (f64, f64),
    /// What was found in each window of `making.all`; `None` where it cannot be told.
    pub windows: Vec<Option<Seen>>,
    /// The most frequent words that the baseline has not, and their rows.
    pub words: Vec<(String, u64)>,
}

/// What was found in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// Rows or cells that are so.
    pub count: u64,
    /// Rows or cells that were looked at.
    pub total: u64,
    /// What is compared with what is expected: `count` of `total`, or what the kind says.
    pub value: f64,
    /// The ends of its interval at 1 % over all windows together; the value itself where it is no share.
    pub ends: (f64, f64),
}

impl Tracked {
    /// Whether a window breaks it.
    pub fn breaks(&self, window: usize) -> bool {
        let seen = self.windows.get(window).copied().flatten();
        seen.is_some_and(|seen| seen.ends.1 < self.limits.0 || seen.ends.0 > self.limits.1)
    }

    /// Whether anything was found at all.
    pub fn found_any(&self) -> bool {
        let beyond = (0..self.windows.len()).any(|at| self.breaks(at));
        let shares = self.kind.is_share();
        beyond || shares && self.windows.iter().flatten().any(|seen| seen.count > 0)
    }
}
