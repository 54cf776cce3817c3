//! What a regression needs of the order of its errors and outcomes, in bins that add up.
//!
//! Absolute errors are kept within 1 % ([`LogHistogram`]), outcomes in bins that tell how far they are from their
//! median ([`DyadicBins`]): some 10 kB a bucket at most, whatever the number of rows.

use super::Summary;
use crate::log::Task;
use crate::stats::dyadic::DyadicBins;
use crate::stats::sketch::{LogCounter, LogHistogram, bucket};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Errors and outcomes of the rows whose error is finite; only where all rows are counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InOrder {
    /// |prediction − outcome|.
    pub errors: LogHistogram,
    /// Outcomes.
    pub outcomes: DyadicBins,
}

impl InOrder {
    /// The sum of some.
    pub(super) fn total(all: &[&Self]) -> Self {
        let mut out = Self::default();
        for one in all {
            out.errors.merge(&one.errors);
            out.outcomes.merge(&one.outcomes);
        }
        out
    }
}

impl Summary {
    /// What is given away: without bins that hold single outcomes, and without the outcomes of a season.
    #[must_use]
    pub fn shared(&self) -> Cow<'_, Self> {
        if self.task != Task::Regression {
            return Cow::Borrowed(self);
        }
        let mut out = self.clone();
        out.seasonal = None;
        let numbers = out.cells().filter_map(|cell| cell.numbers.as_mut());
        for in_order in numbers.filter_map(|n| n.in_order.as_mut()) {
            in_order.outcomes = in_order.outcomes.blurred();
        }
        Cow::Owned(out)
    }
}

/// [`InOrder`] while rows are counted.
#[derive(Default)]
pub(super) struct InOrderWork {
    errors: LogCounter,
    outcomes: DyadicBins,
}

impl InOrderWork {
    /// Counts a row whose error is finite.
    pub fn add(&mut self, y: f64, error: f64) {
        let size = error.abs();
        self.errors.add_in(size, bucket(size));
        self.outcomes.add(y);
    }

    /// What was counted; afterwards nothing is.
    pub fn take(&mut self) -> InOrder {
        InOrder {
            errors: self.errors.take(),
            outcomes: std::mem::take(&mut self.outcomes),
        }
    }
}
