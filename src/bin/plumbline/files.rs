//! Files of the disk: unpacked where they are compressed, looked into, then read shard by shard on
//! every core.

use super::options::ReportOptions;
use plumbline::engine::message::{Input, Shard};
use plumbline::engine::rows::Load as Rows;
use plumbline::engine::{
    Keeper, Shards, arrange, few, info, look as look_into, read_through, sift,
};
use plumbline::log::FileKind;
use plumbline::read::{Bytes, Part, ReadError};
use plumbline::unpack::{self, Chunks, Limits, Memory, holds_others, unpack};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A file and what is known of it.
pub struct Opened {
    /// As it was given.
    path: PathBuf,
    /// Its bytes, where it was unpacked.
    unpacked: Option<Chunks>,
    input: Input,
}

impl Opened {
    fn read(&self, shard: Shard) -> Result<Part, ReadError> {
        match &self.unpacked {
            Some(bytes) => read_through(&self.input, shard, bytes),
            None => {
                let file = OnDisk {
                    path: &self.path,
                    name: &self.input.name,
                    bytes: self.input.bytes,
                };
                read_through(&self.input, shard, &file)
            }
        }
    }
}

/// Looks into all files that the options name, and gives the roles that they name.
pub fn look(options: &ReportOptions) -> Result<Vec<Opened>, String> {
    let reference = options.reference();
    let mut opened: Vec<Opened> = Vec::new();
    for path in options
        .files
        .iter()
        .chain(&options.outcomes)
        .chain(&reference)
    {
        if !opened.iter().any(|o| o.path == *path) {
            opened.extend(open(path)?);
        }
    }
    let mut inputs: Vec<Input> = opened.iter().map(|o| o.input.clone()).collect();
    arrange(&mut inputs);
    for (role, column) in &options.role {
        let holders: Vec<&mut Input> = inputs
            .iter_mut()
            .filter(|i| i.sniff.columns.iter().any(|c| c.name == *column))
            .collect();
        if holders.is_empty() {
            return Err(format!(
                "--role {role}={column}: no file has a column '{column}'"
            ));
        }
        for input in holders {
            input.give(*role, column)?;
        }
    }
    for (opened, input) in opened.iter_mut().zip(inputs) {
        opened.input = input;
        if options.outcomes.contains(&opened.path) {
            opened.input.kind = FileKind::Outcomes;
        }
        if reference.as_ref() == Some(&opened.path) {
            opened.input.kind = FileKind::Reference;
        }
    }
    Ok(opened)
}

/// Looks into a file, or into those that it holds.
fn open(path: &Path) -> Result<Vec<Opened>, String> {
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    );
    if path.is_dir() {
        return Err(format!(
            "{}: this is a folder. Name the files in it",
            path.display()
        ));
    }
    let bytes = std::fs::metadata(path)
        .map_err(|e| format!("{}: {e}", path.display()))?
        .len();
    let file = OnDisk {
        path,
        name: &name,
        bytes,
    };
    let head = file.read(0, unpack::HEAD_BYTES.min(bytes));
    if !holds_others(&head.map_err(|e| e.to_string())?) {
        return Ok(vec![Opened {
            path: path.into(),
            unpacked: None,
            input: look_into(&name, &file).map_err(|e| e.to_string())?,
        }]);
    }
    let found = unpack(&name, &file, &mut Memory::default(), Limits::NATIVE);
    let found = found.map_err(|e| e.to_string())?;
    let mut refused = found.skipped;
    let mut members = Vec::new();
    for member in found.files {
        match look_into(&member.name, &member.file) {
            Ok(input) => {
                let troubles = member.troubles;
                members.push((member.file, Input { troubles, ..input }));
            }
            Err(why) => refused.push(why),
        }
    }
    let (members, unknown) = sift(members);
    refused.extend(unknown);
    match refused.first() {
        Some(why) if members.is_empty() => return Err(why.to_string()),
        _ => few(refused)
            .iter()
            .for_each(|why| eprintln!("plumbline: {why}")),
    }
    let opened = members.into_iter().map(|(file, input)| Opened {
        path: path.into(),
        unpacked: Some(file),
        input,
    });
    Ok(opened.collect())
}

/// Reads all rows of the files.
pub fn read(opened: &[Opened]) -> Result<Keeper, String> {
    let mut keeper = Keeper::open(opened.iter().map(|o| o.input.clone()).collect());
    for (file, o) in opened.iter().enumerate() {
        let mut shards = Shards::new(file, &o.input);
        loop {
            let waiting: Vec<Shard> = std::iter::from_fn(|| shards.take()).collect();
            if waiting.is_empty() {
                break;
            }
            for (shard, part) in on_every_core(o, &waiting).map_err(|e| e.to_string())? {
                let found = info(&part);
                if !keeper.keep(shard, found.clone(), Rows::Table(part.table)) {
                    return Err(format!("{}: its rows could not be kept", o.input.name));
                }
                shards.done(shard.index, found);
            }
        }
    }
    Ok(keeper)
}

/// Reads shards, as many at a time as there are cores; they come back in order.
fn on_every_core(opened: &Opened, shards: &[Shard]) -> Result<Vec<(Shard, Part)>, ReadError> {
    let next = Mutex::new(shards.iter());
    let done = Mutex::new(Vec::with_capacity(shards.len()));
    let cores = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(shards.len());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let shard = match next.lock() {
                        Ok(mut next) => next.next().copied(),
                        Err(_) => None,
                    };
                    let Some(shard) = shard else { break };
                    let part = opened.read(shard);
                    if let Ok(mut done) = done.lock() {
                        done.push(part.map(|part| (shard, part)));
                    }
                }
            });
        }
    });
    let mut parts = done
        .into_inner()
        .unwrap_or_default()
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(|p| p.0.index);
    Ok(parts)
}

/// A file of the disk.
struct OnDisk<'a> {
    path: &'a Path,
    name: &'a str,
    bytes: u64,
}

impl Bytes for OnDisk<'_> {
    fn size(&self) -> u64 {
        self.bytes
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = File::open(self.path)?;
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(to.saturating_sub(from)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|e| ReadError {
            file: self.name.into(),
            line: None,
            found: format!("it cannot be read: {e}"),
            mend: "Check that it is there and that you may read it".into(),
        })
    }
}
