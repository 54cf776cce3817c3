//! Apache Arrow: files (also called Feather, version 2) and streams of batches of columns.
//!
//! By hand for the reasons that `parquet` gives. A batch is a group; of each, the buffers of wanted
//! columns are read, and dictionaries once for all batches that are read together.
//!
//! **Bounds.** In memory are the cells of the batches that are read in wanted columns, the buffers of
//! one column of one batch, each of at most [`super::blocks::MOST`] bytes where it is packed, and the
//! dictionaries of wanted columns. Rows that a file claims beyond any that its size could hold
//! ([`super::target`]) are refused.

mod batch;
mod flat;
mod leaves;
mod messages;

use super::Columnar;
use super::cells::Cells;
use super::sample::{self, ROWS, Sample};
use super::sets::Lists;
use super::sink::{NOWHERE, Picks, Prepared, prepare};
use super::target::{Gathered, Target, Wanted, plausible, settle, table, wanted};
use crate::read::trouble::{Fault as Kind, Troubles};
use crate::read::{Bytes, Cut, Format, Part, ReadError, Schema, Sniff};
use batch::{Body, Found};
use leaves::{Layout, Leaf, Words};
use messages::{Batch, Fault, begins_stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// Reads Arrow files and streams.
pub(super) struct Arrow;

const AGAIN: &str = "Copy or export the file again";
const DAMAGED: &str = "a buffer is damaged, or of a kind that is not known here";

impl Columnar for Arrow {
    fn format(&self) -> Format {
        Format::Arrow
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"ARROW1") || begins_stream(head)
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
            let error = match open.arrow.cut {
                Some(_) => error("the Arrow file ends before its first rows do", AGAIN),
                None => error("the file has 0 rows", "Choose a file that holds rows"),
            };
            return Err(named(error));
        }
        let (schema, columns) = sample::look(Format::Arrow, &samples, &mut notes);
        let mut description = match open.arrow.file {
            true => "Arrow file",
            false => "Arrow stream",
        }
        .to_owned();
        match open.arrow.batches.first().and_then(|b| b.codec) {
            Some(0) => description.push_str(", LZ4"),
            Some(_) => description.push_str(", Zstandard"),
            None => {}
        }
        if open.arrow.cut.is_some() {
            notes.push("its end is missing".into());
        } else if open.arrow.open {
            notes.push("without an end mark, so rows may be missing behind the last one".into());
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
            cut: Cut::Groups(open.arrow.batches.iter().map(|b| b.size).collect()),
            places: open.arrow.places(),
        })
    }

    fn read(
        &self,
        schema: &Schema,
        file: &dyn Bytes,
        groups: Range<u64>,
        places: &[u64],
    ) -> Result<Part, ReadError> {
        let open = match messages::some(file, places, &groups)? {
            Some(arrow) => checked(file, arrow)?,
            None => open(file)?,
        };
        let mut troubles = Troubles::default();
        let mut part = Part {
            first: groups.start,
            next: groups.end,
            ..Part::default()
        };
        let batches = || {
            (open.arrow.before as u64..)
                .zip(&open.arrow.batches)
                .filter(|(at, _)| groups.contains(at))
        };
        let all = batches().map(|(_, b)| b.rows).sum();
        let leaves = open.arrow.leaves.iter();
        let leaves = leaves.map(|l| (l.name.as_str(), l.lists() > 0));
        let mut wanted = wanted(schema, leaves, all, file.size());
        let mut known = BTreeMap::new();
        let mut rows = 0;
        for (at, batch) in batches() {
            let at = at as usize;
            let count = batch.rows as usize;
            let place = (at, count, part.lines);
            let mut found = Troubles::default();
            open.read(&mut wanted, place, &mut known, &mut found)?;
            rows += settle(&mut wanted, count, part.lines, found, &mut troubles);
            part.lines += batch.rows;
        }
        part.table = table(wanted, rows);
        let last = groups.end == open.arrow.batches.len() as u64;
        if let Some(rows) = open.arrow.cut.filter(|_| last) {
            // Of how many rows nothing is left is not known where the cut is between batches.
            let rows = rows.max(1);
            troubles.rows(Kind::Damaged, part.lines, rows, || {
                "the file ends within a batch of rows, which is lost; copy or export it again"
                    .into()
            });
            part.lines += rows;
        }
        let names = |at: usize| {
            let spec = schema.columns.get(at);
            spec.map(|c| c.name.clone()).unwrap_or_default()
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

/// A file and where its batches are.
struct Open<'a> {
    file: &'a dyn Bytes,
    arrow: messages::Arrow,
}

/// The dictionary of a leaf as its column needs it, and how many dictionary batches it is made of.
type Known = BTreeMap<usize, ((usize, usize), Prepared, usize)>;

fn open(file: &dyn Bytes) -> Result<Open<'_>, ReadError> {
    let arrow = messages::open(file).map_err(|fault| match fault {
        Fault::Read(error) => error,
        Fault::BigEndian => error(
            "the Arrow file has its highest bytes first, which is not read here",
            "Write it on a common computer, or export it as CSV",
        ),
        Fault::NoSchema => error("the Arrow file ends before it names its columns", AGAIN),
        Fault::Damaged => error(
            "the Arrow file is damaged where it names its columns",
            AGAIN,
        ),
    })?;
    checked(file, arrow)
}

/// Refuses more rows than the file can hold.
fn checked(file: &dyn Bytes, mut arrow: messages::Arrow) -> Result<Open<'_>, ReadError> {
    let size = file.size();
    let rows = arrow
        .batches
        .iter()
        .try_fold(0u64, |n, b| n.checked_add(b.rows));
    if rows.is_none_or(|rows| rows > plausible(size)) {
        let found = format!("the Arrow file claims more rows than its {size} bytes can hold");
        return Err(error(&found, AGAIN));
    }
    arrow.cut = arrow.cut.map(|rows| rows.min(plausible(size)));
    Ok(Open { file, arrow })
}

impl Open<'_> {
    fn body<'a>(&'a self, batch: &'a Batch) -> Body<'a> {
        Body {
            file: self.file,
            batch,
        }
    }

    /// Which dictionary batches make up a dictionary for a batch: from the last that is whole on.
    fn parts(&self, words: Words, batch: usize) -> (usize, usize) {
        let (mut from, mut to) = (0, 0);
        for (at, (before, dictionary)) in self.arrow.dictionaries.iter().enumerate() {
            if dictionary.id == words.id && (self.arrow.file || *before <= batch) {
                if !dictionary.delta {
                    from = at;
                }
                to = at + 1;
            }
        }
        (from, to)
    }

    /// The values of a dictionary; `None` where it is missing or damaged.
    fn words(
        &self,
        leaf: &Leaf,
        words: Words,
        (from, to): (usize, usize),
    ) -> Result<Option<Cells>, ReadError> {
        let mut all: Option<Cells> = None;
        for (_, dictionary) in self.arrow.dictionaries.iter().take(to).skip(from) {
            if dictionary.id != words.id {
                continue;
            }
            let Some(more) = self.body(dictionary).words(leaf, words.layout)? else {
                return Ok(None);
            };
            match &mut all {
                None => all = Some(more),
                Some(all) => {
                    if !all.append(&more, 0..more.len()) {
                        return Ok(None);
                    }
                }
            }
        }
        Ok(all)
    }

    /// The cells of a leaf in a batch, those of a dictionary too.
    fn gather(&self, leaf: &Leaf, at: usize, rows: usize) -> Result<Gathered, ReadError> {
        let lost = || Gathered {
            cells: Cells::Int(Vec::new()),
            places: Vec::new(),
            starts: Vec::new(),
            absent: Vec::new(),
            lost: Some(DAMAGED.into()),
        };
        let Some(batch) = self.arrow.batch(at) else {
            return Ok(lost());
        };
        let Some(found) = self.body(batch).leaf(leaf, rows)? else {
            return Ok(lost());
        };
        let mut places = found.places.unwrap_or_else(|| (0..rows as u32).collect());
        let starts = found.starts.unwrap_or_else(|| (0..rows as u32).collect());
        let mut cells = found.cells;
        if let Some(words) = leaf.dictionary {
            let all = self.words(leaf, words, self.parts(words, at))?;
            let Some(all) = all.filter(|all| composed(&mut places, &cells, all.len())) else {
                return Ok(lost());
            };
            cells = all;
        }
        Ok(Gathered {
            cells,
            places,
            starts,
            absent: found.absent,
            lost: None,
        })
    }

    /// The first cells of every column.
    fn samples(&self, notes: &mut Vec<String>) -> Result<Vec<Sample>, ReadError> {
        let mut samples = Vec::new();
        for leaf in &self.arrow.leaves {
            if leaf.lists() > 1 || leaf.layout == Layout::Unknown {
                notes.push(format!(
                    "without {}, which is of a kind not read here: cast it to numbers, words or lists of numbers",
                    leaf.name
                ));
                continue;
            }
            let start = samples.len();
            let mut lists = Lists::default();
            let mut before = 0;
            for (at, batch) in self.arrow.batches.iter().enumerate() {
                let rows = usize::try_from(batch.rows).unwrap_or(usize::MAX);
                let wanted = rows.min(ROWS - before);
                if wanted == 0 {
                    continue;
                }
                let found = self.gather(leaf, at, rows)?;
                if leaf.lists() > 0 {
                    lists.take(&found, leaf.meaning, wanted);
                }
                found.sample(
                    &mut samples,
                    start,
                    (&leaf.name, leaf.lists() > 0),
                    leaf.meaning,
                    (before, wanted),
                    notes,
                );
                before += wanted;
            }
            lists.settle(&mut samples, start, &leaf.name, notes);
        }
        Ok(samples)
    }

    /// Appends a batch of so many rows to the wanted columns; `line` is the first one's row in the
    /// part.
    fn read(
        &self,
        wanted: &mut [Wanted],
        (at, rows, line): (usize, usize, u64),
        known: &mut Known,
        troubles: &mut Troubles,
    ) -> Result<(), ReadError> {
        for wanted in wanted {
            let place = wanted.leaf;
            let Some(leaf) = self.arrow.leaves.get(place) else {
                continue;
            };
            match wanted.targets.as_mut_slice() {
                [target] if leaf.lists() == 0 => {
                    let key = (place, at);
                    if !self.column(leaf, key, (rows, line), target, known, troubles)? {
                        target.lose(rows, line, DAMAGED, troubles);
                    }
                }
                all => {
                    let size = (rows, wanted.width);
                    let cells = self.gather(leaf, at, rows)?;
                    cells.fill(all, leaf.meaning, size, line, troubles);
                }
            }
        }
        Ok(())
    }

    /// Appends the cells of a leaf that is in no list to its column. False where they are damaged.
    fn column(
        &self,
        leaf: &Leaf,
        (place, at): (usize, usize),
        (rows, line): (usize, u64),
        target: &mut Target,
        known: &mut Known,
        troubles: &mut Troubles,
    ) -> Result<bool, ReadError> {
        let Some(batch) = self.arrow.batch(at) else {
            return Ok(false);
        };
        let Some(Found { cells, places, .. }) = self.body(batch).leaf(leaf, rows)? else {
            return Ok(false);
        };
        if places.as_ref().is_some_and(|p| p.len() != rows) {
            return Ok(false);
        }
        let Some(words) = leaf.dictionary else {
            let mut page = prepare(target.spec, cells, leaf.meaning);
            let picks = match &places {
                Some(places) => Picks::Places(places),
                None => Picks::Range(0..rows),
            };
            target.sink.take(&mut page, picks, line, troubles);
            return Ok(true);
        };
        let parts = self.parts(words, at);
        if known
            .get(&place)
            .is_none_or(|(made_of, ..)| *made_of != parts)
        {
            known.remove(&place);
            if let Some(cells) = self.words(leaf, words, parts)? {
                let count = cells.len();
                let page = prepare(target.spec, cells, leaf.meaning);
                known.insert(place, (parts, page, count));
            }
        }
        let mut places = places.unwrap_or_else(|| (0..rows as u32).collect());
        let Some((_, page, count)) = known.get_mut(&place) else {
            return Ok(false);
        };
        if !composed(&mut places, &cells, *count) {
            return Ok(false);
        }
        target
            .sink
            .take(page, Picks::Places(&places), line, troubles);
        Ok(true)
    }
}

/// Turns places of codes into the places in a dictionary of so many words that the codes name.
fn composed(places: &mut [u32], codes: &Cells, words: usize) -> bool {
    let Cells::Int(codes) = codes else {
        return false;
    };
    for place in places.iter_mut().filter(|p| **p != NOWHERE) {
        let code = codes
            .get(*place as usize)
            .and_then(|&c| u32::try_from(c).ok());
        match code.filter(|&c| (c as usize) < words) {
            Some(code) => *place = code,
            None => return false,
        }
    }
    true
}
