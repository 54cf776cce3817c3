//! The files of outcomes as one, and the outcome of each prediction.
//!
//! Of several outcomes for one key the latest by its time wins, of equal times (or none) the last
//! one read.

use super::Role;
use super::columns::stack;
use super::index::{Cropped, Ids, Index};
use super::keys::Keys;
use super::labels;
use super::narrow::{Instants, Values};
use super::rows::{Counts, Source};
use crate::table::{Column, NO_KEY, NO_LEVEL, NO_TIME};

/// A prediction without an outcome in a file of outcomes.
const NOWHERE: u32 = u32::MAX;

/// Rows of all files of outcomes.
pub(super) struct Outcomes {
    name: String,
    /// What they are joined by.
    pub keys: Keys,
    ids: Cropped,
    truth: Values,
    /// When each became known; `None` where no file tells.
    times: Option<Instants>,
    /// The row that counts of each key.
    latest: Index,
    /// Outcomes, and those replaced by a later one of the same key.
    given: u64,
    replaced: u64,
    /// Whether a row was found for some prediction, a bit each.
    asked: Vec<u64>,
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
    /// A sentence, where a file has no outcome.
    pub fn new(sources: Vec<Source>) -> Result<Option<Self>, String> {
        let Some(mut outcomes) = Self::open(&sources)? else {
            return Ok(None);
        };
        outcomes.take(sources)?;
        outcomes.close();
        Ok(Some(outcomes))
    }

    /// Expects the rows of these files, whatever of them is there already; `None` where there is none.
    ///
    /// # Errors
    /// A sentence, where a file has no outcome.
    pub fn open(sources: &[Source]) -> Result<Option<Self>, String> {
        for source in sources {
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
        let known = sources.iter().any(|s| known_at(s).is_some());
        Ok(Some(Self {
            name,
            keys: Keys::of(sources),
            ids: Cropped::default(),
            truth: Values::default(),
            times: known.then(Instants::default),
            latest: Index::new(0),
            given: 0,
            replaced: 0,
            asked: Vec::new(),
            met: 0,
        }))
    }

    /// Takes rows of the files, all of which are given, in their order: those that follow.
    ///
    /// # Errors
    /// A sentence, where a column of the key was not kept.
    pub fn take(&mut self, mut sources: Vec<Source>) -> Result<(), String> {
        self.ids.append(&self.keys.take(&mut sources)?);
        if let Some(times) = &mut self.times
            && let Column::Time(cells) = joined(&mut sources, known_at)
        {
            times.append(&cells);
        }
        let place = |s: &Source| s.roles.iter().position(|r| *r == Role::Outcome);
        self.truth.append(joined(&mut sources, place));
        Ok(())
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.ids.reserve(rows);
        self.truth.reserve(rows);
        if let Some(times) = &mut self.times {
            times.reserve(rows);
        }
    }

    /// Once all rows are there.
    pub fn close(&mut self) {
        self.enter();
        self.asked = vec![0; self.ids.rows().div_ceil(64)];
    }

    fn enter(&mut self) {
        let mut latest = Index::new(self.ids.rows());
        for row in 0..self.ids.rows() as u32 {
            if self.ids.key(row) == NO_KEY || self.truth.is_missing(row as usize) {
                continue;
            }
            self.given += 1;
            let later = |kept| self.time(row) >= self.time(kept);
            let before = latest.enter(&self.ids, row, later);
            self.replaced += u64::from(before.is_some());
        }
        self.latest = latest;
    }

    /// Finds the outcome of each prediction by its key; the first `live` are not of the reference.
    pub fn find(&mut self, ids: &[u128], live: usize) -> Found {
        let mut again = 0;
        let mut row_of = |(row, id): (usize, &u128)| {
            let at = self.latest.find(&self.ids, *id)?;
            let (word, bit) = (at as usize / 64, 1 << (at % 64));
            let asked = self.asked[word] & bit != 0;
            self.asked[word] |= bit;
            self.met += usize::from(!asked);
            again += u64::from(asked && row < live);
            Some(at)
        };
        let rows = ids.iter().enumerate();
        let rows = rows.map(|row| row_of(row).unwrap_or(NOWHERE)).collect();
        Found { rows, again }
    }

    /// Counts outcomes, once all predictions were asked for.
    ///
    /// # Errors
    /// A sentence, where none of the outcomes' keys is among those of the predictions.
    pub fn count(&self, counts: &mut Counts) -> Result<(), String> {
        counts.outcomes += self.given;
        counts.duplicate_outcomes += self.replaced;
        counts.orphan_outcomes += (self.latest.len - self.met) as u64;
        if self.met == 0 && self.latest.len > 0 {
            return Err(self.keys.strangers(self.latest.len, &self.name));
        }
        Ok(())
    }

    /// What is to be told of the key: what it is, and that many outcomes share one that should be their own.
    pub fn notes(&self) -> Vec<String> {
        let Some(joined) = self.keys.note() else {
            return Vec::new();
        };
        let shared = || {
            format!(
                "{} of the {} outcomes have the {} of another one, and only the last of them counts. If one more column tells them apart, mark it as id in both files.",
                self.replaced,
                self.given,
                self.keys.names()
            )
        };
        let many = self.replaced * 10 > self.given;
        std::iter::once(joined).chain(many.then(shared)).collect()
    }

    fn time(&self, row: u32) -> i64 {
        let times = self.times.as_ref();
        times.and_then(|times| times.get(row)).unwrap_or(NO_TIME)
    }

    /// When the outcome of each prediction became known: the joined one, else the one of its own row.
    pub fn times(&self, found: &Found, own: Vec<i64>) -> Vec<i64> {
        let Some(times) = &self.times else {
            return own;
        };
        let of_row = |(row, found): (usize, &u32)| {
            let joined = times.get(*found);
            joined.unwrap_or_else(|| own.get(row).copied().unwrap_or(NO_TIME))
        };
        found.rows.iter().enumerate().map(of_row).collect()
    }

    /// The outcome of each prediction: the joined one, else the one in its own row.
    pub fn truth(&self, found: &Found, own: Option<Column>) -> Column {
        let cells = &found.rows;
        let numbers = |joined: &dyn Fn(u32) -> Option<f64>, own: Option<Vec<f64>>| {
            let own = |row: usize| own.as_ref().and_then(|own| own.get(row).copied());
            let cell = |(row, at): (usize, &u32)| joined(*at).or_else(|| own(row));
            let cells = cells.iter().enumerate();
            Column::Number(cells.map(|c| cell(c).unwrap_or(f64::NAN)).collect())
        };
        match (&self.truth, own) {
            (Values::Few(few), None) => numbers(&|at| few.get(at), None),
            (Values::Few(few), Some(Column::Number(own))) => numbers(&|at| few.get(at), Some(own)),
            (Values::All(Column::Number(v)), None) => {
                numbers(&|at| v.get(at as usize).copied(), None)
            }
            (Values::All(Column::Number(v)), Some(Column::Number(own))) => {
                numbers(&|at| v.get(at as usize).copied(), Some(own))
            }
            (Values::All(Column::Category { codes, levels }), own) => {
                of_words(cells, codes, levels, own)
            }
            (other, own) => match labels::to_words(other.column()) {
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
