//! Distribution functions and their inverses, to about 12 digits.
//!
//! Every argument that makes no sense (a probability outside 0 … 1, degrees of freedom ≤ 0) is taken as
//! the nearest one that does; for finite input no function returns NaN.

mod beta;
mod counts;
mod gamma;
mod normal;
mod parts;

pub use beta::{beta_cdf, beta_quantile, binomial_cdf, student_t_cdf, student_t_quantile};
pub use counts::{ln_binomial, ln_hypergeometric};
pub use gamma::{chi_square_cdf, chi_square_quantile, chi_square_sf, gamma_p, gamma_q};
pub use normal::{normal_cdf, normal_quantile, normal_sf, normal_two_sided};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything from zero to the ends of the range.
    fn any_positive() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (-6.0..6.0_f64).prop_map(|e| libm::pow(10.0, e)),
            1 => Just(0.0),
            1 => any::<f64>().prop_filter("finite", |v| v.is_finite()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn quantiles_invert(p in 0.001..0.999_f64, a in 0.1..300.0_f64, b in 0.1..300.0_f64) {
            let back = [
                normal_cdf(normal_quantile(p)),
                chi_square_cdf(chi_square_quantile(p, a), a),
                student_t_cdf(student_t_quantile(p, a), a),
                beta_cdf(beta_quantile(p, a, b), a, b),
            ];
            // Near 1 a beta variable itself is known to 1e-16 only, which for b < 1 is much of its chance.
            for (place, p_back) in back.into_iter().enumerate() {
                let room = if place == 3 && b < 1.0 { 1e-1 } else { 1e-12 };
                prop_assert!((p_back - p).abs() < room, "{} gives {} for {}", place, p_back, p);
            }
        }

        #[test]
        fn never_nan(x in any_positive(), a in any_positive(), b in any_positive(), p in 0.0..=1.0_f64) {
            let values = [
                gamma_p(a, x), gamma_q(a, x), chi_square_quantile(p, a), beta_cdf(p, a, b),
                beta_quantile(p, a, b), student_t_cdf(x, a), student_t_quantile(p, a),
                normal_cdf(x), normal_quantile(x), binomial_cdf(x as u64, a as u64, p),
            ];
            prop_assert!(values.iter().all(|v| !v.is_nan()), "{:?}", values);
        }
    }
}
