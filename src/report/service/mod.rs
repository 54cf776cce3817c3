//! What the machine says beside the model: requests, errors and durations first, then how busy resources are, on one
//! grid of time.

mod objectives;
mod of_rows;
mod panels;
mod slo;
pub mod told;

pub use objectives::{Apdex, Fulfilment, Full, Objectives, ServiceCost};
pub use slo::{BurnAlert, Slo};

pub(super) use of_rows::of_rows;
pub(super) use panels::whole_panels;

use super::words::lower_first;
use super::{Block, View};
use crate::series::ranges::together;
use crate::series::{Family, Machine, Measure, Unit};
use crate::summary::Summary;
use crate::table::time::Time;
use panels::{BY_SERVER, ERROR_SHARE};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use told::amount;

/// Requests, errors and latency of the rows of the view, and what files of the service tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// Of the rows with a latency or a status.
    #[serde(flatten)]
    pub block: Block,
    /// Of metrics and logs of the service, where such files were given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service: Option<Service>,
    /// Why files of the service that were given tell nothing, and what would; empty where they tell something.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lacks: Vec<String>,
    /// Whether the rows meet what is wanted of a service.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub objectives: Option<Fulfilment>,
}

impl Resources {
    /// Whether what is wanted is met: of the rows, and of what files of the service tell.
    pub fn fulfilments(&self) -> impl Iterator<Item = &Fulfilment> {
        let service = self.service.iter().map(|s| &s.objectives);
        self.objectives.iter().chain(service)
    }

    /// Objectives with their error budgets, of all of these.
    pub fn slos(&self) -> impl Iterator<Item = &Slo> {
        self.fulfilments().flat_map(|f| &f.slos)
    }

    /// Which rules of error budgets could not be judged, in words; of an objective that nobody chose nobody waits for
    /// an alert.
    #[must_use]
    pub fn unjudged(&self) -> Vec<String> {
        let unjudged = self.slos().filter(|s| s.chosen && !s.unjudged.is_empty());
        let told = |slo: &Slo| {
            format!(
                "Whether the error budget of {} is spent too fast is not judged over {}.",
                slo.of,
                slo.unjudged.join("; nor over ")
            )
        };
        unjudged.map(told).collect()
    }
}

impl Deref for Resources {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.block
    }
}

/// What files of a service tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Start of the first step.
    pub start: Time,
    /// End of the last step (exclusive).
    pub end: Time,
    /// The first and the last instant of it at which anything was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seen: Option<(Time, Time)>,
    /// Length of a step in seconds; rates are Prometheus's `rate()` over it.
    pub step_s: f64,
    /// Requests of all things together, over the steps in which any was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requests_per_second: Option<f64>,
    /// One measure each, requests first.
    pub panels: Vec<Panel>,
    /// Whether what is wanted of it is met, and sentences on what was assumed or left out.
    #[serde(flatten)]
    pub objectives: Fulfilment,
    /// Resources that will be full if they go on as they did, soonest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub full: Vec<Full>,
    /// When something began anew: a counter fell.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub restarts: Vec<Restart>,
    /// When a source gave nothing, also where that was shorter than a step.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub gaps: Vec<ServiceGap>,
}

/// A time in which a source gave nothing: scrapes are missing, or a live source could not be asked, nor later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceGap {
    /// The last instant that is known.
    pub start: Time,
    /// The first one that is known again.
    pub end: Time,
    /// What gave nothing while others did; empty where nothing did.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub of: String,
}

/// A value that is unlike those before it, by [`crate::stats::anomaly`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnlikeValue {
    /// Start of its step.
    pub time: Time,
    /// From 0.5, where an alarm would be worth it, to 1.
    pub score: f64,
}

/// A restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    /// First look after it.
    pub time: Time,
    /// What began anew.
    pub of: String,
}

/// A measure over time, for one thing or for several beside each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// The measure: `requests`, `duration`, `cpu`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Of what, where the panel is of one thing only.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub of: String,
    /// Which question it answers.
    pub family: Family,
    /// In what values are told.
    pub unit: Unit,
    /// The lines, in the order in which they are named.
    pub lines: Vec<Line>,
    /// Things that there was no room for.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub left_out: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// A line of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The thing, the quantile, the class of errors.
    pub name: String,
    /// The metric that it is from.
    pub source: String,
    /// Over the whole part of time that is looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub total: Option<f64>,
    /// Whether the value over the whole part of time is more than `total`: a percentile that lies above the last bound of
    /// a histogram, which `total` is then.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub above: bool,
    /// The largest step.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub most: Option<f64>,
    /// A value a step from the start on; `null` is a gap.
    pub values: Vec<Option<f64>>,
    /// Steps from the start on of which less than half is known: the first one, or one beside a gap.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub partly: Vec<usize>,
    /// Those that are unlike what was before them; of durations the 95th percentile is looked at.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub anomalies: Vec<UnlikeValue>,
}

/// `2 Mar 2026 10:05 UTC`.
fn instant(time: Time) -> String {
    super::words::instant(time, super::WindowSize::Hour, true)
}

/// Two instants; with their seconds where they are of one minute.
fn between(start: Time, end: Time) -> (String, String) {
    let (from, to) = (instant(start), instant(end));
    if from != to {
        return (from, to);
    }
    let exact = |time: Time| {
        let (h, min, s) = time.clock();
        instant(time).replace(
            &format!(" {h:02}:{min:02} "),
            &format!(" {h:02}:{min:02}:{s:02} "),
        )
    };
    (exact(start), exact(end))
}

impl Service {
    /// What its charts mark beside restarts, in words: values that are unlike those before them, and gaps of a live
    /// source.
    #[must_use]
    pub fn marks(&self) -> Vec<String> {
        let lines = self
            .panels
            .iter()
            .flat_map(|p| p.lines.iter().map(move |l| (p, l)));
        let all = lines.flat_map(|(p, l)| l.anomalies.iter().map(move |a| (a.time, p, l)));
        let all: Vec<(Time, &Panel, &Line)> = all.collect();
        let last = all.iter().max_by_key(|a| a.0).map(|(time, panel, line)| {
            let of = if line.name == panel.of || line.name.is_empty() {
                panel.of.clone()
            } else if panel.of.is_empty() {
                line.name.clone()
            } else {
                format!("{}, {}", line.name, panel.of)
            };
            let of = if of.is_empty() {
                of
            } else {
                format!(" ({of})")
            };
            let (values, verb) = match all.len() {
                1 => ("1 value".to_owned(), "is"),
                n => (format!("{n} values"), "are"),
            };
            format!(
                "Dots: {values} {verb} unlike what was before, the last of {}{of} at {}.",
                lower_first(&panel.title),
                instant(*time)
            )
        });
        last.into_iter().chain(self.silences()).collect()
    }

    /// When nothing was told, and when one of several told nothing.
    fn silences(&self) -> impl Iterator<Item = String> {
        let told = |of_all: bool| {
            let all = self.gaps.iter().filter(|g| g.of.is_empty() == of_all);
            let last = all.clone().max_by_key(|g| g.end)?;
            let times = match all.count() {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            };
            let (start, end) = between(last.start, last.end);
            Some(match of_all {
                true => {
                    format!("Grey: the source gave nothing {times}, last from {start} to {end}.")
                }
                false => format!(
                    "Grey at the foot: one of several sources gave nothing {times}, last {} from {start} to {end}.",
                    last.of
                ),
            })
        };
        [told(true), told(false)].into_iter().flatten()
    }

    /// The panel of a measure, the first one where there are several.
    #[must_use]
    pub fn panel(&self, id: &str) -> Option<&Panel> {
        self.panels.iter().find(|p| p.id == id)
    }

    /// How the service stands: `8.6 requests a second; 2.9 % of them failed (5xx); p99 24.1 ms.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if let Some(rate) = self.requests_per_second {
            let told = amount(Unit::PerSecond, rate);
            let (number, time) = match told.rsplit_once('/') {
                Some((number, "min")) => (number, "a minute"),
                Some((number, "h")) => (number, "an hour"),
                Some((number, _)) => (number, "a second"),
                None => (told.as_str(), "a second"),
            };
            parts.push(format!("{number} requests {time}"));
        }
        parts.extend(self.failed());
        parts.extend(self.slowest());
        if parts.is_empty() {
            parts.push(match self.panels.len() {
                0 => "Nothing could be told of the service".into(),
                _ => format!("The machine tells of {}", self.told_of()),
            });
        }
        format!(
            "{}. There are no predictions beside it, so whether a model is right is not known.",
            parts.join("; ")
        )
    }
}

/// The one with the largest value, the first of equals.
fn worst<'a, T: Copy>(all: impl Iterator<Item = (T, &'a Line)>) -> Option<(T, &'a Line, f64)> {
    let told = all.filter_map(|(of, line)| Some((of, line, line.total?)));
    told.reduce(|worst, other| if other.2 > worst.2 { other } else { worst })
}

impl Service {
    /// How many requests failed: of several services, of the one with the largest share, which is named.
    fn failed(&self) -> Option<String> {
        let lines = &self.panel(ERROR_SHARE)?.lines;
        let named = |l: &'_ Line| l.name.strip_suffix(BY_SERVER).is_some();
        let (of, _, share) = worst(
            lines
                .iter()
                .filter(|l| named(l))
                .map(|l| (l.name.trim_end_matches(BY_SERVER).trim_end(), l)),
        )?;
        let told = amount(Unit::Share, share);
        Some(match of {
            "" => format!("{told} of them failed by the server's fault"),
            _ if share == 0.0 => "none is known to have failed by the server's fault".to_owned(),
            of => format!(
                "{told} of those of {of} failed by the server's fault, the largest share of all services"
            ),
        })
    }

    /// How long requests took: of several services, those of the slowest, which is named.
    fn slowest(&self) -> Option<String> {
        let panels = || {
            self.panels
                .iter()
                .filter(|p| p.id == Measure::Duration.id())
        };
        let p99 = |panel: &'_ Panel| panel.lines.iter().position(|l| l.name == "p99");
        let lines = panels().filter_map(|p| Some((p, &p.lines[p99(p)?])));
        let (panel, line, seconds) = worst(lines)?;
        let told = amount(panel.unit, seconds);
        let several = panels().count() > 1;
        Some(match (several, line.above) {
            (false, false) => format!("99 of 100 took at most about {told}"),
            (false, true) => {
                format!("more than 1 of 100 took longer than {told}, where the histogram ends")
            }
            (true, false) => format!(
                "99 of 100 of those of {}, the slowest service, took at most about {told}",
                panel.of
            ),
            (true, true) => format!(
                "more than 1 of 100 of those of {} took longer than {told}, where the histogram ends",
                panel.of
            ),
        })
    }

    /// What the first panels are of, each once: `CPU, memory used and disk space used`.
    fn told_of(&self) -> String {
        let mut titles: Vec<String> = Vec::new();
        for panel in &self.panels {
            // The first word is small, unless it is an abbreviation.
            let mut letters = panel.title.chars();
            let first = letters.next().map(|c| c.to_lowercase().to_string());
            let title = match letters.clone().next() {
                Some(second) if second.is_lowercase() => {
                    format!("{}{}", first.unwrap_or_default(), letters.as_str())
                }
                _ => panel.title.clone(),
            };
            let said = |known: &String| {
                known
                    .strip_prefix(title.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            if titles.len() < 4 && !titles.iter().any(said) {
                titles.push(title);
            }
        }
        match titles.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => titles.concat(),
        }
    }
}

/// Names told at most.
const NAMES: usize = 3;

/// When sources gave nothing, in order of time: those that were silent from one instant to another are told together, and
/// what a live source says itself once.
fn gaps(machine: &Machine) -> Vec<ServiceGap> {
    let mut by: BTreeMap<(i64, i64), BTreeSet<&str>> = BTreeMap::new();
    for missed in &machine.missed {
        // Scrapes of several sources are not of one instant.
        let told = |gap: &(i64, i64)| {
            let both = missed.until.min(gap.1) - missed.from.max(gap.0);
            both * 2 >= missed.until - missed.from
        };
        if !machine.gaps.iter().any(told) {
            let names = by.entry((missed.from, missed.until)).or_default();
            names.insert(&missed.of);
        }
    }
    let name = |names: BTreeSet<&str>| {
        let more = names.len().saturating_sub(NAMES);
        let told: Vec<&str> = names.iter().copied().take(NAMES).collect();
        match (names.len() >= machine.sources, more) {
            (true, _) => String::new(),
            (false, 0) => told.join(", "),
            (false, more) => format!("{} and {more} more", told.join(", ")),
        }
    };
    let missed = by.into_iter().map(|(at, names)| (at, name(names)));
    let live = machine.gaps.iter().map(|at| (*at, String::new()));
    let gap = |((start, end), of): ((i64, i64), String)| ServiceGap {
        start: Time(start),
        end: Time(end),
        of,
    };
    let mut all: Vec<ServiceGap> = live.chain(missed).map(gap).collect();
    all.sort_by_key(|g| (g.start, g.end));
    all
}

/// What files of a service that tell nothing lack.
#[must_use]
pub(super) fn lacks(summary: &Summary) -> Vec<String> {
    let machine = summary.machine.as_deref();
    let silent = machine.filter(|m| m.signals.iter().all(|s| s.ends().is_none()));
    silent.map_or_else(Vec::new, |machine| machine.notes.clone())
}

/// What the machine says in a view.
#[must_use]
pub(super) fn service(summary: &Summary, view: &View) -> Option<Service> {
    let machine = summary.machine.as_deref()?;
    let (from, to) = panels::numbers(machine, view)?;
    let restarts = machine.restarts.iter();
    let restarts = restarts.map(|r| Restart {
        time: Time(r.time),
        of: r.of.clone(),
    });
    let full = objectives::full(machine, from, to);
    let mut notes = machine.notes.clone();
    if !full.is_empty() {
        notes.push(objectives::ASSUMES.into());
    }
    let slos = slo::slos(machine, view, (from, to), &mut notes);
    let costs = objectives::costs(machine, view, from, to);
    notes.extend(objectives::unpriced(machine, view));
    let (start, end) = (machine.step.start(from), machine.step.start(to));
    let seen = machine
        .span
        .map(|(first, last)| (first.max(start), last.min(end)));
    let seen = seen.filter(|(first, last)| first <= last);
    Some(Service {
        start: Time(start),
        end: Time(end),
        seen: seen.map(|(first, last)| (Time(first), Time(last))),
        step_s: machine.step.seconds(),
        requests_per_second: together(machine.of(Measure::Requests), (from, to), machine.step),
        panels: panels::panels(machine, from, to),
        objectives: Fulfilment {
            slos,
            apdex: objectives::apdex(machine, view, from, to),
            costs,
            notes,
        },
        restarts: restarts.collect(),
        gaps: gaps(machine),
        full,
    })
}
