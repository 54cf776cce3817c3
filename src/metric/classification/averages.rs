//! Micro and weighted averages over several classes, beside the macro averages that have cards.
//!
//! Where each row has one label, the micro averages of precision, recall and F1 and the weighted one of
//! recall are all accuracy; they are there for those who look for them by name.

use crate::log::Task;
use crate::metric::measures::share;
use crate::metric::spread::{OfClass, weighted_average};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// An average over classes.
pub struct Average {
    info: &'static Info,
    how: How,
}

enum How {
    /// Right rows over all rows.
    Share,
    /// Precision, weighted by true rows.
    Precision,
    /// F1, weighted by true rows.
    F1,
}

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    interval: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval,
        source: "Sokolova & Lapalme 2009, Inf. Process. Manag. 45, 427; Takahashi et al. 2022, Applied Intelligence 52, 4961",
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined: "no outcome stands beside a predicted label; a class that is never predicted counts 0",
        material: Material::Never,
    }
}

const SAME: &str = "As every row has one label, the same as accuracy.";
const SHARE: &str = "Σ right_k / n";
const WILSON: &str = "Wilson score; none of fewer than 10 rows";
const DELTA: &str =
    "delta method on the logit scale with a row spread over all cells, none of fewer than 200 rows";

/// Precision, micro.
pub const PRECISION_MICRO: Average = Average {
    info: &info(
        "precision_micro",
        "Precision, micro",
        SAME,
        SHARE,
        WILSON,
        "sklearn.metrics.precision_score(y_true, y_pred, average=\"micro\")",
    ),
    how: How::Share,
};
/// Recall, micro.
pub const RECALL_MICRO: Average = Average {
    info: &info(
        "recall_micro",
        "Recall, micro",
        SAME,
        SHARE,
        WILSON,
        "sklearn.metrics.recall_score(y_true, y_pred, average=\"micro\")",
    ),
    how: How::Share,
};
/// F1, micro.
pub const F1_MICRO: Average = Average {
    info: &info(
        "f1_micro",
        "F1, micro",
        SAME,
        SHARE,
        WILSON,
        "sklearn.metrics.f1_score(y_true, y_pred, average=\"micro\")",
    ),
    how: How::Share,
};
/// Precision, weighted.
pub const PRECISION_WEIGHTED: Average = Average {
    info: &info(
        "precision_weighted",
        "Precision, weighted",
        "Mean precision of the classes, each weighing as much as it has rows.",
        "Σ a_k right_k / b_k / n, a true and b predicted rows of class k",
        DELTA,
        "sklearn.metrics.precision_score(y_true, y_pred, average=\"weighted\")",
    ),
    how: How::Precision,
};
/// Recall, weighted.
pub const RECALL_WEIGHTED: Average = Average {
    info: &info(
        "recall_weighted",
        "Recall, weighted",
        "Mean recall of the classes, each weighing as much as it has rows: the same as accuracy.",
        SHARE,
        WILSON,
        "sklearn.metrics.recall_score(y_true, y_pred, average=\"weighted\")",
    ),
    how: How::Share,
};
/// F1, weighted.
pub const F1_WEIGHTED: Average = Average {
    info: &info(
        "f1_weighted",
        "F1, weighted",
        "Mean F1 of the classes, each weighing as much as it has rows.",
        "Σ a_k 2 right_k / (a_k + b_k) / n, a true and b predicted rows of class k",
        DELTA,
        "sklearn.metrics.f1_score(y_true, y_pred, average=\"weighted\")",
    ),
    how: How::F1,
};

impl Metric for Average {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Multiclass
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        let n = labels.n;
        if n == 0 {
            return of.nothing();
        }
        match self.how {
            How::Share => share(labels.hits(), n),
            How::Precision => weighted_average(labels, OfClass::PRECISION),
            How::F1 => weighted_average(labels, OfClass::f(1.0)),
        }
    }
}
