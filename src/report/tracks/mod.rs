//! Every series of a report over time, of the model and of the machine alike, each in its own steps: what is drawn on
//! one axis, what changed in a period ([`changes`]), and what moves before what ([`leads`]).

mod changes;
mod finer;
mod leads;
mod versions;

pub use changes::{Change, Changes, EarlierWeeks, ShiftInside, Shifted};
pub use leads::{Lead, Leads};
pub use versions::VersionChange;

pub(super) use leads::leads;
pub(super) use versions::versions;

use super::{Panel, Report, Window, judge, told, words};
use crate::log::Task;
use crate::metric::{self, Family, Info, Material};
use crate::series::{self, Measure};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// What a series is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// How right the model is.
    Truth,
    /// How many predictions have an outcome.
    Coverage,
    /// How far a column is from the baseline.
    Drift,
    /// Requests, durations and resources.
    Service,
}

impl About {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Truth => "Truth",
            Self::Coverage => "Labels",
            Self::Drift => "Drift",
            Self::Service => "Service",
        }
    }
}

/// In what the values of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// As a metric of the model.
    Model(metric::Unit),
    /// As a measure of the machine.
    Machine(series::Unit),
}

impl Measured {
    /// A value in words: `24.1 ms`, `93.1 %`.
    #[must_use]
    pub fn told(self, value: f64) -> String {
        match self {
            Self::Model(metric::Unit::Count) if value.fract() != 0.0 && value.abs() < 100.0 => {
                format!("{value:.1}").replace('-', "−")
            }
            Self::Model(unit) => words::value(unit, value),
            Self::Machine(unit) => told::amount(unit, value),
        }
    }

    /// A difference in words, with its sign: `+24.1 ms`, `−2.1 points` of a percentage.
    #[must_use]
    pub fn told_change(self, change: f64) -> String {
        let percent = matches!(
            self,
            Self::Model(metric::Unit::Percent) | Self::Machine(series::Unit::Share)
        );
        let text = match percent {
            true => self.told(change).replace(" %", " points"),
            false => self.told(change),
        };
        match change > 0.0 {
            true => format!("+{text}"),
            false => text,
        }
    }
}

/// A series: values that hold from an instant to another, on a whole grid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Track {
    /// What it is about.
    pub about: About,
    /// Names it in a report: `recall`, `drift.age`, `duration.p99`.
    pub name: String,
    /// Names it for a person.
    pub title: String,
    /// What several series are of one thing: quantiles of one duration.
    pub panel: String,
    /// In what its values are.
    pub unit: Measured,
    /// The metric that it is, where it is one.
    pub info: Option<&'static Info>,
    /// The values; `None` is a gap.
    pub places: Vec<Place>,
    /// Starts of those of which less than half is known, rising.
    pub partly: Vec<i64>,
}

/// From, to (exclusive; microseconds), and the value.
pub(super) type Place = (i64, i64, Option<f64>);

impl Track {
    /// The windows or steps whose middle lies in a period.
    pub fn inside(&self, from: i64, to: i64) -> &[Place] {
        let middle = |p: &Place| i64::midpoint(p.0, p.1);
        let first = self.places.partition_point(|p| middle(p) < from);
        let last = self.places.partition_point(|p| middle(p) < to);
        self.places.get(first..last).unwrap_or_default()
    }

    /// The values whose middle lies in a period.
    pub fn within(&self, from: i64, to: i64) -> Vec<Option<f64>> {
        self.inside(from, to).iter().map(|p| p.2).collect()
    }

    /// The values of a period of which at least half is known.
    pub fn known(&self, from: i64, to: i64) -> Vec<f64> {
        let whole = |p: &&Place| self.partly.binary_search(&p.0).is_err();
        let whole = self.inside(from, to).iter().filter(whole);
        whole.filter_map(|p| p.2).collect()
    }

    /// The time that its values in a period are of, where that is another by more than a tenth of the period: its
    /// windows or steps are about as long, or do not divide it.
    pub fn instead(&self, from: i64, to: i64) -> Option<(i64, i64)> {
        let inside = self.inside(from, to);
        let (first, last) = (inside.first()?.0, inside.last()?.1);
        let other = (first - from).abs().saturating_add((last - to).abs());
        (other > (to - from) / 10).then_some((first, last))
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.places.iter().filter_map(|p| p.2)
    }

    /// Whether it has values that are not all one.
    fn varies(&self) -> bool {
        let mut values = self.values();
        let first = values.next();
        values.any(|v| Some(v) != first)
    }
}

/// Where each window stands on a grid without gaps, the length of a step, and whether there is such a grid: there is
/// none, and each window is a step, where their lengths differ by more than months do, or most of it would be gaps.
fn grid(windows: &[Window], timed: bool) -> (Vec<usize>, i64, bool) {
    let mut lengths: Vec<i64> = windows
        .iter()
        .map(|w| w.end.0.saturating_sub(w.start.0))
        .collect();
    lengths.sort_unstable();
    let step = lengths.get(lengths.len() / 2).copied().unwrap_or(1).max(1);
    let ends = lengths.first().zip(lengths.last());
    let regular = timed && ends.is_some_and(|(a, b)| *a * 4 >= step * 3 && *b * 3 <= step * 4);
    if !regular {
        return ((0..windows.len()).collect(), step, false);
    }
    let first = windows.first().map_or(0, |w| w.start.0);
    let at = |w: &Window| w.start.0.saturating_sub(first).saturating_add(step / 2) / step;
    let mut places: Vec<usize> = windows.iter().map(|w| at(w).max(0) as usize).collect();
    // A few rows far from all others would make a grid of gaps.
    if places
        .last()
        .is_some_and(|last| *last > windows.len() * 8 + 1_000)
    {
        return ((0..windows.len()).collect(), step, false);
    }
    for i in 1..places.len() {
        places[i] = places[i].max(places[i - 1] + 1);
    }
    (places, step, true)
}

/// Values of windows on their grid.
fn placed(
    windows: &[Window],
    (places, step): (&[usize], i64),
    value: impl Fn(usize, &Window) -> Option<f64>,
) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for (at, window) in windows.iter().enumerate() {
        while let Some(last) = out.last().copied()
            && out.len() < places.get(at).copied().unwrap_or(0)
        {
            out.push((
                last.1,
                (last.1 + step).min(window.start.0.max(last.1)),
                None,
            ));
        }
        let value = value(at, window).filter(|v| v.is_finite());
        out.push((window.start.0, window.end.0, value));
    }
    out
}

/// The metrics that are followed: those that are judged, and the one that the report is about.
fn followed(report: &Report) -> Vec<&'static Info> {
    let main = report.health.metric.as_deref();
    let infos = metric::METRICS.iter().map(|m| m.info());
    let mut all: Vec<&'static Info> = infos
        .filter(|i| i.material != Material::Never || Some(i.name) == main)
        .filter(|i| {
            report
                .windows
                .iter()
                .any(|w| w.metrics.contains_key(i.name))
        })
        .collect();
    all.sort_by_key(|i| Some(i.name) != main);
    all
}

/// All series of a report that vary: truth first, the metric that it is about before the others.
pub(super) fn tracks(report: &Report) -> Vec<Track> {
    let windows = &report.windows;
    let (places, step, _) = grid(windows, report.timed);
    let on_grid =
        |value: &dyn Fn(usize, &Window) -> Option<f64>| placed(windows, (&places, step), value);
    let mut out: Vec<Track> = Vec::new();
    for info in followed(report) {
        let resource = info.family == Family::Resource;
        let value = |_: usize, w: &Window| {
            let known = resource || w.mature;
            w.metrics.get(info.name)?.value.filter(|_| known)
        };
        out.push(Track {
            about: if resource {
                About::Service
            } else {
                About::Truth
            },
            name: info.name.into(),
            title: report.view.metrics.title(info),
            panel: info.name.into(),
            unit: Measured::Model(info.unit),
            info: Some(info),
            places: on_grid(&value),
            partly: Vec::new(),
        });
    }
    if report.task != Task::Service && report.overall.labelled > 0 {
        let value = |_: usize, w: &Window| {
            let whole = w.mature && w.rows > 0;
            whole.then(|| w.labelled as f64 / w.rows as f64)
        };
        out.push(Track {
            about: About::Coverage,
            name: "coverage".into(),
            title: "Predictions with an outcome".into(),
            panel: "coverage".into(),
            unit: Measured::Model(metric::Unit::Percent),
            info: None,
            places: on_grid(&value),
            partly: Vec::new(),
        });
    }
    for column in report.drift.iter().flat_map(|d| &d.windows) {
        let value = |at: usize, _: &Window| column.jensen_shannon.get(at).copied().flatten();
        out.push(Track {
            about: About::Drift,
            name: format!("drift.{}", column.column),
            title: format!("Drift of {}", column.column),
            panel: format!("drift.{}", column.column),
            unit: Measured::Model(metric::Unit::Ratio),
            info: None,
            places: on_grid(&value),
            partly: Vec::new(),
        });
    }
    let rows = |_: usize, w: &Window| Some(w.rows as f64);
    if !windows.is_empty() {
        out.push(Track {
            about: About::Service,
            name: "rows".into(),
            title: match report.task {
                Task::Service => "Requests in a window".into(),
                _ => "Predictions in a window".into(),
            },
            panel: "rows".into(),
            unit: Measured::Model(metric::Unit::Count),
            info: None,
            places: on_grid(&rows),
            partly: Vec::new(),
        });
    }
    if let Some(service) = &report.resources.service {
        let step = ((service.step_s * 1e6) as i64).max(1);
        out.extend(of_panels(&service.panels, (service.start.0, step)));
    }
    out.retain(Track::varies);
    out
}

/// The lines of panels whose values stand in steps of a length, from an instant on.
fn of_panels(panels: &[Panel], (from, step): (i64, i64)) -> Vec<Track> {
    let mut out = Vec::new();
    let other = [Measure::OtherLevel, Measure::OtherRate].map(Measure::id);
    for panel in panels {
        // What is not known is told apart by its own name only.
        let id = match other.contains(&panel.id.as_str()) {
            true => format!("{}.{}", panel.id, panel.title),
            false => panel.id.clone(),
        };
        for line in &panel.lines {
            let of = match (panel.of.as_str(), line.name.as_str()) {
                ("", name) => name.to_owned(),
                (of, name) if of == name => of.to_owned(),
                (of, name) => format!("{name}, {of}"),
            };
            let place = |(at, value): (usize, &Option<f64>)| {
                let start = from + at as i64 * step;
                (start, start + step, value.filter(|v| v.is_finite()))
            };
            out.push(Track {
                about: About::Service,
                name: match of.as_str() {
                    "" => id.clone(),
                    of => format!("{id}.{of}"),
                },
                title: match of.as_str() {
                    "" => panel.title.clone(),
                    of => format!("{} ({of})", panel.title),
                },
                panel: format!("{id}.{}", panel.of),
                unit: Measured::Machine(panel.unit),
                info: None,
                places: line.values.iter().enumerate().map(place).collect(),
                partly: line
                    .partly
                    .iter()
                    .map(|at| from + *at as i64 * step)
                    .collect(),
            });
        }
    }
    out
}

/// Whether a change of a series is for the worse, where that is known.
fn worse(track: &Track, from: f64, change: f64) -> Option<bool> {
    if let Some(info) = track.info {
        return judge::worse(info, from, from + change);
    }
    let slower = track.unit == Measured::Machine(series::Unit::Seconds);
    match track.about {
        About::Coverage => Some(change < 0.0),
        About::Service if slower || track.name.starts_with("error_share") => Some(change > 0.0),
        _ => None,
    }
}

/// A length of time in words: `90 s`, `10 min`, `3 h`, `2 days`.
pub(super) fn length(micros: i64) -> String {
    let seconds = micros as f64 / 1e6;
    let told = |n: f64, unit: &str| {
        let n = format!("{n:.1}");
        format!("{} {unit}", n.trim_end_matches(".0"))
    };
    match seconds {
        s if s >= 2.0 * 86_400.0 => told(s / 86_400.0, "days"),
        s if s >= 7_200.0 => told(s / 3_600.0, "h"),
        s if s >= 120.0 => told(s / 60.0, "min"),
        s => told(s, "s"),
    }
}

/// A period of time, checked.
fn period(from: Time, to: Time) -> Option<(i64, i64)> {
    (from < to).then_some((from.0, to.0))
}
