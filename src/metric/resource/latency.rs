//! Percentiles of the latency: exact where the rows were sorted, else from a sketch to 1 %.

use crate::log::Role;
use crate::metric::binned::quantile;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::Interval;
use crate::summary::{PERCENTILES, Summary};

/// A percentile of the latency.
pub struct Latency {
    info: Info,
    place: usize,
}

/// Half of the requests are answered faster.
pub static LATENCY_P50: Latency = latency(
    0,
    "latency_p50_ms",
    "Latency p50",
    "Half of the requests are answered within this time.",
    "numpy.percentile(latency_ms, 50)",
);
/// 95 of 100 requests are answered faster.
pub static LATENCY_P95: Latency = latency(
    1,
    "latency_p95_ms",
    "Latency p95",
    "95 of 100 requests are answered within this time.",
    "numpy.percentile(latency_ms, 95)",
);
/// 99 of 100 requests are answered faster.
pub static LATENCY_P99: Latency = latency(
    2,
    "latency_p99_ms",
    "Latency p99",
    "99 of 100 requests are answered within this time.",
    "numpy.percentile(latency_ms, 99)",
);

const fn latency(
    place: usize,
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    numpy: &'static str,
) -> Latency {
    Latency {
        info: Info {
            name,
            title,
            explain,
            formula: "order statistic at (n − 1) p, linear in between",
            interval: "distribution-free: between order statistics at binomial ranks, where the chance is 2.5 % at either end; of rows that were not kept, one that holds it, 1 % wider at either end",
            source: "Hyndman & Fan 1996, The American Statistician 50, 361 (type 7); interval: David & Nagaraja 2003, Order Statistics, 7.1; Nyblom 1992, Statistics & Probability Letters 14, 129",
            sklearn: numpy,
            family: Family::Resource,
            rank: Rank::Headline,
            better: Better::Lower,
            unit: Unit::Milliseconds,
            range: (Some(0.0), None),
            undefined: "no row has a latency",
            material: Material::Relative(0.1),
        },
        place,
    }
}

fn too_few(n: u64) -> String {
    let rows = if n == 1 { "request is" } else { "requests are" };
    format!("no interval: {n} {rows} too few for a true one of this percentile")
}

impl Metric for Latency {
    fn info(&self) -> &'static Info {
        match self.place {
            0 => &LATENCY_P50.info,
            1 => &LATENCY_P95.info,
            _ => &LATENCY_P99.info,
        }
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.has(Role::Latency)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(sketch) = of
            .service()
            .map(|s| &s.latency_ms)
            .filter(|l| l.count() > 0)
        else {
            return Estimate::undefined("no latency", 0);
        };
        let n = sketch.count();
        if let Some(ranked) = of.exact.and_then(|e| e.latency_ms).map(|l| l[self.place]) {
            let interval = ranked
                .low
                .zip(ranked.high)
                .map(|(low, high)| Interval { low, high });
            return Estimate::of(ranked.value, interval, n).or_why(|| too_few(n));
        }
        match quantile(sketch, PERCENTILES[self.place]) {
            Some(found) => found.or_why(|| too_few(n)),
            None => Estimate::undefined("no latency", 0),
        }
    }
}
