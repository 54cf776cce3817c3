//! What a naive forecast would have been off by ([`Seasonal`]), while rows are counted in order of time.
//!
//! Where rows come in order of time, a row's outcome and that of one season earlier are both known once the row
//! comes, if the rows of one season are remembered. For one season, which is told before; of all rows and of the
//! reference. Where a row is earlier than one before it, or a season is longer than
//! [`MOST`](super::seasonal::MOST) rows, or rows of several series lie side by side ([`super::panel`]), it is said why there is no value.

use super::build::Builder;
use super::from_median::numbers;
use super::naive::{Season, Untold};
use super::panel::{Shared, keys};
use super::seasonal::{Back, MOST, Row, Run, Seasonal, Windows, add, apart};
use super::{Slice, Summary, WindowSize, floor};
use crate::log::{Log, Task, Truth};
use crate::stats::exact_sum::{ExactSum, Sum};
use crate::table::time::{SECOND, Time};
use crate::table::{NO_KEY, NO_TIME};
use std::collections::BTreeMap;
use std::sync::Arc;

/// [`Seasonal`] while rows are counted.
pub(super) struct PassedNaiveWork {
    season: Season,
    pairs: BTreeMap<Windows, (u64, Sum)>,
    /// The windows that were met last, and what is added up there.
    last: Option<(Windows, u64, ExactSum)>,
    /// Of all rows, and of the reference.
    sides: [Side; 2],
    /// The version of the first rows of a log without times.
    version: Option<String>,
}

#[derive(Default)]
struct Side {
    /// The rows of the first season.
    head: Vec<Row>,
    /// The last rows.
    back: Back,
    rows: u64,
    /// The first instant, and the last one.
    span: Option<(i64, i64)>,
    /// Whether a row has no time.
    untimed: bool,
    turned: bool,
    far: bool,
    /// Rows that share their instant.
    shared: Shared,
    /// Whether several series lie side by side, whatever their times.
    several: bool,
}

impl Side {
    /// What the outcome of a row is compared with, and the window of that. Rows of the first season may look back to
    /// those of another part, and are left for later.
    fn before(&mut self, row: Row, season: Season) -> Option<(f64, Time)> {
        let time = row.0;
        let (first, last) = self.span.unwrap_or((time, time));
        self.turned |= time < last;
        self.span = Some((first.min(time), last.max(time)));
        let begins = match season {
            Season::Rows(n) => self.rows < u64::from(n),
            Season::Seconds(s) => time <= first.saturating_add(i64::from(s) * SECOND),
        };
        self.rows += 1;
        let found = match (begins, season) {
            (_, Season::Seconds(_)) if self.untimed => return None,
            (true, _) => {
                self.head.push(row);
                None
            }
            (false, season) => self.back.find(time, season),
        };
        self.back.rows.push_back(row);
        if self.back.rows.len() > MOST || self.head.len() > MOST {
            self.far = true;
            self.let_go();
        }
        found
    }

    fn is_several(&self) -> bool {
        self.several || !self.untimed && self.shared.are_told_apart()
    }

    fn let_go(&mut self) {
        (self.head, self.back) = Default::default();
    }

    fn finish(mut self, season: Season, size: WindowSize) -> Option<Run> {
        let span = self.span.filter(|_| !self.untimed);
        let untold = match () {
            () if self.far => Some(Untold::Far),
            () if self.turned && !self.untimed => Some(Untold::Order),
            () if self.is_several() => Some(Untold::Several),
            () => None,
        };
        if untold.is_some() || self.untimed && matches!(season, Season::Seconds(_)) {
            self.let_go();
        }
        // The last rows reach back into the first ones where a run is short.
        let earlier = self.rows.saturating_sub(self.back.rows.len() as u64);
        let both = (self.head.len() as u64).saturating_sub(earlier) as usize;
        let tail: Vec<Row> = self.back.rows.into_iter().skip(both).collect();
        (self.rows > 0).then(|| Run {
            span,
            size,
            untold,
            remembered: (self.head.len() + tail.len()) as u64,
            head: self.head,
            tail,
        })
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
            version: None,
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
        let series = keys(log);
        self.learn_versions(log);
        let mut known = None;
        for row in 0..log.rows {
            let reference = row >= log.live;
            let time = match log.time.get(row) {
                None => (before + row as u64) as i64 * SECOND,
                Some(time) => *time,
            };
            if log.time.is_empty() || time == NO_TIME {
                // Live rows without a time are in no window.
                if !reference && !log.time.is_empty() {
                    continue;
                }
                self.sides[usize::from(reference)].untimed = true;
            }
            let side = &mut self.sides[usize::from(reference)];
            let key = series.get(row).copied().unwrap_or(NO_KEY);
            side.shared.add(time, key);
            let here = match known {
                _ if reference => Time(0),
                Some((at, window)) if at == time => window,
                _ => window(time),
            };
            known = (!reference).then_some((time, here));
            self.take(reference, (time, outcome(y, row), here));
        }
    }

    /// Of a log without times, rows of several versions may be of the same things.
    fn learn_versions(&mut self, log: &Log) {
        let Some(version) = log.version.as_ref().filter(|_| log.time.is_empty()) else {
            return;
        };
        for (row, code) in version.codes.iter().enumerate() {
            let Some(name) = version.levels.get(*code as usize) else {
                continue;
            };
            let first = self.version.get_or_insert_with(|| name.clone());
            self.sides[usize::from(row >= log.live)].several |= first != name;
        }
    }

    fn take(&mut self, reference: bool, row: Row) {
        let side = &mut self.sides[usize::from(reference)];
        if side.far {
            return;
        }
        if let Some((other, there)) = side.before(row, self.season)
            && let Some(error) = apart(row.1, other)
        {
            self.put((!reference).then_some((row.2, there)), error);
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
        let live = &mut self.sides[0];
        live.back.rename(|window| floor(size, window));
        live.head.iter_mut().for_each(|r| r.2 = floor(size, r.2));
    }

    /// What was counted, by windows of a size.
    pub fn finish(mut self, size: WindowSize) -> Seasonal {
        self.flush();
        let [live, reference] = &self.sides;
        let lost = |side: &Side| {
            let timed = side.untimed && matches!(self.season, Season::Seconds(_));
            side.far || timed || side.turned && !side.untimed || side.is_several()
        };
        let lost = [lost(live), lost(reference)];
        self.pairs.retain(|w, _| !lost[usize::from(w.is_none())]);
        let runs = self.sides.map(|side| side.finish(self.season, size));
        Seasonal::of_run(self.season, size, self.pairs, runs)
    }
}

fn outcome(y: &[f64], row: usize) -> Option<f64> {
    y.get(row).copied().filter(|y| !y.is_nan())
}

impl Builder {
    /// Adds what a Summary of all rows needs to tell, once it is merged, what a naive forecast is off by. Windows of
    /// rows by time do not add up, and have none.
    pub(super) fn add_seasonal(&self, summary: &mut Summary, season: Season) {
        let all = summary.series.iter();
        let sizes = all.filter(|s| s.slice == Slice::default()).map(|s| s.size);
        let log = &self.log;
        let Some(size) = sizes.min().filter(|size| match size {
            WindowSize::Rows(_) => log.time.is_empty(),
            _ => true,
        }) else {
            return;
        };
        let same = |s: &Arc<Seasonal>| s.is_by(season) && s.is_of(size);
        if summary.seasonal.as_ref().is_some_and(same) {
            return;
        }
        let y = numbers(log).map_or(&[][..], |n| n.0);
        let buckets = self.buckets(size);
        let start = |row: u32| {
            let bucket = buckets.of.get(row as usize).copied();
            let border = bucket.and_then(|b| buckets.borders.get(b as usize));
            border.map_or(Time(0), |b| b.0)
        };
        let live: Vec<u32> = buckets.order.clone();
        let reference: Vec<u32> = (log.live as u32..log.rows as u32).collect();
        let mut work = PassedNaiveWork::new(season);
        for (at, mut rows) in [live, reference].into_iter().enumerate() {
            let time = |row: &u32| log.time.get(*row as usize).copied().unwrap_or(NO_TIME);
            let timed = rows.iter().all(|row| time(row) != NO_TIME);
            match timed {
                true => rows.sort_by_key(|row| (time(row), *row)),
                false => rows.sort_unstable(),
            }
            work.sides[at].untimed = !timed;
            work.sides[at].several = self.panel().is_some();
            for row in rows {
                let instant = match timed {
                    true => time(&row),
                    false => i64::from(row) * SECOND,
                };
                let here = if at == 0 { start(row) } else { Time(0) };
                work.take(at == 1, (instant, outcome(y, row as usize), here));
            }
        }
        summary.seasonal = Some(Arc::new(work.finish(size)));
    }
}
