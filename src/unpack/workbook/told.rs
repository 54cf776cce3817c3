//! What is told of a sheet: one entry a kind, with the first example.

use crate::read::Trouble;

/// What can be wrong in a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Above,
    Outside,
    Error,
    Uncomputed,
    NoText,
    TooLong,
    Damaged,
}

/// The troubles of a sheet.
#[derive(Debug, Default)]
pub(super) struct Told(Vec<(Fault, Trouble)>);

impl Told {
    /// Counts what is wrong in a row, which counts from 1.
    pub fn tell(&mut self, fault: Fault, row: u32, count: u64, reason: impl FnOnce() -> String) {
        if let Some((_, told)) = self.0.iter_mut().find(|(kind, _)| *kind == fault) {
            told.count += count;
            return;
        }
        let trouble = Trouble {
            line: u64::from(row.saturating_sub(1)),
            column: None,
            reason: reason(),
            count,
            row_lost: matches!(fault, Fault::TooLong | Fault::Damaged),
        };
        self.0.push((fault, trouble));
    }

    pub fn finish(self) -> Vec<Trouble> {
        self.0.into_iter().map(|(_, trouble)| trouble).collect()
    }
}
