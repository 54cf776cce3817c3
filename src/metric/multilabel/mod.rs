//! Rows with several labels: how near the foretold sets are to the true ones.
//!
//! Micro averages count every label of every row alike; their interval sees that the labels of a row depend
//! on each other (delta method over rows). Macro averages are means over labels; how these depend on each
//! other only rows tell ([`SetAverages`]), so that rows that passed leave them without an interval.

use crate::log::Task;
use crate::metric::means::why_none;
use crate::metric::measures::{NEEDS_ROWS, share, too_few_rows};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, logit, mean_t};
use crate::summary::{LabelSets, Macro, Moments, SetAverages, Summary};

/// A metric of sets of labels.
pub struct OfSets {
    info: &'static Info,
    how: fn(&LabelSets, Option<&SetAverages>) -> Estimate,
}

/// What is different of each.
#[derive(Clone, Copy)]
struct Told {
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    interval: &'static str,
    undefined: &'static str,
    sklearn: &'static str,
}

const fn info(told: Told) -> Info {
    Info {
        name: told.name,
        title: told.title,
        explain: told.explain,
        formula: told.formula,
        interval: told.interval,
        source: "Tsoumakas & Katakis 2007, Int. J. Data Warehousing and Mining 3, 1; Sorower 2010",
        sklearn: told.sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined: told.undefined,
        material: Material::Never,
    }
}

const fn headline(told: Told, better: Better) -> Info {
    Info {
        rank: Rank::Headline,
        better,
        material: Material::Absolute(0.01),
        ..info(told)
    }
}

const NO_SETS: &str = "no set of labels stands beside an outcome";
const DELTA: &str = "delta method over rows, on the logit scale, none of fewer than 50 rows";
const INFLUENCE: &str = "influence of each row on the logit scale, with three tenths of a row more of each label, Student's quantile for the kurtosis; none with fewer than 20 rows of a label";
const STUDENT: &str = "Student t of the rows' values, none of fewer than 100 rows";

/// Subset accuracy.
pub const SUBSET_ACCURACY: OfSets = OfSets {
    info: &headline(
        Told {
            name: "subset_accuracy",
            title: "Subset accuracy",
            explain: "Share of rows whose foretold labels are exactly the true ones.",
            formula: "rows with equal sets / n",
            interval: "Wilson score; none of fewer than 10 rows",
            undefined: NO_SETS,
            sklearn: "sklearn.metrics.accuracy_score(Y_true, Y_pred)",
        },
        Better::Higher,
    ),
    how: |sets, _| share(sets.exact, sets.rows),
};

/// Hamming loss.
pub const HAMMING_LOSS: OfSets = OfSets {
    info: &headline(
        Told {
            name: "hamming_loss",
            title: "Hamming loss",
            explain: "Share of labels, over all rows, that are foretold in vain or missed.",
            formula: "Σ (in vain + missed) / (n labels)",
            interval: STUDENT,
            undefined: NO_SETS,
            sklearn: "sklearn.metrics.hamming_loss(Y_true, Y_pred)",
        },
        Better::Lower,
    ),
    how: |sets, _| {
        let [_, p, m] = sets.totals();
        let [_, pp, mm, _, _, pm] = sets.products;
        let labels = sets.by_label.len().max(1) as f64;
        let (n, sum, square) = (sets.rows, u128::from(p + m), pp + mm + 2 * pm);
        // n Σ x² − (Σ x)², of whole numbers.
        let spread = (u128::from(n) * u128::from(square)).saturating_sub(sum * sum) as f64;
        let variance = spread / (n as f64 * n.saturating_sub(1).max(1) as f64 * labels * labels);
        let value = sum as f64 / (n as f64 * labels);
        let interval = student(value, variance, n);
        Estimate::of(value, interval, n).or_why(|| match n < LEAST_OF_MEANS {
            true => too_few_rows(n, LEAST_OF_MEANS),
            false => "no interval: every row has the same value".into(),
        })
    },
};

/// F1, micro.
pub const F1_MICRO: OfSets = OfSets {
    info: &headline(
        Told {
            name: "label_f1_micro",
            title: "F1, micro",
            explain: "Harmonic mean of precision and recall, every label of every row counting alike.",
            formula: "2 right / (2 right + in vain + missed)",
            interval: DELTA,
            undefined: "no label is true or foretold",
            sklearn: "sklearn.metrics.f1_score(Y_true, Y_pred, average=\"micro\")",
        },
        Better::Higher,
    ),
    how: |sets, _| ratio(sets, [2, 0, 0], [2, 1, 1], "no label is true or foretold"),
};

/// Precision, micro.
pub const PRECISION_MICRO: OfSets = OfSets {
    info: &info(Told {
        name: "label_precision_micro",
        title: "Precision, micro",
        explain: "Of all labels foretold, the share that is true.",
        formula: "right / (right + in vain)",
        interval: DELTA,
        undefined: "no label is foretold",
        sklearn: "sklearn.metrics.precision_score(Y_true, Y_pred, average=\"micro\")",
    }),
    how: |sets, _| ratio(sets, [1, 0, 0], [1, 1, 0], "no label is foretold"),
};

/// Recall, micro.
pub const RECALL_MICRO: OfSets = OfSets {
    info: &info(Told {
        name: "label_recall_micro",
        title: "Recall, micro",
        explain: "Of all true labels, the share that is foretold.",
        formula: "right / (right + missed)",
        interval: DELTA,
        undefined: "no label is true",
        sklearn: "sklearn.metrics.recall_score(Y_true, Y_pred, average=\"micro\")",
    }),
    how: |sets, _| ratio(sets, [1, 0, 0], [1, 0, 1], "no label is true"),
};

/// F1, macro.
pub const F1_MACRO: OfSets = OfSets {
    info: &info(Told {
        name: "label_f1_macro",
        title: "F1, macro",
        explain: "Mean F1 of the labels; one that is neither true nor foretold counts 0.",
        formula: "mean over labels of 2 right / (2 right + in vain + missed)",
        interval: INFLUENCE,
        undefined: NO_SETS,
        sklearn: "sklearn.metrics.f1_score(Y_true, Y_pred, average=\"macro\", zero_division=0)",
    }),
    how: |sets, rows| {
        over_labels(sets, rows.map(|r| &r.f1), |[t, p, m]| {
            (2 * t, 2 * t + p + m)
        })
    },
};

/// Precision, macro.
pub const PRECISION_MACRO: OfSets = OfSets {
    info: &info(Told {
        name: "label_precision_macro",
        title: "Precision, macro",
        explain: "Mean precision of the labels; one that is never foretold counts 0.",
        formula: "mean over labels of right / (right + in vain)",
        interval: INFLUENCE,
        undefined: NO_SETS,
        sklearn: "sklearn.metrics.precision_score(Y_true, Y_pred, average=\"macro\", zero_division=0)",
    }),
    how: |sets, rows| over_labels(sets, rows.map(|r| &r.precision), |[t, p, _]| (t, t + p)),
};

/// Recall, macro.
pub const RECALL_MACRO: OfSets = OfSets {
    info: &info(Told {
        name: "label_recall_macro",
        title: "Recall, macro",
        explain: "Mean recall of the labels; one that is never true counts 0.",
        formula: "mean over labels of right / (right + missed)",
        interval: INFLUENCE,
        undefined: NO_SETS,
        sklearn: "sklearn.metrics.recall_score(Y_true, Y_pred, average=\"macro\", zero_division=0)",
    }),
    how: |sets, rows| over_labels(sets, rows.map(|r| &r.recall), |[t, _, m]| (t, t + m)),
};

/// F1 of samples.
pub const F1_SAMPLES: OfSets = OfSets {
    info: &info(Told {
        name: "f1_samples",
        title: "F1 of rows",
        explain: "Mean over rows of the F1 between foretold and true labels; 1 where both are empty.",
        formula: "mean over rows of 2 right / (2 right + in vain + missed)",
        interval: STUDENT,
        undefined: NO_SETS,
        sklearn: "sklearn.metrics.f1_score(Y_true, Y_pred, average=\"samples\", zero_division=1)",
    }),
    how: |sets, _| of_rows(&sets.f1),
};

/// Jaccard of samples.
pub const JACCARD_SAMPLES: OfSets = OfSets {
    info: &info(Told {
        name: "jaccard_samples",
        title: "Jaccard of rows",
        explain: "Mean over rows of the labels that are right among all that are true or foretold; 1 where both are empty.",
        formula: "mean over rows of right / (right + in vain + missed)",
        interval: STUDENT,
        undefined: NO_SETS,
        sklearn: "sklearn.metrics.jaccard_score(Y_true, Y_pred, average=\"samples\", zero_division=1)",
    }),
    how: |sets, _| of_rows(&sets.jaccard),
};

/// Rows from which on means of rows' shares, and ratios of sums over rows, have an interval.
const LEAST_OF_MEANS: u64 = 100;
const LEAST_OF_RATIOS: u64 = 50;

/// Student's interval of a mean of shares; `None` of fewer rows than a true one takes, and where they are alike.
fn student(value: f64, variance: f64, n: u64) -> Option<Interval> {
    let enough = n >= LEAST_OF_MEANS && variance > 0.0;
    let interval = mean_t(value, variance, n).filter(|_| enough)?;
    Some(Interval {
        low: interval.low.max(0.0),
        high: interval.high.min(1.0),
    })
}

/// The mean of rows' shares.
fn of_rows(shares: &Moments) -> Estimate {
    let Some(value) = shares.mean() else {
        return Estimate::undefined("no rows", 0);
    };
    let interval = shares.variance().and_then(|v| student(value, v, shares.n));
    Estimate::of(value, interval, shares.n).or_why(|| why_none(shares, LEAST_OF_MEANS))
}

/// An estimate, without its interval where that is made of fewer rows than a true one takes.
fn of_enough(told: Estimate, least: u64) -> Estimate {
    match told.value {
        Some(value) if told.n < least => {
            Estimate::of(value, None, told.n).or_why(|| too_few_rows(told.n, least))
        }
        _ => told,
    }
}

/// Rows of a label from which on an average over labels has an interval.
const LEAST: u64 = 20;

/// Mean of a share over labels, 0 where it is of nothing; its interval is of what only rows tell.
fn over_labels(
    sets: &LabelSets,
    rows: Option<&Macro>,
    share: fn([u64; 3]) -> (u64, u64),
) -> Estimate {
    let labels = sets.by_label.iter().map(|counts| match share(*counts) {
        (_, 0) => 0.0,
        (part, of) => part as f64 / of as f64,
    });
    let mean = labels.sum::<f64>() / sets.by_label.len().max(1) as f64;
    let enough = rows.filter(|r| r.fewest >= LEAST);
    Estimate::of(mean, enough.and_then(Macro::interval), sets.rows).or_why(|| match rows {
        None => format!("no interval: it {NEEDS_ROWS}"),
        Some(rows) => {
            let are = if rows.fewest == 1 {
                "row is"
            } else {
                "rows are"
            };
            format!(
                "no interval: {} {are} too few of a label, it takes {LEAST}",
                rows.fewest
            )
        }
    })
}

/// The ratio of two weighted sums of (right, in vain, missed): r = Σ a·x / Σ b·x, whose variance is that of
/// Σ (a − r b)·x over the rows, divided by (Σ b·x)².
fn ratio(sets: &LabelSets, part: [u64; 3], of: [u64; 3], missing: &str) -> Estimate {
    let totals = sets.totals().map(|n| n as f64);
    let sum = |w: [f64; 3]| -> f64 { w.iter().zip(totals).map(|(w, n)| w * n).sum() };
    let (a, b) = (part.map(|n| n as f64), of.map(|n| n as f64));
    let all = sum(b);
    if all == 0.0 {
        return Estimate::undefined(missing, 0);
    }
    let value = sum(a) / all;
    let w: [f64; 3] = std::array::from_fn(|i| a[i] - value * b[i]);
    let [tt, pp, mm, tp, tm, pm] = sets.products.map(|n| n as f64);
    let square = w[0] * w[0] * tt
        + w[1] * w[1] * pp
        + w[2] * w[2] * mm
        + 2.0 * (w[0] * w[1] * tp + w[0] * w[2] * tm + w[1] * w[2] * pm);
    let n = sets.rows as f64;
    let se = (square.max(0.0) * n / (n - 1.0).max(1.0)).sqrt() / all;
    let inside = value > 0.0 && value < 1.0 && se > 0.0 && n > 1.0;
    let told = Estimate::of(value, inside.then(|| logit(value, se)), sets.rows);
    of_enough(told, LEAST_OF_RATIOS)
}

impl Metric for OfSets {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Multilabel
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match of.cell.sets.as_ref().filter(|s| s.rows > 0) {
            Some(sets) => (self.how)(sets, of.exact.and_then(|e| e.set_averages.as_ref())),
            None => of.nothing(),
        }
    }
}
