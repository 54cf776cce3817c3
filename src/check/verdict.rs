//! Whether rules are kept, and the numbers behind it.

use super::rule::Rule;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// The name and version of the shape of [`Verdicts`].
pub const SCHEMA: &str = "plumbline.verdicts/1";

/// What came of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is kept.
    Pass,
    /// It could not be judged.
    #[default]
    NotEvaluated,
    /// It is broken, which is to be told.
    Warn,
    /// It is broken, and the check fails.
    Fail,
}

/// Where a rule stands at the last judged window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has never fired.
    #[default]
    Quiet,
    /// The last windows break it, but not yet enough of them.
    Pending,
    /// It fires.
    Firing,
    /// It fires in a silence.
    Silenced,
    /// It fired and came back.
    Cleared,
}

/// All verdicts on a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdicts {
    /// [`SCHEMA`].
    pub schema: String,
    /// The worst of all that could be judged.
    pub outcome: Outcome,
    /// Rules that are kept, or are silenced.
    pub passed: u64,
    /// Of these, rules that fire in a silence.
    #[serde(skip_serializing_if = "is_none", default)]
    pub silenced: u64,
    /// Rules that warn.
    pub warned: u64,
    /// Rules that fail.
    pub failed: u64,
    /// Rules that could not be judged.
    pub not_evaluated: u64,
    /// One a rule, in their order.
    pub verdicts: Vec<Verdict>,
}

/// The verdict on a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What the rule is called.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Where it stands now.
    pub state: State,
    /// One sentence for a person.
    pub sentence: String,
    /// Why it could not be judged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The least that is allowed, in numbers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub low: Option<f64>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high: Option<f64>,
    /// Whether its instants are row numbers in seconds, for want of times.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub by_rows: bool,
    /// Start of the first window of the row that made it fire last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Time>,
    /// Start of the window that brought it back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Time>,
    /// Windows that were judged.
    pub judged: u64,
    /// Windows that were passed over: immature, without a value, of the baseline.
    pub passed_over: u64,
    /// The last judged window.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latest: Option<Broken>,
    /// The windows that break it, in order of time.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub windows: Vec<Broken>,
    /// The rule.
    pub rule: Rule,
}

/// A window and the number that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    /// First instant.
    pub start: Time,
    /// End (exclusive).
    pub end: Time,
    /// Rows that the value is made of.
    pub rows: u64,
    /// The value.
    pub value: f64,
    /// Lower end of its 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high: Option<f64>,
    /// The limit that it is beyond; `None` where it keeps them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<f64>,
    /// Whether it is in a silence.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub silenced: bool,
}

fn is_none(n: &u64) -> bool {
    *n == 0
}

impl Verdict {
    /// Whether it would be broken, if a silence did not hide it.
    #[must_use]
    pub fn is_silenced(&self) -> bool {
        self.outcome == Outcome::Pass && self.state == State::Silenced
    }
}

impl Verdicts {
    /// Of these.
    #[must_use]
    pub fn of(verdicts: Vec<Verdict>) -> Self {
        let count = |outcome| verdicts.iter().filter(|v| v.outcome == outcome).count() as u64;
        let judged = verdicts.iter().map(|v| v.outcome);
        let judged = judged.filter(|o| *o != Outcome::NotEvaluated);
        Self {
            schema: SCHEMA.into(),
            outcome: judged.max().unwrap_or_default(),
            passed: count(Outcome::Pass),
            silenced: verdicts.iter().filter(|v| v.is_silenced()).count() as u64,
            warned: count(Outcome::Warn),
            failed: count(Outcome::Fail),
            not_evaluated: count(Outcome::NotEvaluated),
            verdicts,
        }
    }

    /// The JSON text that page and command line write: indented, ending in a line break.
    ///
    /// # Errors
    /// Never: it holds finite numbers only.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}
