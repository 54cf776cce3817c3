//! Which columns turn out to hold words, though their first rows held numbers.
//!
//! A column is one of numbers where 95 % of its filled cells are numbers. The first look judges so by the
//! first rows; when all parts of a file stand, all cells are judged by the same rule, and the files of a
//! column that does not hold numbers after all are read once more, with its cells as words. Labels (the
//! outcome and the prediction, where they are few whole numbers) are asked for more: a stretch of error
//! texts among them would be a class of its own. Other roles need numbers or times: there a word is a
//! cell at fault, whatever their count, and so it is where outcome and prediction are quantities.
//!
//! An input that begins with many rows of numbers alone, and goes on with numbers beside words, is one of numbers in
//! which words are a fault, however many: a baseline of numbers is not to lose them to a fault that comes later.
//!
//! What is counted adds up over the parts of a file, so the result depends neither on its cuts nor on
//! who read them.

use super::message::{Input, Notice};
use super::shards::Shards;
use crate::log::Role;
use crate::read::ColumnSniff;
use crate::table::Kind;
use std::collections::BTreeMap;

/// Cells that are no numbers at least.
const FEWEST: u64 = 20;
/// The percentage of the filled cells that they have to exceed.
const PERCENT: u64 = 5;
/// The same for labels.
const PERCENT_OF_LABELS: u64 = 20;
/// The percentage of the filled cells that come before the first word, and of those behind it that are still numbers,
/// at least, for an input to stay one of numbers.
const BEFORE: u64 = 10;
const BEHIND: u64 = 20;
/// Different numbers at most that are taken as labels.
const LABELS: usize = 20;

/// Cells of a column in all files of a table.
#[derive(Default)]
struct Cells {
    numbers: u64,
    unfit: u64,
    /// File and line of the first that is no number.
    first: Option<(usize, u64)>,
    /// Lines before that, in all files.
    before: u64,
}

impl Cells {
    /// Whether numbers came alone for long and still come beside the words. A line may hold no cell of the column, so
    /// that fewer numbers are before the first word, and more behind it, than is taken here.
    fn stay_numbers(&self) -> bool {
        let behind = self.numbers.saturating_sub(self.before);
        let before = self.numbers - behind;
        let filled = self.numbers + self.unfit;
        before * 100 >= filled * BEFORE && behind * 100 >= (behind + self.unfit) * BEHIND
    }
}

/// Has columns read as words that hold too many of them to be read as numbers, and gives the files that
/// have to be read again for it. To be called once, when all shards stand; `chains` are beside `inputs`.
#[must_use]
pub fn widen(inputs: &mut [Input], chains: &[Shards]) -> Vec<usize> {
    let mut tables: BTreeMap<(bool, usize), Vec<usize>> = BTreeMap::new();
    for (file, input) in inputs.iter().enumerate() {
        let table = input.table.as_ref();
        let key = table.map_or((false, file), |t| (true, t.index));
        tables.entry(key).or_default().push(file);
    }
    let mut again = Vec::new();
    for files in tables.values() {
        for (name, cells) in count(files, chains) {
            let role = |input: &Input| {
                let mut columns = input.sniff.columns.iter().zip(&input.roles);
                let (column, guess) = columns.find(|(c, _)| c.name == name)?;
                Some((column.clone(), guess.role))
            };
            let known = files.iter().filter_map(|file| inputs.get(*file));
            let Some((column, role)) = known.filter_map(role).next() else {
                continue;
            };
            let (Some(percent), Some(first)) = (limit(role, &column), cells.first) else {
                continue;
            };
            let filled = cells.numbers + cells.unfit;
            if cells.unfit < FEWEST || cells.unfit * 100 <= filled * percent {
                continue;
            }
            if role == Role::Feature && cells.stay_numbers() {
                continue;
            }
            let sentence = sentence(&name, &cells, first, inputs, files.len() > 1);
            if let Some(input) = inputs.get_mut(first.0) {
                input.notices.push(Notice {
                    column: name.clone(),
                    sentence,
                });
            }
            for file in files {
                let columns = inputs.get_mut(*file).map(|input| &mut input.sniff.columns);
                let column = columns.and_then(|all| all.iter_mut().find(|c| c.name == name));
                if let Some(column) = column {
                    column.kind = Kind::Category;
                    again.push(*file);
                }
            }
        }
    }
    again.sort_unstable();
    again.dedup();
    again
}

/// The percentage that must be exceeded for a column of a role; `None`: it needs numbers.
fn limit(role: Role, column: &ColumnSniff) -> Option<u64> {
    match role {
        _ if column.kind != Kind::Number => None,
        Role::Feature | Role::Status => Some(PERCENT),
        Role::Prediction | Role::Outcome if column.whole && column.distinct <= LABELS => {
            Some(PERCENT_OF_LABELS)
        }
        _ => None,
    }
}

/// The cells of each column of numbers in the files of a table.
fn count(files: &[usize], chains: &[Shards]) -> BTreeMap<String, Cells> {
    let mut all: BTreeMap<String, Cells> = BTreeMap::new();
    let mut lines = 0;
    for file in files {
        let mut line = 1;
        for part in chains.get(*file).into_iter().flat_map(Shards::parts) {
            for found in &part.numbers {
                let cells = all.entry(found.column.clone()).or_default();
                cells.numbers += found.numbers;
                cells.unfit += found.unfit;
                if found.unfit > 0 && cells.first.is_none() {
                    cells.first = Some((*file, line + found.line));
                    cells.before = lines + line + found.line;
                }
            }
            line += part.lines;
        }
        lines += line;
    }
    all
}

fn sentence(
    name: &str,
    cells: &Cells,
    (file, line): (usize, u64),
    inputs: &[Input],
    several: bool,
) -> String {
    let filled = cells.numbers + cells.unfit;
    let named = inputs.get(file).filter(|_| several);
    let of = named.map_or_else(String::new, |input| format!(" of {}", input.name));
    format!(
        "'{name}' begins mostly with numbers, but {} of its {filled} filled cells are words, the first in line {line}{of}: it is read as words.",
        cells.unfit
    )
}
