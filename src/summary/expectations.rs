//! What a person expects of the columns: inferred from a baseline, then theirs to change.

use super::{Bins, ColumnProfile, Profile, STUCK, Tally};
use crate::stats::interval::wilson;
use crate::stats::sketch::LogHistogram;
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
    /// Whether a window may hold one value only; `None` or `true`: it is not looked at.
    pub constant: Option<bool>,
    /// Most rows in a row that share a value.
    pub run_max: Option<u64>,
    /// Largest share of numbers beyond the baseline's fences ([`ColumnProfile::fences`]).
    pub outlier_share_max: Option<f64>,
    /// Fewest characters of a word.
    pub length_min: Option<f64>,
    /// Most characters of a word.
    pub length_max: Option<f64>,
    /// Lines of the file that say these, by key.
    pub lines: Vec<(String, u64)>,
}

impl Expectations {
    /// Those that the baseline of a profile lets expect, with how long its outcomes took, in seconds. A share may be
    /// as large as the upper end of its 95 % interval.
    #[must_use]
    pub fn infer(profile: &Profile, timed: bool, delays: Option<&LogHistogram>) -> Self {
        let of_rows = profile.windows.iter().fold((0, 0, 0), |sum, w| {
            (sum.0 + w.duplicates, sum.1 + w.same_id, sum.2 + w.rows)
        });
        let (duplicates, _, rows) = of_rows;
        let base = &profile.baseline;
        // Rounded up to what a person would write, and then counted by that.
        let late = delays.filter(|_| timed).and_then(|delays| {
            let hours = delays.quantile(0.95).filter(|long| *long > 0.0)? / 3_600.0;
            let hours = rounded_up(hours);
            let share = upper(delays.count_above(hours * 3_600.0), delays.count());
            Some((hours, share))
        });
        let impossible = base.before_1971 + base.far + base.early_outcomes;
        Self {
            file: String::new(),
            rows: OfRows {
                unique_ids: profile.exact && base.same_id == 0 && of_rows.1 == 0,
                duplicate_share_max: profile.exact.then(|| upper(duplicates, rows)),
                silence_max_hours: (profile.exact && timed && base.gap > 0)
                    .then(|| rounded_up(2.0 * base.gap as f64 / 3.6e9)),
                impossible_times: (profile.exact && timed && impossible == 0).then_some(false),
                late_after_hours: late.map(|late| late.0),
                late_share_max: late.map(|late| late.1),
                lines: Vec::new(),
            },
            columns: profile.columns.iter().map(|c| of(c, profile)).collect(),
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

fn of(column: &ColumnProfile, profile: &Profile) -> OfColumn {
    let (base, exact) = (&column.baseline, profile.exact);
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
    let moves = base.distinct > 1;
    if exact && moves {
        let own = || column.windows_of_baseline(profile);
        out.constant = (!own().any(|t| column.is_one_value(t))).then_some(false);
        out.run_max = Some((base.run * STUCK.1).max(STUCK.0));
    }
    match &column.bins {
        Bins::Edges(_) => {
            out.holds = Some(Holds::Number);
            out.text_share_max = exact.then(|| upper(base.texts, base.cells));
            (out.min, out.max) = (base.range.map(|r| r.0), base.range.map(|r| r.1));
            out.outside_share_max = known.then_some(next_outside);
            let fences = column.fences.is_some() && known;
            out.outlier_share_max = fences.then(|| upper(base.outliers, base.values));
            out.distinct_max = most_distinct(column, profile).filter(|_| exact);
        }
        Bins::Words(told) => {
            out.holds = Some(Holds::Category);
            let all = base.distinct == told.len() as u64 && known;
            out.categories = all.then(|| told.clone());
            out.other_share_max = known.then(|| upper(column.once, base.values));
            if !all {
                (out.length_min, out.length_max) =
                    (base.range.map(|r| r.0), base.range.map(|r| r.1));
                out.distinct_max = most_distinct(column, profile);
            }
        }
    }
    out
}

/// Twice the most different values of a window of the baseline; of a reference, of all of it. `None` where nearly
/// every row has a value of its own, so that their number tells that of rows.
fn most_distinct(column: &ColumnProfile, profile: &Profile) -> Option<u64> {
    let base = &column.baseline;
    if base.distinct < 2 || base.distinct * 2 > base.values {
        return None;
    }
    let most = |t: &Tally| t.distinct + t.distinct_bound;
    let own = column.windows_of_baseline(profile).map(most).max();
    Some(2 * own.filter(|n| *n > 0).unwrap_or_else(|| most(base)))
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
