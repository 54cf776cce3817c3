//! Distribution functions and their inverses, to about 12 digits.
//!
//! Every argument that makes no sense (a probability outside 0 … 1, degrees of freedom ≤ 0) is taken as
//! the nearest one that does; for finite input no function returns NaN.

mod beta;
mod gamma;
mod normal;
mod parts;

pub use beta::{beta_cdf, beta_quantile, binomial_cdf, student_t_cdf, student_t_quantile};
pub use gamma::{chi_square_cdf, chi_square_quantile, chi_square_sf, gamma_p, gamma_q};
pub use normal::{normal_cdf, normal_quantile, normal_sf, normal_two_sided};
