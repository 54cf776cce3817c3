//! Values and instants of outcomes in as few bytes as they allow, as their cells come.
//!
//! May use: columns of the table. Numbers of which few differ take a byte each, instants six; others what
//! they take anyway. What comes in is what comes out, to the bit.

use crate::table::{Column, NO_TIME};

/// The values of outcomes.
pub(super) enum Values {
    /// Numbers of which few differ: labels, as a rule.
    Few(Few),
    /// Any.
    All(Column),
}

/// Numbers in a byte each.
#[derive(Default)]
pub(super) struct Few {
    codes: Vec<u8>,
    values: Vec<f64>,
}

/// Different numbers at most that are looked for one after the other.
const FEW: usize = 32;

impl Default for Values {
    fn default() -> Self {
        Self::Few(Few::default())
    }
}

impl Values {
    /// Puts cells behind the others, of the same kind.
    pub fn append(&mut self, column: Column) {
        let few = match self {
            Self::All(all) => return all.append(column),
            Self::Few(few) => few,
        };
        if let Column::Number(cells) = &column
            && few.append(cells)
        {
            return;
        }
        let mut all = if few.codes.is_empty() {
            Column::new(column.kind())
        } else {
            self.column()
        };
        all.append(column);
        *self = Self::All(all);
    }

    /// Makes room for so many cells more.
    pub fn reserve(&mut self, rows: usize) {
        match self {
            Self::Few(few) => {
                let _ = few.codes.try_reserve_exact(rows);
            }
            Self::All(column) => column.reserve(rows),
        }
    }

    /// Whether a cell is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Few(few) => few.get(row as u32).is_none_or(f64::is_nan),
            Self::All(column) => column.is_missing(row),
        }
    }

    /// All cells.
    pub fn column(&self) -> Column {
        match self {
            Self::Few(few) => {
                let rows = 0..few.codes.len() as u32;
                Column::Number(rows.map(|row| few.get(row).unwrap_or(f64::NAN)).collect())
            }
            Self::All(column) => column.clone(),
        }
    }
}

impl Few {
    /// Puts numbers behind the others; false, and nothing is changed, where more of them differ.
    fn append(&mut self, cells: &[f64]) -> bool {
        let (codes, known) = (self.codes.len(), self.values.len());
        self.codes.reserve(cells.len());
        for cell in cells {
            let bits = cell.to_bits();
            let at = self.values.iter().position(|v| v.to_bits() == bits);
            let at = match at {
                Some(at) => at,
                None if self.values.len() == FEW => {
                    self.codes.truncate(codes);
                    self.values.truncate(known);
                    return false;
                }
                None => {
                    self.values.push(*cell);
                    self.values.len() - 1
                }
            };
            self.codes.push(at as u8);
        }
        true
    }

    /// The number of a row; NaN where it is missing, `None` where there is no such row.
    pub fn get(&self, row: u32) -> Option<f64> {
        let code = *self.codes.get(row as usize)?;
        self.values.get(usize::from(code)).copied()
    }
}

/// Instants in six bytes each, where they lie within four years of the first.
pub(super) enum Instants {
    /// Microseconds after an instant; [`LATER`] for [`NO_TIME`].
    Near {
        /// Once the first is there.
        from: Option<i64>,
        after: Vec<[u8; 6]>,
    },
    /// Any.
    All(Vec<i64>),
}

/// What six bytes do not hold, some nine years.
const LATER: u64 = (1 << 48) - 1;

impl Default for Instants {
    fn default() -> Self {
        Self::Near {
            from: None,
            after: Vec::new(),
        }
    }
}

impl Instants {
    /// Puts instants behind the others.
    pub fn append(&mut self, times: &[i64]) {
        let (from, after) = match self {
            Self::All(all) => return all.extend_from_slice(times),
            Self::Near { from, after } => (from, after),
        };
        let first = times.iter().find(|time| **time != NO_TIME);
        let start = first.map(|first| first.saturating_sub((LATER / 2) as i64));
        let start = *from.get_or_insert(match start {
            Some(start) => start,
            None => {
                after.extend(times.iter().map(|_| [u8::MAX; 6]));
                return;
            }
        });
        let rows = after.len();
        for time in times {
            let far = time
                .checked_sub(start)
                .and_then(|far| u64::try_from(far).ok());
            let far = match (*time, far) {
                (NO_TIME, _) => LATER,
                (_, Some(far)) if far < LATER => far,
                _ => {
                    let mut all: Vec<i64> = Vec::with_capacity(after.capacity());
                    all.extend((0..rows as u32).filter_map(|row| self.get(row)));
                    all.extend_from_slice(times);
                    *self = Self::All(all);
                    return;
                }
            };
            let [a, b, c, d, e, f, ..] = far.to_le_bytes();
            after.push([a, b, c, d, e, f]);
        }
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, rows: usize) {
        // Where it is not to be had, the instants tell.
        let _ = match self {
            Self::Near { after, .. } => after.try_reserve_exact(rows),
            Self::All(times) => times.try_reserve_exact(rows),
        };
    }

    /// The instant of a row, [`NO_TIME`] where it has none; `None` where there is no such row.
    pub fn get(&self, row: u32) -> Option<i64> {
        match self {
            Self::Near { from, after } => {
                let [a, b, c, d, e, f] = *after.get(row as usize)?;
                match u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) {
                    LATER => Some(NO_TIME),
                    far => Some(from.unwrap_or(0) + far as i64),
                }
            }
            Self::All(times) => times.get(row as usize).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn instants_in_six_bytes_are_the_same_instants(
            from in -4_000_000_000_000_000..4_000_000_000_000_000_i64,
            steps in prop::collection::vec(prop::option::of(-200_000_000_000_000..200_000_000_000_000_i64), 0..40),
            by in prop::sample::select(vec![1_i64, 1_000, 1_000_000]),
            cut in 1_usize..20,
        ) {
            let time = |step: &Option<i64>| step.map_or(NO_TIME, |s| from + s / by);
            let times: Vec<i64> = steps.iter().map(time).collect();
            let mut kept = Instants::default();
            times.chunks(cut).for_each(|part| kept.append(part));
            for (row, time) in (0..).zip(&times) {
                prop_assert_eq!(kept.get(row), Some(*time));
            }
            prop_assert_eq!(kept.get(u32::MAX), None);
            let near = matches!(kept, Instants::Near { .. });
            prop_assert!(by == 1 || near);
        }

        #[test]
        fn the_ends_of_time_are_kept(times in prop::collection::vec(any::<i64>(), 0..20), cut in 1_usize..5) {
            let mut kept = Instants::default();
            times.chunks(cut).for_each(|part| kept.append(part));
            for (row, time) in (0..).zip(&times) {
                prop_assert_eq!(kept.get(row), Some(*time));
            }
        }

        #[test]
        fn values_are_the_same_however_many_differ(
            cells in prop::collection::vec(prop::option::of(0..60_u8), 0..200),
            most in 1_u8..60,
            cut in 1_usize..50,
        ) {
            let cell = |cell: &Option<u8>| cell.map_or(f64::NAN, |x| f64::from(x % most));
            let cells: Vec<f64> = cells.iter().map(cell).collect();
            let mut kept = Values::default();
            for part in cells.chunks(cut) {
                kept.append(Column::Number(part.to_vec()));
            }
            let Column::Number(found) = kept.column() else {
                return Err(TestCaseError::fail("no numbers"));
            };
            let bits = |cells: &[f64]| cells.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&found), bits(&cells));
        }
    }
}
