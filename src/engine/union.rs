//! The columns of all parts of a table, by name, and how the parts differ.

use super::message::{Input, Notice};
use super::path_times::path_time;
use crate::log::{FileKind, Role, RoleGuess, guess};
use crate::read::dates::is_slashed;
use crate::read::instant::Instants;
use crate::read::{ColumnSniff, TimeFormat, Trouble};
use crate::table::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Different values of a folder's name that can still be sliced by.
const MOST_VALUES: usize = 200;

/// Columns that are named in a notice.
const MOST_NAMED: usize = 5;

/// Rows that a part must show for its roles to be those of the table.
const ENOUGH_ROWS: usize = 50;

/// Values of a column that are remembered to tell new ones.
const MOST_SEEN: usize = 2_000;

/// The columns of all parts, and their roles.
#[derive(Default)]
pub(super) struct Union {
    pub columns: Vec<ColumnSniff>,
    pub roles: Vec<RoleGuess>,
    pub kind: FileKind,
    places: BTreeMap<String, usize>,
    seen: Vec<BTreeSet<String>>,
    /// Columns whose kinds differ.
    mixed: BTreeSet<usize>,
    /// One a column: parts that lack it.
    without: Vec<usize>,
    /// By name, the roles found so far.
    found: BTreeMap<String, RoleGuess>,
    /// By name, how dates are written in a part that shows whether the day or the month comes first.
    dates: BTreeMap<String, TimeFormat>,
    /// Columns that some part has in its rows.
    read: usize,
    stage: Stage,
    /// The part that is next.
    next: usize,
}

/// What is done with one part after the other.
#[derive(Clone, Copy, Default)]
enum Stage {
    /// Its columns are taken.
    #[default]
    Take,
    /// It is counted which columns it lacks.
    Compare,
    /// Its roles are taken.
    Roles,
    /// It gets the columns that its path gives, and forgets what served only to guess roles.
    Settle,
}

/// How sentences begin on how the files of a table differ.
const DIFFER: [&str; 2] = [
    "some of the ",
    "columns hold numbers or times in some of the ",
];

/// What is wrong with a file by itself, and not only beside others of its table.
pub(super) fn own_troubles(file: &Input) -> impl Iterator<Item = &Trouble> {
    let own = |trouble: &&Trouble| !DIFFER.iter().any(|begin| trouble.reason.starts_with(begin));
    file.troubles.iter().filter(own)
}

impl Union {
    /// Unites the columns of the parts, a step a part; the parts are told how they differ, get the
    /// columns that their paths give, and forget what served only to guess roles. False: it is done.
    pub fn step(&mut self, parts: &mut [Input]) -> bool {
        if let Some(part) = parts.get_mut(self.next) {
            match self.stage {
                Stage::Take => {
                    (0..)
                        .zip(&part.sniff.columns)
                        .for_each(|(at, column)| self.take(at, column));
                    self.dates(part);
                }
                Stage::Compare => self.compare(part),
                Stage::Roles => self.take_roles(part),
                Stage::Settle => self.settle(part),
            }
            self.next += 1;
            return true;
        }
        self.next = 0;
        self.stage = match self.stage {
            Stage::Take => {
                for column in &mut self.columns {
                    let told = self.dates.get(&column.name);
                    if let (Some(time), Some(told)) = (column.time.as_mut(), told)
                        && is_slashed(*time)
                    {
                        *time = *told;
                    }
                }
                self.first_rows(parts);
                self.read = self.columns.len();
                self.without = vec![0; self.read];
                Stage::Compare
            }
            Stage::Compare => {
                self.tell_differences(parts);
                if self.begin_roles(parts) {
                    Stage::Roles
                } else {
                    self.constants(parts);
                    Stage::Settle
                }
            }
            Stage::Roles => {
                self.finish_roles();
                self.constants(parts);
                Stage::Settle
            }
            Stage::Settle => return false,
        };
        true
    }

    /// Adds the columns that the paths of parts give.
    fn constants(&mut self, parts: &mut [Input]) {
        self.time(parts);
        let mut names: Vec<String> = Vec::new();
        for (name, _) in parts.iter().flat_map(|part| &part.constants) {
            if !self.places.contains_key(name) && !names.contains(name) {
                names.push(name.clone());
            }
        }
        for name in names {
            self.constant(&name, parts);
        }
    }

    /// Takes how dates are written in a part that shows it.
    fn dates(&mut self, part: &Input) {
        for (at, column) in part.sniff.columns.iter().enumerate() {
            if let Some(format) = column.time.filter(|f| is_slashed(*f))
                && !part.sniff.is_open(at)
            {
                self.dates.entry(column.name.clone()).or_insert(format);
            }
        }
    }

    fn settle(&self, part: &mut Input) {
        // What one part leaves open another one may tell.
        for at in 0..part.sniff.columns.len() {
            let told = self.dates.get(&part.sniff.columns[at].name);
            if let Some(format) = told.filter(|_| part.sniff.is_open(at)) {
                part.sniff.settle(at, *format);
            }
        }
        for column in &mut part.sniff.columns {
            column.numbers = Vec::new();
            column.samples = Vec::new();
            column.codes = Vec::new();
        }
        // A name that one part has in its rows and another one in its path is read from the rows.
        let given = |name: &String| self.places.get(name).filter(|at| **at >= self.read);
        part.constants.retain(|(name, _)| given(name).is_some());
        for (name, _) in &part.constants {
            if let Some(at) = given(name) {
                part.sniff.columns.push(self.columns[*at].clone());
                part.roles.push(self.roles[*at].clone());
            }
        }
    }

    fn push(&mut self, column: ColumnSniff) {
        self.places.insert(column.name.clone(), self.columns.len());
        self.seen.push(column.samples.iter().cloned().collect());
        self.columns.push(column);
    }

    /// Takes a column; mostly it is at the same place in all parts.
    fn take(&mut self, likely: usize, column: &ColumnSniff) {
        let there = self.columns.get(likely);
        let there = there.is_some_and(|c| c.name == column.name);
        let place = there.then_some(likely);
        let Some(at) = place.or_else(|| self.places.get(&column.name).copied()) else {
            self.push(ColumnSniff {
                numbers: Vec::new(),
                codes: Vec::new(),
                ..column.clone()
            });
            return;
        };
        let known = &mut self.columns[at];
        match (known.filled, column.filled) {
            (_, 0) => {}
            (0, _) => (known.kind, known.time) = (column.kind, column.time),
            _ if known.kind != column.kind => {
                known.kind = Kind::Category;
                self.mixed.insert(at);
            }
            _ => known.time = known.time.or(column.time),
        }
        known.filled += column.filled;
        known.missing += column.missing;
        known.whole &= column.whole;
        known.range = match (known.range, column.range) {
            (Some((low, high)), Some((l, h))) => Some((low.min(l), high.max(h))),
            (a, b) => a.or(b),
        };
        // As many of its values are new as of those that are shown.
        let seen = &mut self.seen[at];
        let new: Vec<&String> = column
            .samples
            .iter()
            .filter(|v| !seen.contains(*v))
            .collect();
        let shown = column.samples.len().max(1);
        known.distinct += (column.distinct * new.len()).div_ceil(shown);
        for value in new {
            if known.samples.len() < 5 {
                known.samples.push(value.clone());
            }
            if seen.len() < MOST_SEEN {
                seen.insert(value.clone());
            }
        }
    }

    /// Begins with the roles that the fullest part has; where all are small, they follow from all of
    /// them, and that is it: false.
    fn begin_roles(&mut self, parts: &[Input]) -> bool {
        let Some(fullest) = fullest(parts).filter(|part| part.sniff.rows >= ENOUGH_ROWS) else {
            (self.kind, self.roles) = guess(&self.columns);
            return false;
        };
        self.kind = fullest.kind;
        self.take_roles(fullest);
        true
    }

    fn take_roles(&mut self, part: &Input) {
        for (column, role) in part.sniff.columns.iter().zip(&part.roles) {
            if self.found.contains_key(&column.name) {
                continue;
            }
            let has = |found: &RoleGuess| found.role == role.role;
            if !(role.role.is_guessed_once() && self.found.values().any(has)) {
                self.found.insert(column.name.clone(), role.clone());
            }
        }
    }

    /// Which first rows have the same value, of the part that shows most of them.
    fn first_rows(&mut self, parts: &[Input]) {
        let shown = fullest(parts).into_iter();
        let shown = shown.flat_map(|part| &part.sniff.columns);
        let mut shown: BTreeMap<&str, &Vec<u16>> =
            shown.map(|c| (c.name.as_str(), &c.codes)).collect();
        for column in &mut self.columns {
            let codes = shown.remove(column.name.as_str());
            column.codes = codes.cloned().unwrap_or_default();
        }
    }

    fn finish_roles(&mut self) {
        let mut found = std::mem::take(&mut self.found);
        let role = |column: &ColumnSniff| {
            let untold = || {
                RoleGuess::new(
                    Role::Ignore,
                    0.3,
                    "another column has its role in other files",
                )
            };
            found.remove(&column.name).unwrap_or_else(untold)
        };
        self.roles = self.columns.iter().map(role).collect();
    }

    fn compare(&mut self, part: &Input) {
        let own = || part.sniff.columns.iter().map(|c| &c.name);
        if own().eq(self.columns.iter().map(|c| &c.name)) {
            return;
        }
        let own: BTreeSet<&String> = own().collect();
        for (lacks, column) in self.without.iter_mut().zip(&self.columns) {
            *lacks += usize::from(!own.contains(&column.name));
        }
    }

    /// Tells the parts which columns only some of them have, or have in another kind.
    fn tell_differences(&self, parts: &mut [Input]) {
        let (count, without) = (parts.len(), &self.without);
        let some = self.columns.iter().zip(without).filter(|(_, n)| **n > 0);
        let some: Vec<String> = some.map(|(c, n)| format!("'{}' ({n})", c.name)).collect();
        let lacking = without.iter().copied().max().unwrap_or(0);
        self.tell(parts, &some, lacking, |names| {
            format!(
                "{}{count} files of this table lack columns that others have: {names}. They are put together by name, and what is lacking is missing",
                DIFFER[0]
            )
        });
        let mixed = self.mixed.iter().filter_map(|at| self.columns.get(*at));
        let mixed: Vec<String> = mixed.map(|c| format!("'{}'", c.name)).collect();
        self.tell(parts, &mixed, count, |names| {
            format!(
                "{}{count} files of this table and words in others: {names}. They are read as words where their role does not need numbers or times",
                DIFFER[1]
            )
        });
    }

    fn tell(
        &self,
        parts: &mut [Input],
        names: &[String],
        files: usize,
        sentence: impl Fn(&str) -> String,
    ) {
        let (Some(first), false) = (parts.first_mut(), names.is_empty()) else {
            return;
        };
        let mut named = names[..names.len().min(MOST_NAMED)].join(", ");
        if names.len() > MOST_NAMED {
            named.push_str(&format!(" and {} more", names.len() - MOST_NAMED));
        }
        first.troubles.push(Trouble {
            line: 0,
            column: None,
            reason: sentence(&named),
            count: files as u64,
            row_lost: false,
        });
    }

    /// Adds the time that the paths of parts give in pieces, where rows have none; the pieces tell nothing else.
    fn time(&mut self, parts: &mut [Input]) {
        let timed = |role: &RoleGuess| matches!(role.role, Role::Time | Role::OutcomeTime);
        if self.roles.iter().any(timed) {
            return;
        }
        let Some(found) = path_time(parts) else {
            return;
        };
        let mut instants = Instants::new(TimeFormat::Iso);
        let given = |t: &&String| !t.is_empty();
        let mut times = found.times.iter().filter(given);
        if !times.all(|t| instants.read(t.as_bytes()).is_some()) {
            return;
        }
        let taken = |name: &str| {
            let own = self.places.contains_key(name);
            let mut given = parts.iter().flat_map(|part| &part.constants);
            own || given.any(|(n, _)| n == name)
        };
        let names = ["time", "path_time", "time_of_path"];
        let Some(name) = names.into_iter().find(|name| !taken(name)) else {
            return;
        };
        for (part, time) in parts.iter_mut().zip(&found.times) {
            part.constants.push((name.into(), time.clone()));
        }
        if let Some(first) = parts.first_mut() {
            first.notices.push(Notice {
                column: name.into(),
                sentence: found.sentence(name),
            });
        }
        // The time goes before its pieces, which may be times themselves.
        self.constant(name, parts);
        for piece in found
            .folders
            .iter()
            .filter(|f| !self.places.contains_key(*f))
            .cloned()
            .collect::<Vec<_>>()
        {
            self.constant(&piece, parts);
            if let Some(role) = self.roles.last_mut() {
                role.role = Role::Ignore;
                role.because = format!("a piece of {name}");
            }
        }
    }

    /// A column that the paths of the parts give.
    fn constant(&mut self, name: &str, parts: &[Input]) {
        let own = |part: &Input| {
            let value = part.constants.iter().find(|(n, _)| n == name);
            value.map_or_else(String::new, |(_, value)| value.clone())
        };
        let values: Vec<String> = parts.iter().map(own).collect();
        let filled: Vec<&String> = values.iter().filter(|v| !v.is_empty()).collect();
        let distinct: BTreeSet<&String> = filled.iter().copied().collect();
        let time = [TimeFormat::Iso, TimeFormat::Compact]
            .into_iter()
            .find(|format| {
                let mut instants = Instants::new(*format);
                let all = filled.iter().all(|v| instants.read(v.as_bytes()).is_some());
                all && !filled.is_empty()
            });
        let is = |role: Role| self.roles.iter().any(|r| r.role == role);
        let lower = name.to_lowercase();
        let version = ["model", "model_version", "version"].contains(&lower.as_str());
        let role = match time {
            Some(_) if is(Role::Time) => Role::Ignore,
            Some(_) => Role::Time,
            None if version && !is(Role::ModelVersion) => Role::ModelVersion,
            None if distinct.len() <= MOST_VALUES => Role::Segment,
            None => Role::Ignore,
        };
        let column = ColumnSniff {
            name: name.into(),
            kind: time.map_or(Kind::Category, |_| Kind::Time),
            time,
            samples: distinct.iter().take(5).map(|v| (*v).clone()).collect(),
            filled: filled.len(),
            missing: values.len() - filled.len(),
            distinct: distinct.len(),
            whole: false,
            range: None,
            numbers: Vec::new(),
            codes: Vec::new(),
        };
        let role = RoleGuess::new(role, 0.8, "from the names of the folders");
        self.push(column);
        self.roles.push(role);
    }
}

/// The part that shows most rows; the first of equals.
fn fullest(parts: &[Input]) -> Option<&Input> {
    parts.iter().rev().max_by_key(|part| part.sniff.rows)
}
