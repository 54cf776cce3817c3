//! `plumbline anomalies`: a score for each point of a series, one line of JSON each.

use super::Failure;
use super::files::{self, Opened};
use super::options::AnomalyOptions;
use plumbline::log::{Role, RoleGuess};
use plumbline::read::ColumnSniff;
use plumbline::stats::anomaly::Detector;
use plumbline::table::time::Time;
use plumbline::table::{Column, Kind, NO_TIME, Table};
use serde::Serialize;
use std::io::{BufWriter, ErrorKind, Write};

/// A line of the output.
#[derive(Serialize)]
struct Point {
    /// Null where the file has none.
    time: Option<Time>,
    /// Null where it is missing.
    value: Option<f64>,
    score: f64,
}

/// Reads the series and writes its scores to standard output.
pub fn anomalies(options: &AnomalyOptions) -> Result<(), Failure> {
    let mut series = files::series(&options.file).map_err(Failure::Input)?;
    let (time, value) = columns(&series, options)?;
    if time.is_none() {
        eprintln!("plumbline: there is no column of times, so nothing is known of times of day");
    }
    let input = &mut series.input;
    input.roles = (0..input.sniff.columns.len())
        .map(|at| match at {
            _ if at == value => Role::Cpu, // a number, whatever its name says
            _ if Some(at) == time => Role::Time,
            _ => Role::Ignore,
        })
        .map(RoleGuess::given)
        .collect();
    let name = input.sniff.columns[value].name.clone();
    let time = time.map(|at| input.sniff.columns[at].name.clone());
    let tables = files::read_alone(&series)?;
    match write(&tables, time.as_deref(), &name) {
        // Whoever reads has enough.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|e| Failure::Input(e.to_string())),
    }
}

/// Which columns hold the times and the values.
fn columns(series: &Opened, options: &AnomalyOptions) -> Result<(Option<usize>, usize), Failure> {
    let input = &series.input;
    let columns = &input.sniff.columns;
    let names = |of: &mut dyn Iterator<Item = &ColumnSniff>| {
        let names: Vec<&str> = of.map(|c| c.name.as_str()).take(40).collect();
        names.join(", ")
    };
    let named = |name: &String, option: &str| {
        let found = columns.iter().position(|c| c.name == *name);
        found.ok_or_else(|| {
            Failure::Input(format!(
                "{option}: {} has no column '{name}'. Its columns are: {}.",
                input.name,
                names(&mut columns.iter())
            ))
        })
    };
    let time = match &options.time {
        Some(name) => {
            let at = named(name, "--time")?;
            if columns[at].kind != Kind::Time && columns[at].time.is_none() {
                return Err(Failure::Input(format!(
                    "--time: column '{name}' of {} holds no times",
                    input.name
                )));
            }
            Some(at)
        }
        None => {
            let guessed = input.roles.iter().position(|g| g.role == Role::Time);
            guessed.or_else(|| columns.iter().position(|c| c.kind == Kind::Time))
        }
    };
    let value = match &options.column {
        Some(name) => named(name, "--column")?,
        None => {
            let numbers = |at: &usize| columns[*at].kind == Kind::Number && Some(*at) != time;
            let found: Vec<usize> = (0..columns.len()).filter(numbers).collect();
            match found[..] {
                [one] => one,
                [] => {
                    return Err(Failure::Data(format!(
                        "{} has no column of numbers beside its times. Its columns are: {}.",
                        input.name,
                        names(&mut columns.iter())
                    )));
                }
                _ => {
                    return Err(Failure::Input(format!(
                        "{} has several columns of numbers: {}. Say which one is the series: --column NAME",
                        input.name,
                        names(&mut found.iter().map(|at| &columns[*at]))
                    )));
                }
            }
        }
    };
    if columns[value].kind != Kind::Number && columns[value].filled > 0 {
        return Err(Failure::Data(format!(
            "column '{}' of {} holds no numbers",
            columns[value].name, input.name
        )));
    }
    Ok((time, value))
}

/// Scores the points in the order of the file.
fn write(tables: &[Table], time: Option<&str>, value: &str) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut detector = Detector::default();
    for table in tables {
        let times = match time.and_then(|name| table.column(name)) {
            Some(Column::Time(times)) => times.as_slice(),
            _ => &[],
        };
        let Some(Column::Number(values)) = table.column(value) else {
            continue;
        };
        for (at, value) in values.iter().enumerate() {
            let time = times.get(at).copied().filter(|t| *t != NO_TIME);
            let point = Point {
                time: time.map(Time),
                value: Some(*value).filter(|v| v.is_finite()),
                score: detector.push(time, *value),
            };
            serde_json::to_writer(&mut out, &point)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}
