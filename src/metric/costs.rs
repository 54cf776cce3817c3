//! What right and wrong predictions cost: a number for each cell of the confusion matrix.
//!
//! A benefit is a negative cost; a cell without a number costs nothing.

use crate::log::Task;
use crate::summary::{Counted, Summary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A cell of the confusion matrix. Text: `fp`, or `cat->dog` for rows of the class cat that are predicted
/// as dog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Cell {
    /// Negative, predicted negative.
    Tn,
    /// Negative, predicted positive.
    Fp,
    /// Positive, predicted negative.
    Fn,
    /// Positive, predicted positive.
    Tp,
    /// A true class and a predicted one, by name.
    Of(String, String),
}

impl Cell {
    /// The cells of two classes.
    pub const BINARY: [Self; 4] = [Self::Tn, Self::Fp, Self::Fn, Self::Tp];

    /// Its place: true class, predicted class; `None` where there are no such classes.
    #[must_use]
    pub fn place(&self, task: Task, labels: &[String]) -> Option<(usize, usize)> {
        let two = |place| (task == Task::Binary).then_some(place);
        match self {
            Self::Tn => two((0, 0)),
            Self::Fp => two((0, 1)),
            Self::Fn => two((1, 0)),
            Self::Tp => two((1, 1)),
            Self::Of(truth, predicted) => {
                let at = |name: &String| labels.iter().position(|l| l == name);
                Some((at(truth)?, at(predicted)?))
            }
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tn => f.write_str("tn"),
            Self::Fp => f.write_str("fp"),
            Self::Fn => f.write_str("fn"),
            Self::Tp => f.write_str("tp"),
            Self::Of(truth, predicted) => write!(f, "{truth}->{predicted}"),
        }
    }
}

impl FromStr for Cell {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let known = Self::BINARY.into_iter().find(|c| c.to_string() == text);
        let named = || {
            let (truth, predicted) = text.split_once("->")?;
            Some(Self::Of(truth.trim().into(), predicted.trim().into()))
        };
        known.or_else(named).ok_or_else(|| {
            format!(
                "'{text}' is no cell of the confusion matrix: write tn, fp, fn, tp, or TRUE->PREDICTED with the names of two classes"
            )
        })
    }
}

impl TryFrom<String> for Cell {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        cell.to_string()
    }
}

/// The cost of a row in each cell that has one. Text: `fp=5,fn=100`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Costs(pub BTreeMap<Cell, f64>);

impl FromStr for Costs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Result<Vec<_>, String> = text.split(',').map(one).collect();
        // The name of a class may hold a comma.
        let found = match parts {
            Ok(parts) => parts,
            Err(why) => vec![one(text).map_err(|_| why)?],
        };
        let mut costs = BTreeMap::new();
        for (cell, cost) in found {
            if costs.insert(cell.clone(), cost).is_some() {
                return Err(format!("{cell} is given two costs; give it one"));
            }
        }
        Ok(Self(costs))
    }
}

/// `fp=5`.
fn one(text: &str) -> Result<(Cell, f64), String> {
    let (cell, cost) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("'{text}' is no cost: write CELL=NUMBER, as fp=5"))?;
    let number = cost.trim().parse().ok().filter(|c: &f64| c.is_finite());
    let cost = number.ok_or_else(|| format!("the cost '{cost}' is not a number: write fp=5"))?;
    Ok((cell.parse()?, cost))
}

impl Costs {
    /// The costs of cells that there are, by true and predicted class; those of 0 are left out. Where a cell
    /// is named in two ways, the name of its classes counts.
    #[must_use]
    pub fn by_place(&self, task: Task, labels: &[String]) -> BTreeMap<(usize, usize), f64> {
        let cells = self.0.iter().filter(|c| c.1.is_finite() && *c.1 != 0.0);
        let placed = cells.filter_map(|(cell, cost)| Some((cell.place(task, labels)?, *cost)));
        placed.collect()
    }

    /// The first cell that a Summary does not have, with what it has instead.
    #[must_use]
    pub fn misfit(&self, summary: &Summary) -> Option<String> {
        let labels = &summary.labels;
        let lost = |c: &&Cell| c.place(summary.task, labels).is_none();
        let cell = self.0.keys().find(lost)?;
        Some(match (cell, summary.task) {
            (_, Task::Regression | Task::Service) => {
                format!("{cell} has a cost, but the model predicts no classes: leave --cost out")
            }
            (Cell::Of(..), _) => {
                let known: Vec<&str> = labels.iter().map(String::as_str).take(40).collect();
                format!(
                    "{cell} has a cost, but the classes are {}",
                    known.join(", ")
                )
            }
            _ => format!(
                "{cell} has a cost, but there are {} classes: write TRUE->PREDICTED=NUMBER with two of their names",
                labels.len()
            ),
        })
    }
}

/// The costs of the four cells of two classes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Four {
    /// Of tn, fp, fn and tp.
    pub costs: [f64; 4],
}

impl Four {
    /// Of a place each; a place that is not named costs 0.
    #[must_use]
    pub fn of(placed: &BTreeMap<(usize, usize), f64>) -> Self {
        let at = |place| placed.get(&place).copied().unwrap_or(0.0);
        Self {
            costs: [at((0, 0)), at((0, 1)), at((1, 0)), at((1, 1))],
        }
    }

    /// Cost a row; `None` without a row, or beyond every number.
    #[must_use]
    pub fn mean(&self, c: Counted) -> Option<f64> {
        let counts = [c.tn, c.fp, c.r#fn, c.tp].map(|n| n as f64);
        let rows: f64 = counts.iter().sum();
        let sum: f64 = counts
            .iter()
            .zip(self.costs)
            .map(|(n, cost)| n / rows * cost)
            .sum();
        (rows > 0.0 && sum.is_finite()).then_some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_read_as_they_are_written() {
        let costs: Costs = "fp=5, fn=1e2,tp=-3".parse().unwrap();
        let four = Four::of(&costs.by_place(Task::Binary, &["no".into(), "yes".into()]));
        assert_eq!(four.costs, [0.0, 5.0, 100.0, -3.0]);
        let counted = Counted {
            tn: 6,
            fp: 2,
            r#fn: 1,
            tp: 1,
        };
        assert!((four.mean(counted).unwrap() - 10.7).abs() < 1e-12);
        assert_eq!(four.mean(Counted::default()), None);
        let named: Costs = "a, b->c=2".parse().unwrap();
        let labels = ["c".to_string(), "a, b".to_string()];
        assert_eq!(
            named.by_place(Task::Multiclass, &labels),
            BTreeMap::from([((1, 0), 2.0)])
        );
        let json = serde_json::to_string(&costs).unwrap();
        assert_eq!(json, r#"{"fp":5.0,"fn":100.0,"tp":-3.0}"#);
        assert_eq!(serde_json::from_str::<Costs>(&json).unwrap(), costs);
    }

    #[test]
    fn what_is_no_cost_is_told_with_its_mend() {
        for (text, told) in [
            ("", "CELL=NUMBER"),
            ("fp", "CELL=NUMBER"),
            ("fp=", "not a number"),
            ("fp=NaN", "not a number"),
            ("fp=inf", "not a number"),
            ("xx=1", "TRUE->PREDICTED"),
            ("fp=1,fp=2", "two costs"),
            ("fp=1,", "CELL=NUMBER"),
        ] {
            let error = text.parse::<Costs>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
        let labels = ["no".to_string(), "yes".to_string()];
        let of: Costs = "maybe->no=1".parse().unwrap();
        assert!(of.by_place(Task::Binary, &labels).is_empty());
        let words: Costs = "fp=1".parse().unwrap();
        assert!(words.by_place(Task::Multiclass, &labels).is_empty());
    }
}
