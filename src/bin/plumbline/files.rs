//! Files of the disk: found in folders, unpacked where they hold others, looked into, then read shard by
//! shard on every core.

use super::Failure;
use super::early::{Early, Looked, mended};
use super::fixes::Fixes;
use super::folder;
use super::options::ReportOptions;
use super::place::Place;
use plumbline::engine::message::{Input, Shard};
use plumbline::engine::rows::Load as Rows;
use plumbline::engine::service::{Served, is_served, made_of, serve, serve_table};
use plumbline::engine::{
    Keeper, Next, Plan, arrange, few, give, give_meaning, in_order, info, read_through, sift,
    tables, tie,
};
use plumbline::log::{FileKind, Role};
use plumbline::read::{Bytes, NO_ROWS, Part, ReadError, Trouble, Unfit, ends_early};
use plumbline::report::view::View;
use plumbline::series::read::{About, Form};
use plumbline::table::{Kind, Table};
use plumbline::unpack::{self, Limits, Memory, holds_others, unpack};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Shards that are read before their rows are put into place.
const ROUND: usize = 64;
/// The same where rows are not kept.
const FEW: usize = 8;

/// A table and where its files are.
pub struct Opened {
    files: Vec<Place>,
    pub input: Input,
}

/// What files hold: tables of a model, and what a service's files say.
#[derive(Default)]
pub struct Found {
    pub tables: Vec<Opened>,
    pub served: Vec<Served>,
}

/// Looks into all files that the options name, and gives the roles that they name. Files of a service are read at
/// once.
pub fn look(options: &ReportOptions) -> Result<Found, String> {
    let reference: Vec<PathBuf> = options.reference().into_iter().collect();
    let special = |path: &&PathBuf| options.outcomes.contains(path) || reference.contains(path);
    let plain: Vec<&PathBuf> = options.files.iter().filter(|p| !special(p)).collect();
    let fixes = Fixes::of(options);
    let mut files = Vec::new();
    let mut inputs = Vec::new();
    let mut kinds = Vec::new();
    let mut served = Vec::new();
    let several = options.files.len() + options.outcomes.len() > 1;
    let mut empty = Vec::new();
    for (paths, kind) in [
        (plain, None),
        (options.outcomes.iter().collect(), Some(FileKind::Outcomes)),
        (reference.iter().collect(), Some(FileKind::Reference)),
    ] {
        let mut found = Vec::new();
        for (at, path) in paths.iter().enumerate() {
            if !paths[..at].contains(path) {
                let within = match open(path, &fixes) {
                    // In its first days a service has no outcomes yet.
                    Err(why) if several && why.contains(NO_ROWS) => {
                        eprintln!("plumbline: {why}");
                        empty.push(why);
                        continue;
                    }
                    within => within?,
                };
                found.extend(within.tables);
                served.extend(within.served);
            }
        }
        let (found, refused) = mended(found, &fixes)?;
        match refused.first() {
            Some(why) if found.is_empty() && served.is_empty() => return Err(why.to_string()),
            _ => tell(refused),
        }
        let (found, unknown) = sift(tables(found));
        tell(unknown);
        for (places, input) in found {
            files.push(places);
            inputs.push(input);
            kinds.push(kind);
        }
    }
    if let (true, true, Some(why)) = (inputs.is_empty(), served.is_empty(), empty.pop()) {
        return Err(why);
    }
    fixes.all_used()?;
    arrange(&mut inputs);
    let say = |inputs: &mut [Input]| {
        for (input, kind) in inputs.iter_mut().zip(&kinds) {
            input.kind = kind.unwrap_or(input.kind);
        }
    };
    say(&mut inputs);
    give(&mut inputs, &options.role).map_err(|why| format!("--role: {why}"))?;
    say(&mut inputs);
    give_meaning(&mut inputs, options.meant().as_ref());
    tie(&mut inputs);
    let made = made_of(&inputs);
    let opened = files.into_iter().zip(inputs);
    let opened = opened.map(|(files, input)| Opened { files, input });
    let mut tables = Vec::new();
    for (opened, made) in opened.zip(made) {
        if made.service {
            served.extend(served_table(&opened)?);
        }
        if made.rows {
            tables.push(opened);
        }
    }
    Ok(Found { tables, served })
}

/// What a table of a service says, file by file.
fn served_table(opened: &Opened) -> Result<Vec<Served>, String> {
    let inputs = Input::files(std::slice::from_ref(&opened.input));
    let files = opened.files.iter().zip(&inputs);
    let read = files.map(|(place, input)| serve_table(input, &*place.open(&input.name)));
    read.map(|served| served.map_err(|e| e.to_string()))
        .collect()
}

/// The tables in what a path leads to: a file, a file that holds others, a folder.
fn open(path: &Path, fixes: &Fixes) -> Result<Within, String> {
    let (mut found, mut served, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let named = if path.is_dir() {
        folder::files(path)?
    } else {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |n| n.to_string_lossy().into_owned(),
        );
        vec![(path.to_path_buf(), name)]
    };
    for within in on_every_core(&named, |(path, name)| within(path, name, fixes)) {
        match within {
            Ok(within) => {
                found.extend(within.tables);
                served.extend(within.served);
                refused.extend(within.skipped);
            }
            Err(why) => refused.push(why),
        }
    }
    match refused.first() {
        Some(why) if found.is_empty() && served.is_empty() => return Err(why.to_string()),
        None if found.is_empty() && served.is_empty() => {
            return Err(format!("{}: the folder holds no file", path.display()));
        }
        _ => tell(refused),
    }
    Ok(Within {
        tables: found,
        served,
        skipped: Vec::new(),
    })
}

/// Tells of files that are left out.
fn tell(refused: Vec<ReadError>) {
    for why in few(refused) {
        eprintln!("plumbline: {why}");
    }
}

/// The tables in a file, what files of a service in it say, and what in it could not be unpacked or is none.
#[derive(Default)]
struct Within {
    tables: Vec<Looked>,
    served: Vec<Served>,
    skipped: Vec<ReadError>,
}

/// Looks whether a file is of a service, unless something is said of how it is written as a table.
fn of_service(
    path: &Path,
    name: &str,
    file: &dyn Bytes,
    fixes: &Fixes,
) -> Result<Option<Form>, ReadError> {
    match fixes.say(path, name) {
        true => Ok(None),
        false => is_served(file),
    }
}

/// When a file was last written.
fn modified(path: &Path) -> Option<i64> {
    let time = std::fs::metadata(path).ok()?.modified().ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok()
}

fn within(path: &Path, name: &str, fixes: &Fixes) -> Result<Within, ReadError> {
    let bytes = std::fs::metadata(path)
        .map_err(|e| ReadError {
            file: path.display().to_string(),
            line: None,
            found: e.to_string(),
            mend: "Check that it is there and that you may read it".into(),
        })?
        .len();
    let place = Place::disk(path, bytes);
    let file = place.open(name);
    let file = &*file;
    if !holds_others(&file.read(0, unpack::HEAD_BYTES.min(bytes))?) {
        if let Some(form) = of_service(path, name, file, fixes)? {
            let about = About {
                name: name.into(),
                modified: modified(path),
            };
            return Ok(Within {
                served: vec![serve(&about, file, form)?],
                ..Within::default()
            });
        }
        let looked = match fixes.look(path, name, file, None) {
            Ok(input) => Looked::Table(place.clone(), Box::new(input)),
            Err(_) if ends_early(file)? => Looked::Early(Early {
                name: name.into(),
                path: path.into(),
                place: place.clone(),
                unpacked: None,
                troubles: Vec::new(),
            }),
            Err(why) => return Err(why),
        };
        return Ok(Within {
            tables: vec![looked],
            ..Within::default()
        });
    }
    let found = unpack(name, file, &mut Memory::default(), Limits::NATIVE)?;
    let (mut tables, mut served, mut refused) = (Vec::new(), Vec::new(), found.skipped);
    for member in found.files {
        if let Some(form) = of_service(path, &member.name, &member.file, fixes)? {
            let about = About {
                name: member.name.clone(),
                modified: modified(path),
            };
            match serve(&about, &member.file, form) {
                Ok(one) => served.push(one),
                Err(why) => refused.push(why),
            }
            continue;
        }
        match fixes.look(
            path,
            &member.name,
            &member.file,
            Some(member.sheet.is_some()),
        ) {
            Ok(input) => {
                let input = Input {
                    troubles: member.troubles,
                    ..input
                }
                .of_sheet(member.sheet.as_deref());
                tables.push(Looked::Table(Place::memory(member.file), Box::new(input)));
            }
            Err(_) if ends_early(&member.file)? => tables.push(Looked::Early(Early {
                name: member.name,
                path: path.into(),
                place: Place::memory(member.file),
                unpacked: Some(member.sheet.is_some()),
                troubles: member.troubles,
            })),
            Err(why) => refused.push(why),
        }
    }
    Ok(Within {
        tables,
        served,
        skipped: refused,
    })
}

/// What holds a series to score.
pub enum One {
    /// A column of a table.
    Table(Box<Opened>),
    /// Metrics of a service.
    Service(Vec<Served>),
}

/// Looks into a path that leads to one table, or to metrics of a service.
pub fn series(path: &Path) -> Result<One, String> {
    let fixes = Fixes::default();
    let within = open(path, &fixes)?;
    if within.tables.is_empty() && !within.served.is_empty() {
        return Ok(One::Service(within.served));
    }
    let (found, refused) = mended(within.tables, &fixes)?;
    if let (true, Some(why)) = (found.is_empty(), refused.first()) {
        return Err(why.to_string());
    }
    tell(refused);
    let mut found = tables(found);
    match (found.pop(), found.len()) {
        (Some((files, input)), 0) => Ok(One::Table(Box::new(Opened { files, input }))),
        (last, _) => {
            let names = found.iter().chain(&last).map(|(_, input)| &input.name);
            let names: Vec<&str> = names.map(String::as_str).take(40).collect();
            let path = path.display();
            Err(format!(
                "{path} holds several tables: {}. Give one",
                names.join(", ")
            ))
        }
    }
}

/// Reads the wanted columns of a table that stands alone, in the order of its rows. What is wrong with rows
/// is told.
pub fn read_alone(opened: &Opened) -> Result<Vec<Table>, Failure> {
    let inputs = Input::files(std::slice::from_ref(&opened.input));
    let mut plan = Plan::new(&inputs, 1).unbounded();
    let mut read = BTreeMap::new();
    while let Next::Read(shard) = plan.take() {
        let (Some(place), Some(input)) = (opened.files.get(shard.file), inputs.get(shard.file))
        else {
            continue;
        };
        let part = part(place, input, shard).map_err(|e| Failure::Input(e.to_string()))?;
        plan.done(&shard, info(&part));
        // A shard whose border was guessed wrongly is read again.
        read.insert((shard.file, shard.index), part);
    }
    for ((file, _), part) in &read {
        let name = &inputs[*file].name;
        for Trouble { reason, count, .. } in &part.troubles {
            eprintln!("plumbline: {name}: {reason} ({count} like it)");
        }
        for Unfit { column, count, .. } in &part.unfit {
            eprintln!("plumbline: {name}, column {column}: {count} cells are no numbers");
        }
    }
    Ok(read.into_values().map(|part| part.table).collect())
}

/// A table whose every cell was read: how it was looked into, and its parts, each beside the file it is of.
pub struct Lines {
    pub input: Input,
    pub parts: Vec<(Table, Input)>,
}

/// Bytes of a shard of lines: so few that it holds fewer rows than there may be words of a column.
const LINES_BYTES: u64 = 512 << 10;

/// Reads every cell of a table as it stands, in the order of its rows. Ids are hashed where that is said. What is
/// wrong with rows is told.
pub fn read_lines(opened: &Opened, hashed: bool) -> Result<Lines, Failure> {
    let files = Input::files(std::slice::from_ref(&opened.input));
    let mut inputs: Vec<Input> = files.iter().map(|f| as_it_stands(f, hashed)).collect();
    let mut plan = Plan::of_bytes(&inputs, LINES_BYTES);
    let mut read = BTreeMap::new();
    loop {
        while let Next::Read(shard) = plan.take() {
            let (Some(place), Some(input)) = (opened.files.get(shard.file), inputs.get(shard.file))
            else {
                continue;
            };
            let part = part(place, input, shard).map_err(|e| Failure::Input(e.to_string()))?;
            plan.done(&shard, info(&part));
            read.insert((shard.file, shard.index), part);
        }
        let again = plan.again(&mut inputs);
        if again.is_empty() {
            break;
        }
        read.retain(|(file, _), _| !again.contains(file));
    }
    let mut parts = Vec::with_capacity(read.len());
    for ((file, _), part) in read {
        for Trouble { reason, count, .. } in &part.troubles {
            eprintln!(
                "plumbline: {}: {reason} ({count} like it)",
                files[file].name
            );
        }
        parts.push((part.table, files[file].clone()));
    }
    Ok(Lines {
        input: opened.input.clone(),
        parts,
    })
}

/// A file with roles under which every cell is read as it stands, but for ids that are to be hashed.
fn as_it_stands(file: &Input, hashed: bool) -> Input {
    let mut input = file.clone();
    input.kind = FileKind::Predictions;
    for (column, guess) in input.sniff.columns.iter().zip(&mut input.roles) {
        let names = matches!(guess.role, Role::Id | Role::Query);
        guess.role = match column.kind {
            Kind::Time => Role::OutcomeTime,
            _ if names && hashed => Role::Query,
            Kind::Number if names => Role::Segment,
            Kind::Number => Role::Feature,
            _ => Role::Segment,
        };
    }
    input
}

/// The same of bytes.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub fn lines_of_bytes(input: Input, bytes: &[u8]) -> Lines {
    let mut memory = Memory::default();
    unpack::Shelf::put(&mut memory, bytes).unwrap();
    let file = unpack::Shelf::finish(&mut memory, &input.name, input.bytes).unwrap();
    let files = vec![Place::memory(file)];
    read_lines(&Opened { files, input }, false).ok().unwrap()
}

/// Reads all rows of the files; those of predictions are let go once they are counted, where the view is
/// given that they are counted for.
pub fn read(found: &Found, streamed: Option<&View>) -> Result<Keeper, Failure> {
    let opened = &found.tables;
    let inputs: Vec<Input> = opened.iter().map(|o| o.input.clone()).collect();
    let mut inputs = Input::files(&inputs);
    let mut places: Vec<&Place> = opened.iter().flat_map(|o| &o.files).collect();
    if streamed.is_some() {
        let order = in_order(&inputs);
        places = order.iter().map(|i| places[*i]).collect();
        inputs = order.iter().map(|i| inputs[*i].clone()).collect();
    }
    let open = |inputs: &[Input]| match streamed {
        Some(view) => Keeper::streaming(inputs.to_vec(), view.clone()),
        None => Keeper::open(inputs.to_vec()),
    };
    let mut keeper = open(&inputs);
    let round = if streamed.is_some() { FEW } else { ROUND };
    let planned = |inputs: &[Input]| match streamed {
        Some(_) => Plan::new(inputs, round),
        None => Plan::new(inputs, round).unbounded(),
    };
    let mut plan = planned(&inputs);
    read_shards(&inputs, &places, &mut plan, &mut keeper, round)?;
    let again = plan.again(&mut inputs);
    if streamed.is_none() {
        for file in again {
            keeper.again(file, inputs[file].clone());
        }
    } else if !again.is_empty() {
        // What was counted cannot be taken back.
        keeper = open(&inputs);
        plan = planned(&inputs);
    }
    read_shards(&inputs, &places, &mut plan, &mut keeper, round)?;
    keeper.serve(found.served.clone());
    Ok(keeper)
}

/// Reads the shards that are left.
fn read_shards(
    inputs: &[Input],
    places: &[&Place],
    plan: &mut Plan,
    keeper: &mut Keeper,
    round: usize,
) -> Result<(), Failure> {
    loop {
        let mut waiting: Vec<Shard> = Vec::new();
        while waiting.len() < round
            && let Next::Read(shard) = plan.take()
        {
            waiting.push(shard);
        }
        if waiting.is_empty() {
            return Ok(());
        }
        let parts = on_every_core(&waiting, |shard| {
            part(places[shard.file], &inputs[shard.file], *shard)
        });
        for (shard, part) in waiting.iter().zip(parts) {
            let part = part.map_err(|e| Failure::Input(e.to_string()))?;
            let found = info(&part);
            let rows = Rows::Table(part.table);
            keeper
                .keep(*shard, found.clone(), rows)
                .map_err(|e| Failure::Data(e.to_string()))?;
            plan.done(shard, found);
        }
    }
}

fn part(place: &Place, input: &Input, shard: Shard) -> Result<Part, ReadError> {
    read_through(input, shard, &*place.open(&input.name))
}

/// Does a work for each of some things, as many at a time as there are cores; the results are in order.
fn on_every_core<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(things.iter().enumerate());
    let done = Mutex::new(Vec::with_capacity(things.len()));
    let cores = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(things.len());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let thing = match next.lock() {
                        Ok(mut next) => next.next(),
                        Err(_) => None,
                    };
                    let Some((at, thing)) = thing else { break };
                    let result = work(thing);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
