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
