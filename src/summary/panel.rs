//! Which rows are one series in time, where a log holds several side by side: models, horizons, places.
//!
//! A naive forecast repeats what was of the same thing earlier. Where more than a tenth of the rows have their instant
//! in common with a row before them, columns are looked for that tell the rows of an instant apart: the version, a
//! horizon, segments, and other words, of which each is taken that tells most apart of what is left. Where they do,
//! rows are of one series that agree in these columns; where they do not, all rows are one.

use super::build::Builder;
use crate::log::{Log, Role, is_horizon, words};
use crate::table::key::{each, of_both, of_text};
use crate::table::{Column, NO_KEY, NO_TIME};
use std::collections::HashSet;

/// Rows that are looked at, in order of time.
const LOOKED_AT: usize = 1 << 16;
/// One part in so many of the rows may share their instant with one before them.
const SHARED: u64 = 10;
/// One part in so many of those may do so within their series.
const LEFT: u64 = 50;

/// How many rows share their instant with one before them.
#[derive(Default)]
pub(super) struct Shared {
    rows: u64,
    /// With any row.
    instants: u64,
    /// With one of the same series.
    series: u64,
    now: Option<i64>,
    here: HashSet<u128>,
}

impl Shared {
    /// Takes the next row in order of time, and the key of what it may be a series of.
    pub fn add(&mut self, time: i64, key: u128) {
        if self.rows >= LOOKED_AT as u64 || time == NO_TIME {
            return;
        }
        self.rows += 1;
        if self.now != Some(time) {
            self.now = Some(time);
            self.here.clear();
        } else {
            self.instants += 1;
        }
        self.series += u64::from(!self.here.insert(key));
    }

    /// Whether there is more than one row at many instants.
    fn is_shared(&self) -> bool {
        self.instants * SHARED > self.rows
    }

    /// Whether keys tell the rows of an instant apart.
    pub fn are_told_apart(&self) -> bool {
        self.is_shared() && self.series * LEFT <= self.instants
    }
}

/// A column that may tell series apart, as a key for each row.
fn columns(log: &Log) -> impl Iterator<Item = Vec<u128>> + '_ {
    let of = |codes: &[u32], levels: &[String]| {
        let keys: Vec<u128> = levels.iter().map(|l| of_text(l.as_bytes())).collect();
        let key = |code: &u32| keys.get(*code as usize).copied().unwrap_or(NO_KEY).max(1);
        codes.iter().map(key).collect::<Vec<u128>>()
    };
    let features = || log.columns.iter().filter(|c| c.role == Role::Feature);
    let horizons = features().filter(|c| is_horizon(&words(&c.name)));
    let horizons = horizons.filter_map(|c| match &c.cells {
        Column::Number(_) => {
            let mut keys = Vec::with_capacity(log.rows);
            each(&c.cells, |key| keys.push(key.max(1)));
            Some(keys)
        }
        _ => None,
    });
    let sliced = log.version.iter().chain(&log.segments);
    let sliced = sliced.map(move |c| of(&c.codes, &c.levels));
    let others = features().filter_map(move |c| match &c.cells {
        Column::Category { codes, levels } => Some(of(codes, levels)),
        _ => None,
    });
    sliced.chain(horizons).chain(others)
}

/// Makes keys finer by a column.
fn refine(keys: &mut [u128], by: &[u128]) {
    for (key, by) in keys.iter_mut().zip(by) {
        *key = of_both(*key, *by);
    }
}

/// What rows may be a series of, by all columns that can tell.
pub(super) fn keys(log: &Log) -> Vec<u128> {
    let mut keys = vec![1; log.rows];
    columns(log).for_each(|by| refine(&mut keys, &by));
    keys
}

impl Builder {
    /// The series of each row; `None` where all rows are one.
    pub(super) fn panel(&self) -> Option<&[u128]> {
        self.panel.get_or_init(|| panel(&self.log)).as_deref()
    }
}

fn panel(log: &Log) -> Option<Vec<u128>> {
    let timed = (0..log.rows as u32).filter(|row| time(log, *row) != NO_TIME);
    let mut sides: [Vec<u32>; 2] = Default::default();
    timed.for_each(|row| sides[usize::from(row as usize >= log.live)].push(row));
    for side in &mut sides {
        side.sort_by_key(|row| time(log, *row));
        side.truncate(LOOKED_AT);
    }
    let shared = |key: &dyn Fn(usize) -> u128| {
        let of = |side: &Vec<u32>| {
            let mut shared = Shared::default();
            side.iter()
                .for_each(|row| shared.add(time(log, *row), key(*row as usize)));
            shared
        };
        sides.each_ref().map(of)
    };
    let again = |of: &[Shared; 2]| of.iter().map(|s| s.series).sum::<u64>();
    let told = |of: &[Shared; 2]| of.iter().all(|s| !s.is_shared() || s.are_told_apart());
    let mut keys = vec![1; log.rows];
    let mut found = shared(&|_| 1);
    let several = found.iter().any(Shared::is_shared);
    // Rows of several models that foretold the same are so many series, whatever their times.
    let models = log.instances.is_some();
    if !several && !models {
        return None;
    }
    let mut left: Vec<Vec<u128>> = columns(log).collect();
    let at = |keys: &[u128], row: usize| keys.get(row).copied().unwrap_or(NO_KEY);
    let mut taken = false;
    if models && !left.is_empty() {
        refine(&mut keys, &left.remove(0));
        found = shared(&|row| at(&keys, row));
        taken = true;
    }
    let forced = taken.then(|| keys.clone());
    while several && !told(&found) {
        let tried = left.iter().enumerate().map(|(i, by)| {
            let finer = shared(&|row| of_both(at(&keys, row), at(by, row)));
            (i, finer)
        });
        // Of equal ones the first.
        let best = tried.min_by_key(|(i, by)| (again(by), *i));
        let Some((i, by)) = best.filter(|(_, by)| again(by) < again(&found)) else {
            return forced;
        };
        refine(&mut keys, &left.remove(i));
        (found, taken) = (by, true);
    }
    taken.then_some(keys)
}

fn time(log: &Log, row: u32) -> i64 {
    log.time.get(row as usize).copied().unwrap_or(NO_TIME)
}
