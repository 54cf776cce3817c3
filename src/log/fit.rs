//! Numbers made fit to be counted: places in a list turned into scores, and errors beyond every number left out.

use super::Role;
use super::columns::Predictions;
use super::notes::Notes;
use super::roles::words;
use super::rows::{Log, Truth};
use super::rules::is_place;
use crate::table::Column;

/// The sentence on rows whose error is no number.
const BEYOND: [&str; 2] = [
    "{n} row has an outcome and a prediction that are farther apart than any number: its outcome is left out.",
    "{n} rows have outcomes and predictions that are farther apart than any number: their outcomes are left out.",
];

/// Leaves out the outcomes of rows whose error is beyond every number, so that all metrics are of the same rows.
pub(super) fn leave_out_beyond(log: &mut Log) {
    let (Truth::Numbers(truth), Truth::Numbers(predicted)) = (&mut log.truth, &log.predicted)
    else {
        return;
    };
    let mut beyond = 0;
    for (y, p) in truth.iter_mut().zip(predicted) {
        if (*p - *y).is_infinite() {
            *y = f64::NAN;
            beyond += 1;
        }
    }
    if beyond > 0 {
        log.notes.count(beyond, BEYOND, "");
    }
}

/// The scores. Of a place in a list less is better: it is turned round.
pub(super) fn score(predictions: &mut Predictions, notes: &mut Notes) -> Option<Column> {
    let name = predictions.name_of(Role::Score);
    let mut column = predictions.take(Role::Score)?;
    let placed = predictions.has(Role::Query) && is_place(&words(&name));
    if let (true, Column::Number(cells)) = (placed, &mut column)
        && cells
            .iter()
            .all(|x| x.is_nan() || *x >= 0.0 && x.fract() == 0.0)
    {
        cells.iter_mut().for_each(|x| *x = 0.0 - *x);
        notes.say(format!(
            "'{name}' is taken as the place in a list, of which less is better: scores are its negative."
        ));
    }
    Some(column)
}
