//! Series to score in files of a service: which ones are asked for, and by what names they are told apart.

use super::Failure;
use super::options::AnomalyOptions;
use plumbline::engine::service::Served;
use plumbline::series::set::LEGEND;
use plumbline::series::{Key, Kind, Series, SeriesSet, Values};

/// Names that an error lists at most.
const NAMES: usize = 40;

/// A series to score.
pub struct Line {
    /// What tells it from the others of its file.
    pub name: String,
    /// Microseconds of UTC and values, in the order in which they are scored.
    pub points: Vec<(Option<i64>, f64)>,
}

/// Tells of points that stood in another order.
pub fn say_unordered(file: &str, late: usize) {
    let points = match late {
        1 => "1 point stands".to_owned(),
        n => format!("{n} points stand"),
    };
    eprintln!(
        "plumbline: {file}: {points} behind a later one: all are scored, and written, in the order of their times"
    );
}

/// The series that files of a service hold: all of them, or those that `--column` names.
///
/// # Errors
/// Where there is none, or none of that name.
pub fn lines(served: Vec<Served>, options: &AnomalyOptions) -> Result<Vec<Line>, Failure> {
    if let Some(name) = &options.time {
        return Err(Failure::Input(format!(
            "--time {name}: {} holds metrics of a service, whose samples have their own times",
            options.file.display()
        )));
    }
    let mut set = SeriesSet::default();
    for one in served {
        for trouble in &one.read.troubles {
            let at = trouble.line + 1;
            eprintln!(
                "plumbline: {}, line {at}: {} ({} like it)",
                one.name, trouble.reason, trouble.count
            );
        }
        if one.read.late > 0 {
            say_unordered(&one.name, one.read.late);
        }
        set.merge(one.read.set);
    }
    set.settle();
    for note in set.notes() {
        eprintln!("plumbline: {note}");
    }
    let numbers = |(_, s): &(&Key, &Series)| matches!(s.values, Values::Numbers(_));
    let all: Vec<(&Key, &Series)> = set.series().iter().filter(numbers).collect();
    let file = options.file.display();
    if all.is_empty() {
        return Err(Failure::Data(format!(
            "{file} holds no series of numbers, but requests or histograms: give a series made of them, such as the answer to rate(…[5m]) over a range, or a table with a column of times and one of numbers"
        )));
    }
    let chosen: Vec<(&Key, &Series)> = match &options.column {
        None => all,
        Some(wanted) => {
            let is =
                |(key, _): &&(&Key, &Series)| same(&title(key), wanted) || same(&key.name, wanted);
            let chosen: Vec<_> = all.iter().filter(is).copied().collect();
            if chosen.is_empty() {
                let names: Vec<String> =
                    all.iter().take(NAMES).map(|(key, _)| title(key)).collect();
                let more = match all.len().saturating_sub(NAMES) {
                    0 => String::new(),
                    n => format!(" and {n} more"),
                };
                return Err(Failure::Input(format!(
                    "--column: {file} has no series '{wanted}'. Its series are: {}{more}.",
                    names.join(", ")
                )));
            }
            chosen
        }
    };
    say_counters(&chosen);
    let line = |(key, series): &(&Key, &Series)| Line {
        name: title(key),
        points: series
            .times
            .iter()
            .map(|t| Some(*t))
            .zip(series.numbers().iter().copied())
            .collect(),
    };
    Ok(chosen.iter().map(line).collect())
}

/// Tells of counters, whose values only rise.
fn say_counters(chosen: &[(&Key, &Series)]) {
    let counts = |(key, series): &&(&Key, &Series)| {
        series.kind == Kind::Counter || series.kind == Kind::Unknown && key.name.ends_with("_total")
    };
    let mut counters = chosen.iter().filter(counts);
    if let Some((key, _)) = counters.next() {
        let name = &key.name;
        let more = match counters.count() {
            0 => String::new(),
            n => format!(" (and {n} more)"),
        };
        eprintln!(
            "plumbline: {name}{more} is a counter, and is scored as it stands, though it only rises: ask for rate({name}[5m]) to score how fast"
        );
    }
}

/// Whether two names are one, whatever blanks are in them.
fn same(a: &str, b: &str) -> bool {
    let signs = |text: &'_ str| text.chars().filter(|c| *c != ' ').collect::<String>();
    signs(a) == signs(b)
}

/// A series as Prometheus writes it, `name{label="value"}`; one of a panel as its legend has it.
fn title(key: &Key) -> String {
    if let (Some(legend), 1) = (key.labels.get(LEGEND), key.labels.iter().count()) {
        return legend.to_owned();
    }
    let labels: Vec<String> = key
        .labels
        .iter()
        .map(|(l, v)| format!("{l}={v:?}"))
        .collect();
    match labels.is_empty() {
        true => key.name.clone(),
        false => format!("{}{{{}}}", key.name, labels.join(",")),
    }
}
