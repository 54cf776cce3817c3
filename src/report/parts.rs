//! The tables of a report: confusion, scores, slices, data quality.

use super::baseline::Basis;
use super::make::Making;
use super::steps::pause;
use super::{
    Alert, AlertKind, CalibrationBin, ColumnQuality, Confusion, Departure, Scores, SliceRow,
    Window, judge,
};
use crate::log::Task;
use crate::metric::Estimate;
use crate::metric::{self, ClassRow, Family, Measures, Metric, by_class, by_label};
use crate::stats::interval::wilson;
use crate::stats::multiple::holm;
use crate::summary::{CALIBRATION_BINS, Cell, Series, Slice, SliceChoice, Tenth, WindowSize};
use crate::table::time::Time;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Predicted against true labels.
pub(super) fn confusion(
    making: &Making<'_>,
    total: &Cell,
    basis: Option<&Basis<'_>>,
) -> Option<Confusion> {
    let matrix = |cell: &Cell| {
        Measures::new(making.summary, cell, None, making.cut)
            .confused()
            .matrix()
    };
    let counts = matrix(total);
    counts.iter().flatten().any(|n| *n > 0).then(|| Confusion {
        labels: making.summary.labels.clone(),
        counts,
        baseline: basis.map(|b| matrix(&b.cell)),
    })
}

/// How right each class is told, or each label where rows have several, over a range of buckets.
pub(super) fn classes(
    making: &Making<'_>,
    total: &Measures<'_>,
    scope: (usize, usize),
) -> Vec<ClassRow> {
    if let Some(sets) = &total.cell.sets {
        return by_label(&making.summary.labels, sets);
    }
    let mut known = making.series.class_areas.iter();
    let found = known.find(|areas| areas.range == scope);
    let scored = total.cell.classes.as_ref().is_some_and(|c| {
        c.positive.total() + c.negative.total() > 0
            || making.summary.task == Task::Multiclass && c.scored() > 0
    });
    if found.is_none() && scored && !making.summary.streamed {
        making.missing().class_areas = Some((making.at, scope));
    }
    by_class(total, found.map(|areas| &areas.classes[..]))
}

/// Scores by outcome.
pub(super) fn scores(making: &Making<'_>, total: &Cell, threshold: Option<f64>) -> Option<Scores> {
    let classes = total
        .classes
        .as_ref()
        .filter(|_| making.summary.task == Task::Binary)?;
    let edges = making.summary.edges.clone();
    let bins = edges.len().checked_sub(1).filter(|b| *b > 0)?;
    Some(Scores {
        positive: classes.positive.dense(bins),
        negative: classes.negative.dense(bins),
        unlabelled: classes.unlabelled.dense(bins),
        edges,
        threshold,
        positive_label: making.summary.labels.get(1).cloned().unwrap_or_default(),
    })
}

/// Probabilities against outcomes of two classes.
pub(super) fn calibration(task: Task, total: &Cell) -> Vec<CalibrationBin> {
    let classes = total.classes.iter().filter(|_| task == Task::Binary);
    let bins = classes.flat_map(|c| c.calibration.iter());
    let bin = |(i, tenth): (usize, &Tenth)| {
        let rows = (tenth.positive, tenth.rows);
        calibration_bin((i, CALIBRATION_BINS), tenth.sum.value(), rows)
    };
    bins.enumerate().map(bin).collect()
}

/// A bin of so many, with the sum of its probabilities, and how many of how many rows came true.
pub(super) fn calibration_bin(
    (at, bins): (usize, usize),
    sum: f64,
    (positive, rows): (u64, u64),
) -> CalibrationBin {
    let edge = |i: usize| i as f64 / bins as f64;
    CalibrationBin {
        from: edge(at),
        to: edge(at + 1),
        mean_score: (rows > 0).then(|| sum / rows as f64),
        positive: match rows {
            0 => Estimate::undefined("no rows", 0),
            n => Estimate::of(positive as f64 / n as f64, wilson(positive, n), n),
        },
    }
}

/// The metric that slices are compared by: the first alert's, if counts alone give it, else the
/// first of the task.
fn main_metric(making: &Making<'_>, alerts: &[Alert]) -> Option<&'static dyn Metric> {
    let by_counts = [
        "accuracy",
        "precision",
        "recall",
        "f1",
        "balanced_accuracy",
        "weighted_interval_score",
        "interval_coverage_80",
        "interval_coverage_90",
        "interval_coverage_95",
        "mean_absolute_error",
        "root_mean_squared_error",
        "log_loss",
        "brier_score",
        "r2",
        "ndcg_at_10",
        "subset_accuracy",
        "label_f1_micro",
        "hamming_loss",
        "mean_average_precision",
        "mean_reciprocal_rank",
    ];
    let alerted = alerts
        .iter()
        .filter(|a| a.goes_on() && a.kind == AlertKind::Metric)
        .map(|a| a.metric.as_str())
        .find(|m| by_counts.contains(m));
    let orders = making.orders();
    metric::of(making.summary).find(|m| match alerted {
        Some(name) => m.info().name == name,
        None if orders => m.info().family == Family::Ranking && by_counts.contains(&m.info().name),
        None => by_counts.contains(&m.info().name),
    })
}

/// The metric that is watched in every slice.
pub(super) fn slice_metric(making: &Making<'_>) -> Option<&'static dyn Metric> {
    main_metric(making, &[]).filter(|_| making.series.slice == Slice::default())
}

/// The main metric for each value of each segment and version: baseline against the rows since the
/// first alert (without one: all mature rows after the baseline). Departures for the worse come
/// first, then the others, worst change first.
pub(super) async fn slices(
    making: &Making<'_>,
    basis: &Basis<'_>,
    alerts: &[Alert],
) -> Vec<SliceRow> {
    let Some(metric) =
        main_metric(making, alerts).filter(|_| making.series.slice == Slice::default())
    else {
        return Vec::new();
    };
    let info = metric.info();
    let since = alerts
        .iter()
        .find(|a| a.goes_on() && a.kind == AlertKind::Metric && a.metric == info.name)
        .map(|a| a.since);
    let shown = &making.all[making.shown.0..making.shown.1];
    let after: Vec<&super::make::Frame<'_>> = shown
        .iter()
        .enumerate()
        .filter(|(i, w)| {
            w.mature && !basis.holds(making.shown.0 + i) && since.is_none_or(|s| w.start >= s)
        })
        .map(|w| w.1)
        .collect();
    if after.is_empty() {
        return Vec::new();
    }
    let estimate =
        |cell: &Cell| metric.estimate(&Measures::new(making.summary, cell, None, making.cut));
    // Window by window, as far as they meet: the baseline, or windows without outcomes, may lie between.
    let mut spans: Vec<(Time, Time)> = Vec::new();
    for window in after {
        match spans.last_mut() {
            Some(span) if span.1 == window.start => span.1 = window.end,
            _ => spans.push((window.start, window.end)),
        }
    }
    let mut rows: Vec<(SliceRow, Option<Departure>)> = Vec::new();
    for series in &making.summary.series {
        let Some((column, value)) = named(making, series) else {
            continue;
        };
        if series.size != sized(making, series) {
            continue;
        }
        pause().await;
        let before = basis.of_slice(series);
        let now = spans
            .iter()
            .filter_map(|span| series.outcomes_within(span.0, span.1));
        let now: Vec<Cow<'_, Cell>> = now.collect();
        let now = match &now[..] {
            [] => continue,
            [one] => Cow::Borrowed(one.as_ref()),
            many => {
                let cells: Vec<&Cell> = many.iter().map(AsRef::as_ref).collect();
                Cow::Owned(Cell::total_of_outcomes(&cells))
            }
        };
        let current = estimate(&now);
        let baseline = before.map_or_else(
            || Estimate::undefined("not in the baseline", 0),
            |b| estimate(&b),
        );
        let departure = judge::compare(info, &current, &baseline, 0.0);
        let row = SliceRow {
            metric: info.name.into(),
            column,
            value,
            rows: now.rows,
            current,
            baseline,
            departure: None,
        };
        rows.push((row, departure));
    }
    let raw: Vec<f64> = rows.iter().filter_map(|r| r.1?.p_value).collect();
    let mut corrected = holm(&raw).into_iter();
    for (row, departure) in &mut rows {
        let Some(found) = departure else { continue };
        let p_value = corrected.next().unwrap_or(1.0);
        if p_value < 0.05
            && judge::matters(making.least.of(info), found.change, Some(&row.baseline))
        {
            row.departure = Some(Departure {
                p_value: Some(p_value),
                ..*found
            });
        }
    }
    let badness = |d: Option<Departure>| {
        d.map_or(f64::NEG_INFINITY, |d| {
            if d.worse == Some(true) {
                d.change.abs()
            } else {
                -d.change.abs()
            }
        })
    };
    // A change of four rows may be the largest: what surely departs for the worse comes first.
    let sure = |row: &SliceRow| row.departure.is_some_and(|d| d.worse == Some(true));
    rows.sort_by(|a, b| {
        sure(&b.0)
            .cmp(&sure(&a.0))
            .then_with(|| badness(b.1).total_cmp(&badness(a.1)))
            .then_with(|| (&a.0.column, &a.0.value).cmp(&(&b.0.column, &b.0.value)))
    });
    rows.into_iter().map(|r| r.0).collect()
}

/// The size by which a slice is counted for the table: the view's, where the Summary has it.
pub(super) fn sized(making: &Making<'_>, of: &Series) -> WindowSize {
    let sizes = || {
        making
            .summary
            .series
            .iter()
            .filter(|s| s.slice == of.slice)
            .map(|s| s.size)
    };
    sizes()
        .find(|size| *size == making.series.size)
        .or_else(|| sizes().next())
        .unwrap_or(of.size)
}

/// Windows up to which slices are counted by a size that a reader asks for.
pub(super) const WINDOWS: usize = 2_000;

/// Whether slices could be compared, had they been counted by the size of the view's buckets.
pub(super) fn lacks_slices(making: &Making<'_>) -> bool {
    let summary = making.summary;
    let counted = |slice: &Slice| {
        let mut series = summary.series.iter();
        series.any(|s| s.size == making.series.size && s.slice == *slice)
    };
    // Two of each column tell: one alone may have been asked for by itself.
    let versions = summary
        .versions
        .iter()
        .flat_map(|v| v.values.iter().take(2));
    let mut slices = versions
        .map(|v| Slice {
            version: Some(v.0.clone()),
            values: Vec::new(),
        })
        .chain(summary.segments.iter().flat_map(|s| {
            s.values.iter().take(2).map(|v| Slice {
                version: None,
                values: vec![SliceChoice {
                    column: s.column.clone(),
                    value: v.0.clone(),
                }],
            })
        }));
    making.series.slice == Slice::default()
        && making.series.buckets.len() <= WINDOWS
        && slices.any(|slice| !counted(&slice))
}

/// Column and value of a series of one value.
pub(super) fn named(making: &Making<'_>, series: &Series) -> Option<(String, String)> {
    match (&series.slice.version, &series.slice.values[..]) {
        (Some(version), []) => Some((
            making
                .summary
                .versions
                .as_ref()
                .map_or_else(|| "version".into(), |v| v.column.clone()),
            version.clone(),
        )),
        (None, [one]) => Some((one.column.clone(), one.value.clone())),
        _ => None,
    }
}

/// Missing cells by column, over all rows (not only those of a slice).
pub(super) fn quality(
    making: &Making<'_>,
    windows: &[Window],
    basis: Option<&Basis<'_>>,
) -> Vec<ColumnQuality> {
    let Some(series) = making
        .summary
        .series
        .iter()
        .find(|s| s.slice == Slice::default() && making.size.is_made_of(s.size))
    else {
        return Vec::new();
    };
    let (from, to) = match (windows.first(), windows.last()) {
        (Some(a), Some(b)) => (a.start, b.end),
        _ => return Vec::new(),
    };
    let total = series.missing(series.within(from, to));
    let before = match basis {
        Some(b) => match (b.start, b.end) {
            (Some(from), Some(to)) => Some(series.missing(series.within(from, to))),
            _ => series
                .reference
                .as_ref()
                .map(|c| (c.rows, c.missing.clone())),
        },
        None => None,
    };
    let cells: BTreeMap<_, (u64, Vec<u64>)> = series
        .windows(making.size)
        .into_iter()
        .map(|range| (series.border(making.size, range).0, series.missing(range)))
        .collect();
    let at = |counts: &(u64, Vec<u64>), i: usize| counts.1.get(i).copied().unwrap_or(0);
    making
        .summary
        .columns
        .iter()
        .enumerate()
        .map(|(i, column)| ColumnQuality {
            column: column.name.clone(),
            role: column.role.name().into(),
            missing: match total.0 {
                0 => Estimate::undefined("no rows", 0),
                n => Estimate::of(at(&total, i) as f64 / n as f64, wilson(at(&total, i), n), n),
            },
            baseline_missing: before
                .as_ref()
                .filter(|b| b.0 > 0)
                .map(|b| at(b, i) as f64 / b.0 as f64),
            missing_by_window: windows
                .iter()
                .map(|w| {
                    cells
                        .get(&w.start)
                        .filter(|c| c.0 > 0)
                        .map(|c| at(c, i) as f64 / c.0 as f64)
                })
                .collect(),
            mean: (column.numbers > 0)
                .then(|| column.sum.unbounded() / column.numbers as f64)
                .filter(|m| m.is_finite()),
            min: column.min,
            max: column.max,
        })
        .collect()
}
