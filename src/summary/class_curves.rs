//! Each of several classes against the rest: rows by the probability of the class, for ROC, precision and recall, gain,
//! lift and calibration.
//!
//! Cells count one histogram of scores, of two classes; for several it would be two a class in every cell. So it is made
//! of rows, for the ranges of buckets that were asked for, over hundredths of the probability: each point is what
//! scikit-learn has at that threshold. Like [`super::Exact`] it stands beside the cells and does not survive a merge.
//! Of rows that were not kept, [`super::class_scores`] tells the same, but for calibration, at thresholds of its own.

use super::Summary;
use super::build::Builder;
use crate::log::Task;
use crate::stats::exact_sum::ExactSum;
use serde::{Deserialize, Serialize};

/// Bins of the probability.
pub const BINS: usize = 100;
/// Bins of the calibration.
const TENTHS: usize = 10;
/// Classes at most: those of most rows.
pub const MOST: usize = 30;
/// Answers that a series keeps.
const KEPT: usize = 8;

/// The classes of a range of buckets, those of most rows; in the order of the labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassCurves {
    /// First bucket and end (exclusive); `None`: the reference.
    pub range: Option<(usize, usize)>,
    /// The classes; empty where scores are no probabilities.
    pub classes: Vec<ClassCurve>,
}

/// A class against the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassCurve {
    /// Its place among the labels.
    pub class: u32,
    /// Rows of the class by bin of its probability.
    pub positive: Vec<u64>,
    /// Rows of other classes by bin.
    pub negative: Vec<u64>,
    /// Sum of the probabilities in each tenth.
    pub sums: Vec<f64>,
}

/// Those of the most rows among classes and their rows, [`MOST`] of them at most; in the order of the classes.
#[must_use]
pub fn most_frequent(mut counted: Vec<(u32, u64)>) -> Vec<u32> {
    counted.sort_by_key(|(class, rows)| (std::cmp::Reverse(*rows), *class));
    counted.truncate(MOST);
    let mut classes: Vec<u32> = counted.into_iter().map(|c| c.0).collect();
    classes.sort_unstable();
    classes
}

/// The bin whose lower edge, i / [`BINS`], is the last one that is not above a probability.
fn bin(p: f64) -> usize {
    let near = ((p * BINS as f64) as usize).min(BINS - 1);
    let edge = |i: usize| i as f64 / BINS as f64;
    match () {
        () if near + 1 < BINS && edge(near + 1) <= p => near + 1,
        () if edge(near) > p => near.saturating_sub(1),
        () => near,
    }
}

impl Builder {
    /// Adds the classes of a range of buckets of a series.
    pub fn add_class_curves(
        &self,
        summary: &mut Summary,
        at: usize,
        range: Option<(usize, usize)>,
    ) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let rows = self.rows_of(series, range);
        let classes = self.class_curves(&rows);
        series.class_curves.retain(|r| r.range != range);
        if series.class_curves.len() >= KEPT {
            series.class_curves.remove(0);
        }
        series.class_curves.push(ClassCurves { range, classes });
    }

    fn class_curves(&self, rows: &[u32]) -> Vec<ClassCurve> {
        let log = &self.log;
        if log.task != Some(Task::Multiclass) {
            return Vec::new();
        }
        let scores = &log.class_scores;
        let known = |row: &u32| {
            let at = *row as usize;
            let scored = scores
                .iter()
                .all(|s| s.get(at).is_some_and(|p| !p.is_nan()));
            Some((at, log.truth.label(at)?)).filter(|_| scored)
        };
        let known: Vec<(usize, u32)> = rows.iter().filter_map(known).collect();
        let mut counted: Vec<(u32, u64)> = (0..scores.len() as u32).map(|c| (c, 0)).collect();
        for (_, label) in &known {
            if let Some(one) = counted.get_mut(*label as usize) {
                one.1 += 1;
            }
        }
        let one = |class: u32| {
            let own = scores.get(class as usize)?;
            let mut sums = vec![ExactSum::default(); TENTHS];
            let mut out = ClassCurve {
                class,
                positive: vec![0; BINS],
                negative: vec![0; BINS],
                sums: Vec::new(),
            };
            for (row, label) in &known {
                let p = *own.get(*row)?;
                if !(0.0..=1.0).contains(&p) {
                    return None;
                }
                let at = bin(p);
                let side = match *label == class {
                    true => &mut out.positive,
                    false => &mut out.negative,
                };
                *side.get_mut(at)? += 1;
                sums.get_mut(at * TENTHS / BINS)?.add(p);
            }
            out.sums = sums.iter().map(ExactSum::value).collect();
            Some(out)
        };
        let classes = most_frequent(counted).into_iter().map(one);
        classes.collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_lies_in_its_own_bin() {
        for i in 0..BINS {
            let edge = i as f64 / BINS as f64;
            assert_eq!(bin(edge), i, "{edge}");
            assert_eq!(bin(edge.next_up()), i, "{edge}");
            assert_eq!(
                bin(edge.next_down().max(0.0)),
                i.saturating_sub(1),
                "{edge}"
            );
        }
        assert_eq!(bin(1.0), BINS - 1);
    }
}
