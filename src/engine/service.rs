//! Files of a service: told apart from tables, read whole, and put beside the model's counts.

use super::message::Input;
use super::{Next, Plan, info, read_through};
use crate::log::{FileKind, Role, RoleGuess};
use crate::read::{Bytes, ReadError, Trouble};
use crate::series::read::{About, Form, HEAD, SeriesRead, recognise, stem, table};
use crate::series::{SeriesSet, known};
use crate::summary::{Rejected, SourceInfo, Summary};
use crate::table::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file of a service that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What came of it.
    pub read: SeriesRead,
}

/// Whether a file is of a service and no table.
///
/// # Errors
/// Where its bytes cannot be had.
pub fn is_served(file: &dyn Bytes) -> Result<Option<Form>, ReadError> {
    let head = file.read(0, file.size().min(HEAD))?;
    Ok(recognise(&head))
}

/// Reads a file of a service.
///
/// # Errors
/// Where nothing in it can be read.
pub fn serve(about: &About, file: &dyn Bytes, form: Form) -> Result<Served, ReadError> {
    Ok(Served {
        name: about.name.clone(),
        bytes: file.size(),
        read: crate::series::read::read(about, file, form)?,
    })
}

/// Whether a table is of a service: it has a time, columns that only a service has, and none that a model has; or it is
/// one series, a time and a number.
#[must_use]
pub fn is_table_of_service(input: &Input) -> bool {
    let of_model = |g: &RoleGuess| g.role.predicts() || g.role == Role::Outcome;
    let timed = input.sniff.columns.iter().any(|c| c.kind == Kind::Time);
    input.kind != FileKind::Outcomes
        && timed
        && !input.roles.iter().any(of_model)
        && (is_series(input) || table::is(input.sniff.columns.iter().map(|c| c.name.as_str())))
}

/// Whether a table holds a time and one number, which no name and no reader says to be anything of a model or a service.
fn is_series(input: &Input) -> bool {
    let columns = &input.sniff.columns;
    let numbers = columns.iter().filter(|c| c.kind == Kind::Number);
    let known = columns.iter().any(|c| table::holds(&c.name).is_some());
    columns.len() == 2 && { numbers }.count() == 1 && !known
}

/// What is made of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Rows of the model, or requests that are counted like them.
    pub rows: bool,
    /// What a service says.
    pub service: bool,
}

/// What is made of each of some tables. One of a service is put beside the model's where there is one; alone, its
/// requests are counted as rows where it tells their latency or status, and what else it tells is of the service.
#[must_use]
pub fn made_of(inputs: &[Input]) -> Vec<Made> {
    let of_model = |i: &Input| i.roles.iter().any(|g| g.role.predicts());
    let model = inputs.iter().any(of_model);
    let each = |input: &Input| {
        let holds = || {
            input
                .sniff
                .columns
                .iter()
                .filter_map(|c| table::holds(&c.name))
        };
        let of_rows = |h: &table::Holds| {
            matches!(
                h,
                table::Holds::Duration(_)
                    | table::Holds::Took
                    | table::Holds::Status
                    | table::Holds::GrpcStatus
            )
        };
        let service = is_table_of_service(input);
        Made {
            rows: !service || !model && holds().any(|h| of_rows(&h)),
            service,
        }
    };
    inputs.iter().map(each).collect()
}

/// What is said of columns of numbers of which the name tells nothing that is known, beside columns that tell of a machine
/// alone: rows of requests have columns of other things.
fn left_out(input: &Input) -> Option<String> {
    const SHOWN: usize = 8;
    let of_machine = |h: &table::Holds| {
        matches!(
            h,
            table::Holds::Level(..)
                | table::Holds::Named(_)
                | table::Holds::Room(..)
                | table::Holds::Of
        )
    };
    let columns = input.sniff.columns.iter();
    let (known, unknown): (Vec<_>, Vec<_>) = columns
        .map(|c| (table::holds(&c.name), c))
        .partition(|(holds, _)| holds.is_some());
    let mut known = known.iter().filter_map(|(holds, _)| holds.as_ref());
    if !known.all(of_machine) {
        return None;
    }
    let unknown = unknown.iter().filter(|(_, c)| c.kind == Kind::Number);
    let names: Vec<String> = unknown.map(|(_, c)| format!("'{}'", c.name)).collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    let shown = shown.join(", ");
    (!names.is_empty()).then(|| {
        format!("Columns with names that tell nothing that is known of a machine were left out: {shown}{more}.")
    })
}

/// Reads a table of a service.
///
/// # Errors
/// Where it cannot be read.
pub fn serve_table(input: &Input, file: &dyn Bytes) -> Result<Served, ReadError> {
    let mut input = input.clone();
    let series = is_series(&input);
    let columns = &input.sniff.columns;
    let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
    let span = table::began_and_ended(&names);
    let is_time = |at: usize| columns.get(at).is_some_and(|c| c.kind == Kind::Time);
    let span = span.filter(|(a, b)| is_time(*a) && is_time(*b));
    let times = columns.iter().position(|c| c.kind == Kind::Time);
    let (time, ended) = span.map_or((times, None), |(a, b)| (Some(a), Some(b)));
    for (at, (column, guess)) in columns.iter().zip(&mut input.roles).enumerate() {
        let held = table::holds(&column.name).is_some() || table::is_code(&column.name);
        guess.role = match column.kind {
            _ if Some(at) == time => Role::Time,
            _ if Some(at) == ended => Role::OutcomeTime,
            _ if held || series => Role::Feature,
            _ => Role::Ignore,
        };
    }
    input.kind = FileKind::Predictions;
    // All parts of a table are of one thing.
    let stem = stem(
        input
            .table
            .as_ref()
            .map_or(&input.name, |table| &table.name),
    );
    let inputs = [input];
    let mut plan = Plan::new(&inputs, 1).unbounded();
    let mut set = SeriesSet::default();
    if let Some(said) = left_out(&inputs[0]).filter(|_| !series) {
        set.note(&said);
    }
    let mut parts = BTreeMap::new();
    while let Next::Read(shard) = plan.take() {
        let part = read_through(&inputs[0], shard, file)?;
        plan.done(&shard, info(&part));
        // A shard whose border was guessed wrongly is read again.
        parts.insert(shard.index, part);
    }
    let (mut line, mut troubles) = (1, Vec::new());
    let untold = table::untold(parts.values().map(|part| &part.table), &mut set);
    for part in parts.into_values() {
        table::take(&part.table, &stem, untold, &mut set);
        for trouble in part.troubles {
            troubles.push(Trouble {
                line: line - 1 + trouble.line,
                ..trouble
            });
        }
        line += part.lines;
    }
    table::settle_shares(&mut set);
    set.settle();
    Ok(Served {
        name: inputs[0].name.clone(),
        bytes: inputs[0].bytes,
        read: SeriesRead {
            set,
            troubles,
            format: inputs[0].sniff.description.clone(),
            late: 0,
        },
    })
}

/// Puts what files of a service say beside the counts of a Summary.
pub fn put(summary: &mut Summary, served: Vec<Served>) {
    if served.is_empty() {
        return;
    }
    let mut set = SeriesSet::default();
    for file in served {
        // A table whose rows are counted, too, is told of already.
        let told = |s: &SourceInfo| s.name == file.name && s.kind != "service";
        if summary.sources.iter().any(told) {
            set.merge(file.read.set);
            continue;
        }
        let lost = file.read.troubles.iter().filter(|t| t.row_lost);
        summary.sources.push(SourceInfo {
            name: file.name.clone(),
            kind: "service".into(),
            bytes: file.bytes,
            rows: file.read.set.rows(),
            rejected: lost.map(|t| t.count).sum(),
            format: file.read.format,
        });
        let rejected = file.read.troubles.into_iter().map(|t| Rejected {
            source: file.name.clone(),
            line: t.line + 1,
            column: t.column,
            reason: t.reason,
            count: t.count,
            row_lost: t.row_lost,
        });
        summary.rejected.extend(rejected);
        set.merge(file.read.set);
    }
    set.settle();
    summary.machine = Some(Arc::new(known::machine(&set)));
}
