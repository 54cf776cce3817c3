//! What is wanted of a service, and how it fares: Apdex, what requests cost, and when a resource will be full.
//! Objectives with their error budgets are beside it, in `slo`.

use super::slo::Slo;
use crate::report::View;
use crate::series::{Cells, Machine, Measure, Signal, UpTo};
use crate::stats::trend::{self, line, reaches};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// What a reader wants of a service; what is `None` is as its method says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Objectives {
    /// Share of requests that shall be good; `None`: 0.999.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slo: Option<f64>,
    /// Seconds within which a good request is answered; `None`: however long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_s: Option<f64>,
    /// Seconds within which a reader of Apdex is satisfied; `None`: 0.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apdex_s: Option<f64>,
    /// Price of a million tokens of prompts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_in: Option<f64>,
    /// Price of a million tokens generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_out: Option<f64>,
    /// Price of an hour in which the service runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_hour: Option<f64>,
}

/// Whether what is wanted of a service is met, in the time shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fulfilment {
    /// Whether objectives are met, and what is left of their error budgets.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slos: Vec<Slo>,
    /// How satisfying durations are.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub apdex: Vec<Apdex>,
    /// What requests cost, where prices are given.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub costs: Vec<ServiceCost>,
    /// Sentences on what was assumed or left out.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// Satisfied requests and half of the tolerable ones, over all; failed ones count as frustrated,
/// however quick they were. Source: Apdex Alliance (2007), *Application
/// Performance Index, technical specification*, version 1.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Apdex {
    /// The service.
    pub of: String,
    /// Seconds within which a request satisfies; it is tolerable up to four times that.
    pub within_s: f64,
    /// Whether the reader chose it.
    pub chosen: bool,
    /// Between 0 and 1.
    pub value: f64,
    /// Its ends, where it lies between two: requests are counted by bounds of how long they took, and the limit is none of
    /// these.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value_between: Option<(f64, f64)>,
    /// Requests.
    pub requests: f64,
    /// Those that failed by the server's fault: they frustrate, however quick they were.
    #[serde(default)]
    pub failed: f64,
}

/// What requests cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceCost {
    /// The service.
    pub of: String,
    /// Of a thousand requests, in the reader's unit.
    pub per_thousand: f64,
    /// Of all of them.
    pub all: f64,
}

/// When a resource will be full, if it goes on as it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Full {
    /// The measure.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Of what.
    pub of: String,
    /// How full it is at the end of the time shown.
    pub level: f64,
    /// What is added a day.
    pub per_day: f64,
    /// When it will be full.
    pub at: Time,
    /// The soonest, at 95 %.
    pub soonest: Time,
    /// The latest, at 95 %.
    pub latest: Time,
}

/// Said of what is told of full resources.
pub const ASSUMES: &str = "When a resource will be full is told from the median slope of its levels (Theil and Sen). The interval of 95 % is that of the instant at which this line is full (Fieller), and allows for neighbouring levels hanging together; what the resource sways by around its line comes on top. It holds if the resource goes on as it did in the time shown, and is left out where it does not rise for sure.";

impl Objectives {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// All that a signal counted in a range of steps.
fn sum(signal: &Signal, from: i64, to: i64) -> f64 {
    signal.totals().came(from, to)
}

/// Apdex of every service whose durations are known.
pub fn apdex(machine: &Machine, view: &View, from: i64, to: i64) -> Vec<Apdex> {
    let of = |signal: &Signal| {
        let steps = (from, to);
        let (all, _) = signal.up_to(steps, 0.0)?;
        let of = |measure| machine.of(measure).find(|s| s.of == signal.of);
        let slow = of(Measure::FailedDuration);
        let failed = of(Measure::ServerErrors).map_or(0.0, |s| sum(s, from, to));
        let failed = failed.min(all);
        // Where it is not told how long the failed ones took, they count as quick ones: most fail at once.
        let failed_within = |s: f64| {
            let told = slow.and_then(|signal| signal.up_to(steps, s));
            told.map_or(UpTo::exactly(failed), |(_, within)| within)
        };
        let within = |s: f64| match signal.up_to(steps, s) {
            Some((_, all)) => all.without(failed_within(s)),
            None => UpTo::default(),
        };
        Apdex::of(&signal.of, &view.service, (all, failed), within)
    };
    machine.of(Measure::Duration).filter_map(of).collect()
}

impl Apdex {
    /// Of requests whose duration is known and of those of them that failed; `within` tells how many took at most so
    /// many seconds and did not fail. `None` without any.
    pub(super) fn of(
        of: &str,
        wanted: &Objectives,
        (requests, failed): (f64, f64),
        within: impl Fn(f64) -> UpTo,
    ) -> Option<Self> {
        let within_s = wanted.apdex_s.unwrap_or(0.5);
        // Satisfied ones and half of those up to four times the limit are half of both counts.
        let both = within(within_s).plus(within(4.0 * within_s));
        let share = |count: f64| (count / 2.0 / requests).clamp(0.0, 1.0);
        (requests > 0.0).then(|| Self {
            of: of.to_owned(),
            within_s,
            chosen: wanted.apdex_s.is_some(),
            value: share(both.about),
            value_between: both.ends().map(|(a, b)| (share(a), share(b))),
            requests,
            failed,
        })
    }
}

/// What requests cost, where prices are given and what they are of is told.
pub fn costs(machine: &Machine, view: &View, from: i64, to: i64) -> Vec<ServiceCost> {
    let wanted = view.service;
    if wanted
        .price_in
        .or(wanted.price_out)
        .or(wanted.price_hour)
        .is_none()
    {
        return Vec::new();
    }
    let of = |requests: &Signal| {
        let counted = sum(requests, from, to);
        let tokens = |measure, price: Option<f64>| {
            let found = machine.of(measure).find(|s| s.of == requests.of)?;
            Some(sum(found, from, to) * price? / 1e6)
        };
        let hours = match requests.totals() {
            Cells::Rate(cells) => {
                let within = cells.iter().filter(|c| (from..to).contains(&c.0));
                within.map(|c| c.1.seconds).sum::<f64>() / 3_600.0
            }
            _ => 0.0,
        };
        let priced = [
            tokens(Measure::TokensIn, wanted.price_in),
            tokens(Measure::TokensOut, wanted.price_out),
            wanted.price_hour.map(|price| hours * price),
        ];
        // Of what a price is given for, nothing is told: no cost is known, which is not none.
        let told = priced.iter().any(Option::is_some);
        let all: f64 = priced.into_iter().flatten().sum();
        (told && counted > 0.0).then(|| ServiceCost {
            of: requests.of.clone(),
            per_thousand: all / counted * 1_000.0,
            all,
        })
    };
    machine.of(Measure::Requests).filter_map(of).collect()
}

/// What is said where a price of tokens is given, and no tokens are told that it is of: it takes their counts.
pub fn unpriced(machine: &Machine, view: &View) -> Option<String> {
    let wanted = view.service;
    let lacks = |measure, price: Option<f64>| {
        price.is_some() && !machine.of(measure).any(|s| s.ends().is_some())
    };
    let names = match (
        lacks(Measure::TokensIn, wanted.price_in),
        lacks(Measure::TokensOut, wanted.price_out),
    ) {
        (true, true) => "tokens in and out",
        (true, false) => "tokens in",
        (false, true) => "tokens out",
        (false, false) => return None,
    };
    Some(needs_tokens(names))
}

/// What a cost by tokens takes.
pub fn needs_tokens(names: &str) -> String {
    format!(
        "Cost per 1000 requests needs counts of {names}, which are not told: give a table with such columns (prompt_tokens, completion_tokens) or metrics of the model server."
    )
}

/// When resources will be full. Each step, or some together, is a point where its samples were in their middle.
pub fn full(machine: &Machine, from: i64, to: i64) -> Vec<Full> {
    let start = machine.step.start(from) as f64 / 1e6;
    let end = machine.step.start(to) as f64 / 1e6;
    let every = ((to - from) as usize).div_ceil(trend::MOST / 2).max(1) as i64;
    let of = |signal: &Signal| {
        let point = |n: i64| {
            let next = (n + every).min(to);
            let level = signal.cells.total(n, next)?;
            let told = signal.when.as_ref().and_then(|when| when.total(n, next));
            let middle = machine.step.start(n) as f64 + machine.step.start(next) as f64;
            Some((told.unwrap_or(middle / 2e6) - start, level))
        };
        let numbers = (from..to).step_by(every as usize);
        let points: Vec<(f64, f64)> = numbers.filter_map(point).collect();
        let line = line(&points)?;
        let last = points.last()?.0;
        let (soonest, at, latest) = reaches(&line, 1.0, last)?;
        let time = |seconds: f64| Time(((start + seconds) * 1e6).min(4e17) as i64);
        Some(Full {
            id: signal.measure.id().into(),
            title: signal.measure.title().into(),
            of: signal.of.clone(),
            level: line.level + line.slope * (end - start - line.middle),
            per_day: line.slope * 86_400.0,
            at: time(at),
            soonest: time(soonest),
            latest: time(latest),
        })
    };
    let all = machine.signals.iter().filter(|s| s.measure.fills());
    let mut out: Vec<Full> = all.filter_map(of).collect();
    out.sort_by_key(|f| f.at);
    out
}
