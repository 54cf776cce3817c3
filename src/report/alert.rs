//! Incidents: what began to depart from the baseline together.

use super::Level;
use super::effect::Effect;
use crate::metric::Estimate;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// What an alert is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A metric of all rows.
    #[default]
    Metric,
    /// A metric of a slice.
    Slice,
    /// What a column holds, or what is wrong with whole rows.
    Column,
}

/// An incident: everything that began to depart from the baseline together, named by what matters most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is about.
    #[serde(default)]
    pub kind: AlertKind,
    /// The metric; of a column, what is watched of it: `location`, `spread`, `shape`, `share`, `unknown`, `missing`,
    /// `wrong_type`, or its `correlation` with another; of whole rows what is wrong with them: `duplicate_row`,
    /// `duplicate_id`, `before1971`, `far_time`, `early_outcome`, `stale_row`, that they come late, `late_outcome`, or how
    /// many come, `volume`.
    pub metric: String,
    /// The column, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// The slice where it departs most, where one stands out.
    pub slice: Option<String>,
    /// Column and value of the slice that it is about, or column and word, or two columns that hang together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value_of: Option<(String, String)>,
    /// Start of the first window of the run.
    pub since: Time,
    /// Start of the first window that may be the first one, at 95 %.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since_earliest: Option<Time>,
    /// Start of the last window that may be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since_latest: Option<Time>,
    /// Start of the window after which it was raised: nothing later was needed to know of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raised: Option<Time>,
    /// End (exclusive) of its last window; `None`: it goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Time>,
    /// Start of the first window after its last pause, where it ended and began anew: its value, change and
    /// sentence are of the windows since then, and the sentence tells those before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resumed: Option<Time>,
    /// Departing windows since then.
    pub windows: u64,
    /// Mature windows since then.
    pub judged: u64,
    /// The metric from `since` on.
    pub value: Estimate,
    /// The baseline's.
    pub baseline: Estimate,
    /// The difference of its windows from the baseline, seasons removed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub change: Option<Estimate>,
    /// False alarms a window to be expected over the whole report, if everything as sure as this were an alarm: the
    /// p-value over its part of the budget, when it was raised. It is no p-value itself, and at most one over the
    /// budget.
    #[serde(alias = "p_value")]
    pub false_alarm_rate: f64,
    /// By which method at which level.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub method: String,
    /// How bad.
    pub level: Level,
    /// Of a column: whether predictions are as right as before in the same windows, as outcomes or, without any,
    /// estimates tell. `None`: not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub harmless: Option<bool>,
    /// Of a column: what became of predictions in the same windows, by which such incidents are ranked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effect: Option<Effect>,
    /// What else changed in the same windows, most sure first (Benjamini and Yekutieli at 5 %).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub affected: Vec<Affected>,
    /// One sentence for a person.
    pub sentence: String,
    /// The sentence without what estimates add to it, where they do: they come later than what is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known: Option<String>,
}

impl Alert {
    /// Whether it goes on.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.until.is_none()
    }

    /// Names it among others; the same as long as it goes on.
    #[must_use]
    pub fn id(&self) -> String {
        let kind = match self.kind {
            AlertKind::Metric => "metric",
            AlertKind::Slice => "slice",
            AlertKind::Column => "column",
        };
        let value = self.value_of.as_ref();
        let value = value.map(|(column, value)| format!("{column}={value}"));
        let mut parts = vec!["incident", kind, &self.metric];
        parts.extend(self.column.as_deref());
        parts.extend(value.as_deref());
        parts.join(" ")
    }

    /// Whether a metric of all rows is what it is about, or among what changed with it.
    #[must_use]
    pub fn touches(&self, metric: &str) -> bool {
        self.value_of_metric(metric).is_some()
    }

    /// What a metric of all rows that it touches is in its windows.
    #[must_use]
    pub fn value_of_metric(&self, metric: &str) -> Option<&Estimate> {
        let own = self.kind == AlertKind::Metric && self.metric == metric;
        let beside = |a: &&Affected| a.kind == AlertKind::Metric && a.metric == metric;
        let beside = || self.affected.iter().find(beside).map(|a| &a.value);
        own.then_some(&self.value).or_else(beside)
    }
}

/// Something that changed in the windows of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    /// What it is.
    pub kind: AlertKind,
    /// As in [`Alert::metric`].
    pub metric: String,
    /// As in [`Alert::column`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// As in [`Alert::value_of`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value_of: Option<(String, String)>,
    /// What it is in these windows, as the difference tells.
    pub value: Estimate,
    /// The difference from the baseline; of the shape of a column near to standard deviations of ranks.
    pub change: Estimate,
    /// p-value, corrected (Benjamini and Yekutieli) over everything that is watched.
    pub p_value: f64,
}
