//! Files with a row for each quantile: rows of one forecast are put together.
//!
//! Rows are of one forecast where they agree in every column but the level, the value, the outcome and what
//! the machine spent. So whatever tells forecasts apart (an id, a place, the time, the model, the horizon, the
//! time that is foretold) does, whatever it is called; a column that differs from level to level takes a
//! forecast apart, and is to be ignored. Of rows that hold other things (means, classes, samples) none is a
//! quantile: they are left out, and counted.
//!
//! What is left is a source with a row for each forecast, whose prediction is the median, and its quantiles.

use super::Role;
use super::index::Index;
use super::keys::refine;
use super::level::{Level, are_percents, levels_of, of_number};
use super::names::words;
use super::notes::Notes;
use super::quantiles::Quantiles;
use super::rows::Source;
use crate::table::{Column, NO_KEY, NO_LEVEL, Table};
use std::collections::BTreeMap;

/// Whether a source has a row for each quantile.
pub(super) fn is_long(source: &Source) -> bool {
    source.column(Role::QuantileLevel).is_some()
}

/// What a row is.
enum Kept {
    /// A quantile of this level.
    Level(Level),
    /// A median by its type, which stands in where no quantile of one half is given.
    Median,
    /// Something else, by its type.
    Other(String),
    /// A quantile without a level that can be read.
    Nothing,
}

/// The source with a row for each forecast, and its quantiles.
pub(super) fn gather(source: Source, notes: &mut Notes) -> (Source, Quantiles) {
    let levels = levels(&source, notes);
    let mut keys = keys(&source);
    for (key, level) in keys.iter_mut().zip(&levels) {
        if level.is_none() {
            *key = NO_KEY;
        }
    }
    // The forecast of each row, and the first row of each forecast.
    let mut index = Index::new(keys.len());
    let mut of_row: Vec<u32> = Vec::with_capacity(keys.len());
    let mut first: Vec<u32> = Vec::new();
    for row in 0..keys.len() as u32 {
        let known = (keys.get(row as usize) != Some(&NO_KEY))
            .then(|| index.enter(keys.as_slice(), row, |_| false));
        of_row.push(match known {
            None => u32::MAX,
            Some(Some(before)) => of_row.get(before as usize).copied().unwrap_or(u32::MAX),
            Some(None) => {
                first.push(row);
                first.len() as u32 - 1
            }
        });
    }
    let value = match source.column(Role::Prediction) {
        Some((_, Column::Number(cells))) => &cells[..],
        _ => &[],
    };
    let mut cells: BTreeMap<Level, Vec<f64>> = BTreeMap::new();
    let mut again = 0;
    for quantile in [true, false] {
        for ((at, level), value) in of_row.iter().zip(&levels).zip(value) {
            let Some((level, _)) = level.filter(|l| l.1 == quantile) else {
                continue;
            };
            let column = cells
                .entry(level)
                .or_insert_with(|| vec![f64::NAN; first.len()]);
            let Some(cell) = column.get_mut(*at as usize) else {
                continue;
            };
            again += u64::from(quantile && !cell.is_nan() && !value.is_nan());
            // The last one counts, as of outcomes.
            if !value.is_nan() && (quantile || cell.is_nan()) {
                *cell = *value;
            }
        }
    }
    tell(
        &source,
        (keys.len(), first.len()),
        cells.len(),
        again,
        notes,
    );
    let (levels, cells) = cells.into_iter().unzip();
    let quantiles = Quantiles { levels, cells };
    (of_forecasts(source, &first, &quantiles), quantiles)
}

/// The level of each row, and whether it is a quantile by its type; `None` where it is left out.
fn levels(source: &Source, notes: &mut Notes) -> Vec<Option<(Level, bool)>> {
    let rows = source.table.rows;
    let kinds = source.column(Role::OutputType).map(|c| c.1);
    let level = source.column(Role::QuantileLevel).map(|c| c.1);
    let (read, percents) = each_level(level);
    if percents {
        let name = source.column(Role::QuantileLevel).map_or("", |c| c.0);
        notes.say(format!(
            "Numbers in '{name}' are taken as levels in percent: 50 is the median."
        ));
    }
    let kind_of = |row: usize| match kinds {
        Some(Column::Category { codes, levels }) => {
            let word = codes.get(row).and_then(|code| levels.get(*code as usize));
            Some(word.map_or("", String::as_str))
        }
        _ => None,
    };
    let of_row = |row: usize| match (kind_of(row), read(row)) {
        (Some(kind), _) if kind.eq_ignore_ascii_case("median") => Kept::Median,
        (Some(kind), _) if !kind.eq_ignore_ascii_case("quantile") => Kept::Other(kind.to_string()),
        (_, Some(level)) => Kept::Level(level),
        (_, None) => Kept::Nothing,
    };
    let (mut others, mut nothing) = ((0, String::new()), 0);
    let kept = |row: usize| match of_row(row) {
        Kept::Level(level) => Some((level, true)),
        Kept::Median => Some((Level::MEDIAN, false)),
        Kept::Other(kind) => {
            others.0 += 1;
            others.1 = kind;
            None
        }
        Kept::Nothing => {
            nothing += 1;
            None
        }
    };
    let out = (0..rows).map(kept).collect();
    if others.0 > 0 {
        let what = if others.1.is_empty() {
            "nothing"
        } else {
            &others.1
        };
        notes.count(
            others.0,
            [
                "{n} row holds no quantile (but {example}) and is left out.",
                "{n} rows hold no quantiles (but {example}, say) and are left out.",
            ],
            what,
        );
    }
    if nothing > 0 {
        let name = source.column(Role::QuantileLevel).map_or("", |c| c.0);
        notes.count(
            nothing,
            [
                format!("{{n}} row has no level between 0 and 1 in '{name}' and is left out."),
                format!("{{n}} rows have no level between 0 and 1 in '{name}' and are left out."),
            ],
            "",
        );
    }
    out
}

/// Reads the level of a row; and whether numbers alone are percents.
fn each_level(column: Option<&Column>) -> (impl Fn(usize) -> Option<Level> + '_, bool) {
    let (words, percents) = match column {
        Some(Column::Category { levels, .. }) => levels_of(levels),
        Some(Column::Number(cells)) => (Vec::new(), are_percents(cells.iter().copied())),
        _ => (Vec::new(), false),
    };
    let read = move |row: usize| match column {
        Some(Column::Category { codes, .. }) => {
            let code = codes.get(row).copied().filter(|c| *c != NO_LEVEL)?;
            words.get(code as usize).copied().flatten()
        }
        Some(Column::Number(cells)) => of_number(*cells.get(row)?, percents),
        _ => None,
    };
    (read, percents)
}

/// Whether a column of a role can tell forecasts apart.
fn tells_apart(role: Role) -> bool {
    matches!(
        role,
        Role::Id
            | Role::Time
            | Role::OutcomeTime
            | Role::ModelVersion
            | Role::Segment
            | Role::Feature
    )
}

/// The key of the forecast of each row.
pub(super) fn keys(source: &Source) -> Vec<u128> {
    let mut keys = vec![1; source.table.rows];
    for (role, column) in source.roles.iter().zip(&source.table.columns) {
        if tells_apart(*role) && !matches!(column, Column::Presence(_)) {
            refine(&mut keys, column);
        }
    }
    keys
}

fn tell(
    source: &Source,
    (rows, forecasts): (usize, usize),
    levels: usize,
    again: u64,
    notes: &mut Notes,
) {
    let columns = source.table.names.iter().zip(&source.roles);
    let names: Vec<&String> = columns.filter(|c| tells_apart(*c.1)).map(|c| c.0).collect();
    let names = words(&names);
    if levels > 1 && forecasts == rows {
        notes.say(format!(
            "No two rows of {} are of one forecast, though they have {levels} levels of quantiles: they are told apart by {names}. Give the column that differs from level to level no role.",
            source.name
        ));
    } else if forecasts > 0 {
        notes.say(format!(
            "The rows of {} are put together into forecasts by {names}.",
            source.name
        ));
    }
    if again > 0 {
        notes.count(
            again,
            ["{n} quantile comes again for the same forecast and level; the last one counts. If one more column tells the forecasts apart, make it a segment or a feature.", "{n} quantiles come again for the same forecast and level; the last one counts. If one more column tells the forecasts apart, make it a segment or a feature."],
            "",
        );
    }
}

/// The first row of each forecast, with the median as its prediction.
fn of_forecasts(source: Source, first: &[u32], quantiles: &Quantiles) -> Source {
    let median = quantiles.at(Level::MEDIAN);
    let columns = source.table.columns.into_iter().zip(&source.roles);
    let columns = columns.map(|(column, role)| match role {
        Role::Prediction => Column::Number(match median {
            Some(median) => median.to_vec(),
            None => vec![f64::NAN; first.len()],
        }),
        Role::QuantileLevel | Role::OutputType => Column::Presence(vec![1; first.len()]),
        _ => of_rows(&column, first),
    });
    let table = Table {
        columns: columns.collect(),
        names: source.table.names,
        rows: first.len(),
    };
    Source { table, ..source }
}

/// Some rows of a source, in this order.
pub(super) fn part(source: &Source, rows: &[u32]) -> Source {
    let columns = source.table.columns.iter().map(|c| of_rows(c, rows));
    Source {
        meant: source.meant.clone(),
        name: source.name.clone(),
        kind: source.kind,
        roles: source.roles.clone(),
        table: Table {
            columns: columns.collect(),
            names: source.table.names.clone(),
            rows: rows.len(),
        },
    }
}

fn of_rows(column: &Column, rows: &[u32]) -> Column {
    fn pick<T: Copy>(cells: &[T], rows: &[u32]) -> Vec<T> {
        let cell = |row: &u32| cells.get(*row as usize).copied();
        rows.iter().filter_map(cell).collect()
    }
    match column {
        Column::Number(v) => Column::Number(pick(v, rows)),
        Column::Time(v) => Column::Time(pick(v, rows)),
        Column::Key(v) => Column::Key(pick(v, rows)),
        Column::Presence(v) => Column::Presence(pick(v, rows)),
        Column::Category { codes, levels } => Column::Category {
            codes: pick(codes, rows),
            levels: levels.clone(),
        },
    }
}
