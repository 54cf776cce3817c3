//! Columns made from decoded cells: the counterpart of `builder` for columnar files.
//!
//! Cells are turned into what a role asks for once a page or once a dictionary, never once a row;
//! rows then only pick among them.

use super::cells::{Cells, Meaning, micros};
use crate::read::batch::Opening;
use crate::read::cell::{self, Number, shown};
use crate::read::dictionary::Dictionary;
use crate::read::instant::{Instants, example, of_four_digits};
use crate::read::key::key;
use crate::read::trouble::{Fault, Troubles};
use crate::read::{ColumnSpec, Encoding, TimeFormat};
use crate::table::{Column, Kind, NO_KEY, NO_LEVEL, NO_TIME, Odd};
use std::collections::BTreeMap;
use std::ops::Range;

/// A word whose code is not known yet.
const UNSEEN: u32 = NO_LEVEL - 1;
/// The place of a cell that is missing.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Which of the prepared cells rows have.
#[derive(Clone, Debug)]
pub(super) enum Picks<'a> {
    /// These, one a row.
    Range(Range<usize>),
    /// The one at a place, one a row; [`NOWHERE`]: it is missing.
    Places(&'a [u32]),
}

impl Picks<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Places(places) => places.len(),
        }
    }
}

/// Cells of a page or a dictionary as a role asks for them.
pub(super) struct Prepared {
    values: Column,
    cells: Cells,
    meaning: Meaning,
    /// What is wrong with which value.
    faults: BTreeMap<u32, Fault>,
}

/// A column that is being made.
pub(super) struct Sink {
    column: usize,
    format: TimeFormat,
    values: Column,
    dictionary: Dictionary,
}

/// Turns cells into what a specification asks for.
pub(super) fn prepare(spec: &ColumnSpec, mut cells: Cells, meaning: Meaning) -> Prepared {
    let mut faults = BTreeMap::new();
    let mut fault = |at: usize, fault: Fault| {
        faults.insert(at as u32, fault);
    };
    let format = spec.time.unwrap_or(TimeFormat::Iso);
    let values = match spec.kind {
        Kind::Number => Column::Number(numbers(&mut cells, meaning, &mut fault)),
        Kind::Time => Column::Time(times(&cells, meaning, format, &mut fault)),
        Kind::Category => Column::Category {
            codes: vec![UNSEEN; cells.len()],
            levels: Vec::new(),
        },
        Kind::Key => Column::Key(texts(&cells, meaning, |_, text| key(text))),
        Kind::Presence => Column::Presence(match &cells {
            Cells::Int(_) | Cells::Wide(_) => vec![1; cells.len()],
            Cells::Float(v) => v.iter().map(|x| u8::from(!x.is_nan())).collect(),
            Cells::Text(_) => texts(&cells, meaning, |_, text| u8::from(!cell::is_missing(text))),
        }),
    };
    Prepared {
        values,
        cells,
        meaning,
        faults,
    }
}

/// Each value by way of its text.
fn texts<T>(cells: &Cells, meaning: Meaning, mut read: impl FnMut(usize, &[u8]) -> T) -> Vec<T> {
    match cells {
        Cells::Text(texts) if meaning != Meaning::Uuid => {
            (0..cells.len()).map(|i| read(i, texts.get(i))).collect()
        }
        _ => {
            let mut text = Vec::new();
            let one = |i| {
                text.clear();
                cells.write(i, meaning, &mut text);
                read(i, &text)
            };
            (0..cells.len()).map(one).collect()
        }
    }
}

fn numbers(cells: &mut Cells, meaning: Meaning, fault: &mut impl FnMut(usize, Fault)) -> Vec<f64> {
    match (&mut *cells, meaning) {
        (Cells::Float(v), _) => {
            if !v.iter().any(|x| x.is_infinite()) {
                // Nothing will have to be told of them.
                return std::mem::take(v);
            }
            let mut out = v.clone();
            for (i, x) in out.iter_mut().enumerate().filter(|(_, x)| x.is_infinite()) {
                fault(i, Fault::NotFinite);
                *x = Odd::Infinite.missing();
            }
            out
        }
        (Cells::Int(v), Meaning::Plain) => v.iter().map(|&x| x as f64).collect(),
        (Cells::Int(v), Meaning::Unsigned) => v.iter().map(|&x| x as u64 as f64).collect(),
        (Cells::Int(v), Meaning::Decimal(scale)) if scale <= 22 && small(v) => {
            // Two exact numbers: their quotient is rounded once, as the text's number is.
            let one = cell::TENS[scale as usize];
            v.iter().map(|&x| x as f64 / one).collect()
        }
        _ => texts(&*cells, meaning, |i, text| match cell::number(text, b'.') {
            Number::Finite(x) => x,
            _ if cell::is_missing(text) => f64::NAN,
            Number::Infinite => {
                fault(i, Fault::NotFinite);
                Odd::Infinite.missing()
            }
            Number::Not => {
                fault(i, Fault::NotNumber);
                Odd::Text.missing()
            }
        }),
    }
}

/// Whether all are whole numbers that a float holds exactly.
fn small(values: &[i64]) -> bool {
    values.iter().all(|x| x.unsigned_abs() <= 1 << 53)
}

fn times(
    cells: &Cells,
    meaning: Meaning,
    format: TimeFormat,
    fault: &mut impl FnMut(usize, Fault),
) -> Vec<i64> {
    let per_second = match format {
        TimeFormat::EpochSeconds => Some(1),
        TimeFormat::EpochMillis => Some(1_000),
        TimeFormat::EpochMicros => Some(1_000_000),
        TimeFormat::EpochNanos => Some(1_000_000_000),
        _ => None,
    };
    let mut all = |values: &[i64], meaning: Meaning| {
        let one = |(i, &x): (usize, &i64)| match micros(x, meaning).filter(of_four_digits) {
            Some(x) => x,
            None => {
                fault(i, Fault::NotTime);
                NO_TIME
            }
        };
        values.iter().enumerate().map(one).collect()
    };
    match (cells, meaning, per_second) {
        (Cells::Int(v), Meaning::Instant(_) | Meaning::Day | Meaning::LongDay, _) => {
            all(v, meaning)
        }
        (Cells::Int(v), Meaning::Plain, Some(per_second)) => all(v, Meaning::Instant(per_second)),
        _ => {
            let mut instants = Instants::new(format);
            texts(cells, meaning, |i, text| {
                instants.read(text).unwrap_or_else(|| {
                    if !cell::is_missing(text) {
                        fault(i, Fault::NotTime);
                    }
                    NO_TIME
                })
            })
        }
    }
}

impl Sink {
    /// An empty column as the specification says; `column` is its place in the schema.
    pub fn new(column: usize, spec: &ColumnSpec) -> Self {
        Self {
            column,
            format: spec.time.unwrap_or(TimeFormat::Iso),
            values: Column::new(spec.kind),
            dictionary: Dictionary::new(spec.labels),
        }
    }

    /// Makes room for so many cells, if it is to be had.
    pub fn reserve(&mut self, cells: usize) {
        // Without it the column grows as cells come.
        let _ = match &mut self.values {
            Column::Number(v) => v.try_reserve_exact(cells),
            Column::Time(v) => v.try_reserve_exact(cells),
            Column::Key(v) => v.try_reserve_exact(cells),
            Column::Presence(v) => v.try_reserve_exact(cells),
            Column::Category { .. } => self.dictionary.codes.try_reserve_exact(cells),
        };
    }

    /// Appends the cells that were prepared for this column's kind and are picked. `line` is the
    /// first one's row.
    pub fn take(
        &mut self,
        prepared: &mut Prepared,
        picks: Picks,
        line: u64,
        troubles: &mut Troubles,
    ) {
        if !prepared.faults.is_empty() {
            self.tell(prepared, &picks, line, troubles);
        }
        let Prepared {
            values,
            cells,
            meaning,
            ..
        } = prepared;
        match (&mut self.values, values) {
            (Column::Number(to), Column::Number(from)) => pick(to, from, picks, f64::NAN),
            (Column::Time(to), Column::Time(from)) => pick(to, from, picks, NO_TIME),
            (Column::Key(to), Column::Key(from)) => pick(to, from, picks, NO_KEY),
            (Column::Presence(to), Column::Presence(from)) => pick(to, from, picks, 0),
            (Column::Category { .. }, Column::Category { codes, .. }) => {
                let words = Words {
                    column: self.column,
                    cells,
                    meaning: *meaning,
                };
                words.take(&mut self.dictionary, codes, picks, line, troubles);
            }
            // Prepared for another kind, which no caller does.
            _ => self.missing(picks.len()),
        }
    }

    /// Appends missing cells.
    pub fn missing(&mut self, count: usize) {
        match &mut self.values {
            Column::Number(v) => v.resize(v.len() + count, f64::NAN),
            Column::Time(v) => v.resize(v.len() + count, NO_TIME),
            Column::Key(v) => v.resize(v.len() + count, NO_KEY),
            Column::Presence(v) => v.resize(v.len() + count, 0),
            Column::Category { .. } => {
                let codes = &mut self.dictionary.codes;
                codes.resize(codes.len() + count, NO_LEVEL);
            }
        }
    }

    /// Takes back the last cells.
    pub fn drop_last(&mut self, count: usize) {
        fn cut<T>(cells: &mut Vec<T>, count: usize) {
            cells.truncate(cells.len().saturating_sub(count));
        }
        match &mut self.values {
            Column::Number(v) => cut(v, count),
            Column::Time(v) => cut(v, count),
            Column::Key(v) => cut(v, count),
            Column::Presence(v) => cut(v, count),
            Column::Category { .. } => cut(&mut self.dictionary.codes, count),
        }
    }

    #[cold]
    fn tell(&self, prepared: &Prepared, picks: &Picks, line: u64, troubles: &mut Troubles) {
        let mut one = |row: usize, place: u32| {
            let Some(&fault) = prepared.faults.get(&place) else {
                return;
            };
            troubles.cell(fault, self.column, line + row as u64, || {
                let mut text = Vec::new();
                prepared
                    .cells
                    .write(place as usize, prepared.meaning, &mut text);
                let (text, expected) = (
                    shown(&text),
                    match fault {
                        Fault::NotFinite => "a finite number",
                        Fault::NotTime => example(self.format),
                        _ => "a number",
                    },
                );
                format!("found '{text}', expected {expected}; the cell is left empty")
            });
        };
        match picks {
            Picks::Range(range) => (0..).zip(range.clone()).for_each(|(r, p)| one(r, p as u32)),
            Picks::Places(places) => (0..).zip(*places).for_each(|(r, p)| one(r, *p)),
        }
    }

    /// The column.
    pub fn finish(self) -> Column {
        match self.values {
            Column::Category { .. } => self.dictionary.finish(),
            values => values,
        }
    }
}

fn pick<T: Copy>(to: &mut Vec<T>, from: &[T], picks: Picks, missing: T) {
    match picks {
        Picks::Range(range) => {
            let all = to.len() + range.len();
            to.extend_from_slice(from.get(range).unwrap_or_default());
            to.resize(all, missing);
        }
        Picks::Places(places) => {
            let one = |&place: &u32| from.get(place as usize).copied().unwrap_or(missing);
            to.extend(places.iter().map(one));
        }
    }
}

/// Where words come from.
struct Words<'a> {
    column: usize,
    cells: &'a Cells,
    meaning: Meaning,
}

impl Words<'_> {
    /// Appends the codes of the words picked; `known` are those of the words met before.
    fn take(
        &self,
        dictionary: &mut Dictionary,
        known: &mut [u32],
        picks: Picks,
        line: u64,
        troubles: &mut Troubles,
    ) {
        let mut line = line;
        let mut one = |place: usize| {
            let mut code = NO_LEVEL;
            if let Some(slot) = known.get_mut(place) {
                if *slot == UNSEEN {
                    let (found, replaced) = self.code(dictionary, place);
                    code = found;
                    if replaced {
                        self.not_utf8(place, line, troubles);
                    } else {
                        *slot = found;
                    }
                } else {
                    code = *slot;
                }
            }
            dictionary.codes.push(code);
            line += 1;
        };
        match picks {
            Picks::Range(range) => range.for_each(one),
            Picks::Places(places) => places.iter().for_each(|&place| one(place as usize)),
        }
    }

    fn code(&self, dictionary: &mut Dictionary, place: usize) -> (u32, bool) {
        let mut written = Vec::new();
        let opening = match self.cells {
            Cells::Text(texts) if self.meaning != Meaning::Uuid => {
                let (rest, len) = texts.opening(place);
                Opening::new(rest, len)
            }
            cells => {
                cells.write(place, self.meaning, &mut written);
                Opening::new(&written, written.len())
            }
        };
        match dictionary.short_code(opening) {
            Some(code) => (code, false),
            None => dictionary.code(opening, Encoding::Utf8),
        }
    }

    #[cold]
    fn not_utf8(&self, place: usize, line: u64, troubles: &mut Troubles) {
        troubles.cell(Fault::NotUtf8, self.column, line, || {
            let mut text = Vec::new();
            self.cells.write(place, self.meaning, &mut text);
            let text = shown(&text);
            format!("found '{text}' with bytes that are no text, expected UTF-8; they are shown as \u{fffd}")
        });
    }
}
