//! Tables of a service: rows of requests (time with latency, status, bytes or tokens), or of what a machine used
//! (time with CPU, memory, GPU). By the names of their columns.

pub use super::holds::{Holds, Part, Room, began_and_ended, holds, is, is_code};
use super::sizes::{size, unsure};
use crate::series::requests::Request;
use crate::series::{Key, Kind, Labels, Series, SeriesSet, Values};
use crate::stats::time_unit::{self, TimeUnit};
use crate::table::names::{self, Class};
use crate::table::{Column, NO_LEVEL, NO_TIME, Table};
use std::collections::BTreeMap;

/// A column, what it holds, and what it is called.
type Held<'a> = (Holds, &'a str, &'a Column);

/// What JMeter calls the time to the first byte of the answer, in milliseconds, beside `elapsed`.
const FIRST_BYTE: &str = "Latency";

/// What the columns of a table hold. Of several that tell how long a request took, it is the one of the whole time.
fn held(table: &Table) -> Vec<Held<'_>> {
    let has = |name: &str| table.names.iter().any(|n| n == name);
    let jmeter = has("elapsed") && has("timeStamp");
    let holds = |name: &str| match jmeter && name == FIRST_BYTE {
        true => Some(Holds::TookOf(1e-3)),
        false => holds(name),
    };
    let mut all: Vec<Held<'_>> = table
        .names
        .iter()
        .zip(&table.columns)
        .filter_map(|(name, column)| Some((holds(name)?, name.as_str(), column)))
        .collect();
    let timed = |h: &Holds| matches!(h, Holds::Duration(_) | Holds::Took);
    // Nothing but one number beside the time is read where it is a series by itself.
    if all.is_empty() {
        let named = table.names.iter().zip(&table.columns);
        let numbers = named.filter(|(_, column)| matches!(column, Column::Number(_)));
        all.extend(numbers.map(|(name, column)| (Holds::Named(1.0), name.as_str(), column)));
    }
    let is_ended = |h: &Holds| matches!(h, Holds::Status | Holds::GrpcStatus);
    if !all.iter().any(|(h, ..)| is_ended(h))
        && (all.iter().any(|(h, ..)| timed(h)) || span(table).is_some())
    {
        let named = table.names.iter().zip(&table.columns);
        let code = { named }.find(|(name, _)| is_code(name));
        all.extend(code.and_then(|(name, column)| Some((of_code(column)?, name.as_str(), column))));
    }
    let near = |name: &str| names::duration(&names::words(name));
    let durations = all
        .iter()
        .filter(|(h, ..)| timed(h))
        .map(|(_, name, _)| *name);
    if let Some(whole) = durations.min_by_key(|name| near(name)) {
        all.retain(|(h, name, _)| !timed(h) || *name == whole);
    }
    // Counts are of rows that are of a time each.
    if !all.iter().any(|(h, ..)| matches!(h, Holds::Quantile(_))) {
        all.retain(|(h, ..)| *h != Holds::Count);
    }
    // Of several that tell the same, the first one is it; others are shown under their own names.
    for at in 1..all.len() {
        if let Holds::Level(name, factor) = all[at].0 {
            let same = |(h, ..): &Held<'_>| matches!(h, Holds::Level(of, _) if *of == name);
            if all[..at].iter().any(same) {
                all[at].0 = Holds::Named(factor);
            }
        }
    }
    all
}

/// What a column holds that is called `code`: a status, where all of it is of one kind.
fn of_code(column: &Column) -> Option<Holds> {
    let all = |holds: Holds| match column {
        Column::Number(numbers) => numbers
            .iter()
            .filter(|x| x.is_finite())
            .all(|x| of_number(holds, *x).is_some()),
        Column::Category { levels, .. } => {
            let known = |word: &str| match word.parse() {
                Ok(number) => of_number(holds, number),
                Err(_) => of_word(holds, word),
            };
            levels.iter().all(|word| known(word).is_some())
        }
        _ => false,
    };
    [Holds::GrpcStatus, Holds::Status]
        .into_iter()
        .find(|holds| all(*holds))
}

/// When requests began and when they ended, where a table tells both.
fn span(table: &Table) -> Option<(&[i64], &[i64])> {
    let (begins, ends) =
        began_and_ended(&table.names.iter().map(String::as_str).collect::<Vec<_>>())?;
    match (table.columns.get(begins)?, table.columns.get(ends)?) {
        (Column::Time(begins), Column::Time(ends)) => Some((begins, ends)),
        _ => None,
    }
}

/// In what the times of a table are of which no name tells the unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Untold {
    took: TimeUnit,
    first_token: TimeUnit,
    per_token: TimeUnit,
    rooms: [Alone; 3],
}

/// What is told of a room of which a table tells neither the whole nor what is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Alone {
    /// Bytes; of a disk nothing, as it is shown as a share.
    #[default]
    Bytes,
    /// A share or percent of it.
    Share,
    /// An amount that is shown as it stands.
    Plain,
}

/// What is said of a room that a table tells: no room has a hundred bytes, so an amount up to 100 without a unit is a share
/// or percent.
fn alone<'a>(room: Room, parts: impl Iterator<Item = &'a Table>, set: &mut SeriesSet) -> Alone {
    let mut used: Option<(String, f64)> = None;
    for part in parts {
        for (holds, name, column) in held(part) {
            let Holds::Room(of, told, _) = holds else {
                continue;
            };
            match (of == room, told, column) {
                (false, ..) => {}
                (_, Part::Used, Column::Number(numbers)) => {
                    let (_, most) = used.get_or_insert_with(|| (name.to_owned(), 0.0));
                    *most = numbers.iter().copied().fold(*most, f64::max);
                }
                (_, Part::Used, _) => {}
                _ => return Alone::Bytes,
            }
        }
    }
    let Some((name, most)) = used else {
        return Alone::Bytes;
    };
    let untold = size(&name).is_none();
    // The resident set is of a process, and told in bytes or thousands of them.
    let of_process = names::words(&name).iter().any(|word| word == "rss");
    if untold && most <= 100.0 && !of_process {
        return Alone::Share;
    }
    if untold && most < LEAST_BYTES {
        set.note(&format!(
            "Column '{name}' tells no unit and is at most {most}: it is shown as it stands. Name one, such as {name}_gb."
        ));
        return Alone::Plain;
    }
    match room {
        Room::Disk => Alone::Plain,
        Room::Memory | Room::GpuMemory => Alone::Bytes,
    }
}

/// Amounts of room below are no bytes.
const LEAST_BYTES: f64 = 1e5;

/// A column of times: its name, seconds in its unit where that is told, and some of its values.
#[derive(Default)]
struct Timed {
    name: String,
    unit_s: Option<f64>,
    values: Vec<f64>,
}

/// The units of times of which the name of no column tells it, by all parts of a table; notes say them. A request takes
/// no less than the time to its first token, and that for each token is a part of it.
pub fn untold<'a>(parts: impl Iterator<Item = &'a Table> + Clone, set: &mut SeriesSet) -> Untold {
    let rooms = [Room::Memory, Room::GpuMemory, Room::Disk];
    let rooms = rooms.map(|room| alone(room, parts.clone(), set));
    let mut columns: [Option<Timed>; 3] = [None, None, None];
    for part in parts {
        for (holds, name, column) in held(part) {
            let (at, unit_s) = match holds {
                Holds::Duration(unit) => (0, Some(unit)),
                Holds::Took => (0, None),
                Holds::FirstToken(unit) => (1, unit),
                Holds::PerToken(unit) => (2, unit),
                _ => continue,
            };
            if let Column::Number(numbers) = column {
                let timed = columns[at].get_or_insert_with(|| Timed {
                    name: name.to_owned(),
                    unit_s,
                    values: Vec::new(),
                });
                timed.values.extend(numbers.iter().take(ENOUGH));
            }
        }
    }
    let mut guessed = |timed: &Option<Timed>, unit: &dyn Fn(f64) -> TimeUnit| {
        let timed = timed.as_ref()?;
        let median = time_unit::median(&timed.values)?;
        if let Some(unit_s) = timed.unit_s {
            return Some((TimeUnit::default(), median * unit_s));
        }
        let unit = unit(median);
        let of = format!("Column '{}'", timed.name);
        set.note(&time_unit::said(&of, median, unit));
        Some((unit, median * unit.seconds()))
    };
    let [took, first, each] = &columns;
    let told = took.as_ref().filter(|t| t.unit_s.is_some());
    let told = told.and_then(|t| Some(time_unit::median(&t.values)? * t.unit_s?));
    let first = guessed(first, &|m| {
        time_unit::at_most(m, told.unwrap_or(f64::INFINITY))
    });
    let least = first.map_or(0.0, |f| f.1);
    let took = guessed(took, &|m| time_unit::at_least(m, least));
    let most = took.map_or(f64::INFINITY, |t| t.1);
    let each = guessed(each, &|m| time_unit::at_most(m, most));
    let unit = |found: Option<(TimeUnit, f64)>| found.map_or_else(TimeUnit::default, |f| f.0);
    Untold {
        took: unit(took),
        first_token: unit(first),
        per_token: unit(each),
        rooms,
    }
}

/// Times of a part of a table from which the unit is guessed.
const ENOUGH: usize = 10_000;

/// Adds the rows of a part of a table; `untold` are the units of times that do not tell it.
pub fn take(table: &Table, file: &str, untold: Untold, set: &mut SeriesSet) {
    let time = table.columns.iter().find_map(|c| match c {
        Column::Time(times) => Some(times),
        _ => None,
    });
    let Some(times) = time else { return };
    let columns = held(table);
    let timed = |(h, ..): &Held<'_>| matches!(h, Holds::Duration(_) | Holds::Took);
    let span = span(table).filter(|_| !columns.iter().any(timed));
    let times = span.map_or(times.as_slice(), |(begins, _)| begins);
    let of_requests = span.is_some()
        || columns.iter().any(|(h, ..)| {
            !matches!(
                h,
                Holds::Level(..)
                    | Holds::Named(_)
                    | Holds::TookOf(_)
                    | Holds::Room(..)
                    | Holds::Of
                    | Holds::Failure
                    | Holds::Quantile(_)
                    | Holds::Count
            )
        });
    let number = |column: &Column, row: usize| match column {
        Column::Number(numbers) => numbers.get(row).copied().filter(|x| x.is_finite()),
        Column::Category { codes, levels } => {
            let code = codes.get(row).copied().filter(|c| *c != NO_LEVEL)?;
            levels
                .get(code as usize)?
                .trim_end_matches('%')
                .trim()
                .parse()
                .ok()
        }
        _ => None,
    };
    let word = |column: &Column, row: usize| match column {
        Column::Category { codes, levels } => {
            let code = codes.get(row).copied().filter(|c| *c != NO_LEVEL)?;
            levels.get(code as usize).map(ToString::to_string)
        }
        Column::Number(numbers) => numbers.get(row).map(ToString::to_string),
        _ => None,
    };
    for (holds, name, _) in &columns {
        let of_network = match holds {
            Holds::Level(of, _) => of.starts_with("plumbline_network"),
            Holds::Room(..) => false,
            _ => continue,
        };
        if let Some(said) = unsure(name, of_network) {
            set.note(&said);
        }
    }
    for row in 0..table.rows {
        let Some(time) = times.get(row).copied().filter(|t| *t != NO_TIME) else {
            continue;
        };
        let mut request = Request {
            time,
            ..Request::default()
        };
        let ended = span.and_then(|(_, ends)| ends.get(row));
        let ended = ended.filter(|ended| **ended >= time && **ended != NO_TIME);
        request.duration_s = ended.map(|ended| (ended - time) as f64 / 1e6);
        let of = columns.iter().find(|(h, ..)| *h == Holds::Of);
        let of = of.and_then(|(_, _, column)| word(column, row));
        let labels = of.iter().map(|of| ("instance".to_owned(), of.clone()));
        let labels = Labels::new(labels.collect());
        let key = |name: &str| Key {
            name: name.into(),
            labels: labels.clone(),
            file: file.into(),
        };
        let mut rooms: BTreeMap<Room, BTreeMap<Part, f64>> = BTreeMap::new();
        let mut ended: [Option<u16>; 4] = [None; 4];
        for (holds, name, column) in &columns {
            let status = match holds {
                Holds::Status => Some(0),
                Holds::GrpcStatus => Some(1),
                Holds::Success => Some(2),
                Holds::Failure => Some(3),
                _ => None,
            };
            let value = number(column, row);
            if let Some(at) = status {
                ended[at] = match value {
                    Some(value) => of_number(*holds, value),
                    None => word(column, row).and_then(|w| of_word(*holds, &w)),
                };
                continue;
            }
            let Some(value) = value else { continue };
            match holds {
                Holds::Duration(f) => request.duration_s = Some(value * f),
                Holds::Took => request.duration_s = Some(value * untold.took.seconds()),
                Holds::FirstToken(f) => {
                    let unit = f.unwrap_or(untold.first_token.seconds());
                    request.first_token_s = Some(value * unit);
                }
                Holds::PerToken(f) => {
                    let unit = f.unwrap_or(untold.per_token.seconds());
                    request.per_token_s = Some(value * unit);
                }
                Holds::BytesIn(f) => request.bytes_in = Some(value * f),
                Holds::BytesOut(f) => request.bytes_out = Some(value * f),
                Holds::TokensIn => request.tokens_in = Some(value),
                Holds::TokensOut => request.tokens_out = Some(value),
                Holds::Level(of, factor) => {
                    let unit = match *factor == 1.0 && is_share(of) {
                        true => UNSURE,
                        false => "",
                    };
                    set.add(key(of), Kind::Gauge, unit, time, value * factor);
                }
                Holds::Room(room, Part::Used, factor)
                    if untold.rooms[*room as usize] != Alone::Bytes =>
                {
                    match untold.rooms[*room as usize] {
                        Alone::Share => {
                            set.add(key(room.share()), Kind::Gauge, UNSURE, time, value);
                        }
                        _ => {
                            let unit = if size(name).is_some() { "B" } else { "" };
                            set.add(key(name), Kind::Gauge, unit, time, value * factor);
                        }
                    }
                }
                Holds::Room(room, part, factor) => {
                    let parts = rooms.entry(*room).or_default();
                    // Of several columns that tell the same, the first one counts.
                    parts.entry(*part).or_insert(value * factor);
                }
                Holds::Quantile(f) => {
                    set.note(SUMMED_UP);
                    let unit = if f.is_some() { "s" } else { "" };
                    set.add(key(name), Kind::Gauge, unit, time, value * f.unwrap_or(1.0));
                }
                Holds::Count => set.add(key(name), Kind::Gauge, "", time, value),
                Holds::Named(factor) => {
                    let unit = if *factor == 1.0 { "" } else { "share" };
                    set.add(key(name), Kind::Gauge, unit, time, value * factor);
                }
                Holds::TookOf(factor) => {
                    set.add(key(name), Kind::Gauge, "s", time, value * factor);
                }
                Holds::Of | Holds::Status | Holds::GrpcStatus | Holds::Success | Holds::Failure => {
                }
            }
        }
        for (room, parts) in rooms {
            for (name, value) in told_of(room, &parts) {
                set.add(key(name), Kind::Gauge, "", time, value);
            }
        }
        request.status = status(ended);
        if request.per_token_s.is_none() {
            request.per_token_s = request.time_per_token();
        }
        if of_requests {
            set.requests_of(file).add(&request);
        }
    }
}

/// What is told of a room by the parts of it that a row has: bytes used, and their share of the whole. What is free says
/// nothing where the whole is not told.
fn told_of(room: Room, parts: &BTreeMap<Part, f64>) -> Vec<(&'static str, f64)> {
    let part = |part: Part| parts.get(&part).copied().filter(|x| *x >= 0.0);
    let total = part(Part::Total).filter(|t| *t > 0.0);
    let left = || Some(total? - part(Part::Free)?);
    let used = part(Part::Used).or_else(left);
    let bytes = match room {
        Room::Memory => Some("plumbline_memory_bytes"),
        Room::GpuMemory => Some("plumbline_gpu_memory_bytes"),
        Room::Disk => None,
    };
    let bytes = bytes.zip(used);
    let share = { used.zip(total) }.map(|(used, total)| (room.share(), used / total));
    bytes.into_iter().chain(share).collect()
}

/// Said of rows that are of many requests each.
const SUMMED_UP: &str = "Rows with quantiles of many requests are shown as they tell them: nothing is counted of them, and no quantile of a longer time follows from theirs.";

/// The unit of what is a share or percent, before all of it is known.
const UNSURE: &str = "share or percent";

fn is_share(name: &str) -> bool {
    name.ends_with("_share") || name == "plumbline_disk_space"
}

/// Settles, once all parts of a table are there, whether what is a share or percent by its name is percent: where
/// anything is above 1.5.
pub fn settle_shares(set: &mut SeriesSet) {
    let mut most: BTreeMap<String, f64> = BTreeMap::new();
    let unsure = |series: &Series| series.unit == UNSURE;
    for (key, series) in set.series().iter().filter(|(_, s)| unsure(s)) {
        let of = most.entry(key.name.clone()).or_default();
        *of = series.numbers().iter().copied().fold(*of, f64::max);
    }
    for (name, most) in most {
        let percent = most > 1.5;
        set.change(|key, series| {
            if key.name != name || !unsure(series) {
                return;
            }
            series.unit.clear();
            if let Values::Numbers(numbers) = &mut series.values
                && percent
            {
                numbers.iter_mut().for_each(|x| *x /= 100.0);
            }
        });
        if percent {
            let what = name.trim_start_matches("plumbline_");
            let what = what.trim_end_matches("_share").replace('_', " ");
            set.note(&format!(
                "Shares of {what} reach {most:.0} in a column that tells no unit, so they were taken as percent."
            ));
        }
    }
}

/// A status that is a number: of HTTP, of gRPC, or whether a request ended well.
fn of_number(holds: Holds, value: f64) -> Option<u16> {
    match holds {
        Holds::GrpcStatus => (0.0..=16.0)
            .contains(&value)
            .then(|| names::of_grpc(value as u16).status()),
        Holds::Success => Some(if value == 0.0 { 500 } else { 200 }),
        // Any other number is how much something is off.
        Holds::Failure if value == 0.0 => Some(200),
        Holds::Failure => (value == 1.0).then_some(500),
        _ => (100.0..600.0).contains(&value).then_some(value as u16),
    }
}

/// A status that is a word.
fn of_word(holds: Holds, word: &str) -> Option<u16> {
    if holds != Holds::Failure {
        return names::ended(word).map(Class::status);
    }
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(500),
        "false" | "no" => Some(200),
        _ => None,
    }
}

/// How a request ended by its status, by that of gRPC (the other one is 200 then, whatever became of the call), and by
/// whether it is said to have ended well, or to have failed: what failed by any of these failed.
fn status([http, grpc, success, failure]: [Option<u16>; 4]) -> Option<u16> {
    let failed = |status: &Option<u16>| status.is_some_and(|s| s >= 400);
    let all = [http, grpc, success, failure];
    let first = all.iter().find(|s| failed(s)).copied().flatten();
    first.or(http).or(grpc).or(success).or(failure)
}
