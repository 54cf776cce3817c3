//! What windows vary by beyond sampling, of few windows each.
//!
//! Five windows of a baseline tell little of their variance. Many streams together tell what is usual. The
//! variance of a stream's windows, as a multiple of what sampling gives, is taken to be drawn from a
//! distribution on a grid from 1 (sampling only) to 1 024, whose weights are the likeliest ones given all
//! streams (H. Robbins 1956, *An empirical Bayes approach to statistics*; J. Kiefer and J. Wolfowitz 1956;
//! A. P. Dempster, N. M. Laird and D. B. Rubin 1977 for the iteration). A few made-up streams that prefer
//! small multiples stand for what is known before. For each stream follows how likely each multiple is; its
//! p-values are means over them, so that a variance that is known badly makes an alarm rarer.

use crate::stats::special::chi_square_quantile;

/// Multiples of the grid: powers of √2.
const GRID: usize = 21;
/// How many streams the made-up ones weigh.
const BEFORE: f64 = 2.0;
/// What a stream weighs: streams hang together.
const WEIGHT: f64 = 0.5;
/// Iterations; the weights need to be near only.
const STEPS: usize = 100;
/// What is less likely is left out.
const LEAST: f64 = 1e-9;

/// What is usual of all streams: how likely each multiple is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread([f64; GRID]);

fn multiple(at: usize) -> f64 {
    libm::pow(2.0, 0.5 * at as f64)
}

/// How likely each multiple makes what was found, up to a factor.
fn likelihood((found, df): (f64, f64)) -> [f64; GRID] {
    let log = |at: usize| {
        let times = multiple(at);
        -0.5 * df * (libm::log(times) + found / times)
    };
    let logs: [f64; GRID] = std::array::from_fn(log);
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.map(|l| libm::exp(l - most))
}

impl Spread {
    /// What is known before: half of all streams vary by sampling only, larger multiples are rarer.
    #[must_use]
    pub fn before() -> Self {
        let raw: [f64; GRID] = std::array::from_fn(|at| match at {
            0 => 3.0,
            at => libm::pow(0.75, at as f64),
        });
        let sum: f64 = raw.iter().sum();
        Self(raw.map(|w| w / sum))
    }

    /// From the multiples of streams, each with its degrees of freedom.
    #[must_use]
    pub fn learn(multiples: &[(f64, f64)]) -> Self {
        let known = multiples.iter().filter(|m| m.1 > 0.0 && m.0.is_finite());
        let likely: Vec<[f64; GRID]> = known.map(|m| likelihood(*m)).collect();
        let before = Self::before().0;
        let all = BEFORE + WEIGHT * likely.len() as f64;
        let mut weights = before;
        for _ in 0..STEPS {
            let mut next = before.map(|w| w * BEFORE);
            for of in &likely {
                let sum: f64 = of.iter().zip(&weights).map(|(l, w)| l * w).sum();
                for ((to, l), w) in next.iter_mut().zip(of).zip(&weights) {
                    *to += WEIGHT * l * w / sum.max(f64::MIN_POSITIVE);
                }
            }
            weights = next.map(|w| w / all);
        }
        Self(weights)
    }

    /// The multiples that a stream may have, each with how likely it is, given what was found of it.
    #[must_use]
    pub fn of(&self, found: (f64, f64)) -> Vec<(f64, f64)> {
        let likely = likelihood(found);
        let sum: f64 = likely.iter().zip(&self.0).map(|(l, w)| l * w).sum();
        let all = likely.iter().zip(&self.0).map(|(l, w)| l * w / sum);
        let all = all.enumerate().map(|(at, w)| (multiple(at), w));
        all.filter(|(_, w)| *w > LEAST).collect()
    }
}

/// What windows vary by, learned from one to the next as they come, for a baseline that has none.
///
/// The largest step is left out, as it may be the change that is looked for, and what that takes away is given back:
/// the expected largest of so many squares is near to their quantile at (k − 0.44) / (k + 0.12). Steps that share a
/// window hang together; k of them count as two thirds of k (J. von Neumann 1941, *Distribution of the ratio of the
/// mean square successive difference to the variance*).
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    steps: f64,
    sum: f64,
    largest: f64,
    windows: f64,
    rows: f64,
}

impl Steps {
    /// Counts a window and its step from the one before.
    pub fn add(&mut self, rows: f64, step: Option<f64>) {
        self.windows += 1.0;
        self.rows += rows;
        if let Some(step) = step {
            self.steps += 1.0;
            self.sum += step;
            self.largest = self.largest.max(step);
        }
    }

    /// Mean rows of the windows; `None` before the first one.
    #[must_use]
    pub fn rows(&self) -> Option<f64> {
        (self.windows > 0.0).then(|| self.rows / self.windows)
    }

    /// The multiple of sampling, with its degrees of freedom: none before the second step.
    #[must_use]
    pub fn multiple(&self) -> (f64, f64) {
        if self.steps < 2.0 {
            return (1.0, 0.0);
        }
        let k = self.steps;
        let largest = chi_square_quantile((k - 0.44) / (k + 0.12), 1.0);
        let kept = (k - largest).max(0.25);
        (
            (self.sum - self.largest).max(0.0) / kept,
            2.0 / 3.0 * (k - 1.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Streams of which some vary by sampling only and others nine times as much are told apart.
    #[test]
    fn streams_tell_each_other_what_is_usual() {
        let drawn = |times: f64| {
            let at = move |i: u32| {
                let p = (f64::from(i) + 0.5) / 40.0;
                (times * chi_square_quantile(p, 9.0) / 9.0, 9.0)
            };
            (0..40).map(at).collect::<Vec<_>>()
        };
        let mean = |of: &[(f64, f64)]| of.iter().map(|m| m.0 * m.1).sum::<f64>();
        let quiet = Spread::learn(&drawn(1.0)).of((1.0, 9.0));
        assert!(mean(&quiet) < 1.15, "{quiet:?}");
        let mut mixed = drawn(1.0);
        mixed.extend(drawn(9.0));
        let spread = Spread::learn(&mixed);
        let (low, high) = (mean(&spread.of((1.0, 9.0))), mean(&spread.of((8.0, 9.0))));
        assert!(low < 1.3 && (7.0..12.0).contains(&high), "{low} {high}");
        let of = spread.of((8.0, 9.0));
        assert!((of.iter().map(|m| m.1).sum::<f64>() - 1.0).abs() < 1e-6);
        assert_eq!(Spread::learn(&[]), Spread::before());
    }

    #[test]
    fn a_jump_among_steps_is_left_out() {
        let mut steps = Steps::default();
        assert_eq!((steps.multiple(), steps.rows()), ((1.0, 0.0), None));
        for i in 0..40 {
            let usual = chi_square_quantile((f64::from(i * 7 % 40) + 0.5) / 40.0, 1.0);
            steps.add(100.0, Some(if i == 20 { 900.0 } else { usual }));
        }
        let (multiple, df) = steps.multiple();
        assert!((0.8..1.25).contains(&multiple), "{multiple}");
        assert_eq!((df, steps.rows()), (26.0, Some(100.0)));
    }
}
