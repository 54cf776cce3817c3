//! What a naive forecast would have been off by, of rows that are counted as they pass.
//!
//! Where rows come in order of time, a row's outcome and that of one season earlier are both known once the row
//! comes, if the rows of one season are remembered. What they differ by is added up for each two windows that such
//! rows lie in: a range of windows has all pairs of which both do, which are those that the same rows would give if
//! they were kept, to the bit. For one season, which is told before; of all rows and of the reference. Where a row is
//! earlier than one before it, or a season is longer than [`MOST`] rows, it is said why there is no value.
//!
//! Memory: 32 bytes for each row of a season, 32 MB at most, and some 100 for each two neighbouring windows.

use super::from_median::numbers;
use super::naive::{Lag, Naive, Season, Untold};
use super::{Series, Slice, WindowSize, floor};
use crate::log::{Log, Task, Truth};
use crate::stats::exact_sum::{ExactSum, Sum};
use crate::table::NO_TIME;
use crate::table::time::{SECOND, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Rows that are remembered at most.
pub const MOST: usize = 1 << 20;

/// Windows of a row and of the one a season earlier; `None`: of the reference.
type Windows = Option<(Time, Time)>;

/// Rows of which one lies a season after the other, by their windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PassedNaive {
    season: Season,
    /// Windows, pairs and what they differ by in all.
    pairs: Vec<(Windows, u64, Sum)>,
    /// Why there are none: of all rows, and of the reference.
    untold: [Option<Untold>; 2],
}

/// [`PassedNaive`] while rows are counted.
pub(super) struct PassedNaiveWork {
    season: Season,
    pairs: BTreeMap<Windows, (u64, Sum)>,
    /// The windows that were met last, and what is added up there.
    last: Option<(Windows, u64, ExactSum)>,
    /// Of all rows, and of the reference.
    sides: [Side; 2],
}

#[derive(Default)]
struct Side {
    /// Instant, outcome and window of the last rows.
    recent: VecDeque<(i64, f64, Time)>,
    /// The instant of the last row.
    latest: Option<i64>,
    /// Whether a row has no time.
    untimed: bool,
    turned: bool,
    /// The mean outcome of an instant, and its window.
    mean: Option<(i64, f64, Time)>,
    far: bool,
}

impl Side {
    fn untold(&self, season: Season) -> Option<Untold> {
        match season {
            _ if self.far => Some(Untold::Far),
            _ if self.turned && !self.untimed => Some(Untold::Order),
            _ => None,
        }
    }

    /// What the outcome of a row is compared with, and the window of that.
    fn before(&mut self, time: i64, y: f64, window: Time, season: Season) -> Option<(f64, Time)> {
        if self.latest.is_some_and(|latest| time < latest) {
            self.turned = true;
        }
        self.latest = self.latest.max(Some(time));
        let found = match season {
            Season::Rows(n) => {
                let full = self.recent.len() >= n as usize;
                let first = full.then(|| self.recent.pop_front()).flatten();
                first.map(|(_, y, window)| (y, window))
            }
            Season::Seconds(_) if self.untimed => return None,
            Season::Seconds(s) => {
                let wanted = time.saturating_sub(i64::from(s) * SECOND);
                while self.recent.front().is_some_and(|r| r.0 < wanted) {
                    self.recent.pop_front();
                }
                if self.mean.is_none_or(|m| m.0 != wanted) {
                    self.mean = self.mean_at(wanted);
                }
                self.mean.map(|m| (m.1, m.2))
            }
        };
        self.recent.push_back((time, y, window));
        if self.recent.len() > MOST {
            self.far = true;
            self.recent.clear();
        }
        found
    }

    fn mean_at(&self, wanted: i64) -> Option<(i64, f64, Time)> {
        let rows = self.recent.iter().take_while(|r| r.0 == wanted);
        let (mut sum, mut n, mut window) = (ExactSum::new(), 0_u64, None);
        for (_, y, of) in rows {
            window = Some(*of);
            if !y.is_nan() {
                sum.add(*y);
                n += 1;
            }
        }
        window.map(|window| (wanted, sum.value() / n as f64, window))
    }
}

impl PassedNaiveWork {
    /// Of a season.
    pub fn new(season: Season) -> Self {
        Self {
            season,
            pairs: BTreeMap::new(),
            last: None,
            sides: Default::default(),
        }
    }

    /// Takes the rows of a block, before which there were so many, by windows of a size.
    pub fn add(&mut self, log: &Log, before: u64, size: WindowSize) {
        // Rows whose outcomes are not known yet have their place in the order too.
        match (log.task, &log.predicted) {
            (Some(Task::Regression), _) | (None, Truth::Numbers(_)) => {}
            _ => return,
        }
        let y = numbers(log).map_or(&[][..], |n| n.0);
        let window = |time: i64| match size {
            WindowSize::Rows(n) if log.time.is_empty() => {
                let wide = i64::from(n.max(1)) * SECOND;
                Time(time.div_euclid(wide) * wide)
            }
            size => floor(size, Time(time)),
        };
        let mut known = None;
        for row in 0..log.rows {
            let reference = row >= log.live;
            let side = &mut self.sides[usize::from(reference)];
            let time = match log.time.get(row) {
                None => (before + row as u64) as i64 * SECOND,
                Some(time) => *time,
            };
            if log.time.is_empty() {
                side.untimed = true;
            } else if time == NO_TIME {
                // Live rows without a time are in no window.
                if !reference {
                    continue;
                }
                side.untimed = true;
            }
            if side.far {
                continue;
            }
            let here = match known {
                _ if reference => Time(0),
                Some((at, window)) if at == time => window,
                _ => window(time),
            };
            known = (!reference).then_some((time, here));
            let y = y.get(row).copied().unwrap_or(f64::NAN);
            let Some((other, there)) = side.before(time, y, here, self.season) else {
                continue;
            };
            let error = (y - other).abs();
            if !error.is_nan() {
                let windows = (!reference).then_some((here, there));
                self.put(windows, error.min(f64::MAX));
            }
        }
    }

    fn put(&mut self, windows: Windows, error: f64) {
        if self.last.as_ref().is_none_or(|last| last.0 != windows) {
            self.flush();
            self.last = Some((windows, 0, ExactSum::new()));
        }
        if let Some((_, pairs, sum)) = &mut self.last {
            *pairs += 1;
            sum.add(error);
        }
    }

    fn flush(&mut self) {
        if let Some((windows, pairs, sum)) = self.last.take() {
            add(&mut self.pairs, windows, pairs, &sum.to_sum());
        }
    }

    /// Leaves out all rows so far but those of the reference: none is in a window.
    pub fn begin(&mut self) {
        self.flush();
        self.pairs.retain(|windows, _| windows.is_none());
        self.sides[0] = Side::default();
    }

    /// Takes larger windows.
    pub fn coarsen(&mut self, size: WindowSize) {
        if let WindowSize::Rows(_) = size {
            return;
        }
        self.flush();
        let of = |(a, b): (Time, Time)| (floor(size, a), floor(size, b));
        let mut pairs = BTreeMap::new();
        for (windows, (n, sum)) in std::mem::take(&mut self.pairs) {
            add(&mut pairs, windows.map(of), n, &sum);
        }
        self.pairs = pairs;
        let recent = self.sides[0].recent.iter_mut();
        recent.for_each(|row| row.2 = floor(size, row.2));
        let mean = self.sides[0].mean.iter_mut();
        mean.for_each(|mean| mean.2 = floor(size, mean.2));
    }

    /// What was counted.
    pub fn finish(mut self) -> PassedNaive {
        self.flush();
        let untold = self.sides.each_ref().map(|side| side.untold(self.season));
        let pairs = self.pairs.into_iter();
        PassedNaive {
            season: self.season,
            pairs: pairs.map(|(windows, (n, sum))| (windows, n, sum)).collect(),
            untold,
        }
    }
}

fn add(all: &mut BTreeMap<Windows, (u64, Sum)>, windows: Windows, pairs: u64, sum: &Sum) {
    let there = all.entry(windows).or_default();
    there.0 += pairs;
    there.1 = there.1.merge(sum);
}

impl PassedNaive {
    /// The error over a range of buckets of a series, or why it cannot be told.
    pub fn answer(&self, series: &Series, lag: Lag) -> Naive {
        let untold = match () {
            () if series.slice != Slice::default() => Some(Untold::Slice),
            () if self.season != lag.season => Some(Untold::Season),
            () => self.untold[usize::from(lag.range.is_none())],
        };
        let border = lag.range.map(|(from, to)| {
            let bucket = |at: usize| series.buckets.get(at);
            let first = bucket(from).map_or(Time(i64::MAX), |b| b.start);
            let last = to.checked_sub(1).and_then(bucket);
            (first, last.map_or(Time(i64::MIN), |b| b.end))
        });
        let (mut pairs, mut sum) = (0, ExactSum::new());
        for (windows, n, of) in self.pairs.iter().filter(|_| untold.is_none()) {
            let within = match (windows, border) {
                (None, None) => true,
                (Some((a, b)), Some((from, to))) => [a, b].iter().all(|t| **t >= from && **t < to),
                _ => false,
            };
            if within {
                pairs += n;
                sum.add_sum(of);
            }
        }
        let sum = sum.value();
        Naive {
            lag,
            pairs,
            error: (pairs > 0 && sum < f64::MAX).then(|| sum / pairs as f64),
            untold,
        }
    }
}
