//! The walk from the outermost layer to the files in it.

use super::gzip::Gzip;
use super::name::{harmless, is_hidden, stem};
use super::stream::{CHECKSUM, Checked, Meter, Metered, Slices, peek, refusal, words};
use super::tar::{self, Tar};
use super::workbook;
use super::zip;
use super::zstd::Zstd;
use super::{Contents, HEAD_BYTES, Limits, Shelf, Unpacked};
use crate::read::{Bytes, ReadError, Trouble};
use flate2::bufread::DeflateDecoder;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};

/// Bytes that a decoder gives at a time.
const PIECE: usize = 128 << 10;

/// How a file holds others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Zip,
    Tar,
}

/// How a file that begins like this holds others.
pub(super) fn packing(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        // A frame, or one that is to be skipped.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
        // The second one is empty.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
        _ if tar::is_header(head) => Some(Packing::Tar),
        _ => None,
    }
}

pub(super) fn walk<S: Shelf>(
    name: &str,
    file: &dyn Bytes,
    shelf: &mut S,
    limits: Limits,
) -> Result<Contents<S::File>, ReadError> {
    let meter = Meter::new(name, limits, file.size());
    let mut walk = Walk {
        shelf,
        meter: &meter,
        found: Contents {
            files: Vec::new(),
            skipped: Vec::new(),
        },
    };
    let head = file.read(0, file.size().min(HEAD_BYTES));
    let walked = match packing(&head?) {
        Some(Packing::Zip) => walk.zip(name, file, 0),
        _ => walk.stream(name, name, &mut Slices::new(file), 0),
    };
    walked.map_err(|why| ReadError {
        file: if why.file.is_empty() {
            name.into()
        } else {
            why.file
        },
        ..why
    })?;
    let found = walk.found;
    match &found.skipped[..] {
        [why] if found.files.is_empty() => Err(why.clone()),
        [] if found.files.is_empty() => Err(ReadError {
            file: name.into(),
            line: None,
            found: "the archive holds no file".into(),
            mend: "Give the files themselves".into(),
        }),
        _ => Ok(found),
    }
}

struct Walk<'a, S: Shelf> {
    shelf: &'a mut S,
    meter: &'a Meter<'a>,
    found: Contents<S::File>,
}

impl<S: Shelf> Walk<'_, S> {
    /// Unpacks a stream that lies in so many layers. An error ends it all; damage is told in what is
    /// found. `path` is what it is called as an archive: `a.tar.gz`, where its name is `a.tar`.
    fn stream(
        &mut self,
        name: &str,
        path: &str,
        from: &mut dyn BufRead,
        layers: usize,
    ) -> Result<(), ReadError> {
        let head = peek(from, HEAD_BYTES).map_err(|why| ended(&why))?;
        let Some(packing) = packing(&head) else {
            return self.file(name, &mut head.chain(from));
        };
        if layers >= self.meter.limits.layers {
            self.skip(
                name,
                format!("it lies in more than {layers} layers of archives"),
            );
            return Ok(());
        }
        let meter = self.meter;
        let mut from = head.chain(from);
        let within = stem(name);
        match packing {
            Packing::Gzip => {
                let mut out = pieces(Metered::new(Gzip::new(&mut from), meter));
                self.stream(&within, path, &mut out, layers + 1)
            }
            Packing::Zstd => {
                let mut out = pieces(Metered::new(Zstd::new(&mut from), meter));
                self.stream(&within, path, &mut out, layers + 1)
            }
            Packing::Tar => self.tar(path, &mut from, layers),
            Packing::Zip => {
                // Its directory is at its end.
                let bytes = self.put(&mut from)?;
                if let Some(why) = bytes.damage {
                    self.shelf.finish(name, 0)?;
                    self.skip(path, words(&why));
                    return Ok(());
                }
                let whole = self.shelf.finish(name, bytes.all)?;
                self.zip(path, &whole, layers)
            }
        }
    }

    /// Unpacks the members of a tar archive.
    fn tar(&mut self, path: &str, from: &mut dyn BufRead, layers: usize) -> Result<(), ReadError> {
        let mut tar = Tar::new(from);
        loop {
            let (name, kind) = match tar.next() {
                Ok(Some(member)) => member,
                Ok(None) => return Ok(()),
                Err(why) if refusal(&why).is_some() => return Err(ended(&why)),
                Err(why) => {
                    self.skip(path, format!("{}: members behind it are lost", words(&why)));
                    return Ok(());
                }
            };
            self.meter.member()?;
            if kind == tar::Member::Folder || is_hidden(&name) {
                continue;
            }
            let member = within(path, &name);
            if kind == tar::Member::File {
                self.stream(&member, &member, &mut tar, layers + 1)?;
            } else {
                self.skip(&member, "it is a link or a device, not a file".into());
            }
        }
    }

    /// Unpacks the members of a zip archive.
    fn zip(&mut self, path: &str, file: &dyn Bytes, layers: usize) -> Result<(), ReadError> {
        let members = match zip::members(file, self.meter.limits.members) {
            Ok(members) => members,
            Err(why) if refusal(&why).is_some() => return Err(ended(&why)),
            Err(why) => {
                self.skip(path, words(&why));
                return Ok(());
            }
        };
        if let Some(kind) = workbook::kind(&members) {
            let found = workbook::sheets(path, file, &members, self.meter, self.shelf, kind)?;
            self.found.files.extend(found.files);
            self.found.skipped.extend(found.skipped);
            return Ok(());
        }
        for member in members {
            self.meter.member()?;
            if member.is_folder() || is_hidden(&member.name) {
                continue;
            }
            let name = within(path, &member.name);
            if let Some(why) = member.obstacle() {
                self.skip(&name, why.into());
                continue;
            }
            let (start, end) = match member.range(file) {
                Ok(range) => range,
                Err(why) if refusal(&why).is_some() => return Err(ended(&why)),
                Err(why) => {
                    self.skip(&name, words(&why));
                    continue;
                }
            };
            let mut packed = Slices::range(file, start, end);
            let unpacked: Box<dyn Read> = match member.method {
                8 => Box::new(DeflateDecoder::new(packed)),
                93 => Box::new(Zstd::new(&mut packed)),
                _ => Box::new(packed),
            };
            let checked = Checked::new(unpacked, member.crc);
            let mut out = pieces(Metered::new(checked, self.meter));
            self.stream(&name, &name, &mut out, layers + 1)?;
        }
        Ok(())
    }

    /// Puts a stream onto the shelf, as far as it goes.
    fn put(&mut self, from: &mut dyn BufRead) -> Result<Put, ReadError> {
        let mut put = Put::default();
        loop {
            let piece = match from.fill_buf() {
                Ok([]) => return Ok(put),
                Ok(piece) => piece,
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                Err(why) if refusal(&why).is_some() => return Err(ended(&why)),
                Err(why) => {
                    put.damage = Some(why);
                    return Ok(put);
                }
            };
            self.meter.put(piece.len())?;
            self.shelf.put(piece)?;
            if let Some(last) = memchr::memrchr(b'\n', piece) {
                put.whole = put.all + last as u64 + 1;
                put.lines += memchr::memchr_iter(b'\n', piece).count() as u64;
            }
            let n = piece.len();
            put.all += n as u64;
            from.consume(n);
        }
    }

    /// Makes a file of a stream; of one that ends in damage the lines before it, and all of one whose
    /// checksum alone is wrong.
    fn file(&mut self, name: &str, from: &mut dyn BufRead) -> Result<(), ReadError> {
        let put = self.put(from)?;
        let Some(why) = put.damage else {
            return self.found(name, put.all, Vec::new());
        };
        if why.to_string() == CHECKSUM && put.all > 0 {
            let trouble = Trouble {
                line: 0,
                column: None,
                reason: "the archive that the file was in is damaged: its checksum does not match, so some of the rows may be wrong, and behind them rows may be missing. Copy or make the archive again".into(),
                count: 1,
                row_lost: false,
            };
            return self.found(name, put.all, vec![trouble]);
        }
        let why = words(&why);
        if put.whole == 0 {
            self.shelf.finish(name, 0)?;
            self.skip(
                name,
                format!("{why}, before a line of it could be unpacked"),
            );
            return Ok(());
        }
        let trouble = Trouble {
            line: put.lines,
            column: None,
            reason: format!(
                "the archive that the file was in is not whole: {why}, after {} bytes of the file; rows from here on are lost. Copy or make the archive again",
                put.whole
            ),
            count: 1,
            row_lost: true,
        };
        self.found(name, put.whole, vec![trouble])
    }

    fn found(&mut self, name: &str, bytes: u64, troubles: Vec<Trouble>) -> Result<(), ReadError> {
        self.found.files.push(Unpacked {
            name: name.into(),
            file: self.shelf.finish(name, bytes)?,
            troubles,
            sheet: None,
        });
        Ok(())
    }

    fn skip(&mut self, name: &str, found: String) {
        self.found.skipped.push(ReadError {
            file: name.into(),
            line: None,
            found,
            mend: "Copy or make the archive again, or unpack it first and give the files in it"
                .into(),
        });
    }
}

/// What was put onto the shelf of a stream.
#[derive(Default)]
struct Put {
    /// Bytes, and those of whole lines among them.
    all: u64,
    whole: u64,
    lines: u64,
    /// What the stream ended in.
    damage: Option<Error>,
}

/// The name of a member of an archive.
pub(super) fn within(path: &str, member: &str) -> String {
    format!("{path}/{}", harmless(member))
}

fn pieces<R: Read>(from: R) -> BufReader<R> {
    BufReader::with_capacity(PIECE, from)
}

/// Why it all ends.
pub(super) fn ended(why: &Error) -> ReadError {
    refusal(why).cloned().unwrap_or_else(|| ReadError {
        file: String::new(),
        line: None,
        found: words(why),
        mend: "Copy or make the archive again".into(),
    })
}
