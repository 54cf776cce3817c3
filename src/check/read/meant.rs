//! What rules say of outcomes.

use crate::log::Meant;
use crate::settings::{Fault, Table};

/// What outcomes are: `positive = "fraud"` or `task = "regression"`.
pub(super) fn of(file: &mut Table) -> Result<Option<Meant>, Fault> {
    let positive = file.take("positive").map(|value| value.text("positive"));
    let positive = positive.transpose()?.map(Meant::Positive);
    let Some(value) = file.take("task") else {
        return Ok(positive);
    };
    let named = value.text("task")?;
    match Meant::of_task(&named) {
        Some(_) if positive.is_some() => Err(value.fault(
            "positive says that there are two classes",
            "Leave one of the two out",
        )),
        Some(meant) => Ok(Some(meant)),
        None => Err(value.fault(
            format!("'{named}' is no task that can be said"),
            "Write \"regression\" or \"classification\"",
        )),
    }
}
