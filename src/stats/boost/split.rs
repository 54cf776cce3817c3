//! The best cut of a leaf.
//!
//! The gain of a cut is G²/H of both sides less that of the whole (Chen and Guestrin 2016, equation 7,
//! without its factor). Numbers are cut between bins, with missing values on the better side. Words
//! are cut one against the others where there are few, and else in the order of G/(H + 10), from both
//! ends, up to 32 words against the others, with 10 added to H; those are LightGBM's constants.

use super::Params;
use super::bins::{BINS, Kind, MISSING};
use super::cell::{Cell, Histogram, Units};

/// Up to so many words, each is tried against all others.
const ONE_BY_ONE: usize = 4;
/// Words on the smaller side at most.
const MOST_WORDS: usize = 32;
/// Added to the second derivatives of a word before words are ordered, and of a side once they are.
const SMOOTH: f64 = 10.0;
/// Rows that words need together before the next cut is tried.
const GROUP: u32 = 100;
/// What is less than this part of another number is so however both were rounded.
const CLEARLY: f64 = 1.0 - 1e-12;

/// A set of bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BinSet([u64; BINS / 64]);

impl BinSet {
    #[inline]
    pub fn has(&self, bin: u8) -> bool {
        self.0[usize::from(bin >> 6)] >> (bin & 63) & 1 == 1
    }

    fn put(&mut self, bin: u8) {
        self.0[usize::from(bin >> 6)] |= 1 << (bin & 63);
    }
}

/// A cut of a leaf in two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    /// What is won, in units; above 0.
    pub gain: f64,
    /// The feature asked for.
    pub feature: usize,
    /// The bins that go left.
    pub left: BinSet,
    /// The sums on the left.
    pub sums: Cell,
}

/// What a side of a cut must have, in units of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    min_rows: u32,
    min_hessian: f64,
    pub l2: f64,
    one: f64,
}

impl Limits {
    pub fn new(params: &Params, units: Units) -> Self {
        Self {
            min_rows: params.min_rows.max(1),
            min_hessian: (params.min_hessian * units.hessian).max(1.0),
            l2: params.l2 * units.hessian,
            one: units.hessian,
        }
    }

    #[inline]
    fn allows(&self, side: Cell) -> bool {
        side.rows() >= self.min_rows && side.hessian() >= self.min_hessian
    }
}

/// G² / (H + l2).
#[inline]
fn score(side: Cell, l2: f64) -> f64 {
    let gradient = side.gradient();
    gradient * gradient / (side.hessian() + l2)
}

/// The best cut of a leaf with these sums; of cuts as good, the first.
pub(super) fn best(
    histogram: &Histogram,
    kinds: &[Kind],
    total: Cell,
    limits: &Limits,
) -> Option<Split> {
    let mut search = Search {
        total,
        limits,
        least: score(total, limits.l2),
        found: None,
    };
    for (feature, (slab, kind)) in histogram.iter().zip(kinds).enumerate() {
        match kind {
            Kind::Numbers { last } => search.numbers(feature, slab, *last),
            Kind::Words { words } if *words <= ONE_BY_ONE => search.one_by_one(feature, slab),
            Kind::Words { .. } => search.ordered(feature, slab),
        }
    }
    search.found
}

struct Search<'a> {
    total: Cell,
    limits: &'a Limits,
    /// What the leaf is worth as it is.
    least: f64,
    found: Option<Split>,
}

impl Search<'_> {
    /// The gain of a cut, where it beats what was found.
    #[inline]
    fn gain(&self, left: Cell, l2: f64) -> Option<f64> {
        let right = self.total.less(left);
        if !(self.limits.allows(left) && self.limits.allows(right)) {
            return None;
        }
        let beaten = self.found.map_or(0.0, |f| f.gain);
        // Most cuts win less, which products tell without a division; those within rounding are told by it.
        let (a, b) = (left.hessian() + l2, right.hessian() + l2);
        let (g, h) = (left.gradient(), right.gradient());
        if g * g * b + h * h * a < (self.least + beaten) * a * b * CLEARLY {
            return None;
        }
        let gain = score(left, l2) + score(right, l2) - self.least;
        (gain > beaten).then_some(gain)
    }

    fn keep(&mut self, gain: f64, feature: usize, left: BinSet, sums: Cell) {
        self.found = Some(Split {
            gain,
            feature,
            left,
            sums,
        });
    }

    fn numbers(&mut self, feature: usize, slab: &[Cell; BINS], last: u8) {
        let missing = slab[usize::from(MISSING)];
        let mut at = None;
        let mut sides = [Cell::default(), missing];
        // An empty bin wins no more than the one before it: to go on is cheaper than to ask.
        let ways = if missing.rows() == 0 { 1 } else { 2 };
        for bin in 1..=last {
            let cell = slab[usize::from(bin)];
            for (side, with_missing) in sides.iter_mut().zip([false, true]).take(ways) {
                side.add(cell);
                if let Some(gain) = self.gain(*side, self.limits.l2) {
                    self.keep(gain, feature, BinSet::default(), *side);
                    at = Some((bin, with_missing));
                }
            }
        }
        if let (Some((at, with_missing)), Some(split)) = (at, &mut self.found) {
            (1..=at).for_each(|bin| split.left.put(bin));
            // Where no row of the leaf lacks the value, one that does goes with the many.
            let many = split.sums.rows() * 2 >= self.total.rows();
            if with_missing || (missing.rows() == 0 && many) {
                split.left.put(MISSING);
            }
        }
    }

    fn one_by_one(&mut self, feature: usize, slab: &[Cell; BINS]) {
        for (bin, cell) in (0..=u8::MAX).zip(slab) {
            if let Some(gain) = self.gain(*cell, self.limits.l2) {
                let mut left = BinSet::default();
                left.put(bin);
                self.keep(gain, feature, left, *cell);
            }
        }
    }

    fn ordered(&mut self, feature: usize, slab: &[Cell; BINS]) {
        let smooth = SMOOTH * self.limits.one;
        let mut words: Vec<(f64, u8)> = (0..=u8::MAX)
            .zip(slab)
            .filter(|(_, cell)| f64::from(cell.rows()) >= SMOOTH)
            .map(|(bin, cell)| (cell.gradient() / (cell.hessian() + smooth), bin))
            .collect();
        words.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let most = MOST_WORDS.min(words.len().div_ceil(2));
        for backwards in [false, true] {
            let mut left = BinSet::default();
            let mut side = Cell::default();
            let mut tried = 0;
            for i in 0..most {
                let place = if backwards { words.len() - 1 - i } else { i };
                let Some(&(_, bin)) = words.get(place) else {
                    break;
                };
                left.put(bin);
                side.add(slab[usize::from(bin)]);
                if self.total.less(side).rows() < GROUP {
                    break;
                }
                if side.rows() - tried < GROUP {
                    continue;
                }
                tried = side.rows();
                if let Some(gain) = self.gain(side, self.limits.l2 + smooth) {
                    self.keep(gain, feature, left, side);
                }
            }
        }
    }
}
