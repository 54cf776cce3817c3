//! A log that is larger than memory: counted block by block, each of which is let go.
//!
//! The cells are those that all rows together would give, to the bit, where the first rows that have scores
//! show the range of all (of scores that are no probabilities), and the first ones with outcomes what they are.
//! A value of a segment that no block before had is watched from its first row on. What only rows can tell is
//! never known ([`Summary::streamed`]), and is told from bins of the cells with its bound, or has no value. Memory is
//! bounded by the number of windows and slices:
//!
//! | counted | by |
//! | --- | --- |
//! | all rows, and the slice of the view | the hour, up to [`FINE`] windows; then the day, the week, the month |
//! | the most frequent versions and values of segments | the hour, up to as many windows as are chosen for a reader; then likewise |
//! | lists of items | the rows of queries that may go on ([`super::open_lists`]) |
//! | what a naive forecast is off by | the rows of one season ([`PassedNaiveWork`]) |
//! | the distributions of columns ([`Shapes`]) | the hour, up to as many windows; then likewise |
//! | rows without times | windows of a twentieth of the rows that the files seem to hold, or as large as is asked for, but hardly more than [`FINE`] |

use super::build::{Builder, MOST_VALUES, centre};
use super::facts::edges;
use super::grid::{MANY, suit_rows};
use super::lists::tell_lists;
use super::names::{Names, VALUES};
use super::open_lists::{APART, MOST_ROWS, OpenLists};
use super::passed_naive::PassedNaiveWork;
use super::{Season, Series, Shapes, Slice, Summary, Values, WindowSize};
use crate::log::{Counts, Log, Notes, Role, Task, WITHOUT_TIME, too_many_words, untimed};
use crate::table::time::{SECOND, Time};
use crate::table::{MOST_WORDS, NO_TIME};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Windows of all rows at most.
const FINE: usize = 4_000;

/// Values of a segment that are counted until it is known which are the most frequent ones.
const WATCHED: usize = 2 * VALUES;

/// The sentence on scores that no bin of the histogram was made for: on one, and on more.
const BEYOND: [&str; 2] = [
    "{n} score is beyond those of the first rows, and is counted with the lowest or the highest of these.",
    "{n} scores are beyond those of the first rows, and are counted with the lowest or the highest of these.",
];

/// What is wanted of a log before its rows are seen.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Size of the windows.
    pub window: Option<WindowSize>,
    /// A slice beside all rows.
    pub slice: Slice,
    /// A threshold that becomes an edge of the score histogram.
    pub threshold: Option<f64>,
    /// How far back the outcome lies that a naive forecast repeats.
    pub season: Season,
    /// How many items heads of lists have that the reader chose.
    pub head: Option<u32>,
    /// Rows that the files seem to hold.
    pub rows: u64,
}

/// The counts of the blocks so far.
#[derive(Default)]
pub struct Blocks {
    wanted: Wanted,
    known: Option<Known>,
    notes: Notes,
    /// Rows outside the reference.
    rows: u64,
}

/// What the first rows settle, and the sum.
struct Known {
    /// Once there was an outcome that is a number.
    centre: Option<f64>,
    names: Names,
    /// Columns that turned out to hold too many words to slice by.
    lost: Vec<String>,
    whole: WindowSize,
    family: WindowSize,
    /// The columns, by windows of their own.
    shapes: Shapes,
    lists: OpenLists,
    naive: PassedNaiveWork,
    total: Summary,
}

impl Blocks {
    /// No rows yet.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Tells of rows that are in no block.
    pub fn tell(&mut self, notes: Notes) {
        self.notes.merge(notes);
    }

    /// Counts a block of rows.
    ///
    /// # Errors
    /// A sentence, where it does not add up with those before: other columns.
    pub fn add(&mut self, mut log: Log) -> Result<(), String> {
        self.notes.merge(std::mem::take(&mut log.notes));
        let known = self.known.as_ref();
        let edges = match known.map(|known| &known.total.edges) {
            Some(edges) if !edges.is_empty() => edges.clone(),
            _ => edges(&log, self.wanted.threshold),
        };
        let centre = known.and_then(|known| known.centre).or(centre(&log));
        if let (false, [low, .., high]) = (log.probabilistic, &edges[..]) {
            let beyond = log.score.iter().filter(|x| *x < low || *x > high).count();
            if beyond > 0 {
                self.notes.count(beyond as u64, BEYOND, "");
            }
        }
        let untimed = untimed(log.name_of(Role::Time));
        let live = log.live as u64;
        let before = self.rows;
        let builder = Builder::of_block(log, edges, centre.unwrap_or(0.0), before);
        self.rows += live;
        let mut block = builder.outline();
        let sliced = block.versions.iter().chain(&block.segments);
        let sliced: Vec<String> = sliced.map(|v| v.column.clone()).collect();
        let slice = &self.wanted.slice;
        match &mut self.known {
            None => {
                let sizes = self.wanted.sizes(block.timed);
                let names = Names::of(&block, WATCHED);
                let mut shapes = Shapes::new(sizes.0);
                count(&builder, &mut block, &mut shapes, &names, sizes, slice);
                self.known = Some(Known {
                    centre,
                    names,
                    lost: Vec::new(),
                    whole: sizes.0,
                    family: sizes.1,
                    shapes,
                    lists: OpenLists::new(MOST_ROWS, self.wanted.head),
                    naive: PassedNaiveWork::new(self.wanted.season),
                    total: block,
                });
            }
            Some(known) => {
                if block.timed && !known.total.timed {
                    known.begin(self.wanted.sizes(true));
                    self.notes.unsay(&untimed);
                    let before = known.total.counts.without_time;
                    self.notes.count(before, WITHOUT_TIME, "");
                }
                known.centre = centre;
                known.total.adopt(&block);
                let sizes = (known.whole, known.family);
                known.names.learn(&known.total, &block, WATCHED);
                let shapes = &mut known.shapes;
                count(&builder, &mut block, shapes, &known.names, sizes, slice);
                known.total.merge(&block)?;
            }
        }
        if let Some(known) = &mut self.known {
            for name in known.lose(&sliced) {
                self.notes.say(too_many_words(&name));
            }
        }
        if let Some(known) = &mut self.known {
            let (slice, total) = (&self.wanted.slice, &mut known.total);
            known.lists.add(&builder, before, slice, total);
            known.naive.add(&builder.log, before, known.whole);
            known.coarsen(&self.wanted);
        }
        Ok(())
    }

    /// The Summary, once all rows were counted; `None` where there were none.
    #[must_use]
    pub fn finish(self, outcomes: Counts) -> Option<Summary> {
        let known = self.known?;
        let mut total = known.total;
        let apart = known.lists.finish(&self.wanted.slice, &mut total);
        total.streamed = true;
        total.notes = self.notes.sentences();
        if apart {
            total.notes.push(APART.into());
        }
        if let (Some(window @ WindowSize::Rows(_)), true) = (self.wanted.window, total.timed) {
            total.notes.push(format!("Windows of {window} rows need all rows in order of time, and these were counted as they passed: windows of time are shown instead."));
        }
        if let (Some(wanted @ WindowSize::Rows(_)), false) = (self.wanted.window, total.timed)
            && known.whole != wanted
        {
            let whole = known.whole;
            total.notes.push(format!("Windows of {wanted} rows would be too many to be counted as the rows pass: windows of {whole} rows are shown instead."));
        }
        total.counts.outcomes += outcomes.outcomes;
        total.counts.orphan_outcomes += outcomes.orphan_outcomes;
        total.counts.duplicate_outcomes += outcomes.duplicate_outcomes;
        for values in total.versions.iter_mut().chain(&mut total.segments) {
            values.values.truncate(MOST_VALUES);
        }
        // Values that turned out to be frequent and were watched from their first row on.
        let names = Names::of(&total, VALUES);
        total.series.retain(|s| s.full || names.has(&s.slice));
        if !total.timed {
            let end = Time(self.rows as i64 * SECOND);
            let last = total.series.iter_mut().filter_map(|s| s.buckets.last_mut());
            last.for_each(|b| b.end = b.end.min(end));
        }
        total.shapes = Some(Arc::new(known.shapes));
        let seasonal = || Arc::new(known.naive.finish(known.whole));
        total.seasonal = (total.task == Task::Regression).then(seasonal);
        let place = |v: &Values| total.columns.iter().position(|c| c.name == v.column);
        let mut segments = std::mem::take(&mut total.segments);
        segments.sort_by_key(place);
        total.segments = segments;
        let natural = natural(&total, self.wanted.window);
        let mut front: Vec<Series> = Vec::new();
        for series in &mut total.series {
            if series.size == natural || !natural.is_made_of(series.size) {
                continue;
            }
            let coarser = series.coarser(natural);
            if series.full {
                front.push(coarser);
            } else {
                *series = coarser;
            }
        }
        front.append(&mut total.series);
        total.series = front;
        // All rows come first, by the size that is shown.
        let whole = |s: &Series| (s.slice != Slice::default(), s.size != natural);
        total.series.sort_by_key(whole);
        tell_lists(&mut total);
        Some(total)
    }
}

impl Wanted {
    /// Sizes to begin with: of all rows, and of the families.
    fn sizes(&self, timed: bool) -> (WindowSize, WindowSize) {
        match self.window {
            wanted if !timed => {
                let least = match wanted {
                    Some(WindowSize::Rows(n)) => u64::from(n).max(self.rows / FINE as u64),
                    _ => self.rows.div_ceil(20).max(50),
                };
                let size = WindowSize::Rows(least.min(u64::from(u32::MAX)) as u32);
                (size, size)
            }
            Some(WindowSize::Rows(_)) | None => (WindowSize::Hour, WindowSize::Hour),
            Some(size) => (size.min(WindowSize::Hour), size),
        }
    }
}

fn count(
    builder: &Builder,
    block: &mut Summary,
    shapes: &mut Shapes,
    names: &Names,
    (whole, family): (WindowSize, WindowSize),
    slice: &Slice,
) {
    let buckets = builder.buckets(whole);
    let all = (vec![Slice::default()], &[][..]);
    block.series = builder.count(whole, &buckets, all, true);
    if *slice != Slice::default() {
        let members = builder.members(slice);
        let one = (vec![slice.clone()], &members[..]);
        block
            .series
            .extend(builder.count(whole, &buckets, one, true));
    }
    let sized = |size| (size != whole).then(|| builder.buckets(size));
    let of_shapes = sized(shapes.size());
    shapes.add(builder, of_shapes.as_ref().unwrap_or(&buckets));
    let of_families = sized(family);
    let by_family = of_families.as_ref().unwrap_or(&buckets);
    let families = builder.families(names, family, by_family);
    // The slice of the view is there already, in full.
    let others = families.into_iter().filter(|f| f.slice != *slice);
    block.series.extend(others);
}

impl Known {
    /// Begins to count rows with times: none of those before has one.
    fn begin(&mut self, (whole, family): (WindowSize, WindowSize)) {
        (self.whole, self.family) = (whole, family);
        self.lists.begin();
        self.naive.begin();
        let total = &mut self.total;
        total.timed = true;
        for series in &mut total.series {
            series.buckets.clear();
            series.size = if series.full { whole } else { family };
        }
        total.counts.without_time += std::mem::take(&mut total.counts.predictions);
        total.counts.joined = 0;
        self.shapes.begin(whole);
    }

    /// Lets go of versions and segments that hold more words than a column is kept with, or of which a block
    /// alone held so many that they are not among its `sliced` ones; gives the names of those lost by it.
    fn lose(&mut self, sliced: &[String]) -> Vec<String> {
        let total = &mut self.total;
        let segments = total.columns.iter().filter(|c| c.role == Role::Segment);
        let absent = segments.map(|c| &c.name).filter(|n| !sliced.contains(n));
        let known = total.versions.iter().chain(&total.segments);
        let many = known.filter(|v| v.values.len() > MOST_WORDS || !sliced.contains(&v.column));
        let many: Vec<String> = many.map(|v| v.column.clone()).collect();
        let lost = absent.chain(&many).filter(|n| !self.lost.contains(n));
        let lost: BTreeSet<String> = lost.cloned().collect();
        self.lost.extend(lost.iter().cloned());
        if !self.lost.is_empty() {
            let is = |name: &String| self.lost.contains(name);
            total.versions.take_if(|v| is(&v.column));
            total.segments.retain(|v| !is(&v.column));
            let version = total.versions.is_some();
            total.series.retain(|s| {
                let kept = s.slice.version.is_none() || version;
                s.full || kept && !s.slice.values.iter().any(|v| is(&v.column))
            });
            self.names.forget(version, &self.lost);
            self.shapes.forget(&self.lost);
        }
        lost.into_iter().filter(|n| many.contains(n)).collect()
    }

    /// Takes larger windows where they became too many.
    fn coarsen(&mut self, wanted: &Wanted) {
        let most = if wanted.window.is_some() { FINE } else { MANY };
        let total = &mut self.total;
        let before = self.whole;
        self.whole = coarsened(total, self.whole, true, FINE);
        if self.whole != before {
            self.naive.coarsen(self.whole);
        }
        self.family = coarsened(total, self.family, false, most);
        self.shapes.bound(MANY);
    }
}

/// Gives the series of a size that are counted in full, or those that are not, the next larger one until
/// they have no more than so many windows.
fn coarsened(total: &mut Summary, mut size: WindowSize, full: bool, most: usize) -> WindowSize {
    let is = |s: &Series, size| s.full == full && s.size == size;
    loop {
        let of_size = total.series.iter().filter(|s| is(s, size));
        let windows = of_size.map(|s| s.buckets.len()).max().unwrap_or(0);
        let larger = size.larger();
        let (true, Some(larger)) = (windows > most, larger) else {
            return size;
        };
        for series in total.series.iter_mut().filter(|s| is(s, size)) {
            *series = series.coarser(larger);
        }
        size = larger;
    }
}

/// The size that is shown.
fn natural(total: &Summary, wanted: Option<WindowSize>) -> WindowSize {
    let Some(whole) = total
        .series
        .iter()
        .find(|s| s.full && s.slice == Slice::default())
    else {
        return WindowSize::Day;
    };
    if let WindowSize::Rows(_) = whole.size {
        return whole.size;
    }
    if let Some(size) = wanted.filter(|w| w.is_made_of(whole.size)) {
        return size;
    }
    let starts: Vec<i64> = whole.buckets.iter().map(|b| b.start.0).collect();
    let rows = whole.buckets.iter().map(|b| b.cell.rows as usize).sum();
    match suit_rows(&starts, NO_TIME, rows) {
        size if size.is_made_of(whole.size) => size,
        // Too few windows of any size: rows in order of time are not to be had.
        _ => whole.size,
    }
}
