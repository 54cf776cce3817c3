//! ROC AUC up to a false-positive rate, standardised so that chance is 0.5: 10 %, or as the reader chooses.

use super::curve::Curve;
use crate::log::Task;
use crate::metric::measures::too_few_of;
use crate::metric::{
    Better, Estimate, Family, Info, Material, Measures, Metric, Parameter, Rank, Unit,
};
use crate::stats::interval::{Interval, logit};
use crate::stats::rank::Ends;
use crate::summary::Summary;

/// Partial ROC AUC.
pub struct PartialRocAuc {
    info: &'static Info,
    /// Whether the rate is chosen.
    chosen: bool,
}

/// Positive rows from which on it has an interval.
const LEAST: u64 = 50;
/// Negative rows within the rate from which on it has one: they tell it.
const LEAST_WITHIN: f64 = 30.0;

/// Up to 10 %.
pub const USUAL: PartialRocAuc = PartialRocAuc {
    info: &INFO,
    chosen: false,
};

/// Up to a rate that the reader chooses.
pub const CHOSEN: PartialRocAuc = PartialRocAuc {
    info: &Info {
        name: "partial_roc_auc_max_fpr",
        title: "Partial ROC AUC to a rate",
        explain: "ROC AUC where at most the chosen share of the negative rows is called positive, scaled so that 0.5 is chance and 1 perfect.",
        formula: "(1 + (A − q²/2) / (q − q²/2)) / 2, A the area up to the false-positive rate q = max_fpr",
        interval: "placements of the rows of either class, on the logit scale of A / q; none with fewer than 50 positive or 30 / q negative rows, or where A is 0 or q",
        sklearn: "sklearn.metrics.roc_auc_score(y_true, y_score, max_fpr=max_fpr)",
        range: (Some(0.0), Some(1.0)),
        ..INFO
    },
    chosen: true,
};

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
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn asked(&self, of: &Measures<'_>) -> bool {
        !self.chosen || of.parameter(Parameter::MaxFpr).is_some()
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let ends = match self.chosen {
            true => of.ends(),
            false => Ends::USUAL,
        };
        let curve = match Curve::up_to(of, true, ends) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        let most = ends.max_fpr;
        // The area as a share of the most it can be, on which McClish's scale is linear.
        let share = curve.cell.partial_area / most;
        let standard = |share: f64| {
            let least = most * most / 2.0;
            (1.0 + (share * most - least) / (most - least)) / 2.0
        };
        let se = curve.cell.partial_variance.map(|v| v.sqrt() / most);
        let (p, n) = (curve.cell.positives, curve.cell.negatives);
        let negatives = (LEAST_WITHIN / most).round() as u64;
        let too_few = match (p < LEAST, n < negatives) {
            (true, _) => Some(too_few_of(p, "positive", LEAST)),
            (_, true) => Some(too_few_of(n, "negative", negatives)),
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
        let told = curve.estimate(standard(share).clamp(0.0, 1.0), interval, |off| {
            off.partial_area / (2.0 * most - most * most)
        });
        told.or_why(|| too_few.unwrap_or_else(|| "no interval: the area is all or nothing".into()))
    }
}
