//! Apache Parquet: columns in groups of rows, in pages that are packed one by one.
//!
//! **Why by hand.** A report needs columns of numbers, times and words, and a file from a stranger
//! must neither end the page nor fill its memory. The format's own library makes arrays of its own
//! first, unpacks Zstandard with a library in C, and trusts sizes that a file claims. Here a page
//! goes straight into a column, a dictionary is turned once, and only packing is left to libraries.
//!
//! **What is read.** The footer, or where its parts are known ([`places`]) those of the rows that are
//! wanted; then, of each column that is wanted, the bytes of its pages that
//! hold the rows that are wanted. A group of more than [`UNIT`] rows is read in several turns, each
//! of which passes the pages of the others without unpacking them.
//!
//! **Bounds.** In memory are the cells of one turn in wanted columns, one page, packed and unpacked,
//! of at most [`super::blocks::MOST`] bytes, and a dictionary. Rows that a file claims beyond any
//! that its size could hold ([`super::target`]) are refused.

mod bits;
mod chunk;
mod leaves;
mod meta;
mod pages;
mod places;
mod salvage;
mod thrift;
mod values;

use super::Columnar;
use super::sample::{self, ROWS, Sample};
use super::sets::Lists;
use super::target::{Wanted, plausible, settle, table, took_back, wanted};
use crate::read::trouble::Troubles;
use crate::read::{Bytes, Cut, Format, Part, ReadError, Schema, Sniff};
use chunk::Column;
use leaves::{Leaf, leaves};
use meta::{Footer, Group};
use std::ops::Range;

pub use salvage::{Mended, ends_early, mend};

/// Rows of a group that are read in one turn, some fewer or more.
const UNIT: u64 = 1 << 18;

/// Reads Parquet.
pub(super) struct Parquet;

/// A file and what its footer says.
struct Open<'a> {
    file: &'a dyn Bytes,
    footer: Footer,
    /// Where it starts.
    footer_at: u64,
    leaves: Vec<Leaf>,
}

/// Some rows of a group.
struct Turn<'a> {
    group: &'a Group,
    rows: Range<usize>,
    bytes: u64,
}

impl Columnar for Parquet {
    fn format(&self) -> Format {
        Format::Parquet
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1") || head.starts_with(b"PARE")
    }

    fn sniff(&self, name: &str, file: &dyn Bytes) -> Result<Sniff, ReadError> {
        let named = |e| ReadError {
            file: name.into(),
            ..e
        };
        let open = open(file).map_err(named)?;
        let mut notes = Vec::new();
        let samples = open.samples(&mut notes)?;
        let rows = samples.iter().map(|s| s.cells.len()).max().unwrap_or(0);
        if rows == 0 {
            return Err(named(error(
                "the file has 0 rows",
                "Choose a file that holds rows",
            )));
        }
        let (schema, columns) = sample::look(Format::Parquet, &samples, &mut notes);
        let mut description = "Parquet".to_owned();
        if let Some(codec) = open.codec() {
            description.push_str(", ");
            description.push_str(codec);
        }
        for note in notes {
            description.push_str(", ");
            description.push_str(&note);
        }
        Ok(Sniff {
            schema,
            columns,
            rows,
            description,
            cut: Cut::Groups(open.turns().iter().map(|t| t.bytes).collect()),
            places: places::places(&open),
        })
    }

    fn read(
        &self,
        schema: &Schema,
        file: &dyn Bytes,
        groups: Range<u64>,
        places: &[u64],
    ) -> Result<Part, ReadError> {
        let (open, first) = match places::some(file, places, &groups)? {
            Some(found) => found,
            None => (open(file)?, 0),
        };
        let turns = (first..).zip(open.turns());
        let turns = turns.filter(|(at, _)| groups.contains(at));
        let turns: Vec<Turn> = turns.map(|(_, turn)| turn).collect();
        let mut troubles = Troubles::default();
        let mut part = Part {
            first: groups.start,
            next: groups.end,
            ..Part::default()
        };
        let leaves = open.leaves.iter().map(|l| (l.name.as_str(), l.lists > 0));
        let all = turns.iter().map(|t| t.rows.len() as u64).sum();
        let mut wanted = wanted(schema, leaves, all, file.size());
        let mut rows = 0;
        // Turns of one group are read as one, so that no page is unpacked twice; but where cells are lost,
        // turn by turn, for what becomes of a turn must not depend on those that are read with it.
        for all in turns.chunk_by(|a, b| a.rows.end == b.rows.start && b.rows.start > 0) {
            let mut left = all;
            if let [first, .., last] = all {
                let whole = Turn {
                    rows: first.rows.start..last.rows.end,
                    ..*first
                };
                let mut found = Troubles::default();
                open.read(&mut wanted, &whole, part.lines, &mut found)?;
                if !took_back(&mut wanted, whole.rows.len()) {
                    troubles.append(found);
                    rows += whole.rows.len();
                    part.lines += whole.rows.len() as u64;
                    left = &[];
                }
            }
            for turn in left {
                let count = turn.rows.len();
                let mut found = Troubles::default();
                open.read(&mut wanted, turn, part.lines, &mut found)?;
                rows += settle(&mut wanted, count, part.lines, found, &mut troubles);
                part.lines += count as u64;
            }
        }
        part.table = table(wanted, rows);
        let names = |at: usize| {
            schema
                .columns
                .get(at)
                .map(|c| c.name.clone())
                .unwrap_or_default()
        };
        part.unfit = troubles.unfit(names);
        part.troubles = troubles.finish(names);
        Ok(part)
    }
}

fn error(found: &str, mend: &str) -> ReadError {
    ReadError {
        file: String::new(),
        line: None,
        found: found.into(),
        mend: mend.into(),
    }
}

/// Where the footer of a file of so many bytes starts, as its last ones say; `None`: they are no end.
fn footer_at(size: u64, tail: &[u8]) -> Option<u64> {
    let (len, magic) = tail.split_first_chunk::<4>()?;
    let start = size.checked_sub(8 + u64::from(u32::from_le_bytes(*len)))?;
    (magic == b"PAR1" && start >= 4).then_some(start)
}

/// Reads the footer.
fn open(file: &dyn Bytes) -> Result<Open<'_>, ReadError> {
    const AGAIN: &str = "Copy or export the file again";
    let size = file.size();
    let tail = file.read(size.saturating_sub(8), size)?;
    if tail.len() < 8 {
        return Err(error("the Parquet file ends within its first bytes", AGAIN));
    }
    if tail.ends_with(b"PARE") {
        let mend = "Write it without encryption, or export it as CSV";
        return Err(error("the Parquet file is encrypted", mend));
    }
    let Some(start) = footer_at(size, &tail) else {
        let found = "the Parquet file has no footer: its end is missing (a copy that was broken off, \
                     or a writer that was not closed?)";
        return Err(error(found, AGAIN));
    };
    let damaged = || error("the footer of the Parquet file is damaged", AGAIN);
    let footer = meta::footer(&file.read(start, size - 8)?).ok_or_else(damaged)?;
    let leaves = leaves(&footer.schema).ok_or_else(damaged)?;
    plausible_rows(&footer, size).map_err(|rows| {
        let found = format!("the Parquet file claims {rows} rows in {size} bytes");
        error(&found, AGAIN)
    })?;
    Ok(Open {
        file,
        footer,
        footer_at: start,
        leaves,
    })
}

/// Refuses more rows than a file of so many bytes can hold; the error is how many there are.
fn plausible_rows(footer: &Footer, size: u64) -> Result<(), String> {
    let mut groups = footer.groups.iter();
    match groups.try_fold(0u64, |n, g| n.checked_add(g.rows)) {
        Some(rows) if rows <= plausible(size) => Ok(()),
        Some(rows) => Err(rows.to_string()),
        None => Err("too many".to_owned()),
    }
}

impl Open<'_> {
    /// The groups in order, large ones in several turns.
    fn turns(&self) -> Vec<Turn<'_>> {
        let mut turns = Vec::new();
        for group in &self.footer.groups {
            let bytes = group
                .chunks
                .iter()
                .fold(0u64, |n, c| n.saturating_add(c.bytes));
            let bytes = bytes.min(self.file.size());
            let count = ((group.rows + UNIT / 2) / UNIT).max(1);
            for i in 0..count {
                let border = |i: u64| (group.rows * i / count) as usize;
                turns.push(Turn {
                    group,
                    rows: border(i)..border(i + 1),
                    bytes: bytes / count,
                });
            }
        }
        turns
    }

    /// How most columns are packed.
    fn codec(&self) -> Option<&'static str> {
        let chunk = self.footer.groups.first()?.chunks.last()?;
        pages::codec(chunk.codec).map(|c| c.label())
    }

    /// The first cells of every column.
    fn samples(&self, notes: &mut Vec<String>) -> Result<Vec<Sample>, ReadError> {
        let mut samples = Vec::new();
        for (at, leaf) in self.leaves.iter().enumerate() {
            if leaf.lists > 1 {
                notes.push(format!("without the lists of lists in {}", leaf.name));
                continue;
            }
            let start = samples.len();
            let mut lists = Lists::default();
            let mut rows = 0;
            for group in &self.footer.groups {
                let wanted = (ROWS - rows).min(group.rows as usize);
                let Some(chunk) = group.chunks.get(at).filter(|_| wanted > 0) else {
                    continue;
                };
                let found = Column {
                    file: self.file,
                    leaf,
                    chunk,
                    rows: 0..wanted,
                }
                .gather()?;
                if leaf.lists > 0 {
                    lists.take(&found, leaf.meaning, wanted);
                }
                found.sample(
                    &mut samples,
                    start,
                    (&leaf.name, leaf.lists > 0),
                    leaf.meaning,
                    (rows, wanted),
                    notes,
                );
                rows += wanted;
            }
            lists.settle(&mut samples, start, &leaf.name, notes);
        }
        Ok(samples)
    }

    /// Appends some rows of a group to the wanted columns; `line` is the first one's row in the part.
    fn read(
        &self,
        wanted: &mut [Wanted],
        turn: &Turn,
        line: u64,
        troubles: &mut Troubles,
    ) -> Result<(), ReadError> {
        let absent = meta::Chunk::default();
        for wanted in wanted {
            let Some(leaf) = self.leaves.get(wanted.leaf) else {
                continue;
            };
            let column = Column {
                file: self.file,
                leaf,
                chunk: turn.group.chunks.get(wanted.leaf).unwrap_or(&absent),
                rows: turn.rows.clone(),
            };
            match wanted.targets.as_mut_slice() {
                [target] if leaf.lists == 0 => column.read(target, line, troubles)?,
                all => {
                    let size = (turn.rows.len(), wanted.width);
                    let cells = column.gather()?;
                    cells.fill(all, leaf.meaning, size, line, troubles);
                }
            }
        }
        Ok(())
    }
}
