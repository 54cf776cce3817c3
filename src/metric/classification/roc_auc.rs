//! ROC AUC: exact where the rows were ranked, else from the score histogram with a sure bound (half of
//! the pairs whose scores share a bin). Of several classes it is a mean over them.

use super::several::{Mean, several};
use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_SCORE, too_few_of_a_class};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::rank::{AucCell, LEAST};
use crate::summary::{Classes, Summary};

/// ROC AUC.
pub struct RocAuc;

const INFO: Info = Info {
    name: "roc_auc",
    title: "ROC AUC",
    explain: "How often a positive row scores above a negative one; 0.5 is chance.",
    formula: "P(s₊ > s₋) + P(s₊ = s₋) / 2; multiclass: mean of one class against the rest",
    interval: "DeLong's variance on the logit scale, the quantile being Student's for the kurtosis of the placements (Satterthwaite) and shifted for their skewness (Cornish and Fisher); none with fewer than 30 rows of a class; multiclass: influence of each row, likewise with Student's quantile for its kurtosis, and none of rows that were not kept",
    source: "DeLong et al. 1988, Biometrics 44, 837; Hall 1992, The Bootstrap and Edgeworth Expansion, 2.4",
    sklearn: "sklearn.metrics.roc_auc_score(y_true, y_score) (multiclass: multi_class=\"ovr\")",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "all outcomes are of one class; several classes: a class does not occur, or the rows were not kept and classes are more than 1024",
    material: Material::Absolute(0.01),
};

impl Metric for RocAuc {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.cell.labelled == 0 {
            return Estimate::undefined(NO_LABELS, 0);
        }
        if of.summary.task == Task::Multiclass {
            return several(of, |exact| exact.macro_auc.as_ref(), Mean::OneAgainstRest);
        }
        let Some(classes) = of.classes() else {
            return Estimate::undefined(NO_SCORE, 0);
        };
        let (p, n) = (classes.positive.total(), classes.negative.total());
        match (p, n, of.exact.and_then(|e| e.auc.as_ref())) {
            (0, 0, _) => Estimate::undefined(NO_SCORE, 0),
            (0, _, _) | (_, 0, _) => Estimate::undefined("one class only", p + n),
            (_, _, Some(cell)) => of_cell(cell),
            (_, _, None) => {
                let (cell, unresolved) = binned(classes);
                Estimate {
                    bound: Some(unresolved),
                    ..of_cell(&cell)
                }
            }
        }
    }
}

/// The area of rows whose scores were ranked.
pub(super) fn of_cell(cell: &AucCell) -> Estimate {
    let n = cell.positives + cell.negatives;
    match cell.auc() {
        Some(auc) => Estimate::of(auc, cell.interval(), n)
            .or_why(|| too_few_of_a_class(cell.positives, cell.negatives, LEAST)),
        None => Estimate::undefined("one class only", n),
    }
}

/// The statistics of ROC AUC with scores known to their bin only, and how far the value can be off.
fn binned(classes: &Classes) -> (AucCell, f64) {
    let last = |h: &crate::summary::Histogram| h.0.last().map_or(0, |b| b.0 as usize + 1);
    let bins = last(&classes.positive).max(last(&classes.negative));
    from_bins(&classes.positive.dense(bins), &classes.negative.dense(bins))
}

/// The same of rows by bin.
pub(super) fn from_bins(positive: &[u64], negative: &[u64]) -> (AucCell, f64) {
    let tied: f64 = positive
        .iter()
        .zip(negative)
        .map(|(p, n)| *p as f64 * *n as f64)
        .sum();
    let cell = AucCell::from_bins(positive, negative);
    let pairs = cell.positives as f64 * cell.negatives as f64;
    (cell, tied / 2.0 / pairs)
}
