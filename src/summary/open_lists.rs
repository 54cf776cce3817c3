//! Lists of items whose rows come block by block.
//!
//! Rows wait until the end, since any block may hold more of a query; so lists are what they are where all rows are
//! kept. Where more than [`MOST_ROWS`] wait, the lists of which the last block held no row are counted and their
//! rows let go. If a row of one of these comes after all, or too many rows wait of lists that may go on, no metric
//! of lists is told: it would be of parts of lists. They are counted of all rows, and of the slice of the view.
//!
//! Memory: 40 bytes for each row that waits, 80 MB in all, and some 16 for each list that was counted, as much.

use super::build::Builder;
use super::lists::{self, Head, Lists, Rows};
use super::work::Running;
use super::{Series, Slice, Summary};
use crate::stats::gains::{MEASURES, of_head, of_list};
use crate::table::time::{SECOND, Time};
use crate::table::{NO_KEY, NO_TIME};
use std::collections::{HashMap, HashSet};

/// Rows that wait at most.
pub const MOST_ROWS: usize = 1 << 21;
/// Lists at most that are counted while others wait.
const MOST_COUNTED: usize = 1 << 22;

/// The sentence on lists that could not be put together.
pub(super) const APART: &str = "Rows of a query lie farther apart than rows are kept while they pass, so that metrics of lists have no value: sort the rows by query, or have all rows kept.";

/// Whether it is of the reference, and the query.
type Key = (bool, u128);

/// A row of a list.
struct Item {
    score: f64,
    relevance: f64,
    time: Time,
    /// Whether it is in the slice of the view.
    sliced: bool,
}

/// A list that may go on.
#[derive(Default)]
struct Open {
    items: Vec<Item>,
    /// The block of its last row.
    block: u64,
}

/// The lists so far.
#[derive(Default)]
pub(super) struct OpenLists {
    open: HashMap<Key, Open>,
    /// Rows that wait.
    waiting: usize,
    counted: HashSet<u64>,
    block: u64,
    /// Whether a list could not be put together.
    pub lost: bool,
    most: usize,
    /// Items of the heads that the reader chose.
    head: Option<u32>,
}

/// What is told of a list.
struct Told {
    /// Whether it is of the slice of the view.
    sliced: bool,
    reference: bool,
    /// Its first instant.
    first: Time,
    values: Option<[f64; MEASURES]>,
    /// Of its head, where the reader chose one.
    head: Option<[f64; 4]>,
}

impl OpenLists {
    /// No lists yet; of so many waiting rows at most, and with heads of so many items.
    pub fn new(most: usize, head: Option<u32>) -> Self {
        Self {
            most,
            head,
            ..Self::default()
        }
    }

    /// Takes the rows of a block, before which there were so many rows; counts lists where too many rows wait.
    pub fn add(&mut self, builder: &Builder, before: u64, slice: &Slice, total: &mut Summary) {
        let log = &builder.log;
        let Some(rows) = Rows::of(log).filter(|_| !self.lost) else {
            return;
        };
        self.block += 1;
        let members = builder.members(slice);
        for row in 0..log.rows {
            let reference = row >= log.live;
            let time = match log.time.get(row) {
                None => Time((before + row as u64) as i64 * SECOND),
                Some(time) => Time(*time),
            };
            let query = log.query.get(row).copied().unwrap_or(NO_KEY);
            // Live rows without a time are not counted.
            if query == NO_KEY || !reference && time.0 == NO_TIME {
                continue;
            }
            let Some((score, relevance)) = rows.item(row) else {
                continue;
            };
            let key = (reference, query);
            if !self.counted.is_empty() && self.counted.contains(&short(key)) {
                self.lose();
                return;
            }
            let list = self.open.entry(key).or_default();
            list.block = self.block;
            list.items.push(Item {
                score,
                relevance,
                time,
                sliced: members.get(row).is_none_or(|m| *m == 0),
            });
            self.waiting += 1;
        }
        if self.waiting > self.most {
            self.count(slice, total, false);
            if self.waiting > self.most || self.counted.len() > MOST_COUNTED {
                self.lose();
            }
        }
    }

    /// Leaves out all rows so far but those of the reference: none of them has a time.
    pub fn begin(&mut self) {
        self.open.retain(|key, _| key.0);
        self.waiting = self.open.values().map(|list| list.items.len()).sum();
    }

    fn lose(&mut self) {
        (self.open, self.counted) = Default::default();
        (self.waiting, self.lost) = (0, true);
    }

    /// Counts the lists: all of them, or those of which the last block held no row.
    fn count(&mut self, slice: &Slice, total: &mut Summary, all: bool) {
        let block = self.block;
        let done = self.open.extract_if(|_, list| all || list.block < block);
        let mut done: Vec<(Key, Vec<Item>)> = done.map(|(key, list)| (key, list.items)).collect();
        // No order of the table may be seen.
        done.sort_unstable_by_key(|list| list.0);
        let whole = *slice == Slice::default();
        let mut told: Vec<Told> = Vec::new();
        for (key, mut items) in done {
            self.waiting -= items.len();
            if !all {
                self.counted.insert(short(key));
            }
            items.sort_by(|a, b| b.score.total_cmp(&a.score));
            told.extend(self.tell(key.0, &items, false));
            if !whole {
                items.retain(|item| item.sliced);
                told.extend(self.tell(key.0, &items, true));
            }
        }
        for (sliced, of) in [(false, &Slice::default()), (true, slice)] {
            let series = total.series.iter_mut().find(|s| s.full && s.slice == *of);
            if let Some(series) = series {
                put(
                    series,
                    self.head,
                    told.iter().filter(|t| t.sliced == sliced),
                );
            }
        }
    }

    /// What a list tells, its items in order; nothing without an item.
    fn tell(&self, reference: bool, items: &[Item], sliced: bool) -> Option<Told> {
        let first = items.iter().map(|item| item.time).min()?;
        let items: Vec<(f64, f64)> = items.iter().map(|i| (i.score, i.relevance)).collect();
        Some(Told {
            sliced,
            reference,
            first,
            values: of_list(&items),
            head: self.head.and_then(|head| of_head(&items, head as usize)),
        })
    }

    /// Counts all that wait. What was counted is taken back where a list could not be put together.
    pub fn finish(mut self, slice: &Slice, total: &mut Summary) -> bool {
        self.count(slice, total, true);
        if self.lost {
            total.cells().for_each(|cell| cell.lists = None);
        }
        self.lost
    }
}

/// 64 bits of a key.
fn short((reference, query): Key) -> u64 {
    ((query >> 64) ^ query) as u64 ^ u64::from(reference)
}

/// Adds lists to the cells of their first rows.
fn put<'a>(series: &mut Series, head: Option<u32>, told: impl Iterator<Item = &'a Told>) {
    let bucket = |time: Time| {
        series
            .buckets
            .partition_point(|b| b.start <= time)
            .checked_sub(1)
    };
    let mut placed: Vec<(Option<usize>, &Told)> = Vec::new();
    for list in told {
        match (list.reference, bucket(list.first)) {
            (true, _) => placed.push((None, list)),
            (false, Some(at)) => placed.push((Some(at), list)),
            (false, None) => {}
        }
    }
    placed.sort_by_key(|p| p.0);
    let mut running: [Running; MEASURES] = std::array::from_fn(|_| Running::default());
    let mut of_heads: [Running; 4] = std::array::from_fn(|_| Running::default());
    for lists in placed.chunk_by(|a, b| a.0 == b.0) {
        let mut found = Lists::of(lists.iter().map(|l| &l.1.values), &mut running);
        let heads = lists.iter().map(|l| &l.1.head);
        found.head = head.map(|items| Head::of(items, heads, &mut of_heads));
        let cell = match lists.first().and_then(|l| l.0) {
            None => series.reference.as_mut(),
            Some(at) => series.buckets.get_mut(at).map(|b| &mut b.cell),
        };
        if let Some(cell) = cell {
            cell.lists = Some(match cell.lists.take() {
                None => found,
                Some(before) => lists::total(&[&before, &found], |of| {
                    super::total::moments(of.into_iter())
                }),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Log, Task, Truth};
    use crate::summary::{Bucket, Cell, WindowSize};

    fn block(queries: &[u128]) -> Builder {
        let rows = queries.len();
        let log = Log {
            task: Some(Task::Binary),
            rows,
            live: rows,
            labels: vec!["0".into(), "1".into()],
            query: queries.to_vec(),
            score: (0..rows).map(|i| i as f64).collect(),
            truth: Truth::Labels(vec![1; rows]),
            ..Log::default()
        };
        Builder::of_block(log, Vec::new(), 0.0, 0)
    }

    /// Lists of blocks of which few rows may wait, and whether they could be put together.
    fn lists(blocks: &[&[u128]], most: usize) -> (Option<u64>, bool) {
        let mut total = Summary::of_task(Task::Binary);
        let mut series = Series::new(Slice::default(), WindowSize::Rows(100));
        series.full = true;
        series.buckets.push(Bucket {
            start: Time(0),
            end: Time(i64::MAX),
            cell: Cell::default(),
        });
        total.series.push(series);
        let mut open = OpenLists::new(most, Some(2));
        let whole = Slice::default();
        let mut before = 0;
        for queries in blocks {
            open.add(&block(queries), before, &whole, &mut total);
            before += queries.len() as u64;
        }
        let lost = open.finish(&whole, &mut total);
        let cell = &total.series[0].buckets[0].cell;
        let head = |l: &Lists| l.head.as_ref().map(|h| (h.items, h.values[0].n));
        let known = cell.lists.as_ref();
        assert_eq!(known.and_then(head), known.map(|l| (2, l.lists)));
        (known.map(|l| l.lists), lost)
    }

    #[test]
    fn lists_that_go_on_wait_and_others_are_counted_where_many_do() {
        let blocks: [&[u128]; 3] = [&[1, 1, 2], &[2, 3, 3], &[3, 4, 4]];
        assert_eq!(lists(&blocks, 100), (Some(4), false));
        assert_eq!(lists(&blocks, 5), (Some(4), false));
    }

    #[test]
    fn a_list_that_was_counted_and_goes_on_leaves_none() {
        let blocks: [&[u128]; 3] = [&[1, 1, 2], &[3, 3, 3], &[1, 4, 4]];
        assert_eq!(lists(&blocks, 100), (Some(4), false));
        assert_eq!(lists(&blocks, 5), (None, true));
        // More rows of lists that may go on than may wait.
        assert_eq!(lists(&[&[1, 1, 1]], 2), (None, true));
    }
}
