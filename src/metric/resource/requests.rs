//! Requests.

use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::poisson;
use crate::summary::Summary;

/// Requests.
pub struct Requests;

const INFO: Info = Info {
    name: "requests",
    title: "Requests",
    explain: "Rows: one a request.",
    formula: "count",
    interval: "Poisson, exact (Garwood)",
    source: "Garwood 1936, Biometrika 28, 437",
    sklearn: "len(y_pred)",
    family: Family::Resource,
    rank: Rank::Headline,
    better: Better::Neither,
    unit: Unit::Count,
    range: (Some(0.0), None),
    undefined: "nowhere: without a row it is 0",
    material: Material::Never,
};

impl Metric for Requests {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, _: &Summary) -> bool {
        true
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        Estimate::of(
            of.cell.rows as f64,
            Some(poisson(of.cell.rows)),
            of.cell.rows,
        )
    }
}
