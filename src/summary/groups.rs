//! Cells of each value of each segment within a slice: what groups are compared by where the view is
//! narrowed.

use super::build::{Builder, family};
use super::names::{Names, VALUES};
use super::{Series, Slice, SliceChoice, Summary, WindowSize};

impl Builder {
    /// Adds the cells of a slice narrowed to each value of each other segment, by a size, unless the Summary
    /// has them.
    pub fn add_groups(&self, summary: &mut Summary, base: &Slice, size: WindowSize) {
        let names = Names::of(summary, VALUES);
        let buckets = self.buckets(size);
        let members = self.members(base);
        let is_out = |row: usize| members.get(row).is_some_and(|m| *m != 0);
        for (column, values) in names.segments() {
            let of = self.log.segments.iter().find(|s| s.name == *column);
            let used = base.values.iter().any(|v| v.column == *column);
            let Some(segment) = of.filter(|_| !used) else {
                continue;
            };
            let (slices, mut group) = family(segment, values, |value| {
                let mut slice = base.clone();
                let column = column.clone();
                slice.values.push(SliceChoice { column, value });
                slice.values.sort();
                slice
            });
            for (row, place) in group.iter_mut().enumerate() {
                if is_out(row) {
                    *place = u32::MAX;
                }
            }
            let mut fresh = self.count(size, &buckets, (slices, &group), false);
            fresh.retain(|f| {
                let there = |s: &Series| s.slice == f.slice && s.size == size;
                !summary.series.iter().any(there)
            });
            summary.series.append(&mut fresh);
        }
    }
}
