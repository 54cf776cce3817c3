//! Sums of gradients as integers, and their histograms.

use super::bins::{BINS, Rows};

/// Bits of the sum of second derivatives; the count of rows lies above them.
const HESSIAN_BITS: u32 = 40;
/// Rows that a count has room for.
pub(super) const MOST_ROWS: usize = 1 << 22;

/// The sums of some rows. They are exact, so a part can be taken away again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// First derivatives, in units of the tree.
    gradient: i64,
    /// Second derivatives in the low 40 bits, in units of the tree; the count of rows above.
    hessian_and_rows: i64,
}

impl Cell {
    #[inline]
    pub fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.hessian_and_rows += other.hessian_and_rows;
    }

    #[inline]
    pub fn less(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            hessian_and_rows: self.hessian_and_rows - other.hessian_and_rows,
        }
    }

    /// Rows.
    #[inline]
    pub fn rows(self) -> u32 {
        (self.hessian_and_rows >> HESSIAN_BITS) as u32
    }

    /// Sum of the first derivatives, in units.
    #[inline]
    pub fn gradient(self) -> f64 {
        self.gradient as f64
    }

    /// Sum of the second derivatives, in units.
    #[inline]
    pub fn hessian(self) -> f64 {
        (self.hessian_and_rows & ((1 << HESSIAN_BITS) - 1)) as f64
    }
}

/// How many units of a tree are 1: powers of two, so that they change no digit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    pub gradient: f64,
    pub hessian: f64,
}

impl Units {
    /// Units so small that the sums given just fit.
    pub fn of(gradients: f64, hessians: f64) -> Self {
        Self {
            gradient: power(61, gradients),
            hessian: power(HESSIAN_BITS as i32 - 1, hessians),
        }
    }

    /// One row.
    #[inline]
    pub fn cell(self, gradient: f64, hessian: f64) -> Cell {
        Cell {
            gradient: (gradient * self.gradient) as i64,
            hessian_and_rows: (hessian * self.hessian) as i64 + (1 << HESSIAN_BITS),
        }
    }
}

/// The largest power of two that times `sum` is below 2^bits; 0 where there is none.
fn power(bits: i32, sum: f64) -> f64 {
    if !(sum.is_finite() && sum > 0.0) {
        return 0.0;
    }
    libm::ldexp(1.0, (bits - 1 - libm::ilogb(sum)).min(1000))
}

/// The sums of a leaf, feature by feature and bin by bin.
pub(super) type Histogram = Vec<[Cell; BINS]>;

/// Fills a histogram with some rows.
pub(super) fn fill(histogram: &mut Histogram, rows: &Rows, of: &[u32], cells: &[Cell]) {
    for slab in histogram.iter_mut() {
        slab.fill(Cell::default());
    }
    for &row in of {
        let row = row as usize;
        let Some(&own) = cells.get(row) else { continue };
        for (slab, &bin) in histogram.iter_mut().zip(rows.row(row)) {
            slab[usize::from(bin)].add(own);
        }
    }
}

/// What is left of a histogram without the rows of another.
pub(super) fn subtract(histogram: &mut Histogram, other: &Histogram) {
    for (own, other) in histogram.iter_mut().zip(other) {
        for (a, b) in own.iter_mut().zip(other) {
            *a = a.less(*b);
        }
    }
}
