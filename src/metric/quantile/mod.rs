//! How true predicted quantiles and intervals are.

mod coverage;
mod score;
mod width;

pub use coverage::{COVERAGE_50, COVERAGE_80, COVERAGE_90, COVERAGE_95, DEVIATION};
pub use score::{CRPS, DISPERSION, OVERPREDICTION, PINBALL, UNDERPREDICTION, WIS};
pub use width::{WIDTH_50, WIDTH_80, WIDTH_90, WIDTH_95};

use super::{Estimate, Measures};
use crate::log::Level;
use crate::summary::{QuantileCounts, Summary};

/// Whether rows have the central interval that is to hold this percentage.
fn has_interval(summary: &Summary, percent: u8) -> bool {
    let lower = Level::lower_of(f64::from(percent) / 100.0);
    lower.is_some_and(|lower| {
        let has = |level: Level| summary.levels.binary_search(&level).is_ok();
        has(lower) && has(lower.mirror())
    })
}

/// Whether rows have an interval or a median, from which the weighted interval score is made.
fn is_scored(summary: &Summary) -> bool {
    let has = |level: &Level| summary.levels.binary_search(&level.mirror()).is_ok();
    summary.levels.iter().any(has)
}

/// The counts, or why there are none.
fn counts<'a>(of: &Measures<'a>) -> Result<&'a QuantileCounts, Estimate> {
    of.quantiles().ok_or_else(|| {
        let why = match of.cell.labelled {
            0 => super::measures::NO_LABELS,
            _ => "no quantiles beside the outcomes",
        };
        Estimate::undefined(why, 0)
    })
}
