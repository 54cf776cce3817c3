//! What is computed once a row: the edges of the score histogram, and each row's place and losses.

use super::cell::RANKS;
use super::class_scores;
use super::quantile_work::QuantileFacts;
use crate::log::{Log, Task};
use crate::stats::sketch::bucket;
use crate::table::NO_TIME;

/// Bins of a score histogram.
const BINS: usize = 100;
/// Different scores up to which each has a bin of its own.
const DISTINCT: usize = 200;

/// What is computed once a row.
pub(super) struct Facts {
    /// Bin of the score; `u32::MAX` without one.
    pub bin: Vec<u32>,
    /// Log loss; NaN without outcome or probability.
    pub log_loss: Vec<f64>,
    /// Squared error of the probabilities, likewise.
    pub squared: Vec<f64>,
    /// How many classes have a higher probability than the true one; `u8::MAX` without outcome or
    /// probabilities.
    pub rank: Vec<u8>,
    /// Bin of each class's probability, class by class; empty where they are not counted.
    pub class_bins: Vec<Vec<u8>>,
    /// Scores of predicted quantiles.
    pub quantiles: Option<QuantileFacts>,
    /// Bucket of the latency in its sketch.
    pub latency_bucket: Vec<i32>,
    /// Seconds from prediction to outcome, and their bucket; NaN without an outcome or one of the times.
    /// Empty where the files do not have both times.
    pub delay: Vec<(f64, i32)>,
}

/// Where a threshold can stand.
pub(super) fn edges(log: &Log, threshold: Option<f64>) -> Vec<f64> {
    let scores = || log.score.iter().copied().filter(|s| !s.is_nan());
    let Some((low, high)) = scores().fold(None, |r: Option<(f64, f64)>, s| {
        Some(r.map_or((s, s), |(a, b)| (a.min(s), b.max(s))))
    }) else {
        return Vec::new();
    };
    let mut edges: Vec<f64> = if log.probabilistic {
        (0..=BINS).map(|i| i as f64 / BINS as f64).collect()
    } else {
        let mut distinct: Vec<f64> = Vec::new();
        for s in scores() {
            if let Err(at) = distinct.binary_search_by(|x| x.total_cmp(&s)) {
                distinct.insert(at, s);
                if distinct.len() > DISTINCT {
                    break;
                }
            }
        }
        if distinct.len() <= DISTINCT {
            // The last value has a bin of its own, as wide as the one before it.
            let step = distinct.windows(2).last().map_or(1.0, |w| w[1] - w[0]);
            distinct.push((high + step).min(f64::MAX));
            distinct
        } else {
            (0..=BINS)
                .map(|i| {
                    if i == BINS {
                        high
                    } else {
                        let share = i as f64 / BINS as f64;
                        match high - low {
                            width if width.is_finite() => low + width * share,
                            _ => low * (1.0 - share) + high * share,
                        }
                    }
                })
                .collect()
        }
    };
    let usual = usual_threshold(&edges, log.probabilistic);
    let usual = Some(usual).filter(|t| low < *t && *t < high);
    for t in [usual, threshold]
        .into_iter()
        .flatten()
        .filter(|t| t.is_finite())
    {
        if let Err(at) = edges.binary_search_by(|e| e.total_cmp(&t)) {
            edges.insert(at, t);
        }
        // A threshold stands where a bin starts: at the last edge one more has to follow.
        if edges.last() == Some(&t) {
            edges.push(t.next_up().min(f64::MAX));
        }
    }
    edges
}

/// From which score on a row is positive where nobody says: 0.5 of probabilities, and of what is hardly beyond them;
/// 0 of scores on both sides of it, as margins and log-odds are; 50 of percentages; else the middle of the edges.
#[must_use]
pub fn usual_threshold(edges: &[f64], probabilistic: bool) -> f64 {
    let [low, .., high] = edges else { return 0.5 };
    let bins = edges.len() - 1;
    match () {
        () if probabilistic || (*low >= -0.25 && *high <= 1.25) => 0.5,
        () if *low < 0.0 && *high > 0.0 => 0.0,
        () if *low >= 0.0 && (50.0..=101.0).contains(high) => 50.0,
        () => edges
            .get(bins.div_ceil(2).min(bins - 1))
            .copied()
            .unwrap_or(*high),
    }
}

/// The bin of a score.
fn bin(edges: &[f64], score: f64) -> u32 {
    let above = edges.partition_point(|e| *e <= score);
    above.saturating_sub(1).min(edges.len().saturating_sub(2)) as u32
}

fn delays(log: &Log) -> Vec<(f64, i32)> {
    if log.time.is_empty() || log.outcome_time.is_empty() {
        return Vec::new();
    }
    let times = log.time.iter().zip(&log.outcome_time).enumerate();
    let delay = |(row, (from, to)): (usize, (&i64, &i64))| {
        if *from == NO_TIME || *to == NO_TIME || !log.truth.has(row) {
            return (f64::NAN, 0);
        }
        // A clock that runs ahead gives a negative delay: the outcome was there at once.
        let delay = (to.saturating_sub(*from).max(0)) as f64 / 1e6;
        (delay, bucket(delay))
    };
    times.map(delay).collect()
}

pub(super) fn facts(log: &Log, edges: &[f64]) -> Facts {
    let bin = log
        .score
        .iter()
        .map(|s| match s.is_nan() || edges.len() < 2 {
            true => u32::MAX,
            false => bin(edges, *s),
        })
        .collect();
    let mut facts = Facts {
        bin,
        log_loss: Vec::new(),
        squared: Vec::new(),
        rank: Vec::new(),
        class_bins: match log.task {
            Some(Task::Multiclass) => class_scores::bins(log),
            _ => Vec::new(),
        },
        quantiles: QuantileFacts::of(log),
        latency_bucket: log.latency_ms.iter().map(|l| bucket(*l)).collect(),
        delay: delays(log),
    };
    // scikit-learn clips probabilities at the machine epsilon of their type.
    let clip = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    if log.task == Some(Task::Binary) {
        if log.probabilistic {
            for (row, p) in log.score.iter().enumerate() {
                let y = log.truth.label(row).filter(|_| !p.is_nan());
                facts.log_loss.push(y.map_or(f64::NAN, |y| {
                    -libm::log(if y == 1 { clip(*p) } else { 1.0 - clip(*p) })
                }));
                facts
                    .squared
                    .push(y.map_or(f64::NAN, |y| (p - f64::from(y)) * (p - f64::from(y))));
            }
        }
    } else if !log.class_scores.is_empty() {
        // Scores that only order classes are no probabilities.
        let loss = |loss: f64| if log.probabilistic { loss } else { f64::NAN };
        for row in 0..log.rows {
            let y = log
                .truth
                .label(row)
                .filter(|_| log.class_scores.iter().all(|c| !c[row].is_nan()));
            facts.log_loss.push(y.map_or(f64::NAN, |y| {
                loss(-libm::log(clip(log.class_scores[y as usize][row])))
            }));
            facts.rank.push(y.map_or(u8::MAX, |y| {
                let own = log.class_scores[y as usize][row];
                let before = |(c, k): (&Vec<f64>, u32)| c[row] > own || (c[row] == own && k > y);
                let before = log
                    .class_scores
                    .iter()
                    .zip(0u32..)
                    .filter(|c| before((c.0, c.1)));
                before.count().min(RANKS) as u8
            }));
            facts.squared.push(y.map_or(f64::NAN, |y| {
                let square = |(c, k): (&Vec<f64>, u32)| {
                    let e = c[row] - f64::from(u8::from(k == y));
                    e * e
                };
                loss(log.class_scores.iter().zip(0u32..).map(square).sum())
            }));
        }
    }
    facts
}
