//! How several models do on the same rows: sums of their losses, and of the differences between them.
//!
//! A row counts where its outcome is known. It belongs to the *common* rows where every model foretold it, to
//! a model's *pairs* where that model and the main one did but not all others, and else to its *alone* rows.
//! The three are apart, so that each row of a model is counted once: where all models foretell all rows, as
//! is usual, the last two are empty.
//!
//! Losses are what a model is charged for a row, less is better:
//!
//! | task | losses |
//! | --- | --- |
//! | regression | \|e\|, e²; weighted interval score where each row is of one model and has quantiles |
//! | binary | squared error of the probability (Brier), log loss, 1 where the label is wrong |
//! | multiclass | 1 where the label is wrong; log loss where each row is of one model and has probabilities |

use super::Slice;
use super::cell::Moments;
use super::facts::Facts;
use super::total::moments;
use super::work::Running;
use crate::log::{Foretold, Log, Task, Truth, main_name, name_of_value};
use serde::{Deserialize, Serialize};

/// Losses of a row at most.
const LOSSES: usize = 3;

/// The models that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// Their names. Of columns, the first one is the prediction, which the report is about; of versions, it is the one
    /// with most rows, and that of the slice is the main one.
    pub names: Vec<String>,
    /// Where each row is of one version: the columns by which rows of several are known to foretell the same.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub key: Vec<String>,
    /// The segment whose values they are, where no version but a horizon tells them apart.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
}

/// What is known of a model in a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelCell {
    /// Rows that every model foretold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub common: Vec<Loss>,
    /// Further rows that this model and the main one foretold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pairs: Vec<Loss>,
    /// Further rows that this model foretold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub alone: Vec<Loss>,
}

/// A loss over some rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(Moments, Moments)", into = "(Moments, Moments)")]
pub struct Loss {
    /// The model's own.
    pub value: Moments,
    /// The model's minus the main model's, of the rows where both are known. Squares are exact.
    pub difference: Moments,
}

impl From<(Moments, Moments)> for Loss {
    fn from((value, difference): (Moments, Moments)) -> Self {
        Self { value, difference }
    }
}

impl From<Loss> for (Moments, Moments) {
    fn from(loss: Loss) -> Self {
        (loss.value, loss.difference)
    }
}

impl Models {
    /// Whether the models are versions or horizons of rows, rather than columns.
    #[must_use]
    pub fn are_versions(&self) -> bool {
        !self.key.is_empty()
    }

    /// The place of the main model of a slice; `None` where it is not among them.
    #[must_use]
    pub fn main(&self, slice: &Slice) -> Option<usize> {
        match self.chosen(slice) {
            Some(name) => self.names.iter().position(|n| *n == name),
            None => Some(0),
        }
    }

    /// The model whose rows alone a slice has, where each row is of one.
    #[must_use]
    pub fn chosen(&self, slice: &Slice) -> Option<String> {
        match &self.by {
            _ if !self.are_versions() => None,
            None => slice.version.clone(),
            Some(column) => {
                let choice = slice.values.iter().find(|v| v.column == *column)?;
                Some(name_of_value(column, &choice.value))
            }
        }
    }
}

impl ModelCell {
    /// Both as one.
    #[must_use]
    pub fn total(all: &[&Self]) -> Self {
        Self {
            common: losses(all, |m| &m.common),
            pairs: losses(all, |m| &m.pairs),
            alone: losses(all, |m| &m.alone),
        }
    }

    /// A loss over all rows that this model and the main one foretold.
    #[must_use]
    pub fn with_main(&self, loss: usize) -> Loss {
        one(&[&self.common, &self.pairs], loss)
    }

    /// A loss over all rows that this model foretold.
    #[must_use]
    pub fn every(&self, loss: usize) -> Loss {
        one(&[&self.common, &self.pairs, &self.alone], loss)
    }

    /// How many losses a row has.
    #[must_use]
    pub fn losses(&self) -> usize {
        let parts = [&self.common, &self.pairs, &self.alone];
        parts.map(Vec::len).into_iter().max().unwrap_or(0)
    }

    /// Rows that this model foretold, of those whose outcome is known.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let most = |losses: &[Loss]| losses.iter().map(|l| l.value.n).max().unwrap_or(0);
        most(&self.common) + most(&self.pairs) + most(&self.alone)
    }
}

fn one(parts: &[&Vec<Loss>], loss: usize) -> Loss {
    let parts = parts.iter().filter_map(|p| p.get(loss));
    Loss {
        value: moments(parts.clone().map(|l| &l.value)),
        difference: moments(parts.map(|l| &l.difference)),
    }
}

fn losses(all: &[&ModelCell], part: impl Fn(&ModelCell) -> &Vec<Loss>) -> Vec<Loss> {
    let parts: Vec<&Vec<Loss>> = all.iter().map(|m| part(m)).collect();
    let count = parts.iter().map(|p| p.len()).max().unwrap_or(0);
    (0..count).map(|i| one(&parts, i)).collect()
}

/// The models of cells, added up one by one.
pub(super) fn total(all: &[&Vec<ModelCell>]) -> Vec<ModelCell> {
    let count = all.iter().map(|m| m.len()).max().unwrap_or(0);
    let of = |i: usize| all.iter().filter_map(|m| m.get(i)).collect::<Vec<_>>();
    (0..count).map(|i| ModelCell::total(&of(i))).collect()
}

/// The models of a log; `None` where there is one only.
pub(super) fn models(log: &Log) -> Option<Models> {
    if let Some(found) = &log.instances {
        return Some(Models {
            names: found.models.clone(),
            key: found.key.clone(),
            by: found.by.clone(),
        });
    }
    let others = log.challengers.iter().map(|c| c.name.clone());
    let names: Vec<String> = [main_name(log)].into_iter().chain(others).collect();
    (names.len() > 1).then(|| Models {
        names,
        ..Models::default()
    })
}

/// How many losses a row has. Of models in columns the main one alone has quantiles, or a probability of each
/// class: there is nothing to compare.
pub(super) fn count(log: &Log) -> usize {
    let in_rows = log.instances.is_some();
    match log.task {
        Some(Task::Regression) => 2 + usize::from(in_rows && !log.quantiles.is_empty()),
        Some(Task::Binary) => 3,
        Some(Task::Multiclass) => 1 + usize::from(in_rows && !log.class_scores.is_empty()),
        _ => 0,
    }
}

/// The losses of a row; NaN where there is none.
type Row = [f64; LOSSES];
const NOTHING: Row = [f64::NAN; LOSSES];

fn is_known(losses: &Row) -> bool {
    losses.iter().any(|l| !l.is_nan())
}

fn of_number(outcome: f64, foretold: f64) -> Row {
    let e = foretold - outcome;
    match e.is_finite() {
        // A square beyond every number makes the sum so.
        true => [e.abs(), (e * e).min(f64::MAX), f64::NAN],
        false => NOTHING,
    }
}

fn of_probability(positive: bool, p: f64) -> Row {
    if p.is_nan() {
        return NOTHING;
    }
    // scikit-learn clips probabilities at the machine epsilon of their type.
    let of_truth = if positive { p } else { 1.0 - p };
    let clipped = of_truth.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    let e = p - f64::from(u8::from(positive));
    let wrong = (p >= 0.5) != positive;
    [e * e, -libm::log(clipped), f64::from(u8::from(wrong))]
}

fn of_label(task: Option<Task>, truth: u32, label: u32) -> Row {
    let mut row = NOTHING;
    if label != u32::MAX {
        let at = if task == Some(Task::Binary) { 2 } else { 0 };
        row[at] = f64::from(u8::from(label != truth));
    }
    row
}

/// The losses of a model in a row.
fn of_cells(log: &Log, cells: &Foretold, row: usize) -> Row {
    match (&log.truth, cells) {
        (Truth::Numbers(y), Foretold::Numbers(p)) => of_number(y[row], p[row]),
        (Truth::Labels(y), Foretold::Probabilities(p)) if y[row] != u32::MAX => {
            of_probability(y[row] == 1, p[row])
        }
        (Truth::Labels(y), Foretold::Labels(p)) if y[row] != u32::MAX => {
            of_label(log.task, y[row], p[row])
        }
        _ => NOTHING,
    }
}

/// The losses of the main model in a row: of its label as served where there is one, else of the class of
/// a probability of one half or more.
fn of_main(log: &Log, facts: &Facts, row: usize) -> Row {
    match (&log.truth, &log.predicted) {
        (Truth::Numbers(y), predicted) => {
            let mut losses = match predicted {
                Truth::Numbers(p) => of_number(y[row], p[row]),
                _ => NOTHING,
            };
            if let (Some(_), Some(quantiles)) = (&log.instances, &facts.quantiles) {
                losses[2] = quantiles.score(row);
            }
            losses
        }
        (Truth::Labels(y), predicted) if y[row] != u32::MAX => {
            let score = log.score.get(row).copied().filter(|_| log.probabilistic);
            let mut losses = match (log.task, score) {
                (Some(Task::Binary), Some(p)) => of_probability(y[row] == 1, p),
                _ => NOTHING,
            };
            if let Truth::Labels(p) = predicted {
                let served = of_label(log.task, y[row], p[row]);
                losses.iter_mut().zip(served).for_each(|(l, s)| {
                    *l = if s.is_nan() { *l } else { s };
                });
            }
            if log.task == Some(Task::Multiclass) && log.instances.is_some() {
                losses[1] = facts.log_loss.get(row).copied().unwrap_or(f64::NAN);
            }
            losses
        }
        _ => NOTHING,
    }
}

/// The running counts of the models of one cell.
pub(super) struct ModelsWork {
    losses: usize,
    /// The place of the main one.
    main: usize,
    models: Vec<[LossWork; 3]>,
    /// Of the row that passes.
    row: Vec<Row>,
}

#[derive(Default)]
struct LossWork(Vec<(Running, Running)>);

impl ModelsWork {
    /// Empty counts for a slice; `None` where there is one model only.
    pub fn new(log: &Log, slice: &Slice) -> Option<Box<Self>> {
        let (losses, models) = (count(log), models(log)?);
        let main = models.main(slice)?;
        let models = models.names.len();
        (losses > 0).then(|| {
            Box::new(Self {
                losses,
                main,
                models: (0..models).map(|_| Default::default()).collect(),
                row: vec![NOTHING; models],
            })
        })
    }

    /// Counts a row.
    pub fn add(&mut self, log: &Log, facts: &Facts, row: usize) {
        if let Some(found) = &log.instances {
            let Some(rows) = found.at(row) else { return };
            for (place, row) in self.row.iter_mut().zip(rows) {
                *place = match *row {
                    u32::MAX => NOTHING,
                    row => of_main(log, facts, row as usize),
                };
            }
        } else {
            if !log.truth.has(row) {
                return;
            }
            let others = log.challengers.iter().map(|c| of_cells(log, &c.cells, row));
            let all = [of_main(log, facts, row)].into_iter().chain(others);
            for (place, losses) in self.row.iter_mut().zip(all) {
                *place = losses;
            }
        }
        self.add_losses();
    }

    fn add_losses(&mut self) {
        let main = self.row.get(self.main).copied().unwrap_or(NOTHING);
        let all = self.row.iter().all(is_known);
        let paired = is_known(&main);
        for (at, (model, losses)) in self.models.iter_mut().zip(&self.row).enumerate() {
            if !is_known(losses) {
                continue;
            }
            let other = at != self.main;
            let part = match (all, paired && other) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            let (count, with_main) = (self.losses, other && part < 2);
            let part = &mut model[part].0;
            part.resize_with(count, Default::default);
            for ((work, own), main) in part.iter_mut().zip(losses).zip(&main) {
                if !own.is_nan() {
                    work.0.add(*own);
                }
                let difference = own - main;
                if with_main && difference.is_finite() {
                    work.1.add(difference);
                }
            }
        }
    }

    /// The counts; afterwards they are empty again.
    pub fn take(&mut self) -> Vec<ModelCell> {
        let part = |work: &mut LossWork| -> Vec<Loss> {
            let loss = |(value, difference): &mut (Running, Running)| Loss {
                value: value.take(),
                difference: difference.take(),
            };
            let losses: Vec<Loss> = work.0.iter_mut().map(loss).collect();
            work.0.clear();
            losses
        };
        let cells: Vec<ModelCell> = self
            .models
            .iter_mut()
            .map(|[common, pairs, alone]| ModelCell {
                common: part(common),
                pairs: part(pairs),
                alone: part(alone),
            })
            .collect();
        if cells.iter().all(|c| c.rows() == 0) {
            return Vec::new();
        }
        cells
    }
}
