//! Calibration over bins of equal numbers of rows, from one climb through the scores.

use crate::stats::exact_quantile::{between, rank};

/// Bins of equal numbers of rows that tell the calibration.
const MASSES: usize = 10;

/// The expected calibration error over ten bins of equal numbers of rows, of blocks of tied rows in ascending order:
/// score, positive rows, all rows. `None` without rows.
pub fn equal_mass_error(blocks: impl Iterator<Item = (f64, u64, u64)> + Clone) -> Option<f64> {
    let mut masses = Masses::new(blocks.clone().map(|b| b.2).sum());
    let blocks = blocks.filter(|b| b.2 > 0);
    blocks.for_each(|(score, positives, rows)| masses.add(score, positives, rows));
    masses.error()
}

/// Ten bins of equal numbers of rows, whose borders are the deciles of the scores; a row that scores as
/// much as a border lies below it.
#[derive(Clone, Default)]
pub(super) struct Masses {
    rows: u64,
    below: u64,
    before: f64,
    /// The deciles that are known so far.
    edges: [f64; MASSES - 1],
    known: usize,
    /// The rank just below the next decile, and how far towards the next value it lies.
    next: (u64, f64),
    bin: usize,
    /// Sum of the scores of the bin, with what rounding took from it.
    sum: (f64, f64),
    positives: u64,
    gaps: f64,
}

impl Masses {
    pub fn new(rows: u64) -> Self {
        let mut masses = Self {
            rows,
            ..Self::default()
        };
        masses.find();
        masses
    }

    /// Where the next decile lies.
    fn find(&mut self) {
        let decile = (self.known + 1) as f64 / MASSES as f64;
        self.next = rank(self.rows, decile).unwrap_or((u64::MAX, 0.0));
    }

    pub fn add(&mut self, score: f64, positives: u64, rows: u64) {
        let end = self.below + rows;
        while self.next.0 < end && self.known < self.edges.len() {
            let (low, fraction) = self.next;
            let at = |rank: u64| {
                if rank < self.below {
                    self.before
                } else {
                    score
                }
            };
            self.edges[self.known] = match low + 1 < end {
                true => between(at(low), at(low + 1), fraction),
                // The last row of all, or a decile that is a row's score.
                false if fraction == 0.0 => at(low),
                false => break,
            };
            self.known += 1;
            self.find();
        }
        while self.bin < self.known && score > self.edges[self.bin] {
            self.gaps += self.gap();
            self.sum = (0.0, 0.0);
            self.positives = 0;
            self.bin += 1;
        }
        let (x, (sum, rest)) = (score * rows as f64, self.sum);
        let total = sum + x;
        let lost = if sum.abs() >= x.abs() {
            (sum - total) + x
        } else {
            (x - total) + sum
        };
        self.sum = (total, rest + lost);
        self.positives += positives;
        self.below = end;
        self.before = score;
    }

    fn gap(&self) -> f64 {
        ((self.sum.0 - self.positives as f64) + self.sum.1).abs()
    }

    pub fn error(&self) -> Option<f64> {
        let error = (self.gaps + self.gap()) / self.rows as f64;
        (self.rows > 0 && error.is_finite()).then(|| error.min(1.0))
    }
}
