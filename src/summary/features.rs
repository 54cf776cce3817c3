//! The columns that a model saw, as boosted trees take them: inputs and segments, numbers and words.

use super::build::Builder;
use super::compared::Cells;
use crate::log::Role;
use crate::stats::boost::{Bins, Feature, Rows, spread};

/// Columns at most, the first ones of the files.
const MOST: usize = 100;

/// The features of some rows. Bins are those of the rows that they were made of.
pub(super) struct Features<'a> {
    columns: Vec<Cells<'a>>,
    bins: Bins,
}

/// Values of some rows.
enum Own {
    Numbers(Vec<f64>),
    Words(Vec<u32>),
}

impl<'a> Features<'a> {
    /// The features of a log, with more numbers behind them, in bins after these rows. `None` where
    /// there is none.
    pub fn of(builder: &'a Builder, more: &[&'a [f64]], rows: &[usize]) -> Option<Self> {
        let seen = |role: &Role| matches!(role, Role::Feature | Role::Segment);
        let compared = builder.compared().into_iter();
        let columns = compared.filter(|c| seen(&c.1)).map(|c| c.2).take(MOST);
        let mut columns: Vec<Cells<'a>> = columns.collect();
        if columns.is_empty() {
            return None;
        }
        columns.extend(more.iter().map(|numbers| Cells::Numbers(numbers)));
        let own = picked(&columns, rows);
        let bins = Bins::of(&own.iter().map(Own::feature).collect::<Vec<_>>());
        Some(Self { columns, bins })
    }

    /// Features of a row.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// These rows, binned.
    pub fn rows(&self, rows: &[usize]) -> Rows {
        let own = picked(&self.columns, rows);
        self.bins
            .rows(&own.iter().map(Own::feature).collect::<Vec<_>>())
    }
}

impl Own {
    fn feature(&self) -> Feature<'_> {
        match self {
            Self::Numbers(v) => Feature::Numbers(v),
            Self::Words(v) => Feature::Words(v),
        }
    }
}

fn picked(columns: &[Cells<'_>], rows: &[usize]) -> Vec<Own> {
    let of = |column: &Cells<'_>| match column {
        Cells::Numbers(v) => Own::Numbers(
            rows.iter()
                .map(|r| v.get(*r).copied().unwrap_or(f64::NAN))
                .collect(),
        ),
        Cells::Words(v, _) => Own::Words(
            rows.iter()
                .map(|r| v.get(*r).copied().unwrap_or(Feature::NO_WORD))
                .collect(),
        ),
    };
    columns.iter().map(of).collect()
}

/// An even sample of rows.
pub(super) fn thinned(rows: &[usize], most: usize) -> Vec<usize> {
    spread(rows.len(), most)
        .filter_map(|i| rows.get(i).copied())
        .collect()
}
