//! A shelf in memory: in chunks, so that growing moves nothing.

use super::Shelf;
use crate::read::{Bytes, ReadError};

/// Bytes of a chunk.
const CHUNK: usize = 4 << 20;

/// A shelf in memory.
#[derive(Debug, Default)]
pub struct Memory {
    chunks: Vec<Vec<u8>>,
}

/// A file in memory; every chunk but the last is full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunks {
    chunks: Vec<Vec<u8>>,
    bytes: u64,
}

impl Shelf for Memory {
    type File = Chunks;

    fn put(&mut self, mut bytes: &[u8]) -> Result<(), ReadError> {
        while !bytes.is_empty() {
            let free = self.chunks.last().map_or(0, |last| CHUNK - last.len());
            if free == 0 {
                let mut chunk = Vec::new();
                chunk.try_reserve_exact(CHUNK).map_err(|_| ReadError {
                    file: String::new(),
                    line: None,
                    found: "there is no memory left to unpack it".into(),
                    mend: "Give fewer files, or unpack it first".into(),
                })?;
                self.chunks.push(chunk);
                continue;
            }
            let (now, later) = bytes.split_at(free.min(bytes.len()));
            if let Some(last) = self.chunks.last_mut() {
                last.extend_from_slice(now);
            }
            bytes = later;
        }
        Ok(())
    }

    fn finish(&mut self, _name: &str, length: u64) -> Result<Chunks, ReadError> {
        let mut chunks = std::mem::take(&mut self.chunks);
        let mut left = usize::try_from(length).unwrap_or(usize::MAX);
        for chunk in &mut chunks {
            chunk.truncate(left);
            left -= chunk.len();
        }
        chunks.retain(|chunk| !chunk.is_empty());
        if let Some(last) = chunks.last_mut() {
            last.shrink_to_fit();
        }
        Ok(Chunks {
            bytes: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
            chunks,
        })
    }
}

impl Bytes for Chunks {
    fn size(&self) -> u64 {
        self.bytes
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        let to = to.min(self.bytes);
        let from = from.min(to);
        let mut out = Vec::with_capacity((to - from) as usize);
        let first = (from / CHUNK as u64) as usize;
        let mut skip = (from % CHUNK as u64) as usize;
        for chunk in self.chunks.iter().skip(first) {
            let left = (to - from) as usize - out.len();
            let part = chunk.get(skip..).unwrap_or_default();
            out.extend_from_slice(&part[..part.len().min(left)]);
            skip = 0;
            if out.len() as u64 == to - from {
                break;
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_range_over_chunks_is_that_of_the_bytes() {
        let bytes: Vec<u8> = (0..2 * CHUNK + 77).map(|i| (i % 251) as u8).collect();
        let mut shelf = Memory::default();
        for piece in bytes.chunks(100_003) {
            shelf.put(piece).unwrap();
        }
        let file = shelf.finish("f", bytes.len() as u64 - 7).unwrap();
        assert_eq!(file.size(), bytes.len() as u64 - 7);
        let (chunk, all) = (CHUNK as u64, bytes.len() as u64);
        for (from, to) in [
            (0, 10),
            (chunk - 3, chunk + 3),
            (chunk, 2 * chunk),
            (chunk - 1, 2 * chunk + 1),
            (2 * chunk + 1, all),
            (all, all + 5),
        ] {
            let whole = &bytes[..bytes.len() - 7];
            let end = (to as usize).min(whole.len());
            let start = (from as usize).min(end);
            assert_eq!(file.read(from, to).unwrap(), &whole[start..end]);
        }
        shelf.put(b"next").unwrap();
        assert_eq!(shelf.finish("g", 4).unwrap().read(0, 9).unwrap(), b"next");
    }
}
