//! Typed columns: what every reader makes and everything after it reads.
//!
//! May use: `stats`.
//!
//! **Missing cells** are marked inside the column by a value that no file can mean: NaN in
//! [`Column::Number`], [`NO_TIME`] in [`Column::Time`], [`NO_LEVEL`] in [`Column::Category`],
//! [`NO_KEY`] in [`Column::Key`]. One load a cell tells both the value and its absence, and a column
//! crosses between workers as one block of bytes. No function hands these values out of a Table as
//! if they were data.
//!
//! A missing number may tell why ([`Odd`]): the bits of its NaN say whether the file has something else there.
//! Whoever does not ask sees a missing cell.
//!
//! **Words** are kept as a dictionary of at most [`MOST_WORDS`]. A column of more is text rather than
//! categories: of it only is kept which cells are there ([`Column::Presence`]). Whether a column has so
//! many does not depend on how it was cut, so neither does what becomes of it.

mod codec;
pub mod key;
pub mod names;
pub mod time;

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A missing cell of a [`Column::Time`].
pub const NO_TIME: i64 = i64::MIN;
/// A missing cell of a [`Column::Category`].
pub const NO_LEVEL: u32 = u32::MAX;
/// A missing cell of a [`Column::Key`].
pub const NO_KEY: u128 = 0;

/// Different words of a [`Column::Category`] at most; a column of more is kept as [`Column::Presence`].
pub const MOST_WORDS: usize = 100_000;

/// What a file has where a column of numbers has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// A text that is no number.
    Text,
    /// A number beyond every finite one, or infinity by name.
    Infinite,
}

/// The bits of a NaN that tells of a text, and of one that tells of a number that is not finite.
const TEXT: u64 = 0x7ff8_706c_756d_0001;
const INFINITE: u64 = 0x7ff8_706c_756d_0002;

impl Odd {
    /// The missing cell that tells it.
    #[must_use]
    pub const fn missing(self) -> f64 {
        f64::from_bits(match self {
            Self::Text => TEXT,
            Self::Infinite => INFINITE,
        })
    }

    /// What a missing number tells.
    #[must_use]
    pub const fn of(missing: f64) -> Option<Self> {
        match missing.to_bits() {
            TEXT => Some(Self::Text),
            INFINITE => Some(Self::Infinite),
            _ => None,
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A finite number.
    Number,
    /// An instant.
    Time,
    /// One of a set of words, kept as a dictionary.
    Category,
    /// An identifier: only equality matters, so only a 128-bit hash is kept.
    Key,
    /// Not read; only whether a cell is there.
    Presence,
}

/// One column of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Finite numbers; NaN is a missing cell.
    Number(Vec<f64>),
    /// Microseconds since the Unix epoch, UTC; [`NO_TIME`] is a missing cell.
    Time(Vec<i64>),
    /// Indices into `levels`, in order of first appearance; [`NO_LEVEL`] is a missing cell.
    Category {
        /// One index a row.
        codes: Vec<u32>,
        /// The words.
        levels: Vec<String>,
    },
    /// 128-bit hashes; [`NO_KEY`] is a missing cell.
    Key(Vec<u128>),
    /// 1 where the file has a cell, 0 where it is missing.
    Presence(Vec<u8>),
}

impl Column {
    /// An empty column of a kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Number => Self::Number(Vec::new()),
            Kind::Time => Self::Time(Vec::new()),
            Kind::Category => Self::Category {
                codes: Vec::new(),
                levels: Vec::new(),
            },
            Kind::Key => Self::Key(Vec::new()),
            Kind::Presence => Self::Presence(Vec::new()),
        }
    }

    /// What the column holds.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Number(_) => Kind::Number,
            Self::Time(_) => Kind::Time,
            Self::Category { .. } => Kind::Category,
            Self::Key(_) => Kind::Key,
            Self::Presence(_) => Kind::Presence,
        }
    }

    /// Number of cells, missing ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(v) => v.len(),
            Self::Time(v) => v.len(),
            Self::Category { codes, .. } => codes.len(),
            Self::Key(v) => v.len(),
            Self::Presence(v) => v.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cell of a row is missing.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Number(v) => v[row].is_nan(),
            Self::Time(v) => v[row] == NO_TIME,
            Self::Category { codes, .. } => codes[row] == NO_LEVEL,
            Self::Key(v) => v[row] == NO_KEY,
            Self::Presence(v) => v[row] == 0,
        }
    }

    /// Appends a missing cell.
    pub fn push_missing(&mut self) {
        match self {
            Self::Number(v) => v.push(f64::NAN),
            Self::Time(v) => v.push(NO_TIME),
            Self::Category { codes, .. } => codes.push(NO_LEVEL),
            Self::Key(v) => v.push(NO_KEY),
            Self::Presence(v) => v.push(0),
        }
    }

    /// Makes room for so many cells more, if it is to be had: a guess that is too high costs nothing.
    /// Makes room for so many cells more, if it is to be had.
    pub fn reserve(&mut self, cells: usize) {
        // Without it the column grows as cells come.
        let _ = match self {
            Self::Number(v) => v.try_reserve_exact(cells),
            Self::Time(v) => v.try_reserve_exact(cells),
            Self::Category { codes, .. } => codes.try_reserve_exact(cells),
            Self::Key(v) => v.try_reserve_exact(cells),
            Self::Presence(v) => v.try_reserve_exact(cells),
        };
    }

    /// The column; where it is of more than [`MOST_WORDS`] words, only which cells are there.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.bound();
        self
    }

    fn bound(&mut self) {
        if let Self::Category { levels, .. } = self
            && levels.len() > MOST_WORDS
        {
            *self = self.presence();
        }
    }

    /// Which cells are there, as a [`Column::Presence`].
    #[must_use]
    pub fn presence(&self) -> Self {
        Self::Presence(match self {
            Self::Number(v) => v.iter().map(|x| u8::from(!x.is_nan())).collect(),
            Self::Time(v) => v.iter().map(|x| u8::from(*x != NO_TIME)).collect(),
            Self::Category { codes, .. } => {
                codes.iter().map(|x| u8::from(*x != NO_LEVEL)).collect()
            }
            Self::Key(v) => v.iter().map(|x| u8::from(*x != NO_KEY)).collect(),
            Self::Presence(v) => v.clone(),
        })
    }

    /// Appends the cells of another column of the same kind; dictionaries are united, and where they
    /// have too many words together, or one of them had, only presence is left. Cells of another kind
    /// become missing.
    pub fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.extend_from_slice(&b),
            (Self::Time(a), Self::Time(b)) => a.extend_from_slice(&b),
            (Self::Key(a), Self::Key(b)) => a.extend_from_slice(&b),
            (Self::Presence(a), Self::Presence(b)) => a.extend_from_slice(&b),
            (
                mine @ Self::Category { .. },
                Self::Category {
                    codes: more,
                    levels: new,
                },
            ) => {
                if let Self::Category { codes, levels } = mine {
                    let map = unite(levels, new);
                    let code = |c: &u32| map.get(*c as usize).copied().unwrap_or(NO_LEVEL);
                    codes.extend(more.iter().map(code));
                }
                mine.bound();
            }
            (mine @ Self::Category { .. }, more @ Self::Presence(_)) => {
                *mine = mine.presence();
                mine.append(more);
            }
            (Self::Presence(a), more @ Self::Category { .. }) => {
                if let Self::Presence(b) = more.presence() {
                    a.extend_from_slice(&b);
                }
            }
            (a, b) => (0..b.len()).for_each(|_| a.push_missing()),
        }
    }
}

/// Adds the words that are new, and gives the place of each.
fn unite(levels: &mut Vec<String>, new: Vec<String>) -> Vec<u32> {
    let known: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
    let known: Vec<Option<u32>> = new.iter().map(|l| known.get(l.as_str()).copied()).collect();
    let place = |(level, known): (String, Option<u32>)| {
        known.unwrap_or_else(|| {
            levels.push(level);
            (levels.len() - 1) as u32
        })
    };
    new.into_iter().zip(known).map(place).collect()
}

/// Named columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// One name a column, as the file spells it (made unique by the reader).
    pub names: Vec<String>,
    /// The columns, beside their names.
    pub columns: Vec<Column>,
    /// Number of rows.
    pub rows: usize,
}

impl Table {
    /// The column of a name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.names
            .iter()
            .position(|n| n == name)
            .map(|i| &self.columns[i])
    }

    /// Makes room for so many rows more, if it is to be had.
    pub fn reserve(&mut self, rows: usize) {
        self.columns.iter_mut().for_each(|c| c.reserve(rows));
    }

    /// Appends the rows of a table with the same names and kinds in the same order.
    pub fn append(&mut self, other: Self) {
        if self.names.is_empty() && self.rows == 0 {
            *self = other;
            return;
        }
        self.rows += other.rows;
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.append(theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the words with these numbers; every tenth cell is missing.
    fn words(numbers: std::ops::Range<usize>) -> Column {
        let cells = || numbers.clone().enumerate().filter(|(i, _)| i % 10 != 9);
        let place: HashMap<usize, u32> = cells().map(|(i, _)| i).zip(0..).collect();
        let code = |i| place.get(&i).copied().unwrap_or(NO_LEVEL);
        Column::Category {
            codes: (0..numbers.len()).map(code).collect(),
            levels: cells().map(|(_, n)| format!("w{n}")).collect(),
        }
        .bounded()
    }

    #[test]
    fn too_many_words_are_presence_however_they_are_cut() {
        let rows = 150_000;
        let whole = words(0..rows);
        let there = (0..rows).map(|i| u8::from(i % 10 != 9)).collect();
        assert_eq!(whole, Column::Presence(there));
        for size in [50, 40_000, 70_000, 120_000, rows] {
            let mut all = Column::new(Kind::Category);
            for from in (0..rows).step_by(size).take(60) {
                all.append(words(from..rows.min(from + size)));
            }
            if size == 50 {
                assert!(matches!(&all, Column::Category { levels, .. } if levels.len() == 2_700));
                continue;
            }
            assert_eq!(all, whole, "by {size}");
        }
    }

    #[test]
    fn as_many_words_as_are_allowed_stay_words() {
        let all = MOST_WORDS / 9 * 10 + 1;
        let mut column = words(0..50_000);
        column.append(words(50_000..all));
        column.append(words(0..50_000));
        let Column::Category { codes, levels } = &column else {
            panic!("{:?}", column.kind())
        };
        assert_eq!((codes.len(), levels.len()), (all + 50_000, MOST_WORDS));
        assert_eq!(codes[..50_000], codes[all..]);
        column.append(words(all + 1..all + 3));
        assert_eq!(column.kind(), Kind::Presence);
    }
}
