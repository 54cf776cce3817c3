//! What a check found, in a sentence.

use super::super::make::Making;
use super::super::words;
use super::{Check, CheckKind, Seen};
use crate::metric::Unit;

/// What was found, since when, and what was expected.
pub(super) fn sentence(making: &Making<'_>, check: &Check, worst: Option<Seen>) -> String {
    let timed = making.summary.timed;
    let at = |time| words::instant(time, making.size, timed);
    let when = match (check.since, check.goes_on, check.broken) {
        (Some(since), true, _) => format!(" since {}", at(since)),
        (Some(since), false, 1) => format!(" in the window of {}", at(since)),
        (Some(since), false, n) => format!(" in {n} windows, the first of {}", at(since)),
        (None, ..) => String::new(),
    };
    format!("{}{when}{}.", what(check, worst), expected(check))
}

fn rows(n: f64) -> String {
    match libm::rint(n) {
        1.0 => "1 row".into(),
        n => format!("{} rows", words::grouped(n)),
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "an unknown share".into(),
        |x| words::value(Unit::Percent, x),
    )
}

fn what(check: &Check, worst: Option<Seen>) -> String {
    let column = check.column.as_deref().unwrap_or("rows");
    let share = percent(check.found.value);
    let value = check.found.value.unwrap_or(0.0);
    match check.kind {
        CheckKind::Missing => format!("{share} of the cells of '{column}' are missing"),
        CheckKind::WrongType => {
            format!("{share} of the cells of '{column}' hold text where numbers stand")
        }
        CheckKind::NotFinite => {
            format!("{share} of the cells of '{column}' hold numbers that are not finite")
        }
        CheckKind::UnseenWord => {
            let first: Vec<String> = check
                .words
                .iter()
                .take(3)
                .map(|w| format!("'{}'", w.0))
                .collect();
            let named = match &first[..] {
                [] => String::new(),
                first => format!(" ({})", words::list(first)),
            };
            format!(
                "{share} of the cells of '{column}' hold words that the baseline has not{named}"
            )
        }
        CheckKind::OutOfRange => {
            format!("{share} of the numbers of '{column}' lie outside the baseline's range")
        }
        CheckKind::Outlier => format!("{share} of the numbers of '{column}' are outliers"),
        CheckKind::TextLength => {
            format!(
                "{share} of the texts of '{column}' are longer or shorter than any of the baseline"
            )
        }
        CheckKind::Constant => format!("All values of '{column}' are one"),
        CheckKind::Stuck => format!(
            "'{column}' holds one value for {} rows in a row",
            words::grouped(value)
        ),
        CheckKind::Cardinality => {
            let (count, mean) = worst.map_or((0, 0), |seen| (seen.count, seen.total));
            let values = if count == 1 { "value" } else { "values" };
            format!(
                "'{column}' has {} different {values} where {} are expected of as many rows",
                words::grouped(count as f64),
                words::grouped(mean as f64)
            )
        }
        CheckKind::DuplicateRow => format!("{share} of the rows are there twice"),
        CheckKind::DuplicateId => format!("{share} of the rows have an id that an earlier row has"),
        CheckKind::RepeatedRow => format!("{share} of the rows repeat the row before"),
        CheckKind::Before1971 => format!("{share} of the rows are dated before 1971"),
        CheckKind::FarTime => format!("{share} of the rows are dated far from all others"),
        CheckKind::EarlyOutcome => {
            format!("{share} of the outcomes are dated before their prediction")
        }
        CheckKind::LateOutcome => {
            format!("{share} of the outcomes took longer than 95 % of the baseline's did")
        }
        CheckKind::NoRows => format!("No row came for {}", words::duration(value)),
        CheckKind::StaleRow => {
            format!("{share} of the rows repeat the values of an earlier window")
        }
        CheckKind::Volume => format!("{} came in a window", rows(value)),
    }
}

fn expected(check: &Check) -> String {
    let Some(value) = check.expected.value else {
        return String::new();
    };
    match check.kind {
        CheckKind::Constant | CheckKind::Cardinality => String::new(),
        CheckKind::Stuck => format!("; {} are the most in the baseline", words::grouped(value)),
        CheckKind::NoRows => {
            format!(
                "; {} is the longest in the baseline",
                words::duration(value)
            )
        }
        CheckKind::Volume => format!("; {} are usual", words::grouped(libm::rint(value))),
        _ if value == 0.0 => "; none in the baseline".into(),
        _ => format!("; {} expected", percent(Some(value))),
    }
}
