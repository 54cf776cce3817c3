//! Net benefit at the threshold in force: one point of a decision curve.

use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, mean_t};
use crate::summary::Summary;

/// Net benefit.
pub struct NetBenefit;

const INFO: Info = Info {
    name: "net_benefit",
    title: "Net benefit",
    explain: "What acting on the predictions gains a row, in true positives; the threshold tells how many false alarms one true positive is worth.",
    formula: "tp / n − fp / n · t / (1 − t), t the threshold",
    interval: "Student t of the rows' benefits",
    source: "Vickers & Elkin 2006, Medical Decision Making 26, 565",
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
        let (tp, fp, rows) = (c.tp as f64, c.fp as f64, n as f64);
        let value = (tp - fp * odds) / rows;
        let square = (tp + fp * odds * odds) / rows - value * value;
        let variance = square * rows / (rows - 1.0);
        let interval = mean_t(value, variance, n).map(|i| Interval {
            high: i.high.min(1.0),
            ..i
        });
        Estimate::of(value, interval, n)
    }
}
