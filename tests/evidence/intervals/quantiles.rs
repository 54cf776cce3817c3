//! Predicted quantiles of outcomes. The middle and the spread of each row are known; the forecast takes the outcome
//! for normal about its middle, with a spread that is a multiple of the true one.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Level, Log, Quantiles, Task, Truth};
use plumbline::stats::special::normal_quantile;

/// The lower levels; each has its counterpart, and the median is there.
const LOWER: [f64; 4] = [0.025, 0.05, 0.1, 0.25];

#[derive(Clone, Copy)]
enum Outcome {
    Normal,
    /// Student's distribution of five degrees of freedom.
    Heavy,
    /// Gamma of shape 2 about its mean.
    Skewed,
}

struct Forecasts {
    name: &'static str,
    outcome: Outcome,
    /// The spread that is foretold, of that which is true, and how far the middle is off.
    spread: f64,
    off: f64,
    /// Deviation of the logarithms of rows' spreads.
    varied: f64,
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let kinds = [
        ("true", Outcome::Normal, 1.0, 0.0, 0.3),
        ("too sure", Outcome::Normal, 0.6, 0.0, 0.3),
        ("too wide", Outcome::Normal, 1.4, 0.0, 0.3),
        ("too high, one spread", Outcome::Normal, 1.0, 0.4, 0.0),
        ("heavy tails", Outcome::Heavy, 1.0, 0.0, 0.3),
        ("skewed", Outcome::Skewed, 1.2, 0.0, 0.5),
    ];
    let population = |(name, outcome, spread, off, varied)| -> Box<dyn Population> {
        let mut found = Forecasts {
            name,
            outcome,
            spread,
            off,
            varied,
            truths: Vec::new(),
        };
        found.truths = found.truths();
        Box::new(found)
    };
    kinds.map(population).into_iter().collect()
}

/// All levels, rising.
fn levels() -> Vec<f64> {
    let upper = LOWER.iter().rev().map(|t| 1.0 - t);
    LOWER.iter().copied().chain([0.5]).chain(upper).collect()
}

impl Outcome {
    /// What an outcome is off from its middle, in units of its spread.
    fn draw(self, random: &mut Random) -> f64 {
        match self {
            Self::Normal => random.normal(),
            Self::Heavy => random.student(5.0),
            Self::Skewed => random.exponential() + random.exponential() - 2.0,
        }
    }

    /// Its density but for a factor.
    fn density(self, x: f64) -> f64 {
        match self {
            Self::Normal => libm::exp(-x * x / 2.0),
            Self::Heavy => libm::pow(1.0 + x * x / 5.0, -3.0),
            Self::Skewed => (x + 2.0).max(0.0) * libm::exp(-x),
        }
    }
}

impl Forecasts {
    fn quantile(&self, level: f64) -> f64 {
        self.off + self.spread * normal_quantile(level)
    }

    fn truths(&self) -> Truths {
        // Of rows whose spread is 1: dispersion, over-, underprediction, pinball, covered shares.
        let mut sums = [0.0; 8];
        let mut all = 0.0;
        let q: Vec<(f64, f64)> = levels().iter().map(|t| (*t, self.quantile(*t))).collect();
        for i in 0..800_000 {
            let y = -200.0 + 400.0 * (f64::from(i) + 0.5) / 800_000.0;
            let weight = self.outcome.density(y);
            let weight = if weight.is_finite() { weight } else { 0.0 };
            all += weight;
            let median = q[4].1;
            let mut one = [0.0; 8];
            one[1] += (median - y).max(0.0) / 2.0;
            one[2] += (y - median).max(0.0) / 2.0;
            for (at, (t, low)) in q.iter().take(4).enumerate() {
                let high = q[8 - at].1;
                one[0] += t * (high - low);
                one[1] += (low - y).max(0.0);
                one[2] += (y - high).max(0.0);
                one[4 + at] = f64::from(u8::from(*low <= y && y <= high));
            }
            for (t, q) in &q {
                one[3] += if y >= *q {
                    t * (y - q)
                } else {
                    (1.0 - t) * (q - y)
                } / 9.0;
            }
            for part in &mut one[..3] {
                *part /= 4.5;
            }
            sums.iter_mut().zip(one).for_each(|(s, x)| *s += weight * x);
        }
        let sums = sums.map(|s| s / all);
        let mean_spread = libm::exp(self.varied * self.varied / 2.0);
        let scaled = |x: f64| x * mean_spread;
        let nominal: f64 = LOWER.iter().map(|t| 1.0 - 2.0 * t).sum();
        let covered: f64 = sums[4..].iter().sum();
        let width = |at: usize| scaled(q[8 - at].1 - q[at].1);
        vec![
            (
                "weighted_interval_score",
                scaled(sums[0] + sums[1] + sums[2]),
            ),
            ("dispersion", scaled(sums[0])),
            ("overprediction", scaled(sums[1])),
            ("underprediction", scaled(sums[2])),
            ("mean_pinball_loss_over_levels", scaled(sums[3])),
            ("crps_from_quantiles", scaled(2.0 * sums[3])),
            ("interval_coverage_95", sums[4]),
            ("interval_coverage_90", sums[5]),
            ("interval_coverage_80", sums[6]),
            ("interval_coverage_50", sums[7]),
            ("interval_coverage_deviation", (covered - nominal) / 4.0),
            ("mean_interval_width_95", width(0)),
            ("mean_interval_width_50", width(3)),
        ]
    }
}

impl Population for Forecasts {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        "quantiles".into()
    }

    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let levels = levels();
        let mut cells: Vec<Vec<f64>> = levels.iter().map(|_| Vec::with_capacity(n)).collect();
        let mut outcome = Vec::with_capacity(n);
        let foretold: Vec<f64> = levels.iter().map(|t| self.quantile(*t)).collect();
        for _ in 0..n {
            let middle = 100.0 + 20.0 * random.normal();
            let spread = libm::exp(self.varied * random.normal());
            outcome.push(middle + spread * self.outcome.draw(random));
            for (cells, q) in cells.iter_mut().zip(&foretold) {
                cells.push(middle + spread * q);
            }
        }
        let median = cells[4].clone();
        let log = Log {
            task: Some(Task::Regression),
            rows: n,
            live: n,
            truth: Truth::Numbers(outcome),
            predicted: Truth::Numbers(median),
            quantiles: Quantiles {
                levels: levels.iter().filter_map(|t| Level::of(*t)).collect(),
                cells,
            },
            ..Log::default()
        };
        (log, None, &self.truths)
    }
}
