//! From a set of series to a machine: each series by its rule, and of several metrics that count the same the best.

use super::super::anomalies::anomalies;
use super::super::measure::Measure;
use super::super::set::{INSTANCE, LEGEND};
use super::super::{Cells, Durations, Key, Kind, Level, Machine, Series, SeriesSet, Signal, Step};
use super::cells::{Between, Look, levels, levels_from, middles, natives, rises};
use super::created::since_created;
use super::far::without_far;
use super::fine::fine;
use super::found::{Chosen, Found, Place, Telling, signals};
use super::left_out::{left_out, mark, marked};
use super::missed::{missed, sources};
use super::replicas::{doubles, said};
use super::restarts::{restarts_in, told_restarts};
use super::rows::rows;
use super::rules::{
    Means, Take, counts_for_mean, ignored, means, other_way, part_of_limit, told_quantile,
};
use super::scrapes::{MINUTE, NO_RATE, ONE_SCRAPE, apart, is_one_scrape, since_start, span, step};
use super::units::{in_words, scale, unit};
use super::who::{class, who};
use crate::table::names::Class;
use std::collections::BTreeMap;

/// Metrics that no rule knows, shown at most.
const OTHERS: usize = 24;
/// Series of such a metric at most.
const OF_ONE: usize = 8;

/// What series mean, by step of time.
#[must_use]
pub fn machine(set: &SeriesSet) -> Machine {
    let near = without_far(set);
    let set = near.as_ref().unwrap_or(set);
    let created = since_created(set);
    let set = created.as_ref().unwrap_or(set);
    let since = since_start(set);
    let of = since.as_ref().unwrap_or(set);
    let step = match since.is_some() {
        // Of one scrape a mean is known, and the instant at which it is.
        true => step(set).max(Step::at_least(MINUTE)),
        false => step(set),
    };
    let between = match apart(of).1 {
        true => Between::Whole,
        false => Between::Extrapolated,
    };
    let mut machine = made(of, step, between);
    if since.is_some() {
        machine.span = span(set);
        machine.notes.push(ONE_SCRAPE.into());
    } else {
        machine.fine = fine(set, &machine);
        machine.missed = missed(set);
        machine.sources = sources(set);
    }
    let counts = |s: &Series| matches!(s.kind, Kind::Counter);
    let rates = |s: &Signal| !matches!(s.cells, Cells::Level(_));
    if is_one_scrape(set) && set.series().values().any(counts) && !machine.signals.iter().any(rates)
    {
        machine.notes.push(NO_RATE.into());
    }
    machine.settle();
    machine.anomalies = anomalies(&machine);
    machine
}

/// What series mean, by a given step of time.
#[must_use]
pub fn machine_in(set: &SeriesSet, step: Step) -> Machine {
    made(set, step, Between::Extrapolated)
}

fn made(set: &SeriesSet, step: Step, between: Between) -> Machine {
    let made = told_of(set, How::new(step, between), Measure::ALL, true);
    let (left, crowded) = (made.left, made.crowded);
    let mut machine = Machine::new(step);
    machine.span = span(set);
    machine.restarts = told_restarts(restarts_in(set), step);
    machine.signals = made.signals;
    for (of, requests) in set.requests() {
        rows(of, requests, step, &mut machine.signals);
    }
    machine.notes.extend(set.notes().iter().cloned());
    machine.notes.extend(said(set));
    if left > 0 {
        machine
            .notes
            .push(format!("{left} metrics that no rule knows are not shown."));
    }
    if crowded > 0 {
        machine.notes.push(format!(
            "{crowded} metrics that no rule knows have more than {OF_ONE} series each; the first {OF_ONE} are shown."
        ));
    }
    if set.undated() > 0 {
        machine.notes.push(format!(
            "{} scrapes tell no time, neither on their lines nor in the name of their file, so they are not shown: save each with a time, such as metrics-2026-11-23T08:46:30Z.txt.",
            set.undated()
        ));
    }
    let far = set.far_requests();
    if far > 0 {
        machine.notes.push(format!(
            "{far} requests dated before 1900 or after 2300 were left out: give their times in seconds, milliseconds, microseconds or nanoseconds since 1970, or as text."
        ));
    }
    if set.left_out() > 0 {
        machine.notes.push(format!(
            "{} samples found no room and were left out.",
            set.left_out()
        ));
    }
    machine.settle();
    machine
}

/// What series mean of some measures, by a given step of time.
pub(super) fn signals_of(set: &SeriesSet, step: Step, measures: &'static [Measure]) -> Vec<Signal> {
    let how = How::new(step, Between::Extrapolated);
    let mut signals = told_of(set, how, measures, false).signals;
    signals.retain(|s| measures.contains(&s.measure));
    signals
}

/// What series mean, by a given step of time and without requests of logs: all of it, or only what goes up and down, of
/// which one sample in a step tells. Cells of what rises are those of each step alone.
pub(super) fn signals_in(set: &SeriesSet, step: Step, only_levels: bool) -> Vec<Signal> {
    let how = How {
        only: only_levels.then_some(Only::Levels),
        ..How::new(step, Between::Extrapolated)
    };
    told_once(set, how, Measure::ALL, true, None).signals
}

/// What series mean, and what of it is not shown.
struct Meant {
    signals: Vec<Signal>,
    /// Metrics that no rule knows for which there is no room.
    left: usize,
    /// Those of which not all series are shown.
    crowded: usize,
}

fn told_once(
    set: &SeriesSet,
    how: How,
    measures: &'static [Measure],
    others: bool,
    chosen: Option<&Chosen>,
) -> Meant {
    let mut making = Making::new(how, measures);
    let doubles = doubles(set);
    let all = set.series().iter();
    for (key, series) in all.filter(|(key, _)| !doubles.contains(key)) {
        making.take(key, series);
    }
    let left = if others { making.take_others() } else { 0 };
    // What is told again, beside what each step tells, is to add up.
    let sums = chosen.map(|_| how.step);
    Meant {
        crowded: making.crowded,
        signals: signals(making.found, Telling { sums, chosen }),
        left,
    }
}

/// The same, of what rises with the cells that add up ([`Signal::counted`]).
fn told_of(set: &SeriesSet, how: How, measures: &'static [Measure], others: bool) -> Meant {
    let mut made = told_once(set, how, measures, others, None);
    let place = |s: &Signal| (s.measure, s.of.clone(), s.what.clone());
    let known = made.signals.iter().enumerate();
    let places: BTreeMap<Place, usize> = known.map(|(at, s)| (place(s), at)).collect();
    let sources = made.signals.iter().map(|s| (place(s), s.source.clone()));
    let chosen: Chosen = sources.collect();
    let whole = How {
        between: Between::Whole,
        only: Some(Only::Rises),
        ..how
    };
    for mut counted in told_once(set, whole, measures, others, Some(&chosen)).signals {
        if how.between == Between::Whole {
            // What a step tells alone is told whole, too.
            counted.cells.lack_nothing();
        }
        let at = places.get(&place(&counted));
        match at.and_then(|at| made.signals.get_mut(*at)) {
            Some(mine) if mine.is(&counted) => {
                mine.counted = Some(counted.cells);
            }
            Some(_) => {}
            None => made.signals.push(Signal {
                cells: counted.cells.none_of(),
                counted: Some(counted.cells),
                ..counted
            }),
        }
    }
    made
}

/// How cells are made of samples.
#[derive(Clone, Copy)]
struct How {
    step: Step,
    between: Between,
    /// What of all series is looked at; `None`: everything.
    only: Option<Only>,
}

/// A part of the series.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    /// What goes up and down; a sample at a border is of the step that begins with it.
    Levels,
    /// What rises.
    Rises,
}

impl How {
    const fn new(step: Step, between: Between) -> Self {
        Self {
            step,
            between,
            only: None,
        }
    }

    fn levels(self, series: &Series, factor: f64) -> Vec<(i64, Level)> {
        match self.only {
            Some(Only::Levels) => levels_from(series, self.step, factor),
            Some(Only::Rises) => Vec::new(),
            None => levels(series, self.step, factor),
        }
    }

    fn rises(self, series: &Series) -> Vec<(i64, f64, Look)> {
        match self.only {
            Some(Only::Levels) => Vec::new(),
            _ => rises(series, (self.step, self.between)),
        }
    }

    fn natives(self, series: &Series) -> Vec<(i64, Durations)> {
        match self.only {
            Some(Only::Levels) => Vec::new(),
            _ => natives(series, (self.step, self.between)),
        }
    }
}

struct Making<'a> {
    how: How,
    /// What is looked for.
    measures: &'static [Measure],
    /// By place, what each metric says.
    found: BTreeMap<Place, BTreeMap<&'a str, Found>>,
    /// By name, what no rule knows.
    others: BTreeMap<&'a str, Vec<(&'a Key, &'a Series)>>,
    /// Those of which not all series are shown.
    crowded: usize,
}

impl<'a> Making<'a> {
    const fn new(how: How, measures: &'static [Measure]) -> Self {
        Self {
            how,
            measures,
            found: BTreeMap::new(),
            others: BTreeMap::new(),
            crowded: 0,
        }
    }

    fn take(&mut self, key: &'a Key, series: &'a Series) {
        let counted = counts_for_mean(&key.name);
        let quantile = key.labels.get("quantile");
        let known = match quantile.and_then(|_| told_quantile(&key.name)) {
            None => means(&key.name),
            told => told,
        };
        let beside = other_way(&key.name).or_else(|| part_of_limit(&key.name));
        for means in known.into_iter().chain(counted).chain(beside) {
            if self.measures.contains(&means.measure) && !left_out(key, means.measure) {
                self.apply(key, series, means);
            }
        }
        if known.is_none() && !ignored(&key.name) {
            self.others
                .entry(key.name.as_str())
                .or_default()
                .push((key, series));
        }
    }

    fn place(&mut self, key: &'a Key, means: Means, what: String) -> &mut Found {
        let place = (means.measure, who(key, means.measure), what);
        let named = match means.take {
            // Both parts of a share are of different metrics.
            Take::Part(_)
            | Take::Whole(_)
            | Take::WholeWhere(..)
            | Take::Rest(_)
            | Take::Sum(_)
            | Take::Count => "",
            _ => key.name.as_str(),
        };
        let found = self
            .found
            .entry(place)
            .or_default()
            .entry(named)
            .or_default();
        found.rank = found.rank.max(means.rank);
        found
    }

    fn apply(&mut self, key: &'a Key, series: &'a Series, means: Means) {
        let how = self.how;
        if means.measure.fills() && how.only.is_none() {
            let found = self.place(key, means, String::new());
            for (number, seconds) in middles(series, how.step) {
                let seen = Level::seen(seconds);
                let when = found.when.entry(number);
                when.and_modify(|when| when.merge(&seen)).or_insert(seen);
            }
        }
        let class = class(key);
        let scale = scale(&series.unit);
        match means.take {
            Take::Rise(factor) => {
                let found = self.place(key, means, String::new());
                found.classed |= class.is_some();
                let at = match class {
                    Some(Class::Client) => 1,
                    Some(Class::Server) => 2,
                    _ => 0,
                };
                for (number, increase, look) in how.rises(series) {
                    let seen = found.rates.entry(number).or_default();
                    seen.add(at, factor * increase, &look);
                }
            }
            Take::Busy => {
                let found = self.place(key, means, String::new());
                for (number, increase, look) in how.rises(series) {
                    *found.part.entry(number).or_default() += increase;
                    *found.whole.entry(number).or_default() += look.seconds;
                }
            }
            Take::RestWhere(label, value) => {
                let is_rest = marked(key, label) == Some(value);
                let found = self.place(key, means, String::new());
                found.rest = true;
                for (number, increase, _) in how.rises(series) {
                    *found.whole.entry(number).or_default() += increase;
                    // Where no rest is told, it is not none.
                    if is_rest {
                        *found.part.entry(number).or_default() += increase;
                    }
                }
            }
            Take::PartWhere(label, value) => {
                let is_part = marked(key, label) == Some(value);
                let found = self.place(key, means, String::new());
                for (number, level) in how.levels(series, 1.0) {
                    let Some(level) = level.value() else { continue };
                    *found.whole.entry(number).or_default() += level;
                    *found.part.entry(number).or_default() += if is_part { level } else { 0.0 };
                }
            }
            Take::WholeWhere(label, value) => {
                if marked(key, label) == Some(value) {
                    let found = self.place(key, means, String::new());
                    for (number, level) in how.levels(series, 1.0) {
                        let Some(level) = level.value() else { continue };
                        *found.limit.entry(number).or_default() += level;
                    }
                }
            }
            Take::ShareWhere(label, value) => {
                if marked(key, label).is_none_or(|found| found == value) {
                    let found = self.place(key, means, String::new());
                    for (number, level) in how.levels(series, 1.0) {
                        found.levels.entry(number).or_default().push(level);
                    }
                }
            }
            Take::RestShareWhere(label, value) => {
                let state = mark(key, label);
                let rest = state.is_some_and(|(_, found)| found == value);
                let of = key.labels.without(state.map_or(label, |(name, _)| name));
                let found = self.place(key, means, String::new());
                for (number, level) in how.levels(series, 1.0) {
                    if state.is_some() && !rest {
                        let states = found.states.entry(number).or_default();
                        states.entry(of.clone()).or_default().push(level);
                        continue;
                    }
                    let level = if rest { rest_of(level) } else { level };
                    found.levels.entry(number).or_default().push(level);
                }
            }
            Take::Level(factor) => {
                let found = self.place(key, means, String::new());
                for (number, level) in how.levels(series, factor) {
                    found.levels.entry(number).or_default().push(level);
                }
            }
            Take::Quantile(factor) => {
                let factor = scale.unwrap_or(factor);
                let what = which_quantile(key, &who(key, means.measure));
                let found = self.place(key, means, what);
                for (number, level) in how.levels(series, factor) {
                    found.levels.entry(number).or_default().push(level);
                }
            }
            Take::Part(factor) | Take::Whole(factor) | Take::Rest(factor) => {
                let rising = means.measure == Measure::Throttled;
                let amounts: Vec<(i64, f64)> = if rising {
                    let all = how.rises(series).into_iter();
                    all.map(|(number, increase, _)| (number, increase * factor))
                        .collect()
                } else {
                    let all = how.levels(series, factor).into_iter();
                    all.filter_map(|(number, level)| Some((number, level.value()?)))
                        .collect()
                };
                let found = self.place(key, means, String::new());
                found.rest |= matches!(means.take, Take::Rest(_));
                let into = match means.take {
                    Take::Whole(_) => &mut found.whole,
                    _ => &mut found.part,
                };
                for (number, amount) in amounts {
                    *into.entry(number).or_default() += amount;
                }
            }
            Take::Sum(factor) => {
                let found = self.place(key, means, String::new());
                for (number, increase, _) in how.rises(series) {
                    *found.part.entry(number).or_default() += increase * factor;
                }
            }
            Take::Count => {
                let found = self.place(key, means, String::new());
                for (number, increase, _) in how.rises(series) {
                    *found.whole.entry(number).or_default() += increase;
                }
            }
            Take::Histogram(factor) => {
                if means.measure == Measure::Duration && class == Some(Class::Server) {
                    let failed = Means {
                        measure: Measure::FailedDuration,
                        ..means
                    };
                    self.apply(key, series, failed);
                }
                let factor = scale.unwrap_or(factor);
                let bound = key.labels.get("le").and_then(|le| le.parse::<f64>().ok());
                let found = self.place(key, means, String::new());
                let mut add =
                    |number: i64, durations: Durations| match found.durations.get_mut(&number) {
                        Some(known) => known.merge(&durations),
                        None => {
                            found.durations.insert(number, durations);
                        }
                    };
                if let Some(bound) = bound {
                    let bound = Some(bound * factor).filter(|b| b.is_finite());
                    for (number, increase, _) in how.rises(series) {
                        add(number, Durations::Classic(vec![(bound, increase)]));
                    }
                } else {
                    for (number, native) in how.natives(series) {
                        add(number, native);
                    }
                }
            }
        }
    }

    /// Shows what no rule knows, where it is not too much; tells how many metrics are left.
    fn take_others(&mut self) -> usize {
        let others = std::mem::take(&mut self.others);
        let left = others.len().saturating_sub(OTHERS);
        for (name, all) in others.into_iter().take(OTHERS) {
            self.crowded += usize::from(all.len() > OF_ONE);
            for (key, series) in all.into_iter().take(OF_ONE) {
                let rises = match series.kind {
                    Kind::Counter | Kind::Delta => true,
                    Kind::Gauge => false,
                    Kind::Unknown => name.ends_with("_total"),
                };
                let (measure, take) = match rises {
                    true => (Measure::OtherRate, Take::Rise(1.0)),
                    false => (Measure::OtherLevel, Take::Level(1.0)),
                };
                let means = Means {
                    measure,
                    take,
                    rank: 0,
                };
                let mut what = told(key, &who(key, measure));
                if let Some(words) = in_words(&series.unit, rises) {
                    what = format!("{what} ({words})");
                }
                let how = self.how;
                let found = self.place(key, means, what);
                found.unit = unit(&series.unit, rises);
                if rises {
                    for (number, increase, look) in how.rises(series) {
                        let seen = found.rates.entry(number).or_default();
                        seen.add(0, increase, &look);
                    }
                } else {
                    for (number, level) in how.levels(series, 1.0) {
                        found.levels.entry(number).or_default().push(level);
                    }
                }
            }
        }
        left
    }
}

/// What is left of a share: 1 less it.
fn rest_of(share: Level) -> Level {
    Level {
        sum: share.n - share.sum,
        n: share.n,
        least: 1.0 - share.most,
        most: 1.0 - share.least,
    }
}

/// The name of a series and its labels, but for those that say whose it is: what tells it from all others of that
/// name.
fn told(key: &Key, of: &str) -> String {
    let own = ["job", "instance", "service.name", "service_name"];
    let is_told =
        |(name, value): &(&str, &str)| own.contains(name) && (*value == of || *name == "instance");
    let labels = key.labels.iter().filter(|label| !is_told(label));
    let labels = labels.map(|(name, value)| match name {
        LEGEND => value.to_owned(),
        name => format!("{name}={value}"),
    });
    let name = Some(key.name.clone()).filter(|name| !name.is_empty());
    let parts: Vec<String> = name.into_iter().chain(labels).collect();
    with_instance(parts.join(" "), key)
}

/// A quantile, and the labels that say of what: each has a line of its own, as no mean of quantiles is one.
fn which_quantile(key: &Key, of: &str) -> String {
    let quantile = key.labels.get("quantile").unwrap_or("");
    let others = key
        .labels
        .iter()
        .filter(|(name, value)| !matches!(*name, "quantile" | "instance") && *value != of);
    let others = others.map(|(name, value)| format!("{name}={value}"));
    let parts: Vec<String> = std::iter::once(quantile.to_owned()).chain(others).collect();
    with_instance(parts.join(" "), key)
}

/// What something is called, and of which instance it is.
fn with_instance(what: String, key: &Key) -> String {
    match key.labels.get("instance") {
        Some(instance) => format!("{what} {INSTANCE}{instance}"),
        None => what,
    }
}
