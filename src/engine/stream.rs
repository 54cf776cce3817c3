//! Files larger than memory: joined, counted and let go block by block, as their rows come.
//!
//! The outcomes are kept, in some 23 bytes each, made narrow as they come; so their files have to be read
//! first ([`in_order`]). Of the predictions there is never more than a block and what readers are ahead.

use super::message::Input;
use super::notices::Expected;
use super::rows::Rows;
use super::shards::bytes_of;
use super::sources::{append, source};
use super::tie::{unpredicted, untied};
use crate::log::{Counts, FileKind, Joiner, Log, Source};
use crate::metric::Parameter;
use crate::read::{Cut, ReadError};
use crate::report::view::View;
use crate::summary::{Blocks, Summary, Wanted};
use crate::table::{Column, Table};
use std::ops::RangeInclusive;

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
    predictions: Tables,
    outcomes: Tables,
    /// Rows that make a block.
    enough: usize,
    /// Once some outcomes are there, and whether all are.
    joiner: Option<Joiner>,
    known: bool,
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
        let predictions = Tables::of(inputs, |kind| kind != FileKind::Outcomes);
        let columns = predictions
            .tables
            .iter()
            .map(|t| t.table.columns.len())
            .max();
        let enough = MOST_CELLS / columns.unwrap_or(1).max(1);
        Self {
            view,
            bytes: inputs.iter().map(bytes_of).collect(),
            predictions,
            outcomes: Tables::of(inputs, |kind| kind == FileKind::Outcomes),
            enough: most.unwrap_or_else(|| enough.clamp(LEAST_ROWS, MOST_ROWS)),
            joiner: None,
            known: false,
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
                Some(true) if self.predictions.has(self.at) => {
                    if self.held(&self.predictions, rows) >= self.enough {
                        self.block(inputs, rows)?;
                    }
                }
                Some(true) => {
                    if self.held(&self.outcomes, rows) >= self.enough {
                        self.learn(inputs, rows)?;
                        self.from = self.at;
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
        if self.blocks.is_none() || self.held(&self.predictions, rows) > 0 {
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

    /// Rows of these tables that were not taken yet.
    fn held(&self, tables: &Tables, rows: &[Rows]) -> usize {
        let files = rows.iter().enumerate().skip(self.from);
        let files = files.take_while(|(file, _)| *file <= self.at);
        files
            .filter(|(file, _)| tables.has(*file))
            .map(|(_, rows)| rows.held())
            .sum()
    }

    /// Takes the outcomes that are there.
    fn learn(&mut self, inputs: &[Input], rows: &mut [Rows]) -> Result<(), ReadError> {
        let mut more = 0;
        let joiner = match &mut self.joiner {
            Some(joiner) => joiner,
            None => {
                let held = self.held(&self.outcomes, rows) as f64;
                more = (self.outcomes.expected(inputs, rows) as f64 * 1.02 - held) as usize;
                let joiner = Joiner::open(&self.outcomes.tables);
                let joiner = joiner.map_err(|why| unjoined(inputs, &why))?;
                self.joiner.insert(joiner)
            }
        };
        let sources = self.outcomes.take(inputs, rows, self.from..=self.at);
        joiner
            .outcomes(sources, more)
            .map_err(|why| unjoined(inputs, &why))
    }

    fn block(&mut self, inputs: &[Input], rows: &mut [Rows]) -> Result<(), ReadError> {
        if !self.known {
            self.learn(inputs, rows)?;
            self.joiner.iter_mut().for_each(Joiner::known);
            self.known = true;
        }
        let rows_in_all = self.predictions.expected(inputs, rows);
        let sources = self.predictions.take(inputs, rows, self.from..=self.at);
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
                head: self.view.metrics.get(Parameter::AtK).map(|k| k as u32),
                rows: rows_in_all,
            })
        });
        blocks.add(log).map_err(|why| unjoined(inputs, &why))
    }
}

/// The tables of some files, without their rows: each block has all columns.
struct Tables {
    tables: Vec<Source>,
    /// The table of each file; `None`: it is none of them.
    table: Vec<Option<usize>>,
}

impl Tables {
    /// Those of the files of some kind.
    fn of(inputs: &[Input], wanted: impl Fn(FileKind) -> bool) -> Self {
        let mut tables: Vec<Source> = Vec::new();
        let mut last = None;
        let mut table = Vec::new();
        for input in inputs {
            if !wanted(input.kind) {
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
        Self { tables, table }
    }

    /// Whether a file is of one of them.
    fn has(&self, file: usize) -> bool {
        matches!(self.table.get(file), Some(Some(_)))
    }

    /// The tables with the rows of these files that are there.
    fn take(
        &self,
        inputs: &[Input],
        rows: &mut [Rows],
        files: RangeInclusive<usize>,
    ) -> Vec<Source> {
        let mut sources = self.tables.clone();
        let all = inputs.iter().zip(rows).zip(&self.table).enumerate();
        for (_, ((input, rows), table)) in all.filter(|(file, _)| files.contains(file)) {
            if let Some(all) = table.and_then(|table| sources.get_mut(table))
                && rows.held() > 0
            {
                append(all, source(input, rows.take()));
            }
        }
        sources
    }

    /// Rows that the files seem to hold, by those that came.
    fn expected(&self, inputs: &[Input], rows: &[Rows]) -> u64 {
        let files = || {
            (0..)
                .zip(inputs.iter().zip(rows))
                .filter(|(file, _)| self.has(*file))
        };
        let bytes: u64 = files().map(|(_, (input, _))| input.bytes).sum();
        let read: u64 = files().map(|(_, (_, rows))| rows.read()).sum();
        let held: usize = files().map(|(_, (_, rows))| rows.held()).sum();
        (held as f64 * (bytes as f64 / read.max(1) as f64).max(1.0)) as u64
    }
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
