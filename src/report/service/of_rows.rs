//! What is wanted of a service, told of the rows of a log: each is a request.

use super::objectives::{Apdex, ServiceCost};
use super::slo::{Judged, Slo};
use crate::report::{View, maturity};
use crate::series::Ledger;
use crate::summary::Summary;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What the rows are called among services.
const MODEL: &str = "the model";

/// Said where rows are narrowed to a version or a segment.
const ALL: &str =
    "Objectives are judged of all rows: they are not told apart by version or segment.";

/// Objectives of the rows in the time shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OfRows {
    /// Whether objectives are met.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slos: Vec<Slo>,
    /// How satisfying latencies are.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub apdex: Vec<Apdex>,
    /// What requests cost, where an hour of the service has a price.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub costs: Vec<ServiceCost>,
    /// Sentences on what was assumed or left out.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// Objectives of the rows; `None` where they tell no latency, no status or no time, and where their requests are those
/// of a service that is told of already.
pub(in crate::report) fn of_rows(summary: &Summary, view: &View) -> Option<OfRows> {
    let ledger = summary.ledger.as_deref()?;
    if summary.task == crate::log::Task::Service && summary.machine.is_some() {
        return None;
    }
    let steps = shown(ledger, view)?;
    // Time passes where rows still come, too, as far as others tell.
    let now = maturity::as_of(summary, view).filter(|_| view.live);
    let narrowed = view.version.is_some() || !view.slices.is_empty();
    let out = OfRows {
        slos: slo(ledger, view, steps.clone(), now).into_iter().collect(),
        apdex: apdex(ledger, view, steps.clone()).into_iter().collect(),
        costs: costs(ledger, view, steps).into_iter().collect(),
        notes: narrowed.then(|| ALL.to_owned()).into_iter().collect(),
    };
    Some(out)
}

/// The steps in view; a part of time in which there is none shows all of them.
fn shown(ledger: &Ledger, view: &View) -> Option<Range<i64>> {
    let all = ledger.numbers()?;
    let step = ledger.step();
    let part = view.range.map(|(from, to)| {
        let last = step.of(to.0.saturating_sub(1));
        all.start.max(step.of(from.0))..all.end.min(last.saturating_add(1))
    });
    Some(part.filter(|part| part.start < part.end).unwrap_or(all))
}

fn slo(ledger: &Ledger, view: &View, shown: Range<i64>, now: Option<Time>) -> Option<Slo> {
    let slow_s = view.service.slow_s.filter(|_| ledger.knows_durations());
    let steps = ledger.spent(slow_s);
    let within = steps.iter().filter(|s| shown.contains(&s.at));
    let total = within.fold((0.0, 0.0), |sum, s| (sum.0 + s.bad, sum.1 + s.all));
    let step = ledger.step();
    Slo::of(
        &view.service,
        &Judged {
            of: MODEL,
            fails: ledger.knows_failed(),
            slow_s,
            total,
            steps,
            step,
            end: now
                .map_or(i64::MIN, |now| step.of(now.0))
                .max(ledger.numbers()?.end),
            shown: (Time(step.start(shown.start)), Time(step.start(shown.end))),
        },
    )
}

fn apdex(ledger: &Ledger, view: &View, shown: Range<i64>) -> Option<Apdex> {
    let took = ledger.took(shown);
    Apdex::of(MODEL, &view.service, (took.all(), took.failed()), |s| {
        took.good_within(s)
    })
}

fn costs(ledger: &Ledger, view: &View, shown: Range<i64>) -> Option<ServiceCost> {
    let price = view.service.price_hour?;
    let hours = (shown.end - shown.start) as f64 * ledger.step().seconds() / 3_600.0;
    let spent = ledger.spent(None);
    let within = spent.iter().filter(|s| shown.contains(&s.at));
    let requests: f64 = within.map(|s| s.all).sum();
    (requests > 0.0).then(|| ServiceCost {
        of: MODEL.into(),
        per_thousand: hours * price / requests * 1_000.0,
        all: hours * price,
    })
}
