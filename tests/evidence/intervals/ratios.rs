//! Errors beside the size of outcomes: percentages, logarithms and deviances, of outcomes that are sizes, counts
//! or sums of claims.
//!
//! True values are sums over a fine grid of outcome and prediction.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Log, Task, Truth};
use plumbline::summary::relative::{gamma, poisson};
use plumbline::summary::tweedie::tweedie;

#[derive(Clone, Copy)]
enum Kind {
    /// Outcomes with normal logarithms of this deviation about 9, less 1; the logarithm of a prediction is off by
    /// a normal error of this deviation.
    Ratio { outcome: f64, error: f64 },
    /// The same with Laplace's errors of this scale.
    Laplace { outcome: f64, error: f64 },
    /// Predictions are normal about 100; outcomes are off by a normal error of this deviation.
    Added(f64),
    /// Outcomes with normal logarithms of this deviation; predictions are off by a normal error that does not
    /// grow with them.
    Apart(f64),
    /// Poisson counts of gamma means of shape 2 with this mean, which is foretold.
    Counts(f64),
    /// Sums of as many gamma claims of shape 2 as a Poisson count of this mean, whose mean is foretold.
    Claims(f64),
}

struct Ratios {
    name: &'static str,
    kind: Kind,
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let ratio = |outcome, error| Kind::Ratio { outcome, error };
    let kinds = [
        ("errors of 10 %", ratio(0.5, 0.1)),
        ("errors of 40 %", ratio(1.0, 0.4)),
        (
            "Laplace's errors of 20 %",
            Kind::Laplace {
                outcome: 0.5,
                error: 0.15,
            },
        ),
        ("added errors", Kind::Added(5.0)),
        ("errors of one size, outcomes of several", Kind::Apart(0.5)),
        ("counts of 3", Kind::Counts(3.0)),
        ("counts of 20", Kind::Counts(20.0)),
        ("claims, a fifth without one", Kind::Claims(1.6)),
    ];
    let population = |(name, kind): (&'static str, Kind)| -> Box<dyn Population> {
        let truths = kind.truths();
        Box::new(Ratios { name, kind, truths })
    };
    kinds.map(population).into_iter().collect()
}

/// The middle of outcomes' logarithms.
const MIDDLE: f64 = 9.0;

/// Points of a normal distribution with their weights.
fn normals(points: i32) -> Vec<(f64, f64)> {
    let all = (-points..=points).map(|i| {
        let z = 6.5 * f64::from(i) / f64::from(points);
        (z, libm::exp(-z * z / 2.0))
    });
    scaled(all.collect())
}

fn scaled(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let sum: f64 = points.iter().map(|p| p.1).sum();
    points.iter_mut().for_each(|p| p.1 /= sum);
    points
}

/// Points of a gamma distribution of this shape and scale, laid densely near 0.
fn gammas(shape: f64, scale: f64, points: usize) -> Vec<(f64, f64)> {
    let most = 40.0 + 4.0 * shape;
    let at = |i: usize| {
        let root = (i as f64 + 0.5) / points as f64 * most.sqrt();
        let x = root * root;
        // dx = 2 root d(root)
        let weight = root * libm::exp((shape - 1.0) * libm::log(x) - x);
        (scale * x, weight)
    };
    scaled((0..points).map(at).collect())
}

impl Kind {
    /// Outcome and prediction.
    fn draw(self, random: &mut Random) -> (f64, f64) {
        match self {
            Self::Ratio { outcome, error } => {
                let u = MIDDLE + outcome * random.normal();
                let off = error * random.normal();
                (libm::exp(u) - 1.0, libm::exp(u + off) - 1.0)
            }
            Self::Laplace { outcome, error } => {
                let u = MIDDLE + outcome * random.normal();
                let off = error * (random.exponential() - random.exponential());
                (libm::exp(u) - 1.0, libm::exp(u + off) - 1.0)
            }
            Self::Added(by) => {
                let p = 100.0 + 10.0 * random.normal();
                (p - by * random.normal(), p)
            }
            Self::Apart(spread) => {
                let y = libm::exp(MIDDLE + spread * random.normal());
                (y, y + 800.0 * random.normal())
            }
            Self::Counts(mean) => {
                let p = mean / 2.0 * libm::exp(random.log_gamma(2.0));
                (random.poisson(p), p)
            }
            Self::Claims(rate) => {
                let p = libm::exp(MIDDLE + 0.5 * random.normal());
                let claims = random.poisson(rate);
                let sum = match claims > 0.0 {
                    true => libm::exp(random.log_gamma(2.0 * claims)),
                    false => 0.0,
                };
                (sum * p / (2.0 * rate), p)
            }
        }
    }

    /// Outcomes and predictions with their weights.
    fn grid(self) -> Vec<(f64, f64, f64)> {
        let product = |a: Vec<(f64, f64)>, b: &dyn Fn(f64) -> Vec<(f64, f64)>| {
            let row = |(x, w): (f64, f64)| -> Vec<(f64, f64, f64)> {
                let row = b(x).into_iter();
                row.map(|(y, v)| (x, y, w * v)).collect()
            };
            a.into_iter().flat_map(row).collect::<Vec<_>>()
        };
        let of = |all: Vec<(f64, f64, f64)>, pair: &dyn Fn(f64, f64) -> (f64, f64)| {
            let one = |(a, b, w): (f64, f64, f64)| {
                let (y, p) = pair(a, b);
                (y, p, w)
            };
            all.into_iter().map(one).collect::<Vec<_>>()
        };
        match self {
            Self::Ratio { outcome, error } => {
                let all = product(normals(200), &|_| normals(1_000));
                of(all, &|a, b| {
                    let u = MIDDLE + outcome * a;
                    (libm::exp(u) - 1.0, libm::exp(u + error * b) - 1.0)
                })
            }
            Self::Laplace { outcome, error } => {
                let points = || {
                    let at = |i: i32| 0.01 * (f64::from(i) + 0.5);
                    let one = |i: i32| (at(i), libm::exp(-at(i).abs()));
                    scaled((-3_000..3_000).map(one).collect())
                };
                let all = product(normals(200), &|_| points());
                of(all, &|a, b| {
                    let u = MIDDLE + outcome * a;
                    (libm::exp(u) - 1.0, libm::exp(u + error * b) - 1.0)
                })
            }
            Self::Added(by) => {
                let all = product(normals(500), &|_| normals(1_000));
                of(all, &|a, b| {
                    let p = 100.0 + 10.0 * a;
                    (p - by * b, p)
                })
            }
            Self::Apart(spread) => {
                let all = product(normals(500), &|_| normals(1_000));
                of(all, &|a, b| {
                    let y = libm::exp(MIDDLE + spread * a);
                    (y, y + 800.0 * b)
                })
            }
            Self::Counts(mean) => {
                let all = product(gammas(2.0, mean / 2.0, 2_000), &poissons);
                of(all, &|p, y| (y, p))
            }
            Self::Claims(rate) => {
                let claims = |_: f64| -> Vec<(f64, f64)> {
                    let each = poissons(rate).into_iter().take(15);
                    let sums = each.flat_map(|(k, w)| match k > 0.0 {
                        true => gammas(2.0 * k, 1.0, 400)
                            .into_iter()
                            .map(|(x, v)| (x, w * v))
                            .collect(),
                        false => vec![(0.0, w)],
                    });
                    scaled(sums.collect())
                };
                let all = product(normals(60), &claims);
                of(all, &|a, sum| {
                    let p = libm::exp(MIDDLE + 0.5 * a);
                    (sum * p / (2.0 * rate), p)
                })
            }
        }
    }

    fn truths(self) -> Truths {
        let grid = self.grid();
        let mean = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            grid.iter().map(|(y, p, w)| w * of(*y, *p)).sum()
        };
        let absolute = mean(&|y, p| (p - y).abs());
        let mut by_outcome: Vec<(f64, f64)> = grid.iter().map(|(y, _, w)| (*y, *w)).collect();
        by_outcome.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut below = 0.0;
        let median = by_outcome.iter().find(|(_, w)| {
            below += w;
            below >= 0.5
        });
        let median = median.map_or(0.0, |m| m.0);
        let explained = 1.0 - absolute / mean(&|y, _| (y - median).abs());
        let mut truths = vec![
            ("mean_error", mean(&|y, p| p - y)),
            (
                "weighted_absolute_percentage_error",
                absolute / mean(&|y, _| y.abs()),
            ),
            (
                "symmetric_mean_absolute_percentage_error",
                mean(&|y, p| 2.0 * (p - y).abs() / (y.abs() + p.abs()).max(f64::MIN_POSITIVE)),
            ),
            ("d2_absolute_error_score", explained),
            ("d2_pinball_score", explained),
        ];
        // Where a few predictions are negative there is none of these.
        if !matches!(self, Self::Apart(_)) {
            let square = mean(&|y, p| {
                let off = libm::log1p(p) - libm::log1p(y);
                off * off
            });
            truths.extend([
                ("root_mean_squared_log_error", square.sqrt()),
                (
                    "mean_poisson_deviance",
                    mean(&|y, p| poisson(y, p, p - y).unwrap_or(0.0)),
                ),
                (
                    "mean_tweedie_deviance",
                    mean(&|y, p| tweedie(y, p, p - y).unwrap_or(0.0)),
                ),
            ]);
        }
        if matches!(
            self,
            Self::Ratio { .. } | Self::Laplace { .. } | Self::Added(_)
        ) {
            truths.push((
                "mean_gamma_deviance",
                mean(&|y, p| gamma(y, p, p - y).unwrap_or(0.0)),
            ));
        }
        if !matches!(self, Self::Counts(_) | Self::Claims(_)) {
            truths.push((
                "mean_absolute_percentage_error",
                mean(&|y, p| ((p - y) / y).abs()),
            ));
        }
        truths
    }
}

/// Poisson counts of a mean with their chances.
fn poissons(mean: f64) -> Vec<(f64, f64)> {
    let most = (mean + 12.0 * mean.sqrt() + 20.0) as usize;
    let mut chance = libm::exp(-mean);
    let mut all = Vec::with_capacity(most + 1);
    for k in 0..=most {
        all.push((k as f64, chance));
        chance *= mean / (k as f64 + 1.0);
    }
    all
}

impl Population for Ratios {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        "relative errors".into()
    }

    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let (outcome, predicted) = (0..n).map(|_| self.kind.draw(random)).unzip();
        let log = Log {
            task: Some(Task::Regression),
            rows: n,
            live: n,
            truth: Truth::Numbers(outcome),
            predicted: Truth::Numbers(predicted),
            ..Log::default()
        };
        (log, None, &self.truths)
    }
}
