//! How the columns of a log that is counted as it passes are distributed, window by window: enough to compare
//! any two periods of whole windows.
//!
//! Numbers are counted in up to [`BINS`] bins, whose edges are the first rows' quantiles; so PSI and
//! Jensen–Shannon are exact over bins that are near to deciles, and the other two distances have a bound
//! ([`Binned`]). Words are counted one by one, up to [`MOST_WORDS`] of a column; all others together. It adds
//! up like cells do, and is no part of what is shared: it can tell single numbers.

use super::build::{Buckets, Builder};
use super::compared::Cells;
use super::drift::{Bins, ColumnDrift, Distribution, Drift, Periods, undefined, words_apart};
use super::{Bucket, Series, Slice, Summary, WindowSize, floor};
use crate::log::{LogColumn, Role};
use crate::stats::distance::{Binned, Sample, jensen_shannon, psi};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Bins of numbers at most, of equally many of the first rows each.
const BINS: u32 = 200;
/// Columns times windows at most, of some 3 KB each.
const MOST_COUNTED: usize = 1 << 16;
/// Words of a column that are counted one by one.
const MOST_WORDS: usize = 1_000;
/// The name that all other words have together.
const OTHERS: &str = "…";

/// The columns of a log, window by window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shapes {
    /// Size of the windows.
    size: WindowSize,
    pub(super) columns: Vec<Shape>,
    /// By start of their window; the reference is in none.
    windows: BTreeMap<Time, Counted>,
    pub(super) reference: Counted,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Shape {
    pub name: String,
    pub role: Role,
    pub of: Of,
    /// Whether a cell of it was counted.
    met: bool,
    /// Whether it turned out to be something else than it was counted as.
    pub lost: bool,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Of {
    /// Numbers between edges.
    Numbers(Vec<f64>),
    /// Words, in order of appearance.
    Words(Vec<String>),
}

/// Counts of a window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Counted {
    pub rows: u64,
    /// One a column.
    pub columns: Vec<Column>,
}

/// Counts of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Column {
    /// By bin or word; those at the end that count nothing may be left out.
    pub counts: Vec<u64>,
    /// Sums of numbers by bin.
    pub sums: Vec<f64>,
    /// Smallest and largest number.
    pub range: Option<(f64, f64)>,
}

impl Column {
    fn add(&mut self, place: usize, n: u64) {
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += n;
    }

    fn add_number(&mut self, place: usize, x: f64) {
        if self.sums.len() <= place {
            self.sums.resize(place + 1, 0.0);
        }
        self.sums[place] += x;
        let (low, high) = self.range.unwrap_or((x, x));
        self.range = Some((low.min(x), high.max(x)));
    }

    fn merge(&mut self, other: &Self) {
        for (place, n) in other.counts.iter().enumerate().filter(|c| *c.1 > 0) {
            self.add(place, *n);
        }
        if self.sums.len() < other.sums.len() {
            self.sums.resize(other.sums.len(), 0.0);
        }
        self.sums
            .iter_mut()
            .zip(&other.sums)
            .for_each(|(a, b)| *a += b);
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }
}

impl Counted {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        if self.columns.len() < other.columns.len() {
            self.columns.resize(other.columns.len(), Column::default());
        }
        self.columns
            .iter_mut()
            .zip(&other.columns)
            .for_each(|(a, b)| a.merge(b));
    }
}

impl Shapes {
    /// No columns yet.
    pub(super) fn new(size: WindowSize) -> Self {
        Self {
            size,
            columns: Vec::new(),
            windows: BTreeMap::new(),
            reference: Counted::default(),
        }
    }

    /// Leaves all rows out so far but those of the reference, for none is in a window of this size.
    pub(super) fn begin(&mut self, size: WindowSize) {
        self.size = size;
        self.windows.clear();
    }

    /// Lets go of columns.
    pub(super) fn forget(&mut self, names: &[String]) {
        for shape in self.columns.iter_mut().filter(|s| names.contains(&s.name)) {
            shape.lost = true;
        }
    }

    /// Knows the columns of a block: new ones, and those of which no cell was counted so far.
    fn learn(&mut self, compared: &[(&str, Role, Cells<'_>)]) {
        for (name, role, cells) in compared {
            let like = |s: &Shape| s.name == *name && s.role == *role;
            let at = self.columns.iter().position(like).unwrap_or_else(|| {
                self.columns.push(Shape {
                    name: (*name).into(),
                    role: *role,
                    of: Of::Words(Vec::new()),
                    met: false,
                    lost: false,
                });
                self.columns.len() - 1
            });
            let shape = &mut self.columns[at];
            let holds = match cells {
                Cells::Numbers(values) => values.iter().any(|x| !x.is_nan()),
                Cells::Words(codes, levels) => codes.iter().any(|c| (*c as usize) < levels.len()),
            };
            match (&mut shape.of, cells) {
                _ if !holds => {}
                (of, Cells::Numbers(values)) if !shape.met => {
                    *of = Of::Numbers(Sample::of(values).fine_edges(BINS));
                }
                (of, Cells::Words(..)) if !shape.met => *of = Of::Words(Vec::new()),
                (Of::Numbers(_), Cells::Numbers(_)) | (Of::Words(_), Cells::Words(..)) => {}
                _ => shape.lost = true,
            }
            shape.met |= holds;
            if matches!(cells, Cells::Numbers(_)) && !shape.met {
                shape.of = Of::Numbers(Vec::new());
            }
        }
    }

    /// Lets go of columns of so many words that of a block only whether a cell is there was kept: elsewhere none
    /// is missing for that.
    fn lose(&mut self, columns: &[LogColumn], compared: &[(&str, Role, Cells<'_>)]) {
        let is_compared = |c: &LogColumn| compared.iter().any(|(name, ..)| *name == c.name);
        let there = |c: &&LogColumn| match &c.cells {
            crate::table::Column::Presence(there) => there.contains(&1) && !is_compared(c),
            _ => false,
        };
        for LogColumn { name, role, .. } in columns.iter().filter(there) {
            let like = |s: &&mut Shape| s.name == *name && s.role == *role;
            match self.columns.iter_mut().find(like) {
                Some(shape) => shape.lost = true,
                None => self.columns.push(Shape {
                    name: name.clone(),
                    role: *role,
                    of: Of::Words(Vec::new()),
                    met: false,
                    lost: true,
                }),
            }
        }
    }

    /// Counts the rows of a block, whose buckets are of the size of the windows.
    pub(super) fn add(&mut self, builder: &Builder, buckets: &Buckets) {
        let live = builder.log.live as u32;
        let reference: Vec<u32> = (live..builder.log.rows as u32).collect();
        self.reference.rows += reference.len() as u64;
        for (bucket, (start, _)) in buckets.borders.iter().enumerate() {
            let rows = buckets.starts[bucket + 1] - buckets.starts[bucket];
            self.windows.entry(*start).or_default().rows += rows as u64;
        }
        let compared = builder.compared();
        self.learn(&compared);
        self.lose(&builder.log.columns, &compared);
        for (at, shape) in self.columns.iter_mut().enumerate().filter(|s| !s.1.lost) {
            let like = |c: &&(&str, Role, Cells<'_>)| c.0 == shape.name && c.1 == shape.role;
            let Some((_, _, cells)) = compared.iter().find(like) else {
                continue;
            };
            let places = shape.of.places(cells);
            let count = |rows: &[u32], counted: &mut Counted| {
                if counted.columns.len() <= at {
                    counted.columns.resize(at + 1, Column::default());
                }
                let column = &mut counted.columns[at];
                for row in rows.iter().map(|r| *r as usize) {
                    let Some(place) = places.get(row).filter(|p| **p != u32::MAX) else {
                        continue;
                    };
                    column.add(*place as usize, 1);
                    if let Cells::Numbers(values) = cells {
                        column.add_number(*place as usize, values[row]);
                    }
                }
            };
            for (bucket, (start, _)) in buckets.borders.iter().enumerate() {
                let rows = &buckets.order[buckets.starts[bucket]..buckets.starts[bucket + 1]];
                count(rows, self.windows.entry(*start).or_default());
            }
            count(&reference, &mut self.reference);
        }
    }

    /// Size of the windows.
    pub(super) fn size(&self) -> WindowSize {
        self.size
    }

    /// Takes larger windows until there are no more than so many; where none are larger and the counts would
    /// still take too much memory, lets go of all columns.
    pub(super) fn bound(&mut self, most: usize) {
        let large = |shapes: &Self| shapes.windows.len() * shapes.columns.len() > MOST_COUNTED;
        while (self.windows.len() > most || large(self))
            && let Some(size) = self.size.larger()
        {
            let mut windows: BTreeMap<Time, Counted> = BTreeMap::new();
            for (start, counted) in std::mem::take(&mut self.windows) {
                windows
                    .entry(floor(size, start))
                    .or_default()
                    .merge(&counted);
            }
            (self.windows, self.size) = (windows, size);
        }
        if large(self) {
            self.columns.iter_mut().for_each(|shape| shape.lost = true);
            let windows = self.windows.values_mut();
            windows.for_each(|counted| counted.columns = Vec::new());
        }
    }

    /// How the columns differ between two periods of a series; `None` where these are not made of whole
    /// windows, or not of all rows, or no column was counted.
    fn drift(&self, series: &Series, periods: &Periods) -> Option<Drift> {
        if series.slice != Slice::default() || self.columns.iter().all(|shape| shape.lost) {
            return None;
        }
        let before = match periods.before {
            Some(range) => self.within(series, &[range])?,
            None => self.reference.clone(),
        };
        let after = self.within(series, &periods.after)?;
        let rows = (before.rows, after.rows);
        let nothing = Column::default();
        let columns = self.columns.iter().enumerate().filter(|s| !s.1.lost);
        let columns = columns.map(|(at, shape)| {
            let of = |counted: &'_ Counted| counted.columns.get(at).unwrap_or(&nothing).clone();
            let found = match &shape.of {
                Of::Numbers(edges) => numbers_apart(edges, &of(&before), &of(&after), rows),
                Of::Words(words) => {
                    let counts = |column: Column| {
                        let mut counts = column.counts;
                        counts.resize(words.len(), 0);
                        counts
                    };
                    words_apart(words, &counts(of(&before)), &counts(of(&after)), rows)
                }
            };
            ColumnDrift {
                column: shape.name.clone(),
                role: shape.role.name().into(),
                ..found
            }
        });
        Some(Drift {
            periods: periods.clone(),
            rows,
            columns: columns.collect(),
        })
    }

    /// The counts of ranges of a series' buckets, none of which ends within a window.
    pub(super) fn within(&self, series: &Series, ranges: &[(usize, usize)]) -> Option<Counted> {
        let first = |b: &Bucket| floor(self.size, b.start);
        let last = |b: &Bucket| floor(self.size, Time(b.end.0.saturating_sub(1)));
        let bucket = |at: usize| series.buckets.get(at);
        let mut all = Counted::default();
        for (from, to) in ranges {
            let (begin, end) = (bucket(*from)?, bucket(to.checked_sub(1)?)?);
            let before = from.checked_sub(1).and_then(bucket).map(last);
            let behind = bucket(*to).map(first);
            if before == Some(first(begin)) || behind == Some(last(end)) || to <= from {
                return None;
            }
            // A bucket may hold several windows.
            let windows = self.windows.range(first(begin)..end.end);
            windows.for_each(|(_, counted)| all.merge(counted));
        }
        Some(all)
    }
}

impl Of {
    /// The place of each row's cell among what is counted; `u32::MAX` where it is missing.
    fn places(&mut self, cells: &Cells<'_>) -> Vec<u32> {
        match (self, cells) {
            (Self::Numbers(edges), Cells::Numbers(values)) => {
                let place = |x: &f64| match x.is_nan() {
                    true => u32::MAX,
                    false => edges.partition_point(|e| e <= x) as u32,
                };
                values.iter().map(place).collect()
            }
            (Self::Words(words), Cells::Words(codes, levels)) => {
                let map = learned(words, codes, levels);
                let place = |code: &u32| map.get(*code as usize).copied().unwrap_or(u32::MAX);
                codes.iter().map(place).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The place of each level among the words known, to which new ones that occur are added while there is room.
fn learned(words: &mut Vec<String>, codes: &[u32], levels: &[String]) -> Vec<u32> {
    let mut occurs = vec![false; levels.len()];
    for code in codes {
        if let Some(occurs) = occurs.get_mut(*code as usize) {
            *occurs = true;
        }
    }
    let known: HashMap<&str, u32> = words.iter().map(String::as_str).zip(0..).collect();
    let places: Vec<Option<u32>> = levels
        .iter()
        .map(|l| known.get(l.as_str()).copied())
        .collect();
    let of = |((level, place), occurs): ((&String, Option<u32>), bool)| match place {
        Some(place) => place,
        None if !occurs => u32::MAX,
        None if words.len() < MOST_WORDS => {
            words.push(level.clone());
            (words.len() - 1) as u32
        }
        None => {
            if words.len() == MOST_WORDS {
                words.push(OTHERS.into());
            }
            MOST_WORDS as u32
        }
    };
    levels.iter().zip(places).zip(occurs).map(of).collect()
}

fn numbers_apart(edges: &[f64], before: &Column, after: &Column, rows: (u64, u64)) -> ColumnDrift {
    let counts = |column: &Column| {
        let mut counts = column.counts.clone();
        counts.resize(edges.len() + 1, 0);
        counts
    };
    let sums = |column: &Column| {
        let mut sums = column.sums.clone();
        sums.resize(edges.len() + 1, 0.0);
        sums
    };
    let (old, new) = (counts(before), counts(after));
    let mut range = before.clone();
    range.merge(after);
    let binned = Binned {
        edges,
        range: range.range.unwrap_or_default(),
        before: &old,
        after: &new,
        sums: (&sums(before), &sums(after)),
    };
    let (edges, old, new) = binned.deciles();
    let distribution = |counts: Vec<u64>, rows: u64| {
        let values = counts.iter().sum();
        Distribution {
            values,
            missing: rows.saturating_sub(values),
            counts,
        }
    };
    let (ks, w) = (binned.kolmogorov_smirnov(), binned.wasserstein());
    let (psi, jensen_shannon) = (psi(&old, &new), jensen_shannon(&old, &new));
    let (before, after) = (distribution(old, rows.0), distribution(new, rows.1));
    ColumnDrift {
        psi,
        jensen_shannon,
        kolmogorov_smirnov: ks.map(|near| near.value),
        kolmogorov_smirnov_bound: ks.map(|near| near.bound),
        wasserstein: w.map(|near| near.value),
        wasserstein_bound: w.map(|near| near.bound),
        undefined: undefined(&before, &after),
        bins: Bins::Edges(edges),
        before,
        after,
        ..ColumnDrift::default()
    }
}

impl Summary {
    /// Adds to a series how its columns differ between two periods, by what was counted as rows passed.
    pub fn add_drift(&mut self, at: usize, periods: &Periods) {
        let (Some(shapes), Some(series)) = (&self.shapes, self.series.get_mut(at)) else {
            return;
        };
        if series.drift(periods).is_none()
            && let Some(drift) = shapes.drift(series, periods)
        {
            series.keep_drift(drift);
        }
    }
}
