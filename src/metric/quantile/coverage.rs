//! Whether central intervals hold as many outcomes as they say.

use super::{counts, has_interval, is_scored};
use crate::metric::means::bounded;
use crate::metric::measures::share;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// The share of outcomes that lie in an interval.
pub struct Coverage {
    info: &'static Info,
    /// How many it is to hold, in percent.
    percent: u8,
}

/// The mean of covered less nominal shares.
pub struct Deviation;

const SOURCE: &str =
    "Gneiting & Raftery 2007, JASA 102, 359; R package scoringutils; interval: Wilson 1927";

const fn coverage(name: &'static str, title: &'static str, percent: u8, rank: Rank) -> Info {
    Info {
        name,
        title,
        explain: "The share of outcomes that lie in the interval; it is to be what its name says. Less: too sure. More: wider than needed.",
        formula: "rows with l ≤ y ≤ u / rows with both ends and an outcome",
        interval: "Wilson; none of fewer than 10 rows; rows are taken as independent of each other",
        source: SOURCE,
        sklearn: "numpy.mean((l <= y_true) & (y_true <= u))",
        family: Family::Regression,
        rank,
        better: Better::Near(percent),
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined: "no row has both ends and an outcome",
        material: match rank {
            Rank::Headline => Material::Absolute(0.05),
            Rank::Detail => Material::Never,
        },
    }
}

/// Of the interval from 25 % to 75 %.
pub const COVERAGE_50: Coverage = Coverage {
    info: &coverage("interval_coverage_50", "50 % coverage", 50, Rank::Detail),
    percent: 50,
};
/// Of the interval from 10 % to 90 %.
pub const COVERAGE_80: Coverage = Coverage {
    info: &coverage("interval_coverage_80", "80 % coverage", 80, Rank::Headline),
    percent: 80,
};
/// Of the interval from 5 % to 95 %.
pub const COVERAGE_90: Coverage = Coverage {
    info: &coverage("interval_coverage_90", "90 % coverage", 90, Rank::Headline),
    percent: 90,
};
/// Of the interval from 2.5 % to 97.5 %.
pub const COVERAGE_95: Coverage = Coverage {
    info: &coverage("interval_coverage_95", "95 % coverage", 95, Rank::Headline),
    percent: 95,
};

impl Metric for Coverage {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        has_interval(summary, self.percent)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let counts = match counts(of) {
            Ok(counts) => counts,
            Err(none) => return none,
        };
        match counts.interval(f64::from(self.percent) / 100.0) {
            Some(i) if i.rows > 0 => share(i.covered, i.rows),
            _ => Estimate::undefined("no such interval beside the outcomes", 0),
        }
    }
}

/// What there is to know of the deviation.
const DEVIATION_INFO: Info = Info {
    name: "interval_coverage_deviation",
    title: "Coverage less nominal",
    explain: "How many outcomes lie in the intervals less how many are to, the mean over all intervals. Below 0: too sure.",
    formula: "mean over rows and their central intervals of [l ≤ y ≤ u] − (1 − 2 τ)",
    interval: "Hall's transformation of Student's statistic, with twice the skewness of a beta distribution; none of fewer than 200 rows, or where nearly all intervals hold their outcome",
    source: "R package scoringutils, interval_coverage_deviation; interval: Hall 1992, JRSS B 54, 221",
    sklearn: "numpy.mean((l <= y_true) & (y_true <= u)) - (1 - 2 * τ), the mean over intervals",
    family: Family::Regression,
    rank: Rank::Detail,
    better: Better::Zero,
    unit: Unit::Percent,
    range: (Some(-1.0), Some(1.0)),
    undefined: "no row has an interval and an outcome",
    material: Material::Never,
};

/// Of all intervals.
pub const DEVIATION: Deviation = Deviation;

impl Metric for Deviation {
    fn info(&self) -> &'static Info {
        &DEVIATION_INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        is_scored(summary) && summary.levels.len() > 1
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match counts(of) {
            Ok(counts) => {
                // What all intervals are to hold, which a row can be above or below by what is left.
                let all: u64 = counts.intervals.iter().map(|i| i.rows).sum();
                let nominal = counts.intervals.iter().map(|i| {
                    let share = i.rows as f64 / all as f64;
                    share * i.lower.coverage().unwrap_or_default()
                });
                let nominal: f64 = nominal.sum();
                let range = (-nominal, 1.0 - nominal);
                bounded(&counts.deviation, range, "no interval beside the outcomes")
            }
            Err(none) => none,
        }
    }
}
