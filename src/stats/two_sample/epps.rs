//! Epps and Singleton's test of two samples.

use super::{How, Outcome, Test, Undefined};
use crate::stats::distance::Sample;
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::linear::symmetric;
use crate::stats::special::chi_square_sf;

/// Where the characteristic functions are compared, in half interquartile ranges.
const AT: [f64; 2] = [0.4, 0.8];
/// Rows at least of either sample.
const LEAST: usize = 5;
/// Below so many rows of both samples the statistic is made smaller.
const FEW: usize = 25;

/// The squared distance of both empirical characteristic functions at two points, over its covariance. Numbers
/// need not be continuous.
///
/// p-value: by chi-square of as many degrees of freedom as the covariance has directions: four where values
/// are many, one less than there are different ones where these are fewer than five. Below 25 rows of both samples the statistic is corrected.
///
/// Source: T. W. Epps and K. J. Singleton (1986), *An omnibus test for the two-sample problem using the empirical
/// characteristic function*; the correction is theirs.
///
/// # Errors
/// Where a sample has fewer than five rows, the middle half of all numbers are equal, or their range is beyond
/// every number.
pub fn epps_singleton(a: &Sample, b: &Sample) -> Outcome {
    let (x, y) = (a.values(), b.values());
    if x.is_empty() || y.is_empty() {
        return Err(Undefined::Empty);
    }
    if x.len() < LEAST || y.len() < LEAST {
        return Err(Undefined::TooFew(LEAST as u64));
    }
    let mut both = a.clone();
    both.merge(b);
    let quartile = |p| quantile_sorted(both.values(), p).ok_or(Undefined::Empty);
    let half = (quartile(0.75)? - quartile(0.25)?) / 2.0;
    if half <= 0.0 {
        return Err(Undefined::NoWidth);
    }
    let all = both.values();
    if !half.is_finite() || !((all[all.len() - 1] - all[0]) / half).is_finite() {
        return Err(Undefined::TooLarge);
    }
    // A wave that begins elsewhere turns both functions alike, and near zero its angles are exact.
    let centre = x[x.len() / 2];
    let (first, second) = (Waves::of(x, centre, half), Waves::of(y, centre, half));
    let (n, m) = (x.len() as f64, y.len() as f64);
    let all = n + m;
    let mut covariance = vec![vec![0.0; 4]; 4];
    for (i, row) in covariance.iter_mut().enumerate() {
        for (j, cell) in row.iter_mut().enumerate() {
            *cell = all / n * first.covariance[i][j] + all / m * second.covariance[i][j];
        }
    }
    let (values, vectors) = symmetric(&covariance);
    let mut directions: Vec<(&f64, &Vec<f64>)> = values.iter().zip(&vectors).collect();
    directions.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    // Numbers of k values vary in k − 1 directions; what is seen in others is rounding.
    directions.truncate(distinct(both.values(), 5) - 1);
    let most = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let off: Vec<f64> = (0..4).map(|i| first.mean[i] - second.mean[i]).collect();
    let (mut statistic, mut degrees) = (0.0, 0.0);
    for (value, vector) in directions {
        if value.abs() > most * 4.0 * f64::EPSILON {
            let along: f64 = vector.iter().zip(&off).map(|(v, d)| v * d).sum();
            statistic += all * along * along / value;
            degrees += 1.0;
        }
    }
    if degrees == 0.0 {
        return Err(Undefined::NoSpread);
    }
    if x.len().max(y.len()) < FEW {
        let power = |base, exponent| libm::pow(base, exponent);
        statistic /= 1.0 + power(all, -0.45) + 10.1 * (power(n, -1.7) + power(m, -1.7));
    }
    Ok(Test {
        statistic,
        p: chi_square_sf(statistic, degrees),
        how: How::Asymptotic,
    })
}

/// How many different numbers there are, 1 … most.
fn distinct(ascending: &[f64], most: usize) -> usize {
    let steps = ascending.windows(2).filter(|pair| pair[0] != pair[1]);
    1 + steps.take(most - 1).count()
}

/// Cosines and sines of a sample.
struct Waves {
    mean: [f64; 4],
    covariance: [[f64; 4]; 4],
}

impl Waves {
    fn of(values: &[f64], centre: f64, half: f64) -> Self {
        let n = values.len() as f64;
        let waves = |x: &f64| {
            let [a, b] = AT.map(|at| at * ((x - centre) / half));
            [libm::cos(a), libm::cos(b), libm::sin(a), libm::sin(b)]
        };
        let all: Vec<[f64; 4]> = values.iter().map(waves).collect();
        let mut mean = [0.0; 4];
        for row in &all {
            for (sum, x) in mean.iter_mut().zip(row) {
                *sum += x;
            }
        }
        mean.iter_mut().for_each(|sum| *sum /= n);
        let mut covariance = [[0.0; 4]; 4];
        for row in &all {
            for i in 0..4 {
                for j in 0..4 {
                    covariance[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]);
                }
            }
        }
        covariance.iter_mut().flatten().for_each(|c| *c /= n);
        Self { mean, covariance }
    }
}
