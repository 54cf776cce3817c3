//! Errors of numbers. The outcome is what is predicted less an error that does not depend on it, but for
//! its size.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Log, Task, Truth};
use plumbline::stats::special::{gamma_p, normal_cdf, student_t_quantile};
use std::f64::consts::PI;

/// Mean and deviation of the predictions.
const PREDICTED: (f64, f64) = (100.0, 18.0);
/// What errors are a multiple of.
const SCALE: f64 = 8.0;

#[derive(Clone, Copy)]
enum Kind {
    Normal,
    Laplace,
    /// Heavy tails: Student's distribution of so many degrees of freedom.
    Student(f64),
    /// Normal, with a deviation that grows with what is predicted: e to this times its z value.
    Growing(f64),
    /// Gamma of shape 2 about its mean: seldom large, and then on one side.
    Skewed,
}

struct Errors {
    name: &'static str,
    kind: Kind,
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let kinds = [
        ("normal", Kind::Normal),
        ("Laplace", Kind::Laplace),
        ("Student t, 5 degrees", Kind::Student(5.0)),
        ("Student t, 3 degrees", Kind::Student(3.0)),
        ("growing with the prediction", Kind::Growing(0.4)),
        ("skewed", Kind::Skewed),
    ];
    let population = |(name, kind): (&'static str, Kind)| -> Box<dyn Population> {
        let truths = kind.truths();
        Box::new(Errors { name, kind, truths })
    };
    kinds.map(population).into_iter().collect()
}

impl Kind {
    /// An error in units of [`SCALE`]; `z` is the prediction's.
    fn draw(self, random: &mut Random, z: f64) -> f64 {
        match self {
            Self::Normal => random.normal(),
            Self::Laplace => random.exponential() - random.exponential(),
            Self::Student(df) => random.student(df),
            Self::Growing(by) => random.normal() * libm::exp(by * z),
            Self::Skewed => random.exponential() + random.exponential() - 2.0,
        }
    }

    /// Mean of |e| and of e², in units of [`SCALE`].
    fn means(self) -> (f64, f64) {
        let normal = (2.0 / PI).sqrt();
        match self {
            Self::Normal => (normal, 1.0),
            Self::Laplace => (1.0, 2.0),
            Self::Student(df) => {
                let gamma = |x: f64| libm::tgamma(x);
                let ratio = gamma((df + 1.0) / 2.0) / gamma(df / 2.0);
                let absolute = 2.0 * df.sqrt() * ratio / (PI.sqrt() * (df - 1.0));
                (absolute, df / (df - 2.0))
            }
            Self::Growing(by) => (normal * libm::exp(by * by / 2.0), libm::exp(2.0 * by * by)),
            Self::Skewed => (8.0 * libm::exp(-2.0), 2.0),
        }
    }

    /// P(|e| < m), in units of [`SCALE`].
    fn within(self, m: f64) -> f64 {
        match self {
            Self::Normal => 2.0 * normal_cdf(m) - 1.0,
            Self::Laplace => 1.0 - libm::exp(-m),
            Self::Student(df) => 2.0 * plumbline::stats::special::student_t_cdf(m, df) - 1.0,
            Self::Growing(by) => {
                let (mut sum, mut weights) = (0.0, 0.0);
                for i in -800..=800 {
                    let z = f64::from(i) / 100.0;
                    let weight = libm::exp(-z * z / 2.0);
                    sum += weight * (2.0 * normal_cdf(m * libm::exp(-by * z)) - 1.0);
                    weights += weight;
                }
                sum / weights
            }
            Self::Skewed => gamma_p(2.0, 2.0 + m) - gamma_p(2.0, (2.0 - m).max(0.0)),
        }
    }

    fn median(self) -> f64 {
        if let Self::Student(df) = self {
            return student_t_quantile(0.75, df);
        }
        let (mut low, mut high) = (0.0, 10.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if self.within(middle) < 0.5 {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    fn truths(self) -> Truths {
        let (absolute, square) = self.means();
        let square = square * SCALE * SCALE;
        let explained = 1.0 - square / (square + PREDICTED.1 * PREDICTED.1);
        vec![
            ("mean_absolute_error", absolute * SCALE),
            ("root_mean_squared_error", square.sqrt()),
            ("r2", explained),
            ("mean_error", 0.0),
            ("median_absolute_error", self.median() * SCALE),
            ("explained_variance", explained),
        ]
    }
}

impl Population for Errors {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        "errors".into()
    }

    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let (mut outcome, mut predicted) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for _ in 0..n {
            let z = random.normal();
            let prediction = PREDICTED.0 + PREDICTED.1 * z;
            predicted.push(prediction);
            outcome.push(prediction - SCALE * self.kind.draw(random, z));
        }
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
