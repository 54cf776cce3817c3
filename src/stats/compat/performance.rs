//! What NannyML 0.13.1 says of performance, chunk by chunk: measured by outcomes (`performance_calculation`), and
//! estimated without them (`performance_estimation/confidence_based`, CBPE), with the sampling errors, limits and
//! alerts of both (`sampling_error`, `thresholds.py`).
//!
//! Thresholds of the estimates are those of what was measured on the reference, by scores as they are. The order of
//! rows of one score moves the sampling error of ROC AUC, and what is expected of several classes: it is that of numpy
//! without vector instructions, for with them every processor has its own. The sampling error of average precision is
//! left out, for it is drawn there without a seed.

use super::calibrated::calibrator;
use super::nannyml::Limits;
use super::numpy;
use crate::stats::calibration::Calibrator;
use std::ops::Range;

/// A label that is missing.
pub const MISSING: u32 = u32::MAX;
/// Classes up to which pairs are told.
const MOST_PAIRS: usize = 10;
/// Standard errors of a sample to either side of an estimate.
pub const ERRORS: f64 = 3.0;

/// A metric of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Metric {
    RocAuc,
    AveragePrecision,
    F1,
    Precision,
    Recall,
    Specificity,
    Accuracy,
    /// Rows of a true class (first) that are predicted as another.
    Pair(u32, u32),
}

/// Its metrics of classes that need no names.
const OF_CLASSES: [Metric; 7] = [
    Metric::RocAuc,
    Metric::AveragePrecision,
    Metric::F1,
    Metric::Precision,
    Metric::Recall,
    Metric::Specificity,
    Metric::Accuracy,
];

impl Metric {
    /// Its name in NannyML, where the classes are called so.
    #[must_use]
    pub fn name(self, labels: &[String]) -> String {
        let label = |of: u32| labels.get(of as usize).map_or("", String::as_str);
        match self {
            Self::RocAuc => "roc_auc".into(),
            Self::AveragePrecision => "average_precision".into(),
            Self::F1 => "f1".into(),
            Self::Precision => "precision".into(),
            Self::Recall => "recall".into(),
            Self::Specificity => "specificity".into(),
            Self::Accuracy => "accuracy".into(),
            Self::Pair(t, p) if labels.len() > 2 => format!("true_{}_pred_{}", label(t), label(p)),
            Self::Pair(t, p) => {
                let right = if t == p { "true" } else { "false" };
                let as_what = if p == 1 { "positive" } else { "negative" };
                format!("{right}_{as_what}")
            }
        }
    }

    const fn needs_labels(self) -> bool {
        !matches!(self, Self::RocAuc | Self::AveragePrecision)
    }

    /// Where its thresholds and its interval end.
    #[must_use]
    pub const fn limits(self) -> Limits {
        Limits {
            lower: Some(0.0),
            upper: match self {
                Self::Pair(..) => None,
                _ => Some(1.0),
            },
            left_out: false,
        }
    }
}

/// Rows in the order of chunks.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Classes; of two, the second one is the positive.
    pub classes: usize,
    /// True classes; [`MISSING`] where there is none.
    pub truth: Vec<u32>,
    /// Predicted classes, likewise; empty where nothing predicts one.
    pub predicted: Vec<u32>,
    /// Scores of the positive one of two classes, or of every one of several; empty where there are none.
    pub scores: Vec<Vec<f64>>,
}

/// Rows of a class against the rest, in whole rows or in expected ones.
#[derive(Clone, Copy, Debug, Default)]
struct Cells {
    tp: f64,
    fp: f64,
    r#fn: f64,
    tn: f64,
}

impl Cells {
    fn of(self, metric: Metric) -> f64 {
        let Self { tp, fp, r#fn, tn } = self;
        let (part, all) = match metric {
            Metric::F1 => (tp, tp + 0.5 * (fp + r#fn)),
            Metric::Precision => (tp, tp + fp),
            Metric::Recall => (tp, tp + r#fn),
            _ => (tn, tn + fp),
        };
        if all == 0.0 { 0.0 } else { part / all }
    }
}

impl Rows {
    /// The metrics that can be told of them.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        let (labels, scores) = (!self.predicted.is_empty(), !self.scores.is_empty());
        let mut out = OF_CLASSES.to_vec();
        if self.classes <= MOST_PAIRS {
            let all = 0..self.classes as u32;
            out.extend(
                all.clone()
                    .flat_map(|t| all.clone().map(move |p| Metric::Pair(t, p))),
            );
        }
        out.retain(|m| if m.needs_labels() { labels } else { scores });
        out
    }

    /// The classes that are each told against the rest.
    fn each(&self) -> Range<u32> {
        match self.classes {
            2 => 1..2,
            n => 0..n as u32,
        }
    }

    fn scored(&self, row: usize) -> bool {
        let has = |s: &Vec<f64>| s.get(row).is_some_and(|s| !s.is_nan());
        !self.scores.is_empty() && self.scores.iter().all(has)
    }

    fn label(of: &[u32], row: usize) -> Option<u32> {
        of.get(row).copied().filter(|l| *l != MISSING)
    }

    /// True and predicted classes where both are known.
    fn pairs(&self, rows: Range<usize>) -> Vec<(u32, u32)> {
        let pair = |row| Self::label(&self.truth, row).zip(Self::label(&self.predicted, row));
        rows.filter_map(pair).collect()
    }

    /// Score and whether it is so of a class, where the outcome and every score are known.
    fn known(&self, rows: Range<usize>, class: u32) -> Vec<(f64, bool)> {
        let Some(scores) = self.scores.get((class - self.each().start) as usize) else {
            return Vec::new();
        };
        let known = rows.filter(|row| self.scored(*row));
        let both = |row: usize| Some((scores[row], Self::label(&self.truth, row)? == class));
        known.filter_map(both).collect()
    }

    /// Rows that a metric looks at: by outcomes, or for an estimate.
    #[must_use]
    pub fn looked_at(&self, metric: Metric, rows: Range<usize>, estimated: bool) -> usize {
        let known = |row: &usize| {
            let labelled = !metric.needs_labels() || Self::label(&self.predicted, *row).is_some();
            let scored = self.scored(*row) || (metric.needs_labels() && !estimated);
            labelled && scored && (estimated || Self::label(&self.truth, *row).is_some())
        };
        rows.filter(known).count()
    }

    /// The metric by outcomes; `None` where it has none for a chunk.
    #[must_use]
    pub fn measured(&self, metric: Metric, rows: Range<usize>) -> Option<f64> {
        if !metric.needs_labels() {
            return self.area(metric, rows);
        }
        let pairs = self.pairs(rows);
        let n = pairs.len() as f64;
        let first = *pairs.first()?;
        let one_truth = pairs.iter().all(|p| p.0 == first.0);
        let one_guess = pairs.iter().all(|p| p.1 == first.1);
        let several = self.classes > 2;
        let none = match metric {
            Metric::Accuracy => false,
            Metric::Pair(..) => several && (one_truth || one_guess),
            Metric::Specificity if !several => one_truth && one_guess && first.0 == first.1,
            _ => one_truth || one_guess,
        };
        if none {
            return None;
        }
        let count =
            |is: &dyn Fn(&(u32, u32)) -> bool| pairs.iter().filter(|p| is(p)).count() as f64;
        match metric {
            Metric::Accuracy => return Some(count(&|p| p.0 == p.1) / n),
            Metric::Pair(t, g) => return Some(count(&|p| *p == (t, g))),
            _ => {}
        }
        let mut of_each = Vec::new();
        for class in self.each() {
            let cells = one_against_rest(&pairs, class);
            if metric == Metric::Specificity && cells.tn + cells.fp == 0.0 {
                return None;
            }
            of_each.push(cells.of(metric));
        }
        Some(numpy::mean(&of_each))
    }

    /// Areas under curves, as scikit-learn makes them.
    fn area(&self, metric: Metric, rows: Range<usize>) -> Option<f64> {
        let mut of_each = Vec::new();
        for class in self.each() {
            let mut ranked = self.known(rows.clone(), class);
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
            let positive = ranked.iter().filter(|r| r.1).count() as f64;
            let negative = ranked.len() as f64 - positive;
            let one = self.classes == 2 && metric == Metric::AveragePrecision;
            if positive == 0.0 || (negative == 0.0 && !one) {
                return None;
            }
            let (mut hits, mut misses, mut area, mut precision) = (0.0, 0.0, 0.0, 0.0);
            for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
                let found = tied.iter().filter(|r| r.1).count() as f64;
                let missed = tied.len() as f64 - found;
                area += missed * (hits + found / 2.0);
                hits += found;
                misses += missed;
                precision += found * hits / (hits + misses);
            }
            of_each.push(match metric {
                Metric::RocAuc => area / positive / negative,
                _ => precision / positive,
            });
        }
        Some(numpy::mean(&of_each))
    }

    /// How scores become probabilities, learned from these rows as a reference; one a list of scores. `None` where it
    /// refuses: a row lacks an outcome or a score.
    #[must_use]
    pub fn calibrators(&self) -> Option<Vec<Calibrator>> {
        let n = self.truth.len();
        if n == 0 || self.scores.is_empty() {
            return None;
        }
        if (0..n).any(|row| !self.scored(row) || Self::label(&self.truth, row).is_none()) {
            return None;
        }
        let learned = self.each().zip(&self.scores).map(|(class, scores)| {
            let positive: Vec<bool> = self.truth.iter().map(|t| *t == class).collect();
            calibrator(scores, &positive)
        });
        learned.collect()
    }

    /// Probabilities of the classes that scores are of, by row; NaN where a score is missing.
    #[must_use]
    pub fn probabilities(&self, calibrators: &[Calibrator]) -> Vec<Vec<f64>> {
        let each = self.scores.iter().zip(calibrators);
        let mut out: Vec<Vec<f64>> = each
            .map(|(scores, calibrator)| scores.iter().map(|s| calibrator.at(*s)).collect())
            .collect();
        if self.classes > 2 {
            for row in 0..self.truth.len() {
                let sum: f64 = out.iter().filter_map(|p| p.get(row)).sum();
                for p in &mut out {
                    if let Some(p) = p.get_mut(row) {
                        *p = if sum == 0.0 {
                            1.0 / self.classes as f64
                        } else {
                            *p / sum
                        };
                    }
                }
            }
        }
        out
    }

    /// The metric that is expected of rows by their [`Rows::probabilities`]; `None` where none can be looked at.
    #[must_use]
    pub fn estimated(
        &self,
        metric: Metric,
        rows: Range<usize>,
        probabilities: &[Vec<f64>],
    ) -> Option<f64> {
        let first = self.each().start;
        let rows: Vec<usize> = rows
            .filter(|row| self.scored(*row))
            .filter(|row| !metric.needs_labels() || Self::label(&self.predicted, *row).is_some())
            .collect();
        if rows.is_empty() {
            return None;
        }
        let n = rows.len() as f64;
        let guess = |row: usize| self.predicted.get(row).copied().unwrap_or(MISSING);
        // Of two classes the probability of the first is what is left.
        let of = |class: u32, row: usize| match class.checked_sub(first) {
            Some(at) => probabilities.get(at as usize).map_or(f64::NAN, |p| p[row]),
            None => 1.0 - probabilities.first().map_or(f64::NAN, |p| p[row]),
        };
        match metric {
            Metric::Accuracy => {
                let right: Vec<f64> = rows.iter().map(|row| of(guess(*row), *row)).collect();
                return Some(numpy::sum(&right) / n);
            }
            Metric::Pair(t, p) => {
                let own = |row: &usize| if guess(*row) == p { of(t, *row) } else { 0.0 };
                let own: Vec<f64> = rows.iter().map(own).collect();
                return Some(numpy::sum(&own) / n * n);
            }
            _ => {}
        }
        let mut of_each = Vec::new();
        for (class, scores) in self.each().zip(&self.scores) {
            if metric.needs_labels() {
                let mut cells = Cells::default();
                for row in &rows {
                    let p = of(class, *row);
                    match guess(*row) == class {
                        true => (cells.tp, cells.fp) = (cells.tp + p, cells.fp + 1.0 - p),
                        false => (cells.r#fn, cells.tn) = (cells.r#fn + p, cells.tn + 1.0 - p),
                    }
                }
                of_each.push(cells.of(metric));
                continue;
            }
            let own: Vec<f64> = rows.iter().map(|r| scores[*r]).collect();
            let down: Vec<f64> = (numpy::argsort(&own).into_iter().rev())
                .map(|at| of(class, rows[at]))
                .collect();
            of_each.push(expected_area(metric, &down)?);
        }
        Some(numpy::mean(&of_each))
    }

    /// The sampling error of a metric for so many rows, by these rows as a reference: `None` where it is not told.
    #[must_use]
    pub fn sampling_error(&self, metric: Metric) -> Option<SamplingError> {
        let all = 0..self.truth.len();
        if metric == Metric::AveragePrecision {
            return None;
        }
        let mut parts = Vec::new();
        if metric == Metric::RocAuc {
            for class in self.each() {
                parts.push(self.spread_of_ranks(class)?);
            }
            // As it widens it for several classes.
            let factor = if self.classes > 2 { 1.2 } else { 1.0 };
            return Some(SamplingError {
                parts,
                factor,
                sum: false,
            });
        }
        let pairs = self.pairs(all);
        let n = pairs.len() as f64;
        let bernoulli = |part: f64, of: f64| {
            let p = part / of;
            p * (1.0 - p)
        };
        let share =
            |is: &dyn Fn(&(u32, u32)) -> bool| pairs.iter().filter(|p| is(p)).count() as f64;
        match metric {
            Metric::Accuracy => parts.push((bernoulli(share(&|p| p.0 == p.1), n), 1.0)),
            Metric::Pair(t, g) => parts.push((bernoulli(share(&|p| *p == (t, g)), n), 1.0)),
            _ => {
                for class in self.each() {
                    let Cells { tp, fp, r#fn, tn } = one_against_rest(&pairs, class);
                    let (part, of) = match metric {
                        Metric::F1 => (tp, tp + fp + r#fn),
                        Metric::Precision => (tp, tp + fp),
                        Metric::Recall => (tp, tp + r#fn),
                        _ => (tn, tn + fp),
                    };
                    let factor = match metric {
                        Metric::F1 if self.classes == 2 => of / (0.5 * (r#fn + fp) + tp),
                        _ => 1.0,
                    };
                    parts.push((bernoulli(part, of) * factor * factor, of / n));
                }
            }
        }
        let sum = matches!(metric, Metric::Pair(..));
        Some(SamplingError {
            parts,
            factor: 1.0,
            sum,
        })
    }

    /// Variance of the share of negatives below a positive, and the share of positives; of the class that is rarer.
    fn spread_of_ranks(&self, class: u32) -> Option<(f64, f64)> {
        let mut known = self.known(0..self.truth.len(), class);
        let n = known.len() as f64;
        let count = |rows: &[(f64, bool)]| rows.iter().filter(|r| r.1).count() as f64;
        if count(&known) / n > 0.5 {
            for row in &mut known {
                *row = (1.0 - row.0, !row.1);
            }
        }
        let positive = count(&known);
        let scores: Vec<f64> = known.iter().map(|r| r.0).collect();
        let up = numpy::argsort(&scores).into_iter().map(|at| known[at]);
        // The lowest number is dropped, whose place is 0 times itself: that of a negative, or of the first row.
        let places = up.enumerate().filter(|(at, row)| row.1 && *at > 0);
        let below: Vec<f64> = places
            .enumerate()
            .map(|(i, (at, _))| (at - i) as f64 / (n - positive))
            .collect();
        let spread = numpy::std(&below, 0.0);
        (!below.is_empty()).then_some((spread * spread, positive / n))
    }
}

/// Variances of a row by class, and the share of the rows that each is of.
#[derive(Clone, Debug)]
pub struct SamplingError {
    parts: Vec<(f64, f64)>,
    factor: f64,
    /// Whether it is of a count of rows.
    sum: bool,
}

impl SamplingError {
    /// For so many rows; `None` where it is not defined.
    #[must_use]
    pub fn of(&self, rows: usize) -> Option<f64> {
        let n = rows as f64;
        let variances: f64 = self.parts.iter().map(|(v, share)| v / (n * share)).sum();
        let error = variances.sqrt() / self.parts.len() as f64 * self.factor;
        let error = if self.sum { error * n } else { error };
        Some(error).filter(|e| e.is_finite())
    }
}

fn one_against_rest(pairs: &[(u32, u32)], class: u32) -> Cells {
    let mut cells = Cells::default();
    for (truth, guess) in pairs {
        *match (*truth == class, *guess == class) {
            (true, true) => &mut cells.tp,
            (false, true) => &mut cells.fp,
            (true, false) => &mut cells.r#fn,
            (false, false) => &mut cells.tn,
        } += 1.0;
    }
    cells
}

/// The area that is expected under a curve, of rows by descending score with their probabilities. Counts are rounded to
/// five digits on the way, and every row is a step of its own.
fn expected_area(metric: Metric, down: &[f64]) -> Option<f64> {
    let round = |x: f64| (x * 1e5).round_ties_even() / 1e5;
    let mut hits = vec![0.0];
    let mut misses = vec![0.0];
    let mut sum = 0.0;
    for (at, p) in down.iter().enumerate() {
        sum += p;
        hits.push(round(sum));
        misses.push(round(1.0 + at as f64 - sum));
    }
    let (all, rest) = (*hits.last()?, *misses.last()?);
    let ups = hits.windows(2);
    let terms: Vec<f64> = match metric {
        Metric::RocAuc => ups
            .zip(misses.windows(2))
            .map(|(h, m)| (m[1] / rest - m[0] / rest) * (h[1] / all + h[0] / all) / 2.0)
            .collect(),
        _ => (1_u32..)
            .zip(ups)
            .map(|(row, h)| (h[1] / all - h[0] / all) * (h[1] / f64::from(row)))
            .collect(),
    };
    Some(numpy::sum(&terms)).filter(|area| area.is_finite())
}
