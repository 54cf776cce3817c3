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
        let mut outcomes = Self {
            name,
            keys,
            truth: Values::of(truth),
            times: match times {
                Some(Column::Time(times)) => Some(Instants::of(times)),
                _ => None,
            },
            latest: Index::new(0),
            given: 0,
            replaced: 0,
            asked: vec![0; ids.len().div_ceil(64)],
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

/// The values of outcomes.
enum Values {
    /// Numbers of which few differ: labels, as a rule.
    Few(Few),
    /// Any.
    All(Column),
}

/// Numbers in a byte each.
struct Few {
    codes: Vec<u8>,
    values: Vec<f64>,
}

/// Different numbers at most that are looked for one after the other.
const FEW: usize = 32;

impl Values {
    fn of(column: Column) -> Self {
        let Column::Number(cells) = &column else {
            return Self::All(column);
        };
        match Few::of(cells) {
            Some(few) => Self::Few(few),
            None => Self::All(column),
        }
    }

    fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Few(few) => few.get(row as u32).is_none_or(f64::is_nan),
            Self::All(column) => column.is_missing(row),
        }
    }

    fn column(&self) -> Column {
        match self {
            Self::Few(few) => {
                let rows = 0..few.codes.len() as u32;
                Column::Number(rows.map(|row| few.get(row).unwrap_or(f64::NAN)).collect())
            }
            Self::All(column) => column.clone(),
        }
    }
}

impl Few {
    /// `None` where more of them differ.
    fn of(cells: &[f64]) -> Option<Self> {
        let mut values: Vec<f64> = Vec::new();
        let mut codes = Vec::with_capacity(cells.len());
        for cell in cells {
            let bits = cell.to_bits();
            let at = values.iter().position(|v| v.to_bits() == bits);
            let at = match at {
                Some(at) => at,
                None if values.len() == FEW => return None,
                None => {
                    values.push(*cell);
                    values.len() - 1
                }
            };
            codes.push(at as u8);
        }
        Some(Self { codes, values })
    }

    /// The number of a row; NaN where it is missing, `None` where there is no such row.
    fn get(&self, row: u32) -> Option<f64> {
        let code = *self.codes.get(row as usize)?;
        self.values.get(usize::from(code)).copied()
    }
}

/// Instants in four bytes each, where they allow it.
enum Instants {
    /// Steps of so many microseconds after the first of them; the last number is [`NO_TIME`].
    Steps {
        from: i64,
        step: i64,
        /// Two in each, the earlier row in the lower half.
        pairs: Vec<i64>,
    },
    /// Any.
    All(Vec<i64>),
}

/// Steps that are tried, in microseconds: they reach over 136 years, 13 years and 49 days.
const STEPS: [i64; 3] = [1_000_000, 100_000, 1_000];

impl Instants {
    fn of(mut times: Vec<i64>) -> Self {
        let there = || times.iter().copied().filter(|time| *time != NO_TIME);
        let from = there().min().unwrap_or(0);
        let until = there().max().unwrap_or(0);
        let fits = |step: &i64| {
            let span = until.checked_sub(from).map(|span| span / step);
            span.is_some_and(|span| span < i64::from(u32::MAX))
                && there().all(|time| (time - from) % step == 0)
        };
        let Some(step) = STEPS.into_iter().find(fits) else {
            return Self::All(times);
        };
        let steps = |time: Option<&i64>| match time {
            None | Some(&NO_TIME) => u32::MAX,
            Some(time) => ((time - from) / step) as u32,
        };
        // In the same memory, so that no other is needed for them.
        for pair in 0..times.len().div_ceil(2) {
            let (even, odd) = (steps(times.get(2 * pair)), steps(times.get(2 * pair + 1)));
            times[pair] = (u64::from(odd) << 32 | u64::from(even)) as i64;
        }
        times.truncate(times.len().div_ceil(2));
        times.shrink_to_fit();
        Self::Steps {
            from,
            step,
            pairs: times,
        }
    }

    /// The instant of a row, [`NO_TIME`] where it has none; `None` where there is no such row.
    fn get(&self, row: u32) -> Option<i64> {
        match self {
            Self::Steps { from, step, pairs } => {
                let pair = *pairs.get(row as usize / 2)? as u64;
                match (pair >> (row % 2 * 32)) as u32 {
                    u32::MAX => Some(NO_TIME),
                    steps => Some(from + i64::from(steps) * step),
                }
            }
            Self::All(times) => times.get(row as usize).copied(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn instants_in_four_bytes_are_the_same_instants(
            from in -4_000_000_000_000_000..4_000_000_000_000_000_i64,
            steps in prop::collection::vec(prop::option::of(0..5_000_000_000_i64), 0..40),
            unit in prop::sample::select(vec![1_i64, 1_000, 7_000, 100_000, 1_000_000, 60_000_000]),
        ) {
            let times: Vec<i64> = steps.iter().map(|s| s.map_or(NO_TIME, |s| from + s * unit)).collect();
            let kept = Instants::of(times.clone());
            for (row, time) in (0..).zip(&times) {
                prop_assert_eq!(kept.get(row), Some(*time));
            }
            prop_assert_eq!(kept.get(NOWHERE), None);
        }

        #[test]
        fn the_ends_of_time_are_kept(times in prop::collection::vec(any::<i64>(), 0..20)) {
            let kept = Instants::of(times.clone());
            for (row, time) in (0..).zip(&times) {
                prop_assert_eq!(kept.get(row), Some(*time));
            }
        }
    }
}
