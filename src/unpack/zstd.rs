//! Zstandard: any number of frames, one behind the other (RFC 8878).

use super::stream::CHECKSUM;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{BufRead, Error, ErrorKind, Read, Result};

/// What is compressed in a stream.
pub(super) struct Zstd<'a> {
    from: &'a mut dyn BufRead,
    frame: FrameDecoder,
    within: bool,
}

impl<'a> Zstd<'a> {
    pub fn new(from: &'a mut dyn BufRead) -> Self {
        Self {
            from,
            frame: FrameDecoder::new(),
            within: false,
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

impl Read for Zstd<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.next()? {
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                if let Err(why) = self.frame.decode_blocks(&mut self.from, one) {
                    return Err(self.fault(&why));
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
