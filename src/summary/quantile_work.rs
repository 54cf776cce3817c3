//! Quantiles beside outcomes, row by row: scores once a row, counts while rows pass by.

use super::quantiles::{IntervalCounts, LevelCounts, QuantileCounts};
use super::work::Running;
use crate::log::{Level, Log, Truth};
use crate::stats::exact_sum::ExactSum;

/// What is computed once a row, and how its quantiles belong together.
pub(super) struct QuantileFacts {
    levels: Vec<Level>,
    /// Places of both ends of each central interval, the widest first.
    pairs: Vec<(usize, usize)>,
    median: Option<usize>,
    /// The scores of each row.
    rows: Vec<Scores>,
}

/// The scores of a row; NaN where it has no quantile, or no interval and no median, or no outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scores {
    pinball: f64,
    wis: f64,
    dispersion: f64,
    over: f64,
    under: f64,
    deviation: f64,
}

const NONE: Scores = Scores {
    pinball: f64::NAN,
    wis: f64::NAN,
    dispersion: f64::NAN,
    over: f64::NAN,
    under: f64::NAN,
    deviation: f64::NAN,
};

impl QuantileFacts {
    /// Of the rows of a log; `None` where it has no quantiles.
    pub fn of(log: &Log) -> Option<Self> {
        let levels = log.quantiles.levels.clone();
        if levels.is_empty() {
            return None;
        }
        let place = |level: Level| levels.iter().position(|l| *l == level);
        let lower = levels
            .iter()
            .enumerate()
            .filter(|l| l.1.coverage().is_some());
        let pairs = lower.filter_map(|(at, level)| Some((at, place(level.mirror())?)));
        let mut facts = Self {
            pairs: pairs.collect(),
            median: place(Level::MEDIAN),
            levels,
            rows: Vec::new(),
        };
        facts.rows = (0..log.rows).map(|row| facts.scores(log, row)).collect();
        Some(facts)
    }

    /// The weighted interval score of a row; NaN where it has none.
    pub fn score(&self, row: usize) -> f64 {
        self.rows
            .get(row)
            .map_or(f64::NAN, |scores| within(scores.wis))
    }

    fn scores(&self, log: &Log, row: usize) -> Scores {
        let Some(y) = outcome(log, row) else {
            return NONE;
        };
        let cell = |at: usize| cell(log, at, row);
        let (mut pinball, mut found) = (0.0, 0.0);
        for (at, level) in self.levels.iter().enumerate() {
            if let Some(q) = cell(at) {
                pinball += loss(*level, q, y);
                found += 1.0;
            }
        }
        if found == 0.0 {
            return NONE;
        }
        let (mut dispersion, mut over, mut under, mut weight) = (0.0, 0.0, 0.0, 0.0);
        let (mut deviation, mut intervals) = (0.0, 0.0);
        for (low, high) in &self.pairs {
            let (Some(l), Some(u), Some(level)) = (cell(*low), cell(*high), self.levels.get(*low))
            else {
                continue;
            };
            dispersion += part(level.value(), l, u);
            over += (l - y).max(0.0);
            under += (y - u).max(0.0);
            let hit = f64::from(u8::from(l <= y && y <= u));
            deviation += hit - level.coverage().unwrap_or_default();
            intervals += 1.0;
            weight += 1.0;
        }
        if let Some(m) = self.median.and_then(cell) {
            over += part(0.5, y, m).max(0.0);
            under += part(0.5, m, y).max(0.0);
            weight += 0.5;
        }
        let mean = |sum: f64, of: f64| if of > 0.0 { sum / of } else { f64::NAN };
        Scores {
            pinball: pinball / found,
            wis: mean(dispersion + over + under, weight),
            dispersion: mean(dispersion, weight),
            over: mean(over, weight),
            under: mean(under, weight),
            deviation: mean(deviation, intervals),
        }
    }
}

/// The outcome of a row.
fn outcome(log: &Log, row: usize) -> Option<f64> {
    match &log.truth {
        Truth::Numbers(v) => v.get(row).copied().filter(|y| !y.is_nan()),
        _ => None,
    }
}

/// A quantile of a row.
fn cell(log: &Log, at: usize, row: usize) -> Option<f64> {
    let cells = log.quantiles.cells.get(at)?;
    cells.get(row).copied().filter(|q| !q.is_nan())
}

/// A share of b − a, also where the difference is beyond every number.
fn part(share: f64, a: f64, b: f64) -> f64 {
    match b - a {
        distance if distance.is_finite() => share * distance,
        _ => 2.0 * share * (b / 2.0 - a / 2.0),
    }
}

/// The pinball loss, as scikit-learn's `mean_pinball_loss` has it.
fn loss(level: Level, q: f64, y: f64) -> f64 {
    match y >= q {
        true => part(level.value(), q, y),
        false => part(level.mirror().value(), y, q),
    }
}

/// A number beyond all others makes a sum so, instead of being left out of it.
fn within(x: f64) -> f64 {
    x.clamp(-f64::MAX, f64::MAX)
}

/// The running counts of one cell.
pub(super) struct QuantileWork {
    scores: [Running; 6],
    intervals: Vec<Interval>,
    /// Empty where not all is counted.
    levels: Vec<AtLevel>,
}

#[derive(Default)]
struct Interval {
    rows: u64,
    covered: u64,
    /// Width and interval score; `None` where not all is counted.
    sizes: Option<Box<[Running; 2]>>,
}

#[derive(Default)]
struct AtLevel {
    rows: u64,
    below: u64,
    pinball: ExactSum,
}

impl QuantileWork {
    /// Empty counts; `full`: also of levels, widths and interval scores.
    pub fn new(facts: &QuantileFacts, full: bool) -> Self {
        let interval = |_| Interval {
            sizes: full.then(Box::default),
            ..Interval::default()
        };
        let levels = if full { facts.levels.len() } else { 0 };
        Self {
            scores: std::array::from_fn(|_| Running::default()),
            intervals: facts.pairs.iter().map(interval).collect(),
            levels: (0..levels).map(|_| AtLevel::default()).collect(),
        }
    }

    /// Counts a row.
    pub fn add(&mut self, facts: &QuantileFacts, log: &Log, row: usize) {
        let (Some(y), Some(scores)) = (outcome(log, row), facts.rows.get(row)) else {
            return;
        };
        let values = [
            scores.pinball,
            scores.wis,
            scores.dispersion,
            scores.over,
            scores.under,
            scores.deviation,
        ];
        for (running, value) in self.scores.iter_mut().zip(values) {
            if !value.is_nan() {
                running.add(within(value));
            }
        }
        for (interval, (low, high)) in self.intervals.iter_mut().zip(&facts.pairs) {
            let (Some(l), Some(u)) = (cell(log, *low, row), cell(log, *high, row)) else {
                continue;
            };
            interval.rows += 1;
            interval.covered += u64::from(l <= y && y <= u);
            if let (Some(sizes), Some(level)) = (&mut interval.sizes, facts.levels.get(*low)) {
                let [width, score] = &mut **sizes;
                let (outside, wide) = ((l - y).max(0.0) + (y - u).max(0.0), u - l);
                width.add(within(wide));
                score.add(within(wide + outside / level.value()));
            }
        }
        for (at, (work, level)) in self.levels.iter_mut().zip(&facts.levels).enumerate() {
            if let Some(q) = cell(log, at, row) {
                work.rows += 1;
                work.below += u64::from(y <= q);
                work.pinball.add(within(loss(*level, q, y)));
            }
        }
    }

    /// The counts, if a row had an outcome and a quantile; afterwards they are empty again.
    pub fn take(&mut self, facts: &QuantileFacts) -> Option<QuantileCounts> {
        let [pinball, wis, dispersion, over, under, deviation] =
            std::array::from_fn(|i| self.scores[i].take());
        if pinball.n == 0 {
            return None;
        }
        let mut intervals = Vec::new();
        for (work, (low, _)) in self.intervals.iter_mut().zip(&facts.pairs) {
            let Some(lower) = facts.levels.get(*low).filter(|_| work.rows > 0) else {
                continue;
            };
            let sizes = work.sizes.as_mut();
            let [width, score] = match sizes {
                Some(sizes) => sizes.each_mut().map(|s| Some(s.take())),
                None => [None, None],
            };
            intervals.push(IntervalCounts {
                lower: *lower,
                rows: std::mem::take(&mut work.rows),
                covered: std::mem::take(&mut work.covered),
                width,
                score,
            });
        }
        let mut levels = Vec::new();
        for (work, level) in self.levels.iter_mut().zip(&facts.levels) {
            if work.rows > 0 {
                levels.push(LevelCounts {
                    level: *level,
                    rows: std::mem::take(&mut work.rows),
                    below: std::mem::take(&mut work.below),
                    pinball: work.pinball.to_sum(),
                });
                work.pinball.clear();
            }
        }
        Some(QuantileCounts {
            pinball,
            wis,
            dispersion,
            overprediction: over,
            underprediction: under,
            deviation,
            intervals,
            levels,
        })
    }
}
