//! ROC AUC: exact where the rows were ranked, else from the score histogram with a sure bound (half of
//! the pairs whose scores share a bin). Likewise of several classes.

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_SCORE, too_few_of_a_class};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::rank::{AucCell, LEAST};
use crate::summary::class_scores::{MOST, PAIRED};
use crate::summary::{Classes, Exact, Macro, Summary};

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
            return several(of, |exact| exact.macro_auc.as_ref(), Pairs::OneAgainstRest);
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

/// Which AUCs of several classes are averaged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairs {
    /// Each class against all others.
    OneAgainstRest,
    /// Each class against each other one.
    OneAgainstOne,
}

/// A mean of several AUCs: exact from the rows, else from bins of each class's probability.
pub(super) fn several(
    of: &Measures<'_>,
    part: impl FnOnce(&Exact) -> Option<&Macro>,
    pairs: Pairs,
) -> Estimate {
    if of.cell.labelled == 0 {
        return Estimate::undefined(NO_LABELS, 0);
    }
    if of.classes().is_none_or(|c| c.scored() == 0) {
        return Estimate::undefined(NO_SCORE, 0);
    }
    match of.exact.and_then(part) {
        None => from_class_bins(of, pairs),
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
    let last = |h: &crate::summary::Histogram| h.0.last().map_or(0, |b| b.0 as usize + 1);
    let bins = last(&classes.positive).max(last(&classes.negative));
    from_bins(&classes.positive.dense(bins), &classes.negative.dense(bins))
}

/// The same of rows by bin.
fn from_bins(positive: &[u64], negative: &[u64]) -> (AucCell, f64) {
    let tied: f64 = positive
        .iter()
        .zip(negative)
        .map(|(p, n)| *p as f64 * *n as f64)
        .sum();
    let cell = AucCell::from_bins(positive, negative);
    let pairs = cell.positives as f64 * cell.negatives as f64;
    (cell, tied / 2.0 / pairs)
}

/// The mean of several AUCs from bins of each class's probability, and the mean of what each can be off.
fn from_class_bins(of: &Measures<'_>, pairs: Pairs) -> Estimate {
    let classes = of.summary.labels.len();
    if classes > MOST {
        return Estimate::undefined(
            "needs the rows of more than 1 024 classes, and they are not at hand",
            0,
        );
    }
    let Some(by_class) = of.classes().and_then(|c| c.by_class.as_ref()) else {
        return of.needs_rows();
    };
    let ones = pairs == Pairs::OneAgainstOne;
    if ones && (classes > PAIRED || !by_class.is_paired()) {
        return Estimate::undefined(
            "needs the rows of more than 8 classes, which are not at hand: what is counted of pairs would grow with the square of the classes",
            0,
        );
    }
    let (mut sum, mut off, mut n) = (0.0, 0.0, 0);
    let mut add = |class: u32, other: Option<u32>| {
        let [positive, negative] = by_class.against(class, other);
        let (cell, unresolved) = from_bins(&positive, &negative);
        n = n.max(cell.positives + cell.negatives);
        (sum, off) = (sum + cell.auc()?, off + unresolved);
        Some(())
    };
    let all = || 0..classes as u32;
    let mut count = 0_u32;
    let found = match pairs {
        Pairs::OneAgainstRest => all().try_for_each(|class| {
            count += 1;
            add(class, None)
        }),
        Pairs::OneAgainstOne => {
            let pairs = all().flat_map(|i| all().filter(move |j| *j != i).map(move |j| (i, j)));
            pairs.map(|(i, j)| (i, Some(j))).try_for_each(|(i, j)| {
                count += 1;
                add(i, j)
            })
        }
    };
    let n = match pairs {
        Pairs::OneAgainstRest => n,
        Pairs::OneAgainstOne => of.classes().map_or(0, Classes::scored),
    };
    match found {
        None => Estimate::undefined("a class does not occur", n),
        Some(()) => Estimate {
            bound: Some(off / f64::from(count)),
            ..Estimate::of(sum / f64::from(count), None, n)
        }
        .or_why(|| {
            "no interval: bins tell each class by itself, and it takes how the scores of a row vary together".into()
        }),
    }
}
