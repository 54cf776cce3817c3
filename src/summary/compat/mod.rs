//! What Evidently or NannyML would tell of the same rows: [`crate::stats::compat`] on the columns of a log.
//!
//! Rows are needed, so it is made where they are, only where it is asked for, and does not survive a merge. The
//! reference of both tools is the baseline; what is tested are the rows in view behind it.

mod evidently;
mod nannyml;
mod performance;
mod quality;

pub use evidently::{EvidentlyColumn, EvidentlySays, EvidentlyScore};
pub use nannyml::{Chunk, NannymlColumn, NannymlLine, NannymlSays};
pub use quality::EvidentlyValue;

use super::build::Builder;
use super::compared::Cells;
use super::drift::period_of_rows;
use super::{Periods, Series, Summary, WindowSize};
use crate::log::Role;
use crate::table::NO_TIME;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Answers at most that a series keeps.
const KEPT: usize = 4;

/// Another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Evidently 0.7.23: one answer for all rows.
    Evidently,
    /// NannyML 0.13.1: an answer a chunk.
    Nannyml,
}

impl std::str::FromStr for Tool {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "evidently" => Ok(Self::Evidently),
            "nannyml" => Ok(Self::Nannyml),
            _ => Err(format!("'{text}' is neither evidently nor nannyml")),
        }
    }
}

impl std::fmt::Display for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Evidently => "evidently",
            Self::Nannyml => "nannyml",
        })
    }
}

/// What was asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompatAsked {
    /// Which tool.
    pub tool: Tool,
    /// The rows that are its reference, and those that it tests.
    pub periods: Periods,
    /// Chunks of NannyML: by size or period; `None`: ten of the reference and ten of the rest, as it makes them.
    pub chunks: Option<WindowSize>,
    /// Of Evidently: whether all its tests are wanted, which takes seconds, or the one that its verdict is by.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub all: bool,
}

/// What the other tool says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compat {
    /// The question.
    pub asked: CompatAsked,
    /// Rows of the reference.
    pub reference_rows: u64,
    /// Rows that are tested.
    pub rows: u64,
    /// The answer.
    #[serde(flatten)]
    pub says: Says,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Of Evidently.
    Evidently(EvidentlySays),
    /// Of NannyML.
    Nannyml(NannymlSays),
}

impl Series {
    /// What another tool says, where it was asked for.
    #[must_use]
    pub fn compat(&self, asked: &CompatAsked) -> Option<&Compat> {
        let all = CompatAsked {
            all: true,
            ..asked.clone()
        };
        let answers = |c: &&Compat| c.asked == *asked || c.asked == all;
        self.compat.iter().find(answers)
    }
}

/// A column as pandas reads it.
pub(super) enum Values {
    /// Numbers, NaN where one is missing.
    Numbers(Vec<f64>),
    /// Words by their place in the order of words, of which there are so many; others are missing.
    Words(Vec<u32>, usize),
}

/// A column by name.
pub(super) struct Own<'a> {
    pub name: &'a str,
    pub role: Role,
    pub values: Values,
    /// The words, in their order.
    pub words: Vec<&'a str>,
}

/// Rows of the reference, and rows that are tested.
struct Sides {
    reference: Vec<u32>,
    tested: Vec<u32>,
}

impl Builder {
    /// Adds to a series what another tool says of its columns, unless it has that.
    pub fn add_compat(&self, summary: &mut Summary, at: usize, asked: &CompatAsked) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        if series.compat(asked).is_some() {
            return;
        }
        let places = self.places(series, &self.buckets(series.size));
        let period = period_of_rows(&places, &asked.periods);
        let rows = |of: u8| -> Vec<u32> {
            let all = (0u32..).zip(&period);
            all.filter(|(_, p)| **p == of).map(|(row, _)| row).collect()
        };
        let mut sides = Sides {
            reference: rows(super::drift::BEFORE),
            tested: rows(super::drift::AFTER),
        };
        let columns: Vec<Own<'_>> = self
            .compared()
            .into_iter()
            .map(|(name, role, cells)| Own {
                name,
                role,
                values: values(&cells, true),
                words: in_order(&cells),
            })
            .collect();
        let says = match asked.tool {
            Tool::Evidently => {
                Says::Evidently(evidently::says(&columns, &sides, &self.log, asked.all))
            }
            Tool::Nannyml => {
                let time = &self.log.time;
                if !time.is_empty() {
                    let at = |row: &u32| time.get(*row as usize).copied().unwrap_or(NO_TIME);
                    // Without a time behind the others, as pandas has it.
                    let key = |row: &u32| (at(row) == NO_TIME, at(row));
                    sides.reference.sort_by_key(key);
                    sides.tested.sort_by_key(key);
                }
                Says::Nannyml(nannyml::says(&columns, &sides, &self.log, asked.chunks))
            }
        };
        let compat = Compat {
            asked: asked.clone(),
            reference_rows: sides.reference.len() as u64,
            rows: sides.tested.len() as u64,
            says,
        };
        if series.compat.len() >= KEPT {
            series.compat.remove(0);
        }
        series.compat.push(compat);
    }
}

/// The cells of a column. Words that are all numbers are numbers to pandas (`as_pandas`), whatever their role here.
pub(super) fn values(cells: &Cells<'_>, as_pandas: bool) -> Values {
    let (codes, words) = match cells {
        Cells::Numbers(values) => return Values::Numbers(values.to_vec()),
        Cells::Words(codes, words) => (*codes, *words),
    };
    let mut used = vec![false; words.len()];
    for code in codes {
        if let Some(used) = used.get_mut(*code as usize) {
            *used = true;
        }
    }
    let number = |word: &String| word.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let numbers: Vec<Option<f64>> = words.iter().map(number).collect();
    let mut some = used
        .iter()
        .zip(&numbers)
        .filter(|(used, _)| **used)
        .peekable();
    if as_pandas && some.peek().is_some() && some.all(|(_, number)| number.is_some()) {
        let of = |code: &u32| numbers.get(*code as usize).copied().flatten();
        return Values::Numbers(codes.iter().map(|c| of(c).unwrap_or(f64::NAN)).collect());
    }
    let order: BTreeMap<&String, u32> = words.iter().map(|w| (w, 0)).collect();
    let places: BTreeMap<&String, u32> = order.into_keys().zip(0..).collect();
    let place: Vec<u32> = words
        .iter()
        .map(|w| places.get(w).copied().unwrap_or(u32::MAX))
        .collect();
    let of = |code: &u32| place.get(*code as usize).copied().unwrap_or(u32::MAX);
    Values::Words(codes.iter().map(of).collect(), places.len())
}

/// The words of a column, in their order, as [`Values::Words`] has places.
fn in_order<'a>(cells: &Cells<'a>) -> Vec<&'a str> {
    let Cells::Words(_, words) = *cells else {
        return Vec::new();
    };
    let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Some rows of a column of numbers.
pub(super) fn numbers(values: &[f64], rows: &[u32]) -> Vec<f64> {
    let of = |row: &u32| values.get(*row as usize).copied().unwrap_or(f64::NAN);
    rows.iter().map(of).collect()
}

/// Some rows of a column of words.
pub(super) fn codes(values: &[u32], rows: &[u32]) -> Vec<u32> {
    let of = |row: &u32| values.get(*row as usize).copied().unwrap_or(u32::MAX);
    rows.iter().map(of).collect()
}
