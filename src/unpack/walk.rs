//! The walk from the outermost layer to the files in it.

use super::gzip::Gzip;
use super::name::{harmless, stem};
use super::stream::{Meter, Metered, Slices, peek, refusal, words};
use super::zstd::Zstd;
use super::{Contents, HEAD_BYTES, Limits, Shelf, Unpacked};
use crate::read::{Bytes, ReadError, Trouble};
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};

/// Bytes that a decoder gives at a time.
const PIECE: usize = 128 << 10;

/// How a file holds others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

/// How a file that begins like this holds others.
pub(super) fn packing(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        // A frame, or one that is to be skipped.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
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
    walk.stream(name, &mut Slices::new(file), 0)
        .map_err(|why| ReadError {
            file: if why.file.is_empty() {
                name.into()
            } else {
                why.file
            },
            ..why
        })?;
    let found = walk.found;
    match found.skipped.first() {
        Some(why) if found.files.is_empty() && found.skipped.len() == 1 => Err(why.clone()),
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
    /// found.
    fn stream(
        &mut self,
        name: &str,
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
                self.stream(&within, &mut out, layers + 1)
            }
            Packing::Zstd => {
                let mut out = pieces(Metered::new(Zstd::new(&mut from), meter));
                self.stream(&within, &mut out, layers + 1)
            }
        }
    }

    /// Puts a stream onto the shelf; of one that ends in damage the lines before it.
    fn file(&mut self, name: &str, from: &mut dyn BufRead) -> Result<(), ReadError> {
        // Bytes put, those of whole lines among them, and how many lines these are.
        let (mut put, mut whole, mut lines) = (0_u64, 0_u64, 0_u64);
        let damage = loop {
            let piece = match from.fill_buf() {
                Ok([]) => break None,
                Ok(piece) => piece,
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                Err(why) if refusal(&why).is_some() => return Err(ended(&why)),
                Err(why) => break Some(why),
            };
            self.shelf.put(piece)?;
            if let Some(last) = memchr::memrchr(b'\n', piece) {
                whole = put + last as u64 + 1;
                lines += memchr::memchr_iter(b'\n', piece).count() as u64;
            }
            put += piece.len() as u64;
            let n = piece.len();
            from.consume(n);
        };
        let Some(why) = damage else {
            return self.found(name, put, Vec::new());
        };
        let why = words(&why);
        if whole == 0 {
            self.shelf.finish(name, 0)?;
            self.skip(
                name,
                format!("{why}, before a line of it could be unpacked"),
            );
            return Ok(());
        }
        let trouble = Trouble {
            line: lines,
            column: None,
            reason: format!(
                "the archive that the file was in is not whole: {why}, after {whole} bytes of the file; rows from here on are lost. Copy or make the archive again"
            ),
            count: 1,
            row_lost: true,
        };
        self.found(name, whole, vec![trouble])
    }

    fn found(&mut self, name: &str, bytes: u64, troubles: Vec<Trouble>) -> Result<(), ReadError> {
        self.found.files.push(Unpacked {
            name: harmless(name),
            file: self.shelf.finish(name, bytes)?,
            troubles,
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

fn pieces<R: Read>(from: R) -> BufReader<R> {
    BufReader::with_capacity(PIECE, from)
}

/// Why it all ends.
fn ended(why: &Error) -> ReadError {
    refusal(why).cloned().unwrap_or_else(|| ReadError {
        file: String::new(),
        line: None,
        found: words(why),
        mend: "Copy or make the archive again".into(),
    })
}
