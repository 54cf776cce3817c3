//! The files of outcomes as one, and the outcome of each prediction.
//!
//! Of several outcomes for one key the latest by its time wins, of equal times (or none) the last
//! one read.

use super::Role;
use super::columns::stack;
use super::index::Index;
use super::keys::Keys;
use super::labels;
use super::rows::{Counts, Source};
use crate::table::{Column, NO_KEY, NO_LEVEL, NO_TIME};

/// A prediction without an outcome in a file of outcomes.
const NOWHERE: u32 = u32::MAX;

/// Rows of all files of outcomes.
pub(super) struct Outcomes {
    name: String,
    /// What they are joined by.
    pub keys: Keys,
    ids: Vec<u128>,
    truth: Column,
    /// When each became known; empty where no file tells.
    times: Vec<i64>,
    /// The row of each prediction's outcome, or [`NOWHERE`].
    found: Vec<u32>,
}

impl Outcomes {
    /// Takes the files; `None` where there is none.
    ///
    /// # Errors
    /// A sentence, where a file has no outcome.
    pub fn new(sources: Vec<Source>) -> Result<Option<Self>, String> {
        for source in &sources {
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
        let keys = Keys::of(&sources);
        let ids = keys.take(&mut sources)?;
        let known = sources.iter().any(|s| known_at(s).is_some());
        let times = known.then(|| joined(&mut sources, known_at));
        let place = |role| move |s: &Source| s.roles.iter().position(|r| *r == role);
        let truth = joined(&mut sources, place(Role::Outcome));
        Ok(Some(Self {
            name,
            keys,
            ids,
            truth,
            times: match times {
                Some(Column::Time(times)) => times,
                _ => Vec::new(),
            },
            found: Vec::new(),
        }))
    }

    /// Finds the outcome of each prediction by its key; afterwards the keys are gone.
    ///
    /// # Errors
    /// A sentence, where none of the outcomes' keys is among those of the predictions.
    pub fn find(&mut self, ids: &[u128], counts: &mut Counts) -> Result<(), String> {
        let known = std::mem::take(&mut self.ids);
        let mut latest = Index::new(&known);
        for row in 0..known.len() as u32 {
            if known[row as usize] == NO_KEY || self.truth.is_missing(row as usize) {
                continue;
            }
            counts.outcomes += 1;
            let before = latest.enter(row, |kept| self.time(row) >= self.time(kept));
            counts.duplicate_outcomes += u64::from(before.is_some());
        }
        let mut asked = vec![false; known.len()];
        self.found = ids
            .iter()
            .map(|id| {
                let row = latest.find(*id)?;
                asked[row as usize] = true;
                Some(row)
            })
            .map(|row| row.unwrap_or(NOWHERE))
            .collect();
        let met = asked.iter().filter(|a| **a).count();
        counts.orphan_outcomes = (latest.len - met) as u64;
        if met == 0 && latest.len > 0 {
            return Err(self.keys.strangers(latest.len, &self.name));
        }
        Ok(())
    }

    fn time(&self, row: u32) -> i64 {
        self.times.get(row as usize).copied().unwrap_or(NO_TIME)
    }

    /// When the outcome of each prediction became known: the joined one, else the one of its own row.
    pub fn times(&self, own: Vec<i64>) -> Vec<i64> {
        if self.times.is_empty() {
            return own;
        }
        let of_row = |(row, found): (usize, &u32)| {
            let joined = self.times.get(*found as usize).copied();
            joined.unwrap_or_else(|| own.get(row).copied().unwrap_or(NO_TIME))
        };
        self.found.iter().enumerate().map(of_row).collect()
    }

    /// The outcome of each prediction: the joined one, else the one in its own row.
    pub fn truth(self, own: Option<Column>) -> Column {
        let cells = &self.found;
        match (self.truth, own) {
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
            (truth, own) => {
                let mut words = labels::Dictionary::default();
                let mut coded = |column: Column| match labels::to_words(column) {
                    Column::Category { mut codes, levels } => {
                        let map: Vec<u32> = levels.iter().map(|l| words.code(l)).collect();
                        for code in &mut codes {
                            *code = map.get(*code as usize).copied().unwrap_or(NO_LEVEL);
                        }
                        codes
                    }
                    _ => Vec::new(),
                };
                let truth = coded(truth);
                let own = own.map(coded).unwrap_or_default();
                let codes = cells
                    .iter()
                    .enumerate()
                    .map(|(row, at)| match truth.get(*at as usize) {
                        Some(code) => *code,
                        None => own.get(row).copied().unwrap_or(NO_LEVEL),
                    })
                    .collect();
                Column::Category {
                    codes,
                    levels: words.levels,
                }
            }
        }
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
