//! The files of outcomes as one, and the outcome of each prediction.
//!
//! Of several outcomes for one id the latest by its time wins, of equal times (or none) the last
//! one read.

use super::Role;
use super::columns::stack;
use super::index::Index;
use super::labels;
use super::rows::{Counts, Source};
use crate::table::{Column, NO_KEY, NO_LEVEL, NO_TIME};

/// A prediction without an outcome in a file of outcomes.
const NOWHERE: u32 = u32::MAX;

/// Rows of all files of outcomes.
pub(super) struct Outcomes {
    name: String,
    ids: Vec<u128>,
    truth: Column,
    /// When each became known; empty where no file tells.
    times: Vec<i64>,
    /// The row that counts of each id.
    latest: Index,
    /// Outcomes, and those replaced by a later one of the same id.
    given: u64,
    replaced: u64,
    /// Whether a row was found for some prediction.
    asked: Vec<bool>,
    met: usize,
}

/// The outcomes of some predictions.
pub(super) struct Found {
    /// The row of each prediction's outcome, or [`NOWHERE`].
    rows: Vec<u32>,
    /// Predictions, outside the reference, whose outcome an earlier one has as well.
    pub again: u64,
}

impl Outcomes {
    /// Takes the files; `None` where there is none.
    ///
    /// # Errors
    /// A sentence, where a file has no id or no outcome.
    pub fn new(sources: Vec<Source>) -> Result<Option<Self>, String> {
        for source in &sources {
            if !matches!(source.column(Role::Id), Some((_, Column::Key(_)))) {
                return Err(format!(
                    "{} holds outcomes, but no id. Mark the column that holds the predictions' id.",
                    source.name
                ));
            }
            if source.column(Role::Outcome).is_none() {
                return Err(format!(
                    "{} is a file of outcomes, but no column of it holds them. Mark the column that holds the outcome.",
                    source.name
                ));
            }
        }
        let Some(name) = sources.first().map(|s| s.name.clone()) else {
            return Ok(None);
        };
        let mut sources = sources;
        let known = sources.iter().any(|s| known_at(s).is_some());
        let times = known.then(|| joined(&mut sources, known_at));
        let place = |role| move |s: &Source| s.roles.iter().position(|r| *r == role);
        let ids = joined(&mut sources, place(Role::Id));
        let truth = joined(&mut sources, place(Role::Outcome));
        let ids = match ids {
            Column::Key(ids) => ids,
            _ => Vec::new(),
        };
        let mut outcomes = Self {
            name,
            truth,
            times: match times {
                Some(Column::Time(times)) => times,
                _ => Vec::new(),
            },
            latest: Index::new(ids.len()),
            given: 0,
            replaced: 0,
            asked: vec![false; ids.len()],
            met: 0,
            ids,
        };
        outcomes.enter();
        Ok(Some(outcomes))
    }

    fn enter(&mut self) {
        let mut latest = Index::new(self.ids.len());
        for row in 0..self.ids.len() as u32 {
            if self.ids[row as usize] == NO_KEY || self.truth.is_missing(row as usize) {
                continue;
            }
            self.given += 1;
            let later = |kept| self.time(row) >= self.time(kept);
            let before = latest.enter(&self.ids, row, later);
            self.replaced += u64::from(before.is_some());
        }
        self.latest = latest;
    }

    /// Finds the outcome of each prediction by its id; the first `live` are not of the reference.
    ///
    /// # Errors
    /// A sentence, where the predictions have no id.
    pub fn find(&mut self, ids: Option<&Column>, live: usize) -> Result<Found, String> {
        let Some(Column::Key(ids)) = ids else {
            return Err(format!(
                "{} holds outcomes, but the predictions have no id to join them by. Mark the id column in both files, or put the outcome into the file of predictions.",
                self.name
            ));
        };
        let mut again = 0;
        let mut row_of = |(row, id): (usize, &u128)| {
            let at = self.latest.find(&self.ids, *id)?;
            let asked = std::mem::replace(&mut self.asked[at as usize], true);
            self.met += usize::from(!asked);
            again += u64::from(asked && row < live);
            Some(at)
        };
        let rows = ids.iter().enumerate();
        let rows = rows.map(|row| row_of(row).unwrap_or(NOWHERE)).collect();
        Ok(Found { rows, again })
    }

    /// Counts outcomes, once all predictions were asked for.
    ///
    /// # Errors
    /// A sentence, where none of the outcomes' ids is among those of the predictions.
    pub fn count(&self, counts: &mut Counts) -> Result<(), String> {
        counts.outcomes += self.given;
        counts.duplicate_outcomes += self.replaced;
        counts.orphan_outcomes += (self.latest.len - self.met) as u64;
        if self.met == 0 && self.latest.len > 0 {
            return Err(format!(
                "None of the {} ids of {} is among the ids of the predictions. Check that the id columns of both files mean the same.",
                self.latest.len, self.name
            ));
        }
        Ok(())
    }

    fn time(&self, row: u32) -> i64 {
        self.times.get(row as usize).copied().unwrap_or(NO_TIME)
    }

    /// When the outcome of each prediction became known: the joined one, else the one of its own row.
    pub fn times(&self, found: &Found, own: Vec<i64>) -> Vec<i64> {
        if self.times.is_empty() {
            return own;
        }
        let of_row = |(row, found): (usize, &u32)| {
            let joined = self.times.get(*found as usize).copied();
            joined.unwrap_or_else(|| own.get(row).copied().unwrap_or(NO_TIME))
        };
        found.rows.iter().enumerate().map(of_row).collect()
    }

    /// The outcome of each prediction: the joined one, else the one in its own row.
    pub fn truth(&self, found: &Found, own: Option<Column>) -> Column {
        let cells = &found.rows;
        match (&self.truth, own) {
            (Column::Number(v), None) => Column::Number(
                cells
                    .iter()
                    .map(|at| v.get(*at as usize).copied().unwrap_or(f64::NAN))
                    .collect(),
            ),
            (Column::Number(v), Some(Column::Number(own))) => Column::Number(
                cells
                    .iter()
                    .enumerate()
                    .map(|(row, at)| v.get(*at as usize).copied().unwrap_or(own[row]))
                    .collect(),
            ),
            (Column::Category { codes, levels }, own) => of_words(cells, codes, levels, own),
            (other, own) => match labels::to_words(other.clone()) {
                Column::Category { codes, levels } => of_words(cells, &codes, &levels, own),
                other => other,
            },
        }
    }
}

/// The outcomes of predictions as words: the joined one, else the one in its own row.
fn of_words(cells: &[u32], codes: &[u32], levels: &[String], own: Option<Column>) -> Column {
    let mut words = labels::Dictionary::default();
    let joined: Vec<u32> = levels.iter().map(|l| words.code(l)).collect();
    let own = match own.map(labels::to_words) {
        Some(Column::Category { mut codes, levels }) => {
            let map: Vec<u32> = levels.iter().map(|l| words.code(l)).collect();
            for code in &mut codes {
                *code = map.get(*code as usize).copied().unwrap_or(NO_LEVEL);
            }
            codes
        }
        _ => Vec::new(),
    };
    let code = |(row, at): (usize, &u32)| match codes.get(*at as usize) {
        Some(code) => joined.get(*code as usize).copied().unwrap_or(NO_LEVEL),
        None => own.get(row).copied().unwrap_or(NO_LEVEL),
    };
    Column::Category {
        codes: cells.iter().enumerate().map(code).collect(),
        levels: words.levels,
    }
}

/// The column that tells when the outcomes of a file became known; its only time is that one,
/// whatever it is taken for.
fn known_at(source: &Source) -> Option<usize> {
    let place = |role| {
        let at = source.roles.iter().position(|r| *r == role)?;
        matches!(source.table.columns[at], Column::Time(_)).then_some(at)
    };
    place(Role::OutcomeTime).or_else(|| place(Role::Time))
}

/// One column out of those of every file; that of a single file is moved.
fn joined(sources: &mut [Source], place: impl Fn(&Source) -> Option<usize>) -> Column {
    if let [one] = sources
        && let Some(at) = place(one)
    {
        // The roles of the other columns keep their places.
        return std::mem::replace(&mut one.table.columns[at], Column::Presence(Vec::new()));
    }
    let columns: Vec<(usize, Option<&Column>)> = sources
        .iter()
        .map(|s| (s.table.rows, place(s).map(|at| &s.table.columns[at])))
        .collect();
    stack(&columns)
}
