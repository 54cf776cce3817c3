//! Means of losses of rows, which are skewed: few rows that are surely wrong weigh most.

use crate::metric::measures::{
    LEAST_ROWS, NO_PROBABILITY, skewed, skewness, too_few_of_a_class, too_few_rows,
};
use crate::metric::{Estimate, Measures};
use crate::stats::interval::Interval;
use crate::summary::{Classes, Moments};

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
    let too_few = too_few(two, moments.n, least);
    let skewness = match two {
        Some(classes) => of_bins(&of.summary.edges, classes, moments, loss),
        // As of a gamma distribution: twice the coefficient of variation.
        None => moments.variance().map_or(0.0, |v| 2.0 * v.sqrt() / value),
    };
    let interval = (skewed(moments, skewness).and_then(|s| s.on_logarithms()))
        .filter(|_| too_few.is_none())
        .map(|i| Interval {
            low: i.low,
            high: i.high.min(most),
        });
    Estimate::of(value, interval, moments.n)
        .or_why(|| too_few.unwrap_or_else(|| "no interval: every row has the same loss".into()))
}

fn too_few(two: Option<&Classes>, n: u64, least: u64) -> Option<String> {
    if n < least {
        return Some(too_few_rows(n, least));
    }
    let (p, n) = (two?.positive.total(), two?.negative.total());
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
