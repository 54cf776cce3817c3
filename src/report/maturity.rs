//! Which windows can be judged: have their outcomes arrived?
//!
//! Where outcomes carry a time, a window is mature once the 95th percentile of the delay has passed
//! since its end, or once it has as many outcomes as mature windows have. Where they carry none, the
//! last windows are immature as long as their coverage is well below the usual one.

use super::make::{Frame, Making};
use super::words::duration;
use super::{SliceTruth, Truth, View, parts};
use crate::metric::Estimate;
use crate::stats::interval::wilson;
use crate::stats::sketch::{ACCURACY, LogHistogram};
use crate::summary::{Series, Slice, Summary};
use crate::table::time::Time;

/// Share of the usual coverage from which a window is taken as complete.
const COMPLETE: f64 = 0.95;
/// Share of the usual coverage below which a last window is taken as incomplete.
const INCOMPLETE: f64 = 0.8;

/// Up to when anything is known. Where rows still come, time passes by what a service tells beside them, too: rows of a
/// source that fell silent keep no window open. Only of a service that was seen while rows came: one of another time has
/// another clock.
pub(super) fn as_of(summary: &Summary, view: &View) -> Option<Time> {
    let rows = summary.as_of?;
    let service = summary.machine.as_ref().and_then(|m| m.span);
    let beside = service.filter(|(from, _)| view.live && *from <= rows.0);
    Some(beside.map_or(rows, |(_, to)| rows.max(Time(to))))
}

/// Marks each window, and says what is known of coverage and delay.
pub(super) fn mark(
    summary: &Summary,
    as_of: Option<Time>,
    windows: &mut [Frame<'_>],
) -> Option<Truth> {
    let (rows, labelled) = windows
        .iter()
        .fold((0, 0), |(r, l), w| (r + w.cell.rows, l + w.cell.labelled));
    if rows == 0 || summary.task == crate::log::Task::Service {
        return None;
    }
    let coverage = covered(labelled, rows);
    let delays = delays(summary);
    let (p50, p95) = (delays.quantile(0.5), delays.quantile(0.95));
    let rule = match (p95, as_of) {
        _ if labelled == 0 => {
            windows.iter_mut().for_each(|w| w.mature = false);
            "There are no outcomes yet.".to_string()
        }
        (Some(wait), Some(as_of)) => {
            let passed = |w: &Frame<'_>| (as_of.0 - w.end.0) as f64 / 1e6 >= wait;
            let usual = median(windows.iter().filter(|w| passed(w)).map(share).collect());
            for w in windows.iter_mut() {
                w.mature = passed(w) || usual.is_some_and(|u| share(w) >= COMPLETE * u);
            }
            format!(
                "95 of 100 outcomes arrive within {}. A window is judged once that long has passed since its end, or once it has as many outcomes as earlier windows.",
                duration(wait)
            )
        }
        _ => {
            let usual = median(
                windows
                    .iter()
                    .filter(|w| w.cell.labelled > 0)
                    .map(share)
                    .collect(),
            )
            .unwrap_or(0.0);
            for w in windows.iter_mut().rev() {
                if share(w) >= INCOMPLETE * usual {
                    break;
                }
                w.mature = false;
            }
            "Outcomes carry no time: the last windows are judged once their coverage is at least 80 % of the usual one.".to_string()
        }
    };
    Some(Truth {
        coverage,
        delay_p50_s: p50,
        delay_p95_s: p95,
        delay_bound: p50.map(|_| ACCURACY),
        rule,
        completed: None,
        slices: Vec::new(),
    })
}

/// Seconds from prediction to outcome, of all rows: how late truth comes is not a matter of the slice.
pub(super) fn delays(summary: &Summary) -> LogHistogram {
    let mut delays = LogHistogram::default();
    let all = summary.series.first().map_or(&[][..], |s| &s.buckets);
    all.iter()
        .filter_map(|b| b.cell.delay_s.as_ref())
        .for_each(|d| delays.merge(d));
    delays
}

fn covered(labelled: u64, rows: u64) -> Estimate {
    Estimate::of(labelled as f64 / rows as f64, wilson(labelled, rows), rows)
}

/// Coverage and delay of each version and segment value over the windows shown.
pub(super) fn slices(making: &Making<'_>) -> Vec<SliceTruth> {
    let shown = &making.all[making.shown.0..making.shown.1];
    let (Some(first), Some(last), true) = (
        shown.first(),
        shown.last(),
        making.series.slice == Slice::default(),
    ) else {
        return Vec::new();
    };
    let slice = |series: &Series| {
        let (column, value) = parts::named(making, series)?;
        if series.size != parts::sized(making, series) {
            return None;
        }
        let (from, to) = series.within(first.start, last.end);
        let buckets = series.buckets.get(from..to)?.iter();
        let (rows, labelled) =
            buckets.fold((0, 0), |(r, l), b| (r + b.cell.rows, l + b.cell.labelled));
        let of_cells = || {
            let mut all = LogHistogram::default();
            let delays = series
                .buckets
                .iter()
                .filter_map(|b| b.cell.delay_s.as_ref());
            delays.for_each(|d| all.merge(d));
            all
        };
        let delays = series.delay_s.clone().unwrap_or_else(of_cells);
        (rows > 0).then(|| SliceTruth {
            column,
            value,
            rows,
            coverage: covered(labelled, rows),
            delay_p50_s: delays.quantile(0.5),
            delay_p95_s: delays.quantile(0.95),
        })
    };
    let mut slices: Vec<SliceTruth> = making.summary.series.iter().filter_map(slice).collect();
    slices.sort_by(|a, b| {
        let by_rows = a.column.cmp(&b.column).then(b.rows.cmp(&a.rows));
        by_rows.then_with(|| a.value.cmp(&b.value))
    });
    slices
}

fn share(w: &Frame<'_>) -> f64 {
    w.cell.labelled as f64 / w.cell.rows.max(1) as f64
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
