//! Files larger than memory: joined, counted and let go block by block, as their rows come.
//!
//! The outcomes are kept, in eight to forty bytes each; so their files have to be read first
//! ([`in_order`]). Of the predictions there is never more than a block and what readers are ahead.

use super::message::Input;
use super::notices::Expected;
use super::rows::Rows;
use super::shards::bytes_of;
use super::sources::{Sources, append, source};
use super::tie::{unpredicted, untied};
use crate::log::{Counts, FileKind, Joiner, Log, Source};
use crate::read::{Cut, ReadError};
use crate::report::view::View;
use crate::summary::{Blocks, SourceInfo, Summary, Wanted};
use crate::table::{Column, Table};

/// Rows of a block at most, and cells; rows at least.
const MOST_ROWS: usize = 1 << 17;
const MOST_CELLS: usize = 1 << 23;
const LEAST_ROWS: usize = 1 << 14;

/// Whether rows are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As long as they fit into memory.
    #[default]
    Auto,
    /// All of them: everything is exact, and every slice can be asked for.
    Kept,
    /// None: they are counted as they pass.
    Streamed,
}

impl Mode {
    /// Whether the rows of these files are counted as they pass, where so many bytes of memory can be had.
    /// Kept rows take some 1.6 bytes for a byte of text, and four for one of a columnar file.
    #[must_use]
    pub fn streams(self, inputs: &[Input], memory: u64) -> bool {
        let need = |input: &Input| match input.sniff.cut {
            Cut::Groups(_) => input.bytes.saturating_mul(4),
            _ => input.bytes.saturating_mul(8) / 5,
        };
        match self {
            Self::Auto => inputs.iter().map(need).fold(0, u64::saturating_add) > memory,
            Self::Kept => false,
            Self::Streamed => true,
        }
    }
}

/// The order in which files are read where their rows are not kept, as indices: outcomes first, and the
/// reference last, so that it does not settle what the log means.
#[must_use]
pub fn in_order(inputs: &[Input]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    order.sort_by_key(|i| match inputs[*i].kind {
        FileKind::Outcomes => 0,
        FileKind::Predictions => 1,
        FileKind::Reference => 2,
    });
    order
}

/// The blocks of a log, as its files are read.
pub(super) struct Stream {
    view: View,
    /// Bytes that the shards of each file have together.
    bytes: Vec<u64>,
    /// Tables of predictions without their rows: each block has all columns.
    tables: Vec<Source>,
    /// The table of each file; `None`: of outcomes.
    table: Vec<Option<usize>>,
    /// Rows that make a block.
    enough: usize,
    /// Once all outcomes are there.
    joiner: Option<Joiner>,
    /// Once a block was counted.
    blocks: Option<Blocks>,
    /// What is told of the first rows, while all of them wait for others.
    waiting: Vec<String>,
    /// The first file that is not complete.
    at: usize,
    /// The first file that may hold rows of no block yet.
    from: usize,
}

impl Stream {
    /// Expects the parts of these files, which stand in the order of [`in_order`]; `most`: rows of a block,
    /// where it is to be smaller than memory allows.
    pub fn open(inputs: &[Input], view: View, most: Option<usize>) -> Self {
        let mut tables: Vec<Source> = Vec::new();
        let mut last = None;
        let mut table = Vec::new();
        for input in inputs {
            if input.kind == FileKind::Outcomes {
                table.push(None);
                continue;
            }
            let of = input.table.as_ref().map(|t| t.index);
            let part = source(input, without_rows(input));
            match tables.last_mut() {
                Some(all) if of.is_some() && of == last => append(all, part),
                _ => tables.push(part),
            }
            last = of;
            table.push(tables.len().checked_sub(1));
        }
        let columns = tables.iter().map(|t| t.table.columns.len()).max();
        let enough = MOST_CELLS / columns.unwrap_or(1).max(1);
        Self {
            view,
            bytes: inputs.iter().map(bytes_of).collect(),
            tables,
            table,
            enough: most.unwrap_or_else(|| enough.clamp(LEAST_ROWS, MOST_ROWS)),
            joiner: None,
            blocks: None,
            waiting: Vec::new(),
            at: 0,
            from: 0,
        }
    }

    /// Counts what came of the files. Parts are taken one by one in the order of their rows, so that blocks
    /// are the same however many readers there are.
    ///
    /// # Errors
    /// Where rows were damaged on their way, or the files do not make a log.
    pub fn take(&mut self, inputs: &[Input], rows: &mut [Rows]) -> Result<(), ReadError> {
        while let (Some(file), Some(bytes)) = (rows.get_mut(self.at), self.bytes.get(self.at)) {
            match file.settle() {
                Some(false) => return Err(damaged()),
                Some(true) => {
                    if self.predicts(self.at) && self.held(rows) >= self.enough {
                        self.block(inputs, rows)?;
                    }
                }
                None if file.read() >= *bytes => self.at += 1,
                None => break,
            }
        }
        Ok(())
    }

    /// Counts what is left.
    ///
    /// # Errors
    /// Where the files do not make a log.
    pub fn finish(mut self, inputs: &[Input], rows: &mut [Rows]) -> Result<Summary, ReadError> {
        self.take(inputs, rows)?;
        if self.blocks.is_none() || self.held(rows) > 0 {
            self.block(inputs, rows)?;
        }
        let rest = match &mut self.joiner {
            Some(joiner) => joiner.rest().map_err(|why| unjoined(inputs, &why))?,
            None => None,
        };
        if let Some(mut log) = rest {
            let notes = std::mem::take(&mut self.waiting);
            notes.into_iter().for_each(|note| log.notes.say(note));
            let rows_in_all = log.rows as u64;
            self.count(inputs, log, rows_in_all)?;
        }
        if let (Some(joiner), Some(blocks)) = (&mut self.joiner, &mut self.blocks) {
            blocks.tell(joiner.take_notes());
        }
        let counts = match self.joiner {
            Some(joiner) => joiner.finish().map_err(|why| unjoined(inputs, &why))?,
            None => Counts::default(),
        };
        let summary = self.blocks.and_then(|blocks| blocks.finish(counts));
        summary.ok_or_else(|| unjoined(inputs, "The files hold no readable row."))
    }

    fn predicts(&self, file: usize) -> bool {
        matches!(self.table.get(file), Some(Some(_)))
    }

    /// Rows of predictions that are in no block yet.
    fn held(&self, rows: &[Rows]) -> usize {
        let files = rows.iter().enumerate().skip(self.from);
        let files = files.take_while(|(file, _)| *file <= self.at);
        files
            .filter(|(file, _)| self.predicts(*file))
            .map(|(_, rows)| rows.held())
            .sum()
    }

    fn block(&mut self, inputs: &[Input], rows: &mut [Rows]) -> Result<(), ReadError> {
        if self.joiner.is_none() {
            self.joiner = Some(joiner(inputs, rows)?);
        }
        let rows_in_all = self.expected(inputs, rows);
        let mut sources = self.tables.clone();
        let files = inputs.iter().zip(rows).zip(&self.table).enumerate();
        for (_, ((input, rows), table)) in files.skip(self.from).take_while(|f| f.0 <= self.at) {
            if let Some(all) = table.and_then(|table| sources.get_mut(table))
                && rows.held() > 0
            {
                append(all, source(input, rows.take()));
            }
        }
        self.from = self.at;
        let first = self.blocks.is_none();
        let mut notes = Vec::new();
        if first {
            let mut told = Expected::default();
            inputs.iter().for_each(|input| told.take(input));
            for source in &sources {
                notes.extend(told.notes(source)?);
            }
        }
        let Some(joiner) = &mut self.joiner else {
            return Ok(());
        };
        let log = joiner.block(sources);
        let Some(mut log) = log.map_err(|why| unjoined(inputs, &why))? else {
            self.waiting = notes;
            return Ok(());
        };
        notes.append(&mut self.waiting);
        notes.into_iter().for_each(|note| log.notes.say(note));
        self.count(inputs, log, rows_in_all)
    }

    fn count(&mut self, inputs: &[Input], log: Log, rows_in_all: u64) -> Result<(), ReadError> {
        let blocks = self.blocks.get_or_insert_with(|| {
            Blocks::new(Wanted {
                window: self.view.window,
                slice: self.view.slice(),
                threshold: self.view.threshold,
                season: self.view.season.unwrap_or_default(),
                rows: rows_in_all,
            })
        });
        blocks.add(log).map_err(|why| unjoined(inputs, &why))
    }

    /// Rows of predictions that the files seem to hold, by those that came.
    fn expected(&self, inputs: &[Input], rows: &[Rows]) -> u64 {
        let files = || {
            (0..)
                .zip(inputs.iter().zip(rows))
                .filter(|(i, _)| self.predicts(*i))
        };
        let bytes: u64 = files().map(|(_, (input, _))| input.bytes).sum();
        let read: u64 = files().map(|(_, (_, rows))| rows.read()).sum();
        let held: usize = files().map(|(_, (_, rows))| rows.held()).sum();
        (held as f64 * (bytes as f64 / read.max(1) as f64).max(1.0)) as u64
    }
}

/// Takes the outcomes, all of which are there.
fn joiner(inputs: &[Input], rows: &mut [Rows]) -> Result<Joiner, ReadError> {
    let mut sources = Sources::default();
    for (input, rows) in inputs.iter().zip(rows) {
        if input.kind == FileKind::Outcomes {
            sources.take(input, rows.take(), SourceInfo::default(), Vec::new());
        }
    }
    Joiner::new(sources.finish().0).map_err(|why| unjoined(inputs, &why))
}

/// The table of a file, none of whose rows came.
fn without_rows(input: &Input) -> Table {
    let wanted = input
        .schema()
        .columns
        .into_iter()
        .filter(|spec| spec.wanted);
    let (names, columns) = wanted
        .map(|spec| (spec.name, Column::new(spec.kind)))
        .unzip();
    Table {
        names,
        columns,
        rows: 0,
    }
}

/// What an error of joining says, a sentence on what is wrong and others on how to mend it. Of files that
/// nothing joins more is known than of their rows: they also have columns that were not read.
pub(super) fn unjoined(inputs: &[Input], why: &str) -> ReadError {
    let mut names: Vec<&str> = Vec::new();
    for input in inputs {
        let name = input.table.as_ref().map_or(&input.name, |t| &t.name);
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let predicted = inputs.iter().any(|i| i.kind != FileKind::Outcomes);
    let untied = untied(inputs).filter(|_| predicted);
    let known = unpredicted(inputs).or(untied);
    let why = known.as_deref().unwrap_or(why);
    let (found, mend) = why.split_once(". ").unwrap_or((why, ""));
    ReadError {
        file: names.join(", "),
        line: None,
        found: found.into(),
        mend: mend.trim_end_matches('.').into(),
    }
}

pub(super) fn damaged() -> ReadError {
    ReadError {
        file: String::new(),
        line: None,
        found: "the rows were damaged on their way".into(),
        mend: "Give the files again".into(),
    }
}
