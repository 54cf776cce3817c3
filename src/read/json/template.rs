//! The rows of a file mostly differ in their values only: what is between the values repeats.
//!
//! A [`Template`] is that part of a row, cut at its values: `{"id":`, `,"score":`, `}`. A row that has
//! the same bytes between its values has the same keys in the same order, so it needs no look at keys,
//! blanks, braces or commas: each piece is compared as a whole, and the value behind it goes where the
//! value of the first such row went. Any other row is walked over ([`super::walk`]), which also tells
//! what is wrong with it, and may become a template too. A row is a line, or an item of an array.
//!
//! Objects and arrays are part of the pieces as far as there are wanted cells in them. The others are
//! values, which are walked over. So every cell is the one that a walk would have found.

use super::keys::{Keys, Place};
use super::tokens;
use super::walk::Walk;
use crate::read::batch::Batch;

/// Templates kept at once.
const MOST: usize = 4;
/// Values of a template; a row with more of them is walked over.
const VALUES: usize = 10_000;
/// What a row that fits no template costs, in rows that do.
const COST: u32 = 8;
/// What may be spent on such rows at most before templates have to pay again.
const CREDIT: u32 = 64 * COST;
/// Rows that are walked over where templates do not pay.
const PAUSE: u32 = 2_000;

/// A value that a walk came by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Where it leads to.
    pub place: Option<Place>,
    /// Objects that may be within it.
    pub depth: usize,
}

/// The values of a row, from left to right.
#[derive(Debug, Default)]
pub(super) struct Trace {
    seen: Vec<Seen>,
    /// Wanted cells among them.
    cells: usize,
}

impl Trace {
    /// How many values and wanted cells there are.
    pub fn so_far(&self) -> (usize, usize) {
        (self.seen.len(), self.cells)
    }

    /// Notes a value behind which a walk is; `before` is what there was before it, `opening` its first
    /// byte. What is in an object or array stands for it if there are wanted cells in it; but an array
    /// that is a cell itself is told from its items by a walk.
    pub fn leave(&mut self, before: (usize, usize), opening: u8, wanted: bool, value: Seen) {
        let (seen, cells) = before;
        let cell = wanted && opening != b'{';
        if matches!(opening, b'{' | b'[') && self.cells > cells && !cell {
            return;
        }
        self.cells += usize::from(cell);
        self.seen.truncate(seen);
        self.seen.push(value);
    }
}

/// A piece of a row between two values.
struct Piece {
    /// Its first sixteen bytes, and which bits of them count.
    start: [u64; 2],
    bits: [u64; 2],
    len: usize,
    /// What is behind them.
    rest: Box<[u8]>,
}

impl Piece {
    fn new(text: &[u8]) -> Self {
        let mut start = [[0; 8]; 2];
        let mut bits = [[0; 8]; 2];
        for (i, &b) in text.iter().take(16).enumerate() {
            start[i / 8][i % 8] = b;
            bits[i / 8][i % 8] = 0xff;
        }
        Self {
            start: start.map(u64::from_le_bytes),
            bits: bits.map(u64::from_le_bytes),
            len: text.len(),
            rest: text.get(16..).unwrap_or_default().into(),
        }
    }

    /// Where the piece ends, if the text has it at a place. Near the text's end it is not looked for.
    #[inline(always)]
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        let (words, _) = text.get(at..)?.first_chunk::<16>()?.as_chunks::<8>();
        let [a, b] = [0, 1].map(|i| (u64::from_le_bytes(words[i]) ^ self.start[i]) & self.bits[i]);
        let end = at + self.len;
        let same = a | b == 0 && (self.len <= 16 || text.get(at + 16..end)? == &*self.rest);
        same.then_some(end)
    }
}

/// A value with the piece before it.
struct Step {
    before: Piece,
    place: Option<Place>,
    column: Option<usize>,
    depth: usize,
}

/// What rows have in common.
struct Template {
    steps: Vec<Step>,
    tail: Vec<u8>,
}

impl Template {
    /// The template of the row `at..end`, which was walked over without a fault.
    fn new(text: &[u8], at: usize, end: usize, trace: &Trace, keys: &mut Keys) -> Option<Self> {
        let mut from = at;
        let mut steps = Vec::with_capacity(trace.seen.len());
        for seen in &trace.seen {
            steps.push(Step {
                before: Piece::new(text.get(from..seen.start)?),
                place: seen.place,
                column: seen.place.and_then(|place| keys.column(place)),
                depth: seen.depth,
            });
            from = seen.end;
        }
        Some(Self {
            steps,
            tail: text.get(from..end)?.into(),
        })
    }

    /// Sets the cells of the batch's open row from what starts at a place of a text, and ends at `end` at
    /// last; gives where it ends. `None` where it does not fit, or something is wrong with it; then some
    /// cells may be set.
    #[inline]
    fn follow(
        &self,
        text: &[u8],
        mut at: usize,
        end: usize,
        keys: &mut Keys,
        batch: &mut Batch,
    ) -> Option<usize> {
        for step in &self.steps {
            at = step.before.end(text, at)?;
            let start = at;
            match text.get(at)? {
                b'"' => {
                    let (close, escaped) = tokens::string_end(text, at + 1)?;
                    // One that is not closed is followed into the next line.
                    if close >= end {
                        return None;
                    }
                    at = close + 1;
                    if let Some(column) = step.column {
                        if escaped {
                            let from = batch.aside().len();
                            let raw = text.get(start + 1..close)?;
                            tokens::unescape(raw, batch.aside()).then_some(())?;
                            batch.set_aside(column, from);
                        } else {
                            batch.set(column, start + 1, close);
                        }
                    }
                }
                b'{' | b'[' => {
                    let mut walk = Walk::new(text.get(..end)?, keys, batch);
                    at = walk.value(at, step.place, step.depth).ok()?;
                }
                _ => {
                    at = tokens::scalar(text, at)?;
                    if let Some(column) = step.column {
                        batch.set(column, start, tokens::cell_end(text, start, at));
                    }
                }
            }
        }
        let after = at + self.tail.len();
        (text.get(at..after)? == self.tail).then_some(after)
    }
}

/// The templates of a file's rows.
pub(super) struct Templates {
    /// The one that was followed last comes first.
    all: Vec<Template>,
    trace: Trace,
    credit: u32,
    /// Rows for which there are to be no templates.
    pause: u32,
}

impl Templates {
    /// None yet.
    pub fn new() -> Self {
        Self {
            all: Vec::new(),
            trace: Trace::default(),
            credit: CREDIT,
            pause: 0,
        }
    }

    /// Sets the cells of a row from the line `at..end` of a text, and leaves it open; `false` where the
    /// line has to be walked over, and there is no open row.
    #[inline]
    pub fn follow_line(
        &mut self,
        text: &[u8],
        at: usize,
        end: usize,
        keys: &mut Keys,
        batch: &mut Batch,
    ) -> bool {
        self.follow(text, at, end, keys, batch, |after| after == end)
            .is_some()
    }

    /// The same for a value that starts at a place; gives where it ends.
    #[inline]
    pub fn follow_item(
        &mut self,
        text: &[u8],
        at: usize,
        keys: &mut Keys,
        batch: &mut Batch,
    ) -> Option<usize> {
        self.follow(text, at, text.len(), keys, batch, |_| true)
    }

    #[inline(always)]
    fn follow(
        &mut self,
        text: &[u8],
        at: usize,
        end: usize,
        keys: &mut Keys,
        batch: &mut Batch,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        for (i, template) in self.all.iter().enumerate() {
            batch.open_row();
            if let Some(after) = template.follow(text, at, end, keys, batch)
                && fits(after)
            {
                self.credit = (self.credit + 1).min(CREDIT);
                self.all.swap(0, i);
                return Some(after);
            }
            batch.drop_row();
        }
        None
    }

    /// What the walk over a row that fits no template has to leave behind, if one shall be made of it.
    pub fn trace(&mut self) -> Option<&mut Trace> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        match self.credit.checked_sub(COST) {
            Some(credit) => self.credit = credit,
            None => {
                self.all.clear();
                (self.pause, self.credit) = (PAUSE, CREDIT / 4);
                return None;
            }
        }
        self.trace.seen.clear();
        self.trace.cells = 0;
        Some(&mut self.trace)
    }

    /// Makes a template of the row `at..end`, over which a walk with the trace went without a fault.
    pub fn learn(&mut self, text: &[u8], at: usize, end: usize, keys: &mut Keys) {
        if self.trace.seen.len() > VALUES {
            return;
        }
        if let Some(template) = Template::new(text, at, end, &self.trace, keys) {
            self.all.truncate(MOST - 1);
            self.all.insert(0, template);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of some lines, one after the other, need no walk.
    fn followed(lines: &[&str]) -> Vec<bool> {
        let (mut keys, mut templates) = (Keys::growing(), Templates::new());
        let text = lines.join("\n") + "\n                ";
        let mut at = 0;
        let follow = |line: &&str| {
            let (start, end) = (at, at + line.len());
            at = end + 1;
            let mut batch = Batch::new(0);
            let text = text.as_bytes();
            if templates.follow_line(text, start, end, &mut keys, &mut batch) {
                return true;
            }
            let trace = templates.trace();
            let walk = Walk::new(&text[..end], &mut keys, &mut batch).traced(trace);
            if walk.line(start).is_ok() {
                templates.learn(text, start, end, &mut keys);
            }
            false
        };
        lines.iter().map(follow).collect()
    }

    #[test]
    fn a_row_like_one_before_needs_no_walk_and_any_other_does() {
        for (first, other, expected) in [
            (
                r#"{"a":1,"b":"x"}"#,
                r#"{"a":-2.5e3,"b":"longer, \" {}"}"#,
                true,
            ),
            (
                r#"{"a": 1, "b": null}"#,
                r#"{"a": "text", "b": false}"#,
                true,
            ),
            (
                r#"{"o":{"a":1},"b":[1,2]}"#,
                r#"{"o":{"a":7},"b":[3,4]}"#,
                true,
            ),
            (
                r#"{"o":{"a":1},"b":2}"#,
                r#"{"o":{"a":[{"x":1}]},"b":{}}"#,
                true,
            ),
            (r#"{"a":1,"b":2}"#, r#"{"b":1,"a":2}"#, false),
            (r#"{"a":1,"b":2}"#, r#"{"a":1, "b":2}"#, false),
            (r#"{"a":1,"b":2}"#, r#"{"a":1}"#, false),
            (r#"{"a":1}"#, r#"{"a":1} x"#, false),
            (r#"{"a":1}"#, r#"{"a":01}"#, false),
            (r#"{"a":"x"}"#, r#"{"a":"x}"#, false),
            (r#"{"a":"x"}"#, r#"{"a":"\x"}"#, false),
            (
                r#"{"a key of more than 16 bytes":1}"#,
                r#"{"a key of more than 16 bites":1}"#,
                false,
            ),
        ] {
            let found = followed(&[first, other, first]);
            assert_eq!(found, [false, expected, true], "{other}");
        }
    }

    #[test]
    fn templates_are_given_up_where_they_do_not_pay() {
        let lines: Vec<String> = (0..1_000).map(|i| format!("{{\"k{i}\":1}}")).collect();
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.extend([r#"{"a":1}"#; 2_000]);
        let found = followed(&lines);
        assert!(!found[..1_100].contains(&true));
        assert!(found[2_500..].iter().all(|&f| f));
    }
}
