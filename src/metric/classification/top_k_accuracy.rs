//! Top-k accuracy: whether the true class is among the k most probable ones.

use crate::log::Task;
use crate::metric::measures::{LEAST_OF_MOST, NO_LABELS, NO_SCORE, NOT_COUNTED, share_of_at_least};
use crate::metric::{
    Better, Estimate, Family, Info, Material, Measures, Metric, Parameter, Rank, Unit,
};
use crate::summary::Summary;

/// Top-k accuracy.
pub struct TopK {
    info: &'static Info,
    /// Guesses; `None`: as many as the reader chooses.
    k: Option<usize>,
}

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula: "rows whose true class is among the k most probable ones / n; of equal ones the later class comes first",
        interval: "Wilson score; none of fewer than 150 rows",
        source: "Wilson 1927, JASA 22, 209",
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined: "no score of each class stands beside an outcome",
        material: Material::Never,
    }
}

/// Of two guesses.
pub const TOP_2: TopK = TopK {
    info: &info(
        "top_2_accuracy",
        "Top-2 accuracy",
        "Share of rows whose true class is one of the two most probable.",
        "sklearn.metrics.top_k_accuracy_score(y_true, y_prob, k=2)",
    ),
    k: Some(2),
};
/// Of three guesses.
pub const TOP_3: TopK = TopK {
    info: &info(
        "top_3_accuracy",
        "Top-3 accuracy",
        "Share of rows whose true class is one of the three most probable.",
        "sklearn.metrics.top_k_accuracy_score(y_true, y_prob, k=3)",
    ),
    k: Some(3),
};
/// Of five guesses.
pub const TOP_5: TopK = TopK {
    info: &info(
        "top_5_accuracy",
        "Top-5 accuracy",
        "Share of rows whose true class is one of the five most probable.",
        "sklearn.metrics.top_k_accuracy_score(y_true, y_prob, k=5)",
    ),
    k: Some(5),
};
/// Of as many as the reader chooses.
pub const TOP_K: TopK = TopK {
    info: &info(
        "top_k_accuracy",
        "Top-k accuracy",
        "Share of rows whose true class is among as many of the most probable ones as you chose.",
        "sklearn.metrics.top_k_accuracy_score(y_true, y_prob, k=top_k)",
    ),
    k: None,
};

impl Metric for TopK {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        // Among k classes the true one always is.
        summary.task == Task::Multiclass && self.k.is_none_or(|k| summary.labels.len() > k)
    }

    fn asked(&self, of: &Measures<'_>) -> bool {
        self.guesses(of).is_some()
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(k) = self.guesses(of) else {
            return Estimate::undefined("the number of guesses was not chosen", 0);
        };
        if of.cell.labelled == 0 {
            return Estimate::undefined(NO_LABELS, 0);
        }
        let Some(classes) = of.classes() else {
            return Estimate::undefined(NO_SCORE, 0);
        };
        let n = classes.ranks.iter().sum();
        if n == 0 {
            let scored = classes.log_loss.n > 0;
            return Estimate::undefined(if scored { NOT_COUNTED } else { NO_SCORE }, 0);
        }
        if k >= classes.ranks.len() {
            return Estimate::undefined("a Summary of an earlier version counts fewer guesses", n);
        }
        let hits: u64 = classes.ranks.iter().take(k).sum();
        share_of_at_least(hits, n, LEAST_OF_MOST)
    }
}

impl TopK {
    fn guesses(&self, of: &Measures<'_>) -> Option<usize> {
        let chosen = || of.parameter(Parameter::TopK).map(|k| k as usize);
        self.k.or_else(chosen)
    }
}
