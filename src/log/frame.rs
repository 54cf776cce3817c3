//! What the first rows of a log settle for all others, where it comes block by block: task, classes, how
//! words and scores are taken.
//!
//! What the first rows do not show (outcomes, scores, times, statuses), the first rows settle that do. The
//! blocks then add up. A class that turns up later joins the others where no score was counted for two of
//! them; a value that does not fit what was settled is left out, counted and told.

use super::challengers::Form;
use super::labels::{self, Cells};
use super::rows::{Labels, Log, Truth};
use super::task::{CLASSES, quantities};
use super::{Task, positive, sets};
use crate::stats::time_unit::TimeUnit;
use crate::table::Column;
use std::collections::BTreeSet;

/// What is wrong where outcomes that were taken as classes are none.
const QUANTITIES: &str = "Outcome and prediction are few whole numbers in the first rows, which were taken as classes, and quantities further on. Have all rows kept, or put a file first whose rows show what they are.";

/// How values were taken that can be taken in more than one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Spellings of yes and no are `1` and `0`.
    pub united: bool,
    /// The prediction is the score.
    pub scored: bool,
    /// The scores of the classes have numbers, and the names of the labels in their order.
    pub named: bool,
    /// The score is that of the other class than the positive one.
    pub other: bool,
    /// The status is a flag: 1 where the request failed.
    pub flag: bool,
    /// The mark between the labels of a cell that holds several.
    pub mark: Option<char>,
    /// Whether such outcomes and predictions stand in brackets, so that the empty set is `[]`.
    pub bracketed: [bool; 2],
    /// The unit of latencies of which no name tells it.
    pub latency: Option<TimeUnit>,
}

/// What the first rows settle.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    task: Option<Task>,
    labels: Labels,
    probabilistic: bool,
    /// Whether rows have times.
    pub timed: bool,
    /// How values are taken.
    pub taken: Taken,
    /// Labels that rows have.
    met: BTreeSet<String>,
    /// Whether a row had an outcome.
    judged: bool,
    /// Whether a row had a score.
    scored: bool,
    /// Whether a row had a status.
    pub stated: bool,
    /// What challengers hold.
    pub challengers: Vec<(String, Form)>,
}

impl Frame {
    /// As these rows were taken.
    pub fn of(log: &Log) -> Self {
        let mut frame = Self::default();
        frame.learn(log);
        frame
    }

    /// Knows what a later block shows too.
    pub fn learn(&mut self, log: &Log) {
        self.task = log.task;
        self.labels.clone_from(&log.labels);
        self.taken = log.taken;
        self.timed |= !log.time.is_empty();
        if !self.scored {
            self.probabilistic = log.probabilistic;
        }
        self.scored |= log.score.iter().any(|x| !x.is_nan());
        self.judged |= (0..log.rows).any(|row| log.truth.has(row));
        self.stated |= log.failed.iter().any(|f| *f != 2);
        for (name, form) in log
            .challengers
            .iter()
            .filter_map(|c| Some((&c.name, Form::of(&c.cells)?)))
        {
            if !self.challengers.iter().any(|c| c.0 == *name) {
                self.challengers.push((name.clone(), form));
            }
        }
        let mut met = vec![false; log.labels.len()];
        for side in [&log.truth, &log.predicted] {
            let Truth::Labels(codes) = side else { continue };
            for code in codes {
                if let Some(met) = met.get_mut(*code as usize) {
                    *met = true;
                }
            }
        }
        let met = log.labels.iter().zip(met).filter(|(_, met)| *met);
        self.met.extend(met.map(|(label, _)| label.clone()));
    }

    /// Fills task, labels, truth, predictions and scores as [`labels::fill`] does, with what is settled.
    ///
    /// # Errors
    /// A sentence, where there are too many classes by now, or quantities where classes were.
    pub fn fill(&self, log: &mut Log, mut cells: Cells) -> Result<(), String> {
        labels::tidy(log, &mut cells);
        if !self.judged && (cells.truth.is_some() || self.task == Some(Task::Service)) {
            return self.begin(log, cells);
        }
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
        log.probabilistic = self.probabilistic;
        if let Some(Column::Number(mut scores)) = cells.score.take() {
            if !self.scored {
                log.probabilistic = labels::in_bounds(&scores);
            } else if self.probabilistic {
                bound(log, &mut scores);
            }
            log.score = scores;
            if self.taken.other {
                positive::turn(log);
            }
        }
        log.task = self.task;
        log.taken = self.taken;
        match log.task {
            Some(Task::Regression) => labels::numbers(log, cells),
            Some(Task::Multilabel) => {
                let mark = self.taken.mark.unwrap_or('|');
                sets::fill(log, cells, self.labels.clone(), mark);
            }
            Some(Task::Binary | Task::Multiclass) => self.classes(log, cells)?,
            _ => {}
        }
        Ok(())
    }

    /// The first outcomes: what they are, no row before can have told.
    fn begin(&self, log: &mut Log, mut cells: Cells) -> Result<(), String> {
        if let (true, Some(Column::Number(scores))) =
            (self.scored && self.probabilistic, &mut cells.score)
        {
            bound(log, scores);
        }
        labels::fill(log, cells)?;
        log.probabilistic &= self.probabilistic || !self.scored;
        Ok(())
    }

    /// The classes by now: those of before and those that none of these are, where they can still join.
    fn grown(&self, log: &mut Log, fresh: BTreeSet<String>, scored: bool) -> Result<(), String> {
        let binary = log.task == Some(Task::Binary);
        let (found, mut fresh) = (fresh.len(), fresh.into_iter());
        let invented = |label: &&mut String| {
            let other = label.strip_prefix("not ");
            other.is_some_and(|other| self.met.contains(other)) && !self.met.contains(*label)
        };
        if !binary {
            log.labels.extend(fresh);
            return labels::ordered(&mut log.labels);
        }
        if !scored {
            log.labels = fresh.chain(self.met.iter().cloned()).collect();
            if log.labels.len() > 2 {
                log.task = Some(Task::Multiclass);
            }
            return labels::ordered(&mut log.labels);
        }
        // Scores were counted for these two; only a class that had no name yet can be given one.
        if found == 1
            && let Some(label) = log.labels.iter_mut().find(invented)
            && let Some(name) = fresh.next()
        {
            *label = name;
            log.notes.say(format!(
                "The first rows have one class only, so they cannot tell what the score means: of {}, it is taken as that of the last.",
                log.labels.join(" and ")
            ));
        }
        Ok(())
    }

    fn classes(&self, log: &mut Log, cells: Cells) -> Result<(), String> {
        let scored = self.scored || !log.score.is_empty() || !cells.class_scores.is_empty();
        let words = matches!(cells.truth, Some(Column::Category { .. }));
        let sides = [&cells.truth, &cells.predicted];
        let told = cells.said.are_classes();
        if !told && !scored && !words && sides.into_iter().flatten().any(quantities) {
            return Err(QUANTITIES.into());
        }
        let numbers = matches!(cells.truth, Some(Column::Number(_)));
        let truth = cells.truth.map(labels::to_words);
        let predicted = cells.predicted.map(labels::to_words);
        let name = |l: &str| {
            let plain = labels::plain(l);
            if self.taken.united {
                positive::united(&plain)
            } else {
                plain
            }
        };
        log.labels.clone_from(&self.labels);
        let place = |labels: &[String], binary: bool, name: &str| {
            let at = labels.iter().position(|l| l == name);
            // Another spelling of yes or no than in the first rows.
            let said = |label: &String| positive::united(label) == positive::united(name);
            at.or_else(|| labels.iter().position(said).filter(|_| binary))
        };
        let binary = self.task == Some(Task::Binary);
        let sides = [&truth, &predicted].into_iter().flatten();
        let levels = sides.flat_map(|side| match side {
            Column::Category { levels, .. } => &levels[..],
            _ => &[],
        });
        let met: BTreeSet<String> = levels.map(|l| name(l)).collect();
        let fresh = |l: &String| place(&log.labels, binary, l).is_none();
        let fresh: BTreeSet<String> = met.into_iter().filter(fresh).collect();
        let grows = !fresh.is_empty();
        if grows {
            self.grown(log, fresh, scored)?;
            if !told && !scored && numbers && log.labels.len() > CLASSES {
                return Err(QUANTITIES.into());
            }
        }
        let binary = log.task == Some(Task::Binary);
        let all = log.labels.clone();
        let code = |l: &str| place(&all, binary, &name(l)).map_or(u32::MAX, |at| at as u32);
        let (truth, odd) = labels::codes(truth, &code);
        let (predicted, strange) = labels::codes(predicted, &code);
        labels::tell(log, odd, strange);
        log.truth = truth;
        log.predicted = predicted;
        if binary && grows && !scored {
            positive::settle(log, &cells.said);
        }
        let column_of = |label: &String| {
            let of =
                |c: &&(String, Column)| name(&c.0) == *label || c.0.eq_ignore_ascii_case(label);
            match &cells.class_scores.iter().find(of)?.1 {
                Column::Number(v) => Some(v.clone()),
                _ => None,
            }
        };
        let scores: Option<Vec<Vec<f64>>> = log.labels.iter().map(column_of).collect();
        let lacking = log.labels.iter().find(|l| column_of(l).is_none()).cloned();
        if let (Some(label), false) = (lacking, cells.class_scores.is_empty()) {
            log.notes.say(format!("No column of class scores ends in the name of the class {label}, so the class scores are not used from the rows on where it first stands."));
        }
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
            [
                "{n} score is not between 0 and 1, unlike those of the first rows, and is left out.",
                "{n} scores are not between 0 and 1, unlike those of the first rows, and are left out.",
            ],
            "",
        );
    }
}
