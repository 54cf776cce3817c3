//! Which columns hold the labels that other models foretold: `pred_b` beside `pred_a`.
//!
//! Labels have no scale on which a column could be near. So its name must say that it predicts, its values must be
//! those of the outcome and the prediction and no others, and it must agree with the outcome (without one: with the
//! prediction) more often than by chance, by Cohen's kappa.

use super::Role;
use super::rivals::{OTHER, PREDICTIONS};
use super::roles::RoleGuess;
use super::rules::{any, is_number};
use super::task::CLASSES;
use crate::read::ColumnSniff;

/// Rows at least by which values can tell.
const ROWS: usize = 20;
/// Kappa at least.
const KAPPA: f64 = 0.1;
/// Words for an outcome.
const OUTCOMES: [&str; 8] = [
    "outcome", "actual", "truth", "label", "target", "real", "true", "observed",
];

/// Marks labels of other models among the columns that nothing else was found for. `main`: the prediction, and the
/// outcome where there is one.
pub(super) fn find(
    columns: &[ColumnSniff],
    words: &[Vec<String>],
    (main, outcome): (usize, Option<usize>),
    found: &mut [Option<RoleGuess>],
) {
    let target = outcome.unwrap_or(main);
    // What a column predicts, beside saying so; each of them having an outcome of its own, they are no rivals.
    let subject = |i: usize, marks: &[&str]| -> Vec<&String> {
        let rest = words[i].iter().filter(|w| !marks.contains(&w.as_str()));
        rest.collect()
    };
    let has_own_outcome = |i: usize| {
        let own = subject(i, &PREDICTIONS);
        let of = |k: usize| k != i && any(&words[k], &OUTCOMES) && subject(k, &OUTCOMES) == own;
        !own.is_empty() && (0..columns.len()).any(of)
    };
    let is = |i: usize| {
        found[i].is_none()
            && are_labels(&columns[i])
            && any(&words[i], &PREDICTIONS)
            && !any(&words[i], &OTHER)
            && !has_own_outcome(i)
            && within(&columns[i], [&columns[main], &columns[target]])
            && kappa(&columns[i], &columns[target]).is_some_and(|kappa| kappa > KAPPA)
    };
    if !are_labels(&columns[main]) || has_own_outcome(main) {
        return;
    }
    let rivals: Vec<usize> = (0..columns.len()).filter(|i| is(*i)).collect();
    for i in rivals {
        let why = format!(
            "named like a prediction, with the labels of {}",
            columns[target].name
        );
        found[i] = Some(RoleGuess::new(Role::Challenger, 0.7, why));
    }
}

/// Whether a column holds words, or few whole numbers.
fn are_labels(column: &ColumnSniff) -> bool {
    let few = column.whole && column.distinct <= CLASSES;
    column.filled >= ROWS && column.distinct > 1 && (few || !is_number(column))
}

/// Whether a column has no value beside those of others, as far as their samples tell.
fn within(column: &ColumnSniff, others: [&ColumnSniff; 2]) -> bool {
    let all = others.iter().all(|o| o.samples.len() == o.distinct);
    let known = |value: &String| others.iter().any(|o| o.samples.contains(value));
    let most = others.iter().map(|o| o.distinct).max().unwrap_or(0);
    column.distinct <= most + usize::from(most > 2)
        && match all {
            true => column.samples.iter().all(known),
            false => column.samples.iter().any(known),
        }
}

/// How far two columns agree beyond chance, over the first rows in which both have one of their first values.
fn kappa(a: &ColumnSniff, b: &ColumnSniff) -> Option<f64> {
    let value = |column: &'_ ColumnSniff, row: usize| {
        let code = usize::from(*column.codes.get(row)?);
        column.samples.get(code.checked_sub(1)?).cloned()
    };
    let rows: Vec<(String, String)> = (0..a.codes.len())
        .filter_map(|row| Some((value(a, row)?, value(b, row)?)))
        .collect();
    if rows.len() < ROWS {
        return None;
    }
    let n = rows.len() as f64;
    let same = rows.iter().filter(|(x, y)| x == y).count() as f64 / n;
    let share = |of: &dyn Fn(&(String, String)) -> bool| {
        rows.iter().filter(|row| of(row)).count() as f64 / n
    };
    let chance: f64 = a
        .samples
        .iter()
        .map(|v| share(&|row| row.0 == *v) * share(&|row| row.1 == *v))
        .sum();
    (chance < 1.0).then(|| (same - chance) / (1.0 - chance))
}
