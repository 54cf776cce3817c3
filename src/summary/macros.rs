//! Averages over several classes of what the scores of each tell against the rest, with the influence of each row.
//!
//! Sources: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (1988), *Comparing the areas under two or more correlated
//! receiver operating characteristic curves*, for the placements; B. Efron and C. Stein (1981), *The jackknife estimate
//! of variance*, in its infinitesimal form for average precision.

use super::build::{Builder, sort_by_group};
use super::pairs::Pairs;
use crate::stats::interval::{Interval, Z, logit};
use crate::stats::special::student_t_quantile;
use serde::{Deserialize, Serialize};

/// A macro average with its standard error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Macro {
    /// Rows with an outcome and probabilities.
    pub n: u64,
    /// The average; `None` where a class does not occur or is alone.
    pub value: Option<f64>,
    /// Its standard error, from the influence of each row.
    pub se: Option<f64>,
    /// The fourth moment of the influence over the square of the second.
    #[serde(default)]
    pub kurtosis: f64,
    /// Rows of the rarest class.
    #[serde(default)]
    pub fewest: u64,
    /// How much the average is too high on average.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub excess: f64,
}

fn is_zero(x: &f64) -> bool {
    *x == 0.0
}

impl Macro {
    /// The 95 % interval on the logit scale, with the quantile of Student's distribution that the kurtosis of the
    /// influences leaves the variance (Satterthwaite); `None` of a value at an end of its range.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        self.interval_with(1.0)
    }

    /// The same of an average precision, about the value less its excess. Few rows hold most of its variance, and a
    /// sample shows less of their kurtosis than there is: half of the degrees of freedom are left.
    #[must_use]
    pub fn interval_of_precision(&self) -> Option<Interval> {
        self.interval_with(0.5)
    }

    fn interval_with(&self, share: f64) -> Option<Interval> {
        let value = self.value.filter(|v| *v > 0.0 && *v < 1.0)?;
        let freedom = share * 2.0 * self.n as f64 / (self.kurtosis - 1.0).max(0.1);
        let wider = student_t_quantile(0.975, freedom.max(2.0)) / Z;
        let centre = (value - self.excess).max(value / 4.0);
        Some(logit(centre, self.se? * wider))
    }

    /// One of each group: its value, made of rows with an influence each. `order`: the rows that are counted,
    /// with the group of every row; `counts`: rows of each group, and of its rarest class.
    pub(super) fn all(
        values: &[Option<f64>],
        influence: &[f64],
        (order, group): (&[u32], &[u32]),
        (rows_of, fewest): (&[u64], &[u64]),
    ) -> Vec<Self> {
        let mut powers = vec![(0.0, 0.0); values.len()];
        for row in order {
            let row = *row as usize;
            if let Some((second, fourth)) = powers.get_mut(group[row] as usize) {
                let square = influence[row] * influence[row];
                *second += square;
                *fourth += square * square;
            }
        }
        let one = |(g, value): (usize, &Option<f64>)| {
            let (second, fourth) = powers[g];
            let n = rows_of[g];
            let kurtosis = fourth * n as f64 / (second * second);
            Self {
                n,
                value: value.filter(|_| n > 0),
                se: value.map(|_| second.sqrt() / n as f64).filter(|_| n > 1),
                kurtosis: if kurtosis.is_finite() { kurtosis } else { 0.0 },
                fewest: fewest[g].min(n),
                excess: 0.0,
            }
        };
        values.iter().enumerate().map(one).collect()
    }
}

/// The averages of each group of rows.
#[derive(Default)]
pub(super) struct Macros {
    /// ROC AUC of a class against the rest, each weighing alike.
    pub auc: Vec<Macro>,
    /// The same, each weighing as much as it has rows.
    pub weighted: Vec<Macro>,
    /// ROC AUC of every pair of classes.
    pub pairs: Vec<Macro>,
    /// Average precision of a class against the rest.
    pub precision: Vec<Macro>,
}

/// An average while class after class passes by.
struct Sums {
    /// Of each row: what it changes in the average, times the rows of its group.
    influence: Vec<f64>,
    /// Of each group: the sum so far; `None` once a class does not occur.
    values: Vec<Option<f64>>,
}

impl Sums {
    fn new(rows: usize, groups: usize) -> Self {
        Self {
            influence: vec![0.0; rows],
            values: vec![Some(0.0); groups],
        }
    }

    fn add(&mut self, group: usize, value: f64) {
        self.values[group] = self.values[group].map(|sum| sum + value);
    }
}

impl Builder {
    /// Mean of the one-against-rest AUCs. Its standard error comes from the influence of each row:
    /// ψ = Σₖ ((V₁₀ − AUCₖ) / πₖ for a row of class k, (V₀₁ − AUCₖ) / (1 − πₖ) for another) / K,
    /// where V are DeLong's placements and πₖ is the share of class k; var = Σ ψ² / n². Of their average θ by the
    /// shares of the classes, which vary too, it is V₁₀ of the row's own class, and of others πₖ (V₀₁ − AUCₖ) / (1 − πₖ),
    /// less θ. Of average precision see [`Passing::climb`]. Also the mean of every pair of classes.
    pub(super) fn macros(&self, group: &[u32], groups: usize) -> Macros {
        let classes = self.orders.classes.len();
        let rows = self.log.rows;
        let (mut area, mut weighted) = (Sums::new(rows, groups), Sums::new(rows, groups));
        let mut precision = Sums::new(rows, groups);
        let mut excess = vec![0.0; groups];
        let mut rows_of = vec![0u64; groups];
        let mut fewest = vec![u64::MAX; groups];
        let mut pairs = Pairs::new(classes, rows, groups);
        let mut passing = Passing::default();
        for (class, order) in (0u32..).zip(&self.orders.classes) {
            let (rows, starts) = sort_by_group(group, groups, Some(order));
            let score = &self.log.class_scores[class as usize];
            for (g, w) in starts.windows(2).enumerate() {
                let rows = &rows[w[0]..w[1]];
                rows_of[g] = rows.len() as u64;
                pairs.add(g, class as usize, rows, score, |row| {
                    self.log.truth.label(row as usize)
                });
                let is = |row: u32| self.log.truth.label(row as usize) == Some(class);
                let positives = rows.iter().filter(|r| is(**r)).count();
                fewest[g] = fewest[g].min(positives as u64);
                let positives = positives as f64;
                let negatives = rows.len() as f64 - positives;
                if positives == 0.0 || negatives == 0.0 {
                    area.values[g] = None;
                    weighted.values[g] = None;
                    precision.values[g] = None;
                    continue;
                }
                passing.climb(rows, score, is, (positives, negatives));
                let placed = || rows.iter().zip(&passing.placement);
                let own = placed().filter(|r| is(*r.0));
                let auc = own.map(|r| r.1).sum::<f64>() / positives;
                area.add(g, auc);
                let n = rows.len() as f64;
                let of_class = positives / n;
                weighted.add(g, of_class * auc);
                precision.add(g, passing.precision);
                excess[g] += passing.excess / classes as f64;
                for ((row, v), moved) in placed().zip(&passing.moved) {
                    let (row, own) = (*row as usize, is(*row));
                    let share = if own { of_class } else { negatives / n };
                    area.influence[row] += (v - auc) / share / classes as f64;
                    weighted.influence[row] += match own {
                        true => *v,
                        false => of_class * (v - auc) / share,
                    };
                    precision.influence[row] += moved / of_class / classes as f64;
                }
            }
        }
        let order = &self.orders.classes[0];
        for row in order {
            let row = *row as usize;
            if let Some(Some(mean)) = weighted.values.get(group[row] as usize) {
                weighted.influence[row] -= mean;
            }
        }
        let counts = (&rows_of[..], &fewest[..]);
        let means = |sums: &Sums| -> Vec<Macro> {
            let mean = |sum: &Option<f64>| sum.map(|s| s / classes as f64);
            let values: Vec<Option<f64>> = sums.values.iter().map(mean).collect();
            Macro::all(&values, &sums.influence, (order, group), counts)
        };
        let mut precision = means(&precision);
        for (of_group, excess) in precision.iter_mut().zip(excess) {
            of_group.excess = excess;
        }
        Macros {
            auc: means(&area),
            weighted: Macro::all(
                &weighted.values,
                &weighted.influence,
                (order, group),
                counts,
            ),
            pairs: pairs.means((order, group), counts),
            precision,
        }
    }
}

/// What the rows of a group tell by the score of a class.
#[derive(Default)]
struct Passing {
    /// DeLong's placement of each row, in 0 … 1.
    placement: Vec<f64>,
    /// What the weight of each row changes in the average precision, times the rows of the class.
    moved: Vec<f64>,
    /// Average precision.
    precision: f64,
    /// How much it is too high on average.
    excess: f64,
}

impl Passing {
    /// Climbs through rows in ascending order of the score. Where T and F are the rows of the class and the others that
    /// score as high or higher, average precision is the mean of T / (T + F) over the rows of the class; a row that
    /// weighs more adds its own part, and changes that of every row of the class that scores as high or lower by
    /// F / (T + F)² if it is of the class, else by −T / (T + F)².
    fn climb(
        &mut self,
        rows: &[u32],
        score: &[f64],
        is: impl Fn(u32) -> bool,
        (positives, negatives): (f64, f64),
    ) {
        for of_rows in [&mut self.placement, &mut self.moved] {
            of_rows.clear();
            of_rows.resize(rows.len(), 0.0);
        }
        let (mut below, mut pos_below, mut i) = (0.0, 0.0, 0);
        let (mut precisions, mut gain, mut loss) = (0.0, 0.0, 0.0);
        while i < rows.len() {
            let tie = rows[i..]
                .iter()
                .take_while(|r| score[**r as usize] == score[rows[i] as usize])
                .count();
            let block = &rows[i..i + tie];
            let pos = block.iter().filter(|r| is(**r)).count() as f64;
            let neg = tie as f64 - pos;
            let (t, f) = (positives - pos_below, negatives - below);
            let (at, each) = (t / (t + f), 1.0 / (t + f));
            precisions += pos * at;
            gain += pos * f * each * each;
            loss += pos * t * each * each;
            let places = self.placement[i..].iter_mut().zip(&mut self.moved[i..]);
            for (row, (v, moved)) in block.iter().zip(places) {
                (*v, *moved) = if is(*row) {
                    ((below + neg / 2.0) / negatives, at + gain)
                } else {
                    (1.0 - (pos_below + pos / 2.0) / positives, -loss)
                };
            }
            below += neg;
            pos_below += pos;
            i += tie;
        }
        self.precision = (precisions / positives).min(1.0);
        self.excess = gain / positives;
        for (row, moved) in rows.iter().zip(&mut self.moved) {
            if is(*row) {
                *moved -= self.precision;
            }
        }
    }
}
