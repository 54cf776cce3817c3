//! How many rows a window has, as it is watched.
//!
//! Only windows of time that hold all their rows tell it: the first and the last window of a log may be cut, and the last
//! of a live one is being filled. Days of a week differ, and hours of a day more, so that of windows of a day and less a
//! baseline of less than a week tells too little of what is usual, as does one of few windows. A time without any row
//! has no window; the check of the longest time without one tells of it.

use super::baseline::{Basis, near};
use super::make::Making;
use super::view::WindowSize;
use super::watch::{Item, phase};
use super::{Alert, Window, judge, words};
use crate::metric::Estimate;
use crate::stats::interval::{Interval, Z};
use crate::stats::sequential::{Stream, Tested, counts};
use crate::summary::Cell;
use crate::table::time::{DAY, Time};

/// Windows of a baseline at least.
const FEWEST: usize = 5;

/// Whether windows are of time, and not of so many rows.
pub(super) fn is_told(making: &Making<'_>) -> bool {
    making.summary.timed && !matches!(making.size, WindowSize::Rows(_))
}

/// Which windows of [`Making::all`] hold all their rows; those that are dated far from all others hold none of them.
pub(super) fn whole(making: &Making<'_>) -> Vec<bool> {
    let near = near(making);
    let is_near = |at: &usize| making.all.get(*at).is_some_and(|frame| near(frame.start));
    let first = (0..making.all.len()).find(is_near);
    let last = (0..making.all.len()).rev().find(is_near);
    let inner = |at: usize| first.is_some_and(|f| at > f) && last.is_some_and(|l| at < l);
    let frames = making.all.iter().enumerate();
    frames
        .map(|(at, frame)| inner(at) && is_near(&at) && !frame.open)
        .collect()
}

/// Rows of the windows of the baseline that hold all of theirs, with their phases; none where they tell too little.
pub(super) fn usual(making: &Making<'_>, basis: &Basis<'_>) -> Vec<(u64, u32)> {
    let known: Vec<(Time, u64)> = match basis.windows {
        Some((from, to)) => (making.all.iter().zip(whole(making)).take(to).skip(from))
            .filter(|(_, whole)| *whole)
            .map(|(frame, _)| (frame.start, frame.cell.rows))
            .collect(),
        None => {
            let inner = basis.own.len().saturating_sub(2);
            let rows = |(start, cell): &(Time, std::borrow::Cow<'_, Cell>)| (*start, cell.rows);
            basis.own.iter().skip(1).take(inner).map(rows).collect()
        }
    };
    let span = match (basis.start, basis.end) {
        (Some(from), Some(to)) => to.0 - from.0,
        _ => {
            let ends = basis.own.first().zip(basis.own.last());
            ends.map_or(0, |(a, b)| b.0.0 - a.0.0)
        }
    };
    let short = making.size == WindowSize::Day || making.size.within_day();
    if !is_told(making) || known.len() < FEWEST || (short && span < 7 * DAY) {
        return Vec::new();
    }
    let with_phase = |(start, rows): (Time, u64)| (rows, phase(making, start));
    known.into_iter().map(with_phase).collect()
}

/// The stream of it; `None` where the baseline tells too little, or no window is judged.
pub(super) fn stream(making: &Making<'_>, basis: &Basis<'_>, windows: &[Window]) -> Option<Stream> {
    let before = usual(making, basis);
    let whole = whole(making);
    let judged = |(i, w): (usize, &Window)| {
        let is_whole = whole.get(making.shown.0 + i).copied().unwrap_or(false);
        let known = !w.in_baseline && is_whole;
        known.then(|| (w.rows, phase(making, w.start)))
    };
    let after: Vec<Option<(u64, u32)>> = windows.iter().enumerate().map(judged).collect();
    let told = !before.is_empty() && after.iter().any(Option::is_some);
    told.then(|| counts::stream(&before, &after))
}

/// What windows `from..to` came to before and now, in mean rows a window, and the difference with its interval.
pub(super) fn told(item: &Item, of: &Tested, range: (usize, usize)) -> Option<[Estimate; 3]> {
    let fit = item.verdict.fit.as_ref()?;
    let (then, now) = counts::means(&item.stream, fit, range)?;
    let windows = item
        .stream
        .windows
        .get(range.0..range.1.min(item.stream.windows.len()))?;
    let windows = windows.iter().flatten().count() as f64;
    let rows = libm::rint(now * windows);
    // Of so many rows, by chance alone.
    let by_chance = |mean: f64, n: f64| {
        let off = Z * (mean / n.max(1.0)).sqrt();
        Interval {
            low: (mean - off).max(0.0),
            high: mean + off,
        }
    };
    let change = now - then;
    let by = |bent: f64| then * (counts::factor(bent) - 1.0);
    let ends = Interval {
        low: by(of.low).min(change),
        high: by(of.high).max(change),
    };
    let known = item.stream.baseline.len() as f64;
    Some([
        Estimate::of(then, Some(by_chance(then, known)), (then * known) as u64),
        Estimate::of(now, Some(by_chance(now, windows)), rows as u64),
        Estimate::of(change, Some(ends), rows as u64),
    ])
}

/// What happened to it, as a sentence without its end.
pub(super) fn sentence(alert: &Alert, making: &Making<'_>, label: &str) -> String {
    let then = alert.baseline.value.unwrap_or_default();
    let now = alert.value.value.unwrap_or_default();
    format!(
        "{} {} from {} ({}) to {} {}",
        title(making.size),
        if now < then { "fell" } else { "rose" },
        rows(then),
        label,
        rows(now),
        judge::span(alert, making),
    )
}

/// Rows a window, in words.
pub(super) fn rows(mean: f64) -> String {
    match mean < 10.0 {
        true => words::number(libm::rint(mean * 10.0) / 10.0),
        false => words::grouped(libm::rint(mean)),
    }
}

/// `Rows a day`.
pub(super) fn title(size: WindowSize) -> &'static str {
    match size {
        WindowSize::Minute => "Rows a minute",
        WindowSize::TenMinutes => "Rows in ten minutes",
        WindowSize::Hour => "Rows an hour",
        WindowSize::Day => "Rows a day",
        WindowSize::Week => "Rows a week",
        WindowSize::Month => "Rows a month",
        WindowSize::Rows(_) => "Rows a window",
    }
}
