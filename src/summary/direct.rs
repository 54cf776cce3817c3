//! How large the errors of a regression are expected to be, learned from the errors of a baseline.
//!
//! Boosted trees learn what a row is charged from its features and its prediction, and the mean of what they say
//! of a window's rows is what its mean loss is expected to be. This is NannyML's direct loss estimation, with trees
//! of our own: of absolute and squared errors, and of errors as a share of the outcome and between logarithms, where
//! every row of the baseline has one.
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
/// The same of errors as shares and between logarithms, which have no card: half the time.
const LEARNED_OF_RELATIVE: usize = LEARNED / 2;
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
    /// Mean absolute error as a share of the outcome; `None` where an outcome of the baseline is 0.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub percentage: Option<Expectation>,
    /// Root of the mean squared error between logarithms of one more; `None` where an outcome of the baseline or a
    /// prediction is −1 or less.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log_squared: Option<Expectation>,
    /// Rows that the last two were learned from, where these are not all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relative_from: Option<f64>,
}

/// What a row is charged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Charge {
    Absolute,
    Squared,
    Percentage,
    LogSquared,
}

impl Charge {
    const ALL: [Self; 4] = [
        Self::Absolute,
        Self::Squared,
        Self::Percentage,
        Self::LogSquared,
    ];

    /// Of an outcome and a prediction, both finite; `None` where it is none.
    fn of(self, y: f64, p: f64) -> Option<f64> {
        let error = (p - y).abs();
        let charge = match self {
            Self::Absolute => error,
            Self::Squared => error * error,
            Self::Percentage if y != 0.0 => error / y.abs(),
            Self::LogSquared if y > -1.0 && p > -1.0 => {
                let apart = libm::log1p(p) - libm::log1p(y);
                apart * apart
            }
            _ => return None,
        };
        Some(charge).filter(|c| c.is_finite())
    }

    /// Whether the metric is the root of the mean charge.
    const fn is_square(self) -> bool {
        matches!(self, Self::Squared | Self::LogSquared)
    }
}

/// What the errors of rows are learned with.
pub(super) struct Direct<'a> {
    features: Features<'a>,
    predicted: &'a [f64],
    /// What was learned of each charge that every row has.
    models: Vec<(Charge, Model)>,
    /// Rows of the baseline that it could be learned from.
    pub rows: u64,
    /// Rows that it was learned from, and that errors as shares and between logarithms were.
    sample: (usize, usize),
}

impl<'a> Direct<'a> {
    /// Steps of learning a charge, about.
    const STEPS: usize = 100;

    /// Learned from the rows of a baseline, or why nothing can be; `more`: steps that are to come after it.
    pub async fn learn(
        builder: &'a Builder,
        rows: &[usize],
        least: usize,
        (progress, more): (&Progress, usize),
    ) -> Result<Self, String> {
        let log = &builder.log;
        let (Truth::Numbers(truth), Truth::Numbers(predicted)) = (&log.truth, &log.predicted)
        else {
            return Err("there are no predicted numbers with outcomes".into());
        };
        let pair = |row: &usize| {
            let (y, p) = (*truth.get(*row)?, *predicted.get(*row)?);
            (y - p).is_finite().then_some((y, p))
        };
        let known: Vec<usize> = rows.iter().copied().filter(|r| pair(r).is_some()).collect();
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
        // What one row of the baseline lacks has no mean there, and none is expected elsewhere.
        let has = |charge: &Charge| {
            let of = |row: &usize| pair(row).and_then(|(y, p)| charge.of(y, p));
            known.iter().all(|row| of(row).is_some())
        };
        let charges: Vec<Charge> = Charge::ALL.into_iter().filter(has).collect();
        progress.expect(1 + charges.len() * Self::STEPS + more);
        progress.step().await;
        let fewer = thinned(&sample, LEARNED_OF_RELATIVE);
        let binned_fewer = features.rows(&fewer);
        let mut models = Vec::new();
        for charge in charges {
            let (sample, binned) = match charge {
                Charge::Absolute | Charge::Squared => (&sample, &binned),
                Charge::Percentage | Charge::LogSquared => (&fewer, &binned_fewer),
            };
            let of = |row: &usize| pair(row).and_then(|(y, p)| charge.of(y, p));
            let target: Vec<f64> = sample.iter().filter_map(of).collect();
            let params = Params::default();
            let mut fitting = Fitting::new(binned.clone(), target, None, Loss::Squared, params);
            while fitting.step() {
                progress.step().await;
            }
            models.push((charge, fitting.finish()));
        }
        Ok(Self {
            models,
            features,
            predicted,
            rows: known.len() as u64,
            sample: (sample.len(), fewer.len()),
        })
    }

    /// Rows that it was learned from, where these are not all.
    pub fn effective(&self) -> Option<f64> {
        self.of_fewer(self.sample.0)
    }

    fn of_fewer(&self, sample: usize) -> Option<f64> {
        ((sample as u64) < self.rows).then_some(sample as f64)
    }

    /// What is expected of the rows of a window, of so many windows in all. `None` where none has a
    /// prediction.
    pub fn expect(&self, rows: &[usize], windows: usize) -> Option<Losses> {
        let has = |r: &usize| self.predicted.get(*r).is_some_and(|p| p.is_finite());
        let rows: Vec<usize> = rows.iter().copied().filter(has).collect();
        let most = (ASKED / windows.max(1)).max(FEWEST);
        let binned = self.features.rows(&thinned(&rows, most));
        let binned_fewer = self.features.rows(&thinned(&rows, (most / 2).max(FEWEST)));
        let logarithms = |r: &usize| self.predicted.get(*r).is_some_and(|p| *p > -1.0);
        let of = |charge: Charge| {
            let (_, model) = self.models.iter().find(|m| m.0 == charge)?;
            if charge == Charge::LogSquared && !rows.iter().all(logarithms) {
                return None;
            }
            let asked = match charge {
                Charge::Absolute | Charge::Squared => &binned,
                Charge::Percentage | Charge::LogSquared => &binned_fewer,
            };
            let told = mean(&model.predict(asked), rows.len())?;
            let value = told.value.max(0.0);
            if !charge.is_square() {
                return Some(Expectation { value, ..told });
            }
            let root = value.sqrt();
            Some(Expectation {
                value: root,
                // The delta method: d√x = dx / 2√x.
                sampling: match root > 0.0 {
                    true => told.sampling / (2.0 * root),
                    false => 0.0,
                },
            })
        };
        Some(Losses {
            rows: rows.len() as u64,
            absolute: of(Charge::Absolute)?,
            squared: of(Charge::Squared)?,
            percentage: of(Charge::Percentage),
            log_squared: of(Charge::LogSquared),
            relative_from: self.of_fewer(self.sample.1),
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
