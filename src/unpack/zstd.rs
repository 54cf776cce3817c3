//! Zstandard: any number of frames, one behind the other (RFC 8878).
//!
//! A decoder keeps the last window of what it made, which later blocks copy from: most of a small file. Where a
//! frame is cut off, that window is whole, and comes out before the error does.

use super::stream::{CHECKSUM, refusal};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// A last block that holds nothing, and a checksum should one be due: they end a frame whose own end is missing.
const END: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Bytes at most that come of a block.
const BLOCK: usize = 128 << 10;

/// What is compressed in a stream.
pub(super) struct Zstd<'a> {
    from: &'a mut dyn BufRead,
    frame: FrameDecoder,
    within: bool,
    /// What the stream ended in, and bytes that came through before it.
    broken: Option<(Error, usize)>,
}

impl<'a> Zstd<'a> {
    pub fn new(from: &'a mut dyn BufRead) -> Self {
        Self {
            from,
            frame: FrameDecoder::new(),
            within: false,
            broken: None,
        }
    }

    /// Begins the next frame, if there is one; frames of other programs are skipped.
    fn next(&mut self) -> Result<bool> {
        while !self.within {
            if self.from.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.frame.reset(&mut self.from) {
                Ok(()) => self.within = true,
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => self.skip(length.into())?,
                Err(why) => return Err(self.fault(&why)),
            }
        }
        Ok(true)
    }

    fn skip(&mut self, bytes: u64) -> Result<()> {
        let skipped = std::io::copy(&mut (&mut self.from).take(bytes), &mut std::io::sink())?;
        if skipped < bytes {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// The decoder does not tell damage from a stream that ends early.
    fn fault(&mut self, why: &FrameDecoderError) -> Error {
        match self.from.fill_buf() {
            Ok([]) => ErrorKind::UnexpectedEof.into(),
            Ok(_) => Error::new(ErrorKind::InvalidData, why.to_string()),
            Err(why) => why,
        }
    }
}

impl Zstd<'_> {
    /// Ends the frame where it broke. Of one that is damaged, the block in which that showed gave a part of itself
    /// that is not to be trusted.
    fn break_off(&mut self, why: &FrameDecoderError) -> Result<()> {
        let fault = self.fault(why);
        let one = BlockDecodingStrategy::UptoBlocks(1);
        if refusal(&fault).is_some() || self.frame.decode_blocks(&END[..], one).is_err() {
            return Err(fault);
        }
        let spoilt = match fault.kind() {
            ErrorKind::UnexpectedEof => 0,
            _ => BLOCK,
        };
        let whole = self.frame.can_collect().saturating_sub(spoilt);
        self.broken = Some((fault, whole));
        Ok(())
    }

    /// What came through before the stream broke, then why it did.
    fn rest(&mut self, out: &mut [u8]) -> Option<Result<usize>> {
        let (why, left) = self.broken.as_mut()?;
        if *left == 0 {
            return Some(Err(Error::new(why.kind(), why.to_string())));
        }
        let most = out.len().min(*left);
        let read = self.frame.read(out.get_mut(..most).unwrap_or_default());
        *left = match read {
            Ok(0) | Err(_) => 0,
            Ok(n) => left.saturating_sub(n),
        };
        match read {
            Ok(0) => self.rest(out),
            read => Some(read),
        }
    }
}

impl Read for Zstd<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        if let Some(rest) = self.rest(out) {
            return rest;
        }
        while self.next()? {
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                if let Err(why) = self.frame.decode_blocks(&mut self.from, one) {
                    self.break_off(&why)?;
                    return self.read(out);
                }
            }
            match self.frame.read(out)? {
                0 => {
                    let written = self.frame.get_checksum_from_data();
                    let computed = self.frame.get_calculated_checksum();
                    if written.is_some() && written != computed {
                        return Err(Error::new(ErrorKind::InvalidData, CHECKSUM));
                    }
                    self.within = false;
                }
                n => return Ok(n),
            }
        }
        Ok(0)
    }
}
