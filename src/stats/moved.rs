//! Whether a series stands elsewhere in a period than it did before, where neighbouring values hang together.
//!
//! The difference of the means is held against how much the series sways by itself at low frequencies: its
//! projections on the first ν cosines that see neither its mean nor the step. Under no change the ratio is
//! Student's t with ν degrees of freedom, whatever the autocorrelation, as long as it dies out within a good part
//! of the series; a step does not widen it, for the cosines do not see it. With ν = n − 2 it is the t test of two
//! samples. From [`WHITEN`] points on what a value owes to the one before it is taken off first, from series and
//! step alike, so that even a series near a random walk alarms no more often than stated.
//!
//! The interval of the shift holds all shifts that the same test would not reject at 5 %: taking one off the period
//! changes neither the cosines' parts nor what a value owes to the one before it, so it is the estimate of the step give
//! or take t(ν) standard errors, and holds 0 if and only if the p-value is above 0.05. Where values are whitened the
//! estimate is the one of generalised least squares, which looks most at the border, and need not be the difference of
//! the means.
//!
//! **A shift inside the period** ([`inside`]). Where a level shifts only some time after a period has begun, the step at
//! its beginning is not what happened, and the cosines see the shift as a swaying of the series, so that the test above
//! tells the less the larger the shift is. Each later beginning of the step is tried as well, all values before it taken
//! together, and the smallest p-value is multiplied by how many were tried (Bonferroni).
//!
//! Sources: E. Lazarus, D. J. Lewis, J. H. Stock and M. W. Watson (2018), *HAR inference: recommendations for
//! practice*, JBES 36, 541–559 (cosines with equal weights; here ν = 0.3 n^⅔, fewer than their 0.4, for series are
//! short); U. K. Müller (2014), *HAC corrections for strongly autocorrelated time series*, JBES 32, 311–322;
//! D. W. K. Andrews and J. C. Monahan (1992), *An improved heteroskedasticity and autocorrelation consistent
//! covariance matrix estimator*, Econometrica 60, 953–966 (whitening first); F. H. C. Marriott and J. A. Pope (1954),
//! *Bias in the estimation of autocorrelations*, Biometrika 41, 390–402 (the correction of the first one, here for
//! two means that are taken off).

use super::special::{student_t_cdf, student_t_quantile};
use std::f64::consts::PI;

/// Points at most that are tested; of more, neighbours are averaged.
pub const MOST: usize = 100;
/// Points from which on they are whitened first: of fewer the first autocorrelation is hardly known.
pub const WHITEN: usize = 25;
/// Points at least, before the period and within it.
pub const LEAST: (usize, usize) = (4, 2);
/// Earlier periods at least that one is held against.
pub const LEAST_EARLIER: usize = 3;
/// The largest autocorrelation that is taken off.
const MOST_ALIKE: f64 = 0.97;

/// How a series moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Mean before.
    pub before: f64,
    /// Mean within the period.
    pub now: f64,
    /// Standard deviation of the values before (n − 1), of both together where these do not vary; 0 where none does.
    pub deviation: f64,
    /// Values before.
    pub n_before: usize,
    /// Values within.
    pub n_now: usize,
    /// Two-sided p-value of no change, with its degrees of freedom; `None` for too few values ([`LEAST`]).
    pub test: Option<Tested>,
}

/// A p-value with the degrees of freedom of its t distribution, and the shift that it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// Two-sided.
    pub p_value: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// The shift as the test estimates it, in the unit of the values.
    pub shift: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
}

impl Tested {
    /// A shift and its standard error; values are of about this size, so what is 10⁻¹² of it is rounding. Without any
    /// error the p-value is 1 for no shift and 0 for another, and the interval is a point.
    fn of(shift: f64, error: f64, size: f64, df: usize) -> Self {
        let nothing = size * 1e-12;
        let shift = if shift.abs() <= nothing { 0.0 } else { shift };
        let error = if error <= nothing { 0.0 } else { error };
        let p_value = match (shift == 0.0, error == 0.0) {
            (true, _) => 1.0,
            (false, true) => 0.0,
            (false, false) => {
                let t = -(shift / error).abs();
                (2.0 * student_t_cdf(t, df as f64)).clamp(0.0, 1.0)
            }
        };
        let reach = student_t_quantile(0.975, df as f64) * error;
        Self {
            p_value,
            df,
            shift,
            low: shift - reach,
            high: shift + reach,
        }
    }
}

/// How a series moved from what stood before to a period, each in order of time; `None` is a gap. `None` where a
/// side has no value.
#[must_use]
pub fn moved(before: &[Option<f64>], period: &[Option<f64>]) -> Option<Moved> {
    let [before, period] = [before, period].map(finite);
    let (old, new) = (present(&before), present(&period));
    let (from, now) = (mean(&old)?, mean(&new)?);
    let both: Vec<f64> = old.iter().chain(&new).copied().collect();
    let spread = deviation(&old).filter(|d| *d > 0.0);
    let test = (old.len() >= LEAST.0 && new.len() >= LEAST.1).then(|| tested(&before, &period));
    Some(Moved {
        before: from,
        now,
        deviation: spread.or_else(|| deviation(&both)).unwrap_or(0.0),
        n_before: old.len(),
        n_now: new.len(),
        test: test.flatten(),
    })
}

/// Whether a value is like earlier ones of its kind, such as the mean of some hours beside those of the same hours of
/// earlier weeks: Student's t test of one value against several, which are taken to be independent. `None` for fewer
/// than [`LEAST_EARLIER`].
#[must_use]
pub fn unlike(now: f64, earlier: &[f64]) -> Option<Tested> {
    if earlier.len() < LEAST_EARLIER || !now.is_finite() {
        return None;
    }
    let n = earlier.len() as f64;
    let (mean, spread) = (mean(earlier)?, deviation(earlier)?);
    let error = spread * (1.0 + 1.0 / n).sqrt();
    let df = earlier.len() - 1;
    let size = now.abs().max(mean.abs());
    Some(Tested::of(now - mean, error, size, df))
}

/// A shift that lies inside a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inside {
    /// The first value of the period that is behind it.
    pub at: usize,
    /// How many beginnings were tried.
    pub tried: usize,
    /// The test of what is behind it against all before it; its p-value is multiplied by how many were tried.
    pub test: Tested,
}

/// The shift inside a period that is the surest: with at least a value of the period before it and [`LEAST`] behind it.
/// `None` for too few values, in order of time as those of [`moved`].
#[must_use]
pub fn inside(before: &[Option<f64>], period: &[Option<f64>]) -> Option<Inside> {
    let [before, period] = [before, period].map(finite);
    let size = (before.len() + period.len()).div_ceil(MOST);
    let mut old = batches(before.rchunks_exact(size));
    old.reverse();
    let new = batches(period.chunks_exact(size));
    let border = old.len();
    let all: Vec<Option<f64>> = old.into_iter().chain(new).collect();
    let values = all.iter().enumerate();
    let values: Vec<(usize, f64)> = values.filter_map(|(at, v)| Some((at, (*v)?))).collect();
    let n_before = values.partition_point(|v| v.0 < border);
    if n_before < LEAST.0 {
        return None;
    }
    let begins = n_before + 1..(values.len() + 1).saturating_sub(LEAST.1);
    let tried = begins.len();
    let test = |begin: usize| {
        let rows = values.iter().enumerate().map(|(place, (at, value))| Row {
            at: *at,
            value: *value,
            step: if place >= begin { 1.0 } else { 0.0 },
        });
        Some((begin, of_rows(rows.collect())?))
    };
    let (begin, test) = begins
        .filter_map(test)
        .min_by(|a, b| a.1.p_value.total_cmp(&b.1.p_value))?;
    Some(Inside {
        at: (values[begin].0 - border) * size,
        tried,
        test: Tested {
            p_value: (test.p_value * tried as f64).min(1.0),
            ..test
        },
    })
}

fn finite(values: &[Option<f64>]) -> Vec<Option<f64>> {
    values.iter().map(|v| v.filter(|v| v.is_finite())).collect()
}

fn present(values: &[Option<f64>]) -> Vec<f64> {
    values.iter().flatten().copied().collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
}

fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let deviation = (squares / (values.len() - 1) as f64).sqrt();
    deviation.is_finite().then_some(deviation)
}

/// Means of so many neighbours; of those at the far end that are too few, none.
fn batches<'a>(values: impl Iterator<Item = &'a [Option<f64>]>) -> Vec<Option<f64>> {
    values
        .map(|batch| {
            let known = present(batch);
            mean(&known).filter(|_| known.len() * 2 >= batch.len())
        })
        .collect()
}

fn tested(before: &[Option<f64>], period: &[Option<f64>]) -> Option<Tested> {
    let size = (before.len() + period.len()).div_ceil(MOST);
    // Both are counted from their border, so that no batch holds values of both.
    let mut old = batches(before.rchunks_exact(size));
    old.reverse();
    let new = batches(period.chunks_exact(size));
    let step = vec![0.0; old.len()].into_iter().chain(vec![1.0; new.len()]);
    let all = old.iter().chain(&new).copied();
    let rows: Vec<Row> = all
        .zip(step)
        .enumerate()
        .filter_map(|(at, (value, step))| {
            let value = value?;
            Some(Row { at, value, step })
        })
        .collect();
    let within = rows.iter().filter(|r| r.step > 0.0).count();
    if rows.len() - within < LEAST.0 || within < LEAST.1 {
        return None;
    }
    of_rows(rows)
}

/// The test of rows, whitened where there are enough.
fn of_rows(rows: Vec<Row>) -> Option<Tested> {
    let white = (rows.len() >= WHITEN).then(|| whitened(&rows)).flatten();
    ratio(&white.unwrap_or(rows))
}

/// A value at its place, and how much of the step stands there.
#[derive(Clone, Copy)]
struct Row {
    at: usize,
    value: f64,
    step: f64,
}

/// The rows without what each owes to the one before it; those without such a one are left out.
fn whitened(rows: &[Row]) -> Option<Vec<Row>> {
    let level = |step: f64| {
        let of: Vec<f64> = rows
            .iter()
            .filter(|r| r.step == step)
            .map(|r| r.value)
            .collect();
        mean(&of)
    };
    let (old, new) = (level(0.0)?, level(1.0)?);
    let off = |r: &Row| r.value - if r.step > 0.0 { new } else { old };
    let pairs = || rows.windows(2).filter(|w| w[1].at == w[0].at + 1);
    let (mut together, mut alone) = (0.0, 0.0);
    for pair in pairs() {
        together += off(&pair[0]) * off(&pair[1]);
    }
    for row in rows {
        alone += off(row) * off(row);
    }
    let n = rows.len() as f64;
    let told = (together / alone + 2.0 / n) / (1.0 - 4.0 / n);
    let alike = if told.is_finite() {
        told.clamp(0.0, MOST_ALIKE)
    } else {
        0.0
    };
    let white: Vec<Row> = pairs()
        .map(|w| Row {
            at: w[1].at,
            value: w[1].value - alike * w[0].value,
            step: w[1].step - alike * w[0].step,
        })
        .collect();
    // A series of gaps has few pairs.
    (white.len() * 3 >= rows.len() * 2).then_some(white)
}

/// The step's share of the series over that of low frequencies.
fn ratio(rows: &[Row]) -> Option<Tested> {
    let n = rows.len();
    let first = rows.first()?.at;
    let length = (rows.last()?.at - first + 1) as f64;
    let wanted = ((0.3 * libm::pow(n as f64, 2.0 / 3.0)).round() as usize).max(3);
    let mut basis: Vec<Vec<f64>> = Vec::new();
    // Gives what is left of it beside those before it; nothing where that is rounding.
    let mut add = |vector: Vec<f64>| {
        let size = norm(&vector);
        let mut vector = vector;
        // Twice is enough: W. Hoffmann (1989), *Iterative algorithms for Gram–Schmidt orthogonalization*.
        for _ in 0..2 {
            for b in &basis {
                let part = product(&vector, b);
                vector.iter_mut().zip(b).for_each(|(v, b)| *v -= part * b);
            }
        }
        let left = norm(&vector);
        let seen = left > 1e-9 * size;
        if seen {
            vector.iter_mut().for_each(|v| *v /= left);
            basis.push(vector);
        }
        seen.then_some(left)
    };
    add(vec![1.0; n])?;
    let alone = add(rows.iter().map(|r| r.step).collect())?;
    let mut df = 0;
    for j in 1..n {
        if df == wanted {
            break;
        }
        let cosine = |r: &Row| libm::cos(PI * j as f64 * ((r.at - first) as f64 + 0.5) / length);
        df += usize::from(add(rows.iter().map(cosine).collect()).is_some());
    }
    let values: Vec<f64> = rows.iter().map(|r| r.value).collect();
    let parts: Vec<f64> = basis.iter().map(|b| product(b, &values)).collect();
    let [_, step, others @ ..] = parts.as_slice() else {
        return None;
    };
    if others.len() < 3 {
        return None;
    }
    let square: f64 = others.iter().map(|x| x * x).sum();
    let error = (square / others.len() as f64).sqrt();
    // A shift of 1 is so much of the step's part.
    let (shift, error, size) = (*step / alone, error / alone, norm(&values) / alone);
    (error.is_finite() && shift.is_finite()).then(|| Tested::of(shift, error, size, others.len()))
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    product(a, a).sqrt()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn few_points_are_told_and_not_tested() {
        let one = moved(&some(&[1.0, 2.0, 3.0, 2.0]), &some(&[9.0])).unwrap();
        assert_eq!((one.before, one.now, one.test), (2.0, 9.0, None));
        assert_eq!(moved(&some(&[1.0]), &[None, Some(f64::NAN)]), None);
        assert_eq!(unlike(1.0, &[1.0, 2.0]), None);
    }

    #[test]
    fn what_never_varies_is_certain() {
        let still = moved(&some(&[2.0; 8]), &some(&[2.0; 2])).unwrap();
        assert_eq!(still.test.unwrap().p_value, 1.0);
        let stepped = moved(&some(&[0.1; 8]), &some(&[0.3; 2])).unwrap();
        assert_eq!(stepped.test.unwrap().p_value, 0.0);
        assert!(stepped.deviation > 0.0);
        assert_eq!(unlike(0.1, &[0.1; 3]).unwrap().p_value, 1.0);
        // Without spread there is nothing between the ends.
        let ends = |t: Tested| (t.low, t.high);
        assert_eq!(ends(still.test.unwrap()), (0.0, 0.0));
        let (low, high) = ends(stepped.test.unwrap());
        assert!((low - 0.2).abs() < 1e-12 && low == high, "{low} {high}");
    }
}
