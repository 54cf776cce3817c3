//! What is wanted of a service, and whether it is met: an objective with its error budget and how fast that is
//! spent, Apdex, what requests cost, and when a resource will be full.

use crate::report::View;
use crate::report::words::grouped;
use crate::series::{Cells, Machine, Measure, Signal};
use crate::stats::burn::{RULES, Rule, Silent, burns, fewest};
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

/// Whether an objective is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// The service.
    pub of: String,
    /// Share of requests that shall be good.
    pub objective: f64,
    /// Whether the reader chose it.
    pub chosen: bool,
    /// What a good request is, in words.
    pub good: String,
    /// Requests.
    pub requests: f64,
    /// Those that were not good.
    pub bad: f64,
    /// Share of the error budget of the time shown that is left; negative where it is overspent. `None` where there
    /// are so few requests that the objective allows less than one of them to be bad.
    pub budget_left: Option<f64>,
    /// Requests of which the objective allows one to be bad: with fewer there is no budget to tell of.
    pub budget_from: f64,
    /// When the budget was spent too fast, first one first.
    pub burns: Vec<BurnAlert>,
    /// Rules that could not be judged, and why.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unjudged: Vec<String>,
}

/// A time in which an error budget was spent too fast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurnAlert {
    /// When it would have alerted: the end of the first step.
    pub since: Time,
    /// When it ended; `None`: it goes on.
    pub until: Option<Time>,
    /// The long window in seconds.
    pub long_s: f64,
    /// The short window in seconds.
    pub short_s: f64,
    /// The burn rate from which it alerts.
    pub rate: f64,
    /// The highest burn rate.
    pub most: f64,
    /// Whether someone had to look at once.
    pub page: bool,
    /// One sentence for a person.
    pub sentence: String,
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

/// Whether objectives are met over a range of steps.
pub fn slos(machine: &Machine, view: &View, from: i64, to: i64) -> Vec<Slo> {
    let wanted = view.service;
    let objective = wanted.slo.unwrap_or(0.999);
    let mut out = Vec::new();
    for requests in machine.of(Measure::Requests) {
        let find = |measure| machine.of(measure).find(|s| s.of == requests.of);
        let (failed, durations) = (find(Measure::ServerErrors), find(Measure::Duration));
        let slow = wanted.slow_s.filter(|_| durations.is_some());
        if failed.is_none() && slow.is_none() {
            continue;
        }
        let step = |n: i64| {
            let all = increase(requests, n);
            let failed = failed.map_or(0.0, |s| increase(s, n));
            let slow = slow.zip(durations).map_or(0.0, |(slow, s)| {
                // A histogram and a counter of one service may differ by what was in flight.
                let told = s.cells.durations_at(n);
                told.map_or(0.0, |d| {
                    (1.0 - d.count_up_to(slow) / d.count().max(1e-9)).max(0.0) * all
                })
            });
            // Which of the failed were slow, too, is not told: no less is bad than the larger of both.
            (failed.max(slow).min(all), all)
        };
        let steps: Vec<(f64, f64)> = (from..to).map(step).collect();
        let (bad, all) = steps
            .iter()
            .fold((0.0, 0.0), |sum, s| (sum.0 + s.0, sum.1 + s.1));
        if all <= 0.0 {
            continue;
        }
        let good = match (failed.is_some(), slow) {
            (true, None) => "not failed by the server's fault (5xx)".to_owned(),
            (true, Some(s)) => format!("not failed by the server's fault, and within {s} s"),
            (false, _) => format!("within {} s", slow.unwrap_or_default()),
        };
        let allowed = 1.0 - objective;
        let mut slo = Slo {
            of: requests.of.clone(),
            objective,
            chosen: wanted.slo.is_some(),
            good,
            requests: all,
            bad,
            // 1 / (1 - 0.999) is a little more than 1000.
            budget_left: (all * allowed >= 1.0 - 1e-9).then(|| 1.0 - bad / all / allowed),
            budget_from: (1.0 / allowed * 1e6).round() / 1e6,
            burns: Vec::new(),
            unjudged: Vec::new(),
        };
        for rule in RULES {
            let seconds = machine.step.seconds();
            let found = match burns(&steps, seconds, allowed, &rule) {
                Ok(found) => found,
                Err(why) => {
                    slo.unjudged.push(silent(why, &rule, allowed));
                    continue;
                }
            };
            let time = |at: usize| Time(machine.step.start(from + at as i64 + 1));
            slo.burns.extend(found.iter().map(|burn| {
                let long = length(rule.long_s);
                BurnAlert {
                    since: time(burn.from),
                    until: (burn.to < steps.len()).then(|| time(burn.to)),
                    long_s: rule.long_s,
                    short_s: rule.short_s.max(seconds),
                    rate: rule.rate,
                    most: burn.most,
                    page: rule.page,
                    sentence: format!(
                        "{}'s error budget was spent {:.1} times as fast as it lasts for, over {long}",
                        requests.of, burn.most
                    ),
                }
            }));
        }
        slo.burns.sort_by_key(|b| (b.since, !b.page));
        out.push(slo);
    }
    out
}

/// Why a rule was not judged.
fn silent(why: Silent, rule: &Rule, allowed: f64) -> String {
    let (long, short) = (length(rule.long_s), length(rule.short_s));
    match why {
        Silent::Coarse => format!(
            "{long} and {short}: it needs steps of at most {} and a time of at least {long}",
            length(rule.long_s / 2.0)
        ),
        Silent::Few => format!(
            "{long} and {short}: it needs more than {} requests in {long}, so that one that fails does not alert by itself",
            grouped(fewest(allowed, rule).floor())
        ),
    }
}

/// A time in words.
fn length(seconds: f64) -> String {
    match seconds {
        s if s >= 172_800.0 => format!("{} days", s / 86_400.0),
        s if s >= 7_200.0 => format!("{} h", s / 3_600.0),
        s => format!("{} min", s / 60.0),
    }
}

fn increase(signal: &Signal, number: i64) -> f64 {
    let Cells::Rate(cells) = &signal.cells else {
        return 0.0;
    };
    let at = cells.binary_search_by_key(&number, |c| c.0);
    at.map_or(0.0, |at| cells[at].1.increase)
}

/// All that a signal counted in a range of steps.
fn sum(signal: &Signal, from: i64, to: i64) -> f64 {
    (from..to).map(|n| increase(signal, n)).sum()
}

/// Apdex of every service whose durations are known.
pub fn apdex(machine: &Machine, view: &View, from: i64, to: i64) -> Vec<Apdex> {
    let within_s = view.service.apdex_s.unwrap_or(0.5);
    let of = |signal: &Signal| {
        let all = signal.cells.durations(from, to)?;
        let n = all.count();
        let of = |measure| machine.of(measure).find(|s| s.of == signal.of);
        let slow = of(Measure::FailedDuration).and_then(|s| s.cells.durations(from, to));
        let failed = of(Measure::ServerErrors).map_or(0.0, |s| sum(s, from, to).min(n));
        // Where it is not told how long the failed ones took, they count as quick ones: most fail at once.
        let failed_within = |s: f64| slow.as_ref().map_or(failed, |d| d.count_up_to(s));
        let within = |s: f64| (all.count_up_to(s) - failed_within(s)).max(0.0);
        let satisfied = within(within_s);
        let tolerable = (within(4.0 * within_s) - satisfied).max(0.0);
        (n > 0.0).then(|| Apdex {
            of: signal.of.clone(),
            within_s,
            chosen: view.service.apdex_s.is_some(),
            value: ((satisfied + tolerable / 2.0) / n).clamp(0.0, 1.0),
            requests: n,
            failed,
        })
    };
    machine.of(Measure::Duration).filter_map(of).collect()
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
        let counted = sum(requests, from, to);
        let tokens = |measure, price: Option<f64>| {
            let found = machine.of(measure).find(|s| s.of == requests.of);
            found.map_or(0.0, |s| sum(s, from, to)) * price.unwrap_or(0.0) / 1e6
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
            let point = |n: i64| {
                let level = signal.cells.total(n, (n + every).min(to))?;
                Some(((n - from) as f64, level))
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
