//! Expectations as a file that a person keeps beside the code, and whether a log meets them.
//!
//! The file is TOML with one table a column, in an order that does not change by itself, so that a difference of
//! two versions says what was changed. Expectations come from a baseline ([`Expectations::infer`]) and are theirs to
//! edit; a report that is made with some ([`super::Report::expecting`]) tells what breaks them.

mod infer;
mod judge;
mod read;
mod write;

pub use infer::infer;
pub(super) use judge::hold;
pub use read::{is_expectations, read};
pub use write::write;

pub use crate::summary::{Expectations, Holds, OfColumn, OfRows};

use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// What every such file begins with.
pub const SCHEMA: &str = "plumbline.expectations/1";

/// Keys of the table of rows.
const OF_ROWS: [&str; 9] = [
    "unique_ids",
    "duplicate_share_max",
    "stale_share_max",
    "rows_min",
    "rows_max",
    "silence_max_hours",
    "impossible_times",
    "late_after_hours",
    "late_share_max",
];
/// Keys of the table of a column.
const OF_COLUMN: [&str; 17] = [
    "type",
    "missing_share_max",
    "text_share_max",
    "infinite_share_max",
    "min",
    "max",
    "outside_share_max",
    "categories",
    "other_share_max",
    "distinct_min",
    "distinct_max",
    "constant",
    "values_min",
    "run_max",
    "outlier_share_max",
    "length_min",
    "length_max",
];

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// The column; `None` for whole rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// The key of the expectation.
    pub key: String,
    /// Where the file says it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// Whether each window in view breaks it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub windows: Vec<bool>,
    /// Windows in view that break it.
    pub broken: u64,
    /// Windows in view.
    pub judged: u64,
    /// Start of the first window that breaks it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Time>,
    /// Whether the last window breaks it.
    pub goes_on: bool,
    /// One sentence for a person.
    pub sentence: String,
}

/// An expectation of which the data do not tell whether it is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unjudged {
    /// The column; `None` for whole rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// The key of the expectation.
    pub key: String,
    /// Where the file says it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// Why they do not tell, as the end of a sentence.
    pub why: String,
    /// One sentence for a person.
    pub sentence: String,
}
