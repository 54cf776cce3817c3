//! Reconstruction error: how far rows are from the main directions of the reference.
//!
//! NannyML's recipe (0.13.1, `drift/multivariate/data_reconstruction`): columns standardised by the reference, the fewest
//! principal components that hold 65 % of its variance, and the mean length of what is left of a row without
//! them. A change of how columns hang together moves it, where no column alone has changed.

use crate::stats::linear::symmetric;

/// Share of the variance that components hold at least.
pub const SHARE: f64 = 0.65;

/// What the reference tells.
#[derive(Clone, Debug)]
pub struct Pca {
    mean: Vec<f64>,
    scale: Vec<f64>,
    /// Of length 1, by column.
    components: Vec<Vec<f64>>,
}

/// The error of the rows of a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Error {
    /// Mean length of what is left.
    pub mean: f64,
    /// Its standard error; `None` for a single row.
    pub error: Option<f64>,
    /// Rows.
    pub rows: usize,
}

impl Pca {
    /// Of columns of the same length, none missing. `None` without a row, without a column, or where nothing
    /// varies.
    #[must_use]
    pub fn of(columns: &[Vec<f64>], share: f64) -> Option<Self> {
        let rows = columns.first()?.len();
        if rows == 0 {
            return None;
        }
        let n = rows as f64;
        let mean: Vec<f64> = columns.iter().map(|c| c.iter().sum::<f64>() / n).collect();
        let scale: Vec<f64> = columns
            .iter()
            .zip(&mean)
            .map(|(c, mean)| {
                let variance = c.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
                // A constant column stays as it is: scikit-learn's rule for what is one.
                let rounding = n * f64::EPSILON * variance
                    + (n * mean * f64::EPSILON) * (n * mean * f64::EPSILON);
                if variance <= rounding {
                    1.0
                } else {
                    variance.sqrt()
                }
            })
            .collect();
        let standard: Vec<Vec<f64>> = columns
            .iter()
            .enumerate()
            .map(|(i, c)| c.iter().map(|x| (x - mean[i]) / scale[i]).collect())
            .collect();
        let covariance: Vec<Vec<f64>> = standard
            .iter()
            .map(|a| {
                let with = |b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / n;
                standard.iter().map(with).collect()
            })
            .collect();
        let (values, vectors) = symmetric(&covariance);
        let all: f64 = values.iter().map(|v| v.max(0.0)).sum();
        if all.is_nan() || all <= 0.0 || !all.is_finite() {
            return None;
        }
        let mut held = 0.0;
        let fewer = values.iter().take_while(|value| {
            held += value.max(0.0) / all;
            held <= share
        });
        let count = (fewer.count() + 1).min(vectors.len());
        Some(Self {
            mean,
            scale,
            components: vectors.into_iter().take(count).collect(),
        })
    }

    /// How many components there are.
    #[must_use]
    pub fn components(&self) -> usize {
        self.components.len()
    }

    /// The error of the rows of a range. `None` without a row or where a column is missing.
    #[must_use]
    pub fn error(&self, columns: &[Vec<f64>], rows: std::ops::Range<usize>) -> Option<Error> {
        if columns.len() != self.mean.len() || rows.is_empty() {
            return None;
        }
        let mut lengths = Vec::with_capacity(rows.len());
        let mut row = vec![0.0; columns.len()];
        for at in rows {
            for (i, (cell, column)) in row.iter_mut().zip(columns).enumerate() {
                *cell = (column.get(at)? - self.mean[i]) / self.scale[i];
            }
            let mut left = row.clone();
            for component in &self.components {
                let along: f64 = component.iter().zip(&row).map(|(c, x)| c * x).sum();
                for (x, c) in left.iter_mut().zip(component) {
                    *x -= along * c;
                }
            }
            lengths.push(left.iter().map(|x| x * x).sum::<f64>().sqrt());
        }
        let n = lengths.len() as f64;
        let mean = lengths.iter().sum::<f64>() / n;
        let squares: f64 = lengths.iter().map(|l| (l - mean) * (l - mean)).sum();
        mean.is_finite().then_some(Error {
            mean,
            error: (lengths.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt()),
            rows: lengths.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_together_otherwise_has_a_larger_error() {
        let x: Vec<f64> = (0..400)
            .map(|i| f64::from(i * 7_919 % 400) / 100.0)
            .collect();
        let noise: Vec<f64> = (0..400)
            .map(|i| f64::from(i * 104_729 % 397) / 397.0)
            .collect();
        let together: Vec<f64> = x.iter().zip(&noise).map(|(x, e)| 2.0 * x + e).collect();
        let mut apart = together.clone();
        apart.rotate_left(7);
        let pca = Pca::of(&[x.clone(), together.clone()], SHARE).unwrap();
        assert_eq!(pca.components(), 1);
        let old = pca.error(&[x.clone(), together], 0..400).unwrap();
        let new = pca.error(&[x, apart], 0..400).unwrap();
        assert!(new.mean > 3.0 * old.mean, "{old:?} {new:?}");
    }

    #[test]
    fn nothing_is_none() {
        assert!(Pca::of(&[], SHARE).is_none());
        assert!(Pca::of(&[vec![]], SHARE).is_none());
        assert!(Pca::of(&[vec![3.0; 9]], SHARE).is_none());
        let pca = Pca::of(&[vec![1.0, 2.0, 4.0]], SHARE).unwrap();
        assert_eq!(pca.error(&[vec![1.0]], 0..0), None);
        assert_eq!(pca.error(&[vec![1.0]], 0..2), None);
    }
}
