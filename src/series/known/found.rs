//! What metrics say of a place before it is a signal: the sums and cells of their series, of which the metric that tells
//! most is taken.

use super::super::{Cells, Durations, Labels, Level, Measure, Rate, Share, Signal, Unit};
use std::collections::BTreeMap;

/// What a place is about: measure, thing, and what tells it from others.
pub type Place = (Measure, String, String);

/// Sums of several series in a step.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    /// Of their rates.
    pub rate: f64,
    /// Of what they rose by.
    pub rose: f64,
    /// The longest time that one of them is of.
    pub seconds: f64,
}

impl Sums {
    /// Adds what a series rose by, and in how many seconds.
    pub fn add(&mut self, increase: f64, seconds: f64) {
        self.rate += increase / seconds;
        self.rose += increase;
        self.seconds = self.seconds.max(seconds);
    }
}

/// The metrics that were chosen, by place.
pub type Chosen = BTreeMap<Place, String>;

/// How metrics become signals.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    /// Whether what series rose by adds up, and not their rates: where each rise counts once.
    pub sums: bool,
    /// The metric to take at a place, where it was chosen before.
    pub chosen: Option<&'a Chosen>,
}

/// What one metric says of a place.
#[derive(Default)]
pub struct Found {
    pub rank: u8,
    pub unit: Option<Unit>,
    /// By class of the status; the first one of all.
    pub rates: BTreeMap<i64, [Sums; 3]>,
    pub classed: bool,
    pub part: BTreeMap<i64, f64>,
    pub whole: BTreeMap<i64, f64>,
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
        if out[at].measure != Measure::ServerErrors {
            continue;
        }
        let failures = out[at].clone();
        let of_all = |s: &&mut Signal| s.measure == Measure::Requests && s.of == failures.of;
        let Some(requests) = out.iter_mut().find(of_all) else {
            continue;
        };
        if failures.source.contains("failure") && requests.source.contains("success") {
            add_rates(&mut requests.cells, &failures.cells, how.sums);
        }
        if failures.source != requests.source {
            let requests = requests.cells.clone();
            as_long(&mut out[at].cells, &requests, how.sums);
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
                let seconds = to[at].1.seconds;
                to[at].1.increase += match sums {
                    true => rate.increase,
                    false => rate.increase / rate.seconds * seconds,
                };
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
                };
            }
        }
    }
}

/// The rates of some classes together, or what came of them.
fn rate(found: &Found, classes: &[usize], sums: bool) -> Cells {
    let cell = |(number, all): (&i64, &[Sums; 3])| {
        // Where only failures are silent, there are none; not a gap.
        let seconds = all.iter().map(|s| s.seconds).fold(0.0, f64::max);
        let per_second: f64 = classes.iter().map(|c| all[*c].rate).sum();
        let rose: f64 = classes.iter().map(|c| all[*c].rose).sum();
        let rate = Rate {
            increase: if sums { rose } else { per_second * seconds },
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
