//! Roles in a file of requests, which tells how long each took and how it ended, and foretells nothing.

use super::Role;
use super::roles::{RoleGuess, SEGMENT_VALUES};
use super::rules::is_number;
use crate::read::ColumnSniff;
use crate::table::names::{is_failure, is_success};

/// A label is what was asked for, and no truth, which would have to be joined by an id. Whether a request ended well says
/// more than its status, which is missing where no answer came; that it failed stands for a status that is not told.
pub(super) fn find(
    columns: &[ColumnSniff],
    words: &[Vec<String>],
    found: &mut [Option<RoleGuess>],
) {
    let position = |found: &[Option<RoleGuess>], role| {
        let of =
            |g: &Option<RoleGuess>| g.as_ref().is_some_and(|g| g.role == role && !g.is_given());
        found.iter().position(of)
    };
    if position(found, Role::Latency).is_none() {
        return;
    }
    let status = position(found, Role::Status);
    let label = position(found, Role::Outcome);
    let flag = |named: fn(&[String]) -> bool| {
        (0..columns.len()).find(|&i| {
            (found[i].is_none() || status.is_none() && label == Some(i))
                && columns[i].distinct <= 2
                && words[i].len() <= 2
                && named(&words[i])
        })
    };
    let plain = |i: &usize| is_flag(&columns[*i]);
    let good = match status {
        Some(_) => flag(is_success),
        None => flag(is_success)
            .filter(plain)
            .or_else(|| flag(is_failure).filter(plain)),
    };
    if status.is_none() && good.is_none() {
        return;
    }
    if let Some(good) = good {
        if let Some(status) = status {
            found[status] = None;
        }
        found[good] = Some(RoleGuess::new(
            Role::Status,
            0.95,
            "says whether each request ended well",
        ));
    }
    if let Some(label) = label.filter(|label| good != Some(*label)) {
        found[label] = (columns[label].distinct <= SEGMENT_VALUES)
            .then(|| RoleGuess::new(Role::Segment, 0.7, "a label of requests, few values"));
    }
}

/// Whether a column says yes or no.
fn is_flag(column: &ColumnSniff) -> bool {
    if is_number(column) {
        return column.whole && column.range.is_some_and(|(l, h)| l >= 0.0 && h <= 1.0);
    }
    let word =
        |s: &String| ["true", "false", "yes", "no"].contains(&s.to_ascii_lowercase().as_str());
    !column.samples.is_empty() && column.samples.iter().all(word)
}
