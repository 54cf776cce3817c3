//! Values and instants of outcomes in as few bytes as they allow, as their cells come.
//!
//! May use: columns of the table. Numbers of which few differ take a byte each, instants five or six; others
//! what they take anyway. What comes in is what comes out, to the bit.

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

/// Instants in as few bytes as hold them.
pub(super) enum Instants {
    /// Whole milliseconds within seventeen years of the first.
    Milli(Near<5>),
    /// Microseconds within four years of the first.
    Micro(Near<6>),
    /// Any.
    All(Vec<i64>),
}

/// Instants in so many bytes each: steps after an instant.
#[derive(Default)]
pub(super) struct Near<const BYTES: usize> {
    /// Once the first is there.
    from: Option<i64>,
    after: Vec<[u8; BYTES]>,
}

impl<const BYTES: usize> Near<BYTES> {
    /// Microseconds of a step.
    const STEP: i64 = if BYTES < 6 { 1_000 } else { 1 };
    /// What the bytes do not hold; stands for [`NO_TIME`].
    const LATER: u64 = (1 << (8 * BYTES)) - 1;

    /// Empty, with room for so many.
    fn with_room(rows: usize) -> Self {
        let mut near = Self::default();
        let _ = near.after.try_reserve_exact(rows);
        near
    }

    /// Puts an instant behind the others; false, and nothing is changed, where the bytes do not hold it.
    fn push(&mut self, time: i64) -> bool {
        let steps = match time {
            NO_TIME => Self::LATER,
            _ => {
                let half = (Self::LATER / 2) as i64 * Self::STEP;
                let from = *self.from.get_or_insert(time.saturating_sub(half));
                let far = time.checked_sub(from).filter(|far| far % Self::STEP == 0);
                match far.and_then(|far| u64::try_from(far / Self::STEP).ok()) {
                    Some(steps) if steps < Self::LATER => steps,
                    _ => return false,
                }
            }
        };
        let mut bytes = [0; BYTES];
        for (to, from) in bytes.iter_mut().zip(steps.to_le_bytes()) {
            *to = from;
        }
        self.after.push(bytes);
        true
    }

    /// The instant of a row, [`NO_TIME`] where it has none; `None` where there is no such row.
    fn get(&self, row: usize) -> Option<i64> {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(self.after.get(row)?) {
            *to = *from;
        }
        match u64::from_le_bytes(bytes) {
            steps if steps == Self::LATER => Some(NO_TIME),
            steps => Some(self.from.unwrap_or(0) + steps as i64 * Self::STEP),
        }
    }

    fn all(&self) -> impl Iterator<Item = i64> {
        (0..self.after.len()).filter_map(|row| self.get(row))
    }
}

impl Default for Instants {
    fn default() -> Self {
        Self::Milli(Near::default())
    }
}

impl Instants {
    /// Puts instants behind the others.
    pub fn append(&mut self, times: &[i64]) {
        for time in times {
            while !self.push(*time) {
                *self = self.wider();
            }
        }
    }

    fn push(&mut self, time: i64) -> bool {
        match self {
            Self::Milli(near) => near.push(time),
            Self::Micro(near) => near.push(time),
            Self::All(all) => {
                all.push(time);
                true
            }
        }
    }

    /// The same in more bytes.
    fn wider(&self) -> Self {
        let any = |room: usize, times: &mut dyn Iterator<Item = i64>| {
            let mut all = Vec::with_capacity(room);
            all.extend(times);
            Self::All(all)
        };
        match self {
            Self::Milli(near) => {
                let mut micro = Near::with_room(near.after.capacity());
                match near.all().all(|time| micro.push(time)) {
                    true => Self::Micro(micro),
                    false => any(near.after.capacity(), &mut near.all()),
                }
            }
            Self::Micro(near) => any(near.after.capacity(), &mut near.all()),
            Self::All(all) => any(all.capacity(), &mut all.iter().copied()),
        }
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, rows: usize) {
        // Where it is not to be had, the instants tell.
        let _ = match self {
            Self::Milli(near) => near.after.try_reserve_exact(rows),
            Self::Micro(near) => near.after.try_reserve_exact(rows),
            Self::All(times) => times.try_reserve_exact(rows),
        };
    }

    /// The instant of a row, [`NO_TIME`] where it has none; `None` where there is no such row.
    pub fn get(&self, row: u32) -> Option<i64> {
        match self {
            Self::Milli(near) => near.get(row as usize),
            Self::Micro(near) => near.get(row as usize),
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
        fn instants_in_few_bytes_are_the_same_instants(
            from in -4_000_000_000_000_000..4_000_000_000_000_000_i64,
            steps in prop::collection::vec(prop::option::of(-200_000_000_000_000..200_000_000_000_000_i64), 0..40),
            by in prop::sample::select(vec![1_i64, 1_000, 1_000_000]),
            whole in prop::sample::select(vec![1_i64, 1_000, 1_000_000]),
            cut in 1_usize..20,
        ) {
            let from = from / whole * whole;
            let time = |step: &Option<i64>| step.map_or(NO_TIME, |s| from + s / by / whole * whole);
            let times: Vec<i64> = steps.iter().map(time).collect();
            let mut kept = Instants::default();
            times.chunks(cut).for_each(|part| kept.append(part));
            for (row, time) in (0..).zip(&times) {
                prop_assert_eq!(kept.get(row), Some(*time));
            }
            prop_assert_eq!(kept.get(u32::MAX), None);
            let near = match whole {
                1 => matches!(kept, Instants::Milli(_) | Instants::Micro(_)),
                _ => matches!(kept, Instants::Milli(_)),
            };
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
