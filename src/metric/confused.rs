//! True against predicted labels, with their sums: what every metric of labels is computed from.

use super::measures::LEAST_OF_TWO;

/// True against predicted labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confused {
    /// (true label, predicted label, rows), sorted; those without rows are left out.
    pub cells: Vec<(usize, usize, u64)>,
    /// Rows by true label.
    pub truth: Vec<u64>,
    /// Rows by predicted label.
    pub predicted: Vec<u64>,
    /// Rows by label that are predicted as what they are.
    pub right: Vec<u64>,
    /// All rows.
    pub n: u64,
}

impl Confused {
    /// The sums of cells over so many labels; a label beyond them is left out.
    #[must_use]
    pub fn of(labels: usize, cells: impl IntoIterator<Item = (usize, usize, u64)>) -> Self {
        let mut out = Self {
            cells: Vec::new(),
            truth: vec![0; labels],
            predicted: vec![0; labels],
            right: vec![0; labels],
            n: 0,
        };
        for (t, p, rows) in cells {
            if rows == 0 || t >= labels || p >= labels {
                continue;
            }
            out.cells.push((t, p, rows));
            out.truth[t] += rows;
            out.predicted[p] += rows;
            if t == p {
                out.right[t] += rows;
            }
            out.n += rows;
        }
        out
    }

    /// `[true][predicted]`.
    #[must_use]
    pub fn matrix(&self) -> Vec<Vec<u64>> {
        let mut out = vec![vec![0; self.truth.len()]; self.truth.len()];
        for (t, p, rows) in &self.cells {
            out[*t][*p] += rows;
        }
        out
    }

    /// Labels that occur as outcome or prediction; scikit-learn averages over these.
    #[must_use]
    pub fn present(&self) -> Vec<usize> {
        (0..self.truth.len())
            .filter(|&k| self.truth[k] + self.predicted[k] > 0)
            .collect()
    }

    /// Rows that are predicted as what they are.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.right.iter().sum()
    }

    /// The standard error of a function of the counts by the delta method: they are multinomial, so a
    /// function of degree 0 with derivatives g by its counts has variance Σ n g².
    ///
    /// Source: Takahashi et al. 2022, *Applied Intelligence* 52, 4961.
    pub(super) fn se(&self, gradient: impl Fn(usize, usize) -> f64) -> f64 {
        let mut variance = 0.0;
        for (t, p, rows) in &self.cells {
            let g = gradient(*t, *p);
            variance += *rows as f64 * g * g;
        }
        variance.sqrt()
    }

    /// Of two labels, half a row more in each of the four cells, all counted twice: functions of degree 0 have
    /// their value with the halves, and √2 of their standard error is [`Self::se`] of these. An interval
    /// about it covers what it says also where a cell is empty or nearly so. With more labels, nothing is
    /// added.
    ///
    /// Source: F. J. Anscombe (1956), *On estimating binomial response relations*, for the halves.
    pub(super) fn with_halves(&self) -> (Self, f64) {
        let k = self.truth.len();
        if k != 2 {
            return (self.clone(), 1.0);
        }
        let mut rows = [1; 4];
        for (t, p, n) in &self.cells {
            rows[2 * t + p] += 2 * n;
        }
        let cells = rows.iter().enumerate().map(|(i, n)| (i / 2, i % 2, *n));
        (Self::of(k, cells), std::f64::consts::SQRT_2)
    }

    /// Why a function of all cells has no interval, where there are too few rows of one of two labels or
    /// predicted so.
    pub(super) fn too_few(&self) -> Option<String> {
        let rows = self.truth.iter().chain(&self.predicted).min()?;
        (self.truth.len() == 2 && *rows < LEAST_OF_TWO).then(|| {
            let are = if *rows == 1 { "row is" } else { "rows are" };
            format!("no interval: {rows} {are} too few of a label or predicted so, it takes {LEAST_OF_TWO}")
        })
    }
}
