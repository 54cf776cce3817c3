//! Thrift's compact protocol, as much of it as Parquet's footers and page headers need.
//!
//! Nothing is sized by what the bytes claim: lists grow as their items come, and nesting ends at a
//! depth that no honest file reaches. `None` anywhere: the bytes end too early or make no sense.

/// Structures within structures that are followed.
const DEPTH: usize = 24;

/// Types of the protocol that the readers name.
pub(super) mod kind {
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const BINARY: u8 = 8;
    pub const LIST: u8 = 9;
    pub const SET: u8 = 10;
    pub const STRUCT: u8 = 12;
}

/// A walk over bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thrift<'a> {
    rest: &'a [u8],
}

impl<'a> Thrift<'a> {
    /// From the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not walked yet.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn skip_bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// An unsigned number of seven bits a byte.
    pub fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A whole number of 16, 32 or 64 bits.
    pub fn number(&mut self) -> Option<i64> {
        self.unsigned().map(zigzag)
    }

    /// Text or bytes.
    pub fn binary(&mut self) -> Option<&'a [u8]> {
        let len = self.unsigned()?;
        self.skip_bytes(usize::try_from(len).ok()?)
    }

    /// Walks over the fields of a structure: number and type of each. `read` has to pass the
    /// field's value.
    pub fn fields(&mut self, mut read: impl FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut number = 0i64;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return Some(());
            }
            number = match head >> 4 {
                0 => self.number()?,
                step => number.checked_add(i64::from(step))?,
            };
            read(self, number, kind)?;
        }
    }

    /// Walks over the items of a list.
    pub fn items(&mut self, mut read: impl FnMut(&mut Self, u8) -> Option<()>) -> Option<()> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.unsigned()?,
            count => u64::from(count),
        };
        for _ in 0..count {
            read(self, head & 0x0f)?;
        }
        Some(())
    }

    /// Passes a value that nobody asks for.
    pub fn skip(&mut self, kind: u8) -> Option<()> {
        self.skip_within(kind, DEPTH)
    }

    /// A flag among others takes a byte, unlike one in a structure.
    fn skip_item(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            kind::TRUE | kind::FALSE => self.byte().map(|_| ()),
            kind => self.skip_within(kind, depth),
        }
    }

    fn skip_within(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            kind::TRUE | kind::FALSE => {}
            3 => {
                self.byte()?;
            }
            4..=6 => {
                self.unsigned()?;
            }
            7 => {
                self.skip_bytes(8)?;
            }
            kind::BINARY => {
                self.binary()?;
            }
            kind::LIST | kind::SET => self.items(|t, kind| t.skip_item(kind, depth))?,
            11 => {
                let count = self.unsigned()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count {
                    self.skip_item(kinds >> 4, depth)?;
                    self.skip_item(kinds & 0x0f, depth)?;
                }
            }
            kind::STRUCT => self.fields(|t, _, kind| t.skip_within(kind, depth))?,
            _ => return None,
        }
        Some(())
    }
}

/// A number whose sign is its lowest bit.
pub(super) fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_ends_with_the_bytes() {
        let many = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        for (kind, head) in [
            (kind::LIST, vec![0xf1]),
            (kind::LIST, vec![0xfc]),
            (11, vec![]),
        ] {
            let mut bytes = head;
            bytes.extend(many);
            // Of a map, the kinds of its keys and values: flags.
            bytes.extend([0x11, 0, 0, 0]);
            assert_eq!(Thrift::new(&bytes).skip(kind), None);
        }
        // Structures within structures, without end.
        assert_eq!(Thrift::new(&[0x1c; 1_000]).skip(kind::STRUCT), None);
        let mut t = Thrift::new(&[0x11, 0x18, 2, b'o', b'k', 0, 7]);
        assert_eq!((t.skip(kind::STRUCT), t.left()), (Some(()), 1));
    }
}
