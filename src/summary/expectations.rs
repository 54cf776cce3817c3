//! What a person expects of the columns: inferred from a baseline, then theirs to change.

mod infer;

use serde::{Deserialize, Serialize};

/// The chance that rows of the baseline's own kind break any limit of a share that was inferred from it, over all
/// windows and columns together: half of it for what a baseline of so many rows leaves open, half for the windows.
pub const RATE: f64 = 0.01;
/// Keys of a column that limit a share of the cells of a window.
const SHARES: [&str; 10] = [
    "missing_share_max",
    "text_share_max",
    "infinite_share_max",
    "min",
    "max",
    "categories",
    "other_share_max",
    "outlier_share_max",
    "length_min",
    "length_max",
];

/// What is expected of the rows and columns of a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expectations {
    /// Name of the file that they were read from; empty where they were inferred.
    pub file: String,
    /// Of whole rows.
    pub rows: OfRows,
    /// Of columns.
    pub columns: Vec<OfColumn>,
}

/// What is expected of whole rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OfRows {
    /// Whether no two rows may have one id.
    pub unique_ids: bool,
    /// Largest share of rows that are in one window twice.
    pub duplicate_share_max: Option<f64>,
    /// Largest share of rows whose values an earlier window has too.
    pub stale_share_max: Option<f64>,
    /// Fewest rows of a window of time that holds all of its rows, as the first and the last one need not.
    pub rows_min: Option<u64>,
    /// Most rows of such a window.
    pub rows_max: Option<u64>,
    /// Longest time without a row, in hours.
    pub silence_max_hours: Option<f64>,
    /// Whether rows may be dated before 1971 or far from all others, and outcomes before their prediction; `None` or
    /// `true`: they are not looked at.
    pub impossible_times: Option<bool>,
    /// Hours after which an outcome is late.
    pub late_after_hours: Option<f64>,
    /// Largest share of outcomes that are late; without it, none may be.
    pub late_share_max: Option<f64>,
    /// Lines of the file that say these, by key.
    pub lines: Vec<(String, u64)>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Numbers.
    #[default]
    Number,
    /// Words.
    Category,
}

/// What is expected of a column. What is `None` is not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OfColumn {
    /// The column.
    pub name: String,
    /// What it holds.
    pub holds: Option<Holds>,
    /// Largest share of cells that are missing.
    pub missing_share_max: Option<f64>,
    /// Largest share of cells that hold a text where numbers stand.
    pub text_share_max: Option<f64>,
    /// Largest share of cells that hold an infinite number.
    pub infinite_share_max: Option<f64>,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Largest share of numbers outside these, and of words with fewer or more characters; without it, none may be.
    pub outside_share_max: Option<f64>,
    /// All words.
    pub categories: Option<Vec<String>>,
    /// Largest share of cells that hold another word; without it, none may.
    pub other_share_max: Option<f64>,
    /// Fewest different values in a window.
    pub distinct_min: Option<u64>,
    /// Most different values in a window.
    pub distinct_max: Option<u64>,
    /// Whether a window may hold one value only; `None` or `true`: it is not looked at.
    pub constant: Option<bool>,
    /// Values that a window must have for `distinct_min` to be asked of it; without it, one.
    pub values_min: Option<u64>,
    /// Most rows in a row that share a value.
    pub run_max: Option<u64>,
    /// Largest share of numbers beyond the baseline's fences ([`super::ColumnProfile::fences`]).
    pub outlier_share_max: Option<f64>,
    /// Fewest characters of a word.
    pub length_min: Option<f64>,
    /// Most characters of a word.
    pub length_max: Option<f64>,
    /// Lines of the file that say these, by key.
    pub lines: Vec<(String, u64)>,
}

impl Expectations {
    /// How many shares it limits.
    #[must_use]
    pub fn shares(&self) -> usize {
        let rows = &self.rows;
        let of_rows = [
            rows.duplicate_share_max.is_some(),
            rows.stale_share_max.is_some(),
            rows.late_after_hours.is_some(),
        ];
        let of_columns = self.columns.iter().flat_map(OfColumn::keys);
        of_rows.into_iter().filter(|said| *said).count()
            + of_columns.filter(|key| SHARES.contains(key)).count()
    }

    /// What is expected of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&OfColumn> {
        self.columns.iter().find(|c| c.name == name)
    }
}

impl OfColumn {
    /// The keys of a file that it says something by, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        let said = [
            ("type", self.holds.is_some()),
            ("missing_share_max", self.missing_share_max.is_some()),
            ("text_share_max", self.text_share_max.is_some()),
            ("infinite_share_max", self.infinite_share_max.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("outside_share_max", self.outside_share_max.is_some()),
            ("categories", self.categories.is_some()),
            ("other_share_max", self.other_share_max.is_some()),
            ("distinct_min", self.distinct_min.is_some()),
            ("distinct_max", self.distinct_max.is_some()),
            ("constant", self.constant == Some(false)),
            ("run_max", self.run_max.is_some()),
            ("outlier_share_max", self.outlier_share_max.is_some()),
            ("length_min", self.length_min.is_some()),
            ("length_max", self.length_max.is_some()),
        ];
        let said = said.into_iter();
        said.filter(|of| of.1).map(|of| of.0)
    }
}
