//! Pages cut into the columns of groups.
//!
//! A dictionary begins a column's pages, and the columns of a group have the same number of rows; that
//! mostly leaves one way to cut them. Every way is tried: where two of them hold, what is in the pages
//! decides, or whether what comes behind can be cut; where that does not either, nothing is guessed.

use super::suit::Like;
use super::walk::{Item, Page, Walk};
use crate::read::{Bytes, ReadError};
use std::collections::BTreeMap;
use std::ops::Range;

/// Pages that are compared with columns.
const STEPS: u64 = 20_000_000;
/// Bytes of pages that are unpacked to decide.
const UNPACKED: u64 = 256 << 20;
/// Groups that are looked ahead.
const AHEAD: usize = 3;

/// Pages of the columns of a group, in their order: the items of each.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub rows: u64,
    pub columns: Vec<Range<usize>>,
    /// The item behind it.
    next: usize,
}

/// What the pages make.
pub(super) enum Cut {
    Groups(Vec<Group>),
    /// They can be cut in more than one way.
    Ambiguous,
    /// They are not those of these columns.
    Unfit,
}

/// A way to go on: a group, or the pages of one that is not whole.
enum Way {
    Group(Group),
    Rest(Vec<Range<usize>>),
}

/// What a column's pages make.
enum Column {
    Whole(Range<usize>, usize),
    Begun(Range<usize>),
    Unfit,
}

struct Cutter<'a> {
    file: &'a dyn Bytes,
    walk: &'a Walk,
    likes: &'a [Like],
    /// Whether each column is told of behind its pages.
    told: bool,
    steps: u64,
    unpacked: u64,
    /// Rows in pages of lists, by item and column.
    rows: BTreeMap<(usize, usize), Option<u64>>,
    /// Whether pages hold values of a column, by first and last item and column.
    holds: BTreeMap<(usize, usize, usize), bool>,
}

/// Cuts all pages.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn cut(file: &dyn Bytes, walk: &Walk, likes: &[Like]) -> Result<Cut, ReadError> {
    let mut cutter = Cutter {
        file,
        walk,
        likes,
        told: walk.items.iter().any(|i| matches!(i, Item::Told(_))),
        steps: STEPS,
        unpacked: UNPACKED,
        rows: BTreeMap::new(),
        holds: BTreeMap::new(),
    };
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < walk.items.len() {
        let mut ways = cutter.ways(at)?;
        if ways.len() > 1 {
            let mut held = Vec::new();
            for way in ways {
                if cutter.holds(&way, false)? {
                    held.push(way);
                }
            }
            ways = held;
        }
        if ways.len() > 1 {
            let mut goes = Vec::new();
            for way in ways {
                if cutter.goes_on(&way, AHEAD)? {
                    goes.push(way);
                }
            }
            ways = goes;
        }
        if cutter.steps == 0 || ways.len() > 1 {
            return Ok(Cut::Ambiguous);
        }
        match ways.pop() {
            Some(Way::Group(group)) => {
                at = group.next;
                groups.push(group);
            }
            Some(Way::Rest(_)) => break,
            // What comes behind a group cannot be that: then it was none.
            None => return Ok(Cut::Unfit),
        }
    }
    // Headers alone do not tell all that a type is.
    let ends = [groups.first(), groups.last()];
    for group in ends.into_iter().flatten() {
        if !cutter.holds(&Way::Group(group.clone()), true)? {
            return Ok(Cut::Unfit);
        }
    }
    Ok(Cut::Groups(groups))
}

impl Cutter<'_> {
    fn page(&self, item: usize) -> Option<&Page> {
        match self.walk.items.get(item) {
            Some(Item::Page(page)) => Some(page),
            _ => None,
        }
    }

    fn rows(&mut self, item: usize, column: usize) -> Result<Option<u64>, ReadError> {
        let (Some(page), Some(like)) = (self.page(item), self.likes.get(column)) else {
            return Ok(None);
        };
        if page.header.kind == 3 || like.leaf.lists == 0 {
            return like.rows(self.file, page);
        }
        if let Some(known) = self.rows.get(&(item, column)) {
            return Ok(*known);
        }
        let size = page.header.unpacked as u64;
        let found = match self.unpacked.checked_sub(size) {
            Some(left) => {
                let found = like.rows(self.file, page)?;
                self.unpacked = left;
                found
            }
            None => {
                self.steps = 0;
                None
            }
        };
        self.rows.insert((item, column), found);
        Ok(found)
    }

    /// The item behind a dictionary that may begin a column's pages; `None`: it is none of the column.
    fn begin(&self, item: usize, column: usize) -> Option<usize> {
        match self.page(item) {
            Some(page) if page.header.kind == 2 => {
                let suits = self.likes.get(column)?.suits(&page.header, false);
                suits.then_some(item + 1)
            }
            _ => Some(item),
        }
    }

    /// Whether an item is a page of values of a column.
    fn suits(&mut self, item: usize, column: usize, dictionary: bool) -> bool {
        self.steps = self.steps.saturating_sub(1);
        let (Some(page), Some(like)) = (self.page(item), self.likes.get(column)) else {
            return false;
        };
        self.steps > 0 && page.header.kind != 2 && like.suits(&page.header, dictionary)
    }

    /// The item behind what is told of a column's pages; `Err`: it is not what they are; `Ok(None)`: the
    /// items end.
    fn behind(&self, pages: &Range<usize>, column: usize) -> Result<Option<usize>, ()> {
        if !self.told {
            return Ok(Some(pages.end));
        }
        let told = match self.walk.items.get(pages.end) {
            None => return Ok(None),
            Some(Item::Told(told)) => told,
            Some(Item::Page(_)) => return Err(()),
        };
        let all = || pages.clone().filter_map(|item| self.page(item));
        let values = all().filter(|p| p.header.kind != 2);
        let values = values.map(|p| p.header.values as u64);
        let values = values.fold(0, u64::saturating_add);
        let bytes = all().map(|p| p.end - p.at).sum();
        match self.likes.get(column) {
            Some(like) if like.is(told, values, bytes) => Ok(Some(pages.end + 1)),
            _ => Err(()),
        }
    }

    /// Every way to go on from an item.
    fn ways(&mut self, from: usize) -> Result<Vec<Way>, ReadError> {
        let mut ways = Vec::new();
        let (mut rest, all) = (None, self.walk.items.len());
        let Some(start) = self.begin(from, 0) else {
            return Ok(ways);
        };
        let (mut at, mut sum) = (start, 0u64);
        while self.suits(at, 0, start > from) {
            let Some(rows) = self.rows(at, 0)? else {
                break;
            };
            at += 1;
            sum = sum.saturating_add(rows);
            let pages = from..at;
            match self.behind(&pages, 0) {
                Ok(Some(next)) if sum > 0 => match self.others(pages, next, sum)? {
                    Some(Way::Rest(pages)) => rest = Some(pages),
                    Some(group) => ways.push(group),
                    None => {}
                },
                _ => {}
            }
        }
        if at == all {
            rest = Some(vec![from..at]);
        }
        ways.extend(rest.filter(|_| !self.walk.whole).map(Way::Rest));
        Ok(ways)
    }

    /// The other columns of a group of so many rows.
    fn others(
        &mut self,
        first: Range<usize>,
        from: usize,
        rows: u64,
    ) -> Result<Option<Way>, ReadError> {
        let mut columns = vec![first];
        let mut at = from;
        for column in 1..self.likes.len() {
            match self.column(at, column, rows)? {
                Column::Whole(pages, next) => {
                    columns.push(pages);
                    at = next;
                }
                Column::Begun(pages) => {
                    columns.push(pages);
                    return Ok(Some(Way::Rest(columns)));
                }
                Column::Unfit => return Ok(None),
            }
        }
        Ok(Some(Way::Group(Group {
            rows,
            columns,
            next: at,
        })))
    }

    fn column(&mut self, from: usize, column: usize, rows: u64) -> Result<Column, ReadError> {
        let all = self.walk.items.len();
        let Some(start) = self.begin(from, column) else {
            return Ok(Column::Unfit);
        };
        let (mut at, mut sum) = (start, 0u64);
        while sum < rows {
            if at == all {
                return Ok(Column::Begun(from..at));
            }
            if !self.suits(at, column, start > from) {
                return Ok(Column::Unfit);
            }
            let Some(more) = self.rows(at, column)? else {
                return Ok(Column::Unfit);
            };
            sum = sum.saturating_add(more);
            at += 1;
        }
        let pages = from..at;
        Ok(match self.behind(&pages, column) {
            _ if sum > rows => Column::Unfit,
            Ok(Some(next)) => Column::Whole(pages, next),
            Ok(None) => Column::Begun(pages),
            Err(()) => Column::Unfit,
        })
    }

    /// Whether what is in the pages is values of their columns; `first`: only the first page of values of
    /// each is looked into.
    fn holds(&mut self, way: &Way, first: bool) -> Result<bool, ReadError> {
        let (Way::Group(Group { columns, .. }) | Way::Rest(columns)) = way;
        for (column, (pages, like)) in columns.iter().zip(self.likes).enumerate() {
            let mut pages = pages.clone();
            if first {
                let values = |item: &usize| self.page(*item).is_some_and(|p| p.header.kind != 2);
                let end = pages.clone().find(values);
                pages.end = end.map_or(pages.end, |item| item + 1);
            }
            let key = (pages.start, pages.end, column);
            let known = match self.holds.get(&key) {
                Some(known) => *known,
                None => {
                    let all = pages.clone().filter_map(|item| self.page(item));
                    let sizes = all.map(|p| p.header.unpacked as u64);
                    let size = sizes.fold(0, u64::saturating_add);
                    match self.unpacked.checked_sub(size) {
                        Some(left) => self.unpacked = left,
                        // What cannot be afforded decides nothing.
                        None if !first => continue,
                        None => {}
                    }
                    let items = self.walk.items.get(pages).unwrap_or_default();
                    let holds = like.holds(self.file, items)?;
                    self.holds.insert(key, holds);
                    holds
                }
            };
            if !known {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the pages behind can be cut, too.
    fn goes_on(&mut self, way: &Way, groups: usize) -> Result<bool, ReadError> {
        let Way::Group(group) = way else {
            return Ok(true);
        };
        if groups == 0 || group.next >= self.walk.items.len() {
            return Ok(true);
        }
        for way in self.ways(group.next)? {
            if self.holds(&way, false)? && self.goes_on(&way, groups - 1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
