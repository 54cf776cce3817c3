//! Which values of versions and segments get cells of their own.

use super::{Slice, Summary, Values};
use std::collections::BTreeSet;

/// Values of a segment that get cells of their own; the others are found by asking.
pub(super) const VALUES: usize = 12;

/// The values whose slices are counted from the start: of versions, and of each segment's column.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    versions: Vec<String>,
    segments: Vec<(String, Vec<String>)>,
}

impl Names {
    /// Versions.
    pub fn versions(&self) -> &[String] {
        &self.versions
    }

    /// Columns of segments, with values of each.
    pub fn segments(&self) -> &[(String, Vec<String>)] {
        &self.segments
    }

    /// The most frequent ones, so many of each column.
    pub fn of(summary: &Summary, most: usize) -> Self {
        let first = |values: &Values| {
            let first = values.values.iter().take(most);
            first.map(|v| v.0.clone()).collect::<Vec<_>>()
        };
        let segments = summary.segments.iter();
        Self {
            versions: summary.versions.iter().flat_map(first).collect(),
            segments: segments.map(|s| (s.column.clone(), first(s))).collect(),
        }
    }

    /// Adds those of a block that stand in none before, up to so many of each column.
    pub fn learn(&mut self, before: &Summary, block: &Summary, most: usize) {
        if let Some(values) = &block.versions {
            learn(&mut self.versions, before.versions.as_ref(), values, most);
        }
        for values in &block.segments {
            let column = &values.column;
            let before = before.segments.iter().find(|s| s.column == *column);
            match self.segments.iter_mut().find(|s| s.0 == *column) {
                Some((_, names)) => learn(names, before, values, most),
                None => {
                    let mut names = Vec::new();
                    learn(&mut names, before, values, most);
                    self.segments.push((column.clone(), names));
                }
            }
        }
    }

    /// Forgets these columns, and the versions where there are none any more.
    pub fn forget(&mut self, versions: bool, columns: &[String]) {
        if !versions {
            self.versions.clear();
        }
        self.segments.retain(|s| !columns.contains(&s.0));
    }

    /// Whether a slice is that of one of these values.
    pub fn has(&self, slice: &Slice) -> bool {
        match (&slice.version, &slice.values[..]) {
            (Some(version), []) => self.versions.contains(version),
            (None, [one]) => {
                let of = self.segments.iter().find(|s| s.0 == one.column);
                of.is_some_and(|s| s.1.contains(&one.value))
            }
            _ => false,
        }
    }
}

fn learn(names: &mut Vec<String>, before: Option<&Values>, values: &Values, most: usize) {
    let mut room = most.saturating_sub(names.len());
    if room == 0 {
        return;
    }
    let seen: BTreeSet<&String> = before
        .iter()
        .flat_map(|v| &v.values)
        .map(|v| &v.0)
        .collect();
    for (value, _) in values.values.iter().filter(|v| !seen.contains(&v.0)) {
        names.push(value.clone());
        room -= 1;
        if room == 0 {
            break;
        }
    }
}
