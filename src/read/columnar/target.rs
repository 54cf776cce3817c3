//! The columns that a report wants of a columnar file, and how a leaf of the file fills them.
//!
//! A leaf is a column of its own, or the items of lists: then each item is a column, `name.0`,
//! `name.1` …, or each list is a cell, where lists are sets of labels ([`super::sets`]).

use super::cells::{Cells, Meaning};
use super::sample::Sample;
use super::sets;
use super::sink::{NOWHERE, Picks, Prepared, Sink, prepare};
use crate::read::trouble::{Fault, Troubles};
use crate::read::{ColumnSpec, Schema};
use crate::table::{Kind, Table};

/// Items of a list that become columns.
const ITEMS: usize = 64;
/// The item of a column whose cells are whole lists.
const LIST: usize = usize::MAX;

/// Rows that a file of so many bytes may claim: what takes no byte a row may still be long, but not
/// without end.
pub(super) fn plausible(size: u64) -> u64 {
    // Rows are counted in 31 bits.
    ((64 << 10) + size.saturating_mul(256)).min(i32::MAX as u64)
}

/// A column that is being made of a leaf, or of an item of its lists.
pub(super) struct Target<'a> {
    pub spec: &'a ColumnSpec,
    pub column: usize,
    /// The item of a list, or [`LIST`].
    pub item: usize,
    pub sink: Sink,
    /// Cells of the group that are missing because they could not be read.
    pub lost: usize,
}

/// The cells of a leaf in some rows.
pub(super) struct Gathered {
    pub cells: Cells,
    /// The place of each item among the cells, row by row; [`NOWHERE`] where it is missing.
    pub places: Vec<u32>,
    /// Where the items of each row start.
    pub starts: Vec<u32>,
    /// Whether a row has no list, not even an empty one; none is said of other leaves.
    pub absent: Vec<bool>,
    /// Why the rows behind them could not be read.
    pub lost: Option<String>,
}

impl Gathered {
    /// The places of a row's items.
    pub fn row(&self, row: usize) -> &[u32] {
        let end = |row| {
            self.starts
                .get(row)
                .map_or(self.places.len(), |&s| s as usize)
        };
        self.places.get(end(row)..end(row + 1)).unwrap_or_default()
    }

    /// Whether a row has a list; `None` where nothing is known of it.
    pub fn has_list(&self, row: usize) -> Option<bool> {
        let known = row < self.starts.len();
        known.then(|| !self.absent.get(row).copied().unwrap_or(false))
    }

    /// Appends the first cells of a leaf to its samples, which are the last ones; there are `before`
    /// rows in them.
    pub fn sample(
        &self,
        samples: &mut Vec<Sample>,
        start: usize,
        (name, list): (&str, bool),
        meaning: Meaning,
        (before, rows): (usize, usize),
        notes: &mut Vec<String>,
    ) {
        let width = (0..rows).map(|row| self.row(row).len()).max();
        if let Some(most) = width.filter(|&w| list && w > ITEMS) {
            let told = format!(" items of {name}");
            if !notes.iter().any(|n| n.ends_with(&told)) {
                notes.push(format!("only the first {ITEMS} of {most}{told}"));
            }
        }
        let width = if list {
            width.unwrap_or(1).clamp(1, ITEMS)
        } else {
            1
        };
        while samples.len() - start < width {
            let item = samples.len() - start;
            samples.push(Sample {
                name: if list {
                    format!("{name}.{item}")
                } else {
                    name.into()
                },
                cells: vec![Vec::new(); before],
                kind: match self.lost {
                    None => meaning.kind(&self.cells),
                    Some(_) => None,
                },
            });
        }
        for (item, sample) in samples.iter_mut().skip(start).enumerate() {
            for row in 0..rows {
                let mut text = Vec::new();
                if let Some(&place) = self.row(row).get(item).filter(|&&p| p != NOWHERE) {
                    self.cells.write(place as usize, meaning, &mut text);
                }
                sample.cells.push(text);
            }
        }
    }

    /// Appends some rows to the columns of items; `width` is the number of items that have one.
    pub fn fill(
        &self,
        targets: &mut [Target],
        meaning: Meaning,
        (rows, width): (usize, usize),
        line: u64,
        troubles: &mut Troubles,
    ) {
        let found = self.starts.len().min(rows);
        let mut prepared: Vec<(&ColumnSpec, Prepared)> = Vec::new();
        let why = self.lost.as_deref();
        let why = why.unwrap_or("the column ends before its rows do");
        for target in targets.iter_mut() {
            if target.item == LIST {
                let (cells, places) = sets::cells(self, meaning, found);
                let mut page = prepare(target.spec, cells, Meaning::Plain);
                let sink = &mut target.sink;
                sink.take(&mut page, Picks::Places(&places), line, troubles);
                let read = places.len();
                target.lose(rows - read, line + read as u64, why, troubles);
                continue;
            }
            // Columns of one kind share what was prepared; words have codes of their own.
            let same = |known: &ColumnSpec| {
                known.kind == target.spec.kind
                    && known.time == target.spec.time
                    && known.kind != Kind::Category
            };
            let at = match prepared.iter().position(|(spec, _)| same(spec)) {
                Some(at) => at,
                None => {
                    let page = prepare(target.spec, self.cells.clone(), meaning);
                    prepared.push((target.spec, page));
                    prepared.len() - 1
                }
            };
            let item = |row| self.row(row).get(target.item).copied().unwrap_or(NOWHERE);
            let places: Vec<u32> = (0..found).map(item).collect();
            if let Some((_, page)) = prepared.get_mut(at) {
                target
                    .sink
                    .take(page, Picks::Places(&places), line, troubles);
            }
            target.lose(rows - found, line + found as u64, why, troubles);
        }
        // What is longer than any that becomes columns was told when the file was looked into.
        let long = |row: &usize| (1..ITEMS).contains(&width) && self.row(*row).len() > width;
        if let (Some(row), Some(target)) = ((0..found).find(long), targets.last()) {
            let count = (row..found).filter(long).count() as u64;
            troubles.cells(
                Fault::TooMany,
                target.column,
                line + row as u64,
                count,
                || {
                    let found = self.row(row).len();
                    format!(
                        "found a list of {found} items, expected {width}; the others are left out"
                    )
                },
            );
        }
    }
}

impl Target<'_> {
    /// Appends cells that could not be read; the first one is in row `line`.
    pub fn lose(&mut self, count: usize, line: u64, why: &str, troubles: &mut Troubles) {
        if count > 0 {
            self.sink.missing(count);
            self.lost += count;
            troubles.cells(Fault::Damaged, self.column, line, count as u64, || {
                format!("{why}; the cells in it are left empty")
            });
        }
    }
}

/// The wanted columns that a leaf fills, and how many items of its lists have one.
fn targets<'a>(schema: &'a Schema, leaf: &str, list: bool) -> (Vec<Target<'a>>, usize) {
    let items = format!("{leaf}.");
    let mut width = 0;
    let mut targets = Vec::new();
    for (column, spec) in schema.columns.iter().enumerate() {
        let item = match spec.name.strip_prefix(&items) {
            Some(item) if list => item.parse().ok().filter(|&i| i < ITEMS),
            _ if spec.name == leaf => Some(if list { LIST } else { 0 }),
            _ => None,
        };
        let Some(item) = item else {
            continue;
        };
        if item != LIST {
            width = width.max(item + 1);
        }
        if spec.wanted {
            targets.push(Target {
                spec,
                column,
                item,
                sink: Sink::new(column, spec),
                lost: 0,
            });
        }
    }
    (targets, width)
}

/// The wanted columns of a leaf.
pub(super) struct Wanted<'a> {
    /// The leaf's place in the file.
    pub leaf: usize,
    pub targets: Vec<Target<'a>>,
    /// Items of its lists that have a column.
    pub width: usize,
}

/// The wanted columns of the leaves, which are given by name and whether they are in a list, with
/// room for so many rows of a file of so many bytes.
pub(super) fn wanted<'a, 'n>(
    schema: &'a Schema,
    leaves: impl Iterator<Item = (&'n str, bool)>,
    rows: u64,
    size: u64,
) -> Vec<Wanted<'a>> {
    // A claim is believed up to a row a byte.
    let room = usize::try_from(rows.min(size)).unwrap_or(0);
    let mut all = Vec::new();
    for (leaf, (name, list)) in leaves.enumerate() {
        let (mut targets, width) = targets(schema, name, list);
        targets.iter_mut().for_each(|t| t.sink.reserve(room));
        if !targets.is_empty() {
            all.push(Wanted {
                leaf,
                targets,
                width,
            });
        }
    }
    all
}

/// Ends a group of so many rows; gives how many stay. Where every cell of every column was lost, so
/// are the rows.
pub(super) fn settle(
    wanted: &mut [Wanted],
    rows: usize,
    line: u64,
    found: Troubles,
    troubles: &mut Troubles,
) -> usize {
    let mut all = wanted.iter_mut().flat_map(|w| &mut w.targets).peekable();
    let any = all.peek().is_some();
    let mut lost = any && rows > 0;
    for target in all {
        lost &= std::mem::take(&mut target.lost) >= rows;
    }
    if !lost {
        troubles.append(found);
        return rows;
    }
    let why = found.reason().and_then(|r| r.split(';').next());
    let why = why.unwrap_or("its bytes are missing");
    troubles.rows(Fault::Damaged, line, rows as u64, || {
        format!("a group of rows cannot be read ({why}); export the file again")
    });
    for target in wanted.iter_mut().flat_map(|w| &mut w.targets) {
        target.sink.drop_last(rows);
    }
    0
}

/// Takes back the last rows where a cell of them was lost; tells whether that was so.
pub(super) fn took_back(wanted: &mut [Wanted], rows: usize) -> bool {
    let targets = || wanted.iter().flat_map(|w| &w.targets);
    let lost = targets().any(|target| target.lost > 0);
    if lost {
        for target in wanted.iter_mut().flat_map(|w| &mut w.targets) {
            target.sink.drop_last(rows);
            target.lost = 0;
        }
    }
    lost
}

/// The columns as a table of so many rows.
pub(super) fn table(wanted: Vec<Wanted>, rows: usize) -> Table {
    let mut done: Vec<Target> = wanted.into_iter().flat_map(|w| w.targets).collect();
    done.sort_by_key(|target| target.column);
    Table {
        names: done.iter().map(|t| t.spec.name.clone()).collect(),
        rows,
        columns: done.into_iter().map(|t| t.sink.finish()).collect(),
    }
}
