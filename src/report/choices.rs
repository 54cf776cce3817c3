//! What a reader may choose from, given a Summary.

use super::{Choices, WindowChoice};
use crate::summary::{Slice, Summary, WindowSize};
use std::collections::BTreeMap;

impl Choices {
    /// What the Summary can answer.
    #[must_use]
    pub fn of(summary: &Summary) -> Self {
        let mut windows: BTreeMap<WindowSize, usize> = BTreeMap::new();
        for series in summary
            .series
            .iter()
            .filter(|s| s.slice == Slice::default())
        {
            for size in WindowSize::CALENDAR
                .into_iter()
                .chain([series.size])
                .filter(|s| s.is_made_of(series.size))
            {
                windows.insert(size, series.windows(size).len());
            }
        }
        Self {
            windows: windows
                .into_iter()
                .map(|(size, count)| WindowChoice { size, count })
                .collect(),
            versions: summary
                .versions
                .iter()
                .flat_map(|v| v.values.iter().map(|v| v.0.clone()))
                .collect(),
            segments: summary
                .segments
                .iter()
                .map(|s| {
                    (
                        s.column.clone(),
                        s.values.iter().map(|v| v.0.clone()).collect(),
                    )
                })
                .collect(),
            thresholds: match summary.edges.len() {
                0 => Vec::new(),
                n => summary.edges[..n - 1].to_vec(),
            },
            labels: summary.labels.clone(),
            served_labels: summary.served,
            reference: summary.reference.is_some(),
            timed: summary.timed,
        }
    }
}
