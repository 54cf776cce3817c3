//! One cell: the counts of a bucket of time in a slice. Everything in it adds up.

use super::class_scores::ClassScores;
use super::in_order::InOrder;
use super::label_sets::LabelSets;
use super::lists::Lists;
use super::masses::Masses;
use super::models::ModelCell;
use super::quantiles::QuantileCounts;
use super::relative::Relative;
use crate::stats::exact_sum::Sum;
use crate::stats::sketch::LogHistogram;
use crate::stats::sparse::{flat, pairs};
use serde::{Deserialize, Serialize};

/// The counts of a set of rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Rows.
    pub rows: u64,
    /// Rows with an outcome.
    pub labelled: u64,
    /// Classification.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub classes: Option<Classes>,
    /// Regression.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub numbers: Option<Numbers>,
    /// Predicted quantiles.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quantiles: Option<QuantileCounts>,
    /// Sets of labels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sets: Option<LabelSets>,
    /// Lists of items.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lists: Option<Lists>,
    /// Requests and resources.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub service: Option<Service>,
    /// Each of [`super::Summary::models`]; only where all rows are counted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub models: Vec<ModelCell>,
    /// Seconds from prediction to outcome; only where all rows are counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_s: Option<LogHistogram>,
    /// Missing cells by column ([`super::Summary::columns`]); only where all rows are counted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub missing: Vec<u64>,
}

/// Right and wrong labels, and scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Classes {
    /// (true label, label as served, rows), sorted; zero rows are left out.
    pub confusion: Vec<(u32, u32, u64)>,
    /// Scores of rows whose outcome is the positive class.
    pub positive: Histogram,
    /// Scores of rows whose outcome is the negative class.
    pub negative: Histogram,
    /// Scores of rows without an outcome.
    pub unlabelled: Histogram,
    /// Log loss of each row with an outcome and a probability; its square is rounded before it is added.
    pub log_loss: Moments,
    /// Squared error of its probabilities (Brier), likewise.
    pub squared_error: Moments,
    /// Rows with an outcome by tenths of the probability, [`CALIBRATION_BINS`] of them; of several classes of the
    /// highest one, the first of equals. Only where all rows are counted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calibration: Vec<Tenth>,
    /// Rows of a multiclass task with an outcome and all probabilities by how many classes have a higher
    /// one than the true class, [`RANKS`] of them and the rest; of equal ones the later class comes first,
    /// as in scikit-learn. Only where all rows are counted; a Summary of an earlier version tells fewer ranks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ranks: Vec<u64>,
    /// Rows of a binary task with an outcome by thousandths of the probability; only where all rows are counted,
    /// and absent in a Summary of before it was counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub masses: Option<Masses>,
    /// Rows of a multiclass task with an outcome by the probability of each class; likewise, and of up to
    /// [`super::class_scores::MOST`] classes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by_class: Option<ClassScores>,
}

/// How many ranks of the true class are told apart.
pub const RANKS: usize = 20;

/// How many bins of equal width tell the calibration: bin `i` is i/10 ≤ p < (i + 1)/10, the last one
/// closed.
pub const CALIBRATION_BINS: usize = 10;

/// Rows with an outcome whose probability lies in one tenth. Written as a list of the three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, Sum)", into = "(u64, u64, Sum)")]
pub struct Tenth {
    /// Rows.
    pub rows: u64,
    /// Rows whose outcome is the class of the probability: the positive one of two.
    pub positive: u64,
    /// The sum of their probabilities.
    pub sum: Sum,
}

impl From<(u64, u64, Sum)> for Tenth {
    fn from((rows, positive, sum): (u64, u64, Sum)) -> Self {
        Self {
            rows,
            positive,
            sum,
        }
    }
}

impl From<Tenth> for (u64, u64, Sum) {
    fn from(tenth: Tenth) -> Self {
        (tenth.rows, tenth.positive, tenth.sum)
    }
}

impl Tenth {
    /// The bin of a probability, as numpy's `minimum(floor(p * 10), 9)` has it.
    #[must_use]
    pub fn of(probability: f64) -> usize {
        let bin = (probability * CALIBRATION_BINS as f64) as usize;
        bin.min(CALIBRATION_BINS - 1)
    }
}

/// Errors of numbers. `error = prediction − outcome`, `d = outcome − centre`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Errors; their squares are exact.
    pub error: Moments,
    /// Sum of absolute errors.
    pub absolute: Sum,
    /// Sum of fourth powers of errors.
    pub fourth: Sum,
    /// Outcomes; their squares are exact.
    pub outcome: Moments,
    /// Σ d, Σ d², Σ d³, Σ d⁴.
    pub centred: [Sum; 4],
    /// Σ e² d, Σ e² d².
    pub mixed: [Sum; 2],
    /// Errors beside the size of the outcome; only where all rows are counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relative: Option<Relative>,
    /// Errors and outcomes in bins that tell their order; only where all rows are counted, and absent in a Summary
    /// of before it was counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub in_order: Option<InOrder>,
}

/// Requests and resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Rows with a status.
    pub statuses: u64,
    /// Rows that failed.
    pub failed: u64,
    /// Latency in milliseconds, to 1 %.
    pub latency_ms: LogHistogram,
    /// Means of bytes, CPU and memory, as far as the columns exist; of all rows and of slices that
    /// were asked for.
    pub means: [Moments; 3],
}

/// Count, sum and sum of squares.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Values.
    pub n: u64,
    /// Their sum.
    pub sum: Sum,
    /// The sum of their squares.
    pub square: Sum,
}

/// Rows by bin of the score: (bin, rows), sorted; empty bins are left out. Written as
/// [`crate::stats::sparse`] says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<i64>", into = "Vec<i64>")]
pub struct Histogram(pub Vec<(u32, u64)>);

/// Confusion counts of a binary task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Positive, predicted positive.
    pub tp: u64,
    /// Negative, predicted positive.
    pub fp: u64,
    /// Positive, predicted negative.
    pub r#fn: u64,
    /// Negative, predicted negative.
    pub tn: u64,
}

impl std::iter::Sum for Counted {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            tp: a.tp + b.tp,
            fp: a.fp + b.fp,
            r#fn: a.r#fn + b.r#fn,
            tn: a.tn + b.tn,
        })
    }
}

impl Counted {
    /// Rows in all.
    #[must_use]
    pub fn n(self) -> u64 {
        self.tp + self.fp + self.r#fn + self.tn
    }
}

impl Moments {
    /// The mean; `None` without values, infinite where the sum is beyond every number.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum.unbounded() / self.n as f64)
    }

    /// The sample variance; `None` for fewer than two values, or where a sum is beyond every number.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        if self.square.unbounded().is_infinite() || self.sum.unbounded().is_infinite() {
            return None;
        }
        (self.n > 1).then(|| {
            crate::stats::exact_sum::centred_square_sum(&self.sum, &self.square, self.n)
                / (self.n - 1) as f64
        })
    }
}

impl TryFrom<Vec<i64>> for Histogram {
    type Error = String;

    fn try_from(list: Vec<i64>) -> Result<Self, String> {
        let bin = |bucket| u32::try_from(bucket).map_err(|_| "a bin is not negative".to_string());
        pairs(&list)?
            .into_iter()
            .map(|(bucket, rows)| Ok((bin(bucket)?, rows)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl From<Histogram> for Vec<i64> {
    fn from(histogram: Histogram) -> Self {
        flat(
            histogram
                .0
                .into_iter()
                .map(|(bin, rows)| (i64::from(bin), rows)),
        )
    }
}

impl Histogram {
    /// Rows in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|b| b.1).sum()
    }

    /// Rows in bins from this one on.
    #[must_use]
    pub fn from_bin(&self, bin: u32) -> u64 {
        self.0.iter().filter(|b| b.0 >= bin).map(|b| b.1).sum()
    }

    /// One count a bin.
    #[must_use]
    pub fn dense(&self, bins: usize) -> Vec<u64> {
        let mut out = vec![0; bins];
        for (bin, rows) in &self.0 {
            if let Some(place) = out.get_mut(*bin as usize) {
                *place += rows;
            }
        }
        out
    }
}

impl Classes {
    /// Rows with an outcome and a probability, or of several classes a score of each on another scale.
    #[must_use]
    pub fn scored(&self) -> u64 {
        self.log_loss.n.max(self.ranks.iter().sum())
    }

    /// Confusion counts with labels as served.
    #[must_use]
    pub fn served(&self) -> Counted {
        let at = |t, p| {
            self.confusion
                .iter()
                .find(|c| c.0 == t && c.1 == p)
                .map_or(0, |c| c.2)
        };
        Counted {
            tp: at(1, 1),
            fp: at(0, 1),
            r#fn: at(1, 0),
            tn: at(0, 0),
        }
    }

    /// Confusion counts where scores in bins from this one on are predicted positive.
    #[must_use]
    pub fn above(&self, bin: u32) -> Counted {
        let (tp, fp) = (self.positive.from_bin(bin), self.negative.from_bin(bin));
        Counted {
            tp,
            fp,
            r#fn: self.positive.total() - tp,
            tn: self.negative.total() - fp,
        }
    }
}
