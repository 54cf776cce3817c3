//! The columns of the predictions: taken where a Log has a place for them, the others kept as they are.
//!
//! A column that was taken leaves behind which of its cells were missing. Rows of a single file are
//! moved, never copied.

use super::labels;
use super::rows::{LogColumn, Source, Spread};
use super::{FileKind, Role};
use crate::table::{Column, Kind};

/// Files of predictions, live ones first.
pub(super) struct Predictions {
    sources: Vec<Source>,
    /// Of a single file, what is known of the numbers in each column before any is taken.
    spreads: Vec<Option<Spread>>,
    live: usize,
}

impl Predictions {
    /// Takes the files; the first `live` rows are not of the reference.
    pub fn new(mut sources: Vec<Source>) -> Self {
        sources.sort_by_key(|s| s.kind == FileKind::Reference);
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
        }
    }

    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.sources.iter().map(|s| s.table.rows).sum()
    }

    /// Rows outside the reference.
    pub fn live(&self) -> usize {
        self.live
    }

    /// The files.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// One column out of the same role of every file; `None` where no file has it.
    pub fn take(&mut self, role: Role) -> Option<Column> {
        let place = |s: &Source| s.roles.iter().position(|r| *r == role);
        let places: Vec<Option<usize>> = self.sources.iter().map(place).collect();
        places
            .iter()
            .any(Option::is_some)
            .then(|| self.join(&places))
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
            let left = presence(column);
            return std::mem::replace(column, left);
        }
        let columns: Vec<(usize, Option<&Column>)> = self
            .sources
            .iter()
            .zip(places)
            .map(|(s, at)| (s.table.rows, at.map(|at| &s.table.columns[at])))
            .collect();
        stack(&columns)
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

    /// Every column that has a meaning, by name.
    pub fn finish(mut self) -> Vec<LogColumn> {
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
                    cells = presence(&cells);
                }
                out.push(LogColumn::new(name, role, cells, spread));
            }
        }
        out
    }
}

/// Which cells are there.
fn presence(column: &Column) -> Column {
    Column::Presence(match column {
        Column::Number(v) => v.iter().map(|x| u8::from(!x.is_nan())).collect(),
        Column::Presence(v) => v.clone(),
        other => (0..other.len())
            .map(|row| u8::from(!other.is_missing(row)))
            .collect(),
    })
}

fn spread(column: &Column, live: usize) -> Option<Spread> {
    match column {
        Column::Number(v) => Some(Spread::of(&v[..live.min(v.len())])),
        _ => None,
    }
}

/// Columns one below the other; where their kinds differ they meet as words.
pub(super) fn stack(columns: &[(usize, Option<&Column>)]) -> Column {
    let mut kinds = columns.iter().filter_map(|c| c.1.map(Column::kind));
    let first = kinds.next().unwrap_or(Kind::Presence);
    let same = kinds.all(|k| k == first);
    let mut out: Option<Column> = None;
    let mut before = 0;
    for (rows, column) in columns {
        let cells = match column {
            Some(c) if same => (*c).clone(),
            Some(c) => labels::to_words((*c).clone()),
            None => {
                let mut c = Column::new(if same { first } else { Kind::Category });
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
