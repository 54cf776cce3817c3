//! FlatBuffers, as much of them as Arrow's messages need. `None` anywhere: the bytes make no sense.

/// A table within a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flat<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}

fn offset(bytes: &[u8], at: usize) -> Option<usize> {
    let to = u32::from_le_bytes(number(bytes, at)?) as usize;
    at.checked_add(to).filter(|&to| to < bytes.len())
}

impl<'a> Flat<'a> {
    /// The outermost table.
    pub fn root(bytes: &'a [u8]) -> Option<Self> {
        let at = offset(bytes, 0)?;
        Some(Self { bytes, at })
    }

    /// Where a field is; `None` where it is left out.
    fn field(self, index: usize) -> Option<usize> {
        let back = i32::from_le_bytes(number(self.bytes, self.at)?);
        let vtable = usize::try_from(self.at as i64 - i64::from(back)).ok()?;
        let size = usize::from(u16::from_le_bytes(number(self.bytes, vtable)?));
        let entry = 4 + 2 * index;
        if entry + 2 > size {
            return None;
        }
        let from = usize::from(u16::from_le_bytes(number(self.bytes, vtable + entry)?));
        (from > 0).then(|| self.at + from)
    }

    /// A number of eight bits; 0 where it is left out.
    pub fn byte(self, index: usize) -> u8 {
        let at = self.field(index);
        at.and_then(|at| self.bytes.get(at).copied()).unwrap_or(0)
    }

    /// A number of 16 bits, or what it is where it is left out.
    pub fn short(self, index: usize, default: i16) -> i16 {
        let at = self.field(index);
        let found = at.and_then(|at| number(self.bytes, at));
        found.map_or(default, i16::from_le_bytes)
    }

    /// A number of 32 bits, or what it is where it is left out.
    pub fn int(self, index: usize, default: i32) -> i32 {
        let at = self.field(index);
        let found = at.and_then(|at| number(self.bytes, at));
        found.map_or(default, i32::from_le_bytes)
    }

    /// A number of 64 bits; 0 where it is left out.
    pub fn long(self, index: usize) -> i64 {
        let at = self.field(index);
        let found = at.and_then(|at| number(self.bytes, at));
        found.map_or(0, i64::from_le_bytes)
    }

    /// A table within.
    pub fn table(self, index: usize) -> Option<Self> {
        let at = offset(self.bytes, self.field(index)?)?;
        Some(Self { at, ..self })
    }

    /// Tables in a list.
    pub fn tables(self, index: usize) -> Option<Vec<Self>> {
        let (start, count) = self.list(index, 4)?;
        let item = |i| {
            let at = offset(self.bytes, start + 4 * i)?;
            Some(Self { at, ..self })
        };
        (0..count).map(item).collect()
    }

    /// Numbers of 64 bits in a list of structures of so many of them.
    pub fn longs(self, index: usize, size: usize) -> Option<Vec<i64>> {
        let (start, count) = self.list(index, 8 * size)?;
        let item = |i| number(self.bytes, start + 8 * i).map(i64::from_le_bytes);
        (0..count * size).map(item).collect()
    }

    /// Text.
    pub fn text(self, index: usize) -> Option<String> {
        let (start, count) = self.list(index, 1)?;
        let text = self.bytes.get(start..start + count)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// The first byte of a list, which is within the buffer, and its number of items.
    fn list(self, index: usize, size: usize) -> Option<(usize, usize)> {
        let Some(field) = self.field(index) else {
            return Some((0, 0));
        };
        let at = offset(self.bytes, field)?;
        let count = u32::from_le_bytes(number(self.bytes, at)?) as usize;
        let end = count.checked_mul(size)?.checked_add(at + 4)?;
        (end <= self.bytes.len()).then_some((at + 4, count))
    }
}
