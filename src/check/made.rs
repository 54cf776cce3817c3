//! Why a check of data quality was not made, so that a rule on it has nothing to judge.

use crate::report::{CheckKind, Checks, Report};

/// Why there is no check of this kind, of this column where one is named; `None` where there is one.
pub(super) fn why_not(
    kind: CheckKind,
    column: Option<&str>,
    checks: &Checks,
    report: &Report,
) -> Option<String> {
    if checks.is_made(kind, column) {
        return None;
    }
    let title = kind.title();
    let Some(name) = column else {
        return Some(of_rows(kind, report));
    };
    if !kind.is_of_column() {
        return Some(format!(
            "“{title}” is checked of whole rows and not of a column: take column away"
        ));
    }
    if let (Some(numbers), Some(holds)) = (kind.of_numbers(), holds_numbers(name, checks))
        && numbers != holds
    {
        let (holds, of) = match holds {
            true => ("numbers", "words"),
            false => ("words", "numbers"),
        };
        return Some(format!(
            "'{name}' holds {holds}, and “{title}” is checked of {of}"
        ));
    }
    let any = CheckKind::ALL.iter().any(|kind| {
        let beside = *kind != CheckKind::Missing;
        beside && checks.is_made(*kind, column)
    });
    Some(match any {
        false => format!(
            "'{name}' is not counted window by window: its role is none whose values are, there are too many columns, or it holds nothing"
        ),
        true if kind.needs_rows() && report.streamed => passed(kind),
        true => format!(
            "“{title}” cannot be told of '{name}': the baseline or the windows give nothing to compare"
        ),
    })
}

/// The same of whole rows, or of any column.
fn of_rows(kind: CheckKind, report: &Report) -> String {
    let needs_times = matches!(
        kind,
        CheckKind::Before1971
            | CheckKind::FarTime
            | CheckKind::EarlyOutcome
            | CheckKind::LateOutcome
            | CheckKind::NoRows
            | CheckKind::Volume
    );
    match kind {
        _ if needs_times && !report.timed => {
            format!("“{}” needs times, which these rows have not", kind.title())
        }
        CheckKind::Volume => format!(
            "“{}” needs windows of time, and a baseline of five whole ones, and of a week where they are of a day or less",
            kind.title()
        ),
        kind if kind.needs_rows() && report.streamed => passed(kind),
        CheckKind::EarlyOutcome | CheckKind::LateOutcome => format!(
            "“{}” needs outcomes with a time of their own, of the baseline and of a window",
            kind.title()
        ),
        kind => format!(
            "“{}” cannot be told: no column, baseline or window gives anything to compare",
            kind.title()
        ),
    }
}

fn passed(kind: CheckKind) -> String {
    format!(
        "“{}” needs rows that are kept: these were counted as they passed",
        kind.title()
    )
}

/// Whether a column was counted as numbers, or as words; `None` where it was not counted.
fn holds_numbers(name: &str, checks: &Checks) -> Option<bool> {
    let counted = |numbers: bool| {
        let mut kinds = CheckKind::ALL.iter();
        kinds.any(|kind| kind.of_numbers() == Some(numbers) && checks.is_made(*kind, Some(name)))
    };
    match (counted(true), counted(false)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// What is said of checks of any kind, where some of them cannot be made.
pub(super) fn only_those(column: Option<&str>, checks: &Checks, report: &Report) -> String {
    if !report.streamed {
        return String::new();
    }
    let kinds = CheckKind::ALL.iter();
    let made: Vec<String> = kinds
        .filter(|kind| checks.is_made(**kind, column))
        .map(|kind| kind.title().to_lowercase())
        .collect();
    format!(
        " (rows were counted as they passed, so these are checked: {})",
        made.join(", ")
    )
}
