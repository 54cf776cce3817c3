//! Defects of other tools that this one must not have: how many of the checks of `tests/defects` hold.

use super::pipeline;
use crate::Asked;
use crate::table::Claim;

#[path = "../defects/checks.rs"]
mod checks;

/// The claims of this part.
pub fn claims(_: &Asked) -> Vec<Claim> {
    let failed: Vec<&str> = (checks::CHECKS.iter())
        .filter(|(_, check)| std::panic::catch_unwind(check).is_err())
        .map(|(what, _)| *what)
        .collect();
    let all = checks::CHECKS.len();
    vec![Claim::new(
        "Defects found in other tools are not here",
        format!("{all} of {all} checks"),
        format!("{} of {all} {}", all - failed.len(), failed.join(", ")),
        failed.is_empty(),
    )]
}
