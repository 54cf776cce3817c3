//! What rows tell of the requests that they are: how long each took, and whether it failed.

use super::columns::Predictions;
use super::{Log, Role};
use crate::stats::time_unit::{self, TimeUnit};
use crate::table::names::{
    Class, ended, is_first_token, is_of_grpc, is_success, of_grpc, unit_s, words,
};
use crate::table::{Column, Table};

/// Latencies in milliseconds; each file's column may have a unit of its own. The unit of those of which no name tells
/// it is guessed from them, once.
pub(super) fn latencies(predictions: &mut Predictions, log: &mut Log) -> Vec<f64> {
    let factors: Vec<(usize, Option<f64>)> = predictions
        .sources()
        .iter()
        .map(|s| {
            let told = s.column(Role::Latency).and_then(|c| milliseconds(c.0));
            (s.table.rows, told)
        })
        .collect();
    let firsts = predictions.sources().iter();
    let firsts = firsts.filter_map(|s| first_token_s(&s.table));
    let least_s = firsts.fold(0.0, f64::max);
    let Some(Column::Number(mut cells)) = predictions.take(Role::Latency) else {
        return Vec::new();
    };
    if log.taken.latency.is_none() {
        let mut untold: Vec<f64> = Vec::new();
        let mut rest = &cells[..];
        for (rows, told) in &factors {
            let (of_file, behind) = rest.split_at(*rows);
            if told.is_none() {
                untold.extend(of_file);
            }
            rest = behind;
        }
        if let Some(median) = time_unit::median(&untold) {
            let unit = time_unit::at_least(median, least_s);
            log.taken.latency = Some(unit);
            if unit != TimeUnit::Milliseconds {
                let name = format!("'{}'", predictions.name_of(Role::Latency));
                log.notes.say(time_unit::said(&name, median, unit));
            }
        }
    }
    let untold = log.taken.latency.unwrap_or_default().seconds() * 1e3;
    let mut rest = &mut cells[..];
    for (rows, told) in factors {
        let (of_file, behind) = rest.split_at_mut(rows);
        let factor = told.unwrap_or(untold);
        if factor != 1.0 {
            // Beyond every number is as good as missing.
            let scaled = |x: f64| Some(x * factor).filter(|x| x.is_finite());
            of_file
                .iter_mut()
                .for_each(|x| *x = scaled(*x).unwrap_or(f64::NAN));
        }
        rest = behind;
    }
    cells
}

/// What a latency of this column is multiplied with to be in milliseconds; `None` where its name tells no unit.
fn milliseconds(name: &str) -> Option<f64> {
    unit_s(&words(name)).map(|seconds| seconds * 1e3)
}

/// Seconds until the first token in the middle of a file's rows, where a column tells them: no request takes less.
fn first_token_s(table: &Table) -> Option<f64> {
    let columns = table.names.iter().zip(&table.columns);
    let found = columns.map(|(name, column)| (words(name), column));
    let (name, column) = found.into_iter().find(|(name, _)| is_first_token(name))?;
    let Column::Number(numbers) = column else {
        return None;
    };
    let median = time_unit::median(numbers)?;
    let unit = unit_s(&name).unwrap_or_else(|| time_unit::by_median(median).seconds());
    Some(median * unit)
}

/// Whether the numbers of a status are 0 and 1 only.
pub(super) fn is_flag(column: Option<&Column>) -> bool {
    let flag = |x: &f64| x.is_nan() || *x == 0.0 || *x == 1.0;
    match column {
        Some(Column::Number(v)) => v.iter().all(flag),
        Some(Column::Category { levels, .. }) => levels
            .iter()
            .filter_map(|l| l.parse().ok())
            .all(|x| flag(&x)),
        _ => false,
    }
}

/// Server errors fail: 5xx, what gRPC and others call the server's fault, words such as `error`; and of a flag that says
/// that something went wrong, a plain 1 or `true`. Where the column is named after success, `false` and 0 fail. Among
/// words a number says what it does alone.
pub(super) fn failed(column: Option<Column>, name: &str, flag: bool) -> Vec<u8> {
    let name = words(name);
    let (grpc, good) = (is_of_grpc(&name), is_success(&name));
    let number = |x: f64| {
        u8::from(match (grpc, good, flag) {
            (true, ..) => (0.0..=16.0).contains(&x) && of_grpc(x as u16) == Class::Server,
            (_, true, _) => x == 0.0,
            (_, _, true) => x == 1.0,
            _ => x >= 500.0,
        })
    };
    let word = |word: &str| {
        u8::from(match word.to_lowercase().as_str() {
            "true" | "yes" => !good,
            "false" | "no" => good,
            word => ended(word) == Some(Class::Server),
        })
    };
    match column {
        Some(Column::Number(v)) => {
            let fails = |x: f64| if x.is_nan() { 2 } else { number(x) };
            v.into_iter().map(fails).collect()
        }
        Some(Column::Category { codes, levels }) => {
            let bad: Vec<u8> = levels
                .iter()
                .map(|l| l.parse().map_or_else(|_| word(l), number))
                .collect();
            codes
                .into_iter()
                .map(|c| bad.get(c as usize).copied().unwrap_or(2))
                .collect()
        }
        _ => Vec::new(),
    }
}
