//! By what an outcome finds its prediction: an id, or several columns that are one key together.
//!
//! A file of outcomes names its key: all its columns that are marked as id. In a file of predictions these
//! are the columns of the same names, whatever else they mean there (the time of the prediction, a
//! segment); where one of them is lacking, the columns marked as id, in their order, if they are as many.
//! So `store, item, date, sales` is joined with `store, item, date, forecast`, and `request_id` with `id`.
//!
//! Cells meet by value: equal instants however they are written, `7` and `7.0` and the word `7`. A row that
//! lacks a part has no key. A row's key takes 16 bytes, of however many columns it is.

use super::rows::Source;
use super::{FileKind, Role};
use crate::table::key::{each, of_both};
use crate::table::{Column, NO_KEY};
use std::collections::BTreeSet;

/// Names that are listed in a sentence.
const MOST_NAMED: usize = 8;

/// Columns that are one key together.
pub(super) struct Keys {
    /// As the first file that has them names them.
    names: Vec<String>,
    /// Whether all files hold them as nothing but an id.
    pub are_ids: bool,
    /// A column that holds times in one file and something else in another one.
    unlike: Option<String>,
}

impl Keys {
    /// What outcomes are joined by; without outcomes, what the predictions are told apart by. `None` where
    /// there is no such thing.
    ///
    /// # Errors
    /// A sentence, where outcomes and predictions have no key in common.
    pub fn of(outcomes: &[Source], predictions: &[Source]) -> Result<Option<Self>, String> {
        let known: Vec<Vec<(&str, Role)>> = predictions.iter().map(columns).collect();
        for source in outcomes {
            if let Some(why) = apart(&source.name, &columns(source), &known) {
                return Err(why);
            }
        }
        let mut all = outcomes.iter().chain(predictions);
        let names = |s: &Source| ids(&columns(s)).map(String::from).collect::<Vec<_>>();
        let Some(names) = all.find(|s| ids(&columns(s)).next().is_some()).map(names) else {
            return Ok(None);
        };
        let mut keys = Self {
            names,
            are_ids: true,
            unlike: None,
        };
        let mut times: Vec<Option<bool>> = vec![None; keys.names.len()];
        for source in outcomes.iter().chain(predictions) {
            let Some(places) = keys.places(source) else {
                if source.kind == FileKind::Outcomes {
                    return Err(format!(
                        "{} and {} are joined by different columns. Mark the same columns as id in all files of outcomes, or read them one after the other.",
                        outcomes.first().map_or("", |s| s.name.as_str()),
                        source.name
                    ));
                }
                continue;
            };
            for ((at, name), time) in places.into_iter().zip(&keys.names).zip(&mut times) {
                keys.are_ids &= source.roles.get(at) == Some(&Role::Id);
                let is = matches!(source.table.columns.get(at), Some(Column::Time(_)));
                if *time.get_or_insert(is) != is {
                    keys.unlike.get_or_insert_with(|| name.clone());
                }
            }
        }
        Ok(Some(keys))
    }

    /// Their names: `store, item and date`.
    pub fn names(&self) -> String {
        words(&self.names)
    }

    /// What is told of them in the report; nothing of a single id.
    pub fn note(&self) -> Option<String> {
        (self.names.len() > 1 || !self.are_ids).then(|| format!("Joined by {}.", self.names()))
    }

    /// The sentence on outcomes of which none meets a prediction.
    pub fn strangers(&self, count: usize, file: &str) -> String {
        if self.names.len() == 1 && self.are_ids {
            return format!(
                "None of the {count} ids of {file} is among the ids of the predictions. Check that the id columns of both files mean the same."
            );
        }
        let names = self.names();
        let mend = match &self.unlike {
            Some(name) => format!(
                "'{name}' holds times in one file and something else in another one: write it alike in both."
            ),
            None => "Check that these columns mean the same in both files; mark those as id that tell the rows apart, and no other.".into(),
        };
        format!(
            "None of the {count} keys ({names}) of {file} is among those of the predictions. {mend}"
        )
    }

    /// Where the columns are in a file.
    fn places(&self, source: &Source) -> Option<Vec<usize>> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        places(&names, &columns(source))
    }

    /// The key of each row of files one below the other; the cells of a single column of ids are moved.
    ///
    /// # Errors
    /// A sentence, where a column was not kept, for it holds too many words.
    pub fn take(&self, sources: &mut [Source]) -> Result<Vec<u128>, String> {
        let mut all = Vec::new();
        let mut rows = 0;
        for source in sources {
            rows += source.table.rows;
            if let Some(places) = self.places(source) {
                let keys = taken(source, &places)?;
                if all.is_empty() {
                    // Moved: mostly there is but one file.
                    all = keys;
                } else {
                    all.extend(keys);
                }
            }
            // Rows of a file without such columns have no key.
            all.resize(rows, NO_KEY);
        }
        Ok(all)
    }
}

/// The key of each row of a file.
fn taken(source: &mut Source, places: &[usize]) -> Result<Vec<u128>, String> {
    if let [at] = places
        && let Some(column @ Column::Key(_)) = source.table.columns.get_mut(*at)
    {
        let left = column.presence();
        if let Column::Key(keys) = std::mem::replace(column, left) {
            return Ok(keys);
        }
    }
    let mut keys = Vec::with_capacity(source.table.rows);
    for (part, at) in places.iter().enumerate() {
        let table = &mut source.table;
        let (Some(name), Some(column)) = (table.names.get(*at), table.columns.get_mut(*at)) else {
            continue;
        };
        if matches!(column, Column::Presence(_)) {
            return Err(format!(
                "'{name}' of {} holds too many different words to be kept as words, but its rows are to be joined by it. Mark it as id there.",
                source.name
            ));
        }
        if part == 0 {
            each(column, |key| keys.push(key));
        } else {
            add(&mut keys, column);
        }
        if matches!(column, Column::Key(_)) {
            // Nobody else asks for it.
            *column = column.presence();
        }
    }
    Ok(keys)
}

/// Adds the cells of a column to the keys of its rows.
fn add(keys: &mut [u128], column: &Column) {
    let mut rows = keys.iter_mut();
    each(column, |cell| {
        if let Some(key) = rows.next() {
            *key = of_both(*key, cell);
        }
    });
}

/// Tells keys apart by something more; a missing cell of it is a value like any other.
pub(super) fn refine(keys: &mut [u128], column: &Column) {
    let mut rows = keys.iter_mut();
    each(column, |cell| {
        if let Some(key) = rows.next() {
            *key = of_both(*key, cell.max(1));
        }
    });
}

fn columns(source: &Source) -> Vec<(&str, Role)> {
    let names = source.table.names.iter().map(String::as_str);
    names.zip(source.roles.iter().copied()).collect()
}

fn ids<'a>(columns: &[(&'a str, Role)]) -> impl Iterator<Item = &'a str> {
    let ids = columns.iter().filter(|c| c.1 == Role::Id);
    ids.map(|c| c.0).collect::<Vec<_>>().into_iter()
}

/// Where columns of these names are, or else those marked as id, if they are as many.
fn places(names: &[&str], columns: &[(&str, Role)]) -> Option<Vec<usize>> {
    let named = names.iter().map(|name| place(name, columns));
    named.collect::<Option<Vec<usize>>>().or_else(|| {
        let ids = (0..columns.len()).filter(|&at| columns[at].1 == Role::Id);
        let ids: Vec<usize> = ids.collect();
        (ids.len() == names.len()).then_some(ids)
    })
}

/// Where a column of a name is that can be a part of a key. Capitals do not count where none is called
/// just so.
fn place(name: &str, columns: &[(&str, Role)]) -> Option<usize> {
    let keeps = |role: Role| {
        let says = [
            Role::Prediction,
            Role::Score,
            Role::ClassScore,
            Role::Outcome,
            Role::Ignore,
        ];
        !says.contains(&role)
    };
    let find = |same: &dyn Fn(&str) -> bool| columns.iter().position(|c| same(c.0) && keeps(c.1));
    find(&|other| other == name).or_else(|| find(&|other| same_name(other, name)))
}

/// Whether two columns are called the same.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    a == b || plain_name(a) == plain_name(b)
}

/// What counts of a column's name: not its capitals, nor blanks around it.
#[must_use]
pub fn plain_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Why the outcomes of a file cannot be joined with predictions, each given as names and roles of its
/// columns: a sentence that says how to mend it.
#[must_use]
pub fn apart(
    file: &str,
    outcomes: &[(&str, Role)],
    predictions: &[Vec<(&str, Role)>],
) -> Option<String> {
    let names: Vec<&str> = ids(outcomes).collect();
    if names.is_empty() {
        let theirs = predictions.iter().flatten().map(|c| plain_name(c.0));
        let theirs: BTreeSet<String> = theirs.collect();
        let has = |name: &&str| theirs.contains(&plain_name(name));
        let common = outcomes.iter().filter(|c| c.1 != Role::Outcome);
        let common: Vec<&str> = common.map(|c| c.0).filter(has).collect();
        return Some(match common[..] {
            [] => format!(
                "{file} holds outcomes, but no id, and none of its columns is called like one of the predictions. Mark the column that holds the predictions' id, or give the columns that tell the rows apart (such as store and date) the same names in both files."
            ),
            _ => format!(
                "{file} holds outcomes, but no id. Mark the column that holds the predictions' id, or those of {} that tell the rows apart together.",
                words(&common)
            ),
        });
    }
    if predictions.iter().any(|p| places(&names, p).is_some()) {
        return None;
    }
    let none = predictions.iter().all(|p| ids(p).next().is_none());
    if none && names.len() == 1 {
        return Some(format!(
            "{file} holds outcomes, but the predictions have no id to join them by. Mark the id column in both files, or put the outcome into the file of predictions."
        ));
    }
    let lacks = |name: &&str| predictions.iter().all(|p| place(name, p).is_none());
    let lacking: Vec<&str> = names.iter().copied().filter(lacks).collect();
    Some(format!(
        "{file} is joined by {}, but the predictions have no column '{}' to join by. Mark as many columns as id in both files, of the same names or in the same order.",
        words(&names),
        lacking.first().or(names.first()).unwrap_or(&"")
    ))
}

/// `store, item and date`; of many names the first ones, and how many more there are.
fn words<T: AsRef<str>>(names: &[T]) -> String {
    let shown = if names.len() > MOST_NAMED + 1 {
        MOST_NAMED
    } else {
        names.len()
    };
    let mut shown: Vec<&str> = names[..shown].iter().map(|n| n.as_ref().trim()).collect();
    let more = format!("{} more", names.len() - shown.len());
    if shown.len() < names.len() {
        shown.push(&more);
    }
    match shown[..] {
        [ref most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => shown.concat(),
    }
}

#[cfg(test)]
mod tests;
