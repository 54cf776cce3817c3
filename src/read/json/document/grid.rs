//! The places of a document's cells.

use super::form::{self, Form};
use crate::read::json::keys::Place;
use crate::read::json::tokens::{self, skip_blanks, string_end};
use crate::read::json::walk::{OPEN_STRING, Passing, Walk, Wrong, wrong};
use std::collections::HashMap;

/// A column: its name, and the row and the place of each of its cells, in order of rows.
struct Column {
    name: Vec<u8>,
    cells: Vec<(u32, u32)>,
    /// The cell that is read next.
    next: usize,
}

/// The places of a document's cells.
#[derive(Default)]
pub(super) struct Grid {
    columns: Vec<Column>,
    by_name: HashMap<Vec<u8>, usize>,
    /// The places of the rows, each an object or an array.
    items: Vec<u32>,
    /// The places of the rows' names.
    index: Vec<u32>,
    rows: usize,
    fault: Option<Wrong>,
}

impl Grid {
    /// Finds the cells of a document that starts at a place.
    pub fn of(text: &[u8], at: usize) -> Self {
        let mut finder = Finder {
            text,
            grid: Self::default(),
            passing: Passing::new(),
        };
        let at = skip_blanks(text, at);
        let form = form::of(text.get(at..).unwrap_or_default());
        let found = match form {
            Some(Form::Columns) => finder.columns(at),
            Some(Form::Index) => finder.index(at),
            Some(Form::Split) => finder.split(at),
            None => wrong("a table was expected", at),
        };
        let mut grid = finder.grid;
        let found = found.and_then(|end| match skip_blanks(text, end) {
            end if end < text.len() => wrong("something follows the document", end),
            end => Ok(end),
        });
        grid.fault = found.err();
        let counted = (0..).zip(&grid.index).all(|(i, at): (usize, _)| {
            let at = *at as usize;
            let quoted = usize::from(text.get(at) == Some(&b'"'));
            let number = i.to_string();
            let rest = text.get(at + quoted..).unwrap_or_default();
            let after = rest.get(number.len());
            let ends = after.is_none_or(|b| b"\",] \t\r\n".contains(b));
            rest.starts_with(number.as_bytes()) && ends
        });
        if counted {
            grid.index.clear();
        }
        for column in &mut grid.columns {
            // Of a cell that comes twice the last one counts.
            if !column.cells.is_sorted_by_key(|c| c.0) {
                column.cells.sort_by_key(|c| c.0);
            }
        }
        grid
    }

    /// The columns' names.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.columns.iter().map(|c| c.name.as_slice())
    }

    /// Rows that were found.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What ended the walk.
    pub fn fault(&self) -> Option<&Wrong> {
        self.fault.as_ref()
    }

    /// Where a row starts, as far as it has one place.
    pub fn start(&self, row: usize) -> usize {
        let first = || self.columns.first()?.cells.get(row).map(|c| c.1);
        let start = self.items.get(row).copied().or_else(first);
        start.unwrap_or_default() as usize
    }

    /// Sets the cells of a row; rows are read in their order. `places`: of the columns, and of the
    /// rows' names.
    pub fn read(
        &mut self,
        row: usize,
        places: &[Option<Place>],
        walk: &mut Walk,
    ) -> Result<(), Wrong> {
        if let (Some(at), Some(Some(place))) = (self.index.get(row), places.last()) {
            walk.cell(*at as usize, Some(*place))?;
        }
        if let Some(at) = self.items.get(row) {
            let at = *at as usize;
            return if self.columns.is_empty() {
                walk.row(at).map(|_| ())
            } else {
                walk.cells(at, places.get(..self.columns.len()).unwrap_or_default())
            };
        }
        for (column, place) in self.columns.iter_mut().zip(places) {
            while let Some((of, at)) = column.cells.get(column.next)
                && *of as usize <= row
            {
                column.next += 1;
                if let Some(place) = place
                    && *of as usize == row
                {
                    walk.cell(*at as usize, Some(*place))?;
                }
            }
        }
        Ok(())
    }

    /// The place of a column in the list, by its name.
    fn column(&mut self, name: Vec<u8>) -> usize {
        let new = self.columns.len();
        *self.by_name.entry(name).or_insert_with_key(|name| {
            self.columns.push(Column {
                name: name.clone(),
                cells: Vec::new(),
                next: 0,
            });
            new
        })
    }
}

/// A walk over a document.
struct Finder<'a> {
    text: &'a [u8],
    grid: Grid,
    passing: Passing,
}

impl<'a> Finder<'a> {
    /// The members of an object at a place: for each, `found` gets its key's place and its value's, and
    /// gives where the value ends. Gives where the object ends.
    fn members(
        &mut self,
        at: usize,
        mut found: impl FnMut(&mut Self, usize, usize) -> Result<usize, Wrong>,
    ) -> Result<usize, Wrong> {
        let text = self.text;
        if text.get(at) != Some(&b'{') {
            return wrong("an object was expected", at);
        }
        let mut at = skip_blanks(text, at + 1);
        if text.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        loop {
            if text.get(at) != Some(&b'"') {
                return wrong("a key in quotes was expected", at);
            }
            let Some((end, _)) = string_end(text, at + 1) else {
                return wrong(OPEN_STRING, at);
            };
            let colon = skip_blanks(text, end + 1);
            if text.get(colon) != Some(&b':') {
                return wrong("a colon was expected", colon);
            }
            let end = found(self, at, skip_blanks(text, colon + 1))?;
            at = skip_blanks(text, end);
            match text.get(at) {
                Some(b',') => at = skip_blanks(text, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return wrong("a comma or a closing brace was expected", at),
            }
        }
    }

    /// The items of an array at a place; see [`Finder::members`].
    fn items(
        &mut self,
        at: usize,
        mut found: impl FnMut(&mut Self, usize) -> Result<usize, Wrong>,
    ) -> Result<usize, Wrong> {
        let text = self.text;
        if text.get(at) != Some(&b'[') {
            return wrong("an array was expected", at);
        }
        let mut at = skip_blanks(text, at + 1);
        if text.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        loop {
            let end = found(self, at)?;
            at = skip_blanks(text, end);
            match text.get(at) {
                Some(b',') => at = skip_blanks(text, at + 1),
                Some(b']') => return Ok(at + 1),
                _ => return wrong("a comma or a closing bracket was expected", at),
            }
        }
    }

    fn pass(&mut self, at: usize) -> Result<usize, Wrong> {
        self.passing.pass(self.text, at)
    }

    /// The text of the string at a place.
    fn string(&self, at: usize) -> Result<Vec<u8>, Wrong> {
        let Some((end, escaped)) = string_end(self.text, at + 1) else {
            return wrong(OPEN_STRING, at);
        };
        let raw = &self.text[at + 1..end];
        let mut plain = Vec::new();
        if !escaped {
            return Ok(raw.to_vec());
        }
        if !tokens::unescape(raw, &mut plain) {
            return wrong("an escape that JSON does not have", at);
        }
        Ok(plain)
    }

    fn columns(&mut self, at: usize) -> Result<usize, Wrong> {
        let mut names = Names::default();
        self.members(at, |this, key, value| {
            let name = this.string(key)?;
            let column = this.grid.column(name);
            if this.text.get(value) == Some(&b'[') {
                let mut row = 0;
                return this.items(value, |this, at| {
                    let end = this.pass(at)?;
                    this.cell(column, row, at);
                    row += 1;
                    Ok(end)
                });
            }
            let mut turn = 0;
            this.members(value, |this, key, at| {
                let end = this.pass(at)?;
                let row = names.row(this.text, key, turn, column == 0, &mut this.grid.index);
                turn = row + 1;
                this.cell(column, row, at);
                Ok(end)
            })
        })
    }

    fn cell(&mut self, column: usize, row: usize, at: usize) {
        if let Some(column) = self.grid.columns.get_mut(column) {
            column.cells.push((row as u32, at as u32));
        }
        self.grid.rows = self.grid.rows.max(row + 1);
    }

    fn index(&mut self, at: usize) -> Result<usize, Wrong> {
        self.members(at, |this, key, value| {
            if this.text.get(value) != Some(&b'{') {
                return wrong("an object was expected", value);
            }
            let end = this.pass(value)?;
            this.grid.index.push(key as u32);
            this.row(value);
            Ok(end)
        })
    }

    fn row(&mut self, at: usize) {
        self.grid.items.push(at as u32);
        self.grid.rows += 1;
    }

    fn split(&mut self, at: usize) -> Result<usize, Wrong> {
        self.members(at, |this, key, value| match this.string(key)?.as_slice() {
            b"columns" => this.items(value, |this, at| {
                let end = this.pass(at)?;
                let mut name = match this.text.get(at) {
                    Some(b'"') => this.string(at)?,
                    _ => this.text[at..end].to_vec(),
                };
                // Each column has a name of its own.
                let new = this.grid.columns.len();
                while this.grid.column(name.clone()) != new {
                    name.push(b'_');
                }
                Ok(end)
            }),
            b"index" => this.items(value, |this, at| {
                let end = this.pass(at)?;
                this.grid.index.push(at as u32);
                Ok(end)
            }),
            b"data" => this.items(value, |this, at| {
                if this.text.get(at) != Some(&b'[') {
                    return wrong("an array was expected", at);
                }
                let end = this.pass(at)?;
                this.row(at);
                Ok(end)
            }),
            _ => this.pass(value),
        })
    }
}

/// The rows of names: mostly in the same order in each column.
#[derive(Default)]
struct Names<'a> {
    /// Where the names differ in their order; until then there is no need for it.
    rows: Option<HashMap<&'a [u8], usize>>,
}

impl<'a> Names<'a> {
    /// The row of the name at a place, which is expected to be the one whose turn it is; `first`: in
    /// the first column, which gives the rows their order.
    fn row(
        &mut self,
        text: &'a [u8],
        at: usize,
        turn: usize,
        first: bool,
        index: &mut Vec<u32>,
    ) -> usize {
        let name = quoted(text, at);
        if let Some(known) = index.get(turn)
            && quoted(text, *known as usize) == name
        {
            return turn;
        }
        if first && turn == index.len() {
            index.push(at as u32);
            return turn;
        }
        let rows = self.rows.get_or_insert_with(|| {
            let all = index.iter().enumerate();
            all.map(|(row, at)| (quoted(text, *at as usize), row))
                .collect()
        });
        *rows.entry(name).or_insert_with(|| {
            index.push(at as u32);
            index.len() - 1
        })
    }
}

/// The string at a place, with its quotes.
fn quoted(text: &[u8], at: usize) -> &[u8] {
    let end = string_end(text, at + 1).map_or(text.len(), |(end, _)| end + 1);
    text.get(at..end).unwrap_or_default()
}
