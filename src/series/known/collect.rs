//! From a set of series to a machine: each series by its rule, and of several metrics that count the same the best.

use super::super::anomalies::anomalies;
use super::super::measure::Measure;
use super::super::set::LEGEND;
use super::super::{
    Cells, Durations, Key, Kind, Level, Machine, Rate, Series, SeriesSet, Share, Signal, Step, Unit,
};
use super::cells::{Between, levels, natives, restarts, rises};
use super::far::without_far;
use super::fine::fine;
use super::rows::rows;
use super::rules::{Means, Take, counts_for_mean, ignored, means, other_way};
use super::scrapes::{ONE_SCRAPE, apart, since_start, span, step};
use super::units::{scale, unit};
use super::who::{Class, class, who};
use crate::series::machine::Restart;
use std::collections::BTreeMap;

/// Metrics that no rule knows, shown at most.
const OTHERS: usize = 24;
/// Series of such a metric at most.
const OF_ONE: usize = 8;

/// File systems that are no disk.
const NO_DISK: [&str; 6] = [
    "tmpfs", "overlay", "squashfs", "ramfs", "devtmpfs", "autofs",
];

/// What a place is about: measure, thing, and what tells it from others.
type Place = (Measure, String, String);

/// Sums of rates of several series in a step.
#[derive(Clone, Copy, Default)]
struct Sums {
    rate: f64,
    seconds: f64,
}

/// What one metric says of a place.
#[derive(Default)]
struct Found {
    rank: u8,
    unit: Option<Unit>,
    /// By class of the status; the first one of all.
    rates: BTreeMap<i64, [Sums; 3]>,
    classed: bool,
    part: BTreeMap<i64, f64>,
    whole: BTreeMap<i64, f64>,
    rest: bool,
    levels: BTreeMap<i64, Vec<Level>>,
    durations: BTreeMap<i64, Durations>,
}

/// What series mean, by step of time.
#[must_use]
pub fn machine(set: &SeriesSet) -> Machine {
    let near = without_far(set);
    let set = near.as_ref().unwrap_or(set);
    let since = since_start(set);
    let of = since.as_ref().unwrap_or(set);
    let step = step(of);
    let between = match apart(of).1 {
        true => Between::Whole,
        false => Between::Extrapolated,
    };
    let mut machine = made(of, step, between);
    if since.is_some() {
        machine.notes.push(ONE_SCRAPE.into());
    } else {
        machine.fine = fine(set, step);
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
    let mut making = Making::new(step, between, Measure::ALL);
    for (key, series) in set.series() {
        making.take(key, series);
    }
    let left = making.take_others();
    let crowded = making.crowded;
    let mut machine = Machine::new(step);
    machine.span = span(set);
    machine.restarts = told_restarts(restarts_in(set), step);
    machine.signals = signals(making.found);
    for (of, requests) in set.requests() {
        rows(of, requests, step, &mut machine.signals);
    }
    machine.notes.extend(set.notes().iter().cloned());
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

/// The falls of the counters that tell of restarts, each at its own time.
#[must_use]
pub fn restarts_in(set: &SeriesSet) -> Vec<Restart> {
    let mut out = Vec::new();
    for (key, series) in set.series() {
        let known = means(&key.name).into_iter();
        let all = known.chain(counts_for_mean(&key.name));
        for means in all.chain(other_way(&key.name)) {
            let tells = matches!(means.measure, Measure::Requests | Measure::CpuCores);
            if tells && matches!(means.take, Take::Rise(_)) && !left_out(key, means.measure) {
                let of = who(key, means.measure);
                out.extend(restarts(series).into_iter().map(|time| Restart {
                    time,
                    of: of.clone(),
                }));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Of the falls of several counters those that are told: of one thing no two within a step.
#[must_use]
pub fn told_restarts(mut all: Vec<Restart>, step: Step) -> Vec<Restart> {
    all.sort_by(|a, b| (&a.of, a.time).cmp(&(&b.of, b.time)));
    all.dedup_by(|b, a| a.of == b.of && b.time - a.time < step.micros());
    all.sort();
    all
}

/// What series mean of some measures, by a given step of time.
pub(super) fn signals_of(set: &SeriesSet, step: Step, measures: &'static [Measure]) -> Vec<Signal> {
    let mut making = Making::new(step, Between::Extrapolated, measures);
    for (key, series) in set.series() {
        making.take(key, series);
    }
    let mut signals = signals(making.found);
    signals.retain(|s| measures.contains(&s.measure));
    signals
}

struct Making<'a> {
    step: Step,
    between: Between,
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
    const fn new(step: Step, between: Between, measures: &'static [Measure]) -> Self {
        Self {
            step,
            between,
            measures,
            found: BTreeMap::new(),
            others: BTreeMap::new(),
            crowded: 0,
        }
    }

    fn take(&mut self, key: &'a Key, series: &'a Series) {
        let counted = counts_for_mean(&key.name);
        let known = means(&key.name);
        for means in known.into_iter().chain(counted).chain(other_way(&key.name)) {
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
            Take::Part(_) | Take::Whole(_) | Take::Rest(_) | Take::Sum(_) | Take::Count => "",
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
        let step = self.step;
        let steps = (step, self.between);
        let class = class(key);
        let scale = scale(&series.unit);
        match means.take {
            Take::Rise(factor) => {
                let found = self.place(key, means, String::new());
                found.classed |= class.is_some();
                for (number, increase, seconds) in rises(series, steps) {
                    let sums = found.rates.entry(number).or_default();
                    let at = match class {
                        Some(Class::Client) => 1,
                        Some(Class::Server) => 2,
                        _ => 0,
                    };
                    sums[at].rate += factor * increase / seconds;
                    sums[at].seconds = sums[at].seconds.max(seconds);
                }
            }
            Take::Busy => {
                let found = self.place(key, means, String::new());
                for (number, increase, seconds) in rises(series, steps) {
                    *found.part.entry(number).or_default() += increase;
                    *found.whole.entry(number).or_default() += seconds;
                }
            }
            Take::RestWhere(label, value) => {
                let is_rest = marked(key, label) == Some(value);
                let found = self.place(key, means, String::new());
                found.rest = true;
                for (number, increase, _) in rises(series, steps) {
                    *found.whole.entry(number).or_default() += increase;
                    *found.part.entry(number).or_default() += if is_rest { increase } else { 0.0 };
                }
            }
            Take::PartWhere(label, value) => {
                let is_part = marked(key, label) == Some(value);
                let found = self.place(key, means, String::new());
                for (number, level) in levels(series, step, 1.0) {
                    let Some(level) = level.value() else { continue };
                    *found.whole.entry(number).or_default() += level;
                    *found.part.entry(number).or_default() += if is_part { level } else { 0.0 };
                }
            }
            Take::Level(factor) => {
                let found = self.place(key, means, String::new());
                for (number, level) in levels(series, step, factor) {
                    found.levels.entry(number).or_default().push(level);
                }
            }
            Take::Quantile(factor) => {
                let what = key.labels.get("quantile").unwrap_or("").to_owned();
                let found = self.place(key, means, what);
                for (number, level) in levels(series, step, factor) {
                    found.levels.entry(number).or_default().push(level);
                }
            }
            Take::Part(factor) | Take::Whole(factor) | Take::Rest(factor) => {
                let rising = means.measure == Measure::Throttled;
                let amounts: Vec<(i64, f64)> = if rising {
                    let all = rises(series, steps).into_iter();
                    all.map(|(number, increase, _)| (number, increase * factor))
                        .collect()
                } else {
                    let all = levels(series, step, factor).into_iter();
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
                for (number, increase, _) in rises(series, steps) {
                    *found.part.entry(number).or_default() += increase * factor;
                }
            }
            Take::Count => {
                let found = self.place(key, means, String::new());
                for (number, increase, _) in rises(series, steps) {
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
                    for (number, increase, _) in rises(series, steps) {
                        add(number, Durations::Classic(vec![(bound, increase)]));
                    }
                } else {
                    for (number, native) in natives(series, steps) {
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
                let what = told(key);
                let (step, steps) = (self.step, (self.step, self.between));
                let found = self.place(key, means, what);
                found.unit = unit(&series.unit, rises);
                if rises {
                    for (number, increase, seconds) in self::rises(series, steps) {
                        let sums = found.rates.entry(number).or_default();
                        sums[0].rate += increase / seconds;
                        sums[0].seconds = sums[0].seconds.max(seconds);
                    }
                } else {
                    for (number, level) in levels(series, step, 1.0) {
                        found.levels.entry(number).or_default().push(level);
                    }
                }
            }
        }
        left
    }
}

/// The name of a series and its labels, but for those that say whose it is.
fn told(key: &Key) -> String {
    let own = ["job", "instance", "service.name", "service_name"];
    let labels = key.labels.iter().filter(|(name, _)| !own.contains(name));
    let labels = labels.take(3).map(|(name, value)| match name {
        LEGEND => value.to_owned(),
        name => format!("{name}={value}"),
    });
    let name = Some(key.name.clone()).filter(|name| !name.is_empty());
    let parts: Vec<String> = name.into_iter().chain(labels).collect();
    parts.join(" ")
}

/// Labels that tell which way what is counted went.
const WAYS: [&str; 7] = [
    "direction",
    "network.io.direction",
    "network_io_direction",
    "disk.io.direction",
    "disk_io_direction",
    "gen_ai.token.type",
    "gen_ai_token_type",
];

/// What a label says, under its old name or under the longer ones of OpenTelemetry's newer conventions:
/// `system.memory.state`, `cpu.mode`.
fn marked<'a>(key: &'a Key, label: &str) -> Option<&'a str> {
    let newer = |name: &str| {
        let end = name.rsplit(['.', '_']).next();
        end == Some(label) || label == "state" && matches!(name, "cpu.mode" | "cpu_mode")
    };
    let mut all = key.labels.iter();
    key.labels
        .get(label)
        .or_else(|| all.find(|(name, _)| newer(name)).map(|(_, value)| value))
}

/// Whether a series is one of those that would count things twice, or that are no resource.
fn left_out(key: &Key, measure: Measure) -> bool {
    let label = |name: &str| key.labels.get(name);
    if key.name.starts_with("container_") {
        let named = key.labels.first(&["container", "name", "pod"]);
        return named.is_none_or(|n| n == "POD") || label("container") == Some("POD");
    }
    // What is counted both ways is told by a label.
    let way = key
        .labels
        .first(&WAYS)
        .filter(|_| other_way(&key.name).is_some());
    if way.is_some_and(|way| match measure {
        Measure::NetworkIn => way != "receive",
        Measure::NetworkOut => way != "transmit",
        Measure::DiskRead => way != "read",
        Measure::DiskWritten => way != "write",
        Measure::TokensIn => way != "input",
        Measure::TokensOut => way != "output" && way != "completion",
        _ => false,
    }) {
        return true;
    }
    match measure {
        Measure::DiskSpace => label("fstype").is_some_and(|t| NO_DISK.contains(&t)),
        Measure::NetworkIn | Measure::NetworkOut | Measure::NetworkErrors => {
            label("device").is_some_and(|d| d == "lo" || d.starts_with("veth"))
        }
        Measure::DiskRead | Measure::DiskWritten | Measure::DiskBusy => {
            label("device").is_some_and(|d| d.starts_with("loop") || d.starts_with("ram"))
        }
        _ => false,
    }
}

/// The signals of what was found: at each place the metric of the highest rank, of equals the one that tells more.
fn signals(found: BTreeMap<Place, BTreeMap<&str, Found>>) -> Vec<Signal> {
    let mut out = Vec::new();
    for ((measure, of, what), metrics) in found {
        let many = |f: &Found| f.rates.len() + f.durations.len() + f.levels.len() + f.part.len();
        let best = metrics
            .into_iter()
            .filter(|(_, f)| many(f) > 0)
            .max_by(|(a, x), (b, y)| {
                let order = (x.rank, x.classed, many(x)).cmp(&(y.rank, y.classed, many(y)));
                order.then_with(|| b.cmp(a))
            });
        let Some((source, found)) = best else {
            continue;
        };
        let signal = |measure, cells| Signal {
            measure,
            of: of.clone(),
            what: what.clone(),
            source: source.to_owned(),
            unit: found.unit,
            cells,
        };
        if !found.rates.is_empty() {
            out.push(signal(measure, rate(&found, &[0, 1, 2])));
            if measure == Measure::Requests && found.classed {
                out.push(signal(Measure::ClientErrors, rate(&found, &[1])));
                out.push(signal(Measure::ServerErrors, rate(&found, &[2])));
            }
        } else if !found.levels.is_empty() {
            let cells = found.levels.iter();
            let cells = cells.map(|(n, all)| (*n, combined(all, measure.adds())));
            out.push(signal(measure, Cells::Level(cells.collect())));
        } else if !found.durations.is_empty() {
            let cells = found.durations.into_iter().collect();
            out.push(signal(measure, Cells::Durations(cells)));
        } else {
            let cell = |(n, part): (&i64, &f64)| {
                let whole = *found.whole.get(n)?;
                let part = if found.rest { whole - part } else { *part };
                (whole > 0.0).then_some((*n, Share { part, whole }))
            };
            let cells: Vec<(i64, Share)> = found.part.iter().filter_map(cell).collect();
            if !cells.is_empty() {
                out.push(signal(measure, Cells::Share(cells)));
            }
        }
    }
    // Failures that are counted apart are of the requests too, where these are only those that succeeded.
    for at in 0..out.len() {
        let of_failures = out[at].measure == Measure::ServerErrors;
        if !of_failures || !out[at].source.contains("failure") {
            continue;
        }
        let failures = out[at].cells.clone();
        let of = out[at].of.clone();
        let requests = |s: &&mut Signal| s.measure == Measure::Requests && s.of == of;
        if let Some(requests) = out.iter_mut().find(requests)
            && requests.source.contains("success")
        {
            add_rates(&mut requests.cells, &failures);
        }
    }
    out
}

/// Adds the rates of the same steps.
fn add_rates(to: &mut Cells, more: &Cells) {
    if let (Cells::Rate(to), Cells::Rate(more)) = (to, more) {
        for (number, rate) in more {
            if let Ok(at) = to.binary_search_by_key(number, |c| c.0)
                && rate.seconds > 0.0
            {
                let seconds = to[at].1.seconds;
                to[at].1.increase += rate.increase / rate.seconds * seconds;
            }
        }
    }
}

/// The rates of some classes together.
fn rate(found: &Found, classes: &[usize]) -> Cells {
    let cell = |(number, sums): (&i64, &[Sums; 3])| {
        // Where only failures are silent, there are none; not a gap.
        let seconds = sums.iter().map(|s| s.seconds).fold(0.0, f64::max);
        let per_second: f64 = classes.iter().map(|c| sums[*c].rate).sum();
        let rate = Rate {
            increase: per_second * seconds,
            seconds,
        };
        (*number, rate)
    };
    Cells::Rate(found.rates.iter().map(cell).collect())
}

/// What several series of one thing show in a step.
fn combined(all: &[Level], adds: bool) -> Level {
    let n = all.iter().map(|l| l.n).fold(0.0, f64::max);
    let means = all.iter().filter_map(Level::value);
    let mean: f64 = means.sum::<f64>() / if adds { 1.0 } else { all.len() as f64 };
    let (least, most) = if adds {
        (
            all.iter().map(|l| l.least).sum(),
            all.iter().map(|l| l.most).sum(),
        )
    } else {
        (
            all.iter().map(|l| l.least).fold(f64::INFINITY, f64::min),
            all.iter().map(|l| l.most).fold(f64::NEG_INFINITY, f64::max),
        )
    };
    Level {
        sum: mean * n,
        n,
        least,
        most,
    }
}
