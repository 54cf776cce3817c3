//! What columns of a table that grows are: what was taken as a segment stays one.
//!
//! A table is looked at anew as rows come, and what its columns are is guessed of what is there. With more rows a column
//! may hold more values than a segment is guessed of; the slices that a reader follows would be gone without a word.

use super::message::Input;
use crate::log::Role;

/// Keeps the segments of a table as it was for the table as it is now; what a reader gives stands above it.
pub fn stay(before: &Input, now: &mut Input) {
    let segment = |name: &str| {
        let mut columns = before.sniff.columns.iter().zip(&before.roles);
        let found = columns.find(|(column, _)| column.name == name);
        found
            .map(|f| f.1)
            .filter(|guess| guess.role == Role::Segment)
    };
    for (guess, column) in now.roles.iter_mut().zip(&now.sniff.columns) {
        if let Some(known) = segment(&column.name).filter(|_| !guess.is_given()) {
            known.clone_into(guess);
        }
    }
}
