//! Stretches of time in which rows are taken to be alike, so that what is learned of one serves all its
//! windows: hours of a quarter of a year are thousands of windows, and days of it are too few rows apart to
//! need more.
//!
//! Which stretch a window belongs to depends on its place in the log alone, not on what was asked before.

use super::Series;
use super::build::Places;
use std::collections::BTreeMap;

/// Parts of the whole time that a window must be shorter than to share a stretch with its neighbours.
const PARTS: i128 = 100;

/// The stretches of some windows.
pub(super) struct Stretches {
    /// Rows of each stretch, in order.
    pub rows: Vec<Vec<usize>>,
    /// The stretch of each window.
    pub of_window: Vec<usize>,
}

impl Stretches {
    /// Of windows as ranges of buckets; rows that `counts` refuses are in none.
    pub fn of(
        series: &Series,
        places: &Places,
        windows: &[(usize, usize)],
        counts: impl Fn(usize) -> bool,
    ) -> Self {
        let (Some(first), Some(last)) = (series.buckets.first(), series.buckets.last()) else {
            let (rows, of_window) = (Vec::new(), vec![0; windows.len()]);
            return Self { rows, of_window };
        };
        let from = i128::from(first.start.0);
        let whole = (i128::from(last.end.0) - from).max(1);
        let part = |start: i64| (i128::from(start) - from) * PARTS / whole;
        let mut stretches: BTreeMap<i128, usize> = BTreeMap::new();
        let mut of_bucket = vec![usize::MAX; places.buckets];
        let mut of_window = Vec::new();
        let mut count = 0;
        for range in windows {
            let own = series.buckets.get(range.0..range.1).unwrap_or_default();
            let (Some(head), Some(tail)) = (own.first(), own.last()) else {
                of_window.push(usize::MAX);
                continue;
            };
            let long = i128::from(tail.end.0) - i128::from(head.start.0);
            let at = if long * PARTS < whole {
                *stretches.entry(part(head.start.0)).or_insert(count)
            } else {
                if let Some(buckets) = of_bucket.get_mut(range.0..range.1) {
                    buckets.fill(count);
                }
                count
            };
            count = count.max(at + 1);
            of_window.push(at);
        }
        for (at, bucket) in of_bucket.iter_mut().zip(&series.buckets) {
            if let (usize::MAX, Some(shared)) = (*at, stretches.get(&part(bucket.start.0))) {
                *at = *shared;
            }
        }
        let mut rows = vec![Vec::new(); count];
        for (row, bucket) in places.of.iter().enumerate() {
            let at = of_bucket.get(*bucket as usize).copied();
            if let Some(own) = at.and_then(|at| rows.get_mut(at)).filter(|_| counts(row)) {
                own.push(row);
            }
        }
        Self { rows, of_window }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::{Bucket, Cell, Slice, WindowSize};
    use crate::table::time::{HOUR, Time};

    fn hours(n: i64) -> (Series, Places) {
        let bucket = |i: i64| Bucket {
            start: Time(i * HOUR),
            end: Time((i + 1) * HOUR),
            cell: Cell::default(),
        };
        let series = Series {
            buckets: (0..n).map(bucket).collect(),
            ..Series::new(Slice::default(), WindowSize::Hour)
        };
        // Two rows an hour.
        let of = (0..2 * n as u32).map(|row| row / 2).collect();
        let buckets = n as usize;
        (series, Places { of, buckets })
    }

    fn each(n: usize) -> Vec<(usize, usize)> {
        (0..n).map(|i| (i, i + 1)).collect()
    }

    #[test]
    fn a_few_windows_stand_alone() {
        let (series, places) = hours(100);
        let found = Stretches::of(&series, &places, &each(100)[40..], |_| true);
        assert_eq!(found.of_window, (0..60).collect::<Vec<_>>());
        assert_eq!(found.rows[0], [80, 81]);
    }

    #[test]
    fn many_share_stretches_whatever_else_is_asked() {
        let (series, places) = hours(1_000);
        let all = Stretches::of(&series, &places, &each(1_000), |row| row >= 10);
        assert_eq!(all.rows.len(), 100);
        assert_eq!(all.rows[0], (10..20).collect::<Vec<_>>());
        let some = Stretches::of(&series, &places, &each(1_000)[555..560], |row| row >= 10);
        assert_eq!(some.of_window, [0; 5]);
        assert_eq!(some.rows[0], all.rows[all.of_window[555]]);
    }

    #[test]
    fn without_buckets_there_is_no_row() {
        let (series, places) = hours(0);
        let found = Stretches::of(&series, &places, &each(2), |_| true);
        assert!(found.rows.is_empty());
    }
}
