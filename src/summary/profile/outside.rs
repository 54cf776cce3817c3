//! Values outside limits that a person set, window by window.
//!
//! What the baseline holds is counted with the columns; limits of a person's own are not among its bins, so that the
//! rows are looked at once more for them.

use super::super::Summary;
use super::super::build::Builder;
use super::super::compared::Cells;
use super::super::drift::cut;
use super::cells::most_frequent;
use super::count::Rows;
use super::{ColumnProfile, Spans};
use crate::summary::{Bins, Holds, OfColumn};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Limits of a column that are not the baseline's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The column.
    pub column: String,
    /// Smallest number; of words, fewest characters.
    pub low: Option<f64>,
    /// Largest number; of words, most characters.
    pub high: Option<f64>,
    /// All words.
    pub words: Option<Vec<String>>,
}

/// Values outside limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outside {
    /// The limits.
    pub limits: Limits,
    /// Of each window the values below the low limit, those above the high one, and those that are other words.
    pub windows: Vec<[u64; 3]>,
    /// The most frequent other word, where several rows hold it.
    pub other: Option<String>,
}

impl Limits {
    /// What is expected of a column beyond what was counted of it with the baseline; `None` where that is nothing.
    #[must_use]
    pub fn of(expected: &OfColumn, found: &ColumnProfile) -> Option<Self> {
        let range = found.baseline.range;
        let low = |said: Option<f64>| said.filter(|low| range.is_none_or(|r| r.0 != *low));
        let high = |said: Option<f64>| said.filter(|high| range.is_none_or(|r| r.1 != *high));
        let own = |words: &Vec<String>| match &found.bins {
            Bins::Words(told) => {
                let all = found.baseline.distinct == told.len() as u64;
                all && told.iter().collect::<BTreeSet<_>>() == words.iter().collect()
            }
            Bins::Edges(_) => false,
        };
        let limits = match found.holds() {
            Holds::Number => Self {
                low: low(expected.min),
                high: high(expected.max),
                ..Self::default()
            },
            Holds::Category => Self {
                low: low(expected.length_min),
                high: high(expected.length_max),
                words: expected.categories.clone().filter(|words| !own(words)),
                ..Self::default()
            },
        };
        (limits != Self::default()).then(|| Self {
            column: expected.name.clone(),
            ..limits
        })
    }
}

impl Builder {
    /// Adds to a profile how many values of each window lie outside limits, in place of other limits.
    pub fn add_outside(&self, summary: &mut Summary, at: usize, spans: &Spans, limits: &[Limits]) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let rows = Rows::of_series(self, series, spans);
        let compared = self.compared();
        let one = |limits: &Limits| {
            let (_, _, cells) = compared.iter().find(|c| c.0 == limits.column)?;
            Some(outside(cells, &rows, limits))
        };
        let found = limits.iter().filter_map(one).collect();
        let mut profiles = series.profiles.iter_mut();
        if let Some(profile) = profiles.find(|p| p.spans == *spans) {
            profile.outside = found;
        }
    }
}

fn outside(cells: &Cells<'_>, rows: &Rows, limits: &Limits) -> Outside {
    let below = |x: f64| limits.low.is_some_and(|low| x < low);
    let above = |x: f64| limits.high.is_some_and(|high| x > high);
    let count = |place: &dyn Fn(u32) -> [bool; 3]| {
        let one = |period: usize| {
            let each = rows.of(period).iter().map(|row| place(*row));
            each.fold([0; 3], |sum: [u64; 3], out| {
                [0, 1, 2].map(|at| sum[at] + u64::from(out[at]))
            })
        };
        // The baseline comes first.
        (1..rows.periods()).map(one).collect()
    };
    let (windows, other) = match cells {
        Cells::Numbers(values) => {
            // A comparison with no number does not hold.
            let place = |row: u32| {
                let x = values.get(row as usize).copied().unwrap_or(f64::NAN);
                [below(x), above(x), false]
            };
            (count(&place), None)
        }
        Cells::Words(codes, words) => {
            let known: Option<BTreeSet<&str>> = limits
                .words
                .as_ref()
                .map(|words| words.iter().map(String::as_str).collect());
            // Long words are written shortened.
            let is_other = |word: &String| {
                let stands = |known: &BTreeSet<&str>| {
                    known.contains(word.as_str()) || known.contains(cut(word).as_str())
                };
                known.as_ref().is_some_and(|known| !stands(known))
            };
            let places: Vec<[bool; 3]> = words
                .iter()
                .map(|word| {
                    let length = word.chars().count() as f64;
                    [below(length), above(length), is_other(word)]
                })
                .collect();
            let code = |row: u32| codes.get(row as usize).map_or(usize::MAX, |c| *c as usize);
            let place = |row: u32| places.get(code(row)).copied().unwrap_or_default();
            let mut others = vec![0; words.len()];
            for row in (1..rows.periods()).flat_map(|period| rows.of(period)) {
                if place(*row)[2] {
                    others[code(*row)] += 1;
                }
            }
            let other = most_frequent(words, &others).into_iter().next();
            (count(&place), other.map(|word| word.0))
        }
    };
    Outside {
        limits: limits.clone(),
        windows,
        other,
    }
}
