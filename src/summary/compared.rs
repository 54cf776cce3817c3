//! Which columns are compared with the baseline: inputs, segments, scores, predictions and outcomes, by one road.
//!
//! Scores are those of the positive class, or of each class where there are several; forecasts of quantiles are
//! compared level by level; sets of labels as words, each set one. May use the rows alone.

use super::build::Builder;
use crate::log::{Log, NO_SET, Role, Truth};
use crate::table::{Column, NO_LEVEL};
use std::collections::BTreeMap;

/// Scores of classes that are compared at most: of many more, most are near 0 all the time.
const MOST_SCORES: usize = 64;

/// The cells of a column.
pub(super) enum Cells<'a> {
    Numbers(&'a [f64]),
    Words(&'a [u32], &'a [String]),
}

/// Sets of labels as words; of predictions and of outcomes.
pub(super) type SetWords = [Option<(Vec<u32>, Vec<String>)>; 2];

impl Builder {
    /// The columns that are compared, in the order of the files.
    pub(super) fn compared(&self) -> Vec<(&str, Role, Cells<'_>)> {
        let log = &self.log;
        let numbers = |cells: &'_ [f64]| !cells.is_empty();
        let score = || numbers(&log.score).then_some(Cells::Numbers(&log.score));
        let has = |role| log.columns.iter().any(|c| c.role == role);
        let mut classes = 0;
        let mut out: Vec<(&str, Role, Cells<'_>)> = Vec::new();
        for column in &log.columns {
            let cells = match column.role {
                Role::Feature => match &column.cells {
                    Column::Number(values) => Some(Cells::Numbers(values)),
                    Column::Category { codes, levels } => Some(Cells::Words(codes, levels)),
                    _ => None,
                },
                Role::Segment => {
                    let segment = log.segments.iter().find(|s| s.name == column.name);
                    segment.map(|s| Cells::Words(&s.codes, &s.levels))
                }
                Role::Score => score(),
                Role::ClassScore if !has(Role::Score) => {
                    let class = class_of(&column.name, &log.labels);
                    let cells =
                        class.and_then(|class| match log.class_probabilities().is_empty() {
                            // Of two classes, the score of the positive one tells both.
                            true => score().filter(|_| class == 1),
                            false => Some(Cells::Numbers(log.class_scores.get(class)?)),
                        });
                    classes += usize::from(cells.is_some());
                    cells.filter(|_| classes <= MOST_SCORES)
                }
                Role::Quantile(level) => log.quantiles.at(level).map(Cells::Numbers),
                // Between 0 and 1 beside two outcomes, a prediction is taken as the score.
                Role::Prediction => {
                    let score = || score().filter(|_| !has(Role::Score) && !has(Role::ClassScore));
                    self.told(0).or_else(score)
                }
                Role::Outcome => self.told(1),
                _ => None,
            };
            out.extend(cells.map(|cells| (column.name.as_str(), column.role, cells)));
        }
        // From a file of its own, the outcome has no column among the predictions.
        if !has(Role::Outcome) {
            out.extend(self.told(1).map(|cells| ("outcome", Role::Outcome, cells)));
        }
        out
    }

    /// Predictions (0) or outcomes (1).
    fn told(&self, side: usize) -> Option<Cells<'_>> {
        let log = &self.log;
        match [&log.predicted, &log.truth][side] {
            Truth::Labels(codes) => Some(Cells::Words(codes, &log.labels)),
            Truth::Numbers(values) => Some(Cells::Numbers(values)),
            Truth::Sets(_) => {
                let words = self.sets.get_or_init(|| sets(log));
                let (codes, words) = words[side].as_ref()?;
                Some(Cells::Words(codes, words))
            }
            Truth::None => None,
        }
    }
}

/// The class in whose name the name of a column ends, behind a mark; the longest one.
fn class_of(column: &str, labels: &[String]) -> Option<usize> {
    let ends = |label: &String| {
        let before = column.len().checked_sub(label.len())?;
        let (before, end) = (column.get(..before)?, column.get(before..)?);
        let apart = before.is_empty() || before.ends_with(['_', '.', ' ', '-', ':']);
        (apart && end.eq_ignore_ascii_case(label)).then_some(label.len())
    };
    let found = labels.iter().enumerate();
    let found = found.filter_map(|(at, label)| Some((ends(label)?, at)));
    // The items of an array are of the classes in their order.
    let item = || {
        let at = column.rsplit_once('.')?.1.parse().ok();
        at.filter(|at| *at < labels.len())
    };
    found.max().map(|(_, at)| at).or_else(item)
}

/// Each set as one word, in the order of their bits.
fn sets(log: &Log) -> SetWords {
    [&log.predicted, &log.truth].map(|side| {
        let Truth::Sets(sets) = side else {
            return None;
        };
        let known = sets.iter().copied().filter(|set| *set != NO_SET);
        let mut codes: BTreeMap<u128, u32> = known.map(|set| (set, 0)).collect();
        let mut words = Vec::with_capacity(codes.len());
        for (set, code) in &mut codes {
            *code = words.len() as u32;
            let labels = log.labels.iter().enumerate();
            let held = labels.filter(|(bit, _)| set >> bit & 1 == 1);
            let held: Vec<&str> = held.map(|(_, label)| label.as_str()).collect();
            words.push(match held.is_empty() {
                true => "none".to_owned(),
                false => held.join(", "),
            });
        }
        let code = |set: &u128| codes.get(set).copied().unwrap_or(NO_LEVEL);
        Some((sets.iter().map(code).collect(), words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_of_the_class_that_its_name_ends_in() {
        let labels = ["car", "red car", "Bus"].map(String::from);
        for (column, class) in [
            ("p_car", Some(0)),
            ("proba.red car", Some(1)),
            ("bus", Some(2)),
            ("oscar", None),
            ("p_tram", None),
            ("p.1", Some(1)),
            ("p.3", None),
        ] {
            assert_eq!(class_of(column, &labels), class, "{column}");
        }
    }
}
