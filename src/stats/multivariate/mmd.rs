//! Maximum mean discrepancy of blocks: whether two samples of rows are of one distribution, in linear time.
//!
//! With k(x, y) = exp(−|x − y|² / (2 s²)) the mean of h = k(x, x′) + k(y, y′) − k(x, y′) − k(x′, y) is 0 for equal
//! distributions and above 0 for others. Over all pairs of rows that takes n² kernels; here rows are dealt into
//! blocks of √n, and only pairs within a block are compared. The blocks are independent, so their mean over its
//! standard error is for many of them normal.
//!
//! Sources: A. Gretton et al. (2012), *A kernel two-sample test*, section 6; W. Zaremba, A. Gretton and M. Blaschko
//! (2013), *B-tests: low variance kernel two-sample tests*.

use crate::stats::special::student_t_cdf;
use crate::stats::two_sample::{How, Outcome, Test, Undefined};

/// Rows that the width of the kernel is found by.
const FOR_WIDTH: usize = 200;
/// Blocks at least.
const BLOCKS: usize = 8;

/// The discrepancy of two samples of rows, each a slice of numbers of one length; its p-value is one-sided, of
/// Student's t over blocks.
///
/// Rows are taken in the order given: where that is an order of time, deal them first. `width` is s; `None`: the median
/// distance of some rows of both. Columns should be of one scale.
///
/// # Errors
/// Where a sample has fewer than 32 rows, or all rows are equal.
pub fn mmd(before: &[Vec<f64>], after: &[Vec<f64>], width: Option<f64>) -> Outcome {
    let few = before.len().min(after.len());
    if few < 4 * BLOCKS {
        return Err(Undefined::TooFew(4 * BLOCKS as u64));
    }
    let width = match width {
        Some(width) => width,
        None => median_distance(before, after).ok_or(Undefined::NoSpread)?,
    };
    if width.is_nan() || width <= 0.0 {
        return Err(Undefined::NoSpread);
    }
    let scale = 0.5 / (width * width);
    let kernel = |x: &[f64], y: &[f64]| libm::exp(-scale * square(x, y));
    let size = (few as f64).sqrt() as usize;
    let blocks = (few / size.max(2)).max(BLOCKS);
    let bounds = |rows: usize, block: usize| (block * rows / blocks, (block + 1) * rows / blocks);
    let mut values = Vec::with_capacity(blocks);
    for block in 0..blocks {
        let (from, to) = bounds(before.len(), block);
        let (since, until) = bounds(after.len(), block);
        // The longer sample gives as many rows as the shorter one, spread over its part.
        let count = (to - from).min(until - since);
        let pick = |i: usize, from: usize, to: usize| from + i * (to - from) / count;
        let mut sum = 0.0;
        for i in 0..count {
            let (x, y) = (&before[pick(i, from, to)], &after[pick(i, since, until)]);
            for j in 0..i {
                let (u, v) = (&before[pick(j, from, to)], &after[pick(j, since, until)]);
                sum += kernel(x, u) + kernel(y, v) - kernel(x, v) - kernel(u, y);
            }
        }
        values.push(2.0 * sum / (count as f64 * (count as f64 - 1.0)));
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    if error <= 0.0 || !error.is_finite() {
        return Err(Undefined::NoSpread);
    }
    Ok(Test {
        statistic: mean,
        p: student_t_cdf(-mean / error, n - 1.0),
        how: How::Asymptotic,
    })
}

fn square(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The median distance of pairs of some rows of both samples.
fn median_distance(before: &[Vec<f64>], after: &[Vec<f64>]) -> Option<f64> {
    let some = |rows: &[Vec<f64>]| -> Vec<usize> {
        crate::stats::boost::spread(rows.len(), FOR_WIDTH / 2).collect()
    };
    let mut rows: Vec<&[f64]> = some(before).iter().map(|i| &before[*i][..]).collect();
    rows.extend(some(after).iter().map(|i| &after[*i][..]));
    let mut squares = Vec::new();
    for (i, x) in rows.iter().enumerate() {
        squares.extend(rows[..i].iter().map(|y| square(x, y)));
    }
    squares.sort_unstable_by(f64::total_cmp);
    let median = squares.get(squares.len() / 2)?.sqrt();
    (median > 0.0 && median.is_finite()).then_some(median)
}
