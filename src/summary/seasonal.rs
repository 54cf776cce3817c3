//! Outcomes one season apart, of rows that are not at hand: what a naive forecast would have been off by, also over
//! parts of a log that were counted apart and then merged.
//!
//! What rows differ by is added up for each two windows that such rows lie in: a range of windows has all pairs of
//! which both do, which are those that the same rows would give if they were kept, to the bit. A [`Run`] is a part of
//! a log whose rows were seen in order of time. It keeps its first and its last season of rows, so that where one run
//! follows another in time the pairs across the border are made once an answer is wanted: whichever parts were merged
//! first, all runs are there side by side, and the answer is that of one pass. Runs that overlap in time have no such
//! order, and it is said that there is no value. Runs may share the instant of their border; with a season of rows
//! those of the earlier run then come first.
//!
//! Memory: 32 bytes for each row of a season at both ends of a run, 64 MB at most over all runs, and some 100 for each
//! two neighbouring windows.

use super::naive::{Lag, Naive, Season, Untold};
use super::{Series, Slice, WindowSize, next};
use crate::stats::exact_sum::{ExactSum, Sum};
use crate::table::time::{SECOND, Time};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

/// Rows of a season that are remembered at most, at each end of a run.
pub(super) const MOST: usize = 1 << 20;

/// Windows of a row and of the one a season earlier; `None`: of the reference.
pub(super) type Windows = Option<(Time, Time)>;

/// Size and start of a window.
type Window = (WindowSize, Time);

/// Windows, pairs and what they differ by in all.
type Pairs = Vec<(Windows, u64, Sum)>;

/// Instant, outcome and window of a row.
pub(super) type Row<W = Time> = (i64, Option<f64>, W);

/// Outcomes of which one lies a season after the other, by their windows. It adds up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seasonal {
    /// `None`: what was merged was counted by several.
    season: Option<Season>,
    /// Pairs within runs, by the size of their windows.
    pairs: Vec<(WindowSize, Pairs)>,
    /// Of all rows, and of the reference; in order of time.
    runs: [Vec<Run>; 2],
}

/// Rows that were seen one after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The first and the last instant; `None`: the rows have no times, and nothing can be said to follow them.
    pub span: Option<(i64, i64)>,
    /// Size of the windows.
    pub size: WindowSize,
    /// Why no pairs are known.
    pub untold: Option<Untold>,
    /// Rows in `head` and `tail`, also where these were let go.
    pub remembered: u64,
    /// Those of the first season.
    pub head: Vec<Row>,
    /// Those of the last season that are not in `head`.
    pub tail: Vec<Row>,
}

impl Run {
    /// The order in which runs follow one another: by time.
    fn order(&self, other: &Self) -> Ordering {
        let key = |run: &Self| (run.span, run.size, run.untold, run.remembered);
        let rows = |run: &Self| {
            let row = |r: &Row| (r.0, r.1.map(f64::to_bits), r.2);
            let both = run.head.iter().chain(&run.tail);
            both.map(row).collect::<Vec<_>>()
        };
        let apart = key(self).cmp(&key(other));
        apart.then_with(|| rows(self).cmp(&rows(other)))
    }

    /// Whether a run that comes after this one begins where this one ends, or later.
    fn precedes(&self, other: &Self, season: Season) -> bool {
        match (self.span, other.span) {
            // Of rows of one instant in both it cannot be told which come first, unless only instants count.
            (Some(a), Some(b)) if a == b => a.0 == a.1 && matches!(season, Season::Seconds(_)),
            (Some(a), Some(b)) => a.1 <= b.0,
            _ => false,
        }
    }
}

/// The rows that later ones may look back to, in order of time.
pub(super) struct Back<W = Time> {
    pub rows: VecDeque<Row<W>>,
    /// The mean outcome of an instant, and its window.
    mean: Option<(i64, f64, W)>,
}

impl<W> Default for Back<W> {
    fn default() -> Self {
        Self {
            rows: VecDeque::new(),
            mean: None,
        }
    }
}

impl<W: Copy> Back<W> {
    /// What the outcome of a row at an instant is compared with (NaN where it is not known), and the window of that.
    pub fn find(&mut self, time: i64, season: Season) -> Option<(f64, W)> {
        match season {
            Season::Rows(n) => {
                let full = self.rows.len() >= n as usize;
                let first = full.then(|| self.rows.pop_front()).flatten();
                first.map(|(_, y, window)| (y.unwrap_or(f64::NAN), window))
            }
            Season::Seconds(s) => {
                let wanted = time.saturating_sub(i64::from(s) * SECOND);
                while self.rows.front().is_some_and(|r| r.0 < wanted) {
                    self.rows.pop_front();
                }
                if self.mean.is_none_or(|m| m.0 != wanted) {
                    self.mean = self.mean_at(wanted);
                }
                self.mean.map(|m| (m.1, m.2))
            }
        }
    }

    fn mean_at(&self, wanted: i64) -> Option<(i64, f64, W)> {
        let rows = self.rows.iter().take_while(|r| r.0 == wanted);
        let (mut sum, mut n, mut window) = (ExactSum::new(), 0_u64, None);
        for (_, y, of) in rows {
            window = Some(*of);
            if let Some(y) = y {
                sum.add(*y);
                n += 1;
            }
        }
        window.map(|window| (wanted, sum.value() / n as f64, window))
    }

    /// Gives rows other windows.
    pub fn rename(&mut self, window: impl Fn(W) -> W) {
        self.rows.iter_mut().for_each(|row| row.2 = window(row.2));
        self.mean
            .iter_mut()
            .for_each(|mean| mean.2 = window(mean.2));
    }
}

/// How far a row's outcome is from another; `None` unless both are known.
pub(super) fn apart(y: Option<f64>, other: f64) -> Option<f64> {
    let error = (y? - other).abs();
    (!error.is_nan()).then_some(error.min(f64::MAX))
}

/// Adds to what is known of two windows.
pub(super) fn add(
    all: &mut BTreeMap<Windows, (u64, Sum)>,
    windows: Windows,
    pairs: u64,
    sum: &Sum,
) {
    let there = all.entry(windows).or_default();
    there.0 += pairs;
    there.1 = there.1.merge(sum);
}

/// Where a window lies, beside a range of instants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Within,
    Without,
    Across,
}

impl Seasonal {
    /// Of one run of rows, and one of the reference.
    pub(super) fn of_run(
        season: Season,
        size: WindowSize,
        pairs: BTreeMap<Windows, (u64, Sum)>,
        runs: [Option<Run>; 2],
    ) -> Self {
        let pairs: Pairs = pairs.into_iter().map(|(w, (n, sum))| (w, n, sum)).collect();
        Self {
            season: Some(season),
            pairs: if pairs.is_empty() {
                Vec::new()
            } else {
                vec![(size, pairs)]
            },
            runs: runs.map(|run| run.into_iter().collect()),
        }
    }

    /// Whether it was counted by a season.
    pub(super) fn is_by(&self, season: Season) -> bool {
        self.season == Some(season)
    }

    /// Whether all its windows have a size.
    pub(super) fn is_of(&self, size: WindowSize) -> bool {
        self.runs.iter().flatten().all(|run| run.size == size)
    }

    /// Adds another part's. The order of merging makes no difference, to the bit.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.season != other.season || self.season.is_none() {
            *self = Self {
                season: None,
                pairs: Vec::new(),
                runs: Default::default(),
            };
            return;
        }
        let mut all: BTreeMap<WindowSize, BTreeMap<Windows, (u64, Sum)>> = BTreeMap::new();
        for (size, pairs) in self.pairs.iter().chain(&other.pairs) {
            let there = all.entry(*size).or_default();
            for (windows, n, sum) in pairs {
                add(there, *windows, *n, sum);
            }
        }
        let flat = |pairs: BTreeMap<Windows, (u64, Sum)>| {
            let pairs = pairs.into_iter();
            pairs.map(|(w, (n, sum))| (w, n, sum)).collect::<Pairs>()
        };
        self.pairs = all.into_iter().map(|(size, p)| (size, flat(p))).collect();
        for (mine, theirs) in self.runs.iter_mut().zip(&other.runs) {
            mine.extend_from_slice(theirs);
            mine.sort_by(Run::order);
            if is_far(mine) {
                for run in mine.iter_mut() {
                    (run.head, run.tail) = Default::default();
                }
                mine.sort_by(Run::order);
            }
        }
    }

    /// Why nothing can be told of all rows, or of the reference.
    fn untold(&self, season: Season, runs: &[Run]) -> Option<Untold> {
        if self.season != Some(season) {
            return Some(Untold::Season);
        }
        let why = runs.iter().filter_map(|run| run.untold).max();
        let parted = runs.windows(2).all(|w| match w {
            [a, b] => a.precedes(b, season),
            _ => true,
        });
        match why {
            Some(why) => Some(why),
            None if is_far(runs) => Some(Untold::Far),
            None => (!parted).then_some(Untold::Overlap),
        }
    }

    /// The error over a range of buckets of a series, or why it cannot be told.
    pub(super) fn answer(&self, series: &Series, lag: Lag) -> Naive {
        let runs = &self.runs[usize::from(lag.range.is_none())];
        let mut untold = match series.slice == Slice::default() {
            true => self.untold(lag.season, runs),
            false => Some(Untold::Slice),
        };
        let border = lag.range.map(|(from, to)| {
            let bucket = |at: usize| series.buckets.get(at);
            let first = bucket(from).map_or(Time(i64::MAX), |b| b.start);
            let last = to.checked_sub(1).and_then(bucket);
            (first, last.map_or(Time(i64::MIN), |b| b.end))
        });
        let place = |(size, start): Window| match border {
            None => Place::Within,
            Some((from, to)) if size == series.size => match start >= from && start < to {
                true => Place::Within,
                false => Place::Without,
            },
            // No window of a calendar, as a damaged file may have it.
            Some(_) if start.0.unsigned_abs() > i64::MAX as u64 / 2 => Place::Without,
            Some((from, to)) => {
                let end = next(size, start);
                match () {
                    () if end <= from || start >= to => Place::Without,
                    () if start >= from && end <= to => Place::Within,
                    () => Place::Across,
                }
            }
        };
        let (mut pairs, mut sum, mut across) = (0_u64, ExactSum::new(), false);
        if untold.is_none() {
            let mut within = |a: Window, b: Window| {
                let places = [place(a), place(b)];
                across |= places.contains(&Place::Across);
                places == [Place::Within; 2]
            };
            for (size, all) in &self.pairs {
                for (windows, n, of) in all {
                    let wanted = match (windows, border) {
                        (None, None) => true,
                        (Some((a, b)), Some(_)) => within((*size, *a), (*size, *b)),
                        _ => false,
                    };
                    if wanted {
                        pairs += n;
                        sum.add_sum(of);
                    }
                }
            }
            stitch(runs, lag.season, |now, before, error| {
                if within(now, before) {
                    pairs += 1;
                    sum.add(error);
                }
            });
        }
        if across {
            untold = Some(Untold::Windows);
            (pairs, sum) = (0, ExactSum::new());
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

/// Whether more rows than can be remembered make the seasons at the ends of runs.
fn is_far(runs: &[Run]) -> bool {
    let all = runs.iter().map(|run| run.remembered);
    all.fold(0, u64::saturating_add) > 2 * MOST as u64
}

/// Makes the pairs of the first seasons of runs that follow one another: their windows, and what the outcomes differ
/// by.
fn stitch(runs: &[Run], season: Season, mut pair: impl FnMut(Window, Window, f64)) {
    let mut back: Back<Window> = Back::default();
    for run in runs {
        let known = |row: &Row| (row.0, row.1, (run.size, row.2));
        for row in run.head.iter().map(known) {
            if let Some((other, window)) = back.find(row.0, season)
                && let Some(error) = apart(row.1, other)
            {
                pair(row.2, window, error);
            }
            back.rows.push_back(row);
        }
        back.rows.extend(run.tail.iter().map(known));
        if let Season::Rows(n) = season {
            let more = back.rows.len().saturating_sub(n as usize);
            back.rows.drain(..more);
        }
    }
}
