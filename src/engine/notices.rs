//! What is told of columns of words: that they hold too many of them, or numbers as well, or are not used
//! because hardly two of them are the same.

use super::message::{Input, Notice};
use crate::log::{
    FileKind, Role, RoleGuess, Source, is_prose, is_unread_time, kind_of, level_of, too_many_words,
};
use crate::read::cell::{Number, number};
use crate::read::{ColumnSniff, ReadError};
use crate::table::{Column, Kind, MOST_WORDS};
use std::collections::BTreeSet;

/// Cells of each kind at least, for a column to be told of as one that changes.
const FEWEST: usize = 20;

/// Columns that are named in a sentence.
const MOST_NAMED: usize = 5;

/// What is known of the columns of a source before its rows.
#[derive(Default)]
pub(super) struct Expected {
    /// Columns that are read as words.
    words: BTreeSet<String>,
    /// What was already told of a column.
    told: Vec<Notice>,
    /// Columns that are not used because hardly two of their words are the same.
    prose: Vec<String>,
    /// Columns of times beside that of the rows.
    times: Vec<String>,
    /// A column that is named like one of times, where there is none.
    unread: Option<String>,
    /// The only column, where its name looks like those of several.
    alone: Option<String>,
}

/// The sentence on the ends of an interval of which no name tells how much it is to hold.
fn assumed_interval(input: &Input) -> Option<Notice> {
    let columns = input.sniff.columns.iter().zip(&input.roles);
    let assumed = |g: &RoleGuess, name: &str| {
        let quantile = matches!(g.role, Role::Quantile(_)) && !g.is_given();
        let named = level_of(name).filter(|_| quantile)?;
        named.assumed
    };
    let mut columns = columns.filter_map(|(c, g)| Some((&c.name, assumed(g, &c.name)?)));
    let (column, assumed) = columns.next()?;
    let (percent, by) = (100.0 * assumed.coverage, assumed.by);
    Some(Notice {
        column: column.clone(),
        sentence: format!(
            "The name '{column}' does not tell how much the interval is to hold: {percent} % is taken, as {by} has it. Give both ends the levels of their quantiles if it is another one: quantile:0.025 and quantile:0.975 of an interval of 95 %."
        ),
    })
}

impl Expected {
    /// Adds what is known of a file's columns.
    pub fn take(&mut self, input: &Input) {
        let columns = input.sniff.columns.iter().zip(&input.roles);
        let words = columns.filter(|(c, g)| kind_of(g.role, c) == Some(Kind::Category));
        self.words.extend(words.map(|(c, _)| c.name.clone()));
        self.told.extend(input.notices.iter().cloned());
        if input.kind == FileKind::Outcomes {
            return;
        }
        self.told.extend(assumed_interval(input));
        // What the reader does not want to use needs no word.
        let unused = |g: &RoleGuess| g.role == Role::Ignore && g.confidence < 1.0;
        let columns = || input.sniff.columns.iter().zip(&input.roles);
        let guessed = |(c, g): &(&ColumnSniff, &RoleGuess)| {
            let open = matches!(g.role, Role::Ignore | Role::Feature | Role::Segment);
            open && g.confidence < 1.0 && is_unread_time(c)
        };
        if let [column] = &input.sniff.columns[..]
            && self.alone.is_none()
        {
            let parted = |by: &char| column.name.split(*by).count() > 2;
            let by = [' ', '^', ':', '~', '/', '\u{1}'].into_iter().find(parted);
            self.alone = by.map(|_| column.name.clone());
        }
        let unread = match columns().any(|(_, g)| g.role == Role::Time) {
            true => None,
            false => columns().find(guessed).map(|(c, _)| c.name.as_str()),
        };
        if let Some(name) = unread
            && self.unread.is_none()
        {
            self.unread = Some(name.into());
        }
        for (column, _) in columns().filter(|(c, g)| unused(g) && is_prose(c)) {
            if !self.prose.contains(&column.name) && unread != Some(&column.name) {
                self.prose.push(column.name.clone());
            }
        }
        for (column, _) in columns().filter(|(c, g)| unused(g) && c.kind == Kind::Time) {
            if !self.times.contains(&column.name) {
                self.times.push(column.name.clone());
            }
        }
    }

    /// The sentences on the columns of the rows that came.
    ///
    /// # Errors
    /// Where outcome or prediction hold more words than can be classes.
    pub fn notes(&self, source: &Source) -> Result<Vec<String>, ReadError> {
        let mut notes: Vec<String> = self.told.iter().map(|n| n.sentence.clone()).collect();
        let columns = source.table.names.iter().zip(&source.table.columns);
        for ((name, column), role) in columns.zip(&source.roles) {
            if !self.words.contains(name) {
                continue;
            }
            let known = self.told.iter().any(|n| n.column == *name);
            match (column, role) {
                (Column::Presence(_), Role::Prediction | Role::Outcome) => {
                    return Err(too_many_classes(&source.name, name));
                }
                (Column::Presence(_), _) => notes.push(too_many_words(name)),
                (_, Role::ModelVersion) => {}
                (Column::Category { codes, levels }, _) if !known => {
                    notes.extend(changes(name, codes, levels));
                }
                _ => {}
            }
        }
        notes.extend(self.alone.as_deref().map(one_column));
        notes.extend(self.unread.as_deref().map(unread_time));
        notes.extend(not_used(&self.prose));
        notes.extend(further_times(&self.times));
        Ok(notes)
    }
}

/// The sentence on a table whose columns are parted by a sign that is not known.
fn one_column(name: &str) -> String {
    format!(
        "Only one column was found, which is called '{name}': columns are parted by commas, semicolons, tabs or bars. Write the file with one of these."
    )
}

/// The sentence on times that cannot be read.
fn unread_time(name: &str) -> String {
    format!(
        "'{name}' is named like a time, but its values are not written as times are known to be: the rows are taken in the order of their file. Write them like 2026-01-31T13:05:00Z or 31.01.2026 13:05."
    )
}

/// The sentence on columns whose words mostly differ.
fn not_used(names: &[String]) -> Option<String> {
    let (named, one) = listed(names)?;
    Some(if one {
        format!(
            "{named} holds mostly different words: it is not used as a feature. Give it the role of a feature or a segment if it is one."
        )
    } else {
        format!(
            "{named} hold mostly different words: they are not used as features. Give them the role of a feature or a segment if they are one."
        )
    })
}

/// The sentence on dates that a model may have been given.
fn further_times(names: &[String]) -> Option<String> {
    let (named, one) = listed(names)?;
    let (hold, them, they) = match one {
        true => ("holds", "it", "it is"),
        false => ("hold", "them", "they are"),
    };
    Some(format!(
        "{named} {hold} dates: what they say is not watched. Where {they} an input, give {them} the role of a feature, and missing cells are; to have changes watched as well, write the days from the date to the row as a number."
    ))
}

/// Names in quotes, the first ones of many, and whether it is one.
fn listed(names: &[String]) -> Option<(String, bool)> {
    let quoted = names.iter().take(MOST_NAMED).map(|n| format!("'{n}'"));
    let mut quoted: Vec<String> = quoted.collect();
    match names.len().saturating_sub(MOST_NAMED) {
        0 => {}
        more => quoted.push(format!("{more} more")),
    }
    let last = quoted.pop()?;
    Some(match quoted.is_empty() {
        true => (last, true),
        false => (format!("{} and {last}", quoted.join(", ")), false),
    })
}

fn too_many_classes(file: &str, name: &str) -> ReadError {
    ReadError {
        file: file.into(),
        line: None,
        found: format!(
            "'{name}' holds more than {} 000 different words, too many to be classes",
            MOST_WORDS / 1_000
        ),
        mend: "Mark the column that holds the class or the number that is predicted".into(),
    }
}

/// Whether nearly all of these cells are alike, and enough of them.
fn mostly(alike: usize, all: usize) -> bool {
    all >= FEWEST && alike * 100 >= all * 95
}

/// The sentence on a column that holds numbers first and words from some row on, or the other way
/// round.
fn changes(name: &str, codes: &[u32], levels: &[String]) -> Option<String> {
    let is_number = |level: &String| {
        let reads = |decimal| matches!(number(level.as_bytes(), decimal), Number::Finite(_));
        reads(b'.') || reads(b',')
    };
    let numbers: Vec<bool> = levels.iter().map(is_number).collect();
    if numbers.iter().all(|n| *n) || !numbers.contains(&true) {
        return None;
    }
    // The row where the numbers are furthest ahead of the words, and the one where they are furthest
    // behind: balance, numbers and cells up to it.
    let (mut most, mut least) = ((0, 0, 0, 0), (0, 0, 0, 0));
    let (mut balance, mut count, mut all) = (0_i64, 0, 0);
    for (row, code) in (1..).zip(codes) {
        let Some(number) = numbers.get(*code as usize) else {
            continue;
        };
        balance += if *number { 1 } else { -1 };
        count += usize::from(*number);
        all += 1;
        if balance > most.0 {
            most = (balance, count, all, row);
        }
        if balance < least.0 {
            least = (balance, count, all, row);
        }
    }
    let sentence = |first: &str, then: &str, rows: usize| {
        format!(
            "'{name}' holds {first} in its first {rows} rows and {then} from there: it is read as words."
        )
    };
    let (_, before, cells, rows) = most;
    if mostly(before, cells) && mostly((all - cells) - (count - before), all - cells) {
        return Some(sentence("numbers", "words", rows));
    }
    let (_, before, cells, rows) = least;
    if mostly(cells - before, cells) && mostly(count - before, all - cells) {
        return Some(sentence("words", "numbers", rows));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{changes, further_times, not_used};

    #[test]
    fn columns_of_prose_are_one_sentence() {
        let told = |n: usize| {
            let names: Vec<String> = (0..n).map(|i| format!("t{i}")).collect();
            let sentence = not_used(&names);
            sentence.map(|s| {
                s.split_once(" hold")
                    .map_or(String::new(), |s| s.0.to_owned())
            })
        };
        assert_eq!(told(0), None);
        assert_eq!(told(1).as_deref(), Some("'t0'"));
        assert_eq!(told(2).as_deref(), Some("'t0' and 't1'"));
        assert_eq!(
            told(7).as_deref(),
            Some("'t0', 't1', 't2', 't3', 't4' and 2 more")
        );
    }

    #[test]
    fn dates_that_are_not_watched_are_told() {
        let told = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            further_times(&names)
        };
        assert_eq!(told(&[]), None);
        let one = told(&["signup"]).unwrap();
        assert!(one.starts_with("'signup' holds dates: what they say is not watched. Where it is an input, give it the role"), "{one}");
        let two = told(&["signup", "seen"]).unwrap();
        assert!(two.starts_with("'signup' and 'seen' hold dates"), "{two}");
    }

    /// The sentence on a column of these words, each so many times in a row.
    fn told(runs: &[(&str, usize)]) -> Option<String> {
        let levels: Vec<String> = runs.iter().map(|r| r.0.to_owned()).collect();
        let codes = (0_u32..).zip(runs);
        let codes: Vec<u32> = codes.flat_map(|(code, r)| vec![code; r.1]).collect();
        changes("x", &codes, &levels)
    }

    #[test]
    fn a_change_is_told_with_its_row_and_a_mixture_is_not() {
        let sentence = |first, rows, then| {
            Some(format!(
                "'x' holds {first} in its first {rows} rows and {then} from there: it is read as words."
            ))
        };
        assert_eq!(
            told(&[("1", 30), ("2,5", 31), ("high", 40)]),
            sentence("numbers", 61, "words")
        );
        assert_eq!(
            told(&[("high", 40), ("1", 30)]),
            sentence("words", 40, "numbers")
        );
        // A few words among the numbers change nothing.
        let late = told(&[("1", 50), ("odd", 1), ("2", 50), ("high", 40)]);
        assert_eq!(late, sentence("numbers", 101, "words"));
        assert_eq!(told(&[("1", 30), ("high", 19)]), None, "too few");
        assert_eq!(told(&[("1", 30), ("a", 30), ("2", 30)]), None);
        assert_eq!(told(&[("1", 30), ("2", 30)]), None);
        assert_eq!(told(&[("a", 30), ("b", 30)]), None);
        assert_eq!(told(&[]), None);
    }
}
