//! By what an outcome finds its prediction: an id, or several columns that are one key together.
//!
//! A file of outcomes names its key: all its columns that are marked as id. In a file of predictions these
//! are the columns of the same names, whatever else they mean there (the time of the prediction, a
//! segment); where one of them is lacking, the columns marked as id, in their order, if they are as many.
//! So `store, item, date, sales` is joined with `store, item, date, forecast`, and `request_id` with `id`.
//!
//! Cells meet by value: equal instants however they are written, `7` and `7.0` and the word `7`. A row that
//! lacks a part has no key. A row's key takes 16 bytes, of however many columns it is.

use super::Role;
use super::names::{apart, ids, places, words};
use super::rows::Source;
use crate::table::key::{each, of_both};
use crate::table::{Column, NO_KEY};

/// Columns that are one key together.
#[derive(Clone)]
pub(super) struct Keys {
    /// As the first file that has them names them; none, where no file does.
    names: Vec<String>,
    /// The files of outcomes.
    outcomes: Vec<Shape>,
    /// Whether all files hold them as nothing but an id.
    pub are_ids: bool,
    /// A column that holds times in one file and something else in another one.
    unlike: Option<String>,
}

/// The columns of a file.
#[derive(Clone)]
struct Shape {
    file: String,
    names: Vec<String>,
    roles: Vec<Role>,
    times: Vec<bool>,
}

impl Shape {
    fn of(source: &Source) -> Self {
        let is_time = |column: &Column| matches!(column, Column::Time(_));
        Self {
            file: source.name.clone(),
            names: source.table.names.clone(),
            roles: source.roles.clone(),
            times: source.table.columns.iter().map(is_time).collect(),
        }
    }

    fn columns(&self) -> Vec<(&str, Role)> {
        let names = self.names.iter().map(String::as_str);
        names.zip(self.roles.iter().copied()).collect()
    }
}

impl Keys {
    /// What outcomes are joined by.
    pub fn of(outcomes: &[Source]) -> Self {
        let outcomes: Vec<Shape> = outcomes.iter().map(Shape::of).collect();
        Self {
            names: first_ids(&outcomes),
            outcomes,
            are_ids: true,
            unlike: None,
        }
    }

    /// What predictions without outcomes are told apart by, if anything.
    pub fn own(predictions: &[Source]) -> Option<Self> {
        let shapes: Vec<Shape> = predictions.iter().map(Shape::of).collect();
        let mut keys = Self::of(&[]);
        keys.names = first_ids(&shapes);
        keys.compare(&shapes);
        (!keys.names.is_empty()).then_some(keys)
    }

    /// Finds the columns of the outcomes' key in predictions.
    ///
    /// # Errors
    /// A sentence, where they have no key in common.
    pub fn meet(&mut self, predictions: &[Source]) -> Result<(), String> {
        let shapes: Vec<Shape> = predictions.iter().map(Shape::of).collect();
        let known: Vec<_> = shapes.iter().map(Shape::columns).collect();
        for shape in &self.outcomes {
            if let Some(why) = apart(&shape.file, &shape.columns(), &known) {
                return Err(why);
            }
            if self.places(&shape.columns()).is_none() {
                return Err(format!(
                    "{} and {} are joined by different columns. Mark the same columns as id in all files of outcomes, or read them one after the other.",
                    self.outcomes.first().map_or("", |s| s.file.as_str()),
                    shape.file
                ));
            }
        }
        self.compare(&shapes);
        Ok(())
    }

    /// Compares what the files of outcomes and some predictions hold in the columns.
    fn compare(&mut self, predictions: &[Shape]) {
        let mut are_ids = true;
        let mut times: Vec<Option<bool>> = vec![None; self.names.len()];
        for shape in self.outcomes.iter().chain(predictions) {
            let places = self.places(&shape.columns()).unwrap_or_default();
            for ((at, name), time) in places.into_iter().zip(&self.names).zip(&mut times) {
                are_ids &= shape.roles.get(at) == Some(&Role::Id);
                let is = shape.times.get(at) == Some(&true);
                if *time.get_or_insert(is) != is {
                    self.unlike.get_or_insert_with(|| name.clone());
                }
            }
        }
        self.are_ids = are_ids;
    }

    /// Their names.
    pub fn columns(&self) -> &[String] {
        &self.names
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
    fn places(&self, columns: &[(&str, Role)]) -> Option<Vec<usize>> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        places(&names, columns)
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
            if let Some(places) = self.places(&columns(source)) {
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

/// The ids of the first file that has some.
fn first_ids(shapes: &[Shape]) -> Vec<String> {
    let mut names = shapes
        .iter()
        .map(|s| ids(&s.columns()).map(String::from).collect());
    names
        .find(|n: &Vec<String>| !n.is_empty())
        .unwrap_or_default()
}

fn columns(source: &Source) -> Vec<(&str, Role)> {
    let names = source.table.names.iter().map(String::as_str);
    names.zip(source.roles.iter().copied()).collect()
}

#[cfg(test)]
mod tests;
