//! What is wanted of a service, told of the rows of a log: each is a request.

use super::objectives::{Apdex, Fulfilment, ServiceCost, needs_tokens};
use super::slo::{Judged, Slo};
use crate::report::{View, maturity};
use crate::series::Ledger;
use crate::summary::{Slice, Summary};
use crate::table::time::Time;
use std::ops::Range;

/// What the rows are called among services.
const MODEL: &str = "the model";

/// Said where rows are narrowed to a version or a segment, and those of it are not counted apart.
const UNTOLD: &str = "Objectives are judged of all rows: those of one version or segment are counted when they are asked for, from rows that are kept. A saved report has those that it was saved with.";
/// The same of rows that were counted as they passed.
const PASSED: &str = "Objectives are judged of all rows: rows that are counted as they pass are not told apart by version or segment in steps as short as an error budget needs.";

/// Objectives of the rows in view; `None` where they tell no latency, no status or no time, and where their requests are
/// those of a service that is told of already. Of a version or segment they are those of its own rows, where the Summary
/// has them; otherwise of all rows, which a note says, and `lacks` names the slice whose rows are to be counted.
pub(in crate::report) fn of_rows(
    summary: &Summary,
    view: &View,
    lacks: &mut Option<Slice>,
) -> Option<Fulfilment> {
    let whole = summary.ledger.as_deref()?;
    if summary.task == crate::log::Task::Service && summary.machine.is_some() {
        return None;
    }
    let slice = view.slice();
    let own = summary.ledger_of(&slice);
    if own.is_none() && !summary.streamed {
        *lacks = Some(slice.clone());
    }
    let note = match own {
        Some(_) => None,
        None if summary.streamed => Some(PASSED),
        None => Some(UNTOLD),
    };
    let of = name(own.map_or(&Slice::default(), |_| &slice));
    let ledger = own.unwrap_or(whole);
    let Some(steps) = shown(ledger, view) else {
        // No row is of it.
        return Some(Fulfilment::default());
    };
    // Time passes where rows still come, too, as far as others tell; and where those of other slices came.
    let now = maturity::as_of(summary, view).filter(|_| view.live);
    let step = ledger.step();
    let last = whole.numbers()?.end.saturating_sub(1);
    let end = step.of(whole.step().start(last)).saturating_add(1);
    let end = now.map_or(i64::MIN, |now| step.of(now.0)).max(end);
    Some(Fulfilment {
        slos: slo(ledger, view, (&of, steps.clone(), end))
            .into_iter()
            .collect(),
        apdex: apdex(ledger, view, (&of, steps)).into_iter().collect(),
        // An hour of the service is paid for all rows at once.
        costs: costs(whole, view).into_iter().collect(),
        notes: note
            .map(str::to_owned)
            .into_iter()
            .chain(unpriced(summary, view))
            .collect(),
    })
}

/// What is said where prices of tokens are given, and nothing beside the rows could tell of tokens.
fn unpriced(summary: &Summary, view: &View) -> Option<String> {
    let names = match (view.service.price_in, view.service.price_out) {
        _ if summary.machine.is_some() => return None,
        (None, None) => return None,
        (Some(_), None) => "tokens in",
        (None, Some(_)) => "tokens out",
        (Some(_), Some(_)) => "tokens in and out",
    };
    Some(needs_tokens(names))
}

/// `the model (version 2, country = de)`.
fn name(slice: &Slice) -> String {
    let version = slice.version.iter().map(|v| format!("version {v}"));
    let values = slice
        .values
        .iter()
        .map(|v| format!("{} = {}", v.column, v.value));
    let parts: Vec<String> = version.chain(values).collect();
    match parts.is_empty() {
        true => MODEL.to_owned(),
        false => format!("{MODEL} ({})", parts.join(", ")),
    }
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

fn slo(ledger: &Ledger, view: &View, (of, shown, end): (&str, Range<i64>, i64)) -> Option<Slo> {
    let slow_s = view.service.slow_s.filter(|_| ledger.knows_durations());
    let steps = ledger.spent(slow_s);
    let within = steps.iter().filter(|s| shown.contains(&s.at));
    let total = within.fold((0.0, 0.0), |sum, s| (sum.0 + s.bad, sum.1 + s.all));
    let step = ledger.step();
    Slo::of(
        &view.service,
        &Judged {
            of,
            fails: ledger.knows_failed(),
            slow_s,
            total,
            between: ledger.bad_between(slow_s, shown.clone()),
            steps,
            step,
            end: end.max(ledger.numbers()?.end),
            shown: (Time(step.start(shown.start)), Time(step.start(shown.end))),
        },
    )
}

fn apdex(ledger: &Ledger, view: &View, (of, shown): (&str, Range<i64>)) -> Option<Apdex> {
    let took = ledger.took(shown);
    Apdex::of(of, &view.service, (took.all(), took.failed()), |s| {
        took.good_within(s)
    })
}

fn costs(whole: &Ledger, view: &View) -> Option<ServiceCost> {
    let price = view.service.price_hour?;
    let shown = shown(whole, view)?;
    let hours = (shown.end - shown.start) as f64 * whole.step().seconds() / 3_600.0;
    let spent = whole.spent(None);
    let within = spent.iter().filter(|s| shown.contains(&s.at));
    let requests: f64 = within.map(|s| s.all).sum();
    (requests > 0.0).then(|| ServiceCost {
        of: MODEL.into(),
        per_thousand: hours * price / requests * 1_000.0,
        all: hours * price,
    })
}
