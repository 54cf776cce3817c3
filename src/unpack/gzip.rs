//! gzip: any number of members, one behind the other (RFC 1952, 2.2).

use super::stream::CHECKSUM;
use flate2::bufread::GzDecoder;
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// What is compressed in a stream.
pub(super) struct Gzip<'a> {
    /// One of the two is there.
    member: Option<GzDecoder<&'a mut dyn BufRead>>,
    between: Option<&'a mut dyn BufRead>,
}

impl<'a> Gzip<'a> {
    pub fn new(from: &'a mut dyn BufRead) -> Self {
        Self {
            member: None,
            between: Some(from),
        }
    }

    /// Begins the next member, if there is one; zeros between and behind are padding.
    fn next(&mut self) -> Result<bool> {
        let Some(from) = &mut self.between else {
            return Ok(true);
        };
        loop {
            let waiting = from.fill_buf()?;
            match waiting.first() {
                None => return Ok(false),
                Some(0x1f) => break,
                Some(0) => {
                    let zeros = waiting.iter().take_while(|b| **b == 0).count();
                    from.consume(zeros);
                }
                Some(_) => {
                    return Err(Error::new(
                        ErrorKind::InvalidData,
                        "behind the compressed data lie bytes that are no gzip",
                    ));
                }
            }
        }
        self.member = self.between.take().map(GzDecoder::new);
        Ok(true)
    }
}

/// The decoder's words for a checksum that does not match are its own.
fn told(why: Error) -> Error {
    if why.kind() == ErrorKind::InvalidInput && why.to_string().contains("checksum") {
        return Error::new(ErrorKind::InvalidData, CHECKSUM);
    }
    why
}

impl Read for Gzip<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.next()? {
            let Some(member) = &mut self.member else {
                break;
            };
            match member.read(out).map_err(told)? {
                0 => self.between = self.member.take().map(GzDecoder::into_inner),
                n => return Ok(n),
            }
        }
        Ok(0)
    }
}
