//! Means of losses of rows, which are skewed: few rows that are surely wrong weigh most.

use crate::metric::measures::{
    LEAST_ROWS, NO_PROBABILITY, skewed, skewness, too_few_of_a_class, too_few_rows,
};
use crate::metric::{Estimate, Measures};
use crate::stats::interval::Interval;
use crate::summary::{Classes, Moments};

/// Rows from which on a Brier score has an interval.
pub(in crate::metric) const LEAST_BRIER: u64 = 50;
/// Rows from which on a log loss has one: a single loss of it can be as large as many others together.
pub(in crate::metric) const LEAST_LOG_LOSS: u64 = 200;

/// The mean of losses, on the logarithmic scale with what their skewness does taken off; at most `most`, and
/// without an interval where there are fewer than `least` rows. `loss` is that of the probability of what
/// happened.
pub(super) fn mean(
    of: &Measures<'_>,
    moments: &Moments,
    loss: fn(f64) -> f64,
    most: f64,
    least: u64,
) -> Estimate {
    let Some(value) = moments.mean() else {
        return Estimate::undefined(NO_PROBABILITY, 0);
    };
    let two = of.classes().filter(|_| of.summary.labels.len() == 2);
    let rows = two.map(|c| (c.positive.total(), c.negative.total()));
    let skewness = match two {
        Some(classes) => of_bins(&of.summary.edges, classes, moments, loss),
        None => as_of_gamma(moments),
    };
    told(
        moments,
        value,
        skewness,
        most,
        too_few(rows, moments.n, least),
    )
}

/// The same where nothing but the losses is known; `rows`: of each of two classes there are at least so many.
pub(in crate::metric) fn of_moments(
    moments: &Moments,
    most: f64,
    least: u64,
    rows: Option<(u64, u64)>,
) -> Estimate {
    let Some(value) = moments.mean() else {
        return Estimate::undefined(NO_PROBABILITY, 0);
    };
    let too_few = too_few(rows, moments.n, least);
    told(moments, value, as_of_gamma(moments), most, too_few)
}

/// The skewness of a gamma distribution: twice the coefficient of variation.
fn as_of_gamma(moments: &Moments) -> f64 {
    let relative = |mean: f64| moments.variance().map(|v| 2.0 * v.sqrt() / mean);
    moments.mean().and_then(relative).unwrap_or(0.0)
}

fn told(
    moments: &Moments,
    value: f64,
    skewness: f64,
    most: f64,
    too_few: Option<String>,
) -> Estimate {
    let interval = (skewed(moments, skewness).and_then(|s| s.on_logarithms()))
        .filter(|_| too_few.is_none())
        .map(|i| Interval {
            low: i.low,
            high: i.high.min(most),
        });
    Estimate::of(value, interval, moments.n)
        .or_why(|| too_few.unwrap_or_else(|| "no interval: every row has the same loss".into()))
}

fn too_few(rows: Option<(u64, u64)>, n: u64, least: u64) -> Option<String> {
    if n < least {
        return Some(too_few_rows(n, least));
    }
    let (p, n) = rows?;
    (p.min(n) < LEAST_ROWS).then(|| too_few_of_a_class(p, n, LEAST_ROWS))
}

/// The skewness of losses of two classes from the histogram of scores, each row having the loss of the
/// middle of its bin. In the bin where what happened was held next to impossible a loss can be anything: its
/// rows have the one that makes the sum of squares what it is.
fn of_bins(edges: &[f64], classes: &Classes, moments: &Moments, loss: fn(f64) -> f64) -> f64 {
    let last = edges.len().saturating_sub(2);
    let (mut rows_in_all, mut surest) = (0.0, 0.0);
    let mut sums = [0.0; 3];
    let mut add = |rows: f64, each: f64| {
        let square = each * each;
        for (sum, power) in sums.iter_mut().zip([each, square, square * each]) {
            *sum += rows * power;
        }
    };
    let sides = [
        (&classes.positive, 0, true),
        (&classes.negative, last, false),
    ];
    let mut left = moments.square.value();
    for (histogram, sure, positive) in sides {
        for (bin, rows) in &histogram.0 {
            let (bin, rows) = (*bin as usize, *rows as f64);
            let (Some(from), Some(to)) = (edges.get(bin), edges.get(bin + 1)) else {
                continue;
            };
            rows_in_all += rows;
            if bin == sure {
                surest += rows;
                continue;
            }
            let middle = (from + to) / 2.0;
            let each = loss(if positive { middle } else { 1.0 - middle });
            left -= rows * each * each;
            add(rows, each);
        }
    }
    if surest > 0.0 && left > 0.0 {
        add(surest, (left / surest).sqrt());
    }
    skewness(sums.map(|sum| sum / rows_in_all))
}
