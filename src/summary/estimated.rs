//! What metrics are expected to be in windows whose outcomes are not known, learned from rows whose are.
//!
//! An estimator is fitted to the labelled rows of a baseline and then asked of the rows of each window, with
//! outcomes or without: it never looks at them. Which one it is, [`Method`] tells. Like [`super::Drift`] the
//! answers are made of rows where these are kept, stand beside the cells, and do not survive a merge.

mod counted;
mod wanted;

use super::Series;
use super::build::{Builder, sort_by_group};
use super::direct::{Direct, Losses};
use super::shifted::{Shifted, Weighted};
use super::steps::{Progress, pause};
use super::stretches::Stretches;
use crate::log::{Log, Task};
use crate::stats::calibration::Calibrator;
use crate::stats::expected::{Cells, Ties, average_precision, roc_auc};
use crate::stats::rank::sort_by_score;
use serde::{Deserialize, Serialize};
pub use wanted::Estimating;
use wanted::Wanted;

/// Baselines of which a series keeps the answers.
const KEPT: usize = 4;
/// Classes at most of which pairs are counted: windows keep one number a pair.
pub const MOST_CLASSES: usize = 30;
/// Labelled rows at least to learn from.
const LEAST: usize = 100;

/// How an estimate is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Confidence-based: a score is made a probability as the baseline's outcomes tell, and counts are sums
    /// of probabilities.
    #[default]
    Cbpe,
    /// Multi-calibrated: the same, but what a score is worth is learned from the baseline's rows as far as
    /// they are like the window's.
    Mcbpe,
    /// Direct loss: the error of a row is learned from its features and its prediction.
    Dle,
}

/// What is asked: windows as ranges of a series' buckets (end exclusive), none within another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The rows to learn from; `None`: the reference.
    pub baseline: Option<(usize, usize)>,
    /// The windows.
    pub windows: Vec<(usize, usize)>,
    /// Whether every threshold is to be answered, and not only labels as they were served.
    pub thresholds: bool,
}

/// What is expected of windows, learned from one baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimates {
    /// How; of a classification [`Estimates::windows`].
    pub method: Method,
    /// The rows that it was learned from; `None`: the reference.
    pub baseline: Option<(usize, usize)>,
    /// How many of them have an outcome and a score.
    pub rows: u64,
    /// Whether scores were not taken as they are, for any class.
    pub calibrated: bool,
    /// Why there is nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
    /// The windows, by their range.
    pub windows: Vec<Expected>,
    /// The same by [`Method::Mcbpe`]; empty where no column is an input of the model.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub shifted: Vec<Expected>,
}

/// What is expected of the rows of a window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Its buckets.
    pub range: (usize, usize),
    /// Rows with a score.
    pub rows: u64,
    /// ROC AUC; of several classes the mean of each against the rest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub roc_auc: Option<f64>,
    /// Average precision of a binary task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub average_precision: Option<f64>,
    /// Log loss of the scores, where they are probabilities.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log_loss: Option<f64>,
    /// Their Brier score.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub brier_score: Option<f64>,
    /// Counts by labels as served: of the positive class, or of every one of several against the rest.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub served: Vec<Cells>,
    /// Of several classes, the rows that are expected of each true and predicted class; empty of more than
    /// [`MOST_CLASSES`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub confusion: Vec<(u32, u32, f64)>,
    /// Bin of the score histogram, rows, and how many of them are expected to be positive; empty where
    /// thresholds were not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub bins: Vec<(u32, u64, f64)>,
    /// Rows of one weight that what was learned from tells as much as, where these are fewer than all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effective: Option<f64>,
    /// Of a regression, its errors.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub losses: Option<Losses>,
}

impl Expected {
    /// Counts where a row is predicted positive from a bin of the score histogram on; `None` where
    /// thresholds were not asked for.
    #[must_use]
    pub fn above(&self, bin: u32) -> Option<Cells> {
        let mut cells = Cells::default();
        for (at, rows, positive) in &self.bins {
            cells.add_rows(*at >= bin, *rows as f64, *positive);
        }
        (!self.bins.is_empty()).then_some(cells)
    }
}

impl Estimates {
    /// What is expected of a window.
    #[must_use]
    pub fn of(&self, range: (usize, usize)) -> Option<&Expected> {
        find(&self.windows, range)
    }

    /// The same where rows like the window's count more; `None` where no column is an input.
    #[must_use]
    pub fn shifted(&self, range: (usize, usize)) -> Option<&Expected> {
        find(&self.shifted, range)
    }

    /// The windows asked for that are not answered as they are asked for.
    fn lacks(&self, asked: &Asked) -> Vec<(usize, usize)> {
        let windows = asked.windows.iter().copied();
        let answered = |range: &(usize, usize)| {
            let known = self.of(*range);
            known.is_some_and(|w| {
                w.rows == 0 || w.losses.is_some() || !asked.thresholds || !w.bins.is_empty()
            })
        };
        match self.undefined {
            Some(_) => Vec::new(),
            None => windows.filter(|range| !answered(range)).collect(),
        }
    }
}

fn find(windows: &[Expected], range: (usize, usize)) -> Option<&Expected> {
    let at = windows.binary_search_by_key(&range, |w| w.range).ok();
    at.and_then(|at| windows.get(at))
}

impl Series {
    /// What is expected of windows, where it was learned and answers all that is asked.
    #[must_use]
    pub fn estimates(&self, asked: &Asked) -> Option<&Estimates> {
        let of = |e: &&Estimates| e.baseline == asked.baseline;
        let found = self.estimates.iter().find(of)?;
        found.lacks(asked).is_empty().then_some(found)
    }
}

impl Builder {
    /// Makes it, window by window.
    async fn estimate(&self, wanted: &Wanted, progress: &Progress) -> Estimates {
        let (groups, fresh) = (&wanted.groups, &wanted.fresh);
        let found = match self.log.task {
            Some(Task::Regression) => self.direct(groups, fresh, progress).await,
            _ => match Learned::from(&self.log, groups) {
                Ok(learned) => Ok(learned.estimates(self, wanted, progress).await),
                Err(why) => Err(why),
            },
        };
        found.unwrap_or_else(|why| Estimates {
            method: match self.log.task {
                Some(Task::Regression) => Method::Dle,
                _ => Method::Cbpe,
            },
            undefined: Some(why),
            ..Estimates::default()
        })
    }

    /// The errors that are expected of windows, or why none are.
    async fn direct(
        &self,
        groups: &Groups,
        ranges: &[(usize, usize)],
        progress: &Progress,
    ) -> Result<Estimates, String> {
        let rows = groups.rows();
        let known = rows.first().map_or(&[][..], Vec::as_slice);
        let direct = Direct::learn(self, known, LEAST, (progress, ranges.len())).await?;
        let mut windows = Vec::with_capacity(ranges.len());
        for (range, own) in ranges.iter().zip(rows.iter().skip(1)) {
            let losses = direct.expect(own, ranges.len());
            windows.push(Expected {
                range: *range,
                rows: losses.map_or(0, |l| l.rows),
                effective: direct.effective(),
                losses,
                ..Expected::default()
            });
            progress.step().await;
        }
        Ok(Estimates {
            method: Method::Dle,
            rows: direct.rows,
            windows,
            ..Estimates::default()
        })
    }
}

/// The group of each row: 0 the baseline, then the windows.
struct Groups {
    of: Vec<u32>,
    count: usize,
}

impl Groups {
    /// The rows of each group, in order.
    fn rows(&self) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); self.count];
        for (row, group) in self.of.iter().enumerate() {
            if let Some(own) = rows.get_mut(*group as usize) {
                own.push(row);
            }
        }
        rows
    }
}

/// What was learned from the baseline: how each score becomes a probability.
struct Learned {
    /// One, of the positive class; or one for each of several.
    calibrators: Vec<Calibrator>,
    rows: Vec<usize>,
}

/// The probability of a class at a score, among the rows of a group.
type Probability<'a> = &'a dyn Fn(u32, usize, f64) -> f64;

impl Learned {
    /// Learned from the rows of group 0, or why nothing can be.
    fn from(log: &Log, groups: &Groups) -> Result<Self, String> {
        let scores = scores(log);
        let rows: Vec<usize> = (0..log.rows)
            .filter(|row| groups.of.get(*row) == Some(&0) && log.truth.label(*row).is_some())
            .filter(|row| has_scores(&scores, *row))
            .collect();
        if rows.len() < LEAST {
            return Err(format!(
                "{} rows of the baseline have an outcome and a score; {LEAST} are the fewest to learn from",
                rows.len()
            ));
        }
        let probabilities = log.task == Some(Task::Multiclass) || log.probabilistic;
        let mut calibrators = Vec::new();
        for (class, scores) in (0_u32..).zip(&scores) {
            let class = if log.task == Some(Task::Multiclass) {
                class
            } else {
                1
            };
            let own: Vec<f64> = rows
                .iter()
                .filter_map(|r| scores.get(*r).copied())
                .collect();
            let positive = rows.iter().map(|r| log.truth.label(*r) == Some(class));
            let positive: Vec<bool> = positive.collect();
            let Some(learned) = Calibrator::learn(&own, &positive, probabilities) else {
                let name = log.labels.get(class as usize).map_or("", String::as_str);
                return Err(match positive.first() {
                    Some(true) => format!("every outcome of the baseline is {name}"),
                    _ => format!("no outcome of the baseline is {name}"),
                });
            };
            calibrators.push(learned);
        }
        match calibrators.is_empty() {
            true => Err("there is no score".into()),
            false => Ok(Self { calibrators, rows }),
        }
    }

    async fn estimates(
        &self,
        builder: &Builder,
        wanted: &Wanted,
        progress: &Progress,
    ) -> Estimates {
        let Wanted {
            groups,
            fresh: ranges,
            stretches,
            thresholds,
            ..
        } = wanted;
        // Every stretch is learned of once, and every window looked at twice for each class.
        progress.expect(stretches.rows.len() + 2 * ranges.len() * self.calibrators.len());
        let plain = |_: u32, class: usize, score: f64| match self.calibrators.get(class) {
            Some(calibrator) => calibrator.at(score),
            None => f64::NAN,
        };
        let asked = (groups, ranges.as_slice(), *thresholds);
        let windows = self.windows(builder, asked, &plain, progress).await;
        let mut shifted = None;
        if let Some(learned) = self.weighted(builder, stretches, progress).await {
            let learned = |window: usize| {
                let stretch = stretches.of_window.get(window)?;
                learned.get(*stretch)?.as_ref()
            };
            let of = |group: u32, class: usize, score: f64| {
                let own = learned((group as usize).wrapping_sub(1));
                match own.and_then(|own| own.0.get(class)) {
                    Some(isotonic) => isotonic.at(score),
                    None => plain(group, class, score),
                }
            };
            let mut windows = self.windows(builder, asked, &of, progress).await;
            for (i, window) in windows.iter_mut().enumerate() {
                window.effective = learned(i).map(|l| l.1);
            }
            shifted = Some(windows);
        }
        Estimates {
            method: Method::Cbpe,
            baseline: None,
            rows: self.rows.len() as u64,
            calibrated: self.calibrators.iter().any(Calibrator::is_fitted),
            undefined: None,
            windows,
            shifted: shifted.unwrap_or_default(),
        }
    }

    /// What each stretch says of scores, class by class, and how many rows of one weight tell as much; `None`
    /// in it where too few rows of the baseline are like its own. `None` where no column is an input of the model.
    async fn weighted(
        &self,
        builder: &Builder,
        stretches: &Stretches,
        progress: &Progress,
    ) -> Option<Vec<Option<Weighted>>> {
        let log = &builder.log;
        let scores = scores(log);
        let shifted = Shifted::new(builder, &self.rows, stretches.rows.len(), &scores)?;
        let several = log.task == Some(Task::Multiclass);
        let positive = |row: usize, class: usize| {
            log.truth.label(row) == Some(if several { class as u32 } else { 1 })
        };
        let mut learned = Vec::with_capacity(stretches.rows.len());
        for own in &stretches.rows {
            learned.push(shifted.learn(own, positive));
            progress.step().await;
        }
        Some(learned)
    }

    async fn windows(
        &self,
        builder: &Builder,
        (groups, ranges, thresholds): (&Groups, &[(usize, usize)], bool),
        probability: Probability<'_>,
        progress: &Progress,
    ) -> Vec<Expected> {
        let log = &builder.log;
        let scores = scores(log);
        let total = self.totals(&scores, groups, probability);
        pause().await;
        let mut windows: Vec<Expected> = ranges
            .iter()
            .map(|range| Expected {
                range: *range,
                ..Expected::default()
            })
            .collect();
        let classes = self.calibrators.len();
        let mut areas: Vec<Option<f64>> = vec![Some(0.0); windows.len()];
        for (class, own) in scores.iter().enumerate() {
            let order = sort_by_score(own);
            pause().await;
            let (rows, starts) = sort_by_group(&groups.of, groups.count, Some(&order));
            pause().await;
            for (i, window) in windows.iter_mut().enumerate() {
                let range = starts.get(i + 1).copied().unwrap_or(0)
                    ..starts.get(i + 2).copied().unwrap_or(0);
                let rows = rows.get(range).unwrap_or_default();
                // Highest first; a row that lacks a score of another class is left out.
                let known = rows.iter().rev().map(|r| *r as usize);
                let known: Vec<usize> = known.filter(|r| has_scores(&scores, *r)).collect();
                let chance = |row: usize| {
                    let own = probability(i as u32 + 1, class, own[row]);
                    match total.get(row) {
                        None => own,
                        Some(0.0) => 1.0 / classes as f64,
                        Some(sum) => own / sum,
                    }
                };
                let down: Vec<(f64, f64)> = known.iter().map(|r| (own[*r], chance(*r))).collect();
                window.rows = known.len() as u64;
                if let Some(area) = areas.get_mut(i) {
                    *area = area
                        .zip(roc_auc(&down))
                        .map(|(sum, one)| sum + one / classes as f64);
                }
                let positive = if classes > 1 { class as u32 } else { 1 };
                let mut served = Cells::default();
                let mut pairs = vec![0.0; if classes > 1 { classes } else { 0 }];
                for (row, (_, p)) in known.iter().zip(&down) {
                    if let Some(label) = log.predicted.label(*row) {
                        served.add(label == positive, *p);
                        if let Some(pair) = pairs.get_mut(label as usize) {
                            *pair += p;
                        }
                    }
                }
                if classes <= MOST_CLASSES {
                    let pairs = (0..).zip(pairs).filter(|(_, rows)| *rows > 0.0);
                    let of = |(predicted, rows)| (class as u32, predicted, rows);
                    window.confusion.extend(pairs.map(of));
                }
                if served.n() > 0.0 {
                    window.served.push(served);
                }
                if classes == 1 {
                    window.average_precision = average_precision(&down, Ties::Together);
                    if thresholds {
                        window.bins = bins(&builder.facts.bin, &known, &down);
                    }
                }
                if log.task == Some(Task::Multiclass) || log.probabilistic {
                    let (log_loss, brier) = losses(&down, classes > 1);
                    let add = |sum: Option<f64>, one: Option<f64>| Some(sum.unwrap_or(0.0) + one?);
                    window.log_loss = add(window.log_loss, log_loss);
                    window.brier_score = add(window.brier_score, brier);
                }
                progress.step().await;
            }
        }
        for (window, area) in windows.iter_mut().zip(areas) {
            window.roc_auc = area;
        }
        windows
    }

    /// Of several classes, the sum of the probabilities of each row, by which they are divided.
    fn totals(&self, scores: &[&[f64]], groups: &Groups, probability: Probability<'_>) -> Vec<f64> {
        if self.calibrators.len() < 2 {
            return Vec::new();
        }
        let mut total = vec![0.0; groups.of.len()];
        for (class, own) in scores.iter().enumerate() {
            for ((sum, score), group) in total.iter_mut().zip(*own).zip(&groups.of) {
                if *group != u32::MAX {
                    *sum += probability(*group, class, *score);
                }
            }
        }
        total
    }
}

/// The score of the positive class, or those of every one of several.
fn scores(log: &Log) -> Vec<&[f64]> {
    match log.task {
        Some(Task::Binary) if !log.score.is_empty() => vec![&log.score],
        Some(Task::Multiclass) => log.class_scores.iter().map(Vec::as_slice).collect(),
        _ => Vec::new(),
    }
}

fn has_scores(scores: &[&[f64]], row: usize) -> bool {
    scores
        .iter()
        .all(|s| s.get(row).is_some_and(|s| !s.is_nan()))
}

/// Rows by bin, and how many are expected to be positive.
fn bins(bin: &[u32], rows: &[usize], down: &[(f64, f64)]) -> Vec<(u32, u64, f64)> {
    let mut out: Vec<(u32, u64, f64)> = Vec::new();
    for (row, (_, p)) in rows.iter().zip(down) {
        let Some(bin) = bin.get(*row) else { continue };
        match out.last_mut().filter(|last| last.0 == *bin) {
            Some(last) => *last = (*bin, last.1 + 1, last.2 + p),
            None => out.push((*bin, 1, *p)),
        }
    }
    out.reverse();
    out
}

/// What log loss and Brier score of scores are expected to be where each row is positive with its
/// probability; of one of several classes only what it adds to them.
fn losses(down: &[(f64, f64)], of_several: bool) -> (Option<f64>, Option<f64>) {
    if down.is_empty() {
        return (None, None);
    }
    let (mut log_loss, mut brier) = (0.0, 0.0);
    for (score, p) in down {
        // scikit-learn clips probabilities at the machine epsilon of their type.
        let clipped = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        log_loss -= p * libm::log(clipped);
        if !of_several {
            log_loss -= (1.0 - p) * libm::log(1.0 - clipped);
        }
        brier += p * (1.0 - score) * (1.0 - score) + (1.0 - p) * score * score;
    }
    let rows = down.len() as f64;
    (Some(log_loss / rows), Some(brier / rows))
}
