//! Net benefit at the threshold in force: one point of a decision curve.

use super::cost;
use crate::log::Task;
use crate::metric::measures::too_few_rows;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::Interval;
use crate::summary::Summary;
use std::collections::BTreeMap;

/// Net benefit.
pub struct NetBenefit;

/// Rows from which on it has an interval.
const LEAST: u64 = 100;

const INFO: Info = Info {
    name: "net_benefit",
    title: "Net benefit",
    explain: "What acting on the predictions gains a row, in true positives; the threshold tells how many false alarms one true positive is worth.",
    formula: "tp / n − fp / n · t / (1 − t), t the threshold",
    interval: "MOVER of the Wilson intervals of the shares of true and false positives, with their multinomial correlation; none of fewer than 100 rows",
    source: "Vickers & Elkin 2006, Medical Decision Making 26, 565; interval: Zou, Huang & Zhang 2009, Computational Statistics & Data Analysis 53, 1080",
    sklearn: "numpy: (tp - fp * t / (1 - t)) / n of the cells of sklearn.metrics.confusion_matrix(y_true, y_prob >= t)",
    family: Family::Classification,
    rank: Rank::Detail,
    better: Better::Higher,
    unit: Unit::Ratio,
    range: (None, Some(1.0)),
    undefined: "labels are taken as served, the score is no probability, or the threshold is 1",
    material: Material::Never,
};

impl Metric for NetBenefit {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let c = of.counted();
        let n = c.n();
        if n == 0 {
            return of.nothing();
        }
        let Some(threshold) = of.threshold().filter(|_| of.summary.probabilistic) else {
            return Estimate::undefined("needs a threshold on a probability", n);
        };
        if !(0.0..1.0).contains(&threshold) {
            return Estimate::undefined("the threshold leaves no odds", n);
        }
        let odds = threshold / (1.0 - threshold);
        // What it costs not to have the benefit.
        let costs = BTreeMap::from([((0, 1), odds), ((1, 1), -1.0)]);
        let counts = [(0, 0, c.tn), (0, 1, c.fp), (1, 0, c.r#fn), (1, 1, c.tp)];
        let interval = cost::mean(&counts, n, &costs).1;
        let interval = interval.filter(|_| n >= LEAST).map(|i| Interval {
            low: -i.high,
            high: (-i.low).min(1.0),
        });
        let value = (c.tp as f64 - c.fp as f64 * odds) / n as f64;
        Estimate::of(value, interval, n).or_why(|| too_few_rows(n, LEAST))
    }
}
