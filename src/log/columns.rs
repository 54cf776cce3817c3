//! The columns of the predictions: taken where a Log has a place for them, the others kept as they are.
//!
//! A column that was taken leaves behind which of its cells were missing. Rows of a single file are
//! moved, never copied.

use super::hot;
use super::keys::{Keys, refine};
use super::labels;
use super::long;
use super::notes::Notes;
use super::positive::Said;
use super::rows::{LogColumn, Source, Spread};
use super::{FileKind, Quantiles, Role};
use crate::table::{Column, Kind, MOST_WORDS};

/// Files of predictions, live ones first.
pub(super) struct Predictions {
    sources: Vec<Source>,
    /// Of a single file, what is known of the numbers in each column before any is taken.
    spreads: Vec<Option<Spread>>,
    live: usize,
    /// Of files with a row for each quantile, what was put together, and what is told of it.
    long: Vec<Option<Quantiles>>,
    pub told: Notes,
    /// Sentences on columns that files hold in different ways.
    notes: Vec<String>,
}

impl Predictions {
    /// Takes the files; the first `live` rows are not of the reference.
    pub fn new(mut sources: Vec<Source>) -> Self {
        sources.sort_by_key(|s| s.kind == FileKind::Reference);
        let mut told = Notes::default();
        let mut long = Vec::with_capacity(sources.len());
        for source in &mut sources {
            long.push(long::is_long(source).then(|| {
                let whole = std::mem::replace(source, long::part(source, &[]));
                let (forecasts, quantiles) = long::gather(whole, &mut told);
                *source = forecasts;
                quantiles
            }));
        }
        let live = sources
            .iter()
            .filter(|s| s.kind != FileKind::Reference)
            .map(|s| s.table.rows)
            .sum();
        let spreads = match &sources[..] {
            [one] => one.table.columns.iter().map(|c| spread(c, live)).collect(),
            _ => Vec::new(),
        };
        Self {
            sources,
            spreads,
            live,
            long,
            told,
            notes: Vec::new(),
        }
    }

    /// The quantiles of each file that had a row for each of them, once.
    pub fn take_long(&mut self) -> Vec<Option<Quantiles>> {
        std::mem::take(&mut self.long)
    }

    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.sources.iter().map(|s| s.table.rows).sum()
    }

    /// Rows outside the reference.
    pub fn live(&self) -> usize {
        self.live
    }

    /// Whether a file has a column of a role.
    pub fn has(&self, role: Role) -> bool {
        self.sources.iter().any(|s| s.roles.contains(&role))
    }

    /// The files.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The key of each row; of columns that are nothing but ids is only kept which cells are there.
    ///
    /// # Errors
    /// A sentence, where a column of the key was not kept.
    pub fn take_keys(&mut self, keys: &Keys) -> Result<Vec<u128>, String> {
        keys.take(&mut self.sources)
    }

    /// Tells keys of rows apart by a role too, where a file has it.
    pub fn refine(&self, keys: &mut [u128], role: Role) {
        let mut rest = keys;
        for source in &self.sources {
            let (own, behind) = rest.split_at_mut(source.table.rows.min(rest.len()));
            if let Some((_, column)) = source.column(role) {
                refine(own, column);
            }
            rest = behind;
        }
    }

    /// The times of the predictions; where no column of a file is just that, those that it is joined by.
    /// Afterwards nothing is left of the ids but which cells are there.
    pub fn take_times(&mut self) -> Option<Column> {
        let place = |s: &Source| {
            let time = s.roles.iter().position(|r| *r == Role::Time);
            let mut columns = s.roles.iter().zip(&s.table.columns);
            let is_time = |(role, column): (&Role, &Column)| {
                *role == Role::Id && matches!(column, Column::Time(_))
            };
            time.or_else(|| columns.position(is_time))
        };
        let places: Vec<Option<usize>> = self.sources.iter().map(place).collect();
        let any = places.iter().any(Option::is_some);
        let times = any.then(|| self.join(&places));
        for source in &mut self.sources {
            for (role, column) in source.roles.iter().zip(&mut source.table.columns) {
                if *role == Role::Id && !matches!(column, Column::Presence(_)) {
                    *column = column.presence();
                }
            }
        }
        times
    }

    /// One column out of the same role of every file; `None` where no file has it.
    pub fn take(&mut self, role: Role) -> Option<Column> {
        if let Some(sets) = self.take_sets(role) {
            return Some(sets);
        }
        let place = |s: &Source| s.roles.iter().position(|r| *r == role);
        let places: Vec<Option<usize>> = self.sources.iter().map(place).collect();
        places
            .iter()
            .any(Option::is_some)
            .then(|| self.join(&places))
    }

    /// The sets of labels that have a column each; `None` where a role has one column in a file.
    fn take_sets(&mut self, role: Role) -> Option<Column> {
        if !matches!(role, Role::Outcome | Role::Prediction) {
            return None;
        }
        let of_file = |s: &Source| (s.table.rows, hot::sets(s, role));
        let found: Vec<(usize, Option<Column>)> = self.sources.iter().map(of_file).collect();
        if found.iter().all(|f| f.1.is_none()) {
            return None;
        }
        for source in &mut self.sources {
            let cells = source.roles.iter().zip(&mut source.table.columns);
            for (_, column) in cells.filter(|c| *c.0 == role) {
                *column = column.presence();
            }
        }
        let columns: Vec<(usize, Option<&Column>)> =
            found.iter().map(|(rows, c)| (*rows, c.as_ref())).collect();
        Some(stack(&columns))
    }

    /// One column out of those of a name.
    pub fn take_named(&mut self, name: &str) -> Column {
        let place = |s: &Source| s.table.names.iter().position(|n| n == name);
        let places: Vec<Option<usize>> = self.sources.iter().map(place).collect();
        self.join(&places)
    }

    fn join(&mut self, places: &[Option<usize>]) -> Column {
        if let ([source], [Some(at)]) = (&mut self.sources[..], places) {
            let column = &mut source.table.columns[*at];
            let left = column.presence();
            return std::mem::replace(column, left);
        }
        let columns: Vec<(usize, Option<&Column>)> = self
            .sources
            .iter()
            .zip(places)
            .map(|(s, at)| (s.table.rows, at.map(|at| &s.table.columns[at])))
            .collect();
        let all = stack(&columns);
        let has = |kind| columns.iter().any(|c| c.1.map(Column::kind) == Some(kind));
        let note = match (has(Kind::Category), has(Kind::Number), has(Kind::Presence)) {
            (true, _, false) if all.kind() == Kind::Presence => {
                Some(too_many_words as fn(&str) -> String)
            }
            (true, true, _) => Some(mixed as fn(&str) -> String),
            _ => None,
        };
        let named = self.sources.iter().zip(places);
        let name = named
            .filter_map(|(s, at)| at.and_then(|at| s.table.names.get(at)))
            .next();
        if let (Some(note), Some(name)) = (note, name) {
            let note = note(name);
            self.notes.push(note);
        }
        all
    }

    /// What is to be told of the columns taken so far.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Names of the columns of a role, each once.
    pub fn names(&self, role: Role) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for s in &self.sources {
            for (name, r) in s.table.names.iter().zip(&s.roles) {
                if *r == role && !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// The first name of a role.
    pub fn name_of(&self, role: Role) -> String {
        self.names(role).into_iter().next().unwrap_or_default()
    }

    /// What is said of the outcomes and of the score beside the rows.
    pub fn said(&self) -> Said {
        Said {
            meant: self.sources.iter().find_map(|s| s.meant.clone()),
            score: self.name_of(Role::Score),
        }
    }

    /// Every column that has a meaning, by name.
    pub fn finish(mut self, notes: &mut Notes) -> Vec<LogColumn> {
        let kept = |role: &Role| !matches!(role, Role::Ignore | Role::OutcomeTime);
        if self.sources.len() == 1
            && let Some(Source { table, roles, .. }) = self.sources.pop()
        {
            let cells = table.names.into_iter().zip(roles).zip(table.columns);
            return cells
                .zip(self.spreads)
                .map(|(((name, role), cells), spread)| LogColumn::new(name, role, cells, spread))
                .filter(|c| kept(&c.role))
                .collect();
        }
        let mut out: Vec<LogColumn> = Vec::new();
        for at in 0..self.sources.len() {
            for column in 0..self.sources[at].roles.len() {
                let source = &self.sources[at];
                let (name, role) = (source.table.names[column].clone(), source.roles[column]);
                if !kept(&role) || out.iter().any(|c| c.name == name) {
                    continue;
                }
                let mut cells = self.take_named(&name);
                let spread = spread(&cells, self.live);
                if role.has_place() {
                    cells = cells.presence();
                }
                out.push(LogColumn::new(name, role, cells, spread));
            }
        }
        self.take_notes()
            .into_iter()
            .for_each(|note| notes.say(note));
        out
    }
}

/// The sentence on a column that holds more words than are kept.
#[must_use]
pub fn too_many_words(name: &str) -> String {
    format!(
        "'{name}' holds more than {} 000 different words, too many to be categories: it is neither sliced by nor compared, only its missing cells are counted.",
        MOST_WORDS / 1_000
    )
}

fn mixed(name: &str) -> String {
    format!("'{name}' holds numbers in some files and words in others: it is read as words.")
}

fn spread(column: &Column, live: usize) -> Option<Spread> {
    match column {
        Column::Number(v) => Some(Spread::of(&v[..live.min(v.len())])),
        _ => None,
    }
}

/// Columns one below the other; where their kinds differ they meet as words, or, where of one only is
/// known which cells are there, as that.
pub(super) fn stack(columns: &[(usize, Option<&Column>)]) -> Column {
    let mut kinds = columns.iter().filter_map(|c| c.1.map(Column::kind));
    let first = kinds.next().unwrap_or(Kind::Presence);
    let same = kinds.all(|k| k == first);
    let sparse = columns
        .iter()
        .any(|c| c.1.map(Column::kind) == Some(Kind::Presence));
    let common = match (same, sparse) {
        (true, _) => first,
        (_, true) => Kind::Presence,
        _ => Kind::Category,
    };
    let mut out: Option<Column> = None;
    let mut before = 0;
    for (rows, column) in columns {
        let cells = match column {
            Some(c) if same => (*c).clone(),
            Some(c) if sparse => c.presence(),
            Some(c) => labels::to_words((*c).clone()).bounded(),
            None => {
                let mut c = Column::new(common);
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
