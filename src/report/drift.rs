//! The columns of the rows in view against those of the baseline.

use super::Drift;
use super::baseline::Basis;
use super::make::{Making, Missing};
use crate::summary::Periods;

/// How far the columns are from the baseline, or, in `missing`, that rows must tell it.
pub(super) fn drift(
    making: &Making<'_>,
    basis: &Basis<'_>,
    missing: &mut Missing,
) -> Option<Drift> {
    let periods = periods(making, basis)?;
    let Some(found) = making.series.drift(&periods) else {
        missing.drift = Some((making.at, periods));
        return None;
    };
    let mut columns = found.columns.clone();
    columns.sort_by(|a, b| {
        let strength = |c: &crate::summary::ColumnDrift| c.strength().unwrap_or(-1.0);
        let farther = strength(b).total_cmp(&strength(a));
        farther.then_with(|| a.column.cmp(&b.column))
    });
    Some(Drift {
        baseline_rows: found.rows.0,
        rows: found.rows.1,
        columns,
    })
}

/// The baseline, and the windows in view that are not its own; `None` where there are none.
fn periods(making: &Making<'_>, basis: &Basis<'_>) -> Option<Periods> {
    let mut after: Vec<(usize, usize)> = Vec::new();
    for i in (making.shown.0..making.shown.1).filter(|i| !basis.holds(*i)) {
        let range = making.all[i].range;
        match after.last_mut() {
            Some(last) if last.1 == range.0 => last.1 = range.1,
            _ => after.push(range),
        }
    }
    (!after.is_empty()).then_some(Periods {
        before: basis.range,
        after,
    })
}
