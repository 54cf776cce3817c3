//! ROC AUC up to a false-positive rate of 10 %, standardised so that chance is 0.5.

use super::curve::Curve;
use crate::log::Task;
use crate::metric::measures::too_few_of;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, logit};
use crate::stats::rank::PARTIAL;
use crate::summary::Summary;

/// Partial ROC AUC.
pub struct PartialRocAuc;

/// Positive and negative rows from which on it has an interval: a tenth of the negative ones tell it.
const LEAST: (u64, u64) = (50, 300);

const INFO: Info = Info {
    name: "partial_roc_auc",
    title: "Partial ROC AUC",
    explain: "ROC AUC where at most 10 % of the negative rows are called positive, scaled so that 0.5 is chance and 1 perfect.",
    formula: "(1 + (A − q²/2) / (q − q²/2)) / 2, A the area up to the false-positive rate q = 0.1",
    interval: "placements of the rows of either class, on the logit scale of A / q; none with fewer than 50 positive or 300 negative rows, or where A is 0 or q",
    source: "McClish 1989, Medical Decision Making 9, 190; Dodd & Pepe 2003, Biometrics 59, 614",
    sklearn: "sklearn.metrics.roc_auc_score(y_true, y_score, max_fpr=0.1)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    // Of no area, q / 2 being 0.05: (1 − 0.05 / 0.95) / 2.
    range: (Some(9.0 / 19.0), Some(1.0)),
    undefined: "all outcomes are of one class",
    material: Material::Never,
};

impl Metric for PartialRocAuc {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let curve = match Curve::of(of, true) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        // The area as a share of the most it can be, on which McClish's scale is linear.
        let share = curve.cell.partial_area / PARTIAL;
        let standard = |share: f64| {
            let least = PARTIAL * PARTIAL / 2.0;
            (1.0 + (share * PARTIAL - least) / (PARTIAL - least)) / 2.0
        };
        let se = curve.cell.partial_variance.map(|v| v.sqrt() / PARTIAL);
        let (p, n) = (curve.cell.positives, curve.cell.negatives);
        let too_few = match (p < LEAST.0, n < LEAST.1) {
            (true, _) => Some(too_few_of(p, "positive", LEAST.0)),
            (_, true) => Some(too_few_of(n, "negative", LEAST.1)),
            _ => None,
        };
        let inside = share > 0.0 && share < 1.0 && too_few.is_none();
        let interval = se.filter(|_| inside).map(|se| {
            let of_share = logit(share, se);
            Interval {
                low: standard(of_share.low),
                high: standard(of_share.high),
            }
        });
        let told = curve.estimate(standard(share).min(1.0), interval, |off| {
            off.partial_area / (2.0 * PARTIAL - PARTIAL * PARTIAL)
        });
        told.or_why(|| too_few.unwrap_or_else(|| "no interval: the area is all or nothing".into()))
    }
}
