//! What a person expects of the columns: inferred from a baseline, then theirs to change.

use super::{Bins, ColumnProfile, Profile};
use crate::stats::interval::wilson;
use serde::{Deserialize, Serialize};

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
    /// Longest time without a row, in hours.
    pub silence_max_hours: Option<f64>,
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
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Largest share of numbers outside these; without it, none may be.
    pub outside_share_max: Option<f64>,
    /// All words.
    pub categories: Option<Vec<String>>,
    /// Largest share of cells that hold another word; without it, none may.
    pub other_share_max: Option<f64>,
    /// Most different values in a window.
    pub distinct_max: Option<u64>,
    /// Most characters of a word.
    pub length_max: Option<f64>,
    /// Lines of the file that say these, by key.
    pub lines: Vec<(String, u64)>,
}

impl Expectations {
    /// Those that the baseline of a profile lets expect. A share may be as large as the upper end of its 95 %
    /// interval.
    #[must_use]
    pub fn infer(profile: &Profile, timed: bool) -> Self {
        let of_rows = profile.windows.iter().fold((0, 0, 0, 0), |sum, w| {
            (
                sum.0 + w.duplicates,
                sum.1 + w.same_id,
                sum.2 + w.rows,
                w.gap.max(sum.3),
            )
        });
        let (duplicates, _, rows, _) = of_rows;
        let base = &profile.baseline;
        Self {
            file: String::new(),
            rows: OfRows {
                unique_ids: profile.exact && base.same_id == 0 && of_rows.1 == 0,
                duplicate_share_max: profile.exact.then(|| upper(duplicates, rows)),
                silence_max_hours: (profile.exact && timed && base.gap > 0)
                    .then(|| rounded_up(2.0 * base.gap as f64 / 3.6e9)),
                lines: Vec::new(),
            },
            columns: profile
                .columns
                .iter()
                .map(|c| of(c, profile.exact))
                .collect(),
        }
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
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("outside_share_max", self.outside_share_max.is_some()),
            ("categories", self.categories.is_some()),
            ("other_share_max", self.other_share_max.is_some()),
            ("distinct_max", self.distinct_max.is_some()),
            ("length_max", self.length_max.is_some()),
        ];
        let said = said.into_iter();
        said.filter(|of| of.1).map(|of| of.0)
    }
}

fn of(column: &ColumnProfile, exact: bool) -> OfColumn {
    let base = &column.baseline;
    let known = base.values > 0;
    let outcome = column.role == "outcome";
    let next_outside = upper(2.min(base.values + 1), base.values + 1);
    let mut out = OfColumn {
        name: column.column.clone(),
        // An outcome that is not there has not come yet.
        missing_share_max: (!outcome)
            .then(|| upper(base.missing() - base.texts - base.infinite, base.cells)),
        ..OfColumn::default()
    };
    match &column.bins {
        Bins::Edges(_) => {
            out.holds = Some(Holds::Number);
            out.text_share_max = exact.then(|| upper(base.texts, base.cells));
            (out.min, out.max) = (base.range.map(|r| r.0), base.range.map(|r| r.1));
            out.outside_share_max = known.then_some(next_outside);
        }
        Bins::Words(told) => {
            out.holds = Some(Holds::Category);
            let all = base.distinct == told.len() as u64 && known;
            out.categories = all.then(|| told.clone());
            out.other_share_max = known.then(|| upper(column.once, base.values));
            out.length_max = (!all).then_some(base.range).flatten().map(|r| r.1);
        }
    }
    out
}

/// The upper end of the interval of a share, rounded up; 1 without rows.
fn upper(k: u64, n: u64) -> f64 {
    wilson(k.min(n), n).map_or(1.0, |i| rounded_up(i.high).min(1.0))
}

/// Up to two digits, or the fourth decimal.
fn rounded_up(x: f64) -> f64 {
    let digits = if x < 0.1 { 1e4 } else { 1e2 };
    (x * digits).ceil() / digits
}
