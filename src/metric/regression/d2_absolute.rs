//! D² of the absolute error: the share of the outcomes' distance from their median that is explained.
//!
//! At the median the pinball loss is half of the absolute error, so its D² is the same number; it stands
//! here under both names, as in scikit-learn.

use crate::log::Task;
use crate::metric::binned::{middle, spread};
use crate::metric::means::{LEAST_OF_RATIO, ratio};
use crate::metric::measures::too_few_rows;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::dyadic::Between;
use crate::stats::interval::Interval;
use crate::summary::Summary;

/// A share of absolute distances that is explained.
pub struct Explained {
    info: &'static Info,
}

const fn info(name: &'static str, title: &'static str, sklearn: &'static str) -> Info {
    Info {
        name,
        title,
        explain: "How far the absolute errors are below those of always predicting the median; 0 is no better, 1 is perfect.",
        formula: "1 − Σ |y − prediction| / Σ |y − median of y|",
        interval: "influence of each row on the ratio, with Hall's transformation, as skewed as twice the coefficient of variation of these; none of fewer than 100 rows, or of rows that were not kept",
        source: "Koenker & Machado 1999, JASA 94, 1296; Hastie, Tibshirani & Wainwright 2015, 3.1; interval: Hall 1992, JRSS B 54, 221",
        sklearn,
        family: Family::Regression,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Ratio,
        range: (None, Some(1.0)),
        undefined: "there are fewer than two rows or all outcomes are the same",
        material: Material::Never,
    }
}

/// D² of the absolute error.
pub const ERROR: Explained = Explained {
    info: &info(
        "d2_absolute_error_score",
        "D² absolute error",
        "sklearn.metrics.d2_absolute_error_score(y_true, y_pred)",
    ),
};
/// D² of the pinball loss at the median.
pub const PINBALL: Explained = Explained {
    info: &info(
        "d2_pinball_score",
        "D² pinball",
        "sklearn.metrics.d2_pinball_score(y_true, y_pred, alpha=0.5)",
    ),
};

impl Metric for Explained {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Regression
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.numbers().is_none_or(|n| n.error.n == 0) {
            return of.nothing();
        }
        let Some(found) = of.exact.and_then(|e| e.from_median) else {
            return from_bins(of);
        };
        if found.n < 2 {
            return Estimate::undefined("fewer than two rows", found.n);
        }
        if found.spread >= f64::MAX || found.error >= f64::MAX {
            return Estimate::undefined("too large for a number", found.n);
        }
        if found.spread <= 0.0 {
            return Estimate::undefined("all outcomes are the same", found.n);
        }
        let (left, n) = (found.error / found.spread, found.n);
        let interval = found
            .se
            .and_then(|se| ratio(left, se * se * n as f64, n))
            .map(|i| Interval {
                low: 1.0 - i.high,
                high: 1.0 - i.low.max(0.0),
            });
        Estimate::of(1.0 - left, interval, n).or_why(|| match n < LEAST_OF_RATIO {
            true => too_few_rows(n, LEAST_OF_RATIO),
            false => "no interval: rows do not differ in what they move it by".into(),
        })
    }
}

/// The same with outcomes known to their bins; the errors are exact.
fn from_bins(of: &Measures<'_>) -> Estimate {
    let (Some((spread, n)), Some(numbers)) = (spread(of), of.numbers()) else {
        return of.needs_rows();
    };
    let error = numbers.absolute.unbounded();
    if n < 2 {
        return Estimate::undefined("fewer than two rows", n);
    }
    if spread.low >= f64::MAX || error.is_infinite() {
        return Estimate::undefined("too large for a number", n);
    }
    if spread.high <= 0.0 {
        return Estimate::undefined("all outcomes are the same", n);
    }
    let told = middle(
        Between {
            low: 1.0 - error / spread.low,
            high: 1.0 - error / spread.high,
        },
        n,
    );
    match told.value {
        _ if error == 0.0 => Estimate {
            bound: Some(0.0),
            ..Estimate::of(1.0, None, n)
        },
        Some(_) => told,
        None => Estimate::undefined(
            "the outcomes are closer together than the bins that are kept of them",
            n,
        ),
    }
    .or_why(|| "no interval: it takes the rows one by one, and bins of them are known".into())
}
