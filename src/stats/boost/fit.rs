//! Tree after tree, each on what those before it leave.

use super::bins::Rows;
use super::cell::{Cell, MOST_ROWS, Units};
use super::grow::Grower;
use super::tree::Tree;
use super::{Loss, Params, spread};

/// A fitted model: a constant and trees.
#[derive(Clone, Debug)]
pub struct Model {
    loss: Loss,
    base: f64,
    trees: Vec<Tree>,
}

impl Model {
    /// The sum of all trees, row by row: a mean, or the logit of a probability.
    #[must_use]
    pub fn raw(&self, rows: &Rows) -> Vec<f64> {
        let mut sums = vec![self.base; rows.len()];
        for tree in &self.trees {
            tree.add_to(rows, &mut sums);
        }
        sums
    }

    /// What is expected of each row: a mean, or a probability.
    #[must_use]
    pub fn predict(&self, rows: &Rows) -> Vec<f64> {
        let mut sums = self.raw(rows);
        if self.loss == Loss::Logistic {
            sums.iter_mut().for_each(|s| *s = sigmoid(*s));
        }
        sums
    }
}

/// A model in the making, one tree a step.
#[derive(Clone, Debug)]
pub struct Fitting {
    rows: Rows,
    target: Vec<f64>,
    weight: Option<Vec<f64>>,
    params: Params,
    /// What the model says of each row so far.
    pub(super) sums: Vec<f64>,
    cells: Vec<Cell>,
    /// First and second derivatives of each row.
    slopes: Vec<(f64, f64)>,
    grower: Grower,
    model: Model,
    done: bool,
}

/// A model on rows and their targets; see [`Fitting::new`].
#[must_use]
pub fn fit(
    rows: Rows,
    target: Vec<f64>,
    weight: Option<Vec<f64>>,
    loss: Loss,
    params: Params,
) -> Model {
    let mut fitting = Fitting::new(rows, target, weight, loss, params);
    while fitting.step() {}
    fitting.finish()
}

impl Fitting {
    /// A model to be fitted. `target` and `weight` hold one number a row; rows whose target is not
    /// finite or whose weight is not above 0 are left out. Of more than four million rows, an even
    /// sample is taken.
    #[must_use]
    pub fn new(
        rows: Rows,
        target: Vec<f64>,
        weight: Option<Vec<f64>>,
        loss: Loss,
        params: Params,
    ) -> Self {
        let good = |at: usize| {
            let weight = weight.as_ref().map(|w| w.get(at).copied().unwrap_or(0.0));
            target.get(at).is_some_and(|t| t.is_finite())
                && weight.is_none_or(|w| w.is_finite() && w > 0.0)
        };
        let all = (0..rows.len()).all(good) && rows.len() <= MOST_ROWS;
        let (rows, target, weight) = if all {
            (rows, target, weight)
        } else {
            let good: Vec<usize> = (0..rows.len()).filter(|at| good(*at)).collect();
            let pick: Vec<usize> = spread(good.len(), MOST_ROWS).map(|i| good[i]).collect();
            let some = |v: &Vec<f64>| pick.iter().map(|at| v[*at]).collect::<Vec<f64>>();
            (
                rows.pick(pick.iter().copied()),
                some(&target),
                weight.as_ref().map(some),
            )
        };
        let base = base(&target, weight.as_deref(), loss);
        let len = rows.len();
        Self {
            sums: vec![base.unwrap_or(0.0); len],
            cells: vec![Cell::default(); len],
            slopes: vec![(0.0, 0.0); len],
            grower: Grower::default(),
            model: Model {
                loss,
                base: base.unwrap_or(0.0),
                trees: Vec::new(),
            },
            done: base.is_none(),
            rows,
            target,
            weight,
            params,
        }
    }

    /// Grows a tree; whether there is another to grow.
    pub fn step(&mut self) -> bool {
        if self.done || self.model.trees.len() >= self.params.trees {
            return false;
        }
        let units = self.derive();
        let sums = &mut self.sums;
        let told = |row: usize, value: f64| {
            if let Some(sum) = sums.get_mut(row) {
                *sum += value;
            }
        };
        let tree = self
            .grower
            .grow(&self.rows, &self.cells, units, &self.params, told);
        // A tree without a question has nothing to say that the next would say better.
        self.done = !tree.asks();
        self.model.trees.push(tree);
        !self.done && self.model.trees.len() < self.params.trees
    }

    /// Trees grown so far.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.model.trees.len()
    }

    /// The model as far as it is.
    #[must_use]
    pub fn finish(self) -> Model {
        self.model
    }

    /// The mean loss of the rows it is fitted on, so far.
    #[must_use]
    pub fn loss(&self) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (at, (s, y)) in self.sums.iter().zip(&self.target).enumerate() {
            let w = self.weight.as_ref().map_or(1.0, |w| w[at]);
            total += w;
            sum += w * match self.model.loss {
                Loss::Squared => (s - y) * (s - y) / 2.0,
                Loss::Logistic => softplus(*s) - y * s,
            };
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// The derivatives of every row, as integers; their units.
    fn derive(&mut self) -> Units {
        let loss = self.model.loss;
        let (mut gradients, mut hessians) = (0.0, 0.0);
        for (at, slope) in self.slopes.iter_mut().enumerate() {
            let (sum, y) = (self.sums[at], self.target[at]);
            let weight = self.weight.as_ref().map_or(1.0, |w| w[at]);
            let (gradient, hessian) = match loss {
                Loss::Squared => (sum - y, 1.0),
                Loss::Logistic => {
                    let p = sigmoid(sum);
                    (p - y, p * (1.0 - p))
                }
            };
            *slope = (gradient * weight, hessian * weight);
            gradients += slope.0.abs();
            hessians += slope.1;
        }
        let units = Units::of(gradients, hessians);
        for (cell, (gradient, hessian)) in self.cells.iter_mut().zip(&self.slopes) {
            *cell = units.cell(*gradient, *hessian);
        }
        units
    }
}

/// The best constant; `None` where there is no row or its size is beyond f64.
fn base(target: &[f64], weight: Option<&[f64]>, loss: Loss) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0.0);
    for (at, y) in target.iter().enumerate() {
        let w = weight.map_or(1.0, |w| w[at]);
        sum += w * y;
        total += w;
    }
    let mean = sum / total;
    if !mean.is_finite() {
        return None;
    }
    Some(match loss {
        Loss::Squared => mean,
        Loss::Logistic => {
            let p = mean.clamp(1e-15, 1.0 - 1e-15);
            libm::log(p / (1.0 - p))
        }
    })
}

/// 1 / (1 + e^−x).
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// ln(1 + e^x).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}
