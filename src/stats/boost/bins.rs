//! Values of a feature, told apart by at most 255 bins.
//!
//! Numbers are cut where each bin holds about as many rows; up to 254 distinct numbers have a bin each.
//! Of words, the 254 most frequent have a bin each and the others share one. Bin 0 is a missing value.

use std::collections::HashMap;

/// Bins of a feature, with that of missing values.
pub(super) const BINS: usize = 256;
/// The bin of missing values.
pub(super) const MISSING: u8 = 0;
/// The bin of words that have none of their own.
const OTHERS: u8 = 255;
/// Bins of values that are there.
const MOST: usize = 254;

/// The values of a feature, one a row.
#[derive(Clone, Copy, Debug)]
pub enum Feature<'a> {
    /// Numbers; what is not finite is missing.
    Numbers(&'a [f64]),
    /// Words by their code; [`Feature::NO_WORD`] is missing.
    Words(&'a [u32]),
}

impl Feature<'_> {
    /// The code of a missing word.
    pub const NO_WORD: u32 = u32::MAX;

    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(v) => v.len(),
            Self::Words(v) => v.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a feature is cut by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bins in the order of their numbers, up to the last.
    Numbers {
        /// The highest bin.
        last: u8,
    },
    /// Bins without an order.
    Words {
        /// Words that have a bin.
        words: usize,
    },
}

/// The bins of one feature.
#[derive(Clone, Debug)]
enum Cut {
    /// Bin i + 1 ends below or at edges\[i\]; the last has no end.
    Numbers(Vec<f64>),
    /// Bins of the words that have one.
    Words(HashMap<u32, u8>),
}

/// The bins of several features.
#[derive(Clone, Debug)]
pub struct Bins {
    cuts: Vec<Cut>,
}

/// Rows as the bins of their values, row after row.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) kinds: Vec<Kind>,
    pub(super) cells: Vec<u8>,
    len: usize,
}

impl Bins {
    /// Bins after the values of a sample.
    #[must_use]
    pub fn of(features: &[Feature]) -> Self {
        let cut = |f: &Feature| match f {
            Feature::Numbers(values) => Cut::Numbers(edges(values)),
            Feature::Words(codes) => Cut::Words(frequent(codes)),
        };
        Self {
            cuts: features.iter().map(cut).collect(),
        }
    }

    /// Rows in these bins; features in the same order. A feature that is missing or of the other kind
    /// is missing in every row.
    #[must_use]
    pub fn rows(&self, features: &[Feature]) -> Rows {
        let width = self.cuts.len();
        let len = features.iter().map(Feature::len).max().unwrap_or(0);
        let mut cells = vec![MISSING; len * width];
        for (at, (cut, feature)) in self.cuts.iter().zip(features).enumerate() {
            let own = cells.iter_mut().skip(at).step_by(width);
            match (cut, feature) {
                (Cut::Numbers(edges), Feature::Numbers(values)) => own
                    .zip(*values)
                    .for_each(|(cell, v)| *cell = number_bin(edges, *v)),
                (Cut::Words(words), Feature::Words(codes)) => own
                    .zip(*codes)
                    .for_each(|(cell, c)| *cell = word_bin(words, *c)),
                _ => {}
            }
        }
        let kind = |cut: &Cut| match cut {
            Cut::Numbers(edges) => Kind::Numbers {
                last: (edges.len() + 1).min(MOST) as u8,
            },
            Cut::Words(words) => Kind::Words { words: words.len() },
        };
        Rows {
            kinds: self.cuts.iter().map(kind).collect(),
            cells,
            len,
        }
    }
}

impl Rows {
    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Features of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.kinds.len()
    }

    /// The bins of a row.
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[u8] {
        let start = row * self.kinds.len();
        self.cells
            .get(start..start + self.kinds.len())
            .unwrap_or_default()
    }

    /// Some of the rows, in the order given; those that are not there are left out.
    #[must_use]
    pub fn pick(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let (mut cells, mut len) = (Vec::new(), 0);
        for row in rows.into_iter().filter(|r| *r < self.len) {
            cells.extend_from_slice(self.row(row));
            len += 1;
        }
        Self {
            kinds: self.kinds.clone(),
            cells,
            len,
        }
    }

    /// These rows and those of another behind them, in the same bins.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        if self.kinds == other.kinds {
            self.cells.extend_from_slice(&other.cells);
            self.len += other.len;
        }
        self
    }
}

/// Where numbers are cut, rising: half-way between the values on both sides.
fn edges(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct: Vec<(f64, usize)> = Vec::new();
    for v in sorted {
        match distinct.last_mut() {
            Some((last, n)) if *last == v => *n += 1,
            _ => distinct.push((v, 1)),
        }
    }
    let mut edges = Vec::new();
    let mut left: usize = distinct.iter().map(|d| d.1).sum();
    let (mut bins, mut held) = (MOST, 0);
    let few = distinct.len() <= MOST;
    for pair in distinct.windows(2) {
        let [(a, n), (b, next)] = pair else { continue };
        held += n;
        // A bin is closed once it holds its share of what is left, or where it comes nearer to it
        // without the next value than with it.
        let share = left as f64 / bins as f64;
        if few || held as f64 >= share || held as f64 + *next as f64 / 2.0 > share {
            let middle = a / 2.0 + b / 2.0;
            edges.push(if middle < *b { middle } else { *a });
            left -= held;
            held = 0;
            bins -= 1;
            if bins == 1 {
                break;
            }
        }
    }
    edges
}

fn number_bin(edges: &[f64], value: f64) -> u8 {
    if !value.is_finite() {
        return MISSING;
    }
    (edges.partition_point(|e| *e < value) + 1).min(MOST) as u8
}

/// The bins of the most frequent words; of words as frequent, the one of the lower code comes first.
fn frequent(codes: &[u32]) -> HashMap<u32, u8> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for code in codes.iter().filter(|c| **c != Feature::NO_WORD) {
        *counts.entry(*code).or_default() += 1;
    }
    let mut words: Vec<(u32, usize)> = counts.into_iter().collect();
    words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    words.truncate(MOST);
    let bins = (1..=MOST as u8).zip(words);
    bins.map(|(bin, (code, _))| (code, bin)).collect()
}

fn word_bin(words: &HashMap<u32, u8>, code: u32) -> u8 {
    if code == Feature::NO_WORD {
        return MISSING;
    }
    words.get(&code).copied().unwrap_or(OTHERS)
}
