//! What ties files of outcomes to predictions where no id does: the columns that both have.
//!
//! A file of outcomes and the predictions that have no id in common are joined by all columns that both
//! have by name and that can name a row: words, times, whole numbers, coordinates. So `store, item, date`
//! tie sales to their forecast, and an hour alone ties prices to theirs. That holds where the columns
//! together are (nearly) never the same twice in the first rows of the file of outcomes. It takes all of
//! them: for one too many, rows are left over for all to see; for one too few, they would meet wrong ones in
//! silence. Where ids tie the files, nothing is changed, but for an id of things that come again (a driver,
//! a sensor) beside a time that both files have: it names a row with that time only.
//!
//! The time of such an outcome is the time that was foretold, not the one at which it became known. In the
//! predictions the columns keep their meaning, and are read by name ([`crate::log`] joins so); only what
//! was not used, or holds too many words to be kept, becomes an id there.
//!
//! A file that predicts nothing and is tied so to predictions without outcomes is a file of outcomes: its
//! outcome is what a prediction is named after (`sales` of `forecast_sales`), or the only other column.

mod find;
mod outcome;

use super::look::one_outcome;
use super::message::Input;
use crate::log::{FileKind, Meant, Role, RoleGuess, apart, same_name, spoilt_score};
use crate::table::Kind;
use find::{Tie, predicts};

/// Different words in the first rows of a column that is certain to be kept as words.
const FEW_WORDS: usize = 300;
/// Whole numbers up to here are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Ties files of outcomes to predictions. To be called again when roles were given.
pub fn tie(inputs: &mut [Input]) {
    know_outcomes(inputs);
    for (at, tie) in outcome::of_one(inputs, find::all(inputs)) {
        apply(inputs, at, tie);
    }
    for at in 0..inputs.len() {
        hold(inputs, at);
    }
}

/// Why a file of outcomes cannot be joined with the predictions, and how to mend it.
#[must_use]
pub fn untied(inputs: &[Input]) -> Option<String> {
    fn columns(input: &Input) -> Vec<(&str, Role)> {
        let columns = input.sniff.columns.iter().zip(&input.roles);
        columns.map(|(c, g)| (c.name.as_str(), g.role)).collect()
    }
    let (outcomes, predictions): (Vec<_>, Vec<_>) = inputs
        .iter()
        .partition(|input| input.kind == FileKind::Outcomes);
    let predictions: Vec<_> = predictions.into_iter().map(columns).collect();
    let mut outcomes = outcomes.into_iter();
    let (input, why) = outcomes.find_map(|input| {
        let why = apart(&input.name, &columns(input), &predictions)?;
        Some((input, why))
    })?;
    if inputs.iter().any(predicts) || is_of(input, &[Role::Id]) {
        return Some(why);
    }
    Some(format!(
        "{} holds outcomes, but no column was found that holds predictions, in any file. Mark it as prediction or score; what joins the files is looked for then.",
        input.name
    ))
}

/// Why no column was found that holds predictions, where one would, but for a word among its numbers.
#[must_use]
pub fn unpredicted(inputs: &[Input]) -> Option<String> {
    let predicts = |i: &Input| i.roles.iter().any(|guess| guess.role.predicts());
    if inputs.iter().any(predicts) {
        return None;
    }
    let mut columns = inputs
        .iter()
        .flat_map(|input| input.sniff.columns.iter().map(move |c| (&input.name, c)));
    let (name, column, word) = columns.find_map(|(n, c)| Some((n, c, spoilt_score(c)?)))?;
    Some(format!(
        "Column {column} of {name} is named like a score, but holds '{word}', which is no number. Mend that cell, or give the column the role of score: such cells are then left out.",
        column = column.name,
    ))
}

/// Gives roles to columns by their names, in every file that has them. Ids come last, and where a file of
/// outcomes has the column, what it means in the predictions stays, if that is a time or something to slice
/// by: they are joined by name.
///
/// # Errors
/// A sentence, where no file has such a column.
pub fn give(inputs: &mut [Input], given: &[(Role, String)]) -> Result<(), String> {
    let (ids, others): (Vec<_>, Vec<_>) = given.iter().partition(|(role, _)| *role == Role::Id);
    for (role, column) in others.into_iter().chain(ids) {
        know_outcomes(inputs);
        let place = |i: &Input| i.sniff.columns.iter().position(|c| c.name == *column);
        let has = |i: &&Input| place(i).is_some();
        if !inputs.iter().any(|i| has(&i)) {
            return Err(format!("no file has a column '{column}'"));
        }
        let mut holders = inputs.iter().filter(has);
        let apart = *role == Role::Id && holders.any(|i| i.kind == FileKind::Outcomes);
        for input in inputs.iter_mut().filter(|i| has(&&**i)) {
            let now = place(input).and_then(|at| input.roles.get(at));
            let stays = now.is_some_and(|g| {
                matches!(
                    g.role,
                    Role::Time | Role::OutcomeTime | Role::Segment | Role::ModelVersion
                )
            });
            if !(apart && stays && input.kind != FileKind::Outcomes) {
                input.give(*role, column)?;
            }
        }
    }
    Ok(())
}

/// Says what outcomes are, wherever a column holds or foretells them; `None`: that is to be found out.
pub fn give_meaning(inputs: &mut [Input], meant: Option<&Meant>) {
    for guess in inputs.iter_mut().flat_map(|input| &mut input.roles) {
        let of_outcomes = guess.role == Role::Outcome || guess.role.predicts();
        guess.meant = meant.filter(|_| of_outcomes).cloned();
    }
}

fn is_of(input: &Input, roles: &[Role]) -> bool {
    input.roles.iter().any(|g| roles.contains(&g.role))
}

/// A file that is said to hold outcomes, and predicts nothing beside one that does, holds only those.
fn know_outcomes(inputs: &mut [Input]) {
    if !inputs.iter().any(predicts) {
        return;
    }
    for input in inputs {
        let mut given = input.roles.iter().filter(|g| g.is_given());
        if input.kind == FileKind::Predictions
            && !predicts(input)
            && given.any(|g| g.role == Role::Outcome)
        {
            input.kind = FileKind::Outcomes;
        }
    }
}

/// Makes a file one of outcomes that are joined so.
fn apply(inputs: &mut [Input], at: usize, tie: Tie) {
    let Some(input) = inputs.get_mut(at) else {
        return;
    };
    input.kind = FileKind::Outcomes;
    let dated = is_of(input, &[Role::OutcomeTime]);
    let alone = tie.keys.len() == 1;
    for (i, guess) in input.roles.iter_mut().enumerate() {
        if tie.keys.contains(&i) {
            let why = if alone {
                "the predictions have it too"
            } else {
                "the predictions have it too: one key with the other ids"
            };
            if !(guess.is_given() && guess.role == Role::Id) {
                *guess = RoleGuess::new(Role::Id, 0.8, why);
            }
            continue;
        }
        match guess.role {
            _ if guess.is_given() => {}
            Role::Id => *guess = RoleGuess::new(Role::Ignore, 0.6, "other columns join the rows"),
            Role::Time if !dated => {
                *guess = RoleGuess::new(Role::OutcomeTime, 0.6, "a time in a file of outcomes");
            }
            Role::Outcome | Role::Time | Role::OutcomeTime | Role::Ignore => {}
            _ => {
                *guess = RoleGuess::new(Role::Ignore, 0.6, "not needed in a file of outcomes");
            }
        }
    }
    if let Some((i, guess)) = tie.outcome {
        if let Some(place) = input.roles.get_mut(i) {
            *place = guess;
        }
        one_outcome(inputs);
    }
}

/// Sees to it that predictions keep the cells that a file of outcomes is joined by.
fn hold(inputs: &mut [Input], at: usize) {
    const HOLDS: &str = "; joins the outcomes";
    let Some(input) = inputs.get(at).filter(|i| i.kind == FileKind::Outcomes) else {
        return;
    };
    let columns = input.sniff.columns.iter().zip(&input.roles);
    let ids = columns.filter(|(_, g)| g.role == Role::Id);
    let ids: Vec<String> = ids.map(|(c, _)| c.name.clone()).collect();
    for input in inputs.iter_mut().filter(|i| i.kind != FileKind::Outcomes) {
        let columns = &input.sniff.columns;
        let place = |id: &String| columns.iter().position(|c| same_name(&c.name, id));
        let Some(places) = ids.iter().map(place).collect::<Option<Vec<usize>>>() else {
            continue;
        };
        for at in places {
            let (Some(column), Some(guess)) = (columns.get(at), input.roles.get_mut(at)) else {
                continue;
            };
            let lost = match (guess.role, column.kind) {
                (Role::Ignore, _) => true,
                (Role::Feature, Kind::Category) => column.distinct > FEW_WORDS,
                (Role::Feature, Kind::Number) => {
                    let exact = |(low, high): (f64, f64)| -EXACT <= low && high <= EXACT;
                    !column.range.is_none_or(exact)
                }
                (Role::Feature, _) => true,
                _ => false,
            };
            if lost {
                *guess = RoleGuess::new(Role::Id, 0.8, "joins the outcomes");
            } else if guess.role != Role::Id && !guess.is_given() && !guess.because.ends_with(HOLDS)
            {
                guess.because.push_str(HOLDS);
            }
        }
    }
}

#[cfg(test)]
mod tests;
