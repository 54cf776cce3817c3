//! The predicted quantiles of each row.

use super::columns::Predictions;
use super::notes::Notes;
use super::{Level, Role};
use crate::table::Column;
use std::collections::BTreeSet;

/// Predicted quantiles: of each level one cell a row; NaN where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// The levels, rising, each once.
    pub levels: Vec<Level>,
    /// The cells of each level.
    pub cells: Vec<Vec<f64>>,
}

impl Quantiles {
    /// The columns of quantiles of all files; of two columns of one level in a file the first counts.
    pub(super) fn take(predictions: &mut Predictions, notes: &mut Notes) -> Self {
        let mut out = Self::default();
        let mut levels: BTreeSet<Level> = BTreeSet::new();
        for source in predictions.sources() {
            let mut own: BTreeSet<Level> = BTreeSet::new();
            for (name, role) in source.table.names.iter().zip(&source.roles) {
                if let Role::Quantile(level) = role
                    && level.is_known()
                    && !own.insert(*level)
                {
                    notes.say(format!(
                        "'{name}' of {} is not used: another column holds the quantiles of level {level}.",
                        source.name
                    ));
                }
            }
            levels.extend(own);
        }
        for level in levels {
            if let Some(Column::Number(cells)) = predictions.take(Role::Quantile(level)) {
                out.levels.push(level);
                out.cells.push(cells);
            }
        }
        let rows: Vec<usize> = predictions.sources().iter().map(|s| s.table.rows).collect();
        let mut from = 0;
        for (rows, long) in rows.iter().zip(predictions.take_long()) {
            if let Some(long) = long {
                out.put(from, predictions.rows(), long);
            }
            from += rows;
        }
        out
    }

    /// Puts the quantiles of a file to its rows, which begin at `from`.
    fn put(&mut self, from: usize, rows: usize, file: Self) {
        for (level, cells) in file.levels.into_iter().zip(file.cells) {
            let at = self.levels.partition_point(|l| *l < level);
            if self.levels.get(at) != Some(&level) {
                self.levels.insert(at, level);
                let own = if from == 0 && cells.len() == rows {
                    cells
                } else {
                    let mut all = vec![f64::NAN; rows];
                    put(&mut all, from, &cells);
                    all
                };
                self.cells.insert(at, own);
            } else if let Some(all) = self.cells.get_mut(at) {
                put(all, from, &cells);
            }
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// The cells of a level.
    #[must_use]
    pub fn at(&self, level: Level) -> Option<&[f64]> {
        let at = self.levels.iter().position(|l| *l == level)?;
        self.cells.get(at).map(Vec::as_slice)
    }

    /// The quantiles that a row has, by rising level.
    fn of_row(&self, row: usize) -> impl Iterator<Item = (Level, f64)> {
        let cells = self.levels.iter().zip(&self.cells);
        let cells = cells.filter_map(move |(level, cells)| Some((*level, *cells.get(row)?)));
        cells.filter(|(_, cell)| !cell.is_nan())
    }

    /// Tells of rows whose quantiles cross, or have no counterpart on the other side of the median.
    pub(super) fn tell(&self, rows: usize, notes: &mut Notes) {
        let (mut crossing, mut uneven) = (0, 0);
        let mut alone: Option<Level> = None;
        let mut own: Vec<Level> = Vec::with_capacity(self.levels.len());
        for row in 0..rows {
            own.clear();
            let (mut before, mut crosses) = (f64::NEG_INFINITY, false);
            for (level, cell) in self.of_row(row) {
                crosses |= cell < before;
                before = cell;
                own.push(level);
            }
            crossing += u64::from(crosses);
            let lonely = own.iter().find(|l| own.binary_search(&l.mirror()).is_err());
            if let Some(level) = lonely {
                uneven += 1;
                alone.get_or_insert(*level);
            }
        }
        if crossing > 0 {
            notes.count(
                crossing,
                ["{n} forecast has quantiles that cross: one of a higher level lies below one of a lower level. It is scored as it is.", "{n} forecasts have quantiles that cross: one of a higher level lies below one of a lower level. They are scored as they are."],
                "",
            );
        }
        if let Some(level) = alone {
            let (there, not) = (level.to_string(), level.mirror());
            let example = format!("{there} without {not}");
            notes.count(
                uneven,
                ["{n} forecast has quantiles without the counterpart of the same interval ({example}): the weighted interval score leaves these out, and the CRPS from quantiles weighs one side more.", "{n} forecasts have quantiles without the counterpart of the same interval (such as {example}): the weighted interval score leaves these out, and the CRPS from quantiles weighs one side more."],
                &example,
            );
        }
    }
}

fn put(all: &mut [f64], from: usize, cells: &[f64]) {
    let places = all.iter_mut().skip(from);
    places.zip(cells).for_each(|(place, cell)| *place = *cell);
}
