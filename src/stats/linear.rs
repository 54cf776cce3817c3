//! Eigenvalues and eigenvectors of symmetric matrices of up to some hundred rows.

/// Sweeps at most; ten are many.
const SWEEPS: usize = 60;

/// Eigenvalues of a symmetric matrix, largest first, and the eigenvector of length 1 of each.
///
/// By Jacobi's rotations, which find small eigenvalues to full precision too. Where the matrix is not square
/// only the rows that have their columns count.
///
/// Source: C. G. J. Jacobi (1846); G. H. Golub and C. F. Van Loan (2013), *Matrix Computations*, 8.5.
#[must_use]
pub fn symmetric(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix
        .iter()
        .map(Vec::len)
        .min()
        .unwrap_or(0)
        .min(matrix.len());
    let mut a: Vec<Vec<f64>> = matrix.iter().take(n).map(|row| row[..n].to_vec()).collect();
    // Row i of `v` becomes the i-th eigenvector.
    let mut v: Vec<Vec<f64>> = (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                let off = a[p][q];
                let small = f64::EPSILON * (a[p][p].abs() * a[q][q].abs()).sqrt();
                if off == 0.0 || off.abs() <= small * 1e-2 {
                    continue;
                }
                turned = true;
                let ratio = (a[q][q] - a[p][p]) / (2.0 * off);
                let t = if ratio.is_finite() {
                    1.0_f64.copysign(ratio) / (ratio.abs() + libm::hypot(1.0, ratio))
                } else {
                    0.0
                };
                let c = 1.0 / libm::hypot(1.0, t);
                let s = t * c;
                a[p][p] -= t * off;
                a[q][q] += t * off;
                (a[p][q], a[q][p]) = (0.0, 0.0);
                for k in 0..n {
                    if k != p && k != q {
                        let (x, y) = (a[k][p], a[k][q]);
                        (a[k][p], a[k][q]) = (c * x - s * y, s * x + c * y);
                        (a[p][k], a[q][k]) = (a[k][p], a[k][q]);
                    }
                    let (x, y) = (v[p][k], v[q][k]);
                    (v[p][k], v[q][k]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
        if !turned {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| a[*j][*j].total_cmp(&a[*i][*i]));
    let values = order.iter().map(|i| a[*i][*i]).collect();
    let vectors = order.iter().map(|i| v[*i].clone()).collect();
    (values, vectors)
}

#[cfg(test)]
mod tests {
    use super::symmetric;

    #[test]
    fn a_matrix_is_made_of_its_eigenvectors() {
        let n = 7;
        let matrix: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| 1.0 / (i + j + 1) as f64 + f64::from(u8::from(i == j)))
                    .collect()
            })
            .collect();
        let (values, vectors) = symmetric(&matrix);
        assert!(values.is_sorted_by(|a, b| a >= b));
        for i in 0..n {
            for j in 0..n {
                let sum: f64 = (0..n)
                    .map(|k| values[k] * vectors[k][i] * vectors[k][j])
                    .sum();
                assert!((sum - matrix[i][j]).abs() < 1e-14);
                let dot: f64 = vectors[i].iter().zip(&vectors[j]).map(|(a, b)| a * b).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn nothing_and_one() {
        assert_eq!(symmetric(&[]), (vec![], vec![]));
        assert_eq!(symmetric(&[vec![3.0]]), (vec![3.0], vec![vec![1.0]]));
    }
}
