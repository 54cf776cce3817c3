//! Labels and scores of several classes.
//!
//! What is predicted wrongly goes to the other classes by the roots of their shares. The score of a class is
//! normal, and higher for its own rows, whatever those of the others are: the ROC AUC of a class is known, and
//! the same against each other one.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Log, Task, Truth};
use plumbline::stats::special::normal_cdf;

/// Shares of the classes.
const SHARES: [(&str, &[f64]); 4] = [
    ("3 even classes", &[1.0 / 3.0; 3]),
    ("3 classes, one rare", &[0.8, 0.15, 0.05]),
    ("6 even classes", &[1.0 / 6.0; 6]),
    ("6 classes, some rare", &[0.5, 0.25, 0.1, 0.08, 0.05, 0.02]),
];
/// How often a row is predicted right, and how far scores are apart.
const RIGHT: [(f64, f64); 3] = [(0.6, 0.8), (0.85, 1.6), (0.97, 2.6)];

struct Several {
    name: String,
    /// The share of each pair of true and predicted class, added up.
    upto: Vec<f64>,
    classes: usize,
    apart: f64,
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let mut out: Vec<Box<dyn Population>> = Vec::new();
    for (name, shares) in SHARES {
        for (right, apart) in RIGHT {
            let cells = cells(shares, right);
            let sum = cells.iter().scan(0.0, |sum, share| {
                *sum += share;
                Some(*sum)
            });
            out.push(Box::new(Several {
                name: format!("{name}, {:.0} % right", 100.0 * right),
                upto: sum.collect(),
                classes: shares.len(),
                apart,
                truths: truths(&cells, shares.len(), apart),
            }));
        }
    }
    out
}

fn cells(shares: &[f64], right: f64) -> Vec<f64> {
    let k = shares.len();
    let mut cells = vec![0.0; k * k];
    for (i, share) in shares.iter().enumerate() {
        let root = |j: usize| if j == i { 0.0 } else { shares[j].sqrt() };
        let roots: f64 = (0..k).map(root).sum();
        // The last class is harder than the first.
        let right = match i {
            0 if right < 0.96 => right + 0.03,
            _ if i == k - 1 => right - 0.1,
            _ => right,
        };
        for j in 0..k {
            cells[i * k + j] = share
                * match i == j {
                    true => right,
                    false => (1.0 - right) * root(j) / roots,
                };
        }
    }
    cells
}

fn truths(cells: &[f64], k: usize, apart: f64) -> Truths {
    let every = || 0..k;
    let truth: Vec<f64> = every()
        .map(|i| every().map(|j| cells[i * k + j]).sum())
        .collect();
    let called: Vec<f64> = every()
        .map(|j| every().map(|i| cells[i * k + j]).sum())
        .collect();
    let right = |i: usize| cells[i * k + i];
    let mean = |of: &dyn Fn(usize) -> f64| every().map(of).sum::<f64>() / k as f64;
    let weighted = |of: &dyn Fn(usize) -> f64| every().map(|i| truth[i] * of(i)).sum::<f64>();
    let f = |i: usize, square: f64| (1.0 + square) * right(i) / (square * truth[i] + called[i]);
    let hits: f64 = every().map(right).sum();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let chance = product(&truth, &called);
    let spreads = (1.0 - product(&truth, &truth)) * (1.0 - product(&called, &called));
    let auc = normal_cdf(apart / 2.0_f64.sqrt());
    // The true class is among the first j where fewer than j others score higher.
    let among = |j: usize| {
        let (mut sum, mut weights) = (0.0, 0.0);
        for i in -900..=900 {
            let x = f64::from(i) / 100.0;
            let weight = libm::exp(-x * x / 2.0);
            weights += weight;
            let lower = normal_cdf(x + apart);
            let (mut chance, mut ways) = (0.0, 1.0);
            for higher in 0..j.min(k) {
                let rest = (k - 1 - higher) as i32;
                chance += ways
                    * libm::pow(1.0 - lower, higher as f64)
                    * libm::pow(lower, f64::from(rest));
                ways *= f64::from(rest) / (higher + 1) as f64;
            }
            sum += weight * chance;
        }
        sum / weights
    };
    let mut top = vec![("top_2_accuracy", among(2))];
    if k > 3 {
        top.push(("top_3_accuracy", among(3)));
    }
    if k > 5 {
        top.push(("top_5_accuracy", among(5)));
        top.push(("top_k_accuracy", among(4)));
    }
    let mut truths = vec![
        ("accuracy", hits),
        ("balanced_accuracy", mean(&|i| right(i) / truth[i])),
        ("precision", mean(&|i| right(i) / called[i])),
        ("recall", mean(&|i| right(i) / truth[i])),
        ("f1", mean(&|i| f(i, 1.0))),
        ("f0_5", mean(&|i| f(i, 0.25))),
        ("f2", mean(&|i| f(i, 4.0))),
        ("f_beta", mean(&|i| f(i, 9.0))),
        (
            "jaccard",
            mean(&|i| right(i) / (truth[i] + called[i] - right(i))),
        ),
        ("precision_weighted", weighted(&|i| right(i) / called[i])),
        ("f1_weighted", weighted(&|i| f(i, 1.0))),
        ("matthews_corrcoef", (hits - chance) / spreads.sqrt()),
        ("cohen_kappa", (hits - chance) / (1.0 - chance)),
        ("roc_auc", auc),
        ("roc_auc_ovo", auc),
        // All classes are told apart alike.
        ("roc_auc_weighted", auc),
        (
            "average_precision",
            mean(&|i| average_precision(truth[i], apart)),
        ),
        ("mean_cost", super::cost_of(cells[1], cells[k])),
    ];
    truths.extend(top);
    truths
}

/// The mean precision at the scores of the rows of a class, of a share and so far apart from the others.
fn average_precision(share: f64, apart: f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for i in -900..=900 {
        let x = f64::from(i) / 100.0;
        let weight = libm::exp(-x * x / 2.0);
        let hits = share * normal_cdf(-x);
        let alarms = (1.0 - share) * normal_cdf(-x - apart);
        if hits > 0.0 {
            sum += weight * hits / (hits + alarms);
            weights += weight;
        }
    }
    sum / weights
}

impl Population for Several {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn group(&self) -> String {
        super::SEVERAL.into()
    }

    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let k = self.classes;
        let (mut truth, mut predicted) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut scores = vec![Vec::with_capacity(n); k];
        for _ in 0..n {
            let drawn = random.uniform();
            let at = self
                .upto
                .partition_point(|upto| *upto < drawn)
                .min(k * k - 1);
            truth.push((at / k) as u32);
            predicted.push((at % k) as u32);
            for (class, scores) in scores.iter_mut().enumerate() {
                let own = if class == at / k { self.apart } else { 0.0 };
                scores.push(1.0 / (1.0 + libm::exp(-random.normal() - own)));
            }
        }
        let log = Log {
            task: Some(Task::Multiclass),
            rows: n,
            live: n,
            labels: (0..k).map(|i| format!("class {i}")).collect(),
            truth: Truth::Labels(truth),
            predicted: Truth::Labels(predicted),
            class_scores: scores,
            probabilistic: true,
            ..Log::default()
        };
        (log, None, &self.truths)
    }
}
