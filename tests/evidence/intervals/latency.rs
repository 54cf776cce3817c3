//! Times that requests take.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::Log;
use plumbline::stats::special::normal_cdf;

#[derive(Clone, Copy)]
enum Kind {
    /// Normal logarithms of this deviation.
    LogNormal(f64),
    Exponential,
    /// Heavy: the chance to exceed x falls as x to minus this.
    Pareto(f64),
    /// Two kinds of answers: four of five from a cache.
    Mixed,
}

struct Times {
    name: &'static str,
    kind: Kind,
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let kinds = [
        ("log-normal", Kind::LogNormal(0.6)),
        ("exponential", Kind::Exponential),
        ("Pareto", Kind::Pareto(2.0)),
        ("cached and not", Kind::Mixed),
    ];
    let population = |(name, kind): (&'static str, Kind)| -> Box<dyn Population> {
        let truths = vec![
            ("latency_p50_ms", kind.quantile(0.5)),
            ("latency_p90_ms", kind.quantile(0.9)),
            ("latency_p95_ms", kind.quantile(0.95)),
            ("latency_p99_ms", kind.quantile(0.99)),
        ];
        Box::new(Times { name, kind, truths })
    };
    kinds.map(population).into_iter().collect()
}

impl Kind {
    fn draw(self, random: &mut Random) -> f64 {
        match self {
            Self::LogNormal(deviation) => 80.0 * libm::exp(deviation * random.normal()),
            Self::Exponential => 40.0 * random.exponential(),
            Self::Pareto(power) => 20.0 * libm::exp(random.exponential() / power),
            Self::Mixed if random.uniform() < 0.8 => 5.0 * libm::exp(0.3 * random.normal()),
            Self::Mixed => 200.0 * libm::exp(0.5 * random.normal()),
        }
    }

    fn below(self, x: f64) -> f64 {
        let normal = |median: f64, deviation| normal_cdf(libm::log(x / median) / deviation);
        match self {
            Self::LogNormal(deviation) => normal(80.0, deviation),
            Self::Exponential => 1.0 - libm::exp(-x / 40.0),
            Self::Pareto(power) => 1.0 - libm::pow(x / 20.0, -power).min(1.0),
            Self::Mixed => 0.8 * normal(5.0, 0.3) + 0.2 * normal(200.0, 0.5),
        }
    }

    fn quantile(self, p: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1e5);
        for _ in 0..80 {
            let middle = (low + high) / 2.0;
            if self.below(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl Population for Times {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        "latency".into()
    }

    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let log = Log {
            rows: n,
            live: n,
            latency_ms: (0..n).map(|_| self.kind.draw(random)).collect(),
            ..Log::default()
        };
        (log, None, &self.truths)
    }
}
