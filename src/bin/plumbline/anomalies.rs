//! `plumbline anomalies`: a score for each point of a series, one line of JSON each.

use super::Failure;
use super::files::{self, One, Opened};
use super::of_service::{self, Line};
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
struct Point<'a> {
    /// Which series it is of, where several are scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<&'a str>,
    /// Null where the file has none.
    time: Option<Time>,
    /// Null where it is missing.
    value: Option<f64>,
    score: f64,
}

/// Reads the series and writes their scores to standard output.
pub fn anomalies(options: &AnomalyOptions) -> Result<(), Failure> {
    let lines = match files::series(&options.file).map_err(Failure::Input)? {
        One::Table(table) => vec![of_table(*table, options)?],
        One::Service(served) => of_service::lines(served, options)?,
    };
    match write(&lines) {
        // Whoever reads has enough.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|e| Failure::Input(e.to_string())),
    }
}

/// The series of a table: a column of numbers, in the order of its times.
fn of_table(mut series: Opened, options: &AnomalyOptions) -> Result<Line, Failure> {
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
    let mut points = points(&tables, time.as_deref(), &name);
    let late = put_into_order(&mut points);
    if late > 0 {
        of_service::say_unordered(&series.input.name, late);
    }
    Ok(Line {
        name: String::new(),
        points,
    })
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

/// The points in the order of the file.
fn points(tables: &[Table], time: Option<&str>, value: &str) -> Vec<(Option<i64>, f64)> {
    let mut out = Vec::new();
    for table in tables {
        let times = match time.and_then(|name| table.column(name)) {
            Some(Column::Time(times)) => times.as_slice(),
            _ => &[],
        };
        let Some(Column::Number(values)) = table.column(value) else {
            continue;
        };
        let time = |at: usize| times.get(at).copied().filter(|t| *t != NO_TIME);
        out.extend(values.iter().enumerate().map(|(at, v)| (time(at), *v)));
    }
    out
}

/// Puts points into the order of their times; one without a time stays behind the one that it stood behind. Tells how
/// many stood behind a later one.
fn put_into_order(points: &mut Vec<(Option<i64>, f64)>) -> usize {
    let mut last = i64::MIN;
    let mut latest = i64::MIN;
    let mut late = 0;
    let mut placed: Vec<(i64, (Option<i64>, f64))> = Vec::with_capacity(points.len());
    for point in points.drain(..) {
        last = point.0.unwrap_or(last);
        late += usize::from(last < latest);
        latest = latest.max(last);
        placed.push((last, point));
    }
    if late > 0 {
        placed.sort_by_key(|p| p.0);
    }
    points.extend(placed.into_iter().map(|p| p.1));
    late
}

/// Scores the points of each series.
fn write(lines: &[Line]) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in lines {
        let mut detector = Detector::default();
        for (time, value) in &line.points {
            let point = Point {
                series: (lines.len() > 1).then_some(line.name.as_str()),
                time: time.map(Time),
                value: Some(*value).filter(|v| v.is_finite()),
                score: detector.push(*time, *value),
            };
            serde_json::to_writer(&mut out, &point)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}
