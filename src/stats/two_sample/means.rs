//! Student's and Welch's tests of two means.

use super::{How, Outcome, Test, Undefined};
use crate::stats::distance::Sample;
use crate::stats::exact_sum::ExactSum;
use crate::stats::special::student_t_cdf;

/// Rows, mean and squared deviations of a sample, in units of 2^exponent and from a centre: of numbers far from
/// zero the digits that differ are few.
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of(sample: &Sample, exponent: i32, centre: f64) -> Self {
        let n = sample.values().len() as f64;
        let scaled = || {
            let values = sample.values().iter();
            values.map(|x| libm::scalbn(*x, -exponent) - centre)
        };
        let mut sum = ExactSum::new();
        scaled().for_each(|x| sum.add(x));
        let mean = sum.value() / n;
        let mut squares = ExactSum::new();
        scaled().for_each(|x| squares.add_product(x - mean, x - mean));
        Self {
            n,
            mean,
            squares: squares.value(),
        }
    }

    fn variance(&self) -> f64 {
        self.squares / (self.n - 1.0)
    }
}

/// Both samples, in a unit that lets no square overflow or vanish.
fn moments(a: &Sample, b: &Sample, least: usize) -> Result<(Moments, Moments), Undefined> {
    let rows = [a, b].map(|sample| sample.values().len());
    if rows.contains(&0) {
        return Err(Undefined::Empty);
    }
    if rows.iter().any(|n| *n < least) || rows[0] + rows[1] < 3 {
        return Err(Undefined::TooFew(2));
    }
    let ends = [a, b].into_iter().flat_map(|s| {
        let values = s.values();
        [values[0], values[values.len() - 1]]
    });
    let most = ends.fold(0.0_f64, |most, x| most.max(x.abs()));
    if most.is_infinite() {
        return Err(Undefined::TooLarge);
    }
    let exponent = if most > 0.0 { libm::ilogb(most) } else { 0 };
    let centre = libm::scalbn(a.values()[a.values().len() / 2], -exponent);
    let of = |sample| Moments::of(sample, exponent, centre);
    Ok((of(a), of(b)))
}

fn told(off: f64, error: f64, degrees: f64) -> Outcome {
    if error <= 0.0 || degrees.is_nan() {
        return Err(Undefined::NoSpread);
    }
    let statistic = off / error;
    if !statistic.is_finite() {
        return Err(Undefined::TooLarge);
    }
    Ok(Test {
        statistic,
        p: (2.0 * student_t_cdf(-statistic.abs(), degrees)).min(1.0),
        how: How::Asymptotic,
    })
}

/// (mean of the first − mean of the second) / √(s²/n + s²/m), which for normal values has about Student's
/// distribution, whatever both spreads are.
///
/// Source: B. L. Welch (1947), *The generalization of "Student's" problem when several different population
/// variances are involved*.
///
/// # Errors
/// Where a sample has fewer than two rows, or neither any spread.
pub fn welch(a: &Sample, b: &Sample) -> Outcome {
    let (a, b) = moments(a, b, 2)?;
    let (x, y) = (a.variance() / a.n, b.variance() / b.n);
    // Shares of the whole, so that no square vanishes.
    let whole = x + y;
    let (p, q) = (x / whole, y / whole);
    let degrees = 1.0 / (p * p / (a.n - 1.0) + q * q / (b.n - 1.0));
    told(a.mean - b.mean, whole.sqrt(), degrees)
}

/// The same with one spread for both, which is right only where they are one.
///
/// Source: Student (1908), *The probable error of a mean*.
///
/// # Errors
/// As [`welch`], but that one of the samples may have a single row.
pub fn student(a: &Sample, b: &Sample) -> Outcome {
    let (a, b) = moments(a, b, 1)?;
    let degrees = a.n + b.n - 2.0;
    let pooled = (a.squares + b.squares) / degrees;
    let error = (pooled * (1.0 / a.n + 1.0 / b.n)).sqrt();
    told(a.mean - b.mean, error, degrees)
}
