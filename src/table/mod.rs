//! Typed columns: what every reader makes and everything after it reads.
//!
//! May use: `stats`.
//!
//! **Missing cells** are marked inside the column by a value that no file can mean: NaN in
//! [`Column::Number`], [`NO_TIME`] in [`Column::Time`], [`NO_LEVEL`] in [`Column::Category`],
//! [`NO_KEY`] in [`Column::Key`]. One load a cell tells both the value and its absence, and a column
//! crosses between workers as one block of bytes. No function hands these values out of a Table as
//! if they were data.

mod codec;
pub mod time;

use serde::{Deserialize, Serialize};

/// A missing cell of a [`Column::Time`].
pub const NO_TIME: i64 = i64::MIN;
/// A missing cell of a [`Column::Category`].
pub const NO_LEVEL: u32 = u32::MAX;
/// A missing cell of a [`Column::Key`].
pub const NO_KEY: u128 = 0;

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
    fn reserve(&mut self, cells: usize) {
        // Without it the column grows as cells come.
        let _ = match self {
            Self::Number(v) => v.try_reserve_exact(cells),
            Self::Time(v) => v.try_reserve_exact(cells),
            Self::Category { codes, .. } => codes.try_reserve_exact(cells),
            Self::Key(v) => v.try_reserve_exact(cells),
            Self::Presence(v) => v.try_reserve_exact(cells),
        };
    }

    /// Appends the cells of another column of the same kind; dictionaries are united.
    /// Cells of another kind become missing.
    pub fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.extend_from_slice(&b),
            (Self::Time(a), Self::Time(b)) => a.extend_from_slice(&b),
            (Self::Key(a), Self::Key(b)) => a.extend_from_slice(&b),
            (Self::Presence(a), Self::Presence(b)) => a.extend_from_slice(&b),
            (
                Self::Category { codes, levels },
                Self::Category {
                    codes: more,
                    levels: new_levels,
                },
            ) => {
                let known: std::collections::HashMap<String, u32> =
                    levels.iter().cloned().zip(0u32..).collect();
                let map: Vec<u32> = new_levels
                    .into_iter()
                    .map(|level| {
                        known.get(&level).copied().unwrap_or_else(|| {
                            levels.push(level);
                            (levels.len() - 1) as u32
                        })
                    })
                    .collect();
                codes.extend(
                    more.iter()
                        .map(|&c| map.get(c as usize).copied().unwrap_or(NO_LEVEL)),
                );
            }
            (a, b) => (0..b.len()).for_each(|_| a.push_missing()),
        }
    }
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
