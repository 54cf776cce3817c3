//! What metrics say of a place before it is a signal: the sums and cells of their series, of which the metric that tells
//! most is taken.

use super::super::{Cells, Durations, Labels, Level, Measure, Rate, Share, Signal, Step, Unit};
use super::cells::Look;
use std::collections::BTreeMap;

/// What a place is about: measure, thing, and what tells it from others.
pub type Place = (Measure, String, String);

/// Sums of several series in a step.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Of their rates.
    rate: f64,
    /// Of what they rose by.
    rose: f64,
}

/// What rose in a time that series were looked at, by class of the status.
#[derive(Clone, Copy, Default)]
struct Looked {
    rose: [f64; 3],
    /// Of it what series of one sample in the step rose by.
    single: [f64; 3],
    seconds: f64,
}

/// What several series show in a step.
#[derive(Default)]
pub struct Seen {
    /// By class of the status; the first one of all.
    sums: [Sums; 3],
    /// The shortest and the longest time that one of them is of.
    seconds: Option<(f64, f64)>,
    /// Where rises are told whole, by first and last instant.
    looks: BTreeMap<(i64, i64), Looked>,
    /// The last sample before the step.
    before: Option<i64>,
}

impl Seen {
    /// Adds what a series of a class of the status rose by.
    pub fn add(&mut self, class: usize, increase: f64, look: &Look) {
        let seconds = look.seconds;
        if let Some(sums) = self.sums.get_mut(class) {
            sums.rate += increase / seconds;
            sums.rose += increase;
        }
        if look.from < look.until {
            let looked = self.looks.entry((look.from, look.until)).or_default();
            if let Some(rose) = looked.rose.get_mut(class) {
                *rose += increase;
            }
            if let Some(rose) = looked.single.get_mut(class).filter(|_| look.single) {
                *rose += increase;
            }
            looked.seconds = looked.seconds.max(seconds);
        }
        let (least, most) = self.seconds.unwrap_or((seconds, seconds));
        self.seconds = Some((least.min(seconds), most.max(seconds)));
        self.before = self.before.max(look.before);
    }

    /// The rate of some classes together, as this step alone tells it.
    fn alone(&self, classes: &[usize]) -> Rate {
        // Where only failures are silent, there are none; not a gap.
        let (least, seconds) = self.seconds.unwrap_or_default();
        let per_second: f64 = classes.iter().map(|c| self.sums[*c].rate).sum();
        let rose = self.rose(classes);
        let increase = match least == seconds {
            true => rose,
            false => per_second * seconds,
        };
        Rate {
            increase,
            seconds,
            ..Rate::default()
        }
    }

    /// What some classes together rose by.
    fn rose(&self, classes: &[usize]) -> f64 {
        classes.iter().map(|c| self.sums[*c].rose).sum()
    }
}

/// The metrics that were chosen, by place.
pub type Chosen = BTreeMap<Place, String>;

/// How metrics become signals.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    /// The step, where what series rose by is to add up over steps, and not their rates in each: where each rise counts
    /// once.
    pub sums: Option<Step>,
    /// The metric to take at a place, where it was chosen before.
    pub chosen: Option<&'a Chosen>,
}

/// What one metric says of a place.
#[derive(Default)]
pub struct Found {
    pub rank: u8,
    pub unit: Option<Unit>,
    /// What rises.
    pub rates: BTreeMap<i64, Seen>,
    pub classed: bool,
    pub part: BTreeMap<i64, f64>,
    pub whole: BTreeMap<i64, f64>,
    /// The whole by another teller, where the first says nothing.
    pub limit: BTreeMap<i64, f64>,
    pub rest: bool,
    pub levels: BTreeMap<i64, Vec<Level>>,
    /// Shares of states of one thing, beside those of its rest: together they are what is not the rest.
    pub states: BTreeMap<i64, BTreeMap<Labels, Vec<Level>>>,
    /// When its samples were, of what can be full.
    pub when: BTreeMap<i64, Level>,
    pub durations: BTreeMap<i64, Durations>,
}

impl Found {
    /// Takes the states of each thing together where no rest is told.
    fn add_up_states(&mut self) {
        if !self.levels.is_empty() {
            return;
        }
        for (number, things) in std::mem::take(&mut self.states) {
            let each = things.values().map(|all| combined(all, true));
            self.levels.insert(number, each.collect());
        }
    }
}

/// The signals of what was found: at each place the metric of the highest rank, of equals the one that tells more.
pub fn signals(found: BTreeMap<Place, BTreeMap<&str, Found>>, how: Telling<'_>) -> Vec<Signal> {
    let mut out = Vec::new();
    for (place, mut metrics) in found {
        metrics.values_mut().for_each(Found::add_up_states);
        let taken = how.chosen.and_then(|chosen| chosen.get(&place));
        let (measure, of, what) = place;
        let many = |f: &Found| f.rates.len() + f.durations.len() + f.levels.len() + f.part.len();
        let best = metrics
            .into_iter()
            .filter(|(name, f)| many(f) > 0 && taken.is_none_or(|taken| taken == name))
            .max_by(|(a, x), (b, y)| {
                let order = (x.rank, x.classed, many(x)).cmp(&(y.rank, y.classed, many(y)));
                order.then_with(|| b.cmp(a))
            });
        let Some((source, mut found)) = best else {
            continue;
        };
        let when = match found.when.is_empty() {
            true => None,
            false => Some(Cells::Level(
                std::mem::take(&mut found.when).into_iter().collect(),
            )),
        };
        let unit = found.unit;
        let signal = |measure, cells| Signal {
            measure,
            of: of.clone(),
            what: what.clone(),
            source: source.to_owned(),
            unit,
            cells,
            counted: None,
            when: when.clone(),
        };
        let rate = |found, classes| rate(found, classes, how.sums);
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
                let told = found.whole.get(n).filter(|whole| **whole > 0.0);
                let whole = *told.or_else(|| found.limit.get(n))?;
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
        if out[at].measure != Measure::ServerErrors {
            continue;
        }
        let failures = out[at].clone();
        let of_all = |s: &&mut Signal| s.measure == Measure::Requests && s.of == failures.of;
        let Some(requests) = out.iter_mut().find(of_all) else {
            continue;
        };
        if failures.source.contains("failure") && requests.source.contains("success") {
            add_rates(&mut requests.cells, &failures.cells, how.sums.is_some());
        }
        if failures.source != requests.source {
            let requests = requests.cells.clone();
            as_long(&mut out[at].cells, &requests, how.sums.is_some());
        }
    }
    out
}

/// Adds the rates of the same steps, or what came in them.
fn add_rates(to: &mut Cells, more: &Cells, sums: bool) {
    if let (Cells::Rate(to), Cells::Rate(more)) = (to, more) {
        for (number, rate) in more {
            if let Ok(at) = to.binary_search_by_key(number, |c| c.0)
                && rate.seconds > 0.0
            {
                let to = &mut to[at].1;
                to.increase += match sums {
                    true => rate.increase,
                    false => rate.increase / rate.seconds * to.seconds,
                };
                to.early += rate.early;
                to.lacking += rate.lacking;
                to.reach_s = to.reach_s.max(rate.reach_s);
            }
        }
    }
}

/// Tells rates over the seconds that others are of: counters that were at 0 until a step is seen for another part of it
/// than those that rose, and a part of them is never more than they are. What came stays what it is, where that counts.
fn as_long(rates: &mut Cells, others: &Cells, sums: bool) {
    if let (Cells::Rate(rates), Cells::Rate(others)) = (rates, others) {
        for (number, rate) in rates {
            if let Ok(at) = others.binary_search_by_key(number, |c| c.0)
                && let Some(each) = rate.value()
            {
                let seconds = others[at].1.seconds;
                *rate = Rate {
                    increase: match sums {
                        true => rate.increase,
                        false => each * seconds,
                    },
                    seconds,
                    ..*rate
                };
            }
        }
    }
}

/// The rates of some classes together, or what came of them.
fn rate(found: &Found, classes: &[usize], sums: Option<Step>) -> Cells {
    Cells::Rate(match sums {
        Some(step) => adding_up(&found.rates, classes, step),
        None => {
            let cell = |(number, seen): (&i64, &Seen)| (*number, seen.alone(classes));
            found.rates.iter().map(cell).collect()
        }
    })
}

/// What came of some classes, each rise in the step of the later scrape, and each second once: where one of several
/// series was silent, what it rose by meanwhile comes late, and the others were looked at before. That part of the rise is
/// told beside it ([`Rate::early`]).
fn adding_up(all: &BTreeMap<i64, Seen>, classes: &[usize], step: Step) -> Vec<(i64, Rate)> {
    let seconds = |from: i64, to: i64| to.saturating_sub(from).max(0) as f64 / 1e6;
    // Up to when the thing was looked at.
    let mut known: Option<i64> = None;
    let mut out = Vec::with_capacity(all.len());
    for (number, seen) in all {
        known = known.max(seen.before);
        let mut rate = Rate {
            increase: seen.rose(classes),
            ..Rate::default()
        };
        for ((from, until), looked) in &seen.looks {
            let begin = known.map_or(*from, |known| known.max(*from));
            let new = seconds(begin, *until).min(looked.seconds);
            rate.seconds = rate.seconds.max(new);
            let single: f64 = classes.iter().map(|c| looked.single[*c]).sum();
            rate.lacking += single / seconds(*from, *until);
            // Scrapes are not of one instant; a series is late that has none in the step before.
            if *from < begin && *from <= step.start(number.saturating_sub(1)) {
                let rose: f64 = classes.iter().map(|c| looked.rose[*c]).sum();
                rate.early += rose * (seconds(*from, begin) / seconds(*from, *until));
                rate.reach_s = rate.reach_s.max(seconds(*from, step.start(*number)));
            }
        }
        known = known.max(seen.looks.keys().map(|look| look.1).max());
        out.push((*number, rate));
    }
    out
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
