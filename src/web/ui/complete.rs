//! Whether the files can be read as they are understood, and what a reader should look at first.

use crate::engine::message::Input;
use crate::engine::service::made_of;
use crate::engine::{unpredicted, untied};
use crate::log::{FileKind, Role};

/// A guess below this is shown before it is used.
const SURE: f64 = 0.4;

/// Roles whose mistake would spoil every number.
const WEIGHTY: [Role; 4] = [Role::Id, Role::Prediction, Role::Score, Role::Outcome];

fn has(inputs: &[Input], kinds: &[FileKind], roles: &[Role]) -> bool {
    inputs
        .iter()
        .filter(|input| kinds.contains(&input.kind))
        .any(|input| input.roles.iter().any(|guess| roles.contains(&guess.role)))
}

/// What is missing or unclear, as a sentence that says what to do; `None`: nothing, go on.
pub fn missing(inputs: &[Input]) -> Option<String> {
    let made = made_of(inputs);
    if made.iter().all(|m| m.rows) {
        return lacking(inputs);
    }
    // Tables of a service alone need nothing.
    let rows = inputs.iter().zip(&made).filter(|(_, m)| m.rows);
    let rows: Vec<Input> = rows.map(|(i, _)| i.clone()).collect();
    (!rows.is_empty()).then(|| lacking(&rows)).flatten()
}

fn lacking(inputs: &[Input]) -> Option<String> {
    use FileKind::{Outcomes, Predictions, Reference};
    let predicts = inputs
        .iter()
        .filter(|input| input.kind == Predictions)
        .any(|input| input.roles.iter().any(|guess| guess.role.predicts()));
    let serves = has(inputs, &[Predictions], &[Role::Latency, Role::Status]);
    // From those of a reference alone the others are estimated.
    let outcome = has(
        inputs,
        &[Predictions, Outcomes, Reference],
        &[Role::Outcome],
    );
    let with_outcomes = inputs.iter().any(|input| input.kind == Outcomes);
    if !predicts && serves && !with_outcomes {
        return None;
    }
    if !predicts {
        return unpredicted(inputs).or(Some(
            "No column was found that holds predictions. Give one the role of prediction or score, or add the file that has them. To see only how many rows came when and what is missing in them, go on.".into(),
        ));
    }
    if !outcome {
        return Some(
            "No column was found that holds outcomes, so performance cannot be judged. Give one the role of outcome, or add the file that tells what came true.".into(),
        );
    }
    if let Some(why) = untied(inputs) {
        return Some(why);
    }
    let unsure = inputs
        .iter()
        .filter(|i| i.kind != Reference)
        .find_map(|input| {
            let weak = |(_, guess): &(_, &crate::log::RoleGuess)| {
                WEIGHTY.contains(&guess.role) && guess.confidence < SURE
            };
            let (column, guess) = input.sniff.columns.iter().zip(&input.roles).find(weak)?;
            Some((column.name.clone(), guess.role))
        });
    unsure.map(|(column, role)| {
        format!("Is '{column}' really the {role}? Its name and values do not make it certain. Correct it or go on.")
    })
}
