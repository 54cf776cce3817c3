//! Anomalies in a series, as it comes: a score from 0 to 1 for each point, made of it and of those before it.
//!
//! A [`Detector`] asks four questions of every point. Each has an answer in the series' own unit, at least 0:
//!
//! | question | answer |
//! | --- | --- |
//! | Was there a stretch like this? | distance of the last 12 values to the nearest stretch of the last 1 200 |
//! | Is it like this at this time of day? | mean excess of the last 12 values below, or above, all within a quarter of an hour of that time on earlier days |
//! | Was it ever so high, or so low? | how far it is beyond the largest, or the smallest, value so far |
//! | Has the level risen? | mean of the last 108 values less that of the 300 before them |
//!
//! (Of the two sides of the second and the third each is an answer of its own. A level that falls is not asked
//! for: that is how every burst ends. What falls to where it never was is told by the others.)
//!
//! **What an answer means** depends on the series, so it is compared with the largest answers to the same
//! question in the same series: its *level* is −log₁₀ of how rare it is (`tail`). So no answer needs a scale
//! or a model of the values, and one parameter set serves counts, percentages and temperatures. The levels
//! lᵢ are put together as l = √(Σ (wᵢ·lᵢ)²), where wᵢ is 1, but 0.5 for values above those of their time of day:
//! what is high is in most cases new as a shape, too, and then counts once.
//!
//! **A series that hardly ever changes** (errors that are 0, a target that is up) has answers of 0 only, of which no tail
//! is made. Where it changed k times in n points, k at most [`STEADY`], the level of a change is at least
//! log₁₀((n + 1)/(k + 1)) − 1: that is how rare changes are (P. S. Laplace's rule of succession), and one in ten points
//! is no news.
//!
//! **The score** is l/(l + 0.75), which is 0.5 where an alarm is worth it (`ALARM`). After a point with a score
//! the next [`REST`] points are silent, except those whose level is higher by 0.6: what goes on is told once.
//! The first points have no past, and score 0.
//!
//! **What does not count**: the unit and the origin of values (value·a + b with a > 0 has the same scores, up to
//! rounding), what is beyond 40 binary digits of a value (means of equal values differ there, by how many they are of),
//! the length of the series, the time between points but for the time of day (UTC). A missing value
//! scores 0 and changes nothing. Without times there is no time of day. Memory is bounded, the work for a point
//! too: some 4 000 multiplications.
//!
//! **Sources** are named where each question is answered. The constants were chosen on half of the Numenta
//! Anomaly Benchmark (A. Lavin and S. Ahmad 2015, *Evaluating real-time anomaly detection algorithms*), as the
//! middles of what is equally good: another one of them changes its score, of 100, by at most 5. Tried without
//! use: forecasts (autoregression, exponential smoothing) and their errors, spread, time since something
//! happened, the time of week, a second look at the levels themselves, and forgetting what was rare.

mod daytime;
mod shape;
mod tail;

use daytime::Daytime;
use shape::Shapes;
use tail::Tail;

/// The level of an alarm: a score of 0.5.
const ALARM: f64 = 0.75;
/// What a level has to be higher by than the last that was told, to be told while that one rests.
const HIGHER: f64 = 0.6;
/// Points of silence after a point with a score: as many as make up the level.
pub const REST: u64 = RECENT as u64;
/// Answers before this are not counted.
const WARM: u64 = 50;
/// Values before this extend no range.
const RANGE: u64 = 30;
/// Points of the level, and of those before that it is compared with.
const RECENT: usize = 108;
const BEFORE: usize = 300;
/// Changes of a series that hardly ever changes.
const STEADY: u64 = 5;
/// Values are kept within this, in the unit of the first change; beyond it squares would not be finite.
const FARTHEST: f64 = 1e150;

/// Answers, and what each counts for: stretch, below and above its time of day, above and below the range,
/// level.
const WEIGHTS: [f64; 6] = [1.0, 1.0, 0.5, 1.0, 1.0, 1.0];

/// Looks at a series point by point.
///
/// ```
/// let mut detector = plumbline::stats::anomaly::Detector::default();
/// let score = detector.push(Some(1_700_000_000_000_000), 3.5);
/// assert_eq!(score, 0.0); // nothing to compare with
/// ```
#[derive(Clone, Debug, Default)]
pub struct Detector {
    /// Points with a value so far.
    seen: u64,
    /// The first value, and how far the first other one was from it: origin and unit of what follows.
    origin: f64,
    unit: Option<f64>,
    /// The last values, the latest at the end.
    last: Vec<f64>,
    range: Option<(f64, f64)>,
    /// How often a value was another one than that before it.
    changes: u64,
    shapes: Shapes,
    daytime: Daytime,
    tails: [Tail; WEIGHTS.len()],
    /// Level and place of the last point that was told.
    told: (f64, u64),
}

impl Detector {
    /// The score of the next point, from 0 (as before) to 1. `time` is in microseconds since 1970, UTC;
    /// a value that is not finite is a missing one.
    pub fn push(&mut self, time: Option<i64>, value: f64) -> f64 {
        if !value.is_finite() {
            return 0.0;
        }
        let at = self.seen;
        self.seen += 1;
        let value = self.measured(rounded(value));
        let steady = self.steady(value, at);
        self.remember(value);
        let answers = self.answers(time, value, at);
        let mut squares = 0.0;
        for ((tail, answer), weight) in self.tails.iter_mut().zip(answers).zip(WEIGHTS) {
            let level = weight * tail.level(answer);
            squares += level * level;
            if at >= WARM {
                tail.push(answer, at);
            }
        }
        let level = squares.sqrt().max(steady);
        let rested = at - self.told.1 > REST;
        if level > 0.0 && (rested || level > self.told.0 + HIGHER) {
            self.told = (level, at);
            level / (level + ALARM)
        } else {
            0.0
        }
    }

    /// The value from the series' own origin in its own unit.
    fn measured(&mut self, value: f64) -> f64 {
        if self.seen == 1 {
            self.origin = value;
        }
        let from = value - self.origin;
        if from == 0.0 {
            return 0.0;
        }
        let unit = *self.unit.get_or_insert(from.abs().min(f64::MAX));
        (from / unit).clamp(-FARTHEST, FARTHEST)
    }

    /// The level of a value that differs from the one before it, in a series that hardly ever changes.
    fn steady(&mut self, value: f64, at: u64) -> f64 {
        if self.last.last().is_none_or(|last| *last == value) {
            return 0.0;
        }
        let before = self.changes;
        self.changes += 1;
        if at < WARM || before > STEADY {
            return 0.0;
        }
        (libm::log10((at + 1) as f64 / (before + 1) as f64) - 1.0).max(0.0)
    }

    fn remember(&mut self, value: f64) {
        let most = RECENT + BEFORE;
        if self.last.len() >= 2 * most {
            self.last.drain(..self.last.len() + 1 - most);
        }
        self.last.push(value);
    }

    fn answers(&mut self, time: Option<i64>, value: f64, at: u64) -> [f64; WEIGHTS.len()] {
        let stretch = match self.last.last_chunk::<{ shape::LENGTH }>() {
            Some(last) => self.shapes.push(last, at),
            None => 0.0,
        };
        let excess = time.map_or(0.0, |time| self.daytime.push(time, value));
        let (low, high) = self.range.unwrap_or((value, value));
        let beyond = |by: f64| if at > RANGE { by.max(0.0) } else { 0.0 };
        let (above, below) = (beyond(value - high), beyond(low - value));
        self.range = Some((low.min(value), high.max(value)));
        let split = self.last.len().saturating_sub(RECENT);
        let (before, recent) = self.last.split_at(split);
        let before = &before[before.len().saturating_sub(BEFORE)..];
        let risen = match before.is_empty() {
            true => 0.0,
            false => (mean(recent) - mean(before)).max(0.0),
        };
        [
            stretch,
            (-excess).max(0.0),
            excess.max(0.0),
            above,
            below,
            risen,
        ]
    }
}

/// A value to 40 binary digits behind its first one, some 12 decimal ones: what is beyond comes of rounding.
fn rounded(value: f64) -> f64 {
    const BEYOND: u64 = (1 << 12) - 1;
    let near = f64::from_bits((value.to_bits() + BEYOND / 2 + 1) & !BEYOND);
    if near.is_finite() { near } else { value }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests;
