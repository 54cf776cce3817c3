//! Whether two independent estimates differ by more than chance.

use super::special::normal_two_sided;

/// Two-sided p-value that two independent estimates, each `(value, standard error)`, have one true
/// value: 2 Φ(−|a − b| / √(se_a² + se_b²)).
///
/// In 0 … 1. Without any standard error it is 1 for equal values and 0 for others.
///
/// Source: A. Wald (1943), *Tests of statistical hypotheses concerning several parameters*, in its
/// simplest case.
#[must_use]
pub fn z_test((a, se_a): (f64, f64), (b, se_b): (f64, f64)) -> f64 {
    let difference = (a - b).abs();
    let spread = libm::hypot(se_a, se_b);
    if difference == 0.0 {
        1.0
    } else if spread > 0.0 {
        normal_two_sided(difference / spread)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::z_test;

    #[test]
    fn known_values() {
        let p = z_test((1.959_963_984_540_054, 0.6), (0.0, 0.8));
        assert!((p - 0.05).abs() < 1e-15);
        assert_eq!(z_test((1.0, 0.0), (1.0, 0.0)), 1.0);
        assert_eq!(z_test((1.0, 0.0), (2.0, 0.0)), 0.0);
        assert_eq!(z_test((1.0, 0.1), (1.0, 0.2)), 1.0);
    }
}
