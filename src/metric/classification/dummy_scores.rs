//! What a model without any input would reach in log loss, Brier score and F1, over the same rows: it foretells the
//! classes' shares for every row, or names one class. The shares are those of the rows themselves, so that a dummy is
//! as good as it can be, and a model that is worse has learned nothing of them.

use crate::log::Task;
use crate::metric::measures::LEAST_ROWS;
use crate::metric::{
    Better, Confused, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit,
};
use crate::stats::interval::{Interval, wilson};
use crate::summary::Summary;

/// The score of a dummy.
pub struct Dummy {
    info: &'static Info,
    /// From the shares of the classes.
    of: fn(&[f64]) -> f64,
    /// Whether several classes are named by the most frequent one alone, on which the value then depends.
    named: bool,
    /// The largest value of several classes.
    most: Option<f64>,
}

const OF_ONE: &str = "what Wilson's interval of the share of positive rows becomes, none of fewer than 10 rows; several classes: none, since how their shares vary together is not taken into account";

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    source: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval: OF_ONE,
        source,
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Neither,
        unit: Unit::Ratio,
        range: (Some(0.0), None),
        undefined: "no outcome stands beside a predicted label",
        material: Material::Never,
    }
}

/// Log loss of the classes' shares.
pub const LOG_LOSS: Dummy = Dummy {
    info: &info(
        "dummy_log_loss",
        "Dummy log loss",
        "The log loss of always foretelling the classes' shares; a model has to be below it.",
        "−Σ over classes of share ln(share): the entropy",
        "Good 1952, JRSS B 14, 107; Wilson 1927, JASA 22, 209",
        "sklearn.metrics.log_loss(y_true, sklearn.dummy.DummyClassifier(strategy=\"prior\").fit(X, y_true).predict_proba(X))",
    ),
    of: |shares| {
        let filled = shares.iter().filter(|s| **s > 0.0);
        // Not −0.
        filled.fold(0.0, |sum, s| sum - s * libm::log(*s))
    },
    named: false,
    most: None,
};

/// Brier score of the classes' shares.
pub const BRIER: Dummy = Dummy {
    info: &Info {
        range: (Some(0.0), Some(0.25)),
        ..info(
            "dummy_brier_score",
            "Dummy Brier score",
            "The Brier score of always foretelling the classes' shares; a model has to be below it.",
            "two classes: share (1 − share); several: 1 − Σ share²",
            "Brier 1950, Monthly Weather Review 78, 1; Wilson 1927, JASA 22, 209",
            "sklearn.metrics.brier_score_loss(y_true, sklearn.dummy.DummyClassifier(strategy=\"prior\").fit(X, y_true).predict_proba(X))",
        )
    },
    of: |shares| match shares {
        [_, positive] => positive * (1.0 - positive),
        several => several.iter().map(|s| s * (1.0 - s)).sum(),
    },
    named: false,
    most: Some(1.0),
};

/// F1 of naming one class.
pub const F1: Dummy = Dummy {
    info: &Info {
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        interval: "what Wilson's interval of the share of the class that is named becomes, none of fewer than 10 rows",
        ..info(
            "dummy_f1",
            "Dummy F1",
            "The F1 of calling every row positive; of several classes the macro F1 of always naming the most frequent one. A model has to be above it.",
            "2 share / (1 + share), share that of the class named; several classes: over the number of classes that occur",
            "van Rijsbergen 1979; Wilson 1927, JASA 22, 209",
            "sklearn.metrics.f1_score(y_true, sklearn.dummy.DummyClassifier(strategy=\"constant\", constant=1).fit(X, y_true).predict(X)) (multiclass: strategy=\"most_frequent\", average=\"macro\")",
        )
    },
    of: |shares| match shares {
        [_, positive] => f1(*positive),
        several => {
            let there = several.iter().filter(|s| **s > 0.0).count().max(1);
            f1(several.iter().copied().fold(0.0, f64::max)) / there as f64
        }
    },
    named: true,
    most: Some(1.0),
};

fn f1(share: f64) -> f64 {
    2.0 * share / (1.0 + share)
}

impl Dummy {
    /// The ends that a share's interval becomes, under a function that rises to one half, or all the way.
    fn ends(&self, shares: &[f64], labels: &Confused) -> Option<Interval> {
        let several = shares.len() != 2;
        let named = match several {
            true => labels.truth.iter().copied().max()?,
            false => *labels.truth.get(1)?,
        };
        let of_share = wilson(named, labels.n).filter(|_| labels.n >= LEAST_ROWS)?;
        let there = shares.iter().filter(|s| **s > 0.0).count().max(1) as f64;
        let of = |share: f64| match several {
            true => f1(share) / there,
            false => (self.of)(&[1.0 - share, share]),
        };
        let (low, high) = (of(of_share.low), of(of_share.high));
        let around = of_share.low < 0.5 && of_share.high > 0.5 && !self.named;
        match several && !self.named {
            true => None,
            false => Some(Interval {
                low: low.min(high),
                high: if around { of(0.5) } else { low.max(high) },
            }),
        }
    }
}

impl Metric for Dummy {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn range(&self, task: Task) -> (Option<f64>, Option<f64>) {
        match task {
            Task::Binary => self.info.range,
            _ => (self.info.range.0, self.most),
        }
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        if labels.n == 0 {
            return of.nothing();
        }
        let share = |rows: &u64| *rows as f64 / labels.n as f64;
        let shares: Vec<f64> = labels.truth.iter().map(share).collect();
        let ends = self.ends(&shares, labels);
        Estimate::of((self.of)(&shares), ends, labels.n).or_why(|| match labels.n < LEAST_ROWS {
            true => crate::metric::measures::too_few_rows(labels.n, LEAST_ROWS),
            false => "no interval: how the shares of several classes vary together is not taken into account".into(),
        })
    }
}
