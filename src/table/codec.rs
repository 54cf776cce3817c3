//! A [`Table`] as one block of bytes, so that it crosses between workers as a transferred buffer.
//!
//! Layout (little endian): `rows u64, columns u32`, then for each column its name (`u32` length and
//! UTF-8 bytes), one byte for its kind and its cells; a category column is followed by its words.
//! Both ends run the same build: the layout carries no version and is never written to disk.

use super::{Column, Kind, NO_LEVEL, Table};

impl Table {
    /// The table as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let cells: usize = self.columns.iter().map(|c| c.len() * width(c)).sum();
        let mut out = Vec::with_capacity(cells + 4_096);
        out.extend((self.rows as u64).to_le_bytes());
        out.extend((self.columns.len() as u32).to_le_bytes());
        for (name, column) in self.names.iter().zip(&self.columns) {
            put_text(&mut out, name);
            match column {
                Column::Number(v) => {
                    out.push(0);
                    put_cells(&mut out, v, f64::to_le_bytes);
                }
                Column::Time(v) => {
                    out.push(1);
                    put_cells(&mut out, v, i64::to_le_bytes);
                }
                Column::Category { codes, levels } => {
                    out.push(2);
                    put_cells(&mut out, codes, u32::to_le_bytes);
                    out.extend((levels.len() as u32).to_le_bytes());
                    levels.iter().for_each(|l| put_text(&mut out, l));
                }
                Column::Key(v) => {
                    out.push(3);
                    put_cells(&mut out, v, u128::to_le_bytes);
                }
                Column::Presence(v) => {
                    out.push(4);
                    out.extend_from_slice(v);
                }
            }
        }
        out
    }

    /// The table that [`Table::to_bytes`] wrote; `None` if the bytes are not one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut table = Self::default();
        table.append_bytes(bytes)?;
        Some(table)
    }

    /// Appends the rows of a table of the same columns, which [`Table::to_bytes`] wrote. `None` if the
    /// bytes are not one; then the table is of no more use.
    #[must_use]
    pub fn append_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let mut at = Cursor(bytes);
        let rows = usize::try_from(u64::from_le_bytes(at.array()?)).ok()?;
        let columns = u32::from_le_bytes(at.array()?) as usize;
        let first = self.columns.is_empty() && self.rows == 0;
        if !first && columns != self.columns.len() {
            return None;
        }
        for place in 0..columns {
            let name = at.text()?;
            let kind = at.array::<1>()?[0];
            if first {
                self.names.push(name);
                self.columns.push(match kind {
                    0 => Column::Number(Vec::new()),
                    1 => Column::Time(Vec::new()),
                    2 => Column::new(Kind::Category),
                    3 => Column::Key(Vec::new()),
                    4 => Column::Presence(Vec::new()),
                    _ => return None,
                });
            }
            match (self.columns.get_mut(place)?, kind) {
                (Column::Number(v), 0) => v.extend(at.cells(rows, f64::from_le_bytes)?),
                (Column::Time(v), 1) => v.extend(at.cells(rows, i64::from_le_bytes)?),
                (column @ Column::Category { .. }, 2) => {
                    let codes = at.cells(rows, u32::from_le_bytes)?.collect();
                    let n = u32::from_le_bytes(at.array()?);
                    let levels = (0..n).map(|_| at.text()).collect::<Option<_>>()?;
                    column.append(Column::Category { codes, levels });
                }
                // A part with too many words, and others of such a column.
                (column @ Column::Category { .. }, 4) => {
                    column.append(Column::Presence(at.take(rows)?.to_vec()));
                }
                (Column::Presence(v), 2) => {
                    let codes = at.cells(rows, u32::from_le_bytes)?;
                    v.extend(codes.map(|code| u8::from(code != NO_LEVEL)));
                    for _ in 0..u32::from_le_bytes(at.array()?) {
                        at.skip_text()?;
                    }
                }
                (Column::Key(v), 3) => v.extend(at.cells(rows, u128::from_le_bytes)?),
                (Column::Presence(v), 4) => v.extend_from_slice(at.take(rows)?),
                _ => return None,
            }
        }
        self.rows += rows;
        at.0.is_empty().then_some(())
    }
}

/// Bytes of a cell.
fn width(column: &Column) -> usize {
    match column {
        Column::Number(_) | Column::Time(_) => 8,
        Column::Category { .. } => 4,
        Column::Key(_) => 16,
        Column::Presence(_) => 1,
    }
}

/// One `resize` and plain stores: the compiler makes block copies of them.
fn put_cells<T: Copy, const N: usize>(out: &mut Vec<u8>, cells: &[T], to: fn(T) -> [u8; N]) {
    let start = out.len();
    out.resize(start + cells.len() * N, 0);
    let (places, _) = out[start..].as_chunks_mut::<N>();
    for (place, cell) in places.iter_mut().zip(cells) {
        *place = to(*cell);
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn cells<T, const N: usize>(
        &mut self,
        rows: usize,
        from: fn([u8; N]) -> T,
    ) -> Option<impl Iterator<Item = T> + use<'a, T, N>> {
        let bytes = self.take(rows.checked_mul(N)?)?;
        let (cells, _) = bytes.as_chunks::<N>();
        Some(cells.iter().map(move |c| from(*c)))
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.skip_text()?.to_vec()).ok()
    }

    fn skip_text(&mut self) -> Option<&'a [u8]> {
        let n = u32::from_le_bytes(self.array()?) as usize;
        self.take(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{NO_KEY, NO_TIME};

    #[test]
    fn parts_with_too_many_words_and_others_meet_as_presence() {
        let table = |column| Table {
            names: vec!["w".into()],
            rows: 2,
            columns: vec![column],
        };
        let few = table(Column::Category {
            codes: vec![0, NO_LEVEL],
            levels: vec!["a".into()],
        });
        let many = table(Column::Presence(vec![0, 1]));
        for (parts, expected) in [
            ([&few, &many, &few], vec![1, 0, 0, 1, 1, 0]),
            ([&many, &few, &many], vec![0, 1, 1, 0, 0, 1]),
        ] {
            let (mut bytes, mut rows) = (Table::default(), Table::default());
            for part in parts {
                assert_eq!(bytes.append_bytes(&part.to_bytes()), Some(()));
                rows.append(part.clone());
            }
            assert_eq!(bytes.columns, [Column::Presence(expected)]);
            assert_eq!(bytes, rows);
        }
    }

    #[test]
    fn a_table_survives_the_way_through_bytes_and_a_cut_one_is_refused() {
        let table = Table {
            names: ["n", "t", "c", "k", "p"].map(String::from).to_vec(),
            columns: vec![
                Column::Number(vec![1.5, -0.0, 1e300]),
                Column::Time(vec![0, NO_TIME, -5]),
                Column::Category {
                    codes: vec![1, NO_LEVEL, 0],
                    levels: vec!["é".into(), String::new()],
                },
                Column::Key(vec![u128::MAX, NO_KEY, 7]),
                Column::Presence(vec![1, 0, 1]),
            ],
            rows: 3,
        };
        let bytes = table.to_bytes();
        assert_eq!(Table::from_bytes(&bytes), Some(table.clone()));
        let mut twice = table.clone();
        assert_eq!(twice.append_bytes(&bytes), Some(()));
        let mut expected = table.clone();
        expected.append(table);
        assert_eq!(twice.to_bytes(), expected.to_bytes());
        for cut in 0..bytes.len() {
            assert_eq!(Table::from_bytes(&bytes[..cut]), None, "cut at {cut}");
        }
    }
}
