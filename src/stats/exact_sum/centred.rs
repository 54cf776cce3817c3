//! Centred sums of squares and products from plain ones, without cancellation.
//!
//! Σ(x − x̄)² = (n Σx² − (Σx)²) / n loses every digit in floating point when the mean is large beside
//! the spread. Both sums are exact here, so the numerator is formed exactly too and rounded once.

use super::{ExactSum, Sum};

/// Σx² − (Σx)²/n, at least 0. `sum` is Σx, `square_sum` is Σx², `n` the number of values.
///
/// Within two roundings of the exact value while every x² lies in 2⁻⁹⁶⁰ … `f64::MAX`; beyond the f64
/// range it is `f64::MAX`. Zero for `n` = 0.
#[must_use]
pub fn centred_square_sum(sum: &Sum, square_sum: &Sum, n: u64) -> f64 {
    let shift = half_exponent(square_sum.value());
    centred(sum, sum, square_sum, n, (shift, shift)).max(0.0)
}

/// Σxy − Σx·Σy/n, the numerator of a covariance. `product_sum` is Σxy.
///
/// Exact up to two roundings while |Σx|, |Σy| and |Σxy| lie in 2⁻⁴⁰⁰ … 2⁴⁰⁰. Zero for `n` = 0.
#[must_use]
pub fn centred_product_sum(sum_x: &Sum, sum_y: &Sum, product_sum: &Sum, n: u64) -> f64 {
    centred(sum_x, sum_y, product_sum, n, (0, 0))
}

/// The numerator formed exactly with x and y scaled by 2^−shift, so that no square overflows.
fn centred(x: &Sum, y: &Sum, product: &Sum, n: u64, (x_shift, y_shift): (i32, i32)) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let shift = x_shift + y_shift;
    let mut numerator = ExactSum::new();
    // Two halves, because an f64 holds only 53 bits of a u64.
    let (n_high, n_low) = ((n >> 32) as f64 * 4_294_967_296.0, (n & 0xffff_ffff) as f64);
    for &component in product.components() {
        let component = libm::scalbn(component, -shift);
        numerator.add_product(component, n_high);
        numerator.add_product(component, n_low);
    }
    for &a in x.components() {
        let a = libm::scalbn(a, -x_shift);
        for &b in y.components() {
            numerator.add_product(-a, libm::scalbn(b, -y_shift));
        }
    }
    libm::scalbn(numerator.value() / n as f64, shift).clamp(-f64::MAX, f64::MAX)
}

/// Half the binary exponent of a value; 0 for zero.
fn half_exponent(value: f64) -> i32 {
    if value == 0.0 {
        0
    } else {
        libm::ilogb(value) / 2
    }
}
