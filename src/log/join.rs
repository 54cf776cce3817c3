//! Sources to Log: files of one kind one below the other, outcomes found by id.
//!
//! Of several outcomes for one id the latest by its time wins, of equal times (or none) the last
//! one read. Every prediction is kept, also where its id comes twice.

use super::labels::{self, Cells};
use super::rows::{Category, Counts, Log, Source};
use super::{FileKind, Role};
use crate::table::{Column, NO_KEY, NO_LEVEL, NO_TIME};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Ids are hashes already: the table takes their low bits as they are.
#[derive(Clone, Copy, Default)]
struct Low(u64);

impl Hasher for Low {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|b| self.0 = self.0.rotate_left(8) ^ u64::from(*b));
    }
    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

type Keyed<V> = HashMap<u128, V, BuildHasherDefault<Low>>;

/// Joins the sources. The error is a sentence that says what is missing and how to mend it.
pub fn join(sources: Vec<Source>) -> Result<Log, String> {
    let (outcomes, mut predictions): (Vec<_>, Vec<_>) = sources
        .into_iter()
        .partition(|s| s.kind == FileKind::Outcomes);
    predictions.sort_by_key(|s| s.kind == FileKind::Reference);
    if predictions.is_empty() {
        return Err("No file holds predictions. Add the predictions, or mark a column as prediction or score.".into());
    }
    let rows: usize = predictions.iter().map(|s| s.table.rows).sum();
    let live: usize = predictions
        .iter()
        .filter(|s| s.kind != FileKind::Reference)
        .map(|s| s.table.rows)
        .sum();
    if rows == 0 {
        return Err("The files hold no readable row.".into());
    }

    let mut log = Log {
        rows,
        live,
        ..Log::default()
    };
    let mut counts = Counts {
        reference: (rows - live) as u64,
        ..Counts::default()
    };
    log.time = times(gather(&predictions, Role::Time));
    if log.time[..live.min(log.time.len())]
        .iter()
        .all(|t| *t == NO_TIME)
    {
        if live > 0 && !log.time.is_empty() {
            log.notes.push(format!(
                "No row has a readable time in {}: rows are taken in the order of the file.",
                name_of(&predictions, Role::Time)
            ));
        }
        log.time.clear();
    }

    let ids = gather(&predictions, Role::Id);
    let found = find_outcomes(&outcomes, ids.as_ref(), rows, &mut counts)?;
    let own = gather(&predictions, Role::Outcome);
    counts.outcomes += own.as_ref().map_or(0, |c| {
        (0..live).filter(|&r| !c.is_missing(r)).count() as u64
    });
    let truth = merge_outcomes(own, &outcomes, &found);
    log.outcome_time = outcome_times(&predictions, &outcomes, &found);

    labels::fill(
        &mut log,
        Cells {
            truth,
            predicted: gather(&predictions, Role::Prediction),
            score: gather(&predictions, Role::Score),
            class_scores: class_scores(&predictions),
        },
    )?;
    log.version = gather(&predictions, Role::ModelVersion)
        .map(|c| category(name_of(&predictions, Role::ModelVersion), c));
    log.segments = names(&predictions, Role::Segment)
        .into_iter()
        .map(|name| {
            let column = gather_named(&predictions, &name);
            category(name, column)
        })
        .collect();
    log.latency_ms = latencies(&predictions);
    log.failed = failed(gather(&predictions, Role::Status));
    log.columns = all_columns(predictions);

    let counted = |row: usize| row < live && (log.time.is_empty() || log.time[row] != NO_TIME);
    counts.without_time = (0..live).filter(|&r| !counted(r)).count() as u64;
    counts.predictions = live as u64 - counts.without_time;
    counts.joined = (0..live)
        .filter(|&r| counted(r) && log.truth.has(r))
        .count() as u64;
    if let Some(Column::Key(ids)) = &ids {
        let mut seen: HashSet<u128, BuildHasherDefault<Low>> =
            HashSet::with_capacity_and_hasher(live, BuildHasherDefault::default());
        counts.duplicate_predictions = ids[..live]
            .iter()
            .filter(|id| **id != NO_KEY && !seen.insert(**id))
            .count() as u64;
    }
    let early = (0..live.min(log.time.len()).min(log.outcome_time.len()))
        .filter(|&r| {
            let (made, known) = (log.time[r], log.outcome_time[r]);
            made != NO_TIME && known != NO_TIME && known < made && log.truth.has(r)
        })
        .count();
    if early > 0 {
        log.notes.push(format!(
            "{early} outcomes are dated before their prediction; their delay counts as none."
        ));
    }
    if counts.without_time > 0 {
        log.notes.push(format!(
            "{} rows have no readable time and are left out.",
            counts.without_time
        ));
    }
    log.counts = counts;
    Ok(log)
}

/// For each prediction the file and row of its outcome.
fn find_outcomes(
    outcomes: &[Source],
    ids: Option<&Column>,
    rows: usize,
    counts: &mut Counts,
) -> Result<Vec<(u32, u32)>, String> {
    const NOWHERE: (u32, u32) = (u32::MAX, u32::MAX);
    let mut found = vec![NOWHERE; if outcomes.is_empty() { 0 } else { rows }];
    if outcomes.is_empty() {
        return Ok(found);
    }
    let Some(Column::Key(ids)) = ids else {
        return Err(format!(
            "{} holds outcomes, but the predictions have no id to join them by. Mark the id column in both files, or put the outcome into the file of predictions.",
            outcomes[0].name
        ));
    };
    let size: usize = outcomes.iter().map(|s| s.table.rows).sum();
    // The bool tells whether a prediction has asked for it.
    let mut latest: Keyed<(u32, u32, i64, bool)> =
        HashMap::with_capacity_and_hasher(size, BuildHasherDefault::default());
    for (file, source) in (0u32..).zip(outcomes) {
        let Some((_, Column::Key(keys))) = source.column(Role::Id) else {
            return Err(format!(
                "{} holds outcomes, but no id. Mark the column that holds the predictions' id.",
                source.name
            ));
        };
        let Some((_, truth)) = source.column(Role::Outcome) else {
            return Err(format!(
                "{} is a file of outcomes, but no column of it holds them. Mark the column that holds the outcome.",
                source.name
            ));
        };
        let times = known_at(source);
        for (row, key) in (0u32..).zip(keys) {
            if *key == NO_KEY || truth.is_missing(row as usize) {
                continue;
            }
            counts.outcomes += 1;
            let time = times.map_or(NO_TIME, |t| t[row as usize]);
            latest
                .entry(*key)
                .and_modify(|kept| {
                    counts.duplicate_outcomes += 1;
                    if time >= kept.2 {
                        *kept = (file, row, time, false);
                    }
                })
                .or_insert((file, row, time, false));
        }
    }
    for (place, id) in found.iter_mut().zip(ids) {
        if let Some(kept) = latest.get_mut(id) {
            kept.3 = true;
            *place = (kept.0, kept.1);
        }
    }
    counts.orphan_outcomes = latest.values().filter(|kept| !kept.3).count() as u64;
    if latest.len() as u64 == counts.orphan_outcomes && !latest.is_empty() {
        return Err(format!(
            "None of the {} ids of {} is among the ids of the predictions. Check that the id columns of both files mean the same.",
            latest.len(),
            outcomes[0].name
        ));
    }
    Ok(found)
}

/// The outcome of each prediction: the joined one, else the one in its own row.
fn merge_outcomes(
    own: Option<Column>,
    outcomes: &[Source],
    found: &[(u32, u32)],
) -> Option<Column> {
    if outcomes.is_empty() {
        return own;
    }
    let columns: Vec<Option<&Column>> = outcomes
        .iter()
        .map(|s| s.column(Role::Outcome).map(|c| c.1))
        .collect();
    let numeric = columns
        .iter()
        .flatten()
        .all(|c| matches!(c, Column::Number(_)))
        && own.as_ref().is_none_or(|c| matches!(c, Column::Number(_)));
    if numeric {
        return Some(Column::Number(
            (0..found.len())
                .map(
                    |row| match columns.get(found[row].0 as usize).copied().flatten() {
                        Some(Column::Number(v)) => v[found[row].1 as usize],
                        _ => match &own {
                            Some(Column::Number(v)) => v[row],
                            _ => f64::NAN,
                        },
                    },
                )
                .collect(),
        ));
    }
    let words: Vec<Option<Column>> = columns
        .iter()
        .map(|c| c.map(|c| labels::to_words(c.clone())))
        .collect();
    let own = own.map(labels::to_words);
    let mut out = labels::Dictionary::default();
    let maps: Vec<Vec<u32>> = words
        .iter()
        .chain([&own])
        .map(|c| match c {
            Some(Column::Category { levels, .. }) => levels.iter().map(|l| out.code(l)).collect(),
            _ => Vec::new(),
        })
        .collect();
    let code = |file: usize, column: &Option<Column>, row: usize| match column {
        Some(Column::Category { codes, .. }) => maps[file]
            .get(codes[row] as usize)
            .copied()
            .unwrap_or(NO_LEVEL),
        _ => NO_LEVEL,
    };
    let codes = (0..found.len())
        .map(|row| match words.get(found[row].0 as usize) {
            Some(column) => code(found[row].0 as usize, column, found[row].1 as usize),
            None => code(words.len(), &own, row),
        })
        .collect();
    Some(Column::Category {
        codes,
        levels: out.levels,
    })
}

/// When the outcomes of a file became known; its only time is that one, whatever it is taken for.
fn known_at(source: &Source) -> Option<&Vec<i64>> {
    let column = source
        .column(Role::OutcomeTime)
        .or_else(|| source.column(Role::Time));
    match column {
        Some((_, Column::Time(times))) => Some(times),
        _ => None,
    }
}

fn outcome_times(predictions: &[Source], outcomes: &[Source], found: &[(u32, u32)]) -> Vec<i64> {
    let own = times(gather(predictions, Role::OutcomeTime));
    let columns: Vec<Option<&Vec<i64>>> = outcomes.iter().map(known_at).collect();
    if columns.iter().all(Option::is_none) {
        return own;
    }
    (0..found.len())
        .map(
            |row| match columns.get(found[row].0 as usize).copied().flatten() {
                Some(t) => t[found[row].1 as usize],
                None => own.get(row).copied().unwrap_or(NO_TIME),
            },
        )
        .collect()
}

/// One column out of the same role of every file; `None` where no file has it.
fn gather(sources: &[Source], role: Role) -> Option<Column> {
    let columns: Vec<(usize, Option<&Column>)> = sources
        .iter()
        .map(|s| (s.table.rows, s.column(role).map(|c| c.1)))
        .collect();
    columns
        .iter()
        .any(|c| c.1.is_some())
        .then(|| stack(&columns))
}

fn gather_named(sources: &[Source], name: &str) -> Column {
    let columns: Vec<(usize, Option<&Column>)> = sources
        .iter()
        .map(|s| (s.table.rows, s.table.column(name)))
        .collect();
    stack(&columns)
}

/// Columns one below the other; where their kinds differ they meet as words.
fn stack(columns: &[(usize, Option<&Column>)]) -> Column {
    let mut kinds = columns.iter().filter_map(|c| c.1.map(Column::kind));
    let first = kinds.next().unwrap_or(crate::table::Kind::Presence);
    let same = kinds.all(|k| k == first);
    let mut out: Option<Column> = None;
    let mut before = 0;
    for (rows, column) in columns {
        let cells = match column {
            Some(c) if same => (*c).clone(),
            Some(c) => labels::to_words((*c).clone()),
            None => {
                let mut c = Column::new(if same {
                    first
                } else {
                    crate::table::Kind::Category
                });
                (0..*rows).for_each(|_| c.push_missing());
                c
            }
        };
        match &mut out {
            None => out = Some(cells),
            Some(out) => out.append(cells),
        }
        before += rows;
    }
    debug_assert_eq!(out.as_ref().map_or(0, Column::len), before);
    out.unwrap_or(Column::Presence(Vec::new()))
}

fn names(sources: &[Source], role: Role) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for s in sources {
        for (name, r) in s.table.names.iter().zip(&s.roles) {
            if *r == role && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

fn name_of(sources: &[Source], role: Role) -> String {
    sources
        .iter()
        .find_map(|s| s.column(role).map(|c| c.0.to_string()))
        .unwrap_or_default()
}

fn class_scores(sources: &[Source]) -> Vec<(String, Column)> {
    let names = names(sources, Role::ClassScore);
    let common = names
        .iter()
        .skip(1)
        .fold(names.first().cloned().unwrap_or_default(), |p, n| {
            p.chars()
                .zip(n.chars())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a)
                .collect()
        });
    // The prefix ends at a separator, so that `p_cat` and `p_car` are not `t` and `r`.
    let cut = common
        .rfind(['_', '.', ' ', '-', ':'])
        .map_or(0, |at| at + 1);
    names
        .into_iter()
        .map(|n| (n[cut..].to_string(), gather_named(sources, &n)))
        .collect()
}

/// Every column that has a meaning, by name; the rows of one file are moved, not copied.
fn all_columns(mut sources: Vec<Source>) -> Vec<(String, Role, Column)> {
    let kept = |role: &Role| !matches!(role, Role::Ignore | Role::OutcomeTime);
    if sources.len() > 1 {
        let mut known = HashSet::new();
        let mut out = Vec::new();
        for s in &sources {
            for (name, role) in s.table.names.iter().zip(&s.roles) {
                if kept(role) && known.insert(name) {
                    out.push((name.clone(), *role, gather_named(&sources, name)));
                }
            }
        }
        return out;
    }
    let Some(Source { table, roles, .. }) = sources.pop() else {
        return Vec::new();
    };
    let cells = table.names.into_iter().zip(roles).zip(table.columns);
    cells
        .map(|((name, role), column)| (name, role, column))
        .filter(|c| kept(&c.1))
        .collect()
}

fn category(name: String, column: Column) -> Category {
    match labels::to_words(column) {
        Column::Category { codes, levels } => Category {
            name,
            codes,
            levels,
        },
        _ => Category {
            name,
            ..Category::default()
        },
    }
}

fn times(column: Option<Column>) -> Vec<i64> {
    match column {
        Some(Column::Time(t)) => t,
        _ => Vec::new(),
    }
}

/// Latencies in milliseconds; each file's column may have a unit of its own.
fn latencies(sources: &[Source]) -> Vec<f64> {
    if sources.iter().all(|s| s.column(Role::Latency).is_none()) {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(sources.iter().map(|s| s.table.rows).sum());
    for s in sources {
        match s.column(Role::Latency) {
            Some((name, Column::Number(v))) => {
                let factor = milliseconds(name);
                // Beyond every number is as good as missing.
                let scaled = |x: &f64| Some(x * factor).filter(|x| x.is_finite());
                out.extend(v.iter().map(|x| scaled(x).unwrap_or(f64::NAN)));
            }
            _ => out.resize(out.len() + s.table.rows, f64::NAN),
        }
    }
    out
}

/// What a latency of this column is multiplied with to be in milliseconds; a name without a unit
/// is taken as milliseconds.
fn milliseconds(name: &str) -> f64 {
    let name = name.to_lowercase();
    let ends = |units: &[&str]| units.iter().any(|u| name.ends_with(u));
    if ends(&["_us", "_micros", "_microseconds", "(us)", "[us]"]) {
        1e-3
    } else if ends(&["_ns", "_nanos", "_nanoseconds"]) {
        1e-6
    } else if ends(&["_s", "_sec", "_secs", "_seconds", "(s)", "[s]"]) {
        1e3
    } else {
        1.0
    }
}

/// Server errors (5xx) fail; so do words such as `error` and a plain 1 or `true` of a flag.
fn failed(column: Option<Column>) -> Vec<u8> {
    match column {
        Some(Column::Number(v)) => {
            let flag = v.iter().all(|x| x.is_nan() || *x == 0.0 || *x == 1.0);
            v.into_iter()
                .map(|x| {
                    if x.is_nan() {
                        2
                    } else {
                        u8::from(if flag { x == 1.0 } else { x >= 500.0 })
                    }
                })
                .collect()
        }
        Some(Column::Category { codes, levels }) => {
            let bad: Vec<u8> = levels
                .iter()
                .map(|l| {
                    let l = l.to_lowercase();
                    u8::from(
                        [
                            "error", "err", "failed", "failure", "fail", "timeout", "true", "5xx",
                        ]
                        .contains(&l.as_str())
                            || l.starts_with('5') && l.len() == 3,
                    )
                })
                .collect();
            codes
                .into_iter()
                .map(|c| bad.get(c as usize).copied().unwrap_or(2))
                .collect()
        }
        _ => Vec::new(),
    }
}
