//! Defects (a) to (j) that Evidently 0.7.23 and NannyML 0.13.1 were found to have, and one more (k), that this one must
//! not have: each as a test of its own. The checks are in `tests/defects`, and `make evidence` counts them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "defects/numbers.rs"]
mod numbers;

#[track_caller]
fn holds(what: &str) {
    let found = numbers::CHECKS.iter().find(|check| check.0 == what);
    (found.expect("it is in the list").1)();
}

#[test]
fn a_one_sided_mann_whitney() {
    holds("a change is found in either direction by ranks");
}

#[test]
fn c_ignored_number_of_bins() {
    holds("the number of bins that is asked for is used");
}

#[test]
fn d_goodness_of_fit_of_two_samples() {
    holds("a reference is a sample, not the truth");
}

#[test]
fn e_sides_of_other_sizes() {
    holds("sides of other sizes are compared");
}

#[test]
fn f_a_last_chunk_of_three_rows() {
    holds("a last chunk of three rows moves no threshold");
}

#[test]
fn g_ignored_options() {
    holds("every option is read");
}

#[test]
fn h_randomness_without_a_seed() {
    holds("random draws are the same each time");
}

#[test]
fn i_the_verdict_of_an_empty_chunk() {
    holds("an empty chunk has no verdict");
}

#[test]
fn j_a_window_of_one_class() {
    holds("one class has no area and no error");
}

#[test]
fn k_cramer_von_mises_of_tied_values() {
    holds("equal shares of tied values are no change");
}
