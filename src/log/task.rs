//! What the model does, told by the values of outcome, prediction and scores.

use super::Task;
use super::labels::{Cells, plain};
use super::positive::{spoken, united};
use super::rows::Log;
use crate::table::Column;
use std::collections::BTreeSet;

/// Largest number of different whole numbers that are still taken as classes.
pub(super) const CLASSES: usize = 20;

/// What the model does.
pub(super) fn task(log: &Log, cells: &Cells) -> Task {
    if !log.quantiles.is_empty() {
        return Task::Regression;
    }
    let scored = !log.score.is_empty();
    if !cells.class_scores.is_empty() {
        let n = cells
            .truth
            .as_ref()
            .and_then(classes_of)
            .map_or(cells.class_scores.len(), |c| c.len());
        return if n.max(cells.class_scores.len()) > 2 {
            Task::Multiclass
        } else {
            Task::Binary
        };
    }
    let of = |column: &Column| match classes_of(column) {
        Some(c) if c.len() <= 2 || say_yes_or_no(column, &c) => Task::Binary,
        Some(_) if scored && mostly_two(column) => Task::Binary,
        Some(_) => Task::Multiclass,
        None => Task::Regression,
    };
    let words = |column: &Column| matches!(column, Column::Category { .. });
    // Grades that a score orders the rows of a query by are no classes.
    if let (Some(t @ Column::Number(_)), None, true, false) =
        (&cells.truth, &cells.predicted, scored, log.query.is_empty())
        && classes_of(t).is_none_or(|c| c.len() > 2)
    {
        return Task::Regression;
    }
    match (&cells.truth, &cells.predicted) {
        (Some(t), Some(p)) if !scored => match (of(t), of(p)) {
            (Task::Regression, _) => Task::Regression,
            (_, Task::Regression) if !words(t) => Task::Regression,
            // Few outcomes may not show every class yet, but the predictions do.
            (Task::Binary, _) if !fit_two(t, p) => Task::Multiclass,
            (task, _) => task,
        },
        (Some(t), None) if scored && of(t) != Task::Binary && !words(t) => Task::Regression,
        (Some(t), _) => of(t),
        (None, _) if scored => Task::Binary,
        (None, Some(p)) => of(p),
        (None, None) => Task::Service,
    }
}

/// Whether all of these words say yes or no, in more than one spelling (`1`, and `true` further on).
fn say_yes_or_no(column: &Column, classes: &[String]) -> bool {
    let is = |word: &str| classes.iter().any(|c| c == word);
    // Beside 0 and 1, -1 is a third class.
    matches!(column, Column::Category { .. })
        && classes.iter().all(|c| spoken(c).is_some())
        && !(is("-1") && is("0"))
}

/// Whether two columns name two classes at most between them, or have no class in common.
fn fit_two(truth: &Column, predicted: &Column) -> bool {
    let named = |column| -> BTreeSet<String> {
        let classes = classes_of(column).unwrap_or_default();
        classes.iter().map(|l| united(l)).collect()
    };
    let (t, p) = (named(truth), named(predicted));
    t.union(&p).count() <= 2 || t.is_disjoint(&p)
}

/// The classes of a column: all words, or few whole numbers; `None` where it holds quantities.
pub(super) fn classes_of(column: &Column) -> Option<Vec<String>> {
    match column {
        Column::Category { levels, .. } => {
            let mut classes: Vec<String> = levels.iter().map(|l| plain(l)).collect();
            classes.sort();
            classes.dedup();
            Some(classes)
        }
        Column::Number(v) => {
            let distinct = distinct_numbers(v)?;
            let halves = distinct.iter().all(|x| *x == 0.0 || *x == 0.5 || *x == 1.0);
            (halves || distinct.iter().all(|x| x.fract() == 0.0))
                .then(|| distinct.iter().map(|x| format!("{}", x + 0.0)).collect())
        }
        _ => None,
    }
}

/// Whether a column holds numbers that are no classes.
pub(super) fn quantities(column: &Column) -> bool {
    matches!(column, Column::Number(_)) && classes_of(column).is_none()
}

/// The different numbers of a column, sorted, unless there are more than classes can be.
pub(super) fn distinct_numbers(v: &[f64]) -> Option<Vec<f64>> {
    let mut seen: Vec<f64> = Vec::new();
    for x in v.iter().filter(|x| !x.is_nan()) {
        if !seen.contains(x) {
            if seen.len() == CLASSES {
                return None;
            }
            seen.push(*x);
        }
    }
    seen.sort_by(f64::total_cmp);
    Some(seen)
}

/// Whether at least 90 % of the cells are 0 or 1 (games with a few ties, for instance).
fn mostly_two(column: &Column) -> bool {
    let Column::Number(v) = column else {
        return false;
    };
    let (two, all) = v
        .iter()
        .filter(|x| !x.is_nan())
        .fold((0usize, 0usize), |(t, a), x| {
            (t + usize::from(*x == 0.0 || *x == 1.0), a + 1)
        });
    two * 10 >= all * 9
}
