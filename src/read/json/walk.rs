//! A walk over one JSON value, from which the cells of a row are taken.
//!
//! Objects within objects are flattened into dotted names, and so are arrays of numbers (`probs.0`,
//! `probs.1`), unless there are very many in them. Arrays of words are sets of labels, and so are those of
//! whole numbers that are now longer, now shorter: they are one cell, `["news","sport"]`, and the empty one
//! is `[]` ([`super::items`]). Other arrays are not read: their cell is `[…]`, which tells that there is one.
//! Keys may come in any order and may be absent; keys that the schema does not have are passed over and told. Of a key that comes twice in an object the last value counts, and it is told.
//!
//! The scanner goes over each byte once and makes no tree of values. Rows mostly repeat the order of
//! their keys, so each key is first compared with the one that followed last time.

use super::items;
use super::keys::{Keys, NodeId, Place};
use super::template::{Seen, Trace};
use super::tokens::{self, skip_blanks};
use crate::read::batch::Batch;
use crate::read::items::Items;

/// Objects and arrays within each other; so the walk's stack is bounded.
const DEPTH: usize = 64;
/// What is wrong where a text ends within a string.
pub(super) const OPEN_STRING: &str = "a string is not closed";
/// The cell of an array.
const ARRAY: &str = "[…]";

/// What is wrong with a value, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrong {
    pub what: &'static str,
    pub at: usize,
}

pub(super) fn wrong<T>(what: &'static str, at: usize) -> Result<T, Wrong> {
    Err(Wrong { what, at })
}

/// Passes over values whose cells nobody wants.
pub(super) struct Passing {
    keys: Keys,
    batch: Batch,
}

impl Passing {
    pub fn new() -> Self {
        Self {
            keys: Keys::growing(),
            batch: Batch::new(0),
        }
    }

    /// Where the value at a place ends.
    pub fn pass(&mut self, text: &[u8], at: usize) -> Result<usize, Wrong> {
        Walk::new(text, &mut self.keys, &mut self.batch).value(at, None, DEPTH)
    }
}

/// A walk over a value.
pub(super) struct Walk<'a> {
    /// The text, which ends where the value has to end at last.
    text: &'a [u8],
    keys: &'a mut Keys,
    batch: &'a mut Batch,
    trace: Option<&'a mut Trace>,
}

impl<'a> Walk<'a> {
    /// A walk that sets the cells of the batch's open row.
    pub fn new(text: &'a [u8], keys: &'a mut Keys, batch: &'a mut Batch) -> Self {
        Self {
            text,
            keys,
            batch,
            trace: None,
        }
    }

    /// The same, which tells what values it came by.
    pub fn traced(self, trace: Option<&'a mut Trace>) -> Self {
        Self { trace, ..self }
    }

    /// One object from a place to the end of the text.
    pub fn line(mut self, at: usize) -> Result<(), Wrong> {
        let at = skip_blanks(self.text, at);
        if self.text.get(at) != Some(&b'{') {
            return wrong("an object was expected", at);
        }
        let at = self.object(at + 1, Some(Keys::ROOT), DEPTH)?;
        let at = skip_blanks(self.text, at);
        if at < self.text.len() {
            return wrong("something follows the object", at);
        }
        Ok(())
    }

    /// A row: an object, or an array whose columns are called `0`, `1`…; gives where it ends.
    pub fn row(&mut self, at: usize) -> Result<usize, Wrong> {
        match self.text.get(at) {
            Some(b'{') => self.object(at + 1, Some(Keys::ROOT), DEPTH),
            Some(b'[') => Ok(self.array(at + 1, Some(Keys::ROOT), DEPTH)?.0),
            _ => wrong("an object was expected", at),
        }
    }

    /// The value of one column, by its place; gives where it ends.
    pub fn cell(&mut self, at: usize, place: Option<Place>) -> Result<usize, Wrong> {
        self.value(at, place, DEPTH)
    }

    /// The items of an array, each the value of a column.
    pub fn cells(&mut self, at: usize, places: &[Option<Place>]) -> Result<(), Wrong> {
        let mut at = skip_blanks(self.text, at + 1);
        for place in places {
            if self.text.get(at) == Some(&b']') {
                break;
            }
            at = skip_blanks(self.text, self.value(at, *place, DEPTH)?);
            if self.text.get(at) != Some(&b',') {
                break;
            }
            at = skip_blanks(self.text, at + 1);
        }
        Ok(())
    }

    /// The members of an object; `at` is behind its brace. Without a node they are passed over.
    fn object(&mut self, at: usize, node: Option<NodeId>, depth: usize) -> Result<usize, Wrong> {
        let mut at = skip_blanks(self.text, at);
        if self.text.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        let mut before = None;
        loop {
            if self.text.get(at) != Some(&b'"') {
                return wrong("a key in quotes was expected", at);
            }
            let text = &self.text[at + 1..];
            let ahead = node.and_then(|node| self.keys.find_ahead(node, text, &mut before));
            let (place, end) = match ahead {
                Some((place, len)) => (Some(place), at + 1 + len),
                None => self.key(at + 1, node, &mut before)?,
            };
            let key = at;
            at = skip_blanks(self.text, end + 1);
            if self.text.get(at) != Some(&b':') {
                return wrong("a colon was expected", at);
            }
            let value = skip_blanks(self.text, at + 1);
            at = match (place, node) {
                (None, Some(node)) => self.unknown(node, key, value, depth)?,
                _ => self.value(value, place, depth)?,
            };
            at = skip_blanks(self.text, at);
            match self.text.get(at) {
                Some(b',') => at = skip_blanks(self.text, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return wrong("a comma or a closing brace was expected", at),
            }
        }
    }

    /// Passes over a member that leads to no column, by the places of its key and of its value, and notes
    /// the columns that it would have led to; gives where it ends. Where that is none, as with `{}`, a row
    /// is like it only if it has the same there.
    #[cold]
    fn unknown(
        &mut self,
        node: NodeId,
        key: usize,
        value: usize,
        depth: usize,
    ) -> Result<usize, Wrong> {
        let (mut keys, mut batch) = (Keys::growing(), Batch::new(0));
        let mut walk = Walk::new(self.text, &mut keys, &mut batch);
        let (place, _) = walk.key(key + 1, Some(Keys::ROOT), &mut None)?;
        let end = walk.value(value, place, depth)?;
        let prefix = self.keys.prefix(node);
        let names = keys.into_names().into_iter();
        let names = names.map(|name| format!("{prefix}{name}"));
        self.batch.unknown().extend(names);
        Ok(end)
    }

    /// The place of a key that starts at a place, and where it ends.
    fn key(
        &mut self,
        at: usize,
        node: Option<NodeId>,
        before: &mut Option<usize>,
    ) -> Result<(Option<Place>, usize), Wrong> {
        let (end, escaped) = self.string(at)?;
        let mut key = std::borrow::Cow::Borrowed(&self.text[at..end]);
        if escaped {
            let mut plain = Vec::new();
            if !tokens::unescape(&key, &mut plain) {
                return wrong("an escape that JSON does not have", at);
            }
            key = plain.into();
        }
        let place = node.and_then(|node| self.keys.find(node, &key, before));
        Ok((place, end))
    }

    /// The value that starts at a place, of which objects so deep may be within each other; gives where
    /// it ends.
    pub fn value(&mut self, at: usize, place: Option<Place>, depth: usize) -> Result<usize, Wrong> {
        let Some(trace) = &self.trace else {
            return self.value_here(at, place, depth);
        };
        let before = trace.so_far();
        let end = self.value_here(at, place, depth)?;
        let wanted = place.and_then(|p| self.keys.column(p)).is_some();
        let opening = self.text.get(at).copied().unwrap_or_default();
        if let Some(trace) = &mut self.trace {
            let (start, seen) = (at, before);
            trace.leave(
                seen,
                opening,
                wanted,
                Seen {
                    start,
                    end,
                    place,
                    depth,
                },
            );
        }
        Ok(end)
    }

    fn value_here(
        &mut self,
        at: usize,
        place: Option<Place>,
        depth: usize,
    ) -> Result<usize, Wrong> {
        let Some(deeper) = depth.checked_sub(1) else {
            return wrong("more than 64 objects within each other", at);
        };
        match self.text.get(at) {
            Some(b'"') => {
                let (end, escaped) = self.string(at + 1)?;
                if let Some(column) = place.and_then(|p| self.keys.column(p)) {
                    if !escaped {
                        self.batch.set(column, at + 1, end);
                    } else {
                        let start = self.batch.aside().len();
                        if !tokens::unescape(&self.text[at + 1..end], self.batch.aside()) {
                            return wrong("an escape that JSON does not have", at);
                        }
                        self.batch.set_aside(column, start);
                    }
                }
                Ok(end + 1)
            }
            Some(b'{') => {
                let node = place.and_then(|p| self.keys.node(p));
                self.object(at + 1, node, deeper)
            }
            Some(b'[') => self.list(at, place, deeper),
            _ => {
                let Some(end) = tokens::scalar(self.text, at) else {
                    return wrong("a value was expected", at);
                };
                if let Some(column) = place.and_then(|p| self.keys.column(p)) {
                    self.batch
                        .set(column, at, tokens::cell_end(self.text, at, end));
                }
                Ok(end)
            }
        }
    }

    /// An array that starts at a place: its items are columns, or it is a cell itself.
    fn list(&mut self, at: usize, place: Option<Place>, deeper: usize) -> Result<usize, Wrong> {
        let Some(place) = place else {
            return Ok(self.array(at + 1, None, deeper)?.0);
        };
        if self.keys.grows() {
            let items = items::of(self.text, at + 1);
            self.keys.saw(place, items);
            let flat = matches!(items, Items::Whole(_) | Items::Numbers(_));
            let node = flat.then(|| self.keys.node(place)).flatten();
            let (end, empty) = self.array(at + 1, node, deeper)?;
            if !flat && !empty {
                // It has a column.
                self.keys.column(place);
            }
            return Ok(end);
        }
        let node = self.keys.node(place);
        let (end, _) = self.array(at + 1, node, deeper)?;
        if let Some(column) = self.keys.column(place) {
            let start = self.batch.aside().len();
            if !items::write(self.text, at + 1, self.batch.aside()) {
                self.batch.aside().truncate(start);
                self.batch.aside().extend_from_slice(ARRAY.as_bytes());
            }
            self.batch.set_aside(column, start);
        }
        Ok(end)
    }

    /// The values of an array; tells whether there is none. Without a node they are passed over.
    fn array(
        &mut self,
        at: usize,
        node: Option<NodeId>,
        depth: usize,
    ) -> Result<(usize, bool), Wrong> {
        let mut at = skip_blanks(self.text, at);
        if self.text.get(at) == Some(&b']') {
            return Ok((at + 1, true));
        }
        for i in 0.. {
            let place = node.and_then(|node| self.keys.item(node, i));
            at = skip_blanks(self.text, self.value(at, place, depth)?);
            match self.text.get(at) {
                Some(b',') => at = skip_blanks(self.text, at + 1),
                Some(b']') => return Ok((at + 1, false)),
                _ => return wrong("a comma or a closing bracket was expected", at),
            }
        }
        wrong("the array is too long", at)
    }

    /// Where the string that starts at a place ends, and whether there are escapes in it.
    fn string(&self, at: usize) -> Result<(usize, bool), Wrong> {
        tokens::string_end(self.text, at).ok_or(Wrong {
            what: OPEN_STRING,
            at,
        })
    }
}
