//! What windows are compared with.

use super::make::{Frame, Making, total};
use super::view::BaselineChoice;
use super::words;
use crate::stats::far;
use crate::summary::{Cell, Series};
use crate::table::time::{DAY, Time};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Between which starts a window is not dated far from all others.
fn usual(making: &Making<'_>) -> Option<(f64, f64)> {
    let rows = |frame: &Frame<'_>| (frame.start.0 as f64, frame.cell.rows);
    let times: Vec<(f64, u64)> = making.all.iter().map(rows).collect();
    far::usual(&times, DAY as f64).filter(|_| making.summary.timed)
}

/// Rows that windows are compared with.
pub(super) struct Basis<'a> {
    pub label: String,
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub cell: Cow<'a, Cell>,
    /// Its buckets; `None` for the reference.
    pub range: Option<(usize, usize)>,
    /// Its windows; `None` for the reference.
    pub windows: Option<(usize, usize)>,
    /// Its rows of the slices that were asked for.
    slices: RefCell<BTreeMap<*const Series, Option<Rc<Cell>>>>,
}

impl<'a> Basis<'a> {
    /// What the reader chose, or the reference file, or the first quarter of the mature windows
    /// (at least one, and one must be left to judge) without those that are dated far from all others.
    pub(super) async fn choose(making: &Making<'a>, choice: &BaselineChoice) -> Option<Self> {
        let windows = match choice {
            BaselineChoice::None => return None,
            BaselineChoice::Auto | BaselineChoice::Reference
                if making.series.reference.is_some() =>
            {
                let cell = Cow::Borrowed(making.series.reference.as_ref()?);
                let label = making
                    .summary
                    .reference
                    .clone()
                    .unwrap_or_else(|| "reference".into());
                return Some(Self {
                    label,
                    start: None,
                    end: None,
                    cell,
                    range: None,
                    windows: None,
                    slices: RefCell::default(),
                });
            }
            BaselineChoice::Period(from, to) => (
                making.all.partition_point(|w| w.start < *from),
                making.all.partition_point(|w| w.start < *to),
            ),
            BaselineChoice::Auto | BaselineChoice::Reference => {
                // Without outcomes every window can still be compared by its requests and latency.
                let labelled = making.all.iter().any(|w| w.cell.labelled > 0);
                let usual = usual(making);
                let near = |at: Time| usual.is_none_or(|u| (u.0..=u.1).contains(&(at.0 as f64)));
                let mature: Vec<usize> = (0..making.all.len())
                    .filter(|i| making.all[*i].mature || !labelled)
                    .filter(|i| near(making.all[*i].start))
                    .collect();
                if mature.len() < 2 {
                    return None;
                }
                (mature[0], mature[(mature.len() / 4).max(1) - 1] + 1)
            }
        };
        let (first, last) = (
            making.all.get(windows.0)?,
            making.all.get(windows.1.checked_sub(1)?)?,
        );
        if windows.0 >= windows.1 {
            return None;
        }
        let range = (first.range.0, last.range.1);
        Some(Self {
            label: words::period(first.start, last.end, making.size, making.summary.timed),
            start: Some(first.start),
            end: Some(last.end),
            cell: total(making.series, range).await,
            range: Some(range),
            windows: Some(windows),
            slices: RefCell::default(),
        })
    }

    /// Its rows of a slice, without what [`Series::total_of_outcomes`] leaves out; added up once.
    pub(super) fn of_slice(&self, series: &Series) -> Option<Rc<Cell>> {
        let mut slices = self.slices.borrow_mut();
        let cell = slices.entry(std::ptr::from_ref(series));
        let cell = cell.or_insert_with(|| match (self.start, self.end) {
            (Some(from), Some(to)) => {
                let cell = series.outcomes_within(from, to);
                cell.map(|cell| Rc::new(cell.into_owned()))
            }
            _ => series.reference.clone().map(Rc::new),
        });
        cell.clone()
    }

    /// Whether a window belongs to it.
    pub(super) fn holds(&self, window: usize) -> bool {
        self.windows.is_some_and(|w| window >= w.0 && window < w.1)
    }
}
