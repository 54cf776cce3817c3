//! The columns of the rows in view against those of the baseline.

use super::baseline::Basis;
use super::make::Making;
use super::view::{Tool, View};
use super::{Drift, DriftByWindow};
use crate::summary::{ColumnProfile, Compat, CompatAsked, Examined, Periods, Profile, Tally};

/// How far the columns are from the baseline, or, in `missing`, that rows must tell it.
pub(super) fn drift(
    making: &Making<'_>,
    basis: &Basis<'_>,
    profile: Option<&Profile>,
) -> Option<Drift> {
    let periods = periods(making, basis)?;
    let Some(found) = making.series.drift(&periods) else {
        making.missing().drift = Some((making.at, periods));
        return None;
    };
    let mut columns = found.columns.clone();
    columns.sort_by(|a, b| {
        let strength = |c: &crate::summary::ColumnDrift| c.strength().unwrap_or(-1.0);
        let farther = strength(b).total_cmp(&strength(a));
        farther.then_with(|| a.column.cmp(&b.column))
    });
    let course = |column: &crate::summary::ColumnDrift| {
        let known = profile.and_then(|p| p.column(&column.column));
        let nothing = || DriftByWindow {
            column: column.column.clone(),
            ..DriftByWindow::default()
        };
        known.map_or_else(nothing, |known| by_window(making, known))
    };
    let windows = profile.map(|_| columns.iter().map(course).collect());
    Some(Drift {
        baseline_rows: found.rows.0,
        rows: found.rows.1,
        windows: windows.unwrap_or_default(),
        columns,
    })
}

/// What the tool that the view names says of the same rows, or, in `missing`, that rows must tell it.
pub(super) fn compat(making: &Making<'_>, basis: &Basis<'_>, view: &View) -> Option<Compat> {
    let asked = CompatAsked {
        tool: view.compat?,
        periods: periods(making, basis)?,
        chunks: view.window,
        all: view.all_tests && view.compat == Some(Tool::Evidently),
    };
    let found = making.series.compat(&asked);
    if found.is_none() {
        making.missing().compat = Some((making.at, asked));
    }
    found.cloned()
}

/// What the chosen tests say of the columns, or, in `missing`, that rows must tell it.
pub(super) fn examined(making: &Making<'_>, basis: &Basis<'_>, view: &View) -> Option<Examined> {
    let chosen = view.chosen_tests()?;
    let periods = periods(making, basis)?;
    let found = making.series.examined(&periods, &chosen);
    if found.is_none() {
        making.missing().examined = Some((making.at, periods, chosen));
    }
    found.cloned()
}

/// A column in the windows in view.
fn by_window(making: &Making<'_>, column: &ColumnProfile) -> DriftByWindow {
    let (from, to) = making.shown;
    let windows = column.windows.get(from..to).unwrap_or_default();
    let each = |of: fn(&Tally) -> Option<f64>| windows.iter().map(of).collect();
    DriftByWindow {
        column: column.column.clone(),
        values: windows.iter().map(|w| w.values).collect(),
        psi: each(|w| w.psi),
        jensen_shannon: each(|w| w.jensen_shannon),
        kolmogorov_smirnov: match column.of_words() {
            true => Vec::new(),
            false => each(|w| w.kolmogorov_smirnov),
        },
    }
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
