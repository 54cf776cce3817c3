//! What the first rows of a log settle for all others, where it comes block by block: task, classes, how
//! words and scores are taken.
//!
//! The blocks then add up. A class that turns up later joins the others where there are more than two; a
//! value that does not fit what was settled is left out, counted and told.

use super::Task;
use super::labels::{self, Cells};
use super::rows::{Labels, Log};
use crate::table::Column;
use std::collections::{BTreeSet, HashMap};

/// How values were taken that can be taken in more than one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Spellings of yes and no are `1` and `0`.
    pub united: bool,
    /// The prediction is the score.
    pub scored: bool,
    /// The scores of the classes have numbers, and the names of the labels in their order.
    pub named: bool,
    /// The status is a flag: 1 where the request failed.
    pub flag: bool,
}

/// What the first rows settle.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    task: Option<Task>,
    labels: Labels,
    probabilistic: bool,
    /// Whether rows have times.
    pub timed: bool,
    /// How values are taken.
    pub taken: Taken,
}

impl Frame {
    /// As these rows were taken.
    pub fn of(log: &Log) -> Self {
        Self {
            task: log.task,
            labels: log.labels.clone(),
            probabilistic: log.probabilistic,
            timed: !log.time.is_empty(),
            taken: log.taken,
        }
    }

    /// Knows the classes of a later block too.
    pub fn learn(&mut self, log: &Log) {
        self.labels.clone_from(&log.labels);
    }

    /// Fills task, labels, truth, predictions and scores as [`labels::fill`] does, with what is settled.
    ///
    /// # Errors
    /// A sentence, where there are too many classes by now.
    pub fn fill(&self, log: &mut Log, mut cells: Cells) -> Result<(), String> {
        labels::tidy(log, &mut cells);
        if self.taken.scored && cells.score.is_none() {
            cells.score = cells.predicted.take();
        }
        if self.taken.named {
            for (name, _) in &mut cells.class_scores {
                let label = name.parse().ok().and_then(|i: usize| self.labels.get(i));
                if let Some(label) = label {
                    name.clone_from(label);
                }
            }
        }
        if let Some(Column::Number(mut scores)) = cells.score.take() {
            if self.probabilistic {
                bound(log, &mut scores);
            }
            log.score = scores;
        }
        log.task = self.task;
        log.taken = self.taken;
        log.probabilistic = self.probabilistic;
        match log.task {
            Some(Task::Regression) => labels::numbers(log, cells),
            Some(Task::Binary | Task::Multiclass) => self.classes(log, cells)?,
            _ => {}
        }
        Ok(())
    }

    fn classes(&self, log: &mut Log, cells: Cells) -> Result<(), String> {
        let binary = self.task == Some(Task::Binary);
        let truth = cells.truth.map(labels::to_words);
        let predicted = cells.predicted.map(labels::to_words);
        let name = |l: &str| {
            let plain = labels::plain(l);
            if self.taken.united {
                labels::united(&plain)
            } else {
                plain
            }
        };
        log.labels.clone_from(&self.labels);
        if !binary {
            let sides = [&truth, &predicted].into_iter().flatten();
            let levels = sides.flat_map(|side| match side {
                Column::Category { levels, .. } => &levels[..],
                _ => &[],
            });
            let met: BTreeSet<String> = levels.map(|l| name(l)).collect();
            let known: BTreeSet<&String> = self.labels.iter().collect();
            let fresh = met.into_iter().filter(|l| !known.contains(l));
            log.labels.extend(fresh);
            labels::ordered(&mut log.labels)?;
        }
        let index: HashMap<&str, u32> = log.labels.iter().map(String::as_str).zip(0..).collect();
        let code = |l: &str| {
            let name = name(l);
            let at = index.get(name.as_str()).copied();
            // Another spelling of yes or no than in the first rows.
            let alike = || {
                let said = |label: &String| labels::united(label) == labels::united(&name);
                log.labels.iter().position(said).map(|at| at as u32)
            };
            at.or_else(|| alike().filter(|_| binary))
                .unwrap_or(u32::MAX)
        };
        let (truth, odd) = labels::codes(truth, &code);
        let (predicted, strange) = labels::codes(predicted, &code);
        labels::tell(log, odd, strange);
        log.truth = truth;
        log.predicted = predicted;
        let column_of = |label: &String| {
            let of =
                |c: &&(String, Column)| name(&c.0) == *label || c.0.eq_ignore_ascii_case(label);
            match &cells.class_scores.iter().find(of)?.1 {
                Column::Number(v) => Some(v.clone()),
                _ => None,
            }
        };
        let scores: Option<Vec<Vec<f64>>> = log.labels.iter().map(column_of).collect();
        let scores = scores.unwrap_or_default();
        if binary {
            if let (true, Some(mut positive)) = (log.score.is_empty(), scores.into_iter().nth(1)) {
                if self.probabilistic {
                    bound(log, &mut positive);
                }
                log.score = positive;
            }
        } else if !scores.is_empty() {
            log.class_scores = scores;
            labels::highest(log);
        }
        Ok(())
    }
}

/// Leaves out scores that are no probabilities.
fn bound(log: &mut Log, scores: &mut [f64]) {
    let mut out = 0;
    for score in scores {
        if !score.is_nan() && !(0.0..=1.0).contains(score) {
            *score = f64::NAN;
            out += 1;
        }
    }
    if out > 0 {
        log.notes.count(
            out,
            "{n} scores are not between 0 and 1, unlike those of the first rows, and are left out.",
            "",
        );
    }
}
