//! The rows of files as the sources of a log: parts of one table below each other, with the columns
//! that their paths give.

use super::message::Input;
use super::notices::Expected;
use crate::log::{Role, Source};
use crate::read::instant::Instants;
use crate::read::{ReadError, TimeFormat, cell, key};
use crate::summary::{Rejected, SourceInfo};
use crate::table::{Column, Kind, NO_KEY, NO_LEVEL, NO_TIME, Table};
use std::collections::BTreeMap;

/// Files of one table that are named for one kind of trouble; the others are counted with the last.
const MOST_NAMED: usize = 5;

/// The sources of a log, and what is told of each.
#[derive(Default)]
pub(super) struct Sources {
    sources: Vec<Source>,
    /// One a source.
    expected: Vec<Expected>,
    infos: Vec<SourceInfo>,
    rejected: Vec<Rejected>,
    /// By column, loss and kind: files that were named, and the last one's place.
    named: BTreeMap<(Option<String>, bool, String), (usize, usize)>,
    /// The table that the last one is.
    table: Option<usize>,
}

impl Sources {
    /// Takes the rows of the next file, and what was wrong with it.
    pub fn take(&mut self, input: &Input, table: Table, info: SourceInfo, rejected: Vec<Rejected>) {
        let source = source(input, table);
        let of = input.table.as_ref().map(|t| t.index);
        let same = of.is_some() && of == self.table;
        self.table = of;
        if !same {
            self.named.clear();
        }
        self.reject(rejected);
        if !same || self.expected.is_empty() {
            self.expected.push(Expected::default());
        }
        if let Some(expected) = self.expected.last_mut() {
            expected.take(input);
        }
        match (same, self.sources.last_mut(), self.infos.last_mut()) {
            (true, Some(all), Some(told)) => {
                append(all, source);
                told.bytes += info.bytes;
                told.rows += info.rows;
                told.rejected += info.rejected;
            }
            _ => {
                let whole = input.table.as_ref();
                let name = whole.map_or(source.name, |t| t.name.clone());
                self.sources.push(Source {
                    name: name.clone(),
                    ..source
                });
                self.infos.push(SourceInfo {
                    name,
                    format: whole.map_or(info.format, |t| t.format.clone()),
                    ..info
                });
            }
        }
    }

    fn reject(&mut self, rejected: Vec<Rejected>) {
        for one in rejected {
            let place = (
                one.column.clone(),
                one.row_lost,
                kind(&one.reason).to_owned(),
            );
            let (files, last) = self.named.entry(place).or_default();
            if *files == MOST_NAMED
                && let Some(last) = self.rejected.get_mut(*last)
            {
                last.count += one.count;
                continue;
            }
            *files += 1;
            *last = self.rejected.len();
            self.rejected.push(one);
        }
    }

    /// What is to be told of the columns of all sources.
    ///
    /// # Errors
    /// Where a column cannot be what its role says.
    pub fn notes(&self) -> Result<Vec<String>, ReadError> {
        let mut notes = Vec::new();
        for (source, expected) in self.sources.iter().zip(&self.expected) {
            for note in expected.notes(source)? {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        Ok(notes)
    }

    pub fn finish(self) -> (Vec<Source>, Vec<SourceInfo>, Vec<Rejected>) {
        (self.sources, self.infos, self.rejected)
    }
}

/// The rows of a file with what its columns mean.
pub(super) fn source(input: &Input, mut table: Table) -> Source {
    add_constants(input, &mut table);
    let names = input.sniff.columns.iter().map(|c| &c.name);
    let known: BTreeMap<&String, Role> = names.zip(input.roles.iter().map(|r| r.role)).collect();
    let role = |name| known.get(name).copied().unwrap_or(Role::Ignore);
    Source {
        name: input.name.clone(),
        kind: input.kind,
        roles: table.names.iter().map(role).collect(),
        meant: input.roles.iter().find_map(|r| r.meant.clone()),
        table,
    }
}

/// Reasons differ by the value found; troubles of one column and kind are one.
pub(super) fn kind(reason: &str) -> &str {
    reason.split_once(", expected").map_or(reason, |r| r.1)
}

/// Puts the rows of a part below those before it, column by name.
pub(super) fn append(all: &mut Source, part: Source) {
    if all.table.names == part.table.names {
        if all.table.rows == 0 {
            all.table = part.table;
        } else {
            all.table.append(part.table);
        }
        return;
    }
    let (before, more) = (all.table.rows, part.table.rows);
    let names: Vec<String> = all.table.names.clone();
    let places: BTreeMap<&String, usize> = names.iter().zip(0..).collect();
    let mut lacking = vec![true; names.len()];
    let cells = part.table.names.into_iter().zip(part.table.columns);
    for ((name, column), role) in cells.zip(part.roles) {
        if let Some(&at) = places.get(&name) {
            lacking[at] = false;
            all.table.columns[at].append(column);
        } else {
            let mut whole = missing(column.kind(), before);
            whole.append(column);
            all.table.names.push(name);
            all.table.columns.push(whole);
            all.roles.push(role);
        }
    }
    for (column, lacks) in all.table.columns.iter_mut().zip(lacking) {
        if lacks {
            column.append(missing(column.kind(), more));
        }
    }
    all.table.rows = before + more;
}

/// Adds the columns that the path of a file gives, as their roles need them.
fn add_constants(input: &Input, table: &mut Table) {
    let first = input
        .sniff
        .columns
        .len()
        .saturating_sub(input.constants.len());
    let columns = input.sniff.columns.iter().zip(&input.roles).skip(first);
    for ((sniff, guess), (name, value)) in columns.zip(&input.constants) {
        let Some(kind) = crate::log::kind_of(guess.role, sniff) else {
            continue;
        };
        let time = sniff.time.unwrap_or(TimeFormat::Iso);
        table.names.push(name.clone());
        table.columns.push(repeated(kind, time, value, table.rows));
    }
}

/// A column that holds one value; a value that is none of its kind is missing.
fn repeated(kind: Kind, time: TimeFormat, value: &str, rows: usize) -> Column {
    if value.is_empty() {
        return missing(kind, rows);
    }
    let text = value.as_bytes();
    match kind {
        Kind::Number => {
            let number = match cell::number(text, b'.') {
                cell::Number::Finite(x) => x,
                _ => f64::NAN,
            };
            Column::Number(vec![number; rows])
        }
        Kind::Time => {
            let instant = Instants::new(time).read(text).unwrap_or(NO_TIME);
            Column::Time(vec![instant; rows])
        }
        Kind::Category => Column::Category {
            codes: vec![0; rows],
            levels: vec![value.into()],
        },
        Kind::Key => Column::Key(vec![key::key(text); rows]),
        Kind::Presence => Column::Presence(vec![1; rows]),
    }
}

fn missing(kind: Kind, rows: usize) -> Column {
    match kind {
        Kind::Number => Column::Number(vec![f64::NAN; rows]),
        Kind::Time => Column::Time(vec![NO_TIME; rows]),
        Kind::Category => Column::Category {
            codes: vec![NO_LEVEL; rows],
            levels: Vec::new(),
        },
        Kind::Key => Column::Key(vec![NO_KEY; rows]),
        Kind::Presence => Column::Presence(vec![0; rows]),
    }
}
