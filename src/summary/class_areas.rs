//! The areas under the curves of each class against the rest: what ROC AUC and average precision of a class are made
//! of, exactly, with their intervals.
//!
//! Made of rows, for the ranges of buckets that were asked for. Like [`super::Exact`] they stand beside the cells and do
//! not survive a merge; of rows that were not kept, the bins of [`super::ClassScores`] and the score histogram tell the
//! same within a bound.

use super::Summary;
use super::build::Builder;
use crate::log::Task;
use crate::stats::rank::{AucCell, CurveCell, Ends, auc_cells, curve_cells};
use serde::{Deserialize, Serialize};

/// Answers that a series keeps.
const KEPT: usize = 4;

/// The classes of a range of buckets, in the order of the labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassAreas {
    /// First bucket and end (exclusive).
    pub range: (usize, usize),
    /// The classes; empty without scores.
    pub classes: Vec<ClassArea>,
}

/// A class against the rest, by its score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassArea {
    /// What ROC AUC is made of; rows of the class are the positive ones.
    pub auc: AucCell,
    /// Average precision, in 0 … 1; 0 without a row of the class.
    pub average_precision: f64,
    /// Its variance, from the influence of each row.
    pub variance: f64,
    /// How much it is too high on average ([`CurveCell::average_precision_excess`]).
    pub excess: f64,
}

impl ClassArea {
    /// Of rows in ascending order of the score of the class: score, and whether it is the row's class.
    fn of(rows: impl Iterator<Item = (f64, bool)> + Clone) -> Self {
        let rows = rows.map(|(score, own)| (score, own, 0));
        let auc = auc_cells(rows.clone(), 1);
        let curve = curve_cells(rows, &auc, false, Ends::USUAL);
        let curve = curve.first().copied().unwrap_or_default();
        Self {
            auc: auc.first().copied().unwrap_or_default(),
            average_precision: curve.average_precision,
            variance: curve.average_precision_variance,
            excess: curve.average_precision_excess,
        }
    }

    /// What the curve of precision and recall tells of it.
    #[must_use]
    pub fn curve(&self) -> CurveCell {
        CurveCell {
            positives: self.auc.positives,
            negatives: self.auc.negatives,
            average_precision: self.average_precision,
            average_precision_variance: self.variance,
            average_precision_excess: self.excess,
            ..CurveCell::default()
        }
    }
}

impl Builder {
    /// Adds the areas of the classes in a range of buckets of a series. O(classes × rows).
    pub fn add_class_areas(&self, summary: &mut Summary, at: usize, range: (usize, usize)) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let mut within = vec![false; self.log.rows];
        for row in self.rows_of(series, Some(range)) {
            if let Some(within) = within.get_mut(row as usize) {
                *within = true;
            }
        }
        let classes = self.class_areas(&within);
        series.class_areas.retain(|r| r.range != range);
        if series.class_areas.len() >= KEPT {
            series.class_areas.remove(0);
        }
        series.class_areas.push(ClassAreas { range, classes });
    }

    fn class_areas(&self, within: &[bool]) -> Vec<ClassArea> {
        let log = &self.log;
        let is_in = |row: u32| within.get(row as usize).copied().unwrap_or(false);
        if log.task == Some(Task::Binary) {
            let rows = || self.orders.scored().filter(|(row, ..)| is_in(*row));
            // The score of the negative class is that of the positive one, turned round.
            let turned = rows().rev().map(|(_, score, yes)| (-score, !yes));
            let rows = || rows().map(|(_, score, yes)| (score, yes));
            return match rows().next() {
                Some(_) => vec![ClassArea::of(turned), ClassArea::of(rows())],
                None => Vec::new(),
            };
        }
        let one = |(class, scores): (u32, &Vec<f64>)| {
            let rows = self.orders.of_class(class).iter().copied();
            let rows = rows.filter(|row| is_in(*row));
            ClassArea::of(rows.map(|row| {
                let own = log.truth.label(row as usize) == Some(class);
                (scores.get(row as usize).copied().unwrap_or(0.0), own)
            }))
        };
        (0..).zip(&log.class_scores).map(one).collect()
    }
}
