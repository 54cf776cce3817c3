//! What is wanted of a service, and how it fares: Apdex, what requests cost, and when a resource will be full.
//! Objectives with their error budgets are beside it, in `slo`.

use super::slo::Slo;
use crate::report::View;
use crate::series::{Cells, Durations, Machine, Measure, Signal};
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
pub const ASSUMES: &str = "When a resource will be full is told from the median slope of its levels (Theil and Sen), with an interval of 95 % that allows for neighbouring levels hanging together. It holds if the resource goes on as it did in the time shown, and is left out where it does not rise for sure.";

impl Objectives {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The cells of a measure of a thing.
fn cells<'a>(machine: &'a Machine, measure: Measure, of: &str) -> Option<&'a Cells> {
    machine.of(measure).find(|s| s.of == of).map(|s| &s.cells)
}

/// Apdex of every service whose durations are known.
pub fn apdex(machine: &Machine, view: &View, from: i64, to: i64) -> Vec<Apdex> {
    let of = |signal: &Signal| {
        let wanted = view.service.apdex_s.unwrap_or(0.5);
        let limits = [wanted, 4.0 * wanted];
        // Of rows it is counted how many took longer than a limit; charts know it about.
        let rows = machine.rows_within(&signal.of, &limits, (from, to));
        let took = |measure| match rows {
            Some(rows) => machine.durations_within((measure, &signal.of), rows),
            None => cells(machine, measure, &signal.of)?.durations(from, to),
        };
        let all = took(signal.measure)?;
        let slow = took(Measure::FailedDuration);
        let count = |measure| cells(machine, measure, &signal.of).map(|c| c.count(from, to));
        let failed = count(Measure::ServerErrors).unwrap_or(0.0);
        // A histogram tells how long requests took that its rate is of, not all that came.
        let failed = match (&all, count(Measure::Requests)) {
            (Durations::Classic(_) | Durations::Native(_), Some(requests)) if requests > 0.0 => {
                failed / requests * all.count()
            }
            _ => failed,
        };
        let failed = failed.min(all.count());
        // Where it is not told how long the failed ones took, they count as quick ones: most fail at once.
        let failed_within = |s: f64| slow.as_ref().map_or(failed, |d| d.count_up_to(s));
        let within = |s: f64| (all.count_up_to(s) - failed_within(s)).max(0.0);
        Apdex::of(&signal.of, &view.service, (all.count(), failed), within)
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
        within: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let within_s = wanted.apdex_s.unwrap_or(0.5);
        let satisfied = within(within_s);
        let tolerable = (within(4.0 * within_s) - satisfied).max(0.0);
        (requests > 0.0).then(|| Self {
            of: of.to_owned(),
            within_s,
            chosen: wanted.apdex_s.is_some(),
            value: ((satisfied + tolerable / 2.0) / requests).clamp(0.0, 1.0),
            requests,
            failed,
        })
    }
}

/// What requests cost, where prices are given.
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
        let counted = requests.cells.count(from, to);
        let tokens = |measure, price: Option<f64>| {
            let found = machine.of(measure).find(|s| s.of == requests.of);
            found.map_or(0.0, |s| s.cells.count(from, to)) * price.unwrap_or(0.0) / 1e6
        };
        let hours = match &requests.cells {
            Cells::Rate(cells) => {
                let within = cells.iter().filter(|c| (from..to).contains(&c.0));
                within.map(|c| c.1.seconds).sum::<f64>() / 3_600.0
            }
            _ => 0.0,
        };
        let all = tokens(Measure::TokensIn, wanted.price_in)
            + tokens(Measure::TokensOut, wanted.price_out)
            + hours * wanted.price_hour.unwrap_or(0.0);
        (counted > 0.0).then(|| ServiceCost {
            of: requests.of.clone(),
            per_thousand: all / counted * 1_000.0,
            all,
        })
    };
    machine.of(Measure::Requests).filter_map(of).collect()
}

/// How far apart samples of a signal are, as far as its cells or shorter steps tell (microseconds).
fn apart(machine: &Machine, signal: &Signal) -> Option<i64> {
    let step = machine.step.micros();
    let apart = match &signal.cells {
        Cells::Level(cells) => {
            let most = cells.iter().map(|c| c.1.n).fold(1.0, f64::max);
            (step as f64 / most) as i64
        }
        _ => {
            let mut fine = machine.fine.iter();
            fine.find(|f| f.signal.is(signal))?.step.micros()
        }
    };
    (1..=step).contains(&apart).then_some(apart)
}

/// Where the samples of some steps are in the middle: they lie behind the start of the first one up to the end of the last,
/// within the time in which anything was seen.
fn middle(machine: &Machine, apart: Option<i64>, (start, end): (i64, i64)) -> f64 {
    let (first, last) = machine.span.unwrap_or((start, end));
    let (from, to) = match apart {
        Some(apart) => (
            start + 1 + (last - start - 1).rem_euclid(apart),
            end - (end - last).rem_euclid(apart),
        ),
        None => (start, end),
    };
    (from.max(first) as f64 + to.min(last) as f64) / 2.0
}

/// When resources will be full.
pub fn full(machine: &Machine, from: i64, to: i64) -> Vec<Full> {
    const FILLS: [Measure; 4] = [
        Measure::DiskSpace,
        Measure::MemoryShare,
        Measure::GpuMemoryShare,
        Measure::FileDescriptors,
    ];
    let mut out = Vec::new();
    for measure in FILLS {
        for signal in machine.of(measure) {
            let every = ((to - from) as usize).div_ceil(trend::MOST / 2).max(1) as i64;
            // A level is the mean of its samples, so it stands where these are in the middle.
            let apart = apart(machine, signal);
            let (step, zero) = (machine.step, machine.step.start(from));
            let point = |n: i64| {
                let end = (n + every).min(to);
                let level = signal.cells.total(n, end)?;
                let at = middle(machine, apart, (step.start(n), step.start(end)));
                Some(((at - zero as f64) / step.micros() as f64, level))
            };
            let points: Vec<(f64, f64)> = (from..to)
                .step_by(every as usize)
                .filter_map(point)
                .collect();
            let (Some(line), Some(last)) = (line(&points), points.last()) else {
                continue;
            };
            let level = line.intercept + line.slope * last.0;
            let Some((soonest, at, latest)) = reaches(&line, level, 1.0) else {
                continue;
            };
            let step = machine.step.seconds();
            let time = |steps: f64| {
                let micros = (last.0 + steps) * step * 1e6;
                Time(
                    machine
                        .step
                        .start(from)
                        .saturating_add(micros.min(4e17) as i64),
                )
            };
            out.push(Full {
                id: measure.id().into(),
                title: measure.title().into(),
                of: signal.of.clone(),
                level,
                per_day: line.slope * 86_400.0 / step,
                at: time(at),
                soonest: time(soonest),
                latest: time(latest),
            });
        }
    }
    out.sort_by_key(|f| f.at);
    out
}
