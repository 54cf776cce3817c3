//! Packed blocks of bytes, as columnar files hold them.
//!
//! The size that a file claims is a limit, never an allocation: a block grows as bytes come out of
//! it, or room is made for no more than its packed bytes can hold at best.

use std::io::Read;

/// Bytes that a block may have, unpacked.
pub(super) const MOST: usize = 256 << 20;
/// Bytes that room is made for at once where a format does not bound them.
const START: usize = 1 << 20;

/// How a block is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Plain,
    Snappy,
    Gzip,
    Brotli,
    Zstd,
    /// A bare block of LZ4.
    Lz4,
    /// A bare block of LZ4, mostly with the sizes before it that Hadoop writes.
    Lz4Hadoop,
    /// A frame of LZ4.
    Lz4Frame,
}

impl Codec {
    /// Its name as people write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Plain => "not compressed",
            Self::Snappy => "Snappy",
            Self::Gzip => "gzip",
            Self::Brotli => "Brotli",
            Self::Zstd => "Zstandard",
            Self::Lz4 | Self::Lz4Hadoop | Self::Lz4Frame => "LZ4",
        }
    }

    /// Unpacks a block of exactly `size` bytes; `None` where it is damaged or larger than
    /// [`MOST`].
    pub fn unpack(self, packed: &[u8], size: usize) -> Option<Vec<u8>> {
        if size > MOST {
            return None;
        }
        if size == 0 && packed.is_empty() {
            return Some(Vec::new());
        }
        let out = match self {
            Self::Plain => packed.to_vec(),
            Self::Snappy => {
                // Three bytes stand for 64 at most.
                let fits =
                    snap::raw::decompress_len(packed).ok()? == size && size / 32 <= packed.len();
                if !fits {
                    return None;
                }
                let mut out = vec![0; size];
                let len = snap::raw::Decoder::new()
                    .decompress(packed, &mut out)
                    .ok()?;
                out.truncate(len);
                out
            }
            Self::Gzip if packed.starts_with(b"\x1f\x8b") => {
                drain(flate2::bufread::MultiGzDecoder::new(packed), size)?
            }
            Self::Gzip => drain(flate2::bufread::ZlibDecoder::new(packed), size)?,
            Self::Brotli => drain(
                brotli_decompressor::Decompressor::new(packed, 1 << 16),
                size,
            )?,
            Self::Zstd => drain(ruzstd::decoding::StreamingDecoder::new(packed).ok()?, size)?,
            Self::Lz4 => lz4(packed, size)?,
            Self::Lz4Hadoop => hadoop(packed, size).or_else(|| lz4(packed, size))?,
            Self::Lz4Frame => drain(lz4_flex::frame::FrameDecoder::new(packed), size)?,
        };
        (out.len() == size).then_some(out)
    }
}

/// What a decoder gives, if it is not more than `size` bytes.
fn drain(decoder: impl Read, size: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(size.min(START));
    decoder.take(size as u64 + 1).read_to_end(&mut out).ok()?;
    Some(out)
}

fn lz4(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    // A byte stands for 255 at most.
    if size / 256 > packed.len() {
        return None;
    }
    let mut out = vec![0; size];
    let len = lz4_flex::block::decompress_into(packed, &mut out).ok()?;
    out.truncate(len);
    Some(out)
}

/// Blocks, each after its unpacked and its packed size.
fn hadoop(mut packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while !packed.is_empty() {
        let (unpacked, rest) = packed.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let (block, rest) = rest.split_at_checked(u32::from_be_bytes(*len) as usize)?;
        let unpacked = u32::from_be_bytes(*unpacked) as usize;
        if unpacked > size - out.len() {
            return None;
        }
        out.extend(lz4(block, unpacked)?);
        packed = rest;
    }
    Some(out)
}
