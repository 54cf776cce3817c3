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

use super::look::one_outcome;
use super::message::Input;
use crate::log::{FileKind, Role, RoleGuess, apart, same_name, words};
use crate::read::ColumnSniff;
use crate::table::Kind;
use std::collections::BTreeSet;

/// Share of the first rows that have to differ.
const UNIQUE: f64 = 0.9;
/// An id that is less sure than this (a number without a name, counted up) ties nothing.
const SURE: f64 = 0.5;
/// An outcome that is less sure than this gives way to one in a file of its own.
const JUDGED: f64 = 0.6;
/// Different words in the first rows of a column that is certain to be kept as words.
const FEW_WORDS: usize = 300;
/// Whole numbers up to here are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A column and what it is taken for.
type Known<'a> = (&'a ColumnSniff, &'a RoleGuess);

/// What ties a file to predictions.
struct Tie {
    /// The columns of its key.
    keys: Vec<usize>,
    /// The column of the outcome, where it was not known, and why.
    outcome: Option<(usize, RoleGuess)>,
}

/// Ties files of outcomes to predictions. To be called again when roles were given.
pub fn tie(inputs: &mut [Input]) {
    know_outcomes(inputs);
    let found = (0..inputs.len()).filter_map(|at| Some((at, find(inputs, at)?)));
    for (at, tie) in of_one_outcome(inputs, found.collect()) {
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
    outcomes.find_map(|input| apart(&input.name, &columns(input), &predictions))
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

fn is_of(input: &Input, roles: &[Role]) -> bool {
    input.roles.iter().any(|g| roles.contains(&g.role))
}

fn predicts(input: &Input) -> bool {
    let roles = [Role::Prediction, Role::Score, Role::ClassScore];
    input.kind == FileKind::Predictions && is_of(input, &roles)
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

/// The columns of predictions of a name.
fn known<'a>(inputs: &'a [Input], name: &'a str) -> impl Iterator<Item = Known<'a>> {
    let columns = |i: &'a Input| i.sniff.columns.iter().zip(&i.roles);
    let all = inputs.iter().filter(|i| predicts(i)).flat_map(columns);
    all.filter(move |(c, _)| same_name(&c.name, name))
}

/// Those of which it is clear what they are: of the files that were not known to hold outcomes, those of
/// the surest one, and none where two could be it (sales and the weather of the same days).
fn of_one_outcome(inputs: &[Input], mut found: Vec<(usize, Tie)>) -> Vec<(usize, Tie)> {
    let name = |at: usize, i: usize| inputs.get(at)?.sniff.columns.get(i).map(|c| &*c.name);
    let files = inputs.iter().filter(|i| i.kind == FileKind::Outcomes);
    let columns = files.flat_map(|i| i.sniff.columns.iter().zip(&i.roles));
    let mut held = columns.filter(|(_, g)| g.role == Role::Outcome);
    let mut one = held.next().map(|(c, _)| c.name.as_str());
    if one.is_none() {
        let new = || {
            found
                .iter()
                .filter_map(|(at, t)| Some((*at, t.outcome.as_ref()?)))
        };
        let most = new().map(|(_, (_, g))| g.confidence).fold(0.0, f64::max);
        let surest = new().filter(|(_, (_, g))| g.confidence >= most);
        let names: BTreeSet<&str> = surest.filter_map(|(at, (i, _))| name(at, *i)).collect();
        one = names.first().copied().filter(|_| names.len() == 1);
    }
    found.retain(|(at, tie)| match &tie.outcome {
        None => true,
        Some((i, _)) => one.zip(name(*at, *i)).is_some_and(|(a, b)| same_name(a, b)),
    });
    found
}

/// What ties a file to predictions, if something new does.
fn find(inputs: &[Input], at: usize) -> Option<Tie> {
    let input = inputs.get(at)?;
    if !inputs.iter().any(predicts) {
        return None;
    }
    let serves = [Role::Latency, Role::Status, Role::Cpu, Role::Memory];
    let judges = is_of(input, &[Role::Outcome]);
    match input.kind {
        FileKind::Outcomes => {}
        FileKind::Predictions if !judges && !predicts(input) && !is_of(input, &serves) => {}
        _ => return None,
    }
    let keys = keys(inputs, input)?;
    if judges {
        let outcome = None;
        return Some(Tie { keys, outcome });
    }
    // A list of stores tells of stores, not of what came true on a day.
    let times = |i: &Input| i.sniff.columns.iter().any(|c| c.kind == Kind::Time);
    let dated = |at: &usize| {
        input
            .sniff
            .columns
            .get(*at)
            .is_some_and(|c| c.kind == Kind::Time)
    };
    if !keys.iter().any(dated) && inputs.iter().any(|i| predicts(i) && times(i)) {
        return None;
    }
    let outcome = Some(outcome(inputs, input, &keys)?);
    Some(Tie { keys, outcome })
}

/// The columns that are to be the key of a file of outcomes, where they are not so already.
fn keys(inputs: &[Input], input: &Input) -> Option<Vec<usize>> {
    let columns: Vec<Known> = input.sniff.columns.iter().zip(&input.roles).collect();
    let sure = |g: &RoleGuess| g.role == Role::Id && g.confidence >= SURE;
    let ids = (0..columns.len()).filter(|&i| sure(columns[i].1));
    let ids: Vec<usize> = ids.collect();
    let share = |of: &[usize]| {
        let of: Vec<&ColumnSniff> = of.iter().map(|&i| columns[i].0).collect();
        unique(&of)
    };
    if !ids.is_empty() {
        let named = |&i: &usize| known(inputs, &columns[i].0.name).next().is_some();
        if ids.iter().all(named) {
            let [id] = ids[..] else { return None };
            let keys = common(inputs, input);
            let time = keys.iter().any(|&i| columns[i].0.kind == Kind::Time);
            let again = comes_again(inputs, columns[id]) && keys.contains(&id);
            return (again && time && share(&keys) > share(&ids)).then_some(keys);
        }
        let mut others = inputs.iter().filter(|i| predicts(i));
        let given = ids.iter().any(|&i| columns[i].1.is_given());
        if given || others.any(|i| i.roles.iter().any(sure)) {
            return None;
        }
    }
    // What is a part of a key elsewhere is no id by itself.
    let part = |name: &str| {
        let files = inputs.iter().filter(|i| i.kind == FileKind::Outcomes);
        let mut ids = files.filter(|i| i.roles.iter().filter(|g| g.role == Role::Id).count() > 1);
        ids.any(|i| {
            let mut columns = i.sniff.columns.iter().zip(&i.roles);
            columns.any(|(c, g)| g.role == Role::Id && same_name(&c.name, name))
        })
    };
    let is_id = |&i: &usize| {
        let (column, guess) = columns[i];
        let free = guess.role != Role::Outcome && !guess.is_given();
        free && !part(&column.name) && known(inputs, &column.name).any(|(_, g)| sure(g))
    };
    if let Some(id) = (0..columns.len()).find(is_id) {
        return Some(vec![id]);
    }
    let keys = common(inputs, input);
    (!keys.is_empty() && share(&keys) >= UNIQUE).then_some(keys)
}

/// Whether an id is one of things that come again, in both files.
fn comes_again(inputs: &[Input], (id, guess): Known) -> bool {
    const ROWS: [&str; 10] = [
        "request",
        "event",
        "inference",
        "prediction",
        "row",
        "transaction",
        "record",
        "trace",
        "uuid",
        "guid",
    ];
    let words = words(&id.name);
    let of_row = words.len() == 1 || words.iter().any(|w| ROWS.contains(&w.as_str()));
    let again = |c: &ColumnSniff| c.distinct < c.filled;
    !of_row && !guess.is_given() && again(id) && known(inputs, &id.name).any(|(c, _)| again(c))
}

/// All columns that a file has in common with predictions and that can name a row.
fn common(inputs: &[Input], input: &Input) -> Vec<usize> {
    let columns: Vec<Known> = input.sniff.columns.iter().zip(&input.roles).collect();
    let ties = |&i: &usize| {
        let (column, guess) = columns[i];
        let open = !guess.is_given() || guess.role == Role::Id;
        let mut others = known(inputs, &column.name);
        open && column.filled > 0
            && names_rows(guess.role)
            && others.any(|(other, known)| {
                let used = !(known.is_given() && known.role == Role::Ignore);
                used && names_rows(known.role) && fit(column, other)
            })
    };
    let keys: Vec<usize> = (0..columns.len()).filter(ties).collect();
    let time = |i: &usize| columns[*i].0.kind == Kind::Time;
    let stored = |i: &usize| time(i) && tells_of_storing(&columns[*i].0.name);
    if keys.iter().any(|i| time(i) && !stored(i)) {
        return keys.into_iter().filter(|i| !stored(i)).collect();
    }
    keys
}

/// Whether a column of a role can be a part of a key.
fn names_rows(role: Role) -> bool {
    matches!(
        role,
        Role::Id
            | Role::Time
            | Role::OutcomeTime
            | Role::ModelVersion
            | Role::Segment
            | Role::Feature
            | Role::Ignore
    )
}

/// Whether cells of two columns can be the same, and name something.
fn fit(a: &ColumnSniff, b: &ColumnSniff) -> bool {
    let names = |c: &ColumnSniff| match c.kind {
        Kind::Category => true,
        Kind::Number if c.whole => !is_count(c),
        Kind::Number => {
            let words = words(&c.name);
            let last = words.last().map_or("", String::as_str);
            ["lat", "latitude", "lon", "lng", "long", "longitude"].contains(&last)
        }
        _ => false,
    };
    match (a.kind, b.kind) {
        (Kind::Time, Kind::Time) => true,
        _ => names(a) && names(b),
    }
}

/// Whether a column counts the rows of its own file: the index that pandas writes.
fn is_count(column: &ColumnSniff) -> bool {
    column.kind == Kind::Number && ["column_1", "index"].contains(&column.name.as_str())
}

/// Whether a time says when the row was written down.
fn tells_of_storing(name: &str) -> bool {
    const STORING: [&str; 9] = [
        "created",
        "updated",
        "modified",
        "inserted",
        "loaded",
        "ingested",
        "processed",
        "exported",
        "extracted",
    ];
    words(name).iter().any(|w| STORING.contains(&w.as_str()))
}

/// Which share of the first rows have the values of these columns to themselves.
fn unique(columns: &[&ColumnSniff]) -> f64 {
    // A folder's name is the same for all rows of its files.
    let vary = || columns.iter().filter(|c| !c.codes.is_empty());
    let rows = vary().map(|c| c.codes.len()).min().unwrap_or(0);
    let mut seen: BTreeSet<Vec<u16>> = BTreeSet::new();
    let mut filled = 0;
    for row in 0..rows {
        let cells = vary().map(|c| c.codes.get(row).copied().filter(|code| *code > 0));
        if let Some(cells) = cells.collect() {
            filled += 1;
            seen.insert(cells);
        }
    }
    seen.len() as f64 / filled.max(1) as f64
}

/// The column that holds the outcomes of a file that was not known to hold any.
fn outcome(inputs: &[Input], input: &Input, keys: &[usize]) -> Option<(usize, RoleGuess)> {
    let columns = &input.sniff.columns;
    let free = |i: &usize| {
        let (column, guess) = (&columns[*i], &input.roles[*i]);
        let other = !keys.contains(i) && !guess.is_given() && !is_count(column);
        other && column.filled > 0 && column.kind != Kind::Time
    };
    let free: Vec<usize> = (0..columns.len()).filter(free).collect();
    let guess = |at: usize, sure: f64, why: String| (at, RoleGuess::new(Role::Outcome, sure, why));
    let of_predictions = |role: &[Role], sure: f64| {
        let all = inputs.iter().filter(|i| predicts(i));
        let all = all.flat_map(|i| i.sniff.columns.iter().zip(&i.roles));
        let of = all.filter(|(_, g)| role.contains(&g.role) && g.confidence >= sure);
        of.map(|(c, _)| c.name.as_str()).collect::<Vec<_>>()
    };
    let judged = of_predictions(&[Role::Outcome], JUDGED);
    if !judged.is_empty() {
        let same = |i: &usize| judged.iter().any(|j| same_name(j, &columns[*i].name));
        let at = free.into_iter().find(same)?;
        return Some(guess(
            at,
            0.8,
            "named like the outcome of another file".into(),
        ));
    }
    let alone = |i: &usize| known(inputs, &columns[*i].name).next().is_none();
    let free: Vec<usize> = free.into_iter().filter(alone).collect();
    for name in of_predictions(&[Role::Prediction, Role::Score], 0.0) {
        let thing = foretold(name);
        let same = |i: &&usize| !thing.is_empty() && words(&columns[**i].name) == thing;
        if let Some(&at) = free.iter().find(same) {
            return Some(guess(at, 0.8, format!("what {name} foretells")));
        }
    }
    match free[..] {
        [at] => Some(guess(
            at,
            0.6,
            "the only column beside those that join".into(),
        )),
        _ => None,
    }
}

/// The words of what a prediction is named after: `sales` of `forecast_sales`.
fn foretold(name: &str) -> Vec<String> {
    const MARKS: [&str; 12] = [
        "pred",
        "predicted",
        "prediction",
        "forecast",
        "forecasted",
        "projected",
        "estimate",
        "estimated",
        "expected",
        "yhat",
        "hat",
        "score",
    ];
    let mut words = words(name);
    words.retain(|w| !MARKS.contains(&w.as_str()));
    words
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
            if !guess.is_given() {
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
