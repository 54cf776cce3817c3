//! The columns that a file of outcomes and predictions have in common and that name a row.

use super::{is_of, outcome};
use crate::engine::message::Input;
use crate::log::{FileKind, Role, RoleGuess, is_index_name, plain_name, words};
use crate::read::ColumnSniff;
use crate::table::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Share of the first rows that have to differ.
const UNIQUE: f64 = 0.9;
/// An id that is less sure than this (a number without a name, counted up) ties nothing.
const SURE: f64 = 0.5;

/// A column and what it is taken for.
pub(super) type Column<'a> = (&'a ColumnSniff, &'a RoleGuess);

/// What ties a file to predictions.
pub(super) struct Tie {
    /// The columns of its key.
    pub keys: Vec<usize>,
    /// The column of the outcome, where it was not known, and why.
    pub outcome: Option<(usize, RoleGuess)>,
}

/// What is known of all files together.
pub(super) struct Known<'a> {
    /// The columns of files of predictions, by name.
    by_name: BTreeMap<String, Vec<Column<'a>>>,
    /// Whether these have an id.
    ids: bool,
    /// Whether these have times.
    times: bool,
    /// Names that are parts of a key in a file of outcomes: they are no ids by themselves.
    parts: BTreeSet<String>,
}

impl<'a> Known<'a> {
    fn of(inputs: &'a [Input]) -> Self {
        let mut known = Self {
            by_name: BTreeMap::new(),
            ids: false,
            times: false,
            parts: BTreeSet::new(),
        };
        for input in inputs {
            let columns = || input.sniff.columns.iter().zip(&input.roles);
            if predicts(input) {
                for (column, guess) in columns() {
                    known.ids |= is_id(guess);
                    known.times |= column.kind == Kind::Time;
                    let same = known.by_name.entry(plain_name(&column.name)).or_default();
                    same.push((column, guess));
                }
            } else if input.kind == FileKind::Outcomes {
                let ids = columns().filter(|(_, g)| g.role == Role::Id);
                let ids: Vec<String> = ids.map(|(c, _)| plain_name(&c.name)).collect();
                if ids.len() > 1 {
                    known.parts.extend(ids);
                }
            }
        }
        known
    }

    /// The columns of predictions of a name.
    pub fn named(&self, name: &str) -> &[Column<'a>] {
        self.by_name
            .get(&plain_name(name))
            .map_or(&[], Vec::as_slice)
    }

    /// The columns of predictions that have one of some roles.
    pub fn having(&self, roles: &[Role]) -> impl Iterator<Item = Column<'a>> {
        let all = self.by_name.values().flatten().copied();
        all.filter(|(_, g)| roles.contains(&g.role))
    }
}

/// Whether a file predicts something.
pub(super) fn predicts(input: &Input) -> bool {
    input.kind == FileKind::Predictions && input.roles.iter().any(|g| g.role.predicts())
}

fn is_id(guess: &RoleGuess) -> bool {
    guess.role == Role::Id && guess.confidence >= SURE
}

/// What ties each file to predictions, where something new does.
pub(super) fn all(inputs: &[Input]) -> Vec<(usize, Tie)> {
    let known = Known::of(inputs);
    if known.by_name.is_empty() {
        return Vec::new();
    }
    let all = inputs.iter().enumerate();
    all.filter_map(|(at, input)| Some((at, find(&known, input)?)))
        .collect()
}

fn find(known: &Known, input: &Input) -> Option<Tie> {
    let serves = [Role::Latency, Role::Status, Role::Cpu, Role::Memory];
    let judges = is_of(input, &[Role::Outcome]);
    match input.kind {
        FileKind::Outcomes => {}
        FileKind::Predictions if !judges && !predicts(input) && !is_of(input, &serves) => {}
        _ => return None,
    }
    let keys = keys(known, input)?;
    if judges {
        let outcome = None;
        return Some(Tie { keys, outcome });
    }
    // A list of stores tells of stores, not of what came true on a day.
    let dated = |at: &usize| {
        input
            .sniff
            .columns
            .get(*at)
            .is_some_and(|c| c.kind == Kind::Time)
    };
    if known.times && !keys.iter().any(dated) {
        return None;
    }
    let outcome = Some(outcome::find(known, input, &keys)?);
    Some(Tie { keys, outcome })
}

/// The columns that are to be the key of a file of outcomes, where they are not so already.
fn keys(known: &Known, input: &Input) -> Option<Vec<usize>> {
    let columns: Vec<Column> = input.sniff.columns.iter().zip(&input.roles).collect();
    let ids = (0..columns.len()).filter(|&i| is_id(columns[i].1));
    let ids: Vec<usize> = ids.collect();
    let share = |of: &[usize]| {
        let of: Vec<&ColumnSniff> = of.iter().map(|&i| columns[i].0).collect();
        unique(&of)
    };
    if !ids.is_empty() {
        let named = |&i: &usize| !known.named(&columns[i].0.name).is_empty();
        if ids.iter().all(named) {
            let [id] = ids[..] else { return None };
            let keys = common(known, &columns);
            let time = keys.iter().any(|&i| columns[i].0.kind == Kind::Time);
            let again = comes_again(known, columns[id]) && keys.contains(&id);
            return (again && time && share(&keys) > share(&ids)).then_some(keys);
        }
        if known.ids || ids.iter().any(|&i| columns[i].1.is_given()) {
            return None;
        }
    }
    let is_theirs = |&i: &usize| {
        let (column, guess) = columns[i];
        let free = guess.role != Role::Outcome && !guess.is_given();
        free && !known.parts.contains(&plain_name(&column.name))
            && known.named(&column.name).iter().any(|(_, g)| is_id(g))
    };
    if let Some(id) = (0..columns.len()).find(is_theirs) {
        return Some(vec![id]);
    }
    let keys = common(known, &columns);
    (!keys.is_empty() && share(&keys) >= UNIQUE).then_some(keys)
}

/// Whether an id is one of things that come again, in both files.
fn comes_again(known: &Known, (id, guess): Column) -> bool {
    const ROWS: [&str; 10] = [
        "request",
        "event",
        "inference",
        "prediction",
        "row",
        "transaction",
        "record",
        "trace",
        "uuid",
        "guid",
    ];
    let words = words(&id.name);
    let of_row = words.len() == 1 || words.iter().any(|w| ROWS.contains(&w.as_str()));
    let again = |c: &ColumnSniff| c.distinct < c.filled;
    !of_row && !guess.is_given() && again(id) && known.named(&id.name).iter().any(|(c, _)| again(c))
}

/// All columns that a file has in common with predictions and that can name a row.
fn common(known: &Known, columns: &[Column]) -> Vec<usize> {
    let ties = |&i: &usize| {
        let (column, guess) = columns[i];
        // A segment of outcomes is none, but may be given with that of the predictions.
        let closed = [Role::OutcomeTime, Role::Ignore].contains(&guess.role);
        let open = !(guess.is_given() && closed);
        let mut others = known.named(&column.name).iter();
        open && column.filled > 0
            && names_rows(guess.role)
            && others.any(|(other, known)| {
                let used = !(known.is_given() && known.role == Role::Ignore);
                used && names_rows(known.role) && fit(column, other)
            })
    };
    let keys: Vec<usize> = (0..columns.len()).filter(ties).collect();
    let time = |i: &usize| columns[*i].0.kind == Kind::Time;
    let stored = |i: &usize| time(i) && tells_of_storing(&columns[*i].0.name);
    if keys.iter().any(|i| time(i) && !stored(i)) {
        return keys.into_iter().filter(|i| !stored(i)).collect();
    }
    keys
}

/// Whether a column of a role can be a part of a key.
fn names_rows(role: Role) -> bool {
    matches!(
        role,
        Role::Id
            | Role::Time
            | Role::OutcomeTime
            | Role::ModelVersion
            | Role::Segment
            | Role::Feature
            | Role::Ignore
    )
}

/// Whether cells of two columns can be the same, and name something.
fn fit(a: &ColumnSniff, b: &ColumnSniff) -> bool {
    let names = |c: &ColumnSniff| match c.kind {
        Kind::Category => true,
        Kind::Number if c.whole => !is_count(c),
        Kind::Number => {
            let words = words(&c.name);
            let last = words.last().map_or("", String::as_str);
            ["lat", "latitude", "lon", "lng", "long", "longitude"].contains(&last)
        }
        _ => false,
    };
    match (a.kind, b.kind) {
        (Kind::Time, Kind::Time) => true,
        _ => names(a) && names(b),
    }
}

/// Whether a column counts the rows of its own file: the index that pandas writes.
pub(super) fn is_count(column: &ColumnSniff) -> bool {
    let name = &column.name;
    column.kind == Kind::Number && (name == "column_1" || is_index_name(name))
}

/// Whether a time says when the row was written down.
fn tells_of_storing(name: &str) -> bool {
    const STORING: [&str; 9] = [
        "created",
        "updated",
        "modified",
        "inserted",
        "loaded",
        "ingested",
        "processed",
        "exported",
        "extracted",
    ];
    words(name).iter().any(|w| STORING.contains(&w.as_str()))
}

/// Which share of the first rows have the values of these columns to themselves.
fn unique(columns: &[&ColumnSniff]) -> f64 {
    // A folder's name is the same for all rows of its files.
    let vary = || columns.iter().filter(|c| !c.codes.is_empty());
    let rows = vary().map(|c| c.codes.len()).min().unwrap_or(0);
    let mut seen: BTreeSet<Vec<u16>> = BTreeSet::new();
    let mut filled = 0;
    for row in 0..rows {
        let cells = vary().map(|c| c.codes.get(row).copied().filter(|code| *code > 0));
        if let Some(cells) = cells.collect() {
            filled += 1;
            seen.insert(cells);
        }
    }
    seen.len() as f64 / filled.max(1) as f64
}
