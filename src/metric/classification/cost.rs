//! What the predictions cost, where the reader says what each cell of the confusion matrix does.
//!
//! The interval is that of a linear function of multinomial shares, made of Wilson's intervals of the shares
//! (MOVER): so a cell that costs much and has no row yet still widens it. Costs are taken from that of the
//! cell of most rows, which changes no difference and keeps certainty certain.

use crate::log::Task;
use crate::metric::measures::too_few_rows;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, wilson};
use crate::summary::Summary;
use std::collections::BTreeMap;

/// Cost a row, or value in all.
pub struct Cost {
    info: &'static Info,
    /// Whether it is the value of all rows.
    all: bool,
}

const INTERVAL: &str = "MOVER of the cells' Wilson intervals, with their multinomial correlation; none of fewer than 100 rows, or for more than 400 cells of a cost";
const SOURCE: &str = "Elkan 2001, IJCAI, 973; interval: Zou, Huang & Zhang 2009, Computational Statistics & Data Analysis 53, 1080";

/// Rows from which on there is an interval: in fewer, a rare row that costs much is missed too often.
const LEAST: u64 = 100;

/// Cells that cost something up to which there is an interval: every pair of them is gone through.
const MOST: usize = 400;

/// Cost a row.
pub const MEAN_COST: Cost = Cost {
    info: &Info {
        name: "mean_cost",
        title: "Cost a row",
        explain: "What a prediction costs on average, by what you say each kind of right and wrong costs.",
        formula: "Σ cost × rows of each cell of the confusion matrix, over all rows",
        interval: INTERVAL,
        source: SOURCE,
        sklearn: "numpy: (sklearn.metrics.confusion_matrix(y_true, y_pred) * costs).sum() / len(y_true)",
        family: Family::Classification,
        rank: Rank::Headline,
        better: Better::Lower,
        unit: Unit::Outcome,
        range: (None, None),
        undefined: "no outcome stands beside a predicted label",
        material: Material::Relative(0.1),
    },
    all: false,
};
/// Value of all rows.
pub const BUSINESS_VALUE: Cost = Cost {
    info: &Info {
        name: "business_value",
        title: "Business value",
        explain: "What all predictions with an outcome were worth together: their costs with the other sign.",
        formula: "−Σ cost × rows of each cell of the confusion matrix",
        interval: INTERVAL,
        source: SOURCE,
        sklearn: "numpy: -(sklearn.metrics.confusion_matrix(y_true, y_pred) * costs).sum()",
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Outcome,
        range: (None, None),
        undefined: "no outcome stands beside a predicted label",
        material: Material::Never,
    },
    all: true,
};

impl Metric for Cost {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn asked(&self, of: &Measures<'_>) -> bool {
        of.costs.is_some()
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let labels = of.confused();
        let Some(costs) = of.costs.filter(|_| labels.n > 0) else {
            return of.nothing();
        };
        let (mean, ends) = mean(&labels.cells, labels.n, costs);
        let ends = ends.filter(|_| labels.n >= LEAST);
        let why = || match labels.n < LEAST {
            true => too_few_rows(labels.n, LEAST),
            false => format!("no interval: more than {MOST} cells have a cost"),
        };
        if self.all {
            let rows = labels.n as f64;
            let ends = ends.map(|i| Interval {
                low: -i.high * rows,
                high: -i.low * rows,
            });
            // Not −0.
            Estimate::of(0.0 - mean * rows, ends, labels.n).or_why(why)
        } else {
            Estimate::of(mean, ends, labels.n).or_why(why)
        }
    }
}

/// Cost a row of counts (true class, predicted class, rows) with its interval; `rows` are at least one.
pub(super) fn mean(
    counts: &[(usize, usize, u64)],
    rows: u64,
    costs: &BTreeMap<(usize, usize), f64>,
) -> (f64, Option<Interval>) {
    let cost = |place| costs.get(&place).copied().unwrap_or(0.0);
    let most = counts.iter().max_by_key(|c| c.2);
    let base = most.map_or(0.0, |c| cost((c.0, c.1)));
    // Cells with a count, and those that have none but would cost something.
    let mut cells: BTreeMap<(usize, usize), u64> = costs.keys().map(|k| (*k, 0)).collect();
    cells.extend(counts.iter().map(|(t, p, n)| ((*t, *p), *n)));
    let parts = cells.iter().filter_map(|(place, n)| {
        let above = cost(*place) - base;
        let share = *n as f64 / rows as f64;
        let ends = wilson(*n, rows).filter(|_| above != 0.0)?;
        Some(Part { above, share, ends })
    });
    let parts: Vec<Part> = parts.collect();
    let value = base + parts.iter().map(|p| p.above * p.share).sum::<f64>();
    if parts.len() > MOST {
        return (value, None);
    }
    let half = |lower: bool| {
        let away: Vec<f64> = parts.iter().map(|p| p.away(lower)).collect();
        let mut variance = 0.0;
        for (i, (p, a)) in parts.iter().zip(&away).enumerate() {
            variance += a * a;
            for (q, b) in parts.iter().zip(&away).take(i) {
                variance += 2.0 * p.correlation(q) * a * b;
            }
        }
        variance.max(0.0).sqrt()
    };
    let ends = Interval {
        low: value - half(true),
        high: value + half(false),
    };
    (value, Some(ends))
}

/// A cell: what it costs above the others, its share and the ends of that.
struct Part {
    above: f64,
    share: f64,
    ends: Interval,
}

impl Part {
    /// How far the cell's cost reaches down or up, with the sign of what it costs.
    fn away(&self, lower: bool) -> f64 {
        let down = lower == (self.above > 0.0);
        let reach = match down {
            true => self.share - self.ends.low,
            false => self.ends.high - self.share,
        };
        self.above * reach
    }

    /// The correlation of two shares of one multinomial sample; 0 where one of them does not vary.
    fn correlation(&self, other: &Self) -> f64 {
        let odds = |p: f64| p / (1.0 - p);
        let product = odds(self.share) * odds(other.share);
        match product.is_finite() {
            true => -product.sqrt(),
            false => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: [(usize, usize, u64); 3] = [(0, 0, 80), (0, 1, 12), (1, 1, 8)];

    fn costs(list: &[((usize, usize), f64)]) -> BTreeMap<(usize, usize), f64> {
        list.iter().copied().collect()
    }

    /// A single cell that costs is its share, times the cost.
    #[test]
    fn one_cost_is_wilsons_interval() {
        let (value, ends) = mean(&COUNTS, 100, &costs(&[((0, 1), 5.0)]));
        let (want, ends) = (wilson(12, 100).unwrap(), ends.unwrap());
        assert!((value - 0.6).abs() < 1e-15);
        assert!((ends.low - 5.0 * want.low).abs() < 1e-12);
        assert!((ends.high - 5.0 * want.high).abs() < 1e-12);
    }

    #[test]
    fn a_cell_without_a_row_widens_it_upwards_only() {
        let few = mean(&COUNTS, 100, &costs(&[((0, 1), 5.0)]));
        let more = mean(&COUNTS, 100, &costs(&[((0, 1), 5.0), ((1, 0), 100.0)]));
        let (few_ends, more_ends) = (few.1.unwrap(), more.1.unwrap());
        assert_eq!((few.0, few_ends.low), (more.0, more_ends.low));
        assert!(more_ends.high > few_ends.high + 3.0);
    }

    #[test]
    fn very_many_costs_take_no_time_and_have_no_interval() {
        let all = (0..1_000).flat_map(|t| (0..300).map(move |p| ((t, p), (t + 1) as f64)));
        let all: Vec<_> = all.collect();
        let (value, ends) = mean(&COUNTS, 100, &costs(&all));
        assert!((value - 1.08).abs() < 1e-12 && ends.is_none());
        assert!(mean(&COUNTS, 100, &costs(&all[..300])).1.is_some());
    }

    #[test]
    fn one_cost_for_all_is_certain_and_a_shift_shifts() {
        let same = costs(&[((0, 0), 7.0), ((0, 1), 7.0), ((1, 0), 7.0), ((1, 1), 7.0)]);
        let (value, ends) = mean(&COUNTS, 100, &same);
        assert_eq!(
            (value, ends.map(|i| (i.low, i.high))),
            (7.0, Some((7.0, 7.0)))
        );
        let plain = costs(&[((0, 1), 5.0), ((1, 0), 100.0), ((1, 1), -20.0)]);
        let moved = costs(&[
            ((0, 0), 3.0),
            ((0, 1), 8.0),
            ((1, 0), 103.0),
            ((1, 1), -17.0),
        ]);
        let (a, b) = (mean(&COUNTS, 100, &plain), mean(&COUNTS, 100, &moved));
        assert!((a.0 + 3.0 - b.0).abs() < 1e-12);
        let (a, b) = (a.1.unwrap(), b.1.unwrap());
        assert!((a.low + 3.0 - b.low).abs() < 1e-12 && (a.high + 3.0 - b.high).abs() < 1e-12);
    }
}
