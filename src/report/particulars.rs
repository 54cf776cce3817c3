//! What there is to know of an incident, as a person reads it: what, since when, how much, over how many rows, by which
//! method at which level, and what else changed then. The page, a notification and a message to a webhook have the
//! same.

use super::incidents::CORRELATION;
use super::whole_rows::what_rows;
use super::{Affected, Alert, AlertKind, Report, words};
use crate::metric::{self, Estimate, Unit};
use crate::summary::WindowSize;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particular {
    /// What it is: `Since`, `Change`.
    pub label: String,
    /// What there is to say of it: one text, or one for each thing.
    pub texts: Vec<String>,
}

impl Particular {
    fn one(label: &str, text: String) -> Self {
        Self {
            label: label.into(),
            texts: vec![text],
        }
    }
}

/// In what a number of what is watched is, and what its change is in.
fn units(kind: AlertKind, metric: &str) -> (Unit, Unit) {
    match kind {
        AlertKind::Column => match metric {
            "location" | "spread" | "shape" => (Unit::Outcome, Unit::Ratio),
            CORRELATION => (Unit::Ratio, Unit::Ratio),
            "volume" => (Unit::Count, Unit::Count),
            _ => (Unit::Percent, Unit::Percent),
        },
        AlertKind::Metric | AlertKind::Slice => {
            let unit = metric::info(metric).map_or(Unit::Outcome, |i| i.unit);
            (unit, unit)
        }
    }
}

/// What is watched, in words.
fn what(
    kind: AlertKind,
    metric: &str,
    column: Option<&String>,
    value_of: Option<&(String, String)>,
) -> String {
    let title = metric::info(metric).map_or(metric, |i| i.title);
    let column = column.map_or("", String::as_str);
    match (kind, metric, value_of) {
        (AlertKind::Metric, ..) => format!("{title} of all rows"),
        (AlertKind::Slice, _, Some((column, value))) => {
            format!("{title} where {column} is {value}")
        }
        (AlertKind::Slice, ..) => title.into(),
        (AlertKind::Column, "location", _) => format!("How high the values of {column} are"),
        (AlertKind::Column, "spread", _) => format!("How wide the values of {column} spread"),
        (AlertKind::Column, "shape", _) => format!("How the values of {column} are distributed"),
        (AlertKind::Column, "share", Some((_, word))) => {
            format!("The share of “{word}” in {column}")
        }
        (AlertKind::Column, "share", None) => format!("The share of rarer values of {column}"),
        (AlertKind::Column, "unknown", _) => {
            format!("The share of values of {column} that the baseline has not")
        }
        (AlertKind::Column, CORRELATION, Some((first, second))) => {
            format!("The rank correlation of {first} and {second}")
        }
        (AlertKind::Column, "wrong_type", _) => {
            format!("The share of cells of {column} that hold no number")
        }
        (AlertKind::Column, "missing", _) => format!("The share of missing cells of {column}"),
        (AlertKind::Column, "volume", _) => "Rows a window".into(),
        (AlertKind::Column, ..) => format!("The share of {}", what_rows(metric)),
    }
}

/// A change in its unit: of what a column holds, in standard deviations of ranks.
fn changed(unit: Unit, kind: AlertKind, metric: &str, change: &Estimate) -> String {
    let text = words::change(unit, change);
    match (kind, metric) {
        (AlertKind::Column, "location" | "spread" | "shape") => {
            format!("{text} standard deviations of ranks")
        }
        _ => text,
    }
}

impl Report {
    /// What there is to know of one of its incidents.
    #[must_use]
    pub fn particulars(&self, alert: &Alert) -> Vec<Particular> {
        let (unit, of_change) = units(alert.kind, &alert.metric);
        let mut out = vec![
            Particular::one(
                "What",
                what(
                    alert.kind,
                    &alert.metric,
                    alert.column.as_ref(),
                    alert.value_of.as_ref(),
                ),
            ),
            Particular::one("Since", self.since(alert)),
        ];
        // Components of shapes have no unit; without a mean only their change tells.
        let told = unit != Unit::Outcome || alert.kind != AlertKind::Column;
        let mean = alert.metric == "location" && alert.baseline.n > 0;
        if told || mean {
            let label = self.baseline.as_ref().map_or("", |b| b.label.as_str());
            let from = words::in_unit(unit, &alert.baseline);
            out.push(Particular::one("Value", words::in_unit(unit, &alert.value)));
            out.push(Particular::one("Baseline", format!("{from} ({label})")));
        }
        if let Some(change) = &alert.change {
            let text = changed(of_change, alert.kind, &alert.metric, change);
            out.push(Particular::one("Change", text));
        }
        out.push(Particular::one("Rows", rows(alert)));
        if !alert.method.is_empty() {
            out.push(Particular::one("Method", alert.method.clone()));
        }
        out.push(Particular::one("Level", self.level(alert)));
        out.extend(effect(alert).map(|text| Particular::one("Effect", text)));
        if let Some(slice) = alert
            .slice
            .as_ref()
            .filter(|_| alert.kind == AlertKind::Metric)
        {
            out.push(Particular::one("Most where", slice.clone()));
        }
        let texts: Vec<String> = match alert.affected.is_empty() {
            true => vec!["nothing else that is watched".into()],
            false => alert.affected.iter().map(affected).collect(),
        };
        out.push(Particular {
            label: "Also changed".into(),
            texts,
        });
        out
    }

    fn since(&self, alert: &Alert) -> String {
        let size = self.view.window.unwrap_or(WindowSize::Day);
        let instant = |time: Time| words::instant(time, size, self.timed);
        let mut text = instant(alert.since);
        match (alert.since_earliest, alert.since_latest) {
            (Some(a), Some(b)) if a < b => {
                text += &format!(" (95 %: {} to {})", instant(a), instant(b));
            }
            (Some(_), Some(_)) => text += " (95 %: no other window)",
            _ => {}
        }
        if let Some(until) = alert.until {
            text += &format!("; over since {}", instant(until));
        }
        if let Some(raised) = alert.raised {
            text += &format!("; raised after the window of {}", instant(raised));
        }
        text
    }

    fn level(&self, alert: &Alert) -> String {
        let budget = super::watch::budget(self.view.budget);
        format!(
            "false-alarm rate {} when it was raised; the budget of the whole report is 1 in {} windows; changes from {} on count",
            words::false_alarm_rate(alert.false_alarm_rate),
            words::number(budget),
            self.view.least.told(alert)
        )
    }
}

fn rows(alert: &Alert) -> String {
    let n = match &alert.change {
        Some(change) if change.n > 0 => change.n,
        _ => alert.value.n,
    };
    let windows = match alert.judged {
        1 => "1 window".to_owned(),
        n => format!("{} windows", words::grouped(n as f64)),
    };
    let differ = match (alert.windows, alert.judged) {
        (a, b) if a == b => "",
        _ => &format!(", {} of which differ this way", alert.windows),
    };
    format!("{} in {windows}{differ}", words::rows(n))
}

/// What became of predictions, in the windows of an incident about a column.
fn effect(alert: &Alert) -> Option<String> {
    let effect = alert.effect.as_ref()?;
    let info = metric::info(&effect.metric)?;
    let told = match alert.harmless {
        Some(true) => "harmless so far: ",
        Some(false) => "harmful: ",
        None => "not sure: ",
    };
    let estimated = if effect.estimated { "estimated " } else { "" };
    Some(format!(
        "{told}{estimated}{} {} is {}, {} from the baseline",
        words::lower_first(info.title),
        effect.span(),
        words::in_unit(info.unit, &effect.value),
        words::change(info.unit, &effect.change),
    ))
}

/// Something else that changed.
fn affected(of: &Affected) -> String {
    let (unit, of_change) = units(of.kind, &of.metric);
    let change = changed(of_change, of.kind, &of.metric, &of.change);
    let what = what(
        of.kind,
        &of.metric,
        of.column.as_ref(),
        of.value_of.as_ref(),
    );
    let value = match of.kind {
        // What such a number is by itself tells a person nothing.
        AlertKind::Column if unit == Unit::Outcome => String::new(),
        _ => format!(
            " to {}",
            words::value(unit, of.value.value.unwrap_or_default())
        ),
    };
    format!(
        "{what}: {change}{value}, {}, corrected",
        words::p_value(of.p_value)
    )
}
