//! A reference by its own time: its windows tell what windows vary by and which weekdays and hours differ, as those of a
//! period of the log do.

use super::build::Builder;
use super::series::{Bucket, Series};
use super::work::Family;
use super::{WindowSize, floor, next};
use crate::table::NO_TIME;
use crate::table::time::Time;
use std::collections::BTreeMap;

/// Windows at most.
pub const MOST_OWN: usize = 1_000;

impl Builder {
    /// The reference's rows by window of their own time, in order. None where a row of it has no time, where windows
    /// are of so many rows each, and where there would be more than [`MOST_OWN`].
    pub(super) fn reference_windows(&self, size: WindowSize) -> Vec<(Time, Vec<u32>)> {
        let mut found: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        if matches!(size, WindowSize::Rows(_)) {
            return Vec::new();
        }
        let mut last = (1, 0);
        for row in self.log.live..self.log.rows {
            let time = self.log.time.get(row).copied().filter(|t| *t != NO_TIME);
            let Some(time) = time else {
                return Vec::new();
            };
            if time < last.0 || time >= last.1 {
                let start = floor(size, Time(time));
                last = (start.0, next(size, start).0);
            }
            found.entry(last.0).or_default().push(row as u32);
            if found.len() > MOST_OWN {
                return Vec::new();
            }
        }
        let all = found.into_iter();
        all.map(|(start, rows)| (Time(start), rows)).collect()
    }

    /// Counts the reference's rows by window of their own time.
    pub(super) fn count_reference(
        &self,
        family: &mut Family<'_>,
        series: &mut [Series],
        size: WindowSize,
    ) {
        for (start, rows) in self.reference_windows(size) {
            family.add(&rows);
            for (cell, series) in family.take().zip(series.iter_mut()) {
                series.reference_buckets.extend(cell.map(|cell| Bucket {
                    start,
                    end: next(size, start),
                    cell,
                }));
            }
        }
    }
}
