//! Defects of other tools that this one must not have: how many of the checks of `tests/defects` hold, of whole reports
//! and of the numbers behind them.

use super::pipeline;
use crate::Asked;
use crate::table::Claim;

#[path = "../defects/checks.rs"]
mod checks;
#[path = "../defects/numbers.rs"]
mod numbers;

/// The claims of this part.
pub fn claims(_: &Asked) -> Vec<Claim> {
    let every = || checks::CHECKS.iter().chain(numbers::CHECKS);
    let failed: Vec<&str> = every()
        .filter(|(_, check)| std::panic::catch_unwind(check).is_err())
        .map(|(what, _)| *what)
        .collect();
    let all = every().count();
    vec![Claim::new(
        "Defects found in other tools are not here",
        format!("{all} of {all} checks"),
        format!("{} of {all} {}", all - failed.len(), failed.join(", ")),
        failed.is_empty(),
    )]
}
