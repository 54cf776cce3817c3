//! Whether one series moves before another, where each hangs together by itself.
//!
//! Two series that both wander are correlated at some lag almost surely, whatever they have to do with each other.
//! So each is first rid of what it owes to its own past ([`innovations`]); what is left of two independent series is
//! uncorrelated at every lag, and its correlations have the distribution that those of independent values have.
//!
//! Source: L. D. Haugh (1976), *Checking the independence of two covariance-stationary time series: a univariate
//! residual cross-correlation approach*, JASA 71, 378–385.

use super::special::student_t_cdf;

/// Orders of an autoregression at most.
const ORDERS: usize = 8;
/// Values at least that are left over.
pub const LEAST: usize = 24;

/// A series without what it owes to its own past.
#[derive(Clone, Debug, PartialEq)]
pub struct Innovations {
    /// What was not foretold, at the places of the series; `None` where something lacks.
    pub values: Vec<Option<f64>>,
    /// How many earlier values foretell one.
    pub order: usize,
    /// The constant, and the weight of each earlier value, the last one first.
    pub weights: Vec<f64>,
}

/// The correlation of two series at a lag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lagged {
    /// How many steps the first series is ahead.
    pub lag: i64,
    /// Pearson's correlation of innovations.
    pub correlation: f64,
    /// Pairs.
    pub n: usize,
    /// Two-sided p-value of no correlation at this lag.
    pub p_value: f64,
}

/// What a series owes to its own past is taken off: an autoregression with a constant by least squares, its order at
/// most 8 and a tenth of the values, by the criterion of Akaike for short series (C. M. Hurvich and C.-L. Tsai, 1989,
/// *Regression and time series model selection in small samples*) over the same rows for every order. `None` is a
/// gap. `None` for a series that is too short or does not vary.
#[must_use]
pub fn innovations(series: &[Option<f64>]) -> Option<Innovations> {
    let known: Vec<f64> = series
        .iter()
        .flatten()
        .copied()
        .filter(|x| x.is_finite())
        .collect();
    let n = known.len();
    if n < LEAST {
        return None;
    }
    let mean = known.iter().sum::<f64>() / n as f64;
    let square: f64 = known.iter().map(|x| (x - mean) * (x - mean)).sum();
    let spread = (square / n as f64).sqrt();
    if !spread.is_finite() || spread <= mean.abs() * 1e-12 {
        return None;
    }
    let scaled: Vec<Option<f64>> = series
        .iter()
        .map(|x| x.filter(|x| x.is_finite()).map(|x| (x - mean) / spread))
        .collect();
    let most = ORDERS.min(n / 10);
    let mut best: Option<(f64, usize)> = None;
    for order in 0..=most {
        let Some((weights, rows)) = fitted(&scaled, order, most) else {
            continue;
        };
        let rest: f64 = (0..scaled.len())
            .filter(|at| row(&scaled, *at, most).is_some())
            .filter_map(|at| off(&scaled, at, &weights))
            .map(|x| x * x)
            .sum();
        // Weights, constant and variance.
        let k = order as f64 + 2.0;
        let rows = rows as f64;
        if rows <= k + 1.0 || rest <= 0.0 {
            continue;
        }
        let criterion =
            rows * libm::log(rest / rows) + 2.0 * k + 2.0 * k * (k + 1.0) / (rows - k - 1.0);
        if best.is_none_or(|b| criterion < b.0) {
            best = Some((criterion, order));
        }
    }
    let order = best?.1;
    let (weights, rows) = fitted(&scaled, order, order)?;
    if rows < LEAST {
        return None;
    }
    let values = (0..series.len())
        .map(|at| off(&scaled, at, &weights).map(|x| x * spread))
        .collect();
    let past: f64 = weights.iter().skip(1).sum();
    let mut weights = weights;
    weights[0] = weights[0] * spread + mean * (1.0 - past);
    Some(Innovations {
        values,
        order,
        weights,
    })
}

/// A value's predecessors, the last one first, where all are known and it is, too.
fn row(series: &[Option<f64>], at: usize, order: usize) -> Option<&[Option<f64>]> {
    let past = series.get(at.checked_sub(order)?..at)?;
    let whole = series.get(at)?.is_some() && past.iter().all(Option::is_some);
    whole.then_some(past)
}

/// What is left of a value.
fn off(series: &[Option<f64>], at: usize, weights: &[f64]) -> Option<f64> {
    let past = row(series, at, weights.len() - 1)?;
    let value = (*series.get(at)?)?;
    let told: f64 = past
        .iter()
        .rev()
        .flatten()
        .zip(&weights[1..])
        .map(|(x, w)| x * w)
        .sum();
    Some(value - weights[0] - told)
}

/// Constant and weights by least squares, over rows that know `known` predecessors; and how many these are.
fn fitted(series: &[Option<f64>], order: usize, known: usize) -> Option<(Vec<f64>, usize)> {
    let size = order + 1;
    let mut matrix = vec![vec![0.0; size]; size];
    let mut right = vec![0.0; size];
    let mut rows = 0;
    for at in 0..series.len() {
        let Some((past, value)) = row(series, at, known).zip(series[at]) else {
            continue;
        };
        rows += 1;
        let mut given = vec![1.0];
        given.extend(past.iter().rev().flatten().take(order));
        for (i, a) in given.iter().enumerate() {
            right[i] += a * value;
            for (j, b) in given.iter().enumerate() {
                matrix[i][j] += a * b;
            }
        }
    }
    Some((solved(matrix, right)?, rows))
}

/// The solution of a symmetric, positive definite system, by Cholesky's square root; `None` where it is neither.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - inner;
            if i == j {
                if rest.is_nan() || rest <= matrix[i][i].abs() * 1e-12 {
                    return None;
                }
                matrix[i][i] = rest.sqrt();
            } else {
                matrix[i][j] = rest / matrix[j][j];
            }
        }
    }
    for i in 0..n {
        let inner: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - inner) / matrix[i][i];
    }
    for i in (0..n).rev() {
        let inner: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - inner) / matrix[i][i];
    }
    Some(right)
}

/// The correlations of two series of innovations at lags from `-most` to `most`: at lag k each value of the first
/// stands beside the one of the second k steps later. Student's t with as many degrees of freedom as there are pairs,
/// less two and one for each weight that was fitted; lags with fewer pairs than [`LEAST`] are left out.
#[must_use]
pub fn correlations(first: &Innovations, second: &Innovations, most: usize) -> Vec<Lagged> {
    let most = most as i64;
    let fitted = first.order + second.order + 2;
    let at = |lag: i64| {
        let pairs = || {
            let (a, b) = (&first.values, &second.values);
            let (ahead, behind) = (lag.max(0) as usize, lag.min(0).unsigned_abs() as usize);
            let a = a.get(behind..).unwrap_or_default();
            let b = b.get(ahead..).unwrap_or_default();
            a.iter().zip(b).filter_map(|(a, b)| a.zip(*b))
        };
        let n = pairs().count();
        if n < LEAST.max(fitted + 3) {
            return None;
        }
        let correlation = pearson(pairs, n)?;
        let df = (n - fitted) as f64;
        let rest = (1.0 - correlation * correlation).max(0.0);
        let t = correlation.abs() * (df / rest).sqrt();
        let p_value = match rest > 0.0 {
            true => 2.0 * student_t_cdf(-t, df),
            false => 0.0,
        };
        Some(Lagged {
            lag,
            correlation,
            n,
            p_value,
        })
    };
    (-most..=most).filter_map(at).collect()
}

fn pearson<I: Iterator<Item = (f64, f64)>>(pairs: impl Fn() -> I, n: usize) -> Option<f64> {
    let (a, b) = pairs().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let (a, b) = (a / n as f64, b / n as f64);
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in pairs() {
        aa += (x - a) * (x - a);
        bb += (y - b) * (y - b);
        ab += (x - a) * (y - b);
    }
    let r = ab / (aa * bb).sqrt();
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_or_still_has_none() {
        assert_eq!(innovations(&[Some(1.0); 100]), None);
        let short: Vec<_> = (0..20).map(|i| Some(f64::from(i * 7 % 11))).collect();
        assert_eq!(innovations(&short), None);
    }

    #[test]
    fn gaps_cost_only_what_they_touch() {
        let mut series: Vec<_> = (0..120).map(|i| Some(f64::from(i * 37 % 101))).collect();
        series[50] = None;
        let found = innovations(&series).unwrap();
        let lacking = found.values.iter().filter(|x| x.is_none()).count();
        assert_eq!(lacking, found.order + 1 + found.order);
    }
}
