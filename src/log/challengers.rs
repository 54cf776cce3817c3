//! What other models foretell of the same rows, beside the prediction that a report is about.
//!
//! A column of a challenger holds what the task asks for: a number, the probability of the positive class,
//! or a label. Which of these, its values tell; what they cannot be is left out and told.

use super::rows::{Challenger, Foretold, Log};
use super::{Role, Task};
use super::{labels, positive};
use crate::table::{Column, NO_LEVEL};

/// Models at most that are compared, the one that the report is about among them.
pub const MOST_MODELS: usize = 20;

/// What a challenger was taken for in earlier rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Numbers,
    Probabilities,
    Labels,
}

impl Form {
    /// As cells were taken; `None` where they hold nothing.
    pub fn of(cells: &Foretold) -> Option<Self> {
        match cells {
            Foretold::None => None,
            Foretold::Numbers(_) => Some(Self::Numbers),
            Foretold::Probabilities(_) => Some(Self::Probabilities),
            Foretold::Labels(_) => Some(Self::Labels),
        }
    }
}

/// The challengers of a log whose task and labels are known; `settled`: as earlier rows were taken.
pub(super) fn take(log: &mut Log, columns: Vec<(String, Column)>, settled: &[(String, Form)]) {
    let most = MOST_MODELS - 1;
    if columns.len() > most {
        let left: Vec<&str> = columns[most..].iter().map(|c| c.0.as_str()).collect();
        log.notes.say(format!(
            "At most {MOST_MODELS} models are compared: {} {} left out. Mark fewer columns as predictions of other models.",
            super::names::words(&left),
            if left.len() == 1 { "is" } else { "are" }
        ));
    }
    for (name, column) in columns.into_iter().take(most) {
        let before = settled.iter().find(|s| s.0 == name).map(|s| s.1);
        let cells = foretold(log, &name, column, before);
        log.challengers.push(Challenger { name, cells });
    }
}

fn foretold(log: &mut Log, name: &str, column: Column, before: Option<Form>) -> Foretold {
    if (0..column.len()).all(|row| column.is_missing(row)) {
        return Foretold::None;
    }
    let form = before.or_else(|| form(log, &column));
    match (form, column) {
        (Some(Form::Numbers), Column::Number(v)) => Foretold::Numbers(v),
        (Some(Form::Probabilities), Column::Number(v)) => probabilities(log, name, v),
        (Some(Form::Labels), column @ (Column::Number(_) | Column::Category { .. })) => {
            labels_of(log, name, column)
        }
        _ => {
            let wanted = match log.task {
                Some(Task::Regression) => "numbers",
                Some(Task::Binary) => "probabilities between 0 and 1, or labels",
                _ => "labels of the classes",
            };
            log.notes.say(format!(
                "'{name}' is marked as the prediction of another model, but holds no {wanted}: it is not compared."
            ));
            Foretold::None
        }
    }
}

/// What a column holds; `None` where it is nothing that the task asks for.
fn form(log: &Log, column: &Column) -> Option<Form> {
    match (log.task?, column) {
        (Task::Regression, Column::Number(_)) => Some(Form::Numbers),
        (Task::Regression | Task::Service, _) => None,
        (Task::Binary, Column::Number(v)) => {
            let is_label = |x: &f64| x.is_nan() || log.labels.contains(&format!("{}", x + 0.0));
            match (v.iter().all(is_label), labels::in_bounds(v)) {
                (true, _) => Some(Form::Labels),
                (false, true) => Some(Form::Probabilities),
                _ => None,
            }
        }
        (_, Column::Number(_) | Column::Category { .. }) => Some(Form::Labels),
        _ => None,
    }
}

fn probabilities(log: &mut Log, name: &str, mut v: Vec<f64>) -> Foretold {
    let mut out = 0;
    for x in v.iter_mut().filter(|x| !x.is_nan()) {
        if !(0.0..=1.0).contains(x) {
            *x = f64::NAN;
            out += 1;
        }
    }
    if out > 0 {
        log.notes.count(
            out,
            [
                format!("{{n}} value of '{name}' is not between 0 and 1, unlike those of the first rows, and is left out."),
                format!("{{n}} values of '{name}' are not between 0 and 1, unlike those of the first rows, and are left out."),
            ],
            "",
        );
    }
    Foretold::Probabilities(v)
}

fn labels_of(log: &mut Log, name: &str, column: Column) -> Foretold {
    let Column::Category { mut codes, levels } = labels::to_words(column) else {
        return Foretold::None;
    };
    let binary = log.task == Some(Task::Binary);
    let code = |level: &String| {
        let plain = labels::plain(level);
        let exact = log.labels.iter().position(|l| *l == plain);
        let said = |l: &String| positive::united(l) == positive::united(&plain);
        let spoken = || log.labels.iter().position(said).filter(|_| binary);
        exact.or_else(spoken).map_or(NO_LEVEL, |at| at as u32)
    };
    let places: Vec<u32> = levels.iter().map(code).collect();
    let (mut out, mut example) = (0, "");
    for cell in codes.iter_mut().filter(|c| **c != NO_LEVEL) {
        let level = *cell as usize;
        *cell = places.get(level).copied().unwrap_or(NO_LEVEL);
        if *cell == NO_LEVEL {
            out += 1;
            example = levels.get(level).map_or("", String::as_str);
        }
    }
    if out > 0 {
        let list = log.labels.join(", ");
        log.notes.count(
            out,
            [
                format!("{{n}} label in '{name}' is none of {list} ({{example}}) and is left out; write predictions and outcomes alike."),
                format!("{{n}} labels in '{name}' are none of {list} (such as {{example}}) and are left out; write predictions and outcomes alike."),
            ],
            example,
        );
    }
    Foretold::Labels(codes)
}

/// The name of the model that the report is about: its column's.
#[must_use]
pub fn main_name(log: &Log) -> String {
    let of = |role| Some(log.name_of(role)).filter(|name| !name.is_empty());
    let name = match log.score.is_empty() {
        true => of(Role::Prediction).or_else(|| of(Role::Score)),
        false => of(Role::Score).or_else(|| of(Role::Prediction)),
    };
    name.unwrap_or("prediction").to_string()
}
