//! ROC AUC: exact where the rows were ranked, else from the score histogram with a sure bound (half of
//! the pairs whose scores share a bin).

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_SCORE, too_few_of_a_class};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::rank::{AucCell, LEAST};
use crate::summary::{Classes, Exact, Macro, Summary};

/// ROC AUC.
pub struct RocAuc;

const INFO: Info = Info {
    name: "roc_auc",
    title: "ROC AUC",
    explain: "How often a positive row scores above a negative one; 0.5 is chance.",
    formula: "P(s₊ > s₋) + P(s₊ = s₋) / 2; multiclass: mean of one class against the rest",
    interval: "DeLong's variance on the logit scale, the quantile being Student's for the kurtosis of the placements (Satterthwaite) and shifted for their skewness (Cornish and Fisher); none with fewer than 30 rows of a class; multiclass: influence of each row, likewise with Student's quantile for its kurtosis",
    source: "DeLong et al. 1988, Biometrics 44, 837; Hall 1992, The Bootstrap and Edgeworth Expansion, 2.4",
    sklearn: "sklearn.metrics.roc_auc_score(y_true, y_score) (multiclass: multi_class=\"ovr\")",
    family: Family::Classification,
    rank: Rank::Headline,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (Some(0.0), Some(1.0)),
    undefined: "all outcomes are of one class; several classes: a class does not occur, or the rows were not kept",
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
            return several(of, |exact| exact.macro_auc.as_ref());
        }
        let Some(classes) = of.classes() else {
            return Estimate::undefined(NO_SCORE, 0);
        };
        let (p, n) = (classes.positive.total(), classes.negative.total());
        match (p, n, of.exact.and_then(|e| e.auc.as_ref())) {
            (0, 0, _) => Estimate::undefined(NO_SCORE, 0),
            (0, _, _) | (_, 0, _) => Estimate::undefined("one class only", p + n),
            (_, _, Some(cell)) => estimate(cell),
            (_, _, None) => {
                let (cell, unresolved) = binned(classes);
                Estimate {
                    bound: Some(unresolved),
                    ..estimate(&cell)
                }
            }
        }
    }
}

fn estimate(cell: &AucCell) -> Estimate {
    let n = cell.positives + cell.negatives;
    match cell.auc() {
        Some(auc) => Estimate::of(auc, cell.interval(), n)
            .or_why(|| too_few_of_a_class(cell.positives, cell.negatives, LEAST)),
        None => Estimate::undefined("one class only", n),
    }
}

/// A mean of several AUCs that only rows can tell.
pub(super) fn several(of: &Measures<'_>, part: impl FnOnce(&Exact) -> Option<&Macro>) -> Estimate {
    if of.cell.labelled == 0 {
        return Estimate::undefined(NO_LABELS, 0);
    }
    if of.classes().is_none_or(|c| c.log_loss.n == 0) {
        return Estimate::undefined(NO_SCORE, 0);
    }
    match of.exact.and_then(part) {
        None => of.needs_rows(),
        Some(found) => match found.value {
            None => Estimate::undefined("a class does not occur", found.n),
            Some(auc) => {
                let interval = found.interval().filter(|_| found.fewest >= LEAST);
                Estimate::of(auc, interval, found.n).or_why(|| match found.fewest >= LEAST {
                    true => "no interval: every row is told apart".into(),
                    false => {
                        let are = if found.fewest == 1 {
                            "row is"
                        } else {
                            "rows are"
                        };
                        format!(
                            "no interval: {} {are} too few of a class, it takes {LEAST}",
                            found.fewest
                        )
                    }
                })
            }
        },
    }
}

/// The statistics of ROC AUC with scores known to their bin only, and how far the value can be off.
fn binned(classes: &Classes) -> (AucCell, f64) {
    let bins = classes
        .positive
        .0
        .iter()
        .chain(&classes.negative.0)
        .map(|b| b.0 as usize + 1)
        .max()
        .unwrap_or(0);
    let (positive, negative) = (classes.positive.dense(bins), classes.negative.dense(bins));
    let tied: f64 = positive
        .iter()
        .zip(&negative)
        .map(|(p, n)| *p as f64 * *n as f64)
        .sum();
    let pairs = classes.positive.total() as f64 * classes.negative.total() as f64;
    (AucCell::from_bins(&positive, &negative), tied / 2.0 / pairs)
}
