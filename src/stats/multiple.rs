//! p-values adjusted for the number of tests made.
//!
//! The order of the input is kept. A p-value that is NaN counts as 1, others are clamped to 0 … 1.

/// Holm's step-down adjustment: rejecting where the result is ≤ α keeps the chance of any false alarm
/// among all tests ≤ α, whatever their dependence.
///
/// Source: S. Holm (1979), *A simple sequentially rejective multiple test procedure*.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let p = cleaned(p_values);
    let n = p.len();
    let mut adjusted = vec![1.0; n];
    let mut largest = 0.0_f64;
    for (rank, i) in ascending(&p).into_iter().enumerate() {
        largest = largest.max(p[i] * (n - rank) as f64).min(1.0);
        adjusted[i] = largest;
    }
    adjusted
}

/// Benjamini and Hochberg's adjustment: rejecting where the result is ≤ α keeps the expected share of
/// false alarms among the alarms ≤ α, for independent or positively dependent tests.
///
/// Source: Y. Benjamini and Y. Hochberg (1995), *Controlling the false discovery rate*.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let p = cleaned(p_values);
    let n = p.len();
    let mut adjusted = vec![1.0; n];
    let mut smallest = 1.0_f64;
    for (rank, i) in ascending(&p).into_iter().enumerate().rev() {
        smallest = smallest.min(p[i] * n as f64 / (rank + 1) as f64);
        adjusted[i] = smallest;
    }
    adjusted
}

/// Benjamini and Yekutieli's adjustment: as [`benjamini_hochberg`], but for tests that depend on each other in
/// any way.
///
/// Source: Y. Benjamini and D. Yekutieli (2001), *The control of the false discovery rate in multiple testing
/// under dependency*.
#[must_use]
pub fn benjamini_yekutieli(p_values: &[f64]) -> Vec<f64> {
    let sum: f64 = (1..=p_values.len()).map(|i| 1.0 / i as f64).sum();
    let adjusted = benjamini_hochberg(p_values).into_iter();
    adjusted.map(|p| (p * sum).min(1.0)).collect()
}

fn cleaned(p_values: &[f64]) -> Vec<f64> {
    let clean = |&p: &f64| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) };
    p_values.iter().map(clean).collect()
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::{benjamini_hochberg, holm};

    fn close(got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (g, w) in got.iter().zip(want) {
            assert!((g - w).abs() < 1e-15, "{got:?} {want:?}");
        }
    }

    #[test]
    fn by_hand() {
        let p = [0.01, 0.04, 0.03, 0.005];
        close(&holm(&p), &[0.03, 0.06, 0.06, 0.02]);
        close(&benjamini_hochberg(&p), &[0.02, 0.04, 0.04, 0.02]);
    }

    #[test]
    fn odd_input_does_no_harm() {
        close(&holm(&[]), &[]);
        close(&holm(&[f64::NAN, -1.0, 2.0]), &[1.0, 0.0, 1.0]);
        close(&benjamini_hochberg(&[f64::NAN, 0.01]), &[1.0, 0.02]);
    }
}
