//! Where the bytes of a file are: on the disk, or in memory where it was unpacked.

use plumbline::read::{Bytes, Mended, ReadError, Spliced};
use plumbline::unpack::Chunks;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the bytes of a file are.
#[derive(Clone)]
pub struct Place {
    source: Source,
    /// How much of them is kept of a file that has lost its end, and what is read behind that.
    mended: Option<(u64, Arc<[u8]>)>,
}

#[derive(Clone)]
enum Source {
    /// A file of so many bytes.
    Disk(PathBuf, u64),
    Memory(Arc<Chunks>),
}

impl Place {
    /// A file of the disk of so many bytes.
    pub fn disk(path: &Path, bytes: u64) -> Self {
        Self {
            source: Source::Disk(path.into(), bytes),
            mended: None,
        }
    }

    /// A file in memory.
    pub fn memory(bytes: Chunks) -> Self {
        Self {
            source: Source::Memory(Arc::new(bytes)),
            mended: None,
        }
    }

    /// The same file, made whole.
    pub fn mended(self, mended: Mended) -> Self {
        Self {
            mended: Some((mended.whole, mended.tail.into())),
            ..self
        }
    }

    /// Its bytes. Errors name it so.
    pub fn open<'a>(&'a self, name: &'a str) -> Box<dyn Bytes + 'a> {
        let file = match &self.source {
            Source::Disk(path, bytes) => Reading::Disk(OnDisk {
                path,
                name,
                bytes: *bytes,
            }),
            Source::Memory(bytes) => Reading::Memory(bytes),
        };
        match &self.mended {
            Some((whole, tail)) => Box::new(Spliced::new(file, *whole, tail)),
            None => Box::new(file),
        }
    }
}

enum Reading<'a> {
    Disk(OnDisk<'a>),
    Memory(&'a Chunks),
}

impl Bytes for Reading<'_> {
    fn size(&self) -> u64 {
        match self {
            Self::Disk(file) => file.bytes,
            Self::Memory(bytes) => bytes.size(),
        }
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        match self {
            Self::Disk(file) => file.read(from, to),
            Self::Memory(bytes) => bytes.read(from, to),
        }
    }
}

/// A file of the disk.
struct OnDisk<'a> {
    path: &'a Path,
    name: &'a str,
    bytes: u64,
}

impl OnDisk<'_> {
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
