//! The outcome of a file that was not known to hold any.

use super::find::{Known, Tie, is_count};
use crate::engine::message::Input;
use crate::log::{FileKind, Role, RoleGuess, same_name, words};
use crate::table::Kind;
use std::collections::BTreeSet;

/// An outcome that is less sure than this gives way to one in a file of its own.
const JUDGED: f64 = 0.6;

/// Those of which it is clear what they are: of the files that were not known to hold outcomes, those of
/// the surest one, and none where two could be it (sales and the weather of the same days).
pub(super) fn of_one(inputs: &[Input], mut found: Vec<(usize, Tie)>) -> Vec<(usize, Tie)> {
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

/// The column that holds the outcomes of a file that was not known to hold any.
pub(super) fn find(known: &Known, input: &Input, keys: &[usize]) -> Option<(usize, RoleGuess)> {
    let columns = &input.sniff.columns;
    let free = |i: &usize| {
        let (column, guess) = (&columns[*i], &input.roles[*i]);
        let other = !keys.contains(i) && !guess.is_given() && !is_count(column);
        other && column.filled > 0 && column.kind != Kind::Time
    };
    let free: Vec<usize> = (0..columns.len()).filter(free).collect();
    let guess = |at: usize, sure: f64, why: String| (at, RoleGuess::new(Role::Outcome, sure, why));
    let judged = known.having(&[Role::Outcome]);
    let judged = judged.filter(|(_, g)| g.confidence >= JUDGED);
    let judged: Vec<&str> = judged.map(|(c, _)| c.name.as_str()).collect();
    if !judged.is_empty() {
        let same = |i: &usize| judged.iter().any(|j| same_name(j, &columns[*i].name));
        let at = free.into_iter().find(same)?;
        return Some(guess(
            at,
            0.8,
            "named like the outcome of another file".into(),
        ));
    }
    let alone = |i: &usize| known.named(&columns[*i].name).is_empty();
    let free: Vec<usize> = free.into_iter().filter(alone).collect();
    for (column, _) in known.having(&[Role::Prediction, Role::Score]) {
        let name = &column.name;
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
