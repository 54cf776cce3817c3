//! Whether two independent estimates differ by more than chance.

use super::interval::Interval;
use super::special::{normal_two_sided, student_t_cdf, student_t_quantile};

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

/// Whether two samples, each `(mean, standard deviation, values)`, have one mean: the two-sided p-value, and
/// the 95 % interval of the difference a − b. `None` for fewer than two values, or where neither varies.
///
/// Source: B. L. Welch (1947), *The generalization of Student's problem when several different population
/// variances are involved*; degrees of freedom: F. E. Satterthwaite (1946).
#[must_use]
pub fn t_test(a: (f64, f64, u64), b: (f64, f64, u64)) -> Option<(f64, Interval)> {
    if a.2 < 2 || b.2 < 2 {
        return None;
    }
    let [u, v] = [a, b].map(|(_, deviation, n)| deviation * (deviation / n as f64));
    let (variance, difference) = (u + v, a.0 - b.0);
    let usual = variance > 0.0 && variance.is_finite() && difference.is_finite();
    if !usual {
        return None;
    }
    // Shares of the variance: their squares cannot overflow.
    let (u, v) = (u / variance, v / variance);
    let df = 1.0 / (u * u / (a.2 - 1) as f64 + v * v / (b.2 - 1) as f64);
    let se = variance.sqrt();
    let half = student_t_quantile(0.975, df) * se;
    let p_value = 2.0 * student_t_cdf(-(difference / se).abs(), df);
    Some((
        p_value.clamp(0.0, 1.0),
        Interval {
            low: difference - half,
            high: difference + half,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::{t_test, z_test};

    /// `scipy.stats.ttest_ind_from_stats(10.2, 2.1, 15, 8.9, 3.4, 40, equal_var=False)`.
    #[test]
    fn welchs_test_is_scipys() {
        let (p, ends) = t_test((10.2, 2.1, 15), (8.9, 3.4, 40)).unwrap();
        assert!((p - 0.0962401480699098).abs() < 1e-12, "{p}");
        assert!(
            (ends.low - -0.24215369253959684).abs() < 1e-10
                && (ends.high - 2.842153692539597).abs() < 1e-10,
            "{ends:?}"
        );
        assert_eq!(t_test((1.0, 0.0, 5), (2.0, 0.0, 5)), None);
        assert_eq!(t_test((1.0, 1.0, 1), (2.0, 1.0, 5)), None);
        assert_eq!(t_test((1e308, 1.0, 5), (-1e308, 1.0, 5)), None);
    }

    #[test]
    fn known_values() {
        let p = z_test((1.959_963_984_540_054, 0.6), (0.0, 0.8));
        assert!((p - 0.05).abs() < 1e-15);
        assert_eq!(z_test((1.0, 0.0), (1.0, 0.0)), 1.0);
        assert_eq!(z_test((1.0, 0.0), (2.0, 0.0)), 0.0);
        assert_eq!(z_test((1.0, 0.1), (1.0, 0.2)), 1.0);
    }
}
