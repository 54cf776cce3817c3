//! What is expected to depart in windows whose outcomes are not in yet, as incidents: what begins together is one, as
//! of what is known.
//!
//! Each window is judged by itself, at the part of the budget that is left to what is expected. A metric departs where
//! at least half of the windows from one on do, up to the last. When that began is told by all of its windows
//! together, as of what is known ([`onset`]).

use super::super::baseline::Basis;
use super::super::incidents::changed;
use super::super::judge;
use super::super::make::Making;
use super::super::steps::pause;
use super::super::watch::{ESTIMATES, Watched};
use super::super::{Affected, Alert, AlertKind, Departure, Level, Metrics, Window, words};
use super::{Guess, PastError, around, half, together};
use crate::metric::{self, Estimate, Info, Material};
use crate::stats::interval::{Interval, Z};
use crate::stats::multiple::benjamini_yekutieli;
use crate::stats::sequential::group::{Begun, group};
use crate::stats::sequential::{Onset, onset};
use crate::summary::Profile;
use std::collections::BTreeMap;

/// The level at which something belongs to an incident.
const BELONGS: f64 = 0.05;

/// Everything that such an incident is made of.
pub(super) struct Expects<'a> {
    pub making: &'a Making<'a>,
    pub basis: &'a Basis<'a>,
    pub baseline: &'a Metrics,
    /// Metrics of the windows of the baseline.
    pub before: &'a [Metrics],
    /// Windows to a false alarm.
    pub budget: f64,
    pub windows: &'a [Window],
    pub guesses: &'a BTreeMap<&'static str, Vec<Guess>>,
    pub past: &'a BTreeMap<&'a str, PastError>,
    /// What is known of columns and metrics, where that was judged.
    pub known: Option<(&'a Watched, Option<&'a Profile>)>,
}

/// A metric in the windows that wait for their outcomes.
struct Course<'a> {
    info: &'static Info,
    base: &'a Estimate,
    /// What windows vary by beyond sampling.
    spread: f64,
    of: Vec<(&'a Guess, Departure)>,
}

/// A metric that is expected to depart.
struct Begins<'a> {
    course: &'a Course<'a>,
    /// Places among its windows.
    start: Onset,
    raised: usize,
    /// Windows that depart from the start on.
    departing: usize,
    /// False alarms a window.
    rate: f64,
    /// How sure it is, in standard errors.
    sure: f64,
}

impl<'a> Expects<'a> {
    /// The incidents, each named by its first metric in the order of the report.
    pub async fn alerts(&self) -> Vec<Alert> {
        let mut courses: Vec<Course<'a>> = Vec::new();
        for info in metric::METRICS.iter().map(|m| m.info()) {
            courses.extend(self.course(info));
            pause().await;
        }
        // One side of the p-value over its part of the budget, as of what is known.
        let part = ESTIMATES / courses.len().max(1) as f64;
        let begins: Vec<Begins<'_>> = courses
            .iter()
            .filter_map(|course| self.begins(course, part))
            .collect();
        let begun: Vec<Begun> = begins.iter().map(Begins::begun).collect();
        let mut groups = group(&begun);
        for places in &mut groups {
            places.sort_unstable();
        }
        groups.sort();
        let mut out = Vec::new();
        for places in groups {
            let lead = places.first().and_then(|at| begins.get(*at));
            out.extend(lead.and_then(|lead| self.alert(lead, &courses, &begins)));
            pause().await;
        }
        out
    }

    fn course(&self, info: &'static Info) -> Option<Course<'a>> {
        let (of, base) = (self.guesses.get(info.name)?, self.baseline.get(info.name)?);
        if info.material == Material::Never {
            return None;
        }
        let spread = judge::between(self.before.iter().filter_map(|m| m.get(info.name)));
        let half = half(self.past.get(info.name));
        let waits = |g: &&Guess| {
            self.windows
                .get(g.window)
                .is_some_and(|w| !w.mature && !w.open)
        };
        let judged = of.iter().filter(waits).filter_map(|guess| {
            let now = around(guess.value, half(guess.se));
            Some((guess, judge::compare(info, &now, base, spread)?))
        });
        let of: Vec<(&Guess, Departure)> = judged.collect();
        (!of.is_empty()).then_some(Course {
            info,
            base,
            spread,
            of,
        })
    }

    fn begins<'c>(&self, course: &'c Course<'a>, part: f64) -> Option<Begins<'c>>
    where
        'a: 'c,
    {
        let rate = |d: &Departure| 0.5 * d.p_value.unwrap_or(1.0) / part;
        let departs = |(_, d): &(&Guess, Departure)| {
            rate(d) <= 1.0 / self.budget
                && d.worse == Some(true)
                && judge::matters(
                    self.making.least.of(course.info),
                    d.change,
                    Some(course.base),
                )
        };
        let departing: Vec<bool> = course.of.iter().map(departs).collect();
        let raised = judge::onset(&departing).0?;
        let start = self.start(course, raised);
        let since = course.of.get(start.best..)?;
        let all = together(
            metric::range(course.info, self.making.summary.task),
            since.iter().map(|f| f.0),
            self.windows,
            self.past.get(course.info.name),
        );
        let over = judge::compare(course.info, &all, course.base, 0.0);
        if over.is_some_and(|d| d.worse == Some(false)) {
            return None;
        }
        let (_, se) = difference(&all, course.base)?;
        Some(Begins {
            course,
            start,
            raised,
            departing: departing.iter().skip(start.best).filter(|d| **d).count(),
            rate: since.iter().map(|f| rate(&f.1)).fold(1.0, f64::min),
            sure: over.map_or(0.0, |d| d.change.abs() / se),
        })
    }

    /// When a metric began to depart that was noticed at a window; places among its windows.
    fn start(&self, course: &Course<'_>, raised: usize) -> Onset {
        let half = half(self.past.get(course.info.name));
        let own = |guess: &Guess| {
            let se = half(guess.se) / Z;
            se * se + course.spread
        };
        let windows = course.of.iter().map(|(g, d)| (d.change, own(g)));
        let windows: Vec<(f64, f64)> = windows.collect();
        let shared = course.base.se().map_or(0.0, |se| se * se);
        let sign = course.of.get(raised).map_or(0.0, |f| f.1.change.signum());
        let varies = windows.iter().all(|w| w.1 > 0.0);
        let found = varies.then(|| onset(&windows, shared, sign, raised));
        found.flatten().unwrap_or(Onset {
            best: raised,
            low: raised,
            high: raised,
        })
    }

    fn alert(
        &self,
        lead: &Begins<'_>,
        courses: &[Course<'_>],
        begins: &[Begins<'_>],
    ) -> Option<Alert> {
        let course = lead.course;
        let time = |place: usize| {
            let guess = course.of.get(place)?.0;
            self.windows.get(guess.window).map(|w| w.start)
        };
        let since = course.of.get(lead.start.best..)?;
        let first = since.first()?.0.window;
        let value = together(
            metric::range(course.info, self.making.summary.task),
            since.iter().map(|f| f.0),
            self.windows,
            self.past.get(course.info.name),
        );
        let mut affected = self.metrics_since(first, course.info, courses, begins);
        if let Some((watched, profile)) = self.known {
            affected.extend(changed(watched, profile, None, (first, self.windows.len())));
        }
        let mut alert = Alert {
            kind: AlertKind::Metric,
            metric: course.info.name.into(),
            column: None,
            slice: None,
            value_of: None,
            since: time(lead.start.best)?,
            since_earliest: time(lead.start.low),
            since_latest: time(lead.start.high),
            raised: time(lead.raised),
            until: None,
            resumed: None,
            windows: lead.departing as u64,
            judged: since.len() as u64,
            change: change(&value, course.base),
            value,
            baseline: course.base.clone(),
            false_alarm_rate: lead.rate.min(1.0),
            method: format!(
                "difference of the estimate from the baseline over its standard error, of each window by itself; one false alarm in {} windows over everything that is watched, of which what is expected has a part",
                words::number(self.budget)
            ),
            level: Level::Watch,
            harmless: None,
            effect: None,
            affected,
            sentence: String::new(),
            known: None,
        };
        let sentence = judge::sentence(course.info, &alert, self.making, &self.basis.label);
        alert.sentence = format!(
            "Estimated {}, outcomes are not in yet",
            words::lower_first(&sentence)
        );
        Some(alert)
    }

    /// Other metrics that are expected to be worse from a window on: those that depart by themselves, or of all these
    /// windows together.
    fn metrics_since(
        &self,
        first: usize,
        own: &Info,
        courses: &[Course<'_>],
        begins: &[Begins<'_>],
    ) -> Vec<Affected> {
        let others = courses.iter().filter(|c| c.info.name != own.name);
        let tested = others.filter_map(|course| {
            let of = course.of.iter().map(|f| f.0).filter(|g| g.window >= first);
            let past = self.past.get(course.info.name);
            let value = together(
                metric::range(course.info, self.making.summary.task),
                of,
                self.windows,
                past,
            );
            let found = judge::compare(course.info, &value, course.base, 0.0)?;
            Some((course, value, found))
        });
        let tested: Vec<(&Course<'_>, Estimate, Departure)> = tested.collect();
        let raw = tested.iter().map(|t| 0.5 * t.2.p_value.unwrap_or(1.0));
        let corrected = benjamini_yekutieli(&raw.collect::<Vec<_>>());
        let mut out: Vec<Affected> = Vec::new();
        for ((course, value, found), p_value) in tested.into_iter().zip(corrected) {
            let departs = begins
                .iter()
                .any(|b| b.course.info.name == course.info.name);
            let sure = p_value <= BELONGS
                && judge::matters(
                    self.making.least.of(course.info),
                    found.change,
                    Some(course.base),
                );
            let change = change(&value, course.base);
            if found.worse == Some(true)
                && (departs || sure)
                && let Some(change) = change
            {
                out.push(Affected {
                    kind: AlertKind::Metric,
                    metric: course.info.name.into(),
                    column: None,
                    value_of: None,
                    value,
                    change,
                    p_value,
                });
            }
        }
        out.sort_by(|a, b| a.p_value.total_cmp(&b.p_value));
        out
    }
}

impl Begins<'_> {
    fn begun(&self) -> Begun {
        let window = |place: usize| self.course.of.get(place).map_or(0, |f| f.0.window);
        Begun {
            earliest: window(self.start.low),
            latest: window(self.start.high),
            end: None,
            // What is expected of predictions is one, whichever metric tells it.
            subject: 0,
            sure: self.sure,
        }
    }
}

/// A difference from the baseline and its standard error.
fn difference(value: &Estimate, base: &Estimate) -> Option<(f64, f64)> {
    let (se, own) = (value.se()?, base.se().unwrap_or(0.0));
    let se = (se * se + own * own).sqrt();
    let change = value.value? - base.value?;
    (se > 0.0 && change.is_finite()).then_some((change, se))
}

/// The same as an estimate.
fn change(value: &Estimate, base: &Estimate) -> Option<Estimate> {
    let (change, se) = difference(value, base)?;
    let interval = Interval {
        low: change - Z * se,
        high: change + Z * se,
    };
    Some(Estimate::of(change, Some(interval), value.n))
}
