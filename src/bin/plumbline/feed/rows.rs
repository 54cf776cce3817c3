//! Rows of tables as they come: lines of JSON in the order of time, each with when it comes.
//!
//! A row comes at its own time. Outcomes come at theirs, which is late; of a file that holds them beside their
//! predictions, and when each became known, they are a table of their own. Rows without a time come with those of
//! other tables that have the same id; else with the row before them; else at once.
//!
//! Ids are written as they stand. Of more than 100 000 different ids in a group of a columnar file words are not kept:
//! then the ids of all tables are written as hashes, which meet just the same.

use crate::files::Lines;
use plumbline::engine::message::Input;
use plumbline::log::{FileKind, Role};
use plumbline::stats::far::usual;
use plumbline::table::time::{DAY, Time};
use plumbline::table::{Column, Table};
use std::collections::{BTreeSet, HashMap};
use std::io::Write;

/// A table whose rows come one after the other.
#[derive(Debug, Default)]
pub struct Track {
    /// What it is called in addresses.
    pub name: String,
    /// What its rows are: predictions, outcomes, reference.
    pub kind: &'static str,
    /// The lines of all rows, one a row.
    text: Vec<u8>,
    /// When each row comes, rising, and where its line ends.
    rows: Vec<(i64, usize)>,
}

impl Track {
    /// Rows in all.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Rows that have come at a time.
    pub fn come(&self, now: i64) -> usize {
        self.rows.partition_point(|(time, _)| *time <= now)
    }

    /// The lines from one row up to another.
    pub fn lines(&self, from: usize, to: usize) -> &[u8] {
        let start = self.end(from);
        self.text
            .get(start..self.end(to).max(start))
            .unwrap_or_default()
    }

    /// Bytes up to a row.
    pub fn end(&self, row: usize) -> usize {
        match row.checked_sub(1) {
            None => 0,
            Some(last) => self.rows.get(last).map_or(self.text.len(), |row| row.1),
        }
    }

    /// When the first and the last row come that have a time.
    pub fn span(&self) -> Option<(i64, i64)> {
        let first = self.rows.get(self.come(i64::MIN))?;
        Some((first.0, self.rows.last()?.0))
    }
}

/// What is known of a table, before its rows have their order.
struct Draft {
    name: String,
    kind: FileKind,
    /// Lines of rows, with the time and the id that each has.
    rows: Vec<(Option<i64>, Option<String>, Vec<u8>)>,
    timed: bool,
}

/// The first time at which a row of some tables comes that is not dated far from all others: those come at once.
pub fn first(tables: &[Lines]) -> Option<i64> {
    let parts = tables.iter().flat_map(|table| &table.parts);
    let mut times: Vec<i64> = Vec::new();
    for (part, input) in parts {
        let cells = Cells::new(part, input, 0);
        times.extend((0..part.rows).filter_map(|row| {
            let time = cells.time(row, Part::Time);
            time.or_else(|| cells.time(row, Part::OutcomeTime))
        }));
    }
    times.sort_unstable();
    let rows: Vec<(f64, u64)> = times.iter().map(|time| (*time as f64, 1)).collect();
    let usual = usual(&rows, DAY as f64);
    let near = |time: &&i64| usual.is_none_or(|usual| **time as f64 >= usual.0);
    times.iter().find(near).copied()
}

/// The tables as they come, their times shifted by so much; and sentences on what was assumed.
pub fn tracks(tables: Vec<Lines>, shift: i64) -> (Vec<Track>, Vec<String>) {
    let mut notes = Vec::new();
    let mut drafts: Vec<Draft> = Vec::new();
    for table in tables {
        drafts.extend(drafts_of(table, shift));
    }
    drafts.retain(|draft| !draft.rows.is_empty());
    let mut known: HashMap<String, i64> = HashMap::new();
    if drafts.iter().any(|draft| !draft.timed) {
        for (time, id, _) in drafts.iter().filter(|d| d.timed).flat_map(|d| &d.rows) {
            if let (Some(time), Some(id)) = (time, id) {
                known.entry(id.clone()).or_insert(*time);
            }
        }
    }
    let mut names = BTreeSet::new();
    let mut tracks = Vec::new();
    for mut draft in drafts {
        if !draft.timed {
            let (mut with, all) = (0, draft.rows.len());
            for (time, id, _) in &mut draft.rows {
                *time = id.as_ref().and_then(|id| known.get(id)).copied();
                with += usize::from(time.is_some());
            }
            notes.push(match with {
                0 => format!(
                    "{}: its rows have no time, so they come at once",
                    draft.name
                ),
                _ => format!(
                    "{}: its rows have no time, so {with} of {all} come with the row of their id",
                    draft.name
                ),
            });
        }
        tracks.push(track(draft, &mut names));
    }
    (tracks, notes)
}

/// Puts the rows of a table into their order, under a name of its own.
fn track(draft: Draft, names: &mut BTreeSet<String>) -> Track {
    let mut rows = draft.rows;
    let mut before = i64::MIN;
    for (time, _, _) in &mut rows {
        before = time.unwrap_or(before);
        *time = Some(before);
    }
    rows.sort_by_key(|(time, _, _)| *time);
    let plain = plain(&draft.name);
    let mut name = plain.clone();
    let mut more = 2;
    while !names.insert(name.clone()) {
        name = format!("{plain}-{more}");
        more += 1;
    }
    let mut track = Track {
        name,
        kind: match draft.kind {
            FileKind::Predictions => "predictions",
            FileKind::Outcomes => "outcomes",
            FileKind::Reference => "reference",
        },
        ..Track::default()
    };
    for (time, _, line) in rows {
        track.text.extend(line);
        track.text.push(b'\n');
        track
            .rows
            .push((time.unwrap_or(i64::MIN), track.text.len()));
    }
    track
}

/// A name for addresses: without folder and ending, of letters that need no escape.
fn plain(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let stem = name.split('.').next().unwrap_or(name);
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let plain: String = stem.chars().map(letter).collect();
    match plain.trim_matches('-') {
        "" => "table".into(),
        plain => plain.into(),
    }
}

/// What a column is to the replay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Id,
    Time,
    OutcomeTime,
    Outcome,
    Other,
}

/// The rows of a table; outcomes beside their predictions are a table of their own, where it is told when each came.
fn drafts_of(table: Lines, shift: i64) -> Vec<Draft> {
    let Lines { input, parts } = table;
    let has = |role| input.roles.iter().any(|guess| guess.role == role);
    let later = input.kind == FileKind::Predictions
        && [Role::Id, Role::Outcome, Role::OutcomeTime, Role::Time].map(has) == [true; 4];
    let time = match input.kind {
        FileKind::Outcomes if has(Role::OutcomeTime) => Part::OutcomeTime,
        _ if has(Role::Time) => Part::Time,
        _ if later => Part::Time,
        _ => Part::OutcomeTime,
    };
    let draft = |name: String, kind| Draft {
        name,
        kind,
        rows: Vec::new(),
        timed: has(Role::Time) || has(Role::OutcomeTime),
    };
    let name = input.name.clone();
    let mut rows = draft(name.clone(), input.kind);
    let mut outcomes = draft(
        format!("{}-outcomes", name.split('.').next().unwrap_or(&name)),
        FileKind::Outcomes,
    );
    for (part, input) in parts {
        let cells = Cells::new(&part, &input, shift);
        for row in 0..part.rows {
            let id = cells.id(row);
            if !later {
                let line = cells.line(row, |_| true);
                rows.rows.push((cells.time(row, time), id, line));
                continue;
            }
            let of_outcome = |part| matches!(part, Part::Outcome | Part::OutcomeTime);
            let line = cells.line(row, |part| !of_outcome(part));
            rows.rows
                .push((cells.time(row, Part::Time), id.clone(), line));
            if !cells.lacks(row, Part::Outcome) {
                let line = cells.line(row, |part| of_outcome(part) || part == Part::Id);
                let came = cells.time(row, Part::OutcomeTime);
                // One that does not say when it came was there with its prediction.
                let came = came.or_else(|| cells.time(row, Part::Time));
                outcomes.rows.push((came, id, line));
            }
        }
    }
    vec![rows, outcomes]
}

/// The columns of a part, ready to be written.
struct Cells<'a> {
    columns: Vec<(Part, String, &'a Column)>,
    /// What the file's path gives to all its rows.
    constants: String,
    shift: i64,
}

impl<'a> Cells<'a> {
    fn new(table: &'a Table, input: &Input, shift: i64) -> Self {
        let role = |name: &str| {
            let mut known = input.sniff.columns.iter().zip(&input.roles);
            known
                .find(|(c, _)| c.name == name)
                .map(|(_, guess)| guess.role)
        };
        let columns = table.names.iter().zip(&table.columns);
        let columns = columns.map(|(name, column)| {
            let part = match role(name) {
                Some(Role::Id) => Part::Id,
                Some(Role::Time) => Part::Time,
                Some(Role::OutcomeTime) => Part::OutcomeTime,
                Some(Role::Outcome) => Part::Outcome,
                _ => Part::Other,
            };
            (part, text(name), column)
        });
        let constants = input.constants.iter();
        let constants = constants.map(|(name, value)| format!(",{}:{}", text(name), text(value)));
        Self {
            columns: columns.collect(),
            constants: constants.collect(),
            shift,
        }
    }

    fn line(&self, row: usize, wanted: impl Fn(Part) -> bool) -> Vec<u8> {
        let mut line = vec![b'{'];
        for (_, name, column) in self.columns.iter().filter(|(part, _, _)| wanted(*part)) {
            if line.len() > 1 {
                line.push(b',');
            }
            line.extend_from_slice(name.as_bytes());
            line.push(b':');
            cell(column, row, self.shift, &mut line);
        }
        if wanted(Part::Other) {
            let from = usize::from(line.len() == 1);
            line.extend_from_slice(self.constants.as_bytes().get(from..).unwrap_or_default());
        }
        line.push(b'}');
        line
    }

    fn time(&self, row: usize, of: Part) -> Option<i64> {
        self.columns
            .iter()
            .find_map(|(part, _, column)| match column {
                Column::Time(times) if *part == of && !column.is_missing(row) => {
                    Some(times.get(row)?.saturating_add(self.shift))
                }
                _ => None,
            })
    }

    fn lacks(&self, row: usize, of: Part) -> bool {
        let mut columns = self.columns.iter().filter(|(part, _, _)| *part == of);
        columns.all(|(_, _, column)| column.is_missing(row))
    }

    /// The text of what names a row; times in it as they are without a shift.
    fn id(&self, row: usize) -> Option<String> {
        let mut id = Vec::new();
        for (_, _, column) in self.columns.iter().filter(|(part, _, _)| *part == Part::Id) {
            if column.is_missing(row) {
                return None;
            }
            cell(column, row, 0, &mut id);
            id.push(b' ');
        }
        String::from_utf8(id).ok().filter(|id| !id.is_empty())
    }
}

/// Writes a cell as JSON.
fn cell(column: &Column, row: usize, shift: i64, line: &mut Vec<u8>) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if column.is_missing(row) {
        line.extend_from_slice(b"null");
        return;
    }
    // Writing to memory does not fail.
    let _ = match column {
        Column::Number(numbers) => match numbers[row] {
            x if x.fract() == 0.0 && x.abs() < EXACT => write!(line, "{}", x as i64),
            x => serde_json::to_writer(&mut *line, &x).map_err(Into::into),
        },
        Column::Time(times) => write!(line, "\"{}\"", Time(times[row].saturating_add(shift))),
        Column::Category { codes, levels } => {
            let word = levels.get(codes[row] as usize);
            line.extend_from_slice(text(word.map_or("", String::as_str)).as_bytes());
            Ok(())
        }
        Column::Key(keys) => write!(line, "\"{:032x}\"", keys[row]),
        Column::Presence(_) => write!(line, "true"),
    };
}

/// A text as JSON.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use plumbline::engine::look;

    fn lines(name: &str, csv: &str) -> Lines {
        let input = look(name, &csv.as_bytes()).unwrap();
        crate::files::lines_of_bytes(input, csv.as_bytes())
    }

    fn came(track: &Track, now: &str) -> String {
        let rows = track.come(Time::parse(now).unwrap().0);
        String::from_utf8(track.lines(0, rows).to_vec()).unwrap()
    }

    #[test]
    fn rows_come_at_their_time_and_outcomes_late() {
        let log = lines(
            "log.csv",
            "id,timestamp,score\n007,2026-01-02T00:00:00Z,0.5\n008,2026-01-01T00:00:00Z,0.25\n009,2026-01-09T00:00:00Z,0.75\n",
        );
        let outcomes = lines(
            "truth.csv",
            "id,label_time,label\n008,2026-01-04T00:00:00Z,1\n007,2026-01-03T00:00:00Z,0\n",
        );
        let (tracks, notes) = tracks(vec![log, outcomes], 0);
        assert_eq!(notes, Vec::<String>::new());
        assert_eq!(
            (tracks[0].kind, tracks[1].kind),
            ("predictions", "outcomes")
        );
        assert_eq!(
            came(&tracks[0], "2026-01-01T12:00:00Z"),
            "{\"id\":\"008\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"score\":0.25}\n"
        );
        assert_eq!(came(&tracks[1], "2026-01-02T12:00:00Z"), "");
        assert_eq!(
            came(&tracks[1], "2026-01-03T12:00:00Z"),
            "{\"id\":\"007\",\"label_time\":\"2026-01-03T00:00:00Z\",\"label\":0}\n"
        );
    }

    #[test]
    fn outcomes_beside_their_predictions_are_a_table_that_comes_later() {
        let log = lines(
            "log.csv",
            "id,timestamp,score,label,label_time\na,2026-01-01T00:00:00Z,0.5,1,2026-01-03T00:00:00Z\nb,2026-01-02T00:00:00Z,0.25,,\nc,2026-01-03T00:00:00Z,0.75,0,2026-01-09T00:00:00Z\n",
        );
        let (tracks, _) = tracks(vec![log], 0);
        let names: Vec<&str> = tracks.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["log", "log-outcomes"]);
        assert_eq!((tracks[0].len(), tracks[1].len()), (3, 2));
        assert!(!came(&tracks[0], "2027-01-01T00:00:00Z").contains("label"));
        assert_eq!(came(&tracks[1], "2026-01-02T00:00:00Z"), "");
        assert!(came(&tracks[1], "2026-01-03T00:00:00Z").contains("\"label\":1"));
    }

    #[test]
    fn rows_without_a_time_come_with_those_of_their_id() {
        let log = lines(
            "log.csv",
            "id,timestamp,score\na,2026-01-01T00:00:00Z,0.5\nb,2026-01-02T00:00:00Z,0.25\nc,2026-01-03T00:00:00Z,0.75\n",
        );
        let outcomes = lines("truth.csv", "id,label\nb,0\na,1\n");
        let (tracks, notes) = tracks(vec![log, outcomes], 0);
        assert_eq!(
            came(&tracks[1], "2026-01-01T00:00:00Z"),
            "{\"id\":\"a\",\"label\":1}\n"
        );
        assert!(notes[0].contains("2 of 2"), "{notes:?}");
    }

    #[test]
    fn a_row_of_1970_sets_no_clock() {
        let rows = (0..60).map(|i| format!("{i},2026-01-0{}T00:00:00Z,0.5\n", 1 + i % 9));
        let csv = |far: &str| {
            let rows: String = rows.clone().collect();
            lines("log.csv", &format!("id,timestamp,score\n{far}{rows}"))
        };
        let begins = Time::parse("2026-01-01T00:00:00Z").map(|t| t.0);
        assert_eq!(first(&[csv("")]), begins);
        assert_eq!(first(&[csv("x,1970-01-01T00:00:07Z,0.5\n")]), begins);
    }

    #[test]
    fn names_need_no_escape() {
        for (name, expected) in [
            ("a/my log (1).csv.gz", "my-log--1"),
            ("part-*.csv", "part"),
            (".csv", "table"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }
}
