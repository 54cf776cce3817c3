//! Error rate.

use crate::log::Role;
use crate::metric::measures::share;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// Error rate.
pub struct ErrorRate;

const INFO: Info = Info {
    name: "error_rate",
    title: "Error rate",
    explain: "Share of requests that failed (status 5xx, or a word such as error).",
    formula: "failed / requests with a status",
    interval: "Wilson score; none of fewer than 10 rows",
    source: "Wilson 1927, JASA 22, 209",
    sklearn: "numpy.mean(status >= 500)",
    family: Family::Resource,
    rank: Rank::Headline,
    better: Better::Lower,
    unit: Unit::Percent,
    range: (Some(0.0), Some(1.0)),
    undefined: "no row has a status",
    material: Material::Absolute(0.005),
};

impl Metric for ErrorRate {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.has(Role::Status)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match of.service() {
            Some(s) if s.statuses > 0 => share(s.failed, s.statuses),
            _ => Estimate::undefined("no status", 0),
        }
    }
}
