//! Percentiles of the latency: exact where the rows were sorted, else from a sketch to 1 %.

use crate::log::Role;
use crate::metric::binned::quantile;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::Interval;
use crate::summary::{Exact, P50, P90, P95, P99, Ranked, Summary};

/// A percentile of the latency.
pub struct Latency {
    info: Info,
    share: f64,
    /// Where rows were sorted.
    exact: fn(&Exact) -> Option<Ranked>,
}

/// Half of the requests are answered faster.
pub static LATENCY_P50: Latency = latency(
    (P50, |e| e.latency_ms.map(|l| l[0])),
    Rank::Headline,
    "latency_p50_ms",
    "Latency p50",
    "Half of the requests are answered within this time.",
    "numpy.percentile(latency_ms, 50)",
);
/// 90 of 100 requests are answered faster.
pub static LATENCY_P90: Latency = latency(
    (P90, |e| e.latency_p90_ms),
    Rank::Detail,
    "latency_p90_ms",
    "Latency p90",
    "90 of 100 requests are answered within this time.",
    "numpy.percentile(latency_ms, 90)",
);
/// 95 of 100 requests are answered faster.
pub static LATENCY_P95: Latency = latency(
    (P95, |e| e.latency_ms.map(|l| l[1])),
    Rank::Headline,
    "latency_p95_ms",
    "Latency p95",
    "95 of 100 requests are answered within this time.",
    "numpy.percentile(latency_ms, 95)",
);
/// 99 of 100 requests are answered faster.
pub static LATENCY_P99: Latency = latency(
    (P99, |e| e.latency_ms.map(|l| l[2])),
    Rank::Headline,
    "latency_p99_ms",
    "Latency p99",
    "99 of 100 requests are answered within this time.",
    "numpy.percentile(latency_ms, 99)",
);

const fn latency(
    (share, exact): (f64, fn(&Exact) -> Option<Ranked>),
    rank: Rank,
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
            rank,
            better: Better::Lower,
            unit: Unit::Milliseconds,
            range: (Some(0.0), None),
            undefined: "no row has a latency",
            material: match rank {
                Rank::Headline => Material::Relative(0.1),
                Rank::Detail => Material::Never,
            },
        },
        share,
        exact,
    }
}

fn too_few(n: u64) -> String {
    let rows = if n == 1 { "request is" } else { "requests are" };
    format!("no interval: {n} {rows} too few for a true one of this percentile")
}

impl Metric for Latency {
    fn info(&self) -> &'static Info {
        match self.share {
            P50 => &LATENCY_P50.info,
            P90 => &LATENCY_P90.info,
            P95 => &LATENCY_P95.info,
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
        if let Some(ranked) = of.exact.and_then(self.exact) {
            let interval = ranked
                .low
                .zip(ranked.high)
                .map(|(low, high)| Interval { low, high });
            return Estimate::of(ranked.value, interval, n).or_why(|| too_few(n));
        }
        match quantile(sketch, self.share) {
            Some(found) => found.or_why(|| too_few(n)),
            None => Estimate::undefined("no latency", 0),
        }
    }
}

/// The slowest request.
pub struct LatencyMax;

const MAX: Info = Info {
    name: "latency_max_ms",
    title: "Latency max",
    explain: "The slowest request; it can only grow with more rows.",
    formula: "max",
    interval: "none: the slowest of all requests to come has no bound that these could tell",
    source: "Dean & Barroso 2013, Communications of the ACM 56, 74",
    sklearn: "numpy.max(latency_ms)",
    family: Family::Resource,
    rank: Rank::Detail,
    better: Better::Lower,
    unit: Unit::Milliseconds,
    range: (Some(0.0), None),
    undefined: "no row has a latency",
    material: Material::Never,
};

impl Metric for LatencyMax {
    fn info(&self) -> &'static Info {
        &MAX
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.has(Role::Latency)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let sketch = of.service().map(|s| &s.latency_ms);
        match sketch.and_then(|s| s.most().map(|most| (most, s.count()))) {
            Some((most, n)) => Estimate::of(most, None, n),
            None => Estimate::undefined("no latency", 0),
        }
    }
}
