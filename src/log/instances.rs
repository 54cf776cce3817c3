//! What several models foretold of the same thing, where each row holds what one model foretold.
//!
//! Rows of one *instance* have the same key: the id, or the columns that are one key together, or else the time
//! with all columns of words and segments, and as many whole numbers as it takes to tell the rows of a model apart
//! (a horizon). A column whose every word stands for one model only tells models apart, not instances.

use super::challengers::MOST_MODELS;
use super::index::Index;
use super::roles::words;
use super::rows::{Category, Log, Truth};
use super::rules::is_horizon;
use super::{Role, names};
use crate::table::key::{each, of_both, of_text, of_time};
use crate::table::{Column, NO_KEY, NO_LEVEL};
use std::collections::HashSet;

/// Rows of a model at most, of a hundred, whose key an earlier one of its rows has.
const AGAIN: u64 = 2;
/// Outcomes at most, of a hundred, that differ from that of another row of the instance.
const UNLIKE: u64 = 5;
/// A model that has less than this part of the rows of another one is not compared.
const FEW: u64 = 100;
/// Columns of whole numbers that are tried.
const TRIED: usize = 8;
/// Rows whose times are looked for among those of another model.
const PROBE: usize = 1_000;
/// Places at most: one for each instance and model.
const PLACES: usize = 1 << 28;

/// What several models foretold of the same instances.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instances {
    /// Names of the models, most rows first.
    pub models: Vec<String>,
    /// Names of the columns that tell instances apart.
    pub key: Vec<String>,
    /// The segment whose values take the place of models, as horizons do; `None`: the version.
    pub by: Option<String>,
    /// The instance of the row that stands for it; `u32::MAX` for all other rows.
    of_row: Vec<u32>,
    /// The row of each model, instance by instance; `u32::MAX` where it foretold nothing.
    rows: Vec<u32>,
}

impl Instances {
    /// Where a row stands for an instance, the row of each model; `u32::MAX` where that foretold nothing.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<&[u32]> {
        let instance = *self.of_row.get(row)? as usize;
        let from = instance.checked_mul(self.models.len())?;
        self.rows.get(from..from.checked_add(self.models.len())?)
    }

    /// Of rows without a time, what puts those of one instance beside each other: the first row of each row's instance.
    #[must_use]
    pub fn firsts(&self, rows: usize) -> Vec<u32> {
        let mut firsts: Vec<u32> = (0u32..).take(rows).collect();
        for instance in self.rows.chunks_exact(self.models.len().max(1)) {
            let Some(first) = instance.iter().min() else {
                continue;
            };
            for row in instance {
                if let Some(of) = firsts.get_mut(*row as usize) {
                    *of = *first;
                }
            }
        }
        firsts
    }

    /// Which rows stand for their model in an instance; a row that does not has the key of an earlier one of its model,
    /// or is of no model.
    fn placed(&self, rows: usize) -> Vec<bool> {
        let mut placed = vec![false; rows];
        for row in &self.rows {
            if let Some(place) = placed.get_mut(*row as usize) {
                *place = true;
            }
        }
        placed
    }
}

/// Whether a segment of these names says how far ahead something is foretold.
pub(super) fn have_horizons(segments: &[String]) -> bool {
    segments.iter().any(|name| is_horizon(&words(name)))
}

/// Finds what several models or horizons foretold of the same instances; `kept`: whether these are all rows, rather
/// than a block of them.
pub(super) fn compare(log: &mut Log, ids: Option<(Vec<u128>, Vec<String>)>, kept: bool) {
    if !matches!(log.truth, Truth::None) {
        look(log, ids, kept);
    }
    // An id that each model foretells once comes twice by nobody's fault.
    if let Some(found) = &log.instances {
        let placed = found.placed(log.live);
        log.repeated
            .retain(|row| placed.get(*row as usize) != Some(&true));
        log.counts.duplicate_predictions = log.repeated.len() as u64;
    }
}

fn look(log: &mut Log, ids: Option<(Vec<u128>, Vec<String>)>, kept: bool) {
    let Some(version) = &log.version else {
        match of_horizons(log, ids) {
            Some(found) if kept => log.instances = Some(found),
            Some(_) => log.notes.say(passed("Horizons")),
            None => {}
        }
        return;
    };
    // Versions mostly take turns, and nobody asks for more; models are there to be compared.
    let turns = words(&version.name)
        .iter()
        .any(|w| ["version", "variant", "deployment"].contains(&w.as_str()));
    match find(log, version, ids) {
        Ok(None) => {}
        Ok(Some((found, left))) if kept => {
            if left > 0 {
                log.notes.say(format!(
                    "{left} models are not compared: at most {MOST_MODELS} are, and none that has few rows beside the others."
                ));
            }
            log.instances = Some(found);
        }
        Ok(Some(_)) => log.notes.say(passed("Models")),
        Err(_) if turns => {}
        Err(why) => log.notes.say(why),
    }
}

/// The sentence on rows of several models that are counted as they pass.
fn passed(what: &str) -> String {
    format!(
        "{what} are not compared on the same rows, for these were counted as they passed: have all rows kept, or put the {} into columns of one row.",
        what.to_lowercase()
    )
}

/// The name that a value of a segment has where it takes the place of a model: `horizon 3`.
#[must_use]
pub fn name_of_value(column: &str, value: &str) -> String {
    format!("{column} {value}")
}

/// The instances of a log whose rows are of several horizons, which are compared as models are.
fn of_horizons(log: &Log, ids: Option<(Vec<u128>, Vec<String>)>) -> Option<Instances> {
    let mut horizons = log.segments.iter().filter(|s| is_horizon(&words(&s.name)));
    // Other outcomes than numbers are often alike by chance.
    let horizon = horizons
        .next()
        .filter(|_| matches!(log.truth, Truth::Numbers(_)))?;
    let (found, _) = find(log, horizon, ids).ok()??;
    let models = found.models.iter();
    let models = models.map(|value| name_of_value(&horizon.name, value));
    Some(Instances {
        models: models.collect(),
        by: Some(horizon.name.clone()),
        ..found
    })
}

/// The instances of a log whose rows are of several models, which a column tells; `ids`: the keys of its rows and the names of their
/// columns, where these are ids; and how many models are left out. `None` where no instance has two models.
///
/// # Errors
/// A sentence, where two models foretold the same but it cannot be told which rows belong together.
fn find(
    log: &Log,
    version: &Category,
    ids: Option<(Vec<u128>, Vec<String>)>,
) -> Result<Option<(Instances, usize)>, String> {
    let Some(models) = Models::of(log, version) else {
        return Ok(None);
    };
    let (mut keys, mut key) = match ids {
        Some((mut keys, names)) => {
            keys.truncate(log.live);
            (keys, names)
        }
        None if !models.meet_in_time(log) => return Ok(None),
        None => of_columns(log, version),
    };
    if key.is_empty() || keys.len() < log.live {
        return Ok(None);
    }
    let mut met = models.meet(&keys);
    if met.others == 0 {
        return Ok(None);
    }
    for column in whole_numbers(log).take(TRIED) {
        if met.again * 100 <= met.rows * AGAIN {
            break;
        }
        let mut finer = keys.clone();
        let mut cells = finer.iter_mut();
        each(&column.cells, |cell| {
            if let Some(key) = cells.next() {
                *key = of_both(*key, cell.max(1));
            }
        });
        let by_it = models.meet(&finer);
        if by_it.others > 0 && by_it.again * 10 <= met.again * 9 {
            (keys, met) = (finer, by_it);
            key.push(column.name.clone());
        }
    }
    if met.again * 100 > met.rows * AGAIN {
        return Err(format!(
            "Models are not compared on the same rows, for {} {} not tell the rows of one model apart. Mark the columns that do as id.",
            names::words(&key),
            if key.len() == 1 { "does" } else { "do" }
        ));
    }
    if met.instances.saturating_mul(models.names.len()) > PLACES {
        return Err("Models are not compared on the same rows, for there are too many. Give fewer rows or models.".into());
    }
    let found = models.place(log, &keys, &met, key);
    let (unlike, compared) = found.unlike(log);
    if unlike * 100 > compared * UNLIKE {
        return Err(format!(
            "Models are not compared on the same rows, for {unlike} of {compared} rows have another outcome than the row of another model with the same {}. Mark the columns that tell what was foretold as id.",
            names::words(&found.key)
        ));
    }
    Ok(Some((found, models.left)))
}

/// The models of a log.
struct Models {
    names: Vec<String>,
    /// Models that are left out.
    left: usize,
    /// Of each live row; `u32::MAX` where it foretells nothing, or is of a model that is left out.
    of_row: Vec<u32>,
}

/// How rows meet by a key.
struct Met {
    rows: u64,
    /// Rows whose key an earlier one of the same model has.
    again: u64,
    /// Rows whose key the first row of another model has.
    others: u64,
    instances: usize,
}

impl Models {
    /// `None` where there are fewer than two.
    fn of(log: &Log, version: &Category) -> Option<Self> {
        let mut rows = vec![0u64; version.levels.len()];
        let code = |row: usize| version.codes.get(row).copied().unwrap_or(NO_LEVEL);
        for row in (0..log.live).filter(|row| foretells(log, *row)) {
            if let Some(n) = rows.get_mut(code(row) as usize) {
                *n += 1;
            }
        }
        let mut order: Vec<usize> = (0..rows.len()).filter(|i| rows[*i] > 0).collect();
        order.sort_by(|a, b| {
            let name = |i: &usize| &version.levels[*i];
            rows[*b].cmp(&rows[*a]).then_with(|| name(a).cmp(name(b)))
        });
        let all = order.len();
        // A model of a few rows would leave as few that all have in common.
        let least = order.first().map_or(0, |most| rows[*most] / FEW);
        order.retain(|i| rows[*i] >= least);
        order.truncate(MOST_MODELS);
        let left = all - order.len();
        let mut place = vec![u32::MAX; rows.len()];
        for (at, i) in (0u32..).zip(&order) {
            place[*i] = at;
        }
        let of = |row: usize| match foretells(log, row) {
            true => place.get(code(row) as usize).copied().unwrap_or(u32::MAX),
            false => u32::MAX,
        };
        (order.len() > 1).then(|| Self {
            left,
            names: order.iter().map(|i| version.levels[*i].clone()).collect(),
            of_row: (0..log.live).map(of).collect(),
        })
    }

    /// Whether a row of another model has the time of one of the first rows of the second one: most logs of several
    /// models are of requests that one of them answered, and need no keys.
    fn meet_in_time(&self, log: &Log) -> bool {
        if log.time.is_empty() {
            return true;
        }
        let times = |model: u32| {
            let of = self.of_row.iter().zip(&log.time);
            of.filter(move |(m, _)| **m == model).map(|(_, time)| *time)
        };
        let some: HashSet<i64> = times(1).take(PROBE).collect();
        times(0).any(|time| some.contains(&time))
    }

    fn meet(&self, keys: &[u128]) -> Met {
        let mut index = Index::new(keys.len());
        let mut met = Met {
            rows: 0,
            again: 0,
            others: 0,
            instances: 0,
        };
        // The models of each key, by its first row; there are no more of them than bits.
        let mut seen = vec![0u32; keys.len()];
        for (row, model) in (0u32..).zip(&self.of_row) {
            if *model == u32::MAX || keys[row as usize] == NO_KEY {
                continue;
            }
            met.rows += 1;
            let first = index.enter(keys, row, |_| false);
            let models = &mut seen[first.unwrap_or(row) as usize];
            if *models & (1 << model) != 0 {
                met.again += 1;
            } else if first.is_some() {
                met.others += 1;
            }
            *models |= 1 << model;
        }
        met.instances = index.len;
        met
    }

    /// Each model's row of each instance: of several, the first one.
    fn place(&self, log: &Log, keys: &[u128], met: &Met, key: Vec<String>) -> Instances {
        let models = self.names.len();
        let mut index = Index::new(keys.len());
        let mut of_first = vec![u32::MAX; keys.len()];
        let mut rows = vec![u32::MAX; met.instances * models];
        let mut count = 0;
        for (row, model) in (0u32..).zip(&self.of_row) {
            if *model == u32::MAX || keys[row as usize] == NO_KEY {
                continue;
            }
            let first = index.enter(keys, row, |_| false).unwrap_or(row);
            if first == row {
                of_first[row as usize] = count;
                count += 1;
            }
            let at = of_first[first as usize] as usize * models + *model as usize;
            if let Some(place) = rows.get_mut(at).filter(|p| **p == u32::MAX) {
                *place = row;
            }
        }
        // The earliest row stands for the instance, whatever the order of the file.
        let mut of_row = of_first;
        of_row.fill(u32::MAX);
        for (instance, rows) in (0u32..).zip(rows.chunks_exact(models)) {
            let there = rows.iter().filter(|r| **r != u32::MAX);
            let time = |row: &&u32| log.time.get(**row as usize).copied();
            // Of equal times the first model's.
            if let Some(row) = there.min_by_key(time) {
                of_row[*row as usize] = instance;
            }
        }
        Instances {
            models: self.names.clone(),
            key,
            by: None,
            of_row,
            rows,
        }
    }
}

impl Instances {
    /// Outcomes that differ from that of the first row of their instance, and how many were compared.
    fn unlike(&self, log: &Log) -> (u64, u64) {
        let (mut unlike, mut compared) = (0, 0);
        for rows in self.rows.chunks_exact(self.models.len()) {
            let mut known = rows
                .iter()
                .filter(|r| **r != u32::MAX)
                .filter_map(|r| outcome(log, *r as usize));
            let Some(first) = known.next() else { continue };
            for other in known {
                compared += 1;
                unlike += u64::from(other != first);
            }
        }
        (unlike, compared)
    }
}

/// The outcome of a row, as bits that are equal where it is.
fn outcome(log: &Log, row: usize) -> Option<u64> {
    match &log.truth {
        Truth::Numbers(v) => v
            .get(row)
            .filter(|x| !x.is_nan())
            .map(|x| (x + 0.0).to_bits()),
        Truth::Labels(v) => v
            .get(row)
            .filter(|l| **l != u32::MAX)
            .map(|l| u64::from(*l)),
        Truth::Sets(_) | Truth::None => None,
    }
}

/// Whether a row foretells something.
fn foretells(log: &Log, row: usize) -> bool {
    let scored = |scores: &Vec<f64>| scores.get(row).is_some_and(|x| !x.is_nan());
    log.predicted.has(row) || scored(&log.score)
}

/// The keys of live rows by time, segments and words, and the names of these columns.
fn of_columns(log: &Log, version: &Category) -> (Vec<u128>, Vec<String>) {
    let (mut keys, mut names) = (vec![1u128; log.live], Vec::new());
    if !log.time.is_empty() {
        for (key, time) in keys.iter_mut().zip(&log.time) {
            *key = of_both(*key, of_time(*time).max(1));
        }
        names.push(log.name_of(Role::Time).to_string());
    }
    let words = log.columns.iter().filter(|c| c.role == Role::Feature);
    let words = words.filter_map(|c| match &c.cells {
        Column::Category { codes, levels } => Some((&c.name, codes, levels)),
        _ => None,
    });
    let segments = log.segments.iter().map(|s| (&s.name, &s.codes, &s.levels));
    for (name, codes, levels) in segments.chain(words) {
        if tells_models(codes, levels.len(), version, log.live) {
            continue;
        }
        let parts: Vec<u128> = levels.iter().map(|l| of_text(l.as_bytes())).collect();
        for (key, code) in keys.iter_mut().zip(codes) {
            let part = parts.get(*code as usize).copied().unwrap_or(NO_KEY);
            *key = of_both(*key, part.max(1));
        }
        names.push(name.clone());
    }
    (keys, names)
}

/// Whether every word of a column stands for one model only, and there are several.
fn tells_models(codes: &[u32], levels: usize, version: &Category, live: usize) -> bool {
    let mut of: Vec<Option<u32>> = vec![None; levels];
    for (code, model) in codes.iter().zip(&version.codes).take(live) {
        let Some(known) = of.get_mut(*code as usize) else {
            continue;
        };
        if *known.get_or_insert(*model) != *model {
            return false;
        }
    }
    of.iter().flatten().count() > 1
}

/// Columns of whole numbers, those named like a horizon first.
fn whole_numbers(log: &Log) -> impl Iterator<Item = &super::rows::LogColumn> {
    let whole = |c: &&super::rows::LogColumn| {
        c.role == Role::Feature
            && matches!(&c.cells, Column::Number(v) if v.iter().all(|x| x.is_nan() || x.fract() == 0.0))
    };
    let mut columns: Vec<_> = log.columns.iter().filter(whole).collect();
    columns.sort_by_key(|c| !is_horizon(&words(&c.name)));
    columns.into_iter()
}
