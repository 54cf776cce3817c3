//! Which counts answer a view: the series and the size of its windows, and how predicted labels are found.

use super::missing::Missing;
use super::view::View;
use crate::metric::Cut;
use crate::summary::{Slice, Summary, WindowSize, usual_threshold};

/// The series that answers a view, and the size of its windows.
pub(super) fn choose(summary: &Summary, view: &View, missing: &mut Missing) -> (usize, WindowSize) {
    let slice = view.slice();
    let natural = summary.series.first().map_or(WindowSize::Day, |s| s.size);
    // Without times there are no days; the report says so.
    let rows = |size: &WindowSize| summary.timed || matches!(size, WindowSize::Rows(_));
    let wanted = view.window.filter(rows).unwrap_or(natural);
    let best = |slice: &Slice, size: WindowSize| {
        (0..summary.series.len())
            .filter(|i| {
                summary.series[*i].slice == *slice && size.is_made_of(summary.series[*i].size)
            })
            .max_by_key(|i| summary.series[*i].size)
    };
    if let Some(at) = best(&slice, wanted) {
        if !summary.series[at].full {
            missing.details = Some((slice, summary.series[at].size));
        }
        return (at, wanted);
    }
    let of_slice = summary.series.iter().position(|s| s.slice == slice);
    // Windows of rows in order of time are not to be had of rows that are counted as they pass.
    let never = summary.streamed && summary.timed && matches!(wanted, WindowSize::Rows(_));
    // Of a machine alone there are no rows to go back to.
    if (!never || of_slice.is_none()) && !summary.is_of_machine() {
        missing.series = Some((slice, wanted));
    }
    let at = of_slice
        .or_else(|| best(&Slice::default(), wanted))
        .unwrap_or(0);
    let size = summary.series.get(at).map_or(wanted, |s| {
        if wanted.is_made_of(s.size) {
            wanted
        } else {
            s.size
        }
    });
    (at, size)
}

/// How predicted labels are found, and the threshold in force.
pub(super) fn cut(summary: &Summary, view: &View, missing: &mut Missing) -> (Cut, Option<f64>) {
    let edges = &summary.edges;
    let bins = edges.len().saturating_sub(1);
    if bins == 0 || (view.threshold.is_none() && summary.served) {
        return (Cut::Served, None);
    }
    let wanted = view
        .threshold
        .unwrap_or_else(|| usual_threshold(edges, summary.probabilistic));
    let above = edges[..bins].partition_point(|e| *e < wanted);
    let near = |i: usize| edges.get(i).map_or(f64::INFINITY, |e| (e - wanted).abs());
    let bin = if above > 0 && near(above - 1) < near(above) {
        above - 1
    } else {
        above.min(bins - 1)
    };
    if edges[bin] != wanted {
        missing.threshold = Some(wanted);
    }
    (Cut::Bin(bin as u32), Some(edges[bin]))
}
