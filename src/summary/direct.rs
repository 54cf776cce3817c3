//! How large the errors of a regression are expected to be, learned from the errors of a baseline.
//!
//! Boosted trees learn the absolute and the squared error of a row from its features and its prediction,
//! and the mean of what they say of a window's rows is what its mean error is expected to be. This is
//! NannyML's direct loss estimation, with trees of our own.
//!
//! It is bounded work: what is learned from is an even sample of the baseline's rows, and what is asked an
//! even sample of a window's, whose sampling error is told.

use super::build::Builder;
use super::features::{Features, thinned};
use super::steps::Progress;
use crate::log::Truth;
use crate::stats::boost::{Fitting, Loss, Model, Params};
use serde::{Deserialize, Serialize};

/// Rows that are learned from at most, and cells.
const LEARNED: usize = 60_000;
const CELLS: usize = 600_000;
/// Rows that are asked at most, of all windows, and of a window where there are many.
const ASKED: usize = 120_000;
const FEWEST: usize = 1_000;

/// An error that is expected of the rows of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// What is expected, in the unit of the metric.
    pub value: f64,
    /// Its standard error for being made of a sample of the rows; 0 where it is made of all.
    pub sampling: f64,
}

/// The errors that are expected of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Rows with a prediction.
    pub rows: u64,
    /// Mean absolute error.
    pub absolute: Expectation,
    /// Root of the mean squared error.
    pub squared: Expectation,
}

/// What the errors of rows are learned with.
pub(super) struct Direct<'a> {
    features: Features<'a>,
    predicted: &'a [f64],
    absolute: Model,
    squared: Model,
    /// Rows of the baseline that it could be learned from.
    pub rows: u64,
    /// Rows that it was learned from.
    sample: usize,
}

impl<'a> Direct<'a> {
    /// Steps of learning, about.
    pub const STEPS: usize = 201;

    /// Learned from the rows of a baseline, or why nothing can be.
    pub async fn learn(
        builder: &'a Builder,
        rows: &[usize],
        least: usize,
        progress: &Progress,
    ) -> Result<Self, String> {
        let log = &builder.log;
        let (Truth::Numbers(truth), Truth::Numbers(predicted)) = (&log.truth, &log.predicted)
        else {
            return Err("there are no predicted numbers with outcomes".into());
        };
        let error = |row: &usize| {
            let (y, p) = (truth.get(*row)?, predicted.get(*row)?);
            Some((p - y).abs()).filter(|e| e.is_finite())
        };
        let known: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|r| error(r).is_some())
            .collect();
        if known.len() < least {
            return Err(format!(
                "{} rows of the baseline have an outcome and a prediction; {least} are the fewest to learn from",
                known.len()
            ));
        }
        let sample = thinned(&known, LEARNED);
        let Some(features) = Features::of(builder, &[predicted], &sample) else {
            return Err(
                "no column is an input of the model, and errors are learned from these".into(),
            );
        };
        let sample = thinned(&sample, CELLS / features.width().max(1));
        let binned = features.rows(&sample);
        let errors: Vec<f64> = sample.iter().filter_map(error).collect();
        let squares: Vec<f64> = errors.iter().map(|e| e * e).collect();
        progress.step().await;
        let mut models = Vec::new();
        for target in [errors, squares] {
            let params = Params::default();
            let mut fitting = Fitting::new(binned.clone(), target, None, Loss::Squared, params);
            while fitting.step() {
                progress.step().await;
            }
            models.push(fitting.finish());
        }
        let (Some(squared), Some(absolute)) = (models.pop(), models.pop()) else {
            return Err("nothing was learned".into());
        };
        Ok(Self {
            absolute,
            squared,
            features,
            predicted,
            rows: known.len() as u64,
            sample: sample.len(),
        })
    }

    /// Rows that it was learned from, where these are not all.
    pub fn effective(&self) -> Option<f64> {
        ((self.sample as u64) < self.rows).then_some(self.sample as f64)
    }

    /// What is expected of the rows of a window, of so many windows in all. `None` where none has a
    /// prediction.
    pub fn expect(&self, rows: &[usize], windows: usize) -> Option<Losses> {
        let has = |r: &usize| self.predicted.get(*r).is_some_and(|p| p.is_finite());
        let rows: Vec<usize> = rows.iter().copied().filter(has).collect();
        let most = (ASKED / windows.max(1)).max(FEWEST);
        let binned = self.features.rows(&thinned(&rows, most));
        let absolute = mean(&self.absolute.predict(&binned), rows.len())?;
        let squared = mean(&self.squared.predict(&binned), rows.len())?;
        let root = squared.value.max(0.0).sqrt();
        Some(Losses {
            rows: rows.len() as u64,
            absolute: Expectation {
                value: absolute.value.max(0.0),
                ..absolute
            },
            squared: Expectation {
                value: root,
                // The delta method: d√x = dx / 2√x.
                sampling: match root > 0.0 {
                    true => squared.sampling / (2.0 * root),
                    false => 0.0,
                },
            },
        })
    }
}

/// The mean of a sample of so many rows without replacement. `None` without one, or beyond f64.
fn mean(sample: &[f64], of: usize) -> Option<Expectation> {
    let n = sample.len() as f64;
    let value = sample.iter().sum::<f64>() / n;
    let square = sample
        .iter()
        .map(|x| (x - value) * (x - value))
        .sum::<f64>();
    let left = 1.0 - n / of as f64;
    let sampling = (square / (n - 1.0).max(1.0) / n * left.max(0.0)).sqrt();
    (value.is_finite() && sampling.is_finite()).then_some(Expectation { value, sampling })
}
