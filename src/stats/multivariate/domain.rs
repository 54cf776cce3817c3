//! How well a model tells new rows from old ones: 0.5 where they are alike.
//!
//! Boosted trees learn on four fifths of the rows of both samples which one a row is of, and order the rest; so each
//! row is told by a model that has not seen it. Any change that trees can learn shows, of one column or of
//! several together.
//!
//! Source: D. Lopez-Paz and M. Oquab (2017), *Revisiting classifier two-sample tests*.

use crate::stats::boost::{Loss, Params, Rows, fit};
use crate::stats::distance::Sample;
use crate::stats::special::normal_sf;
use crate::stats::two_sample::{How, Outcome, Test, Undefined, mann_whitney, steps};

/// Parts that the rows are dealt into.
const FOLDS: usize = 5;
/// Rows at least of either sample.
const LEAST: usize = 5 * FOLDS;

/// The mean area under the ROC curve of the five parts, later rows taken as positive. Rows must be of one set of
/// bins ([`crate::stats::boost::Bins`]); every fifth row of either sample is a part, so that time does not divide
/// them.
///
/// p-value, one-sided: each part's area is 1/2 in the mean where nothing changed, whatever its model learnt, with
/// Mann and Whitney's variance; the mean of the five is taken as normal.
///
/// # Errors
/// Where a sample has fewer than 25 rows.
pub fn auc(before: &Rows, after: &Rows, params: Params) -> Outcome {
    let (n, m) = (before.len(), after.len());
    if n == 0 || m == 0 {
        return Err(Undefined::Empty);
    }
    if n < LEAST || m < LEAST {
        return Err(Undefined::TooFew(LEAST as u64));
    }
    let (mut sum, mut variance) = (0.0, 0.0);
    for fold in 0..FOLDS {
        let part = |rows: usize, own: bool| (0..rows).filter(move |i| (i % FOLDS == fold) == own);
        let learn = before.pick(part(n, false)).and(&after.pick(part(m, false)));
        let old = part(n, false).count();
        let target = (0..learn.len()).map(|i| f64::from(u8::from(i >= old)));
        let model = fit(learn, target.collect(), None, Loss::Logistic, params);
        let told = |rows: &Rows| Sample::of(&model.raw(rows));
        let (a, b) = (
            told(&after.pick(part(m, true))),
            told(&before.pick(part(n, true))),
        );
        let (x, y) = (a.values().len() as f64, b.values().len() as f64);
        let steps = steps(&a, &b);
        sum += mann_whitney(&steps)?.statistic / (x * y);
        let all = x + y;
        let ties: f64 = steps
            .iter()
            .map(|(a, b)| {
                let t = (a + b) as f64;
                t * (t * t - 1.0)
            })
            .sum();
        variance += (all + 1.0 - ties / (all * (all - 1.0))) / (12.0 * x * y);
    }
    let folds = FOLDS as f64;
    let (statistic, error) = (sum / folds, variance.max(0.0).sqrt() / folds);
    Ok(Test {
        statistic,
        p: match error > 0.0 {
            true => normal_sf((statistic - 0.5) / error),
            false => 1.0,
        },
        how: How::Asymptotic,
    })
}
