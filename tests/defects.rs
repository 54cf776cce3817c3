//! Defects of other tools that this one must not have; `make evidence` counts the same checks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "defects/checks.rs"]
mod checks;
mod pipeline;

#[test]
fn none_of_them_is_here() {
    for (what, check) in checks::CHECKS {
        println!("{what}");
        check();
    }
}

/// Those that were found in Evidently and NannyML by their letters; the others are in `tests/traps.rs`.
#[track_caller]
fn holds(what: &str) {
    let found = checks::CHECKS.iter().find(|check| check.0 == what);
    (found.expect("it is in the list").1)();
}

#[test]
fn b_mape_of_outcomes_that_are_not_above_zero() {
    holds("MAPE takes sizes of outcomes, and tells of zeros");
}

#[test]
fn f_a_last_window_of_three_rows() {
    holds("a last window of three rows changes no other");
}

#[test]
fn i_an_old_verdict_of_an_empty_window() {
    holds("a window without outcomes has no old verdict");
}

#[test]
fn j_a_window_of_one_class() {
    holds("a window of one class has its other numbers");
}
