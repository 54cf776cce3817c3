//! Windows on an axis, and lines with no more points than pixels show.

use super::frame::{Axis, Frame};
use crate::report::Report;
use crate::table::time::{SECOND, Time};

/// The windows of a report on the horizontal axis: by time, or by rows where rows have no time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Strip {
    pub axis: Axis,
    /// Start and end (exclusive) of each window, rising.
    pub spans: Vec<(i64, i64)>,
}

impl Strip {
    pub fn of(report: &Report) -> Self {
        // Without times an instant is a row number in seconds.
        let scale = if report.timed { 1 } else { SECOND };
        let spans = report
            .windows
            .iter()
            .map(|w| {
                let (start, end) = (w.start.0 / scale, w.end.0 / scale);
                // A window of one instant still has a width, or nothing could be drawn.
                (start, end.max(start.saturating_add(1)))
            })
            .collect();
        let axis = if report.timed { Axis::Time } else { Axis::Rows };
        Self { axis, spans }
    }

    /// First start and last end.
    pub fn domain(&self) -> (f64, f64) {
        match (self.spans.first(), self.spans.last()) {
            (Some(first), Some(last)) => (first.0 as f64, last.1 as f64),
            _ => (0.0, 1.0),
        }
    }

    pub fn middle(&self, window: usize) -> Option<i64> {
        let (start, end) = *self.spans.get(window)?;
        Some(i64::midpoint(start, end))
    }

    /// The window that holds `at`, else the nearest.
    pub fn find(&self, at: i64) -> Option<usize> {
        let after = self.spans.partition_point(|&(start, _)| start <= at);
        match (after.checked_sub(1), self.spans.get(after)) {
            (None, None) => None,
            (None, Some(_)) => Some(after),
            (Some(before), None) => Some(before),
            (Some(before), Some(&(start, _))) => {
                let end = self.spans[before].1;
                let gap = at >= end && start.saturating_sub(at) < at.saturating_sub(end);
                Some(if gap { after } else { before })
            }
        }
    }

    /// The time from one window to another, in either order.
    pub fn span(&self, one: usize, other: usize) -> Option<(i64, i64)> {
        let (first, last) = (one.min(other), one.max(other));
        let (from, to) = (self.spans.get(first)?.0, self.spans.get(last)?.1);
        let scale = if self.axis == Axis::Time { 1 } else { SECOND };
        Some((from.saturating_mul(scale), to.saturating_mul(scale)))
    }

    /// The left and right side of a window, CSS pixels.
    pub fn sides(&self, frame: &Frame, window: usize) -> Option<(f64, f64)> {
        let &(start, end) = self.spans.get(window)?;
        Some((frame.px(start as f64), frame.px(end as f64)))
    }

    /// What a window is called.
    pub fn name(&self, window: usize) -> String {
        match (self.spans.get(window), self.axis) {
            (Some(&(start, end)), Axis::Time) => super::format::period(Time(start), Time(end)),
            (Some(&(start, end)), _) => format!(
                "Rows {} – {}",
                super::format::count(start.max(0) as u64 + 1),
                super::format::count(end.max(0) as u64)
            ),
            (None, _) => String::new(),
        }
    }
}

/// The first, lowest, highest and last point of each pixel column: a line through them covers the same
/// pixels as one through all (M4; Jugel et al., VLDB 2014).
pub(super) fn m4(points: &[(f64, f64)], dpr: f64) -> Vec<(f64, f64)> {
    let column = |x: f64| (x * dpr).floor();
    let mut out = Vec::new();
    let mut from = 0;
    while from < points.len() {
        let here = column(points[from].0);
        let to = points[from..]
            .iter()
            .position(|p| column(p.0) != here)
            .map_or(points.len(), |n| from + n);
        let part = &points[from..to];
        if part.len() <= 4 {
            out.extend_from_slice(part);
        } else {
            let by = |better: fn(f64, f64) -> bool| {
                (1..part.len()).fold(0, |best, i| {
                    if better(part[i].1, part[best].1) {
                        i
                    } else {
                        best
                    }
                })
            };
            let mut kept = [0, by(|a, b| a < b), by(|a, b| a > b), part.len() - 1];
            kept.sort_unstable();
            let mut last = None;
            for i in kept {
                if last != Some(i) {
                    out.push(part[i]);
                    last = Some(i);
                }
            }
        }
        from = to;
    }
    out
}

/// A sum that a report of absurd counts cannot overflow.
pub(super) fn total<'a>(counts: impl IntoIterator<Item = &'a u64>) -> u64 {
    counts.into_iter().fold(0, |sum, &n| sum.saturating_add(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m4_keeps_the_ends_and_the_extremes_of_each_column() {
        let points: Vec<_> = (0..10_000)
            .map(|i| (f64::from(i) / 100.0, f64::from(i * 7919 % 1009)))
            .collect();
        let kept = m4(&points, 1.0);
        assert!(kept.len() <= 400, "{}", kept.len());
        for column in 0..100 {
            let range = |p: &[(f64, f64)]| {
                let ys = p
                    .iter()
                    .filter(|p| p.0.floor() as i32 == column)
                    .map(|p| p.1);
                (
                    ys.clone().fold(f64::MAX, f64::min),
                    ys.fold(f64::MIN, f64::max),
                )
            };
            assert_eq!(range(&kept), range(&points));
        }
        assert_eq!(kept.first(), points.first());
        assert_eq!(kept.last(), points.last());
        assert_eq!(m4(&points[..3], 1.0), points[..3]);
    }

    #[test]
    fn windows_are_found_by_time() {
        let strip = Strip {
            axis: Axis::Time,
            spans: vec![(0, 10), (10, 20), (50, 60)],
        };
        for (at, window) in [(-5, 0), (0, 0), (10, 1), (25, 1), (45, 2), (99, 2)] {
            assert_eq!(strip.find(at), Some(window), "{at}");
        }
        assert_eq!(strip.span(1, 0), Some((0, 20)));
        let none = Strip {
            axis: Axis::Time,
            spans: vec![],
        };
        assert_eq!(none.find(3), None);
        assert_eq!(none.span(0, 0), None);
    }
}
