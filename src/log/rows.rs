//! The rows of a Log: columns that mean something, one cell a prediction.

use super::frame::Taken;
use super::instances::Instances;
use super::notes::Notes;
use super::sets::NO_SET;
use super::{FileKind, Meant, Quantiles, Role, Task};
use crate::stats::exact_sum::{ExactSum, Sum};
use crate::table::{Column, Table};
use serde::{Deserialize, Serialize};

/// A file's rows with the roles of its columns.
#[derive(Clone, Debug)]
pub struct Source {
    /// File name, for messages.
    pub name: String,
    /// What it gives.
    pub kind: FileKind,
    /// One a column of `table`.
    pub roles: Vec<Role>,
    /// What the reader says of the outcomes.
    pub meant: Option<Meant>,
    /// The rows.
    pub table: Table,
}

impl Source {
    /// The first column of a role.
    #[must_use]
    pub fn column(&self, role: Role) -> Option<(&str, &Column)> {
        let at = self.roles.iter().position(|r| *r == role)?;
        Some((self.table.names.get(at)?, self.table.columns.get(at)?))
    }
}

/// Words as indices; `u32::MAX` is a missing cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Category {
    /// The column.
    pub name: String,
    /// One index a row.
    pub codes: Vec<u32>,
    /// The words.
    pub levels: Vec<String>,
}

/// Predicted or true values; a row without one has `u32::MAX`, NaN or [`NO_SET`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Truth {
    /// There is no such column.
    #[default]
    None,
    /// Indices into [`Log::labels`].
    Labels(Vec<u32>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Sets of labels, one bit each in the order of [`Log::labels`].
    Sets(Vec<u128>),
}

impl Truth {
    /// Whether a row has a value.
    #[must_use]
    pub fn has(&self, row: usize) -> bool {
        match self {
            Self::None => false,
            Self::Labels(v) => v[row] != u32::MAX,
            Self::Numbers(v) => !v[row].is_nan(),
            Self::Sets(v) => v[row] != NO_SET,
        }
    }

    /// The label of a row.
    #[must_use]
    pub fn label(&self, row: usize) -> Option<u32> {
        match self {
            Self::Labels(v) => Some(v[row]).filter(|l| *l != u32::MAX),
            _ => None,
        }
    }
}

/// What a model foretells of each row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Foretold {
    /// Nothing.
    #[default]
    None,
    /// Numbers; NaN where missing.
    Numbers(Vec<f64>),
    /// Probabilities of the positive class, in [0, 1]; NaN where missing.
    Probabilities(Vec<f64>),
    /// Indices into [`Log::labels`]; `u32::MAX` where missing.
    Labels(Vec<u32>),
}

/// Another model than the one that the report is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Challenger {
    /// Its column.
    pub name: String,
    /// What it foretells.
    pub cells: Foretold,
}

/// Names of classes. In a binary task the second one is the positive class.
pub type Labels = Vec<String>;

/// How many rows of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows with a prediction, outside the reference.
    pub predictions: u64,
    /// Rows of the reference.
    pub reference: u64,
    /// Outcomes given, before duplicates are dropped.
    pub outcomes: u64,
    /// Predictions that have an outcome.
    pub joined: u64,
    /// Outcomes whose key (an id, or several columns together) no prediction has.
    pub orphan_outcomes: u64,
    /// Outcomes replaced by a later one of the same key.
    pub duplicate_outcomes: u64,
    /// Predictions whose key an earlier row has too; where that is no id, at the same time and of the same
    /// model.
    pub duplicate_predictions: u64,
    /// Rows without a time in a log that has times.
    pub without_time: u64,
}

/// What is known of the numbers of a column outside the reference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// Numbers.
    pub numbers: u64,
    /// Their sum.
    pub sum: Sum,
    /// Smallest and largest.
    pub range: Option<(f64, f64)>,
}

impl Spread {
    /// Of these numbers; NaN is none.
    #[must_use]
    pub fn of(cells: &[f64]) -> Self {
        let mut sum = ExactSum::default();
        let (mut numbers, mut low, mut high) = (0, f64::INFINITY, f64::NEG_INFINITY);
        for x in cells.iter().copied().filter(|x| !x.is_nan()) {
            numbers += 1;
            sum.add(x);
            low = if x < low { x } else { low };
            high = if x > high { x } else { high };
        }
        Self {
            numbers,
            sum: sum.to_sum(),
            range: (numbers > 0).then_some((low, high)),
        }
    }
}

/// A column of a [`Log`].
#[derive(Clone, Debug)]
pub struct LogColumn {
    /// As its file spells it.
    pub name: String,
    /// What it means.
    pub role: Role,
    /// Its cells; only whether they are there, where the Log has another place for them.
    pub cells: Column,
    /// What is known of its numbers, where it holds some.
    pub spread: Option<Spread>,
    /// Whether a cell is missing.
    pub gaps: bool,
}

impl LogColumn {
    /// A column, looked through for missing cells.
    #[must_use]
    pub fn new(name: String, role: Role, cells: Column, spread: Option<Spread>) -> Self {
        let gaps = match &cells {
            Column::Number(v) => v.iter().any(|x| x.is_nan()),
            Column::Presence(v) => v.contains(&0),
            other => (0..other.len()).any(|row| other.is_missing(row)),
        };
        Self {
            name,
            role,
            cells,
            spread,
            gaps,
        }
    }
}

/// Predictions joined with outcomes, ready to be counted. Rows `..live` are the log, the rest the
/// reference. A column that the files lack is empty.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// What the model does.
    pub task: Option<Task>,
    /// Rows in all.
    pub rows: usize,
    /// Rows outside the reference.
    pub live: usize,
    /// Microseconds since 1970; `i64::MIN` where missing; empty where no file has times.
    pub time: Vec<i64>,
    /// When outcomes became known, likewise.
    pub outcome_time: Vec<i64>,
    /// Names of classes.
    pub labels: Labels,
    /// True values.
    pub truth: Truth,
    /// Predicted values, as served.
    pub predicted: Truth,
    /// Scores of the positive class; NaN where missing.
    pub score: Vec<f64>,
    /// Whether every score lies in [0, 1].
    pub probabilistic: bool,
    /// Probabilities of each class, by label; empty where there are none.
    pub class_scores: Vec<Vec<f64>>,
    /// Predicted quantiles of the outcome.
    pub quantiles: Quantiles,
    /// Other models, in the order of their columns.
    pub challengers: Vec<Challenger>,
    /// What several models foretold of the same instances, where each row is of one model.
    pub instances: Option<Instances>,
    /// Model version.
    pub version: Option<Category>,
    /// The query of each row as a key, what a list of rows was offered for; empty where there is none.
    pub query: Vec<u128>,
    /// Columns to slice by.
    pub segments: Vec<Category>,
    /// Every column that was read but the times of outcomes, for data quality.
    pub columns: Vec<LogColumn>,
    /// Latency in milliseconds; NaN where missing.
    pub latency_ms: Vec<f64>,
    /// 0 fine, 1 failed, 2 unknown.
    pub failed: Vec<u8>,
    /// Rows outside the reference whose key an earlier one has too, rising; empty where only their number is
    /// known ([`Counts::duplicate_predictions`]).
    pub repeated: Vec<u32>,
    /// How many rows of which kind.
    pub counts: Counts,
    /// How values were taken that can be taken in more than one way.
    pub taken: Taken,
    /// Sentences on what was assumed or left out.
    pub notes: Notes,
}

impl Log {
    /// The probabilities of several classes, by class; none where their scores are on another scale.
    #[must_use]
    pub fn class_probabilities(&self) -> &[Vec<f64>] {
        match self.probabilistic {
            true => &self.class_scores,
            false => &[],
        }
    }

    /// The name of the first column of a role; empty without one.
    #[must_use]
    pub fn name_of(&self, role: Role) -> &str {
        let column = self.columns.iter().find(|c| c.role == role);
        column.map_or("", |c| &c.name)
    }
}
