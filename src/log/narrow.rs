//! Values and instants of outcomes in as few bytes as they allow, as their cells come.
//!
//! May use: columns of the table. Numbers of which few differ take a byte each, instants four; others what
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

/// Instants in four bytes each, where they allow it.
pub(super) enum Instants {
    /// Steps of so many microseconds after the first of them; the last number is [`NO_TIME`].
    Steps {
        /// The earliest and the latest, in microseconds.
        ends: Option<(i64, i64)>,
        step: i64,
        steps: Vec<u32>,
    },
    /// Any.
    All(Vec<i64>),
}

/// Steps that are tried, in microseconds: they reach over 136 years, 13 years and 49 days. Each is a multiple
/// of the next one.
const STEPS: [i64; 3] = [1_000_000, 100_000, 1_000];

impl Default for Instants {
    fn default() -> Self {
        Self::Steps {
            ends: None,
            step: STEPS[0],
            steps: Vec::new(),
        }
    }
}

impl Instants {
    /// Puts instants behind the others.
    pub fn append(&mut self, times: &[i64]) {
        let (ends, step, steps) = match self {
            Self::All(all) => return all.extend_from_slice(times),
            Self::Steps { ends, step, steps } => (ends, step, steps),
        };
        let there = || times.iter().copied().filter(|time| *time != NO_TIME);
        if let (Some(first), Some(last)) = (there().min(), there().max()) {
            let (from, until) = ends.map_or((first, last), |(a, b)| (a.min(first), b.max(last)));
            let before = *ends;
            let fits = |by: &i64| {
                let span = until.checked_sub(from).map(|span| span / by);
                // Those before are on the new steps where the first of them is, for their own are no finer.
                span.is_some_and(|span| span < i64::from(u32::MAX))
                    && before.is_none_or(|(first, _)| *by <= *step && (first - from) % by == 0)
                    && there().all(|time| (time - from) % by == 0)
            };
            let Some(by) = STEPS.into_iter().find(fits) else {
                let rows = 0..steps.len() as u32;
                let mut all: Vec<i64> = Vec::with_capacity(steps.len() + times.len());
                all.extend(rows.filter_map(|row| self.get(row)));
                all.extend_from_slice(times);
                *self = Self::All(all);
                return;
            };
            if let Some((first, _)) = before
                && (first, *step) != (from, by)
            {
                let (ahead, times) = (((first - from) / by) as u32, (*step / by) as u32);
                for known in steps.iter_mut().filter(|known| **known != u32::MAX) {
                    *known = *known * times + ahead;
                }
            }
            (*ends, *step) = (Some((from, until)), by);
        }
        let from = ends.map_or(0, |(from, _)| from);
        steps.extend(times.iter().map(|time| match *time {
            NO_TIME => u32::MAX,
            time => ((time - from) / *step) as u32,
        }));
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, rows: usize) {
        // Where it is not to be had, the instants tell.
        let _ = match self {
            Self::Steps { steps, .. } => steps.try_reserve_exact(rows),
            Self::All(times) => times.try_reserve_exact(rows),
        };
    }

    /// The instant of a row, [`NO_TIME`] where it has none; `None` where there is no such row.
    pub fn get(&self, row: u32) -> Option<i64> {
        match self {
            Self::Steps { ends, step, steps } => match *steps.get(row as usize)? {
                u32::MAX => Some(NO_TIME),
                steps => Some(ends.map_or(0, |(from, _)| from) + i64::from(steps) * step),
            },
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
        fn instants_in_four_bytes_are_the_same_instants(
            from in -4_000_000_000_000_000..4_000_000_000_000_000_i64,
            steps in prop::collection::vec(prop::option::of(0..5_000_000_000_i64), 0..40),
            unit in prop::sample::select(vec![1_i64, 1_000, 7_000, 100_000, 1_000_000, 60_000_000]),
            cut in 1_usize..20,
            // Whether finer ones come later, and so many are few.
            (finer, near) in any::<(bool, bool)>(),
        ) {
            let time = |(row, step): (usize, &Option<i64>)| {
                let unit = if finer && row > 20 { (unit / 1_000).max(1) } else { unit };
                step.map_or(NO_TIME, |s| from + if near { s % 1_000 } else { s } * unit)
            };
            let times: Vec<i64> = steps.iter().enumerate().map(time).collect();
            let mut kept = Instants::default();
            times.chunks(cut).for_each(|part| kept.append(part));
            for (row, time) in (0..).zip(&times) {
                prop_assert_eq!(kept.get(row), Some(*time));
            }
            prop_assert_eq!(kept.get(u32::MAX), None);
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
