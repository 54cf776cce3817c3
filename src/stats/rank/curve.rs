//! Areas under curves over all thresholds, from one climb through the scores.
//!
//! Where a block of rows is tied, T and F are the positives and negatives that score as high or higher,
//! T′ and F′ those that score higher: the curves go from (T′, F′) to (T, F) in a straight line.
//!
//! Sources: J. Davis and M. Goadrich (2006), *The relationship between precision-recall and ROC curves*,
//! for precision and recall; D. K. McClish (1989), *Analyzing a portion of the ROC curve*; L. E. Dodd and
//! M. S. Pepe (2003), *Partial AUC estimation and regression*, for its placements; B. Efron and
//! C. Stein (1981), *The jackknife estimate of variance*, in its infinitesimal form for average precision.

use super::AucCell;
use super::masses::Masses;
use serde::{Deserialize, Serialize};

/// Up to where partial areas and the top of the rows go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ends {
    /// The false-positive rate up to which the partial area goes: above 0, at most 1.
    pub max_fpr: f64,
    /// The share of rows, highest scores first, that lift and gain are of: above 0, at most 1.
    pub share: f64,
}

impl Ends {
    /// Those that are told unless the reader says otherwise.
    pub const USUAL: Self = Self {
        max_fpr: 0.1,
        share: 0.1,
    };

    /// How many rows the top of so many is: the share of them, rounded up.
    ///
    /// A product that is a whole number but for the rounding of binary fractions is that number.
    #[must_use]
    pub fn top_rows(self, rows: u64) -> u64 {
        let exact = rows as f64 * self.share;
        let near = exact.round();
        let top = match (exact - near).abs() <= 4.0 * f64::EPSILON * exact {
            true => near,
            false => exact.ceil(),
        };
        (top as u64).min(rows)
    }
}

/// What curves over all thresholds tell of a group of rows. Cells of different rows cannot be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurveCell {
    /// Rows whose outcome is positive.
    pub positives: u64,
    /// Rows whose outcome is negative.
    pub negatives: u64,
    /// Mean over the positives of T / (T + F): `sklearn.metrics.average_precision_score`.
    pub average_precision: f64,
    /// Its variance, from the influence of each row.
    pub average_precision_variance: f64,
    /// How much it is too high on average, as each positive counts itself among those that score as high:
    /// the mean over the positives of F / (T + F)².
    #[serde(default)]
    pub average_precision_excess: f64,
    /// The area under the precision-recall curve by trapezoids.
    pub pr_area: f64,
    /// The area under the ROC curve up to the false-positive rate of its [`Ends`]; at most that.
    pub partial_area: f64,
    /// Its variance; `None` with fewer than two positives or two negatives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub partial_variance: Option<f64>,
    /// The largest gap between the distributions of positives and negatives: Kolmogorov–Smirnov.
    pub separation: f64,
    /// Positives among the top of the rows ([`Ends`]); rows tied at the border count by their share.
    pub top_hits: f64,
    /// The expected calibration error over ten bins of equal numbers of rows; `None` where scores are no
    /// probabilities, or are known to their bin only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub equal_mass_error: Option<f64>,
}

/// How far each value of a [`CurveCell`] can be off where scores are known to their bin only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CurveBounds {
    /// Of the average precision.
    pub average_precision: f64,
    /// Of the area under the precision-recall curve.
    pub pr_area: f64,
    /// Of the partial area.
    pub partial_area: f64,
    /// Of the largest gap.
    pub separation: f64,
    /// Of the positives among the top rows.
    pub top_hits: f64,
}

impl CurveCell {
    /// The cell where scores are known to their bin only, lowest bin first, and how far it can be off.
    #[must_use]
    pub fn from_bins(positive: &[u64], negative: &[u64], ends: Ends) -> (Self, CurveBounds) {
        let totals = (positive.iter().sum(), negative.iter().sum());
        let mut climb = Climb::new(totals, false, ends);
        let mut off = Off::default();
        for (p, n) in positive.iter().zip(negative) {
            if let Some(block) = climb.block(*p, *n) {
                off.add(&block, totals, ends);
                climb.add(&block, 0.0);
            }
        }
        let cell = climb.cell();
        (cell, off.bounds(&cell))
    }
}

/// A block of tied rows.
struct Block {
    positives: u64,
    negatives: u64,
    /// T and F.
    to: (u64, u64),
    /// T′ and F′.
    from: (u64, u64),
}

impl Block {
    /// T / (T + F).
    fn precision(&self) -> f64 {
        precision(self.to.0, self.to.1)
    }

    /// T′ / (T′ + F′); 1 where the curve begins.
    fn precision_before(&self) -> f64 {
        precision(self.from.0, self.from.1)
    }
}

fn precision(tp: u64, fp: u64) -> f64 {
    match tp + fp {
        0 => 1.0,
        all => tp as f64 / all as f64,
    }
}

/// Count, sum and sum of squares.
#[derive(Clone, Copy, Default)]
struct Spread {
    sum: f64,
    square: f64,
}

impl Spread {
    fn add(&mut self, rows: f64, x: f64) {
        self.sum += rows * x;
        self.square += rows * x * x;
    }

    /// The sample variance of n values, over n; `None` below two.
    fn of_mean(self, n: u64) -> Option<f64> {
        let rows = n as f64;
        let about_mean = (self.square - self.sum * self.sum / rows).max(0.0);
        (n > 1).then(|| about_mean / (rows - 1.0) / rows)
    }
}

/// What a group has seen on the way up through the scores.
#[derive(Clone)]
struct Climb {
    ends: Ends,
    /// Rows of the top.
    wanted: u64,
    totals: (u64, u64),
    below: (u64, u64),
    tied_score: f64,
    tied: [u64; 2],
    precisions: f64,
    pr_area: f64,
    /// Σ over positives so far of F / (T + F)² and of T / (T + F)²: what a further positive or negative
    /// that scores as high would change in their precisions.
    gain: f64,
    loss: f64,
    positives_moved: Spread,
    negatives_moved: f64,
    partial: Spread,
    partial_negatives: Spread,
    /// The most false positives whose rate is at most that of the ends, and the true-positive rate there.
    inside: u64,
    border: f64,
    /// The largest |T N − F P|.
    separation: f64,
    top_hits: f64,
    masses: Option<Masses>,
}

impl Climb {
    fn new(totals: (u64, u64), probabilities: bool, ends: Ends) -> Self {
        let rate = |fp: u64| fp as f64 / totals.1 as f64;
        let mut inside = (totals.1 as f64 * ends.max_fpr) as u64 + 1;
        while inside > 0 && rate(inside) > ends.max_fpr {
            inside -= 1;
        }
        let rows = totals.0 + totals.1;
        Self {
            ends,
            wanted: ends.top_rows(rows),
            totals,
            below: (0, 0),
            tied_score: 0.0,
            tied: [0; 2],
            precisions: 0.0,
            pr_area: 0.0,
            gain: 0.0,
            loss: 0.0,
            positives_moved: Spread::default(),
            negatives_moved: 0.0,
            partial: Spread::default(),
            partial_negatives: Spread::default(),
            inside,
            border: 0.0,
            separation: 0.0,
            top_hits: 0.0,
            masses: probabilities.then(|| Masses::new(rows)),
        }
    }

    /// The next block; `None` for one without rows.
    fn block(&mut self, positives: u64, negatives: u64) -> Option<Block> {
        if positives + negatives == 0 {
            return None;
        }
        // More rows than were counted are none of this group's.
        let to = (
            self.totals.0.checked_sub(self.below.0)?,
            self.totals.1.checked_sub(self.below.1)?,
        );
        let from = (to.0.checked_sub(positives)?, to.1.checked_sub(negatives)?);
        self.below.0 += positives;
        self.below.1 += negatives;
        Some(Block {
            positives,
            negatives,
            to,
            from,
        })
    }

    #[inline]
    fn add(&mut self, block: &Block, score: f64) {
        let (p, n) = (block.positives as f64, block.negatives as f64);
        if block.positives > 0 {
            let (tp, fp) = (block.to.0 as f64, block.to.1 as f64);
            let (at, each) = (block.precision(), 1.0 / (tp + fp));
            self.precisions += p * at;
            self.pr_area += p * (at + block.precision_before()) / 2.0;
            self.gain += p * fp * each * each;
            self.loss += p * tp * each * each;
            self.positives_moved.add(p, at + self.gain);
        }
        self.negatives_moved += n * self.loss * self.loss;
        let (all_p, all_n) = (self.totals.0 as f64, self.totals.1 as f64);
        let gap = block.to.0 as f64 * all_n - block.to.1 as f64 * all_p;
        self.separation = self.separation.max(gap.abs());
        if block.from.1 <= self.inside && self.totals.1 > 0 && self.totals.0 > 0 {
            self.add_partial(block, p, n);
        }
        let (above, here) = (
            block.from.0 + block.from.1,
            block.positives + block.negatives,
        );
        if above < self.wanted {
            self.top_hits += p * ((self.wanted - above).min(here) as f64 / here as f64);
        }
        if let Some(masses) = &mut self.masses {
            masses.add(score, block.positives, here);
        }
    }

    /// A positive of the block covers the area between its false-positive rate and the border; a negative
    /// carries the true-positive rate above it, less that at the border, which moves with it.
    fn add_partial(&mut self, block: &Block, p: f64, n: f64) {
        let max_fpr = self.ends.max_fpr;
        let (all_p, all_n) = (self.totals.0 as f64, self.totals.1 as f64);
        let (t0, t1) = (block.from.0 as f64 / all_p, block.to.0 as f64 / all_p);
        let (f0, f1) = (block.from.1 as f64 / all_n, block.to.1 as f64 / all_n);
        if f1 > max_fpr {
            let share = (max_fpr - f0) / (f1 - f0);
            self.border = t0 + (t1 - t0) * share;
            self.partial.add(p, share * (max_fpr - f0) / 2.0);
            self.partial_negatives
                .add(n, share * (self.border - t0) / 2.0);
        } else {
            self.partial.add(p, max_fpr - (f0 + f1) / 2.0);
            let above = self.border - (t0 + t1) / 2.0;
            self.partial_negatives.add(n, above);
        }
    }

    /// Closes the block of tied rows.
    #[inline]
    fn settle(&mut self) {
        let [n, p] = std::mem::take(&mut self.tied);
        if let Some(block) = self.block(p, n) {
            self.add(&block, self.tied_score);
        }
    }

    fn cell(&self) -> CurveCell {
        let (positives, negatives) = self.totals;
        let p = positives as f64;
        if positives == 0 {
            return CurveCell {
                negatives,
                equal_mass_error: self.masses.as_ref().and_then(Masses::error),
                ..CurveCell::default()
            };
        }
        let average_precision = (self.precisions / p).min(1.0);
        let moved = self.positives_moved;
        let about = moved.square - 2.0 * average_precision * moved.sum
            + p * average_precision * average_precision;
        let variance = (about.max(0.0) + self.negatives_moved) / (p * p);
        let partial = self.partial.of_mean(positives);
        let of_negatives = self.partial_negatives.of_mean(negatives);
        CurveCell {
            positives,
            negatives,
            average_precision,
            average_precision_variance: variance,
            average_precision_excess: self.gain / p,
            pr_area: (self.pr_area / p).min(1.0),
            partial_area: (self.partial.sum / p).min(self.ends.max_fpr),
            partial_variance: partial.zip(of_negatives).map(|(a, b)| a + b),
            separation: match negatives {
                0 => 0.0,
                _ => (self.separation / (p * negatives as f64)).min(1.0),
            },
            top_hits: self.top_hits.min(p),
            equal_mass_error: self.masses.as_ref().and_then(Masses::error),
        }
    }
}

/// What binned scores leave open, block by block.
#[derive(Default)]
struct Off {
    precisions: (f64, f64),
    pr_area: (f64, f64),
    partial: (f64, f64),
    separation: f64,
    top: (f64, f64),
}

impl Off {
    /// Between the order that serves a value least within the block, and the one that serves it most.
    fn add(&mut self, block: &Block, totals: (u64, u64), ends: Ends) {
        let (p, n) = (block.positives as f64, block.negatives as f64);
        if block.positives > 0 {
            let here = block.precision();
            let low = precision(block.from.0 + 1, block.to.1);
            let high = precision(block.to.0, block.from.1);
            widen(&mut self.precisions, p * low, p * here, p * high);
            let low = precision(block.from.0, block.to.1);
            let here = (here + block.precision_before()) / 2.0;
            let high = high.max(block.precision_before());
            widen(&mut self.pr_area, p * low, p * here, p * high);
        }
        let above = block.from.0 + block.from.1;
        let wanted = ends.top_rows(totals.0 + totals.1).saturating_sub(above);
        let wanted = wanted.min(block.positives + block.negatives);
        let here = p * wanted as f64 / (p + n);
        let low = wanted.saturating_sub(block.negatives) as f64;
        widen(&mut self.top, low, here, wanted.min(block.positives) as f64);
        if totals.0 == 0 || totals.1 == 0 {
            return;
        }
        let (all_p, all_n) = (totals.0 as f64, totals.1 as f64);
        let (t0, t1) = (block.from.0 as f64 / all_p, block.to.0 as f64 / all_p);
        let (f0, f1) = (block.from.1 as f64 / all_n, block.to.1 as f64 / all_n);
        self.separation = self.separation.max((t1 - f0).max(f1 - t0));
        if f0 < ends.max_fpr {
            let (width, whole) = (f1.min(ends.max_fpr) - f0, f1 - f0);
            let slope = if whole > 0.0 { width / whole } else { 0.0 };
            let here = width * (t0 + (t1 - t0) * slope / 2.0);
            widen(&mut self.partial, width * t0, here, width * t1);
        }
    }

    fn bounds(&self, cell: &CurveCell) -> CurveBounds {
        let most = |off: (f64, f64)| off.0.max(off.1);
        let p = (cell.positives as f64).max(1.0);
        CurveBounds {
            average_precision: most(self.precisions) / p,
            pr_area: most(self.pr_area) / p,
            partial_area: most(self.partial),
            separation: self.separation - cell.separation,
            top_hits: most(self.top),
        }
    }
}

fn widen(off: &mut (f64, f64), low: f64, here: f64, high: f64) {
    off.0 += here - low;
    off.1 += high - here;
}

/// Fills one cell for every group in one pass.
///
/// `rows` come by ascending score ([`super::sort_by_score`]), each with its score, whether its outcome is
/// positive, and its group; `totals` are the groups' cells of the same rows ([`super::auc_cells`]). Rows
/// of no group are not counted. `probabilities`: whether scores are. O(rows + groups).
#[must_use]
pub fn curve_cells(
    rows: impl IntoIterator<Item = (f64, bool, u32)>,
    totals: &[AucCell],
    probabilities: bool,
    ends: Ends,
) -> Vec<CurveCell> {
    let climb = |t: &AucCell| Climb::new((t.positives, t.negatives), probabilities, ends);
    let mut climbs: Vec<Climb> = totals.iter().map(climb).collect();
    for (score, positive, group) in rows {
        let Some(climb) = climbs.get_mut(group as usize) else {
            continue;
        };
        if score != climb.tied_score {
            climb.settle();
            climb.tied_score = score;
        }
        climb.tied[usize::from(positive)] += 1;
    }
    climbs.iter_mut().for_each(Climb::settle);
    climbs.iter().map(Climb::cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rank::auc_cells;
    use proptest::prelude::*;

    fn cell(rows: &[(f64, bool)]) -> CurveCell {
        cell_to(rows, Ends::USUAL)
    }

    fn cell_to(rows: &[(f64, bool)], ends: Ends) -> CurveCell {
        let mut sorted = rows.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rows: Vec<_> = sorted.iter().map(|(s, y)| (*s, *y, 0)).collect();
        let totals = auc_cells(rows.iter().copied(), 1);
        curve_cells(rows, &totals, true, ends)[0]
    }

    /// Positives at ranks 1 and 3 of 4: (1 + 2/3) / 2.
    #[test]
    fn average_precision_by_hand() {
        let found = cell(&[(0.9, true), (0.8, false), (0.7, true), (0.1, false)]);
        assert!((found.average_precision - 5.0 / 6.0).abs() < 1e-15);
        // 1 → 1 over the first half, then from 1/2 to 2/3.
        assert!((found.pr_area - (0.5 + 0.5 * (0.5 + 2.0 / 3.0) / 2.0)).abs() < 1e-15);
        assert_eq!(found.separation, 0.5);
        assert_eq!((Ends::USUAL.top_rows(4), found.top_hits), (1, 1.0));
    }

    #[test]
    fn nothing_is_no_trouble() {
        assert_eq!(
            CurveCell::from_bins(&[], &[], Ends::USUAL).0,
            CurveCell::default()
        );
        let (none, off) = CurveCell::from_bins(&[0, 0], &[3, 4], Ends::USUAL);
        assert_eq!(
            (none.negatives, none.top_hits, off.average_precision),
            (7, 0.0, 0.0)
        );
        let totals = [AucCell::default()];
        assert_eq!(
            curve_cells([(0.5, true, 0)], &totals, true, Ends::USUAL)[0],
            CurveCell::default()
        );
    }

    proptest! {
        /// Shares that are whole percents round up as whole numbers do.
        #[test]
        fn the_top_is_a_share_rounded_up(rows in 0u64..1 << 40, percent in 1u64..=100) {
            let ends = Ends { share: percent as f64 / 100.0, ..Ends::USUAL };
            prop_assert_eq!(ends.top_rows(rows), (rows * percent).div_ceil(100));
            prop_assert_eq!(Ends::USUAL.top_rows(rows), rows.div_ceil(10));
        }

        /// What scores of a hundredth tell lies within the bound of what tenths tell.
        #[test]
        fn bins_keep_their_bounds(
            rows in prop::collection::vec((0u32..100, any::<bool>()), 1..300),
            max_fpr in 1u32..=20,
            share in 1u32..=20,
        ) {
            let ends = Ends { max_fpr: f64::from(max_fpr) / 20.0, share: f64::from(share) / 20.0 };
            let exact: Vec<_> = rows.iter().map(|r| (f64::from(r.0) / 100.0, r.1)).collect();
            let exact = cell_to(&exact, ends);
            let count = |positive| {
                let mut bins = vec![0u64; 10];
                rows.iter().filter(|r| r.1 == positive).for_each(|r| bins[r.0 as usize / 10] += 1);
                bins
            };
            let (binned, off) = CurveCell::from_bins(&count(true), &count(false), ends);
            for (a, b, bound) in [
                (exact.average_precision, binned.average_precision, off.average_precision),
                (exact.pr_area, binned.pr_area, off.pr_area),
                (exact.partial_area, binned.partial_area, off.partial_area),
                (exact.separation, binned.separation, off.separation),
                (exact.top_hits, binned.top_hits, off.top_hits),
            ] {
                prop_assert!((a - b).abs() <= bound + 1e-12, "{a} {b} {bound}");
            }
        }
    }
}
