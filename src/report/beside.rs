//! What another tool says of each column beside what this report says, and why they differ.

use super::compat::{Compat, EvidentlyColumn, NannymlColumn, NannymlSays, Says};
use super::{AlertKind, Report};

/// A column in the eyes of two.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// The column.
    pub column: String,
    /// What the other tool says, in a few words with its numbers.
    pub says: String,
    /// Whether that is an alarm.
    pub theirs: bool,
    /// Whether an incident of the report is about the column, or touches it.
    pub ours: bool,
    /// Why both say the same, or not.
    pub because: String,
}

/// The columns that either of both alarms of first; within these in the order of the files. Empty where no other
/// tool was asked for, or the rows were not gone back to.
#[must_use]
pub fn beside(report: &Report) -> Vec<Beside> {
    let Some(compat) = &report.compat else {
        return Vec::new();
    };
    let mut rows: Vec<Beside> = match &compat.says {
        Says::Evidently(says) => {
            let columns = says.columns.iter();
            columns.map(|c| of_evidently(report, compat, c)).collect()
        }
        Says::Nannyml(says) => {
            let columns = says.columns.iter();
            columns.map(|c| of_nannyml(report, says, c)).collect()
        }
    };
    rows.sort_by_key(|row| !(row.theirs || row.ours));
    rows
}

/// Whether an incident is about a column, or touches it.
fn told(report: &Report, column: &str) -> bool {
    let own = |kind: AlertKind, name: Option<&String>| {
        kind == AlertKind::Column && name.is_some_and(|name| name == column)
    };
    report.alerts.iter().any(|alert| {
        let mut affected = alert.affected.iter();
        own(alert.kind, alert.column.as_ref()) || affected.any(|a| own(a.kind, a.column.as_ref()))
    })
}

fn of_evidently(report: &Report, compat: &Compat, column: &EvidentlyColumn) -> Beside {
    let ours = told(report, &column.column);
    let name = column
        .test
        .as_deref()
        .unwrap_or("no test")
        .replace('_', " ");
    let Some(score) = &column.score else {
        let why = column.undefined.as_deref().unwrap_or("it tells nothing");
        return Beside {
            column: column.column.clone(),
            says: format!("nothing: {why}"),
            theirs: false,
            ours,
            because: match ours {
                true => "Windows depart from the baseline; it has no test for such a column.",
                false => "Nothing departs.",
            }
            .into(),
        };
    };
    // Evidently's tests end in a p-value or in a distance, and alarm below or above their limit.
    let by_chance = score.drifted == (score.score < score.threshold);
    let (value, limit) = (shown(score.score), shown(score.threshold));
    let relation = match score.score < score.threshold {
        true => "below",
        false => "not below",
    };
    let because = match (score.drifted, ours) {
        (true, true) => "Both see a change.".to_owned(),
        (false, false) => "Neither sees a change.".to_owned(),
        (false, true) => format!(
            "It compares all rows in view at once, where a change of some windows is thinned out{}; the incident tells since when.",
            if by_chance {
                ""
            } else {
                ", by a limit that is the same whatever the rows"
            }
        ),
        (true, false) if name == "chisquare" => format!(
            "It takes the shares of the {} rows of its reference as certain, and tests every column at {limit}; counted as two samples, and over everything that is tested, it is not sure, or too small to matter.",
            compat.reference_rows
        ),
        (true, false) if by_chance => format!(
            "It tests every column at {limit} as if it were the only one, and any difference counts, however small; under the budget of false alarms it is not sure, or too small to matter."
        ),
        (true, false) => format!(
            "A limit of {limit} is the same for 50 rows and for a million: over {} rows so much comes by chance, or from windows that differ as the baseline's own do.",
            compat.rows
        ),
    };
    Beside {
        column: column.column.clone(),
        says: format!("{name} {value}, {relation} {limit}"),
        theirs: score.drifted,
        ours,
        because,
    }
}

fn of_nannyml(report: &Report, says: &NannymlSays, column: &NannymlColumn) -> Beside {
    let ours = told(report, &column.column);
    let tested = || {
        let alerts = column.drift.get("jensen_shannon").map(|l| l.alerts.iter());
        let alerts = alerts.into_iter().flatten().zip(&says.chunks);
        alerts.filter(|(_, chunk)| !chunk.reference)
    };
    let (all, alarms) = (tested().count(), tested().filter(|(a, _)| **a).count());
    let references = says.chunks.iter().filter(|c| c.reference).count();
    let limit = column.drift.get("jensen_shannon").and_then(|l| l.upper);
    let limit = limit.map_or_else(String::new, |x| format!(" above {}", shown(x)));
    let because = match (alarms > 0, ours) {
        (true, true) => "Both see a change.".to_owned(),
        (false, false) => "Neither sees a change.".to_owned(),
        (true, false) => format!(
            "Its limit is three standard deviations of {references} chunks of the reference, each column's and chunk's own; what {alarms} of {all} chunks exceed is not sure under the budget of false alarms over the whole report, or too small to matter."
        ),
        (false, true) => format!(
            "Its limit comes from {references} chunks of the reference, and each chunk stands alone; small changes that last are added up here."
        ),
    };
    Beside {
        column: column.column.clone(),
        says: format!("Jensen–Shannon{limit} in {alarms} of {all} chunks"),
        theirs: alarms > 0,
        ours,
        because,
    }
}

/// Three significant digits.
fn shown(x: f64) -> String {
    match x.abs() {
        0.0 => "0".into(),
        a if (0.001..1_000.0).contains(&a) => {
            let text = format!("{x:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{x:.1e}"),
    }
}
