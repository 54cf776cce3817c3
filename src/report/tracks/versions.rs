//! When another version of the model took over.

use super::super::make::Making;
use crate::summary::{Series, Slice};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The share of rows from which on a version is the one that serves. Less, as in a comparison of two, is no change.
const SERVES: (u64, u64) = (2, 3);

/// Another version took over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionChange {
    /// Start of the window in which it first had two thirds of the rows.
    pub time: Time,
    /// The version.
    pub version: String,
    /// The one before.
    pub before: String,
}

/// When versions took over, as far as they are counted by time; empty in a view of one version.
pub fn versions(making: &Making<'_>) -> Vec<VersionChange> {
    let of = |series: &&Series| {
        let slice = &series.slice;
        slice.version.is_some() && slice.values == making.series.slice.values
    };
    if making.series.slice.version.is_some() {
        return Vec::new();
    }
    // By the windows of the view: of what buckets they are made depends on what was asked before.
    let size = making.series.size;
    let all = making.summary.series.iter().filter(of);
    let mut rows: BTreeMap<Time, BTreeMap<&str, u64>> = BTreeMap::new();
    for series in all.filter(|s| s.size == size) {
        let Slice { version, .. } = &series.slice;
        let Some(version) = version else { continue };
        for window in &making.all {
            let (from, to) = series.within(window.start, window.end);
            let buckets = series.buckets.get(from..to).unwrap_or_default();
            let of_window = rows.entry(window.start).or_default();
            *of_window.entry(version).or_default() +=
                buckets.iter().map(|b| b.cell.rows).sum::<u64>();
        }
    }
    let mut out: Vec<VersionChange> = Vec::new();
    let mut serves: Option<&str> = None;
    for (time, versions) in &rows {
        let total: u64 = versions.values().sum();
        let most = versions.iter().max_by_key(|v| *v.1);
        let Some((version, _)) = most.filter(|v| total > 0 && *v.1 * SERVES.1 >= total * SERVES.0)
        else {
            continue;
        };
        if let Some(before) = serves.filter(|before| before != version) {
            out.push(VersionChange {
                time: *time,
                version: (*version).to_owned(),
                before: before.to_owned(),
            });
        }
        serves = Some(version);
    }
    out
}
